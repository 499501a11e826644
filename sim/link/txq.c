// SPDX-License-Identifier: BSD-2-Clause
/*
 * Transmit queues: credits, order and bandwidth of one direction of a link.
 *
 * Order (section 2.4.1): within a class first in, first out; a non-posted
 * request or completion waits for every posted one queued before it; all else may pass.
 * Of several TLPs that may leave, the one that can leave first does; at the
 * same time, the one queued first.
 *
 * Bandwidth: a TLP's stamp is when it starts to leave; the wire is then busy
 * for its bytes. The time a byte takes is a fraction num/den of picoseconds;
 * the part of the busy time below a picosecond is carried over, so that no
 * rate drifts however long the burst.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "link_priv.h"
#include "txq.h"

struct item {
	struct item *next;
	uint64_t seq, ready; /* order of arrival; not before this time */
	uint64_t cookie;
	uint32_t number;
	int queue;
	struct cw_tlp tlp;   /* last: allocated as long as its payload */
};

struct lane {
	struct item *head, **tail;
	uint32_t n;
	bool unblocked; /* its head got its credit since the last run: it leaves no earlier than that run */
};

struct cw_txq {
	struct cw_link *link;
	uint64_t num, den;    /* ps a byte; num 0: no pacing */
	struct lane lane[CW_FC_N];
	uint64_t seq;
	uint64_t now;         /* the latest time we were told */
	uint64_t busy, frac;  /* the wire is busy until busy + frac/den ps */
	bool have_credit;
	struct cw_credit limit, initial, used;
	bool no_limit_hdr[CW_FC_N], no_limit_data[CW_FC_N];
};

/* ps a byte on the link, with 2 % of it taken for DLLPs. */
static void set_rate(struct cw_txq *q, const struct cw_link_param *p)
{
	/* tenths of GT/s, section 4.2; 8b/10b to 5 GT/s, then 128b/130b */
	static const uint32_t rate[] = { 0, 25, 50, 80, 160, 320 };

	/* A byte takes 8 bits / (lanes * rate/10 GT/s * 8/10 or 128/130 * 98/100), in ps: 10^3 a GT/s. */
	q->num = 8ull * 10 * 1000 * 100 * (p->generation <= 2 ? 10 : 130);
	q->den = (uint64_t)p->lanes * rate[p->generation] * 98 * (p->generation <= 2 ? 8 : 128);
	if (!p->lanes)
		q->num = 0;
}

int cw_txq_new(struct cw_txq **queue, struct cw_link *link)
{
	struct cw_txq *q = calloc(1, sizeof(*q));

	if (!q)
		return -ENOMEM;
	q->link = link;
	set_rate(q, cw_link_get_param(link));
	cw_txq_reset(q);
	*queue = q;
	return 0;
}

void cw_txq_reset(struct cw_txq *q)
{
	for (int c = 0; c < CW_FC_N; c++) {
		struct lane *l = &q->lane[c];

		while (l->head) {
			struct item *i = l->head;

			l->head = i->next;
			free(i);
		}
		*l = (struct lane){ .tail = &l->head };
		q->no_limit_hdr[c] = q->no_limit_data[c] = false;
	}
	q->have_credit = false;
	memset(&q->limit, 0, sizeof(q->limit));
	memset(&q->initial, 0, sizeof(q->initial));
	memset(&q->used, 0, sizeof(q->used));
}

void cw_txq_free(struct cw_txq *q)
{
	if (!q)
		return;
	cw_txq_reset(q);
	free(q);
}

