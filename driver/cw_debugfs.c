// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What a card is doing, in /sys/kernel/debug/causeway/causewayN: `queues`, a line each;
 * `vectors`; `counters`, the card's own; rings/NAME, one ring in full. For people, not an
 * interface: lines may change. A missing file is no error (debugfs may be off).
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

static struct dentry *cw_debugfs_root;

static const char *cw_state_name(enum cw_queue_state state)
{
	switch (state) {
	case CW_Q_RUN:
		return "run";
	case CW_Q_STOP:
		return "stop";
	case CW_Q_HOLD:
		return "hold";
	default:
		return "dead";
	}
}

static const char *cw_card_state_name(u32 status)
{
	if (cw_all_ones(status))
		return "gone";
	switch (FIELD_GET(CW_Q_STATUS_STATE_MASK, status)) {
	case CW_QSTATE_DISABLED:
		return "disabled";
	case CW_QSTATE_RUNNING:
		return "running";
	case CW_QSTATE_QUIESCED:
		return "quiesced";
	case CW_QSTATE_HALTED:
		return "halted";
	case CW_QSTATE_DRAINING:
		return "draining";
	default:
		return "unknown";
	}
}

static unsigned int cw_list_length(const struct list_head *list)
{
	const struct list_head *p;
	unsigned int n = 0;

	list_for_each(p, list)
		n++;
	return n;
}

/* ---- queues ---- */

/* Printed outside of the lock. */
struct cw_queue_look {
	enum cw_queue_state state;
	u32 producer, consumer;
	unsigned int active, pending;
	u64 irq_lost, recovered;
	u32 stride;
};

static struct cw_queue_look cw_queue_look(struct cw_queue *q)
{
	struct cw_queue_look look;

	spin_lock(&q->lock);
	look = (struct cw_queue_look) {
		.state = q->state,
		.producer = q->producer,
		.consumer = q->consumer,
		.active = cw_list_length(&q->active),
		.pending = cw_list_length(&q->pending),
		.irq_lost = q->irq_lost,
		.recovered = q->recovered,
		.stride = cw_moderation_stride(q),
	};
	spin_unlock(&q->lock);
	return look;
}

static void cw_queue_print(struct seq_file *m, struct cw_queue *q, u32 status)
{
	struct cw_queue_look look = cw_queue_look(q);

	seq_printf(m, "%5u %s %6u %-4s %-8s %10u %10u %6u %7u %9llu %8llu %6u %6u\n", q->index, q->c2h ? "c2h" : "h2c",
		   q->vector, cw_state_name(look.state), cw_card_state_name(status), look.producer, look.consumer,
		   look.active, look.pending, look.recovered, look.irq_lost, cw_config_weight(q),
		   look.stride);
}

static int queues_show(struct seq_file *m, void *unused)
{
	struct cw_dev *cw = m->private;
	struct cw_queue *q;
	unsigned int i;
	int ret;

	ret = cw_card_get(cw);
	if (ret)
		return ret;
	seq_puts(m, "queue way vector state card       producer   consumer active pending recovered irq_lost weight stride\n");
	down_read(&cw->table);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_print(m, q, cw_q_read(q, CW_Q_STATUS));
	up_read(&cw->table);
	cw_card_put(cw);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queues);

static int vectors_show(struct seq_file *m, void *unused)
{
	struct cw_dev *cw = m->private;
	struct cw_vector *v;
	int ret;

	ret = cw_card_get(cw);
	if (ret)
		return ret;
	seq_puts(m, "vector   irq queues event_ring entries\n");
	for (v = cw->vector; v < cw->vector + cw->vector_n; v++)
		seq_printf(m, "%6u %5d %6u %-10s %7lu\n", v->index, pci_irq_vector(cw->pdev, v->index), v->queue_n,
			   READ_ONCE(v->ring_on) ? "on" : v->ring ? "off" : "none", v->ring ? BIT(v->ring_log2) : 0);
	cw_card_put(cw);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vectors);

/* ---- counters ---- */

static const char *const cw_counter_names[] = { CW_COUNTER_NAMES };
static_assert(ARRAY_SIZE(cw_counter_names) == CW_COUNTER_N);

