// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GVECTOR_N=5
/* Event rings: registers, entries in their slots, order, full rings, and what turns them off. */
#include "../../driver/cw_regs.h"
#include "dut.h"
#include "stream.h"

#define VECTORS 5u
#define BASE(v) (0x1100000000ull * ((v) % 2) + 0x40000 + 0x10000 * (v))

static const char *const head_fields[] = { "head_queue", "head_vector", "head_error", "head_completions", NULL };
static const char *const entry_fields[] = { "entry_addr", "entry_data", NULL };
static const char *const irq_fields[] = { "irq_vector", NULL };

struct bench {
	struct dut *d;
	struct dut_rng rng;
	struct stream *head, *entry, *irq;
	unsigned refused, bad, rescans;
	bool on[16];
};

static void sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;

	b->refused += dut_get(d, "head_valid") && dut_get(d, "head_ready") && dut_get(d, "head_refused");
	b->bad += dut_get(d, "ev_bad") != 0;
	b->rescans += dut_get(d, "rescan") != 0;
	if (dut_get(d, "ring_valid"))
		b->on[dut_get(d, "ring_vector") % 16] = dut_get(d, "ring_on");
	/* the interrupt is behind its entry */
	assert_true(!dut_get(d, "irq_valid") || !dut_get(d, "entry_valid"));
}

/* Which raise may come next: mostly wrong. */
static void drive(void *ctx)
{
	struct bench *b = ctx;

	dut_set(b->d, "peek_vector", dut_below(&b->rng, VECTORS + 2));
}

static uint32_t reach(struct bench *b, bool write, unsigned v, unsigned reg, unsigned be, uint32_t value)
{
	uint32_t got;

	dut_set(b->d, "reg_addr", v * (CW_EVENT_STRIDE / 4) + reg / 4);
	dut_set(b->d, "reg_write", write);
	dut_set(b->d, "reg_be", be);
	dut_set(b->d, "reg_wdata", value);
	dut_set(b->d, "sel", 1);
	dut_wait(b->d, "ack", 20);
	got = (uint32_t)dut_get(b->d, "rdata");
	dut_cycle(b->d);
	dut_set(b->d, "sel", 0);
	dut_cycle(b->d);
	return got;
}

static uint32_t reg(struct bench *b, unsigned v, unsigned r)
{
	return reach(b, false, v, r, 15, 0);
}

static void ring_on(struct bench *b, unsigned v, unsigned log2)
{
	reach(b, true, v, CW_EVENT_BASE_LO, 15, (uint32_t)BASE(v));
	reach(b, true, v, CW_EVENT_BASE_HI, 15, (uint32_t)(BASE(v) >> 32));
	reach(b, true, v, CW_EVENT_SIZE, 15, log2);
}

static void consume(struct bench *b, unsigned v, uint32_t index)
{
	reach(b, true, v, CW_EVENT_CONSUMER, 15, index);
}

static void raise(struct bench *b, unsigned q, unsigned v, bool error, bool completions)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->head, &s, 0, q);
	stream_put_u64(b->head, &s, 1, v);
	stream_put_u64(b->head, &s, 2, error);
	stream_put_u64(b->head, &s, 3, completions);
	stream_push(b->head, &s);
	dut_cycles(b->d, 12);
}

static void expect_entry(struct bench *b, unsigned v, unsigned log2, uint32_t count, unsigned q, uint32_t flags)
{
	struct stream_beat s;
	uint64_t data;

	if (!stream_pop(b->entry, &s))
		fail_msg("no entry %u of vector %u", count, v);
	assert_int_equal(stream_take_u64(b->entry, &s, 0), BASE(v) + CW_EVENT_BYTES * (count % (1u << log2)));
	data = stream_take_u64(b->entry, &s, 1);
	assert_int_equal((uint32_t)data, q | flags);
	assert_int_equal(data >> 32, count >> log2 & 1 ? 0 : CW_EVENT_DW1_PHASE_MASK);
	assert_true(stream_pop(b->irq, &s));
	assert_int_equal(stream_take_u64(b->irq, &s, 0), v);
	assert_int_equal(stream_depth(b->entry) + stream_depth(b->irq), 0);
}

