// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hard-IP model, receive side: credits, malformed TLPs, the completion buffer,
 * and showing requests and completions to the RTL beat by beat.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hip_int.h"

/* The received TLP in the form the credit book takes; payload bytes do not matter to it. */
static void for_credit(const struct hip_tlp *n, struct cw_tlp *t)
{
	memcpy(t->dw, n->dw, sizeof(t->dw));
	t->data_len = n->data_len;
}

void hip_rx_done(struct cw_hip *h, struct hip_tlp *t)
{
	struct cw_tlp c;

	for_credit(t, &c);
	cw_rx_credit_return(&h->credit, &c);
	free(t);
}

int hip_rx_link_up(struct cw_hip *h)
{
	cw_rx_credit_init(&h->credit, &h->param.rx_limit);
	h->told = h->credit.advertised;
	h->msg.kind = CW_MSG_CREDIT;
	h->msg.stamp = h->time;
	h->msg.credit = h->credit.advertised;
	return cw_link_send(h->link, &h->msg);
}

static bool much(uint32_t have, uint32_t told, uint32_t limit)
{
	return limit != CW_CREDIT_INFINITE && have - told > limit / 4;
}

/* An update goes out when a good part has been returned, or when nothing waits. */
int hip_rx_credits(struct cw_hip *h)
{
	const struct cw_credit *a = &h->credit.advertised;
	bool due = false;

	if (memcmp(a, &h->told, sizeof(*a)) == 0)
		return 0;
	for (unsigned fc = 0; fc < CW_FC_N; fc++)
		due |= much(a->hdr[fc], h->told.hdr[fc], h->credit.limit.hdr[fc]) ||
		       much(a->data[fc], h->told.data[fc], h->credit.limit.data[fc]);
	if (!due && (h->rx_req.list.n || h->barrier_tlp))
		return 0;
	h->told = *a;
	h->moved = true;
	h->msg.kind = CW_MSG_CREDIT;
	h->msg.stamp = h->time;
	h->msg.credit = *a;
	return cw_link_send(h->link, &h->msg);
}

/* Section 2.3: which received TLPs are malformed. Field rules of completions are the requester's to check. */
static bool malformed(const struct cw_hip *h, const struct cw_tlp *t, struct cw_tlp_info *i)
{
	if (cw_tlp_decode(t, i, NULL) < 0)
		return true;
	if (i->has_data && 4u * i->len_dw > 128u << h->fn.mps)
		return true;
	return i->fc != CW_FC_CPL && cw_tlp_check(i, NULL);
}

/* ECRC is not supported: the digest is stripped (section 2.7.1). */
static void strip_digest(struct hip_tlp *n)
{
	if (!n->info.td)
		return;
	n->dw[0] &= ~(1u << 15);
	n->info.td = false;
	n->data_len = n->info.has_data ? 4u * n->info.len_dw : 0;
}

static int drop_completion(struct cw_hip *h, struct hip_tlp *n)
{
	int ret = hip_cfg_log(h, CW_ERR_CPL_UNEXPECTED, n->dw, true);

	hip_rx_done(h, n);
	return ret;
}

