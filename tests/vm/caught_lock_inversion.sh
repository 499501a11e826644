#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two locks taken in two orders are caught by lockdep.
# set: debug
# only: named
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
planted=lock_inversion
# shellcheck source=tests/vm/caught.inc
. /cw/tests/vm/caught.inc