static void expect_irq(struct bench *b, unsigned v)
{
	struct stream_beat s;

	assert_int_equal(stream_depth(b->entry), 0);
	assert_true(stream_pop(b->irq, &s));
	assert_int_equal(stream_take_u64(b->irq, &s, 0), v);
	assert_int_equal(stream_depth(b->irq), 0);
}

static void bench_open(struct bench *b)
{
	*b = (struct bench){ .d = dut_new(dut_seed()) };
	b->head = stream_source(b->d, "head", head_fields);
	b->entry = stream_sink(b->d, "entry", entry_fields);
	b->irq = stream_sink(b->d, "irq", irq_fields);
	dut_rng_init(&b->rng, dut_seed());
	dut_hook(b->d, sample, drive, b);
	dut_set(b->d, "fn_bme", 1);
	dut_reset(b->d, 3);
	for (unsigned v = 0; v < 16; v++)
		b->on[v] = true;
	dut_wait(b->d, "ready", 100);
	dut_cycles(b->d, 3);
	for (unsigned v = 0; v < VECTORS; v++)
		assert_false(b->on[v]);
	b->rescans = 0;
}

static void bench_close(struct bench *b)
{
	dut_cycles(b->d, 20);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	stream_free(b->head);
	stream_free(b->entry);
	stream_free(b->irq);
	dut_free(b->d);
}

static void without_a_ring_the_vector_is_raised(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned v = 0; v < VECTORS; v++) {
		raise(&b, 7, v, false, true);
		expect_irq(&b, v);
	}
	ring_on(&b, 0, 2);
	raise(&b, 7, 8, true, true); /* a vector that is not there is passed on; it does not alias vector 0 */
	expect_irq(&b, 8);
	bench_close(&b);
}

static void entries_fill_the_ring_and_wrap(void **state)
{
	static const unsigned log2s[] = { 1, 2, 5, 16, 1 };
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned v = 0; v < VECTORS; v++)
		ring_on(&b, v, log2s[v]);
	for (unsigned i = 0; i < 100; i++)
		for (unsigned v = 0; v < VECTORS; v++) {
			unsigned q = (i * 37 + v) % 2048;

			raise(&b, q, v, i & 1, i & 2);
			expect_entry(&b, v, log2s[v], i, q,
				     (i & 1 ? CW_EVENT_DW0_ERROR_MASK : 0) | (i & 2 ? CW_EVENT_DW0_COMPLETIONS_MASK : 0));
			consume(&b, v, i + 1);
			assert_int_equal(reg(&b, v, CW_EVENT_CONSUMER), i + 1);
		}
	assert_int_equal(b.refused + b.bad, 0);
	bench_close(&b);
}

static void a_full_ring_refuses_until_entries_are_consumed(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	ring_on(&b, 3, 2);
	for (unsigned i = 0; i < 4; i++) {
		raise(&b, i, 3, false, true);
		expect_entry(&b, 3, 2, i, i, CW_EVENT_DW0_COMPLETIONS_MASK);
	}
	b.rescans = 0;
	raise(&b, 9, 3, false, true);
	assert_int_equal(b.refused, 1);
	assert_int_equal(stream_depth(b.entry) + stream_depth(b.irq), 0);
	assert_int_equal(b.rescans, 0);
	consume(&b, 3, 1);
	assert_int_equal(b.rescans, 1);
	raise(&b, 9, 3, false, true);
	expect_entry(&b, 3, 2, 4, 9, CW_EVENT_DW0_COMPLETIONS_MASK);
	raise(&b, 9, 3, false, true);
	assert_int_equal(b.refused, 2);
	/* another vector goes on */
	raise(&b, 9, 2, false, true);
	expect_irq(&b, 2);
	bench_close(&b);
}

