#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The parts of the card stay within the budget of constraints/budget.txt (scripts/synth.sh, which keeps what Yosys said
# of sources that have not changed); TEST_ALL=1: whole cards for each board's family. Then a growth, a latch, a loop,
# a net with two drivers and a gated clock are planted in the smallest part.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
work=build/tests/synth
rm -rf "$work"
mkdir -p "$work/rtl"

# within NAME: prints the figures as TAP comments too
figures=$work/figures
within() { scripts/synth.sh "$1" | tee -a "$figures"; return "${PIPESTATUS[0]}"; }

# grown: the smallest part beside a budget that is 6 % below what it takes
grown() {
    awk '$1 == "part-axi" { for (i = 5; i <= NF; i++) $i = int($i * 100 / 106) } { print }' constraints/budget.txt >"$work/budget.txt"
    refuses "more than 5 % above" env BUDGET="$work/budget.txt" scripts/synth.sh part-axi
}

# planted TEXT VERILOG: lines at the end of cw_axi_mux must be refused with TEXT
planted() {
    cp rtl/*.v rtl/*.vh "$work/rtl/"
    awk -v more="$2" '/^endmodule/ { print more } { print }' rtl/cw_axi_mux.v >"$work/rtl/cw_axi_mux.v"
    cp constraints/budget.txt "$work/budget.txt"
    sed -i 's/^part-axi /planted /' "$work/budget.txt"
    refuses "$1" env RTL="$work/rtl" BUDGET="$work/budget.txt" scripts/synth.sh planted
}

names="part-"
[ -n "${TEST_ALL:-}" ] && names=
for name in $(awk -v names="$names" '!/^#/ && index($1, names) == 1 { print $1 }' constraints/budget.txt); do
    check "$name" within "$name"
done
check "growth_is_found" grown
check "a_latch_is_found" planted "dlatch" '(* keep *) reg held; always @* if (axi_awvalid) held = axi_wvalid;'
check "a_loop_is_found" planted "logic loop" '(* keep *) wire a, b; assign a = b ^ axi_awvalid; assign b = a ^ axi_wvalid;'
check "two_drivers_are_found" planted "onflict" 'assign axi_awvalid = axi_wvalid;'
check "a_gated_clock_is_found" planted "Assertion failed" 'wire gated = clk && axi_awvalid; (* keep *) reg g; always @(posedge gated) g <= axi_wvalid;'
sed 's/^/# /' "$figures"
tap_end
