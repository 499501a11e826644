/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the rings of a point full and measures. The host acts at once: at an interrupt it takes the
 * records of every complete batch, compares the data, describes as many descriptors anew, and tells the
 * card with one producer and one consumer index. It is never the limit.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include "meter.h"
#include "packets.h"
#include "point.h"

struct result {
	double bytes_per_cycle; /* DIR_BOTH: of the slower direction */
	double limit, share;
	uint64_t ops[2];        /* in the window, each way */
	uint64_t window_from_ps, window_ps;
	struct balance balance; /* of the window */
	uint64_t cycles;        /* from the first doorbell on */
	uint64_t cpu_ns;
	unsigned buffer;        /* completion buffer, bytes */
	unsigned read_cycles;   /* shortest time from a read to the first beat of its completion */
	uint64_t interrupts, batches;
	uint64_t evaluated;     /* clock edges that were not skipped */
	uint64_t step[STEP_N], step_least[STEP_N]; /* cycles, meter.h: most and least */
};

struct traffic_param {
	uint64_t ops;      /* each way until the end of the run; 0: chosen from the point */
	const char *wave;
	const char *tlp;   /* file of the TLP log at the card; NULL: none */
	uint64_t idle;     /* not 0: one descriptor at a time, so many cycles apart; only the steps are measured */
	bool no_idle_skip;
	enum packets_held held; /* streams one way */
	uint32_t weight; /* packets a queue to the card has in one turn; 0: as 1 */
	double pretend;    /* tests: the figure is taken to be this many times what it is; 0: as it is */
};

/* 0, or -errno with why: also when a byte, a record or a rule is wrong, or the figure is above the limit. */
int traffic_run(const struct bench_point *p, const struct traffic_param *tp, struct result *res, char *why,
		size_t why_size);

#endif
