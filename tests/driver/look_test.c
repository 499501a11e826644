// SPDX-License-Identifier: BSD-2-Clause
/* What a person sees of the driver: files of debugfs, facts in sysfs, trace events. */
#include "driver/cw_regs.h"
#include "driver/uapi/causeway.h"
#include "rig.h"

#define DIR "causeway/causeway0/"

static char *text_of(struct rig *r, const char *file)
{
	static char text[1 << 20];
	ssize_t n = shim_debugfs_read(r->shim, file, text, sizeof(text) - 1);

	if (n < 0)
		fail_msg("%s: %zd", file, n);
	text[n] = 0;
	return text;
}

/* The fields of a table's line that begins with `first`. */
static unsigned fields_of(const char *text, const char *first, char field[][32], unsigned max)
{
	char line[512], *word, *save = NULL;
	unsigned n = 0;

	for (; text && *text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		word = strtok_r(line, " ", &save);
		if (!word || strcmp(word, first))
			continue;
		for (; word && n < max; word = strtok_r(NULL, " ", &save))
			snprintf(field[n++], 32, "%s", word);
		return n;
	}
	return 0;
}

/* ---- debugfs ---- */

static void counters_have_their_names_and_values(void **state)
{
	static const struct { const char *name; unsigned index; } all[] = {
#define CW_CONST(n, v, t)
#define CW_GROUP(n, t)
#define CW_REG(n, o, acc, r, t)
#define CW_REG64(n, o, acc, t)
#define CW_FIELD(r, n, m, l, t)
#define CW_ENUM(g, n, v, t)
#define CW_COUNTER(n, i, t) { #n, i },
#include "rtl/cw_table.h"
	};
	struct rig *r = *state;
	char field[4][32];
	char *text;

	rig_open(r, "");
	rig_works(r);
	text = text_of(r, DIR "counters");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct cw_counter c = { .size = sizeof(c), .index = all[i].index };

		assert_int_equal(fields_of(text, all[i].name, field, 4), 2);
		assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_COUNTER, &c), 0);
		/* Looking at a counter is a read of registers itself. */
		if (strcmp(all[i].name, "RX_MRD") && strcmp(all[i].name, "RX_CPL"))
			assert_int_equal(strtoull(field[1], NULL, 10), c.value);
	}
	assert_int_equal(fields_of(text, "H2C_BYTES", field, 4), 2);
	assert_int_equal(strtoull(field[1], NULL, 10), 9001);
	rig_close(r);
}

static void queues_say_what_they_do(void **state)
{
	enum { N = 16, PIECE = 8 * 4096 };
	struct rig *r = *state;
	uint8_t *buf = calloc(N, PIECE);
	struct shim_aio a[N], *p;
	char field[13][32];

	rig_open(r, "queues=1 weight=9 entries=8 timeout_ms=3600000");
	rig_works(r);
	assert_int_equal(fields_of(text_of(r, DIR "queues"), "0", field, 13), 13);
	assert_string_equal(field[1], "h2c");
	assert_string_equal(field[3], "run");
	assert_string_equal(field[4], "running");
	assert_string_equal(field[7], "0");
	assert_string_equal(field[11], "9");
	assert_int_equal(fields_of(text_of(r, DIR "queues"), "1", field, 13), 13);
	assert_string_equal(field[1], "c2h");
	rig_inject(r, CW_MODEL_SWALLOW, 0, 1);
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * PIECE, .len = PIECE };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	assert_int_equal(fields_of(text_of(r, DIR "queues"), "0", field, 13), 13);
	assert_true(strtol(field[7], NULL, 10) > 0);           /* active */
	assert_true(strtol(field[8], NULL, 10) > 0);           /* pending */
	assert_true(strtol(field[5], NULL, 10) > strtol(field[6], NULL, 10)); /* producer, consumer */
	assert_int_equal(shim_reset(r->shim), 0);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	free(buf);
	rig_close(r);
}

