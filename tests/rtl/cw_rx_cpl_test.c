/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_rx_cpl: completions and ticks of several reads, to their places. */
#include <stdlib.h>

#include "driver/cw_regs.h"
#include "dut.h"
#include "stream.h"

#define TAGS 256
#define BDF 0x00f8
/* found_info: {fetch, id 8, card 64, offset 24, bytes 13, start 9} */
#define INFO_START 0
#define INFO_BYTES 9
#define INFO_OFFSET 22
#define INFO_CARD 46
#define INFO_ID 110
#define INFO_FETCH 118

struct rd {
	bool live, fetch, lost;
	unsigned id, start;
	uint64_t card;
	uint32_t offset, bytes;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *rx, *tick, *card, *failed;
	struct rd rd[TAGS];
	unsigned found; /* tag last looked up */
	unsigned ended, quarantined, unexpected, timeouts, cpls, filled, fill_ends, fill_fails;
};

static void sample(void *ctx)
{
	struct env *e = ctx;

	e->unexpected += dut_get(e->d, "err_cpl_unexpected");
	e->timeouts += dut_get(e->d, "err_cpl_timeout");
	e->cpls += dut_get(e->d, "stat_cpl");
	e->filled += dut_get(e->d, "fill_valid");
	if (dut_get(e->d, "fill_end_valid")) {
		e->fill_ends++;
		e->fill_fails += dut_get(e->d, "fill_end_fail");
	}
	if (dut_get(e->d, "end_valid")) {
		assert_true(e->rd[e->found].live);
		e->rd[e->found].live = false;
		e->ended++;
		e->quarantined += dut_get(e->d, "end_quarantine");
	}
	if (dut_get(e->d, "find_en"))
		e->found = dut_get(e->d, "find_tag");
	else
		e->found |= 0x1000; /* unchanged: keep what was shown */
}

static void drive(void *ctx)
{
	struct env *e = ctx;
	struct rd *r;

	if (e->found & 0x1000) {
		e->found &= 0xfff;
		return;
	}
	r = &e->rd[e->found];
	dut_set(e->d, "found", r->live);
	dut_set(e->d, "found_lost", r->lost);
	dut_set_bits(e->d, "found_info", INFO_START, 9, r->start);
	dut_set_bits(e->d, "found_info", INFO_BYTES, 13, r->bytes);
	dut_set_bits(e->d, "found_info", INFO_OFFSET, 24, r->offset);
	dut_set_bits(e->d, "found_info", INFO_CARD, 64, r->card);
	dut_set_bits(e->d, "found_info", INFO_ID, 8, r->id);
	dut_set_bits(e->d, "found_info", INFO_FETCH, 1, r->fetch);
}

static struct env *start(unsigned stall)
{
	static const char *const rx[] = { "rx_cpl_hdr", "rx_cpl_data", "rx_cpl_sop", "rx_cpl_eop", NULL };
	static const char *const tick[] = { "tick_tag", "tick_age", NULL };
	static const char *const card[] = { "card_sop", "card_eop", "card_data", NULL };
	static const char *const failed[] = { "failed_op", "failed_offset", "failed_bytes", "failed_status", NULL };
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->rx = stream_source(e->d, "rx_cpl", rx);
	e->tick = stream_source(e->d, "tick", tick);
	e->card = stream_sink(e->d, "card", card);
	e->failed = stream_sink(e->d, "failed", failed);
	stream_stall(e->rx, stall);
	stream_stall(e->card, stall);
	stream_stall(e->failed, stall);
	dut_hook(e->d, sample, drive, e);
	dut_set(e->d, "fn_bdf", BDF);
	dut_reset(e->d, 3);
	dut_cycles(e->d, 300);
	return e;
}

static void stop(struct env *e)
{
	assert_int_equal(dut_get(e->d, "idle"), 1);
	assert_int_equal(dut_get(e->d, "empty"), 1);
	stream_free(e->rx);
	stream_free(e->tick);
	stream_free(e->card);
	stream_free(e->failed);
	dut_free(e->d);
	free(e);
}

