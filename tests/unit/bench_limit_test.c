// SPDX-License-Identifier: BSD-2-Clause
/* The limits of the benchmark: known rows, worked out apart from the code, and what every limit must obey. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../bench/account.h"
#include "../bench/limit.h"

/* Batch 32, MPS 256, MRRS 512, completions of up to 256 bytes; bytes a cycle to the card, from it, each way. */
static const struct row {
	unsigned size;
	double unpaced256[3], gen3x8[3], unpaced512[3], gen3x16[3];
} rows[] = {
	{ 8, { 5.12, 5.12, 2.56 }, { 5.12, 4.83, 2.56 }, { 6.10, 6.10, 3.05 }, { 6.10, 6.10, 3.05 } },
	{ 64, { 25.60, 24.98, 15.52 }, { 19.19, 18.45, 13.15 }, { 48.76, 48.76, 24.38 }, { 38.37, 36.89, 24.38 } },
	{ 256, { 30.12, 29.90, 25.28 }, { 26.80, 26.43, 23.10 }, { 60.24, 59.36, 45.51 }, { 53.59, 52.85, 45.51 } },
	{ 1024, { 31.51, 31.45, 29.15 }, { 28.16, 27.76, 26.21 }, { 63.02, 62.77, 54.98 }, { 56.31, 55.51, 52.42 } },
	{ 4096, { 31.88, 31.86, 29.87 }, { 28.52, 28.11, 26.85 }, { 63.75, 63.69, 56.40 }, { 57.03, 56.22, 53.70 } },
	{ 65536, { 31.99, 31.99, 30.10 }, { 28.63, 28.22, 27.06 }, { 63.98, 63.98, 56.86 }, { 57.26, 56.45, 54.11 } },
};

/* The rows have two decimals: 0.1 %, and half of the last digit. */
static void near(const struct bench_point *p, double want)
{
	double got = limit_of(p), off = got > want ? got - want : want - got;

	if (off > want * 0.001 + 0.005)
		fail_msg("%u bits, %s, %s, %u bytes: %.4f, not %.2f", p->width, point_link(p), point_dir(p), p->size, got,
			 want);
}

static void limits_are_those_of_the_table(void **state)
{
	struct bench_point p;

	(void)state;
	point_base(&p);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p.size = rows[i].size;
		for (unsigned d = 0; d < 3; d++) {
			p.dir = (enum point_dir)d;
			p.width = 256, p.lanes = 0;
			near(&p, rows[i].unpaced256[d]);
			p.lanes = 8;
			near(&p, rows[i].gen3x8[d]);
			p.width = 512, p.lanes = 0;
			near(&p, rows[i].unpaced512[d]);
			p.lanes = 16;
			near(&p, rows[i].gen3x16[d]);
		}
	}
}

static double limit_with(const char *words[], unsigned n)
{
	struct bench_point p;
	char why[128] = "";

	point_base(&p);
	for (unsigned i = 0; i < n; i++)
		if (point_set(&p, words[i], why, sizeof(why)))
			fail_msg("%s", why);
	assert_int_equal(point_check(&p, why, sizeof(why)), 0);
	return limit_of(&p);
}
#define LIMIT(...) limit_with((const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

static void same(double got, double want)
{
	if (got / want > 1 + 1e-9 || got / want < 1 - 1e-9)
		fail_msg("%.6f, not %.6f", got, want);
}

/* Worked by hand, beats of a batch of 32 on the stream that is busiest. */
static void limits_count_what_an_offset_costs(void **state)
{
	(void)state;
	/* 64 bytes at +1: 68 bytes of whole DWs, 3 beats; and 16 beats of descriptors */
	same(LIMIT("offset=1"), 32 * 64 / (32 * 3 + 16.0));
	/* at +60, still whole DWs within one request */
	same(LIMIT("offset=60"), 32 * 64 / (32 * 2 + 16.0));
	/* over a page: two requests and two completions, of a beat each; two MRd, one more for descriptors, 16 beats of
	 * records and a message are the busier stream */
	same(LIMIT("offset=page"), 32 * 64 / (32 * 2 + 1 + 16 + 1.0));
	same(LIMIT("offset=page", "dir=c2h"), 32 * 64 / (32 * 2 + 1 + 16 + 1.0));
	/* completions of 64 bytes: 4096 bytes are 128 beats all the same, and 16 of descriptors a batch */
	same(LIMIT("split=64", "size=4096"), 32 * 4096 / (32 * 128 + 16.0));
	/* batches of 1, 32 of them: data MRd, one for descriptors, 16 beats of records, 32 messages */
	same(LIMIT("batch=1"), 32 * 64 / (32 + 1 + 16 + 32.0));
}

