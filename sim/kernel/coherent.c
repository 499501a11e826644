// SPDX-License-Identifier: BSD-2-Clause
/*
 * Coherent memory: page-aligned, zeroed, of exactly the size asked for (AddressSanitizer guards its end); DMA pools.
 *
 * The CPUs' stores wait in a buffer: the card reads a second copy, which is brought up to date only by
 * what orders a store before the card's next access: wmb(), dma_wmb(), mb(), and register writes that are not
 * relaxed. Stricter than any machine, where stores get out by themselves sooner or later. What the card writes
 * is seen by the CPUs at once, but new words must be loaded with a barrier between them.
 *
 * All of it is copied at each barrier. Blocks beyond the first of a machine are left out, or thousands of queues
 * would take minutes: the card sees them at once.
 */
#include "internal.h"

#define BUFFERED_BYTES (256u << 10)

void kshim_wmb(void)
{
	struct shim *s = kshim;
	struct kshim_map *m;

	if (!s)
		return;
	list_for_each_entry(m, &s->dma.coherent, coherent) {
		if (m->card_wrote && !m->card_read)
			continue; /* the card's own, as far as one knows */
		memcpy(m->seen, m->va, m->len);
		if (!s->host_mid) /* else a write may be half done */
			m->wrote = m->wrote_end = 0;
	}
}

void *coherent_write(struct kshim_map *m, u64 off, u32 len)
{
	u64 i;

	if (!m->seen)
		return (u8 *)m->va + off;
	m->wrote = m->wrote_end ? min(m->wrote, off) : off;
	m->wrote_end = max(m->wrote_end, off + len);
	kshim->dma.writes++;
	for (i = off / 4; i <= (off + len - 1) / 4; i++)
		m->word[i] = kshim->dma.writes;
	m->card_wrote = true;
	return (u8 *)m->va + off;
}

void kshim_rmb(void)
{
	struct kshim_fibre *f = kshim ? kshim->cur : NULL;

	if (!f)
		return;
	f->fresh = NULL;
	f->floor = kshim->dma.writes;
}

/*
 * Two words that the card wrote since this CPU's last rmb() may be loaded in either order: the second
 * may be older than the first. Told at once, though this machine loads in order. What a lock is taken between
 * is in order; that it was taken before the first does not help, the card writes without it.
 */
void kshim_load(const volatile void *p)
{
	struct kshim_fibre *f;
	struct kshim_map *m;
	u64 off;

	kshim_touch();
	f = kshim ? kshim->cur : NULL;
	if (!f)
		return;
	list_for_each_entry(m, &kshim->dma.coherent, coherent) {
		off = (u64)((const volatile u8 *)p - (u8 *)m->va);
		if (off >= m->len)
			continue;
		if (m->word[off / 4] <= f->floor)
			return;
		/* Of the write that is being made: it may be the word of before, which orders nothing. */
		if (kshim->host_mid && m->word[off / 4] == kshim->dma.writes)
			return;
		if (f->fresh && f->fresh != p)
			kshim_fail("dma-order", m->site, "the CPU loads a word and then, with no rmb() or dma_rmb() between, the "
				   "one at offset %llu of coherent memory, both written by the card since the last; allocated",
				   off);
		f->fresh = p;
		return;
	}
}

void *coherent_read(struct kshim_map *m, u64 off, u32 len)
{
	if (!m->seen)
		return (u8 *)m->va + off;
	if (m->card_wrote && !m->card_read)
		memcpy(m->seen, m->va, m->len);
	m->card_read = true;
	memcpy(m->seen + m->wrote, (u8 *)m->va + m->wrote, m->wrote_end - m->wrote);
	if (memcmp(m->seen + off, (u8 *)m->va + off, len))
		kshim_fail("dma-order", m->site, "the card reads %u bytes at offset %llu of coherent memory, which the CPU "
			   "wrote with no wmb(), dma_wmb() or writel() since; allocated", len, off);
	return m->seen + off;
}

static void coherent_release(void *data)
{
	struct kshim_map *m = data;

	kshim_dma_free(m->dev, m->len, m->va, m->range[0].iova, m->site);
}

