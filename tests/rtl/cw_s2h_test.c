// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_s2h_in cw_s2h_plan cw_s2h_fill
/* Card-to-host streams: packets into buffers, both policies, queues that end, room. */
#include "s2h_env.h"

static void stalls(struct env *e, unsigned percent)
{
	stream_stall(e->s2h, percent);
	stream_stall(e->tx, percent);
	stream_stall(e->done, percent / 2);
	stream_stall(e->desc, percent / 2);
}

static uint32_t any_len(struct env *e, uint32_t most)
{
	switch (dut_below(&e->rng, 5)) {
	case 0: return 0;
	case 1: return 1;
	case 2: return dut_below(&e->rng, 3 * e->bytes);
	case 3: return e->bytes * dut_below(&e->rng, 5);
	default: return dut_below(&e->rng, most);
	}
}

static void packets_arrive_whole(void **state)
{
	(void)state;
	for (unsigned pass = 0; pass < 3; pass++) {
		struct env *e = env_new(pass, pass);

		stalls(e, pass == 2 ? 60 : 20 * pass);
		for (unsigned q = 0; q < Q_N; q++) {
			enable(e, q, true);
			for (unsigned i = 0; i < 600; i++)
				env_buffer(e, q, 1 + dut_below(&e->rng, i % 7 ? 700 : 40));
		}
		env_cycles(e, 600);
		for (unsigned i = 0; i < 400; i++)
			env_send(e, dut_below(&e->rng, Q_N), any_len(e, i % 16 ? 900 : 9000), dut_chance(&e->rng, 4));
		settle(e);
		assert_int_equal(e->drop_pulses, 0);
		assert_int_equal(e->trunc_pulses, 0);
		assert_int_equal(e->pkt_pulses, 400);
		for (unsigned q = 0; q < Q_N; q++)
			assert_int_equal(e->told[q], e->taken[q]);
		env_cycles(e, 100);
		for (unsigned q = 0; q < Q_N; q++)
			assert_int_equal(e->room[q], e->made[q] - e->allocated[q] < 255 ? e->made[q] - e->allocated[q] : 255);
		assert_int_equal(dut_get(e->d, "idle"), 1);
		assert_int_equal(dut_get(e->d, "empty"), 1);
		env_free(e);
	}
}

static void without_room_a_packet_is_dropped_whole_or_cut_and_counted(void **state)
{
	struct env *e = env_new(7, 1);
	unsigned truncs = 0;

	(void)state;
	stalls(e, 10);
	for (unsigned q = 0; q < Q_N; q++)
		enable(e, q, false);
	for (unsigned i = 0; i < 500; i++) {
		unsigned q = dut_below(&e->rng, Q_N);

		if (q != 5) /* one never gets a buffer */
			for (unsigned k = dut_below(&e->rng, 3); k > 0; k--)
				env_buffer(e, q, 300);
		env_cycles(e, 20);
		env_send(e, dut_below(&e->rng, Q_N), any_len(e, 900), false);
	}
	settle(e);
	assert_in_range(e->drop_pulses, 30, 470);
	for (unsigned q = 0; q < Q_N; q++)
		truncs += e->truncs[q];
	assert_int_equal(truncs, e->trunc_pulses);
	assert_in_range(truncs, 3, 300);
	assert_int_equal(e->taken[5], 0);
	env_free(e);
}

static void a_packet_for_a_queue_that_is_not_there_is_dropped(void **state)
{
	struct env *e = env_new(13, 1);
	struct stream_beat b = { 0 };

	(void)state;
	enable(e, 7, true);
	for (unsigned i = 0; i < 5; i++)
		env_buffer(e, 7, 100);
	env_cycles(e, 100);
	stream_put_u64(e->s2h, &b, 2, 1);
	stream_put_u64(e->s2h, &b, 4, 64 + 7); /* of 64: the same lower bits as queue 7 */
	stream_push(e->s2h, &b);
	e->p_n++;
	settle(e);
	assert_int_equal(e->drop_pulses, 1);
	assert_int_equal(e->allocated[7], 0);
	env_free(e);
}

