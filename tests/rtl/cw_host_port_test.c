/* SPDX-License-Identifier: BSD-2-Clause */
// tests: cw_rx_req cw_req_class cw_reg_bus cw_regs
/* The host port as a whole: the walk over the register table, requests of every kind, window. */
#include "tests/rtl/host_port_rig.h"
#include "tests/register_walk.h"

#define ALL 0xffffffffu

/* ---- the register walk ---- */
static void io_read(void *ctx, unsigned bar, uint64_t off, unsigned len, void *data)
{
	struct rig *r = ctx;
	uint32_t dw[2], at = off % 4;

	if (len == 8)
		assert_int_equal(rig_read(r, bar, (uint32_t)off, 15, 15, 2, dw), 0);
	else
		assert_int_equal(rig_read(r, bar, (uint32_t)off - at, ((1u << len) - 1) << at, 0, 1, dw), 0);
	memcpy(data, (const uint8_t *)dw + at, len);
}

static void io_write(void *ctx, unsigned bar, uint64_t off, unsigned len, const void *data)
{
	struct rig *r = ctx;
	uint32_t dw[2] = { 0, 0 }, at = off % 4;

	memcpy((uint8_t *)dw + at, data, len);
	if (len == 8)
		rig_write(r, bar, (uint32_t)off, 15, 15, 2, dw);
	else
		rig_write(r, bar, (uint32_t)off - at, ((1u << len) - 1) << at, 0, 1, dw);
}

static void io_write_be(void *ctx, uint32_t off, unsigned be, uint32_t value)
{
	rig_write(ctx, 0, off, be, 0, 1, &value);
}

static struct walk walk_of(struct rig *r)
{
	return (struct walk){
		.io = { io_read, io_write, io_write_be, r },
		.build = { .queues = RIG_QUEUE_N, .vectors = 64, .data_bytes = 32, .addr_bits = 64, .tags = 256,
			   .features = WALK_FEATURES,
			   .clock_hz = 250000000, .card_bytes = 1ull << 32, .link = CW_LINK_BME_MASK },
		.rng = (uint32_t)dut_rand(&r->rng) | 1,
	};
}

/* One function of the walk on a rig of its own. */
static void walk_with(unsigned stall, void (*fn)(struct walk *w))
{
	struct rig *r = rig_new(stall);
	struct walk w = walk_of(r);

	fn(&w);
	walk_reset_values(&w);
	rig_free(r);
}

static void registers_are_as_the_table_says(void **state)
{
	(void)state;
	walk_with(0, walk_access);
	walk_with(0, walk_counters);
	walk_with(0, walk_now);
}

static void registers_are_read_and_written_in_every_width(void **state)
{
	(void)state;
	walk_with(20, walk_widths);
}

static void every_vector_and_queue_has_its_own_words(void **state)
{
	(void)state;
	walk_with(0, walk_own_words);
}

static void reserved_addresses_read_zero_and_ignore_writes(void **state)
{
	(void)state;
	walk_with(20, walk_holes);
}

static void errors_stay_until_a_one_is_written(void **state)
{
	(void)state;
	walk_with(0, walk_errors);
}

static void life_of_some_queues(struct walk *w)
{
	walk_queue_life(w, 0);
	walk_queue_life(w, RIG_QUEUE_N / 2 - 1);
	walk_queue_life(w, RIG_QUEUE_N - 1);
}

static void an_enabled_queue_locks_its_configuration(void **state)
{
	(void)state;
	walk_with(10, life_of_some_queues);
}

static void values_a_field_does_not_allow_are_ignored(void **state)
{
	struct rig *r = rig_new(0);

	(void)state;
	walk_with(0, walk_allowed_values);
	for (unsigned v = 0; v < 64; v++) {
		rig_wr32(r, CW_CPL_TIMEOUT, v);
		assert_int_equal(dut_get(r->d, "cpl_timeout_log2"), rig_rd32(r, CW_CPL_TIMEOUT));
	}
	rig_free(r);
}

static void low_word_read_latches_the_high_word(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t lo, hi;

	(void)state;
	r->now = 0x1fffffff0ull;
	lo = rig_rd32(r, CW_NOW_LO);
	hi = rig_rd32(r, CW_NOW_LO + 4);
	assert_true(lo >= 0xfffffff0u ? hi == 1 : hi == 2);
	r->now = 0x5ffffff00ull;
	lo = rig_rd32(r, CW_NOW_LO);
	assert_true(lo > 0xffffff00u);
	r->now = 0x700000000ull;
	assert_int_equal(rig_rd32(r, CW_NOW_HI), 5);
	rig_free(r);
}

