/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the cycles of a window went on the stream of requests out: every beat is noted with what it was
 * of. A cycle is a beat of the stream, or, where the link behind it is the tighter one, so many bytes on
 * the link. What a window had to carry for the operations that ended in it, and what it carried, may differ
 * by a batch or two at its edges, since descriptors are read before and records written after.
 */
#ifndef BENCH_ACCOUNT_H
#define BENCH_ACCOUNT_H

#include "point.h"

enum spent { SPENT_READ, SPENT_WRITE, SPENT_FETCH, SPENT_RECORD, SPENT_MESSAGE, SPENT_N };

struct spent_beat {
	uint8_t kind, dws; /* kind: 1 + enum spent; 0: no beat in this cycle */
	bool sop;
};

struct account {
	struct spent_beat *beat; /* by cycle, from `first` on */
	uint64_t n, size, first;
	bool failed; /* out of memory */
};

void account_beat(struct account *a, uint64_t cycle, enum spent kind, unsigned dws, bool sop);
void account_free(struct account *a);

/* The window, in cycles: `equal` + `surplus` + `more` + `empty`. */
struct balance {
	double window;
	double equal;   /* the operations of the slower direction, and as many of the other one, at the limit */
	double surplus; /* what the faster direction moved beyond these, at the limit */
	double more;    /* records in more writes, descriptors in more reads, more messages than at the limit */
	double empty;   /* nothing was sent, or less than the link can carry */
	double spent[SPENT_N]; /* by kind; what is not empty */
	bool link;      /* counted in bytes on the link */
};

/* Of the cycles from `from` on, before `to`, in which so many operations ended each way. */
void account_balance(const struct account *a, const struct bench_point *p, uint64_t from, uint64_t to,
		     const uint64_t ops[2], struct balance *b);

#endif
