/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transmit half of a data link, used by both ends: one queue a flow control
 * class, credits, PCIe ordering (section 2.4.1: posted may pass the others,
 * nothing passes posted except as relaxed ordering allows) and pacing at the link's bandwidth.
 * And the receive half's credit book.
 */
#ifndef CW_TXQ_H
#define CW_TXQ_H

#include "link.h"

struct cw_txq;

int cw_txq_new(struct cw_txq **q, struct cw_link *link);
void cw_txq_free(struct cw_txq *q);
/* Forgets everything queued and all credits (link down or reset). */
void cw_txq_reset(struct cw_txq *q);
/* Queues a TLP at time `now`; it leaves at the earliest time that order, credits and bandwidth allow.
 * cookie comes back in the sent callback. */
int cw_txq_push(struct cw_txq *q, uint64_t now, const struct cw_tlp *tlp, uint64_t cookie, int queue, uint32_t number);
/* A credit update arrived. */
void cw_txq_credit(struct cw_txq *q, const struct cw_credit *c);
/* Earliest time something can leave, CW_TIME_NEVER when nothing can. What waited for credit leaves
 * no earlier than the first run after the update: handle an update, then run, at the same time. */
uint64_t cw_txq_next(const struct cw_txq *q);
/* Sends all that leaves at or before now, each stamped with its own time. sent(ctx, tlp, cookie, stamp),
 * which may push, is called for each and may be NULL. Call it before sending anything else stamped now.
 * The number sent, or -errno of the link when none could be (the TLP stays queued). */
int cw_txq_run(struct cw_txq *q, uint64_t now,
	       void (*sent)(void *ctx, const struct cw_tlp *tlp, uint64_t cookie, uint64_t stamp), void *ctx);
/* TLPs queued in a class: back-pressure is the caller's. */
uint32_t cw_txq_depth(const struct cw_txq *q, enum cw_fc_class fc);
/* Credits the peer left us now, for hints (CW_CREDIT_INFINITE possible). */
uint32_t cw_txq_room(const struct cw_txq *q, enum cw_fc_class fc, bool data);
/* All credits sent so far have been returned to their initial distance. */
bool cw_txq_settled(const struct cw_txq *q);

/* Receiver: advertise at link up, account for each arrival, return when drained. */
struct cw_rx_credit {
	struct cw_credit advertised; /* running totals */
	struct cw_credit received;   /* running totals, from arrivals */
	struct cw_credit limit;      /* initial amounts */
};
void cw_rx_credit_init(struct cw_rx_credit *c, const struct cw_credit *limit);
/* -ENOSPC with the class in *fc when the peer sent more than it had (receiver overflow, 2.6.1.2). */
int cw_rx_credit_take(struct cw_rx_credit *c, const struct cw_tlp *tlp, enum cw_fc_class *fc);
void cw_rx_credit_return(struct cw_rx_credit *c, const struct cw_tlp *tlp);

#endif
