// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hard-IP model, transmit side: beats into TLPs, the wait of reorder mode, MSI
 * and INTx messages, back-pressure, and the IP's own completion timer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hip_int.h"

#define ROUTE_LOCAL 4 /* INTx messages end at the receiver, 2.2.8.1 */

static int push(struct cw_hip *h, struct hip_tlp *n)
{
	struct cw_tlp t;
	int ret;

	memcpy(t.dw, n->dw, sizeof(t.dw));
	t.data_len = n->data_len;
	memcpy(t.data, n->data, n->data_len);
	if (n->info.kind == CW_TLP_MRD)
		hip_timer_sent(h, n->info.tag);
	ret = cw_txq_push(h->txq, h->time, &t, n->counts, n->queue, n->number);
	free(n);
	return ret;
}

int hip_tx_own(struct cw_hip *h, const struct cw_tlp *t)
{
	h->moved = true;
	return cw_txq_push(h->txq, h->time, t, 0, -1, 0);
}

/* A TLP of this stream is complete: it waits for its release. */
static int hold(struct cw_hip *h, struct hip_tx *x, const struct cw_tlp *t)
{
	struct hip_tlp *n = hip_tlp_new(t);

	if (!n)
		return -ENOMEM;
	/* What the RTL sends wrongly goes to the host as it is: its checker names the rule. */
	cw_tlp_decode(t, &n->info, NULL);
	n->counts = n->info.fc == CW_FC_P;
	h->order.given += n->counts;
	n->queue = x->queue;
	n->number = x->number;
	n->release = hip_release(h, &x->last_release);
	hip_list_add(&x->hold, n);
	h->moved = true;
	return 0;
}

/* FLR, after its write was completed: nothing of the RTL may leave. */
static bool silenced(const struct cw_hip *h)
{
	return h->flr && !h->barrier;
}

/* Thrown away, but told as sent: the RTL waits for its posted writes before it reports FLR done. */
static void drop(struct cw_hip *h, const struct cw_tlp *t)
{
	struct cw_tlp_info i;

	cw_tlp_decode(t, &i, NULL);
	h->sent_n += i.fc == CW_FC_P;
	h->stats.tx_dropped++;
}

struct beat {
	bool sop, eop;
	const uint32_t *hdr, *data;
	uint32_t keep;
};

static int take(struct cw_hip *h, struct hip_tx *x, const struct beat *b)
{
	uint32_t n = 4u * (uint32_t)__builtin_popcount(b->keep);

	if (b->sop) {
		memcpy(x->tlp.dw, b->hdr, sizeof(x->tlp.dw));
		x->tlp.data_len = 0;
	}
	if (x->tlp.data_len + n > sizeof(x->tlp.data))
		n = sizeof(x->tlp.data) - x->tlp.data_len;
	memcpy(x->tlp.data + x->tlp.data_len, b->data, n);
	x->tlp.data_len += n;
	x->inside = !b->eop;
	x->last_beat = h->cycle;
	x->gap_until = hip_gap(h, h->param.throttle_tx);
	h->moved = true;
	if (!b->eop)
		return 0;
	if (silenced(h)) {
		drop(h, &x->tlp);
		return 0;
	}
	return hold(h, x, &x->tlp);
}

static int take_req(struct cw_hip *h, const struct cw_wires_out *o)
{
	struct beat b = { o->flags & CW_O_TX_REQ_SOP, o->flags & CW_O_TX_REQ_EOP, o->req_hdr, o->data,
			  o->keep & 0xffff };

	if (b.sop) {
		h->tx_req.queue = o->flags & CW_O_TX_REQ_ID_VALID ? (int)o->queue : -1;
		h->tx_req.number = o->num;
	}
	return take(h, &h->tx_req, &b);
}

static void check_order(struct cw_hip *h, const uint32_t *hdr)
{
	/* Tag [7:0] in DW2, T9 and T8 in DW0: 2.2.9, 2.2.6.2 */
	uint32_t tag = (hdr[2] >> 8 & 0xff) | (hdr[0] >> 19 & 1) << 8 | (hdr[0] >> 23 & 1) << 9;

	char detail[64];

	if ((int32_t)(h->order.left - h->order.at[tag]) >= 0)
		return;
	h->stats.cpl_passed++;
	snprintf(detail, sizeof(detail), "%u of %u writes have left", h->order.left, h->order.at[tag]);
	hip_broken(h, CW_CARD_RULE_CPL_PASSED, hdr, detail);
}

static int take_cpl(struct cw_hip *h, const struct cw_wires_out *o)
{
	struct beat b = { o->flags & CW_O_TX_CPL_SOP, o->flags & CW_O_TX_CPL_EOP, o->cpl_hdr,
			  o->data + h->param.data_dw, o->keep >> 16 };

	if (b.sop)
		check_order(h, o->cpl_hdr);
	h->tx_cpl.queue = -1;
	return take(h, &h->tx_cpl, &b);
}

/* MSI and INTx do not wait with the RTL's TLPs: it may be that they overtake those that it was not told of as sent.
 * So they are before the completion of any write that forbids them. */
