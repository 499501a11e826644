#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Busy polling under a real kernel: preadv2 with RWF_HIPRI, io_uring with IORING_SETUP_IOPOLL, and poll_usecs.
# set: data
# guest: -F -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
mib=$((1 << 20))

# polls NAME ENGINE OPTION...: 2 MiB there, and back with every byte compared
polls() {
    out=/tmp/fio.$1 engine=$2
    shift 2
    fio_run "$out" 1 2 --ioengine="$engine" --direct=1 --rw=randwrite --bs=16k --iodepth=8 --verify=crc32c --verify_fatal=1 "$@" || return 1
    note "fio counts $(fio_bytes "$out" write) bytes written and $(fio_bytes "$out" read) read, error $(fio_error "$out")"
    [ "$(fio_error "$out")" = 0 ] && [ "$(fio_bytes "$out" write)" = $((2 * mib)) ]
}

check the_module_loads load
for e in pvsync2 io_uring; do
    count_start
    check "${e}_with_hipri_verifies_2_MiB" polls $e $e --hipri
    check "${e}_the_card_counts_what_fio_counts" moved "$(fio_bytes /tmp/fio.$e write)" "$(fio_bytes /tmp/fio.$e read)"
done
check the_module_leaves_between unload
check it_loads_with_poll_usecs load poll_usecs=10000
count_start
check "psync_with_poll_usecs_verifies_2_MiB" polls psync psync
check "psync_the_card_counts_what_fio_counts" moved "$(fio_bytes /tmp/fio.psync write)" "$(fio_bytes /tmp/fio.psync read)"
finish
