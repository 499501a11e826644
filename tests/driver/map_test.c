// SPDX-License-Identifier: BSD-2-Clause
/* Descriptors out of a DMA mapping: joined, cut, counted; and the ring's arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver/causeway.h"

struct run {
	u64 addr;
	u32 len;
};

/* Walks a mapping of these entries and compares with these descriptors. */
static void walk(const struct run *entry, unsigned int n, const struct run *want, unsigned int want_n)
{
	struct scatterlist *sg = calloc(n, sizeof(*sg));
	struct cw_map map = { .sgt = { .sgl = sg, .nents = n, .orig_nents = n } };
	struct cw_map_iter it;
	dma_addr_t addr;
	u32 len;

	sg_init_table(sg, n);
	for (unsigned int i = 0; i < n; i++) {
		sg_dma_address(&sg[i]) = entry[i].addr;
		sg_dma_len(&sg[i]) = entry[i].len;
		sg[i].length = 1; /* what was asked for is not what counts */
	}
	assert_int_equal(cw_map_count(&map), want_n);
	cw_map_start(&map, &it);
	for (unsigned int i = 0; i < want_n; i++) {
		assert_true(cw_map_next(&it, &addr, &len));
		assert_int_equal(addr, want[i].addr);
		assert_int_equal(len, want[i].len);
	}
	assert_false(cw_map_next(&it, &addr, &len));
	free(sg);
}

#define WALK(e, w) walk(e, ARRAY_SIZE(e), w, ARRAY_SIZE(w))

static void neighbours_are_joined(void **state __maybe_unused)
{
	static const struct run e[] = { { 0x1003, 0xffd }, { 0x2000, 0x1000 }, { 0x3000, 5 }, { 0x9000, 7 } };
	static const struct run w[] = { { 0x1003, 0x2002 }, { 0x9000, 7 } };

	WALK(e, w);
}

static void strangers_are_not_joined(void **state __maybe_unused)
{
	static const struct run e[] = { { 0x3000, 0x1000 }, { 0x2000, 0x1000 }, { 0x1000, 0x1000 }, { 0x2001, 1 } };

	WALK(e, e);
}

static void longest_descriptor_is_not_cut(void **state __maybe_unused)
{
	static const struct run e[] = { { 0x1000, CW_DESC_LEN_MAX } };

	WALK(e, e);
}

static void one_byte_more_is_cut(void **state __maybe_unused)
{
	static const struct run e[] = { { 0x1000, CW_DESC_LEN_MAX + 1 } };
	static const struct run w[] = { { 0x1000, 0xfff000 }, { 0x1000000, 0x1000 } };

	WALK(e, w);
}

static void longer_entry_is_cut_at_pages(void **state __maybe_unused)
{
	static const struct run e[] = { { 0x1000, 0x2000001 } };
	static const struct run w[] = { { 0x1000, 0xfff000 }, { 0x1000000, 0xfff000 }, { 0x1fff000, 0x2001 } };

	WALK(e, w);
}

static void joining_stops_at_the_longest_descriptor(void **state __maybe_unused)
{
	static const struct run e[] = { { 0x1000, 0xfff000 }, { 0x1000000, 0xfff }, { 0x1000fff, 1 } };
	static const struct run w[] = { { 0x1000, 0xffffff }, { 0x1000fff, 1 } };

	WALK(e, w);
}

static void joining_carries_over_2_to_the_48(void **state __maybe_unused)
{
	static const struct run e[] = { { 0xfffffffff000, 0x1000 }, { 0x1000000000000, 0x1000 } };
	static const struct run w[] = { { 0xfffffffff000, 0x2000 } };

	WALK(e, w);
}

static void phase_flips_each_pass_and_over_the_wrap(void **state __maybe_unused)
{
	assert_int_equal(cw_ring_phase(0, 8), 1);
	assert_int_equal(cw_ring_phase(255, 8), 1);
	assert_int_equal(cw_ring_phase(256, 8), 0);
	assert_int_equal(cw_ring_phase(512, 8), 1);
	assert_int_equal(cw_ring_phase(0xffffffff, 8), 0);
}

static void descriptor_has_the_bits_of_the_table(void **state __maybe_unused)
{
	struct cw_desc d;

	cw_desc_fill(&d, 0x123456789abcdef0, 0xabcdef, 0xf87654321, CW_DESC_DW2_IRQ_MASK);
	assert_int_equal(le32_to_cpu(d.dw[0]), 0x9abcdef0);
	assert_int_equal(le32_to_cpu(d.dw[1]), 0x12345678);
	assert_int_equal(le32_to_cpu(d.dw[2]), 0xf4abcdef);
	assert_int_equal(le32_to_cpu(d.dw[3]), 0x87654321);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_are_joined),
		cmocka_unit_test(strangers_are_not_joined),
		cmocka_unit_test(longest_descriptor_is_not_cut),
		cmocka_unit_test(one_byte_more_is_cut),
		cmocka_unit_test(longer_entry_is_cut_at_pages),
		cmocka_unit_test(joining_stops_at_the_longest_descriptor),
		cmocka_unit_test(joining_carries_over_2_to_the_48),
		cmocka_unit_test(phase_flips_each_pass_and_over_the_wrap),
		cmocka_unit_test(descriptor_has_the_bits_of_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
