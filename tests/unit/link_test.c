// SPDX-License-Identifier: BSD-2-Clause
/* A link in one process: messages, order, the rule of time, hostile ring contents. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/link/link_priv.h"

#define L 1000ull /* latency, ps */

static uint64_t seed = 1;

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * 0x2545f4914f6cdd1dull;
}

struct bench {
	struct cw_link *host, *card;
	struct cw_msg msg;
	struct cw_tlp tlp;
};

static struct bench *setup(uint32_t ring_bytes, bool free_running)
{
	struct cw_link_param p = { .latency_ps = L, .generation = 3, .lanes = 8, .ring_bytes = ring_bytes,
				   .free_running = free_running };
	struct bench *b = calloc(1, sizeof(*b));

	assert_int_equal(cw_link_pair(&p, &b->host, &b->card), 0);
	return b;
}

static void teardown(struct bench *b)
{
	cw_link_close(b->host);
	cw_link_close(b->card);
	free(b);
}

static int send_at(struct bench *b, struct cw_link *l, uint64_t stamp)
{
	cw_tlp_mrd(&b->tlp, 0, 0, 0x1000, 4, 0);
	return cw_link_send_tlp(l, stamp, &b->tlp);
}

static void parameters_out_of_range_are_refused(void **state)
{
	static const struct cw_link_param bad[] = {
		{ .latency_ps = 0, .generation = 3, .lanes = 8 },
		{ .latency_ps = UINT64_MAX, .generation = 3, .lanes = 8 },
		{ .latency_ps = 1, .generation = 0, .lanes = 8 },
		{ .latency_ps = 1, .generation = 6, .lanes = 8 },
		{ .latency_ps = 1, .generation = 3, .lanes = 3 },
		{ .latency_ps = 1, .generation = 3, .lanes = 32 },
		{ .latency_ps = 1, .generation = 3, .lanes = 8, .ring_bytes = 4096 },
		{ .latency_ps = 1, .generation = 3, .lanes = 8, .ring_bytes = 100000 },
		{ .latency_ps = 1, .generation = 3, .lanes = 8, .ring_bytes = 1u << 31 },
	};
	struct cw_link *h, *c;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cw_link_pair(&bad[i], &h, &c), -EINVAL);
}

