/* SPDX-License-Identifier: BSD-2-Clause */
/* stream_ram_fifo: order, capacity, rate. The input has no ready: a hook drives it. */
#include "dut.h"
#include "stream.h"

#define DEPTH 64

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *out;
	unsigned in, taken, put_pct;
	bool offering;
};

static void drive(void *ctx)
{
	struct env *e = ctx;

	e->in += e->offering;
	e->offering = e->in - stream_count(e->out) < DEPTH && dut_chance(&e->rng, e->put_pct);
	dut_set(e->d, "in_valid", e->offering);
	dut_set(e->d, "in_data", e->offering ? e->in & 0x7ff : dut_below(&e->rng, 2048));
}

static void start(struct env *e)
{
	static const char *const out[] = { "out_data", NULL };

	*e = (struct env){ .d = dut_new(dut_seed()) };
	dut_rng_init(&e->rng, dut_seed());
	e->out = stream_sink(e->d, "out", out);
	dut_hook(e->d, NULL, drive, e);
	dut_reset(e->d, 3);
}

static void run(struct env *e, unsigned n)
{
	struct stream_beat b;

	while (n--) {
		dut_cycle(e->d);
		while (stream_pop(e->out, &b))
			assert_int_equal(stream_take_u64(e->out, &b, 0), e->taken++ & 0x7ff);
	}
}

static void end(struct env *e)
{
	e->put_pct = 0;
	stream_stall(e->out, 0);
	run(e, 200);
	assert_int_equal(e->taken, e->in);
	assert_int_equal(dut_get(e->d, "idle"), 1);
	stream_free(e->out);
	dut_free(e->d);
}

static void order_survives_full_and_empty(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < 60; i++) {
		e.put_pct = dut_below(&e.rng, 101);
		stream_stall(e.out, dut_below(&e.rng, 101));
		run(&e, 100);
	}
	end(&e);
}

static void holds_its_depth(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	stream_hold(e.out, true);
	e.put_pct = 100;
	run(&e, 200);
	assert_int_equal(e.in, DEPTH);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	stream_hold(e.out, false);
	end(&e);
}

static void one_item_a_cycle(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	e.put_pct = 100;
	run(&e, 1000);
	assert_in_range(e.taken, 995, 1000);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_survives_full_and_empty),
		cmocka_unit_test(holds_its_depth),
		cmocka_unit_test(one_item_a_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
