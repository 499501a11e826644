// SPDX-License-Identifier: BSD-2-Clause
/*
 * A link end: records out of messages and messages out of records.
 *
 * The receiver has two places in its ring. It reads over all record heads as
 * soon as they are there, because the promise that lets it deliver a message
 * may stand behind that message; and it copies a record's body when it
 * delivers it. Both times it checks its copy: the peer may rewrite the ring.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "link_priv.h"
#include "log.h"

#define RING_DEFAULT (1u << 20)
#define LATENCY_MAX 1000000000000000ull /* 1000 s */
/* Stamps stay below this (53 days), so that adding latencies does not wrap. */
#define STAMP_MAX (UINT64_MAX / 4)

int cw_link_fail(struct cw_link *l, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(l->why, sizeof(l->why), format, ap);
	va_end(ap);
	if (err == -EPROTO || err == -ENOMEM) {
		l->error = err;
		/* The peer is told by what it would see if this process had ended. */
		if (l->sock >= 0)
			shutdown(l->sock, SHUT_RDWR);
	}
	if (err == -ENOTCONN)
		l->gone = true;
	return err;
}

int cw_link_param_check(struct cw_link_param *p, const char **why)
{
	*why = NULL;
	if (!p->ring_bytes)
		p->ring_bytes = RING_DEFAULT;
	if (p->latency_ps < 1 || p->latency_ps > LATENCY_MAX)
		*why = "latency_ps must be 1 to 10^15";
	else if (p->generation < 1 || p->generation > 5)
		*why = "generation must be 1 to 5";
	else if (p->lanes > 16 || (p->lanes & (p->lanes - 1)))
		*why = "lanes must be 1, 2, 4, 8, 16, or 0";
	else if (p->ring_bytes < CW_RING_MIN || p->ring_bytes > CW_RING_MAX || (p->ring_bytes & (p->ring_bytes - 1)))
		*why = "ring_bytes must be a power of two from 16 KiB to 256 MiB";
	return *why ? -EINVAL : 0;
}

int cw_link_new(struct cw_link **link, enum cw_link_side side, const struct cw_link_param *param, void *seg)
{
	struct cw_link *l = calloc(1, sizeof(*l));
	struct cw_ring_ctl *ctl = seg;
	uint8_t *data = (uint8_t *)seg + CW_SEG_CTL_BYTES;
	int out = side == CW_SIDE_HOST ? 0 : 1; /* ring 0 is host to card */

	if (!l)
		return -ENOMEM;
	l->side = side;
	l->param = *param;
	l->seg = seg;
	l->sock = l->pidfd = -1;
	l->log_queue = -1;
	cw_ring_init(&l->out, &ctl[out], data + (size_t)out * param->ring_bytes, param->ring_bytes);
	cw_ring_init(&l->in, &ctl[!out], data + (size_t)!out * param->ring_bytes, param->ring_bytes);
	cw_horizon_init(&l->horizon, param->latency_ps);
	for (int k = 0; k < CW_ENTRY_KINDS; k++)
		cw_fifo_init(&l->entries[k], sizeof(struct cw_entry));
	*link = l;
	return 0;
}

const struct cw_link_param *cw_link_get_param(const struct cw_link *l)
{
	return &l->param;
}

const char *cw_link_why(const struct cw_link *l)
{
	return l->why;
}

enum cw_link_side cw_link_get_side(const struct cw_link *l)
{
	return l->side;
}

void cw_link_set_log(struct cw_link *l, struct cw_log *log)
{
	l->log = log;
}

void cw_link_tag_next(struct cw_link *l, int queue, uint32_t number)
{
	l->log_queue = queue;
	l->log_number = number;
}

/* ---- sending ---- */

uint64_t cw_link_own_bound(const struct cw_link *l)
{
	return l->own_promise > l->last_out ? l->own_promise : l->last_out;
}

static int check_stamp(struct cw_link *l, uint64_t stamp)
{
	if (stamp < l->last_out)
		return cw_link_fail(l, -EINVAL, "stamp %llu is before the last one sent, %llu",
				    (unsigned long long)stamp, (unsigned long long)l->last_out);
	if (stamp > STAMP_MAX)
		return cw_link_fail(l, -EINVAL, "stamp %llu is out of range", (unsigned long long)stamp);
	if (!l->param.free_running && stamp < l->own_promise)
		return cw_link_fail(l, -EINVAL, "stamp %llu breaks this end's promise of %llu",
				    (unsigned long long)stamp, (unsigned long long)l->own_promise);
	return 0;
}

