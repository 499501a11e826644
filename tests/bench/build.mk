# SPDX-License-Identifier: BSD-2-Clause
# make bench: cwbench measures a point, the others make a table and drawings of many.
BENCH_SRC := $(filter-out %_main.c %/replay.c,$(wildcard tests/bench/*.c))
BENCH_LIBS := $(B)/lib/device.a $(B)/lib/host.a $(B)/lib/link.a

$(B)/bin/cwbench: $(B)/obj/tests/bench/point_main.o $(BENCH_SRC:%.c=$(B)/obj/%.o) $(BENCH_LIBS) $(VERILATED_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(filter %.o,$^) -Wl,--start-group $(BENCH_LIBS) $(VERILATED_LIBS) -Wl,--end-group $(LDLIBS)

$(B)/tests/unit/bench_limit_test: $(patsubst %,$(B)/asan/tests/bench/%.o,account iface limit point)

# BENCH_WIDTHS, BENCH_SHIMS: what `make bench` measures.
BENCH_WIDTHS ?= 128 256 512
BENCH_SHIMS ?= $(SHIM_NAMES)
BENCH_QUEUES ?= 2048

BENCH_CARDS := $(patsubst %,$(B)/lib/libcauseway-card-w%.so,$(filter-out 256,$(BENCH_WIDTHS))) \
	$(patsubst %,$(B)/lib/libcauseway-card-%.so,$(BENCH_QUEUES) $(BENCH_SHIMS))

##  make bench     measure about 1,000 points of the RTL card (ALL=1: any product), and some behind each shim, build/bench/
.PHONY: bench bench-docs bench-programs tests-bench
tests-bench: bench-programs $(patsubst %,$(B)/lib/libcauseway-card-%.so,$(CARD_WIDTHS:%=w%) $(CARD_SHIMS))
bench-programs: $(B)/bin/cwbench $(B)/bin/cwreplay
bench: bench-programs programs $(BENCH_CARDS)
	@WIDTHS="$(BENCH_WIDTHS)" scripts/bench.sh sweep
	@SHIMS="$(BENCH_SHIMS)" scripts/bench.sh shims
	@scripts/bench.sh speed

##  make bench-docs    take its results over into docs/ and tests/bench/results.csv
bench-docs: bench-programs
	@WIDTHS="$(BENCH_WIDTHS)" scripts/bench.sh docs

$(B)/bin/cwreplay: $(B)/obj/tests/bench/replay_main.o $(B)/obj/tests/bench/replay.o $(B)/lib/trace.a $(BENCH_LIBS) $(VERILATED_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(filter %.o,$^) -Wl,--start-group $(B)/lib/trace.a $(BENCH_LIBS) $(VERILATED_LIBS) -Wl,--end-group $(LDLIBS)
