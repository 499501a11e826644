#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# cwctl as a person uses it: what it shows, what it refuses and how; and the
# commands of the README, as they stand there.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

ctl=build/bin/cwctl
# Of this run alone: another one in this tree, with another card or interrupt, has its own.
dir=build/tests/cwctl-$$
mkdir -p "$dir"
trap 'rm -rf "$dir" "$tap_log"' EXIT
head -c 100003 /dev/urandom >"$dir/in"

shows() { # PATTERN COMMAND...
    local pattern=$1
    shift
    "$@" | tee "$dir/out"
    [ "${PIPESTATUS[0]}" = 0 ] && grep -qE "$pattern" "$dir/out"
}
exits() { # STATUS COMMAND...
    local want=$1 got
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || { echo "exit status $got, not $want"; return 1; }
}
serve() { # NAME: a card in a process of its own, for the checks that follow
    $ctl card "$1" 2>"$dir/card.log" &
    card_pid=$!
    for _ in $(seq 100); do
        grep -q "@causeway/$1\$" /proc/net/unix && return
        sleep 0.05
    done
    return 1
}
# Memory of a card process stays from host to host.
write_then_read() {
    $ctl -q -c "sim:$name" write 0x12345 "$dir/in" &&
        $ctl -q -c "sim:$name" read 0x12345 100003 "$dir/back" && cmp "$dir/in" "$dir/back"
}
# What stands at the places that it tests, too: a card of which nothing is known must not lose anything.
selftest_keeps_memory() {
    $ctl -q -c "sim:$name" write 0 "$dir/in" && shows "^ok +memory_left_no_error\$" "$ctl" -c "sim:$name" selftest &&
        $ctl -q -c "sim:$name" read 0 100003 "$dir/back" && cmp "$dir/in" "$dir/back"
}
dump_shows_bytes() {
    printf 'Causeway!' >"$dir/word"
    "$ctl" -q -c "sim:$name" write 64 "$dir/word" && shows '^000000040  43 61 75 73 .*Causeway!' "$ctl" -c "sim:$name" read 64 9
}
full_output() { $ctl read 0 16 >/dev/full; }
name_is_taken() { refuses "$name" timeout 10 "$ctl" card "$name"; }
card_ends_cleanly() {
    kill -TERM "$card_pid" && wait "$card_pid" && grep -q 'left after' "$dir/card.log" &&
        ! grep -q "causeway/$name" /proc/net/unix
}
readme_commands() {
    sed -n '/^## By hand/,/^## /s/^    //p' README.md >"$dir/readme.sh"
    [ "$(wc -l <"$dir/readme.sh")" -ge 6 ] || return
    # A name of our own, and a card that ends with the script whatever happens. The card needs a moment to
    # listen: a person's next line does not come as fast as a script's.
    sed -i "s/mycard/$name-readme/; s/^\(.*cwctl card .*\)\$/\1\nsleep 1/" "$dir/readme.sh"
    cat "$dir/readme.sh"
    { echo 'trap "kill %1 2>/dev/null || true" EXIT' && cat "$dir/readme.sh"; } >"$dir/guarded.sh"
    timeout 60 bash -m -e "$dir/guarded.sh"
}

# ---- stats and bench ----

