// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_stream
/* Streams on the whole RTL card, with the host model and its checker on the other end and the simulated
 * card's loopback, generator and checker behind it; registers are driven by hand, without the driver. */
#include "stream_bench.h"

/* ---- loopback: random packets go to the card and come back ---- */

struct trip {
	unsigned from, to;
	uint32_t len[40], put[40];  /* packets sent: length, place in BUF(from) */
	unsigned sent_n, got_n, posted_n, pending, total, size;
	uint32_t at, sum, send_at;
	uint32_t size_of[ENTRIES];
};

static void trip_post(struct bench *b, struct trip *t)
{
	bool any = false;

	while (b->q[t->to].producer - b->q[t->to].consumer < ENTRIES) {
		uint32_t slot = b->q[t->to].producer % ENTRIES;

		describe(b, t->to, BUF(t->to) + slot * 4096 + slot % 7, t->size, 0, 0);
		any = true;
	}
	if (any)
		doorbell(b, t->to);
}

static void trip_send(struct bench *b, struct trip *t, struct cw_rng *rng)
{
	bool any = false;

	while (t->sent_n < t->total && b->q[t->from].producer - b->q[t->from].consumer + 8 < ENTRIES) {
		unsigned n = (unsigned)cw_rng_range(rng, 1, 7), i = t->sent_n++;

		t->put[i] = t->send_at;
		t->len[i] = 0;
		for (unsigned k = 0; k < n; k++) {
			uint32_t len = k == n - 1 && cw_rng_one_in(rng, 4) ? 0 :
				       (uint32_t)cw_rng_range(rng, 1, cw_rng_one_in(rng, 6) ? 5000 : 200);

			for (uint32_t j = 0; j < len; j++)
				b->mem[BUF(t->from) + t->send_at + j] = (uint8_t)cw_rng_next(rng);
			describe(b, t->from, BUF(t->from) + t->send_at, len,
				 (k == 0 ? CW_DESC_DW2_SOP_MASK : 0) | (k == n - 1 ? CW_DESC_DW2_EOP_MASK : 0),
				 k == 0 ? 0x900000000ull + i * 0x10001 : 0x123);
			t->send_at += len;
			t->len[i] += len;
		}
		assert_true(t->send_at < BUF_SIZE);
		any = true;
	}
	if (any)
		doorbell(b, t->from);
}

/* What has come back; false when nothing. */
static bool trip_take(struct bench *b, struct trip *t)
{
	struct record r;
	bool any = false;

	while (next_record(b, t->from, &r)) {
		assert_int_equal(r.status, CW_STATUS_OK);
		any = true;
	}
	while (next_record(b, t->to, &r)) {
		uint32_t slot = r.num % ENTRIES;

		any = true;
		assert_int_equal(r.status, CW_STATUS_OK);
		assert_int_equal(r.sop, t->sum == 0 && !t->pending);
		assert_int_equal(r.user, 0x900000000ull + t->got_n * 0x10001);
		assert_false(r.trunc);
		assert_memory_equal(b->mem + BUF(t->to) + slot * 4096 + slot % 7,
				    b->mem + BUF(t->from) + t->put[t->got_n] + t->sum, r.bytes);
		t->sum += r.bytes;
		t->pending = 1;
		if (r.eop) {
			assert_int_equal(t->sum, t->len[t->got_n]);
			t->got_n++;
			t->sum = t->pending = 0;
		} else {
			assert_int_equal(r.bytes, t->size);
		}
	}
	return any;
}

