/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_desc_sched: which descriptors are fetched, and when. */
#include <string.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

#define QUEUES 64

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *kick, *stop, *fetch;
	uint32_t producer[QUEUES], fetched[QUEUES];
	unsigned log2[QUEUES], boundary;
	uint64_t base[QUEUES];
	unsigned order[4096], order_n;
};

static void start(struct env *e)
{
	static const char *const kick[] = { "kick_queue", "kick_producer", NULL };
	static const char *const stop[] = { "stop_queue", NULL };
	static const char *const fetch[] = { "fetch_queue", "fetch_num", "fetch_n", "fetch_addr", NULL };

	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->kick = stream_source(e->d, "kick", kick);
	e->stop = stream_source(e->d, "stop", stop);
	e->fetch = stream_sink(e->d, "fetch", fetch);
	e->boundary = 512;
	dut_set(e->d, "engine_enable", 1);
	dut_set(e->d, "rd_log2", 9);
	dut_reset(e->d, 3);
}

static void end(struct env *e)
{
	stream_free(e->kick);
	stream_free(e->stop);
	stream_free(e->fetch);
	dut_free(e->d);
}

static void qcfg(struct env *e, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_qcfg(e->d, op, q, reg, data);
}

static void setup(struct env *e, unsigned q, unsigned log2, uint64_t base)
{
	e->log2[q] = log2;
	e->base[q] = base;
	e->producer[q] = e->fetched[q] = 0;
	qcfg(e, 0, q, CW_Q_CONFIG, log2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
	qcfg(e, 0, q, CW_Q_RING_LO, (uint32_t)base);
	qcfg(e, 0, q, CW_Q_RING_HI, base >> 32);
	qcfg(e, 1, q, 0, 0);
}

static void kick(struct env *e, unsigned q, uint32_t producer)
{
	struct stream_beat b = { 0 };

	e->producer[q] = producer;
	stream_put_u64(e->kick, &b, 0, q);
	stream_put_u64(e->kick, &b, 1, producer);
	stream_push(e->kick, &b);
}

/* Each fetch goes on where the last one of its queue ended and is as large as it may be. */
static void collect(struct env *e)
{
	struct stream_beat b;

	while (stream_pop(e->fetch, &b)) {
		unsigned q = stream_take_u64(e->fetch, &b, 0), n = stream_take_u64(e->fetch, &b, 2);
		uint32_t slot = e->fetched[q] & ((1u << e->log2[q]) - 1);
		uint64_t addr = e->base[q] + 16ull * slot;

		assert_int_equal(stream_take_u64(e->fetch, &b, 1), e->fetched[q]);
		assert_true(stream_take_u64(e->fetch, &b, 3) == addr);
		assert_in_range(n, 1, 32);
		assert_true(addr % e->boundary + 16 * n <= e->boundary);
		assert_true(slot + n <= 1u << e->log2[q]);
		assert_true(e->fetched[q] + n <= e->producer[q]);
		e->fetched[q] += n;
		e->order[e->order_n++ % 4096] = q;
	}
}

static void run(struct env *e, unsigned n)
{
	while (n--) {
		dut_cycle(e->d);
		collect(e);
	}
}

static uint32_t status(struct env *e, unsigned q)
{
	uint32_t n;

	dut_set(e->d, "qst_queue", q);
	dut_set(e->d, "qst_valid", 1);
	dut_settle(e->d);
	dut_wait(e->d, "qst_fetch_ack", 20);
	n = dut_get(e->d, "qst_fetched");
	dut_cycle(e->d);
	for (unsigned i = 0; i < 5; i++) { /* held for the other answer: acknowledged once */
		assert_int_equal(dut_get(e->d, "qst_fetch_ack"), 0);
		dut_cycle(e->d);
	}
	dut_set(e->d, "qst_valid", 0);
	dut_cycle(e->d);
	return n;
}

static void fetches_stop_at_ring_end_boundary_and_producer(void **state)
{
	static const unsigned read_log2[] = { 7, 8, 9, 12 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct env e;

		start(&e);
		dut_set(e.d, "rd_log2", read_log2[i]);
		e.boundary = read_log2[i] > 9 ? 512 : 1u << read_log2[i];
		for (unsigned q = 0; q < 8; q++)
			setup(&e, q, 1 + q, (dut_rand(&e.rng) >> 8) & ~63ull);
		stream_stall(e.fetch, 30);
		for (unsigned k = 0; k < 400; k++) {
			unsigned q = dut_below(&e.rng, 8);
			uint32_t room = (1u << e.log2[q]) - (e.producer[q] - e.fetched[q]);

			if (room)
				kick(&e, q, e.producer[q] + 1 + dut_below(&e.rng, room));
			run(&e, dut_below(&e.rng, 40));
		}
		run(&e, 1000);
		for (unsigned q = 0; q < 8; q++) {
			assert_int_equal(e.fetched[q], e.producer[q]);
			assert_int_equal(status(&e, q), e.fetched[q]);
		}
		assert_int_equal(dut_get(e.d, "idle"), 1);
		assert_int_equal(dut_get(e.d, "empty"), 1);
		end(&e);
	}
}

/* The host lowers and raises its limit while fetches wait to be taken: what was counted is what is offered. */
static void the_read_limit_changes_while_a_fetch_waits(void **state)
{
	struct env e;
	struct stream_beat b;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < 8; q++)
		setup(&e, q, 8, 0x10000 * q);
	for (unsigned round = 0; round < 40; round++) {
		stream_hold(e.fetch, true);
		for (unsigned q = 0; q < 8; q++)
			kick(&e, q, e.fetched[q] + 1 + dut_below(&e.rng, 256));
		run(&e, 20);
		for (unsigned i = 0; i < 6; i++) { /* the one that is offered, and those behind it */
			dut_set(e.d, "rd_log2", 7 + dut_below(&e.rng, 3));
			run(&e, 3);
			stream_hold(e.fetch, false);
			dut_cycle(e.d);
			stream_hold(e.fetch, true);
			collect(&e);
		}
		stream_hold(e.fetch, false);
		run(&e, 2000);
		for (unsigned q = 0; q < 8; q++) {
			assert_int_equal(e.fetched[q], e.producer[q]);
			assert_int_equal(status(&e, q), e.fetched[q]);
		}
	}
	assert_false(stream_pop(e.fetch, &b));
	end(&e);
}

