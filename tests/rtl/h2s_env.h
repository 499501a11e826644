/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Surroundings of cw_h2s: descriptors in, never more of a queue than it has places for;
 * operations; reads answered in any order and any split, or failed; the user's logic, which
 * checks every packet. A byte of host memory is a function of its address.
 */
#ifndef CW_H2S_ENV_H
#define CW_H2S_ENV_H

#include <stdlib.h>
#include <string.h>

#include "../../driver/cw_regs.h"
#include "dut.h"
#include "ops.h"
#include "qcfg.h"
#include "stream.h"

#define Q_N 8u
#define SLOTS 32u
#define MORE 8u
#define DESC_N 4096u
#define PACKET_MAX (128u << 10)

struct desc {
	unsigned queue, op, status, kind; /* status, kind: of one that ends without moving */
	uint32_t num, len, good, fail;    /* good: of its done; fail: offset of its first failure, ~0 none */
	uint64_t host;
	bool sop, eop, end, allocated, over, lost;
	unsigned fail_status;
	unsigned packet;
};

struct rd {
	bool used;
	uint64_t addr, place, due;
	uint32_t bytes, sent;
	unsigned entry, desc;
	uint64_t stamp;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *desc, *credit, *card, *failed, *read, *h2s, *done, *end, *more;
	unsigned bytes;              /* of a word */
	struct desc x[DESC_N];
	unsigned x_n;
	unsigned of[Q_N][DESC_N];    /* descriptors of a queue, by number */
	unsigned made[Q_N], given[Q_N], allocated[Q_N], places[Q_N];
	unsigned weight[Q_N];
	unsigned next_out[Q_N];      /* first descriptor of the packet that comes next */
	bool mid[Q_N];               /* descriptors made: inside a packet */
	struct ops ops;
	struct rd rd[OPS];
	unsigned latency, fail_pct;
	bool in_order;               /* reads are answered in the order they came */
	/* the packet that arrives */
	bool in;
	unsigned from, packets, marked;
	uint32_t have;
	uint64_t user;
	uint8_t *got;
	unsigned rest;               /* lasts without bytes for packets that were cut */
	bool cut_ok;                 /* packets may end early */
	uint64_t beats, stamp;
};

static inline uint8_t host_byte(uint64_t addr)
{
	uint64_t x = (addr + 77) * 0x9e3779b97f4a7c15ull;

	return (uint8_t)(x >> 40 ^ x >> 57);
}

static inline uint64_t user_of(const struct desc *x)
{
	return (x->host * 0x10001 + x->queue) & 0xfffffffffull;
}

/* ---- descriptors ---- */

static inline struct desc *env_desc(struct env *e, unsigned q, uint32_t len, bool sop, bool eop)
{
	struct desc *x = &e->x[e->x_n];

	assert_true(e->x_n < DESC_N);
	memset(x, 0, sizeof(*x));
	x->queue = q;
	x->num = e->made[q];
	x->len = len;
	x->sop = sop;
	x->eop = eop;
	x->fail = ~0u;
	x->host = 0x4200000000ull + ((uint64_t)dut_rand(&e->rng) & 0xffffff);
	e->of[q][e->made[q]++] = e->x_n++;
	return x;
}

/* A packet of n descriptors of at most `most` bytes. */
static inline void env_packet(struct env *e, unsigned q, unsigned n, uint32_t most)
{
	for (unsigned i = 0; i < n; i++) {
		bool last = i == n - 1;
		uint32_t len = dut_below(&e->rng, most) + 1;

		if (last && dut_chance(&e->rng, 20))
			len = 0;
		else if (dut_chance(&e->rng, 20))
			len = dut_below(&e->rng, 3) + 1;
		env_desc(e, q, len, i == 0, last);
	}
}

static inline void give_descs(struct env *e)
{
	for (unsigned q = 0; q < Q_N; q++)
		while (e->given[q] < e->made[q] && e->places[q] && stream_depth(e->desc) < 4) {
			struct desc *x = &e->x[e->of[q][e->given[q]]];
			struct stream_beat b = { 0 };
			uint32_t w[5];
			uint64_t host = x->end ? x->status << 2 | x->kind : x->host, user = user_of(x);

			w[0] = (uint32_t)host;
			w[1] = (uint32_t)(host >> 32);
			w[2] = (uint32_t)user;
			w[3] = (uint32_t)(user >> 32) | x->len << 4;
			w[4] = 0;
			/* bit 100: length; 124 attributes; 126 IRQ; 127 EOP; 128 SOP; 129 end */
			w[3] |= (uint32_t)x->eop << 31;
			w[4] = x->sop | (uint32_t)x->end << 1;
			stream_put_u64(e->desc, &b, 0, q);
			stream_put(e->desc, &b, 1, w, sizeof(w));
			stream_push(e->desc, &b);
			e->given[q]++;
			e->places[q]--;
		}
}

