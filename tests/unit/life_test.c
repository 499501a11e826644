// SPDX-License-Identifier: BSD-2-Clause
/* The life of a transfer as it is told: which one, which TLPs, in which order, and the diagram. */
#include "story.h"

#include <errno.h>
#include <unistd.h>

#include "sim/trace/life.h"

struct test {
	struct story s;
	char path[64], svg[64];
	char *out; /* what cw_life said */
	size_t out_len;
	char why[128];
};

static int setup(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	story_new(&t->s);
	snprintf(t->path, sizeof(t->path), "/tmp/life_test.%d.tlog", (int)getpid());
	snprintf(t->svg, sizeof(t->svg), "/tmp/life_test.%d.svg", (int)getpid());
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	unlink(t->path);
	unlink(t->svg);
	story_free(&t->s);
	free(t->out);
	free(t);
	return 0;
}

static int life(struct test *t, const struct cw_life_option *o)
{
	struct cw_log *log;
	FILE *f;
	int ret;

	assert_int_equal(cw_log_open(&log, t->path, 1, CW_SIDE_HOST), 0);
	for (unsigned i = 0; i < t->s.n; i++)
		cw_log_write(log, t->s.rec[i].stamp, t->s.rec[i].from, &t->s.rec[i].tlp, -1, 0);
	assert_int_equal(cw_log_close(log), 0);
	free(t->out);
	t->out = NULL;
	f = open_memstream(&t->out, &t->out_len);
	assert_non_null(f);
	ret = cw_life(f, t->path, o, t->why, sizeof(t->why));
	fclose(f);
	return ret;
}

/* Where this is in the text, after `from`: steps are looked for in their order. */
static const char *find(const char *from, const char *part)
{
	const char *at = strstr(from, part);

	if (!at)
		fail_msg("\"%s\" is not in\n%s", part, from);
	return at;
}

static void whole_life_in_order(void **state)
{
	static const char *const part[] = {
		"Descriptor 0 of queue 3, host to card: 32 bytes at bus address 0x00000000001ff000",
		"step 1: the driver rings queue 3's doorbell", "DW0", "Fmt 2 (3 DW header, with data)", "Length 1 DW",
		"First DW BE 0xf", "byte address 0xc0003000", "payload  01000000",
		"step 2: the card fetches descriptor 0", "(+100.000)", "requester 01:00.0, tag 0x101",
		"T8 1, Length 4 DW", "Address[63:32]",
		"step 3: the root complex returns descriptor 0", "answers  step 2: requester 01:00.0, tag 0x101",
		"Completer ID 00:00.0, Status 0 (SC), BCM 0, Byte Count 16", "Lower Address 0x00",
		"step 4: the card reads the data", "step 5 (TLP 1 of 2)", "answers  step 4", "Byte Count 32",
		"payload  01020304 05060708 090a0b0c 0d0e0f10", "step 5 (TLP 2 of 2)", "Byte Count 16", "11121314",
		"step 6: the card, having written its memory, reports", "step 7: the card interrupts: MSI-X vector 2",
		"step 8: the driver tells queue 3 that it has taken record 0",
		"From the doorbell to the card's last word: 700.000 ns.",
	};
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;
	const char *at;

	st_start(&t->s);
	st_transfer(&t->s, 0);
	assert_int_equal(life(t, &o), 0);
	at = t->out;
	for (unsigned i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		at = find(at, part[i]);
	assert_null(strstr(t->out, "step 9"));
	assert_null(strchr(t->out, '\033'));
}

static void last_is_told_unless_asked_for(void **state)
{
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;

	st_start(&t->s);
	for (uint32_t n = 0; n < 12; n++)
		st_transfer(&t->s, n);
	assert_int_equal(life(t, &o), 0);
	find(t->out, "Descriptor 11 of queue 3");
	o = (struct cw_life_option){ .queue = ST_QUEUE, .by_number = true, .number = 4 };
	assert_int_equal(life(t, &o), 0);
	find(t->out, "Descriptor 4 of queue 3");
	find(t->out, "number 4 of queue 3");
	assert_null(strstr(t->out, "number 5 of"));
	o.number = 12;
	assert_int_equal(life(t, &o), -ENOENT);
	o = (struct cw_life_option){ .queue = 1 };
	assert_int_equal(life(t, &o), -ENOENT);
}

/* The log of the host's end has the card's TLPs at their arrival. */
static void steps_are_ordered_by_time(void **state)
{
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;
	struct cw_trace_record *r;

	st_start(&t->s);
	st_transfer(&t->s, 0);
	r = &t->s.rec[t->s.n - 4]; /* the second half of the data and the record */
	assert_int_equal(r[0].from, CW_SIDE_HOST);
	assert_int_equal(r[1].from, CW_SIDE_CARD);
	r[1].stamp = r[0].stamp - 1000;
	assert_int_equal(life(t, &o), 0);
	find(find(t->out, "step 6: the card, having"), "step 5 (TLP 2 of 2)");
}

static void incomplete_only_when_asked_for(void **state)
{
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;

	st_start(&t->s);
	st_transfer(&t->s, 0);
	t->s.n -= 3; /* no record */
	assert_int_equal(life(t, &o), -ENOENT);
	o.by_number = true;
	assert_int_equal(life(t, &o), 0);
	find(t->out, "ends without this descriptor's record");
}

static void long_transfer_is_cut_but_ends(void **state)
{
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;
	uint8_t data[64] = { 0 };
	uint32_t desc[4];

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
	st_desc(desc, ST_DATA, 200 * sizeof(data), 0, CW_DESC_DW2_IRQ_MASK);
	st_card_read(&t->s, 1, ST_RING, desc, sizeof(desc), sizeof(desc));
	for (unsigned i = 0; i < 200; i++)
		st_card_read(&t->s, (uint16_t)i, ST_DATA + i * sizeof(data), data, sizeof(data), sizeof(data));
	st_record(&t->s, ST_CPL, ST_QUEUE, 0, 200 * sizeof(data));
	st_interrupt(&t->s, 0x4711);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_CONSUMER, 1);
	assert_int_equal(life(t, &o), 0);
	find(find(find(t->out, "step 6"), "step 7"), "step 8");
	find(t->out, "more TLPs of data are not shown");
}

