// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a device reaches: masks, the kernel's bounce pool, copies that the card works on, low memory.
 */
#include "kernel_dma_rig.h"

static struct shim *machine;
static unsigned full; /* times that the pool was said to be full */

static int device_reads(dma_addr_t a, void *buf, u32 len) { return shim_dummy_dma(machine, a, buf, len, false); }
static int device_writes(dma_addr_t a, void *buf, u32 len) { return shim_dummy_dma(machine, a, buf, len, true); }

static void note_full(void *ctx __maybe_unused, int level, const char *text)
{
	full += level == 4 && strstr(text, "swiotlb buffer is full");
}

static void with(bool iommu, enum shim_dma dma, unsigned mem_top, unsigned pool, long (*body)(void *))
{
	for (uint64_t seed = 1; seed < 4; seed++) {
		struct shim_param p;
		long line;

		shim_param_default(&p);
		p.iommu = iommu;
		p.dma = dma;
		p.mem_top = mem_top;
		p.bounce_bytes = pool;
		p.seed = seed;
		p.quiet = true;
		p.message = note_full;
		full = 0;
		machine = machine_with(&p);
		device_reset();
		line = shim_call(machine, body, &p);
		planted = NULL;
		if (line)
			shim_report(machine, stderr);
		assert_int_equal(shim_free(machine), 0);
		if (line)
			fail_msg("line %ld, seed %llu", line, (unsigned long long)seed);
	}
}

/* ---- above the mask ---- */

static long above(void *arg __maybe_unused)
{
	u8 *va = kmalloc(PAGE_SIZE, GFP_KERNEL);
	struct scatterlist sg;
	dma_addr_t a;

	mask = DMA_BIT_MASK(30); /* all pages lie behind */
	WANT(dma_addressing_limited(&dev) && dma_max_mapping_size(&dev) == SIZE_MAX);
	planted = "maps_what_the_card_does_not_reach";
	shim_expect(machine, "dma-mask", 2);
	a = dma_map_single(&dev, va, 100, DMA_TO_DEVICE);
	WANT(dma_mapping_error(&dev, a) && strstr(shim_last(machine), "overflow (mask 0x3fffffff)"));
	sg_init_one(&sg, va, 100);
	WANT(dma_map_sg(&dev, &sg, 1, DMA_TO_DEVICE) == 0);
	planted = NULL;
	kfree(va);
	return 0;
}

static void mapping_above_the_mask_fails_with_a_warning(void **state __maybe_unused)
{
	with(false, SHIM_DMA_DIRECT, 0, 0, above);
	with(false, SHIM_DMA_SHADOW, 0, 0, above);
}

static long pool_above(void *arg __maybe_unused)
{
	u8 *va = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t a;

	mask = DMA_BIT_MASK(29);
	planted = "bounces_for_a_card_that_does_not_reach_the_pool";
	shim_expect(machine, "dma-mask", 1);
	a = dma_map_single(&dev, va, 100, DMA_TO_DEVICE);
	WANT(dma_mapping_error(&dev, a) && strstr(shim_last(machine), "swiotlb addr 0x20000000+100 overflow"));
	planted = NULL;
	kfree(va);
	return 0;
}

static void the_pool_itself_can_be_above_the_mask(void **state __maybe_unused)
{
	with(false, SHIM_DMA_BOUNCE, 0, 0, pool_above);
}

/* ---- bounced ---- */

