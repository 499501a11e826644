#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# kill -9 in mid-transfer: the process goes, its pages are let go, the next one works.
# set: ends
# guest: -F -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /cw/bin/cwctl)
bytes=$((64 << 20))

works() {
    cwctl -q write 0 /cw/bin/cwctl && cwctl -q read 0 "$size" /tmp/back && same /cw/bin/cwctl /tmp/back
}
kill_it() { kill -9 "$victim"; }
# killed DIRECTION: a buffer's process in the middle of one call
killed() {
    count_start
    buffer scattered "$1" "$bytes" </tmp/data >/tmp/out 2>&1 &
    victim=$!
    when_busy kill_it || return 1
    wait "$victim"
    status=$?
    note "it ended with status $status, due is 137"
    [ "$status" = 137 ] || return 1
    count
    note "of $bytes bytes the card counts $h2c to it and $c2h from it"
    [ $((h2c + c2h)) -gt 0 ] && [ $((h2c + c2h)) -lt "$bytes" ]
}

check the_module_loads load
head -c $bytes /dev/zero >/tmp/data
for direction in write read; do
    for n in 1 2; do
        check "${direction}_${n}_killed_in_the_middle" killed $direction
        check "${direction}_${n}_its_pages_are_let_go" wait_for 50 pins_returned
        count_start
        check "${direction}_${n}_the_next_one_works" works
        check "${direction}_${n}_$size bytes each way" moved "$size" "$size"
    done
done
for e in io_uring libaio; do
    fio_run /tmp/fio.out 2 16 --ioengine=$e --rw=randrw --bs=256k --iodepth=32 --time_based --runtime=100 >/tmp/fio.log &
    wait_for 100 pidof /cw/fio/ld-linux-x86-64.so.2 >/dev/null
    victim=$(pidof ld-linux-x86-64.so.2)
    check "${e}_fio_killed_in_the_middle" when_busy kill -9 "$victim"
    check "${e}_fio_is_gone" wait_for 100 fails_with '' pidof ld-linux-x86-64.so.2
    check "${e}_its_pages_are_let_go" wait_for 50 pins_returned
    check "${e}_the_next_one_works" works
done
finish
