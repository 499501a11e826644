// SPDX-License-Identifier: BSD-2-Clause
/* The AXI4 slave in front of card memory. See axi_mem.h; section numbers are those of the AMBA AXI specification (IHI 0022). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "axi_mem.h"
#include "rules.h"
#include "../link/rng.h"

#define QUEUE_N 64
#define INJECT_N 8

enum { RESP_OKAY = 0, RESP_SLVERR = 2, RESP_DECERR = 3, BURST_INCR = 1 };

/* A transaction; write data is stored as it comes. */
struct txn {
	uint64_t addr, ready; /* next beat's address; cycle from which it may be answered */
	uint8_t id, resp;
	uint16_t left;        /* beats still to come */
};

struct queue {
	struct txn t[QUEUE_N];
	unsigned n;
};

struct inject {
	uint64_t addr, len;
	unsigned count;
	bool write;
	uint8_t resp;
};

struct cw_axi_mem {
	struct cw_axi_param p;
	struct cw_store *store;
	struct cw_rng rng;
	struct queue read, write, resp; /* addresses taken; write: data wanted; resp: answers */
	uint64_t aw_gap, w_gap, ar_gap, r_gap, b_gap;
	uint64_t cycle;
	int read_now;                   /* index in `read` of the burst on the bus, -1 none */
	bool moved;
	struct inject inject[INJECT_N];
	unsigned violations;
	char why[160];
};

void cw_axi_param_default(struct cw_axi_param *p)
{
	*p = (struct cw_axi_param){ .bytes = 1ull << 32, .data_dw = 8, .read_latency = 16, .write_latency = 8,
				    .depth = 16 };
}

int cw_axi_mem_new(struct cw_axi_mem **mem, const struct cw_axi_param *p)
{
	struct cw_axi_mem *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->p = *p;
	if (m->p.depth < 1 || m->p.depth > QUEUE_N)
		m->p.depth = QUEUE_N;
	m->store = p->store;
	if (m->store ? cw_store_bytes(m->store) != p->bytes : cw_store_new(&m->store, p->bytes) != 0) {
		free(m);
		return p->store ? -EINVAL : -ENOMEM;
	}
	/* A stream of its own, so that traffic on the bus does not move the hard IP's draws. */
	cw_rng_seed(&m->rng, p->seed ^ 0x6d656d6f7279ull, CW_RNG_CARD);
	m->read_now = -1;
	*mem = m;
	return 0;
}

void cw_axi_mem_free(struct cw_axi_mem *m)
{
	if (!m)
		return;
	cw_store_free(m->store);
	free(m);
}

struct cw_store *cw_axi_take_store(struct cw_axi_mem *m)
{
	struct cw_store *s = m->store;

	m->store = NULL;
	return s;
}

int cw_axi_peek(const struct cw_axi_mem *m, uint64_t addr, void *data, size_t len)
{
	return cw_store_peek(m->store, addr, data, len);
}

int cw_axi_poke(struct cw_axi_mem *m, uint64_t addr, const void *data, size_t len)
{
	return cw_store_poke(m->store, addr, data, len);
}

int cw_axi_inject(struct cw_axi_mem *m, uint64_t addr, uint64_t len, bool write, uint8_t resp, unsigned count)
{
	if (!count) {
		memset(m->inject, 0, sizeof(m->inject));
		return 0;
	}
	for (unsigned i = 0; i < INJECT_N; i++) {
		if (m->inject[i].count)
			continue;
		m->inject[i] = (struct inject){ addr, len, count, write, resp };
		return 0;
	}
	return -ENOSPC;
}

static uint8_t injected(struct cw_axi_mem *m, uint64_t addr, unsigned len, bool write)
{
	for (unsigned i = 0; i < INJECT_N; i++) {
		struct inject *j = &m->inject[i];

		if (j->count && j->write == write && addr < j->addr + j->len && addr + len > j->addr) {
			j->count--;
			return j->resp;
		}
	}
	return RESP_OKAY;
}

/* ---- the bus ---- */

static void violation(struct cw_axi_mem *m, enum cw_card_rule rule, uint64_t addr)
{
	const struct cw_card_rule_row *r = &cw_card_rules[rule];

	if (!m->violations++)
		snprintf(m->why, sizeof(m->why), "%s (%s) at cycle %llu: %s: address 0x%llx", r->name, r->section,
			 (unsigned long long)m->cycle, r->text, (unsigned long long)addr);
}

