// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=8 -GVECTOR_N=4
/*
 * From raises to interrupts as a whole: more queues than an event ring has room for, a driver that
 * consumes entries late, MSI-X, MSI and INTx. Each raise becomes an entry, and an interrupt after it.
 */
#include "driver/cw_regs.h"
#include "dut.h"
#include "stream.h"

#define Q_N 8u
#define RING 0x40000u
#define LOG2 1u
#define MSG 0xfee00000u

static const char *const raise_fields[] = { "raise_queue", "raise_vector", "raise_error", "raise_completions", NULL };

struct bench {
	struct dut *d;
	struct stream *raise;
	struct dut_rng rng;
	unsigned stall;
	unsigned raised[Q_N], entered[Q_N];
	uint64_t raised_at[Q_N], entered_at[Q_N];
	uint32_t entries, interrupted, consumed; /* entries written; of these, before the last interrupt of vector 1 */
	uint16_t posted, sent;
	uint16_t entry_at;   /* posted_n behind the last entry */
	unsigned irqs[4], intx;
};

static void interrupt(struct bench *b, unsigned v)
{
	b->irqs[v]++;
	if (v == 1)
		b->interrupted = b->entries;
}

static void entry(struct bench *b)
{
	uint64_t data = dut_get(b->d, "entry_data");
	unsigned q = data & 0xffff;

	assert_int_equal(dut_get(b->d, "entry_addr"), RING + CW_EVENT_BYTES * (b->entries % (1u << LOG2)));
	assert_int_equal(data >> 63, !(b->entries >> LOG2 & 1));
	assert_true(b->entries - b->consumed < 1u << LOG2); /* nothing is overwritten */
	assert_true(q < Q_N);
	b->entered[q]++;
	b->entered_at[q] = dut_now(b->d);
	assert_true(b->entered[q] <= b->raised[q]);
	b->entries++;
	b->entry_at = ++b->posted;
}

static void sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;

	if (dut_get(d, "entry_valid") && dut_get(d, "entry_ready"))
		entry(b);
	if (dut_get(d, "msix_req_valid") && dut_get(d, "msix_req_ready")) {
		assert_int_equal(dut_get(d, "msix_req_addr"), MSG);
		interrupt(b, (unsigned)dut_get(d, "msix_req_data"));
		b->posted++;
	}
	if (dut_get(d, "msi_valid") && dut_get(d, "msi_ready")) {
		unsigned v = (unsigned)dut_get(d, "msi_vector");

		interrupt(b, v);
	}
	if (dut_get(d, "intx_set")) {
		b->intx++;
		interrupt(b, 1);
	}
	if (dut_get(d, "raise_valid") && dut_get(d, "raise_ready")) {
		unsigned q = (unsigned)dut_get(d, "raise_queue");

		b->raised[q]++;
		b->raised_at[q] = dut_now(d);
	}
}

static void drive(void *ctx)
{
	struct bench *b = ctx;

	if (b->sent != b->posted && !dut_chance(&b->rng, b->stall))
		b->sent++;
	dut_set(b->d, "posted_n", b->posted);
	dut_set(b->d, "sent_n", b->sent);
	dut_set(b->d, "entry_ready", !dut_chance(&b->rng, b->stall));
	dut_set(b->d, "msix_req_ready", !dut_chance(&b->rng, b->stall));
	dut_set(b->d, "msi_ready", !dut_chance(&b->rng, b->stall));
}

static void write_reg(struct bench *b, const char *sel, const char *ack, unsigned offset, uint32_t v)
{
	dut_set(b->d, "reg_addr", offset / 4);
	dut_set(b->d, "reg_write", 1);
	dut_set(b->d, "reg_be", 15);
	dut_set(b->d, "reg_wdata", v);
	dut_set(b->d, sel, 1);
	dut_wait(b->d, ack, 100);
	dut_cycle(b->d);
	dut_set(b->d, sel, 0);
	dut_cycle(b->d);
}

static void write_event(struct bench *b, unsigned v, unsigned reg, uint32_t value)
{
	write_reg(b, "event_sel", "event_ack", v * CW_EVENT_STRIDE + reg, value);
}

static void bench_open(struct bench *b, unsigned stall)
{
	*b = (struct bench){ .d = dut_new(dut_seed() + stall), .stall = stall };
	dut_rng_init(&b->rng, dut_seed() + stall);
	b->raise = stream_source(b->d, "raise", raise_fields);
	dut_set(b->d, "fn_bme", 1);
	dut_set(b->d, "engine_rst", 1);
	dut_reset(b->d, 3);
	dut_set(b->d, "engine_rst", 0);
	dut_hook(b->d, sample, drive, b);
	dut_wait(b->d, "ready", 200);
	for (unsigned v = 0; v < 4; v++) {
		write_reg(b, "msix_table_sel", "msix_ack", 16 * v + CW_MSIX_ADDR_LO, MSG);
		write_reg(b, "msix_table_sel", "msix_ack", 16 * v + CW_MSIX_DATA, v);
		write_reg(b, "msix_table_sel", "msix_ack", 16 * v + CW_MSIX_CTRL, 0);
	}
	write_event(b, 1, CW_EVENT_BASE_LO, RING);
	write_event(b, 1, CW_EVENT_SIZE, LOG2);
}

static void bench_close(struct bench *b)
{
	stream_free(b->raise);
	dut_free(b->d);
}

static void raise(struct bench *b, unsigned q, unsigned v)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->raise, &s, 0, q);
	stream_put_u64(b->raise, &s, 1, v);
	stream_put_u64(b->raise, &s, 3, 1);
	stream_push(b->raise, &s);
}

static void settle(struct bench *b)
{
	dut_cycles(b->d, 300);
	assert_int_equal(dut_get(b->d, "idle"), 1);
}

