// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The engine with the device file's queues: reset, made, started, stopped.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

int cw_engine_reset(struct cw_dev *cw)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(CW_STOP_MS);
	u32 control;
	bool late;

	cw_write(cw, CW_CONTROL, CW_CONTROL_RESET_MASK);
	do {
		late = time_after(jiffies, deadline);
		control = cw_read(cw, CW_CONTROL);
		if (cw_all_ones(control))
			return -ENODEV;
		if (!(control & CW_CONTROL_RESET_MASK) && (cw_read(cw, CW_STATUS) & CW_STATUS_READY_MASK)) {
			cw_write(cw, CW_ERROR, ~0u);
			cw_write(cw, CW_ERROR_QUEUE, 0);
			cw_write(cw, CW_INTX, CW_INTX_PENDING_MASK);
			/* As it was when we looked: a reset of the function forgets it. */
			cw_write(cw, CW_DB_STRIDE, cw->db_stride_log2);
			return 0;
		}
		usleep_range(10, 50);
	} while (!late);
	dev_err(&cw->pdev->dev, "the card does not leave reset: CONTROL %#x\n", control);
	return -ETIMEDOUT;
}

void cw_queues_free(struct cw_dev *cw, unsigned int n)
{
	while (n)
		cw_queue_free(&cw->queue[--n]);
	kfree(cw->queue);
}

static int cw_file_queue_init(struct cw_dev *cw, struct cw_queue *q, unsigned int index)
{
	q->entries = cw->entries;
	q->vector = cw_irq_vector(cw, index);
	q->config = cw_config(cw, cw->weight);
	q->moderation = cw->moderation;
	q->card_limit = cw->card_bytes;
	return cw_queue_init(cw, q, index, index >= cw->pair_n);
}

int cw_queues_init(struct cw_dev *cw)
{
	unsigned int i;
	int ret;

	cw->queue = kcalloc(2 * cw->pair_n, sizeof(*cw->queue), GFP_KERNEL);
	if (!cw->queue)
		return -ENOMEM;
	for (i = 0; i < 2 * cw->pair_n; i++) {
		ret = cw_file_queue_init(cw, &cw->queue[i], i);
		if (ret) {
			cw_queues_free(cw, i);
			return ret;
		}
	}
	return 0;
}

int cw_engine_start(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;
	int ret;

	pci_set_master(cw->pdev);
	cw_event_start(cw);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++) {
		ret = cw_queue_enable(q);
		if (ret)
			return ret;
	}
	cw_write(cw, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	return 0;
}

void cw_engine_stop(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;

	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_stop(q, -ENODEV);
	cw_event_stop(cw);
	if (cw_reachable(cw))
		cw_write(cw, CW_CONTROL, 0);
	pci_clear_master(cw->pdev);
}
