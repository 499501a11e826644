// SPDX-License-Identifier: BSD-2-Clause
/*
 * The DMA mapping API. The rules of the kernel's dma-debug are always on:
 *   C1 unmap or free of what is not mapped      C2 with another size, kind, direction or count
 *   C3 dma_mapping_error() not asked            C4 sync of the wrong thing
 *   C5 left over at remove() (dmabook.c)        C6 memory that cannot be mapped
 *   C7 two mappings in one cache line, C10 who owns what is mapped (dmaowner.c)
 *   C8 segment larger than the device said      C9 the card's own accesses (dmabook.c)
 */
#include "internal.h"

static const char *const dir_name[] = { "DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE" };
static const char *const kind_name[] = { "single", "page", "scatter-gather", "coherent", "pool" };

bool dma_usable(struct device *dev, enum dma_data_direction dir, const char *call, const struct kshim_site *site)
{
	kshim_point(COST_CALL);
	if ((unsigned int)dir >= DMA_NONE) {
		kshim_fail("dma-use", site, "%s with an invalid direction", call);
		return false;
	}
	if (!dev || !dev->dma_mask || !*dev->dma_mask) {
		kshim_fail("dma-use", site, "%s for a device without a DMA mask", call);
		return false;
	}
	if (dev->pci && !kshim->bound) {
		kshim_fail("dma-use", site, "%s for a device that no driver is bound to", call);
		return false;
	}
	return true;
}

/* ---- memory to pieces ---- */

static struct page *page_after(struct page *p)
{
	return p->user ? p->follow : p + 1;
}

/* Bytes of pages that follow one another physically. */
static int pieces_of_pages(struct map_range *r, struct page *p, u64 off, u64 len, const struct kshim_site *site)
{
	for (; off >= PAGE_SIZE; off -= PAGE_SIZE)
		p = p ? page_after(p) : NULL;
	while (len) {
		u64 part = min_t(u64, len, PAGE_SIZE - off);

		if (!p) {
			kshim_fail("C6", site, "the mapping runs past the page that it is in, into another physical page");
			return -EINVAL;
		}
		if (dma_piece_add(r, (char *)p->va + off, part))
			return -ENOMEM;
		len -= part;
		off = 0;
		if (len)
			p = page_after(p);
	}
	return 0;
}

/* What kmalloc() or a page allocator gave, all of it inside one block. */
static struct page *page_of_va(void *va, size_t len, const struct kshim_site *site)
{
	struct kshim_block *b = kshim_block_of(va);

	if (!b) {
		kshim_fail("C6", site, "device driver maps memory from stack, from its image, from user space, or freed");
		return NULL;
	}
	if (b->kind == KSHIM_VMALLOC) {
		kshim_fail("C6", site, "device driver maps memory from vmalloc area");
		return NULL;
	}
	if ((u8 *)va < b->va || (u8 *)va + len > b->va + b->size) {
		kshim_fail("C6", site, "device driver maps %zu bytes of a block of %zu", len, b->size);
		return NULL;
	}
	return virt_to_page(va);
}

/* ---- single and page ---- */

dma_addr_t kshim_dma_map(struct device *dev, void *va, struct page *page, size_t off, size_t len,
			 enum dma_data_direction dir, unsigned long attrs, const char *call,
			 const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct map_range *r;
	struct kshim_map *m;
	u64 at;

	if (!dma_usable(dev, dir, call, site) || kshim_should_fail(call))
		return DMA_MAPPING_ERROR;
	if (!len) {
		kshim_fail("dma-use", site, "%s of no bytes", call);
		return DMA_MAPPING_ERROR;
	}
	if (va) {
		page = page_of_va(va, len, site);
		off = offset_in_page(va);
	}
	if (!page)
		return DMA_MAPPING_ERROR;
	m = dma_new(va ? MAP_SINGLE : MAP_PAGE, dir, dev, len, 1, site);
	r = dma_range_add(m, len);
	if (!reach_map(s, dev, page, off, r, attrs, site) || pieces_of_pages(r, page, off, len, site)) {
		dma_drop(m);
		return DMA_MAPPING_ERROR;
	}
	at = r->iova;
	dma_range_place(s, m, r);
	dma_insert(s, m);
	return at;
}

