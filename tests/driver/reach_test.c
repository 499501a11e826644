// SPDX-License-Identifier: BSD-2-Clause
/* Cards that reach less than there is memory: mapped, bounced by the kernel, or copied by the driver. */
#include "rig.h"

#define PAGE 4096u
#define BLOCK (128u << 10) /* of those that the driver copies through */
#define BLOCKS 16u

static unsigned long attribute(struct rig *r, const char *name)
{
	char text[32] = "";

	assert_true(shim_attr_read(r->shim, name, text, sizeof(text) - 1) > 0);
	return strtoul(text, NULL, 10);
}

static unsigned long copied(struct rig *r) { return attribute(r, "bounced_bytes"); }

static uint64_t kernel_bounced(struct rig *r)
{
	struct shim_stats s;

	shim_get_stats(r->shim, &s);
	return s.bounced_bytes;
}

/* Both ways, from `off` into a page on; nothing beside it is touched. */
static void there_and_back(struct rig *r, size_t len, size_t off, uint64_t card)
{
	uint8_t *out = aligned_alloc(PAGE, (len / PAGE + 3) * PAGE), *in = aligned_alloc(PAGE, (len / PAGE + 3) * PAGE);

	rig_fill(out, len + 2 * PAGE, (uint32_t)(len + off));
	memset(in, 0xee, len + 2 * PAGE);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out + off, len, (off_t)card), len);
	rig_card_is(r, card, out + off, len);
	assert_int_equal(shim_pread(r->shim, r->fd, in + off, len, (off_t)card), len);
	assert_memory_equal(in + off, out + off, len);
	for (size_t i = 0; i < 2 * PAGE; i++) {
		size_t at = i < off ? i : len + i;

		assert_int_equal(in[at], 0xee);
	}
	free(out);
	free(in);
}

enum way { MAPPED, KERNEL, COPIED };

struct machine_kind {
	const char *params;
	bool iommu;
	enum shim_dma dma;
	unsigned mem_top, card_bits;
	enum way way;
	bool blocks;               /* the driver has them */
};

static const struct machine_kind kinds[] = {
	{ "", false, SHIM_DMA_DIRECT, 0, 64, MAPPED, false },
	{ "", false, SHIM_DMA_DIRECT, 0, 40, MAPPED, false },
	{ "dma_bits=32", false, SHIM_DMA_DIRECT, 0, 64, COPIED, true },
	{ "dma_bits=36", false, SHIM_DMA_DIRECT, 0, 64, COPIED, true },
	{ "dma_bits=36", false, SHIM_DMA_DIRECT, 64, 64, MAPPED, false },
	{ "dma_bits=32", false, SHIM_DMA_DIRECT, 4, 64, MAPPED, false },
	{ "dma_bits=24", false, SHIM_DMA_DIRECT, 3, 64, COPIED, true },
	{ "", false, SHIM_DMA_DIRECT, 0, 24, COPIED, true },
	{ "dma_bits=32", false, SHIM_DMA_BOUNCE, 0, 64, KERNEL, true },
	{ "dma_bits=40", false, SHIM_DMA_BOUNCE, 0, 64, MAPPED, false },
	{ "dma_bits=24", false, SHIM_DMA_BOUNCE, 0, 64, COPIED, true },
	{ "dma_bits=31", false, SHIM_DMA_BOUNCE, 0, 64, COPIED, true },
	{ "", false, SHIM_DMA_FORCE, 0, 64, KERNEL, true },
	{ "dma_bits=24", false, SHIM_DMA_FORCE, 0, 64, COPIED, true },
	{ "dma_bits=24", true, SHIM_DMA_DIRECT, 0, 64, MAPPED, true },
	{ "dma_bits=32", true, SHIM_DMA_DIRECT, 0, 64, MAPPED, false },
	{ "", true, SHIM_DMA_SHADOW, 0, 64, MAPPED, false },
	{ "", false, SHIM_DMA_SHADOW, 0, 64, MAPPED, false },
	{ "dma_bits=24", false, SHIM_DMA_SHADOW, 0, 64, COPIED, true },
};