static void every_message_kind_arrives_as_it_was_sent(void **state)
{
	struct bench *b = setup(0, false);
	struct cw_msg m = { .kind = CW_MSG_LINK, .stamp = 5, .state = CW_LINK_HOT_RESET };
	uint8_t data[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

	(void)state;
	assert_int_equal(cw_link_get_side(b->host), CW_SIDE_HOST);
	assert_int_equal(cw_link_get_param(b->card)->ring_bytes, 1 << 20);
	assert_int_equal(cw_link_send(b->host, &m), 0);
	m = (struct cw_msg){ .kind = CW_MSG_CREDIT, .stamp = 6,
			     .credit = { { 1, 2, CW_CREDIT_INFINITE }, { 4, 5, 6 } } };
	assert_int_equal(cw_link_send(b->host, &m), 0);
	m.kind = CW_MSG_TLP;
	m.stamp = 7;
	cw_tlp_mwr(&m.tlp, 0x100, 0x123456789000ull, data, 9, 0);
	assert_int_equal(cw_link_send(b->host, &m), 0);

	assert_true(cw_link_next(b->card) == 5 + L);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(b->msg.kind, CW_MSG_LINK);
	assert_int_equal(b->msg.state, CW_LINK_HOT_RESET);
	assert_true(b->msg.stamp == 5 && b->msg.arrival == 5 + L);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(b->msg.kind, CW_MSG_CREDIT);
	assert_int_equal(b->msg.credit.hdr[2], CW_CREDIT_INFINITE);
	assert_int_equal(b->msg.credit.data[1], 5);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(b->msg.kind, CW_MSG_TLP);
	assert_memory_equal(b->msg.tlp.dw, m.tlp.dw, 16);
	assert_int_equal(b->msg.tlp.data_len, 12);
	assert_memory_equal(b->msg.tlp.data, m.tlp.data, 12);
	assert_int_equal(cw_link_recv(b->card, &b->msg), -EAGAIN);
	assert_true(cw_link_next(b->card) == CW_TIME_NEVER);
	teardown(b);
}

static void bad_messages_are_not_sent(void **state)
{
	struct bench *b = setup(0, false);
	struct cw_msg m = { .kind = CW_MSG_PROMISE };

	(void)state;
	assert_int_equal(cw_link_send(b->host, &m), -EINVAL);
	m.kind = 77;
	assert_int_equal(cw_link_send(b->host, &m), -EINVAL);
	m.kind = CW_MSG_LINK;
	m.state = 9;
	assert_int_equal(cw_link_send(b->host, &m), -EINVAL);
	m.kind = CW_MSG_TLP;
	m.tlp.data_len = 5000;
	assert_int_equal(cw_link_send(b->host, &m), -EINVAL);
	m.tlp.data_len = 3;
	assert_int_equal(cw_link_send(b->host, &m), -EINVAL);
	assert_int_equal(send_at(b, b->host, UINT64_MAX), -EINVAL);
	assert_int_equal(send_at(b, b->host, 100), 0);
	assert_int_equal(send_at(b, b->host, 99), -EINVAL);
	assert_non_null(strstr(cw_link_why(b->host), "before the last"));
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(cw_link_recv(b->card, &b->msg), -EAGAIN);
	teardown(b);
}

/* Every payload length at ever new ring positions, some messages kept waiting in the ring. */
static void the_ring_wraps_at_every_record_size(void **state)
{
	struct bench *b = setup(16384, true);
	uint8_t data[4096];
	uint64_t s = seed;
	uint32_t sent = 0, got = 0, len[3];

	(void)state;
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 13 + (i >> 8));
	while (got < 3 * 1025) {
		while (sent < 3 * 1025 && sent - got < 3) {
			len[sent % 3] = sent % 1025 * 4;
			b->tlp = (struct cw_tlp){ .dw = { sent, ~sent, 3, 4 }, .data_len = len[sent % 3] };
			memcpy(b->tlp.data, data, len[sent % 3]);
			assert_int_equal(cw_link_send_tlp(b->host, sent, &b->tlp), 0);
			sent++;
		}
		for (int n = 1 + (int)(next_random(&s) % 3); n && got < sent; n--, got++) {
			memset(b->msg.tlp.data, 0xee, sizeof(b->msg.tlp.data));
			assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
			assert_int_equal(b->msg.tlp.dw[0], got);
			assert_int_equal(b->msg.tlp.data_len, len[got % 3]);
			assert_memory_equal(b->msg.tlp.data, data, len[got % 3]);
			assert_int_equal(b->msg.tlp.data[len[got % 3]], 0xee);
		}
	}
	assert_true(b->card->in.at > 10ull * 16384);
	teardown(b);
}

static void arrivals_of_one_instant_come_by_kind(void **state)
{
	struct bench *b = setup(0, false);
	struct cw_msg credit = { .kind = CW_MSG_CREDIT, .stamp = 10 }, link = { .kind = CW_MSG_LINK, .stamp = 10 };
	static const uint32_t tag[] = { 1, 2, 3 };
	uint64_t first;

	(void)state;
	send_at(b, b->host, 9);
	first = b->host->out.at;
	for (int i = 0; i < 3; i++) {
		cw_tlp_mrd(&b->tlp, 0, (uint16_t)tag[i], 0x1000, 4, 0);
		cw_link_send_tlp(b->host, 10, &b->tlp);
		if (i == 1)
			cw_link_send(b->host, &credit);
	}
	cw_link_send(b->host, &link);
	credit.stamp = 11;
	cw_link_send(b->host, &credit);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_true(b->msg.stamp == 9);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(b->msg.kind, CW_MSG_LINK);
	assert_true(b->card->in.freed == first); /* the passed ones still lie there */
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(b->msg.kind, CW_MSG_CREDIT);
	assert_true(b->card->in.freed == first);
	for (int i = 0; i < 3; i++) {
		struct cw_tlp_info info;

		assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
		assert_true(b->msg.stamp == 10);
		assert_int_equal(cw_tlp_decode(&b->msg.tlp, &info, NULL), 0);
		assert_int_equal(info.tag, tag[i]);
	}
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_true(b->msg.stamp == 11);
	/* All space is given back although it was read out of order. */
	assert_true(b->card->in.freed == b->card->in.at);
	teardown(b);
}

