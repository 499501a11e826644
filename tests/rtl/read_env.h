/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What surrounds cw_read_path in its test: a host that answers reads in random
 * legal (or, asked to, illegal) ways and checks each request, card memory behind
 * AXI4, and the operation table. Included by one test file.
 *
 * Host memory is a function of the address, except the rings. Every host-to-card
 * descriptor has its own place in card memory; what must end up there, and with
 * which status and byte count, follows from what was injected.
 */
#ifndef CW_READ_ENV_H
#define CW_READ_ENV_H

#include <string.h>
#include <stdio.h>
#include <stdlib.h>

#include "dut.h"
#include "ops.h"
#include "qcfg.h"
#include "stream.h"
#include "driver/cw_regs.h"

#define Q_N 4
#define ENTRIES_LOG2 6
#define ENTRIES (1u << ENTRIES_LOG2)
#define RING(q) (0x700000000ull + 0x20000ull * (q) + 0x40 * (q))
#define CARD_BYTES (1u << 20)
#define CARD_BASE 0x500000040ull
#define CARD_LIMIT CARD_BYTES
#define DESC_MAX 4096
#define BDF 0x3a08
#define EMPTY 0xee

enum fault { F_NONE, F_UR, F_CA, F_CRS, F_POISON, F_COUNT, F_LOWER, F_LONG, F_NODATA, F_SILENT, F_LOST, F_N };

struct desc {
	unsigned queue;
	uint32_t num, dw2, dw3;
	uint64_t host, card; /* card: relative to CARD_BASE */
	uint32_t len;
	bool c2h, allocated, ended;
	unsigned bad;      /* expected status of a bad descriptor */
	bool moved;        /* ended by having moved data */
	uint32_t fail_off; /* lowest failing offset; ~0: none */
	unsigned fail_status;
};

struct rd { /* an outstanding read */
	bool used, fetch, dead; /* dead: ended in the card's eyes; what comes now is unexpected */
	unsigned tag, queue;
	uint32_t num; /* descriptor */
	uint64_t addr, due;
	uint32_t bytes, sent, offset;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *kick, *rdreq, *rx, *done, *end, *c2h, *aw, *w, *b;
	uint8_t ring[Q_N][ENTRIES * 16];
	uint32_t producer[Q_N], alloc_next[Q_N], ended_n[Q_N];
	uint32_t halt_num[Q_N]; /* first descriptor that may not move */
	bool c2h_queue[Q_N], halted[Q_N];
	struct desc desc[DESC_MAX];
	unsigned desc_n, desc_of[Q_N][DESC_MAX];
	struct rd rd[1024];
	unsigned rd_n, quarantined;
	bool dead_tag[1024];
	/* operations */
	struct ops ops;
	/* settings */
	unsigned mrrs, rcb, latency, axi_error_pct, buf_hdr, buf_data, fault_pct, fault_fetch_pct;
	unsigned fault_kind; /* F_N: any */
	int fault_piece;     /* -1: any piece */
	unsigned dense; /* descriptors side by side, at multiples of this */
	bool no_split, ro, ns, ext, tag10;
	/* card memory */
	uint8_t *card;
	uint16_t *owner; /* descriptor + 1 of each byte */
	struct { uint64_t addr; unsigned len; } burst[256];
	unsigned burst_head, burst_tail, beat;
	bool burst_bad;
	/* counters */
	unsigned unexpected, unexpected_seen, timeouts_seen, max_live;
	uint64_t skew, idle_run, stat_h2c;
	/* the cycle before */
	bool was_idle;
	uint64_t was_in, was_out, was_deadline, idle_n;
	uint32_t card_next;
};

static uint8_t host_byte(struct env *e, uint64_t a)
{
	for (unsigned q = 0; q < Q_N; q++)
		if (a >= RING(q) && a < RING(q) + sizeof(e->ring[q]))
			return e->ring[q][a - RING(q)];
	a *= 0x9e3779b97f4a7c15ull;
	return (a >> 56) ^ (a >> 40);
}

