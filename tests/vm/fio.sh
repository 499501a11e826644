#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fio, reading back and verifying all it wrote, through three ways into the kernel.
# set: data
# guest: -F -m 384 -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
mib=$((1 << 20))

# engine NAME OPTION...: four jobs of 8 MiB
engine() {
    out=/tmp/fio.$1
    fio_run "$out" --name="$1" --ioengine="$1" --rw=randwrite --bsrange=4k-128k --blockalign=4k --size=8m \
        --offset_increment=8m --numjobs=4 --iodepth=32 --verify=crc32c --verify_fatal=1 || return 1
    note "fio counts $(fio_bytes "$out" write) bytes written and $(fio_bytes "$out" read) read, error $(fio_error "$out")"
    [ "$(fio_error "$out")" = 0 ] && [ "$(fio_bytes "$out" write)" = $((32 * mib)) ]
}

check the_module_loads load
for e in psync libaio io_uring; do
    count_start
    check "${e}_verifies_32_MiB" engine $e
    check "${e}_the_card_counts_what_fio_counts" moved "$(fio_bytes /tmp/fio.$e write)" "$(fio_bytes /tmp/fio.$e read)"
done
finish
