// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=8 -GVECTOR_N=16
/* Interrupt moderation: how many raises for which notes, and when by time. */
#include "moderate_bench.h"

static void each_record_with_count_0_or_1(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned count = 0; count < 2; count++) {
		enable(&b, count, count, 0);
		notes(&b, count, 20);
		assert_int_equal(raises(&b, count), 20);
		assert_true(b.completions && !b.error);
	}
	bench_close(&b);
}

static void every_count_records(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned count = 2; count < 8; count++) {
		enable(&b, count, count, 0);
		notes(&b, count, 10 * count + count - 1);
		assert_int_equal(raises(&b, count), 10);
		notes(&b, count, 1);
		assert_int_equal(raises(&b, count), 1);
	}
	bench_close(&b);
}

static void nothing_is_owed_at_the_end(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 3, 65535, 0);
	notes(&b, 3, 1);
	assert_int_equal(raises(&b, 3), 0);
	note(&b, 3, NOTE_RECORD | NOTE_LAST);
	assert_int_equal(raises(&b, 3), 1);
	note(&b, 3, NOTE_LAST); /* nothing owed: nothing raised */
	assert_int_equal(raises(&b, 3), 0);
	notes(&b, 3, 1);
	note(&b, 3, 0);
	assert_int_equal(raises(&b, 3), 0);
	note(&b, 3, NOTE_LAST); /* without a record, but one is owed */
	assert_int_equal(raises(&b, 3), 1);
	note(&b, 3, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 3), 1);
	bench_close(&b);
}

static void enable_forgets_what_was_owed(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 5, 3, 0);
	notes(&b, 5, 2);
	assert_int_equal(raises(&b, 5), 0);
	enable(&b, 5, 3, 0);
	notes(&b, 5, 1);
	assert_int_equal(raises(&b, 5), 0);
	bench_close(&b);
}

/* What was noted before a disable or enable counts before it, however long raises wait. */
static void enable_is_behind_earlier_notes(void **state)
{
	struct stream_beat s;
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 4, 0, 1);
	enable(&b, 5, 3, 1);
	stream_hold(b.raise, true);
	notes(&b, 4, 2);
	notes(&b, 5, 3); /* a raise of before */
	dut_cycles(b.d, 20);
	dut_set(b.d, "qcfg_valid", 1); /* ENABLE of 5 */
	dut_set(b.d, "qcfg_op", 1);
	dut_set(b.d, "qcfg_queue", 5);
	dut_cycle(b.d);
	dut_set(b.d, "qcfg_valid", 0);
	b.records[5] = 0;
	notes(&b, 5, 2);
	dut_cycles(b.d, 20);
	assert_int_equal(dut_get(b.d, "cfg_busy"), 1);
	stream_hold(b.raise, false);
	dut_cycles(b.d, 60);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(stream_pop(b.raise, &s));
		assert_int_equal(stream_take_u64(b.raise, &s, 0), i < 2 ? 4 : 5);
	}
	assert_int_equal(stream_depth(b.raise), 0);
	assert_int_equal(dut_get(b.d, "cfg_busy"), 0);
	notes(&b, 5, 1);
	assert_int_equal(raises(&b, 5), 1);
	/* disabled: no record counts, and no time runs */
	notes(&b, 5, 1);
	dut_cycles(b.d, 10);
	qcfg(&b, 2, 5, 0, 0);
	note(&b, 5, NOTE_RECORD | NOTE_LAST | NOTE_RAISE | NOTE_HALT);
	dut_cycles(b.d, 300);
	assert_int_equal(raises(&b, 5), 0);
	bench_close(&b);
}

static void raise_waits_for_ready(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 1, 0, 0);
	stream_hold(b.raise, true);
	notes(&b, 1, 5);
	dut_cycles(b.d, 50);
	assert_int_equal(dut_get(b.d, "raise_valid"), 1);
	stream_hold(b.raise, false);
	assert_int_equal(raises(&b, 1), 5);
	bench_close(&b);
}

static void a_note_each_two_cycles(void **state)
{
	struct bench b;
	uint64_t start;

	(void)state;
	bench_open(&b);
	enable(&b, 1, 4, 100);
	enable(&b, 2, 4, 100);
	for (unsigned i = 0; i < 100; i++)
		notes(&b, 1 + i % 2, 1);
	start = dut_now(b.d);
	while (stream_depth(b.note) || stream_depth(b.raise) < 24) {
		assert_true(dut_now(b.d) - start < 220);
		dut_cycle(b.d);
	}
	bench_close(&b);
}

