// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=32
/* Deadlines of queues: each is hit once, in time, whatever is set meanwhile, and never after it was taken away. */
#include <string.h>

#include "deadline.h"
#include "dut.h"

#define Q_N 32u

struct bench {
	struct dut *d;
	struct dut_rng rng;
	uint64_t now, at[Q_N], set_at[Q_N]; /* 0: none */
	unsigned hits, wait;
	bool due[Q_N]; /* hit: the deadline has to be taken away */
	uint64_t slow;
	bool jump;
};

static uint64_t next_deadline(struct bench *b)
{
	return deadline_at(b->now, dut_get(b->d, "next_deadline"));
}

static void sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;
	unsigned q = (unsigned)dut_get(d, "hit_queue");
	uint64_t late;

	if (!dut_get(d, "hit_valid") || !dut_get(d, "hit_taken"))
		return;
	if (dut_get(d, "set_valid") && dut_get(d, "set_queue") == q)
		return; /* may be stale: the owner does not look in this cycle */
	assert_int_not_equal(b->at[q], 0);
	late = b->at[q] > b->set_at[q] + 2 * Q_N ? b->at[q] : b->set_at[q] + 2 * Q_N;
	assert_in_range(b->now, b->at[q] - Q_N, late + 24 + b->slow);
	b->at[q] = 0;
	b->due[q] = true;
	b->hits++;
}

static void drive(void *ctx)
{
	struct bench *b = ctx;
	uint64_t next = next_deadline(b);

	b->now++;
	if (b->jump && !dut_get(b->d, "moving") && next > b->now && next != NO_DEADLINE)
		b->now = next;
	dut_set(b->d, "now", b->now);
	dut_set(b->d, "hit_taken", dut_get(b->d, "hit_valid") && !dut_below(&b->rng, b->wait + 1));
}

static void bench_open(struct bench *b, uint64_t salt)
{
	*b = (struct bench){ .d = dut_new(dut_seed() + salt), .now = 100 };
	dut_rng_init(&b->rng, dut_seed() + salt);
	dut_reset(b->d, 3);
	dut_hook(b->d, sample, drive, b);
	dut_set(b->d, "now", b->now);
	for (unsigned q = 0; q < Q_N; q++) {
		dut_set(b->d, "set_valid", 1);
		dut_set(b->d, "set_queue", q);
		dut_set(b->d, "set_on", 0);
		dut_cycle(b->d);
	}
	dut_set(b->d, "set_valid", 0);
	assert_int_equal(next_deadline(b), NO_DEADLINE);
}

static void owner(struct bench *b);

/* The hook of the cycle runs after: a hit taken in it is not of the new deadline. */
static void set(struct bench *b, unsigned q, uint64_t at)
{
	dut_set(b->d, "set_valid", 1);
	dut_set(b->d, "set_queue", q);
	dut_set(b->d, "set_on", at != 0);
	dut_set(b->d, "set_ahead", at ? at - b->now : dut_rand(&b->rng) & 0xffff);
	if (dut_get(b->d, "hit_queue") == q)
		dut_set(b->d, "hit_taken", 0); /* as its owner: not while the queue is weighed */
	b->at[q] = at;
	b->set_at[q] = b->now;
	b->due[q] = false;
	dut_cycle(b->d);
	dut_set(b->d, "set_valid", 0);
	owner(b);
}

/* The owner takes a deadline away when it was hit, before anything else. */
static void owner(struct bench *b)
{
	for (unsigned q = 0; q < Q_N; q++)
		if (b->due[q])
			set(b, q, 0);
}

static void step(struct bench *b)
{
	dut_cycle(b->d);
	owner(b);
}

static void run(struct bench *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned q = (unsigned)dut_below(&b->rng, Q_N);

		if (dut_chance(&b->rng, 5))
			set(b, q, dut_chance(&b->rng, 30) ? 0 : b->now + 1 + dut_below(&b->rng, dut_chance(&b->rng, 50) ? 60 : 3000));
		step(b);
	}
	for (unsigned i = 0; i < 4000; i++)
		step(b);
	for (unsigned q = 0; q < Q_N; q++)
		assert_int_equal(b->at[q], 0);
	assert_int_equal(dut_get(b->d, "moving"), 0);
	assert_int_equal(next_deadline(b), NO_DEADLINE);
	assert_true(b->hits > n / 100);
	print_message("%u hits\n", b->hits);
	dut_free(b->d);
}

static void each_deadline_is_hit_in_time(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 1);
	run(&b, 30000);
}

static void hits_that_wait_are_not_lost(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 2);
	b.wait = 12;
	b.slow = 40 * Q_N;
	run(&b, 30000);
}

static void time_may_jump_to_the_deadline(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 3);
	b.jump = true;
	run(&b, 10000);
	bench_open(&b, 4);
	b.jump = true;
	for (unsigned i = 0; i < 30; i++) {
		uint64_t at = b.now + 1000 + 140000 * i; /* up to nearly 2^22 */

		set(&b, i, at);
		step(&b);
		assert_int_equal(next_deadline(&b), at - Q_N);
		while (b.at[i])
			step(&b);
		assert_in_range(b.now, at - Q_N, at + 4);
		dut_cycles(b.d, 100);
	}
	dut_free(b.d);
}

static void the_earliest_is_told(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 5);
	set(&b, 3, b.now + 9000);
	step(&b);
	assert_int_equal(next_deadline(&b), b.at[3] - Q_N);
	set(&b, 4, b.now + 5000);
	step(&b);
	assert_int_equal(next_deadline(&b), b.at[4] - Q_N);
	set(&b, 5, b.now + 7000);
	step(&b);
	assert_int_equal(next_deadline(&b), b.at[4] - Q_N);
	assert_int_equal(dut_get(b.d, "moving"), 0);
	while (b.at[4])
		step(&b);
	dut_cycles(b.d, 3 * Q_N);
	assert_int_equal(next_deadline(&b), b.at[5] - Q_N); /* found by the sweep */
	dut_free(b.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_deadline_is_hit_in_time),
		cmocka_unit_test(hits_that_wait_are_not_lost),
		cmocka_unit_test(time_may_jump_to_the_deadline),
		cmocka_unit_test(the_earliest_is_told),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
