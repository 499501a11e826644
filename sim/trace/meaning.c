// SPDX-License-Identifier: BSD-2-Clause
/* What TLPs are for: the host's requests, and the card's answers to them. */
#include <stdlib.h>
#include <string.h>

#include "meaning_priv.h"

struct cw_meaning *cw_meaning_new(void)
{
	struct cw_meaning *m = calloc(1, sizeof(*m));

	if (m)
		m->global[CW_DB_STRIDE / 4] = CW_DB_STRIDE_LOG2_MIN;
	return m;
}

void cw_meaning_free(struct cw_meaning *m)
{
	free(m);
}

void cw_meaning_numbers(char *buf, size_t size, const char *what, uint32_t first, uint32_t count)
{
	if (count == 1)
		snprintf(buf, size, "%s %u", what, first);
	else
		snprintf(buf, size, "%ss %u to %u", what, first, first + count - 1);
}

bool cw_meaning_covers(const struct cw_mean_index *i, uint32_t number)
{
	/* Running counts modulo 2^32: distances, not values, are compared. */
	return i->set && number - i->before < i->now - i->before;
}

const char *mean_status(uint8_t status)
{
	switch (status) {
	case CW_CPL_SC: return "Successful Completion";
	case CW_CPL_UR: return "Unsupported Request";
	case CW_CPL_CRS: return "Request Retry Status";
	case CW_CPL_CA: return "Completer Abort";
	default: return "reserved status";
	}
}

/* ---- requests and their completions: section 2.2.9 ---- */

struct pending *mean_open(struct cw_meaning *m, enum cw_link_side side, const struct cw_mean *mean)
{
	struct pending *p = &m->pending[side][mean->info.tag % CW_TLP_TAG_N];

	*p = (struct pending){ .used = true, .kind = mean->kind, .requester = mean->info.requester,
			       .queue = mean->queue, .generation = mean->generation, .first = mean->first,
			       .count = mean->count };
	p->span = 4;
	if (mean->info.kind == CW_TLP_MRD)
		p->span = cw_tlp_span(&mean->info, &p->addr);
	return p;
}

struct pending *mean_answered(struct cw_meaning *m, enum cw_link_side side, const struct cw_mean *mean)
{
	struct pending *p = &m->pending[side][mean->info.tag % CW_TLP_TAG_N];

	return p->used && p->requester == mean->info.requester ? p : NULL;
}

void mean_close(struct pending *p, const struct cw_mean *mean)
{
	/* Byte Count is what was left before this completion. */
	uint32_t here = 4u * mean->info.len_dw - (mean->info.lower_addr & 3);

	if (mean->info.kind != CW_TLP_CPLD || mean->info.status != CW_CPL_SC || mean->info.byte_count <= here)
		p->used = false;
	else
		p->done = p->span > mean->info.byte_count - here ? p->span - (mean->info.byte_count - here) : 0;
}

/* ---- registers ---- */

uint32_t mean_entries(const struct queue *q)
{
	return 1u << MEAN_FIELD(q->reg[CW_Q_CONFIG / 4], CW_Q_CONFIG_ENTRIES_LOG2);
}

void mean_forget(struct cw_meaning *m, int queue)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < m->live_n; i++)
		if (m->live[i].queue != queue)
			m->live[kept++] = m->live[i];
	m->live_n = kept;
}

static void queue_control(struct cw_meaning *m, unsigned n, uint32_t before)
{
	struct queue *q = &m->queue[n];
	uint32_t on = CW_Q_CTRL_ENABLE_MASK & q->reg[CW_Q_CTRL / 4];

	if (on && !(before & CW_Q_CTRL_ENABLE_MASK)) {
		mean_forget(m, (int)n);
		q->generation++;
		q->producer = q->consumer = q->fetched = q->records = 0;
		q->enabled = true;
		q->stopping = false;
	} else if (!on) {
		q->stopping = q->enabled;
	}
}

