# SPDX-License-Identifier: BSD-2-Clause
# cwvfio: the vfio-user server. Its link shows that it needs nothing of sim/device or rtl.
VFIO_LIBS := $(B)/lib/vfio.a $(B)/lib/host.a $(B)/lib/link.a
$(B)/bin/cwvfio: $(B)/obj/sim/vfio/vfio_main.o $(VFIO_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -ljson-c -Wl,-Map,$(B)/cwvfio.map $(LDLIBS)

# Its unit tests have its objects, and one runs the program, under ASan as they are.
VFIO_TESTS := $(filter $(B)/tests/unit/vfio_%,$(UNIT_TESTS))
$(VFIO_TESTS): $(SRC_vfio:%.c=$(B)/asan/%.o)
$(VFIO_TESTS): UNIT_LDFLAGS = -Wl,--no-as-needed -ljson-c
$(B)/tests/cwvfio: $(B)/asan/sim/vfio/vfio_main.o $(VFIO_LIBS:.a=-asan.a)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ASAN) -o $@ $^ -ljson-c $(LDLIBS)
$(B)/tests/unit/vfio_program_test: $(B)/tests/cwvfio
