// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Blocks of coherent memory that chunks are copied through when their pages
 * cannot be mapped for the card.
 *
 * A card that drives fewer address bits than memory has is helped by an IOMMU, which gives pages
 * addresses of its own, or from 32 bits on by the kernel, which bounces what lies
 * above. With neither, mapping such pages fails with a warning, so none is mapped:
 * everything is copied. In the other two cases room may run out (addresses below the
 * mask, the kernel's pool), and the blocks are what is left: a transfer
 * is then slow, and not refused. A card that reaches everything has no blocks.
 *
 * A chunk takes one block. Whoever finds none waits for one: all of them belong to
 * chunks that a queue has, which end by themselves or by the watchdog.
 */
#include <linux/highmem.h>
#include <linux/sched/signal.h>

#include "causeway.h"

static_assert(CW_BLOCK_BYTES >= PAGE_SIZE);

/* Can pages be mapped that lie above the mask? */
static bool cw_bounce_helped(struct device *dev)
{
	/* An IOMMU, which may join pages. */
	if (dma_get_merge_boundary(dev))
		return true;
	/* The kernel's pool, which is somewhere below 4 GiB; without it there is no limit to a mapping. */
	return dma_get_mask(dev) >= DMA_BIT_MASK(32) && dma_max_mapping_size(dev) != SIZE_MAX;
}

static void cw_bounce_alloc(struct cw_bounce *b, struct device *dev)
{
	struct cw_block *block;

	for (; b->n < CW_BLOCK_N; b->n++) {
		block = &b->block[b->n];
		block->va = dma_alloc_coherent(dev, CW_BLOCK_BYTES, &block->dma, GFP_KERNEL | __GFP_NOWARN);
		if (!block->va)
			break;
		block->bounce = b;
		list_add_tail(&block->node, &b->free);
	}
	b->free_n = b->n;
}

/* After the mask is set and before anything is mapped. */
int cw_bounce_init(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	size_t limit = dma_max_mapping_size(dev);
	struct cw_bounce *b = &cw->bounce;

	spin_lock_init(&b->lock);
	INIT_LIST_HEAD(&b->free);
	init_waitqueue_head(&b->wait);
	if (!dma_addressing_limited(dev) && limit == SIZE_MAX)
		return 0;
	b->always = dma_addressing_limited(dev) && !cw_bounce_helped(dev);
	cw_bounce_alloc(b, dev);
	if (!b->n && b->always) {
		dev_err(dev, "no memory below 2^%u to copy through\n", cw->dma_bits);
		return -ENOMEM;
	}
	/* What one mapping may be at most, and what may have to be copied in one piece. */
	limit = min_t(size_t, limit, CW_BLOCK_BYTES) >> PAGE_SHIFT;
	cw->chunk_pages = clamp_t(size_t, limit, 1, cw->chunk_pages);
	cw->packet_pages = max_t(size_t, limit, 2);
	dev_info(dev, "DMA with %u address bits: data is %s, blocks of %u KiB to copy through: %u\n", cw->dma_bits,
		 b->always ? "copied" : "mapped", CW_BLOCK_BYTES / SZ_1K, b->n);
	return 0;
}

/* No chunk has one any more, and none will: the card is gone for whoever waits. */
void cw_bounce_free(struct cw_dev *cw)
{
	struct cw_bounce *b = &cw->bounce;
	struct cw_block *block;

	for (block = b->block; block < b->block + b->n; block++)
		dma_free_coherent(&cw->pdev->dev, CW_BLOCK_BYTES, block->va, block->dma);
}

struct cw_block *cw_bounce_take(struct cw_bounce *b)
{
	struct cw_block *block;

	spin_lock(&b->lock);
	block = list_first_entry_or_null(&b->free, struct cw_block, node);
	if (block) {
		list_del(&block->node);
		WRITE_ONCE(b->free_n, b->free_n - 1);
	}
	spin_unlock(&b->lock);
	return block;
}

void cw_bounce_put(struct cw_block *block)
{
	struct cw_bounce *b = block->bounce;

	spin_lock(&b->lock);
	list_add(&block->node, &b->free);
	WRITE_ONCE(b->free_n, b->free_n + 1);
	spin_unlock(&b->lock);
	wake_up(&b->wait);
}

/* Until there is a block, or was. Not under the gate. */
int cw_bounce_wait(struct cw_bounce *b)
{
	atomic64_inc(&b->waits);
	return wait_event_killable(b->wait, READ_ONCE(b->free_n));
}

/* The first `len` bytes of the mapping's pages, from its block or into it. */
void cw_bounce_copy(const struct cw_map *map, size_t len, bool to_pages)
{
	const struct bio_vec *v;
	char *va = map->block->va;
	size_t n;

	atomic64_add(len, &map->block->bounce->bytes);
	for (v = map->vec; len; v++, va += n, len -= n) {
		n = min_t(size_t, len, v->bv_len);
		if (to_pages)
			memcpy_to_page(v->bv_page, v->bv_offset, va, n);
		else
			memcpy_from_page(va, v->bv_page, v->bv_offset, n);
	}
}

/* ---- what there is to see ---- */

static ssize_t bounced_bytes_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct cw_dev *cw = container_of(dev, struct cw_dev, dev);

	return sysfs_emit(buf, "%lld\n", atomic64_read(&cw->bounce.bytes));
}

static ssize_t bounce_waits_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct cw_dev *cw = container_of(dev, struct cw_dev, dev);

	return sysfs_emit(buf, "%lld\n", atomic64_read(&cw->bounce.waits));
}

static struct device_attribute cw_bounced_bytes = __ATTR_RO(bounced_bytes);
static struct device_attribute cw_bounce_waits = __ATTR_RO(bounce_waits);
static struct attribute *cw_bounce_attrs[] = { &cw_bounced_bytes.attr, &cw_bounce_waits.attr, NULL };
const struct attribute_group cw_bounce_group = { .attrs = cw_bounce_attrs };
