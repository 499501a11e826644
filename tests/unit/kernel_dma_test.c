// SPDX-License-Identifier: BSD-2-Clause
/*
 * DMA mappings: which bytes the device reaches through them, and where they lie.
 */
#include "kernel_dma_rig.h"

/* The device reads or writes `len` bytes; a body runs in a process of this machine. */
static struct shim *machine;

static int device_reads(dma_addr_t a, void *buf, u32 len) { return shim_dummy_dma(machine, a, buf, len, false); }
static int device_writes(dma_addr_t a, void *buf, u32 len) { return shim_dummy_dma(machine, a, buf, len, true); }

static void with_machine(bool iommu, uint64_t seed, long (*body)(void *))
{
	struct shim_param p;
	long line;

	shim_param_default(&p);
	p.iommu = iommu;
	p.seed = seed;
	p.quiet = true;
	machine = machine_with(&p);
	device_reset();
	line = shim_call(machine, body, &p);
	if (line)
		shim_report(machine, stderr);
	assert_int_equal(shim_free(machine), 0);
	if (line)
		fail_msg("line %ld, iommu %d, seed %llu", line, iommu, (unsigned long long)seed);
}

static void in_both(long (*body)(void *))
{
	for (uint64_t seed = 1; seed < 4; seed++) {
		with_machine(true, seed, body);
		with_machine(false, seed, body);
	}
}

static long exact(void *arg)
{
	struct shim_param *p = arg;
	u8 *va = kmalloc(6000, GFP_KERNEL), buf[6000];
	dma_addr_t a;

	for (int i = 0; i < 6000; i++)
		va[i] = (u8)(i * 7);
	a = dma_map_single(&dev, va + 3, 5000, DMA_BIDIRECTIONAL);
	WANT(!dma_mapping_error(&dev, a));
	WANT(offset_in_page(a) == offset_in_page(va + 3));
	WANT(device_reads(a, buf, 5000) == 0 && !memcmp(buf, va + 3, 5000));
	memset(buf, 0xcc, 5000);
	WANT(device_writes(a + 1, buf, 4998) == 0);
	dma_sync_single_for_cpu(&dev, a, 5000, DMA_BIDIRECTIONAL);
	WANT(va[3] == 21 && va[4] == 0xcc && va[5001] == 0xcc && va[5002] == (u8)(5002 * 7));
	if (p->iommu) {
		planted = "reaches_past_a_mapping";
		shim_expect(machine, "C9", 4);
		WANT(device_reads(a - 1, buf, 1) == -EFAULT && strstr(shim_last(machine), "before a mapping"));
		WANT(device_reads(a + 4999, buf, 2) == -EFAULT && strstr(shim_last(machine), "1 bytes past the end"));
		WANT(device_writes(a + 5000, buf, 1) == -EFAULT && strstr(shim_last(machine), "behind a mapping"));
		WANT(device_reads(0x123, buf, 1) == -EFAULT && strstr(shim_last(machine), "never mapped"));
	}
	planted = "reaches_what_is_unmapped";
	dma_unmap_single(&dev, a, 5000, DMA_BIDIRECTIONAL);
	shim_expect(machine, "C9", 1);
	WANT(device_reads(a, buf, 1) == -EFAULT && strstr(shim_last(machine), "use after unmap"));
	planted = NULL;
	kfree(va);
	return 0;
}

/* Between the two sides of a mapping nothing is seen before it is handed over. */
static long owned(void *arg __maybe_unused)
{
	u8 *va = kzalloc(256, GFP_KERNEL), c = 0, five = 5;
	dma_addr_t to, from;

	va[0] = 1;
	to = dma_map_single(&dev, va, 64, DMA_TO_DEVICE);
	from = dma_map_single(&dev, va + 64, 128, DMA_FROM_DEVICE);
	WANT(!dma_mapping_error(&dev, to) && !dma_mapping_error(&dev, from));
	WANT(device_writes(from, &five, 1) == 0 && device_writes(from + 64, &five, 1) == 0);
	WANT(va[64] == 0 && va[128] == 0); /* too early */
	dma_sync_single_for_cpu(&dev, from + 64, 64, DMA_FROM_DEVICE);
	WANT(va[64] == 0 && va[128] == 5);
	va[128] = 6; /* the CPU's for the moment */
	dma_sync_single_for_device(&dev, from + 64, 64, DMA_FROM_DEVICE);
	WANT(device_writes(from + 65, &five, 1) == 0);
	dma_sync_single_for_cpu(&dev, to, 64, DMA_TO_DEVICE);
	va[0] = 2;
	dma_sync_single_for_device(&dev, to, 64, DMA_TO_DEVICE);
	WANT(device_reads(to, &c, 1) == 0 && c == 2);
	dma_unmap_single(&dev, from, 128, DMA_FROM_DEVICE);
	WANT(va[64] == 5 && va[128] == 6 && va[129] == 5);
	dma_unmap_single(&dev, to, 64, DMA_TO_DEVICE);
	va[0] = 3;
	kfree(va);
	return 0;
}

