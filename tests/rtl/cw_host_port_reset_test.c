/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_host_port
/* The host port as a whole: MSI-X, error interrupts, reset, counters. */
#include "tests/rtl/host_port_rig.h"

/* ---- MSI-X ---- */
static void msix_entry(struct rig *r, unsigned vector, bool mask)
{
	uint32_t e[2] = { 0xfee00000 + 16 * vector, vector }, d[2] = { 0x4000 + vector, mask };

	rig_write(r, 0, CW_MSIX_TABLE_OFFSET + 16 * vector, 15, 15, 2, e);
	rig_write(r, 0, CW_MSIX_TABLE_OFFSET + 16 * vector + 8, 15, 15, 2, d);
	rig_rd32(r, CW_ID); /* it has taken effect */
}

static void raise(struct rig *r, unsigned vector)
{
	uint64_t n = stream_count(r->irq);
	struct stream_beat b = { 0 };

	stream_put_u64(r->irq, &b, 0, vector);
	stream_put_u64(r->irq, &b, 1, vector % RIG_QUEUE_N);
	stream_push(r->irq, &b);
	for (unsigned i = 0; stream_count(r->irq) == n; i++) {
		assert_true(i < 2000);
		dut_cycle(r->d);
	}
	dut_cycles(r->d, 30);
}

static void expect_msix(struct rig *r, unsigned vector)
{
	struct stream_beat b;

	rig_rd32(r, CW_ID);
	dut_cycles(r->d, 40);
	if (!stream_pop(r->msix, &b))
		fail_msg("no message for vector %u", vector);
	assert_int_equal(stream_take_u64(r->msix, &b, 0), ((uint64_t)vector << 32 | 0xfee00000) + 16 * vector);
	assert_int_equal(stream_take_u64(r->msix, &b, 1), 0x4000 + vector);
}

static void expect_no_msix(struct rig *r)
{
	dut_cycles(r->d, 300);
	assert_int_equal(stream_depth(r->msix), 0);
}

static uint64_t pba(struct rig *r)
{
	uint64_t v;

	assert_int_equal(rig_read(r, 0, CW_MSIX_PBA_OFFSET, 15, 15, 2, &v), 0);
	return v;
}

static void masked_interrupts_stay_pending_and_are_sent_once(void **state)
{
	static const unsigned vec[] = { 0, 1, 31, 32, 63 };
	struct rig *r = rig_new(20);

	(void)state;
	dut_set(r->d, "fn_msix_en", 1);
	for (unsigned i = 0; i < 5; i++) {
		unsigned v = vec[i];

		msix_entry(r, v, false);
		raise(r, v);
		expect_msix(r, v);
		msix_entry(r, v, true);
		raise(r, v);
		raise(r, v);
		expect_no_msix(r);
		assert_int_equal(pba(r), 1ull << v);
		rig_wr32(r, CW_MSIX_TABLE_OFFSET + 16 * v + CW_MSIX_CTRL, 0);
		expect_msix(r, v);
		expect_no_msix(r);
		assert_int_equal(pba(r), 0);
	}
	raise(r, 64); /* beyond the table */
	raise(r, 2047);
	expect_no_msix(r);
	assert_int_equal(rig_counter(r, CW_COUNTER_IRQ), 10);
	rig_free(r);
}

static void function_mask_and_bus_master_hold_interrupts_back(void **state)
{
	static const char *const gate[] = { "fn_msix_mask", "fn_power", "fn_bme" };
	struct rig *r = rig_new(0);

	(void)state;
	dut_set(r->d, "fn_msix_en", 1);
	for (unsigned v = 0; v < 64; v++)
		msix_entry(r, v, v == 5);
	for (unsigned g = 0; g < 3; g++) {
		dut_set(r->d, gate[g], g != 2);
		for (unsigned v = 0; v < 64; v += 5)
			raise(r, v);
		expect_no_msix(r);
		assert_int_equal(dut_get(r->d, "idle"), 1);
		dut_set(r->d, gate[g], g == 2);
		dut_cycles(r->d, 400);
		for (unsigned v = 0; v < 64; v += 5)
			if (v != 5)
				expect_msix(r, v);
		expect_no_msix(r);
		assert_int_equal(pba(r), 1u << 5);
	}
	/* disabling forgets; nothing is kept while disabled */
	dut_set(r->d, "fn_msix_en", 0);
	raise(r, 10);
	assert_int_equal(pba(r), 0);
	dut_set(r->d, "fn_msix_en", 1);
	rig_wr32(r, CW_MSIX_TABLE_OFFSET + 16 * 5 + CW_MSIX_CTRL, 0);
	expect_no_msix(r);
	assert_int_equal(dut_get(r->d, "idle"), 1);
	rig_free(r);
}

