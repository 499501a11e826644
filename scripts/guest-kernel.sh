#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/guest-kernel.sh   builds the guest's debug kernel, prints the folder
#
# The source is Debian's package linux-source-6.1 (that of this machine, or fetched by
# scripts/private-apt.sh), the configuration allnoconfig and tests/vm/debug.config. The result is kept in
# ${XDG_CACHE_HOME:-~/.cache}/causeway, in a folder named after the source's version and a sum of all
# that it was built from; what is there already is not built again. In the folder: vmlinuz, release,
# and linux-headers-RELEASE, against which modules are built (KDIR). JOBS=N processes (2). While it builds, the
# log is FOLDER.part/log, and every half minute there is a line that says how far it is. It can be stopped, and
# goes on from there the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
die() { echo "guest-kernel: $*" >&2; exit 1; }
say() { echo "guest-kernel: $*" >&2; }
fragment=tests/vm/debug.config
package=linux-source-6.1

if [ -f /usr/src/$package.tar.xz ] && version=$(dpkg-query -W -f '${Version}' $package 2>/dev/null); then
    tarball=/usr/src/$package.tar.xz
else
    say "fetching $package (140 MB), if it is not cached"
    folder=$(scripts/private-apt.sh bookworm $package)
    tarball=$folder/usr/src/$package.tar.xz
    version=$(sed -n "s/^${package}_\(.*\)_all.deb$/\1/p" "$folder/PACKAGES")
fi
key=$(
    {
        echo "$version"
        gcc --version | head -n 1
        grep -v '^#\($\| [^C]\)' $fragment
        sed -n '/^# ---- build/,/^# ---- end of build/p' scripts/guest-kernel.sh
    } | sha256sum | cut -c 1-12
)
cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/causeway
kernel=$cache/debug-kernel-$version-$key
mkdir -p "$cache" 2>/dev/null || die "cannot write to $cache: set XDG_CACHE_HOME or HOME"
if [ -f "$kernel/release" ]; then
    echo "$kernel"
    exit
fi
for tool in bc flex bison xz make gcc; do
    command -v $tool >/dev/null || die "$tool is missing: scripts/setup.sh vm-debug installs what is needed"
done
exec 9>"$kernel.lock"
flock -n 9 || { say "somebody else builds it; waiting"; flock 9; }
if [ -f "$kernel/release" ]; then
    echo "$kernel"
    exit
fi

part=$kernel.part
start=$SECONDS
elapsed() { printf '%d:%02d min' $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)); }
say "building the debug kernel from $package $version, once; about 6 minutes on two idle processors"
# ---- build
export KBUILD_BUILD_USER=causeway KBUILD_BUILD_HOST=guest KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_VERSION=1
tree=$part/source
if [ -f "$tree/.config" ]; then
    say "going on where it was stopped"
else
    rm -rf "$part"
    mkdir -p "$tree"
    tar xf "$tarball" -C "$tree" --strip-components=1
    say "source unpacked after $(elapsed)"
    # 6.1 keeps it from x86-64, whose unwinder it was not made for; with frame pointers it works, and 6.2 offers it.
    sed -i '/^config FAULT_INJECTION_STACKTRACE_FILTER/,/^config /{/depends on !X86_64/d}' "$tree/lib/Kconfig.debug"
fi
make -s -C "$tree" KCONFIG_ALLCONFIG="$PWD/$fragment" allnoconfig >>"$part/log" 2>&1 || { tail -n 20 "$part/log" >&2; die "no configuration"; }
# Every line of the fragment is in the configuration, or the kernel would lack it silently.
refused=$(grep -E '^(CONFIG_|# CONFIG_)' $fragment | while read -r line; do
    case $line in
    '# '*)
        name=${line#\# }
        grep -q "^${name%% *}=" "$tree/.config" && echo "$line"
        ;;
    *) grep -qxF "$line" "$tree/.config" || echo "$line" ;;
    esac
done) || :
[ -z "$refused" ] || die "$fragment: the kernel's configuration does not take: ${refused//$'\n'/, }"
make -C "$tree" -j "${JOBS:-2}" bzImage modules >>"$part/log" 2>&1 9>&- &
make=$!
trap 'kill $make 2>/dev/null || :; wait' EXIT
trap 'exit 130' INT TERM
while kill -0 $make 2>/dev/null; do
    for _ in $(seq 30); do
        kill -0 $make 2>/dev/null || break
        sleep 1
    done
    # About so many it is with this fragment: an estimate, for people who wait.
    say "$(elapsed): $(grep -cE '^  (CC|AS|AR|LD) ' "$part/log") of about 2000 steps"
done
wait $make || { grep -iE 'error|\*\*\*' "$part/log" | head -n 20 >&2; die "the kernel does not build: $part/log"; }
trap - EXIT
cp "$tree/arch/x86/boot/bzImage" "$part/vmlinuz"
release=$(cat "$tree/include/config/kernel.release")
# Of the tree stays what modules are built against: 1.5 GB less.
rm -rf "$part/build"
mkdir "$part/build"
(
    cd "$tree"
    find . -maxdepth 1 -type f \( -name 'Makefile' -o -name 'Kbuild' -o -name 'Kconfig' -o -name .config -o -name 'Module.symvers' -o -name System.map \) -print
    find scripts tools/objtool -type f ! -name '*.o' ! -name '*.cmd' -print
    find include arch/x86/include arch/x86/tools -type f -print
    find arch/x86 -name 'Makefile*' -print
) | tar c -C "$tree" -T - | tar x -C "$part/build"
mv "$tree" "$part/done"
rm -rf "$part/done"
# ---- end of build
say "built in $(elapsed)"
rm -rf "$kernel"
# Under the name by which `make module` knows headers.
mv "$part/build" "$part/linux-headers-$release"
mv "$part" "$kernel"
echo "$release" >"$kernel/release"
echo "$kernel"
