// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rule of time: two random event-driven ends give the same trace in one
 * process and in two, and never stand still. Times are coarse, so that many
 * things fall on one instant; what an end does depends on the order it sees them in.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/link/log.h"
#include "sim/link/txq.h"
#include "sim/trace/trace.h"

#define GRAIN 500ull /* ps; the latency is two of them */
#define GRID (7 * GRAIN) /* ps; how coarse an end with a clock is, longer than any latency here */
#define BUSY_UNTIL 2000000ull
#define END 4000000ull /* long after the last answer */

static uint64_t first_seed = 1;

struct toy {
	struct cw_link *link;
	struct cw_txq *txq;
	struct cw_rx_credit rx;
	struct cw_log *log;
	struct cw_msg msg;
	uint64_t random, now, local;
	uint32_t mix;    /* of everything seen, in its order */
	uint64_t events;
	bool idle_ends;  /* goes to sleep now and then, until something arrives */
	uint64_t grid;   /* acts on arrivals at multiples of this */
	bool done;
};

static uint64_t draw(struct toy *t, uint64_t n)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (t->random * 0x2545f4914f6cdd1dull >> 33) % n;
}

static int send_credit(struct toy *t)
{
	struct cw_msg m = { .kind = CW_MSG_CREDIT, .stamp = t->now, .credit = t->rx.advertised };

	return cw_link_send(t->link, &m);
}

static int toy_new(struct toy *t, struct cw_link *link, const char *path)
{
	static const struct cw_credit limit = { { 8, 4, 8 }, { 64, 4, 64 } };

	memset(t, 0, sizeof(*t));
	t->link = link;
	t->random = (cw_link_get_param(link)->seed * 2 + (uint64_t)cw_link_get_side(link) * 77777 + 1) | 1;
	t->idle_ends = cw_link_get_param(link)->seed % 2 && cw_link_get_side(link) == CW_SIDE_CARD;
	t->grid = cw_link_get_param(link)->seed % 4 >= 2 && cw_link_get_side(link) == CW_SIDE_CARD ? GRID : 1;
	if (t->grid > 1)
		cw_link_set_grid(link, t->grid);
	cw_rx_credit_init(&t->rx, &limit);
	if (cw_log_open(&t->log, path, 0, cw_link_get_side(link)) || cw_txq_new(&t->txq, link))
		return -1;
	cw_link_set_log(link, t->log);
	return send_credit(t);
}

static int toy_free(struct toy *t)
{
	cw_txq_free(t->txq);
	cw_link_close(t->link);
	return cw_log_close(t->log);
}

static int queue_tlp(struct toy *t)
{
	static const uint8_t data[256];
	struct cw_tlp tlp;
	uint32_t len = 4 * (1 + (uint32_t)draw(t, 40));

	if (cw_txq_depth(t->txq, CW_FC_P) + cw_txq_depth(t->txq, CW_FC_NP) + cw_txq_depth(t->txq, CW_FC_CPL) > 16)
		return 0;
	switch (draw(t, 3)) {
	case 0:
		cw_tlp_mwr(&tlp, 0, 0x100000000ull, data, len, 0);
		break;
	case 1:
		cw_tlp_mrd(&tlp, 0, (uint16_t)draw(t, 1024), 0x1000, len, 0);
		break;
	default:
		cw_tlp_cpld(&tlp, 0, 0, 0, 0, 0, (uint16_t)len, 0, data, (uint16_t)(len / 4));
	}
	if (tlp.data_len)
		memcpy(tlp.data, &t->mix, 4); /* what was seen before shows in the trace */
	return cw_txq_push(t->txq, t->now, &tlp, 0, (int)t->events, 1);
}

static int local_event(struct toy *t)
{
	int ret = 0;

	t->mix = t->mix * 31 + 7;
	if (t->now >= BUSY_UNTIL) {
		t->local = CW_TIME_NEVER;
		return 0;
	}
	for (uint64_t n = draw(t, 3); n && !ret; n--)
		ret = queue_tlp(t);
	t->local = t->now + GRAIN * draw(t, 12);
	if (t->idle_ends && !draw(t, 4))
		t->local = CW_TIME_NEVER;
	return ret;
}

static int arrival(struct toy *t)
{
	int ret = cw_link_recv(t->link, &t->msg);

	if (ret)
		return ret;
	t->mix = t->mix * 31 + t->msg.kind + t->msg.tlp.dw[1];
	if (t->msg.kind == CW_MSG_CREDIT)
		cw_txq_credit(t->txq, &t->msg.credit);
	if (t->msg.kind != CW_MSG_TLP)
		return 0;
	if (cw_rx_credit_take(&t->rx, &t->msg.tlp, NULL))
		return -EOVERFLOW;
	cw_rx_credit_return(&t->rx, &t->msg.tlp);
	if (t->now < BUSY_UNTIL && !draw(t, 3)) {
		ret = queue_tlp(t);
		if (t->local == CW_TIME_NEVER)
			t->local = t->now + GRAIN * draw(t, 3);
	}
	return ret ? ret : send_credit(t);
}

static uint64_t next_leave(struct toy *t)
{
	uint64_t t1 = cw_txq_next(t->txq);

	return t1 < t->now ? t->now : t1;
}

static uint64_t next_arrival(struct toy *t)
{
	uint64_t in = cw_link_next(t->link);

	return in == CW_TIME_NEVER ? in : (in + t->grid - 1) / t->grid * t->grid;
}

