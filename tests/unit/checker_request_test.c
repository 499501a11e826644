// SPDX-License-Identifier: BSD-2-Clause
/* The checker's rules for any TLP, and for the card's requests. Interrupts and messages: checker_interrupt_test.c. */
#include "checker_rig.h"

static void mrd(struct rig *r, uint16_t tag, uint64_t addr, uint32_t len, uint8_t attr)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, tag, addr, len, attr);
	rig_send(r, &t);
}

/* ---- any TLP ---- */

static void malformed(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, LOW_IOVA, data, 8, 0);
	if (bad)
		t.data_len = 4;
	rig_send(r, &t);
}

static void reserved_bit(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, LOW_IOVA, data, 8, 0);
	t.dw[0] |= bad ? 1u << 17 : 0;
	rig_send(r, &t);
}

static void address_type(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, 8, 0);
	t.dw[0] |= bad ? 1u << 10 : 0;
	rig_send(r, &t);
}

static void digest(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, LOW_IOVA, data, 8, 0);
	if (bad) {
		t.dw[0] |= 1u << 15;
		t.data_len += 4;
	}
	rig_send(r, &t);
}

static void while_down(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, LOW_IOVA, data, 8, 0);
	r->raw = true;
	if (bad)
		assert_int_equal(cw_host_link_set(r->h, CW_LINK_HOT_RESET), 0);
	rig_run(r, US); /* what was sent before the card saw it is not counted */
	rig_send(r, &t);
}

static void before_it_saw_the_reset(struct rig *r, bool bad)
{
	if (bad) {
		while_down(r, true);
		return;
	}
	cw_tlp_mwr(&r->got[0].tlp, CARD, LOW_IOVA, data, 8, 0);
	r->raw = true;
	rig_card_push(r, &r->got[0].tlp);
	rig_run_until(r, r->card_now - RIG_LATENCY + 1); /* it leaves just before the reset reaches it */
	assert_int_equal(cw_host_link_set(r->h, CW_LINK_PERST), 0);
	rig_run(r, US);
}

static void few_credits(struct rig *r, bool bad)
{
	(void)bad;
	r->p.credit = (struct cw_credit){ { 2, 2, CW_CREDIT_INFINITE }, { 32, 2, CW_CREDIT_INFINITE } };
}

static void credit_overrun(struct rig *r, bool bad)
{
	struct cw_tlp t;
	int i;

	r->raw = bad; /* past the queue that waits for credits */
	cw_tlp_mwr(&t, CARD, LOW_IOVA, data, 8, 0);
	for (i = 0; i < 3; i++)
		rig_card_push(r, &t);
	rig_run(r, 4 * US);
}

static void keeps_credit(struct rig *r, bool bad)
{
	r->keep_credit = bad;
	assert_int_equal(cw_host_write(r->h, r->dev.bar[0].base, data, 4), 0);
	rig_run(r, 4 * US);
}

/* ---- requests ---- */

static void io_read(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, 4, 0);
	t.dw[0] |= bad ? 2u << 24 : 0;
	rig_send(r, &t);
}

static void traffic_class(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, 4, 0);
	t.dw[0] |= bad ? 3u << 20 : 0;
	rig_send(r, &t);
}

static void read_crosses_4k(struct rig *r, bool bad)
{
	mrd(r, 3, LOW_IOVA + (bad ? 0xffc : 0xff8), 8, 0);
}

static void write_crosses_4k(struct rig *r, bool bad)
{
	mwr(r, HIGH_IOVA + (bad ? 0xf84 : 0xf80), 128, 0);
}

static void long_header_below_4g(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, 3, bad ? HIGH_IOVA : LOW_IOVA, 8, 0);
	if (bad) {
		t.dw[2] = 0;
		t.dw[3] = LOW_IOVA;
	}
	rig_send(r, &t);
}

static void be_plant(struct rig *r, uint64_t addr, uint32_t len, uint32_t be)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, addr, data, len, 0);
	t.dw[1] = (t.dw[1] & ~0xffu) | be;
	rig_send(r, &t);
}

