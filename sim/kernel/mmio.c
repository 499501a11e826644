// SPDX-License-Identifier: BSD-2-Clause
/* Mapped BARs and the accesses to them. The pointer a driver gets is a cookie: mapping number and offset. */
#include "internal.h"

#define MAP_SHIFT 40

static struct iomap *iomap_of(struct shim *s, u64 cookie, u64 *off)
{
	u64 i = (cookie - IOMAP_BASE) >> MAP_SHIFT;

	*off = cookie & ((1ull << MAP_SHIFT) - 1);
	return cookie >= IOMAP_BASE && i < s->iomap_n && s->iomap_n - i <= IOMAP_MAX ? &s->iomap[i % IOMAP_MAX] : NULL;
}

/* The bus address of an access, 0 and a failed check when it must not be. */
static u64 access_addr(const volatile void *addr, unsigned int len, const char *verb, const struct kshim_site *site)
{
	struct shim *s = kshim;
	u64 off, cookie = (u64)(unsigned long)addr;
	struct iomap *m = iomap_of(s, cookie, &off);

	if (!s->cur) {
		kshim_fail("mmio", site, "register %s outside the machine", verb);
		return 0;
	}
	if (!m || !m->live) {
		kshim_fail("mmio", site, "register %s through %s", verb,
			   m ? "a mapping that was unmapped" : "what is no mapping of a BAR");
		return 0;
	}
	if (off + len > m->len || off % len) {
		kshim_fail("mmio", site, "register %s of %u bytes at %#llx of BAR %d: %s", verb, len, m->off + off, m->bar,
			   off % len ? "not aligned" : "outside the mapping");
		return 0;
	}
	if (s->dozing) {
		kshim_fail("pm", site, "register %s while the device sleeps", verb);
		return 0;
	}
	if (s->cut) {
		kshim_fail("pci", site, "register %s between error_detected(frozen) and the reset", verb);
		return 0;
	}
	return s->pdev.resource[m->bar].start + m->off + off;
}

static u64 dummy_access(struct shim *s, u64 at, void *data, unsigned int len, bool write)
{
	u64 off = at - s->pdev.resource[0].start, v = 0;

	if (s->gone)
		return U64_MAX;
	if (write) {
		memcpy(s->dummy_bar + off, data, len);
		memcpy(&v, data, len);
		if (s->p.dummy_write)
			s->p.dummy_write(s->p.ctx, off, v);
		return 0;
	}
	memcpy(&v, s->dummy_bar + off, len);
	return v;
}

u64 kshim_mmio_read(const volatile void *addr, unsigned int len, const struct kshim_site *site)
{
	struct shim *s = kshim;
	u64 at = access_addr(addr, len, "read", site), mask = len == 8 ? U64_MAX : (1ull << (8 * len)) - 1, v;

	if (!at)
		return mask;
	s->stats.mmio_reads++;
	kshim_point(COST_MMIO);
	kshim_settle();
	if (s->host) {
		v = kshim_mem_read(at, len, site);
	} else {
		kshim_point(10 * COST_MMIO);
		v = dummy_access(s, at, NULL, len, false);
	}
	kshim_rmb(); /* loads come after it */
	return v & mask;
}

void kshim_mmio_write(volatile void *addr, u64 v, unsigned int len, bool relaxed, const struct kshim_site *site)
{
	struct shim *s = kshim;
	u64 at = access_addr(addr, len, "write", site);

	if (!at)
		return;
	if (!relaxed)
		kshim_wmb();
	s->stats.mmio_writes++;
	kshim_point(COST_MMIO);
	kshim_settle(); /* the write leaves at the time at which the CPU got here */
	if (s->host)
		kshim_mem_write(at, &v, len);
	else
		dummy_access(s, at, &v, len, true);
}

void kshim_mmio_copy(volatile void *addr, const void *p, size_t n, bool write, const struct kshim_site *site)
{
	size_t done, part;

	for (done = 0; done < n; done += part) {
		unsigned long a = (unsigned long)addr + done;
		u64 v = 0;

		for (part = 8; part > n - done || a % part; part /= 2)
			;
		if (write) {
			memcpy(&v, (const char *)p + done, part);
			kshim_mmio_write((volatile void *)a, v, (unsigned int)part, true, site);
		} else {
			v = kshim_mmio_read((volatile void *)a, (unsigned int)part, site);
			memcpy((char *)p + done, &v, part);
		}
	}
}

struct bar_access {
	u64 at;
	void *data;
	unsigned int len;
	bool write;
};

static long bar_access(void *arg)
{
	struct bar_access *a = arg;
	u64 v;

	kshim_point(COST_MMIO);
	kshim_settle();
	if (a->write) {
		kshim_mem_write(a->at, a->data, a->len);
		return 0;
	}
	v = kshim_mem_read(a->at, a->len, NULL);
	memcpy(a->data, &v, a->len);
	return 0;
}

int shim_bar_access(struct shim *s, unsigned bar, uint64_t offset, void *data, unsigned len, bool write)
{
	u64 size = bar < PCI_STD_NUM_BARS && s->host ? s->hdev.bar[bar].size : 0;
	struct bar_access a = { .data = data, .len = len, .write = write };

	if ((len != 1 && len != 2 && len != 4 && len != 8) || offset % len || offset >= size || size - offset < len)
		return -EINVAL;
	a.at = s->hdev.bar[bar].base + offset;
	return (int)shim_call(s, bar_access, &a);
}

/* ---- mapping ---- */

static void iomap_end(struct iomap *m)
{
	m->live = false;
	kshim_res_del(RES_IOMAP, m);
}

static void devm_iomap(void *data)
{
	struct iomap *m = data;

	if (m->live)
		iomap_end(m);
}

