/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One read or write, and the chunks that it is cut into (cw_request.c).
 */
#ifndef CW_REQUEST_H
#define CW_REQUEST_H

#include <linux/fs.h>
#include <linux/kref.h>

#include "cw_map.h"

struct cw_queue;
struct cw_request;

/* Part of a request: what goes onto one queue as one run of descriptors. */
struct cw_chunk {
	struct list_head node;       /* queue->pending, then ->active: queue->lock; then its finisher's */
	struct cw_request *req;
	struct cw_map map;
	size_t offset;               /* of its first byte in the request */
	u64 card;                    /* card address of its first byte; of a packet its user word */
	u32 desc_n;                  /* descriptors it takes */
	u32 seen;                    /* records of it seen: queue->lock */
	size_t good;                 /* bytes up to the first error: queue->lock */
	int error;                   /* first error: queue->lock until finished */
};

/* One read or write call. Freed with the last reference. */
struct cw_request {
	struct kref ref;             /* the submitter's, and one a chunk */
	struct cw_dev *cw;
	struct cw_queue *q;          /* NULL: any of the device file's */
	struct kiocb *iocb;          /* NULL: somebody waits, or nobody */
	bool c2h;
	bool nobody;                 /* the next call on the queue gets an error */
	bool cancelled;              /* its caller does not want it any more */
	bool polled;                 /* somebody looks for its end, */
	u32 poll_usecs;              /* who waits so long before sleeping */
	struct cw_queue *poll_q;     /* that its chunks went to, NULL: several. The submitter's; valid in the gate */
	u64 card;                    /* card address of its first byte */
	size_t submitted;            /* bytes in chunks: the submitter's until it is done */
	atomic_t left;               /* chunks out, and one while more may come */
	wait_queue_head_t wait;      /* for left */
	spinlock_t lock;             /* error, bad_at */
	int error;                   /* that of the lowest bad byte */
	size_t bad_at;               /* bytes before it are good */
};

/* cw_request.c */
/* q: NULL, or the only one. */
ssize_t cw_transfer(struct cw_dev *cw, struct cw_queue *q, struct kiocb *iocb, struct iov_iter *iter, bool c2h);
/* A request that holds the card awake. With what follows it is made, given its chunks and waited for. */
int cw_request_new(struct cw_request **out, struct cw_dev *cw, struct cw_queue *q, struct kiocb *iocb, bool c2h);
void cw_request_put(struct cw_request *req);
/* Adds a chunk that is gathered: its reference is taken. An error: nothing was done. */
int cw_request_add(struct cw_request *req, struct cw_chunk *chunk, bool nowait);
/* The submitter is through: when the last chunk is, too, it calls back. Puts the request. */
void cw_request_drop(struct cw_request *req);
ssize_t cw_request_wait(struct cw_request *req);
/* A chunk has ended, with chunk->error and chunk->good. Not under a lock. Frees it. */
void cw_chunk_finish(struct cw_chunk *chunk);
void cw_chunk_free(struct cw_chunk *chunk, struct device *dev); /* dev: NULL when it was never mapped */
void cw_chunks_finish(struct list_head *done);

#endif
