// SPDX-License-Identifier: BSD-2-Clause
/*
 * The UltraScale+ shim between packets that are put together and taken apart here, bit by bit
 * from the tables of PG213, and TLP streams: every direction under stalls, straddle, parity and
 * discontinued packets, refusals, credits, sequence numbers, interrupts, configuration reads.
 */
// tests: cw_usplus_in cw_usplus_out cw_usplus_rx cw_usplus_tx cw_usplus_cfg
#include <string.h>

#include "tests/rtl/dut.h"
#include "tests/rtl/stream.h"

#define PACKET_N 400
#define DW_MAX (4 + 256)

struct packet {
	uint32_t dw[DW_MAX];
	unsigned n, hdr;
	uint8_t be;          /* last, first */
	bool abort, flip;    /* discontinued; one parity bit wrong */
};

struct bench {
	struct dut *d;
	struct dut_rng rng;
	unsigned w;          /* DWs of a beat */
	struct stream *cq, *rc, *rq, *cc, *rx_req, *rx_cpl, *tx_req, *tx_cpl;
	unsigned credits, errors, lost, lost_tag, sent;
};

static const char *const cq_fields[] = { "m_axis_cq_tdata", "m_axis_cq_tuser", "m_axis_cq_tkeep", "m_axis_cq_tlast", NULL };
static const char *const rc_fields[] = { "m_axis_rc_tdata", "m_axis_rc_tuser", "m_axis_rc_tkeep", "m_axis_rc_tlast", NULL };
static const char *const rq_fields[] = { "s_axis_rq_tdata", "s_axis_rq_tuser", "s_axis_rq_tkeep", "s_axis_rq_tlast", NULL };
static const char *const cc_fields[] = { "s_axis_cc_tdata", "s_axis_cc_tuser", "s_axis_cc_tkeep", "s_axis_cc_tlast", NULL };
static const char *const rx_req_fields[] = { "rx_req_data", "rx_req_hdr", "rx_req_keep", "rx_req_sop", "rx_req_eop", "rx_req_bar", NULL };
static const char *const rx_cpl_fields[] = { "rx_cpl_data", "rx_cpl_hdr", "rx_cpl_keep", "rx_cpl_sop", "rx_cpl_eop", NULL };
static const char *const tx_req_fields[] = { "tx_req_data", "tx_req_hdr", "tx_req_keep", "tx_req_sop", "tx_req_eop", NULL };
static const char *const tx_cpl_fields[] = { "tx_cpl_data", "tx_cpl_hdr", "tx_cpl_keep", "tx_cpl_sop", "tx_cpl_eop", NULL };

static void watch(void *ctx)
{
	struct bench *b = ctx;

	b->credits += dut_get(b->d, "pcie_cq_np_req") == 1;
	b->errors += (unsigned)dut_get(b->d, "cfg_err_uncor_in");
	b->sent += (unsigned)dut_get(b->d, "tx_sent_n");
	if (dut_get(b->d, "cpl_lost_valid")) {
		b->lost++;
		b->lost_tag = (unsigned)dut_get(b->d, "cpl_lost_tag");
	}
}

static void bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->d = dut_new(dut_seed());
	dut_rng_init(&b->rng, dut_seed());
	b->w = dut_width(b->d, "m_axis_cq_tdata") / 32;
	dut_set(b->d, "user_lnk_up", 1);
	dut_set(b->d, "cfg_bus_number", 0x42);
	dut_reset(b->d, 4);
	b->cq = stream_source(b->d, "m_axis_cq_t", cq_fields);
	b->rc = stream_source(b->d, "m_axis_rc_t", rc_fields);
	b->rq = stream_sink(b->d, "s_axis_rq_t", rq_fields);
	b->cc = stream_sink(b->d, "s_axis_cc_t", cc_fields);
	b->rx_req = stream_sink(b->d, "rx_req", rx_req_fields);
	b->rx_cpl = stream_sink(b->d, "rx_cpl", rx_cpl_fields);
	b->tx_req = stream_source(b->d, "tx_req", tx_req_fields);
	b->tx_cpl = stream_source(b->d, "tx_cpl", tx_cpl_fields);
	dut_hook(b->d, watch, NULL, b);
	dut_cycles(b->d, 4);
}

