// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Packets from the card. The ring is kept full of buffers of our own, so that packets arrive whether or not
 * anybody reads; a packet is some of these, in order, which go back to the ring when it was read (cw_rx_read.c).
 * A packet that is longer than all buffers together cannot be whole on the ring: what did not fit is counted and
 * let go, so that the next packet comes.
 */
#include <linux/slab.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"
#include "cw_trace.h"

/* ---- buffers ---- */

static u32 cw_rx_per_block(const struct cw_rx *rx, const struct cw_queue *q)
{
	return clamp(CW_RX_BLOCK / rx->bytes, 1u, q->entries);
}

static void cw_rx_blocks_free(struct cw_own *own, u32 n)
{
	struct cw_rx *rx = &own->rx;
	u32 per = cw_rx_per_block(rx, &own->q);

	while (n) {
		n -= per;
		dma_free_coherent(&own->q.cw->pdev->dev, per * rx->bytes, rx->buf[n].va, rx->buf[n].dma);
	}
}

static int cw_rx_blocks(struct cw_own *own)
{
	struct cw_rx *rx = &own->rx;
	u32 per = cw_rx_per_block(rx, &own->q), i, n;
	dma_addr_t dma;
	void *va;

	/* Both are powers of two: blocks are full. */
	for (n = 0; n < own->q.entries; n += per) {
		va = dma_alloc_coherent(&own->q.cw->pdev->dev, per * rx->bytes, &dma, GFP_KERNEL | __GFP_NOWARN);
		if (!va) {
			cw_rx_blocks_free(own, n);
			return -ENOMEM;
		}
		for (i = 0; i < per; i++) {
			rx->buf[n + i].va = va + i * rx->bytes;
			rx->buf[n + i].dma = dma + i * rx->bytes;
			list_add_tail(&rx->buf[n + i].node, &rx->free);
		}
	}
	rx->free_n = own->q.entries;
	return 0;
}

/* After the queue's own part, which it is told of. */
int cw_rx_init(struct cw_own *own, u32 bytes)
{
	struct cw_rx *rx = &own->rx;
	int ret = -ENOMEM;

	rx->bytes = bytes;
	INIT_LIST_HEAD(&rx->free);
	INIT_LIST_HEAD(&rx->tail);
	INIT_LIST_HEAD(&rx->ready);
	INIT_LIST_HEAD(&rx->waiters);
	INIT_LIST_HEAD(&rx->matched);
	init_waitqueue_head(&rx->idle);
	rx->buf = kcalloc(own->q.entries, sizeof(*rx->buf), GFP_KERNEL);
	rx->slot = kcalloc(own->q.entries, sizeof(*rx->slot), GFP_KERNEL);
	if (rx->buf && rx->slot)
		ret = cw_rx_blocks(own);
	if (ret) {
		kfree(rx->slot);
		kfree(rx->buf);
		return ret;
	}
	own->q.rx = rx;
	return 0;
}

/* The queue is dead: no read begins any more. Those that have a packet are over soon: none waits for a fault. */
void cw_rx_free(struct cw_own *own)
{
	struct cw_rx *rx = &own->rx;

	wait_event(rx->idle, READ_ONCE(rx->busy) == 0);
	/* Whoever ended the last one is out of the lock. */
	spin_lock(&own->q.lock);
	rx->packets = 0;
	spin_unlock(&own->q.lock);
	cw_rx_blocks_free(own, own->q.entries);
	kfree(rx->slot);
	kfree(rx->buf);
}

static void cw_rx_put(struct cw_rx *rx, struct cw_rx_buf *buf)
{
	list_move_tail(&buf->node, &rx->free);
	rx->free_n++;
}

void cw_rx_put_all(struct cw_rx *rx, struct list_head *list)
{
	struct cw_rx_buf *buf, *next;

	list_for_each_entry_safe(buf, next, list, node)
		cw_rx_put(rx, buf);
}

void cw_rx_post(struct cw_queue *q)
{
	struct cw_rx *rx = q->rx;
	struct cw_rx_buf *buf;

	lockdep_assert_held(&q->lock);
	/* There are as many as entries: the ring has room for those that are free. */
	while (q->state == CW_Q_RUN && !list_empty(&rx->free)) {
		if (q->producer == 0)
			cw_queue_watch(q);
		buf = list_first_entry(&rx->free, struct cw_rx_buf, node);
		list_del_init(&buf->node);
		rx->free_n--;
		rx->slot[q->producer & (q->entries - 1)] = buf;
		cw_queue_post(q, buf->dma, rx->bytes, 0, 0);
	}
}

/* ---- records ---- */

