// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GW=40 -GDEPTH=8
// tests: cw_cdc_side cw_cdc_in cw_cdc_out cw_cdc_pipe
/* cw_cdc_fifo: order at any ratio of the clocks, capacity, rate, latency, resets of one side and of both. */
#include "dut.h"
#include "stream.h"
#include "two_clocks.h"

#define DEPTH 8

static const char *const in_fields[] = { "in_data", NULL };
static const char *const out_fields[] = { "out_data", NULL };

struct env {
	struct dut *d;
	struct stream *in, *out;
	struct two_clocks c;
	struct dut_rng rng;
	unsigned pushed;
};

static void start(struct env *e)
{
	*e = (struct env){ .d = dut_new(dut_seed()) };
	dut_rng_init(&e->rng, dut_seed());
	two_clocks(&e->c, e->d, "wr_clk", "rd_clk", &e->rng);
	dut_clock(e->d, "wr_clk");
	e->in = stream_source(e->d, "in", in_fields);
	dut_clock(e->d, "rd_clk");
	e->out = stream_sink(e->d, "out", out_fields);
}

static void end(struct env *e)
{
	dut_free(e->d);
	stream_free(e->in);
	stream_free(e->out);
}

static void push(struct env *e, unsigned n)
{
	struct stream_beat b = { 0 };

	while (n--) {
		stream_put_u64(e->in, &b, 0, 0xabc0000000ull + e->pushed++);
		stream_push(e->in, &b);
	}
}

static unsigned pop(struct env *e)
{
	struct stream_beat b;

	assert_true(stream_pop(e->out, &b));
	assert_int_equal(stream_take_u64(e->out, &b, 0) >> 28, 0xabc);
	return stream_take_u64(e->out, &b, 0) & 0xfffffff;
}

static void expect(struct env *e, unsigned from, unsigned n)
{
	assert_int_equal(stream_depth(e->out), n);
	while (n--)
		assert_int_equal(pop(e), from++);
}

/* Until n items are out. */
static void wait_for(struct env *e, unsigned n)
{
	for (unsigned limit = 0; stream_depth(e->out) < n; limit++) {
		assert_true(limit < 100000);
		two_step(&e->c);
	}
}

static void order_is_kept_at_any_ratio(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned r = 0; r < TWO_RATIO_N; r++) {
		two_periods(&e.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		push(&e, 500);
		while (stream_depth(e.out) < 500) {
			assert_true(e.c.edges[0] < 1000000);
			stream_stall(e.in, dut_below(&e.rng, 100) * dut_below(&e.rng, 2));
			stream_stall(e.out, dut_below(&e.rng, 100) * dut_below(&e.rng, 2));
			two_steps(&e.c, 60);
		}
		expect(&e, 500 * r, 500);
	}
	end(&e);
}

/* And one that is offered. */
static void holds_its_depth_and_no_more(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	stream_hold(e.out, true);
	push(&e, DEPTH + 4);
	two_steps(&e.c, 100);
	assert_int_equal(stream_depth(e.in), 3);
	assert_int_equal(dut_get(e.d, "in_ready"), 0);
	assert_int_equal(dut_get(e.d, "out_data"), 0xabc0000000ull); /* the oldest waits */
	stream_hold(e.out, false);
	two_steps(&e.c, 100);
	expect(&e, 0, DEPTH + 4);
	end(&e);
}

/* Edges of rd_clk from the one after the item was taken in to the one that offers it: two flip-flops and a register. */
static void an_item_crosses_in_three_cycles(void **state)
{
	unsigned edges = 0;
	struct env e;

	(void)state;
	start(&e);
	if (e.c.coin) { /* not with skewed wires */
		end(&e);
		return;
	}
	two_steps(&e.c, 60);
	push(&e, 1);
	two_periods(&e.c, 100000, 1000, 0);
	while (stream_depth(e.in))
		two_step(&e.c);
	for (; !dut_get(e.d, "out_valid"); edges++)
		assert_int_equal(two_step(&e.c), 1);
	assert_int_equal(edges, 3);
	end(&e);
}

/* A reader that is not reset keeps what it was offered; nothing else of before comes out, and all of after does. */
static void a_reset_of_the_writer_empties_it(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned r = 0; r < TWO_RATIO_N; r++) {
		unsigned from = e.pushed;

		two_periods(&e.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		stream_hold(e.out, true);
		push(&e, 5);
		two_steps(&e.c, 400);
		dut_set(e.d, "wr_rst", 1);
		two_steps(&e.c, 100);
		dut_set(e.d, "wr_rst", 0);
		two_steps(&e.c, 400);
		stream_hold(e.out, false);
		two_steps(&e.c, 400);
		expect(&e, from, 1);
		from = e.pushed;
		push(&e, 3 * DEPTH);
		wait_for(&e, 3 * DEPTH);
		expect(&e, from, 3 * DEPTH);
	}
	end(&e);
}

/*
 * Resets of any length, of either side or both, at any moment, while items move: what comes out was put in, in
 * order, once. The streams' own rules are off for the side that is reset: its neighbour is reset with it.
 */