static struct desc *desc_at(struct env *e, unsigned q, uint32_t num)
{
	assert_in_range(q, 0, Q_N - 1);
	assert_true(num < e->producer[q]);
	return &e->desc[e->desc_of[q][num]];
}

static void desc_fails(struct desc *x, uint32_t offset, unsigned status)
{
	if (offset < x->fail_off) {
		x->fail_off = offset;
		x->fail_status = status;
	}
}

/* ---- queue configuration ---- */
static void qcfg(struct env *e, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_qcfg(e->d, op, q, reg, data);
}

static void queue_setup(struct env *e, unsigned q)
{
	uint32_t conf = (e->c2h_queue[q] ? 1u << CW_Q_CONFIG_C2H_SHIFT : 0) | ENTRIES_LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT |
			(q & 1 ? 1u << CW_Q_CONFIG_RO_SHIFT : 0) | (q & 2 ? 1u << CW_Q_CONFIG_NS_SHIFT : 0);

	qcfg(e, 0, q, CW_Q_CONFIG, conf);
	qcfg(e, 0, q, CW_Q_RING_LO, (uint32_t)RING(q));
	qcfg(e, 0, q, CW_Q_RING_HI, RING(q) >> 32);
	qcfg(e, 0, q, CW_Q_CARD_BASE_LO, (uint32_t)CARD_BASE);
	qcfg(e, 0, q, CW_Q_CARD_BASE_HI, CARD_BASE >> 32);
	qcfg(e, 0, q, CW_Q_CARD_LIMIT_LO, CARD_LIMIT);
	qcfg(e, 0, q, CW_Q_CARD_LIMIT_HI, 0);
	qcfg(e, 1, q, 0, 0);
	e->halted[q] = false;
	e->halt_num[q] = ~0u;
	e->producer[q] = e->alloc_next[q] = e->ended_n[q] = 0;
}

/* ---- requests ---- */
static struct rd *live_tag(struct env *e, unsigned tag)
{
	for (unsigned i = 0; i < e->rd_n; i++)
		if (e->rd[i].used && !e->rd[i].dead && e->rd[i].tag == tag)
			return &e->rd[i];
	return NULL;
}

static unsigned pieces(uint64_t addr, uint32_t bytes, unsigned unit)
{
	return (addr + bytes - 1) / unit - addr / unit + 1;
}

/* What the outstanding reads can take of the completion buffer never exceeds it. */
static void check_buffer(struct env *e)
{
	unsigned hdr = 0, data = 0, live = 0;

	for (unsigned i = 0; i < e->rd_n; i++)
		if (e->rd[i].used && !e->rd[i].dead) {
			hdr += pieces(e->rd[i].addr, e->rd[i].bytes, e->rcb);
			data += pieces(e->rd[i].addr, e->rd[i].bytes, 16);
			live++;
		}
	assert_in_range(hdr, 0, e->buf_hdr);
	assert_in_range(data, 0, e->buf_data);
	if (live > e->max_live)
		e->max_live = live;
}

static void check_tag(struct env *e, unsigned tag)
{
	assert_null(live_tag(e, tag));
	assert_false(e->dead_tag[tag]);
	if (e->tag10)
		assert_true(tag >= 256);
	else
		assert_true(tag < (e->ext ? 256u : 32u));
}

static void check_attr(struct env *e, const struct rd *r, uint32_t dw0)
{
	bool ro = !r->fetch && e->ro && (r->queue & 1), ns = !r->fetch && e->ns && (r->queue & 2);

	assert_int_equal(dw0 >> 13 & 1, ro);
	assert_int_equal(dw0 >> 12 & 1, ns);
	assert_int_equal(dw0 & 0x0074cc00, 0); /* TC, IDO, TD, EP, AT: none */
}

static unsigned low_bit(unsigned be)
{
	return be & 1 ? 0 : be & 2 ? 1 : be & 4 ? 2 : 3;
}

static unsigned high_bit(unsigned be)
{
	return be & 8 ? 3 : be & 4 ? 2 : be & 2 ? 1 : 0;
}

