// SPDX-License-Identifier: BSD-2-Clause
/* Busy polling: ends are found without an interrupt, in time, and by nobody twice. */
#include <sys/uio.h>

#include "own.h"

#define DIRECT (O_RDWR | O_DIRECT)

static uint8_t out[4096] __attribute__((aligned(4096))), in[4096] __attribute__((aligned(4096)));

/* A write and a read while the card interrupts for neither: how long they took. */
static uint64_t silent_round(struct rig *r, int flags)
{
	struct iovec w = { out, sizeof(out) }, v = { in, sizeof(in) };
	uint64_t start = shim_now_ns(r->shim);

	rig_fill(out, sizeof(out), 7);
	memset(in, 0, sizeof(in));
	rig_inject(r, CW_MODEL_NO_IRQ, 0, 2);
	assert_int_equal(shim_pwritev2(r->shim, r->fd, &w, 1, 0x5000, flags), sizeof(out));
	assert_int_equal(shim_preadv2(r->shim, r->fd, &v, 1, 0x5000, flags), sizeof(in));
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(rig_faults_left(r), 0);
	return shim_now_ns(r->shim) - start;
}

static void waiting_caller_finds_the_end_itself(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=1 timeout_ms=100 poll_usecs=200");
	assert_true(silent_round(r, 0) < 100000);
	rig_close(r);
}

static void rwf_hipri_polls_without_a_parameter(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=1 timeout_ms=100");
	assert_true(silent_round(r, RWF_HIPRI) < 100000);
	rig_close(r);
}

/* Without polling it is the watchdog that finds out: that the tests above can fail. */
static void without_polling_the_watchdog_finds_it(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=1 timeout_ms=100");
	assert_true(silent_round(r, 0) > 100000000);
	rig_close(r);
}

/* The card interrupts for what was found, too. A handler that denied all of these would be switched off. */
static void interrupts_for_what_was_found_are_not_denied(void **state)
{
	struct rig *r = *state;
	struct shim_stats before, after;

	rig_open(r, "queues=1 poll_usecs=200");
	shim_get_stats(r->shim, &before);
	for (unsigned i = 0; i < 1200; i++)
		assert_int_equal(shim_pwrite(r->shim, r->fd, out, sizeof(out), 0), sizeof(out));
	assert_int_equal(shim_run(r->shim, 10000), 0);
	shim_get_stats(r->shim, &after);
	assert_in_range(after.interrupts - before.interrupts, 1000, 1200);
	assert_in_range(after.irq_none - before.irq_none, 0, 10);
	rig_close(r);
}

/* Looking ends after its time, and the interrupt is listened to. */
static void long_wait_sleeps_in_the_end(void **state)
{
	struct rig *r = *state;
	uint64_t start;

	r->card.delay_ps = 400000000; /* each step */
	rig_open(r, "queues=1 poll_usecs=50");
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out, sizeof(out), 0), sizeof(out));
	assert_in_range(shim_now_ns(r->shim) - start, 400000, 5000000);
	rig_close(r);
}

static void too_long_a_time_is_refused(void **state)
{
	struct rig *r = *state;

	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, "poll_usecs=10001"), -EINVAL);
	rig_close(r);
}

/* Chunks on several queues, of which none interrupts. */
static void large_request_is_found_on_all_its_queues(void **state)
{
	enum { LEN = 6 << 20 };
	struct rig *r = *state;
	uint8_t *data = aligned_alloc(4096, LEN), *back = aligned_alloc(4096, LEN);
	struct iovec w = { data, LEN }, v = { back, LEN };
	uint64_t start;

	rig_open(r, "queues=4 poll_usecs=10000 timeout_ms=1000");
	rig_fill(data, LEN, 3);
	rig_inject(r, CW_MODEL_NO_IRQ, 0, 1000000);
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_pwritev2(r->shim, r->fd, &w, 1, 77, RWF_HIPRI), LEN);
	assert_int_equal(shim_preadv2(r->shim, r->fd, &v, 1, 77, RWF_HIPRI), LEN);
	assert_memory_equal(back, data, LEN);
	assert_true(shim_now_ns(r->shim) - start < 100000000);
	free(data);
	free(back);
	rig_close(r);
}

/* ---- as io_uring polls ---- */

static void submit(struct rig *r, int fd, struct shim_aio *a, void *buf, enum shim_op op)
{
	*a = (struct shim_aio){ .fd = fd, .op = op, .buf = buf, .len = 4096, .pos = 0x5000, .iopoll = true };
	assert_int_equal(shim_submit(r->shim, &a, 1), 1);
}

