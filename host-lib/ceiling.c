// SPDX-License-Identifier: BSD-2-Clause
/* Sizes on the wire: PCIe Base 6.0, sections 2.2 and 4.2.3; addresses are beyond 4 GiB. */
#include "ceiling.h"

#include "driver/cw_regs.h"

#define FRAMING 8.0      /* token and LCRC of a TLP */
#define REQUEST (FRAMING + 16)
#define COMPLETION (FRAMING + 12)
#define MESSAGE 4.0      /* bytes of a doorbell or MSI-X write */
#define LINK_SHARE 0.98  /* the rest is data link packets: acknowledgements, credits */

/* What transfers need: bytes up and down the link, beats of the four streams between the card and its IP. */
struct need {
	double up, down;
	double requests_out, completions_in, requests_in;
};

static double pieces(double bytes, double most)
{
	double n = (double)(uint64_t)(bytes / most);

	return n * most < bytes ? n + 1 : n;
}

/* The data path takes a TLP in beats of its width; a header alone is one. */
static double beats(const struct ceiling *c, double bytes, double piece)
{
	double whole = (double)(uint64_t)(bytes / piece), rest = bytes - whole * piece;

	return whole * pieces(piece, c->data_bytes) + pieces(rest, c->data_bytes);
}

static void read_host(const struct ceiling *c, struct need *n, double times, double bytes)
{
	double requests = pieces(bytes, c->mrrs), split = c->mps < c->mrrs ? c->mps : c->mrrs;
	double completions = pieces(bytes, split);

	n->up += times * requests * REQUEST;
	n->requests_out += times * requests;
	n->down += times * (completions * COMPLETION + bytes);
	n->completions_in += times * beats(c, bytes, split);
}

static void write_host(const struct ceiling *c, struct need *n, double times, double bytes)
{
	n->up += times * (pieces(bytes, c->mps) * REQUEST + bytes);
	n->requests_out += times * beats(c, bytes, c->mps);
}

/* Of so many transfers one way. */
static void add_way(const struct ceiling *c, struct need *n, double transfers, int c2h)
{
	uint64_t whole_dws = (c->size + 3) / 4 * 4;
	double dws = (double)whole_dws, batches = transfers / c->depth;

	if (c2h)
		write_host(c, n, transfers, dws);
	else
		read_host(c, n, transfers, dws);
	read_host(c, n, 1, transfers * CW_DESC_BYTES);
	write_host(c, n, 1, transfers * CW_RECORD_BYTES);
	write_host(c, n, batches, MESSAGE);
	n->down += 2 * batches * (REQUEST + MESSAGE);
	n->requests_in += 2 * batches;
}

static double link_rate(const struct ceiling *c)
{
	static const double transfers[] = { 2.5e9, 5e9, 8e9, 16e9, 32e9 };
	double coded;

	if (c->gen < 1 || c->gen > sizeof(transfers) / sizeof(transfers[0]))
		return 0;
	coded = c->gen < 3 ? 8.0 / 10 : 128.0 / 130;
	return LINK_SHARE * c->lanes * transfers[c->gen - 1] * coded / 8;
}

static double more(double a, double b)
{
	return a > b ? a : b;
}

double ceiling_rate(const struct ceiling *c)
{
	/* Whole batches, and whole requests for their descriptors. */
	unsigned int descriptors = c->mrrs / CW_DESC_BYTES; /* of a request */
	double transfers = (double)c->depth * descriptors, seconds;
	struct need n = { 0 };

	if (c->lanes && link_rate(c) <= 0)
		return 0;
	if (c->h2c)
		add_way(c, &n, transfers, 0);
	if (c->c2h)
		add_way(c, &n, transfers, 1);
	seconds = more(n.requests_out, more(n.completions_in, n.requests_in)) / c->clock_hz;
	if (c->lanes)
		seconds = more(seconds, more(n.up, n.down) / link_rate(c));
	return transfers * (double)c->size / seconds;
}
