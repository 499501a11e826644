// SPDX-License-Identifier: BSD-2-Clause
/* Transmit queues: credits, order, bandwidth; the receiver's credit book. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/link/txq.h"

#define INF CW_CREDIT_INFINITE

static uint64_t seed = 1;
static const struct cw_credit unlimited = { { INF, INF, INF }, { INF, INF, INF } };

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * 0x2545f4914f6cdd1dull;
}

/* What left, in order. */
struct sent {
	unsigned n;
	uint64_t cookie[4096], stamp[4096];
};

static void note(void *ctx, const struct cw_tlp *tlp, uint64_t cookie, uint64_t stamp)
{
	struct sent *s = ctx;

	(void)tlp;
	assert_true(s->n < 4096);
	s->cookie[s->n] = cookie;
	s->stamp[s->n++] = stamp;
}

struct bench {
	struct cw_link *host, *card;
	struct cw_txq *q;
	struct sent sent;
	struct cw_msg msg;
	uint64_t now; /* of the owner */
};

static struct bench *setup(uint8_t generation, uint8_t lanes)
{
	struct cw_link_param p = { .latency_ps = 1000, .generation = generation, .lanes = lanes };
	struct bench *b = calloc(1, sizeof(*b));

	assert_int_equal(cw_link_pair(&p, &b->host, &b->card), 0);
	assert_int_equal(cw_txq_new(&b->q, b->card), 0);
	return b;
}

static void teardown(struct bench *b)
{
	cw_txq_free(b->q);
	cw_link_close(b->host);
	cw_link_close(b->card);
	free(b);
}

static void push(struct bench *b, uint64_t now, enum cw_fc_class fc, uint32_t len, uint64_t cookie)
{
	static const uint8_t data[4096];
	struct cw_tlp t;

	if (fc == CW_FC_P)
		cw_tlp_mwr(&t, 0x100, 0x100000000ull, data, len, 0);
	else if (fc == CW_FC_NP)
		cw_tlp_mrd(&t, 0x100, 0, 0x100000000ull, len, 0);
	else
		cw_tlp_cpld(&t, 0x100, 0, 0, 0, 0, (uint16_t)len, 0, data, (uint16_t)(len / 4));
	assert_int_equal(cw_txq_push(b->q, now, &t, cookie, -1, 0), 0);
}

/* Runs to `until` as an event-driven owner does: now, then at each time something can leave. */
static void run(struct bench *b, uint64_t until)
{
	while (cw_txq_next(b->q) <= until) {
		if (cw_txq_next(b->q) > b->now)
			b->now = cw_txq_next(b->q);
		assert_true(cw_txq_run(b->q, b->now, note, &b->sent) >= 0);
		while (!cw_link_recv(b->host, &b->msg))
			;
		assert_int_equal(cw_link_promise(b->host, 0), 0); /* counts what was taken */
		cw_link_horizon(b->card);
	}
	b->now = until;
}

/* 256 bytes in a 4DW write are 280 on the wire; every stamp of a burst is the exact time, rounded up. */
static void a_burst_leaves_at_the_links_rate(void **state)
{
	static const struct {
		uint8_t generation, lanes;
		uint64_t gt10, code_num, code_den;
	} link[] = { { 1, 1, 25, 8, 10 }, { 2, 4, 50, 8, 10 }, { 3, 8, 80, 128, 130 }, { 4, 16, 160, 128, 130 },
		     { 5, 16, 320, 128, 130 } };

	(void)state;
	for (unsigned k = 0; k < 5; k++) {
		struct bench *b = setup(link[k].generation, link[k].lanes);
		/* bytes * 8 bits / (lanes * GT/s * code * 0.98), in ps */
		uint64_t num = 280ull * 8 * 10 * link[k].code_den * 100 * 1000;
		uint64_t den = link[k].lanes * link[k].gt10 * link[k].code_num * 98;

		cw_txq_credit(b->q, &unlimited);
		for (unsigned i = 0; i < 4000; i++)
			push(b, 5000, CW_FC_P, 256, i);
		run(b, 1000000000000ull);
		assert_int_equal(b->sent.n, 4000);
		for (unsigned i = 0; i < 4000; i++)
			assert_true(b->sent.stamp[i] == 5000 + (i * num + den - 1) / den);
		teardown(b);
	}
}

