#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# causeway.ko builds for every kernel whose headers are installed, with W=1 and
# sparse, without a warning; 6.1 and 6.12 must be among them.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

headers_for() { compgen -G "/usr/src/linux-headers-$1*-amd64" >/dev/null; }

check "headers_of_6_1_are_installed" headers_for 6.1.
check "headers_of_6_12_are_installed" headers_for 6.12.
read_files="tests/static/module_test.sh Makefile $(git ls-files -co --exclude-standard driver)"
check "module_builds_without_a_warning" kept -k "$(versions sparse gcc make; headers)" -i "$read_files" module make -s module-check
tap_end
