/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: -GQUEUE_N=4
/* Doorbells alone: what the whole host port cannot time: full kick queue, records in every cycle, engine reset. */
#include <string.h>

#include "tests/rtl/dut.h"
#include "tests/rtl/stream.h"
#include "driver/cw_regs.h"

enum { OP_WRITE, OP_ENABLE, OP_DISABLE };

static const char *const db_fields[] = { "db_addr", "db_len", "db_first_be", "db_last_be", "db_data", NULL };
static const char *const kick_fields[] = { "kick_queue", "kick_producer", NULL };
static const char *const arm_fields[] = { "arm_queue", "arm_index", NULL };

struct bench {
	struct dut *d;
	struct stream *db, *kick, *arm;
	bool flood; /* a record strobe in every cycle, of queue 3 */
	uint32_t flood_n;
	bool told; /* one record strobe */
	unsigned told_queue;
	uint32_t told_n;
	unsigned good, bad;
	/* what peek said one and two cycles ago, and the index that kick_producer showed in between */
	bool peek[2], quiet;
	unsigned peek_queue[2], peeked;
	uint32_t shown;
};

static void bench_sample(void *ctx)
{
	struct bench *b = ctx;

	b->good += dut_get(b->d, "ev_good") != 0;
	b->bad += dut_get(b->d, "ev_bad") != 0;
	if (b->peek[1] && b->quiet && dut_get(b->d, "kick_valid")) {
		assert_int_equal(dut_get(b->d, "kick_queue"), b->peek_queue[1]);
		assert_int_equal(dut_get(b->d, "kick_producer"), b->shown);
		b->peeked++;
	}
	b->peek[1] = b->peek[0];
	b->peek_queue[1] = b->peek_queue[0];
	b->peek[0] = dut_get(b->d, "peek_valid");
	b->peek_queue[0] = dut_get(b->d, "peek_queue");
	b->quiet = !dut_get(b->d, "kick_valid");
	b->shown = dut_get(b->d, "kick_producer");
}

static void bench_drive(void *ctx)
{
	struct bench *b = ctx;

	bool told = b->told;

	b->told = false;
	dut_set(b->d, "record_valid", b->flood || told);
	dut_set(b->d, "record_queue", told ? b->told_queue : 3);
	dut_set(b->d, "record_count", told ? b->told_n : b->flood ? ++b->flood_n : 0);
}

static void bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->d = dut_new(dut_seed());
	dut_set(b->d, "stride_log2", 12);
	dut_set(b->d, "engine_rst", 1);
	dut_reset(b->d, 3);
	dut_set(b->d, "engine_rst", 0);
	b->db = stream_source(b->d, "db", db_fields);
	b->kick = stream_sink(b->d, "kick", kick_fields);
	b->arm = stream_sink(b->d, "arm", arm_fields);
	dut_hook(b->d, bench_sample, bench_drive, b);
	dut_cycle(b->d);
}

static void bench_close(struct bench *b)
{
	dut_free(b->d);
	stream_free(b->db);
	stream_free(b->kick);
	stream_free(b->arm);
}

static void cfg(struct bench *b, unsigned op, unsigned queue, unsigned reg, uint32_t data)
{
	dut_set(b->d, "qcfg_valid", 1);
	dut_set(b->d, "qcfg_op", op);
	dut_set(b->d, "qcfg_queue", queue);
	dut_set(b->d, "qcfg_reg", reg);
	dut_set(b->d, "qcfg_data", data);
	dut_cycle(b->d);
	dut_set(b->d, "qcfg_valid", 0);
	dut_cycle(b->d);
}

static void settle(struct bench *b)
{
	for (unsigned i = 0; dut_get(b->d, "cfg_busy"); i++) {
		assert_true(i < 50);
		dut_cycle(b->d);
	}
	dut_cycles(b->d, 2);
}

