/* SPDX-License-Identifier: BSD-2-Clause */
/* Reset alone: order of the steps, when it waits and when it does not. */
#include "tests/rtl/dut.h"

/* Sweeps are answered after a few cycles; the kinds seen so far, one decimal digit each. */
struct bench {
	struct dut *d;
	unsigned kinds, wait, pulses;
	bool in_rst;
};

static void bench_sample(void *ctx)
{
	struct bench *b = ctx;

	if (dut_get(b->d, "sweep_valid") && dut_get(b->d, "sweep_done"))
		b->kinds = 10 * b->kinds + 1 + (unsigned)dut_get(b->d, "sweep_kind");
	if (dut_get(b->d, "engine_rst") && !b->in_rst)
		b->pulses++;
	b->in_rst = dut_get(b->d, "engine_rst");
}

static void bench_drive(void *ctx)
{
	struct bench *b = ctx;
	bool asked = dut_get(b->d, "sweep_valid");

	b->wait = asked ? b->wait + 1 : 0;
	dut_set(b->d, "sweep_done", b->wait == 20);
}

static void bench_open(struct bench *b)
{
	*b = (struct bench){ .d = dut_new(dut_seed()) };
	dut_set(b->d, "fn_bme", 1);
	dut_set(b->d, "tables_ready", 1);
	dut_set(b->d, "port_idle", 1);
	dut_set(b->d, "engine_empty", 1);
	dut_set(b->d, "cpl_timeout_log2", 20);
	dut_reset(b->d, 1);
	dut_hook(b->d, bench_sample, bench_drive, b);
	dut_wait(b->d, "ready", 100);
	assert_int_equal(b->kinds, 3); /* everything to reset values */
	assert_int_equal(b->pulses, 1);
}

static void soft_reset(struct bench *b)
{
	dut_set(b->d, "soft_reset", 1);
	dut_cycle(b->d);
	dut_set(b->d, "soft_reset", 0);
	dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "soft_busy"), 1);
}

static void soft_reset_disables_waits_and_sweeps(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "engine_empty", 0);
	soft_reset(&b);
	dut_cycles(b.d, 1000);
	assert_int_equal(b.kinds, 31);
	assert_int_equal(b.pulses, 1);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	dut_set(b.d, "engine_empty", 1);
	dut_wait(b.d, "ready", 100);
	assert_int_equal(b.kinds, 312);
	assert_int_equal(b.pulses, 2);
	assert_int_equal(dut_get(b.d, "soft_busy"), 0);
	dut_free(b.d);
}

static void a_function_that_may_not_send_waits_for_reads_only(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "engine_empty", 0);
	dut_set(b.d, "fn_bme", 0);
	dut_set(b.d, "tags_in_use", 3);
	soft_reset(&b);
	dut_cycles(b.d, 2000);
	assert_int_equal(b.pulses, 1);
	dut_set(b.d, "tags_in_use", 0);
	dut_cycles(b.d, 200); /* card memory settles first */
	assert_int_equal(b.pulses, 1);
	dut_set(b.d, "tags_in_use", 1); /* not quiet after all */
	dut_cycles(b.d, 1000);
	assert_int_equal(b.pulses, 1);
	dut_set(b.d, "tags_in_use", 0);
	dut_wait(b.d, "engine_rst", 300);
	dut_wait(b.d, "ready", 100);
	dut_free(b.d);
}

/* Reads that may never be answered do not hold a reset up; a request on offer and unsent writes do. */
static void no_tlp_is_cut_short(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "engine_empty", 0);
	dut_set(b.d, "cpl_timeout_log2", 0);
	dut_set(b.d, "tags_in_use", 1);
	dut_set(b.d, "tx_offered", 1);
	soft_reset(&b);
	dut_cycles(b.d, 2000);
	assert_int_equal(b.pulses, 1);
	dut_set(b.d, "posted_n", 1);
	dut_set(b.d, "tx_offered", 0);
	dut_cycles(b.d, 2000);
	assert_int_equal(b.pulses, 1);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	dut_set(b.d, "sent_n", 1);
	dut_wait(b.d, "engine_rst", 300);
	dut_free(b.d);
}

static void function_level_reset_is_done_after_the_last_completion(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "port_idle", 0);
	dut_set(b.d, "fn_flr", 1);
	dut_cycles(b.d, 500);
	assert_int_equal(b.kinds, 313);
	assert_int_equal(dut_get(b.d, "soft_busy"), 0);
	dut_set(b.d, "port_idle", 1);
	dut_wait(b.d, "flr_done", 5);
	dut_cycle(b.d);
	assert_int_equal(dut_get(b.d, "flr_done"), 0);
	dut_cycles(b.d, 50); /* no second round while the request stays */
	assert_int_equal(b.kinds, 313);
	assert_int_equal(dut_get(b.d, "ready"), 0);
	dut_set(b.d, "fn_flr", 0);
	dut_wait(b.d, "ready", 3);
	dut_free(b.d);
}

static void function_level_reset_cuts_a_soft_reset_short(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "engine_empty", 0);
	soft_reset(&b);
	dut_cycles(b.d, 400);
	dut_set(b.d, "fn_flr", 1); /* nothing can leave any more */
	dut_wait(b.d, "flr_done", 2000);
	assert_int_equal(b.kinds, 31213);
	dut_free(b.d);
}

static void power_down_is_acknowledged_when_quiet(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(dut_get(b.d, "fn_power_ack"), 0);
	dut_set(b.d, "fn_power", 3);
	dut_set(b.d, "posted_n", 0xffff);
	dut_set(b.d, "sent_n", 0xfffe);
	dut_settle(b.d);
	assert_int_equal(dut_get(b.d, "fn_power_ack"), 0);
	dut_set(b.d, "sent_n", 0xffff);
	dut_settle(b.d);
	assert_int_equal(dut_get(b.d, "fn_power_ack"), 1);
	dut_set(b.d, "tags_in_use", 1);
	dut_settle(b.d);
	assert_int_equal(dut_get(b.d, "fn_power_ack"), 0);
	dut_set(b.d, "tags_in_use", 0);
	dut_set(b.d, "port_idle", 0);
	dut_settle(b.d);
	assert_int_equal(dut_get(b.d, "fn_power_ack"), 0);
	dut_free(b.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(soft_reset_disables_waits_and_sweeps),
		cmocka_unit_test(a_function_that_may_not_send_waits_for_reads_only),
		cmocka_unit_test(no_tlp_is_cut_short),
		cmocka_unit_test(function_level_reset_is_done_after_the_last_completion),
		cmocka_unit_test(function_level_reset_cuts_a_soft_reset_short),
		cmocka_unit_test(power_down_is_acknowledged_when_quiet),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
