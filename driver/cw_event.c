// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Event rings. Where several queues share a vector, the card says in a ring in
 * our memory which of them it means, so that the handler's work follows what
 * happened and not how many queues there are. The card tells of a queue once,
 * and again only after that queue's consumer index was written: each event ends
 * with that write, whether or not records were found. Without a ring (a card that
 * has none, no memory, a ring that cannot be relied on) the queues are walked.
 */
#include <linux/log2.h>
#include <linux/nospec.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

#define CW_EVENT_ADD_LOG2 9 /* a page of them, for queues that come and go */

/* Two entries a queue, and EVENT_SIZE can say it. */
static_assert(2 * CW_QUEUE_N_MAX <= 65536);

static size_t cw_event_bytes(const struct cw_vector *v)
{
	return sizeof(*v->ring) << v->ring_log2;
}

static void cw_event_write(struct cw_vector *v, u32 reg, u32 value)
{
	cw_write(v->cw, CW_EVENT_OFFSET + v->index * CW_EVENT_STRIDE + reg, value);
}

void cw_event_init(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	struct cw_vector *v;

	for (v = cw->vector; v < cw->vector + cw->vector_n; v++) {
		spin_lock_init(&v->ring_lock);
		if (v->queue_n < 2 || !(cw->features & CW_CAP_FEATURES_EVENT_RING_MASK))
			continue;
		/* An event taken and not told of yet, and the next one of the same queue. */
		v->ring_log2 = order_base_2(2 * v->queue_n);
		v->ring = dma_alloc_coherent(dev, cw_event_bytes(v), &v->ring_dma, GFP_KERNEL | __GFP_NOWARN);
		if (!v->ring)
			dev_info(dev, "vector %u: no memory for an event ring, its %u queues are walked\n",
				 v->index, v->queue_n);
	}
}

/* The card must be through with them. */
void cw_event_free(struct cw_dev *cw)
{
	struct cw_vector *v;

	for (v = cw->vector; v < cw->vector + cw->vector_n; v++)
		if (v->ring)
			dma_free_coherent(&cw->pdev->dev, cw_event_bytes(v), v->ring, v->ring_dma);
}

static void cw_event_on(struct cw_vector *v)
{
	spin_lock(&v->ring_lock);
	memset(v->ring, 0, cw_event_bytes(v));
	v->taken = 0;
	/* The zeroed ring is in memory before the card is told of it: an old entry would
	 * pass for one of the first round.
	 */
	dma_wmb();
	cw_event_write(v, CW_EVENT_BASE_LO, lower_32_bits(v->ring_dma));
	cw_event_write(v, CW_EVENT_BASE_HI, upper_32_bits(v->ring_dma));
	cw_event_write(v, CW_EVENT_SIZE, FIELD_PREP(CW_EVENT_SIZE_LOG2_MASK, v->ring_log2));
	WRITE_ONCE(v->ring_on, true);
	spin_unlock(&v->ring_lock);
}

/* After each reset of the engine, which turned the rings off, and before a queue runs. */
void cw_event_start(struct cw_dev *cw)
{
	struct cw_vector *v;

	for (v = cw->vector; v < cw->vector + cw->vector_n; v++)
		if (v->ring)
			cw_event_on(v);
}

/* False: it was off. */
static bool cw_event_off(struct cw_vector *v)
{
	bool was;

	spin_lock(&v->ring_lock);
	was = v->ring_on;
	WRITE_ONCE(v->ring_on, false);
	if (was && cw_reachable(v->cw))
		cw_event_write(v, CW_EVENT_SIZE, 0);
	spin_unlock(&v->ring_lock);
	return was;
}

/* The queues are disabled; the card may be writing a last entry until it is no bus master. */
void cw_event_stop(struct cw_dev *cw)
{
	struct cw_vector *v;

	for (v = cw->vector; v < cw->vector + cw->vector_n; v++)
		cw_event_off(v);
}

/*
 * Work of this vector was found that no event told of. Were an entry missing, those
 * behind it would never be looked at: the ring is given up. Without one the card raises the vector
 * for each queue, but not for what it has told already.
 */
