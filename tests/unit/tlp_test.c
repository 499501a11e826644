// SPDX-License-Identifier: BSD-2-Clause
/* Transaction layer packets: builders against decoder, hostile headers, figures, text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/link/tlp.h"

static uint64_t seed = 1;

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * 0x2545f4914f6cdd1dull;
}

static void decode_ok(const struct cw_tlp *t, struct cw_tlp_info *i)
{
	const char *why = NULL, *rule;

	if (cw_tlp_decode(t, i, &why))
		fail_msg("not decoded: %s", why);
	assert_null(why);
	rule = cw_tlp_check(i, NULL);
	if (rule)
		fail_msg("breaks %s", rule);
}

static void header_words_are_as_the_specification_draws_them(void **state)
{
	struct cw_tlp t;
	uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	cw_tlp_mrd(&t, 0x0100, 0x3a5, 0x123456789abcull, 512, CW_ATTR_RO | CW_ATTR_IDO);
	/* fmt 001 type 00000, T9, T8, Attr[2], Attr[1:0] = 10, length 128 */
	assert_int_equal(t.dw[0], 0x20000000u | 1u << 23 | 1u << 19 | 1u << 18 | 2u << 12 | 128);
	assert_int_equal(t.dw[1], 0x0100a5ffu);
	assert_int_equal(t.dw[2], 0x1234u);
	assert_int_equal(t.dw[3], 0x56789abcu);
	cw_tlp_mwr(&t, 0x0108, 0xfee00000u, data, 4, 0);
	assert_int_equal(t.dw[0], 0x40000001u);
	assert_int_equal(t.dw[1], 0x0108000fu);
	assert_int_equal(t.dw[2], 0xfee00000u);
	assert_int_equal(t.dw[3], 0);
	cw_tlp_cfgwr(&t, 0x0000, 0x100, 0x0100, 0x104, 0xddccbbaa, 0x3);
	assert_int_equal(t.dw[0], 0x44080001u);
	assert_int_equal(t.dw[1], 0x00000003u);
	assert_int_equal(t.dw[2], 0x01000104u);
	assert_int_equal(t.data[0], 0xaa);
	assert_int_equal(t.data[3], 0xdd);
	cw_tlp_cpld(&t, 0x0100, 0x0008, 0x2ff, 5, CW_ATTR_NS, 4096, 0x7c, data, 1);
	assert_int_equal(t.dw[0], 0x4a000001u | 1u << 23 | 5u << 20 | 1u << 12);
	assert_int_equal(t.dw[1], 0x01000000u);
	assert_int_equal(t.dw[2], 0x0008ff7cu);
	cw_tlp_msg(&t, 0x0100, CW_MSG_ASSERT_INTA, 4);
	assert_int_equal(t.dw[0], 0x34000000u);
	assert_int_equal(t.dw[1], 0x01000020u);
}