static void busy_queues_take_turns(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	stream_hold(e.fetch, true);
	for (unsigned q = 0; q < QUEUES; q++) {
		setup(&e, q, 9, 0x10000ull * q);
		kick(&e, q, 512);
	}
	run(&e, 500);
	assert_int_equal(dut_get(e.d, "idle"), 1); /* a full neighbour is no reason to stir */
	stream_hold(e.fetch, false);
	run(&e, 16 * QUEUES * 6);
	assert_int_equal(e.order_n, 16 * QUEUES);
	for (unsigned i = QUEUES; i < e.order_n - 3 * QUEUES; i++)
		for (unsigned k = 1; k < QUEUES; k++)
			assert_int_not_equal(e.order[i], e.order[i + k]);
	end(&e);
}

static void quiesce_stop_disable_and_engine_enable(void **state)
{
	struct env e;
	struct stream_beat b = { 0 };
	uint32_t base;

	(void)state;
	start(&e);
	setup(&e, 3, 8, 0x4000);
	qcfg(&e, 3, 3, 0, 1);
	kick(&e, 3, 40);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 0);
	qcfg(&e, 3, 3, 0, 0);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 40);
	dut_set(e.d, "engine_enable", 0);
	kick(&e, 3, 80);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 40);
	dut_set(e.d, "engine_enable", 1);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 80);
	/* stopped with more to fetch: what is already offered still goes */
	stream_hold(e.fetch, true);
	kick(&e, 3, 80 + 200);
	run(&e, 100);
	stream_put_u64(e.stop, &b, 0, 3);
	stream_push(e.stop, &b);
	run(&e, 20);
	stream_hold(e.fetch, false);
	run(&e, 100);
	assert_in_range(e.fetched[3], 81, 112);
	base = e.fetched[3];
	kick(&e, 3, 290);
	run(&e, 100);
	assert_int_equal(e.fetched[3], base);
	qcfg(&e, 2, 3, 0, 0);
	setup(&e, 3, 8, 0x8000);
	kick(&e, 3, 10);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 10);
	qcfg(&e, 2, 3, 0, 0);
	kick(&e, 3, 20);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 10);
	end(&e);
}

/* A producer behind what was fetched, or beyond the ring, fetches nothing. */
static void impossible_producer_fetches_nothing(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	setup(&e, 1, 6, 0x1000);
	kick(&e, 1, 20);
	run(&e, 100);
	kick(&e, 1, 10);
	run(&e, 100);
	kick(&e, 1, 20 + 65);
	run(&e, 100);
	assert_int_equal(e.fetched[1], 20);
	kick(&e, 1, 20 + 64);
	run(&e, 200);
	assert_int_equal(e.fetched[1], 84);
	end(&e);
}

