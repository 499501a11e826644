// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * How many interrupts finished work makes. The card withholds a record's interrupt until so
 * many are owed, or so long has passed (Q_MODERATION, fixed while a queue runs), but never that of the last
 * one under way; and a descriptor may say that its own is not to be withheld. So three ways:
 *
 *   by hand       what irq_usecs and irq_records ask for is in Q_MODERATION
 *   each chunk    the last descriptor of each chunk says so
 *   adaptive      that of each so many-th chunk, by how fast the queue's chunks have ended lately; in
 *                 between, the card's time limit holds
 *
 * Whatever the way, nothing is withheld without a time limit while other work goes on.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>

#include "causeway.h"
#include "cw_hw.h"

#define CW_MOD_UNIT 64           /* cycles, of Q_MODERATION.TIME */
#define CW_MOD_HAND_USECS 1000   /* the limit where irq_records alone is given */
#define CW_MOD_ADAPT_USECS 20
#define CW_MOD_WINDOW 64         /* chunks that a level is judged by */

static unsigned int irq_usecs;
module_param(irq_usecs, uint, 0444);
MODULE_PARM_DESC(irq_usecs, "microseconds after which finished work interrupts at the latest while more is under way; the card's clock sets the most; 0: 1000 with irq_records, else adaptive (default 0)");

static unsigned int irq_records;
module_param(irq_records, uint, 0444);
MODULE_PARM_DESC(irq_records, "descriptors whose end makes one interrupt while more is under way, up to 65535; 0: any number with irq_usecs, else adaptive (default 0)");

static unsigned int irq_adaptive = 1;
module_param(irq_adaptive, uint, 0444);
MODULE_PARM_DESC(irq_adaptive, "with irq_usecs and irq_records 0: 1: a queue that is fast interrupts less often, 20 us late at most; 0: each chunk's end interrupts at once (default 1)");

/* From one chunk in so many nanoseconds on, each stride-th interrupts at once: in 20 us one does. */
static const struct {
	u32 chunk_ns, stride;
} cw_levels[] = {
	{ U32_MAX, 1 },
	{ 10000, 2 },
	{ 2500, 8 },
	{ 625, 32 },
};

int cw_moderation_params_check(void)
{
	return cw_param_check("irq_records", irq_records, 0, 65535) ?:
	       cw_param_check("irq_adaptive", irq_adaptive, 0, 1);
}

static bool cw_moderation_timed(const struct cw_dev *cw)
{
	return cw->clock_hz && cw->features & CW_CAP_FEATURES_MOD_TIME_MASK;
}

static u64 cw_moderation_time(const struct cw_dev *cw, u32 usecs)
{
	return DIV_ROUND_UP_ULL((u64)usecs * cw->clock_hz, CW_MOD_UNIT * USEC_PER_SEC);
}

/* What was asked for and cannot be. */
static int cw_moderation_check(struct cw_dev *cw)
{
	const u32 most = FIELD_MAX(CW_Q_MODERATION_TIME_MASK);
	struct device *dev = &cw->pdev->dev;

	if (irq_usecs && !cw_moderation_timed(cw)) {
		dev_err(dev, "irq_usecs=%u: the card does not moderate interrupts by time\n", irq_usecs);
		return -EINVAL;
	}
	if (irq_records > 1 && !cw_moderation_timed(cw)) {
		dev_err(dev, "irq_records=%u: the card does not moderate interrupts by time, so it would withhold finished work for as long as more is under way\n",
			irq_records);
		return -EINVAL;
	}
	if (cw_moderation_time(cw, irq_usecs) > most) {
		dev_err(dev, "irq_usecs=%u: the card, at %u Hz, can withhold for %llu at most\n", irq_usecs,
			cw->clock_hz, div_u64((u64)most * CW_MOD_UNIT * USEC_PER_SEC, cw->clock_hz));
		return -EINVAL;
	}
	return 0;
}

int cw_moderation_init(struct cw_dev *cw)
{
	u32 count = irq_records ? irq_records : FIELD_MAX(CW_Q_MODERATION_COUNT_MASK);
	bool by_hand = irq_usecs || irq_records;
	u32 usecs = irq_usecs;
	u64 time;
	int ret;

	ret = cw_moderation_check(cw);
	if (ret)
		return ret;
	cw->adaptive = !by_hand && irq_adaptive && cw_moderation_timed(cw);
	cw->chunk_irq = !by_hand && !cw->adaptive;
	if (!usecs && cw_moderation_timed(cw))
		usecs = cw->adaptive ? CW_MOD_ADAPT_USECS : irq_records ? CW_MOD_HAND_USECS : 0;
	time = min_t(u64, cw_moderation_time(cw, usecs), FIELD_MAX(CW_Q_MODERATION_TIME_MASK));
	cw->moderation = FIELD_PREP(CW_Q_MODERATION_COUNT_MASK, count) |
			 FIELD_PREP(CW_Q_MODERATION_TIME_MASK, (u32)time);
	return 0;
}

/* ---- adaptive ---- */

u32 cw_moderation_stride(const struct cw_queue *q)
{
	return q->cw->adaptive ? cw_levels[q->pace.level].stride : 1;
}

/* With each window one level up or down at most; down only when half as fast as the level is for. */
static void cw_moderation_judge(struct cw_pace *pace)
{
	u64 now = ktime_get_ns(), took = now - pace->since_ns;

	if (pace->level + 1 < ARRAY_SIZE(cw_levels) &&
	    took < (u64)pace->ended * cw_levels[pace->level + 1].chunk_ns)
		pace->level++;
	else if (pace->level && took > 2 * (u64)pace->ended * cw_levels[pace->level].chunk_ns)
		pace->level--;
	pace->ended = 0;
	pace->since_ns = now;
}

void cw_moderation_start(struct cw_queue *q)
{
	lockdep_assert_held(&q->lock);
	q->pace = (struct cw_pace){ .since_ns = ktime_get_ns() };
}

bool cw_moderation_chunk(struct cw_queue *q, const struct cw_chunk *chunk)
{
	struct cw_pace *pace = &q->pace;

	lockdep_assert_held(&q->lock);
	pace->out++;
	if (!q->cw->adaptive)
		return q->cw->chunk_irq;
	/* Its caller looks for the end without being told. */
	if (chunk->req->polled)
		return false;
	/* A quarter of what is under way at most: the ring would run empty before anybody knew. */
	if (++pace->quiet < min(cw_levels[pace->level].stride, max(pace->out / 4, 1u)))
		return false;
	pace->quiet = 0;
	return true;
}

void cw_moderation_ended(struct cw_queue *q)
{
	lockdep_assert_held(&q->lock);
	q->pace.out--;
	if (q->cw->adaptive && ++q->pace.ended == CW_MOD_WINDOW)
		cw_moderation_judge(&q->pace);
}
