// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is kept from one transfer to the next: a queue that is never idle, loads
 * that come back, a watchdog that looks again, errors that are cleared; and what
 * a caller may rely on when a call returns, or when the card is given up under it.
 */
#include "driver/cw_regs.h"
#include "driver/uapi/causeway.h"
#include "rig.h"

#define LONG ((size_t)64 << 20)
#define LEN 30000

/* One write that keeps one queue busy for several times the time-out. */
static ssize_t keep_busy(struct rig *r, uint64_t *took)
{
	uint8_t *buf = calloc(1, LONG);
	uint64_t start = shim_now_ns(r->shim);
	ssize_t ret = shim_pwrite(r->shim, r->fd, buf, LONG, 0);

	*took = shim_now_ns(r->shim) - start;
	free(buf);
	return ret;
}

static void queue_may_be_busy_for_longer_than_the_time_out(void **state)
{
	struct rig *r = *state;
	struct said recovering = { .what = "recovering" };
	uint64_t took;

	r->machine.message = count_message;
	r->machine.ctx = &recovering;
	rig_open(r, "queues=1 timeout_ms=2");
	assert_int_equal(keep_busy(r, &took), LONG);
	assert_true(took > 3 * 2000000);
	assert_int_equal(recovering.n, 0);
	rig_close(r);
}

static long write_long(void *arg)
{
	uint64_t took;

	return keep_busy(arg, &took);
}

/* The queue hangs when the watchdog has looked several times, without a pause in its work. */
static void watchdog_looks_again(void **state)
{
	struct rig *r = *state;
	struct shim_task *t;

	rig_open(r, "queues=1 timeout_ms=2");
	t = shim_spawn(r->shim, "writer", write_long, r);
	assert_int_equal(shim_run(r->shim, 7000000), 0);
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	assert_int_equal(shim_join(r->shim, t), -ETIMEDOUT);
	assert_int_equal(rig_faults_left(r), 0);
	rig_close(r);
}

/* One page that is not to wait for room. */
static ssize_t nowait(struct rig *r)
{
	static uint8_t page[4096] __attribute__((aligned(4096)));
	struct shim_aio a = { .fd = r->fd, .op = SHIM_PWRITE, .buf = page, .len = 4096, .nowait = true }, *p = &a;

	assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	assert_int_equal(shim_wait(r->shim, &a, -1, NULL), 0);
	return a.result;
}

static void idle_queue_has_room_whatever_it_did(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=1 entries=2 timeout_ms=20");
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(nowait(r), 4096);
	for (unsigned i = 0; i < 3; i++) {
		rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
		assert_int_equal(nowait(r), -ETIMEDOUT);
	}
	assert_int_equal(nowait(r), 4096);
	rig_close(r);
}

/* A transfer whose interrupt was lost has still been done when the next one halts the queue. */
static void halt_does_not_undo_what_was_done(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = aligned_alloc(4096, 8192);
	struct cw_model_fault lost = { .kind = CW_MODEL_NO_IRQ, .queue = CW_MODEL_ANY, .number = 0 };
	struct cw_model_fault halt = { .kind = CW_MODEL_HALT, .queue = CW_MODEL_ANY, .number = 1,
				       .arg = CW_STATUS_FETCH };
	struct shim_aio a[2], *p;

	memset(buf, 0, 8192);
	rig_open(r, "queues=1 timeout_ms=1000");
	assert_int_equal(cw_model_inject(r->model, &lost), 0);
	assert_int_equal(cw_model_inject(r->model, &halt), 0);
	for (unsigned i = 0; i < 2; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * 4096, .len = 4096 };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	assert_int_equal(a[0].result, 4096);
	assert_int_equal(a[1].result, -EIO);
	rig_works(r);
	free(buf);
	rig_close(r);
}

static uint32_t reg(struct rig *r, uint32_t offset)
{
	struct cw_reg g = { .size = sizeof(g), .offset = offset };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), 0);
	return g.value;
}

static void told_errors_are_cleared(void **state)
{
	static uint8_t buf[LEN];
	struct rig *r = *state;

	rig_open(r, "");
	rig_inject(r, CW_MODEL_HALT, CW_STATUS_FETCH, 1);
	assert_int_equal(shim_pwrite(r->shim, r->fd, buf, LEN, 0), -EIO);
	rig_works(r);
	assert_int_equal(reg(r, CW_ERROR), 0);
	assert_int_equal(reg(r, CW_ERROR_QUEUE), 0);
	rig_close(r);
}

/* The page is zero all over: only its size is wrong. */
static void no_structure_is_longer_than_a_page(void **state)
{
	struct rig *r = *state;
	struct cw_info *i = calloc(1, 8192);

	rig_open(r, "");
	i->size = 4097;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, i), -E2BIG);
	i->size = 4096;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, i), 0);
	free(i);
	rig_close(r);
}

