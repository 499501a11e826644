// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bus addresses. With an IOMMU: 16 regions spread over the mask, each handing
 * out ascending addresses with guard pages, so that none is used twice before its region
 * is used up, and then the oldest first; below 30 bits one region. The lowest region starts below 4 GiB, to
 * cross it early. Alignment is that of the kernel: to the size, rounded up.
 */
#include "internal.h"

#define GUARD_PAGES 2
#define WIDEST (1ull << 48)
#define LOWEST (1ull << 20)

static void regions_init(struct shim *s, u64 mask)
{
	struct kshim_dma *d = &s->dma;
	u64 top = mask >= WIDEST - 1 ? WIDEST : mask + 1;
	int i, n = top < SZ_1G ? 1 : IOVA_REGIONS;
	u64 size = top / (u64)n;

	d->region_mask = mask;
	memset(d->region, 0, sizeof(d->region));
	for (i = 0; i < n; i++) {
		struct iova_region *r = &d->region[i];

		r->base = i ? (u64)i * size : LOWEST;
		r->end = (u64)(i + 1) * size;
		r->next = r->base + (cw_rng_below(&s->alloc, size / 8) & PAGE_MASK);
		if (!i && r->end > 2 * SZ_4G)
			r->next = SZ_4G - cw_rng_below(&s->alloc, 64) * PAGE_SIZE;
	}
}

/* A live range that touches [from, to), guard pages included in the caller's bounds. */
static struct map_range *conflict(struct shim *s, u64 from, u64 to)
{
	struct kshim_dma *d = &s->dma;
	unsigned int lo = 0, hi = d->n;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (d->sorted[mid]->iova + d->sorted[mid]->len <= from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < d->n && d->sorted[lo]->iova < to ? d->sorted[lo] : NULL;
}

u64 region_take(struct shim *s, struct iova_region *r, u64 bytes, u64 align)
{
	bool wrapped = false;
	u64 at = r->next;

	for (;;) {
		struct map_range *c;

		at = ALIGN(at + GUARD_PAGES * PAGE_SIZE, align);
		if (at + bytes + GUARD_PAGES * PAGE_SIZE > r->end) {
			if (wrapped)
				return 0;
			wrapped = true;
			at = r->base;
			continue;
		}
		c = conflict(s, at - GUARD_PAGES * PAGE_SIZE, at + bytes + GUARD_PAGES * PAGE_SIZE);
		if (!c)
			break;
		at = c->iova + c->len;
	}
	r->next = at + bytes + cw_rng_below(&s->alloc, 16) * PAGE_SIZE;
	return at;
}

static u64 iommu_alloc(struct shim *s, u64 pages, u64 mask)
{
	u64 bytes = pages * PAGE_SIZE, align = roundup_pow_of_two(pages) * PAGE_SIZE, at;
	unsigned int first = (unsigned int)cw_rng_below(&s->alloc, IOVA_REGIONS), i;

	if (s->dma.region_mask != mask)
		regions_init(s, mask);
	for (i = 0; i < IOVA_REGIONS; i++) {
		at = region_take(s, &s->dma.region[(first + i) % IOVA_REGIONS], bytes, align);
		if (at)
			return at;
	}
	return 0;
}

/* The bus address of `len` bytes at this in-page offset; *ok false: there is no room. */
u64 iova_alloc(struct shim *s, u64 len, u64 offset, u64 mask, u64 boundary, bool *ok)
{
	u64 pages = PFN_UP(offset + len), at;

	(void)boundary; /* aligned to its size, nothing crosses a boundary that is larger */
	*ok = true;
	if (s->dma.place) {
		s->dma.place = false;
		at = s->dma.place_at & PAGE_MASK;
		if (conflict(s, at, at + pages * PAGE_SIZE))
			kshim_fail("place", NULL, "the address asked for, %#llx, is in use", s->dma.place_at);
		else
			return at + offset;
	}
	at = iommu_alloc(s, pages, mask);
	*ok = at != 0;
	return at + offset;
}

int shim_place_next(struct shim *s, uint64_t iova)
{
	if (!s->p.iommu)
		return -EINVAL;
	s->dma.place = true;
	s->dma.place_at = iova;
	return 0;
}
