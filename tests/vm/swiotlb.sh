#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# swiotlb=force: each byte goes through the kernel's pool, none through the driver's blocks, in mappings that fit the pool.
# set: dma
# guest: -F -m 512 -t 240 -a swiotlb=force
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/dma.inc
. /cw/tests/vm/dma.inc

pool=/sys/kernel/debug/swiotlb

check the_kernel_has_a_pool test "$(cat $pool/io_tlb_nslabs)" -gt 0
check the_module_loads load
check nothing_is_bounced_while_idle test "$(cat $pool/io_tlb_used)" = 0
check the_driver_says_that_it_maps says 64 mapped
bounced_start
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
check the_kernel_bounced_all_of_it is bounced $((2 * size))
count_start
bounced_start
check fio_verifies_4_MiB verified io_uring
check the_card_counts_what_fio_counts moved $((4 * mib)) "$(fio_bytes /tmp/fio.out read)"
check the_kernel_bounced_what_fio_moved is bounced $((4 * mib + $(fio_bytes /tmp/fio.out read)))
check the_driver_copied_nothing is copied 0
none_used() { [ "$(cat "$pool/io_tlb_used")" = 0 ]; }
check no_slot_is_left_in_use wait_for 20 none_used
finish
