#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module comes and goes 20 times, each time with work in between.
# set: life
# guest: -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /cw/bin/cwctl)

cycle() {
    # shellcheck disable=SC2119 # without parameters
    load || return 1
    count_start
    cwctl -q write 0 /cw/bin/cwctl && cwctl -q read 0 "$size" /tmp/back && same /cw/bin/cwctl /tmp/back || return 1
    moved "$size" "$size" || return 1
    unload || return 1
    ! [ -e "$node" ] && ! grep causeway /proc/interrupts && ! grep causeway /proc/iomem
}

for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    check "cycle_${n}_with_$size bytes each way" cycle
done
check without_the_module_there_is_no_card fails_with 'No such file' cwctl info
finish
