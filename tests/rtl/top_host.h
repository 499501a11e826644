/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small host on the generic interface of cw_top, for tests of the whole endpoint: it answers reads of its memory (one
 * completion each, in random order), takes writes, reports them sent, and has register accesses of its own under way,
 * many at once. All streams stall at random. host_reset() forgets what is under way, as a link does.
 *
 * The model is cw_top_chain: card memory is on mem_clk. Time passes by two_step(&h->c). Included by one test file.
 */
#ifndef CW_TOP_HOST_H
#define CW_TOP_HOST_H

#include <string.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "two_clocks.h"

#define BDF 0x0100
#define MEM_BYTES (1u << 20)
#define BEAT_DW 8
#define READ_N 32
#define LOOK_N 16  /* register reads at once */
#define QUEUE_MAX 4096

struct beat {
	uint32_t hdr[4], data[BEAT_DW];
	unsigned dw_n, bar;
	bool sop, eop;
};

/* A stream into the card. */
struct feed {
	const char *valid, *ready, *sop, *eop, *hdr, *data, *keep, *bar;
	struct beat q[QUEUE_MAX];
	unsigned head, tail;
	bool offering, taken;
};

/* A stream out of it: the packet that is coming. */
struct drain {
	const char *valid, *ready, *sop, *eop, *hdr, *data, *keep;
	uint32_t h[4], dw[1024 + BEAT_DW];
	unsigned n;
};

struct top_host {
	struct dut *d;
	struct dut_rng rng;
	struct two_clocks c;
	struct feed req, cpl;
	struct drain tx, answer;
	void (*link_out)(struct top_host *h, const struct drain *t); /* NULL: what leaves the card is here at once */
	uint8_t mem[MEM_BYTES];
	struct { uint32_t addr, len_dw, fbe, lbe, tag; } read[READ_N]; /* to be answered */
	unsigned read_n, sent, stall, interrupts;
	struct { bool used, done; uint32_t value; } look[LOOK_N];
	uint64_t now;
};

static void host_feed(struct feed *f, const uint32_t hdr[4], const void *data, unsigned dw_n, unsigned bar)
{
	unsigned at = 0;

	if (f->head == f->tail)
		f->head = f->tail = 0;
	do {
		struct beat *b = &f->q[f->tail++];

		assert_true(f->tail <= QUEUE_MAX);
		*b = (struct beat){ .bar = bar, .sop = at == 0 };
		b->dw_n = dw_n - at < BEAT_DW ? dw_n - at : BEAT_DW;
		memcpy(b->hdr, hdr, 16);
		if (b->dw_n)
			memcpy(b->data, (const uint8_t *)data + 4ul * at, 4ul * b->dw_n);
		at += b->dw_n;
		b->eop = at == dw_n;
	} while (at < dw_n);
}

static void host_write(struct top_host *h, unsigned bar, uint32_t off, uint32_t v)
{
	host_feed(&h->req, (uint32_t[]){ 0x40000001, 0x0000000f, bar << 24 | off, 0 }, &v, 1, bar);
}

/* ---- what comes from the card ---- */

static unsigned low_byte(uint32_t be)
{
	return be ? (unsigned)__builtin_ctz(be) : 0;
}

static void host_takes_write(struct top_host *h, const struct drain *t)
{
	uint32_t addr = t->h[2] & ~3u, fbe = t->h[1] & 15, lbe = t->h[1] >> 4 & 15;

	for (unsigned i = 0; i < t->n; i++) {
		uint32_t be = i == 0 ? fbe : i + 1 == t->n ? lbe : 15;

		assert_true(addr + 4 * i + 4 <= MEM_BYTES);
		for (unsigned k = 0; k < 4; k++)
			if (be >> k & 1)
				h->mem[addr + 4 * i + k] = (uint8_t)(t->dw[i] >> 8 * k);
	}
	h->interrupts += t->n == 1 && (t->dw[0] & ~0xffu) == 0xabcd0000;
	h->sent++;
}

