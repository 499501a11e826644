#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# set: life
# guest: -a iomem=relaxed -t 300
# A card without the module: cwctl and the register walk through its BARs. Then with the module: refused, unless
# only to look, which Debian's kernels allow with iomem=relaxed (without it: refused by the kernel, and said so).
tests=0
failed=0
sysfs=/sys/bus/pci/devices
out=/tmp/out

marker="causeway-vm: pciaccess begins"
echo "$marker" >/dev/kmsg

check() { # NAME COMMAND...
    name=$1
    shift
    tests=$((tests + 1))
    if "$@" >/tmp/check.log 2>&1; then
        echo "ok $tests - $name"
        grep "^# " /tmp/check.log
    else
        echo "not ok $tests - $name"
        tail -n 30 /tmp/check.log | sed 's/^/# /'
        failed=$((failed + 1))
    fi
}
# shows PATTERN COMMAND...: it succeeds and says that
shows() {
    pattern=$1
    shift
    "$@" >$out 2>&1
    got=$?
    cat $out
    [ $got = 0 ] && grep -qE -- "$pattern" $out
}
# fails PATTERN COMMAND...: it fails and says that
fails() {
    pattern=$1
    shift
    "$@" >$out 2>&1
    got=$?
    cat $out
    [ $got = 1 ] && grep -qE -- "$pattern" $out
}
took() { # COMMAND...: notes how long it took
    began=$(cut -d ' ' -f 1 /proc/uptime)
    "$@"
    status=$?
    echo "# $(echo "$(cut -d ' ' -f 1 /proc/uptime) $began" | awk '{ printf "%.1f", $1 - $2 }') s: $*"
    return $status
}
# The Command register, two bytes of configuration space
command_is() { [ "$(dd if="$sysfs/$card/config" bs=1 skip=4 count=1 2>/dev/null | od -An -tu1)" -eq "$1" ]; }
# shellcheck disable=SC2059 # an octal escape
set_command() { printf "\\$(printf %03o "$1")" | dd of="$sysfs/$card/config" bs=1 seek=4 count=1 conv=notrunc 2>/dev/null; }
value() { cwctl -c "$1" regs "$2" 2>/dev/null | awk 'NF == 3 { print $3; exit }'; }

