// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/cfgspace.h"
#include "../../sim/link/tlp.h"

static const struct cw_cfgspace_param param = {
	.queues = 64, .vectors = 64, .mps_max = 2, .generation = 3, .lanes = 8, .tag10 = true,
	.serial = 0x1122334455667788u,
};

static struct cw_cfgspace *fresh(void)
{
	static struct cw_cfgspace c;

	cw_cfgspace_init(&c, &param);
	return &c;
}

#define DEVCTL (CW_CFG_PCIE + 8)

static void lists_lead_to_every_capability(void **state)
{
	const uint8_t ids[] = { 0x01, 0x05, 0x11, 0x10 };
	struct cw_cfgspace *c = fresh();
	unsigned at = cw_cfgspace_read(c, 0x34) & 0xff;

	(void)state;
	assert_true(cw_cfgspace_read(c, 4) >> 16 & 0x10);
	for (unsigned i = 0; i < 4; i++) {
		uint32_t head = cw_cfgspace_read(c, (uint16_t)at);

		assert_int_equal(head & 0xff, ids[i]);
		at = head >> 8 & 0xff;
	}
	assert_int_equal(at, 0);
	assert_int_equal(cw_cfgspace_read(c, 0x100) & 0xffff, 1);
	assert_int_equal(cw_cfgspace_read(c, 0x100) >> 20, CW_CFG_DSN);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_DSN) & 0xffff, 3);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_DSN) >> 20, 0);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_DSN + 4), 0x55667788);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_DSN + 8), 0x11223344);
	assert_int_equal(cw_cfgspace_read(c, 0), CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID);
	assert_int_equal(cw_cfgspace_read(c, 8), CW_PCI_CLASS << 8 | CW_PCI_REVISION);
	assert_int_equal((cw_cfgspace_read(c, CW_CFG_MSIX) >> 16 & 0x7ff) + 1, param.vectors);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSIX + 4), CW_MSIX_TABLE_OFFSET);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSIX + 8), CW_MSIX_PBA_OFFSET);
}

/* Size of the 64-bit BAR at config offset reg, by writing ones. */
static uint64_t size_bar(struct cw_cfgspace *c, uint16_t reg)
{
	uint64_t v;

	cw_cfgspace_write(c, reg, 0xffffffff, 0xf);
	cw_cfgspace_write(c, (uint16_t)(reg + 4), 0xffffffff, 0xf);
	v = (uint64_t)cw_cfgspace_read(c, (uint16_t)(reg + 4)) << 32 | (cw_cfgspace_read(c, reg) & ~0xfu);
	return ~v + 1;
}

static void bars_tell_their_size_and_type(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	assert_int_equal(cw_cfgspace_read(c, 0x10), 0x4);
	assert_int_equal(cw_cfgspace_read(c, 0x18), 0x4);
	assert_int_equal(cw_cfgspace_read(c, 0x20), 0xc);
	assert_int_equal(size_bar(c, 0x10), CW_BAR0_BYTES);
	assert_int_equal(size_bar(c, 0x18), 64u << CW_DB_STRIDE_LOG2_MAX);
	assert_int_equal(size_bar(c, 0x20), CW_BAR4_BYTES);
	cw_cfgspace_write(c, 0x30, 0xffffffff, 0xf);
	assert_int_equal(cw_cfgspace_read(c, 0x30), 0); /* no expansion ROM */
}

static void bar_decode_needs_memory_space_and_the_whole_access_inside(void **state)
{
	struct cw_cfgspace *c = fresh();
	uint64_t base = 0x1200000000u, off;

	(void)state;
	cw_cfgspace_write(c, 0x10, (uint32_t)base, 0xf);
	cw_cfgspace_write(c, 0x14, (uint32_t)(base >> 32), 0xf);
	assert_int_equal(cw_cfgspace_bar(c, base, 4, &off), -1);
	cw_cfgspace_write(c, 4, 2, 0x3);
	assert_int_equal(cw_cfgspace_bar(c, base + 0x1234, 4, &off), 0);
	assert_int_equal(off, 0x1234);
	assert_int_equal(cw_cfgspace_bar(c, base + CW_BAR0_BYTES - 4, 4, &off), 0);
	assert_int_equal(cw_cfgspace_bar(c, base + CW_BAR0_BYTES - 4, 8, &off), -1);
	assert_int_equal(cw_cfgspace_bar(c, base - 4, 4, &off), -1);
	assert_int_equal(cw_cfgspace_bar(c, base + CW_BAR0_BYTES, 4, &off), -1);
	cw_cfgspace_write(c, 0x20, 0x40000000, 0xf);
	assert_int_equal(cw_cfgspace_bar(c, 0x40000010, 64, &off), 4);
	assert_int_equal(off, 0x10);
	cw_cfgspace_write(c, CW_CFG_PM + 4, 3, 0x1); /* D3hot: memory space is off, 5.3.1.4 */
	assert_int_equal(cw_cfgspace_bar(c, base, 4, &off), -1);
}

