/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards on the PCI bus, between the backend (pci.c) and what finds them
 * (pci_find.c). Errors are negative errnos with one line in why.
 */
#ifndef CW_PCI_H
#define CW_PCI_H

#include <pciaccess.h>
#include <stdbool.h>

#include "causeway-pci.h"

#define CW_PCI_SYSFS "/sys/bus/pci/devices"

/* What a card's name says. */
struct cw_pci_name {
	bool first; /* of these IDs, wherever it is */
	uint32_t domain, bus, dev, func;
	uint16_t vendor, device;
	bool force;
};

int cw_pci_parse(const char *text, struct cw_pci_name *name, char *why, size_t why_size);

/* libpciaccess may be used between the two; they nest, in any thread. */
int cw_pci_begin(char *why, size_t why_size);
void cw_pci_end(void);

/* The device of this name, which has the IDs that it must have; *card describes it. */
int cw_pci_find(const struct cw_pci_name *name, struct pci_device **dev, struct cw_pci_card *card, char *why,
		size_t why_size);
/* The driver that is bound now, "" none. */
void cw_pci_driver(const char *address, char *driver, size_t size);

#endif
