/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands between the endpoint and the hard-IP model in a build of the card:
 * nothing (generic), or a vendor's shim (rtl/cw_if_<name>.v) on the one side and the
 * model of that vendor's user-side interface on the other. The model is a
 * neighbour of hardip.h with the endpoint's part: it shows it struct cw_wires_out
 * and is shown struct cw_wires_in, and it shows the shim the vendor's pins.
 *
 * To add one: a number and a name here, struct cw_shim_ops in shim_<name>.c, the
 * simulation top's part in cw_sim_<name>.sv (ports: cw_sim_ip_ports.svh), a branch of
 * the generate in cw_sim_top.sv, and a word in CARD_SHIMS (build.mk).
 *
 * Words 0 to 5 that every such top gives (struct cw_wires_out up to `num`) are the
 * simulation's: CW_O_IDLE, the deadline; and for the TLP log CW_O_TX_REQ_ID_VALID with
 * queue and number while CW_O_TX_REQ_VALID says that the endpoint begins a TLP in this cycle.
 */
#ifndef CW_SHIMS_H
#define CW_SHIMS_H

#include "hardip.h"

enum cw_shim_id { CW_SHIM_GENERIC, CW_SHIM_USPLUS, CW_SHIM_7SERIES, CW_SHIM_PTILE,
		  CW_SHIM_7SERIES64, CW_SHIM_PTILE256, CW_SHIM_USPLUS512, CW_SHIM_PTILE512, CW_SHIM_USPLUSAA, CW_SHIM_N };

struct cw_shim_param {
	uint16_t data_dw;  /* width of the streams in DWs */
	uint64_t seed;
	uint8_t throttle;  /* percent of beats that are followed by cycles without valid or ready */
	uint16_t reorder_cycles; /* how far streams may be shifted against each other */
	bool steady;       /* no pauses that the run did not ask for: benchmarks */
};

struct cw_shim_ops {
	/* What this vendor's IP cannot do is taken from what the model of the IP is asked for. */
	void (*limit)(struct cw_hip_param *p);
	int (*create)(void **shim, const struct cw_shim_param *p);
	void (*destroy)(void *shim); /* NULL is allowed */
	/* One clock edge: cw_hip_cycle() of h is called once. in: what h's pins are, kept by the caller. */
	int (*cycle)(void *shim, struct cw_hip *h, uint64_t cycle, uint64_t time, const uint32_t *from_rtl,
		     struct cw_wires_in *in, uint32_t *to_rtl);
	/* Nothing to do at the next edge unless the IP or the endpoint moves. */
	bool (*quiet)(const void *shim);
	/* The first rule of the vendor's interface that the shim broke; NULL while there is none. */
	const char *(*why)(const void *shim);
};

/* NULL: generic, or not there. */
const struct cw_shim_ops *cw_shim_ops(unsigned id);
/* "generic", "usplus", ...; NULL: no such number. */
const char *cw_shim_name(unsigned id);
/* The number of a name; -EINVAL. */
int cw_shim_find(const char *name);

#endif