static void high_water_marks_follow_and_clear(void **state)
{
	struct rig *r = rig_new(0);

	(void)state;
	dut_set(r->d, "ops_in_flight", 77);
	dut_set(r->d, "tags_in_use", 31);
	dut_set(r->d, "tags_quarantined", 5);
	dut_cycles(r->d, 2);
	assert_int_equal(rig_rd32(r, CW_TAGS), 5u << 16 | 31);
	dut_set(r->d, "ops_in_flight", 3);
	dut_set(r->d, "tags_in_use", 2);
	assert_int_equal(rig_rd32(r, CW_DEPTH), 31u << 16 | 77);
	rig_wr32(r, CW_DEPTH, 0);
	assert_int_equal(rig_rd32(r, CW_DEPTH), 2u << 16 | 3);
	rig_free(r);
}

/* ---- requests that are not served ---- */
static void unsupported_non_posted_requests_get_one_ur(void **state)
{
	/* locked, I/O, configuration, atomics, deferrable write; no BAR; too long for registers */
	static const struct rig_req bad[] = {
		{ .fmt_type = 0x01, .len_dw = 1, .first_be = 15, .addr = 0x1000, .bar = 0 },
		{ .fmt_type = 0x21, .len_dw = 4, .first_be = 12, .last_be = 1, .addr = 0x1000, .bar = 4 },
		{ .fmt_type = 0x02, .len_dw = 1, .first_be = 15, .addr = 0x40, .bar = 7 },
		{ .fmt_type = 0x42, .len_dw = 1, .first_be = 15, .addr = 0x40, .bar = 7 },
		{ .fmt_type = 0x04, .len_dw = 1, .first_be = 15, .bar = 7 },
		{ .fmt_type = 0x45, .len_dw = 1, .first_be = 15, .bar = 7 },
		{ .fmt_type = 0x4c, .len_dw = 1, .addr = 0x80, .bar = 0 },
		{ .fmt_type = 0x6d, .len_dw = 2, .addr = 0x80, .bar = 4 },
		{ .fmt_type = 0x6e, .len_dw = 8, .addr = 0x80, .bar = 4 },
		{ .fmt_type = 0x5b, .len_dw = 1, .first_be = 15, .addr = 0x80, .bar = 0 },
		{ .fmt_type = 0x20, .len_dw = 1, .first_be = 15, .addr = 0x80, .bar = 7 },
		{ .fmt_type = 0x20, .len_dw = 3, .first_be = 14, .last_be = 7, .addr = 0x84, .bar = 0 },
		{ .fmt_type = 0x20, .len_dw = 1024, .first_be = 15, .last_be = 15, .addr = 0x1000, .bar = 0 },
		{ .fmt_type = 0x00, .len_dw = 5, .first_be = 8, .last_be = 1, .addr = 0x1000, .bar = 2 },
		{ .fmt_type = 0x20, .len_dw = 2, .first_be = 15, .last_be = 15, .addr = 0xffc, .bar = 4 },
		{ .fmt_type = 0x20, .len_dw = 0, .first_be = 15, .last_be = 15, .addr = 0x4, .bar = 4 },
	};
	struct rig *r = rig_new(30);
	uint32_t junk[1024];
	unsigned n = sizeof(bad) / sizeof(bad[0]);

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		struct rig_req q = bad[i];

		q.data = junk;
		q.len_dw = q.len_dw ? q.len_dw : 1024;
		q.requester = (uint16_t)(0x100 + i);
		q.tag = (uint16_t)(0x3f0 - 37 * i);
		q.tc = (uint8_t)(i & 7);
		q.attr = (uint8_t)(i & 7);
		rig_wr32(r, CW_ERROR, ALL);
		rig_send(r, &q);
		assert_int_equal(rig_answer(r, &q, NULL), 1);
		assert_int_equal(r->err_ur, i + 1);
		assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_REQ_UNSUPPORTED_MASK);
	}
	assert_int_equal(stream_depth(r->tx), 0);
	rig_free(r);
}

static void memory_disabled_or_low_power_answers_ur(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t v = 5;

	(void)state;
	dut_set(r->d, "fn_mem", 0);
	rig_wr32(r, CW_SCRATCH, 5);
	assert_int_equal(rig_read(r, 0, CW_SCRATCH, 15, 0, 1, &v), 1);
	assert_int_equal(rig_read(r, 4, 0, 15, 15, 9, NULL), 1);
	assert_int_equal(r->err_ur, 3);
	dut_set(r->d, "fn_mem", 1);
	dut_set(r->d, "fn_power", 3);
	assert_int_equal(rig_read(r, 0, CW_SCRATCH, 15, 0, 1, &v), 1);
	dut_cycles(r->d, 3);
	assert_int_equal(dut_get(r->d, "fn_power_ack"), 1);
	dut_set(r->d, "tags_in_use", 1);
	dut_settle(r->d);
	assert_int_equal(dut_get(r->d, "fn_power_ack"), 0);
	dut_set(r->d, "tags_in_use", 0);
	dut_set(r->d, "fn_power", 0);
	assert_int_equal(rig_rd32(r, CW_SCRATCH), 0);
	rig_free(r);
}