/* More is posted than there are places on the card: the packets wait for the fetch, nothing is dropped. */
static void posted_buffers_are_room_before_they_are_fetched(void **state)
{
	struct env *e = env_new(12, 1);

	(void)state;
	enable(e, 3, false);
	enable(e, 4, false);
	for (unsigned i = 0; i < 300; i++)
		env_buffer(e, 3, 64);
	env_cycles(e, 300);
	stream_stall(e->desc, 97);
	for (unsigned i = 0; i < 30; i++)
		env_send(e, 3, 600, false);
	settle(e);
	assert_int_equal(e->drop_pulses, 0);
	assert_int_equal(e->trunc_pulses, 0);
	assert_int_equal(e->taken[3], 30);
	/* quiesced, what is posted will not come */
	for (unsigned i = 0; i < 20; i++)
		env_buffer(e, 4, 64);
	e->places[4] = 0;
	dut_qcfg(e->d, 3, 4, 0, 1);
	env_cycle(e);
	env_send(e, 4, 10, false);
	settle(e);
	assert_int_equal(e->drop_pulses, 1);
	env_free(e);
}

static void a_full_buffer_may_be_the_packets_last(void **state)
{
	struct env *e = env_new(8, 1);

	(void)state;
	for (unsigned policy = 0; policy < 2; policy++) {
		enable(e, policy, policy);
		for (unsigned i = 0; i < 8; i++)
			env_buffer(e, policy, 64 * (i % 3 + 1));
	}
	env_cycles(e, 300);
	for (unsigned i = 0; i < 12; i++)
		env_send(e, i & 1, 64 * (i / 2 % 3 + 1), false);
	settle(e);
	assert_int_equal(e->drop_pulses, 0);
	assert_int_equal(e->trunc_pulses, 0);
	env_free(e);
}

static void a_queue_that_stalls_waits_and_loses_nothing(void **state)
{
	struct env *e = env_new(9, 1);

	(void)state;
	for (unsigned q = 0; q < Q_N; q++)
		enable(e, q, true);
	for (unsigned i = 0; i < 60; i++)
		env_send(e, i % Q_N, any_len(e, 3000), false);
	env_cycles(e, 500);
	assert_int_equal(e->pkt_pulses, 0);
	for (unsigned round = 0; round < 200; round++) {
		for (unsigned q = 0; q < Q_N; q++)
			env_buffer(e, q, 500);
		env_cycles(e, 150);
	}
	settle(e);
	assert_int_equal(e->drop_pulses, 0);
	assert_int_equal(e->trunc_pulses, 0);
	assert_int_equal(e->pkt_pulses, 60);
	env_free(e);
}

/* Disabled while it stalls, while a packet is in its middle, while it is idle; the others go on. */
static void a_disabled_queue_takes_no_more_and_leaves_the_others(void **state)
{
	(void)state;
	for (unsigned pass = 0; pass < 8; pass++) {
		struct env *e = env_new(20 + pass, 1);
		unsigned before;

		stalls(e, pass & 1 ? 50 : 0);
		for (unsigned q = 0; q < Q_N; q++) {
			enable(e, q, pass & 2);
			for (unsigned i = 0; i < (q == 2 ? 6 : 200); i++)
				env_buffer(e, q, 400);
		}
		env_cycles(e, 400);
		for (unsigned i = 0; i < 30; i++)
			env_send(e, i % 3 == 1 ? 2 : i % Q_N, 1500, false);
		env_cycles(e, 60 + 97 * pass);
		while (stream_depth(e->desc))
			env_cycle(e);
		e->made[2] = e->kicked[2] = e->given[2];
		dut_qcfg(e->d, 2, 2, 0, 0);
		settle(e);
		env_cycles(e, 200);
		assert_int_equal(e->allocated[2], e->given[2]);
		assert_int_equal(e->ended[2], e->given[2]);
		assert_int_equal(e->room[2], 0);
		/* and it runs again */
		before = e->taken[2];
		enable(e, 2, true);
		for (unsigned i = 0; i < 20; i++)
			env_buffer(e, 2, 300);
		env_cycles(e, 100);
		for (unsigned i = 0; i < 5; i++)
			env_send(e, 2, 900, false);
		settle(e);
		assert_int_equal(e->taken[2], before + 5);
		env_free(e);
	}
}

