#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is kept of slow tools (scripts/kept.sh) is given only for the same inputs: another source, header, version of the
# tool or script is a miss, and so is a damaged entry; a failure is never kept, so that a mistake is found
# however much is kept already. With Yosys, clang-tidy and scripts/synth.sh, whose runs are counted.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir" "$tap_log"' EXIT
kept=$dir/kept
export XDG_CACHE_HOME=$dir/cache
results=$XDG_CACHE_HOME/causeway/results
mkdir -p "$kept" "$dir/bin" "$dir/rtl"

# ---- the helper alone, with a command of a line ----

runs() { wc -l <"$dir/runs"; }
# ran N COMMAND...: succeeds, and the tool ran so many times in it
ran() {
    local n=$1 before
    shift
    before=$(runs)
    "$@" || return
    [ $(($(runs) - before)) = "$n" ] || { echo "ran $(($(runs) - before)) times, not $n"; return 1; }
}
: >"$dir/runs"
work() {
    echo run >>"$dir/runs"
    echo "it says $1"
    cat "$dir/in" >"$dir/out"
    ! grep mistake "$dir/in"
}
# asks WORD [TEXT]: what is printed and written must be as if it had run
asks() {
    rm -f "$dir/out"
    [ "$(kept -k "${2:-1.0}" -i "$dir/in" -o "$dir/out" work work "$1")" = "it says $1" ] && cmp "$dir/in" "$dir/out"
}
# fails COMMAND...: it does
fails() { ! "$@"; }
source_is() { echo "$1" >"$dir/in"; }
entry() { find "$results" -type f; }
newest() { find "$results" -type f -printf '%T@ %p\n' | sort -rn | sed '1s/^[^ ]* //; q'; }

source_is one
check "the_first_time_it_runs" ran 1 asks a
check "the_second_time_it_does_not" ran 0 asks a
check "other_words_are_a_miss" ran 1 asks b
check "another_version_is_a_miss" ran 1 asks a 1.1
source_is two
check "another_source_is_a_miss" ran 1 asks a
cp "$dir/in" "$dir/in2"
under_another_name() { kept -i "$dir/in2" work work a; }
check "another_name_is_a_miss" ran 1 under_another_name
source_is one
check "the_source_of_before_is_not" ran 0 asks a
cp scripts/kept.sh "$dir/kept.sh"
echo "# changed" >>"$dir/kept.sh"
changed_helper() { kept_self=$dir/kept.sh asks a; }
check "another_helper_is_a_miss" ran 1 changed_helper
source_is mistake
check "a_mistake_fails" ran 1 fails asks a
check "a_failure_is_not_kept" ran 1 fails asks a
no_source() { rm -f "$dir/none" && kept -i "$dir/none" work work a; }
source_is one
check "an_input_that_is_not_there_is_not_kept" ran 2 eval 'no_source && no_source'
nowhere() { HOME='' XDG_CACHE_HOME=/dev/null asks a; }
check "without_a_cache_it_runs" ran 2 eval 'nowhere && nowhere'
changes() { work "$1" && echo more >>"$dir/in"; }
while_it_changes() { kept -i "$dir/in" changes changes a; }
unchanged_again() { source_is one && while_it_changes; }
check "a_source_that_changes_meanwhile_is_not_kept" ran 2 eval 'unchanged_again && unchanged_again'
writes_nothing() { echo run >>"$dir/runs" && rm -f "$dir/out"; }
without_its_file() { kept -o "$dir/out" nothing writes_nothing; }
check "without_its_file_it_is_not_kept" ran 2 eval 'without_its_file && without_its_file'

# The one entry there is, with something done to it
alone() { rm -rf "$results" && source_is one && asks a >/dev/null && [ "$(entry | wc -l)" = 1 ]; }
cut_short() { truncate -s -20 "$(entry)"; }
emptied() { : >"$(entry)"; }
bit_flipped() { printf 'X' | dd of="$(entry)" bs=1 seek=200 conv=notrunc status=none; }
of_another_sum() { sed -i '1s/./x/' "$(entry)"; }
for damage in cut_short emptied bit_flipped of_another_sum; do
    damaged() { alone && "$damage" && ran 1 asks a && ran 0 asks a; }
    check "an_entry_${damage}_is_a_miss" damaged
done
not_asked_for_long() { alone && touch -d '40 days ago' "$(entry)" && asks b && [ "$(entry | wc -l)" = 1 ]; }
check "what_nobody_asks_for_goes" not_asked_for_long
asked_lately() { alone && touch -d '20 days ago' "$(entry)" && asks a && [ -z "$(find "$results" -type f -mtime +1)" ]; }
check "what_is_asked_for_stays" asked_lately
too_many() {
    rm -rf "$results"
    local kept_most=3 i
    for i in 1 2 3 4 5; do asks "$i" && touch -d "$((10 - i)) hours ago" "$(newest)"; done
    [ "$(entry | wc -l)" = 3 ] && ran 0 asks 5 && ran 1 asks 1
}
check "the_oldest_beyond_a_number_go" too_many
# Two who miss the same one: both have the result.
at_once() {
    rm -rf "$results"
    slow() { sleep 0.3 && echo "it says a"; }
    kept slow slow >"$dir/first" &
    kept slow slow >"$dir/second"
    wait $!
    cmp "$dir/first" "$dir/second" && [ "$(entry | wc -l)" = 1 ] && [ "$(kept slow slow)" = "it says a" ]
}
check "two_at_once_both_have_it" at_once

