// SPDX-License-Identifier: BSD-2-Clause
/* The driver is taken off the card while transfers are in flight, and put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "target.h"

enum { N = 32, LEN = 65536 };

static void removal_ends_what_is_in_flight(void **state)
{
	struct target t;
	struct cw_io ios[N], *io;
	unsigned char *buf = malloc((size_t)N * LEN);
	int failed = 0;

	(void)state;
	target_open(&t, "");
	if (!t.simulated) {
		free(buf);
		target_skip(&t, "only a simulated card is unbound from here");
	}
	test_fill(buf, (size_t)N * LEN, t.seed);
	for (int i = 0; i < N; i++) {
		ios[i] = (struct cw_io){ .op = i & 1 ? CW_OP_READ : CW_OP_WRITE, .buf = buf + (size_t)i * LEN,
					 .len = LEN, .card_addr = (uint64_t)i * LEN };
		assert_int_equal(cw_submit(t.dev, &ios[i]), 0);
	}
	assert_int_equal(cw_wait(t.dev, &io, -1), 0); /* the card is at work */
	assert_int_equal(io->result, LEN);
	assert_int_equal(cw_sim_bind(t.dev, 0), 0);
	for (int i = 1; i < N; i++) {
		assert_int_equal(cw_wait(t.dev, &io, -1), 0);
		if (io->result != LEN) {
			assert_int_equal(io->result, -ENODEV);
			failed++;
		}
	}
	print_message("# %d of %d ended by the removal\n", failed, N);
	assert_true(failed > 0);
	/* the file is still open, and says that the card is gone */
	assert_int_equal(cw_write(t.dev, buf, 100, 0), -ENODEV);
	assert_int_equal(cw_submit(t.dev, &ios[0]) ?: (cw_wait(t.dev, &io, -1), (int)io->result), -ENODEV);
	target_close(&t);
	free(buf);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The card's process is killed: soon everything has ended, and closing leaves nothing behind. */
static void a_killed_card_ends_what_is_in_flight(void **state)
{
	struct target t;
	struct cw_io ios[N], *io;
	unsigned char *buf = calloc(N, LEN);
	double start;
	int ended = 0;

	(void)state;
	target_open(&t, "");
	if (!t.card) {
		free(buf);
		target_skip(&t, "the card is in no process of its own that could be killed");
	}
	for (int i = 0; i < N; i++) {
		ios[i] = (struct cw_io){ .op = i & 1 ? CW_OP_READ : CW_OP_WRITE, .buf = buf + (size_t)i * LEN,
					 .len = LEN, .card_addr = (uint64_t)i * LEN };
		assert_int_equal(cw_submit(t.dev, &ios[i]), 0);
	}
	assert_int_equal(cw_wait(t.dev, &io, -1), 0);
	kill(t.card, SIGKILL);
	start = seconds();
	for (int i = 1; i < N; i++) {
		assert_int_equal(cw_wait(t.dev, &io, -1), 0);
		ended += io->result == -ENODEV;
		if (io->result != LEN && io->result != -ENODEV)
			fail_msg("a transfer ended with %zd", io->result);
	}
	assert_true(ended > 0);
	assert_int_equal(cw_write(t.dev, buf, 100, 0), -ENODEV);
	assert_true(seconds() - start < 5);
	target_close(&t);
	free(buf);
}

static void many_lives_in_one_process(void **state)
{
	unsigned char out[3000], in[3000];

	(void)state;
	for (int life = 0; life < 3; life++) {
		struct target t;

		target_open(&t, "");
		test_fill(out, sizeof(out), (unsigned)life + 1);
		assert_int_equal(cw_write(t.dev, out, sizeof(out), 1001), sizeof(out));
		assert_int_equal(cw_read(t.dev, in, sizeof(in), 1001), sizeof(in));
		assert_memory_equal(in, out, sizeof(out));
		target_close(&t);
	}
}

static void bad_names_are_refused_with_a_reason(void **state)
{
	static const struct {
		const char *name;
		int err;
		const char *says;
	} bad[] = {
		{ "moon", -EINVAL, "no card is named 'moon'" },
		{ "sim:", -EINVAL, "sim:NAME" },
		{ "sim,colour=blue", -EINVAL, "no option 'colour=blue'" },
		{ "sim,seed=", -EINVAL, "seed=" },
		{ "sim,lanes=3", -EINVAL, "lanes=3" },
		{ "sim,mps=100", -EINVAL, "mps=100" },
		{ "sim,queues=100", -EINVAL, "queues=100" },
		{ "sim,queues=4", -ENOENT, "2048 queues; `make cards CARD_QUEUES=4'" },
		{ "sim,queues=4,wave=x", -ENOENT, "make cards-trace CARD_QUEUES=4" },
		{ "sim,width=64", -EINVAL, "width=64" },
		{ "sim,width=512,shim=usplus", -ENOENT, "shim=usplus,width=512: there is no such build" },
		{ "sim:nobody-here,queues=64", -EINVAL, "cwctl card" },
		{ "sim:nobody-here", -ENOENT, "nobody-here" },
		{ "sim:nobody-here,wave=x", -EINVAL, "cwctl card" },
		{ "/dev/null", -EINVAL, "not a Causeway device" },
		{ "/nonexistent", -ENOENT, "No such file" },
		{ "sim,tlp=/nonexistent/x", -ENOENT, "/nonexistent/x" },
		{ "sim,module=entries=3", -EINVAL, "driver" },
	};
	struct cw_dev *dev;
	char why[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = cw_open(bad[i].name, &dev, why, sizeof(why));

		/* Where there is a card of the kernel's there need be no simulator: that is then the reason. */
		if (target_is_device() && !strncmp(bad[i].name, "sim", 3) && err == -ENOENT &&
		    strstr(why, "simulated cards need the plug-in"))
			continue;
		if (err != bad[i].err || !strstr(why, bad[i].says))
			fail_msg("%s: %d '%s', expected %d '%s'", bad[i].name, err, why, bad[i].err, bad[i].says);
	}
	assert_int_equal(cw_open(NULL, &dev, why, sizeof(why)), -EINVAL);
	assert_int_equal(cw_open("moon", &dev, NULL, 0), -EINVAL);
}

static void a_second_host_is_refused(void **state)
{
	struct target t;
	struct cw_dev *second;
	char name[64], why[256];

	(void)state;
	target_open(&t, "");
	if (!t.card)
		target_skip(&t, "the card is in no process of its own that a second host could find");
	snprintf(name, sizeof(name), "sim:e2e-%d", (int)getpid());
	assert_int_equal(cw_open(name, &second, why, sizeof(why)), -EBUSY);
	assert_string_not_equal(why, "");
	target_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removal_ends_what_is_in_flight),
		cmocka_unit_test(a_killed_card_ends_what_is_in_flight),
		cmocka_unit_test(many_lives_in_one_process),
		cmocka_unit_test(bad_names_are_refused_with_a_reason),
		cmocka_unit_test(a_second_host_is_refused),
	};

	return cmocka_run_group_tests_name("removal", tests, NULL, NULL);
}
