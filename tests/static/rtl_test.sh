#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The card as three Verilog tools read it, at its default size, its smallest and its largest.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

declare -A size=(
    [default]='QUEUE_N=64'
    [smallest]='QUEUE_N=2 VECTOR_N=1 TAG_N=32 OP_N=16'
    [largest]='QUEUE_N=2048 VECTOR_N=2048 TAG_N=1024 OP_N=4096'
    [streams]='STREAM=1'
    [largest_streams]='STREAM=1 QUEUE_N=2048 VECTOR_N=2048 TAG_N=1024 OP_N=4096'
)

for name in default smallest largest streams largest_streams; do
    check "verilator_$name" verilator_reads "${size[$name]}" cw_top rtl
    check "icarus_$name" icarus_reads "${size[$name]}" cw_top rtl
    check "yosys_$name" yosys_reads "${size[$name]}" cw_top rtl
done
for width in 128 512; do
    check "verilator_${width}_bits" verilator_reads "DATA_W=$width" cw_top rtl
    check "verilator_streams_${width}_bits" verilator_reads "DATA_W=$width STREAM=1" cw_top rtl
    check "icarus_${width}_bits" icarus_reads "DATA_W=$width" cw_top rtl
done
# A size that is not in the list of cw_top.v ends in its initial block, as in a synthesis run.
check "one_queue_is_refused" by yosys "$(in_folder rtl)" refuses '$finish' yosys_run QUEUE_N=1 cw_top rtl
tap_end
