/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The neighbours of the whole write path for its test: the read path that
 * allocates and ends operations, the host port's strobes and interrupt block, the
 * IP's notices, and the host that checks every record and message it receives.
 */
#ifndef CW_WRITE_BENCH_H
#define CW_WRITE_BENCH_H

#include "../../driver/cw_regs.h"
#include "qcfg.h"
#include "write_env.h"

#define Q_N 16u
#define OP_N 64u
#define RING_BASE(q) ((q) & 1 ? 0x11223300000ull + 0x10000 * (q) : 0x40000000ull + 0x10000 * (q))
#define MSI_BASE 0xfee00000ull
#define KIND_NO_RECORD 1u
#define KIND_HALT 2u

enum how { HOW_C2H, HOW_H2C, HOW_ISSUE };

struct op {
	struct move move;
	enum how how;
	unsigned status, bytes, kind;
	bool irq, allocated, moved, recorded;
	unsigned delay;
};

struct queue {
	struct op *op;
	unsigned n, log2, moderation;
	unsigned issued, records, irqs, irqs_at_last; /* records: seen at the host */
	unsigned strobes;                             /* the count beside the last record_valid */
	bool halted;                                  /* halt strobe seen */
	bool live;                                    /* enabled: operations are issued */
	unsigned halt_at;                             /* first number without a record after it; n: none */
};

struct pending {
	unsigned q, num, id, delay;
};

struct bench {
	struct dut *d;
	struct host *h;
	struct card_mem m;
	struct dut_rng rng;
	struct stream *c2h, *h2c, *issue, *msix, *rd;
	struct queue q[Q_N];
	struct pending pend[OP_N];
	unsigned pend_n;
	int offer_q;               /* queue whose operation is offered; -1: none */
	bool id_used[OP_N];
	unsigned posted_in_ip, irq_stall, alloc_stall, sent_stall;
	uint64_t msi_n, mwr_pulses, record_pulses, c2h_bytes, joined;
	bool irq_held;
};

static const char *const c2h_fields[] = {
	"c2h_op", "c2h_queue", "c2h_num", "c2h_host_addr", "c2h_card_addr", "c2h_len", "c2h_attr", NULL
};
static const char *const h2c_fields[] = { "h2c_done_op", "h2c_done_status", "h2c_done_bytes", NULL };
static const char *const issue_fields[] = { "issue_done_op", "issue_done_status", "issue_done_kind", NULL };
static const char *const msix_fields[] = { "msix_req_addr", "msix_req_data", NULL };
static const char *const rd_fields[] = { "rd_req_hdr", "rd_req_queue", "rd_req_num", NULL };

/* ---- neighbours ---- */

static void begin_c2h(struct bench *b, const struct pending *p)
{
	const struct op *o = &b->q[p->q].op[p->num];
	struct stream_beat beat = { 0 };

	stream_put_u64(b->c2h, &beat, 0, p->id);
	stream_put_u64(b->c2h, &beat, 1, p->q);
	stream_put_u64(b->c2h, &beat, 2, p->num);
	stream_put_u64(b->c2h, &beat, 3, o->move.host);
	stream_put_u64(b->c2h, &beat, 4, o->move.card);
	stream_put_u64(b->c2h, &beat, 5, o->move.len);
	stream_put_u64(b->c2h, &beat, 6, o->move.attr);
	stream_push(b->c2h, &beat);
}

static void finish(struct bench *b, const struct pending *p)
{
	struct op *o = &b->q[p->q].op[p->num];
	struct stream *s = o->how == HOW_H2C ? b->h2c : b->issue;
	struct stream_beat beat = { 0 };

	stream_put_u64(s, &beat, 0, p->id);
	stream_put_u64(s, &beat, 1, o->status);
	stream_put_u64(s, &beat, 2, o->how == HOW_H2C ? o->bytes : o->kind);
	stream_push(s, &beat);
	o->moved = true;
}

