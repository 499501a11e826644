/* SPDX-License-Identifier: BSD-2-Clause */
/* The state behind meaning.h, shared by its two halves: the host's requests, the card's requests. */
#ifndef CW_MEANING_PRIV_H
#define CW_MEANING_PRIV_H

#include <linux/pci_regs.h>

#include "../link/link.h"
#include "config.h"
#include "driver/cw_regs.h"
#include "meaning.h"
#include "names.h"

#define LIVE_MAX 4096 /* descriptors between fetch and record; more than any card of ours holds */

/* A read or configuration request without its last completion. */
struct pending {
	bool used;
	enum cw_mean_kind kind;
	bool write;           /* configuration write */
	uint16_t requester;
	uint16_t reg;         /* configuration register */
	uint8_t be;
	uint32_t offset;      /* in BAR0 */
	uint64_t addr;        /* the first byte asked for */
	uint32_t span;        /* bytes asked for */
	uint32_t done;        /* bytes seen in completions */
	uint64_t from;        /* data: where in its descriptor it begins, */
	uint32_t len;         /* and the descriptor's length */
	int queue;
	uint32_t generation, first, count;
	uint32_t value;       /* configuration write */
};

/* A descriptor that the card holds. */
struct live {
	int queue;
	uint32_t number, len, next; /* next: offset of the first byte not moved yet */
	uint64_t addr, card;
};

struct queue {
	bool enabled, stopping; /* stopping: told to stop, and not seen DISABLED yet */
	uint32_t generation;
	uint32_t producer, consumer, fetched, records;
	uint32_t reg[CW_QUEUE_STRIDE / 4];
};

struct cw_meaning {
	struct cw_config config;
	uint32_t global[CW_COUNTER_OFFSET / 4];
	uint32_t msix[CW_VECTOR_N_MAX][PCI_MSIX_ENTRY_SIZE / 4];
	uint32_t event[CW_VECTOR_N_MAX][CW_EVENT_STRIDE / 4];
	struct queue queue[CW_QUEUE_N_MAX];
	unsigned queue_n, vector_n, event_n; /* one above the highest touched: what searches look at */
	struct pending pending[2][CW_TLP_TAG_N]; /* [enum cw_link_side of the requester][tag] */
	struct live live[LIVE_MAX];
	unsigned live_n;
};

static inline uint32_t mean_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

#define MEAN_FIELD(value, field) (((value) & field##_MASK) >> field##_SHIFT)

/* The requests and completions of the other half, by who sent them. */
void mean_card_read(struct cw_meaning *m, struct cw_mean *mean, struct cw_text *t);
void mean_card_write(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t);
void mean_host_completion(struct cw_meaning *m, const struct cw_tlp *tlp, struct cw_mean *mean, struct cw_text *t);

/* Opens a request; with a tag that is open already the old one is forgotten. */
struct pending *mean_open(struct cw_meaning *m, enum cw_link_side side, const struct cw_mean *mean);
/* The request that a completion answers; NULL. */
struct pending *mean_answered(struct cw_meaning *m, enum cw_link_side side, const struct cw_mean *mean);
/* After its completion was looked at: is that all? */
void mean_close(struct pending *p, const struct cw_mean *mean);
/* "Unsupported Request" */
const char *mean_status(uint8_t status);
void mean_forget(struct cw_meaning *m, int queue); /* its descriptors */
uint32_t mean_entries(const struct queue *q);

#endif
