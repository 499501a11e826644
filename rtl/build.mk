# SPDX-License-Identifier: BSD-2-Clause
# The register table: three printed views, committed. `regs` prints them anew
# (only what changed is written), `regs-check` fails when one is stale.

REGS_PRINT := $(B)/bin/cw_table_print

$(REGS_PRINT): rtl/cw_table_print.c rtl/cw_table.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $<

# $(call regs_each,command): runs it for each view with $$kind and $$file, the fresh print in $(B)/regs/$$kind
define regs_each
mkdir -p $(B)/regs; \
for view in vh:rtl/cw_regs.vh h:driver/cw_regs.h md:docs/registers.md; do \
	kind=$${view%%:*}; file=$${view#*:}; fresh=$(B)/regs/$$kind; \
	$(REGS_PRINT) $$kind > $$fresh || exit 1; \
	$(1); \
done
endef

# Registers of user logic, the simulated card's and the example filter's: C has them, Verilog a print. prefix:path without .h
USER_REGS := CW_SU:sim/device/stream_user CW_FILTER:constraints/filter/cw_filter
# $(call user_each,command): as regs_each
define user_each
mkdir -p $(B)/regs; \
for view in $(USER_REGS); do \
	prefix=$${view%%:*}; from=$${view#*:}.h; file=$${view#*:}.vh; fresh=$(B)/regs/$$prefix; \
	{ echo "// SPDX-License-Identifier: BSD-2-Clause"; \
	  echo "// Printed from $$from by make regs: do not edit. Include inside a module."; \
	  echo "// verilator lint_off UNUSEDPARAM"; \
	  sed -n "s/^.define \\($${prefix}_[A-Z0-9_]*\\) *0x\\([0-9a-f]*\\).*/localparam [31:0] \\1 = 32'h\\2;/p" $$from; \
	  echo "// verilator lint_on UNUSEDPARAM"; } > $$fresh || exit 1; \
	$(1); \
done
endef

##  make regs      print rtl/cw_regs.vh, driver/cw_regs.h and docs/registers.md from rtl/cw_table.h
.PHONY: regs regs-check
regs: $(REGS_PRINT)
	$(Q)$(call regs_each,cmp -s $$fresh $$file || { cp $$fresh $$file && echo "printed $$file"; })
	$(Q)$(call user_each,cmp -s $$fresh $$file || { cp $$fresh $$file && echo "printed $$file"; })

regs-check: $(REGS_PRINT)
	$(Q)$(call regs_each,cmp -s $$fresh $$file || { echo "$$file is stale: make regs" >&2; bad=1; }); \
	$(call user_each,cmp -s $$fresh $$file || { echo "$$file is stale: make regs" >&2; bad=1; }); exit $${bad:-0}