static void allocated(struct bench *b, unsigned q)
{
	unsigned num = b->q[q].issued++, id = (unsigned)dut_get(b->d, "op_alloc_id");
	struct op *o = &b->q[q].op[num];
	struct pending p = { q, num, id, o->delay };

	o->allocated = true;
	if (o->how == HOW_C2H)
		begin_c2h(b, &p);
	else {
		assert_true(b->pend_n < OP_N);
		b->pend[b->pend_n++] = p;
	}
}

static void issuer_sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;

	if (b->offer_q >= 0 && dut_get(d, "op_alloc_ready")) {
		allocated(b, (unsigned)b->offer_q);
		b->offer_q = -1;
	}
	for (unsigned i = 0; i < b->pend_n; i++)
		if (b->pend[i].delay-- == 0) {
			finish(b, &b->pend[i]);
			b->pend[i--] = b->pend[--b->pend_n];
		}
}

static void issuer_drive(void *ctx)
{
	struct bench *b = ctx;
	unsigned q = 0, n = 0;

	for (unsigned i = 0; i < Q_N; i++) /* each that has work is as likely */
		if (b->q[i].live && b->q[i].issued < b->q[i].n && !dut_below(&b->rng, ++n))
			q = i;
	if (b->offer_q < 0 && b->q[q].live && b->q[q].issued < b->q[q].n && !dut_chance(&b->rng, b->alloc_stall)) {
		const struct op *o = &b->q[q].op[b->q[q].issued];

		b->offer_q = (int)q;
		dut_set(b->d, "op_alloc_queue", q);
		dut_set(b->d, "op_alloc_num", b->q[q].issued);
		dut_set(b->d, "op_alloc_irq", o->irq);
	}
	dut_set(b->d, "op_alloc_valid", b->offer_q >= 0);
}

/* The host port's interrupt block and the IP's notices. */
static void port_sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;
	uint64_t stat = dut_get(d, "stat");
	unsigned sent = (unsigned)dut_get(d, "tx_sent_n");

	assert_true(b->posted_in_ip >= sent);
	b->posted_in_ip -= sent;
	if (dut_get(d, "tx_req_valid") && dut_get(d, "tx_req_ready") && dut_get(d, "tx_req_eop"))
		b->posted_in_ip += dut_get_bits(d, "tx_req_hdr", 30, 1);
	b->mwr_pulses += stat >> CW_COUNTER_TX_MWR & 1;
	b->record_pulses += stat >> CW_COUNTER_RECORD & 1;
	if (stat >> CW_COUNTER_C2H_BYTES & 1)
		b->c2h_bytes += dut_get(d, "stat_bytes");
	if (dut_get(d, "raise_valid") && dut_get(d, "raise_ready")) {
		struct stream_beat beat = { 0 };
		unsigned v = (unsigned)dut_get(d, "raise_vector");

		stream_put_u64(b->msix, &beat, 0, MSI_BASE + 16 * v);
		stream_put_u64(b->msix, &beat, 1, 0xa500 + v);
		stream_push(b->msix, &beat);
	}
	if (dut_get(d, "record_valid")) {
		struct queue *q = &b->q[dut_get(d, "record_queue") % Q_N];

		assert_in_range(dut_get(d, "record_count"), q->strobes + 1, q->strobes + 16);
		q->strobes = (unsigned)dut_get(d, "record_count");
	}
	if (dut_get(d, "halt_valid")) {
		struct queue *q = &b->q[dut_get(d, "halt_queue") % Q_N];

		assert_false(q->halted);
		q->halted = true;
	}
}

static void port_drive(void *ctx)
{
	struct bench *b = ctx;
	unsigned n = b->posted_in_ip > 15 ? 15 : b->posted_in_ip;

	dut_set(b->d, "raise_ready", !dut_chance(&b->rng, b->irq_stall));
	dut_set(b->d, "tx_sent_n", n && !dut_chance(&b->rng, b->sent_stall) ? 1 + dut_below(&b->rng, n) : 0);
	dut_set(b->d, "now", dut_now(b->d) * 3);
}

