// SPDX-License-Identifier: BSD-2-Clause
/* The request stream: turns, gates, credits, counts. */
#include "write_env.h"

static const char *const rd_fields[] = { "rd_req_hdr", "rd_req_queue", "rd_req_num", "rd_req_fetch", NULL };
static const char *const data_fields[] = {
	"data_hdr", "data_data", "data_keep", "data_eop", "data_queue", "data_num", "data_strb", NULL
};
static const char *const rec_fields[] = {
	"rec_hdr", "rec_data", "rec_keep", "rec_eop", "rec_queue", "rec_num", NULL
};
static const char *const msix_fields[] = { "msix_req_addr", "msix_req_data", NULL };
static const char *const entry_fields[] = { "entry_addr", "entry_data", NULL };

#define REC_AT 0x500000000ull
#define REC_LOW 0x30000000ull
#define MSI_AT 0xfee00000ull
/* Every third data write, and every third write of records, is below 4 GiB. */
#define DATA_OF(n) ((n) % 3 ? HOST_HIGH + 256 * (uint64_t)(n) : HOST_LOW + 256 * (uint64_t)(n))
#define REC_OF(n) ((n) % 3 ? REC_AT + 256 * (uint64_t)(n) : REC_LOW + 256 * (uint64_t)(n))
/* Bytes of the first and the last DW that are sent. */
#define FIRST_BE(n) (0xfu << (n) % 4 & 0xf)
#define LAST_BE(n) (0xfu >> (n) / 4 % 4)
/* Records written together: one to five. */
#define RECS(n) (1 + (n) % 5)
/* Every other message goes above 4 GiB. */
#define MSI_OF(n) (MSI_AT + 4 * (uint64_t)(n) + ((n) & 1 ? 0x700000000ull : 0))
#define ENTRY_AT 0xfed00000ull
#define ENTRY_OF(n) (ENTRY_AT + 8 * (uint64_t)(n) + ((n) & 1 ? 0x300000000ull : 0))

enum src { RD, DATA, REC, MSIX, ENTRY, SRC_N };

struct bench {
	struct dut *d;
	struct host *h;
	struct stream *s[SRC_N];
	unsigned put[SRC_N], got[SRC_N], passed_over[SRC_N];
	uint64_t mwr;
	unsigned wrote;
	bool stalled; /* sources pause: not passed over, just not there */
};

static void watch(void *ctx)
{
	struct bench *b = ctx;

	b->mwr += dut_get(b->d, "stat_mwr");
}

static struct bench *bench_open(uint64_t salt)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = dut_new(dut_seed() + salt);
	dut_set(b->d, "fn_bme", 1);
	b->h = calloc(1, sizeof(*b->h));
	assert_non_null(b->h);
	b->h->d = b->d;
	b->h->mps = 256;
	b->h->bdf = 0x2a08;
	b->h->tx = stream_sink(b->d, "tx_req", tx_req_fields);
	dut_set(b->d, "fn_bdf", b->h->bdf);
	b->s[RD] = stream_source(b->d, "rd_req", rd_fields);
	b->s[DATA] = stream_source(b->d, "data", data_fields);
	b->s[REC] = stream_source(b->d, "rec", rec_fields);
	b->s[MSIX] = stream_source(b->d, "msix_req", msix_fields);
	b->s[ENTRY] = stream_source(b->d, "entry", entry_fields);
	dut_hook(b->d, watch, NULL, b);
	dut_reset(b->d, 4);
	return b;
}

static void bench_close(struct bench *b)
{
	for (unsigned i = 0; i < SRC_N; i++)
		stream_free(b->s[i]);
	host_free(b->h);
	dut_free(b->d);
	free(b);
}

static void header(struct stream_beat *s, const struct stream *st, bool write, uint64_t addr, unsigned dws,
		   unsigned be)
{
	bool wide = addr >> 32;
	uint32_t dw[4] = { (write ? 0x40000000u : 0) | (wide ? 0x20000000u : 0) | dws, (write ? 0 : 0x2a080000u) | be,
			   (uint32_t)(addr >> 32), (uint32_t)addr };

	stream_put(st, s, 0, dw, 16);
}

/* DWs of a data write; what is not sent is rubbish. */
static void put_data(struct bench *b, unsigned n, unsigned dws)
{
	const struct stream *st = b->s[DATA];
	struct stream_beat s = { 0 };

	/* n of one DW are multiples of 64, and send all of it */
	header(&s, st, true, DATA_OF(n), dws, dws > 1 ? LAST_BE(n) << 4 | FIRST_BE(n) : 15);
	stream_put_u64(st, &s, 4, 9);
	stream_put_u64(st, &s, 5, n);
	for (unsigned at = 0; at < dws; at += 8) {
		uint32_t w[8], strb = 0;

		for (unsigned k = 0; k < 8; k++) {
			w[k] = at + k < dws ? 0x01010101u * (n + at + k + 1) : 0xdeadbeef;
			if (at + k < dws)
				strb |= (at + k == 0 ? FIRST_BE(n) : at + k == dws - 1 ? LAST_BE(n) : 15u) << 4 * k;
		}
		stream_put(st, &s, 1, w, 32);
		stream_put_u64(st, &s, 2, dws - at >= 8 ? 0xff : (1u << (dws - at)) - 1);
		stream_put_u64(st, &s, 3, dws - at <= 8);
		stream_put_u64(st, &s, 6, strb);
		stream_push(b->s[DATA], &s);
	}
}

