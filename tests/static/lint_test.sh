#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Static checks: three Verilog tools, the shell scripts, C without the simulator in the driver,
# and the rules of the house that a grep can see.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

rtl=(rtl/*.v)
waivers=(rtl/*.vlt)
[ -e "${waivers[0]}" ] || waivers=()

verilator_lint() { verilator --lint-only -Wall -Irtl -y rtl "${waivers[@]}" --top-module cw_top rtl/cw_top.v; }
icarus_lint() {
    local out
    out=$(iverilog -g2005 -Wall -Wno-timescale -Irtl -y rtl -s cw_top -t null rtl/cw_top.v 2>&1)
    echo "$out"
    [ -z "$out" ]
}
yosys_check() {
    yosys -q -p "read_verilog -Irtl ${rtl[*]}; hierarchy -check -top cw_top; proc; opt_clean; check -assert; select -assert-none t:\$dlatch"
}
driver_is_a_kernel_driver() { ! grep -nE '#.*(if|ifdef|ifndef).*(SIM|SHIM|CAUSEWAY_SIM|__KERNEL__)' driver/*.c driver/*.h; }
versions_only_in_compat() { ! grep -nl 'LINUX_VERSION_CODE\|KERNEL_VERSION' driver/*.c driver/[!c]*.h driver/c[!o]*.h; }
every_file_has_a_licence() {
    local f bad=0
    while read -r f; do
        head -n 3 "$f" | grep -q 'SPDX-License-Identifier: ' || { echo "$f: no SPDX line"; bad=1; }
    done < <(git ls-files '*.c' '*.h' '*.v' '*.sv' '*.vh' '*.sh' '*.mk' '*.awk' Makefile .ci/run)
    return $bad
}
rtl_names_no_vendor() { ! grep -niE 'xilinx|intel|altera|vivado|quartus|lattice' rtl/*.v; }
files_are_small() {
    local f n bad=0
    while read -r f; do
        n=$(wc -l <"$f")
        case $f in
        *_regs.h) continue ;;
        *.v) [ "$n" -le 400 ] || [ "$f" = rtl/cw_top.v ] ;; # one instance list: ports only
        *) [ "$n" -le 600 ] ;;
        esac || { echo "$f: $n lines"; bad=1; }
    done < <(git ls-files '*.c' '*.h' '*.v')
    return $bad
}

check "registers are printed from the table" make -s regs-check
check "verilator_lint" verilator_lint
check "icarus_lint" icarus_lint
check "yosys_check" yosys_check
check "shellcheck" shellcheck -S warning -x -P SCRIPTDIR scripts/*.sh tests/*.sh tests/*/*.sh .ci/run
check "driver_is_a_kernel_driver" driver_is_a_kernel_driver
check "versions_only_in_compat" versions_only_in_compat
check "every_file_has_a_licence" every_file_has_a_licence
check "rtl_names_no_vendor" rtl_names_no_vendor
check "files_are_small" files_are_small
tap_end
