#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# More readers of all our C: clang's warnings (the build uses gcc's) and cppcheck.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

clang_on_kernel_code() { kernel_sources | clang_reads "${kernel_flags[@]}" -Wno-unused-parameter; }
clang_on_the_rest() { other_sources | clang_reads "${other_flags[@]}"; }
cppcheck_on_kernel_code() { kernel_sources | cppcheck_reads "${kernel_flags[@]}"; }
cppcheck_on_the_rest() { other_sources | cppcheck_reads "${other_flags[@]}"; }

check "clang_on_kernel_code" clang_on_kernel_code
check "clang_on_the_rest" clang_on_the_rest
check "cppcheck_on_kernel_code" cppcheck_on_kernel_code
check "cppcheck_on_the_rest" cppcheck_on_the_rest
tap_end