card=$(cwctl list | awk 'NR == 1 { print $1 }')
for other in "$sysfs"/*; do [ "${other##*/}" = "$card" ] || break; done
other=${other##*/}

# ---- no module ----
check list_shows_the_card_and_no_owner shows '^0000:[0-9a-f:.]+  1234:ca05  driver none$' cwctl list
info() {
    cwctl -c "$card" info >$out 2>&1 || { cat $out; return 1; }
    cat $out
    for want in '^queues +64$' '^interrupts +64 vectors' '^driver +none' '^PCI IDs +1234:ca05' '^BAR0 .* 1024 KiB, memory, 64-bit$' \
        '^BAR2 .* KiB, memory, 64-bit$' '^BAR4 .* 1024 KiB, memory, 64-bit, prefetchable$' '^link +generation'; do
        grep -qE "$want" $out || { echo "not there: $want"; return 1; }
    done
}
check info_decodes_bars_and_link info
check a_name_without_the_domain shows "64" cwctl -c "${card#0000:}" info
check registers_by_name shows '00000  ID +0x59415743' cwctl -c pci regs
check counters_by_name shows 'RX_MRD +[1-9]' cwctl -c pci regs RX_MRD
write_register() { cwctl -c pci regs SCRATCH=0x1234abcd && [ "$(value pci SCRATCH)" = 0x1234abcd ]; }
check a_register_is_written write_register
check selftest shows 'ok +memory_left_no_error' took cwctl -c "$card" selftest
reset_undoes() { [ "$(value pci SCRATCH)" = 0x00000000 ]; }
check selftest_has_reset_the_card reset_undoes
walk() { TARGET=pci CMOCKA_MESSAGE_OUTPUT=TAP took /cw/tests/e2e/registers_test; }
check register_walk_of_the_tests shows '^ok 1 - registers_are_as_the_table_says' walk
# What it skips it calls "not ok", too.
no_other() { ! grep "^not ok" $out | grep -v "# SKIP"; }
check and_nothing_else_of_it_fails no_other
# Across the border of two windows, odd at both ends
file() {
    dd if=/dev/urandom of=/tmp/in bs=1 count=5003 2>/dev/null
    cwctl -q -c pci write 0xff801 /tmp/in && cwctl -q -c pci read 0xff801 5003 /tmp/back && cmp /tmp/in /tmp/back
}
check a_file_goes_through_the_window took file
top() { printf 'top word' >/tmp/word && cwctl -q -c pci write 0xfffffff8 /tmp/word && shows 'top word' cwctl -q -c pci read 0xfffffff8 8; }
check the_end_of_card_memory top
check beyond_the_end fails 'beyond card memory' cwctl -q -c pci read 0x100000000 8

# ---- what is wrong is named ----
check no_such_device fails "no PCI device 0000:77:00.0" cwctl -c 0000:77:00.0 info
check not_ours fails "$other is no Causeway card: its IDs are [0-9a-f]{4}:[0-9a-f]{4}, not 1234:ca05" cwctl -c "$other" info
bad_option() { cwctl -c pci,fast=1 info 2>&1 | grep -q "no option 'fast=1'"; }
check a_bad_option bad_option
echo "nobody:x:65534:65534::/:/bin/sh" >/etc/passwd
as_nobody() { start-stop-daemon -S -c nobody:65534 -x /cw/bin/cwctl -- "$@"; }
check permission fails "BAR0 cannot be mapped: Permission denied" as_nobody -c pci info
check anybody_may_list shows "$card  1234:ca05" as_nobody list
memory_off() {
    set_command 0 && command_is 0 && shows "memory space was off .*turned it on" cwctl -c pci regs ID && grep -q 0x59415743 $out &&
        command_is 2 && ! cwctl -c pci regs ID 2>&1 | grep off
}
check memory_space_off_is_turned_on_and_said memory_off
# The first one has the card open and waits for somebody to read its file.
two() {
    mkfifo /tmp/hold
    cwctl -q -c pci read 0 8 /tmp/hold &
    first=$!
    tries=0
    until grep -q resource4 /proc/$first/maps || [ $tries -ge 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    fails "$card: another program has it open" cwctl -c pci info
    status=$?
    kill -0 $first && cat /tmp/hold >/dev/null
    wait $first && return $status
}
check two_programs two
slow() { echo 0 >"$sysfs/$card/remove" && echo 1 >"$sysfs/$card/remove"; }
gone() { slow && fails "no device on the PCI bus has a card's IDs" cwctl -c pci info && shows "no card" cwctl list; }
check the_card_is_removed gone
back() { echo 1 >/sys/bus/pci/rescan && shows "^$card " cwctl list && shows "64" cwctl -c pci info; }
check and_comes_back back

# ---- with the module ----
check the_module_finds_the_card_fit insmod /causeway.ko
moves() {
    dd if=/dev/urandom of=/tmp/in bs=1k count=100 2>/dev/null
    cwctl -q -c /dev/causeway0 write 12345 /tmp/in && cwctl -q -c /dev/causeway0 read 12345 102400 /tmp/back && cmp /tmp/in /tmp/back
}
check and_moves_a_file moves
check list_names_the_driver shows "driver causeway  /dev/causeway0" cwctl list
check info_of_the_file_has_bars shows "^BAR4 .*prefetchable" cwctl -c /dev/causeway0 info
check a_bound_driver_is_named fails "the driver causeway has it: use /dev/causeway0" cwctl -c "$card" info
check no_selftest_of_the_file fails "not through a driver's device file" cwctl -c /dev/causeway0 selftest
force=$card,force=1
if grep -q iomem=relaxed /proc/cmdline; then
    check force_looks_only shows "the driver causeway has it: looking only" cwctl -c "$force" regs ID CONTROL
    same() { [ "$(value "$force" H2C_BYTES)" = 102400 ] && [ "$(value "$force" CAP_COUNTS)" = "$(value /dev/causeway0 CAP_COUNTS)" ]; }
    check force_reads_what_the_driver_reads same
    check force_writes_no_register fails "it can only be looked at" cwctl -c "$force" regs SCRATCH=1
    check force_writes_no_memory fails "it can only be looked at" cwctl -q -c "$force" write 0 /tmp/word
    check force_reads_memory_where_the_window_is shows "^000000000" cwctl -q -c "$force" read 0 16
    check force_moves_no_window fails "it can only be looked at" cwctl -q -c "$force" read 0x100000 16
    check a_forced_selftest_only_looks shows "nothing was written" cwctl -c "$force" selftest
    check and_the_driver_goes_on moves
else
    check the_kernel_keeps_the_bars fails "keeps BAR0 for the driver causeway .*iomem=relaxed" cwctl -c "$force" info
fi
unbound() { echo "$card" >"$sysfs/$card/driver/unbind" && shows "driver none" cwctl list && shows 0x59415743 cwctl -c pci regs ID; }
check unbound_it_is_free_again unbound
bound() { echo "$card" >/sys/bus/pci/drivers/causeway/bind && moves && rmmod causeway; }
check and_the_driver_takes_it_back bound

# The log must be the one of this run: what was said to it at the beginning is in it.
log_is_clean() {
    dmesg >/tmp/dmesg && grep -q "$marker" /tmp/dmesg && ! grep -E "WARN|BUG|Oops|Call Trace|lockdep|DMA-API|Unable to handle" /tmp/dmesg
}
check kernel_log_is_clean log_is_clean
echo "1..$tests"
[ $failed = 0 ]
