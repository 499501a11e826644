// SPDX-License-Identifier: BSD-2-Clause
/* The TLP log: writer, reader, printer, comparison, sums; hostile files. */
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

static uint64_t seed = 1;

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * 0x2545f4914f6cdd1dull;
}

static const char *path(int n)
{
	static char p[2][64];

	snprintf(p[n], sizeof(p[n]), "/tmp/trace-test-%d-%d", (int)getpid(), n);
	return p[n];
}

static void write_log(int n, unsigned count, unsigned changed_byte)
{
	struct cw_log *log;
	struct cw_tlp t;
	uint8_t data[64];

	assert_int_equal(cw_log_open(&log, path(n), 99, CW_SIDE_CARD), 0);
	for (unsigned i = 0; i < count; i++) {
		memset(data, (int)i, sizeof(data));
		if (i == changed_byte)
			data[13] ^= 0x80;
		if (i % 3)
			cw_tlp_mwr(&t, 0x100, 0x100000000ull + 64 * i, data, 1 + i % 64, 0);
		else
			cw_tlp_mrd(&t, 0x100, (uint16_t)(i & 0x3ff), 0x1000, 4, 0);
		cw_log_write(log, 1000ull * i, i % 2, &t, i % 5 ? -1 : (int)i, i);
	}
	assert_int_equal(cw_log_close(log), 0);
}

static void a_log_reads_back_as_it_was_written(void **state)
{
	struct cw_trace_record *rec = malloc(sizeof(*rec));
	struct cw_trace *t;
	struct cw_tlp_info info;
	unsigned n = 0;

	(void)state;
	write_log(0, 40000, UINT32_MAX); /* more than the writer's buffer */
	assert_int_equal(cw_trace_open(&t, path(0), NULL, 0), 0);
	assert_true(cw_trace_file(t)->seed == 99);
	assert_int_equal(cw_trace_file(t)->side, CW_SIDE_CARD);
	while (cw_trace_next(t, rec) == 1) {
		assert_true(rec->stamp == 1000ull * n);
		assert_int_equal(rec->from, n % 2);
		assert_int_equal(rec->queue, n % 5 ? -1 : (int)n);
		assert_int_equal(rec->number, n % 5 ? 0 : n);
		assert_int_equal(cw_tlp_decode(&rec->tlp, &info, NULL), 0);
		assert_int_equal(info.kind, n % 3 ? CW_TLP_MWR : CW_TLP_MRD);
		if (n % 3)
			assert_int_equal(rec->tlp.data[0], (uint8_t)n);
		n++;
	}
	assert_int_equal(n, 40000);
	assert_int_equal(cw_trace_next(t, rec), 0);
	cw_trace_close(t);
	free(rec);
}

static void a_full_disk_is_reported_at_close(void **state)
{
	struct cw_log *log;
	struct cw_tlp t;

	(void)state;
	assert_int_equal(cw_log_open(&log, "/no/such/folder/log", 0, 0), -ENOENT);
	assert_int_equal(cw_log_open(&log, "/dev/full", 0, 0), 0);
	cw_tlp_mrd(&t, 0, 0, 0x1000, 4, 0);
	for (int i = 0; i < 100000; i++)
		cw_log_write(log, 0, 0, &t, -1, 0);
	assert_int_equal(cw_log_close(log), -ENOSPC);
}