static void loopback(struct bench *b, unsigned trips, struct cw_rng *rng)
{
	struct trip t[3];
	unsigned over;

	memset(t, 0, sizeof(t));
	for (unsigned i = 0; i < trips; i++) {
		t[i].from = 2 * i;
		t[i].to = 2 * i + 1;
		t[i].total = 25;
		t[i].size = i == 1 ? 64 : 1500;
		queue_up(b, t[i].from, false, false);
		queue_up(b, t[i].to, true, true);
		user_put(b, CW_SU_LOOP + 4 * t[i].from, CW_SU_LOOP_VALID | t[i].to);
	}
	for (unsigned idle = 0;;) {
		bool any = false;

		over = 0;
		for (unsigned i = 0; i < trips; i++) {
			trip_post(b, &t[i]);
			trip_send(b, &t[i], rng);
			any |= trip_take(b, &t[i]);
			over += t[i].got_n == t[i].total;
		}
		if (over == trips)
			break;
		idle = any ? 0 : idle + 1;
		if (idle > 3000)
			fail_msg("%u of %u packets came back", t[0].got_n, t[0].total);
		pass_time(b, 400000);
	}
	for (unsigned i = 0; i < trips; i++) {
		queue_down(b, t[i].from);
		queue_down(b, t[i].to);
	}
	assert_int_equal(counter(b, CW_COUNTER_H2S_PKT), 25 * trips);
	assert_int_equal(counter(b, CW_COUNTER_S2H_PKT), 25 * trips);
	assert_int_equal(counter(b, CW_COUNTER_S2H_DROP), 0);
	assert_int_equal(counter(b, CW_COUNTER_S2H_TRUNC), 0);
	assert_int_equal(counter(b, CW_COUNTER_H2C_BYTES), counter(b, CW_COUNTER_C2H_BYTES));
	assert_int_equal(get32(b, CW_STATUS) & CW_STATUS_IDLE_MASK, CW_STATUS_IDLE_MASK);
}

static void run_loopback(bool harsh, uint64_t seed, bool no_skip, const char *log_path)
{
	struct cw_log *log = NULL;
	struct cw_card_param p;
	struct cw_host_param hp;
	struct cw_rng rng;
	struct bench b;

	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	cw_rng_seed(&rng, seed, CW_RNG_USER);
	if (harsh) {
		p.hip.reorder_cycles = 60;
		p.hip.throttle_rx = p.hip.throttle_tx = 30;
		hp.seed = seed;
		hp.split_random = hp.order_random = true;
		hp.read_jitter_ps = 500000;
	}
	p.no_idle_skip = no_skip;
	bench_up(&b, &p, &hp, seed);
	if (log_path)
		assert_int_equal(cw_log_open(&log, log_path, seed, CW_SIDE_CARD), 0);
	cw_link_set_log(b.card_end, log);
	if (harsh)
		user_put(&b, CW_SU_THROTTLE, 80 | 60 << 8);
	loopback(&b, harsh ? 3 : 2, &rng);
	cw_link_set_log(b.card_end, NULL);
	if (log)
		assert_int_equal(cw_log_close(log), 0);
	bench_down(&b);
}

static void packets_come_back_as_they_went(void **state)
{
	(void)state;
	run_loopback(false, 1, false, NULL);
}

static void packets_come_back_when_everything_stalls_and_reorders(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		run_loopback(true, seed, false, NULL);
}

static void idle_skip_gives_the_same_trace(void **state)
{
	char a[] = "/tmp/cw-stream-a-XXXXXX", b[] = "/tmp/cw-stream-b-XXXXXX";
	FILE *x, *y;
	int c;

	(void)state;
	close(mkstemp(a));
	close(mkstemp(b));
	run_loopback(true, 9, false, a);
	run_loopback(true, 9, true, b);
	x = fopen(a, "r");
	y = fopen(b, "r");
	assert_true(x && y);
	while ((c = fgetc(x)) != EOF)
		assert_int_equal(c, fgetc(y));
	assert_int_equal(fgetc(y), EOF);
	fclose(x);
	fclose(y);
	unlink(a);
	unlink(b);
}

/* ---- generator and checker ---- */

static void generate(struct bench *b, unsigned q, uint32_t len, uint32_t step, unsigned n, unsigned mode)
{
	user_put(b, CW_SU_GEN_QUEUE, q);
	user_put(b, CW_SU_GEN_LEN, len);
	user_put(b, CW_SU_GEN_STEP, step);
	user_put(b, CW_SU_GEN_COUNT, n);
	user_put(b, CW_SU_GEN_USER_LO, 1000);
	user_put(b, CW_SU_GEN_USER_HI, 5);
	user_put(b, CW_SU_GEN_SEED, 7);
	user_put(b, CW_SU_GEN_CTRL, CW_SU_GEN_START | mode);
}

