// SPDX-License-Identifier: BSD-2-Clause
/* Hard-IP model: life, link state, the clock edge and the pins. See hardip.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hip_int.h"

void hip_list_init(struct hip_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
	l->n = 0;
}

void hip_list_add(struct hip_list *l, struct hip_tlp *t)
{
	t->next = NULL;
	*l->tail = t;
	l->tail = &t->next;
	l->n++;
}

struct hip_tlp *hip_list_pop(struct hip_list *l)
{
	struct hip_tlp *t = l->head;

	if (!t)
		return NULL;
	l->head = t->next;
	if (!l->head)
		l->tail = &l->head;
	l->n--;
	return t;
}

void hip_list_clear(struct hip_list *l)
{
	struct hip_tlp *t;

	while ((t = hip_list_pop(l)))
		free(t);
}

struct hip_tlp *hip_tlp_new(const struct cw_tlp *t)
{
	struct hip_tlp *n = malloc(sizeof(*n) + t->data_len);

	if (!n)
		return NULL;
	memset(n, 0, sizeof(*n));
	n->queue = -1;
	memcpy(n->dw, t->dw, sizeof(n->dw));
	n->data_len = t->data_len;
	memcpy(n->data, t->data, t->data_len);
	return n;
}

uint64_t hip_release(struct cw_hip *h, uint64_t *last)
{
	uint64_t r = h->cycle;

	if (h->param.reorder_cycles)
		r += cw_rng_below(&h->rng, h->param.reorder_cycles + 1u);
	if (r < *last)
		r = *last;
	*last = r;
	return r;
}

uint64_t hip_gap(struct cw_hip *h, uint8_t percent)
{
	if (!percent || cw_rng_below(&h->rng, 100) >= percent)
		return 0;
	return h->cycle + cw_rng_range(&h->rng, 1, 8);
}

void cw_hip_param_default(struct cw_hip_param *p)
{
	*p = (struct cw_hip_param){
		.cfg = { .queues = 64, .vectors = 64, .mps_max = 2, .generation = 3, .lanes = 8, .tag10 = true,
			 .serial = 0x0123456789abcdefu },
		.rx_limit = { .hdr = { 64, 32, CW_CREDIT_INFINITE }, .data = { 512, 32, CW_CREDIT_INFINITE } },
		.cpl_buf_hdr = 1024,
		.cpl_buf_data = 2048, /* 32 KiB */
		.tx_depth = 16,
		.data_dw = 8,
		.reset_cycles = 16,
	};
}

int cw_hip_new(struct cw_hip **hip, struct cw_link *link, const struct cw_hip_param *p)
{
	struct cw_hip *h = calloc(1, sizeof(*h));
	int ret;

	if (!h)
		return -ENOMEM;
	h->link = link;
	h->param = *p;
	ret = cw_txq_new(&h->txq, link);
	if (ret)
		goto err_free;
	if (p->ip_timeout_cycles) {
		h->timer = calloc(1, sizeof(*h->timer));
		ret = -ENOMEM;
		if (!h->timer)
			goto err_txq;
	}
	cw_rng_seed(&h->rng, cw_link_get_param(link)->seed, CW_RNG_CARD);
	hip_list_init(&h->rx_req.list);
	hip_list_init(&h->rx_cpl.list);
	hip_list_init(&h->tx_req.hold);
	hip_list_init(&h->tx_cpl.hold);
	cw_cfgspace_init(&h->cfg, &p->cfg);
	cw_cfgspace_get_fn(&h->cfg, &h->fn);
	h->link_state = CW_LINK_PERST;
	h->in_reset = true;
	h->rst_until = UINT64_MAX;
	*hip = h;
	return 0;

err_txq:
	cw_txq_free(h->txq);
err_free:
	free(h);
	return ret;
}

void cw_hip_free(struct cw_hip *h)
{
	if (!h)
		return;
	hip_rx_reset(h);
	hip_tx_reset(h);
	free(h->barrier_tlp);
	free(h->timer);
	cw_txq_free(h->txq);
	free(h);
}

/* Everything in flight is gone; the RTL sees rst until the link is up again. */
static void fall(struct cw_hip *h, enum cw_link_state s)
{
	hip_rx_reset(h);
	hip_tx_reset(h);
	cw_txq_reset(h->txq);
	hip_cfg_reset(h, s == CW_LINK_HOT_RESET ? CW_CFG_RESET_HOT : CW_CFG_RESET_PERST);
	h->in_reset = true;
	h->rst_until = UINT64_MAX;
}

