/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Memory as the card reaches it: a piece of an iterator, mapped, or copied through a block (cw_map.c, cw_bounce.c).
 */
#ifndef CW_MAP_H
#define CW_MAP_H

#include <linux/atomic.h>
#include <linux/bvec.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>

#define CW_BLOCK_BYTES SZ_128K /* of memory that the card reaches, to copy through, */
#define CW_BLOCK_N 16         /* so many at most: 2 MiB */

struct cw_bounce;
struct cw_dev;

/* A piece of the memory that chunks are copied through. */
struct cw_block {
	struct list_head node;       /* bounce->free: bounce->lock */
	struct cw_bounce *bounce;
	void *va;
	dma_addr_t dma;
};

struct cw_bounce {
	struct cw_block block[CW_BLOCK_N];
	unsigned int n;              /* those there are; written in probe only, as is `always` */
	bool always;                 /* nothing is mapped, everything is copied */
	spinlock_t lock;             /* free, and writes to free_n */
	struct list_head free;
	unsigned int free_n;
	wait_queue_head_t wait;      /* for a free one */
	atomic64_t bytes, waits;     /* counts: copied; waited for a block */
};

/* How far a mapping got, so what there is to undo. */
#define CW_MAP_PINNED BIT(0) /* the pages are pinned user pages */
#define CW_MAP_TABLE BIT(1)  /* sgt is allocated */
#define CW_MAP_DMA BIT(2)    /* sgt is mapped for the card */
#define CW_MAP_BLOCK BIT(3)  /* instead of these two: copied through a block, which sgt says */
#define CW_MAP_OWN BIT(4)    /* the pages are ours */
#define CW_MAP_FILLED BIT(5) /* the pages are written by us, not by the card */

/* A piece of an iterator. Owned by the chunk that it is in. */
struct cw_map {
	struct bio_vec *vec;         /* the pages and what of each is used */
	unsigned int vec_n;
	size_t len;                  /* bytes in all */
	enum dma_data_direction dir;
	unsigned int flags;          /* CW_MAP_* */
	struct sg_table sgt;
	struct cw_block *block;
	struct scatterlist one;      /* sgt's entry when there is a block */
};

/* Walks a mapping as the card sees it: longest runs, cut to a descriptor. */
struct cw_map_iter {
	struct scatterlist *sg;
	unsigned int left;           /* entries from sg on */
	size_t used;                 /* bytes of *sg behind us */
};

/* cw_map.c */
int cw_map_gather(struct cw_map *map, struct iov_iter *iter, size_t max_len, unsigned int max_pages);
/* The same from a copy of the next `len` bytes: -EFAULT when not all of them are to be had. */
int cw_map_copy(struct cw_map *map, struct iov_iter *iter, size_t len);
int cw_map_dma(struct cw_map *map, struct device *dev, unsigned long attrs);
/* Mapped, or where that is not possible copied. -EAGAIN: there is no block now, and nothing was done. */
int cw_map_card(struct cw_map *map, struct cw_dev *cw);
/* The card has written `len` bytes of it, and is through with it. */
void cw_map_written(struct cw_map *map, size_t len);
/* Undoes what was done, so also a half-made mapping. The card must be through with it. */
void cw_map_undo(struct cw_map *map, struct device *dev);
void cw_map_start(const struct cw_map *map, struct cw_map_iter *it);
bool cw_map_next(struct cw_map_iter *it, dma_addr_t *addr, u32 *len);
u32 cw_map_count(const struct cw_map *map);

/* cw_bounce.c */
extern const struct attribute_group cw_bounce_group;
int cw_bounce_init(struct cw_dev *cw);
void cw_bounce_free(struct cw_dev *cw);
struct cw_block *cw_bounce_take(struct cw_bounce *b);
void cw_bounce_put(struct cw_block *block);
int cw_bounce_wait(struct cw_bounce *b);
void cw_bounce_copy(const struct cw_map *map, size_t len, bool to_pages);

#endif