/* MSI and INTx end a life as MSI-X does. */
static void each_kind_of_interrupt_is_a_step(void **state)
{
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;

	st_enumerate(&t->s);
	st_msi(&t->s);
	st_queue(&t->s, ST_QUEUE, false, ST_RING, ST_CPL);
	st_transfer_to_record(&t->s, 0);
	st_interrupt(&t->s, 0x4708); /* not one of the eight */
	st_interrupt(&t->s, 0x4703); /* another queue's */
	st_interrupt(&t->s, 0x4700 + ST_VECTOR);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_CONSUMER, 1);
	assert_int_equal(life(t, &o), 0);
	find(find(t->out, "step 7: the card interrupts: MSI vector 2 (address 0x00000000fee00000, data 0x00004702)"),
	     "step 8: the driver tells");

	st_cfg_write(&t->s, 0x50, 0, 0xc);
	st_transfer_to_record(&t->s, 1);
	st_interrupt(&t->s, 0x4700 + ST_VECTOR); /* MSI is off: no interrupt of anybody's */
	st_intx(&t->s, true);
	st_intx(&t->s, false);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_CONSUMER, 2);
	assert_int_equal(life(t, &o), 0);
	find(find(t->out, "step 7: the card interrupts: INTA goes up"), "step 8: the driver tells");
	assert_null(strstr(t->out, "goes down"));
}

static void every_tlp_has_a_line(void **state)
{
	struct cw_life_option o = { .queue = -1, .all = true };
	struct test *t = *state;
	unsigned lines = 0;

	st_start(&t->s);
	st_transfer(&t->s, 0);
	assert_int_equal(life(t, &o), 0);
	for (const char *p = t->out; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, t->s.n);
	find(find(t->out, "MSI-X vector"), "consumer index 1");
}

static void diagram_has_an_arrow_for_each_step(void **state)
{
	struct cw_life_option o = { .queue = -1 };
	struct test *t = *state;
	char svg[20000];
	unsigned arrows = 0;
	size_t n;
	FILE *f;

	o.svg = t->svg;
	st_start(&t->s);
	st_transfer(&t->s, 0);
	assert_int_equal(life(t, &o), 0);
	f = fopen(t->svg, "r");
	assert_non_null(f);
	n = fread(svg, 1, sizeof(svg) - 1, f);
	fclose(f);
	svg[n] = '\0';
	for (const char *p = svg; (p = strstr(p, "marker-end")); p++)
		arrows++;
	assert_int_equal(arrows, 9);
	find(find(svg, "<svg "), "</svg>");
	o.svg = "/nowhere/x.svg";
	assert_int_equal(life(t, &o), -ENOENT);
	find(t->why, "/nowhere/x.svg");
}

static void colour_when_asked_for(void **state)
{
	struct cw_life_option o = { .queue = -1, .color = true };
	struct test *t = *state;

	st_start(&t->s);
	st_transfer(&t->s, 0);
	assert_int_equal(life(t, &o), 0);
	find(t->out, "\033[0m");
}

static void damaged_log_is_an_error(void **state)
{
	struct cw_life_option o = { .queue = -1, .all = true };
	struct test *t = *state;

	st_start(&t->s);
	assert_int_equal(life(t, &o), 0);
	assert_int_equal(truncate(t->path, 1001), 0);
	assert_int_equal(cw_life(stderr, "/nowhere/log", &o, t->why, sizeof(t->why)), -ENOENT);
	o.all = false;
	assert_int_equal(cw_life(stderr, t->path, &o, t->why, sizeof(t->why)), -EPROTO);
	find(t->why, "cut short");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(whole_life_in_order), TEST(last_is_told_unless_asked_for), TEST(steps_are_ordered_by_time),
		TEST(incomplete_only_when_asked_for), TEST(long_transfer_is_cut_but_ends), TEST(each_kind_of_interrupt_is_a_step),
		TEST(every_tlp_has_a_line),
		TEST(diagram_has_an_arrow_for_each_step), TEST(colour_when_asked_for), TEST(damaged_log_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
