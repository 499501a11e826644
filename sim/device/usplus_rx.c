// SPDX-License-Identifier: BSD-2-Clause
/* UltraScale+ model, towards the shim: TLPs become packets with descriptors on CQ and RC. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "usplus.h"

enum error_code { EC_NONE, EC_POISONED, EC_STATUS, EC_COUNT, EC_MISMATCH, EC_ADDRESS, EC_TAG, EC_TIMEOUT = 9 };

static const struct us_layout cq_256 = { .last_be = 4, .sop = 40, .discontinue = 41, .parity = 53, .packets = 1, .align = 8 };
static const struct us_layout rc_256 = { .sop = 32, .eop = 34, .discontinue = 42, .parity = 43, .packets = 2, .align = 4 };
static const struct us_layout cq_512 = {
	.last_be = 8, .sop = 80, .sop_ptr = 82, .eop = 86, .eop_ptr = 88, .discontinue = 96, .parity = 119, .packets = 2, .align = 8,
};
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
	s->rc.at = wide ? rc_512 : rc_256;
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

static void payload(struct us_packet *p, const struct cw_tlp *t)
{
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
	payload(p, t);
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
	payload(p, t);
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
	p->n = 3;
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

/* ---- beats ---- */

/* The next packet that may go: on CQ posted requests pass non-posted ones that wait for credit. */
static struct us_packet *next_packet(struct us *s, struct us_source *x)
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
static void sent(struct us *s, struct us_packet *p)
{
	if (!p->np) {
		free(p);
		return;
	}
	s->cq_tags[s->cq_tag_n++] = p->tag;
	free(s->asked[p->tag]);
	s->asked[p->tag] = p;
}

static void put_sop(const struct us_source *x, uint32_t *user, unsigned k, unsigned dw, const struct us_packet *p)
{
	us_set_bits(user, x->at.sop + k, 1, 1);
	if (x->at.sop_ptr)
		us_set_bits(user, x->at.sop_ptr + 2 * k, 2, dw / 4);
	if (x->at.last_be) {
		us_set_bits(user, x->at.first_be + 4 * k, 4, p->first_be);
		us_set_bits(user, x->at.last_be + 4 * k, 4, p->last_be);
	}
}

static void put_eop(const struct us_source *x, uint32_t *user, unsigned k, unsigned dw)
{
	if (x->at.eop_ptr) {
		us_set_bits(user, x->at.eop + k, 1, 1);
		us_set_bits(user, x->at.eop_ptr + 4 * k, 4, dw);
	} else if (x->at.eop) {
		us_set_bits(user, x->at.eop + 4 * k, 4, 1 | dw << 1); /* is_eof: {DW, valid} */
	}
}

/* The valid bytes of DW `k` of a packet: none of the descriptor. */
static uint32_t valid_bytes(const struct us_packet *p, bool rc, uint32_t k)
{
	uint32_t head = rc ? 3 : 4, lead = p->dw[0] & 3, count = p->dw[0] >> 16 & 0x1fff, at;

	if (k < head)
		return 0;
	if (!rc)
		return k == head ? p->first_be : k + 1 == p->n ? p->last_be : 0xf;
	at = 4 * (k - head); /* bytes before this DW */
	return (k == head ? 0xfu << lead : 0xfu) & 0xf & (lead + count >= at + 4 ? 0xf : ~(0xfu << (lead + count - at)));
}

/* byte_en. The shim goes by the descriptor and does not look at it. */
static void put_bytes(const struct us_source *x, const struct us *s, uint32_t *user, unsigned dw)
{
	bool rc = x == &s->rc;
	unsigned byte_en = rc ? 0 : s->param.data_dw == 16 ? 16 : 8;

	us_set_bits(user, byte_en + 4 * dw, 4, valid_bytes(x->open, rc, x->done - 1));
}

/* One beat; user, data and keep are zero. */
static bool fill(struct us *s, struct us_source *x, uint32_t *user, uint32_t *data, uint32_t *keep, bool *last)
{
	unsigned at = 0, begun = 0, ended = 0;

	for (;;) {
		if (!x->open) {
			if (begun >= x->at.packets || at >= s->param.data_dw || (at && us_chance(s, s->param.throttle)))
				break;
			x->open = next_packet(s, x);
			if (!x->open)
				break;
			x->done = 0;
			put_sop(x, user, begun++, at, x->open);
		}
		while (x->done < x->open->n && at < s->param.data_dw) {
			data[at] = x->open->dw[x->done++];
			*keep |= 1u << at;
			put_bytes(x, s, user, at++);
		}
		if (x->done < x->open->n)
			break;
		put_eop(x, user, ended++, at - 1);
		sent(s, x->open);
		x->open = NULL;
		at = (at + x->at.align - 1) / x->at.align * x->at.align;
	}
	*last = ended != 0;
	return *keep != 0;
}

static void parity(const struct us *s, const struct us_source *x, uint32_t *user, const uint32_t *data)
{
	for (unsigned b = 0; b < 4u * s->param.data_dw; b++)
		us_set_bits(user, x->at.parity + b, 1, us_odd_parity((uint8_t)(data[b / 4] >> 8 * (b % 4))));
}

static void show(struct us *s, struct us_source *x, uint32_t valid, uint32_t last_flag)
{
	uint32_t *user = x == &s->cq ? s->pins.cq_user : s->pins.rc_user;
	uint32_t *data = s->pins.data + (x == &s->cq ? 0 : s->param.data_dw), keep = 0;
	bool last;

	if (x->shown)
		return;
	s->pins.flags &= ~(valid | last_flag);
	if (s->cycle < x->gap_until)
		return;
	memset(user, 0, sizeof(s->pins.cq_user));
	memset(data, 0, 4u * s->param.data_dw);
	if (!fill(s, x, user, data, &keep, &last))
		return;
	parity(s, x, user, data);
	x->shown = s->moved = true;
	/* With straddle, tkeep is all ones and tlast 0: only the sideband says where packets are. */
	if (x->at.packets > 1) {
		keep = 0xffff;
		last = false;
	}
	s->pins.keep = x == &s->cq ? (s->pins.keep & 0xffff0000u) | keep : (s->pins.keep & 0xffff) | keep << 16;
	s->pins.flags |= valid | (last ? last_flag : 0);
}

void us_rx_show(struct us *s)
{
	show(s, &s->cq, US_I_CQ_VALID, US_I_CQ_LAST);
	show(s, &s->rc, US_I_RC_VALID, US_I_RC_LAST);
	s->pins.np_count = s->np_credit;
}

static void taken(struct us *s, struct us_source *x)
{
	x->shown = false;
	s->moved = true;
	/* What the shim had written before it took a read may not be passed by the read's completion. */
	while (x == &s->cq && s->cq_tag_n)
		s->barrier[s->cq_tags[--s->cq_tag_n]] = s->posted;
	if (us_chance(s, s->param.throttle))
		x->gap_until = s->cycle + cw_rng_range(&s->rng, 1, 8);
}

void us_rx_taken(struct us *s, const struct us_wires_out *out)
{
	if (s->pins.flags & US_I_CQ_VALID && out->flags & US_O_CQ_READY)
		taken(s, &s->cq);
	if (s->pins.flags & US_I_RC_VALID && out->flags & US_O_RC_READY)
		taken(s, &s->rc);
	if (US_O_NP_REQ(out->flags) == 1 && s->np_credit < US_NP_MAX)
		s->np_credit++;
}
