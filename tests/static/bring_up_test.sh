#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# docs/bring-up.md as tests/vm/bring_up.sh reads it: its commands are found, each program of ours in them has that
# command, each of the counters and registers is in the table; and a page that says something else is refused.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
page=docs/bring-up.md
work=$(mktemp -d)
trap 'rm -rf "$work" "$tap_log"' EXIT
of_page() { awk -v n="$1" -f tests/vm/transcript.awk "${3:-$page}" ${2:+"$2"}; }

commands_are_found() { [ "$(of_page 0)" -ge 15 ] && of_page 1 | grep -qx 'build/bin/cwctl list'; }
# Words after cwctl and its options are commands of host-lib/cwctl.c, those after regs are in the table.
commands_exist() {
    local i bad=0 line word name
    for ((i = 1; i <= $(of_page 0); i++)); do
        line=$(of_page "$i")
        case $line in build/bin/cwctl*) ;; *) continue ;; esac
        word=$(sed -E 's/^build.bin.cwctl( -q)?( -c [^ ]+)? ([a-z]+).*/\3/' <<<"$line")
        grep -qE "\{ \"$word\"," host-lib/cwctl.c || { echo "no command $word: $line"; bad=1; }
        [ "$word" = regs ] || continue
        for name in ${line#* regs}; do
            grep -qE "CW_(REG|COUNTER)\($name," rtl/cw_table.h || { echo "no register $name: $line"; bad=1; }
        done
    done
    return "$bad"
}
# A small page, and what came: LINE...
small() {
    printf '    # first\n    a b ... c\n    ...\n    last\n\ntext\n\n    # second\n    only (this)\n    # third\n' >"$work/page"
    printf '%s\n' "${@:2}" >"$work/said"
    of_page "$1" "$work/said" "$work/page"
}
check "commands_are_found" commands_are_found
check "commands_exist" commands_exist
check "what_comes_agrees" small 1 "a  b anything c" "more" "and more" "last"
check "no_lines_for_the_dots_agrees" small 1 "a b x c" "last"
check "a_line_is_as_it_stands" small 2 "only (this)"
check "another_line_is_refused" refuses "not there: only (this)" small 2 "only that"
check "a_missing_line_is_refused" refuses "not there: last" small 1 "a b x c" "more"
check "a_line_too_many_is_refused" refuses "not expected: more" small 2 "only (this)" "more"
check "dots_are_no_pattern_elsewhere" refuses "not there: only (this)" small 2 "only this"
tap_end
