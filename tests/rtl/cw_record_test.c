// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=8
// tests: cw_record_run cw_record_store
/* Completion records: slot, phase, address, what suppresses them, counts, status. */
#include <stdlib.h>
#include <string.h>

#include "../../driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

static const char *const retire_fields[] = {
	"retire_queue", "retire_num", "retire_irq", "retire_status", "retire_bytes", "retire_kind", "retire_last", NULL
};
static const char *const rec_fields[] = {
	"rec_hdr", "rec_data", "rec_keep", "rec_eop", "rec_queue", "rec_num", NULL
};
static const char *const note_fields[] = { "note_queue", "note_count", "note_raise", "note_last", "note_halt",
					   "note_record", NULL };

struct bench {
	struct dut *d;
	struct stream *in, *rec, *note;
	unsigned record_n, halt_n, halt_queue;
	uint32_t accepted[8], last_count; /* accepted: of a queue, behind the last record on the stream */
	uint64_t records;                 /* pulses of the counter */
	/* the write at hand, and how far it was looked at */
	struct stream_beat beat;
	unsigned at, n;
	uint32_t hdr[4];
};

static void watch(void *ctx)
{
	struct bench *b = ctx;

	if (dut_get(b->d, "rec_valid") && dut_get(b->d, "rec_ready")) {
		uint32_t two[8];

		dut_get_words(b->d, "rec_data", two, 8);
		b->accepted[dut_get(b->d, "rec_queue")] = two[dut_get(b->d, "rec_keep") == 0xff ? 4 : 0] + 1;
	}
	b->records += dut_get(b->d, "stat_record");
	if (dut_get(b->d, "record_valid")) {
		b->record_n++;
		b->last_count = (uint32_t)dut_get(b->d, "record_count");
		/* never ahead of the stream */
		assert_true((int32_t)(b->accepted[dut_get(b->d, "record_queue")] - b->last_count) >= 0);
	}
	if (dut_get(b->d, "halt_valid")) {
		b->halt_n++;
		b->halt_queue = (unsigned)dut_get(b->d, "halt_queue");
	}
}

static void qcfg(struct bench *b, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_qcfg(b->d, op, q, reg, data);
}

static void enable(struct bench *b, unsigned q, uint64_t ring, unsigned log2)
{
	qcfg(b, 0, q, CW_Q_CONFIG, log2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
	qcfg(b, 0, q, CW_Q_CPL_LO, (uint32_t)ring);
	qcfg(b, 0, q, CW_Q_CPL_HI, (uint32_t)(ring >> 32));
	qcfg(b, 1, q, 0, 0);
}

static struct bench *bench_open(uint64_t salt)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = dut_new(dut_seed() + salt);
	b->in = stream_source(b->d, "retire", retire_fields);
	b->rec = stream_sink(b->d, "rec", rec_fields);
	b->note = stream_sink(b->d, "note", note_fields);
	dut_set(b->d, "now", 0xabcdef012345ull);
	dut_hook(b->d, watch, NULL, b);
	dut_reset(b->d, 4);
	return b;
}

static void bench_close(struct bench *b)
{
	stream_free(b->in);
	stream_free(b->rec);
	stream_free(b->note);
	dut_free(b->d);
	free(b);
}

static void retire(struct bench *b, unsigned q, uint32_t num, unsigned status, unsigned kind, bool irq)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->in, &s, 0, q);
	stream_put_u64(b->in, &s, 1, num);
	stream_put_u64(b->in, &s, 2, irq);
	stream_put_u64(b->in, &s, 3, status);
	stream_put_u64(b->in, &s, 4, 0xabc000 + num % 1000);
	stream_put_u64(b->in, &s, 5, kind);
	stream_put_u64(b->in, &s, 6, num & 1);
	stream_push(b->in, &s);
}

static void settle(struct bench *b)
{
	while (stream_depth(b->in))
		dut_cycle(b->d);
	for (unsigned i = 0; i < 200 && dut_get(b->d, "busy"); i++)
		dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "busy"), 0);
}

