/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: -GQUEUE_N=2 -GVECTOR_N=2 -GTAG_N=32 -GOP_N=16
/* The whole endpoint, where only its wiring can be wrong: errors reported once, interrupts after what they are about. */
#include "driver/cw_regs.h"
#include "deadline.h"
#include "dut.h"
#include "stream.h"

#define BDF 0x0100
#define BAR0 0x80000000u
#define BAR2 0x90000000u
#define RING 0x1000u
#define RECORDS 0x2000u
#define EVENTS 0x3000u

struct env {
	struct dut *d;
	struct stream *rx, *tx, *cpl;
	unsigned poisoned, unexpected, sent;
	uint64_t now;
	bool burst; /* a write to card memory ended: its response is due */
};

static void watch(void *ctx)
{
	struct env *e = ctx;

	if (dut_get(e->d, "axi_bvalid") && dut_get(e->d, "axi_bready"))
		e->burst = false;
	if (dut_get(e->d, "axi_wvalid") && dut_get(e->d, "axi_wready") && dut_get(e->d, "axi_wlast"))
		e->burst = true;
	e->poisoned += dut_get(e->d, "err_poisoned") != 0;
	e->unexpected += dut_get(e->d, "err_cpl_unexpected") != 0;
}

/* The clock, card memory that takes every write, notices of posted writes sent. */
static void drive(void *ctx)
{
	struct env *e = ctx;

	dut_set(e->d, "now", ++e->now);
	dut_set(e->d, "axi_awready", 1);
	dut_set(e->d, "axi_wready", 1);
	dut_set(e->d, "axi_bvalid", e->burst);
	dut_set(e->d, "tx_sent_n", e->sent);
	e->sent = 0;
}

static void beat(struct stream *s, const uint32_t hdr[4], const void *data, unsigned dw_n, int bar)
{
	struct stream_beat b = { 0 };

	stream_put_u64(s, &b, 0, 1);
	stream_put_u64(s, &b, 1, 1);
	stream_put(s, &b, 2, hdr, 16);
	stream_put(s, &b, 3, data, 4 * dw_n);
	stream_put_u64(s, &b, 4, (1u << dw_n) - 1);
	if (bar >= 0)
		stream_put_u64(s, &b, 5, (unsigned)bar);
	stream_push(s, &b);
}

static void write32(struct env *e, int bar, uint32_t off, uint32_t v, bool poison)
{
	uint32_t hdr[4] = { 0x40000001 | (uint32_t)poison << 14, 0x0000000f, (bar ? BAR2 : BAR0) + off, 0 };

	beat(e->rx, hdr, &v, 1, bar);
}

static void start(struct env *e)
{
	static const char *const rx[] = { "rx_req_sop", "rx_req_eop", "rx_req_hdr", "rx_req_data", "rx_req_keep",
					  "rx_req_bar", NULL };
	static const char *const tx[] = { "tx_req_hdr", "tx_req_data", NULL };
	static const char *const cpl[] = { "rx_cpl_sop", "rx_cpl_eop", "rx_cpl_hdr", "rx_cpl_data", "rx_cpl_keep", NULL };

	*e = (struct env){ .d = dut_new(dut_seed()) };
	e->rx = stream_source(e->d, "rx_req", rx);
	e->tx = stream_sink(e->d, "tx_req", tx);
	e->cpl = stream_source(e->d, "rx_cpl", cpl);
	dut_set(e->d, "fn_bdf", BDF);
	dut_set(e->d, "fn_mem", 1);
	dut_set(e->d, "fn_bme", 1);
	dut_set(e->d, "fn_mrrs", 2);
	dut_set(e->d, "rx_cpl_buf_hdr", 64);
	dut_set(e->d, "rx_cpl_buf_data", 512);
	dut_reset(e->d, 4);
	dut_hook(e->d, watch, drive, e);
	dut_cycles(e->d, 1000); /* sweeps after reset */
}

static void stop(struct env *e)
{
	stream_free(e->rx);
	stream_free(e->tx);
	stream_free(e->cpl);
	dut_free(e->d);
}

