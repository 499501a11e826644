#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Relaxed ordering and no-snoop as the module parameters and the host allow them: on the card's data requests, both
# ways, and on nothing else that it sends. (That records, event entries and interrupts carry neither, and that none is used
# that Device Control does not enable, are rules of the checker: a broken one fails the transfer.)
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

dir=build/tests/attributes
rm -rf "$dir"
mkdir -p "$dir"
head -c 100040 /dev/urandom >"$dir/file"

# In pieces of 5000 bytes, so that data requests, and no others, are longer than 64 bytes and no multiple of 16.
# attributes OPTIONS MRd|MWr: what stands behind attr= in the card's data requests of that kind, "-" where nothing does
attributes() {
    build/bin/roundtrip -q -d 8 -b 5000 -c "sim,tlp=$dir/log,$1" "$dir/file" >"$dir/out" || { cat "$dir/out"; return 1; }
    grep -qx equal "$dir/out" && grep -q 'broken rules 0' "$dir/out" || { cat "$dir/out"; return 1; }
    build/bin/cwtrace print -v "$dir/log" >"$dir/text"
    awk -v kind="$2" '/<--/ && match($0, kind "(32|64) addr") {
        len = 0
        attr = "-"
        for (i = 1; i <= NF; i++) {
            if ($i ~ /^len=/) len = substr($i, 5) + 0
            if ($i ~ /^attr=/) attr = substr($i, 6)
        }
        if (len > 64 && len % 16) data[attr]++
    }
    END { for (a in data) printf "%s ", a; print "" }' "$dir/text"
}
both_ways_are() { # ATTRIBUTES OPTIONS
    local kind got
    for kind in MRd MWr; do
        got=$(attributes "$2" "$kind") || { echo "$got"; return 1; }
        [ "$got" = "$1 " ] || { echo "$kind: '$got', not '$1'"; return 1; }
    done
}
# They are the only requests of the card with 4 bytes here.
the_rest_has_none() {
    awk '/<--/ && /M(Rd|Wr)(32|64) addr/ && / attr=/ {
        for (i = 1; i <= NF; i++) if ($i ~ /^len=/) len = substr($i, 5) + 0
        if (len == 4) { print; bad = 1 }
    } END { exit bad }' "$dir/text"
}

check "data_is_relaxed_by_default" both_ways_are R seed=1
check "interrupts_are_not" the_rest_has_none
check "relaxed_ordering_can_be_switched_off" both_ways_are - seed=1,module=relaxed_ordering=0
check "no_snoop_can_be_switched_on" both_ways_are RN "seed=1,module=no_snoop=1"
check "no_snoop_alone" both_ways_are N "seed=1,module=no_snoop=1;relaxed_ordering=0"
check "a_host_that_allows_neither_gets_neither" both_ways_are - "seed=1,attributes=0,module=no_snoop=1"
rm -rf "$dir"
tap_end
