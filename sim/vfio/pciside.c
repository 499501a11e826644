// SPDX-License-Identifier: BSD-2-Clause
/*
 * The guest's configuration accesses go to the card as they are, but for the address and data of MSI: the
 * card gets the root complex's own, so that its messages are known here, and the guest sees
 * what it wrote. The client emulates the MSI-X table; the card's own follows the eventfds.
 */
#include <linux/pci_regs.h>
#include <string.h>

#include "priv.h"

void pciside_reset(struct cw_vfio *v)
{
	struct pciside *p = &v->pci;

	memset(p->bar, 0, sizeof(p->bar));
	memset(p->msi_guest, 0, sizeof(p->msi_guest));
	memset(p->programmed, 0, sizeof(p->programmed));
	p->command = 0;
	p->power = 0;
	p->bars_lost = 0;
	p->msi_on = p->msix_on = false;
}

/* ---- MSI: three registers that the guest has for itself ---- */

/* Which of address low, high and data lies at this DW of the capability; -1: none. */
static int msi_part(const struct pciside *p, uint16_t reg)
{
	uint16_t at = reg & 0xffc, base = p->dev.cap_msi;

	if (!base)
		return -1;
	if (at == base + PCI_MSI_ADDRESS_LO)
		return 0;
	if (at == base + PCI_MSI_ADDRESS_LO + 4)
		return p->msi_wide ? 1 : 2;
	return p->msi_wide && at == base + PCI_MSI_ADDRESS_LO + 8 ? 2 : -1;
}

static uint32_t merge(uint32_t old, uint16_t reg, uint32_t len, uint32_t value)
{
	uint32_t shift = 8 * (reg & 3), mask = (len < 4 ? (1u << 8 * len) - 1 : 0xffffffffu) << shift;

	return (old & ~mask) | (value << shift & mask);
}

/* What of the registers there is: 7.7.1.3 to 7.7.1.6 */
static const uint32_t msi_bits[] = { 0xfffffffc, 0xffffffff, 0xffff };

static uint32_t msi_ours(struct cw_vfio *v, int part)
{
	uint64_t addr;
	uint32_t data;

	cw_host_msi_message(v->host, 0, &addr, &data);
	return part == 0 ? (uint32_t)addr : part == 1 ? (uint32_t)(addr >> 32) : data;
}

bool pciside_write(struct cw_vfio *v, uint16_t reg, uint32_t len, uint32_t *value)
{
	int part = msi_part(&v->pci, reg);
	uint32_t shift = 8 * (reg & 3);

	if (part < 0)
		return true;
	v->pci.msi_guest[part] = merge(v->pci.msi_guest[part], reg, len, *value) & msi_bits[part];
	*value = msi_ours(v, part) >> shift;
	if (len < 4)
		*value &= (1u << 8 * len) - 1;
	return true;
}

void pciside_read(const struct cw_vfio *v, uint16_t reg, uint32_t len, uint8_t *data)
{
	int part = msi_part(&v->pci, reg);

	for (uint32_t i = 0; part >= 0 && i < len; i++)
		data[i] = (uint8_t)(v->pci.msi_guest[part] >> 8 * ((reg & 3) + i));
}

/* ---- what the guest has set ---- */

/* The 16 bits at `at`, if the write touches them; else as they were. */
static uint16_t half(uint16_t old, uint16_t at, uint16_t reg, uint32_t len, uint32_t value)
{
	for (uint32_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		if (reg + i == at)
			old = (uint16_t)((old & 0xff00) | byte);
		else if (reg + i == at + 1u)
			old = (uint16_t)((old & 0x00ff) | byte << 8);
	}
	return old;
}

/* The client answers reads of the BARs by itself, so the guest finds them as they were and does not write
 * them again, while the card has lost them: they are put back before memory space is on again. */
static void after_reset(struct cw_vfio *v)
{
	struct pciside *p = &v->pci;
	uint32_t bar[BAR_N];

	memcpy(bar, p->bar, sizeof(bar));
	pciside_reset(v);
	memcpy(p->bar, bar, sizeof(bar));
	for (unsigned i = 0; i < BAR_N; i++)
		p->bars_lost |= (uint32_t)!!bar[i] << i;
}