/* Looks until it has ended; how often. */
static unsigned poll_until(struct rig *r, struct shim_aio *a)
{
	unsigned looks = 0;
	int ret;

	while ((ret = shim_iopoll(r->shim, a)) == 0) {
		assert_true(++looks < 100000);
		assert_int_equal(shim_run(r->shim, 100), 0); /* the looker's own way round */
	}
	assert_int_equal(ret, 1);
	return looks;
}

static void iopoll_finds_the_end_without_an_interrupt(void **state)
{
	struct rig *r = *state;
	struct shim_aio a;
	uint64_t start;
	int fd;

	rig_open(r, "timeout_ms=1000");
	fd = shim_open(r->shim, RIG_DEV, DIRECT);
	rig_inject(r, CW_MODEL_NO_IRQ, 0, 2);
	rig_fill(out, sizeof(out), 9);
	start = shim_now_ns(r->shim);
	submit(r, fd, &a, out, SHIM_PWRITE);
	assert_true(poll_until(r, &a) > 0);
	assert_int_equal(a.result, sizeof(out));
	assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
	submit(r, fd, &a, in, SHIM_PREAD);
	poll_until(r, &a);
	assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_true(shim_now_ns(r->shim) - start < 1000000);
	assert_int_equal(shim_close(r->shim, fd), 0);
	rig_close(r);
}

/* An interrupt comes as ever, and may be first. */
static void iopoll_and_interrupts_side_by_side(void **state)
{
	enum { N = 32 };
	static uint8_t buf[N][4096] __attribute__((aligned(4096)));
	struct rig *r = *state;
	struct shim_aio a[N];
	int fd;

	for (unsigned seed = 1; seed <= 10; seed++) {
		rig_default(r);
		r->machine.seed = seed;
		r->machine.explore = true;
		rig_open(r, "queues=2");
		fd = shim_open(r->shim, RIG_DEV, DIRECT);
		for (unsigned round = 0; round < 3; round++) {
			for (unsigned i = 0; i < N; i++)
				submit(r, fd, &a[i], buf[i], i % 2 ? SHIM_PWRITE : SHIM_PREAD);
			for (unsigned i = 0; i < N; i++) {
				poll_until(r, &a[N - 1 - i]);
				assert_int_equal(a[N - 1 - i].result, 4096);
				assert_int_equal(shim_wait(r->shim, &a[N - 1 - i], 0, NULL), 0);
			}
		}
		assert_int_equal(shim_close(r->shim, fd), 0);
		rig_close(r);
	}
}

/* Its end needs no interrupt of its own, on a queue that is busy with others: those that are flagged raise. */
static void what_is_polled_does_not_interrupt_at_once(void **state)
{
	enum { N = 64 };
	static uint8_t buf[N][4096] __attribute__((aligned(4096)));
	struct rig *r = *state;
	struct cw_model_stats before, after;
	struct shim_aio a[N];
	int fd;

	rig_open(r, "queues=1");
	fd = shim_open(r->shim, RIG_DEV, DIRECT);
	cw_model_get_stats(r->model, &before);
	for (unsigned i = 0; i < N; i++)
		submit(r, fd, &a[i], buf[i], SHIM_PWRITE);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	cw_model_get_stats(r->model, &after);
	assert_in_range(after.interrupts - before.interrupts, 1, N / 4);
	assert_int_equal(shim_close(r->shim, fd), 0);
	rig_close(r);
}

static void iopoll_of_a_card_that_is_removed(void **state)
{
	struct rig *r = *state;
	struct shim_aio a;
	int fd;

	rig_open(r, "queues=1");
	fd = shim_open(r->shim, RIG_DEV, DIRECT);
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	submit(r, fd, &a, out, SHIM_PWRITE);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(shim_iopoll(r->shim, &a), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_iopoll(r->shim, &a), 1);
	assert_int_equal(a.result, -ENODEV);
	assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
	assert_int_equal(shim_close(r->shim, fd), 0);
	rig_close(r);
}

/* While another process looks, the card is taken away: whoever looks keeps it no longer than a look. */
struct looker {
	struct rig *r;
	struct shim_aio *a;
};

static long look_on(void *arg)
{
	struct looker *l = arg;

	while (!shim_iopoll(l->r->shim, l->a))
		shim_run(l->r->shim, 100);
	return 0;
}

