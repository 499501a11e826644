// SPDX-License-Identifier: BSD-2-Clause
#include "figure.h"

#include <errno.h>

#include "limit.h"

static uint64_t mark(const struct way *w, uint64_t ops, unsigned eighths)
{
	return w->n ? w->time[ops * eighths / 8 - 1] : 0;
}

/* Operations after the first end at or after *from up to the last at or before *to, which become those two. */
static uint64_t ended_between(const struct way *w, uint64_t *from, uint64_t *to)
{
	uint64_t first = 0, last, n;

	while (first < w->n && w->time[first] < *from)
		first++;
	for (n = first; n < w->n && w->time[n] <= *to; n++)
		;
	last = n ? w->time[n - 1] : 0;
	*from = first < w->n ? w->time[first] : *to;
	*to = last;
	while (first < n && w->time[first] == *from)
		first++;
	return n - first;
}

void figure_of(const struct bench_point *p, const struct way way[2], uint64_t ops, struct result *res)
{
	uint64_t from = 0, to = 0, size = p->size;
	unsigned d;

	for (d = 0; d < 2; d++) {
		uint64_t a = mark(&way[d], ops, 2), b = mark(&way[d], ops, 7);

		from = a > from ? a : from;
		to = b > to ? b : to;
	}
	res->bytes_per_cycle = 0;
	res->window_from_ps = from;
	res->window_ps = to - from;
	for (d = 0; d < 2; d++) {
		uint64_t a = from, b = to;
		double rate;

		if (!way[d].n)
			continue;
		res->ops[d] = ended_between(&way[d], &a, &b);
		rate = b > a ? (double)(res->ops[d] * size) * POINT_PERIOD_PS / (double)(b - a) : 0;
		if (res->bytes_per_cycle == 0 || rate < res->bytes_per_cycle)
			res->bytes_per_cycle = rate;
	}
	res->limit = limit_of(p);
}


int figure_judge(const struct bench_point *p, struct result *res)
{
	double edge = limit_edge(p) * POINT_PERIOD_PS / (double)res->window_ps;

	res->share = res->bytes_per_cycle / res->limit;
	if (res->share > 1 + edge)
		return -ERANGE;
	if (res->share > 1) {
		res->bytes_per_cycle = res->limit;
		res->share = 1;
	}
	return 0;
}
