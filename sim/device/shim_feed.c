// SPDX-License-Identifier: BSD-2-Clause
/* The hard-IP side of the models of vendors' interfaces. See shim_feed.h. */
#include "shim_feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IN_MAX 4 /* TLPs taken from the IP ahead of the shim: enough to straddle */

static void list_init(struct feed_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
	l->n = 0;
}

static void list_add(struct feed_list *l, struct feed_tlp *t)
{
	t->next = NULL;
	*l->tail = t;
	l->tail = &t->next;
	l->n++;
}

static struct feed_tlp *list_pop(struct feed_list *l)
{
	struct feed_tlp *t = l->head;

	if (!t)
		return NULL;
	l->head = t->next;
	if (!l->head)
		l->tail = &l->head;
	l->n--;
	return t;
}

static void list_clear(struct feed_list *l)
{
	struct feed_tlp *t;

	while ((t = list_pop(l)))
		free(t);
}

void feed_init(struct feed *f, uint32_t data_dw)
{
	memset(f, 0, sizeof(*f));
	f->data_dw = data_dw;
	list_init(&f->req);
	list_init(&f->other);
	list_init(&f->in);
	list_init(&f->in_np);
}

void feed_clear(struct feed *f)
{
	list_clear(&f->req);
	list_clear(&f->other);
	list_clear(&f->in);
	list_clear(&f->in_np);
	feed_init(f, f->data_dw);
}

void feed_note_id(struct feed *f, const struct cw_wires_out *o)
{
	if (!(o->flags & CW_O_TX_REQ_VALID))
		return;
	f->id[f->id_in++ % FEED_IDS] = (struct feed_id){
		.queue = o->flags & CW_O_TX_REQ_ID_VALID ? (int)o->queue : -1, .number = o->num,
	};
}

static struct feed_tlp *tlp_new(const uint32_t *hdr, const uint32_t *data, uint32_t len)
{
	struct feed_tlp *t = calloc(1, sizeof(*t) + 4 * len);
	uint32_t type;

	if (!t)
		return NULL;
	memcpy(t->hdr, hdr, sizeof(t->hdr));
	if (len)
		memcpy(t->data, data, 4 * len);
	t->len = len;
	/* fmt and type, 2.2.1.1: completions 0101x; posted: writes and messages */
	type = hdr[0] >> 24 & 0x1f;
	t->cpl = type >> 1 == 5;
	t->posted = type >> 3 == 2 || (type == 0 && hdr[0] >> 30 & 1);
	t->queue = -1;
	return t;
}

int feed_send(struct feed *f, const uint32_t *hdr, const uint32_t *data, uint32_t len)
{
	struct feed_tlp *t = tlp_new(hdr, data, len);

	if (!t)
		return -ENOMEM;
	f->moved = true;
	t->after = f->given;
	if (t->cpl) {
		list_add(&f->other, t);
		return 0;
	}
	f->given += t->posted;
	if (f->id_out != f->id_in) {
		t->queue = f->id[f->id_out % FEED_IDS].queue;
		t->number = f->id[f->id_out % FEED_IDS].number;
		f->id_out++;
	}
	list_add(&f->req, t);
	return 0;
}

static int signal_after(struct feed *f, int what, uint32_t value)
{
	struct feed_tlp *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	f->moved = true;
	t->what = what;
	t->value = value;
	t->after = f->given;
	list_add(&f->other, t);
	return 0;
}

int feed_msi(struct feed *f, unsigned vector)
{
	return signal_after(f, FEED_MSI, vector);
}

int feed_intx(struct feed *f, bool level)
{
	return signal_after(f, FEED_INTX, level);
}

/* ---- to the IP ---- */

/* A beat of t from DW `at`: header, data, keep. Returns {eop, sop, valid}. */
static uint32_t show(const struct feed *f, const struct feed_tlp *t, uint32_t at, uint32_t *hdr, uint32_t *data,
		     uint32_t *keep)
{
	uint32_t n = t->len - at < f->data_dw ? t->len - at : f->data_dw;

	memcpy(hdr, t->hdr, sizeof(t->hdr));
	memcpy(data, t->data + at, 4 * n);
	*keep = (uint32_t)((1ull << n) - 1);
	return 1u | (at == 0) << 1 | (at + n == t->len) << 2;
}

static bool may_go(const struct feed *f, const struct feed_tlp *t)
{
	return t && (int32_t)(f->left - t->after) >= 0;
}

