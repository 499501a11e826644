// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts from the card's moderation to the program that waits: of the kind
 * that was granted, in time, and with vectors that many queues share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

/* A small transfer takes some microseconds; the driver looks after lost interrupts after many milliseconds. */
#define SOON_PS 500000000ull

/* What the run was asked for, or what a card has that is not ours to choose. */
static unsigned kind_wanted(const struct target *t, const struct cw_info *info)
{
	const char *irq = getenv("IRQ");

	if (!t->simulated)
		return info->irq_type;
	if (!irq || !*irq || !strcmp(irq, "msix"))
		return CW_IRQ_TYPE_MSIX;
	return strcmp(irq, "msi") ? CW_IRQ_TYPE_INTX : CW_IRQ_TYPE_MSI;
}

static struct cw_info info_of(struct target *t)
{
	struct cw_info info;

	assert_int_equal(cw_get_info(t->dev, &info), 0);
	return info;
}

static void the_kind_is_the_one_granted(void **state)
{
	struct target *t = *state;
	struct cw_info info = info_of(t);

	assert_int_equal(info.irq_type, kind_wanted(t, &info));
	assert_in_range(info.irqs, 1, info.vectors);
	if (info.irq_type == CW_IRQ_TYPE_INTX)
		assert_int_equal(info.irqs, 1);
	if (info.irq_type == CW_IRQ_TYPE_MSI) {
		assert_in_range(info.irqs, 2, 32);
		assert_int_equal(info.irqs & (info.irqs - 1), 0);
	}
}

static uint64_t time_of(struct target *t, uint64_t *interrupts)
{
	struct cw_sim_stats s;

	assert_int_equal(cw_sim_get_stats(t->dev, &s), 0);
	*interrupts = s.interrupts;
	return s.time_ps;
}

/* One at a time: each is the last in flight, and told at once. */
static void each_transfer_ends_by_an_interrupt(void **state)
{
	struct target *t = *state;
	unsigned char out[3000], in[3000];
	uint64_t before, after, irqs, more;

	if (!t->simulated)
		target_skip(NULL, "only the simulated host counts the interrupts");
	for (unsigned i = 0; i < 40; i++) {
		size_t len = 1 + i * 73;

		test_fill(out, len, i);
		memset(in, 0, len);
		before = time_of(t, &irqs);
		assert_int_equal(cw_write(t->dev, out, len, 12345 + i), len);
		assert_int_equal(cw_read(t->dev, in, len, 12345 + i), len);
		after = time_of(t, &more);
		assert_memory_equal(in, out, len);
		assert_true(after - before < SOON_PS);
		assert_true(more > irqs);
	}
}

enum { FLIGHT = 200, LEN_MAX = 6000 };

struct lot {
	struct cw_io io[FLIGHT];
	unsigned char out[FLIGHT][LEN_MAX], in[FLIGHT][LEN_MAX];
};

static void lot_run(struct target *t, struct lot *l, int op)
{
	struct cw_io *io;

	for (unsigned i = 0; i < FLIGHT; i++) {
		l->io[i].op = op;
		l->io[i].buf = op == CW_OP_WRITE ? l->out[i] : l->in[i];
		assert_int_equal(cw_submit(t->dev, &l->io[i]), 0);
	}
	for (unsigned i = 0; i < FLIGHT; i++) {
		assert_int_equal(cw_wait(t->dev, &io, -1), 0);
		assert_int_equal(io->result, io->len);
	}
}

/* Every queue has work again and again; its data comes back, and no transfer has to be found by a time-out. */
static void lots_move(struct target *t, unsigned rounds)
{
	struct lot *l = calloc(1, sizeof(*l));
	uint64_t before, after, irqs, more;
	unsigned random = t->seed;

	assert_non_null(l);
	for (unsigned r = 0; r < rounds; r++) {
		before = time_of(t, &irqs);
		for (unsigned i = 0; i < FLIGHT; i++) {
			l->io[i] = (struct cw_io){ .len = 1 + test_random(&random) % LEN_MAX,
						   .card_addr = (uint64_t)i * LEN_MAX + test_random(&random) % 64 };
			/* Areas do not overlap. */
			if (l->io[i].len > LEN_MAX - 64)
				l->io[i].len = LEN_MAX - 64;
			test_fill(l->out[i], l->io[i].len, test_random(&random));
			memset(l->in[i], 0, l->io[i].len);
		}
		lot_run(t, l, CW_OP_WRITE);
		lot_run(t, l, CW_OP_READ);
		for (unsigned i = 0; i < FLIGHT; i++)
			assert_memory_equal(l->in[i], l->out[i], l->io[i].len);
		after = time_of(t, &more);
		assert_true(after - before < 4 * SOON_PS);
		assert_true(more > irqs);
	}
	free(l);
}

static void shared_vectors(unsigned vectors)
{
	char options[64];
	struct target t;
	struct cw_info info;

	snprintf(options, sizeof(options), "vectors=%u,module=queues=32;entries=16", vectors);
	target_open(&t, options);
	info = info_of(&t);
	assert_int_equal(info.queues, 64);
	assert_int_equal(info.file_queues, 32);
	assert_int_equal(info.irqs, info.irq_type == CW_IRQ_TYPE_MSIX ? vectors :
			 info.irq_type == CW_IRQ_TYPE_MSI && vectors > 1 ? 2 : 1);
	lots_move(&t, target_full() ? 20 : 2);
	target_close(&t);
}

static bool ours_to_choose(void)
{
	const char *target = getenv("TARGET");

	return !target || !strcmp(target, "sim") || !strcmp(target, "shm");
}

static void all_queues_share_one_vector(void **state)
{
	(void)state;
	if (!ours_to_choose())
		target_skip(NULL, "the vectors of a module that is loaded are chosen");
	shared_vectors(1);
}

static void all_queues_share_two_vectors(void **state)
{
	(void)state;
	if (!ours_to_choose())
		target_skip(NULL, "the vectors of a module that is loaded are chosen");
	shared_vectors(2);
}

static void all_queues_share_three_vectors(void **state)
{
	(void)state;
	if (!ours_to_choose())
		target_skip(NULL, "the vectors of a module that is loaded are chosen");
	shared_vectors(3);
}

int main(void)
{
	const struct CMUnitTest one[] = {
		cmocka_unit_test(the_kind_is_the_one_granted),
		cmocka_unit_test(each_transfer_ends_by_an_interrupt),
	};
	const struct CMUnitTest each[] = {
		cmocka_unit_test(all_queues_share_one_vector),
		cmocka_unit_test(all_queues_share_two_vectors),
		cmocka_unit_test(all_queues_share_three_vectors),
	};
	int failed = cmocka_run_group_tests_name("interrupts", one, target_setup, target_teardown);

	return failed + cmocka_run_group_tests_name("shared vectors", each, NULL, NULL);
}
