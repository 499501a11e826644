#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A missing dma_unmap is caught by the DMA API's own checks.
# set: debug
# only: named
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
planted=missing_unmap
# shellcheck source=tests/vm/caught.inc
. /cw/tests/vm/caught.inc
