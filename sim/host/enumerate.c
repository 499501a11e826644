// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a host's firmware and kernel do before a driver is probed: the link
 * comes up, the function is found, its BARs are sized and placed, and Device
 * Control is set. Everything the card answers is bounded: lists end, sizes are
 * powers of two.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"
#include "sim/link/pcibits.h"

#define LINK_UP_PS 1000000000000ull /* 1 s until the card's credits: section 6.6.1 lets software wait so long */
#define RESET_PS 100000000ull       /* 100 us: T_PERST, the longest hold that a reset here needs */
#define CRS_TRIES 1000              /* of 1 ms: section 2.3.1 */
#define CRS_WAIT_PS 1000000000ull

/* Windows for BARs: 32-bit below the MSI window, and 64-bit prefetchable */
#define WIN32_BASE 0xc0000000ull
#define WIN32_END 0xfe000000ull
#define WIN64_BASE 0x4000000000ull
#define WIN64_END 0x8000000000ull

/* Configuration space: sections 7.5, 7.7.1, 7.7.2, 7.8.4, 7.9.3 */
#define DEVCTL_ERRORS (PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE)
#define STATUS_CAP_LIST ((uint32_t)PCI_STATUS_CAP_LIST << 16) /* in the DW of Command */

/* What became of a request. One that the death of the card ended has UR as well. */
static int outcome(const struct cw_host *h, const struct cw_host_req *req)
{
	if (req->status == CW_CPL_SC)
		return 0;
	return h->lost ? -ENOTCONN : -EIO;
}

int cw_host_cfg_read32(struct cw_host *h, uint16_t reg, uint32_t *value)
{
	struct cw_host_req req = { .space = CW_SPACE_CFG, .addr = reg, .len = 4 };
	int r = cw_host_read(h, &req);

	*value = UINT32_MAX;
	if (!r)
		r = cw_host_wait(h, &req);
	if (r)
		return r;
	*value = req.data[0] | (uint32_t)req.data[1] << 8 | (uint32_t)req.data[2] << 16 | (uint32_t)req.data[3] << 24;
	if (req.status == CW_CPL_CRS)
		return -EAGAIN;
	return outcome(h, &req);
}

static int cfg_write(struct cw_host *h, uint16_t reg, uint32_t value, uint32_t len)
{
	struct cw_host_req req = { .space = CW_SPACE_CFG, .addr = reg, .len = len };
	unsigned i;
	int r;

	for (i = 0; i < 4; i++)
		req.data[i] = (uint8_t)(value >> 8 * i);
	r = cw_host_cfg_write(h, &req);
	if (!r)
		r = cw_host_wait(h, &req);
	return r ? r : outcome(h, &req);
}

int cw_host_cfg_write32(struct cw_host *h, uint16_t reg, uint32_t value)
{
	return cfg_write(h, reg, value, 4);
}

