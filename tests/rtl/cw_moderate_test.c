// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=8
/* Interrupt moderation by count: how many raises for which notes. */
#include "../../driver/cw_regs.h"
#include "dut.h"
#include "stream.h"

#define NOTE_RECORD 4u
#define NOTE_RAISE 2u
#define NOTE_LAST 1u

static const char *const note_fields[] = { "note_queue", "note_record", "note_raise", "note_last", NULL };
static const char *const irq_fields[] = { "irq_vector", NULL };

struct bench {
	struct dut *d;
	struct stream *note, *irq;
};

static void qcfg(struct bench *b, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_set(b->d, "qcfg_valid", 1);
	dut_set(b->d, "qcfg_op", op);
	dut_set(b->d, "qcfg_queue", q);
	dut_set(b->d, "qcfg_reg", reg / 4);
	dut_set(b->d, "qcfg_data", data);
	dut_cycle(b->d);
	dut_set(b->d, "qcfg_valid", 0);
	dut_cycles(b->d, 3);
}

static void enable(struct bench *b, unsigned q, unsigned count)
{
	qcfg(b, 0, q, CW_Q_CONFIG, (0x700 + q) << CW_Q_CONFIG_VECTOR_SHIFT);
	qcfg(b, 0, q, CW_Q_MODERATION, 0xfff0000 | count);
	qcfg(b, 1, q, 0, 0);
}

static struct bench bench_open(void)
{
	struct bench b = { .d = dut_new(dut_seed()) };

	b.note = stream_source(b.d, "note", note_fields);
	b.irq = stream_sink(b.d, "irq", irq_fields);
	dut_reset(b.d, 4);
	return b;
}

static void bench_close(struct bench *b)
{
	dut_cycles(b->d, 10);
	assert_int_equal(dut_get(b->d, "busy"), 0);
	stream_free(b->note);
	stream_free(b->irq);
	dut_free(b->d);
}

static void note(struct bench *b, unsigned q, unsigned flags)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->note, &s, 0, q);
	stream_put_u64(b->note, &s, 1, !!(flags & NOTE_RECORD));
	stream_put_u64(b->note, &s, 2, !!(flags & NOTE_RAISE));
	stream_put_u64(b->note, &s, 3, !!(flags & NOTE_LAST));
	stream_push(b->note, &s);
}

/* Raises of the queue since the last call; any other vector fails. */
static unsigned raises(struct bench *b, unsigned q)
{
	struct stream_beat s;
	unsigned n = 0;

	dut_cycles(b->d, 4 * stream_depth(b->note) + 40);
	while (stream_pop(b->irq, &s)) {
		assert_int_equal(stream_take_u64(b->irq, &s, 0), 0x700 + q);
		n++;
	}
	return n;
}

static void each_record_with_count_0_or_1(void **state)
{
	struct bench b = bench_open();

	(void)state;
	for (unsigned count = 0; count < 2; count++) {
		enable(&b, count, count);
		for (unsigned i = 0; i < 20; i++)
			note(&b, count, NOTE_RECORD);
		assert_int_equal(raises(&b, count), 20);
	}
	bench_close(&b);
}

static void every_count_records(void **state)
{
	struct bench b = bench_open();

	(void)state;
	for (unsigned count = 2; count < 8; count++) {
		enable(&b, count, count);
		for (unsigned i = 0; i < 10 * count + count - 1; i++)
			note(&b, count, NOTE_RECORD);
		assert_int_equal(raises(&b, count), 10);
		note(&b, count, NOTE_RECORD);
		assert_int_equal(raises(&b, count), 1);
	}
	bench_close(&b);
}

static void nothing_is_owed_at_the_end(void **state)
{
	struct bench b = bench_open();

	(void)state;
	enable(&b, 3, 65535);
	note(&b, 3, NOTE_RECORD);
	assert_int_equal(raises(&b, 3), 0);
	note(&b, 3, NOTE_RECORD | NOTE_LAST);
	assert_int_equal(raises(&b, 3), 1);
	note(&b, 3, NOTE_LAST); /* nothing owed: nothing raised */
	assert_int_equal(raises(&b, 3), 0);
	note(&b, 3, NOTE_RECORD);
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
	struct bench b = bench_open();

	(void)state;
	enable(&b, 5, 3);
	note(&b, 5, NOTE_RECORD);
	note(&b, 5, NOTE_RECORD);
	assert_int_equal(raises(&b, 5), 0);
	enable(&b, 5, 3);
	note(&b, 5, NOTE_RECORD);
	assert_int_equal(raises(&b, 5), 0);
	bench_close(&b);
}

static void raise_waits_for_ready(void **state)
{
	struct bench b = bench_open();

	(void)state;
	enable(&b, 1, 0);
	stream_hold(b.irq, true);
	for (unsigned i = 0; i < 5; i++)
		note(&b, 1, NOTE_RECORD);
	dut_cycles(b.d, 50);
	assert_int_equal(dut_get(b.d, "irq_valid"), 1);
	stream_hold(b.irq, false);
	assert_int_equal(raises(&b, 1), 5);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record_with_count_0_or_1),
		cmocka_unit_test(every_count_records),
		cmocka_unit_test(nothing_is_owed_at_the_end),
		cmocka_unit_test(enable_forgets_what_was_owed),
		cmocka_unit_test(raise_waits_for_ready),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
