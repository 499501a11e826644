// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "fifo.h"

void cw_fifo_init(struct cw_fifo *f, uint32_t elem_bytes)
{
	memset(f, 0, sizeof(*f));
	f->elem = elem_bytes;
}

void cw_fifo_free(struct cw_fifo *f)
{
	free(f->mem);
	cw_fifo_init(f, f->elem);
}

static int grow(struct cw_fifo *f)
{
	struct cw_fifo bigger = { .elem = f->elem, .cap = f->cap ? 2 * f->cap : 64, .n = f->n };

	bigger.mem = malloc((size_t)bigger.cap * f->elem);
	if (!bigger.mem)
		return -1;
	for (uint64_t i = 0; i < f->n; i++)
		memcpy(cw_fifo_at(&bigger, i), cw_fifo_at(f, i), f->elem);
	free(f->mem);
	*f = bigger;
	return 0;
}

void *cw_fifo_push(struct cw_fifo *f)
{
	if (f->n == f->cap && grow(f))
		return NULL;
	f->n++;
	return cw_fifo_at(f, f->n - 1);
}

void cw_fifo_pop(struct cw_fifo *f, uint64_t n)
{
	if (n > f->n)
		n = f->n;
	f->first += n;
	f->n -= n;
}