static inline void credit(struct env *e, unsigned q, unsigned n)
{
	struct stream_beat b = { 0 };

	stream_put_u64(e->credit, &b, 0, q);
	stream_put_u64(e->credit, &b, 1, n);
	stream_push(e->credit, &b);
}

static inline void enable(struct env *e, unsigned q)
{
	dut_qcfg(e->d, 0, q, CW_Q_CONFIG, e->weight[q] << CW_Q_CONFIG_WEIGHT_SHIFT);
	dut_qcfg(e->d, 1, q, 0, 0);
	e->places[q] = SLOTS;
	e->made[q] = e->given[q] = e->allocated[q] = e->next_out[q] = 0;
}

/* ---- operations ---- */

static inline void op_sample(void *ctx)
{
	struct env *e = ctx;
	unsigned q;
	struct desc *x;

	if (!dut_get(e->d, "alloc_valid") || !dut_get(e->d, "alloc_ready"))
		return;
	q = dut_get(e->d, "alloc_queue");
	assert_in_range(q, 0, Q_N - 1);
	assert_int_equal(dut_get(e->d, "alloc_num"), e->allocated[q]);
	assert_true(e->allocated[q] < e->given[q]);
	x = &e->x[e->of[q][e->allocated[q]++]];
	x->allocated = true;
	x->op = e->ops.next;
	ops_take(&e->ops, x - e->x);
}

static inline void op_drive(void *ctx)
{
	struct env *e = ctx;

	ops_drive(&e->ops);
}

static inline struct desc *op_over(struct env *e, unsigned op)
{
	struct desc *x = &e->x[ops_end(&e->ops, op)];

	assert_true(x->allocated && !x->over);
	x->over = true;
	return x;
}

/* ---- reads ---- */

static inline void read_in(struct env *e, const struct stream_beat *b)
{
	unsigned entry = stream_take_u64(e->read, b, 0), q = stream_take_u64(e->read, b, 1);
	unsigned num = stream_take_u64(e->read, b, 2);
	struct rd *r = &e->rd[entry];
	struct desc *x;

	assert_true(q < Q_N && num < e->allocated[q] && !r->used);
	x = &e->x[e->of[q][num]];
	r->used = true;
	r->entry = entry;
	r->desc = x - e->x;
	r->addr = stream_take_u64(e->read, b, 3);
	r->bytes = stream_take_u64(e->read, b, 4);
	r->place = stream_take_u64(e->read, b, 5);
	r->sent = 0;
	r->stamp = ++e->stamp;
	r->due = dut_now(e->d) + (e->latency ? dut_below(&e->rng, e->latency) : 0);
	assert_true(r->bytes && r->addr >= x->host && r->addr + r->bytes <= x->host + x->len);
	assert_int_equal(r->addr / 512, (r->addr + r->bytes - 1) / 512);
}

static inline void send_card(struct env *e, struct rd *r, uint32_t n)
{
	uint64_t a = r->addr + r->sent;
	unsigned skip = a & 3, total = skip + n, beats = (total + e->bytes - 1) / e->bytes;

	for (unsigned i = 0; i < beats; i++) {
		struct stream_beat b = { 0 };
		uint8_t data[64];

		for (unsigned k = 0; k < e->bytes; k++)
			data[k] = i * e->bytes + k < total ? host_byte(a - skip + i * e->bytes + k) : 0x5a;
		stream_put_u64(e->card, &b, 0, i == 0);
		stream_put_u64(e->card, &b, 1, i == beats - 1);
		stream_put(e->card, &b, 2, data, e->bytes);
		stream_put_u64(e->card, &b, 3, skip);
		stream_put_u64(e->card, &b, 4, r->place + r->sent);
		stream_put_u64(e->card, &b, 5, n);
		stream_put_u64(e->card, &b, 6, r->entry);
		stream_put_u64(e->card, &b, 7, r->sent);
		stream_push(e->card, &b);
	}
}

