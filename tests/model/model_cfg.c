// SPDX-License-Identifier: BSD-2-Clause
/* Card model: configuration space, type 0 header with PM, MSI-X, PCIe and MSI capabilities. */
#include <linux/pci_regs.h>
#include <string.h>

#include "model_priv.h"

enum { CAP_PM = 0x40, CAP_MSIX = 0x50, CAP_PCIE = 0x60, CAP_MSI = 0xa0 };

static void put(struct cw_model *m, unsigned reg, uint32_t value, uint32_t rw)
{
	memcpy(&m->cfg[reg], &value, 4);
	memcpy(&m->cfg_rw[reg], &rw, 4);
}

static uint32_t get(const struct cw_model *m, unsigned reg)
{
	uint32_t v;

	memcpy(&v, &m->cfg[reg], 4);
	return v;
}

static uint64_t bar_size(const struct cw_model *m, int bar)
{
	uint64_t size = 1u << CW_DB_STRIDE_LOG2_MIN;

	if (bar == CW_BAR_REGS)
		return CW_BAR0_BYTES;
	if (bar == CW_BAR_WINDOW)
		return CW_BAR4_BYTES;
	while (size < (uint64_t)m->p.queues << CW_DB_STRIDE_LOG2_MIN)
		size *= 2;
	return size;
}

/* Sections 7.5.1 (header), 7.5.2 (PM), 7.7.1 (MSI), 7.7.2 (MSI-X), 7.5.3 (PCIe). */
void model_cfg_init(struct cw_model *m)
{
	memset(m->cfg, 0, sizeof(m->cfg));
	memset(m->cfg_rw, 0, sizeof(m->cfg_rw));
	put(m, 0x00, CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID, 0);
	put(m, PCI_COMMAND, 1u << 20, 0x0546); /* capabilities list; memory, bus master, errors, INTx disable */
	put(m, 0x08, CW_PCI_CLASS << 8 | CW_PCI_REVISION, 0);
	put(m, 0x0c, 0, 0xff);
	for (int bar = 0; bar < 6; bar += 2) {
		uint64_t mask = ~(bar_size(m, bar) - 1);

		put(m, PCI_BASE_ADDRESS_0 + 4 * bar, bar == CW_BAR_WINDOW ? 0xc : 0x4, (uint32_t)mask);
		put(m, PCI_BASE_ADDRESS_0 + 4 * bar + 4, 0, (uint32_t)(mask >> 32));
	}
	put(m, 0x2c, CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID, 0);
	put(m, 0x34, CAP_PM, 0);
	put(m, 0x3c, 0x100, 0xff); /* INTA, line */
	put(m, CAP_PM, 3u << 16 | CAP_MSIX << 8 | 0x01, 0);
	put(m, CAP_PM + 4, 8, 3); /* no soft reset; power state */
	put(m, CAP_MSIX, (uint32_t)(m->p.vectors - 1) << 16 | CAP_PCIE << 8 | 0x11, 0xc0000000);
	put(m, CAP_MSIX + 4, CW_MSIX_TABLE_OFFSET | CW_BAR_REGS, 0);
	put(m, CAP_MSIX + 8, CW_MSIX_PBA_OFFSET | CW_BAR_REGS, 0);
	put(m, CAP_PCIE, 2u << 16 | CAP_MSI << 8 | 0x10, 0);
	put(m, CAP_PCIE + 4, 1u << 28 | 1u << 15 | 1u << 5 | 2, 0); /* FLR, role-based errors, extended tags, MPS 512 */
	put(m, CAP_PCIE + 8, 0x2810, 0x0000ffff); /* MRRS 512, relaxed ordering and no-snoop on */
	put(m, CAP_PCIE + 12, 4u << 4 | 3, 0);    /* x4, 8 GT/s */
	put(m, CAP_PCIE + 16, 0x10430000, 0x000000c8);
	put(m, CAP_MSI, 1u << 23 | (uint32_t)m->p.msi_log2 << 17 | 0x05, 0x00710000); /* 64-bit */
	put(m, CAP_MSI + 4, 0, 0xfffffffc);
	put(m, CAP_MSI + 8, 0, 0xffffffff);
	put(m, CAP_MSI + 12, 0, 0xffff);
	m->bdf = 0;
}

