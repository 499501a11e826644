#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module loads, and a file goes to the card and comes back.
insmod /causeway.ko || exit 1
cwctl info
cwctl -q write 4096 /bin/busybox && cwctl -q read 4096 "$(stat -c %s /bin/busybox)" /tmp/back &&
    cmp /bin/busybox /tmp/back && echo "ok 1 - a_file_comes_back"
rmmod causeway && echo "ok 2 - the_module_leaves"
