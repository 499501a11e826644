/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host model and a card end driven by hand, for the tests of sim/host. The
 * card answers configuration requests by itself from a small space; everything
 * else the test sends and answers.
 */
#ifndef HOST_RIG_H
#define HOST_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/host/host.h"
#include "sim/host/checker.h"
#include "sim/link/rng.h"
#include "sim/link/txq.h"

#define US 1000000ull /* ps */
#define CARD 0x0100
#define LOW_IOVA 0x10000ull
#define HIGH_IOVA 0x500000000ull
#define MEM_BYTES 0x10000u
#define MAPPED_BYTES (MEM_BYTES - 0x100) /* ends inside a page */
#define RIG_LATENCY 100000ull

enum { PM = 0x40, MSI = 0x50, PCIE = 0x70, MSIX = 0xb0, AER = 0x100, DSN = 0x140 };

struct got {
	struct cw_tlp tlp;
	struct cw_tlp_info i;
	uint64_t at;
};

struct rig {
	struct cw_host_param p;
	struct cw_link_param lp;
	struct cw_link *he, *ce;
	struct cw_host *h;
	struct cw_host_dev dev;
	uint8_t mem[MEM_BYTES];
	bool mapped, no_write, records;
	/* the card */
	struct cw_txq *tx;
	struct cw_rx_credit rx;
	struct cw_credit credit;
	uint64_t card_now;
	uint8_t cfg[4096], rw[4096];
	unsigned crs;            /* answers of CRS still to give */
	uint64_t posted;         /* posted TLPs sent since link up */
	bool mute, keep_credit, raw; /* raw: TLPs go past the transmit queue */
	struct got got[512];
	unsigned got_n;
	/* what the host said */
	char rule[16][32], text[256];
	struct cw_violation first; /* all of the first one */
	uint64_t rule_time;
	unsigned rule_n, irq[64], irq_n, points;
	int level;
	unsigned level_n;    /* changes of it */
	uint8_t err_code;
	uint16_t err_source;
	enum cw_link_state state;
	void (*on_point)(struct rig *r);
	uint64_t epoch;
};

/* ---- the host's ops ---- */

static inline void *rig_lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk,
			       const char **why)
{
	struct rig *r = ctx;
	uint64_t off = iova >= HIGH_IOVA ? iova - HIGH_IOVA : iova - LOW_IOVA;

	if (!r->mapped || off >= MAPPED_BYTES || off + len > MAPPED_BYTES) {
		*why = "rig has no such mapping";
		return NULL;
	}
	if (r->no_write && dir == CW_DMA_FROM_DEVICE) {
		*why = "mapping does not permit writes";
		return NULL;
	}
	/* Pages of 4 KiB, so that pieces have to be put together. */
	*chunk = 4096 - (uint32_t)(off & 4095) < len ? 4096 - (uint32_t)(off & 4095) : len;
	return r->mem + off;
}

static inline void rig_interrupt(void *ctx, int vector, bool level)
{
	struct rig *r = ctx;

	if (vector < 0) {
		r->level = level;
		r->level_n++;
	} else if (r->irq_n < 64) {
		r->irq[r->irq_n++] = (unsigned)vector;
	}
}

static inline void rig_point(void *ctx)
{
	struct rig *r = ctx;

	r->points++;
	if (r->on_point)
		r->on_point(r);
}

static inline uint64_t rig_epoch(void *ctx)
{
	return ((struct rig *)ctx)->epoch;
}

static inline void rig_link_state(void *ctx, enum cw_link_state s)
{
	((struct rig *)ctx)->state = s;
}

static inline void rig_error(void *ctx, uint8_t code, uint16_t source)
{
	struct rig *r = ctx;

	r->err_code = code;
	r->err_source = source;
}

static inline void rig_violation(void *ctx, const struct cw_violation *v)
{
	struct rig *r = ctx;

	if (!r->rule_n)
		r->first = *v;
	if (r->rule_n < 16)
		snprintf(r->rule[r->rule_n], sizeof(r->rule[0]), "%s", v->rule);
	snprintf(r->text, sizeof(r->text), "%s", v->text);
	r->rule_time = v->time_ps;
	r->rule_n++;
}

static inline bool rig_is_record(void *ctx, uint64_t iova)
{
	return ((struct rig *)ctx)->records && iova - LOW_IOVA < 0x1000;
}

/* ---- the card ---- */

static inline void rig_put32(uint8_t *space, unsigned at, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		space[at + i] = (uint8_t)(v >> 8 * i);
}

static inline uint32_t rig_get32(const uint8_t *space, unsigned at)
{
	return space[at] | (uint32_t)space[at + 1] << 8 | (uint32_t)space[at + 2] << 16 | (uint32_t)space[at + 3] << 24;
}

static inline void rig_set(struct rig *r, unsigned at, uint32_t value, uint32_t writable)
{
	rig_put32(r->cfg, at, value);
	rig_put32(r->rw, at, writable);
}

