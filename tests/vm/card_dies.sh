#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The simulated card is killed while it is read and written.
# set: ends
# guest: -F -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
export victim=card
. /cw/tests/vm/dies.inc
