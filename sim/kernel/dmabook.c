// SPDX-License-Identifier: BSD-2-Clause
/*
 * The book of DMA mappings, and the card's view through it: one look-up, by
 * the byte. Without an IOMMU the same page may be mapped several times, so
 * ranges may lie over one another.
 */
#include "internal.h"

/* ---- mappings ---- */

/* Of up to `ranges` ranges. */
struct kshim_map *dma_new(enum map_kind kind, enum dma_data_direction dir, struct device *dev, u64 len,
			  unsigned int ranges, const struct kshim_site *site)
{
	struct kshim_map *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->range = calloc(ranges, sizeof(*m->range));
	if (!m->range)
		abort();
	m->kind = kind;
	m->dir = dir;
	m->dev = dev;
	m->len = len;
	m->site = site;
	return m;
}

/* Its address is the caller's to set; then dma_range_place(). */
struct map_range *dma_range_add(struct kshim_map *m, u64 len)
{
	m->range[m->range_n].len = len;
	return &m->range[m->range_n++];
}

/* Memory behind the next bytes of the range; neighbours in this machine become one piece. */
int dma_piece_add(struct map_range *r, void *va, u64 len)
{
	struct map_piece *p = r->piece_n ? &r->piece[r->piece_n - 1] : NULL;
	u64 off = p ? p->off + p->len : 0;

	if (p && p->va + p->len == (u8 *)va) {
		p->len += len;
		return 0;
	}
	if (is_power_of_2(r->piece_n) || !r->piece_n) {
		p = realloc(r->piece, max(2 * r->piece_n, 1u) * sizeof(*p));
		if (!p)
			return -ENOMEM;
		r->piece = p;
	}
	r->piece[r->piece_n++] = (struct map_piece){ .va = va, .off = off, .len = len };
	return 0;
}

/* ---- the sorted book ---- */

/* The number of ranges that start at or below iova. */
static unsigned int book_pos(struct kshim_dma *d, u64 iova)
{
	unsigned int lo = 0, hi = d->n;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (d->sorted[mid]->iova <= iova)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void book_add(struct kshim_dma *d, struct map_range *r)
{
	unsigned int i = book_pos(d, r->iova);

	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 64;
		d->sorted = realloc(d->sorted, d->cap * sizeof(*d->sorted));
		if (!d->sorted)
			abort();
	}
	memmove(&d->sorted[i + 1], &d->sorted[i], (d->n - i) * sizeof(*d->sorted));
	d->sorted[i] = r;
	d->n++;
	d->longest = max(d->longest, r->len);
}

static void book_del(struct kshim_dma *d, struct map_range *r)
{
	unsigned int i = book_pos(d, r->iova);

	while (i-- > 0 && d->sorted[i] != r)
		;
	memmove(&d->sorted[i], &d->sorted[i + 1], (d->n - i - 1) * sizeof(*d->sorted));
	d->n--;
}

/* From here on its addresses are taken. */
void dma_range_place(struct shim *s, struct kshim_map *m, struct map_range *r)
{
	r->map = m;
	book_add(&s->dma, r);
}

void dma_drop(struct kshim_map *m)
{
	struct map_range *r;
	unsigned int j;

	for (r = m->range; r < m->range + m->range_n; r++) {
		if (r->map)
			book_del(&kshim->dma, r);
		if (r->slots)
			reach_release(kshim, r);
		for (j = 0; j < r->piece_n; j++) {
			free(r->piece[j].was);
			free(r->piece[j].card);
			free(r->piece[j].owner);
		}
		free(r->piece);
	}
	free(m->range);
	free(m);
}

int dma_insert(struct shim *s, struct kshim_map *m)
{
	list_add_tail(&m->node, &s->dma.maps);
	s->stats.mappings++;
	s->stats.live_mappings++;
	if (m->kind == MAP_COHERENT)
		s->stats.coherent++;
	else
		dma_own(s, m);
	return 0;
}

