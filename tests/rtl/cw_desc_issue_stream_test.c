/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_desc_issue -GSTREAM=1
/* cw_desc_issue with stream queues: each descriptor goes on in order, with what it is; rules of flags and lengths. */
#include <string.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

struct env {
	struct dut *d;
	struct stream *desc, *st, *stop;
	uint32_t num;
};

/* An entry: bits as cw_st_issue says. */
struct entry {
	bool end, sop, eop, irq, c2h;
	unsigned queue, attr, status, kind;
	uint32_t len;
	uint64_t user, host;
};

static void start(struct env *e)
{
	static const char *const desc[] = { "desc_queue", "desc_num", "desc_fail", "desc_data", NULL };
	static const char *const st[] = { "st_desc_c2h", "st_desc_queue", "st_desc_entry", NULL };
	static const char *const stop[] = { "stop_queue", NULL };

	memset(e, 0, sizeof(*e));
	e->d = dut_new(dut_seed());
	e->desc = stream_source(e->d, "desc", desc);
	e->st = stream_sink(e->d, "st_desc", st);
	e->stop = stream_sink(e->d, "stop", stop);
	dut_set(e->d, "fn_ro", 1);
	dut_reset(e->d, 3);
}

static void end(struct env *e)
{
	stream_free(e->desc);
	stream_free(e->st);
	stream_free(e->stop);
	dut_free(e->d);
}

static void enable(struct env *e, unsigned q, bool c2h)
{
	dut_qcfg(e->d, 0, q, CW_Q_CONFIG, CW_Q_CONFIG_STREAM_MASK | (c2h ? CW_Q_CONFIG_C2H_MASK : 0) | CW_Q_CONFIG_RO_MASK |
		 CW_Q_CONFIG_NS_MASK);
	dut_qcfg(e->d, 1, q, 0, 0);
	e->num = 0;
}

static struct entry pass(struct env *e, unsigned q, uint32_t dw2, uint32_t dw3, bool fail)
{
	struct stream_beat b = { 0 };
	uint32_t data[4] = { 0x1000, 0x77, dw2, dw3 }, w[5];
	struct entry x;

	stream_put_u64(e->desc, &b, 0, q);
	stream_put_u64(e->desc, &b, 1, e->num++);
	stream_put_u64(e->desc, &b, 2, fail);
	stream_put(e->desc, &b, 3, data, 16);
	stream_push(e->desc, &b);
	for (unsigned i = 0; !stream_pop(e->st, &b); i++) {
		assert_true(i < 50);
		dut_cycle(e->d);
	}
	stream_take(e->st, &b, 2, w, sizeof(w));
	x = (struct entry){ .c2h = stream_take_u64(e->st, &b, 0), .queue = stream_take_u64(e->st, &b, 1),
			    .end = w[4] >> 1 & 1, .sop = w[4] & 1, .eop = w[3] >> 31, .irq = w[3] >> 30 & 1,
			    .attr = w[3] >> 28 & 3, .len = w[3] >> 4 & 0xffffff,
			    .user = (uint64_t)(w[3] & 15) << 32 | w[2], .host = (uint64_t)w[1] << 32 | w[0],
			    .status = w[0] >> 2 & 0x7f, .kind = w[0] & 3 };
	assert_int_equal(x.queue, q);
	return x;
}

#define SOP CW_DESC_DW2_SOP_MASK
#define EOP CW_DESC_DW2_EOP_MASK

/* After good descriptors, one that must end its queue with that status. */
static void refuse(struct env *e, bool c2h, const uint32_t *good, unsigned n, uint32_t dw2, uint32_t dw3, unsigned status)
{
	struct stream_beat b;
	struct entry x;

	enable(e, 5, c2h);
	for (unsigned i = 0; i < n; i++)
		assert_false(pass(e, 5, good[i], 0, false).end);
	x = pass(e, 5, dw2, dw3, false);
	assert_true(x.end);
	assert_int_equal(x.status, status);
	assert_int_equal(x.kind, 2);
	x = pass(e, 5, 64 | (c2h ? 0 : SOP | EOP), 0, false); /* halted: ends without record */
	assert_true(x.end);
	assert_int_equal(x.kind, 1);
	dut_cycles(e->d, 5);
	assert_true(stream_pop(e->stop, &b));
	assert_false(stream_pop(e->stop, &b));
}

static void flags_of_packets_are_checked(void **state)
{
	const uint32_t first[] = { 64 | SOP }, whole[] = { 64 | SOP | EOP, 64 | SOP, 9, 0 | EOP };
	struct env e;

	(void)state;
	start(&e);
	refuse(&e, false, NULL, 0, 64, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, false, NULL, 0, 64 | EOP, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, false, first, 1, 64 | SOP, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, false, first, 1, 64 | SOP | EOP, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, false, first, 1, 0, 0, CW_STATUS_BAD_LEN);
	refuse(&e, false, NULL, 0, 0 | SOP, 0, CW_STATUS_BAD_LEN);
	refuse(&e, false, whole, 4, 64, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, false, whole, 4, 64 | SOP | CW_DESC_DW2_RSVD_MASK, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, true, NULL, 0, 0, 0, CW_STATUS_BAD_LEN);
	refuse(&e, true, NULL, 0, 64 | SOP, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, true, NULL, 0, 64 | EOP, 0, CW_STATUS_BAD_FLAGS);
	refuse(&e, true, NULL, 0, 64, 1, CW_STATUS_BAD_FLAGS);
	refuse(&e, true, NULL, 0, 64 | 1u << 28, 0, CW_STATUS_BAD_FLAGS);
	/* an ENABLE forgets the packet in its middle */
	enable(&e, 5, false);
	assert_false(pass(&e, 5, 64 | SOP, 0, false).end);
	dut_qcfg(e.d, 2, 5, 0, 0);
	enable(&e, 5, false);
	assert_false(pass(&e, 5, 64 | SOP, 0, false).end);
	end(&e);
}

static void an_entry_says_what_the_descriptor_was(void **state)
{
	struct entry x;
	struct env e;

	(void)state;
	start(&e);
	enable(&e, 9, false);
	x = pass(&e, 9, 12345 | SOP | EOP | CW_DESC_DW2_IRQ_MASK | 0xa0000000u, 0x89abcdef, false);
	assert_false(x.end || x.c2h);
	assert_true(x.sop && x.eop && x.irq);
	assert_int_equal(x.len, 12345);
	assert_true(x.user == 0xa89abcdefull && x.host == 0x7700001000ull);
	assert_int_equal(x.attr, 2); /* no-snoop is off in the function */
	enable(&e, 10, true);
	x = pass(&e, 10, 0xffffff, 0, false);
	assert_true(x.c2h && !x.end && !x.sop && !x.eop);
	assert_int_equal(x.len, 0xffffff);
	/* a fetch that failed */
	x = pass(&e, 10, 64, 0, true);
	assert_true(x.end);
	assert_int_equal(x.status, CW_STATUS_FETCH);
	assert_int_equal(x.kind, 3);
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_of_packets_are_checked),
		cmocka_unit_test(an_entry_says_what_the_descriptor_was),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
