// SPDX-License-Identifier: BSD-2-Clause
/*
 * Queues of different weights on a whole card: while all of them are busy, each moves as much as its weight says, in
 * either direction; the lightest has its turn; and what all of them moved is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"
#include "target.h"

enum { DEPTH = 60, PIECE = 131072, ENTRIES = 2048, QUEUES = 3 };

struct one {
	struct cw_queue *q;
	struct cw_queue_setup is;
	struct cw_io io[DEPTH];
	unsigned char *buf;
	uint32_t from;           /* descriptors ended when it began to count */
	unsigned out;
};

static uint32_t ended(struct target *t, const struct one *o)
{
	uint32_t v;

	assert_int_equal(cw_reg_read(t->dev, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * o->is.queue + CW_Q_RETIRED, &v), 0);
	return v;
}

static void submit(struct one *o, struct cw_io *io)
{
	assert_int_equal(cw_queue_submit(o->q, io), 0);
	o->out++;
}

/* Its part of card memory is its own; at an odd address, so that no two pages are one descriptor. */
static void open_one(struct target *t, struct one *o, unsigned i, enum cw_queue_dir dir, unsigned weight)
{
	*o = (struct one){ .is = { .mode = CW_QUEUE_MM, .dir = dir, .entries = ENTRIES, .weight = weight,
				   .vector = CW_QUEUE_ANY_VECTOR, .card_base = (uint64_t)i << 24, .card_limit = 1 << 24 } };
	if (cw_queue_open(t->dev, &o->is, &o->q))
		fail_msg("queue: %s", cw_why(t->dev));
	o->buf = malloc((size_t)DEPTH * PIECE);
	assert_non_null(o->buf);
	test_fill(o->buf, (size_t)DEPTH * PIECE, t->seed + i);
	for (unsigned k = 0; k < DEPTH; k++)
		o->io[k] = (struct cw_io){ .op = dir == CW_QUEUE_C2H ? CW_OP_READ : CW_OP_WRITE, .len = PIECE,
					   .buf = o->buf + (size_t)k * PIECE, .card_addr = (uint64_t)k * PIECE };
}

static void close_one(struct target *t, struct one *o, enum cw_queue_dir dir)
{
	unsigned char *back = malloc(PIECE);
	struct cw_io *io;

	while (o->out) {
		assert_int_equal(cw_queue_wait(o->q, &io, -1), 0);
		assert_int_equal(io->result, PIECE);
		o->out--;
	}
	assert_int_equal(cw_queue_close(o->q), 0);
	assert_non_null(back);
	for (unsigned k = 0; dir == CW_QUEUE_H2C && k < DEPTH; k += 5) {
		assert_int_equal(cw_read(t->dev, back, PIECE, o->is.card_base + (uint64_t)k * PIECE), PIECE);
		assert_memory_equal(back, o->buf + (size_t)k * PIECE, PIECE);
	}
	free(back);
	free(o->buf);
}

/* The first queue, the heaviest, turns over `n` pieces while the others are never out of work. */
static void turn_over(struct one *o, unsigned n)
{
	struct cw_io *io;

	while (n--) {
		assert_int_equal(cw_queue_wait(o[0].q, &io, -1), 0);
		assert_int_equal(io->result, PIECE);
		o[0].out--;
		submit(&o[0], io);
		for (unsigned i = 1; i < QUEUES; i++)
			while (cw_queue_wait(o[i].q, &io, 0) == 0) {
				assert_int_equal(io->result, PIECE);
				o[i].out--;
				submit(&o[i], io);
			}
	}
}

/* Scattered pages, so that each queue has descriptors for several of its turns. */
static void shares(enum cw_queue_dir dir, const unsigned weight[QUEUES], unsigned percent)
{
	struct one o[QUEUES];
	struct target t;
	double first;

	if (!target_is_plain())
		target_skip(NULL, "shares are measured on one form of the card");
	target_open(&t, "mrrs=512,iommu=0");
	if (!t.simulated)
		target_skip(&t, "whether this program keeps its queues busy is up to the machine");
	for (unsigned i = 0; i < QUEUES; i++) {
		open_one(&t, &o[i], i, dir, weight[i]);
		assert_int_equal(o[i].is.weight, weight[i] ? weight[i] : 1);
		for (unsigned k = 0; k < DEPTH; k++)
			submit(&o[i], &o[i].io[k]);
	}
	turn_over(o, DEPTH); /* until what came before the others' work is gone */
	for (unsigned i = 0; i < QUEUES; i++)
		o[i].from = ended(&t, &o[i]);
	turn_over(o, 3 * DEPTH);
	first = ended(&t, &o[0]) - o[0].from;
	for (unsigned i = 1; i < QUEUES; i++) {
		uint32_t n = ended(&t, &o[i]) - o[i].from;
		double share = n / first, due = (double)o[i].is.weight / o[0].is.weight;

		print_message("weights %u to %u: %u descriptors to %.0f\n", o[i].is.weight, o[0].is.weight, n, first);
		if (share < due * (100 - percent) / 100 || share > due * (100 + percent) / 100)
			fail_msg("queue %u of weight %u moved %u descriptors, that of weight %u %.0f", i, o[i].is.weight, n,
				 o[0].is.weight, first);
	}
	for (unsigned i = 0; i < QUEUES; i++)
		close_one(&t, &o[i], dir);
	target_close(&t);
}

static void shares_to_the_card(void **state)
{
	(void)state;
	shares(CW_QUEUE_H2C, (const unsigned[]){ 6, 3, 1 }, 12);
}

static void shares_from_the_card(void **state)
{
	(void)state;
	shares(CW_QUEUE_C2H, (const unsigned[]){ 3, 2, 1 }, 12);
}

static void without_weights_all_have_the_same(void **state)
{
	(void)state;
	shares(CW_QUEUE_H2C, (const unsigned[]){ 0, 0, 0 }, 5);
}

static void a_weight_out_of_range_is_refused(void **state)
{
	struct cw_queue_setup s = { .mode = CW_QUEUE_MM, .vector = CW_QUEUE_ANY_VECTOR, .weight = CW_QUEUE_WEIGHT_MAX + 1 };
	struct cw_queue *q;
	struct target t;

	(void)state;
	target_open(&t, "");
	assert_int_equal(cw_queue_open(t.dev, &s, &q), -EINVAL);
	assert_non_null(strstr(cw_why(t.dev), "weight 64: 1 to 63"));
	target_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_to_the_card),
		cmocka_unit_test(shares_from_the_card),
		cmocka_unit_test(without_weights_all_have_the_same),
		cmocka_unit_test(a_weight_out_of_range_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
