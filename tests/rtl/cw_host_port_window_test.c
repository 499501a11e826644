/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_host_port
// tests: cw_user cw_window cw_window_rd
/* The host port as a whole: card memory window, user registers, completions, requests of any kind. */
#include "tests/rtl/host_port_rig.h"

/* ---- window and user registers ---- */
static void window_round(struct rig *r, uint32_t base, uint8_t *shadow)
{
	unsigned len = dut_chance(&r->rng, 40) ? 1 + (unsigned)dut_below(&r->rng, 20) : 1 + (unsigned)dut_below(&r->rng, 1024);
	uint32_t off = 4096 * (uint32_t)dut_below(&r->rng, 256) + 4 * (uint32_t)dut_below(&r->rng, 1025 - len);
	unsigned first = 1u + (unsigned)dut_below(&r->rng, 15), last = len > 1 ? 1u + (unsigned)dut_below(&r->rng, 15) : 0;
	uint32_t data[1024];

	if (len == 1 && dut_chance(&r->rng, 20))
		first = 0;
	if (dut_chance(&r->rng, 50)) {
		for (unsigned i = 0; i < len; i++)
			data[i] = (uint32_t)dut_rand(&r->rng);
		rig_write(r, 4, off, first, last, len, data);
		for (unsigned i = 0; i < 4 * len; i++) {
			unsigned be = i < 4 ? first : i >= 4 * len - 4 ? last : 15;

			if (be >> (i & 3) & 1)
				shadow[base + off + i] = ((uint8_t *)data)[i];
		}
		return;
	}
	rig_mps(r, (unsigned)dut_below(&r->rng, 6));
	assert_int_equal(rig_read(r, 4, off, first, last, len, data), 0);
	assert_memory_equal(data, shadow + base + off, 4 * len);
}

static void window_moves_any_bytes(void **state)
{
	static const unsigned stalls[] = { 0, 30, 70 };

	(void)state;
	for (unsigned s = 0; s < 3; s++) {
		struct rig *r = rig_new(stalls[s]);
		uint8_t *shadow = malloc(RIG_MEM_LEN);

		assert_non_null(shadow);
		memcpy(shadow, r->mem, RIG_MEM_LEN);
		for (unsigned i = 0; i < 150; i++) {
			uint32_t base = (uint32_t)dut_below(&r->rng, 3) << 20;

			rig_wr32(r, CW_WINDOW_BASE_LO, base);
			for (unsigned j = 0; j < 4; j++)
				window_round(r, base, shadow);
		}
		rig_rd32(r, CW_ID);
		assert_memory_equal(shadow, r->mem, RIG_MEM_LEN);
		free(shadow);
		rig_free(r);
	}
}

static void every_read_shape_near_a_boundary(void **state)
{
	struct rig *r = rig_new(10);
	uint32_t data[1024];

	(void)state;
	for (unsigned mps = 0; mps < 6; mps++) {
		rig_mps(r, mps);
		for (unsigned at = 0; at < 34; at++)
			for (unsigned len = 31; len < 67; len += 1 + at % 5) {
				assert_int_equal(rig_read(r, 4, 4096 - 4 * 67 - 4 * at, 8, 1, len, data), 0);
				assert_memory_equal(data, r->mem + 4096 - 4 * 67 - 4 * at, 4 * len);
			}
		assert_int_equal(rig_read(r, 4, 8192, 15, 15, 1024, data), 0);
		assert_memory_equal(data, r->mem + 8192, 4096);
		for (unsigned be = 0; be < 16; be++)
			assert_int_equal(rig_read(r, 4, 4092, be, 0, 1, data), 0);
	}
	rig_free(r);
}

static void window_errors_are_reported(void **state)
{
	struct rig *r = rig_new(20);
	uint32_t data[1024] = { 0 };

	(void)state;
	/* at the first, a middle and the last beat of a 4 KiB read */
	for (unsigned i = 0; i < 3; i++) {
		r->bad_lo = 4096 + (i == 0 ? 0 : i == 1 ? 2048 : 4064);
		r->bad_hi = r->bad_lo + 1;
		assert_int_equal(rig_read(r, 4, 4096, 15, 15, 1024, data), 4);
		assert_int_equal(r->err_ca, i + 1);
		assert_int_equal(rig_read(r, 4, 8192, 15, 15, 1024, data), 0);
	}
	assert_int_equal(rig_counter(r, CW_COUNTER_ERR_AXI), 3);
	rig_write(r, 4, 4096 + 4064, 15, 15, 2, data);
	assert_int_equal(rig_counter(r, CW_COUNTER_ERR_AXI), 4);
	/* beyond card memory */
	rig_wr32(r, CW_WINDOW_BASE_HI, 0x10);
	assert_int_equal(rig_read(r, 4, 0, 15, 0, 1, data), 4);
	rig_free(r);
}

static void user_registers_are_behind_their_window(void **state)
{
	struct rig *r = rig_new(40);

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		unsigned n = (unsigned)dut_below(&r->rng, RIG_USER_N - 1), be = (unsigned)dut_below(&r->rng, 16);
		uint32_t v = (uint32_t)dut_rand(&r->rng), keep = 0, want;

		for (unsigned b = 0; b < 4; b++)
			keep |= be >> b & 1 ? 0xffu << 8 * b : 0;
		want = (r->user[n] & ~keep) | (v & keep);
		rig_write(r, 0, CW_USER_OFFSET + 4 * n, be, 0, 1, &v);
		assert_int_equal(rig_rd32(r, CW_USER_OFFSET + 4 * n), want);
	}
	assert_int_equal(rig_read(r, 0, CW_USER_OFFSET + 4 * (RIG_USER_N - 1), 15, 0, 1, NULL), 4);
	rig_wr32(r, CW_USER_OFFSET + 4 * (RIG_USER_N - 1), 0);
	assert_int_equal(rig_counter(r, CW_COUNTER_ERR_AXI), 2);
	assert_int_equal(r->err_ca, 1);
	rig_free(r);
}

