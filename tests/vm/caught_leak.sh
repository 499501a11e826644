#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A leak is caught by kmemleak.
# set: debug
# only: named
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
planted=leak
# shellcheck source=tests/vm/caught.inc
. /cw/tests/vm/caught.inc
