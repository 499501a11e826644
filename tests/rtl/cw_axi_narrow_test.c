// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_axi_narrow_addr
// verilator: -GBEATS=16 -GDEPTH=8
/*
 * cw_axi_narrow: bursts against a memory in C of half the width, which looks at each part: its length, its data and
 * strobes, where it ends. Answers come once a burst, in order, with the worst of the parts' errors.
 */
#include <string.h>

#include "dut.h"
#include "stream.h"

#ifndef BEATS
#define BEATS 16
#endif
#define DEPTH  8
#define BYTES  65536
#define LANE   32 /* bytes of a beat of the slave */
#define HALF   16
#define GOOD   0x8000 /* below, all is well */
#define BURST_MAX 128 /* beats in 4 KiB */

static const char *const aw_fields[] = { "axi_awid", "axi_awaddr", "axi_awlen", NULL };
static const char *const ar_fields[] = { "axi_arid", "axi_araddr", "axi_arlen", NULL };
static const char *const w_fields[] = { "axi_wdata", "axi_wstrb", "axi_wlast", NULL };
static const char *const b_fields[] = { "axi_bid", "axi_bresp", NULL };
static const char *const r_fields[] = { "axi_rid", "axi_rdata", "axi_rresp", "axi_rlast", NULL };
static const char *const mem_aw_fields[] = { "mem_awaddr", "mem_awlen", NULL };
static const char *const mem_ar_fields[] = { "mem_araddr", "mem_arlen", NULL };
static const char *const mem_w_fields[] = { "mem_wdata", "mem_wstrb", "mem_wlast", NULL };
static const char *const mem_b_fields[] = { "mem_bresp", NULL };
static const char *const mem_r_fields[] = { "mem_rdata", "mem_rresp", "mem_rlast", NULL };

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *aw, *w, *b, *ar, *r;
	struct stream *mem_aw, *mem_w, *mem_b, *mem_ar, *mem_r;
	uint8_t memory[BYTES], copy[BYTES];
	struct { uint64_t addr; unsigned len; } part[4096];
	unsigned part_n, part_done, beat, most;
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
	e->mem_aw = stream_sink(e->d, "mem_aw", mem_aw_fields);
	e->mem_w = stream_sink(e->d, "mem_w", mem_w_fields);
	e->mem_b = stream_source(e->d, "mem_b", mem_b_fields);
	e->mem_ar = stream_sink(e->d, "mem_ar", mem_ar_fields);
	e->mem_r = stream_source(e->d, "mem_r", mem_r_fields);
}

static void end(struct env *e)
{
	struct stream *all[] = { e->aw, e->w, e->b, e->ar, e->r, e->mem_aw, e->mem_w, e->mem_b, e->mem_ar, e->mem_r };

	dut_free(e->d);
	for (unsigned i = 0; i < 10; i++)
		stream_free(all[i]);
}

static void stalls(struct env *e, unsigned percent)
{
	struct stream *all[] = { e->aw, e->w, e->b, e->ar, e->r, e->mem_aw, e->mem_w, e->mem_b, e->mem_ar, e->mem_r };

	for (unsigned i = 0; i < 10; i++)
		stream_stall(all[i], dut_chance(&e->rng, 50) ? percent : 0);
}

/* 256 bytes, the first part of a burst: SLVERR at 0x8000, DECERR at 0xc000. */
static unsigned error_at(uint64_t addr)
{
	return addr >> 8 == 0x80 ? 2 : addr >> 8 == 0xc0 ? 3 : 0;
}

static void part_is_legal(struct env *e, uint64_t addr, unsigned len)
{
	uint64_t last = addr + (uint64_t)HALF * len;

	assert_true(len < BEATS && addr % HALF == 0 && addr >> 12 == last >> 12 && last < BYTES);
	if (len + 1 > e->most)
		e->most = len + 1;
}

static void write_beat(struct env *e, const struct stream_beat *beat)
{
	uint64_t addr;
	uint8_t data[HALF];
	unsigned strobes = (unsigned)stream_take_u64(e->mem_w, beat, 1);
	struct stream_beat answer = { 0 };

	assert_true(e->part_done < e->part_n);
	addr = e->part[e->part_done].addr + (uint64_t)HALF * e->beat;
	stream_take(e->mem_w, beat, 0, data, HALF);
	for (unsigned i = 0; i < HALF; i++)
		if (strobes >> i & 1)
			e->memory[addr + i] = data[i];
	assert_int_equal(stream_take_u64(e->mem_w, beat, 2), e->beat == e->part[e->part_done].len);
	if (e->beat++ != e->part[e->part_done].len)
		return;
	stream_put_u64(e->mem_b, &answer, 0, error_at(e->part[e->part_done].addr));
	stream_push(e->mem_b, &answer);
	e->beat = 0;
	e->part_done++;
}

