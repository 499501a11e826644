// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every length and alignment that can go wrong, both ways, with guard bytes on
 * both sides of both ends. W is the width of the data path in bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "target.h"

#define GUARD 64
#define AREA (2 * 4096 + 65536 + 2 * GUARD)
#define DEPTH 16
#define SPOT_BYTES 131072 /* card memory a case has for itself */

static const unsigned offsets[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 31, 32, 33, 60, 63, 4093 };
#define OFFSET_N (sizeof(offsets) / sizeof(offsets[0]))

/* One case in flight: user memory with its guards, and where it goes. */
struct slot {
	struct cw_io io;
	unsigned char *area;   /* AREA bytes, page aligned */
	unsigned char *expect; /* what the area must be afterwards */
	size_t host_off;
	uint64_t card;
	unsigned len;
	int busy;
};

struct sweep {
	struct target *t;
	struct slot slots[DEPTH];
	unsigned char *card_copy; /* what card memory must hold, DEPTH spots */
	unsigned cases;
};

static void sweep_begin(struct sweep *s, struct target *t)
{
	memset(s, 0, sizeof(*s));
	s->t = t;
	s->card_copy = calloc(DEPTH, SPOT_BYTES);
	assert_non_null(s->card_copy);
	for (int i = 0; i < DEPTH; i++) {
		s->slots[i].area = aligned_alloc(4096, (AREA + 4095) / 4096 * 4096);
		s->slots[i].expect = malloc(AREA);
		assert_non_null(s->slots[i].area);
		assert_non_null(s->slots[i].expect);
	}
	/* known card memory, guards included */
	test_fill(s->card_copy, (size_t)DEPTH * SPOT_BYTES, t->seed);
	assert_int_equal(cw_write(t->dev, s->card_copy, (size_t)DEPTH * SPOT_BYTES, 0), DEPTH * SPOT_BYTES);
}

static void check_slot(struct sweep *s, struct slot *slot)
{
	if (slot->io.result != (ssize_t)slot->len)
		fail_msg("%s of %u bytes, host offset %zu, card 0x%llx: result %zd (%s)",
			 slot->io.op == CW_OP_READ ? "read" : "write", slot->len, slot->host_off,
			 (unsigned long long)slot->card, slot->io.result, cw_why(s->t->dev));
	for (size_t i = 0; i < AREA; i++)
		if (slot->area[i] != slot->expect[i])
			fail_msg("%s of %u bytes, host offset %zu, card 0x%llx: host byte %zd is %02x, not %02x",
				 slot->io.op == CW_OP_READ ? "read" : "write", slot->len, slot->host_off,
				 (unsigned long long)slot->card, (ssize_t)i - (ssize_t)slot->host_off, slot->area[i],
				 slot->expect[i]);
	slot->busy = 0;
	s->cases++;
}

static void reap_one(struct sweep *s)
{
	struct cw_io *io;

	assert_int_equal(cw_wait(s->t->dev, &io, -1), 0);
	check_slot(s, (struct slot *)io->user);
}

static int busy_slots(const struct sweep *s)
{
	int n = 0;

	for (int i = 0; i < DEPTH; i++)
		n += s->slots[i].busy;
	return n;
}

static struct slot *free_slot(struct sweep *s)
{
	for (;;) {
		for (int i = 0; i < DEPTH; i++)
			if (!s->slots[i].busy)
				return &s->slots[i];
		reap_one(s);
	}
}

static void drain(struct sweep *s)
{
	while (busy_slots(s))
		reap_one(s);
}

/* Starts one transfer in a free slot; each slot has its own spot of card memory. */
static void one_case(struct sweep *s, enum cw_op op, unsigned len, unsigned host_off, unsigned card_off)
{
	struct slot *slot = free_slot(s);
	size_t spot = (size_t)(slot - s->slots) * SPOT_BYTES + GUARD + card_off;

	slot->busy = 1;
	slot->len = len;
	slot->host_off = GUARD + host_off;
	slot->card = spot;
	test_fill(slot->area, AREA, s->cases + len * 31 + host_off);
	memcpy(slot->expect, slot->area, AREA);
	if (op == CW_OP_READ)
		memcpy(slot->expect + slot->host_off, s->card_copy + spot, len);
	else
		memcpy(s->card_copy + spot, slot->area + slot->host_off, len);
	slot->io = (struct cw_io){
		.op = op, .buf = slot->area + slot->host_off, .len = len, .card_addr = slot->card, .user = slot,
	};
	assert_int_equal(cw_submit(s->t->dev, &slot->io), 0);
}