/* Worked by hand from the guides, per batch of 32: descriptors or headers take room, and packets begin at granules. */
static void shims_have_ceilings_of_their_own(void **state)
{
	(void)state;
	/* RC: 32 times 3 + 16 DWs and twice 3 + 64, rounded up to 16 bytes, two to a beat */
	same(LIMIT("shim=usplus"), 32 * 64 / ((32 * 5 + 2 * 17) / 2.0));
	/* RQ: 32 writes of 4 + 16 DWs, a read, records in twice 4 + 64, a message, each in whole beats */
	same(LIMIT("shim=usplus", "dir=c2h"), 32 * 64 / (32 * 3 + 1 + 2 * 9 + 1.0));
	/* 512 bits: four granules to a beat */
	same(LIMIT("shim=usplus512"), 32 * 64 / ((32 * 5 + 2 * 17) / 4.0));
	/* address-aligned: descriptors are beats of their own; 64 completions in the IP, each for 250 cycles */
	same(LIMIT("shim=usplusaa"), 32 * 64 / ((32 + 8) * 250 / 64.0));
	same(LIMIT("shim=usplusaa", "dir=c2h"), 32 * 64 / (32 * 3 + 1 + 2 * 9 + 2.0));
	/* 36 headers for completions, each taken for 250 cycles: 32 of data, 8 of descriptors */
	same(LIMIT("shim=7series"), 32 * 64 / ((32 + 8) * 250 / 36.0));
	/* 4096 bytes: 64 headers */
	same(LIMIT("shim=7series", "size=4096"), 32 * 4096 / ((32 * 64 + 8) * 250 / 36.0));
	same(LIMIT("shim=7series", "dir=c2h"), 32 * 64 / (32 * 5 + 1 + 2 * 17 + 2.0));
	/* 64 bits: completions and the two indices, in 8 bytes a cycle */
	same(LIMIT("shim=7series64"), 32 * 64 / (32 * 10 + 2 * 34 + 2 * 3.0));
	/* the endpoint's own streams are narrower than the two segments */
	same(LIMIT("shim=ptile"), LIMIT("width=256"));
	/* one segment: the indices come between the completions */
	same(LIMIT("shim=ptile256"), 32 * 64 / (32 * 2 + 2 * 8 + 2.0));
	same(LIMIT("shim=ptile512"), LIMIT("width=512"));
}

/* A packet takes whole beats of its port; with a descriptor each, that is never more than the requests take. */
static void packets_take_the_beats_of_their_port(void **state)
{
	struct bench_point p;
	struct demand d;
	char why[64];

	(void)state;
	point_base(&p);
	assert_int_equal(point_set(&p, "mode=st", why, sizeof(why)), 0);
	p.size = 65;
	limit_demand(&p, DIR_C2H, &d);
	assert_int_equal(d.packet_beats, 32 * 3);
	for (p.size = 8; p.size <= 65536; p.size *= 2)
		for (p.dir = DIR_H2C; p.dir <= DIR_BOTH; p.dir++) {
			struct bench_point mm = p;

			mm.stream = false;
			same(limit_of(&p), limit_of(&mm));
		}
	/* were there nothing but the port */
	p.dir = DIR_H2C;
	p.size = 33;
	assert_true(limit_cycles(&p, 33, 0) >= 2);
}