static void mapped_memory_belongs_to_one_side_at_a_time(void **state __maybe_unused)
{
	in_both(owned);
}

static long touched(void *arg __maybe_unused)
{
	u8 *va = kzalloc(128, GFP_KERNEL), c = 9;
	dma_addr_t a = dma_map_single(&dev, va, 64, DMA_BIDIRECTIONAL);

	WANT(!dma_mapping_error(&dev, a));
	dma_sync_single_for_cpu(&dev, a, 64, DMA_BIDIRECTIONAL);
	planted = "lets_the_card_into_what_it_took";
	shim_expect(machine, "C10", 1);
	WANT(device_writes(a + 3, &c, 1) == 0);
	planted = NULL;
	dma_unmap_single(&dev, a, 64, DMA_BIDIRECTIONAL);
	kfree(va);
	return 0;
}

static void the_card_stays_out_of_what_the_cpu_took(void **state __maybe_unused)
{
	in_both(touched);
}

static void a_mapping_is_exact_to_the_byte(void **state __maybe_unused)
{
	in_both(exact);
}

static long directions(void *arg __maybe_unused)
{
	u8 *va = kmalloc(64, GFP_KERNEL), c = 0;
	dma_addr_t to = dma_map_single(&dev, va, 32, DMA_TO_DEVICE);
	dma_addr_t from = dma_map_single(&dev, va + 32, 32, DMA_FROM_DEVICE);

	WANT(!dma_mapping_error(&dev, to) && !dma_mapping_error(&dev, from));
	WANT(device_reads(to, &c, 1) == 0 && device_writes(from, &c, 1) == 0);
	planted = "writes_what_it_may_read";
	shim_expect(machine, "C9", 2);
	WANT(device_writes(to, &c, 1) == -EFAULT && strstr(shim_last(machine), "direction"));
	WANT(device_reads(from, &c, 1) == -EFAULT && strstr(shim_last(machine), "direction"));
	planted = NULL;
	dma_unmap_single(&dev, to, 32, DMA_TO_DEVICE);
	dma_unmap_single(&dev, from, 32, DMA_FROM_DEVICE);
	kfree(va);
	return 0;
}

static void a_mapping_has_its_direction(void **state __maybe_unused)
{
	in_both(directions);
}

