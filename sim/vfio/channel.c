// SPDX-License-Identifier: BSD-2-Clause
#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

void channel_init(struct channel *c, int fd)
{
	c->fd = fd;
	c->in_n = 0;
	c->fd_n = 0;
	c->send_ms = CHANNEL_SEND_MS;
	c->why[0] = '\0';
}

static void close_fds(struct channel *c)
{
	for (unsigned i = 0; i < c->fd_n; i++)
		if (c->fds[i] >= 0)
			close(c->fds[i]);
	c->fd_n = 0;
}

void channel_close(struct channel *c)
{
	close_fds(c);
	if (c->fd >= 0) {
		/* A socket that is closed with something unread in it resets its peer, which some do not survive (QEMU 11.1
		 * aborts). From here on nothing more can come: what is there is taken out, descriptors too. */
		shutdown(c->fd, SHUT_RDWR);
		while (recv(c->fd, c->in, sizeof(c->in), MSG_DONTWAIT) > 0)
			;
		close(c->fd);
	}
	c->fd = -1;
}

void channel_note(struct channel *c, const char *format, ...)
{
	va_list ap;

	if (!c->why[0]) {
		va_start(ap, format);
		vsnprintf(c->why, sizeof(c->why), format, ap);
		va_end(ap);
	}
}

/* The descriptors that came with a piece of the message. */
static int take_fds(struct channel *c, struct msghdr *mh)
{
	bool full = false;

	for (struct cmsghdr *cm = CMSG_FIRSTHDR(mh); cm; cm = CMSG_NXTHDR(mh, cm)) {
		unsigned n = (unsigned)((cm->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		int fd;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		for (unsigned i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int), sizeof(fd));
			if (c->fd_n < CHANNEL_FDS_MAX) {
				c->fds[c->fd_n++] = fd;
			} else {
				close(fd);
				full = true;
			}
		}
	}
	if (full || mh->msg_flags & MSG_CTRUNC)
		return channel_fail(c, "more file descriptors than one message may carry or this process may hold");
	return 0;
}

/* 1: something came. */
static int read_some(struct channel *c, size_t want)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
	} control;
	struct iovec iov = { c->in + c->in_n, want - c->in_n };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			     .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int ret;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -ENOTCONN;
	if (n == 0)
		return c->in_n ? channel_fail(c, "the client left in the middle of a message") : -ENOTCONN;
	c->in_n += (size_t)n;
	ret = take_fds(c, &mh);
	return ret ? ret : 1;
}

int channel_recv(struct channel *c, struct message *m)
{
	size_t want = sizeof(m->hdr);
	int ret;

	if (c->in_n >= sizeof(m->hdr)) { /* the size was checked when the header was whole */
		memcpy(&m->hdr, c->in, sizeof(m->hdr));
		want = m->hdr.size;
		if (c->in_n == want) { /* this one was given away by the last call */
			close_fds(c);
			c->in_n = 0;
			want = sizeof(m->hdr);
		}
	}
	for (;;) {
		if (c->in_n < want) {
			ret = read_some(c, want);
			if (ret <= 0)
				return ret;
			continue;
		}
		memcpy(&m->hdr, c->in, sizeof(m->hdr));
		if (m->hdr.size < sizeof(m->hdr) || m->hdr.size > sizeof(c->in))
			return channel_fail(c, "message %u of command %u says it has %u bytes; %zu to %zu are possible",
					    m->hdr.id, m->hdr.command, m->hdr.size, sizeof(m->hdr), sizeof(c->in));
		if (c->in_n == m->hdr.size)
			break;
		want = m->hdr.size;
	}
	m->body = c->in + sizeof(m->hdr);
	m->len = m->hdr.size - (uint32_t)sizeof(m->hdr);
	m->fds = c->fds;
	m->fd_n = c->fd_n;
	return 1;
}

/* Drops the first `n` bytes of the pieces. */
static void skip(struct iovec *iov, size_t n)
{
	for (; n; iov++) {
		size_t now = n < iov->iov_len ? n : iov->iov_len;

		iov->iov_base = (char *)iov->iov_base + now;
		iov->iov_len -= now;
		n -= now;
	}
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int channel_send(struct channel *c, const struct vu_hdr *hdr, const void *a, size_t a_len, const void *b,
		 size_t b_len)
{
	struct vu_hdr out = *hdr;
	struct iovec iov[3] = { { &out, sizeof(out) }, { (void *)(uintptr_t)a, a_len }, { (void *)(uintptr_t)b, b_len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 3 };
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };
	size_t left = sizeof(out) + a_len + b_len;
	int64_t end = 0;

	out.size = (uint32_t)left;
	while (left) {
		ssize_t n = sendmsg(c->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0) {
			skip(iov, (size_t)n);
			left -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -ENOTCONN;
		} else if (end && now_ms() >= end) { /* for the whole message: a drop now and then does not prolong it */
			return channel_fail(c, "the client does not read its socket");
		} else {
			end = end ? end : now_ms() + c->send_ms;
			poll(&p, 1, (int)(end - now_ms() > 0 ? end - now_ms() : 0));
		}
	}
	return 0;
}