/* Ends the mapping; its addresses are remembered, so that a late access can be explained. */
void dma_remove(struct shim *s, struct kshim_map *m, const struct kshim_site *site)
{
	struct kshim_dma *d = &s->dma;
	unsigned int i;

	dma_hand_over_all(m, true, site);
	for (i = 0; i < m->range_n; i++) {
		struct map_range *r = &m->range[i];

		d->dead[d->dead_n++ % DEAD_N] = (struct dead_range){ r->iova, r->len, site, kshim_now(s) };
	}
	d->hit = NULL;
	d->epoch++;
	list_del(&m->node);
	s->stats.unmappings++;
	s->stats.live_mappings--;
	dma_drop(m);
}

static bool covers(const struct map_range *r, u64 iova, u64 len)
{
	return iova >= r->iova && len <= r->len && iova - r->iova <= r->len - len;
}

/* A range that holds all of [iova, iova + len), of the wanted direction if there is one. */
static struct map_range *book_find(struct kshim_dma *d, u64 iova, u64 len, int dir)
{
	struct map_range *any = NULL;
	unsigned int i = book_pos(d, iova);

	while (i-- > 0 && iova - d->sorted[i]->iova < d->longest) {
		struct map_range *r = d->sorted[i];

		if (!covers(r, iova, len))
			continue;
		if (dir < 0 || r->map->dir == DMA_BIDIRECTIONAL || (int)r->map->dir == dir)
			return r;
		any = r;
	}
	return any;
}

struct map_range *dma_find(struct shim *s, u64 iova)
{
	return book_find(&s->dma, iova, 1, -1);
}

struct kshim_map *dma_over(struct shim *s, const void *va, size_t len)
{
	const u8 *at = va;
	struct kshim_map *m;
	unsigned int i, j;

	list_for_each_entry(m, &s->dma.maps, node)
		for (i = 0; i < m->range_n; i++)
			for (j = 0; j < m->range[i].piece_n; j++) {
				const struct map_piece *p = &m->range[i].piece[j];

				if (p->va < at + len && at < p->va + p->len)
					return m;
			}
	return NULL;
}

/* ---- the card's accesses ---- */

/* User pages must be marked dirty when they are unpinned, or what the card wrote may be lost. */
static void note_written(struct shim *s, const u8 *va, u32 len)
{
	unsigned long vpn = (unsigned long)va >> PAGE_SHIFT, last = (unsigned long)(va + len - 1) >> PAGE_SHIFT;
	struct vpn_entry *e;

	for (; vpn <= last; vpn++) {
		e = kshim_vpn(s, vpn, false);
		if (e && e->user)
			e->user->card_wrote = true;
	}
}

static const struct dead_range *dead_find(struct kshim_dma *d, u64 iova)
{
	unsigned int i;

	for (i = 0; i < DEAD_N && i < d->dead_n; i++) {
		const struct dead_range *r = &d->dead[(d->dead_n - 1 - i) % DEAD_N];

		if (iova >= r->iova && iova - r->iova < r->len)
			return r;
	}
	return NULL;
}

static void why_unmapped(struct shim *s, u64 iova, u32 len)
{
	struct kshim_dma *d = &s->dma;
	const struct dead_range *dead = dead_find(d, iova);
	struct map_range *r = dma_find(s, iova);
	unsigned int i = book_pos(d, iova);
	u64 before = i ? d->sorted[i - 1]->iova + d->sorted[i - 1]->len : 0;

	if (r)
		scnprintf(d->why, sizeof(d->why), "it runs %llu bytes past the end of the mapping made in %s (%s:%d)",
			  iova + len - r->iova - r->len, r->map->site->func, r->map->site->file, r->map->site->line);
	else if (dead)
		scnprintf(d->why, sizeof(d->why), "use after unmap, %llu ns after it, in %s (%s:%d)",
			  (kshim_now(s) - dead->when) / PS_PER_NS, dead->site ? dead->site->func : "?",
			  dead->site ? dead->site->file : "?", dead->site ? dead->site->line : 0);
	else if (i && iova - before < 2 * PAGE_SIZE)
		scnprintf(d->why, sizeof(d->why), "guard page: %llu bytes behind a mapping of %llu bytes made in %s",
			  iova - before, d->sorted[i - 1]->len, d->sorted[i - 1]->map->site->func);
	else if (i < d->n && d->sorted[i]->iova - iova <= 2 * PAGE_SIZE)
		scnprintf(d->why, sizeof(d->why), "guard page: %llu bytes before a mapping made in %s",
			  d->sorted[i]->iova - iova, d->sorted[i]->map->site->func);
	else
		scnprintf(d->why, sizeof(d->why), "never mapped");
}

