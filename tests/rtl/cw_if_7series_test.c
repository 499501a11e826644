// SPDX-License-Identifier: BSD-2-Clause
/* The 7-series shim between random TLPs of the block's streams and the endpoint's. */
#include <stdlib.h>

#include "dut.h"
#include "stream.h"
#include "sim/device/axis_7series.h"

static const char *const req_fields[] = {
	"rx_req_sop", "rx_req_eop", "rx_req_hdr", "rx_req_data", "rx_req_keep", "rx_req_bar", NULL
};
static const char *const cpl_fields[] = {
	"rx_cpl_sop", "rx_cpl_eop", "rx_cpl_hdr", "rx_cpl_data", "rx_cpl_keep", NULL
};
static const char *const tx_req_fields[] = {
	"tx_req_sop", "tx_req_eop", "tx_req_hdr", "tx_req_data", "tx_req_keep", NULL
};
static const char *const tx_cpl_fields[] = {
	"tx_cpl_sop", "tx_cpl_eop", "tx_cpl_hdr", "tx_cpl_data", "tx_cpl_keep", NULL
};
static const char *const axis_rx_fields[] = {
	"m_axis_rx_tdata", "m_axis_rx_tkeep", "m_axis_rx_tlast", "m_axis_rx_tuser", NULL
};
static const char *const axis_tx_fields[] = {
	"s_axis_tx_tdata", "s_axis_tx_tkeep", "s_axis_tx_tlast", "s_axis_tx_tuser", NULL
};

#define TLP_N 700

/* A TLP as the endpoint's side has it. */
struct tlp {
	uint32_t hdr[4];
	uint32_t data[256];
	unsigned len; /* DWs of payload */
	unsigned bar;
	bool cpl;
};

struct bench {
	struct dut *d;
	unsigned width;
	struct dut_rng rng;
	struct stream *axis_rx, *axis_tx, *rx_req, *rx_cpl, *tx_req, *tx_cpl;
	struct tlp *want;
	unsigned put, sent, answered;
};

static void watch(void *ctx)
{
	struct bench *b = ctx;

	b->sent += (unsigned)dut_get(b->d, "tx_sent_n");
}

static struct bench *bench_open(unsigned salt)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->want = calloc(TLP_N, sizeof(*b->want));
	assert_non_null(b->want);
	dut_rng_init(&b->rng, dut_seed() + salt);
	b->d = dut_new(dut_seed() + salt);
	b->width = dut_width(b->d, "m_axis_rx_tdata");
	dut_set(b->d, "user_reset", 1);
	dut_set(b->d, "tx_buf_av", 30);
	dut_set(b->d, "cfg_err_cpl_rdy", 1);
	dut_cycles(b->d, 4);
	dut_set(b->d, "user_reset", 0);
	dut_set(b->d, "user_lnk_up", 1);
	dut_cycles(b->d, 4);
	b->axis_rx = stream_source(b->d, "m_axis_rx_t", axis_rx_fields);
	b->axis_tx = stream_sink(b->d, "s_axis_tx_t", axis_tx_fields);
	b->rx_req = stream_sink(b->d, "rx_req", req_fields);
	b->rx_cpl = stream_sink(b->d, "rx_cpl", cpl_fields);
	b->tx_req = stream_source(b->d, "tx_req", tx_req_fields);
	b->tx_cpl = stream_source(b->d, "tx_cpl", tx_cpl_fields);
	dut_hook(b->d, watch, NULL, b);
	return b;
}

static void bench_close(struct bench *b)
{
	dut_free(b->d);
	stream_free(b->axis_rx);
	stream_free(b->axis_tx);
	stream_free(b->rx_req);
	stream_free(b->rx_cpl);
	stream_free(b->tx_req);
	stream_free(b->tx_cpl);
	free(b->want);
	free(b);
}

/* Header and payload of one of the kinds that cross; requests with a payload are memory writes. */
static void make(struct bench *b, struct tlp *t, bool cpl, unsigned len_max)
{
	static const unsigned bars[] = { 0, 2, 4, 7 };
	bool data = dut_chance(&b->rng, 70), four = !cpl && dut_chance(&b->rng, 50);

	memset(t, 0, sizeof(*t));
	t->cpl = cpl;
	t->len = data ? 1 + (unsigned)dut_below(&b->rng, dut_chance(&b->rng, 50) ? 12 : len_max) : 0;
	t->bar = bars[dut_below(&b->rng, 4)];
	for (unsigned i = 1; i < 4; i++)
		t->hdr[i] = (uint32_t)dut_rand(&b->rng);
	if (!four)
		t->hdr[3] = 0;
	t->hdr[0] = (uint32_t)four << 29 | (uint32_t)data << 30 | (cpl ? 0x0a000000u : 0) |
		    (t->len ? t->len & 0x3ff : 1 + (unsigned)dut_below(&b->rng, 512));
	if (cpl) /* successful, and not the last of its request */
		t->hdr[1] = (t->hdr[1] & 0xffff0000u) | (data ? 0xfff : 4);
	for (unsigned i = 0; i < t->len; i++)
		t->data[i] = (uint32_t)dut_rand(&b->rng);
}

