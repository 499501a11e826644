#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two processors, two processes at once, each with its own part of the card, on different queues.
# set: data
# guest: -c 2 -m 384 -t 180
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$((4 << 20))

# rounds N CPU: its own data to its own place and back, twice
rounds() {
    head -c "$size" /dev/urandom >"/tmp/data.$1"
    for _ in 1 2; do
        taskset "$2" cwctl -q write $(($1 * size)) "/tmp/data.$1" &&
            taskset "$2" cwctl -q read $(($1 * size)) "$size" "/tmp/back.$1" &&
            same "/tmp/data.$1" "/tmp/back.$1" || return 1
    done
}
both() {
    rounds 1 1 &
    first=$!
    rounds 2 2 &
    second=$!
    wait "$first" && wait "$second"
}
queues_used() {
    for q in 0 1 2 3; do
        n=$(regs Q_RETIRED."$q")
        note "queue $q: $((n)) descriptors"
        [ $((n)) -gt 0 ] || return 1
    done
}

check there_are_two_processors test "$(grep -c ^processor /proc/cpuinfo)" = 2
check the_module_loads load queues=2
count_start
check each_process_finds_its_own_data both
check "that_is_$((4 * size)) bytes each way" moved $((4 * size)) $((4 * size))
check both_queues_each_way_were_used queues_used
finish
