// SPDX-License-Identifier: BSD-2-Clause
/*
 * Card model: from a record to an interrupt. Moderation decides when a queue
 * wants attention; an event ring, where its vector has one, says which queue it
 * was and is silent about it until the queue is armed again; then the function's
 * interrupt: MSI-X, MSI or the pin.
 */
#include "model_priv.h"

#define ROUTE_LOCAL 4 /* of messages: terminate at the receiver (section 2.2.8) */

static uint32_t vector_of(const struct model_queue *q)
{
	return (q->config & CW_Q_CONFIG_VECTOR_MASK) >> CW_Q_CONFIG_VECTOR_SHIFT;
}

bool model_event_on(const struct cw_model *m, uint32_t vector)
{
	return vector < m->p.vectors && m->event[vector].base && m->event[vector].size >= 1 &&
	       m->event[vector].size <= 16;
}

/* ---- event rings ---- */

static void entry_write(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	uint32_t v = vector_of(q);
	struct model_event *e = &m->event[v];
	uint64_t slot = e->produced & ((1u << e->size) - 1);
	uint32_t dw[2] = { queue, ~(e->produced >> e->size) << CW_EVENT_DW1_PHASE_SHIFT };
	struct cw_model_fault f;

	if (q->records != q->consumer)
		dw[0] |= CW_EVENT_DW0_COMPLETIONS_MASK;
	if (q->halt_due)
		dw[0] |= CW_EVENT_DW0_ERROR_MASK;
	if (model_fault(m, CW_MODEL_EVENT_QUEUE, queue, e->produced, &f))
		dw[0] = (dw[0] & ~CW_EVENT_DW0_QUEUE_MASK) | (f.arg & CW_EVENT_DW0_QUEUE_MASK);
	if (model_fault(m, CW_MODEL_EVENT_PHASE, queue, e->produced, &f))
		dw[1] ^= CW_EVENT_DW1_PHASE_MASK;
	q->entry_waits = q->halt_due = false;
	e->produced++;
	m->stats.events++;
	cw_tlp_mwr(&m->out, m->bdf, e->base + slot * CW_EVENT_BYTES, dw, sizeof(dw), 0);
	model_send(m, &m->out, (int)queue, q->records);
	model_raise(m, v);
}

static bool event_room(const struct cw_model *m, const struct model_event *e)
{
	uint32_t out = e->produced - e->consumer;

	return out < 1u << e->size && (!m->p.event_room || out < m->p.event_room);
}

/* What waits for room of this vector's ring, or for the bus; of a ring that is off, nothing does. */
void model_event_serve(struct cw_model *m, uint32_t vector)
{
	struct model_event *e = &m->event[vector];

	for (uint32_t i = 0; i < m->p.queues; i++) {
		struct model_queue *q = &m->queue[i];

		if (!q->entry_waits || vector_of(q) != vector)
			continue;
		if (!model_event_on(m, vector)) {
			q->entry_waits = q->halt_due = false;
			model_raise(m, vector);
		} else if (!model_bus_master(m)) {
			return;
		} else if (event_room(m, e)) {
			entry_write(m, i);
		} else {
			m->stats.events_full++;
			return;
		}
	}
}

/* ---- moderation ---- */

static void raise_queue(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	uint32_t v = vector_of(q);

	q->deadline = CW_TIME_NEVER;
	if (q->mute)
		return;
	if (model_event_on(m, v) && !q->armed) {
		q->due = true;
		return;
	}
	q->owed = 0;
	q->due = false;
	if (model_event_on(m, v)) {
		q->armed = false;
		q->entry_waits = true;
		model_event_serve(m, v);
	} else {
		q->halt_due = false;
		model_raise(m, v);
	}
}

static bool count_reached(const struct model_queue *q)
{
	return q->owed && q->owed >= (q->moderation & CW_Q_MODERATION_COUNT_MASK);
}

