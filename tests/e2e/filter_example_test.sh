#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The program of host-lib/examples that a user of the filter starts from, as it is typed: each mode against the shell's
# own tools, what is dropped, and what is refused.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

dir=build/tests/filter
rm -rf "$dir"
mkdir -p "$dir"
{
    printf 'Hello, World\n\nthe quick brown fox\n{|}~@[`\n'
    head -c 9000 Makefile | tr -d '\n'
    printf '\nno newline at the end'
} >"$dir/in"

run() { build/bin/filter "$@" <"$dir/in" >"$dir/out" 2>"$dir/err"; }
# is WANTED OPTIONS...: the output is that of the command WANTED
is() {
    local want=$1
    shift
    run "$@" || { cat "$dir/err"; return 1; }
    cmp "$dir/out" <(bash -c "$want" <"$dir/in")
}
counts() { grep -q "$1" "$dir/err" || { cat "$dir/err"; return 1; }; }
bytes=$(tr -d '\n' <"$dir/in" | wc -c)
twice_is_nothing() {
    is cat -m xor -k 0 && run -m xor -k 0x8040 && ! cmp -s "$dir/in" "$dir/out" &&
        tr -d '\n' <"$dir/in" | head -c 1 | od -An -tu1 | grep -qx ' *72' && head -c 2 "$dir/out" | od -An -tx1 | grep -qx ' 08 e5'
}

check "lines_come_back" is cat
check "and_are_counted" counts "^filter: 6 packets of $bytes bytes came back, 0 were dropped$"
check "upper" is 'LC_ALL=C tr a-z A-Z' -m upper
check "lower" is 'LC_ALL=C tr A-Z a-z' -m lower
check "xor" twice_is_nothing
check "odd_lines_only" is "awk 'NR % 2 { print }'" -o
check "dropped_lines_are_counted" counts "^filter: 3 packets of .* 3 were dropped$"
check "other_user_logic_is_refused" refuses "its user logic is not the filter" build/bin/filter -c sim
check "an_unknown_mode_is_refused" refuses "keep, xor, upper or lower" build/bin/filter -m rot13
check "unknown_user_logic_is_refused" refuses "option user=sieve: plain or filter" build/bin/filter -c sim,user=sieve
rm -rf "$dir"
tap_end