static void memory(struct env *e)
{
	struct stream_beat a;

	for (; stream_pop(e->mem_aw, &a); e->part_n++) {
		e->part[e->part_n].addr = stream_take_u64(e->mem_aw, &a, 0);
		e->part[e->part_n].len = (unsigned)stream_take_u64(e->mem_aw, &a, 1);
		part_is_legal(e, e->part[e->part_n].addr, e->part[e->part_n].len);
	}
	while (stream_pop(e->mem_w, &a))
		write_beat(e, &a);
	while (stream_pop(e->mem_ar, &a)) {
		uint64_t addr = stream_take_u64(e->mem_ar, &a, 0);
		unsigned len = (unsigned)stream_take_u64(e->mem_ar, &a, 1);

		part_is_legal(e, addr, len);
		for (unsigned i = 0; i <= len; i++) {
			struct stream_beat r = { 0 };

			stream_put(e->mem_r, &r, 0, e->memory + addr + HALF * i, HALF);
			/* an error of one half is one of the beat */
			stream_put_u64(e->mem_r, &r, 1, (i & 1) == (i >> 1 & 1) ? error_at(addr + HALF * i) : 0);
			stream_put_u64(e->mem_r, &r, 2, i == len);
			stream_push(e->mem_r, &r);
		}
	}
}

static void step(struct env *e)
{
	memory(e);
	dut_cycle(e->d);
}

static void wait_for(struct env *e, const struct stream *s, unsigned n)
{
	for (unsigned limit = 0; stream_depth(s) < n; limit++) {
		assert_true(limit < 100000);
		step(e);
	}
}

static void ask(struct stream *s, unsigned id, uint64_t addr, unsigned beats)
{
	struct stream_beat a = { 0 };

	stream_put_u64(s, &a, 0, id);
	stream_put_u64(s, &a, 1, addr);
	stream_put_u64(s, &a, 2, beats - 1);
	stream_push(s, &a);
}

static void give(struct env *e, uint64_t addr, unsigned beats)
{
	for (unsigned i = 0; i < beats; i++) {
		struct stream_beat b = { 0 };
		uint8_t data[LANE];
		uint32_t strobes = dut_chance(&e->rng, 50) ? ~0u : (uint32_t)dut_rand(&e->rng);

		for (unsigned k = 0; k < LANE; k++) {
			data[k] = (uint8_t)dut_rand(&e->rng);
			if (strobes >> k & 1)
				e->copy[addr + LANE * i + k] = data[k];
		}
		stream_put(e->w, &b, 0, data, LANE);
		stream_put_u64(e->w, &b, 1, strobes);
		stream_put_u64(e->w, &b, 2, i + 1 == beats);
		stream_push(e->w, &b);
	}
}

static void expect_r(struct env *e, unsigned id, uint64_t addr, unsigned beats)
{
	struct stream_beat b;
	uint8_t data[LANE];

	for (unsigned i = 0; i < beats; i++) {
		assert_true(stream_pop(e->r, &b));
		assert_int_equal(stream_take_u64(e->r, &b, 0), id);
		assert_int_equal(stream_take_u64(e->r, &b, 2), error_at(addr + LANE * i));
		assert_int_equal(stream_take_u64(e->r, &b, 3), i + 1 == beats);
		stream_take(e->r, &b, 1, data, LANE);
		assert_memory_equal(data, e->copy + addr + LANE * i, LANE);
	}
}

static void expect_b(struct env *e, unsigned id, unsigned resp)
{
	struct stream_beat b;

	assert_true(stream_pop(e->b, &b));
	assert_int_equal(stream_take_u64(e->b, &b, 0), id);
	assert_int_equal(stream_take_u64(e->b, &b, 1), resp);
}

/* A burst anywhere below `limit` that stays in its 4 KiB. */
static void somewhere(struct env *e, uint64_t limit, uint64_t *addr, unsigned *beats)
{
	uint64_t at = dut_below(&e->rng, limit / LANE) * LANE;
	unsigned room = (unsigned)((4096 - at % 4096) / LANE);

	*addr = at;
	*beats = 1 + (unsigned)dut_below(&e->rng, dut_chance(&e->rng, 70) && room > 20 ? 20 : room);
}

