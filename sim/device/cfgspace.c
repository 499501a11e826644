// SPDX-License-Identifier: BSD-2-Clause
/* Configuration space: the table of registers, reads, writes, resets, BARs. See cfgspace.h. */
#include <string.h>

#include "cfgspace.h"
#include "../link/pcibits.h"
#include "../../driver/cw_regs.h"

/* In DWs whose upper half is a register of its own: Status, Message Control, Device Status. */
#define UPPER(bit) ((uint32_t)(bit) << 16)
#define STATUS_INTX UPPER(PCI_STATUS_INTERRUPT)
#define MSI_ENABLE UPPER(PCI_MSI_FLAGS_ENABLE)
#define DEVSTA_PENDING UPPER(PCI_EXP_DEVSTA_TRPND)
#define PMCSR (CW_CFG_PM + PCI_PM_CTRL)
#define DEVCTL (CW_CFG_PCIE + PCI_EXP_DEVCTL)
#define LINKCTL (CW_CFG_PCIE + PCI_EXP_LNKCTL)
#define DEVCTL2 (CW_CFG_PCIE + PCI_EXP_DEVCTL2)

struct row {
	uint16_t off;
	uint32_t init, rw, w1c, sticky, flr_keep;
};

/* Everything that does not depend on the build. */
static const struct row rows[] = {
	/* Type 0 header, 7.5.1 */
	{ 0x00, CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID, 0, 0, 0, 0 },
	/* Command: memory, bus master, parity, SERR#, INTx disable. Status: capability list; errors are W1C (7.5.1.1.3, .4) */
	{ PCI_COMMAND, 0x00100000, 0x0546, 0xf9000000, 0, 0 },
	{ 0x08, CW_PCI_CLASS << 8 | CW_PCI_REVISION, 0, 0, 0, 0 },
	{ 0x0c, 0, 0xff, 0, 0, 0 },                                 /* cache line size: no effect (7.5.1.1.7) */
	{ 0x2c, CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID, 0, 0, 0, 0 },
	{ 0x34, CW_CFG_PM, 0, 0, 0, 0 },
	{ 0x3c, 0x0100, 0xff, 0, 0, 0 },                            /* INTA */
	/* Power management: version 3, D0 and D3hot only, no PME (7.5.2) */
	{ CW_CFG_PM, 3u << 16 | CW_CFG_MSI << 8 | 0x01, 0, 0, 0, 0 },
	{ PMCSR, 0x8, 0x3, 0, 0, 0 },
	/* MSI: 32 vectors, 64-bit, per-vector masks (7.7.1) */
	{ CW_CFG_MSI, 0x018a0000 | CW_CFG_MSIX << 8 | 0x05, 0x00710000, 0, 0, 0 },
	{ CW_CFG_MSI + 0x04, 0, 0xfffffffc, 0, 0, 0 },
	{ CW_CFG_MSI + 0x08, 0, 0xffffffff, 0, 0, 0 },
	{ CW_CFG_MSI + 0x0c, 0, 0xffff, 0, 0, 0 },
	{ CW_CFG_MSI + 0x10, 0, 0xffffffff, 0, 0, 0 },
	{ CW_CFG_MSI + 0x14, 0, 0, 0, 0, 0 },                       /* pending bits */
	/* MSI-X (7.7.2); the table size is set by the build */
	{ CW_CFG_MSIX, CW_CFG_PCIE << 8 | 0x11, 0xc0000000, 0, 0, 0 },
	{ CW_CFG_MSIX + 0x04, CW_MSIX_TABLE_OFFSET | CW_BAR_REGS, 0, 0, 0, 0 },
	{ CW_CFG_MSIX + 0x08, CW_MSIX_PBA_OFFSET | CW_BAR_REGS, 0, 0, 0, 0 },
	/* PCI Express capability (7.5.3): endpoint, version 2 */
	{ CW_CFG_PCIE, 0x00020000 | 0x10, 0, 0, 0, 0 },
	/* Device Capabilities: 8-bit tags, role-based errors, FLR; the payload size is set by the build (7.5.3.3) */
	{ CW_CFG_PCIE + 0x04, 0x10008020, 0, 0, 0, 0 },
	/* Device Control: relaxed ordering and no-snoop on, MRRS 512 at reset. A function-level reset keeps
	 * the payload size (7.5.3.4, 6.6.2). Status: four W1C bits (7.5.3.5) */
	{ DEVCTL, 0x2810, 0x79ff, 0x000f0000, 0, 0x00e0 },
	{ CW_CFG_PCIE + 0x0c, 0, 0, 0, 0, 0 },                      /* Link Capabilities: by the build */
	/* Link Control: ASPM, RCB, common clock, extended synch; all kept by FLR (7.5.3.7, 6.6.2) */
	{ LINKCTL, 0x10000000, 0x00cb, 0, 0, 0x00cb },
	/* Device Capabilities 2: time-out ranges A to D and disable, 10-bit tag completer (7.5.3.15) */
	{ CW_CFG_PCIE + 0x24, 0x0001001f, 0, 0, 0, 0 },
	/* Device Control 2: time-out value and disable; 10-bit tag requester enable by the build (7.5.3.16) */
	{ DEVCTL2, 0, 0x1f, 0, 0, 0 },
	{ CW_CFG_PCIE + 0x2c, 0, 0, 0, 0, 0 },
	{ CW_CFG_PCIE + 0x30, 0, 0xf, 0, 0xf, 0xf },                /* target link speed is sticky (7.5.3.19) */
	/* AER, version 2 (7.8.4): status, mask and severity, all sticky */
	{ CW_CFG_AER, CW_CFG_DSN << 20 | 2u << 16 | 0x0001, 0, 0, 0, 0 },
	{ CW_CFG_AER + 0x04, 0, 0, 0x005ff010, 0x005ff010, 0 },
	{ CW_CFG_AER + 0x08, 0x00400000, 0x005ff010, 0, 0x005ff010, 0 },
	{ CW_CFG_AER + 0x0c, 0x00462010, 0x005ff010, 0, 0x005ff010, 0 },
	{ CW_CFG_AER + 0x10, 0, 0, 0x0000f1c1, 0x0000f1c1, 0 },
	{ CW_CFG_AER + 0x14, 0x0000e000, 0x0000f1c1, 0, 0x0000f1c1, 0 },
	{ CW_CFG_AER + 0x18, 0, 0, 0, 0x1f, 0 },                    /* first error pointer */
	{ CW_CFG_AER + 0x1c, 0, 0, 0, 0xffffffff, 0 },              /* header log, four DWs */
	{ CW_CFG_AER + 0x20, 0, 0, 0, 0xffffffff, 0 },
	{ CW_CFG_AER + 0x24, 0, 0, 0, 0xffffffff, 0 },
	{ CW_CFG_AER + 0x28, 0, 0, 0, 0xffffffff, 0 },
	/* Device serial number, version 1 (7.9.3) */
	{ CW_CFG_DSN, 1u << 16 | 0x0003, 0, 0, 0, 0 },
};

