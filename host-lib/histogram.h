/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A histogram of times, or of anything from 0 to 2^64-1: buckets whose width grows with the value, so that
 * each quantile is known to 0.4 % (and below 256 exactly) in a fixed size, however many values there are.
 */
#ifndef CW_HISTOGRAM_H
#define CW_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB 128u /* buckets of each power of two, from 256 on */
#define HISTOGRAM_N (2 * HISTOGRAM_SUB + 56 * HISTOGRAM_SUB)

/* All zero: empty. */
struct histogram {
	uint64_t n, min, max;
	double sum;
	uint64_t bucket[HISTOGRAM_N];
};

void histogram_add(struct histogram *h, uint64_t value);
/* The value that a share `q` (0 to 1) of all is not above: the middle of its bucket. 0 when it is empty. */
uint64_t histogram_quantile(const struct histogram *h, double q);

#endif
