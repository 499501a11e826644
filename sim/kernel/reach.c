// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a device reaches: its mask against where memory lies, and who helps.
 *
 * Memory without an IOMMU, from below: ZONE_DMA to 16 MiB, for coherent memory of devices with less than 32 bits; the
 * bounce pool, if the machine has one; more for coherent memory below 4 GiB; everything else
 * from 1 GiB to the machine's end (kshim_pfn_alloc()), which is where what is mapped lies.
 *
 * A mapping above the mask fails with a warning, as the kernel's does; with a pool it is moved there, one
 * segment of at most 256 KiB at a time, in slots of 2 KiB, the offset in the page not kept.
 */
#include "internal.h"

#define SLOT_BYTES 2048u
#define SLOT_RUN 128u              /* slots that one mapping can have, and does not cross */
#define POOL_AT (512ull << 20)
#define POOL_MAX (64u << 20)
#define ZONE_DMA_FROM (1ull << 20)
#define ZONE_DMA_TO (16ull << 20)
#define ZONE_DMA32_FROM (POOL_AT + POOL_MAX)
#define ZONE_DMA32_TO (1ull << 30)
#define MEM_GIB 65u                /* a machine's end, unless told otherwise */

static bool has_pool(struct shim *s)
{
	return !s->p.iommu && (s->p.dma == SHIM_DMA_BOUNCE || s->p.dma == SHIM_DMA_FORCE);
}

static u64 memory_end(struct shim *s)
{
	return (u64)(s->p.mem_top ? s->p.mem_top : MEM_GIB) << 30;
}

/* 2 MiB runs of pages from 1 GiB on. */
u32 reach_runs(struct shim *s)
{
	return (u32)((memory_end(s) - SZ_1G) / SZ_2M);
}

/* ---- the pool ---- */

void reach_init(struct shim *s)
{
	struct kshim_pool *pool = &s->dma.pool;

	s->dma.zone_dma = (struct iova_region){ ZONE_DMA_FROM, ZONE_DMA_TO, ZONE_DMA_FROM };
	s->dma.zone_dma32 = (struct iova_region){ ZONE_DMA32_FROM, ZONE_DMA32_TO, ZONE_DMA32_FROM };
	if (!has_pool(s))
		return;
	pool->slot_n = min(s->p.bounce_bytes ? s->p.bounce_bytes : POOL_MAX, POOL_MAX) / SLOT_BYTES;
	pool->taken = calloc(pool->slot_n, 1);
	if (!pool->taken)
		abort();
}

void reach_exit(struct shim *s)
{
	free(s->dma.pool.taken);
}

static bool slots_free(const struct kshim_pool *pool, u32 first, u32 n)
{
	return first + n <= pool->slot_n && !memchr(pool->taken + first, 1, n);
}

/* From where the last one ended, so that what was given back is used again late. */
static bool slots_take(struct kshim_pool *pool, u32 n, u32 *first)
{
	u32 i, at = pool->next, step = n > 1 ? 2 : 1;

	for (i = 0; i < pool->slot_n; i++, at++) {
		if (at >= pool->slot_n)
			at = 0;
		if (at % step || at % SLOT_RUN + n > SLOT_RUN || !slots_free(pool, at, n))
			continue;
		memset(pool->taken + at, 1, n);
		pool->next = at + n;
		*first = at;
		return true;
	}
	return false;
}

static bool bounce(struct shim *s, struct device *dev, struct map_range *r, unsigned long attrs,
		   const struct kshim_site *site)
{
	u32 first = 0, n = (u32)min_t(u64, DIV_ROUND_UP(r->len, SLOT_BYTES), SLOT_RUN + 1);
	char text[80];

	if (n > SLOT_RUN || !slots_take(&s->dma.pool, n, &first)) {
		scnprintf(text, sizeof(text), "swiotlb buffer is full (sz: %llu bytes)", r->len);
		if (!(attrs & DMA_ATTR_NO_WARN))
			kshim_log_text(s, 4, text);
		return false;
	}
	r->iova = POOL_AT + (u64)first * SLOT_BYTES;
	r->slot = first;
	r->slots = n;
	if (r->iova + r->len - 1 > dma_get_mask(dev)) {
		kshim_fail("dma-mask", site, "swiotlb addr %#llx+%llu overflow (mask %#llx)", r->iova, r->len,
			   dma_get_mask(dev));
		reach_release(s, r);
		return false;
	}
	s->stats.bounced++;
	s->stats.bounced_bytes += r->len;
	return true;
}

