// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A piece of an iterator as the card reaches it: pages, scatter list, DMA
 * mapping, and the walk over the mapping that descriptors are made from.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "causeway.h"
#include "compat.h"

#define CW_PIN_BATCH 32 /* pages asked for at once, on the stack */

static void cw_map_append(struct cw_map *map, struct page **pages, size_t len, size_t offset)
{
	map->len += len;
	for (; len; pages++, offset = 0) {
		struct bio_vec *v = &map->vec[map->vec_n++];

		v->bv_page = *pages;
		v->bv_offset = offset;
		v->bv_len = min_t(size_t, len, PAGE_SIZE - offset);
		len -= v->bv_len;
	}
}

/*
 * Takes up to max_len bytes in up to max_pages pages from the iterator, over as
 * many of its pieces as that makes. Less when the rest is not to be had;
 * an error only when there is nothing. map->dir is set by the caller.
 */
int cw_map_gather(struct cw_map *map, struct iov_iter *iter, size_t max_len, unsigned int max_pages)
{
	struct page *batch[CW_PIN_BATCH];
	ssize_t got = 0;
	size_t offset;

	max_pages = clamp_t(int, iov_iter_npages(iter, max_pages), 1, max_pages);
	map->vec = kmalloc_array(max_pages, sizeof(*map->vec), GFP_KERNEL);
	if (!map->vec)
		return -ENOMEM;
	if (cw_iter_pins(iter))
		map->flags |= CW_MAP_PINNED;
	while (map->len < max_len && map->vec_n < max_pages) {
		got = cw_iter_extract(iter, batch, max_len - map->len,
				      min_t(unsigned int, max_pages - map->vec_n, CW_PIN_BATCH), &offset);
		if (got <= 0)
			break;
		cw_map_append(map, batch, got, offset);
	}
	if (map->len)
		return 0;
	return got < 0 ? got : -EFAULT;
}

int cw_map_copy(struct cw_map *map, struct iov_iter *iter, size_t len)
{
	struct page *page;
	size_t n;

	map->vec = kmalloc_array(DIV_ROUND_UP(len, PAGE_SIZE), sizeof(*map->vec), GFP_KERNEL);
	if (!map->vec)
		return -ENOMEM;
	map->flags |= CW_MAP_OWN;
	for (; len; len -= n) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		n = min_t(size_t, len, PAGE_SIZE);
		cw_map_append(map, &page, n, 0);
		if (copy_from_iter(page_address(page), n, iter) != n)
			return -EFAULT;
	}
	return 0;
}

int cw_map_dma(struct cw_map *map, struct device *dev, unsigned long attrs)
{
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	ret = sg_alloc_table(&map->sgt, map->vec_n, GFP_KERNEL);
	if (ret)
		return ret;
	map->flags |= CW_MAP_TABLE;
	for_each_sgtable_sg(&map->sgt, sg, i)
		sg_set_page(sg, map->vec[i].bv_page, map->vec[i].bv_len, map->vec[i].bv_offset);
	ret = dma_map_sgtable(dev, &map->sgt, map->dir, attrs);
	if (ret)
		return ret;
	map->flags |= CW_MAP_DMA;
	return 0;
}

static int cw_map_block(struct cw_map *map, struct cw_bounce *bounce)
{
	struct cw_block *block = cw_bounce_take(bounce);

	if (!block)
		return -EAGAIN;
	map->block = block;
	map->flags |= CW_MAP_BLOCK;
	sg_init_table(&map->one, 1);
	sg_dma_address(&map->one) = block->dma;
	sg_dma_len(&map->one) = map->len;
	map->sgt = (struct sg_table){ .sgl = &map->one, .nents = 1 };
	/* What an earlier user left is not for this one, whatever the card says it wrote. */
	if (map->dir == DMA_FROM_DEVICE)
		memset(block->va, 0, map->len);
	else
		cw_bounce_copy(map, map->len, false);
	return 0;
}