static void enable(struct bench *b, unsigned queue, unsigned log2)
{
	cfg(b, OP_WRITE, queue, CW_Q_CONFIG / 4, log2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
	settle(b);
	cfg(b, OP_ENABLE, queue, 0, 0);
	settle(b);
}

static void ring(struct bench *b, unsigned queue, unsigned dw, uint32_t value)
{
	struct stream_beat t = { 0 };

	stream_put_u64(b->db, &t, 0, queue << 10 | dw);
	stream_put_u64(b->db, &t, 1, 1);
	stream_put_u64(b->db, &t, 2, 15);
	stream_put_u64(b->db, &t, 4, value);
	stream_push(b->db, &t);
}

static void ring_both(struct bench *b, unsigned queue, uint32_t producer, uint32_t consumer)
{
	struct stream_beat t = { 0 };

	stream_put_u64(b->db, &t, 0, queue << 10);
	stream_put_u64(b->db, &t, 1, 2);
	stream_put_u64(b->db, &t, 2, 15);
	stream_put_u64(b->db, &t, 3, 15);
	stream_put_u64(b->db, &t, 4, (uint64_t)consumer << 32 | producer);
	stream_push(b->db, &t);
}

static void status(struct bench *b, unsigned queue, uint32_t producer, uint32_t consumer)
{
	dut_set(b->d, "st_valid", 1);
	dut_set(b->d, "st_queue", queue);
	dut_wait(b->d, "st_ack", 10);
	assert_int_equal(dut_get(b->d, "st_producer"), producer);
	assert_int_equal(dut_get(b->d, "st_consumer"), consumer);
	dut_set(b->d, "st_valid", 0);
	dut_cycle(b->d);
}

static void kicks_wait_and_none_is_lost(void **state)
{
	struct bench b;
	struct stream_beat t;

	(void)state;
	bench_open(&b);
	enable(&b, 1, 10);
	stream_hold(b.kick, true);
	for (uint32_t p = 1; p <= 40; p++)
		ring(&b, 1, 0, p);
	dut_cycles(b.d, 300);
	assert_int_equal(dut_get(b.d, "kick_valid"), 1);
	/* a full kick queue holds up doorbells, not the configuration bus or status */
	enable(&b, 2, 3);
	status(&b, 2, 0, 0);
	stream_hold(b.kick, false);
	dut_cycles(b.d, 300);
	for (uint32_t p = 1; p <= 40; p++) {
		assert_true(stream_pop(b.kick, &t));
		assert_int_equal(stream_take_u64(b.kick, &t, 0), 1);
		assert_int_equal(stream_take_u64(b.kick, &t, 1), p);
	}
	assert_int_equal(b.good, 40);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	bench_close(&b);
}

static void engine_reset_empties_the_kick_queue(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 0, 10);
	dut_set(b.d, "engine_rst", 1);
	for (uint32_t p = 1; p <= 10; p++)
		ring(&b, 0, 0, p);
	dut_cycles(b.d, 100);
	dut_set(b.d, "engine_rst", 0);
	dut_cycles(b.d, 20);
	assert_int_equal(stream_depth(b.kick), 0);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	status(&b, 0, 10, 0);
	bench_close(&b);
}

static void records_of_others_do_not_disturb_an_enable(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 1, 4);
	enable(&b, 3, 4);
	ring(&b, 1, 0, 5);
	dut_cycles(b.d, 10);
	/* queue 1 has 5 records, then starts again while queue 3's come one a cycle */
	dut_set(b.d, "record_valid", 1);
	dut_set(b.d, "record_queue", 1);
	dut_set(b.d, "record_count", 5);
	dut_cycle(b.d);
	ring(&b, 1, 1, 5);
	dut_cycles(b.d, 10);
	status(&b, 1, 5, 5);
	b.flood = true;
	dut_cycles(b.d, 3);
	cfg(&b, OP_ENABLE, 1, 0, 0);
	dut_cycles(b.d, 20);
	assert_int_equal(dut_get(b.d, "cfg_busy"), 1);
	b.flood = false;
	settle(&b);
	status(&b, 1, 0, 0);
	assert_int_equal(b.bad, 0);
	ring(&b, 1, 1, 1); /* no record yet: refused */
	dut_cycles(b.d, 10);
	assert_int_equal(b.bad, 1);
	status(&b, 1, 0, 0);
	ring(&b, 3, 1, b.flood_n); /* behind the records, but nothing was produced: the rule looks at records only */
	dut_cycles(b.d, 10);
	status(&b, 3, 0, b.flood_n);
	bench_close(&b);
}

static void pages_beyond_the_queues_are_refused(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned q = 0; q < 4; q++)
		enable(&b, q, 4);
	ring(&b, 4, 0, 1);  /* inside BAR2 with its 64 KiB a queue */
	ring(&b, 63, 0, 1);
	ring(&b, 64, 0, 1); /* address bits above BAR2's size do not count */
	dut_cycles(b.d, 40);
	assert_int_equal(b.bad, 2);
	assert_int_equal(b.good, 1);
	status(&b, 0, 1, 0);
	for (unsigned q = 1; q < 4; q++)
		status(&b, q, 0, 0);
	bench_close(&b);
}

