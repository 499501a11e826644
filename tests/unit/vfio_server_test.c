// SPDX-License-Identifier: BSD-2-Clause
/* The vfio-user server: what a client like QEMU does, and the C model as the card in another process. */
#include "tests/unit/vfio_rig.h"

static int setup(void **state)
{
	*state = rig_new();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* ---- what it says about itself ---- */

static void version_is_negotiated(void **state)
{
	struct rig *r = *state;
	struct vu_version ver;

	assert_int_equal(rig_hello(r), 0);
	assert_true(r->in.len > sizeof(ver));
	memcpy(&ver, r->in.body, sizeof(ver));
	assert_int_equal(ver.major, 0);
	assert_int_equal(ver.minor, 1);
	assert_int_equal(r->in.body[r->in.len - 1], 0);
	assert_non_null(strstr((char *)r->in.body + sizeof(ver), "\"max_data_xfer_size\":65536"));
	assert_null(strstr((char *)r->in.body + sizeof(ver), "write_multiple"));
}

static void an_older_minor_version_is_spoken(void **state)
{
	struct rig *r = *state;
	struct vu_version ver = { 0, 0 };

	assert_int_equal(rig_call(r, VU_VERSION, &ver, sizeof(ver), NULL, 0), 0);
	memcpy(&ver, r->in.body, sizeof(ver));
	assert_int_equal(ver.minor, 0);
}

static void a_newer_minor_version_is_brought_down(void **state)
{
	struct rig *r = *state;
	struct vu_version ver = { 0, 77 };

	assert_int_equal(rig_call(r, VU_VERSION, &ver, sizeof(ver), NULL, 0), 0);
	memcpy(&ver, r->in.body, sizeof(ver));
	assert_int_equal(ver.minor, 1);
}

static void device_regions_and_interrupts_are_told(void **state)
{
	static const uint64_t size[9] = { CW_BAR0_BYTES, 0, 16 << 12, 0, CW_BAR4_BYTES, 0, 0, 4096, 0 };
	static const uint32_t irqs[5] = { 1, 32, VECTORS, 0, 0 };
	struct { uint32_t argsz, flags, regions, irqs; } dev = { .argsz = sizeof(dev) };
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(rig_call(r, VU_GET_INFO, &dev, sizeof(dev), NULL, 0), 0);
	memcpy(&dev, r->in.body, sizeof(dev));
	assert_int_equal(dev.flags, VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI);
	assert_int_equal(dev.regions, 9);
	assert_int_equal(dev.irqs, 5);
	for (uint32_t i = 0; i < 9; i++) {
		struct vfio_region_info info = { .argsz = sizeof(info), .index = i };

		assert_int_equal(rig_call(r, VU_GET_REGION_INFO, &info, sizeof(info), NULL, 0), 0);
		memcpy(&info, r->in.body, sizeof(info));
		assert_int_equal(info.size, size[i]);
		assert_int_equal(info.flags, size[i] ? VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE : 0);
	}
	for (uint32_t i = 0; i < 5; i++) {
		struct vfio_irq_info info = { .argsz = sizeof(info), .index = i };

		assert_int_equal(rig_call(r, VU_GET_IRQ_INFO, &info, sizeof(info), NULL, 0), 0);
		memcpy(&info, r->in.body, sizeof(info));
		assert_int_equal(info.count, irqs[i]);
	}
}

/* ---- accesses ---- */

static void config_accesses_of_all_sizes_are_tlps(void **state)
{
	static struct rig_tlp t[64];
	struct rig *r = *state;
	unsigned n;

	assert_int_equal(rig_hello(r), 0);
	rig_tlps(r, NULL, 0);
	assert_int_equal(rig_rd(r, CFG, 0, 2), CW_PCI_VENDOR_ID);
	assert_int_equal(rig_rd(r, CFG, 2, 2), CW_PCI_DEVICE_ID);
	assert_int_equal(rig_rd(r, CFG, 0, 4), (uint32_t)CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID);
	assert_int_equal(rig_rd(r, CFG, 8, 1), CW_PCI_REVISION);
	assert_int_equal(rig_rd(r, CFG, 1, 4), (rig_rd(r, CFG, 0, 8) >> 8) & 0xffffffff);
	n = rig_tlps(r, t, 64);
	assert_int_equal(n, 4 + 2 + 2); /* two that cross a DW */
	assert_int_equal(t[0].i.kind, CW_TLP_CFGRD);
	assert_int_equal(t[3].i.reg, 8);

	rig_wr(r, CFG, 0x10, 0xffffffff, 4);
	assert_int_equal(rig_rd(r, CFG, 0x10, 4), 0xfff00004);
	rig_wr(r, CFG, 0x10, 0x12345678, 4);
	rig_wr(r, CFG, 0x12, 0xabcd, 2);
	assert_int_equal(rig_rd(r, CFG, 0x10, 4), 0xabc00004);
	rig_wr(r, CFG, 0x3c, 0x55, 1);
	assert_int_equal(rig_rd(r, CFG, 0x3c, 2), 0x155);
	rig_tlps(r, NULL, 0);
	rig_wr(r, CFG, 0x12, 0x67788990, 4); /* 2 bytes of one DW, 2 of the next */
	rig_wr(r, CFG, 0x15, 0x112233, 3);    /* 1 and 2: TLPs here have 1, 2 and 4 */
	n = rig_tlps(r, t, 64);
	assert_int_equal(n, 4);
	assert_int_equal(t[0].i.first_be, 0xc);
	assert_int_equal(t[1].i.first_be, 0x3);
	assert_int_equal(t[2].i.first_be, 0x2);
	assert_int_equal(t[3].i.first_be, 0xc);
	assert_int_equal(rig_rd(r, CFG, 0x14, 4), 0x11223378);

}

static void a_large_config_read_is_all_of_it(void **state)
{
	static struct rig_tlp t[1100];
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	rig_tlps(r, NULL, 0);
	assert_int_equal(rig_region(r, VU_REGION_READ, CFG, 0, NULL, 4096, 0), 0);
	assert_int_equal(r->in.len, sizeof(struct vu_region_rw) + 4096);
	assert_int_equal(r->in.body[sizeof(struct vu_region_rw) + CAP_MSIX], 0x11);
	assert_int_equal(rig_tlps(r, t, 1100), 1024);
}

static void bar_accesses_of_all_sizes_are_one_tlp_each(void **state)
{
	static const uint64_t at[] = { 0x100, 0x201, 0x302, 0x404, 0x506, 0x507, 0xffff8 };
	static const uint32_t len[] = { 8, 1, 2, 4, 2, 1, 8 };
	static struct rig_tlp t[64];
	struct rig *r = *state;
	uint64_t value = 0x8877665544332211;

	rig_up(r, true);
	for (unsigned i = 0; i < 7; i++) {
		uint64_t want = len[i] < 8 ? value & ((1ull << 8 * len[i]) - 1) : value, first;

		rig_settle(r);
		rig_tlps(r, NULL, 0);
		if (i % 2)
			rig_wr(r, CW_BAR_WINDOW, at[i], value, len[i]);
		else
			rig_post(r, CW_BAR_WINDOW, at[i], value, len[i]);
		assert_int_equal(rig_rd(r, CW_BAR_WINDOW, at[i], len[i]), want);
		assert_int_equal(rig_tlps(r, t, 64), 2);
		assert_int_equal(t[0].i.kind, CW_TLP_MWR);
		assert_int_equal(cw_tlp_span(&t[0].i, &first), len[i]);
		assert_int_equal(first, bar_base[CW_BAR_WINDOW] + at[i]);
		assert_int_equal(t[1].i.kind, CW_TLP_MRD);
		assert_int_equal(cw_tlp_span(&t[1].i, &first), len[i]);
		assert_int_equal(first, bar_base[CW_BAR_WINDOW] + at[i]);
	}
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), CW_ID_MAGIC);
	/* sizes and places that one TLP of a CPU does not have */
	assert_int_equal(rig_region(r, VU_REGION_READ, 0, 0, NULL, 3, 0), EINVAL);
	assert_int_equal(rig_region(r, VU_REGION_READ, 0, 2, NULL, 4, 0), EINVAL);
	assert_int_equal(rig_region(r, VU_REGION_READ, 0, 0, NULL, 16, 0), EINVAL);
	assert_int_equal(rig_region(r, VU_REGION_WRITE, 0, 0, &value, 0, 0), EINVAL);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), CW_ID_MAGIC);
}

