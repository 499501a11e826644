// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * One read or write of the file: cut into chunks that go to the queues, several
 * at a time, and put together again when they have ended in any order.
 *
 * A chunk belongs to whoever holds it: the submitter until a queue takes it,
 * then that queue, which gives it to cw_chunk_finish() exactly once. Memory is
 * unmapped and unpinned there and nowhere else, so only when the card is
 * through with it; a caller that is killed waits for that as well.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "causeway.h"
#include "cw_own.h"

static void cw_request_free(struct kref *ref)
{
	struct cw_request *req = container_of(ref, struct cw_request, ref);

	cw_unwake(req->cw);
	kfree(req);
}

void cw_request_put(struct cw_request *req)
{
	kref_put(&req->ref, cw_request_free);
}

int cw_request_new(struct cw_request **out, struct cw_dev *cw, struct cw_queue *q, struct kiocb *iocb, bool c2h)
{
	struct cw_request *req;
	int ret;

	/* Until the request is freed. */
	ret = cw_wake(cw);
	if (ret)
		return ret;
	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req) {
		cw_unwake(cw);
		return -ENOMEM;
	}
	kref_init(&req->ref);
	req->cw = cw;
	req->q = q;
	req->iocb = !iocb || is_sync_kiocb(iocb) ? NULL : iocb;
	req->c2h = c2h;
	req->card = iocb ? iocb->ki_pos : 0;
	cw_poll_init(req, iocb);
	atomic_set(&req->left, 1);
	init_waitqueue_head(&req->wait);
	spin_lock_init(&req->lock);
	req->bad_at = SIZE_MAX;
	*out = req;
	return 0;
}

static void cw_request_error(struct cw_request *req, size_t bad_at, int error)
{
	spin_lock(&req->lock);
	if (bad_at < req->bad_at) {
		req->bad_at = bad_at;
		req->error = error;
	}
	spin_unlock(&req->lock);
}

static ssize_t cw_request_result(struct cw_request *req)
{
	if (!req->error)
		return req->submitted;
	dev_dbg(&req->cw->dev, "%s of %zu bytes at %#llx: error %d after %zu good bytes\n",
		req->c2h ? "read" : "write", req->submitted, req->card, req->error, req->bad_at);
	return req->error;
}

static void cw_request_lost(struct cw_request *req)
{
	spin_lock(&req->q->lock);
	req->q->lost = req->error;
	spin_unlock(&req->q->lock);
}

/* One chunk less, or the submitter is through: the last one calls back. */
void cw_request_drop(struct cw_request *req)
{
	struct kiocb *iocb = req->iocb;
	ssize_t ret;

	if (!atomic_dec_and_test(&req->left) || !iocb) {
		if (req->nobody && req->error)
			cw_request_lost(req);
		wake_up(&req->wait);
	} else {
		ret = cw_request_result(req);
		if (ret > 0 && !(req->q && cw_queue_streams(req->q)))
			iocb->ki_pos += ret;
		iocb->ki_complete(iocb, ret);
	}
	cw_request_put(req);
}

void cw_chunk_free(struct cw_chunk *chunk, struct device *dev)
{
	cw_map_undo(&chunk->map, dev);
	kfree(chunk);
}

void cw_chunk_finish(struct cw_chunk *chunk)
{
	struct cw_request *req = chunk->req;
	struct cw_queue *q = req->q;

	if (chunk->error)
		cw_request_error(req, chunk->offset + chunk->good, chunk->error);
	cw_map_written(&chunk->map, chunk->good);
	cw_chunk_free(chunk, &req->cw->pdev->dev);
	cw_request_drop(req);
	if (q)
		wake_up_all(&cw_own_of(q)->wait);
}

void cw_chunks_finish(struct list_head *done)
{
	struct cw_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, done, node) {
		list_del(&chunk->node);
		cw_chunk_finish(chunk);
	}
}

/* The least loaded of the queues of this direction; the start rotates, so that
 * idle ones take turns.
 */
static struct cw_queue *cw_pick_queue(struct cw_dev *cw, bool c2h)
{
	unsigned int start = (unsigned int)atomic_inc_return(&cw->next) % cw->pair_n, i;
	struct cw_queue *base = cw->queue + (c2h ? cw->pair_n : 0), *best = &base[start], *q;

