/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the host model only. */
#ifndef CW_HOST_PRIV_H
#define CW_HOST_PRIV_H

#include "../link/rng.h"
#include "../link/txq.h"
#include "checker.h"
#include "event.h"
#include "host.h"

#define BUS_TAG_N 256u       /* completers take 8-bit tags whatever is enabled: section 2.2.6.2 */
#define BUS_NONE 0xffffu
#define TX_CPL_DEPTH 2u      /* completions handed to the transmit queue ahead of the wire */

struct expectation {
	enum cw_rule rule;
	unsigned left;
	struct expectation *next;
};

/* The CPU's requests. */
struct bus_slot {
	struct cw_host_req *req;   /* NULL: free */
	uint64_t deadline;
	uint32_t got;
	uint16_t newer, older;     /* by time of issue: the time-out is the same for all */
	bool write, retired;       /* retired: timed out, its tag rests until the link goes down */
};

struct bus {
	struct bus_slot slot[BUS_TAG_N];
	uint16_t oldest, newest, next_tag;
	struct cw_host_req *wait_head, **wait_tail; /* for a tag */
};

/* Credit updates on their way: what was told takes a latency to be known, and what is sent on it one more. */
struct told {
	uint64_t usable_at;        /* arrival time of the first TLP that may use it */
	struct cw_credit credit;
};
struct told_fifo {
	struct told *t;            /* [head, n) */
	size_t head, n, size;
};

/* A read of the card. */
struct dma_job {
	struct dma_job *next_free;
	struct cw_tlp_info info;
	uint64_t addr;             /* of the next byte */
	uint32_t left;             /* byte count of the next completion */
	uint32_t bytes;            /* to be read: less than left for a zero-length read only */
	uint8_t status;
};

struct dma {
	struct dma_job *free;
	struct dma_job **ready;    /* [head, n) */
	size_t head, n, size;
	uint64_t last_ready;       /* when order is kept */
	bool held;                 /* the next completion waits for remote memory */
	struct dma_block *blocks;
};

struct cw_host {
	struct cw_link *link;
	struct cw_host_param p;
	struct cw_host_ops ops;
	void *ctx;
	uint64_t now, latency;
	bool free_running;
	bool running;              /* inside cw_host_run() */
	bool woke;                 /* an op or a request's complete() was called */
	bool lost;                 /* the card's end is gone for good */
	bool fc_ready;             /* the card's initial credits have come */
	bool intx;
	enum cw_link_state state;  /* what this end drives */
	uint32_t generation;       /* counts changes of state */
	uint64_t deaf_until;       /* stamps below were made before the card could see a reset */

	struct cw_txq *txq;
	struct cw_rx_credit rx;
	struct cw_credit told;     /* advertised in the last update */
	struct cw_credit usable;   /* what a TLP that arrives now may have used */
	struct told_fifo telling;
	bool credit_timer;
	struct cw_events events;
	struct cw_rng rng;
	struct cw_checker *checker;
	struct bus bus;
	struct dma dma;
	struct cw_host_stats stats;
	struct expectation *expected;

	struct cw_msg in;          /* being handled */
	struct cw_msg ctl;         /* link state and credits out */
	struct cw_tlp req_tlp;     /* being built: requests */
	struct cw_tlp cpl_tlp;     /* completions; a point may run the CPU in between */
};

/* host.c */
void host_violation(struct cw_host *h, enum cw_rule rule, const struct cw_tlp *tlp, const char *detail);
int host_push(struct cw_host *h, const struct cw_tlp *tlp);
/* Runs without a bound until done(arg), at most for `limit` ps. -ETIMEDOUT, or what the link said. */
int host_until(struct cw_host *h, bool (*done)(void *arg), void *arg, uint64_t limit);

/* flow.c: link state and credits */
int flow_message(struct cw_host *h);          /* h->in, not a TLP */
void flow_returned(struct cw_host *h, const struct cw_tlp *tlp);
int flow_credit_timer(struct cw_host *h);
/* Accounts for an arrival; false when the card had no credit for it, with its class in *fc. */
bool flow_take(struct cw_host *h, const struct cw_tlp *tlp, enum cw_fc_class *fc);
void flow_fall(struct cw_host *h, enum cw_link_state s);

/* bus.c */
void bus_init(struct cw_host *h);
void bus_completion(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i, enum cw_verdict v);
uint64_t bus_deadline(const struct cw_host *h);
void bus_expire(struct cw_host *h);
void bus_fall(struct cw_host *h);             /* every request ends with UR */

/* dma.c, dma_mem.c */
int dma_read(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i, enum cw_verdict v);
int dma_ready(struct cw_host *h, struct dma_job *job);
/* 1 when it queued something. */
int dma_pump(struct cw_host *h);
void dma_fall(struct cw_host *h);
void dma_free(struct cw_host *h);
void mem_write(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i);
/* 0, -EFAULT with *why, -EAGAIN when remote memory is not here yet, or -ECANCELED when the link fell at a
 * scheduling point. */
int mem_read(struct cw_host *h, uint64_t iova, uint32_t len, uint8_t *to, const char **why);
int mem_check(struct cw_host *h, uint64_t iova, uint32_t len, enum cw_dma_dir dir, const char **why);

/* msi.c */
bool msi_write(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i);
void msi_message(struct cw_host *h, const struct cw_tlp_info *i);
void msi_fall(struct cw_host *h);

#endif
