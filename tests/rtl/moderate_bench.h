/* SPDX-License-Identifier: BSD-2-Clause */
/* The neighbours of cw_moderate for its tests, with 8 queues on the vectors 8 to 15. */
#ifndef MODERATE_BENCH_H
#define MODERATE_BENCH_H

#include "../../driver/cw_regs.h"
#include "deadline.h"
#include "dut.h"
#include "stream.h"

#define Q_N 8u
#define NOTE_RECORD 1u
#define NOTE_RAISE 2u
#define NOTE_LAST 4u
#define NOTE_HALT 8u
#define LATENCY 16 /* cycles from an event to what it raises, other events apart */

static const char *const note_fields[] = { "note_queue", "note_count", "note_raise", "note_halt", "note_last",
					   "note_record", NULL };
static const char *const arm_fields[] = { "arm_queue", "arm_index", NULL };
static const char *const raise_fields[] = { "raise_queue", "raise_vector", "raise_error", "raise_completions", NULL };

struct bench {
	struct dut *d;
	struct stream *note, *arm, *raise;
	uint64_t now;
	unsigned peek; /* the queue that is shown: of the last note */
	uint32_t records[Q_N];
	bool error, completions; /* of the last raise that was looked at */
};

static inline void clock_drive(void *ctx)
{
	struct bench *b = ctx;

	dut_set(b->d, "now", ++b->now);
	dut_set(b->d, "note_peek", b->peek);
}

static inline void qcfg(struct bench *b, unsigned op, unsigned q, unsigned reg, uint32_t data)
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

static inline void enable(struct bench *b, unsigned q, unsigned count, unsigned time)
{
	b->records[q] = 0;
	qcfg(b, 0, q, CW_Q_CONFIG, (8 + q) << CW_Q_CONFIG_VECTOR_SHIFT);
	qcfg(b, 0, q, CW_Q_MODERATION, time << CW_Q_MODERATION_TIME_SHIFT | count);
	qcfg(b, 1, q, 0, 0);
}

static inline void ring(struct bench *b, unsigned q, bool on)
{
	dut_set(b->d, "ring_valid", 1);
	dut_set(b->d, "ring_vector", 8 + q);
	dut_set(b->d, "ring_on", on);
	dut_cycle(b->d);
	dut_set(b->d, "ring_valid", 0);
}

static inline void bench_open(struct bench *b)
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

static inline void bench_close(struct bench *b)
{
	dut_cycles(b->d, 20);
	assert_int_equal(dut_get(b->d, "busy"), 0);
	stream_free(b->note);
	stream_free(b->arm);
	stream_free(b->raise);
	dut_free(b->d);
}

static inline void note(struct bench *b, unsigned q, unsigned flags)
{
	struct stream_beat s = { 0 };

	b->records[q] += flags & NOTE_RECORD;
	b->peek = q;
	stream_put_u64(b->note, &s, 0, q);
	/* without a record the number says nothing */
	stream_put_u64(b->note, &s, 1, flags & NOTE_RECORD ? b->records[q] : 0xdeadbeef);
	stream_put_u64(b->note, &s, 2, !!(flags & NOTE_RAISE));
	stream_put_u64(b->note, &s, 3, !!(flags & NOTE_HALT));
	stream_put_u64(b->note, &s, 4, !!(flags & NOTE_LAST));
	stream_put_u64(b->note, &s, 5, !!(flags & NOTE_RECORD));
	stream_push(b->note, &s);
}

static inline void notes(struct bench *b, unsigned q, unsigned n)
{
	while (n--)
		note(b, q, NOTE_RECORD);
}

static inline void arm(struct bench *b, unsigned q, uint32_t index)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->arm, &s, 0, q);
	stream_put_u64(b->arm, &s, 1, index);
	stream_push(b->arm, &s);
}

/* Raises of the queue since the last call; any other fails. */
static inline unsigned raises(struct bench *b, unsigned q)
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

static inline uint64_t deadline(struct bench *b)
{
	return deadline_at(b->now, dut_get(b->d, "next_deadline"));
}

/* Cycles until the next raise, of the queue; `now` jumps to next_deadline while nothing moves, when told to. */
static inline uint64_t time_to_raise(struct bench *b, unsigned q, uint64_t from, bool jump)
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

#endif
