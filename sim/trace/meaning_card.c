// SPDX-License-Identifier: BSD-2-Clause
/* What TLPs are for: the card's requests to host memory, and the host's answers. */
#include <string.h>

#include "meaning_priv.h"

#define BYTES_SHOWN 8

static uint64_t pair(const uint32_t *reg, uint32_t low)
{
	return (uint64_t)reg[low / 4 + 1] << 32 | reg[low / 4];
}

/* Is [addr, addr + span) in the ring at base? Gives the slot, and bytes to the next one (0: at a slot). */
static bool in_ring(uint64_t addr, uint32_t span, uint64_t base, uint64_t entries, uint32_t bytes, uint32_t *slot)
{
	if (!base || addr < base || addr - base >= entries * bytes || span > entries * bytes - (addr - base))
		return false;
	*slot = (uint32_t)((addr - base) / bytes);
	return (addr - base) % bytes == 0 && span && span % bytes == 0;
}

/* The running number that is next at or after `from` and falls in this slot. */
static uint32_t number_of(uint32_t from, uint32_t slot, uint32_t entries)
{
	return from + ((slot - from) & (entries - 1));
}

/* Which queue has this in its descriptor (ring_reg CW_Q_RING_LO) or completion ring (CW_Q_CPL_LO)? */
static int ring_queue(const struct cw_meaning *m, uint64_t addr, uint32_t span, uint32_t ring_reg, uint32_t bytes,
		      uint32_t *slot)
{
	for (unsigned i = 0; i < m->queue_n; i++) {
		const struct queue *q = &m->queue[i];

		if (q->enabled && in_ring(addr, span, pair(q->reg, ring_reg), mean_entries(q), bytes, slot))
			return (int)i;
	}
	return -1;
}

static void set_queue(const struct cw_meaning *m, struct cw_mean *mean, int queue)
{
	const struct queue *q = &m->queue[queue];

	mean->queue = queue;
	mean->generation = q->generation;
	mean->c2h = q->reg[CW_Q_CONFIG / 4] & CW_Q_CONFIG_C2H_MASK;
}

static void set_live(const struct cw_meaning *m, struct cw_mean *mean, const struct live *d)
{
	set_queue(m, mean, d->queue);
	mean->first = d->number;
	mean->count = 1;
}

/* The held descriptor that this data request serves: best one whose next byte this is, then any that it touches. */
static struct live *live_at(struct cw_meaning *m, uint64_t addr, uint32_t span, bool c2h)
{
	struct live *any = NULL;

	for (unsigned i = 0; i < m->live_n; i++) {
		struct live *d = &m->live[i];
		bool dir = m->queue[d->queue].reg[CW_Q_CONFIG / 4] & CW_Q_CONFIG_C2H_MASK;

		/* In distances, so that nothing wraps at the top of the address space. */
		if (dir != c2h || !d->len || (addr - d->addr >= d->len && d->addr - addr >= span))
			continue;
		if (addr == d->addr + d->next)
			return d;
		any = any ? any : d;
	}
	return any;
}

static void moved(struct live *d, uint64_t addr, uint32_t span)
{
	uint64_t end = addr + span - d->addr;

	if (end <= d->len && end > d->next)
		d->next = (uint32_t)end;
}

/* Bytes [from, from + n) of a descriptor of len. */
static void say_part(struct cw_text *t, uint64_t from, uint32_t n, uint32_t len)
{
	if (from >= len || n > len - from)
		cw_text_add(t, " (more than the descriptor names)");
	else if (n && n < len)
		cw_text_add(t, " (bytes %u to %u of %u)", (uint32_t)from, (uint32_t)from + n - 1, len);
}

static void say_bytes(struct cw_text *t, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n && i < BYTES_SHOWN; i++)
		cw_text_add(t, " %02x", p[i]);
	if (n > BYTES_SHOWN)
		cw_text_add(t, " ...");
}

/* ---- reads ---- */

