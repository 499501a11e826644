#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/bench.sh [sweep|docs|subset|accept|steps|account|shims|speed|page CSV]   the benchmark (make bench); needs build/bin/cwbench.
#
#   sweep   measures every point of the plan, JOBS (2) at once, into build/bench/results.csv; prints the table.
#           One factor at a time round the base point; ALL=1: the product of MODES WIDTHS LINKS DIRS SIZES
#           OFFSETS QUEUES BATCHES LATENCIES SPLITS OUTSTANDING, each a list. Stopped and started again, it goes on.
#   shims   measures the points behind each vendor's shim (SHIMS) into build/bench/shims.csv, beside the ceiling of its interface
#   docs    takes build/bench/results.csv and shims.csv over into tests/bench/, and page and pictures into docs/
#   subset  measures the points of tests/bench/subset.txt and compares them with tests/bench/results.csv and shims.csv
#   accept  measures them and takes the rows over: after a change that is meant to change cycles
#   steps   prints the cycles of one descriptor's steps
#   account prints what the cycles of the points went to at which data moves both ways
#   speed   how fast the simulation is, beside the card alone (cwreplay), and what idle skip saves; needs make programs
#   page    prints the page of a table
#
# A point that cannot be measured, is wrong in a byte, or is above its limit is reported; the exit status is then 1.
set -u
cd "$(dirname "$0")/.." || exit
out=build/bench
bench=build/bin/cwbench
head='width,link,mode,dir,size,offset,queues,batch,latency,split,outstanding,bytes_per_cycle,limit,share'
jobs=${JOBS:-2}
mkdir -p "$out"

all_sizes="8 16 32 64 128 256 512 1024 2048 4096 8192 16384 32768 65536"
some_sizes="8 64 256 1024 4096"
to_page="8 16 32 64 128 256 512 1024 2048 4096"
widths=${WIDTHS:-256}

# points WIDTHS LINKS DIRS SIZES OFFSETS QUEUES BATCHES LATENCIES SPLITS OUTSTANDING: their product, a line each; mode=st: of streams
points() {
    local w l d s o q b t p n
    for w in $1; do for l in $2; do for d in $3; do for s in $4; do for o in $5; do for q in $6; do
        for b in $7; do for t in $8; do for p in $9; do for n in ${10}; do
            echo "width=$w link=$l mode=${mode:-mm} dir=$d size=$s offset=$o queues=$q batch=$b latency=$t split=$p outstanding=$n"
        done; done; done; done
    done; done; done; done; done; done
}

has_width() { [[ " $widths " = *" $1 "* ]]; }

plan() {
    local dirs="h2c c2h both" wide=256 m w sizes
    if [ -n "${ALL:-}" ]; then
        for m in ${MODES:-mm}; do
            mode=$m points "$widths" "${LINKS:-none gen3x8 gen3x16}" "${DIRS:-$dirs}" "${SIZES:-$all_sizes}" "${OFFSETS:-0}" \
                "${QUEUES:-64}" "${BATCHES:-32}" "${LATENCIES:-250}" "${SPLITS:-256}" "${OUTSTANDING:-256}"
        done
        return
    fi
    points "$widths" "none gen3x8 gen3x16" "$dirs" "$all_sizes" 0 64 32 250 256 256
    has_width 512 && wide="256 512"
    for w in $wide; do
        [ "$w" = 256 ] && sizes=$all_sizes || sizes=$some_sizes
        points "$w" none "$dirs" "$sizes" 0 "1 8" 32 250 256 256
        points "$w" none "$dirs" "$sizes" 0 64 "1 8" 250 256 256
        points "$w" none "$dirs" "$sizes" 0 64 32 "500 1000" 256 256
        points "$w" none "$dirs" "$sizes" 0 64 32 250 64 256
    done
    points 256 none "$dirs" "$to_page" 0 2048 32 250 256 256
    points 256 none "$dirs" "$all_sizes" "1 3 60" 64 32 250 256 256
    points 256 none "$dirs" "$to_page" page 64 32 250 256 256
    has_width 512 && points 512 none "$dirs" "$some_sizes" 0 64 32 "500 1000" 256 768
    # Packets, one a descriptor
    mode=st points "$widths" "none gen3x8 gen3x16" "$dirs" "$some_sizes" 0 64 32 250 256 256
    mode=st points 256 none "$dirs" "$some_sizes" 0 "2 8" 32 250 256 256
    mode=st points 256 none "$dirs" "64 1024" 0 2048 32 250 256 256
    mode=st points 256 none "$dirs" "$some_sizes" 0 64 "1 8" 250 256 256
    mode=st points 256 none "$dirs" "$some_sizes" "3 page" 64 32 250 256 256
    mode=st points 256 none "$dirs" "$some_sizes" 0 64 32 "500 1000" 256 256
    mode=st points 256 none "$dirs" "$some_sizes" 0 64 32 250 64 256
}

