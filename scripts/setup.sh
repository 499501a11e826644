#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/setup.sh run|test|test-all|vm|vm-debug   install the Debian packages that are missing for that, saying which.
# As root by apt-get, else through sudo, else print the one command to run and fail.
set -euo pipefail

run_packages="gcc g++ make libc6-dev ccache verilator zlib1g-dev libssl-dev libpciaccess-dev"
# A guest with the card: its kernel and QEMU are fetched by scripts/guest-kit.sh, and not installed.
vm_packages="$run_packages libcmocka-dev libjson-c-dev cpio patch"
# Its debug kernel is built, by scripts/guest-kernel.sh.
vm_debug_packages="$vm_packages linux-source-6.1 xz-utils bc flex bison libelf-dev"
test_packages="$vm_packages sparse iverilog yosys cppcheck clang clang-tidy shellcheck
    librsvg2-bin linux-headers-amd64 linux-headers-6.12-amd64 linux-source-6.1 perl xz-utils"

case ${1:-} in
run) wanted=$run_packages ;;
test) wanted=$test_packages ;;
test-all) wanted="$test_packages $vm_debug_packages" ;;
vm) wanted=$vm_packages ;;
vm-debug) wanted=$vm_debug_packages ;;
*)
    sed -n '3,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac

missing=()
for p in $(xargs -n 1 <<<"$wanted" | sort -u); do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null)" = "ii " ] || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "setup: missing Debian packages: ${missing[*]}"
install="apt-get -qq -y --no-install-recommends install ${missing[*]}"
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -v; then
    as_root=sudo
else
    echo "setup: not root and no sudo; run as root: apt-get update && $install" >&2
    exit 1
fi
echo "setup: installing them with apt-get"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # both are words by intention
if ! { $as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "setup: apt-get failed" >&2
    exit 1
fi
