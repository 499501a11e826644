/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the card's models check beside the TLP checker (sim/host/rules.h): the
 * endpoint towards the IP and towards the card's memory, which stop the run, and what
 * the IP refuses from the link, which it drops and logs in AER. Name, section (PCIe
 * Base 6.0, or AXI: IHI 0022), what is demanded. Printed into docs/checker.md.
 */
#ifndef CW_DEVICE_RULES_H
#define CW_DEVICE_RULES_H

#define CW_CARD_RULES(X) \
	X(CPL_PASSED, "cpl-passed", "2.4.1", "a read completion is offered after the posted writes given before it have left") \
	X(CPL_OVERRUN, "cpl-overrun", "2.6.1", "completions asked for fit the completion buffer") \
	X(AXI_BURST, "axi-burst-type", "AXI A3.4.1", "bursts of more than one beat are of type INCR") \
	X(AXI_WIDTH, "axi-beat-width", "AXI A3.4.1", "beats are as wide as the bus") \
	X(AXI_4K, "axi-crosses-4k", "AXI A3.4.1", "a burst does not cross 4 KiB") \
	X(AXI_LAST, "axi-last", "AXI A3.4.1", "WLAST agrees with the burst length") \
	X(MALFORMED, "ip-malformed", "2.3", "a TLP of the link that is malformed is dropped and logged, its credit returned") \
	X(OVERFLOW, "ip-overflow", "2.6.1.2", "a TLP of the link beyond the credits advertised is dropped and logged")

#define CW_CARD_RULE_ID(id, name, section, text) CW_CARD_RULE_##id,
enum cw_card_rule { CW_CARD_RULES(CW_CARD_RULE_ID) CW_CARD_RULE_N };
#undef CW_CARD_RULE_ID

struct cw_card_rule_row { const char *name, *section, *text; };
extern const struct cw_card_rule_row cw_card_rules[CW_CARD_RULE_N];

#endif
