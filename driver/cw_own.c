// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Queues of one's own: those of the card that the device file does not use. They are made and given back while the
 * others run. Each is in a table by its number, where handlers and whoever stops or restarts the card find it;
 * taking it from there is how it ends, and then all who may have found it are waited for.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

unsigned int cw_stream_bytes = 4096;
module_param_named(stream_bytes, cw_stream_bytes, uint, 0444);
MODULE_PARM_DESC(stream_bytes, "bytes of each receive buffer of a stream, a power of two, 64 to 1048576, where a program does not say (default 4096)");

/* After the card's sizes and the device file's queues are known. */
int cw_own_init(struct cw_dev *cw)
{
	u64 doorbells = pci_resource_len(cw->pdev, CW_BAR_DOORBELL) >> cw->db_stride_log2;

	cw->own_n = min_t(u64, cw->card_queues, doorbells) - 2 * cw->pair_n;
	cw->queue_end = 2 * cw->pair_n;
	cw->own = kcalloc(cw->own_n + 1, sizeof(*cw->own), GFP_KERNEL);
	if (!cw->own)
		return -ENOMEM;
	cw->own_taken = kcalloc(BITS_TO_LONGS(cw->own_n) + 1, sizeof(*cw->own_taken), GFP_KERNEL);
	if (!cw->own_taken) {
		kfree(cw->own);
		return -ENOMEM;
	}
	return 0;
}

void cw_own_exit(struct cw_dev *cw)
{
	kfree(cw->own_taken);
	kfree(cw->own);
}

/* ---- numbers and vectors ---- */

/* Vector 0 only when there is no other; the one with the fewest queues. */
static unsigned int cw_own_vector(const struct cw_dev *cw)
{
	unsigned int best = cw->vector_n > 1, i;

	for (i = best + 1; i < cw->vector_n; i++)
		if (cw->vector[i].queue_n < cw->vector[best].queue_n)
			best = i;
	return best;
}

static int cw_own_number(struct cw_own *own, u32 vector)
{
	struct cw_dev *cw = own->q.cw;
	struct cw_queue *q = &own->q;
	unsigned long n;

	mutex_lock(&cw->own_lock);
	n = find_first_zero_bit(cw->own_taken, cw->own_n);
	if (n < cw->own_n) {
		__set_bit(n, cw->own_taken);
		q->vector = vector == CW_QUEUE_ANY_VECTOR ? cw_own_vector(cw) : vector;
		WRITE_ONCE(cw->vector[q->vector].queue_n, cw->vector[q->vector].queue_n + 1);
	}
	mutex_unlock(&cw->own_lock);
	return n < cw->own_n ? (int)(2 * cw->pair_n + n) : -EBUSY;
}

static void cw_own_number_put(struct cw_queue *q)
{
	struct cw_dev *cw = q->cw;
	struct cw_vector *v = &cw->vector[q->vector];

	mutex_lock(&cw->own_lock);
	WRITE_ONCE(v->queue_n, v->queue_n - 1);
	__clear_bit(q->index - 2 * cw->pair_n, cw->own_taken);
	mutex_unlock(&cw->own_lock);
}

/* ---- the table ---- */

static void cw_own_list(struct cw_queue *q)
{
	struct cw_dev *cw = q->cw;

	mutex_lock(&cw->own_lock);
	down_write(&cw->table);
	WRITE_ONCE(cw->own[q->index - 2 * cw->pair_n], q);
	WRITE_ONCE(cw->queue_end, max(cw->queue_end, q->index + 1u));
	up_write(&cw->table);
	down_read(&cw->table);
	cw_event_add(&cw->vector[q->vector]);
	up_read(&cw->table);
	mutex_unlock(&cw->own_lock);
}

/* Nobody who was given the queue by the table has it afterwards. */
static void cw_own_unlist(struct cw_queue *q)
{
	struct cw_dev *cw = q->cw;

	down_write(&cw->table);
	WRITE_ONCE(cw->own[q->index - 2 * cw->pair_n], NULL);
	up_write(&cw->table);
	cw_irq_sync_vector(cw, q->vector);
}

/* ---- made ---- */

static int cw_own_check(const struct cw_dev *cw, const struct cw_queue_setup *s)
{
	if (s->mode == CW_QUEUE_ST && !(cw->features & CW_CAP_FEATURES_STREAM_MASK))
		return -EOPNOTSUPP;
	if (s->entries && (!is_power_of_2(s->entries) || s->entries < 2 || s->entries > 1u << cw->entries_log2_max))
		return -EINVAL;
	if (s->vector != CW_QUEUE_ANY_VECTOR && s->vector >= cw->vector_n)
		return -EINVAL;
	if (s->mode == CW_QUEUE_MM && (s->card_base >= cw->card_bytes || s->card_limit > cw->card_bytes - s->card_base))
		return -EINVAL;
	return cw_config_weight_check(cw, s->weight);
}

/* Records of a stream are told of each alone, or late by the time that was asked for: it is never known that one is
 * the last for now, and of buffers, which are no chunks, none interrupts by itself.
 */