/* ---- time ---- */

static void the_horizon_starts_at_the_latency_and_follows_stamps(void **state)
{
	struct bench *b = setup(0, false);

	(void)state;
	assert_true(cw_link_horizon(b->host) == L);
	send_at(b, b->card, 700);
	assert_true(cw_link_horizon(b->host) == 700 + L);
	/* Its arrival is at the horizon, so it is not settled yet: another may come at that instant. */
	assert_true(cw_link_next(b->host) == cw_link_horizon(b->host));
	cw_link_promise(b->card, 701);
	assert_true(cw_link_horizon(b->host) == 701 + L);
	teardown(b);
}

static void an_idle_peer_lets_the_other_run_for_ever(void **state)
{
	struct bench *b = setup(0, false);

	(void)state;
	assert_int_equal(cw_link_promise(b->card, CW_TIME_NEVER), 0);
	assert_true(cw_link_horizon(b->host) == CW_TIME_NEVER);
	/* A request of ours may be answered: the promise does not count it. */
	send_at(b, b->host, 1000000);
	assert_true(cw_link_horizon(b->host) == 1000000 + 2 * L);
	send_at(b, b->host, 1000500);
	assert_true(cw_link_horizon(b->host) == 1000000 + 2 * L);
	/* It takes the first and has nothing to say: the second cuts. */
	cw_link_promise(b->host, 1000500);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	cw_link_promise(b->card, CW_TIME_NEVER);
	assert_true(cw_link_horizon(b->host) == 1000500 + 2 * L);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	cw_link_promise(b->card, CW_TIME_NEVER);
	assert_true(cw_link_horizon(b->host) == CW_TIME_NEVER);
	teardown(b);
}

static void a_promise_is_cut_by_what_it_does_not_count(void **state)
{
	struct bench *b = setup(0, false);

	(void)state;
	send_at(b, b->host, 0);
	cw_link_promise(b->card, 5000); /* made before it took ours */
	assert_true(cw_link_horizon(b->host) == 0 + 2 * L);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	cw_link_promise(b->card, 5000); /* the same T, one more counted */
	assert_true(cw_link_horizon(b->host) == 5000 + L);
	/* A later stamp raises the bound over the promise. */
	send_at(b, b->card, 6000);
	assert_true(cw_link_horizon(b->host) == 6000 + L);
	teardown(b);
}

static void a_promise_binds_its_sender_until_something_arrives(void **state)
{
	struct bench *b = setup(0, false);

	(void)state;
	cw_link_promise(b->card, 8000);
	assert_int_equal(send_at(b, b->card, 7999), -EINVAL);
	assert_non_null(strstr(cw_link_why(b->card), "promise"));
	send_at(b, b->host, 100);
	assert_int_equal(send_at(b, b->card, 1100), -EINVAL); /* not taken yet */
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	assert_int_equal(send_at(b, b->card, 100 + L - 1), -EINVAL);
	assert_int_equal(send_at(b, b->card, 100 + L), 0);
	assert_int_equal(cw_link_recv(b->host, &b->msg), 0);
	teardown(b);
}

static void promises_are_written_only_when_they_say_something(void **state)
{
	struct bench *b = setup(0, false);
	uint64_t at;

	(void)state;
	cw_link_promise(b->card, 500);
	at = b->card->out.at;
	assert_true(at > 0);
	cw_link_promise(b->card, 500);
	cw_link_promise(b->card, 400);
	assert_true(b->card->out.at == at);
	cw_link_promise(b->card, 501);
	assert_true(b->card->out.at > at);
	send_at(b, b->card, 900);
	at = b->card->out.at;
	cw_link_promise(b->card, 900); /* its last stamp says as much */
	assert_true(b->card->out.at == at);
	send_at(b, b->host, 0);
	assert_int_equal(cw_link_recv(b->card, &b->msg), 0);
	cw_link_promise(b->card, 0); /* counts one more */
	assert_true(b->card->out.at > at);
	assert_true(cw_link_horizon(b->host) == 900 + L);
	teardown(b);
}