static void bad_posted_requests_are_dropped_and_reported(void **state)
{
	struct rig *r = rig_new(20);
	uint32_t junk[64] = { ALL, ALL, ALL, ALL };
	struct rig_req q = { .fmt_type = 0x60, .first_be = 15, .len_dw = 1, .addr = RIG_BAR0 + CW_SCRATCH, .ep = true, .data = junk };

	(void)state;
	rig_send(r, &q); /* poisoned, to a register */
	q.bar = 4;
	q.addr = RIG_BAR4;
	q.len_dw = 33;
	q.last_be = 15;
	memset(r->mem, 0x11, 256);
	rig_send(r, &q); /* poisoned, to the window */
	assert_int_equal(rig_rd32(r, CW_SCRATCH), 0);
	assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_REQ_POISONED_MASK);
	assert_int_equal(r->mem[0], 0x11);
	assert_int_equal(r->err_poisoned, 2);
	rig_wr32(r, CW_ERROR, ALL);
	rig_write(r, 0, CW_SCRATCH, 15, 15, 3, junk);       /* too long */
	rig_write(r, 0, CW_SCRATCH, 15, 15, 32, junk);
	rig_write(r, 4, 0xff8, 15, 15, 3, junk);            /* crosses 4 KiB */
	rig_write(r, 7, CW_SCRATCH, 15, 0, 1, junk);        /* no BAR */
	assert_int_equal(rig_rd32(r, CW_SCRATCH), 0);
	assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_REQ_UNSUPPORTED_MASK);
	assert_int_equal(r->err_ur, 4);
	/* messages, with and without data, and completions: nothing at all */
	rig_wr32(r, CW_ERROR, ALL);
	q = (struct rig_req){ .fmt_type = 0x34, .len_dw = 1, .bar = 7, .data = junk };
	rig_send(r, &q);
	q.fmt_type = 0x74;
	q.len_dw = 20;
	rig_send(r, &q);
	q.fmt_type = 0x4a;
	rig_send(r, &q);
	assert_int_equal(rig_rd32(r, CW_ERROR), 0);
	assert_int_equal(r->err_ur, 4);
	assert_int_equal(stream_depth(r->tx), 0);
	rig_free(r);
}

static void two_dws_and_byte_enables_reach_both_registers(void **state)
{
	struct rig *r = rig_new(25);
	uint32_t v[2] = { 0xa1b2c3d4, 0x00000001 }, got[2];

	(void)state;
	rig_write(r, 0, CW_SCRATCH, 0x6, 0xf, 2, v); /* SCRATCH and CONTROL */
	assert_int_equal(rig_read(r, 0, CW_SCRATCH, 0x2, 0x1, 2, got), 0);
	assert_int_equal(got[0], 0x00b2c300);
	assert_int_equal(got[1], 1);
	assert_int_equal(dut_get(r->d, "engine_enable"), 1);
	assert_int_equal(rig_read(r, 0, CW_ID, 0, 0, 1, got), 0); /* zero length: a flush */
	assert_int_equal(rig_read(r, 2, 0x1000, 0xf, 0xf, 2, got), 0);
	assert_int_equal(got[0] | got[1], 0); /* doorbells read as zero */
	rig_free(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_are_as_the_table_says),
		cmocka_unit_test(registers_are_read_and_written_in_every_width),
		cmocka_unit_test(every_vector_and_queue_has_its_own_words),
		cmocka_unit_test(reserved_addresses_read_zero_and_ignore_writes),
		cmocka_unit_test(errors_stay_until_a_one_is_written),
		cmocka_unit_test(an_enabled_queue_locks_its_configuration),
		cmocka_unit_test(values_a_field_does_not_allow_are_ignored),
		cmocka_unit_test(low_word_read_latches_the_high_word),
		cmocka_unit_test(high_water_marks_follow_and_clear),
		cmocka_unit_test(unsupported_non_posted_requests_get_one_ur),
		cmocka_unit_test(memory_disabled_or_low_power_answers_ur),
		cmocka_unit_test(bad_posted_requests_are_dropped_and_reported),
		cmocka_unit_test(two_dws_and_byte_enables_reach_both_registers),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