/* The next record of the stream: of the write at hand, or the first of the next one. */
static uint64_t next_record(struct bench *b, uint32_t r[4])
{
	uint32_t two[8];
	uint64_t addr;

	if (b->at % 2 == 0 || b->at == b->n)
		assert_true(stream_pop(b->rec, &b->beat));
	if (b->at == b->n) {
		stream_take(b->rec, &b->beat, 0, b->hdr, 16);
		b->n = (b->hdr[0] & 0x3ff) / 4;
		b->at = 0;
		assert_in_range(b->n, 1, 16);
	}
	addr = (uint64_t)b->hdr[2] << 32 | b->hdr[3]; /* as cw_tx_req takes it */
	assert_int_equal(addr >> 8, (addr + 16 * b->n - 1) >> 8); /* within 256 bytes, so within 4 KiB */
	assert_int_equal(b->hdr[0] & ~0x3ffu, addr >> 32 ? 0x60000000 : 0x40000000);
	assert_int_equal(b->hdr[1], 0x000000ff);
	stream_take(b->rec, &b->beat, 1, two, 32);
	memcpy(r, two + b->at % 2 * 4, 16);
	assert_int_equal(stream_take_u64(b->rec, &b->beat, 2), b->n - b->at / 2 * 2 == 1 ? 0xf : 0xff);
	assert_int_equal(stream_take_u64(b->rec, &b->beat, 3), b->at / 2 == (b->n - 1) / 2);
	return addr + 16 * b->at++;
}

static void expect(struct bench *b, unsigned q, uint32_t num, uint64_t addr, bool phase, unsigned status)
{
	uint32_t r[4];

	assert_int_equal(next_record(b, r), addr);
	assert_int_equal(r[0], num);
	assert_int_equal(r[1], 0x45000000 | (0xabc000 + num % 1000));
	assert_int_equal(r[2], 0xcdef0123);
	assert_int_equal(r[3], 0xabu | q << 8 | status << 24 | (uint32_t)phase << 31);
	assert_int_equal(stream_take_u64(b->rec, &b->beat, 4), q);
	assert_int_equal((uint32_t)stream_take_u64(b->rec, &b->beat, 5), num - (b->at - 1));
}

static void status(struct bench *b, unsigned q, unsigned retired, unsigned records, int cause)
{
	dut_set(b->d, "qst_queue", q);
	dut_set(b->d, "qst_valid", 1);
	dut_wait(b->d, "qst_retire_ack", 30);
	assert_int_equal(dut_get(b->d, "qst_retired"), retired);
	assert_int_equal(dut_get(b->d, "qst_records"), records);
	assert_int_equal(dut_get(b->d, "qst_halted"), cause >= 0);
	assert_int_equal(dut_get(b->d, "qst_cause"), cause < 0 ? 0 : cause);
	dut_cycle(b->d);
	for (unsigned i = 0; i < 5; i++) { /* one answer a request */
		assert_int_equal(dut_get(b->d, "qst_retire_ack"), 0);
		dut_cycle(b->d);
	}
	dut_set(b->d, "qst_valid", 0);
	dut_cycle(b->d);
}

static void slots_and_phase_wrap(void **state)
{
	(void)state;
	for (unsigned log2 = 1; log2 <= 16; log2 += 3) {
		struct bench *b = bench_open(log2);
		uint64_t ring = log2 & 1 ? 0x123400001000ull : 0xfffe0040ull;
		uint32_t n = 1u << log2;

		enable(b, 5, ring, log2);
		/* Around each border; an odd one is the last in flight, so that what follows it need not be its neighbour. */
		for (unsigned pass = 0; pass < 4; pass++) {
			uint32_t nums[] = { pass * n, pass * n + 1, pass * n + n - 1 };

			for (unsigned i = 0; i < 3; i++)
				retire(b, 5, nums[i], 0, 0, false);
			settle(b);
			for (unsigned i = 0; i < 3; i++)
				expect(b, 5, nums[i], ring + 16ull * (nums[i] % n), !(pass & 1), 0);
		}
		/* counts are numbers of operations */
		status(b, 5, 4 * n, 4 * n, -1);
		assert_int_equal(b->last_count, 4 * n);
		bench_close(b);
	}
}