static void byte_enables_select_bytes(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	cw_cfgspace_write(c, CW_CFG_MSI + 8, 0xaabbccdd, 0xf);
	cw_cfgspace_write(c, CW_CFG_MSI + 8, 0x11223344, 0x5);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSI + 8), 0xaa22cc44);
	cw_cfgspace_write(c, CW_CFG_MSI + 8, 0, 0);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSI + 8), 0xaa22cc44);
}

static void read_only_bits_and_absent_registers_ignore_writes(void **state)
{
	const uint16_t ro[] = { 0x00, 0x08, 0x2c, 0x34, CW_CFG_PM, CW_CFG_PCIE, CW_CFG_PCIE + 4, CW_CFG_PCIE + 0xc,
				CW_CFG_PCIE + 0x24, CW_CFG_AER, CW_CFG_AER + 0x1c, CW_CFG_DSN, CW_CFG_DSN + 4,
				CW_CFG_MSIX + 4, CW_CFG_MSI + 0x14, 0x28, 0x38, 0x200, 0xffc };
	struct cw_cfgspace *c = fresh();

	(void)state;
	for (unsigned i = 0; i < sizeof(ro) / sizeof(ro[0]); i++) {
		uint32_t v = cw_cfgspace_read(c, ro[i]);

		cw_cfgspace_write(c, ro[i], ~v, 0xf);
		assert_int_equal(cw_cfgspace_read(c, ro[i]), v);
	}
}

static void device_control_tells_the_function_what_is_enabled(void **state)
{
	struct cw_cfgspace *c = fresh();
	struct cw_fn fn;

	(void)state;
	cw_cfgspace_get_fn(c, &fn);
	assert_int_equal(fn.mps, 0);
	assert_int_equal(fn.mrrs, 2);
	assert_true(fn.ro && fn.ns);
	assert_false(fn.ext_tag || fn.tag10 || fn.bme || fn.mem || fn.rcb128);
	assert_true(cw_cfgspace_write(c, DEVCTL, 0x5140, 0x3) & CW_CFG_EV_STATE);
	cw_cfgspace_write(c, CW_CFG_PCIE + 0x28, 0x1016, 0x3);
	cw_cfgspace_write(c, CW_CFG_PCIE + 0x10, 0x8, 0x3);
	cw_cfgspace_get_fn(c, &fn);
	assert_int_equal(fn.mps, 2);
	assert_int_equal(fn.mrrs, 5);
	assert_true(fn.ext_tag && fn.tag10 && fn.rcb128 && fn.cto_disable);
	assert_false(fn.ro || fn.ns);
	assert_int_equal(fn.cto, 6);
	cw_cfgspace_write(c, DEVCTL, 0x50e0, 0x3); /* more than is supported */
	cw_cfgspace_get_fn(c, &fn);
	assert_int_equal(fn.mps, 2);
}

static void clearing_bus_master_is_an_event(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	assert_false(cw_cfgspace_write(c, 4, 6, 0x3) & CW_CFG_EV_BME_OFF);
	assert_true(cw_cfgspace_write(c, 4, 2, 0x3) & CW_CFG_EV_BME_OFF);
	assert_int_equal(cw_cfgspace_write(c, 4, 2, 0x3), 0);
}

