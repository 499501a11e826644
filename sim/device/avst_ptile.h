/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Avalon-ST streams of Intel's P-Tile IP for PCI Express, cycle by cycle: UG-20225
 * (683059), 4.4.1 (TLP header and data alignment), 4.4.2 and 4.4.5 (RX and TX interface).
 * Used by the model of the IP (shim_ptile.c) and by the shim's block test.
 *
 * A segment carries up to eight DWs of payload from lane 0, byte 0 of a DW lowest, and a
 * header beside its first: header DW 0 in bits 127:96.
 */
#ifndef CW_AVST_PTILE_H
#define CW_AVST_PTILE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct pt_tlp {
	uint32_t hdr[4]; /* DW 0 first */
	uint32_t data[1024];
	unsigned len;    /* DWs of payload */
	unsigned bar;    /* rx_st_bar_range */
};

struct pt_seg {
	bool valid, sop, eop;
	uint32_t hdr[4]; /* as on the pins: DW 3 of the header lowest */
	uint32_t data[8];
	unsigned bar;
};

struct pt_stream {
	struct pt_tlp t;
	unsigned at;
	bool busy;
	bool (*next)(void *ctx, struct pt_tlp *t);
	void *ctx;
};

/* One cycle of the receive stream, segs segments; false: nothing. The second begins a TLP only behind the
 * end of another. */
static inline bool pt_rx_cycle(struct pt_stream *s, unsigned segs, struct pt_seg *seg)
{
	bool any = false;

	memset(seg, 0, segs * sizeof(*seg));
	for (unsigned i = 0; i < segs; i++, seg++) {
		unsigned n;

		if (!s->busy) {
			if (!s->next(s->ctx, &s->t))
				break;
			s->busy = seg->sop = true;
			s->at = 0;
			for (unsigned k = 0; k < 4; k++)
				seg->hdr[k] = s->t.hdr[3 - k];
			seg->bar = s->t.bar;
		}
		n = s->t.len - s->at < 8 ? s->t.len - s->at : 8;
		memcpy(seg->data, s->t.data + s->at, 4 * n);
		s->at += n;
		any = seg->valid = true;
		seg->eop = s->at == s->t.len;
		s->busy = !seg->eop;
	}
	return any;
}

/* A segment of the transmit stream joins t, *inside a TLP or not; NULL, or what is wrong. */
static inline const char *pt_tx_seg(struct pt_tlp *t, bool *inside, const struct pt_seg *s)
{
	unsigned len, n;

	if (s->sop == *inside)
		return s->sop ? "a TLP begins inside another" : "a segment belongs to no TLP";
	if (s->sop) {
		for (unsigned k = 0; k < 4; k++)
			t->hdr[k] = s->hdr[3 - k];
		t->len = 0;
	}
	len = t->hdr[0] >> 30 & 1 ? (t->hdr[0] & 0x3ff ? t->hdr[0] & 0x3ff : 1024) : 0;
	n = len - t->len < 8 ? len - t->len : 8;
	memcpy(t->data + t->len, s->data, 4 * n);
	t->len += n;
	*inside = !s->eop;
	return s->eop == (t->len == len) ? NULL : "eop is not where the header's length says";
}

#endif
