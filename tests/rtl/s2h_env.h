/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Surroundings of cw_s2h: the user's packets, buffers, host memory behind write TLPs, and
 * what the records say, put together to packets again. A byte of a packet is a function of
 * its number, which is its user word.
 */
#ifndef CW_S2H_ENV_H
#define CW_S2H_ENV_H

#include <stdlib.h>
#include <string.h>

#include "../../driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

#define Q_N 8u
#define SLOTS 32u
#define MORE 8u
#define OPS 256u
#define BUF_N 8192u
#define PKT_N 4096u
#define HOST 0x5100000000ull
#define HOST_BYTES (24u << 20)
#define UNTOUCHED 0xee

struct buffer {
	unsigned queue, status, kind;
	uint32_t num, len;
	uint64_t host;
	bool end, allocated, over;
};

struct packet {
	unsigned queue;
	uint32_t len;
	bool err;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *desc, *s2h, *tx, *done, *end, *more;
	unsigned bytes, mps;
	struct buffer x[BUF_N];
	unsigned x_n;
	unsigned of[Q_N][BUF_N], made[Q_N], given[Q_N], allocated[Q_N], ended[Q_N], places[Q_N];
	unsigned room[Q_N], done_n[Q_N], kicked[Q_N], told[Q_N];
	bool op_used[OPS];
	unsigned op_buf[OPS], op_next, live;
	uint8_t *mem;
	uint64_t next;               /* free host memory */
	struct packet p[PKT_N];
	unsigned p_n;
	/* the TLP that arrives */
	uint8_t data[4096 + 64];
	unsigned have, tlps;
	uint64_t payload;
	/* the packet that the records of a queue make */
	bool in[Q_N];
	uint64_t user[Q_N];
	uint32_t sum[Q_N];
	int last[Q_N];
	unsigned taken[Q_N], truncs[Q_N];
	unsigned drop_pulses, trunc_pulses, pkt_pulses;
	bool keen;                   /* an operation is always to be had */
};

static inline uint8_t pkt_byte(unsigned p, uint32_t i)
{
	uint64_t x = ((uint64_t)p << 32 | i) * 0x9e3779b97f4a7c15ull;

	return (uint8_t)(x >> 33 ^ x >> 57);
}

/* ---- buffers ---- */

static inline struct buffer *env_buffer(struct env *e, unsigned q, uint32_t len)
{
	struct buffer *x = &e->x[e->x_n];

	assert_true(e->x_n < BUF_N);
	memset(x, 0, sizeof(*x));
	x->queue = q;
	x->num = e->made[q];
	x->len = len;
	x->host = e->next + dut_below(&e->rng, 90);
	e->next = x->host + len + 8;
	assert_true(e->next < HOST + HOST_BYTES);
	e->of[q][e->made[q]++] = e->x_n++;
	return x;
}

static inline void give_descs(struct env *e)
{
	dut_set(e->d, "kick_valid", 0);
	for (unsigned q = 0; q < Q_N; q++)
		if (e->kicked[q] != e->made[q]) {
			dut_set(e->d, "kick_valid", 1);
			dut_set(e->d, "kick_queue", q);
			dut_set(e->d, "kick_producer", e->made[q]);
			e->kicked[q] = e->made[q];
			break;
		}
	for (unsigned q = 0; q < Q_N; q++)
		while (e->given[q] < e->kicked[q] && e->places[q] && stream_depth(e->desc) < 4) {
			struct buffer *x = &e->x[e->of[q][e->given[q]]];
			struct stream_beat b = { 0 };
			uint64_t host = x->end ? x->status << 2 | x->kind : x->host;
			uint32_t w[5] = { (uint32_t)host, (uint32_t)(host >> 32), 0, x->len << 4, (uint32_t)x->end << 1 };

			stream_put_u64(e->desc, &b, 0, q);
			stream_put(e->desc, &b, 1, w, sizeof(w));
			stream_push(e->desc, &b);
			e->given[q]++;
			e->places[q]--;
		}
}

