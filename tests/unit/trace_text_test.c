// SPDX-License-Identifier: BSD-2-Clause
/* What the comparison of logs calls a difference and what not; every kind of TLP in words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/link/link.h"
#include "sim/link/log.h"
#include "sim/trace/trace.h"

/* One record of a log to be written. */
struct line {
	uint64_t stamp;
	unsigned from, tag, queue, bytes, first;
};

static const char *path(int n)
{
	static char p[2][64];

	snprintf(p[n], sizeof(p[n]), "/tmp/trace-text-test-%d-%d", (int)getpid(), n);
	return p[n];
}

static void write_log(int n, const struct line *l, unsigned count)
{
	struct cw_log *log;
	uint8_t data[64];
	struct cw_tlp t;

	assert_int_equal(cw_log_open(&log, path(n), (uint64_t)n, n ? CW_SIDE_CARD : CW_SIDE_HOST), 0);
	for (unsigned i = 0; i < count; i++) {
		memset(data, 7, sizeof(data));
		data[0] = (uint8_t)l[i].first;
		if (l[i].bytes)
			cw_tlp_mwr(&t, 0x100, 0x1000, data, l[i].bytes, 0);
		else
			cw_tlp_mrd(&t, 0x100, (uint16_t)l[i].tag, 0x1000, 4, 0);
		cw_log_write(log, l[i].stamp, l[i].from, &t, (int)l[i].queue, i);
	}
	assert_int_equal(cw_log_close(log), 0);
}

static int compare(const struct line *a, unsigned a_n, const struct line *b, unsigned b_n, char *text, size_t size)
{
	write_log(0, a, a_n);
	write_log(1, b, b_n);
	return cw_trace_compare(path(0), path(1), text, size);
}

/* Each end writes down what it sends at once and what it receives when it arrives. */
static void the_order_of_writing_is_no_difference(void **state)
{
	static const struct line a[] = { { 10, 0, 1, 0, 0, 0 }, { 30, 0, 3, 0, 0, 0 }, { 20, 1, 2, 0, 0, 0 }, { 30, 1, 4, 0, 0, 0 } };
	static const struct line b[] = { { 20, 1, 2, 9, 0, 0 }, { 30, 1, 4, 9, 0, 0 }, { 10, 0, 1, 9, 0, 0 }, { 30, 0, 3, 9, 0, 0 } };
	char text[512];

	(void)state;
	assert_int_equal(compare(a, 4, b, 4, text, sizeof(text)), 0);
	assert_string_equal(text, "the same, 4 TLPs");
}

static void the_order_of_one_sender_at_one_time_is_one(void **state)
{
	static const struct line a[] = { { 10, 1, 1, 0, 0, 0 }, { 10, 1, 2, 0, 0, 0 } };
	static const struct line b[] = { { 10, 1, 2, 0, 0, 0 }, { 10, 1, 1, 0, 0, 0 } };
	char text[512];

	(void)state;
	assert_int_equal(compare(a, 2, b, 2, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "TLP 0: the headers differ"));
}

static void each_kind_of_difference_has_its_words(void **state)
{
	static const struct line base[] = { { 10, 0, 1, 0, 0, 0 }, { 20, 1, 0, 0, 32, 5 } };
	static const struct {
		struct line second;
		const char *text;
	} d[] = {
		{ { 21, 1, 0, 0, 32, 5 }, "TLP 1: the times differ\n  first:  20 ps, card, MWr32" },
		{ { 20, 0, 0, 0, 32, 5 }, "TLP 1: the senders differ" },
		{ { 20, 1, 0, 0, 36, 5 }, "TLP 1: the headers differ" },
		{ { 20, 1, 0, 0, 32, 6 }, "TLP 1: payload byte 0 differs, 05 against 06" },
		{ { 20, 1, 3, 0, 0, 0 }, "second: 20 ps, card, MRd32" },
	};
	struct line other[2] = { base[0] };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(d) / sizeof(d[0]); i++) {
		other[1] = d[i].second;
		assert_int_equal(compare(base, 2, other, 2, text, sizeof(text)), 1);
		if (!strstr(text, d[i].text))
			fail_msg("%s", text);
	}
	assert_int_equal(compare(base, 1, base, 2, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "the first ends after 1 TLPs; the second goes on with\n  20 ps, card, MWr32"));
	assert_int_equal(compare(base, 0, base, 0, text, sizeof(text)), 0);
	assert_string_equal(text, "the same, 0 TLPs");
}