	for (i = 1; i < cw->pair_n; i++) {
		q = &base[(start + i) % cw->pair_n];
		if (READ_ONCE(q->load) < READ_ONCE(best->load))
			best = q;
	}
	return best;
}

/* Maps the chunk for the card and gives it to a queue. -EAGAIN: not now, and nothing was done. */
static int cw_chunk_try(struct cw_chunk *chunk)
{
	struct cw_request *req = chunk->req;
	struct cw_dev *cw = req->cw;
	struct cw_queue *q;
	int ret = -ENODEV;

	/* Between here and up_read() the device is bound: remove() waits, and ends what
	 * it finds queued afterwards.
	 */
	down_read(&cw->gate);
	if (cw->gone || atomic_read(&cw->dead))
		goto err_unlock;
	ret = chunk->map.len ? cw_map_card(&chunk->map, cw) : 0;
	if (ret == -EAGAIN)
		goto err_unlock;
	if (ret)
		goto err_undo;
	/* A packet of no bytes takes one as well. */
	chunk->desc_n = max(cw_map_count(&chunk->map), 1u);
	q = req->q ? req->q : cw_pick_queue(cw, req->c2h);
	req->poll_q = chunk->offset == 0 || req->poll_q == q ? q : NULL;
	ret = cw_queue_submit(q, chunk);
	if (ret)
		goto err_undo;
	up_read(&cw->gate);
	return 0;

err_undo:
	cw_map_undo(&chunk->map, &cw->pdev->dev);
err_unlock:
	up_read(&cw->gate);
	return ret;
}

static int cw_chunk_start(struct cw_chunk *chunk)
{
	int ret;

	while ((ret = cw_chunk_try(chunk)) == -EAGAIN) {
		ret = cw_bounce_wait(&chunk->req->cw->bounce);
		if (ret)
			break;
	}
	return ret;
}

int cw_request_add(struct cw_request *req, struct cw_chunk *chunk, bool nowait)
{
	int ret;

	chunk->req = req;
	kref_get(&req->ref);
	atomic_inc(&req->left);
	ret = nowait ? cw_chunk_try(chunk) : cw_chunk_start(chunk);
	if (ret) {
		atomic_dec(&req->left);
		cw_request_put(req);
	}
	return ret;
}

/* Those of a chunk that always fits the ring, so that two of them are on it at once. */
static unsigned int cw_request_pages(const struct cw_dev *cw, const struct cw_queue *q)
{
	return q ? clamp(q->entries / 2, 1u, cw->chunk_pages) : cw->chunk_pages;
}

/* The next chunk of the request: its length, or -errno and nothing started. */
static ssize_t cw_request_chunk(struct cw_request *req, struct iov_iter *iter)
{
	unsigned int pages = cw_request_pages(req->cw, req->q);
	struct cw_chunk *chunk;
	size_t len;
	int ret;

	chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;
	chunk->offset = req->submitted;
	chunk->card = req->card + req->submitted;
	chunk->map.dir = req->c2h ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	ret = cw_map_gather(&chunk->map, iter, (size_t)pages << PAGE_SHIFT, pages);
	if (ret)
		goto err_free;
	len = chunk->map.len;
	ret = cw_request_add(req, chunk, false);
	if (ret)
		goto err_free;
	return len;

err_free:
	cw_chunk_free(chunk, NULL);
	return ret;
}

/* Starts chunks until the iterator is used up. An error after the first chunk makes the
 * request short instead.
 */
static ssize_t cw_request_submit(struct cw_request *req, struct iov_iter *iter)
{
	ssize_t len;

	while (iov_iter_count(iter)) {
		len = wait_event_killable(req->wait, atomic_read(&req->left) <= CW_REQUEST_CHUNKS);
		if (len == 0)
			len = cw_request_chunk(req, iter);
		if (len < 0)
			return req->submitted ? 0 : len;
		req->submitted += len;
		if (READ_ONCE(req->error))
			break;
	}
	return 0;
}

/* A packet on the ring may stay there for ever: the queue is taken out of the card's hands. */
static void cw_request_abandon(struct cw_request *req)
{
	struct cw_queue *q = req->q;

	if (!cw_queue_cancel(q, req) || !cw_queue_streams(q))
		return;
	spin_lock(&q->lock);
	cw_queue_fail(q, -EINTR);
	spin_unlock(&q->lock);
}

