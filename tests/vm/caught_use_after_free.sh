#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A use after free is caught by KASAN.
# set: debug
# only: named
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
planted=use_after_free
# shellcheck source=tests/vm/caught.inc
. /cw/tests/vm/caught.inc
