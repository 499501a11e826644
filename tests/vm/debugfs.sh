#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a person sees of the driver: files in debugfs and sysfs, module information.
# set: module
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)
dir=/sys/kernel/debug/causeway/causeway0
facts=/sys/class/causeway/causeway0

# value FILE NAME: of a line "NAME value"
value() { awk -v name="$2" '$1 == name { print $2 }' "$dir/$1"; }
# Each counter's name and value as cwctl, which knows the register table, says; but those that looking changes.
counters_agree() {
    cwctl -c "$node" regs | awk '$1 ~ /^00[89a-f]..$/ && NF == 3 { print $2, $3 }' | sort >/tmp/by.cwctl
    n=$(wc -l </tmp/by.cwctl)
    sort "$dir/counters" | sed 's/  */ /' | grep -vE '^(RX_MRD|RX_MWR|RX_CPL) ' >/tmp/by.debugfs
    [ "$n" -gt 25 ] && [ "$(wc -l <"$dir/counters")" = "$n" ] || { echo "$n counters are due"; cat "$dir/counters"; return 1; }
    [ "$(grep -cFxf /tmp/by.cwctl /tmp/by.debugfs)" = $((n - 3)) ] || { cat /tmp/by.debugfs; return 1; }
}
reads() { cat "$1" >/dev/null; }
only_root_may() { [ "$(stat -c %a "$1")" = 400 ]; }
fact() { [ "$(cat "$facts/$1")" = "$2" ]; }
fact_like() { grep -qxE "$2" "$facts/$1"; }
gone_all() { [ ! -e "$dir" ] && [ ! -e "$facts" ]; }
refused() { ! insmod "$module" "$1" 2>/dev/null && dmesg | tail -n 3 | grep -q "causeway: ${1%%=*}=${1#*=}: "; }
described() { modinfo_says "parm=$1:"; }
modinfo_says() { tr '\0' '\n' <"$module" | grep -q "^$1"; }

check the_module_loads load queues=2 entries=64
check a_file_goes_there cwctl -q write 0 /bin/busybox
check and_comes_back cwctl -q read 0 "$size" /tmp/back
check counters_agree_with_the_register_table counters_agree
check H2C_BYTES_is_what_was_moved test "$(value counters H2C_BYTES)" = "$size"
check C2H_BYTES_is_what_was_moved test "$(value counters C2H_BYTES)" = "$size"
check queues_are_four test "$(awk '$2 ~ /h2c|c2h/ && $4 == "run" && $5 == "running"' $dir/queues | wc -l)" = 4
check queues_took_what_they_gave test "$(awk '$2 ~ /h2c|c2h/ && $6 == $7 && $6 > 0' $dir/queues | wc -l)" -ge 2
check vectors_are_five test "$(awk '$1 ~ /^[0-9]+$/ && $2 > 0' $dir/vectors | wc -l)" = 5
for ring in h2c0 h2c1 c2h2 c2h3; do
    check "ring_${ring}_has_64_slots" test "$(grep -c '^ *[0-9]* [0-9a-f]\{16\} ' $dir/rings/$ring)" = 64
done
for file in queues vectors counters rings/h2c0; do check "only_root_may_read_$file" only_root_may $dir/$file; done
head -n 6 $dir/queues $dir/vectors $dir/rings/h2c0 | sed 's/^/# /'
check fact_queues fact queues 2
check fact_entries fact entries 64
check fact_vectors fact vectors 5
check fact_irq_type fact irq_type MSI-X
check fact_card_bytes fact card_bytes 4294967296
check fact_hw_version fact_like hw_version '[0-9]+\.[0-9]+'
check facts_cannot_be_written sh -c "! echo 1 >$facts/queues"
check the_module_has_a_version test -s /sys/module/causeway/version
for p in queues entries vectors irq_usecs irq_records irq_adaptive weight relaxed_ordering no_snoop poll_usecs timeout_ms; do check "parameter_${p}_is_described" described $p; done
sh -c "while cat $dir/queues $dir/rings/* >/dev/null 2>&1; do :; done" &
reader=$!
sleep 1
# While a file is open the kernel refuses; the reader has none open for a moment between two.
check leaves_while_somebody_reads wait_for 200 unload
check the_reader_ends gone $reader 100
check nothing_is_left gone_all
for p in queues=1025 entries=100 entries=1 vectors=2049 irq_records=65536 irq_adaptive=2 weight=64 no_snoop=2 poll_usecs=10001 timeout_ms=0; do check "${p}_is_refused_by_name" refused $p; done
finish
