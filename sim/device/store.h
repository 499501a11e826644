/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of card memory: sparse, zero until written. Not tied to a card: they can outlive one. One thread. */
#ifndef CW_STORE_H
#define CW_STORE_H

#include <stddef.h>
#include <stdint.h>

#define CW_STORE_PAGE 4096u /* bytes that are allocated together */

struct cw_store;

int cw_store_new(struct cw_store **s, uint64_t bytes);
void cw_store_free(struct cw_store *s); /* NULL is allowed */
uint64_t cw_store_bytes(const struct cw_store *s);
/* -EINVAL beyond the end, -ENOMEM. */
int cw_store_peek(const struct cw_store *s, uint64_t addr, void *data, size_t len);
int cw_store_poke(struct cw_store *s, uint64_t addr, const void *data, size_t len);
/* The page that holds addr (below the end), made when it is not there; NULL: no memory. */
uint8_t *cw_store_page(struct cw_store *s, uint64_t addr);

#endif