int dma_mapping_error(struct device *dev, dma_addr_t a)
{
	struct shim *s = kshim;
	unsigned int i;

	(void)dev;
	if (a == DMA_MAPPING_ERROR)
		return -ENOMEM;
	for (i = 0; i < s->dma.n; i++)
		if (s->dma.sorted[i]->iova == a && !s->dma.sorted[i]->map->err_checked) {
			s->dma.sorted[i]->map->err_checked = true;
			break;
		}
	return 0;
}

/* The mapping that starts at this address; the one that fits best where several do. */
static struct kshim_map *map_at(struct shim *s, dma_addr_t a, u64 len, int dir, bool coherent)
{
	struct kshim_dma *d = &s->dma;
	struct kshim_map *best = NULL;
	unsigned int lo = 0, hi = d->n;
	int best_score = -1;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (d->sorted[mid]->iova < a)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < d->n && d->sorted[lo]->iova == a; lo++) {
		struct kshim_map *m = d->sorted[lo]->map;
		int score = (m->len == len) + ((int)m->dir == dir) + 2 * (coherent == (m->kind == MAP_COHERENT));

		if (m->range[0].iova == a && score > best_score) {
			best = m;
			best_score = score;
		}
	}
	return best;
}

static void unknown(const char *check, const char *verb, dma_addr_t a, u64 len, const struct kshim_site *site)
{
	if (a == DMA_MAPPING_ERROR)
		kshim_fail(check, site, "device driver tries to %s an invalid DMA memory address", verb);
	else
		kshim_fail(check, site, "device driver tries to %s DMA memory it has not allocated "
			   "[device address=%#llx] [size=%llu bytes]", verb, a, len);
}

static void check_c3(struct kshim_map *m, const struct kshim_site *site)
{
	if (!m->err_checked && !m->told_c3)
		kshim_fail("C3", site, "device driver failed to check map error, mapped in %s (%s:%d)",
			   m->site->func, m->site->file, m->site->line);
}

static void check_kind(struct kshim_map *m, enum map_kind kind, const struct kshim_site *site)
{
	bool same = m->kind == kind || (m->kind <= MAP_PAGE && kind <= MAP_PAGE);

	if (!same)
		kshim_fail("C2", site, "device driver frees DMA memory with wrong function [mapped as %s] [unmapped as %s]",
			   kind_name[m->kind], kind_name[kind]);
}

void kshim_dma_unmap(struct device *dev, dma_addr_t a, size_t len, enum dma_data_direction dir,
		     const char *call, const struct kshim_site *site)
{
	struct shim *s = kshim;
	bool page = !strcmp(call, "dma_unmap_page");
	struct kshim_map *m;

	if (!dma_usable(dev, dir, call, site))
		return;
	m = map_at(s, a, len, dir, false);
	if (!m) {
		unknown("C1", "free", a, len, site);
		return;
	}
	check_kind(m, page ? MAP_PAGE : MAP_SINGLE, site);
	if (m->kind <= MAP_PAGE && (m->kind == MAP_PAGE) != page)
		kshim_fail("C2", site, "device driver frees DMA memory with wrong function [mapped as %s] [unmapped as %s]",
			   kind_name[m->kind], page ? "page" : "single");
	if (m->len != len)
		kshim_fail("C2", site, "device driver frees DMA memory with different size [map size=%llu bytes] "
			   "[unmap size=%zu bytes]", m->len, len);
	if (m->dir != dir)
		kshim_fail("C2", site, "device driver frees DMA memory with different direction [mapped with %s] "
			   "[unmapped with %s]", dir_name[m->dir], dir_name[dir]);
	check_c3(m, site);
	if (m->kind != MAP_COHERENT)
		dma_remove(s, m, site);
}

/* ---- scatter lists ---- */

/* May this entry go into the segment that ends with the one before? Random, where the IOMMU could. */
static bool merges(struct shim *s, struct scatterlist *before, struct scatterlist *sg, u64 seg_len, u64 max)
{
	if (!s->p.iommu || !before)
		return false;
	if (!PAGE_ALIGNED(before->offset + before->length) || sg->offset || seg_len + sg->length > max)
		return false;
	return cw_rng_below(&s->alloc, 4) != 0;
}

