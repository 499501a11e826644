// SPDX-License-Identifier: BSD-2-Clause
/* Queues of one's own on a simulated card: files of the machine, with their own requests in flight. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "plugin.h"

/* A request in flight: the shim's around the caller's. */
struct flight {
	struct shim_aio aio;
	struct cw_io *io; /* NULL: the slot is free */
};

struct sim_queue {
	struct shim *shim;
	int fd;
	bool stream;
	pthread_mutex_t lock; /* of flights */
	struct shim_group group;
	struct flight flights[CW_QUEUE_IO_MAX];
};

int sim_queue_open(void *card, struct cw_queue_setup *setup, void **queue)
{
	struct sim_queue *q = calloc(1, sizeof(*q));
	int fd;

	if (!q)
		return -ENOMEM;
	q->shim = sim_shim(card);
	fd = (int)sim_translate(shim_ioctl(q->shim, sim_fd(card), CW_IOC_QUEUE, setup));
	if (fd < 0) {
		free(q);
		return fd;
	}
	q->fd = fd;
	q->stream = setup->mode == CW_QUEUE_ST;
	pthread_mutex_init(&q->lock, NULL);
	*queue = q;
	return 0;
}

ssize_t sim_queue_transfer(void *queue, enum cw_op op, const struct iovec *v, int n, uint64_t card_addr)
{
	struct sim_queue *q = queue;
	ssize_t ret;

	if (q->stream)
		ret = op == CW_OP_READ ? shim_readv(q->shim, q->fd, v, n) : shim_writev(q->shim, q->fd, v, n);
	else
		ret = op == CW_OP_READ ? shim_preadv(q->shim, q->fd, v, n, (off_t)card_addr) :
					 shim_pwritev(q->shim, q->fd, v, n, (off_t)card_addr);
	return sim_translate(ret);
}

static struct flight *take(struct sim_queue *q, struct cw_io *io)
{
	struct flight *f = NULL;

	pthread_mutex_lock(&q->lock);
	for (int i = 0; !f && i < CW_QUEUE_IO_MAX; i++)
		if (!q->flights[i].io)
			f = &q->flights[i];
	if (f)
		f->io = io;
	pthread_mutex_unlock(&q->lock);
	return f;
}

static void land(struct sim_queue *q, struct flight *f)
{
	pthread_mutex_lock(&q->lock);
	f->io = NULL;
	pthread_mutex_unlock(&q->lock);
}

int sim_queue_submit(void *queue, struct cw_io *io)
{
	struct sim_queue *q = queue;
	struct flight *f = take(q, io);
	struct shim_aio *list[1];
	int n;

	if (!f)
		return -EAGAIN;
	f->aio = (struct shim_aio){
		.fd = q->fd,
		.op = io->op == CW_OP_READ ? SHIM_PREAD : SHIM_PWRITE,
		.buf = io->buf,
		.len = io->len,
		.pos = (off_t)io->card_addr,
		.user = f,
		.group = &q->group,
	};
	list[0] = &f->aio;
	n = shim_submit(q->shim, list, 1);
	if (n == 1)
		return 0;
	land(q, f);
	return n < 0 ? (int)sim_translate(n) : -EAGAIN;
}

int sim_queue_wait(void *queue, struct cw_io **io, int timeout_ms)
{
	struct sim_queue *q = queue;
	struct shim_aio *aio;
	struct flight *f;
	int err = shim_wait_group(q->shim, &q->group, timeout_ms < 0 ? -1 : timeout_ms * 1000000LL, &aio);

	if (err)
		return err == -EINVAL ? -ENOENT : (int)sim_translate(err);
	f = aio->user;
	*io = f->io;
	(*io)->result = sim_translate(aio->result);
	land(q, f);
	return 0;
}

int sim_queue_poll(void *queue, enum cw_op op, int timeout_ms)
{
	struct sim_queue *q = queue;
	int want = op == CW_OP_READ ? POLLIN : POLLOUT;
	int ret = shim_poll(q->shim, q->fd, (unsigned)want, timeout_ms < 0 ? -1 : timeout_ms * 1000000LL);

	if (ret <= 0)
		return (int)sim_translate(ret);
	if (ret & want)
		return 1;
	return ret & POLLHUP ? -ENODEV : -EIO;
}

int sim_queue_close(void *queue)
{
	struct sim_queue *q = queue;
	struct cw_io *io;
	int err;

	for (int i = 0; i < CW_QUEUE_IO_MAX; i++)
		if (q->flights[i].io)
			shim_cancel(q->shim, &q->flights[i].aio);
	while (!sim_queue_wait(q, &io, -1))
		;
	err = (int)sim_translate(shim_close(q->shim, q->fd));
	pthread_mutex_destroy(&q->lock);
	free(q);
	return err;
}
