#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# File lists for other people's builds: rtl/causeway*.f hold every file of rtl/ once, each list is enough for its
# top, and causeway.core says the same as the lists; constraints/filter/filter.f is enough beside rtl/causeway.f.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work" "$tap_log"' EXIT

# names LIST...: the files in them
names() { sed 's/#.*//; s/ *$//; /^$/d' "$@"; }

# every_file_once FOLDER: each of its .v files stands in one list, and nothing else
every_file_once() { diff <(ls rtl/*.v) <(names "$1"/causeway*.f | sort); }

# enough TOP LIST...: elaborates with these files and no others
enough() {
    local top=$1
    shift
    mapfile -t files < <(names "$@")
    iverilog -g2005 -Wall -Wno-timescale -Irtl -Iconstraints/filter -s "$top" -t null "${files[@]}"
}

# core CORE: its filesets against the lists
core() {
    local set list bad=0
    for set in rtl usplus 7series ptile filter; do
        list=rtl/causeway_$set.f
        [ "$set" = rtl ] && list=rtl/causeway.f
        [ "$set" = filter ] && list=constraints/filter/filter.f
        diff <(names "$list") <(sed -n "/^  $set:/,/file_type/p" "$1" | sed -n 's/^ *- \([^:]*\.v\)$/\1/p') || { echo "$1: $set is not $list"; bad=1; }
    done
    diff <(printf "%s\n" rtl/*.vh constraints/filter/*.vh | sort) <(sed -n 's/^ *- \(.*\.vh\): .*/\1/p' "$1" | sort) || { echo "$1: include files"; bad=1; }
    while read -r list; do
        [ -e "$list" ] || { echo "$1: $list does not exist"; bad=1; }
    done < <(sed -n 's/^ *- \([^:]*\.v\)$/\1/p' "$1")
    return "$bad"
}

# none_left [OPTION...]: no file that .gitignore is for, what a patch or a build leaves behind, is in the repository
none_left() { ! git ls-files -ci --exclude-standard "$@" | grep .; }

lists_without() {
    cp rtl/causeway*.f "$work/"
    sed -i '/stream_fifo/d' "$work/causeway.f"
}
core_without() { sed '/cw_if_7series_tx/d' causeway.core >"$work/causeway.core"; }

check "lists_hold_every_file_once" every_file_once rtl
check "the_endpoint_needs_its_list_only" enough cw_top rtl/causeway.f
check "the_usplus_shim_needs_its_lists_only" enough cw_card_usplus rtl/causeway.f rtl/causeway_usplus.f constraints/common/card_usplus.f
check "the_7series_shim_needs_its_lists_only" enough cw_card_7series rtl/causeway.f rtl/causeway_7series.f constraints/common/card_7series.f
check "the_ptile_shim_needs_its_lists_only" enough cw_if_ptile rtl/causeway.f rtl/causeway_ptile.f
check "the_filter_needs_its_lists_only" enough cw_filter rtl/causeway.f constraints/filter/filter.f
check "the_core_file_says_the_same" core causeway.core
check "nothing_is_left_behind" none_left
lists_without
check "a_file_in_no_list_is_found" refuses "stream_fifo" every_file_once "$work"
check "a_list_that_is_not_enough_is_found" refuses "stream_fifo" enough cw_top "$work/causeway.f"
check "what_is_left_behind_is_found" refuses "rtl/causeway.f" none_left --exclude=causeway.f
core_without
check "a_file_missing_in_the_core_is_found" refuses "7series is not" core "$work/causeway.core"
tap_end
