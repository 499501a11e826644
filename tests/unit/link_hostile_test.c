// SPDX-License-Identifier: BSD-2-Clause
/*
 * A peer in another process that lies: about every field of the shared memory, directed, at random, and from
 * another thread while it is being read. Either side is the victim. The memory has guard pages on both sides,
 * so that an access outside ends the test; a watchdog names what does not end.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hostile.h"

#define L 1000ull
#define GUARD 65536ull
#define RING CW_RING_MIN

static uint64_t seed = 1;
static char doing[160]; /* for the watchdog */

static void barked(int sig)
{
	static const char text[] = "# it does not end: ";

	(void)sig;
	if (write(1, text, sizeof(text) - 1) < 0 || write(1, doing, strlen(doing)) < 0 || write(1, "\n", 1) < 0)
		_exit(3);
	_exit(2);
}

static uint64_t ms_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static uint64_t now_ms(void)
{
	return ms_of(CLOCK_MONOTONIC);
}

/* What this thread has worked: a machine with much else to do does not make that longer. */
static uint64_t worked_ms(void)
{
	return ms_of(CLOCK_THREAD_CPUTIME_ID);
}

/* ---- a victim ---- */

struct victim {
	struct cw_link *l;
	uint8_t *area;
	uint64_t bytes;
	int peer; /* the peer's end of the socket */
	struct cw_msg msg;
	struct cw_tlp tlp;
};

static struct victim *victim_new(enum cw_link_side side, uint32_t ring_bytes)
{
	struct cw_link_param p = { .latency_ps = L, .generation = 3, .lanes = 8, .ring_bytes = ring_bytes };
	struct victim *v = calloc(1, sizeof(*v));
	int sock[2];
	void *seg;