static int link_up(struct cw_hip *h)
{
	h->msg.kind = CW_MSG_LINK;
	h->msg.state = CW_LINK_UP;
	h->msg.stamp = h->time;
	h->rst_until = h->cycle + h->param.reset_cycles;
	return cw_link_send(h->link, &h->msg) ?: hip_rx_link_up(h);
}

static int link_message(struct cw_hip *h, enum cw_link_state s)
{
	enum cw_link_state old = h->link_state;

	h->link_state = s;
	if (s != CW_LINK_UP) {
		fall(h, s);
		return 0;
	}
	return old == CW_LINK_UP ? 0 : link_up(h);
}

int cw_hip_arrivals(struct cw_hip *h, uint64_t cycle, uint64_t time)
{
	bool credit = false;
	int ret = 0;

	h->cycle = cycle;
	h->time = time;
	while (!ret && cw_link_next(h->link) <= time) {
		ret = cw_link_recv(h->link, &h->msg);
		if (ret == -EAGAIN)
			return 0;
		if (ret)
			return ret;
		h->moved = true;
		if (h->msg.kind == CW_MSG_LINK) {
			ret = link_message(h, h->msg.state);
		} else if (h->link_state != CW_LINK_UP) {
			continue;
		} else if (h->msg.kind == CW_MSG_CREDIT) {
			cw_txq_credit(h->txq, &h->msg.credit);
			credit = true;
		} else if (h->msg.kind == CW_MSG_TLP) {
			ret = hip_rx_tlp(h, &h->msg.tlp);
		}
	}
	/* What waited for these credits leaves now, not earlier. */
	if (!ret && credit)
		ret = cw_hip_tx_run(h, time);
	return ret < 0 ? ret : 0;
}

static uint32_t clip(uint32_t v, uint32_t max)
{
	return v < max ? v : max;
}

static uint32_t fn_pins(const struct cw_hip *h)
{
	const struct cw_fn *f = &h->fn;

	return h->cfg.bdf | (uint32_t)f->mps << 16 | (uint32_t)f->mrrs << 19 | (f->rcb128 ? CW_F_RCB : 0) |
	       (f->ext_tag ? CW_F_EXT_TAG : 0) | (f->tag10 ? CW_F_TAG10 : 0) | (f->ro ? CW_F_RO : 0) |
	       (f->ns ? CW_F_NS : 0) | (f->bme ? CW_F_BME : 0) | (f->mem ? CW_F_MEM : 0) |
	       (f->msi_en ? CW_F_MSI : 0) | (f->msix_en ? CW_F_MSIX : 0) | (f->msix_mask ? CW_F_MSIX_MASK : 0);
}

/* Headers that may still be handed over before one would wait for credit. */
static uint32_t hint(const struct cw_hip *h, enum cw_fc_class fc)
{
	uint32_t room = cw_txq_room(h->txq, fc, false), queued = cw_txq_depth(h->txq, fc);

	if (room == CW_CREDIT_INFINITE)
		return 0xfff;
	return clip(room > queued ? room - queued : 0, 0xfff);
}

static void state_pins(const struct cw_hip *h, struct cw_wires_in *in)
{
	uint32_t ph = hint(h, CW_FC_P), nph = hint(h, CW_FC_NP);
	uint32_t pd = clip(cw_txq_room(h->txq, CW_FC_P, true), 0xffff);

	in->fn = fn_pins(h);
	in->power_fc = h->fn.power | (uint32_t)(h->flr && !h->flr_answered) << 2 | ph << 3 | nph << 15;
	in->fc_buf = pd | (uint32_t)h->param.cpl_buf_data << 16;
	in->buf_hdr = h->param.cpl_buf_hdr;
}

/* Pins of one cycle: what is pulsed or depends on queues. */
static void ready_pins(struct cw_hip *h, struct cw_wires_in *in)
{
	uint32_t keep = in->flags & (CW_I_RX_CPL_VALID | CW_I_RX_CPL_SOP | CW_I_RX_CPL_EOP | CW_I_RX_REQ_VALID |
				     CW_I_RX_REQ_SOP | CW_I_RX_REQ_EOP | CW_I_BAR(7));
	uint32_t sent = clip(h->sent_n, CW_I_SENT_MAX);
	int lost = hip_timer_lost(h);

	h->sent_n -= sent;
	in->flags = keep | (h->param.fc_hidden ? 0 : CW_I_FC_VALID) | CW_I_SENT(sent) |
		    (hip_tx_ready(h, &h->tx_req) ? CW_I_TX_REQ_READY | CW_I_MSI_READY : 0) |
		    (hip_tx_ready(h, &h->tx_cpl) ? CW_I_TX_CPL_READY : 0);
	if (lost >= 0)
		in->flags |= CW_I_CPL_LOST | CW_I_LOST_TAG(lost);
}