static void bench_close(struct bench *b)
{
	struct stream *all[] = { b->cq, b->rc, b->rq, b->cc, b->rx_req, b->rx_cpl, b->tx_req, b->tx_cpl };

	dut_free(b->d);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stream_free(all[i]);
}

static void stalls(struct bench *b, unsigned percent)
{
	struct stream *all[] = { b->cq, b->rc, b->rq, b->cc, b->rx_req, b->rx_cpl, b->tx_req, b->tx_cpl };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stream_stall(all[i], percent);
}

static uint32_t get(const uint8_t *bytes, unsigned lsb, unsigned width)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < width; i++)
		v |= (uint32_t)(bytes[(lsb + i) / 8] >> (lsb + i) % 8 & 1) << i;
	return v;
}

static void put(uint8_t *bytes, unsigned lsb, unsigned width, uint32_t v)
{
	for (unsigned i = 0; i < width; i++)
		if (v >> i & 1)
			bytes[(lsb + i) / 8] |= (uint8_t)(1u << (lsb + i) % 8);
}

static bool odd(uint8_t byte)
{
	return !(__builtin_popcount(byte) & 1);
}

/* ---- packets towards the shim ---- */

static void mark_sop(const struct bench *b, bool cq, uint8_t *user, unsigned k, unsigned at, const struct packet *p)
{
	if (b->w == 8) {
		put(user, cq ? 40 : 32 + k, 1, 1);
		if (cq)
			put(user, 0, 8, p->be);
		return;
	}
	put(user, (cq ? 80 : 64) + k, 1, 1);
	put(user, (cq ? 82 : 68) + 2 * k, 2, at / 4);
	if (cq) {
		put(user, 4 * k, 4, p->be & 15);
		put(user, 8 + 4 * k, 4, p->be >> 4);
	}
}

static void mark_eop(const struct bench *b, bool cq, uint8_t *user, unsigned k, unsigned at)
{
	if (b->w == 8) {
		if (!cq)
			put(user, 34 + 4 * k, 4, 1 | at << 1);
		return;
	}
	put(user, (cq ? 86 : 76) + k, 1, 1);
	put(user, (cq ? 88 : 80) + 4 * k, 4, at);
}

/* All packets as beats. A packet begins in the beat in which another ended when the IP may do that and chance says so. */
static void send(struct bench *b, bool cq, const struct packet *p, unsigned n)
{
	unsigned align = cq ? 8 : 4, most = b->w == 8 ? (cq ? 1 : 2) : cq ? 2 : 4;
	unsigned parity_at = b->w == 8 ? (cq ? 53 : 43) : cq ? 119 : 97, abort_at = b->w == 8 ? (cq ? 41 : 42) : 96;
	struct stream *s = cq ? b->cq : b->rc;
	unsigned i = 0, done = 0;

	while (i < n) {
		struct stream_beat beat = { 0 };
		uint8_t data[64] = { 0 }, user[24] = { 0 };
		unsigned at = 0, begun = 0, ended = 0, used = 0;
		bool abort = false;

		while (i < n && at < b->w) {
			if (!done && (begun == most || abort || (at && dut_chance(&b->rng, 30))))
				break;
			if (!done)
				mark_sop(b, cq, user, begun++, at, &p[i]);
			for (; done < p[i].n && at < b->w; used = at)
				memcpy(data + 4 * at++, &p[i].dw[done++], 4);
			if (done < p[i].n)
				break;
			mark_eop(b, cq, user, ended++, at - 1);
			abort = p[i].abort;
			if (p[i].flip) /* of a byte of the last DW */
				user[(parity_at + 4 * (at - 1)) / 8] ^= (uint8_t)(1u << (parity_at + 4 * (at - 1)) % 8);
			done = 0;
			i++;
			at = (at + align - 1) / align * align;
		}
		if (abort)
			put(user, abort_at, 1, 1);
		for (unsigned k = 0; k < 4 * b->w; k++)
			if (odd(data[k]))
				user[(parity_at + k) / 8] ^= (uint8_t)(1u << (parity_at + k) % 8);
		stream_put(s, &beat, 0, data, 4 * b->w);
		stream_put(s, &beat, 1, user, (b->w == 8 ? (cq ? 88 : 80) : cq ? 184 : 168) / 8);
		stream_put_u64(s, &beat, 2, most > 1 ? (1ull << b->w) - 1 : (1ull << used) - 1);
		stream_put_u64(s, &beat, 3, most == 1 && ended);
		stream_push(s, &beat);
	}
}