/* As the block shows it; digest: with TD and an ECRC behind the payload. */
static unsigned to_dws(const struct tlp *t, uint32_t *dw, bool digest)
{
	unsigned n = t->hdr[0] >> 29 & 1 ? 4 : 3;

	memcpy(dw, t->hdr, 4 * n);
	dw[0] |= (uint32_t)digest << 15;
	for (unsigned i = 0; i < t->len; i++)
		dw[n++] = s7_swap(t->data[i]);
	if (digest)
		dw[n++] = 0xdeadbeef;
	return n;
}

static bool next_rx(void *ctx, struct s7_tlp *s)
{
	struct bench *b = ctx;
	struct tlp *t = &b->want[b->put];

	/* At times the block has nothing yet. */
	if (b->put == TLP_N || dut_chance(&b->rng, 10))
		return false;
	make(b, t, dut_chance(&b->rng, 50), 256);
	s->n = to_dws(t, s->dw, dut_chance(&b->rng, 10));
	s->hit = t->bar == 7 ? 0 : 3u << t->bar;
	s->poisoned = t->hdr[0] >> 14 & 1;
	b->put++;
	return true;
}

static void push_rx(struct bench *b, const struct s7_beat *beat)
{
	struct stream_beat s = { 0 };

	stream_put(b->axis_rx, &s, 0, beat->data, b->width / 8);
	stream_put_u64(b->axis_rx, &s, 1, beat->keep & ((1u << b->width / 8) - 1));
	stream_put_u64(b->axis_rx, &s, 2, beat->last);
	stream_put_u64(b->axis_rx, &s, 3, beat->user);
	stream_push(b->axis_rx, &s);
}

/* The next whole TLP of a stream must be t. */
static void expect(struct bench *b, struct stream *s, const struct tlp *t)
{
	unsigned at = 0;
	struct stream_beat beat;
	bool eop = false;

	for (unsigned n = 0; !eop; n++) {
		uint32_t hdr[4], data[8];
		unsigned here = t->len - at > 8 ? 8 : t->len - at;

		for (unsigned wait = 0; !stream_pop(s, &beat); wait++) {
			assert_true(wait < 4000);
			dut_cycle(b->d);
		}
		eop = stream_take_u64(s, &beat, 1);
		stream_take(s, &beat, 2, hdr, 16);
		stream_take(s, &beat, 3, data, 32);
		assert_int_equal(stream_take_u64(s, &beat, 0), n == 0);
		assert_int_equal(stream_take_u64(s, &beat, 4), (1u << here) - 1);
		assert_memory_equal(hdr, t->hdr, 16);
		assert_memory_equal(data, t->data + at, 4 * here);
		if (!t->cpl)
			assert_int_equal(stream_take_u64(s, &beat, 5), t->bar);
		at += here;
		assert_int_equal(eop, at == t->len);
	}
}

