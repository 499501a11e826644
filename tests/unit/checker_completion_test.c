// SPDX-License-Identifier: BSD-2-Clause
/* The checker's rules for the card's completions; what reports say. */
#include "checker_rig.h"

/* A read of the CPU that has come to the card; its request is r->got[0]. */
static struct cw_host_req req;

static void cpu_read(struct rig *r, uint32_t off, uint32_t len)
{
	req = (struct cw_host_req){ .space = CW_SPACE_MEM, .addr = r->dev.bar[0].base + off, .len = len };
	r->got_n = 0;
	assert_int_equal(cw_host_read(r->h, &req), 0);
	rig_run(r, US);
	assert_int_equal(r->got_n, 1);
	assert_int_equal(r->got[0].i.kind, CW_TLP_MRD);
}

/* The card's answer to it. */
static struct cw_tlp answer(struct rig *r, uint16_t count, uint8_t lower, uint16_t dws)
{
	struct cw_tlp t;

	cw_tlp_cpld(&t, CARD, 0, r->got[0].i.tag, 0, 0, count, lower, data, dws);
	return t;
}

static void reply(struct rig *r, uint16_t count, uint8_t lower, uint16_t dws)
{
	struct cw_tlp t = answer(r, count, lower, dws);

	rig_send(r, &t);
}

/* ---- completions ---- */

static void completed_twice(struct rig *r, bool bad)
{
	cpu_read(r, 0, 4);
	reply(r, 4, 0, 1);
	if (bad)
		reply(r, 4, 0, 1);
	assert_true(req.done && req.status == CW_CPL_SC);
}

static void unexpected_requester(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	if (bad) {
		t.dw[2] |= 0x00080000;
		rig_send(r, &t);
		assert_false(req.done);
	}
	reply(r, 4, 0, 1);
}

static void from_before_link_down(struct rig *r, bool bad)
{
	uint16_t old;

	cpu_read(r, 0, 4);
	old = r->got[0].i.tag;
	assert_int_equal(cw_host_reset(r->h, CW_LINK_HOT_RESET), 0);
	assert_true(req.done && req.status == CW_CPL_UR);
	assert_int_equal(cw_host_enumerate(r->h, &r->dev), 0);
	cpu_read(r, 0, 4);
	assert_int_not_equal(r->got[0].i.tag, old);
	if (bad) {
		struct cw_tlp t = answer(r, 4, 0, 1);

		t.dw[2] = (t.dw[2] & ~0xff00u) | (uint32_t)old << 8;
		rig_send(r, &t);
	}
	reply(r, 4, 0, 1);
}

static void status_reserved(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	cw_tlp_cpl(&t, CARD, 0, r->got[0].i.tag, 0, 0, bad ? 3 : CW_CPL_UR, 4, 0);
	rig_send(r, &t);
	assert_true(req.done && req.status != CW_CPL_SC);
	assert_int_equal(rig_get32(req.data, 0), 0xffffffff);
}

static void retry_of_a_memory_read(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	cw_tlp_cpl(&t, CARD, 0, r->got[0].i.tag, 0, 0, bad ? CW_CPL_CRS : CW_CPL_CA, 4, 0);
	rig_send(r, &t);
	assert_true(req.done && req.status == CW_CPL_CA);
}

static void bcm(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	t.dw[1] |= bad ? 1u << 12 : 0;
	rig_send(r, &t);
}

static void data_with_error(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	t.dw[1] |= bad ? (uint32_t)CW_CPL_UR << 13 : 0;
	rig_send(r, &t);
}

static void read_without_data(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	cw_tlp_cpl(&t, CARD, 0, r->got[0].i.tag, 0, 0, CW_CPL_SC, 4, 0);
	if (!bad)
		t = answer(r, 4, 0, 1);
	rig_send(r, &t);
}

static void write_with_data(struct rig *r, bool bad)
{
	struct cw_host_req w = { .space = CW_SPACE_CFG, .addr = 0x3c, .len = 4 };
	struct cw_tlp t;

	r->mute = true;
	assert_int_equal(cw_host_cfg_write(r->h, &w), 0);
	rig_run(r, US);
	cw_tlp_cpl(&t, CARD, 0, r->got[0].i.tag, 0, 0, CW_CPL_SC, 4, 0);
	if (bad)
		t = answer(r, 4, 0, 1);
	rig_send(r, &t);
	assert_true(w.done);
}

static void byte_count_wrong(struct rig *r, bool bad)
{
	cpu_read(r, 0, 8);
	reply(r, bad ? 12 : 8, 0, 2);
	assert_true(req.done);
}

