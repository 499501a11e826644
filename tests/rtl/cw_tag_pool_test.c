/* SPDX-License-Identifier: BSD-2-Clause */
// tests: cw_tag_free
/* cw_tag_pool: tags, completion buffer reservation, lookups. */
#include <string.h>

#include "dut.h"

#define TAGS 256

struct env {
	struct dut *d;
	struct dut_rng rng;
	bool used[1024];
	uint64_t info[1024];
	unsigned hdr[1024], data[1024], wire[1024];
	unsigned n, hdr_n, data_n, gone, sure;
};

static void start(struct env *e)
{
	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	dut_set(e->d, "fn_ext_tag", 1);
	dut_set(e->d, "fn_mrrs", 2);
	dut_set(e->d, "rx_cpl_buf_hdr", 1000);
	dut_set(e->d, "rx_cpl_buf_data", 10000);
	dut_set(e->d, "link_rst", 1);
	dut_reset(e->d, 3);
	dut_set(e->d, "link_rst", 0);
	dut_cycles(e->d, 2);
}

/* Tries to get a tag; false when there is none or no room. */
static bool take(struct env *e, unsigned hdr, unsigned data)
{
	uint64_t info = dut_rand(&e->rng);
	unsigned tag, index;
	bool at_once;

	dut_set(e->d, "alloc_valid", 1);
	dut_set(e->d, "alloc_hdr_n", hdr);
	dut_set(e->d, "alloc_data_n", data);
	dut_set(e->d, "alloc_info", info);
	dut_settle(e->d);
	tag = dut_get(e->d, "alloc_tag");
	index = tag % TAGS;
	if (!dut_get(e->d, "alloc_ready")) {
		assert_int_equal(dut_get(e->d, "alloc_sure"), 0);
		dut_set(e->d, "alloc_valid", 0);
		dut_cycle(e->d);
		return false;
	}
	/* what is sure may be sent in this cycle */
	at_once = dut_get(e->d, "alloc_sure") && dut_chance(&e->rng, 50);
	e->sure += at_once;
	dut_set(e->d, "alloc_sent", at_once);
	dut_set(e->d, "sent", at_once);
	dut_cycle(e->d);
	dut_set(e->d, "alloc_sent", 0);
	dut_set(e->d, "alloc_valid", 0);
	dut_set(e->d, "sent", !at_once);
	dut_settle(e->d);
	assert_true(!dut_get(e->d, "alloc_sure") || dut_get(e->d, "alloc_ready")); /* of the next tag */
	dut_cycle(e->d);
	dut_set(e->d, "sent", 0);
	assert_false(e->used[index]);
	e->used[index] = true;
	e->info[index] = info;
	e->hdr[index] = hdr;
	e->data[index] = data;
	e->wire[index] = tag;
	e->n++;
	e->hdr_n += hdr;
	e->data_n += data;
	return true;
}

static bool find(struct env *e, unsigned wire, bool index)
{
	dut_set(e->d, "find_en", 1);
	dut_set(e->d, "find_tag", wire);
	dut_set(e->d, "find_index", index);
	dut_cycle(e->d);
	dut_set(e->d, "find_en", 0);
	dut_settle(e->d);
	return dut_get(e->d, "found");
}

static void end(struct env *e, unsigned index, bool bad)
{
	assert_true(find(e, e->wire[index], false));
	assert_true(dut_get(e->d, "found_info") == e->info[index]);
	dut_set(e->d, "end_valid", 1);
	dut_set(e->d, "end_quarantine", bad);
	/* a lookup of the same tag in this very cycle must not find it */
	assert_false(find(e, e->wire[index], false));
	dut_set(e->d, "end_valid", 0);
	e->used[index] = bad; /* a quarantined one never comes back */
	e->gone += bad;
	e->n--;
	e->hdr_n -= e->hdr[index];
	e->data_n -= e->data[index];
}

static void usable_tags_follow_function(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	dut_set(e.d, "fn_ext_tag", 0);
	for (unsigned i = 0; i < 32; i++)
		assert_true(take(&e, 1, 1));
	for (unsigned i = 0; i < TAGS; i++)
		assert_int_equal(e.used[i], i < 32);
	assert_false(take(&e, 1, 1));
	assert_int_equal(dut_get(e.d, "stall_tag"), 0);
	dut_set(e.d, "fn_ext_tag", 1);
	for (unsigned i = 32; i < TAGS; i++)
		assert_true(take(&e, 1, 1));
	assert_false(take(&e, 1, 1));
	assert_int_equal(dut_get(e.d, "tags_in_use"), TAGS);
	dut_free(e.d);
}

static void ten_bit_tags_are_never_00(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	assert_true(take(&e, 1, 1));
	dut_set(e.d, "fn_tag10", 1);
	for (unsigned i = 1; i < TAGS; i++) {
		assert_true(take(&e, 1, 1));
		assert_true(e.wire[i] >= 256);
	}
	/* the tag without the upper bits is another tag */
	assert_false(find(&e, 5, false));
	assert_true(find(&e, 5, true));
	assert_false(find(&e, 5 | 512, false));
	assert_true(find(&e, 5 | 256, false));
	/* sent before the change, it keeps its form */
	assert_true(find(&e, 0, false));
	assert_false(find(&e, 256, false));
	dut_free(e.d);
}

