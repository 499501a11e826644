/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue of fixed-size elements that grows, in private memory. */
#ifndef CW_FIFO_H
#define CW_FIFO_H

#include <stdint.h>

struct cw_fifo {
	uint8_t *mem;
	uint32_t elem;     /* bytes of one element */
	uint32_t cap;      /* elements, a power of two, or 0 */
	uint64_t first, n; /* running index of the oldest; elements held */
};

void cw_fifo_init(struct cw_fifo *f, uint32_t elem_bytes);
void cw_fifo_free(struct cw_fifo *f);
/* A new last element, not cleared; NULL without memory. Invalidates earlier pointers. */
void *cw_fifo_push(struct cw_fifo *f);
/* Drops the n oldest, at most all. */
void cw_fifo_pop(struct cw_fifo *f, uint64_t n);

/* Element i from the oldest, i below n. */
static inline void *cw_fifo_at(const struct cw_fifo *f, uint64_t i)
{
	return f->mem + ((f->first + i) & (f->cap - 1)) * f->elem;
}

#endif