void *kshim_iomap(struct pci_dev *p, int bar, unsigned long off, unsigned long max, bool managed,
		  const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct iomap *m;
	u64 len;

	kshim_might_sleep("pci_iomap", site);
	if (bar < 0 || bar >= PCI_STD_NUM_BARS || !pci_resource_len(p, bar) || off >= pci_resource_len(p, bar))
		return NULL;
	if (!p->is_enabled)
		kshim_fail("pci", site, "pci_iomap() of a device that is not enabled");
	if (kshim_should_fail("pci_iomap"))
		return NULL;
	len = pci_resource_len(p, bar) - off;
	if (max)
		len = min_t(u64, len, max);
	/* Numbers are used once, until they run out: use after unmapping is seen. */
	m = &s->iomap[s->iomap_n % IOMAP_MAX];
	if (m->live)
		return NULL;
	*m = (struct iomap){ .live = true, .managed = managed, .bar = bar, .off = off, .len = len, .site = site };
	kshim_res_add(RES_IOMAP, m, len, true, site);
	if (managed)
		kshim_devres_add(&p->dev, devm_iomap, m);
	return (void *)(unsigned long)(IOMAP_BASE + ((u64)s->iomap_n++ << MAP_SHIFT));
}

void iounmap(volatile void *addr)
{
	u64 off;
	struct iomap *m = iomap_of(kshim, (u64)(unsigned long)addr, &off);

	if (!m || !m->live || off)
		kshim_fail("mmio", NULL, "iounmap() of what is not mapped");
	else
		iomap_end(m);
}

void pci_iounmap(struct pci_dev *p, void *addr)
{
	(void)p;
	iounmap(addr);
}

void *kshim_ioremap(resource_size_t a, size_t n, const struct kshim_site *site)
{
	struct pci_dev *p = &kshim->pdev;
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (pci_resource_len(p, i) && a >= p->resource[i].start && a + n - 1 <= p->resource[i].end)
			return kshim_iomap(p, i, (unsigned long)(a - p->resource[i].start), n, false, site);
	return NULL;
}

/* ---- regions ---- */

int pci_request_region(struct pci_dev *p, int bar, const char *name)
{
	struct shim *s = kshim;

	(void)name;
	if (!pci_resource_len(p, bar))
		return 0;
	if (s->regions[bar] || kshim_should_fail("pci_request_region"))
		return -EBUSY;
	s->regions[bar] = true;
	kshim_res_add(RES_REGION, &s->regions[bar], pci_resource_len(p, bar), true, NULL);
	return 0;
}

void pci_release_region(struct pci_dev *p, int bar)
{
	struct shim *s = kshim;

	if (!pci_resource_len(p, bar))
		return;
	if (!s->regions[bar]) {
		kshim_fail("pci", NULL, "BAR %d is released, which was not requested", bar);
		return;
	}
	s->regions[bar] = false;
	kshim_res_del(RES_REGION, &s->regions[bar]);
}

int pci_request_selected_regions(struct pci_dev *p, int bars, const char *name)
{
	int i, ret;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!(bars & (1 << i)))
			continue;
		ret = pci_request_region(p, i, name);
		if (ret) {
			pci_release_selected_regions(p, bars & ((1 << i) - 1));
			return ret;
		}
	}
	return 0;
}

void pci_release_selected_regions(struct pci_dev *p, int bars)
{
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (bars & (1 << i))
			pci_release_region(p, i);
}

int pci_select_bars(struct pci_dev *p, unsigned long flags)
{
	int i, bars = 0;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (pci_resource_flags(p, i) & flags)
			bars |= 1 << i;
	return bars;
}

/* As the kernel: a device that was enabled with pcim_enable_device() gives its regions back by itself. */
static void devm_regions(void *data)
{
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (kshim->regions[i])
			pci_release_region(data, i);
}

int pci_request_regions(struct pci_dev *p, const char *name)
{
	int ret = pci_request_selected_regions(p, (1 << PCI_STD_NUM_BARS) - 1, name);

	if (!ret && kshim->managed_enable)
		kshim_devres_add(&p->dev, devm_regions, p);
	return ret;
}

void pci_release_regions(struct pci_dev *p)
{
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (kshim->regions[i] || !kshim->managed_enable)
			pci_release_region(p, i);
}

int pci_request_mem_regions(struct pci_dev *p, const char *name)
{
	return pci_request_selected_regions(p, pci_select_bars(p, IORESOURCE_MEM), name);
}

void pci_release_mem_regions(struct pci_dev *p)
{
	pci_release_selected_regions(p, pci_select_bars(p, IORESOURCE_MEM));
}

void *pcim_iomap_region(struct pci_dev *p, int bar, const char *name)
{
	int ret = pci_request_region(p, bar, name);
	void *addr;

	if (ret)
		return ERR_PTR(ret);
	kshim_devres_add(&p->dev, devm_regions, p);
	addr = kshim_iomap(p, bar, 0, 0, true, NULL);
	if (!addr) {
		pci_release_region(p, bar);
		return ERR_PTR(-ENOMEM);
	}
	kshim->iomap_table[bar] = addr;
	return addr;
}

int pcim_iomap_regions(struct pci_dev *p, int mask, const char *name)
{
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		void *addr;

		if (!(mask & (1 << i)))
			continue;
		if (!pci_resource_len(p, i))
			return -EINVAL;
		addr = pcim_iomap_region(p, i, name);
		if (IS_ERR(addr))
			return (int)PTR_ERR(addr);
	}
	return 0;
}

void *const *pcim_iomap_table(struct pci_dev *p)
{
	(void)p;
	return kshim->iomap_table;
}
