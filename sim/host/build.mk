# SPDX-License-Identifier: BSD-2-Clause
# docs/checker.md: the rules and what came of the violations that the unit tests plant,
# printed and committed. `rules-doc` runs those tests and prints it anew,
# `rules-doc-check` fails when it is stale or a rule was not seen to be reported.

RULES_PRINT := $(B)/bin/rules_print
RULES_DOC := docs/checker.md
RULES_FRESH := $(B)/regs/checker.md
RULES_RESULTS := $(B)/regs/checker.results
RULES_TESTS := $(patsubst %,$(B)/tests/unit/%_test,checker_request checker_completion checker_interrupt hardip axi_mem)

$(RULES_PRINT): $(B)/obj/sim/host/rules_print_main.o $(B)/obj/sim/host/rules.o
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

# $(call results_of,FILE,TESTS): runs them; what they planted and what was said goes to FILE
define results_of
mkdir -p $(dir $(1)); rm -f $(1); \
for test in $(2); do \
	CW_RESULTS=$(1) $$test > $(1).log 2>&1 || { cat $(1).log; echo "$$test failed" >&2; exit 1; }; \
done
endef

##  make rules-doc print docs/checker.md from the rules and what their planted violations lead to
.PHONY: rules-doc rules-doc-check rules-fresh
rules-fresh: $(RULES_PRINT) $(RULES_TESTS)
	$(Q)$(call results_of,$(RULES_RESULTS),$(RULES_TESTS))
	$(Q)$(RULES_PRINT) $(RULES_RESULTS) > $(RULES_FRESH)

rules-doc: rules-fresh
	$(Q)cmp -s $(RULES_FRESH) $(RULES_DOC) || { cp $(RULES_FRESH) $(RULES_DOC) && echo "printed $(RULES_DOC)"; }

rules-doc-check: rules-fresh
	$(Q)cmp -s $(RULES_FRESH) $(RULES_DOC) || { echo "$(RULES_DOC) is stale: make rules-doc" >&2; exit 1; }