static void last_be_of_one_dw(struct rig *r, bool bad)
{
	be_plant(r, LOW_IOVA, 4, bad ? 0x1f : 0x05);
}

static void first_be_zero(struct rig *r, bool bad)
{
	be_plant(r, LOW_IOVA, 8, bad ? 0xf0 : 0xf8);
}

static void last_be_zero(struct rig *r, bool bad)
{
	be_plant(r, LOW_IOVA, 12, bad ? 0x0f : 0x1f);
}

static void be_hole_in_three(struct rig *r, bool bad)
{
	be_plant(r, LOW_IOVA, 12, bad ? 0xfd : 0x7e);
}

static void be_hole_in_two_unaligned(struct rig *r, bool bad)
{
	be_plant(r, LOW_IOVA + (bad ? 4 : 0), 8, 0x5a);
}

static void write_over_mps(struct rig *r, bool bad)
{
	mwr(r, LOW_IOVA, bad ? 260 : 256, 0);
}

static void read_over_mrrs(struct rig *r, bool bad)
{
	mrd(r, 3, LOW_IOVA, bad ? 516 : 512, 0);
}

static void read_over_mrrs_after_it_shrank(struct rig *r, bool bad)
{
	uint32_t v;
	struct cw_tlp t;

	assert_int_equal(cw_host_cfg_read32(r->h, PCIE + 8, &v), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, PCIE + 8, v & 0xffff & ~(7u << 12)), 0);
	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, 512, 0);
	/* The clean twin was on its way when the write completed. */
	rig_run(r, bad ? 4 * US : 0);
	rig_send(r, &t);
}

static void wrong_requester(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, bad ? CARD + 1 : CARD, 3, LOW_IOVA, 8, 0);
	rig_send(r, &t);
}

static void no_tag10(struct rig *r, bool bad)
{
	r->p.tag10 = !bad;
}

static void no_ext_tag(struct rig *r, bool bad)
{
	r->p.tag10 = false;
	r->p.ext_tag = !bad;
}

static void tag_of_10_bits(struct rig *r, bool bad)
{
	(void)bad;
	mrd(r, 0x123, LOW_IOVA, 8, 0);
}

static void tag_of_8_bits(struct rig *r, bool bad)
{
	(void)bad;
	mrd(r, 0x20, LOW_IOVA, 8, 0);
}

static void tag_reuse(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, 8, 0);
	rig_card_push(r, &t);
	cw_tlp_mrd(&t, CARD, bad ? 3 : 4, LOW_IOVA + 64, 8, 0);
	rig_send(r, &t);
	mrd(r, 3, LOW_IOVA, 8, 0); /* free again */
}

static void no_ro(struct rig *r, bool bad)
{
	r->p.relaxed_ordering = !bad;
}

static void no_ns(struct rig *r, bool bad)
{
	r->p.no_snoop = !bad;
}

static void relaxed_write(struct rig *r, bool bad)
{
	(void)bad;
	mwr(r, LOW_IOVA, 8, CW_ATTR_RO);
}

static void no_snoop_read(struct rig *r, bool bad)
{
	(void)bad;
	mrd(r, 3, LOW_IOVA, 8, CW_ATTR_NS);
}

static void id_ordered(struct rig *r, bool bad)
{
	if (!bad) {
		assert_int_equal(cw_host_cfg_write32(r->h, PCIE + 0x28, 0x1100), 0);
		rig_run(r, 4 * US);
	}
	mrd(r, 3, LOW_IOVA, 8, CW_ATTR_IDO);
}

static void records(struct rig *r, bool bad)
{
	(void)bad;
	r->records = true;
}

static void attr_on_record(struct rig *r, bool bad)
{
	mwr(r, LOW_IOVA + (bad ? 0 : 0x1000), 16, CW_ATTR_NS);
}

static void write_without_bus_master(struct rig *r, bool bad)
{
	if (bad)
		assert_int_equal(cw_host_cfg_write32(r->h, 4, 2), 0);
	mwr(r, LOW_IOVA, 8, 0);
}

