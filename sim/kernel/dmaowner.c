// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who owns kernel memory that is mapped: the card from the mapping on, the CPU
 * after dma_sync_*_for_cpu(), the card again after dma_sync_*_for_device(), by the byte.
 * The card works on a copy, as behind a cache that is not coherent or a bounce
 * buffer: what changed on the other side in the meantime shows (C10), and
 * what is read too early is old. Two mappings that the card may write must not share a
 * cache line (C7). User pages have no such copy, unless what is mapped is bounced or the machine
 * wants one for everything: their owner may write to them whenever he likes, and that is no mistake.
 */
#include "internal.h"

enum { CARD_OWNS, CPU_OWNS };

static bool card_may_write(const struct kshim_map *m)
{
	return m->dir != DMA_TO_DEVICE;
}

static bool shares_a_line(const struct map_piece *a, const struct map_piece *b)
{
	u64 a0 = (u64)(unsigned long)a->va / L1_CACHE_BYTES, a1 = ((u64)(unsigned long)a->va + a->len - 1) / L1_CACHE_BYTES;
	u64 b0 = (u64)(unsigned long)b->va / L1_CACHE_BYTES, b1 = ((u64)(unsigned long)b->va + b->len - 1) / L1_CACHE_BYTES;

	return a->was && b->was && a0 <= b1 && b0 <= a1;
}

static bool maps_share(const struct kshim_map *a, const struct kshim_map *b)
{
	unsigned int i, j, k, l;

	for (i = 0; i < a->range_n; i++)
		for (j = 0; j < a->range[i].piece_n; j++)
			for (k = 0; k < b->range_n; k++)
				for (l = 0; l < b->range[k].piece_n; l++)
					if (shares_a_line(&a->range[i].piece[j], &b->range[k].piece[l]))
						return true;
	return false;
}

static void check_c7(struct shim *s, const struct kshim_map *m)
{
	const struct kshim_map *o;

	list_for_each_entry(o, &s->dma.maps, node)
		if (o != m && o->copied && card_may_write(o) && maps_share(m, o)) {
			kshim_fail("C7", m->site, "device driver maps memory for the card to write that shares a cache line with "
				   "memory mapped so in %s (%s:%d)", o->site->func, o->site->file, o->site->line);
			return;
		}
}

static void piece_to_card(struct map_piece *p, u64 from, u64 to)
{
	if (p->was)
		memcpy(p->was + from, p->va + from, to - from);
	memcpy(p->card + from, p->va + from, to - from);
	memset(p->owner + from, CARD_OWNS, to - from);
}

/* A new mapping: copies of those pieces that are kernel memory, and of all where the card works on copies anyway. */
void dma_own(struct shim *s, struct kshim_map *m)
{
	unsigned int i, j;

	for (i = 0; i < m->range_n; i++)
		for (j = 0; j < m->range[i].piece_n; j++) {
			struct map_piece *p = &m->range[i].piece[j];

			bool kernel = kshim_block_of(p->va);

			if (!kernel && !m->range[i].copied)
				continue;
			p->was = kernel ? malloc(p->len) : NULL;
			p->card = malloc(p->len);
			p->owner = calloc(1, p->len);
			if ((kernel && !p->was) || !p->card || !p->owner)
				abort();
			piece_to_card(p, 0, p->len);
			m->copied = true;
		}
	if (m->copied && card_may_write(m))
		check_c7(s, m);
}

/* Bytes [from, to) of a piece go to the CPU. */
static void piece_to_cpu(struct kshim_map *m, struct map_piece *p, u64 from, u64 to, const struct kshim_site *site)
{
	u64 i;

	for (i = from; i < to; i++) {
		if (p->owner[i] == CPU_OWNS)
			continue;
		if (p->was && p->va[i] != p->was[i] && !m->told_c10) {
			m->told_c10 = true;
			kshim_fail("C10", site, "the CPU wrote to memory that the card owns, %llu bytes into the mapping made in %s "
				   "(%s:%d)", p->off + i, m->site->func, m->site->file, m->site->line);
		}
		if (card_may_write(m))
			p->va[i] = p->card[i];
		p->owner[i] = CPU_OWNS;
	}
}

void dma_hand_over(struct kshim_map *m, struct map_range *r, u64 off, u64 len, bool to_cpu,
		   const struct kshim_site *site)
{
	unsigned int j;

	for (j = 0; j < r->piece_n && !m->freed; j++) {
		struct map_piece *p = &r->piece[j];
		u64 from = max(off, p->off), to = min(off + len, p->off + p->len);

		if (!p->card || from >= to)
			continue;
		if (to_cpu)
			piece_to_cpu(m, p, from - p->off, to - p->off, site);
		else
			piece_to_card(p, from - p->off, to - p->off);
	}
}

void dma_hand_over_all(struct kshim_map *m, bool to_cpu, const struct kshim_site *site)
{
	unsigned int i;

	for (i = 0; m->copied && i < m->range_n; i++)
		dma_hand_over(m, &m->range[i], 0, m->range[i].len, to_cpu, site);
}

/* The card reaches `len` bytes of the piece, `off` bytes into it. */
u8 *dma_card_side(struct kshim_map *m, struct map_piece *p, u64 off, u32 len, bool writes)
{
	if (!p->card)
		return p->va + off;
	if (memchr(p->owner + off, CPU_OWNS, len) && !m->told_c10) {
		m->told_c10 = true;
		kshim_fail("C10", m->site, "the card %s memory that the driver took with dma_sync_*_for_cpu() and did not give "
			   "back, mapped", writes ? "writes" : "reads");
	}
	return p->card + off;
}
