#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The scan of the kernel's log looks: what it must find it finds, and it misses a mark that is gone.
# set: life
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh

# found LINE: between the marks it makes the log unclean, before them it does not
found() {
    printf '%s\n[ 1.0] %s\n%s\n' "[ 0.5] $began" "$1" "[ 2.0] $ended" | log_is_clean && { echo "not found: $1"; return 1; }
    printf '[ 0.1] %s\n%s\n%s\n' "$1" "[ 0.5] $began" "[ 2.0] $ended" | log_is_clean
}
for line in 'WARNING: CPU: 0 PID: 1 at drivers/iommu/dma-iommu.c:1038 iommu_dma_unmap_page+0x79/0x90' \
    'BUG: unable to handle page fault for address: ffff' 'BUG: KASAN: use-after-free in cw_queue_poll' \
    'Oops: 0000 [#1] PREEMPT SMP' 'general protection fault, probably for non-canonical address' \
    'WARNING: possible circular locking dependency detected' 'DMA-API: causeway 0000:01:00.0: device driver frees' \
    'BUG: scheduling while atomic: dd/77/0x00000002' 'BUG: sleeping function called from invalid context' \
    'INFO: task dd:77 blocked for more than 120 seconds.' 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s!' \
    'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks' 'irq 16: nobody cared' 'refcount_t: underflow; use-after-free.' \
    'UBSAN: array-index-out-of-bounds in cw_queue.c' 'BUG: Bad page state in process dd' \
    'DMAR: [DMA Write] Request device [01:00.0] fault addr 0xfffe0000' 'list_del corruption, ffff88' \
    'dd: page allocation failure: order:4' 'swiotlb buffer is full (sz: 4096 bytes)' 'Kernel panic - not syncing'; do
    check "found: $line" found "$line"
done
echo "BUG: planted by the scenario scan" >/dev/kmsg
check found_in_the_real_log fails_with 'planted by the scenario' kernel_log_is_clean
began="$began again"
ended="$ended again"
check the_mark_of_the_beginning_is_missed fails_with 'mark of the beginning is not' kernel_log_is_clean
echo "$began" >/dev/kmsg
without_end() { dmesg | grep -v "$ended" | log_is_clean; }
check the_mark_of_the_end_is_missed fails_with 'mark of the end is not' without_end
note "0 bytes moved: this scenario is about the log"
finish
