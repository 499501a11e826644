// SPDX-License-Identifier: BSD-2-Clause
/*
 * Kernel memory. Every block has pages of this machine to itself, so that its
 * in-page offset can follow the seed, and its bytes outside the block are
 * poisoned under AddressSanitizer.
 */
#include "internal.h"

#define FILL 0x5a /* what kmalloc() memory holds before it is written */

/* ---- pages of this machine ---- */

struct vpn_entry *kshim_vpn(struct shim *s, u64 vpn, bool make)
{
	struct vpn_entry **b = &s->vpn[(vpn * 0x9e3779b97f4a7c15ull) >> 52], *e;

	for (e = *b; e; e = e->next)
		if (e->vpn == vpn)
			return e;
	if (!make)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	e->vpn = vpn;
	e->next = *b;
	*b = e;
	return e;
}

void kshim_vpn_put(struct shim *s, u64 vpn)
{
	struct vpn_entry **p = &s->vpn[(vpn * 0x9e3779b97f4a7c15ull) >> 52], *e;

	for (; (e = *p); p = &e->next) {
		if (e->vpn != vpn)
			continue;
		if (!e->block && !e->user) {
			*p = e->next;
			free(e);
		}
		return;
	}
}

struct kshim_block *kshim_block_of(const void *va)
{
	struct vpn_entry *e = kshim_vpn(kshim, (unsigned long)va >> PAGE_SHIFT, false);

	return e ? e->block : NULL;
}

static void block_pages(struct shim *s, struct kshim_block *b, bool add)
{
	u64 first = (unsigned long)b->raw >> PAGE_SHIFT, i;

	for (i = 0; i < b->span >> PAGE_SHIFT; i++) {
		kshim_vpn(s, first + i, true)->block = add ? b : NULL;
		if (!add)
			kshim_vpn_put(s, first + i);
	}
}

/* ---- blocks ---- */

/* As kmalloc(): a power of two is aligned to itself, anything else to 8. Where in the page it lies, the seed says. */
static size_t block_offset(struct shim *s, size_t size, enum kshim_mem kind)
{
	size_t align = is_power_of_2(size) ? max_t(size_t, size, 8) : 8;

	if (kind != KSHIM_KMALLOC || size >= PAGE_SIZE)
		return 0;
	return (size_t)cw_rng_below(&s->alloc, (PAGE_SIZE - size) / align + 1) * align;
}

static struct kshim_block *block_new(struct shim *s, size_t size, enum kshim_mem kind, const struct kshim_site *site)
{
	struct kshim_block *b = calloc(1, sizeof(*b));
	size_t off = block_offset(s, size, kind);

	if (!b)
		return NULL;
	b->size = size;
	b->span = ALIGN(off + max_t(size_t, size, 1), PAGE_SIZE);
	b->kind = kind;
	if (posix_memalign(&b->raw, PAGE_SIZE, b->span)) {
		free(b);
		return NULL;
	}
	b->va = (u8 *)b->raw + off;
	memset(b->va, FILL, size);
	ASAN_POISON_MEMORY_REGION(b->raw, b->span);
	ASAN_UNPOISON_MEMORY_REGION(b->va, size);
	kshim_res_link(s, &b->res, RES_MEM, b->va, size, site);
	block_pages(s, b, true);
	s->stats.allocations++;
	return b;
}

void kshim_block_free(struct kshim_block *b)
{
	struct shim *s = kshim;

	block_pages(s, b, false);
	list_del(&b->res.node);
	ASAN_UNPOISON_MEMORY_REGION(b->raw, b->span);
	free(b->raw);
	free(b->pages);
	free(b);
	s->stats.allocations--;
}

static void gfp_check(gfp_t gfp, const char *what, const struct kshim_site *site)
{
	if (gfp & (GFP_KERNEL & ~GFP_ATOMIC))
		kshim_might_sleep(what, site);
	kshim_point(COST_CALL);
}

void *kshim_alloc(size_t size, gfp_t gfp, enum kshim_mem kind, const struct kshim_site *site)
{
	struct shim *s = kshim;
	const char *what = kind == KSHIM_VMALLOC ? "kvmalloc" : "kmalloc";
	struct kshim_block *b;

	gfp_check(gfp, what, site);
	if (kshim_should_fail(what))
		return NULL;
	if (kind == KSHIM_KMALLOC && size > KMALLOC_MAX_SIZE) {
		if (!(gfp & __GFP_NOWARN))
			kshim_fail("alloc-size", site, "kmalloc() of %zu bytes can never succeed", size);
		return NULL;
	}
	if (size > (1ul << 32))
		return NULL;
	b = block_new(s, size, kind, site);
	if (!b)
		return NULL;
	if (gfp & __GFP_ZERO)
		memset(b->va, 0, size);
	return b->va;
}

