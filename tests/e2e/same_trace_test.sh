#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same seed gives the same trace (every TLP's header, payload and stamp): on
# both ends, in one process and in two, with and without idle skip. Other seeds
# give other traces.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

dir=build/tests/same_trace
rm -rf "$dir"
mkdir -p "$dir"
head -c 1800000 /dev/urandom >"$dir/file" # more than 10,000 TLPs there and back
seeds="1 2 3 4 5"
trace=build/bin/cwtrace
transfer=(build/bin/roundtrip -q -d 8 -b 100001)
unruly=order=1,read-jitter=300 # random completions

one_process() { # SEED TAG OPTIONS
    "${transfer[@]}" -c "sim,seed=$1,$unruly,tlp=$dir/$2.host,card-tlp=$dir/$2.card$3" "$dir/file"
}

two_processes() { # SEED
    local name=trace-$$-$1 pid rc
    build/bin/cwctl card "$name" "card-tlp=$dir/two$1.card" &
    pid=$!
    for _ in $(seq 100); do
        grep -q "@causeway/$name\$" /proc/net/unix && break
        sleep 0.05
    done
    "${transfer[@]}" -c "sim:$name,seed=$1,$unruly,tlp=$dir/two$1.host" "$dir/file"
    rc=$?
    kill "$pid"
    wait "$pid"
    return "$rc"
}

same() { "$trace" compare "$dir/$1" "$dir/$2"; }
differ() { ! "$trace" compare "$dir/$1" "$dir/$2"; }
at_least_10000() { "$trace" stat "$dir/$1" | awk '$4 == "all" { n += $5 } END { print n; exit n < 10000 }'; }

for s in $seeds; do
    check "seed_${s}_runs_in_one_process" one_process "$s" "one$s" ""
    check "seed_${s}_runs_in_two_processes" two_processes "$s"
    check "seed_${s}_both_ends_agree" same "one$s.host" "one$s.card"
    check "seed_${s}_both_ends_agree_in_two" same "two$s.host" "two$s.card.0" # the log of its first host
    check "seed_${s}_one_process_is_two" same "one$s.host" "two$s.host"
    check "seed_${s}_has_10000_tlps" at_least_10000 "one$s.host"
done
for s in 2 3 4 5; do
    check "seeds_1_and_${s}_differ" differ one1.host "one$s.host"
done

skipped() { # OUTPUT of a run in which cycles were skipped
    one_process 1 skip "" | tee "$dir/skip.out"
    grep -qE '\([1-9][0-9]* of them idle and skipped\)' "$dir/skip.out"
}
not_skipped() {
    one_process 1 noskip ",idle-skip=0" | tee "$dir/noskip.out"
    grep -q 'simulated .* cycles' "$dir/noskip.out" && ! grep -q 'idle and skipped' "$dir/noskip.out"
}
check "idle_cycles_are_skipped" skipped
check "skip_can_be_switched_off" not_skipped
check "skip_changes_nothing" same skip.host noskip.host
check "skip_changes_nothing_for_the_card" same skip.card noskip.card
rm -rf "$dir"
tap_end
