// SPDX-License-Identifier: BSD-2-Clause
/* Framing and headers: section 4.2 of the PCIe Base Specification 6.0 at 8 GT/s; addresses are beyond 4 GiB. */
#include "limit.h"

#include <string.h>

#include "../../driver/cw_regs.h"
#include "iface.h"

#define FRAMING 8u /* STP and LCRC */
#define HDR_REQ 16u
#define HDR_CPL 12u
#define FETCH_N (POINT_MRRS / CW_DESC_BYTES) /* descriptors of a read, whatever the batch */
#define DLLP_SHARE 0.02 /* of the link, for acknowledgements and credits */

#define RCB 64u /* a read must have room for completions that end at each multiple of it */

static uint64_t beats(const struct bench_point *p, uint64_t bytes)
{
	uint64_t w = p->width / 8;

	return bytes ? (bytes + w - 1) / w : 1; /* a header alone is a beat */
}

/* A packet with so many bytes of payload. */
static void packet(const struct bench_point *p, struct demand *d, enum stream s, uint64_t bytes)
{
	const struct iface *f = iface_of(p->shim);
	uint64_t dws, n;

	d->beats[s] += beats(p, bytes);
	if (f) {
		const struct iface_stream *x = s == S_RX_CPL ? &f->cpl : s == S_RX_REQ ? &f->req : &f->tx;

		dws = x->head + bytes / 4;
		n = (dws + x->granule - 1) / x->granule;
		d->granules[s] += n ? n : 1;
	}
}

/* Whole DWs from `from` to `to`. */
static uint64_t dw_span(uint64_t from, uint64_t to)
{
	return ((to + 3) & ~3ull) - (from & ~3ull);
}

static uint64_t next_multiple(uint64_t at, uint64_t unit, uint64_t end)
{
	uint64_t to = (at / unit + 1) * unit;

	return to < end ? to : end;
}

static void host_to_card_read(const struct bench_point *p, struct demand *d, uint64_t at, uint64_t end)
{
	uint64_t to, rest;

	for (; at < end; at = to) {
		to = next_multiple(at, POINT_MRRS, end);
		packet(p, d, S_TX_REQ, 0);
		d->up += FRAMING + HDR_REQ;
		d->cpl_hdr += (to - 1) / RCB - at / RCB + 1;
		d->cpl_data += (dw_span(at, to) + 15) / 16;
		for (uint64_t a = at; a < to; a = rest) {
			rest = next_multiple(a, p->split, to);
			packet(p, d, S_RX_CPL, dw_span(a, rest));
			d->down += FRAMING + HDR_CPL + dw_span(a, rest);
		}
	}
}

static void card_to_host_write(const struct bench_point *p, struct demand *d, uint64_t at, uint64_t end)
{
	uint64_t to;

	for (; at < end; at = to) {
		to = next_multiple(at, POINT_MPS, end);
		packet(p, d, S_TX_REQ, dw_span(at, to));
		d->up += FRAMING + HDR_REQ + dw_span(at, to);
	}
}

static void register_write(const struct bench_point *p, struct demand *d)
{
	packet(p, d, S_RX_REQ, 4);
	d->down += FRAMING + HDR_REQ + 4;
}

static unsigned turn(const struct bench_point *p)
{
	return p->batch > FETCH_N ? p->batch : FETCH_N;
}

/* What so many descriptors cost beside their data. */
static void overhead(const struct bench_point *p, struct demand *d)
{
	unsigned n = turn(p);

	host_to_card_read(p, d, 0, (uint64_t)n * CW_DESC_BYTES);
	card_to_host_write(p, d, 0, (uint64_t)n * CW_RECORD_BYTES);
	for (unsigned i = 0; i < n; i += p->batch) {
		card_to_host_write(p, d, 0, 4); /* MSI-X */
		register_write(p, d); /* producer index */
		register_write(p, d); /* consumer index */
	}
}