static void memory_that_is_off_reads_all_ones(void **state)
{
	static struct rig_tlp t[64];
	struct rig *r = *state;
	struct cw_vfio_stats s;

	rig_up(r, true);
	rig_wr(r, CW_BAR_WINDOW, 0, 0x1234, 4);
	rig_wr(r, CFG, 4, 4, 2);
	rig_tlps(r, NULL, 0);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), 0xffffffff);
	assert_int_equal(rig_rd(r, 0, 0, 8), UINT64_MAX);
	rig_wr(r, CW_BAR_WINDOW, 0, 0, 4);
	assert_int_equal(rig_tlps(r, t, 64), 0);
	cw_vfio_get_stats(r->v, &s);
	assert_int_equal(s.refused, 3);
	rig_wr(r, CFG, 4, 6, 2);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0, 4), 0x1234);
	rig_wr(r, CFG, 0x10, 0, 4); /* a BAR that was given no address */
	rig_wr(r, CFG, 0x14, 0, 4);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), 0xffffffff);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0, 4), 0x1234);
}

static void a_bar_is_where_it_was_last_put(void **state)
{
	static struct rig_tlp t[64];
	struct rig *r = *state;

	rig_up(r, true);
	rig_wr(r, CFG, 0x24, 0x17, 4); /* the high half of BAR 4 */
	rig_tlps(r, NULL, 0);
	rig_wr(r, CW_BAR_WINDOW, 0x10, 5, 4);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0x10, 4), 5);
	assert_int_equal(rig_tlps(r, t, 64), 2);
	assert_int_equal(t[0].i.addr, 0x1700000010ull);
}

