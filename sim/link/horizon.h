/* SPDX-License-Identifier: BSD-2-Clause */
/* How far one end may run: the rule of time of link.h. */
#ifndef CW_HORIZON_H
#define CW_HORIZON_H

#include "fifo.h"

struct cw_horizon {
	uint64_t latency;
	uint64_t last;            /* the peer's last stamp */
	uint64_t promise;         /* the peer's latest promise */
	uint64_t counted;         /* records of ours that it counts */
	uint64_t sent;            /* records we sent */
	struct cw_fifo uncounted; /* u64 stamps of records counted + 1 to sent */
};

void cw_horizon_init(struct cw_horizon *h, uint64_t latency);
void cw_horizon_free(struct cw_horizon *h);
/* We sent a record (promises are not records). -ENOMEM; -EPROTO: the peer never counts. */
int cw_horizon_sent(struct cw_horizon *h, uint64_t stamp);
/* A record of the peer. -EPROTO: stamped below what it had said. */
int cw_horizon_stamp(struct cw_horizon *h, uint64_t stamp);
/* A promise of the peer. -EPROTO: counts what it cannot have taken, or takes an earlier one back. */
int cw_horizon_promise(struct cw_horizon *h, uint64_t t, uint64_t taken);
/* No record of the peer still to come is stamped below this. */
uint64_t cw_horizon_bound(const struct cw_horizon *h);
/* We may run strictly below this. */
uint64_t cw_horizon_end(const struct cw_horizon *h);

#endif
