# SPDX-License-Identifier: BSD-2-Clause
# Guests with the card: a shell, and the scenarios.

KERNELS ?= 6.1 6.12
SCENARIOS ?=

.PHONY: vm vm-test vm-programs tests-vm
##  make vm        a shell in a guest that has the card (KERNEL=6.1|6.12; WAVE=1, TLP=1 record)
KERNEL ?= 6.1
vm:
	@scripts/setup.sh vm
	@scripts/guest-kit.sh $(KERNEL) >/dev/null
	@scripts/guest.sh -k $(KERNEL)

##  make vm-test   every scenario in guests (KERNELS="6.1 6.12", SCENARIOS="dd fio")
vm-test:
	@scripts/setup.sh vm
	@for k in $(KERNELS); do scripts/guest-kit.sh $$k >/dev/null || exit 1; done
	@scripts/vm-test.sh -f $(KERNELS:%=-k %) $(SCENARIOS)

# Programs of the scenarios, for the guest: static, so that they need nothing there.
VM_PROGRAMS := $(patsubst tests/vm/%.c,$(B)/tests/vm/%,$(wildcard tests/vm/*.c))
$(B)/tests/vm/%: tests/vm/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -static -o $@ $<
vm-programs: $(VM_PROGRAMS)

# The part vm of the tests: 6.1, and with TEST_ALL=1 both kernels.
tests-vm:
	@for k in $(if $(TEST_ALL),6.1 6.12,6.1); do scripts/guest-kit.sh $$k || exit 1; done
