/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: scatter lists and the DMA mapping API.
 *
 * Stricter than the kernel: the checks of CONFIG_DMA_API_DEBUG always run, and
 * the device reaches nothing but what is mapped, byte for byte.
 */
#ifndef KSHIM_DMA_H
#define KSHIM_DMA_H

#include "kshim_mm.h"
#pragma GCC system_header

struct device;
enum dma_data_direction { DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_NONE };
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(n) (((n) == 64) ? ~0ULL : ((1ULL << (n)) - 1))
#define DMA_ATTR_WEAK_ORDERING (1UL << 1)
#define DMA_ATTR_WRITE_COMBINE (1UL << 2)
#define DMA_ATTR_NO_KERNEL_MAPPING (1UL << 4)
#define DMA_ATTR_SKIP_CPU_SYNC (1UL << 5)
#define DMA_ATTR_NO_WARN (1UL << 8)

struct scatterlist {
	unsigned long page_link; /* page pointer, bit 0 chain, bit 1 end */
	unsigned int offset, length;
	dma_addr_t dma_address;
	unsigned int dma_length;
};
struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents, orig_nents;
};
#define SG_CHAIN 1UL
#define SG_END 2UL
#define sg_is_chain(s) ((s)->page_link & SG_CHAIN)
#define sg_is_last(s) ((s)->page_link & SG_END)
#define sg_chain_ptr(s) ((struct scatterlist *)((s)->page_link & ~3UL))
#define sg_dma_address(s) ((s)->dma_address)
#define sg_dma_len(s) ((s)->dma_length)
static inline struct page *sg_page(const struct scatterlist *s) { return (struct page *)(s->page_link & ~3UL); }
static inline void sg_assign_page(struct scatterlist *s, struct page *p)
{
	s->page_link = (s->page_link & SG_END) | (unsigned long)p;
}
static inline void sg_set_page(struct scatterlist *s, struct page *p, unsigned int len, unsigned int off)
{
	sg_assign_page(s, p);
	s->offset = off;
	s->length = len;
}
static inline void *sg_virt(const struct scatterlist *s) { return (char *)page_address(sg_page(s)) + s->offset; }
void sg_set_buf(struct scatterlist *s, const void *buf, unsigned int len);
void sg_init_table(struct scatterlist *s, unsigned int n);
void sg_init_one(struct scatterlist *s, const void *buf, unsigned int len);
static inline void sg_mark_end(struct scatterlist *s) { s->page_link = (s->page_link | SG_END) & ~SG_CHAIN; }
static inline void sg_unmark_end(struct scatterlist *s) { s->page_link &= ~SG_END; }
struct scatterlist *sg_next(struct scatterlist *s);
int sg_nents(struct scatterlist *s);
size_t sg_copy_from_buffer(struct scatterlist *s, unsigned int n, const void *buf, size_t len);
size_t sg_copy_to_buffer(struct scatterlist *s, unsigned int n, void *buf, size_t len);
int kshim_sg_alloc(struct sg_table *t, unsigned int n, gfp_t gfp, const struct kshim_site *site);
int kshim_sg_from_pages(struct sg_table *t, struct page **pages, unsigned int n, unsigned int offset,
			unsigned long size, unsigned int max_segment, gfp_t gfp, const struct kshim_site *site);
#define sg_alloc_table(t, n, g) kshim_sg_alloc(t, n, g, KSHIM_SITE)
#define sg_alloc_table_from_pages_segment(t, p, n, o, s, m, g) kshim_sg_from_pages(t, p, n, o, s, m, g, KSHIM_SITE)
#define sg_alloc_table_from_pages(t, p, n, o, s, g) kshim_sg_from_pages(t, p, n, o, s, UINT_MAX, g, KSHIM_SITE)
void sg_free_table(struct sg_table *t);
#define for_each_sg(list, s, n, i) for (i = 0, s = (list); i < (n); i++, s = sg_next(s))
#define for_each_sgtable_sg(t, s, i) for_each_sg((t)->sgl, s, (t)->orig_nents, i)
#define for_each_sgtable_dma_sg(t, s, i) for_each_sg((t)->sgl, s, (t)->nents, i)