/* Sends a record made of a fixed part and data. */
static int send_record(struct cw_link *l, struct cw_rec_head *rec, uint32_t rec_len, const void *data,
		       uint32_t data_len)
{
	int ret;

	rec->len = (rec_len + data_len + 7) & ~7u;
	if (l->error)
		return l->error;
	if (l->gone)
		return -ENOTCONN;
	ret = check_stamp(l, rec->stamp);
	if (!ret)
		ret = cw_link_room(l, rec->len);
	if (ret)
		return ret;
	if (!l->param.free_running) {
		ret = cw_horizon_sent(&l->horizon, rec->stamp);
		if (ret)
			return cw_link_fail(l, ret, "the peer does not count the records sent to it");
	}
	cw_ring_put(&l->out, 0, rec, rec_len);
	if (data)
		cw_ring_put(&l->out, rec_len, data, data_len);
	cw_ring_publish(&l->out, rec->len);
	l->last_out = rec->stamp;
	return 0;
}

int cw_link_send_tlp(struct cw_link *l, uint64_t stamp, const struct cw_tlp *tlp)
{
	struct cw_rec_tlp rec = {
		.head = { .kind = CW_MSG_TLP, .stamp = stamp },
		.dw = { tlp->dw[0], tlp->dw[1], tlp->dw[2], tlp->dw[3] },
		.data_len = tlp->data_len,
	};
	int ret;

	if (tlp->data_len > sizeof(tlp->data) || tlp->data_len % 4)
		return cw_link_fail(l, -EINVAL, "a payload of %u bytes", tlp->data_len);
	ret = send_record(l, &rec.head, sizeof(rec), tlp->data, tlp->data_len);
	if (!ret && l->log)
		cw_log_write(l->log, stamp, l->side, tlp, l->log_queue, l->log_number);
	l->log_queue = -1;
	return ret;
}

int cw_link_send(struct cw_link *l, const struct cw_msg *msg)
{
	struct cw_rec_state state = { .head = { .kind = CW_MSG_LINK, .stamp = msg->stamp }, .state = msg->state };
	struct cw_rec_credit credit = { .head = { .kind = CW_MSG_CREDIT, .stamp = msg->stamp } };

	switch (msg->kind) {
	case CW_MSG_TLP:
		return cw_link_send_tlp(l, msg->stamp, &msg->tlp);
	case CW_MSG_LINK:
		if (msg->state > CW_LINK_DOWN)
			return cw_link_fail(l, -EINVAL, "link state %d", (int)msg->state);
		return send_record(l, &state.head, sizeof(state), NULL, 0);
	case CW_MSG_CREDIT:
		credit.credit = msg->credit;
		return send_record(l, &credit.head, sizeof(credit), NULL, 0);
	case CW_MSG_PROMISE:
		break;
	}
	return cw_link_fail(l, -EINVAL, "message kind %d cannot be sent", (int)msg->kind);
}

/* The oldest record of a kind, NULL when there is none. */
static const struct cw_entry *oldest(const struct cw_link *l, int k)
{
	return l->entries[k].n ? cw_fifo_at(&l->entries[k], 0) : NULL;
}

/* The record to deliver next: by stamp, at one stamp by kind. Finding it costs the same however many wait, so
 * that a peer cannot keep this end busy by what it writes at one instant. *kind: its queue. */
static const struct cw_entry *first_entry(const struct cw_link *l, int *kind)
{
	const struct cw_entry *first = NULL;

	for (int k = 0; k < CW_ENTRY_KINDS; k++) {
		const struct cw_entry *e = oldest(l, k);

		if (!e || (first && first->stamp <= e->stamp))
			continue;
		first = e;
		*kind = k;
	}
	return first;
}

void cw_link_set_grid(struct cw_link *l, uint64_t period_ps)
{
	l->grid = period_ps;
}

/* When the records that were read over but not taken will be acted on, at the earliest. */
static uint64_t next_action(const struct cw_link *l)
{
	int k;
	uint64_t arrival;

	if (!l->entry_n)
		return CW_TIME_NEVER;
	arrival = first_entry(l, &k)->stamp + l->param.latency_ps;
	return arrival + (l->grid - arrival % l->grid) % l->grid;
}