/* Runs as far as the horizon allows. The number of events, or -errno. */
static int toy_step(void *ctx)
{
	struct toy *t = ctx;
	int ret = 0, n = 0;

	while (ret >= 0) {
		uint64_t horizon = cw_link_horizon(t->link), in = next_arrival(t), out = next_leave(t);
		uint64_t at = in < t->local ? in : t->local;

		at = out < at ? out : at;
		t->done = at >= END && horizon >= END;
		if (at >= horizon || at >= END)
			break;
		if (at < t->now)
			return -ERANGE;
		t->now = at;
		if (in <= at)
			ret = arrival(t);
		else if (t->local <= at)
			ret = local_event(t);
		else
			ret = cw_txq_run(t->txq, at, NULL, NULL);
		t->events++;
		n++;
	}
	if (ret >= 0)
		ret = cw_link_promise(t->link, next_leave(t) < t->local ? next_leave(t) : t->local);
	return ret < 0 ? ret : n;
}

static int toy_run(struct toy *t)
{
	for (;;) {
		int ret = toy_step(t);

		if (ret < 0 || t->done)
			return ret < 0 ? ret : 0;
		ret = cw_link_wait(t->link);
		if (ret)
			return ret;
	}
}

static void path_of(char *path, size_t size, const char *what)
{
	snprintf(path, size, "/tmp/link-trace-%d-%s", (int)getpid(), what);
}

struct paths {
	char host1[64], card1[64], host2[64], card2[64];
};

static struct cw_link_param param_of(uint64_t seed)
{
	return (struct cw_link_param){ .seed = seed, .latency_ps = seed % 3 ? 2 * GRAIN : 1, .generation = 3,
				       .lanes = seed % 4 ? 8 : 0 };
}

static uint64_t run_in_one(uint64_t seed, const struct paths *p)
{
	struct cw_link_param param = param_of(seed);
	struct cw_link *hl, *cl;
	static struct toy host, card;
	int ret;

	assert_int_equal(cw_link_pair(&param, &hl, &cl), 0);
	assert_int_equal(toy_new(&host, hl, p->host1), 0);
	assert_int_equal(toy_new(&card, cl, p->card1), 0);
	cw_link_set_peer(hl, toy_step, &card);
	ret = toy_run(&host);
	if (ret)
		fail_msg("seed %llu: host: %d %s", (unsigned long long)seed, ret, cw_link_why(hl));
	while (!card.done && toy_step(&card) > 0)
		;
	assert_true(card.done);
	assert_int_equal(toy_free(&host), 0);
	assert_int_equal(toy_free(&card), 0);
	return host.events + card.events;
}

static uint64_t run_in_two(uint64_t seed, const struct paths *p)
{
	struct cw_link_param param = param_of(seed);
	struct cw_link_listener *l;
	struct cw_link *link;
	static struct toy toy;
	char name[32], why[128];
	int status, ret;
	pid_t pid;

	snprintf(name, sizeof(name), "trace-%d-%u", (int)getpid(), (unsigned)seed);
	fflush(NULL);
	pid = fork(); /* before the listener has a thread, which may hold a lock of the allocator */
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while ((ret = cw_link_attach(name, &param, &link, why, sizeof(why))) == -ENOENT)
			usleep(1000);
		if (ret || toy_new(&toy, link, p->host2))
			_exit(1);
		if (toy_run(&toy)) {
			fprintf(stderr, "host: %s\n", cw_link_why(link));
			_exit(2);
		}
		_exit(toy_free(&toy) ? 3 : 0);
	}
	assert_int_equal(cw_link_listen(name, &l, why, sizeof(why)), 0);
	assert_int_equal(cw_link_accept(l, 10000, &link), 0);
	assert_int_equal(toy_new(&toy, link, p->card2), 0);
	ret = toy_run(&toy);
	if (ret)
		fail_msg("seed %llu: card: %d %s", (unsigned long long)seed, ret, cw_link_why(link));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(toy_free(&toy), 0);
	cw_link_listener_close(l);
	return toy.events;
}

static void same(uint64_t seed, const char *a, const char *b)
{
	char text[1024];

	if (cw_trace_compare(a, b, text, sizeof(text)))
		fail_msg("seed %llu, %s against %s: %s", (unsigned long long)seed, a, b, text);
}

static void one_process_and_two_give_the_same_trace(void **state)
{
	struct paths p;

	(void)state;
	path_of(p.host1, sizeof(p.host1), "host1");
	path_of(p.card1, sizeof(p.card1), "card1");
	path_of(p.host2, sizeof(p.host2), "host2");
	path_of(p.card2, sizeof(p.card2), "card2");
	for (uint64_t seed = first_seed; seed < first_seed + 8; seed++) {
		uint64_t events = run_in_one(seed, &p);

		assert_true(events > 1000);
		run_in_two(seed, &p);
		same(seed, p.host1, p.card1); /* both ends saw one link */
		same(seed, p.host1, p.host2);
		same(seed, p.card1, p.card2);
	}
	unlink(p.host1);
	unlink(p.card1);
	unlink(p.host2);
	unlink(p.card2);
}

static void different_seeds_give_different_traces(void **state)
{
	struct paths p, q;
	char text[1024];

	(void)state;
	path_of(p.host1, sizeof(p.host1), "a");
	path_of(p.card1, sizeof(p.card1), "b");
	path_of(q.host1, sizeof(q.host1), "c");
	path_of(q.card1, sizeof(q.card1), "d");
	run_in_one(first_seed, &p);
	run_in_one(first_seed + 1, &q);
	assert_int_equal(cw_trace_compare(p.host1, q.host1, text, sizeof(text)), 1);
	unlink(p.host1);
	unlink(p.card1);
	unlink(q.host1);
	unlink(q.card1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_process_and_two_give_the_same_trace),
		cmocka_unit_test(different_seeds_give_different_traces),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	print_message("seed %llu\n", (unsigned long long)first_seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