static void parse_request(struct env *e, const uint32_t *h, struct rd *r)
{
	unsigned dw = h[0] & 0x3ff ? h[0] & 0x3ff : 1024, first = h[1] & 15, last = h[1] >> 4 & 15;
	bool wide = h[0] >> 29 & 1;

	assert_int_equal(h[0] >> 24 & 0xdf, 0);
	r->addr = wide ? (uint64_t)h[2] << 32 | h[3] : h[2];
	assert_int_equal(r->addr & 3, 0);
	assert_int_equal(wide, r->addr >> 32 != 0);
	assert_int_not_equal(first, 0);
	assert_int_equal(dw > 1, last != 0);
	r->tag = (h[1] >> 8 & 0xff) | (h[0] >> 19 & 1) << 8 | (h[0] >> 23 & 1) << 9;
	assert_true(r->addr % 4096 + dw * 4 <= 4096);
	assert_true(dw * 4 <= e->mrrs);
	r->bytes = dw > 1 ? dw * 4 - low_bit(first) - (3 - high_bit(last)) : high_bit(first) - low_bit(first) + 1;
	if (dw > 1) { /* contiguous */
		assert_int_equal(first, 15 & 15u << low_bit(first));
		assert_int_equal(last, 15 >> (3 - high_bit(last)));
	} else {
		assert_int_equal(first, (2u << high_bit(first)) - (1u << low_bit(first)));
	}
	r->addr += low_bit(first);
}

static void request_in(struct env *e, const struct stream_beat *b)
{
	uint32_t h[4];
	struct rd r = { .used = true };
	unsigned i = 0;

	stream_take(e->rdreq, b, 0, h, 16);
	parse_request(e, h, &r);
	r.queue = stream_take_u64(e->rdreq, b, 1);
	r.num = stream_take_u64(e->rdreq, b, 2);
	r.due = dut_now(e->d) + (e->latency ? dut_below(&e->rng, e->latency) : 0);
	r.fetch = r.addr >= RING(r.queue) && r.addr < RING(r.queue) + sizeof(e->ring[0]);
	if (r.fetch) {
		assert_int_equal(r.bytes % 16, 0);
		assert_true(r.num + r.bytes / 16 <= e->producer[r.queue]);
		assert_int_equal((r.addr - RING(r.queue)) / 16, r.num % ENTRIES);
	} else {
		struct desc *x = desc_at(e, r.queue, r.num);

		assert_false(x->c2h);
		assert_true(x->allocated && !x->ended);
		r.offset = r.addr - x->host;
		assert_true(r.offset + r.bytes <= x->len);
	}
	check_tag(e, r.tag);
	check_attr(e, &r, h[0]);
	while (i < e->rd_n && e->rd[i].used)
		i++;
	assert_in_range(i, 0, 1023);
	e->rd[i] = r;
	if (i == e->rd_n)
		e->rd_n++;
	check_buffer(e);
}

/* ---- completions ---- */
static void send_tlp(struct env *e, const uint32_t *hdr, const uint8_t *data, unsigned bytes)
{
	unsigned n = bytes ? (bytes + 31) / 32 : 1;

	for (unsigned i = 0; i < n; i++) {
		struct stream_beat b = { 0 };
		unsigned here = bytes - 32 * i < 32 ? bytes - 32 * i : 32;

		stream_put(e->rx, &b, 0, hdr, 16);
		if (here)
			stream_put(e->rx, &b, 1, data + 32 * i, here);
		stream_put_u64(e->rx, &b, 2, (1u << here / 4) - 1);
		stream_put_u64(e->rx, &b, 3, i == 0);
		stream_put_u64(e->rx, &b, 4, i == n - 1);
		stream_push(e->rx, &b);
	}
}

