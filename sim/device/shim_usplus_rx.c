// SPDX-License-Identifier: BSD-2-Clause
/* UltraScale+ model, towards the shim: TLPs become packets with descriptors on CQ and RC. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shim_usplus.h"

enum error_code { EC_NONE, EC_POISONED, EC_STATUS, EC_COUNT, EC_MISMATCH, EC_ADDRESS, EC_TAG, EC_TIMEOUT = 9 };

static const struct us_layout cq_256 = { .last_be = 4, .sop = 40, .discontinue = 41, .parity = 53, .packets = 1, .align = 8 };
static const struct us_layout rc_256 = { .sop = 32, .eop = 34, .discontinue = 42, .parity = 43, .packets = 2, .align = 4 };
static const struct us_layout cq_512 = {
	.last_be = 8, .sop = 80, .sop_ptr = 82, .eop = 86, .eop_ptr = 88, .discontinue = 96, .parity = 119, .packets = 2, .align = 8,
};
static const struct us_layout rc_aligned = { .sop = 32, .eop = 34, .discontinue = 42, .parity = 43, .packets = 1, .align = 8 };
static const struct us_layout rc_512 = {
	.sop = 64, .sop_ptr = 68, .eop = 76, .eop_ptr = 80, .discontinue = 96, .parity = 97, .packets = 4, .align = 4,
};

static void list_clear(struct us_list *l)
{
	while (l->head) {
		struct us_packet *p = l->head;

		l->head = p->next;
		free(p);
	}
	l->tail = &l->head;
	l->n = 0;
}

static void list_add(struct us_list *l, struct us_packet *p)
{
	p->next = NULL;
	*l->tail = p;
	l->tail = &p->next;
	l->n++;
}

static struct us_packet *list_take(struct us_list *l, struct us_packet **at)
{
	struct us_packet *p = *at;

	*at = p->next;
	if (l->tail == &p->next)
		l->tail = at;
	l->n--;
	return p;
}

void us_rx_init(struct us *s)
{
	bool wide = s->param.data_dw == 16;

	s->cq.at = wide ? cq_512 : cq_256;
	s->rc.at = wide ? rc_512 : s->aligned ? rc_aligned : rc_256;
	s->cq.list.tail = &s->cq.list.head;
	s->rc.list.tail = &s->rc.list.head;
}

static void source_clear(struct us_source *x)
{
	list_clear(&x->list);
	free(x->open);
	x->open = NULL;
	x->shown = false;
	x->gap_until = 0;
	x->tlp.data_len = 0;
}

void us_rx_clear(struct us *s)
{
	source_clear(&s->cq);
	source_clear(&s->rc);
	s->np_credit = s->np_queued = s->cq_tag_n = 0;
	memset(s->split, 0, sizeof(s->split));
	for (unsigned i = 0; i < US_TAG_N; i++) {
		free(s->asked[i]);
		s->asked[i] = NULL;
	}
}

bool us_rx_room(const struct us_source *x, unsigned depth)
{
	return x->list.n < depth;
}

/* Behind the descriptor, or in the next beat at DW `lane`. */
static void payload(const struct us *s, struct us_packet *p, const struct cw_tlp *t, unsigned lane)
{
	if (s->aligned && t->data_len) {
		memset(p->dw + p->n, 0, 4 * (s->param.data_dw + lane - p->n));
		p->n = s->param.data_dw + lane;
	}
	p->from = p->n;
	memcpy(p->dw + p->n, t->data, t->data_len);
	p->n += t->data_len / 4;
}

static uint32_t request_type(const struct cw_tlp_info *i)
{
	switch (i->type) {
	case 0: return i->has_data;                 /* memory */
	case 1: return 7;                           /* locked read */
	case 2: return i->has_data ? 3 : 2;         /* I/O */
	case 12: case 13: case 14: return i->type - 8u; /* atomics */
	default: return 0xf;
	}
}

static int request(struct us *s)
{
	const struct cw_tlp *t = &s->cq.tlp;
	struct us_packet *p;
	struct cw_tlp_info i;

	cw_tlp_decode(t, &i, NULL);
	/* The descriptor has no place for EP: a poisoned request is logged and goes no further. */
	if (i.ep) {
		s->errors |= CW_O_ERR_POISONED;
		return 0;
	}
	p = us_packet_new();
	if (!p)
		return -ENOMEM;
	p->n = 4;
	p->dw[0] = (uint32_t)i.addr | i.at;
	p->dw[1] = (uint32_t)(i.addr >> 32);
	p->dw[2] = i.len_dw | request_type(&i) << 11 | (uint32_t)i.requester << 16;
	/* BAR aperture: the log2 of its size is not used by anyone here */
	p->dw[3] = (i.tag & 0xffu) | (uint32_t)s->cq.bar << 16 | (uint32_t)i.tc << 25 | (uint32_t)i.attr << 28;
	p->first_be = i.first_be;
	p->last_be = i.last_be;
	p->np = i.fc == CW_FC_NP;
	p->tag = i.tag & 0xff;
	/* PG213, Completer Request Interface Operation: by the address, which is taken as 0 for messages */
	payload(s, p, t, request_type(&i) == 0xf ? 0 : (unsigned)i.addr >> 2 & 7);
	s->np_queued += p->np;
	list_add(&s->cq.list, p);
	return 0;
}