/* After reset the host port sweeps ENABLE and DISABLE while the list bits are still being cleared. */
static void sweep_after_reset_loses_nothing(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < 8; q++)
		setup(&e, q, 6, 0x10000 * q);
	for (unsigned q = 0; q < 8; q++)
		kick(&e, q, 64);
	run(&e, 37); /* some wait in the list */
	dut_reset(e.d, 3);
	while (stream_depth(e.kick)) /* doorbells of the old world */
		dut_cycle(e.d);
	run(&e, 200);
	memset(e.fetched, 0, sizeof(e.fetched));
	e.order_n = 0;
	dut_reset(e.d, 3);
	for (unsigned q = 0; q < QUEUES; q++)
		setup(&e, q, 6, 0x10000 * q);
	for (unsigned q = 0; q < QUEUES; q++)
		kick(&e, q, 5);
	run(&e, 1000);
	for (unsigned q = 0; q < QUEUES; q++)
		assert_int_equal(e.fetched[q], 5);
	end(&e);
}

/*
 * A neighbour that shows a doorbell's queue (peek) as it looks it up, its producer index one cycle later, and one more
 * cycle later offers the kick, if it is good; the next one may be shown with the kick before it.
 */
struct bell {
	unsigned queue;
	uint32_t producer;
	bool good;
};

struct bells {
	struct env e;
	struct bell wait[64], now, next;
	unsigned head, tail, phase; /* 0: none, 1: shown, 2: with its index, 3: offered */
	bool has_next, taken, fresh; /* fresh: offered for the first cycle, in which the next is shown */
	unsigned at_once, chance;
};

static bool draw(struct bells *b, struct bell *to)
{
	if (b->head == b->tail || !dut_chance(&b->e.rng, b->chance))
		return false;
	*to = b->wait[b->head++ % 64];
	return true;
}

static void bells_sample(void *ctx)
{
	struct bells *b = ctx;

	b->taken = dut_get(b->e.d, "kick_valid") && dut_get(b->e.d, "kick_ready");
	b->at_once += b->taken && b->fresh && dut_get(b->e.d, "fetch_valid") && dut_get(b->e.d, "fetch_queue") == b->now.queue;
}

/* What is offered is through: the next one, if there is one. */
static void bells_next(struct bells *b)
{
	b->phase = 0;
	if (b->has_next) {
		b->now = b->next;
		b->has_next = false;
		b->phase = b->fresh ? 2 : b->now.good ? 3 : 0;
	} else if (draw(b, &b->now)) {
		b->phase = 1;
	}
}

static void bells_drive(void *ctx)
{
	struct bells *b = ctx;
	struct dut *d = b->e.d;
	bool first = false;

	if (b->phase == 3 && b->taken) {
		bells_next(b);
		first = b->phase == 3;
	} else if (b->phase == 2) {
		b->phase = b->now.good ? 3 : 0;
		first = b->now.good;
	} else if (b->phase < 2) {
		if (b->phase == 0 && draw(b, &b->now))
			b->phase = 1;
		else if (b->phase == 1)
			b->phase = 2;
	}
	dut_set(d, "peek_valid", b->phase == 1 || first);
	if (first) {
		b->has_next = draw(b, &b->next);
		dut_set(d, "peek_valid", b->has_next);
	}
	dut_set(d, "peek_queue", b->phase == 1 ? b->now.queue : b->next.queue);
	b->fresh = first;
	dut_set(d, "kick_valid", b->phase == 3);
	dut_set(d, "kick_queue", b->phase >= 2 ? b->now.queue : 0);
	dut_set(d, "kick_producer", b->phase >= 2 ? b->now.producer : 0);
}

static void bells_start(struct bells *b)
{
	memset(b, 0, sizeof(*b));
	start(&b->e);
	dut_unhook(b->e.d);
	stream_free(b->e.kick);
	stream_free(b->e.fetch);
	stream_free(b->e.stop);
	b->e.kick = NULL;
	b->e.stop = stream_source(b->e.d, "stop", (const char *const[]){ "stop_queue", NULL });
	b->e.fetch = stream_sink(b->e.d, "fetch",
				 (const char *const[]){ "fetch_queue", "fetch_num", "fetch_n", "fetch_addr", NULL });
	dut_hook(b->e.d, bells_sample, bells_drive, b);
	b->chance = 100;
}

static void bell(struct bells *b, unsigned q, uint32_t producer, bool good)
{
	b->wait[b->tail++ % 64] = (struct bell){ q, producer, good };
	if (good)
		b->e.producer[q] = producer;
}

