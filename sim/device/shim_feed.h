/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the models of vendors' interfaces with one stream each way have in common: the
 * side towards hardip.h. Whole TLPs of the shim are handed to the IP beat by beat, those
 * of the IP are gathered for the shim.
 *
 * Order. Requests go to the IP in the order in which the shim gave them; completions,
 * MSI and levels of INTx go when every posted write before them has left (2.4.1), and
 * may pass reads. Towards the shim nothing passes a posted request, and posted requests
 * and completions pass requests that wait for a place (2.4.1, table 2-42).
 */
#ifndef CW_SHIM_FEED_H
#define CW_SHIM_FEED_H

#include "hardip.h"

struct feed_tlp {
	struct feed_tlp *next;
	enum { FEED_TLP, FEED_MSI, FEED_INTX } what;
	uint32_t value;    /* MSI vector, INTx level */
	uint32_t after;    /* posted writes that have to leave first */
	int queue;
	uint32_t number;
	bool cpl, posted;
	int bar;           /* received: BAR hit, 7 none */
	uint64_t order;    /* received: of arrival */
	uint32_t hdr[4];
	uint32_t len;      /* DWs of payload */
	uint32_t data[];   /* byte 0 in bits 7:0 */
};

struct feed_list {
	struct feed_tlp *head, **tail;
	uint32_t n;
};

struct feed_rx { /* one of the IP's streams on its way in */
	uint32_t hdr[4], len, data[1024];
	int bar;
};

struct feed_id {
	int queue;
	uint32_t number;
};

#define FEED_IDS 64

struct feed {
	uint32_t data_dw;
	struct feed_list req, other;  /* to the IP */
	uint32_t req_at, cpl_at;      /* DWs of the heads shown */
	uint32_t given, left;         /* posted writes, running counts */
	bool intx, msi;               /* level; an MSI is offered */
	struct feed_list in, in_np;   /* from the IP */
	struct feed_rx rx_req, rx_cpl;
	uint64_t order;
	struct feed_id id[FEED_IDS];  /* of requests that the endpoint gave and the shim has not yet */
	uint32_t id_in, id_out;
	uint32_t flags;               /* CW_O_ errors and levels for the next cycle */
	bool moved;
};

void feed_init(struct feed *f, uint32_t data_dw);
void feed_clear(struct feed *f);
/* The endpoint begins a request: its id, for the log (words 0 to 5 from the RTL). */
void feed_note_id(struct feed *f, const struct cw_wires_out *o);
/* From the shim: payload DWs with byte 0 in bits 7:0. -ENOMEM. */
int feed_send(struct feed *f, const uint32_t *hdr, const uint32_t *data, uint32_t len);
int feed_msi(struct feed *f, unsigned vector);
int feed_intx(struct feed *f, bool level);
/* One cycle of the IP; flags: CW_O_ pulses and levels that are not the streams'. */
int feed_cycle(struct feed *f, struct cw_hip *h, uint64_t cycle, uint64_t time, uint32_t flags, struct cw_wires_in *in);
/* The next TLP for the shim, the caller's to free; NULL: none. np: a request that wants an answer may go. */
struct feed_tlp *feed_next(struct feed *f, bool np);
/* TLPs taken from the shim that the IP does not have yet. */
uint32_t feed_held(const struct feed *f);
bool feed_quiet(const struct feed *f);

#endif
