#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A machine without message signalled interrupts. A driver that knows MSI-X only says so and leaves the
# card alone; one that knows INTx works.
# set: life
# guest: -t 120 -a pci=nomsi
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)

works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}

check the_module_loads insmod $module timeout_ms=60000
if grep -q 'no MSI-X vectors' $module; then
    check it_says_that_MSI_X_is_missing sh -c "dmesg | grep 'causeway.*no MSI-X vectors: error -'"
    check there_is_no_device_file test ! -e $node
    check the_card_is_not_bound test ! -e "/sys/bus/pci/devices/$(address)/driver"
    note "0 bytes moved: this driver has no INTx"
else
    check there_is_a_device_file wait_for 50 test -c $node
    count_start
    check a_file_comes_back works
    check "that_is_$size bytes each way" moved "$size" "$size"
    check by_an_interrupt_line sh -c "grep causeway /proc/interrupts | grep -v MSI"
fi
finish
