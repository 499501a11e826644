/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model of the user side of AMD's UltraScale+ integrated block for PCI Express, between
 * hardip.h (link, configuration space, credits) and the pins of rtl/cw_if_usplus.v. What
 * is at which bit is from PG213 v1.3; docs/vendor-shims.md has each field with its table.
 *
 * Quirks that are always on: packets straddle where the IP may straddle them, CQ holds
 * non-posted requests without credit and lets posted ones pass, sequence numbers come back
 * when the hard-IP model says that the write has left, two a cycle at most, completions carry
 * error codes and 12 address bits from the split table, a refusing completion must carry the request,
 * parity is made and checked. usplusaa is the same IP with address-aligned interfaces, which do not
 * straddle. Restless ones (tready and tvalid gaps, beats not straddled) are drawn with `throttle`.
 */
#ifndef CW_SHIM_USPLUS_H
#define CW_SHIM_USPLUS_H

#include "hip_int.h"
#include "shims.h"

#define US_WIRES_FIXED 18 /* words before data, both ways */
#define US_TAG_N 256
#define US_NP_MAX 32      /* pcie_cq_np_req_count saturates */
#define US_CQ_DEPTH 48    /* packets taken ahead of the shim */
#define US_RC_DEPTH 4
#define US_TX_DEPTH 4
#define US_PACKET_DW (16 + 1024) /* with what is between descriptor and payload */
#define US_RC_UNSTRADDLED 64      /* completions in the buffer, without straddle on RC */

/* ---- pins, packed by cw_sim_usplus.sv ---- */
enum us_out_flag { /* word 6 */
	US_O_CQ_READY = 1u << 0, US_O_RC_READY = 1u << 1, US_O_CC_VALID = 1u << 2, US_O_CC_LAST = 1u << 3,
	US_O_RQ_VALID = 1u << 4, US_O_RQ_LAST = 1u << 5, /* 7:6 pcie_cq_np_req */
	US_O_FLR_DONE = 1u << 8, US_O_POWER_ACK = 1u << 9, US_O_INT = 1u << 10, US_O_INT_PENDING = 1u << 11,
	US_O_MGMT_READ = 1u << 12, /* 22:13 cfg_mgmt_addr */
	US_O_ERR_COR = 1u << 23, US_O_ERR_UNCOR = 1u << 24,
};
#define US_O_NP_REQ(f) ((f) >> 6 & 3)
#define US_O_MGMT_ADDR(f) ((f) >> 13 & 0x3ff)

struct us_wires_out {
	uint32_t sim[6];     /* as struct cw_wires_out begins */
	uint32_t flags;
	uint32_t msi_int;
	uint32_t keep;       /* 15:0 CC, 31:16 RQ */
	uint32_t rq_user[5], cc_user[3];
	uint32_t pad;
	uint32_t data[2 * CW_WIRES_DATA_MAX]; /* RQ, then CC */
};

enum us_in_flag { /* word 0 */
	US_I_RST = 1u << 0, US_I_CQ_VALID = 1u << 1, US_I_CQ_LAST = 1u << 2, US_I_RC_VALID = 1u << 3,
	US_I_RC_LAST = 1u << 4, US_I_CC_READY = 1u << 5, US_I_RQ_READY = 1u << 6, US_I_SEQ0 = 1u << 7,
	US_I_SEQ1 = 1u << 8, /* 14:9, 20:15 the numbers */
	US_I_FLR = 1u << 21, US_I_POWER = 1u << 22, US_I_INT_SENT = 1u << 23, US_I_MSI_SENT = 1u << 24,
	US_I_MSI_FAIL = 1u << 25, US_I_MGMT_DONE = 1u << 26, US_I_MSI_EN = 1u << 27, US_I_MSIX_EN = 1u << 28,
	US_I_MSIX_MASK = 1u << 29,
};

struct us_wires_in {
	uint32_t flags;
	uint32_t cfg;        /* 7:0 bus, 9:8 MPS, 12:10 MRRS, 13 RCB, 17:14 function status, 20:18 power, 23:21 MSI vectors, 27:24 NPH */
	uint32_t mgmt_data;
	uint32_t keep;       /* 15:0 CQ, 31:16 RC */
	uint32_t np_count;
	uint32_t cq_user[6], rc_user[6];
	uint32_t pad;
	uint32_t data[2 * CW_WIRES_DATA_MAX]; /* CQ, then RC */
};
_Static_assert(sizeof(struct us_wires_out) == 4 * (US_WIRES_FIXED + 2 * CW_WIRES_DATA_MAX), "packed");
_Static_assert(sizeof(struct us_wires_in) == 4 * (US_WIRES_FIXED + 2 * CW_WIRES_DATA_MAX), "packed");

/* Where the sideband of each interface has its fields; 0 in `sop` etc.: not there. */
struct us_layout {
	uint16_t first_be, last_be, sop, sop_ptr, eop, eop_ptr, discontinue, parity;
	uint16_t seq, seq_high; /* RQ at 256 bits: the number is in two parts */
	uint8_t offset, offset_bits; /* RQ: addr_offset */
	uint8_t packets, align; /* that begin in one beat, and at multiples of how many DWs */
};

