// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "cfg.h"
#include "sim/link/pcibits.h"

/* In the DW that a capability begins with: Message Control is its upper half. */
#define MSI_64BIT ((uint32_t)PCI_MSI_FLAGS_64BIT << 16)

static uint32_t reg_at(const uint32_t *space, unsigned byte)
{
	return space[byte / 4 & 0x3ff];
}

static struct cw_cfg_state derive(const struct cw_cfg_watch *w, const uint32_t *space)
{
	uint32_t command = reg_at(space, PCI_COMMAND), ctl = w->pcie ? reg_at(space, w->pcie + PCI_EXP_DEVCTL) : 0;
	uint32_t ctl2 = w->pcie ? reg_at(space, w->pcie + PCI_EXP_DEVCTL2) : 0;
	struct cw_cfg_state s = { .bus_master = command & PCI_COMMAND_MASTER };

	s.awake = !w->pm || (reg_at(space, w->pm + PCI_PM_CTRL) & PCI_PM_CTRL_STATE_MASK) == 0;
	s.ext_tag = ctl & PCI_EXP_DEVCTL_EXT_TAG;
	s.tag10 = ctl2 & PCI_EXP_DEVCTL2_10BIT_TAG_REQ_EN;
	s.ro = ctl & PCI_EXP_DEVCTL_RELAX_EN;
	s.ns = ctl & PCI_EXP_DEVCTL_NOSNOOP_EN;
	s.ido = ctl2 & PCI_EXP_DEVCTL2_IDO_REQ_EN;
	/* Enable bits of the message control registers: sections 7.7.1.2 and 7.7.2.2 */
	s.msi = (w->msi && reg_at(space, w->msi) >> 16 & 1) || (w->msix && reg_at(space, w->msix) >> 31);
	s.intx = !s.msi && !(command & PCI_COMMAND_INTX_DISABLE);
	s.mps = ctl >> 5 & 7;
	s.mrrs = ctl >> 12 & 7;
	return s;
}

static void loosen(struct cw_cfg_state *a, const struct cw_cfg_state *b)
{
	a->bus_master |= b->bus_master;
	a->awake |= b->awake;
	a->ext_tag |= b->ext_tag;
	a->tag10 |= b->tag10;
	a->ro |= b->ro;
	a->ns |= b->ns;
	a->ido |= b->ido;
	a->msi |= b->msi;
	a->intx |= b->intx;
	a->mps = a->mps > b->mps ? a->mps : b->mps;
	a->mrrs = a->mrrs > b->mrrs ? a->mrrs : b->mrrs;
}

/* The function changes the low bits of the data only, as many as it was given (section 7.7.1.2). */
bool cw_cfg_msi_is(const struct cw_cfg_watch *w, uint64_t addr, uint32_t data)
{
	uint32_t control = reg_at(w->space, w->msi), log2 = control >> 20 & 7;
	uint64_t want = reg_at(w->space, w->msi + PCI_MSI_ADDRESS_LO);
	uint32_t first;

	if (w->in_flight || !w->msi || !(control >> 16 & 1) || (w->msix && reg_at(w->space, w->msix) >> 31))
		return true;
	if (w->msi_64)
		want |= (uint64_t)reg_at(w->space, w->msi + PCI_MSI_ADDRESS_LO + 4) << 32;
	first = reg_at(w->space, w->msi + (w->msi_64 ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32)) & 0xffff;
	return addr == want && (data ^ first) >> (log2 < 5 ? log2 : 5) == 0;
}

static void begin_change(struct cw_cfg_watch *w, uint64_t now)
{
	if (!w->in_flight && now >= w->loose_until)
		w->loose = w->now;
}

static void change(struct cw_cfg_watch *w, uint64_t now)
{
	w->now = derive(w, w->space);
	loosen(&w->loose, &w->now);
	if (!w->in_flight)
		w->loose_until = now + w->settle_ps;
}

static uint32_t merge(uint32_t old, uint32_t value, uint8_t be)
{
	uint32_t mask = 0;
	int i;

	for (i = 0; i < 4; i++)
		if (be >> i & 1)
			mask |= 0xffu << 8 * i;
	return (old & ~mask) | (value & mask);
}

/* Values after a reset of the function: sections 7.5.1.1.3, 7.5.3.4, 7.5.3.16. FLR keeps
 * Max_Payload_Size (section 6.6.2). Extended tags may be on by default until they are read. */