/* Gen3 x8 at 250 MHz is 30.878 bytes a cycle. */
static void gen3_x8_is_the_documented_rate(void **state)
{
	struct bench *b = setup(3, 8);
	double rate;

	(void)state;
	cw_txq_credit(b->q, &unlimited);
	for (unsigned i = 0; i < 1001; i++)
		push(b, 0, CW_FC_P, 256, i);
	run(b, 1000000000000ull);
	rate = 1000.0 * 280 / ((double)b->sent.stamp[1000] / 4000);
	assert_true(rate > 30.8770 && rate < 30.8780);
	teardown(b);
}

static void an_idle_wire_starts_at_once(void **state)
{
	struct bench *b = setup(3, 8);

	(void)state;
	cw_txq_credit(b->q, &unlimited);
	push(b, 100, CW_FC_P, 256, 0);
	run(b, 100);
	push(b, 200, CW_FC_P, 256, 1); /* the first takes 36,273 ps */
	push(b, 90000, CW_FC_P, 256, 2);
	assert_true(cw_txq_next(b->q) == 100 + 36273);
	run(b, 200000);
	assert_true(b->sent.stamp[0] == 100 && b->sent.stamp[1] == 36373 && b->sent.stamp[2] == 90000);
	teardown(b);
}

static void no_lanes_means_no_pacing(void **state)
{
	struct bench *b = setup(3, 0);

	(void)state;
	cw_txq_credit(b->q, &unlimited);
	for (unsigned i = 0; i < 100; i++)
		push(b, 77, (enum cw_fc_class)(i % 3), 64, i);
	run(b, 77);
	assert_int_equal(b->sent.n, 100);
	for (unsigned i = 0; i < 100; i++) {
		assert_true(b->sent.stamp[i] == 77);
		assert_true(b->sent.cookie[i] == i);
	}
	teardown(b);
}

static void nothing_leaves_before_the_first_update(void **state)
{
	struct bench *b = setup(3, 0);

	(void)state;
	push(b, 0, CW_FC_P, 4, 0);
	assert_true(cw_txq_next(b->q) == CW_TIME_NEVER);
	run(b, 1000);
	assert_int_equal(b->sent.n, 0);
	assert_int_equal(cw_txq_depth(b->q, CW_FC_P), 1);
	cw_txq_credit(b->q, &unlimited);
	run(b, 2000);
	assert_int_equal(b->sent.n, 1);
	assert_true(b->sent.stamp[0] == 1000); /* not before it had credit */
	teardown(b);
}

static void credits_are_counted_to_the_unit(void **state)
{
	struct cw_credit c = { { 2, 1, 0 }, { 5, 0, 0 } };
	struct bench *b = setup(3, 0);

	(void)state;
	cw_txq_credit(b->q, &c);
	push(b, 0, CW_FC_P, 64, 1);  /* 4 of the 5 data units */
	push(b, 0, CW_FC_P, 32, 2);  /* 2 units: waits for data */
	push(b, 0, CW_FC_CPL, 4, 3); /* no header credit */
	run(b, 10);
	assert_int_equal(b->sent.n, 1);
	assert_int_equal(cw_txq_room(b->q, CW_FC_P, false), 1);
	assert_int_equal(cw_txq_room(b->q, CW_FC_P, true), 1);
	assert_false(cw_txq_settled(b->q));
	c.data[CW_FC_P] = 6;
	cw_txq_credit(b->q, &c);
	run(b, 20);
	assert_int_equal(b->sent.n, 2);
	assert_true(b->sent.stamp[1] == 10); /* the update came then */
	c.hdr[CW_FC_CPL] = 1; /* header but no data */
	cw_txq_credit(b->q, &c);
	run(b, 30);
	assert_int_equal(b->sent.n, 2);
	c.data[CW_FC_CPL] = 1;
	cw_txq_credit(b->q, &c);
	run(b, 40);
	assert_int_equal(b->sent.n, 3);
	assert_false(cw_txq_settled(b->q));
	c.hdr[CW_FC_P] = 4, c.data[CW_FC_P] = 11; /* what left given back, on top of the first amounts */
	c.hdr[CW_FC_CPL] = 1, c.data[CW_FC_CPL] = 1;
	cw_txq_credit(b->q, &c);
	assert_true(cw_txq_settled(b->q));
	teardown(b);
}

static void totals_wrap_at_two_to_the_32(void **state)
{
	struct cw_credit c = { { INF, INF, INF }, { 0x7fffffff, INF, INF } };
	struct bench *b = setup(3, 0);
	uint64_t used = 0;

	(void)state;
	cw_txq_credit(b->q, &c);
	/* 2^32 units are too many to send: the limit runs ahead in the largest legal steps instead. */
	for (int i = 0; i < 3000; i++) {
		push(b, (uint64_t)i, CW_FC_P, 4096, (uint64_t)i);
		run(b, (uint64_t)i);
		used += 256;
		c.data[CW_FC_P] = (uint32_t)(used + 0x7fffffff);
		cw_txq_credit(b->q, &c);
	}
	assert_int_equal(b->sent.n, 3000);
	teardown(b);
}

