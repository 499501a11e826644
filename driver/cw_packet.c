// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A packet to the card. It is one chunk, so one run of descriptors that is put on the ring at once: whatever
 * happens to others, to the caller or to the card, no packet begins that does not end.
 *
 * Nobody knows when the card's side takes a packet, so everything can be given up. A caller who waits can be killed,
 * libaio can cancel; either takes the queue out of the card's hands for a moment if the packet is on the ring already.
 * For calls that may not wait, and for io_uring, which cannot take back, the packet is copied and counts as written.
 */
#include <linux/aio.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "causeway.h"
#include "compat.h"
#include "cw_hw.h"
#include "cw_own.h"

/* Checked: the packet's user word, and *len its bytes, which follow in the iterator. */
static int cw_packet_head(struct cw_own *own, struct iov_iter *iter, u64 *user, size_t *len)
{
	struct cw_pkt pkt = { .user = 0 };

	if (own->hdr) {
		if (iov_iter_count(iter) < sizeof(pkt))
			return -EINVAL;
		if (copy_from_iter(&pkt, sizeof(pkt), iter) != sizeof(pkt))
			return -EFAULT;
		if (pkt.flags || pkt.user >> CW_PKT_USER_BITS || pkt.len != iov_iter_count(iter))
			return -EINVAL;
	}
	*user = pkt.user;
	*len = iov_iter_count(iter);
	return *len > own->packet_max ? -EMSGSIZE : 0;
}

static int cw_packet_gather(struct cw_own *own, struct cw_map *map, struct iov_iter *iter, size_t len, bool copy)
{
	int pages = min(own->q.entries, own->q.cw->packet_pages), ret;

	map->dir = DMA_TO_DEVICE;
	if (len == 0)
		return 0;
	/* More pieces than the ring has room for become whole pages. */
	if (copy || iov_iter_npages(iter, pages + 1) > pages)
		return cw_map_copy(map, iter, len);
	ret = cw_map_gather(map, iter, len, pages);
	if (ret)
		return ret;
	/* Not a shorter packet instead. */
	return map->len == len ? 0 : -EFAULT;
}

/* Is there room on the ring? What there is not is remembered: poll() waits for it. */
static int cw_packet_room(struct cw_own *own, u32 want)
{
	struct cw_queue *q = &own->q;
	int ret = 0;

	spin_lock(&q->lock);
	if (q->state != CW_Q_DEAD && (q->state != CW_Q_RUN || q->load + want > q->entries)) {
		WRITE_ONCE(own->room, want);
		ret = -EAGAIN;
	}
	spin_unlock(&q->lock);
	if (ret == 0)
		WRITE_ONCE(own->room, 1);
	return ret;
}

static int cw_packet_lost(struct cw_queue *q)
{
	int ret;

	spin_lock(&q->lock);
	ret = q->lost;
	q->lost = 0;
	spin_unlock(&q->lock);
	return ret;
}

/* Called with a spinlock of the kernel's and interrupts off. */
static int cw_packet_cancel_one(struct kiocb *iocb)
{
	struct cw_request *req = iocb->private;
	struct cw_own *own = iocb->ki_filp->private_data;

	WRITE_ONCE(req->cancelled, true);
	queue_work(own->q.cw->wq, &own->cancel);
	return 0;
}

void cw_packet_cancel(struct cw_own *own)
{
	struct cw_queue *q = &own->q;
	struct cw_chunk *chunk, *next;
	LIST_HEAD(done);

	spin_lock(&q->lock);
	list_for_each_entry(chunk, &q->active, node) {
		if (READ_ONCE(chunk->req->cancelled)) {
			cw_queue_fail(q, -ECANCELED);
			break;
		}
	}
	list_for_each_entry_safe(chunk, next, &q->pending, node) {
		if (!READ_ONCE(chunk->req->cancelled))
			continue;
		WRITE_ONCE(q->load, q->load - chunk->desc_n);
		chunk->error = -ECANCELED;
		list_move_tail(&chunk->node, &done);
	}
	cw_queue_dispatch(q);
	spin_unlock(&q->lock);
	cw_chunks_finish(&done);
}

void cw_packet_drain(struct cw_own *own)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(CW_STOP_MS);
	struct cw_dev *cw = own->q.cw;

	while (READ_ONCE(own->q.load) && READ_ONCE(own->q.state) == CW_Q_RUN && !atomic_read(&cw->dead) &&
	       !time_after(jiffies, deadline))
		usleep_range(50, 100);
}

/* The packet's chunk; what is asked of the caller's memory is over then. */
static struct cw_chunk *cw_packet_chunk(struct cw_own *own, struct iov_iter *iter, bool copy)
{
	struct cw_chunk *chunk;
	size_t len;
	int ret;

	chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		return ERR_PTR(-ENOMEM);
	ret = cw_packet_head(own, iter, &chunk->card, &len);
	if (ret == 0)
		ret = cw_packet_gather(own, &chunk->map, iter, len, copy);
	if (ret == 0)
		return chunk;
	cw_chunk_free(chunk, NULL);
	return ERR_PTR(ret);
}

/* Like cw_request_add(), with the result for the caller, unless that is the callback's. */
static ssize_t cw_packet_start(struct cw_request *req, struct cw_chunk *chunk, size_t len, bool nowait)
{
	struct kiocb *iocb = req->iocb;
	int ret;

	if (iocb) {
		iocb->private = req;
		kiocb_set_cancel_fn(iocb, cw_packet_cancel_one);
	}
	req->submitted = len;
	ret = cw_request_add(req, chunk, nowait);
	if (ret) {
		cw_chunk_free(chunk, NULL);
		if (!iocb) {
			cw_request_put(req);
			return ret;
		}
		/* The callback: until then it could be cancelled. */
		req->error = ret;
	}
	if (iocb || nowait) {
		cw_request_drop(req);
		return iocb ? -EIOCBQUEUED : (ssize_t)len;
	}
	ret = cw_request_wait(req);
	cw_request_put(req);
	return ret;
}

ssize_t cw_packet_write(struct cw_own *own, struct kiocb *iocb, struct iov_iter *iter)
{
	size_t len = iov_iter_count(iter);
	bool async = !cw_own_nowait(iocb) && cw_iocb_cancellable(iocb);
	bool copy = cw_own_nowait(iocb);
	struct cw_chunk *chunk;
	struct cw_request *req;
	int ret;

	ret = cw_packet_lost(&own->q);
	if (ret)
		return ret;
	chunk = cw_packet_chunk(own, iter, copy);
	if (IS_ERR(chunk))
		return PTR_ERR(chunk);
	if (copy)
		ret = cw_packet_room(own, max(chunk->map.vec_n, 1u));
	if (ret == 0)
		ret = cw_request_new(&req, own->q.cw, &own->q, async ? iocb : NULL, false);
	if (ret) {
		cw_chunk_free(chunk, NULL);
		return ret;
	}
	req->nobody = copy;
	return cw_packet_start(req, chunk, len, copy);
}
