#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The driver is unbound and bound again while fio runs.
# set: life
# guest: -F -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)
driver=/sys/bus/pci/drivers/causeway

unbind() { echo "$bdf" >"$driver"/unbind; }
bind() { echo "$bdf" >"$driver"/bind; }
# fio holds its file: the new device may have another number.
new_node() {
    for node in /dev/causeway*; do
        [ -c "$node" ] && cwctl -c "$node" info >/dev/null && return 0
    done
    return 1
}
works() {
    cwctl -c "$node" -q write 0 /bin/busybox && cwctl -c "$node" -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
error_is() {
    note "fio's error is $(fio_error "$1"), due is $2"
    [ "$(fio_error "$1")" = "$2" ]
}

check the_module_loads load
bdf=$(address)
for e in io_uring psync libaio; do
    out=/tmp/fio.$e
    fio_run $out 2 16 --ioengine=$e --rw=randrw --bs=64k --iodepth=32 --time_based --runtime=100 >/tmp/fio.log &
    fio_pid=$!
    check "${e}_unbind_while_fio_runs" when_busy unbind
    check "${e}_bind_again" bind
    check "${e}_the_new_device_answers" wait_for 50 new_node
    count_start
    check "${e}_a_file_comes_back_through_it" works
    check "${e}_$size bytes each way" moved "$size" "$size"
    check "${e}_fio_ends" gone $fio_pid 300
    check "${e}_fio_got_ENODEV" error_is $out 19
    node=/dev/causeway0
    # The next round has number 0 again.
    check "${e}_unbind_and_bind_while_idle" sh -c "echo $bdf >$driver/unbind && ! [ -e $node ] && echo $bdf >$driver/bind"
    check "${e}_the_number_is_0_again" wait_for 50 test -c $node
done
check fio_verifies_afterwards fio_run /tmp/fio.last 1 2 --ioengine=libaio --rw=randwrite --bs=16k --iodepth=32 --verify=crc32c
finish