void reach_release(struct shim *s, struct map_range *r)
{
	memset(s->dma.pool.taken + r->slot, 0, r->slots);
	r->slots = 0;
}

/* ---- the addresses of what is mapped, and of coherent memory ---- */

/* Sets the range's bus address, for r->len bytes that start in page p. */
bool reach_map(struct shim *s, struct device *dev, struct page *p, u64 off, struct map_range *r, unsigned long attrs,
	       const struct kshim_site *site)
{
	u64 mask = dma_get_mask(dev);
	bool ok;

	r->copied = s->p.dma == SHIM_DMA_SHADOW;
	if (s->p.iommu) {
		r->iova = iova_alloc(s, r->len, off & ~PAGE_MASK, mask, 0, &ok);
		return ok;
	}
	r->iova = page_to_phys(p) + off;
	if (s->p.dma != SHIM_DMA_FORCE && r->iova + r->len - 1 <= mask)
		return true;
	r->copied = true;
	if (has_pool(s))
		return bounce(s, dev, r, attrs, site);
	kshim_fail("dma-mask", site, "DMA addr %#llx+%llu overflow (mask %#llx)", r->iova, r->len, mask);
	return false;
}

u64 reach_coherent(struct shim *s, struct device *dev, size_t len, bool *ok)
{
	u64 pages = PFN_UP(len), pfn, align = roundup_pow_of_two(pages), mask = dev->coherent_dma_mask, at;

	*ok = true;
	if (s->p.iommu)
		return iova_alloc(s, len, 0, mask, 0, ok);
	/* From the page allocator: aligned to its order. */
	pfn = ALIGN(kshim_pfn_alloc(s, (unsigned int)(2 * align - 1), true), align);
	at = pfn << PAGE_SHIFT;
	if (at + len - 1 > mask && mask >= ZONE_DMA32_TO - 1)
		at = region_take(s, &s->dma.zone_dma32, pages * PAGE_SIZE, align * PAGE_SIZE);
	else if (at + len - 1 > mask)
		at = region_take(s, &s->dma.zone_dma, pages * PAGE_SIZE, align * PAGE_SIZE);
	*ok = at && at + len - 1 <= mask;
	return at;
}

/* ---- masks and limits ---- */

int dma_set_mask(struct device *dev, u64 mask)
{
	if (!dev->dma_mask || mask < ZONE_DMA_TO - 1 || (kshim->p.dma_bits && mask > DMA_BIT_MASK(kshim->p.dma_bits)) ||
	    kshim_should_fail("dma_set_mask"))
		return -EIO;
	*dev->dma_mask = mask;
	return 0;
}

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	if (mask < ZONE_DMA_TO - 1 || (kshim->p.dma_bits && mask > DMA_BIT_MASK(kshim->p.dma_bits)))
		return -EIO;
	dev->coherent_dma_mask = mask;
	return 0;
}

int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	int ret = dma_set_mask(dev, mask);

	return ret ? ret : dma_set_coherent_mask(dev, mask);
}

u64 dma_get_mask(struct device *dev)
{
	return dev->dma_mask && *dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

/* With an IOMMU the kernel says 32 bits, whatever the mask. */
u64 dma_get_required_mask(struct device *dev)
{
	(void)dev;
	return kshim->p.iommu ? DMA_BIT_MASK(32) : DMA_BIT_MASK(fls64(memory_end(kshim) - 1));
}

bool dma_addressing_limited(struct device *dev)
{
	return dma_get_mask(dev) < dma_get_required_mask(dev);
}

size_t dma_max_mapping_size(struct device *dev)
{
	bool used = has_pool(kshim) && (kshim->p.dma == SHIM_DMA_FORCE || dma_addressing_limited(dev));

	return used ? SLOT_RUN * SLOT_BYTES : SIZE_MAX;
}

unsigned long dma_get_merge_boundary(struct device *dev)
{
	(void)dev;
	return kshim->p.iommu ? PAGE_SIZE - 1 : 0;
}
