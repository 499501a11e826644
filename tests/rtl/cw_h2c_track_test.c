/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_h2c_track: every byte of an operation accounted for, in any order. */
#include <string.h>

#include "dut.h"
#include "stream.h"

#define OPS 256

struct op {
	bool live;
	uint32_t len, left, fail;
	unsigned status;
	uint32_t piece[64]; /* ends */
	unsigned piece_n;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *start, *wrote, *failed, *done;
	struct op op[OPS];
	unsigned done_n;
};

static void start(struct env *e, unsigned stall)
{
	static const char *const st[] = { "start_op", "start_len", NULL };
	static const char *const wr[] = { "wrote_op", "wrote_offset", "wrote_bytes", "wrote_status", NULL };
	static const char *const fa[] = { "failed_op", "failed_offset", "failed_bytes", "failed_status", NULL };
	static const char *const dn[] = { "h2c_done_op", "h2c_done_status", "h2c_done_bytes", NULL };

	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->start = stream_source(e->d, "start", st);
	e->wrote = stream_source(e->d, "wrote", wr);
	e->failed = stream_source(e->d, "failed", fa);
	e->done = stream_sink(e->d, "h2c_done", dn);
	stream_stall(e->wrote, stall);
	stream_stall(e->failed, stall);
	stream_stall(e->done, stall);
	dut_reset(e->d, 3);
	assert_int_equal(dut_get(e->d, "start_ready"), 0);
	dut_cycles(e->d, 300);
	assert_int_equal(dut_get(e->d, "idle"), 1);
}

static void stop(struct env *e)
{
	dut_cycles(e->d, 10);
	assert_int_equal(dut_get(e->d, "empty"), 1);
	assert_int_equal(dut_get(e->d, "idle"), 1);
	stream_free(e->start);
	stream_free(e->wrote);
	stream_free(e->failed);
	stream_free(e->done);
	dut_free(e->d);
}

static void begin(struct env *e, unsigned id, uint32_t len)
{
	struct stream_beat b = { 0 };
	struct op *o = &e->op[id];

	*o = (struct op){ .live = true, .len = len, .left = len, .fail = ~0u };
	stream_put_u64(e->start, &b, 0, id);
	stream_put_u64(e->start, &b, 1, len);
	stream_push(e->start, &b);
	while (stream_depth(e->start))
		dut_cycle(e->d);
}

/* Bytes [from, to) of an operation end with a status. */
static void event(struct env *e, unsigned id, uint32_t from, uint32_t to, unsigned status, bool failed)
{
	struct stream *s = failed ? e->failed : e->wrote;
	struct stream_beat b = { 0 };
	struct op *o = &e->op[id];

	if (status && from < o->fail) {
		o->fail = from;
		o->status = status;
	}
	stream_put_u64(s, &b, 0, id);
	stream_put_u64(s, &b, 1, from);
	stream_put_u64(s, &b, 2, to - from);
	stream_put_u64(s, &b, 3, status);
	stream_push(s, &b);
	o->left -= to - from;
}

static void collect(struct env *e)
{
	struct stream_beat b;

	while (stream_pop(e->done, &b)) {
		struct op *o = &e->op[stream_take_u64(e->done, &b, 0) % OPS];

		assert_true(o->live && !o->left);
		assert_int_equal(stream_take_u64(e->done, &b, 1), o->status);
		assert_int_equal(stream_take_u64(e->done, &b, 2), o->status ? o->fail : o->len);
		o->live = false;
		e->done_n++;
	}
}

/* The pieces of a live operation, in random order, some failing. */
static void one_event(struct env *e, unsigned id, unsigned fail_pct)
{
	struct op *o = &e->op[id];
	unsigned i = dut_below(&e->rng, o->piece_n), n = o->len / o->piece_n;
	uint32_t at = o->piece[i] * n, to = o->piece[i] + 1 == o->len / n ? o->len : at + n;
	bool bad = dut_chance(&e->rng, fail_pct);

	if (o->piece[i] == 0xffff)
		return;
	o->piece[i] = 0xffff;
	event(e, id, at, to, bad ? 1 + dut_below(&e->rng, 10) : 0, bad && dut_chance(&e->rng, 70));
}

