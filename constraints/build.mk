# SPDX-License-Identifier: BSD-2-Clause
# Boards: the checker of constraint files, and synthesis by Yosys.

CHECK_SRC := $(wildcard constraints/check/*.c)
$(B)/bin/constraints-check: $(CHECK_SRC) constraints/check/check.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(CFLAGS) $(ASAN) -o $@ $(CHECK_SRC) -ljson-c

tests-static: $(B)/bin/constraints-check

##  make synth     what the card costs in each board's part family, by Yosys, beside constraints/budget.txt
.PHONY: synth
synth:
	@scripts/setup.sh test
	@scripts/synth.sh