	v->bytes = cw_seg_bytes(ring_bytes) + 2 * GUARD;
	v->area = mmap(NULL, v->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(v->area != MAP_FAILED);
	seg = mmap(v->area + GUARD, cw_seg_bytes(ring_bytes), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	assert_true(seg != MAP_FAILED);
	assert_int_equal(cw_link_new(&v->l, side, &p, seg), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock), 0);
	v->l->sock = sock[0];
	v->peer = sock[1];
	cw_tlp_mrd(&v->tlp, 0, 0, 0x1000, 4, 0);
	return v;
}

static void victim_free(struct victim *v)
{
	cw_link_close(v->l);
	close(v->peer);
	munmap(v->area, v->bytes);
	free(v);
}

/* The peer writes a record, and hands it over. */
static void say(struct victim *v, const void *rec, uint32_t len)
{
	struct cw_ring *r = &v->l->in;
	uint64_t head = atomic_load(&r->ctl->head);

	poke(v->l, r, head, rec, len);
	atomic_store(&r->ctl->head, head + len);
}

static void say_tlp(struct victim *v, uint64_t stamp)
{
	struct cw_rec_tlp rec = { .head = { sizeof(rec), CW_MSG_TLP, stamp } };

	say(v, &rec, sizeof(rec));
}

static void say_promise(struct victim *v, uint64_t t, uint64_t taken)
{
	struct cw_rec_promise rec = { { sizeof(rec), CW_MSG_PROMISE, t }, taken };

	say(v, &rec, sizeof(rec));
}

/* One look by everything an end can be asked. 0, or the error it ended with. */
static int look(struct victim *v)
{
	struct cw_link *l = v->l;
	int ret, n = 0;

	if (l->out.size - (l->out.at - l->out.freed) > 2 * CW_REC_MAX) { /* or it waits for a peer that never reads */
		ret = cw_link_send_tlp(l, cw_link_own_bound(l), &v->tlp);
		if (ret)
			return ret;
	}
	cw_link_next(l);
	cw_link_horizon(l);
	while (!(ret = cw_link_recv(l, &v->msg))) {
		assert_in_range(v->msg.kind, CW_MSG_LINK, CW_MSG_TLP);
		if (v->msg.kind == CW_MSG_TLP)
			assert_in_range(v->msg.tlp.data_len, 0, sizeof(v->msg.tlp.data));
		assert_true(++n <= (int)(l->in.size / CW_REC_MIN));
	}
	if (ret != -EAGAIN)
		return ret;
	ret = cw_link_promise(l, cw_link_own_bound(l) + 1);
	if (!ret)
		ret = cw_link_wait_for(l, 1);
	assert_true(l->out.at - l->out.freed <= l->out.size);
	return ret == -ETIMEDOUT ? 0 : ret;
}

/* It has ended the link, says why, and says so from now on; the peer can see it. */
static void assert_ended(struct victim *v, const char *what, const char *says)
{
	struct pollfd p = { .fd = v->peer, .events = POLLRDHUP };
	int ret = 0;

	for (int i = 0; i < 20 && !ret; i++)
		ret = look(v);
	if (ret != -EPROTO)
		fail_msg("%s: %d instead of an end of the link", what, ret);
	if (!strstr(cw_link_why(v->l), says))
		fail_msg("%s: '%s' does not say '%s'", what, cw_link_why(v->l), says);
	assert_int_equal(cw_link_recv(v->l, &v->msg), -EPROTO);
	assert_int_equal(cw_link_send_tlp(v->l, cw_link_own_bound(v->l), &v->tlp), -EPROTO);
	assert_int_equal(cw_link_promise(v->l, CW_TIME_NEVER), -EPROTO);
	assert_int_equal(cw_link_wait(v->l), -EPROTO);
	assert_true(cw_link_next(v->l) == CW_TIME_NEVER);
	assert_int_equal(poll(&p, 1, 0), 1);
}

/* ---- one lie at a time ---- */

static void each_lie_in_the_indices_is_named(void **state)
{
	static const struct {
		const char *what;
		uint64_t add;
		bool tail;
		const char *says;
	} lies[] = {
		{ "head behind the ring", RING + 8, false, "ring index" },
		{ "head taken back", (uint64_t)-8, false, "ring index" },
		{ "head half the numbers away", 1ull << 63, false, "ring index" },
		{ "head of a half record", 16, false, "less than a record" },
		{ "tail before what was freed", (uint64_t)-8, true, "was not given" },
		{ "tail after what was written", RING + 64, true, "was not given" },
		{ "tail half the numbers away", 1ull << 63, true, "was not given" },
	};

	(void)state;
	for (int i = 0; i < 2 * 7; i++) {
		struct victim *v = victim_new(i & 1 ? CW_SIDE_CARD : CW_SIDE_HOST, RING);

		snprintf(doing, sizeof(doing), "%s", lies[i / 2].what);
		say_tlp(v, 0);
		while (cw_link_recv(v->l, &v->msg))
			assert_int_equal(cw_link_wait(v->l), 0);
		if (lies[i / 2].tail) {
			int ret = 0;

			atomic_store(&v->l->out.ctl->tail, v->l->out.at + lies[i / 2].add);
			/* it looks at the tail when it needs room */
			for (uint32_t sent = 0; !ret && sent < 2 * RING; sent += sizeof(struct cw_rec_tlp))
				ret = cw_link_send_tlp(v->l, 0, &v->tlp);
		} else {
			atomic_store(&v->l->in.ctl->head, v->l->in.at + lies[i / 2].add);
		}
		assert_ended(v, doing, lies[i / 2].says);
		victim_free(v);
	}
}

static void each_lie_in_a_record_is_named_by_both_sides(void **state)
{
	static const struct {
		const char *what;
		uint32_t len, kind, given; /* given: 0 as many as len says, at least a record */
		uint64_t stamp;
		uint32_t body, data_len; /* state or half of taken; TLP only */
		const char *says;
	} lies[] = {
		{ "no length", 0, CW_MSG_TLP, 40, 50, 0, 0, "length 0" },
		{ "shorter than a head", 8, CW_MSG_TLP, 40, 50, 0, 0, "length 8" },
		{ "not a multiple of 8", 44, CW_MSG_TLP, 48, 50, 0, 0, "length 44" },
		{ "longer than what is there", 48, CW_MSG_TLP, 40, 50, 0, 8, "length 48" },
		{ "longer than any", 0xfffffff8, CW_MSG_TLP, 40, 50, 0, 0, "length 4294967288" },
		{ "a TLP of a state's length", 24, CW_MSG_TLP, 24, 50, 0, 0, "length 24" },
		{ "a state of a TLP's length", 40, CW_MSG_LINK, 40, 50, 1, 0, "length 40" },
		{ "a credit of a state's length", 24, CW_MSG_CREDIT, 24, 50, 0, 0, "length 24" },
		{ "a promise of a TLP's length", 40, CW_MSG_PROMISE, 40, 50, 0, 0, "length 40" },
		{ "kind 0", 24, 0, 24, 50, 0, 0, "unknown kind 0" },
		{ "kind 5", 24, 5, 24, 50, 0, 0, "unknown kind 5" },
		{ "any kind", 24, UINT32_MAX, 24, 50, 0, 0, "unknown kind 4294967295" },
		{ "a stamp out of range", 40, CW_MSG_TLP, 40, 1ull << 63, 0, 0, "out of range" },
		{ "a stamp taken back", 40, CW_MSG_TLP, 40, 49, 0, 0, "decrease" },
		{ "a stamp before the promise", 40, CW_MSG_TLP, 40, 60, 0, 0, "breaks its promise" },
		{ "a promise taken back", 24, CW_MSG_PROMISE, 24, 60, 0, 0, "does not hold" },
		{ "a promise that counts too much", 24, CW_MSG_PROMISE, 24, 200, 9, 0, "counting 9 of 0" },
		{ "state 4", 24, CW_MSG_LINK, 24, 200, 4, 0, "link state 4" },
		{ "any state", 24, CW_MSG_LINK, 24, 200, UINT32_MAX, 0, "link state 4294967295" },
		{ "more payload than record", 40, CW_MSG_TLP, 40, 200, 0, 4, "TLP of 4 payload" },
		{ "less payload than record", 48, CW_MSG_TLP, 48, 200, 0, 0, "TLP of 0 payload" },
		{ "a payload of 3 bytes", 48, CW_MSG_TLP, 48, 200, 0, 3, "TLP of 3 payload" },
		{ "a payload that wraps", 40, CW_MSG_TLP, 40, 200, 0, 0xfffffffc, "TLP of 4294967292" },
		{ "the longest payload and more", 4152, CW_MSG_TLP, 4152, 200, 0, 4104, "length 4152" },
	};
	static uint8_t rec[8192];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(lies) / sizeof(lies[0]); i++) {
		struct victim *v = victim_new(i & 1 ? CW_SIDE_CARD : CW_SIDE_HOST, RING);
		struct cw_rec_tlp *t = (void *)rec;

		snprintf(doing, sizeof(doing), "%s", lies[i / 2].what);
		say_tlp(v, 50);
		say_promise(v, 100, 0);
		memset(rec, 0, sizeof(rec));
		t->head = (struct cw_rec_head){ lies[i / 2].len, lies[i / 2].kind, lies[i / 2].stamp };
		t->dw[0] = lies[i / 2].body;
		t->data_len = lies[i / 2].data_len;
		say(v, rec, lies[i / 2].given);
		cw_link_horizon(v->l); /* before anything is sent that could be counted */
		assert_ended(v, doing, lies[i / 2].says);
		victim_free(v);
	}
}

