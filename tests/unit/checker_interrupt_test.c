// SPDX-License-Identifier: BSD-2-Clause
/* The checker's rules for MSI, MSI-X, INTx and other messages. */
#include "checker_rig.h"

static void attr_on_msi(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, 0xfee00000, "\5\0\0", 4, bad ? CW_ATTR_RO : 0);
	rig_send(r, &t);
	assert_int_equal(r->irq_n, 1);
	assert_int_equal(r->irq[0], 5);
}

static void attr_on_message(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_msg(&t, CARD, CW_MSG_ERR_COR, 0);
	t.dw[0] |= bad ? CW_ATTR_RO << 12 : 0;
	rig_send(r, &t);
}

static void msi_of_two_dws(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, 0xfee00000, "\5\0\0\0\0\0\0", bad ? 8 : 4, 0);
	rig_send(r, &t);
}

static void msi_while_disabled(struct rig *r, bool bad)
{
	if (bad)
		assert_int_equal(cw_host_cfg_write32(r->h, MSIX, 0), 0);
	msi(r, 1);
}

/* MSI instead of MSI-X: 1 << log2 vectors, data 0x40 and on. */
static void msi_on(struct rig *r, uint32_t log2)
{
	assert_int_equal(cw_host_cfg_write32(r->h, MSIX, 0), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI + 4, 0xfee00000), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI + 12, 0x40), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI, 1u << 16 | log2 << 20), 0);
}

static void msi_off_again(struct rig *r, bool bad)
{
	msi_on(r, 2);
	if (bad)
		assert_int_equal(cw_host_cfg_write32(r->h, MSI, 0), 0);
	msi(r, 0x41);
}

static void msi_beyond_the_granted(struct rig *r, bool bad)
{
	msi_on(r, 2);
	msi(r, bad ? 0x44 : 0x43);
	assert_int_equal(r->irq_n, 1);
}

static void msi_of_other_data(struct rig *r, bool bad)
{
	msi_on(r, 0);
	msi(r, bad ? 0x10040 : 0x40);
}

static void msi_elsewhere(struct rig *r, bool bad)
{
	struct cw_tlp t;

	msi_on(r, 2);
	cw_tlp_mwr(&t, CARD, bad ? 0xfee00004 : 0xfee00000, "\x41\0\0", 4, 0);
	rig_send(r, &t);
}

static void intx_with_msi(struct rig *r, bool bad)
{
	msi_on(r, 0);
	if (!bad)
		assert_int_equal(cw_host_cfg_write32(r->h, MSI, 0), 0);
	msg(r, CW_MSG_ASSERT_INTA, 4);
	msg(r, CW_MSG_DEASSERT_INTA, 4);
}

static void intx_with_msix(struct rig *r, bool bad)
{
	if (!bad)
		assert_int_equal(cw_host_cfg_write32(r->h, MSIX, 0), 0);
	msg(r, CW_MSG_ASSERT_INTA, 4);
	msg(r, CW_MSG_DEASSERT_INTA, 4);
}

static void intx_disabled(struct rig *r, bool bad)
{
	assert_int_equal(cw_host_cfg_write32(r->h, MSIX, 0), 0);
	command(r, bad ? 0x406 : 6);
	msg(r, CW_MSG_ASSERT_INTA, 4);
	msg(r, CW_MSG_DEASSERT_INTA, 4);
}

static void message_code(struct rig *r, bool bad)
{
	msg(r, bad ? 0x7f : CW_MSG_ERR_NONFATAL, 0);
}

static void message_routing(struct rig *r, bool bad)
{
	msg(r, CW_MSG_ERR_FATAL, bad ? 4 : 0);
}

static const struct plant plants[] = {
	PLANT(ATTR_MSI, "relaxed", NULL, attr_on_msi, false),
	PLANT(ATTR_MSG, "relaxed", NULL, attr_on_message, false),
	PLANT(MSI_SHAPE, "two DWs", NULL, msi_of_two_dws, false),
	PLANT(MSI_OFF, "disabled", NULL, msi_while_disabled, false),
	PLANT(MSI_OFF, "MSI disabled", NULL, msi_off_again, false),
	PLANT(MSI_VECTOR, "fifth of four", NULL, msi_beyond_the_granted, false),
	PLANT(MSI_VECTOR, "upper half", NULL, msi_of_other_data, false),
	PLANT(MSI_VECTOR, "address", NULL, msi_elsewhere, false),
	PLANT(INTX_OFF, "MSI enabled", NULL, intx_with_msi, false),
	PLANT(INTX_OFF, "MSI-X enabled", NULL, intx_with_msix, false),
	PLANT(INTX_OFF, "INTx disabled", NULL, intx_disabled, false),
	PLANT(MSG_CODE, "vendor message", NULL, message_code, false),
	PLANT(MSG_ROUTING, "local", NULL, message_routing, false),
};

#define PLANT_N (sizeof(plants) / sizeof(plants[0]))

static void every_rule_is_planted(void **state)
{
	(void)state;
	planted_all(plants, PLANT_N, CW_RULE_ATTR_MSI, CW_RULE_BUS_MASTER);
}

static void planted_violations_are_found_alone(void **state)
{
	(void)state;
	find_planted(plants, PLANT_N);
}

static void clean_twins_pass(void **state)
{
	(void)state;
	pass_clean(plants, PLANT_N);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_planted),
		cmocka_unit_test(planted_violations_are_found_alone),
		cmocka_unit_test(clean_twins_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
