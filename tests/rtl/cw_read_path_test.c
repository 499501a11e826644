/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole read path between a host, card memory and an operation table. */
// tests: cw_rd_port
#include "read_env.h"

static struct env *env_new(void)
{
	static const char *const kick[] = { "kick_queue", "kick_producer", NULL };
	static const char *const rdreq[] = { "rd_req_hdr", "rd_req_queue", "rd_req_num", NULL };
	static const char *const rx[] = { "rx_cpl_hdr", "rx_cpl_data", "rx_cpl_keep", "rx_cpl_sop", "rx_cpl_eop", NULL };
	static const char *const done[] = { "h2c_done_op", "h2c_done_status", "h2c_done_bytes", NULL };
	static const char *const end[] = { "issue_done_op", "issue_done_status", "issue_done_kind", NULL };
	static const char *const c2h[] = { "c2h_op", "c2h_queue", "c2h_num", "c2h_host_addr", "c2h_card_addr",
					   "c2h_len", "c2h_attr", NULL };
	static const char *const aw[] = { "axi_awaddr", "axi_awlen", NULL };
	static const char *const w[] = { "axi_wdata", "axi_wstrb", "axi_wlast", NULL };
	static const char *const b[] = { "axi_bresp", NULL };
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->card = malloc(CARD_BYTES);
	e->owner = calloc(CARD_BYTES, sizeof(*e->owner));
	assert_true(e->card && e->owner);
	memset(e->card, EMPTY, CARD_BYTES);
	e->kick = stream_source(e->d, "kick", kick);
	e->rdreq = stream_sink(e->d, "rd_req", rdreq);
	e->rx = stream_source(e->d, "rx_cpl", rx);
	e->done = stream_sink(e->d, "h2c_done", done);
	e->end = stream_sink(e->d, "issue_done", end);
	e->c2h = stream_sink(e->d, "c2h", c2h);
	e->aw = stream_sink(e->d, "axi_aw", aw);
	e->w = stream_sink(e->d, "axi_w", w);
	e->b = stream_source(e->d, "axi_b", b);
	e->ops = (struct ops){ .d = e->d, .rng = &e->rng, .ready = "op_alloc_ready", .id = "op_alloc_id" };
	dut_hook(e->d, op_sample, op_drive, e);
	e->mrrs = 512;
	e->rcb = 64;
	e->ext = true;
	e->buf_hdr = 256;
	e->buf_data = 2048;
	e->fault_kind = F_N;
	e->fault_piece = -1;
	e->latency = 200;
	e->card_next = 64;
	return e;
}

static void env_start(struct env *e)
{
	struct dut *d = e->d;

	dut_set(d, "engine_enable", 1);
	dut_set(d, "fn_bdf", BDF);
	dut_set(d, "fn_mrrs", (unsigned)__builtin_ctz(e->mrrs / 128)); /* a power of two */
	dut_set(d, "fn_rcb", e->rcb == 128);
	dut_set(d, "fn_ext_tag", e->ext);
	dut_set(d, "fn_tag10", e->tag10);
	dut_set(d, "fn_ro", e->ro);
	dut_set(d, "fn_ns", e->ns);
	dut_set(d, "rx_cpl_buf_hdr", e->buf_hdr);
	dut_set(d, "rx_cpl_buf_data", e->buf_data);
	dut_set(d, "link_rst", 1);
	dut_reset(d, 4);
	dut_set(d, "link_rst", 0);
	dut_cycles(d, 2100); /* longest sweep of a RAM after reset */
	for (unsigned q = 0; q < Q_N; q++)
		queue_setup(e, q);
}

static void stalls(struct env *e, unsigned pct)
{
	struct stream *all[] = { e->kick, e->rdreq, e->rx, e->done, e->end, e->c2h, e->aw, e->w, e->b };

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stream_stall(all[i], pct);
	e->ops.stall = pct;
}

static void env_free(struct env *e)
{
	struct stream *all[] = { e->kick, e->rdreq, e->rx, e->done, e->end, e->c2h, e->aw, e->w, e->b };

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stream_free(all[i]);
	dut_free(e->d);
	free(e->card);
	free(e->owner);
	free(e);
}

static bool room(struct env *e, unsigned q)
{
	return e->desc_n < DESC_MAX && e->producer[q] - e->ended_n[q] < ENTRIES;
}

