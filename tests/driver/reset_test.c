// SPDX-License-Identifier: BSD-2-Clause
/*
 * Resets of the function under the driver, and errors on the link: what was in flight ends
 * with its bytes or with -EIO, what waited goes on, and the card works afterwards or is
 * gone for good. Nothing hangs.
 */
#include "rig.h"

#define LEN (1u << 20)
enum { NORMAL = 1, FROZEN = 2, PERMANENT = 3 };            /* pci_channel_state_t */
enum { DISCONNECT = 4, RECOVERED = 5 };                    /* pci_ers_result_t */

/* `reset_test SEED [N]` runs N seeds from there instead of the default ones. */
static uint64_t first_seed = 1, seed_n = 12;

struct user {
	struct rig *r;
	bool write;
	uint8_t *buf;
	ssize_t ret;
};

static long user(void *arg)
{
	struct user *u = arg;

	u->ret = u->write ? shim_pwrite(u->r->shim, u->r->fd, u->buf, LEN, 0) :
			    shim_pread(u->r->shim, u->r->fd, u->buf, LEN, 0);
	return 0;
}

static struct shim_stats machine(struct rig *r)
{
	struct shim_stats s;

	shim_get_stats(r->shim, &s);
	return s;
}

static struct cw_model_stats card(struct rig *r)
{
	struct cw_model_stats s;

	cw_model_get_stats(r->model, &s);
	return s;
}

/* Busy with four processes when `event` comes, `after_ns` into it: its result. */
static int amid_transfers(struct rig *r, int (*event)(struct rig *r), uint64_t after_ns, unsigned *failed)
{
	struct shim_task *task[4];
	struct user u[4];
	int ret;

	for (int i = 0; i < 4; i++) {
		u[i] = (struct user){ .r = r, .write = i & 1, .buf = calloc(1, LEN) };
		task[i] = shim_spawn(r->shim, "user", user, &u[i]);
	}
	assert_int_equal(shim_run(r->shim, after_ns), 0);
	ret = event(r);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(shim_join(r->shim, task[i]), 0);
		if (u[i].ret != LEN)
			assert_true(u[i].ret == -EIO || (u[i].ret > 0 && u[i].ret < LEN));
		*failed += u[i].ret != LEN;
		free(u[i].buf);
	}
	assert_int_equal(machine(r).pinned_pages, 0);
	return ret;
}

static int reset(struct rig *r)
{
	return shim_reset(r->shim);
}

static int non_fatal(struct rig *r)
{
	return shim_pci_error(r->shim, NORMAL);
}

static int fatal(struct rig *r)
{
	return shim_pci_error(r->shim, FROZEN);
}

static void rings_come_back(struct rig *r, int (*event)(struct rig *), int want)
{
	static const char *const params[] = { "", "vectors=1 queues=8", "vectors=2 entries=16 queues=2" };
	static const uint64_t after[] = { 1, 2000, 9000, 40000, 120000, 300000 };
	unsigned failed = 0;

	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		uint32_t rings;

		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = seed & 1;
		r->machine.no_msix = seed % 4 >= 2;
		r->machine.no_msi = seed % 4 == 3;
		rig_open(r, params[seed % 3]);
		rings = card(r).event_rings;
		for (int i = 0; i < 2; i++) {
			assert_int_equal(amid_transfers(r, event, after[(seed + i) % 6] + seed * 977 % 3000, &failed), want);
			rig_works(r);
			assert_int_equal(card(r).event_rings, rings);
		}
		rig_close(r);
	}
	assert_true(failed > 0);
}

static void reset_in_mid_transfer(void **state)
{
	rings_come_back(*state, reset, 0);
}

static void fatal_error_in_mid_transfer(void **state)
{
	rings_come_back(*state, fatal, RECOVERED);
}

/* The link works: nobody's transfer is touched. */
static void non_fatal_error_in_mid_transfer(void **state)
{
	struct rig *r = *state;
	unsigned failed = 0;

	rig_open(r, "");
	assert_int_equal(amid_transfers(r, non_fatal, 20000, &failed), RECOVERED);
	assert_int_equal(failed, 0);
	rig_works(r);
	rig_close(r);
}

static void idle_card_is_reset_again_and_again(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(shim_reset(r->shim), 0);
		rig_works(r);
		assert_int_equal(shim_pci_error(r->shim, FROZEN), RECOVERED);
		rig_works(r);
	}
	rig_close(r);
}

