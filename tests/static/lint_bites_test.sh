#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each tool, as it is called on the tree, must name a mistake that is planted in front of it.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh
. tests/static/tools.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir" "$tap_log"' EXIT
kept=$dir/kept # nothing here is kept, or in the way of the other tests
mkdir -p "$kept"
checkpatch=$dir/checkpatch
get_checkpatch
export XDG_CACHE_HOME=$dir/cache
c=$dir/planted.c v=$dir/planted.v
plant() { printf '%s\n' "${@:2}" >"$1"; }

# ---- gcc: what the build of the tree warns of, a file a warning, in one run of make ----
mistake() { plant "$dir/gcc-$1.c" "int f(int n, const char *s);" "${@:2}"; }
mistake shadow 'int f(int n, const char *s) { { int n = s[0]; s += n; } return n + s[1]; }'
mistake format-nonliteral '#include <stdio.h>' 'int f(int n, const char *s) { return printf(s, n); }'
mistake undef '#if NOT_THERE' '#endif' 'int f(int n, const char *s) { return n + s[0]; }'
mistake discarded-qualifiers 'int f(int n, const char *s) { char *t = "x"; return n + s[0] + t[0]; }'
mistake logical-op 'int f(int n, const char *s) { return (n && n) + s[0]; }'
mistake duplicated-cond 'int f(int n, const char *s) { if (n == 1) return 2; else if (n == 1) return 3; return s[0]; }'
mistake duplicated-branches 'int f(int n, const char *s) { if (n) return s[0]; else return s[0]; }'
mistake unused-macros '#define NEVER 1' 'int f(int n, const char *s) { return n + s[0]; }'
mistake missing-prototypes 'int g(int n);' 'int h(void) { return 1; }'
mistake vla 'int f(int n, const char *s) { char t[n]; t[0] = s[0]; return t[0]; }'
gcc_run() {
    local f objects=()
    for f in "$dir"/gcc-*.c; do objects+=("$dir/b/obj/${f%.c}.o"); done
    make -s -k B="$dir/b" "${objects[@]}" >"$dir/gcc.log" 2>&1
}
gcc_names() { grep -q "gcc-$1\.c.*\[-Werror=$1\]" "$dir/gcc.log" || { cat "$dir/gcc.log"; return 1; }; }
gcc_run
for f in "$dir"/gcc-*.c; do
    name=$(basename "$f" .c)
    check "gcc names ${name#gcc-}" gcc_names "${name#gcc-}"
done

# ---- the other readers of C ----
clang_on_planted() { echo "$c" | clang_reads "${other_flags[@]}"; }
cppcheck_on_planted() { echo "$c" | cppcheck_reads "${other_flags[@]}" 2>&1; }
tidy_on_planted() { echo "$c" | tidy_reads "$dir/waivers"; }
: >"$dir/waivers"
plant "$c" 'int f(int *v, int n);' 'int f(int *v, int n) { v[n++] = n; return n; }'
check "clang names an order that is not defined" refuses unsequenced clang_on_planted
plant "$c" 'int f(int n);' 'int f(int n) { int v[4] = { 0 }; if (n) return v[4]; return v[0]; }'
check "cppcheck names an index beyond an array" refuses arrayIndexOutOfBounds cppcheck_on_planted
plant "$c" '#include <stdlib.h>' 'int f(const char *s);' 'int f(const char *s) { int *p = malloc(4); free(p); return *p + s[0]; }'
check "clang-tidy names a use after free" refuses clang-analyzer-unix.Malloc tidy_on_planted
plant "$c" '#include <string.h>' 'void f(char *s);' 'void f(char *s) { memset(s, sizeof(s), 0); }'
check "clang-tidy names a memset of no bytes" refuses bugprone-suspicious-memset-usage tidy_on_planted
plant "$c" '#include <stdlib.h>' 'int f(const char *s);' 'int f(const char *s) { return atoi(s); }'
check "clang-tidy names a number that is not checked" refuses cert-err34-c tidy_on_planted
echo "cert-err34-c $c atoi(s)" >"$dir/waivers"
check "a waiver covers it" tidy_on_planted
echo "cert-err34-c $c atol(s)" >>"$dir/waivers"
check "a waiver that covers nothing is named" refuses "waivers:2: covers nothing" tidy_on_planted

# ---- the driver ----
plant "$dir/style.c" '// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause' 'int f(int *p)' '{' '  if (p == NULL) return 1;' '	return 0;' '}'
check "checkpatch names white space" refuses LEADING_SPACE checkpatch_reads "$dir/style.c"
check "checkpatch --strict names a comparison to NULL" refuses COMPARISON_TO_NULL checkpatch_reads "$dir/style.c"

# The module's rules on a driver of one file: an __iomem pointer followed as if it were memory.
mkdir -p "$dir/tree/driver/uapi"
cp Makefile "$dir/tree/"
cp driver/build.mk "$dir/tree/driver/"
echo 'obj-m := planted.o' >"$dir/tree/driver/Kbuild"
plant "$dir/tree/driver/planted.h" ''
plant "$dir/tree/driver/uapi/planted.h" ''
plant "$dir/tree/driver/planted.c" '#include <linux/module.h>' '#include <linux/io.h>' \
    'static u32 __used first(void __iomem *p) { return *(u32 *)p; }' 'MODULE_LICENSE("Dual BSD/GPL");'
kernel=$(basename "$(compgen -G '/usr/src/linux-headers-6.1.*-amd64' | head -n 1)")
check "sparse names an address of I/O memory followed" refuses "removes address space" \
    env -u MAKEFLAGS -u MFLAGS make -s -C "$dir/tree" "module-check-$kernel"

# ---- Verilog ----
module() { plant "$v" '`default_nettype none' 'module planted #(parameter N = 1) (input wire clk, input wire a, input wire b, output reg q);' "$@" endmodule; }
module 'wire [3:0] w = {3'\''d0, a};' 'always @(posedge clk) q <= w & {3{b}};'
check "verilator names widths" refuses WIDTH verilator_reads N=2 planted "$dir"
module 'sub u_sub (.in({a, b}), .clk(clk));' 'always @(posedge clk) q <= a;'
plant "$dir/sub.v" 'module sub (input wire in, input wire clk);' endmodule
check "icarus names widths of ports" refuses "expects 1 bits" icarus_reads N=2 planted "$dir"
rm "$dir/sub.v"
module 'always @* if (a) q = b;'
check "yosys names a latch" refuses '$dlatch' yosys_reads N=2 planted "$dir"
module 'wire x = y ^ a; wire y = x ^ b;' 'always @(posedge clk) q <= x;'
check "yosys names a loop" refuses 'logic loop' yosys_reads N=2 planted "$dir"
module 'wire x; assign x = a; assign x = b;' 'always @(posedge clk) q <= x;'
check "yosys names two drivers" refuses 'multiple conflicting drivers' yosys_reads N=2 planted "$dir"

# ---- shell ----
plant "$dir/planted.sh" '#!/bin/bash' 'rm -rf $1/*'
check "shellcheck names what is not quoted" refuses SC2086 shell_reads "$dir/planted.sh"
tap_end
