// SPDX-License-Identifier: BSD-2-Clause
/* The P-Tile shim between random TLPs of the IP's streams and the endpoint's. */
// tests: cw_if_ptile_rx cw_if_ptile_tx
#include <stdlib.h>

#include "dut.h"
#include "stream.h"
#include "sim/device/avst_ptile.h"

static const char *const req_fields[] = {
	"rx_req_sop", "rx_req_eop", "rx_req_hdr", "rx_req_data", "rx_req_keep", "rx_req_bar", NULL
};
static const char *const cpl_fields[] = {
	"rx_cpl_sop", "rx_cpl_eop", "rx_cpl_hdr", "rx_cpl_data", "rx_cpl_keep", NULL
};
static const char *const tx_req_fields[] = {
	"tx_req_sop", "tx_req_eop", "tx_req_hdr", "tx_req_data", "tx_req_keep", NULL
};
static const char *const tx_cpl_fields[] = {
	"tx_cpl_sop", "tx_cpl_eop", "tx_cpl_hdr", "tx_cpl_data", "tx_cpl_keep", NULL
};

#define TLP_N 600
#define RX_LATENCY 27
#define TX_LATENCY 3

struct bench {
	struct dut *d;
	unsigned segs, words;        /* of the IP, DWs of the endpoint */
	struct dut_rng rng;
	struct stream *rx_req, *rx_cpl, *tx_req, *tx_cpl;
	struct pt_tlp *want;         /* received ones, as the endpoint has to see them */
	unsigned put, max;
	struct pt_stream rx;
	unsigned rx_stall, tx_stall; /* percent */
	uint32_t rx_ready, tx_ready; /* bit n: n cycles ago */
	struct pt_tlp *got;          /* sent ones */
	unsigned got_n, sent, beats;
	bool inside;
	uint64_t last_beat;
	uint16_t limit[8];           /* tx_cdts_limit by index */
	uint16_t cfg[32];
	unsigned room[3];            /* rx_buffer_limit by index */
	unsigned err_step, err_info;
	uint32_t err_hdr[4];
};

static bool next_rx(void *ctx, struct pt_tlp *t)
{
	struct bench *b = ctx;

	if (b->put == b->max || dut_chance(&b->rng, b->rx_stall / 2))
		return false;
	*t = b->want[b->put++];
	return true;
}

/* What the IP sees at the edge. */
static void sample(void *ctx)
{
	struct bench *b = ctx;
	unsigned valid = (unsigned)dut_get(b->d, "tx_st_valid"), sop = (unsigned)dut_get(b->d, "tx_st_sop");
	unsigned eop = (unsigned)dut_get(b->d, "tx_st_eop");
	bool may = b->tx_ready >> TX_LATENCY & 1;

	b->sent += (unsigned)dut_get(b->d, "tx_sent_n");
	b->rx_ready = b->rx_ready << 1 | (uint32_t)dut_get(b->d, "rx_st_ready");
	b->room[dut_get(b->d, "rx_buffer_limit_tdm_idx")] = (unsigned)dut_get(b->d, "rx_buffer_limit");
	if (dut_get(b->d, "app_err_valid")) {
		b->err_info = (unsigned)dut_get(b->d, "app_err_info");
		b->err_step = 0;
	}
	if (b->err_step < 4)
		b->err_hdr[b->err_step++] = (uint32_t)dut_get(b->d, "app_err_hdr");
	/* valid only in ready cycles, and in each of them inside a TLP */
	assert_false(valid && !may);
	assert_false(b->inside && may && !valid);
	assert_false((sop | eop) & ~valid);
	assert_true(valid != 2);
	for (unsigned i = 0; i < b->segs; i++) {
		struct pt_seg s = { .valid = valid >> i & 1, .sop = sop >> i & 1, .eop = eop >> i & 1 };
		uint32_t hdr[8], data[16];
		const char *wrong;

		if (!s.valid)
			continue;
		dut_get_words(b->d, "tx_st_hdr", hdr, 4 * b->segs);
		dut_get_words(b->d, "tx_st_data", data, 8 * b->segs);
		memcpy(s.hdr, hdr + 4 * i, sizeof(s.hdr));
		memcpy(s.data, data + 8 * i, sizeof(s.data));
		wrong = pt_tx_seg(&b->got[b->got_n], &b->inside, &s);
		assert_null(wrong);
		assert_true(b->got_n < TLP_N);
		b->got_n += s.eop;
		b->last_beat = dut_now(b->d);
	}
	b->beats += valid != 0;
}

