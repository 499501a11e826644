/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_host_port
// tests: cw_qctl
/* The host port as a whole: queue contexts, doorbells, MSI-X, reset, counters. */
#include "tests/rtl/host_port_rig.h"

#define ALL 0xffffffffu

static void expect_cfg(struct rig *r, unsigned n, unsigned op, unsigned queue, unsigned reg, uint32_t data)
{
	rig_rd32(r, CW_ID); /* everything before has taken effect */
	if (r->cfg_n != n + 1)
		fail_msg("%u strobes, expected %u", r->cfg_n, n + 1);
	assert_int_equal(r->cfg[n].op, op);
	assert_int_equal(r->cfg[n].queue, queue);
	if (op == OP_WRITE)
		assert_int_equal(r->cfg[n].reg, reg);
	if (op == OP_WRITE || op == OP_QUIESCE)
		assert_int_equal(r->cfg[n].data, data);
}

static void record(struct rig *r, unsigned queue, uint32_t count)
{
	r->records[queue] = count;
	dut_set(r->d, "record_valid", 1);
	dut_set(r->d, "record_queue", queue);
	dut_set(r->d, "record_count", count);
	dut_cycle(r->d);
	dut_set(r->d, "record_valid", 0);
}

/* ---- contexts ---- */
static void configuration_goes_out_and_only_while_disabled(void **state)
{
	struct rig *r = rig_new(30);
	unsigned n = r->cfg_n;

	(void)state;
	for (uint32_t reg = CW_Q_CONFIG; reg <= CW_Q_CARD_LIMIT_HI; reg += 4, n++) {
		uint32_t v = reg == CW_Q_CONFIG ? 4u << 2 | 1u << 16 : 0x01000040u * reg;

		rig_wr32(r, q_reg(5, reg), v);
		expect_cfg(r, n, OP_WRITE, 5, reg / 4, v);
	}
	/* not drained: not disabled */
	r->fetched[5] = 9;
	assert_int_equal(q_state(r, 5), CW_QSTATE_DRAINING);
	rig_wr32(r, q_reg(5, CW_Q_MODERATION), 1);
	rig_wr32(r, q_reg(5, CW_Q_CTRL), 1);
	assert_int_equal(r->cfg_n, n);
	assert_int_equal(rig_rd32(r, q_reg(5, CW_Q_CTRL)), 0);
	r->fetched[5] = 0;
	rig_wr32(r, q_reg(5, CW_Q_CTRL), 1);
	expect_cfg(r, n, OP_ENABLE, 5, 0, 0);
	/* running: ignored */
	rig_wr32(r, q_reg(5, CW_Q_MODERATION), 1);
	assert_int_equal(rig_rd32(r, q_reg(5, CW_Q_MODERATION)), 0x01000040u * CW_Q_MODERATION);
	assert_int_equal(r->cfg_n, n + 1);
	rig_free(r);
}

static void control_bits_make_the_transitions(void **state)
{
	struct rig *r = rig_new(20);
	unsigned n;

	(void)state;
	q_enable(r, 63, 5);
	n = r->cfg_n;
	rig_wr32(r, q_reg(63, CW_Q_CTRL), 1);
	assert_int_equal(q_state(r, 63), CW_QSTATE_RUNNING);
	assert_int_equal(r->cfg_n, n); /* no change, no strobe */
	rig_wr32(r, q_reg(63, CW_Q_CTRL), 3);
	expect_cfg(r, n++, OP_QUIESCE, 63, 0, 1);
	assert_int_equal(q_state(r, 63), CW_QSTATE_QUIESCED);
	r->fetched[63] = 4;
	assert_int_equal(q_state(r, 63), CW_QSTATE_DRAINING);
	rig_wr32(r, q_reg(63, CW_Q_CTRL), 1);
	expect_cfg(r, n++, OP_QUIESCE, 63, 0, 0);
	r->halted[63] = true;
	r->cause[63] = CW_STATUS_FETCH;
	assert_int_equal(rig_rd32(r, q_reg(63, CW_Q_STATUS)), CW_QSTATE_HALTED | CW_STATUS_FETCH << CW_Q_STATUS_CAUSE_SHIFT);
	rig_wr32(r, q_reg(63, CW_Q_CTRL), 0);
	expect_cfg(r, n++, OP_DISABLE, 63, 0, 0);
	assert_int_equal(q_state(r, 63), CW_QSTATE_DRAINING);
	r->retired[63] = 4;
	r->records[63] = 3;
	assert_int_equal(q_state(r, 63), CW_QSTATE_DISABLED);
	assert_int_equal(rig_rd32(r, q_reg(63, CW_Q_FETCHED)), 4);
	assert_int_equal(rig_rd32(r, q_reg(63, CW_Q_RETIRED)), 4);
	assert_int_equal(rig_rd32(r, q_reg(63, CW_Q_RECORDS)), 3);
	/* enabled and quiesced in one write */
	rig_wr32(r, q_reg(63, CW_Q_CTRL), 3);
	rig_rd32(r, CW_ID);
	assert_int_equal(r->cfg_n, n + 2);
	assert_int_equal(r->cfg[n].op, OP_ENABLE);
	n++;
	expect_cfg(r, n, OP_QUIESCE, 63, 0, 1);
	rig_free(r);
}

