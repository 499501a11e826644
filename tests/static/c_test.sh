#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# More readers of all our C: clang's warnings (the build uses gcc's) and cppcheck.
# What has been read once is not read again until some C file changes.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

clang_on_kernel_code() { kernel_sources | clang_reads "${kernel_flags[@]}" -Wno-unused-parameter; }
clang_on_the_rest() { other_sources | clang_reads "${other_flags[@]}"; }
cppcheck_on_kernel_code() { kernel_sources | cppcheck_reads "${kernel_flags[@]}"; }
cppcheck_on_the_rest() { other_sources | cppcheck_reads "${other_flags[@]}"; }

read_files=$(git ls-files -co --exclude-standard "*.[ch]" tests/static/cppcheck.txt tests/static/c_test.sh | while read -r f; do [ -e "$f" ] && echo "$f"; done)
for reader in clang_on_kernel_code clang_on_the_rest cppcheck_on_kernel_code cppcheck_on_the_rest; do
    check "$reader" kept -k "$(versions "${reader%%_*}"; headers)" -i "tests/static/tools.sh $read_files" "${reader%%_*}" "$reader"
done
tap_end
