// SPDX-License-Identifier: BSD-2-Clause
/* The driver on a card of as many queues as there can be, with vectors of their own or shared. */
#include <linux/ioctl.h>

#include "driver/cw_regs.h"
#include "driver/uapi/causeway.h"
#include "rig.h"

enum { LEN = 300, CARD = 0x1000 };

static uint32_t records(struct rig *r, unsigned queue)
{
	struct cw_reg reg = { .size = sizeof(reg),
			      .offset = CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * queue + CW_Q_RECORDS };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &reg), 0);
	return reg.value;
}

/* The driver takes its queues in turn: as many transfers as queues use each of them. */
static void every_queue_moves_data(struct rig *r, const char *params, unsigned pairs)
{
	uint8_t out[LEN], in[LEN];
	struct shim_stats s;

	rig_open(r, params);
	for (unsigned i = 0; i < pairs; i++) {
		rig_fill(out, LEN, i + 1);
		assert_int_equal(shim_pwrite(r->shim, r->fd, out, LEN, CARD + i * LEN), LEN);
		rig_card_is(r, CARD + i * LEN, out, LEN);
	}
	for (unsigned i = 0; i < pairs; i++) {
		rig_fill(out, LEN, i + 1);
		memset(in, 0, LEN);
		assert_int_equal(shim_pread(r->shim, r->fd, in, LEN, CARD + i * LEN), LEN);
		assert_memory_equal(in, out, LEN);
	}
	for (unsigned q = 0; q < 2 * pairs; q++)
		if (!records(r, q))
			fail_msg("queue %u moved nothing", q);
	shim_get_stats(r->shim, &s);
	assert_true(s.interrupts >= 2 * pairs);
	rig_close(r);
}

static void every_queue_of_2048_moves_data(void **state)
{
	struct rig *r = *state;

	r->card.queues = CW_QUEUE_N_MAX;
	r->card.vectors = CW_VECTOR_N_MAX;
	every_queue_moves_data(r, "queues=1024 entries=2", 1024);
}

static void every_queue_of_2048_shares_one_vector(void **state)
{
	struct rig *r = *state;

	r->card.queues = CW_QUEUE_N_MAX;
	r->card.vectors = 1;
	every_queue_moves_data(r, "queues=1024 entries=2", 1024);
}

static void more_queues_than_the_card_has_are_refused(void **state)
{
	struct rig *r = *state;

	r->card.queues = 6;
	rig_power(r);
	shim_module_load(r->shim, "queues=1024");
	assert_false(shim_bound(r->shim));
	rig_close(r);
}

static void more_queues_than_any_card_has_are_refused(void **state)
{
	struct rig *r = *state;

	r->card.queues = CW_QUEUE_N_MAX;
	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, "queues=1025"), -EINVAL);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(every_queue_of_2048_moves_data),
		RIG_TEST(every_queue_of_2048_shares_one_vector),
		RIG_TEST(more_queues_than_the_card_has_are_refused),
		RIG_TEST(more_queues_than_any_card_has_are_refused),
	};

	return cmocka_run_group_tests_name("queues", tests, NULL, NULL);
}
