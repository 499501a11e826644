// SPDX-License-Identifier: BSD-2-Clause
/* The host finds a card, places its BARs and sets Device Control. */
#include <errno.h>

#include "host_rig.h"

static struct rig rig;

static void finds_ids_and_capabilities(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	assert_int_equal(r->dev.vendor, 0x1234);
	assert_int_equal(r->dev.device, 0xca05);
	assert_int_equal(r->dev.subvendor, 0x1234);
	assert_int_equal(r->dev.subdevice, 2);
	assert_int_equal(r->dev.class_rev, 0x08800001);
	assert_int_equal(r->dev.bdf, CARD);
	assert_int_equal(r->dev.cap_pm, PM);
	assert_int_equal(r->dev.cap_msi, MSI);
	assert_int_equal(r->dev.cap_pcie, PCIE);
	assert_int_equal(r->dev.cap_msix, MSIX);
	assert_int_equal(r->dev.ext_aer, AER);
	assert_int_equal(r->dev.ext_dsn, DSN);
	assert_true(r->dev.serial == 0x0123456789abcdefull);
	assert_int_equal(r->dev.msix_n, 32);
	assert_int_equal(r->dev.msix_table_offset, 0x10000);
	assert_int_equal(r->dev.msix_pba_offset, 0x20000);
	assert_int_equal(r->state, CW_LINK_UP);
	assert_true(cw_host_now(r->h) < 100 * US); /* it waits for answers, not for time-outs */
	assert_int_equal(rig_free(r), 0);
}

static void bars_are_sized_aligned_and_apart(void **state)
{
	static const uint64_t size[6] = { 1 << 20, 0, 1 << 16, 0, 1 << 30, 0 };
	struct rig *r = &rig;
	unsigned i, j;

	(void)state;
	rig_default(r);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	for (i = 0; i < 6; i++) {
		const struct cw_host_bar *b = &r->dev.bar[i];

		assert_true(b->size == size[i]);
		if (!b->size)
			continue;
		assert_true(b->base % b->size == 0);
		assert_true((b->base >> 32 != 0) == (b->is_64 && b->prefetch));
		assert_int_equal(rig_get32(r->cfg, 0x10 + 4 * i) & ~0xfu, (uint32_t)b->base);
		if (b->is_64)
			assert_int_equal(rig_get32(r->cfg, 0x14 + 4 * i), (uint32_t)(b->base >> 32));
		for (j = 0; j < i; j++)
			assert_true(b->base + b->size <= r->dev.bar[j].base ||
				    r->dev.bar[j].base + r->dev.bar[j].size <= b->base);
	}
	/* memory on, bus master off */
	assert_int_equal(rig_get32(r->cfg, 4) & 7, 2);
	assert_int_equal(rig_free(r), 0);
}

static void device_control_is_set_within_what_the_card_can(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	r->p.mps = 5;
	r->p.mrrs = 4;
	r->p.rcb128 = true;
	r->p.no_snoop = false;
	r->p.ext_tag = true;
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	/* errors, RO, MPS 512 (what the card has), 8-bit tags, MRRS 2048 */
	assert_int_equal(rig_get32(r->cfg, PCIE + 8) & 0xffff, 0xf | 1 << 4 | 2 << 5 | 1 << 8 | 4 << 12);
	assert_int_equal(rig_get32(r->cfg, PCIE + 0x10), 8);
	assert_int_equal(rig_get32(r->cfg, PCIE + 0x28), 0x1000);
	assert_int_equal(rig_free(r), 0);
}

static void no_tag10_for_a_card_without(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_put32(r->cfg, PCIE + 0x24, 0);
	rig_put32(r->cfg, PCIE + 4, 1);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	assert_int_equal(rig_get32(r->cfg, PCIE + 0x28), 0);
	assert_int_equal(rig_get32(r->cfg, PCIE + 8) & 1 << 8, 0);
	assert_int_equal(rig_free(r), 0);
}

static void retry_status_is_waited_for(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	r->crs = 5;
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	assert_int_equal(r->dev.vendor, 0x1234);
	assert_true(cw_host_now(r->h) > 5 * 1000 * US);
	assert_int_equal(rig_free(r), 0);
}

static void hostile_spaces_end(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r); /* a loop in both lists */
	r->cfg[MSIX + 1] = PM;
	rig_put32(r->cfg, DSN, AER << 20 | 0x00010003);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	assert_int_equal(rig_free(r), 0);

	rig_default(r); /* nobody there */
	rig_put32(r->cfg, 0, 0xffffffff);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), -ENODEV);
	assert_int_equal(rig_free(r), 0);

	rig_default(r); /* a bridge */
	r->cfg[0xe] = 1;
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), -ENODEV);
	assert_int_equal(rig_free(r), 0);

	rig_default(r); /* a BAR mask with a hole */
	rig_put32(r->rw, 0x18, 0xff0f0000);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), -EINVAL);
	assert_int_equal(rig_free(r), 0);

	rig_default(r); /* larger than the window */
	rig_put32(r->rw, 0x10, 0);
	rig_put32(r->rw, 0x14, 0xfffffff0);
	rig_new(r, false);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), -ENOSPC);
	assert_int_equal(rig_free(r), 0);
}

static void reset_forgets_and_comes_back(void **state)
{
	struct cw_host_req req = { .space = CW_SPACE_MEM, .len = 4 };
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_start(r);
	req.addr = r->dev.bar[0].base;
	assert_int_equal(cw_host_read(r->h, &req), 0);
	rig_run(r, US);
	assert_false(req.done);
	assert_int_equal(cw_host_reset(r->h, CW_LINK_PERST), 0);
	assert_true(req.done);
	assert_int_equal(req.status, CW_CPL_UR);
	assert_int_equal(rig_get32(req.data, 0), 0xffffffff);
	assert_true(cw_host_link_is_up(r->h));
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	assert_int_equal(rig_free(r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_ids_and_capabilities),
		cmocka_unit_test(bars_are_sized_aligned_and_apart),
		cmocka_unit_test(device_control_is_set_within_what_the_card_can),
		cmocka_unit_test(no_tag10_for_a_card_without),
		cmocka_unit_test(retry_status_is_waited_for),
		cmocka_unit_test(hostile_spaces_end),
		cmocka_unit_test(reset_forgets_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