static void fetch(struct cw_meaning *m, struct cw_mean *mean, uint32_t slot, uint32_t span, struct cw_text *t)
{
	struct queue *q = &m->queue[mean->queue];
	char what[64];

	mean->kind = CW_MEAN_FETCH;
	mean->count = span / CW_DESC_BYTES;
	mean->first = number_of(q->fetched, slot, mean_entries(q));
	q->fetched = mean->first + mean->count;
	cw_meaning_numbers(what, sizeof(what), "descriptor", mean->first, mean->count);
	cw_text_add(t, "the card fetches %s of queue %d from the ring in host memory", what, mean->queue);
}

void mean_card_read(struct cw_meaning *m, struct cw_mean *mean, struct cw_text *t)
{
	uint64_t addr;
	uint32_t span = cw_tlp_span(&mean->info, &addr), slot = 0;
	int queue = ring_queue(m, addr, span, CW_Q_RING_LO, CW_DESC_BYTES, &slot);
	struct live *d = queue < 0 ? live_at(m, addr, span, false) : NULL;
	struct pending *p;

	if (queue >= 0) {
		set_queue(m, mean, queue);
		fetch(m, mean, slot, span, t);
	} else if (d) {
		set_live(m, mean, d);
		mean->kind = CW_MEAN_READ;
		cw_text_add(t, "the card reads the data of descriptor %u of queue %d: %u bytes at bus address 0x%016llx",
			    d->number, d->queue, span, (unsigned long long)addr);
		say_part(t, addr - d->addr, span, d->len);
		moved(d, addr, span);
	} else {
		cw_text_add(t, "the card reads %u bytes at bus address 0x%016llx, where no ring and no data is known",
			    span, (unsigned long long)addr);
	}
	p = mean_open(m, CW_SIDE_CARD, mean);
	if (d) {
		p->from = addr - d->addr;
		p->len = d->len;
	}
}

/* ---- answers ---- */

void cw_meaning_desc(const uint8_t *p, struct cw_mean_desc *d)
{
	uint32_t dw2 = mean_le32(p + CW_DESC_DW2);
	struct cw_text flags;

	d->addr = (uint64_t)mean_le32(p + CW_DESC_DW1) << 32 | mean_le32(p + CW_DESC_DW0);
	d->len = MEAN_FIELD(dw2, CW_DESC_DW2_LEN);
	d->card = (uint64_t)MEAN_FIELD(dw2, CW_DESC_DW2_CARD_HI) << 32 | mean_le32(p + CW_DESC_DW3);
	cw_text_init(&flags, d->flags, sizeof(d->flags));
	cw_name_flags(&flags, "DESC_DW2", dw2);
	if (!flags.len)
		cw_text_add(&flags, "none");
}

static void learn_desc(struct cw_meaning *m, int queue, uint32_t number, const struct cw_mean_desc *d)
{
	/* More than any card holds: the oldest has been lost sight of. */
	if (m->live_n == LIVE_MAX)
		memmove(m->live, m->live + 1, --m->live_n * sizeof(m->live[0]));
	m->live[m->live_n++] = (struct live){ .queue = queue, .number = number, .len = d->len, .addr = d->addr,
					      .card = d->card };
}

static void say_desc(struct cw_text *t, const struct cw_mean_desc *d, bool c2h)
{
	if (c2h)
		cw_text_add(t, ": %u bytes at card address 0x%llx to bus address 0x%016llx, flags %s", d->len,
			    (unsigned long long)d->card, (unsigned long long)d->addr, d->flags);
	else
		cw_text_add(t, ": %u bytes at bus address 0x%016llx to card address 0x%llx, flags %s", d->len,
			    (unsigned long long)d->addr, (unsigned long long)d->card, d->flags);
}

/* Whole descriptors only: completions of a ring read break at multiples of RCB (section 2.3.1.1), so none is cut. */
static void got_descriptors(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean,
			    const struct pending *p, struct cw_text *t)
{
	struct cw_mean_desc d = { 0 };
	uint32_t skipped = p->done / CW_DESC_BYTES, n = tlp->data_len / CW_DESC_BYTES;
	char what[64];

	mean->kind = CW_MEAN_DESC;
	if (p->done % CW_DESC_BYTES || skipped >= p->count || !n) {
		cw_text_add(t, "part of a descriptor of queue %d", p->queue);
		return;
	}
	mean->first = p->first + skipped;
	mean->count = n < p->count - skipped ? n : p->count - skipped;
	for (uint32_t i = 0; i < mean->count && !mean->stale; i++) {
		cw_meaning_desc(tlp->data + i * CW_DESC_BYTES, &d);
		learn_desc(m, p->queue, mean->first + i, &d);
	}
	cw_meaning_numbers(what, sizeof(what), "descriptor", mean->first, mean->count);
	cw_text_add(t, "the root complex returns %s of queue %d", what, p->queue);
	if (mean->count == 1 && !mean->stale)
		say_desc(t, &d, mean->c2h);
}

