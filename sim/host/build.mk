# SPDX-License-Identifier: BSD-2-Clause
# docs/checker.md: the checker's rules and the tests that break them, printed and
# committed. `rules-doc` prints it anew, `rules-doc-check` fails when it is stale.

RULES_PRINT := $(B)/bin/rules_print
RULES_DOC := docs/checker.md
RULES_FRESH := $(B)/regs/checker.md

$(RULES_PRINT): $(B)/obj/sim/host/rules_print_main.o $(B)/obj/sim/host/rules.o
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

##  make rules-doc print docs/checker.md from sim/host/rules.h and the tests that break the rules
.PHONY: rules-doc rules-doc-check rules-fresh
rules-fresh: $(RULES_PRINT)
	@mkdir -p $(dir $(RULES_FRESH))
	$(Q)$(RULES_PRINT) $(sort $(wildcard tests/unit/checker_*_test.c)) > $(RULES_FRESH)

rules-doc: rules-fresh
	$(Q)cmp -s $(RULES_FRESH) $(RULES_DOC) || { cp $(RULES_FRESH) $(RULES_DOC) && echo "printed $(RULES_DOC)"; }

rules-doc-check: rules-fresh
	$(Q)cmp -s $(RULES_FRESH) $(RULES_DOC) || { echo "$(RULES_DOC) is stale: make rules-doc" >&2; exit 1; }
