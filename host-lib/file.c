// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel driver's device file. Transfers in flight are Linux native AIO by
 * its system calls: the driver completes asynchronous kiocbs, so depth is real,
 * and the library needs nothing but libc.
 */
#include "backend.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct file_card { /* or a queue of one's own */
	int fd;
	bool stream;
	unsigned io_max;
	aio_context_t aio; /* a queue's: 0 until it is used */
	/* Both are changed with the __atomic calls: any thread may submit and wait. */
	unsigned in_flight; /* transfers that were not returned yet */
	unsigned unclaimed; /* of these, those that no waiter counts on: one transfer must not keep two waiting */
};

static int neg(long ret)
{
	return ret < 0 ? -errno : (int)ret;
}

static int file_open(const char *name, void **card, char *why, size_t why_size)
{
	struct cw_info info = { .size = sizeof(info) };
	struct file_card *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->io_max = CW_IO_MAX;
	f->fd = open(name, O_RDWR | O_CLOEXEC);
	if (f->fd < 0) {
		err = -errno;
		snprintf(why, why_size, "%s: %s", name, strerror(-err));
		goto err_free;
	}
	if (ioctl(f->fd, CW_IOC_INFO, &info)) {
		err = errno == ENOTTY ? -EINVAL : -errno;
		snprintf(why, why_size, "%s%s: %s", name,
			 err == -ENODEV ? ": the card is gone" :
			 err == -EIO ? ": the card is out of reach" : " is not a Causeway device", strerror(-err));
		goto err_close;
	}
	err = neg(syscall(SYS_io_setup, CW_IO_MAX, &f->aio));
	if (err < 0) {
		snprintf(why, why_size, "%s: io_setup: %s", name, strerror(-err));
		goto err_close;
	}
	*card = f;
	return 0;

err_close:
	close(f->fd);
err_free:
	free(f);
	return err;
}

static int file_close(void *card)
{
	struct file_card *f = card;

	if (f->aio)
		syscall(SYS_io_destroy, f->aio); /* cancels what is in flight, where it can be, and waits for it */
	close(f->fd);
	free(f);
	return 0;
}

static int file_info(void *card, struct cw_info *info)
{
	struct file_card *f = card;

	return neg(ioctl(f->fd, CW_IOC_INFO, info));
}

static ssize_t file_transfer(void *card, enum cw_op op, void *buf, size_t len, uint64_t card_addr)
{
	struct file_card *f = card;
	ssize_t ret = op == CW_OP_READ ? pread(f->fd, buf, len, (off_t)card_addr) :
					 pwrite(f->fd, buf, len, (off_t)card_addr);

	return ret < 0 ? -errno : ret;
}

