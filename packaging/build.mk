# SPDX-License-Identifier: BSD-2-Clause
# What a machine with a card needs: library and tool, the module's source for DKMS, the rule that gives
# the device file its group.

PREFIX ?= /usr/local
DESTDIR ?=
# The module's own version, which DKMS goes by.
VERSION := $(shell sed -n 's/^\#define CW_DRIVER_VERSION "\([^"]*\)".*/\1/p' driver/causeway.h)
MODULE_SRC := /usr/src/causeway-$(VERSION)
UDEV_RULES ?= /usr/lib/udev/rules.d
SYSUSERS ?= /usr/lib/sysusers.d

MODULE_FILES := $(wildcard driver/*.c driver/*.h driver/uapi/*.h) driver/Kbuild
# FROM:TO:MODE, all that is installed
INSTALLED := $(B)/lib/libcauseway.so:$(PREFIX)/lib/libcauseway.so:755 \
	$(B)/bin/cwctl:$(PREFIX)/bin/cwctl:755 \
	host-lib/libcauseway.h:$(PREFIX)/include/libcauseway.h:644 \
	driver/uapi/causeway.h:$(PREFIX)/include/causeway.h:644 \
	packaging/70-causeway.rules:$(UDEV_RULES)/70-causeway.rules:644 \
	packaging/sysusers.conf:$(SYSUSERS)/causeway.conf:644 \
	$(B)/packaging/dkms.conf:$(MODULE_SRC)/dkms.conf:644 \
	$(foreach f,$(MODULE_FILES),$(f):$(MODULE_SRC)/$(f:driver/%=%):644)

$(B)/packaging/dkms.conf: packaging/dkms.conf.in driver/causeway.h
	@mkdir -p $(@D)
	$(Q)sed 's/@VERSION@/$(VERSION)/' $< > $@

.PHONY: install uninstall
##  make install   library, cwctl, module source for DKMS, udev rule (DESTDIR=, PREFIX=/usr/local)
install: $(B)/lib/libcauseway.so $(B)/bin/cwctl $(B)/packaging/dkms.conf
	@set -e; for f in $(INSTALLED); do IFS=: read -r from to mode <<<"$$f"; \
		install -D -m "$$mode" "$$from" "$(DESTDIR)$$to"; done
	@[ -n "$(DESTDIR)" ] || printf '%s\n' "Next, as root:" "  systemd-sysusers && udevadm control --reload" \
		"  dkms install causeway/$(VERSION) && modprobe causeway" "  ldconfig"

##  make uninstall take away what make install put there, and nothing else
# Folders are only those that are ours.
uninstall:
	@set -e; for f in $(INSTALLED); do IFS=: read -r _ to _ <<<"$$f"; rm -f "$(DESTDIR)$$to"; done
	@rmdir "$(DESTDIR)$(MODULE_SRC)/uapi" "$(DESTDIR)$(MODULE_SRC)" 2>/dev/null || true