int cw_link_promise(struct cw_link *l, uint64_t t)
{
	struct cw_rec_promise rec = { .head = { .len = sizeof(rec), .kind = CW_MSG_PROMISE } };
	uint64_t taken = l->taken;
	int ret;

	if (l->error)
		return l->error;
	if (l->gone)
		return -ENOTCONN;
	if (l->param.free_running)
		return 0;
	if (l->grid) {
		uint64_t action = next_action(l);

		taken += l->entry_n;
		if (action < t)
			t = action;
		/* The earlier promise did not speak of what it did not count. */
		if (taken > l->told_taken && action < l->own_promise)
			l->own_promise = action;
	}
	/* An earlier promise cannot be taken back. */
	if (t < cw_link_own_bound(l))
		t = cw_link_own_bound(l);
	/* Worth a record only when it counts more, or says more than the last promise and stamp. */
	if (taken == l->told_taken && (t <= l->told_t || t <= l->last_out))
		return 0;
	ret = cw_link_room(l, sizeof(rec));
	if (ret)
		return ret;
	rec.head.stamp = t;
	rec.taken = taken;
	cw_ring_put(&l->out, 0, &rec, sizeof(rec));
	cw_ring_publish(&l->out, sizeof(rec));
	l->told_t = l->own_promise = t;
	l->told_taken = taken;
	return 0;
}

/* ---- receiving ---- */

/* A head's own fields; its place in time is checked by the caller. */
static int check_head(struct cw_link *l, const struct cw_rec_head *h, uint64_t room)
{
	static const uint32_t size[] = {
		[CW_MSG_LINK] = sizeof(struct cw_rec_state), [CW_MSG_CREDIT] = sizeof(struct cw_rec_credit),
		[CW_MSG_TLP] = sizeof(struct cw_rec_tlp), [CW_MSG_PROMISE] = sizeof(struct cw_rec_promise),
	};

	if (h->kind < CW_MSG_LINK || h->kind > CW_MSG_PROMISE)
		return cw_link_fail(l, -EPROTO, "the peer wrote a record of unknown kind %u", h->kind);
	if (h->len > room || h->len % 8 || h->len < size[h->kind] || h->len > CW_REC_MAX ||
	    (h->kind != CW_MSG_TLP && h->len != size[h->kind]))
		return cw_link_fail(l, -EPROTO, "the peer wrote a record of kind %u with length %u", h->kind, h->len);
	if (h->kind != CW_MSG_PROMISE && h->stamp > STAMP_MAX)
		return cw_link_fail(l, -EPROTO, "the peer wrote stamp %llu, which is out of range",
				    (unsigned long long)h->stamp);
	return 0;
}

/* What stands behind the head, which has been checked, is still in the ring. */
static int take_promise(struct cw_link *l, const struct cw_rec_head *h)
{
	uint64_t taken;

	cw_ring_get(&l->in, l->in.at + offsetof(struct cw_rec_promise, taken), &taken, sizeof(taken));
	if (l->param.free_running || !cw_horizon_promise(&l->horizon, h->stamp, taken))
		return 0;
	return cw_link_fail(l, -EPROTO, "the peer's promise of %llu counting %llu of %llu records does not hold",
			    (unsigned long long)h->stamp, (unsigned long long)taken,
			    (unsigned long long)l->horizon.sent);
}

/* Notes a record for delivery. */
static int note_entry(struct cw_link *l, const struct cw_rec_head *h)
{
	struct cw_entry *e = cw_fifo_push(&l->entries[h->kind - CW_MSG_LINK]);

	if (!e)
		return cw_link_fail(l, -ENOMEM, "out of memory");
	*e = (struct cw_entry){ .pos = l->in.at, .stamp = h->stamp, .len = h->len, .kind = h->kind };
	l->entry_n++;
	return 0;
}

static int scan_one(struct cw_link *l, uint64_t avail)
{
	struct cw_rec_head h;
	int ret;

	if (avail < CW_REC_MIN)
		return cw_link_fail(l, -EPROTO, "the peer wrote %u bytes, less than a record", (unsigned)avail);
	cw_ring_get(&l->in, l->in.at, &h, sizeof(h));
	ret = check_head(l, &h, avail);
	if (ret)
		return ret;
	if (h.kind == CW_MSG_PROMISE) {
		ret = take_promise(l, &h);
	} else {
		if (h.stamp < l->last_in)
			return cw_link_fail(l, -EPROTO, "the peer's stamps decrease, from %llu to %llu",
					    (unsigned long long)l->last_in, (unsigned long long)h.stamp);
		if (!l->param.free_running && cw_horizon_stamp(&l->horizon, h.stamp))
			return cw_link_fail(l, -EPROTO, "the peer's stamp %llu breaks its promise of %llu",
					    (unsigned long long)h.stamp,
					    (unsigned long long)cw_horizon_bound(&l->horizon));
		l->last_in = h.stamp;
		ret = note_entry(l, &h);
	}
	l->in.at += h.len;
	return ret;
}