/* Puts a descriptor into the ring, without the doorbell. */
static struct desc *put(struct env *e, unsigned q, uint64_t host, uint64_t card, uint32_t len, uint32_t flags)
{
	struct desc *x = &e->desc[e->desc_n];
	uint32_t w[4] = { (uint32_t)host, host >> 32, len | flags | (uint32_t)(card >> 32) << 28, (uint32_t)card };

	assert_true(room(e, q));
	*x = (struct desc){ .queue = q, .num = e->producer[q], .host = host, .card = card, .len = len,
			    .c2h = e->c2h_queue[q], .fail_off = ~0u };
	memcpy(e->ring[q] + x->num % ENTRIES * 16, w, 16);
	e->desc_of[q][e->producer[q]++] = e->desc_n++;
	return x;
}

/* A good descriptor at a free place of card memory with the given low bits, guard bytes on both sides. */
static struct desc *put_good(struct env *e, unsigned q, uint64_t host, unsigned card_low, uint32_t len)
{
	uint64_t card = ((e->card_next + 4095) & ~4095ull) + card_low;
	struct desc *x;

	if (card - 4096 >= e->card_next && card >= 4096)
		card -= 4096;
	if (e->dense)
		card = (e->card_next + e->dense - 1) / e->dense * e->dense;
	if (e->c2h_queue[q])
		return put(e, q, host, dut_below(&e->rng, CARD_LIMIT - len), len, 0);
	assert_true(card + len + 8 < CARD_BYTES);
	e->card_next = card + len + 1 + dut_below(&e->rng, 8);
	x = put(e, q, host, card, len, 0);
	for (uint32_t i = 0; i < len; i++)
		e->owner[card + i] = x - e->desc + 1;
	return x;
}

static void ring_doorbell(struct env *e, unsigned q)
{
	struct stream_beat b = { 0 };

	stream_put_u64(e->kick, &b, 0, q);
	stream_put_u64(e->kick, &b, 1, e->producer[q]);
	stream_push(e->kick, &b);
}

static bool all_ended(const struct env *e)
{
	for (unsigned q = 0; q < Q_N; q++)
		if (!e->halted[q] && e->ended_n[q] != e->producer[q])
			return false;
	return true;
}

static bool reads_waiting(const struct env *e)
{
	for (unsigned i = 0; i < e->rd_n; i++)
		if (e->rd[i].used)
			return true;
	return stream_depth(e->rx) || stream_depth(e->b) || stream_depth(e->kick);
}

/* Nothing to come and the device idle: time jumps to its deadline. */
static void skip_time(struct env *e)
{
	uint64_t deadline = dut_get(e->d, "next_deadline");

	if (e->idle_run < 8 || reads_waiting(e) || deadline == 0xffffffffffff ||
	    deadline <= dut_get(e->d, "now"))
		return;
	e->skew += deadline - dut_get(e->d, "now");
}

static void run(struct env *e, unsigned limit)
{
	while (!all_ended(e) && limit--) {
		env_cycle(e);
		skip_time(e);
	}
	if (!all_ended(e))
		fail_msg("stuck: queue 0 %u of %u ended", e->ended_n[0], e->producer[0]);
}

static uint32_t fetched(struct env *e, unsigned q)
{
	uint32_t n;

	dut_set(e->d, "qst_queue", q);
	dut_set(e->d, "qst_valid", 1);
	dut_settle(e->d);
	dut_wait(e->d, "qst_fetch_ack", 50);
	n = dut_get(e->d, "qst_fetched");
	dut_cycle(e->d);
	dut_set(e->d, "qst_valid", 0);
	dut_cycle(e->d);
	return n;
}