static void defaults(struct cw_cfg_watch *w, uint32_t keep_ctl)
{
	w->space[PCI_COMMAND / 4] &= ~0xffffu;
	if (w->pm)
		w->space[(w->pm + PCI_PM_CTRL) / 4] &= ~(uint32_t)PCI_PM_CTRL_STATE_MASK;
	if (w->pcie) {
		uint32_t *ctl = &w->space[(w->pcie + PCI_EXP_DEVCTL) / 4];

		*ctl = (*ctl & keep_ctl) | PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_EXT_TAG | 2u << 12;
		w->space[(w->pcie + PCI_EXP_DEVCTL2) / 4] = 0;
	}
	if (w->msi)
		w->space[w->msi / 4] &= ~(1u << 16);
	if (w->msix)
		w->space[w->msix / 4] &= ~(3u << 30);
}

void cw_cfg_init(struct cw_cfg_watch *w, uint64_t settle_ps)
{
	w->settle_ps = settle_ps;
	cw_cfg_reset(w);
}

void cw_cfg_reset(struct cw_cfg_watch *w)
{
	uint64_t settle = w->settle_ps;

	memset(w, 0, sizeof(*w));
	w->settle_ps = settle;
	w->now = derive(w, w->space);
	w->loose = w->now;
}

void cw_cfg_write_sent(struct cw_cfg_watch *w, uint64_t now, uint16_t target, uint16_t reg, uint32_t value,
		       uint8_t be)
{
	unsigned n = reg / 4 & 0x3ff;
	uint32_t old = w->space[n];
	struct cw_cfg_state next;

	w->captured = target;
	w->space[n] = merge(old, value, be);
	next = derive(w, w->space);
	w->space[n] = old;
	begin_change(w, now);
	loosen(&w->loose, &next);
	w->in_flight++;
}

void cw_cfg_write_done(struct cw_cfg_watch *w, uint64_t now, uint16_t reg, uint32_t value, uint8_t be, bool ok)
{
	unsigned n = reg / 4 & 0x3ff;
	uint32_t old = w->space[n], set;

	if (w->in_flight)
		w->in_flight--;
	if (ok) {
		w->space[n] = set = merge(old, value, be);
		if (w->pcie && n == (w->pcie + PCI_EXP_DEVCTL) / 4u && be & 2 && value & PCI_EXP_DEVCTL_BCR_FLR) {
			defaults(w, 7u << 5);
			w->flr = true;
		} else if (w->pm && n == (w->pm + PCI_PM_CTRL) / 4u && (old & PCI_PM_CTRL_STATE_MASK) == 3 &&
			   !(set & PCI_PM_CTRL_STATE_MASK) && !(old & PCI_PM_CTRL_NO_SOFT_RESET)) {
			/* D3hot to D0 without No_Soft_Reset: section 5.3.1.4.1 */
			defaults(w, 7u << 5);
		}
	}
	change(w, now);
	if (w->now.bus_master)
		w->flr = false;
}

static void found_msi(struct cw_cfg_watch *w, unsigned at, uint32_t head)
{
	if (!w->msi) /* later the word may be what was written, read-only bits and all */
		w->msi_64 = head & MSI_64BIT;
	w->msi = (uint16_t)at;
}

/* Walks as much of the capability list as has been read. */
static void find_capabilities(struct cw_cfg_watch *w)
{
	unsigned at = w->space[PCI_CAPABILITY_LIST / 4] & 0xfc, steps;

	if (!(w->known[0] >> (PCI_CAPABILITY_LIST / 4) & 1))
		return;
	for (steps = 0; at >= 0x40 && steps < 48; steps++) {
		uint32_t head = w->space[at / 4];

		if (!(w->known[at / 128] >> (at / 4 % 32) & 1))
			return;
		if ((head & 0xff) == PCI_CAP_ID_PM)
			w->pm = at;
		else if ((head & 0xff) == PCI_CAP_ID_MSI)
			found_msi(w, at, head);
		else if ((head & 0xff) == PCI_CAP_ID_MSIX)
			w->msix = at;
		else if ((head & 0xff) == PCI_CAP_ID_EXP)
			w->pcie = at;
		at = head >> 8 & 0xfc;
	}
}

void cw_cfg_read_done(struct cw_cfg_watch *w, uint64_t now, uint16_t reg, uint32_t value)
{
	unsigned n = reg / 4 & 0x3ff;

	if (w->space[n] == value && w->known[n / 32] >> n % 32 & 1)
		return;
	begin_change(w, now);
	w->space[n] = value;
	w->known[n / 32] |= 1u << n % 32;
	find_capabilities(w);
	change(w, now);
	if (w->now.bus_master)
		w->flr = false;
}
