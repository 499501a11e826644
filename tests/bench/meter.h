/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is seen at the pins of the card, clock edge by clock edge: how long a read takes to be answered,
 * and, with one descriptor in flight, how long the card takes for each of its steps. A step is counted
 * from the edge that takes the last beat before it to the edge that takes the first beat after it.
 */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include "../../sim/device/card.h"
#include "account.h"

enum step {
	STEP_FETCH,    /* doorbell to descriptor read */
	STEP_DATA,     /* descriptor to the first request for data: a read (H2C), a write (C2H) */
	STEP_RECORD,   /* last AXI write response (H2C) or last beat of data (C2H) to the record */
	STEP_MESSAGE,  /* record to MSI-X message */
	STEP_ALL,      /* doorbell to record */
	STEP_N
};

/* Where things are, in addresses on the link. */
struct meter_map {
	uint64_t doorbells, doorbells_end, rings, rings_end, msi;
};

struct meter {
	uint64_t asked[CW_TLP_TAG_N]; /* the cycle in which a read left, by tag; 0: not open */
	uint64_t read_cycles;         /* shortest from there to the first beat of its completion */

	struct meter_map map;
	bool data_seen;               /* of the descriptor in flight */
	bool inside_record, inside_data;
	uint64_t doorbell, descriptor, answered, data, record; /* cycles of the latest */
	bool counts;                  /* every beat is noted in: */
	struct account account;
	enum spent kind;              /* of the request at hand */
	bool c2h;
	uint64_t least[STEP_N], most[STEP_N]; /* 0: never */
};

void meter_free(struct meter *m);
void meter_init(struct meter *m, const struct meter_map *map, bool c2h);
void meter_pcie(struct meter *m, uint64_t cycle, const struct cw_wires_out *out, const struct cw_wires_in *in);
void meter_axi(struct meter *m, uint64_t cycle, const struct cw_wires_axi_out *out, const struct cw_wires_axi_in *in);

#endif