/* Queues raise at random; the driver consumes what was interrupted for, and nothing else wakes it. */
static void under_way(struct bench *b)
{
	for (unsigned i = 0; i < 6000; i++) {
		if (i < 5000 && dut_chance(&b->rng, 10) && stream_depth(b->raise) < 3)
			raise(b, (unsigned)dut_below(&b->rng, Q_N), 1);
		if (b->interrupted != b->consumed && dut_chance(&b->rng, 5)) {
			b->consumed += 1 + (uint32_t)dut_below(&b->rng, b->interrupted - b->consumed);
			write_event(b, 1, CW_EVENT_CONSUMER, b->consumed);
		}
		dut_cycle(b->d);
	}
	for (unsigned i = 0; i < 2000 && b->interrupted != b->consumed; i++) {
		b->consumed = b->interrupted;
		write_event(b, 1, CW_EVENT_CONSUMER, b->consumed);
		dut_cycles(b->d, 100);
	}
	settle(b);
	for (unsigned q = 0; q < Q_N; q++) {
		assert_true(b->entered_at[q] > b->raised_at[q]);
		assert_true(b->entered[q] > 10);
	}
	assert_int_equal(b->interrupted, b->entries);
	assert_true(b->irqs[1] > 50);
	assert_int_equal(dut_get(b->d, "ev_bad"), 0);
}

static void nothing_is_lost_with_each_kind_of_interrupt(void **state)
{
	static const unsigned stalls[] = { 0, 60 };

	(void)state;
	for (unsigned kind = 0; kind < 3; kind++)
		for (unsigned s = 0; s < 2; s++) {
			struct bench b;

			bench_open(&b, stalls[s]);
			dut_set(b.d, "fn_msix_en", kind == 0);
			dut_set(b.d, "fn_msi_en", kind == 1);
			under_way(&b);
			assert_int_equal(b.intx != 0, kind == 2);
			bench_close(&b);
		}
}

static void intx_and_msi_wait_for_the_entry_to_be_sent(void **state)
{
	(void)state;
	for (unsigned msi = 0; msi < 2; msi++) {
		struct bench b;

		bench_open(&b, 0);
		dut_set(b.d, "fn_msi_en", msi);
		b.stall = 100; /* no write is sent, none is taken */
		raise(&b, 5, 1);
		settle(&b);
		assert_int_equal(dut_get(b.d, "entry_valid"), 1);
		assert_int_equal(dut_get(b.d, "under_way"), 2);
		dut_set(b.d, "entry_ready", 1);
		dut_cycle(b.d);
		settle(&b);
		assert_int_equal(b.entries, 1);
		assert_int_equal(b.irqs[1], 0);
		assert_int_equal(dut_get(b.d, "under_way"), 0);
		b.stall = 0;
		settle(&b);
		assert_int_equal(b.irqs[1], 1);
		assert_int_equal(b.intx, !msi);
		bench_close(&b);
	}
}

/* Rings full, raises set aside: an engine reset forgets them and turns the rings off, MSI-X stays. */
static void engine_reset_with_raises_set_aside(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	dut_set(b.d, "fn_msix_en", 1);
	for (unsigned q = 0; q < Q_N; q++)
		raise(&b, q, 1);
	settle(&b);
	assert_int_equal(b.entries, 2);
	assert_int_equal(b.irqs[1], 2);
	dut_set(b.d, "engine_rst", 1);
	dut_cycles(b.d, 4);
	dut_set(b.d, "engine_rst", 0);
	b.posted = b.sent = 0;
	settle(&b);
	assert_int_equal(b.entries, 2);
	raise(&b, 3, 1); /* no ring: the vector alone */
	settle(&b);
	assert_int_equal(b.entries, 2);
	assert_int_equal(b.irqs[1], 3);
	b.entries = b.consumed = 0;
	write_event(&b, 1, CW_EVENT_BASE_LO, RING);
	write_event(&b, 1, CW_EVENT_SIZE, LOG2);
	settle(&b);
	assert_int_equal(b.entries, 0);
	raise(&b, 4, 1);
	settle(&b);
	assert_int_equal(b.entries, 1);
	bench_close(&b);
}

static void a_ring_turned_off_frees_what_waited(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	dut_set(b.d, "fn_msix_en", 1);
	for (unsigned q = 0; q < 4; q++)
		raise(&b, q, 1);
	settle(&b);
	assert_int_equal(b.irqs[1], 2);
	write_event(&b, 1, CW_EVENT_BASE_LO, 0);
	settle(&b);
	assert_int_equal(b.entries, 2);
	assert_int_equal(b.irqs[1], 4);
	/* a disabled queue's raise is dropped */
	write_event(&b, 1, CW_EVENT_BASE_LO, RING);
	b.entries = b.consumed = 0;
	for (unsigned q = 4; q < 8; q++)
		raise(&b, q, 1);
	settle(&b);
	dut_set(b.d, "qcfg_valid", 1);
	dut_set(b.d, "qcfg_op", 2);
	dut_set(b.d, "qcfg_queue", 6);
	dut_cycle(b.d);
	dut_set(b.d, "qcfg_valid", 0);
	settle(&b);
	b.consumed = 2;
	write_event(&b, 1, CW_EVENT_CONSUMER, 2);
	settle(&b);
	assert_int_equal(b.entries, 3);
	assert_int_equal(b.entered[6], 0);
	assert_int_equal(b.entered[7], 1);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_with_each_kind_of_interrupt),
		cmocka_unit_test(intx_and_msi_wait_for_the_entry_to_be_sent),
		cmocka_unit_test(engine_reset_with_raises_set_aside),
		cmocka_unit_test(a_ring_turned_off_frees_what_waited),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