static inline void enable(struct env *e, unsigned q, bool stall)
{
	dut_qcfg(e->d, 0, q, CW_Q_CONFIG, stall ? CW_Q_CONFIG_STALL_MASK : 0);
	dut_qcfg(e->d, 1, q, 0, 0);
	e->places[q] = SLOTS;
	e->made[q] = e->given[q] = e->allocated[q] = e->ended[q] = e->done_n[q] = e->kicked[q] = 0;
	e->in[q] = false;
}

static inline void op_sample(void *ctx)
{
	struct env *e = ctx;
	struct buffer *x;
	unsigned q;

	e->drop_pulses += dut_get(e->d, "stat_drop");
	if (dut_get(e->d, "s2h_end_valid") && dut_get(e->d, "s2h_end_queue") < Q_N)
		e->told[dut_get(e->d, "s2h_end_queue")]++;
	assert_int_equal(dut_get(e->d, "s2h_end_valid"),
			 (dut_get(e->d, "stat_drop") | dut_get(e->d, "stat_pkt")));
	e->trunc_pulses += dut_get(e->d, "stat_trunc");
	e->pkt_pulses += dut_get(e->d, "stat_pkt");
	if (dut_get(e->d, "s2h_room_valid"))
		assert_in_range(dut_get(e->d, "s2h_room_queue"), 0, Q_N - 1);
	if (dut_get(e->d, "s2h_room_valid"))
		e->room[dut_get(e->d, "s2h_room_queue")] = dut_get(e->d, "s2h_room_n");
	if (!dut_get(e->d, "alloc_valid") || !dut_get(e->d, "alloc_ready"))
		return;
	q = dut_get(e->d, "alloc_queue");
	assert_in_range(q, 0, Q_N - 1);
	assert_int_equal(dut_get(e->d, "alloc_num"), e->allocated[q]);
	assert_true(e->allocated[q] < e->given[q]);
	x = &e->x[e->of[q][e->allocated[q]++]];
	x->allocated = true;
	e->op_used[e->op_next] = true;
	e->op_buf[e->op_next] = x - e->x;
	e->live++;
}

static inline void op_drive(void *ctx)
{
	struct env *e = ctx;
	unsigned start = dut_below(&e->rng, OPS), i = 0;

	while (i < OPS && e->op_used[(start + i) % OPS])
		i++;
	e->op_next = (start + i) % OPS;
	dut_set(e->d, "alloc_ready", i < OPS && (e->keen || !dut_chance(&e->rng, 10)));
	dut_set(e->d, "alloc_id", e->op_next);
}

static inline struct buffer *op_over(struct env *e, unsigned op)
{
	struct buffer *x = &e->x[e->op_buf[op]];

	assert_true(e->op_used[op] && x->allocated && !x->over);
	e->op_used[op] = false;
	e->live--;
	x->over = true;
	return x;
}

/* ---- packets out of the user's logic ---- */

static inline unsigned env_send(struct env *e, unsigned q, uint32_t len, bool err)
{
	uint32_t at = 0;
	unsigned p = e->p_n++;

	assert_true(p < PKT_N);
	e->p[p] = (struct packet){ q, len, err };
	do {
		unsigned n = len - at < e->bytes ? len - at : e->bytes;
		struct stream_beat b = { 0 };
		uint8_t data[64];

		/* a packet whose last beat is full may also end with an empty one */
		bool last = at + n == len && !(n == e->bytes && dut_chance(&e->rng, 10));

		for (unsigned i = 0; i < e->bytes; i++)
			data[i] = i < n ? pkt_byte(p, at + i) : 0x77;
		stream_put(e->s2h, &b, 0, data, e->bytes);
		stream_put_u64(e->s2h, &b, 1, n == 64 ? ~0ull : (1ull << n) - 1);
		stream_put_u64(e->s2h, &b, 2, last);
		stream_put_u64(e->s2h, &b, 3, last && err);
		stream_put_u64(e->s2h, &b, 4, q);
		stream_put_u64(e->s2h, &b, 5, p);
		stream_push(e->s2h, &b);
		at += n;
		if (last)
			return p;
	} while (1);
}

