// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GW=3 -GDEPTH=48 -GRD_N=2
/* cw_ram_2w: what either port wrote is read, in the cycle after; DEPTH need not be a power of two. */
#include "dut.h"

#define DEPTH 48
#define ADDR_W 6
#define W 3

static void check_words(struct dut *d, struct dut_rng *rng, const uint32_t *mem)
{
	unsigned at[2] = { (unsigned)dut_below(rng, DEPTH), (unsigned)dut_below(rng, DEPTH) };

	dut_set(d, "rd_addr", at[1] << ADDR_W | at[0]);
	dut_settle(d);
	assert_int_equal(dut_get(d, "rd_data"), mem[at[1]] << W | mem[at[0]]);
}

static void words_are_of_the_port_that_wrote_last(void **state)
{
	struct dut *d = dut_new(dut_seed());
	uint32_t mem[DEPTH];
	struct dut_rng rng;
	unsigned both = 0;

	(void)state;
	dut_rng_init(&rng, dut_seed());
	for (unsigned i = 0; i < DEPTH + 10000; i++) {
		bool fill = i < DEPTH, a = fill || dut_chance(&rng, 50), b = !fill && dut_chance(&rng, 50);
		unsigned at_a = fill ? i : (unsigned)dut_below(&rng, DEPTH), at_b = (unsigned)dut_below(&rng, DEPTH);
		uint32_t of_a = (uint32_t)dut_below(&rng, 1 << W), of_b = (uint32_t)dut_below(&rng, 1 << W);

		b = b && !(a && at_a == at_b); /* never both the same word */
		both += a && b;
		dut_set(d, "a_en", a);
		dut_set(d, "a_addr", at_a);
		dut_set(d, "a_data", of_a);
		dut_set(d, "b_en", b);
		dut_set(d, "b_addr", at_b);
		dut_set(d, "b_data", of_b);
		if (!fill)
			check_words(d, &rng, mem); /* the words before this cycle's writes */
		dut_cycle(d);
		if (a)
			mem[at_a] = of_a;
		if (b)
			mem[at_b] = of_b;
	}
	assert_in_range(both, 1000, 10000);
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_of_the_port_that_wrote_last),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