static void drive(void *ctx)
{
	struct bench *b = ctx;
	uint32_t hdr[8] = { 0 }, data[16] = { 0 };
	unsigned valid = 0, sop = 0, eop = 0, bar = 0, turn = (unsigned)(dut_now(b->d) % 32);
	struct pt_seg seg[2];
	/* The IP stops within its latency, not at once. */
	bool go = (b->rx_ready >> (dut_chance(&b->rng, 50) ? RX_LATENCY : 0) & 1) != 0;

	if (go && !dut_chance(&b->rng, b->rx_stall) && pt_rx_cycle(&b->rx, b->segs, seg))
		for (unsigned i = 0; i < b->segs; i++) {
			valid |= (unsigned)seg[i].valid << i;
			sop |= (unsigned)seg[i].sop << i;
			eop |= (unsigned)seg[i].eop << i;
			bar |= seg[i].bar << 3 * i;
			memcpy(hdr + 4 * i, seg[i].hdr, 16);
			memcpy(data + 8 * i, seg[i].data, 32);
		}
	dut_set(b->d, "rx_st_valid", valid);
	dut_set(b->d, "rx_st_sop", sop);
	dut_set(b->d, "rx_st_eop", eop);
	dut_set(b->d, "rx_st_bar_range", bar);
	dut_set_words(b->d, "rx_st_hdr", hdr, 4 * b->segs);
	dut_set_words(b->d, "rx_st_data", data, 8 * b->segs);
	b->tx_ready = b->tx_ready << 1 | !dut_chance(&b->rng, b->tx_stall);
	dut_set(b->d, "tx_st_ready", b->tx_ready & 1);
	dut_set(b->d, "tx_cdts_limit_tdm_idx", turn % 7);
	dut_set(b->d, "tx_cdts_limit", b->limit[turn % 7]);
	dut_set(b->d, "tl_cfg_add", turn);
	dut_set(b->d, "tl_cfg_ctl", b->cfg[turn]);
}

static struct bench *bench_open(unsigned salt)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->want = calloc(TLP_N, sizeof(*b->want));
	b->got = calloc(TLP_N + 1, sizeof(*b->got));
	assert_true(b->want && b->got);
	dut_rng_init(&b->rng, dut_seed() + salt);
	b->d = dut_new(dut_seed() + salt);
	b->segs = dut_width(b->d, "rx_st_valid");
	b->words = dut_width(b->d, "rx_req_data") / 32;
	b->rx = (struct pt_stream){ .next = next_rx, .ctx = b };
	b->err_step = 4;
	b->cfg[0] = 1u << 15 | 1u << 7 | 1u << 6 | 2u << 3 | 1; /* memory, bus master, ext tag, 512, 256 */
	b->cfg[1] = 1u << 13 | 3u << 8 | 2;
	dut_cycles(b->d, 4);
	dut_set(b->d, "pm_dstate", 1);
	dut_set(b->d, "reset_status_n", 1);
	dut_set(b->d, "link_up", 1);
	dut_hook(b->d, sample, drive, b);
	dut_cycles(b->d, 80);
	b->rx_req = stream_sink(b->d, "rx_req", req_fields);
	b->rx_cpl = stream_sink(b->d, "rx_cpl", cpl_fields);
	b->tx_req = stream_source(b->d, "tx_req", tx_req_fields);
	b->tx_cpl = stream_source(b->d, "tx_cpl", tx_cpl_fields);
	return b;
}