/* ---- write TLPs ---- */

static inline void tlp_over(struct env *e, const uint32_t *h)
{
	unsigned dw = h[0] & 0x3ff ? h[0] & 0x3ff : 1024, first = h[1] & 15, last = h[1] >> 4 & 15;
	uint64_t addr = (uint64_t)h[2] << 32 | h[3];

	assert_int_equal(h[0] >> 24, 0x60);
	assert_int_equal(e->have, 4 * dw);
	assert_true(4 * dw <= e->mps && addr / 4096 == (addr + 4 * dw - 1) / 4096);
	assert_true(addr >= HOST && addr + 4 * dw < HOST + HOST_BYTES);
	for (unsigned i = 0; i < 4 * dw; i++) {
		unsigned be = i < 4 ? first : i >= 4 * (dw - 1) ? last : 15;

		if (be >> (i & 3) & 1) {
			e->mem[addr - HOST + i] = e->data[i];
			e->payload++;
		}
	}
	e->tlps++;
	e->have = 0;
}

static inline void tx_in(struct env *e, const struct stream_beat *b)
{
	uint64_t keep = stream_take_u64(e->tx, b, 3);
	uint32_t h[4];
	unsigned n = 0;

	while (n < e->bytes / 4 && (keep >> n & 1))
		n++;
	assert_true(e->have + 4 * n <= 4096);
	stream_take(e->tx, b, 2, e->data + e->have, 4 * n);
	e->have += 4 * n;
	stream_take(e->tx, b, 1, h, 16);
	if (stream_take_u64(e->tx, b, 0))
		tlp_over(e, h);
}

/* ---- records ---- */

static inline void check_bytes(struct env *e, const struct buffer *x, uint32_t n)
{
	uint32_t at = e->sum[x->queue];
	uint8_t *m = e->mem + (x->host - HOST);

	for (uint32_t i = 0; i < n; i++)
		if (m[i] != pkt_byte(e->user[x->queue], at + i))
			fail_msg("packet %u byte %u (buffer %u of queue %u, byte %u of %u) is wrong",
				 (unsigned)e->user[x->queue], at + i, x->num, x->queue, i, n);
	assert_int_equal(m[-1], UNTOUCHED);
	for (uint32_t i = n; i < x->len + 1; i++)
		assert_int_equal(m[i], UNTOUCHED);
}

static inline void done_in(struct env *e, const struct stream_beat *b)
{
	struct buffer *x = op_over(e, stream_take_u64(e->done, b, 0));
	uint32_t n = stream_take_u64(e->done, b, 1);
	uint64_t info = stream_take_u64(e->done, b, 2), user = info & 0xfffffffffull;
	bool sop = info >> CW_RECORD_S2H_SOP & 1, eop = info >> CW_RECORD_S2H_EOP & 1, trunc = info >> CW_RECORD_S2H_TRUNC & 1;
	unsigned q = x->queue;
	const struct packet *p;

	assert_false(x->end);
	assert_int_equal(x->num, e->done_n[q]++);
	e->ended[q]++;
	assert_int_equal(sop, !e->in[q]);
	assert_true(user < e->p_n);
	if (sop) {
		assert_true((int)user > e->last[q]);
		e->last[q] = (int)user;
		e->user[q] = user;
		e->sum[q] = 0;
	}
	p = &e->p[user];
	assert_int_equal(user, e->user[q]);
	assert_int_equal(p->queue, q);
	check_bytes(e, x, n);
	e->sum[q] += n;
	if (!eop)
		assert_int_equal(n, x->len);
	assert_true(eop || !trunc);
	e->in[q] = !eop;
	if (eop) {
		e->taken[q]++;
		e->truncs[q] += trunc && !p->err;
		assert_true(trunc ? e->sum[q] <= p->len : e->sum[q] == p->len);
		assert_true(trunc || !p->err);
	}
}

