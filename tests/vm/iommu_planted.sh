#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A driver that unmaps memory while the card still uses it (planted/use_after_unmap.patch) is caught by
# the IOMMU: the transfer fails, and the host names the address.
# set: dma
# guest: -t 120 -M kernel-irqchip=split -Q "-device intel-iommu,caching-mode=on,intremap=off" -a "intel_iommu=on iommu=strict"
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
module=/planted/use_after_unmap.ko

unmapped() { dmesg | sed -n 's/.*planted: unmapped \(0x[0-9a-f]*\) .*/\1/p' | sort -u; }
named() {
    ask faults >/tmp/faults
    head -n 5 /tmp/faults
    for at in $(unmapped); do
        note "unmapped too early: $at"
        if grep -q "$at" /tmp/faults; then
            note "$(grep -m 1 "$at" /tmp/faults)"
            return 0
        fi
    done
    return 1
}

check the_planted_module_loads load timeout_ms=3000
check no_fault_before_the_first_transfer test -z "$(ask faults)"
count_start
check the_write_is_EIO fails_with 'Input/output error' dd if=/bin/busybox of=$node bs=64k count=1 conv=notrunc
# Writes are posted: nobody tells the card.
check the_read_does_not_fail dd if=$node of=/tmp/back bs=64k count=1
count
note "the card counts $h2c bytes to it and $c2h from it"
check the_fault_names_an_address_that_was_unmapped named
check the_host_was_told_to_expect_faults ask faults-expected
finish
