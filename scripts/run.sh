#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What `make run` shows: a file into card memory and back, then the life of one
# DMA read. FILE= the file (default: the C compiler's cc1); TARGET=sim|shm.
set -euo pipefail
cd "$(dirname "$0")/.."
file=${FILE:-$(gcc -print-prog-name=cc1)}
target=${TARGET:-sim}
out=build/run
mkdir -p "$out"

if [ ! -e "$file" ]; then
    echo "run: FILE=$file: no such file" >&2
    exit 1
elif [ ! -f "$file" ] || [ ! -r "$file" ]; then
    echo "run: FILE=$file: cannot be read as a regular file" >&2
    exit 1
fi

case $target in
sim) card=sim ;;
shm)
    name=run-$$
    build/bin/cwctl card "$name" "${CARD_OPTIONS:-}" &
    card_pid=$!
    trap 'kill $card_pid 2>/dev/null; wait $card_pid 2>/dev/null' EXIT
    for _ in $(seq 100); do
        grep -q "@causeway/$name\$" /proc/net/unix && break
        sleep 0.05
    done
    card=sim:$name
    ;;
*)
    echo "run: TARGET=$target: sim or shm" >&2
    exit 1
    ;;
esac

echo "== A file into card memory and back: libcauseway, driver, root complex, TLPs, RTL"
build/bin/roundtrip -c "$card${RUN_OPTIONS:+,$RUN_OPTIONS}" ${FLIP:+--flip "$FLIP"} "$file"

echo
echo "== The life of one DMA read: 32 bytes at bus address 0x001FF000 into card memory at 0x8000"
build/bin/one_read -c "sim,tlp=$out/one_read.tlog,wave=$out/one_read.fst"
build/bin/cwtrace life --svg "$out/one_read.svg" "$out/one_read.tlog"
echo
echo "TLP log:  build/bin/cwtrace print $out/one_read.tlog"
echo "Drawing:  $out/one_read.svg (opens in a browser)"
echo "Waveform: gtkwave $out/one_read.fst   (package gtkwave)"
