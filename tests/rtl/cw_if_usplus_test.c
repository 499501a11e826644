// SPDX-License-Identifier: BSD-2-Clause
/*
 * The UltraScale+ shim between PG213's packets (usplus_env.h) and TLP streams: every direction under stalls, straddle,
 * parity and discontinued packets, refusals, credits, sequence numbers.
 */
// tests: cw_usplus_in cw_usplus_out cw_usplus_rx cw_usplus_hold cw_usplus_tx
#include "tests/rtl/usplus_env.h"

#define PACKET_N 400

/* A completer request: type 0 read, 1 write. */
static void cq_packet(struct bench *b, struct packet *p, unsigned type, unsigned tag)
{
	unsigned len = length(b);
	bool wide = dut_chance(&b->rng, 50);

	memset(p, 0, sizeof(*p));
	p->be = len == 1 ? 0x0f : 0xc3;
	p->hdr = 4;
	p->n = 4 + (type == 1 ? len : 0);
	fill(b, p->dw, p->n);
	p->dw[0] &= ~3u;
	p->lane = p->dw[0] >> 2 & 7;
	p->dw[1] = wide ? p->dw[1] | 1 : 0;
	p->dw[2] = len | type << 11 | 0x1234u << 16;
	p->dw[3] = tag | 2u << 16 | 20u << 19 | 3u << 25 | 5u << 28; /* BAR 2, TC 3, attributes 101 */
}

static void same_request(const struct packet *p, const struct tlp *t)
{
	bool wide = p->dw[1], data = p->n > 4;

	assert_int_equal(t->hdr[0], (uint32_t)data << 30 | (uint32_t)wide << 29 | 3u << 20 | 1u << 18 | 1u << 12 | (p->dw[2] & 0x3ff));
	assert_int_equal(t->hdr[1], 0x12340000u | (p->dw[3] & 0xff) << 8 | p->be);
	assert_int_equal(t->hdr[2], wide ? p->dw[1] : p->dw[0]);
	assert_int_equal(t->hdr[3], wide ? p->dw[0] : 0);
	assert_int_equal(t->bar, 2);
	assert_int_equal(t->n, p->n - 4);
	assert_memory_equal(t->dw, p->dw + 4, 4 * t->n);
}

static struct packet packets[PACKET_N];
static struct bench bench;

static void requests_come_in(void **state)
{
	struct bench *b = &bench;
	struct tlp t;
	unsigned bad = 0;

	(void)state;
	for (unsigned stall = 0; stall <= 40; stall += 40) {
		bench_open(b);
		stalls(b, stall);
		bad = 0;
		for (unsigned i = 0; i < PACKET_N; i++) {
			unsigned type = dut_chance(&b->rng, 60) ? 1 : 0;

			cq_packet(b, &packets[i], dut_chance(&b->rng, 5) ? 12 : type, i & 0xff); /* 12: a message */
			packets[i].abort = packets[i].n > 4 && dut_chance(&b->rng, 10);
			packets[i].flip = packets[i].n > 4 && !packets[i].abort && dut_chance(&b->rng, 10);
		}
		send(b, true, packets, PACKET_N);
		for (unsigned i = 0; i < PACKET_N; i++)
			bad += packets[i].abort || packets[i].flip;
		for (unsigned i = 0; i < PACKET_N; i++)
			if (!packets[i].abort && !packets[i].flip && (packets[i].dw[2] >> 11 & 15) < 2) {
				take_tlp(b, b->rx_req, true, &t);
				same_request(&packets[i], &t);
			}
		dut_cycles(b->d, 400);
		assert_int_equal(stream_depth(b->rx_req), 0);
		assert_int_equal(b->errors, bad);
		assert_int_equal(dut_get(b->d, "idle"), 1);
		bench_close(b);
	}
}

