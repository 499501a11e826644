#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A function-level reset through sysfs while fio runs: what was in flight may fail, with an error
# that says so; nothing hangs; the card works afterwards without loading anything again.
# set: life
# guest: -F -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)

reset() { echo 1 >"/sys/bus/pci/devices/$bdf/reset"; }
works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
# 0: it was not hit; ETIMEDOUT, EIO or ENODEV: it was
error_allowed() {
    case $(fio_error "$1") in
    0 | 5 | 19 | 110) return 0 ;;
    esac
    note "fio's error is $(fio_error "$1")"
    return 1
}

check the_module_loads load timeout_ms=2000
bdf=$(address)
check the_method_is_flr grep -w flr "/sys/bus/pci/devices/$bdf/reset_method"
check a_reset_while_idle reset
count_start
check works_after_a_reset_while_idle works
check "that_is_$size bytes each way" moved "$size" "$size"
hit=0 round=0
while [ $hit -lt 3 ] && [ $round -lt 10 ]; do
    round=$((round + 1))
    out=/tmp/fio.$round
    fio_run $out 2 16 --ioengine=io_uring --rw=randrw --bs=64k --iodepth=32 --time_based --runtime=12 >/tmp/fio.log &
    fio_pid=$!
    sleep 0.5
    check "round_${round}_reset_while_fio_runs" when_busy reset
    check "round_${round}_fio_ends" gone $fio_pid 400
    check "round_${round}_fio_says_EIO_or_ETIMEDOUT_or_ENODEV" error_allowed $out
    note "round $round: fio's error is $(fio_error $out)"
    [ "$(fio_error $out)" = 0 ] || hit=$((hit + 1))
    count_start
    check "round_${round}_works_afterwards" works
    check "round_${round}_$size bytes each way" moved "$size" "$size"
done
check "three_resets_hit_work_in_flight" test $hit = 3
finish