static void a_packet_that_never_goes_on_keeps_no_queue(void **state)
{
	struct env *e = env_new(36, 1);

	(void)state;
	enable(e, 6, true);
	for (unsigned i = 0; i < 20; i++)
		env_buffer(e, 6, 9000);
	env_cycles(e, 100);
	env_send(e, 6, 12000, false);
	while (stream_count(e->s2h) < 6000 / e->bytes)
		env_cycle(e);
	stream_hold(e->s2h, true);
	env_cycles(e, 400);
	assert_int_equal(e->ops.live, 1);
	dut_qcfg(e->d, 2, 6, 0, 0);
	env_cycles(e, 1000);
	assert_int_equal(e->ops.live, 0);
	assert_int_equal(e->ended[6], 20);
	assert_int_equal(e->trunc_pulses, 1);
	/* its rest is thrown away, and the next packet is one */
	stream_hold(e->s2h, false);
	enable(e, 6, true);
	env_buffer(e, 6, 500);
	env_send(e, 6, 100, false);
	settle(e);
	assert_int_equal(e->trunc_pulses, 1);
	env_free(e);
}

static void a_bad_buffer_ends_when_those_before_are_used(void **state)
{
	struct env *e = env_new(40, 1);
	struct buffer *x;

	(void)state;
	enable(e, 1, true);
	env_buffer(e, 1, 100);
	env_buffer(e, 1, 100);
	for (unsigned kind = 2; kind; kind--) {
		x = env_buffer(e, 1, 100);
		x->end = true;
		x->status = kind == 2 ? CW_STATUS_BAD_LEN : 0;
		x->kind = kind;
	}
	env_cycles(e, 100);
	assert_int_equal(e->ended[1], 0);
	env_send(e, 1, 50, false);
	env_send(e, 1, 150, false); /* is cut: what follows is bad */
	env_send(e, 1, 10, false);  /* is dropped though the queue's policy is to stall */
	settle(e);
	assert_int_equal(e->ended[1], 4);
	assert_int_equal(e->truncs[1], 1);
	assert_int_equal(e->drop_pulses, 1);
	/* one that is the first ends at once */
	enable(e, 3, true);
	x = env_buffer(e, 3, 100);
	x->end = true;
	x->status = CW_STATUS_BAD_FLAGS;
	x->kind = 2;
	env_cycles(e, 100);
	assert_int_equal(e->ended[3], 1);
	env_free(e);
}

static void a_reset_in_the_middle_makes_no_packet_of_the_rest(void **state)
{
	struct env *e = env_new(50, 1);
	struct stream_beat b;

	(void)state;
	enable(e, 0, true);
	for (unsigned i = 0; i < 20; i++)
		env_buffer(e, 0, 500);
	env_cycles(e, 100);
	env_send(e, 0, 6000, false);
	while (stream_count(e->s2h) < 60000 / e->bytes / 16)
		env_cycle(e);
	stream_hold(e->s2h, true);
	env_cycles(e, 50);
	dut_set(e->d, "rst", 1);
	dut_cycles(e->d, 8);
	dut_set(e->d, "rst", 0);
	dut_cycles(e->d, 80);
	while (stream_pop(e->done, &b) || stream_pop(e->tx, &b) || stream_pop(e->more, &b) || stream_pop(e->end, &b))
		;
	memset(e->ops.used, 0, sizeof(e->ops.used));
	e->ops.live = e->have = e->drop_pulses = e->trunc_pulses = 0;
	memset(e->taken, 0, sizeof(e->taken));
	stream_hold(e->s2h, false);
	enable(e, 0, true);
	for (unsigned i = 0; i < 10; i++)
		env_buffer(e, 0, 500);
	env_send(e, 0, 700, false);
	for (unsigned i = 0; i < 3000; i++)
		env_cycle(e);
	assert_int_equal(e->taken[0], 1);
	assert_int_equal(e->last[0], 1);
	assert_int_equal(e->trunc_pulses, 1);
	env_free(e);
}