static void reset_engine(struct cw_meaning *m)
{
	for (unsigned i = 0; i < m->queue_n; i++) {
		m->queue[i].enabled = m->queue[i].stopping = false;
		memset(m->queue[i].reg, 0, sizeof(m->queue[i].reg));
	}
	m->live_n = 0;
}

/* Remembers one word; *old is what was there. NULL: not a place that matters. */
static uint32_t *shadow(struct cw_meaning *m, uint32_t offset)
{
	uint32_t n;

	if (offset < sizeof(m->global))
		return &m->global[offset / 4];
	if (offset >= CW_QUEUE_OFFSET && offset - CW_QUEUE_OFFSET < CW_QUEUE_N_MAX * CW_QUEUE_STRIDE) {
		n = (offset - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE;
		m->queue_n = m->queue_n > n ? m->queue_n : n + 1;
		return &m->queue[n].reg[offset % CW_QUEUE_STRIDE / 4];
	}
	if (offset >= CW_EVENT_OFFSET && offset - CW_EVENT_OFFSET < CW_VECTOR_N_MAX * CW_EVENT_STRIDE) {
		n = (offset - CW_EVENT_OFFSET) / CW_EVENT_STRIDE;
		m->event_n = m->event_n > n ? m->event_n : n + 1;
		return &m->event[n][offset % CW_EVENT_STRIDE / 4];
	}
	if (offset >= CW_MSIX_TABLE_OFFSET && offset - CW_MSIX_TABLE_OFFSET < CW_VECTOR_N_MAX * PCI_MSIX_ENTRY_SIZE) {
		n = (offset - CW_MSIX_TABLE_OFFSET) / PCI_MSIX_ENTRY_SIZE;
		m->vector_n = m->vector_n > n ? m->vector_n : n + 1;
		return &m->msix[n][offset % PCI_MSIX_ENTRY_SIZE / 4];
	}
	return NULL;
}

static void register_write(struct cw_meaning *m, uint32_t offset, uint32_t value, uint8_t be)
{
	uint32_t *reg = shadow(m, offset), old, mask = 0;

	if (!reg)
		return;
	for (unsigned i = 0; i < 4; i++)
		mask |= be >> i & 1 ? 0xffu << 8 * i : 0;
	old = *reg;
	*reg = (old & ~mask) | (value & mask);
	if (offset == CW_DB_STRIDE && (*reg < CW_DB_STRIDE_LOG2_MIN || *reg > CW_DB_STRIDE_LOG2_MAX))
		*reg = old; /* the card ignores it */
	if (offset == CW_CONTROL && *reg & CW_CONTROL_RESET_MASK) {
		*reg &= ~CW_CONTROL_RESET_MASK;
		reset_engine(m);
	}
	if (offset >= CW_QUEUE_OFFSET && (offset - CW_QUEUE_OFFSET) % CW_QUEUE_STRIDE == CW_Q_CTRL)
		queue_control(m, (offset - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE, old);
}

/* A queue that was told to stop has done so when it says DISABLED: until then what it sends is its own. */
static void register_read(struct cw_meaning *m, uint32_t offset, uint32_t value)
{
	uint32_t n = (offset - CW_QUEUE_OFFSET) / CW_QUEUE_STRIDE;

	if (offset < CW_QUEUE_OFFSET || n >= CW_QUEUE_N_MAX ||
	    (offset - CW_QUEUE_OFFSET) % CW_QUEUE_STRIDE != CW_Q_STATUS)
		return;
	if (m->queue[n].stopping && MEAN_FIELD(value, CW_Q_STATUS_STATE) == CW_QSTATE_DISABLED) {
		m->queue[n].enabled = m->queue[n].stopping = false;
		mean_forget(m, (int)n);
	}
}

/* ---- doorbells ---- */

static void say_doorbell(struct cw_text *t, const struct cw_mean *mean)
{
	char what[64];

	if (mean->producer.set && mean->producer.now == mean->producer.before) {
		cw_text_add(t, "the driver rings queue %d's doorbell: nothing new, producer index %u", mean->queue,
			    mean->producer.now);
	} else if (mean->producer.set) {
		cw_meaning_numbers(what, sizeof(what), "descriptor", mean->producer.before,
				   mean->producer.now - mean->producer.before);
		cw_text_add(t, "the driver rings queue %d's doorbell: producer index %u, so %s %s ready", mean->queue,
			    mean->producer.now, what, mean->producer.now - mean->producer.before == 1 ? "is" : "are");
	}
	if (!mean->consumer.set)
		return;
	cw_meaning_numbers(what, sizeof(what), "record", mean->consumer.before,
			   mean->consumer.now - mean->consumer.before);
	if (mean->consumer.now == mean->consumer.before)
		snprintf(what, sizeof(what), "nothing more");
	cw_text_add(t, "%sthe driver tells queue %d that it has taken %s: consumer index %u",
		    mean->producer.set ? "; " : "", mean->queue, what, mean->consumer.now);
}

/* The card ignores a consumer ahead of the records, and a producer more than a ring ahead of the consumer. */
static void doorbell_index(struct cw_meaning *m, struct cw_mean *mean, uint32_t reg, uint32_t value, struct cw_text *t)
{
	struct queue *q = &m->queue[mean->queue];
	struct cw_mean_index *i = reg == CW_DB_PRODUCER ? &mean->producer : &mean->consumer;
	uint32_t *index = reg == CW_DB_PRODUCER ? &q->producer : &q->consumer;
	uint32_t ahead = reg == CW_DB_PRODUCER ? value - q->consumer : value - *index;
	uint32_t most = reg == CW_DB_PRODUCER ? mean_entries(q) : q->records - *index;

	if (!q->enabled || ahead > most || (reg == CW_DB_PRODUCER && value - *index > most)) {
		cw_text_add(t, "doorbell of queue %d, %s index %u: %s; ", mean->queue,
			    reg == CW_DB_PRODUCER ? "producer" : "consumer", value,
			    q->enabled ? "out of range" : "not known to be enabled");
		return;
	}
	*i = (struct cw_mean_index){ .set = true, .before = *index, .now = value };
	*index = value;
}

static void doorbell(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, uint64_t offset,
		     struct cw_text *t)
{
	uint32_t stride = m->global[CW_DB_STRIDE / 4], in = offset & ((1u << stride) - 1);

	mean->kind = CW_MEAN_DOORBELL;
	mean->queue = offset >> stride < CW_QUEUE_N_MAX ? (int)(offset >> stride) : -1;
	if (mean->queue < 0 || in + mean->info.len_dw * 4u > CW_DB_CONSUMER + 4 || mean->info.first_be != 0xf) {
		cw_text_add(t, "write to doorbell page %llu + 0x%x, where no doorbell is",
			    (unsigned long long)(offset >> stride), in);
		return;
	}
	mean->generation = m->queue[mean->queue].generation;
	/* Both in one write: the consumer index is applied first. */
	for (int dw = mean->info.len_dw - 1; dw >= 0; dw--)
		doorbell_index(m, mean, in + 4u * (unsigned)dw, mean_le32(tlp->data + 4 * dw), t);
	mean->first = mean->producer.before;
	mean->count = mean->producer.now - mean->producer.before;
	say_doorbell(t, mean);
}

/* ---- memory requests of the host ---- */

static int bar_of(const struct cw_meaning *m, uint64_t addr, uint64_t *offset)
{
	static const struct {
		unsigned bar;
		uint64_t size; /* unless the log shows it */
	} bars[] = {
		{ CW_BAR_REGS, CW_BAR0_BYTES }, { CW_BAR_WINDOW, CW_BAR4_BYTES },
		{ CW_BAR_DOORBELL, (uint64_t)CW_QUEUE_N_MAX << CW_DB_STRIDE_LOG2_MAX },
	};
	uint64_t base, size;

	for (unsigned i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		if (!cw_config_bar(&m->config, bars[i].bar, &base, &size) || addr < base)
			continue;
		*offset = addr - base;
		if (*offset < (size ? size : bars[i].size))
			return (int)bars[i].bar;
	}
	return -1;
}

/* offset: of the first DW, in the BAR */
static void say_window(struct cw_text *t, const struct cw_meaning *m, uint64_t offset, const struct cw_mean *mean,
		       const char *verb)
{
	uint64_t base = (uint64_t)m->global[CW_WINDOW_BASE_HI / 4] << 32 | m->global[CW_WINDOW_BASE_LO / 4], first;
	uint32_t span = cw_tlp_span(&mean->info, &first);

	cw_text_add(t, "%s card memory through the window: %u byte%s at card address 0x%llx", verb, span,
		    span == 1 ? "" : "s", (unsigned long long)(base + offset + (first - mean->info.addr)));
}

static void host_write(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	uint64_t offset = 0;
	int bar = bar_of(m, mean->info.addr, &offset);

	if (bar == (int)CW_BAR_DOORBELL) {
		doorbell(m, tlp, mean, offset, t);
	} else if (bar == (int)CW_BAR_WINDOW) {
		mean->kind = CW_MEAN_WINDOW;
		say_window(t, m, offset, mean, "write");
	} else if (bar == (int)CW_BAR_REGS) {
		mean->kind = CW_MEAN_REGISTER;
		cw_text_add(t, "write ");
		for (unsigned dw = 0; dw < mean->info.len_dw; dw++) {
			uint8_t be = !dw ? mean->info.first_be : dw + 1u == mean->info.len_dw ? mean->info.last_be : 0xf;

			register_write(m, (uint32_t)offset + 4 * dw, mean_le32(tlp->data + 4 * dw), be);
			cw_text_add(t, dw ? ", " : "");
			cw_name_reg_value(t, (uint32_t)offset + 4 * dw, mean_le32(tlp->data + 4 * dw));
		}
	} else {
		cw_text_add(t, "write to an address where no BAR is known");
	}
}

static void host_read(struct cw_meaning *m, struct cw_mean *mean, struct cw_text *t)
{
	uint64_t offset = 0;
	int bar = bar_of(m, mean->info.addr, &offset);

	if (bar == (int)CW_BAR_REGS) {
		mean->kind = CW_MEAN_REGISTER;
		cw_text_add(t, "read ");
		cw_name_reg(t, (uint32_t)offset);
	} else if (bar == (int)CW_BAR_WINDOW) {
		mean->kind = CW_MEAN_WINDOW;
		say_window(t, m, offset, mean, "read");
	} else {
		cw_text_add(t, bar < 0 ? "read from an address where no BAR is known" : "read of a doorbell page");
	}
	mean_open(m, CW_SIDE_HOST, mean)->offset = (uint32_t)offset;
}

static void host_config(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	bool write = mean->info.kind == CW_TLP_CFGWR;
	uint32_t value = write ? mean_le32(tlp->data) : 0;
	struct pending *p;

	mean->kind = CW_MEAN_CONFIG;
	p = mean_open(m, CW_SIDE_HOST, mean);
	p->write = write;
	p->reg = mean->info.reg;
	p->be = mean->info.first_be;
	p->value = value;
	cw_text_add(t, "configuration %s of ", write ? "write" : "read");
	cw_config_name(t, &m->config, p->reg, p->be);
	if (!write)
		return;
	cw_config_say_write(t, &m->config, p->reg, value, p->be);
	cw_config_write(&m->config, p->reg, value, p->be);
	if (cw_config_is_flr(&m->config, p->reg, value, p->be))
		reset_engine(m);
}

/* ---- the card's answers ---- */

static void answer_text(struct cw_meaning *m, const struct cw_tlp *tlp, const struct pending *p, struct cw_text *t)
{
	uint32_t value = tlp->data_len >= 4 ? mean_le32(tlp->data) : 0;

	if (p->kind == CW_MEAN_CONFIG && p->write) {
		cw_text_add(t, "done: configuration write of ");
		cw_config_name(t, &m->config, p->reg, p->be);
	} else if (p->kind == CW_MEAN_CONFIG) {
		cw_config_read(&m->config, p->reg, value);
		cw_text_add(t, "answer: ");
		cw_config_name(t, &m->config, p->reg, p->be);
		cw_text_add(t, " is 0x%08x", value);
	} else if (p->kind == CW_MEAN_REGISTER) {
		register_read(m, p->offset, value);
		cw_text_add(t, "answer: ");
		cw_name_reg_value(t, p->offset, value);
	} else if (p->kind == CW_MEAN_WINDOW) {
		cw_text_add(t, "answer: %u bytes of card memory", tlp->data_len);
	} else {
		cw_text_add(t, "answer to a read whose address is not known");
	}
}

static void card_completion(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	struct pending *p = mean_answered(m, CW_SIDE_HOST, mean);

	if (!p) {
		cw_text_add(t, "completion for a request that the log does not show");
		return;
	}
	mean->kind = CW_MEAN_ANSWER;
	mean->failed = mean->info.status != CW_CPL_SC || mean->info.ep;
	if (mean->info.status == CW_CPL_SC)
		answer_text(m, tlp, p, t);
	else
		cw_text_add(t, "the card refuses: %s", mean_status(mean->info.status));
	mean_close(p, mean);
}

/* ---- messages and the rest ---- */

static void message(struct cw_mean *mean, struct cw_text *t)
{
	mean->kind = CW_MEAN_MESSAGE;
	switch (mean->info.msg_code) {
	case CW_MSG_ASSERT_INTA:
		mean->kind = CW_MEAN_INTERRUPT;
		cw_text_add(t, "the card interrupts: INTA goes up");
		break;
	case CW_MSG_DEASSERT_INTA: cw_text_add(t, "INTA goes down"); break;
	case CW_MSG_ERR_COR: cw_text_add(t, "the card reports a correctable error"); break;
	case CW_MSG_ERR_NONFATAL: cw_text_add(t, "the card reports a non-fatal error"); break;
	case CW_MSG_ERR_FATAL: cw_text_add(t, "the card reports a fatal error"); break;
	default: cw_text_add(t, "message 0x%02x", mean->info.msg_code);
	}
}

static void by_kind(struct cw_meaning *m, const struct cw_trace_record *rec, struct cw_mean *mean, struct cw_text *t)
{
	bool host = rec->from == CW_SIDE_HOST;

	switch (mean->info.kind) {
	case CW_TLP_CFGRD:
	case CW_TLP_CFGWR:
		if (host)
			host_config(m, &rec->tlp, mean, t);
		break;
	case CW_TLP_MRD:
		if (host)
			host_read(m, mean, t);
		else
			mean_card_read(m, mean, t);
		break;
	case CW_TLP_MWR:
		if (host)
			host_write(m, &rec->tlp, mean, t);
		else
			mean_card_write(m, &rec->tlp, mean, t);
		break;
	case CW_TLP_CPL:
	case CW_TLP_CPLD:
		if (host)
			mean_host_completion(m, &rec->tlp, mean, t);
		else
			card_completion(m, &rec->tlp, mean, t);
		break;
	case CW_TLP_MSG:
	case CW_TLP_MSGD:
		message(mean, t);
		break;
	default:
		break;
	}
}

void cw_meaning_next(struct cw_meaning *m, const struct cw_trace_record *rec, struct cw_mean *mean)
{
	struct cw_text t;
	const char *why;

	memset(mean, 0, sizeof(*mean));
	mean->queue = mean->vector = -1;
	cw_text_init(&t, mean->text, sizeof(mean->text));
	if (cw_tlp_decode(&rec->tlp, &mean->info, &why)) {
		cw_text_add(&t, "malformed: %s", why);
		return;
	}
	by_kind(m, rec, mean, &t);
	if (mean->info.ep)
		cw_text_add(&t, " [poisoned]");
	if (!t.len)
		cw_text_add(&t, "nothing that this card and its driver use");
}