/* ---- TLPs of the endpoint's side ---- */

struct tlp {
	uint32_t hdr[4], dw[256];
	unsigned n;
	unsigned bar;
};

static void take_tlp(struct bench *b, struct stream *s, bool req, struct tlp *t)
{
	struct stream_beat beat;
	bool eop = false;

	t->n = 0;
	for (bool first = true; !eop; first = false) {
		uint32_t data[16];
		unsigned n;

		for (unsigned i = 0; !stream_pop(s, &beat); i++) {
			assert_true(i < 5000);
			dut_cycle(b->d);
		}
		stream_take(s, &beat, 0, data, 4 * b->w);
		n = (unsigned)__builtin_popcountll(stream_take_u64(s, &beat, 2));
		assert_int_equal(stream_take_u64(s, &beat, 3), first);
		eop = stream_take_u64(s, &beat, 4);
		assert_true(eop || n == b->w);
		if (first)
			stream_take(s, &beat, 1, t->hdr, 16);
		if (first && req)
			t->bar = (unsigned)stream_take_u64(s, &beat, 5);
		assert_true(t->n + n <= 256);
		memcpy(t->dw + t->n, data, 4 * n);
		t->n += n;
	}
}

static void give_tlp(struct bench *b, struct stream *s, const struct tlp *t)
{
	for (unsigned at = 0; at == 0 || at < t->n; at += b->w) {
		struct stream_beat beat = { 0 };
		unsigned n = t->n - at < b->w ? t->n - at : b->w;

		stream_put(s, &beat, 0, t->dw + at, 4 * n);
		stream_put(s, &beat, 1, t->hdr, 16);
		stream_put_u64(s, &beat, 2, (1ull << n) - 1);
		stream_put_u64(s, &beat, 3, at == 0);
		stream_put_u64(s, &beat, 4, at + b->w >= t->n);
		stream_push(s, &beat);
	}
}

static unsigned length(struct bench *b)
{
	return dut_chance(&b->rng, 50) ? 1 + (unsigned)dut_below(&b->rng, 20) : 1 + (unsigned)dut_below(&b->rng, 256);
}

static void fill(struct bench *b, uint32_t *dw, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		dw[i] = (uint32_t)dut_rand(&b->rng);
}

/* A completer request: type 0 read, 1 write. */
static void cq_packet(struct bench *b, struct packet *p, unsigned type, unsigned tag)
{
	unsigned len = length(b);
	bool wide = dut_chance(&b->rng, 50);

	memset(p, 0, sizeof(*p));
	p->be = len == 1 ? 0x0f : 0xc3;
	p->n = 4 + (type == 1 ? len : 0);
	fill(b, p->dw, p->n);
	p->dw[0] &= ~3u;
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
			bad += packets[i].abort || packets[i].flip;
		}
		send(b, true, packets, PACKET_N);
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
			p->n = 3 + len;
			fill(b, p->dw, p->n);
			/* bytes to come 0x345, error code, 12 address bits; status UR without data; tag i */
			p->dw[0] = 0xabc | code << 12 | 0x345u << 16;
			p->dw[1] = len | (data ? 0 : 1u << 11) | (uint32_t)(i % 5 == 0) << 14 | 0x4200u << 16;
			p->dw[2] = (i & 0xff) | 0x0010u << 8 | 3u << 25 | 5u << 28;
			p->abort = data && dut_chance(&b->rng, 10);
			p->flip = data && !p->abort && dut_chance(&b->rng, 10);
			bad += p->abort || p->flip;
			lost += code == 9;
		}
		send(b, false, packets, PACKET_N);
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

/* ---- packets from the shim ---- */

/* Reads one packet; with straddle (512 bits) the second half of a beat may hold the next one's beginning. */
struct reader {
	struct stream *s;
	uint8_t data[64], user[24];
	unsigned at, keep, ends, begins; /* DWs of this beat that are read; packets that ended, began in it */
	bool have;
};