static void poisoned_tlps_are_reported_once(void **state)
{
	uint32_t q = CW_QUEUE_OFFSET, hdr[4], desc[4] = { 0 };
	struct stream_beat b;
	struct env e;

	(void)state;
	start(&e);
	write32(&e, 0, CW_CONTROL, CW_CONTROL_ENABLE_MASK, false);
	write32(&e, 0, q + CW_Q_CONFIG, 4 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT, false);
	write32(&e, 0, q + CW_Q_RING_LO, RING, false);
	write32(&e, 0, q + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK, false);
	write32(&e, 2, CW_DB_PRODUCER, 1, false);
	dut_cycles(e.d, 300);
	assert_true(stream_pop(e.tx, &b)); /* the fetch */
	stream_take(e.tx, &b, 0, hdr, 16);
	assert_int_equal(hdr[0], 0x00000004);
	assert_int_equal(hdr[2], RING);
	assert_int_equal(dut_get(e.d, "trans_pending"), 1);
	beat(e.cpl, (uint32_t[]){ 0x4a004004, 16, BDF << 16 | (hdr[1] & 0xff00), 0 }, desc, 4, -1);
	dut_cycles(e.d, 50);
	assert_int_equal(e.poisoned, 1);
	assert_int_equal(e.unexpected, 0);
	assert_int_equal(dut_get(e.d, "trans_pending"), 0);
	write32(&e, 0, CW_SCRATCH, 1, true);
	dut_cycles(e.d, 50);
	assert_int_equal(e.poisoned, 2);
	stop(&e);
}

/* Queue 0 on vector 1, with two descriptors; the fetch is answered. */
static void two_descriptors(struct env *e, uint32_t moderation, const uint32_t desc[8])
{
	uint32_t q = CW_QUEUE_OFFSET, hdr[4];
	struct stream_beat b;

	write32(e, 0, CW_CONTROL, CW_CONTROL_ENABLE_MASK, false);
	write32(e, 0, q + CW_Q_CONFIG, 4 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | 1 << CW_Q_CONFIG_VECTOR_SHIFT, false);
	write32(e, 0, q + CW_Q_MODERATION, moderation, false);
	write32(e, 0, q + CW_Q_RING_LO, RING, false);
	write32(e, 0, q + CW_Q_CPL_LO, RECORDS, false);
	write32(e, 0, q + CW_Q_CARD_LIMIT_LO, 0x10000, false);
	write32(e, 0, q + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK, false);
	write32(e, 2, CW_DB_PRODUCER, 2, false);
	dut_cycles(e->d, 500);
	assert_true(stream_pop(e->tx, &b));
	stream_take(e->tx, &b, 0, hdr, 16);
	assert_int_equal(hdr[0], 0x00000008);
	beat(e->cpl, (uint32_t[]){ 0x4a000008, 32, BDF << 16 | (hdr[1] & 0xff00), 0 }, desc, 8, -1);
	dut_cycles(e->d, 100);
}

/* The next write of the card. */
static void expect_write(struct env *e, uint32_t addr, unsigned dw_n, uint32_t data[8])
{
	struct stream_beat b;
	uint32_t hdr[4];

	assert_true(stream_pop(e->tx, &b));
	stream_take(e->tx, &b, 0, hdr, 16);
	stream_take(e->tx, &b, 1, data, 32);
	assert_int_equal(hdr[0], 0x40000000 | dw_n);
	assert_int_equal(hdr[2], addr);
}