static u64 cw_rx_word(struct cw_queue *q, const u32 *dw)
{
	const struct cw_record *r = &q->records[q->consumer & (q->entries - 1)];

	return FIELD_GET(CW_RECORD_DW1_NOW0_MASK, dw[1]) | (u64)le32_to_cpu(READ_ONCE(r->dw[2])) << 8 |
	       (u64)FIELD_GET(CW_RECORD_DW3_NOW40_MASK, dw[3]) << 40;
}

/* Boundaries are where the card says, and only where they can be. */
static bool cw_rx_sane(struct cw_queue *q, const u32 *dw, u64 word)
{
	u32 bytes = FIELD_GET(CW_RECORD_DW1_BYTES_MASK, dw[1]);

	if (dw[0] != q->consumer || FIELD_GET(CW_RECORD_DW3_QUEUE_MASK, dw[3]) != q->index || bytes > q->rx->bytes)
		return false;
	if (cw_status_halts(FIELD_GET(CW_RECORD_DW3_STATUS_MASK, dw[3])))
		return true;
	if (!(word & BIT_ULL(CW_RECORD_S2H_SOP)) != q->rx->inside)
		return false;
	return bytes == q->rx->bytes || word & BIT_ULL(CW_RECORD_S2H_EOP);
}

static void cw_rx_part(struct cw_rx *rx, struct cw_rx_buf *buf, u32 bytes, u64 word)
{
	struct cw_rx_buf *head;

	buf->len = bytes;
	buf->last = false;
	if (!rx->inside) {
		buf->cut = false;
		buf->user = word & GENMASK_ULL(CW_PKT_USER_BITS - 1, 0);
		buf->full = 0;
		rx->inside = true;
	}
	if (rx->skip) {
		cw_rx_put(rx, buf);
	} else {
		list_add_tail(&buf->node, &rx->tail);
		rx->tail_n++;
	}
	head = list_first_entry(&rx->tail, struct cw_rx_buf, node);
	head->full += bytes;
	head->cut |= !!(word & BIT_ULL(CW_RECORD_S2H_TRUNC));
}

static void cw_rx_end(struct cw_rx *rx)
{
	list_last_entry(&rx->tail, struct cw_rx_buf, node)->last = true;
	list_splice_tail_init(&rx->tail, &rx->ready);
	rx->tail_n = 0;
	rx->packets++;
	rx->inside = false;
	rx->skip = false;
}

/* One packet has all buffers, and is not at its end. A quarter of them take the rest, again and again. */
static void cw_rx_cut(struct cw_rx *rx, u32 entries)
{
	u32 n;

	for (n = max(entries / 4, 1u); n; n--, rx->tail_n--)
		cw_rx_put(rx, list_last_entry(&rx->tail, struct cw_rx_buf, node));
	list_first_entry(&rx->tail, struct cw_rx_buf, node)->cut = true;
	rx->skip = true;
}

static bool cw_rx_take(struct cw_queue *q)
{
	u32 dw[4], status, bytes;
	u64 word;

	if (!cw_queue_record(q, dw))
		return false;
	word = cw_rx_word(q, dw);
	if (!cw_rx_sane(q, dw, word)) {
		dev_err_ratelimited(&q->cw->pdev->dev, "queue %u: bad record %08x %08x %012llx %08x where %u was due\n",
				    q->index, dw[0], dw[1], word, dw[3], q->consumer);
		cw_queue_fail(q, -EIO);
		return false;
	}
	status = FIELD_GET(CW_RECORD_DW3_STATUS_MASK, dw[3]);
	bytes = FIELD_GET(CW_RECORD_DW1_BYTES_MASK, dw[1]);
	trace_causeway_complete(q->cw->id, q->index, q->consumer, status, bytes);
	if (cw_status_halts(status)) {
		cw_queue_fail(q, -EIO);
		return false;
	}
	cw_rx_part(q->rx, q->rx->slot[q->consumer & (q->entries - 1)], bytes, word);
	q->consumer++;
	if (word & BIT_ULL(CW_RECORD_S2H_EOP))
		cw_rx_end(q->rx);
	else if (q->rx->tail_n == q->entries)
		cw_rx_cut(q->rx, q->entries);
	return true;
}

void cw_rx_harvest(struct cw_queue *q)
{
	lockdep_assert_held(&q->lock);
	while (q->consumer != q->producer && cw_rx_take(q))
		;
	cw_rx_match(q->rx);
}

void cw_rx_empty(struct cw_queue *q, int error)
{
	struct cw_rx *rx = q->rx;

	lockdep_assert_held(&q->lock);
	for (; q->consumer != q->producer; q->consumer++)
		cw_rx_put(rx, rx->slot[q->consumer & (q->entries - 1)]);
	cw_rx_put_all(rx, &rx->tail);
	rx->tail_n = 0;
	rx->inside = false;
	rx->skip = false;
	cw_rx_refuse_all(q, error);
}
