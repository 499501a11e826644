// SPDX-License-Identifier: BSD-2-Clause
/* Interrupt moderation: what the module parameters ask for is what the card does. */
#include "own.h"

static uint32_t moderation(struct rig *r, const char *params)
{
	struct cw_reg g = { .size = sizeof(g), .offset = CW_QUEUE_OFFSET + CW_Q_MODERATION };

	rig_default(r);
	rig_open(r, params);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), 0);
	rig_works(r);
	rig_close(r);
	return g.value;
}

/* Units of 64 cycles at 250 MHz, rounded up. */
static void moderation_is_what_was_asked_for(void **state)
{
	assert_int_equal(moderation(*state, "irq_adaptive=0"), 0xffff);
	assert_int_equal(moderation(*state, ""), 79u << 16 | 0xffff);
	assert_int_equal(moderation(*state, "irq_usecs=1"), 4u << 16 | 0xffff);
	assert_int_equal(moderation(*state, "irq_usecs=100"), 391u << 16 | 0xffff);
	assert_int_equal(moderation(*state, "irq_records=7"), 3907u << 16 | 7);
	assert_int_equal(moderation(*state, "irq_records=1 irq_usecs=2"), 8u << 16 | 1);
	assert_int_equal(moderation(*state, "irq_usecs=16776 irq_records=65535"), 65532u << 16 | 0xffff);
}

static void not_moderated(struct rig *r, const char *params, const char *says)
{
	struct said said = { .what = says };

	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, params), 0);
	assert_false(shim_bound(r->shim));
	assert_int_equal(shim_bind(r->shim), -EINVAL);
	assert_int_equal(said.n, 2);
	rig_close(r);
}

static void longer_than_the_card_can_wait_is_refused(void **state)
{
	not_moderated(*state, "irq_usecs=16777",
		      "irq_usecs=16777: the card, at 250000000 Hz, can withhold for 16776 at most");
}

static void time_without_the_cards_help_is_refused(void **state)
{
	struct rig *r = *state;

	r->card.features = CW_CAP_FEATURES_EVENT_RING_MASK;
	not_moderated(r, "irq_usecs=5", "irq_usecs=5: the card does not moderate interrupts by time");
}

/* Without a limit to the time, work that is done would be withheld for as long as other work goes on. */
static void count_without_the_cards_time_is_refused(void **state)
{
	struct rig *r = *state;

	r->card.features = CW_CAP_FEATURES_EVENT_RING_MASK;
	not_moderated(r, "irq_records=2", "irq_records=2: the card does not moderate interrupts by time");
	/* What withholds nothing is the only other thing that such a card can do. */
	rig_default(r);
	r->card.features = CW_CAP_FEATURES_EVENT_RING_MASK;
	rig_open(r, "irq_records=1");
	rig_works(r);
	rig_close(r);
	rig_default(r);
	r->card.features = CW_CAP_FEATURES_EVENT_RING_MASK;
	rig_open(r, "");
	rig_works(r);
	rig_close(r);
}

/* When a page's transfer is told while its queue goes on for long, and by how many interrupts. */
static uint64_t told_after(struct rig *r, const char *params)
{
	enum { LONG = 4 << 20 };
	static uint8_t page[4096] __attribute__((aligned(4096)));
	uint8_t *buf = calloc(1, LONG);
	struct shim_aio a = { .len = sizeof(page), .buf = page }, b = { .len = LONG, .buf = buf };
	struct shim_aio *p[] = { &a, &b };

	rig_default(r);
	r->card.delay_ps = 20000000; /* so that the page is not alone when it is done */
	rig_open(r, params);
	a.fd = b.fd = r->fd;
	a.op = b.op = SHIM_PWRITE;
	assert_int_equal(shim_submit(r->shim, p, 2), 2);
	assert_int_equal(shim_wait(r->shim, &a, -1, NULL), 0);
	assert_int_equal(a.result, sizeof(page));
	assert_false(b.done);
	assert_int_equal(shim_wait(r->shim, &b, -1, NULL), 0);
	assert_int_equal(b.result, LONG);
	free(buf);
	rig_close(r);
	return a.done_ns - a.submit_ns;
}

