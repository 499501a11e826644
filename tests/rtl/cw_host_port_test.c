/* SPDX-License-Identifier: BSD-2-Clause */
// tests: cw_rx_req cw_req_class cw_reg_bus cw_regs
/* The host port as a whole: the walk over the register table, requests of every kind, window. */
#include "tests/rtl/host_port_rig.h"

#define ALL 0xffffffffu

/* ---- the register walk ---- */
enum row_kind { ROW_CONST, ROW_GROUP, ROW_REG, ROW_REG64, ROW_FIELD, ROW_ENUM, ROW_COUNTER };

struct row {
	enum row_kind kind;
	const char *name, *access, *reset;
	uint32_t a, b;
};

static const struct row rows[] = {
#define CW_CONST(n, v, t) { ROW_CONST, #n, "", "", (uint32_t)(v), 0 },
#define CW_GROUP(n, t) { ROW_GROUP, #n, "", "", 0, 0 },
#define CW_REG(n, o, acc, rst, t) { ROW_REG, #n, #acc, #rst, o, 0 },
#define CW_REG64(n, o, acc, t) { ROW_REG64, #n, #acc, "0", o, 0 },
#define CW_FIELD(r, n, m, l, t) { ROW_FIELD, #r "." #n, "", "", m, l },
#define CW_ENUM(g, n, v, t) { ROW_ENUM, #g, "", "", v, 0 },
#define CW_COUNTER(n, i, t) { ROW_COUNTER, #n, "RO", "0", i, 0 },
#include "rtl/cw_table.h"
};

#define ROW_N (sizeof(rows) / sizeof(rows[0]))

/* What the table cannot say: writable bits that are fewer than the fields, values of this build. */
static const struct {
	const char *name;
	uint32_t writable;
} narrow[] = {
	{ "WINDOW_BASE", 0xfff00000 }, { "Q_RING", 0xffffffc0 }, { "Q_CPL", 0xffffffc0 },
	{ "EVENT_BASE_LO", 0xffffffc0 }, { "MSIX_ADDR_LO", 0xfffffffc },
	/* these have tests of their own */
	{ "CONTROL", 1 }, { "DB_STRIDE", 0 }, { "CPL_TIMEOUT", 0 }, { "ERROR_QUEUE", 0 }, { "DEPTH", 0 }, { "Q_CTRL", 0 },
	{ "EVENT_CONSUMER", 0 },
};

static const struct {
	const char *name;
	uint32_t value;
} built[] = {
	{ "VERSION", CW_VERSION_MAJOR << 16 | CW_VERSION_MINOR }, { "CAP_COUNTS", 64u << 16 | RIG_QUEUE_N },
	{ "CAP_DMA", 32u << 24 | 16u << 16 | 32u << 8 | 64 }, { "CAP_FEATURES", 256u << 16 | CW_CAP_FEATURES_EVENT_RING_MASK | CW_CAP_FEATURES_MOD_TIME_MASK }, { "CLOCK_HZ", 250000000 },
	{ "STATUS", 3 }, { "LINK", CW_LINK_BME_MASK },
};

static uint32_t field_mask(const struct row *reg)
{
	size_t n = strlen(reg->name);
	uint32_t m = 0;

	for (const struct row *f = reg + 1; f < rows + ROW_N && f->kind == ROW_FIELD; f++)
		if (strncmp(f->name, reg->name, n) == 0)
			m |= (f->a - f->b == 31 ? ALL : (1u << (f->a - f->b + 1)) - 1) << f->b;
	return m ? m : ALL;
}