static void cw_request_cancel(struct cw_request *req)
{
	struct cw_dev *cw = req->cw;
	unsigned int i;

	down_read(&cw->gate);
	if (!cw->gone && req->q)
		cw_request_abandon(req);
	else if (!cw->gone)
		for (i = 0; i < 2 * cw->pair_n; i++)
			cw_queue_cancel(&cw->queue[i], req);
	up_read(&cw->gate);
}

ssize_t cw_request_wait(struct cw_request *req)
{
	atomic_dec(&req->left);
	if (req->poll_usecs)
		cw_poll_wait(req);
	if (wait_event_killable(req->wait, atomic_read_acquire(&req->left) == 0)) {
		/* What is on a ring ends soon, by itself or by the watchdog: wait for it,
		 * the card may still be writing to the caller's memory.
		 */
		cw_request_cancel(req);
		wait_event(req->wait, atomic_read_acquire(&req->left) == 0);
	}
	return cw_request_result(req);
}

/* The bytes at this position that are the card's, at most those asked for. */
static ssize_t cw_transfer_limit(struct cw_dev *cw, struct cw_queue *q, struct kiocb *iocb, struct iov_iter *iter,
				 bool c2h)
{
	u64 bytes = q ? q->card_limit : cw->card_bytes;

	if (!iter_is_ubuf(iter) && !iter_is_iovec(iter) && !iov_iter_is_bvec(iter))
		return -EOPNOTSUPP;
	if (iocb->ki_pos < 0)
		return -EINVAL;
	if (iov_iter_count(iter) == 0)
		return 0;
	if ((u64)iocb->ki_pos >= bytes)
		return c2h ? 0 : -ENOSPC;
	return min_t(u64, iov_iter_count(iter), bytes - iocb->ki_pos);
}

/* Would the caller have to wait for some of its chunks before the last could start? */
static bool cw_transfer_blocks(struct cw_dev *cw, struct cw_queue *q, struct iov_iter *iter)
{
	unsigned int chunks = cw->bounce.always ? min_t(unsigned int, CW_REQUEST_CHUNKS, READ_ONCE(cw->bounce.free_n)) :
						  CW_REQUEST_CHUNKS;
	int pages = chunks * cw_request_pages(cw, q);

	return iov_iter_npages(iter, pages + 1) > pages;
}

static bool cw_transfer_full(struct cw_dev *cw, struct cw_queue *q, bool c2h)
{
	if (!q)
		q = cw_pick_queue(cw, c2h);
	return READ_ONCE(q->load) >= q->entries;
}

static int cw_transfer_nowait(struct cw_dev *cw, struct cw_queue *q, struct iov_iter *iter, bool c2h)
{
	int ret = 0;

	if (!down_read_trylock(&cw->gate))
		return -EAGAIN;
	if (cw->gone)
		ret = -ENODEV;
	else if (!cw_awake(cw) || cw_transfer_blocks(cw, q, iter) || cw_transfer_full(cw, q, c2h))
		ret = -EAGAIN;
	up_read(&cw->gate);
	return ret;
}

ssize_t cw_transfer(struct cw_dev *cw, struct cw_queue *q, struct kiocb *iocb, struct iov_iter *iter, bool c2h)
{
	struct cw_request *req;
	ssize_t ret;

	ret = cw_transfer_limit(cw, q, iocb, iter, c2h);
	if (ret <= 0)
		return ret;
	iov_iter_truncate(iter, ret);
	if (iocb->ki_flags & IOCB_NOWAIT) {
		ret = cw_transfer_nowait(cw, q, iter, c2h);
		if (ret)
			return ret;
	}
	ret = cw_request_new(&req, cw, q, iocb, c2h);
	if (ret)
		return ret;
	ret = cw_request_submit(req, iter);
	if (ret < 0) {
		cw_request_put(req); /* no chunk was started: nobody else knows it */
		return ret;
	}
	if (req->iocb) {
		/* For cw_iopoll(): until the drop the request cannot end. */
		if (req->polled)
			iocb->private = req->poll_q;
		cw_request_drop(req); /* from here on the callback's */
		return -EIOCBQUEUED;
	}
	ret = cw_request_wait(req);
	if (ret > 0)
		iocb->ki_pos += ret;
	cw_request_put(req);
	return ret;
}