static int receive_completion(struct cw_hip *h, struct hip_tlp *n)
{
	uint32_t units = (n->data_len + 15) / 16;
	char detail[64];
	int ret = 0;

	if (n->info.requester != h->cfg.bdf ||
	    (n->info.kind != CW_TLP_CPL && n->info.kind != CW_TLP_CPLD) || !hip_timer_completion(h, &n->info))
		return drop_completion(h, n);
	if (n->info.ep)
		ret = hip_cfg_log(h, CW_ERR_POISONED, n->dw, true);
	h->cpl_hdr++;
	h->cpl_data += units;
	if (h->cpl_hdr > h->param.cpl_buf_hdr || h->cpl_data > h->param.cpl_buf_data) {
		/* Infinite completion credits: keeping within the buffer is the requester's duty. */
		h->stats.cpl_overrun++;
		snprintf(detail, sizeof(detail), "headers %u of %u, data %u of %u", h->cpl_hdr, h->param.cpl_buf_hdr,
			 h->cpl_data, h->param.cpl_buf_data);
		hip_broken(h, CW_CARD_RULE_CPL_OVERRUN, n->dw, detail);
		ret = hip_cfg_log(h, CW_ERR_RX_OVERFLOW, n->dw, false);
		h->cpl_hdr--;
		h->cpl_data -= units;
		hip_rx_done(h, n);
		return ret;
	}
	if (h->cpl_hdr > h->stats.cpl_hdr_max)
		h->stats.cpl_hdr_max = h->cpl_hdr;
	if (h->cpl_data > h->stats.cpl_data_max)
		h->stats.cpl_data_max = h->cpl_data;
	n->release = hip_release(h, &h->rx_cpl.last_release);
	hip_list_add(&h->rx_cpl.list, n);
	return ret;
}

int hip_rx_tlp(struct cw_hip *h, const struct cw_tlp *t)
{
	enum cw_fc_class fc;
	struct hip_tlp *n;
	struct cw_tlp_info info;

	h->stats.rx_tlps++;
	if (cw_rx_credit_take(&h->credit, t, &fc)) {
		h->stats.overflow++;
		return hip_cfg_log(h, CW_ERR_RX_OVERFLOW, t->dw, false);
	}
	n = hip_tlp_new(t);
	if (!n)
		return -ENOMEM;
	if (malformed(h, t, &info)) {
		h->stats.malformed++;
		hip_rx_done(h, n);
		return hip_cfg_log(h, CW_ERR_MALFORMED, t->dw, false);
	}
	n->info = info;
	strip_digest(n);
	if (info.fc == CW_FC_CPL)
		return receive_completion(h, n);
	n->release = hip_release(h, &h->rx_req.last_release);
	hip_list_add(&h->rx_req.list, n);
	return 0;
}

/* ---- towards the RTL ---- */

static void advance(struct cw_hip *h, struct hip_rx *r)
{
	uint32_t beat = 4u * h->param.data_dw;

	h->moved = true;
	r->shown = false;
	r->offset += beat;
	r->gap_until = hip_gap(h, h->param.throttle_rx);
	if (r->offset < r->list.head->data_len)
		return;
	r->offset = 0;
	r->claimed = false;
}

void hip_rx_taken(struct cw_hip *h, const struct cw_wires_out *out, const struct cw_wires_in *in)
{
	if (in->flags & CW_I_RX_REQ_VALID && out->flags & CW_O_RX_REQ_READY) {
		advance(h, &h->rx_req);
		if (!h->rx_req.claimed) {
			struct hip_tlp *t = hip_list_pop(&h->rx_req.list);

			memcpy(h->last_req_hdr, t->dw, sizeof(t->dw));
			h->last_req_posted = t->info.fc == CW_FC_P;
			if (t->info.fc == CW_FC_NP)
				h->order.at[t->info.tag % CW_TLP_TAG_N] = h->order.given;
			hip_rx_done(h, t);
		}
	}
	if (in->flags & CW_I_RX_CPL_VALID && out->flags & CW_O_RX_CPL_READY) {
		advance(h, &h->rx_cpl);
		if (!h->rx_cpl.claimed) {
			struct hip_tlp *t = hip_list_pop(&h->rx_cpl.list);

			h->cpl_hdr--;
			h->cpl_data -= (t->data_len + 15) / 16;
			hip_rx_done(h, t);
		}
	}
}

