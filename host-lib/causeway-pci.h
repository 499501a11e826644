/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards as the PCI bus shows them, and what can be done to one past any
 * driver: for bringing up a board, and for tests of registers.
 *
 * A card whose name is an address on the PCI bus (0000:03:00.0, or pci for the
 * first one) is reached by its BARs, which this process maps; no driver, no
 * interrupt and no DMA is in play, and transfers go through the memory window,
 * a word at a time. The name may be followed by options:
 *
 *   force=1          look at a card that a driver has: nothing is written
 *   id=VVVV:DDDD     the vendor and device ID of a board that has its own
 *
 * A driver that binds while the card is open here takes the BARs away, and so
 * does removal of the device: the next access ends the process with SIGBUS.
 */
#ifndef CAUSEWAY_PCI_H
#define CAUSEWAY_PCI_H

#include "libcauseway.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cw_pci_bar {
	uint64_t address;      /* 0: not assigned */
	uint64_t size;         /* 0 when there is none, or it is not assigned */
	uint8_t is_io, is_64, is_prefetchable;
	uint8_t reserved[5];
};

struct cw_pci_card {
	char name[16];         /* its address: a name for cw_open() */
	char driver[32];       /* that is bound; "" none */
	char node[32];         /* the driver's device file, also a name for cw_open(); "" none */
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint16_t command;      /* Command register */
	uint8_t revision;
	uint8_t power_state;   /* 0: D0, to 3: D3hot */
	/* 0 where the PCI Express capability cannot be read, as only root may: */
	uint8_t link_gen, link_lanes;         /* as trained */
	uint8_t link_gen_max, link_lanes_max; /* of the card */
	uint32_t link;         /* what the LINK register has to say, as the host has set the function; */
	uint32_t link_known;   /* and whether that is known */
	struct cw_pci_bar bar[6];
};

/* All cards of Causeway's own IDs. Fills at most max of them; returns how many there are, or a negative errno with
 * one line in why (may be NULL). */
CW_API int cw_pci_list(struct cw_pci_card *cards, unsigned max, char *why, size_t why_size);
/* The one of this name (an address, pci, either with options, or a driver's device file). Errors as cw_open();
 * -EINVAL also for names of simulated cards. */
CW_API int cw_pci_get(const char *name, struct cw_pci_card *card, char *why, size_t why_size);

/* An access of the CPU to one of the card's BARs: 1, 2, 4 or 8 bytes at a multiple of that, as one access. Simulated
 * cards too, past the driver as through its file in sysfs; with the driver bound both use the card. -EINVAL: no such
 * BAR, beyond it, not aligned. -EROFS: a write with force=1. -EOPNOTSUPP: a device file. */
CW_API int cw_bar(struct cw_dev *dev, unsigned bar, uint64_t offset, void *data, unsigned len, int write);
/* A function-level reset of the card (by the file `reset' in sysfs). Of a simulated card best while the driver is
 * unbound. -EBUSY: a driver has it. -EOPNOTSUPP: a device file, or the card cannot be reset. */
CW_API int cw_reset(struct cw_dev *dev);

#ifdef __cplusplus
}
#endif
#endif