static void qcfg(struct bench *b, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_qcfg(b->d, op, q, reg, data);
}

static void sweep(struct bench *b)
{
	for (unsigned q = 0; q < Q_N; q++) {
		qcfg(b, 1, q, 0, 0);
		qcfg(b, 2, q, 0, 0);
	}
}

/* The host port says after reset that no vector has an event ring. */
static void rings(struct bench *b)
{
	dut_set(b->d, "ring_valid", 1);
	for (unsigned v = 0; v < 64; v++) {
		dut_set(b->d, "ring_vector", v);
		dut_cycle(b->d);
	}
	dut_set(b->d, "ring_valid", 0);
}

static void enable(struct bench *b, unsigned q)
{
	uint64_t ring = RING_BASE(q);

	qcfg(b, 0, q, CW_Q_CONFIG, (q & 1) | b->q[q].log2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | (q + 3) << CW_Q_CONFIG_VECTOR_SHIFT);
	qcfg(b, 0, q, CW_Q_MODERATION, b->q[q].moderation);
	qcfg(b, 0, q, CW_Q_CPL_LO, (uint32_t)ring);
	qcfg(b, 0, q, CW_Q_CPL_HI, (uint32_t)(ring >> 32));
	qcfg(b, 1, q, 0, 0);
	b->q[q].live = true;
}

static struct bench *bench_open(uint64_t salt, unsigned mps_code)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = dut_new(dut_seed() + salt);
	dut_rng_init(&b->rng, dut_seed() * 77 + salt);
	b->h = host_new(b->d, mps_code);
	card_init(&b->m, b->d, dut_seed() + salt);
	b->c2h = stream_source(b->d, "c2h", c2h_fields);
	b->h2c = stream_source(b->d, "h2c_done", h2c_fields);
	b->issue = stream_source(b->d, "issue_done", issue_fields);
	b->msix = stream_source(b->d, "msix_req", msix_fields);
	b->rd = stream_source(b->d, "rd_req", rd_fields);
	dut_set(b->d, "fn_bme", 1);
	b->offer_q = -1;
	dut_reset(b->d, 4);
	rings(b);
	sweep(b);
	dut_hook(b->d, issuer_sample, issuer_drive, b);
	dut_hook(b->d, port_sample, port_drive, b);
	for (unsigned q = 0; q < Q_N; q++)
		b->q[q].log2 = 8;
	return b;
}

static void bench_close(struct bench *b)
{
	for (unsigned q = 0; q < Q_N; q++)
		free(b->q[q].op);
	stream_free(b->c2h);
	stream_free(b->h2c);
	stream_free(b->issue);
	stream_free(b->msix);
	stream_free(b->rd);
	host_free(b->h);
	dut_free(b->d);
	free(b);
}

/* ---- what the host sees ---- */

static void check_record(struct bench *b, unsigned q, const struct req_tlp *t, unsigned i)
{
	struct queue *u = &b->q[q];
	uint32_t dw[4], num, entries = 1u << u->log2;
	struct op *o;

	/* the next of the queue that has a record */
	while (u->records < u->n && (u->op[u->records].kind & KIND_NO_RECORD))
		u->records++;
	num = u->records;
	assert_true(num < u->n);
	assert_true(num <= u->halt_at);
	o = &u->op[num];
	memcpy(dw, t->data + 16 * i, 16);
	assert_int_equal(t->attr, 0);
	assert_int_equal(t->addr + 16 * i, RING_BASE(q) + 16 * (num % entries));
	assert_int_equal(dw[0], num);
	assert_int_equal(dw[3] >> CW_RECORD_DW3_PHASE_SHIFT, !(num / entries & 1));
	assert_int_equal(dw[3] >> CW_RECORD_DW3_QUEUE_SHIFT & 0xffff, q);
	assert_int_equal(dw[3] >> CW_RECORD_DW3_STATUS_SHIFT & 0x7f, o->status);
	assert_int_equal(dw[1] & 0xffffff, o->bytes);
	/* stamped with a recent value of `now` */
	assert_in_range((dw[1] >> 24 | (uint64_t)dw[2] << 8 | (uint64_t)(dw[3] & 0xff) << 40), 1, 3 * dut_now(b->d));
	assert_int_equal(t->queue, q);
	assert_int_equal(t->num + i, num);
	assert_true(t->id_valid);
	if (o->how == HOW_C2H)
		move_check(b->h, &o->move, o->bytes);
	else
		assert_true(o->moved);
	o->recorded = true;
	u->records++;
	u->irqs_at_last = u->irqs;
}