static void reservation_never_exceeds_buffer(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	dut_set(e.d, "rx_cpl_buf_hdr", 50);
	dut_set(e.d, "rx_cpl_buf_data", 300);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned hdr = 1 + dut_below(&e.rng, 9), data = 1 + dut_below(&e.rng, 64);
		unsigned index = dut_below(&e.rng, TAGS);
		bool fits = e.hdr_n + hdr <= 50 && e.data_n + data <= 300;

		assert_int_equal(take(&e, hdr, data), fits);
		if (e.used[index] && find(&e, e.wire[index], false))
			end(&e, index, false);
		assert_int_equal(dut_get(e.d, "tags_in_use"), e.n);
	}
	dut_free(e.d);
}

static void quarantined_tags_never_come_back(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned index = dut_below(&e.rng, TAGS);

		take(&e, 1, 1);
		if (e.used[index] && find(&e, e.wire[index], false))
			end(&e, index, e.gone < 200 && dut_chance(&e.rng, 30));
	}
	assert_int_equal(e.gone, 200);
	assert_int_equal(dut_get(e.d, "tags_quarantined"), 200);
	/* What they had reserved came back: the buffer holds as much as is out. */
	dut_set(e.d, "rx_cpl_buf_data", e.n);
	for (unsigned index = 0; index < TAGS; index++)
		if (e.used[index] && find(&e, e.wire[index], false)) {
			end(&e, index, false);
			break;
		}
	assert_true(take(&e, 1, 1));
	dut_set(e.d, "rx_cpl_buf_data", 4096);
	while (take(&e, 1, 1))
		;
	assert_int_equal(e.n, TAGS - 200);
	dut_set(e.d, "link_rst", 1);
	dut_reset(e.d, 3);
	dut_set(e.d, "link_rst", 0);
	memset(e.used, 0, sizeof(e.used));
	for (unsigned i = 0; i < TAGS; i++)
		assert_true(take(&e, 1, 1));
	dut_free(e.d);
}

/* Until its request has left a tag is not outstanding: it does not age, and no completion matches it. */
static void a_tag_is_outstanding_once_its_request_left(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	dut_set(e.d, "alloc_valid", 1);
	dut_cycle(e.d);
	dut_set(e.d, "alloc_valid", 0);
	dut_cycles(e.d, 5);
	assert_int_equal(dut_get(e.d, "any_live"), 0);
	assert_int_equal(dut_get(e.d, "tags_in_use"), 0);
	assert_false(find(&e, 0, false));
	dut_set(e.d, "sent", 1);
	dut_set(e.d, "alloc_valid", 1); /* the next one is given in the same cycle */
	dut_cycle(e.d);
	dut_set(e.d, "sent", 0);
	dut_set(e.d, "alloc_valid", 0);
	dut_settle(e.d);
	assert_int_equal(dut_get(e.d, "tags_in_use"), 1);
	assert_true(find(&e, 0, false));
	assert_false(find(&e, 1, false));
	dut_free(e.d);
}

static unsigned free_tags(struct env *e)
{
	unsigned n = 0;

	memset(e->used, 0, sizeof(e->used));
	for (unsigned tries = 0; tries < 2 * TAGS; tries++)
		n += take(e, 1, 1);
	return n;
}

/* Tags outstanding at an engine reset are not given again until the link or the function is reset. */
static void reset_quarantines_outstanding_tags(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < 20; i++)
		take(&e, 1, 1);
	for (unsigned i = 0; i < 20; i += 2)
		end(&e, i, i == 4);
	dut_reset(e.d, 8);
	assert_int_equal(dut_get(e.d, "tags_in_use"), 0);
	assert_int_equal(dut_get(e.d, "tags_quarantined"), 11);
	assert_int_equal(free_tags(&e), TAGS - 11);
	for (unsigned i = 0; i < TAGS; i++)
		assert_int_equal(e.used[i], !(i < 20 && (i & 1 || i == 4)));
	/* function-level reset: old quarantine ends, what it abandons itself is quarantined */
	dut_set(e.d, "fn_flr", 1);
	dut_cycle(e.d);
	assert_int_equal(dut_get(e.d, "tags_quarantined"), 0);
	dut_reset(e.d, 8);
	dut_cycles(e.d, 10);
	dut_set(e.d, "fn_flr", 0);
	dut_cycles(e.d, 10);
	assert_int_equal(dut_get(e.d, "tags_quarantined"), TAGS - 11);
	dut_cycles(e.d, TAGS);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	assert_int_equal(free_tags(&e), 11);
	dut_free(e.d);
}

