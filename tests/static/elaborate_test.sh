#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The largest build, 2048 queues and 2048 vectors, in the three Verilog tools; and what a
# queue costs: memory only, so that flip-flops grow by the width of a queue's number here and there. Likewise the
# example filter, in each width, and the cards of each vendor with and without streams.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

waivers=(rtl/*.vlt)
[ -e "${waivers[0]}" ] || waivers=()
work=build/tests/elaborate
mkdir -p "$work"

in_verilator() {
    verilator --lint-only -Wall -Irtl -y rtl -GQUEUE_N="$1" -GVECTOR_N="$1" "${waivers[@]}" --top-module cw_top rtl/cw_top.v
}
in_icarus() {
    iverilog -g2005 -Wall -Wno-timescale -Irtl -y rtl -s cw_top -Pcw_top.QUEUE_N="$1" -Pcw_top.VECTOR_N="$1" \
        -o "$work/$1.vvp" rtl/cw_top.v && [ -s "$work/$1.vvp" ]
    local bad=$?
    rm -f "$work/$1.vvp"
    return "$bad"
}
# Bits of flip-flops and of memory, in $work/<queues>.stat.
in_yosys() {
    yosys -q -p "read_verilog -Irtl rtl/*.v; chparam -set QUEUE_N $1 -set VECTOR_N $1 cw_top; hierarchy -check -top cw_top; \
        proc; flatten; opt_clean; check -assert; select -assert-none t:\$dlatch; memory_collect; tee -q -o $work/$1.stat stat -width"
}
# flip_flops QUEUES: their bits
flip_flops() { awk '$1 ~ /^\$(a|s|)dffs?r?e?_[0-9]+$/ { n = $1; sub(/.*_/, "", n); bits += n * $2 } END { print bits + 0 }' "$work/$1.stat"; }
contexts_are_in_memory() {
    local few most
    few=$(flip_flops 64)
    most=$(flip_flops 2048)
    echo "64 queues: $few bits of flip-flops; 2048 queues: $most"
    [ "$few" -gt 1000 ] && [ $((most - few)) -lt 300 ]
}

# ---- the example filter: WIDTH QUEUES ----
filter_dirs=(-Irtl -Iconstraints/filter -y rtl -y constraints/filter)
filter_in_verilator() { silent verilator --lint-only -Wall "${filter_dirs[@]}" -GDATA_W="$1" -GQUEUE_N="$2" "${waivers[@]}" --top-module cw_filter constraints/filter/cw_filter.v; }
filter_in_icarus() {
    silent iverilog -g2005 -Wall -Wno-timescale "${filter_dirs[@]}" -s cw_filter -Pcw_filter.DATA_W="$1" -Pcw_filter.QUEUE_N="$2" \
        -t null constraints/filter/cw_filter.v
}
filter_in_yosys() {
    silent yosys -q -e . -p "read_verilog -Irtl -Iconstraints/filter rtl/stream_reg.v rtl/cw_ram.v constraints/filter/*.v;
        chparam -set DATA_W $1 -set QUEUE_N $2 cw_filter; hierarchy -check -top cw_filter; proc; flatten; opt_clean; check -assert;
        select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr; memory_collect; tee -q -o $work/$2.stat stat -width"
}

# ---- cards: VENDOR STREAM ----
card_in_verilator() { silent verilator --lint-only -Wall -Irtl -y rtl -GSTREAM="$2" "${waivers[@]}" --top-module "cw_card_$1" "constraints/common/cw_card_$1.v"; }
card_in_icarus() {
    silent iverilog -g2005 -Wall -Wno-timescale -Irtl -y rtl -s "cw_card_$1" -Pcw_card_"$1".STREAM="$2" -t null "constraints/common/cw_card_$1.v"
}

read_files="tests/static/elaborate_test.sh $(in_folder rtl)"
check "verilator_elaborates_2048_queues" by verilator "$read_files" in_verilator 2048
check "icarus_elaborates_2048_queues" by iverilog "$read_files" in_icarus 2048
for n in 2048 64; do
    check "yosys_elaborates_${n}_queues" by -o "$work/$n.stat" yosys "$read_files" in_yosys "$n"
done
check "contexts_are_in_memory" contexts_are_in_memory
echo "# $(contexts_are_in_memory)"
read_files+=" $(in_folder constraints/filter)"
for width in 128 256 512; do
    check "verilator_elaborates_the_filter_${width}" by verilator "$read_files" filter_in_verilator "$width" 2048
    check "icarus_elaborates_the_filter_${width}" by iverilog "$read_files" filter_in_icarus "$width" 2048
done
check "verilator_elaborates_the_smallest_filter" by verilator "$read_files" filter_in_verilator 128 2
for n in 64 2048; do
    check "yosys_elaborates_the_filter_$n" by -o "$work/$n.stat" yosys "$read_files" filter_in_yosys 256 "$n"
done
routes_are_in_memory() { [ "$(flip_flops 64)" -gt 500 ] && [ $(($(flip_flops 2048) - $(flip_flops 64))) -lt 20 ]; }
check "routes_are_in_memory" routes_are_in_memory
read_files+=" $(in_folder constraints/common)"
for vendor in usplus 7series; do
    for stream in 0 1; do
        check "verilator_elaborates_card_${vendor}_stream_$stream" by verilator "$read_files" card_in_verilator "$vendor" "$stream"
        check "icarus_elaborates_card_${vendor}_stream_$stream" by iverilog "$read_files" card_in_icarus "$vendor" "$stream"
    done
done
tap_end