static void completions_come_in(void **state)
{
	struct bench *b = &bench;
	struct tlp t;

	(void)state;
	for (unsigned stall = 0; stall <= 40; stall += 40) {
		unsigned bad = 0, lost = 0;

		bench_open(b);
		stalls(b, stall);
		for (unsigned i = 0; i < PACKET_N; i++) {
			struct packet *p = &packets[i];
			bool data = dut_chance(&b->rng, 85);
			unsigned len = data ? length(b) : 0, code = data ? 0 : dut_chance(&b->rng, 30) ? 9 : 2;

			memset(p, 0, sizeof(*p));
			p->hdr = 3;
			p->n = 3 + len;
			fill(b, p->dw, p->n);
			/* Where the request's addr_offset and a piece's place in it put the payload is the IP's business; the answer
			 * to a read of no bytes has no valid one. */
			p->used = len == 1 && dut_chance(&b->rng, 20) ? 0 : 1 + (unsigned)dut_below(&b->rng, 15);
			p->lane = p->used ? (unsigned)dut_below(&b->rng, 8) : 0;
			/* bytes to come 0x345, error code, 12 address bits; status UR without data; tag i */
			p->dw[0] = 0xabc | code << 12 | 0x345u << 16;
			p->dw[1] = len | (data ? 0 : 1u << 11) | (uint32_t)(i % 5 == 0) << 14 | 0x4200u << 16;
			p->dw[2] = (i & 0xff) | 0x0010u << 8 | 3u << 25 | 5u << 28;
			p->abort = data && dut_chance(&b->rng, 10);
			p->flip = data && !p->abort && dut_chance(&b->rng, 10);
		}
		send(b, false, packets, PACKET_N);
		for (unsigned i = 0; i < PACKET_N; i++) {
			bad += packets[i].abort || packets[i].flip;
			lost += !packets[i].abort && (packets[i].dw[0] >> 12 & 15) == 9;
		}
		for (unsigned i = 0; i < PACKET_N; i++) {
			const struct packet *p = &packets[i];
			bool data = p->n > 3;

			if (p->abort || p->flip || (p->dw[0] >> 12 & 15) == 9)
				continue;
			take_tlp(b, b->rx_cpl, false, &t);
			assert_int_equal(t.hdr[0], (data ? 0x4au : 0x0au) << 24 | 3u << 20 | 1u << 18 | (uint32_t)(i % 5 == 0) << 14 |
						   1u << 12 | ((p->n - 3) & 0x3ff));
			assert_int_equal(t.hdr[1], 0x00100000u | (data ? 0 : 1u << 13) | 0x345);
			assert_int_equal(t.hdr[2], 0x42000000u | (i & 0xff) << 8 | (0xabc & 0x7f));
			assert_int_equal(t.n, p->n - 3);
			assert_memory_equal(t.dw, p->dw + 3, 4 * t.n);
		}
		dut_cycles(b->d, 400);
		assert_int_equal(stream_depth(b->rx_cpl), 0);
		assert_int_equal(b->errors, bad);
		assert_int_equal(b->lost, lost);
		bench_close(b);
	}
}

/* ---- out ---- */

static struct tlp tlps[PACKET_N];

