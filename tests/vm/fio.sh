#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fio, reading back and verifying all it wrote, through three ways into the kernel.
# set: data
# guest: -F -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
mib=$((1 << 20))

# engine NAME BLOCK: four jobs of 8 MiB
engine() {
    out=/tmp/fio.$1
    fio_run "$out" 4 8 --ioengine="$1" --rw=randwrite --bs="$2" --iodepth=32 --verify=crc32c --verify_fatal=1 || return 1
    note "fio counts $(fio_bytes "$out" write) bytes written and $(fio_bytes "$out" read) read, error $(fio_error "$out")"
    [ "$(fio_error "$out")" = 0 ] && [ "$(fio_bytes "$out" write)" = $((32 * mib)) ]
}

check the_module_loads load
for e in psync:64k libaio:16k io_uring:32k; do
    block=${e#*:}
    e=${e%:*}
    count_start
    check "${e}_verifies_32_MiB" engine "$e" "$block"
    check "${e}_the_card_counts_what_fio_counts" moved "$(fio_bytes /tmp/fio."$e" write)" "$(fio_bytes /tmp/fio."$e" read)"
done
finish
