// SPDX-License-Identifier: BSD-2-Clause
/* Every rule of the DMA mapping API broken once, each found by its check and by no other. */
#include "kernel_dma_rig.h"

static u8 *block;

/* A mapping of 64 bytes of a block, its error checked. */
static dma_addr_t map(enum dma_data_direction dir)
{
	dma_addr_t a;

	device_reset();
	block = kmalloc(64, GFP_KERNEL);
	a = dma_map_single(&dev, block, 64, dir);
	return dma_mapping_error(&dev, a) ? 0 : a;
}

static long unmaps_twice(void *arg __maybe_unused)
{
	dma_addr_t a = map(DMA_TO_DEVICE);

	dma_unmap_single(&dev, a, 64, DMA_TO_DEVICE);
	dma_unmap_single(&dev, a, 64, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long unmaps_an_error(void *arg __maybe_unused)
{
	device_reset();
	dma_unmap_single(&dev, DMA_MAPPING_ERROR, 64, DMA_TO_DEVICE);
	return 0;
}

static long unmaps_another_size(void *arg __maybe_unused)
{
	dma_unmap_single(&dev, map(DMA_TO_DEVICE), 63, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long unmaps_another_direction(void *arg __maybe_unused)
{
	dma_unmap_single(&dev, map(DMA_TO_DEVICE), 64, DMA_FROM_DEVICE);
	kfree(block);
	return 0;
}

static long unmaps_as_a_page(void *arg __maybe_unused)
{
	dma_unmap_page(&dev, map(DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long unmaps_another_count(void *arg __maybe_unused)
{
	struct scatterlist sg[2];

	device_reset();
	block = kmalloc(64, GFP_KERNEL);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], block, 32);
	sg_set_buf(&sg[1], block + 32, 32);
	if (!dma_map_sg(&dev, sg, 2, DMA_TO_DEVICE))
		return -1;
	dma_unmap_sg(&dev, sg, 1, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long never_asks_for_the_error(void *arg __maybe_unused)
{
	dma_addr_t a;

	device_reset();
	block = kmalloc(64, GFP_KERNEL);
	a = dma_map_single(&dev, block, 64, DMA_TO_DEVICE);
	dma_unmap_single(&dev, a, 64, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long syncs_what_is_not_mapped(void *arg __maybe_unused)
{
	device_reset();
	dma_sync_single_for_cpu(&dev, 0x1000, 4, DMA_FROM_DEVICE);
	return 0;
}

static long syncs_too_much(void *arg __maybe_unused)
{
	dma_addr_t a = map(DMA_FROM_DEVICE);

	dma_sync_single_for_cpu(&dev, a, 65, DMA_FROM_DEVICE);
	dma_unmap_single(&dev, a, 64, DMA_FROM_DEVICE);
	kfree(block);
	return 0;
}

static long syncs_against_its_direction(void *arg __maybe_unused)
{
	dma_addr_t a = map(DMA_FROM_DEVICE);

	dma_sync_single_for_device(&dev, a, 64, DMA_TO_DEVICE);
	dma_unmap_single(&dev, a, 64, DMA_FROM_DEVICE);
	kfree(block);
	return 0;
}

static long leaks_a_mapping(void *arg __maybe_unused)
{
	static u64 keep;

	keep = map(DMA_TO_DEVICE); /* its memory is left as well */
	return keep ? 0 : -1;
}

static long frees_what_is_mapped(void *arg __maybe_unused)
{
	dma_addr_t a = map(DMA_TO_DEVICE);

	kfree(block);
	dma_unmap_single(&dev, a, 64, DMA_TO_DEVICE);
	return 0;
}

static long frees_a_page_that_is_mapped(void *arg __maybe_unused)
{
	struct page *p = alloc_page(GFP_KERNEL);
	dma_addr_t a;

	device_reset();
	a = dma_map_page(&dev, p, 0, 64, DMA_TO_DEVICE);
	if (dma_mapping_error(&dev, a))
		return -1;
	__free_page(p);
	dma_unmap_page(&dev, a, 64, DMA_TO_DEVICE);
	return 0;
}

static long writes_what_the_card_reads(void *arg __maybe_unused)
{
	dma_addr_t a = map(DMA_TO_DEVICE);

	block[5] ^= 1;
	block[7] ^= 1; /* told once */
	dma_unmap_single(&dev, a, 64, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long writes_where_the_card_writes(void *arg __maybe_unused)
{
	dma_addr_t a = map(DMA_FROM_DEVICE);

	block[63] ^= 1;
	dma_sync_single_for_cpu(&dev, a, 64, DMA_FROM_DEVICE);
	dma_unmap_single(&dev, a, 64, DMA_FROM_DEVICE);
	kfree(block);
	return 0;
}

/* Two halves of one line, each for the card to write; one to be read would do. */
static long maps_halves_of_a_line(void *arg __maybe_unused)
{
	dma_addr_t a, b, c;

	device_reset();
	block = kmalloc(64, GFP_KERNEL);
	a = dma_map_single(&dev, block, 16, DMA_FROM_DEVICE);
	b = dma_map_single(&dev, block + 16, 16, DMA_TO_DEVICE);
	c = dma_map_single(&dev, block + 32, 16, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(&dev, a) || dma_mapping_error(&dev, b) || dma_mapping_error(&dev, c))
		return -1;
	dma_unmap_single(&dev, a, 16, DMA_FROM_DEVICE);
	dma_unmap_single(&dev, b, 16, DMA_TO_DEVICE);
	dma_unmap_single(&dev, c, 16, DMA_BIDIRECTIONAL);
	kfree(block);
	return 0;
}

static long maps_the_stack(void *arg __maybe_unused)
{
	u8 on_stack[64];

	device_reset();
	return dma_map_single(&dev, on_stack, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR ? 0 : -1;
}

static long maps_vmalloc_memory(void *arg __maybe_unused)
{
	void *p = vmalloc(64);

	device_reset();
	if (dma_map_single(&dev, p, 64, DMA_TO_DEVICE) != DMA_MAPPING_ERROR)
		return -1;
	vfree(p);
	return 0;
}

static long maps_past_its_block(void *arg __maybe_unused)
{
	void *p = kmalloc(64, GFP_KERNEL);

	device_reset();
	if (dma_map_single(&dev, p, 65, DMA_TO_DEVICE) != DMA_MAPPING_ERROR)
		return -1;
	kfree(p);
	return 0;
}

static long maps_too_long_a_segment(void *arg __maybe_unused)
{
	struct scatterlist sg;

	device_reset();
	dma_set_max_seg_size(&dev, 32);
	block = kmalloc(64, GFP_KERNEL);
	sg_init_one(&sg, block, 64);
	if (!dma_map_sg(&dev, &sg, 1, DMA_TO_DEVICE))
		return -1;
	dma_unmap_sg(&dev, &sg, 1, DMA_TO_DEVICE);
	kfree(block);
	return 0;
}

static long maps_nothing(void *arg __maybe_unused)
{
	block = kmalloc(64, GFP_KERNEL);
	device_reset();
	if (dma_map_single(&dev, block, 0, DMA_TO_DEVICE) != DMA_MAPPING_ERROR)
		return -1;
	kfree(block);
	return 0;
}

static long maps_without_a_mask(void *arg __maybe_unused)
{
	block = kmalloc(64, GFP_KERNEL);
	device_reset();
	dev.dma_mask = NULL;
	if (dma_map_single(&dev, block, 64, DMA_TO_DEVICE) != DMA_MAPPING_ERROR)
		return -1;
	kfree(block);
	return 0;
}

static long frees_coherent_of_another_size(void *arg __maybe_unused)
{
	dma_addr_t a;
	void *p;

	device_reset();
	p = dma_alloc_coherent(&dev, 64, &a, GFP_KERNEL);
	dma_free_coherent(&dev, 128, p, a);
	return 0;
}

static long frees_coherent_twice(void *arg __maybe_unused)
{
	dma_addr_t a;
	void *p;

	device_reset();
	p = dma_alloc_coherent(&dev, 64, &a, GFP_KERNEL);
	dma_free_coherent(&dev, 64, p, a);
	dma_free_coherent(&dev, 64, p, a);
	return 0;
}

static long frees_coherent_with_interrupts_off(void *arg __maybe_unused)
{
	unsigned long flags;
	dma_addr_t a;
	void *p;

	device_reset();
	p = dma_alloc_coherent(&dev, 64, &a, GFP_KERNEL);
	local_irq_save(flags);
	dma_free_coherent(&dev, 64, p, a);
	local_irq_restore(flags);
	return 0;
}

static long destroys_a_pool_in_use(void *arg __maybe_unused)
{
	struct dma_pool *pool;
	dma_addr_t a;

	device_reset();
	pool = dma_pool_create("pool", &dev, 64, 64, 0);
	if (!dma_pool_alloc(pool, GFP_KERNEL, &a))
		return -1;
	dma_pool_destroy(pool);
	return 0;
}

static void each_misuse_of_a_mapping_is_found(void **state __maybe_unused)
{
	static const struct mistake m[] = {
		{ "unmaps_twice", unmaps_twice, "C1", "not allocated", 0, 0 },
		{ "unmaps_an_error", unmaps_an_error, "C1", "invalid DMA memory address", 0, 0 },
		{ "unmaps_another_size", unmaps_another_size, "C2", "different size", 0, 0 },
		{ "unmaps_another_direction", unmaps_another_direction, "C2", "different direction", 0, 0 },
		{ "unmaps_as_a_page", unmaps_as_a_page, "C2", "wrong function", 0, 0 },
		{ "unmaps_another_count", unmaps_another_count, "C2", "different entry count", 0, 0 },
		{ "never_asks_for_the_error", never_asks_for_the_error, "C3", "failed to check map error", 0, 0 },
		{ "syncs_what_is_not_mapped", syncs_what_is_not_mapped, "C4", "not allocated", 0, 0 },
		{ "syncs_too_much", syncs_too_much, "C4", "outside allocated range", 0, 0 },
		{ "syncs_against_its_direction", syncs_against_its_direction, "C4", "device write-only", 0, 0 },
		{ "leaks_a_mapping", leaks_a_mapping, "C5", "dma_map_single of 64 bytes", 0, 1 },
		{ "frees_what_is_mapped", frees_what_is_mapped, "C12", "is freed; mapped", 0, 0 },
		{ "frees_a_page_that_is_mapped", frees_a_page_that_is_mapped, "C12", "is freed; mapped", 0, 0 },
		{ "maps_the_stack", maps_the_stack, "C6", "from stack", 0, 0 },
		{ "maps_vmalloc_memory", maps_vmalloc_memory, "C6", "vmalloc", 0, 0 },
		{ "maps_past_its_block", maps_past_its_block, "C6", "65 bytes of a block of 64", 0, 0 },
		{ "maps_halves_of_a_line", maps_halves_of_a_line, "C7", "shares a cache line", 0, 0 },
		{ "writes_what_the_card_reads", writes_what_the_card_reads, "C10", "5 bytes into the mapping", 0, 0 },
		{ "writes_where_the_card_writes", writes_where_the_card_writes, "C10", "63 bytes into the mapping", 0, 0 },
		{ "maps_too_long_a_segment", maps_too_long_a_segment, "C8", "longer than device claims", 0, 0 },
		{ "maps_nothing", maps_nothing, "dma-use", "no bytes", 0, 0 },
		{ "maps_without_a_mask", maps_without_a_mask, "dma-use", "without a DMA mask", 0, 0 },
		{ "frees_coherent_of_another_size", frees_coherent_of_another_size, "C2", "different size", 0, 0 },
		{ "frees_coherent_twice", frees_coherent_twice, "C1", "not allocated", 0, 0 },
		{ "frees_coherent_with_interrupts_off", frees_coherent_with_interrupts_off, "C13", "interrupts off", 0, 0 },
		{ "destroys_a_pool_in_use", destroys_a_pool_in_use, "C5", "blocks in use", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		found(&m[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misuse_of_a_mapping_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
