/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters alone: all of them in one cycle and for long, carries into the high word, the latch, jumps and the wrap of `now`. */
#include "tests/rtl/dut.h"
#include "driver/cw_regs.h"

static uint32_t word(struct dut *d, unsigned dw)
{
	uint32_t v;

	dut_set(d, "reg_addr", dw);
	dut_set(d, "sel", 1);
	dut_wait(d, "ack", 6);
	v = (uint32_t)dut_get(d, "rdata");
	dut_cycle(d);
	dut_set(d, "sel", 0);
	dut_cycle(d);
	return v;
}

/* `now` may jump again. */
static void rest(struct dut *d)
{
	unsigned n = 0;

	while (dut_get(d, "busy")) {
		assert_true(n++ < 40);
		dut_cycle(d);
	}
}

static struct dut *counters(uint64_t now)
{
	struct dut *d = dut_new(dut_seed());

	dut_set(d, "now", now);
	dut_reset(d, 3);
	rest(d);
	return d;
}

static void stall_time_survives_the_wrap_of_now(void **state)
{
	struct dut *d = counters(0xffffffffff00ull);

	(void)state;
	dut_set(d, "stat", 1u << CW_COUNTER_STALL_CREDIT);
	dut_cycle(d);
	dut_set(d, "now", 0x100);
	dut_cycle(d);
	rest(d);
	dut_set(d, "stat", 0);
	dut_set(d, "now", 0x180); /* it lasted until here */
	dut_cycle(d);
	rest(d);
	dut_set(d, "now", 0x1000);
	dut_cycles(d, 3);
	assert_int_equal(word(d, 2 * CW_COUNTER_STALL_CREDIT), 0x280);
	dut_free(d);
}

static void high_word_is_latched_with_the_low_one(void **state)
{
	struct dut *d = counters(0);

	(void)state;
	dut_set(d, "stat", 1u << CW_COUNTER_STALL_AXI);
	dut_cycle(d);
	dut_set(d, "now", 0xffffffffull);
	dut_cycle(d);
	assert_int_equal(word(d, 2 * CW_COUNTER_STALL_AXI), 0xffffffff);
	rest(d);
	dut_set(d, "now", 0x300000005ull); /* carries past bit 32 between the two reads */
	dut_cycles(d, 2);
	assert_int_equal(word(d, 2 * CW_COUNTER_STALL_AXI + 1), 0);
	assert_int_equal(word(d, 2 * CW_COUNTER_STALL_AXI), 5);
	assert_int_equal(word(d, 2 * CW_COUNTER_STALL_AXI + 1), 3);
	dut_free(d);
}

static void each_event_moves_its_own_counter(void **state)
{
	static const struct {
		const char *port;
		unsigned counter;
	} own[] = {
		{ "ev_mrd", CW_COUNTER_RX_MRD }, { "ev_mwr", CW_COUNTER_RX_MWR }, { "ev_irq", CW_COUNTER_IRQ },
		{ "ev_doorbell", CW_COUNTER_DOORBELL }, { "ev_doorbell_bad", CW_COUNTER_ERR_DOORBELL },
		{ "ev_axi_err", CW_COUNTER_ERR_AXI },
	};
	struct dut *d = counters(0);
	uint32_t here = 0;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		here |= 1u << own[i].counter; /* of these stat says nothing */
	dut_set(d, "stat_h2c_bytes", 32);
	dut_set(d, "stat_c2h_bytes", 4096);
	for (unsigned i = 0; i < CW_COUNTER_N; i++) {
		dut_set(d, "stat", 1u << i);
		for (unsigned n = 0; n <= i; n++) {
			dut_set(d, "now", dut_get(d, "now") + 1);
			dut_cycle(d);
		}
		dut_set(d, "stat", 0);
		dut_set(d, "now", dut_get(d, "now") + 1);
		dut_cycle(d);
	}
	for (unsigned i = 0; i < 6; i++) {
		dut_set(d, own[i].port, 1);
		dut_cycle(d);
		dut_set(d, own[i].port, 0);
	}
	for (unsigned i = 0; i < CW_COUNTER_N; i++) {
		uint32_t want = here >> i & 1 ? 0 : i + 1;

		want *= i == CW_COUNTER_H2C_BYTES ? 32 : i == CW_COUNTER_C2H_BYTES ? 4096 : 1;
		for (unsigned j = 0; j < 6; j++)
			want += own[j].counter == i;
		assert_int_equal(word(d, 2 * i), want);
	}
	assert_int_equal(word(d, 2 * CW_COUNTER_N), 0);
	dut_free(d);
}