static int reset_cycle(struct cw_hip *h, struct cw_wires_in *in)
{
	memset(in, 0, CW_WIRES_IN_FIXED * 4);
	state_pins(h, in);
	in->flags = CW_I_RST;
	if (h->link_state == CW_LINK_UP && h->cycle >= h->rst_until) {
		h->in_reset = false;
		in->flags = 0;
	}
	return 0;
}

int cw_hip_cycle(struct cw_hip *h, uint64_t cycle, uint64_t time, const struct cw_wires_out *out,
		 struct cw_wires_in *in)
{
	struct cw_wires_in old;
	int ret = 0;

	memcpy(&old, in, 4 * CW_WIRES_IN_FIXED);
	h->cycle = cycle;
	h->time = time;
	h->moved = out->flags & (CW_O_TX_REQ_VALID | CW_O_TX_CPL_VALID | CW_O_MSI_VALID | CW_O_ERRORS | CW_O_FLR_DONE);
	if (!h->in_reset && !(in->flags & CW_I_RST)) {
		hip_rx_taken(h, out, in);
		ret = hip_tx_cycle(h, out, in);
		if (!ret)
			ret = hip_cfg_cycle(h, out);
	}
	/* Configuration works while the RTL is still in reset. */
	if (!ret && h->link_state == CW_LINK_UP)
		ret = hip_rx_show(h, in);
	if (h->in_reset) {
		reset_cycle(h, in);
	} else {
		state_pins(h, in);
		ready_pins(h, in);
	}
	if (!ret && h->link_state == CW_LINK_UP)
		ret = hip_rx_credits(h);
	h->moved |= memcmp(&old, in, 4 * CW_WIRES_IN_FIXED) != 0;
	return ret;
}

bool cw_hip_quiet(const struct cw_hip *h)
{
	if (h->moved || h->sent_n || h->barrier)
		return false;
	if (h->in_reset)
		return h->link_state != CW_LINK_UP;
	return !h->rx_req.list.n && !h->rx_cpl.list.n && !h->tx_req.hold.n && !h->tx_cpl.hold.n &&
	       !h->tx_req.inside && !h->tx_cpl.inside && h->cycle >= h->tx_req.gap_until &&
	       h->cycle >= h->tx_cpl.gap_until;
}

uint64_t cw_hip_next_cycle(const struct cw_hip *h)
{
	return hip_timer_next(h);
}

uint64_t cw_hip_tx_next(const struct cw_hip *h)
{
	return cw_txq_next(h->txq);
}

static void left(void *ctx, const struct cw_tlp *tlp, uint64_t cookie, uint64_t stamp)
{
	struct cw_hip *h = ctx;

	(void)tlp;
	(void)stamp;
	h->sent_n += (uint32_t)cookie;
	h->order.left += (uint32_t)cookie;
	h->stats.tx_tlps++;
}

int cw_hip_tx_run(struct cw_hip *h, uint64_t time)
{
	uint64_t before = h->stats.tx_tlps;
	int ret = cw_txq_run(h->txq, time, left, h);

	if (h->stats.tx_tlps != before)
		h->moved = true;
	return ret < 0 ? ret : (int)(h->stats.tx_tlps - before);
}

struct cw_cfgspace *cw_hip_cfg(struct cw_hip *h)
{
	return &h->cfg;
}

bool cw_hip_link_up(const struct cw_hip *h)
{
	return h->link_state == CW_LINK_UP;
}

const struct cw_hip_stats *cw_hip_get_stats(const struct cw_hip *h)
{
	return &h->stats;
}

const char *cw_hip_why(const struct cw_hip *h)
{
	return *h->why ? h->why : NULL;
}

/* dw: the header of the TLP that broke it. */
void hip_broken(struct cw_hip *h, enum cw_card_rule rule, const uint32_t *dw, const char *detail)
{
	const struct cw_card_rule_row *r = &cw_card_rules[rule];
	uint32_t len = dw[0] & 0x3ff;
	struct cw_tlp t = { .dw = { dw[0], dw[1], dw[2], 0 }, .data_len = dw[0] >> 30 & 1 ? 4 * (len ? len : 1024) : 0 };
	char what[128] = "";

	if (*h->why)
		return;
	cw_tlp_print(&t, what, sizeof(what));
	snprintf(h->why, sizeof(h->why), "%s (%s) at cycle %llu: %s: %s: %s", r->name, r->section,
		 (unsigned long long)h->cycle, r->text, detail, what);
}
