// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GBYTES=4096
/* cw_axi_ram: bursts against a copy in C, strobes, rate, order, errors that change nothing, reset. */
#include <string.h>

#include "dut.h"
#include "stream.h"

#define BYTES 4096
#define LANE  32
#define WORDS (BYTES / LANE)

static const char *const aw_fields[] = { "axi_awid", "axi_awaddr", "axi_awlen", "axi_awsize", "axi_awburst", NULL };
static const char *const ar_fields[] = { "axi_arid", "axi_araddr", "axi_arlen", "axi_arsize", "axi_arburst", NULL };
static const char *const w_fields[] = { "axi_wdata", "axi_wstrb", "axi_wlast", NULL };
static const char *const b_fields[] = { "axi_bid", "axi_bresp", NULL };
static const char *const r_fields[] = { "axi_rid", "axi_rdata", "axi_rresp", "axi_rlast", NULL };

struct env {
	struct dut *d;
	struct stream *aw, *w, *b, *ar, *r;
	struct dut_rng rng;
	uint8_t copy[BYTES];
	bool known[BYTES];
};

static void start(struct env *e)
{
	memset(e, 0, sizeof(*e));
	e->d = dut_new(dut_seed());
	dut_rng_init(&e->rng, dut_seed());
	dut_reset(e->d, 3);
	e->aw = stream_source(e->d, "axi_aw", aw_fields);
	e->w = stream_source(e->d, "axi_w", w_fields);
	e->b = stream_sink(e->d, "axi_b", b_fields);
	e->ar = stream_source(e->d, "axi_ar", ar_fields);
	e->r = stream_sink(e->d, "axi_r", r_fields);
}

static void end(struct env *e)
{
	dut_free(e->d);
	stream_free(e->aw);
	stream_free(e->w);
	stream_free(e->b);
	stream_free(e->ar);
	stream_free(e->r);
}

static void ask(struct stream *s, unsigned id, uint64_t addr, unsigned beats, unsigned size, unsigned burst)
{
	struct stream_beat a = { 0 };
	const uint64_t value[] = { id, addr, beats - 1, size, burst };

	for (unsigned f = 0; f < 5; f++)
		stream_put_u64(s, &a, f, value[f]);
	stream_push(s, &a);
}

/* Random data and strobes, into the copy too when the burst is good. */
static void give(struct env *e, uint64_t addr, unsigned beats, bool good)
{
	for (unsigned i = 0; i < beats; i++) {
		struct stream_beat b = { 0 };
		uint8_t data[LANE];
		uint32_t strobe = (uint32_t)dut_rand(&e->rng);

		if (dut_chance(&e->rng, 50))
			strobe = ~0u;
		for (unsigned k = 0; k < LANE; k++) {
			data[k] = (uint8_t)dut_rand(&e->rng);
			if (good && (strobe >> k & 1)) {
				e->copy[addr + LANE * i + k] = data[k];
				e->known[addr + LANE * i + k] = true;
			}
		}
		stream_put(e->w, &b, 0, data, LANE);
		stream_put_u64(e->w, &b, 1, strobe);
		stream_put_u64(e->w, &b, 2, i + 1 == beats);
		stream_push(e->w, &b);
	}
}

static void wait_for(struct env *e, struct stream *s, unsigned n)
{
	for (unsigned limit = 0; stream_depth(s) < n; limit++) {
		assert_true(limit < 20000);
		dut_cycle(e->d);
	}
}

static void expect_b(struct env *e, unsigned id, unsigned resp)
{
	struct stream_beat b;

	assert_true(stream_pop(e->b, &b));
	assert_int_equal(stream_take_u64(e->b, &b, 0), id);
	assert_int_equal(stream_take_u64(e->b, &b, 1), resp);
}

static void expect_r(struct env *e, unsigned id, uint64_t addr, unsigned beats, unsigned resp)
{
	struct stream_beat b;
	uint8_t data[LANE];

	for (unsigned i = 0; i < beats; i++) {
		assert_true(stream_pop(e->r, &b));
		assert_int_equal(stream_take_u64(e->r, &b, 0), id);
		assert_int_equal(stream_take_u64(e->r, &b, 2), resp);
		assert_int_equal(stream_take_u64(e->r, &b, 3), i + 1 == beats);
		stream_take(e->r, &b, 1, data, LANE);
		for (unsigned k = 0; resp == 0 && k < LANE; k++)
			if (e->known[addr + LANE * i + k])
				assert_int_equal(data[k], e->copy[addr + LANE * i + k]);
	}
}

