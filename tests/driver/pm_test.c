// SPDX-License-Identifier: BSD-2-Clause
/* Sleep of the machine, and of the card alone: nothing is lost, and whoever comes wakes it up. */
#include "driver/uapi/causeway.h"
#include "rig.h"

#define SECOND 1000000000ull
enum { FROZEN = 2, RECOVERED = 5 };

static long info(struct rig *r)
{
	struct cw_info i = { .size = sizeof(i) };

	return shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &i);
}

static void sleeps_and_wakes(void **state)
{
	struct rig *r = *state;

	for (int kind = 0; kind < 3; kind++) {
		rig_default(r);
		r->machine.no_msix = kind > 0;
		r->machine.no_msi = kind > 1;
		rig_open(r, kind ? "queues=8 vectors=1" : "");
		for (int i = 0; i < 3; i++) {
			assert_int_equal(shim_sleep(r->shim), 0);
			assert_int_equal(shim_run(r->shim, 5 * SECOND), 0);
			assert_int_equal(shim_wake(r->shim), 0);
			rig_works(r);
		}
		rig_close(r);
	}
}

enum { N = 24, PIECE = 3 * 4096 };

static void start_some(struct rig *r, struct shim_aio *a, uint8_t *buf)
{
	struct shim_aio *p;

	rig_fill(buf, N * PIECE, 5);
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * PIECE, .len = PIECE,
					  .pos = i * PIECE };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
}

static void what_is_in_flight_is_done_before_sleep(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = malloc(N * PIECE);
	struct shim_aio a[N];

	rig_open(r, "queues=1 entries=8");
	start_some(r, a, buf);
	assert_int_equal(shim_sleep(r->shim), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], 0, NULL), 0);
		assert_int_equal(a[i].result, PIECE);
	}
	rig_card_is(r, 0, buf, N * PIECE);
	assert_int_equal(shim_wake(r->shim), 0);
	rig_works(r);
	free(buf);
	rig_close(r);
}

/* The machine does not wait for ever: what the card does not do ends with -EIO, what it had not got yet goes on later. */
static void card_that_does_not_finish_sleeps_all_the_same(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = malloc(N * PIECE);
	unsigned good = 0, bad = 0;
	struct shim_aio a[N];
	uint64_t start;

	rig_open(r, "queues=1 entries=8 timeout_ms=3600000");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	start_some(r, a, buf);
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_sleep(r->shim), 0);
	assert_true(shim_now_ns(r->shim) - start < 5 * SECOND);
	assert_int_equal(shim_wake(r->shim), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], SECOND, NULL), 0);
		good += a[i].result == PIECE;
		bad += a[i].result == -EIO;
		if (a[i].result == PIECE)
			rig_card_is(r, i * PIECE, buf + i * PIECE, PIECE);
	}
	assert_int_equal(good + bad, N);
	assert_in_range(bad, 1, 8);
	rig_works(r);
	free(buf);
	rig_close(r);
}

static void card_that_is_gone_after_sleep_is_enodev(void **state)
{
	struct rig *r = *state;
	uint8_t b[10];

	rig_open(r, "");
	assert_int_equal(shim_sleep(r->shim), 0);
	shim_surprise(r->shim, true);
	assert_int_equal(shim_wake(r->shim), 0);
	assert_int_equal(shim_pread(r->shim, r->fd, b, sizeof(b), 0), -ENODEV);
	rig_close(r);
}

/* ---- runtime PM ---- */

static void doze(struct rig *r)
{
	assert_int_equal(shim_run(r->shim, 3 * SECOND), 0);
	assert_true(shim_suspended(r->shim));
}

static void idle_card_sleeps_when_allowed(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	assert_int_equal(shim_run(r->shim, 10 * SECOND), 0);
	assert_false(shim_suspended(r->shim)); /* "on" is the default */
	assert_int_equal(shim_runtime_pm(r->shim, true), 0);
	doze(r);
	assert_int_equal(shim_runtime_pm(r->shim, false), 0);
	assert_false(shim_suspended(r->shim));
	rig_works(r);
	rig_close(r);
}

static void whoever_comes_wakes_it_up(void **state)
{
	struct rig *r = *state;
	uint8_t b[5000], back[5000];
	char text[2048];

	rig_open(r, "vectors=1 queues=8");
	assert_int_equal(shim_runtime_pm(r->shim, true), 0);
	rig_fill(b, sizeof(b), 1);
	for (int i = 0; i < 3; i++) {
		doze(r);
		assert_int_equal(shim_pwrite(r->shim, r->fd, b, sizeof(b), 77), sizeof(b));
		assert_int_equal(shim_pread(r->shim, r->fd, back, sizeof(back), 77), sizeof(back));
		assert_memory_equal(b, back, sizeof(b));
		rig_works(r);
		doze(r);
		assert_int_equal(info(r), 0);
		assert_false(shim_suspended(r->shim));
		doze(r);
		assert_true(shim_debugfs_read(r->shim, "causeway/causeway0/counters", text, sizeof(text)) > 0);
		doze(r);
		/* A fact is known without the card. */
		assert_true(shim_attr_read(r->shim, "card_bytes", text, sizeof(text)) > 0);
		assert_true(shim_suspended(r->shim));
	}
	rig_close(r);
}

