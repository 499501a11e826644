#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# 1 GiB both ways, by one call each, from huge pages: the same SHA-256, few descriptors.
# set: data
# only: full
# guest: -m 3072 -t 1800
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
bytes=$((1 << 30))
huge_pages=$((bytes >> 21))

write() { buffer huge write "$bytes" </tmp/data; }
read_back() {
    got=$(buffer huge read "$bytes" | sha256sum | cut -d ' ' -f 1)
    note "sha256 sent $sent, received $got"
    [ "$got" = "$sent" ]
}
few() {
    count
    note "$desc descriptors for $bytes bytes"
    [ "$desc" -le $((bytes / 524288)) ] && [ "$desc" -gt 0 ]
}

check the_module_loads load
check "there_are_$huge_pages huge pages" sh -c "echo $huge_pages >/proc/sys/vm/nr_hugepages; grep -q '^HugePages_Free: *$huge_pages\$' /proc/meminfo"
mount -t tmpfs -o size=1100m data /tmp
head -c $bytes /dev/urandom >/tmp/data
sent=$(sum /tmp/data)
count_start
check to_the_card write
check "$bytes bytes moved to it" moved $bytes 0
check in_few_descriptors few
count_start
check from_the_card read_back
check "$bytes bytes moved from it" moved 0 $bytes
check in_few_descriptors_back few
finish
