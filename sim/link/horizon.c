// SPDX-License-Identifier: BSD-2-Clause
/*
 * How far an end may run.
 *
 * Terms. L is the latency, at least 1. A record is a TLP, credit update or link
 * state; promises are not records. An end's promise (T, n) was made after it
 * had taken n records of the other: until it takes one more, all it sends is
 * stamped T or later.
 *
 * Why the bound holds. Let (T, n) be the peer's latest promise that we have
 * read. Ring order: what we have not read yet was written after it. The peer
 * sends such a record either because of what it knew when it promised, stamped
 * >= T, or after it has taken our record n+1, which reaches it at s + L, s being its
 * stamp; it acts on it then or later. So everything still to come is stamped
 * >= min(T, s + L), or >= T while we have sent no record n+1. Stamps do not
 * decrease, so it is also >= the last stamp read. The bound is the larger of the two,
 * and all still to come arrives at bound + L or later: what happens strictly
 * below that is settled, even the order within its instants.
 *
 * When we send a record, s + L may cut the bound below its earlier value. That
 * takes nothing back: we were at s when we sent it, and s < s + 2L.
 *
 * Why nobody waits for ever. Let both ends have promised, before they wait, the
 * time of their next local event and the number of records taken, and let both
 * have read that. Let m be the earliest of all pending things: local events of
 * either end and records sent but not taken, by arrival. Say it is at end X
 * (as event or as arrival). X's horizon is at least min(T, s + L) + L; T is a
 * pending local event of the other end, so T >= m; s + L is the arrival of a
 * record sent and not counted. Before it waits an end counts what it has taken,
 * so this record is pending there, and s + L >= m. The horizon is >= m + L > m, so X can
 * handle m. If nothing is pending at all, there is nothing to wait for.
 *
 * An end with a grid (cw_link_set_grid) acts on an arrival at the next multiple of its period, which
 * may be s + 2L or later: the peer, held at s + 2L, and this end, held at the peer's next event + L,
 * could then both stand still. So its promise counts what it has read over as well, and T is not after the
 * time at which it acts on that. The promise is as true as before: what was counted causes nothing
 * before T. With the times of acting in the place of those arrivals the argument above holds.
 */
#include <errno.h>

#include "horizon.h"

/* A peer that takes records for so long without counting them has stopped following the rule. */
#define UNCOUNTED_MAX (1u << 21)

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void cw_horizon_init(struct cw_horizon *h, uint64_t latency)
{
	*h = (struct cw_horizon){ .latency = latency };
	cw_fifo_init(&h->uncounted, sizeof(uint64_t));
}

void cw_horizon_free(struct cw_horizon *h)
{
	cw_fifo_free(&h->uncounted);
}

int cw_horizon_sent(struct cw_horizon *h, uint64_t stamp)
{
	uint64_t *s;

	if (h->uncounted.n >= UNCOUNTED_MAX)
		return -EPROTO;
	s = cw_fifo_push(&h->uncounted);
	if (!s)
		return -ENOMEM;
	*s = stamp;
	h->sent++;
	return 0;
}

uint64_t cw_horizon_bound(const struct cw_horizon *h)
{
	uint64_t bound = h->promise;

	if (h->uncounted.n) {
		uint64_t reaction = add(*(uint64_t *)cw_fifo_at(&h->uncounted, 0), h->latency);

		if (reaction < bound)
			bound = reaction;
	}
	return bound > h->last ? bound : h->last;
}

uint64_t cw_horizon_end(const struct cw_horizon *h)
{
	return add(cw_horizon_bound(h), h->latency);
}

int cw_horizon_stamp(struct cw_horizon *h, uint64_t stamp)
{
	/* Records of ours that the peer has not seen can only have lowered the bound since it
	 * sent this one: a stamp below it is a broken promise whatever the timing. */
	if (stamp < cw_horizon_bound(h))
		return -EPROTO;
	h->last = stamp;
	return 0;
}

int cw_horizon_promise(struct cw_horizon *h, uint64_t t, uint64_t taken)
{
	/* A later promise is bound by the earlier one like everything else it sends. */
	if (taken < h->counted || taken > h->sent || t < cw_horizon_bound(h))
		return -EPROTO;
	cw_fifo_pop(&h->uncounted, taken - h->counted);
	h->counted = taken;
	h->promise = t;
	return 0;
}
