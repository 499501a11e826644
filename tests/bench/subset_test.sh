#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The benchmark: some points give the digits of the committed table, the page is that of the table, and what is
# wrong is refused.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir" "$tap_log"' EXIT
table=tests/bench/results.csv

points_give_the_digits_of_the_table() { JOBS=1 scripts/bench.sh subset; }

page_is_that_of_the_table() { scripts/bench.sh page "$table" | diff docs/BENCHMARKS.md -; }

# The last digit of one figure changed: the point is named, with what it was and is.
one_digit_is_noticed() {
    sed 1q tests/bench/subset.txt >"$dir/subset"
    grep -m 1 size=8 tests/bench/subset.txt >>"$dir/subset"
    awk -F, -v OFS=, '$5 == 8 && $4 == "h2c" { $12 += 0.0001 } { print }' "$table" >"$dir/table"
    ! SUBSET="$dir/subset" TABLE="$dir/table" scripts/bench.sh subset >"$dir/said" && cat "$dir/said" &&
        grep -q '^256,none,mm,h2c,8,0,64,32,250,256,256: was .*, is ' "$dir/said"
}

numbers_out_of_range_are_refused_by_name() {
    refuses "weight is 1 to 63, not 64" build/bin/cwbench mode=st weight=64 &&
        refuses "ops is 1 to 4294967296, not 8x" build/bin/cwbench ops=8x && refuses "idle is 1 to 4294967296, not -1" build/bin/cwbench idle=-1 &&
        refuses "no such option" build/bin/cwbench opsies=8
}

figure_above_its_limit_is_refused() { refuses "above the limit" build/bin/cwbench size=4096 pretend=1.01; }

page_with_a_figure_above_its_limit_is_refused() {
    { cat "$table"; echo "256,none,mm,h2c,64,0,64,16,250,256,256,26.0000,25.0000,1.0400"; } >"$dir/above"
    refuses "above its limit" scripts/bench.sh page "$dir/above"
}

shims_figure_above_its_ceiling_is_refused() {
    refuses "above the limit" build/bin/cwbench shim=7series size=1024 pretend=4 &&
        { echo shim; echo "usplus,256,none,mm,h2c,64,0,64,16,250,256,256,26.0000,25.0000,1.0400"; } >"$dir/above" &&
        SHIM_TABLE="$dir/above" refuses "above its limit" scripts/bench.sh page "$table"
}

# The card answers the recorded TLPs with the same, at the same time; and not when the link is another one.
replay_answers_as_in_the_log() {
    build/bin/cwbench link=gen3x8 size=256 ops=1024 queues=8 "tlp=$dir/log" >"$dir/row" &&
        build/bin/cwreplay latency=400 "$dir/log"
}
replay_notices_another_log() {
    head -c 30000 "$dir/log" >"$dir/short"
    refuses "cwreplay" build/bin/cwreplay latency=400 "$dir/short" &&
        refuses "cwreplay" build/bin/cwreplay latency=404 "$dir/log"
}

# Descriptor read, data, record, message, in cycles; one descriptor in flight.
steps_of_one_descriptor_are_those_of_the_page() {
    local d
    for d in h2c c2h; do
        build/bin/cwbench idle=3000 ops=8 queues=1 batch=1 "dir=$d" || return
    done >"$dir/steps"
    grep '^256,[^,]*,64,' tests/bench/steps.csv | diff - "$dir/steps"
}

# One of the accounts again; and in each the parts make the whole, and the share of the table.
account_is_that_of_the_page() {
    build/bin/cwbench account=1 dir=both | diff <(grep '^256,none,mm,both,64,' tests/bench/account.csv) -
}
accounts_add_up() {
    awk -F, '{ k = $1; for (i = 2; i <= 11; i++) k = k "," $i }
        NR == FNR { share[k] = $14; next }
        { n++; off = $12 - $13 - $14 - $15 - $16; kinds = $17 + $18 + $19 + $20 + $21 + $16 - $12; part = $13 / $12 - share[k] }
        off * off > 1 || kinds * kinds > 1 || part * part > 0.005 * 0.005 { print "does not add up: " $0; bad = 1 }
        END { exit bad || n < 6 }' "$table" tests/bench/account.csv
}

# Of 64 streams one gets nowhere, for ever: the other 63 keep 98 % of the rate of all. Exact cycles.
one_stream_held_leaves_the_others_98_percent() {
    local d h all held base
    for d in h2c c2h; do
        for h in drop stall; do
            base=mode=st; [ "$h" = stall ] && base=held=polite
            all=$(build/bin/cwbench mode=st size=256 "dir=$d" "$base") || return
            held=$(build/bin/cwbench mode=st size=256 "dir=$d" "held=$h") || return
            awk -F, -v all="$all" -v h="$h" '{ split(all, a); print $4, h, a[12], $12; exit $12 < 0.98 * a[12] }' <<<"$held" || return
        done
    done
}

check "points_give_the_digits_of_the_table" points_give_the_digits_of_the_table
check "page_is_that_of_the_table" page_is_that_of_the_table
check "one_digit_is_noticed" one_digit_is_noticed
check "numbers_out_of_range_are_refused_by_name" numbers_out_of_range_are_refused_by_name
check "figure_above_its_limit_is_refused" figure_above_its_limit_is_refused
check "page_with_a_figure_above_its_limit_is_refused" page_with_a_figure_above_its_limit_is_refused
check "shims_figure_above_its_ceiling_is_refused" shims_figure_above_its_ceiling_is_refused
check "replay_answers_as_in_the_log" replay_answers_as_in_the_log
check "replay_notices_another_log" replay_notices_another_log
check "steps_of_one_descriptor_are_those_of_the_page" steps_of_one_descriptor_are_those_of_the_page
check "account_is_that_of_the_page" account_is_that_of_the_page
check "accounts_add_up" accounts_add_up
check "one_stream_held_leaves_the_others_98_percent" one_stream_held_leaves_the_others_98_percent
tap_end
