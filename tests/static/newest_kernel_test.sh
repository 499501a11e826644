#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The driver compiles for the newest kernel that Debian offers, which this release does not have, and
# asks it for nothing that it does not export. The means for that, on small planted mistakes.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "$tap_log"' EXIT

# plant LINE...: a driver of one file
plant() {
    rm -rf "$tmp/driver"
    mkdir "$tmp/driver"
    echo 'causeway-y := cw_planted.o' >"$tmp/driver/Kbuild"
    printf '%s\n' '// SPDX-License-Identifier: GPL-2.0' '#include <linux/printk.h>' 'void f(void);' "$@" >"$tmp/driver/cw_planted.c"
}
newest_on_planted() { scripts/module-newest.sh "$tmp/driver" "$tmp/build"; }

# Sources whose one mirror cannot be asked, in each format; an empty cache.
nowhere="file:$tmp/no-mirror"
mkdir -p "$tmp/list/sources.list.d" "$tmp/deb822/sources.list.d" "$tmp/none"
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
echo "deb [arch=amd64 signed-by=/k.gpg] $nowhere $release main" >"$tmp/list/sources.list"
printf 'Types: deb\n# a comment\nURIs: %s\nSuites: %s-updates\n %s\nComponents: main\nSigned-By: /k.gpg\n' \
    "$nowhere" "$release" "$release" >"$tmp/deb822/sources.list.d/debian.sources"
apt_with() { APT_SOURCES=$tmp/$1 XDG_CACHE_HOME=$tmp/cache-$1 scripts/private-apt.sh trixie-backports hello; }
source_is_read() {
    apt_with "$1" >/dev/null 2>&1
    grep -qx "deb \[signed-by=/k.gpg\] $nowhere trixie-backports main" "$tmp/cache-$1/causeway/apt-trixie-backports/sources.list"
}
# The answer of yesterday, and no mirror today.
apt_after_a_day() {
    local cache=$tmp/cache-list/causeway key
    key=$(echo " hello" | sha256sum | cut -c 1-12)
    mkdir -p "$cache/trixie-backports-hello-1"
    echo hello_1_all.deb >"$cache/trixie-backports-hello-1/PACKAGES"
    echo trixie-backports-hello-1 >"$cache/asked/trixie-backports-$key"
    touch -d '2 days ago' "$cache/asked/trixie-backports-$key"
    [ "$(apt_with list 2>"$tmp/said")" = "$cache/trixie-backports-hello-1" ] && grep "using what is cached" "$tmp/said"
}

check "driver_compiles_for_the_newest_kernel" make -s module-newest
plant 'extern void cw_exported_by_nobody(void);' 'void f(void) { cw_exported_by_nobody(); }'
check "symbol_that_is_not_exported_is_named" refuses "does not export cw_exported_by_nobody" newest_on_planted
plant 'void f(void) { int unused; pr_info("x\n"); }'
check "warning_is_an_error" refuses "unused variable" newest_on_planted
check "no_mirror_in_the_sources_is_said" refuses "no source of $release" apt_with none
check "no_mirror_and_no_cache_is_said" refuses "does not give the lists of trixie-backports, and nothing is cached for: trixie-backports hello" apt_with list
check "no_mirror_but_a_cache_is_enough" apt_after_a_day
check "sources_in_one_line_are_read" source_is_read list
check "sources_in_stanzas_are_read" source_is_read deb822
tap_end
