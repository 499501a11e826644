// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_moderate -GQUEUE_N=8 -GVECTOR_N=16
/* Interrupt moderation of queues whose vector has an event ring: disarmed by a raise, armed by a consumer index. */
#include "moderate_bench.h"

static void a_raise_disarms_and_a_consumer_write_arms(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 2, 0, 0);
	ring(&b, 2, true);
	notes(&b, 2, 10);
	assert_int_equal(raises(&b, 2), 1);
	arm(&b, 2, 10); /* all taken */
	assert_int_equal(raises(&b, 2), 0);
	notes(&b, 2, 1);
	assert_int_equal(raises(&b, 2), 1);
	arm(&b, 2, 10); /* the same index arms too: one lies beyond it */
	assert_int_equal(raises(&b, 2), 1);
	arm(&b, 2, 11);
	arm(&b, 2, 11);
	assert_int_equal(raises(&b, 2), 0);
	bench_close(&b);
}

static void due_while_disarmed_raises_on_arming(void **state)
{
	static const unsigned why[] = { NOTE_RAISE, NOTE_LAST, NOTE_HALT, 0 };
	struct bench b;

	(void)state;
	bench_open(&b);
	ring(&b, 7, true);
	for (unsigned i = 0; i < 4; i++) {
		enable(&b, 7, 3, 0);
		note(&b, 7, NOTE_RECORD | NOTE_RAISE);
		assert_int_equal(raises(&b, 7), 1);
		note(&b, 7, NOTE_RECORD | why[i]);
		if (!why[i])
			notes(&b, 7, 2); /* COUNT */
		note(&b, 7, NOTE_RECORD);
		assert_int_equal(raises(&b, 7), 0);
		arm(&b, 7, b.records[7] - 1);
		assert_int_equal(raises(&b, 7), 1);
		assert_int_equal(b.error, why[i] == NOTE_HALT);
		assert_true(b.completions);
	}
	bench_close(&b);
}

static void nothing_beyond_the_index_means_nothing_due(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	ring(&b, 7, true);
	enable(&b, 7, 3, 2);
	note(&b, 7, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 7), 1);
	note(&b, 7, NOTE_RECORD | NOTE_RAISE | NOTE_LAST);
	assert_int_equal(raises(&b, 7), 0);
	arm(&b, 7, 2);
	dut_cycles(b.d, 300);
	assert_int_equal(raises(&b, 7), 0);
	notes(&b, 7, 2); /* two owed, not three or four */
	assert_int_equal(raises(&b, 7), 0);
	notes(&b, 7, 1);
	assert_int_equal(raises(&b, 7), 1);
	bench_close(&b);
}

static void records_beyond_the_index_are_owed_again(void **state)
{
	struct bench b;
	uint64_t from;

	(void)state;
	bench_open(&b);
	ring(&b, 1, true);
	enable(&b, 1, 4, 5);
	notes(&b, 1, 4);
	assert_int_equal(raises(&b, 1), 1);
	arm(&b, 1, 2); /* two left: withheld */
	from = b.now;
	assert_int_equal(raises(&b, 1), 0);
	assert_in_range(time_to_raise(&b, 1, from, true), 320 - Q_N, 320 + LATENCY);
	arm(&b, 1, 1); /* three left; one more makes the count */
	assert_int_equal(raises(&b, 1), 0);
	notes(&b, 1, 1);
	assert_int_equal(raises(&b, 1), 1);
	note(&b, 1, NOTE_LAST); /* the ring is idle */
	assert_int_equal(raises(&b, 1), 0);
	arm(&b, 1, 4);
	assert_int_equal(raises(&b, 1), 1);
	bench_close(&b);
}

static void time_over_while_disarmed_is_due(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	ring(&b, 3, true);
	enable(&b, 3, 100, 2);
	note(&b, 3, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 3), 1);
	notes(&b, 3, 1);
	dut_cycles(b.d, 300);
	assert_int_equal(raises(&b, 3), 0);
	arm(&b, 3, 1);
	assert_int_equal(raises(&b, 3), 1);
	bench_close(&b);
}

