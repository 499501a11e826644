// SPDX-License-Identifier: BSD-2-Clause
/* Hard-IP model: configuration writes that silence the function, resets, interrupts, error messages. */
#include "hardip_rig.h"

static void bus_master_off_is_completed_after_what_was_taken_left(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	host_credit(&b, 1, 1);
	cycles(&b, 2);
	b.got_n = 0;
	rtl_write(&b, 0x1000);
	rtl_write(&b, 0x2000);
	cfg_write_start(&b, 4, 2);
	cycles(&b, 300);
	assert_int_equal(b.got_n, 1); /* the second write has no credit yet */
	assert_false(b.in.fn & CW_F_BME);
	host_credit(&b, 10, 10);
	cycles(&b, 40);
	assert_int_equal(b.got_n, 3);
	assert_int_equal(last(&b, 1).addr, 0x2000);
	assert_int_equal(last(&b, 0).kind, CW_TLP_CPL);
	down(&b);
}

static void what_the_rtl_had_offered_still_leaves_before_the_completion(void **state)
{
	struct cw_tlp t;
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	host_credit(&b, 100, 0); /* reads have no credit */
	cycles(&b, 2);
	b.got_n = 0;
	cfg_write_start(&b, 4, 2);
	cycles(&b, 4); /* the RTL sees the pin, with a beat on the wires */
	rtl_write(&b, 0x1000);
	cycles(&b, 40);
	assert_int_equal(b.got_n, 2);
	assert_int_equal(last(&b, 1).addr, 0x1000);
	assert_int_equal(last(&b, 0).kind, CW_TLP_CPL);

	cfg_write(&b, 4, 6);
	b.got_n = 0;
	cw_tlp_mrd(&t, BDF, 1, 0x5000, 4, 0);
	memcpy(b.out.req_hdr, t.dw, sizeof(t.dw));
	b.out.keep = 0;
	b.out.flags |= CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP | CW_O_TX_REQ_EOP;
	cycle(&b);
	b.out.flags &= ~(CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP | CW_O_TX_REQ_EOP);
	cfg_write_start(&b, 4, 2);
	cycles(&b, 100);
	assert_int_equal(b.got_n, 0);
	host_credit(&b, 100, 10);
	cycles(&b, 40);
	assert_int_equal(b.got_n, 2);
	assert_int_equal(last(&b, 1).kind, CW_TLP_MRD);
	assert_int_equal(last(&b, 0).kind, CW_TLP_CPL);
	down(&b);
}

static void d3hot_is_completed_when_the_rtl_is_quiet(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	b.got_n = 0;
	cfg_write_start(&b, CW_CFG_PM + 4, 3);
	cycles(&b, 200);
	assert_int_equal(b.in.power_fc & 3, 3);
	assert_int_equal(b.got_n, 0);
	b.out.flags |= CW_O_POWER_ACK;
	cycles(&b, 20);
	assert_int_equal(b.got_n, 1);
	cfg_write(&b, CW_CFG_PM + 4, 0);
	assert_int_equal(b.in.power_fc & 3, 0);
	assert_true(b.in.fn & CW_F_BME); /* No_Soft_Reset */
	down(&b);
}

static void flr_silences_the_function_and_resets_configuration(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	b.got_n = b.sent_n = 0;
	cfg_write_start(&b, DEVCTL, 0x8000 | 0x2810);
	cycles(&b, 40);
	assert_int_equal(b.got_n, 1); /* the completion */
	assert_true(b.in.power_fc & 4);
	rtl_write(&b, 0x3000); /* thrown away, but told as sent */
	cycles(&b, 10);
	assert_int_equal(b.got_n, 1);
	assert_int_equal(b.sent_n, 1);
	assert_int_equal(cw_hip_get_stats(b.hip)->tx_dropped, 1);
	b.out.flags |= CW_O_FLR_DONE;
	cycle(&b);
	b.out.flags &= ~CW_O_FLR_DONE;
	cycles(&b, 2);
	assert_false(b.in.power_fc & 4);
	assert_false(b.in.fn & (CW_F_BME | CW_F_MEM));
	assert_int_equal(cfg_read(&b, 0x10), 4);
	enable(&b);
	b.got_n = 0;
	rtl_write(&b, 0x4000);
	cycles(&b, 3);
	assert_int_equal(b.got_n, 1);
	down(&b);
}

