// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "event.h"

static bool before(const struct cw_event *a, const struct cw_event *b)
{
	return a->time != b->time ? a->time < b->time : a->seq < b->seq;
}

int cw_events_add(struct cw_events *q, uint64_t time, void *what)
{
	struct cw_event e = { time, q->seq, what };
	size_t i;

	if (q->n == q->size) {
		size_t size = q->size ? 2 * q->size : 64;
		struct cw_event *heap = realloc(q->heap, size * sizeof(*heap));

		if (!heap)
			return -ENOMEM;
		q->heap = heap;
		q->size = size;
	}
	q->seq++;
	for (i = q->n++; i && before(&e, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = e;
	return 0;
}

struct cw_event cw_events_pop(struct cw_events *q)
{
	struct cw_event top = q->heap[0], last = q->heap[--q->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < q->n) {
		if (child + 1 < q->n && before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (!before(&q->heap[child], &last))
			break;
		q->heap[i] = q->heap[child];
		i = child;
	}
	q->heap[i] = last;
	return top;
}

void cw_events_clear(struct cw_events *q)
{
	q->n = 0;
}

void cw_events_free(struct cw_events *q)
{
	free(q->heap);
	*q = (struct cw_events){ 0 };
}
