# SPDX-License-Identifier: BSD-2-Clause
# On the shim: the kernel gives its callbacks their parameters, used or not, and builds without this warning.
FLAGS_driver += -Wno-unused-parameter

# causeway.ko for a kernel's headers, out of tree, so that driver/ stays clean.
# Never for the running kernel by itself: its headers need not be there.

MODULE_KDIRS := $(foreach v,6.1 6.12,$(lastword $(shell ls -d /usr/src/linux-headers-$(v)[.+]*-amd64 2>/dev/null | \
	grep -v -e cloud -e '-rt-' | sort -V)))
KDIR ?= $(firstword $(MODULE_KDIRS))
module_dir = $(B)/module-$(patsubst linux-headers-%,%,$(notdir $(realpath $(1))))

.PHONY: module module-check
##  make module    causeway.ko for KDIR (default: headers found in /usr/src)
module:
	@test -d "$(KDIR)" || { echo "no kernel headers: give KDIR=, or install linux-headers-amd64" >&2; exit 1; }
	@mkdir -p $(call module_dir,$(KDIR))/uapi
	@cp -u driver/*.c driver/*.h driver/Kbuild $(call module_dir,$(KDIR))/
	@cp -u driver/uapi/*.h $(call module_dir,$(KDIR))/uapi/
	$(Q)$(MAKE) -s --no-print-directory -C $(KDIR) M=$(abspath $(call module_dir,$(KDIR))) W=1 $(MODULE_FLAGS) modules
	@echo "$(call module_dir,$(KDIR))/causeway.ko"

# Every kernel whose headers are here, with the compiler's and sparse's warnings as errors.
module-check: $(MODULE_KDIRS:/usr/src/%=module-check-%)
	@test -n "$(MODULE_KDIRS)" || { echo "module-check: no kernel headers found" >&2; exit 1; }

module-check-%:
	@rm -rf $(call module_dir,/usr/src/$*)
	@set -o pipefail; mkdir -p $(B); $(MAKE) --no-print-directory module KDIR=/usr/src/$* \
		MODULE_FLAGS="C=2 CF=-Wsparse-error KCFLAGS=-Werror" 2>&1 | tee $(B)/$@.log
	@! grep -e warning: -e error: $(B)/$@.log
	@echo "module-check: $*: no warning"

# Debian's newest kernel, from the network or the user's cache.
.PHONY: module-newest
module-newest:
	@scripts/module-newest.sh

# Which kernels module-check is for.
.PHONY: module-kdirs
module-kdirs:
	@echo $(MODULE_KDIRS)