static void requests_go_out(void **state)
{
	struct bench *b = &bench;

	(void)state;
	for (unsigned stall = 0; stall <= 40; stall += 40) {
		struct reader r = { 0 };
		struct packet p;
		unsigned seq, next = 0, wrote = 0;

		bench_open(b);
		r.s = b->rq;
		stalls(b, stall);
		for (unsigned i = 0; i < PACKET_N; i++) {
			struct tlp *t = &tlps[i];
			bool write = dut_chance(&b->rng, 60), wide = dut_chance(&b->rng, 50);
			unsigned len = length(b);

			fill(b, t->dw, 256);
			t->n = write ? len : 0;
			t->hdr[0] = (uint32_t)write << 30 | (uint32_t)wide << 29 | 2u << 20 | 1u << 18 | (uint32_t)(i % 7 == 0) << 14 |
				    2u << 12 | (len & 0x3ff);
			t->hdr[1] = 0x42000000u | (i & 0xff) << 8 | 0xc3;
			t->hdr[2] = wide ? 0x55667788 : 0x11223344;
			t->hdr[3] = wide ? 0x11223344 : 0;
			give_tlp(b, b->tx_req, t);
		}
		for (unsigned i = 0; i < PACKET_N; i++) {
			const struct tlp *t = &tlps[i];
			bool write = t->n, wide = t->hdr[3];

			read_packet(b, &r, true, &p, &seq);
			assert_int_equal(p.dw[0], 0x11223344);
			assert_int_equal(p.dw[1], wide ? 0x55667788 : 0);
			assert_int_equal(p.dw[2], (t->hdr[0] & 0x3ff) | (uint32_t)write << 11 | (uint32_t)(i % 7 == 0) << 15 | 0x4200u << 16);
			assert_int_equal(p.dw[3], (i & 0xff) | 2u << 25 | 6u << 28);
			assert_int_equal(p.be, 0xc3);
			assert_int_equal(p.n, 4 + t->n);
			assert_memory_equal(p.dw + 4, t->dw, 4 * t->n);
			assert_int_equal(seq, write ? 32 + (next++ & 31) : 0);
			wrote += write;
		}
		assert_int_equal(b->sent, 0);
		/* The numbers come back, two a cycle: those of writes count. */
		dut_set(b->d, "pcie_rq_seq_num_vld0", 1);
		dut_set(b->d, "pcie_rq_seq_num_vld1", 1);
		dut_cycles(b->d, 5);
		assert_int_equal(b->sent, 0);
		for (unsigned i = 0; i < wrote; i += 2) {
			dut_set(b->d, "pcie_rq_seq_num0", 32 + (i & 31));
			dut_set(b->d, "pcie_rq_seq_num_vld0", 1);
			dut_set(b->d, "pcie_rq_seq_num1", i + 1 < wrote ? 32 : 0);
			dut_set(b->d, "pcie_rq_seq_num_vld1", 1);
			dut_cycle(b->d);
		}
		dut_set(b->d, "pcie_rq_seq_num_vld0", 0);
		dut_set(b->d, "pcie_rq_seq_num_vld1", 0);
		dut_cycles(b->d, 4);
		assert_int_equal(b->sent, wrote);
		bench_close(b);
	}
}

/* Reads are answered, each in up to three pieces or with UR; credits come back with the last piece. */
static void completions_go_out(void **state)
{
	struct bench *b = &bench;
	struct reader r = { 0 };
	struct packet p;
	struct tlp t;
	unsigned seq, answered = 0;

	(void)state;
	bench_open(b);
	r.s = b->cc;
	dut_cycles(b->d, 40);
	assert_int_equal(b->credits, 32);
	stalls(b, 30);
	for (unsigned i = 0; i < PACKET_N; i++) {
		bool refuse = dut_chance(&b->rng, 20);
		unsigned left = 4 * (1 + (unsigned)dut_below(&b->rng, 200)), lower = 4 * (unsigned)dut_below(&b->rng, 32);

		cq_packet(b, &packets[0], 0, i & 0xff);
		send(b, true, packets, 1);
		take_tlp(b, b->rx_req, true, &t);
		same_request(&packets[0], &t);
		while (left) {
			unsigned now = refuse || left < 8 || dut_chance(&b->rng, 50) ? left : left / 8 * 4;

			fill(b, t.dw, 256);
			t.n = refuse ? 0 : now / 4;
			t.hdr[0] = (refuse ? 0x0au : 0x4au) << 24 | 3u << 20 | 1u << 18 | 1u << 12 | t.n;
			t.hdr[1] = 0x42000000u | (refuse ? 1u << 13 : 0) | left;
			t.hdr[2] = 0x12340000u | (i & 0xff) << 8 | lower;
			t.hdr[3] = 0;
			give_tlp(b, b->tx_cpl, &t);
			read_packet(b, &r, false, &p, &seq);
			assert_int_equal(p.dw[0], lower | left << 16);
			assert_int_equal(p.dw[1], t.n | (refuse ? 1u << 11 : 0) | 0x1234u << 16);
			assert_int_equal(p.dw[2], (i & 0xff) | 0x4200u << 8 | 3u << 25 | 5u << 28);
			if (refuse) {
				assert_int_equal(p.n, 8);
				assert_int_equal(p.dw[3], packets[0].be);
				assert_memory_equal(p.dw + 4, packets[0].dw, 16);
			} else {
				assert_int_equal(p.n, 3 + t.n);
				assert_memory_equal(p.dw + 3, t.dw, 4 * t.n);
			}
			left -= now;
			dut_cycles(b->d, 4);
			answered += !left;
			assert_int_equal(b->credits, 32 + answered);
		}
	}
	bench_close(b);
}

