#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The boards of constraints/ without a vendor's tool: every top elaborates in Verilator, Icarus and Yosys with black
# boxes for the vendor's blocks, and constraints-check (constraints/check/) finds nothing to say of pins, clocks and
# crossings. A mistake of each kind is planted and must be found. cw_top is a box here; that it has one clock, no
# latch and no loop is shown by rtl_test.sh and scripts/synth.sh.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh
work=build/tests/boards
mkdir -p "$work"
stubs=constraints/common/vendor_stubs
check=build/bin/constraints-check

# A BOARD is a folder of constraints/, or FOLDER/MEMORY: what build.tcl makes of it with memory=MEMORY.
folder() { echo "${1%%/*}"; }
memory() { [[ $1 == */* ]] && echo "${1#*/}"; }
name() { echo "${1//\//-}"; }
# top BOARD: its module
top() { folder "${1//-/_}"; }
macros() { memory "$1" | sed 's/.*/-DMEMORY_\U&/'; }
crossings() { echo "constraints/$(folder "$1")/crossings$(memory "$1" | sed 's/^/-/').txt"; }
# xdc BOARD: its constraint file, or all of them in one
xdc() {
    local base
    base=constraints/$(folder "$1")/$(top "$1")
    if [ ! -e "$base-$(memory "$1").xdc" ]; then
        echo "$base.xdc" # no memory, or one without pins
    else
        cat "$base.xdc" "$base-$(memory "$1").xdc" >"$work/$(name "$1").xdc"
        echo "$work/$(name "$1").xdc"
    fi
}
dirs=(-y rtl -y constraints/common -y constraints/example)
boxes=(constraints/common/vendor_*stubs.v)
# read_for BOARD: what the tools read of it, for what is kept of their words (tools.sh)
read_for() { echo tests/static/boards_test.sh "$stubs.vlt" "$(in_folder rtl)" constraints/common/*.v constraints/example/*.v "constraints/$(folder "$1")"/*.v; }
verilog() { echo "constraints/$(folder "$1")/$(top "$1").v"; }
in_icarus() { by iverilog "$(read_for "$1")" icarus_on_board "$1"; }
icarus_on_board() {
    local words
    read -ra words < <(macros "$1")
    silent iverilog -g2005 -Wall -Wno-timescale "${words[@]}" -Irtl "${dirs[@]}" -y "constraints/$(folder "$1")" -s "$(top "$1")" -t null "${boxes[@]}" "$(verilog "$1")"
}
in_verilator() { by verilator "$(read_for "$1")" verilator_on_board "$1"; }
verilator_on_board() {
    local waivers=(rtl/*.vlt) words
    [ -e "${waivers[0]}" ] || waivers=()
    read -ra words < <(macros "$1")
    silent verilator --lint-only -Wall "${words[@]}" -Irtl "${dirs[@]}" -y "constraints/$(folder "$1")" "${waivers[@]}" "$stubs.vlt" --top-module "$(top "$1")" "${boxes[@]}" "$(verilog "$1")"
}
# in_yosys BOARD [TOP.v [OUT [FILE]]]: writes the netlist that the checker reads; FILE: taken from $work/wired instead
in_yosys() {
    local v=${2:-$(verilog "$1")} out=${3:-$work/$(name "$1").json} rtl
    rtl=$({ printf '%s\n' rtl/*.v && compgen -G "constraints/$(folder "$1")/*_$(memory "$1").v"; } | grep -v '/cw_top.v' |
        { [ -z "${4:-}" ] && cat || sed "s,^$4\$,$work/wired/$(basename "$4"),"; })
    by -o "$out" yosys "$(read_for "$1") $v $rtl" yosys_on_board "$1" "$v" "$out" "$rtl"
}
yosys_on_board() {
    silent yosys -q -e . -p "read_verilog -lib -Irtl rtl/cw_top.v; read_verilog -lib ${boxes[*]};
        read_verilog -Irtl $(macros "$1") $(tr '\n' ' ' <<<"$4") constraints/common/cw_*.v constraints/example/*.v $2;
        hierarchy -check -top $(top "$1"); proc; flatten; opt_clean; check -assert; write_json $3"
}
# agrees BOARD [XDC [NETLIST [CROSSINGS]]]
agrees() {
    "$check" "${3:-$work/$(name "$1").json}" "${2:-$(xdc "$1")}" "${4:-$(crossings "$1")}"
}
# scripted BOARD [BUILD.tcl]: its build script, run by Yosys's Tcl with the vendor's commands as words, reads files that
# are there, all that the design needs, and the constraint files that the checker saw
scripted() {
    local out words
    out=$work/$(name "$1")
    MEMORY=$(memory "$1") SCRIPT=${2:-constraints/$(folder "$1")/build.tcl} FILES=$out.files yosys -Q -q -c tests/static/build_script.tcl || return 1
    [ "$(sed -n 's/^xdc //p' "$out.files" | xargs cat)" = "$(cat "$(xdc "$1")")" ] || { echo "other constraint files are read"; return 1; }
    read -ra words < <(sed -n 's/^define /-D/p' "$out.files" | tr '\n' ' ')
    [ "${words[*]}" = "$(macros "$1")" ] || { echo "other macros are set"; return 1; }
    mapfile -t files < <(sed -n 's/^verilog //p' "$out.files")
    silent iverilog -g2005 -Wall -Wno-timescale "${words[@]}" -Irtl -s "$(top "$1")" -t null "${boxes[@]}" "${files[@]}"
}

for list in constraints/*/crossings*.txt; do
    board=$(basename "$(dirname "$list")")
    case $list in */crossings-*.txt) board+=/$(basename "$list" .txt | sed 's/crossings-//') ;; esac
    label=${board//\//_}
    check "${label}_elaborates_in_icarus" in_icarus "$board"
    check "${label}_elaborates_in_verilator" in_verilator "$board"
    check "${label}_elaborates_in_yosys" in_yosys "$board"
    check "${label}_constraints_agree_with_the_design" agrees "$board"
    check "${label}_build_script_reads_what_is_needed" scripted "$board"
done

# sown FROM TO SED: FROM with a mistake
sown() {
    sed -E "$3" "$1" >"$2"
    cmp -s "$1" "$2" && { echo "the mistake is not planted"; return 1; }
    return 0
}
# planted TEXT SED [BOARD]: the constraint file of the litefury, or another board, with a mistake
planted() {
    local board=${3:-litefury}
    sown "$(xdc "$board")" "$work/planted.xdc" "$2" && refuses "$1" agrees "$board" "$work/planted.xdc"
}
# listed TEXT SED [BOARD]: the list of crossings with a mistake
listed() {
    local board=${3:-litefury}
    sown "$(crossings "$board")" "$work/planted.txt" "$2" && refuses "$1" agrees "$board" "" "" "$work/planted.txt"
}
# wired TEXT SED [BOARD [FILE]]: the board's Verilog, or that of another file, with a mistake
wired() {
    local board=${3:-litefury} v
    v=$(verilog "$board")
    mkdir -p "$work/wired"
    sown "${4:-$v}" "$work/wired/$(basename "${4:-$v}")" "$2" || return 1
    [ -z "${4:-}" ] && v=$work/wired/$(basename "$v")
    in_yosys "$board" "$v" "$work/wired.json" "${4:-}" &&
        refuses "$1" agrees "$board" "" "$work/wired.json"
}
check "a_port_that_is_not_there" planted "no port pcie_reset_m" 's/pcie_reset_n\]$/pcie_reset_m]/;'
check "a_cell_that_is_not_there" planted "no cell u_pci_e/" 's,u_pcie/inst,u_pci_e/inst,'
check "a_clock_that_is_not_there" planted "no clock sys_clock" 's/generated_clocks sys_clk\]/generated_clocks sys_clock]/'
check "a_pin_without_a_place" planted "led_link_n has no package pin" '/led_link_n/s/PACKAGE_PIN H3 //'
check "a_pin_without_a_standard" planted "led_link_n has no IOSTANDARD" '/led_link_n/s/IOSTANDARD LVCMOS33 //'
check "a_pin_placed_twice" planted "pcie_reset_n has two package pins" 's/^(set_property -dict .PACKAGE_PIN) J1 (.*)/\1 J1 \2\n\1 J2 \2/'
check "a_package_pin_used_twice" planted "package pin G3 is given twice" 's/PACKAGE_PIN H3/PACKAGE_PIN G3/'
check "a_standard_on_a_transceiver" planted "is a transceiver's pin" 's/PACKAGE_PIN F6 *(.*)/PACKAGE_PIN F6 \1\nset_property IOSTANDARD LVDS_25 \1/'
check "a_clock_without_create_clock" planted "sys_clk_p is a clock without create_clock" '/create_clock -name sys_clk/d'
check "an_exception_without_a_reason" planted "set_false_path without a line" 's/^# Reason: PERST/# PERST/'
check "an_unknown_command" planted "not a command that this reader knows" 's/^create_clock -name sys_clk/make_clock -name sys_clk/'
check "a_brace_left_open" planted "without its '}'" 's/led_alive_n led_link_n pcie_clkreq_n\}/led_alive_n led_link_n pcie_clkreq_n/'
check "a_crossing_that_is_not_listed" listed "a path from user_clk to sys_clk" '/^cross/d'
check "a_crossing_listed_elsewhere" listed "a path from user_clk to sys_clk" 's/u_alive.u_link/u_alive.u_lamp/'
check "a_listed_crossing_that_is_gone" listed "covers nothing: cross user_clk other" '$s/$/\ncross user_clk other u_alive.u_link/'
check "an_asynchronous_pin_that_is_not_listed" listed "a path from pcie_reset_n to user_clk" '/^async/d'
check "a_box_without_a_clock" listed "its clock is not in the list" '/^box/d'
check "a_crossing_without_its_synchroniser" wired "is not in" 's/\.link_up\(user_lnk_up\)/.link_up(user_lnk_up), .CLOCK(sys_clk)/; s/^endmodule/reg raw_q; always @(posedge sys_clk) raw_q <= user_lnk_up;\n OBUF u_raw (.I(raw_q), .O(led_link_n));\nendmodule/; s/, \.CLOCK\(sys_clk\)//; /OBUF u_led_link/d'
check "a_queue_that_is_not_listed" listed "a path from user_clk to sys_clk" '/^cross user_clk sys_clk u_mem/d' vcu118
check "a_queue_that_is_not_listed_back" listed "a path from sys_clk to user_clk" '/^cross sys_clk/d' vcu118
check "a_queue_without_its_delay" planted "no set_max_delay -datapath_only from sys_clk" '/^set_max_delay.*-from .get_clocks sys_clk/d' vcu118
check "a_queue_with_a_long_delay" planted "more than a period of" '/^set_max_delay/s/ 4.000/ 9.000/' vcu118
check "a_queue_whose_delay_is_void" planted "takes the set_max_delay" 's/^(# Reason: lights.*)/# Reason: none\nset_clock_groups -asynchronous -group [get_clocks sys_clk] -group [get_clocks -include_generated_clocks pcie_refclk]\n\1/' vcu118
check "a_synchroniser_without_its_attribute" wired "no synchroniser that is tested" 's/\(\* async_reg = "true" \*\)//' litefury rtl/cw_sync.v
check "a_count_without_a_synchroniser" wired "no synchroniser that is tested" 's/cw_sync u_bit \(\.clk\(clk\), \.in\(put\[i\]\), \.out\(seen\[i\]\)\);/assign seen[i] = put[i];/' vcu118 rtl/cw_cdc_out.v
check "a_clock_of_another_side" wired "a path from sys_clk to user_clk" 's/\.mem_clk\(sys_clk\), \.mem_rst\(mem_lost\)/.mem_clk(user_clk), .mem_rst(mem_lost)/' vcu118
check "a_clock_of_a_box_that_is_not_listed" listed "no clock txoutclk_x0y0" '/^made/d'
check "a_clock_of_a_box_that_is_none" listed "u_pci makes no clock" '/^made/s/u_pcie/u_pci/'
check "a_clock_of_a_box_that_nobody_needs" listed "covers nothing: made spare" 's/^box u_pcie/made spare 8.000 u_pcie\n&/'
check "a_memory_pin_without_a_place" planted "ddr3_dq[3] has no package pin" '/A20/d' litefury/ddr3
check "a_memory_pin_used_twice" planted "package pin D19 is given twice" 's/PACKAGE_PIN A20/PACKAGE_PIN D19/' litefury/ddr3
check "a_memory_pin_that_is_not_listed" listed "a path from ddr3_dq to ui_clk" '/ddr3_dq the/d' litefury/ddr3
check "a_memory_without_its_queues" listed "a path from user_clk to ui_clk" '/^cross user_clk ui_clk u_memory/d' litefury/ddr3
check "a_memory_on_the_wrong_side" wired "a path from ui_clk to user_clk" 's/\.mem_clk\(ui_clk\)/.mem_clk(clk)/' litefury/ddr3 constraints/litefury/litefury_ddr3.v
check "a_clock_through_logic" wired "or goes through logic" 's/\.clk\(sys_clk\), \.link_up/.clk(sys_clk \&\& user_lnk_up), .link_up/'
has_each_pin() { [ "$(grep -c '<Pin VCC' build/litefury-ddr3/mig_7series_0/mig.prj)" = "$(grep -c PACKAGE_PIN constraints/litefury/litefury-ddr3.xdc)" ]; }
check "litefury_ddr3_controller_is_given_each_pin" has_each_pin
# written TEXT SED BOARD: its build script with a mistake
written() { sown "constraints/$(folder "$3")/build.tcl" "$work/build.tcl" "$2" && refuses "$1" scripted "$3" "$work/build.tcl"; }
check "a_source_that_is_not_read" written "cw_mem_bridge" 's,constraints/common/cw_mem_bridge.v ,,' litefury/ddr3
check "a_constraint_file_that_is_not_read" written "other constraint files" '/lappend xdc .*ddr3/d' litefury/ddr3
check "a_file_that_is_not_there" written "cw_mem_bride" 's,cw_mem_bridge,cw_mem_bride,' litefury/ddr3
check "a_memory_that_the_board_has_not" written "memory=ram memory=ddr2" 's/ddr3/ddr2/' litefury/ddr3
tap_end