static uint32_t writable(const struct row *reg, bool high)
{
	if (strncmp(reg->access, "RW", 2) != 0)
		return 0;
	for (size_t i = 0; !high && i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (strcmp(reg->name, narrow[i].name) == 0)
			return narrow[i].writable;
	return field_mask(reg);
}

static uint32_t reset_value(const struct row *reg)
{
	if (*reg->reset != 'P')
		return (uint32_t)strtoul(reg->reset, NULL, 0);
	for (size_t i = 0; i < sizeof(built) / sizeof(built[0]); i++)
		if (strcmp(reg->name, built[i].name) == 0)
			return built[i].value;
	fail_msg("%s: no value known for this build", reg->name);
	return 0;
}

/* One word: reset value, then writes with every byte enable leave exactly what they should. */
static void walk_word(struct rig *r, const struct row *reg, uint32_t off, bool high, uint32_t reset)
{
	uint32_t mask = writable(reg, high), want = reset, got = rig_rd32(r, off);

	if (got != reset)
		fail_msg("%s at 0x%x: 0x%x after reset, not 0x%x", reg->name, off, got, reset);
	for (unsigned be = 0; be < 18; be++) {
		uint32_t v = (uint32_t)dut_rand(&r->rng), keep = 0;

		if (be >= 16)
			v = be == 16 ? ALL : 0;
		if (mask == 1 && strcmp(reg->name, "CONTROL") == 0)
			v &= 1;
		for (unsigned i = 0; i < 4; i++)
			keep |= (be >= 16 || be >> i & 1) ? 0xffu << 8 * i : 0;
		if (!mask)
			v = strcmp(reg->access, "RO") == 0 ? v : want;
		rig_write(r, 0, off, be >= 16 ? 15 : be, 0, 1, &v);
		want = (want & ~(keep & mask)) | (v & keep & mask);
		got = rig_rd32(r, off);
		if (got != want)
			fail_msg("%s at 0x%x: 0x%x written with enables 0x%x gives 0x%x, not 0x%x", reg->name, off, v, be,
				 got, want);
	}
	rig_wr32(r, off, reset);
}

static void walk_group(struct rig *r, const char *group, uint32_t base)
{
	bool in = false;

	for (const struct row *p = rows; p < rows + ROW_N; p++) {
		if (p->kind == ROW_GROUP)
			in = strcmp(p->name, group) == 0;
		if (!in)
			continue;
		if (p->kind == ROW_REG)
			walk_word(r, p, base + p->a, false, reset_value(p));
		/* NOW moves; the size of card memory is a parameter. */
		if (p->kind == ROW_REG64 && strcmp(p->name, "NOW") != 0) {
			bool size = strcmp(p->name, "CARD_MEM") == 0;

			walk_word(r, p, base + p->a, false, 0);
			walk_word(r, p, base + p->a + 4, true, size ? 1 : 0);
		}
	}
}

static void registers_are_as_the_table_says(void **state)
{
	struct rig *r = rig_new(0);
	static const unsigned some[] = { 0, 1, 31, 32, 63 };

	(void)state;
	walk_group(r, "GLOBAL", CW_GLOBAL_OFFSET);
	for (unsigned i = 0; i < 5; i++) {
		walk_group(r, "MSIX", CW_MSIX_TABLE_OFFSET + 16 * some[i]);
		walk_group(r, "EVENT", CW_EVENT_OFFSET + CW_EVENT_STRIDE * some[i]);
		walk_group(r, "QUEUE", CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * some[i]);
	}
	for (unsigned i = 0; i < CW_COUNTER_N; i++) {
		uint64_t before = rig_counter(r, i);

		rig_wr32(r, CW_COUNTER_OFFSET + 8 * i, ALL);
		if (i != CW_COUNTER_RX_MRD && i != CW_COUNTER_RX_MWR)
			assert_int_equal(rig_counter(r, i), before);
	}
	rig_free(r);
}

static void every_vector_and_queue_has_its_own_words(void **state)
{
	struct rig *r = rig_new(0);

	(void)state;
	for (unsigned i = 0; i < RIG_QUEUE_N; i++) {
		rig_wr32(r, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * i + CW_Q_MODERATION, 0x10000 + i);
		rig_wr32(r, CW_MSIX_TABLE_OFFSET + 16 * i + CW_MSIX_DATA, 0x20000 + i);
		rig_wr32(r, CW_EVENT_OFFSET + CW_EVENT_STRIDE * i + CW_EVENT_BASE_HI, 0x30000 + i);
	}
	for (unsigned i = 0; i < RIG_QUEUE_N; i++) {
		assert_int_equal(rig_rd32(r, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * i + CW_Q_MODERATION), 0x10000 + i);
		assert_int_equal(rig_rd32(r, CW_MSIX_TABLE_OFFSET + 16 * i + CW_MSIX_DATA), 0x20000 + i);
		assert_int_equal(rig_rd32(r, CW_EVENT_OFFSET + CW_EVENT_STRIDE * i + CW_EVENT_BASE_HI), 0x30000 + i);
	}
	rig_free(r);
}

static void reserved_addresses_read_zero_and_ignore_writes(void **state)
{
	static const uint32_t holes[] = {
		0x05c, 0x7fc, 0x800 + 8 * CW_COUNTER_N, 0xffc, 0x1000, 0x1020, 0xfffc,
		CW_MSIX_TABLE_OFFSET + 16 * 64, 0x1fffc, CW_MSIX_PBA_OFFSET + 8, 0x2fffc,
		CW_EVENT_OFFSET + 0x10, CW_EVENT_OFFSET + 0x1c, CW_EVENT_OFFSET + CW_EVENT_STRIDE * 64, 0x3fffc,
		CW_QUEUE_OFFSET + 0x44, CW_QUEUE_OFFSET + 0x7c, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * RIG_QUEUE_N,
		CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * RIG_QUEUE_N + CW_Q_MODERATION, 0xbfffc, 0xc0000, 0xffffc,
	};
	struct rig *r = rig_new(20);

	(void)state;
	for (unsigned i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		assert_int_equal(rig_rd32(r, holes[i]), 0);
		rig_wr32(r, holes[i], ALL);
		assert_int_equal(rig_rd32(r, holes[i]), 0);
	}
	assert_int_equal(rig_rd32(r, CW_SCRATCH), 0);
	assert_int_equal(rig_rd32(r, CW_QUEUE_OFFSET + CW_Q_MODERATION), 0);
	assert_int_equal(rig_rd32(r, CW_ERROR), 0);
	rig_free(r);
}

static void values_a_field_does_not_allow_are_ignored(void **state)
{
	struct rig *r = rig_new(0);

	(void)state;
	for (unsigned v = 0; v < 64; v++) {
		uint32_t stride = rig_rd32(r, CW_DB_STRIDE), time = rig_rd32(r, CW_CPL_TIMEOUT);

		rig_wr32(r, CW_DB_STRIDE, v);
		assert_int_equal(rig_rd32(r, CW_DB_STRIDE), v % 32 >= 12 && v % 32 <= 16 ? v % 32 : stride);
		rig_wr32(r, CW_CPL_TIMEOUT, v);
		assert_int_equal(rig_rd32(r, CW_CPL_TIMEOUT), v == 0 || (v >= 8 && v <= 40) ? v : time);
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
		cmocka_unit_test(every_vector_and_queue_has_its_own_words),
		cmocka_unit_test(reserved_addresses_read_zero_and_ignore_writes),
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