static long bounced(void *arg)
{
	static u8 user[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	bool force = ((struct shim_param *)arg)->dma == SHIM_DMA_FORCE;
	u8 c = 9, *va = kzalloc(PAGE_SIZE, GFP_KERNEL);
	struct shim_stats s;
	struct page *page;
	dma_addr_t a, b;

	mask = force ? U64_MAX : DMA_BIT_MASK(30);
	WANT(dma_max_mapping_size(&dev) == SZ_256K && dma_get_merge_boundary(&dev) == 0);
	memset(user, 1, sizeof(user));
	WANT(pin_user_pages_fast((unsigned long)user, 1, FOLL_WRITE, &page) == 1);
	a = dma_map_page(&dev, page, 100, 1000, DMA_BIDIRECTIONAL);
	b = dma_map_single(&dev, va + 64, 64, DMA_FROM_DEVICE);
	WANT(!dma_mapping_error(&dev, a) && !dma_mapping_error(&dev, b));
	WANT(a >> 26 == 0x20000000 >> 26 && b >> 26 == a >> 26 && offset_in_page(a) % 2048 == 0);
	user[100] = 2; /* not the card's any more: it reads what was there */
	WANT(device_reads(a, &c, 1) == 0 && c == 1);
	c = 9;
	WANT(device_writes(a + 5, &c, 1) == 0 && user[105] == 1);
	dma_sync_single_for_cpu(&dev, a, 1000, DMA_BIDIRECTIONAL);
	WANT(user[105] == 9 && user[99] == 1 && user[1100] == 1);
	user[100] = 3;
	dma_sync_single_for_device(&dev, a, 1000, DMA_BIDIRECTIONAL);
	WANT(device_reads(a, &c, 1) == 0 && c == 3);
	c = 7;
	WANT(device_writes(b, &c, 1) == 0 && va[64] == 0);
	dma_unmap_single(&dev, b, 64, DMA_FROM_DEVICE);
	WANT(va[64] == 7 && va[63] == 0 && va[128] == 0);
	WANT(device_writes(a + 999, &c, 1) == 0);
	dma_unmap_page(&dev, a, 1000, DMA_BIDIRECTIONAL);
	WANT(user[1099] == 7 && user[1100] == 1);
	unpin_user_pages_dirty_lock(&page, 1, true);
	shim_get_stats(machine, &s);
	WANT(s.bounced == 2 && s.bounced_bytes == 1064);
	kfree(va);
	return 0;
}

static void bounced_memory_changes_hands_by_copies(void **state __maybe_unused)
{
	with(false, SHIM_DMA_BOUNCE, 0, 0, bounced);
	with(false, SHIM_DMA_FORCE, 0, 0, bounced);
}

static long limits(void *arg __maybe_unused)
{
	u8 *va = kmalloc(SZ_1M, GFP_KERNEL);
	dma_addr_t a, b, c;

	mask = DMA_BIT_MASK(30);
	a = dma_map_single(&dev, va, SZ_256K + 1, DMA_TO_DEVICE);
	WANT(dma_mapping_error(&dev, a) && full == 1);
	a = dma_map_single_attrs(&dev, va, SZ_256K + 1, DMA_TO_DEVICE, DMA_ATTR_NO_WARN);
	WANT(dma_mapping_error(&dev, a) && full == 1);
	/* The pool of this machine: two such, none of which crosses 256 KiB. */
	a = dma_map_single(&dev, va, SZ_256K, DMA_TO_DEVICE);
	b = dma_map_single(&dev, va + SZ_256K, SZ_256K - 2048, DMA_TO_DEVICE);
	WANT(!dma_mapping_error(&dev, a) && !dma_mapping_error(&dev, b) && a % SZ_256K == 0 && b % SZ_256K == 0);
	c = dma_map_single(&dev, va + SZ_512K, 2049, DMA_TO_DEVICE);
	WANT(dma_mapping_error(&dev, c) && full == 2);
	c = dma_map_single(&dev, va + SZ_512K, 2048, DMA_TO_DEVICE);
	WANT(!dma_mapping_error(&dev, c) && c == b + SZ_256K - 2048);
	dma_unmap_single(&dev, a, SZ_256K, DMA_TO_DEVICE);
	a = dma_map_single(&dev, va, SZ_256K, DMA_TO_DEVICE);
	WANT(!dma_mapping_error(&dev, a));
	dma_unmap_single(&dev, a, SZ_256K, DMA_TO_DEVICE);
	dma_unmap_single(&dev, b, SZ_256K - 2048, DMA_TO_DEVICE);
	dma_unmap_single(&dev, c, 2048, DMA_TO_DEVICE);
	kfree(va);
	return 0;
}

static void the_pool_has_an_end_and_a_longest_segment(void **state __maybe_unused)
{
	with(false, SHIM_DMA_BOUNCE, 0, SZ_512K, limits);
}

/* A list that does not fit gives back what it had taken. */
static long too_much(void *arg __maybe_unused)
{
	u8 *va = kmalloc(SZ_1M, GFP_KERNEL);
	struct scatterlist *sg;
	struct sg_table t;
	unsigned int i;

	mask = DMA_BIT_MASK(30);
	WANT(sg_alloc_table(&t, 256, GFP_KERNEL) == 0);
	for_each_sgtable_sg(&t, sg, i)
		sg_set_buf(sg, va + i * PAGE_SIZE, PAGE_SIZE);
	WANT(dma_map_sgtable(&dev, &t, DMA_TO_DEVICE, DMA_ATTR_NO_WARN) == -EIO && full == 0);
	WANT(dma_map_sgtable(&dev, &t, DMA_TO_DEVICE, 0) == -EIO && full == 1);
	t.orig_nents = 128;
	for (i = 0; i < 3; i++) {
		WANT(dma_map_sgtable(&dev, &t, DMA_TO_DEVICE, 0) == 0 && t.nents == 128);
		dma_unmap_sgtable(&dev, &t, DMA_TO_DEVICE, 0);
	}
	t.orig_nents = 256;
	sg_free_table(&t);
	kfree(va);
	return 0;
}

static void a_list_that_does_not_fit_the_pool_leaves_nothing_there(void **state __maybe_unused)
{
	with(false, SHIM_DMA_BOUNCE, 0, SZ_512K, too_much);
}

/* ---- copies of everything ---- */

static long shadowed(void *arg __maybe_unused)
{
	static u8 user[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct shim_stats s;
	struct page *page;
	dma_addr_t a;
	u8 c = 5;

	memset(user, 1, sizeof(user));
	WANT(pin_user_pages_fast((unsigned long)user, 1, FOLL_WRITE, &page) == 1);
	a = dma_map_page(&dev, page, 8, 16, DMA_FROM_DEVICE);
	WANT(!dma_mapping_error(&dev, a) && offset_in_page(a) == 8);
	WANT(device_writes(a, &c, 1) == 0 && user[8] == 1); /* too early */
	user[30] = 2; /* its owner may, it is not the mapping's */
	user[9] = 2; /* its owner may, and loses it */
	dma_unmap_page(&dev, a, 16, DMA_FROM_DEVICE);
	WANT(user[8] == 5 && user[9] == 1 && user[30] == 2);
	unpin_user_pages_dirty_lock(&page, 1, true);
	shim_get_stats(machine, &s);
	WANT(s.bounced == 0 && dma_max_mapping_size(&dev) == SIZE_MAX);
	return 0;
}

static void user_memory_is_seen_late_where_the_card_works_on_copies(void **state __maybe_unused)
{
	with(false, SHIM_DMA_SHADOW, 0, 0, shadowed);
	with(true, SHIM_DMA_SHADOW, 0, 0, shadowed);
}

/* ---- memory ---- */

static long low(void *arg __maybe_unused)
{
	enum { N = 200 };
	static struct { u8 *va; dma_addr_t a; } block[N];
	unsigned int n, round;

	for (round = 0; round < 3; round++) {
		WANT(dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(24)) == 0);
		for (n = 0; n < N; n++) {
			block[n].va = dma_alloc_coherent(&dev, SZ_128K, &block[n].a, GFP_KERNEL);
			if (!block[n].va)
				break;
			WANT(block[n].a % SZ_128K == 0 && block[n].a + SZ_128K <= SZ_16M);
			for (unsigned int i = 0; i < n; i++)
				WANT(block[i].a != block[n].a);
		}
		WANT(n >= 50 && n < 120); /* of 15 MiB, with what guards them */
		while (n--)
			dma_free_coherent(&dev, SZ_128K, block[n].va, block[n].a);
	}
	for (unsigned int bits = 31; bits <= 34; bits++) {
		WANT(dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(bits)) == 0);
		block[0].va = dma_alloc_coherent(&dev, SZ_128K, &block[0].a, GFP_KERNEL);
		WANT(block[0].va && block[0].a + SZ_128K - 1 <= DMA_BIT_MASK(bits));
		dma_free_coherent(&dev, SZ_128K, block[0].va, block[0].a);
	}
	return 0;
}