static void read_made(struct env *e, unsigned tag, bool fetch, unsigned start_at, uint32_t bytes)
{
	e->rd[tag] = (struct rd){ .live = true, .fetch = fetch, .id = tag % 16, .start = start_at, .bytes = bytes,
				  .card = 0x100000000ull * tag, .offset = 4096 };
}

static void push(struct env *e, unsigned tag, unsigned start_at, uint32_t left, uint32_t bytes, unsigned ep, uint16_t bdf)
{
	unsigned dw = (start_at % 4 + bytes + 3) / 4;
	uint32_t h[4] = { 0x4a000000 | ep << 14 | (dw & 0x3ff), left & 0xfff,
			  (uint32_t)bdf << 16 | tag << 8 | (start_at & 0x7f), 0 };

	for (unsigned i = 0; i < dw; i += 8) {
		struct stream_beat b = { 0 };

		stream_put(e->rx, &b, 0, h, 16);
		stream_put_u64(e->rx, &b, 2, i == 0);
		stream_put_u64(e->rx, &b, 3, i + 8 >= dw);
		stream_push(e->rx, &b);
	}
}

static void push_tick(struct env *e, unsigned tag, bool age)
{
	struct stream_beat b = { 0 };

	stream_put_u64(e->tick, &b, 0, tag);
	stream_put_u64(e->tick, &b, 1, age);
	stream_push(e->tick, &b);
}

static void settle(struct env *e)
{
	while (stream_depth(e->rx) || stream_depth(e->tick))
		dut_cycle(e->d);
	dut_cycles(e->d, 40);
}

static void one_beat_completions_go_back_to_back(void **state)
{
	struct env *e = start(0);
	uint64_t from;

	(void)state;
	/* one tag again and again: each completion sees what the one before it left */
	read_made(e, 9, false, 0, 4096);
	for (uint32_t at = 0; at < 4096; at += 32)
		push(e, 9, at, 4096 - at, 32, 0, BDF);
	from = dut_now(e->d);
	while (!e->ended)
		dut_cycle(e->d);
	assert_in_range(dut_now(e->d) - from, 128, 132);
	assert_int_equal(e->cpls, 128);
	settle(e);
	assert_int_equal(stream_depth(e->card), 128);
	assert_int_equal(e->unexpected + e->quarantined, 0);
	stop(e);
}

static void fifth_tick_ends_the_read(void **state)
{
	struct env *e = start(0);
	struct stream_beat b;

	(void)state;
	read_made(e, 3, false, 0, 512);
	for (unsigned i = 0; i < 4; i++)
		push_tick(e, 3, true);
	push_tick(e, 3, false); /* a scan for lost tags only */
	push(e, 3, 0, 512, 64, 0, BDF);
	push_tick(e, 4, true); /* not outstanding */
	settle(e);
	assert_int_equal(e->timeouts, 0);
	push_tick(e, 3, true);
	settle(e);
	assert_int_equal(e->timeouts, 1);
	assert_int_equal(e->quarantined, 1);
	assert_true(stream_pop(e->failed, &b));
	assert_int_equal(stream_take_u64(e->failed, &b, 0), 3);
	assert_int_equal(stream_take_u64(e->failed, &b, 1), 4096 + 64);
	assert_int_equal(stream_take_u64(e->failed, &b, 2), 512 - 64);
	assert_int_equal(stream_take_u64(e->failed, &b, 3), CW_STATUS_TIMEOUT);
	/* what comes now is unexpected; a new read of the tag starts at age 0 */
	push(e, 3, 64, 448, 64, 0, BDF);
	settle(e);
	assert_int_equal(e->unexpected, 1);
	read_made(e, 3, false, 0, 64);
	for (unsigned i = 0; i < 4; i++)
		push_tick(e, 3, true);
	push(e, 3, 0, 64, 64, 0, BDF);
	settle(e);
	assert_int_equal(e->timeouts, 1);
	assert_int_equal(e->ended, 2);
	stop(e);
}

