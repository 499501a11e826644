#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/module-newest.sh [DRIVER [BUILD]]   the driver against the newest kernel headers of Debian
#
# Compiles each file of the folder DRIVER (driver) to an object in BUILD (build/module-newest), warnings
# being errors, and names each symbol that this kernel does not export. No module: the programs that
# make one of the objects are built for a newer Debian than this may be.
set -euo pipefail
cd "$(dirname "$0")/.."
driver=${1:-driver}
build=${2:-build/module-newest}

headers=$(scripts/private-apt.sh -k '^linux-(headers|kbuild)-' trixie-backports '/linux-headers-[0-9.]+\+deb[0-9]+-amd64/')
kernel=$(compgen -G "$headers/usr/src/linux-headers-*-amd64")
common=$(compgen -G "$headers/usr/src/linux-headers-*-common")

rm -rf "$build"
mkdir -p "$build"
build=$(realpath "$build")
cp -r "$driver"/. "$build"
objects=$(sed -n -e ':more; /\\$/ { N; s/\\\n[[:space:]]*//; b more }' -e 's/^causeway-y := //p' "$build/Kbuild")
[ -n "$objects" ] || { echo "module-newest: $driver/Kbuild has no causeway-y" >&2; exit 1; }
# The package's own Makefile says these two in terms of where it would be installed.
# shellcheck disable=SC2086 # several words
make -s -C "$kernel" -f "$common/Makefile" KBUILD_OUTPUT="$kernel" M="$build" CC="$PWD/scripts/gcc-known-flags.sh" \
    W=1 KCFLAGS=-Werror OBJECT_FILES_NON_STANDARD=y $objects >&2

cd "$build"
# shellcheck disable=SC2086
missing=$(comm -23 <(nm -u $objects | awk 'NF == 2 { print $2 }' | sort -u) \
    <({ nm --defined-only $objects | awk 'NF == 3 { print $3 }'; awk '{ print $2 }' "$kernel/Module.symvers"; echo __this_module; } | sort -u))
if [ -n "$missing" ]; then
    sed "s,.*,module-newest: $(basename "$kernel" -amd64 | sed s/linux-headers-//) does not export &," <<<"$missing" >&2
    exit 1
fi
echo "module-newest: $(basename "$kernel"): no warning, every symbol is exported"