/* ---- interrupts ---- */

static void the_cards_own_table_is_programmed(void **state)
{
	static struct rig_tlp t[256];
	struct rig *r = *state;
	uint64_t entry;
	unsigned n;

	assert_int_equal(rig_hello(r), 0);
	rig_enable(r);
	rig_settle(r);
	rig_tlps(r, NULL, 0);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 2, 3, 0), 0);
	rig_settle(r);
	n = rig_tlps(r, t, 256);
	assert_int_equal(n, 12);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(t[i].i.kind, CW_TLP_MWR);
		assert_int_equal(t[i].i.addr, bar_base[0] + CW_MSIX_TABLE_OFFSET + 32 + 4 * i);
	}
	for (unsigned v = 0; v < VECTORS; v++) {
		entry = rig_rd(r, 0, CW_MSIX_TABLE_OFFSET + 16 * v + 8, 8);
		assert_int_equal(entry >> 32, v < 2 || v > 4); /* masked, all but the three */
		assert_int_equal((uint32_t)entry, v < 2 || v > 4 ? 0 : v);
	}
	/* again with other events: the card has it already */
	rig_tlps(r, NULL, 0);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 2, 3, 1), 0);
	rig_settle(r);
	assert_int_equal(rig_tlps(r, t, 256), 0);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 3, 1, -1), 0);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_TABLE_OFFSET + 16 * 3 + 12, 4), 1);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_TABLE_OFFSET + 16 * 4 + 12, 4), 0);
}

