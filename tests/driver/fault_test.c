// SPDX-License-Identifier: BSD-2-Clause
/*
 * A card that fails: every request ends once, in bounded time, with success or
 * the right error; afterwards the card works again, or is gone for good.
 */
#include "driver/cw_regs.h"
#include "rig.h"

#define LEN 30000

static ssize_t put(struct rig *r)
{
	static uint8_t buf[LEN];

	return shim_pwrite(r->shim, r->fd, buf, LEN, 0x1000);
}

static ssize_t get(struct rig *r)
{
	static uint8_t buf[LEN];

	return shim_pread(r->shim, r->fd, buf, LEN, 0x1000);
}

/* Both directions meet the fault, then all is well again. */
static void meets(struct rig *r, enum cw_model_fault_kind kind, uint32_t arg, int error)
{
	rig_open(r, "timeout_ms=50");
	for (int i = 0; i < 3; i++) {
		rig_inject(r, kind, arg, 1);
		assert_int_equal(put(r), error);
		assert_int_equal(rig_faults_left(r), 0);
		rig_works(r);
		rig_inject(r, kind, arg, 1);
		assert_int_equal(get(r), error);
		assert_int_equal(rig_faults_left(r), 0);
		rig_works(r);
	}
	rig_close(r);
}

static void swallowed_descriptor_times_out(void **state)
{
	meets(*state, CW_MODEL_SWALLOW, 0, -ETIMEDOUT);
}

static void error_status_is_eio(void **state)
{
	static const uint32_t status[] = { CW_STATUS_UR, CW_STATUS_CA, CW_STATUS_POISON, CW_STATUS_AXI,
					   CW_STATUS_MALFORMED, 99 };
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
		rig_default(r);
		meets(r, CW_MODEL_STATUS, status[i], -EIO);
	}
}

static void read_never_answered_is_etimedout(void **state)
{
	meets(*state, CW_MODEL_STATUS, CW_STATUS_TIMEOUT, -ETIMEDOUT);
}

static void bad_descriptor_halts_and_recovers(void **state)
{
	meets(*state, CW_MODEL_STATUS, CW_STATUS_BAD_RANGE, -EIO);
}

static void halt_without_record_recovers(void **state)
{
	meets(*state, CW_MODEL_HALT, CW_STATUS_FETCH, -EIO);
}

static void halt_with_one_vector_recovers(void **state)
{
	struct rig *r = *state;

	r->card.vectors = 1;
	r->card.features = 0; /* no event rings: each interrupt looks at every queue */
	meets(r, CW_MODEL_HALT, CW_STATUS_FETCH, -EIO);
}

static void record_of_wrong_number_is_not_believed(void **state)
{
	meets(*state, CW_MODEL_BAD_NUMBER, 0x7fffffff, -EIO);
}

static void record_of_another_queue_is_not_believed(void **state)
{
	meets(*state, CW_MODEL_BAD_QUEUE, 0xffff, -EIO);
}

static void record_of_too_many_bytes_is_not_believed(void **state)
{
	meets(*state, CW_MODEL_BAD_BYTES, 0xffffff, -EIO);
}

static void record_of_too_few_bytes_is_not_believed(void **state)
{
	meets(*state, CW_MODEL_BAD_BYTES, 5, -EIO);
}

/* Found by looking, without a reset of the queue. */
static void lost_interrupt_is_found(void **state)
{
	struct rig *r = *state;
	struct said recovering = { .what = "recovering" };
	uint64_t start;

	r->machine.message = count_message;
	r->machine.ctx = &recovering;
	rig_open(r, "timeout_ms=50 queues=1");
	start = shim_now_ns(r->shim);
	rig_inject(r, CW_MODEL_NO_IRQ, 0, 1);
	assert_int_equal(put(r), LEN);
	assert_in_range(shim_now_ns(r->shim) - start, 40000000, 200000000);
	assert_int_equal(recovering.n, 0);
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	assert_int_equal(put(r), -ETIMEDOUT);
	assert_int_equal(recovering.n, 1); /* the word is still the one to look for */
	rig_works(r);
	rig_close(r);
}

/* A transfer that is done is told although the next on its queue hangs. */
static void finished_one_does_not_wait_for_the_next(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = aligned_alloc(4096, 8192); /* one descriptor each */
	struct shim_aio a[2], *p;
	struct cw_model_fault f = { .kind = CW_MODEL_SWALLOW, .queue = CW_MODEL_ANY, .number = 1 };

	memset(buf, 0, 8192);
	rig_open(r, "timeout_ms=1000 queues=1");
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	for (unsigned i = 0; i < 2; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * 4096, .len = 4096,
					  .pos = i * 4096 };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_wait(r->shim, &a[0], 10000000, NULL), 0);
	assert_int_equal(a[0].result, 4096);
	assert_int_equal(shim_wait(r->shim, &a[1], -1, NULL), 0);
	assert_int_equal(a[1].result, -ETIMEDOUT);
	rig_works(r);
	free(buf);
	rig_close(r);
}

/* ---- others are not disturbed ---- */

