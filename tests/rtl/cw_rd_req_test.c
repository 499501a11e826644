/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_rd_req: headers, reservations, arbitration. */
#include "dut.h"
#include "stream.h"


struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *fetch, *data, *out;
	unsigned tag, alloc_pct, sure_pct;
	unsigned given, sent; /* tags given, of these on their way in the same cycle */
	struct { unsigned tag, hdr_n, data_n; } seen[8192];
	unsigned seen_n;
};

static void sample(void *ctx)
{
	struct env *e = ctx;

	/* what is said to be on its way left in this cycle, with the tag of this cycle */
	if (dut_get(e->d, "alloc_sent")) {
		assert_int_equal(dut_get(e->d, "alloc_valid") && dut_get(e->d, "alloc_ready"), 1);
		assert_int_equal(dut_get(e->d, "rd_req_valid") && dut_get(e->d, "rd_req_ready"), 1);
		e->sent++;
	}
	if (!dut_get(e->d, "alloc_valid") || !dut_get(e->d, "alloc_ready"))
		return;
	e->given++;
	e->seen[e->seen_n].tag = dut_get(e->d, "alloc_tag");
	e->seen[e->seen_n].hdr_n = dut_get(e->d, "alloc_hdr_n");
	e->seen[e->seen_n++].data_n = dut_get(e->d, "alloc_data_n");
}

static void drive(void *ctx)
{
	struct env *e = ctx;

	bool ready = dut_chance(&e->rng, e->alloc_pct);

	e->tag = dut_below(&e->rng, 1024);
	dut_set(e->d, "alloc_tag", e->tag);
	dut_set(e->d, "alloc_ready", ready);
	dut_set(e->d, "alloc_sure", ready && dut_chance(&e->rng, e->sure_pct));
}

static void start(struct env *e, unsigned stall)
{
	static const char *const fetch[] = { "fetch_rd_buf", "fetch_rd_addr", "fetch_rd_bytes", "fetch_rd_queue",
					     "fetch_rd_num", NULL };
	static const char *const data[] = { "data_rd_op", "data_rd_queue", "data_rd_num", "data_rd_addr",
					    "data_rd_bytes", "data_rd_card", "data_rd_offset", "data_rd_attr", NULL };
	static const char *const out[] = { "rd_req_hdr", "rd_req_queue", "rd_req_num", "rd_req_fetch", NULL };

	*e = (struct env){ .d = dut_new(dut_seed()), .alloc_pct = 100 - stall, .sure_pct = 50 };
	dut_rng_init(&e->rng, dut_seed());
	e->fetch = stream_source(e->d, "fetch_rd", fetch);
	e->data = stream_source(e->d, "data_rd", data);
	e->out = stream_sink(e->d, "rd_req", out);
	stream_stall(e->fetch, stall);
	stream_stall(e->data, stall);
	stream_stall(e->out, stall);
	dut_hook(e->d, sample, drive, e);
	dut_reset(e->d, 3);
}

static void stop(struct env *e)
{
	stream_free(e->fetch);
	stream_free(e->data);
	stream_free(e->out);
	dut_free(e->d);
}

static void push_data(struct env *e, uint64_t addr, uint32_t bytes, unsigned attr)
{
	struct stream_beat b = { 0 };

	stream_put_u64(e->data, &b, 2, addr & 0xffff);
	stream_put_u64(e->data, &b, 3, addr);
	stream_put_u64(e->data, &b, 4, bytes);
	stream_put_u64(e->data, &b, 7, attr);
	stream_push(e->data, &b);
}

static void push_fetch(struct env *e, uint64_t addr, uint32_t bytes)
{
	struct stream_beat b = { 0 };

	stream_put_u64(e->fetch, &b, 1, addr);
	stream_put_u64(e->fetch, &b, 2, bytes);
	stream_put_u64(e->fetch, &b, 4, 0xf0000000 | (addr & 0xffff));
	stream_push(e->fetch, &b);
}

static void next_header(struct env *e, uint32_t *h, uint32_t *num)
{
	struct stream_beat b;

	for (unsigned limit = 500; !stream_pop(e->out, &b); limit--) {
		assert_int_not_equal(limit, 0);
		dut_cycle(e->d);
	}
	stream_take(e->out, &b, 0, h, 16);
	*num = stream_take_u64(e->out, &b, 2);
	assert_int_equal(stream_take_u64(e->out, &b, 3), *num >> 28 == 0xf); /* as push_fetch() numbers them */
}

/* What the header must be, said byte by byte. */
static void check(struct env *e, const uint32_t *h, uint64_t addr, uint32_t bytes, unsigned attr, unsigned rcb)
{
	uint64_t first = addr >> 2, last = (addr + bytes - 1) >> 2;
	unsigned fbe = 0, lbe = 0, i = e->seen_n - 1, tag = e->seen[i].tag;

	for (uint64_t a = addr; a < addr + bytes; a++) {
		if (a >> 2 == first)
			fbe |= 1u << (a & 3);
		else if (a >> 2 == last)
			lbe |= 1u << (a & 3);
	}
	assert_int_equal(h[0], (addr >> 32 ? 0x20000000 : 0) | (tag >> 9 & 1) << 23 | (tag >> 8 & 1) << 19 |
				       (attr & 2) << 12 | (attr & 1) << 12 | ((last - first + 1) & 0x3ff));
	assert_int_equal(h[1], (tag & 0xff) << 8 | lbe << 4 | fbe);
	assert_int_equal(h[2], addr >> 32 ? addr >> 32 : addr & ~3ull);
	assert_int_equal(h[3], addr >> 32 ? (uint32_t)addr & ~3u : 0);
	assert_int_equal(e->seen[i].hdr_n, (addr + bytes - 1) / rcb - addr / rcb + 1);
	assert_int_equal(e->seen[i].data_n, (addr + bytes - 1) / 16 - addr / 16 + 1);
}

