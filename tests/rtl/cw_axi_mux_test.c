// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_axi_mux_rd cw_axi_mux_wr
/*
 * The card memory port: two writers, two readers, one slave that answers the
 * two IDs in any order. The engine reset cuts the movers short at any moment;
 * the slave must see whole bursts and the window must not notice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dut.h"

#define WORD 32u
#define MAX 512u
#define H2C 0
#define WIN 1

struct burst {
	uint64_t addr;
	unsigned len, sent; /* beats */
	bool bad;
};

/* A master of one channel pair: bursts in order, answers in order. */
struct master {
	const char *name;
	struct burst q[MAX];
	unsigned head, addressed, data, tail; /* answered <= data <= tail; addressed apart from data */
	unsigned long done;
	bool ready; /* writer: a beat is on offer */
};

/* What the slave holds, in order of its addresses. */
struct held {
	struct burst b;
	unsigned id;
};

struct bench {
	struct dut *d;
	struct dut_rng rng;
	struct master w[2], r[2];
	struct held aw[MAX], ar[MAX];
	unsigned aw_tail, w_at, ar_tail;
	bool b_due[MAX], r_done[MAX];
	int b_now, r_now;
	unsigned stall, beats_in;
	bool mover_down, stop;
	uint64_t now_addr;
	bool held_valid[3]; /* AW, W, AR: valid && !ready last cycle */
	uint64_t held_addr[3];
};

static uint64_t port(struct bench *b, const struct master *m, const char *what)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_%s", m->name, what);
	return dut_get(b->d, name);
}

static void set(struct bench *b, const struct master *m, const char *what, uint64_t v)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_%s", m->name, what);
	dut_set(b->d, name, v);
}

static unsigned id_of(struct bench *b, const struct master *m)
{
	return m == &b->w[WIN] || m == &b->r[WIN];
}

static bool fires(struct bench *b, const struct master *m, const char *chan)
{
	char v[16], r[16];

	snprintf(v, sizeof(v), "%svalid", chan);
	snprintf(r, sizeof(r), "%sready", chan);
	return port(b, m, v) && port(b, m, r);
}

static uint32_t pattern(uint64_t addr, unsigned beat)
{
	return (uint32_t)(addr * 2654435761u) ^ beat;
}

static void writer_sample(struct bench *b, struct master *m)
{
	if (fires(b, m, "aw"))
		m->addressed++;
	if (fires(b, m, "w")) {
		struct burst *u = &m->q[m->data % MAX];

		m->ready = false;
		if (++u->sent == u->len)
			m->data++;
	}
	if (fires(b, m, "b")) {
		assert_true(m->head < m->data && m->head < m->addressed);
		assert_int_equal(port(b, m, "bresp"), m->q[m->head % MAX].bad ? 2 : 0);
		m->head++;
		m->done++;
	}
}

static void reader_sample(struct bench *b, struct master *m)
{
	struct burst *u = &m->q[m->head % MAX];

	if (fires(b, m, "ar"))
		m->addressed++;
	if (!fires(b, m, "r"))
		return;
	assert_true(m->head < m->addressed);
	assert_int_equal(dut_get_bits(b->d, id_of(b, m) ? "win_rdata" : "c2h_rdata", 0, 32), pattern(u->addr, u->sent));
	assert_int_equal(port(b, m, "rresp"), u->bad ? 3 : 0);
	u->sent++;
	assert_int_equal(port(b, m, "rlast"), u->sent == u->len);
	if (u->sent == u->len) {
		m->head++;
		m->done++;
	}
}