static void completion(struct env *e, unsigned tag, uint64_t addr, uint32_t left, uint32_t bytes, enum fault f)
{
	uint8_t data[4200];
	unsigned skip = addr & 3, dw = (skip + bytes + 3) / 4, status = 0;
	uint32_t h[4] = { 0 };

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = i >= skip && i < skip + bytes ? host_byte(e, addr - skip + i) : 0xa5;
	if (f == F_UR || f == F_CA || f == F_CRS) {
		status = f == F_UR ? 1 : f == F_CA ? 4 : 2;
		dw = 0;
	}
	if (f == F_NODATA)
		dw = 0;
	if (f == F_LONG)
		dw = (skip + left + 3) / 4 + 1;
	h[0] = (dw ? 0x4a000000 : 0x0a000000) | (dw & 0x3ff) | (f == F_POISON ? 1 << 14 : 0) | (tag >> 8 & 1) << 19 |
	       (tag >> 9 & 1) << 23;
	h[1] = 0x0100u << 16 | status << 13 | ((left + (f == F_COUNT ? 4 : 0)) & 0xfff);
	h[2] = (uint32_t)BDF << 16 | (tag & 0xff) << 8 | ((addr + (f == F_LOWER ? 4 : 0)) & 0x7f);
	send_tlp(e, h, data, dw * 4);
}

static unsigned fault_status(enum fault f)
{
	switch (f) {
	case F_UR: return CW_STATUS_UR;
	case F_CA:
	case F_CRS: return CW_STATUS_CA;
	case F_POISON: return CW_STATUS_POISON;
	case F_SILENT:
	case F_LOST: return CW_STATUS_TIMEOUT;
	default: return CW_STATUS_MALFORMED;
	}
}

static enum fault draw_fault(struct env *e, const struct rd *r)
{
	bool first = r->sent == 0, hit = dut_chance(&e->rng, r->fetch ? e->fault_fetch_pct : e->fault_pct);
	bool last = pieces(r->addr + r->sent, r->bytes - r->sent, e->rcb) == 1;
	enum fault f;

	if (!hit || (e->fault_piece == 0 && !first) || (e->fault_piece == 1 && (first || last)) ||
	    (e->fault_piece == 2 && !last))
		return F_NONE;
	f = e->fault_kind == F_N ? F_UR + dut_below(&e->rng, F_LOST) : e->fault_kind;
	/* one DW more than 1024 cannot be said */
	return f == F_LONG && r->bytes - r->sent > 4088 ? F_COUNT : f;
}

static void quarantine(struct env *e, struct rd *r, bool later)
{
	r->dead = true;
	r->used = later;
	e->dead_tag[r->tag] = true;
	e->quarantined++;
}

static void answer(struct env *e, struct rd *r)
{
	uint64_t a = r->addr + r->sent;
	uint32_t left = r->bytes - r->sent, n = left, to = e->rcb - a % e->rcb;
	enum fault f = r->dead ? F_NONE : draw_fault(e, r);

	if (!e->no_split)
		while (to < left) {
			if (dut_chance(&e->rng, 60)) {
				n = to;
				break;
			}
			to += e->rcb;
		}
	if (f != F_SILENT && f != F_LOST)
		completion(e, r->tag, a, left, n, f);
	if (f == F_LOST) {
		dut_set(e->d, "cpl_lost_valid", 1);
		dut_set(e->d, "cpl_lost_tag", r->tag);
	}
	if (r->dead)
		e->unexpected++;
	if (f != F_NONE) {
		if (!r->fetch)
			desc_fails(desc_at(e, r->queue, r->num), r->offset + r->sent, fault_status(f));
		else
			e->halted[r->queue] = true;
	}
	r->sent += n;
	r->due = dut_now(e->d) + (e->latency ? dut_below(&e->rng, e->latency) : 0);
	if (f == F_UR || f == F_CA || f == F_CRS)
		r->used = false;
	else if (f != F_NONE && f != F_POISON)
		quarantine(e, r, r->sent < r->bytes && f != F_SILENT && f != F_LOST && dut_chance(&e->rng, 50));
	else if (r->sent == r->bytes)
		r->used = false;
}

static void answer_some(struct env *e)
{
	unsigned n = 0, pick = 0;

	dut_set(e->d, "cpl_lost_valid", 0);
	if (stream_depth(e->rx) > 2)
		return;
	for (unsigned i = 0; i < e->rd_n; i++)
		if (e->rd[i].used && e->rd[i].due <= dut_now(e->d) && !dut_below(&e->rng, ++n))
			pick = i;
	if (n)
		answer(e, &e->rd[pick]);
}

