#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Memory that is not shared with the server: all DMA goes by messages, and interrupts wait for their replies.
# set: dma
# guest: -p -F -t 240
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
size=$(stat -c %s /cw/bin/cwctl)
mib=$((1 << 20))

works() {
    cwctl -q write 0 /cw/bin/cwctl && cwctl -q read 0 "$size" /tmp/back && same /cw/bin/cwctl /tmp/back
}
verified() {
    fio_run /tmp/fio.out 2 1 --ioengine=libaio --rw=randwrite --bs=16k --iodepth=16 --verify=crc32c --verify_fatal=1 && [ "$(fio_error /tmp/fio.out)" = 0 ]
}

check the_module_loads load
count_start
check a_file_comes_back works
check "that_is_$size bytes each way" moved "$size" "$size"
count_start
check fio_verifies_2_MiB verified
check the_card_counts_what_fio_counts moved $((2 * mib)) "$(fio_bytes /tmp/fio.out read)"
finish
