// SPDX-License-Identifier: BSD-2-Clause
/*
 * Card model: queues. A queue fetches a batch of descriptors, does them one
 * after the other, and writes each one's record; it is stepped when its wake
 * time comes, and by the completions of its reads.
 */
#include <string.h>

#include "model_priv.h"

/* A card has no more address lines than it says. */
static uint64_t drive(const struct cw_model *m, uint64_t addr)
{
	return m->p.addr_w < 64 ? addr & ((1ull << m->p.addr_w) - 1) : addr;
}

static struct model_tag *tag_new(struct cw_model *m, uint32_t queue, uint16_t *number)
{
	for (uint16_t i = 0; i < MODEL_TAG_N; i++)
		if (!m->tag[i].used) {
			m->tag[i] = (struct model_tag){ .used = true, .queue = queue };
			m->queue[queue].reads++;
			*number = i;
			return &m->tag[i];
		}
	return NULL;
}

uint32_t model_reads_out(const struct cw_model *m)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < MODEL_TAG_N; i++)
		n += m->tag[i].used;
	return n;
}

void model_queue_kick(struct cw_model *m, uint32_t queue)
{
	if (m->queue[queue].wake == CW_TIME_NEVER)
		m->queue[queue].wake = m->now + m->p.delay_ps;
}

void model_queues_resume(struct cw_model *m, enum model_wait what)
{
	for (uint32_t i = 0; i < m->p.queues; i++)
		if (m->queue[i].waiting == what) {
			m->queue[i].waiting = MODEL_WAIT_NONE;
			model_queue_kick(m, i);
		}
}

/* ---- control ---- */

static void drop_work(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];

	q->buf_n = q->buf_at = 0;
	q->fetching = q->busy = q->swallowed = false;
	model_stream_drop(m, queue);
	q->waiting = MODEL_WAIT_NONE;
	q->wake = CW_TIME_NEVER;
	for (unsigned i = 0; i < MODEL_TAG_N; i++)
		if (m->tag[i].used && m->tag[i].queue == queue)
			m->tag[i].stale = true;
}

static void settle(struct cw_model *m, struct model_queue *q)
{
	if (!(q->ctrl & CW_Q_CTRL_ENABLE_MASK))
		q->state = q->reads || m->stuck ? CW_QSTATE_DRAINING : CW_QSTATE_DISABLED;
	else if (q->state == CW_QSTATE_DRAINING && !q->reads && q->buf_at == q->buf_n)
		q->state = CW_QSTATE_QUIESCED;
}

static void enable(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];

	drop_work(m, queue);
	q->producer = q->consumer = q->fetched = q->retired = q->records = 0;
	q->cause = q->db_error = 0;
	model_queue_quiet(q);
	q->state = CW_QSTATE_RUNNING;
}

void model_queue_ctrl(struct cw_model *m, uint32_t queue, uint32_t value)
{
	struct model_queue *q = &m->queue[queue];
	uint32_t was = q->ctrl;

	if (value & ~was & CW_Q_CTRL_ENABLE_MASK) {
		if (q->state != CW_QSTATE_DISABLED)
			return;
		enable(m, queue);
	}
	q->ctrl = value & (CW_Q_CTRL_ENABLE_MASK | CW_Q_CTRL_QUIESCE_MASK);
	if (!(value & CW_Q_CTRL_ENABLE_MASK)) {
		drop_work(m, queue);
		model_queue_quiet(q);
	} else if (q->state != CW_QSTATE_HALTED) {
		q->state = value & CW_Q_CTRL_QUIESCE_MASK ? CW_QSTATE_DRAINING : CW_QSTATE_RUNNING;
		model_queue_kick(m, queue);
	}
	settle(m, q);
}

void model_queues_reset(struct cw_model *m)
{
	for (uint32_t i = 0; i < m->p.queues; i++)
		model_queue_ctrl(m, i, 0);
}

static void halt(struct cw_model *m, uint32_t queue, uint32_t cause)
{
	struct model_queue *q = &m->queue[queue];

	drop_work(m, queue);
	q->state = CW_QSTATE_HALTED;
	q->cause = cause;
	model_error(m, CW_ERROR_HALT_MASK, queue);
	model_queue_halted(m, queue);
}

/* ---- records and interrupts ---- */

