// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GW=40 -GN=3
/* Three streams into one: packets stay together, nobody waits for nobody, turns are taken. The
 * device has vectors for its inputs, so they are driven here. */
#include "dut.h"
#include "stream.h"

#define N 3

struct source {
	unsigned sent, len, at; /* packets; items of the one at hand */
	bool offering;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct source s[N];
	unsigned stall, active;
	uint64_t waited[N];
};

static void sample(void *ctx)
{
	struct env *e = ctx;

	for (unsigned i = 0; i < N; i++) {
		struct source *s = &e->s[i];
		bool ready = dut_get_bits(e->d, "in_ready", i, 1);

		assert_false(ready && !s->offering);
		e->waited[i] = s->offering && !ready ? e->waited[i] + 1 : 0;
		if (!s->offering || !ready)
			continue;
		s->offering = false;
		if (++s->at == s->len) {
			s->at = 0;
			s->sent++;
			s->len = 1 + dut_below(&e->rng, 4);
		}
	}
}

static void drive(void *ctx)
{
	struct env *e = ctx;
	uint64_t valid = 0, last = 0;

	for (unsigned i = 0; i < N; i++) {
		struct source *s = &e->s[i];

		if (!s->offering && (e->active >> i & 1))
			s->offering = !dut_chance(&e->rng, e->stall);
		valid |= (uint64_t)s->offering << i;
		last |= (uint64_t)(s->at + 1 == s->len) << i;
		dut_set_bits(e->d, "in_data", 40 * i, 40,
			     s->offering ? (uint64_t)i << 36 | (uint64_t)s->sent << 4 | s->at : dut_rand(&e->rng) >> 24);
	}
	dut_set(e->d, "in_valid", valid);
	dut_set(e->d, "in_last", last);
}

static void run(unsigned active, unsigned stall, unsigned out_stall, unsigned cycles, unsigned *counts, uint64_t *most)
{
	static const char *const fields[] = { "out_data", "out_last", "out_source", NULL };
	struct env e = { .d = dut_new(dut_seed()), .stall = stall, .active = active };
	struct stream *out;
	struct stream_beat b;
	unsigned inside = N, sent[N] = { 0 }, at = 0;

	dut_rng_init(&e.rng, dut_seed() + active);
	for (unsigned i = 0; i < N; i++)
		e.s[i].len = 1 + i;
	dut_reset(e.d, 3);
	out = stream_sink(e.d, "out", fields);
	stream_stall(out, out_stall);
	dut_hook(e.d, sample, drive, &e);
	*most = 0;
	for (unsigned i = 0; i < N; i++)
		counts[i] = 0;
	for (unsigned c = 0; c < cycles; c++) {
		dut_cycle(e.d);
		for (unsigned i = 0; i < N; i++)
			*most = e.waited[i] > *most ? e.waited[i] : *most;
		while (stream_pop(out, &b)) {
			uint64_t v = stream_take_u64(out, &b, 0);
			unsigned from = v >> 36;

			assert_true(from < N && (inside == N || inside == from));
			assert_int_equal(stream_take_u64(out, &b, 2), from);
			assert_int_equal(v >> 4 & 0xffffffff, sent[from]);
			assert_int_equal(v & 15, at);
			at++;
			counts[from]++;
			inside = from;
			if (stream_take_u64(out, &b, 1)) {
				inside = N;
				at = 0;
				sent[from]++;
			}
		}
	}
	stream_free(out);
	dut_free(e.d);
}

static void packets_stay_together(void **state)
{
	unsigned counts[N];
	uint64_t most;

	(void)state;
	run(7, 30, 30, 3000, counts, &most);
	run(7, 80, 0, 3000, counts, &most);
	run(7, 0, 60, 3000, counts, &most);
}

static void a_source_that_is_alone_never_waits(void **state)
{
	unsigned counts[N];
	uint64_t most;

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		run(1u << i, 0, 0, 500, counts, &most);
		assert_true(counts[i] >= 498);
		assert_int_equal(most, 0);
	}
}

static void turns_are_taken(void **state)
{
	unsigned counts[N];
	uint64_t most;

	(void)state;
	run(7, 0, 0, 6000, counts, &most);
	for (unsigned i = 0; i < N; i++)
		assert_in_range(counts[i], 1700, 2300);
	assert_in_range(most, 0, 8); /* two packets of four */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_stay_together),
		cmocka_unit_test(a_source_that_is_alone_never_waits),
		cmocka_unit_test(turns_are_taken),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