static void unsupported_configurations_are_not_enabled(void **state)
{
	static const uint32_t config[] = { 0, 17u << 2, 31u << 2, 4u << 2 | CW_Q_CONFIG_STREAM_MASK };
	struct rig *r = rig_new(0);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		rig_wr32(r, q_reg(1, CW_Q_CONFIG), config[i]);
		rig_wr32(r, q_reg(1, CW_Q_CTRL), 1);
		assert_int_equal(q_state(r, 1), CW_QSTATE_DISABLED);
		assert_int_equal(rig_rd32(r, q_reg(1, CW_Q_CTRL)), 0);
	}
	q_enable(r, 1, 16);
	rig_free(r);
}

/* ---- doorbells ---- */
/* The rule, as the ring rules state it; returns whether all of the doorbell is accepted. */
struct ring_model {
	uint32_t p, c, records, entries;
};

static bool model_ring(struct ring_model *m, const uint32_t *p, const uint32_t *c)
{
	bool good = true;

	if (c && *c - m->c <= m->records - m->c)
		m->c = *c;
	else if (c)
		good = false;
	if (p && *p - m->p <= m->entries && *p - m->c <= m->entries)
		m->p = *p;
	else if (p)
		good = false;
	return good;
}

static void doorbells_follow_the_ring_rules(void **state)
{
	(void)state;
	for (unsigned stride = 12; stride <= 16; stride++) {
		struct rig *r = rig_new(stride == 12 ? 0 : 30);
		struct ring_model m[3];
		uint64_t good = 0, bad = 0;

		rig_wr32(r, CW_DB_STRIDE, stride);
		for (unsigned q = 0; q < 3; q++) {
			m[q] = (struct ring_model){ 0, 0, 0, 2u << (2 * q) };
			q_enable(r, 31 * q, 1 + 2 * q);
		}
		for (unsigned i = 0; i < 300; i++) {
			unsigned q = (unsigned)dut_below(&r->rng, 3);
			uint32_t old_p = m[q].p, p, c;
			unsigned what = 1 + (unsigned)dut_below(&r->rng, 3);
			bool ok;

			if (dut_chance(&r->rng, 50)) {
				m[q].records += (uint32_t)dut_below(&r->rng, m[q].p - m[q].records + 1);
				record(r, 31 * q, m[q].records);
			}
			c = m[q].c + (uint32_t)dut_below(&r->rng, m[q].records - m[q].c + 1);
			p = m[q].c + (uint32_t)dut_below(&r->rng, m[q].entries + 1);
			if (dut_chance(&r->rng, 20))
				c = m[q].records + 1;
			if (dut_chance(&r->rng, 10))
				c = m[q].c - 1;
			if (dut_chance(&r->rng, 10))
				p = m[q].c + m[q].entries + 1;
			ok = model_ring(&m[q], what & 1 ? &p : NULL, what & 2 ? &c : NULL);
			ring(r, 31 * q, stride, what & 1 ? &p : NULL, what & 2 ? &c : NULL);
			good += ok;
			bad += !ok;
			if (m[q].p != old_p)
				expect_kick(r, 31 * q, m[q].p);
			assert_int_equal(rig_rd32(r, q_reg(31 * q, CW_Q_PRODUCER)), m[q].p);
			assert_int_equal(rig_rd32(r, q_reg(31 * q, CW_Q_CONSUMER)), m[q].c);
		}
		assert_int_equal(stream_depth(r->kick), 0);
		assert_int_equal(rig_counter(r, CW_COUNTER_DOORBELL), good);
		assert_int_equal(rig_counter(r, CW_COUNTER_ERR_DOORBELL), bad);
		rig_free(r);
	}
}

static void counts_wrap_at_32_bits(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t p = 0, c;

	(void)state;
	q_enable(r, 2, 16);
	/* 65536 entries: 65537 rounds of a full ring pass 2^32 */
	for (unsigned i = 0; i < 65540; i++) {
		c = p;
		dut_set(r->d, "record_valid", 1);
		dut_set(r->d, "record_queue", 2);
		dut_set(r->d, "record_count", c);
		p += 65536;
		ring(r, 2, 12, &p, &c);
		dut_cycles(r->d, 8);
		dut_set(r->d, "record_valid", 0);
		while (stream_depth(r->kick)) {
			struct stream_beat b;

			stream_pop(r->kick, &b);
		}
	}
	assert_int_equal(rig_rd32(r, q_reg(2, CW_Q_PRODUCER)), p);
	assert_int_equal(rig_rd32(r, q_reg(2, CW_Q_CONSUMER)), c);
	assert_int_equal(rig_rd32(r, CW_ERROR), 0);
	rig_free(r);
}

