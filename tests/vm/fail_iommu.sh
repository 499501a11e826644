#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The same under a strict IOMMU, where mapping allocates as well.
# set: debug
# only: named
# guest: -F -m 512 -t 600 -M kernel-irqchip=split -Q "-device intel-iommu,caching-mode=on,intremap=off" -a "intel_iommu=on iommu=strict"
# shellcheck source=tests/vm/lib.sh
. /cw/tests/vm/lib.sh
# shellcheck source=tests/vm/failing.inc
. /cw/tests/vm/failing.inc
