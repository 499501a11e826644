// SPDX-License-Identifier: BSD-2-Clause
/* Kernel memory, user memory, iterators, scatter lists, ids: what they do, and each misuse by its check. */
#include "kernel_rig.h"

#include <sys/mman.h>

static long blocks(void *arg __maybe_unused)
{
	u8 *p = kmalloc(100, GFP_KERNEL), *z = kzalloc(100, GFP_KERNEL), *big, *d;

	WANT(p && z && p[0] == 0x5a && p[99] == 0x5a); /* nobody may count on zeros */
	WANT(!memchr_inv(z, 0, 100));
	WANT(ksize(p) == 100 && ksize(NULL) == 0);
	WANT(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN) == NULL);
	WANT(kmalloc_array(SIZE_MAX / 2, 4, GFP_KERNEL | __GFP_NOWARN) == NULL);
	memset(p, 3, 100);
	big = krealloc(p, 200, GFP_KERNEL);
	WANT(big && big[99] == 3 && big[100] == 0x5a);
	d = kmemdup(big, 100, GFP_KERNEL);
	WANT(d && !memcmp(d, big, 100));
	for (unsigned int order = 3; order < 12; order++) {
		void *a = kmalloc(1ul << order, GFP_KERNEL);

		WANT(IS_ALIGNED((unsigned long)a, 1ul << order));
		kfree(a);
	}
	kfree(z);
	kfree(big);
	kfree_sensitive(d);
	kfree(NULL);
	return 0;
}

static void kmalloc_is_aligned_poisoned_and_limited(void **state __maybe_unused)
{
	run(blocks);
}

static long failing(void *arg)
{
	struct shim *s = arg;
	struct shim_stats st;
	void *p[3];

	shim_fail_nth(s, 2);
	for (int i = 0; i < 3; i++)
		p[i] = kmalloc(8, GFP_KERNEL);
	WANT(p[0] && !p[1] && p[2]);
	kfree(p[0]);
	kfree(p[2]);
	shim_get_stats(s, &st);
	WANT(st.fail_calls == 3 && st.allocations == 0);
	return 0;
}

static void the_nth_allocation_fails_once_when_asked(void **state __maybe_unused)
{
	struct shim_param p;
	struct shim *s;

	shim_param_default(&p);
	s = machine_with(&p);
	assert_int_equal(shim_call(s, failing, s), 0);
	assert_int_equal(shim_free(s), 0);
}

