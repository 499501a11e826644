/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A functional model of the card: the card's end of a link in plain C.
 *
 * A test double for the driver and the kernel shim, fast and obedient, with
 * faults on demand. It keeps the contracts of rtl/cw_table.h (registers,
 * doorbells, rings, records, interrupts), of streams with the user logic of the simulated card
 * (sim/device/stream_user.h), and the link's rule of time, but has no timing of the real card: each step takes delay_ps.
 * One descriptor of a queue at a time, queues side by side.
 */
#ifndef CW_CARD_MODEL_H
#define CW_CARD_MODEL_H

#include "sim/link/link.h"

struct cw_model;

struct cw_model_param {
	uint32_t id;               /* what the ID register says */
	uint32_t version;          /* and the VERSION register */
	uint16_t queues, vectors;
	uint8_t addr_w;            /* host address bits */
	uint8_t entries_log2_max;
	uint32_t clock_hz;
	uint64_t card_bytes;       /* sparse */
	uint64_t delay_ps;         /* from cause to effect */
	uint32_t features;         /* optional parts: bits of CAP_FEATURES */
	uint8_t msi_log2;          /* MSI vectors it asks for, log2 */
	uint32_t event_room;       /* most entries of an event ring out at once; 0: all of it */
};
void cw_model_param_default(struct cw_model_param *p);

/* The link stays the caller's; it must outlive the model. */
int cw_model_new(struct cw_model **m, struct cw_link *card_end, const struct cw_model_param *p);
void cw_model_free(struct cw_model *m);
/* For cw_link_set_peer(): runs as far as the link's horizon allows; > 0 progress, 0 none, or -errno. */
int cw_model_step(void *model);

/* Card memory, for tests to fill and to look at. Range must be inside. */
void cw_model_mem_write(struct cw_model *m, uint64_t addr, const void *data, size_t len);
void cw_model_mem_read(struct cw_model *m, uint64_t addr, void *data, size_t len);

/* ---- faults ---- */
#define CW_MODEL_ANY 0xffffffffu

enum cw_model_fault_kind {
	CW_MODEL_SWALLOW,     /* the descriptor never ends: no data, no record */
	CW_MODEL_STATUS,      /* its record has status arg after `bytes` good bytes */
	CW_MODEL_HALT,        /* the queue halts with cause arg, without a record */
	CW_MODEL_BAD_NUMBER,  /* the record's number is off by arg */
	CW_MODEL_BAD_QUEUE,   /* the record names queue arg */
	CW_MODEL_BAD_BYTES,   /* the record says arg bytes */
	CW_MODEL_NO_IRQ,      /* no interrupt (nor event) from this descriptor's record to the next consumer index */
	CW_MODEL_EVENT_AGAIN, /* after the consumer index of this queue, which armed it, an event without a record */
	CW_MODEL_NO_ERROR,    /* an error of this queue is not told by vector 0 */
	CW_MODEL_EVENT_QUEUE, /* the event entry of this queue, with this number on its ring, names queue arg */
	CW_MODEL_WORD,        /* these bits of a C2H stream record are the other way: arg 1 SOP, 2 EOP, 4 TRUNC */
	CW_MODEL_EVENT_PHASE, /* it has the phase of the pass before: as though it was not there */
};

struct cw_model_fault {
	enum cw_model_fault_kind kind;
	uint32_t queue, number; /* CW_MODEL_ANY: the next */
	uint32_t arg, bytes;
	uint32_t times;         /* then it is gone; 0: 1 */
};
/* -ENOSPC: too many at once. */
int cw_model_inject(struct cw_model *m, const struct cw_model_fault *f);
/* The card is pulled: it answers nothing but UR, and does nothing any more. */
void cw_model_pull(struct cw_model *m);
/* Neither a reset of the engine nor of a queue ends while this is on. */
void cw_model_stick(struct cw_model *m, bool on);

struct cw_model_stats {
	uint64_t descriptors, records, interrupts, doorbells, bad_doorbells, unexpected_cpl;
	uint32_t faults_left;
	uint32_t queues_used;   /* bit per queue, the first 32, that ever wrote a record */
	uint32_t doorbells8;    /* both indices in one write */
	uint64_t events;        /* event ring entries written */
	uint64_t events_full;   /* times that one had to wait for room */
	uint32_t event_rings;   /* switched on now */
	uint32_t bad_vectors;   /* MSI vectors raised that the host did not grant */
	uint32_t bad_consumers; /* writes of an EVENT_CONSUMER ignored */
};
void cw_model_get_stats(const struct cw_model *m, struct cw_model_stats *s);

#endif