# shim_plan: a point a line; a shim's name says how wide the endpoint is
shim_plan() {
    local s
    for s in ${SHIMS:-$(sed -n 's/^SHIM_NAMES := //p' sim/device/build.mk)}; do
        points "$([[ $s = *512 ]] && echo 512 || echo 256)" none "h2c c2h both" "64 256 1024 4096" 0 64 32 250 256 256 |
            sed "s/^/shim=$s /"
    done
}

# key_of POINT: its columns, as cwbench prints them
key_of() {
    sed -E 's,^((shim=[^ ]* )?width=[^ ]* link=[^ ]*) dir,\1 mode=mm dir,; s,(shim|width|link|mode|dir|size|offset|queues|batch|latency|split|outstanding)=,,g; s, ,\,,g'
}

# measure ROWS FAILED POINT...: one row, or one line about why not
measure() {
    local rows=$1 failed=$2 row why
    shift 2
    why=$(mktemp)
    # shellcheck disable=SC2048,SC2086 # words
    if row=$($bench $* 2>"$why"); then echo "$row" >>"$rows"; else head -n 1 "$why" | cut -c 1-300 >>"$failed"; fi
    rm -f "$why"
}

# run PLAN ROWS FAILED: measures what ROWS does not have yet
run() {
    local plan=$1 rows=$2 failed=$3 total n pid
    : >"$failed"
    touch "$rows"
    total=$(wc -l <"$plan")
    export bench
    export -f measure
    key_of <"$plan" >"$plan.keys"
    paste -d"|" "$plan.keys" "$plan" |
        awk -F'|' -v rows="$rows" 'BEGIN { while ((getline l < rows) > 0) { n = split(l, f, ","); k = f[1];
            for (i = 2; i <= n - 3; i++) k = k "," f[i]; have[k] = 1 } } !($1 in have) { print $2 }' >"$plan.left"
    xargs -r -P "$jobs" -I{} bash -c 'measure "$1" "$2" $3' measure "$rows" "$failed" {} <"$plan.left" &
    pid=$!
    while kill -0 $pid 2>/dev/null; do
        n=$(wc -l <"$rows")
        [ -t 2 ] && printf '\r\033[K  %d of %d points, %d s' "$n" "$total" "$SECONDS" >&2
        sleep 1
    done
    wait $pid
    [ -t 2 ] && printf '\r\033[K' >&2
    return 0
}

# in_order PLAN ROWS [COLUMN]: the table, in the order of the plan; COLUMN: in front of the others
in_order() {
    echo "${3:+$3,}$head"
    awk -F, 'NR == FNR { k = $1; for (i = 2; i <= NF - 3; i++) k = k "," $i; row[k] = $0; next }
        $0 in row { print row[$0] }' "$2" <(key_of <"$1")
}

page() { awk -v steps=tests/bench/steps.csv -v account=tests/bench/account.csv -v shims="${SHIM_TABLE:-tests/bench/shims.csv}" -f tests/bench/report.awk "$1"; }
draw() { awk -v out="$2" -v steps=tests/bench/steps.csv -f tests/bench/draw.awk "$1"; }

sweep() {
    local state
    state=$(cat $bench build/lib/libcauseway-card-*.so 2>/dev/null | sha256sum)
    if [ "$state" != "$(cat "$out/state" 2>/dev/null)" ]; then
        rm -f "$out/rows"
        echo "$state" >"$out/state"
    fi
    plan | awk '!seen[$0]++' >"$out/plan"
    echo "bench: $(wc -l <"$out/plan") points, $jobs at once"
    run "$out/plan" "$out/rows" "$out/failed"
    in_order "$out/plan" "$out/rows" >"$out/results.csv"
    page "$out/results.csv" >"$out/BENCHMARKS.md" && draw "$out/results.csv" "$out"
    cat "$out/BENCHMARKS.md"
    echo "bench: $(($(wc -l <"$out/results.csv") - 1)) points in $((SECONDS / 60)) min $((SECONDS % 60)) s: $out/results.csv"
    [ ! -s "$out/failed" ] && return
    echo "bench: $(wc -l <"$out/failed") points could not be measured:"
    cat "$out/failed"
    return 1
}

# A point that cannot be measured fails; what was measured is kept, as in sweep.
shims() {
    rm -f "$out/shims.rows"
    shim_plan >"$out/shims.plan"
    run "$out/shims.plan" "$out/shims.rows" "$out/shims.failed"
    in_order "$out/shims.plan" "$out/shims.rows" shim >"$out/shims.csv"
    cat "$out/shims.csv" "$out/shims.failed"
    [ ! -s "$out/shims.failed" ]
}

# take_over COLUMNS KEPT NEW: rows that have the same first columns are replaced, others come behind.
take_over() {
    touch "$2"
    awk -F, -v key="$1" '{ k = $1; for (i = 2; i <= key; i++) k = k "," $i; if (!(k in row)) order[n++] = k; row[k] = $0 }
        END { for (i = 0; i < n; i++) print row[order[i]] }' "$2" "$3" >"$out/merged.csv" && mv "$out/merged.csv" "$2"
}

