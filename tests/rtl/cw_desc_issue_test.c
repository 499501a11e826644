/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_desc_issue: checks, dispatch, halts. */
#include <stdlib.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "qcfg.h"
#include "stream.h"

enum way { NONE, H2C, C2H, DONE };

struct out {
	enum way way;
	unsigned status, kind, queue, attr;
	uint32_t num, len;
	uint64_t host, card;
	bool irq;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *desc, *end, *stop, *h2c, *c2h;
	unsigned op, op_n, alloc_pct;
	struct out out[256]; /* by operation */
	unsigned stops, out_n;
};

static void sample(void *ctx)
{
	struct env *e = ctx;
	struct out *o = &e->out[e->op & 0xff];

	if (!dut_get(e->d, "op_alloc_valid") || !dut_get(e->d, "op_alloc_ready"))
		return;
	*o = (struct out){ .irq = dut_get(e->d, "op_alloc_irq"), .queue = dut_get(e->d, "op_alloc_queue"),
			   .num = dut_get(e->d, "op_alloc_num") };
	e->op++;
}

static void drive(void *ctx)
{
	struct env *e = ctx;

	dut_set(e->d, "op_alloc_id", e->op & 0xff);
	dut_set(e->d, "op_alloc_ready", dut_chance(&e->rng, e->alloc_pct));
}

static struct env *start(unsigned stall)
{
	static const char *const desc[] = { "desc_queue", "desc_num", "desc_fail", "desc_data", NULL };
	static const char *const end[] = { "issue_done_op", "issue_done_status", "issue_done_kind", NULL };
	static const char *const stop[] = { "stop_queue", NULL };
	static const char *const h2c[] = { "h2c_op", "h2c_queue", "h2c_num", "h2c_host_addr", "h2c_card_addr",
					   "h2c_len", "h2c_attr", NULL };
	static const char *const c2h[] = { "c2h_op", "c2h_queue", "c2h_num", "c2h_host_addr", "c2h_card_addr",
					   "c2h_len", "c2h_attr", NULL };
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->alloc_pct = 100 - stall;
	e->desc = stream_source(e->d, "desc", desc);
	e->end = stream_sink(e->d, "issue_done", end);
	e->stop = stream_sink(e->d, "stop", stop);
	e->h2c = stream_sink(e->d, "h2c", h2c);
	e->c2h = stream_sink(e->d, "c2h", c2h);
	stream_stall(e->desc, stall);
	stream_stall(e->end, stall);
	stream_stall(e->stop, stall);
	stream_stall(e->h2c, stall);
	stream_stall(e->c2h, stall);
	dut_hook(e->d, sample, drive, e);
	dut_set(e->d, "fn_ro", 1);
	dut_set(e->d, "fn_ns", 1);
	dut_reset(e->d, 3);
	return e;
}

static void stop(struct env *e)
{
	stream_free(e->desc);
	stream_free(e->end);
	stream_free(e->stop);
	stream_free(e->h2c);
	stream_free(e->c2h);
	dut_free(e->d);
	free(e);
}

static void qcfg(struct env *e, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_qcfg(e->d, op, q, reg, data);
}

static void setup(struct env *e, unsigned q, uint32_t conf, uint64_t base, uint64_t limit)
{
	qcfg(e, 0, q, CW_Q_CONFIG, conf);
	qcfg(e, 0, q, CW_Q_CARD_BASE_LO, (uint32_t)base);
	qcfg(e, 0, q, CW_Q_CARD_BASE_HI, base >> 32);
	qcfg(e, 0, q, CW_Q_CARD_LIMIT_LO, (uint32_t)limit);
	qcfg(e, 0, q, CW_Q_CARD_LIMIT_HI, limit >> 32);
	qcfg(e, 1, q, 0, 0);
}

static void push(struct env *e, unsigned q, uint32_t num, uint64_t host, uint64_t card, uint32_t dw2, bool fail)
{
	uint32_t w[4] = { (uint32_t)host, host >> 32, dw2 | (uint32_t)(card >> 32) << 28, (uint32_t)card };
	struct stream_beat b = { 0 };

	stream_put_u64(e->desc, &b, 0, q);
	stream_put_u64(e->desc, &b, 1, num);
	stream_put_u64(e->desc, &b, 2, fail);
	stream_put(e->desc, &b, 3, w, 16);
	stream_push(e->desc, &b);
}

