// SPDX-License-Identifier: BSD-2-Clause
/* A process that is killed while the card works for it. */
#include "rig.h"

#define PAGE 4096u

struct reader {
	struct rig *r;
	uint8_t *buf;
	size_t len;
};

static long reader(void *arg)
{
	struct reader *u = arg;

	return shim_pread(u->r->shim, u->r->fd, u->buf, u->len, 0);
}

static void aio_start(struct rig *r, struct shim_aio *a, enum shim_op op, void *buf, size_t len)
{
	*a = (struct shim_aio){ .fd = r->fd, .op = op, .buf = buf, .len = len };
	assert_int_equal(shim_submit(r->shim, &a, 1), 1);
}

/* The card may still write to its memory, so its end waits for the card, or for the driver to stop that. */
static void killed_reader_waits_for_the_card(void **state)
{
	struct rig *r = *state;
	struct reader u = { .r = r, .buf = aligned_alloc(PAGE, PAGE), .len = PAGE };
	struct shim_stats stats;
	struct shim_task *t;
	uint64_t start;

	rig_open(r, "timeout_ms=100 queues=1");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	start = shim_now_ns(r->shim);
	t = shim_spawn(r->shim, "reader", reader, &u);
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	shim_kill(r->shim, t);
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	shim_get_stats(r->shim, &stats);
	assert_int_equal(stats.pinned_pages, 1);
	assert_int_equal(shim_join(r->shim, t), -ETIMEDOUT);
	assert_true(shim_now_ns(r->shim) - start >= 90000000); /* whole ticks */
	shim_get_stats(r->shim, &stats);
	assert_int_equal(stats.pinned_pages, 0);
	rig_works(r);
	free(u.buf);
	rig_close(r);
}

/* What is not on a ring yet is taken back: of 4 MiB through a ring of 8 entries, nearly all. */
static void killed_reader_leaves_the_queue(void **state)
{
	struct rig *r = *state;
	struct reader u = { .r = r, .buf = aligned_alloc(PAGE, 4u << 20), .len = 4u << 20 };
	struct cw_model_stats card;
	struct shim_task *t;

	r->machine.iommu = false; /* pages are hardly ever merged */
	rig_open(r, "entries=8 queues=1");
	t = shim_spawn(r->shim, "reader", reader, &u);
	assert_int_equal(shim_run(r->shim, 50000), 0);
	shim_kill(r->shim, t);
	assert_int_equal(shim_join(r->shim, t), -EINTR);
	cw_model_get_stats(r->model, &card);
	assert_in_range(card.descriptors, 1, 100);
	rig_works(r);
	free(u.buf);
	rig_close(r);
}

/* The first half of each of n pages: nothing that could be merged, so a descriptor each. */
static void halves(struct iovec *v, uint8_t *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		v[i] = (struct iovec){ buf + i * PAGE, PAGE / 2 };
}

struct vector_reader {
	struct rig *r;
	struct iovec v[4];
};

static long vector_reader(void *arg)
{
	struct vector_reader *u = arg;

	return shim_preadv(u->r->shim, u->r->fd, u->v, 4, 0);
}

/*
 * On a ring of 8: seven descriptors, then one transfer of four that waits, and one of one behind it, for
 * which there is room. The one in between is killed, then another queue's interrupt on the same vector has
 * the driver look at this queue while it has no record yet.
 */
static void others_take_the_place_of_a_killed_one(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = aligned_alloc(PAGE, 16 * PAGE);
	struct vector_reader u = { .r = r };
	struct iovec four[4], three[3];
	struct shim_aio put, first, second, last;
	struct shim_task *t;
	uint64_t start, once;

	memset(buf, 0, 16 * PAGE);
	halves(four, buf, 4);
	halves(three, buf + 4 * PAGE, 3);
	halves(u.v, buf + 8 * PAGE, 4);
	r->card.delay_ps = 1000000000; /* 1 ms from cause to effect: time for all that follows */
	rig_open(r, "entries=8 queues=1 vectors=1");
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_pwrite(r->shim, r->fd, buf, PAGE, 0), PAGE);
	once = shim_now_ns(r->shim) - start;

	start = shim_now_ns(r->shim);
	aio_start(r, &put, SHIM_PWRITE, buf + 15 * PAGE, PAGE);
	assert_int_equal(shim_run(r->shim, once - 700000), 0);
	aio_start(r, &first, SHIM_PREADV, four, 4);
	aio_start(r, &second, SHIM_PREADV, three, 3);
	t = shim_spawn(r->shim, "reader", vector_reader, &u);
	assert_int_equal(shim_run(r->shim, 50000), 0);
	aio_start(r, &last, SHIM_PREAD, buf + 12 * PAGE, PAGE);
	shim_kill(r->shim, t);
	assert_int_equal(shim_join(r->shim, t), -EINTR);
	assert_false(put.done);
	assert_int_equal(shim_wait(r->shim, &put, 1000000, NULL), 0);
	assert_false(first.done);

	assert_int_equal(shim_wait(r->shim, &last, -1, NULL), 0);
	assert_int_equal(last.result, PAGE);
	assert_int_equal(shim_wait(r->shim, &first, -1, NULL), 0);
	assert_int_equal(first.result, 2 * PAGE);
	assert_int_equal(shim_wait(r->shim, &second, -1, NULL), 0);
	assert_int_equal(second.result, 3 * PAGE / 2);
	assert_true(shim_now_ns(r->shim) - start < 1000000000);
	free(buf);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(killed_reader_waits_for_the_card),
		RIG_TEST(killed_reader_leaves_the_queue),
		RIG_TEST(others_take_the_place_of_a_killed_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
