#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The scenarios of the set ends: on 6.1, or with TEST_ALL=1 all of them on both kernels.
cd "$(dirname "$0")/../.." || exit
exec scripts/vm-test.sh -s ends ${TEST_ALL:+-f -k 6.1 -k 6.12}
