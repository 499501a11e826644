/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: allocation, pages, user memory.
 *
 * Stricter than the kernel: kmalloc() memory is filled with a pattern, freed
 * memory is gone (AddressSanitizer sees a later use), a freed block must not
 * hold a live timer, work item or mapping, and whatever is left at unload is a leak.
 * The in-page offset of a block follows the seed, never this machine's heap.
 */
#ifndef KSHIM_MM_H
#define KSHIM_MM_H

#include "kshim_wait.h"
#pragma GCC system_header

#define GFP_KERNEL 0x400u
#define GFP_ATOMIC 0x20u
#define GFP_NOWAIT 0x800u
#define GFP_NOIO 0x401u
#define GFP_DMA 1u
#define GFP_DMA32 4u
#define GFP_USER GFP_KERNEL
#define GFP_HIGHUSER GFP_KERNEL
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | 0x400000u)
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_ZERO 0x100u
#define __GFP_NOWARN 0x2000u
#define __GFP_NORETRY 0x10000u
#define __GFP_RETRY_MAYFAIL 0x4000u
#define __GFP_NOFAIL 0x8000u
#define __GFP_COMP 0x40000u
#define __GFP_ACCOUNT 0x400000u
#define KMALLOC_MAX_SIZE (4UL << 20)
#define NUMA_NO_NODE (-1)

enum kshim_mem { KSHIM_KMALLOC, KSHIM_VMALLOC, KSHIM_PAGES, KSHIM_DEVM };
void *kshim_alloc(size_t size, gfp_t gfp, enum kshim_mem kind, const struct kshim_site *site);
void *kshim_realloc(const void *p, size_t size, gfp_t gfp, const struct kshim_site *site);
void *kshim_memdup(const void *p, size_t size, gfp_t gfp, const struct kshim_site *site);
char *kshim_strdup(const char *s, gfp_t gfp, const struct kshim_site *site);
char *kshim_asprintf(const struct kshim_site *site, gfp_t gfp, const char *fmt, ...) __printf(3, 4);
void *kshim_memdup_user(const void *p, size_t size, const struct kshim_site *site);
void kfree(const void *p);
void kvfree(const void *p);
void vfree(const void *p);
void kfree_sensitive(const void *p);
size_t ksize(const void *p);
#define kmalloc(s, g) kshim_alloc(s, g, KSHIM_KMALLOC, KSHIM_SITE)
#define kzalloc(s, g) kmalloc(s, (g) | __GFP_ZERO)
#define kmalloc_array(n, s, g) kmalloc(size_mul(n, s), g)
#define kcalloc(n, s, g) kzalloc(size_mul(n, s), g)
#define kmalloc_node(s, g, n) kmalloc(s, g)
#define kzalloc_node(s, g, n) kzalloc(s, g)
#define kvmalloc(s, g) kshim_alloc(s, g, KSHIM_VMALLOC, KSHIM_SITE)
#define kvzalloc(s, g) kvmalloc(s, (g) | __GFP_ZERO)
#define kvmalloc_array(n, s, g) kvmalloc(size_mul(n, s), g)
#define kvcalloc(n, s, g) kvzalloc(size_mul(n, s), g)
#define vmalloc(s) kvmalloc(s, GFP_KERNEL)
#define vzalloc(s) kvzalloc(s, GFP_KERNEL)
#define krealloc(p, s, g) kshim_realloc(p, s, g, KSHIM_SITE)
#define krealloc_array(p, n, s, g) krealloc(p, size_mul(n, s), g)
#define kmemdup(p, s, g) kshim_memdup(p, s, g, KSHIM_SITE)
#define kstrdup(s, g) kshim_strdup(s, g, KSHIM_SITE)
#define kasprintf(g, fmt, args...) kshim_asprintf(KSHIM_SITE, g, fmt, ##args)
#define memdup_user(p, s) kshim_memdup_user(p, s, KSHIM_SITE)
static inline void kshim_free_kfree(void *p)
{
	void *v = *(void **)p;

	if (!IS_ERR_OR_NULL(v))
		kfree(v);
}
#define no_free_ptr(p) ({ __typeof__(p) __knf = (p); (p) = NULL; __knf; })
#define return_ptr(p) return no_free_ptr(p)

struct kmem_cache { size_t size, align; void (*ctor)(void *); const char *name; };
struct kmem_cache *kshim_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *),
				      const struct kshim_site *site);
#define SLAB_HWCACHE_ALIGN 0x2000u
#define kmem_cache_create(n, s, a, f, c) kshim_cache_create(n, s, ((f) & SLAB_HWCACHE_ALIGN) ? 64 : (a), c, KSHIM_SITE)
#define KMEM_CACHE(st, f) kmem_cache_create(#st, sizeof(struct st), __alignof__(struct st), f, NULL)
void kmem_cache_destroy(struct kmem_cache *c);
void *kshim_cache_alloc(struct kmem_cache *c, gfp_t gfp, const struct kshim_site *site);
#define kmem_cache_alloc(c, g) kshim_cache_alloc(c, g, KSHIM_SITE)
#define kmem_cache_zalloc(c, g) kmem_cache_alloc(c, (g) | __GFP_ZERO)
void kmem_cache_free(struct kmem_cache *c, void *p);

