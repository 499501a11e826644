/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: -GQUEUE_N=16
/* cw_turns: who is next, and for how long. */
#include <string.h>

#include "dut.h"

#define QUEUES 16u
#define WEIGHT_MAX 63u

/* The same in plain C: the list, and the rest of the turn that goes on. */
struct model {
	unsigned weight[QUEUES], list[QUEUES], n;
	int hold;          /* its turn goes on; -1: nobody's */
	unsigned left;     /* pieces after the one at hand */
	bool listed[QUEUES];
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct model m;
};

static void start(struct env *e)
{
	memset(e, 0, sizeof(*e));
	e->m.hold = -1;
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	dut_reset(e->d, 3);
}

static void weigh(struct env *e, unsigned q, unsigned weight)
{
	dut_set(e->d, "weight_wr", 1);
	dut_set(e->d, "weight_queue", q);
	dut_set(e->d, "weight", weight);
	dut_cycle(e->d);
	dut_set(e->d, "weight_wr", 0);
	e->m.weight[q] = weight ? weight : 1;
}

/* Given to it; `more`: straight from its piece of work. */
static void give(struct env *e, unsigned q, bool more)
{
	struct model *m = &e->m;

	dut_set(e->d, "in_valid", 1);
	dut_set(e->d, "in_more", more);
	dut_set(e->d, "in_queue", q);
	dut_cycle(e->d);
	dut_set(e->d, "in_valid", 0);
	dut_settle(e->d);
	m->listed[q] = true;
	if (more && m->left) {
		m->left--;
		m->hold = (int)q;
	} else {
		m->list[m->n++] = q;
	}
}

static unsigned take(struct env *e)
{
	struct model *m = &e->m;
	unsigned q = (unsigned)m->hold;

	assert_int_equal(dut_get(e->d, "out_valid"), 1);
	if (m->hold < 0) {
		q = m->list[0];
		memmove(m->list, m->list + 1, --m->n * sizeof(m->list[0]));
		m->left = m->weight[q] - 1;
	}
	m->hold = -1;
	m->listed[q] = false;
	assert_int_equal(dut_get(e->d, "out_queue"), q);
	dut_set(e->d, "out_ready", 1);
	dut_cycle(e->d);
	dut_set(e->d, "out_ready", 0);
	dut_settle(e->d);
	return q;
}

/* Taken, begun without the list, given back or not, others in between: always as the model has it. */
static void as_the_model_says(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < QUEUES; q++)
		weigh(&e, q, q < 3 ? q : (unsigned)dut_below(&e.rng, WEIGHT_MAX + 1));
	for (unsigned i = 0; i < 20000; i++) {
		unsigned other = (unsigned)dut_below(&e.rng, QUEUES), q;

		assert_int_equal(dut_get(e.d, "out_valid"), e.m.n || e.m.hold >= 0);
		if (!e.m.listed[other] && dut_chance(&e.rng, 60))
			give(&e, other, false);
		if (dut_chance(&e.rng, 20) && !e.m.listed[other]) {
			q = other; /* as a doorbell of a queue that nobody waits with */
			dut_set(e.d, "start", 1);
			dut_set(e.d, "start_queue", q);
			dut_cycle(e.d);
			dut_set(e.d, "start", 0);
			dut_settle(e.d);
			if (e.m.hold >= 0) /* it was for nothing: another's turn goes on */
				continue;
			e.m.left = e.m.weight[q] - 1;
		} else if (e.m.n || e.m.hold >= 0) {
			q = take(&e);
		} else {
			continue;
		}
		dut_cycles(e.d, (unsigned)dut_below(&e.rng, 3));
		if (dut_chance(&e.rng, 90))
			give(&e, q, true);
	}
	dut_free(e.d);
}

/* Everybody busy: each has its share of every round, to the piece. */
static void shares_are_as_the_weights(void **state)
{
	static const unsigned weight[QUEUES] = { 0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 63, 1, 1, 7, 7, 63 };
	unsigned got[QUEUES] = { 0 }, round = 0, since[QUEUES] = { 0 };
	struct env e;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < QUEUES; q++) {
		weigh(&e, q, weight[q]);
		round += weight[q] ? weight[q] : 1;
	}
	for (unsigned q = 0; q < QUEUES; q++)
		give(&e, q, false);
	for (unsigned i = 0; i < 50 * round; i++) {
		unsigned q = take(&e);

		got[q]++;
		since[q] = i;
		give(&e, q, true);
		for (unsigned k = 0; k < QUEUES; k++) /* nobody waits longer than the others' turns last */
			assert_true(i - since[k] <= round);
	}
	for (unsigned q = 0; q < QUEUES; q++)
		assert_int_equal(got[q], 50 * e.m.weight[q]);
	dut_free(e.d);
}

static void reset_forgets_the_turn(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	weigh(&e, 5, 9);
	give(&e, 5, false);
	take(&e);
	give(&e, 5, true);
	dut_reset(e.d, 2);
	assert_int_equal(dut_get(e.d, "out_valid"), 0);
	dut_free(e.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_model_says),
		cmocka_unit_test(shares_are_as_the_weights),
		cmocka_unit_test(reset_forgets_the_turn),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
