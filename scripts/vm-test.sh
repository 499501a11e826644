#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/vm-test.sh [OPTION...] [SCENARIO...]   run scenarios in guests, a line each; TAP
#
#   -k 6.1|6.12   this kernel; may be given several times (6.1)
#   -s SET        the scenarios of this set: data, dma, ends, life -f   also those for full runs only
#   -j N          guests at a time (1)                             -v   all that a scenario says, as it says it
#   -g OPTIONS    more for scripts/guest.sh
#
# A scenario is tests/vm/NAME.sh; its first lines tell its set and its guest (tests/vm/lib.sh). Its own checks
# are indented below its line. Passed means: it ended by itself, each of its checks passed, among them that
# the kernel's log is clean, and the simulation saw no rule broken. Logs are in build/vm/KERNEL-NAME.*.
set -u
cd "$(dirname "$0")/.." || exit
kernels=() set='' full='' jobs=1 verbose='' more=''
while getopts k:s:fj:g:v opt; do
    case $opt in
    k) kernels+=("$OPTARG") ;;
    s) set=$OPTARG ;;
    f) full=1 ;;
    j) jobs=$OPTARG ;;
    g) more=$OPTARG ;;
    v) verbose=1 ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ ${#kernels[@]} != 0 ] || kernels=(6.1)
logs=build/vm
mkdir -p "$logs"
die() { echo "vm-test: $*" >&2; exit 2; }

# said NAME KEY: what a scenario's head says
said() { sed -n "/^#/!q; s/^# $2: *//p" "tests/vm/$1.sh"; }

names=("$@")
for name in ${names[@]+"${names[@]}"}; do
    [ -f "tests/vm/$name.sh" ] || die "no scenario '$name': there is no tests/vm/$name.sh"
done
if [ ${#names[@]} = 0 ]; then
    for f in tests/vm/*.sh; do
        name=$(basename "$f" .sh)
        case $name in lib | *_test) continue ;; esac
        its=$(said "$name" set)
        [ -z "$set" ] || [ "$set" = "${its:-life}" ] || continue
        case $(said "$name" only) in
        full) [ -n "$full" ] || continue ;;
        named) continue ;;
        esac
        names+=("$name")
    done
fi
[ ${#names[@]} != 0 ] || die "no scenario is in set '$set'"

# run KERNEL NAME: what it says goes to its log, its status and seconds to a file
run() {
    local base=$logs/$1-$2 start=$EPOCHREALTIME arguments
    rm -f "$base".{out,rc}
    eval "arguments=($(said "$2" guest) $more)" # with quotes, as in a shell
    if [ -n "$verbose" ]; then
        scripts/guest.sh -k "$1" -n "$1-$2" "${arguments[@]}" "$2" 2>&1 | tee "$base.out"
    else
        scripts/guest.sh -k "$1" -n "$1-$2" "${arguments[@]}" "$2" >"$base.out" 2>&1
    fi
    echo "${PIPESTATUS[0]} $(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')" >"$base.rc"
}

# passed BASE: status 0, and a whole and clean report
passed() {
    local out=$1.out status
    read -r status _ <"$1.rc"
    [ "$status" = 0 ] || { echo "# the guest ended with status $status"; return 1; }
    grep -q '^ok [0-9]* - kernel_log_is_clean' "$out" || { echo "# the kernel's log was not looked at"; return 1; }
    [ "1..$(grep -cE '^(not )?ok ' "$out")" = "$(grep -E '^1\.\.[0-9]+$' "$out")" ] || { echo "# checks are missing"; return 1; }
    ! grep -q '^not ok ' "$out"
}

n=0
failed=0
report() {
    local base=$logs/$1-$2 seconds why
    n=$((n + 1))
    read -r _ seconds <"$base.rc"
    [ -n "$verbose" ] || sed 's/^/    /' "$base.out"
    if why=$(passed "$base"); then
        echo "ok $n - $1 $2 ($seconds s)"
    else
        echo "not ok $n - $1 $2 ($seconds s)"
        [ -z "$why" ] || echo "$why"
        failed=$((failed + 1))
    fi
}

start=$SECONDS
[ "$jobs" = 1 ] || for kernel in "${kernels[@]}"; do
    for name in "${names[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
        run "$kernel" "$name" &
    done
done
wait
for kernel in "${kernels[@]}"; do
    for name in "${names[@]}"; do
        [ "$jobs" != 1 ] || run "$kernel" "$name"
        report "$kernel" "$name"
    done
done
echo "1..$n"
echo "# ${set:-scenarios}: $((n - failed)) passed, $failed failed, in $((SECONDS - start)) s"
[ $failed = 0 ]