static void masking_waits_for_the_message_under_way(void **state)
{
	struct rig *r = rig_new(0);
	struct rig_req q = { .fmt_type = 0x20, .first_be = 15, .len_dw = 1,
			     .addr = RIG_BAR0 + CW_MSIX_TABLE_OFFSET + CW_MSIX_CTRL };
	uint32_t v;

	(void)state;
	dut_set(r->d, "fn_msix_en", 1);
	msix_entry(r, 0, false);
	rig_rd32(r, CW_ID);
	stream_hold(r->msix, true);
	raise(r, 0);
	rig_wr32(r, CW_MSIX_TABLE_OFFSET + CW_MSIX_CTRL, 1);
	rig_send(r, &q);
	dut_cycles(r->d, 100);
	assert_int_equal(stream_depth(r->tx), 0);
	stream_hold(r->msix, false);
	assert_int_equal(rig_answer(r, &q, &v), 0);
	assert_int_equal(v, 1);
	expect_msix(r, 0);
	rig_free(r);
}

static void pulse(struct rig *r, const char *port)
{
	dut_set(r->d, port, 1);
	dut_cycle(r->d);
	dut_set(r->d, port, 0);
}

static void each_error_is_latched_and_raises_vector_0(void **state)
{
	struct rig *r = rig_new(0);

	(void)state;
	dut_set(r->d, "fn_msix_en", 1);
	msix_entry(r, 0, false);
	rig_rd32(r, CW_ID);
	pulse(r, "err_cpl_unexpected");
	expect_msix(r, 0);
	pulse(r, "err_cpl_timeout");
	expect_msix(r, 0);
	assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_CPL_UNEXPECTED_MASK | CW_ERROR_CPL_TIMEOUT_MASK);
	rig_wr32(r, CW_ERROR, CW_ERROR_CPL_TIMEOUT_MASK);
	assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_CPL_UNEXPECTED_MASK);
	for (unsigned i = 0; i < 3; i++) { /* the same queue twice is one; another sets OVERFLOW */
		dut_set(r->d, "halt_queue", i == 2 ? 41 : 40);
		pulse(r, "halt_valid");
		expect_msix(r, 0);
		assert_int_equal(rig_rd32(r, CW_ERROR_QUEUE),
				 CW_ERROR_QUEUE_VALID_MASK | 40 | (i == 2 ? CW_ERROR_QUEUE_OVERFLOW_MASK : 0));
	}
	rig_wr32(r, CW_ERROR_QUEUE, 0);
	assert_int_equal(rig_rd32(r, CW_ERROR_QUEUE), 0);
	assert_int_equal(rig_rd32(r, CW_ERROR), CW_ERROR_CPL_UNEXPECTED_MASK | CW_ERROR_HALT_MASK);
	rig_free(r);
}

/* ---- reset ---- */
/* After the sweep each queue saw ENABLE and DISABLE, in this order, last among its ENABLEs and DISABLEs. */
static void check_sweep(struct rig *r, unsigned from, bool full)
{
	unsigned seen[RIG_QUEUE_N] = { 0 }, words[RIG_QUEUE_N] = { 0 };

	for (unsigned i = from; i < r->cfg_n; i++) {
		struct rig_cfg *c = &r->cfg[i];

		if (c->op == OP_WRITE)
			words[c->queue] += c->data == 0 && c->reg >= 2 && c->reg <= 11 ? 1 : 100;
		else
			seen[c->queue] = seen[c->queue] << 2 | c->op;
	}
	for (unsigned q = 0; q < RIG_QUEUE_N; q++) {
		assert_int_equal(seen[q] & 15, OP_ENABLE << 2 | OP_DISABLE);
		assert_int_equal(words[q], full ? 10 : 0);
	}
}

