// SPDX-License-Identifier: BSD-2-Clause
/* cw_sync: a level comes out after two edges, and nothing that lasts no edge. */
#include "dut.h"

static void level_comes_out_after_two_edges(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_cycles(d, 3);
	for (unsigned i = 0; i < 6; i++) {
		uint64_t level = !(i & 1);

		dut_set(d, "in", level);
		dut_settle(d);
		assert_int_equal(dut_get(d, "out"), !level);
		dut_cycle(d);
		assert_int_equal(dut_get(d, "out"), !level);
		dut_cycle(d);
		assert_int_equal(dut_get(d, "out"), level);
		dut_cycles(d, i);
		assert_int_equal(dut_get(d, "out"), level);
	}
	dut_free(d);
}

static void what_lasts_no_edge_is_not_seen(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_cycles(d, 3);
	dut_set(d, "in", 1);
	dut_settle(d);
	dut_set(d, "in", 0);
	for (unsigned i = 0; i < 5; i++) {
		dut_cycle(d);
		assert_int_equal(dut_get(d, "out"), 0);
	}
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(level_comes_out_after_two_edges),
		cmocka_unit_test(what_lasts_no_edge_is_not_seen),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
