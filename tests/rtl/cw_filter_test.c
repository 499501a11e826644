// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_filter_path cw_filter_routes cw_filter_regs
/* cw_filter: packets against a filter in C under stalls, routes and their credit, registers, resets. */
#include <string.h>

#include "constraints/filter/cw_filter.h"
#include "dut.h"
#include "stream.h"

enum { QUEUES = 64, LEN = 700, OKAY = 0, SLVERR = 2, NO_CREDIT = 0, ENDLESS = 255 };

struct packet {
	uint8_t bytes[LEN];
	size_t len;
	uint64_t user;
	unsigned queue;
	bool err;
};

struct env {
	struct dut *d;
	struct stream *h2s, *s2h, *credit, *aw, *w, *b, *ar, *r;
	struct dut_rng rng;
	unsigned lanes;
	uint32_t key, mask, match, route[QUEUES]; /* as they were set */
};

static void streams(struct env *e)
{
	static const char *const h2s[] = { "h2s_data", "h2s_keep", "h2s_first", "h2s_last", "h2s_err", "h2s_queue",
					   "h2s_user", NULL };
	static const char *const s2h[] = { "s2h_data", "s2h_keep", "s2h_last", "s2h_err", "s2h_queue", "s2h_user", NULL };
	static const char *const credit[] = { "h2s_credit_queue", "h2s_credit_n", NULL };
	static const char *const aw[] = { "user_awaddr", NULL }, *const ar[] = { "user_araddr", NULL };
	static const char *const w[] = { "user_wdata", "user_wstrb", NULL }, *const b[] = { "user_bresp", NULL };
	static const char *const r[] = { "user_rdata", "user_rresp", NULL };

	e->h2s = stream_source(e->d, "h2s", h2s);
	e->s2h = stream_sink(e->d, "s2h", s2h);
	e->credit = stream_sink(e->d, "h2s_credit", credit);
	e->aw = stream_source(e->d, "user_aw", aw);
	e->w = stream_source(e->d, "user_w", w);
	e->b = stream_sink(e->d, "user_b", b);
	e->ar = stream_source(e->d, "user_ar", ar);
	e->r = stream_sink(e->d, "user_r", r);
}

static void start(struct env *e)
{
	memset(e, 0, sizeof(*e));
	e->d = dut_new(dut_seed());
	dut_rng_init(&e->rng, dut_seed());
	e->lanes = dut_width(e->d, "h2s_keep");
	dut_reset(e->d, 3);
	streams(e);
}

static void free_streams(struct env *e)
{
	struct stream *all[] = { e->h2s, e->s2h, e->credit, e->aw, e->w, e->b, e->ar, e->r };

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stream_free(all[i]);
}

static void end(struct env *e)
{
	dut_cycles(e->d, 5);
	assert_int_equal(dut_get(e->d, "idle"), 1);
	dut_free(e->d);
	free_streams(e);
}

static void wait_for(struct env *e, struct stream *s, unsigned n)
{
	for (unsigned limit = 0; stream_depth(s) < n; limit++) {
		assert_true(limit < 20000);
		dut_cycle(e->d);
	}
}

/* ---- registers ---- */

static void ask_write(struct env *e, uint32_t addr, uint32_t value, unsigned strobe)
{
	struct stream_beat a = { 0 }, v = { 0 };

	stream_put_u64(e->aw, &a, 0, addr);
	stream_put_u64(e->w, &v, 0, value);
	stream_put_u64(e->w, &v, 1, strobe);
	stream_push(e->aw, &a);
	stream_push(e->w, &v);
}

static void expect_b(struct env *e, unsigned resp)
{
	struct stream_beat b;

	wait_for(e, e->b, 1);
	stream_pop(e->b, &b);
	assert_int_equal(stream_take_u64(e->b, &b, 0), resp);
}

static void put(struct env *e, uint32_t addr, uint32_t value)
{
	ask_write(e, addr, value, 15);
	expect_b(e, OKAY);
}