static bool link_ready(void *arg)
{
	return cw_host_link_is_up(arg);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static int pause_for(struct cw_host *h, uint64_t ps)
{
	int r = host_until(h, never, NULL, ps);

	return r == -ETIMEDOUT ? 0 : r;
}

static int link_up(struct cw_host *h)
{
	int r = cw_host_link_set(h, CW_LINK_UP);

	return r ? r : host_until(h, link_ready, h, LINK_UP_PS);
}

int cw_host_reset(struct cw_host *h, enum cw_link_state how)
{
	int r;

	if (how == CW_LINK_UP)
		return -EINVAL;
	r = cw_host_link_set(h, how);
	if (!r)
		r = pause_for(h, RESET_PS);
	return r ? r : link_up(h);
}

static int find_device(struct cw_host *h, struct cw_host_dev *dev)
{
	uint32_t v;
	int r, i;

	for (i = 0; i < CRS_TRIES; i++) {
		r = cw_host_cfg_read32(h, PCI_VENDOR_ID, &v);
		if (r != -EAGAIN)
			break;
		r = pause_for(h, CRS_WAIT_PS);
		if (r)
			return r;
	}
	if (r)
		return r == -EAGAIN ? -ETIMEDOUT : r;
	if ((v & 0xffff) == 0xffff)
		return -ENODEV;
	dev->vendor = v & 0xffff;
	dev->device = v >> 16;
	dev->bdf = CW_CARD_BDF;
	r = cw_host_cfg_read32(h, PCI_CACHE_LINE_SIZE, &v); /* and the header type, in its DW */
	if (r)
		return r;
	if ((v >> 16 & 0x7f) != 0)
		return -ENODEV; /* no type 0 header */
	r = cw_host_cfg_read32(h, PCI_CLASS_REVISION, &dev->class_rev);
	if (r)
		return r;
	r = cw_host_cfg_read32(h, PCI_SUBSYSTEM_VENDOR_ID, &v);
	dev->subvendor = v & 0xffff;
	dev->subdevice = v >> 16;
	return r;
}

static int found_msix(struct cw_host *h, struct cw_host_dev *dev, uint16_t at, uint32_t head)
{
	uint32_t table, pba;
	int r = cw_host_cfg_read32(h, at + 4, &table);

	if (!r)
		r = cw_host_cfg_read32(h, at + 8, &pba);
	if (r)
		return r;
	dev->cap_msix = at;
	dev->msix_n = (head >> 16 & 0x7ff) + 1;
	dev->msix_table_bar = table & 7;
	dev->msix_table_offset = table & ~7u;
	dev->msix_pba_bar = pba & 7;
	dev->msix_pba_offset = pba & ~7u;
	return 0;
}

/* Both lists are bounded by what fits the space, so that a loop in them ends. */
static int capabilities(struct cw_host *h, struct cw_host_dev *dev)
{
	uint32_t v, steps;
	uint16_t at;
	int r = cw_host_cfg_read32(h, PCI_COMMAND, &v);

	if (r || !(v & STATUS_CAP_LIST))
		return r;
	r = cw_host_cfg_read32(h, PCI_CAPABILITY_LIST, &v);
	for (at = v & 0xfc, steps = 0; !r && at >= 0x40 && steps < 48; at = v >> 8 & 0xfc, steps++) {
		r = cw_host_cfg_read32(h, at, &v);
		if (r)
			return r;
		if ((v & 0xff) == PCI_CAP_ID_PM) {
			uint32_t pmcsr; /* the checker learns No_Soft_Reset from it */

			dev->cap_pm = at;
			r = cw_host_cfg_read32(h, at + 4, &pmcsr);
		} else if ((v & 0xff) == PCI_CAP_ID_MSI) {
			dev->cap_msi = at;
		} else if ((v & 0xff) == PCI_CAP_ID_EXP) {
			dev->cap_pcie = at;
		} else if ((v & 0xff) == PCI_CAP_ID_MSIX) {
			r = found_msix(h, dev, at, v);
		}
	}
	return r;
}

static int extended_capabilities(struct cw_host *h, struct cw_host_dev *dev)
{
	uint32_t v = 0, low, high, steps;
	uint16_t at;
	int r = 0;

	for (at = 0x100, steps = 0; !r && at >= 0x100 && steps < 960; at = v >> 20 & 0xffc, steps++) {
		r = cw_host_cfg_read32(h, at, &v);
		if (r || !v || v == UINT32_MAX)
			return r;
		if ((v & 0xffff) == PCI_EXT_CAP_ID_ERR)
			dev->ext_aer = at;
		if ((v & 0xffff) != PCI_EXT_CAP_ID_DSN)
			continue;
		dev->ext_dsn = at;
		r = cw_host_cfg_read32(h, at + 4, &low);
		if (!r)
			r = cw_host_cfg_read32(h, at + 8, &high);
		if (!r)
			dev->serial = (uint64_t)high << 32 | low;
	}
	return r;
}

/* One BAR: all ones written, what stays zero is the size (section 7.5.1.2.1). */
static int size_word(struct cw_host *h, uint16_t reg, uint32_t *old, uint32_t *mask)
{
	int r = cw_host_cfg_read32(h, reg, old);

	if (!r)
		r = cw_host_cfg_write32(h, reg, UINT32_MAX);
	if (!r)
		r = cw_host_cfg_read32(h, reg, mask);
	return r;
}

static int size_bar(struct cw_host *h, struct cw_host_bar *bar, unsigned n)
{
	uint32_t old, low, high = UINT32_MAX, junk;
	uint64_t mask;
	int r = size_word(h, (uint16_t)(PCI_BASE_ADDRESS_0 + 4 * n), &old, &low);

	if (r || low & PCI_BASE_ADDRESS_SPACE_IO)
		return r; /* I/O space is left alone */
	bar->is_64 = low & PCI_BASE_ADDRESS_MEM_TYPE_64;
	bar->prefetch = low & PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (bar->is_64 && n == 5)
		return -EINVAL;
	if (bar->is_64)
		r = size_word(h, (uint16_t)(PCI_BASE_ADDRESS_0 + 4 * n + 4), &junk, &high);
	mask = (uint64_t)high << 32 | (low & ~0xfu);
	if (r || !(low & ~0xfu || (bar->is_64 && high)))
		return r;
	bar->size = mask & -mask;
	if (mask != -bar->size && (bar->is_64 || (uint32_t)mask != (uint32_t)-bar->size))
		return -EINVAL; /* address bits with a hole */
	return 0;
}

static int place_bar(struct cw_host *h, struct cw_host_bar *bar, unsigned n, uint64_t *next, uint64_t end)
{
	uint64_t base = (*next + bar->size - 1) & -bar->size;
	int r;

	if (base < *next || base + bar->size > end || base + bar->size < base)
		return -ENOSPC;
	bar->base = base;
	*next = base + bar->size;
	r = cw_host_cfg_write32(h, (uint16_t)(PCI_BASE_ADDRESS_0 + 4 * n), (uint32_t)base);
	if (!r && bar->is_64)
		r = cw_host_cfg_write32(h, (uint16_t)(PCI_BASE_ADDRESS_0 + 4 * n + 4), (uint32_t)(base >> 32));
	return r;
}

/* Only prefetchable 64-bit BARs can be above 4 GiB: a bridge has no other 64-bit window (section 7.5.1.3.9). */
static int place_bars(struct cw_host *h, struct cw_host_dev *dev)
{
	uint64_t next32 = WIN32_BASE, next64 = WIN64_BASE, largest;
	bool placed[6] = { false };
	unsigned n, pick;
	int r;

	for (;;) {
		/* Largest first, so that alignment wastes nothing. */
		for (n = 0, pick = 6, largest = 0; n < 6; n++) {
			if (!placed[n] && dev->bar[n].size > largest) {
				largest = dev->bar[n].size;
				pick = n;
			}
		}
		if (pick == 6)
			return 0;
		placed[pick] = true;
		if (dev->bar[pick].is_64 && dev->bar[pick].prefetch)
			r = place_bar(h, &dev->bar[pick], pick, &next64, WIN64_END);
		else
			r = place_bar(h, &dev->bar[pick], pick, &next32, WIN32_END);
		if (r)
			return r;
	}
}

static int bars(struct cw_host *h, struct cw_host_dev *dev)
{
	unsigned n;
	int r = cfg_write(h, PCI_COMMAND, 0, 2);

	for (n = 0; !r && n < 6; n += dev->bar[n].is_64 ? 2 : 1)
		r = size_bar(h, &dev->bar[n], n);
	return r ? r : place_bars(h, dev);
}

static int device_control(struct cw_host *h, const struct cw_host_dev *dev)
{
	uint16_t at = dev->cap_pcie;
	uint32_t cap, cap2, link, ctl;
	int r = cw_host_cfg_read32(h, at + PCI_EXP_DEVCAP, &cap);

	if (!r)
		r = cw_host_cfg_read32(h, at + PCI_EXP_DEVCAP2, &cap2);
	if (!r)
		r = cw_host_cfg_read32(h, at + PCI_EXP_LNKCTL, &link);
	if (r)
		return r;
	if (h->p.mps > (cap & 7))
		h->p.mps = cap & 7;
	ctl = DEVCTL_ERRORS | (uint32_t)h->p.mps << 5 | (uint32_t)h->p.mrrs << 12;
	ctl |= h->p.relaxed_ordering ? PCI_EXP_DEVCTL_RELAX_EN : 0;
	ctl |= h->p.no_snoop ? PCI_EXP_DEVCTL_NOSNOOP_EN : 0;
	ctl |= h->p.ext_tag && cap & PCI_EXP_DEVCAP_EXT_TAG ? PCI_EXP_DEVCTL_EXT_TAG : 0;
	r = cfg_write(h, at + PCI_EXP_DEVCTL, ctl, 2);
	if (!r && cap2 & PCI_EXP_DEVCAP2_10BIT_TAG_REQ)
		r = cfg_write(h, at + PCI_EXP_DEVCTL2, h->p.tag10 ? PCI_EXP_DEVCTL2_10BIT_TAG_REQ_EN : 0, 2);
	if (!r)
		r = cfg_write(h, at + PCI_EXP_LNKCTL, (link & ~(uint32_t)PCI_EXP_LNKCTL_RCB) | (h->p.rcb128 ? PCI_EXP_LNKCTL_RCB : 0), 2);
	/* What was written is not what holds: the card may have no such bit. */
	if (!r)
		r = cw_host_cfg_read32(h, at + PCI_EXP_DEVCTL, &ctl);
	return r ? r : cw_host_cfg_read32(h, at + PCI_EXP_DEVCTL2, &ctl);
}

/* Errors from before are cleared by writing ones to them (sections 7.8.4.2, 7.8.4.5). */
static int clear_aer(struct cw_host *h, const struct cw_host_dev *dev)
{
	int r = cw_host_cfg_write32(h, dev->ext_aer + PCI_ERR_UNCOR_STATUS, UINT32_MAX);

	return r ? r : cw_host_cfg_write32(h, dev->ext_aer + PCI_ERR_COR_STATUS, UINT32_MAX);
}

int cw_host_probe(struct cw_host *h, struct cw_host_dev *dev)
{
	int r = cw_host_link_is_up(h) ? 0 : link_up(h);

	memset(dev, 0, sizeof(*dev));
	if (!r)
		r = find_device(h, dev);
	if (!r)
		r = capabilities(h, dev);
	return r ? r : extended_capabilities(h, dev);
}

int cw_host_enumerate(struct cw_host *h, struct cw_host_dev *dev)
{
	int r = cw_host_probe(h, dev);

	if (!r)
		r = bars(h, dev);
	if (!r && dev->cap_pcie)
		r = device_control(h, dev);
	if (!r && dev->ext_aer)
		r = clear_aer(h, dev);
	return r ? r : cfg_write(h, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
}
