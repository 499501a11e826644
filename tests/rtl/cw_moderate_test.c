// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=8 -GVECTOR_N=16
/* Interrupt moderation: how many raises for which notes, when by time, and for queues with an event ring. */
#include "../../driver/cw_regs.h"
#include "dut.h"
#include "stream.h"

#define Q_N 8u
#define NOTE_RECORD 1u
#define NOTE_RAISE 2u
#define NOTE_LAST 4u
#define NOTE_HALT 8u
#define NO_DEADLINE 0xffffffffffffull
#define LATENCY 16 /* cycles from an event to what it raises, other events apart */

static const char *const note_fields[] = { "note_queue", "note_count", "note_raise", "note_halt", "note_last", NULL };
static const char *const arm_fields[] = { "arm_queue", "arm_index", NULL };
static const char *const raise_fields[] = { "raise_queue", "raise_vector", "raise_error", "raise_completions", NULL };

struct bench {
	struct dut *d;
	struct stream *note, *arm, *raise;
	uint64_t now;
	uint32_t records[Q_N];
	bool error, completions; /* of the last raise that was looked at */
};

static void clock_drive(void *ctx)
{
	struct bench *b = ctx;

	dut_set(b->d, "now", ++b->now);
}

static void qcfg(struct bench *b, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_set(b->d, "qcfg_valid", 1);
	dut_set(b->d, "qcfg_op", op);
	dut_set(b->d, "qcfg_queue", q);
	dut_set(b->d, "qcfg_reg", reg / 4);
	dut_set(b->d, "qcfg_data", data);
	dut_cycle(b->d);
	dut_set(b->d, "qcfg_valid", 0);
	dut_cycles(b->d, 2);
	for (unsigned i = 0; dut_get(b->d, "cfg_busy"); i++) {
		assert_true(i < 100);
		dut_cycle(b->d);
	}
}

static void enable(struct bench *b, unsigned q, unsigned count, unsigned time)
{
	b->records[q] = 0;
	qcfg(b, 0, q, CW_Q_CONFIG, (8 + q) << CW_Q_CONFIG_VECTOR_SHIFT);
	qcfg(b, 0, q, CW_Q_MODERATION, time << CW_Q_MODERATION_TIME_SHIFT | count);
	qcfg(b, 1, q, 0, 0);
}

static void ring(struct bench *b, unsigned q, bool on)
{
	dut_set(b->d, "ring_valid", 1);
	dut_set(b->d, "ring_vector", 8 + q);
	dut_set(b->d, "ring_on", on);
	dut_cycle(b->d);
	dut_set(b->d, "ring_valid", 0);
}

static void bench_open(struct bench *b)
{
	*b = (struct bench){ .d = dut_new(dut_seed()), .now = 1000 };
	b->note = stream_source(b->d, "note", note_fields);
	b->arm = stream_source(b->d, "arm", arm_fields);
	b->raise = stream_sink(b->d, "raise", raise_fields);
	dut_hook(b->d, NULL, clock_drive, b);
	dut_reset(b->d, 4);
	for (unsigned q = 0; q < Q_N; q++) {
		ring(b, q, false);
		qcfg(b, 1, q, 0, 0);
		qcfg(b, 2, q, 0, 0);
	}
}

static void bench_close(struct bench *b)
{
	dut_cycles(b->d, 20);
	assert_int_equal(dut_get(b->d, "busy"), 0);
	stream_free(b->note);
	stream_free(b->arm);
	stream_free(b->raise);
	dut_free(b->d);
}

static void note(struct bench *b, unsigned q, unsigned flags)
{
	struct stream_beat s = { 0 };

	b->records[q] += flags & NOTE_RECORD;
	stream_put_u64(b->note, &s, 0, q);
	stream_put_u64(b->note, &s, 1, b->records[q]);
	stream_put_u64(b->note, &s, 2, !!(flags & NOTE_RAISE));
	stream_put_u64(b->note, &s, 3, !!(flags & NOTE_HALT));
	stream_put_u64(b->note, &s, 4, !!(flags & NOTE_LAST));
	stream_push(b->note, &s);
}

static void notes(struct bench *b, unsigned q, unsigned n)
{
	while (n--)
		note(b, q, NOTE_RECORD);
}

static void arm(struct bench *b, unsigned q, uint32_t index)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->arm, &s, 0, q);
	stream_put_u64(b->arm, &s, 1, index);
	stream_push(b->arm, &s);
}

/* Raises of the queue since the last call; any other fails. */
static unsigned raises(struct bench *b, unsigned q)
{
	struct stream_beat s;
	unsigned n = 0;

	dut_cycles(b->d, 4 * stream_depth(b->note) + 4 * stream_depth(b->arm) + 40);
	while (stream_pop(b->raise, &s)) {
		assert_int_equal(stream_take_u64(b->raise, &s, 0), q);
		assert_int_equal(stream_take_u64(b->raise, &s, 1), 8 + q);
		b->error = stream_take_u64(b->raise, &s, 2);
		b->completions = stream_take_u64(b->raise, &s, 3);
		n++;
	}
	return n;
}

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

/* ---- time ---- */

static uint64_t deadline(struct bench *b)
{
	return dut_get(b->d, "next_deadline");
}

/* Cycles until the next raise, of the queue; `now` jumps to next_deadline while nothing moves, when told to. */
static uint64_t time_to_raise(struct bench *b, unsigned q, uint64_t from, bool jump)
{
	struct stream_beat s;

	while (!stream_pop(b->raise, &s)) {
		assert_true(b->now - from < 1 << 24);
		if (jump && !dut_get(b->d, "moving") && deadline(b) > b->now) {
			assert_int_not_equal(deadline(b), NO_DEADLINE);
			b->now = deadline(b) - 1;
		}
		dut_cycle(b->d);
	}
	assert_int_equal(stream_take_u64(b->raise, &s, 0), q);
	return b->now - from;
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

/* ---- queues whose vector has an event ring ---- */

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
	b.records[0] = 0x7ffffffd;
	note(&b, 0, NOTE_RECORD | NOTE_RAISE);
	assert_int_equal(raises(&b, 0), 1);
	arm(&b, 0, b.records[0]);
	b.records[0] = 0xfffffffc;
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
		cmocka_unit_test(each_record_with_count_0_or_1),
		cmocka_unit_test(every_count_records),
		cmocka_unit_test(nothing_is_owed_at_the_end),
		cmocka_unit_test(enable_forgets_what_was_owed),
		cmocka_unit_test(enable_is_behind_earlier_notes),
		cmocka_unit_test(raise_waits_for_ready),
		cmocka_unit_test(a_note_each_two_cycles),
		cmocka_unit_test(time_raises_what_is_owed),
		cmocka_unit_test(time_starts_anew_after_a_raise),
		cmocka_unit_test(all_queues_at_their_times),
		cmocka_unit_test(a_raise_disarms_and_a_consumer_write_arms),
		cmocka_unit_test(due_while_disarmed_raises_on_arming),
		cmocka_unit_test(nothing_beyond_the_index_means_nothing_due),
		cmocka_unit_test(records_beyond_the_index_are_owed_again),
		cmocka_unit_test(time_over_while_disarmed_is_due),
		cmocka_unit_test(arming_may_overtake_the_note),
		cmocka_unit_test(halts_without_a_record),
		cmocka_unit_test(counts_wrap_at_32_bits),
		cmocka_unit_test(without_a_ring_arming_does_nothing),
		cmocka_unit_test(no_record_is_forgotten),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