/* Every offset and length around the DW edges, and the largest. */
static void memory_requests_round_trip_at_every_alignment(void **state)
{
	static const uint64_t base[] = { 0x1000, 0xfffff000ull, 0x100000000ull, 0xfedcba9876543000ull };
	struct cw_tlp t;
	struct cw_tlp_info i;
	uint8_t data[4096];
	uint64_t first;

	(void)state;
	for (unsigned n = 0; n < sizeof(data); n++)
		data[n] = (uint8_t)(n * 7 + 1);
	for (unsigned b = 0; b < 4; b++)
		for (uint32_t off = 0; off < 9; off++)
			for (uint32_t len = 0; len < 20; len++) {
				uint16_t tag = (uint16_t)((off * 131 + len * 17) & 0x3ff);

				cw_tlp_mrd(&t, 0x1234, tag, base[b] + off, len, CW_ATTR_NS);
				decode_ok(&t, &i);
				assert_int_equal(i.kind, CW_TLP_MRD);
				assert_int_equal(i.fc, CW_FC_NP);
				assert_int_equal(cw_tlp_class(&t), CW_FC_NP);
				assert_int_equal(i.tag, tag);
				assert_int_equal(i.requester, 0x1234);
				assert_int_equal(i.attr, CW_ATTR_NS);
				assert_int_equal(i.is_4dw, b >= 2);
				assert_int_equal(cw_tlp_span(&i, &first), len);
				if (len)
					assert_true(first == base[b] + off);
				else
					assert_true(first == ((base[b] + off) & ~3ull));
				cw_tlp_mwr(&t, 0x1234, base[b] + off, data, len, 0);
				decode_ok(&t, &i);
				assert_int_equal(i.kind, CW_TLP_MWR);
				assert_int_equal(cw_tlp_span(&i, &first), len);
				assert_int_equal(t.data_len, 4 * i.len_dw);
				assert_memory_equal(t.data + (off & 3), data, len);
				for (uint32_t k = 0; k < t.data_len; k++)
					if (k < (off & 3) || k >= (off & 3) + len)
						assert_int_equal(t.data[k], 0);
			}
	cw_tlp_mwr(&t, 1, 0x200000000ull, data, 4096, 0);
	decode_ok(&t, &i);
	assert_int_equal(i.len_dw, 1024);
	assert_memory_equal(t.data, data, 4096);
	cw_tlp_mrd(&t, 1, 0, 0x200000ffdull, 3, 0);
	decode_ok(&t, &i);
	assert_int_equal(cw_tlp_span(&i, &first), 3);
}

static void other_kinds_round_trip(void **state)
{
	struct cw_tlp t;
	struct cw_tlp_info i;
	uint8_t data[64] = { 9 };

	(void)state;
	cw_tlp_cfgrd(&t, 0x0000, 0x3ff, 0x0107, 0xffc);
	decode_ok(&t, &i);
	assert_int_equal(i.kind, CW_TLP_CFGRD);
	assert_int_equal(i.completer, 0x0107);
	assert_int_equal(i.reg, 0xffc);
	assert_int_equal(i.tag, 0x3ff);
	cw_tlp_cfgwr(&t, 0x0000, 7, 0x0107, 0x10, 0x12345678, 0xc);
	decode_ok(&t, &i);
	assert_int_equal(i.kind, CW_TLP_CFGWR);
	assert_int_equal(i.fc, CW_FC_NP);
	assert_int_equal(i.first_be, 0xc);
	assert_int_equal(t.data_len, 4);
	cw_tlp_cpl(&t, 0x0100, 0x0010, 0x155, 3, 2, CW_CPL_CA, 64, 0x40);
	decode_ok(&t, &i);
	assert_int_equal(i.kind, CW_TLP_CPL);
	assert_int_equal(i.fc, CW_FC_CPL);
	assert_int_equal(i.status, CW_CPL_CA);
	assert_int_equal(i.completer, 0x0100);
	assert_int_equal(i.requester, 0x0010);
	assert_int_equal(i.tag, 0x155);
	assert_int_equal(i.tc, 3);
	assert_int_equal(i.byte_count, 64);
	assert_int_equal(i.lower_addr, 0x40);
	assert_int_equal(i.len_dw, 0);
	cw_tlp_cpld(&t, 0x0100, 0x0010, 0x2aa, 0, 0, 4096, 3, data, 16);
	decode_ok(&t, &i);
	assert_int_equal(i.kind, CW_TLP_CPLD);
	assert_int_equal(i.byte_count, 4096);
	assert_int_equal(i.len_dw, 16);
	assert_int_equal(i.status, CW_CPL_SC);
	cw_tlp_set_ep(&t, true);
	decode_ok(&t, &i);
	assert_true(i.ep);
	cw_tlp_set_ep(&t, false);
	decode_ok(&t, &i);
	assert_false(i.ep);
	cw_tlp_msg(&t, 0x0100, CW_MSG_ERR_FATAL, 0);
	decode_ok(&t, &i);
	assert_int_equal(i.kind, CW_TLP_MSG);
	assert_int_equal(i.fc, CW_FC_P);
	assert_int_equal(i.msg_code, CW_MSG_ERR_FATAL);
}

