#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Planted bugs are found by the tests that they name (scripts/planted.sh): a fixed few of
# each kind, or with TEST_ALL=1 all of them.
set -u
cd "$(dirname "$0")/../.." || exit
few=(
    rtl/doorbell_one_more_than_the_ring rtl/record_phase_never_flips rtl/tag_quarantine_missing
    driver/map_unmap_wrong_count driver/request_woken_before_its_status driver/record_short_believed
    link/record_longer_than_there link/segment_that_can_shrink link/second_descriptor_leaks
    vfio/interrupt_passes_a_write vfio/msi_address_of_the_guest vfio/unmap_of_a_part
)
[ -n "${TEST_ALL:-}" ] && few=()
exec scripts/planted.sh ${few[@]+"${few[@]}"}