static void free_running_ends_have_no_horizon(void **state)
{
	struct bench *b = setup(0, true);

	(void)state;
	assert_true(cw_link_horizon(b->host) == CW_TIME_NEVER);
	cw_link_promise(b->card, 500);
	assert_true(b->card->out.at == 0);
	assert_int_equal(send_at(b, b->card, 10), 0);
	teardown(b);
}

/* ---- one process ---- */

struct stepper {
	struct bench *b;
	int calls, progress;
};

static int step(void *ctx)
{
	struct stepper *s = ctx;

	s->calls++;
	while (s->progress > 0 && !cw_link_recv(s->b->card, &s->b->msg))
		;
	return s->progress;
}

static void waiting_runs_the_other_end_or_reports_a_dead_lock(void **state)
{
	struct bench *b = setup(0, false);
	struct stepper s = { b, 0, 1 };

	(void)state;
	assert_int_equal(cw_link_wait(b->host), -EDEADLK);
	cw_link_set_peer(b->host, step, &s);
	assert_int_equal(cw_link_wait(b->host), 0);
	assert_int_equal(s.calls, 1);
	s.progress = 0;
	assert_int_equal(cw_link_wait(b->host), -EDEADLK);
	assert_non_null(strstr(cw_link_why(b->host), "host may run below"));
	s.progress = -EIO;
	assert_int_equal(cw_link_wait(b->host), -EIO);
	send_at(b, b->card, 3);
	assert_int_equal(cw_link_wait(b->host), 0); /* something lies there unread */
	assert_int_equal(s.calls, 3);
	teardown(b);
}

/* cw_link_next() reads over a promise just after the caller got the horizon: waiting must not miss it. */
static void news_read_after_the_horizon_end_the_wait(void **state)
{
	struct bench *b = setup(0, false);

	(void)state;
	assert_true(cw_link_horizon(b->host) == L);
	cw_link_promise(b->card, 700);
	assert_true(cw_link_next(b->host) == CW_TIME_NEVER);
	assert_int_equal(cw_link_wait(b->host), 0);
	assert_true(cw_link_horizon(b->host) == 700 + L);
	assert_int_equal(cw_link_wait(b->host), -EDEADLK);
	teardown(b);
}

static void a_full_ring_is_an_error_unless_the_other_end_empties_it(void **state)
{
	struct bench *b = setup(16384, false);
	struct stepper s = { b, 0, 1 };
	int ret, n = 0;

	(void)state;
	while (!(ret = send_at(b, b->host, 0)))
		n++;
	assert_int_equal(ret, -ENOBUFS);
	assert_int_equal(n, 16384 / 40);
	cw_link_set_peer(b->host, step, &s);
	assert_int_equal(send_at(b, b->host, 0), 0);
	assert_int_equal(s.calls, 1);
	teardown(b);
}

static void either_end_may_close_first(void **state)
{
	struct bench *b = setup(0, false);

	(void)state;
	send_at(b, b->card, 5);
	cw_link_close(b->card);
	assert_int_equal(cw_link_wait(b->host), 0); /* what it sent is still to be read */
	assert_int_equal(cw_link_recv(b->host, &b->msg), 0);
	assert_int_equal(cw_link_wait(b->host), -ENOTCONN);
	assert_int_equal(send_at(b, b->host, 9), -ENOTCONN);
	cw_link_close(b->host);
	free(b);
	b = setup(0, false);
	cw_link_close(b->host);
	assert_int_equal(cw_link_wait(b->card), -ENOTCONN);
	cw_link_close(b->card);
	cw_link_close(NULL);
	free(b);
}

/* ---- hostile contents ---- */

/* Writes a raw record as the card. */
static void raw(struct bench *b, const void *rec, uint32_t len)
{
	cw_ring_put(&b->card->out, 0, rec, len);
	cw_ring_publish(&b->card->out, len);
}

struct lie {
	struct cw_rec_tlp rec;
	uint32_t publish;
	const char *why;
};