static void consumer_index_must_be_within_what_was_produced(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	consume(&b, 1, 1); /* no ring: nothing was produced */
	assert_int_equal(b.bad, 1);
	ring_on(&b, 1, 3);
	for (unsigned i = 0; i < 3; i++) {
		raise(&b, i, 1, false, true);
		expect_entry(&b, 1, 3, i, i, CW_EVENT_DW0_COMPLETIONS_MASK);
	}
	consume(&b, 1, 4);
	assert_int_equal(b.bad, 2);
	consume(&b, 1, 2);
	consume(&b, 1, 2);
	assert_int_equal(b.bad, 2);
	consume(&b, 1, 1);
	consume(&b, 1, 0x80000002);
	assert_int_equal(b.bad, 4);
	assert_int_equal(reg(&b, 1, CW_EVENT_CONSUMER), 2);
	consume(&b, 1, 3);
	assert_int_equal(b.bad, 4);
	reach(&b, true, 1, CW_EVENT_CONSUMER, 0, 77); /* no byte enable: nothing */
	assert_int_equal(b.bad, 4);
	bench_close(&b);
}

static void writing_base_or_size_starts_anew(void **state)
{
	static const unsigned regs[] = { CW_EVENT_BASE_LO, CW_EVENT_BASE_HI, CW_EVENT_SIZE };
	struct bench b;

	(void)state;
	bench_open(&b);
	ring_on(&b, 4, 1);
	for (unsigned r = 0; r < 3; r++) {
		uint32_t same = reg(&b, 4, regs[r]);

		raise(&b, 5, 4, true, true);
		expect_entry(&b, 4, 1, 0, 5, CW_EVENT_DW0_COMPLETIONS_MASK | CW_EVENT_DW0_ERROR_MASK);
		consume(&b, 4, 1);
		reach(&b, true, 4, regs[r], 0, 0);
		assert_int_equal(reg(&b, 4, CW_EVENT_CONSUMER), 1);
		b.rescans = 0;
		reach(&b, true, 4, regs[r], 15, same);
		assert_int_equal(b.rescans, 1);
		assert_int_equal(reg(&b, 4, CW_EVENT_CONSUMER), 0);
		assert_true(b.on[4]);
	}
	for (unsigned size = 0; size < 32; size++) {
		reach(&b, true, 4, CW_EVENT_SIZE, 15, size);
		assert_int_equal(b.on[4], size >= 1 && size <= 16);
		raise(&b, 5, 4, false, true);
		if (b.on[4])
			expect_entry(&b, 4, size, 0, 5, CW_EVENT_DW0_COMPLETIONS_MASK);
		else
			expect_irq(&b, 4);
	}
	ring_on(&b, 3, 1); /* an odd vector: base above 4 GiB */
	reach(&b, true, 3, CW_EVENT_BASE_LO, 15, 0);
	assert_true(b.on[3]);
	reach(&b, true, 3, CW_EVENT_BASE_HI, 15, 0);
	assert_false(b.on[3]);
	raise(&b, 5, 3, false, true);
	expect_irq(&b, 3);
	/* reset turns all off */
	ring_on(&b, 2, 1);
	dut_reset(b.d, 3);
	dut_wait(b.d, "ready", 100);
	dut_cycles(b.d, 3);
	assert_int_equal(reg(&b, 2, CW_EVENT_BASE_LO) | reg(&b, 2, CW_EVENT_SIZE), 0);
	raise(&b, 5, 2, false, true);
	expect_irq(&b, 2);
	bench_close(&b);
}

