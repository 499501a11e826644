#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A card of 24 address bits: the kernel's pool is above these, so the driver copies all data through blocks of its own in
# ZONE_DMA and maps no page of a user, which would fail with a warning.
# set: dma
# guest: -F -c 2 -m 3072 -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/dma.inc
. /cw/tests/vm/dma.inc

check the_module_loads load dma_bits=24
check the_driver_says_that_it_copies says 24 copied
bounced_start
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
check the_driver_copied_all_of_it is copied $((2 * size))
for engine in psync libaio io_uring; do
    count_start
    before=$(copied)
    check fio_verifies_4_MiB_with_$engine verified $engine
    read=$(fio_bytes /tmp/fio.out read)
    check the_card_counts_what_fio_counts_with_$engine moved $((4 * mib)) "$read"
    check the_driver_copied_what_fio_moved_with_$engine is copied $((before + 4 * mib + read))
done
note "waited for a block: $(cat $attributes/bounce_waits) times"
check the_kernel_bounced_nothing is bounced 0
finish
