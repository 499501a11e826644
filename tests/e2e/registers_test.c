// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every register of the table on whole cards, through BARs that a program has mapped, with no driver
 * bound: tests/register_walk.h says what is looked at. Simulated cards of both sizes, and what LINK says
 * of several settings; the card on the PCI bus (TARGET=pci), whatever it is built as.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <errno.h>

#include "causeway-pci.h"
#include "target.h"
#include "tests/register_walk_card.h"

static void io_read(void *ctx, unsigned bar, uint64_t off, unsigned len, void *data)
{
	assert_int_equal(cw_bar(ctx, bar, off, data, len, 0), 0);
}

static void io_write(void *ctx, unsigned bar, uint64_t off, unsigned len, const void *data)
{
	uint64_t v = 0;

	memcpy(&v, data, len);
	assert_int_equal(cw_bar(ctx, bar, off, &v, len, 1), 0);
}

/* LINK with no driver bound, hence without bus mastering: what the host has set in Device Control. */
static uint32_t link_of(unsigned mps, unsigned mrrs, bool tag10)
{
	return (uint32_t)(__builtin_ctz(mps) - 7) | (uint32_t)(__builtin_ctz(target_mrrs(mrrs)) - 7) << CW_LINK_MRRS_SHIFT |
	       CW_LINK_EXT_TAG_MASK | (tag10 && target_has_tag10() ? CW_LINK_TAG10_MASK : 0) | CW_LINK_RO_MASK | CW_LINK_NS_MASK;
}

/* The parameters of the simulated builds, and the defaults of the simulated host. */
static struct walk_build build_of(unsigned queues, unsigned vectors)
{
	/* No vendor's block gives more than 256 tags. */
	const bool many_tags = target_width() == 512 && target_has_tag10();

	return (struct walk_build){ .queues = queues, .vectors = vectors, .data_bytes = target_width() / 8, .addr_bits = 64,
				    .tags = many_tags ? 1024 : 256,
				    .features = WALK_FEATURES | CW_CAP_FEATURES_STREAM_MASK,
				    .clock_hz = 250000000, .card_bytes = 1ull << 32, .link = link_of(256, 512, true) };
}

/* A card that is as it is: by its own word, and LINK as configuration space has it. */
static void walk_real(struct walk *w)
{
	struct cw_pci_card card;

	walk_read_build(w);
	assert_int_equal(cw_pci_get("pci", &card, NULL, 0), 0);
	if (card.link_known)
		w->build.link = card.link;
	w->foreign_msix = walk_in_a_guest();
}

/* The card without its driver, after a reset; skips where that cannot be had. A real card is only of one kind. */
static struct walk walk_open(struct target *t, const char *options, unsigned queues, unsigned vectors)
{
	struct walk w = { .io = { .read = io_read, .write = io_write }, .build = build_of(queues, vectors) };
	char card_options[32] = "";

	if (queues != 64)
		snprintf(card_options, sizeof(card_options), "queues=%u", queues);
	target_open_card(t, options, card_options);
	if (!t->simulated && (!t->no_driver || *options || *card_options))
		target_skip(t, t->no_driver ? "a card is of the kind that it is" : "the card is the driver's");
	if (t->simulated && !target_has_flr()) {
		assert_int_equal(cw_reset(t->dev), -ENOTTY);
		target_skip(t, "this block has no function-level reset");
	}
	w.io.ctx = t->dev;
	w.rng = t->seed * 2654435761u | 1;
	if (t->simulated)
		assert_int_equal(cw_sim_bind(t->dev, 0), 0);
	assert_int_equal(cw_reset(t->dev), 0);
	if (t->no_driver)
		walk_real(&w);
	return w;
}

/* The walk has left everything as it was, and a driver finds the card fit. */
static void walk_close(struct target *t, struct walk *w)
{
	walk_reset_values(w);
	if (t->simulated)
		assert_int_equal(cw_sim_bind(t->dev, 1), 0);
	target_close(t);
}

static void walk_card(unsigned queues, unsigned vectors)
{
	struct target t;
	struct walk w = walk_open(&t, "", queues, vectors);

	for (unsigned i = 0; i < WALK_STEP_N; i++)
		walk_steps[i].run(&w);
	walk_close(&t, &w);
}

static void registers_are_as_the_table_says(void **state)
{
	(void)state;
	walk_card(64, 64);
}

static void registers_of_2048_queues_are_as_the_table_says(void **state)
{
	(void)state;
	walk_card(2048, 256);
}

