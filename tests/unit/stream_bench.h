/* SPDX-License-Identifier: BSD-2-Clause */
/* The bench of card_stream_test.c: the RTL card on one end of a link, the host model on the other; its registers, rings
 * and the simulated card's stream registers, driven by hand. */
#ifndef STREAM_BENCH_H
#define STREAM_BENCH_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/card.h"
#include "../../sim/device/stream_user.h"
#include "../../sim/host/host.h"
#include "../../sim/link/log.h"
#include "../../sim/link/rng.h"

#define IOVA 0x100000000ull
#define MEM (16u << 20)
#define Q_N 8u
#define LOG2 6
#define ENTRIES (1u << LOG2)
#define RING(q) (0x1000u * (q))
#define RECORDS(q) (0x10000u + 0x1000u * (q))
#define BUF(q) (0x100000u + 0x180000u * (q))
#define BUF_SIZE 0x180000u

struct record {
	uint32_t num, bytes;
	unsigned status;
	bool sop, eop, trunc;
	uint64_t user;
};

struct queue {
	bool c2h;
	uint32_t producer, consumer;
};

struct bench {
	struct cw_link *host_end, *card_end;
	struct cw_card *card;
	struct cw_host *host;
	struct cw_host_dev dev;
	uint8_t *mem;
	struct queue q[Q_N];
};

static inline void *lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why)
{
	struct bench *b = ctx;

	(void)dir;
	if (iova < IOVA || iova - IOVA > MEM || len > MEM - (iova - IOVA)) {
		*why = "not mapped";
		return NULL;
	}
	*chunk = len;
	return b->mem + (iova - IOVA);
}

static inline void interrupt(void *ctx, int vector, bool level)
{
	(void)ctx;
	(void)vector;
	(void)level;
}

static inline void pass_time(struct bench *b, uint64_t ps)
{
	uint64_t until = cw_host_now(b->host) + ps;

	while (cw_host_now(b->host) < until) {
		int ret = cw_host_run(b->host, until, until);

		if (ret == 0)
			ret = cw_link_wait(b->host_end);
		if (ret < 0)
			fail_msg("link: %s; card: %s", cw_link_why(b->host_end), cw_card_why(b->card));
	}
}

static inline void put32(struct bench *b, uint64_t reg, uint32_t v)
{
	assert_int_equal(cw_host_write(b->host, b->dev.bar[0].base + reg, &v, 4), 0);
}

static inline void put64(struct bench *b, uint64_t reg, uint64_t v)
{
	put32(b, reg, (uint32_t)v);
	put32(b, reg + 4, (uint32_t)(v >> 32));
}

static inline uint32_t get32(struct bench *b, uint64_t reg)
{
	struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = b->dev.bar[0].base + reg, .len = 4 };
	uint32_t v;

	assert_int_equal(cw_host_read(b->host, &r), 0);
	assert_int_equal(cw_host_wait(b->host, &r), 0);
	assert_int_equal(r.status, CW_CPL_SC);
	memcpy(&v, r.data, 4);
	return v;
}

static inline uint32_t user_get(struct bench *b, uint32_t reg)
{
	return get32(b, CW_USER_OFFSET + reg);
}

static inline void user_put(struct bench *b, uint32_t reg, uint32_t v)
{
	put32(b, CW_USER_OFFSET + reg, v);
}

static inline uint32_t counter(struct bench *b, unsigned i)
{
	return get32(b, CW_COUNTER_OFFSET + 8 * i);
}

