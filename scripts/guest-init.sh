#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: BSD-2-Clause
# The first process of a guest (scripts/guest.sh). The kernel's words go to the first serial line. On the second one
# the scenario speaks: tests/vm/$cw_scenario.sh, or a shell. Ends by powering off.
/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin /etc /tmp/me
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
export PATH=/cw/bin:/bin:/sbin:/usr/bin:/usr/sbin HOME=/tmp/me CAUSEWAY_CARD=/dev/causeway0
# What the host gave on the command line: cw_scenario=, cw_...=
read -r words </proc/cmdline
for word in $words; do
    # shellcheck disable=SC2163 # NAME=VALUE
    case $word in cw_*=*) export "$word" ;; esac
done
cd /tmp/me || exit
if [ -n "$cw_scenario" ]; then
    exec </dev/ttyS1 >/dev/ttyS1 2>&1
    stty -F /dev/ttyS1 raw -echo
    sh "/cw/tests/vm/$cw_scenario.sh"
    echo "@end $?"
    sleep 0.2 # the serial line is slow
else
    echo "A guest with the simulated card: lspci is not here, but cwctl, dd, fio and dmesg are. Try:"
    echo "  insmod /causeway.ko; cwctl info; cwctl write 0 /bin/busybox; cwctl regs VERSION"
    echo "Ctrl-D or poweroff -f ends it."
    setsid cttyhack sh
fi
poweroff -f