struct device_dma_parameters { unsigned int max_segment_size; unsigned long segment_boundary_mask; };

dma_addr_t kshim_dma_map(struct device *dev, void *va, struct page *page, size_t off, size_t len,
			 enum dma_data_direction dir, unsigned long attrs, const char *call,
			 const struct kshim_site *site);
void kshim_dma_unmap(struct device *dev, dma_addr_t a, size_t len, enum dma_data_direction dir,
		     const char *call, const struct kshim_site *site);
int kshim_dma_map_sg(struct device *dev, struct scatterlist *s, int n, enum dma_data_direction dir,
		     unsigned long attrs, const struct kshim_site *site);
void kshim_dma_unmap_sg(struct device *dev, struct scatterlist *s, int n, enum dma_data_direction dir,
			const struct kshim_site *site);
void kshim_dma_sync(struct device *dev, dma_addr_t a, size_t len, enum dma_data_direction dir, bool for_cpu,
		    const struct kshim_site *site);
void kshim_dma_sync_sg(struct device *dev, struct scatterlist *s, int n, enum dma_data_direction dir,
		       bool for_cpu, const struct kshim_site *site);
void *kshim_dma_alloc(struct device *dev, size_t len, dma_addr_t *a, gfp_t gfp, bool managed,
		      const struct kshim_site *site);
void kshim_dma_free(struct device *dev, size_t len, void *va, dma_addr_t a, const struct kshim_site *site);
#define dma_map_single_attrs(d, p, n, dir, at) kshim_dma_map(d, p, NULL, 0, n, dir, at, "dma_map_single", KSHIM_SITE)
#define dma_unmap_single_attrs(d, a, n, dir, at) kshim_dma_unmap(d, a, n, dir, "dma_unmap_single", KSHIM_SITE)
#define dma_map_page_attrs(d, p, o, n, dir, at) kshim_dma_map(d, NULL, p, o, n, dir, at, "dma_map_page", KSHIM_SITE)
#define dma_unmap_page_attrs(d, a, n, dir, at) kshim_dma_unmap(d, a, n, dir, "dma_unmap_page", KSHIM_SITE)
#define dma_map_single(d, p, n, dir) dma_map_single_attrs(d, p, n, dir, 0)
#define dma_unmap_single(d, a, n, dir) dma_unmap_single_attrs(d, a, n, dir, 0)
#define dma_map_page(d, p, o, n, dir) dma_map_page_attrs(d, p, o, n, dir, 0)
#define dma_unmap_page(d, a, n, dir) dma_unmap_page_attrs(d, a, n, dir, 0)
#define dma_map_sg_attrs(d, s, n, dir, at) kshim_dma_map_sg(d, s, n, dir, at, KSHIM_SITE)
#define dma_unmap_sg_attrs(d, s, n, dir, at) kshim_dma_unmap_sg(d, s, n, dir, KSHIM_SITE)
#define dma_map_sg(d, s, n, dir) dma_map_sg_attrs(d, s, n, dir, 0)
#define dma_unmap_sg(d, s, n, dir) dma_unmap_sg_attrs(d, s, n, dir, 0)
int kshim_dma_map_sgtable(struct device *dev, struct sg_table *t, enum dma_data_direction dir,
			  unsigned long attrs, const struct kshim_site *site);
