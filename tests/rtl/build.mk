# SPDX-License-Identifier: BSD-2-Clause
# Block tests: tests/rtl/<module>_test.c against the Verilated module of rtl/, or of the example filter (dut.h says how).
# Verilator's run-time and its rules are in sim/device/build.mk.

RTL_TEST_NAMES := $(patsubst tests/rtl/%_test.c,%,$(wildcard tests/rtl/*_test.c))
RTL_TESTS := $(RTL_TEST_NAMES:%=$(B)/tests/rtl/%_test)
RTL_WAIVERS = $(wildcard rtl/*.vlt)

# $(call rtl_args,name): words after "verilator:" in the first lines of the test, without top=
rtl_comment = $(shell sed -n '1,10s;^.*verilator: *\([^*]*\).*$$;\1;p' tests/rtl/$(1)_test.c)
rtl_top = $(or $(patsubst top=%,%,$(filter top=%,$(call rtl_comment,$(1)))),$(1))
rtl_file = $(firstword $(wildcard rtl/$(1).v tests/rtl/$(1).v constraints/filter/$(1).v) rtl/$(1).v)
RTL_DIRS := -Irtl -Iconstraints/filter -y rtl -y tests/rtl -y constraints/filter -y constraints/common

RTL_HARNESS := $(patsubst %,$(B)/asan/tests/rtl/%.o,dut stream icarus)

define rtl_test
$(B)/verilated/rtl/$(1)/model.a: tests/rtl/$(1)_test.c $(call rtl_file,$(call rtl_top,$(1))) $(RTL_WAIVERS) sim/device/glue.awk sim/device/glue.h
	@mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) --cc --assert -Wall --x-initial unique --trace-fst $(RTL_DIRS) \
		--prefix V$(1) --Mdir $$(@D) --top-module $(call rtl_top,$(1)) \
		$(filter-out top=%,$(call rtl_comment,$(1))) $(RTL_WAIVERS) $(call rtl_file,$(call rtl_top,$(1)))
	$$(Q)awk -v target=$$@ -f rtl/verilator_deps.awk $$(@D)/V$(1)__ver.d > $$(@D)/rtl.d
	$$(Q)awk -v prefix=V$(1) -v trace=1 -f sim/device/glue.awk $$(@D)/V$(1).h > $$(@D)/glue.cpp
	$$(Q)printf '%b\n' 'extern "C" { extern const cw_glue *const dut_glue; }\nconst cw_glue *const dut_glue = &cw_glue_V$(1);' >> $$(@D)/glue.cpp
	$$(Q)$$(MAKE) --no-print-directory -s -C $$(@D) -f V$(1).mk V$(1)__ALL.a OPT_FAST=-O1 OPT_SLOW=-O0 > $$(@D)/make.log
	$$(Q)$$(OBJCACHE) $$(CXX) $$(VERILATED_CXXFLAGS) -O1 -I$$(@D) -c -o $$(@D)/glue.o $$(@D)/glue.cpp
	$$(Q)rm -f $$@ && cp $$(@D)/V$(1)__ALL.a $$@ && $$(AR) rs $$@ $$(@D)/glue.o 2>/dev/null

$(B)/tests/rtl/$(1)_test: $(B)/asan/tests/rtl/$(1)_test.o $(RTL_HARNESS) \
		$(B)/verilated/rtl/$(1)/model.a $(VERILATED_RT)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) $$(ASAN) -o $$@ $$^ -lcmocka $$(LDLIBS)

$(B)/icarus/$(1).vvp: tests/rtl/$(1)_test.c $(call rtl_file,$(call rtl_top,$(1))) $(wildcard rtl/*.v rtl/*.vh tests/rtl/*.v constraints/filter/*.v* constraints/common/*.v) $(B)/icarus/cw_icarus.vpi
	$$(Q)iverilog -g2005 -Wall -Wno-timescale $(RTL_DIRS) -s $(call rtl_top,$(1)) \
		$(patsubst -G%,-P$(call rtl_top,$(1)).%,$(filter -G%,$(call rtl_comment,$(1)))) -o $$@ $(call rtl_file,$(call rtl_top,$(1)))
endef
$(foreach t,$(RTL_TEST_NAMES),$(eval $(call rtl_test,$(t))))

# The same tests on Icarus Verilog (icarus.h): CW_ICARUS=build/icarus/cw_foo.vvp build/tests/rtl/cw_foo_test
$(B)/icarus/cw_icarus.vpi: tests/rtl/icarus_vpi.c tests/rtl/icarus.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(CFLAGS) -shared -fvisibility=default -o $@ $<

-include $(wildcard $(B)/verilated/rtl/*/rtl.d)
# A module that is gone: what was built with it is built anew.
rtl/%.v: ;

.PHONY: tests-rtl
tests-rtl: $(RTL_TESTS) $(RTL_TEST_NAMES:%=$(B)/icarus/%.vvp)