static inline void send_failed(struct env *e, struct rd *r, uint32_t n)
{
	struct stream_beat b = { 0 };
	struct desc *x = &e->x[r->desc];
	uint32_t offset = r->addr + r->sent - x->host;
	unsigned status = 1 + dut_below(&e->rng, 4);

	if (offset < x->fail) {
		x->fail = offset;
		x->fail_status = status;
	}
	stream_put_u64(e->failed, &b, 0, r->entry);
	stream_put_u64(e->failed, &b, 1, r->sent);
	stream_put_u64(e->failed, &b, 2, n);
	stream_put_u64(e->failed, &b, 3, status);
	stream_push(e->failed, &b);
}

static inline void answer(struct env *e)
{
	unsigned n = 0, pick = 0;
	struct rd *r;
	uint32_t part;

	if (stream_depth(e->card) > 2 || stream_depth(e->failed) > 1)
		return;
	for (unsigned i = 0; i < OPS; i++)
		if (e->rd[i].used && e->rd[i].due <= dut_now(e->d) &&
		    (e->in_order ? !n++ || e->rd[i].stamp < e->rd[pick].stamp : !dut_below(&e->rng, ++n)))
			pick = i;
	if (!n)
		return;
	r = &e->rd[pick];
	part = r->bytes - r->sent;
	if (e->latency && part > 64 && dut_chance(&e->rng, 40))
		part = 64 - (r->addr + r->sent) % 64;
	if (dut_chance(&e->rng, e->fail_pct))
		send_failed(e, r, part);
	else
		send_card(e, r, part);
	r->sent += part;
	r->used = r->sent < r->bytes;
}

/* ---- packets ---- */

/* Is what arrived the packet that begins at descriptor `at` of the queue? Returns its descriptors. */
static inline unsigned check_packet(struct env *e, unsigned q, bool err)
{
	unsigned at = e->next_out[q], n = 0;
	uint32_t pos = 0;
	bool failed = false, more = true;
	struct desc *x = NULL;

	while (more) {
		assert_true(at + n < e->made[q]);
		x = &e->x[e->of[q][at + n++]];
		assert_int_equal(x->sop, n == 1);
		if (n == 1)
			assert_int_equal(e->user, user_of(x));
		for (uint32_t i = 0; i < x->len && pos + i < e->have; i++)
			if (i < x->fail && e->got[pos + i] != host_byte(x->host + i))
				fail_msg("queue %u descriptor %u byte %u of %u is wrong", q, x->num, i, x->len);
		pos += x->len;
		failed |= x->fail != ~0u;
		more = !x->eop;
	}
	assert_int_equal(e->have, pos);
	assert_int_equal(err, failed);
	return n;
}

static inline void beat_in(struct env *e, const struct stream_beat *b)
{
	unsigned q = stream_take_u64(e->h2s, b, 5), n = 0;
	bool first = stream_take_u64(e->h2s, b, 2), last = stream_take_u64(e->h2s, b, 3);
	bool err = stream_take_u64(e->h2s, b, 4);
	uint64_t keep = stream_take_u64(e->h2s, b, 1), user = stream_take_u64(e->h2s, b, 6);
	uint8_t data[64];

	stream_take(e->h2s, b, 0, data, e->bytes);
	while (n < e->bytes && (keep >> n & 1))
		n++;
	assert_int_equal(n == 64 ? 0 : keep >> n, 0);
	assert_int_equal(first, !e->in);
	if (e->in)
		assert_true(q == e->from && user == e->user);
	else
		e->have = 0;
	assert_true(last || n == e->bytes);
	e->from = q;
	e->user = user;
	e->in = !last;
	assert_true(e->have + n <= PACKET_MAX);
	memcpy(e->got + e->have, data, n);
	e->have += n;
	e->beats++;
	if (!last) {
		assert_false(err);
		return;
	}
	e->packets++;
	e->marked += err;
	if (err && e->cut_ok && n == 0)
		e->rest++;
	else
		e->next_out[q] += check_packet(e, q, err);
}