static void event_and_msi_follow_the_record(void **state)
{
	static const uint32_t desc[8]; /* length 0: the queue halts */
	uint32_t data[8];
	struct env e;

	(void)state;
	start(&e);
	dut_set(e.d, "fn_msi_en", 1);
	dut_set(e.d, "msi_ready", 1);
	write32(&e, 0, CW_EVENT_OFFSET + CW_EVENT_STRIDE + CW_EVENT_BASE_LO, EVENTS, false);
	write32(&e, 0, CW_EVENT_OFFSET + CW_EVENT_STRIDE + CW_EVENT_SIZE, 3, false);
	two_descriptors(&e, 0, desc);
	dut_cycles(e.d, 100);
	expect_write(&e, RECORDS, 4, data);
	expect_write(&e, EVENTS, 2, data);
	assert_int_equal(data[0], CW_EVENT_DW0_ERROR_MASK | CW_EVENT_DW0_COMPLETIONS_MASK);
	assert_int_equal(data[1], CW_EVENT_DW1_PHASE_MASK);
	for (unsigned v = 0; v < 2; v++) { /* the error, behind the record; the queue, behind the entry */
		dut_cycles(e.d, 50);
		for (unsigned i = 0; i < 100; i++) {
			assert_int_equal(dut_get(e.d, "msi_valid"), 0);
			dut_cycle(e.d);
		}
		e.sent = 1;
		dut_wait(e.d, "msi_valid", 20);
		assert_int_equal(dut_get(e.d, "msi_vector"), v);
		dut_cycle(e.d);
	}
	dut_cycles(e.d, 50);
	assert_int_equal(dut_get(e.d, "intx_level"), 0);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	/* an arming write: nothing lies beyond it */
	write32(&e, 2, CW_DB_CONSUMER, 1, false);
	dut_cycles(e.d, 100);
	assert_int_equal(stream_depth(e.tx), 0);
	write32(&e, 2, CW_DB_CONSUMER, 1, false);
	dut_cycles(e.d, 100);
	assert_int_equal(stream_depth(e.tx), 0);
	stop(&e);
}

static void time_limit_is_a_deadline_and_raises_intx(void **state)
{
	uint32_t desc[8] = { 0x5000, 0, 4, 0, 0x6000, 0, 4, 64 }, hdr[4], data[8], word = 0x11223344;
	struct stream_beat b;
	struct env e;
	uint64_t from, deadline;

	(void)state;
	start(&e);
	two_descriptors(&e, 100u << CW_Q_MODERATION_TIME_SHIFT | 10, desc);
	assert_true(stream_pop(e.tx, &b));
	stream_take(e.tx, &b, 0, hdr, 16);
	assert_int_equal(hdr[2], 0x5000);
	beat(e.cpl, (uint32_t[]){ 0x4a000001, 4, BDF << 16 | (hdr[1] & 0xff00), 0 }, &word, 1, -1);
	assert_true(stream_pop(e.tx, &b)); /* the second read is never answered */
	from = e.now;
	dut_cycles(e.d, 100);
	expect_write(&e, RECORDS, 4, data);
	e.sent = 1;
	dut_cycles(e.d, 20);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	deadline = deadline_at(e.now, dut_get(e.d, "raise_deadline"));
	assert_in_range(deadline, from + 6400 - 2, from + 6400 + 50);
	assert_true(dut_get(e.d, "read_deadline") > deadline);
	e.now = deadline - 1;
	assert_int_equal(dut_get(e.d, "intx_level"), 0);
	dut_cycles(e.d, 40);
	assert_int_equal(dut_get(e.d, "intx_level"), 1);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	dut_set(e.d, "fn_msix_en", 1);
	dut_settle(e.d);
	assert_int_equal(dut_get(e.d, "intx_level"), 0);
	dut_set(e.d, "fn_msix_en", 0);
	dut_set(e.d, "fn_msi_en", 1);
	dut_settle(e.d);
	assert_int_equal(dut_get(e.d, "intx_level"), 0);
	dut_set(e.d, "fn_msi_en", 0);
	write32(&e, 0, CW_INTX, 0, false);
	dut_cycles(e.d, 30);
	assert_int_equal(dut_get(e.d, "intx_level"), 1);
	write32(&e, 0, CW_INTX, CW_INTX_PENDING_MASK, false);
	dut_cycles(e.d, 30);
	assert_int_equal(dut_get(e.d, "intx_level"), 0);
	stop(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poisoned_tlps_are_reported_once),
		cmocka_unit_test(event_and_msi_follow_the_record),
		cmocka_unit_test(time_limit_is_a_deadline_and_raises_intx),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
