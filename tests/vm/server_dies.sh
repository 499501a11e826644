#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The server behind the card is killed while it is read and written, as when a card is pulled out.
# set: ends
# guest: -F -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
export victim=vfio
. /cw/tests/vm/dies.inc