static inline void done_in(struct env *e, const struct stream_beat *b)
{
	struct desc *x = op_over(e, stream_take_u64(e->done, b, 0));

	assert_false(x->end);
	x->good = stream_take_u64(e->done, b, 2);
	if (x->lost)
		return;
	assert_int_equal(stream_take_u64(e->done, b, 1), x->fail == ~0u ? 0 : x->fail_status);
	assert_int_equal(x->good, x->fail == ~0u ? x->len : x->fail);
}

static inline void end_in(struct env *e, const struct stream_beat *b)
{
	struct desc *x = op_over(e, stream_take_u64(e->end, b, 0));

	if (stream_take_u64(e->end, b, 2) == 1) /* of a disabled queue */
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
	while (stream_pop(e->read, &b))
		read_in(e, &b);
	while (stream_pop(e->h2s, &b))
		beat_in(e, &b);
	while (stream_pop(e->done, &b))
		done_in(e, &b);
	while (stream_pop(e->end, &b))
		end_in(e, &b);
	while (stream_pop(e->more, &b))
		e->places[stream_take_u64(e->more, &b, 0)] += MORE;
	answer(e);
}

static inline void env_cycles(struct env *e, unsigned n)
{
	while (n--)
		env_cycle(e);
}

/* Until the queues' packets up to now have all come and their operations ended. */
static inline void settle(struct env *e, unsigned queues)
{
	for (unsigned i = 0;; i++) {
		bool over = true;

		for (unsigned q = 0; q < Q_N; q++)
			if (queues >> q & 1)
				over &= e->next_out[q] == e->made[q] && e->allocated[q] == e->made[q];
		if (over && !e->ops.live)
			return;
		if (i > 200000)
			fail_msg("nothing comes any more, cycle %llu, %u operations live", (unsigned long long)dut_now(e->d),
				 e->ops.live);
		env_cycle(e);
	}
}

static inline struct env *env_new(uint64_t salt)
{
	static const char *const desc[] = { "desc_queue", "desc_entry", NULL };
	static const char *const credits[] = { "h2s_credit_queue", "h2s_credit_n", NULL };
	static const char *const card[] = { "card_sop", "card_eop", "card_data", "card_skip", "card_addr", "card_bytes",
					    "card_op", "card_offset", NULL };
	static const char *const failed[] = { "failed_op", "failed_offset", "failed_bytes", "failed_status", NULL };
	static const char *const read[] = { "read_entry", "read_queue", "read_num", "read_addr", "read_bytes", "read_place",
					    NULL };
	static const char *const h2s[] = { "h2s_data", "h2s_keep", "h2s_first", "h2s_last", "h2s_err", "h2s_queue",
					   "h2s_user", NULL };
	static const char *const done[] = { "done_op", "done_status", "done_bytes", NULL };
	static const char *const end[] = { "end_done_op", "end_done_status", "end_done_kind", NULL };
	static const char *const more[] = { "more_queue", NULL };
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->got = malloc(PACKET_MAX);
	assert_non_null(e->got);
	e->d = dut_new(dut_seed() + salt);
	dut_rng_init(&e->rng, dut_seed() * 17 + salt);
	e->bytes = dut_width(e->d, "h2s_data") / 8;
	e->desc = stream_source(e->d, "desc", desc);
	e->credit = stream_source(e->d, "h2s_credit", credits);
	e->card = stream_source(e->d, "card", card);
	e->failed = stream_source(e->d, "failed", failed);
	e->read = stream_sink(e->d, "read", read);
	e->h2s = stream_sink(e->d, "h2s", h2s);
	e->done = stream_sink(e->d, "done", done);
	e->end = stream_sink(e->d, "end_done", end);
	e->more = stream_sink(e->d, "more", more);
	e->ops = (struct ops){ .d = e->d, .rng = &e->rng, .ready = "alloc_ready", .id = "alloc_id", .stall = 10 };
	dut_hook(e->d, op_sample, op_drive, e);
	dut_set(e->d, "rd_log2", 9);
	dut_set(e->d, "link_rst", 1);
	dut_reset(e->d, 8);
	dut_set(e->d, "link_rst", 0);
	dut_cycles(e->d, 300);
	return e;
}

static inline void env_free(struct env *e)
{
	stream_free(e->desc);
	stream_free(e->credit);
	stream_free(e->card);
	stream_free(e->failed);
	stream_free(e->read);
	stream_free(e->h2s);
	stream_free(e->done);
	stream_free(e->end);
	stream_free(e->more);
	dut_free(e->d);
	free(e->got);
	free(e);
}

#endif
