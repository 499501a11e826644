/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work for cw_top_chain behind the host of top_host.h: queue 0 to the card, queue 1 from it, both with their records,
 * an event ring and a vector. Included by one test file.
 */
#ifndef CW_CHAIN_ENV_H
#define CW_CHAIN_ENV_H

#include <stdlib.h>

#include "top_host.h"
#include "tests/register_walk.h"

#define RING(q)	   (0x1000u + 0x1000 * (q))
#define RECORDS(q) (0x4000u + 0x1000 * (q))
#define EVENTS	   0x8000u
#define MESSAGE	   0x9000u
#define SRC	   0x10000u
#define DST	   0x20000u
#define SLOT	   1024u /* bytes of a descriptor's place, guard bytes included */
#define ENTRIES_LOG2 4
#define STRIDE_LOG2 13

static void configure(struct top_host *h)
{
	host_write(h, 0, CW_DB_STRIDE, STRIDE_LOG2);
	host_write(h, 0, CW_SCRATCH, (uint32_t)dut_rand(&h->rng));
	host_write(h, 0, CW_WINDOW_BASE_LO, CW_BAR4_BYTES);
	host_write(h, 0, CW_WINDOW_BASE_HI, 5);
	host_write(h, 0, CW_CPL_TIMEOUT, 22);
	for (unsigned v = 0; v < 2; v++) {
		host_write(h, 0, CW_MSIX_TABLE_OFFSET + 16 * v, MESSAGE + 16 * v);
		host_write(h, 0, CW_MSIX_TABLE_OFFSET + 16 * v + CW_MSIX_DATA, 0xabcd0000 + v);
		host_write(h, 0, CW_MSIX_TABLE_OFFSET + 16 * v + CW_MSIX_CTRL, 0);
	}
	host_write(h, 0, CW_EVENT_OFFSET + CW_EVENT_STRIDE + CW_EVENT_BASE_LO, EVENTS);
	host_write(h, 0, CW_EVENT_OFFSET + CW_EVENT_STRIDE + CW_EVENT_SIZE, 3);
	host_write(h, 0, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	for (unsigned q = 0; q < 2; q++) {
		uint32_t base = walk_queue(q);

		memset(h->mem + RECORDS(q), 0, CW_RECORD_BYTES << ENTRIES_LOG2);
		host_write(h, 0, base + CW_Q_CONFIG, (q ? CW_Q_CONFIG_C2H_MASK : 0) |
			   ENTRIES_LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | 1 << CW_Q_CONFIG_VECTOR_SHIFT);
		host_write(h, 0, base + CW_Q_MODERATION, 100u << CW_Q_MODERATION_TIME_SHIFT | 2);
		host_write(h, 0, base + CW_Q_RING_LO, RING(q));
		host_write(h, 0, base + CW_Q_CPL_LO, RECORDS(q));
		host_write(h, 0, base + CW_Q_CARD_BASE_LO, 64);
		host_write(h, 0, base + CW_Q_CARD_LIMIT_LO, 65536 - 64);
		host_write(h, 0, base + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	}
}

static void describe(struct top_host *h, unsigned q, unsigned i, uint32_t host, uint32_t card, uint32_t len)
{
	const uint32_t dw[4] = { host, 0, len, card };

	memcpy(h->mem + RING(q) + 16 * i, dw, 16);
}

static void doorbell(struct top_host *h, unsigned q, uint32_t producer)
{
	host_write(h, 2, q << STRIDE_LOG2 | CW_DB_PRODUCER, producer);
}

static void wait_for_status(struct top_host *h, unsigned q, unsigned n, uint32_t status)
{
	uint32_t dw[4];

	for (unsigned i = 0; i < n; i++) {
		for (unsigned limit = 0;; limit++) {
			memcpy(dw, h->mem + RECORDS(q) + 16 * i, 16);
			if (dw[3] >> 31)
				break;
			if (limit > 100000)
				fail_msg("queue %u: record %u of %u did not come", q, i, n);
			two_step(&h->c);
		}
		assert_int_equal(dw[0], i);
		assert_int_equal(dw[3] >> 24 & 0x7f, status);
	}
}

static void wait_for_records(struct top_host *h, unsigned q, unsigned n)
{
	wait_for_status(h, q, n, CW_STATUS_OK);
}

/* n blocks of any length and alignment to the card and back, guard bytes included. */
static void move_both_ways(struct top_host *h, unsigned n)
{
	uint32_t len[16], from[16], card[16], to[16];

	for (unsigned k = 0; k < SLOT * n; k++)
		h->mem[SRC + k] = (uint8_t)dut_rand(&h->rng);
	memset(h->mem + DST, 0xee, SLOT * n);
	for (unsigned i = 0; i < n; i++) {
		len[i] = 1 + (uint32_t)dut_below(&h->rng, dut_chance(&h->rng, 40) ? 40 : 800);
		from[i] = SRC + SLOT * i + (uint32_t)dut_below(&h->rng, 70);
		card[i] = SLOT * i + (uint32_t)dut_below(&h->rng, 70);
		to[i] = DST + SLOT * i + 1 + (uint32_t)dut_below(&h->rng, 70);
		describe(h, 0, i, from[i], card[i], len[i]);
		describe(h, 1, i, to[i], card[i], len[i]);
	}
	doorbell(h, 0, n);
	wait_for_records(h, 0, n);
	doorbell(h, 1, n);
	wait_for_records(h, 1, n);
	for (unsigned i = 0; i < n; i++) {
		assert_memory_equal(h->mem + from[i], h->mem + to[i], len[i]);
		assert_int_equal(h->mem[to[i] - 1], 0xee);
		assert_int_equal(h->mem[to[i] + len[i]], 0xee);
	}
}

static void wait_ready(struct top_host *h)
{
	for (unsigned i = 0; !(host_read(h, CW_STATUS) & CW_STATUS_READY_MASK); i++)
		assert_true(i < 2000);
}

/* Work for both queues, of which none has to arrive. */
static void begin_work(struct top_host *h)
{
	configure(h);
	for (unsigned i = 0; i < 8; i++) {
		describe(h, 0, i, SRC + SLOT * i + 3, SLOT * i, 200 + 70 * i);
		describe(h, 1, i, DST + SLOT * i + 5, SLOT * i, 700 - 70 * i);
	}
	doorbell(h, 0, 8);
	doorbell(h, 1, 8);
	doorbell(h, 1, 0x7fffffff); /* an error too */
}

/* In make test, in make test-all, and on Icarus Verilog, where a cycle takes a thousand times as long. */
static unsigned times(unsigned few, unsigned many)
{
	const char *all = getenv("TEST_ALL");

	return getenv("CW_ICARUS") ? 4 : all && *all ? many : few;
}

#endif
