#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# swiotlb=force: every transfer goes through the kernel's bounce buffers.
# set: dma
# guest: -F -t 180 -a swiotlb=force
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)
mib=$((1 << 20))
pool=/sys/kernel/debug/swiotlb

works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
verified() {
    fio_run /tmp/fio.out 2 4 --ioengine=libaio --rw=randwrite --bs=64k --iodepth=16 --verify=crc32c --verify_fatal=1 && [ "$(fio_error /tmp/fio.out)" = 0 ]
}
# Some of the pool is in use while a transfer is on its way.
used_now() { [ "$(cat "$pool"/io_tlb_used)" -gt 0 ]; }
bounced() {
    verified &
    wait_for 100 used_now || return 1
    note "$(cat "$pool"/io_tlb_used) of $(cat "$pool"/io_tlb_nslabs) slots in use"
    wait $!
}

check the_kernel_has_a_pool test "$(cat $pool/io_tlb_nslabs)" -gt 0
check the_module_loads load
check nothing_is_bounced_while_idle test "$(cat $pool/io_tlb_used)" = 0
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
count_start
check fio_verifies_8_MiB_that_are_bounced bounced
check the_card_counts_what_fio_counts moved $((8 * mib)) "$(fio_bytes /tmp/fio.out read)"
none_used() { ! used_now; }
check no_slot_is_left_in_use wait_for 20 none_used
finish