static void bursts_arrive_whole(void **state)
{
	static struct env e;

	(void)state;
	start(&e);
	for (unsigned round = 0; round < 40; round++) {
		uint64_t addr[12];
		unsigned beats[12], data = 0;

		stalls(&e, 30 * (round % 4));
		for (unsigned i = 0; i < 12; i++) {
			somewhere(&e, GOOD, &addr[i], &beats[i]);
			ask(e.aw, i, addr[i], beats[i]);
			give(&e, addr[i], beats[i]);
			data += beats[i];
		}
		wait_for(&e, e.b, 12);
		assert_memory_equal(e.memory, e.copy, GOOD);
		for (unsigned i = 0; i < 12; i++) {
			expect_b(&e, i, 0);
			ask(e.ar, 15 - i, addr[i], beats[i]);
		}
		wait_for(&e, e.r, data);
		for (unsigned i = 0; i < 12; i++)
			expect_r(&e, 15 - i, addr[i], beats[i]);
		e.part_n = e.part_done = 0;
	}
	end(&e);
}

/* The whole of 4 KiB, and all there can be in a burst. */
static void the_longest_bursts(void **state)
{
	static struct env e;

	(void)state;
	start(&e);
	ask(e.aw, 1, 0x3000, BURST_MAX);
	give(&e, 0x3000, BURST_MAX);
	wait_for(&e, e.b, 1);
	expect_b(&e, 1, 0);
	ask(e.ar, 2, 0x3000, BURST_MAX);
	wait_for(&e, e.r, BURST_MAX);
	expect_r(&e, 2, 0x3000, BURST_MAX);
	assert_int_equal(e.most, BEATS);
	end(&e);
}

/* One bad part makes a bad burst, wherever it is; the next burst is good again. */
static void one_bad_part_is_a_bad_burst(void **state)
{
	static struct env e;

	(void)state;
	start(&e);
	for (unsigned round = 0; round < 6; round++) {
		uint64_t addr = round % 2 ? 0x8000 : 0xc000;
		unsigned beats = round < 2 ? 1 : round < 4 ? 9 : 100;

		stalls(&e, 15 * round);
		ask(e.aw, 3, addr, beats);
		give(&e, addr, beats);
		ask(e.aw, 4, 0x100, 1);
		give(&e, 0x100, 1);
		wait_for(&e, e.b, 2);
		expect_b(&e, 3, round % 2 ? 2 : 3);
		expect_b(&e, 4, 0);
		ask(e.ar, 3, addr, beats);
		ask(e.ar, 4, 0x100, 1);
		wait_for(&e, e.r, beats + 1);
		expect_r(&e, 3, addr, beats);
		expect_r(&e, 4, 0x100, 1);
		e.part_n = e.part_done = 0;
	}
	end(&e);
}

/* Both ways at once, two cycles a beat. */
static void a_narrow_beat_a_cycle(void **state)
{
	static struct env e;
	uint64_t from;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < 20; i++) {
		ask(e.aw, i % 16, 0x200 * (i % 20), 16);
		give(&e, 0x200 * (i % 20), 16);
		ask(e.ar, i % 16, 0x4000, 16);
	}
	from = dut_now(e.d);
	wait_for(&e, e.r, 320);
	wait_for(&e, e.b, 20);
	assert_in_range(dut_now(e.d) - from, 640, 655);
	end(&e);
}

/* No more parts than there is room to note; reads do not wait for writes, nor writes for reads. */
static void held_answers_hold_one_way_only(void **state)
{
	static struct env e;

	(void)state;
	for (unsigned held = 0; held < 2; held++) {
		start(&e);
		stream_hold(held ? e.mem_r : e.mem_b, true);
		for (unsigned i = 0; i < 20; i++) {
			ask(e.aw, i % 16, 0x20 * i, 1);
			give(&e, 0x20 * i, 1);
			ask(e.ar, i % 16, 0x4000, 1);
		}
		for (unsigned i = 0; i < 300; i++)
			step(&e);
		assert_int_equal(stream_depth(held ? e.b : e.r), 20);
		assert_int_equal(stream_count(held ? e.mem_ar : e.mem_aw), DEPTH);
		stream_hold(held ? e.mem_r : e.mem_b, false);
		wait_for(&e, e.b, 20);
		wait_for(&e, e.r, 20);
		end(&e);
	}
}

/* Data that is there before its address waits for it. */
static void data_waits_for_its_address(void **state)
{
	static struct env e;

	(void)state;
	start(&e);
	stream_hold(e.mem_aw, true);
	ask(e.aw, 1, 0x40, 2);
	give(&e, 0x40, 2);
	for (unsigned i = 0; i < 50; i++)
		step(&e);
	assert_int_equal(stream_count(e.mem_w), 0);
	stream_hold(e.mem_aw, false);
	wait_for(&e, e.b, 1);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_arrive_whole),
		cmocka_unit_test(the_longest_bursts),
		cmocka_unit_test(one_bad_part_is_a_bad_burst),
		cmocka_unit_test(a_narrow_beat_a_cycle),
		cmocka_unit_test(held_answers_hold_one_way_only),
		cmocka_unit_test(data_waits_for_its_address),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
