// SPDX-License-Identifier: BSD-2-Clause
/* Hard-IP model: TLPs both ways, credits, back-pressure, errors of the link. */
#include "hardip_rig.h"
#include "result.h"

static void request_reaches_the_rtl_with_its_bar_and_credit_comes_back(void **state)
{
	uint8_t data[64];
	struct bench b;
	struct cw_tlp t;

	(void)state;
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	up_default(&b);
	enable(&b);
	assert_int_equal(b.returned.hdr[CW_FC_NP], 32 + 2);
	cw_tlp_mwr(&t, 0, BAR0 + 0x40, data, 64, 0);
	host_send(&b, &t);
	cycles(&b, 8);
	assert_int_equal(b.rx_n, 1);
	assert_int_equal(b.rx_bar[0], 0);
	assert_memory_equal(b.rx[0].dw, t.dw, 16);
	assert_int_equal(b.rx[0].data_len, 64);
	assert_memory_equal(b.rx[0].data, data, 64);
	assert_int_equal(b.returned.hdr[CW_FC_P], 64 + 1);
	assert_int_equal(b.returned.data[CW_FC_P], 512 + 4);
	down(&b);
}

static void request_that_hits_no_bar_is_unsupported(void **state)
{
	struct cw_hip_param p;
	struct bench b;
	struct cw_tlp t;

	(void)state;
	up_default(&b);
	enable(&b);
	cw_tlp_mrd(&t, 0, 9, 0x70000003, 6, 0);
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(b.rx_n, 0);
	assert_int_equal(last(&b, 0).status, CW_CPL_UR);
	assert_int_equal(last(&b, 0).tag, 9);
	assert_int_equal(last(&b, 0).byte_count, 6);
	assert_int_equal(last(&b, 0).lower_addr, 3);
	assert_true(cfg_read(&b, DEVCTL) >> 16 & 8); /* unsupported request detected */
	down(&b);

	cw_hip_param_default(&p);
	p.pass_unclaimed = true;
	up(&b, &p);
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(b.rx_n, 1);
	assert_int_equal(b.rx_bar[0], 7);
	down(&b);
}

/* What the IP says of a TLP that it drops: AER. */
static void log_result(struct bench *b, const char *rule, const char *name, const char *what)
{
	char text[200];

	snprintf(text, sizeof(text), "%s: dropped; AER uncorrectable status 0x%08x, header log %08x %08x %08x %08x", rule,
		 cfg_read(b, CW_CFG_AER + 4), cfg_read(b, CW_CFG_AER + 0x1c), cfg_read(b, CW_CFG_AER + 0x20),
		 cfg_read(b, CW_CFG_AER + 0x24), cfg_read(b, CW_CFG_AER + 0x28));
	result(rule, name, what, text);
}

static void malformed_tlps_are_dropped_logged_and_their_credit_returned(void **state)
{
	static const char *const kinds[] = { "length against payload", "payload above Max_Payload_Size", "crosses 4 KiB",
					     "digest bit without digest", "two DWs without byte enables" };
	struct bench b;
	struct cw_tlp t, good;
	uint32_t v[256] = { 0 };

	(void)state;
	for (unsigned kind = 0; kind < 5; kind++) {
		up_default(&b);
		enable(&b);
		cw_tlp_mwr(&good, 0, BAR0 + 0x20, v, 8, 0);
		t = good;
		if (kind == 0)
			t.dw[0] ^= 1; /* length 3, payload 2 */
		if (kind == 1)
			cw_tlp_mwr(&t, 0, BAR0, v, 256, 0); /* above MPS 128 */
		if (kind == 2)
			t.dw[2] |= 0xffc; /* crosses 4 KiB */
		if (kind == 3)
			t.dw[0] |= 1u << 15; /* TD without a digest */
		if (kind == 4)
			t.dw[1] &= ~0xffu; /* two DWs, no byte enables */
		host_send(&b, &t);
		cycles(&b, 6);
		assert_int_equal(b.rx_n, 0);
		assert_int_equal(cw_hip_get_stats(b.hip)->malformed, 1);
		assert_int_equal(b.returned.hdr[CW_FC_P], 65);
		assert_true(cfg_read(&b, CW_CFG_AER + 4) & 1u << CW_ERR_MALFORMED);
		assert_int_equal(cfg_read(&b, CW_CFG_AER + 0x1c), t.dw[0]);
		log_result(&b, "ip-malformed", "malformed_tlps_are_dropped_logged_and_their_credit_returned", kinds[kind]);
		host_send(&b, &good);
		cycles(&b, 6);
		assert_int_equal(b.rx_n, 1);
		down(&b);
	}
}

