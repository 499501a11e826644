// SPDX-License-Identifier: BSD-2-Clause
/* UltraScale+: the function's pins, Device Control read over the management interface, MSI and INTx handshakes. */
#include "tests/rtl/dut.h"

static void interrupts_are_asked_for(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_reset(d, 3);
	dut_set(d, "cfg_interrupt_msi_enable", 1);
	dut_set(d, "cfg_interrupt_msi_mmenable", 2); /* four vectors */
	dut_cycles(d, 2);
	dut_set(d, "msi_vector", 0x17);
	dut_set(d, "msi_valid", 1);
	dut_cycle(d);
	dut_set(d, "msi_valid", 0);
	dut_settle(d);
	assert_int_equal(dut_get(d, "cfg_interrupt_msi_int"), 1u << 3);
	assert_int_equal(dut_get(d, "msi_ready"), 0);
	dut_cycle(d);
	assert_int_equal(dut_get(d, "cfg_interrupt_msi_int"), 0);
	dut_set(d, "cfg_interrupt_msi_fail", 1);
	dut_cycle(d);
	dut_set(d, "cfg_interrupt_msi_fail", 0);
	dut_settle(d);
	assert_int_equal(dut_get(d, "cfg_interrupt_msi_int"), 1u << 3); /* again */
	dut_cycle(d);
	dut_set(d, "cfg_interrupt_msi_sent", 1);
	dut_cycle(d);
	dut_set(d, "cfg_interrupt_msi_sent", 0);
	dut_settle(d);
	assert_int_equal(dut_get(d, "msi_ready"), 1);
	/* INTx: not while MSI is enabled; the pin stays until the message of its last move was sent. */
	dut_set(d, "intx_level", 1);
	dut_cycles(d, 3);
	assert_int_equal(dut_get(d, "cfg_interrupt_int"), 0);
	assert_int_equal(dut_get(d, "cfg_interrupt_pending"), 1);
	dut_set(d, "cfg_interrupt_msi_enable", 0);
	dut_cycles(d, 3);
	assert_int_equal(dut_get(d, "cfg_interrupt_int"), 1);
	dut_set(d, "intx_level", 0);
	dut_cycles(d, 9);
	assert_int_equal(dut_get(d, "cfg_interrupt_int"), 1);
	dut_set(d, "cfg_interrupt_sent", 1);
	dut_cycle(d);
	dut_set(d, "cfg_interrupt_sent", 0);
	dut_cycles(d, 2);
	assert_int_equal(dut_get(d, "cfg_interrupt_int"), 0);
	dut_free(d);
}

static void function_state_is_passed_on(void **state)
{
	static const struct { const char *in; unsigned value; const char *out; unsigned want; } pins[] = {
		{ "cfg_max_payload", 2, "fn_mps", 2 }, { "cfg_max_read_req", 5, "fn_mrrs", 5 }, { "cfg_rcb_status", 1, "fn_rcb", 1 },
		{ "cfg_function_status", 2, "fn_mem", 1 }, { "cfg_function_status", 4, "fn_bme", 1 },
		{ "cfg_function_power_state", 4, "fn_power", 3 }, { "cfg_function_power_state", 1, "fn_power", 0 },
		{ "cfg_interrupt_msix_enable", 1, "fn_msix_en", 1 }, { "cfg_interrupt_msix_mask", 1, "fn_msix_mask", 1 },
		{ "cfg_interrupt_msi_enable", 1, "fn_msi_en", 1 },
		{ "cfg_bus_number", 0x99, "fn_bdf", 0x9900 },
	};
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_reset(d, 3);
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		dut_set(d, pins[i].in, pins[i].value);
		dut_cycles(d, 2);
		assert_int_equal(dut_get(d, pins[i].out), pins[i].want);
	}
	/* Device Control: extended tag 8, relaxed ordering 4, no snoop 11; one bit at a time */
	for (unsigned bit = 0; bit < 16; bit++) {
		dut_wait(d, "cfg_mgmt_read", 10);
		assert_int_equal(dut_get(d, "cfg_mgmt_addr"), 0x1e);
		dut_cycles(d, 3);
		assert_int_equal(dut_get(d, "cfg_mgmt_read"), 1);
		dut_set(d, "cfg_mgmt_read_data", 1u << bit);
		dut_set(d, "cfg_mgmt_read_write_done", 1);
		dut_cycle(d);
		dut_set(d, "cfg_mgmt_read_write_done", 0);
		dut_cycle(d);
		assert_int_equal(dut_get(d, "fn_ext_tag"), bit == 8);
		assert_int_equal(dut_get(d, "fn_ro"), bit == 4);
		assert_int_equal(dut_get(d, "fn_ns"), bit == 11);
	}
	/* A function-level reset: told until the IP takes it back, and not once more after the answer. */
	dut_set(d, "cfg_flr_in_process", 1);
	dut_cycles(d, 2);
	assert_int_equal(dut_get(d, "fn_flr"), 1);
	dut_set(d, "flr_done", 1);
	dut_cycle(d);
	dut_set(d, "flr_done", 0);
	dut_cycles(d, 3);
	assert_int_equal(dut_get(d, "fn_flr"), 0);
	dut_set(d, "cfg_flr_in_process", 0);
	dut_cycles(d, 3);
	dut_set(d, "cfg_flr_in_process", 1);
	dut_cycles(d, 2);
	assert_int_equal(dut_get(d, "fn_flr"), 1);
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupts_are_asked_for),
		cmocka_unit_test(function_state_is_passed_on),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
