#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `make run` as a user types it: sizes, the summary against the TLP log, the
# comparison that must fail, bad files and targets, the one DMA read.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

dir=build/tests/run
rm -rf "$dir"
mkdir -p "$dir"
printf x >"$dir/one"
head -c $((8 * 1024 * 1024 + 3)) /dev/urandom >"$dir/large"
: >"$dir/empty"

case ${IRQ:-msix} in
msi) interrupt="MSI vector" ;;
intx) interrupt="INTA goes up" ;;
*) interrupt="MSI-X vector" ;;
esac

run() { env "$@" make -s run >"$dir/out" 2>&1; }
says_equal() { run "$@" && cat "$dir/out" && grep -qx 'equal' "$dir/out"; }

# The transfers' TLPs (the card's requests and their completions) are in the log exactly as the summary counts them;
# of the rest the log has more, as it goes on until the driver has left.
tlps_in_log() { # DIRECTION KIND
    awk -v dir="$1" -v kind="$2" '$2 == dir && $4 == kind { print $5 }' "$dir/stat"
}
summary_matches_log() {
    local side arrow line words i logged
    RUN_OPTIONS=tlp=$dir/large.tlog says_equal "FILE=$dir/large" || return
    build/bin/cwtrace stat "$dir/large.tlog" >"$dir/stat" || return
    for side in card host; do
        arrow='-->'
        [ "$side" = card ] && arrow='<--'
        line=$(sed -n "s/^ *TLPs from the $side: //p" "$dir/out")
        read -ra words <<<"$line"
        [ ${#words[@]} -ge 4 ] || { echo "no TLP line for $side"; return 1; }
        for ((i = 0; i < ${#words[@]}; i += 2)); do
            logged=$(tlps_in_log "$arrow" "${words[i]}")
            case $side-${words[i]} in
            card-M* | host-CplD) [ "${logged:-0}" -eq "${words[i + 1]}" ] ;;
            *) [ "${logged:-0}" -ge "${words[i + 1]}" ] ;;
            esac || { echo "$side ${words[i]}: summary ${words[i + 1]}, log ${logged:-0}"; return 1; }
        done
    done
}
sha_is_the_files() {
    grep -q "SHA-256 received $(sha256sum <"$dir/large" | cut -d' ' -f1)" "$dir/out"
}
flip_is_seen() {
    run "FILE=$dir/large" FLIP=4194304 && return 1
    grep -q '^DIFFERENT' "$dir/out"
}
shows() { grep -qE "$1" "$dir/out" || { cat "$dir/out"; return 1; }; }
leaves() { [ -s build/run/one_read.fst ] && [ -s build/run/one_read.tlog ]; }

check "one_byte_goes_round" says_equal "FILE=$dir/one"
check "summary_matches_the_tlp_log" summary_matches_log
check "sha256_is_the_files_own" sha_is_the_files
check "no_rule_broken" shows 'IOMMU faults 0, broken rules 0'
check "several_queues_work" shows 'through [2-9][0-9]* queues each way'
for step in 'rings queue [0-9]+.s doorbell' 'card fetches descriptor 0' 'card reads the data.*0x0*1ff000' 'completion record number 0 .*status OK' "card interrupts: $interrupt" 'the data.*01 02 03 04' 'Last DW BE'; do
    check "one_read_shows_${step//[^a-z0-9A-Z]/_}" shows "$step"
done
check "waveform_and_log_are_left" leaves
check "flipped_byte_is_seen" flip_is_seen
check "missing_file" refuses "no such file" make -s run FILE="$dir/absent"
check "a_folder_is_no_file" refuses "regular file" make -s run FILE="$dir"
check "empty_file" refuses "is empty" make -s run FILE="$dir/empty"
check "unknown_target" refuses "TARGET=moon" make -s run TARGET=moon FILE="$dir/one"
check "card_in_another_process" says_equal "FILE=$dir/one" TARGET=shm
rm -rf "$dir"
tap_end