/* What was waiting for room on the ring has its bytes in the end; what was on it, or an error. */
static void what_waits_for_room_goes_on(void **state)
{
	enum { N = 64, PIECE = 4 * 4096 };
	struct rig *r = *state;
	struct shim_aio a[N], *p;
	uint8_t *buf = malloc(N * PIECE);
	unsigned good = 0, bad = 0;

	rig_open(r, "queues=1 entries=8");
	rig_fill(buf, N * PIECE, 7);
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * PIECE, .len = PIECE,
					  .pos = i * PIECE };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_reset(r->shim), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
		good += a[i].result == PIECE;
		bad += a[i].result == -EIO;
		if (a[i].result == PIECE)
			rig_card_is(r, i * PIECE, buf + i * PIECE, PIECE);
	}
	assert_int_equal(good + bad, N);
	assert_in_range(bad, 1, 8);
	free(buf);
	rig_works(r);
	rig_close(r);
}

/* After a fatal error nobody knows whether there will be a reset: nothing waits for it. */
static void nothing_waits_for_the_end_of_an_error(void **state)
{
	enum { N = 32, PIECE = 4 * 4096 };
	struct rig *r = *state;
	struct shim_aio a[N], *p;
	uint8_t *buf = calloc(N, PIECE);

	rig_open(r, "queues=1 entries=8");
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * PIECE, .len = PIECE };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	cw_model_stick(r->model, true);
	assert_int_equal(shim_pci_error(r->shim, FROZEN), DISCONNECT);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], 0, NULL), 0);
		assert_true(a[i].result == PIECE || a[i].result == -EIO);
	}
	assert_int_equal(shim_pwrite(r->shim, r->fd, buf, PIECE, 0), -EIO);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_pwrite(r->shim, r->fd, buf, PIECE, 0), -ENODEV);
	free(buf);
	rig_close(r);
}

static void permanent_failure_is_enodev(void **state)
{
	struct rig *r = *state;
	uint8_t b[100] = { 0 };

	rig_open(r, "");
	assert_int_equal(shim_pci_error(r->shim, PERMANENT), DISCONNECT);
	assert_int_equal(shim_pwrite(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	assert_int_equal(shim_unbind(r->shim), 0);
	rig_close(r);
}

/* ---- what comes during a reset ---- */

static long resetter(void *arg)
{
	return shim_reset(((struct rig *)arg)->shim);
}

static void who_comes_during_a_reset_waits(void **state)
{
	struct rig *r = *state;
	struct shim_task *t;
	uint8_t out[5000], in[5000];
	char text[4096];
	uint64_t start;

	rig_open(r, "");
	rig_fill(out, sizeof(out), 3);
	t = shim_spawn(r->shim, "reset", resetter, r);
	assert_int_equal(shim_run(r->shim, 20000000), 0);
	start = shim_now_ns(r->shim);
	assert_true(shim_debugfs_read(r->shim, "causeway/causeway0/counters", text, sizeof(text)) > 0);
	assert_true(shim_now_ns(r->shim) - start > 50000000); /* 100 ms of the reset */
	assert_int_equal(shim_join(r->shim, t), 0);
	t = shim_spawn(r->shim, "reset", resetter, r);
	assert_int_equal(shim_run(r->shim, 20000000), 0);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out, sizeof(out), 0x100), sizeof(out));
	assert_int_equal(shim_pread(r->shim, r->fd, in, sizeof(in), 0x100), sizeof(in));
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(shim_join(r->shim, t), 0);
	rig_close(r);
}

static void who_waits_for_a_reset_can_be_killed(void **state)
{
	struct rig *r = *state;
	struct user u = { .r = r, .write = true, .buf = calloc(1, LEN) };
	struct shim_task *t, *w;
	uint64_t start;

	rig_open(r, "");
	t = shim_spawn(r->shim, "reset", resetter, r);
	assert_int_equal(shim_run(r->shim, 20000000), 0);
	w = shim_spawn(r->shim, "user", user, &u);
	assert_int_equal(shim_run(r->shim, 10000000), 0);
	start = shim_now_ns(r->shim);
	shim_kill(r->shim, w);
	assert_int_equal(shim_join(r->shim, w), 0);
	assert_int_equal(u.ret, -EINTR);
	assert_true(shim_now_ns(r->shim) - start < 10000000);
	assert_int_equal(shim_join(r->shim, t), 0);
	rig_works(r);
	free(u.buf);
	rig_close(r);
}

