// SPDX-License-Identifier: BSD-2-Clause
/* Reads and writes of the file: every length and alignment, positions, vectors, big ones. */
#include "rig.h"

#define GUARD 64
#define CARD 0x20000u

static const unsigned offsets[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 31, 32, 33, 60, 63, 4093 };
#define OFFSET_N (sizeof(offsets) / sizeof(offsets[0]))

/* Out of `host` into the card and back to another place, with guard bytes everywhere. */
static void round_trip(struct rig *r, size_t len, unsigned host, unsigned card)
{
	size_t all = GUARD + host + len + GUARD;
	uint8_t *out = malloc(all), *in = malloc(all), *ref = malloc(GUARD + len + GUARD);

	assert_true(out && in && ref);
	memset(ref, 0xee, GUARD + len + GUARD);
	cw_model_mem_write(r->model, CARD + card - GUARD, ref, GUARD + len + GUARD);
	rig_fill(out, all, len * 31 + host * 7 + card);
	memset(in, 0xdd, all);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out + GUARD + host, len, CARD + card), len);
	memcpy(ref + GUARD, out + GUARD + host, len);
	rig_card_is(r, CARD + card - GUARD, ref, GUARD + len + GUARD);

	assert_int_equal(shim_pread(r->shim, r->fd, in + GUARD + host, len, CARD + card), len);
	assert_memory_equal(in + GUARD + host, ref + GUARD, len);
	for (unsigned i = 0; i < GUARD; i++) {
		assert_int_equal(in[GUARD + host - 1 - i], 0xdd);
		assert_int_equal(in[GUARD + host + len + i], 0xdd);
	}
	free(out);
	free(in);
	free(ref);
}

static void every_length_and_alignment(void **state)
{
	static const unsigned lens[] = { 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 34, 63, 64, 65, 124, 128, 132 };
	static const unsigned longs[] = { 1024, 4095, 4096, 4097, 65536 };
	struct rig *r = *state;

	rig_open(r, "");
	for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++)
		for (size_t h = 0; h < OFFSET_N; h++)
			round_trip(r, lens[l], offsets[h], offsets[(h * 5 + l) % OFFSET_N]);
	for (size_t l = 0; l < sizeof(longs) / sizeof(longs[0]); l++)
		for (size_t h = 0; h < OFFSET_N; h += 5)
			round_trip(r, longs[l], offsets[h], offsets[(h * 7 + 3) % OFFSET_N]);
	rig_close(r);
}

static void nothing_is_zero(void **state)
{
	struct rig *r = *state;
	uint8_t b = 0;

	rig_open(r, "");
	assert_int_equal(shim_pwrite(r->shim, r->fd, &b, 0, 0), 0);
	assert_int_equal(shim_pread(r->shim, r->fd, &b, 0, 0), 0);
	rig_close(r);
}

static void file_ends_where_card_memory_does(void **state)
{
	struct rig *r = *state;
	off_t size = 1 << 20;
	uint8_t out[100], in[100];

	r->card.card_bytes = size;
	rig_open(r, "");
	rig_fill(out, sizeof(out), 5);
	assert_int_equal(shim_lseek(r->shim, r->fd, 0, SEEK_END), size);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out, 100, size - 40), 40);
	assert_int_equal(shim_pread(r->shim, r->fd, in, 100, size - 40), 40);
	assert_memory_equal(in, out, 40);
	assert_int_equal(shim_pread(r->shim, r->fd, in, 100, size), 0);
	assert_int_equal(shim_pread(r->shim, r->fd, in, 100, size + 4096), 0);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out, 100, size), -ENOSPC);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out, 100, INT64_MAX - 10), -ENOSPC);
	assert_int_equal(shim_lseek(r->shim, r->fd, size + 1, SEEK_SET), -EINVAL);
	rig_close(r);
}

static void position_moves_by_what_was_done(void **state)
{
	struct rig *r = *state;
	uint8_t out[300], in[300];

	rig_open(r, "");
	rig_fill(out, sizeof(out), 6);
	assert_int_equal(shim_lseek(r->shim, r->fd, 0x1000, SEEK_SET), 0x1000);
	assert_int_equal(shim_write(r->shim, r->fd, out, 100), 100);
	assert_int_equal(shim_write(r->shim, r->fd, out + 100, 200), 200);
	assert_int_equal(shim_lseek(r->shim, r->fd, 0, SEEK_CUR), 0x112c);
	assert_int_equal(shim_lseek(r->shim, r->fd, -300, SEEK_CUR), 0x1000);
	assert_int_equal(shim_read(r->shim, r->fd, in, 300), 300);
	assert_memory_equal(in, out, 300);
	rig_close(r);
}

