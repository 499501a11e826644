// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * One queue: a ring of descriptors that we write and the card reads, and a ring
 * of records the other way. Work is appended while the ring runs; the producer
 * never gets more than `entries` ahead of the records taken.
 *
 * A record is believed only where it agrees with what was asked for: the next
 * number, this queue, no more bytes than the descriptor had. Anything else
 * stops the queue; nothing from the card is ever used as an index.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"
#include "cw_trace.h"

static int cw_queue_alloc(struct cw_queue *q)
{
	struct device *dev = &q->cw->pdev->dev;

	q->desc_len = kcalloc(q->entries, sizeof(*q->desc_len), GFP_KERNEL);
	if (!q->desc_len)
		return -ENOMEM;
	q->ring = dma_alloc_coherent(dev, q->entries * sizeof(*q->ring), &q->ring_dma, GFP_KERNEL);
	if (!q->ring)
		goto err_len;
	q->records = dma_alloc_coherent(dev, q->entries * sizeof(*q->records), &q->records_dma, GFP_KERNEL);
	if (!q->records)
		goto err_ring;
	return 0;

err_ring:
	dma_free_coherent(dev, q->entries * sizeof(*q->ring), q->ring, q->ring_dma);
	q->ring = NULL;
err_len:
	kfree(q->desc_len);
	return -ENOMEM;
}

int cw_queue_init(struct cw_dev *cw, struct cw_queue *q, unsigned int index, bool c2h)
{
	q->cw = cw;
	q->index = index;
	q->c2h = c2h;
	q->context = cw->regs + CW_QUEUE_OFFSET + index * CW_QUEUE_STRIDE;
	q->doorbell = cw->doorbells + ((size_t)index << cw->db_stride_log2);
	q->entries_log2 = ilog2(q->entries);
	spin_lock_init(&q->lock);
	q->state = CW_Q_HOLD;
	INIT_LIST_HEAD(&q->active);
	INIT_LIST_HEAD(&q->pending);
	INIT_DELAYED_WORK(&q->watchdog, cw_watchdog);
	INIT_WORK(&q->recover, cw_recover);
	return cw_queue_alloc(q);
}

void cw_queue_free(struct cw_queue *q)
{
	struct device *dev = &q->cw->pdev->dev;

	dma_free_coherent(dev, q->entries * sizeof(*q->records), q->records, q->records_dma);
	dma_free_coherent(dev, q->entries * sizeof(*q->ring), q->ring, q->ring_dma);
	kfree(q->desc_len);
}

/* From DISABLED to running, with everything at 0. The caller alone knows the queue, or
 * keeps it in CW_Q_STOP or CW_Q_HOLD.
 */
