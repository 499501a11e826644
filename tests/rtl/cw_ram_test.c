// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GW=21 -GDEPTH=48
/* cw_ram: old data on a collision, nothing moves without an enable; DEPTH need not be a power of two. */
#include "dut.h"

#define DEPTH 48

static void reads_give_the_word_before_this_cycle(void **state)
{
	struct dut *d = dut_new(dut_seed());
	uint32_t mem[DEPTH], shown = 0;
	unsigned collisions = 0;
	struct dut_rng rng;
	bool known = false;

	(void)state;
	dut_rng_init(&rng, dut_seed());
	for (unsigned i = 0; i < DEPTH + 5000; i++) {
		bool wr = i < DEPTH || dut_chance(&rng, 50), rd = i >= DEPTH && dut_chance(&rng, 50);
		unsigned wa = i < DEPTH ? i : (unsigned)dut_below(&rng, DEPTH);
		unsigned ra = dut_chance(&rng, 30) ? wa : (unsigned)dut_below(&rng, DEPTH);
		uint32_t v = (uint32_t)dut_rand(&rng) & 0x1fffff;

		dut_set(d, "wr_en", wr);
		dut_set(d, "wr_addr", wa);
		dut_set(d, "wr_data", v);
		dut_set(d, "rd_en", rd);
		dut_set(d, "rd_addr", ra);
		dut_cycle(d);
		if (rd) {
			shown = mem[ra];
			known = true;
			collisions += wr && wa == ra && mem[ra] != v;
		}
		if (wr)
			mem[wa] = v;
		if (known)
			assert_int_equal(dut_get(d, "rd_data"), shown);
	}
	assert_true(collisions > 100);
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_give_the_word_before_this_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