static uint32_t get_with(struct env *e, uint32_t addr, unsigned resp)
{
	struct stream_beat a = { 0 }, r;

	stream_put_u64(e->ar, &a, 0, addr);
	stream_push(e->ar, &a);
	wait_for(e, e->r, 1);
	stream_pop(e->r, &r);
	assert_int_equal(stream_take_u64(e->r, &r, 1), resp);
	return (uint32_t)stream_take_u64(e->r, &r, 0);
}

static uint32_t get(struct env *e, uint32_t addr)
{
	return get_with(e, addr, OKAY);
}

static void route(struct env *e, unsigned queue, uint32_t word)
{
	put(e, CW_FILTER_ROUTE + 4 * queue, word);
	e->route[queue] = word;
}

static void drop_by(struct env *e, uint32_t mask, uint32_t match)
{
	put(e, CW_FILTER_DROP_MASK, mask);
	put(e, CW_FILTER_DROP_MATCH, match);
	e->mask = mask;
	e->match = match;
}

static void expect_credit(struct env *e, unsigned queue, unsigned n)
{
	struct stream_beat c;

	wait_for(e, e->credit, 1);
	stream_pop(e->credit, &c);
	assert_int_equal(stream_take_u64(e->credit, &c, 0), queue);
	assert_int_equal(stream_take_u64(e->credit, &c, 1), n);
}

/* ---- packets ---- */

static struct packet random_packet(struct env *e, unsigned queue, size_t len)
{
	struct packet p = { .queue = queue, .len = len, .user = dut_rand(&e->rng) & 0xfffffffffull,
			    .err = dut_chance(&e->rng, 10) };

	for (size_t i = 0; i < len; i++)
		p.bytes[i] = (uint8_t)dut_rand(&e->rng);
	return p;
}

static void send(struct env *e, const struct packet *p)
{
	size_t at = 0;

	do {
		size_t n = p->len - at < e->lanes ? p->len - at : e->lanes;
		struct stream_beat b = { 0 };
		bool last = at + n == p->len;

		stream_put(e->h2s, &b, 0, p->bytes + at, (unsigned)n);
		stream_put_u64(e->h2s, &b, 1, n == 64 ? ~0ull : (1ull << n) - 1);
		stream_put_u64(e->h2s, &b, 2, at == 0);
		stream_put_u64(e->h2s, &b, 3, last);
		stream_put_u64(e->h2s, &b, 4, last && p->err);
		stream_put_u64(e->h2s, &b, 5, p->queue);
		stream_put_u64(e->h2s, &b, 6, p->user);
		stream_push(e->h2s, &b);
		at += n;
	} while (at < p->len);
}

/* What the filter makes of it; false: nothing. */
static bool filtered(const struct env *e, struct packet *p)
{
	uint32_t how = e->route[p->queue];

	for (size_t i = 0; i < p->len; i++) {
		uint8_t c = p->bytes[i], *to = &p->bytes[i];

		switch (how & CW_FILTER_ROUTE_MODE) {
		case CW_FILTER_ROUTE_XOR: *to = c ^ (uint8_t)(e->key >> 8 * (i % 4)); break;
		case CW_FILTER_ROUTE_UPPER: *to = c >= 'a' && c <= 'z' ? c - 32 : c; break;
		case CW_FILTER_ROUTE_LOWER: *to = c >= 'A' && c <= 'Z' ? c + 32 : c; break;
		}
	}
	p->queue = how & CW_FILTER_ROUTE_QUEUE;
	return how & CW_FILTER_ROUTE_ON && !(how & CW_FILTER_ROUTE_DROP && ((uint32_t)p->user & e->mask) == e->match);
}

