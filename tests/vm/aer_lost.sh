#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# AER: a fatal error while fio runs, and the link does not come up again after its reset: the card is given up,
# and every call says so at once; the module can be taken away.
# set: module
# guest: -F -m 384 -t 300 -R x-speed=16
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh

says() { dmesg | grep -c -- "$1"; }
gave_up() { [ "$(says "AER: device recovery failed")" = 1 ]; }
inject() { aer_inject "$bdf" fatal && wait_for 300 gave_up; }

check errors_can_be_injected sh -c '[ -e /dev/aer_inject ] || insmod /aer_inject.ko'
check the_module_loads load
bdf=$(address)
fio_run /tmp/fio.out 2 16 --ioengine=io_uring --rw=randrw --bs=64k --iodepth=16 --time_based --runtime=30 >/tmp/fio.log &
fio_pid=$!
sleep 0.5
check a_fatal_error_comes_while_fio_runs when_busy inject
check fio_ends gone $fio_pid 600
check its_error_is_5 test "$(fio_error /tmp/fio.out)" = 5
check the_link_stayed_down test "$(says "Data Link Layer Link Active not set")" = 1
check the_driver_had_cut_it_off test "$(says "the link is cut off")" = 1
check reads_fail fails_with "Input/output error" dd if=$node of=/dev/null bs=4096 count=1
check writes_fail fails_with "Input/output error" dd if=/bin/busybox of=$node bs=4096 count=1 conv=notrunc
check information_fails fails_with "Input/output error" cwctl info
finish
