#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The pages that are printed from what planted violations led to (docs/checker.md, docs/shim-checks.md)
# are what a run gives now, and no rule or check is without a result.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

check "checker_rules_are_printed_from_what_they_found" make -s rules-doc-check
check "shim_checks_are_printed_from_what_they_found" make -s checks-doc-check
tap_end
