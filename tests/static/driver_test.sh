#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The driver by the kernel's own rules: checkpatch --strict. Types that are ignored have their reason in tools.sh.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

mapfile -t driver < <(git ls-files -co --exclude-standard driver | grep -E '\.[ch]$|Kbuild$')
check "checkpatch_is_at_hand" get_checkpatch
check "checkpatch" by perl "$checkpatch/checkpatch.pl $checkpatch/const_structs.checkpatch $checkpatch/spelling.txt ${driver[*]}" \
    checkpatch_reads "${driver[@]}"
tap_end