/* Between one transfer and the next, and while one is long under way, it stays awake. */
static void busy_card_stays_awake(void **state)
{
	struct rig *r = *state;
	uint8_t b[100] = { 0 };
	struct shim_aio a = { .fd = -1 }, *p = &a;

	rig_open(r, "timeout_ms=3600000");
	assert_int_equal(shim_runtime_pm(r->shim, true), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(shim_run(r->shim, SECOND / 2), 0);
		assert_false(shim_suspended(r->shim));
		rig_works(r);
	}
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	a = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = b, .len = sizeof(b) };
	assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	assert_int_equal(shim_run(r->shim, 60 * SECOND), 0);
	assert_false(shim_suspended(r->shim));
	assert_int_equal(shim_reset(r->shim), 0);
	assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
	assert_int_equal(a.result, -EIO);
	doze(r);
	rig_close(r);
}

static void who_must_not_wait_is_told_to_come_again(void **state)
{
	struct rig *r = *state;
	uint8_t b[100] = { 0 };
	struct shim_aio a = { .fd = -1 }, *p = &a;

	rig_open(r, "");
	assert_int_equal(shim_runtime_pm(r->shim, true), 0);
	doze(r);
	a = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = b, .len = sizeof(b), .nowait = true };
	assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	assert_int_equal(shim_wait(r->shim, &a, -1, NULL), 0);
	assert_int_equal(a.result, -EAGAIN);
	assert_true(shim_suspended(r->shim));
	rig_close(r);
}

/* Whatever else happens to a device happens to one that sleeps, too. */
static void asleep_it_can_be_reset_cut_off_unbound_and_shut_down(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	assert_int_equal(shim_runtime_pm(r->shim, true), 0);
	doze(r);
	assert_int_equal(shim_reset(r->shim), 0);
	rig_works(r);
	doze(r);
	assert_int_equal(shim_pci_error(r->shim, FROZEN), RECOVERED);
	rig_works(r);
	doze(r);
	assert_int_equal(shim_sleep(r->shim), 0);
	assert_int_equal(shim_wake(r->shim), 0);
	rig_works(r);
	doze(r);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_bind(r->shim), 0);
	doze(r);
	assert_int_equal(shim_module_unload(r->shim), 0);
	assert_int_equal(shim_module_load(r->shim, ""), 0);
	doze(r);
	assert_int_equal(shim_shutdown(r->shim), 0);
	rig_close(r);
}

struct user {
	struct rig *r;
	uint64_t seed;
	ssize_t ret;
};

static long now_and_then(void *arg)
{
	struct user *u = arg;
	uint8_t b[3000] = { 0 };

	for (unsigned i = 0; i < 12; i++) {
		u->ret = shim_pwrite(u->r->shim, u->r->fd, b, sizeof(b), 0);
		if (u->ret != sizeof(b))
			break;
		shim_run(u->r->shim, SECOND - 12000000 + (u->seed * 7919 + i * 104729) % 24 * 1000000);
	}
	return 0;
}

/* They come just when it falls asleep. */
static void wake_up_meets_falling_asleep(void **state)
{
	struct rig *r = *state;
	struct shim_task *t[2];
	struct user u[2];

	for (uint64_t seed = 1; seed <= 6; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		rig_open(r, "");
		assert_int_equal(shim_runtime_pm(r->shim, true), 0);
		for (int i = 0; i < 2; i++) {
			u[i] = (struct user){ .r = r, .seed = seed + 31 * i };
			t[i] = shim_spawn(r->shim, "user", now_and_then, &u[i]);
		}
		for (int i = 0; i < 2; i++) {
			assert_int_equal(shim_join(r->shim, t[i]), 0);
			assert_int_equal(u[i].ret, 3000);
		}
		rig_close(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(sleeps_and_wakes),
		RIG_TEST(what_is_in_flight_is_done_before_sleep),
		RIG_TEST(card_that_does_not_finish_sleeps_all_the_same),
		RIG_TEST(card_that_is_gone_after_sleep_is_enodev),
		RIG_TEST(idle_card_sleeps_when_allowed),
		RIG_TEST(whoever_comes_wakes_it_up),
		RIG_TEST(busy_card_stays_awake),
		RIG_TEST(who_must_not_wait_is_told_to_come_again),
		RIG_TEST(asleep_it_can_be_reset_cut_off_unbound_and_shut_down),
		RIG_TEST(wake_up_meets_falling_asleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