/* Both ways at once the requests are the limit: the streams' without a link, else the link's. */
static void requests_are_the_limit_both_ways(void **state)
{
	struct bench_point p;

	(void)state;
	point_base(&p);
	p.dir = DIR_BOTH;
	for (p.size = 64; p.size <= 65536; p.size *= 4) {
		p.lanes = 0;
		same(limit_requests(&p, 1, 1, false), limit_cycles(&p, 1, 1));
		assert_false(limit_is_link(&p, 1, 1));
		p.lanes = 8;
		same(limit_requests(&p, 1, 1, true), limit_cycles(&p, 1, 1));
		assert_true(limit_is_link(&p, 1, 1));
	}
	same(limit_tlp_bytes(true, 0), 24);
	same(limit_tlp_bytes(false, 8), 32);
}

/* 100 cycles of writes, every fifth empty, with reads and records between; what is outside the window does not count. */
static void an_account_makes_up_its_window(void **state)
{
	struct account a = { 0 };
	struct bench_point p;
	struct balance b;
	uint64_t ops[2] = { 10, 20 };

	(void)state;
	point_base(&p);
	p.dir = DIR_BOTH;
	for (unsigned c = 0; c < 300; c++)
		if (c % 5)
			account_beat(&a, 1000 + c, c % 5 == 1 ? SPENT_READ : c % 5 == 2 ? SPENT_RECORD : SPENT_WRITE, 8, c % 5 < 4);
	account_balance(&a, &p, 1100, 1200, ops, &b);
	assert_false(b.link);
	same(b.spent[SPENT_READ], 20);
	same(b.spent[SPENT_RECORD], 20);
	same(b.spent[SPENT_WRITE], 40);
	same(b.empty, 20);
	same(b.equal, limit_cycles(&p, 640, 640));
	same(b.surplus, limit_requests(&p, 640, 1280, false) - b.equal);
	same(b.equal + b.surplus + b.more + b.empty, 100);
	p.lanes = 8;
	account_balance(&a, &p, 1100, 1200, ops, &b);
	assert_true(b.link);
	same(b.spent[SPENT_WRITE], (20 * 56 + 20 * 32) / limit_link(&p));
	same(b.equal + b.surplus + b.more + b.empty, 100);
	account_free(&a);
}

static void words_that_name_no_point_are_refused(void **state)
{
	static const char *const bad[] = { "size", "size=", "size=x", "sizes=64", "link=gen4", "dir=up", "mode=ax", "shim=generic", "shim=x",
					   "offset=", "=4", "" };
	struct bench_point p;
	char why[128];

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		point_base(&p);
		why[0] = '\0';
		if (!point_set(&p, bad[i], why, sizeof(why)))
			fail_msg("'%s' was taken", bad[i]);
		assert_true(strlen(why) > 10);
	}
}

static void points_that_cannot_be_are_refused(void **state)
{
	static const char *const bad[] = { "width=64", "size=0", "size=2000000", "offset=64", "queues=0", "queues=4096",
					   "batch=3", "batch=0", "latency=100", "split=32", "split=512", "outstanding=5" };
	struct bench_point p;
	char why[128];

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		point_base(&p);
		assert_int_equal(point_set(&p, bad[i], why, sizeof(why)), 0);
		if (!point_check(&p, why, sizeof(why)))
			fail_msg("'%s' was taken", bad[i]);
	}
	point_base(&p);
	assert_int_equal(point_check(&p, why, sizeof(why)), 0);
	assert_int_equal(point_set(&p, "shim=ptile512", why, sizeof(why)), 0);
	assert_int_equal(point_check(&p, why, sizeof(why)), 0);
	p.tags = 768;
	assert_int_equal(point_check(&p, why, sizeof(why)), -EINVAL);
	p.tags = 256, p.width = 256;
	assert_int_equal(point_check(&p, why, sizeof(why)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_those_of_the_table),
		cmocka_unit_test(limits_count_what_an_offset_costs),
		cmocka_unit_test(shims_have_ceilings_of_their_own),
		cmocka_unit_test(packets_take_the_beats_of_their_port),
		cmocka_unit_test(requests_are_the_limit_both_ways),
		cmocka_unit_test(an_account_makes_up_its_window),
		cmocka_unit_test(words_that_name_no_point_are_refused),
		cmocka_unit_test(points_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
