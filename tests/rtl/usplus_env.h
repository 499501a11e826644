/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What surrounds cw_if_usplus in its tests: TLP streams on the endpoint's side, and on the IP's packets that
 * are put together and taken apart here, bit by bit from the tables of PG213. Included by
 * one test file. ADDR_ALIGNED, defined before: the interfaces are address-aligned.
 */
#ifndef CW_USPLUS_ENV_H
#define CW_USPLUS_ENV_H

#include <string.h>

#include "tests/rtl/dut.h"
#include "tests/rtl/stream.h"

#ifndef ADDR_ALIGNED
#define ADDR_ALIGNED 0
#endif
#define DW_MAX (16 + 256)

struct packet {
	uint32_t dw[DW_MAX]; /* descriptor, payload */
	unsigned n, hdr;     /* DWs; of the descriptor */
	unsigned lane;       /* address-aligned: where the payload begins */
	uint8_t be;          /* last, first */
	uint8_t used;        /* RC: valid bytes of the payload's first DW */
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

/* Address-aligned packets have zeros between descriptor and payload. */
static unsigned gap(const struct bench *b, const struct packet *p)
{
	return ADDR_ALIGNED && p->n > p->hdr ? b->w + p->lane - p->hdr : 0;
}

/* The next DW of a packet, into the beat. */
static void put_dw(const struct bench *b, bool cq, const struct packet *p, unsigned i, unsigned at, uint8_t *data, uint8_t *user)
{
	unsigned from = p->hdr + gap(b, p);

	if (i >= p->hdr && i < from)
		return;
	memcpy(data + 4 * at, &p->dw[i < p->hdr ? i : i - gap(b, p)], 4);
	if (!cq && i >= from)
		put(user, 4 * at, 4, i == from ? p->used : 15); /* byte_en */
}

/* All packets as beats. A packet begins in the beat in which another ended when the IP may do that and chance says so.
 * Discontinued is whatever ends in that beat. */
static void send(struct bench *b, bool cq, struct packet *p, unsigned n)
{
	unsigned align = cq || ADDR_ALIGNED ? 8 : 4, most = b->w == 8 ? (cq || ADDR_ALIGNED ? 1 : 2) : cq ? 2 : 4;
	unsigned parity_at = b->w == 8 ? (cq ? 53 : 43) : cq ? 119 : 97, abort_at = b->w == 8 ? (cq ? 41 : 42) : 96;
	struct stream *s = cq ? b->cq : b->rc;
	unsigned i = 0, done = 0, flip_at = 0;

	while (i < n) {
		struct stream_beat beat = { 0 };
		uint8_t data[64] = { 0 }, user[24] = { 0 };
		unsigned at = 0, begun = 0, ended = 0, used = 0, first = i;
		bool abort = false;

		while (i < n && at < b->w) {
			if (!done && (begun == most || abort || (at && dut_chance(&b->rng, 30))))
				break;
			if (!done) {
				mark_sop(b, cq, user, begun++, at, &p[i]);
				flip_at = (unsigned)dut_below(&b->rng, p[i].n + gap(b, &p[i]));
			}
			for (; done < p[i].n + gap(b, &p[i]) && at < b->w; used = ++at) {
				if (p[i].flip && done == flip_at) /* of a byte of this DW */
					user[(parity_at + 4 * at) / 8] ^= (uint8_t)(1u << (parity_at + 4 * at) % 8);
				put_dw(b, cq, &p[i], done++, at, data, user);
			}
			if (done < p[i].n + gap(b, &p[i]))
				break;
			mark_eop(b, cq, user, ended++, at - 1);
			abort = p[i].abort;
			done = 0;
			i++;
			at = (at + align - 1) / align * align;
		}
		if (abort)
			put(user, abort_at, 1, 1);
		for (; abort && first < i; first++)
			p[first].abort = true;
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

/* ---- packets from the shim ---- */

/* Reads one packet; with straddle (512 bits) the second half of a beat may hold the next one's beginning. */
struct reader {
	struct stream *s;
	uint8_t data[64], user[24];
	unsigned at, keep, ends, begins; /* DWs of this beat that are read; packets that ended, began in it */
	bool have;
};

/* What an address-aligned packet has between descriptor and payload is taken out. */
static void close_gap(const struct bench *b, const struct reader *r, bool rq, struct packet *p)
{
	bool refusal = !rq && p->dw[1] >> 11 & 7;
	unsigned n = refusal || p->n == p->hdr ? 0 : b->w + p->lane - p->hdr;

	if (rq)
		assert_int_equal(get(r->user, 8, 3), 0); /* addr_offset */
	assert_true(p->n >= p->hdr + n);
	for (unsigned i = p->hdr; i < p->hdr + n; i++)
		assert_int_equal(p->dw[i], 0);
	memmove(p->dw + p->hdr, p->dw + p->hdr + n, 4 * (p->n - p->hdr - n));
	p->n -= n;
}

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
			assert_true(b->w == 16 || r->ends || r->keep == b->w);
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
		p->hdr = rq ? 4 : 3;
		p->lane = rq ? 0 : p->dw[0] >> 2 & 7;
		if (ADDR_ALIGNED)
			close_gap(b, r, rq, p);
		return;
	}
}

#endif