/* Two pages that a process has, and one that it has not. */
static u8 *user_pages(void)
{
	u8 *u = mmap(NULL, 3 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (u == MAP_FAILED || munmap(u + 2 * PAGE_SIZE, PAGE_SIZE))
		abort();
	return u;
}

static long copying(void *arg)
{
	u8 *u = arg, k[64], *end = u + 2 * PAGE_SIZE;
	char s[8];

	memset(u, 9, 2 * PAGE_SIZE);
	WANT(copy_from_user(k, u + 5, 64) == 0 && k[0] == 9 && k[63] == 9);
	memset(k, 1, 64);
	/* The rest of what could not be read is zero. */
	WANT(copy_from_user(k, end - 10, 64) == 54 && k[9] == 9 && k[10] == 0 && k[63] == 0);
	WANT(copy_to_user(end - 10, k, 64) == 54);
	WANT(copy_from_user(k, (void *)~0ul, 8) == 8);
	WANT(copy_from_user(k, NULL, 8) == 8);
	WANT(clear_user(end - 4, 10) == 6 && end[-1] == 0 && end[-4] == 0 && end[-5] != 0xff);
	strcpy((char *)u, "hello");
	WANT(strncpy_from_user(s, (char *)u, 8) == 5 && !strcmp(s, "hello"));
	memset(end - 3, 'x', 3);
	WANT(strncpy_from_user(s, (char *)end - 3, 8) == -EFAULT);
	return 0;
}

static long structs(void *arg)
{
	u8 *u = arg, k[16];

	memset(k, 0xff, sizeof(k));
	memset(u, 0, 64);
	memset(u, 7, 12);
	WANT(copy_struct_from_user(k, 16, u, 12) == 0 && k[11] == 7 && k[12] == 0 && k[15] == 0);
	WANT(copy_struct_from_user(k, 8, u, 64) == -E2BIG); /* bytes 8 to 11 say something */
	WANT(copy_struct_from_user(k, 12, u, 64) == 0);
	u[63] = 1;
	WANT(copy_struct_from_user(k, 12, u, 64) == -E2BIG);
	WANT(copy_struct_from_user(k, 12, u, 63) == 0);
	WANT(copy_struct_from_user(k, 12, u + 2 * PAGE_SIZE - 4, 12) == -EFAULT);
	WANT(check_zeroed_user(u + 12, 51) == 1 && check_zeroed_user(u + 12, 52) == 0);
	return 0;
}

static long pinning(void *arg)
{
	u8 *u = arg;
	struct page *p[3], *again[1];

	WANT(pin_user_pages_fast((unsigned long)u + 7, 3, FOLL_WRITE, p) == 2); /* the third is not there */
	WANT(pin_user_pages_fast((unsigned long)u, 1, FOLL_WRITE, again) == 1 && again[0] == p[0]);
	unpin_user_pages(p, 2);
	unpin_user_page(again[0]);
	WANT(pin_user_pages_fast((unsigned long)u + 2 * PAGE_SIZE, 1, 0, p) == -EFAULT);
	WANT(pin_user_pages_fast((unsigned long)u, 0, 0, p) == -EINVAL);
	WANT(!mprotect(u + PAGE_SIZE, PAGE_SIZE, PROT_READ));
	WANT(pin_user_pages_fast((unsigned long)u, 2, FOLL_WRITE, p) == 1);
	unpin_user_page(p[0]);
	WANT(pin_user_pages_fast((unsigned long)u, 2, 0, p) == 2);
	unpin_user_pages(p, 2);
	return 0;
}

static void with_user_pages(long (*body)(void *))
{
	struct shim_param p;
	u8 *u = user_pages();

	shim_param_default(&p);
	run_in(&p, body, u);
	munmap(u, 2 * PAGE_SIZE);
}

static void a_bad_user_address_is_a_count_not_a_signal(void **state __maybe_unused)
{
	with_user_pages(copying);
}

static void structs_of_other_versions_are_taken_or_refused(void **state __maybe_unused)
{
	with_user_pages(structs);
}

static void pages_are_pinned_up_to_the_first_that_is_not_there(void **state __maybe_unused)
{
	with_user_pages(pinning);
}

static long iterators(void *arg)
{
	u8 *u = arg, k[32];
	struct iovec v[] = { { u, 3 }, { u, 0 }, { u + 100, 5 }, { u + PAGE_SIZE - 2, 4 } };
	struct kvec kv[] = { { k, 4 }, { k + 8, 4 } };
	struct iov_iter i, full;

	for (int n = 0; n < 200; n++)
		u[n] = (u8)n;
	iov_iter_init(&i, ITER_SOURCE, v, 4, 12);
	full = i;
	WANT(iov_iter_npages(&i, 100) == 4 && iov_iter_npages(&i, 2) == 2);
	WANT(iov_iter_single_seg_count(&i) == 3);
	WANT(copy_from_iter(k, 5, &i) == 5 && k[2] == 2 && k[3] == 100 && k[4] == 101);
	WANT(iov_iter_count(&i) == 7);
	iov_iter_revert(&i, 4); /* back across the empty segment */
	WANT(iov_iter_count(&i) == 11);
	WANT(copy_from_iter(k, 2, &i) == 2 && k[0] == 1 && k[1] == 2);
	iov_iter_advance(&i, 100); /* not past the end */
	WANT(iov_iter_count(&i) == 0 && copy_from_iter(k, 1, &i) == 0);
	i = full;
	v[2].iov_base = u + 2 * PAGE_SIZE - 1; /* one byte, then none */
	WANT(!copy_from_iter_full(k, 8, &i) && iov_iter_count(&i) == 12);
	WANT(copy_from_iter(k, 8, &i) == 4);
	iov_iter_ubuf(&i, ITER_DEST, u, 20);
	WANT(copy_to_iter("abc", 3, &i) == 3 && u[0] == 'a' && u[2] == 'c');
	WANT(iov_iter_zero(100, &i) == 17 && u[3] == 0 && u[19] == 0 && u[20] == 20);
	iov_iter_kvec(&i, ITER_DEST, kv, 2, 8);
	WANT(copy_to_iter("12345678", 9, &i) == 8 && k[3] == '4' && k[8] == '5');
	WANT(import_ubuf(ITER_DEST, (void *)~0ul, 8, &i) == -EFAULT);
	return 0;
}

static void iterators_walk_segments_both_ways(void **state __maybe_unused)
{
	with_user_pages(iterators);
}

static long lists(void *arg __maybe_unused)
{
	struct sg_table t;
	struct scatterlist *sg;
	unsigned int n = 0, i;
	u8 *p = kmalloc(4096, GFP_KERNEL), k[300];

	WANT(sg_alloc_table(&t, 0, GFP_KERNEL) == -EINVAL);
	WANT(sg_alloc_table(&t, 200, GFP_KERNEL) == 0 && t.nents == 200 && sg_nents(t.sgl) == 200);
	for_each_sgtable_sg(&t, sg, i) {
		sg_set_buf(sg, p + 2 * n, 1);
		WANT(!sg_is_chain(sg));
		n++;
	}
	WANT(n == 200 && sg_next(sg) == NULL);
	for (i = 0; i < 300; i++)
		k[i] = (u8)(i + 1);
	WANT(sg_copy_from_buffer(t.sgl, 200, k, 300) == 200);
	WANT(p[0] == 1 && p[2] == 2 && p[398] == 200 && p[1] == 0x5a);
	memset(k, 0, sizeof(k));
	WANT(sg_copy_to_buffer(t.sgl, 200, k, 150) == 150 && k[149] == 150 && k[150] == 0);
	sg_free_table(&t);
	kfree(p);
	return 0;
}

static void long_scatter_lists_are_chained_and_whole(void **state __maybe_unused)
{
	run(lists);
}

static long numbers(void *arg __maybe_unused)
{
	struct ida a;
	struct xarray x;
	unsigned long index;
	u32 id;
	int one = 1, two = 2, n = 0;
	int *p;

	ida_init(&a);
	WANT(ida_alloc(&a, GFP_KERNEL) == 0 && ida_alloc(&a, GFP_KERNEL) == 1 && ida_alloc_min(&a, 5000, GFP_KERNEL) == 5000);
	WANT(ida_alloc_max(&a, 1, GFP_KERNEL) == -ENOSPC);
	ida_free(&a, 0);
	WANT(ida_alloc_range(&a, 0, 1, GFP_KERNEL) == 0);
	WANT(!ida_is_empty(&a));
	ida_destroy(&a);
	WANT(ida_is_empty(&a));
	xa_init(&x);
	WANT(xa_insert(&x, 7, &one, GFP_KERNEL) == 0 && xa_insert(&x, 7, &two, GFP_KERNEL) == -EBUSY);
	WANT(xa_load(&x, 7) == &one && xa_load(&x, 6) == NULL);
	WANT(xa_store(&x, 7, &two, GFP_KERNEL) == &one && xa_store(&x, 3, &one, GFP_KERNEL) == NULL);
	WANT(xa_alloc(&x, &id, &one, XA_LIMIT(2, 4), GFP_KERNEL) == 0 && id == 2);
	WANT(xa_alloc(&x, &id, &one, XA_LIMIT(2, 4), GFP_KERNEL) == 0 && id == 4);
	WANT(xa_alloc(&x, &id, &one, XA_LIMIT(2, 4), GFP_KERNEL) == -EBUSY);
	xa_for_each(&x, index, p)
		n = n * 10 + (int)index;
	WANT(n == 2347);
	WANT(xa_erase(&x, 3) == &one && xa_erase(&x, 3) == NULL);
	xa_destroy(&x);
	WANT(xa_empty(&x));
	return 0;
}

static void ids_are_the_lowest_free_ones(void **state __maybe_unused)
{
	run(numbers);
}

/* ---- mistakes ---- */

static long frees_twice(void *arg __maybe_unused)
{
	void *p = kmalloc(8, GFP_KERNEL);

	kfree(p);
	kfree(p);
	return 0;
}

static long frees_the_middle(void *arg __maybe_unused)
{
	char *p = kmalloc(8, GFP_KERNEL);

	kfree(p + 1);
	kfree(p);
	return 0;
}

static long frees_an_error(void *arg __maybe_unused)
{
	kfree(ERR_PTR(-EINVAL));
	return 0;
}

static long frees_pages_of_another_order(void *arg __maybe_unused)
{
	struct page *p = alloc_pages(GFP_KERNEL, 2);

	__free_pages(p, 1);
	__free_pages(p, 2);
	return 0;
}

static long asks_for_too_much(void *arg __maybe_unused)
{
	return kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL) ? -1 : 0;
}