static void infinite_stays_infinite_and_finite_may_pass_all_ones(void **state)
{
	struct cw_credit c = { { INF, 0xfffffffeu, 0 }, { INF, 0, 0 } };
	struct bench *b = setup(3, 0);

	(void)state;
	cw_txq_credit(b->q, &c);
	assert_int_equal(cw_txq_room(b->q, CW_FC_P, false), INF);
	c.hdr[CW_FC_NP] = INF; /* a total that happens to be all ones: not an infinite one */
	c.hdr[CW_FC_P] = 0;    /* meaningless for an infinite class */
	cw_txq_credit(b->q, &c);
	push(b, 0, CW_FC_NP, 4, 0);
	push(b, 0, CW_FC_P, 4, 1);
	run(b, 0);
	assert_int_equal(b->sent.n, 1); /* 2^32-1 ahead is more than half the range: no credit */
	assert_int_equal(b->sent.cookie[0], 1);
	teardown(b);
}

static void posted_passes_blocked_others_and_is_never_passed(void **state)
{
	struct cw_credit c = { { 1, 0, 1 }, { 100, 0, 100 } };
	struct bench *b = setup(3, 0);

	(void)state;
	cw_txq_credit(b->q, &c);
	push(b, 0, CW_FC_NP, 4, 0);  /* no credit */
	push(b, 0, CW_FC_P, 4, 1);   /* passes it */
	push(b, 0, CW_FC_P, 4, 2);   /* no header credit left */
	push(b, 0, CW_FC_CPL, 4, 3); /* must not pass the posted one */
	push(b, 0, CW_FC_NP, 4, 4);
	run(b, 10);
	assert_int_equal(b->sent.n, 1);
	assert_int_equal(b->sent.cookie[0], 1);
	c.hdr[CW_FC_NP] = 1;
	cw_txq_credit(b->q, &c);
	run(b, 20); /* 0 was queued before 2 and may go */
	assert_int_equal(b->sent.n, 2);
	assert_int_equal(b->sent.cookie[1], 0);
	c.hdr[CW_FC_P] = 2;
	cw_txq_credit(b->q, &c);
	run(b, 30);
	assert_int_equal(b->sent.n, 4);
	assert_int_equal(b->sent.cookie[2], 2);
	assert_int_equal(b->sent.cookie[3], 3);
	c.hdr[CW_FC_NP] = 2;
	cw_txq_credit(b->q, &c);
	run(b, 40);
	assert_int_equal(b->sent.cookie[4], 4);
	teardown(b);
}

static void a_reset_forgets_queues_and_credits(void **state)
{
	struct cw_credit c = { { 1, 1, 1 }, { 1, 1, 1 } };
	struct bench *b = setup(3, 0);

	(void)state;
	cw_txq_credit(b->q, &c);
	push(b, 0, CW_FC_P, 64, 0);
	push(b, 0, CW_FC_NP, 4, 1);
	cw_txq_reset(b->q);
	assert_int_equal(cw_txq_depth(b->q, CW_FC_P), 0);
	assert_true(cw_txq_next(b->q) == CW_TIME_NEVER);
	assert_true(cw_txq_settled(b->q));
	push(b, 5, CW_FC_P, 4, 2);
	run(b, 5);
	assert_int_equal(b->sent.n, 0);
	cw_txq_credit(b->q, &unlimited);
	run(b, 6);
	assert_int_equal(b->sent.cookie[0], 2);
	teardown(b);
}

static void stamps_follow_what_the_owner_sent_itself(void **state)
{
	struct bench *b = setup(3, 0);
	struct cw_msg m = { .kind = CW_MSG_CREDIT, .stamp = 500 };

	(void)state;
	cw_txq_credit(b->q, &unlimited);
	push(b, 100, CW_FC_P, 4, 0);
	assert_int_equal(cw_link_send(b->card, &m), 0);
	assert_int_equal(cw_txq_run(b->q, 500, note, &b->sent), 1);
	assert_true(b->sent.stamp[0] == 500);
	teardown(b);
}