int cw_map_card(struct cw_map *map, struct cw_dev *cw)
{
	struct cw_bounce *bounce = &cw->bounce;
	int ret;

	if (!bounce->always) {
		ret = cw_map_dma(map, &cw->pdev->dev, bounce->n ? DMA_ATTR_NO_WARN : 0);
		/* No room for it: -EIO is what the kernel's pool gives. */
		if (!bounce->n || (ret != -ENOMEM && ret != -EIO))
			return ret;
		if (map->flags & CW_MAP_TABLE)
			sg_free_table(&map->sgt);
		map->flags &= ~CW_MAP_TABLE;
	}
	return cw_map_block(map, bounce);
}

void cw_map_written(struct cw_map *map, size_t len)
{
	if (map->flags & CW_MAP_BLOCK && map->dir == DMA_FROM_DEVICE)
		cw_bounce_copy(map, len, true);
}

static void cw_map_unpin(struct cw_map *map)
{
	/* Only a read can have changed the pages. */
	bool dirty = map->dir == DMA_FROM_DEVICE && (map->flags & (CW_MAP_DMA | CW_MAP_BLOCK | CW_MAP_FILLED));
	struct page *batch[CW_PIN_BATCH];
	unsigned int i, n = 0;

	for (i = 0; i < map->vec_n; i++) {
		batch[n++] = map->vec[i].bv_page;
		if (n == CW_PIN_BATCH || i + 1 == map->vec_n) {
			unpin_user_pages_dirty_lock(batch, n, dirty);
			n = 0;
		}
	}
}

void cw_map_undo(struct cw_map *map, struct device *dev)
{
	unsigned int i;

	if (map->flags & CW_MAP_DMA)
		dma_unmap_sgtable(dev, &map->sgt, map->dir, 0);
	if (map->flags & CW_MAP_BLOCK)
		cw_bounce_put(map->block);
	if (map->flags & CW_MAP_PINNED)
		cw_map_unpin(map);
	for (i = 0; map->flags & CW_MAP_OWN && i < map->vec_n; i++)
		__free_page(map->vec[i].bv_page);
	if (map->flags & CW_MAP_TABLE)
		sg_free_table(&map->sgt);
	kfree(map->vec);
	map->vec = NULL;
	map->vec_n = 0;
	map->flags = 0;
}

void cw_map_start(const struct cw_map *map, struct cw_map_iter *it)
{
	it->sg = map->sgt.sgl;
	it->left = map->sgt.nents; /* what the mapping returned, not what was asked for */
	it->used = 0;
}

static void cw_map_step(struct cw_map_iter *it)
{
	it->sg = sg_next(it->sg);
	it->left--;
	it->used = 0;
}

/*
 * The next descriptor's worth: neighbouring entries are joined while they fit
 * one descriptor; an entry longer than that is cut. False at the end.
 */
bool cw_map_next(struct cw_map_iter *it, dma_addr_t *addr, u32 *len)
{
	size_t piece;

	if (it->left == 0)
		return false;
	*addr = sg_dma_address(it->sg) + it->used;
	piece = sg_dma_len(it->sg) - it->used;
	if (piece > CW_DESC_LEN_MAX) {
		*len = CW_DESC_PIECE;
		it->used += CW_DESC_PIECE;
		return true;
	}
	*len = piece;
	cw_map_step(it);
	while (it->left && sg_dma_address(it->sg) == *addr + *len &&
	       sg_dma_len(it->sg) <= CW_DESC_LEN_MAX - *len) {
		*len += sg_dma_len(it->sg);
		cw_map_step(it);
	}
	return true;
}

/* Descriptors that the mapping takes. */
u32 cw_map_count(const struct cw_map *map)
{
	struct cw_map_iter it;
	dma_addr_t addr;
	u32 len, n = 0;

	for (cw_map_start(map, &it); cw_map_next(&it, &addr, &len); n++)
		;
	return n;
}
