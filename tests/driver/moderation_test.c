// SPDX-License-Identifier: BSD-2-Clause
/* Interrupt moderation: what the module parameters ask for is what the card does. */
#include "driver/cw_regs.h"
#include "driver/uapi/causeway.h"
#include "rig.h"

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
	assert_int_equal(moderation(*state, ""), 0xffff);
	assert_int_equal(moderation(*state, "irq_usecs=1"), 4u << 16 | 0xffff);
	assert_int_equal(moderation(*state, "irq_usecs=100"), 391u << 16 | 0xffff);
	assert_int_equal(moderation(*state, "irq_records=7"), 7);
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(moderation_is_what_was_asked_for),
		RIG_TEST(longer_than_the_card_can_wait_is_refused),
		RIG_TEST(time_without_the_cards_help_is_refused),
		RIG_TEST(finished_work_is_withheld_for_the_time_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
