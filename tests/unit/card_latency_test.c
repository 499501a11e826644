// SPDX-License-Identifier: BSD-2-Clause
/* Links faster than the card's clock, and just as fast: the card sees arrivals at its edges only. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/card.h"
#include "../../sim/host/host.h"
#include "../../sim/link/log.h"
#include "../../sim/link/rng.h"

#define PERIOD_PS 4000

static uint64_t first_seed = 1;
static const uint64_t latencies[] = { 1, 2, 999, PERIOD_PS - 1, PERIOD_PS, PERIOD_PS + 1, 2 * PERIOD_PS };
enum { LATENCY_N = sizeof(latencies) / sizeof(latencies[0]), ACCESSES = 200 };

static struct cw_link_param param_of(unsigned i)
{
	return (struct cw_link_param){ .seed = first_seed + i, .latency_ps = latencies[i], .generation = 3,
				       .lanes = i % 2 ? 8 : 0 };
}

static void pass_time(struct cw_host *h, struct cw_link *link, uint64_t until)
{
	while (cw_host_now(h) < until) {
		int ret = cw_host_run(h, until, until);

		if (!ret)
			ret = cw_link_wait(link);
		if (ret < 0)
			fail_msg("latency %llu: %s", (unsigned long long)cw_link_get_param(link)->latency_ps,
				 cw_link_why(link));
	}
}

static uint32_t read_reg(struct cw_host *h, struct cw_link *link, uint64_t addr)
{
	struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = addr, .len = 4 };
	uint32_t v;

	assert_int_equal(cw_host_read(h, &r), 0);
	if (cw_host_wait(h, &r))
		fail_msg("latency %llu: %s", (unsigned long long)cw_link_get_param(link)->latency_ps,
			 cw_link_why(link));
	memcpy(&v, r.data, 4);
	return v;
}

/* A host that writes and reads at times that fall anywhere between two clock edges. */
static void visit(struct cw_link *link, const char *path)
{
	struct cw_host_ops ops = { 0 };
	struct cw_host_param hp;
	struct cw_host_dev dev;
	struct cw_log *log;
	struct cw_host *h;
	struct cw_rng rng;

	cw_rng_seed(&rng, cw_link_get_param(link)->seed, CW_RNG_HOST);
	cw_host_param_default(&hp);
	assert_int_equal(cw_log_open(&log, path, 0, CW_SIDE_HOST), 0);
	cw_link_set_log(link, log);
	assert_int_equal(cw_host_new(&h, link, &hp, &ops, NULL), 0);
	assert_int_equal(cw_host_enumerate(h, &dev), 0);
	assert_int_equal(cw_host_cfg_write32(h, 4, 6), 0);
	for (uint32_t i = 0; i < ACCESSES; i++) {
		pass_time(h, link, cw_host_now(h) + cw_rng_below(&rng, 3 * PERIOD_PS));
		assert_int_equal(cw_host_write(h, dev.bar[0].base + CW_SCRATCH, &i, 4), 0);
		if (cw_rng_one_in(&rng, 2))
			assert_int_equal(read_reg(h, link, dev.bar[0].base + CW_SCRATCH), i);
	}
	assert_int_equal(cw_host_free(h), 0);
	cw_link_set_log(link, NULL);
	assert_int_equal(cw_log_close(log), 0);
}

static void visit_in_one(unsigned i, const char *path)
{
	struct cw_link_param lp = param_of(i);
	struct cw_link *host_end, *card_end;
	struct cw_card_param p;
	struct cw_card *card;

	cw_card_param_default(&p);
	assert_int_equal(p.period_ps, PERIOD_PS);
	assert_int_equal(cw_link_pair(&lp, &host_end, &card_end), 0);
	assert_int_equal(cw_card_new(&card, card_end, &p), 0);
	cw_link_set_peer(host_end, cw_card_step, card);
	visit(host_end, path);
	cw_link_close(host_end);
	cw_card_free(card);
	cw_link_close(card_end);
}

static void visit_in_two(unsigned i, const char *path)
{
	struct cw_card_serve_param p = { .sessions = 1 };
	struct cw_link_param lp = param_of(i);
	struct cw_link *link;
	char name[64], why[128];
	int status, ret = -ENOENT;
	pid_t pid;

	snprintf(name, sizeof(name), "latency-%d-%u", (int)getpid(), i);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		cw_card_param_default(&p.card);
		_exit(cw_card_serve(name, &p) ? 1 : 0);
	}
	for (int tries = 0; tries < 500 && ret == -ENOENT; tries++) {
		ret = cw_link_attach(name, &lp, &link, why, sizeof(why));
		if (ret == -ENOENT)
			usleep(10000);
	}
	if (ret)
		fail_msg("%s", why);
	visit(link, path);
	cw_link_close(link);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void same_file(const char *a, const char *b)
{
	FILE *x = fopen(a, "r"), *y = fopen(b, "r");
	int c;

	assert_true(x && y);
	do {
		c = getc(x);
		assert_int_equal(c, getc(y));
	} while (c != EOF);
	assert_true(ftell(x) > 1000);
	fclose(x);
	fclose(y);
}

static void any_latency_moves_on_and_gives_one_trace(void **state)
{
	char a[64], b[64];

	(void)state;
	snprintf(a, sizeof(a), "/tmp/cw-latency-%d-one", (int)getpid());
	snprintf(b, sizeof(b), "/tmp/cw-latency-%d-two", (int)getpid());
	for (unsigned i = 0; i < LATENCY_N; i++) {
		visit_in_one(i, a);
		visit_in_two(i, b);
		same_file(a, b);
	}
	unlink(a);
	unlink(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_latency_moves_on_and_gives_one_trace),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	print_message("seed %llu\n", (unsigned long long)first_seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