static void removal_while_another_looks(void **state)
{
	struct rig *r = *state;
	struct shim_aio a;
	struct looker l = { r, &a };
	struct shim_task *t;
	int fd;

	for (unsigned seed = 1; seed <= 10; seed++) {
		rig_default(r);
		r->machine.seed = seed;
		r->machine.explore = true;
		rig_open(r, "queues=1");
		fd = shim_open(r->shim, RIG_DEV, DIRECT);
		rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
		submit(r, fd, &a, out, SHIM_PWRITE);
		t = shim_spawn(r->shim, "looker", look_on, &l);
		assert_int_equal(shim_run(r->shim, 2000 + 37 * seed), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
		assert_int_equal(shim_join(r->shim, t), 0);
		assert_int_equal(a.result, -ENODEV);
		assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
		assert_int_equal(shim_close(r->shim, fd), 0);
		rig_close(r);
	}
}

/* As a reset takes it away and gives it back. */
static void iopoll_over_a_reset(void **state)
{
	struct rig *r = *state;
	struct shim_aio a;
	int fd;

	rig_open(r, "queues=1");
	fd = shim_open(r->shim, RIG_DEV, DIRECT);
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	submit(r, fd, &a, out, SHIM_PWRITE);
	assert_int_equal(shim_iopoll(r->shim, &a), 0);
	assert_int_equal(shim_reset(r->shim), 0);
	assert_int_equal(shim_iopoll(r->shim, &a), 1);
	assert_int_equal(a.result, -EIO);
	assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
	submit(r, fd, &a, out, SHIM_PWRITE);
	poll_until(r, &a);
	assert_int_equal(a.result, sizeof(out));
	assert_int_equal(shim_wait(r->shim, &a, 0, NULL), 0);
	assert_int_equal(shim_close(r->shim, fd), 0);
	rig_close(r);
}

/* ---- queues of one's own ---- */

static void own_queues_end_is_found_without_an_interrupt(void **state)
{
	struct rig *r = *state;
	struct cw_queue_setup s = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	uint64_t start;
	int fd;

	rig_open(r, "queues=1 timeout_ms=100 poll_usecs=200");
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	rig_inject(r, CW_MODEL_NO_IRQ, 0, 1);
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_pwrite(r->shim, fd, out, sizeof(out), 0), sizeof(out));
	assert_true(shim_now_ns(r->shim) - start < 100000);
	assert_int_equal(rig_faults_left(r), 0);
	own_close(r, fd);
	rig_close(r);
}

/* They may rest for ever: who waits for one sleeps at once. */
static void packets_are_not_looked_for(void **state)
{
	struct rig *r = *state;
	struct loop l;
	uint64_t start;
	int fd;

	rig_open(r, "queues=1 timeout_ms=100 poll_usecs=200");
	loop_open(r, &l, CW_QUEUE_HDR, 64);
	for (unsigned i = 0; i < 20; i++)
		loop_works(&l, 100 * i, i);
	loop_close(&l);
	/* Else its end would be found before the watchdog looks. */
	fd = own_stream(r, CW_QUEUE_H2C, 0, 64, NULL);
	rig_inject(r, CW_MODEL_NO_IRQ, 0, 1);
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_write(r->shim, fd, out, 64), 64);
	assert_int_equal(rig_faults_left(r), 0);
	assert_true(shim_now_ns(r->shim) - start > 1000000);
	own_close(r, fd);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(waiting_caller_finds_the_end_itself),
		RIG_TEST(rwf_hipri_polls_without_a_parameter),
		RIG_TEST(without_polling_the_watchdog_finds_it),
		RIG_TEST(interrupts_for_what_was_found_are_not_denied),
		RIG_TEST(long_wait_sleeps_in_the_end),
		RIG_TEST(too_long_a_time_is_refused),
		RIG_TEST(large_request_is_found_on_all_its_queues),
		RIG_TEST(iopoll_finds_the_end_without_an_interrupt),
		RIG_TEST(iopoll_and_interrupts_side_by_side),
		RIG_TEST(what_is_polled_does_not_interrupt_at_once),
		RIG_TEST(iopoll_of_a_card_that_is_removed),
		RIG_TEST(removal_while_another_looks),
		RIG_TEST(iopoll_over_a_reset),
		RIG_TEST(own_queues_end_is_found_without_an_interrupt),
		RIG_TEST(packets_are_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