static void put(struct bench *b, enum src i)
{
	struct stream_beat s = { 0 };
	unsigned n = b->put[i]++, dws = 1 + n % 64;

	switch (i) {
	case RD:
		header(&s, b->s[i], false, HOST_HIGH + 64 * n, 16, 0xff);
		stream_put_u64(b->s[i], &s, 1, 7);
		stream_put_u64(b->s[i], &s, 2, n);
		stream_put_u64(b->s[i], &s, 3, n & 1);
		stream_push(b->s[i], &s);
		break;
	case DATA:
		put_data(b, n, dws);
		break;
	case REC:
		header(&s, b->s[i], true, REC_OF(n), 4 * RECS(n), 0xff);
		stream_put_u64(b->s[i], &s, 4, 11);
		stream_put_u64(b->s[i], &s, 5, n);
		for (unsigned at = 0; at < RECS(n); at += 2) {
			uint32_t w[8] = { n, at, 0, 0, at + 1 < RECS(n) ? n : 0xdeadbeef };

			stream_put(b->s[i], &s, 1, w, 32);
			stream_put_u64(b->s[i], &s, 2, at + 1 < RECS(n) ? 0xff : 0xf);
			stream_put_u64(b->s[i], &s, 3, at + 2 >= RECS(n));
			stream_push(b->s[i], &s);
		}
		break;
	case ENTRY:
		stream_put_u64(b->s[i], &s, 0, ENTRY_OF(n));
		stream_put_u64(b->s[i], &s, 1, 0x8000000000000000ull | n);
		stream_push(b->s[i], &s);
		break;
	default:
		stream_put_u64(b->s[i], &s, 0, MSI_OF(n));
		stream_put_u64(b->s[i], &s, 1, n);
		stream_push(b->s[i], &s);
	}
}

/*
 * Counts how often a waiting source was passed over; four others can go first, reads twice when one is of descriptors.
 */
static void turn_taken(struct bench *b, enum src i)
{
	for (unsigned k = 0; k < SRC_N; k++)
		b->passed_over[k] = k == i || b->got[k] == b->put[k] || b->stalled ? 0 : b->passed_over[k] + 1;
}

static void take(struct bench *b, unsigned cycles)
{
	const struct req_tlp *t;

	while (cycles--) {
		dut_cycle(b->d);
		while ((t = host_tlp(b->h)) != NULL) {
			enum src i = !t->write ? RD : t->addr - REC_AT < 0x10000000 || t->addr - REC_LOW < 0x10000000 ? REC :
				     (t->addr & 0xfff00000) == ENTRY_AT ? ENTRY :
				     (t->addr & 0xfff00000) != MSI_AT ? DATA : MSIX;
			unsigned n = b->got[i]++;

			b->wrote += t->write;
			assert_int_equal(t->id_valid, i != MSIX && i != ENTRY);
			assert_int_equal(t->num, i == MSIX || i == ENTRY ? 0 : n);
			assert_int_equal(t->queue, i == RD ? 7 : i == DATA ? 9 : i == REC ? 11 : 0);
			if (i == DATA) {
				assert_true(t->addr == DATA_OF(n));
				for (unsigned k = t->first - t->addr; k < t->first - t->addr + t->len; k++)
					assert_int_equal(t->data[k], (uint8_t)(n + k / 4 + 1));
			}
			if (i == REC) {
				assert_true(t->addr == REC_OF(n));
				assert_int_equal(t->dws, 4 * RECS(n));
			}
			if (i == MSIX) {
				assert_int_equal(t->data[0] | t->data[1] << 8, n);
				assert_true(t->addr == MSI_OF(n));
				assert_int_equal(t->wide, n & 1);
			}
			if (i == ENTRY) {
				uint32_t w[2];

				memcpy(w, t->data, 8);
				assert_int_equal(t->len, 8);
				assert_int_equal(t->attr, 0);
				assert_int_equal(w[0], n);
				assert_int_equal(w[1], 0x80000000u);
				assert_true(t->addr == ENTRY_OF(n));
				assert_int_equal(t->wide, n & 1);
			}
			turn_taken(b, i);
			for (unsigned k = 0; k < SRC_N; k++)
				assert_true(b->passed_over[k] <= SRC_N);
		}
	}
}

static bool drained(const struct bench *b)
{
	for (unsigned i = 0; i < SRC_N; i++)
		if (b->got[i] != b->put[i])
			return false;
	return true;
}

