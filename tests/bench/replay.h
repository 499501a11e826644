/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's TLPs of a TLP log sent to the RTL card again, each with its stamp, without a driver, a host model or
 * a checker; what the card sends must be what the log has, stamps included. Shows how fast the card alone is.
 * Card memory is zero at first: data that did not come over the link is not there.
 */
#ifndef BENCH_REPLAY_H
#define BENCH_REPLAY_H

#include <stddef.h>
#include <stdint.h>

struct replay_param {
	uint64_t latency_ps;  /* of the link, one way */
	uint8_t generation, lanes;
};

struct replay_result {
	uint64_t tlps[2];     /* enum cw_link_side of the sender */
	uint64_t cycles, evaluated, cpu_ns;
};

/* 0, or -errno with why: -EPROTO also when the card sends something else. */
int replay_log(const char *path, const struct replay_param *p, struct replay_result *res, char *why, size_t why_size);

#endif