/* The consumer index may be accepted before the note of the record it covers is weighed. */
static void arming_may_overtake_the_note(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	ring(&b, 3, true);
	enable(&b, 3, 2, 0);
	note(&b, 3, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 3), 1);
	arm(&b, 3, 3);
	assert_int_equal(raises(&b, 3), 0);
	note(&b, 3, NOTE_RECORD);
	note(&b, 3, NOTE_RECORD | NOTE_LAST | NOTE_RAISE); /* both were taken */
	assert_int_equal(raises(&b, 3), 0);
	notes(&b, 3, 1);
	assert_int_equal(raises(&b, 3), 0);
	notes(&b, 3, 1);
	assert_int_equal(raises(&b, 3), 1);
	bench_close(&b);
}

static void halts_without_a_record(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 4, 2, 0);
	note(&b, 4, NOTE_HALT); /* no ring, nothing owed: the error interrupt alone */
	assert_int_equal(raises(&b, 4), 0);
	ring(&b, 4, true);
	enable(&b, 4, 2, 0);
	note(&b, 4, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 4), 1);
	note(&b, 4, NOTE_HALT);
	assert_int_equal(raises(&b, 4), 0);
	arm(&b, 4, 1);
	assert_int_equal(raises(&b, 4), 1);
	assert_true(b.error && !b.completions);
	arm(&b, 4, 1);
	assert_int_equal(raises(&b, 4), 0);
	bench_close(&b);
}

static void counts_wrap_at_32_bits(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	ring(&b, 0, true);
	enable(&b, 0, 3, 0);
	/* Up to there by as many as a ring holds; to the card, which keeps 18 bits, they begin at 0. */
	for (b.records[0] = 0xfffc0000; b.records[0] != 0xfffffffc; arm(&b, 0, b.records[0])) {
		b.records[0] += 0xfffe;
		note(&b, 0, NOTE_RECORD | NOTE_RAISE);
		assert_int_equal(raises(&b, 0), 1);
	}
	note(&b, 0, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 0), 1);
	arm(&b, 0, 0xfffffffd);
	notes(&b, 0, 2);
	assert_int_equal(raises(&b, 0), 0);
	notes(&b, 0, 1); /* number 0 */
	assert_int_equal(raises(&b, 0), 1);
	arm(&b, 0, 0xffffffff);
	notes(&b, 0, 1);
	assert_int_equal(raises(&b, 0), 0);
	notes(&b, 0, 1);
	assert_int_equal(raises(&b, 0), 1);
	bench_close(&b);
}

static void without_a_ring_arming_does_nothing(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 6, 3, 0);
	notes(&b, 6, 2);
	arm(&b, 6, 0);
	arm(&b, 6, 2);
	assert_int_equal(raises(&b, 6), 0);
	notes(&b, 6, 1);
	assert_int_equal(raises(&b, 6), 1);
	notes(&b, 6, 3);
	assert_int_equal(raises(&b, 6), 1);
	/* a ring that is turned off leaves nothing disarmed */
	ring(&b, 6, true);
	notes(&b, 6, 3);
	assert_int_equal(raises(&b, 6), 1);
	notes(&b, 6, 3);
	assert_int_equal(raises(&b, 6), 0);
	ring(&b, 6, false);
	notes(&b, 6, 1);
	assert_int_equal(raises(&b, 6), 1);
	bench_close(&b);
}

/* Two notes; with a ring one raise. The queue that is shown is looked up ahead, and is not mistaken for another. */
static void what_is_read_ahead_is_of_the_note(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 3, 0, 0);
	enable(&b, 5, 0, 0);
	ring(&b, 5, true);
	for (unsigned i = 0; i < 4 * 6; i++) {
		unsigned q = i & 1 ? 3 : 5, delay = i / 4;

		b.peek = i & 2 ? q : 8 - q; /* the other one */
		dut_cycles(b.d, 10);
		if (!(i & 2))
			b.peek = q;
		dut_cycles(b.d, delay);
		notes(&b, q, 1);
		b.peek = i & 2 ? 8 - q : q; /* shown before, not now */
		dut_cycles(b.d, 8);
		notes(&b, q, 1);
		assert_int_equal(raises(&b, q), q == 3 ? 2 : 1);
		arm(&b, q, b.records[q]);
		assert_int_equal(raises(&b, q), 0);
	}
	bench_close(&b);
}