static void check_tlp(struct bench *b, const struct req_tlp *t)
{
	if (!t->write)
		return;
	if (t->addr >= MSI_BASE && t->addr < MSI_BASE + 16 * 64) {
		unsigned v = (unsigned)(t->addr - MSI_BASE) / 16;

		assert_int_equal(t->len, 4);
		assert_int_equal(t->attr, 0);
		assert_int_equal(t->data[0] | t->data[1] << 8, 0xa500 + v);
		assert_false(t->id_valid);
		assert_in_range(v, 3, 3 + Q_N - 1);
		assert_true(b->q[v - 3].records > b->q[v - 3].irqs); /* each is about a record that came before it */
		b->q[v - 3].irqs++;
		b->msi_n++;
		return;
	}
	for (unsigned q = 0; q < Q_N; q++)
		if (t->addr >= RING_BASE(q) && t->addr < RING_BASE(q) + 0x10000) {
			assert_int_equal(t->len % 16, 0);
			b->joined += t->len > 16;
			for (unsigned i = 0; i < t->len / 16; i++)
				check_record(b, q, t, i);
			return;
		}
	assert_non_null(host_at(b->h, t->first, false));
	assert_true(t->queue < Q_N && t->num < b->q[t->queue].n);
	assert_int_equal(t->attr, b->q[t->queue].op[t->num].move.attr);
}

static void pump(struct bench *b, unsigned cycles)
{
	const struct req_tlp *t;

	while (cycles--) {
		dut_cycle(b->d);
		while ((t = host_tlp(b->h)) != NULL)
			check_tlp(b, t);
	}
}

static void until_empty(struct bench *b)
{
	unsigned limit = 60000;

	for (;;) {
		bool more = b->offer_q >= 0 || b->pend_n || stream_depth(b->c2h);

		for (unsigned q = 0; q < Q_N; q++)
			more |= b->q[q].issued < b->q[q].n;
		if (!more && dut_get(b->d, "empty") && !stream_depth(b->msix))
			break;
		pump(b, 1);
		assert_true(--limit);
	}
	pump(b, 8);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	assert_int_equal(dut_get(b->d, "ops_in_flight"), 0);
	assert_int_equal(dut_get(b->d, "posted_n"), dut_get(b->d, "sent_n"));
}

static void status(struct bench *b, unsigned q, unsigned retired, unsigned records, int cause)
{
	dut_set(b->d, "qst_queue", q);
	dut_set(b->d, "qst_valid", 1);
	dut_wait(b->d, "qst_retire_ack", 20);
	assert_int_equal(dut_get(b->d, "qst_retired"), retired);
	assert_int_equal(dut_get(b->d, "qst_records"), records);
	assert_int_equal(dut_get(b->d, "qst_halted"), cause >= 0);
	if (cause >= 0)
		assert_int_equal(dut_get(b->d, "qst_cause"), cause);
	dut_set(b->d, "qst_valid", 0);
	dut_cycle(b->d);
	dut_settle(b->d);
}

#endif