static void record_build(struct cw_model *m, uint32_t queue, uint32_t *dw, uint32_t bytes)
{
	struct model_queue *q = &m->queue[queue];
	struct model_desc *d = &q->buf[q->buf_at];
	uint64_t now = (uint64_t)((unsigned __int128)m->now * m->p.clock_hz / 1000000000000ull);
	uint32_t phase = ~(q->records / model_entries(q)) & 1;
	struct cw_model_fault f;

	if (model_streams(q) && q->config & CW_Q_CONFIG_C2H_MASK) {
		now = q->word;
		if (model_fault(m, CW_MODEL_WORD, queue, d->number, &f))
			now ^= (uint64_t)f.arg << CW_RECORD_S2H_SOP;
	}
	dw[0] = d->number;
	if (model_fault(m, CW_MODEL_BAD_NUMBER, queue, d->number, &f))
		dw[0] += f.arg;
	if (model_fault(m, CW_MODEL_BAD_BYTES, queue, d->number, &f))
		bytes = f.arg & CW_RECORD_DW1_BYTES_MASK;
	dw[1] = bytes | (uint32_t)(now & 0xff) << CW_RECORD_DW1_NOW0_SHIFT;
	dw[2] = (uint32_t)(now >> 8);
	dw[3] = (now >> 40 & 0xff) | q->status << CW_RECORD_DW3_STATUS_SHIFT | phase << CW_RECORD_DW3_PHASE_SHIFT;
	if (model_fault(m, CW_MODEL_BAD_QUEUE, queue, d->number, &f))
		dw[3] |= f.arg << CW_RECORD_DW3_QUEUE_SHIFT;
	else
		dw[3] |= queue << CW_RECORD_DW3_QUEUE_SHIFT;
}

/* The descriptor has ended: its record, then the interrupt. */
static int finish(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	struct model_desc *d = &q->buf[q->buf_at];
	bool bad = q->status >= CW_STATUS_BAD_LEN && q->status <= CW_STATUS_BAD_RANGE;
	struct cw_model_fault f;
	uint32_t dw[4];
	int ret;

	record_build(m, queue, dw, q->status == CW_STATUS_OK ? q->good : q->fail_at);
	cw_tlp_mwr(&m->out, m->bdf, drive(m, q->cpl + (uint64_t)(q->records % model_entries(q)) * CW_RECORD_BYTES),
		   dw, sizeof(dw), 0);
	ret = model_send(m, &m->out, (int)queue, d->number);
	if (ret)
		return ret;
	m->counter[CW_COUNTER_RECORD]++;
	m->stats.records++;
	m->stats.queues_used |= queue < 32 ? 1u << queue : 0;
	q->records++;
	q->retired++;
	if (model_fault(m, CW_MODEL_NO_IRQ, queue, d->number, &f))
		q->mute = true;
	model_queue_note(m, queue, d->flags & CW_DESC_DW2_IRQ_MASK);
	model_stream_ended(m, queue, d);
	q->busy = false;
	q->buf_at++;
	if (bad)
		halt(m, queue, q->status);
	return 0;
}

/* ---- descriptors ---- */

static int fetch(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	uint32_t slot = q->fetched % model_entries(q), n = q->producer - q->fetched;
	uint64_t addr = drive(m, q->ring + (uint64_t)slot * CW_DESC_BYTES);
	uint32_t page = (4096 - (addr & 4095)) / CW_DESC_BYTES;
	struct model_tag *t;
	uint16_t tag;

	if (n > MODEL_FETCH_MAX)
		n = MODEL_FETCH_MAX;
	if (n > model_entries(q) - slot)
		n = model_entries(q) - slot;
	if (n > page)
		n = page;
	if (n > model_mrrs(m) / CW_DESC_BYTES)
		n = model_mrrs(m) / CW_DESC_BYTES;
	t = tag_new(m, queue, &tag);
	if (!t) {
		q->waiting = MODEL_WAIT_TAG;
		return 0;
	}
	t->fetch = true;
	t->addr = addr;
	t->left = n * CW_DESC_BYTES;
	q->fetching = true;
	q->buf_n = n;
	q->buf_at = n; /* none to do until they are here */
	m->counter[CW_COUNTER_TX_MRD]++;
	cw_tlp_mrd(&m->out, m->bdf, tag, addr, t->left, 0);
	return model_send(m, &m->out, (int)queue, q->fetched);
}

