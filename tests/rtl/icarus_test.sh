#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The block tests again, on Icarus Verilog instead of Verilator (tests/rtl/icarus.h): the same programs,
# the same checks, a four-state simulator. Here the directed tests of the programs that take a second or two;
# TEST_ALL=1: all programs, and the long random tests too.
# What passed is not run again, in any clone of this user, while the program and the compiled design are what they were.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. scripts/kept.sh

long="random any_ every_ sweep stalls all_ whole_" # words in the names of long tests
slow="cw_c2h cw_c2h_w128 cw_c2h_w512 cw_host_port cw_host_port_queues cw_if_7series cw_if_7series_w64 cw_if_ptile_x8 cw_if_usplus
    cw_if_usplus_aa cw_if_usplus_w512 cw_read_path cw_read_path_t1024 cw_h2s cw_h2s_w128 cw_h2s_w512 cw_s2h cw_s2h_w128 cw_s2h_w512
    cw_top_bridge cw_top_reset cw_top_credit"
[ -n "${TEST_ALL:-}" ] && long='' slow=''

# on_icarus NAME: build/tests/rtl/NAME_test on build/icarus/NAME.vvp
on_icarus() { CW_ICARUS=build/icarus/$1.vvp CW_SKIP=$long timeout 300 "build/tests/rtl/$1_test"; }
once() {
    kept -k "$long $simulator" -i "build/tests/rtl/$1_test build/icarus/$1.vvp tests/rtl/icarus_vpi.c tests/rtl/icarus.h" \
        "icarus-$1" on_icarus "$1" >"$said/$1" 2>&1
    echo $? >"$said/$1.rc"
}
ended_well() { cat "$said/$1" && return "$(cat "$said/$1.rc")"; }

# An X where the handshake says that something counts is an error of its own: a design with an unreset valid.
unreset_valid_is_found() {
    local dir=build/icarus/planted
    mkdir -p "$dir"
    sed "s/^            out_q  <= 1.b0;$//" rtl/stream_reg.v >"$dir/stream_reg.v"
    cmp -s rtl/stream_reg.v "$dir/stream_reg.v" && { echo "the mistake is not planted"; return 1; }
    cp build/icarus/cw_icarus.vpi "$dir/"
    iverilog -g2005 -Irtl -y rtl -s stream_reg -Pstream_reg.W=40 -o "$dir/stream_reg.vvp" "$dir/stream_reg.v" &&
        refuses "is X after reset" env CW_ICARUS="$dir/stream_reg.vvp" timeout 60 build/tests/rtl/stream_reg_test
}

simulator=$(versions iverilog)
said=build/icarus/said
rm -rf "$said"
mkdir -p "$said"
names=()
for name in tests/rtl/*_test.c; do
    name=$(basename "$name" _test.c)
    [[ " $(xargs <<<"$slow") " = *" $name "* ]] || names+=("$name")
done
for name in "${names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "${JOBS:-2}" ]; do wait -n; done
    once "$name" &
done
wait
for name in "${names[@]}"; do check "$name" ended_well "$name"; done
check "unreset_valid_is_found" unreset_valid_is_found
tap_end