static void set_bar(struct cw_cfgspace *c, unsigned bar, uint64_t size, uint32_t type)
{
	unsigned i = 4 + bar;

	c->bar_size[bar] = size;
	c->init[i] = type;
	c->rw[i] = (uint32_t)~(size - 1) & ~0xfu;
	c->rw[i + 1] = (uint32_t)(~(size - 1) >> 32);
}

/* Fields that follow from the build's and the link's sizes. */
static void set_build(struct cw_cfgspace *c, const struct cw_cfgspace_param *p)
{
	uint32_t speed = p->generation ? p->generation : 3, width = p->lanes ? p->lanes : 16;

	/* 64-bit memory: type 2; bit 3: prefetchable (7.5.1.2.1) */
	set_bar(c, CW_BAR_REGS, CW_BAR0_BYTES, 0x4);
	set_bar(c, CW_BAR_DOORBELL, (uint64_t)p->queues << CW_DB_STRIDE_LOG2_MAX, 0x4);
	set_bar(c, CW_BAR_WINDOW, CW_BAR4_BYTES, 0xc);
	if (!p->soft_reset)
		c->init[PMCSR / 4] |= 0x8;
	else
		c->init[PMCSR / 4] &= ~0x8u;
	c->init[CW_CFG_MSIX / 4] |= (uint32_t)(p->vectors - 1) << 16;
	c->init[CW_CFG_PCIE / 4 + 1] |= p->mps_max & 7;
	if (p->no_flr)
		c->init[CW_CFG_PCIE / 4 + 1] &= ~(1u << 28);
	c->init[CW_CFG_PCIE / 4 + 3] = width << 4 | speed;           /* 7.5.3.6 */
	c->init[LINKCTL / 4] |= (width << 4 | speed) << 16;          /* 7.5.3.8 */
	c->init[CW_CFG_PCIE / 4 + 11] = ((1u << speed) - 1) << 1;    /* Link Capabilities 2, 7.5.3.18 */
	c->init[CW_CFG_PCIE / 4 + 12] = speed;
	if (p->tag10) {
		c->init[CW_CFG_PCIE / 4 + 9] |= 1u << 17;
		c->rw[DEVCTL2 / 4] |= 1u << 12;
	}
	c->init[CW_CFG_DSN / 4 + 1] = (uint32_t)p->serial;
	c->init[CW_CFG_DSN / 4 + 2] = (uint32_t)(p->serial >> 32);
}