static void a_short_buffer_is_not_overrun(void **state)
{
	static const struct line a[] = { { 10, 0, 1, 0, 0, 0 } }, b[] = { { 11, 0, 1, 0, 0, 0 } };
	char text[16];

	(void)state;
	memset(text, 'z', sizeof(text));
	assert_int_equal(compare(a, 1, b, 1, text, 8), 1);
	assert_string_equal(text, "TLP 0: ");
	assert_int_equal(text[8], 'z');
	assert_int_equal(cw_trace_compare(path(0), path(1), text, 0), 1);
}

static const char *printed(const struct cw_tlp *t)
{
	static char text[8192];
	struct cw_trace_record *rec = calloc(1, sizeof(*rec));
	FILE *f = fmemopen(text, sizeof(text), "w");

	rec->queue = -1;
	rec->tlp = *t;
	cw_trace_print(f, rec, CW_TRACE_VERBOSE);
	fclose(f);
	free(rec);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in\n%s", part, text);
}

static void every_kind_of_tlp_has_its_own_fields(void **state)
{
	static const uint8_t four[4] = { 1, 2, 3, 4 };
	struct cw_tlp *t = calloc(1, sizeof(*t));
	const char *text;

	(void)state;
	/* Configuration write type 0, completions and messages by their headers: sections 2.2.7 to 2.2.9. */
	*t = (struct cw_tlp){ .dw = { 0x44000001, 0x0008070f, 0x01020010 }, .data_len = 4 };
	memcpy(t->data, four, 4);
	text = printed(t);
	has(text, "Target ID              0x102        bus 1, device 0, function 2");
	has(text, "Register               0x10         byte offset in configuration space");
	has(text, "header DW2             01020010");
	has(text, "data +0                01020304");
	assert_null(strstr(text, "Address"));
	*t = (struct cw_tlp){ .dw = { 0x4a000001, 0x01000004, 0x00080500 }, .data_len = 4 };
	text = printed(t);
	has(text, "SC, successful completion");
	has(text, "4 bytes to come, this one's counted");
	has(text, "of the request it answers");
	t->dw[1] |= 4u << 13;
	has(printed(t), "CA, completer abort");
	t->dw[1] |= 7u << 13;
	has(printed(t), "reserved");
	*t = (struct cw_tlp){ .dw = { 0x30000000, 0x01000020, 0, 0 } }; /* Assert_INTA, section 2.2.8.1 */
	text = printed(t);
	has(text, "Message Code           0x20");
	has(text, "header DW3             00000000"); /* four DWs */
	free(t);
}

static void nonsense_is_said_to_be_nonsense(void **state)
{
	struct cw_tlp *t = calloc(1, sizeof(*t));

	(void)state;
	/* Says two DWs and has one. */
	*t = (struct cw_tlp){ .dw = { 0x40000002, 0x010000ff, 0x1000 }, .data_len = 4 };
	has(printed(t), "malformed: ");
	for (unsigned i = 0; i < 256; i++) { /* every Fmt and Type */
		*t = (struct cw_tlp){ .dw = { i << 24 | 1, 0x0100000f, 0x1000, 0x1000 }, .data_len = i & 0x40 ? 4 : 0 };
		has(printed(t), "Length");
	}
	free(t);
}

static int cleanup(void **state)
{
	(void)state;
	unlink(path(0));
	unlink(path(1));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_writing_is_no_difference),
		cmocka_unit_test(the_order_of_one_sender_at_one_time_is_one),
		cmocka_unit_test(each_kind_of_difference_has_its_words),
		cmocka_unit_test(a_short_buffer_is_not_overrun),
		cmocka_unit_test(every_kind_of_tlp_has_its_own_fields),
		cmocka_unit_test(nonsense_is_said_to_be_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, cleanup);
}
