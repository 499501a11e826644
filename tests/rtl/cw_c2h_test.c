// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_c2h_split cw_c2h_rd cw_c2h_pack
/* Card to host data: split, read, pack. Every alignment, errors, rate. */
#include "write_env.h"

enum { F_OP, F_QUEUE, F_NUM, F_HOST, F_CARD, F_LEN, F_ATTR };
static const char *const c2h_fields[] = {
	"c2h_op", "c2h_queue", "c2h_num", "c2h_host_addr", "c2h_card_addr", "c2h_len", "c2h_attr", NULL
};
static const char *const done_fields[] = { "done_op", "done_status", "done_bytes", NULL };

#define STATUS_AXI 5

struct bench {
	struct dut *d;
	struct host *h;
	struct card_mem m;
	struct stream *in, *done;
	struct dut_rng rng;
	uint64_t error_pulses;
};

static void count_errors(void *ctx)
{
	struct bench *b = ctx;

	b->error_pulses += dut_get(b->d, "axi_error");
}

static void bench_open(struct bench *b, unsigned mps_code, uint64_t salt)
{
	memset(b, 0, sizeof(*b));
	b->d = dut_new(dut_seed() + salt);
	dut_rng_init(&b->rng, dut_seed() * 31 + salt);
	b->h = host_new(b->d, mps_code);
	card_init(&b->m, b->d, dut_seed() + salt);
	b->in = stream_source(b->d, "c2h", c2h_fields);
	b->done = stream_sink(b->d, "done", done_fields);
	dut_hook(b->d, count_errors, NULL, b);
	dut_reset(b->d, 4);
}

static void bench_close(struct bench *b)
{
	dut_cycles(b->d, 20);
	assert_int_equal(dut_get(b->d, "busy"), 0);
	assert_int_equal(b->m.head, b->m.tail);
	assert_int_equal(b->error_pulses, b->m.bad_beats);
	stream_free(b->in);
	stream_free(b->done);
	host_free(b->h);
	dut_free(b->d);
}

static void put(struct bench *b, const struct move *v, unsigned n)
{
	struct stream_beat beat = { 0 };

	stream_put_u64(b->in, &beat, F_OP, n % 256);
	stream_put_u64(b->in, &beat, F_QUEUE, n % 2048);
	stream_put_u64(b->in, &beat, F_NUM, n);
	stream_put_u64(b->in, &beat, F_HOST, v->host);
	stream_put_u64(b->in, &beat, F_CARD, v->card);
	stream_put_u64(b->in, &beat, F_LEN, v->len);
	stream_put_u64(b->in, &beat, F_ATTR, v->attr);
	stream_push(b->in, &beat);
}

/* Runs until n dones came; each TLP and done is checked against its move. */
static void run(struct bench *b, const struct move *v, unsigned n)
{
	unsigned dones = 0, idle = 0;
	struct stream_beat beat;
	const struct req_tlp *t;

	while (dones < n) {
		dut_cycle(b->d);
		assert_true(idle++ < 20000);
		while ((t = host_tlp(b->h)) != NULL) {
			const struct move *w = &v[t->num];

			assert_int_equal(t->queue, t->num % 2048);
			assert_true(t->first >= w->host && t->first + t->len <= w->host + w->len);
			assert_int_equal(t->attr, w->attr);
			idle = 0;
		}
		while (stream_pop(b->done, &beat)) {
			unsigned good = move_good(b->h, &b->m, &v[dones]);

			assert_int_equal(stream_take_u64(b->done, &beat, 0), dones % 256);
			assert_int_equal(stream_take_u64(b->done, &beat, 1), good < v[dones].len ? STATUS_AXI : 0);
			assert_int_equal(stream_take_u64(b->done, &beat, 2), good);
			move_check(b->h, &v[dones], good);
			dones++;
		}
	}
}

/* Moves laid out one after the other in host memory, with guards between. */
static void lay_out(struct move *v, unsigned n, uint64_t base)
{
	uint64_t at = base + 64;

	for (unsigned i = 0; i < n; i++) {
		at = (at + 63) / 64 * 64 + v[i].host;
		v[i].host = at;
		at += v[i].len + 16;
		assert_true(at < base + HOST_BYTES);
	}
}