static void digest_is_stripped(void **state)
{
	struct bench b;
	struct cw_tlp t;
	uint32_t v = 5;

	(void)state;
	up_default(&b);
	enable(&b);
	cw_tlp_mwr(&t, 0, BAR0 + 0x20, &v, 4, 0);
	t.dw[0] |= 1u << 15;
	t.data_len += 4;
	host_send(&b, &t);
	cycles(&b, 6);
	assert_int_equal(b.rx_n, 1);
	assert_int_equal(b.rx[0].data_len, 4);
	assert_int_equal(b.rx[0].dw[0] >> 15 & 1, 0);
	down(&b);
}

static void overflow_of_advertised_credit_is_dropped_and_logged(void **state)
{
	struct bench b;
	struct cw_tlp t;
	uint32_t v = 5;

	(void)state;
	up_default(&b);
	enable(&b);
	b.hold_rx = true;
	cw_tlp_mwr(&t, 0, BAR0 + 0x20, &v, 4, 0);
	for (unsigned i = 0; i < 65; i++)
		host_send(&b, &t);
	cycles(&b, 3);
	assert_int_equal(cw_hip_get_stats(b.hip)->overflow, 1);
	b.hold_rx = false;
	cycles(&b, 80);
	assert_int_equal(b.rx_n, 64);
	assert_int_equal(b.returned.hdr[CW_FC_P], 64 + 64);
	assert_true(cfg_read(&b, CW_CFG_AER + 4) & 1u << CW_ERR_RX_OVERFLOW);
	log_result(&b, "ip-overflow", "overflow_of_advertised_credit_is_dropped_and_logged", "65 writes on 64 headers");
	down(&b);
}

static void messages_and_odd_requests_are_answered_as_the_specification_says(void **state)
{
	struct bench b;
	struct cw_tlp t;
	unsigned n;

	(void)state;
	up_default(&b);
	enable(&b);
	n = b.got_n;
	cw_tlp_msg(&t, 0, 0x7f, 4); /* vendor type 1: dropped without a word */
	host_send(&b, &t);
	cw_tlp_msg(&t, 0, 0x50, 4); /* slot power limit */
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(b.got_n, n);
	assert_int_equal(cw_hip_get_stats(b.hip)->unsupported, 0);
	cw_tlp_msg(&t, 0, 0x7e, 4); /* vendor type 0: unsupported */
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(cw_hip_get_stats(b.hip)->unsupported, 1);
	cw_tlp_msg(&t, 0, 0x19, 3); /* PME_Turn_Off: PME_TO_Ack */
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(last(&b, 0).msg_code, 0x1b);
	cw_tlp_mrd(&t, 0, 3, BAR0, 4, 0);
	t.dw[0] |= 2u << 24; /* I/O read */
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(last(&b, 0).status, CW_CPL_UR);
	cw_tlp_mrd(&t, 0, 4, BAR0, 4, 0);
	t.dw[0] |= 1u << 24; /* locked read: CplLk */
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(last(&b, 0).type, 0x0b);
	cw_tlp_cfgrd(&t, 0, 5, BDF | 1, 0); /* no such function */
	host_send(&b, &t);
	cycles(&b, 5);
	assert_int_equal(last(&b, 0).status, CW_CPL_UR);
	assert_int_equal(b.rx_n, 0);
	down(&b);
}

static void completions_pass_and_wrong_requesters_do_not(void **state)
{
	struct bench b;
	struct cw_tlp t;
	uint32_t v[16] = { 1, 2, 3 };

	(void)state;
	up_default(&b);
	enable(&b);
	cw_tlp_cpld(&t, 0, BDF, 0x155, 0, 0, 64, 0, v, 16);
	host_send(&b, &t);
	cycles(&b, 6);
	assert_int_equal(b.rx_n, 1);
	assert_memory_equal(b.rx[0].data, v, 64);
	cw_tlp_cpld(&t, 0, BDF + 8, 0x155, 0, 0, 64, 0, v, 16);
	host_send(&b, &t);
	cycles(&b, 6);
	assert_int_equal(b.rx_n, 1);
	cfg_write(&b, CW_CFG_AER + 0x14, 0);
	host_send(&b, &t);
	cycles(&b, 6);
	assert_true(cfg_read(&b, CW_CFG_AER + 4) & 1u << CW_ERR_CPL_UNEXPECTED);
	down(&b);
}