/* The next packet on s2h is this one. */
static void expect(struct env *e, const struct packet *p)
{
	size_t at = 0;
	bool last;

	do {
		size_t n = p->len - at < e->lanes ? p->len - at : e->lanes;
		struct stream_beat b;
		uint8_t got[64];

		wait_for(e, e->s2h, 1);
		stream_pop(e->s2h, &b);
		stream_take(e->s2h, &b, 0, got, e->lanes);
		assert_memory_equal(got, p->bytes + at, n);
		assert_true(stream_take_u64(e->s2h, &b, 1) == (n == 64 ? ~0ull : (1ull << n) - 1));
		last = stream_take_u64(e->s2h, &b, 2);
		at += n;
		assert_int_equal(last, at == p->len);
		assert_int_equal(stream_take_u64(e->s2h, &b, 3), last && p->err);
		assert_int_equal(stream_take_u64(e->s2h, &b, 4), p->queue);
		assert_true(stream_take_u64(e->s2h, &b, 5) == p->user);
	} while (!last);
}

/* ---- tests ---- */

static void each_mode_changes_every_byte(void **state)
{
	static const uint32_t modes[] = { CW_FILTER_ROUTE_KEEP, CW_FILTER_ROUTE_XOR, CW_FILTER_ROUTE_UPPER,
					  CW_FILTER_ROUTE_LOWER };
	static const size_t lens[] = { 0, 1, 4, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 700 };
	struct env e;

	(void)state;
	start(&e);
	put(&e, CW_FILTER_KEY, e.key = 0x80ff5a01);
	for (unsigned m = 0; m < 4; m++) {
		route(&e, m, CW_FILTER_ROUTE_ON | modes[m] | (40 + m));
		for (unsigned i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
			struct packet p = random_packet(&e, m, lens[i]);

			send(&e, &p);
			assert_true(filtered(&e, &p));
			expect(&e, &p);
		}
	}
	end(&e);
}

/* Queues in turn, each with a route of its own; the counters know them all. */
static void random_packets_under_stalls(void **state)
{
	enum { N = 400 };
	static struct packet sent[N];
	uint32_t packets = 0, bytes = 0, marked = 0;
	struct env e;

	(void)state;
	start(&e);
	put(&e, CW_FILTER_KEY, e.key = (uint32_t)dut_rand(&e.rng));
	drop_by(&e, 3, 2);
	for (unsigned q = 0; q < QUEUES; q++)
		route(&e, q, CW_FILTER_ROUTE_ON | ((uint32_t)dut_rand(&e.rng) & (CW_FILTER_ROUTE_MODE | CW_FILTER_ROUTE_DROP |
			     CW_FILTER_ROUTE_QUEUE)));
	for (unsigned i = 0; i < N; i++) {
		sent[i] = random_packet(&e, (unsigned)dut_below(&e.rng, QUEUES),
					dut_below(&e.rng, dut_chance(&e.rng, 50) ? 70 : LEN + 1));
		send(&e, &sent[i]);
	}
	for (unsigned i = 0; i < N; i++) {
		if (i % 20 == 0) {
			stream_stall(e.h2s, (unsigned)dut_below(&e.rng, 80));
			stream_stall(e.s2h, (unsigned)dut_below(&e.rng, 80));
		}
		if (!filtered(&e, &sent[i]))
			continue;
		expect(&e, &sent[i]);
		packets++;
		bytes += (uint32_t)sent[i].len;
		marked += sent[i].err;
	}
	while (stream_depth(e.h2s)) /* the last may be dropped */
		dut_cycle(e.d);
	dut_cycles(e.d, 4);
	assert_int_equal(stream_depth(e.s2h), 0);
	assert_int_equal(get(&e, CW_FILTER_PACKETS), packets);
	assert_int_equal(get(&e, CW_FILTER_BYTES), bytes);
	assert_int_equal(get(&e, CW_FILTER_MARKED), marked);
	assert_int_equal(get(&e, CW_FILTER_DROPS), N - packets);
	assert_true(packets > N / 2 && packets < N && marked);
	put(&e, CW_FILTER_PACKETS, 1);
	for (uint32_t at = CW_FILTER_PACKETS; at <= CW_FILTER_MARKED; at += 4)
		assert_int_equal(get(&e, at), 0);
	end(&e);
}

