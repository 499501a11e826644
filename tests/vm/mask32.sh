#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A card of 32 address bits in 3 GiB, a third of which is above 4 GiB: the kernel bounces that.
# set: dma
# guest: -F -m 3072 -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/dma.inc
. /cw/tests/vm/dma.inc

high_memory() {
    grep 'System RAM' /proc/iomem
    grep -q '^1[0-9a-f]*-[0-9a-f]* : System RAM' /proc/iomem
}

check some_memory_is_above_4_GiB high_memory
check a_width_out_of_range_is_refused fails_with 'Invalid argument|invalid parameter' insmod $module dma_bits=23
check the_log_says_why sh -c "dmesg | grep 'dma_bits=23: must be 24 to 64'"
check the_module_loads load dma_bits=32
check the_driver_says_that_it_maps says 32 mapped
bounced_start
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
check the_kernel_bounced_what_lay_above by_half bounced $((2 * size))
count_start
bounced_start
check fio_verifies_4_MiB verified libaio
check the_card_counts_what_fio_counts moved $((4 * mib)) "$(fio_bytes /tmp/fio.out read)"
check the_kernel_bounced_for_fio by_half bounced $((4 * mib + $(fio_bytes /tmp/fio.out read)))
check the_driver_copied_nothing is copied 0
check the_module_leaves unload
# The same memory is reached as it is with all of the card's bits.
check the_module_loads_again load
bounced_start
check a_file_comes_back_with_64_bits works
check and_nothing_is_bounced is bounced 0
finish