static inline void rig_cfgspace(struct rig *r)
{
	rig_set(r, 0x00, 0xca051234, 0);
	rig_set(r, 0x04, 0x00100000, 0x0547);
	rig_set(r, 0x08, 0x08800001, 0);
	rig_set(r, 0x10, 0x4, 0xfff00000);          /* BAR0: 64-bit, 1 MiB */
	rig_set(r, 0x14, 0, 0xffffffff);
	rig_set(r, 0x18, 0x0, 0xffff0000);          /* BAR2: 32-bit, 64 KiB */
	rig_set(r, 0x20, 0xc, 0xc0000000);          /* BAR4: 64-bit prefetchable, 1 GiB */
	rig_set(r, 0x24, 0, 0xffffffff);
	rig_set(r, 0x2c, 0x00021234, 0);
	rig_set(r, 0x34, PM, 0);
	rig_set(r, PM, 0x00030001 | MSI << 8, 0);
	rig_set(r, PM + 4, 0, 3);
	rig_set(r, MSI, 0x00800005 | PCIE << 8, 0x00710000);
	rig_set(r, MSI + 4, 0, 0xfffffffc);
	rig_set(r, MSI + 8, 0, 0xffffffff);
	rig_set(r, MSI + 12, 0, 0xffff);
	rig_set(r, PCIE, 0x00020010 | MSIX << 8, 0);
	rig_set(r, PCIE + 0x04, 0x10008000 | 1 << 5 | 2, 0); /* FLR, 8-bit tags, 512 bytes */
	rig_set(r, PCIE + 0x08, 0x2810, 0x79ff);
	rig_set(r, PCIE + 0x10, 0, 0x8);
	rig_set(r, PCIE + 0x24, 0x00030000, 0);     /* 10-bit tags */
	rig_set(r, PCIE + 0x28, 0, 0x1100);
	rig_set(r, MSIX, 0x001f0011, 0xc0000000);   /* 32 vectors */
	rig_set(r, MSIX + 4, 0x00010000, 0);
	rig_set(r, MSIX + 8, 0x00020000, 0);
	rig_set(r, AER, DSN << 20 | 0x00010001, 0);
	rig_set(r, DSN, 0x00010003, 0);
	rig_set(r, DSN + 4, 0x89abcdef, 0);
	rig_set(r, DSN + 8, 0x01234567, 0);
}

static inline void rig_card_push(struct rig *r, const struct cw_tlp *t)
{
	if (r->raw)
		assert_int_equal(cw_link_send_tlp(r->ce, r->card_now, t), 0);
	else
		assert_int_equal(cw_txq_push(r->tx, r->card_now, t, 0, -1, 0), 0);
	if (cw_tlp_class(t) == CW_FC_P)
		r->posted++;
}

static inline void rig_answer_cfg(struct rig *r, const struct cw_tlp *t, const struct cw_tlp_info *i)
{
	struct cw_tlp c;
	int k;

	if (r->crs) {
		r->crs--;
		cw_tlp_cpl(&c, CARD, i->requester, i->tag, i->tc, i->attr, CW_CPL_CRS, 4, 0);
	} else if (i->kind == CW_TLP_CFGRD) {
		cw_tlp_cpld(&c, CARD, i->requester, i->tag, i->tc, i->attr, 4, 0, r->cfg + i->reg, 1);
	} else {
		for (k = 0; k < 4; k++) {
			uint8_t m = i->first_be >> k & 1 ? r->rw[i->reg + k] : 0;

			r->cfg[i->reg + k] = (r->cfg[i->reg + k] & ~m) | (t->data[k] & m);
		}
		cw_tlp_cpl(&c, CARD, i->requester, i->tag, i->tc, i->attr, CW_CPL_SC, 4, 0);
	}
	rig_card_push(r, &c);
}

static inline void rig_send_credit(struct rig *r)
{
	static struct cw_msg m;

	m.kind = CW_MSG_CREDIT;
	m.stamp = r->card_now;
	m.credit = r->rx.advertised;
	assert_int_equal(cw_link_send(r->ce, &m), 0);
}

static inline void rig_card_tlp(struct rig *r, const struct cw_msg *m)
{
	struct got *g = &r->got[r->got_n];
	struct cw_tlp_info i;

	assert_int_equal(cw_tlp_decode(&m->tlp, &i, NULL), 0);
	assert_int_equal(cw_rx_credit_take(&r->rx, &m->tlp, NULL), 0);
	if (!r->keep_credit) {
		cw_rx_credit_return(&r->rx, &m->tlp);
		rig_send_credit(r);
	}
	if ((i.kind == CW_TLP_CFGRD || i.kind == CW_TLP_CFGWR) && !r->mute) {
		rig_answer_cfg(r, &m->tlp, &i);
		return;
	}
	assert_true(r->got_n < 512);
	cw_tlp_copy(&g->tlp, &m->tlp);
	g->i = i;
	g->at = m->arrival;
	r->got_n++;
}