void cw_cfgspace_init(struct cw_cfgspace *c, const struct cw_cfgspace_param *p)
{
	memset(c, 0, sizeof(*c));
	c->param = *p;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned d = rows[i].off / 4;

		c->init[d] = rows[i].init;
		c->rw[d] = rows[i].rw;
		c->w1c[d] = rows[i].w1c;
		c->sticky[d] = rows[i].sticky;
		c->flr_keep[d] = rows[i].flr_keep | rows[i].sticky;
	}
	set_build(c, p);
	cw_cfgspace_reset(c, CW_CFG_RESET_PERST);
}

void cw_cfgspace_reset(struct cw_cfgspace *c, enum cw_cfg_reset how)
{
	for (unsigned i = 0; i < CW_CFG_BYTES / 4; i++) {
		uint32_t keep = how == CW_CFG_RESET_PERST ? 0 :
				how == CW_CFG_RESET_HOT ? c->sticky[i] : c->flr_keep[i];

		c->dw[i] = (c->dw[i] & keep) | (c->init[i] & ~keep);
	}
	/* The captured number belongs to the port, which an FLR does not touch (6.6.2). */
	if (how == CW_CFG_RESET_PERST || how == CW_CFG_RESET_HOT)
		c->bdf = 0;
}

uint32_t cw_cfgspace_read(const struct cw_cfgspace *c, uint16_t reg)
{
	return reg < CW_CFG_BYTES ? c->dw[reg / 4] : 0;
}

/* D1 and D2 are not supported: writing them is discarded (7.5.2.2). */
static uint32_t legal_power(uint32_t old, uint32_t new)
{
	uint32_t state = new & 3;

	return state == 1 || state == 2 ? (new & ~3u) | (old & 3) : new;
}

static unsigned events(uint16_t reg, uint32_t old, uint32_t new)
{
	unsigned ev = 0;

	switch (reg) {
	case PCI_COMMAND:
		ev = CW_CFG_EV_STATE;
		if (old & ~new & PCI_COMMAND_MASTER)
			ev |= CW_CFG_EV_BME_OFF;
		if (new & ~old & PCI_COMMAND_MASTER)
			ev |= CW_CFG_EV_MSI_MASK;
		break;
	case PMCSR:
		if ((old ^ new) & 3)
			ev = CW_CFG_EV_STATE | CW_CFG_EV_POWER | (new & 3 ? 0 : CW_CFG_EV_MSI_MASK);
		break;
	case CW_CFG_MSI + 0x10:
		ev = CW_CFG_EV_MSI_MASK;
		break;
	case CW_CFG_MSI:
	case CW_CFG_MSIX:
	case DEVCTL:
	case LINKCTL:
	case DEVCTL2:
		ev = CW_CFG_EV_STATE;
		break;
	}
	return ev;
}

/* Values of Device Control that a host must not write: what was there stays. */
static uint32_t legal_devctl(const struct cw_cfgspace *c, uint32_t old, uint32_t new)
{
	uint32_t max = c->param.mps_max;

	/* Above what is supported: undefined (7.5.3.4). */
	if ((new >> 5 & 7) > max)
		new = (new & ~0xe0u) | (old & 0xe0u);
	if ((new >> 12 & 7) > 5) /* 110b and 111b are reserved */
		new = (new & ~0x7000u) | (old & 0x7000u);
	return new;
}

unsigned cw_cfgspace_write(struct cw_cfgspace *c, uint16_t reg, uint32_t value, uint8_t be)
{
	uint32_t mask = 0, old, new;
	unsigned i = reg / 4, ev = 0;

	if (reg >= CW_CFG_BYTES)
		return 0;
	for (unsigned b = 0; b < 4; b++)
		if (be & 1u << b)
			mask |= 0xffu << 8 * b;
	old = c->dw[i];
	new = (old & ~(c->rw[i] & mask)) | (value & c->rw[i] & mask);
	new &= ~(value & c->w1c[i] & mask);
	if (reg == PMCSR)
		new = legal_power(old, new);
	if (reg == DEVCTL) {
		new = legal_devctl(c, old, new);
		if (value & mask & PCI_EXP_DEVCTL_BCR_FLR && !c->param.no_flr)
			ev |= CW_CFG_EV_FLR;
	}
	c->dw[i] = new;
	if (reg == CW_CFG_MSI && !(new & MSI_ENABLE))
		c->dw[CW_CFG_MSI / 4 + 5] = 0;
	/* Power state back to D0 without No_Soft_Reset: the reset is the caller's, after it told the RTL. */
	return ev | (old != new ? events(reg, old, new) : 0);
}

