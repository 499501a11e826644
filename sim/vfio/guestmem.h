/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the card may reach of the client's memory: the ranges that DMA_MAP
 * announced. A range with a file descriptor is mapped here (a file once, however
 * many ranges it has); one without is reached by messages.
 *
 * A client that shrinks its file under us makes an access raise SIGBUS: the file
 * is then replaced by zeros and guestmem_torn() says so.
 */
#ifndef CW_VFIO_GUESTMEM_H
#define CW_VFIO_GUESTMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUESTMEM_RANGES_MAX 65535u /* as told to the client */

struct guestmem;

int guestmem_new(struct guestmem **g);
void guestmem_free(struct guestmem *g);
/* fd stays the caller's; -1: by messages. -EEXIST: overlaps another range; -EINVAL: unaligned, empty,
 * wrapping, no right at all, or beyond the end of the file; -ENOSPC; what mmap says. */
int guestmem_map(struct guestmem *g, uint64_t iova, uint64_t size, uint64_t offset, bool readable, bool writable,
		 int fd);
/* All ranges inside, be it none: a vIOMMU that is switched on has its client unmap what never was mapped. -EINVAL: empty,
 * wrapping, or cutting through a range. */
int guestmem_unmap(struct guestmem *g, uint64_t iova, uint64_t size);
void guestmem_unmap_all(struct guestmem *g);

/* iova as the card uses it. NULL with *why: it may not. *chunk: bytes there, at most len. *remote: by
 * messages; the result is then not NULL and not to be used. All of [iova, iova + len) is checked. */
void *guestmem_lookup(struct guestmem *g, uint64_t iova, uint32_t len, bool write, uint32_t *chunk, bool *remote,
		      const char **why);
unsigned guestmem_ranges(const struct guestmem *g);
/* Changes with every unmap. */
uint64_t guestmem_epoch(const struct guestmem *g);
/* The client's memory was not there when the card used it. */
bool guestmem_torn(const struct guestmem *g);

#endif
