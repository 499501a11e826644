#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# clang-tidy over all our C: .clang-tidy says which checks, clang-tidy.txt which findings are not so.
# What it said of a file is kept until something that the file reads changes (tools.sh).
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

clang_tidy() { sources | tidy_reads tests/static/clang-tidy.txt; }
check "clang_tidy" clang_tidy
tap_end