static void put(struct feed *f, struct cw_wires_out *o)
{
	const struct feed_tlp *t = f->req.head;
	uint32_t keep;

	if (t) {
		o->flags |= show(f, t, f->req_at, o->req_hdr, o->data, &keep) * CW_O_TX_REQ_VALID;
		o->flags |= t->queue >= 0 ? CW_O_TX_REQ_ID_VALID : 0;
		o->queue = t->queue >= 0 ? (uint32_t)t->queue : 0;
		o->num = t->number;
		o->keep |= keep;
	}
	while (may_go(f, f->other.head) && f->other.head->what == FEED_INTX) {
		struct feed_tlp *level = list_pop(&f->other);

		f->intx = level->value;
		free(level);
	}
	t = f->other.head;
	o->flags |= f->intx ? CW_O_INTX : 0;
	if (!may_go(f, t))
		return;
	if (t->what == FEED_MSI) {
		o->flags |= CW_O_MSI_VALID | t->value << 19;
		return;
	}
	o->flags |= show(f, t, f->cpl_at, o->cpl_hdr, o->data + f->data_dw, &keep) * CW_O_TX_CPL_VALID;
	o->keep |= keep << 16;
}

/* What the IP takes at this edge: valid as put() shows it, ready as it was before. */
static void took(struct feed *f, const struct cw_wires_out *o, uint32_t in_flags)
{
	if (o->flags & CW_O_TX_REQ_VALID && in_flags & CW_I_TX_REQ_READY) {
		f->req_at += f->data_dw;
		f->moved = true;
		if (o->flags & CW_O_TX_REQ_EOP) {
			free(list_pop(&f->req));
			f->req_at = 0;
		}
	}
	if (o->flags & CW_O_TX_CPL_VALID && in_flags & CW_I_TX_CPL_READY) {
		f->cpl_at += f->data_dw;
		f->moved = true;
		if (o->flags & CW_O_TX_CPL_EOP) {
			free(list_pop(&f->other));
			f->cpl_at = 0;
		}
	}
	if (o->flags & CW_O_MSI_VALID && in_flags & CW_I_MSI_READY) {
		f->moved = true;
		free(list_pop(&f->other));
	}
}

/* ---- from the IP ---- */

static int gather(struct feed *f, struct feed_rx *r, const uint32_t *hdr, const uint32_t *data, uint32_t keep, bool sop,
		  bool eop)
{
	uint32_t n = (uint32_t)__builtin_popcount(keep);
	struct feed_tlp *t;

	f->moved = true;
	if (sop) {
		memcpy(r->hdr, hdr, sizeof(r->hdr));
		r->len = 0;
	}
	memcpy(r->data + r->len, data, 4 * n);
	r->len += n;
	if (!eop)
		return 0;
	t = tlp_new(r->hdr, r->data, r->len);
	if (!t)
		return -ENOMEM;
	t->bar = r->bar;
	t->order = f->order++;
	list_add(t->cpl || t->posted ? &f->in : &f->in_np, t);
	return 0;
}

static int get(struct feed *f, const struct cw_wires_out *o, const struct cw_wires_in *in)
{
	int ret = 0;

	if (in->flags & CW_I_RX_REQ_VALID && o->flags & CW_O_RX_REQ_READY) {
		f->rx_req.bar = in->flags >> 9 & 7;
		ret = gather(f, &f->rx_req, in->req_hdr, in->data + f->data_dw, in->keep >> 16,
			     in->flags & CW_I_RX_REQ_SOP, in->flags & CW_I_RX_REQ_EOP);
	}
	if (!ret && in->flags & CW_I_RX_CPL_VALID && o->flags & CW_O_RX_CPL_READY)
		ret = gather(f, &f->rx_cpl, in->cpl_hdr, in->data, in->keep & 0xffff, in->flags & CW_I_RX_CPL_SOP,
			     in->flags & CW_I_RX_CPL_EOP);
	return ret;
}

int feed_cycle(struct feed *f, struct cw_hip *h, uint64_t cycle, uint64_t time, uint32_t flags, struct cw_wires_in *in)
{
	struct cw_wires_out o = { .flags = flags };
	int ret = 0;

	f->moved = false;
	if (!(in->flags & CW_I_RST)) {
		put(f, &o);
		if (f->in.n < IN_MAX)
			o.flags |= CW_O_RX_REQ_READY | CW_O_RX_CPL_READY;
		ret = get(f, &o, in);
		took(f, &o, in->flags);
	}
	if (!ret)
		ret = cw_hip_cycle(h, cycle, time, &o, in);
	f->left += in->flags >> 13 & 0xf;
	f->moved |= (in->flags >> 13 & 0xf) != 0;
	if (in->flags & CW_I_RST)
		feed_clear(f);
	return ret;
}

struct feed_tlp *feed_next(struct feed *f, bool np)
{
	struct feed_tlp *a = f->in.head, *b = f->in_np.head;

	if (!a && !(b && np))
		return NULL;
	f->moved = true;
	/* In the order of arrival, but for what has to wait. */
	return list_pop(b && np && (!a || b->order < a->order) ? &f->in_np : &f->in);
}

uint32_t feed_held(const struct feed *f)
{
	return f->req.n + f->other.n;
}

bool feed_quiet(const struct feed *f)
{
	return !f->moved && !feed_held(f) && !f->in.n && !f->in_np.n;
}