static void slave_sample(struct bench *b)
{
	struct dut *d = b->d;

	if (dut_get(d, "axi_awvalid") && dut_get(d, "axi_awready")) {
		struct held *h = &b->aw[b->aw_tail];

		assert_true(b->aw_tail < MAX);
		assert_int_equal(dut_get(d, "axi_awsize"), 5);
		assert_int_equal(dut_get(d, "axi_awburst"), 1);
		h->b = (struct burst){ dut_get(d, "axi_awaddr"), (unsigned)dut_get(d, "axi_awlen") + 1, 0, 0 };
		h->b.bad = h->b.addr >> 5 & 1;
		h->id = (unsigned)dut_get(d, "axi_awid");
		b->b_due[b->aw_tail++] = false;
	}
	if (dut_get(d, "axi_wvalid") && dut_get(d, "axi_wready")) {
		struct held *h = &b->aw[b->w_at];
		bool filler = !dut_get(d, "axi_wstrb");

		if (!filler)
			assert_int_equal(dut_get_bits(d, "axi_wdata", 0, 32), pattern(h->b.addr, h->b.sent));
		/* filler beats only where a mover was reset */
		assert_true(!filler || (b->mover_down && h->id == 0));
		h->b.sent++;
		assert_int_equal(dut_get(d, "axi_wlast"), h->b.sent == h->b.len);
		if (h->b.sent == h->b.len)
			b->b_due[b->w_at++] = true;
	}
	if (dut_get(d, "axi_arvalid") && dut_get(d, "axi_arready")) {
		struct held *h = &b->ar[b->ar_tail];

		assert_true(b->ar_tail < MAX);
		h->b = (struct burst){ dut_get(d, "axi_araddr"), (unsigned)dut_get(d, "axi_arlen") + 1, 0, 0 };
		h->b.bad = h->b.addr >> 5 & 1;
		h->id = (unsigned)dut_get(d, "axi_arid");
		b->r_done[b->ar_tail++] = false;
	}
	if (b->b_now >= 0 && dut_get(d, "axi_bready")) {
		b->b_due[b->b_now] = false;
		b->b_now = -1;
	}
	if (b->r_now >= 0 && dut_get(d, "axi_rready")) {
		struct held *h = &b->ar[b->r_now];

		b->r_done[b->r_now] = ++h->b.sent == h->b.len;
		b->r_now = -1;
	}
}

/* Addresses and valid hold while not ready; W payload too. */
static void stable_sample(struct bench *b)
{
	static const char *const ch[] = { "axi_aw", "axi_w", "axi_ar" };

	for (unsigned i = 0; i < 3; i++) {
		char v[24], r[24], a[24];
		uint64_t addr;

		snprintf(v, sizeof(v), "%svalid", ch[i]);
		snprintf(r, sizeof(r), "%sready", ch[i]);
		snprintf(a, sizeof(a), "%saddr", ch[i]);
		addr = i == 1 ? dut_get_bits(b->d, "axi_wdata", 0, 64) ^ dut_get(b->d, "axi_wstrb") : dut_get(b->d, a);
		if (b->held_valid[i]) {
			assert_int_equal(dut_get(b->d, v), 1);
			assert_int_equal(addr, b->held_addr[i]);
		}
		b->held_valid[i] = dut_get(b->d, v) && !dut_get(b->d, r);
		b->held_addr[i] = addr;
	}
}

static void sample(void *ctx)
{
	struct bench *b = ctx;

	stable_sample(b);
	if (!dut_get(b->d, "mover_rst")) {
		writer_sample(b, &b->w[H2C]);
		reader_sample(b, &b->r[H2C]);
	}
	writer_sample(b, &b->w[WIN]);
	reader_sample(b, &b->r[WIN]);
	slave_sample(b);
}

static bool quiet(struct bench *b)
{
	return dut_chance(&b->rng, b->stall);
}