static void host_takes_request(struct top_host *h, const struct drain *t)
{
	uint32_t dw0 = t->h[0];

	if (dw0 >> 24 == 0x40) {
		assert_int_equal(dw0 & 0x3ff, t->n);
		host_takes_write(h, t);
		return;
	}
	assert_int_equal(dw0 >> 24, 0x00);
	assert_true(h->read_n < READ_N);
	h->read[h->read_n].addr = t->h[2];
	h->read[h->read_n].len_dw = dw0 & 0x3ff;
	h->read[h->read_n].fbe = t->h[1] & 15;
	h->read[h->read_n].lbe = t->h[1] >> 4 & 15;
	h->read[h->read_n++].tag = t->h[1] >> 8 & 0xff;
}

static void host_takes_answer(struct top_host *h, const struct drain *t)
{
	unsigned tag = t->h[2] >> 8 & 0xff;

	assert_int_equal(t->h[0] >> 24, 0x4a);
	assert_int_equal(t->h[1] >> 13 & 7, 0);
	assert_true(tag < LOOK_N && h->look[tag].used && !h->look[tag].done);
	h->look[tag].value = t->dw[0];
	h->look[tag].done = true;
}

/* A beat that is taken at this edge; true with the last of a packet. */
static bool host_drain(struct top_host *h, struct drain *r)
{
	uint64_t keep;

	if (!dut_get(h->d, r->valid) || !dut_get(h->d, r->ready))
		return false;
	if (dut_get(h->d, r->sop)) {
		r->n = 0;
		dut_get_words(h->d, r->hdr, r->h, 4);
	}
	keep = dut_get(h->d, r->keep);
	assert_true(r->n + BEAT_DW <= sizeof(r->dw) / 4);
	if ((r->h[0] >> 30 & 1) && keep) {
		dut_get_words(h->d, r->data, r->dw + r->n, BEAT_DW);
		r->n += (unsigned)__builtin_popcountll(keep);
	}
	return dut_get(h->d, r->eop) != 0;
}

static void host_sample(void *ctx)
{
	struct top_host *h = ctx;

	if (dut_get(h->d, "rst"))
		return;
	h->req.taken = h->req.offering && dut_get(h->d, h->req.ready);
	h->cpl.taken = h->cpl.offering && dut_get(h->d, h->cpl.ready);
	if (host_drain(h, &h->tx))
		(h->link_out ? h->link_out : host_takes_request)(h, &h->tx);
	if (host_drain(h, &h->answer))
		(h->link_out ? h->link_out : host_takes_answer)(h, &h->answer);
}

/* ---- what goes to it ---- */

static void host_offer(struct top_host *h, struct feed *f)
{
	const struct beat *b;

	if (f->taken) {
		f->head++;
		f->offering = f->taken = false;
	}
	if (f->offering)
		return;
	f->offering = f->head < f->tail && !dut_chance(&h->rng, h->stall);
	dut_set(h->d, f->valid, f->offering);
	if (!f->offering)
		return;
	b = &f->q[f->head];
	dut_set(h->d, f->sop, b->sop);
	dut_set(h->d, f->eop, b->eop);
	dut_set_words(h->d, f->hdr, b->hdr, 4);
	dut_set_words(h->d, f->data, b->data, BEAT_DW);
	dut_set(h->d, f->keep, (1u << b->dw_n) - 1);
	if (f->bar)
		dut_set(h->d, f->bar, b->bar);
}

/* Any one of the reads that wait, in one completion (2.3.1.1: lower address and byte count by its byte enables). */
static void host_answers(struct top_host *h)
{
	unsigned i = (unsigned)dut_below(&h->rng, h->read_n), first, last, n;
	uint32_t hdr[4] = { 0 };

	first = low_byte(h->read[i].fbe);
	last = 31 - (unsigned)__builtin_clz(h->read[i].len_dw == 1 ? h->read[i].fbe | 1 : h->read[i].lbe | 1);
	n = h->read[i].len_dw;
	assert_true(h->read[i].addr + 4 * n <= MEM_BYTES);
	hdr[0] = 0x4a000000 | n;
	hdr[1] = 4 * (n - 1) + last + 1 - first;
	hdr[2] = BDF << 16 | h->read[i].tag << 8 | ((h->read[i].addr + first) & 0x7f);
	host_feed(&h->cpl, hdr, h->mem + (h->read[i].addr & ~3u), n, 0);
	h->read[i] = h->read[--h->read_n];
}

