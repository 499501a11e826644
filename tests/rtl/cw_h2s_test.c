// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_st_park cw_st_issue cw_h2s_split cw_h2s_order cw_h2s_out cw_ram_be
/* Host-to-card streams: packets whole, in order, on credit; what fails, ends early or is held. */
#include "h2s_env.h"

static void stalls(struct env *e, unsigned percent)
{
	stream_stall(e->h2s, percent);
	stream_stall(e->read, percent / 2);
	stream_stall(e->card, percent / 2);
	stream_stall(e->desc, percent / 2);
	stream_stall(e->done, percent / 2);
}

static void packets_come_whole_and_in_order(void **state)
{
	(void)state;
	for (unsigned pass = 0; pass < 3; pass++) {
		struct env *e = env_new(pass);
		unsigned n = 0;

		e->latency = pass ? 400 : 20;
		stalls(e, pass == 2 ? 60 : pass * 20);
		for (unsigned q = 0; q < Q_N; q++) {
			enable(e, q);
			credit(e, q, 255);
		}
		while (e->x_n < 900) {
			env_packet(e, dut_below(&e->rng, Q_N), 1 + dut_below(&e->rng, dut_chance(&e->rng, 5) ? 40 : 4),
				   dut_chance(&e->rng, 15) ? 6000 : 200);
			n++;
		}
		settle(e, 0xff);
		assert_int_equal(e->packets, n);
		assert_int_equal(e->marked, 0);
		env_cycles(e, 50);
		assert_int_equal(dut_get(e->d, "empty"), 1);
		assert_int_equal(dut_get(e->d, "idle"), 1);
		env_free(e);
	}
}

static void a_queue_without_credit_waits_alone(void **state)
{
	struct env *e = env_new(5);

	(void)state;
	e->latency = 100;
	for (unsigned q = 0; q < Q_N; q++) {
		enable(e, q);
		credit(e, q, q == 3 ? 0 : 255);
	}
	for (unsigned i = 0; i < 60; i++)
		for (unsigned q = 0; q < Q_N; q++)
			env_packet(e, q, 1, 300);
	settle(e, 0xf7);
	assert_int_equal(e->next_out[3], 0);
	assert_int_equal(e->allocated[3], 0);
	/* one packet each */
	for (unsigned n = 1; n <= 5; n++) {
		credit(e, 3, 1);
		env_cycles(e, 1500);
		assert_int_equal(e->next_out[3], n);
	}
	credit(e, 3, 200);
	credit(e, 3, 0);
	env_cycles(e, 3000);
	assert_true(e->next_out[3] < 60);
	credit(e, 3, 255);
	settle(e, 0xff);
	env_free(e);
}

static void delivered(struct env *e, unsigned q, unsigned n)
{
	for (unsigned i = 0; e->next_out[q] < n; i++) {
		assert_true(i < 50000);
		env_cycles(e, 10);
	}
}

/* While all of them have packets waiting, each delivers as many as its weight says. */
static void packets_follow_the_weights(void **state)
{
	static const unsigned weight[] = { 1, 2, 5 };
	struct env *e = env_new(25);
	unsigned from[3];

	(void)state;
	e->latency = 50;
	stream_stall(e->h2s, 50);
	for (unsigned q = 0; q < 3; q++) {
		e->weight[q] = weight[q];
		enable(e, q);
		credit(e, q, 255);
		for (unsigned i = 0; i < 1100; i++)
			env_desc(e, q, 200 + dut_below(&e->rng, 200), true, true);
	}
	delivered(e, 2, 400); /* the first went as they came, until what is behind was full */
	memcpy(from, e->next_out, sizeof(from));
	delivered(e, 2, from[2] + 500);
	assert_in_range(e->next_out[1] - from[1], 190, 210);
	assert_in_range(e->next_out[0] - from[0], 95, 105);
	settle(e, 7);
	env_free(e);
}

