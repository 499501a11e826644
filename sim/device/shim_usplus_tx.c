// SPDX-License-Identifier: BSD-2-Clause
/* UltraScale+ model, from the shim: packets with descriptors on RQ and CC become TLPs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim_usplus.h"

static const struct us_layout rq_256 = {
	.last_be = 4, .discontinue = 11, .parity = 28, .seq = 24, .seq_high = 60, .offset = 8, .offset_bits = 3, .packets = 1, .align = 8,
};
static const struct us_layout cc_256 = { .discontinue = 0, .parity = 1, .packets = 1, .align = 8 };
static const struct us_layout rq_512 = {
	.last_be = 8, .sop = 20, .sop_ptr = 22, .eop = 26, .eop_ptr = 28, .discontinue = 36, .parity = 73, .seq = 61, .offset = 16,
	.offset_bits = 4, .packets = 2, .align = 8,
};
static const struct us_layout cc_512 = {
	.sop = 0, .sop_ptr = 2, .eop = 6, .eop_ptr = 8, .discontinue = 16, .parity = 17, .packets = 2, .align = 8,
};

void us_tx_init(struct us *s)
{
	bool wide = s->param.data_dw == 16;

	s->rq.at = wide ? rq_512 : rq_256;
	s->cc.at = wide ? cc_512 : cc_256;
	s->rq.tail = &s->rq.head;
	s->cc.tail = &s->cc.head;
}

static void sink_clear(struct us_sink *x)
{
	while (x->head) {
		struct us_tlp *t = x->head;

		x->head = t->next;
		free(t);
	}
	x->tail = &x->head;
	x->n = x->offset = 0;
	free(x->open);
	x->open = NULL;
	x->gap_until = 0;
}

void us_tx_clear(struct us *s)
{
	sink_clear(&s->rq);
	sink_clear(&s->cc);
	s->posted = s->reported = 0;
	s->seq_in = s->seq_out = s->seq_due = 0;
	s->id_in = s->id_out = 0;
	memset(s->barrier, 0, sizeof(s->barrier));
}

static struct us_tlp *add(struct us_sink *x)
{
	struct us_tlp *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	t->next = NULL;
	t->queue = -1;
	t->number = 0;
	*x->tail = t;
	x->tail = &t->next;
	x->n++;
	return t;
}

/* ---- descriptors ---- */

/* Address-aligned: the payload is in the beats behind the descriptor's, from DW `lane` on; what is between is zero. */
static void take_gap(struct us *s, struct us_packet *p, unsigned head, unsigned lane, const char *rule)
{
	uint32_t from = s->param.data_dw + lane;

	if (!s->aligned || p->n == head)
		return;
	if (p->n <= from) {
		us_broken(s, rule, "the payload does not begin in the beat behind the descriptor's, at its DW");
		return;
	}
	for (uint32_t i = head; i < from; i++)
		if (p->dw[i])
			us_broken(s, rule, "there is something between the descriptor and the payload's first DW");
	memmove(p->dw + head, p->dw + from, 4 * (p->n - from));
	p->n -= from - head;
}

