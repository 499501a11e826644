#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Scenarios that go wrong are seen to, and say how: scripts/guest.sh and scripts/vm-test.sh.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

# fails HOW TEXT: the scenario `broken` is a failure that says TEXT
fails() { refuses "$2" scripts/vm-test.sh -g "-t 20 -n broken-$1 -a cw_how=$1" broken; }
hangs() {
    local out
    out=$(scripts/guest.sh -t 12 -n broken-hang -a cw_how=hang broken 2>&1)
    [ $? = 124 ] || { echo "$out"; return 1; }
    case $out in
    *"stopped after 12 s"*"end of the kernel's console"*"causeway-vm: hanging now"*) ;;
    *) echo "$out"; return 1 ;;
    esac
    [ "$(sed '1,/end of the kernel/d' <<<"$out" | wc -l)" = 50 ]
}

check "a_hang_is_stopped_and_shows_the_last_50_console_lines" hangs
check "a_panic_shows_the_console" fails panic 'Kernel panic'
check "an_early_end_is_a_failure" fails early "the kernel's log was not looked at"
check "a_kernel_BUG_is_a_failure" fails unclean 'not ok 4 - kernel_log_is_clean'
check "a_failing_check_is_a_failure" fails failing 'not ok 1 - this_fails'
check "no_such_scenario" refuses "no scenario 'nosuch'" scripts/vm-test.sh nosuch
check "no_such_kernel" refuses "no kit for kernel 5.0" scripts/guest.sh -k 5.0 move
check "no_such_set" refuses "set 'nosuch'" scripts/vm-test.sh -s nosuch
tap_end
