# SPDX-License-Identifier: BSD-2-Clause
# Verilator: its run-time (built once), the two flavours of the card, and what a
# final link needs: $(VERILATED_LIBS) -lstdc++. Cards of other sizes are libraries.

VERILATOR ?= verilator
CXX := g++
# What the compiler makes of Verilator's C++ (most of a build's time) is kept for every clone of this user.
ifneq ($(and $(shell command -v ccache),$(or $(XDG_CACHE_HOME),$(HOME))),)
OBJCACHE := ccache
export OBJCACHE
export CCACHE_DIR := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/causeway/ccache
export CCACHE_MAXSIZE := 3G
endif
VERILATOR_INC := $(shell $(VERILATOR) --getenv VERILATOR_ROOT 2>/dev/null)/include
VERILATED_CXXFLAGS := -std=gnu++17 -fPIC -fvisibility=hidden -faligned-new -w -I. -isystem $(VERILATOR_INC) -isystem $(VERILATOR_INC)/vltstd \
	-DVM_COVERAGE=0 -DVM_SC=0 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVM_TRACE_VCD=0

# ---- Verilator's run-time and what a card calls out through, once for every model ----
VERILATED_RT := $(B)/lib/verilated-rt.a
VERILATED_RT_SRC := verilated verilated_dpi verilated_fst_c verilated_threads
$(VERILATED_RT): $(VERILATED_RT_SRC:%=$(B)/verilated/rt/%.o) $(B)/obj/sim/device/dpi.o
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/verilated/rt/%.o: $(VERILATOR_INC)/%.cpp
	@mkdir -p $(@D)
	$(Q)$(OBJCACHE) $(CXX) $(VERILATED_CXXFLAGS) -O2 -c -o $@ $<