void cw_cfgspace_get_fn(const struct cw_cfgspace *c, struct cw_fn *fn)
{
	uint32_t command = c->dw[PCI_COMMAND / 4], devctl = c->dw[DEVCTL / 4], devctl2 = c->dw[DEVCTL2 / 4];
	uint32_t msi = c->dw[CW_CFG_MSI / 4], msix = c->dw[CW_CFG_MSIX / 4];

	*fn = (struct cw_fn){
		.mps = devctl >> 5 & 7,
		.mrrs = devctl >> 12 & 7,
		.power = c->dw[PMCSR / 4] & 3,
		.rcb128 = c->dw[LINKCTL / 4] >> 3 & 1,
		.ext_tag = devctl >> 8 & 1,
		.tag10 = devctl2 >> 12 & 1,
		.ro = devctl >> 4 & 1,
		.ns = devctl >> 11 & 1,
		.bme = command & PCI_COMMAND_MASTER,
		.mem = command & PCI_COMMAND_MEMORY,
		.intx_disable = command & PCI_COMMAND_INTX_DISABLE,
		.msi_en = msi >> 16 & 1,
		.msi_log2 = msi >> 20 & 7,
		.msix_en = msix >> 31,
		.msix_mask = msix >> 30 & 1,
		.cto = devctl2 & 0xf,
		.cto_disable = devctl2 >> 4 & 1,
	};
}

static void set_bits(struct cw_cfgspace *c, unsigned reg, uint32_t bits, bool on)
{
	c->dw[reg / 4] = on ? c->dw[reg / 4] | bits : c->dw[reg / 4] & ~bits;
}

void cw_cfgspace_set_pending(struct cw_cfgspace *c, bool transactions_pending)
{
	set_bits(c, DEVCTL, DEVSTA_PENDING, transactions_pending);
}

void cw_cfgspace_set_intx(struct cw_cfgspace *c, bool asserted)
{
	set_bits(c, PCI_COMMAND, STATUS_INTX, asserted);
}

int cw_cfgspace_bar(const struct cw_cfgspace *c, uint64_t addr, uint32_t len, uint64_t *offset)
{
	if (!(c->dw[PCI_COMMAND / 4] & PCI_COMMAND_MEMORY) || (c->dw[PMCSR / 4] & 3))
		return -1;
	for (unsigned b = 0; b < 6; b++) {
		uint64_t size = c->bar_size[b], base;

		if (!size)
			continue;
		base = (uint64_t)c->dw[5 + b] << 32 | (c->dw[4 + b] & ~0xfu);
		if (addr >= base && addr - base < size && len <= size - (addr - base)) {
			*offset = addr - base;
			return (int)b;
		}
	}
	return -1;
}

/* An MSI is a memory request: it waits for bus master and D0 (7.5.1.1.3, 5.3.1.4.1). */
static bool may_send(const struct cw_fn *fn)
{
	return fn->bme && !fn->power;
}

/* The vectors granted are a power of two; those beyond fold onto them (7.7.1.2). */
bool cw_cfgspace_msi(struct cw_cfgspace *c, unsigned vector, uint64_t *addr, uint16_t *data)
{
	struct cw_fn fn;
	unsigned n;

	cw_cfgspace_get_fn(c, &fn);
	if (!fn.msi_en)
		return false;
	n = 1u << (fn.msi_log2 > 5 ? 5 : fn.msi_log2);
	vector &= n - 1;
	if (!may_send(&fn) || c->dw[CW_CFG_MSI / 4 + 4] & 1u << vector) {
		c->dw[CW_CFG_MSI / 4 + 5] |= 1u << vector;
		return false;
	}
	*addr = (uint64_t)c->dw[CW_CFG_MSI / 4 + 2] << 32 | c->dw[CW_CFG_MSI / 4 + 1];
	*data = (uint16_t)((c->dw[CW_CFG_MSI / 4 + 3] & ~(n - 1)) | vector);
	return true;
}

int cw_cfgspace_msi_pending(struct cw_cfgspace *c)
{
	uint32_t go = c->dw[CW_CFG_MSI / 4 + 5] & ~c->dw[CW_CFG_MSI / 4 + 4];
	struct cw_fn fn;
	int v;

	cw_cfgspace_get_fn(c, &fn);
	if (!go || !may_send(&fn))
		return -1;
	v = __builtin_ctz(go);
	c->dw[CW_CFG_MSI / 4 + 5] &= ~(1u << v);
	return v;
}