static inline void end_in(struct env *e, const struct stream_beat *b)
{
	struct buffer *x = op_over(e, stream_take_u64(e->end, b, 0));

	e->ended[x->queue]++; /* may come before the dones of those before it */
	if (stream_take_u64(e->end, b, 2) == 1)
		return;
	assert_true(x->end);
	assert_int_equal(stream_take_u64(e->end, b, 1), x->status);
	assert_int_equal(stream_take_u64(e->end, b, 2), x->kind);
}

static inline void env_cycle(struct env *e)
{
	struct stream_beat b;

	give_descs(e);
	dut_cycle(e->d);
	while (stream_pop(e->tx, &b))
		tx_in(e, &b);
	while (stream_pop(e->done, &b))
		done_in(e, &b);
	while (stream_pop(e->end, &b))
		end_in(e, &b);
	while (stream_pop(e->more, &b))
		e->places[stream_take_u64(e->more, &b, 0)] += MORE;
}

static inline void env_cycles(struct env *e, unsigned n)
{
	while (n--)
		env_cycle(e);
}

/* Until every packet was sent, and taken or dropped. */
static inline void settle(struct env *e)
{
	for (unsigned i = 0;; i++) {
		unsigned taken = 0;

		for (unsigned q = 0; q < Q_N; q++)
			taken += e->taken[q];
		if (!stream_depth(e->s2h) && taken + e->drop_pulses == e->p_n && !e->live)
			return;
		if (i > 300000)
			fail_msg("nothing comes any more: %u packets, %u taken, %u dropped, %u operations live", e->p_n,
				 taken, e->drop_pulses, e->live);
		env_cycle(e);
	}
}

static inline struct env *env_new(uint64_t salt, unsigned mps)
{
	static const char *const desc[] = { "desc_queue", "desc_entry", NULL };
	static const char *const s2h[] = { "s2h_data", "s2h_keep", "s2h_last", "s2h_err", "s2h_queue", "s2h_user", NULL };
	static const char *const tx[] = { "tx_eop", "tx_hdr", "tx_data", "tx_keep", "tx_queue", "tx_num", NULL };
	static const char *const done[] = { "done_op", "done_bytes", "done_info", NULL };
	static const char *const end[] = { "end_done_op", "end_done_status", "end_done_kind", NULL };
	static const char *const more[] = { "more_queue", NULL };
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->mem = malloc(HOST_BYTES);
	assert_non_null(e->mem);
	memset(e->mem, UNTOUCHED, HOST_BYTES);
	e->next = HOST + 64;
	e->mps = 128u << mps;
	for (unsigned q = 0; q < Q_N; q++)
		e->last[q] = -1;
	e->d = dut_new(dut_seed() + salt);
	dut_rng_init(&e->rng, dut_seed() * 23 + salt);
	e->bytes = dut_width(e->d, "s2h_data") / 8;
	e->desc = stream_source(e->d, "desc", desc);
	e->s2h = stream_source(e->d, "s2h", s2h);
	e->tx = stream_sink(e->d, "tx", tx);
	e->done = stream_sink(e->d, "done", done);
	e->end = stream_sink(e->d, "end_done", end);
	e->more = stream_sink(e->d, "more", more);
	dut_hook(e->d, op_sample, op_drive, e);
	dut_set(e->d, "fn_mps", mps);
	dut_set(e->d, "link_rst", 1);
	dut_reset(e->d, 8);
	dut_set(e->d, "link_rst", 0);
	dut_cycles(e->d, 80);
	return e;
}

static inline void env_free(struct env *e)
{
	stream_free(e->desc);
	stream_free(e->s2h);
	stream_free(e->tx);
	stream_free(e->done);
	stream_free(e->end);
	stream_free(e->more);
	dut_free(e->d);
	free(e->mem);
	free(e);
}

#endif
