// SPDX-License-Identifier: BSD-2-Clause
/* Pages: those of kernel blocks, those of user memory that are pinned, and their fake physical numbers. */
#include "internal.h"

#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/*
 * Physical memory is runs of 512 pages from 1 GiB on, to the machine's end. Runs are used in an
 * order that jumps about, and a number is not used twice before all were, so that an address kept too
 * long is not somebody else's.
 */
#define RUN_PAGES 512u
#define BIG_PFN (1ull << 25) /* 128 GiB */

u64 kshim_pfn_alloc(struct shim *s, unsigned int n, bool contiguous)
{
	u64 pfn;

	/* User pages: neighbours now and then, as fragmented memory has them. */
	if (!contiguous && s->pfn_left > 2 && !cw_rng_one_in(&s->alloc, 4)) {
		u64 skip = cw_rng_below(&s->alloc, 2) ? 1 + cw_rng_below(&s->alloc, 2) : 0;

		s->pfn_next += skip;
		s->pfn_left -= skip;
	}
	if (s->pfn_left < n) {
		u64 runs = reach_runs(s), run = (s->pfn_run++ * 20507u + s->p.seed % runs) % runs;

		s->pfn_next = (1u << 20) / 4 + run * RUN_PAGES;
		s->pfn_left = RUN_PAGES;
		/* A block longer than a run lies behind all memory. */
		if (n > RUN_PAGES) {
			s->pfn_next = BIG_PFN + s->pfn_big;
			s->pfn_left = n;
			s->pfn_big += n;
		}
	}
	pfn = s->pfn_next;
	s->pfn_next += n;
	s->pfn_left -= n;
	return pfn;
}

/* ---- pages of a block ---- */

static struct page *block_page(struct kshim_block *b, const void *va)
{
	u64 first = (unsigned long)b->raw >> PAGE_SHIFT;
	unsigned int i;

	if (!b->pages) {
		b->page_n = (unsigned int)(b->span >> PAGE_SHIFT);
		b->pages = calloc(b->page_n, sizeof(*b->pages));
		if (!b->pages)
			abort();
		for (i = 0; i < b->page_n; i++) {
			b->pages[i].va = (u8 *)b->raw + i * PAGE_SIZE;
			b->pages[i].refs = 1;
		}
	}
	return &b->pages[((unsigned long)va >> PAGE_SHIFT) - first];
}

/* vmalloc() memory is not contiguous physically, all other is. */
static void block_number(struct kshim_block *b)
{
	unsigned int i;
	u64 pfn;

	if (b->pages[0].pfn)
		return;
	pfn = b->kind == KSHIM_VMALLOC ? 0 : kshim_pfn_alloc(kshim, b->page_n, true);
	for (i = 0; i < b->page_n; i++)
		b->pages[i].pfn = pfn ? pfn + i : kshim_pfn_alloc(kshim, 1, false);
}

static struct page *page_numbered(const void *va)
{
	struct kshim_block *b = kshim_block_of(va);
	struct page *p;

	if (!b)
		return NULL;
	p = block_page(b, va);
	block_number(b);
	return p;
}

struct page *virt_to_page(const void *va)
{
	struct kshim_block *b = kshim_block_of(va);

	if (!b || b->kind == KSHIM_VMALLOC) {
		kshim_fail("C6", NULL, "virt_to_page() of what is not kmalloc or page memory");
		return NULL;
	}
	return page_numbered(va);
}

struct page *vmalloc_to_page(const void *va)
{
	return page_numbered(va);
}

bool is_vmalloc_addr(const void *va)
{
	struct kshim_block *b = kshim_block_of(va);

	return b && b->kind == KSHIM_VMALLOC;
}

void *page_address(const struct page *p)
{
	if (p->user)
		kshim_fail("user-page", p->site, "page_address() of a user page: map it with kmap_local_page(); pinned");
	return p->va;
}

/* Any page; mappings end in the reverse order, and before the call that made them. */
void *kshim_kmap(struct page *p)
{
	if (kshim->cur)
		kshim->cur->kmaps++;
	return p->va;
}

void kshim_kunmap(const void *va)
{
	(void)va;
	if (kshim->cur && !kshim->cur->kmaps--) {
		kshim->cur->kmaps = 0;
		kshim_fail("kmap", NULL, "kunmap_local() without kmap_local_page()");
	}
}

u64 page_to_pfn(struct page *p)
{
	if (!p->pfn) {
		if (p->user)
			p->pfn = kshim_pfn_alloc(kshim, 1, false);
		else
			page_numbered(p->va);
	}
	return p->pfn;
}

phys_addr_t page_to_phys(struct page *p)
{
	return page_to_pfn(p) << PAGE_SHIFT;
}

phys_addr_t virt_to_phys(const void *va)
{
	struct page *p = virt_to_page(va);

	return p ? page_to_phys(p) + offset_in_page(va) : 0;
}

struct page *kshim_alloc_pages(gfp_t gfp, unsigned int order, const struct kshim_site *site)
{
	void *va = kshim_alloc(PAGE_SIZE << order, gfp, KSHIM_PAGES, site);

	return va ? page_numbered(va) : NULL;
}

void __free_pages(struct page *p, unsigned int order)
{
	struct kshim_block *b = p ? kshim_block_of(p->va) : NULL;

	if (!p)
		return;
	if (!b || b->kind != KSHIM_PAGES || b->va != p->va || b->size != PAGE_SIZE << order) {
		kshim_fail("kfree", NULL, "__free_pages() of order %u that was not allocated so", order);
		return;
	}
	kshim_free_check(b);
	kshim_block_free(b);
}

void free_pages(unsigned long va, unsigned int order)
{
	if (va)
		__free_pages(virt_to_page((void *)va), order);
}

