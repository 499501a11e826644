#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/guest.sh [OPTION...] [SCENARIO]   boots a guest that has the simulated card
#
#   -k KERNEL     6.1, 6.12 or 6.1-debug (6.1)    -m MB     memory (256; 512 with fio)
#   -c N          processors (1)                  -a WORDS  more words on the kernel's command line
#   -o OPTIONS    of the card (cwctl card)        -t SECS   it is stopped after so long (120)
#   -Q ARGUMENTS  more for QEMU                   -M WORDS  more of QEMU's machine, after commas
#   -F            with fio                        -n NAME   of the logs (SCENARIO)
#   -p            memory that is not shared: DMA goes by messages
#   -R WORDS      properties of the root port (x-speed=5: the kernel does not wait for it to say that a link is
#                 up again after a reset, which QEMU's port never says)
#
# Without a SCENARIO: a shell. With one: tests/vm/SCENARIO.sh runs in the guest and what it prints is printed
# here; lines that begin with @ are for this script (see below). Logs are in build/vm/: NAME.console is
# the kernel's, NAME.vfio and NAME.card are those of the simulation.
# WAVE=1 records waves, TLP=1 a TLP log (build/vm/NAME.fst, .tlog). KVM=1 asks for KVM; a guest that
# does not come up with it in 20 s runs without.
# Exit status: the scenario's; 124 when it was stopped; 3 when the simulation found a broken rule.
set -u
cd "$(dirname "$0")/.." || exit
kernel=6.1 memory='' cpus=1 append='' card='' limit=120 extra='' machine='' fio='' name='' shared=1 port=x-speed=5
while getopts k:m:c:a:o:t:Q:M:Fn:pR: opt; do
    case $opt in
    k) kernel=$OPTARG ;;
    m) memory=$OPTARG ;;
    c) cpus=$OPTARG ;;
    a) append=$OPTARG ;;
    o) card=$OPTARG ;;
    t) limit=$OPTARG ;;
    Q) extra=$OPTARG ;;
    M) machine=$OPTARG ;;
    F) fio=1 ;;
    n) name=$OPTARG ;;
    p) shared= ;;
    R) port=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
scenario=${1:-}
name=${name:-${scenario:-shell}}
[ -n "$scenario" ] || fio=1
memory=${memory:-$((fio ? 512 : 256))} # fio alone takes 90 MB of the half that files may use
kit=build/guest-$kernel
logs=build/vm
mkdir -p "$logs"
run=$(mktemp -d "${TMPDIR:-/tmp}/causeway-guest.XXXXXX")
pids=()
finish() {
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$run"
    # A card numbers its hosts, and here it has one.
    [ ! -e "$logs/$name.fst.0" ] || mv "$logs/$name.fst.0" "$logs/$name.fst"
    [ -z "${WAVE:-}" ] || echo "guest: waves are in $logs/$name.fst"
    [ -z "${TLP:-}" ] || echo "guest: the TLP log is $logs/$name.tlog: build/bin/cwtrace print, stat or life"
}
trap finish EXIT
die() { echo "guest: $*" >&2; exit 2; }
[ -x "$kit/qemu" ] || die "no kit for kernel $kernel: scripts/guest-kit.sh $kernel"

# ---- the card, and the server that puts it behind QEMU ----
[ -z "${WAVE:-}" ] || card=${card:+$card,}wave=$PWD/$logs/$name.fst
tlp=()
[ -z "${TLP:-}" ] || tlp=(-t "$logs/$name.tlog")
link=guest-$$
# shellcheck disable=SC2086 # none, or one word
build/bin/cwctl card $link $card >"$logs/$name.card" 2>&1 &
card_pid=$!
pids+=("$card_pid")
for _ in $(seq 100); do
    build/bin/cwvfio -c $link -s "$run/sock" ${tlp[@]+"${tlp[@]}"} --once >"$logs/$name.vfio" 2>&1 &
    vfio_pid=$!
    for _ in $(seq 100); do
        [ ! -S "$run/sock" ] && kill -0 "$vfio_pid" 2>/dev/null || break
        sleep 0.05
    done
    [ ! -S "$run/sock" ] || break
    grep -q "no simulated card" "$logs/$name.vfio" || break
    kill -0 "$card_pid" 2>/dev/null || break
    sleep 0.05
done
[ -S "$run/sock" ] || { cat "$logs/$name.card" "$logs/$name.vfio" >&2; die "the card did not come up"; }
pids+=("$vfio_pid")

# ---- QEMU ----
# no_timer_check: on a busy machine the kernel would take a late timer interrupt for a broken IO-APIC, and panic.
memory_args=(-M "q35${shared:+,memory-backend=mem}${machine:+,$machine}" -m "$memory")
[ -z "$shared" ] || memory_args+=(-object "memory-backend-memfd,id=mem,size=${memory}M,share=on")
initrd=$kit/initrd
if [ -n "$fio" ]; then
    initrd=$run/initrd
    cat "$kit/initrd" "$kit/fio.cpio" >"$initrd"