/* Gives back the ring before the lowest record that is still to be delivered. */
static void release(struct cw_link *l)
{
	uint64_t low = l->in.at;

	for (int k = 0; k < CW_ENTRY_KINDS; k++) {
		const struct cw_entry *e = oldest(l, k);

		if (e && e->pos < low)
			low = e->pos;
	}
	cw_ring_release(&l->in, low);
}

int cw_link_scan(struct cw_link *l)
{
	int64_t avail = 0;
	bool moved = false;
	uint64_t end;

	if (l->error)
		return l->error;
	avail = cw_ring_avail(&l->in);
	if (avail < 0)
		return cw_link_fail(l, -EPROTO, "the peer's ring index is impossible: it has not so many bytes of %u to write",
				    l->in.size);
	/* One look at the peer's index: it cannot keep us here by writing on. */
	for (end = l->in.at + (uint64_t)avail; l->in.at != end; moved = true) {
		int ret = scan_one(l, end - l->in.at);

		if (ret)
			return ret;
	}
	if (moved && !l->entry_n)
		release(l);
	return 0;
}

uint64_t cw_link_next(struct cw_link *l)
{
	int k;

	if (cw_link_scan(l) || !l->entry_n)
		return CW_TIME_NEVER;
	return first_entry(l, &k)->stamp + l->param.latency_ps;
}

uint64_t cw_link_horizon(struct cw_link *l)
{
	if (l->param.free_running)
		return CW_TIME_NEVER;
	cw_link_scan(l);
	l->asked = true;
	l->told_at = l->in.at;
	return cw_horizon_end(&l->horizon);
}

static int copy_tlp(struct cw_link *l, const struct cw_entry *e, struct cw_tlp *tlp)
{
	struct cw_rec_tlp rec;

	cw_ring_get(&l->in, e->pos, &rec, sizeof(rec));
	if (rec.data_len > sizeof(tlp->data) || rec.data_len % 4 ||
	    ((sizeof(rec) + rec.data_len + 7) & ~7ull) != e->len)
		return cw_link_fail(l, -EPROTO, "the peer wrote a TLP of %u payload bytes in a record of %u",
				    rec.data_len, e->len);
	memcpy(tlp->dw, rec.dw, sizeof(tlp->dw));
	tlp->data_len = rec.data_len;
	cw_ring_get(&l->in, e->pos + sizeof(rec), tlp->data, rec.data_len);
	return 0;
}

static int copy_body(struct cw_link *l, const struct cw_entry *e, struct cw_msg *msg)
{
	struct cw_rec_state state;
	struct cw_rec_credit credit;

	switch (e->kind) {
	case CW_MSG_TLP:
		return copy_tlp(l, e, &msg->tlp);
	case CW_MSG_CREDIT:
		cw_ring_get(&l->in, e->pos, &credit, sizeof(credit));
		msg->credit = credit.credit;
		return 0;
	default:
		cw_ring_get(&l->in, e->pos, &state, sizeof(state));
		if (state.state > CW_LINK_DOWN)
			return cw_link_fail(l, -EPROTO, "the peer wrote link state %u", state.state);
		msg->state = state.state;
		return 0;
	}
}

int cw_link_recv(struct cw_link *l, struct cw_msg *msg)
{
	struct cw_entry e;
	int k, ret = cw_link_scan(l);

	if (ret)
		return ret;
	if (!l->entry_n)
		return -EAGAIN;
	e = *first_entry(l, &k);
	msg->kind = e.kind;
	msg->stamp = e.stamp;
	msg->arrival = e.stamp + l->param.latency_ps;
	ret = copy_body(l, &e, msg);
	if (ret)
		return ret;
	cw_fifo_pop(&l->entries[k], 1);
	l->entry_n--;
	l->taken++;
	release(l);
	/* What we promised held until we took this, unless it was counted. */
	if (l->taken > l->told_taken && msg->arrival < l->own_promise)
		l->own_promise = msg->arrival;
	if (l->log && msg->kind == CW_MSG_TLP)
		cw_log_write(l->log, msg->stamp, l->side == CW_SIDE_HOST ? CW_SIDE_CARD : CW_SIDE_HOST, &msg->tlp,
			     -1, 0);
	return 0;
}
