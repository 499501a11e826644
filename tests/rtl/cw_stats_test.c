/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters alone: carries into the high word, the latch, wrap of `now`. */
#include "tests/rtl/dut.h"
#include "driver/cw_regs.h"

static uint32_t word(struct dut *d, unsigned dw)
{
	uint32_t v;

	dut_set(d, "reg_addr", dw);
	dut_set(d, "sel", 1);
	dut_wait(d, "ack", 5);
	v = (uint32_t)dut_get(d, "rdata");
	dut_cycle(d);
	dut_set(d, "sel", 0);
	dut_cycle(d);
	return v;
}

static struct dut *counters(uint64_t now)
{
	struct dut *d = dut_new(dut_seed());

	dut_set(d, "now", now);
	dut_reset(d, 3);
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
	dut_set(d, "stat", 0);
	dut_set(d, "now", 0x180); /* it lasted until here */
	dut_cycle(d);
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

	(void)state;
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
		uint32_t want = i + 1;

		want *= i == CW_COUNTER_H2C_BYTES ? 32 : i == CW_COUNTER_C2H_BYTES ? 4096 : 1;
		for (unsigned j = 0; j < 6; j++)
			want += own[j].counter == i;
		assert_int_equal(word(d, 2 * i), want);
	}
	assert_int_equal(word(d, 2 * CW_COUNTER_N), 0);
	dut_free(d);
}

/* Everything moves in every cycle, and reads come in as fast as they can: nothing is lost, and a read is exact. */
static void events_of_every_cycle_are_counted(void **state)
{
	static const char *const own[] = { "ev_mrd", "ev_mwr", "ev_irq", "ev_doorbell", "ev_doorbell_bad", "ev_axi_err" };
	struct dut *d = counters(0);
	uint64_t start, cycles;
	uint32_t before;

	(void)state;
	dut_set(d, "stat_h2c_bytes", 0x3fff);
	dut_set(d, "stat_c2h_bytes", 0x1fff);
	dut_set(d, "stat", (1u << CW_COUNTER_N) - 1);
	for (unsigned i = 0; i < 6; i++)
		dut_set(d, own[i], 1);
	start = dut_now(d);
	for (unsigned n = 0; n < 300; n++) {
		before = word(d, 2 * CW_COUNTER_DESC);
		cycles = dut_now(d);
		word(d, 2 * (n % CW_COUNTER_N));
		cycles = dut_now(d) - cycles;
		assert_int_equal(word(d, 2 * CW_COUNTER_DESC) - before, 2 * cycles);
	}
	dut_set(d, "stat", 0);
	for (unsigned i = 0; i < 6; i++)
		dut_set(d, own[i], 0);
	cycles = dut_now(d) - start;
	assert_int_equal(word(d, 2 * CW_COUNTER_DESC), cycles);
	assert_int_equal(word(d, 2 * CW_COUNTER_ERR_AXI), 2 * cycles);
	assert_int_equal(word(d, 2 * CW_COUNTER_H2C_BYTES), 0x3fff * cycles);
	assert_int_equal(word(d, 2 * CW_COUNTER_C2H_BYTES), 0x1fff * cycles);
	dut_reset(d, 3);
	for (unsigned i = 0; i < CW_COUNTER_N; i++)
		assert_int_equal(word(d, 2 * i), 0);
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stall_time_survives_the_wrap_of_now),
		cmocka_unit_test(high_word_is_latched_with_the_low_one),
		cmocka_unit_test(each_event_moves_its_own_counter),
		cmocka_unit_test(events_of_every_cycle_are_counted),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