static inline void engine_up(struct bench *b)
{
	for (unsigned i = 0; !(get32(b, CW_STATUS) & CW_STATUS_READY_MASK) || (get32(b, CW_CONTROL) & CW_CONTROL_RESET_MASK); i++)
		assert_true(i < 400);
	put32(b, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
}

static inline void bench_up(struct bench *b, const struct cw_card_param *p, const struct cw_host_param *hp, uint64_t seed)
{
	static const struct cw_host_ops ops = { .lookup = lookup, .interrupt = interrupt };
	struct cw_link_param lp = { .seed = seed, .latency_ps = 100000, .generation = 3, .lanes = 8 };

	memset(b, 0, sizeof(*b));
	b->mem = calloc(1, MEM);
	assert_non_null(b->mem);
	assert_int_equal(cw_link_pair(&lp, &b->host_end, &b->card_end), 0);
	assert_int_equal(cw_card_new(&b->card, b->card_end, p), 0);
	cw_link_set_peer(b->host_end, cw_card_step, b->card);
	assert_int_equal(cw_host_new(&b->host, b->host_end, hp, &ops, b), 0);
	assert_int_equal(cw_host_enumerate(b->host, &b->dev), 0);
	assert_int_equal(cw_host_cfg_write32(b->host, 4, 6), 0);
	engine_up(b);
	assert_int_equal(get32(b, CW_CAP_FEATURES) & CW_CAP_FEATURES_STREAM_MASK, CW_CAP_FEATURES_STREAM_MASK);
	assert_int_equal(user_get(b, CW_SU_ID), CW_SU_MAGIC);
}

static inline void plain_bench(struct bench *b)
{
	struct cw_card_param p;
	struct cw_host_param hp;

	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	bench_up(b, &p, &hp, 1);
}

static inline void bench_down(struct bench *b)
{
	assert_int_equal(user_get(b, CW_SU_CHK_FRAME), 0);
	assert_int_equal(cw_host_free(b->host), 0);
	cw_link_close(b->host_end);
	cw_card_free(b->card);
	cw_link_close(b->card_end);
	free(b->mem);
}

static inline uint64_t context(unsigned q)
{
	return CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * (uint64_t)q;
}

static inline void queue_up(struct bench *b, unsigned q, bool c2h, bool stall)
{
	memset(b->mem + RECORDS(q), 0, ENTRIES * CW_RECORD_BYTES);
	put32(b, context(q) + CW_Q_CONFIG, (c2h ? CW_Q_CONFIG_C2H_MASK : 0) | CW_Q_CONFIG_STREAM_MASK |
	      (stall ? CW_Q_CONFIG_STALL_MASK : 0) | LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
	put64(b, context(q) + CW_Q_RING_LO, IOVA + RING(q));
	put64(b, context(q) + CW_Q_CPL_LO, IOVA + RECORDS(q));
	put32(b, context(q) + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	assert_int_equal(get32(b, context(q) + CW_Q_STATUS) & CW_Q_STATUS_STATE_MASK, CW_QSTATE_RUNNING);
	b->q[q] = (struct queue){ .c2h = c2h };
}

static inline void queue_down(struct bench *b, unsigned q)
{
	put32(b, context(q) + CW_Q_CTRL, 0);
	for (unsigned i = 0; (get32(b, context(q) + CW_Q_STATUS) & CW_Q_STATUS_STATE_MASK) != CW_QSTATE_DISABLED; i++)
		if (i > 300)
			fail_msg("queue %u: fetched %u, retired %u", q, get32(b, context(q) + CW_Q_FETCHED),
				 get32(b, context(q) + CW_Q_RETIRED));
}

static inline void describe(struct bench *b, unsigned q, uint32_t at, uint32_t len, unsigned flags, uint64_t user)
{
	uint64_t iova = IOVA + at;
	uint32_t dw[4] = { (uint32_t)iova, (uint32_t)(iova >> 32), len | flags | (uint32_t)(user >> 32) << 28,
			   (uint32_t)user };

	memcpy(b->mem + RING(q) + 16 * (b->q[q].producer % ENTRIES), dw, 16);
	b->q[q].producer++;
}

static inline void doorbell(struct bench *b, unsigned q)
{
	uint64_t v = (uint64_t)b->q[q].consumer << 32 | b->q[q].producer;

	assert_int_equal(cw_host_write(b->host, b->dev.bar[2].base + ((uint64_t)q << 12), &v, 8), 0);
}

/* The next record of a queue, when it is there. */
static inline bool next_record(struct bench *b, unsigned q, struct record *r)
{
	struct queue *k = &b->q[q];
	uint32_t dw[4], phase = ~(k->consumer >> LOG2) & 1;
	uint64_t now;

	memcpy(dw, b->mem + RECORDS(q) + 16 * (k->consumer % ENTRIES), 16);
	if (k->consumer == k->producer || dw[3] >> 31 != phase)
		return false;
	assert_int_equal(dw[0], k->consumer);
	assert_int_equal(dw[3] >> 8 & 0xffff, q);
	now = dw[1] >> 24 | (uint64_t)dw[2] << 8 | (uint64_t)(dw[3] & 0xff) << 40;
	*r = (struct record){ .num = dw[0], .bytes = dw[1] & 0xffffff, .status = dw[3] >> 24 & 0x7f };
	if (k->c2h) {
		r->user = now & 0xfffffffffull;
		r->sop = now >> CW_RECORD_S2H_SOP & 1;
		r->eop = now >> CW_RECORD_S2H_EOP & 1;
		r->trunc = now >> CW_RECORD_S2H_TRUNC & 1;
		assert_int_equal(now >> 39, 0);
	}
	k->consumer++;
	return true;
}

static inline struct record wait_record(struct bench *b, unsigned q)
{
	struct record r;

	for (unsigned i = 0; !next_record(b, q, &r); i++) {
		if (i > 20000)
			fail_msg("queue %u: no record %u; status 0x%x", q, b->q[q].consumer,
				 get32(b, context(q) + CW_Q_STATUS));
		pass_time(b, 40000);
	}
	return r;
}

#endif
