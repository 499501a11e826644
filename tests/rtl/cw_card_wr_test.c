/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_card_wr: payload of completions into AXI4 bursts. */
#include <stdlib.h>
#include <string.h>

#include "dut.h"
#include "stream.h"

#define MEM (1u << 20)
#define BASE 0x40000000ull

struct tlp {
	uint64_t addr;
	uint32_t bytes, offset;
	unsigned op, skip;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *card, *wrote, *aw, *w, *b;
	uint8_t mem[MEM], want[MEM];
	struct { uint64_t addr; unsigned len; bool bad; } burst[8192];
	struct { unsigned op, offset, bytes, status; } expect[8192];
	unsigned burst_n, burst_done, beat, expect_n, expect_done, error_pct;
};

static struct env *env_new(unsigned stall)
{
	static const char *const card[] = { "card_data", "card_sop", "card_eop", "card_skip", "card_addr",
					    "card_bytes", "card_op", "card_offset", NULL };
	static const char *const wrote[] = { "wrote_op", "wrote_offset", "wrote_bytes", "wrote_status", NULL };
	static const char *const aw[] = { "axi_awaddr", "axi_awlen", NULL };
	static const char *const w[] = { "axi_wdata", "axi_wstrb", "axi_wlast", NULL };
	static const char *const b[] = { "axi_bresp", NULL };
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	memset(e->mem, 0x5a, MEM);
	memset(e->want, 0x5a, MEM);
	e->card = stream_source(e->d, "card", card);
	e->wrote = stream_sink(e->d, "wrote", wrote);
	e->aw = stream_sink(e->d, "axi_aw", aw);
	e->w = stream_sink(e->d, "axi_w", w);
	e->b = stream_source(e->d, "axi_b", b);
	stream_stall(e->card, stall);
	stream_stall(e->wrote, stall);
	stream_stall(e->aw, stall);
	stream_stall(e->w, stall);
	stream_stall(e->b, stall);
	dut_reset(e->d, 3);
	return e;
}

static void env_free(struct env *e)
{
	stream_free(e->card);
	stream_free(e->wrote);
	stream_free(e->aw);
	stream_free(e->w);
	stream_free(e->b);
	dut_free(e->d);
	free(e);
}

static void expect(struct env *e, const struct tlp *t, uint32_t from, uint32_t n)
{
	e->expect[e->expect_n].op = t->op;
	e->expect[e->expect_n].offset = t->offset + from;
	e->expect[e->expect_n++].bytes = n;
}

static void push(struct env *e, const struct tlp *t)
{
	uint8_t data[4160];
	uint32_t room = 4096 - t->addr % 4096, n = (t->skip + t->bytes + 31) / 32;

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = dut_rand(&e->rng);
	memcpy(e->want + (t->addr - BASE), data + t->skip, t->bytes);
	for (unsigned i = 0; i < n; i++) {
		struct stream_beat b = { 0 };

		stream_put(e->card, &b, 0, data + 32 * i, 32);
		stream_put_u64(e->card, &b, 1, i == 0);
		stream_put_u64(e->card, &b, 2, i == n - 1);
		stream_put_u64(e->card, &b, 3, t->skip);
		stream_put_u64(e->card, &b, 4, i ? dut_rand(&e->rng) : t->addr);
		stream_put_u64(e->card, &b, 5, i ? 0 : t->bytes);
		stream_put_u64(e->card, &b, 6, t->op);
		stream_put_u64(e->card, &b, 7, t->offset);
		stream_push(e->card, &b);
	}
	expect(e, t, 0, t->bytes < room ? t->bytes : room);
	if (t->bytes > room)
		expect(e, t, room, t->bytes - room);
}

static void beat_in(struct env *e, const struct stream_beat *beat)
{
	uint64_t at = (e->burst[e->burst_done].addr & ~31ull) + 32 * e->beat - BASE;
	bool last = e->beat == e->burst[e->burst_done].len;
	uint32_t strb = stream_take_u64(e->w, beat, 1);
	struct stream_beat b = { 0 };
	uint8_t data[32];

	stream_take(e->w, beat, 0, data, 32);
	assert_int_not_equal(strb, 0);
	for (unsigned i = 0; i < 32; i++)
		if (strb >> i & 1)
			e->mem[at + i] = data[i];
	assert_int_equal(stream_take_u64(e->w, beat, 2), last);
	e->beat++;
	if (!last)
		return;
	e->expect[e->burst_done].status = dut_chance(&e->rng, e->error_pct) ? 5 : 0;
	stream_put_u64(e->b, &b, 0, e->expect[e->burst_done].status ? 2 : dut_below(&e->rng, 2));
	stream_push(e->b, &b);
	e->burst_done++;
	e->beat = 0;
}