static void ticks_are_not_starved_by_completions(void **state)
{
	struct env *e = start(0);

	(void)state;
	read_made(e, 1, false, 0, 4096);
	for (uint32_t at = 0; at < 4096; at += 64)
		push(e, 1, at, 4096 - at, 64, 0, BDF);
	for (unsigned i = 0; i < 32; i++)
		push_tick(e, 200, true);
	dut_cycles(e->d, 110);
	assert_int_equal(stream_depth(e->tick), 0);
	settle(e);
	assert_int_equal(e->ended, 1);
	stop(e);
}

static void strangers_are_dropped_whole(void **state)
{
	struct env *e = start(20);

	(void)state;
	read_made(e, 5, false, 0, 256);
	push(e, 5, 0, 256, 128, 0, BDF);
	push(e, 6, 0, 512, 512, 0, BDF);     /* no such read */
	push(e, 5, 128, 128, 128, 0, BDF + 1); /* another requester */
	push(e, 5, 128, 128, 128, 0, BDF);
	settle(e);
	assert_int_equal(e->unexpected, 2);
	assert_int_equal(e->ended, 1);
	assert_int_equal(stream_depth(e->card), 8);
	stop(e);
}

static void descriptors_go_to_their_buffer(void **state)
{
	struct env *e = start(0);

	(void)state;
	read_made(e, 7, true, 0x110, 0xf0);
	push(e, 7, 0x110, 0xf0, 0x30, 0, BDF);
	push(e, 7, 0x140, 0xc0, 0xc0, 0, BDF);
	settle(e);
	assert_int_equal(e->filled, 2 + 6);
	assert_int_equal(e->fill_ends, 1);
	assert_int_equal(e->fill_fails, 0);
	/* poison in the first part fails the batch, but the read ends with its last part */
	read_made(e, 7, true, 0, 128);
	push(e, 7, 0, 128, 64, 1, BDF);
	settle(e);
	assert_int_equal(e->fill_ends, 1);
	push(e, 7, 64, 64, 64, 0, BDF);
	settle(e);
	assert_int_equal(e->fill_ends, 2);
	assert_int_equal(e->fill_fails, 1);
	assert_int_equal(e->quarantined, 0);
	read_made(e, 7, true, 0, 128);
	push(e, 7, 0, 128, 128, 0, BDF);
	settle(e);
	assert_int_equal(e->fill_fails, 1);
	stop(e);
}

static void poisoned_bytes_fail_and_the_rest_goes_on(void **state)
{
	struct env *e = start(30);
	struct stream_beat b;

	(void)state;
	read_made(e, 2, false, 0x21, 191);
	push(e, 2, 0x21, 191, 31, 0, BDF);
	push(e, 2, 0x40, 160, 64, 1, BDF);
	push(e, 2, 0x80, 96, 96, 0, BDF);
	settle(e);
	assert_int_equal(stream_depth(e->failed), 1);
	assert_true(stream_pop(e->failed, &b));
	assert_int_equal(stream_take_u64(e->failed, &b, 1), 4096 + 31);
	assert_int_equal(stream_take_u64(e->failed, &b, 2), 64);
	assert_int_equal(stream_take_u64(e->failed, &b, 3), CW_STATUS_POISON);
	assert_int_equal(stream_depth(e->card), 1 + 3);
	assert_int_equal(e->ended, 1);
	stop(e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_beat_completions_go_back_to_back),
		cmocka_unit_test(fifth_tick_ends_the_read),
		cmocka_unit_test(ticks_are_not_starved_by_completions),
		cmocka_unit_test(strangers_are_dropped_whole),
		cmocka_unit_test(descriptors_go_to_their_buffer),
		cmocka_unit_test(poisoned_bytes_fail_and_the_rest_goes_on),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
