# SPDX-License-Identifier: BSD-2-Clause
# make bench: cwbench measures a point, the others make a table and drawings of many.
BENCH_SRC := $(filter-out %_main.c,$(wildcard tests/bench/*.c))
BENCH_LIBS := $(B)/lib/device.a $(B)/lib/host.a $(B)/lib/link.a

$(B)/bin/cwbench: $(B)/obj/tests/bench/point_main.o $(BENCH_SRC:%.c=$(B)/obj/%.o) $(BENCH_LIBS) $(VERILATED_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(filter %.o,$^) -Wl,--start-group $(BENCH_LIBS) $(VERILATED_LIBS) -Wl,--end-group $(LDLIBS)
