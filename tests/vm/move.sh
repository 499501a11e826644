#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module loads, cwctl moves a file to the card and back, the module leaves. Times are told.
# set: data
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh

size=$(stat -c %s /bin/busybox)
check the_module_loads load
info() { cwctl info | sed "s,^,# ,"; }
check info_is_given info
count_start
check a_file_goes_to_the_card cwctl -q write 4096 /bin/busybox
check and_comes_back cwctl -q read 4096 "$size" /tmp/back
check as_it_was same /bin/busybox /tmp/back
check "that_is_$size bytes each way" moved "$size" "$size"
finish
