# SPDX-License-Identifier: BSD-2-Clause
# cwtrace: prints and compares TLP logs.
$(B)/bin/cwtrace: $(B)/obj/sim/trace/trace_main.o $(B)/lib/trace.a $(B)/lib/link.a
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(LDLIBS)
