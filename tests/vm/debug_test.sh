#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The usual scenarios, failing allocations and planted bugs on the debug kernel (tests/vm/debug.config).
# only in make test-all: the kernel is built first, 6 minutes on two idle processors, and its guests are slow
cd "$(dirname "$0")/../.." || exit
exec scripts/vm-test.sh -k 6.1-debug -g "-m 1024 -t 1200" move e2e fio cycles unbind kill smp iommu \
    fail_probe fail_transfer fail_iommu caught_leak caught_use_after_free caught_lock_inversion caught_missing_unmap
