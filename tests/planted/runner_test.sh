#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/planted.sh tells a bug that is found as it should be from everything else.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

dir=build/tests/planted-runner
export PLANTED=$dir XDG_CACHE_HOME=$dir/cache
rm -rf "$dir"
mkdir -p "$dir/rtl"

# bug NAME OLD NEW HEADER...: a patch that replaces OLD in the source by NEW
bug() {
    local name=$1 old=$2 new=$3
    shift 3
    {
        echo "# what: a try of the runner"
        echo "# found-by: build/tests/rtl/cw_done_mux_test"
        printf '# %s\n' "$@"
        diff -u --label a/rtl/cw_done_mux.v --label b/rtl/cw_done_mux.v rtl/cw_done_mux.v \
            <(awk -v o="$old" -v n="$new" 'i = index($0, o) { $0 = substr($0, 1, i - 1) n substr($0, i + length(o)) } 1' rtl/cw_done_mux.v)
    } >"$dir/rtl/$name.patch"
}
plant() { scripts/planted.sh "$@"; }
twice() { plant "$1" && VERILATOR=false plant "$1"; } # nothing can be planted the second time
untouched() { [ "$(sha256sum rtl/cw_done_mux.v)" = "$before" ]; }

wrong='src == SRC_ISSUE ? 24'"'"'d0 :' # the bytes of an issue done
bug found "$wrong" "src == SRC_C2H ? 24'd0 :" "fails: all_come_in_turn"
bug elsewhere "$wrong" "src == SRC_C2H ? 24'd0 :" "fails: some_other_test"
bug silent "$wrong" "src == SRC_C2H ? 24'd0 :" "says: nothing of the kind"
bug nameless "$wrong" "src == SRC_C2H ? 24'd0 :" "note: neither fails nor says"
bug harmless "$wrong" "src == SRC_ISSUE ? 24'h0 :" "fails: all_come_in_turn"
bug broken "$wrong" "src == SRC_ISSUE ? 24'd0 24'd0 :" "fails: all_come_in_turn"
bug stale "$wrong" "src == SRC_C2H ? 24'd0 :" "fails: all_come_in_turn"
sed -i 's/^ \(.*SRC_H2C.*\)/ \1 as it was/' "$dir/rtl/stale.patch"
before=$(sha256sum rtl/cw_done_mux.v)

check "a_bug_that_is_found_is_ok_and_remembered" twice found
check "another_test_than_named_is_not_ok" refuses "killed, but by all_come_in_turn" plant elsewhere
check "text_that_is_not_said_is_not_ok" refuses "killed, but by all_come_in_turn" plant silent
check "a_header_without_a_test_is_refused" refuses "lacks a header line" plant nameless
check "a_change_without_effect_survives" refuses "SURVIVED" plant harmless
check "what_does_not_build_is_not_found" refuses "does not build" plant broken
check "a_stale_patch_does_not_apply" refuses "does not apply" plant stale
check "no_bug_at_all_is_a_failure" refuses "no planted bug matches" plant absent
check "the_tree_itself_is_untouched" untouched
rm -rf "$dir"
tap_end