static void read_packet(struct bench *b, struct reader *r, bool rq, struct packet *p, unsigned *seq)
{
	unsigned eop_at = rq ? 26 : 6, ptr_at = rq ? 28 : 8, sop_at = rq ? 20 : 0;

	p->n = 0;
	for (;;) {
		int end = -1;

		if (!r->have) {
			struct stream_beat beat;

			for (unsigned i = 0; !stream_pop(r->s, &beat); i++) {
				assert_true(i < 5000);
				dut_cycle(b->d);
			}
			stream_take(r->s, &beat, 0, r->data, 4 * b->w);
			memset(r->user, 0, sizeof(r->user));
			stream_take(r->s, &beat, 1, r->user, b->w == 8 ? (rq ? 8 : 5) : rq ? 18 : 11);
			r->keep = (unsigned)__builtin_popcountll(stream_take_u64(r->s, &beat, 2));
			r->ends = r->begins = r->at = 0;
			r->have = true;
			for (unsigned k = 0; k < 4 * b->w; k++)
				assert_int_equal(get(r->user, (b->w == 8 ? (rq ? 28 : 1) : rq ? 73 : 17) + k, 1), odd(r->data[k]));
			if (b->w == 8 && stream_take_u64(r->s, &beat, 3))
				r->ends = 0x100 | (r->keep - 1);
		}
		if (b->w == 8)
			end = r->ends & 0x100 ? (int)(r->ends & 0xff) : -1;
		else if (get(r->user, eop_at + r->ends, 1))
			end = (int)get(r->user, ptr_at + 4 * r->ends, 4);
		if (p->n == 0) {
			unsigned k = r->begins++;

			if (b->w == 16) {
				assert_int_equal(get(r->user, sop_at + k, 1), 1);
				assert_int_equal(get(r->user, sop_at + 2 + 2 * k, 2), r->at / 4);
			}
			p->be = (uint8_t)(!rq ? 0 : b->w == 8 ? get(r->user, 0, 8) :
					  get(r->user, 4 * k, 4) | get(r->user, 8 + 4 * k, 4) << 4);
			*seq = !rq ? 0 : b->w == 8 ? get(r->user, 24, 4) | get(r->user, 60, 2) << 4 : get(r->user, 61 + 6 * k, 6);
		}
		while (r->at < (end < 0 ? b->w : (unsigned)end + 1))
			memcpy(&p->dw[p->n++], r->data + 4 * r->at++, 4);
		if (end < 0) {
			r->have = false;
			continue;
		}
		r->at = (r->at + 7) / 8 * 8;
		r->ends += b->w == 16;
		/* Does another begin behind it? */
		r->have = b->w == 16 && r->at < r->keep;
		return;
	}
}

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
		/* The numbers come back, two a cycle and one: those of writes count. */
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
		unsigned left = 4 * (1 + (unsigned)dut_below(&b->rng, 200));

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
			t.hdr[2] = 0x12340000u | (i & 0xff) << 8 | 0x54;
			t.hdr[3] = 0;
			give_tlp(b, b->tx_cpl, &t);
			read_packet(b, &r, false, &p, &seq);
			assert_int_equal(p.dw[0], 0x54 | left << 16);
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

static void interrupts_are_asked_for(void **state)
{
	struct bench *b = &bench;

	(void)state;
	bench_open(b);
	dut_set(b->d, "cfg_interrupt_msi_enable", 1);
	dut_set(b->d, "cfg_interrupt_msi_mmenable", 2); /* four vectors */
	dut_cycles(b->d, 2);
	dut_set(b->d, "msi_vector", 0x17);
	dut_set(b->d, "msi_valid", 1);
	dut_cycle(b->d);
	dut_set(b->d, "msi_valid", 0);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_msi_int"), 1u << 3);
	assert_int_equal(dut_get(b->d, "msi_ready"), 0);
	dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_msi_int"), 0);
	dut_set(b->d, "cfg_interrupt_msi_fail", 1);
	dut_cycle(b->d);
	dut_set(b->d, "cfg_interrupt_msi_fail", 0);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_msi_int"), 1u << 3); /* again */
	dut_cycle(b->d);
	dut_set(b->d, "cfg_interrupt_msi_sent", 1);
	dut_cycle(b->d);
	dut_set(b->d, "cfg_interrupt_msi_sent", 0);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "msi_ready"), 1);
	/* INTx: not while MSI is enabled; the pin stays until the message of its last move was sent. */
	dut_set(b->d, "intx_level", 1);
	dut_cycles(b->d, 3);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_int"), 0);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_pending"), 1);
	dut_set(b->d, "cfg_interrupt_msi_enable", 0);
	dut_cycles(b->d, 3);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_int"), 1);
	dut_set(b->d, "intx_level", 0);
	dut_cycles(b->d, 9);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_int"), 1);
	dut_set(b->d, "cfg_interrupt_sent", 1);
	dut_cycle(b->d);
	dut_set(b->d, "cfg_interrupt_sent", 0);
	dut_cycles(b->d, 2);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_int"), 0);
	bench_close(b);
}

