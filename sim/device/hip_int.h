/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the hard-IP model: shared by hardip.c, hip_rx.c, hip_tx.c and hip_cfg.c. */
#ifndef CW_HIP_INT_H
#define CW_HIP_INT_H

#include "hardip.h"
#include "rules.h"
#include "../link/rng.h"
#include "../link/txq.h"

/* A TLP on its way through the IP. */
struct hip_tlp {
	struct hip_tlp *next;
	uint64_t release;       /* cycle from which it may go on */
	struct cw_tlp_info info;
	int bar;                /* received requests: BAR hit, 7 none */
	bool counts;            /* a posted write of the RTL: told in tx_sent_n when it leaves */
	int queue;
	uint32_t number;
	uint32_t dw[4];
	uint32_t data_len;
	uint8_t data[];
};

struct hip_list {
	struct hip_tlp *head, **tail;
	uint32_t n;
};

/* One received stream being shown to the RTL. */
struct hip_rx {
	struct hip_list list;
	uint32_t offset;        /* bytes of the head already taken */
	bool claimed;           /* the head was looked at and is the RTL's */
	bool shown;             /* its beat is on the pins */
	uint64_t gap_until;     /* throttling: no new beat before this cycle */
	uint64_t last_release;
};

/* One transmit stream being taken from the RTL. */
struct hip_tx {
	bool inside;            /* between sop and eop */
	struct cw_tlp tlp;
	int queue;
	uint32_t number;
	struct hip_list hold;   /* assembled, waiting for its release */
	uint64_t last_release, gap_until;
	uint64_t last_beat;     /* cycle */
};

/* A configuration write whose completion waits until what was sent before has left. */
enum hip_barrier { HIP_NO_BARRIER, HIP_BARRIER_QUIET, HIP_BARRIER_POWER, HIP_BARRIER_FLR };

struct hip_timer {
	uint64_t deadline[CW_TLP_TAG_N]; /* cycle; 0: the tag is not outstanding */
	bool lost[CW_TLP_TAG_N];         /* given up: a late completion is dropped */
};

/*
 * The ordering rule that real IPs leave to the user where requests and
 * completions are separate streams (2.4.1: a completion may not pass a posted
 * write): when the RTL gives a completion to the IP, every posted write that it
 * had given before it took that request must have left.
 */
struct hip_order {
	uint32_t given, left;            /* posted writes of the RTL, running counts */
	uint32_t at[CW_TLP_TAG_N];       /* by the host's tag: `given` when the RTL took the read */
};

struct cw_hip {
	struct cw_link *link;
	struct cw_txq *txq;
	struct cw_hip_param param;
	struct cw_cfgspace cfg;
	struct cw_fn fn;
	struct cw_rng rng;
	struct cw_hip_stats stats;
	char why[256];          /* the first broken rule of the RTL */
	uint64_t cycle, time;
	bool moved;             /* something happened in the last cycle */
	struct cw_msg msg;

	enum cw_link_state link_state;
	uint64_t rst_until;     /* cycle */
	bool in_reset;

	struct cw_rx_credit credit;
	struct cw_credit told;  /* the last update sent */
	struct hip_rx rx_req, rx_cpl;
	uint32_t cpl_hdr, cpl_data; /* completion buffer in use */
	struct hip_tx tx_req, tx_cpl;
	uint32_t sent_n;        /* posted writes that left, not yet told */
	struct hip_order order;
	uint32_t last_req_hdr[4]; /* last request given to the RTL, for its error reports */
	bool last_req_posted;

	enum hip_barrier barrier;
	uint64_t barrier_start;
	struct hip_tlp *barrier_tlp;
	bool flr;               /* fn_flr is up */
	bool flr_answered;
	bool power_ack;
	bool intx_sent;         /* level told to the host */
	struct hip_timer *timer; /* the IP's own completion timer, or NULL */
};

/* hardip.c */
void hip_broken(struct cw_hip *h, enum cw_card_rule rule, const uint32_t *dw, const char *detail);
void hip_list_init(struct hip_list *l);
void hip_list_add(struct hip_list *l, struct hip_tlp *t);
struct hip_tlp *hip_list_pop(struct hip_list *l);
void hip_list_clear(struct hip_list *l);
struct hip_tlp *hip_tlp_new(const struct cw_tlp *t);
/* Cycle at which a TLP that joins a stream may go on: drawn in reorder mode, never before its predecessor. */
uint64_t hip_release(struct cw_hip *h, uint64_t *last);
/* After a beat moved: the cycle before which the next may not. */
uint64_t hip_gap(struct cw_hip *h, uint8_t percent);

/* hip_rx.c */
int hip_rx_tlp(struct cw_hip *h, const struct cw_tlp *t);
void hip_rx_taken(struct cw_hip *h, const struct cw_wires_out *out, const struct cw_wires_in *in);
int hip_rx_show(struct cw_hip *h, struct cw_wires_in *in);
void hip_rx_done(struct cw_hip *h, struct hip_tlp *t); /* returns its credits and frees it */
int hip_rx_credits(struct cw_hip *h);
int hip_rx_link_up(struct cw_hip *h);
void hip_rx_reset(struct cw_hip *h);

/* hip_tx.c */
int hip_tx_cycle(struct cw_hip *h, const struct cw_wires_out *out, const struct cw_wires_in *in);
/* The IP's own TLPs: straight to the link queue. */
int hip_tx_own(struct cw_hip *h, const struct cw_tlp *t);
int hip_tx_msi(struct cw_hip *h, unsigned vector);
bool hip_tx_ready(const struct cw_hip *h, const struct hip_tx *x);
bool hip_tx_drained(const struct cw_hip *h);
void hip_tx_reset(struct cw_hip *h);
/* The completion timer: a read left; a completion came (false: drop it); a tag to give up, or -1. */
void hip_timer_sent(struct cw_hip *h, uint16_t tag);
bool hip_timer_completion(struct cw_hip *h, const struct cw_tlp_info *i);
int hip_timer_lost(struct cw_hip *h);
uint64_t hip_timer_next(const struct cw_hip *h);

/* hip_cfg.c. These own t and free it through hip_rx_done. */
int hip_cfg_request(struct cw_hip *h, struct hip_tlp *t);
int hip_cfg_unsupported(struct cw_hip *h, struct hip_tlp *t);
int hip_cfg_message(struct cw_hip *h, struct hip_tlp *t);
int hip_cfg_during_flr(struct cw_hip *h, struct hip_tlp *t);
int hip_cfg_cycle(struct cw_hip *h, const struct cw_wires_out *out);
int hip_cfg_log(struct cw_hip *h, enum cw_cfg_error e, const uint32_t *hdr, bool advisory);
void hip_cfg_reset(struct cw_hip *h, enum cw_cfg_reset how);

#endif