static void more_data_than_asked(struct rig *r, bool bad)
{
	cpu_read(r, 0, 4);
	reply(r, 4, 0, bad ? 2 : 1);
	assert_true(req.done);
}

static void second_byte_count_wrong(struct rig *r, bool bad)
{
	cpu_read(r, 64, 64);
	reply(r, 64, 64, 16);
	cpu_read(r, 192, 64);
	reply(r, bad ? 60 : 64, 64, 15 + !bad);
}

static void lower_address_wrong(struct rig *r, bool bad)
{
	cpu_read(r, 0x46, 2);
	reply(r, 2, bad ? 0x44 : 0x46, 1);
}

/* A host read is of 64 bytes at most here: the cut is legal nowhere inside it. */
static void cut_off_boundary(struct rig *r, bool bad)
{
	cpu_read(r, 0x40, 64);
	if (!bad) {
		reply(r, 64, 0x40, 16);
		return;
	}
	reply(r, 64, 0x40, 8);
	reply(r, 32, 0x60, 8);
	assert_true(req.done && req.status == CW_CPL_SC);
}

static void fields_not_copied(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	t.dw[0] |= bad ? CW_ATTR_NS << 12 : 0;
	rig_send(r, &t);
}

static void class_not_copied(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	t.dw[0] |= bad ? 1u << 20 : 0;
	rig_send(r, &t);
}

static void wrong_completer(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	t.dw[1] ^= bad ? 0x00010000 : 0;
	rig_send(r, &t);
}

static void poisoned_completion(struct rig *r, bool bad)
{
	struct cw_tlp t;

	cpu_read(r, 0, 4);
	t = answer(r, 4, 0, 1);
	cw_tlp_set_ep(&t, bad);
	rig_send(r, &t);
	assert_int_equal(req.status == CW_CPL_SC, !bad);
}

static void passes_a_write(struct rig *r, bool bad)
{
	cpu_read(r, 0, 4);
	if (!bad)
		mwr(r, LOW_IOVA, 8, 0);
	/* The card accepted the write, then the completion. */
	cw_host_tap_completion(r->h, r->got[0].i.tag, r->posted + bad);
	reply(r, 4, 0, 1);
	if (bad)
		mwr(r, LOW_IOVA, 8, 0);
}

static void short_timeout(struct rig *r, bool bad)
{
	(void)bad;
	r->p.cpl_timeout_ps = 50 * US;
}

static void never_answered(struct rig *r, bool bad)
{
	uint64_t began;

	cpu_read(r, 0, 4);
	began = cw_host_now(r->h) - US;
	rig_run(r, 40 * US);
	assert_false(req.done);
	if (!bad)
		reply(r, 4, 0, 1);
	rig_run(r, 20 * US);
	assert_true(req.done);
	if (bad)
		assert_true(r->rule_time == began + 50 * US);
}

static void open_at_the_end(struct rig *r, bool bad)
{
	cpu_read(r, 0, 4);
	if (!bad)
		reply(r, 4, 0, 1);
}

static const struct plant plants[] = {
	PLANT(CPL_UNEXPECTED, "twice", NULL, completed_twice, false),
	PLANT(CPL_UNEXPECTED, "other requester", NULL, unexpected_requester, false),
	PLANT(CPL_DOWN, "late", NULL, from_before_link_down, false),
	PLANT(CPL_STATUS, "reserved", NULL, status_reserved, false),
	PLANT(CPL_STATUS, "retry", NULL, retry_of_a_memory_read, false),
	PLANT(CPL_BCM, "set", NULL, bcm, false),
	PLANT(CPL_DATA_STATUS, "UR with data", NULL, data_with_error, false),
	PLANT(CPL_DATA, "read without", NULL, read_without_data, false),
	PLANT(CPL_DATA, "write with", NULL, write_with_data, false),
	PLANT(CPL_BYTES, "too many", NULL, byte_count_wrong, false),
	PLANT(CPL_BYTES, "more data", NULL, more_data_than_asked, false),
	PLANT(CPL_BYTES, "too few", NULL, second_byte_count_wrong, false),
	PLANT(CPL_LOWER, "DW address", NULL, lower_address_wrong, false),
	PLANT(CPL_BOUNDARY, "cut at 32", NULL, cut_off_boundary, false),
	PLANT(CPL_FIELDS, "attribute", NULL, fields_not_copied, false),
	PLANT(CPL_FIELDS, "class", NULL, class_not_copied, false),
	PLANT(COMPLETER, "function 1", NULL, wrong_completer, false),
	PLANT(CPL_POISON, "data", NULL, poisoned_completion, false),
	PLANT(CPL_PASSED, "write behind", NULL, passes_a_write, false),
	PLANT(CPL_TIMEOUT, "silence", short_timeout, never_answered, false),
	PLANT(CPL_MISSING, "open read", NULL, open_at_the_end, true),
};