# What was measured replaces the rows of the same points, and comes behind the others.
docs() {
    local kept=tests/bench/results.csv
    [ -s "$out/results.csv" ] || [ -s "$out/shims.csv" ] || { echo "bench: no $out/results.csv: make bench" >&2; return 1; }
    if [ -s "$out/results.csv" ]; then
        steps >"$out/steps.csv" && account >"$out/account.csv" || return
        take_over 11 "$kept" "$out/results.csv"
        take_over 3 tests/bench/steps.csv "$out/steps.csv"
        take_over 11 tests/bench/account.csv "$out/account.csv"
    fi
    [ ! -s "$out/shims.csv" ] || take_over 12 tests/bench/shims.csv "$out/shims.csv"
    page "$kept" >docs/BENCHMARKS.md && draw "$kept" docs
}

# One cycle more or less shows: the figures have four decimals of some 40,000 cycles.
subset() {
    local kept=("${TABLE:-tests/bench/results.csv}" "${SHIM_TABLE:-tests/bench/shims.csv}") bad=0 key was is
    grep -v '^#' "${SUBSET:-tests/bench/subset.txt}" >"$out/subset"
    rm -f "$out/subset.rows"
    run "$out/subset" "$out/subset.rows" "$out/subset.failed"
    while read -r key; do
        was=$(grep -hs "^$key," "${kept[@]}")
        is=$(grep "^$key," "$out/subset.rows")
        [ -n "$is" ] && [ "$was" = "$is" ] && continue
        bad=1
        echo "$key: was ${was#"$key",}, is ${is#"$key",}"
    done < <(key_of <"$out/subset")
    cat "$out/subset.failed"
    return $bad
}

# The subset measured anew is the table's, with page and steps: after a change that is meant to change cycles.
accept() {
    subset >/dev/null
    [ ! -s "$out/subset.failed" ] || { cat "$out/subset.failed"; return 1; }
    { echo "$head"; grep '^[0-9]*,' "$out/subset.rows"; } >"$out/results.csv"
    { echo "shim,$head"; grep -v '^[0-9]*,' "$out/subset.rows"; } >"$out/shims.csv"
    docs
}

# The cycles of one descriptor's steps, the longest of each.
steps() {
    local w d s
    for w in $widths; do for d in h2c c2h; do for s in 64 4096; do
        $bench idle=3000 ops=8 queues=1 batch=1 "width=$w" "dir=$d" "size=$s" || return
    done; done; done
}

# What the cycles went to, where both directions share the stream of requests.
account() {
    local w links point
    for w in $widths; do
        case $w in 128) continue ;; 256) links="none gen3x8" ;; *) links="none gen3x16" ;; esac
        while read -r point; do
            # shellcheck disable=SC2086 # words
            $bench account=1 $point || return
        done < <(points "$w" "$links" both "64 128 256 512 1024 4096" 0 64 32 250 256 256
            [ "$w" != 256 ] || mode=st points "$w" none both "512 1024" 0 64 32 250 256 256
            [ "$w" != 256 ] || mode=st points "$w" gen3x8 both "64 256 1024" 0 64 32 250 256 256)
    done
}

# How fast the simulation is: with driver, host model and checker, and the card alone on the same TLPs; CPU time.
speed() {
    local file=$out/file log=$out/speed.tlog whole alone skip none
    head -c 4000000 "$(gcc -print-prog-name=cc1)" >"$file"
    build/bin/roundtrip -c "sim,tlp=$log" "$file" >"$out/speed.txt" || return
    whole=$( { TIMEFORMAT='%U'; time build/bin/roundtrip -c sim "$file" >"$out/speed.txt"; } 2>&1)
    alone=$(build/bin/cwreplay "$log") || return
    skip=$($bench -v idle=56000 ops=200 queues=1 batch=1 2>&1 >"$out/speed.txt") || return
    none=$($bench -v idle=56000 ops=8 queues=1 batch=1 idle-skip=0 2>&1 >"$out/speed.txt") || return
    echo "$alone"
    awk -v whole="$whole" -v alone="$alone" -v skip="$skip" -v none="$none" 'BEGIN {
        match(alone, /[0-9.]+ s of CPU/); a = substr(alone, RSTART) + 0
        match(skip, /[0-9]+ kHz/); s = substr(skip, RSTART) + 0
        match(none, /[0-9]+ kHz/); n = substr(none, RSTART) + 0
        match(skip, /[0-9]+ of [0-9]+ cycles/); split(substr(skip, RSTART), f, " ")
        printf "whole endpoint with driver, host model and checker: %.2f s; the card alone: %.2f s: %.0f %% of its speed (60 wanted)\n", whole, a, 100 * a / whole
        printf "idle skip, a descriptor in flight for 1 %% of the time: %d of %d cycles evaluated (%.1f %%), %d kHz, without it %d: %.0f times (30 wanted)\n", f[1], f[3], 100 * f[1] / f[3], s, n, s / n }'
}

case ${1:-sweep} in
sweep | docs | subset | accept | steps | account | shims | speed) "${1:-sweep}" ;;
page) page "${2:?a table}" ;;
*)
    sed -n '3,18s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
