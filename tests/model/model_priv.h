/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the card model only. */
#ifndef CW_MODEL_PRIV_H
#define CW_MODEL_PRIV_H

#include "card_model.h"
#include "driver/cw_regs.h"
#include "sim/link/txq.h"

#define MODEL_TAG_N 32       /* 5-bit tags are always allowed: section 2.2.6.2 */
#define MODEL_FETCH_MAX 16   /* descriptors a fetch */
#define MODEL_FAULT_N 16
#define MODEL_TX_DEPTH 32    /* posted TLPs queued before a mover waits */
#define MODEL_CFG_BYTES 256

struct model_desc {
	uint64_t host, card;
	uint32_t len, flags, number;
};

enum model_wait { MODEL_WAIT_NONE, MODEL_WAIT_TAG, MODEL_WAIT_TX /* room to send */ };

struct model_queue {
	uint32_t ctrl, config, moderation, state, cause, db_error;
	uint64_t ring, cpl, card_base, card_limit;
	uint32_t producer, consumer, fetched, retired, records;
	bool armed, urgent;           /* urgent: a record with flag IRQ waits for the next arming */
	uint32_t since_irq;           /* records since the last interrupt */

	struct model_desc buf[MODEL_FETCH_MAX];
	uint32_t buf_n, buf_at;       /* fetched; the one in work */
	bool fetching, busy;          /* a fetch is out; buf[buf_at] has begun */
	bool swallowed;               /* and will never end */
	uint32_t issued, moved;       /* bytes of it asked for (or sent), and moved */
	uint32_t status, fail_at;     /* of it so far: first error, lowest bad byte */
	uint32_t reads;               /* tags out */
	uint8_t raw[MODEL_FETCH_MAX * CW_DESC_BYTES];
	enum model_wait waiting;
	uint64_t wake;                /* when it does its next step, CW_TIME_NEVER: nothing to do */
};

struct model_tag {
	bool used, stale;             /* stale: answers are dropped */
	bool fetch;
	uint16_t queue;
	uint64_t addr;                /* of the next byte expected, in host memory */
	uint64_t to;                  /* where it goes: card address, or place in raw */
	uint32_t left;                /* bytes */
	uint32_t at;                  /* in the descriptor */
};

struct model_msix {
	uint32_t dw[4];
	bool pending;
};

struct cw_model {
	struct cw_link *link;
	struct cw_txq *txq;
	struct cw_rx_credit rx;
	struct cw_model_param p;
	uint64_t now;
	bool up, pulled, stuck, intx;

	uint8_t cfg[MODEL_CFG_BYTES], cfg_rw[MODEL_CFG_BYTES];
	uint16_t bdf;

	uint32_t scratch, control, error, error_queue, db_stride, cpl_timeout;
	uint64_t window_base;
	uint32_t latch_lo, latch_hi;  /* the high word belonging to the low word at register latch_lo */
	uint64_t counter[CW_COUNTER_N];
	bool resetting;               /* a reset waits for reads to drain */

	struct model_queue *queue;
	struct model_msix *msix;
	struct model_tag tag[MODEL_TAG_N];

	void **block;                 /* sparse card memory */
	struct cw_model_fault fault[MODEL_FAULT_N];
	uint32_t fault_n;
	struct cw_model_stats stats;
	struct cw_msg in;
	struct cw_tlp out;
};

static inline uint32_t model_entries(const struct model_queue *q)
{
	return 1u << ((q->config & CW_Q_CONFIG_ENTRIES_LOG2_MASK) >> CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
}

/* model.c */
int model_send(struct cw_model *m, const struct cw_tlp *t, int queue, uint32_t number);
void model_reset(struct cw_model *m, bool everything);
/* The matching fault, used up; false when there is none. */
bool model_fault(struct cw_model *m, enum cw_model_fault_kind kind, uint32_t queue, uint32_t number,
		 struct cw_model_fault *f);

/* model_cfg.c */
void model_cfg_init(struct cw_model *m);
int model_cfg_request(struct cw_model *m, const struct cw_tlp *t, const struct cw_tlp_info *i);
/* BAR number and offset of a memory address, -1: none of ours. */
int model_cfg_bar(const struct cw_model *m, uint64_t addr, uint32_t len, uint64_t *offset);
bool model_bus_master(const struct cw_model *m);
bool model_msix_enabled(const struct cw_model *m);
bool model_msix_masked(const struct cw_model *m);
/* Messages that MSI has enabled, 0: it is off. */
uint32_t model_msi_n(const struct cw_model *m);
void model_msi_message(const struct cw_model *m, uint64_t *addr, uint32_t *data);
bool model_intx_allowed(const struct cw_model *m);
uint32_t model_mps(const struct cw_model *m);  /* bytes */
uint32_t model_mrrs(const struct cw_model *m);

/* model_regs.c */
uint32_t model_reg_read(struct cw_model *m, int bar, uint64_t offset);
void model_reg_write(struct cw_model *m, int bar, uint64_t offset, uint32_t value, uint8_t be);
void model_doorbell(struct cw_model *m, uint64_t offset, const uint32_t *value, bool producer, bool consumer);
void model_error(struct cw_model *m, uint32_t bit, uint32_t queue);
void model_raise(struct cw_model *m, uint32_t vector);
void model_msix_pending(struct cw_model *m);
/* Says on the link what level the pin has now. */
void model_intx(struct cw_model *m);

/* model_queue.c */
void model_queue_ctrl(struct cw_model *m, uint32_t queue, uint32_t value);
void model_queue_kick(struct cw_model *m, uint32_t queue);
void model_queues_resume(struct cw_model *m, enum model_wait what);
void model_queues_reset(struct cw_model *m);
/* Read tags out. */
uint32_t model_reads_out(const struct cw_model *m);
void model_queue_event(struct cw_model *m, uint32_t queue, bool now);
int model_queue_step(struct cw_model *m, uint32_t queue);
int model_completion(struct cw_model *m, const struct cw_tlp *t, const struct cw_tlp_info *i);

#endif