#define dma_map_sgtable(d, t, dir, at) kshim_dma_map_sgtable(d, t, dir, at, KSHIM_SITE)
#define dma_unmap_sgtable(d, t, dir, at) kshim_dma_unmap_sg(d, (t)->sgl, (int)(t)->orig_nents, dir, KSHIM_SITE)
#define dma_sync_single_for_cpu(d, a, n, dir) kshim_dma_sync(d, a, n, dir, true, KSHIM_SITE)
#define dma_sync_single_for_device(d, a, n, dir) kshim_dma_sync(d, a, n, dir, false, KSHIM_SITE)
#define dma_sync_single_range_for_cpu(d, a, o, n, dir) kshim_dma_sync(d, (a) + (o), n, dir, true, KSHIM_SITE)
#define dma_sync_single_range_for_device(d, a, o, n, dir) kshim_dma_sync(d, (a) + (o), n, dir, false, KSHIM_SITE)
#define dma_sync_sg_for_cpu(d, s, n, dir) kshim_dma_sync_sg(d, s, n, dir, true, KSHIM_SITE)
#define dma_sync_sg_for_device(d, s, n, dir) kshim_dma_sync_sg(d, s, n, dir, false, KSHIM_SITE)
#define dma_sync_sgtable_for_cpu(d, t, dir) kshim_dma_sync_sg(d, (t)->sgl, (int)(t)->orig_nents, dir, true, KSHIM_SITE)
#define dma_sync_sgtable_for_device(d, t, dir) kshim_dma_sync_sg(d, (t)->sgl, (int)(t)->orig_nents, dir, false, KSHIM_SITE)
#define dma_alloc_coherent(d, n, a, g) kshim_dma_alloc(d, n, a, g, false, KSHIM_SITE)
#define dma_alloc_attrs(d, n, a, g, at) kshim_dma_alloc(d, n, a, g, false, KSHIM_SITE)
#define dmam_alloc_coherent(d, n, a, g) kshim_dma_alloc(d, n, a, g, true, KSHIM_SITE)
#define dma_free_coherent(d, n, p, a) kshim_dma_free(d, n, p, a, KSHIM_SITE)
#define dma_free_attrs(d, n, p, a, at) kshim_dma_free(d, n, p, a, KSHIM_SITE)
int dma_mapping_error(struct device *dev, dma_addr_t a) __must_check;
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);
int dma_set_mask_and_coherent(struct device *dev, u64 mask);
unsigned int dma_get_max_seg_size(struct device *dev);
void dma_set_max_seg_size(struct device *dev, unsigned int size);
unsigned long dma_get_seg_boundary(struct device *dev);
void dma_set_seg_boundary(struct device *dev, unsigned long mask);
size_t dma_max_mapping_size(struct device *dev);
u64 dma_get_mask(struct device *dev);
u64 dma_get_required_mask(struct device *dev);
bool dma_addressing_limited(struct device *dev);
unsigned long dma_get_merge_boundary(struct device *dev);
int dma_get_cache_alignment(void);
#define DEFINE_DMA_UNMAP_ADDR(n) dma_addr_t n
#define DEFINE_DMA_UNMAP_LEN(n) u32 n
#define dma_unmap_addr(p, n) ((p)->n)
#define dma_unmap_addr_set(p, n, v) ((p)->n = (v))
#define dma_unmap_len(p, n) ((p)->n)
#define dma_unmap_len_set(p, n, v) ((p)->n = (v))

struct dma_pool;
struct dma_pool *kshim_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				   size_t boundary, const struct kshim_site *site);
#define dma_pool_create(n, d, s, a, b) kshim_pool_create(n, d, s, a, b, KSHIM_SITE)
void dma_pool_destroy(struct dma_pool *p);
void *kshim_pool_alloc(struct dma_pool *p, gfp_t gfp, dma_addr_t *a, const struct kshim_site *site);
#define dma_pool_alloc(p, g, a) kshim_pool_alloc(p, g, a, KSHIM_SITE)
#define dma_pool_zalloc(p, g, a) kshim_pool_alloc(p, (g) | __GFP_ZERO, a, KSHIM_SITE)
void dma_pool_free(struct dma_pool *p, void *va, dma_addr_t a);

#endif
