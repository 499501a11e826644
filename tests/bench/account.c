// SPDX-License-Identifier: BSD-2-Clause
#include "account.h"

#include <stdlib.h>
#include <string.h>

#include "limit.h"

void account_beat(struct account *a, uint64_t cycle, enum spent kind, unsigned dws, bool sop)
{
	uint64_t at, size;

	if (!a->n)
		a->first = cycle;
	at = cycle - a->first;
	if (at >= a->size) {
		struct spent_beat *more;

		size = 2 * at + 65536;
		more = realloc(a->beat, size * sizeof(*more));
		if (!more) {
			a->failed = true;
			return;
		}
		memset(more + a->size, 0, (size - a->size) * sizeof(*more));
		a->beat = more;
		a->size = size;
	}
	a->beat[at] = (struct spent_beat){ (uint8_t)(1 + kind), (uint8_t)dws, sop };
	a->n = at + 1;
}

void account_free(struct account *a)
{
	free(a->beat);
	*a = (struct account){ 0 };
}

void account_balance(const struct account *a, const struct bench_point *p, uint64_t from, uint64_t to,
		     const uint64_t ops[2], struct balance *b)
{
	double size = p->size, ways[2] = { (double)ops[0] * size, (double)ops[1] * size }, least, all, sent = 0;

	*b = (struct balance){ .window = (double)(to - from) };
	b->link = limit_is_link(p, ways[0], ways[1]);
	for (uint64_t c = from; c < to; c++) {
		const struct spent_beat *s = &a->beat[c - a->first];

		if (c < a->first || c - a->first >= a->n || !s->kind)
			continue;
		b->spent[s->kind - 1] += b->link ? limit_tlp_bytes(s->sop, s->dws) / limit_link(p) : 1;
	}
	for (unsigned k = 0; k < SPENT_N; k++)
		sent += b->spent[k];
	least = p->dir != DIR_BOTH ? ways[0] + ways[1] : ways[0] < ways[1] ? ways[0] : ways[1];
	b->equal = limit_requests(p, p->dir == DIR_C2H ? 0 : least, p->dir == DIR_H2C ? 0 : least, b->link);
	all = limit_requests(p, ways[0], ways[1], b->link);
	b->surplus = all - b->equal;
	b->more = sent - all;
	b->empty = b->window - sent;
}