/* Each consumer index that is accepted, also the same again, and also beside a bad producer index. */
static void accepted_consumer_indices_arm(void **state)
{
	static const uint32_t in[] = { 2, 2, 6, 1, 5 }, good[] = { 2, 2, 5, 5 };
	struct bench b;
	struct stream_beat t = { 0 };

	(void)state;
	bench_open(&b);
	enable(&b, 1, 3);
	cfg(&b, OP_DISABLE, 2, 0, 0); /* as the sweep of a reset does */
	settle(&b);
	dut_set(b.d, "record_valid", 1);
	dut_set(b.d, "record_queue", 1);
	dut_set(b.d, "record_count", 5);
	dut_cycle(b.d);
	stream_hold(b.arm, true);
	for (unsigned i = 0; i < 5; i++)
		ring(&b, 1, 1, in[i]);
	dut_cycles(b.d, 60);
	assert_int_equal(dut_get(b.d, "idle"), 0); /* not told yet */
	ring_both(&b, 1, 100, 5);
	ring(&b, 2, 1, 0); /* not enabled */
	ring(&b, 1, 0, 7); /* a producer index alone does not arm */
	stream_hold(b.arm, false);
	dut_cycles(b.d, 100);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(stream_pop(b.arm, &t));
		assert_int_equal(stream_take_u64(b.arm, &t, 0), 1);
		assert_int_equal(stream_take_u64(b.arm, &t, 1), good[i]);
	}
	assert_int_equal(stream_depth(b.arm), 0);
	assert_int_equal(b.bad, 4);
	bench_close(&b);
}

static void a_doorbell_kicks_two_cycles_later_and_the_next_two_after_it(void **state)
{
	struct stream_beat t[20];
	struct bench b;

	(void)state;
	bench_open(&b);
	enable(&b, 1, 10);
	dut_cycles(b.d, 5);
	ring(&b, 1, 0, 1);
	dut_wait(b.d, "db_valid", 5);
	assert_int_equal(dut_get(b.d, "peek_valid"), 1);
	assert_int_equal(dut_get(b.d, "peek_queue"), 1);
	assert_int_equal(dut_wait(b.d, "kick_valid", 5), 2);
	dut_cycles(b.d, 5);
	stream_pop(b.kick, &t[0]);
	/* one index or both: a doorbell each two cycles, of one queue */
	for (unsigned i = 0; i < 20; i++) {
		if (i & 1)
			ring_both(&b, 1, i + 2, 0);
		else
			ring(&b, 1, 0, i + 2);
	}
	dut_cycles(b.d, 60);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(stream_pop(b.kick, &t[i]));
		assert_int_equal(t[i].cycle - t[0].cycle, 2 * i);
	}
	assert_int_equal(stream_depth(b.arm), 10);
	assert_int_equal(b.good, 21);
	bench_close(&b);
}

/* What the ring rules say of a page, said again. */
struct page {
	uint32_t p, c, records;
	unsigned log2;
};

struct expected {
	unsigned queue;
	uint32_t value;
};

static void random_doorbell(struct bench *b, struct dut_rng *r, struct page *pages, struct expected *kick, unsigned *kick_n,
			    struct expected *arm, unsigned *arm_n)
{
	unsigned q = dut_below(r, 3), kind = 1 + dut_below(r, 3);
	uint32_t entries = 1u << pages[q].log2, p, c;
	struct page *g = &pages[q];
	struct stream_beat t = { 0 };
	bool bad = false, good_c;

	c = g->c + dut_below(r, g->records - g->c + 2) - dut_chance(r, 5);
	p = g->p + dut_below(r, entries + 2 - (g->p - g->c)) - dut_chance(r, 5);
	stream_put_u64(b->db, &t, 0, q << 10 | (kind == 2));
	stream_put_u64(b->db, &t, 1, kind == 3 ? 2 : 1);
	stream_put_u64(b->db, &t, 2, 15);
	stream_put_u64(b->db, &t, 3, 15);
	stream_put_u64(b->db, &t, 4, kind == 3 ? (uint64_t)c << 32 | p : kind == 2 ? c : p);
	stream_push(b->db, &t);
	if (kind & 2) {
		good_c = c - g->c <= g->records - g->c;
		bad |= !good_c;
		if (good_c)
			arm[(*arm_n)++] = (struct expected){ q, g->c = c };
	}
	if (kind & 1) {
		if (p - g->c <= entries && p - g->p <= entries) {
			if (p != g->p)
				kick[(*kick_n)++] = (struct expected){ q, p };
			g->p = p;
		} else {
			bad = true;
		}
	}
	b->good -= !bad; /* counted up again as they are seen */
	b->bad -= bad;
}