static void a_message_of_the_card_is_its_vectors_event(void **state)
{
	struct rig *r = *state;
	struct cw_vfio_stats s;

	rig_up(r, true);
	for (unsigned q = 0; q < 3; q++)
		rig_move(r, q, false, IOVA + BUF, 64, 0);
	for (unsigned i = 0; i < VECTORS; i++)
		assert_int_equal(rig_event(r, i), i >= 1 && i <= 3);
	cw_vfio_get_stats(r->v, &s);
	assert_int_equal(s.interrupts, 3);
	/* a vector without an event is masked in the card, which keeps it pending */
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 2, 1, -1), 0);
	rig_move(r, 1, false, IOVA + BUF, 64, 0);
	assert_int_equal(rig_event(r, 2), 0);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_PBA_OFFSET, 4), 4);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 2, 1, 2), 0);
	rig_settle(r);
	assert_int_equal(rig_event(r, 2), 1);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_PBA_OFFSET, 4), 0);
}

static void msi_has_an_address_of_the_guest_and_one_of_the_card(void **state)
{
	static struct rig_tlp t[64];
	struct rig *r = *state;
	unsigned n;

	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(rig_map(r, IOVA, MEM_BYTES, 0, RIG_RW, r->mem_fd), 0);
	rig_enable(r);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSI_IRQ_INDEX, 0, VECTORS, 0), 0);
	rig_tlps(r, NULL, 0);
	rig_wr(r, CFG, CAP_MSI + 4, 0xdeadbee3, 4);
	rig_wr(r, CFG, CAP_MSI + 8, 0x12345678, 4);
	rig_wr(r, CFG, CAP_MSI + 12, 0x40, 1);
	rig_wr(r, CFG, CAP_MSI + 13, 0x99, 1);
	n = rig_tlps(r, t, 64);
	assert_int_equal(n, 4);
	for (unsigned i = 0; i < n; i++) /* the guest's own reached no card */
		assert_true(t[i].data[0] != 0xe3 && t[i].data[1] != 0x99 && t[i].data[0] != 0x78);
	/* and the guest finds what it wrote, by any size */
	assert_int_equal(rig_rd(r, CFG, CAP_MSI + 4, 4), 0xdeadbee0);
	assert_int_equal(rig_rd(r, CFG, CAP_MSI + 4, 8), 0x12345678deadbee0);
	assert_int_equal(rig_rd(r, CFG, CAP_MSI + 6, 2), 0xdead);
	assert_int_equal(rig_rd(r, CFG, CAP_MSI + 12, 2), 0x9940);
	assert_int_equal(rig_rd(r, CFG, CAP_MSI, 1), 5);
	/* eight messages */
	rig_wr(r, CFG, CAP_MSI + 2, 0x0031, 2);
	for (unsigned q = 0; q < 6; q++)
		rig_move(r, q, false, IOVA + BUF, 64, 0);
	for (unsigned i = 0; i < VECTORS; i++) /* queue n has vector n + 1 */
		assert_int_equal(rig_event(r, i), i >= 1 && i <= 6);
	rig_wr(r, CFG, CAP_MSI + 2, 0, 2);
	rig_move(r, 0, false, IOVA + BUF, 64, 0);
	for (unsigned i = 0; i < VECTORS; i++)
		assert_int_equal(rig_event(r, i), 0);
}

/* A doorbell of a queue that is off is an error, which here holds the pin. */
static void the_pin_is_a_level(void **state)
{
	struct vfio_irq_set unmask = { sizeof(unmask), VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
				       VFIO_PCI_INTX_IRQ_INDEX, 0, 1 };
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	rig_enable(r);
	assert_int_equal(rig_irqs(r, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, 0), 0);
	rig_post(r, CW_BAR_DOORBELL, 0, 1, 4);
	rig_settle(r);
	assert_int_equal(rig_event(r, 0), 1);
	rig_post(r, CW_BAR_DOORBELL, 0, 1, 4);
	rig_settle(r);
	assert_int_equal(rig_event(r, 0), 0);
	assert_int_equal(rig_call(r, VU_SET_IRQS, &unmask, sizeof(unmask), NULL, 0), 0);
	assert_int_equal(rig_event(r, 0), 1);
	rig_post(r, 0, CW_INTX, CW_INTX_PENDING_MASK, 4);
	rig_settle(r);
	assert_int_equal(rig_call(r, VU_SET_IRQS, &unmask, sizeof(unmask), NULL, 0), 0);
	assert_int_equal(rig_event(r, 0), 0);
	rig_post(r, CW_BAR_DOORBELL, 0, 1, 4);
	rig_settle(r);
	assert_int_equal(rig_event(r, 0), 1);
	/* a reset takes it away */
	assert_int_equal(rig_call(r, VU_RESET, NULL, 0, NULL, 0), 0);
	assert_int_equal(rig_call(r, VU_SET_IRQS, &unmask, sizeof(unmask), NULL, 0), 0);
	assert_int_equal(rig_event(r, 0), 0);
}

