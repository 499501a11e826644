// SPDX-License-Identifier: BSD-2-Clause
/* cw_lite_cdc: five AXI4-Lite channels between two clocks. */
#include "cdc_channels.h"

static const struct bus lite = {
	"lite_clk", "lite_rst", "lite_lost",
	{
		{ "user_aw", "lite_aw", false, { "user_awaddr", NULL }, { "lite_awaddr", NULL } },
		{ "user_w", "lite_w", false, { "user_wdata", "user_wstrb", NULL }, { "lite_wdata", "lite_wstrb", NULL } },
		{ "lite_b", "user_b", true, { "lite_bresp", NULL }, { "user_bresp", NULL } },
		{ "user_ar", "lite_ar", false, { "user_araddr", NULL }, { "lite_araddr", NULL } },
		{ "lite_r", "user_r", true, { "lite_rdata", "lite_rresp", NULL }, { "user_rdata", "user_rresp", NULL } },
	},
};

static void each_channel_keeps_its_fields_and_order(void **state)
{
	(void)state;
	channels_keep_fields_and_order(&lite);
}

static void no_channel_waits_for_another(void **state)
{
	(void)state;
	channels_do_not_wait_for_one_another(&lite);
}

static void a_reset_of_either_side_is_told_to_both(void **state)
{
	(void)state;
	a_reset_loses_all_and_is_told(&lite);
}

static void a_reset_takes_what_is_offered(void **state)
{
	(void)state;
	what_is_offered_goes_too(&lite);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_channel_keeps_its_fields_and_order),
		cmocka_unit_test(no_channel_waits_for_another),
		cmocka_unit_test(a_reset_of_either_side_is_told_to_both),
		cmocka_unit_test(a_reset_takes_what_is_offered),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
