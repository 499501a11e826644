// SPDX-License-Identifier: BSD-2-Clause
/*
 * The ring. Memory order: the producer's release store of head makes the bytes
 * before it visible to the consumer's acquire load; the consumer's release
 * store of tail orders its reads before the producer's next writes there.
 *
 * Wake-up: a sleeper raises its flag, looks at the other's index once more, and
 * sleeps in the kernel on that index's low half, whose change since the look
 * makes the kernel return at once. The other side stores its index, then reads
 * the flag. A sequentially consistent fence stands between the two accesses on
 * both sides, so that one of them sees the other's. Only the sleeper clears its flag.
 */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ring.h"

static void futex_wait(_Atomic uint64_t *index, uint32_t seen, int timeout_ms)
{
	struct timespec ts = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

	/* Little endian: the low half is at the address itself. Any return is only a hint. */
	syscall(SYS_futex, index, FUTEX_WAIT, seen, &ts, NULL, 0);
}

static void futex_wake(_Atomic uint64_t *index)
{
	syscall(SYS_futex, index, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void cw_ring_init(struct cw_ring *r, struct cw_ring_ctl *ctl, uint8_t *data, uint32_t size)
{
	*r = (struct cw_ring){ .ctl = ctl, .data = data, .size = size };
}

int cw_ring_room(struct cw_ring *w, uint32_t len)
{
	uint64_t tail;

	if (w->size - (w->at - w->freed) >= len)
		return 1;
	tail = atomic_load_explicit(&w->ctl->tail, memory_order_acquire);
	if (tail - w->freed > w->at - w->freed)
		return -EPROTO;
	w->freed = tail;
	return w->size - (w->at - w->freed) >= len;
}

void cw_ring_put(struct cw_ring *w, uint32_t offset, const void *from, uint32_t len)
{
	uint32_t pos = (uint32_t)(w->at + offset) & (w->size - 1);
	uint32_t n = len < w->size - pos ? len : w->size - pos;

	memcpy(w->data + pos, from, n);
	memcpy(w->data, (const uint8_t *)from + n, len - n);
}

void cw_ring_publish(struct cw_ring *w, uint32_t len)
{
	w->at += len;
	atomic_store_explicit(&w->ctl->head, w->at, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&w->ctl->reader_sleeps, memory_order_relaxed))
		futex_wake(&w->ctl->head);
}

void cw_ring_sleep_room(struct cw_ring *w, uint32_t need, int timeout_ms)
{
	atomic_store_explicit(&w->ctl->writer_needs, need, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (!cw_ring_room(w, need))
		futex_wait(&w->ctl->tail, (uint32_t)w->freed, timeout_ms);
	atomic_store_explicit(&w->ctl->writer_needs, 0, memory_order_relaxed);
}

int64_t cw_ring_avail(struct cw_ring *r)
{
	uint64_t head = atomic_load_explicit(&r->ctl->head, memory_order_acquire);

	/* In running counts freed <= at <= head <= freed + size. */
	if (head - r->at > r->size - (r->at - r->freed))
		return -EPROTO;
	return (int64_t)(head - r->at);
}

void cw_ring_get(const struct cw_ring *r, uint64_t pos, void *to, uint32_t len)
{
	uint32_t at = (uint32_t)pos & (r->size - 1);
	uint32_t n = len < r->size - at ? len : r->size - at;

	memcpy(to, r->data + at, n);
	memcpy((uint8_t *)to + n, r->data, len - n);
}

void cw_ring_release(struct cw_ring *r, uint64_t pos)
{
	if (pos == r->freed)
		return;
	r->freed = pos;
	atomic_store_explicit(&r->ctl->tail, pos, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&r->ctl->writer_needs, memory_order_relaxed))
		futex_wake(&r->ctl->tail);
}

void cw_ring_sleep_data(struct cw_ring *r, int timeout_ms)
{
	atomic_store_explicit(&r->ctl->reader_sleeps, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (!cw_ring_avail(r))
		futex_wait(&r->ctl->head, (uint32_t)r->at, timeout_ms);
	atomic_store_explicit(&r->ctl->reader_sleeps, 0, memory_order_relaxed);
}

bool cw_ring_writer_stuck(struct cw_ring *r)
{
	uint32_t need = atomic_load(&r->ctl->writer_needs);
	uint64_t head = atomic_load(&r->ctl->head);

	return need && r->size - (head - r->freed) < need;
}

bool cw_ring_reader_stuck(struct cw_ring *w)
{
	/* It sleeps only after looking behind its `at` and finding nothing: it has seen all of ours,
	 * or its wake-up for the last of it is still on its way, which the caller's second look sorts out. */
	return atomic_load(&w->ctl->reader_sleeps) != 0;
}
