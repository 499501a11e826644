#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sim/kernel/checks_print.sh RESULTS   prints docs/shim-checks.md
#
# RESULTS is what tests/unit/kernel_*_test wrote through tests/unit/result.h. Every check of
# the shim (the names given to kshim_fail) must be in it, and nothing else; those of the DMA API
# and of lock order must each have a bug planted in the driver besides (tests/planted/driver).
set -u
cd "$(dirname "$0")/../.." || exit
export LC_ALL=C
results=$1
in_driver="C1 C2 C3 C4 C5 C6 C7 C9 C10 C12 C13 dma-order lock-order"
bad=0

complain() {
    echo "checks_print: $*" >&2
    bad=1
}
checks=$(grep -ohE 'kshim_fail\("[^"]+"' sim/kernel/*.c | sed 's/.*("//; s/"$//' | sort -uV)
planted=$(cut -f 1 "$results" | sort -uV)
for check in $(comm -23 <(sort <<<"$checks") <(sort <<<"$planted")); do
    complain "no test makes a mistake that $check finds"
done
for check in $(comm -13 <(sort <<<"$checks") <(sort <<<"$planted")); do
    complain "$check is no check of the shim"
done

header() { sed -n "/^---/q; s/^# $2: *//p" "$1"; }
patches=$(for patch in tests/planted/driver/*.patch; do
    check=$(header "$patch" check)
    [ -z "$check" ] || [ "$check" = any ] ||
        printf '%s\t%s\t%s\n' "$check" "$(basename "$patch" .patch)" "$(header "$patch" what)"
done | sort -sV -k 1,1)
for check in $in_driver; do
    cut -f 1 <<<"$patches" | grep -qx -- "$check" || complain "no bug is planted in the driver that $check finds"
done
while IFS=$'\t' read -r check name _; do
    grep -qx -- "$check" <<<"$checks" || complain "$name.patch names $check, which is no check of the shim"
done <<<"$patches"
[ $bad = 0 ] || exit 1

cat <<'END'
# The shim's checks, each seen to fail

Printed by `sim/kernel/checks_print.sh` (`make checks-doc`) from what the mistakes planted in the unit
tests led to; do not edit. [kernel-shim.md](kernel-shim.md) says what each check is for.

## Mistakes planted in the unit tests

Each is made in a machine of its own, and must be found by this check and by no other. The text is what the
check said, without line numbers; where a mistake is made with several seeds, the first.

| check | mistake | what was said |
|---|---|---|
END
# Numbers do not make a message another one.
sort -sV -k 1,1 "$results" | awk -F '\t' '
    {
        text = $5
        sub(/^[^:]*: /, "", text)
        gsub(/:[0-9]+\)/, ")", text)
        gsub(/\(tests\/unit\//, "(", text)
        sub(/ +$/, "", text)
        kind = text
        gsub(/0x[0-9a-f]+|[0-9]+/, "#", kind)
        if (seen[$1, $3, kind]++)
            next
        printf "| %s | %s | `%s` |\n", $1 == last ? "" : "`" $1 "`",
            $3 == name && $1 == last ? "" : "[`" $3 "`](../" $2 ")", text
        last = $1
        name = $3
    }'
cat <<'END'

## Bugs planted in the driver

Patches of `tests/planted/driver`, which `scripts/planted.sh` applies one at a time: the test that the patch
names must fail, and this must be the first check that fails.

| check | patch | bug |
|---|---|---|
END
awk -F '\t' '{ printf "| %s | `%s` | %s |\n", $1 == last ? "" : "`" $1 "`", $2, $3; last = $1 }' <<<"$patches"
