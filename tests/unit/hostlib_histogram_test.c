// SPDX-License-Identifier: BSD-2-Clause
/* The histogram of times against what sorting says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "histogram.h"

static const double quantiles[] = { 0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
#define QUANTILE_N (sizeof(quantiles) / sizeof(quantiles[0]))

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t step(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Each quantile within 0.4 % of that of the sorted values; below 256 it is that. */
static void same_as_sorted(uint64_t *v, unsigned n)
{
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	for (unsigned i = 0; i < n; i++)
		histogram_add(h, v[i]);
	qsort(v, n, sizeof(*v), by_value);
	assert_int_equal(h->n, n);
	assert_int_equal(h->min, v[0]);
	assert_int_equal(h->max, v[n - 1]);
	for (unsigned i = 0; i < QUANTILE_N; i++) {
		double rank = quantiles[i] * n;
		unsigned at = (unsigned)rank < rank ? (unsigned)rank : (unsigned)rank ? (unsigned)rank - 1 : 0;
		uint64_t want = v[at], got = histogram_quantile(h, quantiles[i]);
		uint64_t off = got > want ? got - want : want - got;

		if (want < 256 ? off : (double)off > 0.004 * (double)want)
			fail_msg("%u values, quantile %g: %llu, not %llu", n, quantiles[i], (unsigned long long)got,
				 (unsigned long long)want);
	}
	free(h);
}

static void quantiles_are_those_of_the_sorted_values(void **state)
{
	static const unsigned counts[] = { 1, 2, 3, 10, 999, 1000, 1001, 20000 };
	uint64_t *v = calloc(20000, sizeof(*v)), x = 88172645463325252ull;

	(void)state;
	assert_non_null(v);
	for (unsigned shift = 0; shift < 64; shift += 3)
		for (unsigned c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
			for (unsigned i = 0; i < counts[c]; i++)
				v[i] = step(&x) >> shift;
			same_as_sorted(v, counts[c]);
		}
	free(v);
}

static void borders_of_buckets(void **state)
{
	uint64_t v[1];

	(void)state;
	for (unsigned bit = 0; bit < 64; bit++)
		for (int d = -1; d <= 1; d++) {
			v[0] = (1ull << bit) + (uint64_t)(int64_t)d;
			same_as_sorted(v, 1);
		}
	v[0] = UINT64_MAX;
	same_as_sorted(v, 1);
}

static void empty_one_has_no_quantile(void **state)
{
	static const struct histogram none;

	(void)state;
	assert_int_equal(histogram_quantile(&none, 0.5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
		cmocka_unit_test(borders_of_buckets),
		cmocka_unit_test(empty_one_has_no_quantile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