/* Its registers change in the middle of a packet, which goes on as it began; one that is off by then is dropped. */
static void a_packet_keeps_its_settings(void **state)
{
	struct env e, was;
	struct packet p;

	(void)state;
	start(&e);
	put(&e, CW_FILTER_KEY, e.key = 0x11223344);
	drop_by(&e, 0, 0);
	route(&e, 5, CW_FILTER_ROUTE_ON | CW_FILTER_ROUTE_XOR | 9);
	for (unsigned i = 0; i < 3; i++) {
		p = random_packet(&e, 5, LEN);
		send(&e, &p);
		wait_for(&e, e.s2h, 2);
		stream_hold(e.h2s, true);
		was = e;
		put(&e, CW_FILTER_KEY, e.key = ~e.key);
		route(&e, 5, i == 0 ? CW_FILTER_ROUTE_ON | CW_FILTER_ROUTE_UPPER | 10 :
			     i == 1 ? CW_FILTER_ROUTE_ON | CW_FILTER_ROUTE_DROP | 11 : 0);
		stream_hold(e.h2s, false);
		assert_true(filtered(&was, &p));
		expect(&e, &p);
		if (i == 0)
			continue;
		p = random_packet(&e, 5, LEN); /* of a queue that drops, then of one that is off */
		send(&e, &p);
		while (stream_depth(e.h2s))
			dut_cycle(e.d);
		dut_cycles(e.d, 4);
		assert_int_equal(stream_depth(e.s2h), 0);
		assert_int_equal(get(&e, CW_FILTER_DROPS), i);
		route(&e, 5, CW_FILTER_ROUTE_ON | CW_FILTER_ROUTE_LOWER | 12);
	}
	end(&e);
}

static void a_beat_a_cycle(void **state)
{
	struct packet p;
	uint64_t from;
	struct env e;

	(void)state;
	start(&e);
	route(&e, 1, CW_FILTER_ROUTE_ON);
	for (unsigned i = 0; i < 50; i++) {
		p = random_packet(&e, 1, e.lanes);
		send(&e, &p);
	}
	from = dut_now(e.d);
	wait_for(&e, e.s2h, 50);
	assert_true(dut_now(e.d) - from <= 50 + 3);
	end(&e);
}

/* The answer to a write of a route says that the endpoint has its credit. */
static void credit_follows_the_route(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	stream_hold(e.credit, true);
	ask_write(&e, CW_FILTER_ROUTE + 4 * 7, CW_FILTER_ROUTE_ON, 15);
	dut_cycles(e.d, QUEUES + 50);
	assert_int_equal(stream_depth(e.b), 0);
	stream_hold(e.credit, false);
	expect_b(&e, OKAY);
	expect_credit(&e, 7, ENDLESS);
	route(&e, QUEUES - 1, CW_FILTER_ROUTE_ON | 3);
	expect_credit(&e, QUEUES - 1, ENDLESS);
	route(&e, 7, 3);
	expect_credit(&e, 7, NO_CREDIT);
	get(&e, CW_FILTER_ROUTE + 4 * 7);
	assert_int_equal(stream_depth(e.credit), 0);
	end(&e);
}

/* What was on gets its credit again, and writes do not wait for the end of the reset. */
static void credit_comes_back_after_a_stream_reset(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < QUEUES; q += 9) {
		route(&e, q, CW_FILTER_ROUTE_ON | q);
		expect_credit(&e, q, ENDLESS);
	}
	dut_set(e.d, "stream_rst", 1);
	dut_cycles(e.d, 10);
	route(&e, 1, CW_FILTER_ROUTE_ON);
	assert_int_equal(get(&e, CW_FILTER_ROUTE + 4 * 1), CW_FILTER_ROUTE_ON);
	dut_cycles(e.d, 3 * QUEUES);
	assert_int_equal(stream_depth(e.credit), 0);
	dut_set(e.d, "stream_rst", 0);
	expect_credit(&e, 0, ENDLESS);
	expect_credit(&e, 1, ENDLESS);
	dut_set(e.d, "stream_rst", 1); /* in the middle of it */
	dut_cycles(e.d, 3);
	while (stream_depth(e.credit))
		stream_pop(e.credit, &(struct stream_beat){ 0 });
	dut_set(e.d, "stream_rst", 0);
	for (unsigned q = 0; q < QUEUES; q++)
		if (q % 9 == 0 || q == 1)
			expect_credit(&e, q, ENDLESS);
	dut_cycles(e.d, 3 * QUEUES);
	assert_int_equal(stream_depth(e.credit), 0);
	end(&e);
}