static void number_wraps_at_32_bits(void **state)
{
	struct bench *b = bench_open(40);

	(void)state;
	enable(b, 1, 0x40000, 4);
	retire(b, 1, 0xffffffff, 0, 0, false);
	retire(b, 1, 0, 0, 0, false);
	settle(b);
	expect(b, 1, 0xffffffff, 0x400f0, false, 0);
	expect(b, 1, 0, 0x40000, true, 0);
	bench_close(b);
}

static void halt_writes_its_record_and_no_more(void **state)
{
	struct bench *b = bench_open(41);

	(void)state;
	enable(b, 2, 0x40000, 4);
	enable(b, 3, 0x50000, 4);
	retire(b, 2, 0, CW_STATUS_AXI, 0, false); /* a data error goes on */
	retire(b, 2, 1, CW_STATUS_BAD_RANGE, 2, false);
	retire(b, 2, 2, CW_STATUS_BAD_LEN, 2, true);
	retire(b, 2, 3, 0, 0, false);
	retire(b, 3, 0, CW_STATUS_FETCH, 3, false);
	retire(b, 3, 1, 0, 1, false);
	settle(b);
	expect(b, 2, 0, 0x40000, true, CW_STATUS_AXI);
	expect(b, 2, 1, 0x40010, true, CW_STATUS_BAD_RANGE);
	assert_int_equal(stream_depth(b->rec), 0);
	assert_int_equal(b->halt_n, 2);
	assert_int_equal(b->halt_queue, 3);
	status(b, 2, 4, 2, CW_STATUS_BAD_RANGE);
	status(b, 3, 2, 0, CW_STATUS_FETCH);
	qcfg(b, 2, 2, 0, 0);
	status(b, 2, 4, 2, CW_STATUS_BAD_RANGE);
	qcfg(b, 1, 2, 0, 0);
	status(b, 2, 0, 0, -1);
	retire(b, 2, 0, 0, 0, false);
	settle(b);
	expect(b, 2, 0, 0x40000, true, 0);
	bench_close(b);
}

static void disabled_or_unwanted_means_none(void **state)
{
	struct bench *b = bench_open(42);

	(void)state;
	enable(b, 4, 0x40000, 4);
	retire(b, 4, 0, 0, 1, true);
	settle(b);
	qcfg(b, 2, 4, 0, 0);
	retire(b, 4, 1, 0, 0, true);
	retire(b, 4, 2, CW_STATUS_BAD_LEN, 2, true); /* no halt of a queue that is off */
	settle(b);
	assert_int_equal(stream_depth(b->rec), 0);
	assert_int_equal(b->halt_n, 0);
	status(b, 4, 3, 0, -1);
	assert_int_equal(stream_depth(b->note), 3);
	for (unsigned i = 0; i < 3; i++) {
		struct stream_beat s;

		stream_pop(b->note, &s);
		assert_int_equal(stream_take_u64(b->note, &s, 5), 0);
		assert_int_equal(stream_take_u64(b->note, &s, 2), 0);
	}
	bench_close(b);
}

