# SPDX-License-Identifier: BSD-2-Clause
# cwvfio: the vfio-user server. Its link shows that it needs nothing of sim/device or rtl.
VFIO_LIBS := $(B)/lib/vfio.a $(B)/lib/host.a $(B)/lib/link.a
$(B)/bin/cwvfio: $(B)/obj/sim/vfio/vfio_main.o $(VFIO_LIBS)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -ljson-c -Wl,-Map,$(B)/cwvfio.map $(LDLIBS)
