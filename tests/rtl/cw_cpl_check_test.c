/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_cpl_check: the verdict on one completion. */
#include "driver/cw_regs.h"
#include "dut.h"

#define BDF 0x1f20

struct cpl {
	unsigned fmt_type, status, tag, lower, ep;
	uint32_t count, dw;
	uint16_t id;
};

struct rd {
	bool outstanding, fetch;
	unsigned start;
	uint32_t total, consumed;
};

static struct dut *check(const struct rd *r, const struct cpl *c)
{
	static struct dut *d;

	if (!r) { /* the end */
		dut_free(d);
		d = NULL;
		return NULL;
	}
	if (!d)
		d = dut_new(dut_seed());
	dut_set_bits(d, "hdr", 0, 32, (uint32_t)c->fmt_type << 24 | c->ep << 14 | (c->dw & 0x3ff));
	dut_set_bits(d, "hdr", 32, 32, 0x55u << 16 | c->status << 13 | (c->count & 0xfff));
	dut_set_bits(d, "hdr", 64, 32, (uint32_t)c->id << 16 | c->tag << 8 | c->lower);
	dut_set(d, "fn_bdf", BDF);
	dut_set(d, "outstanding", r->outstanding);
	dut_set(d, "fetch", r->fetch);
	dut_set(d, "start", r->start);
	dut_set(d, "total", r->total);
	dut_set(d, "consumed", r->consumed);
	dut_settle(d);
	return d;
}

static void expect(const struct rd *r, const struct cpl *c, unsigned status, bool ends, bool unsafe, uint32_t bytes)
{
	struct dut *d = check(r, c);

	assert_int_equal(dut_get(d, "match"), 1);
	assert_int_equal(dut_get(d, "status"), status);
	assert_int_equal(dut_get(d, "ends"), ends);
	assert_int_equal(dut_get(d, "unsafe"), unsafe);
	assert_int_equal(dut_get(d, "bytes"), bytes);
}

static void match_needs_tag_type_and_requester(void **state)
{
	struct rd r = { .outstanding = true, .total = 4 };
	struct cpl c = { .fmt_type = 0x4a, .count = 4, .dw = 1, .id = BDF };

	(void)state;
	expect(&r, &c, CW_STATUS_OK, true, false, 4);
	c.id ^= 0x100;
	assert_int_equal(dut_get(check(&r, &c), "match"), 0);
	c.id = BDF;
	for (unsigned t = 0; t < 256; t++) {
		c.fmt_type = t;
		assert_int_equal(dut_get(check(&r, &c), "match"), t == 0x4a || t == 0x0a);
	}
	c.fmt_type = 0x4a;
	r.outstanding = false;
	assert_int_equal(dut_get(check(&r, &c), "match"), 0);
	check(NULL, NULL);
}

static void whole_reads_of_every_size_are_good(void **state)
{
	struct rd r = { .outstanding = true };
	struct cpl c = { .fmt_type = 0x4a, .id = BDF };

	(void)state;
	for (r.total = 1; r.total <= 4096; r.total += r.total < 300 ? 1 : 37)
		for (r.start = 0; r.start < 4 && (r.total + r.start <= 4096); r.start++) {
			c.lower = r.start;
			c.count = r.total;
			c.dw = (r.start + r.total + 3) / 4;
			expect(&r, &c, CW_STATUS_OK, true, false, r.total);
			c.dw++;
			if (c.dw <= 1024)
				expect(&r, &c, CW_STATUS_MALFORMED, true, true, r.total);
		}
	check(NULL, NULL);
}

static void parts_must_continue_where_the_last_ended(void **state)
{
	struct rd r = { .outstanding = true, .start = 0x3d, .total = 4096 - 0x3d, .consumed = 3 };
	struct cpl c = { .fmt_type = 0x4a, .id = BDF, .lower = 0x40, .count = 4096 - 0x40, .dw = 16 };

	(void)state;
	expect(&r, &c, CW_STATUS_OK, false, false, 64);
	c.ep = 1;
	expect(&r, &c, CW_STATUS_POISON, false, false, 64);
	c.ep = 0;
	c.lower = 0x44;
	expect(&r, &c, CW_STATUS_MALFORMED, true, true, 4096 - 0x40);
	c.ep = 1; /* also when it is poisoned */
	expect(&r, &c, CW_STATUS_MALFORMED, true, true, 4096 - 0x40);
	c.ep = 0;
	c.lower = 0x40;
	c.count--;
	expect(&r, &c, CW_STATUS_MALFORMED, true, true, 4096 - 0x40);
	c.count++;
	c.fmt_type = 0x0a; /* successful, without data */
	expect(&r, &c, CW_STATUS_MALFORMED, true, true, 4096 - 0x40);
	check(NULL, NULL);
}

static void bad_status_ends_the_read(void **state)
{
	struct rd r = { .outstanding = true, .total = 512, .consumed = 128 };
	struct cpl c = { .fmt_type = 0x0a, .id = BDF, .count = 384 };

	(void)state;
	for (c.status = 1; c.status < 8; c.status++)
		expect(&r, &c, c.status == 1 ? CW_STATUS_UR : CW_STATUS_CA, true, false, 384);
	check(NULL, NULL);
}

static void descriptors_arrive_whole(void **state)
{
	struct rd r = { .outstanding = true, .fetch = true, .start = 0x30, .total = 512 - 0x30 };
	struct cpl c = { .fmt_type = 0x4a, .id = BDF, .lower = 0x30, .count = 512 - 0x30, .dw = 4 };

	(void)state;
	expect(&r, &c, CW_STATUS_OK, false, false, 16);
	c.dw = 6;
	expect(&r, &c, CW_STATUS_MALFORMED, true, true, 512 - 0x30);
	check(NULL, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match_needs_tag_type_and_requester),
		cmocka_unit_test(whole_reads_of_every_size_are_good),
		cmocka_unit_test(parts_must_continue_where_the_last_ended),
		cmocka_unit_test(bad_status_ends_the_read),
		cmocka_unit_test(descriptors_arrive_whole),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
