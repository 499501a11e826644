// SPDX-License-Identifier: BSD-2-Clause
/* Framing and headers: section 4.2 of the PCIe Base Specification 6.0 at 8 GT/s; addresses are beyond 4 GiB. */
#include "limit.h"

#include <string.h>

#include "../../driver/cw_regs.h"

#define FRAMING 8u /* STP and LCRC */
#define HDR_REQ 16u
#define HDR_CPL 12u
#define FETCH_N (POINT_MRRS / CW_DESC_BYTES) /* descriptors of a read, whatever the batch */
#define DLLP_SHARE 0.02 /* of the link, for acknowledgements and credits */

static uint64_t beats(const struct bench_point *p, uint64_t bytes)
{
	uint64_t w = p->width / 8;

	return bytes ? (bytes + w - 1) / w : 1; /* a header alone is a beat */
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
		d->beats[S_TX_REQ]++;
		d->up += FRAMING + HDR_REQ;
		for (uint64_t a = at; a < to; a = rest) {
			rest = next_multiple(a, p->split, to);
			d->beats[S_RX_CPL] += beats(p, dw_span(a, rest));
			d->down += FRAMING + HDR_CPL + dw_span(a, rest);
		}
	}
}

static void card_to_host_write(const struct bench_point *p, struct demand *d, uint64_t at, uint64_t end)
{
	uint64_t to;

	for (; at < end; at = to) {
		to = next_multiple(at, POINT_MPS, end);
		d->beats[S_TX_REQ] += beats(p, dw_span(at, to));
		d->up += FRAMING + HDR_REQ + dw_span(at, to);
	}
}

static void register_write(struct demand *d)
{
	d->beats[S_RX_REQ]++;
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
		register_write(d); /* producer index */
		register_write(d); /* consumer index */
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

double limit_cycles(const struct bench_point *p, double h2c_bytes, double c2h_bytes)
{
	struct demand h, c;
	double cycles = 0, link = limit_link(p);

	limit_demand(p, DIR_H2C, &h);
	limit_demand(p, DIR_C2H, &c);
	h2c_bytes /= (double)h.payload;
	c2h_bytes /= (double)c.payload;
	for (unsigned s = 0; s < STREAM_N; s++)
		cycles = more(cycles, h2c_bytes * (double)h.beats[s] + c2h_bytes * (double)c.beats[s]);
	/* The ports of the user's logic, one each way: a packet begins with a beat of its own. */
	if (p->stream)
		cycles = more(cycles, more(h2c_bytes * (double)h.packet_beats, c2h_bytes * (double)c.packet_beats));
	if (link > 0) {
		cycles = more(cycles, (h2c_bytes * (double)h.up + c2h_bytes * (double)c.up) / link);
		cycles = more(cycles, (h2c_bytes * (double)h.down + c2h_bytes * (double)c.down) / link);
	}
	return cycles;
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
	double cycles = 0, link = limit_link(p);

	overhead(p, &d);
	for (unsigned s = 0; s < STREAM_N; s++)
		cycles = more(cycles, (double)d.beats[s]);
	return link > 0 ? more(cycles, (double)(d.up > d.down ? d.up : d.down) / link) : cycles;
}

double limit_of(const struct bench_point *p)
{
	return 1 / limit_cycles(p, p->dir != DIR_C2H, p->dir != DIR_H2C);
}
