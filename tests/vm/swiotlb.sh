#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# swiotlb=force: each byte goes through the kernel's pool, none through the driver's blocks, in mappings that fit the pool.
# set: dma
# guest: -F -m 512 -t 240 -a swiotlb=force
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/dma.inc
. /cw/tests/vm/dma.inc

check the_module_loads load
check the_driver_says_that_it_maps says 64 mapped
bounced_start
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
check the_kernel_bounced_all_of_it is bounced $((2 * size))
count_start
bounced_start
check fio_verifies_8_MiB verified io_uring
check the_card_counts_what_fio_counts moved $((8 * mib)) "$(fio_bytes /tmp/fio.out read)"
check the_kernel_bounced_what_fio_moved is bounced $((8 * mib + $(fio_bytes /tmp/fio.out read)))
check the_driver_copied_nothing is copied 0
finish