static void sources_take_turns(void **state)
{
	(void)state;
	for (unsigned stall = 0; stall < 90; stall += 25) {
		struct bench *b = bench_open(stall);

		stream_stall(b->h->tx, stall);
		for (unsigned n = 0; n < 100; n++)
			for (unsigned i = 0; i < SRC_N; i++)
				put(b, i);
		for (unsigned i = 0; i < 100 && !drained(b); i++)
			take(b, 100);
		assert_true(drained(b));
		assert_int_equal(b->mwr, 400);
		assert_int_equal(dut_get(b->d, "posted_n"), 400);
		assert_int_equal(dut_get(b->d, "busy"), 1); /* not reported sent */
		for (unsigned i = 0; i < 40; i++) {
			dut_set(b->d, "tx_sent_n", 10);
			dut_cycle(b->d);
			dut_set(b->d, "tx_sent_n", 0);
		}
		dut_settle(b->d);
		assert_int_equal(dut_get(b->d, "sent_n"), 400);
		assert_int_equal(dut_get(b->d, "busy"), 0);
		bench_close(b);
	}
}

/* Every other read is one of descriptors: data moves as much one way as the other. */
static void descriptor_reads_take_no_turn_of_data_reads(void **state)
{
	struct bench *b = bench_open(7);

	(void)state;
	for (unsigned n = 0; n < 100; n++) {
		put(b, RD);
		put(b, RD);
		put(b, DATA);
	}
	for (unsigned i = 0; i < 4000 && !drained(b); i++) {
		unsigned read = b->got[RD] / 2, written = b->got[DATA];

		take(b, 1);
		assert_true(read <= written + 1 && written <= read + 1);
	}
	assert_true(drained(b));
	bench_close(b);
}

static void any_of_the_sources_pause(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 16; round++) {
		struct bench *b = bench_open(100 + round);

		b->stalled = true;
		stream_stall(b->h->tx, round % 3 * 30);
		for (unsigned i = 0; i < SRC_N; i++) {
			stream_stall(b->s[i], round >> i & 1 ? 90 : 30);
			for (unsigned n = 0; n < 50; n++)
				put(b, i);
		}
		for (unsigned i = 0; i < 100 && !drained(b); i++)
			take(b, 100);
		assert_true(drained(b));
		bench_close(b);
	}
}

static void notices_never_run_ahead(void **state)
{
	struct bench *b = bench_open(1);

	(void)state;
	put(b, MSIX);
	take(b, 10);
	dut_set(b->d, "tx_sent_n", 4);
	dut_cycles(b->d, 5);
	dut_set(b->d, "tx_sent_n", 0);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "posted_n"), 1);
	assert_int_equal(dut_get(b->d, "sent_n"), 1);
	bench_close(b);
}

/* A class without header credits waits, the other goes on. */
static void credits_hold_their_class_only(void **state)
{
	struct bench *b = bench_open(2);

	(void)state;
	b->stalled = true;
	dut_set(b->d, "fc_valid", 1);
	dut_set(b->d, "fc_nph", 3);
	for (unsigned i = 0; i < SRC_N; i++)
		for (unsigned n = 0; n < 5; n++)
			put(b, i);
	take(b, 100);
	assert_int_equal(b->got[RD], 5);
	assert_int_equal(b->wrote, 0);
	assert_int_equal(dut_get(b->d, "stall_credit"), 1);
	dut_set(b->d, "fc_nph", 0);
	dut_set(b->d, "fc_ph", 1);
	for (unsigned n = 0; n < 5; n++)
		put(b, RD);
	take(b, 200);
	assert_int_equal(b->got[RD], 5);
	assert_int_equal(b->wrote, 20);
	dut_set(b->d, "fc_valid", 0);
	take(b, 20);
	assert_true(drained(b));
	assert_int_equal(dut_get(b->d, "stall_credit"), 0);
	bench_close(b);
}

/* Closed at any cycle: what is begun ends, at most one more that was on offer. */
static void closing_lets_no_new_tlp_start(void **state)
{
	static const char *const ports[] = { "fn_bme", "fn_power", "fn_flr" };

	(void)state;
	for (unsigned at = 0; at < 60; at++) {
		struct bench *b = bench_open(10 + at);
		uint64_t tlps;

		stream_stall(b->h->tx, at % 3 * 30);
		for (unsigned n = 0; n < 60; n++)
			for (unsigned i = 0; i < SRC_N; i++)
				put(b, i);
		take(b, 20 + at);
		dut_set(b->d, ports[at % 3], at % 3 != 0);
		tlps = b->h->tlps;
		take(b, 200);
		assert_true(b->h->tlps <= tlps + 1);
		assert_false(b->h->mid);
		assert_int_equal(dut_get(b->d, "tx_req_valid"), 0);
		dut_set(b->d, ports[at % 3], at % 3 == 0);
		for (unsigned i = 0; i < 50 && !drained(b); i++)
			take(b, 100);
		assert_true(drained(b));
		bench_close(b);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_take_turns),
		cmocka_unit_test(descriptor_reads_take_no_turn_of_data_reads),
		cmocka_unit_test(any_of_the_sources_pause),
		cmocka_unit_test(notices_never_run_ahead),
		cmocka_unit_test(credits_hold_their_class_only),
		cmocka_unit_test(closing_lets_no_new_tlp_start),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
