# SPDX-License-Identifier: BSD-2-Clause
# libcauseway.so, the simulation plug-in, cwctl, the examples; end-to-end tests.

HOST_CPPFLAGS := -Ihost-lib -Idriver/uapi
comma := ,
FLAGS_hostlib := $(HOST_CPPFLAGS)
LIB_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(addprefix host-lib/,device.c queue.c file.c pci.c pci_find.c sim.c))
PLUGIN_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard host-lib/plugin*.c))
CWCTL_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard host-lib/cwctl*.c)) \
	$(patsubst %,$(B)/obj/host-lib/%.o,progress ceiling histogram)
EXAMPLES := $(patsubst host-lib/examples/%.c,$(B)/bin/%,$(wildcard host-lib/examples/*.c))
PLUGIN_LIBS := $(patsubst %,$(B)/lib/%.a,link trace host kernel device driver)

$(B)/obj/host-lib/examples/%.o: DIR_FLAGS = $(HOST_CPPFLAGS)

$(B)/lib/libcauseway.so: $(LIB_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -Wl,-soname,libcauseway.so -Wl,-z,defs -o $@ $^ -lpciaccess -ldl

# The shim's module entry points are found by symbol: all of the driver goes in.
$(B)/lib/libcauseway-sim.so: $(PLUGIN_OBJ) $(PLUGIN_LIBS) $(VERILATED_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -Wl,-soname,libcauseway-sim.so -Wl,-z,defs -Wl,-Bsymbolic -o $@ $(PLUGIN_OBJ) \
	    -Wl,--whole-archive $(B)/lib/driver.a -Wl,--no-whole-archive \
	    -Wl,--start-group $(PLUGIN_LIBS) $(VERILATED_LIBS) -Wl,--end-group -lstdc++ $(LDLIBS)

$(B)/bin/cwctl: $(CWCTL_OBJ) $(B)/lib/libcauseway.so
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(CWCTL_OBJ) -L$(B)/lib -lcauseway -ldl -lm '-Wl,-rpath,$$ORIGIN/../lib'

$(EXAMPLES): $(B)/bin/%: $(B)/obj/host-lib/examples/%.o $(B)/obj/host-lib/progress.o $(B)/lib/libcauseway.so
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $< $(B)/obj/host-lib/progress.o -L$(B)/lib -lcauseway -lcrypto '-Wl,-rpath,$$ORIGIN/../lib'

.PHONY: programs
programs: $(B)/lib/libcauseway-sim.so $(B)/bin/cwctl $(EXAMPLES) $(B)/bin/cwtrace

# ---- end-to-end tests link only the library ----
E2E_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/e2e/*_test.c))
$(B)/obj/tests/e2e/%.o: DIR_FLAGS = $(HOST_CPPFLAGS)
$(E2E_TESTS): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/obj/tests/e2e/target.o $(B)/lib/libcauseway.so
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(filter %.o,$^) -L$(B)/lib -lcauseway -lcmocka '-Wl,-rpath,$$ORIGIN/../../lib'
$(B)/tests/e2e/death_test: $(B)/obj/tests/e2e/death_host.o $(B)/obj/tests/e2e/death_look.o

.PHONY: tests-e2e
tests-e2e: programs cards $(E2E_TESTS)

# ---- unit tests of the library: objects by name, as the two plug-in files are in no archive ----
# --wrap=NAME: the test's __wrap_NAME stands in for what the object calls.
$(B)/asan/tests/unit/hostlib_%.o: DIR_FLAGS = $(HOST_CPPFLAGS)
$(B)/asan/host-lib/%.o: DIR_FLAGS = $(HOST_CPPFLAGS)
# The defaults of the card come from the file that holds the models.
$(B)/tests/unit/hostlib_options_test: $(B)/asan/host-lib/plugin_options.o $(VERILATED_LIBS)
$(B)/tests/unit/hostlib_options_test: LDLIBS := -static-libasan $(VERILATED_LIBS) -lstdc++ $(LDLIBS)
$(B)/tests/unit/hostlib_device_test: $(B)/asan/host-lib/device.o
$(B)/tests/unit/hostlib_sim_test: $(patsubst %,$(B)/asan/host-lib/%.o,sim device file pci pci_find) $(B)/tests/unit/fake_plugin.so
$(B)/tests/unit/hostlib_sim_test: LDLIBS := -lpciaccess $(LDLIBS)
$(B)/tests/unit/hostlib_file_test: $(B)/asan/host-lib/file.o
$(B)/tests/unit/hostlib_file_test: UNIT_LDFLAGS := $(patsubst %,-Wl$(comma)--wrap=%,ioctl pread pwrite syscall)
PCI_TESTS := $(patsubst %,$(B)/tests/unit/hostlib_%,pci_test pci_find_test)
$(PCI_TESTS): $(patsubst %,$(B)/asan/host-lib/%.o,pci pci_find)
$(PCI_TESTS): UNIT_LDFLAGS := $(patsubst %,-Wl$(comma)--wrap=%,open flock readlink \
    $(addprefix pci_,system_init system_cleanup id_match_iterator_create iterator_destroy device_next device_find_by_slot \
    device_probe device_cfg_read device_cfg_read_u16 device_cfg_write_u16 device_map_range device_unmap_range))
$(B)/tests/unit/hostlib_progress_test: $(B)/asan/host-lib/progress.o
$(B)/tests/unit/hostlib_histogram_test: $(B)/asan/host-lib/histogram.o
$(B)/tests/unit/hostlib_ceiling_test: $(B)/asan/host-lib/ceiling.o $(patsubst %,$(B)/asan/tests/bench/%.o,iface limit point)

$(B)/obj/tests/unit/fake_plugin.o: DIR_FLAGS = $(HOST_CPPFLAGS)
$(B)/tests/unit/fake_plugin.so: $(B)/obj/tests/unit/fake_plugin.o
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -o $@ $<
