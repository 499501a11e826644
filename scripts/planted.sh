#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/planted.sh [-q] [GLOB...]   plants bugs; each must be found by the test that it names.
#
# A planted bug is a patch, tests/planted/KIND/NAME.patch (KIND: rtl, driver, vfio, bench), that
# begins with
#
#   # what: the bug, in one line
#   # found-by: build/tests/rtl/cw_doorbell_test [another, tried when that one passes]
#   # fails: name of the test in it that must be the first to fail
#   # check: check of the shim, or rule of the TLP checker, that must be the first to fail;
#     without this line, none may; "any": where the tests' own addresses decide
#   # says: text that the output must contain (as often as wanted)
#
# (one of the last three at least). It is applied, without fuzz, to a
# copy of the tree in build/planted/, where only what depends on it is built anew,
# without treating warnings as errors. Before, every test that is named must pass
# without a bug.
#
# GLOB chooses bugs by KIND/NAME or NAME; none: all. Two at a time (JOBS). A bug that
# was found is not planted again, in any clone of this user, while its patch, the file that it changes, the test
# and this script are what they were (scripts/kept.sh says where that is kept). Prints TAP, a line a test and a line a bug
# (-q: only those that are not ok), and last "N passed, N failed". The copy and the
# log of a bug that is not ok stay. PLANTED: another folder than tests/planted.
set -u
cd "$(dirname "$0")/.." || exit
. scripts/kept.sh
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=0}
unset MAKEFLAGS MFLAGS MAKELEVEL TEST_ALL # the short forms of the tests
jobs=${JOBS:-2}
limit=120 # seconds for a test
fixed=()  # the same addresses each time, where that is allowed
setarch -R true 2>/dev/null && fixed=(setarch -R)
work=build/planted
bugs=${PLANTED:-tests/planted}
quiet=
[ "${1:-}" = -q ] && quiet=1 && shift
mkdir -p "$work/result"
exec 9>"$work/lock"
flock 9

tap_n=0 passed=0 failed=0
# say ok|not-ok TEXT
say() {
    tap_n=$((tap_n + 1))
    if [ "$1" = ok ]; then
        passed=$((passed + 1))
        [ -n "$quiet" ] || echo "ok $tap_n - $2"
    else
        failed=$((failed + 1))
        echo "not ok $tap_n - $2"
    fi
}