static void writer_drive(struct bench *b, struct master *m)
{
	struct burst *a = &m->q[m->addressed % MAX], *u = &m->q[m->data % MAX];
	uint8_t beat[WORD] = { 0 };
	uint32_t p = pattern(u->addr, u->sent);

	if (m->addressed == m->tail && !b->stop && m->tail - m->head < 20 && !quiet(b)) {
		*a = (struct burst){ (b->now_addr += 32 * 256), 1 + (unsigned)dut_below(&b->rng, 9), 0, 0 };
		a->addr += 32 * dut_below(&b->rng, 4);
		a->bad = a->addr >> 5 & 1;
		m->tail++;
		p = pattern(u->addr, u->sent);
	}
	set(b, m, "awvalid", m->addressed < m->tail);
	set(b, m, "awaddr", a->addr);
	set(b, m, "awlen", (a->len - 1) & 0xff);
	/* Once offered a beat stays: a stall is only between beats. */
	m->ready = m->data < m->tail && (m->ready || !quiet(b));
	set(b, m, "wvalid", m->ready);
	memcpy(beat, &p, 4);
	dut_set_bytes(b->d, m == &b->w[WIN] ? "win_wdata" : "h2c_wdata", 0, beat, WORD);
	set(b, m, "wstrb", 0xffffffff);
	set(b, m, "wlast", u->sent + 1 == u->len);
	set(b, m, "bready", !quiet(b));
}

static void reader_drive(struct bench *b, struct master *m)
{
	struct burst *a = &m->q[m->addressed % MAX];

	if (m->addressed == m->tail && !b->stop && m->tail - m->head < 20 && !quiet(b)) {
		*a = (struct burst){ (b->now_addr += 32 * 256), 1 + (unsigned)dut_below(&b->rng, 9), 0, 0 };
		a->addr += 32 * dut_below(&b->rng, 4);
		a->bad = a->addr >> 5 & 1;
		m->tail++;
	}
	set(b, m, "arvalid", m->addressed < m->tail);
	set(b, m, "araddr", a->addr);
	set(b, m, "arlen", (a->len - 1) & 0xff);
	set(b, m, "rready", !quiet(b));
}

/* The oldest burst that may be answered of a random ID, else of the other; -1 none. */
static int pick(struct bench *b, const struct held *h, unsigned n, const bool *due, bool want)
{
	unsigned id = (unsigned)dut_below(&b->rng, 2);

	for (unsigned t = 0; t < 2; t++, id = !id)
		for (unsigned i = 0; i < n; i++)
			if (h[i].id == id && due[i] == want)
				return (int)i;
	return -1;
}

static void slave_drive(struct bench *b)
{
	struct dut *d = b->d;
	uint8_t beat[WORD] = { 0 };

	dut_set(d, "axi_awready", !quiet(b));
	dut_set(d, "axi_wready", b->w_at < b->aw_tail && !quiet(b));
	dut_set(d, "axi_arready", !quiet(b));
	if (b->b_now < 0 && !quiet(b))
		b->b_now = pick(b, b->aw, b->w_at, b->b_due, true);
	dut_set(d, "axi_bvalid", b->b_now >= 0);
	if (b->b_now >= 0) {
		dut_set(d, "axi_bid", b->aw[b->b_now].id);
		dut_set(d, "axi_bresp", b->aw[b->b_now].b.bad ? 2 : 0);
	}
	if (b->r_now < 0 && !quiet(b))
		b->r_now = pick(b, b->ar, b->ar_tail, b->r_done, false);
	dut_set(d, "axi_rvalid", b->r_now >= 0);
	if (b->r_now >= 0) {
		const struct held *h = &b->ar[b->r_now];
		uint32_t p = pattern(h->b.addr, h->b.sent);

		memcpy(beat, &p, 4);
		dut_set_bytes(d, "axi_rdata", 0, beat, WORD);
		dut_set(d, "axi_rid", h->id);
		dut_set(d, "axi_rresp", h->b.bad ? 3 : 0);
		dut_set(d, "axi_rlast", h->b.sent + 1 == h->b.len);
	}
}

static void drive(void *ctx)
{
	struct bench *b = ctx;

	for (unsigned i = 0; i < 2; i++) {
		writer_drive(b, &b->w[i]);
		reader_drive(b, &b->r[i]);
	}
	slave_drive(b);
}

