/* SPDX-License-Identifier: BSD-2-Clause */
/* cwctl bench: what is measured, on what, and what came of it. */
#ifndef CWCTL_BENCH_H
#define CWCTL_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"
#include "libcauseway.h"

/* Whose clock a rate is of. */
enum bench_clock {
	BENCH_SIMULATED, /* simulated time, to the nanosecond */
	BENCH_WALL,      /* this machine's: the card's clock keeps pace with it */
	BENCH_CARD,      /* the card's cycles: its clock does not keep pace, so that it is a simulation */
};

struct bench_target {
	struct cw_dev *dev;
	struct cw_info info;
	enum bench_clock clock;
	bool registers;            /* they may be read */
	unsigned gen, lanes;       /* of the link; gen 0: not known */
	unsigned mps, mrrs;        /* bytes; 0: not known */
};

struct bench_point {
	uint64_t size;             /* bytes of a transfer */
	unsigned depth;            /* transfers in flight, each way */
	bool way[2];               /* by enum cw_op: which, or both at once */
	uint64_t count;            /* until one way has so many, or */
	double seconds;            /* for so long, 0: by count */
	uint64_t at;               /* card memory from here on is used */
};

struct bench_result {
	uint64_t transfers[2], bytes[2]; /* by enum cw_op */
	double seconds;            /* from the first submission to the last end, of the target's clock; BENCH_CARD: at
				    * the rate that the card says its clock has */
	double cycles;             /* of the card; 0: not known */
	double cpu_s, machine_s;   /* CPU time of this process, and of the whole machine */
	struct histogram latency;  /* nanoseconds; BENCH_CARD: of this machine */
};

/* Card and link; a line on standard error when it cannot be measured: 0 or CTL_FAIL. */
int bench_target(struct bench_target *t, struct cw_dev *dev, const char *card);
/* 0 or CTL_FAIL, with a line on standard error. The data of a transfer each way is checked. */
int bench_run(const struct bench_target *t, const struct bench_point *p, struct bench_result *r);

#endif