struct bad {
	uint32_t dw[4];
	uint32_t data_len;
	const char *why; /* part of the reason */
};

static void malformed_headers_are_refused_with_a_reason(void **state)
{
	static const struct bad bad[] = {
		{ { 0x80000000u }, 0, "prefix" },
		{ { 0xffffffffu }, 0, "prefix" },
		{ { 0x03000000u }, 0, "reserved" },          /* type 00011 */
		{ { 0x1f000001u }, 0, "reserved" },
		{ { 0x22000001u }, 0, "reserved" },          /* I/O with a 4DW header */
		{ { 0x24000001u }, 0, "reserved" },          /* configuration with a 4DW header */
		{ { 0x2a000001u }, 0, "reserved" },          /* completion with a 4DW header */
		{ { 0x41000001u }, 4, "reserved" },          /* locked read with data */
		{ { 0x0c000001u }, 0, "reserved" },          /* atomic without data */
		{ { 0x10000000u }, 0, "reserved" },          /* message with a 3DW header */
		{ { 0x00000001u, 0xf, 0, 1 }, 0, "fourth DW" },
		{ { 0x40000001u, 0xf, 0, 0 }, 0, "length" },
		{ { 0x40000001u, 0xf, 0, 0 }, 8, "length" },
		{ { 0x40000000u, 0xff, 0, 0 }, 4, "length" }, /* length 0 is 1024 DWs */
		{ { 0x4a000002u, 0, 0, 0 }, 4, "length" },
		{ { 0x00000001u, 0xf, 0, 0 }, 4, "payload on" },
		{ { 0x0a000000u, 0, 0, 0 }, 4, "payload on" },
		{ { 0x00008001u, 0xf, 0, 0 }, 0, "digest" },
		{ { 0x40008001u, 0xf, 0, 0 }, 4, "digest" },
		{ { 0x40008001u, 0xf, 0, 0 }, 12, "length" },
	};
	struct cw_tlp t;
	struct cw_tlp_info i;

	(void)state;
	memset(&t, 0, sizeof(t));
	for (unsigned n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		const char *why = NULL;

		memcpy(t.dw, bad[n].dw, sizeof(t.dw));
		t.data_len = bad[n].data_len;
		assert_int_equal(cw_tlp_decode(&t, &i, &why), -EINVAL);
		assert_non_null(why);
		if (!strstr(why, bad[n].why))
			fail_msg("case %u: '%s' does not say '%s'", n, why, bad[n].why);
		assert_int_equal(cw_tlp_decode(&t, &i, NULL), -EINVAL);
	}
}

static void a_digest_is_taken_with_td_only(void **state)
{
	struct cw_tlp t;
	struct cw_tlp_info i;

	(void)state;
	cw_tlp_mrd(&t, 1, 1, 0x1000, 64, 0);
	t.dw[0] |= 1u << 15;
	t.data_len = 4;
	assert_int_equal(cw_tlp_decode(&t, &i, NULL), 0);
	assert_true(i.td);
	assert_int_equal(cw_tlp_data_credits(&t), 0);
}

static void known_but_unsupported_types_decode_as_other(void **state)
{
	static const struct {
		uint32_t dw0, data_len;
		enum cw_fc_class fc;
	} other[] = {
		{ 0x01000001u, 0, CW_FC_NP },  /* MRdLk */
		{ 0x21000001u, 0, CW_FC_NP },
		{ 0x0b000000u, 0, CW_FC_CPL }, /* CplLk */
		{ 0x4c000001u, 4, CW_FC_NP },  /* FetchAdd */
		{ 0x6e000002u, 8, CW_FC_NP },  /* CAS */
		{ 0x5b000001u, 4, CW_FC_NP },  /* DMWr */
	};
	struct cw_tlp t;
	struct cw_tlp_info i;

	(void)state;
	memset(&t, 0, sizeof(t));
	for (unsigned n = 0; n < sizeof(other) / sizeof(other[0]); n++) {
		t.dw[0] = other[n].dw0;
		t.data_len = other[n].data_len;
		assert_int_equal(cw_tlp_decode(&t, &i, NULL), 0);
		assert_int_equal(i.kind, CW_TLP_OTHER);
		assert_int_equal(i.fc, other[n].fc);
		assert_int_equal(cw_tlp_class(&t), other[n].fc);
	}
}

