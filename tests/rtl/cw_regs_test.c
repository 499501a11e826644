/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_regs alone: events that come in the cycle of a write; the rest is tested behind cw_host_port. */
#include "driver/cw_regs.h"
#include "dut.h"

/* One access; `event` (a port, or NULL) is high in the cycle in which a write takes effect. */
static uint32_t reach(struct dut *d, bool write, unsigned reg, uint32_t value, const char *event)
{
	uint32_t v;

	dut_set(d, "sel", 1);
	dut_set(d, "reg_write", write);
	dut_set(d, "reg_addr", reg / 4);
	dut_set(d, "reg_be", 15);
	dut_set(d, "reg_wdata", value);
	if (event)
		dut_set(d, event, 1);
	dut_cycle(d);
	if (event)
		dut_set(d, event, 0);
	assert_int_equal(dut_get(d, "ack"), 1);
	v = (uint32_t)dut_get(d, "rdata");
	dut_set(d, "sel", 0);
	dut_cycle(d);
	return v;
}

static const struct {
	const char *port;
	uint32_t mask;
} events[] = {
	{ "ev_doorbell", CW_ERROR_DOORBELL_MASK },
	{ "ev_halt", CW_ERROR_HALT_MASK },
	{ "ev_cpl_unexpected", CW_ERROR_CPL_UNEXPECTED_MASK },
	{ "ev_cpl_timeout", CW_ERROR_CPL_TIMEOUT_MASK },
	{ "ev_req_poisoned", CW_ERROR_REQ_POISONED_MASK },
	{ "ev_req_unsupported", CW_ERROR_REQ_UNSUPPORTED_MASK },
};
#define EVENT_N (sizeof(events) / sizeof(events[0]))

static void error_that_comes_while_it_is_cleared_stays(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_reset(d, 2);
	for (unsigned i = 0; i < EVENT_N; i++) {
		reach(d, true, CW_ERROR, ~0u, events[i].port);
		assert_int_equal(reach(d, false, CW_ERROR, 0, NULL), events[i].mask);
		assert_int_equal(dut_get(d, "err_irq_valid"), 1);
		/* the interrupt is taken as the next event comes: that one asks again */
		dut_set(d, "err_irq_ready", 1);
		reach(d, true, CW_ERROR, ~0u, events[i].port);
		dut_set(d, "err_irq_ready", 0);
		assert_int_equal(reach(d, false, CW_ERROR, 0, NULL), events[i].mask);
		reach(d, true, CW_ERROR, events[i].mask, NULL);
		assert_int_equal(reach(d, false, CW_ERROR, 0, NULL), 0);
	}
	dut_free(d);
}

/* A doorbell and a halt in one cycle: the halt's queue is kept, OVERFLOW tells of the other. */
static void errors_of_two_queues_in_one_cycle(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_reset(d, 2);
	for (unsigned same = 0; same < 2; same++) {
		dut_set(d, "ev_halt_queue", 7);
		dut_set(d, "ev_doorbell_queue", same ? 7 : 9);
		dut_set(d, "ev_halt", 1);
		dut_set(d, "ev_doorbell", 1);
		dut_cycle(d);
		dut_set(d, "ev_halt", 0);
		dut_set(d, "ev_doorbell", 0);
		assert_int_equal(reach(d, false, CW_ERROR_QUEUE, 0, NULL),
				 CW_ERROR_QUEUE_VALID_MASK | 7 | (same ? 0 : CW_ERROR_QUEUE_OVERFLOW_MASK));
		reach(d, true, CW_ERROR_QUEUE, 0, NULL);
		assert_int_equal(reach(d, false, CW_ERROR_QUEUE, 0, NULL), 0);
	}
	dut_free(d);
}

/* Set as it is cleared: it stays. Only a one clears it, no error does. */
static void intx_pending_is_set_and_cleared(void **state)
{
	struct dut *d = dut_new(dut_seed());

	(void)state;
	dut_reset(d, 2);
	assert_int_equal(reach(d, false, CW_INTX, 0, NULL), 0);
	reach(d, true, CW_INTX, 1, "intx_set");
	assert_int_equal(reach(d, false, CW_INTX, 0, NULL), CW_INTX_PENDING_MASK);
	assert_int_equal(dut_get(d, "intx_pending"), 1);
	reach(d, true, CW_INTX, ~CW_INTX_PENDING_MASK, NULL);
	reach(d, true, CW_ERROR, ~0u, NULL);
	assert_int_equal(dut_get(d, "intx_pending"), 1);
	reach(d, true, CW_INTX, ~0u, NULL);
	assert_int_equal(reach(d, false, CW_INTX, 0, NULL), 0);
	assert_int_equal(dut_get(d, "intx_pending"), 0);
	reach(d, true, CW_SCRATCH, 0, "ev_event"); /* names no queue */
	assert_int_equal(reach(d, false, CW_ERROR, 0, NULL), CW_ERROR_DOORBELL_MASK);
	assert_int_equal(reach(d, false, CW_ERROR_QUEUE, 0, NULL), 0);
	reach(d, true, CW_SCRATCH, 0, "intx_set");
	dut_reset(d, 2);
	assert_int_equal(dut_get(d, "intx_pending"), 0);
	dut_free(d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_that_comes_while_it_is_cleared_stays),
		cmocka_unit_test(errors_of_two_queues_in_one_cycle),
		cmocka_unit_test(intx_pending_is_set_and_cleared),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
