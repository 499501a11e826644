/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_desc_sched -GSTREAM=1 -GSLOT_N=16 -GMORE_N=4
/* cw_desc_sched with stream queues: fetched as far as there are places, beside queues that have no such bound. */
#include <string.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

#define QUEUES 8u
#define SLOTS 16u
#define MORE 4u

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *kick, *more, *fetch;
	uint32_t producer[QUEUES], fetched[QUEUES], left[QUEUES], told[QUEUES]; /* left: the card; told: in units of MORE */
};

static bool is_stream(unsigned q)
{
	return q & 1;
}

static void start(struct env *e)
{
	static const char *const kick[] = { "kick_queue", "kick_producer", NULL };
	static const char *const more[] = { "more_queue", NULL };
	static const char *const fetch[] = { "fetch_queue", "fetch_num", "fetch_n", NULL };

	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->kick = stream_source(e->d, "kick", kick);
	e->more = stream_source(e->d, "more", more);
	e->fetch = stream_sink(e->d, "fetch", fetch);
	dut_set(e->d, "engine_enable", 1);
	dut_set(e->d, "rd_log2", 9);
	dut_reset(e->d, 3);
	dut_cycles(e->d, 80);
	for (unsigned q = 0; q < QUEUES; q++) {
		dut_qcfg(e->d, 0, q, CW_Q_CONFIG,
			 8 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | (is_stream(q) ? CW_Q_CONFIG_STREAM_MASK : 0));
		dut_qcfg(e->d, 0, q, CW_Q_RING_LO, q << 16);
		dut_qcfg(e->d, 0, q, CW_Q_RING_HI, 1);
		dut_qcfg(e->d, 1, q, 0, 0);
	}
}

static void end(struct env *e)
{
	stream_free(e->kick);
	stream_free(e->more);
	stream_free(e->fetch);
	dut_free(e->d);
}

static void kick(struct env *e, unsigned q, uint32_t producer)
{
	struct stream_beat b = { 0 };

	e->producer[q] = producer;
	stream_put_u64(e->kick, &b, 0, q);
	stream_put_u64(e->kick, &b, 1, producer);
	stream_push(e->kick, &b);
}

static void leaves(struct env *e, unsigned q)
{
	struct stream_beat b = { 0 };

	if (++e->left[q] % MORE)
		return;
	e->told[q]++;
	stream_put_u64(e->more, &b, 0, q);
	stream_push(e->more, &b);
}

static void run(struct env *e, unsigned n)
{
	struct stream_beat b;

	while (n--) {
		dut_cycle(e->d);
		while (stream_pop(e->fetch, &b)) {
			unsigned q = stream_take_u64(e->fetch, &b, 0);

			assert_int_equal(stream_take_u64(e->fetch, &b, 1), e->fetched[q]);
			e->fetched[q] += stream_take_u64(e->fetch, &b, 2);
			assert_true(e->fetched[q] <= e->producer[q]);
			if (is_stream(q) && e->fetched[q] > SLOTS + MORE * e->told[q])
				fail_msg("queue %u: %u fetched, %u have left", q, e->fetched[q], e->left[q]);
		}
	}
}

static void never_more_than_there_are_places(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned q = 0; q < QUEUES; q++)
		kick(&e, q, 100);
	run(&e, 400);
	for (unsigned q = 0; q < QUEUES; q++)
		assert_int_equal(e.fetched[q], is_stream(q) ? SLOTS : 100);
	/* they leave, in any pace: all of it is fetched */
	for (unsigned i = 0; i < 3000; i++) {
		unsigned q = dut_below(&e.rng, QUEUES) | 1;

		if (e.left[q] < e.fetched[q])
			leaves(&e, q);
		if (dut_chance(&e.rng, 10) && e.producer[q] < e.left[q] + 200)
			kick(&e, q, e.producer[q] + 1 + dut_below(&e.rng, 20));
		run(&e, 1 + dut_below(&e.rng, 4));
	}
	for (unsigned q = 1; q < QUEUES; q += 2) {
		while (e.left[q] < e.producer[q]) {
			if (e.left[q] < e.fetched[q])
				leaves(&e, q);
			run(&e, 20);
		}
		assert_int_equal(e.fetched[q], e.producer[q]);
	}
	end(&e);
}

static void enable_gives_all_places_back(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	kick(&e, 3, 50);
	run(&e, 100);
	assert_int_equal(e.fetched[3], SLOTS);
	dut_qcfg(e.d, 2, 3, 0, 0);
	dut_qcfg(e.d, 1, 3, 0, 0);
	e.fetched[3] = e.producer[3] = 0;
	kick(&e, 3, 9);
	run(&e, 100);
	assert_int_equal(e.fetched[3], 9);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_more_than_there_are_places),
		cmocka_unit_test(enable_gives_all_places_back),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
