/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Register access. A card that is gone answers every read with ones: no
 * register of ours can hold that value where cw_all_ones() is asked.
 */
#ifndef CW_HW_H
#define CW_HW_H

#include <linux/bitfield.h>
#include <linux/io.h>
/* The high word first where the machine has no 64-bit store: the consumer index
 * has to reach the card no later than the producer index.
 */
#include <linux/io-64-nonatomic-hi-lo.h>

#include "causeway.h"
#include "cw_regs.h"

static inline bool cw_all_ones(u32 value)
{
	return value == ~0u;
}

/* Are its registers to be touched? */
static inline bool cw_reachable(struct cw_dev *cw)
{
	return cw->access != CW_ACCESS_NO && !atomic_read(&cw->dead);
}

static inline u32 cw_read(struct cw_dev *cw, u32 reg)
{
	return readl(cw->regs + reg);
}

static inline void cw_write(struct cw_dev *cw, u32 reg, u32 value)
{
	writel(value, cw->regs + reg);
}

static inline u64 cw_read_pair(struct cw_dev *cw, u32 reg_lo)
{
	u32 lo = cw_read(cw, reg_lo);

	return lo | (u64)cw_read(cw, reg_lo + 4) << 32;
}

static inline u32 cw_q_read(struct cw_queue *q, u32 reg)
{
	return readl(q->context + reg);
}

static inline void cw_q_write(struct cw_queue *q, u32 reg, u32 value)
{
	writel(value, q->context + reg);
}

static inline void cw_q_write_pair(struct cw_queue *q, u32 reg_lo, u64 value)
{
	cw_q_write(q, reg_lo, lower_32_bits(value));
	cw_q_write(q, reg_lo + 4, upper_32_bits(value));
}

#endif