/* Random traffic: the rules hold on everything that left, and all leaves in the end. */
static void random_traffic_keeps_every_rule(void **state)
{
	static enum cw_fc_class fc[2000];
	static uint32_t units[2000];
	static bool left[2000];

	(void)state;
	for (uint64_t round = 0; round < 20; round++) {
		struct bench *b = setup(1 + round % 5, 8);
		struct cw_credit c = { { 1, 1, 1 }, { 16, 0, 16 } };
		uint64_t s = seed + round * 7919, now = 0;
		uint32_t used_hdr[CW_FC_N] = { 0 }, used_data[CW_FC_N] = { 0 };
		unsigned pushed = 0, seen = 0, i;

		s |= 1;
		memset(left, 0, sizeof(left));
		cw_txq_credit(b->q, &c);
		while (b->sent.n < 2000) {
			now += next_random(&s) % 20000;
			run(b, now);
			if (pushed < 2000) {
				uint32_t len = 4 * (1 + (uint32_t)(next_random(&s) % 64));

				fc[pushed] = (enum cw_fc_class)(next_random(&s) % 3);
				units[pushed] = fc[pushed] == CW_FC_NP ? 0 : (len + 15) / 16;
				push(b, now, fc[pushed], len, pushed);
				pushed++;
			}
			i = next_random(&s) % 3;
			if (c.hdr[i] - used_hdr[i] < 8)
				c.hdr[i] += (uint32_t)(next_random(&s) % 3);
			if (c.data[i] - used_data[i] < 64)
				c.data[i] += (uint32_t)(next_random(&s) % 32);
			cw_txq_credit(b->q, &c);
			run(b, now);
			for (; seen < b->sent.n; seen++) {
				unsigned k = (unsigned)b->sent.cookie[seen];

				used_hdr[fc[k]]++;
				used_data[fc[k]] += units[k];
				assert_true(used_hdr[fc[k]] <= c.hdr[fc[k]] && used_data[fc[k]] <= c.data[fc[k]]);
				assert_true(!seen || b->sent.stamp[seen] > b->sent.stamp[seen - 1]);
				for (unsigned e = 0; e < k; e++) /* nobody it must not pass is still there */
					if (!left[e])
						assert_true(fc[e] != fc[k] && fc[e] != CW_FC_P);
				left[k] = true;
			}
		}
		teardown(b);
	}
}

static void receiver_overflow_names_its_class(void **state)
{
	struct cw_credit limit = { { 1, 1, INF }, { 2, INF, INF } };
	struct cw_rx_credit rx;
	struct cw_tlp t;
	enum cw_fc_class fc;
	uint8_t data[64] = { 0 };

	(void)state;
	cw_rx_credit_init(&rx, &limit);
	cw_tlp_mwr(&t, 0, 0x1000, data, 33, 0);
	assert_int_equal(cw_rx_credit_take(&rx, &t, &fc), -ENOSPC); /* 3 units of 2 */
	assert_int_equal(fc, CW_FC_P);
	cw_tlp_mwr(&t, 0, 0x1000, data, 32, 0);
	assert_int_equal(cw_rx_credit_take(&rx, &t, &fc), 0);
	cw_rx_credit_return(&rx, &t);
	assert_int_equal(rx.advertised.hdr[CW_FC_P], 2);
	assert_int_equal(rx.advertised.data[CW_FC_P], 4);
	assert_int_equal(cw_rx_credit_take(&rx, &t, &fc), 0);
	cw_tlp_mwr(&t, 0, 0x1000, data, 4, 0);
	assert_int_equal(cw_rx_credit_take(&rx, &t, &fc), -ENOSPC);
	cw_tlp_cpld(&t, 0, 0, 0, 0, 0, 64, 0, data, 16);
	for (int i = 0; i < 100; i++)
		assert_int_equal(cw_rx_credit_take(&rx, &t, &fc), 0);
	cw_rx_credit_return(&rx, &t);
	assert_int_equal(rx.advertised.hdr[CW_FC_CPL], INF);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_leaves_at_the_links_rate),
		cmocka_unit_test(gen3_x8_is_the_documented_rate),
		cmocka_unit_test(an_idle_wire_starts_at_once),
		cmocka_unit_test(no_lanes_means_no_pacing),
		cmocka_unit_test(nothing_leaves_before_the_first_update),
		cmocka_unit_test(credits_are_counted_to_the_unit),
		cmocka_unit_test(totals_wrap_at_two_to_the_32),
		cmocka_unit_test(infinite_stays_infinite_and_finite_may_pass_all_ones),
		cmocka_unit_test(posted_passes_blocked_others_and_is_never_passed),
		cmocka_unit_test(a_reset_forgets_queues_and_credits),
		cmocka_unit_test(stamps_follow_what_the_owner_sent_itself),
		cmocka_unit_test(random_traffic_keeps_every_rule),
		cmocka_unit_test(receiver_overflow_names_its_class),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