static void every_alignment(void **state)
{
	static const unsigned lens[] = { 1, 2, 3, 4, 5, 7, 8, 29, 31, 32, 33, 63, 64, 65, 95, 127, 128, 129 };
	struct move v[18 * 8];
	struct bench b;

	(void)state;
	for (unsigned card = 0; card < 33; card++) {
		unsigned n = 0;

		bench_open(&b, 0, card);
		stream_stall(b.h->tx, card % 3 * 30);
		b.m.r_stall = card % 2 * 40;
		for (unsigned i = 0; i < 18; i++)
			for (unsigned host = 0; host < 8; host++, n++)
				v[n] = (struct move){ host, 0x40000 + card + 4096 * n - lens[i] / 2, lens[i], n % 4 };
		lay_out(v, n, card & 1 ? HOST_LOW : HOST_HIGH);
		for (unsigned i = 0; i < n; i++)
			put(&b, &v[i], i);
		run(&b, v, n);
		bench_close(&b);
	}
}

static void random_moves(void **state)
{
	struct move v[120];
	struct bench b;

	(void)state;
	for (unsigned mps = 0; mps <= 5; mps++) {
		unsigned n = 120;

		bench_open(&b, mps, 100 + mps);
		for (unsigned i = 0; i < n; i++) {
			unsigned max = dut_chance(&b.rng, 20) ? 20000 : 600;

			v[i] = (struct move){ dut_below(&b.rng, 5000),
					      0x123456780ull + dut_below(&b.rng, 1 << 20),
					      1 + (unsigned)dut_below(&b.rng, max), i % 4 };
		}
		lay_out(v, n, mps & 1 ? HOST_LOW : HOST_HIGH);
		stream_stall(b.h->tx, 15 * mps);
		stream_stall(b.in, 20);
		stream_stall(b.done, 30);
		b.m.latency = 1 + 60 * (mps % 3);
		b.m.r_stall = 10 * (5 - mps);
		b.m.ar_stall = 40;
		for (unsigned i = 0; i < n; i++)
			put(&b, &v[i], i);
		run(&b, v, n);
		bench_close(&b);
	}
}

static void host_memory_meets_4_gib(void **state)
{
	struct bench b;
	struct stream_beat beat;
	const struct req_tlp *t;
	struct move v = { 0xffffff83ull, 0x7fe1, 300, 0 };
	unsigned wide = 0, narrow = 0, bytes = 0;

	(void)state;
	bench_open(&b, 1, 200);
	put(&b, &v, 0);
	while (!stream_pop(b.done, &beat)) {
		dut_cycle(b.d);
		while ((t = host_tlp(b.h)) != NULL) {
			for (unsigned i = 0; i < t->len; i++)
				assert_int_equal(t->data[t->first - t->addr + i],
						 card_byte(v.card + (t->first + i - v.host)));
			bytes += t->len;
			wide += t->wide;
			narrow += !t->wide;
		}
	}
	assert_int_equal(bytes, 300);
	assert_int_equal(narrow, 1);
	assert_int_equal(wide, 1);
	bench_close(&b);
}

static void full_4096_byte_payload(void **state)
{
	struct bench b;
	struct move v[2] = { { 4096 - 64, 0x1001f, 4096, 0 }, { 4096 - 64, 0x2000, 8192, 0 } };

	(void)state;
	v[0].host += HOST_HIGH + 64;
	v[1].host = HOST_HIGH + 65536;
	for (unsigned code = 5; code <= 7; code++) { /* 6 and 7 are reserved (7.5.3.4) and mean no more */
		bench_open(&b, 5, 201);
		dut_set(b.d, "fn_mps", code);
		put(&b, &v[0], 0);
		put(&b, &v[1], 1);
		run(&b, v, 2);
		assert_int_equal(b.h->tlps, 3); /* one of 1024 DW, two more of the second */
		bench_close(&b);
	}
}

