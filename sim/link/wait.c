// SPDX-License-Identifier: BSD-2-Clause
/*
 * Waiting for the other end: by running it, in one process; in two by spinning
 * a moment, then sleeping in the kernel in slices, between which the peer's
 * socket and process are looked at. A killed peer is noticed within one slice.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "link_priv.h"

#define SPINS 2000
#define SLICE_MS 100
/* Slices in a row in which both sides stand still before a full ring is called a dead-lock. */
#define STUCK_SLICES 10

static void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The peer's end is closed: its socket hung up, or (when a child of its still holds the socket) its process ended. */
bool cw_link_peer_gone(const struct cw_link *l)
{
	struct pollfd p[2] = { { .fd = l->sock, .events = POLLRDHUP }, { .fd = l->pidfd, .events = POLLIN } };

	if (l->pair)
		return l->pair->closed[!l->side];
	return poll(p, 2, 0) > 0 && ((p[0].revents & (POLLRDHUP | POLLHUP | POLLERR)) || p[1].revents);
}

static int fail_gone(struct cw_link *l)
{
	return cw_link_fail(l, -ENOTCONN, "the %s end of the link is closed",
			    l->side == CW_SIDE_HOST ? "card" : "host");
}

static int run_peer(struct cw_link *l)
{
	int ret;

	if (!l->step)
		return 0;
	ret = l->step(l->step_ctx);
	return ret < 0 ? cw_link_fail(l, ret, "the other end failed: error %d", -ret) : ret;
}

/* As cw_ring_room(), after waiting; or what ended the wait. */
static int room_pair(struct cw_link *l, uint32_t len)
{
	for (;;) {
		int ret, room;

		if (cw_link_peer_gone(l))
			return fail_gone(l);
		ret = run_peer(l);
		if (ret < 0)
			return ret;
		room = cw_ring_room(&l->out, len);
		if (room)
			return room;
		if (!ret)
			return cw_link_fail(l, -ENOBUFS, "the ring of %u bytes is full", l->param.ring_bytes);
	}
}

static int room_process(struct cw_link *l, uint32_t len)
{
	unsigned stuck = 0;

	int ret;

	/* What the look said is what counts: the index may be another one at the next look. */
	for (int i = 0; i < SPINS; i++) {
		ret = cw_ring_room(&l->out, len);
		if (ret)
			return ret;
		cpu_relax();
	}
	for (;;) {
		uint64_t freed = l->out.freed;

		if (cw_link_peer_gone(l))
			return fail_gone(l);
		cw_ring_sleep_room(&l->out, len, SLICE_MS);
		ret = cw_ring_room(&l->out, len);
		if (ret)
			return ret;
		if (freed == l->out.freed && (cw_ring_reader_stuck(&l->out) || cw_ring_writer_stuck(&l->in)))
			stuck++;
		else
			stuck = 0;
		if (stuck >= STUCK_SLICES)
			return cw_link_fail(l, -ENOBUFS, "the ring of %u bytes is full, and the peer waits as well",
					    l->param.ring_bytes);
	}
}

int cw_link_room(struct cw_link *l, uint32_t len)
{
	int ret = cw_ring_room(&l->out, len);

	if (!ret)
		ret = l->pair ? room_pair(l, len) : room_process(l, len);
	if (ret == -EPROTO && !l->error)
		cw_link_fail(l, ret, "the peer gives back ring space that it was not given");
	return ret < 0 ? ret : 0;
}

/* More was read over since the caller last asked for the horizon, perhaps by cw_link_next() just after
 * that: what it decided from that horizon is out of date. */
static bool stale(const struct cw_link *l)
{
	return l->asked && l->told_at != l->in.at;
}

static int wait_pair(struct cw_link *l)
{
	int ret;

	if (cw_link_peer_gone(l))
		return fail_gone(l); /* there is nobody to run */
	ret = run_peer(l);
	if (ret < 0)
		return ret;
	if (ret > 0 || cw_ring_avail(&l->in) || stale(l))
		return 0;
	return cw_link_fail(l, -EDEADLK,
			    "%s may run below %llu ps, the next arrival is at %llu; the peer's last stamp is %llu, "
			    "its promise %llu, and it counts %llu of %llu records; it makes no progress",
			    l->side == CW_SIDE_HOST ? "host" : "card", (unsigned long long)cw_link_horizon(l),
			    (unsigned long long)cw_link_next(l), (unsigned long long)l->last_in,
			    (unsigned long long)l->horizon.promise, (unsigned long long)l->horizon.counted,
			    (unsigned long long)l->horizon.sent);
}

static int wait_process(struct cw_link *l, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;

	for (int i = 0; i < SPINS; i++) {
		if (cw_ring_avail(&l->in))
			return 0;
		cpu_relax();
	}
	for (;;) {
		int64_t left = timeout_ms < 0 ? SLICE_MS : end - now_ms();

		if (cw_link_peer_gone(l))
			return cw_ring_avail(&l->in) ? 0 : fail_gone(l);
		if (left <= 0)
			return -ETIMEDOUT;
		cw_ring_sleep_data(&l->in, left < SLICE_MS ? (int)left : SLICE_MS);
		if (cw_ring_avail(&l->in))
			return 0;
	}
}

int cw_link_wait_for(struct cw_link *l, int timeout_ms)
{
	if (l->error)
		return l->error;
	if (stale(l)) {
		l->told_at = l->in.at;
		return 0;
	}
	/* What lies there unread counts as new; an impossible index is found by the reader. */
	if (cw_ring_avail(&l->in))
		return 0;
	if (l->gone)
		return -ENOTCONN;
	return l->pair ? wait_pair(l) : wait_process(l, timeout_ms);
}

int cw_link_wait(struct cw_link *l)
{
	return cw_link_wait_for(l, -1);
}

void cw_link_set_peer(struct cw_link *end, int (*step)(void *ctx), void *ctx)
{
	end->step = step;
	end->step_ctx = ctx;
}
