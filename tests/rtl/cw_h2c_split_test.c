/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_h2c_split: descriptors into reads. */
#include "dut.h"
#include "stream.h"

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *in, *out;
	unsigned starts;
	uint32_t start_len;
};

static void sample(void *ctx)
{
	struct env *e = ctx;

	if (dut_get(e->d, "start_valid") && dut_get(e->d, "start_ready")) {
		e->starts++;
		e->start_len = dut_get(e->d, "start_len");
	}
}

static void start(struct env *e, unsigned stall)
{
	static const char *const in[] = { "h2c_op", "h2c_queue", "h2c_num", "h2c_host_addr", "h2c_card_addr",
					  "h2c_len", "h2c_attr", NULL };
	static const char *const out[] = { "data_rd_op", "data_rd_queue", "data_rd_num", "data_rd_addr",
					   "data_rd_bytes", "data_rd_card", "data_rd_offset", "data_rd_attr", NULL };

	*e = (struct env){ .d = dut_new(dut_seed()) };
	dut_rng_init(&e->rng, dut_seed());
	e->in = stream_source(e->d, "h2c", in);
	e->out = stream_sink(e->d, "data_rd", out);
	stream_stall(e->in, stall);
	stream_stall(e->out, stall);
	dut_hook(e->d, sample, NULL, e);
	dut_set(e->d, "start_ready", 1);
	dut_reset(e->d, 3);
}

static void stop(struct env *e)
{
	stream_free(e->in);
	stream_free(e->out);
	dut_free(e->d);
}

/* One descriptor: its reads tile it, none crosses `size`, all but the ends are of that size. */
static void one(struct env *e, uint64_t host, uint64_t card, uint32_t len, uint32_t size)
{
	uint64_t f[] = { dut_below(&e->rng, 256), dut_below(&e->rng, 2048), dut_rand(&e->rng) >> 32, host, card, len,
			 dut_below(&e->rng, 4) };
	struct stream_beat b = { 0 };
	uint32_t at = 0, starts = e->starts;

	for (unsigned i = 0; i < 7; i++)
		stream_put_u64(e->in, &b, i, f[i]);
	stream_push(e->in, &b);
	while (at < len) {
		uint32_t n = size - (host + at) % size;

		if (n > len - at)
			n = len - at;
		for (unsigned limit = 200; !stream_pop(e->out, &b); limit--) {
			assert_int_not_equal(limit, 0);
			dut_cycle(e->d);
		}
		assert_int_equal(stream_take_u64(e->out, &b, 0), f[0]);
		assert_int_equal(stream_take_u64(e->out, &b, 1), f[1]);
		assert_int_equal(stream_take_u64(e->out, &b, 2), f[2]);
		assert_true(stream_take_u64(e->out, &b, 3) == host + at);
		assert_int_equal(stream_take_u64(e->out, &b, 4), n);
		assert_true(stream_take_u64(e->out, &b, 5) == card + at);
		assert_int_equal(stream_take_u64(e->out, &b, 6), at);
		assert_int_equal(stream_take_u64(e->out, &b, 7), f[6]);
		at += n;
	}
	assert_int_equal(e->starts, starts + 1);
	assert_int_equal(e->start_len, len);
	dut_cycles(e->d, 2);
	assert_int_equal(stream_depth(e->out), 0);
	assert_int_equal(dut_get(e->d, "empty"), 1);
}

static void reads_tile_the_descriptor(void **state)
{
	struct env e;

	(void)state;
	start(&e, 20);
	for (unsigned log2 = 7; log2 <= 12; log2++) {
		uint32_t size = 1u << log2;

		dut_set(e.d, "rd_log2", log2);
		one(&e, 0x1000, 0, 1, size);
		one(&e, 0x1fff, 5, 1, size);
		one(&e, 0x1fff, 5, 2, size);
		one(&e, 0x2000, 0x123456789, size, size);
		one(&e, 0x2000, 0, size + 1, size);
		one(&e, 0x2001, 0, size - 1, size);
		one(&e, 0xfffffff00, 0, 3 * size, size);
		for (unsigned i = 0; i < 60; i++)
			one(&e, dut_rand(&e.rng) >> 8, dut_rand(&e.rng) >> 28, 1 + dut_below(&e.rng, 20000), size);
	}
	stop(&e);
}

static void longest_descriptor(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	dut_set(e.d, "rd_log2", 12);
	one(&e, 0x7ffffffff001, 3, 0xffffff, 4096);
	stop(&e);
}

static void short_descriptors_go_one_a_cycle(void **state)
{
	struct env e;
	struct stream_beat b = { 0 };

	(void)state;
	start(&e, 0);
	dut_set(e.d, "rd_log2", 9);
	stream_put_u64(e.in, &b, 5, 8);
	for (unsigned i = 0; i < 100; i++)
		stream_push(e.in, &b);
	dut_cycles(e.d, 104);
	assert_int_equal(stream_depth(e.out), 100);
	stop(&e);
}

/* Reads go one a cycle, also the first of a descriptor that was there before; after one that comes, a cycle does not. */
static void reads_go_one_a_cycle(void **state)
{
	(void)state;
	for (unsigned kept = 0; kept < 2; kept++) {
		struct env e;
		struct stream_beat b = { 0 };

		start(&e, 0);
		dut_set(e.d, "rd_log2", 9);
		dut_set(e.d, "h2c_kept", kept);
		stream_put_u64(e.in, &b, 5, 2048);
		for (unsigned i = 0; i < 20; i++)
			stream_push(e.in, &b);
		dut_wait(e.d, "h2c_valid", 5);
		dut_cycles(e.d, kept ? 80 : 100);
		assert_int_equal(stream_depth(e.out), 80);
		stop(&e);
	}
}

/* The first read of a descriptor that finds nothing before it goes in its cycle, whatever follows. */
static void the_first_read_does_not_wait(void **state)
{
	static const uint32_t len[] = { 1, 512, 513, 4096 };
	struct env e;

	(void)state;
	start(&e, 0);
	dut_set(e.d, "rd_log2", 9);
	for (unsigned held = 0; held < 2; held++)
		for (unsigned i = 0; i < 4; i++) {
			struct stream_beat b = { 0 };

			stream_hold(e.out, held);
			dut_cycle(e.d);
			stream_put_u64(e.in, &b, 5, len[i]);
			stream_push(e.in, &b);
			dut_wait(e.d, "h2c_valid", 5);
			assert_int_equal(dut_get(e.d, "data_rd_valid"), 1);
			dut_cycle(e.d);
			assert_int_equal(stream_depth(e.out), !held);
			stream_hold(e.out, false);
			dut_cycles(e.d, 20);
			assert_int_equal(stream_depth(e.out), (len[i] + 511) / 512);
			while (stream_pop(e.out, &b))
				;
			assert_int_equal(dut_get(e.d, "idle"), 1);
		}
	/* with the read port busy now and then */
	stream_stall(e.out, 60);
	for (unsigned i = 0; i < 300; i++)
		one(&e, dut_rand(&e.rng) >> 8, dut_rand(&e.rng) >> 28, 1 + dut_below(&e.rng, 3000), 512);
	stop(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_tile_the_descriptor),
		cmocka_unit_test(longest_descriptor),
		cmocka_unit_test(short_descriptors_go_one_a_cycle),
		cmocka_unit_test(reads_go_one_a_cycle),
		cmocka_unit_test(the_first_read_does_not_wait),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
