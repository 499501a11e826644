// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Packets to reads, each in order of arrival. A packet is copied to the read that gets it, into pages that were
 * pinned before: whoever takes records copies, in any context, and nobody waits for a page fault meanwhile.
 */
#include <linux/aio.h>
#include <linux/slab.h>

#include "causeway.h"
#include "compat.h"
#include "cw_own.h"

/* ---- packets to reads ---- */

static void cw_rx_take_packet(struct cw_rx *rx, struct list_head *packet)
{
	struct cw_rx_buf *buf;

	do {
		buf = list_first_entry(&rx->ready, struct cw_rx_buf, node);
		list_move_tail(&buf->node, packet);
	} while (!buf->last);
	rx->packets--;
}

void cw_rx_match(struct cw_rx *rx)
{
	struct cw_rx_wait *w;

	while (rx->packets && !list_empty(&rx->waiters)) {
		w = list_first_entry(&rx->waiters, struct cw_rx_wait, node);
		cw_rx_take_packet(rx, &w->packet);
		w->matched = true;
		list_move_tail(&w->node, &rx->matched);
		rx->busy++;
	}
}

static void cw_rx_refuse(struct cw_rx *rx, struct cw_rx_wait *w, int error)
{
	w->result = error;
	w->matched = true;
	list_move_tail(&w->node, &rx->matched);
	rx->busy++;
}

void cw_rx_refuse_all(struct cw_queue *q, int error)
{
	struct cw_rx_wait *w, *next;

	if (list_empty(&q->rx->waiters))
		q->lost = error;
	list_for_each_entry_safe(w, next, &q->rx->waiters, node)
		cw_rx_refuse(q->rx, w, error);
}

/* ---- reads ---- */

static ssize_t cw_rx_copy(struct cw_rx_wait *w)
{
	struct cw_rx_buf *head = list_first_entry(&w->packet, struct cw_rx_buf, node), *buf;
	struct cw_pkt pkt = { .user = head->user };
	size_t room = iov_iter_count(&w->iter) - (w->hdr ? sizeof(pkt) : 0), done = 0, n;
	bool cut = head->cut || head->full > room;

	pkt.len = min_t(u64, head->full, U32_MAX);
	pkt.flags = cut ? CW_PKT_TRUNC : 0;
	if (w->hdr && copy_to_iter(&pkt, sizeof(pkt), &w->iter) != sizeof(pkt))
		return -EFAULT;
	list_for_each_entry(buf, &w->packet, node) {
		n = min_t(size_t, buf->len, room - done);
		if (n && copy_to_iter(buf->va, n, &w->iter) != n)
			return -EFAULT;
		done += n;
	}
	if (w->hdr)
		return sizeof(pkt) + done;
	return cut ? -EMSGSIZE : (ssize_t)done;
}

/* The buffers go back. Not each alone: every doorbell costs the card a fetch. */
static void cw_rx_return(struct cw_queue *q, struct list_head *packet)
{
	struct cw_rx *rx = q->rx;

	spin_lock(&q->lock);
	cw_rx_put_all(rx, packet);
	if (rx->free_n > q->entries / 4 || !rx->packets)
		cw_queue_dispatch(q);
	spin_unlock(&q->lock);
}

static void cw_rx_idle(struct cw_queue *q)
{
	spin_lock(&q->lock);
	if (--q->rx->busy == 0)
		wake_up(&q->rx->idle);
	spin_unlock(&q->lock);
}

static void cw_rx_wait_free(struct cw_rx_wait *w)
{
	cw_map_undo(&w->map, NULL);
	kfree(w);
}

/* One that has its packet, or an error, and is on no list. */
static void cw_rx_complete(struct cw_queue *q, struct cw_rx_wait *w)
{
	struct kiocb *iocb = w->iocb;

	if (!list_empty(&w->packet)) {
		w->result = cw_rx_copy(w);
		cw_rx_return(q, &w->packet);
	}
	if (iocb) {
		cw_map_undo(&w->map, NULL);
		iocb->ki_complete(iocb, w->result);
		kfree(w);
		cw_rx_idle(q);
		return;
	}
	spin_lock(&q->lock);
	w->done = true;
	/* With the lock: the struct is gone when its owner has had it. */
	wake_up(&w->wait);
	if (--q->rx->busy == 0)
		wake_up(&q->rx->idle);
	spin_unlock(&q->lock);
}

void cw_rx_finish(struct cw_queue *q)
{
	struct cw_rx *rx = q->rx;
	struct cw_rx_wait *w;

	for (;;) {
		spin_lock(&q->lock);
		w = list_first_entry_or_null(&rx->matched, struct cw_rx_wait, node);
		if (w)
			list_del_init(&w->node);
		spin_unlock(&q->lock);
		if (!w)
			break;
		cw_rx_complete(q, w);
	}
	wake_up_all(&cw_own_of(q)->wait);
}