static void moved(struct env *e, struct stream *s, enum way way)
{
	struct stream_beat b;

	while (stream_pop(s, &b)) {
		struct out *o = &e->out[stream_take_u64(s, &b, 0)];

		assert_int_equal(o->way, NONE);
		assert_int_equal(o->queue, stream_take_u64(s, &b, 1));
		assert_int_equal(o->num, stream_take_u64(s, &b, 2));
		o->way = way;
		o->host = stream_take_u64(s, &b, 3);
		o->card = stream_take_u64(s, &b, 4);
		o->len = stream_take_u64(s, &b, 5);
		o->attr = stream_take_u64(s, &b, 6);
		e->out_n++;
	}
}

static void run(struct env *e, unsigned n)
{
	struct stream_beat b;

	while (n--) {
		dut_cycle(e->d);
		moved(e, e->h2c, H2C);
		moved(e, e->c2h, C2H);
		while (stream_pop(e->end, &b)) {
			struct out *o = &e->out[stream_take_u64(e->end, &b, 0)];

			assert_int_equal(o->way, NONE);
			o->way = DONE;
			o->status = stream_take_u64(e->end, &b, 1);
			o->kind = stream_take_u64(e->end, &b, 2);
			e->out_n++;
		}
		while (stream_pop(e->stop, &b))
			e->stops++;
	}
}

static void good_descriptors_go_their_way(void **state)
{
	struct env *e = start(20);

	(void)state;
	for (unsigned q = 0; q < 8; q++)
		setup(e, q, (q & 1) | (q & 2) << 6 | (q & 4) << 6, 0x1000000000ull * q + 7, 1ull << 36);
	for (unsigned i = 0; i < 200; i++)
		push(e, i & 7, i, 0xabcdef0123456789ull + i, 0xf00000000ull + 3 * i, (i + 1) | (i & 16) << 22, false);
	run(e, 2000);
	assert_int_equal(e->out_n, 200);
	for (unsigned i = 0; i < 200; i++) {
		struct out *o = &e->out[i];
		unsigned q = i & 7;

		assert_int_equal(o->num, i);
		assert_int_equal(o->way, q & 1 ? C2H : H2C);
		assert_true(o->host == 0xabcdef0123456789ull + i);
		assert_true(o->card == 0x1000000000ull * q + 7 + 0xf00000000ull + 3 * i);
		assert_int_equal(o->len, i + 1);
		assert_int_equal(o->attr, (q & 2 ? 2 : 0) | (q & 4 ? 1 : 0));
		assert_int_equal(o->irq, (i & 16) != 0);
	}
	assert_int_equal(e->stops, 0);
	assert_int_equal(dut_get(e->d, "empty"), 1);
	stop(e);
}

static void attributes_need_the_functions_leave(void **state)
{
	struct env *e = start(0);

	(void)state;
	setup(e, 0, CW_Q_CONFIG_RO_MASK | CW_Q_CONFIG_NS_MASK, 0, 4096);
	for (unsigned i = 0; i < 4; i++) {
		dut_set(e->d, "fn_ro", i >> 1);
		dut_set(e->d, "fn_ns", i & 1);
		push(e, 0, i, 0, 0, 16, false);
		run(e, 8);
		assert_int_equal(e->out[i].attr, i);
	}
	stop(e);
}

static void bad(uint64_t base, uint64_t limit, uint32_t conf, uint64_t card, uint32_t dw2, unsigned status)
{
	struct env *e = start(0);

	setup(e, 5, conf, base, limit);
	push(e, 5, 0, 0x1000, card, dw2, false);
	push(e, 5, 1, 0x1000, 0, 16, false);
	push(e, 5, 2, 0x1000, 0, 0, false);
	run(e, 40);
	if (status == CW_STATUS_OK) {
		assert_int_equal(e->out[0].way, H2C);
		assert_int_equal(e->out[1].way, H2C);
	} else {
		assert_int_equal(e->out[0].way, DONE);
		assert_int_equal(e->out[0].status, status);
		assert_int_equal(e->out[0].kind, 2);
		for (unsigned i = 1; i < 3; i++) {
			assert_int_equal(e->out[i].way, DONE);
			assert_int_equal(e->out[i].kind, 1);
		}
	}
	assert_int_equal(e->stops, 1);
	assert_int_equal(e->out_n, 3);
	stop(e);
}