static void long_packets_move_at_full_rate(void **state)
{
	struct env *e = env_new(60, 1);
	uint64_t from, beats;

	(void)state;
	for (unsigned q = 0; q < 2; q++) {
		enable(e, q, true);
		for (unsigned i = 0; i < 80; i++) {
			struct buffer *x = env_buffer(e, q, 8192);

			x->host = (x->host + 4095) & ~4095ull;
			e->next = x->host + 8200;
		}
	}
	env_cycles(e, 300);
	for (unsigned i = 0; i < 80; i++)
		env_send(e, i & 1, 8192, false);
	env_cycles(e, 800);
	from = stream_count(e->s2h);
	env_cycles(e, 1500);
	beats = stream_count(e->s2h) - from;
	if (beats < 1450)
		fail_msg("%llu beats in 1500 cycles", (unsigned long long)beats);
	settle(e);
	env_free(e);
}

/* Packets of 64 bytes, each in a buffer of its own, over all queues: beats in so many cycles. */
static unsigned rate_of_small(struct env *e, unsigned cycles)
{
	uint64_t from;

	e->ops.stall = 0;
	for (unsigned q = 0; q < Q_N; q++) {
		enable(e, q, true);
		for (unsigned i = 0; i < 200; i++) {
			struct buffer *x = env_buffer(e, q, 64);

			x->host = (x->host + 63) & ~63ull;
			e->next = x->host + 72;
		}
	}
	env_cycles(e, 400);
	for (unsigned i = 0; i < 190 * Q_N; i++)
		env_send(e, i % Q_N, 64, false);
	env_cycles(e, 200);
	from = stream_count(e->s2h);
	env_cycles(e, cycles);
	return stream_count(e->s2h) - from;
}

static void small_packets_move_at_full_rate(void **state)
{
	struct env *e = env_new(61, 1);
	unsigned beats = rate_of_small(e, 1000), each = 64 / e->bytes, most;

	(void)state;
	/* a beat a cycle, but a buffer every other cycle at most */
	most = each > 1 ? 1000 : 500;
	if (beats < most * 97 / 100)
		fail_msg("%u beats of packets of %u in 1000 cycles", beats, each);
	settle(e);
	env_free(e);
}


/* A queue's last buffers leave though packets of others ask for theirs in every cycle that there is. */
static void a_disabled_queue_ends_while_others_are_at_full_rate(void **state)
{
	struct env *e = env_new(62, 1);
	uint32_t len = e->bytes;

	(void)state;
	e->ops.stall = 0;
	for (unsigned q = 0; q < Q_N; q++) {
		enable(e, q, true);
		for (unsigned i = 0; i < (q == 5 ? 20 : 500); i++)
			env_buffer(e, q, len);
	}
	env_cycles(e, 300);
	for (unsigned i = 0; i < 2400; i++)
		env_send(e, i % 5, len, false);
	env_cycles(e, 200);
	dut_qcfg(e->d, 2, 5, 0, 0);
	env_cycles(e, 300);
	assert_int_equal(e->ended[5], 20);
	assert_true(stream_depth(e->s2h) > 100);
	settle(e);
	env_free(e);
}