static void intx_level_becomes_messages_unless_disabled(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	b.out.flags |= CW_O_INTX;
	cycles(&b, 3);
	assert_int_equal(last(&b, 0).msg_code, CW_MSG_ASSERT_INTA);
	assert_true(cfg_read(&b, 4) & 1u << 19);
	cfg_write_start(&b, 4, 0x406); /* INTx disable takes it back */
	cycles(&b, 5);
	assert_int_equal(last(&b, 0).msg_code, CW_MSG_DEASSERT_INTA);
	b.out.flags &= ~CW_O_INTX;
	cycles(&b, 5);
	assert_int_equal(last(&b, 0).msg_code, CW_MSG_DEASSERT_INTA);
	down(&b);
}

static void msi_request_becomes_a_write(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	cfg_write(&b, CW_CFG_MSI + 4, 0xfee00000);
	cfg_write(&b, CW_CFG_MSI + 12, 0x60);
	cfg_write(&b, CW_CFG_MSI, 0x00510000);
	assert_true(b.in.fn & CW_F_MSI);
	b.out.flags |= CW_O_MSI_VALID | 5u << 19;
	cycle(&b);
	b.out.flags &= ~(CW_O_MSI_VALID | 0x1fu << 19);
	cycles(&b, 3);
	assert_int_equal(last(&b, 0).kind, CW_TLP_MWR);
	assert_int_equal(last(&b, 0).addr, 0xfee00000);
	assert_int_equal(b.got[(b.got_n - 1) % 256].data[0], 0x65);
	assert_int_equal(b.sent_n, 0); /* not one of the RTL's posted writes */
	down(&b);
}

static void intx(struct bench *b, bool level)
{
	b->out.flags = level ? b->out.flags | CW_O_INTX : b->out.flags & ~CW_O_INTX;
	cycles(b, 3);
}

/* The INTx messages among the TLPs from number `from` on: '+' and '-', others as '.'. */
static const char *story(struct bench *b, unsigned from)
{
	static char text[64];
	unsigned n = 0;

	for (; from < b->got_n && n < sizeof(text) - 1; from++) {
		struct cw_tlp_info i;

		assert_int_equal(cw_tlp_decode(&b->got[from % 256], &i, NULL), 0);
		text[n++] = i.kind != CW_TLP_MSG ? '.' : i.msg_code == CW_MSG_ASSERT_INTA ? '+' :
			    i.msg_code == CW_MSG_DEASSERT_INTA ? '-' : '?';
	}
	text[n] = '\0';
	return text;
}

static void intx_status_shows_the_level_whatever_is_sent(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	cfg_write(&b, 4, 2); /* messages need no bus master */
	b.got_n = 0;
	intx(&b, true);
	assert_string_equal(story(&b, 0), "+");
	cfg_write_start(&b, CW_CFG_MSIX, 0x80000000);
	cycles(&b, 5);
	assert_string_equal(story(&b, 0), "+.-");
	assert_true(cfg_read(&b, 4) & 1u << 19);
	cfg_write_start(&b, CW_CFG_MSIX, 0);
	cycles(&b, 5);
	b.got_n = 0;
	cfg_write_start(&b, CW_CFG_MSI, 0x00010000);
	cycles(&b, 5);
	assert_string_equal(story(&b, 0), ".-");
	cfg_write_start(&b, CW_CFG_MSI, 0);
	cycles(&b, 5);
	assert_string_equal(story(&b, 0), ".-.+");
	intx(&b, false);
	assert_string_equal(story(&b, 0), ".-.+-");
	assert_false(cfg_read(&b, 4) & 1u << 19);
	cfg_write(&b, 4, 0x402);
	b.got_n = 0;
	intx(&b, true);
	assert_string_equal(story(&b, 0), "");
	assert_true(cfg_read(&b, 4) & 1u << 19);
	b.got_n = 0;
	cfg_write_start(&b, 4, 2); /* allowed again: what is up is told */
	cycles(&b, 5);
	assert_string_equal(story(&b, 0), ".+");
	down(&b);
}