# What went to the card and back is counted: at least that much, by name.
stats_count() { # CARD
    $ctl -q -c "$1" stats >"$dir/out" || return
    [ "$(awk '$1 == "counter" { on = 1; next } $1 == "queue" { on = 0 } on' "$dir/out" | wc -l)" = "$(grep -c '^CW_COUNTER' rtl/cw_table.h)" ] &&
        awk '$1 == "RX_MRD" && $2 > 0 { seen = 1 } END { exit !seen }' "$dir/out" && grep -qE '^0 +h2c +running' "$dir/out"
}
# Columns begin and end where those above them do.
stats_are_aligned() {
    $ctl stats >"$dir/out" && [ "$(awk '/^queue/ { exit } { print length($0) }' "$dir/out" | sort -u | wc -l)" = 1 ] &&
        [ "$(awk '/^queue/ { on = 1 } on { print length($0) }' "$dir/out" | sort -u | wc -l)" = 1 ]
}
# Two looks: the second has differences, which are what the counters say.
stats_have_differences() {
    $ctl -q stats -i 0.01 -n 2 >"$dir/out" || return
    awk '$1 == "counter" { looks++ } looks == 1 && $1 == "RX_MRD" { first = $2 }
        looks == 2 && $1 == "RX_MRD" { second = $2; diff = $3 }
        END { exit !(looks == 2 && diff > 0 && second - first == diff) }' "$dir/out"
}
stats_json_is_json() {
    $ctl -q stats --json -i 0.01 -n 2 | tee "$dir/out"
    [ "$(grep -c '^{"card":"sim",.*"counters":{"TX_MRD":[0-9]*,.*"queues":\[{"queue":0,"way":"h2c",.*}\]}$' "$dir/out")" = 2 ] &&
        [ "$(grep -c '"differences":{' "$dir/out")" = 1 ]
}
# A row for each: cycles, a rate that is not above the ceiling, three latencies that grow.
bench_rows() { # WHAT COMMAND...
    shift
    "$ctl" "$@" | tee "$dir/out"
    [ "${PIPESTATUS[0]}" = 0 ] &&
        awk '/^clock +simulated/ { clock = 1 } /^link +Gen3 x8, MPS 256, MRRS 512$/ { link = 1 }
            $2 ~ /^(h2c|c2h|both)$/ { n++; if (!($5 > 0 && $6 > 0 && $6 <= $7 && $8 + 0 > 0 && $8 + 0 <= 100 && $9 <= $10 && $10 <= $11)) bad = 1 }
            END { exit !(clock && link && n && !bad) }' "$dir/out"
}
bench_short() { bench_rows short bench -s 512,4096 -w h2c,c2h,both -d 8 -n 64 && [ "$(grep -cE ' (h2c|c2h|both) ' "$dir/out")" = 6 ]; }
# The same seed is the same run: not a figure of this machine is in the columns before CPU time, and it does not matter
# where malloc() puts things. Where two runs differ, so do their TLPs, and the first that do are shown.
bench_is_deterministic() {
    local run=0 tune
    for tune in tcache_count=7 tcache_count=7 tcache_count=0 tcache_count=20 tcache_max=64; do
        run=$((run + 1))
        GLIBC_TUNABLES=glibc.malloc.$tune $ctl -c "sim,seed=5,tlp=$dir/run.$run.tlog" bench -s 4096 -d 8 -n 64 \
            >"$dir/run.$run" ||
            { echo "run $run: exit status $?" && cat "$dir/run.$run" && return 1; }
        awk '$2 ~ /^(h2c|c2h)$/ { NF = 11; print }' "$dir/run.$run" >"$dir/rows.$run"
        [ "$(wc -l <"$dir/rows.$run")" = 2 ] || { echo "not two rows:" && cat "$dir/run.$run" && return 1; }
        diff "$dir/rows.1" "$dir/rows.$run" ||
            { echo "with malloc.$tune" && build/bin/cwtrace compare "$dir/run.1.tlog" "$dir/run.$run.tlog"; return 1; }
    done
}
# One byte more than there is of a link: Gen1 x1 carries less, and is no nearer to its ceiling than it can be.
bench_of_a_slow_link() { shows '^ +65536 c2h .* (9[0-9]|100)\.[0-9]% ' "$ctl" -c sim,gen=1,lanes=1 bench -s 65536 -w c2h -d 4 -n 8; }
bench_json_is_json() {
    $ctl bench --json -s 4096 -w c2h -d 4 -n 16 | tee "$dir/out"
    grep -qE '^{"card":"sim","clock":"simulated","gen":3,"lanes":8,.*"size":4096,"way":"c2h","depth":4,"transfers":16,.*"share":0\.[0-9]+,"p50_ns":[0-9]+,.*}$' "$dir/out"
}
bench_by_time() { shows '^ +4096 c2h +8 +[0-9]+ ' "$ctl" bench -s 4096 -w c2h -d 8 -t 0.00005; }

