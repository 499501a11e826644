/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host model's own future: a priority queue by time, then by order of
 * insertion, so that equal times never depend on the heap's shape.
 */
#ifndef CW_EVENT_H
#define CW_EVENT_H

#include <stddef.h>
#include <stdint.h>

struct cw_event {
	uint64_t time, seq;
	void *what; /* a read of the card; NULL: the credit timer; the reads themselves: look again */
};

struct cw_events {
	struct cw_event *heap;
	size_t n, size;
	uint64_t seq;
};

int cw_events_add(struct cw_events *q, uint64_t time, void *what);
/* UINT64_MAX when empty. */
static inline uint64_t cw_events_next(const struct cw_events *q)
{
	return q->n ? q->heap[0].time : UINT64_MAX;
}
struct cw_event cw_events_pop(struct cw_events *q); /* not when empty */
void cw_events_clear(struct cw_events *q);
void cw_events_free(struct cw_events *q);

#endif