/* `busy_test SEED [N]` runs N seeds from there instead of the default ones. */
static uint64_t first_seed = 1, seed_n = 8;

/* Nothing of a caller's memory is mapped or pinned any more when its call returns. */
static void memory_is_the_callers_when_the_call_returns(void **state)
{
	static uint8_t buf[LEN];
	struct rig *r = *state;

	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		struct shim_stats before, after;

		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		rig_open(r, "");
		for (unsigned i = 0; i < 10; i++) {
			shim_get_stats(r->shim, &before);
			assert_int_equal(i & 1 ? shim_pread(r->shim, r->fd, buf, LEN, i) :
						 shim_pwrite(r->shim, r->fd, buf, LEN, i), LEN);
			shim_get_stats(r->shim, &after);
			assert_int_equal(after.pinned_pages, 0);
			assert_int_equal(after.live_mappings, before.live_mappings);
		}
		rig_close(r);
	}
}

/* ---- a card that is given up ---- */

struct writer {
	struct rig *r;
	uint8_t *buf;
	ssize_t ret;
};

static long write_until_it_fails(void *arg)
{
	struct writer *w = arg;

	do
		w->ret = shim_pwrite(w->r->shim, w->r->fd, w->buf, LEN, 0);
	while (w->ret == LEN);
	return 0;
}

/* Several write without a pause while the card is found to be dead: `pull` or it does not stop. */
static void give_up(struct rig *r, bool pull)
{
	enum { N = 4 };
	struct shim_task *t[N];
	struct writer w[N];
	uint64_t start;

	r->card.delay_ps = pull ? r->card.delay_ps : 1000000000; /* 1 ms a step: 2 s are not for ever */
	rig_open(r, "queues=2 timeout_ms=40");
	for (unsigned i = 0; i < N; i++) {
		w[i] = (struct writer){ .r = r, .buf = calloc(1, LEN) };
		t[i] = shim_spawn(r->shim, "writer", write_until_it_fails, &w[i]);
		assert_non_null(t[i]);
	}
	assert_int_equal(shim_run(r->shim, 100000), 0);
	start = shim_now_ns(r->shim);
	if (pull) {
		cw_model_pull(r->model);
	} else {
		rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
		cw_model_stick(r->model, true);
	}
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_join(r->shim, t[i]), 0);
		assert_int_equal(w[i].ret, -ENODEV);
		free(w[i].buf);
	}
	/* An absent card is known by its first answer, one that does not stop is given its time. */
	assert_true(shim_now_ns(r->shim) - start < (pull ? 500000000ull : 3000000000ull));
	assert_int_equal(shim_run(r->shim, 20000000), 0); /* time for it to go on, if it may */
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_module_unload(r->shim), 0);
	rig_close(r);
}

static void given_up_under_writers(struct rig *r, bool pull)
{
	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = seed & 1;
		give_up(r, pull);
	}
}

static void absent_card_is_given_up_at_once(void **state)
{
	given_up_under_writers(*state, true);
}

static void card_that_does_not_stop_reaches_nothing(void **state)
{
	given_up_under_writers(*state, false);
}

/* A page after the other, without waiting for any, until one is refused: somewhere on its way it
 * meets the end of the card. */
static void submitters_meet_the_end_of_the_card(void **state)
{
	enum { MAX = 4000 };
	static struct shim_aio a[MAX];
	static uint8_t page[4096] __attribute__((aligned(4096)));
	struct rig *r = *state;

	for (uint64_t seed = first_seed; seed < first_seed + 4 * seed_n; seed++) {
		unsigned n = 0;

		print_message("seed %llu\n", (unsigned long long)seed);
		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		rig_open(r, "queues=1 timeout_ms=1");
		cw_model_pull(r->model);
		do {
			struct shim_aio *p = &a[n];

			assert_true(n < MAX);
			*p = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = page, .len = 4096 };
			assert_int_equal(shim_submit(r->shim, &p, 1), 1);
			assert_int_equal(shim_run(r->shim, 1000), 0);
		} while (!a[n++].done);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
			assert_int_equal(a[i].result, -ENODEV);
		}
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		assert_int_equal(shim_module_unload(r->shim), 0);
		rig_close(r);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(queue_may_be_busy_for_longer_than_the_time_out),
		RIG_TEST(watchdog_looks_again),
		RIG_TEST(idle_queue_has_room_whatever_it_did),
		RIG_TEST(halt_does_not_undo_what_was_done),
		RIG_TEST(told_errors_are_cleared),
		RIG_TEST(no_structure_is_longer_than_a_page),
		RIG_TEST(memory_is_the_callers_when_the_call_returns),
		RIG_TEST(absent_card_is_given_up_at_once),
		RIG_TEST(card_that_does_not_stop_reaches_nothing),
		RIG_TEST(submitters_meet_the_end_of_the_card),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed_n = strtoull(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
