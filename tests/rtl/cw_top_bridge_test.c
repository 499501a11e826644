// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_top_chain -GBRIDGE=1
/*
 * The whole endpoint in front of a memory controller that PCIe reset does not reach (cw_mem_bridge): data arrives whole
 * though memory pauses, a reset at any cycle leaves the controller whole bursts and memory as it was, and
 * before memory is calibrated every access ends with an error, soon.
 */
#include "chain_env.h"

#define KEPT_CARD 0xa000u /* on the card; begin_work() and move_both_ways() end below */
#define KEPT_HOST 0x40000u
#define KEPT_LEN  3001u

static struct {
	uint32_t hdr[4];
	unsigned n;
} refused; /* completions with an error */

static void bridge_start(struct top_host *h)
{
	host_start(h);
	dut_set(h->d, "mem_rst", 1);
	dut_set(h->d, "mem_ready", 1);
	two_periods(&h->c, 4000, 3105, 0);
	host_reset(h, 40);
	dut_set(h->d, "mem_rst", 0);
	host_reset(h, 20);
	wait_ready(h);
}

static void port_is_sound(struct top_host *h)
{
	static const char *const rules[] = { "", "an offer was withdrawn", "an offer changed while it waited",
					     "write data without an address", "WLAST disagrees with the length" };
	uint64_t broken = dut_get(h->d, "mem_broken");

	if (broken)
		fail_msg("the controller's port: %s", rules[broken]);
}

static void controller_comes_to_rest(struct top_host *h)
{
	for (unsigned limit = 0; dut_get(h->d, "mem_busy"); limit++) {
		if (limit > 20000)
			fail_msg("the controller waits for the rest of a burst");
		two_step(&h->c);
	}
	port_is_sound(h);
}

static void one(struct top_host *h, unsigned q, uint32_t host, uint32_t card, uint32_t len, uint32_t status)
{
	configure(h);
	describe(h, q, 0, host, card - 64, len); /* the queue's base */
	doorbell(h, q, 1);
	wait_for_status(h, q, 1, status);
}

static void data_arrives_though_memory_pauses(void **state)
{
	static struct top_host h;

	(void)state;
	bridge_start(&h);
	for (unsigned r = 0; r < times(TWO_RATIO_N, TWO_RATIO_N); r++) {
		two_periods(&h.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		h.stall = 10 * (r % 4);
		wait_ready(&h);
		configure(&h);
		move_both_ways(&h, 12);
		port_is_sound(&h);
		host_reset(&h, 10);
	}
	dut_free(h.d);
}

static void reset_at_any_cycle_leaves_memory_whole(void **state)
{
	static struct top_host h;
	unsigned busy = 0;

	(void)state;
	bridge_start(&h);
	for (unsigned k = 0; k < KEPT_LEN; k++)
		h.mem[KEPT_HOST + k] = (uint8_t)dut_rand(&h.rng);
	one(&h, 0, KEPT_HOST, KEPT_CARD, KEPT_LEN, CW_STATUS_OK);
	for (unsigned i = 0, rounds = times(300, 4000); i < rounds; i++) {
		unsigned r = (unsigned)dut_below(&h.rng, TWO_RATIO_N - 2); /* those far apart take long */

		two_periods(&h.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		h.stall = dut_chance(&h.rng, 50) ? 30 : 0;
		begin_work(&h);
		while (h.req.head != h.req.tail)
			two_step(&h.c);
		two_steps(&h.c, (unsigned)dut_below(&h.rng, dut_chance(&h.rng, 80) ? 800 : 3000));
		busy += dut_get(h.d, "mem_busy") != 0;
		host_reset(&h, (unsigned)dut_below(&h.rng, 12));
		h.stall = 0;
		wait_ready(&h);
		if (dut_chance(&h.rng, 50))
			controller_comes_to_rest(&h);
		memset(h.mem + DST, 0xee, SLOT * 8);
		one(&h, 1, DST + 1, KEPT_CARD, KEPT_LEN, CW_STATUS_OK);
		assert_memory_equal(h.mem + DST + 1, h.mem + KEPT_HOST, KEPT_LEN);
		controller_comes_to_rest(&h);
		host_reset(&h, 4);
		wait_ready(&h);
		configure(&h);
		move_both_ways(&h, 3);
		host_reset(&h, 4);
		wait_ready(&h);
	}
	if (!getenv("CW_ICARUS") && busy < times(300, 4000) / 6)
		fail_msg("%u resets only while the controller had work", busy);
	dut_free(h.d);
}

static void take_refusals(struct top_host *h, const struct drain *t)
{
	if (t == &h->tx) {
		host_takes_request(h, t);
	} else if (t->h[0] >> 24 == 0x0a) {
		memcpy(refused.hdr, t->h, sizeof(refused.hdr));
		refused.n++;
	} else {
		host_takes_answer(h, t);
	}
}

/* A read through the window ends with Completer Abort, to its own tag. */
static void window_read_is_refused(struct top_host *h)
{
	refused.n = 0;
	host_write(h, 0, CW_WINDOW_BASE_LO, 0);
	host_write(h, 0, CW_WINDOW_BASE_HI, 0);
	host_feed(&h->req, (uint32_t[]){ 0x00000001, 77 << 8 | 0xf, 4u << 24 | 0x100, 0 }, NULL, 0, 4);
	for (unsigned limit = 0; !refused.n; limit++) {
		assert_true(limit < 2000);
		two_step(&h->c);
	}
	assert_int_equal(refused.hdr[1] >> 13 & 7, 4);
	assert_int_equal(refused.hdr[2] >> 8 & 0xff, 77);
}

static uint64_t axi_errors(struct top_host *h)
{
	return host_read(h, CW_COUNTER_OFFSET + 8 * CW_COUNTER_ERR_AXI);
}

static void memory_that_is_not_ready_is_an_error(void **state)
{
	static struct top_host h;
	uint64_t errors;

	(void)state;
	bridge_start(&h);
	h.link_out = take_refusals;
	dut_set(h.d, "mem_ready", 0);
	errors = axi_errors(&h);
	one(&h, 0, SRC, KEPT_CARD, 500, CW_STATUS_AXI);
	host_reset(&h, 10);
	wait_ready(&h);
	errors = axi_errors(&h);
	one(&h, 1, DST, KEPT_CARD, 500, CW_STATUS_AXI);
	assert_true(axi_errors(&h) > errors);
	window_read_is_refused(&h);
	host_write(&h, 0, CW_SCRATCH, 0x600dca4d);
	assert_int_equal(host_read(&h, CW_SCRATCH), 0x600dca4d);
	assert_int_equal(dut_get(h.d, "mem_busy"), 0);

	dut_set(h.d, "mem_ready", 1);
	host_reset(&h, 10);
	wait_ready(&h);
	configure(&h);
	move_both_ways(&h, 12);
	port_is_sound(&h);
	dut_free(h.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_arrives_though_memory_pauses),
		cmocka_unit_test(reset_at_any_cycle_leaves_memory_whole),
		cmocka_unit_test(memory_that_is_not_ready_is_an_error),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