static void control_reset_waits_for_the_engine(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t p = 3;
	unsigned n;

	(void)state;
	q_enable(r, 9, 4);
	rig_wr32(r, q_reg(10, CW_Q_MODERATION), 77);
	rig_wr32(r, CW_SCRATCH, 0x55);
	ring(r, 9, 12, &p, NULL);
	expect_kick(r, 9, 3);
	dut_set(r->d, "engine_empty", 0);
	dut_set(r->d, "tags_in_use", 2);
	n = r->cfg_n;
	rig_wr32(r, CW_CONTROL, CW_CONTROL_RESET_MASK | CW_CONTROL_ENABLE_MASK);
	dut_cycles(r->d, 2000);
	assert_int_equal(r->cfg_n, n + RIG_QUEUE_N); /* DISABLE of each */
	assert_int_equal(dut_get(r->d, "engine_rst"), 0);
	assert_int_equal(dut_get(r->d, "idle"), 1);
	assert_int_equal(rig_rd32(r, CW_CONTROL), CW_CONTROL_RESET_MASK | CW_CONTROL_ENABLE_MASK);
	assert_int_equal(rig_rd32(r, CW_STATUS), 0);
	assert_int_equal(rig_rd32(r, q_reg(10, CW_Q_MODERATION)), 0); /* not answered from the context now */
	dut_set(r->d, "engine_empty", 1);
	dut_wait(r->d, "engine_rst", 5);
	dut_cycles(r->d, 20);
	assert_int_equal(dut_get(r->d, "engine_rst"), 0);
	rig_wait_ready(r);
	assert_int_equal(rig_rd32(r, CW_CONTROL), CW_CONTROL_ENABLE_MASK);
	check_sweep(r, n, false);
	assert_int_equal(q_state(r, 9), CW_QSTATE_DISABLED);
	assert_int_equal(rig_rd32(r, q_reg(9, CW_Q_PRODUCER)), 0);
	assert_int_equal(rig_rd32(r, q_reg(10, CW_Q_MODERATION)), 77); /* what was configured stays */
	assert_int_equal(rig_rd32(r, CW_SCRATCH), 0x55);
	rig_free(r);
}

static void function_level_reset_restores_reset_values(void **state)
{
	struct rig *r = rig_new(20);
	unsigned n;

	(void)state;
	dut_set(r->d, "fn_msix_en", 1);
	q_enable(r, 9, 4);
	msix_entry(r, 9, false);
	rig_wr32(r, CW_SCRATCH, 0x55);
	rig_wr32(r, CW_CPL_TIMEOUT, 18);
	rig_wr32(r, CW_EVENT_OFFSET + CW_EVENT_CONSUMER, 3);
	rig_rd32(r, CW_ID);
	/* held requests keep the engine busy, and one read is outstanding */
	dut_set(r->d, "engine_empty", 0);
	dut_set(r->d, "tags_in_use", 1);
	n = r->cfg_n;
	dut_set(r->d, "fn_flr", 1);
	dut_cycles(r->d, 3000);
	assert_false(r->flr_was_done);
	assert_int_equal(dut_get(r->d, "engine_rst"), 0);
	dut_set(r->d, "tags_in_use", 0);
	dut_wait(r->d, "engine_rst", 400);
	dut_set(r->d, "engine_empty", 1);
	for (unsigned i = 0; i < 8000 && !r->flr_was_done; i++)
		dut_cycle(r->d);
	assert_true(r->flr_was_done);
	r->flr_was_done = false;
	dut_cycles(r->d, 100);
	assert_false(r->flr_was_done);
	assert_int_equal(dut_get(r->d, "idle"), 1);
	dut_set(r->d, "fn_flr", 0);
	rig_wait_ready(r);
	check_sweep(r, n, true);
	assert_int_equal(rig_rd32(r, CW_SCRATCH), 0);
	assert_int_equal(rig_rd32(r, CW_CPL_TIMEOUT), 20);
	assert_int_equal(rig_rd32(r, CW_EVENT_OFFSET + CW_EVENT_CONSUMER), 0);
	assert_int_equal(rig_rd32(r, CW_MSIX_TABLE_OFFSET + 16 * 9), 0);
	assert_int_equal(rig_rd32(r, CW_MSIX_TABLE_OFFSET + 16 * 9 + CW_MSIX_CTRL), 1);
	assert_int_equal(rig_rd32(r, q_reg(9, CW_Q_CONFIG)), 0);
	assert_int_equal(rig_rd32(r, q_reg(9, CW_Q_CTRL)), 0);
	rig_free(r);
}

