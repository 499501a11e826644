#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The vfio-user server reaches the card over the link only: it neither includes nor links anything of the
# simulated card, the RTL, the kernel shim or the driver.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

foreign='device|kernel|trace|hostlib|driver|model|verilated|rtl|tests|sim/device|sim/kernel'
copy=$(mktemp)
trap 'rm -f "$copy" "$tap_log"' EXIT

# Archive members and objects that the linker took, by name.
linked_by() { grep -oE '(build/)?(obj|lib)/[A-Za-z0-9_./-]+(\.a\([a-z_0-9]+\.o\)|\.o)' "$1" | sort -u; }
# of_the_server MAP: it is one, and names nothing foreign
of_the_server() {
    local found
    linked_by "$1" >"$tap_log.parts"
    found=$(grep -E "/($foreign)" "$tap_log.parts")
    [ "$(grep -c 'lib/\(vfio\|host\|link\)\.a' "$tap_log.parts")" -ge 20 ] || found="that is no map of cwvfio"
    rm -f "$tap_log.parts"
    echo "$found"
    [ -z "$found" ]
}
# Symbols of the card's and the shim's own public headers: undefined or defined, there are none.
no_foreign_symbol() {
    local found
    found=$(nm "$1" | grep -E ' (cw_card_|cw_sim_|hip_|kshim_|Vcw_|verilated|cw_model_)')
    echo "$found"
    [ -z "$found" ]
}
# Every header that a file of the server reads, however deep.
headers() { gcc -MM -D_GNU_SOURCE -I. "$@" | grep -oE '[^ ]+\.h'  | sort -u; }
no_foreign_header() {
    local found
    found=$(headers "$@" | sed 's,[a-z]*/\.\./,,g' | grep -vE '^sim/(vfio|host|link)/')
    echo "$found"
    [ -z "$found" ] && [ "$(headers "$@" | wc -l)" -ge 5 ]
}

check "cwvfio_builds" make -s build/bin/cwvfio
check "its_link_map_names_nothing_of_the_card" of_the_server build/cwvfio.map
check "it_has_no_symbol_of_the_card" no_foreign_symbol build/bin/cwvfio
check "its_files_include_nothing_of_the_card" no_foreign_header sim/vfio/*.c
# and each of them would see it
{ cat build/cwvfio.map; echo " .text  0x0 0x10 build/obj/sim/device/card.o"; } >"$copy"
check "a_planted_object_is_seen" refuses "sim/device/card.o" of_the_server "$copy"
{ cat build/cwvfio.map; echo " .text  0x0 0x10 build/lib/verilated-fast.a(model.o)"; } >"$copy"
check "a_planted_archive_is_seen" refuses "lib/verilated-fast.a(model.o)" of_the_server "$copy"
check "a_planted_include_is_seen" refuses "sim/device/card.h" no_foreign_header -include sim/device/card.h sim/vfio/*.c
tap_end
