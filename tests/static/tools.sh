# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# How each tool reads our sources: sourced by the tests here, so that lint_bites_test.sh plants its mistakes
# before the same command lines. A *_reads function fails when its tool has a word to say.
#
# What a tool said of sources that have not changed is kept for all clones (scripts/kept.sh).
. scripts/kept.sh
kept=build/static
mkdir -p "$kept"

# silent COMMAND...: prints what it says and fails if that is anything
silent() {
    local out
    out=$("$@" 2>&1)
    echo "$out"
    [ -z "$out" ]
}

# by [-o "FILE..."] TOOL "FILE..." COMMAND...: keeps what TOOL, called by a function of this file or of the test, says of
# these files, and what it writes to those of -o
by() {
    local out='' tool files
    if [ "$1" = -o ]; then out=$2 && shift 2; fi
    tool=$1 files=$2
    shift 2
    [ -n "${tool_says[$tool]:-}" ] || tool_says[$tool]=$(versions "$tool")
    kept -k "${tool_says[$tool]}" -i "tests/static/tools.sh tests/tap.sh $files" -o "$out" "$tool" "$@"
}
declare -A tool_says # once for each tool

# ---- C: which mirror of linux/*.h a file sees, that of the driver or the system's ----
of_the_kernel='^(driver|sim/kernel|tests/driver)/|^tests/unit/kernel_'
kernel_flags=(-D_GNU_SOURCE -I. -Isim/kernel/include -Idriver)
other_flags=(-D_GNU_SOURCE -I. -Ihost-lib -Idriver/uapi)
sources() { git ls-files -co --exclude-standard '*.c' | while read -r f; do [ -e "$f" ] && echo "$f"; done; }
kernel_sources() { sources | grep -E "$of_the_kernel"; }
other_sources() { sources | grep -vE "$of_the_kernel"; }

# clang_reads FLAGS... <files. Callbacks have the kernel's parameters whether used or not, so those are not
# warned of in the kernel's code (its caller says so).
clang_warnings=(-Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wundef -Wunused-macros
    -Wloop-analysis -Wenum-conversion -Wimplicit-fallthrough -Wstring-conversion -Wtautological-compare
    -Warray-bounds-pointer-arithmetic -Wshift-sign-overflow -Wduplicate-enum -Wbitwise-instead-of-logical
    -Wformat-type-confusion -Wunreachable-code -Wwrite-strings)
clang_reads() { silent xargs -r -P 2 -n 12 clang -fsyntax-only -std=gnu11 "${clang_warnings[@]}" "$@"; }

# cppcheck_reads FLAGS... <files. The assertions of the tests end the test; cppcheck has to be told.
cppcheck_reads() {
    local dir
    dir=$kept/cppcheck-$({ echo "$*"; cppcheck --version; cat tests/static/tools.sh tests/static/cppcheck.txt; } | sha256sum | cut -c 1-16)
    mkdir -p "$dir"
    cppcheck -q -j 2 --std=c11 --enable=warning,portability --error-exitcode=1 --cppcheck-build-dir="$dir" \
        --suppressions-list=tests/static/cppcheck.txt --template='{file}:{line}: {id}: {message}' \
        '-Dassert_true(x)=if(!(x))exit(1)' '-Dassert_in_range(x,a,b)=if((x)<(a)||(x)>(b))exit(1)' \
        --file-list=- "$@"
}

# tidy_says FILE CHECKS FLAGS...: the findings, which name our files as we do wherever this tree is
tidy_says() {
    local f=$1 checks=$2
    shift 2
    clang-tidy --quiet --config-file=.clang-tidy --checks="$checks" "$f" -- "$@" 2>/dev/null | sed "s,$PWD/,,g"
    [ "${PIPESTATUS[0]}" -le 1 ] || { echo "$f:1:1: error: clang-tidy did not end well [tool]"; return 1; }
}

