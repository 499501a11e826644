#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The card is removed from the bus and found again, idle and while fio runs.
# set: life
# guest: -F -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)

remove() { echo 1 >"/sys/bus/pci/devices/$bdf/remove"; }
rescan() { echo 1 >/sys/bus/pci/rescan; }
works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
error_is() {
    note "fio's error is $(fio_error "$1"), due is $2"
    [ "$(fio_error "$1")" = "$2" ]
}

check the_module_loads load
bdf=$(address)
check remove_while_idle remove
check no_card_is_left fails_with '' address
check no_device_file_is_left test ! -e $node
check rescan rescan
check the_device_is_back wait_for 50 test -c $node
count_start
check works_again works
check "that_is_$size bytes each way" moved "$size" "$size"

fio_run /tmp/fio.out 2 16 --ioengine=libaio --rw=randrw --bs=64k --iodepth=32 --time_based --runtime=100 >/tmp/fio.log &
fio_pid=$!
check remove_while_fio_runs when_busy remove
check fio_ends gone $fio_pid 300
check fio_got_ENODEV error_is /tmp/fio.out 19
check rescan_again rescan
check the_device_is_back_again wait_for 50 test -c $node
count_start
check works_after_that works
check "that_is_$size bytes each way again" moved "$size" "$size"
finish