/* Of its queue two cycles before it: weighed as it comes. */
static void a_note_that_was_shown_raises_in_one_cycle(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 1, 0, 0);
	enable(&b, 2, 65535, 0);
	for (unsigned shown = 0; shown < 6; shown++) { /* for so many cycles */
		b.peek = 2;
		dut_cycles(b.d, 10);
		b.peek = 1;
		dut_cycles(b.d, shown);
		notes(&b, 1, 1);
		dut_wait(b.d, "note_valid", 5);
		assert_int_equal(dut_wait(b.d, "raise_valid", 10), shown < 2 ? 3 : 1);
		assert_int_equal(raises(&b, 1), 1);
		note(&b, 2, NOTE_RECORD);
		assert_int_equal(raises(&b, 2), 0);
	}
	bench_close(&b);
}

static void time_raises_what_is_owed(void **state)
{
	static const unsigned times[] = { 1, 2, 10, 65535 };
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned i = 0; i < 8; i++) {
		unsigned time = times[i % 4], q = i;
		uint64_t from, took;

		enable(&b, q, 100, time);
		assert_int_equal(deadline(&b), NO_DEADLINE);
		from = b.now;
		notes(&b, q, 1);
		dut_cycles(b.d, 8);
		assert_int_not_equal(deadline(&b), NO_DEADLINE);
		notes(&b, q, 1); /* the first one counts */
		took = time_to_raise(&b, q, from, i >= 4 || time > 1000);
		assert_in_range(took, 64 * time - Q_N, 64 * time + LATENCY);
		assert_int_equal(deadline(&b), NO_DEADLINE);
		dut_cycles(b.d, 100);
		assert_int_equal(raises(&b, q), 0);
		assert_int_equal(dut_get(b.d, "moving"), 0);
	}
	bench_close(&b);
}

static void time_starts_anew_after_a_raise(void **state)
{
	struct bench b;
	uint64_t from;

	(void)state;
	bench_open(&b);
	enable(&b, 6, 4, 10);
	notes(&b, 6, 1);
	dut_cycles(b.d, 400);
	notes(&b, 6, 3);
	assert_int_equal(raises(&b, 6), 1); /* by count */
	from = b.now;
	notes(&b, 6, 1);
	assert_in_range(time_to_raise(&b, 6, from, false), 640 - Q_N, 640 + LATENCY);
	notes(&b, 6, 1);
	dut_cycles(b.d, 300);
	qcfg(&b, 2, 6, 0, 0); /* disabled: nothing is owed */
	dut_cycles(b.d, 800);
	assert_int_equal(raises(&b, 6), 0);
	bench_close(&b);
}

static void all_queues_at_their_times(void **state)
{
	struct bench b;
	uint64_t from[Q_N];
	bool seen[Q_N];

	(void)state;
	bench_open(&b);
	for (unsigned round = 0; round < 20; round++) {
		struct dut_rng rng;
		unsigned time[Q_N];

		dut_rng_init(&rng, dut_seed() + round);
		for (unsigned q = 0; q < Q_N; q++) {
			time[q] = 1 + (unsigned)dut_below(&rng, round < 10 ? 3 : 40);
			enable(&b, q, 1000, time[q]);
		}
		for (unsigned q = 0; q < Q_N; q++) {
			seen[q] = false;
			from[q] = b.now;
			notes(&b, q, 1);
			dut_cycles(b.d, (unsigned)dut_below(&rng, 9));
		}
		for (unsigned n = 0; n < Q_N;) {
			struct stream_beat s;
			unsigned q;

			dut_cycle(b.d);
			if (!stream_pop(b.raise, &s))
				continue;
			q = (unsigned)stream_take_u64(b.raise, &s, 0);
			assert_false(seen[q]);
			assert_in_range(b.now - from[q], 64 * time[q] - Q_N, 64 * time[q] + LATENCY + 4 * Q_N);
			seen[q] = true;
			n++;
		}
	}
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record_with_count_0_or_1),
		cmocka_unit_test(every_count_records),
		cmocka_unit_test(nothing_is_owed_at_the_end),
		cmocka_unit_test(enable_forgets_what_was_owed),
		cmocka_unit_test(enable_is_behind_earlier_notes),
		cmocka_unit_test(raise_waits_for_ready),
		cmocka_unit_test(a_note_each_two_cycles),
		cmocka_unit_test(a_note_that_was_shown_raises_in_one_cycle),
		cmocka_unit_test(time_raises_what_is_owed),
		cmocka_unit_test(time_starts_anew_after_a_raise),
		cmocka_unit_test(all_queues_at_their_times),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