static void coherent_memory_is_found_below_the_mask_until_it_is_used_up(void **state __maybe_unused)
{
	with(false, SHIM_DMA_DIRECT, 0, 0, low);
}

static long topped(void *arg)
{
	u64 top = (u64)((struct shim_param *)arg)->mem_top << 30;

	WANT(dma_get_required_mask(&dev) == DMA_BIT_MASK(fls64(top - 1)));
	for (unsigned int i = 0; i < 2000; i++) {
		u8 *va = kmalloc(PAGE_SIZE << i % 8, GFP_KERNEL);
		u64 at = virt_to_phys(va);

		WANT(at >= SZ_1G && at + (PAGE_SIZE << i % 8) <= top);
		kfree(va);
	}
	return 0;
}

static void memory_ends_where_it_was_told_to(void **state __maybe_unused)
{
	struct shim_param p;
	struct shim *s;

	with(false, SHIM_DMA_DIRECT, 2, 0, topped);
	with(false, SHIM_DMA_DIRECT, 5, 0, topped);
	with(false, SHIM_DMA_DIRECT, 128, 0, topped);
	shim_param_default(&p);
	p.mem_top = 1;
	assert_int_equal(shim_new(&s, NULL, &p), -EINVAL);
	p.mem_top = 129;
	assert_int_equal(shim_new(&s, NULL, &p), -EINVAL);
}