static void wrong_doorbells_set_the_error_and_do_nothing(void **state)
{
	static const struct {
		uint32_t off;
		unsigned first, last, len, queue;
	} bad[] = {
		{ 7 << 12, 7, 0, 1, 7 }, { 7 << 12, 1, 0, 1, 7 }, { (7 << 12) + 8, 15, 0, 1, 7 }, { (7 << 12) + 4, 15, 15, 2, 7 },
		{ 7 << 12, 15, 7, 2, 7 }, { 7 << 12, 15, 15, 3, 7 }, { (7 << 12) + 4092, 15, 0, 1, 7 }, { 7 << 12, 15, 15, 40, 7 },
		{ 8 << 12, 15, 0, 1, 8 },     /* not enabled */
		{ 64 << 12, 15, 0, 1, 64 },   /* no such queue */
		{ 1023 << 12, 15, 0, 1, 1023 },
	};
	struct rig *r = rig_new(20);
	uint32_t one[64] = { 1, 1 };

	(void)state;
	q_enable(r, 7, 3);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rig_write(r, 2, bad[i].off, bad[i].first, bad[i].last, bad[i].len, one);
		assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_DOORBELL_MASK);
		assert_int_equal(rig_rd32(r, CW_ERROR_QUEUE), CW_ERROR_QUEUE_VALID_MASK | bad[i].queue);
		rig_wr32(r, CW_ERROR, ALL);
		rig_wr32(r, CW_ERROR_QUEUE, 0);
		assert_int_equal(rig_rd32(r, CW_ERROR_QUEUE), 0);
		assert_int_equal(rig_counter(r, CW_COUNTER_ERR_DOORBELL), i + 1);
	}
	assert_int_equal(stream_depth(r->kick), 0);
	assert_int_equal(rig_rd32(r, q_reg(7, CW_Q_PRODUCER)), 0);
	assert_int_equal(rig_rd32(r, q_reg(7, CW_Q_STATUS)), CW_QSTATE_RUNNING | CW_Q_STATUS_DB_ERROR_MASK);
	assert_int_equal(rig_rd32(r, q_reg(8, CW_Q_STATUS)), CW_QSTATE_DISABLED | CW_Q_STATUS_DB_ERROR_MASK);
	/* a zero-length write is none of these; a new enable forgets the error */
	rig_write(r, 2, 7 << 12, 0, 0, 1, one);
	assert_int_equal(rig_rd32(r, CW_ERROR), 0);
	rig_wr32(r, q_reg(7, CW_Q_CTRL), 0);
	q_enable(r, 7, 3);
	assert_int_equal(rig_rd32(r, q_reg(7, CW_Q_STATUS)), CW_QSTATE_RUNNING);
	rig_free(r);
}

/* Doorbells come faster than they are worked off; a register read waits for them all. */
static void a_read_sees_the_doorbells_before_it(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t p = 0;

	(void)state;
	q_enable(r, 3, 10);
	for (unsigned n = 1; n <= 12; n++) {
		for (unsigned i = 0; i < n; i++) {
			p++;
			ring(r, 3, 12, &p, NULL);
		}
		assert_int_equal(rig_rd32(r, q_reg(3, CW_Q_PRODUCER)), p);
	}
	rig_free(r);
}

static void a_doorbell_each_four_cycles(void **state)
{
	struct rig *r = rig_new(0);
	uint64_t start;

	(void)state;
	q_enable(r, 3, 10);
	start = dut_now(r->d);
	for (uint32_t p = 1; p <= 200; p++)
		ring(r, 3, 12, &p, NULL);
	while (stream_depth(r->kick) < 200 && dut_now(r->d) < start + 2000)
		dut_cycle(r->d);
	assert_int_equal(stream_depth(r->kick), 200);
	assert_true(dut_now(r->d) - start <= 4 * 200 + 20);
	rig_free(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configuration_goes_out_and_only_while_disabled),
		cmocka_unit_test(control_bits_make_the_transitions),
		cmocka_unit_test(unsupported_configurations_are_not_enabled),
		cmocka_unit_test(doorbells_follow_the_ring_rules),
		cmocka_unit_test(counts_wrap_at_32_bits),
		cmocka_unit_test(wrong_doorbells_set_the_error_and_do_nothing),
		cmocka_unit_test(a_read_sees_the_doorbells_before_it),
		cmocka_unit_test(a_doorbell_each_four_cycles),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
