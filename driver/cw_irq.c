// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Vector 0 is for errors; queues share the others, or vector 0 as well when it
 * is the only one. The handlers are threads: they take records, unmap, unpin
 * and call back. A handler's work is bounded by what is on its queues' rings.
 */
#include <linux/slab.h>

#include "causeway.h"
#include "cw_hw.h"

/* Halted queues go to recovery. Which one the card named first does not matter: a halt
 * between reading that and clearing it would be missed.
 */
static void cw_irq_halts(struct cw_dev *cw)
{
	struct cw_queue *q;
	u32 status;

	cw_write(cw, CW_ERROR_QUEUE, 0);
	for (q = cw->queue; q < cw->queue + 2 * cw->pair_n; q++) {
		/* Read under the lock: were it read before, the queue might have been recovered
		 * since then, and would be stopped again for an old halt.
		 */
		spin_lock(&q->lock);
		status = q->state == CW_Q_RUN ? cw_q_read(q, CW_Q_STATUS) : 0;
		if (!cw_all_ones(status) && FIELD_GET(CW_Q_STATUS_STATE_MASK, status) == CW_QSTATE_HALTED)
			cw_queue_fail(q, -EIO);
		spin_unlock(&q->lock);
	}
}

static bool cw_irq_errors(struct cw_dev *cw)
{
	u32 error;

	if (atomic_read(&cw->dead))
		return false;
	error = cw_read(cw, CW_ERROR);
	if (error == 0)
		return false;
	if (cw_all_ones(error)) {
		cw_dev_dead(cw, -ENODEV);
		return true;
	}
	/* Cleared before the causes are looked at: a later one raises the vector again. */
	cw_write(cw, CW_ERROR, error);
	if (error & CW_ERROR_HALT_MASK)
		cw_irq_halts(cw);
	dev_warn_ratelimited(&cw->pdev->dev, "the card reports errors: %#x\n", error);
	return true;
}

static irqreturn_t cw_irq_thread(int irq, void *data)
{
	struct cw_vector *v = data;
	struct cw_dev *cw = v->cw;
	bool found = v->index == 0 && cw_irq_errors(cw);
	unsigned int i;

	for (i = 0; i < 2 * cw->pair_n; i++)
		if (cw->queue[i].vector == v->index && cw_queue_poll(&cw->queue[i]))
			found = true;
	return found ? IRQ_HANDLED : IRQ_NONE;
}

int cw_irq_init(struct cw_dev *cw, unsigned int limit)
{
	/* One for errors and one a queue are as many as are useful. */
	unsigned int want = min(1 + 2 * cw->pair_n, cw->card_vectors);
	int n;

	if (limit)
		want = min(want, limit);
	n = pci_alloc_irq_vectors(cw->pdev, 1, want, PCI_IRQ_MSIX);
	if (n < 0) {
		dev_err(&cw->pdev->dev, "no MSI-X vectors: error %d\n", n);
		return n;
	}
	cw->vector = kcalloc(n, sizeof(*cw->vector), GFP_KERNEL);
	if (!cw->vector) {
		pci_free_irq_vectors(cw->pdev);
		return -ENOMEM;
	}
	cw->vector_n = n;
	return 0;
}

int cw_irq_request(struct cw_dev *cw)
{
	struct cw_vector *v;
	int ret;

	for (; cw->vector_used < cw->vector_n; cw->vector_used++) {
		v = &cw->vector[cw->vector_used];
		v->cw = cw;
		v->index = cw->vector_used;
		snprintf(v->name, sizeof(v->name), CW_NAME "%d-%u", cw->id, v->index);
		ret = request_threaded_irq(pci_irq_vector(cw->pdev, v->index), NULL, cw_irq_thread,
					   IRQF_ONESHOT, v->name, v);
		if (ret) {
			dev_err(&cw->pdev->dev, "interrupt of vector %u not to be had: error %d\n", v->index, ret);
			cw_irq_release(cw);
			return ret;
		}
	}
	return 0;
}

/* No handler runs afterwards. */
void cw_irq_release(struct cw_dev *cw)
{
	while (cw->vector_used) {
		cw->vector_used--;
		free_irq(pci_irq_vector(cw->pdev, cw->vector_used), &cw->vector[cw->vector_used]);
	}
}

void cw_irq_free(struct cw_dev *cw)
{
	kfree(cw->vector);
	pci_free_irq_vectors(cw->pdev);
}
