#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Two more readers of all our C: clang's warnings (the build uses gcc's), and cppcheck.
# Each checker must find a bug that is planted in front of it.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

# Which mirror of linux/*.h a file sees: that of the driver, or the system's.
of_the_kernel='^(driver|sim/kernel|tests/driver)/|^tests/unit/kernel_'
sources() { git ls-files -co --exclude-standard '*.c' | while read -r f; do [ -e "$f" ] && echo "$f"; done; }
kernel_sources() { sources | grep -E "$of_the_kernel"; }
other_sources() { sources | grep -vE "$of_the_kernel"; }
kernel_flags=(-D_GNU_SOURCE -I. -Isim/kernel/include -Idriver)
other_flags=(-D_GNU_SOURCE -I. -Ihost-lib -Idriver/uapi)

# clang_warns FLAGS... <files: fails on the first word of clang. Callbacks have the kernel's
# parameters whether used or not, so those are not warned of where they are.
clang_reads() {
    local out
    out=$(xargs -r -P 2 -n 12 clang -fsyntax-only -std=gnu11 -Wall -Wextra "$@" 2>&1)
    echo "$out"
    [ -z "$out" ]
}
clang_on_kernel_code() { kernel_sources | clang_reads "${kernel_flags[@]}" -Wno-unused-parameter; }
clang_on_the_rest() { other_sources | clang_reads "${other_flags[@]}"; }

# The assertions of the tests end the test; cppcheck has to be told.
cppcheck_reads() {
    cppcheck -q -j 2 --std=c11 --enable=warning,portability --error-exitcode=1 \
        --suppressions-list=tests/static/cppcheck.txt --template='{file}:{line}: {id}: {message}' \
        '-Dassert_true(x)=if(!(x))exit(1)' '-Dassert_in_range(x,a,b)=if((x)<(a)||(x)>(b))exit(1)' \
        --file-list=- "$@"
}
cppcheck_on_kernel_code() { kernel_sources | cppcheck_reads "${kernel_flags[@]}"; }
cppcheck_on_the_rest() { other_sources | cppcheck_reads "${other_flags[@]}"; }

planted=$(mktemp --suffix=.c)
trap 'rm -f "$planted" "$tap_log"' EXIT
plant() { printf '%s\n' "$@" >"$planted"; }
clang_on_planted() { echo "$planted" | clang_reads "${other_flags[@]}"; }
cppcheck_on_planted() { echo "$planted" | cppcheck_reads "${other_flags[@]}" 2>&1; }

check "clang_on_kernel_code" clang_on_kernel_code
check "clang_on_the_rest" clang_on_the_rest
check "cppcheck_on_kernel_code" cppcheck_on_kernel_code
check "cppcheck_on_the_rest" cppcheck_on_the_rest
plant 'int f(int *v, int n);' 'int f(int *v, int n) { v[n++] = n; return n; }'
check "clang_finds_a_planted_bug" refuses unsequenced clang_on_planted
plant 'int f(int n);' 'int f(int n) { int v[4] = { 0 }; if (n) return v[4]; return v[0]; }'
check "cppcheck_finds_a_planted_bug" refuses arrayIndexOutOfBounds cppcheck_on_planted
tap_end