static void d1_and_d2_are_refused(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	assert_int_equal(cw_cfgspace_write(c, CW_CFG_PM + 4, 1, 0x1), 0);
	assert_int_equal(cw_cfgspace_write(c, CW_CFG_PM + 4, 2, 0x1), 0);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_PM + 4) & 3, 0);
	assert_true(cw_cfgspace_write(c, CW_CFG_PM + 4, 3, 0x1) & CW_CFG_EV_POWER);
	cw_cfgspace_write(c, CW_CFG_PM + 4, 1, 0x1);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_PM + 4) & 3, 3);
	assert_true(cw_cfgspace_write(c, CW_CFG_PM + 4, 0, 0x1) & CW_CFG_EV_POWER);
}

static void flr_keeps_sticky_and_link_fields_only(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	cw_cfgspace_write(c, 4, 6, 0x3);
	cw_cfgspace_write(c, 0x10, 0x40000000, 0xf);
	cw_cfgspace_write(c, CW_CFG_MSIX, 0x80000000, 0xf);
	cw_cfgspace_write(c, CW_CFG_PCIE + 0x10, 0x4b, 0x3);
	cw_cfgspace_write(c, CW_CFG_AER + 8, 0x00100000, 0xf);
	cw_cfgspace_error(c, CW_ERR_MALFORMED, NULL, false);
	assert_true(cw_cfgspace_write(c, DEVCTL, 0xd1c0 | 0x40, 0x3) & CW_CFG_EV_FLR);
	assert_int_equal(cw_cfgspace_read(c, DEVCTL) & 0x8000, 0); /* reads as zero */
	cw_cfgspace_write(c, DEVCTL, 0x5140, 0x3);
	cw_cfgspace_reset(c, CW_CFG_RESET_FLR);
	assert_int_equal(cw_cfgspace_read(c, 4) & 0xffff, 0);
	assert_int_equal(cw_cfgspace_read(c, 0x10), 4);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSIX) >> 31, 0);
	assert_int_equal(cw_cfgspace_read(c, DEVCTL) & 0xffff, 0x2850); /* MPS stays, 6.6.2 */
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_PCIE + 0x10) & 0xffff, 0x4b);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 8), 0x00100000);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 4), 1u << CW_ERR_MALFORMED);
}

static void hot_reset_keeps_sticky_and_perst_keeps_nothing(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	cw_cfgspace_write(c, DEVCTL, 0x5140, 0x3);
	cw_cfgspace_write(c, CW_CFG_AER + 8, 0x00100000, 0xf);
	cw_cfgspace_reset(c, CW_CFG_RESET_HOT);
	assert_int_equal(cw_cfgspace_read(c, DEVCTL) & 0xffff, 0x2810);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 8), 0x00100000);
	cw_cfgspace_reset(c, CW_CFG_RESET_PERST);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 8), 0x00400000);
}

static void status_bits_clear_by_writing_one(void **state)
{
	struct cw_cfgspace *c = fresh();
	uint32_t hdr[4] = { 1, 2, 3, 4 };

	(void)state;
	cw_cfgspace_error(c, CW_ERR_MALFORMED, hdr, false);
	cw_cfgspace_write(c, CW_CFG_AER + 4, 1u << CW_ERR_UR, 0xf);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 4), 1u << CW_ERR_MALFORMED);
	assert_int_equal(cw_cfgspace_read(c, DEVCTL) >> 16 & 0xf, 4); /* fatal error detected */
	cw_cfgspace_write(c, CW_CFG_AER + 4, 1u << CW_ERR_MALFORMED, 0xf);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 4), 0);
	cw_cfgspace_write(c, DEVCTL, 4u << 16 | 0x2810, 0xf);
	assert_int_equal(cw_cfgspace_read(c, DEVCTL) >> 16 & 0xf, 0);
}

static void first_error_owns_the_header_log(void **state)
{
	const uint32_t one[4] = { 11, 12, 13, 14 }, two[4] = { 21, 22, 23, 24 };
	struct cw_cfgspace *c = fresh();

	(void)state;
	cw_cfgspace_error(c, CW_ERR_UR, one, false);
	cw_cfgspace_error(c, CW_ERR_MALFORMED, two, false);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 0x18) & 0x1f, CW_ERR_UR);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 0x1c), 11);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 0x28), 14);
	cw_cfgspace_write(c, CW_CFG_AER + 4, 1u << CW_ERR_UR, 0xf);
	cw_cfgspace_error(c, CW_ERR_MALFORMED, two, false);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 0x18) & 0x1f, CW_ERR_MALFORMED);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_AER + 0x1c), 21);
}

