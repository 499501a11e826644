#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/guest-kit.sh [6.1|6.12|6.1-debug]   what a guest with that kernel needs, in build/guest-KERNEL; prints the folder
#
# QEMU and the kernel are Debian's packages, unpacked privately (scripts/private-apt.sh): nothing is
# installed. In the folder: qemu (a script), vmlinuz, causeway.ko built for just that kernel,
# initrd (busybox, the module, cwctl, the end-to-end tests, tests/vm), fio.cpio (fio, a second initrd),
# release (the kernel's version). The kernel 6.1-debug is built here, by scripts/guest-kernel.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
kernel=${1:-6.1}
kit=$PWD/build/guest-$kernel
apt=scripts/private-apt.sh
die() { echo "guest-kit: $*" >&2; exit 1; }
case $kernel in
6.1) image='linux-image-6\.1\.0-[0-9]+-cloud-amd64' ;;
6.12) image='linux-image-6\.12\.[0-9]+\+deb12-cloud-amd64' ;;
6.1-debug) ;;
*) die "no kernel '$kernel': there are 6.1, 6.12 and 6.1-debug" ;;
esac
mkdir -p "$kit"

# ---- QEMU with vfio-user-pci: the system's own, or that of a newer Debian ----
find_qemu() {
    if qemu-system-x86_64 -device help 2>/dev/null | grep -q vfio-user-pci; then
        echo 'exec qemu-system-x86_64 "$@"'
        return
    fi
    local q
    q=$($apt -k . trixie-backports qemu-system-x86 seabios ipxe-qemu)
    cat <<END
q=$q
exec "\$q/usr/lib64/ld-linux-x86-64.so.2" --library-path "\$q/usr/lib/x86_64-linux-gnu" \\
    "\$q/usr/bin/qemu-system-x86_64" -L "\$q/usr/share/qemu" -L "\$q/usr/share/seabios" -L "\$q/usr/lib/ipxe/qemu" "\$@"
END
}
{ printf '#!/bin/sh\n'; find_qemu; } >"$kit/qemu.new"
chmod +x "$kit/qemu.new"
mv "$kit/qemu.new" "$kit/qemu"

# ---- the kernel, and the headers of the same build ----
if [ "$kernel" = 6.1-debug ]; then
    built=$(scripts/guest-kernel.sh)
    vmlinuz=$built/vmlinuz
    release=$(cat "$built/release")
    kdir=$built/linux-headers-$release