static u32 cw_own_moderation(const struct cw_dev *cw, const struct cw_queue_setup *s)
{
	bool by_hand = !cw->adaptive && cw->moderation & CW_Q_MODERATION_TIME_MASK;

	if (s->mode == CW_QUEUE_ST && s->dir == CW_QUEUE_C2H && !by_hand)
		return FIELD_PREP(CW_Q_MODERATION_COUNT_MASK, 1);
	return cw->moderation;
}

static void cw_own_set(struct cw_own *own, struct cw_queue_setup *s)
{
	struct cw_dev *cw = own->q.cw;
	struct cw_queue *q = &own->q;

	s->entries = s->entries ? s->entries : cw->entries;
	q->entries = s->entries;
	q->moderation = cw_own_moderation(cw, s);
	s->weight = s->weight ? s->weight : 1;
	q->config = cw_config(cw, s->weight);
	own->hdr = s->flags & CW_QUEUE_HDR;
	own->room = 1;
	if (s->mode == CW_QUEUE_ST) {
		q->config |= CW_Q_CONFIG_STREAM_MASK | FIELD_PREP(CW_Q_CONFIG_STALL_MASK, s->full == CW_QUEUE_STALL);
	} else {
		s->card_limit = s->card_limit ? s->card_limit : cw->card_bytes - s->card_base;
		q->card_base = s->card_base;
		q->card_limit = s->card_limit;
	}
	if (s->mode == CW_QUEUE_ST && s->dir == CW_QUEUE_C2H) {
		q->config &= ~(CW_Q_CONFIG_RO_MASK | CW_Q_CONFIG_NS_MASK); /* coherent buffers: cw_config.c */
		s->buffer = s->buffer ? s->buffer : cw_stream_bytes;
		own->packet_max = min_t(u64, (u64)s->entries * s->buffer, (CW_PACKET_PAGES - 1) * PAGE_SIZE);
	} else if (s->mode == CW_QUEUE_ST) {
		/* Wherever it lies: its first and last page may be parts. */
		own->packet_max = (min(s->entries, cw->packet_pages) - 1) * PAGE_SIZE;
	}
	s->packet_max = own->packet_max;
}

static int cw_own_memory(struct cw_own *own, const struct cw_queue_setup *s, unsigned int index)
{
	struct cw_queue *q = &own->q;
	int ret;

	ret = cw_queue_init(q->cw, q, index, s->dir == CW_QUEUE_C2H);
	if (ret || !s->buffer)
		return ret;
	ret = cw_rx_init(own, s->buffer);
	if (ret)
		cw_queue_free(q);
	return ret;
}

static void cw_own_cancel(struct work_struct *work)
{
	struct cw_own *own = container_of(work, struct cw_own, cancel);

	if (own->q.rx)
		cw_rx_cancel(own);
	else
		cw_packet_cancel(own);
}

static void cw_own_memory_free(struct cw_own *own)
{
	if (own->q.rx)
		cw_rx_free(own);
	cw_queue_free(&own->q);
}

int cw_own_attach(struct cw_dev *cw, struct cw_own *own, struct cw_queue_setup *s)
{
	struct cw_queue *q = &own->q;
	int ret, index;

	ret = cw_own_check(cw, s);
	if (ret)
		return ret;
	q->cw = cw;
	init_waitqueue_head(&own->wait);
	INIT_WORK(&own->cancel, cw_own_cancel);
	cw_own_set(own, s);
	index = cw_own_number(own, s->vector);
	if (index < 0)
		return index;
	ret = cw_own_memory(own, s, index);
	if (ret)
		goto err_number;
	/* Packets may come at any time: the card does not sleep meanwhile. */
	ret = cw_queue_streams(q) ? cw_wake(cw) : 0;
	if (ret)
		goto err_memory;
	ret = cw_queue_enable(q);
	if (ret)
		goto err_dead;
	s->vector = q->vector;
	s->queue = index;
	cw_own_list(q);
	own->live = true;
	cw_queue_go(q);
	return 0;

err_dead:
	/* It may still be about to run. */
	cw_dev_dead(cw, ret);
	if (cw_queue_streams(q))
		cw_unwake(cw);
err_memory:
	cw_own_memory_free(own);
err_number:
	q->index = index;
	cw_own_number_put(q);
	return ret;
}

/* ---- given back ---- */

/* With cw->power: the card neither goes away nor comes back meanwhile. */
static void cw_own_let_go(struct cw_own *own)
{
	struct cw_queue *q = &own->q;
	struct cw_dev *cw = q->cw;

	if (!own->live)
		return;
	own->live = false;
	cw_own_unlist(q);
	cw_queue_stop(q, -ENODEV);
	cancel_work_sync(&own->cancel);
	wake_up_all(&own->wait);
	cw_own_memory_free(own);
	cw_own_number_put(q);
	if (cw_queue_streams(q))
		cw_unwake(cw);
}

void cw_own_detach(struct cw_own *own)
{
	struct cw_dev *cw = own->q.cw;

	cw_packet_drain(own);
	mutex_lock(&cw->power);
	cw_own_let_go(own);
	mutex_unlock(&cw->power);
}

void cw_own_detach_all(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;

	mutex_lock(&cw->power);
	for (i = 2 * cw->pair_n; (q = cw_queue_next(cw, &i)); i++)
		cw_own_let_go(cw_own_of(q));
	mutex_unlock(&cw->power);
}