fi
# shellcheck disable=SC2206 # words
extra=($extra)
accel=tcg
if [ -n "${KVM:-}" ]; then
    # A /dev/kvm that opens is no proof that a guest boots.
    timeout 20 "$kit/qemu" -M q35 -accel kvm -m 128 -nodefaults -no-user-config -display none -no-reboot -kernel "$kit/vmlinuz" \
        -append "panic=-1 quiet" >/dev/null 2>&1 && accel=kvm
    [ $accel = kvm ] || echo "guest: KVM does not boot a guest here; going on without" >&2
fi
console=file:$logs/$name.console
# shellcheck disable=SC2054 # commas belong to the arguments
qemu=("$kit/qemu" "${memory_args[@]}" -accel "$accel" -smp "$cpus" -nodefaults -no-user-config -display none -no-reboot
    -kernel "$kit/vmlinuz" -initrd "$initrd" -device "pcie-root-port,id=rp0,chassis=1,$port"
    -device '{"driver":"vfio-user-pci","bus":"rp0","x-msg-timeout":60000,"socket":{"type":"unix","path":"'"$run/sock"'"}}'
    ${extra[@]+"${extra[@]}"})

if [ -z "$scenario" ]; then
    "${qemu[@]}" -serial mon:stdio -append "console=ttyS0 panic=-1 no_timer_check quiet $append"
    status=$?
    # The server ends with its client, before the card does: logs and waves are whole.
    for _ in $(seq 50); do
        kill -0 "$vfio_pid" 2>/dev/null || break
        sleep 0.1
    done
    exit $status
fi

: >"$logs/$name.console"
mkfifo "$run/in" "$run/out" "$run/monitor.in" "$run/monitor.out"
exec 6<>"$run/monitor.in" 7<>"$run/monitor.out"
"${qemu[@]}" -serial "$console" -serial stdio -chardev "pipe,id=monitor,path=$run/monitor" -mon monitor \
    -append "console=ttyS0 panic=-1 no_timer_check loglevel=7 $append cw_scenario=$scenario" \
    <"$run/in" >"$run/out" 2>"$logs/$name.qemu" &
qemu_pid=$!
pids+=("$qemu_pid")
exec 8>"$run/in" 9<"$run/out"

# monitor COMMAND STATE: QEMU's monitor, and the machine is in that state
monitor() {
    local line
    printf '%s\ninfo status\n' "$1" >&6
    while IFS= read -r -t 20 line <&7; do
        case $line in *"VM status: $2"*) return ;; esac
    done
    echo "guest: QEMU did not get to '$2'" >&2
}
# die_at_rest PID: kills it with the processors at rest and their writes read. QEMU 11.1 ends itself (an error that is
# set twice) when its connection is reset, and that is how a socket ends that has something unread in it.
die_at_rest() {
    monitor stop paused
    sleep 1 # the server reads what is on its way
    kill -9 "$1" && wait "$1" 2>/dev/null
    for _ in $(seq 100); do # QEMU says so when it has missed the server; an access before that is as bad
        grep -qF "failed to read header" "$logs/$name.qemu" && break
        sleep 0.1
    done
    monitor cont running
}
# What the scenario asks of the host; each is answered by a line "done".
host_does() {
    case $1 in
    @kill-card) die_at_rest "$card_pid" ;;
    @kill-vfio) die_at_rest "$vfio_pid" ;;
    @faults) grep -F dma-unmapped "$logs/$name.vfio" >&8 ;;
    @faults-expected) faults_expected=1 ;;
    *) echo "guest: the scenario asks for '$1', which is not known" >&2 ;;
    esac
    echo "done" >&8
}
faults_expected=
status=124
end=$((SECONDS + limit))
while [ $SECONDS -lt $end ]; do
    if ! IFS= read -r -t $((end - SECONDS > 0 ? end - SECONDS : 1)) line <&9; then
        kill -0 "$qemu_pid" 2>/dev/null && continue
        status=125 # it ended without a word
        break
    fi
    line=${line%$'\r'}
    case $line in
    "@end "*)
        status=${line#@end }
        break
        ;;
    @*) host_does "$line" ;;
    *) printf '%s\n' "$line" ;;
    esac
done
[ "$status" != 125 ] || echo "guest: QEMU ended before the scenario did"
[ "$status" != 124 ] || echo "guest: stopped after $limit s"
for _ in $(seq 50); do
    kill -0 "$qemu_pid" 2>/dev/null || break
    [ "$status" -lt 124 ] || break
    sleep 0.1
done
kill "$qemu_pid" 2>/dev/null
for _ in $(seq 50); do
    kill -0 "$vfio_pid" 2>/dev/null || break
    sleep 0.1
done
kill "$vfio_pid" 2>/dev/null
wait "$vfio_pid"
broken=$?
if [ $broken = 1 ] && [ "$status" = 0 ] && [ -z "$faults_expected" ]; then
    grep checker "$logs/$name.vfio"
    status=3
fi
if [ "$status" -ge 124 ]; then
    cat "$logs/$name.qemu"
    echo "guest: the end of the kernel's console:"
    tail -n 50 "$logs/$name.console"
fi
exit "$status"