/* What a driver and its transfers have left behind is gone after a function-level reset. */
static void a_reset_brings_back_the_reset_values(void **state)
{
	struct target t;
	struct walk w;
	unsigned char buf[5000];
	uint32_t records = 0;

	(void)state;
	target_open(&t, "");
	if (!t.simulated && !t.no_driver)
		target_skip(&t, "the card is the driver's");
	if (t.simulated && !target_has_flr())
		target_skip(&t, "this block has no function-level reset");
	w = (struct walk){ .io = { .read = io_read, .write = io_write, .ctx = t.dev }, .build = build_of(64, 64), .rng = 1 };
	if (t.simulated) {
		test_fill(buf, sizeof(buf), t.seed);
		assert_int_equal(cw_write(t.dev, buf, sizeof(buf), 99), sizeof(buf));
		assert_int_equal(cw_sim_bind(t.dev, 0), 0);
		for (unsigned q = 0; q < 8; q++)
			records += walk_rd(&w, walk_queue(q) + CW_Q_RECORDS);
		assert_int_not_equal(records, 0);
		assert_int_not_equal(walk_rd(&w, CW_DEPTH), 0);
	} else {
		walk_real(&w);
	}
	walk_wr(&w, CW_SCRATCH, 0x12345678);
	walk_wr(&w, CW_DB_STRIDE, 16);
	walk_wr(&w, CW_WINDOW_BASE_LO, CW_BAR4_BYTES);
	walk_wr(&w, CW_EVENT_OFFSET + CW_EVENT_BASE_HI, 5);
	walk_wr(&w, CW_MSIX_TABLE_OFFSET + 16 * (w.build.vectors - 1) + CW_MSIX_CTRL, 0);
	assert_int_equal(cw_reset(t.dev), 0);
	walk_close(&t, &w);
}

static void link_says_what_the_host_has_set(void **state)
{
	static const struct {
		const char *options;
		unsigned mps, mrrs;
		bool tag10;
	} set[] = {
		{ "mps=128,mrrs=128", 128, 128, true },
		{ "mps=512,mrrs=4096,tag10=0", 512, 4096, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(set) / sizeof(set[0]); i++) {
		struct target t;
		struct walk w = walk_open(&t, set[i].options, 64, 64);

		w.build.link = link_of(set[i].mps, set[i].mrrs, set[i].tag10);
		walk_close(&t, &w);
	}
}

static void accesses_that_no_cpu_makes_are_refused(void **state)
{
	struct target t;
	uint64_t v = 0;

	(void)state;
	target_open(&t, "");
	if (!t.simulated && !t.no_driver) {
		assert_int_equal(cw_bar(t.dev, 0, 0, &v, 4, 0), -EOPNOTSUPP);
		assert_int_equal(cw_reset(t.dev), -EOPNOTSUPP);
	} else {
		assert_int_equal(cw_bar(t.dev, 0, CW_ID, &v, 4, 0), 0);
		assert_int_equal(v, CW_ID_MAGIC);
		assert_int_equal(cw_bar(t.dev, 0, 2, &v, 4, 0), -EINVAL);
		assert_int_equal(cw_bar(t.dev, 0, 0, &v, 3, 0), -EINVAL);
		assert_int_equal(cw_bar(t.dev, 0, 0, &v, 16, 0), -EINVAL);
		assert_int_equal(cw_bar(t.dev, 0, CW_BAR0_BYTES, &v, 4, 0), -EINVAL);
		assert_int_equal(cw_bar(t.dev, 1, 0, &v, 4, 0), -EINVAL);
		assert_int_equal(cw_bar(t.dev, 6, 0, &v, 4, 0), -EINVAL);
		assert_int_equal(cw_bar(t.dev, 0, 0, NULL, 4, 0), -EINVAL);
	}
	assert_int_equal(cw_bar(NULL, 0, 0, &v, 4, 0), -EINVAL);
	assert_int_equal(cw_reset(NULL), -EINVAL);
	target_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_are_as_the_table_says),
		cmocka_unit_test(registers_of_2048_queues_are_as_the_table_says),
		cmocka_unit_test(a_reset_brings_back_the_reset_values),
		cmocka_unit_test(link_says_what_the_host_has_set),
		cmocka_unit_test(accesses_that_no_cpu_makes_are_refused),
	};

	return cmocka_run_group_tests_name("registers", tests, NULL, NULL);
}