/* ---- card memory ---- */
static void burst_begins(struct env *e, uint64_t addr, unsigned len)
{
	assert_true(addr % 4096 / 32 + len + 1 <= 128);
	assert_true(e->burst_tail - e->burst_head < 256);
	e->burst[e->burst_tail % 256].addr = addr;
	e->burst[e->burst_tail++ % 256].len = len;
}

static void respond(struct env *e)
{
	struct stream_beat b = { 0 };

	stream_put_u64(e->b, &b, 0, e->burst_bad ? 2 + dut_below(&e->rng, 2) : 0);
	stream_push(e->b, &b);
}

static void beat_in(struct env *e, const struct stream_beat *beat)
{
	uint64_t a = e->burst[e->burst_head % 256].addr;
	uint32_t strb = stream_take_u64(e->w, beat, 1);
	uint8_t data[32];

	assert_true(e->burst_head != e->burst_tail);
	if (e->beat == 0)
		e->burst_bad = dut_chance(&e->rng, e->axi_error_pct);
	stream_take(e->w, beat, 0, data, 32);
	assert_int_not_equal(strb, 0);
	for (unsigned i = 0; i < 32; i++) {
		uint64_t at = (a & ~31ull) + 32 * e->beat + i - CARD_BASE;
		struct desc *x;

		if (!(strb >> i & 1))
			continue;
		if (at >= CARD_BYTES || !e->owner[at])
			fail_msg("byte %llx written belongs to no descriptor", (unsigned long long)at);
		x = &e->desc[e->owner[at] - 1];
		if (e->burst_bad)
			desc_fails(x, at - x->card, CW_STATUS_AXI);
		else
			e->card[at] = data[i];
	}
	assert_int_equal(stream_take_u64(e->w, beat, 2), e->beat == e->burst[e->burst_head % 256].len);
	if (e->beat++ == e->burst[e->burst_head % 256].len) {
		respond(e);
		e->beat = 0;
		e->burst_head++;
	}
}

/* ---- operations ---- */
static uint64_t bits_of(struct env *e, const char *const *ports)
{
	uint64_t v = 0;

	for (; *ports; ports++)
		v = v << 1 | (dut_get(e->d, *ports) & 1);
	return v;
}

/* After a cycle with idle high nothing moves until an input does, or `now` reaches the deadline. */
static void check_idle(struct env *e)
{
	static const char *const in[] = { "kick_valid", "rx_cpl_valid", "axi_bvalid", "rd_req_ready", "h2c_done_ready",
					  "issue_done_ready", "c2h_ready", "axi_awready", "axi_wready", "op_alloc_ready",
					  "qcfg_valid", "qst_valid", "cpl_lost_valid", "engine_enable", NULL };
	static const char *const out[] = { "rd_req_valid", "h2c_done_valid", "issue_done_valid", "c2h_valid",
					   "op_alloc_valid", "axi_awvalid", "axi_wvalid", "empty", "idle", NULL };
	uint64_t i = bits_of(e, in), o = bits_of(e, out), now = dut_get(e->d, "now");

	if (e->was_idle && i == e->was_in && now < e->was_deadline && o != e->was_out)
		fail_msg("moved in idle, cycle %llu: outputs %llx, before %llx", (unsigned long long)dut_now(e->d),
			 (unsigned long long)o, (unsigned long long)e->was_out);
	e->was_idle = dut_get(e->d, "idle");
	e->was_in = i;
	e->was_out = o;
	e->was_deadline = dut_get(e->d, "next_deadline");
	e->idle_n += e->was_idle;
}

