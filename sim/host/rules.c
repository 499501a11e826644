// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "rules.h"

#define CW_RULE_ROW(id, name, section, text) [CW_RULE_##id] = { name, section, text },
const struct cw_rule_row cw_rules[CW_RULE_N] = { CW_RULES(CW_RULE_ROW) };
#undef CW_RULE_ROW

enum cw_rule cw_rule_find(const char *name)
{
	unsigned i;

	for (i = 0; i < CW_RULE_N; i++)
		if (!strcmp(cw_rules[i].name, name))
			break;
	return i;
}
