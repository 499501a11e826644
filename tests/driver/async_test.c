// SPDX-License-Identifier: BSD-2-Clause
/* Many transfers at once: asynchronous ones, several processes, both directions. */
#include "rig.h"

static void aio_set(struct shim_aio *a, int fd, enum shim_op op, void *buf, size_t len, off_t pos)
{
	*a = (struct shim_aio){ .fd = fd, .op = op, .buf = buf, .len = len, .pos = pos };
}

/* Submits all and waits for all. */
static void aio_run(struct rig *r, struct shim_aio *a, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct shim_aio *p = &a[i];

		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
}

static void depth(struct rig *r, const char *params, enum shim_op put, enum shim_op get)
{
	enum { N = 64, LEN = 20000 };
	struct shim_aio a[N];
	uint8_t *out = malloc(N * LEN), *in = calloc(N, LEN);

	rig_open(r, params);
	rig_fill(out, N * LEN, 3);
	for (unsigned i = 0; i < N; i++)
		aio_set(&a[i], r->fd, put, out + i * LEN, LEN, i * LEN + 1);
	aio_run(r, a, N);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(a[i].result, LEN);
	rig_card_is(r, 1, out, N * LEN);
	for (unsigned i = 0; i < N; i++)
		aio_set(&a[i], r->fd, get, in + i * LEN, LEN, i * LEN + 1);
	aio_run(r, a, N);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(a[i].result, LEN);
	assert_memory_equal(in, out, N * LEN);
	free(out);
	free(in);
	rig_close(r);
}

static void sixty_four_in_flight(void **state)
{
	depth(*state, "", SHIM_PWRITE, SHIM_PREAD);
}

static void sixty_four_of_registered_buffers(void **state)
{
	depth(*state, "", SHIM_PWRITE_FIXED, SHIM_PREAD_FIXED);
}

static void more_than_the_rings_hold(void **state)
{
	depth(*state, "queues=1 entries=2", SHIM_PWRITE, SHIM_PREAD);
}

static void one_vector(void **state)
{
	depth(*state, "vectors=1", SHIM_PWRITE, SHIM_PREAD);
}

static void submission_does_not_wait_for_the_transfer(void **state)
{
	struct rig *r = *state;
	uint8_t buf[4096] = { 1 };
	struct shim_aio a, *p = &a;

	rig_open(r, "");
	aio_set(&a, r->fd, SHIM_PWRITE, buf, sizeof(buf), 0);
	assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	assert_false(a.done);
	assert_int_equal(shim_wait(r->shim, &a, -1, NULL), 0);
	assert_int_equal(a.result, sizeof(buf));
	rig_close(r);
}

static void nowait_on_full_rings_is_eagain(void **state)
{
	enum { N = 8 };
	struct rig *r = *state;
	struct shim_aio a[N];
	uint8_t *buf = calloc(N, 65536);
	unsigned again = 0;

	r->machine.iommu = false;
	rig_open(r, "queues=1 entries=16");
	for (unsigned i = 0; i < N; i++) {
		aio_set(&a[i], r->fd, SHIM_PWRITE, buf + i * 65536, 65536, i * 65536);
		a[i].nowait = true;
	}
	aio_run(r, a, N);
	for (unsigned i = 0; i < N; i++) {
		assert_true(a[i].result == 65536 || a[i].result == -EAGAIN);
		again += a[i].result == -EAGAIN;
	}
	assert_in_range(again, 1, N - 1);
	assert_int_equal(a[0].result, 65536);
	free(buf);
	rig_close(r);
}

static void ends_and_errors_are_results(void **state)
{
	struct rig *r = *state;
	uint8_t buf[100] = { 0 };
	struct shim_aio a[4];

	r->card.card_bytes = 65536;
	rig_open(r, "");
	aio_set(&a[0], r->fd, SHIM_PREAD, buf, 100, 65536 - 30);
	aio_set(&a[1], r->fd, SHIM_PWRITE, buf, 100, 65536);
	aio_set(&a[2], r->fd, SHIM_PREAD, buf, 100, 65536);
	aio_set(&a[3], r->fd, SHIM_PREAD, (void *)0x1000, 100, 0);
	aio_run(r, a, 4);
	assert_int_equal(a[0].result, 30);
	assert_int_equal(a[1].result, -ENOSPC);
	assert_int_equal(a[2].result, 0);
	assert_int_equal(a[3].result, -EFAULT);
	rig_close(r);
}

/* ---- processes ---- */

struct worker {
	struct rig *r;
	unsigned n;
	unsigned rounds;
	size_t len;
};

static long worker(void *arg)
{
	struct worker *w = arg;
	uint8_t *out = malloc(w->len), *in = malloc(w->len);
	off_t pos = w->n * 0x100000 + w->n;
	long bad = 0;

	for (unsigned i = 0; i < w->rounds && !bad; i++) {
		size_t len = w->len - i % 64;

		rig_fill(out, len, w->n * 100 + i);
		if (shim_pwrite(w->r->shim, w->r->fd, out, len, pos) != (ssize_t)len)
			bad = 1;
		else if (shim_pread(w->r->shim, w->r->fd, in, len, pos) != (ssize_t)len)
			bad = 2;
		else if (memcmp(in, out, len))
			bad = 3;
	}
	free(out);
	free(in);
	return bad;
}

static void run_workers(struct rig *r, const char *params, size_t len, unsigned rounds)
{
	struct shim_task *task[8];
	struct worker w[8];

	rig_open(r, params);
	for (unsigned i = 0; i < 8; i++) {
		w[i] = (struct worker){ .r = r, .n = i, .rounds = rounds, .len = len };
		task[i] = shim_spawn(r->shim, "worker", worker, &w[i]);
		assert_non_null(task[i]);
	}
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(shim_join(r->shim, task[i]), 0);
	rig_close(r);
}

static void eight_processes_at_once(void **state)
{
	run_workers(*state, "", 5000, 10);
}

static void eight_processes_and_one_small_ring(void **state)
{
	struct rig *r = *state;

	r->machine.iommu = false;
	run_workers(r, "queues=1 entries=4 vectors=1", 40000, 3);
}

/* `async_test SEED [N]` runs N seeds from there instead of the default ones. */
static uint64_t first_seed = 1, seed_n = 10;

static void schedules_of_many_seeds(void **state)
{
	struct rig *r = *state;

	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		r->machine.iommu = seed & 1;
		r->machine.host.split_random = r->machine.host.order_random = true;
		run_workers(r, seed & 2 ? "queues=2 entries=8" : "vectors=2", 9000, 2);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(sixty_four_in_flight),
		RIG_TEST(sixty_four_of_registered_buffers),
		RIG_TEST(more_than_the_rings_hold),
		RIG_TEST(one_vector),
		RIG_TEST(submission_does_not_wait_for_the_transfer),
		RIG_TEST(nowait_on_full_rings_is_eagain),
		RIG_TEST(ends_and_errors_are_results),
		RIG_TEST(eight_processes_at_once),
		RIG_TEST(eight_processes_and_one_small_ring),
		RIG_TEST(schedules_of_many_seeds),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed_n = strtoull(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