static void bells_end(struct bells *b)
{
	stream_free(b->e.stop);
	stream_free(b->e.fetch);
	dut_free(b->e.d);
}

static void a_doorbell_seen_ahead_is_fetched_as_it_kicks(void **state)
{
	struct bells b;

	(void)state;
	bells_start(&b);
	setup(&b.e, 5, 6, 0x1000);
	run(&b.e, QUEUES); /* the list bits are cleared */
	for (unsigned i = 1; i <= 10; i++) {
		bell(&b, 5, i, true);
		run(&b.e, 12);
		assert_int_equal(b.e.fetched[5], i);
		assert_int_equal(b.at_once, i);
	}
	bell(&b, 5, 40, false); /* refused: nothing comes of it */
	run(&b.e, 12);
	assert_int_equal(b.e.fetched[5], 10);
	assert_int_equal(status(&b.e, 5), 10);
	/* nowhere to put it: it waits, and is not fetched twice */
	stream_hold(b.e.fetch, true);
	bell(&b, 5, 11, true);
	bell(&b, 5, 12, true);
	run(&b.e, 30);
	stream_hold(b.e.fetch, false);
	run(&b.e, 12);
	assert_int_equal(b.e.fetched[5], 12);
	/* off, stopped or quiesced between the look and the kick: as without it */
	dut_set(b.e.d, "engine_enable", 0);
	bell(&b, 5, 13, true);
	run(&b.e, 20);
	assert_int_equal(b.e.fetched[5], 12);
	dut_set(b.e.d, "engine_enable", 1);
	run(&b.e, 20);
	assert_int_equal(b.e.fetched[5], 13);
	/* quiesced before the look */
	qcfg(&b.e, 3, 5, 0, 1);
	bell(&b, 5, 14, true);
	run(&b.e, 20);
	assert_int_equal(b.e.fetched[5], 13);
	qcfg(&b.e, 3, 5, 0, 0);
	run(&b.e, 20);
	assert_int_equal(b.e.fetched[5], 14);
	bells_end(&b);
}

static void what_is_seen_ahead_changes_nothing(void **state)
{
	struct bells b;
	bool quiet[8] = { false };

	(void)state;
	bells_start(&b);
	for (unsigned q = 0; q < 8; q++)
		setup(&b.e, q, 1 + q, (dut_rand(&b.e.rng) >> 8) & ~63ull);
	b.chance = 60;
	for (unsigned k = 0; k < 6000; k++) {
		unsigned q = dut_below(&b.e.rng, 8), what = dut_below(&b.e.rng, 100);
		uint32_t room = (1u << b.e.log2[q]) - (b.e.producer[q] - b.e.fetched[q]);

		if (k % 500 == 0)
			stream_stall(b.e.fetch, k % 1000 ? 40 : 0);
		if (b.tail - b.head < 8 && room && what < 60)
			bell(&b, q, b.e.producer[q] + 1 + dut_below(&b.e.rng, room), true);
		else if (b.tail - b.head < 8 && what < 70)
			bell(&b, q, (uint32_t)dut_rand(&b.e.rng), false);
		else if (what < 74)
			qcfg(&b.e, 3, q, 0, quiet[q] = !quiet[q]);
		else if (what < 76)
			status(&b.e, q);
		collect(&b.e);
		run(&b.e, dut_below(&b.e.rng, 12));
	}
	for (unsigned q = 0; q < 8; q++)
		qcfg(&b.e, 3, q, 0, 0);
	run(&b.e, 1000);
	for (unsigned q = 0; q < 8; q++) {
		assert_int_equal(b.e.fetched[q], b.e.producer[q]);
		assert_int_equal(status(&b.e, q), b.e.fetched[q]);
	}
	assert_in_range(b.at_once, 100, 6000);
	assert_int_equal(dut_get(b.e.d, "idle"), 1);
	bells_end(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fetches_stop_at_ring_end_boundary_and_producer),
		cmocka_unit_test(the_read_limit_changes_while_a_fetch_waits),
		cmocka_unit_test(busy_queues_take_turns),
		cmocka_unit_test(quiesce_stop_disable_and_engine_enable),
		cmocka_unit_test(impossible_producer_fetches_nothing),
		cmocka_unit_test(sweep_after_reset_loses_nothing),
		cmocka_unit_test(a_doorbell_seen_ahead_is_fetched_as_it_kicks),
		cmocka_unit_test(what_is_seen_ahead_changes_nothing),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
