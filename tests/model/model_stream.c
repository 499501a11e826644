// SPDX-License-Identifier: BSD-2-Clause
/*
 * Card model: streams, and the user logic behind them that sim/device/stream_user.h describes. A packet to the card is
 * put together in its queue, then looped back or checked. A packet to the host waits on the list of its C2H queue;
 * what finds no buffer there is dropped or waits, as the queue's context says. No timing: throttling is none.
 */
#include <stdlib.h>
#include <string.h>

#include "model_priv.h"
#include "sim/device/stream_user.h"

bool model_streams(const struct model_queue *q)
{
	return q->config & CW_Q_CONFIG_STREAM_MASK;
}

static bool is_c2h(const struct model_queue *q)
{
	return q->config & CW_Q_CONFIG_C2H_MASK;
}

static void packet_free(struct model_packet *p)
{
	if (p)
		free(p->data);
	free(p);
}

static struct model_packet *packet_new(uint32_t len, uint64_t user)
{
	struct model_packet *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->user = user;
	p->len = len;
	p->data = malloc(len ? len : 1);
	if (!p->data)
		abort();
	return p;
}

/* ---- to the host ---- */

static uint32_t room(const struct cw_model *m, uint32_t queue)
{
	const struct model_queue *q = &m->queue[queue];

	return q->state == CW_QSTATE_RUNNING && model_streams(q) && is_c2h(q) ? q->producer - q->records : 0;
}

static void packet_pop(struct model_queue *q)
{
	struct model_packet *p = q->out;

	q->out = p->next;
	packet_free(p);
}

/* The packet is the queue's, or gone. */
static void offer(struct cw_model *m, uint32_t queue, struct model_packet *p)
{
	struct model_queue *q = queue < m->p.queues ? &m->queue[queue] : NULL;
	struct model_packet **at;

	if (!q || q->state != CW_QSTATE_RUNNING || !model_streams(q) || !is_c2h(q)) {
		m->counter[CW_COUNTER_S2H_DROP]++;
		packet_free(p);
		return;
	}
	for (at = &q->out; *at; at = &(*at)->next)
		;
	*at = p;
	model_queue_kick(m, queue);
}

static void generate(struct cw_model *m)
{
	struct model_user *u = &m->user;

	/* One after the other: the next when the one before has found its way. */
	while (u->left && (u->gen_queue >= m->p.queues || !m->queue[u->gen_queue].out)) {
		struct model_packet *p = packet_new(u->len, u->word & 0xfffffffffull);

		for (uint32_t i = 0; i < p->len; i++)
			p->data[i] = u->seed + i;
		p->wait = u->gen_ctrl & CW_SU_GEN_WAIT;
		u->left--;
		u->len = (u->len + u->step) & 0xffffff;
		u->word++;
		u->seed++;
		if (u->gen_ctrl & CW_SU_GEN_POLITE && !room(m, u->gen_queue)) {
			u->refused++;
			packet_free(p);
		} else {
			offer(m, u->gen_queue, p);
		}
	}
}

/* Those who waited for the queue to be rid of its packet. */
static void out_done(struct cw_model *m)
{
	generate(m);
	for (uint32_t i = 0; i < m->p.queues; i++)
		if (model_streams(&m->queue[i]) && !is_c2h(&m->queue[i]))
			model_queue_kick(m, i);
}

/* Nothing is posted: false when the packet at hand waits for something. */
bool model_stream_starved(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	bool dropped = false;

	if (!model_streams(q) || !is_c2h(q) || q->config & CW_Q_CONFIG_STALL_MASK || m->user.control & CW_SU_CONTROL_STOP_C2H)
		return false;
	while (q->out && !q->out->started && !q->out->wait) {
		m->counter[CW_COUNTER_S2H_DROP]++;
		packet_pop(q);
		dropped = true;
	}
	if (dropped)
		out_done(m);
	return dropped;
}

bool model_stream_waits(const struct cw_model *m, uint32_t queue)
{
	const struct model_queue *q = &m->queue[queue];
	uint32_t loop = m->user.loop[queue], to = loop & 0x7ff;

	if (!model_streams(q) || q->busy)
		return false;
	if (is_c2h(q))
		return !q->out || m->user.control & CW_SU_CONTROL_STOP_C2H;
	if (q->in)
		return false;
	if (m->user.hold[queue] || m->user.control & CW_SU_CONTROL_STOP_H2C)
		return true;
	return loop & CW_SU_LOOP_VALID && to < m->p.queues && m->queue[to].out;
}

