#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Under a strict IOMMU: each transfer has its mappings, and nothing is reached without one.
# The host ends the scenario as failed when the card met a fault.
# set: dma
# guest: -F -t 240 -M kernel-irqchip=split -Q "-device intel-iommu,caching-mode=on,intremap=off" -a "intel_iommu=on iommu=strict"
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)
mib=$((1 << 20))

strict() {
    cat "/sys/bus/pci/devices/$(address)/iommu_group/type"
    grep -qx DMA "/sys/bus/pci/devices/$(address)/iommu_group/type"
}
works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
# The driver counts on nothing outside: every mapping that a transfer made is gone with it.
verified() {
    fio_run /tmp/fio.out 2 2 --ioengine=io_uring --rw=randwrite --bs=32k --iodepth=32 --verify=crc32c --verify_fatal=1 && [ "$(fio_error /tmp/fio.out)" = 0 ]
}

check the_module_loads load
check the_card_is_behind_a_strict_iommu strict
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
count_start
check fio_verifies_4_MiB verified
check the_card_counts_what_fio_counts moved $((4 * mib)) "$(fio_bytes /tmp/fio.out read)"
check the_module_leaves unload
check no_fault_was_met test -z "$(ask faults)"
finish
