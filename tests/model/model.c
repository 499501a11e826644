// SPDX-License-Identifier: BSD-2-Clause
/* Card model: life, time, the link, card memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model_priv.h"

#define BLOCK_BYTES 65536u

void cw_model_param_default(struct cw_model_param *p)
{
	*p = (struct cw_model_param){
		.id = CW_ID_MAGIC, .version = CW_VERSION_MAJOR << 16 | CW_VERSION_MINOR,
		.queues = 16, .vectors = 16, .addr_w = 64, .entries_log2_max = 16,
		.clock_hz = 250000000, .card_bytes = 1ull << 32, .delay_ps = 20000,
		.features = CW_CAP_FEATURES_STREAM_MASK | CW_CAP_FEATURES_EVENT_RING_MASK |
			    CW_CAP_FEATURES_MOD_TIME_MASK | CW_CAP_FEATURES_WEIGHT_MASK,
		.msi_log2 = 5,
	};
}

int cw_model_new(struct cw_model **model, struct cw_link *card_end, const struct cw_model_param *p)
{
	struct cw_model *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->p = *p;
	m->link = card_end;
	m->queue = calloc(p->queues, sizeof(*m->queue));
	m->msix = calloc(p->vectors, sizeof(*m->msix));
	m->event = calloc(p->vectors, sizeof(*m->event));
	m->user.loop = calloc(p->queues, sizeof(*m->user.loop));
	m->user.hold = calloc(p->queues, sizeof(*m->user.hold));
	m->block = calloc((p->card_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES, sizeof(*m->block));
	if (!m->queue || !m->msix || !m->event || !m->user.loop || !m->user.hold || !m->block || cw_txq_new(&m->txq, card_end)) {
		cw_model_free(m);
		return -ENOMEM;
	}
	model_reset(m, true);
	*model = m;
	return 0;
}

void cw_model_free(struct cw_model *m)
{
	if (!m)
		return;
	for (uint64_t i = 0; m->block && i < (m->p.card_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES; i++)
		free(m->block[i]);
	if (m->txq)
		cw_txq_free(m->txq);
	model_stream_free(m);
	free(m->user.hold);
	free(m->user.loop);
	free(m->block);
	free(m->event);
	free(m->msix);
	free(m->queue);
	free(m);
}

/* The engine's reset; everything: also the function's (FLR, hot reset, PERST). */
void model_reset(struct cw_model *m, bool everything)
{
	if (everything) {
		model_stream_free(m);
		model_user_reset(m);
		memset(m->tag, 0, sizeof(m->tag));
		memset(m->queue, 0, m->p.queues * sizeof(*m->queue));
		for (uint32_t v = 0; v < m->p.vectors; v++)
			m->msix[v] = (struct model_msix){ .dw[3] = CW_MSIX_CTRL_MASK_MASK };
		m->intx = false;
		model_cfg_init(m);
	}
	model_queues_reset(m);
	m->control = m->error = m->error_queue = m->scratch = 0;
	memset(m->event, 0, m->p.vectors * sizeof(*m->event));
	m->window_base = 0;
	m->db_stride = CW_DB_STRIDE_LOG2_MIN;
	m->cpl_timeout = 20;
	memset(m->counter, 0, sizeof(m->counter));
	m->resetting = model_reads_out(m);
}

int model_send(struct cw_model *m, const struct cw_tlp *t, int queue, uint32_t number)
{
	return cw_txq_push(m->txq, m->now, t, 0, queue, number);
}

/* ---- faults ---- */

int cw_model_inject(struct cw_model *m, const struct cw_model_fault *f)
{
	if (m->fault_n == MODEL_FAULT_N)
		return -ENOSPC;
	m->fault[m->fault_n] = *f;
	if (!f->times)
		m->fault[m->fault_n].times = 1;
	m->fault_n++;
	return 0;
}

bool model_fault(struct cw_model *m, enum cw_model_fault_kind kind, uint32_t queue, uint32_t number,
		 struct cw_model_fault *f)
{
	for (uint32_t i = 0; i < m->fault_n; i++) {
		*f = m->fault[i];
		if (f->kind != kind || (f->queue != CW_MODEL_ANY && f->queue != queue) ||
		    (f->number != CW_MODEL_ANY && f->number != number))
			continue;
		if (--m->fault[i].times == 0)
			m->fault[i] = m->fault[--m->fault_n];
		return true;
	}
	return false;
}

void cw_model_pull(struct cw_model *m)
{
	m->pulled = true;
}