static void error_messages_follow_enable_severity_and_mask(void **state)
{
	struct cw_cfgspace *c = fresh();

	(void)state;
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_MALFORMED, NULL, false), 0); /* reporting is off */
	cw_cfgspace_write(c, DEVCTL, 0x281f, 0x3);
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_MALFORMED, NULL, false), CW_MSG_ERR_FATAL);
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, false), CW_MSG_ERR_NONFATAL);
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, true), 0); /* advisory is masked at reset */
	cw_cfgspace_write(c, CW_CFG_AER + 0x14, 0, 0xf);
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, true), CW_MSG_ERR_COR);
	cw_cfgspace_write(c, CW_CFG_AER + 0xc, 1u << CW_ERR_UR, 0xf);
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, true), CW_MSG_ERR_FATAL);
	cw_cfgspace_write(c, CW_CFG_AER + 8, 1u << CW_ERR_UR, 0xf);
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, false), 0);
	cw_cfgspace_write(c, CW_CFG_AER + 8, 0, 0xf);
	cw_cfgspace_write(c, DEVCTL, 0x2817, 0x3); /* UR reporting off */
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, false), 0);
	cw_cfgspace_write(c, DEVCTL, 0x2810, 0x3);
	cw_cfgspace_write(c, 4, 0x100, 0x3); /* SERR# enable reports as well */
	assert_int_equal(cw_cfgspace_error(c, CW_ERR_UR, NULL, false), CW_MSG_ERR_FATAL);
	assert_true(cw_cfgspace_read(c, 4) & 1u << 30);
}

static void msi_folds_vectors_and_masks_keep_them_pending(void **state)
{
	struct cw_cfgspace *c = fresh();
	uint64_t addr;
	uint16_t data;

	(void)state;
	cw_cfgspace_write(c, CW_CFG_MSI + 4, 0xfee00000, 0xf);
	cw_cfgspace_write(c, CW_CFG_MSI + 8, 1, 0xf);
	cw_cfgspace_write(c, CW_CFG_MSI + 12, 0x40, 0xf);
	assert_false(cw_cfgspace_msi(c, 1, &addr, &data)); /* off */
	cw_cfgspace_write(c, 4, 4, 0x3);
	cw_cfgspace_write(c, CW_CFG_MSI, 0x00210000, 0xf); /* four vectors, enabled */
	assert_true(cw_cfgspace_msi(c, 7, &addr, &data));
	assert_int_equal(addr, 0x1fee00000u);
	assert_int_equal(data, 0x43);
	cw_cfgspace_write(c, CW_CFG_MSI + 0x10, 1u << 3, 0xf);
	assert_false(cw_cfgspace_msi(c, 3, &addr, &data));
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSI + 0x14), 1u << 3);
	assert_int_equal(cw_cfgspace_msi_pending(c), -1);
	assert_true(cw_cfgspace_write(c, CW_CFG_MSI + 0x10, 0, 0xf) & CW_CFG_EV_MSI_MASK);
	assert_int_equal(cw_cfgspace_msi_pending(c), 3);
	assert_int_equal(cw_cfgspace_read(c, CW_CFG_MSI + 0x14), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_lead_to_every_capability),
		cmocka_unit_test(bars_tell_their_size_and_type),
		cmocka_unit_test(bar_decode_needs_memory_space_and_the_whole_access_inside),
		cmocka_unit_test(byte_enables_select_bytes),
		cmocka_unit_test(read_only_bits_and_absent_registers_ignore_writes),
		cmocka_unit_test(device_control_tells_the_function_what_is_enabled),
		cmocka_unit_test(clearing_bus_master_is_an_event),
		cmocka_unit_test(d1_and_d2_are_refused),
		cmocka_unit_test(flr_keeps_sticky_and_link_fields_only),
		cmocka_unit_test(hot_reset_keeps_sticky_and_perst_keeps_nothing),
		cmocka_unit_test(status_bits_clear_by_writing_one),
		cmocka_unit_test(first_error_owns_the_header_log),
		cmocka_unit_test(error_messages_follow_enable_severity_and_mask),
		cmocka_unit_test(msi_folds_vectors_and_masks_keep_them_pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