void limit_demand(const struct bench_point *p, enum point_dir dir, struct demand *d)
{
	unsigned n = turn(p);

	memset(d, 0, sizeof(*d));
	for (unsigned i = 0; i < n; i++) {
		uint64_t at = point_start(p) + i * point_stride(p);

		if (dir == DIR_H2C)
			host_to_card_read(p, d, at, at + p->size);
		else
			card_to_host_write(p, d, at, at + p->size);
	}
	overhead(p, d);
	d->payload = (uint64_t)n * p->size;
	d->packet_beats = n * beats(p, p->size);
}

double limit_link(const struct bench_point *p)
{
	/* 8 GT/s, 128b/130b; bytes a period of the card's clock */
	return p->lanes * 8e9 * 128 / 130 / 8 * (1 - DLLP_SHARE) * POINT_PERIOD_PS * 1e-12;
}

static double more(double a, double b)
{
	return a > b ? a : b;
}

/* So often one demand, and so often another. */
struct mix {
	const struct demand *h, *c;
	double h_n, c_n;
};
#define MIX(m, member) ((m)->h_n * (double)(m)->h->member + (m)->c_n * (double)(m)->c->member)

/* Of the vendor's interface: its streams, and room for completions, which is taken for the time of a read at least. */
static double shim_cycles(const struct bench_point *p, const struct mix *m)
{
	const struct iface *f = iface_of(p->shim);
	double cpl, req, room;

	if (!f)
		return 0;
	cpl = MIX(m, granules[S_RX_CPL]) / f->cpl.a_beat;
	req = MIX(m, granules[S_RX_REQ]) / f->req.a_beat;
	room = more(MIX(m, cpl_hdr) / f->cpl_hdr, MIX(m, cpl_data) / f->cpl_data) * p->latency;
	return more(more(MIX(m, granules[S_TX_REQ]) / f->tx.a_beat, f->shared ? cpl + req : more(cpl, req)), room);
}

static double cycles_of(const struct bench_point *p, const struct mix *m)
{
	double cycles = shim_cycles(p, m), link = limit_link(p);

	for (unsigned s = 0; s < STREAM_N; s++)
		cycles = more(cycles, MIX(m, beats[s]));
	/* The ports of the user's logic, one each way: a packet begins with a beat of its own. */
	if (p->stream)
		cycles = more(cycles, more(m->h_n * (double)m->h->packet_beats, m->c_n * (double)m->c->packet_beats));
	if (link > 0)
		cycles = more(cycles, more(MIX(m, up), MIX(m, down)) / link);
	return cycles;
}

double limit_cycles(const struct bench_point *p, double h2c_bytes, double c2h_bytes)
{
	struct demand h, c;

	limit_demand(p, DIR_H2C, &h);
	limit_demand(p, DIR_C2H, &c);
	return cycles_of(p, &(struct mix){ &h, &c, h2c_bytes / (double)h.payload, c2h_bytes / (double)c.payload });
}

double limit_requests(const struct bench_point *p, double h2c_bytes, double c2h_bytes, bool link)
{
	struct demand h, c;

	limit_demand(p, DIR_H2C, &h);
	limit_demand(p, DIR_C2H, &c);
	h2c_bytes /= (double)h.payload;
	c2h_bytes /= (double)c.payload;
	if (link)
		return (h2c_bytes * (double)h.up + c2h_bytes * (double)c.up) / limit_link(p);
	return h2c_bytes * (double)h.beats[S_TX_REQ] + c2h_bytes * (double)c.beats[S_TX_REQ];
}

bool limit_is_link(const struct bench_point *p, double h2c_bytes, double c2h_bytes)
{
	return p->lanes && limit_requests(p, h2c_bytes, c2h_bytes, true) > limit_requests(p, h2c_bytes, c2h_bytes, false);
}

double limit_tlp_bytes(bool sop, unsigned dws)
{
	return (sop ? FRAMING + HDR_REQ : 0) + 4.0 * dws;
}

double limit_edge(const struct bench_point *p)
{
	struct demand d = { 0 };

	overhead(p, &d);
	return (p->stream ? p->queues : 1) * cycles_of(p, &(struct mix){ &d, &d, 1, 0 });
}

double limit_of(const struct bench_point *p)
{
	return 1 / limit_cycles(p, p->dir != DIR_C2H, p->dir != DIR_H2C);
}
