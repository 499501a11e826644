#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A scenario that goes wrong as $cw_how says, for runner_test.sh.
# only: named
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck disable=SC2154 # from the kernel's command line
case $cw_how in
hang)
    echo "causeway-vm: hanging now" >/dev/kmsg
    sleep 1000
    ;;
panic) echo c >/proc/sysrq-trigger ;;
early) exit 0 ;;
unclean) echo "BUG: planted by the scenario broken" >/dev/kmsg ;;
failing) check this_fails test 1 = 2 ;;
esac
check one true
check two true
finish
