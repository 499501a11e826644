#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The shim against the kernels, in what the driver uses of them. Three gates, each with planted mistakes:
# every symbol that causeway.ko needs is listed with what the shim has for it, and nothing else is; every function,
# type, member and constant that the driver names is as the kernels declare it; none is left out of that.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. scripts/kept.sh
export LC_ALL=C

tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "$tap_log"' EXIT
built=build/fidelity
mkdir -p "$built"
read -r -a kernels < <(make -s module-kdirs)
version_of() { basename "$1" | sed 's/^linux-headers-//'; }

# What is looked at; planted mistakes are in copies.
list=sim/kernel/fidelity/symbols.txt
shim=sim/kernel/include
checks=sim/kernel/fidelity
driver=driver

# ---- what there is ----

# clang_names C-FILE...: see uses.awk
clang_names() {
    local f
    for f in "$@"; do
        clang -fsyntax-only -std=gnu11 -D_GNU_SOURCE -I. -I"$shim" -I"$driver" -Xclang -ast-dump "$f" 2>&1 |
            awk -f sim/kernel/fidelity/uses.awk
    done | sort -u
}
# macros_of C-FILE...: names of macros that the driver does not define itself
macros_of() {
    local f
    for f in "$@"; do gcc -E -dD -D_GNU_SOURCE -I. -I"$shim" -I"$driver" "$f"; done |
        awk '/^# [0-9]+ "/ { file = $3 } /^#define/ && file !~ /(\/|")driver\// { sub(/\(.*/, "", $2); print $2 }' | sort -u
}
# tokens_of FILE...: identifiers outside of comments, strings and includes
tokens_of() {
    local f
    for f in "$@"; do gcc -fpreprocessed -dD -E -P -x c "$f" 2>&1; done |
        sed -e '/^#include/d' -e 's/"\([^"\\]\|\\.\)*"//g' | grep -oE '[A-Za-z_][A-Za-z_0-9]*' | sort -u
}
listed() { grep -v '^#' "$list"; }

# module_for KERNEL: the symbols that causeway.ko needs there; built anew when the driver or the headers are not what they
# were
builders=$(versions gcc make && headers)
module_for() {
    kept -k "$builders" -i "tests/static/fidelity_test.sh Makefile $(git ls-files -co --exclude-standard driver)" \
        -o "$built/needs-$(version_of "$1")" needs needs_of "$1"
}
needs_of() {
    local out
    out=$built/needs-$(version_of "$1")
    make -s module KDIR="$1" B="$built" >"$out.log" 2>&1 || { cat "$out.log"; return 1; }
    nm -u "$(tail -n 1 "$out.log")" | awk '{ print $2 }' | sort -u >"$out"
    [ "$(wc -l <"$out")" -gt 50 ]
}

# ---- gate 1: symbols ----

