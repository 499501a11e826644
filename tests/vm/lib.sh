# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034 # what it sets is for the scenarios
# What the scenarios share, in the guest. A scenario sources it, says `check NAME COMMAND...` for each thing
# that must be so, and last `finish`, which takes the module away and reads the kernel's log.
#
# A scenario's first lines tell the host (scripts/vm-test.sh):
#   # set: data|dma|ends|life|module where it is listed (life when it says nothing); debug: on the debug kernel
#   # guest: OPTIONS          of scripts/guest.sh
#   # only: full              not in `make test`
#   # only: named             just when it is asked for
tests=0
failed=0
# shellcheck disable=SC2154 # from the kernel's command line
began="causeway-vm: $cw_scenario begins"
ended="causeway-vm: $cw_scenario ended"
node=/dev/causeway0
module=/causeway.ko
echo "$began" >/dev/kmsg
echo "# up for $(cut -d ' ' -f 1 /proc/uptime) s"

note() { echo "# $*"; }

# check NAME COMMAND...: the command must succeed; what it says is shown when it does not; what it notes, always.
check() {
    check_name=$1
    shift
    tests=$((tests + 1))
    if "$@" >/tmp/check.log 2>&1; then
        echo "ok $tests - $check_name"
        grep "^# " /tmp/check.log
    else
        echo "not ok $tests - $check_name"
        tail -n 30 /tmp/check.log | sed 's/^/# /'
        failed=$((failed + 1))
    fi
}

# skip NAME REASON
skip() {
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

# ---- the module and the card ----

# load [PARAMETER=VALUE...]. A slow simulation is no reason to give up a transfer.
load() {
    insmod "$module" timeout_ms=60000 "$@" && wait_for 50 test -c "$node"
}

unload() { rmmod causeway && ! [ -e /sys/module/causeway ]; }

# address: of the card on the PCI bus
address() {
    for address_dir in /sys/bus/pci/devices/*; do
        [ "$(cat "$address_dir/vendor" "$address_dir/device" 2>/dev/null | tr '\n' ' ')" = "0x1234 0xca05 " ] || continue
        echo "${address_dir##*/}"
        return 0
    done
    return 1
}

# wait_for TENTHS COMMAND...: until it succeeds
wait_for() {
    wait_left=$1
    shift
    while ! "$@"; do
        wait_left=$((wait_left - 1))
        [ $wait_left -gt 0 ] || { echo "not within its time: $*"; return 1; }
        sleep 0.1
    done
}

# regs NAME...: values of registers and counters, one a line
regs() { cwctl -c "$node" regs "$@" | awk '$1 ~ /^[0-9a-f]+$/ && NF == 3 { print $3 }'; }

# What the card has counted since count_start: sets h2c, c2h (bytes) and desc.
count_start() { start_counts=$(regs H2C_BYTES C2H_BYTES DESC | tr '\n' ' '); }
count() {
    # shellcheck disable=SC2046,SC2086 # words
    set -- $start_counts $(regs H2C_BYTES C2H_BYTES DESC)
    h2c=$(($4 - $1)) c2h=$(($5 - $2)) desc=$(($6 - $3))
}
# moved H2C C2H: just so many bytes since count_start, by the card's own counters
moved() {
    count
    echo "the card counts $h2c bytes to it and $c2h from it; due were $1 and $2"
    [ "$h2c" = "$1" ] && [ "$c2h" = "$2" ]
}

# same FILE FILE: by their checksums, which are noted
sum() { sha256sum "$1" | cut -d ' ' -f 1; }
same() { [ -s "$1" ] && [ "$(sum "$1")" = "$(sum "$2")" ]; }

# fails_with TEXT COMMAND...: it must fail, and say so: the error's name is in TEXT (one or more, separated by |)
fails_with() {
    fails_text=$1
    shift
    if fails_out=$("$@" 2>&1); then
        echo "it succeeded: $fails_out"
        return 1
    fi
    echo "$fails_out"
    echo "$fails_out" | grep -qE "$fails_text"
}

# ---- in the middle of work ----

