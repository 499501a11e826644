# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# How each tool reads our sources: sourced by the tests here, so that lint_bites_test.sh plants its mistakes
# before the same command lines. A *_reads function fails when its tool has a word to say.
#
# What a tool said of sources that have not changed is kept in build/static/: the key is the tool's version,
# this file, the tool's configuration and the sources.
kept=build/static
mkdir -p "$kept"

# silent COMMAND...: prints what it says and fails if that is anything
silent() {
    local out
    out=$("$@" 2>&1)
    echo "$out"
    [ -z "$out" ]
}

# once NAME "FILE..." COMMAND...: runs it unless it passed with these files
once() {
    local name=$1 files=$2 key
    shift 2
    # shellcheck disable=SC2086 # names of files
    key=$({ echo "$*"; cat tests/static/tools.sh $files; } | sha256sum)
    [ "$key" = "$(cat "$kept/$name" 2>/dev/null)" ] && { echo "unchanged"; return 0; }
    rm -f "$kept/$name"
    "$@" && echo "$key" >"$kept/$name"
}

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

# tidy_file FILE: keeps what clang-tidy says of it, unless nothing has changed that it reads
tidy_file() {
    local f=$1 log key flags=(-std=gnu11) checks=
    if [[ $f =~ $of_the_kernel ]]; then flags+=("${kernel_flags[@]}"); else flags+=("${other_flags[@]}"); fi
    # Following paths needs assertions that end the test, and cmocka's do not say that they do.
    [[ $f == tests/* ]] && checks='-clang-analyzer-*'
    log=$kept/tidy/${f//\//,}
    mapfile -t reads < <(clang -MM "${flags[@]}" "$f" | tr -d "\\\\" | tr -s " " "\n" | grep -v ':$')
    key=$({ echo "${flags[*]} $checks"; cat "${reads[@]}" .clang-tidy "$kept/tidy-version"; } | sha256sum)
    if [ "$key" != "$(head -n 1 "$log" 2>/dev/null)" ]; then
        {
            echo "$key"
            clang-tidy --quiet --config-file=.clang-tidy --checks="$checks" "$f" -- "${flags[@]}" 2>/dev/null
            [ $? -le 1 ] || echo "$f:1:1: error: clang-tidy did not end well [tool]"
        } >"$log.new"
        mv "$log.new" "$log"
    fi
}

# tidy_reads WAIVERS <files: prints the findings that no line of WAIVERS ("check file text of the line")
# covers, and the lines that cover none.
tidy_reads() {
    mkdir -p "$kept/tidy"
    { clang-tidy --version; clang --version; } >"$kept/tidy-version"
    mapfile -t files
    export -f tidy_file
    export kept of_the_kernel
    printf "%s\n" "${files[@]}" | xargs -r -P 2 -n 1 bash -c "$(declare -p kernel_flags other_flags); tidy_file \"\$1\"" tidy || return
    silent awk -v root="$PWD/" -f tests/static/waive.awk "$1" <(for f in "${files[@]}"; do tail -n +2 "$kept/tidy/${f//\//,}"; done)
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

# checkpatch.pl out of the kernel's sources, where Debian has them
checkpatch=$kept/checkpatch
get_checkpatch() {
    local tar=/usr/src/linux-source-6.1.tar.xz
    [ -e "$checkpatch/checkpatch.pl" ] && [ "$checkpatch/checkpatch.pl" -nt "$tar" ] && return
    local fresh=$checkpatch.$$
    mkdir -p "$fresh"
    tar -xJf "$tar" -C "$fresh" --strip-components 2 -m --occurrence=1 \
        linux-source-6.1/scripts/checkpatch.pl linux-source-6.1/scripts/const_structs.checkpatch linux-source-6.1/scripts/spelling.txt &&
        mkdir -p "$checkpatch" && mv "$fresh"/* "$checkpatch/" && rmdir "$fresh"
}

# ---- Verilog ----
# Each reads PARAMETERS ("NAME=value ..."), the top module and the files; -y DIR finds the others.
verilator_reads() {
    local params=$1 top=$2 dir=$3 waivers=("$3"/*.vlt)
    [ -e "${waivers[0]}" ] || waivers=()
    # shellcheck disable=SC2086,SC2046 # words
    silent verilator --lint-only -Wall $(printf -- '-G%s ' $params) -I"$dir" -y "$dir" "${waivers[@]}" --top-module "$top" "$dir/$top.v"
}
# Timescales are the simulation top's.
icarus_reads() {
    local params=$1 top=$2 dir=$3
    # shellcheck disable=SC2086,SC2046 # words
    silent iverilog -g2005 -Wall -Wno-timescale $(printf -- "-P$top.%s " $params) -I"$dir" -y "$dir" -s "$top" -t null "$dir/$top.v"
}
# Latches, loops, several drivers, wires that nothing drives, over the whole flattened design; any warning is an error.
yosys_reads() {
    local params=$1 top=$2 dir=$3 set="" p
    for p in $params; do set+=" -set ${p%%=*} ${p#*=}"; done
    silent yosys -q -e . -p "read_verilog -I$dir $dir/*.v; chparam$set $top;
        hierarchy -check -top $top; proc; flatten; opt_clean; check -assert;
        select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr"
}

# ---- shell: .shellcheckrc has the reasons ----
shell_reads() { shellcheck -S style -x -P SCRIPTDIR "$@"; }