static void finished_work_is_withheld_for_the_time_asked_for(void **state)
{
	uint64_t done = told_after(*state, "queues=1");

	assert_true(done < 100000);
	assert_in_range(told_after(*state, "queues=1 irq_usecs=200"), done + 199000, done + 202000);
	assert_in_range(told_after(*state, "queues=1 irq_usecs=400"), done + 399000, done + 402000);
	/* With a ring, too. */
	assert_in_range(told_after(*state, "queues=1 irq_usecs=200 vectors=1"), done + 199000, done + 202000);
	/* Which the count ends early. */
	assert_true(told_after(*state, "queues=1 irq_usecs=400 irq_records=1") < 100000);
	assert_in_range(told_after(*state, "queues=1 irq_usecs=400 irq_records=5"), done + 100000, done + 300000);
	/* A count alone has a limit of its own. */
	assert_in_range(told_after(*state, "queues=1 irq_records=60000"), done + 999000, done + 1002000);
}

/* ---- adaptive ---- */

enum { LOAD_MAX = 64 };

/* Writes of a page each, `depth` in flight: what one took, in ns, and what they made of interrupts. */
struct load {
	uint64_t ns;
	uint64_t interrupts;
};

static struct load load_of(struct rig *r, unsigned depth, unsigned n)
{
	static uint8_t page[LOAD_MAX][4096] __attribute__((aligned(4096)));
	struct shim_aio a[LOAD_MAX], *p;
	struct cw_model_stats before, after;
	uint64_t start = shim_now_ns(r->shim);
	unsigned started = 0;

	cw_model_get_stats(r->model, &before);
	for (unsigned i = 0; i < n; i++) {
		for (; started < n && started < i + depth; started++) {
			p = &a[started % depth];
			*p = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = page[started % depth],
						.len = 4096, .pos = 4096 * (started % depth) };
			assert_int_equal(shim_submit(r->shim, &p, 1), 1);
		}
		assert_int_equal(shim_wait(r->shim, &a[i % depth], -1, NULL), 0);
		assert_int_equal(a[i % depth].result, 4096);
	}
	cw_model_get_stats(r->model, &after);
	return (struct load){ (shim_now_ns(r->shim) - start) / n, after.interrupts - before.interrupts };
}

static struct load fresh_load_of(struct rig *r, const char *params, unsigned depth, unsigned n)
{
	struct load l;

	rig_default(r);
	rig_open(r, params);
	l = load_of(r, depth, n);
	rig_close(r);
	return l;
}

/* The stride that queue 0 has come to. */
static unsigned stride(struct rig *r)
{
	char text[4096] = "", *line;

	assert_true(shim_debugfs_read(r->shim, "causeway/causeway0/queues", text, sizeof(text) - 1) > 0);
	line = strchr(text, '\n');
	assert_non_null(line);
	*strchr(line + 1, '\n') = '\0';
	return (unsigned)strtoul(strrchr(line, ' '), NULL, 10);
}

static void fast_queue_interrupts_less_often(void **state)
{
	struct load each = fresh_load_of(*state, "queues=1 irq_adaptive=0", LOAD_MAX, 2000);
	struct load adaptive = fresh_load_of(*state, "queues=1", LOAD_MAX, 2000);

	assert_in_range(each.interrupts, 1000, 2010);
	assert_in_range(adaptive.interrupts, 1, each.interrupts / 4);
	/* And is no slower for it. */
	assert_true(adaptive.ns <= each.ns + each.ns / 20);
}

/* Its ring would run empty if one waited for more than is under way. */
static void few_in_flight_are_not_slowed_down(void **state)
{
	for (unsigned depth = 1; depth <= 16; depth *= 2) {
		struct load each = fresh_load_of(*state, "queues=1 irq_adaptive=0", depth, 1000);
		struct load adaptive = fresh_load_of(*state, "queues=1", depth, 1000);

		print_message("depth %u: %llu ns each, adaptive %llu\n", depth, (unsigned long long)each.ns,
			      (unsigned long long)adaptive.ns);
		assert_true(adaptive.ns <= each.ns + each.ns / 20);
	}
}

static void level_follows_the_rate_slowly(void **state)
{
	struct rig *r = *state;
	unsigned top;

	rig_open(r, "queues=1");
	assert_int_equal(stride(r), 1);
	load_of(r, LOAD_MAX, 66);
	assert_int_equal(stride(r), 2); /* one step a window */
	load_of(r, LOAD_MAX, 1000);
	top = stride(r);
	assert_true(top >= 8);
	/* An operation now and then: down again, step by step, and each is told at once all the same. */
	for (unsigned i = 0; i < 4 * 64; i++) {
		struct load one = load_of(r, 1, 1);

		assert_int_equal(one.interrupts, 1);
		assert_true(one.ns < 10000);
		assert_int_equal(shim_run(r->shim, 30000), 0);
	}
	assert_int_equal(stride(r), 1);
	rig_close(r);
}

