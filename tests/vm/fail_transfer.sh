#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Allocations fail while files are opened, read and written.
# set: debug
# only: named
# guest: -F -m 512 -t 600
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/failing.inc
. /cw/tests/vm/failing.inc
