// SPDX-License-Identifier: BSD-2-Clause
/* A table of leaves of pages, each made when first written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

#define PAGE_LOG2 12
#define LEAF_LOG2 10 /* pages a leaf of the table */
#define LEAF_N (1u << LEAF_LOG2)

_Static_assert(CW_STORE_PAGE == 1u << PAGE_LOG2, "page size");

struct leaf {
	uint8_t *page[LEAF_N];
};

struct cw_store {
	uint64_t bytes, leaf_n;
	struct leaf **leaf;
};

int cw_store_new(struct cw_store **store, uint64_t bytes)
{
	struct cw_store *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->bytes = bytes;
	s->leaf_n = (bytes + ((uint64_t)LEAF_N << PAGE_LOG2) - 1) >> (PAGE_LOG2 + LEAF_LOG2);
	s->leaf = calloc(s->leaf_n ? s->leaf_n : 1, sizeof(*s->leaf));
	if (!s->leaf) {
		free(s);
		return -ENOMEM;
	}
	*store = s;
	return 0;
}

void cw_store_free(struct cw_store *s)
{
	if (!s)
		return;
	for (uint64_t i = 0; i < s->leaf_n; i++) {
		for (unsigned j = 0; s->leaf[i] && j < LEAF_N; j++)
			free(s->leaf[i]->page[j]);
		free(s->leaf[i]);
	}
	free(s->leaf);
	free(s);
}

uint64_t cw_store_bytes(const struct cw_store *s)
{
	return s->bytes;
}

static const uint8_t *find_page(const struct cw_store *s, uint64_t addr)
{
	const struct leaf *l = s->leaf[addr >> (PAGE_LOG2 + LEAF_LOG2)];

	return l ? l->page[addr >> PAGE_LOG2 & (LEAF_N - 1)] : NULL;
}

uint8_t *cw_store_page(struct cw_store *s, uint64_t addr)
{
	struct leaf **l = &s->leaf[addr >> (PAGE_LOG2 + LEAF_LOG2)];
	uint8_t **page;

	if (!*l)
		*l = calloc(1, sizeof(**l));
	if (!*l)
		return NULL;
	page = &(*l)->page[addr >> PAGE_LOG2 & (LEAF_N - 1)];
	if (!*page)
		*page = calloc(1, CW_STORE_PAGE);
	return *page;
}

/* Bytes of [addr, addr + len) that are in addr's page. */
static size_t in_page(uint64_t addr, size_t len)
{
	size_t n = CW_STORE_PAGE - (addr & (CW_STORE_PAGE - 1));

	return n < len ? n : len;
}

int cw_store_peek(const struct cw_store *s, uint64_t addr, void *data, size_t len)
{
	uint8_t *to = data;

	if (addr > s->bytes || len > s->bytes - addr)
		return -EINVAL;
	while (len) {
		size_t n = in_page(addr, len);
		const uint8_t *page = find_page(s, addr);

		if (page)
			memcpy(to, page + (addr & (CW_STORE_PAGE - 1)), n);
		else
			memset(to, 0, n);
		to += n;
		addr += n;
		len -= n;
	}
	return 0;
}

int cw_store_poke(struct cw_store *s, uint64_t addr, const void *data, size_t len)
{
	const uint8_t *from = data;

	if (addr > s->bytes || len > s->bytes - addr)
		return -EINVAL;
	while (len) {
		size_t n = in_page(addr, len);
		uint8_t *page = cw_store_page(s, addr);

		if (!page)
			return -ENOMEM;
		memcpy(page + (addr & (CW_STORE_PAGE - 1)), from, n);
		from += n;
		addr += n;
		len -= n;
	}
	return 0;
}
