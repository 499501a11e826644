// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=16
/* Raises on their way out: taken at once, one a queue, none lost, set aside when refused. */
#include "dut.h"
#include "stream.h"

#define Q_N 16u
#define ERROR 1u
#define COMPLETIONS 2u

static const char *const raise_fields[] = { "raise_queue", "raise_vector", "raise_error", "raise_completions", NULL };

struct bench {
	struct dut *d;
	struct dut_rng rng;
	struct stream *raise;
	unsigned ready;     /* chance in percent that a head is taken */
	bool full[Q_N];     /* its ring has no room: refused */
	unsigned want[Q_N]; /* reasons raised and not yet on their way out */
	bool wants[Q_N];
	unsigned taken[Q_N], order[64], order_n, raised;
	bool out; /* a head was offered in the cycle before */
};

static void sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;

	/* First: when no other waits, it is offered in the cycle in which it is taken. */
	if (dut_get(d, "raise_valid") && dut_get(d, "raise_ready")) {
		unsigned q = (unsigned)dut_get(d, "raise_queue");

		b->wants[q] = true;
		b->want[q] |= (dut_get(d, "raise_error") ? ERROR : 0) | (dut_get(d, "raise_completions") ? COMPLETIONS : 0);
		b->raised++;
	}
	if (dut_get(d, "head_valid")) {
		unsigned q = (unsigned)dut_get(d, "head_queue");
		unsigned why = (dut_get(d, "head_error") ? ERROR : 0) | (dut_get(d, "head_completions") ? COMPLETIONS : 0);

		assert_int_equal(dut_get(d, "head_vector"), 0x100 + q);
		if (!b->out) { /* what is raised from now comes again */
			assert_true(b->wants[q]);
			assert_int_equal(why, b->want[q]);
			b->want[q] = 0;
			b->wants[q] = false;
		}
		b->out = !dut_get(d, "head_ready");
		if (!b->out && dut_get(d, "head_refused")) {
			b->want[q] |= why;
			b->wants[q] = true;
		} else if (!b->out) {
			b->taken[q]++;
			if (b->order_n < 64)
				b->order[b->order_n++] = q;
		}
	}
}

static void drive(void *ctx)
{
	struct bench *b = ctx;

	if (!dut_get(b->d, "raise_valid")) /* whose raise may come next, mostly wrong */
		dut_set(b->d, "raise_queue", dut_below(&b->rng, Q_N));
	dut_set(b->d, "head_ready", dut_chance(&b->rng, b->ready));
	dut_set(b->d, "head_refused", b->full[dut_get(b->d, "head_queue")]);
}

static void raise(struct bench *b, unsigned q, unsigned why)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->raise, &s, 0, q);
	stream_put_u64(b->raise, &s, 1, 0x100 + q);
	stream_put_u64(b->raise, &s, 2, !!(why & ERROR));
	stream_put_u64(b->raise, &s, 3, !!(why & COMPLETIONS));
	stream_push(b->raise, &s);
}

static void bench_open(struct bench *b, uint64_t salt)
{
	*b = (struct bench){ .d = dut_new(dut_seed() + salt), .ready = 100 };
	dut_rng_init(&b->rng, dut_seed() + salt);
	b->raise = stream_source(b->d, "raise", raise_fields);
	dut_reset(b->d, 3);
	dut_hook(b->d, sample, drive, b);
	dut_cycles(b->d, Q_N + 4);
	assert_int_equal(dut_get(b->d, "idle"), 1);
}

static void bench_close(struct bench *b)
{
	stream_free(b->raise);
	dut_free(b->d);
}

static void rescan(struct bench *b)
{
	dut_set(b->d, "rescan", 1);
	dut_cycle(b->d);
	dut_set(b->d, "rescan", 0);
}

static void settle(struct bench *b)
{
	for (unsigned i = 0; i < 20 || !dut_get(b->d, "idle"); i++) {
		assert_true(i < 1000);
		dut_cycle(b->d);
	}
}

static void disable(struct bench *b, unsigned q)
{
	dut_set(b->d, "qcfg_valid", 1);
	dut_set(b->d, "qcfg_op", 2);
	dut_set(b->d, "qcfg_queue", q);
	dut_cycle(b->d);
	dut_set(b->d, "qcfg_valid", 0);
	for (unsigned i = 0; dut_get(b->d, "cfg_busy"); i++) {
		assert_true(i < 10);
		dut_cycle(b->d);
	}
}

static void raises_come_out_in_order(void **state)
{
	static const unsigned qs[] = { 5, 0, 15, 7, 3, 1, 2, 9 };
	struct bench b;

	(void)state;
	bench_open(&b, 1);
	b.ready = 0; /* four wait, the others come while these go */
	for (unsigned i = 0; i < 4; i++)
		raise(&b, qs[i], 1 + i % 3);
	dut_cycles(b.d, 20);
	b.ready = 100;
	for (unsigned i = 4; i < 8; i++)
		raise(&b, qs[i], 1 + i % 3);
	settle(&b);
	assert_int_equal(b.order_n, 8);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(b.order[i], qs[i]);
	bench_close(&b);
}