static long leaks_a_block(void *arg __maybe_unused)
{
	return kmalloc(8, GFP_KERNEL) ? 0 : -1;
}

static long leaks_an_id(void *arg __maybe_unused)
{
	static struct ida a;

	ida_init(&a);
	return ida_alloc(&a, GFP_KERNEL);
}

static long frees_an_id_twice(void *arg __maybe_unused)
{
	struct ida a;

	ida_init(&a);
	ida_free(&a, (unsigned int)ida_alloc(&a, GFP_KERNEL));
	ida_free(&a, 0);
	return 0;
}

static long leaks_a_pin(void *arg __maybe_unused)
{
	static u8 user[8192];
	struct page *p;

	return pin_user_pages_fast((unsigned long)user, 1, 0, &p) == 1 ? 0 : -1;
}

static long looks_into_a_user_page(void *arg __maybe_unused)
{
	static u8 user[8192];
	struct page *p;

	if (pin_user_pages_fast((unsigned long)user, 1, 0, &p) != 1)
		return -1;
	(void)page_address(p);
	unpin_user_page(p);
	return 0;
}

static long leaves_a_page_mapped(void *arg __maybe_unused)
{
	static u8 user[8192];
	struct page *p;
	u8 *va;

	if (pin_user_pages_fast((unsigned long)user, 1, 0, &p) != 1)
		return -1;
	va = kmap_local_page(p);
	va = (u8 *)kmap_local_page(p) + 1;
	kunmap_local(va);
	unpin_user_page(p);
	return 0;
}

