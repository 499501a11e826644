// SPDX-License-Identifier: BSD-2-Clause
/*
 * A host's end of the link that writes anything anywhere in the memory it shares with the card, at a moment drawn
 * from the seed. The card ends that link, says why, and serves the next host.
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

#include "../../driver/cw_regs.h"
#include "../../sim/device/card.h"
#include "../../sim/host/host.h"
#include "hostile.h"

static uint64_t seed = 1;
static char doing[160]; /* for the watchdog */

static const struct cw_link_param link_param = { .seed = 3, .latency_ps = 100000, .generation = 3, .lanes = 8 };

static void barked(int sig)
{
	(void)sig;
	if (write(1, "# it does not end: ", 19) < 0 || write(1, doing, strlen(doing)) < 0 || write(1, "\n", 1) < 0)
		_exit(3);
	_exit(2);
}

/* ---- in this process, act by act ---- */

struct bench {
	struct cw_link *host_end, *card_end;
	struct cw_card *card;
	struct cw_rng rng;
	unsigned quiet_steps, acts, idle;
	int ended; /* what the card's step gave, for good */
};

/* The card's step, and now and then an act of the host. */
static int step(void *ctx)
{
	struct bench *b = ctx;
	int ret;

	if (b->quiet_steps)
		b->quiet_steps--;
	else if (b->acts++ < 200 && cw_rng_one_in(&b->rng, 2))
		snprintf(doing, sizeof(doing), "seed %llu, after: %s", (unsigned long long)seed,
			 scribble(b->card_end, &b->rng));
	ret = b->ended ? 0 : cw_card_step(b->card);
	if (ret < 0)
		b->ended = ret;
	b->idle = ret > 0 ? 0 : b->idle + 1;
	if (b->ended || b->idle > 50)
		b->card_end->pair->closed[CW_SIDE_CARD] = true;
	return 1;
}

/* What the host finds wrong with the card's answers to nonsense is not the question here. */
static void whatever(void *ctx, const struct cw_violation *v)
{
	(void)ctx;
	(void)v;
}

/* Configuration, registers and doorbells, until the link ends or enough was said. */
static void visit(struct bench *b)
{
	struct cw_host_ops ops = { .violation = whatever };
	struct cw_host_param hp;
	struct cw_host_dev dev;
	struct cw_host *h;

	cw_host_param_default(&hp);
	assert_int_equal(cw_host_new(&h, b->host_end, &hp, &ops, NULL), 0);
	if (!cw_host_enumerate(h, &dev))
		for (uint32_t i = 0; i < 40; i++) {
			struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = dev.bar[0].base + 4 * i, .len = 4 };

			if (cw_host_write(h, dev.bar[2].base + 4096 * i, &i, 4) || cw_host_read(h, &r) ||
			    cw_host_wait(h, &r))
				break;
		}
	cw_host_free(h);
}

static void a_host_that_scribbles_on_the_link_is_dropped(void **state)
{
	unsigned rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 1500 : 120, ended = 0, other = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		static const unsigned quiet[] = { 1, 10, 60, 200 };
		struct bench b = { .ended = 0 };
		struct cw_card_param p;

		cw_card_param_default(&p);
		cw_rng_seed(&b.rng, seed + i, CW_RNG_USER);
		b.quiet_steps = (unsigned)cw_rng_below(&b.rng, quiet[i % 4]);
		assert_int_equal(cw_link_pair(&link_param, &b.host_end, &b.card_end), 0);
		assert_int_equal(cw_card_new(&b.card, b.card_end, &p), 0);
		cw_link_set_peer(b.host_end, step, &b);
		visit(&b);
		if (b.ended && b.ended != -ENOTCONN) {
			if (!cw_card_why(b.card)[0])
				fail_msg("round %u: the card ended with %d and does not say why", i, b.ended);
			ended++;
			if (b.ended != -EPROTO) {
				print_message("# round %u: %s\n", i, cw_card_why(b.card));
				other++;
			}
		}
		b.card_end->pair->closed[CW_SIDE_CARD] = false; /* now it is closed in order */
		cw_link_close(b.host_end);
		cw_card_free(b.card);
		cw_link_close(b.card_end);
	}
	print_message("# %u rounds: %u links ended, %u of them not by the link's own checks\n", rounds, ended, other);
	assert_true(ended > rounds / 2);
}

/* ---- a served card ---- */

