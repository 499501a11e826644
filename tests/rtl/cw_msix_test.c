/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: -GVECTOR_N=33
/* MSI-X under random masking, gating and raising: nothing lost, nothing doubled, nothing sent while it may not be. */
#include <string.h>

#include "tests/rtl/dut.h"
#include "tests/rtl/stream.h"

#define VECTORS 33

static const char *const irq_fields[] = { "irq_vector", NULL };

struct bench {
	struct dut *d;
	struct stream *irq;
	struct dut_rng rng;
	unsigned stall;
	bool was_offered;
	bool owed[VECTORS]; /* raised since its last message */
	bool masked[VECTORS];
	unsigned raised[VECTORS], sent[VECTORS];
	uint64_t gated_since; /* cycle since which no message may begin */
};

static bool gated(struct bench *b)
{
	return !dut_get(b->d, "fn_msix_en") || dut_get(b->d, "fn_msix_mask") || !dut_get(b->d, "fn_bme") ||
	       dut_get(b->d, "fn_power");
}

static void bench_sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;
	bool offered = dut_get(d, "msix_req_valid");

	if (!gated(b))
		b->gated_since = dut_now(d);
	/* a message that was decided on in the cycle before still comes */
	if (offered && !b->was_offered && dut_now(d) - b->gated_since > 1)
		fail_msg("a message began %llu cycles after sending was forbidden",
			 (unsigned long long)(dut_now(d) - b->gated_since));
	if (dut_get(d, "irq_valid") && dut_get(d, "irq_ready") && dut_get(d, "irq_vector") < VECTORS) {
		unsigned v = (unsigned)dut_get(d, "irq_vector");

		b->owed[v] = dut_get(d, "fn_msix_en");
		b->raised[v]++;
	}
	if (offered && dut_get(d, "msix_req_ready")) {
		unsigned v = (unsigned)dut_get(d, "msix_req_data");

		assert_true(v < VECTORS);
		assert_int_equal(dut_get(d, "msix_req_addr"), 0xaa00000000ull + 64 * v);
		b->owed[v] = false;
		b->sent[v]++;
	}
	b->was_offered = offered && !dut_get(d, "msix_req_ready");
}

static void bench_drive(void *ctx)
{
	struct bench *b = ctx;

	dut_set(b->d, "msix_req_ready", !dut_chance(&b->rng, b->stall));
}

static void access_reg(struct bench *b, const char *region, unsigned dw, bool write, uint32_t v)
{
	dut_set(b->d, "reg_addr", dw);
	dut_set(b->d, "reg_write", write);
	dut_set(b->d, "reg_be", 15);
	dut_set(b->d, "reg_wdata", v);
	dut_set(b->d, region, 1);
	dut_wait(b->d, "ack", 3000);
	dut_cycle(b->d);
	dut_set(b->d, region, 0);
}

static uint32_t pending_word(struct bench *b, unsigned w)
{
	uint32_t v;

	dut_set(b->d, "reg_addr", w);
	dut_set(b->d, "reg_write", 0);
	dut_set(b->d, "pba_sel", 1);
	dut_wait(b->d, "ack", 3000);
	v = (uint32_t)dut_get(b->d, "rdata");
	dut_cycle(b->d);
	dut_set(b->d, "pba_sel", 0);
	return v;
}

static void bench_open(struct bench *b, unsigned stall)
{
	memset(b, 0, sizeof(*b));
	b->d = dut_new(dut_seed() + stall);
	dut_rng_init(&b->rng, dut_seed() + stall);
	dut_reset(b->d, 3);
	b->irq = stream_source(b->d, "irq", irq_fields);
	b->stall = stall;
	dut_hook(b->d, bench_sample, bench_drive, b);
	dut_set(b->d, "fn_bme", 1);
	dut_wait(b->d, "ready", 400);
	for (unsigned v = 0; v < VECTORS; v++) {
		access_reg(b, "table_sel", 4 * v, true, 64 * v);
		access_reg(b, "table_sel", 4 * v + 1, true, 0xaa);
		access_reg(b, "table_sel", 4 * v + 2, true, v);
		b->masked[v] = true;
	}
	dut_set(b->d, "fn_msix_en", 1);
}

static void bench_close(struct bench *b)
{
	dut_free(b->d);
	stream_free(b->irq);
}

static void set_mask(struct bench *b, unsigned v, bool mask)
{
	access_reg(b, "table_sel", 4 * v + 3, true, mask);
	b->masked[v] = mask;
}

static void step(struct bench *b)
{
	struct stream_beat t = { 0 };
	unsigned v = (unsigned)dut_below(&b->rng, VECTORS);

	switch (dut_below(&b->rng, 10)) {
	case 0:
		set_mask(b, v, true);
		break;
	case 1:
	case 2:
		set_mask(b, v, false);
		break;
	case 3:
		dut_set(b->d, "fn_msix_mask", dut_chance(&b->rng, 40));
		break;
	case 4:
		dut_set(b->d, "fn_bme", !dut_chance(&b->rng, 40));
		break;
	case 5:
		dut_cycles(b->d, (unsigned)dut_below(&b->rng, 60));
		break;
	default:
		stream_put_u64(b->irq, &t, 0, dut_chance(&b->rng, 5) ? 33 + v : v);
		stream_push(b->irq, &t);
	}
}