int hip_tx_msi(struct cw_hip *h, unsigned vector)
{
	struct cw_tlp t;
	uint64_t addr;
	uint16_t data;
	uint8_t bytes[4];

	if (silenced(h)) {
		h->stats.tx_dropped++;
		return 0;
	}
	if (!cw_cfgspace_msi(&h->cfg, vector, &addr, &data))
		return 0;
	/* A DW write with the upper half zero, 6.1.4.3 */
	bytes[0] = (uint8_t)data;
	bytes[1] = (uint8_t)(data >> 8);
	bytes[2] = bytes[3] = 0;
	cw_tlp_mwr(&t, h->cfg.bdf, addr, bytes, 4, 0);
	return hip_tx_own(h, &t);
}

/* INTx is a level in the RTL and a pair of messages on the link, gated by the host (6.1.2). A function that is reset
 * or leaves D0 takes its level back before that write is completed (6.6.2, 5.3.1.4.1). */
static int intx(struct cw_hip *h, const struct cw_wires_out *o)
{
	bool level = o->flags & CW_O_INTX && !h->fn.intx_disable && !h->fn.msi_en && !h->fn.msix_en && !h->flr &&
		     !h->fn.power;
	struct cw_tlp t;

	cw_cfgspace_set_intx(&h->cfg, o->flags & CW_O_INTX);
	if (level == h->intx_sent)
		return 0;
	h->intx_sent = level;
	cw_tlp_msg(&t, h->cfg.bdf, level ? CW_MSG_ASSERT_INTA : CW_MSG_DEASSERT_INTA, ROUTE_LOCAL);
	return hip_tx_own(h, &t);
}

static int release(struct cw_hip *h, struct hip_list *l)
{
	while (l->head && l->head->release <= h->cycle) {
		int ret = push(h, hip_list_pop(l));

		if (ret)
			return ret;
		h->moved = true;
	}
	return 0;
}

int hip_tx_cycle(struct cw_hip *h, const struct cw_wires_out *out, const struct cw_wires_in *in)
{
	int ret = 0;

	if (out->flags & CW_O_TX_REQ_VALID && in->flags & CW_I_TX_REQ_READY)
		ret = take_req(h, out);
	if (!ret && out->flags & CW_O_TX_CPL_VALID && in->flags & CW_I_TX_CPL_READY)
		ret = take_cpl(h, out);
	if (!ret && out->flags & CW_O_MSI_VALID && in->flags & CW_I_MSI_READY)
		ret = hip_tx_msi(h, CW_O_MSI_VECTOR(out->flags));
	if (!ret)
		ret = intx(h, out);
	if (!ret)
		ret = release(h, &h->tx_req.hold);
	return ret ? ret : release(h, &h->tx_cpl.hold);
}

bool hip_tx_ready(const struct cw_hip *h, const struct hip_tx *x)
{
	uint32_t depth = h->param.tx_depth;

	if (h->cycle < x->gap_until)
		return false;
	if (silenced(h))
		return true;
	if (x == &h->tx_cpl)
		return x->hold.n + cw_txq_depth(h->txq, CW_FC_CPL) < depth;
	return x->hold.n + cw_txq_depth(h->txq, CW_FC_P) < depth &&
	       x->hold.n + cw_txq_depth(h->txq, CW_FC_NP) < depth;
}

bool hip_tx_drained(const struct cw_hip *h)
{
	return !h->tx_req.hold.n && !h->tx_req.inside && !cw_txq_depth(h->txq, CW_FC_P) &&
	       !cw_txq_depth(h->txq, CW_FC_NP);
}

static void tx_clear(struct hip_tx *x)
{
	hip_list_clear(&x->hold);
	x->inside = false;
	x->last_release = x->gap_until = x->last_beat = 0;
}

void hip_tx_reset(struct cw_hip *h)
{
	tx_clear(&h->tx_req);
	tx_clear(&h->tx_cpl);
	h->sent_n = 0;
	h->order = (struct hip_order){ 0 };
	h->intx_sent = false;
	if (h->timer)
		memset(h->timer, 0, sizeof(*h->timer));
}

/* ---- completion timer of the IP ---- */

void hip_timer_sent(struct cw_hip *h, uint16_t tag)
{
	if (!h->timer || h->fn.cto_disable)
		return;
	h->timer->deadline[tag] = h->cycle + h->param.ip_timeout_cycles;
	h->timer->lost[tag] = false;
}

bool hip_timer_completion(struct cw_hip *h, const struct cw_tlp_info *i)
{
	uint32_t bytes = 4u * i->len_dw - (i->lower_addr & 3u);

	if (!h->timer)
		return true;
	if (h->timer->lost[i->tag])
		return false;
	if (i->status != CW_CPL_SC || i->kind == CW_TLP_CPL || i->byte_count <= bytes)
		h->timer->deadline[i->tag] = 0;
	return true;
}

uint64_t hip_timer_next(const struct cw_hip *h)
{
	uint64_t next = UINT64_MAX;

	if (!h->timer)
		return next;
	for (unsigned i = 0; i < CW_TLP_TAG_N; i++)
		if (h->timer->deadline[i] && h->timer->deadline[i] < next)
			next = h->timer->deadline[i];
	return next;
}

int hip_timer_lost(struct cw_hip *h)
{
	if (!h->timer)
		return -1;
	for (unsigned i = 0; i < CW_TLP_TAG_N; i++) {
		if (!h->timer->deadline[i] || h->timer->deadline[i] > h->cycle)
			continue;
		h->timer->deadline[i] = 0;
		h->timer->lost[i] = true;
		return (int)i;
	}
	return -1;
}
