// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=4 -GOP_N=16
/* Operations: allocated in order, done in any order, retired in order per queue. */
#include <stdlib.h>
#include <string.h>

#include "dut.h"
#include "stream.h"

#define Q_N 4u
#define OP_N 16u

struct held {
	unsigned q, num;
	bool used, done;
};

struct bench {
	struct dut *d;
	struct dut_rng rng;
	struct stream *alloc, *done, *retire;
	struct held op[OP_N];
	unsigned issued[Q_N], retired[Q_N], in_flight, per_queue[Q_N];
	bool offered, last;
};

static const char *const alloc_fields[] = { "op_alloc_queue", "op_alloc_num", "op_alloc_irq", NULL };
static const char *const done_fields[] = { "done_op", "done_status", "done_bytes", "done_kind", NULL };
static const char *const retire_fields[] = {
	"retire_queue", "retire_num", "retire_irq", "retire_status", "retire_bytes", "retire_kind", "retire_last", NULL
};

/* What an operation ends with: a function of its name, so nothing can be mixed up unseen. */
static unsigned mix(unsigned q, unsigned num)
{
	return (q * 7919 + num * 104729) & 0xffffff;
}

/* An operation is the last of its queue when none behind it is allocated in the cycle in which it is first offered. */
static void watch_last(struct bench *b)
{
	unsigned q = (unsigned)dut_get(b->d, "retire_queue"), num = (unsigned)dut_get(b->d, "retire_num"), later = 0;

	if (!dut_get(b->d, "retire_valid"))
		return;
	for (unsigned id = 0; id < OP_N; id++)
		later += b->op[id].used && b->op[id].q == q && b->op[id].num > num;
	if (!b->offered)
		b->last = !later;
	assert_int_equal(dut_get(b->d, "retire_last"), b->last);
	b->offered = !dut_get(b->d, "retire_ready");
}

static void watch(void *ctx)
{
	struct bench *b = ctx;
	unsigned id = (unsigned)dut_get(b->d, "op_alloc_id");

	watch_last(b);
	if (!dut_get(b->d, "op_alloc_valid") || !dut_get(b->d, "op_alloc_ready"))
		return;
	assert_false(b->op[id].used);
	b->op[id] = (struct held){ (unsigned)dut_get(b->d, "op_alloc_queue"),
				   (unsigned)dut_get(b->d, "op_alloc_num"), true, false };
	b->in_flight++;
}

static struct bench *bench_open(uint64_t salt)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = dut_new(dut_seed() + salt);
	dut_rng_init(&b->rng, dut_seed() * 5 + salt);
	b->alloc = stream_source(b->d, "op_alloc", alloc_fields);
	b->done = stream_source(b->d, "done", done_fields);
	b->retire = stream_sink(b->d, "retire", retire_fields);
	dut_reset(b->d, 4);
	dut_hook(b->d, watch, NULL, b);
	return b;
}

static void bench_close(struct bench *b)
{
	stream_free(b->alloc);
	stream_free(b->done);
	stream_free(b->retire);
	dut_free(b->d);
	free(b);
}

static void enable(struct bench *b, unsigned q)
{
	dut_set(b->d, "qcfg_valid", 1);
	dut_set(b->d, "qcfg_op", 1);
	dut_set(b->d, "qcfg_queue", q);
	dut_cycle(b->d);
	dut_set(b->d, "qcfg_valid", 0);
	dut_cycles(b->d, 3);
	b->issued[q] = b->retired[q] = 0;
}

static void issue(struct bench *b, unsigned q)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->alloc, &s, 0, q);
	stream_put_u64(b->alloc, &s, 1, b->issued[q]);
	stream_put_u64(b->alloc, &s, 2, b->issued[q] & 1);
	stream_push(b->alloc, &s);
	b->issued[q]++;
}

