#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Trace events: submit, doorbell, interrupt and complete of each descriptor, matched by queue and number.
# set: module
# guest: -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
t=/sys/kernel/tracing

on() { echo 1 >"$t"/events/causeway/enable; }
off() { echo 0 >"$t"/events/causeway/enable; }
# In the trace file: task, processor, flags, time, "causeway_...:", fields.
matched() {
    awk '
        function field(name,  i) { for (i = 1; i <= NF; i++) if (index($i, name "=") == 1) return substr($i, length(name) + 2) }
        match($0, /causeway_[a-z]+:/) {
            event = substr($0, RSTART + 9, RLENGTH - 10)
            id = field("queue") "." field("number"); q = field("queue"); n = field("number") + 0
            seen[event]++
            if (event == "submit") { if (id in out) bad = bad "\n" id " twice"; out[id] = 1; bytes += field("len") }
            if (event == "doorbell" && n > told[q]) told[q] = n
            if (event == "interrupt") looked[q] = 1
            if (event == "complete") {
                if (!(id in out)) bad = bad "\n" id " complete, never submitted"
                if (n >= told[q]) bad = bad "\n" id " complete, and no doorbell"
                if (!looked[q]) bad = bad "\n" id " complete, and no interrupt"
                if (field("status") != 0) bad = bad "\n" id " status " field("status")
                delete out[id]; done += field("bytes")
            }
        }
        END {
            for (id in out) bad = bad "\n" id " never complete"
            printf "# %d submit, %d doorbell, %d interrupt, %d complete: %d bytes asked for, %d moved\n",
                seen["submit"], seen["doorbell"], seen["interrupt"], seen["complete"], bytes, done
            print bad
            exit bad != "" || !seen["submit"] || !seen["doorbell"] || !seen["interrupt"] || !seen["complete"] || done != want
        }' want="$1" "$t"/trace
}
four_events() {
    set -- "$t"/events/causeway/causeway_*
    [ -e "$1" ] && [ $# = 4 ]
}

check the_module_loads load queues=1 entries=256
check there_are_four_events four_events
check events_are_switched_on on
check 300000_bytes_go_there dd if=/bin/busybox of=$node bs=300000 count=1 conv=notrunc
check and_come_back dd if=$node of=/dev/null bs=300000 count=1
check events_are_switched_off off
grep causeway_ $t/trace | head -n 6 | sed 's/^ */# /'
check every_descriptor_has_its_events matched 600000
check the_module_leaves unload
echo >"$t/trace"
check it_loads_with_one_vector load vectors=1 queues=4
check switched_on_with_one_vector on
check 4_MiB_with_one_vector dd if=/dev/zero of="$node" bs=4M count=1 conv=notrunc
check switched_off_with_one_vector off
check every_descriptor_has_its_events_with_one_vector matched 4194304
finish