static int file_submit(void *card, struct cw_io *io)
{
	struct file_card *f = card;
	struct iocb cb = {
		.aio_data = (uintptr_t)io,
		.aio_lio_opcode = io->op == CW_OP_READ ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE,
		.aio_fildes = (uint32_t)f->fd,
		.aio_buf = (uintptr_t)io->buf,
		.aio_nbytes = io->len,
		.aio_offset = (int64_t)io->card_addr,
	};
	struct iocb *list[1] = { &cb };
	int ret;

	if (__atomic_add_fetch(&f->in_flight, 1, __ATOMIC_RELAXED) > f->io_max)
		ret = -EAGAIN;
	else
		ret = neg(syscall(SYS_io_submit, f->aio, 1, list));
	if (ret == 1) {
		__atomic_add_fetch(&f->unclaimed, 1, __ATOMIC_RELAXED);
		return 0;
	}
	__atomic_sub_fetch(&f->in_flight, 1, __ATOMIC_RELAXED);
	return ret < 0 ? ret : -EAGAIN;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* One event: 1, 0 when time is up, or -errno. A signal shortens no wait and prolongs none. */
static int get_event(struct file_card *f, struct io_event *ev, int timeout_ms)
{
	int64_t left = timeout_ms * 1000000ll, end = timeout_ms > 0 ? now_ns() + left : 0;
	struct timespec ts;
	int ret;

	for (;;) {
		ts = (struct timespec){ left / 1000000000, left % 1000000000 };
		ret = neg(syscall(SYS_io_getevents, f->aio, 1, 1, ev, timeout_ms < 0 ? NULL : &ts));
		if (ret != -EINTR)
			return ret;
		if (timeout_ms > 0) {
			left = end - now_ns();
			left = left > 0 ? left : 0;
		}
	}
}

static bool claim(struct file_card *f)
{
	unsigned n = __atomic_load_n(&f->unclaimed, __ATOMIC_RELAXED);

	while (n)
		if (__atomic_compare_exchange_n(&f->unclaimed, &n, n - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

static int file_wait(void *card, struct cw_io **io, int timeout_ms)
{
	struct file_card *f = card;
	struct io_event ev;
	int ret;

	if (!claim(f))
		return -ENOENT;
	ret = get_event(f, &ev, timeout_ms);
	if (ret <= 0) {
		__atomic_add_fetch(&f->unclaimed, 1, __ATOMIC_RELAXED);
		return ret < 0 ? ret : -ETIMEDOUT;
	}
	__atomic_sub_fetch(&f->in_flight, 1, __ATOMIC_RELAXED);
	*io = (struct cw_io *)(uintptr_t)ev.data;
	(*io)->result = (ssize_t)ev.res;
	return 0;
}

static int file_reg(struct file_card *f, unsigned long cmd, uint32_t offset, uint32_t *value)
{
	struct cw_reg reg = { .size = sizeof(reg), .offset = offset, .value = *value };
	int err = neg(ioctl(f->fd, cmd, &reg));

	*value = reg.value;
	return err;
}

static int file_reg_read(void *card, uint32_t offset, uint32_t *value)
{
	*value = 0;
	return file_reg(card, CW_IOC_REG_READ, offset, value);
}

static int file_reg_write(void *card, uint32_t offset, uint32_t value)
{
	return file_reg(card, CW_IOC_REG_WRITE, offset, &value);
}

static int file_counter(void *card, uint32_t index, uint64_t *value)
{
	struct file_card *f = card;
	struct cw_counter c = { .size = sizeof(c), .index = index };
	int err = neg(ioctl(f->fd, CW_IOC_COUNTER, &c));

	*value = c.value;
	return err;
}

/* ---- queues of one's own: files as well ---- */

static int file_queue_open(void *card, struct cw_queue_setup *setup, void **queue)
{
	struct file_card *f = card, *q = calloc(1, sizeof(*q));
	int fd;

	if (!q)
		return -ENOMEM;
	setup->flags |= CW_QUEUE_CLOEXEC;
	fd = ioctl(f->fd, CW_IOC_QUEUE, setup);
	if (fd < 0) {
		/* A driver that is older than this. */
		fd = errno == ENOTTY ? -EOPNOTSUPP : -errno;
		free(q);
		return fd;
	}
	q->fd = fd;
	q->stream = setup->mode == CW_QUEUE_ST;
	q->io_max = CW_QUEUE_IO_MAX;
	*queue = q;
	return 0;
}

static ssize_t file_queue_transfer(void *queue, enum cw_op op, const struct iovec *v, int n, uint64_t card_addr)
{
	struct file_card *q = queue;
	ssize_t ret;

	/* A single piece by write(): of no bytes it is a packet, which a vector would not be. */
	if (q->stream && n == 1)
		ret = op == CW_OP_READ ? read(q->fd, v->iov_base, v->iov_len) : write(q->fd, v->iov_base, v->iov_len);
	else if (q->stream)
		ret = op == CW_OP_READ ? readv(q->fd, v, n) : writev(q->fd, v, n);
	else
		ret = op == CW_OP_READ ? preadv(q->fd, v, n, (off_t)card_addr) : pwritev(q->fd, v, n, (off_t)card_addr);
	return ret < 0 ? -errno : ret;
}

/* Not before it is used: the system has only so many. */
static int queue_aio(struct file_card *q)
{
	aio_context_t none = 0, aio = 0;
	int err;

	if (__atomic_load_n(&q->aio, __ATOMIC_ACQUIRE))
		return 0;
	err = neg(syscall(SYS_io_setup, q->io_max, &aio));
	if (err < 0)
		return err;
	if (!__atomic_compare_exchange_n(&q->aio, &none, aio, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		syscall(SYS_io_destroy, aio); /* another thread was first */
	return 0;
}

static int file_queue_submit(void *queue, struct cw_io *io)
{
	int err = queue_aio(queue);

	return err ? err : file_submit(queue, io);
}

static int file_queue_poll(void *queue, enum cw_op op, int timeout_ms)
{
	struct file_card *q = queue;
	struct pollfd p = { .fd = q->fd, .events = op == CW_OP_READ ? POLLIN : POLLOUT };
	int ret = neg(poll(&p, 1, timeout_ms));

	if (ret <= 0)
		return ret;
	if (p.revents & p.events)
		return 1;
	return p.revents & POLLHUP ? -ENODEV : -EIO;
}

const struct cw_backend cw_file_backend = {
	.version = CW_LIB_VERSION,
	.open = file_open,
	.close = file_close,
	.info = file_info,
	.transfer = file_transfer,
	.submit = file_submit,
	.wait = file_wait,
	.reg_read = file_reg_read,
	.reg_write = file_reg_write,
	.counter = file_counter,
	.queue_open = file_queue_open,
	.queue_close = file_close,
	.queue_transfer = file_queue_transfer,
	.queue_submit = file_queue_submit,
	.queue_wait = file_wait,
	.queue_poll = file_queue_poll,
};