/* Counts move when the stream takes the record, also while strobes and reads come. */
static void counts_follow_acceptance(void **state)
{
	struct bench *b = bench_open(43);

	(void)state;
	enable(b, 6, 0x40000, 3);
	stream_hold(b->rec, true);
	retire(b, 6, 0, 0, 0, true);
	dut_cycles(b->d, 20);
	status(b, 6, 0, 0, -1);
	qcfg(b, 1, 7, 0, 0); /* another queue's strobe meanwhile */
	assert_int_equal(b->record_n, 0);
	stream_hold(b->rec, false);
	stream_stall(b->rec, 50);
	stream_stall(b->note, 50);
	settle(b);
	status(b, 6, 1, 1, -1);
	for (uint32_t i = 1; i < 200; i++)
		retire(b, 6, i, 0, 0, i & 1);
	for (unsigned q = 0; q < 100; q++) { /* strobes for the others at any cycle */
		qcfg(b, q & 1 ? 1 : 2, q % 6, 0, 0);
		if (q % 9 == 0)
			status(b, 7, 0, 0, -1);
	}
	settle(b);
	for (uint32_t i = 0; i < 200; i++)
		expect(b, 6, i, 0x40000 + 16 * (i % 8), !(i >> 3 & 1), 0);
	status(b, 6, 200, 200, -1);
	assert_int_equal(b->records, 200);
	bench_close(b);
}

/* The host may answer a record at once: it is counted although its event still waits. */
static void a_record_sent_is_counted(void **state)
{
	struct bench *b = bench_open(44);

	(void)state;
	enable(b, 2, 0x40000, 3);
	stream_hold(b->note, true);
	retire(b, 2, 0, 0, 0, true);
	dut_cycles(b->d, 20);
	expect(b, 2, 0, 0x40000, true, 0);
	assert_int_equal(b->record_n, 1);
	status(b, 2, 1, 1, -1);
	retire(b, 2, 1, 0, 1, false); /* without record: counted once too */
	dut_cycles(b->d, 20);
	assert_int_equal(dut_get(b->d, "moving"), 0);
	stream_hold(b->note, false);
	settle(b);
	assert_int_equal(stream_count(b->note), 2);
	assert_int_equal(b->record_n, 1);
	status(b, 2, 2, 1, -1);
	bench_close(b);
}

/* Those who take notes never catch up: an ENABLE has its turn all the same, and so has the next one. */
static void enables_do_not_wait_for_a_backlog(void **state)
{
	struct bench *b = bench_open(45);

	(void)state;
	for (unsigned q = 2; q < 5; q++)
		enable(b, q, 0x40000 + 0x1000 * q, 4);
	for (unsigned q = 2; q < 4; q++)
		retire(b, q, 0, CW_STATUS_BAD_RANGE, 2, false);
	settle(b);
	for (unsigned i = 0; i < 200; i++)
		retire(b, 4, i, 0, 1, false);
	for (unsigned i = 0; i < 150; i++) {
		stream_hold(b->note, i & 1); /* one each two cycles, as moderation takes them */
		if (i == 20 || i == 60)
			qcfg(b, 1, i == 20 ? 2 : 3, 0, 0);
		else
			dut_cycle(b->d);
		if (i == 59 || i == 99)
			assert_int_equal(dut_get(b->d, "cfg_busy"), 0);
	}
	assert_true(stream_depth(b->in) > 10);
	stream_hold(b->note, false);
	settle(b);
	status(b, 2, 0, 0, -1);
	status(b, 3, 0, 0, -1);
	status(b, 4, 200, 0, -1);
	bench_close(b);
}

static void retire_plain(struct bench *b, unsigned q, uint32_t num)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->in, &s, 0, q);
	stream_put_u64(b->in, &s, 1, num);
	stream_put_u64(b->in, &s, 4, 0xabc000 + num % 1000);
	stream_push(b->in, &s);
}

/* Takes n records that must come as one write of each given number. */
static void expect_writes(struct bench *b, unsigned q, uint32_t num, uint64_t ring, const unsigned *sizes, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < sizes[i]; k++, num++) {
			expect(b, q, num, ring + 16 * num, true, 0);
			assert_int_equal(b->n, sizes[i]);
		}
}

