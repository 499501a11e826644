#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A card of 24 address bits under a strict IOMMU: all memory is mapped, to addresses below 2^24.
# set: dma
# guest: -F -m 512 -t 300 -M kernel-irqchip=split -Q "-device intel-iommu,caching-mode=on,intremap=off" -a "intel_iommu=on iommu=strict"
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/dma.inc
. /cw/tests/vm/dma.inc

strict() { grep -qx DMA "/sys/bus/pci/devices/$(address)/iommu_group/type"; }
addresses_start() {
    echo 0 >$trace/events/enable
    echo 16384 >$trace/buffer_size_kb
    echo 1 >$trace/events/iommu/map/enable
    echo >$trace/trace
}
# Of each mapping: "iova=0x... - 0x... paddr=..." or "iova=0x... paddr=..."
below_the_mask() {
    awk 'match($0, /iova=0x[0-9a-f]+/) { v = substr($0, RSTART + 7, RLENGTH - 7); sub(/^0+/, "", v); n++ }
        length(v) > 6 { print; bad++; v = "" }
        END { print "# mappings: " n + 0 ", above 2^24: " bad + 0; exit bad || !n }' "$trace/trace"
}

check the_module_loads load dma_bits=24
check the_card_is_behind_a_strict_iommu strict
check the_driver_says_that_it_maps says 24 mapped
addresses_start
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
check each_mapping_is_below_2_to_the_24 below_the_mask
check the_driver_copied_nothing is copied 0
echo 0 >$trace/events/enable
count_start
check fio_verifies_4_MiB verified io_uring
check the_card_counts_what_fio_counts moved $((4 * mib)) "$(fio_bytes /tmp/fio.out read)"
note "copied when there was no address left: $(copied) bytes"
finish
