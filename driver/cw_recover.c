// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * When a queue does not go on: the card halted it, it makes no progress, it
 * wrote nonsense, or it has to end. The order is the same for all: no more
 * descriptors, the queue disabled on the card, the records that came before
 * that taken, the rest failed. A read of Q_STATUS that says DISABLED was
 * answered after every write the card had sent for the queue, which is what
 * makes it safe to unmap and unpin. Other queues are not touched.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

/* 0: the queue got to this state. -ENODEV: the card is gone. -ETIMEDOUT: it does not get there. */
int cw_queue_await(struct cw_queue *q, u32 state)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(CW_STOP_MS);
	u32 status;
	bool late;

	for (;;) {
		late = time_after(jiffies, deadline);
		status = cw_q_read(q, CW_Q_STATUS);
		if (cw_all_ones(status))
			return -ENODEV;
		if (FIELD_GET(CW_Q_STATUS_STATE_MASK, status) == state)
			return 0;
		if (late)
			break;
		usleep_range(10, 50);
	}
	dev_err(&q->cw->pdev->dev, "queue %u does not get to state %u: status %#x\n", q->index, state, status);
	return -ETIMEDOUT;
}

int cw_queue_disable(struct cw_queue *q)
{
	cw_q_write(q, CW_Q_CTRL, 0);
	return cw_queue_await(q, CW_QSTATE_DISABLED);
}

void cw_queue_fail(struct cw_queue *q, int cause)
{
	lockdep_assert_held(&q->lock);
	if (q->state != CW_Q_RUN)
		return;
	q->state = CW_Q_STOP;
	q->cause = cause;
	queue_work(q->cw->wq, &q->recover);
}

void cw_queue_check_halt(struct cw_queue *q)
{
	u32 status;

	/* Read under the lock: were it read before, the queue might have been recovered
	 * since then, and would be stopped again for an old halt.
	 */
	spin_lock(&q->lock);
	status = q->state == CW_Q_RUN ? cw_q_read(q, CW_Q_STATUS) : 0;
	if (!cw_all_ones(status) && FIELD_GET(CW_Q_STATUS_STATE_MASK, status) == CW_QSTATE_HALTED)
		cw_queue_fail(q, -EIO);
	spin_unlock(&q->lock);
}

static void cw_list_fail(struct list_head *list, int first, int rest)
{
	struct cw_chunk *chunk;
	int error = first;

	list_for_each_entry(chunk, list, node) {
		if (!chunk->error)
			chunk->error = error;
		error = rest;
	}
}

/* The ring's chunks, after the card has let go of them: those whose records are all there
 * have ended as these say, the oldest other one with `first`, the rest with `rest`.
 */
static void cw_queue_empty(struct cw_queue *q, int first, int rest, struct list_head *done)
{
	struct cw_chunk *chunk;

	cw_queue_harvest(q, done);
	cw_list_fail(&q->active, first, rest);
	list_for_each_entry(chunk, &q->active, node)
		WRITE_ONCE(q->load, q->load - chunk->desc_n);
	list_splice_tail_init(&q->active, done);
	if (q->rx)
		cw_rx_empty(q, first);
}

static void cw_queue_ended(struct cw_queue *q, struct list_head *done)
{
	cw_chunks_finish(done);
	if (q->rx)
		cw_rx_finish(q);
}

void cw_recover(struct work_struct *work)
{
	struct cw_queue *q = container_of(work, struct cw_queue, recover);
	LIST_HEAD(done);
	int ret;

	dev_warn_ratelimited(&q->cw->pdev->dev, "queue %u: recovering (%d), status %#x\n",
			     q->index, q->cause, cw_q_read(q, CW_Q_STATUS));
	ret = cw_queue_disable(q);
	if (ret) {
		cw_dev_dead(q->cw, ret);
		return;
	}
	spin_lock(&q->lock);
	cw_queue_empty(q, q->cause, -EIO, &done);
	spin_unlock(&q->lock);

	/* Ended before the queue runs again, so that a caller who tries again finds it idle. */
	cw_queue_ended(q, &done);
	ret = cw_queue_enable(q);
	if (ret) {
		cw_dev_dead(q->cw, ret);
		return;
	}
	spin_lock(&q->lock);
	q->recovered++;
	if (q->state == CW_Q_STOP) {
		q->state = CW_Q_RUN;
		cw_queue_dispatch(q);
	}
	spin_unlock(&q->lock);
}

/*
 * A stream may rest as long as it likes, whichever side it is that does not move, so nothing fails here. Only an
 * interrupt may be lost: a record that was there at the last look, and has not been taken since.
 */