/* A user page that the device writes to: unmapped first, then unpinned as dirty, one way or the other. */
static long pinned(void *arg __maybe_unused)
{
	static u8 user[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct page *p;
	dma_addr_t a;
	u8 c = 1;

	for (int way = 0; way < 4; way++) {
		WANT(pin_user_pages_fast((unsigned long)user, 1, FOLL_WRITE, &p) == 1);
		a = dma_map_page(&dev, p, 0, 64, DMA_FROM_DEVICE);
		WANT(!dma_mapping_error(&dev, a));
		WANT(way == 3 || device_writes(a, &c, 1) == 0);
		if (way == 3) { /* too early */
			planted = "unpins_what_is_mapped";
			shim_expect(machine, "C12", 1);
			unpin_user_page(p);
		}
		dma_unmap_page(&dev, a, 64, DMA_FROM_DEVICE);
		if (way == 0) {
			unpin_user_pages_dirty_lock(&p, 1, true);
		} else if (way == 1) {
			set_page_dirty_lock(p);
			unpin_user_page(p);
		} else if (way == 2) { /* as if it had not been written */
			planted = "unpins_written_pages_clean";
			shim_expect(machine, "dirty", 1);
			unpin_user_pages_dirty_lock(&p, 1, false);
		}
	}
	return 0;
}

static void a_user_page_is_unmapped_marked_dirty_and_unpinned(void **state __maybe_unused)
{
	in_both(pinned);
}

static long scattered(void *arg __maybe_unused)
{
	enum { N = 150 };
	struct sg_table t;
	struct scatterlist *sg;
	unsigned int i, at = 0;
	static u8 part[PAGE_SIZE];
	u8 *va = kmalloc(N * PAGE_SIZE, GFP_KERNEL), *buf = kvmalloc(N * PAGE_SIZE, GFP_KERNEL);

	for (i = 0; i < N * PAGE_SIZE; i++)
		va[i] = (u8)(i * 11 + (i >> 12));
	dma_set_max_seg_size(&dev, 4 * PAGE_SIZE);
	WANT(sg_alloc_table(&t, N, GFP_KERNEL) == 0);
	for_each_sgtable_sg(&t, sg, i) /* every other page from the end: no two are neighbours */
		sg_set_buf(sg, va + (2 * i % N + 2 * i / N) * PAGE_SIZE, i == N - 1 ? 100 : PAGE_SIZE);
	WANT(dma_map_sgtable(&dev, &t, DMA_TO_DEVICE, 0) == 0);
	WANT(t.orig_nents == N && t.nents <= N);
	for_each_sgtable_dma_sg(&t, sg, i) {
		WANT(sg_dma_len(sg) && sg_dma_len(sg) <= 4 * PAGE_SIZE);
		WANT(device_reads(sg_dma_address(sg), buf + at, sg_dma_len(sg)) == 0);
		if (sg_dma_len(sg) > PAGE_SIZE + 5) { /* from within a page on */
			WANT(device_reads(sg_dma_address(sg) + 5, part, PAGE_SIZE) == 0);
			WANT(!memcmp(part, buf + at + 5, PAGE_SIZE));
		}
		at += sg_dma_len(sg);
	}
	WANT(at == (N - 1) * PAGE_SIZE + 100);
	at = 0;
	for_each_sgtable_sg(&t, sg, i) {
		WANT(!memcmp(buf + at, sg_virt(sg), sg->length));
		at += sg->length;
	}
	dma_unmap_sgtable(&dev, &t, DMA_TO_DEVICE, 0);
	sg_free_table(&t);
	kfree(va);
	kvfree(buf);
	return 0;
}

static void a_scatter_list_is_one_run_of_bytes_in_its_order(void **state __maybe_unused)
{
	in_both(scattered);
}

struct held {
	dma_addr_t a;
	u32 len;
	u8 *va;
};

/* Random life of many mappings under the narrowest mask, so that addresses come round; all are always apart. */
static long apart(void *arg __maybe_unused)
{
	enum { N = 200 };
	struct held *h = kcalloc(N, sizeof(*h), GFP_KERNEL);

	mask = DMA_BIT_MASK(30);
	for (unsigned int round = 0; round < 8000; round++) {
		struct held *x = &h[get_random_u32() % (get_random_u32() % 8 ? 8 : N)]; /* most live long */

		if (x->len) {
			u8 c = 0;

			WANT(device_reads(x->a + x->len - 1, &c, 1) == 0 && c == x->va[x->len - 1]);
			dma_unmap_single(&dev, x->a, x->len, DMA_TO_DEVICE);
			kfree(x->va);
			x->len = 0;
			continue;
		}
		x->len = 1 + get_random_u32() % SZ_512K;
		x->va = kmalloc(x->len, GFP_KERNEL);
		x->va[x->len - 1] = (u8)round;
		x->a = dma_map_single(&dev, x->va, x->len, DMA_TO_DEVICE);
		WANT(!dma_mapping_error(&dev, x->a) && x->a + x->len - 1 <= mask);
		for (unsigned int i = 0; i < N; i++)
			WANT(&h[i] == x || !h[i].len || h[i].a + h[i].len <= x->a || x->a + x->len <= h[i].a);
	}
	for (unsigned int i = 0; i < N; i++) {
		if (!h[i].len)
			continue;
		dma_unmap_single(&dev, h[i].a, h[i].len, DMA_TO_DEVICE);
		kfree(h[i].va);
	}
	kfree(h);
	return 0;
}

static void live_mappings_never_overlap_and_keep_to_the_mask(void **state __maybe_unused)
{
	with_machine(true, 5, apart);
	with_machine(true, 6, apart);
}

static long coherent(void *arg __maybe_unused)
{
	dma_addr_t a, b, c;
	u8 *p = dma_alloc_coherent(&dev, 5000, &a, GFP_KERNEL), *q, x = 9, y = 0;
	struct dma_pool *pool = dma_pool_create("pool", &dev, 64, 64, 0);

	WANT(p && !memchr_inv(p, 0, 5000) && PAGE_ALIGNED(p) && PAGE_ALIGNED(a));
	WANT(device_writes(a + 4999, &x, 1) == 0 && p[4999] == 9);
	WANT(dma_alloc_coherent(&dev, 0, &b, GFP_KERNEL) == NULL);
	dma_free_coherent(&dev, 5000, p, a);
	dma_free_coherent(&dev, 5000, NULL, 0);
	WANT(pool && !dma_pool_create("bad", &dev, 0, 64, 0) && !dma_pool_create("bad", &dev, 64, 48, 0));
	p = dma_pool_alloc(pool, GFP_KERNEL, &b);
	q = dma_pool_zalloc(pool, GFP_KERNEL, &c);
	WANT(p && q && b != c && !memchr_inv(q, 0, 64) && memchr_inv(p, 0, 64));
	p[63] = 77;
	dma_wmb();
	WANT(device_reads(b + 63, &y, 1) == 0 && y == 77);
	dma_pool_free(pool, p, b);
	dma_pool_free(pool, q, c);
	dma_pool_destroy(pool);
	return 0;
}

/* Stores of the CPU come out at barriers, those of the card at once. */
static long ordered(void *arg __maybe_unused)
{
	dma_addr_t a;
	u32 *p = dma_alloc_coherent(&dev, 64, &a, GFP_KERNEL), got[2], word = 3;

	p[0] = 1;
	wmb();
	WANT(device_reads(a, &got[0], 4) == 0 && got[0] == 1);
	p[1] = 2;
	WANT(device_reads(a, &got[0], 4) == 0 && got[0] == 1); /* beside it */
	smp_wmb(); /* orders nothing for the card */
	planted = "tells_the_card_without_a_barrier";
	shim_expect(machine, "dma-order", 1);
	WANT(device_reads(a, got, 8) == 0 && got[0] == 1 && got[1] == 0);
	planted = NULL;
	dma_wmb();
	WANT(device_reads(a, got, 8) == 0 && got[0] == 1 && got[1] == 2);
	WANT(device_writes(a + 8, &word, 4) == 0 && p[2] == 3);
	WANT(device_reads(a + 8, got, 4) == 0 && got[0] == 3); /* it sees its own */
	p[0] = 4;
	WANT(device_writes(a, &word, 4) == 0 && p[0] == 3);
	mb();
	WANT(device_reads(a, got, 4) == 0 && got[0] == 3);
	dma_free_coherent(&dev, 64, p, a);
	return 0;
}

/* Words of the card are loaded in an order only where there is a barrier. */
static long loaded(void *arg __maybe_unused)
{
	dma_addr_t a;
	u32 *p = dma_alloc_coherent(&dev, 64, &a, GFP_KERNEL), words[3] = { 7, 8, 9 };
	DEFINE_SPINLOCK(l);

	WANT(device_writes(a, words, 12) == 0);
	WANT(READ_ONCE(p[2]) == 9 && READ_ONCE(p[2]) == 9); /* one word */
	dma_rmb();
	WANT(READ_ONCE(p[0]) == 7 && READ_ONCE(p[1]) == 8); /* both older than the barrier */
	WANT(device_writes(a, words, 12) == 0);
	spin_lock(&l);
	WANT(READ_ONCE(p[2]) == 9);
	spin_unlock(&l);
	spin_lock(&l);
	planted = "loads_the_words_of_a_record_in_no_order";
	shim_expect(machine, "dma-order", 1);
	WANT(READ_ONCE(p[2]) == 9 && READ_ONCE(p[0]) == 7);
	planted = NULL;
	spin_unlock(&l);
	mb();
	WANT(READ_ONCE(p[1]) == 8 && READ_ONCE(p[2]) == 9);
	dma_free_coherent(&dev, 64, p, a);
	return 0;
}

static void loads_from_coherent_memory_need_an_order(void **state __maybe_unused)
{
	in_both(loaded);
}

static u32 *half_written, *there;
static u32 seen_of_both;

static void look_at_both(void)
{
	seen_of_both += READ_ONCE(half_written[3]) + READ_ONCE(*there);
}

/* A word that the card has not written yet, though its write has begun, vouches for nothing. */
static long in_the_middle(void *arg __maybe_unused)
{
	dma_addr_t a, b;
	u32 *p = dma_alloc_coherent(&dev, 64, &a, GFP_KERNEL), *q = dma_alloc_coherent(&dev, 64, &b, GFP_KERNEL);
	u32 words[4] = { 5, 6, 7, 8 };

	WANT(device_writes(b, words, 4) == 0);
	half_written = p;
	there = q;
	seen_of_both = 0;
	WANT(shim_dummy_write(machine, a, words, 4, look_at_both) == 0);
	WANT(seen_of_both == 3 * 5);
	planted = "loads_two_that_are_there_in_no_order";
	shim_expect(machine, "dma-order", 1);
	WANT(READ_ONCE(p[3]) == 8);
	planted = NULL;
	dma_free_coherent(&dev, 64, p, a);
	dma_free_coherent(&dev, 64, q, b);
	return 0;
}

static void a_word_of_a_write_that_is_being_made_orders_nothing(void **state __maybe_unused)
{
	in_both(in_the_middle);
}

static void stores_to_coherent_memory_come_out_at_barriers(void **state __maybe_unused)
{
	in_both(ordered);
}

static void coherent_memory_is_zeroed_and_aligned(void **state __maybe_unused)
{
	in_both(coherent);
}

static long placed(void *arg __maybe_unused)
{
	u8 *p = kmalloc(256, GFP_KERNEL);
	dma_addr_t a, b, want = 0xfffff000ull + offset_in_page(p);

	WANT(shim_place_next(machine, want) == 0);
	a = dma_map_single(&dev, p, 256, DMA_TO_DEVICE);
	WANT(!dma_mapping_error(&dev, a) && a == want);
	shim_place_next(machine, want);
	planted = "takes_an_address_in_use";
	shim_expect(machine, "place", 1);
	b = dma_map_single(&dev, p, 256, DMA_FROM_DEVICE);
	WANT(!dma_mapping_error(&dev, b) && b != want);
	planted = NULL;
	dma_unmap_single(&dev, a, 256, DMA_TO_DEVICE);
	dma_unmap_single(&dev, b, 256, DMA_FROM_DEVICE);
	kfree(p);
	return 0;
}

static void a_test_may_choose_an_address_that_is_free(void **state __maybe_unused)
{
	struct shim_param p;

	shim_param_default(&p);
	p.quiet = true;
	device_reset();
	machine = machine_with(&p);
	assert_int_equal(shim_call(machine, placed, NULL), 0);
	assert_int_equal(shim_free(machine), 0);
	p.iommu = false;
	machine = machine_with(&p);
	assert_int_equal(shim_place_next(machine, 0x1000), -EINVAL);
	assert_int_equal(shim_free(machine), 0);
}

static long masks(void *arg)
{
	struct shim_param *p = arg;

	WANT(dma_set_mask_and_coherent(&dev, U64_MAX) == -EIO);
	WANT(dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(40)) == 0 && mask == DMA_BIT_MASK(40));
	WANT(dma_set_mask(&dev, DMA_BIT_MASK(23)) == -EIO && mask == DMA_BIT_MASK(40));
	WANT(dma_set_coherent_mask(&dev, DMA_BIT_MASK(23)) == -EIO);
	WANT(dma_set_mask(&dev, DMA_BIT_MASK(24)) == 0 && dma_get_mask(&dev) == DMA_BIT_MASK(24));
	WANT(dma_get_required_mask(&dev) == (p->iommu ? DMA_BIT_MASK(32) : DMA_BIT_MASK(37)));
	WANT(dma_addressing_limited(&dev) && dma_get_merge_boundary(&dev) == (p->iommu ? PAGE_SIZE - 1 : 0));
	WANT(dma_max_mapping_size(&dev) == SIZE_MAX);
	WANT(dma_get_max_seg_size(&dev) == SZ_64K);
	return 0;
}