/* Lets everything go, then: nothing is held, nothing was lost, no byte beside the descriptors' was touched. */
static void finish(struct env *e)
{
	unsigned quiet = 0;
	uint64_t good = 0;

	stalls(e, 0);
	for (unsigned limit = 100000; quiet < 1500 && limit; limit--) {
		env_cycle(e);
		skip_time(e);
		quiet = reads_waiting(e) || dut_get(e->d, "tags_in_use") ? 0 : quiet + 1;
	}
	assert_int_equal(dut_get(e->d, "empty"), 1);
	assert_int_equal(dut_get(e->d, "idle"), 1);
	assert_true(e->idle_run > 100);
	assert_true(e->idle_n > 100);
	assert_int_equal(dut_get(e->d, "tags_in_use"), 0);
	assert_int_equal(dut_get(e->d, "tags_quarantined"), e->quarantined);
	assert_int_equal(e->unexpected_seen, e->unexpected);
	assert_true(dut_get(e->d, "next_deadline") == 0xffffffffffff);
	for (unsigned q = 0; q < Q_N; q++)
		assert_int_equal(fetched(e, q), e->ended_n[q]);
	for (unsigned i = 0; i < e->desc_n; i++)
		if (e->desc[i].moved)
			assert_true(e->desc[i].num < e->halt_num[e->desc[i].queue]);
	for (unsigned i = 0; i < CARD_BYTES; i++) {
		if (!e->owner[i])
			assert_int_equal(e->card[i], EMPTY);
		good += e->owner[i] && e->desc[e->owner[i] - 1].fail_off == ~0u && e->desc[e->owner[i] - 1].moved;
	}
	assert_true(e->stat_h2c >= good);
	env_free(e);
}

static uint64_t random_host(struct env *e)
{
	uint64_t a = dut_rand(&e->rng) & 0xffffffffff;

	return dut_chance(&e->rng, 50) ? a & 0xfffffff : a | 1ull << 40;
}

/* Random descriptors on all queues while they run. */
static void traffic(struct env *e, unsigned n, unsigned len_max)
{
	while (n) {
		unsigned q = dut_below(&e->rng, Q_N), k = 1 + dut_below(&e->rng, 20);

		while (k-- && n && !e->halted[q] && room(e, q) && e->card_next + len_max + 8192 < CARD_BYTES) {
			put_good(e, q, random_host(e), dut_below(&e->rng, 4096), 1 + dut_below(&e->rng, len_max));
			n--;
		}
		if (!e->halted[q])
			ring_doorbell(e, q);
		for (k = dut_below(&e->rng, 100); k; k--) {
			env_cycle(e);
			skip_time(e);
		}
		if (e->card_next + len_max + 8192 >= CARD_BYTES || (e->halted[0] && e->halted[1] && e->halted[2]))
			break;
	}
	run(e, 200000);
}

static void every_alignment_and_edge_length(void **state)
{
	static const unsigned len[] = { 1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 127, 129, 511, 513, 4095, 4096, 4097 };
	static const unsigned host[] = { 0, 1, 2, 3, 4, 30, 63, 127, 4093, 4095 };
	static const unsigned card[] = { 0, 1, 3, 4, 31, 4064, 4095 };

	(void)state;
	for (unsigned l = 0; l < sizeof(len) / sizeof(len[0]); l++) {
		struct env *e = env_new();

		e->latency = 20;
		e->mrrs = 512;
		env_start(e);
		for (unsigned h = 0; h < sizeof(host) / sizeof(host[0]); h++)
			for (unsigned c = 0; c < sizeof(card) / sizeof(card[0]); c++) {
				if (!room(e, 0))
					run(e, 20000);
				put_good(e, 0, 0x123456000 + host[h], card[c], len[l]);
				ring_doorbell(e, 0);
			}
		run(e, 50000);
		finish(e);
	}
}

static void random_traffic_with_stalls(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct env *e = env_new();

		e->mrrs = 128u << i;
		e->rcb = i & 1 ? 128 : 64;
		e->ro = i & 1;
		e->ns = i & 2;
		e->c2h_queue[3] = e->c2h_queue[1] = true;
		env_start(e);
		stalls(e, i * 15);
		traffic(e, 300, 200u << i);
		finish(e);
	}
}

static void rings_wrap_many_times(void **state)
{
	struct env *e = env_new();

	(void)state;
	e->c2h_queue[2] = true;
	e->latency = 30;
	e->dense = 1;
	env_start(e);
	traffic(e, 3500, 40);
	assert_true(e->producer[0] > 4 * ENTRIES);
	finish(e);
}

static void few_tags_and_small_buffer(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct env *e = env_new();

		e->ext = false;
		e->latency = i == 0 ? 200 : 20;
		e->mrrs = i == 2 ? 4096 : 512;
		e->buf_hdr = i == 0 ? 256 : i == 1 ? 9 : 20;
		e->buf_data = i == 0 ? 4096 : i == 1 ? 40 : 2048;
		env_start(e);
		traffic(e, 200, 3000);
		if (i == 0)
			assert_int_equal(e->max_live, 32);
		finish(e);
	}
}