static void receive(unsigned salt, unsigned in_stall, unsigned out_stall, bool straddle)
{
	struct bench *b = bench_open(salt);
	struct s7_stream st = { .straddle = straddle, .next = next_rx, .ctx = b };
	struct s7_beat beat;
	unsigned straddled = 0;

	while (b->put < TLP_N || st.busy)
		if (s7_rx_beat(&st, b->width, &beat)) {
			straddled += (beat.user & (S7_RX_SOF | S7_RX_EOF)) == (S7_RX_SOF | S7_RX_EOF);
			push_rx(b, &beat);
		}
	assert_true(!straddle || b->width == 64 || straddled > 50);
	stream_stall(b->axis_rx, in_stall);
	stream_stall(b->rx_req, out_stall);
	stream_stall(b->rx_cpl, out_stall);
	for (unsigned i = 0; i < TLP_N; i++)
		expect(b, b->want[i].cpl ? b->rx_cpl : b->rx_req, &b->want[i]);
	dut_cycles(b->d, 20);
	assert_int_equal(stream_depth(b->rx_req) + stream_depth(b->rx_cpl), 0);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void received_tlps_are_taken_apart(void **state)
{
	(void)state;
	receive(1, 0, 0, true);
	receive(2, 30, 0, true);
	receive(3, 0, 40, true);
	receive(4, 30, 30, true);
	receive(5, 20, 20, false);
}

/* ---- transmit ---- */

static void push_tx(struct stream *s, const struct tlp *t)
{
	for (unsigned at = 0, n = 0; n == 0 || at < t->len; n++, at += 8) {
		unsigned here = t->len - at > 8 ? 8 : t->len - at;
		struct stream_beat beat = { 0 };

		stream_put_u64(s, &beat, 0, at == 0);
		stream_put_u64(s, &beat, 1, at + here == t->len);
		stream_put(s, &beat, 2, t->hdr, 16);
		stream_put(s, &beat, 3, t->data + at, 4 * here);
		stream_put_u64(s, &beat, 4, (1u << here) - 1);
		stream_push(s, &beat);
	}
}

/* The next whole TLP that the block was given. */
static void pop_tx(struct bench *b, struct s7_tlp *t)
{
	struct s7_beat beat;

	t->n = 0;
	do {
		struct stream_beat s;
		const char *wrong;

		for (unsigned wait = 0; !stream_pop(b->axis_tx, &s); wait++) {
			assert_true(wait < 4000);
			dut_cycle(b->d);
		}
		memset(&beat, 0, sizeof(beat));
		stream_take(b->axis_tx, &s, 0, beat.data, b->width / 8);
		beat.keep = (uint32_t)stream_take_u64(b->axis_tx, &s, 1);
		beat.last = stream_take_u64(b->axis_tx, &s, 2);
		beat.user = (uint32_t)stream_take_u64(b->axis_tx, &s, 3);
		wrong = s7_tx_beat(t, b->width, &beat);
		assert_null(wrong);
		assert_int_equal(beat.user & ~S7_TX_ERR_FWD, 0);
	} while (!beat.last);
}

static void transmit(unsigned salt, unsigned in_stall, unsigned out_stall)
{
	struct bench *b = bench_open(salt);
	unsigned at[2] = { 0, 0 }, writes = 0;

	stream_stall(b->tx_req, in_stall);
	stream_stall(b->tx_cpl, in_stall);
	stream_stall(b->axis_tx, out_stall);
	for (unsigned i = 0; i < TLP_N; i++) {
		struct tlp *t = &b->want[i];

		make(b, t, i & 1, 256);
		writes += !t->cpl && t->len;
		push_tx(t->cpl ? b->tx_cpl : b->tx_req, t);
	}
	at[1] = 1;
	for (unsigned i = 0; i < TLP_N; i++) {
		struct s7_tlp got;
		uint32_t want[S7_DW_MAX];
		unsigned cpl, n;

		pop_tx(b, &got);
		cpl = got.dw[0] >> 25 & 1; /* type 01010 */
		assert_true(at[cpl] < TLP_N);
		n = to_dws(&b->want[at[cpl]], want, false);
		assert_int_equal(got.n, n);
		assert_memory_equal(got.dw, want, 4 * n);
		at[cpl] += 2;
		/* None of the two is passed over while it waits. */
		if (!in_stall && at[0] < TLP_N && at[1] < TLP_N)
			assert_in_range(at[0] + 4 - at[1], 1, 7);
	}
	dut_cycles(b->d, 20);
	assert_int_equal(b->sent, writes);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void sent_tlps_are_joined_and_counted(void **state)
{
	(void)state;
	transmit(11, 0, 0);
	transmit(12, 40, 0);
	transmit(13, 0, 40);
	transmit(14, 30, 30);
}

/* 128 bits a cycle leave while writes of 256 bytes wait; 64 likewise. */
static void sends_a_beat_a_cycle(void **state)
{
	struct bench *b = bench_open(20);
	struct tlp t = { .hdr = { 0x60000040, 0x01000fff, 1, 0x1000 }, .len = 64 };
	uint64_t start;
	unsigned beats = 50 * 68 / (b->width / 32);

	(void)state;
	for (unsigned i = 0; i < 50; i++)
		push_tx(b->tx_req, &t);
	start = dut_now(b->d);
	while (stream_depth(b->axis_tx) < beats && dut_now(b->d) < start + 10000)
		dut_cycle(b->d);
	assert_int_equal(stream_depth(b->axis_tx), beats);
	assert_in_range(dut_now(b->d) - start, beats, beats + 8);
	bench_close(b);
}

/* 4 KiB completions cut at 256 bytes, straddled: no more than a cycle lost each. */
static void receives_a_beat_a_cycle(void **state)
{
	struct bench *b = bench_open(21);
	struct stream_beat s;
	unsigned beats = 0, tlps = 60, half = 0;
	uint64_t start;

	(void)state;
	for (unsigned i = 0; i < tlps; i++) {
		struct s7_tlp *t = calloc(1, sizeof(*t));
		struct s7_beat beat;
		struct s7_stream st = { 0 };

		assert_non_null(t);
		t->n = 3 + 64;
		t->dw[0] = 0x4a000040;
		st.t = *t;
		st.busy = true;
		memset(&beat, 0, sizeof(beat));
		for (bool first = true; st.busy; first = false, beats++) {
			memset(&beat, 0, sizeof(beat));
			if (first)
				beat.user = S7_RX_SOF;
			if (!s7_half(&st, &beat, 0) && b->width == 128)
				s7_half(&st, &beat, 8);
			beat.last = !st.busy;
			beat.keep = beat.last ? 0xf : 0xff;
			if (b->width == 64)
				beat.user = 0;
			push_rx(b, &beat);
		}
		free(t);
	}
	start = dut_now(b->d);
	while (half < tlps && dut_now(b->d) < start + 20000) {
		dut_cycle(b->d);
		while (stream_pop(b->rx_cpl, &s))
			half += (unsigned)stream_take_u64(b->rx_cpl, &s, 1);
	}
	assert_int_equal(half, tlps);
	assert_in_range(dut_now(b->d) - start, beats, beats + 12);
	bench_close(b);
}

/* ---- what is beside the streams ---- */

static void requests_wait_for_transmit_buffers(void **state)
{
	struct bench *b = bench_open(30);
	struct tlp read = { .hdr = { 0x00000001, 0x0100000f, 0x1000, 0 } };
	struct tlp cpl = { .hdr = { 0x4a000001, 0x01000fff, 0x01000000, 0 }, .len = 1, .cpl = true };
	struct s7_tlp got;

	(void)state;
	dut_set(b->d, "tx_buf_av", 2);
	dut_cycles(b->d, 3);
	push_tx(b->tx_req, &read);
	push_tx(b->tx_cpl, &cpl);
	pop_tx(b, &got);
	assert_int_equal(got.dw[0], 0x4a000001);
	dut_cycles(b->d, 50);
	assert_int_equal(stream_depth(b->axis_tx), 0);
	dut_set(b->d, "tx_buf_av", 3);
	pop_tx(b, &got);
	assert_int_equal(got.dw[0], 1);
	bench_close(b);
}

static void one_read(struct bench *b, unsigned tag)
{
	struct s7_beat beat = { .data = { 0x00000001, 0x0100000f | tag << 8, 0x1000, 0 }, .keep = 0xff,
				.user = S7_RX_SOF_AT(0) | S7_RX_EOF_AT(11) | S7_RX_HIT(3) };

	if (b->width == 128) {
		push_rx(b, &beat);
		return;
	}
	beat.user = S7_RX_HIT(3);
	push_rx(b, &beat);
	beat.data[0] = beat.data[2];
	beat.keep = 0xf;
	beat.last = true;
	push_rx(b, &beat);
}

static void unanswered_requests_hold_others_back(void **state)
{
	struct bench *b = bench_open(31);
	/* The last completion of a read of 4 bytes. */
	struct tlp cpl = { .hdr = { 0x4a000001, 0x01000004, 0x01000000, 0 }, .len = 1, .cpl = true };
	struct s7_tlp got;
	unsigned n = 0;

	(void)state;
	while (dut_get(b->d, "rx_np_ok")) {
		one_read(b, n++);
		dut_cycles(b->d, 12);
		assert_true(n < 33);
	}
	assert_int_equal(n, 16);
	push_tx(b->tx_cpl, &cpl);
	pop_tx(b, &got);
	dut_cycles(b->d, 4);
	assert_int_equal(dut_get(b->d, "rx_np_ok"), 1);
	bench_close(b);
}

static void failed_answers_are_left_to_the_block(void **state)
{
	struct bench *b = bench_open(32);
	struct tlp ur = { .hdr = { 0x0a100000, 0x01002004, 0x02085511, 0 }, .cpl = true };
	struct tlp ca = { .hdr = { 0x0a000000, 0x01008008, 0x02086610, 0 }, .cpl = true };

	(void)state;
	dut_set(b->d, "cfg_err_cpl_rdy", 0);
	push_tx(b->tx_cpl, &ur);
	push_tx(b->tx_cpl, &ca);
	for (unsigned i = 0; i < 10; i++) {
		dut_cycle(b->d);
		assert_int_equal(dut_get(b->d, "cfg_err_ur"), 0);
	}
	dut_set(b->d, "cfg_err_cpl_rdy", 1);
	dut_wait(b->d, "cfg_err_ur", 10);
	assert_int_equal(dut_get(b->d, "cfg_err_posted"), 0);
	/* lower address 0x11, 4 bytes, TC 1, requester 02:01.0, tag 0x55 */
	assert_int_equal(dut_get(b->d, "cfg_err_tlp_cpl_header"),
			 0x11ull << 41 | 4ull << 29 | 1ull << 26 | 0x0208ull << 8 | 0x55);
	dut_cycle(b->d);
	assert_int_equal(dut_get(b->d, "cfg_err_ur"), 0);
	dut_wait(b->d, "cfg_err_cpl_abort", 10);
	assert_int_equal(dut_get(b->d, "cfg_err_tlp_cpl_header"), 0x10ull << 41 | 8ull << 29 | 0x0208ull << 8 | 0x66);
	dut_cycles(b->d, 10);
	assert_int_equal(stream_depth(b->axis_tx), 0);
	bench_close(b);
}

static void handshake(struct bench *b)
{
	dut_wait(b->d, "cfg_interrupt", 10);
	dut_cycles(b->d, 5);
	assert_int_equal(dut_get(b->d, "cfg_interrupt"), 1);
	dut_set(b->d, "cfg_interrupt_rdy", 1);
	dut_cycle(b->d);
	dut_set(b->d, "cfg_interrupt_rdy", 0);
	assert_int_equal(dut_get(b->d, "cfg_interrupt"), 0);
}

static void interrupts_shake_hands(void **state)
{
	struct bench *b = bench_open(33);

	(void)state;
	dut_set(b->d, "intx_level", 1);
	dut_wait(b->d, "cfg_interrupt", 10);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_assert"), 1);
	handshake(b);
	dut_cycles(b->d, 10);
	assert_int_equal(dut_get(b->d, "cfg_interrupt"), 0);
	/* Interrupt Disable takes it back. */
	dut_set(b->d, "cfg_command", 1u << 10);
	dut_wait(b->d, "cfg_interrupt", 10);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_assert"), 0);
	handshake(b);
	dut_set(b->d, "cfg_interrupt_msienable", 1);
	dut_set(b->d, "msi_vector", 13);
	dut_set(b->d, "msi_valid", 1);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "msi_ready"), 1);
	dut_cycle(b->d);
	dut_set(b->d, "msi_valid", 0);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "cfg_interrupt_di"), 13);
	handshake(b);
	/* MSI turned off while one waits: nothing hangs. */
	dut_set(b->d, "msi_valid", 1);
	dut_cycle(b->d);
	dut_set(b->d, "msi_valid", 0);
	dut_set(b->d, "cfg_interrupt_msienable", 0);
	dut_cycles(b->d, 3);
	assert_int_equal(dut_get(b->d, "cfg_interrupt"), 0);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	bench_close(b);
}

