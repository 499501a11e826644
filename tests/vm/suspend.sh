#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The guest sleeps until its clock's alarm (S3: the card loses all that it was told) while nobody and while
# fio uses the card, and fio goes on without an error; then the card sleeps alone when nobody uses it.
# set: module
# guest: -F -m 384 -t 500
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /bin/busybox)

works() {
    cwctl -q write 0 /bin/busybox && cwctl -q read 0 "$size" /tmp/back && same /bin/busybox /tmp/back
}
# Suspend-to-RAM; the clock's alarm ends it.
suspend() {
    echo 0 >/sys/class/rtc/rtc0/wakealarm
    echo +4 >/sys/class/rtc/rtc0/wakealarm
    echo mem >/sys/power/state
}
slept() { [ "$(dmesg | grep -c 'PM: suspend exit')" = "$1" ]; }

check the_module_loads load
bdf=$(address)
dev=/sys/bus/pci/devices/$bdf
note "this kernel can sleep as: $(cat /sys/power/state), mem is $(cat /sys/power/mem_sleep)"
check the_machine_can_sleep grep -qF '[deep]' /sys/power/mem_sleep
check sleeps_and_wakes suspend
check that_was_one_sleep slept 1
check works_after_the_sleep works
n=$(dmesg | grep -c 'PM: suspend exit')
fio_run /tmp/fio.out 2 16 --ioengine=io_uring --rw=randrw --bs=64k --iodepth=16 --time_based --runtime=15 >/tmp/fio.log &
fio_pid=$!
sleep 0.5
check it_sleeps_while_fio_runs when_busy suspend
check that_was_a_sleep slept $((n + 1))
check fio_ends gone $fio_pid 600
check fio_saw_no_error test "$(fio_error /tmp/fio.out)" = 0
check works_afterwards works

# ---- the card alone ----
asleep() { [ "$(cat "$dev/power/runtime_status")" = suspended ] && [ "$(cat "$dev/power_state")" = D3hot ]; }
awake() { [ "$(cat "$dev/power/runtime_status")" = active ]; }
fact_known() { [ "$(cat /sys/class/causeway/causeway0/card_bytes)" -gt 0 ]; }
reset() { echo 1 >"$dev/reset"; }
check it_may_sleep sh -c "echo auto >$dev/power/control"
for round in 1 2 3; do
    check "round_${round}_it_falls_asleep" wait_for 150 asleep
    check "round_${round}_facts_do_not_wake_it" fact_known
    check "round_${round}_it_still_sleeps" asleep
    count_start
    check "round_${round}_a_transfer_wakes_it" works
    check "round_${round}_it_is_awake" awake
done
check "that_is_$size bytes each way" moved "$size" "$size"
check it_falls_asleep_again wait_for 150 asleep
check a_reset_wakes_it reset
check works_after_the_reset works
check it_falls_asleep_before_unbinding wait_for 150 asleep
check unbinds_asleep sh -c "echo $bdf >/sys/bus/pci/drivers/causeway/unbind"
check binds_again sh -c "echo $bdf >/sys/bus/pci/drivers/causeway/bind"
check works_after_binding works
check it_stays_awake_on_request sh -c "echo on >$dev/power/control"
finish