/* What changes in the last cycle before the note counts. */
static void what_is_read_ahead_is_not_stale(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned delay = 0; delay < 5; delay++) {
		enable(&b, 6, 0, 0);
		b.peek = 6;
		dut_cycles(b.d, 10);
		for (unsigned on = 2; on--;) {
			if (!delay)
				notes(&b, 6, 1); /* comes in the cycle after the strobe */
			ring(&b, 6, on);
			if (delay) {
				dut_cycles(b.d, delay - 1);
				notes(&b, 6, 1);
			}
			notes(&b, 6, 1);
			assert_int_equal(raises(&b, 6), on ? 1 : 2);
		}
		/* DISABLE */
		dut_set(b.d, "qcfg_valid", 1);
		dut_set(b.d, "qcfg_op", 2);
		dut_set(b.d, "qcfg_queue", 6);
		if (!delay)
			notes(&b, 6, 1);
		dut_cycle(b.d);
		dut_set(b.d, "qcfg_valid", 0);
		if (delay) {
			dut_cycles(b.d, delay - 1);
			notes(&b, 6, 1);
		}
		assert_int_equal(raises(&b, 6), 0);
	}
	bench_close(&b);
}

/* Random notes and consumer writes of a driver that keeps to its duty: it never waits for ever. */
static void no_record_is_forgotten(void **state)
{
	struct bench b;
	struct dut_rng rng;
	uint32_t taken[Q_N] = { 0 };
	bool event[Q_N] = { false };
	unsigned n = 0;

	(void)state;
	bench_open(&b);
	dut_rng_init(&rng, dut_seed());
	stream_stall(b.raise, 30);
	stream_stall(b.note, 30); /* some come late enough to be looked up ahead */
	for (unsigned q = 0; q < Q_N; q++) {
		ring(&b, q, true);
		enable(&b, q, (unsigned)dut_below(&rng, 6), (unsigned)dut_below(&rng, 3));
	}
	for (unsigned i = 0; i < 40000; i++) {
		unsigned q = (unsigned)dut_below(&rng, Q_N);
		struct stream_beat s;

		if (i < 39000 && dut_chance(&rng, 30) && stream_depth(b.note) < 3)
			note(&b, q, NOTE_RECORD | (dut_chance(&rng, 50) ? NOTE_LAST : 0));
		if (i == 39000)
			for (unsigned l = 0; l < Q_N; l++)
				note(&b, l, NOTE_LAST);
		if (stream_pop(b.raise, &s)) {
			q = (unsigned)stream_take_u64(b.raise, &s, 0);
			assert_false(event[q]); /* disarmed until the driver armed it */
			event[q] = true;
			n++;
		}
		if (event[q] && !stream_depth(b.arm) && dut_chance(&rng, 10)) {
			uint32_t more = b.records[q] - stream_depth(b.note) - taken[q];

			more = (int32_t)more < 0 ? 0 : more; /* takes a part, or all */
			taken[q] += dut_chance(&rng, 30) ? (uint32_t)dut_below(&rng, more + 1) : more;
			arm(&b, q, taken[q]);
			event[q] = false;
		}
		dut_cycle(b.d);
	}
	print_message("%u raises\n", n);
	for (unsigned q = 0; q < Q_N; q++)
		assert_int_equal(taken[q], b.records[q]);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_raise_disarms_and_a_consumer_write_arms),
		cmocka_unit_test(due_while_disarmed_raises_on_arming),
		cmocka_unit_test(nothing_beyond_the_index_means_nothing_due),
		cmocka_unit_test(records_beyond_the_index_are_owed_again),
		cmocka_unit_test(time_over_while_disarmed_is_due),
		cmocka_unit_test(arming_may_overtake_the_note),
		cmocka_unit_test(halts_without_a_record),
		cmocka_unit_test(counts_wrap_at_32_bits),
		cmocka_unit_test(without_a_ring_arming_does_nothing),
		cmocka_unit_test(what_is_read_ahead_is_of_the_note),
		cmocka_unit_test(what_is_read_ahead_is_not_stale),
		cmocka_unit_test(no_record_is_forgotten),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