static pid_t serve(const char *name, unsigned sessions, bool no_idle_skip)
{
	struct cw_card_serve_param p = { .sessions = sessions };
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	cw_card_param_default(&p.card);
	p.card.no_idle_skip = no_idle_skip;
	_exit(cw_card_serve(name, &p) ? 1 : 0);
}

static void attach(const char *name, struct cw_link **link)
{
	char why[128] = "";
	int ret = -ENOENT;

	for (int i = 0; i < 500 && (ret == -ENOENT || ret == -EBUSY); i++) {
		ret = cw_link_attach(name, &link_param, link, why, sizeof(why));
		if (ret)
			usleep(20000);
	}
	if (ret)
		fail_msg("attach: %d %s", ret, why);
}

/* The card as the host sees it: what the card reads is what the host writes. */
static void scribble_from_outside(struct cw_link *host, struct cw_rng *rng, unsigned acts)
{
	struct cw_link card = { .seg = host->seg, .param = host->param, .in = host->out, .out = host->in };

	for (unsigned i = 0; i < acts; i++) {
		card.in.at = atomic_load(&card.in.ctl->tail);
		card.out.freed = card.out.at = atomic_load(&card.out.ctl->head);
		scribble(&card, rng);
		if (cw_rng_one_in(rng, 4))
			usleep(50);
	}
}

static void good_visit(const char *name)
{
	struct cw_host_ops ops = { 0 };
	struct cw_host_param hp;
	struct cw_host_dev dev;
	struct cw_link *link;
	struct cw_host *h;
	uint32_t id = 0;

	attach(name, &link);
	cw_host_param_default(&hp);
	assert_int_equal(cw_host_new(&h, link, &hp, &ops, NULL), 0);
	assert_int_equal(cw_host_enumerate(h, &dev), 0);
	for (int i = 0; i < 5; i++) {
		struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = dev.bar[0].base + CW_ID, .len = 4 };

		assert_int_equal(cw_host_read(h, &r), 0);
		assert_int_equal(cw_host_wait(h, &r), 0);
		memcpy(&id, r.data, 4);
		assert_int_equal(id, CW_ID_MAGIC);
	}
	assert_int_equal(cw_host_free(h), 0);
	cw_link_close(link);
}

static void a_served_card_outlives_hostile_hosts(void **state)
{
	unsigned rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 300 : 30;
	struct cw_rng rng;
	char name[64];
	pid_t pid;
	int status;

	(void)state;
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	snprintf(name, sizeof(name), "hostile-%d", (int)getpid());
	pid = serve(name, 0, false);
	for (unsigned i = 0; i < rounds; i++) {
		struct cw_link *link;
		struct cw_msg up = { .kind = CW_MSG_LINK, .state = CW_LINK_UP };

		snprintf(doing, sizeof(doing), "seed %llu, host %u of a served card", (unsigned long long)seed, i);
		attach(name, &link);
		if (i % 2)
			assert_int_equal(cw_link_send(link, &up), 0);
		scribble_from_outside(link, &rng, i % 3 ? 100 : 2);
		cw_link_close(link);
		if (i % 5 == 4)
			good_visit(name);
	}
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0); /* it lives */
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	/* It says with its status that some of its hosts broke the link. */
	assert_int_equal(WEXITSTATUS(status), 1);
}

/* Its host has promised to say nothing for ever, and it has work for as long: it never waits. */
static void a_card_that_is_never_idle_sees_its_host_leave(void **state)
{
	struct cw_link *link;
	char name[64];
	int status, ms = 0;
	pid_t pid;

	(void)state;
	snprintf(name, sizeof(name), "never-idle-%d", (int)getpid());
	pid = serve(name, 1, true);
	attach(name, &link);
	assert_int_equal(cw_link_promise(link, CW_TIME_NEVER), 0);
	usleep(300000);
	cw_link_close(link);
	for (; ms < 10000 && !waitpid(pid, &status, WNOHANG); ms += 10)
		usleep(10000);
	if (ms >= 10000)
		kill(pid, SIGKILL);
	print_message("# seen after about %d ms\n", ms);
	assert_in_range(ms, 0, 1000);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static int start_watchdog(void **state)
{
	(void)state;
	signal(SIGALRM, barked);
	alarm(getenv("TEST_ALL") && *getenv("TEST_ALL") ? 1500 : 100);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_served_card_outlives_hostile_hosts),
		cmocka_unit_test(a_card_that_is_never_idle_sees_its_host_leave),
		cmocka_unit_test(a_host_that_scribbles_on_the_link_is_dropped),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, start_watchdog, NULL);
}