void cw_model_stick(struct cw_model *m, bool on)
{
	m->stuck = on;
	if (!on) /* what waited for it ends now */
		for (uint32_t i = 0; i < m->p.queues; i++)
			model_queue_ctrl(m, i, m->queue[i].ctrl);
}

void cw_model_get_stats(const struct cw_model *m, struct cw_model_stats *s)
{
	*s = m->stats;
	s->faults_left = m->fault_n;
	for (uint32_t v = 0; v < m->p.vectors; v++)
		s->event_rings += model_event_on(m, v);
}

/* ---- card memory ---- */

static void *block_of(struct cw_model *m, uint64_t addr, bool create)
{
	void **b = &m->block[addr / BLOCK_BYTES];

	if (!*b && create)
		*b = calloc(1, BLOCK_BYTES);
	return *b;
}

void cw_model_mem_write(struct cw_model *m, uint64_t addr, const void *data, size_t len)
{
	while (len) {
		size_t off = addr % BLOCK_BYTES, n = BLOCK_BYTES - off < len ? BLOCK_BYTES - off : len;
		uint8_t *b = block_of(m, addr, true);

		if (b)
			memcpy(b + off, data, n);
		data = (const uint8_t *)data + n;
		addr += n;
		len -= n;
	}
}

void cw_model_mem_read(struct cw_model *m, uint64_t addr, void *data, size_t len)
{
	while (len) {
		size_t off = addr % BLOCK_BYTES, n = BLOCK_BYTES - off < len ? BLOCK_BYTES - off : len;
		uint8_t *b = block_of(m, addr, false);

		if (b)
			memcpy(data, b + off, n);
		else
			memset(data, 0, n);
		data = (uint8_t *)data + n;
		addr += n;
		len -= n;
	}
}

/* ---- requests of the host ---- */

static int answer_status(struct cw_model *m, const struct cw_tlp_info *i, uint8_t status)
{
	uint64_t first;
	uint32_t n = cw_tlp_span(i, &first);

	cw_tlp_cpl(&m->out, m->bdf, i->requester, i->tag, i->tc, i->attr, status,
		   i->kind == CW_TLP_MRD && n ? n : 4, i->kind == CW_TLP_MRD ? first & 0x7f : 0);
	return model_send(m, &m->out, -1, 0);
}

static int mem_read(struct cw_model *m, const struct cw_tlp_info *i)
{
	uint32_t dw[32];
	uint64_t first, offset;
	uint32_t n = cw_tlp_span(i, &first);
	int bar = model_cfg_bar(m, i->addr, 4u * i->len_dw, &offset);

	m->counter[CW_COUNTER_RX_MRD]++;
	if (bar < 0 || m->pulled)
		return answer_status(m, i, CW_CPL_UR);
	if (i->len_dw > sizeof(dw) / 4) /* longer than any read of registers: Completer Abort, 2.3.1.1 */
		return answer_status(m, i, CW_CPL_CA);
	for (uint32_t d = 0; d < i->len_dw; d++)
		dw[d] = model_reg_read(m, bar, offset + 4 * d);
	/* A read of no bytes is answered with one DW, byte count 1 (2.2.5, 2.3.1.1). */
	cw_tlp_cpld(&m->out, m->bdf, i->requester, i->tag, i->tc, i->attr, n ? n : 1,
		    (n ? first : i->addr) & 0x7f, dw, i->len_dw);
	return model_send(m, &m->out, -1, 0);
}

static void mem_write(struct cw_model *m, const struct cw_tlp *t, const struct cw_tlp_info *i)
{
	uint64_t offset;
	int bar = model_cfg_bar(m, i->addr, 4u * i->len_dw, &offset);
	uint32_t value[2] = { 0 };

	m->counter[CW_COUNTER_RX_MWR]++;
	if (m->pulled || bar < 0 || i->ep) {
		if (!m->pulled)
			model_error(m, i->ep ? CW_ERROR_REQ_POISONED_MASK : CW_ERROR_REQ_UNSUPPORTED_MASK, CW_MODEL_ANY);
		return;
	}
	if (bar == CW_BAR_DOORBELL) {
		uint32_t at = (uint32_t)offset & ((1u << m->db_stride) - 1);

		if (at + 4u * i->len_dw > 8)
			return;
		memcpy(&value[at / 4], t->data, 4u * i->len_dw);
		model_doorbell(m, offset, value, at == 0, at == 4 || i->len_dw == 2);
		return;
	}
	for (uint32_t d = 0; d < i->len_dw; d++) {
		memcpy(value, t->data + 4 * d, 4);
		model_reg_write(m, bar, offset + 4 * d, value[0],
				d == 0 ? i->first_be : d + 1 == i->len_dw ? i->last_be : 0xf);
	}
}