static void op_sample(void *ctx)
{
	struct env *e = ctx;
	struct desc *x;
	unsigned q;

	check_idle(e);
	e->idle_run = dut_get(e->d, "idle") ? e->idle_run + 1 : 0;
	e->unexpected_seen += dut_get(e->d, "err_cpl_unexpected");
	e->timeouts_seen += dut_get(e->d, "err_cpl_timeout");
	if (dut_get_bits(e->d, "stat", CW_COUNTER_H2C_BYTES, 1))
		e->stat_h2c += dut_get(e->d, "stat_bytes");
	if (!dut_get(e->d, "op_alloc_valid") || !dut_get(e->d, "op_alloc_ready"))
		return;
	q = dut_get(e->d, "op_alloc_queue");
	assert_in_range(q, 0, Q_N - 1);
	assert_int_equal(dut_get(e->d, "op_alloc_num"), e->alloc_next[q]);
	x = desc_at(e, q, e->alloc_next[q]++);
	x->allocated = true;
	ops_take(&e->ops, x - e->desc);
}

static void op_drive(void *ctx)
{
	struct env *e = ctx;

	ops_drive(&e->ops);
	dut_set(e->d, "now", dut_now(e->d) + e->skew);
}

static struct desc *op_ends(struct env *e, unsigned op)
{
	struct desc *x = &e->desc[ops_end(&e->ops, op)];

	assert_false(x->ended);
	x->ended = true;
	e->ended_n[x->queue]++;
	return x;
}

static void done_in(struct env *e, const struct stream_beat *b)
{
	struct desc *x = op_ends(e, stream_take_u64(e->done, b, 0));
	uint32_t good = x->fail_off == ~0u ? x->len : x->fail_off;

	x->moved = true;
	assert_int_equal(stream_take_u64(e->done, b, 1), x->fail_status);
	assert_int_equal(stream_take_u64(e->done, b, 2), good);
	for (uint32_t i = 0; i < good; i++)
		if (e->card[x->card + i] != host_byte(e, x->host + i))
			fail_msg("queue %u descriptor %u byte %u of %u is wrong", x->queue, x->num, i, x->len);
}

static void end_in(struct env *e, const struct stream_beat *b)
{
	struct desc *x = op_ends(e, stream_take_u64(e->end, b, 0));
	unsigned status = stream_take_u64(e->end, b, 1), kind = stream_take_u64(e->end, b, 2);

	if (kind == 2)
		assert_int_equal(status, x->bad);
	else if (kind == 3)
		assert_int_equal(status, CW_STATUS_FETCH);
	else
		assert_int_equal(kind, 1);
	if (kind != 1)
		assert_true(x->bad || e->halted[x->queue]);
	if (kind & 2) {
		assert_int_equal(e->halt_num[x->queue], ~0u);
		e->halted[x->queue] = true;
		e->halt_num[x->queue] = x->num;
	} else {
		assert_true(e->halted[x->queue]);
	}
}

static void c2h_in(struct env *e, const struct stream_beat *b)
{
	struct desc *x = op_ends(e, stream_take_u64(e->c2h, b, 0));

	x->moved = true;
	assert_true(x->c2h && !x->bad);
	assert_int_equal(stream_take_u64(e->c2h, b, 1), x->queue);
	assert_int_equal(stream_take_u64(e->c2h, b, 2), x->num);
	assert_int_equal(stream_take_u64(e->c2h, b, 3), x->host);
	assert_int_equal(stream_take_u64(e->c2h, b, 4), x->card + CARD_BASE);
	assert_int_equal(stream_take_u64(e->c2h, b, 5), x->len);
	assert_int_equal(stream_take_u64(e->c2h, b, 6),
			 (e->ro && (x->queue & 1) ? 2 : 0) | (e->ns && (x->queue & 2) ? 1 : 0));
}

/* One cycle of everything. */
static void env_cycle(struct env *e)
{
	struct stream_beat b;

	dut_cycle(e->d);
	while (stream_pop(e->rdreq, &b))
		request_in(e, &b);
	while (stream_pop(e->aw, &b))
		burst_begins(e, stream_take_u64(e->aw, &b, 0), stream_take_u64(e->aw, &b, 1));
	while (e->burst_head != e->burst_tail && stream_pop(e->w, &b))
		beat_in(e, &b);
	while (stream_pop(e->done, &b))
		done_in(e, &b);
	while (stream_pop(e->end, &b))
		end_in(e, &b);
	while (stream_pop(e->c2h, &b))
		c2h_in(e, &b);
	answer_some(e);
}

#endif