struct victim {
	struct rig *r;
	ssize_t ret;
};

static long victim(void *arg)
{
	struct victim *v = arg;

	v->ret = put(v->r);
	return 0;
}

static void other_queues_go_on_during_a_timeout(void **state)
{
	struct rig *r = *state;
	struct victim v = { .r = r };
	struct shim_task *t;
	uint64_t start;

	rig_open(r, "timeout_ms=1000");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	start = shim_now_ns(r->shim);
	t = shim_spawn(r->shim, "victim", victim, &v);
	assert_non_null(t);
	while (rig_faults_left(r))
		assert_int_equal(shim_run(r->shim, 1000), 0);
	for (int i = 0; i < 30; i++)
		rig_works(r);
	assert_true(shim_now_ns(r->shim) - start < 500000000);
	assert_int_equal(shim_join(r->shim, t), 0);
	assert_int_equal(v.ret, -ETIMEDOUT);
	rig_works(r);
	rig_close(r);
}

static void several_in_flight_fail_and_all_end(void **state)
{
	enum { N = 16 };
	struct rig *r = *state;
	struct shim_aio a[N], *p;
	uint8_t *buf = calloc(N, LEN);
	unsigned timed_out = 0;

	rig_open(r, "timeout_ms=50 queues=1");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * LEN, .len = LEN,
					  .pos = i * LEN };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
		assert_true(a[i].result == LEN || a[i].result == -EIO || a[i].result == -ETIMEDOUT);
		timed_out += a[i].result == -ETIMEDOUT;
	}
	assert_int_equal(timed_out, 1);
	rig_works(r);
	free(buf);
	rig_close(r);
}

/* ---- a card that is lost ---- */

static void pulled_card_is_enodev(void **state)
{
	struct rig *r = *state;

	rig_open(r, "timeout_ms=50");
	rig_works(r);
	cw_model_pull(r->model);
	assert_int_equal(put(r), -ENODEV);
	assert_int_equal(get(r), -ENODEV);
	assert_int_equal(put(r), -ENODEV);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_module_unload(r->shim), 0);
	rig_close(r);
}

static void pulled_during_a_transfer_is_enodev(void **state)
{
	struct rig *r = *state;
	struct victim v = { .r = r };
	struct shim_task *t;

	rig_open(r, "timeout_ms=50");
	t = shim_spawn(r->shim, "victim", victim, &v);
	assert_int_equal(shim_run(r->shim, 2000), 0);
	cw_model_pull(r->model);
	assert_int_equal(shim_join(r->shim, t), 0);
	assert_int_equal(v.ret, -ENODEV);
	rig_close(r);
}

static void queue_that_does_not_stop_ends_the_card(void **state)
{
	struct rig *r = *state;

	rig_open(r, "timeout_ms=50");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	cw_model_stick(r->model, true);
	assert_int_equal(put(r), -ENODEV);
	assert_int_equal(get(r), -ENODEV);
	/* Loaded anew, it is reset and works. */
	cw_model_stick(r->model, false);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_bind(r->shim), 0);
	r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
	rig_works(r);
	rig_close(r);
}

/* Each allocation of a transfer fails in turn: an error or success, nothing left behind. */
static void each_failing_step_of_a_transfer_is_undone(void **state)
{
	struct rig *r = *state;
	struct shim_stats before, after;
	unsigned n = 0;

	rig_open(r, "");
	do {
		ssize_t ret;

		shim_get_stats(r->shim, &before);
		shim_fail_nth(r->shim, ++n);
		ret = n & 1 ? put(r) : get(r);
		shim_fail_nth(r->shim, 0);
		shim_get_stats(r->shim, &after);
		assert_true(ret == LEN || ret == -ENOMEM || ret == -EFAULT || ret == -EIO);
		assert_int_equal(after.pinned_pages, 0);
		assert_int_equal(after.live_mappings, before.live_mappings);
		rig_works(r);
	} while (after.fail_calls - before.fail_calls >= n);
	assert_in_range(n, 4, 100);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(swallowed_descriptor_times_out),
		RIG_TEST(error_status_is_eio),
		RIG_TEST(read_never_answered_is_etimedout),
		RIG_TEST(bad_descriptor_halts_and_recovers),
		RIG_TEST(halt_without_record_recovers),
		RIG_TEST(halt_with_one_vector_recovers),
		RIG_TEST(record_of_wrong_number_is_not_believed),
		RIG_TEST(record_of_another_queue_is_not_believed),
		RIG_TEST(record_of_too_many_bytes_is_not_believed),
		RIG_TEST(record_of_too_few_bytes_is_not_believed),
		RIG_TEST(lost_interrupt_is_found),
		RIG_TEST(finished_one_does_not_wait_for_the_next),
		RIG_TEST(other_queues_go_on_during_a_timeout),
		RIG_TEST(several_in_flight_fail_and_all_end),
		RIG_TEST(pulled_card_is_enodev),
		RIG_TEST(pulled_during_a_transfer_is_enodev),
		RIG_TEST(queue_that_does_not_stop_ends_the_card),
		RIG_TEST(each_failing_step_of_a_transfer_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