static void a_mask_that_the_machine_cannot_do_is_refused(void **state __maybe_unused)
{
	for (int iommu = 0; iommu < 2; iommu++) {
		struct shim_param p;

		shim_param_default(&p);
		p.iommu = iommu;
		p.dma_bits = 40;
		device_reset();
		machine = machine_with(&p);
		assert_int_equal(shim_call(machine, masks, &p), 0);
		assert_int_equal(shim_free(machine), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_is_exact_to_the_byte),
		cmocka_unit_test(mapped_memory_belongs_to_one_side_at_a_time),
		cmocka_unit_test(the_card_stays_out_of_what_the_cpu_took),
		cmocka_unit_test(a_mapping_has_its_direction),
		cmocka_unit_test(a_user_page_is_unmapped_marked_dirty_and_unpinned),
		cmocka_unit_test(a_scatter_list_is_one_run_of_bytes_in_its_order),
		cmocka_unit_test(live_mappings_never_overlap_and_keep_to_the_mask),
		cmocka_unit_test(coherent_memory_is_zeroed_and_aligned),
		cmocka_unit_test(stores_to_coherent_memory_come_out_at_barriers),
		cmocka_unit_test(loads_from_coherent_memory_need_an_order),
		cmocka_unit_test(a_word_of_a_write_that_is_being_made_orders_nothing),
		cmocka_unit_test(a_test_may_choose_an_address_that_is_free),
		cmocka_unit_test(a_mask_that_the_machine_cannot_do_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