static void flr_and_d3hot_take_the_level_back_before_they_are_completed(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	intx(&b, true);
	b.got_n = 0;
	cfg_write_start(&b, CW_CFG_PM + 4, 3);
	b.out.flags |= CW_O_POWER_ACK;
	cycles(&b, 60);
	assert_string_equal(story(&b, 0), "-.");
	cfg_write_start(&b, CW_CFG_PM + 4, 0);
	cycles(&b, 10);
	assert_string_equal(story(&b, 0), "-..+");
	b.got_n = 0;
	cfg_write_start(&b, DEVCTL, 0x8000 | 0x2810);
	cycles(&b, 60); /* the RTL still has its level up */
	assert_string_equal(story(&b, 0), "-.");
	intx(&b, false);
	b.out.flags |= CW_O_FLR_DONE;
	cycles(&b, 5);
	b.out.flags &= ~CW_O_FLR_DONE;
	cycles(&b, 5);
	assert_string_equal(story(&b, 0), "-.");
	intx(&b, true);
	assert_string_equal(story(&b, 0), "-.+");
	down(&b);
}

static void interrupts_are_ahead_of_the_write_that_forbids_them(void **state)
{
	struct cw_hip_param p;
	struct bench b;

	(void)state;
	cw_hip_param_default(&p);
	p.reorder_cycles = 16;
	up(&b, &p);
	enable(&b);
	for (unsigned i = 0; i < 50; i++) {
		b.got_n = 0;
		b.out.flags |= CW_O_INTX;
		cycles(&b, 1);
		cfg_write_start(&b, 4, 0x406);
		cycles(&b, 80);
		assert_string_equal(story(&b, 0), "+.-");
		b.out.flags &= ~CW_O_INTX;
		cfg_write(&b, 4, 6);
	}
	down(&b);
}

static void msi_vector(struct bench *b, unsigned v)
{
	for (unsigned n = 0; !(b->in.flags & CW_I_MSI_READY); n++) {
		assert_true(n < 1000);
		cycle(b);
	}
	b->out.flags |= CW_O_MSI_VALID | v << 19;
	cycle(b);
	b->out.flags &= ~(CW_O_MSI_VALID | 0x1fu << 19);
	cycles(b, 3);
}

/* `log2` of the vectors granted, data 0x60 and on. */
static void msi_on(struct bench *b, unsigned log2)
{
	enable(b);
	cfg_write(b, CW_CFG_MSI + 4, 0xfee00000);
	cfg_write(b, CW_CFG_MSI + 12, 0x60);
	cfg_write(b, CW_CFG_MSI, 0x00010000 | log2 << 20);
	b->got_n = 0;
}

static unsigned msi_data(struct bench *b, unsigned n)
{
	struct cw_tlp_info i;

	assert_int_equal(cw_tlp_decode(&b->got[n], &i, NULL), 0);
	assert_int_equal(i.kind, CW_TLP_MWR);
	assert_int_equal(i.addr, 0xfee00000);
	assert_int_equal(b->got[n].data[1] | b->got[n].data[2] | b->got[n].data[3], 0);
	return b->got[n].data[0];
}

static void msi_vectors_beyond_those_granted_fold(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned log2 = 0; log2 <= 5; log2++) {
		up_default(&b);
		msi_on(&b, log2);
		for (unsigned v = 0; v < 32; v++) {
			msi_vector(&b, v);
			assert_int_equal(b.got_n, v + 1);
			assert_int_equal(msi_data(&b, v), (0x60u & ~((1u << log2) - 1)) | (v & ((1u << log2) - 1)));
		}
		down(&b);
	}
}

static void masked_msi_is_pending_and_leaves_once(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	msi_on(&b, 2);
	cfg_write(&b, CW_CFG_MSI + 16, 1u << 1 | 1u << 3);
	b.got_n = 0;
	msi_vector(&b, 1);
	msi_vector(&b, 1);
	msi_vector(&b, 7); /* vector 3, folded */
	msi_vector(&b, 2);
	assert_int_equal(b.got_n, 1);
	assert_int_equal(msi_data(&b, 0), 0x62);
	assert_int_equal(cfg_read(&b, CW_CFG_MSI + 20), 1u << 1 | 1u << 3);
	b.got_n = 0;
	cfg_write_start(&b, CW_CFG_MSI + 16, 1u << 3);
	cycles(&b, 10);
	assert_int_equal(b.got_n, 2); /* and the completion */
	assert_int_equal(msi_data(&b, 0), 0x61);
	assert_int_equal(cfg_read(&b, CW_CFG_MSI + 20), 1u << 3);
	/* Off: what is pending is forgotten. */
	cfg_write(&b, CW_CFG_MSI, 0);
	assert_int_equal(cfg_read(&b, CW_CFG_MSI + 20), 0);
	cfg_write(&b, CW_CFG_MSI + 16, 0);
	cfg_write(&b, CW_CFG_MSI, 0x00210000);
	b.got_n = 0;
	cycles(&b, 20);
	assert_int_equal(b.got_n, 0);
	down(&b);
}