static void ten_bit_tags(void **state)
{
	struct env *e = env_new();

	(void)state;
	e->tag10 = true;
	e->latency = 2000;
	e->mrrs = 128;
	e->buf_hdr = 2048;
	e->buf_data = 8192;
	env_start(e);
	traffic(e, 300, 2500);
	assert_true(e->max_live > 32);
	finish(e);
}

static void each_fault_first_middle_last(void **state)
{
	(void)state;
	for (unsigned f = F_UR; f < F_N; f++)
		for (int piece = 0; piece < 3; piece++) {
			struct env *e = env_new();

			e->fault_kind = f;
			e->fault_piece = piece;
			e->fault_pct = 15;
			e->latency = 50;
			env_start(e);
			dut_set(e->d, "cpl_timeout_log2", 20);
			traffic(e, 40, 3000);
			if (f == F_SILENT || f == F_LOST)
				assert_int_equal(e->timeouts_seen, e->quarantined);
			finish(e);
		}
}

/* A read without answer ends at the fifth epoch; idle all the while but for the scans. */
static void silent_read_ends_after_4_to_5_epochs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct env *e = env_new();
		uint64_t from, busy = 0;

		e->fault_kind = F_SILENT;
		e->fault_pct = 100;
		e->latency = 0;
		env_start(e);
		dut_set(e->d, "cpl_timeout_log2", 12);
		while ((dut_now(e->d) & 4095) != 1000 * i)
			env_cycle(e);
		put_good(e, 0, 0x1000, 0, 64);
		ring_doorbell(e, 0);
		while (!e->quarantined)
			env_cycle(e);
		from = dut_now(e->d);
		while (!all_ended(e)) {
			env_cycle(e);
			busy += !e->idle_run;
		}
		assert_in_range(dut_now(e->d) - from, 4 * 4096 - 50, 5 * 4096 + 1100);
		assert_in_range(busy, 1, 5 * (1024 + 40));
		finish(e);
	}
}

static void fetch_fault_halts(void **state)
{
	(void)state;
	for (unsigned f = F_UR; f < F_N; f++) {
		struct env *e = env_new();

		e->fault_kind = f;
		e->fault_fetch_pct = 20;
		e->latency = 50;
		env_start(e);
		dut_set(e->d, "cpl_timeout_log2", 20);
		traffic(e, 150, 500);
		finish(e);
	}
}

static void any_faults_under_stalls(void **state)
{
	struct env *e = env_new();

	(void)state;
	e->fault_pct = 4;
	e->fault_fetch_pct = 1;
	e->axi_error_pct = 2;
	env_start(e);
	dut_set(e->d, "cpl_timeout_log2", 18);
	stalls(e, 25);
	traffic(e, 250, 3000);
	finish(e);
}

static void card_errors_give_good_prefix(void **state)
{
	struct env *e = env_new();

	(void)state;
	e->axi_error_pct = 15;
	env_start(e);
	stalls(e, 10);
	traffic(e, 150, 5000);
	finish(e);
}

static void bad_descriptor_halts(unsigned which)
{
	struct env *e = env_new();
	unsigned bad[] = { CW_STATUS_BAD_LEN, CW_STATUS_BAD_FLAGS, CW_STATUS_BAD_FLAGS, CW_STATUS_BAD_FLAGS,
			   CW_STATUS_BAD_RANGE, CW_STATUS_BAD_RANGE };
	uint32_t flags[] = { 0, 1u << 24, 1u << 25, 1u << 27, 0, 0 };
	uint64_t card[] = { 0, 0, 0, 0, CARD_LIMIT - 15, 0xfffffffff };

	env_start(e);
	for (unsigned i = 0; i < 30; i++) {
		if (i == 11)
			put(e, 1, 0x1000, card[which], which ? 16 : 0, flags[which])->bad = bad[which];
		else
			put_good(e, 1, 0x10000 + i, i, 200);
		put_good(e, 2, 0x20000 + i, i, 100);
	}
	ring_doorbell(e, 1);
	ring_doorbell(e, 2);
	for (unsigned i = 0; i < 6000; i++)
		env_cycle(e);
	assert_true(e->halted[1]);
	assert_int_equal(e->halt_num[1], 11);
	assert_int_equal(e->ended_n[2], 30);
	/* halted: a doorbell fetches nothing more */
	put_good(e, 1, 0x1000, 0, 16);
	ring_doorbell(e, 1);
	for (unsigned i = 0; i < 1000; i++)
		env_cycle(e);
	assert_int_equal(e->ended_n[1], 30);
	/* and enabling it again runs it from 0 */
	queue_setup(e, 1);
	put_good(e, 1, 0x30000, 5, 300);
	ring_doorbell(e, 1);
	run(e, 5000);
	finish(e);
}

