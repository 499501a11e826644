/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels of a bus that cross from clk to another clock and back: what enters each comes out of it, each field, in
 * order, whatever the clocks are; and a reset of either side is told to the other. For cw_axi_cdc and cw_lite_cdc.
 */
#ifndef CW_CDC_CHANNELS_H
#define CW_CDC_CHANNELS_H

#include <stdio.h>
#include <string.h>

#include "dut.h"
#include "stream.h"
#include "two_clocks.h"

#define CHANNEL_N 5

struct channel {
	const char *in, *out; /* streams */
	bool back;	      /* from the other clock to clk */
	const char *in_fields[7], *out_fields[7];
};

struct bus {
	const char *other_clk, *other_rst, *other_lost;
	struct channel channel[CHANNEL_N];
};

struct crossing {
	const struct bus *bus;
	struct dut *d;
	struct stream *in[CHANNEL_N], *out[CHANNEL_N];
	struct two_clocks c;
	struct dut_rng rng;
};

static void start(struct crossing *x, const struct bus *bus)
{
	*x = (struct crossing){ .bus = bus, .d = dut_new(dut_seed()) };
	dut_rng_init(&x->rng, dut_seed());
	two_clocks(&x->c, x->d, "clk", bus->other_clk, &x->rng);
	for (unsigned i = 0; i < CHANNEL_N; i++) {
		const struct channel *c = &bus->channel[i];

		dut_clock(x->d, c->back ? bus->other_clk : "clk");
		x->in[i] = stream_source(x->d, c->in, c->in_fields);
		dut_clock(x->d, c->back ? "clk" : bus->other_clk);
		x->out[i] = stream_sink(x->d, c->out, c->out_fields);
	}
}

static void end(struct crossing *x)
{
	dut_free(x->d);
	for (unsigned i = 0; i < CHANNEL_N; i++) {
		stream_free(x->in[i]);
		stream_free(x->out[i]);
	}
}

static uint64_t bits(const void *key, unsigned n)
{
	struct dut_rng r;

	dut_rng_init(&r, (uint64_t)(uintptr_t)key);
	return dut_rand(&r) >> (64 - n);
}

/* Fields of beat number n of a channel: any bits, known to both ends. */
static void fill(struct crossing *x, unsigned channel, unsigned n, struct stream_beat *b)
{
	const struct channel *c = &x->bus->channel[channel];

	memset(b, 0, sizeof(*b));
	for (unsigned f = 0; c->in_fields[f]; f++) {
		unsigned width = dut_width(x->d, c->in_fields[f]);
		uint32_t word[16] = { 0 };

		for (unsigned w = 0; w < (width + 31) / 32; w++)
			word[w] = (uint32_t)bits((void *)(uintptr_t)(((channel * 8ul + f) * 16 + w) * 100000 + n),
						 width - 32 * w < 32 ? width - 32 * w : 32);
		stream_put(x->in[channel], b, f, word, (width + 31) / 32 * 4);
	}
}

static void push_all(struct crossing *x, unsigned from, unsigned n)
{
	struct stream_beat b;

	for (unsigned i = 0; i < CHANNEL_N; i++)
		for (unsigned k = from; k < from + n; k++) {
			fill(x, i, k, &b);
			stream_push(x->in[i], &b);
		}
}

static void expect_all(struct crossing *x, unsigned from, unsigned n)
{
	struct stream_beat b, want;

	for (unsigned i = 0; i < CHANNEL_N; i++) {
		for (unsigned k = from; k < from + n; k++) {
			fill(x, i, k, &want);
			assert_true(stream_pop(x->out[i], &b));
			assert_memory_equal(b.bytes, want.bytes, sizeof(b.bytes));
		}
		assert_int_equal(stream_depth(x->out[i]), 0);
	}
}

static void wait_for_all(struct crossing *x, unsigned n)
{
	for (unsigned i = 0; i < CHANNEL_N; i++)
		for (unsigned limit = 0; stream_depth(x->out[i]) < n; limit++) {
			assert_true(limit < 100000);
			two_step(&x->c);
		}
}