/* Addresses of an IOMMU come round in the middle of a list: its parts are apart all the same, until nothing is left. */
static long round_and_round(void *arg __maybe_unused)
{
	enum { N = 512, LISTS = 12 };
	u8 *va = kmalloc(2 * N * PAGE_SIZE, GFP_KERNEL), c;
	struct sg_table t[LISTS];
	struct scatterlist *sg;
	unsigned int i, l, round, none = 0;

	mask = DMA_BIT_MASK(24);
	for (i = 0; i < N; i++)
		va[2 * i * PAGE_SIZE] = (u8)(i * 5 + i / 256);
	for (l = 0; l < LISTS; l++) {
		WANT(sg_alloc_table(&t[l], N, GFP_KERNEL) == 0);
		for_each_sgtable_sg(&t[l], sg, i)
			sg_set_buf(sg, va + 2 * i * PAGE_SIZE, 100);
	}
	for (round = 0; round < 8; round++) {
		for (l = 0; l < LISTS && !dma_map_sgtable(&dev, &t[l], DMA_TO_DEVICE, 0); l++)
			;
		none += l < LISTS;
		while (l--) {
			for_each_sgtable_dma_sg(&t[l], sg, i)
				WANT(device_reads(sg_dma_address(sg), &c, 1) == 0 && c == (u8)(i * 5 + i / 256));
			dma_unmap_sgtable(&dev, &t[l], DMA_TO_DEVICE, 0);
		}
	}
	WANT(none > 0);
	for (l = 0; l < LISTS; l++)
		sg_free_table(&t[l]);
	kfree(va);
	return 0;
}

static void parts_of_a_list_are_apart_when_addresses_come_round(void **state __maybe_unused)
{
	with(true, SHIM_DMA_DIRECT, 0, 0, round_and_round);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mapping_above_the_mask_fails_with_a_warning),
		cmocka_unit_test(the_pool_itself_can_be_above_the_mask),
		cmocka_unit_test(bounced_memory_changes_hands_by_copies),
		cmocka_unit_test(the_pool_has_an_end_and_a_longest_segment),
		cmocka_unit_test(a_list_that_does_not_fit_the_pool_leaves_nothing_there),
		cmocka_unit_test(user_memory_is_seen_late_where_the_card_works_on_copies),
		cmocka_unit_test(coherent_memory_is_found_below_the_mask_until_it_is_used_up),
		cmocka_unit_test(memory_ends_where_it_was_told_to),
		cmocka_unit_test(parts_of_a_list_are_apart_when_addresses_come_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
