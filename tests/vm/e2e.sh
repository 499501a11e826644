#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The same end-to-end programs as in simulation.
# set: data
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh

export TARGET=vm CMOCKA_MESSAGE_OUTPUT=TAP
# What was skipped must have said why.
program() {
    "$1" >/tmp/program 2>&1
    status=$?
    cat /tmp/program
    # cmocka has no place for a reason on the line itself.
    [ "$(grep -c '# SKIP' /tmp/program)" = "$(grep -c -e '^# skipped: ' -e '^ok .*# SKIP .' /tmp/program)" ] || return 1
    grep -q '^ok ' /tmp/program && return "$status"
}

check the_module_loads load
for t in /cw/tests/e2e/*_test; do
    name=${t##*/}
    [ "$name" = filter_test ] && continue # wants another card
    count_start
    check "$name" program "$t"
    grep '^# skipped: ' /tmp/program
    count
    note "$name: $(grep -c '^ok ' /tmp/program) passed, $(grep -c '# SKIP' /tmp/program) skipped; the card counts $h2c bytes to it and $c2h from it"
done
finish