#define PLANT_N (sizeof(plants) / sizeof(plants[0]))

static void every_rule_is_planted(void **state)
{
	(void)state;
	planted_all(plants, PLANT_N, CW_RULE_CPL_UNEXPECTED, CW_RULE_N);
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

/* The host asks for 64 bytes at most, so that a completion of its own reads cannot exceed the smallest
 * Max_Payload_Size: this rule is shown on the checker alone. */
static enum cw_rule alone;
static char alone_text[400];

static void keep(void *ctx, enum cw_rule rule, const struct cw_tlp *tlp, uint64_t now, const char *detail)
{
	char what[128];

	(void)ctx, (void)detail;
	assert_int_equal(alone, CW_RULE_N);
	alone = rule;
	cw_tlp_print(tlp, what, sizeof(what));
	snprintf(alone_text, sizeof(alone_text), "%s (%s) at %llu ps, cycle 0: %s: %s", cw_rules[rule].name,
		 cw_rules[rule].section, (unsigned long long)now, cw_rules[rule].text, what);
}

static void feed(struct cw_checker *c, const struct cw_tlp *t, bool up)
{
	struct cw_tlp_info i;

	assert_int_equal(cw_tlp_decode(t, &i, NULL), 0);
	if (up)
		cw_checker_up(c, 1, t, &i, 0, NULL);
	else
		cw_checker_down(c, 1, t, &i);
}

static void completions_keep_to_max_payload(void **state)
{
	struct cw_checker_param p = { .report = keep };
	struct cw_checker *c;
	struct cw_tlp t;

	(void)state;
	alone = CW_RULE_N;
	assert_int_equal(cw_checker_new(&c, &p), 0);
	cw_checker_link(c, true);
	cw_tlp_cfgwr(&t, 0, 0, CARD, 4, 2, 0xf);
	feed(c, &t, false);
	cw_tlp_cpl(&t, CARD, 0, 0, 0, 0, CW_CPL_SC, 4, 0);
	feed(c, &t, true);
	cw_tlp_mrd(&t, 0, 1, 0x1000, 256, 0);
	feed(c, &t, false);
	cw_tlp_cpld(&t, CARD, 0, 1, 0, 0, 256, 0, data, 32); /* 128 is the smallest Max_Payload_Size */
	feed(c, &t, true);
	cw_tlp_cpld(&t, CARD, 0, 1, 0, 0, 128, 0, data, 32);
	feed(c, &t, true);
	assert_int_equal(alone, CW_RULE_N);
	cw_tlp_mrd(&t, 0, 2, 0x1000, 256, 0);
	feed(c, &t, false);
	cw_tlp_cpld(&t, CARD, 0, 2, 0, 0, 256, 0, data, 64);
	feed(c, &t, true);
	assert_int_equal(alone, CW_RULE_CPL_MPS);
	result("cpl-over-mps", "completions_keep_to_max_payload", "256 of 128, the checker alone", alone_text);
	cw_checker_free(c);
}

static void reports_say_where_and_what(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_start(r);
	mwr(r, LOW_IOVA, 260, 0);
	assert_non_null(strstr(r->text, "260 bytes, Max_Payload_Size 256"));
	assert_non_null(strstr(r->text, "MWr"));
	assert_true(cw_host_failed(r->h));
	assert_int_equal(rig_free(r), 1);
}

static void expected_violations_do_not_fail(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_start(r);
	cw_host_expect(r->h, "mwr-over-mps", 1);
	mwr(r, LOW_IOVA, 260, 0);
	assert_false(cw_host_failed(r->h));
	assert_int_equal(rig_free(r), 0);

	rig_default(r); /* one that does not come */
	rig_start(r);
	cw_host_expect(r->h, "mwr-over-mps", 1);
	assert_int_equal(rig_free(r), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_planted),
		cmocka_unit_test(planted_violations_are_found_alone),
		cmocka_unit_test(clean_twins_pass),
		cmocka_unit_test(completions_keep_to_max_payload),
		cmocka_unit_test(reports_say_where_and_what),
		cmocka_unit_test(expected_violations_do_not_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
