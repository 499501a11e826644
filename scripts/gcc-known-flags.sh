#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/gcc-known-flags.sh ARGUMENT...   gcc without those options that this gcc does not know
#
# For kernel headers that were made for a newer compiler than this machine's. What gcc refuses is
# left out and gcc asked again; everything else it says, and its exit status, are its own.
set -u
export LC_ALL=C
arguments=("$@")
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

while :; do
    gcc "${arguments[@]}" 2>"$errors"
    status=$?
    unknown=" $(sed -n "s/.*error: unrecognized command-line option '\([^']*\)'.*/\1/p" "$errors" | tr '\n' ' ')"
    kept=()
    for a in "${arguments[@]}"; do
        [[ $unknown == *" $a "* ]] || kept+=("$a")
    done
    if [ $status = 0 ] || [ ${#kept[@]} = ${#arguments[@]} ]; then break; fi
    arguments=("${kept[@]}")
done
cat "$errors" >&2
exit "$status"
