// SPDX-License-Identifier: BSD-2-Clause
/* Card model: BAR0 registers, doorbells, MSI-X table, the window onto card memory. */
#include <string.h>

#include "model_priv.h"

static uint64_t cycles(const struct cw_model *m)
{
	return (uint64_t)((unsigned __int128)m->now * m->p.clock_hz / 1000000000000ull);
}

/* The low word of a pair that changes by itself keeps its high word for the next read. */
static uint32_t latched(struct cw_model *m, uint32_t reg, uint64_t value)
{
	if (reg & 4)
		return m->latch_lo == reg - 4 ? m->latch_hi : (uint32_t)(value >> 32);
	m->latch_lo = reg;
	m->latch_hi = value >> 32;
	return (uint32_t)value;
}

static bool idle(const struct cw_model *m)
{
	for (unsigned i = 0; i < MODEL_TAG_N; i++)
		if (m->tag[i].used)
			return false;
	for (unsigned i = 0; i < m->p.queues; i++)
		if (m->queue[i].buf_n)
			return false;
	return true;
}

static uint32_t ilog2(uint32_t bytes)
{
	return 31 - __builtin_clz(bytes);
}

static uint32_t global_read(struct cw_model *m, uint32_t reg)
{
	if (reg >= CW_COUNTER_OFFSET && reg < CW_COUNTER_OFFSET + 8 * CW_COUNTER_N)
		return latched(m, reg, m->counter[(reg - CW_COUNTER_OFFSET) / 8]);
	switch (reg) {
	case CW_ID: return m->p.id;
	case CW_VERSION: return m->p.version;
	case CW_CAP_COUNTS: return m->p.queues | (uint32_t)m->p.vectors << CW_CAP_COUNTS_VECTORS_SHIFT;
	case CW_CAP_DMA:
		return m->p.addr_w | 32u << CW_CAP_DMA_DATA_BYTES_SHIFT |
		       (uint32_t)m->p.entries_log2_max << CW_CAP_DMA_ENTRIES_LOG2_MAX_SHIFT |
		       (uint32_t)MODEL_FETCH_MAX << CW_CAP_DMA_FETCH_MAX_SHIFT;
	case CW_CAP_FEATURES: return m->p.features | (uint32_t)MODEL_TAG_N << CW_CAP_FEATURES_TAGS_SHIFT;
	case CW_CLOCK_HZ: return m->p.clock_hz;
	case CW_CARD_MEM_LO: return (uint32_t)m->p.card_bytes;
	case CW_CARD_MEM_HI: return m->p.card_bytes >> 32;
	case CW_SCRATCH: return m->scratch;
	case CW_CONTROL: return m->control | (m->resetting || m->stuck ? CW_CONTROL_RESET_MASK : 0);
	case CW_STATUS: return CW_STATUS_READY_MASK | (idle(m) ? CW_STATUS_IDLE_MASK : 0);
	case CW_ERROR: return m->error;
	case CW_ERROR_QUEUE: return m->error_queue;
	case CW_DB_STRIDE: return m->db_stride;
	case CW_WINDOW_BASE_LO: return (uint32_t)m->window_base;
	case CW_WINDOW_BASE_HI: return m->window_base >> 32;
	case CW_CPL_TIMEOUT: return m->cpl_timeout;
	case CW_LINK:
		return (ilog2(model_mps(m)) - 7) | (ilog2(model_mrrs(m)) - 7) << CW_LINK_MRRS_SHIFT |
		       (model_bus_master(m) ? CW_LINK_BME_MASK : 0);
	case CW_NOW_LO: case CW_NOW_HI: return latched(m, reg, cycles(m));
	case CW_INTX: return m->intx;
	default: return 0;
	}
}

static uint32_t queue_read(const struct cw_model *m, uint32_t queue, uint32_t reg)
{
	const struct model_queue *q = &m->queue[queue];

	switch (reg) {
	case CW_Q_CTRL: return q->ctrl;
	case CW_Q_STATUS:
		return q->state | q->cause << CW_Q_STATUS_CAUSE_SHIFT | q->db_error << CW_Q_STATUS_DB_ERROR_SHIFT;
	case CW_Q_CONFIG: return q->config;
	case CW_Q_MODERATION: return q->moderation;
	case CW_Q_RING_LO: return (uint32_t)q->ring;
	case CW_Q_RING_HI: return q->ring >> 32;
	case CW_Q_CPL_LO: return (uint32_t)q->cpl;
	case CW_Q_CPL_HI: return q->cpl >> 32;
	case CW_Q_CARD_BASE_LO: return (uint32_t)q->card_base;
	case CW_Q_CARD_BASE_HI: return q->card_base >> 32;
	case CW_Q_CARD_LIMIT_LO: return (uint32_t)q->card_limit;
	case CW_Q_CARD_LIMIT_HI: return q->card_limit >> 32;
	case CW_Q_PRODUCER: return q->producer;
	case CW_Q_CONSUMER: return q->consumer;
	case CW_Q_FETCHED: return q->fetched;
	case CW_Q_RETIRED: return q->retired;
	case CW_Q_RECORDS: return q->records;
	default: return 0;
	}
}