static void generated_packets_have_their_sizes_bytes_and_words(void **state)
{
	struct bench b;

	(void)state;
	plain_bench(&b);
	queue_up(&b, 2, true, false);
	for (unsigned i = 0; i < 40; i++)
		describe(&b, 2, BUF(2) + 4096 * i, 64, 0, 0);
	doorbell(&b, 2);
	pass_time(&b, 4000000);
	assert_int_equal(user_get(&b, CW_SU_ROOM + 8), 40);
	generate(&b, 2, 0, 13, 12, 0);
	for (unsigned p = 0, i = 0; p < 12; p++) {
		uint32_t len = 13 * p, at = 0;

		do {
			struct record r = wait_record(&b, 2);

			assert_int_equal(r.user, 0x500000000ull + 1000 + p);
			assert_int_equal(r.sop, at == 0);
			for (uint32_t k = 0; k < r.bytes; k++)
				assert_int_equal(b.mem[BUF(2) + 4096 * i + k], (7 + p + at + k) & 0xff);
			at += r.bytes;
			i++;
			assert_int_equal(r.eop, at == len);
		} while (at < len);
	}
	assert_int_equal(user_get(&b, CW_SU_GEN_CTRL) & CW_SU_GEN_BUSY, 0);
	/* a queue that is not enabled: dropped, or not sent when the user is polite */
	generate(&b, 5, 100, 0, 9, 0);
	pass_time(&b, 2000000);
	assert_int_equal(counter(&b, CW_COUNTER_S2H_DROP), 9);
	generate(&b, 5, 100, 0, 4, CW_SU_GEN_POLITE);
	pass_time(&b, 2000000);
	assert_int_equal(counter(&b, CW_COUNTER_S2H_DROP), 9);
	assert_int_equal(user_get(&b, CW_SU_REFUSED), 4);
	queue_down(&b, 2);
	bench_down(&b);
}

static void the_checker_sees_good_and_bad_packets(void **state)
{
	struct bench b;

	(void)state;
	plain_bench(&b);
	queue_up(&b, 0, false, false);
	for (unsigned p = 0; p < 5; p++) {
		for (unsigned i = 0; i < 300; i++)
			b.mem[BUF(0) + 512 * p + i] = (uint8_t)(i + 3 * p + (p == 3 && i == 177));
		describe(&b, 0, BUF(0) + 512 * p, 200, CW_DESC_DW2_SOP_MASK, 0x700000001ull + p);
		describe(&b, 0, BUF(0) + 512 * p + 200, p, CW_DESC_DW2_EOP_MASK, 0);
	}
	doorbell(&b, 0);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(wait_record(&b, 0).status, CW_STATUS_OK);
	assert_int_equal(user_get(&b, CW_SU_CHK_PACKETS), 5);
	assert_int_equal(user_get(&b, CW_SU_CHK_BYTES), 1010);
	assert_int_equal(user_get(&b, CW_SU_CHK_BAD), 1);
	assert_int_equal(user_get(&b, CW_SU_CHK_MARKED), 0);
	assert_int_equal(user_get(&b, CW_SU_CHK_LEN), 204);
	assert_int_equal(user_get(&b, CW_SU_CHK_USER_LO), 5);
	assert_int_equal(user_get(&b, CW_SU_CHK_USER_HI), 7);
	queue_down(&b, 0);
	bench_down(&b);
}

/* ---- what is refused ---- */

static void refuse(struct bench *b, unsigned q, bool c2h, uint32_t len, unsigned flags, uint64_t user, unsigned status)
{
	struct record r;

	queue_up(b, q, c2h, true);
	describe(b, q, BUF(q), len, flags, user);
	describe(b, q, BUF(q), 64, c2h ? 0 : CW_DESC_DW2_SOP_MASK | CW_DESC_DW2_EOP_MASK, 0);
	doorbell(b, q);
	r = wait_record(b, q);
	assert_int_equal(r.status, status);
	assert_int_equal(r.bytes, 0);
	assert_int_equal(get32(b, context(q) + CW_Q_STATUS) & (CW_Q_STATUS_STATE_MASK | CW_Q_STATUS_CAUSE_MASK),
			 CW_QSTATE_HALTED | status << CW_Q_STATUS_CAUSE_SHIFT);
	queue_down(b, q);
}