static void read_without_bus_master(struct rig *r, bool bad)
{
	/* The clean twin was on its way: a completion passes it. */
	assert_int_equal(cw_host_cfg_write32(r->h, 4, 2), 0);
	rig_run(r, bad ? 4 * US : 0);
	mrd(r, 3, LOW_IOVA, 8, 0);
}

static void msi_without_bus_master(struct rig *r, bool bad)
{
	command(r, bad ? 2 : 6);
	msi(r, 1);
}

static void flr(struct rig *r)
{
	uint32_t v;

	assert_int_equal(cw_host_cfg_read32(r->h, PCIE + 8, &v), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, PCIE + 8, (v & 0xffff) | 0x8000), 0);
	rig_run(r, 4 * US);
}

static void write_after_flr(struct rig *r, bool bad)
{
	flr(r);
	if (!bad)
		command(r, 6);
	mwr(r, LOW_IOVA, 8, 0);
}

static void in_d3(struct rig *r, bool bad)
{
	assert_int_equal(cw_host_cfg_write32(r->h, PM + 4, 3), 0);
	rig_run(r, 4 * US);
	if (!bad) {
		msg(r, 0x18, 0); /* PM_PME */
		assert_int_equal(cw_host_cfg_write32(r->h, PM + 4, 0), 0);
		command(r, 6);
	}
	mrd(r, 3, LOW_IOVA, 8, 0);
}

static void woken_without_bus_master(struct rig *r, bool bad)
{
	/* D3hot to D0 resets a function that does not say No_Soft_Reset. */
	assert_int_equal(cw_host_cfg_write32(r->h, PM + 4, 3), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, PM + 4, 0), 0);
	command(r, bad ? 2 : 6);
	mwr(r, LOW_IOVA, 8, 0);
}

static void read_unmapped(struct rig *r, bool bad)
{
	r->mapped = !bad;
	mrd(r, 3, LOW_IOVA, 8, 0);
	assert_int_equal(r->got[0].i.status, bad ? CW_CPL_UR : CW_CPL_SC);
	assert_int_equal(cw_host_get_stats(r->h)->iommu_faults, bad);
}

static void write_beyond_mapping(struct rig *r, bool bad)
{
	uint8_t old = r->mem[MAPPED_BYTES - 4];

	data[0] = (uint8_t)~old;
	mwr(r, LOW_IOVA + MAPPED_BYTES - 4, bad ? 8 : 4, 0);
	assert_int_equal(r->mem[MAPPED_BYTES - 4], bad ? old : data[0]);
}

static void write_not_permitted(struct rig *r, bool bad)
{
	r->no_write = bad;
	mwr(r, LOW_IOVA, 4, 0);
}

static void poisoned_write(struct rig *r, bool bad)
{
	struct cw_tlp t;
	uint8_t old = r->mem[0];

	data[0] = (uint8_t)~old;
	cw_tlp_mwr(&t, CARD, LOW_IOVA, data, 4, 0);
	cw_tlp_set_ep(&t, bad);
	rig_send(r, &t);
	assert_int_equal(r->mem[0], bad ? old : data[0]);
}

static void small_buffer(struct rig *r, bool bad)
{
	(void)bad;
	r->p.card_cpl_hdr = 12;
	r->p.card_cpl_data = 64; /* 1 KiB */
}

static void buffer_overrun(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, 512, 0);
	rig_card_push(r, &t);
	cw_tlp_mrd(&t, CARD, 4, LOW_IOVA + 512, bad ? 512 : 256, 0);
	rig_send(r, &t);
}

static void buffer_overrun_data(struct rig *r, bool bad)
{
	struct cw_tlp t;

	r->got_n = 0;
	cw_tlp_mrd(&t, CARD, 3, LOW_IOVA, bad ? 513 : 512, 0); /* 516 bytes as DWs: MRRS is 1024 here */
	rig_card_push(r, &t);
	cw_tlp_mrd(&t, CARD, 4, LOW_IOVA + 1024, 512, 0);
	rig_send(r, &t);
}

