#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/synth.sh [-u] [NAME...]   what the RTL costs, by Yosys, beside the budget in constraints/budget.txt.
#
# A NAME is a line there: a part family, a module and its parameters; "board*" and the like choose several. For each: LUTs of logic, LUTs used as memory,
# flip-flops, block RAMs (in halves: RAMB18), carry cells, the longest chain of LUTs, muxes and carries between two
# registers; its two ends are named. A figure more than 5 % above its budget fails; -u writes what was
# measured into the budget. No latch, no combinational loop, no net with two drivers, and no clock pin on
# anything but clk, or it fails before it is synthesised. RTL, BUDGET: others than rtl/ and that file.
#
# It is Yosys, not the vendor's tool: figures compare with other figures of the same command only. A
# result is kept (scripts/kept.sh) while the module's sources, this script and Yosys are what they were.
set -u
cd "$(dirname "$0")/.." || exit
budget=${BUDGET:-constraints/budget.txt}
rtl=${RTL:-rtl}
kept=build/synth
mkdir -p "$kept"
. scripts/kept.sh
update=
[ "${1:-}" = -u ] && update=1 && shift

# sets FROM...: Yosys's chparam arguments for NAME=value,NAME=value
sets() { tr ',' '\n' <<<"$1" | sed -n 's/\(.*\)=\(.*\)/-set \1 \2/p' | tr '\n' ' '; }