void model_queue_note(struct cw_model *m, uint32_t queue, bool now)
{
	struct model_queue *q = &m->queue[queue];
	uint64_t time = (q->moderation & CW_Q_MODERATION_TIME_MASK) >> CW_Q_MODERATION_TIME_SHIFT;

	q->owed++;
	if (time && q->deadline == CW_TIME_NEVER && !q->due)
		q->deadline = m->now + time * 64 * 1000000000000ull / m->p.clock_hz;
	if (now || count_reached(q) || q->producer == q->retired)
		raise_queue(m, queue);
}

void model_queue_halted(struct cw_model *m, uint32_t queue)
{
	m->queue[queue].halt_due = true;
	raise_queue(m, queue);
}

void model_queue_late(struct cw_model *m, uint32_t queue)
{
	if (m->pulled)
		m->queue[queue].deadline = CW_TIME_NEVER;
	else
		raise_queue(m, queue);
}

void model_queue_arm(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	struct cw_model_fault f;

	q->mute = false;
	if (!model_event_on(m, vector_of(q)))
		return;
	q->armed = true;
	if (q->records == q->consumer && !q->halt_due) {
		q->owed = 0;
		q->due = false;
		q->deadline = CW_TIME_NEVER;
	} else if (q->due || count_reached(q)) {
		raise_queue(m, queue);
	}
	if (model_fault(m, CW_MODEL_EVENT_AGAIN, queue, 0, &f))
		raise_queue(m, queue);
}

void model_queue_quiet(struct model_queue *q)
{
	q->armed = true;
	q->due = q->mute = q->entry_waits = q->halt_due = false;
	q->owed = 0;
	q->deadline = CW_TIME_NEVER;
}

/* ---- the function's interrupts ---- */

/* Section 7.7.2: a masked vector sets its pending bit and is sent when unmasked. */
static void raise_msix(struct cw_model *m, uint32_t vector)
{
	struct model_msix *v = &m->msix[vector];

	if (model_msix_masked(m) || (v->dw[3] & CW_MSIX_CTRL_MASK_MASK)) {
		v->pending = true;
		return;
	}
	v->pending = false;
	m->counter[CW_COUNTER_IRQ]++;
	m->stats.interrupts++;
	cw_tlp_mwr(&m->out, m->bdf, v->dw[0] | (uint64_t)v->dw[1] << 32, &v->dw[2], 4, 0);
	model_send(m, &m->out, -1, 0);
}

/* Section 7.7.1: the vector replaces as many low bits of the data as the host allowed. */
static void raise_msi(struct cw_model *m, uint32_t vector)
{
	uint64_t addr;
	uint32_t data;

	if (!model_msi_message(m, vector, &addr, &data)) {
		m->stats.bad_vectors++;
		return;
	}
	m->counter[CW_COUNTER_IRQ]++;
	m->stats.interrupts++;
	cw_tlp_mwr(&m->out, m->bdf, addr, &data, 4, 0);
	model_send(m, &m->out, -1, 0);
}

/* The pin as the registers want it: a message when that is another level than was told last. */
void model_intx_update(struct cw_model *m)
{
	bool level = model_intx_level(m, m->intx);

	if (level == m->intx_sent || !m->up)
		return;
	m->intx_sent = level;
	m->counter[CW_COUNTER_IRQ] += level;
	m->stats.interrupts += level;
	cw_tlp_msg(&m->out, m->bdf, level ? CW_MSG_ASSERT_INTA : CW_MSG_DEASSERT_INTA, ROUTE_LOCAL);
	model_send(m, &m->out, -1, 0);
}

void model_raise(struct cw_model *m, uint32_t vector)
{
	if (vector >= m->p.vectors || m->pulled)
		return;
	if (model_msix_enabled(m)) {
		if (model_bus_master(m))
			raise_msix(m, vector);
	} else if (model_msi_enabled(m)) {
		if (model_bus_master(m))
			raise_msi(m, vector);
	} else {
		m->intx = true;
		model_intx_update(m);
	}
}

void model_msix_pending(struct cw_model *m)
{
	for (uint32_t v = 0; v < m->p.vectors; v++)
		if (m->msix[v].pending)
			model_raise(m, v);
}