/* Requester request descriptor. Bus and device are the IP's, as bit 120 is 0. */
static int request(struct us *s, struct us_packet *p, uint16_t bus)
{
	uint32_t count = p->dw[2] & 0x7ff, type = p->dw[2] >> 11 & 0xf, tc = p->dw[3] >> 25 & 7, attr = p->dw[3] >> 28 & 7;
	uint32_t wide = p->dw[1] != 0, data = type == 1, tag = p->dw[3] & 0xff;
	uint16_t requester = (uint16_t)(bus << 8 | (p->dw[2] >> 16 & 0xff));
	struct us_id id = { -1, 0 };
	struct us_tlp *t;

	if (type > 1)
		us_broken(s, "rq-type", "the request type is neither memory read nor memory write");
	take_gap(s, p, 4, s->rq.lane, "rq-aligned");
	if (p->n != 4 + (data ? count : 0))
		us_broken(s, "rq-length", "the packet does not have the DWs that its descriptor says");
	if (p->dw[3] >> 24 & 1 || p->dw[3] >> 31)
		us_broken(s, "rq-id", "requester ID enable or forced ECRC is set");
	t = add(&s->rq);
	if (!t)
		return -ENOMEM;
	t->tlp.dw[0] = data << 30 | wide << 29 | tc << 20 | (attr >> 2) << 18 | (p->dw[2] >> 15 & 1) << 14 | (attr & 3) << 12 |
		       (p->dw[0] & 3) << 10 | (count & 0x3ff);
	t->tlp.dw[1] = (uint32_t)requester << 16 | tag << 8 | (uint32_t)p->last_be << 4 | p->first_be;
	t->tlp.dw[2] = wide ? p->dw[1] : p->dw[0] & ~3u;
	t->tlp.dw[3] = wide ? p->dw[0] & ~3u : 0;
	t->tlp.data_len = 4 * (p->n - 4);
	memcpy(t->tlp.data, p->dw + 4, t->tlp.data_len);
	if (s->id_out != s->id_in)
		id = s->ids[s->id_out++ % 64];
	t->queue = id.queue;
	t->number = id.number;
	if (data) {
		s->posted++;
		s->seqs[s->seq_in++ % 1024] = s->rq.seq;
	} else {
		/* first and last byte by the byte enables: first_be 0 is a zero-length read */
		struct us_split *w = &s->split[tag];
		struct cw_tlp_info i;

		cw_tlp_decode(&t->tlp, &i, NULL);
		if (w->open)
			us_broken(s, "rq-tag", "a tag is used again before its completions are there");
		w->total = w->left = cw_tlp_span(&i, &w->addr);
		if (!w->total)
			w->total = w->left = 1;
		w->requester = requester;
		w->tc = (uint8_t)tc;
		w->attr = (uint8_t)attr;
		w->lane = s->rq.lane;
		w->open = true;
	}
	return 0;
}

/* A completion that refuses has the request behind it: byte enables, then the descriptor. */
static void check_refusal(struct us *s, const struct us_packet *p, const struct us_packet *asked, unsigned status)
{
	if (p->n != 8) {
		us_broken(s, "cc-refusal", "a completion with UR or CA is 8 DWs: its descriptor, the byte enables, the request's");
		return;
	}
	if (asked && (p->dw[3] != (asked->first_be | (uint32_t)asked->last_be << 4) || memcmp(p->dw + 4, asked->dw, 16)))
		us_broken(s, "cc-refusal", "what stands behind a refusal is not the request that it refuses");
	s->errors |= status == CW_CPL_CA ? CW_O_ERR_CA : CW_O_ERR_UR;
}

static int completion(struct us *s, struct us_packet *p, uint16_t bus)
{
	uint32_t count = p->dw[1] & 0x7ff, status = p->dw[1] >> 11 & 7, tag = p->dw[2] & 0xff, attr = p->dw[2] >> 28 & 7;
	uint32_t requester = p->dw[1] >> 16, bytes = p->dw[0] >> 16 & 0x1fff, lower = p->dw[0] & 0x7f;
	const struct us_packet *asked = s->asked[tag];
	char detail[64];
	struct us_tlp *t;

	if (!asked || asked->dw[2] >> 16 != requester)
		us_broken(s, "cc-request", "a completion answers no request that was given");
	if ((int32_t)(s->reported - s->barrier[tag]) < 0) {
		snprintf(detail, sizeof(detail), "%u of %u sequence numbers are back", s->reported, s->barrier[tag]);
		us_broken(s, "cc-order", detail);
	}
	if (!status)
		take_gap(s, p, 3, lower >> 2 & 7, "cc-aligned");
	if (status)
		check_refusal(s, p, asked, status);
	else if (p->n != 3 + count)
		us_broken(s, "cc-length", "the packet does not have the DWs that its descriptor says");
	if (!bytes || bytes > 4096 || p->dw[2] >> 24 & 1 || p->dw[2] >> 31)
		us_broken(s, "cc-fields", "byte count, completer ID enable or forced ECRC");
	t = add(&s->cc);
	if (!t)
		return -ENOMEM;
	t->tlp.dw[0] = (count ? 0x4au : 0x0au) << 24 | (p->dw[0] >> 29 & 1) << 24 | (p->dw[2] >> 25 & 7) << 20 |
		       (attr >> 2) << 18 | (p->dw[1] >> 14 & 1) << 14 | (attr & 3) << 12 | (count & 0x3ff);
	t->tlp.dw[1] = (uint32_t)bus << 24 | (p->dw[2] >> 8 & 0xff) << 16 | status << 13 | (bytes & 0xfff);
	t->tlp.dw[2] = requester << 16 | tag << 8 | lower;
	t->tlp.dw[3] = 0;
	t->tlp.data_len = 4 * count;
	memcpy(t->tlp.data, p->dw + 3, t->tlp.data_len);
	return 0;
}