static void bad_descriptors_halt_with_record(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		bad_descriptor_halts(i);
}

static void disable_ends_what_was_fetched(void **state)
{
	struct env *e = env_new();

	(void)state;
	e->latency = 300;
	env_start(e);
	for (unsigned i = 0; i < 60; i++)
		put_good(e, 0, 0x10000 + 512 * i, 0, 700);
	ring_doorbell(e, 0);
	stalls(e, 60);
	for (unsigned i = 0; i < 500; i++)
		env_cycle(e);
	e->halted[0] = true; /* what ends without record is right from here on */
	qcfg(e, 2, 0, 0, 0);
	finish(e);
}

static void quiesce_stops_fetching_and_resumes(void **state)
{
	struct env *e = env_new();
	uint32_t n;

	(void)state;
	env_start(e);
	qcfg(e, 3, 0, 0, 1);
	for (unsigned i = 0; i < 40; i++)
		put_good(e, 0, 0x10000 + i, 0, 100);
	ring_doorbell(e, 0);
	for (unsigned i = 0; i < 300; i++)
		env_cycle(e);
	n = fetched(e, 0);
	assert_int_equal(n, 0);
	qcfg(e, 3, 0, 0, 0);
	run(e, 10000);
	dut_set(e->d, "engine_enable", 0);
	put_good(e, 0, 0x10000, 0, 100);
	ring_doorbell(e, 0);
	for (unsigned i = 0; i < 300; i++)
		env_cycle(e);
	assert_int_equal(fetched(e, 0), 40);
	dut_set(e->d, "engine_enable", 1);
	run(e, 2000);
	finish(e);
}

/* A host without latency that keeps the ring filled: bytes written in 100 cycles. */
static unsigned rate(uint32_t len, unsigned mrrs, unsigned n)
{
	struct env *e = env_new();
	uint64_t from = 0, to = 0, moved = 0, bytes;

	e->latency = 0;
	e->no_split = true;
	e->mrrs = mrrs;
	e->buf_data = 8192;
	e->buf_hdr = 1024;
	e->dense = 64;
	env_start(e);
	for (unsigned i = 0; i < n || !all_ended(e); env_cycle(e)) {
		unsigned before = i;

		for (; i < n && room(e, 0) && (i - before < 8 || i < ENTRIES); i++)
			put_good(e, 0, 0x100000 + 4096 * i, 0, len);
		if (i != before)
			ring_doorbell(e, 0);
		if (!from && e->stat_h2c >= n * len / 4) {
			from = dut_now(e->d);
			moved = e->stat_h2c;
		}
		if (!to && e->stat_h2c >= n * len / 4 * 3) {
			to = dut_now(e->d);
			moved = e->stat_h2c - moved;
		}
	}
	bytes = moved * 100 / (to - from);
	finish(e);
	print_message("length %u, largest read %u: %u bytes in 100 cycles\n", len, mrrs, (unsigned)bytes);
	return bytes;
}

static void payload_moves_at_full_rate(void **state)
{
	(void)state;
	assert_true(rate(4096, 4096, 200) >= 3100);
	assert_true(rate(4096, 512, 200) >= 3100);
	assert_true(rate(512, 512, 1000) >= 2900);
	assert_true(rate(64, 512, 2000) >= 1500);
	assert_true(rate(8, 512, 2000) >= 200);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_alignment_and_edge_length),
		cmocka_unit_test(random_traffic_with_stalls),
		cmocka_unit_test(rings_wrap_many_times),
		cmocka_unit_test(few_tags_and_small_buffer),
		cmocka_unit_test(ten_bit_tags),
		cmocka_unit_test(each_fault_first_middle_last),
		cmocka_unit_test(silent_read_ends_after_4_to_5_epochs),
		cmocka_unit_test(fetch_fault_halts),
		cmocka_unit_test(any_faults_under_stalls),
		cmocka_unit_test(card_errors_give_good_prefix),
		cmocka_unit_test(bad_descriptors_halt_with_record),
		cmocka_unit_test(disable_ends_what_was_fetched),
		cmocka_unit_test(quiesce_stops_fetching_and_resumes),
		cmocka_unit_test(payload_moves_at_full_rate),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