# Whatever PCI device of this machine happens to have the simulated card's address
no_bus() { ! { $ctl info | grep BAR; }; }
name=cwctl-$$
check "help_lists_the_commands" shows 'write ADDR FILE' $ctl --help
check "info_names_the_card" shows 'card memory +4294967296 bytes' $ctl info
info_names_interrupts() { shows "interrupts +$2, [0-9]+ of 64 vectors" "$ctl" -c "sim,irq=$1" info; }
check "info_names_msix" info_names_interrupts msix MSI-X
check "info_names_msi" info_names_interrupts msi MSI
check "info_names_intx" info_names_interrupts intx INTx
check "info_of_a_simulated_card_is_not_of_the_bus" no_bus
check "regs_shows_names_and_fields" shows '^00008  CAP_COUNTS' $ctl regs
check "regs_reads_a_counter" shows 'TX_MRD +[0-9]+' $ctl regs TX_MRD
check "regs_writes_then_shows" shows 'SCRATCH +0x0000002a' $ctl regs SCRATCH=42
check "regs_of_a_queue" shows 'STATE +[01]$' $ctl regs Q_STATUS.3
check "no_command" exits 2 $ctl
check "unknown_command" refuses "no command 'dance'" $ctl dance
check "unknown_register" refuses "no register 'NOPE'" $ctl regs NOPE
check "queue_out_of_range" refuses "there are queues 0 to 63" $ctl regs Q_STATUS.64
check "queue_beyond_32_bits" refuses "there are queues 0 to 63" $ctl regs Q_STATUS.4294967296
check "queue_missing" refuses "of which queue" $ctl regs Q_STATUS
check "bad_number" refuses "address 'ten' is not a number" $ctl read ten 10
check "too_few_arguments" refuses "read takes 2 to 3 arguments" $ctl read 0
check "read_beyond_card_memory" refuses "beyond card memory" $ctl read 0x100000000 16
check "write_beyond_card_memory" refuses "beyond card memory" $ctl -q write 0xfffffff0 "$dir/in"
check "full_output" refuses "could not be written" full_output
check "missing_file" refuses "No such file" $ctl write 0 "$dir/absent"
check "unknown_card" refuses "no card is named" $ctl -c nowhere info
check "unknown_pci_option" refuses "no option 'colour=red': there are force=0|1 and id=VVVV:DDDD" $ctl -c pci,colour=red info
check "no_pci_address" refuses "is no address on the PCI bus" $ctl -c 0:0 info
check "no_pci_device" refuses "PCI" $ctl -c ffff:ff:1f.7 info
check "unknown_option" refuses "no option 'colour=red'" $ctl -c sim,colour=red info
check "unknown_interrupt" refuses "option irq=pin: msix, msi or intx" $ctl -c sim,irq=pin info
check "stats_are_named_and_aligned" stats_are_aligned
check "stats_count" stats_count sim
check "stats_have_differences" stats_have_differences
check "stats_json_is_json" stats_json_is_json
check "stats_bad_interval" refuses "--interval 0: seconds" $ctl stats -i 0
check "stats_bad_count" refuses "--count 0: looks" $ctl stats -i 1 -n 0
check "stats_count_without_interval" refuses "--count needs an --interval" $ctl stats -n 2
check "stats_with_an_argument" refuses "what is 'TX_MRD'?" $ctl stats TX_MRD
check "stats_of_no_card" refuses "no card is named" $ctl -c nowhere stats
check "stats_bad_option_is_usage" exits 2 $ctl stats --colour
check "bench_short" bench_short
check "bench_is_deterministic" bench_is_deterministic
check "bench_of_a_slow_link" bench_of_a_slow_link
check "bench_json_is_json" bench_json_is_json
check "bench_by_time" bench_by_time
check "bench_bad_size" refuses "--size 0: bytes, 1 to" $ctl bench -s 0
check "bench_no_size" refuses "--size: which?" $ctl bench -s ,
check "bench_bad_way" refuses "--way up: h2c, c2h or both" $ctl bench -w up
check "bench_bad_depth" refuses "--depth 257: transfers in flight, 1 to 256" $ctl bench -d 257
check "bench_bad_depth_both" refuses "both ways at once, 128 each at most" $ctl bench -w both -d 129
check "bench_count_and_time" refuses "--count or --time, not both" $ctl bench -n 5 -t 1
check "bench_too_large_for_the_card" refuses "do not fit into card memory" $ctl bench -s 65536 -a 0xffff0000
check "card_option_of_the_host" refuses "is the host's" timeout 10 $ctl card "$name" seed=3
check "card_starts" serve "$name"
check "card_keeps_memory_between_hosts" write_then_read
check "selftest_passes_and_keeps_memory" selftest_keeps_memory
check "dump_shows_bytes" dump_shows_bytes
check "name_is_taken" name_is_taken
check "stats_of_a_card_process" stats_count "sim:$name"
check "bench_of_a_card_process" bench_rows 'bench' -c "sim:$name" bench -s 4096 -w h2c -d 4 -n 16
check "card_ends_cleanly" card_ends_cleanly
check "readme_commands_work" readme_commands
tap_end