# ---- the tools: what stands before them in PATH counts their runs ----

# counted TOOL [WORD]: its version ends in WORD
counted() {
    local real
    real=$(PATH=${PATH#"$dir/bin:"} command -v "$1")
    cat >"$dir/bin/$1" <<END
#!/bin/bash
case "\$*" in
--version | -V) "$real" "\$@" && echo "${2:-}" ;;
*) echo run >>"$dir/runs"; exec "$real" "\$@" ;;
esac
END
    chmod +x "$dir/bin/$1"
    tool_says=() # as in a new process
}
PATH=$dir/bin:$PATH
counted yosys
counted clang-tidy
module() { printf '%s\n' '`default_nettype none' "module cw_tiny #(parameter N = 1) (input wire clk, input wire [3:0] a, output reg [3:0] q);" "$@" endmodule >"$dir/rtl/cw_tiny.v"; }
good='always @(posedge clk) q <= q + (a ^ {4{q[3]}});'
reads() { yosys_reads N=2 cw_tiny "$dir/rtl"; }
module "$good"
: >"$dir/rtl/cw_tiny.vh"
check "yosys_runs" ran 1 reads
check "yosys_need_not_run_again" ran 0 reads
module 'always @* if (a[0]) q = a;'
check "yosys_names_a_planted_latch" ran 1 refuses '$dlatch' reads
check "and_names_it_again" ran 1 refuses '$dlatch' reads
module "$good"
check "without_it_yosys_need_not_run" ran 0 reads
counted yosys newer
check "another_yosys_runs" ran 1 reads
echo '// changed' >"$dir/rtl/cw_tiny.vh"
check "yosys_runs_for_another_header" ran 1 reads

# scripts/synth.sh: the same of a part's figures
echo 'tiny xcup cw_tiny N=2 20 0 4 0 4 9' >"$dir/budget.txt"
synth() { RTL=$dir/rtl BUDGET=$dir/budget.txt scripts/synth.sh tiny >"$dir/figures" || { cat "$dir/figures"; return 1; }; }
# Two runs: the structure, and what it is mapped to.
check "a_part_is_synthesized" ran 2 synth
rm -f build/synth/tiny.*
check "a_part_that_is_kept_has_its_figures" ran 0 synth
check "they_are_figures" grep -E '^ +ff +4 ' "$dir/figures"
sed -i 's/ 4 9$/ 1 9/; s/ 20 0 4 / 20 0 2 /' "$dir/budget.txt"
check "a_lower_budget_is_found_in_what_is_kept" ran 0 refuses "more than 5 % above" env RTL="$dir/rtl" BUDGET="$dir/budget.txt" scripts/synth.sh tiny
echo 'tiny xcup cw_tiny N=2 20 0 4 0 4 9' >"$dir/budget.txt"
module 'wire gated = clk && a[0];' 'always @(posedge gated) q <= a;'
check "a_gated_clock_is_found_beside_what_is_kept" ran 1 refuses "Assertion failed" env RTL="$dir/rtl" BUDGET="$dir/budget.txt" scripts/synth.sh tiny
rm -f build/synth/tiny.*

# clang-tidy: a file, and a header that it includes
tidy() { echo "$dir/tidy.c" | tidy_reads "$dir/waivers"; }
: >"$dir/waivers"
echo 'static inline int one(const char *s) { return s[0]; }' >"$dir/tidy.h"
printf '%s\n' '#include <stdlib.h>' '#include "tidy.h"' 'int f(const char *s);' 'int f(const char *s) { return one(s); }' >"$dir/tidy.c"
check "clang_tidy_runs" ran 1 tidy
check "clang_tidy_need_not_run_again" ran 0 tidy
counted clang-tidy newer
check "another_clang_tidy_runs" ran 1 tidy
sed -i 's/one(s)/atoi(s)/' "$dir/tidy.c"
check "clang_tidy_names_a_planted_mistake" ran 1 refuses cert-err34-c tidy
check "what_it_found_is_still_named" ran 0 refuses cert-err34-c tidy
sed -i 's/atoi(s)/one(s)/' "$dir/tidy.c"
check "without_it_nothing_is_named" ran 0 tidy
printf '%s\n' '#include <stdlib.h>' 'static inline int one(const char *s) { return atoi(s); }' >"$dir/tidy.h"
check "clang_tidy_runs_for_another_header" ran 1 tidy
tap_end