int cw_txq_push(struct cw_txq *q, uint64_t now, const struct cw_tlp *tlp, uint64_t cookie, int queue, uint32_t number)
{
	struct lane *l = &q->lane[cw_tlp_class(tlp)];
	struct item *i;

	if (tlp->data_len > sizeof(tlp->data))
		return -EINVAL;
	i = malloc(offsetof(struct item, tlp.data) + tlp->data_len);
	if (!i)
		return -ENOMEM;
	i->next = NULL;
	i->seq = q->seq++;
	i->ready = now;
	i->cookie = cookie;
	i->number = number;
	i->queue = queue;
	cw_tlp_copy(&i->tlp, tlp);
	*l->tail = i;
	l->tail = &i->next;
	l->n++;
	if (now > q->now)
		q->now = now;
	return 0;
}

/* Section 2.6.1.2: totals are modulo 2^32, and the limit is never more than half of that ahead. */
static bool enough(uint32_t limit, uint32_t used, uint32_t need)
{
	return (int32_t)(limit - used - need) >= 0;
}

static bool has_credit(const struct cw_txq *q, int c, const struct cw_tlp *tlp)
{
	return q->have_credit && (q->no_limit_hdr[c] || enough(q->limit.hdr[c], q->used.hdr[c], 1)) &&
	       (q->no_limit_data[c] || enough(q->limit.data[c], q->used.data[c], cw_tlp_data_credits(tlp)));
}

void cw_txq_credit(struct cw_txq *q, const struct cw_credit *c)
{
	bool blocked[CW_FC_N];

	for (int i = 0; i < CW_FC_N; i++)
		blocked[i] = q->lane[i].head && !has_credit(q, i, &q->lane[i].head->tlp);
	if (!q->have_credit) {
		for (int i = 0; i < CW_FC_N; i++) {
			q->no_limit_hdr[i] = c->hdr[i] == CW_CREDIT_INFINITE;
			q->no_limit_data[i] = c->data[i] == CW_CREDIT_INFINITE;
		}
		q->initial = *c;
		q->have_credit = true;
	}
	q->limit = *c;
	for (int i = 0; i < CW_FC_N; i++)
		if (blocked[i] && has_credit(q, i, &q->lane[i].head->tlp))
			q->lane[i].unblocked = true;
}