static void host_drive(void *ctx)
{
	struct top_host *h = ctx;
	unsigned sent = h->sent < 15 ? h->sent : 15;

	dut_set(h->d, "now", ++h->now);
	if (dut_get(h->d, "rst"))
		return;
	if (h->read_n && h->cpl.tail - h->cpl.head < 64 && dut_chance(&h->rng, 30))
		host_answers(h);
	host_offer(h, &h->req);
	host_offer(h, &h->cpl);
	dut_set(h->d, "tx_sent_n", sent);
	h->sent -= sent;
	dut_set(h->d, h->tx.ready, !dut_chance(&h->rng, h->stall));
	dut_set(h->d, h->answer.ready, !dut_chance(&h->rng, h->stall));
}

/* ---- for the test ---- */

/* PCIe reset for some edges of either clock. */
static void host_reset(struct top_host *h, unsigned edges)
{
	dut_set(h->d, "rst", 1);
	h->req.head = h->req.tail = h->cpl.head = h->cpl.tail = 0;
	h->req.offering = h->req.taken = h->cpl.offering = h->cpl.taken = false;
	h->read_n = h->sent = h->tx.n = h->answer.n = 0;
	memset(h->look, 0, sizeof(h->look));
	dut_set(h->d, h->req.valid, 0);
	dut_set(h->d, h->cpl.valid, 0);
	dut_set(h->d, "tx_sent_n", 0);
	two_steps(&h->c, edges);
	while (two_step(&h->c) != 0) /* one of its own clock at least */
		;
	dut_set(h->d, "rst", 0);
}

static void host_start(struct top_host *h)
{
	memset(h, 0, sizeof(*h));
	h->d = dut_new(dut_seed());
	dut_rng_init(&h->rng, dut_seed());
	h->req = (struct feed){ "rx_req_valid", "rx_req_ready", "rx_req_sop", "rx_req_eop", "rx_req_hdr", "rx_req_data",
				"rx_req_keep", "rx_req_bar", .head = 0 };
	h->cpl = (struct feed){ "rx_cpl_valid", "rx_cpl_ready", "rx_cpl_sop", "rx_cpl_eop", "rx_cpl_hdr", "rx_cpl_data",
				"rx_cpl_keep", NULL, .head = 0 };
	h->tx = (struct drain){ "tx_req_valid", "tx_req_ready", "tx_req_sop", "tx_req_eop", "tx_req_hdr", "tx_req_data",
				"tx_req_keep", .n = 0 };
	h->answer = (struct drain){ "tx_cpl_valid", "tx_cpl_ready", "tx_cpl_sop", "tx_cpl_eop", "tx_cpl_hdr", "tx_cpl_data",
				    "tx_cpl_keep", .n = 0 };
	dut_set(h->d, "fn_bdf", BDF);
	dut_set(h->d, "fn_mps", 2);
	dut_set(h->d, "fn_mrrs", 2);
	dut_set(h->d, "fn_ext_tag", 1);
	dut_set(h->d, "fn_mem", 1);
	dut_set(h->d, "fn_bme", 1);
	dut_set(h->d, "fn_msix_en", 1);
	dut_set(h->d, "rx_cpl_buf_hdr", 64);
	dut_set(h->d, "rx_cpl_buf_data", 1024);
	two_clocks(&h->c, h->d, "clk", "mem_clk", &h->rng);
	dut_clock(h->d, "clk");
	dut_hook(h->d, host_sample, host_drive, h);
	host_reset(h, 20);
}

/* A read of BAR0 under way; its tag. */
static unsigned host_look(struct top_host *h, uint32_t off)
{
	unsigned tag = 0;

	for (unsigned limit = 0; h->look[tag].used; limit++) {
		assert_true(limit < 20000);
		tag = (tag + 1) % LOOK_N;
		if (tag == 0)
			two_step(&h->c);
	}
	h->look[tag].used = true;
	h->look[tag].done = false;
	host_feed(&h->req, (uint32_t[]){ 0x00000001, tag << 8 | 0xf, off, 0 }, NULL, 0, 0);
	return tag;
}

static uint32_t host_found(struct top_host *h, unsigned tag)
{
	for (unsigned limit = 0; !h->look[tag].done; limit++) {
		assert_true(limit < 50000);
		two_step(&h->c);
	}
	h->look[tag].used = false;
	return h->look[tag].value;
}

static uint32_t host_read(struct top_host *h, uint32_t off)
{
	return host_found(h, host_look(h, off));
}

#endif