static void fetched(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];

	for (uint32_t i = 0; i < q->buf_n; i++) {
		struct model_desc *d = &q->buf[i];
		uint32_t dw[4];

		memcpy(dw, &q->raw[i * CW_DESC_BYTES], sizeof(dw));
		d->host = drive(m, dw[0] | (uint64_t)dw[1] << 32);
		d->len = dw[2] & CW_DESC_DW2_LEN_MASK;
		d->flags = dw[2] & (CW_DESC_DW2_SOP_MASK | CW_DESC_DW2_EOP_MASK | CW_DESC_DW2_IRQ_MASK |
				    CW_DESC_DW2_RSVD_MASK);
		d->card = dw[3] | (uint64_t)(dw[2] >> CW_DESC_DW2_CARD_HI_SHIFT) << 32;
		d->number = q->fetched++;
		m->counter[CW_COUNTER_DESC]++;
		m->stats.descriptors++;
	}
	q->buf_at = 0;
	q->fetching = false;
}

static uint32_t check(const struct cw_model *m, const struct model_queue *q, const struct model_desc *d)
{
	if (model_streams(q))
		return model_stream_check(q, d);
	if (d->len == 0)
		return CW_STATUS_BAD_LEN;
	if (d->flags & ~CW_DESC_DW2_IRQ_MASK)
		return CW_STATUS_BAD_FLAGS;
	if (d->card + d->len > q->card_limit)
		return CW_STATUS_BAD_RANGE;
	return q->card_base + d->card + d->len > m->p.card_bytes ? CW_STATUS_AXI : CW_STATUS_OK;
}

/* True: it goes on to move data. */
static bool begin(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	struct model_desc *d = &q->buf[q->buf_at];
	struct cw_model_fault f;

	q->busy = true;
	q->issued = q->moved = q->fail_at = 0;
	q->good = d->len;
	q->word = 0;
	q->status = check(m, q, d);
	if (q->status == CW_STATUS_OK && model_streams(q) && !(q->config & CW_Q_CONFIG_C2H_MASK))
		model_stream_begin(q, d);
	if (model_fault(m, CW_MODEL_HALT, queue, d->number, &f)) {
		halt(m, queue, f.arg);
		return false;
	}
	if (model_fault(m, CW_MODEL_SWALLOW, queue, d->number, &f)) {
		q->swallowed = true;
		return false;
	}
	if (model_fault(m, CW_MODEL_STATUS, queue, d->number, &f)) {
		q->status = f.arg;
		q->fail_at = f.bytes;
	}
	return true;
}

/* Bytes of one request: to the limit, a 4 KiB border (2.2.7) or the end. */
static uint32_t piece(uint64_t addr, uint32_t left, uint32_t limit)
{
	uint32_t n = 4096 - (addr & 4095);

	n = n < limit ? n : limit;
	return n < left ? n : left;
}

static int read_host(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	struct model_desc *d = &q->buf[q->buf_at];

	while (q->issued < d->len && q->status == CW_STATUS_OK) {
		uint32_t n = piece(d->host + q->issued, d->len - q->issued,
				   model_mrrs(m) - (d->host + q->issued) % 4);
		struct model_tag *t;
		uint16_t tag;
		int ret;

		t = tag_new(m, queue, &tag);
		if (!t) {
			q->waiting = MODEL_WAIT_TAG;
			return 0;
		}
		t->addr = d->host + q->issued;
		t->to = (q->in ? q->in->at : q->card_base + d->card) + q->issued;
		t->at = q->issued;
		t->left = n;
		q->issued += n;
		m->counter[CW_COUNTER_TX_MRD]++;
		cw_tlp_mrd(&m->out, m->bdf, tag, t->addr, n, 0);
		ret = model_send(m, &m->out, (int)queue, d->number);
		if (ret)
			return ret;
	}
	if (q->reads)
		return 0;
	m->counter[CW_COUNTER_H2C_BYTES] += q->moved;
	return finish(m, queue);
}

static int write_host(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	struct model_desc *d = &q->buf[q->buf_at];
	uint8_t data[CW_TLP_PAYLOAD_MAX];

	if (model_streams(q) && q->status == CW_STATUS_OK)
		q->good = model_stream_take(q, d->len);
	while (q->issued < q->good && q->status == CW_STATUS_OK) {
		uint32_t n = piece(d->host + q->issued, q->good - q->issued,
				   model_mps(m) - (d->host + q->issued) % 4);
		int ret;

		if (cw_txq_depth(m->txq, CW_FC_P) >= MODEL_TX_DEPTH) {
			q->waiting = MODEL_WAIT_TX;
			return 0;
		}
		if (model_streams(q))
			memcpy(data, q->out->data + q->out->at + q->issued, n);
		else
			cw_model_mem_read(m, q->card_base + d->card + q->issued, data, n);
		m->counter[CW_COUNTER_TX_MWR]++;
		cw_tlp_mwr(&m->out, m->bdf, d->host + q->issued, data, n, 0);
		q->issued += n;
		ret = model_send(m, &m->out, (int)queue, d->number);
		if (ret)
			return ret;
	}
	m->counter[CW_COUNTER_C2H_BYTES] += q->issued;
	if (model_streams(q) && q->status == CW_STATUS_OK)
		q->word = model_stream_word(m, q, q->good);
	return finish(m, queue);
}