/* All of card memory that the sweep used, guards too, must be as expected. */
static void sweep_end(struct sweep *s)
{
	size_t size = (size_t)DEPTH * SPOT_BYTES;
	unsigned char *got = malloc(size);

	drain(s);
	assert_non_null(got);
	assert_int_equal(cw_read(s->t->dev, got, size, 0), (ssize_t)size);
	for (size_t i = 0; i < size; i++)
		if (got[i] != s->card_copy[i])
			fail_msg("card byte 0x%zx is %02x, not %02x", i, got[i], s->card_copy[i]);
	print_message("# %u cases\n", s->cases);
	free(got);
	free(s->card_copy);
	for (int i = 0; i < DEPTH; i++) {
		free(s->slots[i].area);
		free(s->slots[i].expect);
	}
}

static void all_pairs(struct sweep *s, unsigned len, unsigned step, unsigned *pick)
{
	for (size_t h = 0; h < OFFSET_N; h++)
		for (size_t c = 0; c < OFFSET_N; c++)
			if ((*pick)++ % step == 0)
				for (int op = CW_OP_READ; op <= CW_OP_WRITE; op++)
					one_case(s, (enum cw_op)op, len, offsets[h], offsets[c]);
}

static void every_short_length(void **state)
{
	struct sweep s;
	struct cw_info info;
	unsigned pick = 0;
	unsigned step = target_full() ? 1 : 7; /* 7 is prime to the number of pairs: all pairs get their turn */

	sweep_begin(&s, *state);
	assert_int_equal(cw_get_info(s.t->dev, &info), 0);
	for (unsigned len = 1; len <= info.data_bytes + 2; len++)
		all_pairs(&s, len, step, &pick);
	for (unsigned len = 124; len <= 132; len++)
		all_pairs(&s, len, step, &pick);
	sweep_end(&s);
}

static void long_lengths(void **state)
{
	static const unsigned lens[] = { 1024, 4095, 4096, 4097, 65536 };
	static const unsigned pairs[][2] = { { 0, 0 }, { 1, 0 }, { 0, 63 }, { 4093, 17 } };
	struct sweep s;

	sweep_begin(&s, *state);
	for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++)
		for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++)
			for (int op = CW_OP_READ; op <= CW_OP_WRITE; op++)
				one_case(&s, (enum cw_op)op, lens[l], pairs[p][0], pairs[p][1]);
	sweep_end(&s);
}

/* The full 64 x 64 offsets, at a few lengths around the width; in make test-all. */
static void every_offset_pair(void **state)
{
	static const unsigned lens[] = { 1, 31, 33, 67, 131 };
	struct sweep s;
	unsigned step = target_full() ? 1 : 61;

	sweep_begin(&s, *state);
	for (unsigned i = 0; i < 64 * 64; i += step)
		for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++)
			for (int op = CW_OP_READ; op <= CW_OP_WRITE; op++)
				one_case(&s, (enum cw_op)op, lens[l], i / 64, i % 64);
	sweep_end(&s);
}

static void random_mix(void **state)
{
	struct sweep s;
	unsigned rnd;
	int n = target_full() ? 5000 : 400;

	sweep_begin(&s, *state);
	rnd = s.t->seed;
	print_message("# seed %u\n", s.t->seed);
	for (int i = 0; i < n; i++) {
		unsigned len = test_random(&rnd) % 3 ? 1 + test_random(&rnd) % 600 : 1 + test_random(&rnd) % 20000;

		one_case(&s, test_random(&rnd) & 1 ? CW_OP_READ : CW_OP_WRITE, len, test_random(&rnd) % 4096,
			 test_random(&rnd) % 4096);
	}
	sweep_end(&s);
}

/* Behind a vendor's shim, short form: 500 cases of all kinds. */
static void five_hundred_cases(void **state)
{
	struct sweep s;
	struct cw_info info;
	unsigned rnd;

	sweep_begin(&s, *state);
	assert_int_equal(cw_get_info(s.t->dev, &info), 0);
	rnd = s.t->seed + 500;
	for (int i = 0; i < 500; i++) {
		static const unsigned most[] = { 16, 132, 600, 20000 };
		unsigned kind = test_random(&rnd) % 5;
		unsigned len = kind ? 1 + test_random(&rnd) % most[kind - 1] : info.data_bytes + test_random(&rnd) % 3 - 1;
		unsigned host = offsets[test_random(&rnd) % OFFSET_N], card = test_random(&rnd) % 4096;

		one_case(&s, test_random(&rnd) & 1 ? CW_OP_READ : CW_OP_WRITE, len, host, card);
	}
	sweep_end(&s);
}

int main(void)
{
	const struct CMUnitTest shim_tests[] = { cmocka_unit_test(five_hundred_cases) };

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_short_length),
		cmocka_unit_test(long_lengths),
		cmocka_unit_test(every_offset_pair),
		cmocka_unit_test(random_mix),
	};

	if (getenv("SHIM") && !target_full())
		return cmocka_run_group_tests_name("data_sweep", shim_tests, target_setup, target_teardown);
	return cmocka_run_group_tests_name("data_sweep", tests, target_setup, target_teardown);
}