static void got_data(struct cw_mean *mean, const struct cw_tlp *tlp, const struct pending *p, struct cw_text *t)
{
	uint32_t skip = p->done ? 0 : (uint32_t)(p->addr & 3);
	uint32_t n = tlp->data_len > skip ? tlp->data_len - skip : 0;

	if (n > p->span - p->done)
		n = p->span - p->done;
	mean->kind = CW_MEAN_DATA;
	mean->skip = skip;
	cw_text_add(t, "the data of descriptor %u of queue %d:", p->first, p->queue);
	say_bytes(t, tlp->data + skip, n);
	say_part(t, p->from + p->done, n, p->len);
}

void mean_host_completion(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	struct pending *p = mean_answered(m, CW_SIDE_CARD, mean);

	if (!p) {
		cw_text_add(t, "completion for a request that the log does not show");
		return;
	}
	if (p->queue >= 0) {
		set_queue(m, mean, p->queue);
		mean->stale = p->generation != mean->generation || !m->queue[p->queue].enabled;
		mean->generation = p->generation;
		mean->first = p->first;
		mean->count = p->count;
	}
	mean->failed = mean->info.status != CW_CPL_SC || mean->info.ep;
	if (mean->info.kind != CW_TLP_CPLD || mean->info.status != CW_CPL_SC) {
		mean->kind = p->kind == CW_MEAN_FETCH ? CW_MEAN_DESC : p->kind == CW_MEAN_READ ? CW_MEAN_DATA : p->kind;
		cw_text_add(t, "the root complex refuses: %s", mean_status(mean->info.status));
	} else if (p->kind == CW_MEAN_FETCH) {
		got_descriptors(m, tlp, mean, p, t);
	} else if (p->kind == CW_MEAN_READ) {
		got_data(mean, tlp, p, t);
	} else {
		cw_text_add(t, "%u bytes for a read that nothing here explains", tlp->data_len);
	}
	mean_close(p, mean);
}

/* ---- writes ---- */

static bool retire(struct cw_meaning *m, int queue, uint32_t number)
{
	for (unsigned i = 0; i < m->live_n; i++) {
		if (m->live[i].queue != queue || m->live[i].number != number)
			continue;
		memmove(&m->live[i], &m->live[i + 1], (--m->live_n - i) * sizeof(m->live[0]));
		return true;
	}
	return false;
}

static void say_record(struct cw_text *t, const uint8_t *p, bool stream_c2h)
{
	uint32_t dw1 = mean_le32(p + CW_RECORD_DW1), dw3 = mean_le32(p + CW_RECORD_DW3);
	uint64_t cycle = (uint64_t)MEAN_FIELD(dw3, CW_RECORD_DW3_NOW40) << 40 |
			 (uint64_t)mean_le32(p + CW_RECORD_DW2) << 8 | MEAN_FIELD(dw1, CW_RECORD_DW1_NOW0);

	cw_text_add(t, ", %u bytes, status %s, phase %u", MEAN_FIELD(dw1, CW_RECORD_DW1_BYTES),
		    cw_name_enum("STATUS", MEAN_FIELD(dw3, CW_RECORD_DW3_STATUS)),
		    MEAN_FIELD(dw3, CW_RECORD_DW3_PHASE));
	/* A stream to the host has its user word there. */
	if (!stream_c2h)
		cw_text_add(t, ", card cycle %llu", (unsigned long long)cycle);
}