/* The word at each place of the second of three descriptors answers with an error. */
static void axi_error_ends_its_descriptor_only(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned where = 0; where < 30; where++)
		for (unsigned off = 0; off < 3; off++) {
			struct move v[4] = { { 0, 0x10000, 300, 0 }, { off, 0x20000 + 13 * off, 900, 0 },
					     { 1, 0x30007, 200, 0 }, { 2, 0x50001, 20, 0 } };

			bench_open(&b, 0, 300 + 3 * where + off);
			lay_out(v, 4, HOST_HIGH);
			b.m.bad_lo = v[1].card + 32 * where;
			b.m.bad_hi = b.m.bad_lo + 1 + where % 3 * 200;
			stream_stall(b.h->tx, 20 * off);
			for (unsigned i = 0; i < 4; i++)
				put(&b, &v[i], i);
			run(&b, v, 4);
			bench_close(&b);
		}
}

/* Both bytes of a word that two TLPs share are lost with it. */
static void error_in_a_shared_word(void **state)
{
	struct bench b;
	struct move v[3] = { { HOST_HIGH + 128 * 9 - 1, 0x10010, 2, 0 },
			     { HOST_HIGH + 128 * 19 - 1, 0x20010, 2, 0 },
			     { HOST_HIGH + 128 * 29 - 40, 0x30009, 140, 0 } };

	(void)state;
	bench_open(&b, 0, 400);
	b.m.bad_lo = 0x20012;
	b.m.bad_hi = 0x20013;
	for (unsigned i = 0; i < 3; i++)
		put(&b, &v[i], i);
	run(&b, v, 3);
	bench_close(&b);
}

static unsigned rate(unsigned mps, unsigned len, unsigned n, unsigned host, unsigned card)
{
	struct move v[256];
	struct bench b;
	uint64_t start, beats;
	unsigned percent;

	bench_open(&b, mps, 500);
	for (unsigned i = 0; i < n; i++)
		v[i] = (struct move){ HOST_HIGH + 4096 + host + (uint64_t)(len + 64) / 64 * 64 * i,
				      0x10000 + card + (uint64_t)(len + 63) / 64 * 64 * i, len, 0 };
	for (unsigned i = 0; i < n; i++) {
		put(&b, &v[i], i);
		for (unsigned j = 1; j <= 8; j++) /* neighbours are not guards here */
			assert_non_null(host_at(b.h, v[i].host + len + j, true));
	}
	start = 0;
	while (stream_depth(b.done) < n) {
		dut_cycle(b.d);
		while (host_tlp(b.h))
			if (!start)
				start = b.h->t.cycle;
		assert_true(dut_now(b.d) < 200000);
	}
	beats = b.h->beats;
	percent = (unsigned)(100 * beats / (b.h->t.cycle - start + 1));
	print_message("mps %u, %u bytes, host +%u, card +%u: %u %% of the beats\n", 128u << mps, len, host,
		      card, percent);
	while (stream_depth(b.done)) {
		struct stream_beat beat;

		stream_pop(b.done, &beat);
	}
	bench_close(&b);
	return percent;
}

static void a_beat_a_cycle(void **state)
{
	(void)state;
	assert_true(rate(1, 65536, 10, 0, 0) >= 98);
	assert_true(rate(1, 65536, 10, 0, 5) >= 98);
	assert_true(rate(1, 65536, 10, 3, 30) >= 98);
	assert_true(rate(5, 65536, 10, 1, 0) >= 98);
	assert_true(rate(1, 4096, 100, 0, 17) >= 97);
	/* the first read latencies differ, which shows where each is of a beat */
	assert_true(rate(1, 64, 256, 0, 0) >= (WORD_BYTES < 64 ? 97 : 90));
	assert_true(rate(1, 8, 256, 0, 8) >= 90);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_alignment),
		cmocka_unit_test(random_moves),
		cmocka_unit_test(host_memory_meets_4_gib),
		cmocka_unit_test(full_4096_byte_payload),
		cmocka_unit_test(axi_error_ends_its_descriptor_only),
		cmocka_unit_test(error_in_a_shared_word),
		cmocka_unit_test(a_beat_a_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
