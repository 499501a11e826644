/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be asked of a simulated card (names sim and sim:NAME) beyond
 * libcauseway.h: results of the run, and things no real card offers.
 * On any other card these return -EOPNOTSUPP.
 */
#ifndef CAUSEWAY_SIM_H
#define CAUSEWAY_SIM_H

#include "libcauseway.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of TLP in the statistics. */
enum cw_sim_tlp {
	CW_SIM_MRD, CW_SIM_MWR, CW_SIM_CFGRD, CW_SIM_CFGWR, CW_SIM_CPL, CW_SIM_CPLD, CW_SIM_MSG,
	CW_SIM_TLP_N
};

struct cw_sim_stats {
	uint64_t time_ps;              /* simulated time since attach */
	uint64_t cycles;               /* card clock cycles in that time */
	uint64_t cycles_skipped;       /* of these not evaluated, as the card was idle; 0 for sim:NAME */
	uint64_t up[CW_SIM_TLP_N];     /* TLPs from the card, by kind */
	uint64_t down[CW_SIM_TLP_N];   /* TLPs from the host */
	uint64_t payload_up, payload_down; /* bytes */
	uint64_t wire_up, wire_down;   /* bytes with headers and framing */
	uint64_t interrupts;
	uint64_t iommu_faults;
	uint64_t violations;           /* rules of PCIe or of the kernel API broken */
	double link_bytes_per_s;       /* raw rate of the modelled link each way; 0: not limited */
	uint32_t mps, mrrs;            /* bytes */
	uint32_t generation, lanes;
};
CW_API int cw_sim_get_stats(struct cw_dev *dev, struct cw_sim_stats *stats);

/* When a transfer that cw_wait() has returned was submitted and ended, in nanoseconds of simulated time since attach. */
CW_API int cw_sim_io_times(struct cw_dev *dev, const struct cw_io *io, uint64_t *submitted_ns, uint64_t *ended_ns);

/* The next streaming mapping that the driver makes gets this bus address (a multiple of 4096 plus the
 * buffer's own offset in its page). -EINVAL: not aligned so; -EBUSY: taken. The driver does not know. */
CW_API int cw_sim_place(struct cw_dev *dev, uint64_t bus_addr);

/* Reads or changes card memory behind the card's back; only for sim. */
CW_API int cw_sim_peek(struct cw_dev *dev, uint64_t card_addr, void *buf, size_t len);
CW_API int cw_sim_poke(struct cw_dev *dev, uint64_t card_addr, const void *buf, size_t len);

/* Serves simulated cards under NAME, for hosts that open sim:NAME, until SIGINT or SIGTERM; `options` as after
 * a name, those of the card's end. Says on standard error who came and went. On failure why has one line. */
CW_API int cw_sim_serve_card(const char *name, const char *options, char *why, size_t why_size);

/* The driver's life: 0 unbinds it (as sysfs unbind does), 1 binds it again. */
CW_API int cw_sim_bind(struct cw_dev *dev, int bind);

#ifdef __cplusplus
}
#endif
#endif