static void cw_watch_stream(struct cw_queue *q)
{
	bool there = false, again = false, lost;
	u32 dw[4];

	spin_lock(&q->lock);
	if (q->state == CW_Q_RUN && q->consumer != q->producer)
		there = cw_queue_record(q, dw);
	again = there && q->suspect && q->suspect_at == q->consumer;
	q->suspect = there;
	q->suspect_at = q->consumer;
	spin_unlock(&q->lock);

	lost = again && cw_queue_poll(q, false);
	if (lost) {
		dev_warn_ratelimited(&q->cw->pdev->dev, "queue %u: an interrupt was lost\n", q->index);
		cw_event_lost(&q->cw->vector[q->vector]);
	}

	spin_lock(&q->lock);
	q->irq_lost += lost;
	if (q->state == CW_Q_RUN && q->consumer != q->producer)
		queue_delayed_work(q->cw->wq, &q->watchdog, there && !again ? min(q->cw->timeout, CW_LOOK_AGAIN) :
				   q->cw->timeout);
	spin_unlock(&q->lock);
}

void cw_watchdog(struct work_struct *work)
{
	struct cw_queue *q = container_of(to_delayed_work(work), struct cw_queue, watchdog);
	bool late, lost;
	unsigned long due;

	if (cw_queue_streams(q)) {
		cw_watch_stream(q);
		return;
	}
	spin_lock(&q->lock);
	late = !list_empty(&q->active) && time_after_eq(jiffies, q->progress + q->cw->timeout);
	spin_unlock(&q->lock);

	/* The work may be done and only its interrupt lost. */
	lost = late && cw_queue_poll(q, false);
	if (lost) {
		dev_warn_ratelimited(&q->cw->pdev->dev, "queue %u: an interrupt was lost\n", q->index);
		cw_event_lost(&q->cw->vector[q->vector]);
	}

	spin_lock(&q->lock);
	q->irq_lost += lost;
	due = q->progress + q->cw->timeout;
	if (q->state == CW_Q_RUN && !list_empty(&q->active)) {
		if (time_after_eq(jiffies, due))
			cw_queue_fail(q, -ETIMEDOUT);
		else
			queue_delayed_work(q->cw->wq, &q->watchdog, due - jiffies);
	}
	spin_unlock(&q->lock);
}

/* The card must not be able to reach the queue's memory any more. Unless they are kept,
 * no chunk is left afterwards and none is accepted.
 */
void cw_queue_clear(struct cw_queue *q, int error, bool keep)
{
	LIST_HEAD(done);

	spin_lock(&q->lock);
	cw_queue_empty(q, error, error, &done);
	if (!keep) {
		q->state = CW_Q_DEAD;
		cw_list_fail(&q->pending, error, error);
		list_splice_tail_init(&q->pending, &done);
		WRITE_ONCE(q->load, 0);
	}
	spin_unlock(&q->lock);
	cw_queue_ended(q, &done);
}

void cw_queue_hold(struct cw_queue *q)
{
	spin_lock(&q->lock);
	if (q->state != CW_Q_DEAD)
		q->state = CW_Q_HOLD;
	spin_unlock(&q->lock);
	cancel_delayed_work_sync(&q->watchdog);
	cancel_work_sync(&q->recover);
}

void cw_queue_revive(struct cw_queue *q)
{
	spin_lock(&q->lock);
	q->state = CW_Q_HOLD;
	spin_unlock(&q->lock);
}

void cw_queue_go(struct cw_queue *q)
{
	spin_lock(&q->lock);
	if (q->state == CW_Q_HOLD) {
		q->state = CW_Q_RUN;
		cw_queue_dispatch(q);
	}
	spin_unlock(&q->lock);
}

void cw_queue_stop(struct cw_queue *q, int error)
{
	struct cw_dev *cw = q->cw;
	int ret;

	spin_lock(&q->lock);
	q->state = CW_Q_DEAD;
	spin_unlock(&q->lock);
	cancel_delayed_work_sync(&q->watchdog);
	cancel_work_sync(&q->recover);
	/* An own queue also ends while the card sleeps, or is reset. */
	if (cw_reachable(cw) && cw->access == CW_ACCESS_YES) {
		ret = cw_queue_disable(q);
		if (ret)
			cw_dev_dead(cw, ret);
	}
	cw_queue_clear(q, error, false);
}

/*
 * The card is not to be used again, unless it is reset. Without bus mastering it can reach no
 * memory (PCIe Base 6.0, 7.5.1.1.3), and the answer to that configuration write
 * came after the writes that it had sent, so everything can be given back.
 */
void cw_dev_dead(struct cw_dev *cw, int error)
{
	struct cw_queue *q;
	unsigned int i;

	/* Before the flag: who sees that gives memory back without asking the card. */
	pci_clear_master(cw->pdev);
	if (atomic_inc_return(&cw->dead) > 1)
		return;
	dev_err(&cw->pdev->dev, "card given up: %s\n",
		error == -ENODEV ? "it does not answer" : "it does not do as told");
	down_read(&cw->table);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_clear(q, -ENODEV, false);
	up_read(&cw->table);
}