static void completion_waits_for_earlier_posted_writes(void **state)
{
	struct rig *r = rig_new(0);
	struct rig_req q = { .fmt_type = 0x20, .first_be = 15, .len_dw = 1, .addr = RIG_BAR0 + CW_ID };
	uint32_t v;

	(void)state;
	dut_set(r->d, "posted_n", 0x0003); /* the running counts wrap */
	dut_set(r->d, "sent_n", 0xfffe);
	rig_send(r, &q);
	dut_cycles(r->d, 60);
	assert_int_equal(stream_depth(r->tx), 0);
	dut_set(r->d, "posted_n", 0x0010); /* later ones do not matter */
	dut_set(r->d, "sent_n", 0x0002);
	dut_cycles(r->d, 60);
	assert_int_equal(stream_depth(r->tx), 0);
	dut_set(r->d, "sent_n", 0x0003);
	assert_int_equal(rig_answer(r, &q, &v), 0);
	assert_int_equal(v, CW_ID_MAGIC);
	rig_free(r);
}

static void registers_answer_quickly_and_idle_rises(void **state)
{
	struct rig *r = rig_new(0);
	struct rig_req q = { .fmt_type = 0x20, .first_be = 15, .len_dw = 1, .addr = RIG_BAR0 + CW_ID };
	uint64_t start;

	(void)state;
	dut_cycles(r->d, 10);
	assert_int_equal(dut_get(r->d, "idle"), 1);
	rig_send(r, &q);
	dut_cycle(r->d);
	start = dut_now(r->d);
	assert_true(dut_wait(r->d, "tx_cpl_valid", 20) <= 9);
	assert_int_equal(dut_get(r->d, "idle"), 0);
	rig_answer(r, &q, NULL);
	assert_true(dut_wait(r->d, "idle", 10) < 5);
	assert_true(dut_now(r->d) - start < 20);
	rig_free(r);
}

/* ---- anything at all ---- */
static bool random_request(struct rig *r, uint32_t *junk)
{
	static const uint8_t types[] = { 0x00, 0x20, 0x40, 0x60, 0x60, 0x60, 0x20, 0x01, 0x02, 0x42, 0x04, 0x4c, 0x6e, 0x34, 0x74, 0x0a };
	static const uint8_t bars[] = { 0, 2, 4, 4, 7, 1, 6 };
	struct rig_req q = { .bar = bars[dut_below(&r->rng, 7)], .requester = (uint16_t)dut_rand(&r->rng), .data = junk };
	bool np;

	q.fmt_type = dut_chance(&r->rng, 20) ? (uint8_t)dut_rand(&r->rng) : types[dut_below(&r->rng, 16)];
	q.first_be = (uint8_t)dut_below(&r->rng, 16);
	q.last_be = (uint8_t)dut_below(&r->rng, 16);
	q.tag = (uint16_t)dut_below(&r->rng, 1024);
	q.len_dw = 1 + (uint16_t)dut_below(&r->rng, dut_chance(&r->rng, 60) ? 3 : 1024);
	q.ep = dut_chance(&r->rng, 5);
	q.addr = dut_rand(&r->rng) & ~3ull;
	np = (q.fmt_type & 0x1f) == 0 ? !(q.fmt_type & 0x40) : (0x08007036u >> (q.fmt_type & 0x1f)) & 1;
	/* MSI-X and queue contexts are safe to scribble on; a reset in between is too. */
	rig_send(r, &q);
	return np;
}

static void any_header_gets_its_one_answer(void **state)
{
	static const unsigned stalls[] = { 0, 50 };
	uint32_t junk[1024], hdr[4], v;
	uint8_t part[4096 + 64];

	(void)state;
	for (unsigned s = 0; s < 2; s++) {
		struct rig *r = rig_new(stalls[s]);
		unsigned np = 0, dw_n;

		rig_mps(r, 5); /* one completion a request */
		for (unsigned i = 0; i < 1024; i++)
			junk[i] = (uint32_t)dut_rand(&r->rng);
		for (unsigned i = 0; i < 600; i++)
			np += random_request(r, junk);
		for (; np; np--)
			rig_cpl(r, hdr, part, &dw_n);
		assert_int_equal(rig_read(r, 0, CW_ID, 15, 0, 1, &v), 0);
		assert_int_equal(v, CW_ID_MAGIC);
		assert_int_equal(stream_depth(r->tx), 0);
		rig_free(r);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_moves_any_bytes),
		cmocka_unit_test(every_read_shape_near_a_boundary),
		cmocka_unit_test(window_errors_are_reported),
		cmocka_unit_test(user_registers_are_behind_their_window),
		cmocka_unit_test(completion_waits_for_earlier_posted_writes),
		cmocka_unit_test(registers_answer_quickly_and_idle_rises),
		cmocka_unit_test(any_header_gets_its_one_answer),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