/* Nobody takes a head for ever: raises are taken all the same, and merged. */
static void raises_never_wait(void **state)
{
	struct bench b;
	uint64_t start;

	(void)state;
	bench_open(&b, 2);
	b.ready = 0;
	start = dut_now(b.d);
	for (unsigned i = 0; i < 20 * Q_N; i++)
		raise(&b, i % Q_N, i < Q_N ? COMPLETIONS : ERROR);
	while (stream_depth(b.raise)) {
		assert_true(dut_now(b.d) - start < 2 * 20 * Q_N + 20);
		dut_cycle(b.d);
	}
	settle(&b);
	b.ready = 100;
	settle(&b);
	for (unsigned q = 0; q < Q_N; q++) {
		/* the head was out already when it was raised again */
		assert_int_equal(b.taken[q], q == 0 ? 2 : 1);
		assert_false(b.wants[q]);
	}
	bench_close(&b);
}

static void refused_ones_wait_for_a_rescan(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 3);
	b.full[2] = b.full[15] = b.full[0] = true;
	raise(&b, 2, COMPLETIONS);
	raise(&b, 3, COMPLETIONS);
	raise(&b, 15, ERROR);
	raise(&b, 0, ERROR);
	raise(&b, 2, ERROR);
	settle(&b);
	assert_int_equal(b.order_n, 1);
	assert_int_equal(b.taken[3], 1);
	rescan(&b);
	settle(&b);
	assert_int_equal(b.order_n, 1);
	b.full[2] = b.full[15] = false;
	dut_cycles(b.d, 100);
	assert_int_equal(b.order_n, 1);
	rescan(&b);
	settle(&b);
	assert_int_equal(b.order_n, 3);
	assert_int_equal(b.taken[2], 1);
	assert_int_equal(b.want[2], 0); /* with both reasons */
	assert_int_equal(b.taken[15], 1);
	rescan(&b);
	settle(&b);
	assert_int_equal(b.order_n, 3);
	b.full[0] = false;
	rescan(&b);
	settle(&b);
	assert_int_equal(b.taken[0], 1);
	bench_close(&b);
}

static void a_disabled_queue_drops_its_raise(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 4);
	/* in the list */
	b.ready = 0;
	raise(&b, 1, COMPLETIONS);
	raise(&b, 4, COMPLETIONS);
	raise(&b, 5, COMPLETIONS);
	settle(&b);
	disable(&b, 4);
	b.wants[4] = false;
	b.ready = 100;
	settle(&b);
	assert_int_equal(b.taken[4], 0);
	assert_int_equal(b.taken[5], 1);
	/* set aside */
	b.full[6] = true;
	raise(&b, 6, COMPLETIONS);
	settle(&b);
	disable(&b, 6);
	b.full[6] = b.wants[6] = false;
	rescan(&b);
	settle(&b);
	assert_int_equal(b.taken[6], 0);
	/* in the list again and again: never twice in it */
	b.ready = 0;
	raise(&b, 0, COMPLETIONS);
	settle(&b);
	for (unsigned i = 0; i < 2 * Q_N - 1; i++) {
		raise(&b, 8, ERROR);
		settle(&b);
		disable(&b, 8);
	}
	raise(&b, 8, ERROR);
	raise(&b, 9, ERROR);
	settle(&b);
	b.ready = 100;
	settle(&b);
	assert_int_equal(b.taken[8], 1);
	assert_int_equal(b.taken[9], 1);
	bench_close(&b);
}

static void nothing_is_lost(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 5);
	b.ready = 30;
	for (unsigned i = 0; i < 30000; i++) {
		if (dut_chance(&b.rng, 20) && stream_depth(b.raise) < 4)
			raise(&b, (unsigned)dut_below(&b.rng, Q_N), 1 + (unsigned)dut_below(&b.rng, 3));
		if (dut_chance(&b.rng, 10))
			b.full[dut_below(&b.rng, Q_N)] = dut_chance(&b.rng, 60);
		if (dut_chance(&b.rng, 2))
			rescan(&b);
		else
			dut_cycle(b.d);
	}
	for (unsigned q = 0; q < Q_N; q++)
		b.full[q] = false;
	b.ready = 100;
	settle(&b);
	rescan(&b);
	settle(&b);
	for (unsigned q = 0; q < Q_N; q++)
		assert_false(b.wants[q]);
	print_message("%u raises\n", b.raised);
	bench_close(&b);
}

/* A raise whose queue was shown a cycle before is a head as it comes; else it is one a cycle later. */
static void a_raise_seen_ahead_is_a_head_at_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 6);
	dut_unhook(b.d);
	dut_set(b.d, "head_ready", 1);
	dut_set(b.d, "head_refused", 0);
	for (unsigned shown = 0; shown < 2; shown++) {
		dut_set(b.d, "raise_queue", shown ? 3 : 4);
		dut_cycles(b.d, 3);
		dut_set(b.d, "raise_valid", 1);
		dut_set(b.d, "raise_queue", 3);
		dut_set(b.d, "raise_vector", 0x103);
		dut_set(b.d, "raise_completions", 1);
		dut_settle(b.d);
		assert_int_equal(dut_get(b.d, "head_valid"), shown);
		assert_int_equal(dut_get(b.d, "raise_ready"), shown);
		if (!shown)
			dut_cycle(b.d);
		assert_int_equal(dut_get(b.d, "head_valid"), 1);
		dut_cycle(b.d);
		dut_set(b.d, "raise_valid", 0);
		dut_settle(b.d);
		assert_int_equal(dut_get(b.d, "head_valid"), 0);
		settle(&b);
	}
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raises_come_out_in_order),
		cmocka_unit_test(raises_never_wait),
		cmocka_unit_test(refused_ones_wait_for_a_rescan),
		cmocka_unit_test(a_disabled_queue_drops_its_raise),
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(a_raise_seen_ahead_is_a_head_at_once),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
