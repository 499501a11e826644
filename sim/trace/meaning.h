/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each TLP of a log is for: a state machine that is shown the log from its
 * start and learns everything from it, as a person with a protocol analyser
 * would: where the BARs are, which queues run, where their rings are, which
 * descriptors the card has, which read a completion answers.
 *
 * A log is a file from anywhere: all tables are bounded, what contradicts the
 * rules is said to be so and changes nothing. One machine per thread.
 */
#ifndef CW_MEANING_H
#define CW_MEANING_H

#include "trace.h"

enum cw_mean_kind {
	CW_MEAN_OTHER,     /* nothing known explains it */
	CW_MEAN_CONFIG,    /* configuration request */
	CW_MEAN_REGISTER,  /* read or write of BAR0 */
	CW_MEAN_DOORBELL,  /* write to BAR2 */
	CW_MEAN_WINDOW,    /* card memory through BAR4 */
	CW_MEAN_ANSWER,    /* the card's completion to any of these */
	CW_MEAN_FETCH,     /* the card reads descriptors, */
	CW_MEAN_DESC,      /* and gets them */
	CW_MEAN_READ,      /* the card reads data, */
	CW_MEAN_DATA,      /* and gets it */
	CW_MEAN_WRITE,     /* the card writes data */
	CW_MEAN_RECORD,    /* completion records */
	CW_MEAN_EVENT,     /* event ring entries */
	CW_MEAN_INTERRUPT, /* an MSI-X or MSI message, or INTA that goes up */
	CW_MEAN_MESSAGE,   /* INTA that goes down, errors */
};

/* A running index that a doorbell write changed: from before to now. */
struct cw_mean_index {
	bool set;
	uint32_t before, now;
};

struct cw_mean {
	enum cw_mean_kind kind;
	struct cw_tlp_info info;
	int queue;             /* -1: of no queue */
	uint32_t generation;   /* of the queue: how often it was enabled; numbers start again each time */
	uint32_t first, count; /* descriptor numbers concerned; count 0: none */
	uint32_t skip;         /* DATA: payload bytes before the first that was asked for */
	bool c2h;              /* the queue's direction */
	bool failed;           /* a completion that says no, or poisoned data */
	bool stale;            /* a completion of a read for an earlier life of its queue */
	bool held;             /* RECORD: of descriptors that the log shows */
	int vector;            /* -1: none, or INTA. INTERRUPT, EVENT: this one; RECORD: the queue's */
	struct cw_mean_index producer, consumer; /* DOORBELL */
	char text[320];
};

/* A descriptor, taken apart. */
struct cw_mean_desc {
	uint64_t addr, card;
	uint32_t len;
	char flags[32]; /* "IRQ" */
};

struct cw_meaning;
struct cw_meaning *cw_meaning_new(void); /* NULL: out of memory */
void cw_meaning_free(struct cw_meaning *m);
/* The next TLP of the log. */
void cw_meaning_next(struct cw_meaning *m, const struct cw_trace_record *rec, struct cw_mean *mean);

/* The 16 bytes at p. */
void cw_meaning_desc(const uint8_t *p, struct cw_mean_desc *d);
/* Does this index, moved so, cover descriptor (or record) `number`? */
bool cw_meaning_covers(const struct cw_mean_index *i, uint32_t number);
/* "descriptor 3", "descriptors 3 to 7": count 1 or more */
void cw_meaning_numbers(char *buf, size_t size, const char *what, uint32_t first, uint32_t count);

#endif