static void field_rules_are_named(void **state)
{
	static const struct {
		uint32_t dw[4], data_len;
		const char *rule;
	} bad[] = {
		{ { 0x00000001u, 0x1f, 0x1000 }, 0, "last-be-one-dw" },
		{ { 0x00000002u, 0xf0, 0x1000 }, 0, "be-zero" },
		{ { 0x00000002u, 0x0f, 0x1000 }, 0, "be-zero" },
		{ { 0x00000003u, 0xf7, 0x1000 }, 0, "be-hole" },
		{ { 0x00000003u, 0xef, 0x1000 }, 0, "be-hole" },
		{ { 0x00000003u, 0x9f, 0x1000 }, 0, "be-hole" },
		{ { 0x00000002u, 0x95, 0x1004 }, 0, "be-hole" },
		{ { 0x00000002u, 0x95, 0x1008 }, 0, NULL }, /* two DWs that start on 8 bytes */
		{ { 0x00000001u, 0x05, 0x1004 }, 0, NULL },
		{ { 0x00000002u, 0xff, 0x1ffc }, 0, "crosses-4k" },
		{ { 0x00000001u, 0x0f, 0x1ffc }, 0, NULL },
		{ { 0x20000001u, 0x0f, 0, 0x1000 }, 0, "4dw-below-4g" },
		{ { 0x04000002u, 0x0f, 0 }, 0, "cfg-io-length" },
		{ { 0x04000001u, 0x1f, 0 }, 0, "last-be-one-dw" },
		{ { 0x04100001u, 0x0f, 0 }, 0, "cfg-io-fields" },
		{ { 0x02001001u, 0x0f, 0 }, 0, "cfg-io-fields" },
		{ { 0x0a000000u, 3u << 13, 0 }, 0, "cpl-status" },
		{ { 0x0a000000u, 1u << 12, 0 }, 0, "cpl-bcm" },
		{ { 0x4a000001u, 1u << 13 | 4, 0 }, 4, "cpl-data-status" },
		{ { 0x4a000002u, 4, 0 }, 8, "cpl-byte-count" },
		{ { 0x4a000002u, 5, 3 }, 8, NULL },
		{ { 0x34000000u, 0x30, 0 }, 0, "msg-routing" },
		{ { 0x30000000u, 0x20, 0 }, 0, "msg-routing" },
		{ { 0x30100000u, 0x31, 0 }, 0, "msg-tc" },
	};
	struct cw_tlp t;
	struct cw_tlp_info i;

	(void)state;
	memset(&t, 0, sizeof(t));
	for (unsigned n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		const char *rule, *section = "x";

		memcpy(t.dw, bad[n].dw, sizeof(t.dw));
		t.data_len = bad[n].data_len;
		assert_int_equal(cw_tlp_decode(&t, &i, NULL), 0);
		rule = cw_tlp_check(&i, &section);
		if (!!rule != !!bad[n].rule || (rule && strcmp(rule, bad[n].rule)))
			fail_msg("case %u: '%s', not '%s'", n, rule ? rule : "legal", bad[n].rule ? bad[n].rule : "legal");
		assert_int_equal(!!section, !!rule);
	}
}

/* Any header decodes or is refused, and prints, without a sanitizer's complaint. */
static void random_headers_never_harm(void **state)
{
	struct cw_tlp t;
	struct cw_tlp_info i;
	char text[400];
	uint64_t s = seed, first;

	(void)state;
	memset(&t, 0, sizeof(t));
	for (int n = 0; n < 20000; n++) {
		int len;

		for (int k = 0; k < 4; k++)
			t.dw[k] = (uint32_t)next_random(&s);
		t.data_len = 4 * (next_random(&s) % 1026);
		if (n & 1)
			t.dw[0] &= ~0x80000000u;
		cw_tlp_decode(&t, &i, NULL);
		cw_tlp_check(&i, NULL);
		assert_true(cw_tlp_span(&i, &first) <= 4096);
		cw_tlp_data_credits(&t);
		len = cw_tlp_print(&t, text, sizeof(text));
		assert_int_equal(len, strlen(text));
	}
}

