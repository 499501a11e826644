/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Queues of one's own, and the packets of streams.
 *
 * The file that owns one keeps struct cw_own; the queue in it is given back when the file is
 * closed, or before that when the driver lets go of the card: then `live` is false, the queue dead,
 * and calls end with -ENODEV.
 */
#ifndef CW_OWN_H
#define CW_OWN_H

#include "causeway.h"

#define CW_STREAM_BYTES_MIN 64u    /* of a receive buffer */
#define CW_STREAM_BYTES_MAX SZ_1M
#define CW_RX_BLOCK SZ_64K         /* smaller buffers share an allocation of this size */
#define CW_LOOK_AGAIN 25ul         /* jiffies after which an interrupt must have come */

/* A receive buffer: on rx->free, then on the ring (rx->slot), then part of a packet. */
struct cw_rx_buf {
	struct list_head node;
	void *va;
	dma_addr_t dma;
	u32 len;                     /* bytes in it */
	bool last;                   /* of its packet */
	/* These of a packet's first. */
	bool cut;                    /* not all of it is here */
	u64 user;
	u64 full;                    /* bytes of it that the card told of */
};

/* A read that waits for its packet. */
struct cw_rx_wait {
	struct list_head node;       /* rx->waiters, then ->matched: queue->lock */
	struct kiocb *iocb;          /* NULL: somebody waits, and keeps the struct */
	bool hdr;
	bool cancelled;              /* its caller does not want it any more: the queue's cancel work ends it */
	bool matched;                /* it has its packet, or an error: queue->lock */
	bool done;                   /* and result is there: written with queue->lock */
	struct cw_map map;           /* the caller's pages, pinned */
	struct iov_iter iter;        /* over these */
	struct list_head packet;     /* what it got */
	ssize_t result;
	wait_queue_head_t wait;      /* for done */
};

/* Packets from the card. All of it belongs to queue->lock, but for what is made once. */
struct cw_rx {
	u32 bytes;                   /* of each buffer */
	struct cw_rx_buf *buf;       /* as many as the ring has entries */
	struct cw_rx_buf **slot;     /* those that the ring's descriptors name */
	struct list_head free;
	u32 free_n;
	struct list_head tail;       /* the packet that is coming in */
	u32 tail_n;
	bool inside;                 /* one is, */
	bool skip;                   /* and the rest of it is not kept */
	struct list_head ready;      /* whole packets, oldest first */
	u32 packets;                 /* of these */
	struct list_head waiters;    /* reads without a packet, oldest first */
	struct list_head matched;    /* reads with one, or with an error */
	u32 busy;                    /* reads that are being ended */
	wait_queue_head_t idle;      /* for busy to be 0 */
};

struct cw_own {
	struct cw_queue q;
	struct cw_rx rx;
	bool live;                   /* cw->power */
	bool hdr;
	u32 room;                    /* descriptors that a packet without room wanted: poll() waits for so many */
	u64 packet_max;
	wait_queue_head_t wait;      /* for room, packets, and the end */
	struct work_struct cancel;
};

static inline struct cw_own *cw_own_of(struct cw_queue *q)
{
	return container_of(q, struct cw_own, q);
}

/* NULL: nobody's, or given back. */
static inline struct cw_queue *cw_queue_at(struct cw_dev *cw, unsigned int index)
{
	return index < 2 * cw->pair_n ? &cw->queue[index] : READ_ONCE(cw->own[index - 2 * cw->pair_n]);
}

/* The first in use from *index on, which becomes its number; NULL: there is none. All of them:
 * for (i = 0; (q = cw_queue_next(cw, &i)); i++)
 */
static inline struct cw_queue *cw_queue_next(struct cw_dev *cw, unsigned int *index)
{
	struct cw_queue *q;

	for (; *index < READ_ONCE(cw->queue_end); ++*index) {
		q = cw_queue_at(cw, *index);
		if (q)
			return q;
	}
	return NULL;
}

/* Could events still name it? */
static inline bool cw_queue_was_own(const struct cw_dev *cw, unsigned int index)
{
	return index >= 2 * cw->pair_n && index < READ_ONCE(cw->queue_end);
}

/* cw_queue.c */
/* Puts a descriptor on the ring. Caller holds q->lock and rings. */
void cw_queue_post(struct cw_queue *q, dma_addr_t addr, u32 len, u64 card, u32 flags);
/* After this status the card has halted the queue. */
bool cw_status_halts(u32 status);

/* cw_own.c */
extern unsigned int cw_stream_bytes; /* module parameter, checked */
int cw_own_init(struct cw_dev *cw);
void cw_own_exit(struct cw_dev *cw);
/* Makes the queue that *setup asks for, and fills *setup in. The card must be there, with the gate. */
int cw_own_attach(struct cw_dev *cw, struct cw_own *own, struct cw_queue_setup *setup);
/* Gives it back, if that was not done. Takes cw->power. */
void cw_own_detach(struct cw_own *own);
/* That of all of them. */
void cw_own_detach_all(struct cw_dev *cw);

/* cw_own_file.c */
long cw_ioctl_queue(struct cw_dev *cw, fmode_t mode, struct cw_queue_setup *setup, void __user *user, size_t size);
/* True: without waiting. */
bool cw_own_nowait(const struct kiocb *iocb);

/* cw_packet.c */
ssize_t cw_packet_write(struct cw_own *own, struct kiocb *iocb, struct iov_iter *iter);
/* Ends the writes that are cancelled. */
void cw_packet_cancel(struct cw_own *own);
/* What is under way is given the time that a queue may take to stop. */
void cw_packet_drain(struct cw_own *own);

/* cw_rx.c */
int cw_rx_init(struct cw_own *own, u32 bytes);
void cw_rx_free(struct cw_own *own);
/* These with q->lock. Buffers to the ring; records to packets, packets to reads; all that the card has is
 * taken back, reads that wait end with `error`, and if none does the next one gets it.
 */
void cw_rx_post(struct cw_queue *q);
void cw_rx_harvest(struct cw_queue *q);
void cw_rx_empty(struct cw_queue *q, int error);
void cw_rx_put_all(struct cw_rx *rx, struct list_head *list);

/* cw_rx_read.c */
ssize_t cw_rx_read(struct cw_own *own, struct kiocb *iocb, struct iov_iter *iter);
/* Ends the reads that are cancelled. */
void cw_rx_cancel(struct cw_own *own);
/* These two with q->lock: packets that are there to the reads that wait; the reads that wait end with an error. */
void cw_rx_match(struct cw_rx *rx);
void cw_rx_refuse_all(struct cw_queue *q, int error);
/* Without a lock: ends the reads that have their packet. */
void cw_rx_finish(struct cw_queue *q);

#endif