static void vectors_of_odd_pieces(void **state)
{
	struct rig *r = *state;
	uint8_t *out = malloc(200000), *in = calloc(1, 200000);
	struct iovec v[40], w[3];
	size_t at = 0;

	rig_open(r, "");
	rig_fill(out, 200000, 7);
	for (int i = 0; i < 40; i++) {
		v[i] = (struct iovec){ out + at, i % 7 == 3 ? 0 : (size_t)(i * i * 3 + 1) };
		at += v[i].iov_len;
	}
	w[0] = (struct iovec){ in, 5000 };
	w[1] = (struct iovec){ in + 5000, 0 };
	w[2] = (struct iovec){ in + 5000, 195000 };
	assert_int_equal(shim_pwritev(r->shim, r->fd, v, 40, 77), at);
	assert_int_equal(shim_preadv(r->shim, r->fd, w, 3, 77), 200000);
	assert_memory_equal(in, out, at);
	free(out);
	free(in);
	rig_close(r);
}

static void big_one_is_cut_and_spread(void **state)
{
	struct rig *r = *state;
	size_t len = (12 << 20) + 4097;
	uint8_t *out = malloc(len + 1), *in = calloc(1, len + 1);
	struct cw_model_stats s;

	rig_open(r, "");
	rig_fill(out, len, 8);
	assert_int_equal(shim_pwrite(r->shim, r->fd, out + 1, len, 3), len);
	assert_int_equal(shim_pread(r->shim, r->fd, in + 1, len, 3), len);
	assert_memory_equal(in + 1, out + 1, len);
	cw_model_get_stats(r->model, &s);
	assert_int_equal(s.queues_used, 0xff);
	assert_int_equal(s.bad_doorbells, 0);
	free(out);
	free(in);
	rig_close(r);
}

static void small_rings_wrap_many_times(void **state)
{
	struct rig *r = *state;
	struct cw_model_stats s;

	r->machine.iommu = false; /* no merging: a descriptor a page */
	rig_open(r, "entries=4 queues=1");
	for (unsigned i = 0; i < 30; i++)
		round_trip(r, 50000 + i, i % 60, i * 3 % 60);
	cw_model_get_stats(r->model, &s);
	assert_true(s.descriptors > 300);
	assert_int_equal(s.bad_doorbells, 0);
	rig_close(r);
}

static void bad_memory_is_efault(void **state)
{
	struct rig *r = *state;
	struct shim_stats s;

	rig_open(r, "");
	assert_int_equal(shim_pwrite(r->shim, r->fd, NULL, 100, 0), -EFAULT);
	assert_int_equal(shim_pread(r->shim, r->fd, (void *)0x1000, 100, 0), -EFAULT);
	shim_get_stats(r->shim, &s);
	assert_int_equal(s.pinned_pages, 0);
	rig_works(r);
	rig_close(r);
}

/* Virtual time of a run without faults stays far from any time-out of the driver. */
/* As dd and fio open what they want no cache for. */
static void o_direct_is_what_happens_anyway(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	r->fd = shim_open(r->shim, RIG_DEV, O_RDWR | O_DIRECT);
	assert_true(r->fd >= 0);
	rig_works(r);
	rig_close(r);
}

static void no_timeout_is_reached(void **state)
{
	struct rig *r = *state;
	uint64_t start;

	rig_open(r, "");
	start = shim_now_ns(r->shim);
	for (int i = 0; i < 100; i++)
		rig_works(r);
	assert_true(shim_now_ns(r->shim) - start < 100000000);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(every_length_and_alignment),
		RIG_TEST(nothing_is_zero),
		RIG_TEST(file_ends_where_card_memory_does),
		RIG_TEST(position_moves_by_what_was_done),
		RIG_TEST(vectors_of_odd_pieces),
		RIG_TEST(big_one_is_cut_and_spread),
		RIG_TEST(small_rings_wrap_many_times),
		RIG_TEST(bad_memory_is_efault),
		RIG_TEST(o_direct_is_what_happens_anyway),
		RIG_TEST(no_timeout_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