/* ---- beats ---- */

struct beat {
	const uint32_t *user, *data;
	uint32_t keep;
	bool last;
};

/* Where the packet that goes on, or begins at `at`, ends in this beat; -1: it does not. */
static int end_of(const struct us *s, const struct us_sink *x, const struct beat *b, unsigned k)
{
	if (x->at.eop_ptr)
		return us_bits(b->user, x->at.eop + k, 1) ? (int)us_bits(b->user, x->at.eop_ptr + 4 * k, 4) : -1;
	return b->last ? 31 - __builtin_clz(b->keep & (uint32_t)((1ull << s->param.data_dw) - 1)) : -1;
}

static int open_packet(struct us *s, struct us_sink *x, const struct beat *b, unsigned k, unsigned at)
{
	if (x->at.sop_ptr && (!us_bits(b->user, x->at.sop + k, 1) || us_bits(b->user, x->at.sop_ptr + 2 * k, 2) != at / 4))
		us_broken(s, "tx-sop", "no packet is open and is_sop says nothing, or is_sop_ptr another place");
	x->open = us_packet_new();
	if (!x->open)
		return -ENOMEM;
	if (x->at.last_be) {
		x->open->first_be = (uint8_t)us_bits(b->user, x->at.first_be + 4 * k, 4);
		x->open->last_be = (uint8_t)us_bits(b->user, x->at.last_be + 4 * k, 4);
	}
	x->lane = (uint8_t)us_bits(b->user, x->at.offset, x->at.offset_bits);
	if (x->lane && !s->aligned)
		us_broken(s, "rq-offset", "addr_offset is not 0 on a DW-aligned interface");
	x->seq = (uint8_t)(x->at.seq_high ? us_bits(b->user, x->at.seq, 4) | us_bits(b->user, x->at.seq_high, 2) << 4 :
			   x->at.seq	  ? us_bits(b->user, x->at.seq + 6 * k, 6) : 0);
	return 0;
}

static void check_beat(struct us *s, const struct us_sink *x, const struct beat *b)
{
	uint32_t all = (uint32_t)((1ull << s->param.data_dw) - 1);

	if (!(b->keep & 1) || b->keep & (b->keep + 1))
		us_broken(s, "tx-keep", "tkeep is not contiguous from DW 0");
	if (!b->last && b->keep != all)
		us_broken(s, "tx-keep", "a beat in the middle of a packet is not full");
	if (us_bits(b->user, x->at.discontinue, 1))
		us_broken(s, "tx-discontinue", "the endpoint has no reason to discontinue");
	for (unsigned i = 0; i < s->param.data_dw; i++)
		if (us_bits(b->user, x->at.parity + 4 * i, 4) != us_odd_parity(b->data[i]))
			us_broken(s, "tx-parity", "a byte has wrong parity");
}

