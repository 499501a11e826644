// SPDX-License-Identifier: BSD-2-Clause
/* The ceiling of cwctl bench: against the limit of the RTL's benchmark, which was made apart from it, and by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/limit.h"
#include "ceiling.h"

#define CLOCK (1e12 / POINT_PERIOD_PS)

static void same(double got, double want, const char *what)
{
	if (!(got / want < 1 + 1e-9 && got / want > 1 - 1e-9))
		fail_msg("%s: %.6f, not %.6f", what, got, want);
}

static void agrees_with_the_limit_of_the_benchmark(void **state)
{
	static const unsigned sizes[] = { 4, 8, 20, 64, 128, 252, 256, 508, 512, 1000, 1024, 4096, 65536 }; /* slots of powers of two */
	static const unsigned widths[] = { 128, 256, 512 }, lanes[] = { 0, 1, 4, 8, 16 }, depths[] = { 1, 2, 8, 32, 64 };
	struct bench_point p;
	char what[128];

	(void)state;
	point_base(&p);
	for (unsigned n = 0; n < 13 * 3 * 5 * 5 * 3; n++) {
		struct ceiling c = { .gen = 3, .mps = POINT_MPS, .mrrs = POINT_MRRS, .clock_hz = CLOCK };

		c.size = p.size = sizes[n % 13];
		p.width = widths[n / 13 % 3];
		c.data_bytes = p.width / 8;
		c.lanes = p.lanes = lanes[n / 39 % 5];
		c.depth = p.batch = depths[n / 195 % 5];
		p.dir = (enum point_dir)(n / 975);
		c.h2c = p.dir != DIR_C2H;
		c.c2h = p.dir != DIR_H2C;
		snprintf(what, sizeof(what), "%u bytes, %u bits, %u lanes, %u in flight, way %d", p.size, p.width,
			 p.lanes, p.batch, p.dir);
		same(ceiling_rate(&c) / CLOCK, limit_of(&p), what);
	}
}

/* Gen3 x8, MPS 256, one 4 KiB write in flight: worked by hand, bytes up the link for 32 of them. */
static void worked_by_hand(void **state)
{
	struct ceiling c = { .gen = 3, .lanes = 8, .mps = 256, .mrrs = 512, .data_bytes = 1024, .clock_hz = 1e9,
			     .size = 4096, .depth = 1, .c2h = 1 };
	double up = 32 * (4096 + 16 * 24.0) + 24 + (2 * 24 + 512) + 32 * 28.0;
	double link = 0.98 * 8 * 8e9 * 128 / 130 / 8;

	(void)state;
	same(ceiling_rate(&c), 32 * 4096 * link / up, "card to host");
	/* Generations 1 and 2 lose a fifth to their code, and are slower. */
	c.gen = 2;
	same(ceiling_rate(&c), 32 * 4096 * (0.98 * 8 * 5e9 * 8 / 10 / 8) / up, "generation 2");
	c.gen = 5;
	same(ceiling_rate(&c), 32 * 4096 * 4 * link / up, "generation 5");
}

static void a_link_that_is_not_known_has_none(void **state)
{
	struct ceiling c = { .gen = 0, .lanes = 8, .mps = 256, .mrrs = 512, .data_bytes = 32, .clock_hz = 250e6,
			     .size = 4096, .depth = 1, .c2h = 1 };

	(void)state;
	assert_true(ceiling_rate(&c) == 0);
	c.gen = 6;
	assert_true(ceiling_rate(&c) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_limit_of_the_benchmark),
		cmocka_unit_test(worked_by_hand),
		cmocka_unit_test(a_link_that_is_not_known_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
