// SPDX-License-Identifier: BSD-2-Clause
/* cw_axi_cdc: five AXI channels between two clocks. */
#include "cdc_channels.h"

static const struct bus axi = {
	"mem_clk", "mem_rst", "mem_lost",
	{
		{ "axi_aw", "mem_aw", false,
		  { "axi_awid", "axi_awaddr", "axi_awlen", "axi_awsize", "axi_awburst", NULL },
		  { "mem_awid", "mem_awaddr", "mem_awlen", "mem_awsize", "mem_awburst", NULL } },
		{ "axi_w", "mem_w", false,
		  { "axi_wdata", "axi_wstrb", "axi_wlast", NULL },
		  { "mem_wdata", "mem_wstrb", "mem_wlast", NULL } },
		{ "mem_b", "axi_b", true, { "mem_bid", "mem_bresp", NULL }, { "axi_bid", "axi_bresp", NULL } },
		{ "axi_ar", "mem_ar", false,
		  { "axi_arid", "axi_araddr", "axi_arlen", "axi_arsize", "axi_arburst", NULL },
		  { "mem_arid", "mem_araddr", "mem_arlen", "mem_arsize", "mem_arburst", NULL } },
		{ "mem_r", "axi_r", true,
		  { "mem_rid", "mem_rdata", "mem_rresp", "mem_rlast", NULL },
		  { "axi_rid", "axi_rdata", "axi_rresp", "axi_rlast", NULL } },
	},
};

static void each_channel_keeps_its_fields_and_order(void **state)
{
	(void)state;
	channels_keep_fields_and_order(&axi);
}

static void no_channel_waits_for_another(void **state)
{
	(void)state;
	channels_do_not_wait_for_one_another(&axi);
}

static void a_reset_of_either_side_is_told_to_both(void **state)
{
	(void)state;
	a_reset_loses_all_and_is_told(&axi);
}

static void a_reset_takes_what_is_offered(void **state)
{
	(void)state;
	what_is_offered_goes_too(&axi);
}

/* DEPTH 16 is enough for a beat a cycle, reads and writes at once. */
static void a_beat_a_cycle(void **state)
{
	struct crossing x;
	uint64_t from;

	(void)state;
	start(&x, &axi);
	two_steps(&x.c, 60);
	push_all(&x, 0, 400);
	from = x.c.edges[0];
	wait_for_all(&x, 400);
	assert_in_range(x.c.edges[0] - from, 400, 412);
	end(&x);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_channel_keeps_its_fields_and_order),
		cmocka_unit_test(no_channel_waits_for_another),
		cmocka_unit_test(a_reset_of_either_side_is_told_to_both),
		cmocka_unit_test(a_reset_takes_what_is_offered),
		cmocka_unit_test(a_beat_a_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