/* ---- a packet: descriptor and payload ---- */
struct us_packet {
	struct us_packet *next;
	uint32_t n;             /* DWs */
	uint32_t from;          /* the payload's first; n without one */
	bool np;
	uint16_t tag;
	uint8_t first_be, last_be;
	uint32_t dw[US_PACKET_DW];
};

struct us_list {
	struct us_packet *head, **tail;
	unsigned n;
};

/* A stream to the shim: what is offered, and the packet that is only partly sent. */
struct us_source {
	struct us_layout at;
	struct us_list list;
	struct us_packet *open;
	uint32_t done;          /* DWs of it */
	bool shown;
	uint64_t gap_until;
	struct cw_tlp tlp;      /* being taken from the hard-IP model */
	int bar;
};

/* A stream from the shim: a packet that is only partly here, and TLPs that wait for the hard-IP model. */
struct us_tlp {
	struct us_tlp *next;
	struct cw_tlp tlp;
	int queue;              /* -1: none */
	uint32_t number;
	uint8_t seq;
};

struct us_sink {
	struct us_layout at;
	struct us_packet *open; /* NULL: between two */
	uint8_t seq, lane;      /* lane: addr_offset */
	struct us_tlp *head, **tail;
	unsigned n;
	uint32_t offset;        /* bytes of the head already given */
	uint64_t gap_until;
};

struct us_id {
	int queue;
	uint32_t number;
};

/* The split table: what completions are still to come, by tag. */
struct us_split {
	bool open;
	uint64_t addr;          /* first byte */
	uint32_t total, left;   /* bytes */
	uint16_t requester;
	uint8_t tc, attr;
	uint8_t lane;           /* addr_offset of the request */
};

struct us {
	struct cw_shim_param param;
	bool aligned;           /* address-aligned: 256 bits, no straddle */
	struct cw_rng rng;
	uint64_t cycle;
	char why[256];
	bool moved;
	struct us_wires_in pins;
	struct us_source cq, rc;
	struct us_sink rq, cc;
	unsigned np_credit, np_queued;
	struct us_split split[US_TAG_N];
	struct us_packet *asked[US_TAG_N]; /* the non-posted request with this tag, as the shim saw it */
	uint32_t posted, reported;       /* writes taken from RQ; sequence numbers given back */
	uint16_t cq_tags[2];             /* non-posted requests in the beat that is offered */
	unsigned cq_tag_n;
	uint32_t barrier[US_TAG_N];      /* posted when the shim took the request with this tag */
	uint8_t seqs[1024];              /* of the posted writes in the IP, a ring */
	uint32_t seq_in, seq_out;        /* running counts */
	uint32_t seq_due;                /* that left and are not yet told */
	struct us_id ids[64];            /* of TLPs that the endpoint has begun and RQ has not */
	unsigned id_in, id_out;
	uint32_t errors;                 /* CW_O_ERR_*: for the next call of the hard-IP model */
	int msi;                         /* vector that is asked for; -1 */
	bool int_pin, power_told;
	uint32_t mgmt_at, mgmt_wait;     /* a read under way: its address, cycles left */
	uint32_t mgmt_seen;              /* what the shim read last */
	bool mgmt_fresh;                 /* and it is what stands there now */
};

extern const struct cw_shim_ops cw_shim_usplus, cw_shim_usplusaa;

/* shim_usplus.c */
void us_broken(struct us *s, const char *rule, const char *detail);
uint32_t us_bits(const uint32_t *words, unsigned lsb, unsigned width);
void us_set_bits(uint32_t *words, unsigned lsb, unsigned width, uint32_t value);
/* One bit a byte. */
uint32_t us_odd_parity(uint32_t dw);
struct us_packet *us_packet_new(void);
bool us_chance(struct us *s, unsigned percent);

/* shim_usplus_rx.c: towards the shim, packets */
void us_rx_init(struct us *s);
void us_rx_clear(struct us *s);
bool us_rx_room(const struct us_source *x, unsigned depth);
int us_rx_take(struct us *s, const struct cw_wires_in *in, uint32_t ready);
int us_rx_lost(struct us *s, uint16_t tag);
struct us_packet *us_rx_next(struct us *s, struct us_source *x);
void us_rx_sent(struct us *s, struct us_packet *p);

/* shim_usplus_beat.c: towards the shim, beats */
void us_rx_taken(struct us *s, const struct us_wires_out *out);
void us_rx_show(struct us *s);

/* shim_usplus_tx.c: from the shim */
void us_tx_init(struct us *s);
void us_tx_clear(struct us *s);
int us_tx_take(struct us *s, const struct us_wires_out *out);
void us_tx_offer(const struct us *s, struct cw_wires_out *out);
void us_tx_given(struct us *s, const struct cw_wires_out *out, uint32_t in_flags);

#endif
