#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same transfers under every kind of setting: restless hard IP, other links,
# payload sizes, interrupt vectors, no IOMMU, other rings; each moves a file round
# and breaks no rule.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

file=build/tests/settings.bin
mkdir -p build/tests
head -c 300007 /dev/urandom >"$file"

moves() { # OPTIONS
    build/bin/roundtrip -q -d 24 -b 9001 -c "sim,$1" "$file" | tee "$file.out"
    [ "${PIPESTATUS[0]}" = 0 ] && grep -qx equal "$file.out" && grep -q 'broken rules 0' "$file.out"
}

seeds="1 2"
[ -n "${TEST_ALL:-}" ] && seeds=$(seq 20)
for seed in $seeds; do
    for o in reorder=1 order=1 reorder=1,order=1,read-jitter=1000 iommu=0 vectors=1 vectors=2 vectors=3 irq=msi irq=intx irq=msi,vectors=2 tag10=0 lanes=0 gen=1,lanes=1 gen=5,lanes=16 \
        mps=128,mrrs=128 mps=512,mrrs=4096 mps=128,mrrs=1024,reorder=1 read-latency=5000,read-jitter=5000 \
        read-latency=0,read-jitter=0,latency=1 latency=2000 "module=queues=1" "module=queues=32;entries=16" \
        "module=queues=2;entries=8,reorder=1,vectors=1" \
        "irq=msi,module=queues=32;entries=16,reorder=1" "irq=intx,module=queues=32;entries=16,reorder=1" \
        "irq=msix,module=queues=32;entries=16,reorder=1,vectors=1"; do
        check "seed_${seed}_$o" moves "seed=$seed,$o"
    done
done
rm -f "$file" "$file.out"
tap_end
