// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads of the card: each becomes a job, ready after the read latency, which
 * then gives completions one at a time as the transmit queue has room. Memory
 * is sampled when a completion is made, at most TX_CPL_DEPTH completions
 * before it leaves. Splits end on the read completion boundary (section
 * 2.3.1.1); completions of one tag are in address order, those of different
 * tags in the order of the requests or in random order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

#define BLOCK_N 64
#define NOT_ENABLED 0xa5 /* what bytes that were not asked for read as */

struct dma_block {
	struct dma_block *next;
	struct dma_job job[BLOCK_N];
};

static struct dma_job *new_job(struct dma *d)
{
	struct dma_job *j;
	int i;

	if (!d->free) {
		struct dma_block *b = calloc(1, sizeof(*b));

		if (!b)
			return NULL;
		b->next = d->blocks;
		d->blocks = b;
		for (i = BLOCK_N - 1; i >= 0; i--) {
			b->job[i].next_free = d->free;
			d->free = &b->job[i];
		}
	}
	j = d->free;
	d->free = j->next_free;
	return j;
}

static void free_job(struct dma *d, struct dma_job *j)
{
	j->next_free = d->free;
	d->free = j;
}

void dma_free(struct cw_host *h)
{
	struct dma_block *b, *next;

	for (b = h->dma.blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(h->dma.ready);
	memset(&h->dma, 0, sizeof(h->dma));
}

/* Jobs are in the event queue, which the caller has cleared, or ready: all come free. */
void dma_fall(struct cw_host *h)
{
	struct dma *d = &h->dma;
	struct dma_block *b;
	int i;

	d->free = NULL;
	for (b = d->blocks; b; b = b->next) {
		for (i = BLOCK_N - 1; i >= 0; i--) {
			b->job[i].next_free = d->free;
			d->free = &b->job[i];
		}
	}
	d->head = d->n = 0;
	d->last_ready = 0;
	d->held = false;
}

static uint64_t ready_time(struct cw_host *h)
{
	uint64_t t = h->now + h->p.read_latency_ps;

	if (h->p.read_jitter_ps)
		t += cw_rng_below(&h->rng, h->p.read_jitter_ps + 1);
	if (h->p.order_random)
		return t;
	if (t < h->dma.last_ready)
		t = h->dma.last_ready;
	h->dma.last_ready = t;
	return t;
}

int dma_read(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i, enum cw_verdict v)
{
	struct dma_job *j = new_job(&h->dma);
	const char *why;
	uint32_t span;

	if (!j)
		return -ENOMEM;
	span = cw_tlp_span(i, &j->addr);
	j->info = *i;
	j->bytes = span;
	j->left = span ? span : 1; /* section 2.3.1.1: a zero-length read counts one byte */
	j->status = v == CW_TAKE ? CW_CPL_SC : CW_CPL_UR;
	if (v == CW_TAKE && mem_check(h, j->addr, span, CW_DMA_TO_DEVICE, &why)) {
		j->status = CW_CPL_UR;
		h->stats.iommu_faults++;
		host_violation(h, CW_RULE_UNMAPPED, tlp, why);
	}
	return cw_events_add(&h->events, ready_time(h), j);
}

int dma_ready(struct cw_host *h, struct dma_job *job)
{
	struct dma *d = &h->dma;

	if (d->head == d->n)
		d->head = d->n = 0;
	if (d->n == d->size && d->head) {
		memmove(d->ready, d->ready + d->head, (d->n - d->head) * sizeof(*d->ready));
		d->n -= d->head;
		d->head = 0;
	} else if (d->n == d->size) {
		size_t size = d->size ? 2 * d->size : 256;
		struct dma_job **ready = realloc(d->ready, size * sizeof(*ready));

		if (!ready)
			return -ENOMEM;
		d->ready = ready;
		d->size = size;
	}
	d->ready[d->n++] = job;
	return 0;
}

/* Max_Payload_Size as set in the card holds for what the host sends, too. */
static uint32_t payload_max(const struct cw_host *h)
{
	uint8_t card = cw_checker_mps(h->checker);

	return 128u << (card < h->p.mps ? card : h->p.mps);
}

/* Bytes of the next completion: up to a boundary that the rules allow, or the end. */
static uint32_t next_piece(struct cw_host *h, const struct dma_job *j)
{
	uint32_t rcb = h->p.rcb128 ? 128 : 64, off = j->addr % rcb, max = payload_max(h) - (j->addr & 3);
	uint32_t first = rcb - off, choices, n;

	if (!h->p.split_random) {
		n = h->p.split_bytes - (uint32_t)(j->addr % h->p.split_bytes);
		if (n > max)
			n = (off + max) / rcb * rcb - off;
		return n < j->left ? n : j->left;
	}
	if (j->left <= first)
		return j->left;
	choices = 1 + (max - first) / rcb; /* boundaries that fit a payload */
	n = first + rcb * (uint32_t)cw_rng_below(&h->rng, choices);
	return n < j->left ? n : j->left;
}

static void build_error(struct cw_host *h, const struct dma_job *j, uint8_t status)
{
	const struct cw_tlp_info *i = &j->info;

	cw_tlp_cpl(&h->cpl_tlp, CW_HOST_BDF, i->requester, i->tag, i->tc, i->attr, status, (uint16_t)j->left,
		   (uint8_t)(j->addr & 0x7f));
}

/* Returns what mem_read() said. */
static int build_data(struct cw_host *h, struct dma_job *j, uint32_t n, const char **why)
{
	const struct cw_tlp_info *i = &j->info;
	struct cw_tlp *t = &h->cpl_tlp;
	uint32_t skip = j->addr & 3, bytes = n < j->bytes ? n : j->bytes, dws = (skip + n + 3) / 4;

	cw_tlp_cpld(t, CW_HOST_BDF, i->requester, i->tag, i->tc, i->attr, (uint16_t)j->left,
		    (uint8_t)(j->addr & 0x7f), t->data, (uint16_t)dws);
	memset(t->data, NOT_ENABLED, 4);
	memset(t->data + 4 * (dws - 1), NOT_ENABLED, 4);
	return mem_read(h, j->addr, bytes, t->data + skip, why);
}

static struct dma_job *pick(struct cw_host *h)
{
	struct dma *d = &h->dma;
	size_t i = d->head;
	struct dma_job *j;

	if (h->p.order_random && d->n - d->head > 1)
		i += cw_rng_below(&h->rng, d->n - d->head);
	j = d->ready[i];
	d->ready[i] = d->ready[d->head];
	d->ready[d->head] = j;
	return j;
}

/* One completion of the job at the head. -ECANCELED when the link fell, -EAGAIN when its memory is not here yet. */
static int complete_one(struct cw_host *h, struct dma_job *j)
{
	const char *why = NULL;
	uint32_t n = j->left;
	int r = 0;

	if (j->status == CW_CPL_SC) {
		n = next_piece(h, j);
		r = build_data(h, j, n, &why);
		if (r == -ECANCELED || r == -EAGAIN)
			return r;
		if (r) {
			h->stats.iommu_faults++;
			host_violation(h, CW_RULE_UNMAPPED, NULL, why);
			j->status = CW_CPL_UR;
			n = j->left;
		}
	}
	if (j->status != CW_CPL_SC)
		build_error(h, j, j->status);
	r = host_push(h, &h->cpl_tlp);
	if (r)
		return r;
	j->addr += n;
	j->left -= n;
	j->bytes -= n < j->bytes ? n : j->bytes;
	if (!j->left) {
		h->dma.head++;
		free_job(&h->dma, j);
	}
	return 0;
}

int dma_pump(struct cw_host *h)
{
	int queued = 0, r;

	while (!h->dma.held && h->dma.head < h->dma.n && cw_txq_depth(h->txq, CW_FC_CPL) < TX_CPL_DEPTH) {
		r = complete_one(h, pick(h));
		h->dma.held = r == -EAGAIN;
		if (r == -ECANCELED || r == -EAGAIN)
			break;
		if (r)
			return r;
		queued = 1;
	}
	return queued;
}
