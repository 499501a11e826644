// SPDX-License-Identifier: BSD-2-Clause
/* Link state and credits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

#define CREDIT_TIMER_PS 200000ull /* 200 ns: an update comes at least this long after room was made */

static int send_ctl(struct cw_host *h, enum cw_msg_kind kind)
{
	int r;

	h->ctl.kind = kind;
	h->ctl.stamp = h->now;
	r = cw_link_send(h->link, &h->ctl);
	if (r == -ENOTCONN) {
		cw_host_lost(h);
		return 0;
	}
	return r;
}

static int note_told(struct cw_host *h)
{
	struct told_fifo *f = &h->telling;

	if (f->head == f->n)
		f->head = f->n = 0;
	if (f->n == f->size && f->head) {
		memmove(f->t, f->t + f->head, (f->n - f->head) * sizeof(*f->t));
		f->n -= f->head;
		f->head = 0;
	} else if (f->n == f->size) {
		size_t size = f->size ? 2 * f->size : 16;
		struct told *t = realloc(f->t, size * sizeof(*t));

		if (!t)
			return -ENOMEM;
		f->t = t;
		f->size = size;
	}
	f->t[f->n++] = (struct told){ h->now + 2 * h->latency, h->told };
	return 0;
}

static int send_credit(struct cw_host *h)
{
	int r;

	h->ctl.credit = h->rx.advertised;
	r = send_ctl(h, CW_MSG_CREDIT);
	if (r)
		return r;
	h->told = h->rx.advertised;
	return note_told(h);
}

static bool covers(uint32_t usable, uint32_t received, uint32_t limit)
{
	return limit == CW_CREDIT_INFINITE || (int32_t)(usable - received) >= 0;
}

bool flow_take(struct cw_host *h, const struct cw_tlp *tlp, enum cw_fc_class *fc)
{
	struct told_fifo *f = &h->telling;
	const struct cw_rx_credit *rx = &h->rx;

	/* In free running the two clocks are not one: there an update counts from when it was told. */
	while (f->head < f->n && (f->t[f->head].usable_at <= h->now || h->free_running))
		h->usable = f->t[f->head++].credit;
	return !cw_rx_credit_take(&h->rx, tlp, fc) &&
	       covers(h->usable.hdr[*fc], rx->received.hdr[*fc], rx->limit.hdr[*fc]) &&
	       covers(h->usable.data[*fc], rx->received.data[*fc], rx->limit.data[*fc]);
}

static bool due(uint32_t advertised, uint32_t told, uint32_t limit)
{
	return limit != CW_CREDIT_INFINITE && advertised - told > limit / 4;
}

/* Room was made: tell at once when it is a good part of all, else soon. */
void flow_returned(struct cw_host *h, const struct cw_tlp *tlp)
{
	enum cw_fc_class fc = cw_tlp_class(tlp);

	cw_rx_credit_return(&h->rx, tlp);
	if (due(h->rx.advertised.hdr[fc], h->told.hdr[fc], h->rx.limit.hdr[fc]) ||
	    due(h->rx.advertised.data[fc], h->told.data[fc], h->rx.limit.data[fc])) {
		if (!send_credit(h))
			return;
	}
	if (h->credit_timer || (h->rx.advertised.hdr[fc] == h->told.hdr[fc] &&
				h->rx.advertised.data[fc] == h->told.data[fc]))
		return;
	if (!cw_events_add(&h->events, h->now + CREDIT_TIMER_PS, NULL))
		h->credit_timer = true;
}

int flow_credit_timer(struct cw_host *h)
{
	unsigned fc;

	h->credit_timer = false;
	for (fc = 0; fc < CW_FC_N; fc++)
		if (h->rx.advertised.hdr[fc] != h->told.hdr[fc] || h->rx.advertised.data[fc] != h->told.data[fc])
			break;
	if (fc == CW_FC_N || !send_credit(h))
		return 0;
	h->credit_timer = true;
	return cw_events_add(&h->events, h->now + CREDIT_TIMER_PS, NULL);
}

static void tell_state(struct cw_host *h, enum cw_link_state s)
{
	if (h->ops.link_state)
		h->ops.link_state(h->ctx, s);
	h->woke = true; /* our own waits look at it, too */
}

/* Everything in flight is gone; requests of the CPU end with UR. */
void flow_fall(struct cw_host *h, enum cw_link_state s)
{
	h->state = s;
	h->generation++;
	h->fc_ready = false;
	h->credit_timer = false;
	h->telling.head = h->telling.n = 0;
	memset(&h->usable, 0, sizeof(h->usable));
	cw_events_clear(&h->events);
	cw_txq_reset(h->txq);
	cw_checker_link(h->checker, false);
	dma_fall(h);
	msi_fall(h);
	bus_fall(h);
	tell_state(h, s);
}

void cw_host_lost(struct cw_host *h)
{
	if (h->lost)
		return;
	h->lost = true;
	flow_fall(h, CW_LINK_DOWN);
}

/* Up: credits follow at once, as the initialization of flow control has it (section 3.4.1). */
int cw_host_link_set(struct cw_host *h, enum cw_link_state s)
{
	int r;

	if (h->lost)
		return -ENOTCONN;
	h->ctl.state = s;
	if (s != CW_LINK_UP) {
		r = send_ctl(h, CW_MSG_LINK);
		if (r || h->lost)
			return r;
		h->deaf_until = h->now + h->latency;
		flow_fall(h, s);
		return 0;
	}
	if (h->state == CW_LINK_UP)
		return 0;
	h->state = CW_LINK_UP;
	h->generation++;
	cw_txq_reset(h->txq);
	cw_rx_credit_init(&h->rx, &h->p.credit);
	cw_checker_link(h->checker, true);
	r = send_ctl(h, CW_MSG_LINK);
	return r ? r : send_credit(h);
}

bool cw_host_link_is_up(const struct cw_host *h)
{
	return h->state == CW_LINK_UP && h->fc_ready;
}

int flow_message(struct cw_host *h)
{
	if (h->in.kind == CW_MSG_LINK) {
		/* The card says UP when it has come up; anything else, unasked, is a surprise. */
		if (h->in.state != CW_LINK_UP && h->state == CW_LINK_UP)
			flow_fall(h, CW_LINK_DOWN);
	} else if (h->in.kind == CW_MSG_CREDIT && h->state == CW_LINK_UP) {
		cw_txq_credit(h->txq, &h->in.credit);
		if (!h->fc_ready) {
			h->fc_ready = true;
			tell_state(h, CW_LINK_UP);
		}
	}
	return 0;
}
