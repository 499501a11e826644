#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# 64 MiB by one call from huge pages and from scattered ones: the huge ones take few descriptors.
# set: data
# guest: -m 512 -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
bytes=$((64 << 20))
huge_pages=$((bytes >> 21))

write() { buffer "$1" write "$bytes" </tmp/data; }
read_back() {
    got=$(buffer "$1" read "$bytes" | sha256sum | cut -d ' ' -f 1)
    note "sha256 sent $sent, received $got"
    [ "$got" = "$sent" ]
}
few() {
    count
    note "$desc descriptors for $bytes bytes, at most $1 expected"
    [ "$desc" -le "$1" ] && [ "$desc" -gt 0 ]
}
many() {
    count
    note "$desc descriptors for $bytes bytes, at least $1 expected"
    [ "$desc" -ge "$1" ]
}

check the_module_loads load
check "there_are_$huge_pages huge pages" sh -c "echo $huge_pages >/proc/sys/vm/nr_hugepages; grep -q '^HugePages_Free: *$huge_pages\$' /proc/meminfo"
for kind in huge scattered; do
    head -c $bytes /dev/urandom >/tmp/data
    sent=$(sum /tmp/data)
    count_start
    check "${kind}_pages_to_the_card" write $kind
    check "${kind}_$bytes bytes moved to it" moved $bytes 0
    # A chunk is half a ring of pages: 512 KiB. Of scattered pages 9 in 10 at least have a stranger for a neighbour.
    [ $kind = huge ] && check "huge_pages_take_few_descriptors" few $((bytes / 524288))
    [ $kind = scattered ] && check "scattered_pages_take_many" many $((bytes * 9 / 40960))
    # What was read must not be what the buffer still held from the write.
    count_start
    check "${kind}_pages_from_the_card" read_back $kind
    check "${kind}_$bytes bytes moved from it" moved 0 $bytes
    [ $kind = huge ] && check "huge_pages_take_few_descriptors_back" few $((bytes / 524288))
    [ $kind = scattered ] && check "scattered_pages_take_many_back" many $((bytes * 9 / 40960))
done
echo 0 >/proc/sys/vm/nr_hugepages
finish