every_symbol_is_listed() {
    local k missing bad=0
    for k in "${kernels[@]}"; do
        missing=$(comm -23 "$built/needs-$(version_of "$k")" <(listed | awk '{ print $1 }' | sort))
        [ -z "$missing" ] || { sed "s,.*,causeway.ko for $(version_of "$k") needs &: $list does not list it," <<<"$missing"; bad=1; }
    done
    return "$bad"
}
every_listed_symbol_is_needed() {
    local unused
    listed | awk '{ print $1 }' | sort -cu || return 1 # sorted, and each once
    unused=$(comm -13 <(for k in "${kernels[@]}"; do cat "$built/needs-$(version_of "$k")"; done | sort -u) \
        <(listed | awk '{ print $1 }'))
    [ -z "$unused" ] || { sed "s,.*,$list lists &: no kernel needs it," <<<"$unused"; return 1; }
}
# Exported, to whom the list says, and named in the header that the list says (of one kernel at least).
every_listed_symbol_is_exported_as_listed() {
    local k
    for k in "${kernels[@]}"; do
        awk -v version="$(version_of "$k")" -v list="$list" '
            FILENAME ~ /Module.symvers$/ { to[$2] = $4 == "EXPORT_SYMBOL_GPL" ? "gpl" : "any"; next }
            FILENAME == list { if (!/^#/) says[$1] = $3; next }
            !($1 in to) { print version " does not export " $1; bad = 1; next }
            $1 in says && says[$1] != to[$1] { print version " exports " $1 " to " to[$1] ", " list " says " says[$1]; bad = 1 }
            END { exit bad }' "$k/Module.symvers" "$list" "$built/needs-$(version_of "$k")" || return 1
    done
}
every_header_names_its_symbol() {
    local k symbol header name common bad=0
    while read -r symbol header _; do
        [ "$header" != compiler ] || continue
        name=${symbol#__SCT__} # the static call of this
        for k in "${kernels[@]}"; do
            common=${k%-amd64}-common
            cat "$common/include/$header" "$common/arch/x86/include/$header" 2>/dev/null | grep -qw -- "$name" && continue 2
        done
        echo "$list: $header does not name $symbol"
        bad=1
    done < <(listed)
    return "$bad"
}
# The call that leads to a symbol is in the shim, as what the list says.
the_shim_has_what_is_listed() {
    local symbol call kind is bad=0 n=0
    echo '#include "kshim.h"' >"$tmp/all.c"
    clang_names "$tmp/all.c" >"$tmp/names"
    macros_of "$tmp/all.c" >"$tmp/macros"
    nm --defined-only build/lib/kernel.a | awk '$2 == "T" { print $3 }' >"$tmp/archive"
    while read -r symbol _ _ call kind; do
        n=$((n + 1))
        [ "$call" != - ] || continue
        if grep -qx "$call" "$tmp/macros"; then
            is=macro
        elif grep -qx "inline $call" "$tmp/names"; then
            is=inline
        elif ! grep -qx "function $call" "$tmp/names"; then
            is=nothing
        elif grep -qx "$call" "$tmp/archive"; then
            is=function
        else
            is=libc
        fi
        [ "$is" = "$kind" ] || { echo "$symbol: the shim's $call is a $kind in $list, and $is in the shim"; bad=1; }
    done < <(listed)
    [ "$n" -gt 50 ] && [ "$bad" = 0 ]
}

# ---- gate 2: declarations ----

# A conversion that loses something is a parameter of the shim that is narrower than the kernel's.
shim_declares_as_checked() {
    local f bad=0
    for f in "$checks"/*.c; do
        gcc -std=gnu11 -D_GNU_SOURCE -I"$shim" -Wall -Wextra -Wno-unused-parameter -Wconversion -Werror -c -o "$tmp/check.o" "$f" || bad=1
    done
    return "$bad"
}
kernel_declares_as_checked() {
    kept -k "$builders" -i "tests/static/fidelity_test.sh $(echo "$checks"/*.[ch])" declares compiles_in "$1"
}
compiles_in() {
    local dir
    dir=$PWD/$built/checks-$(version_of "$1")
    rm -rf "$dir"
    mkdir -p "$dir"
    cp "$checks"/*.[ch] "$dir"
    echo 'obj-m := signatures.o values.o' >"$dir/Kbuild"
    make -s -k -C "$1" M="$dir" KCFLAGS=-Werror signatures.o values.o
}

# ---- gate 3: nothing is left out ----

# Annotations and module information have neither type nor value. Of what these last ones make, the driver's own
# names are used, and the rest is for the kernel.
bare='__init|__exit|__iomem|__user|module_init|module_exit|MODULE_DESCRIPTION|MODULE_DEVICE_TABLE|MODULE_LICENSE|MODULE_PARM_DESC|MODULE_VERSION|linux'
bare="$bare|DEFINE_SHOW_ATTRIBUTE|[a-z]*_fops|DEVICE_ATTR_RO|dev_attr_[a-z_]*|SYSTEM_SLEEP_PM_OPS|RUNTIME_PM_OPS"
bare="$bare|TRACE_EVENT|TP_[A-Za-z_]*|__field|trace_causeway_[a-z]*"
# The members that a table of a kernel's type sets: "struct type name = { .member = ..."
members_set() {
    awk 'match($0, /struct [a-z_0-9]+ [a-z_0-9]+(\[\])? = \{/) { split(substr($0, RSTART), word, " "); type = word[2] }
        { rest = $0
          while (type != "" && type !~ /^cw_/ && match(rest, /\.[a-z_0-9.]+ = /)) {
              print type substr(rest, RSTART, RLENGTH - 3)
              rest = substr(rest, RSTART + RLENGTH)
          } }
        /\};/ { type = "" }' "$driver"/*.c
}
driver_uses() {
    clang_names "$driver"/*.c >"$tmp/driver-names"
    tokens_of "$driver"/*.[ch] "$driver"/uapi/*.h >"$tmp/tokens"
    {
        awk '/^(call|value|field) / { print $2 }' "$tmp/driver-names"
        macros_of "$driver"/*.c | comm -12 - "$tmp/tokens"
        sed -n 's/^type //p' "$tmp/driver-names" | sort -u | comm -12 - "$tmp/tokens"
        # What is there for older kernels only is not compiled on the shim.
        sed -nE 's/^(function|inline) //p' "$tmp/driver-names" | sort -u | comm -12 - <(tokens_of "$driver/compat.h")
        listed | awk '$4 != "-" { print $4 }'
        members_set
    } | sort -u | grep -vxE "$bare"
}
covered() {
    local f
    for f in "$checks"/*.c; do gcc -fpreprocessed -E -P "$f" 2>&1; done |
        sed -nE 's/^(CALL|NOTED|MACRO|USE|TYPE|VALUE|HOLDS)\(([A-Za-z_0-9]+).*/\2/p; s/^(FIELD|TAKES)\(([a-z_0-9]+), ([a-z_0-9.]+),.*/\2.\3/p' | sort -u
}
everything_used_is_checked() {
    local missing one
    driver_uses >"$tmp/used"
    # A scan that sees nothing would find nothing missing: one name of each kind.
    for one in kfree IRQ_NONE pci_dev.devfn GFP_KERNEL u32 iov_iter_rw file_operations.open; do
        grep -qx "$one" "$tmp/used" || { echo "the scan does not see $one"; return 1; }
    done
    missing=$(comm -23 "$tmp/used" <(covered))
    [ -z "$missing" ] || { sed "s,.*,the driver uses &: $checks does not check it," <<<"$missing"; return 1; }
}

# ---- planted mistakes ----

# on_list SED, on_shim SED FILE, on_checks SED FILE: a copy with the mistake in it, and its place
differs() { ! diff -rq "$1" "$2" >/dev/null || { echo "nothing planted by $3"; return 1; }; }
on_list() { sed "$1" "$list" | sort -u >"$tmp/list" && differs "$list" "$tmp/list" "$1" && list=$tmp/list; }
on_copy() { rm -rf "${tmp:?}/$1" && cp -r "$2" "$tmp/$1" && sed -i "$3" "$tmp/$1/$4" && differs "$2" "$tmp/$1" "$3"; }
on_shim() { on_copy include "$shim" "$@" && shim=$tmp/include; }
on_checks() { on_copy checks "$checks" "$@" && checks=$tmp/checks; }
# with PLANT ARGUMENT... -- COMMAND...: in a shell of its own
with() (
    plant=()
    while [ "$1" != -- ]; do plant+=("$1") && shift; done
    shift
    "${plant[@]}" && "$@"
)
# A driver that uses one more thing of each kind
uses_planted=(pci_reset_function PCI_IRQ_AFFINITY pci_dev.irq IRQF_NO_AUTOEN s64 pci_driver.resume iov_iter_revert)
driver_uses_more() {
    rm -rf "$tmp/driver"
    cp -r driver "$tmp/driver"
    printf '%s\n' 'int f1(struct pci_dev *p) { return pci_reset_function(p) + PCI_IRQ_AFFINITY + p->irq; }' \
        's64 f2(void) { return IRQF_NO_AUTOEN; }' 'static struct pci_driver f3 = { .resume = NULL };' >>"$tmp/driver/cw_irq.c"
    # for a kernel that the shim does not look like
    sed -i '/^#else$/astatic inline void f4(struct iov_iter *i) { iov_iter_revert(i, 1); }' "$tmp/driver/compat.h"
    driver=$tmp/driver
}

check "there_are_two_kernels" test ${#kernels[@]} = 2
check "shim_is_built" make -s build/lib/kernel.a
for k in "${kernels[@]}"; do check "module_is_built_for_$(version_of "$k")" module_for "$k"; done
check "every_symbol_is_listed" every_symbol_is_listed
check "every_listed_symbol_is_needed" every_listed_symbol_is_needed
check "every_listed_symbol_is_exported_as_listed" every_listed_symbol_is_exported_as_listed
check "every_header_names_its_symbol" every_header_names_its_symbol
check "the_shim_has_what_is_listed" the_shim_has_what_is_listed
check "shim_declares_as_checked" shim_declares_as_checked
for k in "${kernels[@]}"; do check "kernel_declares_as_checked_$(version_of "$k")" kernel_declares_as_checked "$k"; done
check "everything_used_is_checked" everything_used_is_checked

check "symbol_that_is_not_listed_is_named" refuses "needs sg_next:" with on_list '/^sg_next /d' -- every_symbol_is_listed
check "listed_symbol_without_use_is_named" refuses "lists vmalloc_user:" \
    with on_list '$avmalloc_user linux/vmalloc.h any vmalloc macro' -- every_listed_symbol_is_needed
check "symbol_for_gpl_modules_only_is_flagged" refuses "exports put_device to gpl" \
    with on_list '/^put_device /s/ gpl / any /' -- every_listed_symbol_is_exported_as_listed
check "wrong_header_is_named" refuses "linux/mm.h does not name sg_next" \
    with on_list '/^sg_next /s,linux/[a-z]*.h,linux/mm.h,' -- every_header_names_its_symbol
check "what_the_shim_lacks_is_named" refuses "sg_next is a function in" \
    with on_shim '/sg_next(/d' kshim_dma.h -- the_shim_has_what_is_listed
check "function_of_another_result_is_found" refuses "initialization of" \
    with on_shim 's/^bool queue_work(/int queue_work(/' kshim_wait.h -- shim_declares_as_checked
check "macro_of_another_argument_is_found" refuses "kshim_dma_map_sgtable" \
    with on_shim '/int kshim_dma_map_sgtable/s/struct sg_table/struct scatterlist/' kshim_dma.h -- shim_declares_as_checked
check "macro_of_a_narrower_argument_is_found" refuses "conversion from" \
    with on_shim '/^void \*kshim_iomap/s/unsigned long max/unsigned int max/' kshim_pci.h -- shim_declares_as_checked
check "macro_of_another_result_is_found" refuses "result of readl" \
    with on_shim '/^#define readl(a)/s/u32/u64/' kshim_pci.h -- shim_declares_as_checked
check "member_of_another_type_is_found" refuses "struct kiocb: ki_pos" \
    with on_shim '/loff_t ki_pos/s/loff_t/long/' kshim_fs.h -- shim_declares_as_checked
check "constant_of_another_value_is_found" refuses "value of IOCB_NOWAIT" \
    with on_shim '/#define IOCB_NOWAIT/s/3/7/' kshim_fs.h -- shim_declares_as_checked
check "check_that_no_kernel_meets_is_found" refuses "value of IRQF_ONESHOT" \
    with on_checks 's/IRQF_ONESHOT, 0x2000/IRQF_ONESHOT, 0x4000/' values.c -- kernel_declares_as_checked "${kernels[0]}"
check "check_of_a_wrong_function_is_found" refuses "initialization of" \
    with on_checks 's/^CALL(free_irq, const void/CALL(free_irq, void/' signatures.c -- kernel_declares_as_checked "${kernels[0]}"
with driver_uses_more -- everything_used_is_checked >"$tmp/said" 2>&1
for use in "${uses_planted[@]}"; do
    check "use_of_${use}_is_found" grep -x "the driver uses $use: $checks does not check it" "$tmp/said"
done
tap_end