static void registers_hold_what_is_written(void **state)
{
	static const uint32_t fixed[] = { CW_FILTER_ID, CW_FILTER_BYTES, CW_FILTER_DROPS, CW_FILTER_MARKED, CW_FILTER_QUEUES };
	static const uint32_t none[] = { CW_FILTER_QUEUES + 4, CW_FILTER_ROUTE - 4, CW_FILTER_ROUTE + 4 * QUEUES, 0x3fffc };
	static const uint32_t some[] = { CW_FILTER_KEY, CW_FILTER_DROP_MASK, CW_FILTER_DROP_MATCH, CW_FILTER_ROUTE + 8 };
	uint32_t bits = CW_FILTER_ROUTE_ON | CW_FILTER_ROUTE_DROP | CW_FILTER_ROUTE_MODE | CW_FILTER_ROUTE_QUEUE;
	struct env e;

	(void)state;
	start(&e);
	assert_int_equal(get(&e, CW_FILTER_ID), CW_FILTER_MAGIC);
	assert_int_equal(get(&e, CW_FILTER_QUEUES), QUEUES);
	for (unsigned q = 0; q < QUEUES; q++)
		assert_int_equal(get(&e, CW_FILTER_ROUTE + 4 * q), 0);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t v = get(&e, fixed[i]);

		put(&e, fixed[i], ~v);
		assert_int_equal(get(&e, fixed[i]), v);
	}
	for (unsigned i = 0; i < 4; i++) {
		put(&e, some[i], 0xffffffff);
		assert_int_equal(get(&e, some[i]), i < 3 ? 0xffffffff : bits);
		put(&e, some[i], 0x40000000u + i);
		ask_write(&e, some[i], 0, 7);
		expect_b(&e, SLVERR);
		assert_int_equal(get(&e, some[i]), 0x40000000u + i);
		ask_write(&e, none[i], 0, 15);
		expect_b(&e, SLVERR);
		assert_int_equal(get_with(&e, none[i], SLVERR), 0);
	}
	end(&e);
}

static void reset_switches_everything_off(void **state)
{
	struct packet p;
	struct env e;

	(void)state;
	start(&e);
	put(&e, CW_FILTER_KEY, 5);
	for (unsigned q = 0; q < QUEUES; q++)
		route(&e, q, CW_FILTER_ROUTE_ON);
	stream_hold(e.s2h, true);
	p = random_packet(&e, 0, e.lanes);
	send(&e, &p);
	dut_cycles(e.d, 6);
	assert_int_equal(dut_get(e.d, "s2h_valid"), 1);
	dut_reset(e.d, 1);
	assert_int_equal(dut_get(e.d, "s2h_valid"), 0);
	dut_unhook(e.d);
	free_streams(&e);
	streams(&e);
	assert_int_equal(get(&e, CW_FILTER_KEY), 0);
	assert_int_equal(get(&e, CW_FILTER_PACKETS), 0);
	for (unsigned q = 0; q < QUEUES; q++)
		assert_int_equal(get(&e, CW_FILTER_ROUTE + 4 * q), 0);
	assert_int_equal(stream_depth(e.credit), 0);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_hold_what_is_written),
		cmocka_unit_test(each_mode_changes_every_byte),
		cmocka_unit_test(random_packets_under_stalls),
		cmocka_unit_test(a_packet_keeps_its_settings),
		cmocka_unit_test(a_beat_a_cycle),
		cmocka_unit_test(credit_follows_the_route),
		cmocka_unit_test(credit_comes_back_after_a_stream_reset),
		cmocka_unit_test(reset_switches_everything_off),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