static void moved_by(struct rig *r, const struct machine_kind *k)
{
	static const struct { size_t len, off; } part[] = {
		{ 1, 0 }, { 3, 4094 }, { PAGE, 0 }, { PAGE + 1, 17 }, { BLOCK, 0 }, { BLOCK, 1 }, { BLOCK + 1, 4095 },
		{ 3 * BLOCK - 5, 9 }, { (BLOCKS + 3) * BLOCK + 77, 2000 },
	};
	struct said said = { .what = k->way == COPIED ? "address bits: data is copied, blocks of 128 KiB to copy through: 16"
						      : "address bits: data is mapped, blocks of 128 KiB to copy through: 16" };
	uint64_t bytes = 0, above;

	rig_default(r);
	r->machine.iommu = k->iommu;
	r->machine.dma = k->dma;
	r->machine.mem_top = k->mem_top;
	r->card.addr_w = (uint8_t)k->card_bits;
	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_open(r, k->params);
	for (unsigned i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		there_and_back(r, part[i].len, part[i].off, 0x1003 * i);
		bytes += 2 * part[i].len;
	}
	above = kernel_bounced(r);
	assert_int_equal(copied(r), k->way == COPIED ? bytes : 0);
	if (k->way != KERNEL)
		assert_int_equal(above, 0);
	else if (k->dma == SHIM_DMA_FORCE)
		assert_int_equal(above, bytes);
	else /* some of it lies low */
		assert_in_range(above, bytes / 2, bytes);
	assert_int_equal(said.n, k->blocks);
	rig_close(r);
}

static void every_byte_gets_there_in_every_way(void **state)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		moved_by(*state, &kinds[i]);
}

/* ---- parameters, and what cannot be had ---- */

static void refused(struct rig *r, const char *params, int error, const char *what)
{
	struct said said = { .what = what };
	int ret;

	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_power(r);
	ret = shim_module_load(r->shim, params);
	if (!ret)
		ret = shim_bind(r->shim);
	assert_int_equal(ret, error);
	assert_true(said.n > 0);
	rig_close(r);
}

static void widths_that_cannot_be_are_refused(void **state)
{
	struct rig *r = *state;

	refused(r, "dma_bits=23", -EINVAL, "dma_bits=23: must be 24 to 64");
	refused(r, "dma_bits=65", -EINVAL, "dma_bits=65: must be 24 to 64");
	r->card.addr_w = 40;
	refused(r, "dma_bits=41", -EINVAL, "dma_bits=41: the card drives 40 address bits");
	r->machine.dma_bits = 30;
	refused(r, "dma_bits=32", -EIO, "no DMA with 32 address bits");
	r->card.addr_w = 23;
	refused(r, "", -ENODEV, "23 address bits");
}

static bool blocks_failing(struct rig *r, const char *params, unsigned n)
{
	struct shim_stats before, after;
	int ret;

	rig_default(r);
	r->machine.iommu = false;
	rig_power(r);
	shim_get_stats(r->shim, &before);
	shim_fail_nth(r->shim, n);
	ret = shim_module_load(r->shim, params);
	shim_fail_nth(r->shim, 0);
	shim_get_stats(r->shim, &after);
	if (ret)
		assert_int_equal(shim_module_load(r->shim, params), 0);
	else if (!shim_bound(r->shim))
		assert_int_equal(shim_bind(r->shim), 0);
	r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
	there_and_back(r, 5001, 1, 0);
	rig_close(r);
	return after.fail_calls - before.fail_calls >= n;
}

/* Each allocation of the probe: it ends clean, or the card works with fewer blocks. */
static void probe_with_blocks_survives_every_failure(void **state)
{
	unsigned n = 1;

	while (blocks_failing(*state, "queues=1 dma_bits=24", n))
		n++;
	assert_in_range(n, 20 + BLOCKS / 2, 300);
}

/* ---- blocks that run out ---- */

static void aio(struct rig *r, struct shim_aio *a, enum shim_op op, void *buf, size_t len, off_t pos, bool nowait)
{
	struct shim_aio *p = a;

	*a = (struct shim_aio){ .fd = r->fd, .op = op, .buf = buf, .len = len, .pos = pos, .nowait = nowait };
	assert_int_equal(shim_submit(r->shim, &p, 1), 1);
}

struct worker {
	struct rig *r;
	unsigned index;
	uint8_t *buf;
	size_t len;
};

