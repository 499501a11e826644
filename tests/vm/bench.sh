#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# cwctl measures a card behind a real kernel, sees that it is simulated, and says so; cwctl stats counts along.
# set: data
# guest: -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh

# A row of each size and way; in cycles of the card, beside the link that the guest sees.
measured() {
    cwctl -c "$node" bench -s 4096,65536 -w h2c,c2h,both -d 4 -n 8 >/tmp/bench || return 1
    sed 's/^/# /' /tmp/bench
    grep -q '^clock  *the card.s own cycles' /tmp/bench && grep -qE '^link +Gen[1-5] x[0-9]+, MPS [0-9]+, MRRS [0-9]+$' /tmp/bench &&
        grep -q 'B/cycle' /tmp/bench && ! grep -q 'GB/s' /tmp/bench &&
        [ "$(awk '$2 ~ /^(h2c|c2h|both)$/ && $4 >= 8 && $5 > 0 && $6 > 0 && $9 > 0' /tmp/bench | wc -l)" = 6 ]
}
# What it says it moved, the card has counted.
all_counted() {
    count
    note "the card counts $h2c bytes to it and $c2h from it"
    [ "$h2c" -ge "$(awk '$2 == "h2c" { n += $1 * $4 } END { print n + 0 }' /tmp/bench)" ] &&
        [ "$c2h" -ge "$(awk '$2 == "c2h" { n += $1 * $4 } END { print n + 0 }' /tmp/bench)" ]
}
json() { cwctl -c "$node" bench --json -s 4096 -w c2h -d 2 -n 4 | grep -q '"clock":"card".*"cycles":[1-9].*"p999_ns":[1-9]'; }
# While dd writes, differences are seen, and queues that had a part in it.
counts_along() {
    dd if=/bin/busybox of="$node" bs=65536 count=8 conv=notrunc &
    cwctl -c "$node" stats -i 1 -n 2 >/tmp/stats || return 1
    wait
    cwctl -c "$node" stats >/tmp/after || return 1
    grep -q 'of the card.s clock' /tmp/stats && grep -qE '^0 +h2c +running' /tmp/stats &&
        [ "$(awk '$1 == "H2C_BYTES" { print $2 }' /tmp/after)" = "$(regs H2C_BYTES)" ] &&
        [ "$(awk '$3 == "running" && $2 == "h2c" { n += $8 } END { print (n > 0) }' /tmp/after)" = 1 ]
}

check the_module_loads load
count_start
check six_rows_in_cycles_of_the_card measured
check the_card_counts_what_was_measured all_counted
check a_row_as_json json
check stats_count_along counts_along
finish