static void channels_keep_fields_and_order(const struct bus *bus)
{
	struct crossing x;

	start(&x, bus);
	for (unsigned r = 0; r < TWO_RATIO_N; r++) {
		two_periods(&x.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		push_all(&x, 60 * r, 60);
		for (unsigned k = 0; k < 20; k++) {
			for (unsigned i = 0; i < CHANNEL_N; i++) {
				stream_stall(x.in[i], dut_below(&x.rng, 90) * dut_below(&x.rng, 2));
				stream_stall(x.out[i], dut_below(&x.rng, 90) * dut_below(&x.rng, 2));
			}
			two_steps(&x.c, 20);
		}
		wait_for_all(&x, 60);
		expect_all(&x, 60 * r, 60);
	}
	end(&x);
}

/* A channel that is held up holds up no other. */
static void channels_do_not_wait_for_one_another(const struct bus *bus)
{
	for (unsigned held = 0; held < CHANNEL_N; held++) {
		struct crossing x;

		start(&x, bus);
		stream_hold(x.out[held], true);
		push_all(&x, 0, 60);
		two_steps(&x.c, 300);
		for (unsigned i = 0; i < CHANNEL_N; i++)
			assert_int_equal(stream_depth(x.out[i]), i == held ? 0 : 60);
		end(&x);
	}
}

/* Beats of a channel wait at its output when a side is reset: they are lost, both sides are told, and all is new. */
static void a_reset_loses_all_and_is_told(const struct bus *bus)
{
	struct crossing x;

	start(&x, bus);
	for (unsigned r = 0; r < TWO_RATIO_N * 2; r++) {
		const char *rst = r % 2 ? bus->other_rst : "rst";
		unsigned told[2] = { 0, 0 };

		two_periods(&x.c, two_ratios[r / 2].a, two_ratios[r / 2].b, two_ratios[r / 2].jitter);
		two_steps(&x.c, 400);
		assert_int_equal(dut_get(x.d, "lost"), 0);
		assert_int_equal(dut_get(x.d, bus->other_lost), 0);
		push_all(&x, 0, 10);
		wait_for_all(&x, 10);
		expect_all(&x, 0, 10);
		/* a pulse of one cycle of its own clock is enough */
		dut_set(x.d, rst, 1);
		while (two_step(&x.c) != r % 2)
			;
		dut_set(x.d, rst, 0);
		dut_settle(x.d);
		assert_int_equal(dut_get(x.d, r % 2 ? bus->other_lost : "lost"), 1);
		for (unsigned k = 0; k < 400; k++) {
			unsigned side = two_step(&x.c);

			told[side] += dut_get(x.d, side ? bus->other_lost : "lost") != 0;
			for (unsigned i = 0; i < CHANNEL_N; i++)
				assert_int_equal(stream_depth(x.out[i]), 0);
		}
		assert_true(told[0] >= 3 && told[1] >= 3);
	}
	end(&x);
}

/* What is offered and not taken goes with the reset: who would take it is reset too. */
static void what_is_offered_goes_too(const struct bus *bus)
{
	for (unsigned side = 0; side < 2; side++) {
		struct crossing x;
		char valid[CHANNEL_N][32];

		start(&x, bus);
		push_all(&x, 0, 40);
		for (unsigned i = 0; i < CHANNEL_N; i++) {
			stream_hold(x.out[i], true);
			snprintf(valid[i], sizeof(valid[i]), "%svalid", bus->channel[i].out);
		}
		two_steps(&x.c, 100);
		dut_unhook(x.d); /* a sink would not have valid fall */
		for (unsigned i = 0; i < CHANNEL_N; i++) {
			char in_valid[32];

			assert_int_equal(dut_get(x.d, valid[i]), 1);
			snprintf(in_valid, sizeof(in_valid), "%svalid", bus->channel[i].in);
			dut_set(x.d, in_valid, 0);
		}
		dut_set(x.d, side ? bus->other_rst : "rst", 1);
		two_steps(&x.c, 60);
		dut_set(x.d, side ? bus->other_rst : "rst", 0);
		for (unsigned k = 0; k < 100; k++) {
			for (unsigned i = 0; i < CHANNEL_N; i++)
				assert_int_equal(dut_get(x.d, valid[i]), 0);
			two_step(&x.c);
		}
		end(&x);
	}
}

#endif