static long worker(void *arg)
{
	struct worker *w = arg;
	uint8_t *in = calloc(1, w->len);
	ssize_t ret = shim_pwrite(w->r->shim, w->r->fd, w->buf, w->len, (off_t)(w->index * w->len));

	if (ret == (ssize_t)w->len)
		ret = shim_pread(w->r->shim, w->r->fd, in, w->len, (off_t)(w->index * w->len));
	if (ret == (ssize_t)w->len && memcmp(in, w->buf, w->len))
		ret = -EBADMSG;
	free(in);
	return ret;
}

static void many_processes(struct rig *r)
{
	enum { N = 9, LEN = 3 * BLOCK + 100 };
	struct shim_task *t[N];
	struct worker w[N];

	for (unsigned i = 0; i < N; i++) {
		w[i] = (struct worker){ .r = r, .index = i, .buf = malloc(LEN), .len = LEN };
		rig_fill(w[i].buf, LEN, i + 1);
		t[i] = shim_spawn(r->shim, "worker", worker, &w[i]);
	}
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_join(r->shim, t[i]), LEN);
		free(w[i].buf);
	}
}

/* Whoever finds no block waits for one: all get what they asked for. */
static void more_work_than_blocks_all_ends(void **state)
{
	struct rig *r = *state;

	for (unsigned seed = 1; seed <= 3; seed++) {
		rig_default(r);
		r->machine.iommu = false;
		r->machine.seed = seed;
		r->machine.explore = seed > 1;
		rig_open(r, "dma_bits=24");
		many_processes(r);
		assert_true(attribute(r, "bounce_waits") > 0);
		rig_works(r);
		rig_close(r);
	}
}

/* The kernel's pool is full, or the addresses below the mask are used up: the blocks are what is left. */
static void where_mapping_has_no_room_blocks_help(void **state)
{
	struct rig *r = *state;

	for (unsigned seed = 1; seed <= 2; seed++) {
		struct said said = { .what = "swiotlb buffer is full" };

		rig_default(r);
		r->machine.seed = seed;
		r->machine.dma = seed & 1 ? SHIM_DMA_FORCE : SHIM_DMA_DIRECT;
		r->machine.iommu = !(seed & 1);
		r->machine.bounce_bytes = 3 * BLOCK;
		r->machine.message = count_message;
		r->machine.ctx = &said;
		rig_open(r, seed & 1 ? "" : "dma_bits=24");
		many_processes(r);
		if (seed & 1) {
			assert_true(copied(r) > 0);
			assert_true(kernel_bounced(r) > 0);
		}
		/* Once more, the mapping failing for certain. */
		for (unsigned n = 1; n < 8; n++) {
			shim_fail_nth(r->shim, n);
			if (shim_pwrite(r->shim, r->fd, r, sizeof(*r), 0) != sizeof(*r))
				assert_non_null(strstr(shim_last(r->shim), "")); /* no memory for something else */
			shim_fail_nth(r->shim, 0);
		}
		assert_true(copied(r) > 0);
		assert_int_equal(said.n, 0);
		rig_works(r);
		rig_close(r);
	}
}

/* For one request a block, and one more. */
static uint8_t *blocks(void)
{
	uint8_t *buf = aligned_alloc(PAGE, (BLOCKS + 1) * BLOCK);

	assert_non_null(buf);
	return memset(buf, 0, (BLOCKS + 1) * BLOCK);
}