/* A counter is visited for the first time after a reset with what it has counted by then. */
static void events_close_behind_a_reset_count(void **state)
{
	(void)state;
	for (unsigned wait = 0; wait < 40; wait++) {
		struct dut *d = dut_new(dut_seed() + wait);

		dut_set(d, "now", 0);
		dut_reset(d, 3);
		dut_cycles(d, wait);
		dut_set(d, "stat", 1u << CW_COUNTER_RECORD | 1u << CW_COUNTER_C2H_BYTES);
		dut_set(d, "stat_c2h_bytes", 100);
		dut_set(d, "ev_mrd", 1);
		dut_cycles(d, 3);
		dut_set(d, "stat", 0);
		dut_set(d, "ev_mrd", 0);
		rest(d);
		assert_int_equal(word(d, 2 * CW_COUNTER_RECORD), 3);
		assert_int_equal(word(d, 2 * CW_COUNTER_C2H_BYTES), 300);
		assert_int_equal(word(d, 2 * CW_COUNTER_RX_MRD), 3);
		dut_free(d);
	}
}

/*
 * Everything counts in every cycle, by as much as it can, for 3,000 cycles and with reads between, of one counter or of
 * each `step`th (in step with the visits, too); a jump meets all that stall. Nothing is lost, and a read is exact.
 */
static void all_count(unsigned step)
{
	enum { CYCLES = 3000, JUMP = 1000000 };
	static const char *const own[] = { "ev_mrd", "ev_mwr", "ev_irq", "ev_doorbell", "ev_doorbell_bad", "ev_axi_err" };
	struct dut *d = counters(0);
	uint64_t now = 0, high, want;
	unsigned read = CW_COUNTER_TX_MRD;

	dut_set(d, "stat", (1u << CW_COUNTER_N) - 1);
	dut_set(d, "stat_h2c_bytes", 16383);
	dut_set(d, "stat_c2h_bytes", 8191);
	for (unsigned i = 0; i < 6; i++)
		dut_set(d, own[i], 1);
	for (unsigned n = 0; n < CYCLES; n++) {
		dut_set(d, "now", ++now);
		/* The bus asks whenever it may: dropped a cycle after the answer. */
		read = (read + (dut_get(d, "ack") ? step : 0)) % CW_COUNTER_N;
		dut_set(d, "reg_addr", 2 * read);
		dut_set(d, "sel", !dut_get(d, "ack"));
		dut_cycle(d);
	}
	dut_set(d, "sel", 0);
	dut_set(d, "stat", 0);
	for (unsigned i = 0; i < 6; i++)
		dut_set(d, own[i], 0);
	dut_set(d, "now", now += JUMP); /* those that stalled did so until now */
	dut_cycle(d);
	for (unsigned i = 0; i < CW_COUNTER_N; i++) {
		want = CYCLES;
		want *= i == CW_COUNTER_H2C_BYTES ? 16383 : i == CW_COUNTER_C2H_BYTES ? 8191 : 1;
		if (i >= CW_COUNTER_STALL_TAG && i <= CW_COUNTER_STALL_AXI)
			want += JUMP - 1; /* the level is seen a cycle later */
		want += i == CW_COUNTER_ERR_AXI ? CYCLES : 0; /* two of them */
		high = word(d, 2 * i);
		high |= (uint64_t)word(d, 2 * i + 1) << 32;
		assert_int_equal(high, want);
	}
	rest(d);
	dut_reset(d, 1);
	dut_set(d, "reg_addr", 2 * CW_COUNTER_S2H_PKT); /* a read waits until they are cleared */
	dut_set(d, "sel", 1);
	while (dut_get(d, "busy")) {
		assert_false(dut_get(d, "ack"));
		dut_cycle(d);
	}
	for (unsigned i = 0; i < 2 * CW_COUNTER_N; i++)
		assert_int_equal(word(d, i), 0);
	dut_free(d);
}

static void all_at_once(void **state)
{
	(void)state;
	for (unsigned step = 0; step < 12; step++)
		all_count(step);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stall_time_survives_the_wrap_of_now),
		cmocka_unit_test(high_word_is_latched_with_the_low_one),
		cmocka_unit_test(each_event_moves_its_own_counter),
		cmocka_unit_test(events_close_behind_a_reset_count), cmocka_unit_test(all_at_once),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