static void bad_descriptors_halt_their_queue(void **state)
{
	const unsigned sop = CW_DESC_DW2_SOP_MASK, eop = CW_DESC_DW2_EOP_MASK;
	struct bench b;

	(void)state;
	plain_bench(&b);
	refuse(&b, 0, false, 64, eop, 0, CW_STATUS_BAD_FLAGS);
	refuse(&b, 0, false, 64, 0, 0, CW_STATUS_BAD_FLAGS);
	refuse(&b, 0, false, 0, sop, 0, CW_STATUS_BAD_LEN);
	refuse(&b, 0, false, 64, sop | eop | CW_DESC_DW2_RSVD_MASK, 0, CW_STATUS_BAD_FLAGS);
	refuse(&b, 1, true, 0, 0, 0, CW_STATUS_BAD_LEN);
	refuse(&b, 1, true, 64, sop, 0, CW_STATUS_BAD_FLAGS);
	refuse(&b, 1, true, 64, eop, 0, CW_STATUS_BAD_FLAGS);
	refuse(&b, 1, true, 64, 0, 1ull << 35, CW_STATUS_BAD_FLAGS);
	assert_int_equal(user_get(&b, CW_SU_CHK_PACKETS), 0);
	/* a packet that begins twice: what began ends with a mark or not at all */
	queue_up(&b, 0, false, false);
	describe(&b, 0, BUF(0), 100, sop, 0);
	describe(&b, 0, BUF(0), 100, sop | eop, 0);
	doorbell(&b, 0);
	assert_int_equal(wait_record(&b, 0).status, CW_STATUS_OK);
	assert_int_equal(wait_record(&b, 0).status, CW_STATUS_BAD_FLAGS);
	pass_time(&b, 1000000);
	assert_int_equal(user_get(&b, CW_SU_CHK_PACKETS), user_get(&b, CW_SU_CHK_MARKED));
	queue_down(&b, 0);
	bench_down(&b);
}

/* ---- one queue held, ended, the engine reset ---- */

static void post_packets(struct bench *b, unsigned q, unsigned n, uint32_t len)
{
	for (unsigned i = 0; i < n; i++)
		describe(b, q, BUF(q) + 8192 * i, len, CW_DESC_DW2_SOP_MASK | CW_DESC_DW2_EOP_MASK, i);
	doorbell(b, q);
}

/* Simulated time until queues 1 to 3 have moved their packets. */
static uint64_t time_of_three(struct bench *b)
{
	uint64_t start = cw_host_now(b->host);

	for (unsigned round = 0; round < 4; round++)
		for (unsigned q = 1; q < 4; q++) {
			post_packets(b, q, 14, 4096);
			if (round)
				for (unsigned i = 0; i < 14; i++)
					assert_int_equal(wait_record(b, q).status, CW_STATUS_OK);
		}
	for (unsigned q = 1; q < 4; q++)
		for (unsigned i = 0; i < 14; i++)
			assert_int_equal(wait_record(b, q).status, CW_STATUS_OK);
	return cw_host_now(b->host) - start;
}

static void a_held_queue_takes_nothing_from_the_others(void **state)
{
	struct bench b;
	struct record r;
	uint64_t free_ps, held_ps;

	(void)state;
	plain_bench(&b);
	for (unsigned q = 0; q < 4; q++)
		queue_up(&b, q, false, false);
	free_ps = time_of_three(&b);
	user_put(&b, CW_SU_HOLD, 1);
	pass_time(&b, 2000000);
	post_packets(&b, 0, 40, 4096);
	held_ps = time_of_three(&b);
	assert_false(next_record(&b, 0, &r));
	if (held_ps > free_ps + free_ps / 50)
		fail_msg("%llu ps, %llu with a queue held", (unsigned long long)free_ps, (unsigned long long)held_ps);
	user_put(&b, CW_SU_HOLD, 0);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(wait_record(&b, 0).status, CW_STATUS_OK);
	for (unsigned q = 0; q < 4; q++)
		queue_down(&b, q);
	bench_down(&b);
}