/* Bytes of the packet that the descriptor at hand takes. */
uint32_t model_stream_take(const struct model_queue *q, uint32_t len)
{
	uint32_t left = q->out->len - q->out->at;

	return left < len ? left : len;
}

/* Is there no other descriptor to go on with, and never will be in time? */
static bool out_of_room(const struct model_queue *q)
{
	return !(q->config & CW_Q_CONFIG_STALL_MASK) && !q->out->wait && q->buf_at + 1 == q->buf_n && q->producer == q->fetched;
}

/* `n` bytes of it went into the descriptor: what the record says besides. */
uint64_t model_stream_word(struct cw_model *m, struct model_queue *q, uint32_t n)
{
	struct model_packet *p = q->out;
	uint64_t word = p->user;
	bool end;

	if (!p->started)
		word |= 1ull << CW_RECORD_S2H_SOP;
	p->started = true;
	p->at += n;
	end = p->at == p->len;
	if (!end && out_of_room(q)) {
		m->counter[CW_COUNTER_S2H_TRUNC]++;
		p->mark = end = true;
	}
	if (!end)
		return word;
	word |= 1ull << CW_RECORD_S2H_EOP;
	if (p->mark)
		word |= 1ull << CW_RECORD_S2H_TRUNC;
	m->counter[CW_COUNTER_S2H_PKT]++;
	packet_pop(q);
	out_done(m);
	return word;
}

/* ---- to the card ---- */

static void check_packet(struct cw_model *m, const struct model_packet *p, uint32_t queue)
{
	struct model_user *u = &m->user;
	bool bad = false;

	for (uint32_t i = 1; i < p->len; i++)
		bad |= p->data[i] != (uint8_t)(p->data[i - 1] + 1);
	u->packets++;
	u->bytes += p->len;
	u->bad += bad;
	u->marked += p->mark;
	u->last_len = p->len;
	u->last_word = p->user;
	u->last_queue = queue;
}

static void deliver(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	struct model_packet *p = q->in;
	uint32_t loop = m->user.loop[queue];

	q->in = NULL;
	p->at = 0;
	m->counter[CW_COUNTER_H2S_PKT]++;
	if (loop & CW_SU_LOOP_VALID) {
		p->wait = loop & CW_SU_LOOP_WAIT;
		offer(m, loop & 0x7ff, p);
		return;
	}
	check_packet(m, p, queue);
	packet_free(p);
}

uint32_t model_stream_check(const struct model_queue *q, const struct model_desc *d)
{
	bool sop = d->flags & CW_DESC_DW2_SOP_MASK, eop = d->flags & CW_DESC_DW2_EOP_MASK;

	if (d->len == 0 && (is_c2h(q) || !eop))
		return CW_STATUS_BAD_LEN;
	if (d->flags & CW_DESC_DW2_RSVD_MASK)
		return CW_STATUS_BAD_FLAGS;
	if (is_c2h(q))
		return sop || eop || d->card ? CW_STATUS_BAD_FLAGS : CW_STATUS_OK;
	return sop == (q->in != NULL) ? CW_STATUS_BAD_FLAGS : CW_STATUS_OK;
}

/* A good descriptor to the card begins: its bytes have their place. */
void model_stream_begin(struct model_queue *q, const struct model_desc *d)
{
	struct model_packet *p = q->in;

	if (!p)
		p = q->in = packet_new(0, d->card);
	p->data = realloc(p->data, (size_t)p->len + d->len + 1);
	if (!p->data)
		abort();
	memset(p->data + p->len, 0, d->len);
	p->at = p->len;
	p->len += d->len;
}

void model_stream_ended(struct cw_model *m, uint32_t queue, const struct model_desc *d)
{
	struct model_queue *q = &m->queue[queue];

	if (!q->in || is_c2h(q))
		return;
	q->in->mark |= q->status != CW_STATUS_OK;
	if (d->flags & CW_DESC_DW2_EOP_MASK)
		deliver(m, queue);
}

/* Disabled, halted or reset: packets in the middle end here. */
void model_stream_drop(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	bool some = q->out;

	if (q->in) {
		q->in->mark = true;
		deliver(m, queue);
	}
	while (q->out) {
		m->counter[q->out->started ? CW_COUNTER_S2H_TRUNC : CW_COUNTER_S2H_DROP]++;
		packet_pop(q);
	}
	if (some)
		out_done(m);
}