struct wild {
	struct env *e;
	bool quiet;       /* nothing new is offered */
	uint64_t offered; /* the next number */
	bool offering, waiting;
	uint64_t seen;
	int64_t last;
	unsigned taken;
};

static void in_drive(void *ctx)
{
	struct wild *w = ctx;

	if (!w->offering && !w->quiet && dut_chance(&w->e->rng, 70))
		w->offering = true;
	dut_set(w->e->d, "in_valid", w->offering);
	dut_set(w->e->d, "in_data", 0xabc0000000ull + w->offered);
}

static void in_sample(void *ctx)
{
	struct wild *w = ctx;
	bool reset = dut_get(w->e->d, "wr_rst");

	if (reset || (dut_get(w->e->d, "in_valid") && dut_get(w->e->d, "in_ready"))) {
		w->offered += w->offering;
		w->offering = false;
	}
}

static void out_drive(void *ctx)
{
	struct wild *w = ctx;

	dut_set(w->e->d, "out_ready", dut_chance(&w->e->rng, 60));
}

static void out_sample(void *ctx)
{
	struct wild *w = ctx;
	bool valid = dut_get(w->e->d, "out_valid"), ready = dut_get(w->e->d, "out_ready");
	uint64_t data = dut_get(w->e->d, "out_data");

	if (w->waiting) {
		assert_true(valid);
		assert_int_equal(data, w->seen);
	}
	if (valid) {
		assert_int_equal(data >> 28, 0xabc);
		assert_true((int64_t)(data & 0xfffffff) < (int64_t)w->offered);
		assert_true((int64_t)(data & 0xfffffff) > w->last);
	}
	w->waiting = valid && !ready;
	w->seen = data;
	if (valid && ready) {
		w->last = data & 0xfffffff;
		w->taken++;
	}
	if (dut_get(w->e->d, "rd_rst"))
		w->waiting = false;
}

static void wild_start(struct wild *w, struct env *e)
{
	*e = (struct env){ .d = dut_new(dut_seed()) };
	*w = (struct wild){ .e = e, .last = -1 };
	dut_rng_init(&e->rng, dut_seed());
	two_clocks(&e->c, e->d, "wr_clk", "rd_clk", &e->rng);
	dut_clock(e->d, "wr_clk");
	dut_hook(e->d, in_sample, in_drive, w);
	dut_clock(e->d, "rd_clk");
	dut_hook(e->d, out_sample, out_drive, w);
}

/* When all is quiet, what is put in then comes out, each of it. */
static void passes_whole(struct wild *w)
{
	unsigned taken;
	int64_t first;

	w->quiet = true;
	two_steps(&w->e->c, 400);
	w->quiet = false;
	taken = w->taken;
	first = (int64_t)w->offered;
	for (unsigned limit = 0; w->taken < taken + 20; limit++) {
		assert_true(limit < 3000);
		two_step(&w->e->c);
	}
	assert_int_equal(w->last - first + 1, w->taken - taken);
}

static void resets_at_any_moment(void **state)
{
	struct wild w;
	struct env e;

	(void)state;
	wild_start(&w, &e);
	for (unsigned round = 0; round < 1500; round++) {
		unsigned r = (unsigned)dut_below(&e.rng, TWO_RATIO_N), which = 1 + (unsigned)dut_below(&e.rng, 3);
		unsigned most = dut_chance(&e.rng, 50) ? 2 : 40;

		two_periods(&e.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		two_steps(&e.c, (unsigned)dut_below(&e.rng, 80));
		dut_set(e.d, "wr_rst", which & 1);
		dut_set(e.d, "rd_rst", which >> 1);
		two_steps(&e.c, 1 + (unsigned)dut_below(&e.rng, most));
		dut_set(e.d, "wr_rst", 0);
		two_steps(&e.c, (unsigned)dut_below(&e.rng, most));
		dut_set(e.d, "rd_rst", 0);
		if (dut_chance(&e.rng, 30))
			passes_whole(&w);
	}
	end(&e);
}

/* DEPTH 8 holds what is under way for six items in seven cycles; 16 would do for all. */
static void items_follow_at_the_rate_of_the_slower_clock(void **state)
{
	struct env e;
	uint64_t from;

	(void)state;
	start(&e);
	two_steps(&e.c, 60);
	push(&e, 600);
	from = e.c.edges[0];
	wait_for(&e, 600);
	if (!e.c.coin)
		assert_in_range(e.c.edges[0] - from, 600, 800);
	two_periods(&e.c, 1000, 9000, 0);
	push(&e, 600);
	from = e.c.edges[1];
	wait_for(&e, 1200);
	assert_in_range(e.c.edges[1] - from, 600, 610);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept_at_any_ratio),
		cmocka_unit_test(holds_its_depth_and_no_more),
		cmocka_unit_test(an_item_crosses_in_three_cycles),
		cmocka_unit_test(a_reset_of_the_writer_empties_it),
		cmocka_unit_test(resets_at_any_moment),
		cmocka_unit_test(items_follow_at_the_rate_of_the_slower_clock),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