/* What only the victim writes, and what is only a hint: whatever stands there, data goes on. */
static void what_the_victim_does_not_read_does_not_harm(void **state)
{
	struct cw_rng rng;

	(void)state;
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	for (int side = 0; side < 2; side++) {
		struct victim *v = victim_new(side, RING);
		uint64_t start = now_ms();

		snprintf(doing, sizeof(doing), "hints, side %d", side);
		for (uint32_t i = 0; i < 2000; i++) {
			atomic_store(&v->l->in.ctl->tail, cw_rng_next(&rng));
			atomic_store(&v->l->out.ctl->head, cw_rng_next(&rng));
			atomic_store(&v->l->in.ctl->reader_sleeps, (uint32_t)cw_rng_next(&rng));
			atomic_store(&v->l->in.ctl->writer_needs, (uint32_t)cw_rng_next(&rng));
			atomic_store(&v->l->out.ctl->reader_sleeps, (uint32_t)cw_rng_next(&rng));
			atomic_store(&v->l->out.ctl->writer_needs, (uint32_t)cw_rng_next(&rng));
			say_tlp(v, i);
			assert_int_equal(cw_link_wait(v->l), 0);
			assert_int_equal(cw_link_recv(v->l, &v->msg), 0);
			assert_true(v->msg.stamp == i);
			assert_int_equal(cw_link_send_tlp(v->l, i, &v->tlp), 0);
			atomic_store(&v->l->out.ctl->tail, v->l->out.at);
		}
		assert_true(now_ms() - start < 5000);
		victim_free(v);
	}
}