/* At the highest level, a page that is done while its queue goes on for long. */
static void late_by_20_us_at_most(void **state)
{
	enum { LONG = 4 << 20 };
	static uint8_t page[4096] __attribute__((aligned(4096)));
	uint8_t *buf = calloc(1, LONG);
	struct shim_aio a[5], *p;
	struct rig *r = *state;

	rig_open(r, "queues=1");
	load_of(r, LOAD_MAX, 2000);
	assert_true(stride(r) >= 8);
	for (unsigned i = 0; i < 5; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = i ? buf : page, .len = i ? LONG : 4096 };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_wait(r->shim, &a[0], -1, NULL), 0);
	assert_false(a[1].done);
	assert_in_range(a[0].done_ns - a[0].submit_ns, 1, 100000);
	for (unsigned i = 1; i < 5; i++)
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
	free(buf);
	rig_close(r);
}

/* A queue that was reset begins anew. */
static void reset_forgets_the_rate(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=1");
	load_of(r, LOAD_MAX, 1000);
	assert_true(stride(r) > 1);
	assert_int_equal(shim_reset(r->shim), 0);
	assert_int_equal(stride(r), 1);
	rig_works(r);
	rig_close(r);
}

/* ---- streams ---- */

/* Of a packet's buffers none interrupts by itself, and none is the last one under way. */
static void packets_from_the_card_are_told_at_once(void **state)
{
	static const struct {
		const char *params;
		uint32_t value;
	} ways[] = {
		{ "", 1 },
		{ "irq_adaptive=0", 1 },
		{ "irq_usecs=100", 391u << 16 | 0xffff },
		{ "irq_records=7", 3907u << 16 | 7 },
	};
	struct rig *r = *state;
	struct loop l;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		rig_default(r);
		rig_open(r, ways[i].params);
		loop_open(r, &l, CW_QUEUE_HDR, 64);
		assert_int_equal(reg_get(r, CW_QUEUE_OFFSET + l.in_queue * CW_QUEUE_STRIDE + CW_Q_MODERATION),
				 ways[i].value);
		loop_works(&l, 5000, i);
		loop_close(&l);
		rig_close(r);
	}
}

/* Many packets to the card at once interrupt less often, as chunks do, and each writer is told. */
static void fast_packets_interrupt_less_often(void **state)
{
	enum { N = 2000 };
	static uint8_t data[LOAD_MAX][64];
	struct shim_aio a[LOAD_MAX], *p;
	struct cw_model_stats before, after;
	struct rig *r = *state;
	int fd;

	rig_open(r, "queues=1");
	fd = own_stream(r, CW_QUEUE_H2C, 0, 256, NULL);
	cw_model_get_stats(r->model, &before);
	for (unsigned i = 0, started = 0; i < N; i++) {
		for (; started < N && started < i + LOAD_MAX; started++) {
			p = &a[started % LOAD_MAX];
			*p = (struct shim_aio){ .fd = fd, .op = SHIM_PWRITE, .buf = data[started % LOAD_MAX], .len = 64 };
			assert_int_equal(shim_submit(r->shim, &p, 1), 1);
		}
		assert_int_equal(shim_wait(r->shim, &a[i % LOAD_MAX], -1, NULL), 0);
		assert_int_equal(a[i % LOAD_MAX].result, 64);
	}
	cw_model_get_stats(r->model, &after);
	assert_in_range(after.interrupts - before.interrupts, 1, N / 2);
	own_close(r, fd);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(moderation_is_what_was_asked_for),
		RIG_TEST(longer_than_the_card_can_wait_is_refused),
		RIG_TEST(time_without_the_cards_help_is_refused),
		RIG_TEST(count_without_the_cards_time_is_refused),
		RIG_TEST(finished_work_is_withheld_for_the_time_asked_for),
		RIG_TEST(fast_queue_interrupts_less_often),
		RIG_TEST(few_in_flight_are_not_slowed_down),
		RIG_TEST(level_follows_the_rate_slowly),
		RIG_TEST(late_by_20_us_at_most),
		RIG_TEST(reset_forgets_the_rate),
		RIG_TEST(packets_from_the_card_are_told_at_once),
		RIG_TEST(fast_packets_interrupt_less_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