static void reads_are_kept_to_what_the_buffer_holds(void **state)
{
	struct bench *b = bench_open(34);

	(void)state;
	dut_set(b->d, "cfg_dcommand", 5u << 12);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "fn_mrrs"), 2);
	dut_set(b->d, "cfg_dcommand", 1u << 12 | 2u << 5 | 1u << 4 | 1u << 8 | 1u << 11);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "fn_mrrs"), 1);
	assert_int_equal(dut_get(b->d, "fn_mps"), 2);
	assert_int_equal(dut_get(b->d, "fn_ro") && dut_get(b->d, "fn_ext_tag") && dut_get(b->d, "fn_ns"), 1);
	dut_set(b->d, "fc_ph", 0x80);
	dut_set(b->d, "fc_nph", 12);
	dut_settle(b->d);
	assert_int_equal(dut_get(b->d, "tx_fc_ph"), 0xfff);
	assert_int_equal(dut_get(b->d, "tx_fc_nph"), 12);
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(received_tlps_are_taken_apart),
		cmocka_unit_test(sent_tlps_are_joined_and_counted),
		cmocka_unit_test(sends_a_beat_a_cycle),
		cmocka_unit_test(receives_a_beat_a_cycle),
		cmocka_unit_test(requests_wait_for_transmit_buffers),
		cmocka_unit_test(unanswered_requests_hold_others_back),
		cmocka_unit_test(failed_answers_are_left_to_the_block),
		cmocka_unit_test(interrupts_shake_hands),
		cmocka_unit_test(reads_are_kept_to_what_the_buffer_holds),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
