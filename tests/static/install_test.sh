#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install into a folder of its own: what is there, who may write it, that a program builds against it,
# that DKMS builds the module from it for each kernel whose headers are here, and that uninstall leaves nothing.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "$tap_log"' EXIT
root=$tmp/root
version=$(sed -n 's/^#define CW_DRIVER_VERSION "\(.*\)".*/\1/p' driver/causeway.h)
src=$root/usr/src/causeway-$version
read -r -a kernels < <(make -s module-kdirs)

installs() { make -s install DESTDIR="$root" PREFIX=/usr; }
has() { local f; for f in "$@"; do [ -s "$root/$f" ] || { echo "there is no $f"; return 1; }; done; }
module_source_is_whole() {
    local f
    for f in driver/*.[ch] driver/uapi/*.h driver/Kbuild; do
        cmp "$f" "$src/${f#driver/}" || return 1
    done
}
nobody_else_may_write() { ! find "$root" -perm /022 ! -type l | grep .; }
rule_gives_a_group() {
    local rule=$root/usr/lib/udev/rules.d/70-causeway.rules
    grep -q 'GROUP="causeway", MODE="0660"' "$rule" && ! grep -E 'MODE="0?[0-7]{2}[1-7]"' "$rule" &&
        grep -q '^g causeway' "$root/usr/lib/sysusers.d/causeway.conf"
}
cwctl_finds_its_library() {
    ldd "$root/usr/bin/cwctl" | tee /dev/stderr | grep -q "$(realpath "$root")/usr/lib/libcauseway.so\|$root/usr/bin/../lib/libcauseway.so" &&
        "$root/usr/bin/cwctl" --help | grep -q info
}
program_builds() {
    cat >"$tmp/p.c" <<'END'
#include <causeway.h>
#include <libcauseway.h>
int main(void) { return sizeof(struct cw_info) == CW_INFO_SIZE_V1 ? 0 : 1; }
END
    gcc -Wall -Werror -I"$root/usr/include" -o "$tmp/p" "$tmp/p.c" -L"$root/usr/lib" -lcauseway && LD_LIBRARY_PATH=$root/usr/lib "$tmp/p"
}
# DKMS itself, unpacked where it is nobody's; its tree and sources are here.
dkms() {
    local package tree=$tmp/dkms
    package=$(scripts/private-apt.sh bookworm dkms) || return
    mkdir -p "$tree" "$tmp/modules"
    PATH=$package/usr/sbin:$PATH bash "$package/usr/sbin/dkms" "$@" -m causeway -v "$version" --dkmstree "$tree" \
        --sourcetree "$root/usr/src" --installtree "$tmp/modules"
}
dkms_builds() {
    local kernel
    kernel=$(basename "$1" | sed 's/^linux-headers-//')
    dkms build -k "$kernel" --kernelsourcedir "$1" || { cat "$tmp"/dkms/causeway/*/build/make.log; return 1; }
    modinfo -F version "$(find "$tmp/dkms/causeway/$version/$kernel" -name 'causeway.ko*')" | grep -qx "$version"
}
uninstalls() {
    mkdir -p "$root/usr/include" && echo mine >"$root/usr/include/mine.h"
    make -s uninstall DESTDIR="$root" PREFIX=/usr
    [ "$(find "$root" -type f -o -type l)" = "$root/usr/include/mine.h" ] && [ ! -e "$src" ]
}

check "it_installs" installs
check "library_tool_and_headers_are_there" has usr/lib/libcauseway.so usr/bin/cwctl usr/include/libcauseway.h usr/include/causeway.h
check "module_source_is_whole" module_source_is_whole
check "nobody_else_may_write_it" nobody_else_may_write
check "the_device_file_is_for_a_group" rule_gives_a_group
check "cwctl_finds_its_library" cwctl_finds_its_library
check "a_program_builds_against_it" program_builds
check "dkms_knows_it" dkms add
for k in "${kernels[@]}"; do check "dkms_builds_for_$(basename "$k" | sed 's/^linux-headers-//')" dkms_builds "$k"; done
check "uninstall_leaves_what_is_not_ours" uninstalls
tap_end