static void write_all(struct env *e)
{
	for (unsigned i = 0; i < WORDS; i += 32) {
		ask(e->aw, 1, LANE * i, 32, 5, 1);
		give(e, LANE * i, 32, true);
	}
	wait_for(e, e->b, WORDS / 32);
	for (unsigned i = 0; i < WORDS; i += 32)
		expect_b(e, 1, 0);
}

static void random_bursts_under_stalls(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	write_all(&e);
	for (unsigned round = 0; round < 60; round++) {
		unsigned first[4], beats[4];

		stream_stall(e.aw, dut_below(&e.rng, 80));
		stream_stall(e.w, dut_below(&e.rng, 80));
		stream_stall(e.b, dut_below(&e.rng, 80));
		stream_stall(e.ar, dut_below(&e.rng, 80));
		stream_stall(e.r, dut_below(&e.rng, 80));
		for (unsigned i = 0; i < 4; i++) {
			beats[i] = 1 + (unsigned)dut_below(&e.rng, 20);
			first[i] = (unsigned)dut_below(&e.rng, WORDS - beats[i] + 1);
			ask(e.aw, i, LANE * first[i], beats[i], 5, 1);
			give(&e, LANE * first[i], beats[i], true);
		}
		wait_for(&e, e.b, 4);
		for (unsigned i = 0; i < 4; i++) {
			expect_b(&e, i, 0);
			ask(e.ar, 15 - i, LANE * first[i], beats[i], 5, 1);
		}
		wait_for(&e, e.r, beats[0] + beats[1] + beats[2] + beats[3]);
		for (unsigned i = 0; i < 4; i++)
			expect_r(&e, 15 - i, LANE * first[i], beats[i], 0);
	}
	end(&e);
}

static void a_beat_a_cycle_each_way(void **state)
{
	uint64_t from;
	struct env e;

	(void)state;
	start(&e);
	from = dut_now(e.d);
	for (unsigned i = 0; i < WORDS; i += 4) {
		ask(e.aw, 0, LANE * i, 4, 5, 1);
		give(&e, LANE * i, 4, true);
	}
	wait_for(&e, e.b, WORDS / 4);
	assert_true(dut_now(e.d) - from <= WORDS + 4);
	from = dut_now(e.d);
	for (unsigned i = 0; i < WORDS; i += 4)
		ask(e.ar, 0, LANE * i, 4, 5, 1);
	wait_for(&e, e.r, WORDS);
	assert_true(dut_now(e.d) - from <= WORDS + 5);
	for (unsigned i = 0; i < WORDS; i += 4)
		expect_r(&e, 0, LANE * i, 4, 0);
	end(&e);
}

/* Another size, another burst type; a first or a last byte beyond the memory. */
static void errors_change_nothing(void **state)
{
	static const struct {
		uint64_t addr;
		unsigned beats, size, burst, resp;
	} bad[] = {
		{ 0, 2, 4, 1, 2 }, { 0, 2, 5, 0, 2 }, { 0, 2, 5, 2, 2 }, { BYTES, 1, 5, 1, 3 }, { BYTES - LANE, 2, 5, 1, 3 },
		{ 1ull << 40, 3, 5, 1, 3 },
	};
	struct env e;

	(void)state;
	start(&e);
	write_all(&e);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask(e.aw, i, bad[i].addr, bad[i].beats, bad[i].size, bad[i].burst);
		give(&e, 0, bad[i].beats, false);
		wait_for(&e, e.b, 1);
		expect_b(&e, i, bad[i].resp);
		ask(e.ar, i, bad[i].addr, bad[i].beats, bad[i].size, bad[i].burst);
		wait_for(&e, e.r, bad[i].beats);
		expect_r(&e, i, 0, bad[i].beats, bad[i].resp);
	}
	ask(e.ar, 7, 0, WORDS, 5, 1);
	wait_for(&e, e.r, WORDS);
	expect_r(&e, 7, 0, WORDS, 0);
	end(&e);
}

static void reset_drops_what_is_under_way(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	write_all(&e);
	stream_hold(e.r, true);
	ask(e.ar, 1, 0, 8, 5, 1);
	dut_cycles(e.d, 10);
	assert_int_equal(dut_get(e.d, "axi_rvalid"), 1);
	dut_reset(e.d, 1);
	assert_int_equal(dut_get(e.d, "axi_rvalid"), 0);
	assert_int_equal(dut_get(e.d, "axi_bvalid"), 0);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bursts_under_stalls),
		cmocka_unit_test(a_beat_a_cycle_each_way),
		cmocka_unit_test(errors_change_nothing),
		cmocka_unit_test(reset_drops_what_is_under_way),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
