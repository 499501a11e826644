/* SPDX-License-Identifier: BSD-2-Clause */
/* From the times at which descriptors ended to a figure, and whether it can be. */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include "traffic.h"

struct way {
	uint64_t *time; /* ps, at which each descriptor ended */
	uint64_t n, size;
};

/* The rate between the marks of 25 % and 87.5 % of ops, to the card and from it; of both ways the slower one,
 * between the later ones of their marks. */
void figure_of(const struct bench_point *p, const struct way way[2], uint64_t ops, struct result *res);
/*
 * The share of the limit; -ERANGE above it: no figure above what the streams and the link can carry is believed. At
 * the limit itself the window's edges show, since one batch of descriptors (limit_edge()) may have been read before it:
 * such a figure is the limit.
 */
int figure_judge(const struct bench_point *p, struct result *res);

#endif