void cw_event_lost(struct cw_vector *v)
{
	if (!cw_event_off(v))
		return;
	dev_warn(&v->cw->pdev->dev, "vector %u: its event ring is not used any more\n", v->index);
	/* The answer comes behind the records that were written before the ring was off. */
	cw_read(v->cw, CW_STATUS);
	down_read(&v->cw->table);
	cw_irq_walk(v, false);
	up_read(&v->cw->table);
}

/* With cw->own_lock, while the card is there. Without memory the queues are walked, as before. */
void cw_event_add(struct cw_vector *v)
{
	struct cw_dev *cw = v->cw;

	if (v->ring || v->queue_n < 2 || !(cw->features & CW_CAP_FEATURES_EVENT_RING_MASK))
		return;
	/* However many queues will share it: what does not fit waits in the card. */
	v->ring_log2 = CW_EVENT_ADD_LOG2;
	v->ring = dma_alloc_coherent(&cw->pdev->dev, cw_event_bytes(v), &v->ring_dma, GFP_KERNEL | __GFP_NOWARN);
	if (!v->ring)
		return;
	cw_event_on(v);
	/* What was due before it was on is told by this. */
	cw_irq_walk(v, true);
}

/* The next entry's word, if the card has written it. */
static bool cw_event_next(struct cw_vector *v, u32 *dw)
{
	struct cw_event *e = &v->ring[v->taken & (BIT(v->ring_log2) - 1)];
	u32 phase = FIELD_GET(CW_EVENT_DW1_PHASE_MASK, le32_to_cpu(READ_ONCE(e->dw[1])));

	if (phase != cw_ring_phase(v->taken, v->ring_log2))
		return false;
	/* The phase is read before the word that it vouches for, and before the records behind that. */
	dma_rmb();
	*dw = le32_to_cpu(READ_ONCE(e->dw[0]));
	return true;
}

/* NULL: nobody's. The number is the card's: not even a guess of the processor goes past the end of a table with it. */
static struct cw_queue *cw_event_queue(struct cw_dev *cw, u32 index)
{
	u32 n = 2 * cw->pair_n;

	if (index < n)
		return &cw->queue[array_index_nospec(index, n)];
	index -= n;
	return index < cw->own_n ? READ_ONCE(cw->own[array_index_nospec(index, cw->own_n)]) : NULL;
}

/* False: no queue of this vector. */
static bool cw_event_handle(struct cw_vector *v, u32 dw)
{
	u32 index = FIELD_GET(CW_EVENT_DW0_QUEUE_MASK, dw);
	struct cw_dev *cw = v->cw;
	struct cw_queue *q;

	q = cw_event_queue(cw, index);
	if (cw_queue_was_own(cw, index) && (!q || q->vector != v->index))
		return true; /* it was given back meanwhile */
	if (!q || q->vector != v->index) {
		dev_warn_ratelimited(&cw->pdev->dev, "vector %u: bad event %08x, number %u\n",
				     v->index, dw, v->taken);
		return false;
	}
	cw_queue_interrupt(q, true);
	if (dw & CW_EVENT_DW0_ERROR_MASK)
		cw_queue_check_halt(q);
	return true;
}

/* Takes the events that are there. False: there was none. */
bool cw_event_take(struct cw_vector *v)
{
	u32 before = v->taken, dw;
	bool bad = false;

	/* Not more than the card may have out: it would not run out of them. */
	while (v->taken - before < BIT(v->ring_log2) && cw_event_next(v, &dw)) {
		if (!cw_event_handle(v, dw))
			bad = true;
		v->taken++;
	}
	/* The one that was meant waits to be armed. */
	if (bad)
		cw_irq_walk(v, true);
	if (v->taken == before)
		return false;
	spin_lock(&v->ring_lock);
	if (v->ring_on)
		cw_event_write(v, CW_EVENT_CONSUMER, v->taken);
	spin_unlock(&v->ring_lock);
	return true;
}