static void ring_is_shown_in_full(void **state)
{
	struct rig *r = *state;
	uint8_t b[3000] = { 0 };
	char field[10][32];
	char *text;

	rig_open(r, "queues=1 entries=2048");
	assert_int_equal(shim_pwrite(r->shim, r->fd, b, sizeof(b), 0x123457), sizeof(b));
	text = text_of(r, DIR "rings/h2c0");
	assert_non_null(strstr(text, "queue 0: 2048 entries"));
	assert_int_equal(fields_of(text, "0", field, 10), 9);
	assert_string_equal(field[2], "123457"); /* card address */
	assert_true(strtol(field[3], NULL, 10) > 0 && strtol(field[3], NULL, 10) <= 3000);
	assert_string_equal(field[5], "0"); /* the record's number */
	assert_string_equal(field[6], field[3]);
	assert_string_equal(field[7], "0"); /* status */
	assert_string_equal(field[8], "1"); /* phase */
	assert_int_equal(fields_of(text, "2047", field, 10), 9);
	assert_string_equal(field[3], "0");
	text_of(r, DIR "rings/c2h1");
	rig_close(r);
}

static void vectors_say_who_shares_them(void **state)
{
	struct rig *r = *state;
	char field[6][32];

	rig_open(r, "queues=8 vectors=2");
	assert_int_equal(fields_of(text_of(r, DIR "vectors"), "1", field, 6), 5);
	assert_string_equal(field[2], "16");
	assert_string_equal(field[3], "on");
	assert_string_equal(field[4], "32");
	assert_int_equal(fields_of(text_of(r, DIR "vectors"), "0", field, 6), 5);
	assert_string_equal(field[3], "none");
	rig_close(r);
}

static void files_go_with_the_device(void **state)
{
	struct rig *r = *state;
	char text[4096];

	rig_open(r, "");
	text_of(r, DIR "queues");
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(shim_debugfs_read(r->shim, DIR "queues", text, sizeof(text)), -ENOENT);
	assert_int_equal(shim_bind(r->shim), 0);
	text_of(r, DIR "queues");
	cw_model_pull(r->model);
	assert_int_equal(shim_debugfs_read(r->shim, DIR "counters", text, sizeof(text)), -ENODEV);
	rig_close(r);
}

struct reader {
	struct rig *r;
	ssize_t ret;
	unsigned n;
};

static long read_on(void *arg)
{
	static char text[1 << 16];
	struct reader *a = arg;

	do {
		a->ret = shim_debugfs_read(a->r->shim, DIR "counters", text, sizeof(text));
		a->n++;
	} while (a->ret > 0);
	return 0;
}

static void reader_meets_removal(void **state)
{
	struct rig *r = *state;

	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct reader a = { .r = r };
		struct shim_task *t;

		rig_default(r);
		r->machine.seed = r->link.seed = seed;
		r->machine.explore = true;
		rig_open(r, "");
		t = shim_spawn(r->shim, "reader", read_on, &a);
		assert_int_equal(shim_run(r->shim, 20000 + seed * 7919 % 40000), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
		assert_int_equal(shim_join(r->shim, t), 0);
		assert_true(a.ret == -ENOENT || a.ret == -ENODEV);
		rig_close(r);
	}
}

/* ---- sysfs ---- */

static uint64_t fact(struct rig *r, const char *name)
{
	char text[100] = "";
	ssize_t n = shim_attr_read(r->shim, name, text, sizeof(text) - 1);

	assert_true(n > 1);
	assert_int_equal(text[n - 1], '\n');
	assert_int_equal(shim_attr_write(r->shim, name, "1\n"), -EACCES);
	return strtoull(text, NULL, 10);
}

