// SPDX-License-Identifier: BSD-2-Clause
/* Queues of one's own: the checks that need no card, and packets with their header. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

struct cw_queue {
	struct cw_dev *dev;
	void *queue; /* the backend's */
	enum cw_op way;
	int stream, hdr;
};

int cw_queue_open(struct cw_dev *dev, struct cw_queue_setup *setup, struct cw_queue **out)
{
	struct cw_queue *q;
	int err;

	if (!dev)
		return -EINVAL;
	if (!setup || !out)
		return cw_dev_fail(dev, -EINVAL, "queue: an argument is NULL");
	*out = NULL;
	if (!dev->backend->queue_open)
		return cw_dev_fail(dev, -EOPNOTSUPP, "queue: only a driver has queues to give; this card has none");
	if (setup->weight > CW_QUEUE_WEIGHT_MAX)
		return cw_dev_fail(dev, -EINVAL, "queue: weight %u: 1 to %u", setup->weight, CW_QUEUE_WEIGHT_MAX);
	q = calloc(1, sizeof(*q));
	if (!q)
		return cw_dev_fail(dev, -ENOMEM, "queue: no memory");
	setup->size = sizeof(*setup);
	err = dev->backend->queue_open(dev->card, setup, &q->queue);
	if (err) {
		free(q);
		return (int)cw_dev_result(dev, "queue", err);
	}
	q->dev = dev;
	q->way = setup->dir == CW_QUEUE_C2H ? CW_OP_READ : CW_OP_WRITE;
	q->stream = setup->mode == CW_QUEUE_ST;
	q->hdr = (setup->flags & CW_QUEUE_HDR) != 0;
	__atomic_add_fetch(&dev->queues, 1, __ATOMIC_RELAXED);
	*out = q;
	return 0;
}

int cw_queue_close(struct cw_queue *q)
{
	struct cw_dev *dev;
	int err;

	if (!q)
		return 0;
	dev = q->dev;
	err = dev->backend->queue_close(q->queue);
	free(q);
	__atomic_sub_fetch(&dev->queues, 1, __ATOMIC_RELEASE);
	return (int)cw_dev_result(dev, "queue", err);
}

static int check(struct cw_queue *q, enum cw_op way, uint64_t card_addr)
{
	if (!q)
		return -EINVAL;
	if (q->way != way)
		return cw_dev_fail(q->dev, -EBADF, "queue: it is the other way");
	if (card_addr > INT64_MAX || (q->stream && card_addr))
		return cw_dev_fail(q->dev, -EINVAL, "queue: card address 0x%llx is out of range", (unsigned long long)card_addr);
	return 0;
}

static ssize_t move(struct cw_queue *q, enum cw_op way, const struct iovec *v, int n, uint64_t card_addr)
{
	int err = check(q, way, card_addr);

	if (err)
		return err;
	return cw_dev_result(q->dev, way == CW_OP_READ ? "queue read" : "queue write",
			     q->dev->backend->queue_transfer(q->queue, way, v, n, card_addr));
}

ssize_t cw_queue_read(struct cw_queue *q, void *buf, size_t len, uint64_t card_addr)
{
	return move(q, CW_OP_READ, &(struct iovec){ buf, len }, 1, card_addr);
}

ssize_t cw_queue_write(struct cw_queue *q, const void *buf, size_t len, uint64_t card_addr)
{
	return move(q, CW_OP_WRITE, &(struct iovec){ (void *)buf, len }, 1, card_addr);
}

/* With the header in a piece of its own; the result is without it. */
static ssize_t move_packet(struct cw_queue *q, enum cw_op way, struct cw_pkt *pkt, void *buf, size_t len)
{
	struct iovec v[2] = { { pkt, sizeof(*pkt) }, { buf, len } };
	ssize_t ret;

	if (!q)
		return -EINVAL;
	if (!q->hdr)
		return cw_dev_fail(q->dev, -EINVAL, "packet: the queue was made without CW_QUEUE_HDR");
	ret = move(q, way, v, 2, 0);
	return ret < 0 ? ret : ret - (ssize_t)sizeof(*pkt);
}

ssize_t cw_packet_send(struct cw_queue *q, const void *buf, size_t len, uint64_t user)
{
	struct cw_pkt pkt = { .len = (uint32_t)len, .user = user };

	if (q && len > UINT32_MAX)
		return cw_dev_fail(q->dev, -EMSGSIZE, "packet: %zu bytes", len);
	return move_packet(q, CW_OP_WRITE, &pkt, (void *)buf, len);
}

ssize_t cw_packet_receive(struct cw_queue *q, void *buf, size_t len, struct cw_pkt *pkt)
{
	if (q && !pkt)
		return cw_dev_fail(q->dev, -EINVAL, "packet: an argument is NULL");
	return move_packet(q, CW_OP_READ, pkt, buf, len);
}

int cw_queue_submit(struct cw_queue *q, struct cw_io *io)
{
	int err;

	if (!q)
		return -EINVAL;
	if (!io)
		return cw_dev_fail(q->dev, -EINVAL, "queue submit: an argument is NULL");
	err = check(q, io->op, io->card_addr);
	return err ? err : (int)cw_dev_result(q->dev, "queue submit", q->dev->backend->queue_submit(q->queue, io));
}

int cw_queue_wait(struct cw_queue *q, struct cw_io **io, int timeout_ms)
{
	if (!q)
		return -EINVAL;
	if (!io)
		return cw_dev_fail(q->dev, -EINVAL, "queue wait: an argument is NULL");
	return (int)cw_dev_result(q->dev, "queue wait", q->dev->backend->queue_wait(q->queue, io, timeout_ms));
}

int cw_queue_poll(struct cw_queue *q, int timeout_ms)
{
	if (!q)
		return -EINVAL;
	return (int)cw_dev_result(q->dev, "queue poll", q->dev->backend->queue_poll(q->queue, q->way, timeout_ms));
}