# files TOP: its source and those of every module below it
files() {
    local todo=("$1") seen=' ' m
    while [ ${#todo[@]} -gt 0 ]; do
        m=${todo[0]}
        todo=("${todo[@]:1}")
        case $seen in *" $m "*) continue ;; esac
        seen+="$m "
        [ -e "$rtl/$m.v" ] || continue
        echo "$rtl/$m.v"
        mapfile -t -O ${#todo[@]} todo < <(sed -nE 's/^ *((cw|stream)_[a-z0-9_]+) +(#\(|u_).*/\1/p' "$rtl/$m.v")
    done
}

# structure TOP PARAMS LOG: latches, loops, drivers, clocks; before anything is mapped
structure() {
    yosys -q -l "$3" -e . -p "read_verilog -I$rtl $(files "$1" | tr "\n" " "); chparam $(sets "$2") $1;
        hierarchy -check -top $1; proc; flatten; opt_clean; check -assert;
        select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr;
        select -set clocked t:\$dff t:\$dffe t:\$sdff t:\$sdffe t:\$sdffce t:\$adff t:\$adffe t:\$aldff t:\$dffsr;
        select -set good w:clk %co1:+[CLK] w:clk %d;
        select -assert-none @clocked @good %d" >/dev/null 2>&1 || { tail -n 5 "$3"; return 1; }
}

# map NAME FAMILY TOP PARAMS: $kept/NAME.stat and .path
map() {
    yosys -q -l "$kept/$1.log" -p "read_verilog -I$rtl $(files "$3" | tr "\n" " "); chparam $(sets "$4") $3; hierarchy -check -top $3;
        synth_xilinx -family $2 -flatten -noiopad -noclkbuf -top $3; check -assert; tee -q -o $kept/$1.stat stat;
        select t:LUT* t:MUXF* t:CARRY* t:INV w:*; tee -q -o $kept/$1.path ltp" >/dev/null 2>&1 ||
        { tail -n 5 "$kept/$1.log"; return 1; }
}

# figures NAME: "lut lutram ff ram carry depth" out of what Yosys printed
figures() {
    local depth
    depth=$(sed -n 's/.*(length=\([0-9]*\)).*/\1/p' "$kept/$1.path" | sort -n | tail -n 1)
    awk -v depth="$depth" '
    $1 ~ /^LUT[1-6]$/ { lut += $2 }
    $1 ~ /^INV$/ { lut += $2 }
    $1 ~ /^RAM(32M16|64M8)$/ { lutram += 8 * $2 }
    $1 ~ /^RAM(32M|64M)$/ { lutram += 4 * $2 }
    $1 ~ /^RAM(32|64)X1S/ { lutram += $2 }
    $1 ~ /^RAM(32|64)X1D/ { lutram += 2 * $2 }
    $1 ~ /^RAM128X1D/ { lutram += 4 * $2 }
    $1 ~ /^RAM256X1D/ { lutram += 8 * $2 }
    $1 ~ /^(SRL16E|SRLC16E|SRLC32E)$/ { lutram += $2 }
    $1 ~ /^FD[RSCP]E(_1)?$/ { ff += $2 }
    $1 ~ /^RAMB18/ { ram += $2 }
    $1 ~ /^RAMB36/ { ram += 2 * $2 }
    $1 ~ /^CARRY[48]$/ { carry += $2 }
    END { print lut + 0, lutram + 0, ff + 0, ram + 0, carry + 0, depth + 0 }' "$kept/$1.stat"
}

# measure NAME FAMILY TOP PARAMS
measure() { structure "$3" "$4" "$kept/$1.structure" && map "$@"; }

# one NAME FAMILY TOP PARAMS LUT LUTRAM FF RAM CARRY DEPTH
one() {
    local name=$1 family=$2 top=$3 params=$4 old=("${@:5}") now=() words=(lut lutram ff ram18 carry depth)
    local start=$SECONDS i bad=0
    kept -k "$(versions yosys)" -i "scripts/synth.sh $(files "$top" | tr '\n' ' ') $(echo "$rtl"/*.vh)" \
        -o "$kept/$name.stat $kept/$name.path" yosys measure "$name" "$family" "$top" "$params" ||
        { echo "$name: failed, see above"; return 1; }
    read -ra now <<<"$(figures "$name")"
    [ "${now[0]}" -gt 0 ] && [ "${now[2]}" -gt 0 ] && [ "${now[5]}" -gt 0 ] || { echo "$name: nothing was counted"; return 1; }
    printf '%s: %s for %s, %s\n' "$name" "$top" "$family" "$params"
    for i in 0 1 2 3 4 5; do
        printf '    %-8s %7d   budget %7d' "${words[$i]}" "${now[$i]}" "${old[$i]}"
        if [ $((now[i] * 100)) -gt $((old[i] * 105)) ]; then
            printf '   more than 5 %% above'
            bad=1
        elif [ $((now[i] * 100)) -lt $((old[i] * 95)) ]; then
            printf '   more than 5 %% below: -u writes it down'
        fi
        echo
    done
    sed -n '/^ *[0-9]*: /p' "$kept/$name.path" | sed -n '1s/^ *0: /    from /p; $s/^ *[0-9]*: /    to   /p' | cut -c 1-110
    echo "    $((SECONDS - start)) s"
    [ -n "$update" ] && sed -i -E "s/^($name +[^ ]+ +[^ ]+ +[^ ]+) .*/\1 ${now[*]}/" "$budget" && return 0
    return "$bad"
}

# chosen NAME GLOB...
chosen() {
    local name=$1 glob
    shift
    [ $# = 0 ] && return
    for glob in "$@"; do
        # shellcheck disable=SC2053 # a pattern
        [[ $name == $glob ]] && return
    done
    return 1
}

if [ -n "$update" ]; then
    for name in $(sed -n 's/^#unmeasured \([^ ]*\) .*/\1/p' "$budget"); do
        if chosen "$name" "$@"; then sed -i "s/^#unmeasured $name /$name /" "$budget"; fi
    done
fi
status=0
n=0
while read -r -a line; do
    chosen "${line[0]}" "$@" || continue
    n=$((n + 1))
    one "${line[@]}" || status=1
done < <(grep -v '^#' "$budget")
[ "$n" != 0 ] || { echo "no such line in $budget: $*" >&2; exit 2; }
exit $status
