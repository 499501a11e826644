/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: -GQUEUE_N=2 -GVECTOR_N=2 -GTAG_N=32 -GOP_N=16
/* The whole endpoint, where only its wiring can be wrong: a poisoned completion is reported once. */
#include "driver/cw_regs.h"
#include "dut.h"
#include "stream.h"

#define BDF 0x0100
#define BAR0 0x80000000u
#define BAR2 0x90000000u
#define RING 0x1000u

struct env {
	struct dut *d;
	struct stream *rx, *tx, *cpl;
	unsigned poisoned, unexpected;
};

static void watch(void *ctx)
{
	struct env *e = ctx;

	e->poisoned += dut_get(e->d, "err_poisoned") != 0;
	e->unexpected += dut_get(e->d, "err_cpl_unexpected") != 0;
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
	static const char *const tx[] = { "tx_req_hdr", NULL };
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
	dut_hook(e->d, watch, NULL, e);
	dut_cycles(e->d, 1000); /* sweeps after reset */
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
	stream_free(e.rx);
	stream_free(e.tx);
	stream_free(e.cpl);
	dut_free(e.d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poisoned_tlps_are_reported_once),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