static int beat(struct us *s, struct us_sink *x, const struct beat *b)
{
	uint16_t bus = (uint16_t)(s->pins.cfg & 0xff);
	unsigned at = 0, begun = 0, ended = 0;
	int ret = 0;

	check_beat(s, x, b);
	while (!ret && at < s->param.data_dw && b->keep >> at & 1) {
		int end;

		if (!x->open)
			ret = open_packet(s, x, b, begun++, at);
		if (ret)
			break;
		end = end_of(s, x, b, ended);
		for (; at < s->param.data_dw && (end < 0 || at <= (unsigned)end) && x->open->n < US_PACKET_DW; at++)
			x->open->dw[x->open->n++] = b->data[at];
		if (end < 0)
			break;
		ended++;
		ret = x == &s->rq ? request(s, x->open, bus) : completion(s, x->open, bus);
		free(x->open);
		x->open = NULL;
		at = (at + x->at.align - 1) / x->at.align * x->at.align;
		if (ended == x->at.packets || (x->at.sop_ptr && !us_bits(b->user, x->at.sop + begun, 1)))
			break;
	}
	s->moved = true;
	if (us_chance(s, s->param.throttle))
		x->gap_until = s->cycle + cw_rng_range(&s->rng, 1, 8);
	return ret;
}

int us_tx_take(struct us *s, const struct us_wires_out *out)
{
	struct beat rq = { out->rq_user, out->data, out->keep >> 16, out->flags & US_O_RQ_LAST };
	struct beat cc = { out->cc_user, out->data + s->param.data_dw, out->keep & 0xffff, out->flags & US_O_CC_LAST };
	int ret = 0;

	if (out->flags & US_O_RQ_VALID && s->pins.flags & US_I_RQ_READY)
		ret = beat(s, &s->rq, &rq);
	if (!ret && out->flags & US_O_CC_VALID && s->pins.flags & US_I_CC_READY)
		ret = beat(s, &s->cc, &cc);
	return ret;
}

/* ---- towards the hard-IP model ---- */

static uint32_t offer(const struct us *s, const struct us_sink *x, uint32_t *hdr, uint32_t *data, uint32_t *keep)
{
	uint32_t width = 4u * s->param.data_dw, n;
	const struct us_tlp *t = x->head;

	if (!t)
		return 0;
	n = t->tlp.data_len - x->offset;
	if (n > width)
		n = width;
	memcpy(hdr, t->tlp.dw, sizeof(t->tlp.dw));
	memcpy(data, t->tlp.data + x->offset, n);
	*keep = (uint32_t)((1ull << n / 4) - 1);
	return 1u | (x->offset == 0) << 1 | (x->offset + n >= t->tlp.data_len) << 2;
}

void us_tx_offer(const struct us *s, struct cw_wires_out *out)
{
	uint32_t rq = 0, cc = 0;

	out->flags |= offer(s, &s->rq, out->req_hdr, out->data, &rq) * CW_O_TX_REQ_VALID;
	out->flags |= offer(s, &s->cc, out->cpl_hdr, out->data + s->param.data_dw, &cc) * CW_O_TX_CPL_VALID;
	out->keep = rq | cc << 16;
	if (s->rq.head && s->rq.head->queue >= 0) {
		out->flags |= CW_O_TX_REQ_ID_VALID;
		out->queue = (uint32_t)s->rq.head->queue;
		out->num = s->rq.head->number;
	}
}

static void given(struct us *s, struct us_sink *x)
{
	struct us_tlp *t = x->head;

	s->moved = true;
	x->offset += 4u * s->param.data_dw;
	if (x->offset < t->tlp.data_len)
		return;
	x->offset = 0;
	x->head = t->next;
	if (!x->head)
		x->tail = &x->head;
	x->n--;
	free(t);
}

void us_tx_given(struct us *s, const struct cw_wires_out *out, uint32_t in_flags)
{
	if (out->flags & CW_O_TX_REQ_VALID && in_flags & CW_I_TX_REQ_READY)
		given(s, &s->rq);
	if (out->flags & CW_O_TX_CPL_VALID && in_flags & CW_I_TX_CPL_READY)
		given(s, &s->cc);
}
