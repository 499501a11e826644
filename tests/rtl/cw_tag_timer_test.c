/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_tag_timer: epochs of `now`, scans, lost tags. */
#include <string.h>

#include "dut.h"

#define TAGS 256

struct env {
	struct dut *d;
	bool live[TAGS], lost[TAGS];
	unsigned ticks[TAGS], ages, losses, live_n;
	uint64_t now;
	unsigned stall;
	struct dut_rng rng;
};

static void sample(void *ctx)
{
	struct env *e = ctx;
	unsigned tag = dut_get(e->d, "tick_tag");

	if (!dut_get(e->d, "tick_valid") || !dut_get(e->d, "tick_ready"))
		return;
	if (e->lost[tag]) {
		e->lost[tag] = e->live[tag] = false; /* the read ends */
		e->live_n--;
		e->losses++;
	} else {
		assert_true(e->live[tag]);
		assert_int_equal(dut_get(e->d, "tick_age"), 1);
		e->ticks[tag]++;
		e->ages++;
	}
}

static void drive(void *ctx)
{
	struct env *e = ctx;
	bool any = false;

	for (unsigned i = 0; i < TAGS; i++)
		any |= e->lost[i];
	dut_set(e->d, "any_live", e->live_n != 0);
	dut_set(e->d, "lost_any", any);
	dut_set(e->d, "tick_ready", !dut_chance(&e->rng, e->stall));
	dut_set(e->d, "now", ++e->now);
	dut_settle(e->d);
	dut_set(e->d, "scan_live", e->live[dut_get(e->d, "scan_tag")]);
	dut_set(e->d, "scan_lost", e->lost[dut_get(e->d, "scan_tag")]);
}

static void start(struct env *e, unsigned log2)
{
	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->now = 1000003;
	e->d = dut_new(dut_seed());
	dut_set(e->d, "cpl_timeout_log2", log2);
	dut_hook(e->d, sample, drive, e);
	dut_reset(e->d, 3);
	dut_cycle(e->d);
}

static void set_live(struct env *e, unsigned tag)
{
	e->live_n += !e->live[tag];
	e->live[tag] = true;
}

static void deadline_is_next_epoch_only_while_live(void **state)
{
	struct env e;

	(void)state;
	start(&e, 12);
	dut_cycles(e.d, 5000);
	assert_true(dut_get(e.d, "next_deadline") == 0xffffffffffff);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	e.now = 0x7fff000 + 17;
	set_live(&e, 5);
	dut_cycles(e.d, 4);
	assert_int_equal(dut_get(e.d, "next_deadline"), 0x8000000);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	e.live[5] = false;
	e.live_n = 0;
	dut_cycles(e.d, 3);
	assert_true(dut_get(e.d, "next_deadline") == 0xffffffffffff);
	assert_int_equal(e.ages, 0);
	dut_free(e.d);
}

static void each_live_tag_ages_once_an_epoch(void **state)
{
	struct env e;

	(void)state;
	start(&e, 10);
	for (unsigned i = 0; i < TAGS; i += 3)
		set_live(&e, i);
	set_live(&e, 255);
	e.stall = 50;
	e.now = 0x10000 * 1024ull + 1;
	dut_cycles(e.d, 4 * 1024);
	dut_cycles(e.d, 800);
	for (unsigned i = 0; i < TAGS; i++)
		assert_int_equal(e.ticks[i], e.live[i] ? 4 : 0);
	/* a jump over many epochs is one tick */
	e.now += 1000000;
	dut_cycles(e.d, 1200);
	assert_in_range(e.ticks[255], 5, 6);
	dut_free(e.d);
}

static void never_when_off_and_clamped(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	set_live(&e, 1);
	dut_cycles(e.d, 3000);
	assert_int_equal(e.ages, 0);
	assert_true(dut_get(e.d, "next_deadline") == 0xffffffffffff);
	e.now = 0x2000010;
	dut_set(e.d, "cpl_timeout_log2", 3); /* counts as 8 */
	dut_cycles(e.d, 4);
	assert_int_equal(dut_get(e.d, "next_deadline"), 0x2000100);
	dut_set(e.d, "cpl_timeout_log2", 63); /* counts as 40 */
	dut_cycles(e.d, 600);
	assert_true(dut_get(e.d, "next_deadline") == 1ull << 40);
	dut_free(e.d);
}

static void lost_tags_are_named_at_once(void **state)
{
	struct env e;

	(void)state;
	start(&e, 30);
	for (unsigned i = 0; i < TAGS; i++)
		set_live(&e, i);
	e.stall = 30;
	e.lost[0] = e.lost[77] = e.lost[255] = true;
	dut_cycles(e.d, 600);
	assert_int_equal(e.losses, 3);
	assert_int_equal(e.ages, 0);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	dut_free(e.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadline_is_next_epoch_only_while_live),
		cmocka_unit_test(each_live_tag_ages_once_an_epoch),
		cmocka_unit_test(never_when_off_and_clamped),
		cmocka_unit_test(lost_tags_are_named_at_once),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
