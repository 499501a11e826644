// SPDX-License-Identifier: BSD-2-Clause
/*
 * The UltraScale+ model with address-aligned interfaces (PG213, Data Alignment Options): what it makes of packets from a
 * shim, the rules that it holds a shim to, and where it puts payloads. Beats are made here by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../sim/device/shim_usplus.h"

#define ADDR 0x12345000u
#define DESC_WRITE(n) { ADDR, 0x1, (n) | 1u << 11, 7 }
#define DESC_READ(n) { ADDR, 0x1, (n), 7 }

static struct us *model_new(bool aligned)
{
	struct us *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->param.data_dw = 8;
	s->aligned = aligned;
	cw_rng_seed(&s->rng, 1, CW_RNG_SHIM);
	us_rx_init(s);
	us_tx_init(s);
	s->pins.flags = US_I_RQ_READY | US_I_CC_READY;
	return s;
}

static void model_free(struct us *s)
{
	us_rx_clear(s);
	us_tx_clear(s);
	free(s);
}

/* One packet from the shim: n DWs as they lie in its beats. */
static void give(struct us *s, bool rq, const uint32_t *dw, unsigned n, unsigned offset)
{
	for (unsigned at = 0; at < n; at += 8) {
		unsigned now = n - at < 8 ? n - at : 8;
		bool last = at + 8 >= n;
		struct us_wires_out o = {
			.flags = rq ? US_O_RQ_VALID | (last ? US_O_RQ_LAST : 0) : US_O_CC_VALID | (last ? US_O_CC_LAST : 0),
			.keep = ((1u << now) - 1) << (rq ? 16 : 0),
		};
		uint32_t *data = o.data + (rq ? 0 : 8);

		memcpy(data, dw + at, 4 * now);
		if (rq)
			us_set_bits(o.rq_user, 0, 11, 0xff | offset << 8);
		for (unsigned i = 0; i < 8; i++)
			us_set_bits(rq ? o.rq_user : o.cc_user, (rq ? 28 : 1) + 4 * i, 4, us_odd_parity(data[i]));
		assert_int_equal(us_tx_take(s, &o), 0);
	}
}

/* The first rule that was broken must be this one; "": none. */
static void verdict(struct us *s, const char *rule)
{
	char want[64];

	if (*rule) {
		snprintf(want, sizeof(want), "usplus: %s at cycle 0: ", rule);
		s->why[strlen(want)] = '\0';
		assert_string_equal(s->why, want);
	} else
		assert_string_equal(s->why, "");
	model_free(s);
}

/* A write of three DWs whose first lies at DW `at`, of which the shim says `offset`. */
static void write_at(bool aligned, unsigned at, unsigned offset, const char *rule)
{
	uint32_t dw[32] = DESC_WRITE(3);
	static const uint32_t payload[3] = { 0x11, 0x22, 0x33 };
	struct us *s = model_new(aligned);

	memcpy(dw + at, payload, sizeof(payload));
	give(s, true, dw, at + 3, offset);
	if (!*rule) {
		assert_int_equal(s->rq.n, 1);
		assert_int_equal(s->rq.head->tlp.data_len, sizeof(payload));
		assert_memory_equal(s->rq.head->tlp.data, payload, sizeof(payload));
	}
	verdict(s, rule);
}

static void requests_are_held_to_their_alignment(void **state)
{
	(void)state;
	for (unsigned lane = 0; lane < 8; lane++)
		write_at(true, 8 + lane, lane, "");
	write_at(false, 4, 0, "");
	write_at(true, 4, 0, "rq-aligned");  /* in the descriptor's beat */
	write_at(true, 9, 2, "rq-aligned");  /* a DW before what addr_offset says */
	write_at(true, 10, 1, "rq-length");  /* and one behind */
	write_at(false, 4, 1, "rq-offset");
}

