/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operation table as a block under test sees it: a number that is free is offered at random, taken
 * for a descriptor, and free again when the operation has ended. For the block's `alloc` stream, whose names are
 * given as the environment's dut_hook() functions are called: ops_drive() before a clock edge, ops_take() at one.
 */
#ifndef CW_TEST_OPS_H
#define CW_TEST_OPS_H

#include "dut.h"

#define OPS 256u

struct ops {
	struct dut *d;
	struct dut_rng *rng;
	const char *ready, *id; /* ports: op_alloc_ready and op_alloc_id, or what the block calls them */
	unsigned stall;         /* per cent of the cycles in which none is offered */
	unsigned next, live;    /* the number offered; how many are taken */
	bool used[OPS];
	unsigned desc[OPS];     /* what each was taken for */
};

static inline void ops_drive(struct ops *o)
{
	unsigned start = dut_below(o->rng, OPS), i = 0;

	while (i < OPS && o->used[(start + i) % OPS])
		i++;
	o->next = (start + i) % OPS;
	dut_set(o->d, o->ready, i < OPS && !dut_chance(o->rng, o->stall));
	dut_set(o->d, o->id, o->next);
}

static inline void ops_take(struct ops *o, unsigned desc)
{
	o->used[o->next] = true;
	o->desc[o->next] = desc;
	o->live++;
}

/* It has ended; returns what it was taken for. */
static inline unsigned ops_end(struct ops *o, unsigned op)
{
	assert_true(op < OPS && o->used[op]);
	o->used[op] = false;
	o->live--;
	return o->desc[op];
}

#endif