/* A peer that writes all it can at one instant, in the worst order: it does not keep the victim busy. */
static void one_instant_full_of_records_is_read_in_no_time(void **state)
{
	uint32_t ring = 16u << 20, n = ring / 2 / 40;
	struct victim *v = victim_new(CW_SIDE_CARD, ring);
	struct cw_rec_credit credit = { .head = { sizeof(credit), CW_MSG_CREDIT, 0 } };
	uint64_t start;

	(void)state;
	snprintf(doing, sizeof(doing), "%u TLPs and as many credits at one instant", n);
	for (uint32_t i = 0; i < n; i++)
		say_tlp(v, 0);
	for (uint32_t i = 0; i < n; i++)
		say(v, &credit, sizeof(credit));
	start = worked_ms();
	for (uint32_t i = 0; i < 2 * n; i++) {
		assert_int_equal(cw_link_recv(v->l, &v->msg), 0);
		assert_int_equal(v->msg.kind, i < n ? CW_MSG_CREDIT : CW_MSG_TLP);
	}
	assert_int_equal(cw_link_recv(v->l, &v->msg), -EAGAIN);
	assert_true(worked_ms() - start < 10000);
	victim_free(v);
}

/* ---- at random ---- */

/* Sound traffic, and acts of the peer between the looks. */
static void scribbles_between_looks(void **state)
{
	unsigned ended = 0, rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 20000 : 1000;
	struct cw_rng rng;

	(void)state;
	cw_rng_seed(&rng, seed, CW_RNG_USER);
	for (unsigned round = 0; round < rounds; round++) {
		struct victim *v = victim_new(round & 1, RING);
		uint64_t stamp = 0;
		int ret = 0;

		for (int i = 0; i < 30 && !ret; i++) {
			const char *act = "nothing";

			if (v->l->in.at == atomic_load(&v->l->in.ctl->head)) {
				say_tlp(v, stamp += cw_rng_below(&rng, 50));
				if (cw_rng_one_in(&rng, 2))
					say_promise(v, stamp += cw_rng_below(&rng, 50), v->l->horizon.counted);
			}
			if (!cw_rng_one_in(&rng, 4))
				act = scribble(v->l, &rng);
			snprintf(doing, sizeof(doing), "seed %llu, round %u, look %d after: %s",
				 (unsigned long long)seed, round, i, act);
			ret = look(v);
		}
		if (ret) {
			ended++;
			assert_true(ret == -EPROTO || ret == -EINVAL);
			assert_true(cw_link_why(v->l)[0]);
		}
		victim_free(v);
	}
	print_message("# %u of %u links ended\n", ended, rounds);
	assert_true(ended > rounds / 2);
}

