/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_desc_sched -GQUEUE_N=2048
// tests: cw_turns
/* cw_desc_sched: queues of different weights, up to as many as a card can have. */
#include <string.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

#define QUEUES 2048u
#define LOG2 14u
#define FETCH 32u
#define MOST (CW_Q_CONFIG_WEIGHT_MASK >> CW_Q_CONFIG_WEIGHT_SHIFT)

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *kick, *stop, *fetch;
	uint32_t fetched[QUEUES];
	uint64_t fetches;
	unsigned last; /* the queue of the last one */
};

static void start(struct env *e)
{
	static const char *const kick[] = { "kick_queue", "kick_producer", NULL };
	static const char *const stop[] = { "stop_queue", NULL };
	static const char *const fetch[] = { "fetch_queue", "fetch_num", "fetch_n", NULL };

	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->kick = stream_source(e->d, "kick", kick);
	e->stop = stream_source(e->d, "stop", stop);
	e->fetch = stream_sink(e->d, "fetch", fetch);
	dut_set(e->d, "rd_log2", 9);
	dut_reset(e->d, 3);
	dut_cycles(e->d, QUEUES + 10);
}

static void end(struct env *e)
{
	stream_free(e->kick);
	stream_free(e->stop);
	stream_free(e->fetch);
	dut_free(e->d);
}

/* Enabled, with so much work that it never ends. */
static void busy(struct env *e, unsigned q, unsigned weight)
{
	struct stream_beat b = { 0 };

	dut_qcfg(e->d, 0, q, CW_Q_CONFIG, LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | weight << CW_Q_CONFIG_WEIGHT_SHIFT);
	dut_qcfg(e->d, 0, q, CW_Q_RING_LO, q << 18);
	dut_qcfg(e->d, 0, q, CW_Q_RING_HI, 0);
	dut_qcfg(e->d, 1, q, 0, 0);
	stream_put_u64(e->kick, &b, 0, q);
	stream_put_u64(e->kick, &b, 1, 1u << LOG2);
	stream_push(e->kick, &b);
	dut_cycles(e->d, 3);
}

/* n more fetches; those of each queue are counted. */
static void fetch(struct env *e, uint64_t n)
{
	uint64_t to = e->fetches + n;
	unsigned quiet = 0;

	while (e->fetches < to) {
		struct stream_beat b;

		if (!stream_pop(e->fetch, &b)) {
			assert_true(quiet++ < 50);
			dut_cycle(e->d);
			continue;
		}
		quiet = 0;
		e->last = (unsigned)stream_take_u64(e->fetch, &b, 0);
		assert_true(e->last < QUEUES);
		assert_int_equal(stream_take_u64(e->fetch, &b, 1), e->fetched[e->last]);
		assert_int_equal(stream_take_u64(e->fetch, &b, 2), FETCH);
		e->fetched[e->last] += FETCH;
		e->fetches++;
	}
}

/* Of all queues that a card can have: after whole rounds each has had its weight's share, to the descriptor. */
static void every_queue_gets_its_share(void **state)
{
	static unsigned weight[QUEUES];
	unsigned round = 0;
	struct env e;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < QUEUES; q++) {
		unsigned w = dut_chance(&e.rng, 80) ? (unsigned)dut_below(&e.rng, 8) : (unsigned)dut_below(&e.rng, MOST + 1);

		busy(&e, q, w);
		weight[q] = w ? w : 1;
		round += weight[q];
	}
	stream_stall(e.fetch, 10);
	dut_set(e.d, "engine_enable", 1);
	for (unsigned r = 1; r <= 2; r++) {
		fetch(&e, round);
		for (unsigned q = 0; q < QUEUES; q++)
			assert_int_equal(e.fetched[q], FETCH * r * weight[q]);
	}
	end(&e);
}

/* The least beside the most, fetch by fetch; and who comes later waits for no more than their turns. */
static void the_least_has_its_turn_beside_the_most(void **state)
{
	unsigned waited;
	struct env e;

	(void)state;
	start(&e);
	busy(&e, 7, 1);
	busy(&e, 2047, MOST);
	dut_set(e.d, "engine_enable", 1);
	for (unsigned r = 1; r <= 5; r++) {
		fetch(&e, 1 + MOST);
		assert_int_equal(e.fetched[7], FETCH * r);
		assert_int_equal(e.fetched[2047], FETCH * r * MOST);
	}
	busy(&e, 100, 0);
	for (waited = 0; !e.fetched[100]; waited++)
		fetch(&e, 1);
	/* beside their turns what was offered, or on its way, when it came */
	assert_in_range(waited, 1, 1 + MOST + 20);
	end(&e);
}

/* Stopped, quiesced or disabled in its turn, a queue leaves the rest to the others, and comes back to a whole one. */
static void a_turn_ends_with_its_queue(void **state)
{
	struct stream_beat b = { 0 };
	struct env e;

	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		uint32_t had, other;

		start(&e);
		busy(&e, 3, 40);
		busy(&e, 4, 2);
		dut_set(e.d, "engine_enable", 1);
		fetch(&e, 10);
		assert_int_equal(e.last, 3);
		if (how == 0) {
			stream_put_u64(e.stop, &b, 0, 3);
			stream_push(e.stop, &b);
		} else {
			dut_qcfg(e.d, how == 1 ? 3 : 2, 3, 0, 1);
		}
		fetch(&e, 10); /* some were on offer */
		had = e.fetched[3];
		assert_true(had < 40 * FETCH);
		other = e.fetched[4];
		fetch(&e, 50);
		assert_int_equal(e.fetched[3], had);
		assert_int_equal(e.fetched[4], other + 50 * FETCH);
		if (how == 1) {
			dut_qcfg(e.d, 3, 3, 0, 0);
		} else {
			dut_qcfg(e.d, 2, 3, 0, 0);
			e.fetched[3] = 0;
			busy(&e, 3, 40);
		}
		had = e.fetched[3];
		while (e.fetched[3] == had)
			fetch(&e, 1);
		other = e.fetched[4];
		fetch(&e, 39);
		assert_int_equal(e.fetched[3], had + 40 * FETCH);
		assert_int_equal(e.fetched[4], other);
		fetch(&e, 2);
		assert_int_equal(e.fetched[4], other + 2 * FETCH);
		end(&e);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_queue_gets_its_share),
		cmocka_unit_test(the_least_has_its_turn_beside_the_most),
		cmocka_unit_test(a_turn_ends_with_its_queue),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