static void drain(struct stream *s, const struct expected *e, unsigned n)
{
	struct stream_beat t;

	assert_int_equal(stream_depth(s), n);
	for (unsigned i = 0; i < n; i++) {
		stream_pop(s, &t);
		assert_int_equal(stream_take_u64(s, &t, 0), e[i].queue);
		assert_int_equal(stream_take_u64(s, &t, 1), e[i].value);
	}
}

/* With a ring that is empty, full and in between: an index too far ahead is refused, however few of its bits differ. */
static void indices_far_ahead_are_refused(void **state)
{
	static const struct {
		unsigned log2;
		uint32_t p, c;
	} at[] = { { 4, 0, 0 }, { 4, 7, 7 }, { 4, 20, 7 }, { 16, 0, 0 }, { 16, 65536, 0 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		unsigned wrong = 0;
		struct bench b;

		bench_open(&b);
		enable(&b, 1, at[i].log2);
		if (at[i].c) {
			ring(&b, 1, 0, at[i].c);
			dut_cycles(b.d, 10);
			b.told = true;
			b.told_queue = 1;
			b.told_n = at[i].c;
			dut_cycles(b.d, 3);
		}
		ring_both(&b, 1, at[i].p, at[i].c);
		dut_cycles(b.d, 10);
		b.bad = b.good = 0;
		for (unsigned bit = at[i].log2 + 1; bit < 32; bit++) {
			uint32_t far = 1u << bit;

			ring_both(&b, 1, at[i].c + far, at[i].c); /* its consumer index is good */
			ring_both(&b, 1, at[i].p + far, at[i].c + far);
			ring(&b, 1, 0, at[i].p + far);
			ring(&b, 1, 1, at[i].c + far);
			dut_cycles(b.d, 20);
			wrong += 4;
			assert_int_equal(b.bad, wrong);
			status(&b, 1, at[i].p, at[i].c);
		}
		assert_int_equal(b.good, 0);
		bench_close(&b);
	}
}

/* Close behind each other, of one queue and of several, with those who are told slow or quick: nothing is lost. */
static void doorbells_in_a_row_follow_the_rules(void **state)
{
	static struct expected kick[4096], arm[4096];
	struct page pages[3] = { { .log2 = 2 }, { .log2 = 5 }, { .log2 = 16 } };
	struct dut_rng r;
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_rng_init(&r, dut_seed());
	for (unsigned q = 0; q < 3; q++)
		enable(&b, q, pages[q].log2);
	for (unsigned round = 0; round < 60; round++) {
		unsigned kick_n = 0, arm_n = 0;

		stream_stall(b.kick, round % 3 * 40);
		stream_stall(b.arm, round / 3 % 3 * 40);
		stream_stall(b.db, round / 9 % 3 * 30);
		for (unsigned i = 0; i < 40; i++)
			random_doorbell(&b, &r, pages, kick, &kick_n, arm, &arm_n);
		dut_cycles(b.d, 700);
		assert_int_equal(dut_get(b.d, "idle"), 1);
		assert_int_equal(b.good, 0);
		assert_int_equal(b.bad, 0);
		drain(b.kick, kick, kick_n);
		drain(b.arm, arm, arm_n);
		for (unsigned q = 0; q < 3; q++) {
			status(&b, q, pages[q].p, pages[q].c);
			pages[q].records = pages[q].p; /* all of them are done */
			b.told = true;
			b.told_queue = q;
			b.told_n = pages[q].records;
			dut_cycles(b.d, 2);
		}
	}
	assert_in_range(b.peeked, 100, 3000);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kicks_wait_and_none_is_lost),
		cmocka_unit_test(engine_reset_empties_the_kick_queue),
		cmocka_unit_test(records_of_others_do_not_disturb_an_enable),
		cmocka_unit_test(pages_beyond_the_queues_are_refused),
		cmocka_unit_test(accepted_consumer_indices_arm),
		cmocka_unit_test(a_doorbell_kicks_two_cycles_later_and_the_next_two_after_it),
		cmocka_unit_test(indices_far_ahead_are_refused),
		cmocka_unit_test(doorbells_in_a_row_follow_the_rules),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