static void facts_are_those_of_the_ioctl(void **state)
{
	struct cw_info i = { .size = sizeof(i) };
	struct rig *r = *state;
	char text[100] = "", want[100];

	rig_open(r, "queues=3 entries=64 vectors=2");
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &i), 0);
	assert_int_equal(fact(r, "card_bytes"), i.card_bytes);
	assert_int_equal(fact(r, "card_queues"), i.queues);
	assert_int_equal(fact(r, "card_vectors"), i.vectors);
	assert_int_equal(fact(r, "clock_hz"), i.clock_hz);
	assert_int_equal(fact(r, "addr_bits"), i.addr_bits);
	assert_int_equal(fact(r, "queues"), 3);
	assert_int_equal(fact(r, "entries"), 64);
	assert_int_equal(fact(r, "vectors"), 2);
	assert_true(shim_attr_read(r->shim, "irq_type", text, sizeof(text)) > 0);
	assert_string_equal(text, "MSI-X\n");
	memset(text, 0, sizeof(text));
	assert_true(shim_attr_read(r->shim, "hw_version", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%u.%u\n", i.hw_version >> 16, i.hw_version & 0xffff);
	assert_string_equal(text, want);
	rig_close(r);
}

/* ---- trace events ---- */

enum { SUBMIT, DOORBELL, INTERRUPT, COMPLETE, EVENTS, DESCS = 4096 };
struct seen {
	unsigned n[EVENTS];
	uint32_t told[8];              /* of each queue: the highest doorbell */
	bool out[8][DESCS];            /* submitted and not complete */
	bool looked[8];                /* an interrupt was about the queue since its last complete */
	unsigned bytes;
};

/* The number after `key`, which is in the text */
static unsigned value_of(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	char *end;
	unsigned long value;

	assert_non_null(at);
	at += strlen(key);
	value = strtoul(at, &end, 10);
	assert_ptr_not_equal(end, at);
	return (unsigned)value;
}

/* A descriptor's events come in their order, each but the interrupt with its number. */
static void on_trace(void *ctx, const char *name, const char *text)
{
	static const char *const names[EVENTS] = { "causeway_submit", "causeway_doorbell", "causeway_interrupt",
						   "causeway_complete" };
	struct seen *s = ctx;
	unsigned queue, number, status, bytes, e;

	for (e = 0; e < EVENTS && strcmp(name, names[e]); e++)
		;
	assert_int_not_equal(e, EVENTS);
	assert_ptr_equal(strstr(text, "card=0 queue="), text);
	queue = value_of(text, "queue=");
	number = value_of(text, "number=");
	assert_true(queue < 8 && number < DESCS);
	s->n[e]++;
	switch (e) {
	case SUBMIT:
		assert_false(s->out[queue][number]);
		s->out[queue][number] = true;
		break;
	case DOORBELL:
		assert_true(number >= s->told[queue]);
		s->told[queue] = number;
		break;
	case INTERRUPT:
		s->looked[queue] = true;
		break;
	case COMPLETE:
		status = value_of(text, "status=");
		bytes = value_of(text, "bytes=");
		assert_true(s->out[queue][number]);
		assert_true(number < s->told[queue]);
		assert_true(s->looked[queue]);
		assert_int_equal(status, CW_STATUS_OK);
		s->out[queue][number] = false;
		s->bytes += bytes;
		break;
	}
}

static void events_follow_each_descriptor(void **state)
{
	static const char *const params[] = { "", "vectors=1", "queues=1 entries=16" };
	static struct seen s;
	struct rig *r = *state;
	uint8_t *buf = calloc(1, 300000);

	for (unsigned i = 0; i < 3; i++) {
		rig_default(r);
		memset(&s, 0, sizeof(s));
		r->machine.trace = on_trace;
		r->machine.ctx = &s;
		rig_open(r, params[i]);
		assert_int_equal(shim_pwrite(r->shim, r->fd, buf, 300000, 5), 300000);
		assert_int_equal(shim_pread(r->shim, r->fd, buf, 300000, 5), 300000);
		assert_int_equal(s.bytes, 600000);
		assert_true(s.n[SUBMIT] > 2);
		assert_int_equal(s.n[SUBMIT], s.n[COMPLETE]);
		assert_true(s.n[DOORBELL] >= 2 && s.n[INTERRUPT] >= 2);
		assert_int_equal(shim_trace_count(r->shim, "causeway_complete"), s.n[COMPLETE]);
		for (unsigned q = 0; q < 8; q++)
			for (unsigned n = 0; n < DESCS; n++)
				assert_false(s.out[q][n]);
		rig_close(r);
	}
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(counters_have_their_names_and_values),
		RIG_TEST(queues_say_what_they_do),
		RIG_TEST(ring_is_shown_in_full),
		RIG_TEST(vectors_say_who_shares_them),
		RIG_TEST(files_go_with_the_device),
		RIG_TEST(reader_meets_removal),
		RIG_TEST(facts_are_those_of_the_ioctl),
		RIG_TEST(events_follow_each_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