static void msi_waits_for_bus_master_and_d0(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	msi_on(&b, 2);
	cfg_write(&b, 4, 2);
	b.got_n = 0;
	msi_vector(&b, 3);
	cfg_write(&b, CW_CFG_MSI + 16, 1); /* a write of the masks does not let it go */
	assert_int_equal(b.got_n, 1);
	assert_int_equal(cfg_read(&b, CW_CFG_MSI + 20), 1u << 3);
	b.got_n = 0;
	cfg_write_start(&b, 4, 6);
	cycles(&b, 10);
	assert_int_equal(b.got_n, 2);
	assert_int_equal(msi_data(&b, 0), 0x63);

	b.out.flags |= CW_O_POWER_ACK;
	cfg_write(&b, CW_CFG_PM + 4, 3);
	b.got_n = 0;
	msi_vector(&b, 2);
	assert_int_equal(b.got_n, 0);
	cfg_write_start(&b, CW_CFG_PM + 4, 0);
	cycles(&b, 10);
	assert_int_equal(b.got_n, 2);
	assert_int_equal(msi_data(&b, 0), 0x62);
	down(&b);
}

static void no_msi_after_flr(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	msi_on(&b, 2);
	cfg_write_start(&b, DEVCTL, 0x8000 | 0x2810);
	cycles(&b, 60);
	assert_int_equal(b.got_n, 1);
	msi_vector(&b, 1); /* the RTL has not answered yet */
	b.out.flags |= CW_O_FLR_DONE;
	cycles(&b, 5);
	b.out.flags &= ~CW_O_FLR_DONE;
	cycles(&b, 5);
	assert_false(b.in.fn & CW_F_MSI);
	msi_vector(&b, 1); /* nor now: it is off */
	enable(&b);
	b.got_n = 0;
	cycles(&b, 20);
	assert_int_equal(b.got_n, 0);
	assert_int_equal(cw_hip_get_stats(b.hip)->tx_dropped, 1);
	down(&b);
}

static void error_pulses_become_messages(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	cfg_write(&b, DEVCTL, 0x281f);
	b.out.flags |= CW_O_ERR_CPL_TIMEOUT;
	cycle(&b);
	b.out.flags &= ~CW_O_ERRORS;
	cycles(&b, 3);
	assert_int_equal(last(&b, 0).msg_code, CW_MSG_ERR_NONFATAL);
	assert_true(cfg_read(&b, CW_CFG_AER + 4) & 1u << CW_ERR_CPL_TIMEOUT);
	down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bus_master_off_is_completed_after_what_was_taken_left),
		cmocka_unit_test(what_the_rtl_had_offered_still_leaves_before_the_completion),
		cmocka_unit_test(d3hot_is_completed_when_the_rtl_is_quiet),
		cmocka_unit_test(flr_silences_the_function_and_resets_configuration),
		cmocka_unit_test(intx_level_becomes_messages_unless_disabled),
		cmocka_unit_test(msi_request_becomes_a_write),
		cmocka_unit_test(intx_status_shows_the_level_whatever_is_sent),
		cmocka_unit_test(flr_and_d3hot_take_the_level_back_before_they_are_completed),
		cmocka_unit_test(interrupts_are_ahead_of_the_write_that_forbids_them),
		cmocka_unit_test(msi_vectors_beyond_those_granted_fold),
		cmocka_unit_test(masked_msi_is_pending_and_leaves_once),
		cmocka_unit_test(msi_waits_for_bus_master_and_d0),
		cmocka_unit_test(no_msi_after_flr),
		cmocka_unit_test(error_pulses_become_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