# tidy_file FILE LOG: the same, or what it said when all that the file reads, headers of the system too, was what it is
tidy_file() {
    local f=$1 flags=(-std=gnu11) checks=
    if [[ $f =~ $of_the_kernel ]]; then flags+=("${kernel_flags[@]}"); else flags+=("${other_flags[@]}"); fi
    # Following paths needs assertions that end the test, and cmocka's do not say that they do.
    [[ $f == tests/* ]] && checks='-clang-analyzer-*'
    kept -k "$tidy_version" -i "tests/static/tools.sh .clang-tidy $f $(clang -M "${flags[@]}" "$f" 2>/dev/null | sed '1s/.*: //; s/\\$//' | tr '\n' ' ')" \
        tidy tidy_says "$f" "$checks" "${flags[@]}" >"$2"
    return 0
}

# tidy_reads WAIVERS <files: prints the findings that no line of WAIVERS ("check file text of the line")
# covers, and the lines that cover none.
tidy_reads() {
    local logs
    logs=$(mktemp -d)
    mapfile -t files
    tidy_version=$(versions clang-tidy clang)
    export tidy_version
    printf "%s\n" "${files[@]}" |
        xargs -r -P 2 -n 8 bash -c '. tests/static/tools.sh; for f; do tidy_file "$f" "$0/${f//\//,}"; done' "$logs" || return
    silent awk -f tests/static/waive.awk "$1" <(for f in "${files[@]}"; do cat "$logs/${f//\//,}"; done)
    set -- $?
    rm -rf "$logs"
    return "$1"
}

# ---- the driver as the kernel's own tool reads it ----
# LINUX_VERSION_CODE, CONSTANT_COMPARISON: compat.h is where versions are asked for, in the kernel's own spelling.
# Lines are as long as in the rest of the tree; cw_regs.h is printed from the table, a register a line.
checkpatch_reads() {
    local f ignore bad=0
    for f in "$@"; do
        ignore=()
        case $f in
        driver/compat.h) ignore=("--ignore=LINUX_VERSION_CODE,CONSTANT_COMPARISON") ;;
        driver/cw_regs.h) ignore=("--ignore=LONG_LINE_COMMENT") ;;
        # A tracepoint is written as in include/trace/events, which these two take for a call.
        driver/cw_trace.h) ignore=("--ignore=OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT") ;;
        esac
        perl "$checkpatch/checkpatch.pl" --no-tree --no-summary --strict --terse --show-types --max-line-length=120 \
            "${ignore[@]}" -f "$f" || bad=1
    done
    return $bad
}

# checkpatch.pl out of the kernel's sources, where Debian has them; finding it in there takes a while
checkpatch=$kept/checkpatch
checkpatch_tar=/usr/src/linux-source-6.1.tar.xz
unpack_checkpatch() {
    mkdir -p "$checkpatch"
    tar -xJf "$checkpatch_tar" -C "$checkpatch" --strip-components 2 -m --occurrence=1 \
        linux-source-6.1/scripts/{checkpatch.pl,const_structs.checkpatch,spelling.txt}
}
get_checkpatch() {
    kept -k "$(stat -c '%s %Y' "$checkpatch_tar")" -i tests/static/tools.sh \
        -o "$(echo "$checkpatch"/{checkpatch.pl,const_structs.checkpatch,spelling.txt})" checkpatch unpack_checkpatch
}

# ---- Verilog ----
# Each reads PARAMETERS ("NAME=value ..."), the top module and the folder of the files.
in_folder() { find "$1" -maxdepth 1 -name '*.v' -o -maxdepth 1 -name '*.vh' -o -maxdepth 1 -name '*.vlt' | sort; }
verilator_reads() { by verilator "$(in_folder "$3")" verilator_run "$@"; }
icarus_reads() { by iverilog "$(in_folder "$3")" icarus_run "$@"; }
yosys_reads() { by yosys "$(in_folder "$3")" yosys_run "$@"; }

verilator_run() {
    local params=$1 top=$2 dir=$3 waivers=("$3"/*.vlt)
    [ -e "${waivers[0]}" ] || waivers=()
    # shellcheck disable=SC2086,SC2046 # words
    silent verilator --lint-only -Wall $(printf -- '-G%s ' $params) -I"$dir" -y "$dir" "${waivers[@]}" --top-module "$top" "$dir/$top.v"
}
# Timescales are the simulation top's.
icarus_run() {
    local params=$1 top=$2 dir=$3
    # shellcheck disable=SC2086,SC2046 # words
    silent iverilog -g2005 -Wall -Wno-timescale $(printf -- "-P$top.%s " $params) -I"$dir" -y "$dir" -s "$top" -t null "$dir/$top.v"
}
# Latches, loops, several drivers, wires that nothing drives, over the whole flattened design; any warning is an error.
yosys_run() {
    local params=$1 top=$2 dir=$3 set="" p
    for p in $params; do set+=" -set ${p%%=*} ${p#*=}"; done
    silent yosys -q -e . -p "read_verilog -I$dir $dir/*.v; chparam$set $top;
        hierarchy -check -top $top; proc; flatten; opt_clean; check -assert;
        select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr"
}

# ---- shell: .shellcheckrc has the reasons ----
shell_reads() { shellcheck -S style -x -P SCRIPTDIR "$@"; }