/* A packet whose end was not fetched does not begin, so that others go on. */
static void a_packet_without_its_end_holds_up_nobody(void **state)
{
	struct env *e = env_new(15);

	(void)state;
	for (unsigned q = 0; q < Q_N; q++) {
		enable(e, q);
		credit(e, q, 255);
	}
	env_desc(e, 2, 100, true, false);
	env_desc(e, 2, 100, false, false);
	env_cycles(e, 100);
	for (unsigned i = 0; i < 50; i++)
		env_packet(e, i % 2 ? 6 : 1, 2, 300);
	settle(e, 0xfb);
	assert_int_equal(e->allocated[2], 0);
	env_desc(e, 2, 7, false, true);
	settle(e, 0xff);
	env_free(e);
}

static void a_failed_read_marks_its_packet_and_nothing_else(void **state)
{
	struct env *e = env_new(6);

	(void)state;
	e->latency = 200;
	e->fail_pct = 5;
	stalls(e, 20);
	for (unsigned q = 0; q < Q_N; q++) {
		enable(e, q);
		credit(e, q, 255);
	}
	while (e->x_n < 600)
		env_packet(e, dut_below(&e->rng, Q_N), 1 + dut_below(&e->rng, 4), 900);
	settle(e, 0xff);
	assert_in_range(e->marked, 10, e->packets - 10);
	env_free(e);
}

/* Descriptors that end without moving data: alone, and in the middle of a packet. */
static void a_bad_descriptor_ends_its_packet_with_a_mark(void **state)
{
	struct env *e = env_new(7);

	(void)state;
	e->latency = 100;
	e->cut_ok = true;
	for (unsigned q = 0; q < 2; q++) {
		struct desc *x;

		enable(e, q);
		credit(e, q, 255);
		env_packet(e, q, 2, 500);
		if (q == 0) { /* the packet begins because its place is full */
			env_desc(e, q, 100, true, false);
			for (unsigned i = 0; i < SLOTS; i++)
				env_desc(e, q, 100, false, false);
		}
		x = env_desc(e, q, 10, false, false);
		x->end = true;
		x->status = CW_STATUS_BAD_FLAGS;
		x->kind = 2;
		x = env_desc(e, q, 10, false, true);
		x->end = true;
		x->kind = 1;
	}
	env_packet(e, 2, 1, 100);
	enable(e, 2);
	credit(e, 2, 255);
	env_packet(e, 2, 3, 100);
	for (unsigned i = 0; i < 20000 && (e->ops.live || e->allocated[0] < e->made[0] || e->allocated[1] < e->made[1]); i++)
		env_cycle(e);
	settle(e, 0x4);
	env_cycles(e, 200);
	assert_int_equal(e->rest, 1);
	assert_int_equal(e->next_out[0], 2);
	assert_int_equal(e->next_out[1], 2);
	env_free(e);
}

static void a_disabled_queue_ends_and_leaves_the_others(void **state)
{
	(void)state;
	for (unsigned pass = 0; pass < 6; pass++) {
		struct env *e = env_new(20 + pass);
		unsigned begun, lasts;

		e->latency = 150;
		e->cut_ok = true;
		stalls(e, pass & 1 ? 70 : 10);
		for (unsigned q = 0; q < Q_N; q++) {
			enable(e, q);
			credit(e, q, q == 4 ? 200 : 255);
		}
		for (unsigned i = 0; i < 40; i++)
			for (unsigned q = 0; q < Q_N; q++)
				env_packet(e, q, 1 + dut_below(&e->rng, 5), 700);
		env_cycles(e, 800 + 371 * pass);
		/* what is given later would not be fetched */
		while (stream_depth(e->desc))
			env_cycle(e);
		begun = e->given[4];
		for (unsigned i = 0; i < e->made[4]; i++)
			e->x[e->of[4][i]].lost = true;
		e->made[4] = begun;
		dut_qcfg(e->d, 2, 4, 0, 0);
		/* its packets end early or not at all */
		for (unsigned i = 0; i < 100000 && (e->allocated[4] < begun || e->ops.live > 200); i++)
			env_cycle(e);
		assert_int_equal(e->allocated[4], begun);
		settle(e, 0xef);
		env_cycles(e, 300);
		lasts = e->packets;
		assert_false(e->in);
		/* and it runs again; its credit was kept */
		enable(e, 4);
		for (unsigned i = 0; i < 20; i++)
			env_packet(e, 4, 2, 300);
		settle(e, 0xff);
		assert_int_equal(e->packets, lasts + 20);
		assert_in_range(e->rest, 0, 1);
		env_free(e);
	}
}