static void nothing_is_lost_or_doubled(void **state)
{
	static const unsigned stalls[] = { 0, 50, 90 };

	(void)state;
	for (unsigned s = 0; s < 3; s++) {
		struct bench b;

		bench_open(&b, stalls[s]);
		stream_show(b.irq, true);
		stream_stall(b.irq, 30);
		for (unsigned i = 0; i < 3000; i++)
			step(&b);
		dut_set(b.d, "fn_msix_mask", 0);
		dut_set(b.d, "fn_bme", 1);
		dut_cycles(b.d, 20000);
		for (unsigned v = 0; v < VECTORS; v++) {
			/* what is still owed is pending, and only masked vectors are */
			bool pending = pending_word(&b, v / 32) >> v % 32 & 1;

			assert_true(pending || !b.owed[v]);
			assert_true(!pending || b.masked[v]);
			assert_true(b.sent[v] <= b.raised[v]);
		}
		for (unsigned v = 0; v < VECTORS; v++)
			set_mask(&b, v, false);
		dut_cycles(b.d, 3000);
		for (unsigned v = 0; v < VECTORS; v++)
			assert_false(b.owed[v]);
		assert_int_equal(pending_word(&b, 0) | pending_word(&b, 1), 0);
		dut_cycle(b.d);
		assert_int_equal(dut_get(b.d, "idle"), 1);
		bench_close(&b);
	}
}

static void error_and_queue_interrupts_are_merged(void **state)
{
	struct bench b;
	struct stream_beat t = { 0 };

	(void)state;
	bench_open(&b, 0);
	set_mask(&b, 0, false);
	set_mask(&b, 32, false);
	stream_put_u64(b.irq, &t, 0, 32);
	for (unsigned i = 0; i < 20; i++) {
		stream_push(b.irq, &t);
		dut_set(b.d, "err_irq_valid", 1);
		dut_wait(b.d, "err_irq_ready", 100);
		dut_cycle(b.d);
		dut_set(b.d, "err_irq_valid", 0);
		dut_cycles(b.d, 40);
	}
	assert_int_equal(b.sent[0], 20);
	assert_int_equal(b.sent[32], 20);
	bench_close(&b);
}

static void a_message_each_two_cycles(void **state)
{
	struct bench b;
	struct stream_beat t = { 0 };
	uint64_t start;

	(void)state;
	bench_open(&b, 0);
	set_mask(&b, 7, false);
	stream_put_u64(b.irq, &t, 0, 7);
	start = dut_now(b.d);
	for (unsigned i = 0; i < 100; i++)
		stream_push(b.irq, &t);
	while (b.sent[7] < 100 && dut_now(b.d) < start + 3000)
		dut_cycle(b.d);
	assert_int_equal(b.sent[7], 100);
	assert_true(dut_now(b.d) - start <= 2 * 100 + 10);
	/* alone, it is offered one cycle after it was taken, and stays until it is sent */
	dut_cycles(b.d, 10);
	stream_push(b.irq, &t);
	dut_wait(b.d, "irq_valid", 10);
	assert_int_equal(dut_wait(b.d, "msix_req_valid", 10), 1);
	bench_close(&b);
}

/* Of a vector seen a cycle before: a message in the cycle of the interrupt, if nothing forbids it by then. */
static void an_interrupt_that_was_shown(void **state)
{
	struct bench b;
	struct stream_beat t = { 0 };

	(void)state;
	bench_open(&b, 0);
	stream_show(b.irq, true);
	stream_put_u64(b.irq, &t, 0, 7);
	for (unsigned i = 0; i < 20; i++) {
		unsigned sent = b.sent[7];

		set_mask(&b, 7, false);
		stream_hold(b.irq, true);
		stream_push(b.irq, &t);
		dut_cycles(b.d, 5);
		if (i % 5 == 4) { /* masked while the interrupt waits for the access */
			stream_hold(b.irq, false);
			set_mask(&b, 7, true);
			dut_cycles(b.d, 5);
			assert_int_equal(b.sent[7], sent);
			assert_int_equal(pending_word(&b, 0), 1u << 7);
			continue;
		}
		if (i % 5 == 3) /* kept while it may not leave, with the words of then */
			b.stall = 100;
		stream_hold(b.irq, false);
		dut_wait(b.d, "irq_valid", 5);
		assert_int_equal(dut_get(b.d, "msix_req_valid"), 1);
		dut_cycles(b.d, 5);
		b.stall = 0;
		dut_cycles(b.d, 5);
		assert_int_equal(b.sent[7], sent + 1 + (i > 4 && i % 5 == 0));
		assert_int_equal(dut_get(b.d, "idle"), 1);
	}
	bench_close(&b);
}

/* Its words were read before it came: the mask among them. */
static void a_masked_vector_that_was_shown(void **state)
{
	struct bench b;
	struct stream_beat t = { 0 };

	(void)state;
	bench_open(&b, 0);
	stream_show(b.irq, true);
	stream_put_u64(b.irq, &t, 0, 7);
	set_mask(&b, 7, true);
	stream_hold(b.irq, true);
	stream_push(b.irq, &t);
	dut_cycles(b.d, 5);
	stream_hold(b.irq, false);
	dut_cycles(b.d, 5);
	assert_int_equal(b.sent[7], 0);
	assert_int_equal(pending_word(&b, 0), 1u << 7);
	set_mask(&b, 7, false);
	dut_cycles(b.d, 10);
	assert_int_equal(b.sent[7], 1);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_or_doubled),
		cmocka_unit_test(error_and_queue_interrupts_are_merged),
		cmocka_unit_test(a_message_each_two_cycles),
		cmocka_unit_test(an_interrupt_that_was_shown),
		cmocka_unit_test(a_masked_vector_that_was_shown),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