void *kshim_dma_alloc(struct device *dev, size_t len, dma_addr_t *a, gfp_t gfp, bool managed,
		      const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct map_range *r;
	struct kshim_map *m;
	bool ok = false, buffered;
	void *va;
	u8 *seen;
	u64 at, *word;

	if (gfp & (GFP_KERNEL & ~GFP_ATOMIC))
		kshim_might_sleep("dma_alloc_coherent", site);
	if (!dma_usable(dev, DMA_BIDIRECTIONAL, "dma_alloc_coherent", site) || !len ||
	    kshim_should_fail("dma_alloc_coherent"))
		return NULL;
	/* Whole pages, as in a kernel: what else lay there would be the card's too. */
	if (posix_memalign(&va, PAGE_SIZE, PAGE_ALIGN(len)))
		return NULL;
	buffered = s->dma.buffered + PAGE_ALIGN(len) <= BUFFERED_BYTES;
	seen = buffered ? calloc(1, len) : NULL;
	word = buffered ? calloc(len / 4 + 1, sizeof(*word)) : NULL;
	at = reach_coherent(s, dev, len, &ok);
	if (!ok || (buffered && (!seen || !word))) {
		free(word);
		free(seen);
		free(va);
		return NULL;
	}
	memset(va, 0, len);
	ASAN_POISON_MEMORY_REGION(va, PAGE_ALIGN(len));
	ASAN_UNPOISON_MEMORY_REGION(va, len);
	m = dma_new(MAP_COHERENT, DMA_BIDIRECTIONAL, dev, len, 1, site);
	m->va = va;
	m->seen = seen;
	m->word = word;
	m->err_checked = true;
	r = dma_range_add(m, len);
	if (dma_piece_add(r, va, len))
		abort();
	r->iova = at;
	dma_range_place(s, m, r);
	dma_insert(s, m);
	INIT_LIST_HEAD(&m->coherent);
	if (buffered) {
		list_add_tail(&m->coherent, &s->dma.coherent);
		s->dma.buffered += PAGE_ALIGN(len);
	}
	*a = at;
	if (managed)
		kshim_devres_add(dev, coherent_release, m);
	return va;
}

void kshim_dma_free(struct device *dev, size_t len, void *va, dma_addr_t a, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct map_range *r;
	struct kshim_map *m;

	if (kshim->cur && kshim->cur->irqs_off)
		kshim_fail("C13", site, "dma_free_coherent() with interrupts off");
	if (!va)
		return;
	if (!dma_usable(dev, DMA_BIDIRECTIONAL, "dma_free_coherent", site))
		return;
	r = dma_find(s, a);
	m = r ? r->map : NULL;
	if (!m || r->iova != a) {
		kshim_fail("C1", site, "device driver tries to free DMA memory it has not allocated "
			   "[device address=%#llx] [size=%zu bytes]", a, len);
		return;
	}
	if (m->kind != MAP_COHERENT) {
		kshim_fail("C2", site, "device driver frees DMA memory with wrong function [unmapped as coherent]");
		return;
	}
	if (m->len != len)
		kshim_fail("C2", site, "device driver frees DMA memory with different size [map size=%llu bytes] "
			   "[unmap size=%zu bytes]", m->len, len);
	if (m->va != va) {
		kshim_fail("C2", site, "device driver frees DMA memory with different CPU address");
		va = m->va;
	}
	if (m->seen)
		s->dma.buffered -= PAGE_ALIGN(m->len);
	list_del(&m->coherent);
	free(m->seen);
	free(m->word);
	ASAN_UNPOISON_MEMORY_REGION(va, PAGE_ALIGN(m->len));
	dma_remove(s, m, site);
	free(va);
}

/* ---- pools: each block a coherent block of its own, so that an overrun is seen ---- */

struct pool_block { struct list_head node; void *va; dma_addr_t a; };
struct dma_pool {
	char name[32];
	struct device *dev;
	size_t size, align;
	struct list_head blocks;
	const struct kshim_site *site;
};

struct dma_pool *kshim_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				   size_t boundary, const struct kshim_site *site)
{
	struct dma_pool *p;

	if (!size || (align && !is_power_of_2(align)) || align > PAGE_SIZE || (boundary && boundary < size) ||
	    kshim_should_fail("dma_pool_create"))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	strscpy(p->name, name, sizeof(p->name));
	p->dev = dev;
	p->size = size;
	p->align = align;
	p->site = site;
	INIT_LIST_HEAD(&p->blocks);
	kshim_res_add(RES_POOL, p, size, true, site);
	return p;
}

void dma_pool_destroy(struct dma_pool *p)
{
	struct pool_block *b, *n;

	if (!p)
		return;
	if (!list_empty(&p->blocks))
		kshim_fail("C5", p->site, "dma_pool_destroy() of %s, which has blocks in use", p->name);
	list_for_each_entry_safe(b, n, &p->blocks, node)
		dma_pool_free(p, b->va, b->a);
	kshim_res_del(RES_POOL, p);
	free(p);
}

void *kshim_pool_alloc(struct dma_pool *p, gfp_t gfp, dma_addr_t *a, const struct kshim_site *site)
{
	struct pool_block *b = malloc(sizeof(*b));
	void *va = b ? kshim_dma_alloc(p->dev, p->size, a, gfp, false, site) : NULL;

	if (!va) {
		free(b);
		return NULL;
	}
	if (!(gfp & __GFP_ZERO))
		memset(va, 0x5a, p->size);
	b->va = va;
	b->a = *a;
	list_add_tail(&b->node, &p->blocks);
	return va;
}

void dma_pool_free(struct dma_pool *p, void *va, dma_addr_t a)
{
	struct pool_block *b;

	list_for_each_entry(b, &p->blocks, node) {
		if (b->va != va || b->a != a)
			continue;
		list_del(&b->node);
		free(b);
		kshim_dma_free(p->dev, p->size, va, a, p->site);
		return;
	}
	kshim_fail("C1", p->site, "dma_pool_free() of what is not in pool %s", p->name);
}
