#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/test.sh PART...   build and run the tests of each part, two at a time.
#
# A part is a folder of tests/ (unit, rtl, driver, e2e, ...): its *_test.c files
# become programs in build/tests/PART/ (make tests-PART builds them), its *_test.sh files are run as they
# are; both print TAP. Each runs under a time-out (TIMEOUT seconds, 600) with its
# output in build/tests/log/. Prints a line a program, minutes a part, every
# failure's log end, and last the plain line "N passed, N failed". Exit status 1
# when anything failed or nothing ran.
#
# TEST_ALL=1 asks the tests for their full matrices and runs the end-to-end ones with each
# kind of interrupt, and with several seeds with MSI-X; behind shims and with other widths all with MSI-X, some with the
# others. It can be stopped and started again: a program that passed is not run again while it, the plug-in and the
# scripts are what they were.
set -u
cd "$(dirname "$0")/.." || exit
logs=build/tests/log
mkdir -p "$logs"
jobs=${JOBS:-2}
targets=${TARGETS:-sim shm} # each end-to-end test runs against these
irqs="msix msi intx" # and with each kind of interrupt
# and behind each vendor's shim for which make builds cards: in the short form these tests, with one target
shims=${SHIMS-$(make -s --no-print-directory --eval='said: ; @echo $(CARD_SHIMS)' said)}
widths=${CARD_WIDTHS-128 512} # and with data paths of these widths, likewise
width_tests="transfer data_sweep" # in the short form
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=0}
export TEST_ALL=${TEST_ALL:-}
timeout=600
seeds=1
[ -n "$TEST_ALL" ] && seeds="1 2 3 4 5" timeout=7200
total_passed=0
total_failed=0

