#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module loads, and the driver meets its card, while one allocation after the other fails: it says so and leaves
# nothing behind, and the next time it works.
# set: debug
# only: named
# guest: -t 900
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /cw/bin/cwctl)

works() {
    cwctl -q write 0 /cw/bin/cwctl && cwctl -q read 0 "$size" /tmp/back && same /cw/bin/cwctl /tmp/back
}
left_behind() { ls "$node" || grep -i causeway /proc/interrupts /proc/iomem; }

bdf=$(address)
check allocations_may_fail may_fail
# Held enabled from outside: otherwise each try goes through ACPI's interpreter, which uses what it has freed when its
# allocations fail.
hold() { echo "$1" >"/sys/bus/pci/devices/$bdf/enable"; }
check the_device_is_held_enabled hold 1
# Each 5th: most are of the kernel's part of loading.
check the_module_loads_or_not env FAIL_STEP=5 failing load $module timeout_ms=60000
check nothing_is_left_behind_by_loading fails_with '' left_behind
check the_module_loads load
check the_card_is_let_go sh -c "echo $bdf >/sys/bus/pci/drivers/causeway/unbind"
check the_driver_binds_or_not failing bind "$bdf"
check nothing_is_left_behind_by_binding fails_with '' left_behind
check it_binds sh -c "echo $bdf >/sys/bus/pci/drivers/causeway/bind"
check its_device_comes wait_for 50 test -c $node
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
check the_device_is_let_go hold 0
finish