/* What a function-level reset forgives: quarantine of before it. What comes later, and what was never sent: not. */
static void quarantine_ends_with_the_function_reset_after_it(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < 4; i++)
		take(&e, 1, 1);
	dut_set(e.d, "alloc_valid", 1); /* given, not sent */
	dut_cycle(e.d);
	dut_set(e.d, "alloc_valid", 0);
	end(&e, 0, true);
	dut_set(e.d, "fn_flr", 1);
	dut_cycle(e.d);
	end(&e, 1, true);
	end(&e, 2, false);
	assert_int_equal(dut_get(e.d, "tags_quarantined"), 1);
	dut_reset(e.d, 2);
	dut_set(e.d, "fn_flr", 0);
	assert_int_equal(dut_get(e.d, "tags_quarantined"), 2);
	assert_int_equal(free_tags(&e), TAGS - 2);
	for (unsigned i = 0; i < TAGS; i++)
		assert_int_equal(e.used[i], i != 1 && i != 3);
	dut_free(e.d);
}

static void lost_notice_lasts_to_the_end_of_the_read(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	take(&e, 1, 1);
	take(&e, 1, 1);
	dut_set(e.d, "lost_tag", 1);
	dut_set(e.d, "lost_valid", 1);
	dut_cycle(e.d);
	dut_set(e.d, "lost_tag", 9); /* not outstanding */
	dut_cycle(e.d);
	dut_set(e.d, "lost_valid", 0);
	dut_set(e.d, "scan_tag", 9);
	dut_settle(e.d);
	assert_int_equal(dut_get(e.d, "scan_lost"), 0);
	dut_set(e.d, "scan_tag", 1);
	dut_settle(e.d);
	assert_int_equal(dut_get(e.d, "scan_lost"), 1);
	assert_true(find(&e, 1, true));
	assert_int_equal(dut_get(e.d, "found_lost"), 1);
	end(&e, 1, true);
	assert_int_equal(dut_get(e.d, "lost_any"), 0);
	assert_true(find(&e, 0, true));
	assert_int_equal(dut_get(e.d, "found_lost"), 0);
	dut_free(e.d);
}

static void largest_read_fits_buffer(void **state)
{
	/* mrrs, rcb 128, headers, data units: log2 of the read */
	static const unsigned row[][5] = {
		{ 0, 0, 1000, 10000, 7 }, { 2, 0, 1000, 10000, 9 }, { 5, 0, 1000, 10000, 12 },
		{ 7, 0, 1000, 10000, 12 }, { 5, 0, 63, 10000, 11 }, { 5, 0, 64, 10000, 12 },
		{ 5, 1, 32, 10000, 12 }, { 5, 1, 31, 10000, 11 }, { 5, 0, 1000, 255, 11 },
		{ 5, 0, 1000, 256, 12 }, { 3, 0, 3, 10000, 7 },
	};
	struct env e;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		dut_set(e.d, "fn_mrrs", row[i][0]);
		dut_set(e.d, "fn_rcb", row[i][1]);
		dut_set(e.d, "rx_cpl_buf_hdr", row[i][2]);
		dut_set(e.d, "rx_cpl_buf_data", row[i][3]);
		dut_cycles(e.d, 2);
		assert_int_equal(dut_get(e.d, "rd_log2"), row[i][4]);
	}
	dut_free(e.d);
}

/* alloc_sure: the largest read has a tag and room, whatever changed in the cycle before. */
static void what_is_sure_has_room_and_a_good_tag(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	dut_set(e.d, "rx_cpl_buf_hdr", 500);
	dut_set(e.d, "rx_cpl_buf_data", 2000);
	for (unsigned i = 0; i < 4000; i++) {
		bool large = dut_chance(&e.rng, 20), fits;
		unsigned hdr = large ? 65 : 1, data = large ? 257 : 1, index = dut_below(&e.rng, TAGS);

		if (i % 16 == 0)
			dut_set(e.d, "fn_ext_tag", dut_chance(&e.rng, 60));
		fits = e.hdr_n + hdr <= 500 && e.data_n + data <= 2000;
		if (take(&e, hdr, data))
			assert_true(fits);
		if (e.used[index] && find(&e, e.wire[index], false))
			end(&e, index, e.gone < 20 && dut_chance(&e.rng, 3));
		if (i % 1000 == 999) { /* what is out is quarantined: `used` stays as it is */
			dut_reset(e.d, 1);
			e.n = e.hdr_n = e.data_n = 0;
		}
	}
	assert_in_range(e.sure, 50, 4000);
	dut_free(e.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usable_tags_follow_function),
		cmocka_unit_test(ten_bit_tags_are_never_00),
		cmocka_unit_test(reservation_never_exceeds_buffer),
		cmocka_unit_test(quarantined_tags_never_come_back),
		cmocka_unit_test(a_tag_is_outstanding_once_its_request_left),
		cmocka_unit_test(reset_quarantines_outstanding_tags),
		cmocka_unit_test(quarantine_ends_with_the_function_reset_after_it),
		cmocka_unit_test(lost_notice_lasts_to_the_end_of_the_read),
		cmocka_unit_test(largest_read_fits_buffer),
		cmocka_unit_test(what_is_sure_has_room_and_a_good_tag),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