static void removal_waits_for_a_reset(void **state)
{
	struct rig *r = *state;
	struct shim_task *t;

	rig_open(r, "");
	t = shim_spawn(r->shim, "reset", resetter, r);
	assert_int_equal(shim_run(r->shim, 20000000), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_join(r->shim, t), 0);
	rig_close(r);
}

/* ---- cards that do not behave ---- */

/* The queue is being recovered, or its watchdog is about to, when the reset comes. */
static void reset_meets_recovery(void **state)
{
	struct rig *r = *state;
	unsigned failed;

	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		rig_open(r, "timeout_ms=1 queues=2");
		failed = 0;
		rig_inject(r, seed & 1 ? CW_MODEL_HALT : CW_MODEL_BAD_NUMBER, seed & 1 ? 9 : 5, 2);
		assert_int_equal(amid_transfers(r, seed & 2 ? reset : fatal, 5000 + seed * 7919 % 60000, &failed),
				 seed & 2 ? 0 : RECOVERED);
		rig_works(r);
		rig_close(r);
	}
}

static void reset_brings_a_card_back_that_was_given_up(void **state)
{
	struct rig *r = *state;
	uint8_t b[100] = { 0 };
	ssize_t ret;

	rig_open(r, "timeout_ms=20");
	cw_model_stick(r->model, true);
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	ret = shim_pwrite(r->shim, r->fd, b, sizeof(b), 0);
	assert_int_equal(ret, -ENODEV);
	assert_int_equal(shim_pread(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	cw_model_stick(r->model, false);
	assert_int_equal(shim_reset(r->shim), 0);
	rig_works(r);
	rig_close(r);
}

/* Its own opinion is that it is dead, so it asks for a reset even though the link works. */
static void error_brings_a_card_back_that_was_given_up(void **state)
{
	struct rig *r = *state;
	uint8_t b[100] = { 0 };

	rig_open(r, "timeout_ms=20");
	cw_model_stick(r->model, true);
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	assert_int_equal(shim_pwrite(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	cw_model_stick(r->model, false);
	assert_int_equal(shim_pci_error(r->shim, NORMAL), RECOVERED);
	rig_works(r);
	rig_close(r);
}

static void card_that_stays_in_reset_is_given_up(void **state)
{
	struct rig *r = *state;
	uint8_t b[100] = { 0 };

	rig_open(r, "");
	cw_model_stick(r->model, true);
	shim_reset(r->shim);
	assert_int_equal(shim_pwrite(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	assert_int_equal(shim_pci_error(r->shim, FROZEN), DISCONNECT);
	assert_int_equal(shim_pwrite(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	cw_model_stick(r->model, false);
	assert_int_equal(shim_reset(r->shim), 0);
	rig_works(r);
	rig_close(r);
}

static void card_that_is_gone_after_its_reset(void **state)
{
	struct rig *r = *state;
	unsigned failed = 0;
	uint8_t b[100] = { 0 };

	rig_open(r, "");
	assert_int_equal(amid_transfers(r, reset, 30000, &failed), 0);
	cw_model_pull(r->model);
	assert_true(shim_reset(r->shim) != 0);
	assert_int_equal(shim_pread(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	rig_close(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(reset_in_mid_transfer),
		RIG_TEST(fatal_error_in_mid_transfer),
		RIG_TEST(non_fatal_error_in_mid_transfer),
		RIG_TEST(idle_card_is_reset_again_and_again),
		RIG_TEST(what_waits_for_room_goes_on),
		RIG_TEST(nothing_waits_for_the_end_of_an_error),
		RIG_TEST(permanent_failure_is_enodev),
		RIG_TEST(who_comes_during_a_reset_waits),
		RIG_TEST(who_waits_for_a_reset_can_be_killed),
		RIG_TEST(removal_waits_for_a_reset),
		RIG_TEST(reset_meets_recovery),
		RIG_TEST(reset_brings_a_card_back_that_was_given_up),
		RIG_TEST(error_brings_a_card_back_that_was_given_up),
		RIG_TEST(card_that_stays_in_reset_is_given_up),
		RIG_TEST(card_that_is_gone_after_its_reset),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed_n = strtoull(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