static void cfg_write(struct cw_model *m, uint16_t reg, uint32_t value, uint8_t be)
{
	for (int b = 0; b < 4; b++) {
		uint8_t v = value >> 8 * b, mask = m->cfg_rw[reg + b];

		if (be & 1 << b)
			m->cfg[reg + b] = (m->cfg[reg + b] & ~mask) | (v & mask);
	}
	if (reg == CAP_MSIX)
		model_msix_pending(m);
	if (reg == PCI_COMMAND)
		for (uint32_t v = 0; v < m->p.vectors; v++)
			model_event_serve(m, v);
	/* Initiate FLR reads as zero (7.5.3.4). */
	if (reg == CAP_PCIE + 8 && get(m, reg) & 0x8000) {
		uint16_t bdf = m->bdf;

		model_reset(m, true);
		m->bdf = bdf;
	}
	model_intx_update(m);
}

int model_cfg_request(struct cw_model *m, const struct cw_tlp *t, const struct cw_tlp_info *i)
{
	bool there = i->reg + 4u <= MODEL_CFG_BYTES;
	uint32_t value;

	m->bdf = i->completer; /* captured from every type 0 write; a read names the same: 2.2.6.2 */
	if (m->pulled) {
		cw_tlp_cpl(&m->out, m->bdf, i->requester, i->tag, i->tc, i->attr, CW_CPL_UR, 4, 0);
	} else if (i->kind == CW_TLP_CFGRD) {
		value = there ? get(m, i->reg) : 0;
		if (i->reg == CAP_PCIE + 8 && model_reads_out(m))
			value |= 1u << 21; /* Transactions Pending (7.5.3.5) */
		cw_tlp_cpld(&m->out, m->bdf, i->requester, i->tag, i->tc, i->attr, 4, 0, &value, 1);
	} else {
		memcpy(&value, t->data, 4);
		if (there)
			cfg_write(m, i->reg, value, i->first_be);
		cw_tlp_cpl(&m->out, m->bdf, i->requester, i->tag, i->tc, i->attr, CW_CPL_SC, 4, 0);
	}
	return model_send(m, &m->out, -1, 0);
}

int model_cfg_bar(const struct cw_model *m, uint64_t addr, uint32_t len, uint64_t *offset)
{
	if (!(get(m, PCI_COMMAND) & PCI_COMMAND_MEMORY))
		return -1;
	for (int bar = 0; bar < 6; bar += 2) {
		uint64_t base = (get(m, PCI_BASE_ADDRESS_0 + 4 * bar) & ~0xfull) | (uint64_t)get(m, PCI_BASE_ADDRESS_0 + 4 * bar + 4) << 32;

		if (addr >= base && addr - base < bar_size(m, bar) && len <= bar_size(m, bar) - (addr - base)) {
			*offset = addr - base;
			return bar;
		}
	}
	return -1;
}

bool model_bus_master(const struct cw_model *m)
{
	return get(m, PCI_COMMAND) & PCI_COMMAND_MASTER;
}

bool model_msix_enabled(const struct cw_model *m)
{
	return get(m, CAP_MSIX) >> 31;
}

bool model_msix_masked(const struct cw_model *m)
{
	return get(m, CAP_MSIX) >> 30 & 1;
}

bool model_msi_enabled(const struct cw_model *m)
{
	return get(m, CAP_MSI) >> 16 & 1;
}

bool model_msi_message(const struct cw_model *m, uint32_t vector, uint64_t *addr, uint32_t *data)
{
	uint32_t n = 1u << (get(m, CAP_MSI) >> 20 & 7);

	*addr = get(m, CAP_MSI + 4) | (uint64_t)get(m, CAP_MSI + 8) << 32;
	*data = (get(m, CAP_MSI + 12) & ~(n - 1)) | vector;
	return vector < n;
}

/* Sections 7.5.1.1.3 and 7.5.1.1.4: Interrupt Disable silences the pin, not Interrupt Status. */
bool model_intx_level(struct cw_model *m, bool pending)
{
	bool status = pending && !model_msix_enabled(m) && !model_msi_enabled(m);

	m->cfg[PCI_COMMAND + 2] = (m->cfg[PCI_COMMAND + 2] & ~8) | (status ? 8 : 0);
	return status && !(get(m, PCI_COMMAND) & PCI_COMMAND_INTX_DISABLE);
}

uint32_t model_mps(const struct cw_model *m)
{
	return 128u << (get(m, CAP_PCIE + 8) >> 5 & 7);
}

uint32_t model_mrrs(const struct cw_model *m)
{
	return 128u << (get(m, CAP_PCIE + 8) >> 12 & 7);
}