/* ---- resets ---- */

static void device_reset_gives_a_fresh_card(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	rig_post(r, 0, CW_SCRATCH, 0x1234, 4);
	rig_move(r, 0, false, IOVA + BUF, 64, 0);
	assert_int_equal(rig_call(r, VU_RESET, NULL, 0, NULL, 0), 0);
	assert_int_equal(rig_rd(r, CFG, 4, 2), 0);
	assert_int_equal(rig_rd(r, CFG, 0x10, 4), 4);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), 0xffffffff);
	rig_enable(r);
	assert_int_equal(rig_rd(r, 0, CW_SCRATCH, 4), 0);
	/* the client's events still stand for the vectors, and the card was told again */
	rig_wr(r, CFG, CAP_MSIX + 2, 0x8000, 2);
	assert_int_equal(rig_event(r, 1), 1);
	rig_move(r, 0, false, IOVA + BUF, 64, 0);
	assert_int_equal(rig_event(r, 1), 1);
}

static void function_level_reset_comes_as_a_config_write(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	rig_post(r, 0, CW_SCRATCH, 0x1234, 4);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_TABLE_OFFSET + 16 + 12, 4), 0);
	rig_wr(r, CFG, CAP_PCIE + 8, 0x8000 | rig_rd(r, CFG, CAP_PCIE + 8, 2), 2);
	assert_int_equal(rig_rd(r, CFG, CAP_PCIE + 8, 2), 0x2810);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), 0xffffffff); /* BARs and Command have gone */
	rig_enable(r);
	assert_int_equal(rig_rd(r, 0, CW_SCRATCH, 4), 0);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_TABLE_OFFSET + 16 + 12, 4), 0);
	rig_wr(r, CFG, CAP_MSIX + 2, 0x8000, 2);
	rig_move(r, 3, true, IOVA + BUF, 64, 0);
	assert_int_equal(rig_event(r, 4), 1);
}

static void the_guests_payload_size_is_kept_to(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	for (uint32_t mps = 0; mps < 3; mps++) {
		rig_wr(r, CFG, CAP_PCIE + 8, 0x2810 | mps << 5, 2);
		rig_move(r, 0, false, IOVA + BUF + 4, 5000, 0); /* the checker looks at each completion */
		rig_move(r, 1, true, IOVA + BUF + 4, 5000, 0);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(version_is_negotiated), T(an_older_minor_version_is_spoken), T(a_newer_minor_version_is_brought_down),
		T(device_regions_and_interrupts_are_told), T(config_accesses_of_all_sizes_are_tlps),
		T(a_large_config_read_is_all_of_it), T(bar_accesses_of_all_sizes_are_one_tlp_each),
		T(memory_that_is_off_reads_all_ones), T(a_bar_is_where_it_was_last_put),
		T(the_cards_own_table_is_programmed), T(a_message_of_the_card_is_its_vectors_event),
		cmocka_unit_test_setup_teardown(msi_has_an_address_of_the_guest_and_one_of_the_card, setup, teardown),
		cmocka_unit_test_setup_teardown(the_pin_is_a_level, setup, teardown),
		T(device_reset_gives_a_fresh_card), T(function_level_reset_comes_as_a_config_write),
		T(the_guests_payload_size_is_kept_to),
	};

	return cmocka_run_group_tests_name("vfio_server", tests, NULL, NULL);
}
