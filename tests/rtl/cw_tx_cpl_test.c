/* SPDX-License-Identifier: BSD-2-Clause */
/* Completions alone: speed, stalls in the middle, engine reset while posted writes are waited for. */
#include <string.h>

#include "tests/rtl/dut.h"
#include "tests/rtl/stream.h"

static const char *const out_fields[] = { "tx_cpl_sop", "tx_cpl_eop", "tx_cpl_hdr", "tx_cpl_data", "tx_cpl_keep", NULL };

static struct dut *bench_open(struct stream **out)
{
	struct dut *d = dut_new(dut_seed());

	dut_reset(d, 2);
	*out = stream_sink(d, "tx_cpl", out_fields);
	return d;
}

/* As the window does: what the first completion carries begins in lane 0, the rest is at its place. */
static void fill(struct dut *d, unsigned at, unsigned len_dw, unsigned mps)
{
	unsigned size = mps > 5 ? 5 : mps, first_end = (at & ~31u) + (32u << size);

	dut_set(d, "fn_mps", mps);
	dut_set(d, "buf_mps", size);
	dut_set(d, "buf_wr_en", 1);
	for (unsigned w = at / 8; 8 * w < at + len_dw; w++) {
		unsigned down = 8 * w < first_end ? at % 8 : 0;
		uint32_t dw[8];

		for (unsigned i = 0; i < 8; i++)
			dw[(i - down) % 8] = 0x5000 + 8 * w + i;
		dut_set(d, "buf_wr_addr", w);
		dut_set(d, "buf_wr_back", 0xff & ~(0xffu >> down));
		dut_set_words(d, "buf_wr_data", dw, 8);
		dut_cycle(d);
	}
	dut_set(d, "buf_wr_en", 0);
}

/* A 3DW read of len_dw DWs at DW `at` of the page, from the buffer or beside the job. */
static void job_from(struct dut *d, unsigned at, unsigned len_dw, bool buf)
{
	uint32_t hdr[4] = { len_dw & 1023, 0x00100000 | (len_dw > 1 ? 0xff : 0x0f), 4 * at, 0 };

	dut_set_words(d, "cpl_hdr", hdr, 4);
	dut_set(d, "cpl_mem", 1);
	dut_set(d, "cpl_buf", buf);
	dut_set(d, "cpl_valid", 1);
	dut_wait(d, "cpl_ready", 2000);
	dut_cycle(d);
	dut_set(d, "cpl_valid", 0);
}

static void job(struct dut *d, unsigned at, unsigned len_dw)
{
	job_from(d, at, len_dw, true);
}

static void collect(struct dut *d, struct stream *out, unsigned at, unsigned len_dw)
{
	struct stream_beat b;

	for (unsigned got = 0; got < len_dw;) {
		uint32_t dw[8];
		unsigned n;

		for (unsigned i = 0; !stream_pop(out, &b); i++) {
			assert_true(i < 1000);
			dut_cycle(d);
		}
		n = (unsigned)__builtin_popcountll(stream_take_u64(out, &b, 4));
		stream_take(out, &b, 3, dw, 32);
		for (unsigned i = 0; i < 8; i++)
			assert_int_equal(dw[i], i < n ? 0x5000 + at + got + i : 0);
		got += n;
	}
	assert_int_equal(stream_take_u64(out, &b, 1), 1);
}

static void a_beat_each_cycle(void **state)
{
	struct stream *out;
	struct dut *d = bench_open(&out);
	uint64_t start;

	(void)state;
	fill(d, 0, 1024, 5);
	start = dut_now(d);
	job(d, 0, 1024);
	collect(d, out, 0, 1024);
	assert_true(dut_now(d) - start <= 128 + 8);
	fill(d, 0, 1024, 1);
	start = dut_now(d);
	job(d, 0, 1024);
	collect(d, out, 0, 1024);
	/* 16 completions of 8 beats, and the gap between two */
	assert_true(dut_now(d) - start <= 16 * (8 + 3) + 8);
	dut_free(d);
	stream_free(out);
}

static void every_shift_under_stalls(void **state)
{
	struct stream *out;
	struct dut *d = bench_open(&out);

	(void)state;
	stream_stall(out, 60);
	for (unsigned mps = 0; mps < 8; mps++) /* 6 and 7 are reserved: as 5 */
		for (unsigned at = 0; at < 72; at += 1 + mps % 3)
			for (unsigned len = 1; len < 90; len += 1 + (at * 7 + mps) % 13) {
				fill(d, at, len, mps);
				job(d, at, len);
				collect(d, out, at, len);
			}
	dut_free(d);
	stream_free(out);
}

/* A register's answer shows nothing of what the buffer had, and an error nothing at all. */
static void what_is_not_kept_is_zero(void **state)
{
	struct stream *out;
	struct dut *d = bench_open(&out);

	(void)state;
	fill(d, 0, 64, 0);
	for (unsigned n = 0; n < 3; n++) {
		uint32_t want[8] = { 0 }, dw[8];
		struct stream_beat b;

		if (n)
			memcpy(want, "register", 4 * n);
		dut_set(d, "cpl_status", n ? 0 : 1); /* UR */
		dut_set_words(d, "cpl_imm", n > 1 ? want : (uint32_t[]){ want[0], 0x5bad5bad }, 2);
		dut_wait(d, "cpl_ready", 20);
		job_from(d, 16, n ? n : 1, false);
		dut_cycles(d, 20);
		assert_true(stream_pop(out, &b));
		assert_int_equal(stream_take_u64(out, &b, 4), (1u << n) - 1);
		stream_take(out, &b, 3, dw, 32);
		assert_memory_equal(dw, want, 32);
	}
	dut_free(d);
	stream_free(out);
}

/* The answer is cut for the payload size that the buffer was filled for, whatever the host has set since. */
static void a_new_payload_size_counts_for_the_next_answer(void **state)
{
	struct stream *out;
	struct dut *d = bench_open(&out);

	(void)state;
	for (unsigned was = 0; was < 4; was++)
		for (unsigned is = 0; is < 4; is++)
			for (unsigned at = 0; at < 40; at += 13) {
				fill(d, at, 500, was);
				dut_set(d, "fn_mps", is);
				job(d, at, 500);
				collect(d, out, at, 500);
			}
	dut_free(d);
	stream_free(out);
}

static void engine_reset_ends_the_wait_for_posted_writes(void **state)
{
	struct stream *out;
	struct dut *d = bench_open(&out);

	(void)state;
	fill(d, 3, 9, 0);
	dut_set(d, "posted_n", 1000);
	dut_set(d, "sent_n", 990);
	job(d, 3, 9);
	dut_cycles(d, 50);
	assert_int_equal(stream_depth(out), 0);
	dut_set(d, "engine_rst", 1);
	dut_set(d, "posted_n", 0);
	dut_set(d, "sent_n", 0);
	dut_cycles(d, 8);
	dut_set(d, "engine_rst", 0);
	collect(d, out, 3, 9);
	dut_cycles(d, 3);
	assert_int_equal(dut_get(d, "idle"), 1);
	dut_free(d);
	stream_free(out);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_beat_each_cycle),
		cmocka_unit_test(every_shift_under_stalls),
		cmocka_unit_test(what_is_not_kept_is_zero),
		cmocka_unit_test(a_new_payload_size_counts_for_the_next_answer),
		cmocka_unit_test(engine_reset_ends_the_wait_for_posted_writes),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