static void both_ends_of_a_link_log_the_same_tlps(void **state)
{
	struct cw_link_param p = { .latency_ps = 10, .generation = 3, .lanes = 8 };
	struct cw_msg *m = calloc(1, sizeof(*m));
	struct cw_link *host, *card;
	struct cw_log *hl, *cl;
	char text[512];

	(void)state;
	assert_int_equal(cw_link_pair(&p, &host, &card), 0);
	assert_int_equal(cw_log_open(&hl, path(0), 0, CW_SIDE_HOST), 0);
	assert_int_equal(cw_log_open(&cl, path(1), 0, CW_SIDE_CARD), 0);
	cw_link_set_log(host, hl);
	cw_link_set_log(card, cl);
	for (unsigned i = 0; i < 50; i++) {
		cw_tlp_mrd(&m->tlp, 0, (uint16_t)i, 0x1000, 4, 0);
		cw_link_tag_next(card, 3, i); /* known to the sender only */
		assert_int_equal(cw_link_send_tlp(card, i, &m->tlp), 0);
		assert_int_equal(cw_link_send_tlp(host, i, &m->tlp), 0);
		if (i % 2)
			assert_int_equal(cw_link_recv(host, m), 0);
	}
	while (!cw_link_recv(host, m))
		;
	while (!cw_link_recv(card, m))
		;
	cw_link_close(host);
	cw_link_close(card);
	assert_int_equal(cw_log_close(hl), 0);
	assert_int_equal(cw_log_close(cl), 0);
	assert_int_equal(cw_trace_compare(path(0), path(1), text, sizeof(text)), 0);
	assert_string_equal(text, "the same, 100 TLPs");
	free(m);
}

static void the_first_difference_is_said_in_words(void **state)
{
	char text[1024];

	(void)state;
	write_log(0, 100, UINT32_MAX);
	write_log(1, 100, 50);
	assert_int_equal(cw_trace_compare(path(0), path(1), text, sizeof(text)), 1);
	assert_non_null(strstr(text, "TLP 50: payload byte 13 differs, 32 against b2"));
	assert_non_null(strstr(text, "MWr64"));
	write_log(1, 99, UINT32_MAX);
	assert_int_equal(cw_trace_compare(path(0), path(1), text, sizeof(text)), 1);
	assert_non_null(strstr(text, "the second ends after 99 TLPs; the first goes on"));
	assert_int_equal(cw_trace_compare(path(0), "/no/such", text, sizeof(text)), -ENOENT);
	assert_non_null(strstr(text, "/no/such"));
}

static void print_to(char *buf, size_t size, const struct cw_trace_record *rec, enum cw_trace_form form)
{
	FILE *f = fmemopen(buf, size, "w");

	cw_trace_print(f, rec, form);
	fclose(f);
}

static void a_line_has_time_direction_header_and_payload(void **state)
{
	struct cw_trace_record *rec = calloc(1, sizeof(*rec));
	static char text[16384];
	uint8_t data[24];

	(void)state;
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i + 1);
	rec->stamp = 1234567;
	rec->from = CW_SIDE_CARD;
	rec->queue = 5;
	rec->number = 77;
	cw_tlp_mwr(&rec->tlp, 0x0100, 0x1ff000, data, 24, 0);
	print_to(text, sizeof(text), rec, CW_TRACE_LINE);
	assert_string_equal(text, "        1234.567 ns  host <-- card  MWr32 addr=0x1ff000 len=24 tag=0x000 "
				  "req=01:00.0 be=f/f [queue 5 number 77] data=01020304 05060708 090a0b0c 0d0e0f10 ...\n");
	print_to(text, sizeof(text), rec, CW_TRACE_VERBOSE);
	assert_non_null(strstr(text, "Requester ID"));
	assert_non_null(strstr(text, "bytes 0x1ff000 to 0x1ff017 (24)"));
	assert_non_null(strstr(text, "11121314 15161718"));
	cw_tlp_cpl(&rec->tlp, 0x0100, 0, 3, 0, 0, CW_CPL_UR, 4, 0);
	print_to(text, sizeof(text), rec, CW_TRACE_VERBOSE);
	assert_non_null(strstr(text, "UR, unsupported request"));
	rec->tlp.dw[0] = 0x00000002;
	rec->tlp.dw[1] = 0x0000000f;
	print_to(text, sizeof(text), rec, CW_TRACE_VERBOSE);
	assert_non_null(strstr(text, "breaks a rule: be-zero (2.2.5)"));
	free(rec);
}