static void one(struct env *e, uint64_t addr, uint32_t bytes, unsigned rcb)
{
	unsigned attr = dut_below(&e->rng, 4);
	uint32_t h[4], num;

	dut_set(e->d, "fn_rcb", rcb == 128);
	push_data(e, addr, bytes, attr);
	next_header(e, h, &num);
	check(e, h, addr, bytes, attr, rcb);
}

static void headers_of_every_size_and_offset(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	for (unsigned off = 0; off < 8; off++)
		for (unsigned bytes = 1; bytes < 20; bytes++) {
			one(&e, 0x1000 + off, bytes, 64);
			one(&e, 0x123400001000 + off, bytes, 128);
		}
	one(&e, 0xfffff000, 4096, 64);
	one(&e, 0x100000000, 4096, 128);
	one(&e, 0x100000001, 4095, 64);
	one(&e, 0x100000fff, 1, 64);
	for (unsigned i = 0; i < 500; i++) {
		uint64_t a = dut_rand(&e.rng) >> dut_below(&e.rng, 50);

		one(&e, a, 1 + dut_below(&e.rng, 4096 - a % 4096), i & 1 ? 64 : 128);
	}
	stop(&e);
}

static void descriptor_reads_carry_no_attributes(void **state)
{
	struct env e;
	uint32_t h[4], num;

	(void)state;
	start(&e, 30);
	for (unsigned i = 0; i < 100; i++) {
		push_data(&e, 0x1000, 64, 3);
		next_header(&e, h, &num);
		push_fetch(&e, 0x2000 + 16 * (i & 31), 16);
		next_header(&e, h, &num);
		check(&e, h, 0x2000 + 16 * (i & 31), 16, 0, 64);
		assert_int_equal(num >> 28, 0xf);
	}
	stop(&e);
}

static void neither_kind_starves(void **state)
{
	struct env e;
	uint32_t h[4], num, fetches = 0, run = 0;

	(void)state;
	start(&e, 0);
	for (unsigned i = 0; i < 100; i++) {
		push_data(&e, 0x1000, 64, 0);
		push_fetch(&e, 0x2000, 512);
	}
	dut_cycles(e.d, 204);
	assert_in_range(stream_depth(e.out), 195, 200); /* one a cycle */
	for (unsigned i = 0; i < 190; i++) {
		bool fetch;

		next_header(&e, h, &num);
		fetch = num >> 28;
		fetches += fetch;
		run = fetch ? run + 1 : 0;
		assert_in_range(run, 0, 1);
	}
	assert_in_range(fetches, 94, 96);
	stop(&e);
}

static void waits_for_a_tag_without_stirring(void **state)
{
	struct env e;
	uint32_t h[4], num;

	(void)state;
	start(&e, 0);
	e.alloc_pct = 0;
	push_data(&e, 0x1000, 64, 0);
	push_data(&e, 0x2000, 64, 0);
	dut_cycles(e.d, 20);
	assert_int_equal(stream_depth(e.out), 0);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	assert_int_equal(dut_get(e.d, "empty"), 0);
	e.alloc_pct = 100;
	next_header(&e, h, &num);
	next_header(&e, h, &num);
	dut_cycles(e.d, 2);
	assert_int_equal(dut_get(e.d, "empty"), 1);
	stop(&e);
}

/* In one cycle while nothing is in the way, with a tag that is sure; what then waits is offered unchanged. */
static void an_idle_read_takes_one_cycle(void **state)
{
	struct stream_beat b;
	uint32_t h[4], num;
	struct env e;

	(void)state;
	start(&e, 0);
	for (unsigned sure = 0; sure < 2; sure++) {
		e.sure_pct = 100 * sure;
		dut_cycles(e.d, 2);
		push_fetch(&e, 0x2000, 64);
		dut_wait(e.d, "fetch_rd_valid", 5);
		dut_cycle(e.d);
		assert_int_equal(dut_get(e.d, "rd_req_valid"), sure);
		dut_cycles(e.d, 2);
		assert_true(stream_pop(e.out, &b));
	}
	assert_int_equal(e.sent, 1);
	e.alloc_pct = e.sure_pct = 50;
	stream_stall(e.out, 70);
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t a = dut_rand(&e.rng) >> dut_below(&e.rng, 50);
		unsigned bytes = 1 + dut_below(&e.rng, 4096 - a % 4096);

		push_data(&e, a, bytes, 0);
		next_header(&e, h, &num);
		check(&e, h, a, bytes, 0, 64);
	}
	assert_in_range(e.sent, 100, 1900);
	assert_int_equal(e.given, 2002);
	stop(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_of_every_size_and_offset),
		cmocka_unit_test(descriptor_reads_carry_no_attributes),
		cmocka_unit_test(neither_kind_starves),
		cmocka_unit_test(waits_for_a_tag_without_stirring),
		cmocka_unit_test(an_idle_read_takes_one_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