static void bench_close(struct bench *b)
{
	dut_free(b->d);
	stream_free(b->rx_req);
	stream_free(b->rx_cpl);
	stream_free(b->tx_req);
	stream_free(b->tx_cpl);
	free(b->want);
	free(b->got);
	free(b);
}

static void make(struct bench *b, struct pt_tlp *t, bool cpl, unsigned len_max)
{
	static const unsigned bars[] = { 0, 2, 4, 6 };
	bool data = dut_chance(&b->rng, 70), four = !cpl && dut_chance(&b->rng, 50);

	memset(t, 0, sizeof(*t));
	t->len = data ? 1 + (unsigned)dut_below(&b->rng, dut_chance(&b->rng, 50) ? 12 : len_max) : 0;
	t->bar = bars[dut_below(&b->rng, 4)];
	for (unsigned i = 1; i < 4; i++)
		t->hdr[i] = (uint32_t)dut_rand(&b->rng);
	if (!four)
		t->hdr[3] = 0;
	t->hdr[0] = (uint32_t)four << 29 | (uint32_t)data << 30 | (cpl ? 0x0a000000u : 0) |
		    (t->len ? t->len & 0x3ff : 1 + (unsigned)dut_below(&b->rng, 512));
	for (unsigned i = 0; i < t->len; i++)
		t->data[i] = (uint32_t)dut_rand(&b->rng);
}

static bool is_cpl(const struct pt_tlp *t)
{
	return (t->hdr[0] >> 25 & 0xf) == 5;
}

static void expect(struct bench *b, struct stream *s, const struct pt_tlp *t)
{
	unsigned at = 0;
	struct stream_beat beat;
	bool eop = false;

	for (unsigned n = 0; !eop; n++) {
		uint32_t hdr[4], data[16];
		unsigned here = t->len - at > b->words ? b->words : t->len - at;

		for (unsigned wait = 0; !stream_pop(s, &beat); wait++) {
			assert_true(wait < 4000);
			dut_cycle(b->d);
		}
		eop = stream_take_u64(s, &beat, 1);
		stream_take(s, &beat, 2, hdr, 16);
		stream_take(s, &beat, 3, data, 4 * b->words);
		assert_int_equal(stream_take_u64(s, &beat, 0), n == 0);
		assert_int_equal(stream_take_u64(s, &beat, 4), (1u << here) - 1);
		assert_memory_equal(hdr, t->hdr, 16);
		assert_memory_equal(data, t->data + at, 4 * here);
		if (!is_cpl(t))
			assert_int_equal(stream_take_u64(s, &beat, 5), t->bar == 6 ? 7 : t->bar);
		at += here;
		assert_int_equal(eop, at == t->len);
	}
}

static void receive(unsigned salt, unsigned in_stall, unsigned out_stall)
{
	struct bench *b = bench_open(salt);

	for (unsigned i = 0; i < TLP_N; i++)
		make(b, &b->want[i], dut_chance(&b->rng, 50), 256);
	b->rx_stall = in_stall;
	stream_stall(b->rx_req, out_stall);
	stream_stall(b->rx_cpl, out_stall);
	b->max = TLP_N;
	for (unsigned i = 0; i < TLP_N; i++)
		expect(b, is_cpl(&b->want[i]) ? b->rx_cpl : b->rx_req, &b->want[i]);
	dut_cycles(b->d, 40);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void received_segments_become_tlps(void **state)
{
	(void)state;
	receive(1, 0, 0);
	receive(2, 40, 0);
	receive(3, 0, 50);
	receive(4, 20, 20);
	receive(5, 0, 90);
}

/* Nine segments each: every other one begins in the upper segment. */
static void takes_what_the_ip_gives(void **state)
{
	struct bench *b = bench_open(6);
	unsigned beats = 100 * ((72 + b->words - 1) / b->words);
	uint64_t start = dut_now(b->d);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		b->want[i] = (struct pt_tlp){ .hdr = { 0x60000048, 0x01000fff, 1, i }, .len = 72 };
		for (unsigned k = 0; k < 72; k++)
			b->want[i].data[k] = i << 16 | k;
	}
	b->max = 100;
	for (unsigned i = 0; i < 100; i++)
		expect(b, b->rx_req, &b->want[i]);
	assert_in_range(dut_now(b->d) - start, beats, beats + 25);
	bench_close(b);
}

