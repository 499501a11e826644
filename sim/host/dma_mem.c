// SPDX-License-Identifier: BSD-2-Clause
/*
 * Host memory as the card reaches it. Every byte goes through the one look-up.
 * A write is applied DW by DW in address order with a scheduling point
 * between, and a read of several cache lines samples them in any order with a
 * point between, so that torn records are seen by a driver that does not
 * order its accesses. Nothing is kept across a point that a mapping which
 * ended meanwhile could leave dangling.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

#define LINE 64u

/* One piece of memory that was looked up. */
struct view {
	uint8_t *at;
	uint64_t iova;
	uint32_t len;
};

static int look(struct cw_host *h, struct view *v, uint64_t iova, uint32_t len, enum cw_dma_dir dir,
		const char **why)
{
	uint32_t chunk = len;

	*why = NULL;
	v->len = 0;
	v->at = h->ops.lookup ? h->ops.lookup(h->ctx, iova, len, dir, &chunk, why) : NULL;
	if (!v->at || !chunk) {
		if (!*why)
			*why = "no mapping";
		return -EFAULT;
	}
	v->iova = iova;
	v->len = chunk < len ? chunk : len;
	return 0;
}

int mem_check(struct cw_host *h, uint64_t iova, uint32_t len, enum cw_dma_dir dir, const char **why)
{
	struct view v;

	return len ? look(h, &v, iova, len, dir, why) : 0;
}

/* -ECANCELED when the link fell meanwhile. */
static int point(struct cw_host *h, struct view *v)
{
	uint32_t generation = h->generation;
	uint64_t epoch;

	if (!h->ops.point)
		return 0;
	epoch = h->ops.epoch ? h->ops.epoch(h->ctx) : 0;
	h->ops.point(h->ctx);
	h->woke = true; /* who ran there may have something to send: promise nothing before he was asked */
	if (!h->ops.epoch || h->ops.epoch(h->ctx) != epoch)
		v->len = 0;
	return h->generation == generation ? 0 : -ECANCELED;
}

static int fetch(struct cw_host *h, const struct view *v, uint8_t *to, const char **why)
{
	int r = h->ops.fetch(h->ctx, v->iova, v->len, to, why);

	return r > 0 ? 0 : r == 0 ? -EAGAIN : r;
}

static int read_run(struct cw_host *h, uint64_t iova, uint32_t len, uint8_t *to, const char **why)
{
	struct view v;
	int r;

	for (; len; iova += v.len, to += v.len, len -= v.len) {
		r = look(h, &v, iova, len, CW_DMA_TO_DEVICE, why);
		if (!r && v.at == CW_HOST_REMOTE)
			r = fetch(h, &v, to, why);
		else if (!r)
			memcpy(to, v.at, v.len);
		if (r)
			return r;
	}
	return 0;
}

int mem_read(struct cw_host *h, uint64_t iova, uint32_t len, uint8_t *to, const char **why)
{
	uint64_t first = iova / LINE, lines = len ? (iova + len - 1) / LINE - first + 1 : 0, start, i;
	struct view none = { 0 };
	int r;

	if (!h->ops.point || !h->p.split_random || lines < 2)
		return read_run(h, iova, len, to, why);
	start = cw_rng_below(&h->rng, lines);
	for (i = 0; i < lines; i++) {
		uint64_t line = first + (start + i) % lines, from = line * LINE, end = from + LINE;

		if (from < iova)
			from = iova;
		if (end > iova + len)
			end = iova + len;
		r = i ? point(h, &none) : 0;
		if (!r)
			r = read_run(h, from, (uint32_t)(end - from), to + (from - iova), why);
		if (r)
			return r;
	}
	return 0;
}

/* One DW of a write; the enabled bytes from `addr` on. An aligned whole DW is stored at once. */
static int store_dw(struct cw_host *h, struct view *v, uint64_t addr, const uint8_t *data, uint8_t be,
		    uint32_t rest, const char **why)
{
	unsigned i;
	int r;

	if (be == 0xf && addr >= v->iova && addr + 4 <= v->iova + v->len && v->at != CW_HOST_REMOTE) {
		memcpy(v->at + (addr - v->iova), data, 4);
		return 0;
	}
	for (i = 0; i < 4; i++) {
		uint64_t a = addr + i;

		if (!(be >> i & 1))
			continue;
		if (!v->len || a < v->iova || a >= v->iova + v->len) {
			r = look(h, v, a, rest > i ? rest - i : 1, CW_DMA_FROM_DEVICE, why);
			if (r)
				return r;
		}
		if (v->at != CW_HOST_REMOTE)
			v->at[a - v->iova] = data[i];
		else if (h->ops.store(h->ctx, a, 1, &data[i], why))
			return -EFAULT;
	}
	return 0;
}

static bool enabled(const struct cw_tlp_info *i, uint32_t byte)
{
	uint32_t dw = byte / 4;
	uint8_t be = dw == 0 ? i->first_be : dw == i->len_dw - 1u ? i->last_be : 0xf;

	return be >> (byte & 3) & 1;
}

/* A write that lies in remote memory as a whole: its runs of enabled bytes, each at once. */
static int store_runs(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i, const char **why)
{
	uint32_t bytes = 4u * i->len_dw, from, to;

	for (from = 0; from < bytes; from = to) {
		to = from + 1;
		if (!enabled(i, from))
			continue;
		while (to < bytes && enabled(i, to))
			to++;
		if (h->ops.store(h->ctx, i->addr + from, to - from, tlp->data + from, why))
			return -EFAULT;
	}
	return 0;
}

static void write_fault(struct cw_host *h, const struct cw_tlp *tlp, const char *why)
{
	h->stats.iommu_faults++;
	host_violation(h, CW_RULE_UNMAPPED, tlp, why);
}

void mem_write(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	uint64_t first, end;
	uint32_t span = cw_tlp_span(i, &first), n;
	struct view v = { 0 };
	const char *why;
	int r;

	if (!span)
		return;
	end = first + span;
	if (look(h, &v, first, span, CW_DMA_FROM_DEVICE, &why)) {
		write_fault(h, tlp, why);
		return;
	}
	if (v.at == CW_HOST_REMOTE && v.len == span) {
		if (store_runs(h, tlp, i, &why))
			write_fault(h, tlp, why);
		return;
	}
	for (n = 0; n < i->len_dw; n++) {
		uint64_t addr = i->addr + 4 * n;
		uint8_t be = n == 0 ? i->first_be : n == i->len_dw - 1u ? i->last_be : 0xf;

		r = n ? point(h, &v) : 0;
		if (!r)
			r = store_dw(h, &v, addr, tlp->data + 4 * n, be, (uint32_t)(end - addr), &why);
		if (r == -EFAULT)
			write_fault(h, tlp, why);
		if (r)
			return;
	}
}