static long unmaps_a_page_twice(void *arg __maybe_unused)
{
	struct page *p = alloc_page(GFP_KERNEL);
	u8 *va = kmap_local_page(p);

	kunmap_local(va);
	kunmap_local(va);
	__free_page(p);
	return 0;
}

static long unpins_what_is_not_pinned(void *arg __maybe_unused)
{
	struct page *p = alloc_page(GFP_KERNEL);

	unpin_user_page(p);
	__free_page(p);
	return 0;
}

static long sleeps_under_a_spinlock(void *arg __maybe_unused)
{
	DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(8, GFP_KERNEL));
	spin_unlock(&lock);
	return 0;
}

static long copies_with_preemption_off(void *arg __maybe_unused)
{
	char c;

	preempt_disable();
	if (copy_from_user(&c, NULL, 1) != 1)
		return -1;
	preempt_enable();
	return 0;
}

static void each_misuse_of_memory_is_found(void **state __maybe_unused)
{
	static const struct mistake m[] = {
		{ "frees_twice", frees_twice, "kfree", "was not allocated, or was freed before", 0, 0 },
		{ "frees_the_middle", frees_the_middle, "kfree", "is inside a block", 0, 0 },
		{ "frees_an_error", frees_an_error, "kfree", "error pointer", 0, 0 },
		{ "frees_pages_of_another_order", frees_pages_of_another_order, "kfree", "order 1", 0, 0 },
		{ "asks_for_too_much", asks_for_too_much, "alloc-size", "can never succeed", 0, 0 },
		{ "leaks_a_block", leaks_a_block, "C5", "memory block", 0, 0 },
		{ "leaks_an_id", leaks_an_id, "C5", "allocated id", 0, 0 },
		{ "frees_an_id_twice", frees_an_id_twice, "ida", "not allocated", 0, 0 },
		{ "leaks_a_pin", leaks_a_pin, "C5", "still pinned", 0, 0 },
		{ "looks_into_a_user_page", looks_into_a_user_page, "user-page", "user page", 0, 0 },
		{ "leaves_a_page_mapped", leaves_a_page_mapped, "kmap", "ended with a page mapped", 0, 0 },
		{ "unmaps_a_page_twice", unmaps_a_page_twice, "kmap", "without kmap_local_page()", 0, 0 },
		{ "unpins_what_is_not_pinned", unpins_what_is_not_pinned, "pin", "not pinned", 0, 0 },
		{ "sleeps_under_a_spinlock", sleeps_under_a_spinlock, "atomic-sleep", "kmalloc", 0, 0 },
		{ "copies_with_preemption_off", copies_with_preemption_off, "atomic-sleep", "preemption off", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		found(&m[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kmalloc_is_aligned_poisoned_and_limited),
		cmocka_unit_test(the_nth_allocation_fails_once_when_asked),
		cmocka_unit_test(a_bad_user_address_is_a_count_not_a_signal),
		cmocka_unit_test(structs_of_other_versions_are_taken_or_refused),
		cmocka_unit_test(pages_are_pinned_up_to_the_first_that_is_not_there),
		cmocka_unit_test(iterators_walk_segments_both_ways),
		cmocka_unit_test(long_scatter_lists_are_chained_and_whole),
		cmocka_unit_test(ids_are_the_lowest_free_ones),
		cmocka_unit_test(each_misuse_of_memory_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