/* ---- transmit ---- */

static void push_tx(const struct bench *b, struct stream *s, const struct pt_tlp *t)
{
	for (unsigned at = 0, n = 0; n == 0 || at < t->len; n++, at += b->words) {
		unsigned here = t->len - at > b->words ? b->words : t->len - at;
		struct stream_beat beat = { 0 };

		stream_put_u64(s, &beat, 0, at == 0);
		stream_put_u64(s, &beat, 1, at + here == t->len);
		stream_put(s, &beat, 2, t->hdr, 16);
		stream_put(s, &beat, 3, t->data + at, 4 * here);
		stream_put_u64(s, &beat, 4, (1u << here) - 1);
		stream_push(s, &beat);
	}
}

static void wait_sent(struct bench *b, unsigned n)
{
	for (unsigned wait = 0; b->got_n < n; wait++) {
		assert_true(wait < 200000);
		dut_cycle(b->d);
	}
}

static void transmit(unsigned salt, unsigned in_stall, unsigned out_stall)
{
	struct bench *b = bench_open(salt);
	unsigned at[2] = { 0, 1 }, writes = 0;

	stream_stall(b->tx_req, in_stall);
	stream_stall(b->tx_cpl, in_stall);
	b->tx_stall = out_stall;
	for (unsigned i = 0; i < TLP_N; i++) {
		struct pt_tlp *t = &b->want[i];

		make(b, t, i & 1, 64);
		writes += !is_cpl(t) && t->len;
		push_tx(b, is_cpl(t) ? b->tx_cpl : b->tx_req, t);
	}
	wait_sent(b, TLP_N);
	for (unsigned i = 0; i < TLP_N; i++) {
		struct pt_tlp *g = &b->got[i], *w = &b->want[at[is_cpl(g)]];

		assert_memory_equal(g->hdr, w->hdr, 16);
		assert_int_equal(g->len, w->len);
		assert_memory_equal(g->data, w->data, 4 * w->len);
		at[is_cpl(g)] += 2;
	}
	dut_cycles(b->d, 20);
	assert_int_equal(b->sent, writes);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void sent_tlps_are_whole_and_counted(void **state)
{
	(void)state;
	transmit(11, 0, 0);
	transmit(12, 50, 0);
	transmit(13, 0, 50);
	transmit(14, 30, 30);
}

static void sends_what_the_endpoint_gives(void **state)
{
	struct bench *b = bench_open(20);
	struct pt_tlp t = { .hdr = { 0x60000040, 0x01000fff, 1, 0x1000 }, .len = 64 };
	uint64_t start = dut_now(b->d);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		push_tx(b, b->tx_req, &t);
	wait_sent(b, 100);
	/* as fast as they come in */
	assert_in_range(b->last_beat - start, 6400 / b->words, 6400 / b->words + 25);
	assert_int_equal(b->beats, 800 / b->segs);
	bench_close(b);
}

static void room_of_the_partner_is_counted(void **state)
{
	struct bench *b = bench_open(21);
	struct pt_tlp t = { .hdr = { 0x60000009, 0x01000fff, 1, 0x1000 }, .len = 9 };
	struct pt_tlp read = { .hdr = { 0x20000009, 0x01000fff, 1, 0x1000 } };

	(void)state;
	/* No limit was ever told: there is none. */
	assert_int_equal(dut_get(b->d, "tx_fc_ph"), 0xfff);
	assert_int_equal(dut_get(b->d, "tx_fc_pd"), 0xffff);
	b->limit[0] = 0xffe;
	b->limit[1] = 5;
	b->limit[4] = 10;
	dut_cycles(b->d, 40);
	push_tx(b, b->tx_req, &t);
	push_tx(b, b->tx_req, &read);
	push_tx(b, b->tx_req, &t);
	wait_sent(b, 3);
	assert_int_equal(dut_get(b->d, "tx_fc_nph"), 4);
	assert_int_equal(dut_get(b->d, "tx_fc_pd"), 4); /* three units each */
	b->limit[1] = 0x1001; /* twelve bits count */
	b->limit[4] = 11;
	dut_cycles(b->d, 40);
	assert_int_equal(dut_get(b->d, "tx_fc_nph"), 0);
	assert_int_equal(dut_get(b->d, "tx_fc_pd"), 5);
	bench_close(b);
}

static void answers_make_room_for_requests(void **state)
{
	struct bench *b = bench_open(22);
	struct pt_tlp cpl = { .hdr = { 0x4a000001, 0x01000004, 0x01000000, 0 }, .len = 1 };

	(void)state;
	assert_int_equal(b->room[1], 16);
	assert_int_equal(b->room[0], 1024);
	push_tx(b, b->tx_cpl, &cpl);
	cpl.hdr[1] = 0x01000008; /* four bytes more are to come */
	push_tx(b, b->tx_cpl, &cpl);
	wait_sent(b, 2);
	dut_cycles(b->d, 10);
	assert_int_equal(b->room[1], 17);
	bench_close(b);
}

/* ---- beside the streams ---- */

static void configuration_is_kept(void **state)
{
	struct bench *b = bench_open(30);

	(void)state;
	assert_int_equal(dut_get(b->d, "fn_bdf"), 0x0218);
	assert_int_equal(dut_get(b->d, "fn_mrrs"), 2);
	assert_int_equal(dut_get(b->d, "fn_mps"), 1);
	assert_int_equal(dut_get(b->d, "fn_bme") && dut_get(b->d, "fn_mem") && dut_get(b->d, "fn_ro"), 1);
	/* Of another function: not ours. */
	dut_set(b->d, "tl_cfg_func", 1);
	b->cfg[0] = 0;
	dut_cycles(b->d, 64);
	assert_int_equal(dut_get(b->d, "fn_bme"), 1);
	dut_set(b->d, "tl_cfg_func", 0);
	dut_cycles(b->d, 64);
	assert_int_equal(dut_get(b->d, "fn_bme"), 0);
	dut_set(b->d, "pm_dstate", 8);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "fn_power"), 3);
	bench_close(b);
}

