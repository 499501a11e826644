/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block tests with two clocks: each has a period and a jitter, edges come in the order of their time, at the same
 * time in a random order. A model with a port `coin` (tests/rtl/cw_cdc_skew.v) gets random bits before each edge.
 *
 *	struct two_clocks c;
 *
 *	two_clocks(&c, d, "wr_clk", "rd_clk", &rng);
 *	two_periods(&c, 4000, 3105, 100);       // ps
 *	two_steps(&c, 200);                     // edges of both
 */
#ifndef CW_TWO_CLOCKS_H
#define CW_TWO_CLOCKS_H

#include "dut.h"

struct two_clocks {
	struct dut *d;
	struct dut_rng *rng;
	const char *clk[2];
	uint64_t period[2], next[2], jitter;
	uint64_t edges[2]; /* given so far */
	bool coin;
};

static inline void two_periods(struct two_clocks *c, uint64_t a, uint64_t b, uint64_t jitter)
{
	c->period[0] = a;
	c->period[1] = b;
	c->jitter = jitter;
}

static inline void two_clocks(struct two_clocks *c, struct dut *d, const char *a, const char *b, struct dut_rng *rng)
{
	*c = (struct two_clocks){ .d = d, .rng = rng, .clk = { a, b }, .coin = dut_has(d, "coin") };
	two_periods(c, 1000, 1000, 0);
}

/* The next edge of either; returns which clock's it was. */
static inline unsigned two_step(struct two_clocks *c)
{
	unsigned i = c->next[0] == c->next[1] ? (unsigned)dut_below(c->rng, 2) : c->next[1] < c->next[0];

	if (c->coin)
		dut_set(c->d, "coin", dut_rand(c->rng));
	dut_clock(c->d, c->clk[i]);
	dut_cycle(c->d);
	c->edges[i]++;
	c->next[i] += c->period[i] + dut_below(c->rng, c->jitter + 1);
	return i;
}

static inline void two_steps(struct two_clocks *c, unsigned n)
{
	while (n--)
		two_step(c);
}

/* Ratios that tests go through: alike, drifting slowly, a board's, far apart each way; ps and ps of jitter. */
static const struct {
	uint64_t a, b, jitter;
} two_ratios[] = {
	{ 4000, 4000, 0 },   { 4000, 4001, 0 },	  { 4001, 4000, 0 },  { 4000, 3105, 0 },   { 4000, 8000, 0 },
	{ 8000, 4000, 0 },   { 4000, 4000, 400 }, { 3000, 7000, 50 }, { 1000, 13700, 10 }, { 13700, 1000, 10 },
};
#define TWO_RATIO_N (sizeof(two_ratios) / sizeof(two_ratios[0]))

#endif