static void queues_end_with_work_in_flight(void **state)
{
	struct bench b;

	(void)state;
	plain_bench(&b);
	user_put(&b, CW_SU_LOOP, CW_SU_LOOP_VALID | 1);
	for (unsigned round = 0; round < 6; round++) {
		queue_up(&b, 0, false, false);
		queue_up(&b, 1, true, round & 1);
		queue_up(&b, 2, false, false);
		for (unsigned i = 0; i < 10; i++)
			describe(&b, 1, BUF(1) + 4096 * i, 1000, 0, 0);
		doorbell(&b, 1);
		post_packets(&b, 0, 50, 6000);
		post_packets(&b, 2, 3, 3000);
		pass_time(&b, 1000000 + 700000 * round);
		queue_down(&b, round & 2 ? 1 : 0);
		queue_down(&b, round & 2 ? 0 : 1);
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(wait_record(&b, 2).status, CW_STATUS_OK);
		queue_down(&b, 2);
		assert_int_equal(get32(&b, CW_STATUS) & CW_STATUS_IDLE_MASK, CW_STATUS_IDLE_MASK);
	}
	bench_down(&b);
}

static void the_engine_is_reset_with_packets_in_flight(void **state)
{
	struct bench b;

	(void)state;
	plain_bench(&b);
	for (unsigned round = 0; round < 4; round++) {
		user_put(&b, CW_SU_LOOP, CW_SU_LOOP_VALID | 1);
		user_put(&b, CW_SU_CONTROL, round & 1 ? CW_SU_CONTROL_STOP_H2C : 0);
		queue_up(&b, 0, false, false);
		queue_up(&b, 1, true, true);
		for (unsigned i = 0; i < 7; i++)
			describe(&b, 1, BUF(1) + 4096 * i, 1000, 0, 0);
		doorbell(&b, 1);
		post_packets(&b, 0, 40, 5000);
		pass_time(&b, 2000000 + 600000 * round);
		put32(&b, CW_CONTROL, CW_CONTROL_RESET_MASK);
		engine_up(&b);
		user_put(&b, CW_SU_CONTROL, 0);
		user_put(&b, CW_SU_LOOP, 0);
		pass_time(&b, 1000000);
		/* everything works as before */
		user_put(&b, CW_SU_CHK_PACKETS, 0);
		queue_up(&b, 0, false, false);
		post_packets(&b, 0, 5, 777);
		for (unsigned i = 0; i < 5; i++)
			assert_int_equal(wait_record(&b, 0).status, CW_STATUS_OK);
		assert_int_equal(user_get(&b, CW_SU_CHK_PACKETS), 5);
		assert_int_equal(user_get(&b, CW_SU_CHK_BYTES), 5 * 777);
		queue_up(&b, 2, true, false);
		describe(&b, 2, BUF(2), 4000, 0, 0);
		doorbell(&b, 2);
		pass_time(&b, 2000000);
		generate(&b, 2, 3000, 0, 1, 0);
		assert_int_equal(wait_record(&b, 2).bytes, 3000);
		queue_down(&b, 0);
		queue_down(&b, 2);
	}
	bench_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_come_back_as_they_went),
		cmocka_unit_test(packets_come_back_when_everything_stalls_and_reorders),
		cmocka_unit_test(idle_skip_gives_the_same_trace),
		cmocka_unit_test(generated_packets_have_their_sizes_bytes_and_words),
		cmocka_unit_test(the_checker_sees_good_and_bad_packets),
		cmocka_unit_test(bad_descriptors_halt_their_queue),
		cmocka_unit_test(a_held_queue_takes_nothing_from_the_others),
		cmocka_unit_test(queues_end_with_work_in_flight),
		cmocka_unit_test(the_engine_is_reset_with_packets_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