static void cycle(struct env *e)
{
	struct stream_beat b;

	dut_cycle(e->d);
	while (stream_pop(e->aw, &b)) {
		e->burst[e->burst_n].addr = stream_take_u64(e->aw, &b, 0);
		e->burst[e->burst_n].len = stream_take_u64(e->aw, &b, 1);
		assert_true(e->burst[e->burst_n].addr % 4096 / 32 + e->burst[e->burst_n].len < 128);
		e->burst_n++;
	}
	while (e->burst_done < e->burst_n && stream_pop(e->w, &b))
		beat_in(e, &b);
	while (stream_pop(e->wrote, &b)) {
		assert_true(e->expect_done < e->burst_done);
		assert_int_equal(stream_take_u64(e->wrote, &b, 0), e->expect[e->expect_done].op);
		assert_int_equal(stream_take_u64(e->wrote, &b, 1), e->expect[e->expect_done].offset);
		assert_int_equal(stream_take_u64(e->wrote, &b, 2), e->expect[e->expect_done].bytes);
		assert_int_equal(stream_take_u64(e->wrote, &b, 3), e->expect[e->expect_done].status);
		e->expect_done++;
	}
}

static void finish(struct env *e)
{
	for (unsigned limit = 200000; e->expect_done < e->expect_n && limit; limit--)
		cycle(e);
	assert_int_equal(e->expect_done, e->expect_n);
	for (unsigned i = 0; i < 20; i++)
		cycle(e);
	assert_int_equal(e->burst_n, e->expect_n);
	assert_memory_equal(e->mem, e->want, MEM);
	assert_int_equal(dut_get(e->d, "idle"), 1);
	assert_int_equal(dut_get(e->d, "empty"), 1);
	env_free(e);
}

static void every_lane_skip_and_length(void **state)
{
	struct env *e = env_new(0);
	struct tlp t = { .addr = BASE + 32 };

	(void)state;
	for (unsigned lane = 0; lane < 32; lane++)
		for (t.skip = 0; t.skip < 4; t.skip++) {
			static const unsigned len[] = { 1, 2, 29, 30, 31, 32, 33, 63, 64, 65, 96 };

			for (unsigned l = 0; l < sizeof(len) / sizeof(len[0]); l++) {
				t.bytes = len[l];
				t.addr = ((t.addr + 31) & ~31ull) + lane;
				t.op = dut_below(&e->rng, 256);
				t.offset = dut_below(&e->rng, 1 << 24);
				push(e, &t);
				t.addr += t.bytes + 32;
			}
		}
	finish(e);
}

static void splits_at_4k(void **state)
{
	struct env *e = env_new(10);
	struct tlp t = { 0 };

	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		unsigned before = 1 + dut_below(&e->rng, i & 1 ? 40 : 2000);

		t.addr = BASE + 8192 * (i + 1) - before;
		t.skip = dut_below(&e->rng, 4);
		t.bytes = i % 3 == 0 ? before : i % 3 == 1 ? before + 1 : 2001 + dut_below(&e->rng, 2000);
		t.op = i;
		push(e, &t);
	}
	finish(e);
}

static void random_with_stalls_and_errors(void **state)
{
	(void)state;
	for (unsigned stall = 0; stall <= 60; stall += 30) {
		struct env *e = env_new(stall);
		struct tlp t = { .addr = BASE };

		e->error_pct = 20;
		for (unsigned i = 0; i < 600; i++) {
			t.skip = dut_below(&e->rng, 4);
			t.bytes = dut_chance(&e->rng, 10) ? 4096 : 1 + dut_below(&e->rng, 600);
			t.offset = dut_below(&e->rng, 1 << 24);
			t.op = dut_below(&e->rng, 256);
			push(e, &t);
			t.addr += t.bytes + dut_below(&e->rng, 40);
		}
		finish(e);
	}
}

/* Responses held back: the queue of open bursts fills and nothing is lost. */
static void waits_for_late_responses(void **state)
{
	struct env *e = env_new(0);
	struct tlp t = { .addr = BASE, .bytes = 32 };

	(void)state;
	stream_hold(e->b, true);
	for (unsigned i = 0; i < 200; i++, t.addr += 64)
		push(e, &t);
	for (unsigned i = 0; i < 400; i++)
		cycle(e);
	assert_int_equal(e->burst_done, 64);
	assert_int_equal(dut_get(e->d, "idle"), 1);
	assert_int_equal(dut_get(e->d, "empty"), 0);
	stream_hold(e->b, false);
	finish(e);
}

static void back_to_back_at_full_rate(void **state)
{
	struct env *e = env_new(0);
	struct tlp t = { .addr = BASE };
	uint64_t from;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		t.bytes = 32 * (1 + i % 4);
		push(e, &t);
		t.addr += t.bytes;
	}
	from = dut_now(e->d);
	while (stream_count(e->w) < 2500)
		cycle(e);
	assert_in_range(dut_now(e->d) - from, 2500, 2510);
	finish(e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_lane_skip_and_length),
		cmocka_unit_test(splits_at_4k),
		cmocka_unit_test(random_with_stalls_and_errors),
		cmocka_unit_test(waits_for_late_responses),
		cmocka_unit_test(back_to_back_at_full_rate),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