static inline void rig_card_msg(struct rig *r, const struct cw_msg *m)
{
	if (m->kind == CW_MSG_LINK && m->state == CW_LINK_UP) {
		cw_txq_reset(r->tx);
		r->posted = 0;
		cw_rx_credit_init(&r->rx, &r->credit);
		rig_send_credit(r);
	} else if (m->kind == CW_MSG_CREDIT) {
		cw_txq_credit(r->tx, &m->credit);
	} else if (m->kind == CW_MSG_TLP) {
		rig_card_tlp(r, m);
	}
}

/* Up to the horizon, a microsecond at a time, so that the card's time stays near the host's. */
static inline int rig_step(void *ctx)
{
	static struct cw_msg m;
	struct rig *r = ctx;
	uint64_t began = r->card_now, end, arrival, leaves;

	for (;;) {
		/* Sending brings the horizon nearer: the host may answer. */
		end = cw_link_horizon(r->ce);
		if (end > began + US)
			end = began + US;
		arrival = cw_link_next(r->ce);
		leaves = cw_txq_next(r->tx);
		if ((arrival < leaves ? arrival : leaves) >= end)
			break;
		if (arrival <= leaves) {
			r->card_now = arrival > r->card_now ? arrival : r->card_now;
			assert_int_equal(cw_link_recv(r->ce, &m), 0);
			rig_card_msg(r, &m);
		} else {
			r->card_now = leaves > r->card_now ? leaves : r->card_now;
			assert_true(cw_txq_run(r->tx, r->card_now, NULL, NULL) >= 0);
		}
	}
	if (end > r->card_now)
		r->card_now = end;
	assert_int_equal(cw_link_promise(r->ce, r->card_now), 0);
	return r->card_now > began;
}

/* ---- the test's hands ---- */

static inline void rig_run_until(struct rig *r, uint64_t end)
{
	while (cw_host_now(r->h) < end) {
		int ret = cw_host_run(r->h, end, end);

		assert_true(ret >= 0);
		if (!ret)
			assert_int_equal(cw_link_wait(r->he), 0);
	}
}

static inline void rig_run(struct rig *r, uint64_t ps)
{
	rig_run_until(r, cw_host_now(r->h) + ps);
}

/* The card sends, and it has arrived and been answered. */
static inline void rig_send(struct rig *r, const struct cw_tlp *t)
{
	rig_card_push(r, t);
	rig_run(r, 4 * US);
}

static inline void rig_default(struct rig *r)
{
	unsigned c;

	memset(r, 0, sizeof(*r));
	cw_host_param_default(&r->p);
	r->p.settle_ps = 3 * US; /* the card is up to a microsecond ahead */
	r->lp = (struct cw_link_param){ .seed = 1, .latency_ps = RIG_LATENCY, .generation = 3, .lanes = 8 };
	for (c = 0; c < CW_FC_N; c++) {
		r->credit.hdr[c] = c == CW_FC_CPL ? CW_CREDIT_INFINITE : 32;
		r->credit.data[c] = c == CW_FC_CPL ? CW_CREDIT_INFINITE : 256;
	}
	for (c = 0; c < MEM_BYTES; c++)
		r->mem[c] = (uint8_t)(c * 7 + c / 256);
	r->mapped = true;
	r->state = CW_LINK_PERST;
	rig_cfgspace(r);
}

/* Link and host, nothing enumerated. */
static inline void rig_new(struct rig *r, bool points)
{
	struct cw_host_ops ops = { .lookup = rig_lookup, .interrupt = rig_interrupt, .link_state = rig_link_state,
				   .error_message = rig_error, .violation = rig_violation, .epoch = rig_epoch,
				   .is_record = rig_is_record };

	if (points)
		ops.point = rig_point;
	assert_int_equal(cw_link_pair(&r->lp, &r->he, &r->ce), 0);
	assert_int_equal(cw_txq_new(&r->tx, r->ce), 0);
	cw_link_set_peer(r->he, rig_step, r);
	assert_int_equal(cw_host_new(&r->h, r->he, &r->p, &ops, r), 0);
}

/* Ready for DMA and interrupts. */
static inline void rig_up(struct rig *r)
{
	uint32_t v;

	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	assert_int_equal(cw_host_cfg_read32(r->h, MSIX, &v), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSIX, v | 1u << 31), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, 4, 0x6), 0);
	rig_run(r, 4 * US); /* past the settling of these writes */
	r->got_n = 0;
}

static inline void rig_start(struct rig *r)
{
	rig_new(r, false);
	rig_up(r);
}

static inline void push_read(struct rig *r, uint16_t tag, uint64_t addr, uint32_t len)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, tag, addr, len, 0);
	rig_card_push(r, &t);
}

static inline void push_write(struct rig *r, uint64_t addr, const void *data, uint32_t len)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, addr, data, len, 0);
	rig_card_push(r, &t);
}

/* Returns the violations that nobody expected. */
static inline unsigned rig_free(struct rig *r)
{
	unsigned n = cw_host_free(r->h);

	cw_txq_free(r->tx);
	cw_link_close(r->he);
	cw_link_close(r->ce);
	return n;
}

#endif