static void end(struct bench *b, unsigned id)
{
	struct held *h = &b->op[id];
	struct stream_beat s = { 0 };
	unsigned m = mix(h->q, h->num);

	assert_true(h->used && !h->done);
	h->done = true;
	stream_put_u64(b->done, &s, 0, id);
	stream_put_u64(b->done, &s, 1, m % 127);
	stream_put_u64(b->done, &s, 2, m);
	stream_put_u64(b->done, &s, 3, m % 4);
	stream_push(b->done, &s);
}

static void take_retired(struct bench *b)
{
	struct stream_beat s;

	while (stream_pop(b->retire, &s)) {
		unsigned q = (unsigned)stream_take_u64(b->retire, &s, 0), num = b->retired[q]++, m = mix(q, num);
		unsigned id;

		assert_int_equal(stream_take_u64(b->retire, &s, 1), num);
		assert_int_equal(stream_take_u64(b->retire, &s, 2), num & 1);
		assert_int_equal(stream_take_u64(b->retire, &s, 3), m % 127);
		assert_int_equal(stream_take_u64(b->retire, &s, 4), m);
		assert_int_equal(stream_take_u64(b->retire, &s, 5), m % 4);
		for (id = 0; id < OP_N && !(b->op[id].used && b->op[id].q == q && b->op[id].num == num); id++)
			;
		assert_true(id < OP_N);
		assert_true(b->op[id].done);
		b->op[id].used = false;
		b->in_flight--;
	}
}

static void any_order_in_queue_order_out(void **state)
{
	(void)state;
	for (unsigned stall = 0; stall < 90; stall += 30) {
		struct bench *b = bench_open(stall);
		unsigned total = 0;

		stream_stall(b->retire, stall);
		stream_stall(b->done, stall / 2);
		for (unsigned q = 0; q < Q_N; q++)
			enable(b, q);
		while (total < 3000 || b->in_flight) {
			unsigned id = (unsigned)dut_below(&b->rng, OP_N);

			if (total < 3000 && stream_depth(b->alloc) < 2) {
				issue(b, (unsigned)dut_below(&b->rng, Q_N));
				total++;
			}
			if (b->op[id].used && !b->op[id].done && dut_chance(&b->rng, 30))
				end(b, id);
			dut_cycle(b->d);
			take_retired(b);
			assert_true(dut_now(b->d) < 200000);
		}
		dut_cycles(b->d, 10);
		assert_int_equal(dut_get(b->d, "moving"), 0);
		assert_int_equal(dut_get(b->d, "ops_in_flight"), 0);
		bench_close(b);
	}
}

static void full_table_waits_quietly(void **state)
{
	struct bench *b = bench_open(100);

	(void)state;
	enable(b, 1);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < OP_N + 3; i++)
			issue(b, 1);
		dut_cycles(b->d, 100);
		assert_int_equal(b->in_flight, OP_N);
		assert_int_equal(dut_get(b->d, "ops_in_flight"), OP_N);
		assert_int_equal(dut_get(b->d, "moving"), 0);
		/* all but the head: nothing retires */
		for (unsigned id = 0; id < OP_N; id++)
			if (b->op[id].num != b->retired[1])
				end(b, id);
		dut_cycles(b->d, 100);
		take_retired(b);
		assert_int_equal(b->in_flight, OP_N);
		while (b->in_flight) {
			for (unsigned id = 0; id < OP_N; id++)
				if (b->op[id].used && !b->op[id].done)
					end(b, id);
			dut_cycle(b->d);
			take_retired(b);
		}
		dut_cycles(b->d, 100);
	}
	bench_close(b);
}

static void enable_starts_from_zero(void **state)
{
	struct bench *b = bench_open(101);

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		enable(b, 2);
		for (unsigned i = 0; i < 5; i++) {
			issue(b, 2);
			dut_cycles(b->d, 8);
			for (unsigned id = 0; id < OP_N; id++)
				if (b->op[id].used && !b->op[id].done)
					end(b, id);
		}
		dut_cycles(b->d, 20);
		take_retired(b);
		assert_int_equal(b->retired[2], 5);
	}
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_in_queue_order_out),
		cmocka_unit_test(full_table_waits_quietly),
		cmocka_unit_test(enable_starts_from_zero),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
