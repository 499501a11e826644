// SPDX-License-Identifier: BSD-2-Clause
#include "rules.h"

const struct cw_card_rule_row cw_card_rules[CW_CARD_RULE_N] = {
#define ROW(id, name, section, text) [CW_CARD_RULE_##id] = { name, section, text },
	CW_CARD_RULES(ROW)
#undef ROW
};
