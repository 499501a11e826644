// SPDX-License-Identifier: BSD-2-Clause
/*
 * As many queues as a build can have: checked data through every one of them, both ways, and which
 * queue it was is the card's own word. On a real machine: all queues that the driver uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"
#include "target.h"

enum { DEPTH = 64, PIECE = 700, STRIDE = 1024 };

static uint32_t queue_reg(struct target *t, unsigned queue, uint32_t reg)
{
	uint32_t v;

	assert_int_equal(cw_reg_read(t->dev, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * queue + reg, &v), 0);
	return v;
}

/* `n` transfers of PIECE bytes, DEPTH in flight; the i-th at i * STRIDE of the card, a little shifted. */
static void move(struct target *t, enum cw_op op, unsigned char *buf, unsigned n)
{
	struct cw_io *ios = calloc(n, sizeof(*ios)), *io;
	unsigned started = 0, ended = 0;

	assert_non_null(ios);
	while (ended < n) {
		while (started < n && started - ended < DEPTH) {
			ios[started] = (struct cw_io){ .op = op, .buf = buf + (size_t)started * PIECE, .len = PIECE,
						       .card_addr = (uint64_t)started * STRIDE + started % 64 };
			assert_int_equal(cw_submit(t->dev, &ios[started]), 0);
			started++;
		}
		assert_int_equal(cw_wait(t->dev, &io, -1), 0);
		assert_int_equal(io->result, PIECE);
		ended++;
	}
	free(ios);
}

/* Each queue of [first, first + n) has written a record more than `before` says. */
static void each_has_moved(struct target *t, unsigned first, unsigned n, uint32_t *before)
{
	for (unsigned q = first; q < first + n; q++) {
		uint32_t now = queue_reg(t, q, CW_Q_RECORDS);

		if (now == before[q])
			fail_msg("queue %u moved nothing", q);
		assert_int_equal(queue_reg(t, q, CW_Q_STATUS) & (CW_Q_STATUS_STATE_MASK | CW_Q_STATUS_CAUSE_MASK),
				 CW_QSTATE_RUNNING);
		before[q] = now;
	}
}

/* The driver takes its queues in turn, so `pairs` transfers use each once: H2C first, then C2H. */
static void round_trip(struct target *t, unsigned pairs, uint32_t *records, unsigned salt)
{
	size_t len = (size_t)pairs * PIECE;
	unsigned char *out = malloc(len), *in = calloc(1, len);

	assert_true(out && in);
	test_fill(out, len, t->seed * 100 + salt);
	move(t, CW_OP_WRITE, out, pairs);
	each_has_moved(t, 0, pairs, records);
	move(t, CW_OP_READ, in, pairs);
	each_has_moved(t, pairs, pairs, records);
	assert_memory_equal(in, out, len);
	free(out);
	free(in);
}

static void data_through_every_queue(const char *options, unsigned rounds)
{
	struct target t;
	struct cw_info info;
	uint32_t *records;

	target_open_card(&t, options, "queues=2048");
	assert_int_equal(cw_get_info(t.dev, &info), 0);
	print_message("# %u queues each way, %u vectors\n", info.file_queues, info.irqs);
	if (t.simulated) {
		assert_int_equal(info.queues, CW_QUEUE_N_MAX);
		assert_int_equal(info.file_queues, CW_QUEUE_N_MAX / 2);
	}
	records = calloc(2 * info.file_queues, sizeof(*records));
	for (unsigned q = 0; q < 2 * info.file_queues; q++)
		records[q] = queue_reg(&t, q, CW_Q_RECORDS);
	for (unsigned i = 0; i < rounds; i++)
		round_trip(&t, info.file_queues, records, i);
	free(records);
	target_close(&t);
}

/* More rounds than a ring has entries: every ring goes round as well. */
static void data_through_every_queue_of_2048(void **state)
{
	(void)state;
	data_through_every_queue("module=queues=1024;entries=2", target_full() ? 7 : 3);
}

/* One vector for 2048 queues, and a number that divides them unevenly. */
static void data_through_every_queue_with_few_vectors(void **state)
{
	(void)state;
	data_through_every_queue("module=queues=1024;entries=4,vectors=1", 1);
	data_through_every_queue("module=queues=1024;entries=4,vectors=8", 1);
}

static uint64_t now(struct target *t)
{
	uint32_t lo, hi;

	assert_int_equal(cw_reg_read(t->dev, CW_NOW_LO, &lo), 0);
	assert_int_equal(cw_reg_read(t->dev, CW_NOW_HI, &hi), 0);
	return (uint64_t)hi << 32 | lo;
}

/* A reset sweeps every context: it ends within a millisecond of card time. */
static void reset_of_2048_queues_ends(void **state)
{
	struct target t;
	uint32_t v = 0;
	uint64_t start, end;

	(void)state;
	target_open_card(&t, "", "queues=2048");
	if (!t.simulated) {
		cw_close(t.dev);
		target_skip(NULL, "its queues are in use by the driver");
	}
	start = now(&t);
	assert_int_equal(cw_reg_write(t.dev, CW_CONTROL, CW_CONTROL_RESET_MASK), 0);
	do {
		assert_int_equal(cw_reg_read(t.dev, CW_STATUS, &v), 0);
		end = now(&t);
		assert_true(end - start < 250000);
	} while (!(v & CW_STATUS_READY_MASK));
	print_message("# ready after about %u cycles\n", (unsigned)(end - start));
	target_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_through_every_queue_of_2048),
		cmocka_unit_test(data_through_every_queue_with_few_vectors),
		cmocka_unit_test(reset_of_2048_queues_ends),
	};

	return cmocka_run_group_tests_name("queues", tests, NULL, NULL);
}