/* ---- strings the libc does not have ---- */
ssize_t strscpy(char *dst, const char *src, size_t size);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int sysfs_emit(char *buf, const char *fmt, ...) __printf(2, 3);
int kshim_snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
#define snprintf kshim_snprintf
int kstrtoul(const char *s, unsigned int base, unsigned long *res);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);
int kstrtoint(const char *s, unsigned int base, int *res);
int kstrtou64(const char *s, unsigned int base, u64 *res);
int kstrtobool(const char *s, bool *res);
void *memchr_inv(const void *p, int c, size_t n);
void *memset32(u32 *p, u32 v, size_t n);
u32 get_random_u32(void);
u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t n);
#define get_random_u32_below(n) (get_random_u32() % (n))
u32 crc32_le(u32 crc, const unsigned char *p, size_t n);

/* ---- pages ---- */
struct page {
	void *va;              /* of this machine; the shim's own business */
	u64 pfn;               /* fake physical page number, 0: none yet */
	int refs, pins;
	bool user, dirty, compound;
	bool card_wrote;       /* since it was pinned, and not yet marked dirty */
	struct page *follow;   /* user pages: the one with the next number, when they are in one sg entry */
	const struct kshim_site *site;
};
struct page *kshim_alloc_pages(gfp_t gfp, unsigned int order, const struct kshim_site *site);
void __free_pages(struct page *p, unsigned int order);
#define alloc_pages(g, o) kshim_alloc_pages(g, o, KSHIM_SITE)
#define alloc_page(g) alloc_pages(g, 0)
#define alloc_pages_node(n, g, o) alloc_pages(g, o)
#define __free_page(p) __free_pages(p, 0)
#define get_zeroed_page(g) ((unsigned long)page_address(alloc_page((g) | __GFP_ZERO)))
#define __get_free_pages(g, o) ({ struct page *__kpg = alloc_pages(g, o); \
	__kpg ? (unsigned long)page_address(__kpg) : 0UL; })
#define __get_free_page(g) __get_free_pages(g, 0)
void free_pages(unsigned long va, unsigned int order);
#define free_page(va) free_pages(va, 0)
void *page_address(const struct page *p);
#define page_to_virt(p) page_address(p)
void *kshim_kmap(struct page *p);
void kshim_kunmap(const void *va);
#define kmap_local_page(p) kshim_kmap(p)
#define kunmap_local(va) kshim_kunmap(va)
static inline void memcpy_from_page(char *to, struct page *page, size_t off, size_t len)
{
	char *from = kmap_local_page(page);

	memcpy(to, from + off, len);
	kunmap_local(from);
}
static inline void memcpy_to_page(struct page *page, size_t off, const char *from, size_t len)
{
	char *to = kmap_local_page(page);

	memcpy(to + off, from, len);
	page->card_wrote |= page->user; /* to be marked dirty all the same */
	kunmap_local(to);
}
struct page *virt_to_page(const void *va);
struct page *vmalloc_to_page(const void *va);
bool is_vmalloc_addr(const void *va);
u64 page_to_pfn(struct page *p);
phys_addr_t page_to_phys(struct page *p);
phys_addr_t virt_to_phys(const void *va);
#define nth_page(p, n) ((p) + (n))
void get_page(struct page *p);
void put_page(struct page *p);
int page_ref_count(const struct page *p);
#define page_count(p) page_ref_count(p)
int set_page_dirty_lock(struct page *p);
#define compound_head(p) (p)
#define page_size(p) PAGE_SIZE

#define FOLL_WRITE 1u
#define FOLL_LONGTERM 0x100u
int kshim_pin(unsigned long start, int n, unsigned int flags, struct page **pages, const struct kshim_site *s);
#define pin_user_pages_fast(start, n, flags, pages) kshim_pin(start, n, flags, pages, KSHIM_SITE)
#define pin_user_pages(start, n, flags, pages) ((long)kshim_pin(start, (int)(n), flags, pages, KSHIM_SITE))
void unpin_user_page(struct page *p);
void unpin_user_pages(struct page **pages, unsigned long n);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long n, bool dirty);
int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc);

/* ---- user memory ---- */
#define TASK_SIZE_MAX ((1UL << 47) - PAGE_SIZE)
#define TASK_SIZE TASK_SIZE_MAX
#define access_ok(p, n) ((unsigned long)(n) <= TASK_SIZE_MAX && (unsigned long)(p) <= TASK_SIZE_MAX - (unsigned long)(n))
unsigned long copy_from_user(void *to, const void *from, unsigned long n) __must_check;
unsigned long copy_to_user(void *to, const void *from, unsigned long n) __must_check;
unsigned long clear_user(void *to, unsigned long n) __must_check;
int copy_struct_from_user(void *dst, size_t ksize, const void *src, size_t usize) __must_check;
int check_zeroed_user(const void *from, size_t n);
long strncpy_from_user(char *dst, const char *src, long n);
#define get_user(x, p) ({ __typeof__(*(p)) __kgu = 0;				\
	int __kge = copy_from_user(&__kgu, p, sizeof(__kgu)) ? -EFAULT : 0;	\
	(x) = __kgu; __kge; })
#define put_user(x, p) ({ __typeof__(*(p)) __kpu = (x);				\
	copy_to_user(p, &__kpu, sizeof(__kpu)) ? -EFAULT : 0; })
#define __get_user(x, p) get_user(x, p)
#define __put_user(x, p) put_user(x, p)
#define u64_to_user_ptr(x) ((void *)(unsigned long)(x))
#define compat_ptr(x) ((void *)(unsigned long)(u32)(x))

#endif
