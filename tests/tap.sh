# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# TAP for shell tests: source it, then `check NAME COMMAND...`; at the end `tap_end`.
# A failing check shows the end of the command's output.
# What the host of simulated cards grants: msix, msi or intx.
[ -n "${IRQ:-}" ] && export CAUSEWAY_SIM="irq=$IRQ"
tap_n=0
tap_failed=0
tap_log=$(mktemp)
trap 'rm -f "$tap_log"' EXIT

check() {
    local tap_name=$1 # functions under test see the locals of their callers
    shift
    tap_n=$((tap_n + 1))
    if "$@" >"$tap_log" 2>&1 </dev/null; then
        echo "ok $tap_n - $tap_name"
    else
        echo "not ok $tap_n - $tap_name"
        tail -n 30 "$tap_log" | sed 's/^/# /'
        tap_failed=$((tap_failed + 1))
    fi
}

# The command must fail, with `text` somewhere in its output: `refuses TEXT COMMAND...`
refuses() {
    local text=$1 out
    shift
    if out=$("$@" 2>&1); then
        echo "succeeded: $out"
        return 1
    fi
    case $out in
    *"$text"*) return 0 ;;
    esac
    echo "said '$out', not '$text'"
    return 1
}

tap_end() {
    echo "1..$tap_n"
    [ "$tap_failed" = 0 ] && [ "$tap_n" != 0 ]
    exit
}
