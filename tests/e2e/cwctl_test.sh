#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# cwctl as a person uses it: what it shows, what it refuses and how; and the
# commands of the README, as they stand there.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

ctl=build/bin/cwctl
dir=build/tests/cwctl
rm -rf "$dir"
mkdir -p "$dir"
head -c 100003 /dev/urandom >"$dir/in"

shows() { # PATTERN COMMAND...
    local pattern=$1
    shift
    "$@" | tee "$dir/out"
    [ "${PIPESTATUS[0]}" = 0 ] && grep -qE "$pattern" "$dir/out"
}
exits() { # STATUS COMMAND...
    local want=$1 got
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || { echo "exit status $got, not $want"; return 1; }
}
serve() { # NAME: a card in a process of its own, for the checks that follow
    $ctl card "$1" 2>"$dir/card.log" &
    card_pid=$!
    for _ in $(seq 100); do
        grep -q "@causeway/$1\$" /proc/net/unix && return
        sleep 0.05
    done
    return 1
}
# Memory of a card process stays from host to host.
write_then_read() {
    $ctl -q -c "sim:$name" write 0x12345 "$dir/in" &&
        $ctl -q -c "sim:$name" read 0x12345 100003 "$dir/back" && cmp "$dir/in" "$dir/back"
}
# What stands at the places that it tests, too: a card of which nothing is known must not lose anything.
selftest_keeps_memory() {
    $ctl -q -c "sim:$name" write 0 "$dir/in" && shows "^ok +memory_left_no_error\$" "$ctl" -c "sim:$name" selftest &&
        $ctl -q -c "sim:$name" read 0 100003 "$dir/back" && cmp "$dir/in" "$dir/back"
}
dump_shows_bytes() {
    printf 'Causeway!' >"$dir/word"
    "$ctl" -q -c "sim:$name" write 64 "$dir/word" && shows '^000000040  43 61 75 73 .*Causeway!' "$ctl" -c "sim:$name" read 64 9
}
full_output() { $ctl read 0 16 >/dev/full; }
name_is_taken() { refuses "$name" timeout 10 "$ctl" card "$name"; }
card_ends_cleanly() {
    kill -TERM "$card_pid" && wait "$card_pid" && grep -q 'left after' "$dir/card.log" &&
        ! grep -q "causeway/$name" /proc/net/unix
}
readme_commands() {
    sed -n '/^## By hand/,/^## /s/^    //p' README.md >"$dir/readme.sh"
    [ "$(wc -l <"$dir/readme.sh")" -ge 6 ] || return
    # A name of our own, and a card that ends with the script whatever happens. The card needs a moment to
    # listen: a person's next line does not come as fast as a script's.
    sed -i "s/mycard/$name-readme/; s/^\(.*cwctl card .*\)\$/\1\nsleep 1/" "$dir/readme.sh"
    cat "$dir/readme.sh"
    { echo 'trap "kill %1 2>/dev/null || true" EXIT' && cat "$dir/readme.sh"; } >"$dir/guarded.sh"
    timeout 60 bash -m -e "$dir/guarded.sh"
}

# Whatever PCI device of this machine happens to have the simulated card's address
no_bus() { ! { $ctl info | grep BAR; }; }
name=cwctl-$$
check "help_lists_the_commands" shows 'write ADDR FILE' $ctl --help
check "info_names_the_card" shows 'card memory +4294967296 bytes' $ctl info
info_names_interrupts() { shows "interrupts +$2, [0-9]+ of 64 vectors" "$ctl" -c "sim,irq=$1" info; }
check "info_names_msix" info_names_interrupts msix MSI-X
check "info_names_msi" info_names_interrupts msi MSI
check "info_names_intx" info_names_interrupts intx INTx
check "info_of_a_simulated_card_is_not_of_the_bus" no_bus
check "regs_shows_names_and_fields" shows '^00008  CAP_COUNTS' $ctl regs
check "regs_reads_a_counter" shows 'TX_MRD +[0-9]+' $ctl regs TX_MRD
check "regs_writes_then_shows" shows 'SCRATCH +0x0000002a' $ctl regs SCRATCH=42
check "regs_of_a_queue" shows 'STATE +[01]$' $ctl regs Q_STATUS.3
check "no_command" exits 2 $ctl
check "unknown_command" refuses "no command 'dance'" $ctl dance
check "unknown_register" refuses "no register 'NOPE'" $ctl regs NOPE
check "queue_out_of_range" refuses "there are queues 0 to 63" $ctl regs Q_STATUS.64
check "queue_beyond_32_bits" refuses "there are queues 0 to 63" $ctl regs Q_STATUS.4294967296
check "queue_missing" refuses "of which queue" $ctl regs Q_STATUS
check "bad_number" refuses "address 'ten' is not a number" $ctl read ten 10
check "too_few_arguments" refuses "read takes 2 to 3 arguments" $ctl read 0
check "read_beyond_card_memory" refuses "beyond card memory" $ctl read 0x100000000 16
check "write_beyond_card_memory" refuses "beyond card memory" $ctl -q write 0xfffffff0 "$dir/in"
check "full_output" refuses "could not be written" full_output
check "missing_file" refuses "No such file" $ctl write 0 "$dir/absent"
check "unknown_card" refuses "no card is named" $ctl -c nowhere info
check "unknown_pci_option" refuses "no option 'colour=red': there are force=0|1 and id=VVVV:DDDD" $ctl -c pci,colour=red info
check "no_pci_address" refuses "is no address on the PCI bus" $ctl -c 0:0 info
check "no_pci_device" refuses "PCI" $ctl -c ffff:ff:1f.7 info
check "unknown_option" refuses "no option 'colour=red'" $ctl -c sim,colour=red info
check "unknown_interrupt" refuses "option irq=pin: msix, msi or intx" $ctl -c sim,irq=pin info
check "card_option_of_the_host" refuses "is the host's" timeout 10 $ctl card "$name" seed=3
check "card_starts" serve "$name"
check "card_keeps_memory_between_hosts" write_then_read
check "selftest_passes_and_keeps_memory" selftest_keeps_memory
check "dump_shows_bytes" dump_shows_bytes
check "name_is_taken" name_is_taken
check "card_ends_cleanly" card_ends_cleanly
check "readme_commands_work" readme_commands
rm -rf "$dir"
tap_end