bool pciside_lost(struct cw_vfio *v, uint16_t reg, uint32_t len, uint32_t value, uint16_t *bar_reg, uint32_t *bar)
{
	unsigned i = (unsigned)__builtin_ffs((int)v->pci.bars_lost) - 1;

	if (!v->pci.bars_lost || !(half(0, PCI_COMMAND, reg, len, value) & PCI_COMMAND_MEMORY))
		return false;
	*bar_reg = (uint16_t)(PCI_BASE_ADDRESS_0 + 4 * i);
	*bar = v->pci.bar[i];
	return true;
}

void pciside_put_back(struct cw_vfio *v)
{
	v->pci.bars_lost &= v->pci.bars_lost - 1;
}

void pciside_written(struct cw_vfio *v, uint16_t reg, uint32_t len, uint32_t value)
{
	struct pciside *p = &v->pci;
	uint16_t was = p->command;

	if (p->flr && half(0, p->dev.cap_pcie + PCI_EXP_DEVCTL, reg, len, value) & PCI_EXP_DEVCTL_BCR_FLR) {
		after_reset(v);
		return;
	}
	if (p->dev.cap_pm) {
		uint8_t to = half(p->power, p->dev.cap_pm + PCI_PM_CTRL, reg, len, value) & 3;

		if (p->soft_reset && p->power == 3 && to == 0)
			after_reset(v);
		p->power = to;
	}
	if (reg >= PCI_BASE_ADDRESS_0 && reg < PCI_BASE_ADDRESS_0 + 4 * BAR_N) {
		p->bars_lost &= ~(1u << (reg - PCI_BASE_ADDRESS_0) / 4);
		p->bar[(reg - PCI_BASE_ADDRESS_0) / 4] = merge(p->bar[(reg - PCI_BASE_ADDRESS_0) / 4], reg, len, value);
	}
	p->command = half(p->command, PCI_COMMAND, reg, len, value);
	if (p->dev.cap_msi)
		p->msi_on = half(p->msi_on ? PCI_MSI_FLAGS_ENABLE : 0, p->dev.cap_msi + PCI_MSI_FLAGS, reg, len, value) & PCI_MSI_FLAGS_ENABLE;
	if (p->dev.cap_msix)
		p->msix_on = half(p->msix_on ? PCI_MSIX_FLAGS_ENABLE : 0, p->dev.cap_msix + PCI_MSIX_FLAGS, reg, len, value) & PCI_MSIX_FLAGS_ENABLE;
	if (~was & p->command & PCI_COMMAND_MEMORY)
		pciside_sync_msix(v);
}

bool pciside_address(const struct cw_vfio *v, uint32_t bar, uint64_t offset, uint32_t len, uint64_t *addr)
{
	const struct pciside *p = &v->pci;
	uint64_t base;

	if (!(p->command & PCI_COMMAND_MEMORY) || bar >= BAR_N || len > p->dev.bar[bar].size || offset > p->dev.bar[bar].size - len)
		return false;
	base = p->bar[bar] & PCI_BASE_ADDRESS_MEM_MASK;
	if (p->dev.bar[bar].is_64)
		base |= (uint64_t)p->bar[bar + 1] << 32;
	base &= ~(p->dev.bar[bar].size - 1);
	*addr = base + offset;
	return base;
}

/* ---- MSI-X ---- */

static void program(struct cw_vfio *v, uint32_t vector, bool on)
{
	const struct cw_host_dev *d = &v->pci.dev;
	uint32_t entry[4] = { 0 };
	uint64_t at, message;

	if (!pciside_address(v, d->msix_table_bar, d->msix_table_offset + 16ull * vector, sizeof(entry), &at))
		return;
	cw_host_msi_message(v->host, (int)vector, &message, &entry[2]);
	entry[0] = (uint32_t)message;
	entry[1] = (uint32_t)(message >> 32);
	entry[3] = !on; /* the mask bit: 7.7.2.4 */
	/* A DW each: no device must take more at once. The mask comes off last. */
	for (int i = on ? 0 : 3; i < 4; i++)
		cw_host_write(v->host, at + 4 * (uint64_t)i, &entry[i], 4);
	v->pci.programmed[vector] = on;
}

void pciside_sync_msix(struct cw_vfio *v)
{
	for (uint32_t i = 0; i < v->irqs.msix_n; i++)
		if ((v->irqs.msix_fd[i] >= 0) != v->pci.programmed[i])
			program(v, i, v->irqs.msix_fd[i] >= 0);
}