static uint32_t judge(const struct us_split *w, const struct cw_tlp_info *i, uint32_t bytes)
{
	uint32_t at = (uint32_t)w->addr + w->total - w->left;

	if (!w->open)
		return EC_TAG;
	if (i->requester != w->requester || i->tc != w->tc || i->attr != w->attr)
		return EC_MISMATCH;
	if (i->status != CW_CPL_SC)
		return EC_STATUS;
	if (!i->has_data || i->byte_count != w->left || bytes > w->left)
		return EC_COUNT;
	if (i->lower_addr != (at & 0x7f))
		return EC_ADDRESS;
	return i->ep ? EC_POISONED : EC_NONE;
}

/*
 * Requester Completion Interface Operation: where the request's addr_offset says. Of the second completion of a
 * request the guide says nothing: there, or where it would be if all were in one.
 */
static unsigned rc_lane(struct us *s, const struct us_split *w)
{
	uint32_t done = w->total - w->left;

	if (!w->open || !done || us_chance(s, 50))
		return w->open ? w->lane : 0;
	return (w->lane + (((uint32_t)w->addr & 3) + done) / 4) & 7;
}

static int completion(struct us *s)
{
	const struct cw_tlp *t = &s->rc.tlp;
	struct us_packet *p = us_packet_new();
	struct cw_tlp_info i;
	struct us_split *w;
	uint32_t error, bytes, lower, room;
	bool ends;

	if (!p)
		return -ENOMEM;
	cw_tlp_decode(t, &i, NULL);
	w = &s->split[i.tag % US_TAG_N];
	room = 4u * i.len_dw - (i.lower_addr & 3u);
	bytes = room < i.byte_count ? room : i.byte_count;
	error = judge(w, &i, bytes);
	lower = error == EC_NONE || error == EC_POISONED ? (uint32_t)(w->addr + w->total - w->left) & 0xfff : i.lower_addr;
	ends = w->open && (error == EC_STATUS || error == EC_COUNT || error == EC_ADDRESS || bytes >= w->left);
	p->n = 3;
	p->dw[0] = lower | error << 12 | (uint32_t)i.byte_count << 16 | (uint32_t)ends << 30;
	p->dw[1] = i.len_dw | (uint32_t)i.status << 11 | (uint32_t)i.ep << 14 | (uint32_t)i.requester << 16;
	p->dw[2] = (i.tag & 0xffu) | (uint32_t)i.completer << 8 | (uint32_t)i.tc << 25 | (uint32_t)i.attr << 28;
	payload(s, p, t, s->aligned ? rc_lane(s, w) : 0);
	if (ends)
		w->open = false;
	else if (w->open && (error == EC_NONE || error == EC_POISONED))
		w->left -= bytes;
	list_add(&s->rc.list, p);
	return 0;
}

/* The IP's own timer gave a read up: a completion without data says so. */
int us_rx_lost(struct us *s, uint16_t tag)
{
	struct us_split *w = &s->split[tag % US_TAG_N];
	struct us_packet *p = us_packet_new();

	if (!p)
		return -ENOMEM;
	p->n = p->from = 3;
	p->dw[0] = EC_TIMEOUT << 12 | 1u << 30;
	p->dw[1] = (uint32_t)w->requester << 16;
	p->dw[2] = tag & 0xff;
	w->open = false;
	list_add(&s->rc.list, p);
	return 0;
}

static void gather(struct cw_tlp *t, bool sop, const uint32_t *hdr, const uint32_t *data, uint32_t keep)
{
	uint32_t n = 4u * (uint32_t)__builtin_popcount(keep);

	if (sop) {
		memcpy(t->dw, hdr, sizeof(t->dw));
		t->data_len = 0;
	}
	memcpy(t->data + t->data_len, data, n);
	t->data_len += n;
}

int us_rx_take(struct us *s, const struct cw_wires_in *in, uint32_t ready)
{
	int ret = 0;

	if (in->flags & CW_I_RX_REQ_VALID && ready & CW_O_RX_REQ_READY) {
		gather(&s->cq.tlp, in->flags & CW_I_RX_REQ_SOP, in->req_hdr, in->data + s->param.data_dw, in->keep >> 16);
		s->cq.bar = (int)(in->flags >> 9 & 7);
		s->moved = true;
		if (in->flags & CW_I_RX_REQ_EOP)
			ret = request(s);
	}
	if (!ret && in->flags & CW_I_RX_CPL_VALID && ready & CW_O_RX_CPL_READY) {
		gather(&s->rc.tlp, in->flags & CW_I_RX_CPL_SOP, in->cpl_hdr, in->data, in->keep & 0xffff);
		s->moved = true;
		if (in->flags & CW_I_RX_CPL_EOP)
			ret = completion(s);
	}
	return ret;
}

/* ---- for the next beat ---- */

/* The next packet that may go: on CQ posted requests pass non-posted ones that wait for credit. */
struct us_packet *us_rx_next(struct us *s, struct us_source *x)
{
	struct us_packet **at = &x->list.head;

	if (x == &s->cq)
		while (*at && (*at)->np && !s->np_credit)
			at = &(*at)->next;
	if (!*at)
		return NULL;
	if ((*at)->np) {
		s->np_credit--;
		s->np_queued--;
	}
	return list_take(&x->list, at);
}

/* The shim has it: a non-posted request is kept for the completion that refuses it. */
void us_rx_sent(struct us *s, struct us_packet *p)
{
	if (!p->np) {
		free(p);
		return;
	}
	s->cq_tags[s->cq_tag_n++] = p->tag;
	free(s->asked[p->tag]);
	s->asked[p->tag] = p;
}
