// SPDX-License-Identifier: BSD-2-Clause
/* Removal while the card is in use. */
#include "rig.h"

#define LEN (2u << 20)

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

static void file_outlives_the_card(void **state)
{
	struct rig *r = *state;
	uint8_t b[10] = { 0 };

	rig_open(r, "");
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_pread(r->shim, r->fd, b, 10, 0), -ENODEV);
	assert_int_equal(shim_pwrite(r->shim, r->fd, b, 10, 0), -ENODEV);
	assert_int_equal(shim_ioctl(r->shim, r->fd, 0xC900, b), -ENODEV);
	assert_true(shim_lseek(r->shim, r->fd, 0, SEEK_END) > 0);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	rig_close(r);
}

static void new_card_while_the_old_file_is_open(void **state)
{
	struct rig *r = *state;
	int old;
	uint8_t b[10] = { 0 };

	rig_open(r, "");
	old = r->fd;
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_bind(r->shim), 0);
	r->fd = shim_open(r->shim, "/dev/causeway1", O_RDWR);
	assert_true(r->fd >= 0);
	rig_works(r);
	assert_int_equal(shim_pread(r->shim, old, b, 10, 0), -ENODEV);
	assert_int_equal(shim_close(r->shim, old), 0);
	rig_works(r);
	rig_close(r);
}

/* Removes the driver `after_ns` into four large transfers. */
static void remove_in_flight(struct rig *r, const char *params, uint64_t after_ns)
{
	struct shim_task *task[4];
	struct user u[4];
	struct shim_stats s;

	rig_open(r, params);
	for (int i = 0; i < 4; i++) {
		u[i] = (struct user){ .r = r, .write = i & 1, .buf = calloc(1, LEN) };
		assert_non_null(u[i].buf);
		task[i] = shim_spawn(r->shim, "user", user, &u[i]);
		assert_non_null(task[i]);
	}
	assert_int_equal(shim_run(r->shim, after_ns), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	shim_get_stats(r->shim, &s);
	assert_int_equal(s.live_mappings, 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(shim_join(r->shim, task[i]), 0);
		/* The whole, what was done before a chunk was refused, or nothing. */
		assert_true(u[i].ret == -ENODEV || (u[i].ret > 0 && u[i].ret <= LEN));
		free(u[i].buf);
	}
	shim_get_stats(r->shim, &s);
	assert_int_equal(s.pinned_pages, 0);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	rig_close(r);
}

/* `remove_test SEED [N]` runs N seeds from there instead of the default ones. */
static uint64_t first_seed = 1, seed_n = 18;

static void remove_with_transfers_in_flight(void **state)
{
	static const uint64_t after[] = { 1, 500, 1500, 3000, 10000, 50000, 200000, 400000, 3000000 };
	struct rig *r = *state;

	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = seed & 1;
		remove_in_flight(r, seed & 2 ? "" : "vectors=1 entries=16 queues=1",
				 after[seed % 9] + seed * 977 % 3000);
	}
}

/* Short transfers one after the other until there is no card: removal meets them at every step. */
static long busy_user(void *arg)
{
	struct user *u = arg;
	size_t len = 1;

	do {
		len = len * 7 % 30011 + 1;
		u->ret = u->write ? shim_pwrite(u->r->shim, u->r->fd, u->buf, len, 0) :
				    shim_pread(u->r->shim, u->r->fd, u->buf, len, 0);
	} while (u->ret > 0);
	return 0;
}

static void remove_meets_calls_at_every_step(void **state)
{
	struct rig *r = *state;
	struct shim_task *task[6];
	struct user u[6];

	/* From 1, seed 84 is the one whose removal meets a call between pinning and mapping. */
	for (uint64_t seed = first_seed + 70; seed < first_seed + 70 + seed_n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		rig_open(r, seed & 1 ? "" : "entries=8 queues=1");
		for (int i = 0; i < 6; i++) {
			u[i] = (struct user){ .r = r, .write = i & 1, .buf = calloc(1, 32768) };
			task[i] = shim_spawn(r->shim, "user", busy_user, &u[i]);
		}
		assert_int_equal(shim_run(r->shim, 10000 + seed * 9973 % 40000), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
		for (int i = 0; i < 6; i++) {
			assert_int_equal(shim_join(r->shim, task[i]), 0);
			assert_int_equal(u[i].ret, -ENODEV);
			free(u[i].buf);
		}
		rig_close(r);
	}
}

/* A call whose memory has to be read from disk first comes to the card when no driver has it any more. */
static void memory_is_there_when_the_card_is_not(void **state)
{
	struct rig *r = *state;

	for (int write = 0; write < 2; write++) {
		struct user u = { .r = r, .write = write, .buf = calloc(1, LEN) };
		struct shim_task *t;

		rig_default(r);
		r->machine.pin_ns = 50000000;
		rig_open(r, "");
		t = shim_spawn(r->shim, "user", user, &u);
		assert_int_equal(shim_run(r->shim, 1000000), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
		assert_int_equal(shim_join(r->shim, t), 0);
		assert_int_equal(u.ret, -ENODEV);
		free(u.buf);
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		rig_close(r);
	}
}

static void remove_wakes_one_who_would_wait_long(void **state)
{
	struct rig *r = *state;
	struct user u = { .r = r, .write = true, .buf = calloc(1, LEN) };
	struct shim_task *t;
	uint64_t start;

	rig_open(r, "timeout_ms=3600000");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	t = shim_spawn(r->shim, "user", user, &u);
	while (rig_faults_left(r))
		assert_int_equal(shim_run(r->shim, 1000), 0);
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_join(r->shim, t), 0);
	assert_int_equal(u.ret, -ENODEV);
	assert_true(shim_now_ns(r->shim) - start < 1000000000);
	free(u.buf);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	rig_close(r);
}

static void remove_ends_asynchronous_transfers(void **state)
{
	enum { N = 12 };
	struct rig *r = *state;
	struct shim_aio a[N], *p;
	uint8_t *buf = calloc(N, 100000);

	rig_open(r, "");
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = i & 1 ? SHIM_PREAD : SHIM_PWRITE,
					  .buf = buf + i * 100000, .len = 100000, .pos = i };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_unbind(r->shim), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
		assert_true(a[i].result == 100000 || a[i].result == -ENODEV);
	}
	free(buf);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	rig_close(r);
}

static void surprise_during_transfers(void **state)
{
	struct rig *r = *state;
	struct user u = { .r = r, .write = true, .buf = calloc(1, LEN) };
	struct shim_task *t;

	rig_open(r, "timeout_ms=50");
	t = shim_spawn(r->shim, "user", user, &u);
	assert_int_equal(shim_run(r->shim, 5000), 0);
	shim_surprise(r->shim, true);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_join(r->shim, t), 0);
	assert_true(u.ret == -ENODEV || (u.ret > 0 && u.ret <= LEN));
	free(u.buf);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	rig_close(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(file_outlives_the_card),
		RIG_TEST(new_card_while_the_old_file_is_open),
		RIG_TEST(remove_with_transfers_in_flight),
		RIG_TEST(remove_meets_calls_at_every_step),
		RIG_TEST(memory_is_there_when_the_card_is_not),
		RIG_TEST(remove_wakes_one_who_would_wait_long),
		RIG_TEST(remove_ends_asynchronous_transfers),
		RIG_TEST(surprise_during_transfers),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed_n = strtoull(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