# ---- the card, two flavours in one program: prefixes keep their symbols apart ----
# CW_TOP_PARAMS: e.g. -GQUEUE_N=128, for both.
CW_TOP_PARAMS ?=
CARD_DIR := sim/device
FILTER_DIR := constraints/filter
CARD_VERILATE := --cc --assert -Wall --x-assign fast --x-initial unique --top-module cw_sim_top -Irtl -y rtl \
	-y $(CARD_DIR) -I$(FILTER_DIR) -y $(FILTER_DIR) $(CW_TOP_PARAMS) $(wildcard rtl/*.vlt)

define verilated_card
$(B)/verilated/$(1)/Vcw$(1).mk: $(CARD_DIR)/cw_sim_top.sv $(wildcard $(CARD_DIR)/*.sv $(CARD_DIR)/*.svh rtl/*.vlt)
	@mkdir -p $$(@D)
	$$(Q)rm -f $$(@D)/*.cpp $$(@D)/*.h
	$$(Q)$$(VERILATOR) $$(CARD_VERILATE) $(2) --prefix Vcw$(1) --Mdir $$(@D) $(CARD_DIR)/cw_sim_top.sv
	$$(Q)awk -v target=$$@ -f rtl/verilator_deps.awk $$(@D)/Vcw$(1)__ver.d > $$(@D)/card.d
	@touch $$@

$(B)/lib/verilated-$(1).a: $(B)/verilated/$(1)/Vcw$(1).mk $(CARD_DIR)/glue.awk $(CARD_DIR)/glue.h
	@mkdir -p $$(@D)
	$$(Q)awk -v prefix=Vcw$(1) -v trace=$(3) -f $(CARD_DIR)/glue.awk $(B)/verilated/$(1)/Vcw$(1).h > $(B)/verilated/$(1)/glue.cpp
	$(if $(4),$$(Q)printf '%s\n' '$(call card_entry,$(1))' >> $(B)/verilated/$(1)/glue.cpp)
	+$$(Q)$$(MAKE) --no-print-directory -s -C $(B)/verilated/$(1) -f Vcw$(1).mk Vcw$(1)__ALL.a \
		OPT_FAST=-O3 OPT_GLOBAL=-O3 OPT_SLOW=-O1 CXXFLAGS="-fPIC -fvisibility=hidden" > $(B)/verilated/$(1)/make.log
	$$(Q)$$(OBJCACHE) $$(CXX) $$(VERILATED_CXXFLAGS) -O2 -I$(B)/verilated/$(1) -c -o $(B)/verilated/$(1)/glue.o $(B)/verilated/$(1)/glue.cpp
	$$(Q)rm -f $$@ && cp $(B)/verilated/$(1)/Vcw$(1)__ALL.a $$@ && $$(AR) rs $$@ $(B)/verilated/$(1)/glue.o 2>/dev/null
endef
$(eval $(call verilated_card,fast,,0))
$(eval $(call verilated_card,trace,--trace-fst --trace-structs,1))

# ---- cards of other sizes: $(B)/lib/libcauseway-card-<queues>.so, found by sim/device/builds.c ----
# CARD_QUEUES: which, e.g. "128 2048". Interrupt vectors: as many, up to 256.
CARD_QUEUES ?= 2048
card_entry = extern "C" __attribute__((visibility("default"))) const cw_glue *cw_card_glue(void) { return &cw_glue_Vcw$(1); }
card_params = -GQUEUE_N=$(1) -GVECTOR_N=$(shell echo $$(( $(1) < 256 ? $(1) : 256 )))

define card_library
$(B)/lib/libcauseway-card-$(1).so: $(B)/lib/verilated-$(2).a $(VERILATED_RT)
	$$(Q)$$(CXX) -shared -Wl,-soname,$$(@F) -Wl,-z,defs -Wl,-Bsymbolic -o $$@ \
	    -Wl,--whole-archive $(B)/lib/verilated-$(2).a -Wl,--no-whole-archive $(VERILATED_RT) $$(LDLIBS)
endef
$(foreach n,$(CARD_QUEUES),$(eval $(call verilated_card,q$(n),$(call card_params,$(n)),0,library)))
$(foreach n,$(CARD_QUEUES),$(eval $(call verilated_card,q$(n)trace,$(call card_params,$(n)) --trace-fst --trace-structs,1,library)))
$(foreach n,$(CARD_QUEUES),$(eval $(call card_library,$(n),q$(n)))$(eval $(call card_library,$(n)-trace,q$(n)trace)))

# ---- cards behind a vendor's shim: $(B)/lib/libcauseway-card-<shim>.so ----
# CARD_SHIMS: which of SHIM_NAMES. Their numbers are those of enum cw_shim_id.
SHIM_NAMES := usplus 7series ptile 7series64 ptile256 usplus512 ptile512 usplusaa
CARD_SHIMS ?= $(if $(TEST_ALL),$(SHIM_NAMES),usplus 7series ptile)
SHIM_ID_usplus := 1
SHIM_ID_7series := 2
SHIM_ID_ptile := 3
SHIM_ID_7series64 := 4
SHIM_ID_ptile256 := 5
SHIM_ID_usplus512 := 6
SHIM_ID_ptile512 := 7
SHIM_ID_usplusaa := 8
# The endpoint behind it. Neither IP gives more than 256 tags.
shim_params = -GSHIM=$(SHIM_ID_$(1)) $(if $(filter %512,$(1)),-GDATA_W=512 -GTAG_N=256 -GOP_N=512)
$(foreach s,$(SHIM_NAMES),$(eval $(call verilated_card,$(s),$(call shim_params,$(s)),0,library)))
$(foreach s,$(SHIM_NAMES),$(eval $(call verilated_card,$(s)trace,$(call shim_params,$(s)) --trace-fst --trace-structs,1,library)))
$(foreach s,$(SHIM_NAMES),$(eval $(call card_library,$(s),$(s)))$(eval $(call card_library,$(s)-trace,$(s)trace)))

# ---- cards of other widths: $(B)/lib/libcauseway-card-w<bits>.so ----
# CARD_WIDTHS: which; the one that is linked in has 256. Tags and operations: what a card so wide needs in flight.
CARD_WIDTHS ?= 128 512
width_params = -GDATA_W=$(1) -GTAG_N=$(if $(filter 512,$(1)),1024,256) -GOP_N=$(if $(filter 512,$(1)),1024,256)
$(foreach w,$(CARD_WIDTHS),$(eval $(call verilated_card,w$(w),$(call width_params,$(w)),0,library)))
$(foreach w,$(CARD_WIDTHS),$(eval $(call verilated_card,w$(w)trace,$(call width_params,$(w)) --trace-fst --trace-structs,1,library)))
$(foreach w,$(CARD_WIDTHS),$(eval $(call card_library,w$(w),w$(w)))$(eval $(call card_library,w$(w)-trace,w$(w)trace)))

# ---- cards with other user logic: $(B)/lib/libcauseway-card-<user>.so ----
# CARD_USERS: which. Their numbers are those of enum cw_card_user.
CARD_USERS ?= filter
USER_ID_filter := 1
$(foreach u,$(CARD_USERS),$(eval $(call verilated_card,$(u),-GUSER=$(USER_ID_$(u)),0,library)))
$(foreach u,$(CARD_USERS),$(eval $(call verilated_card,$(u)trace,-GUSER=$(USER_ID_$(u)) --trace-fst --trace-structs,1,library)))
$(foreach u,$(CARD_USERS),$(eval $(call card_library,$(u),$(u)))$(eval $(call card_library,$(u)-trace,$(u)trace)))

# Of other sizes: libcauseway-card-<shim or width>-<queues>.so, for the full matrices.
define card_of_size
$(call verilated_card,$(1)q$(3),$(2) $(call card_params,$(3)),0,library)
$(call card_library,$(1)-$(3),$(1)q$(3))
endef
$(foreach n,$(CARD_QUEUES),$(foreach s,$(CARD_SHIMS),$(eval $(call card_of_size,$(s),$(call shim_params,$(s)),$(n)))))
$(foreach n,$(CARD_QUEUES),$(foreach w,$(CARD_WIDTHS),$(eval $(call card_of_size,w$(w),$(call width_params,$(w)),$(n)))))
CARDS_OF_SIZE := $(foreach k,$(CARD_SHIMS) $(CARD_WIDTHS:%=w%),$(CARD_QUEUES:%=$(k)-%))

##  make cards     simulated cards of other sizes (CARD_QUEUES=2048) and widths (CARD_WIDTHS=512), behind shims
##                 (CARD_SHIMS=...) and with other user logic (CARD_USERS=filter), for sim,queues=N, sim,width=N,
##                 sim,shim=NAME and sim,user=NAME; cards-trace: with waves
.PHONY: cards cards-trace
CARD_KINDS = $(CARD_QUEUES) $(CARD_WIDTHS:%=w%) $(CARD_SHIMS) $(CARD_USERS)
cards: $(patsubst %,$(B)/lib/libcauseway-card-%.so,$(CARD_KINDS) $(if $(TEST_ALL),$(CARDS_OF_SIZE)))
cards-trace: $(patsubst %,$(B)/lib/libcauseway-card-%-trace.so,$(CARD_KINDS))

-include $(wildcard $(B)/verilated/*/card.d)

VERILATED_LIBS := $(B)/lib/verilated-fast.a $(B)/lib/verilated-trace.a $(VERILATED_RT)

# Unit tests that hold a whole card link the models too.
CARD_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(filter-out %/card_model_test.c,$(wildcard tests/unit/card_*test.c)))
$(CARD_TESTS): $(VERILATED_LIBS)
$(CARD_TESTS): LDLIBS := -static-libasan $(VERILATED_LIBS) -lstdc++ $(LDLIBS)