/* One segment out of n entries. */
static int map_segment(struct shim *s, struct kshim_map *m, struct scatterlist *sg, int n, u64 len,
		       struct scatterlist *out, unsigned long attrs)
{
	struct map_range *r = dma_range_add(m, len);
	int i, ret;

	/* The kernel's bounce pool and its IOMMU say it in different ways. */
	if (!reach_map(s, m->dev, sg_page(sg), sg->offset, r, attrs, m->site))
		return s->p.iommu ? -ENOMEM : -EIO;
	dma_range_place(s, m, r);
	for (i = 0; i < n; i++, sg = sg_next(sg)) {
		ret = pieces_of_pages(r, sg_page(sg), sg->offset, sg->length, m->site);
		if (ret)
			return ret;
	}
	out->dma_address = r->iova;
	out->dma_length = (unsigned int)len;
	return 0;
}

static void check_c8(struct device *dev, struct scatterlist *sg, const struct kshim_site *site)
{
	if (sg->length > dma_get_max_seg_size(dev))
		kshim_fail("C8", site, "mapping sg segment longer than device claims to support [len=%u] [max=%u]",
			   sg->length, dma_get_max_seg_size(dev));
}

static int map_segments(struct shim *s, struct kshim_map *m, struct scatterlist *list, int n, unsigned long attrs)
{
	struct scatterlist *out = list, *sg = list, *start = list, *before = NULL;
	u64 len = 0, max = dma_get_max_seg_size(m->dev);
	int i, in_seg = 0, segs = 0, ret;

	for (i = 0; i < n; i++, before = sg, sg = sg_next(sg)) {
		check_c8(m->dev, sg, m->site);
		if (in_seg && !merges(s, before, sg, len, max)) {
			ret = map_segment(s, m, start, in_seg, len, out, attrs);
			if (ret)
				return ret;
			segs++;
			out = sg_next(out);
			start = sg;
			in_seg = 0;
			len = 0;
		}
		in_seg++;
		len += sg->length;
	}
	ret = map_segment(s, m, start, in_seg, len, out, attrs);
	if (ret)
		return ret;
	/* What is behind the last segment means nothing: make that visible. */
	for (i = segs + 1, out = sg_next(out); out && i < n; i++, out = sg_next(out)) {
		out->dma_address = DMA_MAPPING_ERROR;
		out->dma_length = 0;
	}
	return segs + 1;
}

/* Segments, or -errno. */
static int map_sg(struct device *dev, struct scatterlist *list, int n, enum dma_data_direction dir, unsigned long attrs,
		  const char *call, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct kshim_map *m;
	u64 total = 0;
	int i, ret;
	struct scatterlist *sg;

	if (!dma_usable(dev, dir, call, site) || n <= 0)
		return -EINVAL;
	if (kshim_should_fail(call))
		return -ENOMEM;
	for_each_sg(list, sg, n, i) {
		if (!sg || !sg_page(sg) || !sg->length) {
			kshim_fail("dma-use", site, "%s of a list whose entry %d of %d is empty", call, i, n);
			return -EINVAL;
		}
		total += sg->length;
	}
	m = dma_new(MAP_SG, dir, dev, total, (unsigned int)n, site);
	m->nents = n;
	m->err_checked = true; /* the return value says it */
	ret = map_segments(s, m, list, n, attrs);
	if (ret < 0) {
		dma_drop(m);
		return ret;
	}
	dma_insert(s, m);
	kshim_point((u64)n * COST_PAGE);
	return ret;
}

int kshim_dma_map_sg(struct device *dev, struct scatterlist *list, int n, enum dma_data_direction dir,
		     unsigned long attrs, const struct kshim_site *site)
{
	int ret = map_sg(dev, list, n, dir, attrs, "dma_map_sg", site);

	return ret < 0 ? 0 : ret;
}

int kshim_dma_map_sgtable(struct device *dev, struct sg_table *t, enum dma_data_direction dir,
			  unsigned long attrs, const struct kshim_site *site)
{
	int ret = map_sg(dev, t->sgl, (int)t->orig_nents, dir, attrs, "dma_map_sgtable", site);

	if (ret < 0)
		return ret;
	t->nents = (unsigned int)ret;
	return 0;
}