struct vandal {
	struct victim *v;
	uint64_t seed;
	bool tail_only;
	_Atomic bool runs, stop;
};

/* Acts while the victim looks: what is read twice is not the same twice. */
static void *vandal_main(void *arg)
{
	struct vandal *a = arg;
	struct cw_link mine = *a->v->l; /* where the rings are; the victim's counts it can only guess */
	struct cw_rng rng;

	cw_rng_seed(&rng, a->seed, CW_RNG_USER + 1);
	a->runs = true;
	while (!a->stop) {
		if (a->tail_only) {
			atomic_store(&mine.out.ctl->tail, 0);
			atomic_store(&mine.out.ctl->tail, UINT64_MAX / 2);
			continue;
		}
		mine.in.at = atomic_load(&mine.in.ctl->tail);
		mine.out.freed = atomic_load(&mine.out.ctl->head);
		scribble(&mine, &rng);
	}
	return NULL;
}

static void scribbles_during_a_look(void **state)
{
	unsigned ended = 0, rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 2000 : 100;

	(void)state;
	for (unsigned round = 0; round < rounds; round++) {
		struct victim *v = victim_new(round & 1, RING);
		struct vandal a = { .v = v, .seed = seed + round };
		uint64_t start = worked_ms();
		pthread_t thread;
		int ret = 0;

		snprintf(doing, sizeof(doing), "seed %llu, round %u, with a vandal", (unsigned long long)seed, round);
		assert_int_equal(pthread_create(&thread, NULL, vandal_main, &a), 0);
		while (!a.runs)
			usleep(10);
		for (int i = 0; i < 50 && !ret; i++)
			ret = look(v);
		a.stop = true;
		pthread_join(thread, NULL);
		assert_true(!ret || ret == -EPROTO || ret == -EINVAL);
		ended += ret != 0;
		assert_true(worked_ms() - start < 5000);
		victim_free(v);
	}
	print_message("# %u of %u links ended\n", ended, rounds);
	assert_true(ended > rounds / 2);
}

/* Nobody reads; the tail is sound at one look and impossible at the next. The ring is never overrun. */
static void a_tail_that_flickers_ends_the_link(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 100; round++) {
		struct victim *v = victim_new(round & 1, RING);
		struct vandal a = { .v = v, .tail_only = true };
		pthread_t thread;
		int ret = 0;

		snprintf(doing, sizeof(doing), "a tail that flickers, round %u", round);
		assert_int_equal(pthread_create(&thread, NULL, vandal_main, &a), 0);
		while (!a.runs)
			usleep(10);
		for (uint32_t sent = 0; !ret; sent += 40) {
			ret = cw_link_send_tlp(v->l, 0, &v->tlp);
			if (sent > RING || v->l->out.at - v->l->out.freed > RING)
				fail_msg("%u bytes went into a ring of %u", sent, RING);
		}
		a.stop = true;
		pthread_join(thread, NULL);
		assert_int_equal(ret, -EPROTO);
		victim_free(v);
	}
}

static int start_watchdog(void **state)
{
	(void)state;
	signal(SIGALRM, barked);
	alarm(getenv("TEST_ALL") && *getenv("TEST_ALL") ? 1500 : 80);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lie_in_the_indices_is_named),
		cmocka_unit_test(each_lie_in_a_record_is_named_by_both_sides),
		cmocka_unit_test(what_the_victim_does_not_read_does_not_harm),
		cmocka_unit_test(one_instant_full_of_records_is_read_in_no_time),
		cmocka_unit_test(scribbles_between_looks),
		cmocka_unit_test(scribbles_during_a_look),
		cmocka_unit_test(a_tail_that_flickers_ends_the_link),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, start_watchdog, NULL);
}