void get_page(struct page *p)
{
	p->refs++;
}

void put_page(struct page *p)
{
	if (--p->refs == 0 && !p->user)
		__free_pages(p, 0);
}

int page_ref_count(const struct page *p)
{
	return p->refs;
}

int set_page_dirty_lock(struct page *p)
{
	kshim_might_sleep("set_page_dirty_lock", NULL);
	p->dirty = true;
	p->card_wrote = false;
	return 1;
}

/* ---- user pages ---- */

/* What a page fault would say about the whole range: one system call. Where the
 * kernel is too old for it, a byte a page through a pipe, which gives EFAULT instead of a signal. */
static int access_by_pipe(unsigned long start, size_t len)
{
	int fd[2], ret = 0;
	size_t off;
	char c;

	if (pipe(fd))
		return -EFAULT;
	for (off = 0; off < len && !ret; off += PAGE_SIZE)
		if (write(fd[1], (void *)(start + off), 1) != 1 || read(fd[0], &c, 1) != 1)
			ret = -EFAULT;
	close(fd[0]);
	close(fd[1]);
	return ret;
}

int kshim_user_access(unsigned long start, size_t len, bool write)
{
	if (!access_ok(start, len))
		return -EFAULT;
	if (!madvise((void *)start, len, write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -EFAULT;
	/* EINVAL: no permission, or an old kernel. Asking about our own stack tells which. */
	if (!madvise((void *)((unsigned long)&start & PAGE_MASK), PAGE_SIZE, MADV_POPULATE_READ))
		return -EFAULT;
	return access_by_pipe(start, len);
}

static struct page *user_page(struct shim *s, unsigned long va, const struct kshim_site *site)
{
	struct vpn_entry *e = kshim_vpn(s, va >> PAGE_SHIFT, true);

	if (e->block) /* a kernel address */
		return NULL;
	if (!e->user) {
		e->user = calloc(1, sizeof(*e->user));
		if (!e->user)
			abort();
		e->user->va = (void *)va;
		e->user->user = true;
		e->user->site = site;
	}
	return e->user;
}

static int pin_one(struct shim *s, unsigned long va, struct page **page, const struct kshim_site *site)
{
	struct page *p = user_page(s, va, site);

	if (!p)
		return -EFAULT;
	p->pins++;
	p->refs++;
	s->stats.pinned_pages++;
	*page = p;
	return 0;
}

/* Pages from the first on until one cannot be had; an error only if that is the first. */
int kshim_pin(unsigned long start, int n, unsigned int flags, struct page **pages, const struct kshim_site *site)
{
	struct shim *s = kshim;
	bool write = flags & FOLL_WRITE, all;
	int i;

	kshim_might_sleep("pin_user_pages_fast", site);
	kshim_point(COST_CALL + (u64)(n > 0 ? n : 0) * COST_PAGE);
	if (s->p.pin_ns)
		kshim_sleep_ns(s->p.pin_ns, s->p.pin_ns, "pin_user_pages_fast", site);
	if (n <= 0 || kshim_should_fail("pin_user_pages_fast"))
		return n <= 0 ? -EINVAL : -ENOMEM;
	start &= PAGE_MASK;
	all = !kshim_user_access(start, (size_t)n << PAGE_SHIFT, write);
	for (i = 0; i < n; i++) {
		unsigned long va = start + (unsigned long)i * PAGE_SIZE;

		if ((!all && kshim_user_access(va, PAGE_SIZE, write)) || pin_one(s, va, &pages[i], site))
			return i ? i : -EFAULT;
	}
	return n;
}

void unpin_user_page(struct page *p)
{
	struct shim *s = kshim;
	u64 vpn = (unsigned long)p->va >> PAGE_SHIFT;

	if (!p->user || p->pins <= 0) {
		kshim_fail("pin", p->site, "unpin_user_page() of a page that is not pinned");
		return;
	}
	s->stats.pinned_pages--;
	p->refs--;
	if (--p->pins)
		return;
	if (dma_over(s, p->va, PAGE_SIZE))
		kshim_fail("C12", p->site, "unpin_user_page() of a page that is mapped for the card, pinned");
	if (p->card_wrote)
		kshim_fail("dirty", p->site, "the card wrote to a page that is unpinned without being marked dirty, pinned");
	kshim_vpn(s, vpn, true)->user = NULL;
	kshim_vpn_put(s, vpn);
	free(p);
}

void unpin_user_pages(struct page **pages, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		unpin_user_page(pages[i]);
	kshim_point(COST_CALL + n * COST_PAGE / 4);
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long n, bool dirty)
{
	unsigned long i;

	if (dirty)
		kshim_might_sleep("unpin_user_pages_dirty_lock", NULL);
	for (i = 0; dirty && i < n; i++)
		pages[i]->card_wrote = false;
	unpin_user_pages(pages, n);
}

int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc)
{
	if (!inc && mm->locked_vm < pages)
		kshim_fail("pin", NULL, "account_locked_vm() gives back more than it took");
	mm->locked_vm = inc ? mm->locked_vm + pages : mm->locked_vm - min(pages, mm->locked_vm);
	return 0;
}

void kshim_pages_leak(struct shim *s)
{
	const struct kshim_site *site = NULL;
	struct vpn_entry *e;
	u64 n = 0;
	int i;

	for (i = 0; i < VPN_BUCKETS && s->stats.pinned_pages; i++)
		for (e = s->vpn[i]; e; e = e->next)
			if (e->user && e->user->pins) {
				site = e->user->site;
				n += (u64)e->user->pins;
			}
	if (n)
		kshim_fail("C5", site, "%llu user pages are still pinned, taken", n);
}