void kshim_dma_unmap_sg(struct device *dev, struct scatterlist *list, int n, enum dma_data_direction dir,
			const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct kshim_map *m;

	if (!dma_usable(dev, dir, "dma_unmap_sg", site))
		return;
	m = map_at(s, sg_dma_address(list), 0, dir, false);
	if (!m) {
		unknown("C1", "free", sg_dma_address(list), 0, site);
		return;
	}
	check_kind(m, MAP_SG, site);
	if (m->kind == MAP_SG && m->nents != n)
		kshim_fail("C2", site, "device driver frees DMA sg list with different entry count [map count=%d] "
			   "[unmap count=%d]", m->nents, n);
	if (m->dir != dir)
		kshim_fail("C2", site, "device driver frees DMA memory with different direction [mapped with %s] "
			   "[unmapped with %s]", dir_name[m->dir], dir_name[dir]);
	check_c3(m, site);
	if (m->kind != MAP_COHERENT)
		dma_remove(s, m, site);
}

/* ---- sync ---- */

static struct kshim_map *sync_find(struct device *dev, dma_addr_t a, u64 len, enum dma_data_direction dir,
				   bool for_cpu, const struct kshim_site *site)
{
	struct map_range *r;

	if (!dma_usable(dev, dir, "dma_sync", site))
		return NULL;
	r = dma_find(kshim, a);
	if (!r || r->map->kind == MAP_COHERENT) {
		unknown("C4", "sync", a, len, site);
		return NULL;
	}
	if (a + len > r->iova + r->len) {
		kshim_fail("C4", site, "device driver syncs DMA memory outside allocated range [device address=%#llx] "
			   "[allocation size=%llu bytes] [sync offset+size=%llu]", a, r->len, a + len - r->iova);
		return NULL;
	}
	if (r->map->dir != DMA_BIDIRECTIONAL && r->map->dir != dir)
		kshim_fail("C4", site, "device driver syncs %s DMA memory %s [mapped with %s] [synced with %s]",
			   r->map->dir == DMA_TO_DEVICE ? "device read-only" : "device write-only",
			   for_cpu ? "for cpu" : "to device", dir_name[r->map->dir], dir_name[dir]);
	return r->map;
}

void kshim_dma_sync(struct device *dev, dma_addr_t a, size_t len, enum dma_data_direction dir, bool for_cpu,
		    const struct kshim_site *site)
{
	struct kshim_map *m = sync_find(dev, a, len, dir, for_cpu, site);
	struct map_range *r = m ? dma_find(kshim, a) : NULL;

	if (m)
		dma_hand_over(m, r, a - r->iova, len, for_cpu, site);
}

void kshim_dma_sync_sg(struct device *dev, struct scatterlist *list, int n, enum dma_data_direction dir,
		       bool for_cpu, const struct kshim_site *site)
{
	struct kshim_map *m = sync_find(dev, sg_dma_address(list), 1, dir, for_cpu, site);

	if (!m)
		return;
	if (m->kind != MAP_SG || m->nents != n)
		kshim_fail("C4", site, "device driver syncs DMA sg list with different entry count [map count=%d] "
			   "[sync count=%d]", m->nents, n);
	dma_hand_over_all(m, for_cpu, site);
}

/* ---- segments ---- */

unsigned int dma_get_max_seg_size(struct device *dev)
{
	return dev->dma_parms && dev->dma_parms->max_segment_size ? dev->dma_parms->max_segment_size : SZ_64K;
}

void dma_set_max_seg_size(struct device *dev, unsigned int size)
{
	if (!dev->dma_parms)
		kshim_fail("dma-use", NULL, "dma_set_max_seg_size() of a device without DMA parameters");
	else
		dev->dma_parms->max_segment_size = size;
}

unsigned long dma_get_seg_boundary(struct device *dev)
{
	return dev->dma_parms && dev->dma_parms->segment_boundary_mask ? dev->dma_parms->segment_boundary_mask : U32_MAX;
}

void dma_set_seg_boundary(struct device *dev, unsigned long mask)
{
	if (dev->dma_parms)
		dev->dma_parms->segment_boundary_mask = mask;
}

int dma_get_cache_alignment(void)
{
	return L1_CACHE_BYTES;
}