# in_flight: the card is at work now. Sets flight to its counters.
in_flight() {
    flight=$(cwctl -c "$node" regs STATUS TAGS DESC RECORD H2C_BYTES C2H_BYTES 2>/dev/null |
        awk '$1 == "IDLE" { idle = $2 } $1 == "IN_USE" { tags = $2 } NF == 3 { v[$2] = $3 }
            END { printf "%s idle %s, %s reads out, %s descriptors fetched, %s records, %s bytes to it, %s from it",
                  NR ? "" : "no answer", idle, tags, v["DESC"], v["RECORD"], v["H2C_BYTES"], v["C2H_BYTES"]
                  exit !(NR && idle == 0) }')
}

# when_busy COMMAND...: does it as soon as the card's registers say that work is in flight
when_busy() {
    busy_tries=0
    until in_flight; do
        busy_tries=$((busy_tries + 1))
        [ $busy_tries -lt 200 ] || { echo "the card was never busy:$flight"; return 1; }
    done
    "$@"
    busy_status=$?
    note "in flight right before:$flight"
    return $busy_status
}

# gone PID TENTHS: the process ends within this time
gone() { wait_for "$2" dead "$1"; }
dead() { ! kill -0 "$1" 2>/dev/null; }

# ---- fio ----

# fio_run OUT JOBS MIB OPTION...: fio on the card, each job with as many MiB of its own; its report in OUT (JSON).
# fio takes a character device to be as large as `size' says; a job's part is from its `offset' to its
# `filesize'. Jobs that name the same file share what fio knows of it, so each has a name of its own. Its buffers begin with
# a page: where two share a cache line, the debug kernel says that memory that is not coherent would suffer.
fio_run() {
    fio_out=$1 fio_jobs=$2 fio_mib=$3 fio_job=0
    shift 3
    set -- --output="$fio_out" --output-format=json --thread --group_reporting --mem_align=4096 --size=1g "$@"
    while [ $fio_job -lt "$fio_jobs" ]; do
        ln -sf "$node" /tmp/card.$fio_job
        set -- "$@" --name=job$fio_job --filename=/tmp/card.$fio_job --offset=$((fio_job * fio_mib))m \
            --filesize=$(((fio_job + 1) * fio_mib))m
        fio_job=$((fio_job + 1))
    done
    fio "$@" 2>&1
}

# fio_bytes OUT read|write: as fio counts them
fio_bytes() {
    awk -v want="\"$2\"" '$1 == want && $3 == "{" { on = 1 } on && $1 == "\"io_bytes\"" { n += $3; on = 0 } END { print n + 0 }' "$1"
}
# fio_error OUT: the first error of a job, an errno; 0 for none
fio_error() { awk '$1 == "\"error\"" { n = $3 + 0; if (n) exit } END { print n + 0 }' "$1"; }

# ---- the host (scripts/guest.sh) ----

# ask WORD...: the host does it; what it answers is printed
ask() {
    echo "@$*" >/dev/ttyS1
    while IFS= read -r answer </dev/ttyS1; do
        [ "$answer" != "done" ] || return 0
        echo "$answer"
    done
}

# ---- a kernel that looks for more (6.1-debug) ----
kmemleak=/sys/kernel/debug/kmemleak

# leaks: memory that nothing points to any more. It is looked at when it is 5 s old, and told of when a second
# scan finds it as it was.
leaks() {
    sleep 6
    echo scan >$kmemleak
    echo scan >$kmemleak
    cat $kmemleak
}
no_leaks() {
    leaks >/tmp/leaks
    cat /tmp/leaks
    ! [ -s /tmp/leaks ]
}

# Lockdep and the DMA API's checks end with the first error that they see, or when they run out of memory: the latter
# say so, and where allocations fail on purpose that may be one of theirs.
out_of_memory='DMA-API: cacheline tracking ENOMEM, dma-debug disabled'
still_looks() {
    grep -q 'debug_locks: *1' /proc/lockdep_stats || return 1
    grep -qx N /sys/kernel/debug/dma-api/disabled || { [ -n "${failing:-}" ] && dmesg | grep -F "$out_of_memory"; }
}

# may_fail: allocations of each kind, and copies to and from user space, fail when a process asks for it
may_fail() {
    failing=1
    for fault in failslab fail_page_alloc fail_usercopy; do
        fault=/sys/kernel/debug/$fault
        echo 0 >$fault/verbose || return 1
        for knob in ignore-gfp-wait ignore-gfp-highmem; do
            ! [ -e $fault/$knob ] || echo N >$fault/$knob || return 1
        done
    done
    echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# ---- the end ----

pins_returned() {
    cat /proc/sys/vm/stat_refresh # the counts of all processors, now
    grep nr_foll_pin /proc/vmstat
    [ "$(awk '$1 ~ /^nr_foll_pin/ { n += $1 ~ /acquired/ ? $2 : -$2 } END { print n + 0 }' /proc/vmstat)" = 0 ]
}

# What no kernel log may hold.
splats='WARNING:|BUG:|BUG |Oops|general protection|Unable to handle|unable to handle|Call Trace:|KASAN|KCSAN|UBSAN|KFENCE'
splats="$splats|DMA-API|scheduling while atomic|sleeping function called|possible circular|possible recursive|inconsistent lock"
splats="$splats|possible irq lock|suspicious RCU|held lock freed|blocked for more than|soft lockup|hard LOCKUP|rcu.*stall|nobody cared"
splats="$splats|Bad page|bad page|page allocation failure|refcount_t|list_(add|del) corruption|use-after-free|double.free"
splats="$splats|DMAR:.*[Ff]ault|swiotlb buffer is full|Kernel panic|kernel BUG|Tainted:|memory leak"

# log_is_clean: between the scenario's two marks, both of which must be there. The log on standard input.
log_is_clean() {
    awk -v began="$began" -v ended="$ended" -v splats="$splats" -v fine="${failing:+$out_of_memory}" '
        index($0, began) { from = 1; on = 1; next }
        index($0, ended) { to = 1; on = 0 }
        on && $0 ~ splats && !(fine != "" && index($0, fine)) { print; bad = 1 }
        END {
            if (!from) print "the mark of the beginning is not in the log: " began
            if (!to) print "the mark of the end is not in the log: " ended
            exit bad || !from || !to
        }'
}
kernel_log_is_clean() {
    echo "$ended" >/dev/kmsg
    dmesg >/tmp/dmesg
    log_is_clean </tmp/dmesg
}

finish() {
    if [ -e /sys/module/causeway ]; then
        check the_module_leaves unload
    fi
    check every_page_that_was_pinned_was_let_go pins_returned
    if [ -e $kmemleak ]; then
        check nothing_is_leaked no_leaks
        [ -n "${planted:-}" ] || check the_kernel_looked_until_the_end still_looks
    fi
    check kernel_log_is_clean kernel_log_is_clean
    echo "1..$tests"
    [ $failed = 0 ] && [ $tests -gt 2 ]
    exit
}
