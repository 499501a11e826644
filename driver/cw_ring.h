/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What lies in the rings, and the arithmetic of running counts. Counts are u32,
 * start at 0 when a queue is enabled and wrap at 2^32; a slot is the count modulo
 * the entries, a power of two.
 */
#ifndef CW_RING_H
#define CW_RING_H

#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include "cw_regs.h"

struct cw_desc {
	__le32 dw[4];
};

static_assert(sizeof(struct cw_desc) == CW_DESC_BYTES);

struct cw_record {
	__le32 dw[4];
};

static_assert(sizeof(struct cw_record) == CW_RECORD_BYTES);

struct cw_event {
	__le32 dw[2];
};

static_assert(sizeof(struct cw_event) == CW_EVENT_BYTES);

/* The longest piece that an entry of the DMA mapping is cut into: pieces that
 * are multiples of 4 KiB keep the card's requests aligned.
 */
#define CW_DESC_PIECE (CW_DESC_LEN_MAX & ~0xfffu)

/* The phase that the record of this descriptor number carries, or the event of this number. */
static inline u32 cw_ring_phase(u32 number, unsigned int entries_log2)
{
	return ~(number >> entries_log2) & 1;
}

static inline void cw_desc_fill(struct cw_desc *d, u64 host, u32 len, u64 card, u32 flags)
{
	d->dw[0] = cpu_to_le32(lower_32_bits(host));
	d->dw[1] = cpu_to_le32(upper_32_bits(host));
	d->dw[2] = cpu_to_le32(FIELD_PREP(CW_DESC_DW2_LEN_MASK, len) | flags |
			       FIELD_PREP(CW_DESC_DW2_CARD_HI_MASK, (u32)(card >> 32)));
	d->dw[3] = cpu_to_le32(lower_32_bits(card));
}

#endif