static struct bench *bench_open(uint64_t salt, unsigned stall)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = dut_new(dut_seed() + salt);
	dut_rng_init(&b->rng, dut_seed() * 13 + salt);
	b->w[H2C].name = "h2c";
	b->r[H2C].name = "c2h";
	b->w[WIN].name = b->r[WIN].name = "win";
	b->b_now = b->r_now = -1;
	b->stall = stall;
	dut_reset(b->d, 4);
	dut_hook(b->d, sample, drive, b);
	return b;
}

static void drain(struct bench *b)
{
	b->stop = true;
	for (unsigned i = 0; i < 3000 && !dut_get(b->d, "idle"); i++)
		dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	assert_int_equal(b->w_at, b->aw_tail);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(b->w[i].head, b->w[i].tail);
		assert_int_equal(b->r[i].head, b->r[i].tail);
	}
	b->stop = false;
	b->aw_tail = b->ar_tail = b->w_at = 0; /* all answered */
}

static void bench_close(struct bench *b)
{
	dut_free(b->d);
	free(b);
}

static void bursts_are_joined_and_answers_routed(void **state)
{
	(void)state;
	for (unsigned stall = 0; stall < 80; stall += 20) {
		struct bench *b = bench_open(stall, stall);

		for (unsigned round = 0; round < 5; round++) {
			dut_cycles(b->d, 300);
			drain(b);
		}
		for (unsigned i = 0; i < 2; i++) {
			assert_true(b->w[i].done > 20);
			assert_true(b->r[i].done > 20);
		}
		bench_close(b);
	}
}

/* How often each source was passed over by the other since it began to wait. */
struct turns {
	struct dut *d;
	unsigned passed[2][2]; /* AW, AR; mover, window */
};

static void turns_sample(void *ctx)
{
	static const char *const port[2][2] = { { "h2c_aw", "win_aw" }, { "c2h_ar", "win_ar" } };
	struct turns *t = ctx;

	for (unsigned ch = 0; ch < 2; ch++) {
		bool valid[2], ready[2];

		for (unsigned src = 0; src < 2; src++) {
			char name[16];

			snprintf(name, sizeof(name), "%svalid", port[ch][src]);
			valid[src] = dut_get(t->d, name);
			snprintf(name, sizeof(name), "%sready", port[ch][src]);
			ready[src] = valid[src] && dut_get(t->d, name);
		}
		for (unsigned src = 0; src < 2; src++) {
			t->passed[ch][src] += valid[src] && ready[!src];
			if (!valid[src] || ready[src])
				t->passed[ch][src] = 0;
			assert_true(t->passed[ch][src] <= 1);
		}
	}
}

static void sources_take_turns(void **state)
{
	struct bench *b = bench_open(7, 0);
	struct turns t = { .d = b->d };

	(void)state;
	dut_hook(b->d, turns_sample, NULL, &t);
	for (unsigned round = 0; round < 5; round++) {
		dut_cycles(b->d, 100);
		drain(b);
	}
	bench_close(b);
}

static void forget(struct master *m)
{
	m->head = m->addressed = m->data = m->tail;
	m->ready = false;
	memset(m->q, 0, sizeof(m->q));
}

static void mover_cut_short_by_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 150; i++) {
		struct bench *b = bench_open(1000 + i, i % 4 * 20);
		unsigned long win;

		dut_cycles(b->d, 30 + i);
		/* In the first cycle of the reset the movers still offer what they did. */
		b->mover_down = true;
		dut_set(b->d, "mover_rst", 1);
		forget(&b->w[H2C]);
		forget(&b->r[H2C]);
		b->stop = true;
		dut_cycles(b->d, 1 + i % 5);
		dut_set(b->d, "mover_rst", 0);
		b->stop = false;
		win = b->w[WIN].done + b->r[WIN].done;
		dut_cycles(b->d, 200);
		drain(b);
		assert_true(b->w[WIN].done + b->r[WIN].done > win);
		b->mover_down = false;
		dut_cycles(b->d, 200);
		drain(b);
		bench_close(b);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_are_joined_and_answers_routed),
		cmocka_unit_test(sources_take_turns),
		cmocka_unit_test(mover_cut_short_by_reset),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
