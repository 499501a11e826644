# SPDX-License-Identifier: BSD-2-Clause
# docs/shim-checks.md: the shim's checks and the mistakes that each was seen to find, printed
# and committed. `checks-doc` runs the tests and prints it anew, `checks-doc-check` fails when
# it is stale or a check was not seen to fail.

CHECKS_DOC := docs/shim-checks.md
CHECKS_FRESH := $(B)/regs/shim-checks.md
CHECKS_RESULTS := $(B)/regs/shim.results
CHECKS_TESTS := $(sort $(filter $(B)/tests/unit/kernel_%,$(UNIT_TESTS)))

##  make checks-doc print docs/shim-checks.md from what mistakes planted in the shim's tests lead to
.PHONY: checks-doc checks-doc-check checks-fresh
checks-fresh: $(CHECKS_TESTS)
	$(Q)$(call results_of,$(CHECKS_RESULTS),$(CHECKS_TESTS))
	$(Q)sim/kernel/checks_print.sh $(CHECKS_RESULTS) > $(CHECKS_FRESH)

checks-doc: checks-fresh
	$(Q)cmp -s $(CHECKS_FRESH) $(CHECKS_DOC) || { cp $(CHECKS_FRESH) $(CHECKS_DOC) && echo "printed $(CHECKS_DOC)"; }

checks-doc-check: checks-fresh
	$(Q)cmp -s $(CHECKS_FRESH) $(CHECKS_DOC) || { echo "$(CHECKS_DOC) is stale: make checks-doc" >&2; exit 1; }