/* First whole picosecond at which the wire is free. */
static uint64_t wire_free(const struct cw_txq *q)
{
	return q->busy + (q->frac ? 1 : 0);
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The class whose head leaves next, and when; -1 when none can. */
static int pick(const struct cw_txq *q, uint64_t *when)
{
	const struct item *posted = q->lane[CW_FC_P].head;
	int best = -1;

	*when = CW_TIME_NEVER;
	for (int c = 0; c < CW_FC_N; c++) {
		const struct item *i = q->lane[c].head;
		uint64_t t;

		if (!i || !has_credit(q, c, &i->tlp))
			continue;
		if (c != CW_FC_P && posted && posted->seq < i->seq)
			continue;
		t = max(max(i->ready, wire_free(q)), q->lane[c].unblocked ? q->now : 0);
		if (best < 0 || t < *when || (t == *when && i->seq < q->lane[best].head->seq)) {
			best = c;
			*when = t;
		}
	}
	return best;
}

uint64_t cw_txq_next(const struct cw_txq *q)
{
	uint64_t when;

	pick(q, &when);
	return when;
}

/* The wire is busy with these bytes from `stamp` on, or from its carried fraction when that is what it waited for. */
static void occupy(struct cw_txq *q, uint64_t stamp, uint32_t bytes)
{
	uint64_t t;

	if (!q->num) {
		q->busy = stamp;
		return;
	}
	if (stamp > wire_free(q)) {
		q->busy = stamp;
		q->frac = 0;
	}
	t = bytes * q->num + q->frac;
	q->busy += t / q->den;
	q->frac = t % q->den;
}

/* Sends the head of class c. On failure it stays. */
static int send_head(struct cw_txq *q, int c, uint64_t stamp,
		     void (*sent)(void *ctx, const struct cw_tlp *tlp, uint64_t cookie, uint64_t stamp), void *ctx)
{
	struct lane *l = &q->lane[c];
	struct item *i = l->head;
	int ret;

	cw_link_tag_next(q->link, i->queue, i->number);
	ret = cw_link_send_tlp(q->link, stamp, &i->tlp);
	if (ret)
		return ret;
	q->used.hdr[c]++;
	q->used.data[c] += cw_tlp_data_credits(&i->tlp);
	occupy(q, stamp, cw_tlp_wire_bytes(&i->tlp));
	l->head = i->next;
	if (!l->head)
		l->tail = &l->head;
	l->n--;
	l->unblocked = false;
	if (sent)
		sent(ctx, &i->tlp, i->cookie, stamp);
	free(i);
	return 0;
}

int cw_txq_run(struct cw_txq *q, uint64_t now,
	       void (*sent)(void *ctx, const struct cw_tlp *tlp, uint64_t cookie, uint64_t stamp), void *ctx)
{
	uint64_t when;
	int n = 0;

	q->now = max(q->now, now);
	/* A class that just got credit leaves from this moment on: note it, since `now` moves. */
	for (int c = 0; c < CW_FC_N; c++) {
		if (q->lane[c].unblocked)
			q->lane[c].head->ready = max(q->lane[c].head->ready, now);
		q->lane[c].unblocked = false;
	}
	for (;;) {
		int c = pick(q, &when), ret;

		if (c < 0 || when > now)
			return n;
		/* The owner may have sent a credit update or link state of its own since. */
		when = max(when, q->link->last_out);
		ret = send_head(q, c, when, sent, ctx);
		if (ret)
			return n ? n : ret;
		n++;
	}
}

uint32_t cw_txq_depth(const struct cw_txq *q, enum cw_fc_class fc)
{
	return q->lane[fc].n;
}

uint32_t cw_txq_room(const struct cw_txq *q, enum cw_fc_class fc, bool data)
{
	if (data ? q->no_limit_data[fc] : q->no_limit_hdr[fc])
		return CW_CREDIT_INFINITE;
	return data ? q->limit.data[fc] - q->used.data[fc] : q->limit.hdr[fc] - q->used.hdr[fc];
}

bool cw_txq_settled(const struct cw_txq *q)
{
	for (int c = 0; c < CW_FC_N; c++) {
		if (!q->no_limit_hdr[c] && q->limit.hdr[c] - q->used.hdr[c] != q->initial.hdr[c])
			return false;
		if (!q->no_limit_data[c] && q->limit.data[c] - q->used.data[c] != q->initial.data[c])
			return false;
	}
	return true;
}

/* ---- receiver ---- */

void cw_rx_credit_init(struct cw_rx_credit *c, const struct cw_credit *limit)
{
	*c = (struct cw_rx_credit){ .advertised = *limit, .limit = *limit };
}

int cw_rx_credit_take(struct cw_rx_credit *c, const struct cw_tlp *tlp, enum cw_fc_class *fc)
{
	enum cw_fc_class k = cw_tlp_class(tlp);
	uint32_t data = cw_tlp_data_credits(tlp);

	if (fc)
		*fc = k;
	if ((c->limit.hdr[k] != CW_CREDIT_INFINITE && !enough(c->advertised.hdr[k], c->received.hdr[k], 1)) ||
	    (c->limit.data[k] != CW_CREDIT_INFINITE && !enough(c->advertised.data[k], c->received.data[k], data)))
		return -ENOSPC;
	c->received.hdr[k]++;
	c->received.data[k] += data;
	return 0;
}

void cw_rx_credit_return(struct cw_rx_credit *c, const struct cw_tlp *tlp)
{
	enum cw_fc_class k = cw_tlp_class(tlp);

	if (c->limit.hdr[k] != CW_CREDIT_INFINITE)
		c->advertised.hdr[k]++;
	if (c->limit.data[k] != CW_CREDIT_INFINITE)
		c->advertised.data[k] += cw_tlp_data_credits(tlp);
}
