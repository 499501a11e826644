#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The same end-to-end programs as in simulation.
insmod /causeway.ko || exit 1
export TARGET=vm CMOCKA_MESSAGE_OUTPUT=TAP
status=0
for t in /cw/tests/e2e/*_test; do
    echo "# ${t##*/}"
    $t || status=1
done
rmmod causeway
exit "$status"