static void remove_txn(struct queue *q, unsigned i)
{
	q->n--;
	memmove(&q->t[i], &q->t[i + 1], (q->n - i) * sizeof(q->t[0]));
}

static uint64_t gap(struct cw_axi_mem *m)
{
	if (!m->p.stall || cw_rng_below(&m->rng, 100) >= m->p.stall)
		return 0;
	return m->cycle + cw_rng_range(&m->rng, 1, 8);
}

static uint64_t after(struct cw_axi_mem *m, unsigned latency)
{
	return m->cycle + latency + (m->p.jitter ? cw_rng_below(&m->rng, m->p.jitter + 1u) : 0);
}

/* A3.4.1: only incrementing bursts, which must not cross 4 KiB; full-width beats. */
static void take_address(struct cw_axi_mem *m, struct queue *q, const uint32_t *addr, uint8_t id, unsigned len,
			 unsigned shape)
{
	struct txn *t = &q->t[q->n];
	uint64_t a = (uint64_t)addr[1] << 32 | addr[0];
	unsigned size = 1u << (shape & 7), width = 4u * m->p.data_dw;

	if ((shape >> 3 & 3) != BURST_INCR && len)
		violation(m, CW_CARD_RULE_AXI_BURST, a);
	if (size != width)
		violation(m, CW_CARD_RULE_AXI_WIDTH, a);
	if ((a & ~(uint64_t)(size - 1)) / 4096 != ((a & ~(uint64_t)(size - 1)) + (uint64_t)size * (len + 1) - 1) / 4096)
		violation(m, CW_CARD_RULE_AXI_4K, a);
	*t = (struct txn){ .addr = a, .id = id, .left = (uint16_t)(len + 1),
			   .ready = q == &m->read ? after(m, m->p.read_latency) : 0 };
	q->n++;
	m->moved = true;
}

static int write_beat(struct cw_axi_mem *m, const struct cw_wires_axi_out *o)
{
	struct txn *t = &m->write.t[0];
	unsigned width = 4u * m->p.data_dw;
	uint64_t base = t->addr & ~(uint64_t)(width - 1), strb = (uint64_t)o->wstrb[1] << 32 | o->wstrb[0];
	uint8_t bad;

	m->moved = true;
	bad = injected(m, base, width, true);
	if (base >= m->p.bytes || width > m->p.bytes - base)
		bad = RESP_DECERR;
	if (bad)
		t->resp = bad;
	if (!bad && strb) {
		uint8_t *page = cw_store_page(m->store, base);

		if (!page)
			return -ENOMEM;
		for (unsigned i = 0; i < width; i++)
			if (strb >> i & 1)
				page[(base & (CW_STORE_PAGE - 1)) + i] = ((const uint8_t *)o->wdata)[i];
	}
	t->addr = base + width;
	t->left--;
	if (!(o->flags & CW_AO_WLAST) != (t->left != 0))
		violation(m, CW_CARD_RULE_AXI_LAST, base);
	if (t->left)
		return 0;
	t->ready = after(m, m->p.write_latency);
	m->resp.t[m->resp.n++] = *t;
	remove_txn(&m->write, 0);
	return 0;
}

static int take(struct cw_axi_mem *m, const struct cw_wires_axi_out *o, const struct cw_wires_axi_in *in)
{
	if (o->flags & CW_AO_AWVALID && in->flags & CW_AI_AWREADY) {
		take_address(m, &m->write, o->awaddr, o->flags >> 6 & 0xf, o->flags >> 14 & 0xff, o->shape & 0x1f);
		m->aw_gap = gap(m);
	}
	if (o->flags & CW_AO_ARVALID && in->flags & CW_AI_ARREADY) {
		take_address(m, &m->read, o->araddr, o->flags >> 10 & 0xf, o->flags >> 22 & 0xff, o->shape >> 5 & 0x1f);
		m->ar_gap = gap(m);
	}
	if (o->flags & CW_AO_WVALID && in->flags & CW_AI_WREADY) {
		m->w_gap = gap(m);
		return write_beat(m, o);
	}
	return 0;
}

/* The transaction to answer next: the oldest of its ID that is ready; of several IDs any, when shuffled. */
static int choose(struct cw_axi_mem *m, const struct queue *q)
{
	uint32_t seen = 0;
	int found = -1;

	for (unsigned i = 0; i < q->n; i++) {
		if (seen & 1u << q->t[i].id)
			continue;
		seen |= 1u << q->t[i].id;
		if (q->t[i].ready > m->cycle) {
			if (!m->p.shuffle)
				return found;
			continue;
		}
		if (found < 0 || (m->p.shuffle && cw_rng_one_in(&m->rng, 2)))
			found = (int)i;
		if (!m->p.shuffle)
			return found;
	}
	return found;
}