static void random_pieces(unsigned stall, unsigned fail_pct)
{
	struct env e;
	unsigned begun = 0;

	start(&e, stall);
	for (unsigned i = 0; e.done_n < 400 && i < 400000; i++) {
		unsigned id = dut_below(&e.rng, stall ? 4 : 64);
		struct op *o = &e.op[id];

		if (!o->live && begun < 400) {
			unsigned n = 1 + dut_below(&e.rng, 64);

			begin(&e, id, n * (1 + dut_below(&e.rng, 4096)));
			o->piece_n = n;
			for (unsigned k = 0; k < n; k++)
				o->piece[k] = k;
			begun++;
		} else if (o->live && o->left) {
			one_event(&e, id, fail_pct);
		}
		if (stream_depth(e.wrote) > 3 || stream_depth(e.failed) > 3 || (i & 7) == 0)
			dut_cycle(e.d);
		collect(&e);
	}
	assert_int_equal(e.done_n, 400);
	stop(&e);
}

static void any_order_any_failures(void **state)
{
	(void)state;
	random_pieces(0, 0);
	random_pieces(0, 20);
	random_pieces(40, 5);
	random_pieces(70, 60);
}

/* Whoever takes dones may stand still for long: events are taken all the same. */
static void events_never_wait_for_dones(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	stream_hold(e.done, true);
	for (unsigned id = 0; id < OPS; id++) {
		begin(&e, id, 100);
		event(&e, id, 0, 60, 0, false);
		event(&e, id, 60, 100, id & 1 ? 5 : 0, id & 1);
	}
	for (unsigned i = 0; stream_depth(e.wrote) || stream_depth(e.failed); i++) {
		assert_true(i < 4 * OPS);
		dut_cycle(e.d);
	}
	dut_cycles(e.d, 20);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	assert_int_equal(dut_get(e.d, "empty"), 0);
	stream_hold(e.done, false);
	for (unsigned i = 0; e.done_n < OPS; i++) {
		assert_true(i < 4 * OPS);
		dut_cycle(e.d);
		collect(&e);
	}
	stop(&e);
}

static void lowest_failure_wins(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	begin(&e, 7, 1000);
	event(&e, 7, 500, 600, 3, true);
	dut_cycles(e.d, 5);
	event(&e, 7, 100, 200, 1, true);
	dut_cycles(e.d, 5);
	event(&e, 7, 600, 1000, 2, true);
	event(&e, 7, 0, 100, 0, false);
	dut_cycles(e.d, 5);
	collect(&e);
	assert_int_equal(e.done_n, 0);
	event(&e, 7, 200, 500, 0, false);
	dut_cycles(e.d, 8);
	collect(&e);
	assert_int_equal(e.done_n, 1);
	/* and its successor starts clean; a failure at offset 0 counts as one */
	begin(&e, 7, 10);
	event(&e, 7, 5, 10, 5, false);
	event(&e, 7, 0, 5, 4, true);
	dut_cycles(e.d, 8);
	collect(&e);
	assert_int_equal(e.done_n, 2);
	begin(&e, 7, 0xffffff);
	event(&e, 7, 0, 4096, 0, false);
	for (uint32_t at = 4096; at < 0xffffff; at += 4096)
		event(&e, 7, at, at + 4096 > 0xffffff ? 0xffffff : at + 4096, 0, false);
	dut_cycles(e.d, 4200);
	collect(&e);
	assert_int_equal(e.done_n, 3);
	stop(&e);
}

static void events_of_one_operation_back_to_back(void **state)
{
	struct env e;
	uint64_t from;

	(void)state;
	start(&e, 0);
	begin(&e, 3, 2000);
	for (unsigned i = 0; i < 2000; i++)
		event(&e, 3, i, i + 1, 0, false);
	from = dut_now(e.d);
	while (!e.done_n) {
		dut_cycle(e.d);
		collect(&e);
	}
	assert_in_range(dut_now(e.d) - from, 2000, 2006);
	stop(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_any_failures),
		cmocka_unit_test(events_never_wait_for_dones),
		cmocka_unit_test(lowest_failure_wins),
		cmocka_unit_test(events_of_one_operation_back_to_back),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
