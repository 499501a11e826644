#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# dd moves real files to the card and back.
# set: data
# guest: -m 256
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh

# there_and_back FILE BLOCK AT: AT is a byte of card memory
there_and_back() {
    size=$(stat -c %s "$1")
    dd if="$1" of="$node" bs="$2" seek="$3" oflag=seek_bytes conv=notrunc || return 1
    dd if="$node" of=/tmp/back bs="$2" skip="$3" count="$size" iflag=skip_bytes,count_bytes || return 1
    note "sha256 sent $(sum "$1"), received $(sum /tmp/back)"
    same "$1" /tmp/back
}

check the_module_loads load
for file in /bin/busybox /causeway.ko /cw/bin/cwctl; do
    size=$(stat -c %s $file)
    for block in 512 65536 1000003; do
        [ $block != 512 ] || [ $file = /cw/bin/cwctl ] || continue
        count_start
        check "${file##*/}_in_blocks_of_${block}_comes_back" there_and_back $file $block 4099
        check "${file##*/}_in_blocks_of_${block}_is_$size bytes each way" moved "$size" "$size"
    done
done
end=$(cwctl info | awk '/card memory/ { print $3 }')
count_start
check "writing_behind_card_memory_is_ENOSPC" fails_with 'No space left on device' \
    dd if=/bin/busybox of=$node bs=4096 count=1 seek="$end" oflag=seek_bytes conv=notrunc
check "reading_behind_card_memory_is_the_end" test -z "$(dd if=$node bs=4096 count=1 skip="$end" iflag=skip_bytes 2>/dev/null)"
check "neither_moves_a_byte" moved 0 0
finish