/* The answer to a read of two DWs at lower address `lower`, with its first DW at `at`. */
static void answer_at(unsigned lower, unsigned at, unsigned status, const char *rule)
{
	uint32_t dw[32] = { lower | (status ? 4u : 8u) << 16, (status ? 0 : 2u) | status << 11, 5 };
	struct us *s = model_new(true);
	unsigned n = status ? 8 : at + 2;

	s->asked[5] = us_packet_new();
	assert_non_null(s->asked[5]);
	memset(s->asked[5]->dw, 0, 16);
	if (!status)
		dw[at] = 0x44, dw[at + 1] = 0x55;
	give(s, false, dw, n, 0);
	verdict(s, rule);
}

static void completions_are_held_to_their_alignment(void **state)
{
	(void)state;
	for (unsigned lane = 0; lane < 8; lane++)
		answer_at(0x40 | lane << 2 | 1, 8 + lane, CW_CPL_SC, "");
	answer_at(0x40, 3, CW_CPL_SC, "cc-aligned");
	answer_at(0x4c, 8, CW_CPL_SC, "cc-aligned");
	answer_at(0x40, 11, CW_CPL_SC, "cc-length");
	answer_at(0x4c, 0, CW_CPL_UR, ""); /* 8 DWs, in one beat */
}

/* One completion of `n` DWs, `left` bytes before it, comes from the link. */
static void complete(struct us *s, unsigned n, unsigned left, unsigned lower)
{
	struct cw_wires_in in = {
		.flags = CW_I_RX_CPL_VALID | CW_I_RX_CPL_SOP | CW_I_RX_CPL_EOP,
		.keep = (1u << n) - 1,
		.cpl_hdr = { 0x4a000000u | n, left, 7u << 8 | lower, 0 },
	};

	for (unsigned i = 0; i < n; i++)
		in.data[i] = 0x1000 + i;
	assert_int_equal(us_rx_take(s, &in, CW_O_RX_CPL_READY), 0);
}

/* The two beats that the shim sees of it; where its payload begins. */
static unsigned lane_shown(struct us *s, unsigned n)
{
	struct us_wires_out taken = { .flags = US_O_RC_READY };
	unsigned lane = 0;

	us_rx_show(s);
	assert_int_equal(s->pins.keep >> 16, 0xff);
	assert_int_equal(s->pins.flags & (US_I_RC_VALID | US_I_RC_LAST), US_I_RC_VALID);
	for (unsigned i = 3; i < 8; i++)
		assert_int_equal(s->pins.data[8 + i], 0);
	assert_int_equal(us_bits(s->pins.rc_user, 0, 32), 0); /* byte_en: none */
	us_rx_taken(s, &taken);
	us_rx_show(s);
	assert_int_equal(s->pins.flags & (US_I_RC_VALID | US_I_RC_LAST), US_I_RC_VALID | US_I_RC_LAST);
	while (!us_bits(s->pins.rc_user, 4 * lane, 4))
		lane++;
	assert_int_equal(s->pins.keep >> 16, (1u << (lane + n)) - 1);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(s->pins.data[8 + lane + i], 0x1000 + i);
	us_rx_taken(s, &taken);
	return lane;
}

/* addr_offset 3, in two pieces of two DWs: the second is at DW 3 again or goes on at DW 5, as the guide leaves it open. */
static void pieces_of_an_answer_have_their_places(void **state)
{
	static const uint32_t read[4] = DESC_READ(4);
	unsigned again = 0, on = 0;
	struct us *s = model_new(true);

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		unsigned lane;

		give(s, true, read, 4, 3);
		complete(s, 2, 16, ADDR & 0x7f);
		assert_int_equal(lane_shown(s, 2), 3);
		complete(s, 2, 8, (ADDR + 8) & 0x7f);
		lane = lane_shown(s, 2);
		again += lane == 3;
		on += lane == 5;
	}
	assert_int_equal(again + on, 64);
	assert_true(again && on);
	verdict(s, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_held_to_their_alignment),
		cmocka_unit_test(completions_are_held_to_their_alignment),
		cmocka_unit_test(pieces_of_an_answer_have_their_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
