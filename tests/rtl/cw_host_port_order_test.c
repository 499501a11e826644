/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_host_port
// tests: cw_rx_req cw_req_class
/* The host port as a whole: what may pass what, and accesses that must touch nothing. */
#include "tests/rtl/host_port_rig.h"

#define READ_N 33 /* one at the completion block, 32 in the queue */

static struct rig_req read_of(unsigned bar, uint32_t off, unsigned len_dw)
{
	return (struct rig_req){ .fmt_type = 0x20, .first_be = 15, .last_be = len_dw > 1 ? 15 : 0, .bar = (uint8_t)bar,
				 .requester = 0x0010, .len_dw = (uint16_t)len_dw, .addr = rig_bar_addr(bar, off) };
}

static void wait_accepted(struct rig *r)
{
	for (unsigned i = 0; stream_depth(r->rx); i++) {
		if (i == 3000)
			fail_msg("%u beats of requests are not accepted", stream_depth(r->rx));
		dut_cycle(r->d);
	}
	dut_cycles(r->d, 100);
}

/* No completion can leave, no posted write, no interrupt: posted requests are accepted all the same (2.6.1). */
static void posted_requests_flow_past_waiting_reads(void **state)
{
	struct rig *r = rig_new(0);
	struct rig_req q[READ_N];
	uint32_t one = 1, word = 0x12345678, v[64];

	(void)state;
	q_enable(r, 3, 4);
	dut_set(r->d, "fn_msix_en", 1);
	rig_wr32(r, CW_MSIX_TABLE_OFFSET + 16 * 2 + CW_MSIX_CTRL, 0);
	rig_rd32(r, CW_ID);
	stream_hold(r->tx, true);
	stream_hold(r->msix, true);
	dut_set(r->d, "posted_n", 5);
	{
		struct stream_beat b = { 0 };

		stream_put_u64(r->irq, &b, 0, 2);
		stream_push(r->irq, &b);
	}
	dut_cycles(r->d, 40);
	for (unsigned i = 0; i < READ_N; i++) {
		q[i] = i % 4 == 0 ? read_of(0, CW_SCRATCH, 1) : i % 4 == 1 ? read_of(4, 4096 + 64 * i, 40) :
		       i % 4 == 2 ? read_of(7, 0, 1) : read_of(2, 0, 2);
		q[i].tag = (uint16_t)i;
		rig_send(r, &q[i]);
	}
	ring(r, 3, 12, &one, NULL);
	rig_wr32(r, CW_SCRATCH, 77);
	rig_write(r, 4, 64, 15, 0, 1, &word);
	rig_wr32(r, CW_MSIX_TABLE_OFFSET + 16 * 2 + CW_MSIX_CTRL, 1);
	rig_wr32(r, q_reg(3, CW_Q_CTRL), 0);
	wait_accepted(r);
	assert_int_equal(stream_depth(r->tx), 0);
	assert_int_equal(stream_count(r->kick), 1);
	assert_memory_equal(r->mem + 64, &word, 4);
	assert_int_equal(r->cfg[r->cfg_n - 1].op, OP_DISABLE);
	stream_hold(r->tx, false);
	dut_set(r->d, "sent_n", 5);
	stream_hold(r->msix, false);
	for (unsigned i = 0; i < READ_N; i++) {
		assert_int_equal(rig_answer(r, &q[i], v), i % 4 == 2 ? 1 : 0);
		if (i % 4 == 0) /* the first was sampled before, the others see the write that passed them */
			assert_int_equal(v[0], i ? 77 : 0);
		if (i % 4 == 1)
			assert_memory_equal(v, r->mem + 4096 + 64 * i, 160);
	}
	rig_free(r);
}

/* Under any stalls a read that comes after a write sees it, and answers keep their order. */
static void reads_see_earlier_writes(void **state)
{
	struct rig *r = rig_new(50);
	struct rig_req q[8];
	uint32_t v, want[8];

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		for (unsigned i = 0; i < 8; i++) {
			bool window = dut_chance(&r->rng, 50);
			uint32_t off = window ? 8192 + 4 * i : CW_USER_OFFSET + 4 * i;

			want[i] = (uint32_t)dut_rand(&r->rng);
			rig_write(r, window ? 4 : 0, off, 15, 0, 1, &want[i]);
			q[i] = read_of(window ? 4 : 0, off, 1);
			q[i].tag = (uint16_t)i;
			rig_send(r, &q[i]);
		}
		for (unsigned i = 0; i < 8; i++) {
			assert_int_equal(rig_answer(r, &q[i], &v), 0);
			assert_int_equal(v, want[i]);
		}
	}
	rig_free(r);
}

/* A zero-length access (2.2.5) is answered or accepted, and no register notices. */
static void zero_length_accesses_touch_no_register(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t v = 0;
	unsigned reads = 0;

	(void)state;
	dut_set(r->d, "halt_queue", 9);
	dut_set(r->d, "halt_valid", 1);
	dut_cycle(r->d);
	dut_set(r->d, "halt_valid", 0);
	rig_write(r, 0, CW_ERROR_QUEUE, 0, 0, 1, &v);
	rig_write(r, 0, CW_USER_OFFSET, 0, 0, 1, &v);
	assert_int_equal(rig_rd32(r, CW_ERROR_QUEUE), CW_ERROR_QUEUE_VALID_MASK | 9);
	rig_send(r, &(struct rig_req){ .fmt_type = 0x20, .requester = 0x10, .len_dw = 1,
				       .addr = rig_bar_addr(0, CW_USER_OFFSET + 8) });
	for (unsigned i = 0; !stream_depth(r->tx); i++) {
		assert_true(i < 100);
		reads += dut_get(r->d, "user_arvalid");
		dut_cycle(r->d);
	}
	assert_int_equal(reads, 0);
	rig_free(r);
}

/* Two DWs on both sides of a 128-byte boundary: with the smallest payload they are cut there. */
static void two_registers_across_a_boundary(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t w[2] = { 0, 0xfee00100 }, v[2];

	(void)state;
	rig_write(r, 0, CW_MSIX_TABLE_OFFSET + 0x7c, 15, 15, 2, w);
	for (unsigned mps = 0; mps < 3; mps++) {
		rig_mps(r, mps);
		assert_int_equal(rig_read(r, 0, CW_MSIX_TABLE_OFFSET + 0x7c, 15, 15, 2, v), 0);
		assert_int_equal(v[0], w[0]);
		assert_int_equal(v[1], w[1]);
	}
	rig_free(r);
}

/* A kick that the fetcher has not taken yet must not outlive the queue's next disable and enable. */
static void register_access_waits_for_earlier_kicks(void **state)
{
	struct rig *r = rig_new(0);
	uint32_t one = 1;
	unsigned n;

	(void)state;
	q_enable(r, 6, 3);
	n = r->cfg_n;
	stream_hold(r->kick, true);
	ring(r, 6, 12, &one, NULL);
	rig_wr32(r, q_reg(6, CW_Q_CTRL), 0);
	dut_cycles(r->d, 200);
	assert_int_equal(r->cfg_n, n);
	stream_hold(r->kick, false);
	rig_rd32(r, CW_ID);
	assert_int_equal(stream_count(r->kick), 1);
	assert_int_equal(r->cfg_n, n + 1);
	rig_free(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posted_requests_flow_past_waiting_reads),
		cmocka_unit_test(reads_see_earlier_writes),
		cmocka_unit_test(zero_length_accesses_touch_no_register),
		cmocka_unit_test(two_registers_across_a_boundary),
		cmocka_unit_test(register_access_waits_for_earlier_kicks),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