/* Puts the next beat of the head on the pins: header words, data words, keep. Returns {eop, sop, valid}. */
static unsigned show(struct cw_hip *h, struct hip_rx *r, uint32_t *hdr, uint32_t *data, uint32_t *keep)
{
	const struct hip_tlp *t = r->list.head;
	uint32_t beat = 4u * h->param.data_dw, n;

	n = t->data_len - r->offset;
	if (n > beat)
		n = beat;
	memcpy(hdr, t->dw, sizeof(t->dw));
	memcpy(data, t->data + r->offset, n);
	memset((uint8_t *)data + n, 0, beat - n);
	*keep = (uint32_t)((1ull << n / 4) - 1);
	r->shown = true;
	h->moved = true;
	return 1u | (r->offset == 0) << 1 | (r->offset + n >= t->data_len) << 2;
}

static bool may_show(const struct cw_hip *h, const struct hip_rx *r)
{
	return r->list.head && !r->shown && h->cycle >= r->gap_until && h->cycle >= r->list.head->release;
}

/* Requests that are the IP's own business leave the queue here, in order. */
static int own_requests(struct cw_hip *h)
{
	while (may_show(h, &h->rx_req) && !h->rx_req.claimed && !h->barrier) {
		struct hip_tlp *t = h->rx_req.list.head;
		bool memory = t->info.kind == CW_TLP_MRD || t->info.kind == CW_TLP_MWR;
		uint64_t offset;
		int ret;

		if (h->flr) {
			hip_list_pop(&h->rx_req.list);
			ret = hip_cfg_during_flr(h, t);
			if (ret)
				return ret;
			continue;
		}
		t->bar = memory ? cw_cfgspace_bar(&h->cfg, t->info.addr, 4u * t->info.len_dw, &offset) : -1;
		if (memory && (t->bar >= 0 || h->param.pass_unclaimed)) {
			if (t->bar < 0)
				t->bar = 7;
			h->rx_req.claimed = true;
			break;
		}
		hip_list_pop(&h->rx_req.list);
		h->moved = true;
		if (t->info.kind == CW_TLP_CFGRD || t->info.kind == CW_TLP_CFGWR)
			ret = hip_cfg_request(h, t);
		else if (t->info.kind == CW_TLP_MSG || t->info.kind == CW_TLP_MSGD)
			ret = hip_cfg_message(h, t);
		else
			ret = hip_cfg_unsupported(h, t);
		if (ret)
			return ret;
	}
	return 0;
}

int hip_rx_show(struct cw_hip *h, struct cw_wires_in *in)
{
	uint32_t keep = in->keep, word;
	unsigned f;
	int ret = own_requests(h);

	if (ret || h->in_reset)
		return ret;
	if (!h->rx_req.shown)
		in->flags &= ~(CW_I_RX_REQ_VALID | CW_I_RX_REQ_SOP | CW_I_RX_REQ_EOP | CW_I_BAR(7));
	if (!h->rx_cpl.shown)
		in->flags &= ~(CW_I_RX_CPL_VALID | CW_I_RX_CPL_SOP | CW_I_RX_CPL_EOP);
	if (h->rx_req.claimed && may_show(h, &h->rx_req)) {
		f = show(h, &h->rx_req, in->req_hdr, in->data + h->param.data_dw, &word);
		in->flags |= f * CW_I_RX_REQ_VALID | CW_I_BAR(h->rx_req.list.head->bar);
		keep = (keep & 0xffff) | word << 16;
	}
	if (may_show(h, &h->rx_cpl)) {
		h->rx_cpl.claimed = true;
		f = show(h, &h->rx_cpl, in->cpl_hdr, in->data, &word);
		in->flags |= f * CW_I_RX_CPL_VALID;
		keep = (keep & 0xffff0000u) | word;
	}
	in->keep = keep;
	return 0;
}

static void rx_clear(struct hip_rx *r)
{
	hip_list_clear(&r->list);
	r->offset = 0;
	r->claimed = r->shown = false;
	r->gap_until = r->last_release = 0;
}

void hip_rx_reset(struct cw_hip *h)
{
	rx_clear(&h->rx_req);
	rx_clear(&h->rx_cpl);
	h->cpl_hdr = h->cpl_data = 0;
}
