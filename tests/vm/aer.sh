#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# AER: the root port reports errors of the card while fio runs. After a non-fatal one nobody's transfer
# fails; after a fatal one the link is reset, what was in flight fails with EIO, and the card works again.
# set: module
# guest: -F -m 384 -t 500
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)

works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
# says TEXT: how often the kernel's log says so
says() { dmesg | grep -c -- "$1"; }
# inject KIND: and the recovery that it leads to has ended, well or not
inject() {
    recoveries=$(says "device recovery")
    aer_inject "$bdf" "$1" && wait_for 300 more_recoveries
}
more_recoveries() { [ "$(says "device recovery")" -gt "$recoveries" ]; }
corrected() { aer_inject "$bdf" cor && wait_for 100 said_corrected; }
# "Corrected", and "Correctable" since 6.5
said_corrected() { [ "$(says "severity=Correct")" -gt 0 ]; }

# meets KIND ERRNO: fio has this error after the event of this kind
meets() {
    fio_run "/tmp/fio.$1" 2 16 --ioengine=io_uring --rw=randrw --bs=64k --iodepth=16 --time_based --runtime=6 >/tmp/fio.log &
    fio_pid=$!
    sleep 0.5
    check "a_$1_error_comes_while_fio_runs" when_busy inject "$1"
    check "fio_ends_after_a_$1_error" gone $fio_pid 600
    check "its_error_is_$2" test "$(fio_error "/tmp/fio.$1")" = "$2"
    check "works_after_a_$1_error" works
}

check errors_can_be_injected sh -c '[ -e /dev/aer_inject ] || insmod /aer_inject.ko'
check the_module_loads load
bdf=$(address)
check the_root_port_has_aer grep -q . "/sys/bus/pci/devices/$bdf/aer_dev_fatal"
check a_corrected_error_is_reported corrected
check works_after_a_corrected_error works
meets nonfatal 0
check the_kernel_recovered_once test "$(says "device recovery successful")" = 1
meets fatal 5
check the_kernel_recovered_twice test "$(says "device recovery successful")" = 2
check the_driver_said_so test "$(says "at work again after an error on the link")" = 1
# Both once more, with nothing in flight.
check a_nonfatal_error_while_idle inject nonfatal
check a_fatal_error_while_idle inject fatal
count_start
check works_in_the_end works
check "that_is_$size bytes each way" moved "$size" "$size"
finish