static void records_are_written_together(void **state)
{
	struct bench *b = bench_open(45);

	(void)state;
	dut_set(b->d, "fn_mps", 1);
	enable(b, 1, 0x40040, 8);
	enable(b, 3, 0x60000, 8); /* the other direction */
	qcfg(b, 0, 3, CW_Q_CONFIG, 8 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | CW_Q_CONFIG_C2H_MASK);
	/* up to 256 bytes of address; a queue of the other direction does not part them */
	for (uint32_t i = 0; i < 30; i++) {
		retire_plain(b, 1, i);
		retire_plain(b, 3, i);
	}
	dut_cycles(b->d, 70);
	for (unsigned w = 0; w < 3; w++) {
		uint32_t r[4];
		uint64_t addr = next_record(b, r);

		assert_int_equal(addr, w == 0 ? 0x40040 : w == 1 ? 0x60000 : 0x40100);
		assert_int_equal(b->n, w == 0 ? 12 : 16);
		while (b->at < b->n)
			next_record(b, r);
	}
	assert_int_equal(stream_depth(b->rec), 0);
	/* held for a while, then sent */
	dut_cycles(b->d, 160);
	expect_writes(b, 3, 16, 0x60000, (unsigned[]){ 14 }, 1);
	expect_writes(b, 1, 28, 0x40040, (unsigned[]){ 2 }, 1);
	status(b, 1, 30, 30, -1);
	status(b, 3, 30, 30, -1);
	assert_int_equal(stream_count(b->note), 5);
	bench_close(b);
}

/* What ends a write: 128 bytes as the maximum payload, another queue, an interrupt, the last in flight, a quiet stream. */
static void a_write_ends_where_it_must(void **state)
{
	struct bench *b = bench_open(46);

	(void)state;
	dut_set(b->d, "fn_mps", 0);
	enable(b, 1, 0x40000, 8);
	enable(b, 2, 0x50000, 8);
	for (uint32_t i = 0; i < 19; i++)
		retire_plain(b, 1, i);
	retire_plain(b, 2, 0);
	retire(b, 2, 1, 0, 0, false); /* the last in flight */
	retire_plain(b, 2, 2);
	dut_cycles(b->d, 60);
	expect_writes(b, 1, 0, 0x40000, (unsigned[]){ 8, 8, 3 }, 3);
	expect_writes(b, 2, 0, 0x50000, (unsigned[]){ 2 }, 1);
	assert_int_equal(stream_depth(b->rec), 0);
	dut_set(b->d, "tx_quiet", 1);
	dut_cycles(b->d, 4);
	expect_writes(b, 2, 2, 0x50000, (unsigned[]){ 1 }, 1);
	dut_set(b->d, "tx_quiet", 0);
	retire_plain(b, 1, 19);
	retire(b, 1, 20, 0, 0, true); /* asks for an interrupt */
	dut_cycles(b->d, 8);
	expect_writes(b, 1, 19, 0x40000, (unsigned[]){ 2 }, 1);
	settle(b);
	bench_close(b);
}

static void an_operation_a_cycle(void **state)
{
	struct bench *b = bench_open(47);
	uint64_t start;

	(void)state;
	dut_set(b->d, "fn_mps", 1);
	enable(b, 1, 0x40000, 12);
	for (uint32_t i = 0; i < 1024; i++)
		retire_plain(b, 1, i);
	start = dut_now(b->d);
	while (stream_depth(b->in))
		dut_cycle(b->d);
	assert_in_range(dut_now(b->d) - start, 1024, 1030);
	settle(b);
	assert_int_equal(stream_count(b->rec), 512);
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_and_phase_wrap),
		cmocka_unit_test(number_wraps_at_32_bits),
		cmocka_unit_test(halt_writes_its_record_and_no_more),
		cmocka_unit_test(disabled_or_unwanted_means_none),
		cmocka_unit_test(counts_follow_acceptance),
		cmocka_unit_test(a_record_sent_is_counted),
		cmocka_unit_test(enables_do_not_wait_for_a_backlog),
		cmocka_unit_test(records_are_written_together),
		cmocka_unit_test(a_write_ends_where_it_must),
		cmocka_unit_test(an_operation_a_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