/* What must not happen to memory that goes away. */
void kshim_free_check(struct kshim_block *b)
{
	struct kshim_map *map = dma_over(kshim, b->va, b->size);
	const struct kshim_site *site = NULL;

	if (kshim_timers_in(b->va, b->size, &site))
		kshim_fail("timer", site, "memory with a pending timer is freed; set up");
	if (kshim_work_in(b->va, b->size, &site))
		kshim_fail("work", site, "memory with a queued or running work item is freed; set up");
	if (map) {
		map->freed = true;
		kshim_fail("C12", map->site, "memory that is mapped for the card is freed; mapped");
	}
}

static void block_release(const void *p, const char *what)
{
	struct kshim_block *b;

	if (IS_ERR_OR_NULL(p)) {
		if (p)
			kshim_fail("kfree", NULL, "%s() of an error pointer", what);
		return;
	}
	b = kshim_block_of(p);
	if (!b || b->va != p || b->kind == KSHIM_PAGES) {
		kshim_fail("kfree", b ? b->res.site : NULL, "%s() of what %s", what,
			   b ? "is inside a block, allocated" : "was not allocated, or was freed before");
		return;
	}
	kshim_free_check(b);
	kshim_block_free(b);
}

void kfree(const void *p)
{
	block_release(p, "kfree");
	kshim_point(COST_LOCK);
}

void kvfree(const void *p)
{
	block_release(p, "kvfree");
	kshim_point(COST_LOCK);
}

void vfree(const void *p)
{
	kvfree(p);
}

void kfree_sensitive(const void *p)
{
	if (p)
		memset((void *)p, 0, ksize(p));
	kfree(p);
}

size_t ksize(const void *p)
{
	struct kshim_block *b = p ? kshim_block_of(p) : NULL;

	return b ? b->size : 0;
}

void *kshim_realloc(const void *p, size_t size, gfp_t gfp, const struct kshim_site *site)
{
	void *n = kshim_alloc(size, gfp, KSHIM_KMALLOC, site);

	if (n && p) {
		memcpy(n, p, min(size, ksize(p)));
		kfree(p);
	}
	return n;
}

void *kshim_memdup(const void *p, size_t size, gfp_t gfp, const struct kshim_site *site)
{
	void *n = kshim_alloc(size, gfp, KSHIM_KMALLOC, site);

	return n ? memcpy(n, p, size) : NULL;
}

char *kshim_strdup(const char *str, gfp_t gfp, const struct kshim_site *site)
{
	return str ? kshim_memdup(str, strlen(str) + 1, gfp, site) : NULL;
}

char *kshim_asprintf(const struct kshim_site *site, gfp_t gfp, const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, fmt);
	kshim_vformat(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return kshim_strdup(buf, gfp, site);
}

void *kshim_memdup_user(const void *p, size_t size, const struct kshim_site *site)
{
	void *n = kshim_alloc(size, GFP_KERNEL, KSHIM_KMALLOC, site);

	if (!n)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(n, p, size)) {
		kfree(n);
		return ERR_PTR(-EFAULT);
	}
	return n;
}

/* ---- slab caches ---- */

struct kmem_cache *kshim_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *),
				      const struct kshim_site *site)
{
	struct kmem_cache *c = kshim_should_fail("kmem_cache_create") ? NULL : calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->name = name;
	c->size = size;
	c->align = align;
	c->ctor = ctor;
	kshim_res_add(RES_CACHE, c, size, false, site);
	return c;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	if (!c)
		return;
	kshim_res_del(RES_CACHE, c);
	free(c);
}

void *kshim_cache_alloc(struct kmem_cache *c, gfp_t gfp, const struct kshim_site *site)
{
	void *p = kshim_alloc(c->align > 8 ? ALIGN(c->size, c->align) : c->size, gfp, KSHIM_KMALLOC, site);

	if (p && c->ctor)
		c->ctor(p);
	return p;
}

void kmem_cache_free(struct kmem_cache *c, void *p)
{
	(void)c;
	kfree(p);
}