/* The stream of requests does not take the entry: registers answer, and say that it is under way. */
static void accesses_do_not_wait_for_an_entry(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	ring_on(&b, 0, 3);
	stream_hold(b.entry, true);
	raise(&b, 1, 0, false, true);
	raise(&b, 2, 0, false, true);
	assert_int_equal(stream_depth(b.head), 1);
	assert_int_equal(dut_get(b.d, "entry_under_way"), 1);
	assert_int_equal(reg(&b, 0, CW_EVENT_SIZE), 3);
	consume(&b, 0, 1);
	assert_int_equal(b.bad, 0);
	assert_int_equal(dut_get(b.d, "irq_valid"), 0);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	dut_set(b.d, "fn_bme", 0);
	dut_settle(b.d);
	assert_int_equal(dut_get(b.d, "entry_under_way"), 0);
	dut_cycles(b.d, 3);
	dut_set(b.d, "fn_bme", 1);
	stream_hold(b.entry, false);
	stream_hold(b.irq, true);
	dut_cycles(b.d, 20);
	assert_int_equal(stream_depth(b.head), 1);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	stream_hold(b.irq, false);
	dut_cycles(b.d, 20);
	assert_int_equal(stream_count(b.entry), 2);
	assert_int_equal(stream_count(b.irq), 2);
	bench_close(&b);
}

static void while_nothing_may_be_sent_raises_wait(void **state)
{
	static const char *const ports[] = { "fn_bme", "fn_power", "fn_flr" };
	struct bench b;

	(void)state;
	bench_open(&b);
	ring_on(&b, 0, 3);
	for (unsigned i = 0; i < 3; i++) {
		b.refused = 0;
		dut_set(b.d, ports[i], i == 0 ? 0 : 1);
		dut_cycles(b.d, 2);
		b.rescans = 0;
		raise(&b, 1, 0, false, true);
		assert_int_equal(b.refused, 1);
		raise(&b, 1, 2, false, true); /* without a ring: MSI-X's business */
		expect_irq(&b, 2);
		dut_set(b.d, ports[i], i == 0);
		dut_cycles(b.d, 3);
		assert_int_equal(b.rescans, 1);
		raise(&b, 1, 0, false, true);
		expect_entry(&b, 0, 3, i, 1, CW_EVENT_DW0_COMPLETIONS_MASK);
	}
	bench_close(&b);
}

/* A raise whose vector was shown a cycle before is an interrupt as it comes; else it is one a cycle later. */
static void a_raise_seen_ahead_is_an_interrupt_at_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	dut_unhook(b.d);
	dut_set(b.d, "irq_ready", 1);
	for (unsigned shown = 0; shown < 2; shown++)
		for (unsigned v = 0; v < VECTORS; v++) {
			dut_set(b.d, "head_valid", 0);
			dut_set(b.d, "peek_vector", shown ? v : (v + 1) % VECTORS);
			dut_cycles(b.d, 3);
			dut_set(b.d, "head_vector", v);
			dut_set(b.d, "head_valid", 1);
			dut_settle(b.d);
			assert_int_equal(dut_get(b.d, "irq_valid"), shown);
			if (!shown)
				dut_cycle(b.d);
			assert_int_equal(dut_get(b.d, "irq_valid"), 1);
			assert_int_equal(dut_get(b.d, "irq_vector"), v);
			assert_int_equal(dut_get(b.d, "head_ready"), 1);
			dut_cycle(b.d);
		}
	dut_set(b.d, "head_valid", 0);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_ring_the_vector_is_raised),
		cmocka_unit_test(entries_fill_the_ring_and_wrap),
		cmocka_unit_test(a_full_ring_refuses_until_entries_are_consumed),
		cmocka_unit_test(consumer_index_must_be_within_what_was_produced),
		cmocka_unit_test(writing_base_or_size_starts_anew),
		cmocka_unit_test(accesses_do_not_wait_for_an_entry),
		cmocka_unit_test(while_nothing_may_be_sent_raises_wait),
		cmocka_unit_test(a_raise_seen_ahead_is_an_interrupt_at_once),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