/* Disabled in each cycle around the one in which the packet's first buffer is asked for. */
static void a_queue_may_end_in_any_cycle_of_a_packets_beginning(void **state)
{
	struct env *e = env_new(63, 1);

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		uint64_t from = stream_count(e->s2h);

		enable(e, 6, true);
		for (unsigned k = 0; k < 10; k++)
			env_buffer(e, 6, 9000);
		env_cycles(e, 60);
		env_send(e, 6, 8192, false);
		while (stream_count(e->s2h) < from + 4096 / e->bytes - 4)
			env_cycle(e);
		env_cycles(e, i);
		stream_hold(e->s2h, true);
		dut_qcfg(e->d, 2, 6, 0, 0);
		env_cycles(e, 400);
		assert_int_equal(e->ops.live, 0);
		assert_int_equal(e->ended[6], 10);
		stream_hold(e->s2h, false);
		while (stream_depth(e->s2h))
			env_cycle(e);
		env_cycles(e, 20);
		assert_int_equal(dut_get(e->d, "empty"), 1);
	}
	env_free(e);
}

/*
 * Packets that seven queues take in 2000 cycles; an eighth has no buffers, for ever. Of 64 packets one is for it where
 * such are dropped; where they would wait, the user's logic looks at its room and sends none.
 */
static unsigned taken_by_seven(bool held, bool stall)
{
	struct env *e = env_new(64, 1);
	unsigned taken = 0;

	e->ops.stall = 0;
	for (unsigned q = 0; q < Q_N; q++)
		enable(e, q, q < 7 || stall);
	for (unsigned i = 0; i < 7 * 200; i++) {
		struct buffer *x = env_buffer(e, i % 7, 64);

		x->host = (x->host + 63) & ~63ull;
		e->next = x->host + 72;
	}
	env_cycles(e, 400);
	assert_int_equal(e->room[7], 0);
	for (unsigned i = 0; i < 7 * 190; i++) {
		env_send(e, i % 7, 64, false);
		if (held && i % 63 == 0 && (!stall || e->room[7]))
			env_send(e, 7, 64, false);
	}
	env_cycles(e, 200);
	for (unsigned q = 0; q < 7; q++)
		taken -= e->taken[q];
	env_cycles(e, 2000);
	for (unsigned q = 0; q < 7; q++)
		taken += e->taken[q];
	assert_int_equal(e->drop_pulses != 0, held && !stall);
	settle(e);
	assert_int_equal(e->taken[7], 0);
	env_free(e);
	return taken;
}

static void one_queue_without_buffers_leaves_the_others_98_percent(void **state)
{
	(void)state;
	for (unsigned stall = 0; stall < 2; stall++) {
		unsigned all = taken_by_seven(false, stall), held = taken_by_seven(true, stall);

		if (held * 100 < all * 98)
			fail_msg("policy %u: %u packets, %u with a queue held", stall, all, held);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_arrive_whole),
		cmocka_unit_test(without_room_a_packet_is_dropped_whole_or_cut_and_counted),
		cmocka_unit_test(a_packet_for_a_queue_that_is_not_there_is_dropped),
		cmocka_unit_test(posted_buffers_are_room_before_they_are_fetched),
		cmocka_unit_test(a_full_buffer_may_be_the_packets_last),
		cmocka_unit_test(a_queue_that_stalls_waits_and_loses_nothing),
		cmocka_unit_test(a_disabled_queue_takes_no_more_and_leaves_the_others),
		cmocka_unit_test(a_packet_that_never_goes_on_keeps_no_queue),
		cmocka_unit_test(a_bad_buffer_ends_when_those_before_are_used),
		cmocka_unit_test(a_reset_in_the_middle_makes_no_packet_of_the_rest),
		cmocka_unit_test(long_packets_move_at_full_rate),
		cmocka_unit_test(small_packets_move_at_full_rate),
		cmocka_unit_test(one_queue_without_buffers_leaves_the_others_98_percent),
		cmocka_unit_test(a_disabled_queue_ends_while_others_are_at_full_rate),
		cmocka_unit_test(a_queue_may_end_in_any_cycle_of_a_packets_beginning),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