static void each_lie_in_a_record_is_named(void **state)
{
	static const struct lie lies[] = {
		{ { .head = { 24, CW_MSG_LINK, 0 } }, 8, "less than a record" },
		{ { .head = { 24, 0, 0 } }, 24, "unknown kind" },
		{ { .head = { 24, 5, 0 } }, 24, "unknown kind" },
		{ { .head = { 16, CW_MSG_LINK, 0 } }, 40, "length 16" },
		{ { .head = { 32, CW_MSG_LINK, 0 } }, 40, "length 32" },
		{ { .head = { 0, CW_MSG_TLP, 0 } }, 40, "length 0" },
		{ { .head = { 0xffffffff, CW_MSG_TLP, 0 } }, 40, "length 4294967295" },
		{ { .head = { 0xfffffff8, CW_MSG_TLP, 0 } }, 40, "length 4294967288" },
		{ { .head = { 48, CW_MSG_TLP, 0 } }, 40, "length 48" },
		{ { .head = { 41, CW_MSG_TLP, 0 } }, 48, "length 41" },
		{ { .head = { 40, CW_MSG_TLP, UINT64_MAX } }, 40, "out of range" },
		{ { .head = { 40, CW_MSG_TLP, 0 }, .data_len = 4 }, 40, "payload bytes" },
		{ { .head = { 40, CW_MSG_TLP, 0 }, .data_len = 0xfffffffc }, 40, "payload bytes" },
		{ { .head = { 24, CW_MSG_LINK, 0 }, .dw = { 4 } }, 24, "link state" },
		{ { .head = { 24, CW_MSG_PROMISE, 9 }, .dw = { 2 } }, 24, "does not hold" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct bench *b = setup(16384, false);

		send_at(b, b->host, 0); /* one record that a promise may count */
		raw(b, &lies[i].rec, lies[i].publish);
		assert_int_equal(cw_link_recv(b->host, &b->msg), -EPROTO);
		if (!strstr(cw_link_why(b->host), lies[i].why))
			fail_msg("lie %u: '%s' does not say '%s'", i, cw_link_why(b->host), lies[i].why);
		/* The link is down for good. */
		assert_int_equal(cw_link_recv(b->host, &b->msg), -EPROTO);
		assert_int_equal(send_at(b, b->host, 5), -EPROTO);
		assert_int_equal(cw_link_promise(b->host, 5), -EPROTO);
		assert_int_equal(cw_link_wait(b->host), -EPROTO);
		assert_true(cw_link_next(b->host) == CW_TIME_NEVER);
		teardown(b);
	}
}

static void lies_about_time_are_named(void **state)
{
	struct cw_rec_state a = { .head = { 24, CW_MSG_LINK, 100 } }, c = { .head = { 24, CW_MSG_LINK, 99 } };
	struct cw_rec_promise p = { .head = { 24, CW_MSG_PROMISE, 500 }, .taken = 0 };
	struct bench *b = setup(16384, false);

	(void)state;
	raw(b, &a, sizeof(a));
	raw(b, &c, sizeof(c));
	assert_int_equal(cw_link_recv(b->host, &b->msg), -EPROTO);
	assert_non_null(strstr(cw_link_why(b->host), "decrease"));
	teardown(b);

	b = setup(16384, false);
	raw(b, &p, sizeof(p));
	raw(b, &a, sizeof(a)); /* 100, below the promised 500 */
	assert_int_equal(cw_link_recv(b->host, &b->msg), -EPROTO);
	assert_non_null(strstr(cw_link_why(b->host), "breaks its promise"));
	teardown(b);

	b = setup(16384, false);
	raw(b, &p, sizeof(p));
	p.head.stamp = 499; /* taken back */
	raw(b, &p, sizeof(p));
	assert_int_equal(cw_link_recv(b->host, &b->msg), -EPROTO);
	teardown(b);

	/* Below the promise, but after it may have taken ours: legal. */
	b = setup(16384, false);
	p.head.stamp = 5000;
	raw(b, &p, sizeof(p));
	assert_true(cw_link_horizon(b->host) == 5000 + L);
	send_at(b, b->host, 10);
	a.head.stamp = 10 + L;
	raw(b, &a, sizeof(a));
	assert_int_equal(cw_link_recv(b->host, &b->msg), 0);
	teardown(b);
}

static void impossible_ring_indices_are_refused(void **state)
{
	static const uint64_t head[] = { 16385, UINT64_MAX, 1ull << 63, 1ull << 32 };
	struct bench *b;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		b = setup(16384, false);
		atomic_store(&b->card->out.ctl->head, head[i]);
		assert_int_equal(cw_link_wait(b->host), 0); /* look and see */
		assert_int_equal(cw_link_recv(b->host, &b->msg), -EPROTO);
		assert_non_null(strstr(cw_link_why(b->host), "index"));
		teardown(b);
	}
	b = setup(16384, false);
	while (!send_at(b, b->host, 0))
		;
	atomic_store(&b->host->out.ctl->tail, b->host->out.at + 8); /* it "freed" more than there is */
	assert_int_equal(send_at(b, b->host, 0), -EPROTO);
	teardown(b);
}