static void msi(struct bench *b, unsigned vector)
{
	dut_set(b->d, "msi_vector", vector);
	dut_set(b->d, "msi_valid", 1);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "msi_ready"), 1);
	dut_cycle(b->d);
	dut_set(b->d, "msi_valid", 0);
}

static void msi_is_a_write_of_the_shim(void **state)
{
	struct bench *b = bench_open(31);

	(void)state;
	b->cfg[6] = 0x1000;
	b->cfg[7] = 0xfee0;
	b->cfg[13] = 0x4321;
	b->cfg[12] = 1 | 1u << 1 | 2u << 2; /* on, 64 bits, four vectors */
	dut_cycles(b->d, 64);
	msi(b, 7);
	wait_sent(b, 1);
	assert_int_equal(b->got[0].hdr[0], 0x40000001);
	assert_int_equal(b->got[0].hdr[1], 0x0218000f);
	assert_int_equal(b->got[0].hdr[2], 0xfee01000);
	assert_int_equal(b->got[0].data[0], 0x4323);
	assert_int_equal(b->sent, 0); /* not the endpoint's */
	/* Masked: it waits, and is told as pending. */
	b->cfg[10] = 1u << 2;
	dut_cycles(b->d, 64);
	msi(b, 2);
	dut_cycles(b->d, 100);
	assert_int_equal(b->got_n, 1);
	while (dut_get(b->d, "msi_pnd_addr"))
		dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "msi_pnd_byte"), 4);
	b->cfg[8] = 0x12; /* above 4 GiB */
	b->cfg[10] = 0;
	wait_sent(b, 2);
	assert_int_equal(b->got[1].hdr[0], 0x60000001);
	assert_int_equal(b->got[1].hdr[2], 0x12);
	assert_int_equal(b->got[1].hdr[3], 0xfee01000);
	assert_int_equal(b->got[1].data[0], 0x4322);
	/* Turned off: what waits is forgotten. */
	b->cfg[10] = 1;
	dut_cycles(b->d, 64);
	msi(b, 0);
	b->cfg[12] = 0;
	dut_cycles(b->d, 64);
	b->cfg[10] = 0;
	b->cfg[12] = 1;
	dut_cycles(b->d, 200);
	assert_int_equal(b->got_n, 2);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void errors_come_with_a_header(void **state)
{
	struct bench *b = bench_open(32);
	struct pt_tlp *t = &b->want[0];

	(void)state;
	*t = (struct pt_tlp){ .hdr = { 0x20000001, 0x0100550f, 0x7, 0x1000 } };
	b->max = 1;
	expect(b, b->rx_req, t);
	dut_set(b->d, "err_ur", 1);
	dut_cycle(b->d);
	dut_set(b->d, "err_ur", 0);
	dut_set(b->d, "err_cpl_timeout", 1);
	dut_cycle(b->d);
	dut_set(b->d, "err_cpl_timeout", 0);
	dut_cycles(b->d, 4);
	assert_int_equal(b->err_info, 1u << 5 | 1u << 10);
	dut_cycles(b->d, 2);
	assert_memory_equal(b->err_hdr, t->hdr, 16);
	dut_cycles(b->d, 10);
	assert_int_equal(b->err_info, 1u << 4);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void reset_of_the_function_is_asked_for_once(void **state)
{
	struct bench *b = bench_open(33);

	(void)state;
	dut_set(b->d, "flr_rcvd_pf", 1);
	dut_cycles(b->d, 5);
	assert_int_equal(dut_get(b->d, "fn_flr"), 1);
	dut_set(b->d, "flr_done", 1);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "flr_completed_pf"), 1);
	dut_cycle(b->d);
	dut_set(b->d, "flr_done", 0);
	dut_cycles(b->d, 5);
	assert_int_equal(dut_get(b->d, "fn_flr"), 0);
	dut_set(b->d, "flr_rcvd_pf", 0);
	dut_cycles(b->d, 2);
	dut_set(b->d, "flr_rcvd_pf", 1);
	dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "fn_flr"), 1);
	dut_set(b->d, "rx_par_err", 1);
	dut_cycle(b->d);
	dut_set(b->d, "rx_par_err", 0);
	dut_cycles(b->d, 5);
	assert_int_equal(dut_get(b->d, "broken"), 1);
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(received_segments_become_tlps),
		cmocka_unit_test(takes_what_the_ip_gives),
		cmocka_unit_test(sent_tlps_are_whole_and_counted),
		cmocka_unit_test(sends_what_the_endpoint_gives),
		cmocka_unit_test(room_of_the_partner_is_counted),
		cmocka_unit_test(answers_make_room_for_requests),
		cmocka_unit_test(configuration_is_kept),
		cmocka_unit_test(msi_is_a_write_of_the_shim),
		cmocka_unit_test(errors_come_with_a_header),
		cmocka_unit_test(reset_of_the_function_is_asked_for_once),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
