// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What the card is, in /sys/class/causeway/causewayN: one fact a file, as read when it
 * was probed. None of them touches the card, and none can be written.
 */
#include <linux/sysfs.h>

#include "causeway.h"
#include "cw_hw.h"

#define CW_FACT(name, format, ...)									\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *buf)		\
{													\
	const struct cw_dev *cw = container_of(dev, struct cw_dev, dev);				\
													\
	return sysfs_emit(buf, format "\n", __VA_ARGS__);						\
}													\
static DEVICE_ATTR_RO(name)

CW_FACT(card_bytes, "%llu", cw->card_bytes);
CW_FACT(card_queues, "%u", cw->card_queues);
CW_FACT(card_vectors, "%u", cw->card_vectors);
CW_FACT(clock_hz, "%u", cw->clock_hz);
CW_FACT(addr_bits, "%u", cw->addr_bits);
CW_FACT(hw_version, "%u.%u", (u32)FIELD_GET(CW_VERSION_MAJOR_MASK, cw->hw_version),
	(u32)FIELD_GET(CW_VERSION_MINOR_MASK, cw->hw_version));
/* In use, rather than there. */
CW_FACT(queues, "%u", cw->pair_n);
CW_FACT(entries, "%u", cw->entries);
CW_FACT(vectors, "%u", cw->vector_n);
CW_FACT(irq_type, "%s", cw_irq_type_name(cw));

static struct attribute *cw_attrs[] = {
	&dev_attr_card_bytes.attr,
	&dev_attr_card_queues.attr,
	&dev_attr_card_vectors.attr,
	&dev_attr_clock_hz.attr,
	&dev_attr_addr_bits.attr,
	&dev_attr_hw_version.attr,
	&dev_attr_queues.attr,
	&dev_attr_entries.attr,
	&dev_attr_vectors.attr,
	&dev_attr_irq_type.attr,
	NULL
};

static const struct attribute_group cw_group = { .attrs = cw_attrs };

const struct attribute_group *cw_groups[] = { &cw_group, &cw_bounce_group, NULL };