void cw_rx_cancel(struct cw_own *own)
{
	struct cw_queue *q = &own->q;
	struct cw_rx_wait *w, *next;

	spin_lock(&q->lock);
	list_for_each_entry_safe(w, next, &q->rx->waiters, node)
		if (READ_ONCE(w->cancelled))
			cw_rx_refuse(q->rx, w, -ECANCELED);
	spin_unlock(&q->lock);
	cw_rx_finish(q);
}

/* Called with a spinlock of the kernel's and interrupts off. */
static int cw_rx_cancel_one(struct kiocb *iocb)
{
	struct cw_rx_wait *w = iocb->private;
	struct cw_own *own = iocb->ki_filp->private_data;

	WRITE_ONCE(w->cancelled, true);
	queue_work(own->q.cw->wq, &own->cancel);
	return 0;
}

/* Gets its packet, or queues up for one: 0, or -errno and nothing was done. */
static int cw_rx_enter(struct cw_queue *q, struct cw_rx_wait *w, bool nowait)
{
	struct cw_rx *rx = q->rx;
	int ret = 0;

	spin_lock(&q->lock);
	if (q->state == CW_Q_DEAD) {
		ret = cw_queue_refusal(q);
	} else if (q->lost && !rx->packets) {
		ret = q->lost;
		q->lost = 0;
	} else if (nowait && (!rx->packets || !list_empty(&rx->waiters))) {
		ret = -EAGAIN;
	} else {
		list_add_tail(&w->node, &rx->waiters);
		cw_rx_match(rx);
	}
	spin_unlock(&q->lock);
	return ret;
}

/* Somebody who waits is interrupted; one that has its packet keeps it. */
static void cw_rx_leave(struct cw_queue *q, struct cw_rx_wait *w)
{
	bool out = false;

	spin_lock(&q->lock);
	if (!w->matched) {
		list_del_init(&w->node);
		w->result = -ERESTARTSYS;
		out = true;
	}
	spin_unlock(&q->lock);
	if (!out)
		wait_event(w->wait, READ_ONCE(w->done));
}

static struct cw_rx_wait *cw_rx_wait_new(struct cw_own *own, struct iov_iter *iter)
{
	struct cw_rx_wait *w = kzalloc(sizeof(*w), GFP_KERNEL);
	size_t len;
	int ret = 0;

	if (!w)
		return ERR_PTR(-ENOMEM);
	w->hdr = own->hdr;
	w->map.dir = DMA_FROM_DEVICE;
	INIT_LIST_HEAD(&w->packet);
	init_waitqueue_head(&w->wait);
	/* No packet is longer. */
	len = min_t(u64, iov_iter_count(iter), own->packet_max + sizeof(struct cw_pkt));
	ret = cw_map_gather(&w->map, iter, len, CW_PACKET_PAGES);
	/* Not a packet without its end instead. */
	if (ret == 0 && w->map.len < len)
		ret = -EFAULT;
	if (ret) {
		cw_rx_wait_free(w);
		return ERR_PTR(ret);
	}
	w->map.flags |= CW_MAP_FILLED;
	iov_iter_bvec(&w->iter, READ, w->map.vec, w->map.vec_n, w->map.len);
	return w;
}

static ssize_t cw_rx_wait(struct cw_queue *q, struct cw_rx_wait *w)
{
	ssize_t ret;

	if (wait_event_interruptible(w->wait, READ_ONCE(w->done)))
		cw_rx_leave(q, w);
	/* Whoever ended it is out of the lock then, and does not know it any more. */
	spin_lock(&q->lock);
	ret = w->result;
	spin_unlock(&q->lock);
	cw_rx_wait_free(w);
	return ret;
}

ssize_t cw_rx_read(struct cw_own *own, struct kiocb *iocb, struct iov_iter *iter)
{
	bool nowait = cw_own_nowait(iocb), async = !nowait && cw_iocb_cancellable(iocb);
	struct cw_queue *q = &own->q;
	struct cw_rx_wait *w;
	int ret;

	if (own->hdr && iov_iter_count(iter) < sizeof(struct cw_pkt))
		return -EINVAL;
	if (iov_iter_count(iter) == 0)
		return 0;
	w = cw_rx_wait_new(own, iter);
	if (IS_ERR(w))
		return PTR_ERR(w);
	if (async) {
		w->iocb = iocb;
		iocb->private = w;
		kiocb_set_cancel_fn(iocb, cw_rx_cancel_one);
	}
	ret = cw_rx_enter(q, w, nowait);
	if (ret) {
		/* The callback: until then it could be cancelled. */
		if (async)
			iocb->ki_complete(iocb, ret);
		cw_rx_wait_free(w);
		return async ? -EIOCBQUEUED : ret;
	}
	cw_rx_finish(q);
	return async ? -EIOCBQUEUED : cw_rx_wait(q, w);
}
