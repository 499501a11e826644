/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A point of the benchmark: what is measured, and under which circumstances. Points, their
 * limits and what was measured are all named by these columns.
 */
#ifndef BENCH_POINT_H
#define BENCH_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POINT_PAGE (-1)     /* offset: each buffer crosses a page in its middle */
#define POINT_PERIOD_PS 4000 /* of the card's clock: 250 MHz */
#define POINT_MPS 256
#define POINT_MRRS 512

enum point_dir { DIR_H2C, DIR_C2H, DIR_BOTH };

struct bench_point {
	unsigned shim;      /* enum cw_shim_id */
	unsigned width;     /* of the data path, bits; with a shim, that of the endpoint behind it */
	unsigned lanes;     /* of a Gen3 link; 0: its bandwidth is not modelled */
	bool stream;        /* packets, one a descriptor; else card memory */
	enum point_dir dir;
	unsigned size;      /* bytes of a descriptor */
	int offset;         /* of each buffer from a multiple of 64, or POINT_PAGE */
	unsigned queues;    /* in all; DIR_BOTH: half of them each way, at least one */
	unsigned batch;     /* descriptors a doorbell and an interrupt */
	unsigned latency;   /* cycles from a read to the first beat of its completion, at least */
	unsigned split;     /* completions end at multiples of it */
	unsigned tags;      /* most reads outstanding */
};

/* 256 bits, unpaced, 64 queues, batch 32, 64 bytes, aligned, to the card. */
void point_base(struct bench_point *p);
/* "name=value"; -EINVAL with one line in why. */
int point_set(struct bench_point *p, const char *word, char *why, size_t why_size);
/* Combinations that cannot be run. */
int point_check(const struct bench_point *p, char *why, size_t why_size);

const char *point_link(const struct bench_point *p); /* none, gen3x8, gen3x16 */
const char *point_dir(const struct bench_point *p);
/* The columns that name it, as in POINT_COLUMNS; in front of them its shim, when it has one. */
void point_print(const struct bench_point *p, char *text, size_t size);
#define POINT_COLUMNS "width,link,mode,dir,size,offset,queues,batch,latency,split,outstanding"

/* Where buffer `index` of a queue lies from the start of a page, and how far apart buffers are. */
uint64_t point_stride(const struct bench_point *p);
uint64_t point_start(const struct bench_point *p);

#endif