int cw_queue_enable(struct cw_queue *q)
{
	u32 config = q->config | FIELD_PREP(CW_Q_CONFIG_C2H_MASK, q->c2h) |
		     FIELD_PREP(CW_Q_CONFIG_ENTRIES_LOG2_MASK, q->entries_log2) |
		     FIELD_PREP(CW_Q_CONFIG_VECTOR_MASK, q->vector);

	/* A submitter may be looking at them, though it appends nothing. */
	spin_lock(&q->lock);
	q->producer = 0;
	q->consumer = 0;
	cw_moderation_start(q);
	spin_unlock(&q->lock);
	memset(q->ring, 0, q->entries * sizeof(*q->ring));
	memset(q->records, 0, q->entries * sizeof(*q->records));
	/* The zeroed rings are in memory before the card is told of them: an old record
	 * would pass for one of the first round.
	 */
	dma_wmb();
	cw_q_write(q, CW_Q_CONFIG, config);
	cw_q_write(q, CW_Q_MODERATION, q->moderation);
	cw_q_write_pair(q, CW_Q_RING_LO, q->ring_dma);
	cw_q_write_pair(q, CW_Q_CPL_LO, q->records_dma);
	cw_q_write_pair(q, CW_Q_CARD_BASE_LO, q->card_base);
	cw_q_write_pair(q, CW_Q_CARD_LIMIT_LO, q->card_limit);
	cw_q_write(q, CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	return cw_queue_await(q, CW_QSTATE_RUNNING);
}

/* ---- descriptors ---- */

void cw_queue_post(struct cw_queue *q, dma_addr_t addr, u32 len, u64 card, u32 flags)
{
	u32 slot = q->producer++ & (q->entries - 1);

	q->desc_len[slot] = len;
	cw_desc_fill(&q->ring[slot], addr, len, card, flags);
	trace_causeway_submit(q->cw->id, q->index, q->producer - 1, q->c2h, addr, len, card);
}

static void cw_queue_fill(struct cw_queue *q, struct cw_chunk *chunk)
{
	u32 last = cw_moderation_chunk(q, chunk) ? CW_DESC_DW2_IRQ_MASK : 0;
	struct cw_map_iter it;
	u64 card = chunk->card;
	dma_addr_t addr;
	u32 len, n = 0, flags;

	for (cw_map_start(&chunk->map, &it); cw_map_next(&it, &addr, &len); card += len) {
		flags = ++n == chunk->desc_n ? last : 0;
		cw_queue_post(q, addr, len, card, flags);
	}
}

/* A packet; of no bytes, it takes a descriptor all the same. */
static void cw_queue_fill_packet(struct cw_queue *q, struct cw_chunk *chunk)
{
	u32 last = CW_DESC_DW2_EOP_MASK | (cw_moderation_chunk(q, chunk) ? CW_DESC_DW2_IRQ_MASK : 0);
	struct cw_map_iter it;
	dma_addr_t addr = 0;
	u32 len = 0, n = 0;

	cw_map_start(&chunk->map, &it);
	for (; n < chunk->desc_n; n++) {
		cw_map_next(&it, &addr, &len);
		cw_queue_post(q, addr, len, chunk->card,
			      (n == 0 ? CW_DESC_DW2_SOP_MASK : 0) | (n + 1 == chunk->desc_n ? last : 0));
	}
}

void cw_queue_watch(struct cw_queue *q)
{
	q->progress = jiffies;
	/* Left alone when it is waiting already: it looks at q->progress when it runs. */
	queue_delayed_work(q->cw->wq, &q->watchdog, q->cw->timeout);
}

/* Moves waiting chunks to the ring while there is room. The caller rings. */
static void cw_queue_append(struct cw_queue *q)
{
	struct cw_chunk *chunk;

	lockdep_assert_held(&q->lock);
	if (q->rx)
		cw_rx_post(q);
	while (q->state == CW_Q_RUN && !list_empty(&q->pending)) {
		chunk = list_first_entry(&q->pending, struct cw_chunk, node);
		if (chunk->desc_n > q->entries - (q->producer - q->consumer))
			break;
		if (list_empty(&q->active))
			cw_queue_watch(q);
		if (cw_queue_streams(q))
			cw_queue_fill_packet(q, chunk);
		else
			cw_queue_fill(q, chunk);
		list_move_tail(&chunk->node, &q->active);
	}
}

void cw_queue_dispatch(struct cw_queue *q)
{
	u32 before = q->producer;

	cw_queue_append(q);
	if (q->producer == before)
		return;
	/* The descriptors are in memory before the card sees the count that covers them. */
	dma_wmb();
	trace_causeway_doorbell(q->cw->id, q->index, q->producer, q->consumer);
	writel(q->producer, q->doorbell + CW_DB_PRODUCER);
}

int cw_queue_refusal(struct cw_queue *q)
{
	/* Else an error cut the card off, and a reset may bring it back. */
	return atomic_read(&q->cw->dead) || READ_ONCE(q->cw->gone) ? -ENODEV : -EIO;
}

int cw_queue_submit(struct cw_queue *q, struct cw_chunk *chunk)
{
	int ret = 0;

	spin_lock(&q->lock);
	if (q->state == CW_Q_DEAD) {
		ret = cw_queue_refusal(q);
	} else {
		WRITE_ONCE(q->load, q->load + chunk->desc_n);
		list_add_tail(&chunk->node, &q->pending);
		cw_queue_dispatch(q);
	}
	spin_unlock(&q->lock);
	return ret;
}

bool cw_queue_cancel(struct cw_queue *q, struct cw_request *req)
{
	struct cw_chunk *chunk, *next;
	bool others = false;
	LIST_HEAD(done);

	spin_lock(&q->lock);
	list_for_each_entry_safe(chunk, next, &q->pending, node) {
		if (chunk->req != req)
			continue;
		WRITE_ONCE(q->load, q->load - chunk->desc_n);
		chunk->error = -EINTR;
		list_move_tail(&chunk->node, &done);
	}
	/* There may be room for what stood behind one of these. */
	cw_queue_dispatch(q);
	list_for_each_entry(chunk, &q->active, node)
		others |= chunk->req == req;
	spin_unlock(&q->lock);
	cw_chunks_finish(&done);
	return others;
}

/* ---- records ---- */

static int cw_status_errno(u32 status)
{
	switch (status) {
	case CW_STATUS_OK:
		return 0;
	case CW_STATUS_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

bool cw_status_halts(u32 status)
{
	return status == CW_STATUS_BAD_LEN || status == CW_STATUS_BAD_FLAGS || status == CW_STATUS_BAD_RANGE;
}

bool cw_queue_record(struct cw_queue *q, u32 *dw)
{
	struct cw_record *r = &q->records[q->consumer & (q->entries - 1)];

	dw[3] = le32_to_cpu(READ_ONCE(r->dw[3]));
	if (FIELD_GET(CW_RECORD_DW3_PHASE_MASK, dw[3]) != cw_ring_phase(q->consumer, q->entries_log2))
		return false;
	/* The phase is read before the words that it vouches for. */
	dma_rmb();
	dw[0] = le32_to_cpu(READ_ONCE(r->dw[0]));
	dw[1] = le32_to_cpu(READ_ONCE(r->dw[1]));
	return true;
}

static bool cw_record_sane(struct cw_queue *q, const u32 *dw)
{
	u32 bytes = FIELD_GET(CW_RECORD_DW1_BYTES_MASK, dw[1]);
	u32 len = q->desc_len[q->consumer & (q->entries - 1)];

	if (dw[0] != q->consumer || FIELD_GET(CW_RECORD_DW3_QUEUE_MASK, dw[3]) != q->index || bytes > len)
		return false;
	return FIELD_GET(CW_RECORD_DW3_STATUS_MASK, dw[3]) != CW_STATUS_OK || bytes == len;
}

/* Accounts the record to the oldest chunk; true when that was its last. */
static bool cw_record_apply(struct cw_chunk *chunk, const u32 *dw)
{
	u32 status = FIELD_GET(CW_RECORD_DW3_STATUS_MASK, dw[3]);

	if (!chunk->error) {
		chunk->good += FIELD_GET(CW_RECORD_DW1_BYTES_MASK, dw[1]);
		chunk->error = cw_status_errno(status);
	}
	return ++chunk->seen == chunk->desc_n;
}

static bool cw_queue_take(struct cw_queue *q, struct list_head *done)
{
	struct cw_chunk *chunk = list_first_entry(&q->active, struct cw_chunk, node);
	u32 dw[4], status;

	if (!cw_queue_record(q, dw))
		return false;
	if (!cw_record_sane(q, dw)) {
		dev_err_ratelimited(&q->cw->pdev->dev, "queue %u: bad record %08x %08x %08x where %u was due\n",
				    q->index, dw[0], dw[1], dw[3], q->consumer);
		cw_queue_fail(q, -EIO);
		return false;
	}
	status = FIELD_GET(CW_RECORD_DW3_STATUS_MASK, dw[3]);
	trace_causeway_complete(q->cw->id, q->index, q->consumer, status,
				FIELD_GET(CW_RECORD_DW1_BYTES_MASK, dw[1]));
	if (status != CW_STATUS_OK)
		dev_dbg(&q->cw->pdev->dev, "queue %u: descriptor %u ended with status %u\n",
			q->index, q->consumer, status);
	q->consumer++;
	if (cw_record_apply(chunk, dw)) {
		WRITE_ONCE(q->load, q->load - chunk->desc_n);
		list_move_tail(&chunk->node, done);
		cw_moderation_ended(q);
	}
	if (cw_status_halts(status)) {
		cw_queue_fail(q, -EIO);
		return false;
	}
	return true;
}

unsigned int cw_queue_harvest(struct cw_queue *q, struct list_head *done)
{
	u32 before = q->consumer;

	lockdep_assert_held(&q->lock);
	/* Bounded by what is on the ring: each record taken is one of a chunk there. */
	while (!list_empty(&q->active) && cw_queue_take(q, done))
		;
	if (q->rx)
		cw_rx_harvest(q);
	if (q->consumer != before)
		q->progress = jiffies;
	return q->consumer - before;
}

/* Tells the card what was taken, which arms the next event, and what was added. */
static void cw_queue_ring_both(struct cw_queue *q, u32 producer_before)
{
	trace_causeway_doorbell(q->cw->id, q->index, q->producer, q->consumer);
	if (q->producer == producer_before) {
		writel(q->consumer, q->doorbell + CW_DB_CONSUMER);
		return;
	}
	/* As in cw_queue_dispatch(): descriptors before the count that covers them. */
	dma_wmb();
	writeq(q->producer | (u64)q->consumer << 32, q->doorbell + CW_DB_PRODUCER);
}

static unsigned int cw_queue_serve(struct cw_queue *q, bool arm, bool interrupt)
{
	unsigned int n = 0;
	LIST_HEAD(done);
	u32 producer;

	spin_lock(&q->lock);
	/* One that looks at every queue of a vector is about those that have work. */
	if (interrupt && (arm || !list_empty(&q->active) || q->rx))
		trace_causeway_interrupt(q->cw->id, q->vector, q->index, q->consumer);
	if (q->state == CW_Q_RUN)
		n = cw_queue_harvest(q, &done);
	/* Harvesting may have stopped it. */
	if ((n || arm) && q->state == CW_Q_RUN) {
		producer = q->producer;
		cw_queue_append(q);
		cw_queue_ring_both(q, producer);
	}
	spin_unlock(&q->lock);
	cw_chunks_finish(&done);
	if (q->rx)
		cw_rx_finish(q);
	return n;
}

unsigned int cw_queue_poll(struct cw_queue *q, bool arm)
{
	return cw_queue_serve(q, arm, false);
}

unsigned int cw_queue_interrupt(struct cw_queue *q, bool arm)
{
	return cw_queue_serve(q, arm, true);
}