static void function_state_is_passed_on(void **state)
{
	static const struct { const char *in; unsigned value; const char *out; unsigned want; } pins[] = {
		{ "cfg_max_payload", 2, "fn_mps", 2 }, { "cfg_max_read_req", 5, "fn_mrrs", 5 }, { "cfg_rcb_status", 1, "fn_rcb", 1 },
		{ "cfg_function_status", 2, "fn_mem", 1 }, { "cfg_function_status", 4, "fn_bme", 1 },
		{ "cfg_function_power_state", 4, "fn_power", 3 }, { "cfg_function_power_state", 1, "fn_power", 0 },
		{ "cfg_interrupt_msix_enable", 1, "fn_msix_en", 1 }, { "cfg_interrupt_msix_mask", 1, "fn_msix_mask", 1 },
		{ "cfg_interrupt_msi_enable", 1, "fn_msi_en", 1 }, { "pcie_tfc_nph_av", 9, "fc_nph", 9 },
		{ "cfg_bus_number", 0x99, "fn_bdf", 0x9900 },
	};
	struct bench *b = &bench;

	(void)state;
	bench_open(b);
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		dut_set(b->d, pins[i].in, pins[i].value);
		dut_cycles(b->d, 2);
		assert_int_equal(dut_get(b->d, pins[i].out), pins[i].want);
	}
	/* Device Control: extended tag 8, relaxed ordering 4, no snoop 11; one bit at a time */
	for (unsigned bit = 0; bit < 16; bit++) {
		dut_wait(b->d, "cfg_mgmt_read", 10);
		assert_int_equal(dut_get(b->d, "cfg_mgmt_addr"), 0x1e);
		dut_cycles(b->d, 3);
		assert_int_equal(dut_get(b->d, "cfg_mgmt_read"), 1);
		dut_set(b->d, "cfg_mgmt_read_data", 1u << bit);
		dut_set(b->d, "cfg_mgmt_read_write_done", 1);
		dut_cycle(b->d);
		dut_set(b->d, "cfg_mgmt_read_write_done", 0);
		dut_cycle(b->d);
		assert_int_equal(dut_get(b->d, "fn_ext_tag"), bit == 8);
		assert_int_equal(dut_get(b->d, "fn_ro"), bit == 4);
		assert_int_equal(dut_get(b->d, "fn_ns"), bit == 11);
	}
	/* A function-level reset: told until the IP takes it back, and not once more after the answer. */
	dut_set(b->d, "cfg_flr_in_process", 1);
	dut_cycles(b->d, 2);
	assert_int_equal(dut_get(b->d, "fn_flr"), 1);
	dut_set(b->d, "flr_done", 1);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "cfg_flr_done"), 1);
	dut_cycle(b->d);
	dut_set(b->d, "flr_done", 0);
	dut_cycles(b->d, 3);
	assert_int_equal(dut_get(b->d, "fn_flr"), 0);
	dut_set(b->d, "cfg_flr_in_process", 0);
	dut_cycles(b->d, 3);
	dut_set(b->d, "cfg_flr_in_process", 1);
	dut_cycles(b->d, 2);
	assert_int_equal(dut_get(b->d, "fn_flr"), 1);
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
		cmocka_unit_test(interrupts_are_asked_for), cmocka_unit_test(function_state_is_passed_on),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