static void record(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	struct queue *q = &m->queue[mean->queue];
	uint32_t config = q->reg[CW_Q_CONFIG / 4];
	char what[64];

	mean->kind = CW_MEAN_RECORD;
	mean->vector = (int)MEAN_FIELD(config, CW_Q_CONFIG_VECTOR);
	mean->first = mean_le32(tlp->data + CW_RECORD_DW0);
	mean->count = tlp->data_len / CW_RECORD_BYTES;
	mean->held = true;
	for (uint32_t i = 0; i < mean->count; i++)
		mean->held &= retire(m, mean->queue, mean->first + i);
	q->records += mean->count;
	cw_meaning_numbers(what, sizeof(what), "completion record number", mean->first, 1);
	cw_text_add(t, "the card, %s, reports: %s", mean->c2h ? "its data sent before" : "having written its memory",
		    what);
	if (mean->count > 1)
		cw_text_add(t, " and %u more", mean->count - 1);
	cw_text_add(t, " of queue %d", mean->queue);
	say_record(t, tlp->data, mean->c2h && config & CW_Q_CONFIG_STREAM_MASK);
}

static int event_vector(const struct cw_meaning *m, uint64_t addr, uint32_t span, uint32_t *slot)
{
	for (unsigned i = 0; i < m->event_n; i++) {
		uint64_t entries = 1ull << (m->event[i][CW_EVENT_SIZE / 4] & CW_EVENT_SIZE_LOG2_MASK);

		if (in_ring(addr, span, pair(m->event[i], CW_EVENT_BASE_LO), entries, CW_EVENT_BYTES, slot))
			return (int)i;
	}
	return -1;
}

static void event(const struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	uint32_t dw0 = mean_le32(tlp->data + CW_EVENT_DW0), queue = MEAN_FIELD(dw0, CW_EVENT_DW0_QUEUE);

	mean->kind = CW_MEAN_EVENT;
	if (queue < CW_QUEUE_N_MAX)
		set_queue(m, mean, (int)queue);
	cw_text_add(t, "the card names queue %u in the event ring of vector %d: ", queue, mean->vector);
	cw_name_flags(t, "EVENT_DW0", dw0);
}

static int message_vector(const struct cw_meaning *m, const struct cw_mean *mean, uint32_t data, const char **type)
{
	for (unsigned i = 0; i < m->vector_n; i++)
		if (pair(m->msix[i], CW_MSIX_ADDR_LO) == mean->info.addr && m->msix[i][CW_MSIX_DATA / 4] == data)
			return (int)i;
	*type = "MSI";
	return cw_config_msi(&m->config, mean->info.addr, data);
}

static void data_write(struct cw_meaning *m, struct cw_mean *mean, uint64_t addr, uint32_t span, struct cw_text *t)
{
	struct live *d = live_at(m, addr, span, true);

	if (!d) {
		cw_text_add(t, "the card writes %u bytes at bus address 0x%016llx, where no ring and no data is known",
			    span, (unsigned long long)addr);
		return;
	}
	set_live(m, mean, d);
	mean->kind = CW_MEAN_WRITE;
	cw_text_add(t, "the card writes the data of descriptor %u of queue %d: %u bytes at bus address 0x%016llx",
		    d->number, d->queue, span, (unsigned long long)addr);
	say_part(t, addr - d->addr, span, d->len);
	moved(d, addr, span);
}

void mean_card_write(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t)
{
	uint64_t addr;
	uint32_t span = cw_tlp_span(&mean->info, &addr), slot;
	const char *type = "MSI-X";
	int queue = ring_queue(m, addr, span, CW_Q_CPL_LO, CW_RECORD_BYTES, &slot);

	if (queue >= 0) {
		set_queue(m, mean, queue);
		record(m, tlp, mean, t);
	} else if ((mean->vector = event_vector(m, addr, span, &slot)) >= 0) {
		event(m, tlp, mean, t);
	} else if (span == 4 && (mean->vector = message_vector(m, mean, mean_le32(tlp->data), &type)) >= 0) {
		mean->kind = CW_MEAN_INTERRUPT;
		cw_text_add(t, "the card interrupts: %s vector %d (address 0x%016llx, data 0x%08x)", type, mean->vector,
			    (unsigned long long)addr, mean_le32(tlp->data));
	} else {
		data_write(m, mean, addr, span, t);
	}
}