static void each_check_halts_with_its_status(void **state)
{
	(void)state;
	bad(0, 4096, 0, 0, 0, CW_STATUS_BAD_LEN);
	bad(0, 4096, 0, 0, 16 | 1 << 24, CW_STATUS_BAD_FLAGS);
	bad(0, 4096, 0, 0, 16 | 1 << 25, CW_STATUS_BAD_FLAGS);
	bad(0, 4096, 0, 0, 16 | 1 << 27, CW_STATUS_BAD_FLAGS);
	bad(0, 4096, CW_Q_CONFIG_STREAM_MASK, 0, 16, CW_STATUS_BAD_FLAGS);
	bad(0, 4096, 0, 4080, 17, CW_STATUS_BAD_RANGE);
	bad(0, 4096, 0, 4080, 16, CW_STATUS_OK);
	bad(0, 0, 0, 0, 1, CW_STATUS_BAD_RANGE);
	bad(0, 1ull << 36, 0, 0xfffffffff, 2, CW_STATUS_BAD_RANGE);
	bad(0, 1ull << 36, 0, 0xfffffffff, 1, CW_STATUS_OK);
	bad(-64ull, -1ull, 0, 0, 65, CW_STATUS_BAD_RANGE);
	bad(-64ull, -1ull, 0, 0, 32, CW_STATUS_OK);
	/* Of several things wrong the first is told. */
	bad(0, 4096, 0, 8192, 1 << 27, CW_STATUS_BAD_LEN);
	bad(0, 4096, 0, 8192, 16 | 1 << 27, CW_STATUS_BAD_FLAGS);
}

static void failed_fetch_halts_without_record(void **state)
{
	struct env *e = start(30);

	(void)state;
	setup(e, 1, 0, 0, 4096);
	setup(e, 2, 0, 0, 4096);
	push(e, 1, 0, 0, 0, 16, false);
	for (unsigned i = 1; i < 20; i++) {
		push(e, 1, i, 0, 0, 0, true);
		push(e, 2, i, 0, 0, 16, false);
	}
	run(e, 400);
	assert_int_equal(e->out_n, 39);
	assert_int_equal(e->stops, 1);
	for (unsigned i = 0; i < 39; i++)
		if (e->out[i].queue == 2 || e->out[i].num == 0) {
			assert_int_equal(e->out[i].way, H2C);
		} else {
			assert_int_equal(e->out[i].kind, e->out[i].num == 1 ? 3 : 1);
			assert_int_equal(e->out[i].status, e->out[i].num == 1 ? CW_STATUS_FETCH : CW_STATUS_OK);
		}
	/* enabled again it runs */
	qcfg(e, 2, 1, 0, 0);
	qcfg(e, 1, 1, 0, 0);
	push(e, 1, 0, 0, 0, 16, false);
	run(e, 40);
	assert_int_equal(e->out[39].way, H2C);
	stop(e);
}

/* DISABLE reaches a descriptor that waits for room, not only those behind it. */
static void disable_reaches_a_waiting_descriptor(void **state)
{
	struct env *e = start(0);
	unsigned way[4] = { 0 };

	(void)state;
	setup(e, 9, 0, 0, 4096);
	stream_hold(e->h2c, true);
	for (unsigned i = 0; i < 12; i++)
		push(e, 9, i, 0, 0, 16, false);
	run(e, 40);
	assert_int_equal(e->op, 9); /* room for 8 and the one being read; the tenth waits */
	assert_int_equal(dut_get(e->d, "idle"), 1);
	qcfg(e, 2, 9, 0, 0);
	run(e, 20);
	stream_hold(e->h2c, false);
	run(e, 20);
	for (unsigned i = 0; i < 12; i++)
		way[e->out[i].way]++;
	assert_int_equal(way[H2C], 9);
	assert_int_equal(way[DONE], 3);
	for (unsigned i = 9; i < 12; i++)
		assert_int_equal(e->out[i].kind, 1);
	stop(e);
}

/* A halt meets a configuration strobe of another queue in the same cycle. */
static void halt_and_configuration_collide(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 8; shift++) {
		struct env *e = start(0);

		setup(e, 1, 0, 0, 4096);
		for (unsigned i = 0; i < 3; i++)
			push(e, 1, i, 0, 0, i ? 16 : 0, false);
		dut_cycles(e->d, shift);
		qcfg(e, 1, 2, 0, 0);
		run(e, 30);
		assert_int_equal(e->out[0].kind, 2);
		assert_int_equal(e->out[1].kind, 1);
		assert_int_equal(e->out[2].kind, 1);
		stop(e);
	}
}

static void a_descriptor_a_cycle(void **state)
{
	struct env *e = start(0);

	(void)state;
	setup(e, 0, 0, 0, 4096);
	for (unsigned i = 0; i < 200; i++)
		push(e, 0, i, 0, 0, 8, false);
	run(e, 205);
	assert_int_equal(e->out_n, 200);
	stop(e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_descriptors_go_their_way),
		cmocka_unit_test(attributes_need_the_functions_leave),
		cmocka_unit_test(each_check_halts_with_its_status),
		cmocka_unit_test(failed_fetch_halts_without_record),
		cmocka_unit_test(disable_reaches_a_waiting_descriptor),
		cmocka_unit_test(halt_and_configuration_collide),
		cmocka_unit_test(a_descriptor_a_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
