/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The streams of the Xilinx 7-series integrated block for PCI Express, beat by beat:
 * AMD PG054, "Core Interfaces" (tables of the transmit and the receive interface) and
 * "Designing with the Core" (64- and 128-bit data ordering, straddle). Used by the model
 * of the block (shim_7series.c) and by the shim's block test.
 *
 * A TLP here is its DWs as on the link, header then payload; in each the byte that is sent
 * first is bits 31:24 (PG054, TLP format on the AXI4-Stream interface).
 */
#ifndef CW_AXIS_7SERIES_H
#define CW_AXIS_7SERIES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define S7_DW_MAX (4 + 1024 + 1) /* header, payload, digest */

enum { /* m_axis_rx_tuser, PG054 table "Receive Interface Signals" */
	S7_RX_ECRC_ERR = 1u << 0, S7_RX_ERR_FWD = 1u << 1, /* 9:2 rx_bar_hit */
	S7_RX_SOF = 1u << 14, S7_RX_EOF = 1u << 21,        /* 13:10 and 20:17: the byte */
};
#define S7_RX_HIT(bits) ((uint32_t)(bits) << 2)
#define S7_RX_SOF_AT(byte) (S7_RX_SOF | (uint32_t)(byte) << 10)
#define S7_RX_EOF_AT(byte) (S7_RX_EOF | (uint32_t)(byte) << 17)

enum { /* s_axis_tx_tuser, PG054 table "Transmit Interface" */
	S7_TX_ECRC_GEN = 1u << 0, S7_TX_ERR_FWD = 1u << 1, S7_TX_STR = 1u << 2, S7_TX_SRC_DSC = 1u << 3,
};

struct s7_tlp {
	uint32_t dw[S7_DW_MAX];
	unsigned n;
	unsigned hit;  /* rx_bar_hit */
	bool poisoned; /* rx_err_fwd */
};

struct s7_beat {
	uint32_t data[4];
	uint32_t keep; /* a bit a byte */
	uint32_t user;
	bool last;
};

/* One direction: the TLP being shown. next() fills *t and returns true while there is one. */
struct s7_stream {
	struct s7_tlp t;
	unsigned at;   /* DWs of t shown */
	bool busy;
	bool straddle; /* 128 bits: a TLP may begin behind the end of another in one beat */
	bool (*next)(void *ctx, struct s7_tlp *t);
	void *ctx;
};

static inline uint32_t s7_swap(uint32_t v)
{
	return v >> 24 | (v >> 8 & 0xff00u) | (v << 8 & 0xff0000u) | v << 24;
}

/* Two DWs of the beat from byte `at` on; returns whether the TLP has ended there. */
static inline bool s7_half(struct s7_stream *s, struct s7_beat *b, unsigned at)
{
	unsigned n = s->t.n - s->at > 2 ? 2 : s->t.n - s->at;

	for (unsigned i = 0; i < n; i++)
		b->data[at / 4 + i] = s->t.dw[s->at + i];
	b->keep |= (n == 2 ? 0xffu : 0xfu) << at;
	s->at += n;
	if (s->at < s->t.n)
		return false;
	b->user |= S7_RX_EOF_AT(at + 4 * n - 1);
	s->busy = false;
	return true;
}

static inline bool s7_begin(struct s7_stream *s, struct s7_beat *b, unsigned at)
{
	if (s->busy || !s->next(s->ctx, &s->t))
		return s->busy;
	s->busy = true;
	s->at = 0;
	b->user |= S7_RX_SOF_AT(at);
	return true;
}

/* The receive stream's next beat, 64 or 128 bits; false: none. Bits that the width does not have are 0. */
static inline bool s7_rx_beat(struct s7_stream *s, unsigned width, struct s7_beat *b)
{
	bool ended;

	memset(b, 0, sizeof(*b));
	if (!s7_begin(s, b, 0))
		return false;
	b->user |= S7_RX_HIT(s->t.hit) | (s->t.poisoned ? S7_RX_ERR_FWD : 0);
	ended = s7_half(s, b, 0);
	if (width == 64) {
		/* Frame marks are of the 128-bit interface; 64 bits have tlast and tkeep. */
		b->user &= 0x3ff;
		b->last = ended;
		return true;
	}
	if (!ended) {
		s7_half(s, b, 8);
	} else if (s->straddle && s7_begin(s, b, 8)) {
		/* The hit bits are those of the TLP that begins. */
		b->user = (b->user & ~0x3feu) | S7_RX_HIT(s->t.hit) | (s->t.poisoned ? S7_RX_ERR_FWD : 0);
		s7_half(s, b, 8);
	}
	b->keep = 0xffff; /* 128 bits: tuser says what is valid */
	return true;
}

/* One beat of the transmit stream joins t; NULL, or what is wrong with it. */
static inline const char *s7_tx_beat(struct s7_tlp *t, unsigned width, const struct s7_beat *b)
{
	unsigned dws = width / 32, n = 0;

	for (unsigned i = 0; i < dws; i++) {
		unsigned nibble = b->keep >> 4 * i & 0xf;

		if (nibble != 0 && nibble != 0xf)
			return "tkeep has a part of a DW";
		if (nibble && n < i)
			return "tkeep has a hole";
		n += nibble != 0;
	}
	if (!n || (!b->last && n < dws))
		return "a beat before the last is not full";
	if (t->n + n > S7_DW_MAX)
		return "a TLP is longer than any";
	memcpy(t->dw + t->n, b->data, 4 * n);
	t->n += n;
	return NULL;
}

#endif