# header PATCH FIELD: its values, a line each
header() { sed -n "/^---/q; s/^# $2: *//p" "$1"; }
touched() { sed -n 's,^+++ b/\([^[:space:]]*\).*,\1,p' "$1"; }
chosen() { # KIND/NAME GLOB...
    local name=$1 glob
    shift
    [ $# = 0 ] && return
    for glob in "$@"; do
        # shellcheck disable=SC2053 # a pattern
        [[ $name == $glob || ${name#*/} == $glob ]] && return
    done
    return 1
}
# The test without a bug.
run_test() { # FOLDER TEST LOG
    (
        cd "$1" || exit
        ulimit -f 65536 # a bug may make it print for ever
        timeout -k 5 $limit ${fixed[@]+"${fixed[@]}"} "$2"
    ) >"$3" 2>&1 </dev/null
}
twin() { # TEST
    local log=$work/result/${1//\//-}.log
    run_test . "$1" "$log" && grep -q '^ok ' "$log"
}

# What the copies are made from, so that everybody else may go on building.
snapshot() {
    rm -rf "$work/base"
    mkdir -p "$work/base/build/lib" "$work/base/build/verilated"
    cp -a Makefile rtl sim driver host-lib tests constraints "$work/base/"
    cp -a build/asan "$work/base/build/"
    cp -a build/lib/*-asan.a build/lib/verilated-rt.a "$work/base/build/lib/"
    cp -a build/verilated/rt "$work/base/build/verilated/"
}

# judge PATCH LOG STATUS: sets verdict; true when the bug was found as it should be
judge() {
    local first check want want_check text
    first=$(sed -n '/^not ok .*# SKIP/d; s/^not ok [0-9]* - //p' "$2" | head -n 1)
    check=$(sed -nE 's/^(shim: ([^:]*): |checker: ([a-z0-9-]+) ).*/\2\3/p' "$2" | head -n 1)
    want=$(header "$1" fails)
    want_check=$(header "$1" check)
    [ "$3" = 0 ] && verdict=SURVIVED && return 1
    verdict="killed, but by ${first:-exit status $3} ${check:+(check $check) }and not as its header says"
    [ "$3" = 124 ] || [ "$3" = 137 ] && verdict="timed out after $limit s"
    [ -n "$want" ] && [ "$want" != "$first" ] && return 1
    [ "$want_check" != any ] && [ "$want_check" != "$check" ] && return 1
    while read -r text; do
        [ -z "$text" ] || grep -qF -e "$text" "$2" || return 1
    done < <(header "$1" says)
    verdict="killed by ${want:-$(header "$1" says | head -n 1)}${want_check:+, check $want_check}"
}

# plant PATCH NAME: prints the verdict, "ok ..." or "not-ok ..."
plant() {
    local tree=$work/$2 log=$work/result/${2//\//-}.log start=$SECONDS test verdict ok=not-ok status=0
    rm -rf "$tree"
    mkdir -p "$(dirname "$tree")"
    cp -a "$work/base" "$tree"
    : >"$log"
    if [ -z "$(header "$1" what)" ] || [ -z "$(header "$1" found-by)" ] ||
        [ -z "$(header "$1" fails)$(header "$1" check)$(header "$1" says)" ]; then
        verdict="lacks a header line"
    elif ! patch -s -p1 --forward --fuzz=0 --no-backup-if-mismatch -d "$tree" <"$1" >"$log" 2>&1; then
        verdict="does not apply"
    else
        for test in $(header "$1" found-by); do
            if ! make -s -C "$tree" WARN=-w VERILATOR="${VERILATOR:-verilator} -Wno-fatal" "$test" >"$log" 2>&1; then
                verdict="does not build"
                break
            fi
            run_test "$tree" "$test" "$log"
            status=$?
            judge "$1" "$log" "$status" && ok=ok
            [ "$verdict" = SURVIVED ] || break
        done
    fi
    echo "$ok $verdict, $((SECONDS - start)) s"
    [ $ok = ok ] && rm -rf "$tree" "$log"
}
# planted PATCH NAME: the same into its result file; what was found before is not planted again
planted() {
    kept -i "$1 scripts/planted.sh $(touched "$1" | xargs) $(header "$1" found-by)" "planted-${2//\//-}" plant "$1" "$2" \
        >"$work/result/${2//\//-}.new"
    mv "$work/result/${2//\//-}.new" "$work/result/${2//\//-}"
}

# show NAME: its line
show() {
    local ok text
    read -r ok text <"$work/result/${1//\//-}"
    say "$ok" "$1: $text"
    [ "$ok" = ok ] || sed 's/^/# /' "$work/result/${1//\//-}.log" | tail -n 12
}

names=() tests=()
for patch in "$bugs"/*/*.patch; do
    name=${patch#"$bugs"/}
    name=${name%.patch}
    chosen "$name" "$@" && names+=("$name")
done
if [ ${#names[@]} = 0 ]; then
    echo "not ok 1 - no planted bug matches $*"
    echo "0 passed, 1 failed"
    exit 1
fi

mapfile -t tests < <(for name in "${names[@]}"; do
    header "$bugs/$name.patch" found-by | tr ' ' '\n'
done | sort -u)
make -s -j "$jobs" "${tests[@]}" >"$work/twins.log" 2>&1 || sed 's/^/# /' "$work/twins.log" | tail -n 20
for test in "${tests[@]}"; do
    if kept -i "scripts/planted.sh $test" "twin-${test##*/}" twin "$test"; then
        say ok "$test passes without a bug"
    else
        say not-ok "$test passes without a bug"
    fi
done
snapshot

for name in "${names[@]}"; do rm -f "$work/result/${name//\//-}"; done

# Lines come in order, each as soon as it can.
shown=0
show_ready() {
    while [ $shown -lt ${#names[@]} ] && [ -s "$work/result/${names[$shown]//\//-}" ]; do
        show "${names[$shown]}"
        shown=$((shown + 1))
    done
}
for name in "${names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    show_ready
    planted "$bugs/$name.patch" "$name" 9>&- &
done
wait
show_ready
rm -rf "$work/base"
echo "1..$tap_n"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
