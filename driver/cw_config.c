// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * How a queue stands to the others, and to the memory system: its weight, and the attributes of
 * its data requests (Q_CONFIG, fixed while a queue runs). The card itself puts them on nothing but data,
 * and only as far as the function's Device Control register allows.
 *
 *   relaxed ordering  a data request may pass what was sent before it. A record never carries it, so it never passes
 *                     its data; and we ask for nothing to be read that an earlier record did not tell of.
 *   no-snoop          a data request need not look into the processors' caches. What the DMA API maps may be
 *                     there, where it relies on snooping, so it is off unless whoever knows the machine says so.
 *
 * Neither where data goes to memory of our own (blocks to copy through, buffers for packets from the card): that
 * is coherent, which is to say that the processor sees writes to it as they were made.
 */
#include <linux/module.h>

#include "causeway.h"
#include "cw_hw.h"
#include "uapi/causeway.h"

static_assert(CW_QUEUE_WEIGHT_MAX << CW_Q_CONFIG_WEIGHT_SHIFT == CW_Q_CONFIG_WEIGHT_MASK);

static unsigned int weight = 1;
module_param(weight, uint, 0444);
MODULE_PARM_DESC(weight, "turns of each of the queues that serve /dev/causewayN while other queues are busy as well, 1 to 63; programs give their own queues a weight of their own (default 1)");

static unsigned int relaxed_ordering = 1;
module_param(relaxed_ordering, uint, 0444);
MODULE_PARM_DESC(relaxed_ordering, "1: data may pass what the card sent before it, where the system allows relaxed ordering; 0: never (default 1)");

static unsigned int no_snoop;
module_param(no_snoop, uint, 0444);
MODULE_PARM_DESC(no_snoop, "1: data does not look into the processors' caches, where the system allows no-snoop: only for machines whose DMA API writes caches back; 0: never (default 0)");

int cw_config_params_check(void)
{
	return cw_param_check("weight", weight, 1, CW_QUEUE_WEIGHT_MAX) ?:
	       cw_param_check("relaxed_ordering", relaxed_ordering, 0, 1) ?:
	       cw_param_check("no_snoop", no_snoop, 0, 1);
}

static bool cw_config_weighs(const struct cw_dev *cw)
{
	return cw->features & CW_CAP_FEATURES_WEIGHT_MASK;
}

int cw_config_init(struct cw_dev *cw)
{
	if (weight > 1 && !cw_config_weighs(cw)) {
		dev_err(&cw->pdev->dev, "weight=%u: the card's queues have no weights\n", weight);
		return -EINVAL;
	}
	cw->weight = weight;
	return 0;
}

int cw_config_weight_check(const struct cw_dev *cw, u32 asked)
{
	if (asked > CW_QUEUE_WEIGHT_MAX)
		return -EINVAL;
	return asked > 1 && !cw_config_weighs(cw) ? -EOPNOTSUPP : 0;
}

u32 cw_config(const struct cw_dev *cw, u32 asked)
{
	u32 config = FIELD_PREP(CW_Q_CONFIG_WEIGHT_MASK, cw_config_weighs(cw) ? asked : 0);

	/* With blocks to copy through, data may be in coherent memory. */
	if (cw->bounce.n)
		return config;
	return config | FIELD_PREP(CW_Q_CONFIG_RO_MASK, relaxed_ordering) | FIELD_PREP(CW_Q_CONFIG_NS_MASK, no_snoop);
}

u32 cw_config_weight(const struct cw_queue *q)
{
	return max_t(u32, FIELD_GET(CW_Q_CONFIG_WEIGHT_MASK, q->config), 1);
}