static int tlp_in(struct cw_model *m, const struct cw_tlp *t)
{
	struct cw_tlp_info i;

	if (cw_tlp_decode(t, &i, NULL))
		return 0; /* malformed: dropped (2.3) */
	switch (i.kind) {
	case CW_TLP_CFGRD: case CW_TLP_CFGWR:
		return model_cfg_request(m, t, &i);
	case CW_TLP_MRD:
		return mem_read(m, &i);
	case CW_TLP_MWR:
		mem_write(m, t, &i);
		return 0;
	case CW_TLP_CPL: case CW_TLP_CPLD:
		return m->pulled ? 0 : model_completion(m, t, &i);
	default:
		return i.fc == CW_FC_NP ? answer_status(m, &i, CW_CPL_UR) : 0;
	}
}

/* ---- the link ---- */

static int send_credit(struct cw_model *m)
{
	struct cw_msg *msg = calloc(1, sizeof(*msg));
	int ret;

	if (!msg)
		return -ENOMEM;
	msg->kind = CW_MSG_CREDIT;
	msg->stamp = m->now;
	msg->credit = m->rx.advertised;
	ret = cw_link_send(m->link, msg);
	free(msg);
	return ret;
}

static int link_in(struct cw_model *m, enum cw_link_state state)
{
	/* An endpoint's completion credits are infinite (2.6.1). */
	static const struct cw_credit limit = {
		.hdr = { 128, 64, CW_CREDIT_INFINITE }, .data = { 2048, 64, CW_CREDIT_INFINITE },
	};

	cw_txq_reset(m->txq);
	m->intx_sent = false; /* what it held fell with the link */
	model_reset(m, true);
	m->up = state == CW_LINK_UP;
	if (!m->up)
		return 0;
	cw_rx_credit_init(&m->rx, &limit);
	return send_credit(m);
}

static int arrival(struct cw_model *m)
{
	enum cw_fc_class fc;
	int ret = cw_link_recv(m->link, &m->in);

	if (ret)
		return ret;
	switch (m->in.kind) {
	case CW_MSG_LINK:
		return link_in(m, m->in.state);
	case CW_MSG_CREDIT:
		if (m->up)
			cw_txq_credit(m->txq, &m->in.credit);
		return 0;
	case CW_MSG_TLP:
		if (!m->up || cw_rx_credit_take(&m->rx, &m->in.tlp, &fc))
			return 0;
		ret = tlp_in(m, &m->in.tlp);
		if (ret)
			return ret;
		cw_rx_credit_return(&m->rx, &m->in.tlp);
		/* Nothing to return for completions: type 0b01010 (2.2.9). */
		return (m->in.tlp.dw[0] >> 24 & 0x1f) == 0x0a ? 0 : send_credit(m);
	default:
		return 0;
	}
}

/* ---- time ---- */

static uint64_t next_local(const struct cw_model *m)
{
	uint64_t t = cw_txq_next(m->txq);

	for (uint32_t i = 0; i < m->p.queues; i++) {
		if (m->queue[i].wake < t)
			t = m->queue[i].wake;
		if (m->queue[i].deadline < t)
			t = m->queue[i].deadline;
	}
	return t;
}

static int run_local(struct cw_model *m)
{
	int ret = 0;

	for (uint32_t i = 0; i < m->p.queues; i++)
		if (m->queue[i].deadline <= m->now)
			model_queue_late(m, i);
	for (uint32_t i = 0; i < m->p.queues && !ret; i++)
		if (m->queue[i].wake <= m->now)
			ret = model_queue_step(m, i);
	if (!ret)
		ret = cw_txq_run(m->txq, m->now, NULL, NULL);
	if (ret >= 0 && cw_txq_depth(m->txq, CW_FC_P) < MODEL_TX_DEPTH)
		model_queues_resume(m, MODEL_WAIT_TX);
	return ret;
}

int cw_model_step(void *model)
{
	struct cw_model *m = model;
	int progress = 0, ret = 0;

	while (ret >= 0) {
		uint64_t a = cw_link_next(m->link), l = next_local(m), t = a < l ? a : l;

		if (t == CW_TIME_NEVER || t >= cw_link_horizon(m->link))
			break;
		if (t > m->now)
			m->now = t;
		ret = a <= m->now ? arrival(m) : run_local(m);
		progress = 1;
	}
	if (ret >= 0)
		ret = cw_link_promise(m->link, next_local(m) > m->now ? next_local(m) : m->now);
	return ret < 0 ? ret : progress;
}