static void data_buffer(struct rig *r, bool bad)
{
	(void)bad;
	r->p.mrrs = 3;
	r->p.card_cpl_data = 64;
}

static const struct plant plants[] = {
	PLANT(MALFORMED, "length against payload", NULL, malformed, false),
	PLANT(RESERVED, "reserved bit of DW0", NULL, reserved_bit, false),
	PLANT(RESERVED, "address type", NULL, address_type, false),
	PLANT(DIGEST, "digest", NULL, digest, false),
	PLANT(LINK_DOWN, "write in hot reset", NULL, while_down, false),
	PLANT(LINK_DOWN, "write that crossed the reset", NULL, before_it_saw_the_reset, false),
	PLANT(CREDIT_OVER, "three writes on two headers", few_credits, credit_overrun, false),
	PLANT(CREDIT_END, "kept", NULL, keeps_credit, true),
	PLANT(KIND, "I/O read", NULL, io_read, false),
	PLANT(TC, "class 3", NULL, traffic_class, false),
	PLANT(CROSS_4K, "read", NULL, read_crosses_4k, false),
	PLANT(CROSS_4K, "write", NULL, write_crosses_4k, false),
	PLANT(ADDR_4DW, "read", NULL, long_header_below_4g, false),
	PLANT(BE_ONE, "write", NULL, last_be_of_one_dw, false),
	PLANT(BE_ZERO, "first", NULL, first_be_zero, false),
	PLANT(BE_ZERO, "last", NULL, last_be_zero, false),
	PLANT(BE_HOLE, "three DWs", NULL, be_hole_in_three, false),
	PLANT(BE_HOLE, "two DWs, unaligned", NULL, be_hole_in_two_unaligned, false),
	PLANT(MWR_MPS, "260 of 256", NULL, write_over_mps, false),
	PLANT(MRD_MRRS, "516 of 512", NULL, read_over_mrrs, false),
	PLANT(MRD_MRRS, "after a change", NULL, read_over_mrrs_after_it_shrank, false),
	PLANT(REQUESTER, "function 1", NULL, wrong_requester, false),
	PLANT(TAG_WIDTH, "10 bits", no_tag10, tag_of_10_bits, false),
	PLANT(TAG_WIDTH, "8 bits", no_ext_tag, tag_of_8_bits, false),
	PLANT(TAG_REUSE, "two reads", NULL, tag_reuse, false),
	PLANT(RO_OFF, "write", no_ro, relaxed_write, false),
	PLANT(NS_OFF, "read", no_ns, no_snoop_read, false),
	PLANT(IDO_OFF, "read", NULL, id_ordered, false),
	PLANT(ATTR_RECORD, "no-snoop", records, attr_on_record, false),
	PLANT(BUS_MASTER, "write", NULL, write_without_bus_master, false),
	PLANT(BUS_MASTER, "read", NULL, read_without_bus_master, false),
	PLANT(BUS_MASTER, "MSI", NULL, msi_without_bus_master, false),
	PLANT(BUS_MASTER, "after D3hot", NULL, woken_without_bus_master, false),
	PLANT(AFTER_FLR, "write", NULL, write_after_flr, false),
	PLANT(IN_D3, "read", NULL, in_d3, false),
	PLANT(UNMAPPED, "read", NULL, read_unmapped, false),
	PLANT(UNMAPPED, "write over the end", NULL, write_beyond_mapping, false),
	PLANT(UNMAPPED, "write to read-only", NULL, write_not_permitted, false),
	PLANT(MWR_POISON, "write", NULL, poisoned_write, false),
	PLANT(CPL_BUFFER, "headers", small_buffer, buffer_overrun, false),
	PLANT(CPL_BUFFER, "data", data_buffer, buffer_overrun_data, false),
};

#define PLANT_N (sizeof(plants) / sizeof(plants[0]))

static void every_rule_is_planted(void **state)
{
	(void)state;
	planted_all(plants, PLANT_N, 0, CW_RULE_ATTR_MSI);
	planted_all(plants, PLANT_N, CW_RULE_BUS_MASTER, CW_RULE_CPL_UNEXPECTED);
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
