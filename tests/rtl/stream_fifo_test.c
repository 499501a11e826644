// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GW=40 -GDEPTH=8
/* stream_fifo: order, capacity, rate, count, reset. */
#include "dut.h"
#include "stream.h"

#define DEPTH 8

static const char *const in_fields[] = { "in_data", NULL };
static const char *const out_fields[] = { "out_data", NULL };

struct env {
	struct dut *d;
	struct stream *in, *out;
	uint64_t put, taken;
};

/* The count says at every edge what is inside. */
static void sample(void *ctx)
{
	struct env *e = ctx;

	assert_int_equal(dut_get(e->d, "count"), e->put - e->taken);
	assert_int_equal(dut_get(e->d, "in_ready"), e->put - e->taken < DEPTH);
	assert_int_equal(dut_get(e->d, "out_valid"), e->put != e->taken);
	e->put += dut_get(e->d, "in_valid") && dut_get(e->d, "in_ready");
	e->taken += dut_get(e->d, "out_valid") && dut_get(e->d, "out_ready");
}

static void start(struct env *e)
{
	*e = (struct env){ .d = dut_new(dut_seed()) };
	dut_reset(e->d, 3);
	dut_hook(e->d, sample, NULL, e);
	e->in = stream_source(e->d, "in", in_fields);
	e->out = stream_sink(e->d, "out", out_fields);
}

static void end(struct env *e)
{
	dut_free(e->d);
	stream_free(e->in);
	stream_free(e->out);
}

static void push(struct env *e, unsigned from, unsigned n)
{
	struct stream_beat b = { 0 };

	while (n--) {
		stream_put_u64(e->in, &b, 0, 0xabc0000000ull + from++);
		stream_push(e->in, &b);
	}
}

static void expect(struct env *e, unsigned from, unsigned n)
{
	struct stream_beat b;

	while (n--) {
		assert_true(stream_pop(e->out, &b));
		assert_int_equal(stream_take_u64(e->out, &b, 0), 0xabc0000000ull + from++);
	}
	assert_false(stream_pop(e->out, &b));
}

static void order_is_kept_under_random_stalls(void **state)
{
	struct dut_rng rng;
	struct env e;

	(void)state;
	start(&e);
	dut_rng_init(&rng, dut_seed());
	push(&e, 0, 4000);
	while (stream_depth(e.out) < 4000 && dut_now(e.d) < 100000) {
		stream_stall(e.in, dut_below(&rng, 100));
		stream_stall(e.out, dut_below(&rng, 100));
		dut_cycles(e.d, 50);
	}
	expect(&e, 0, 4000);
	end(&e);
}

static void holds_its_depth_and_no_more(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	stream_hold(e.out, true);
	push(&e, 0, DEPTH + 3);
	dut_cycles(e.d, 30);
	assert_int_equal(e.put, DEPTH);
	assert_int_equal(dut_get(e.d, "in_ready"), 0);
	assert_int_equal(dut_get(e.d, "out_data"), 0xabc0000000ull); /* the oldest waits */
	stream_hold(e.out, false);
	dut_cycles(e.d, 30);
	expect(&e, 0, DEPTH + 3);
	end(&e);
}

static void one_item_a_cycle_and_one_cycle_through(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	push(&e, 0, 500);
	dut_cycles(e.d, 503);
	expect(&e, 0, 500);
	end(&e);
}

static void reset_empties_it(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_reset(d, 3);
	dut_set(d, "in_valid", 1);
	dut_cycles(d, 5);
	assert_int_equal(dut_get(d, "count"), 5);
	dut_set(d, "in_valid", 0);
	dut_reset(d, 1);
	assert_int_equal(dut_get(d, "count"), 0);
	assert_int_equal(dut_get(d, "out_valid"), 0);
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept_under_random_stalls),
		cmocka_unit_test(holds_its_depth_and_no_more),
		cmocka_unit_test(one_item_a_cycle_and_one_cycle_through),
		cmocka_unit_test(reset_empties_it),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