/* `writes` of `dw` DWs take no more beats than their descriptors and data need, wherever in a beat a packet may begin. */
static void at_full_rate(unsigned dw, unsigned writes, unsigned beats, bool in)
{
	struct bench *b = &bench;
	unsigned cycles = 0, in_beats = in ? writes * dw / 8 : 0, least = beats < writes ? writes : beats; /* a packet a cycle */

	bench_open(b);
	for (unsigned i = 0; i < writes; i++) {
		tlps[i].n = dw;
		tlps[i].hdr[0] = 0x60000000u | dw;
		give_tlp(b, b->tx_req, &tlps[i]);
		cq_packet(b, &packets[i], 1, i);
		fill(b, packets[i].dw + 4, dw);
		packets[i].n = 4 + dw;
		packets[i].dw[0] &= ~0x1cu; /* at DW 0 */
		packets[i].lane = 0;
	}
	if (in)
		send(b, true, packets, writes);
	while ((stream_depth(b->rq) < beats || stream_depth(b->rx_req) < in_beats) && cycles++ < 1000)
		dut_cycle(b->d);
	assert_int_equal(stream_depth(b->rq), beats);
	assert_in_range(cycles, least, least + 12);
	bench_close(b);
}

/*
 * 256 bits: descriptor and 64 DWs are nine beats, however they are aligned, either way. 512 bits: with a packet beginning
 * in the upper half of a beat two of 4 + 16 DWs are three beats, two of 4 + 64 DWs nine, two of 4 + 4 DWs one.
 */
static void full_rate(void **state)
{
	unsigned w;

	(void)state;
	bench_open(&bench);
	w = bench.w;
	bench_close(&bench);
	if (w == 8) {
		at_full_rate(64, 20, 20 * 9, true);
	} else {
		at_full_rate(16, 40, 40 * 3 / 2, false);
		at_full_rate(64, 20, 20 * 9 / 2, false);
		at_full_rate(4, 40, 40 / 2, false);
	}
}

static void reset_and_credit_pins(void **state)
{
	struct bench *b = &bench;

	(void)state;
	bench_open(b);
	dut_set(b->d, "pcie_tfc_nph_av", 9);
	dut_set(b->d, "flr_done", 1);
	dut_cycles(b->d, 2);
	assert_int_equal(dut_get(b->d, "fc_nph"), 9);
	assert_int_equal(dut_get(b->d, "cfg_flr_done"), 1);
	assert_int_equal(dut_get(b->d, "fn_tag10"), 0);
	assert_int_equal(dut_get(b->d, "endpoint_rst"), 0);
	/* The link goes down: the endpoint is reset. */
	dut_set(b->d, "user_lnk_up", 0);
	dut_cycles(b->d, 2);
	assert_int_equal(dut_get(b->d, "endpoint_rst"), 1);
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_come_in),	   cmocka_unit_test(completions_come_in),
		cmocka_unit_test(requests_go_out),	   cmocka_unit_test(completions_go_out),
		cmocka_unit_test(full_rate),		   cmocka_unit_test(reset_and_credit_pins),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