static void completion_buffer_overrun_is_counted(void **state)
{
	struct cw_hip_param p;
	struct bench b;
	struct cw_tlp t;
	uint32_t v[32] = { 0 };

	(void)state;
	cw_hip_param_default(&p);
	p.cpl_buf_data = 8 * 4;
	up(&b, &p);
	enable(&b);
	b.hold_rx = true;
	cw_tlp_cpld(&t, 0, BDF, 1, 0, 0, 128, 0, v, 32);
	for (unsigned i = 0; i < 5; i++)
		host_send(&b, &t);
	cycles(&b, 3);
	assert_int_equal(cw_hip_get_stats(b.hip)->cpl_overrun, 1);
	assert_non_null(cw_hip_why(b.hip));
	result("cpl-overrun", "completion_buffer_overrun_is_counted", "640 bytes into a buffer of 512", cw_hip_why(b.hip));
	assert_int_equal(cw_hip_get_stats(b.hip)->cpl_data_max, 32);
	down(&b);
}

static void posted_writes_are_told_when_they_leave(void **state)
{
	struct cw_hip_param p;
	struct bench b;

	(void)state;
	cw_hip_param_default(&p);
	up(&b, &p);
	enable(&b);
	host_credit(&b, 2, 100); /* two posted headers in all */
	b.got_n = 0;
	for (unsigned i = 0; i < 5; i++)
		rtl_write(&b, 0x1000 + 4 * i);
	cycles(&b, 20);
	assert_int_equal(b.got_n, 2);
	assert_int_equal(b.sent_n, 2);
	host_credit(&b, 100, 100);
	cycles(&b, 5);
	assert_int_equal(b.got_n, 5);
	assert_int_equal(b.sent_n, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(last(&b, 4 - i).addr, 0x1000 + 4 * i);
	down(&b);
}

/* The read was taken after a posted write that has no credit to leave: its completion must wait for that. */
static void completion_before_an_earlier_posted_write_left_is_counted(void **state)
{
	struct cw_hip_param p;
	struct cw_tlp read;
	struct bench b;

	(void)state;
	cw_hip_param_default(&p);
	up(&b, &p);
	enable(&b);
	host_credit(&b, 1, 100); /* one posted header in all */
	rtl_write(&b, 0x1000);
	rtl_write(&b, 0x1004);
	cw_tlp_mrd(&read, 0, 0x123, BAR0, 4, 0);
	host_send(&b, &read);
	cycles(&b, 10);
	assert_int_equal(b.rx_n, 1);
	rtl_write(&b, 0x1008); /* later than the read: may be passed */
	assert_int_equal(cw_hip_get_stats(b.hip)->cpl_passed, 0);
	rtl_completion(&b, 0x123);
	assert_int_equal(cw_hip_get_stats(b.hip)->cpl_passed, 1);
	assert_non_null(cw_hip_why(b.hip));
	result("cpl-passed", "completion_before_an_earlier_posted_write_left_is_counted", "write without credit to leave",
	       cw_hip_why(b.hip));
	host_credit(&b, 2, 100); /* the second write leaves, the third not */
	cycles(&b, 10);
	rtl_completion(&b, 0x123);
	assert_int_equal(cw_hip_get_stats(b.hip)->cpl_passed, 1);
	down(&b);
}

static void back_pressure_stops_the_rtl_at_the_depth(void **state)
{
	struct bench b;
	unsigned n = 0;

	(void)state;
	up_default(&b);
	enable(&b);
	host_credit(&b, 0, 0);
	cycles(&b, 3);
	while (b.in.flags & CW_I_TX_REQ_READY && n < 100) {
		rtl_write(&b, 0x1000);
		n++;
	}
	assert_in_range(n, 14, 18);
	assert_int_equal(b.in.power_fc >> 3 & 0xfff, 0); /* the hint says so too */
	host_credit(&b, 100, 100);
	cycles(&b, 30);
	assert_true(b.in.flags & CW_I_TX_REQ_READY);
	down(&b);
}

static void reorder_mode_lets_the_streams_overtake_each_other(void **state)
{
	unsigned cpl_first = 0, req_first = 0, rx_req_first = 0, rx_cpl_first = 0;
	struct cw_hip_param p;
	struct bench b;
	uint32_t v = 1;

	(void)state;
	cw_hip_param_default(&p);
	p.reorder_cycles = 30;
	p.throttle_rx = p.throttle_tx = 20;
	up(&b, &p);
	enable(&b);
	for (unsigned i = 0; i < 30; i++) {
		struct cw_tlp t;

		b.got_n = b.rx_n = 0;
		rtl_write(&b, 0x1000);
		rtl_completion(&b, 1);
		cycles(&b, 50);
		assert_int_equal(b.got_n, 2);
		if (last(&b, 1).kind == CW_TLP_MWR)
			req_first++;
		else
			cpl_first++;
		cw_tlp_mwr(&t, 0, BAR0, &v, 4, 0);
		host_send(&b, &t);
		cw_tlp_cpld(&t, 0, BDF, 1, 0, 0, 4, 0, &v, 1);
		host_send(&b, &t);
		cycles(&b, 50);
		assert_int_equal(b.rx_n, 2);
		if (b.rx[0].dw[0] >> 24 == 0x40)
			rx_req_first++;
		else
			rx_cpl_first++;
	}
	assert_true(req_first && cpl_first && rx_req_first && rx_cpl_first);
	down(&b);
}

static void ip_timer_gives_up_a_tag_and_drops_the_late_completion(void **state)
{
	struct cw_hip_param p;
	struct bench b;
	struct cw_tlp t;
	uint32_t v = 1;
	unsigned n = 0;

	(void)state;
	cw_hip_param_default(&p);
	p.ip_timeout_cycles = 100;
	up(&b, &p);
	enable(&b);
	cw_tlp_mrd(&t, BDF, 0x2a, 0x5000, 4, 0);
	memcpy(b.out.req_hdr, t.dw, sizeof(t.dw));
	b.out.keep = 0;
	b.out.flags |= CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP | CW_O_TX_REQ_EOP;
	cycle(&b);
	b.out.flags &= ~(CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP | CW_O_TX_REQ_EOP);
	assert_int_equal(cw_hip_next_cycle(b.hip), b.cycle - 1 + 100);
	while (!(b.in.flags & CW_I_CPL_LOST) && n++ < 200)
		cycle(&b);
	assert_in_range(n, 95, 105);
	assert_int_equal(b.in.flags >> 18 & 0x3ff, 0x2a);
	cycle(&b);
	assert_false(b.in.flags & CW_I_CPL_LOST);
	cw_tlp_cpld(&t, 0, BDF, 0x2a, 0, 0, 4, 0, &v, 1);
	host_send(&b, &t);
	cycles(&b, 10);
	assert_int_equal(b.rx_n, 0);
	down(&b);
}

static void link_down_forgets_everything_and_holds_reset(void **state)
{
	struct bench b;

	(void)state;
	up_default(&b);
	enable(&b);
	host_credit(&b, 0, 0);
	cycles(&b, 2);
	b.got_n = 0;
	rtl_write(&b, 0x1000);
	host_state(&b, CW_LINK_DOWN);
	cycles(&b, 30);
	assert_true(b.in.flags & CW_I_RST);
	assert_true(cw_hip_quiet(b.hip));
	host_state(&b, CW_LINK_UP);
	host_credit(&b, 10, 10);
	cycles(&b, 30);
	assert_false(b.in.flags & CW_I_RST);
	assert_int_equal(b.got_n, 0);
	assert_int_equal(b.returned.hdr[CW_FC_P], 64);
	down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_reaches_the_rtl_with_its_bar_and_credit_comes_back),
		cmocka_unit_test(request_that_hits_no_bar_is_unsupported),
		cmocka_unit_test(malformed_tlps_are_dropped_logged_and_their_credit_returned),
		cmocka_unit_test(digest_is_stripped),
		cmocka_unit_test(overflow_of_advertised_credit_is_dropped_and_logged),
		cmocka_unit_test(messages_and_odd_requests_are_answered_as_the_specification_says),
		cmocka_unit_test(completions_pass_and_wrong_requesters_do_not),
		cmocka_unit_test(completion_buffer_overrun_is_counted),
		cmocka_unit_test(posted_writes_are_told_when_they_leave),
		cmocka_unit_test(completion_before_an_earlier_posted_write_left_is_counted),
		cmocka_unit_test(back_pressure_stops_the_rtl_at_the_depth),
		cmocka_unit_test(reorder_mode_lets_the_streams_overtake_each_other),
		cmocka_unit_test(ip_timer_gives_up_a_tag_and_drops_the_late_completion),
		cmocka_unit_test(link_down_forgets_everything_and_holds_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