void model_stream_free(struct cw_model *m)
{
	for (uint32_t i = 0; m->queue && i < m->p.queues; i++) {
		packet_free(m->queue[i].in);
		m->queue[i].in = NULL;
		while (m->queue[i].out)
			packet_pop(&m->queue[i]);
	}
}

/* ---- registers of the user logic ---- */

void model_user_reset(struct cw_model *m)
{
	uint32_t *loop = m->user.loop, *hold = m->user.hold;

	memset(loop, 0, m->p.queues * sizeof(*loop));
	memset(hold, 0, m->p.queues * sizeof(*hold));
	m->user = (struct model_user){ .loop = loop, .hold = hold };
}

static uint32_t *table(struct cw_model *m, uint32_t offset)
{
	uint32_t q = offset % 0x4000 / 4;

	if (q >= m->p.queues)
		return NULL;
	return offset >= CW_SU_HOLD && offset < CW_SU_ROOM ? &m->user.hold[q] :
	       offset >= CW_SU_LOOP && offset < CW_SU_HOLD ? &m->user.loop[q] : NULL;
}

uint32_t model_user_read(struct cw_model *m, uint32_t offset)
{
	const struct model_user *u = &m->user;
	uint32_t *t = table(m, offset);

	if (t)
		return *t;
	if (offset >= CW_SU_ROOM)
		return (offset - CW_SU_ROOM) / 4 < m->p.queues ? room(m, (offset - CW_SU_ROOM) / 4) : 0;
	switch (offset) {
	case CW_SU_ID: return CW_SU_MAGIC;
	case CW_SU_CONTROL: return u->control;
	case CW_SU_GEN_CTRL: return u->left ? CW_SU_GEN_BUSY : 0;
	case CW_SU_GEN_QUEUE: return u->gen_queue;
	case CW_SU_GEN_LEN: return u->len;
	case CW_SU_GEN_STEP: return u->step;
	case CW_SU_GEN_COUNT: return u->left;
	case CW_SU_GEN_USER_LO: return (uint32_t)u->word;
	case CW_SU_GEN_USER_HI: return u->word >> 32 & 0xf;
	case CW_SU_GEN_SEED: return u->seed;
	case CW_SU_CHK_PACKETS: return u->packets;
	case CW_SU_CHK_BYTES: return u->bytes;
	case CW_SU_CHK_BAD: return u->bad;
	case CW_SU_CHK_MARKED: return u->marked;
	case CW_SU_CHK_LEN: return u->last_len;
	case CW_SU_CHK_USER_LO: return (uint32_t)u->last_word;
	case CW_SU_CHK_USER_HI: return u->last_word >> 32;
	case CW_SU_CHK_QUEUE: return u->last_queue;
	case CW_SU_REFUSED: return u->refused;
	default: return 0;
	}
}

static void clear_checker(struct model_user *u)
{
	u->packets = u->bytes = u->bad = u->marked = u->last_len = u->last_queue = 0;
	u->last_word = 0;
}

void model_user_write(struct cw_model *m, uint32_t offset, uint32_t value)
{
	struct model_user *u = &m->user;
	uint32_t *t = table(m, offset);

	if (t)
		*t = value;
	switch (offset) {
	case CW_SU_CONTROL: u->control = value; break;
	case CW_SU_GEN_CTRL:
		u->gen_ctrl = value;
		u->left = value & CW_SU_GEN_START ? u->count : 0;
		generate(m);
		break;
	case CW_SU_GEN_QUEUE: u->gen_queue = value & 0x7ff; break;
	case CW_SU_GEN_LEN: u->len = value & 0xffffff; break;
	case CW_SU_GEN_STEP: u->step = value & 0xffffff; break;
	case CW_SU_GEN_COUNT: u->count = value; break;
	case CW_SU_GEN_USER_LO: u->word = (u->word & ~0xffffffffull) | value; break;
	case CW_SU_GEN_USER_HI: u->word = (uint32_t)u->word | (uint64_t)(value & 0xf) << 32; break;
	case CW_SU_GEN_SEED: u->seed = value; break;
	case CW_SU_CHK_PACKETS: clear_checker(u); break;
	case CW_SU_REFUSED: u->refused = 0; break;
	}
	/* What was held may go on. */
	if (t || offset == CW_SU_CONTROL)
		for (uint32_t i = 0; i < m->p.queues; i++)
			if (model_streams(&m->queue[i]))
				model_queue_kick(m, i);
}