int model_queue_step(struct cw_model *m, uint32_t queue)
{
	struct model_queue *q = &m->queue[queue];
	int ret = 0;

	q->wake = CW_TIME_NEVER;
	if (m->pulled || !model_bus_master(m) || q->swallowed || q->fetching ||
	    (q->state != CW_QSTATE_RUNNING && q->state != CW_QSTATE_DRAINING))
		return 0;
	if (q->buf_at == q->buf_n) {
		settle(m, q);
		if (q->producer == q->fetched)
			model_stream_starved(m, queue);
		if (q->producer == q->fetched || q->state != CW_QSTATE_RUNNING ||
		    !(m->control & CW_CONTROL_ENABLE_MASK))
			return 0;
		return fetch(m, queue);
	}
	if (model_stream_waits(m, queue))
		return 0;
	if (q->busy || begin(m, queue))
		ret = q->config & CW_Q_CONFIG_C2H_MASK ? write_host(m, queue) : read_host(m, queue);
	if (!q->busy && q->state != CW_QSTATE_HALTED)
		model_queue_kick(m, queue);
	return ret;
}

/* ---- completions ---- */

static void tag_end(struct cw_model *m, struct model_tag *t, uint32_t status)
{
	uint32_t queue = t->queue;
	struct model_queue *q = &m->queue[queue];

	t->used = false;
	q->reads--;
	if (t->stale) {
		settle(m, q);
		if (m->resetting && !model_reads_out(m))
			m->resetting = false;
	} else if (t->fetch && status != CW_STATUS_OK) {
		halt(m, queue, CW_STATUS_FETCH);
	} else if (t->fetch) {
		fetched(m, queue);
	} else if (status != CW_STATUS_OK && (q->status == CW_STATUS_OK || t->at < q->fail_at)) {
		q->status = status;
		q->fail_at = t->at;
	}
	model_queues_resume(m, MODEL_WAIT_TAG);
	model_queue_kick(m, queue);
}

static uint32_t cpl_status(const struct cw_tlp *tlp, const struct cw_tlp_info *i, const struct model_tag *t,
			   uint32_t n)
{
	if (i->status == CW_CPL_UR)
		return CW_STATUS_UR;
	if (i->status != CW_CPL_SC)
		return CW_STATUS_CA;
	if (i->ep)
		return CW_STATUS_POISON;
	if (i->byte_count != t->left || i->lower_addr != (t->addr & 0x7f) || !tlp->data_len || n > t->left)
		return CW_STATUS_MALFORMED;
	return CW_STATUS_OK;
}

int model_completion(struct cw_model *m, const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	struct model_tag *t = i->tag < MODEL_TAG_N ? &m->tag[i->tag] : NULL;
	uint32_t off = i->lower_addr & 3, n, status;

	m->counter[CW_COUNTER_RX_CPL]++;
	if (!t || !t->used || i->requester != m->bdf) {
		m->stats.unexpected_cpl++;
		m->counter[CW_COUNTER_ERR_UNEXPECTED]++;
		model_error(m, CW_ERROR_CPL_UNEXPECTED_MASK, CW_MODEL_ANY);
		return 0;
	}
	/* The last completion of a read may end inside its last DW. */
	n = tlp->data_len > off ? tlp->data_len - off : 0;
	if (n > t->left && n - t->left < 4)
		n = t->left;
	status = cpl_status(tlp, i, t, n);
	if (status != CW_STATUS_OK) {
		tag_end(m, t, status);
		return 0;
	}
	if (!t->stale && t->fetch)
		memcpy(&m->queue[t->queue].raw[t->to], tlp->data + off, n);
	else if (!t->stale && m->queue[t->queue].in)
		memcpy(m->queue[t->queue].in->data + t->to, tlp->data + off, n);
	else if (!t->stale)
		cw_model_mem_write(m, t->to, tlp->data + off, n);
	if (!t->stale && !t->fetch)
		m->queue[t->queue].moved += n;
	t->addr += n;
	t->to += n;
	t->at += n;
	t->left -= n;
	if (t->left == 0)
		tag_end(m, t, CW_STATUS_OK);
	return 0;
}