static void sums_are_by_kind_and_direction(void **state)
{
	struct cw_trace_record *rec = calloc(1, sizeof(*rec));
	struct cw_trace_stat s = { 0 };
	char text[4096];
	FILE *f;
	uint8_t data[64] = { 0 };

	(void)state;
	rec->stamp = 500;
	rec->from = CW_SIDE_CARD;
	cw_tlp_mwr(&rec->tlp, 0, 0x1000, data, 64, 0);
	cw_trace_stat_add(&s, rec);
	cw_tlp_set_ep(&rec->tlp, true);
	rec->stamp = 300;
	cw_trace_stat_add(&s, rec);
	assert_int_equal(s.tlps[CW_SIDE_CARD][CW_TLP_MWR], 2);
	assert_int_equal(s.payload[CW_SIDE_CARD][CW_TLP_MWR], 128);
	assert_int_equal(s.wire[CW_SIDE_CARD], 2 * 84);
	assert_int_equal(s.poisoned[CW_SIDE_CARD], 1);
	assert_true(s.first == 300 && s.last == 500);
	f = fmemopen(text, sizeof(text), "w");
	cw_trace_stat_print(f, &s);
	fclose(f);
	assert_non_null(strstr(text, "MWr"));
	free(rec);
}

static void spoil(const uint8_t *bytes, size_t len)
{
	FILE *f = fopen(path(1), "wb");

	assert_true(fwrite(bytes, 1, len, f) == len);
	fclose(f);
}

static int read_all(void)
{
	struct cw_trace_record *rec = malloc(sizeof(*rec));
	static char text[65536];
	struct cw_trace *t;
	int ret = cw_trace_open(&t, path(1), text, sizeof(text));

	if (!ret) {
		while ((ret = cw_trace_next(t, rec)) > 0) {
			assert_true(rec->tlp.data_len <= sizeof(rec->tlp.data) && rec->from < 2);
			print_to(text, sizeof(text), rec, CW_TRACE_VERBOSE);
		}
		if (ret)
			assert_true(strlen(cw_trace_why(t)) > 0);
		cw_trace_close(t);
	}
	free(rec);
	return ret;
}

static void damaged_files_are_errors_not_crashes(void **state)
{
	static uint8_t good[8192], bad[8192];
	uint64_t s = seed;
	size_t len;
	FILE *f;

	(void)state;
	write_log(0, 40, UINT32_MAX);
	f = fopen(path(0), "rb");
	len = fread(good, 1, sizeof(good), f);
	fclose(f);
	spoil(good, len);
	assert_int_equal(read_all(), 0);
	spoil(good, len - 8);
	assert_int_equal(read_all(), -EPROTO);
	spoil(good, sizeof(struct cw_log_file));
	assert_int_equal(read_all(), 0);
	spoil(good, 10);
	assert_int_equal(read_all(), -EPROTO);
	spoil(good, 0);
	assert_int_equal(read_all(), -EPROTO);
	for (size_t at = 0; at < 8; at++) { /* magic and version */
		memcpy(bad, good, len);
		bad[at] ^= 0x11;
		spoil(bad, len);
		assert_int_equal(read_all(), -EPROTO);
	}
	for (int round = 0; round < 300; round++) {
		char text[512];

		memcpy(bad, good, len);
		for (int i = 0; i < 5; i++)
			bad[sizeof(struct cw_log_file) + next_random(&s) % (len - 24)] ^= (uint8_t)next_random(&s);
		spoil(bad, len - next_random(&s) % 100);
		read_all();
		cw_trace_compare(path(0), path(1), text, sizeof(text));
	}
}

static int cleanup(void **state)
{
	(void)state;
	unlink(path(0));
	unlink(path(1));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_reads_back_as_it_was_written),
		cmocka_unit_test(a_full_disk_is_reported_at_close),
		cmocka_unit_test(both_ends_of_a_link_log_the_same_tlps),
		cmocka_unit_test(the_first_difference_is_said_in_words),
		cmocka_unit_test(a_line_has_time_direction_header_and_payload),
		cmocka_unit_test(sums_are_by_kind_and_direction),
		cmocka_unit_test(damaged_files_are_errors_not_crashes),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, cleanup);
}