/* A request that may not wait is told so when there is no block. */
static void nowait_without_a_block_is_eagain(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = blocks();
	struct shim_aio a[BLOCKS], late;

	r->machine.iommu = false;
	rig_open(r, "dma_bits=24 queues=1 timeout_ms=100");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	for (unsigned i = 0; i < BLOCKS; i++)
		aio(r, &a[i], SHIM_PWRITE, buf + i * BLOCK, BLOCK, i * BLOCK, true);
	aio(r, &late, SHIM_PWRITE, buf, 1, 0, true);
	assert_int_equal(shim_wait(r->shim, &late, 0, NULL), 0);
	assert_int_equal(late.result, -EAGAIN);
	for (unsigned i = 0; i < BLOCKS; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	assert_int_equal(a[0].result, -ETIMEDOUT);
	assert_int_equal(attribute(r, "bounce_waits"), 0);
	/* As many as there are fit; one more would have to wait. */
	aio(r, &late, SHIM_PWRITE, buf, BLOCKS * BLOCK, 0, true);
	assert_int_equal(shim_wait(r->shim, &late, -1, NULL), 0);
	assert_int_equal(late.result, BLOCKS * BLOCK);
	aio(r, &late, SHIM_PWRITE, buf, (BLOCKS + 1) * BLOCK, 0, true);
	assert_int_equal(shim_wait(r->shim, &late, 0, NULL), 0);
	assert_int_equal(late.result, -EAGAIN);
	free(buf);
	rig_works(r);
	rig_close(r);
}

static long small_reader(void *arg)
{
	struct worker *w = arg;

	return shim_pread(w->r->shim, w->r->fd, w->buf, w->len, 0);
}

/* All blocks out at a card that does nothing; a process waits for one. */
static struct shim_task *stuck(struct rig *r, struct shim_aio *a, uint8_t *buf, struct worker *w)
{
	struct shim_task *t;

	r->machine.iommu = false;
	rig_open(r, "dma_bits=24 queues=1 timeout_ms=1000");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	for (unsigned i = 0; i < BLOCKS; i++)
		aio(r, &a[i], SHIM_PREAD, buf + i * BLOCK, BLOCK, i * BLOCK, false);
	*w = (struct worker){ .r = r, .buf = buf + BLOCKS * BLOCK, .len = 100 };
	t = shim_spawn(r->shim, "reader", small_reader, w);
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	assert_int_equal(attribute(r, "bounce_waits"), 1);
	return t;
}

static void a_process_that_waits_for_a_block_can_be_killed(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = blocks();
	struct shim_aio a[BLOCKS];
	struct shim_task *t;
	struct worker w;
	uint64_t start;

	t = stuck(r, a, buf, &w);
	start = shim_now_ns(r->shim);
	shim_kill(r->shim, t);
	assert_int_equal(shim_join(r->shim, t), -EINTR);
	assert_true(shim_now_ns(r->shim) - start < 1000000);
	for (unsigned i = 0; i < BLOCKS; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	free(buf);
	rig_works(r);
	rig_close(r);
}

static void removal_ends_the_wait_for_a_block(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = blocks();
	struct shim_aio a[BLOCKS];
	struct shim_task *t;
	struct worker w;

	t = stuck(r, a, buf, &w);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_join(r->shim, t), -ENODEV);
	for (unsigned i = 0; i < BLOCKS; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
		assert_int_equal(a[i].result, -ENODEV);
	}
	free(buf);
	rig_close(r);
}

static void a_block_comes_back_after_a_time_out(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = blocks();
	struct shim_aio a[BLOCKS];
	struct shim_task *t;
	struct worker w;

	t = stuck(r, a, buf, &w);
	assert_int_equal(shim_join(r->shim, t), 100);
	for (unsigned i = 0; i < BLOCKS; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	assert_int_equal(a[0].result, -ETIMEDOUT);
	free(buf);
	rig_close(r);
}

/* ---- failures in the middle ---- */

/* What a block held before is nobody else's: of a read that fails only the good bytes come out. */
static void a_failed_read_gives_nothing_of_others_away(void **state)
{
	struct rig *r = *state;
	uint8_t *secret = aligned_alloc(PAGE, BLOCKS * BLOCK), *in = aligned_alloc(PAGE, 4 * BLOCK);
	struct cw_model_fault f = { .kind = CW_MODEL_STATUS, .queue = CW_MODEL_ANY, .number = CW_MODEL_ANY,
				    .arg = 5, .bytes = 1000 };

	r->machine.iommu = false;
	rig_open(r, "dma_bits=24 queues=1");
	memset(secret, 's', BLOCKS * BLOCK);
	assert_int_equal(shim_pwrite(r->shim, r->fd, secret, BLOCKS * BLOCK, 0), BLOCKS * BLOCK);
	memset(secret, 0, BLOCKS * BLOCK);
	cw_model_mem_write(r->model, 0, secret, BLOCKS * BLOCK);
	memset(in, 0xee, 4 * BLOCK);
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	assert_true(shim_pread(r->shim, r->fd, in, 4 * BLOCK, 0) < 0);
	for (unsigned i = 0; i < 4 * BLOCK; i++)
		assert_int_equal(in[i], i >= 1000 && i < BLOCK ? 0xee : 0);
	/* One that never was begun, too. */
	memset(in, 0xee, PAGE);
	f = (struct cw_model_fault){ .kind = CW_MODEL_HALT, .queue = CW_MODEL_ANY, .number = CW_MODEL_ANY, .arg = 2 };
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	assert_int_equal(shim_pread(r->shim, r->fd, in, PAGE, 0), -EIO);
	for (unsigned i = 0; i < PAGE; i++)
		assert_int_equal(in[i], 0xee);
	rig_works(r);
	free(secret);
	free(in);
	rig_close(r);
}

/* Pages that end in the middle: the count up to there, or -EFAULT. */
static void buffers_valid_in_part(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = malloc(2 * BLOCK);
	struct iovec v[2] = { { buf, BLOCK + 5 }, { (void *)0x1000, 100 } };

	r->machine.iommu = false;
	rig_open(r, "dma_bits=24");
	memset(buf, 7, 2 * BLOCK);
	assert_int_equal(shim_pwritev(r->shim, r->fd, v, 2, 0), BLOCK + 5);
	rig_card_is(r, 0, buf, BLOCK + 5);
	v[0].iov_base = NULL;
	assert_int_equal(shim_preadv(r->shim, r->fd, v, 2, 0), -EFAULT);
	rig_works(r);
	free(buf);
	rig_close(r);
}

static void each_failing_step_of_a_transfer_ends_clean(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = calloc(3, BLOCK);
	struct shim_stats s;
	unsigned n = 1;

	r->machine.iommu = false;
	rig_open(r, "dma_bits=24 queues=1");
	do {
		ssize_t ret;

		shim_get_stats(r->shim, &s);
		uint64_t before = s.fail_calls;

		shim_fail_nth(r->shim, n);
		ret = shim_pread(r->shim, r->fd, buf, 3 * BLOCK, 0);
		shim_fail_nth(r->shim, 0);
		assert_true(ret == -ENOMEM || (ret > 0 && ret <= 3 * BLOCK));
		shim_get_stats(r->shim, &s);
		assert_int_equal(s.pinned_pages, 0);
		if (s.fail_calls - before < n)
			break;
	} while (n++ < 200);
	assert_in_range(n, 4, 100);
	rig_works(r);
	free(buf);
	rig_close(r);
}

/* A registered buffer (its pages are io_uring's) is copied as well. */
static void registered_buffers_are_copied(void **state)
{
	struct rig *r = *state;
	uint8_t *buf = aligned_alloc(PAGE, 3 * BLOCK), *want = malloc(2 * BLOCK);
	struct shim_aio a;

	r->machine.iommu = false;
	rig_open(r, "dma_bits=24");
	rig_fill(want, 2 * BLOCK, 3);
	memcpy(buf + 9, want, 2 * BLOCK);
	aio(r, &a, SHIM_PWRITE_FIXED, buf + 9, 2 * BLOCK, 0, false);
	assert_int_equal(shim_wait(r->shim, &a, -1, NULL), 0);
	assert_int_equal(a.result, 2 * BLOCK);
	memset(buf, 0, 3 * BLOCK);
	aio(r, &a, SHIM_PREAD_FIXED, buf + 4000, 2 * BLOCK, 0, false);
	assert_int_equal(shim_wait(r->shim, &a, -1, NULL), 0);
	assert_int_equal(a.result, 2 * BLOCK);
	assert_memory_equal(buf + 4000, want, 2 * BLOCK);
	assert_int_equal(copied(r), 4 * BLOCK);
	free(buf);
	free(want);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(every_byte_gets_there_in_every_way),
		RIG_TEST(widths_that_cannot_be_are_refused),
		RIG_TEST(probe_with_blocks_survives_every_failure),
		RIG_TEST(more_work_than_blocks_all_ends),
		RIG_TEST(where_mapping_has_no_room_blocks_help),
		RIG_TEST(nowait_without_a_block_is_eagain),
		RIG_TEST(a_process_that_waits_for_a_block_can_be_killed),
		RIG_TEST(removal_ends_the_wait_for_a_block),
		RIG_TEST(a_block_comes_back_after_a_time_out),
		RIG_TEST(a_failed_read_gives_nothing_of_others_away),
		RIG_TEST(buffers_valid_in_part),
		RIG_TEST(each_failing_step_of_a_transfer_ends_clean),
		RIG_TEST(registered_buffers_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