static void credits_and_wire_bytes_count_what_leaves(void **state)
{
	struct cw_tlp t;
	uint8_t data[4096] = { 0 };

	(void)state;
	cw_tlp_mwr(&t, 0, 0x100000000ull, data, 256, 0);
	assert_int_equal(cw_tlp_data_credits(&t), 16);
	assert_int_equal(cw_tlp_wire_bytes(&t), 256 + 24);
	cw_tlp_mwr(&t, 0, 0x1000, data, 17, 0);
	assert_int_equal(cw_tlp_data_credits(&t), 2);
	assert_int_equal(cw_tlp_wire_bytes(&t), 20 + 20);
	cw_tlp_mrd(&t, 0, 0, 0x100000000ull, 512, 0);
	assert_int_equal(cw_tlp_data_credits(&t), 0);
	assert_int_equal(cw_tlp_wire_bytes(&t), 24);
	cw_tlp_cpld(&t, 0, 0, 0, 0, 0, 4, 0, data, 1);
	assert_int_equal(cw_tlp_data_credits(&t), 1);
	assert_int_equal(cw_tlp_wire_bytes(&t), 24);
}

static void text_names_the_fields(void **state)
{
	struct cw_tlp t;
	char text[256], small[10];
	int len;

	(void)state;
	cw_tlp_mrd(&t, 0x0100, 0x12, 0x1ff000, 512, 0);
	len = cw_tlp_print(&t, text, sizeof(text));
	assert_string_equal(text, "MRd32 addr=0x1ff000 len=512 tag=0x012 req=01:00.0 be=f/f");
	assert_int_equal(cw_tlp_print(&t, small, sizeof(small)), len);
	assert_string_equal(small, "MRd32 add");
	assert_int_equal(cw_tlp_print(&t, NULL, 0), len);
	cw_tlp_cpl(&t, 0x0100, 0, 5, 0, CW_ATTR_RO, CW_CPL_UR, 4, 0);
	cw_tlp_print(&t, text, sizeof(text));
	assert_string_equal(text, "Cpl UR len=0 tag=0x005 bc=4 la=0x00 cpl=01:00.0 req=00:00.0 attr=R");
	t.data_len = 4;
	cw_tlp_print(&t, text, sizeof(text));
	assert_non_null(strstr(text, "MALFORMED"));
}

static void a_copy_takes_only_what_is_used(void **state)
{
	struct cw_tlp a, b;
	uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	memset(&a, 0xee, sizeof(a));
	memset(&b, 0, sizeof(b));
	cw_tlp_mwr(&b, 0, 0x1000, data, 8, 0);
	cw_tlp_copy(&a, &b);
	assert_memory_equal(a.dw, b.dw, sizeof(a.dw));
	assert_int_equal(a.data_len, 8);
	assert_memory_equal(a.data, data, 8);
	for (unsigned i = 8; i < sizeof(a.data); i++)
		assert_int_equal(a.data[i], 0xee);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_words_are_as_the_specification_draws_them),
		cmocka_unit_test(memory_requests_round_trip_at_every_alignment),
		cmocka_unit_test(other_kinds_round_trip),
		cmocka_unit_test(malformed_headers_are_refused_with_a_reason),
		cmocka_unit_test(a_digest_is_taken_with_td_only),
		cmocka_unit_test(known_but_unsupported_types_decode_as_other),
		cmocka_unit_test(field_rules_are_named),
		cmocka_unit_test(random_headers_never_harm),
		cmocka_unit_test(credits_and_wire_bytes_count_what_leaves),
		cmocka_unit_test(text_names_the_fields),
		cmocka_unit_test(a_copy_takes_only_what_is_used),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