/* The segment filled with noise, or sound records with bytes flipped: errors or valid messages, never harm. */
static void noise_in_the_segment_never_harms(void **state)
{
	uint64_t s = seed;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		struct bench *b = setup(16384, round % 5 == 0);
		uint8_t *seg = b->host->seg;
		int got = 0;

		for (int i = 0; i < 40; i++) {
			b->tlp = (struct cw_tlp){ .data_len = 4 * (next_random(&s) % 64) };
			cw_link_send_tlp(b->card, (uint64_t)i * 10, &b->tlp);
			if (i % 7 == 0)
				cw_link_promise(b->card, (uint64_t)i * 10 + 5);
		}
		if (round % 3 == 0)
			for (uint64_t i = CW_SEG_CTL_BYTES; i < cw_seg_bytes(16384); i++)
				seg[i] = (uint8_t)next_random(&s);
		for (int i = 0; i < 12; i++)
			seg[CW_SEG_CTL_BYTES + 16384 + next_random(&s) % 4000] ^= (uint8_t)next_random(&s);
		if (round % 4 == 0)
			atomic_store(&b->card->out.ctl->head, next_random(&s) >> (next_random(&s) % 64));
		while (!cw_link_recv(b->host, &b->msg)) {
			assert_in_range(b->msg.kind, CW_MSG_LINK, CW_MSG_TLP);
			assert_in_range(b->msg.tlp.data_len, 0, sizeof(b->msg.tlp.data));
			assert_true(b->msg.arrival == b->msg.stamp + L);
			assert_true(++got <= 16384 / 24);
			/* The peer rewrites what was read over already. */
			seg[CW_SEG_CTL_BYTES + 16384 + next_random(&s) % 4000] ^= (uint8_t)next_random(&s);
			cw_link_next(b->host);
			cw_link_horizon(b->host);
		}
		send_at(b, b->host, 1ull << 40);
		cw_link_promise(b->host, 1ull << 41);
		teardown(b);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_out_of_range_are_refused),
		cmocka_unit_test(every_message_kind_arrives_as_it_was_sent),
		cmocka_unit_test(bad_messages_are_not_sent),
		cmocka_unit_test(the_ring_wraps_at_every_record_size),
		cmocka_unit_test(arrivals_of_one_instant_come_by_kind),
		cmocka_unit_test(the_horizon_starts_at_the_latency_and_follows_stamps),
		cmocka_unit_test(an_idle_peer_lets_the_other_run_for_ever),
		cmocka_unit_test(a_promise_is_cut_by_what_it_does_not_count),
		cmocka_unit_test(a_promise_binds_its_sender_until_something_arrives),
		cmocka_unit_test(promises_are_written_only_when_they_say_something),
		cmocka_unit_test(free_running_ends_have_no_horizon),
		cmocka_unit_test(waiting_runs_the_other_end_or_reports_a_dead_lock),
		cmocka_unit_test(news_read_after_the_horizon_end_the_wait),
		cmocka_unit_test(a_full_ring_is_an_error_unless_the_other_end_empties_it),
		cmocka_unit_test(either_end_may_close_first),
		cmocka_unit_test(each_lie_in_a_record_is_named),
		cmocka_unit_test(lies_about_time_are_named),
		cmocka_unit_test(impossible_ring_indices_are_refused),
		cmocka_unit_test(noise_in_the_segment_never_harms),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
