/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random number generator of every part of the simulator (xoshiro256**,
 * seeded by splitmix64). One generator a stream of decisions, so that a draw
 * in one part never moves another part: cw_rng_seed(r, seed, CW_STREAM...).
 * Draw on events only, never in a poll, or a run depends on who polls.
 */
#ifndef CW_RNG_H
#define CW_RNG_H

#include <stdbool.h>
#include <stdint.h>

enum cw_rng_stream {
	CW_RNG_SCHED = 1, CW_RNG_HOST, CW_RNG_CARD, CW_RNG_ALLOC, CW_RNG_TEST,
	CW_RNG_HOST_DATA, CW_RNG_SHIM, CW_RNG_USER = 64, /* and up: free for tests */
};

struct cw_rng {
	uint64_t s[4];
};

static inline uint64_t cw_rng_mix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static inline void cw_rng_seed(struct cw_rng *r, uint64_t seed, unsigned stream)
{
	uint64_t state = seed ^ (0xd1342543de82ef95ull * (stream + 1ull));
	int i;

	for (i = 0; i < 4; i++)
		r->s[i] = cw_rng_mix(&state);
}

static inline uint64_t cw_rng_next(struct cw_rng *r)
{
	uint64_t *s = r->s, mul = s[1] * 5, out = ((mul << 7) | (mul >> 57)) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = (s[3] << 45) | (s[3] >> 19);
	return out;
}

/* 0 to n - 1; n at least 1. The bias of the multiply is below n / 2^64. */
static inline uint64_t cw_rng_below(struct cw_rng *r, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)cw_rng_next(r) * n) >> 64);
}

/* lo to hi, both included. */
static inline uint64_t cw_rng_range(struct cw_rng *r, uint64_t lo, uint64_t hi)
{
	return lo + cw_rng_below(r, hi - lo + 1);
}

/* True once in n draws, on average. */
static inline bool cw_rng_one_in(struct cw_rng *r, uint64_t n)
{
	return cw_rng_below(r, n) == 0;
}

#endif