else
    boot=$($apt bookworm "/$image/")/boot
    vmlinuz=$(compgen -G "$boot/vmlinuz-*")
    release=${vmlinuz##*/vmlinuz-}
    headers=$($apt -k '^linux-(headers|kbuild)-' bookworm "linux-headers-$release")
    kdir=$headers/usr/src/linux-headers-$release
    # The package's Makefile says where it would be installed.
    sed -i "s,include /usr/src/,include $headers/usr/src/," "$kdir/Makefile"
fi
ln -sf "$vmlinuz" "$kit/vmlinuz"
echo "$release" >"$kit/release"
make -s --no-print-directory module KDIR="$kdir" >"$kit/module.log" 2>&1 || { cat "$kit/module.log" >&2; die "the module does not build for $release"; }
cp -u "build/module-${release}/causeway.ko" "$kit/"

# Drivers with a planted bug, for scenarios that must find it.
planted() {
    local name=$1 patch=tests/vm/planted/$1.patch dir=build/module-$release-$1 key
    key=$(cat driver/*.[ch] driver/uapi/*.h driver/Kbuild "$patch" - <<<"$kdir" | sha256sum)
    if [ "$key" != "$(cat "$dir/key" 2>/dev/null)" ]; then
        rm -rf "$dir"
        mkdir -p "$dir"
        cp -r driver "$dir/"
        patch -s -p1 -d "$dir" -F 0 <"$patch" >"$kit/module.log" 2>&1 || { cat "$kit/module.log" >&2; die "$patch does not fit the driver any more"; }
        make -s --no-print-directory -C "$kdir" M="$PWD/$dir/driver" modules >"$kit/module.log" 2>&1 ||
            { cat "$kit/module.log" >&2; die "the driver with $patch does not build"; }
        echo "$key" >"$dir/key"
    fi
    mkdir -p "$root/planted"
    strip --strip-debug -o "$root/planted/$name.ko" "$dir/driver/causeway.ko"
    sed -n '/^---/q; s/^# says: *//p' "$patch" >"$root/planted/$name.says"
}

# ---- the file systems ----
# place ROOT FILE TO: a program and the libraries that it finds
place() {
    local lib
    mkdir -p "$1$(dirname "$3")"
    cp "$2" "$1$3"
    ldd "$2" 2>/dev/null | sed -nE 's,^.*[[:space:]](/[^ ]+) \(0x.*,\1,p' | while read -r lib; do
        case $lib in */build/*) continue ;; esac
        [ -e "$1$lib" ] || { mkdir -p "$1$(dirname "$lib")" && cp -L "$lib" "$1$lib"; }
    done
}
pack() { (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$2.new" && mv "$2.new" "$2"; }

make -s --no-print-directory -j2 programs tests-e2e vm-programs build/bin/cwvfio >/dev/null
busybox=$($apt bookworm busybox-static)/bin/busybox
root=$kit/root
rm -rf "$root"
mkdir -p "$root"/{bin,dev,proc,sys,tmp,cw/lib}
cp "$busybox" "$root/bin/"
strip --strip-debug -o "$root/causeway.ko" "$kit/causeway.ko"
for t in tests/vm/planted/*.patch; do
    # Some are found by one kernel only.
    its=$(sed -n '/^---/q; s/^# kernel: *//p' "$t")
    [ "${its:-$kernel}" = "$kernel" ] || continue
    t=${t##*/}
    planted "${t%.patch}"
done
# The kernel's own way to errors on the link, for the scenarios aer; the debug kernel has it built in.
if [ "$kernel" != 6.1-debug ]; then
    inject=$(compgen -G "${boot%/boot}/lib/modules/$release/kernel/drivers/pci/pcie/aer_inject.ko*") || die "no aer_inject in $boot"
    case $inject in
    *.xz) xz -dc "$inject" >"$root/aer_inject.ko" ;;
    *) cp "$inject" "$root/aer_inject.ko" ;;
    esac
fi
cp build/lib/libcauseway.so "$root/cw/lib/"
place "$root" build/bin/cwctl /cw/bin/cwctl
for t in build/tests/e2e/*_test; do place "$root" "$t" "/cw/tests/e2e/${t##*/}"; done
for t in tests/vm/*.c; do
    t=${t##*/}
    cp "build/tests/vm/${t%.c}" "$root/cw/bin/"
done
cp -r tests/vm "$root/cw/tests/vm"
cp docs/bring-up.md "$root/cw/" # the scenario bring_up follows it
cp scripts/guest-init.sh "$root/init"
chmod +x "$root/init"
pack "$root" "$kit/initrd"
rm -rf "$root"

# fio has many libraries: a file system of its own, for those guests that want it.
if [ ! -e "$kit/fio.cpio" ]; then
    fio=$($apt -k . bookworm fio)
    libs=$fio/lib/x86_64-linux-gnu:$fio/usr/lib/x86_64-linux-gnu:$fio/usr/lib/x86_64-linux-gnu/ceph
    mkdir -p "$root/bin" "$root/cw/fio"
    cp "$fio/usr/bin/fio" "$fio/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$root/cw/fio/"
    LD_LIBRARY_PATH=$libs "$fio/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --list "$fio/usr/bin/fio" |
        sed -nE 's,^.* => (/[^ ]+) .*,\1,p' | while read -r lib; do cp -L "$lib" "$root/cw/fio/"; done
    # shellcheck disable=SC2016 # for the guest's shell
    printf '#!/bin/sh\nexec /cw/fio/ld-linux-x86-64.so.2 --library-path /cw/fio /cw/fio/fio "$@"\n' >"$root/bin/fio"
    chmod +x "$root/bin/fio"
    pack "$root" "$kit/fio.cpio"
    rm -rf "$root"
fi
echo "$kit"