/* Exactly as many packets as there was credit, whatever a disabled queue took with it. */
static void credit_of_a_packet_that_never_came_is_given_back(void **state)
{
	struct env *e = env_new(31);
	unsigned spent = 0;

	(void)state;
	e->latency = 300;
	e->cut_ok = true;
	enable(e, 1);
	credit(e, 1, 30);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 8; i++)
			env_packet(e, 1, 1, 600);
		env_cycles(e, 120 + 60 * round);
		while (stream_depth(e->desc))
			env_cycle(e);
		for (unsigned i = 0; i < e->made[1]; i++)
			e->x[e->of[1][i]].lost = true;
		dut_qcfg(e->d, 2, 1, 0, 0);
		for (unsigned i = 0; i < 3000; i++)
			env_cycle(e);
		assert_int_equal(e->ops.live, 0);
		assert_int_equal(e->allocated[1], e->given[1]);
		spent = e->packets;
		enable(e, 1);
	}
	for (unsigned i = 0; i < 40; i++)
		env_packet(e, 1, 1, 200);
	env_cycles(e, 20000);
	assert_true(spent < 30);
	assert_int_equal(e->packets, 30);
	env_free(e);
}

static void a_stuck_user_does_not_keep_queues_from_ending(void **state)
{
	struct env *e = env_new(41);

	(void)state;
	e->latency = 50;
	e->cut_ok = true;
	for (unsigned q = 0; q < Q_N; q++) {
		enable(e, q);
		credit(e, q, 255);
		for (unsigned i = 0; i < 20; i++)
			env_packet(e, q, 2, 2000);
	}
	env_cycles(e, 300);
	stream_hold(e->h2s, true);
	env_cycles(e, 2000);
	while (stream_depth(e->desc))
		env_cycle(e);
	for (unsigned i = 0; i < e->x_n; i++)
		e->x[i].lost = true;
	for (unsigned q = 0; q < Q_N; q++) {
		e->made[q] = e->given[q];
		dut_qcfg(e->d, 2, q, 0, 0);
	}
	env_cycles(e, 5000);
	for (unsigned q = 0; q < Q_N; q++)
		assert_int_equal(e->allocated[q], e->given[q]);
	assert_int_equal(e->ops.live, 0);
	assert_int_equal(dut_get(e->d, "empty"), 1);
	/* what was offered is still there, and ends */
	stream_hold(e->h2s, false);
	env_cycles(e, 100);
	assert_false(e->in);
	env_free(e);
}

static void long_packets_move_at_full_rate(void **state)
{
	struct env *e = env_new(51);
	uint64_t from, beats;

	(void)state;
	e->in_order = true;
	for (unsigned q = 0; q < 2; q++) {
		enable(e, q);
		credit(e, q, 255);
		for (unsigned i = 0; i < 40; i++)
			env_desc(e, q, 4096, true, true)->host &= ~0xfffull;
	}
	env_cycles(e, 600);
	from = e->beats;
	env_cycles(e, 1000);
	beats = e->beats - from;
	if (beats < 990)
		fail_msg("%llu beats in 1000 cycles", (unsigned long long)beats);
	settle(e, 3);
	env_free(e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_come_whole_and_in_order),
		cmocka_unit_test(a_queue_without_credit_waits_alone),
		cmocka_unit_test(packets_follow_the_weights),
		cmocka_unit_test(a_packet_without_its_end_holds_up_nobody),
		cmocka_unit_test(a_failed_read_marks_its_packet_and_nothing_else),
		cmocka_unit_test(a_bad_descriptor_ends_its_packet_with_a_mark),
		cmocka_unit_test(a_disabled_queue_ends_and_leaves_the_others),
		cmocka_unit_test(credit_of_a_packet_that_never_came_is_given_back),
		cmocka_unit_test(a_stuck_user_does_not_keep_queues_from_ending),
		cmocka_unit_test(long_packets_move_at_full_rate),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