static void show_response(struct cw_axi_mem *m, const struct cw_wires_axi_out *o, struct cw_wires_axi_in *in)
{
	int i;

	if (in->flags & CW_AI_BVALID) {
		if (!(o->flags & CW_AO_BREADY))
			return;
		in->flags &= ~(CW_AI_BVALID | 0x3f0u);
		m->moved = true;
		m->b_gap = gap(m);
	}
	if (!m->resp.n || m->cycle < m->b_gap)
		return;
	i = choose(m, &m->resp);
	if (i < 0)
		return;
	in->flags |= CW_AI_BVALID | (uint32_t)m->resp.t[i].id << 4 | (uint32_t)m->resp.t[i].resp << 8;
	remove_txn(&m->resp, (unsigned)i);
	m->moved = true;
}

static void read_beat(struct cw_axi_mem *m, struct cw_wires_axi_in *in)
{
	struct txn *t = &m->read.t[m->read_now];
	unsigned width = 4u * m->p.data_dw;
	uint64_t base = t->addr & ~(uint64_t)(width - 1);
	uint8_t resp = injected(m, base, width, false);

	memset(in->rdata, 0, width);
	if (cw_axi_peek(m, base, in->rdata, width))
		resp = RESP_DECERR;
	t->addr = base + width;
	t->left--;
	in->flags |= CW_AI_RVALID | (uint32_t)t->id << 11 | (uint32_t)resp << 15 | (t->left ? 0 : CW_AI_RLAST);
	m->moved = true;
	if (t->left)
		return;
	remove_txn(&m->read, (unsigned)m->read_now);
	m->read_now = -1;
}

static void show_read(struct cw_axi_mem *m, const struct cw_wires_axi_out *o, struct cw_wires_axi_in *in)
{
	if (in->flags & CW_AI_RVALID) {
		if (!(o->flags & CW_AO_RREADY))
			return;
		in->flags &= ~(CW_AI_RVALID | CW_AI_RLAST | 0xfu << 11 | 3u << 15);
		m->moved = true;
		m->r_gap = gap(m);
	}
	if (m->cycle < m->r_gap)
		return;
	if (m->read_now < 0 && m->read.n)
		m->read_now = choose(m, &m->read);
	if (m->read_now >= 0)
		read_beat(m, in);
}

static uint32_t ready(const struct cw_axi_mem *m)
{
	uint32_t r = 0;

	if (m->cycle >= m->aw_gap && m->write.n < m->p.depth)
		r |= CW_AI_AWREADY;
	if (m->cycle >= m->ar_gap && m->read.n < m->p.depth)
		r |= CW_AI_ARREADY;
	/* Data is taken for the burst at the head, and while its response has a place. */
	if (m->cycle >= m->w_gap && m->write.n && m->resp.n < m->p.depth)
		r |= CW_AI_WREADY;
	return r;
}

int cw_axi_cycle(struct cw_axi_mem *m, uint64_t cycle, bool rst, const struct cw_wires_axi_out *out,
		 struct cw_wires_axi_in *in)
{
	uint32_t old = in->flags;
	int ret;

	m->cycle = cycle;
	m->moved = false;
	if (rst) {
		m->read.n = m->write.n = m->resp.n = 0;
		m->read_now = -1;
		m->aw_gap = m->w_gap = m->ar_gap = m->r_gap = m->b_gap = 0;
		in->flags = 0;
		m->moved = old != 0;
		return 0;
	}
	ret = take(m, out, in);
	show_response(m, out, in);
	show_read(m, out, in);
	in->flags = (in->flags & ~(CW_AI_AWREADY | CW_AI_WREADY | CW_AI_ARREADY)) | ready(m);
	m->moved |= old != in->flags;
	return ret;
}

bool cw_axi_quiet(const struct cw_axi_mem *m)
{
	return !m->moved && !m->read.n && !m->write.n && !m->resp.n && m->cycle >= m->aw_gap && m->cycle >= m->ar_gap;
}

unsigned cw_axi_violations(const struct cw_axi_mem *m)
{
	return m->violations;
}

const char *cw_axi_why(const struct cw_axi_mem *m)
{
	return m->why;
}