static void reset_without_time_out_does_not_wait_for_reads(void **state)
{
	static const unsigned off[] = { 0, 23, 40 };
	struct rig *r = rig_new(0);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		rig_wr32(r, CW_CPL_TIMEOUT, off[i]);
		dut_set(r->d, "engine_empty", 0);
		dut_set(r->d, "tags_in_use", 7);
		rig_wr32(r, CW_CONTROL, CW_CONTROL_RESET_MASK);
		dut_wait(r->d, "engine_rst", 1000);
		rig_wait_ready(r);
	}
	rig_free(r);
}

/* ---- counters ---- */
static void stalls_count_time_over_jumps_of_now(void **state)
{
	struct rig *r = rig_new(0);
	uint64_t running;

	(void)state;
	dut_set(r->d, "stat", 1u << CW_COUNTER_STALL_TAG | 1u << CW_COUNTER_STALL_AXI);
	dut_cycles(r->d, 100);
	r->now += 1ull << 33; /* idle time was skipped while the stall lasted */
	dut_cycles(r->d, 10);
	running = rig_counter(r, CW_COUNTER_STALL_TAG);
	assert_true(running >= (1ull << 33) + 110 && running < (1ull << 33) + 150);
	dut_set(r->d, "stat", 0);
	dut_cycle(r->d);
	running = rig_counter(r, CW_COUNTER_STALL_AXI);
	r->now += 1000000;
	dut_cycles(r->d, 5);
	assert_int_equal(rig_counter(r, CW_COUNTER_STALL_AXI), running);
	assert_int_equal(rig_counter(r, CW_COUNTER_STALL_TX), 0);
	rig_free(r);
}

static void events_and_bytes_are_added_in_the_same_cycle(void **state)
{
	struct rig *r = rig_new(0);
	uint64_t h2c = 0, c2h = 0, desc = 0, reads = rig_counter(r, CW_COUNTER_RX_MRD);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t s = (uint32_t)dut_rand(&r->rng), a = s >> 8 & 8191, b = s >> 16 & 8191;

		dut_set(r->d, "stat", (s & 1u) << CW_COUNTER_H2C_BYTES | (s >> 1 & 1u) << CW_COUNTER_C2H_BYTES |
			(s >> 2 & 1u) << CW_COUNTER_DESC);
		dut_set(r->d, "stat_h2c_bytes", a);
		dut_set(r->d, "stat_c2h_bytes", b);
		h2c += s & 1 ? a : 0;
		c2h += s & 2 ? b : 0;
		desc += s & 4 ? 1 : 0;
		dut_cycle(r->d);
	}
	dut_set(r->d, "stat", 0);
	assert_int_equal(rig_counter(r, CW_COUNTER_H2C_BYTES), h2c);
	assert_int_equal(rig_counter(r, CW_COUNTER_C2H_BYTES), c2h);
	assert_int_equal(rig_counter(r, CW_COUNTER_DESC), desc);
	assert_int_equal(rig_counter(r, CW_COUNTER_RX_MRD), reads + 4);
	rig_free(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masked_interrupts_stay_pending_and_are_sent_once),
		cmocka_unit_test(function_mask_and_bus_master_hold_interrupts_back),
		cmocka_unit_test(masking_waits_for_the_message_under_way),
		cmocka_unit_test(each_error_is_latched_and_raises_vector_0),
		cmocka_unit_test(control_reset_waits_for_the_engine),
		cmocka_unit_test(function_level_reset_restores_reset_values),
		cmocka_unit_test(reset_without_time_out_does_not_wait_for_reads),
		cmocka_unit_test(stalls_count_time_over_jumps_of_now),
		cmocka_unit_test(events_and_bytes_are_added_in_the_same_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
