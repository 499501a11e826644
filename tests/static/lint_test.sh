#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Static checks: the shell scripts, C without the simulator in the driver, and the rules of the house that a grep can see.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

driver_is_a_kernel_driver() { ! grep -nE '#.*(if|ifdef|ifndef).*(SIM|SHIM|CAUSEWAY_SIM|__KERNEL__)' driver/*.c driver/*.h; }
versions_only_in_compat() { ! grep -nl 'LINUX_VERSION_CODE\|KERNEL_VERSION' driver/*.c driver/[!c]*.h driver/c[!o]*.h; }
every_file_has_a_licence() {
    local f bad=0
    while read -r f; do
        head -n 3 "$f" | grep -q 'SPDX-License-Identifier: ' || { echo "$f: no SPDX line"; bad=1; }
    done < <(git ls-files '*.c' '*.h' '*.v' '*.sv' '*.vh' '*.sh' '*.mk' '*.awk' Makefile .ci/run)
    return "$bad"
}
# A vendor's shim names its vendor; nothing else does.
rtl_names_no_vendor() { ! grep -rniE --include='*.v' --exclude='cw_if_*' 'xilinx|intel|altera|vivado|quartus|lattice' rtl; }
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
    return "$bad"
}

# Our C and our Verilog, and shell around them: nothing else is built or run here.
only_our_languages() {
    local found
    found=$(git ls-files -co --exclude-standard | grep -iE '\.(cpp|cc|cxx|hpp|hh|hxx|py|pl|rb|js)$')
    echo "$found"
    [ -z "$found" ]
}
# What builds and tests fetches nothing by itself: no address of a host in any script.
scripts_name_no_host() { ! git grep --untracked -nE '(https?|ftp|git)://' -- Makefile '*.mk' scripts .ci '*.sh' ':!tests/static/lint_test.sh'; }
# No file knows where somebody keeps this tree.
no_path_of_a_machine() { ! git grep --untracked -nE "(^|[^A-Za-z0-9_.$}-])/(work|root|home|Users)(/|[^A-Za-z0-9_]|$)" -- ':!tests/static/lint_test.sh'; }

check "registers are printed from the table" make -s regs-check
scripts="$(echo scripts/*.sh tests/*.sh tests/*/*.sh sim/*/*.sh .ci/run)"
# shellcheck disable=SC2086 # names of files
check "shellcheck" by shellcheck ".shellcheckrc $scripts" shell_reads $scripts
check "driver_is_a_kernel_driver" driver_is_a_kernel_driver
check "versions_only_in_compat" versions_only_in_compat
check "every_file_has_a_licence" every_file_has_a_licence
check "rtl_names_no_vendor" rtl_names_no_vendor
check "files_are_small" files_are_small
check "only_our_languages" only_our_languages
check "scripts_name_no_host" scripts_name_no_host
check "no_path_of_a_machine" no_path_of_a_machine
tap_end
