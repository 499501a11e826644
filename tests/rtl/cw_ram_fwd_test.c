/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_ram_fwd: a read never gives a stale word, and keeps what it read; with LIVE it shows the word as it is now. */
#include "dut.h"

#define DEPTH 64
#ifndef LIVE
#define LIVE 0
#endif

static void reads_see_the_write_of_their_cycle(void **state)
{
	struct dut *d = dut_new(dut_seed());
	uint32_t mem[DEPTH], shown = 0;
	unsigned at = 0;
	struct dut_rng rng;

	(void)state;
	dut_rng_init(&rng, dut_seed());
	for (unsigned i = 0; i < DEPTH + 5000; i++) {
		bool wr = i < DEPTH || dut_chance(&rng, 50), rd = i >= DEPTH && dut_chance(&rng, 50);
		unsigned wa = i < DEPTH ? i : dut_below(&rng, 8), ra = dut_below(&rng, 8);
		uint32_t v = dut_rand(&rng) >> 32;

		dut_set(d, "wr_en", wr);
		dut_set(d, "wr_addr", wa);
		dut_set(d, "wr_data", v);
		dut_set(d, "rd_en", rd);
		dut_set(d, "rd_addr", ra);
		dut_cycle(d);
		if (wr)
			mem[wa] = v;
		if (rd)
			shown = mem[at = ra];
		if (i > DEPTH + 20)
			assert_int_equal(dut_get(d, "rd_data"), LIVE ? mem[at] : shown);
	}
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_see_the_write_of_their_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
