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
autoprobe() { echo "$1" >/sys/bus/pci/drivers_autoprobe; }
check allocations_may_fail may_fail
check the_card_is_left_alone_by_loading autoprobe 0
check the_module_loads_or_not failing load $module timeout_ms=60000
check nothing_is_left_behind_by_loading fails_with '' left_behind
check the_card_is_bound_when_loaded autoprobe 1
check the_module_loads load
check the_card_is_let_go sh -c "echo $bdf >/sys/bus/pci/drivers/causeway/unbind"
# 16 is EBUSY: so the kernel says that it has no memory to note who has a BAR.
check the_driver_binds_or_not env FAIL_ALSO=16 failing bind "$bdf"
check nothing_is_left_behind_by_binding fails_with '' left_behind
check it_binds sh -c "echo $bdf >/sys/bus/pci/drivers/causeway/bind"
check its_device_comes wait_for 50 test -c $node
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
finish
