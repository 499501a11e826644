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

/* A packet of a stream, on its way. */
struct model_packet {
	struct model_packet *next;
	uint64_t user;
	uint32_t len, at;             /* bytes; to the host: gone; to the card: where the descriptor's begin */
	bool mark;                    /* something is wrong with it: the error mark, TRUNC */
	bool started;                 /* to the host: a record says SOP */
	bool wait;                    /* to the host: it waits for room, whatever the queue's policy */
	uint8_t *data;
};

/* The user logic: sim/device/stream_user.h */
struct model_user {
	uint32_t control, gen_ctrl, gen_queue, len, step, count, left;
	uint64_t word;
	uint8_t seed;
	uint32_t packets, bytes, bad, marked, last_len, last_queue;
	uint64_t last_word;
	uint32_t refused;
	uint32_t *loop, *hold;        /* by queue */
};

enum model_wait { MODEL_WAIT_NONE, MODEL_WAIT_TAG, MODEL_WAIT_TX /* room to send */ };

struct model_queue {
	uint32_t ctrl, config, moderation, state, cause, db_error;
	uint64_t ring, cpl, card_base, card_limit;
	uint32_t producer, consumer, fetched, retired, records;
	bool armed;                   /* an event may be told; only with an event ring */
	bool due;                     /* one was to be told while it was not armed */
	bool entry_waits, halt_due;   /* for room in the ring; a halt is still to be told */
	bool mute;                    /* a fault: silent until the next consumer index */
	uint32_t owed;                /* records since the last raise */
	uint64_t deadline;            /* when it raises at the latest */

	struct model_desc buf[MODEL_FETCH_MAX];
	uint32_t buf_n, buf_at;       /* fetched; the one in work */
	bool fetching, busy;          /* a fetch is out; buf[buf_at] has begun */
	bool swallowed;               /* and will never end */
	uint32_t issued, moved;       /* bytes of it asked for (or sent), and moved */
	uint32_t status, fail_at;     /* of it so far: first error, lowest bad byte */
	uint32_t reads;               /* tags out */
	uint32_t good;                /* bytes of it when all went well */
	uint64_t word;                /* of a stream to the host: what the record has instead of the time */
	struct model_packet *in;      /* to the card: the one that is put together */
	struct model_packet *out;     /* to the host: oldest first */
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

struct model_event {
	uint64_t base;
	uint32_t size;                /* log2 of the entries */
	uint32_t produced, consumer;
};

struct cw_model {
	struct cw_link *link;
	struct cw_txq *txq;
	struct cw_rx_credit rx;
	struct cw_model_param p;
	uint64_t now;
	bool up, pulled, stuck;

	uint8_t cfg[MODEL_CFG_BYTES], cfg_rw[MODEL_CFG_BYTES];
	uint16_t bdf;

	uint32_t scratch, control, error, error_queue, db_stride, cpl_timeout;
	uint64_t window_base;
	uint32_t latch_lo, latch_hi;  /* the high word belonging to the low word at register latch_lo */
	uint64_t counter[CW_COUNTER_N];
	bool resetting;               /* a reset waits for reads to drain */

	struct model_queue *queue;
	struct model_msix *msix;
	struct model_event *event;     /* one a vector */
	bool intx, intx_sent;         /* INTX.PENDING; the level that the host knows */
	struct model_tag tag[MODEL_TAG_N];

	struct model_user user;
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
bool model_msi_enabled(const struct cw_model *m);
/* False: the host did not allow so many. */
bool model_msi_message(const struct cw_model *m, uint32_t vector, uint64_t *addr, uint32_t *data);
/* The level of the pin, with what Command and the other interrupts make of it; sets Interrupt Status. */
bool model_intx_level(struct cw_model *m, bool pending);
uint32_t model_mps(const struct cw_model *m);  /* bytes */
uint32_t model_mrrs(const struct cw_model *m);

/* model_regs.c */
uint32_t model_reg_read(struct cw_model *m, int bar, uint64_t offset);
void model_reg_write(struct cw_model *m, int bar, uint64_t offset, uint32_t value, uint8_t be);
void model_doorbell(struct cw_model *m, uint64_t offset, const uint32_t *value, bool producer, bool consumer);
void model_error(struct cw_model *m, uint32_t bit, uint32_t queue);

/* model_stream.c */
bool model_streams(const struct model_queue *q);
uint32_t model_stream_check(const struct model_queue *q, const struct model_desc *d);
void model_stream_begin(struct model_queue *q, const struct model_desc *d);
void model_stream_ended(struct cw_model *m, uint32_t queue, const struct model_desc *d);
/* The next descriptor does not begin yet. */
bool model_stream_waits(const struct cw_model *m, uint32_t queue);
/* Nothing is posted: true when packets were dropped over that. */
bool model_stream_starved(struct cw_model *m, uint32_t queue);
uint32_t model_stream_take(const struct model_queue *q, uint32_t len);
uint64_t model_stream_word(struct cw_model *m, struct model_queue *q, uint32_t n);
void model_stream_drop(struct cw_model *m, uint32_t queue);
void model_stream_free(struct cw_model *m);
void model_user_reset(struct cw_model *m);
uint32_t model_user_read(struct cw_model *m, uint32_t offset);
void model_user_write(struct cw_model *m, uint32_t offset, uint32_t value);

/* model_irq.c */
void model_raise(struct cw_model *m, uint32_t vector);
void model_msix_pending(struct cw_model *m);
void model_intx_update(struct cw_model *m);
bool model_event_on(const struct cw_model *m, uint32_t vector);
void model_event_serve(struct cw_model *m, uint32_t vector);
/* A record was written; `now`: without moderation. */
void model_queue_note(struct cw_model *m, uint32_t queue, bool now);
void model_queue_halted(struct cw_model *m, uint32_t queue);
void model_queue_late(struct cw_model *m, uint32_t queue); /* the deadline has come */
void model_queue_arm(struct cw_model *m, uint32_t queue);  /* its consumer index was written */
void model_queue_quiet(struct model_queue *q);             /* owes nothing, armed */

/* model_queue.c */
void model_queue_ctrl(struct cw_model *m, uint32_t queue, uint32_t value);
void model_queue_kick(struct cw_model *m, uint32_t queue);
void model_queues_resume(struct cw_model *m, enum model_wait what);
void model_queues_reset(struct cw_model *m);
/* Read tags out. */
uint32_t model_reads_out(const struct cw_model *m);
int model_queue_step(struct cw_model *m, uint32_t queue);
int model_completion(struct cw_model *m, const struct cw_tlp *t, const struct cw_tlp_info *i);

#endif
