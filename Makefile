# SPDX-License-Identifier: BSD-2-Clause
# Causeway: `make help` lists the commands.
#
# Layout of build/: obj/ (objects of our C), asan/ (the same under ASan and
# UBSan), lib/ (archives, one a folder), verilated/ (Verilator's output, one
# directory a flavour), bin/, tests/. Folder fragments (*/build.mk) add what is
# particular to a folder.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
Q ?= @

B := build
CC := gcc
AR := ar
CPPFLAGS := -D_GNU_SOURCE -I. -MMD -MP
# What finds mistakes without asking for casts: sign and width conversions, -Wcast-qual, -Wswitch-enum and the
# like are not here. Paths to a null pointer are the analyzers' (tests/static), whom inlining does not mislead.
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wnested-externs \
	-Wredundant-decls -Wvla -Walloca -Wformat=2 -Wundef -Wwrite-strings -Wlogical-op -Wduplicated-cond \
	-Wduplicated-branches -Wjump-misses-init -Wimplicit-fallthrough=5 -Wunused-macros -Wdate-time -Werror
CFLAGS := -std=gnu11 -O2 -g -fPIC -fvisibility=hidden $(WARN)
# The same program in every clone: what is kept of one (scripts/planted.sh) counts in the next.
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -ffile-prefix-map=$(CURDIR)=.
LDLIBS := -lz -ldl -lpthread -lm

# What `make test` runs, in this order: folders of tests/.
PARTS ?= static unit rtl driver e2e bench vm planted

# ---- archives: one a folder, in two variants (obj, asan) ----
LIBS := link trace host kernel device driver hostlib vfio model
DIR_link := sim/link
DIR_trace := sim/trace
DIR_host := sim/host
DIR_kernel := sim/kernel
DIR_device := sim/device
DIR_driver := driver
DIR_hostlib := host-lib
DIR_vfio := sim/vfio
DIR_model := tests/model
# Programs' main files stay out of the archives, and what goes with each Verilated model.
MAIN_SRC := $(wildcard host-lib/cwctl*.c host-lib/plugin*.c sim/*/*_main.c) sim/device/dpi.c

# The driver and the shim see the kernel mirror headers.
SHIM_CPPFLAGS := -Isim/kernel/include -Idriver
FLAGS_kernel := $(SHIM_CPPFLAGS)
FLAGS_driver := $(SHIM_CPPFLAGS)

define archive
SRC_$(1) := $$(filter-out $$(MAIN_SRC),$$(wildcard $$(DIR_$(1))/*.c))
$(B)/lib/$(1).a: $$(SRC_$(1):%.c=$(B)/obj/%.o)
$(B)/lib/$(1)-asan.a: $$(SRC_$(1):%.c=$(B)/asan/%.o)
$(B)/obj/$$(DIR_$(1))/%.o $(B)/asan/$$(DIR_$(1))/%.o: DIR_FLAGS = $$(FLAGS_$(1))
endef
$(foreach l,$(LIBS),$(eval $(call archive,$(l))))

$(B)/lib/%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(DIR_FLAGS) $(CFLAGS) -c -o $@ $<

$(B)/asan/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(DIR_FLAGS) $(CFLAGS) $(ASAN) -c -o $@ $<

# ---- tests: unit and driver tests run under ASan and UBSan ----
UNIT_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/*_test.c))
DRIVER_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/driver/*_test.c))

$(B)/asan/tests/driver/%.o: DIR_FLAGS = $(SHIM_CPPFLAGS)
$(B)/asan/tests/unit/kernel_%.o: DIR_FLAGS = $(SHIM_CPPFLAGS)

UNIT_LIBS := $(patsubst %,$(B)/lib/%-asan.a,link trace host kernel device model)
# A fragment may add objects to a test (prerequisites) and linker options (UNIT_LDFLAGS).
$(UNIT_TESTS): $(B)/tests/%: $(B)/asan/tests/%.o $(UNIT_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ASAN) $(UNIT_LDFLAGS) -o $@ $(filter $(B)/asan/%.o,$^) -Wl,--start-group $(UNIT_LIBS) -Wl,--end-group -lcmocka $(LDLIBS)

DRIVER_LIBS := $(patsubst %,$(B)/lib/%-asan.a,link trace host kernel device driver model)
$(DRIVER_TESTS): $(B)/tests/%: $(B)/asan/tests/%.o $(DRIVER_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ASAN) -o $@ $< -Wl,--start-group $(DRIVER_LIBS) -Wl,--end-group -lcmocka $(LDLIBS)

.PRECIOUS: $(B)/obj/%.o $(B)/asan/%.o
.SECONDARY:

-include $(wildcard packaging/build.mk rtl/build.mk constraints/build.mk sim/*/build.mk driver/build.mk host-lib/build.mk tests/*/build.mk tests/build.mk)
-include $(shell find $(B)/obj $(B)/asan -name '*.d' 2>/dev/null)

.PHONY: tests-unit tests-driver tests-static tests-planted
tests-static tests-planted: # nothing to build before
tests-unit: $(UNIT_TESTS)
tests-driver: $(DRIVER_TESTS)

.PHONY: run test test-all help clean
##  make run       set up what is missing, build, move a real file both ways (FILE=), show it
run:
	@scripts/setup.sh run
	@$(MAKE) -s --no-print-directory -j$$(nproc) programs
	@scripts/run.sh

##  make test      set up what is missing, run one real form of everything; what CI runs
test:
	@scripts/setup.sh test
	@scripts/test.sh $(PARTS)

##  make test-all  every matrix in full; can be stopped and started again
test-all:
	@scripts/setup.sh test-all
	@$(if $(filter vm,$(PARTS)),scripts/guest-kernel.sh >/dev/null)
	@TEST_ALL=1 scripts/test.sh $(PARTS)

##  make lint      every static check
.PHONY: lint
lint:
	@scripts/setup.sh test
	@scripts/test.sh static

##  make help      this list
help:
	@sed -n 's/^##  *//p' $(MAKEFILE_LIST)

##  make clean     remove build/
clean:
	rm -rf $(B)
