/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model of a vendor's PCIe hard IP: the transaction layer between the link and
 * the neutral endpoint interface (wires.h).
 *
 * Its business, not the RTL's: link state and reset, configuration space, flow
 * control credits, malformed TLPs, requests that hit no BAR, AER and its
 * messages, MSI and INTx messages, the time between a posted write taken and
 * its leaving. It is a synchronous block of the card's clock: the card calls
 * arrivals, then cycle, at each edge it evaluates. Section numbers are those of
 * the PCIe Base Specification 6.0.
 */
#ifndef CW_HARDIP_H
#define CW_HARDIP_H

#include "cfgspace.h"
#include "wires.h"
#include "../link/link.h"

struct cw_hip;

struct cw_hip_param {
	struct cw_cfgspace_param cfg;
	struct cw_credit rx_limit;   /* advertised; completions are always infinite (2.6.1) */
	uint16_t cpl_buf_hdr;        /* receive completion buffer: headers */
	uint16_t cpl_buf_data;       /* and units of 16 bytes */
	uint16_t tx_depth;           /* TLPs a class that are taken ahead of the link */
	uint16_t data_dw;            /* width of the streams in DWs */
	uint16_t reset_cycles;       /* rst after link up */
	/* Real IPs do not order the streams among each other: TLPs of tx_req and tx_cpl
	 * wait 0 to reorder_cycles each (in order within a stream), so do rx_req and rx_cpl. 0: none. */
	uint16_t reorder_cycles;
	/* Chance in percent that a beat is followed by 1 to 8 cycles without ready (tx) or valid (rx). */
	uint8_t throttle_tx, throttle_rx;
	bool fc_hidden;              /* no credit information for the RTL */
	bool pass_unclaimed;         /* requests that hit no BAR go to the RTL as bar 7 */
	uint64_t ip_timeout_cycles;  /* the IP's own completion timer; 0: off, the RTL has its own */
};
void cw_hip_param_default(struct cw_hip_param *p);

int cw_hip_new(struct cw_hip **h, struct cw_link *link, const struct cw_hip_param *p);
void cw_hip_free(struct cw_hip *h);

/* Takes every message that arrived at or before `time`, that of edge `cycle`. -ENOTCONN: the host is gone. */
int cw_hip_arrivals(struct cw_hip *h, uint64_t cycle, uint64_t time);
/* One clock edge: out is what the RTL showed before it; *in, the IP's pins, is updated and must be
 * kept by the caller between calls. */
int cw_hip_cycle(struct cw_hip *h, uint64_t cycle, uint64_t time, const struct cw_wires_out *out,
		 struct cw_wires_in *in);
/* Nothing to do at the next edge unless something arrives or leaves; false while pins pulse. */
bool cw_hip_quiet(const struct cw_hip *h);
/* The cycle of the IP's next own event, UINT64_MAX for none. */
uint64_t cw_hip_next_cycle(const struct cw_hip *h);

/* Link departures: when the next is due, and sending all due at or before `time`. Returns how many left. */
uint64_t cw_hip_tx_next(const struct cw_hip *h);
int cw_hip_tx_run(struct cw_hip *h, uint64_t time);

struct cw_cfgspace *cw_hip_cfg(struct cw_hip *h);
bool cw_hip_link_up(const struct cw_hip *h);

struct cw_hip_stats {
	uint64_t rx_tlps, tx_tlps;
	uint64_t malformed, unsupported, overflow; /* dropped or refused */
	uint64_t cpl_passed;    /* completions given before earlier posted writes had left: the RTL's error */
	uint64_t cpl_overrun;   /* completions beyond the stated buffer: an error of the RTL's accounting */
	uint64_t tx_dropped;    /* TLPs of the RTL thrown away during FLR or link down */
	uint32_t cpl_hdr_max, cpl_data_max; /* fullest the completion buffer was */
};
const struct cw_hip_stats *cw_hip_get_stats(const struct cw_hip *h);
/* The first of those two: what, when, which TLP; NULL while there is none. */
const char *cw_hip_why(const struct cw_hip *h);

#endif
