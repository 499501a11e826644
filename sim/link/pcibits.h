/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration space by the kernel's names, and what its older headers do not name yet. */
#ifndef CW_PCIBITS_H
#define CW_PCIBITS_H

#include <linux/pci_regs.h>

/* PCIe Base 6.0, 7.5.3.15 and 7.5.3.16 */
#ifndef PCI_EXP_DEVCAP2_10BIT_TAG_REQ
#define PCI_EXP_DEVCAP2_10BIT_TAG_REQ 0x00020000
#endif
#ifndef PCI_EXP_DEVCTL2_10BIT_TAG_REQ_EN
#define PCI_EXP_DEVCTL2_10BIT_TAG_REQ_EN 0x1000
#endif

#endif
