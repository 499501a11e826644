#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Follows docs/bring-up.md from a card without a driver to data by DMA and back: each command after a # prompt is run as
# it stands there, and says what the page says.
# set: life
# guest: -a iomem=relaxed -t 300
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
page=/cw/bring-up.md
awk_with() { awk -v n="$1" -f /cw/tests/vm/transcript.awk "$page" ${2:+"$2"}; }

# The paths of the page, as from the root of the tree.
mkdir -p tree/build/bin tree/driver
ln -s /cw/bin/cwctl tree/build/bin/cwctl
ln -s "$module" tree/driver/causeway.ko
cd tree || exit

follow() {
    sh -c "$(awk_with "$1")" >/tmp/said 2>&1 || { cat /tmp/said; return 1; }
    awk_with "$1" /tmp/said || { cat /tmp/said; return 1; }
}
total=$(awk_with 0)
i=1
while [ "$i" -le "$total" ]; do
    check "step_${i}_$(awk_with $i | tr -c 'a-zA-Z0-9\n' '_' | cut -c 1-50)" follow "$i"
    i=$((i + 1))
done
enough() { [ "$total" -ge 15 ]; }
check the_page_has_its_steps enough
finish
