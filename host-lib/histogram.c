// SPDX-License-Identifier: BSD-2-Clause
#include "histogram.h"

#include <math.h>

/* Values below 2 * SUB have a bucket each; above, the SUB_LOG2 + 1 highest bits say which. */
#define SUB_LOG2 7
_Static_assert(1u << SUB_LOG2 == HISTOGRAM_SUB, "buckets");

static unsigned index_of(uint64_t v)
{
	unsigned shift;

	if (v < 2 * HISTOGRAM_SUB)
		return (unsigned)v;
	shift = 63 - (unsigned)__builtin_clzll(v) - SUB_LOG2;
	return HISTOGRAM_SUB * shift + (unsigned)(v >> shift);
}

static uint64_t middle_of(unsigned i)
{
	unsigned shift;

	if (i < 2 * HISTOGRAM_SUB)
		return i;
	shift = i / HISTOGRAM_SUB - 1;
	return ((uint64_t)(HISTOGRAM_SUB + i % HISTOGRAM_SUB) << shift) + (1ull << shift) / 2;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	if (!h->n || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->n++;
	h->sum += (double)value;
	h->bucket[index_of(value)]++;
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)h->n), seen = 0, v;
	unsigned i = 0;

	if (!h->n)
		return 0;
	if (rank < 1)
		rank = 1;
	if (rank >= h->n)
		return h->max;
	for (; i < HISTOGRAM_N; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			break;
	}
	v = middle_of(i);
	return v < h->min ? h->min : v > h->max ? h->max : v;
}