# log_of PROGRAM: where its output goes. PROGRAM may be "TARGET=... path".
log_of() {
    echo "$logs/$(echo "${1#./}" | sed 's,build/,,; s,tests/,,; s,[/ =],-,g').log"
}

# key_of PROGRAM: what its result depends on
key_of() {
    {
        cat "${1##* }" build/lib/libcauseway*.so build/bin/* scripts/*.sh tests/*.sh
        if [[ $1 = */vm/* ]]; then cat tests/vm/*.* tests/vm/*/* build/guest-*/{causeway.ko,release}; fi
    } 2>/dev/null | sha256sum
}

# run_one PROGRAM: TAP into its log, its exit status into the log's .rc
run_one() {
    local start=$SECONDS log key='' rc alone=()
    log=$(log_of "$1")
    # Planted bugs depend on more than that, and are remembered one by one.
    if [ -n "$TEST_ALL" ] && [[ $1 != */planted/* ]]; then
        key=$(key_of "$1")
        [ "$key" = "$(cat "$log.passed" 2>/dev/null)" ] && return
        rm -f "$log.passed"
    fi
    # The runs of one script, with this and that kind of interrupt, have the same files.
    [[ $1 != *.sh ]] || alone=(flock "$logs/${1##*/}.lock")
    # shellcheck disable=SC2086 # an assignment and a path
    "${alone[@]}" timeout -k 10 "${TIMEOUT:-$timeout}" env $1 >"$log" 2>&1 </dev/null
    echo "$? $((SECONDS - start))" >"$log.rc"
    if [ -n "$key" ] && read -r rc _ <"$log.rc" && [ "$rc" = 0 ]; then echo "$key" >"$log.passed"; fi
}

# report PROGRAM: one line, and the totals
report() {
    local rc secs passed failed note='' log
    log=$(log_of "$1")
    read -r rc secs <"$log.rc"
    passed=$(grep -c '^ok ' "$log")
    failed=$(grep '^not ok ' "$log" | grep -vc '# SKIP') # so cmocka prints a skipped test
    if [ "$rc" = 124 ] || [ "$rc" = 137 ]; then
        note="timed out after ${TIMEOUT:-$timeout} s"
        failed=$((failed + 1))
    elif [ "$rc" != 0 ] && [ "$failed" = 0 ]; then
        note="exit status $rc"
        failed=1
    elif [ "$passed" = 0 ] && [ "$failed" = 0 ]; then
        note="ran no test"
        failed=1
    fi
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    printf '  %-52s %4d passed %3d failed %4d s %s\n' "$1" "$passed" "$failed" "$secs" "$note"
    if [ "$failed" != 0 ]; then
        grep -A 12 '^not ok [^#]*$' "$log" | head -n 60
        echo "  ---- end of $log"
        tail -n 25 "$log"
        echo "  ----"
    fi
}

# with_card KIND [TESTS]: the end-to-end tests (in the short form these) with a card that is not the one that is
# linked in, a line each
with_card() {
    local src irq
    for src in tests/e2e/*_test.c; do
        src=${src#tests/e2e/} src=${src%_test.c}
        # Nothing of these is left: the filter's card is of one form, those of 2048 queues of other kinds are for the long one.
        case $src-$TEST_ALL in filter-* | queues-) continue ;; esac
        if [ -n "$TEST_ALL" ]; then
            for irq in $irqs; do
                # Each vendor has pins of its own for MSI and INTx, and what comes through them is the same.
                case $irq-$src in msix-* | *-interrupt | *-transfer) echo "TARGET=sim IRQ=$irq $1 build/tests/e2e/${src}_test" ;; esac
            done
        elif [[ " ${2:-$src} " = *" $src "* ]]; then
            echo "TARGET=sim $1 build/tests/e2e/${src}_test"
            [ "$src" = interrupt ] && for irq in msi intx; do echo "TARGET=sim IRQ=$irq $1 build/tests/e2e/${src}_test"; done
        fi
    done
}

part() {
    local start=$SECONDS p src target seed irq why kind
    local programs=()
    if ! make -s -j "$jobs" "tests-$1" >"$logs/$1-build.log" 2>&1; then
        echo "  building tests-$1 failed:"
        tail -n 40 "$logs/$1-build.log"
        total_failed=$((total_failed + 1))
        return
    fi
    for src in tests/"$1"/*_test.c; do
        [ -e "$src" ] || continue
        if [ "$1" = e2e ]; then
            for target in $targets; do
                for irq in $irqs; do
                    # In the short form the other kinds have one target each.
                    case $irq-$target-$TEST_ALL in msi-shm- | intx-sim-) continue ;; esac
                    for seed in $seeds; do
                        # The kinds of interrupt and the seeds are two matters.
                        case $irq-$seed in msix-* | *-1) ;; *) continue ;; esac
                        programs+=("TARGET=$target IRQ=$irq SEED=$seed build/${src%.c}")
                    done
                done
            done
        else
            programs+=("build/${src%.c}")
        fi
    done
    if [ "$1" = e2e ]; then
        for kind in $shims; do mapfile -t -O ${#programs[@]} programs < <(with_card "SHIM=$kind"); done
        for kind in $widths; do mapfile -t -O ${#programs[@]} programs < <(with_card "WIDTH=$kind" "$width_tests"); done
    fi
    for src in tests/"$1"/*_test.sh; do
        [ -e "$src" ] || continue
        why=$(sed -n '/^#/!q; s/^# only in make test-all: *//p' "$src")
        if [ -n "$why" ] && [ -z "$TEST_ALL" ]; then
            echo "  ./$src is for make test-all only: $why"
            continue
        fi
        programs+=("./$src")
        if [ "$1" = e2e ] && [ -n "$TEST_ALL" ]; then programs+=("IRQ=msi ./$src" "IRQ=intx ./$src"); fi
    done
    for p in "${programs[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
        [ -t 2 ] && printf '\r\033[K  %s' "$p" >&2
        run_one "$p" &
    done
    wait
    [ -t 2 ] && printf '\r\033[K' >&2
    for p in "${programs[@]}"; do
        report "$p"
    done
    awk -v p="$1" -v s=$((SECONDS - start)) 'BEGIN { printf "%s: %.1f minutes\n", p, s / 60 }'
}

for name in "$@"; do
    echo "== $name"
    part "$name"
done
printf '%d passed, %d failed\n' "$total_passed" "$total_failed"
[ "$total_failed" = 0 ] && [ "$total_passed" != 0 ]
