// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GW=40
#include "dut.h"
#include "stream.h"

static const char *const in_fields[] = { "in_data", NULL };
static const char *const out_fields[] = { "out_data", NULL };

/* Pushes n items with stalls on both sides, in percent; returns the cycles it took. */
static uint64_t pass(unsigned n, unsigned in_stall, unsigned out_stall)
{
	struct dut *d = dut_new(dut_seed());
	struct stream *in, *out;
	struct stream_beat b = { 0 };
	uint64_t start;

	dut_reset(d, 3);
	in = stream_source(d, "in", in_fields);
	out = stream_sink(d, "out", out_fields);
	stream_stall(in, in_stall);
	stream_stall(out, out_stall);
	for (unsigned i = 0; i < n; i++) {
		stream_put_u64(in, &b, 0, 0x1000000000u + i);
		stream_push(in, &b);
	}
	start = dut_now(d);
	while (stream_depth(out) < n && dut_now(d) < start + 100 * n)
		dut_cycle(d);
	assert_int_equal(stream_depth(out), n);
	for (unsigned i = 0; i < n; i++) {
		assert_true(stream_pop(out, &b));
		assert_int_equal(stream_take_u64(out, &b, 0), 0x1000000000u + i);
	}
	start = dut_now(d) - start;
	dut_free(d);
	stream_free(in);
	stream_free(out);
	return start;
}

static void one_item_a_cycle(void **state)
{
	(void)state;
	assert_true(pass(1000, 0, 0) <= 1003);
}

static void order_is_kept_under_random_stalls(void **state)
{
	(void)state;
	pass(3000, 50, 20);
	pass(3000, 20, 50);
	pass(3000, 0, 90);
}

static void valid_does_not_wait_for_ready(void **state)
{
	struct dut *d = dut_new(dut_seed());
	struct stream *in, *out;
	struct stream_beat b = { 0 };

	(void)state;
	dut_reset(d, 3);
	in = stream_source(d, "in", in_fields);
	out = stream_sink(d, "out", out_fields);
	stream_hold(out, true);
	stream_put_u64(in, &b, 0, 7);
	stream_push(in, &b);
	dut_wait(d, "out_valid", 5);
	assert_int_equal(dut_get(d, "out_data"), 7);
	dut_free(d);
	stream_free(in);
	stream_free(out);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_item_a_cycle),
		cmocka_unit_test(order_is_kept_under_random_stalls),
		cmocka_unit_test(valid_does_not_wait_for_ready),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
