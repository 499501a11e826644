/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A single-producer single-consumer ring of bytes in shared memory. Indices
 * are running byte counts; each side trusts only its own, which it keeps in
 * private memory. What the other side wrote is checked at every use.
 */
#ifndef CW_RING_H
#define CW_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CW_RING_MIN 16384u       /* bytes: three of the largest records */
#define CW_RING_MAX (256u << 20)

/* The part in shared memory; one cache line a writer. */
struct cw_ring_ctl {
	_Atomic uint64_t head;         /* producer: bytes written */
	uint8_t pad0[56];
	_Atomic uint64_t tail;         /* consumer: bytes given back */
	uint8_t pad1[56];
	_Atomic uint32_t reader_sleeps;/* consumer sets and clears; the producer reads */
	uint8_t pad2[60];
	_Atomic uint32_t writer_needs; /* producer: bytes it waits for, 0 none; the consumer reads */
	uint8_t pad3[60];
};
_Static_assert(sizeof(struct cw_ring_ctl) == 256, "shared by two processes");

/* One side's view. */
struct cw_ring {
	struct cw_ring_ctl *ctl;
	uint8_t *data;
	uint32_t size;  /* a power of two */
	uint64_t at;    /* producer: head; consumer: how far it has looked */
	uint64_t freed; /* producer: the tail last seen; consumer: the tail it published */
};

void cw_ring_init(struct cw_ring *r, struct cw_ring_ctl *ctl, uint8_t *data, uint32_t size);

/* ---- producer ---- */
/* 1: len bytes are free; 0: not now; -EPROTO: the consumer's index is impossible. */
int cw_ring_room(struct cw_ring *w, uint32_t len);
/* Writes at `offset` behind the head, inside the room asked for. */
void cw_ring_put(struct cw_ring *w, uint32_t offset, const void *from, uint32_t len);
/* Hands the next len bytes over and wakes a sleeping consumer. */
void cw_ring_publish(struct cw_ring *w, uint32_t len);
/* Sleeps until the consumer has freed something, or for timeout_ms. */
void cw_ring_sleep_room(struct cw_ring *w, uint32_t need, int timeout_ms);

/* ---- consumer ---- */
/* Bytes written behind `at`, or -EPROTO. */
int64_t cw_ring_avail(struct cw_ring *r);
void cw_ring_get(const struct cw_ring *r, uint64_t pos, void *to, uint32_t len);
/* Gives everything before pos back and wakes a waiting producer. */
void cw_ring_release(struct cw_ring *r, uint64_t pos);
/* Sleeps until there is something behind `at`, or for timeout_ms. */
void cw_ring_sleep_data(struct cw_ring *r, int timeout_ms);
/* The producer waits for more room than there is: only this consumer can help it. */
bool cw_ring_writer_stuck(struct cw_ring *r);
/* The consumer sleeps although it has seen everything written: only more data can help it. */
bool cw_ring_reader_stuck(struct cw_ring *w);

#endif
