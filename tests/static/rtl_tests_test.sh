#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every module of rtl/, and of the example filter, has a test: tests/rtl/<module>_test.c, or a line "tests: <module> ..." among
# the first lines of the test that holds it (of the module around it, or for the top of the whole
# card). Such a line counts only when what that test builds really contains the module.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

# instances RTL MODULE: it and every module below it, one a line
instances() {
    local todo=("$2") seen=' ' m
    while [ ${#todo[@]} -gt 0 ]; do
        m=${todo[0]}
        todo=("${todo[@]:1}")
        case $seen in *" $m "*) continue ;; esac
        seen+="$m "
        echo "$m"
        [ -e "$1/$m.v" ] || continue
        mapfile -t -O ${#todo[@]} todo < <(sed -nE 's/^ *((cw|stream)_[a-z0-9_]+) +(#\(|u_).*/\1/p' "$1/$m.v")
    done
}

# top_of TEST: the module that the test builds
top_of() {
    local top
    top=$(sed -nE '1,10s/.*verilator:.* top=([a-z0-9_]+).*/\1/p' "$1")
    case $1 in
    */unit/card_*) top=cw_top ;;
    esac
    [ -n "$top" ] || top=$(basename "$1" _test.c)
    echo "$top"
}

# home RTL TESTS MODULE: is there a test whose line names it and whose hierarchy holds it?
home() {
    local t
    while read -r t; do
        if instances "$1" "$(top_of "$t")" | grep -qx "$3"; then return 0; fi
        echo "$t says that it tests $3, which $(top_of "$t") does not contain"
    done < <(grep -lE "^(//| \*|/\*) tests:.* $3( |\$)" "$2"/rtl/*_test.c "$2"/unit/card_*_test.c 2>/dev/null)
    return 1
}

# tested RTL TESTS: names what has no test
tested() {
    local f m bad=0
    for f in "$1"/*.v; do
        m=$(basename "$f" .v)
        [ -e "$2/rtl/${m}_test.c" ] && continue
        home "$1" "$2" "$m" || { echo "$m has no test"; bad=1; }
    done
    return "$bad"
}

# stated TESTS RTL...: a line that names a module that is not there is stale
stated() {
    local m dir known bad=0 tests=$1
    shift
    for m in $(sed -nE 's/^(\/\/| \*|\/\*) tests: ([a-z0-9_ ]+).*/\2/p' "$tests"/rtl/*_test.c "$tests"/unit/card_*_test.c 2>/dev/null); do
        known=
        for dir in "$@"; do [ -e "$dir/$m.v" ] && known=1; done
        [ -n "$known" ] || { echo "$m is named by a test and does not exist"; bad=1; }
    done
    return "$bad"
}

# A small tree: an outer module with a test, an inner one with or without a home, a stranger.
small_tree() {
    rm -rf "$tree"
    mkdir -p "$tree/rtl" "$tree/tests/rtl" "$tree/tests/unit"
    printf 'module cw_outer;\n    cw_inner #(.W(1)) u_inner ();\nendmodule\n' >"$tree/rtl/cw_outer.v"
    printf 'module cw_inner;\nendmodule\n' >"$tree/rtl/cw_inner.v"
    printf '%s\n' "$@" >"$tree/tests/rtl/cw_outer_test.c"
}
tree=$(mktemp -d)
trap 'rm -rf "$tree" "$tap_log"' EXIT

check "every_module_has_a_test" tested rtl tests
check "every_module_of_the_filter_has_a_test" tested constraints/filter tests
check "no_test_names_a_module_that_is_gone" stated tests rtl constraints/filter
small_tree '// tests: cw_inner'
check "a_stated_home_counts" tested "$tree/rtl" "$tree/tests"
small_tree '// nothing'
check "a_module_without_a_test_is_found" refuses "cw_inner has no test" tested "$tree/rtl" "$tree/tests"
small_tree '// tests: cw_inner cw_stranger'
printf 'module cw_stranger;\nendmodule\n' >"$tree/rtl/cw_stranger.v"
check "a_home_that_does_not_hold_it_does_not_count" refuses "which cw_outer does not contain" tested "$tree/rtl" "$tree/tests"
rm "$tree/rtl/cw_stranger.v"
check "a_stale_name_is_found" refuses "cw_stranger is named" stated "$tree/tests" "$tree/rtl"
tap_end