static struct model_event *event_of(struct cw_model *m, uint32_t offset)
{
	uint32_t v = (offset - CW_EVENT_OFFSET) / CW_EVENT_STRIDE;

	if (offset < CW_EVENT_OFFSET || v >= m->p.vectors || !(m->p.features & CW_CAP_FEATURES_EVENT_RING_MASK))
		return NULL;
	return &m->event[v];
}

static uint32_t event_read(const struct model_event *e, uint32_t reg)
{
	switch (reg) {
	case CW_EVENT_BASE_LO: return (uint32_t)e->base;
	case CW_EVENT_BASE_HI: return e->base >> 32;
	case CW_EVENT_SIZE: return e->size;
	case CW_EVENT_CONSUMER: return e->consumer;
	default: return 0;
	}
}

static uint32_t pba_read(const struct cw_model *m, uint32_t first)
{
	uint32_t bits = 0;

	for (uint32_t v = first; v < first + 32 && v < m->p.vectors; v++)
		bits |= (uint32_t)m->msix[v].pending << (v - first);
	return bits;
}

uint32_t model_reg_read(struct cw_model *m, int bar, uint64_t offset)
{
	uint32_t o = (uint32_t)offset & ~3u, value = 0;

	if (bar == CW_BAR_WINDOW) {
		if (m->window_base + o + 4 <= m->p.card_bytes)
			cw_model_mem_read(m, m->window_base + o, &value, 4);
		return value;
	}
	if (bar != CW_BAR_REGS)
		return 0;
	if (o < CW_MSIX_TABLE_OFFSET)
		return global_read(m, o);
	if (o < CW_MSIX_PBA_OFFSET)
		return (o - CW_MSIX_TABLE_OFFSET) / 16 < m->p.vectors ?
		       m->msix[(o - CW_MSIX_TABLE_OFFSET) / 16].dw[o / 4 % 4] : 0;
	if (o < CW_EVENT_OFFSET)
		return pba_read(m, (o - CW_MSIX_PBA_OFFSET) * 8);
	if (event_of(m, o))
		return event_read(event_of(m, o), o % CW_EVENT_STRIDE);
	if (o >= CW_USER_OFFSET && o < CW_USER_OFFSET + CW_USER_BYTES)
		return model_user_read(m, o - CW_USER_OFFSET);
	if (o >= CW_QUEUE_OFFSET && (o - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE < m->p.queues)
		return queue_read(m, (o - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE, o % CW_QUEUE_STRIDE);
	return 0;
}

static void set_half(uint64_t *pair, bool high, uint32_t value)
{
	*pair = high ? (*pair & 0xffffffffu) | (uint64_t)value << 32 : (*pair & ~0xffffffffull) | value;
}

static void global_write(struct cw_model *m, uint32_t reg, uint32_t value)
{
	switch (reg) {
	case CW_SCRATCH: m->scratch = value; break;
	case CW_CONTROL:
		m->control = value & CW_CONTROL_ENABLE_MASK;
		if (value & CW_CONTROL_RESET_MASK)
			model_reset(m, false);
		for (uint32_t q = 0; q < m->p.queues; q++)
			model_queue_kick(m, q);
		break;
	case CW_ERROR: m->error &= ~value; break;
	case CW_ERROR_QUEUE: m->error_queue = 0; break;
	case CW_DB_STRIDE: break; /* BAR2 has room for the smallest stride only */
	case CW_WINDOW_BASE_LO: set_half(&m->window_base, false, value & ~(CW_BAR4_BYTES - 1)); break;
	case CW_WINDOW_BASE_HI: set_half(&m->window_base, true, value); break;
	case CW_CPL_TIMEOUT: m->cpl_timeout = value & CW_CPL_TIMEOUT_LOG2_MASK; break;
	case CW_INTX:
		m->intx = m->intx && !(value & CW_INTX_PENDING_MASK);
		model_intx_update(m);
		break;
	}
}

static void queue_write(struct cw_model *m, uint32_t queue, uint32_t reg, uint32_t value)
{
	struct model_queue *q = &m->queue[queue];

	if (reg == CW_Q_CTRL)
		model_queue_ctrl(m, queue, value);
	if (q->state != CW_QSTATE_DISABLED || reg == CW_Q_CTRL)
		return;
	switch (reg) {
	case CW_Q_CONFIG: q->config = value; break;
	case CW_Q_MODERATION: q->moderation = value; break;
	case CW_Q_RING_LO: case CW_Q_RING_HI: set_half(&q->ring, reg & 4, value); break;
	case CW_Q_CPL_LO: case CW_Q_CPL_HI: set_half(&q->cpl, reg & 4, value); break;
	case CW_Q_CARD_BASE_LO: case CW_Q_CARD_BASE_HI: set_half(&q->card_base, reg & 4, value); break;
	case CW_Q_CARD_LIMIT_LO: case CW_Q_CARD_LIMIT_HI: set_half(&q->card_limit, reg & 4, value); break;
	}
}

static void event_write(struct cw_model *m, struct model_event *e, uint32_t reg, uint32_t value)
{
	switch (reg) {
	case CW_EVENT_BASE_LO: case CW_EVENT_BASE_HI: set_half(&e->base, reg & 4, reg & 4 ? value : value & ~63u); break;
	case CW_EVENT_SIZE: e->size = value & CW_EVENT_SIZE_LOG2_MASK; break;
	case CW_EVENT_CONSUMER:
		if (value - e->consumer > e->produced - e->consumer) {
			m->stats.bad_consumers++;
			model_error(m, CW_ERROR_DOORBELL_MASK, CW_MODEL_ANY);
			return;
		}
		e->consumer = value;
		model_event_serve(m, (uint32_t)(e - m->event));
		return;
	default: return;
	}
	e->produced = e->consumer = 0;
	model_event_serve(m, (uint32_t)(e - m->event));
}

static void regs_write(struct cw_model *m, uint32_t o, uint32_t value)
{
	if (o < CW_MSIX_TABLE_OFFSET) {
		global_write(m, o, value);
	} else if (o < CW_MSIX_PBA_OFFSET) {
		if ((o - CW_MSIX_TABLE_OFFSET) / 16 < m->p.vectors)
			m->msix[(o - CW_MSIX_TABLE_OFFSET) / 16].dw[o / 4 % 4] = value;
		model_msix_pending(m);
	} else if (event_of(m, o)) {
		event_write(m, event_of(m, o), o % CW_EVENT_STRIDE, value);
	} else if (o >= CW_USER_OFFSET && o < CW_USER_OFFSET + CW_USER_BYTES) {
		model_user_write(m, o - CW_USER_OFFSET, value);
	} else if (o >= CW_QUEUE_OFFSET && (o - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE < m->p.queues) {
		queue_write(m, (o - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE, o % CW_QUEUE_STRIDE, value);
	}
}

void model_reg_write(struct cw_model *m, int bar, uint64_t offset, uint32_t value, uint8_t be)
{
	uint32_t o = (uint32_t)offset & ~3u;

	if (bar == CW_BAR_WINDOW) {
		for (int b = 0; b < 4; b++)
			if (be & 1 << b && m->window_base + o + b < m->p.card_bytes)
				cw_model_mem_write(m, m->window_base + o + b, (uint8_t *)&value + b, 1);
	} else if (bar == CW_BAR_REGS && be == 0xf) {
		regs_write(m, o, value);
	} else {
		model_error(m, CW_ERROR_REQ_UNSUPPORTED_MASK, CW_MODEL_ANY);
	}
}

static bool doorbell_ok(struct cw_model *m, uint32_t queue, bool ok)
{
	if (ok)
		return true;
	m->counter[CW_COUNTER_ERR_DOORBELL]++;
	m->stats.bad_doorbells++;
	if (queue < m->p.queues)
		m->queue[queue].db_error = 1;
	model_error(m, CW_ERROR_DOORBELL_MASK, queue);
	return false;
}

static void consumer_write(struct cw_model *m, uint32_t queue, uint32_t value)
{
	struct model_queue *q = &m->queue[queue];

	if (!doorbell_ok(m, queue, value - q->consumer <= q->records - q->consumer))
		return;
	q->consumer = value;
	model_queue_arm(m, queue);
}

/* value[0] producer, value[1] consumer, which is applied first. */
void model_doorbell(struct cw_model *m, uint64_t offset, const uint32_t *value, bool producer, bool consumer)
{
	uint32_t queue = (uint32_t)(offset >> m->db_stride);
	struct model_queue *q = queue < m->p.queues ? &m->queue[queue] : NULL;

	if (!doorbell_ok(m, queue, q && (q->ctrl & CW_Q_CTRL_ENABLE_MASK)))
		return;
	m->stats.doorbells++;
	m->stats.doorbells8 += producer && consumer;
	m->counter[CW_COUNTER_DOORBELL]++;
	if (consumer)
		consumer_write(m, queue, value[1]);
	if (producer && doorbell_ok(m, queue, value[0] - q->consumer <= model_entries(q) &&
				    value[0] - q->consumer >= q->producer - q->consumer)) {
		q->producer = value[0];
		model_queue_kick(m, queue);
	}
}

void model_error(struct cw_model *m, uint32_t bit, uint32_t queue)
{
	struct cw_model_fault f;

	m->error |= bit;
	if (queue < m->p.queues) {
		if (m->error_queue & CW_ERROR_QUEUE_VALID_MASK)
			m->error_queue |= CW_ERROR_QUEUE_OVERFLOW_MASK;
		else
			m->error_queue = CW_ERROR_QUEUE_VALID_MASK | queue;
	}
	if (!model_fault(m, CW_MODEL_NO_ERROR, queue, 0, &f))
		model_raise(m, 0);
}
