/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Card memory (store.h) as an AXI4 slave: one read and one write port.
 * A synchronous block of the card's clock. Transactions of one ID are answered
 * in order; those of different IDs may overtake each other when `shuffle` is set.
 */
#ifndef CW_AXI_MEM_H
#define CW_AXI_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"
#include "wires.h"

struct cw_axi_mem;

struct cw_axi_param {
	uint64_t seed, bytes;      /* size of the memory; beyond it: DECERR */
	uint16_t data_dw;          /* bus width in DWs */
	uint16_t read_latency;     /* cycles from address to first data, at least */
	uint16_t write_latency;    /* from last data to response */
	uint16_t jitter;           /* random addition, 0 to this */
	uint16_t depth;            /* transactions taken ahead, each way */
	uint8_t stall;             /* chance in percent that a beat is followed by 1 to 8 idle cycles */
	bool shuffle;
	struct cw_store *store;    /* memory that an earlier card left, of the same size; NULL: all zero */
};
void cw_axi_param_default(struct cw_axi_param *p);

int cw_axi_mem_new(struct cw_axi_mem **m, const struct cw_axi_param *p);
/* The store given is the memory's from now on and freed with it, unless it is taken back: only free may follow. */
void cw_axi_mem_free(struct cw_axi_mem *m);
struct cw_store *cw_axi_take_store(struct cw_axi_mem *m);
/* One clock edge, as cw_hip_cycle(). 0 or -ENOMEM. rst forgets transactions, not memory. */
int cw_axi_cycle(struct cw_axi_mem *m, uint64_t cycle, bool rst, const struct cw_wires_axi_out *out,
		 struct cw_wires_axi_in *in);
bool cw_axi_quiet(const struct cw_axi_mem *m);

/* ---- for tests: memory from outside, no time passes ---- */
/* -EINVAL beyond the end, -ENOMEM. Memory never written reads as 0. */
int cw_axi_peek(const struct cw_axi_mem *m, uint64_t addr, void *data, size_t len);
int cw_axi_poke(struct cw_axi_mem *m, uint64_t addr, const void *data, size_t len);
/* The next `count` beats read or transactions written in [addr, addr + len) answer `resp` (2 SLVERR,
 * 3 DECERR). Up to 8 ranges; count 0 clears all. -ENOSPC. */
int cw_axi_inject(struct cw_axi_mem *m, uint64_t addr, uint64_t len, bool write, uint8_t resp, unsigned count);

/* Broken bus rules seen (burst over 4 KiB, wrong WLAST, unknown burst type): the RTL's errors. */
unsigned cw_axi_violations(const struct cw_axi_mem *m);
const char *cw_axi_why(const struct cw_axi_mem *m); /* the first one */

#endif
