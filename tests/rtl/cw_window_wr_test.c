/* SPDX-License-Identifier: BSD-2-Clause */
/* Window writes alone: payloads that do not match their header, and speed. */
#include <string.h>

#include "tests/rtl/dut.h"
#include "tests/rtl/stream.h"

static const char *const job_fields[] = { "wr_addr", "wr_len", "wr_first_be", "wr_last_be", NULL };
static const char *const data_fields[] = { "data", "data_eop", NULL };
static const char *const aw_fields[] = { "axi_awaddr", "axi_awlen", NULL };
static const char *const w_fields[] = { "axi_wdata", "axi_wstrb", "axi_wlast", NULL };

struct bench {
	struct dut *d;
	struct stream *job, *data, *aw, *w;
	unsigned owed; /* responses */
};

static void bench_sample(void *ctx)
{
	struct bench *b = ctx;

	if (dut_get(b->d, "axi_bvalid") && dut_get(b->d, "axi_bready"))
		b->owed--;
	if (dut_get(b->d, "axi_wvalid") && dut_get(b->d, "axi_wready") && dut_get(b->d, "axi_wlast"))
		b->owed++;
}

static void bench_drive(void *ctx)
{
	struct bench *b = ctx;

	dut_set(b->d, "axi_bvalid", b->owed != 0);
}

static void bench_open(struct bench *b, unsigned stall)
{
	memset(b, 0, sizeof(*b));
	b->d = dut_new(dut_seed());
	dut_reset(b->d, 2);
	b->job = stream_source(b->d, "wr", job_fields);
	b->data = stream_source(b->d, "data", data_fields);
	b->aw = stream_sink(b->d, "axi_aw", aw_fields);
	b->w = stream_sink(b->d, "axi_w", w_fields);
	stream_stall(b->data, stall);
	stream_stall(b->w, stall);
	stream_stall(b->aw, stall);
	dut_hook(b->d, bench_sample, bench_drive, b);
	dut_set(b->d, "window_base", 0x300000000ull);
}

static void bench_close(struct bench *b)
{
	dut_free(b->d);
	stream_free(b->job);
	stream_free(b->data);
	stream_free(b->aw);
	stream_free(b->w);
}

/* A job of len_dw DWs at DW addr with beats of payload; DW i holds i + 1. */
static void job(struct bench *b, unsigned addr, unsigned len_dw, unsigned beats)
{
	struct stream_beat t = { 0 };

	stream_put_u64(b->job, &t, 0, addr);
	stream_put_u64(b->job, &t, 1, len_dw);
	stream_put_u64(b->job, &t, 2, 15);
	stream_put_u64(b->job, &t, 3, len_dw > 1 ? 15 : 0);
	stream_push(b->job, &t);
	for (unsigned i = 0; i < beats; i++) {
		uint32_t dw[8];

		for (unsigned j = 0; j < 8; j++)
			dw[j] = 8 * i + j + 1;
		memset(&t, 0, sizeof(t));
		stream_put(b->data, &t, 0, dw, 32);
		stream_put_u64(b->data, &t, 1, i + 1 == beats);
		stream_push(b->data, &t);
	}
}

static void finish(struct bench *b)
{
	for (unsigned i = 0; stream_depth(b->job) || stream_depth(b->data) || !dut_get(b->d, "wr_idle"); i++) {
		assert_true(i < 5000);
		dut_cycle(b->d);
	}
}

/* Every written DW is the right one at the right place, and exactly those below `good` DWs are written. */
static void check(struct bench *b, unsigned addr, unsigned len_dw, unsigned good)
{
	struct stream_beat t;
	unsigned beats = (addr % 8 + len_dw + 7) / 8, written = 0;

	assert_true(stream_pop(b->aw, &t));
	assert_int_equal(stream_take_u64(b->aw, &t, 0), 0x300000000ull + 4 * (addr & ~7u));
	assert_int_equal(stream_take_u64(b->aw, &t, 1), beats - 1);
	for (unsigned i = 0; i < beats; i++) {
		uint32_t dw[8], strb;

		assert_true(stream_pop(b->w, &t));
		stream_take(b->w, &t, 0, dw, 32);
		strb = (uint32_t)stream_take_u64(b->w, &t, 1);
		assert_int_equal(stream_take_u64(b->w, &t, 2), i + 1 == beats);
		for (unsigned j = 0; j < 8; j++) {
			if (!(strb >> 4 * j & 15))
				continue;
			assert_int_equal(strb >> 4 * j & 15, 15);
			assert_int_equal(dw[j], 8 * i + j - addr % 8 + 1);
			written++;
		}
	}
	assert_int_equal(written, good < len_dw ? good : len_dw);
	assert_int_equal(stream_depth(b->w), 0);
}

static void payload_and_header_may_disagree(void **state)
{
	static const unsigned lens[] = { 1, 2, 7, 8, 9, 16, 33, 64 };
	struct bench b;

	(void)state;
	bench_open(&b, 30);
	for (unsigned at = 0; at < 8; at++)
		for (unsigned l = 0; l < 8; l++)
			for (unsigned beats = 1; beats <= 10; beats++) {
				job(&b, 64 + at, lens[l], beats);
				finish(&b);
				check(&b, 64 + at, lens[l], 8 * beats);
			}
	bench_close(&b);
}

static void a_beat_each_cycle(void **state)
{
	struct bench b;
	uint64_t start;

	(void)state;
	bench_open(&b, 0);
	start = dut_now(b.d);
	job(&b, 0, 1024, 128);
	finish(&b);
	assert_true(dut_now(b.d) - start <= 128 + 8);
	check(&b, 0, 1024, 1024);
	start = dut_now(b.d);
	for (unsigned i = 0; i < 20; i++)
		job(&b, 3, 32, 4);
	finish(&b);
	assert_true(dut_now(b.d) - start <= 20 * 9 + 8);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_and_header_may_disagree),
		cmocka_unit_test(a_beat_each_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
