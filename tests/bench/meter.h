/* SPDX-License-Identifier: BSD-2-Clause */
/* What is seen at the pins of the card, clock edge by clock edge. */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include "../../sim/device/card.h"

struct meter {
	uint64_t asked[CW_TLP_TAG_N]; /* the cycle in which a read left, by tag; 0: not open */
	uint64_t read_cycles;         /* shortest from there to the first beat of its completion */
};

void meter_init(struct meter *m);
void meter_pcie(struct meter *m, uint64_t cycle, const struct cw_wires_out *out, const struct cw_wires_in *in);

#endif