static int counters_show(struct seq_file *m, void *unused)
{
	struct cw_dev *cw = m->private;
	unsigned int i;
	u64 value;
	int ret;

	ret = cw_card_get(cw);
	if (ret)
		return ret;
	for (i = 0; i < CW_COUNTER_N && ret == 0; i++) {
		mutex_lock(&cw->latch);
		value = cw_read_pair(cw, CW_COUNTER_OFFSET + 8 * i);
		mutex_unlock(&cw->latch);
		/* No counter gets there: the card is gone. */
		if (value == U64_MAX)
			ret = -ENODEV;
		else
			seq_printf(m, "%-15s %llu\n", cw_counter_names[i], value);
	}
	cw_card_put(cw);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(counters);

/* ---- one ring ---- */

/* What the card wrote is shown as it is. */
static void cw_slot_print(struct seq_file *m, struct cw_queue *q, u32 slot)
{
	const struct cw_desc *d = &q->ring[slot];
	const struct cw_record *r = &q->records[slot];
	u32 desc[4], record[4], i;

	/* The phase before the words that it vouches for. */
	record[3] = le32_to_cpu(READ_ONCE(r->dw[3]));
	dma_rmb();
	for (i = 0; i < 4; i++)
		desc[i] = le32_to_cpu(READ_ONCE(d->dw[i]));
	record[0] = le32_to_cpu(READ_ONCE(r->dw[0]));
	record[1] = le32_to_cpu(READ_ONCE(r->dw[1]));
	seq_printf(m, "%5u %08x%08x %10llx %9u %s %10u %9u %6u %5u\n", slot, desc[1], desc[0],
		   desc[3] | (u64)FIELD_GET(CW_DESC_DW2_CARD_HI_MASK, desc[2]) << 32,
		   (u32)FIELD_GET(CW_DESC_DW2_LEN_MASK, desc[2]), desc[2] & CW_DESC_DW2_IRQ_MASK ? "irq" : "-  ",
		   record[0], (u32)FIELD_GET(CW_RECORD_DW1_BYTES_MASK, record[1]),
		   (u32)FIELD_GET(CW_RECORD_DW3_STATUS_MASK, record[3]),
		   (u32)FIELD_GET(CW_RECORD_DW3_PHASE_MASK, record[3]));
}

static int ring_show(struct seq_file *m, void *unused)
{
	struct cw_queue *q = m->private;
	struct cw_queue_look look;
	u32 slot;
	int ret;

	/* Holds the rings in memory as well. */
	ret = cw_card_get(q->cw);
	if (ret)
		return ret;
	look = cw_queue_look(q);
	seq_printf(m, "queue %u: %u entries, producer %u in slot %u, consumer %u in slot %u\n", q->index, q->entries,
		   look.producer, look.producer & (q->entries - 1), look.consumer, look.consumer & (q->entries - 1));
	seq_puts(m, " slot host                   card     bytes irq     record     bytes status phase\n");
	for (slot = 0; slot < q->entries; slot++)
		cw_slot_print(m, q, slot);
	cw_card_put(q->cw);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ring);

/* ---- the folder ---- */

void cw_debugfs_add(struct cw_dev *cw)
{
	struct dentry *rings;
	char name[16];
	unsigned int i;

	cw->debugfs = debugfs_create_dir(dev_name(&cw->dev), cw_debugfs_root);
	debugfs_create_file("queues", 0400, cw->debugfs, cw, &queues_fops);
	debugfs_create_file("vectors", 0400, cw->debugfs, cw, &vectors_fops);
	debugfs_create_file("counters", 0400, cw->debugfs, cw, &counters_fops);
	rings = debugfs_create_dir("rings", cw->debugfs);
	for (i = 0; i < 2 * cw->pair_n; i++) {
		snprintf(name, sizeof(name), "%s%u", cw->queue[i].c2h ? "c2h" : "h2c", i);
		debugfs_create_file(name, 0400, rings, &cw->queue[i], &ring_fops);
	}
}

/* Nobody is in one of the files afterwards. */
void cw_debugfs_del(struct cw_dev *cw)
{
	debugfs_remove(cw->debugfs);
}

void cw_debugfs_init(void)
{
	cw_debugfs_root = debugfs_create_dir(CW_NAME, NULL);
}

void cw_debugfs_exit(void)
{
	debugfs_remove(cw_debugfs_root);
}