static void *fault(struct shim *s, u64 iova, u32 len, bool writes, const char **why)
{
	s->stats.faults++;
	kshim_fail("C9", NULL, "DMA %s fault at %#llx, %u bytes: %s", writes ? "write" : "read", iova, len, s->dma.why);
	if (why)
		*why = s->dma.why;
	return NULL;
}

static struct map_piece *piece_at(struct map_range *r, u64 off)
{
	unsigned int lo = 0, hi = r->piece_n - 1;

	while (lo < hi) {
		unsigned int mid = (lo + hi + 1) / 2;

		if (r->piece[mid].off <= off)
			lo = mid;
		else
			hi = mid - 1;
	}
	return &r->piece[lo];
}

void *kshim_dma_lookup(struct shim *s, u64 iova, u32 len, bool writes, u32 *chunk, const char **why)
{
	struct kshim_dma *d = &s->dma;
	int want = writes ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	struct map_range *r = d->hit;
	struct map_piece *p;
	u64 off;

	len = max(len, 1u); /* a zero-length read touches no byte, but names an address */
	if (s->gone) {
		scnprintf(d->why, sizeof(d->why), "the card was removed");
		*why = d->why;
		return NULL;
	}
	if (!r || !covers(r, iova, len) || (r->map->dir != DMA_BIDIRECTIONAL && (int)r->map->dir != want))
		r = book_find(d, iova, len, want);
	if (!r) {
		why_unmapped(s, iova, len);
		return fault(s, iova, len, writes, why);
	}
	if (r->map->dir != DMA_BIDIRECTIONAL && (int)r->map->dir != want) {
		scnprintf(d->why, sizeof(d->why), "direction: mapped %s in %s (%s:%d)",
			  writes ? "DMA_TO_DEVICE" : "DMA_FROM_DEVICE", r->map->site->func, r->map->site->file,
			  r->map->site->line);
		return fault(s, iova, len, writes, why);
	}
	if (!r->map->err_checked && !r->map->told_c3) {
		r->map->told_c3 = true;
		kshim_fail("C3", r->map->site, "the device uses a mapping that dma_mapping_error() was not asked about");
	}
	d->hit = r;
	off = iova - r->iova;
	p = piece_at(r, off);
	*chunk = (u32)min_t(u64, len, p->off + p->len - off);
	if (r->map->kind == MAP_COHERENT)
		return writes ? coherent_write(r->map, off, *chunk) : coherent_read(r->map, off, *chunk);
	if (writes)
		note_written(s, p->va + (off - p->off), *chunk);
	return dma_card_side(r->map, p, off - p->off, *chunk, writes);
}

/* Rings live in coherent memory, data does not. */
bool kshim_dma_is_record(struct shim *s, u64 iova)
{
	struct map_range *r = dma_find(s, iova);

	return r && r->map->kind == MAP_COHERENT;
}

/* ---- life ---- */

void kshim_dma_init(struct shim *s)
{
	INIT_LIST_HEAD(&s->dma.maps);
	INIT_LIST_HEAD(&s->dma.coherent);
	reach_init(s);
}

void kshim_dma_leaks(struct shim *s)
{
	static const char *const name[] = { "dma_map_single", "dma_map_page", "dma_map_sg", "dma_alloc_coherent", "" };
	struct kshim_map *m;

	list_for_each_entry(m, &s->dma.maps, node)
		kshim_fail("C5", m->site, "device driver has pending DMA allocations while released from device: "
			   "%s of %llu bytes, made", name[m->kind], m->len);
}

void kshim_dma_exit(struct shim *s)
{
	struct kshim_map *m, *n;

	list_for_each_entry_safe(m, n, &s->dma.maps, node) {
		free(m->va);
		free(m->seen);
		free(m->word);
		dma_drop(m);
	}
	free(s->dma.sorted);
	reach_exit(s);
}
