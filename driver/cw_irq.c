// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Vector 0 is for errors; queues share the others, or vector 0 as well when it
 * is the only one. The handlers are threads: they take records, unmap, unpin
 * and call back. A handler's work is bounded by what is on its queues' rings.
 * MSI-X, else MSI, else the pin, whose line is shared with other devices: there
 * a short handler finds out first whose interrupt it is.
 */
#include <linux/slab.h>

#include "causeway.h"
#include "compat.h"
#include "cw_hw.h"
#include "cw_own.h"

/* Halted queues go to recovery. Which one the card named first does not matter: a halt
 * between reading that and clearing it would be missed.
 */
static void cw_irq_halts(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;

	cw_write(cw, CW_ERROR_QUEUE, 0);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_check_halt(q);
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

/* Sharing vector 0 only when there is no other. */
unsigned int cw_irq_vector(const struct cw_dev *cw, unsigned int queue)
{
	return cw->vector_n > 1 ? 1 + queue % (cw->vector_n - 1) : 0;
}

/* Looks at each of the vector's queues; `arm`: and writes its consumer index in any case. */
bool cw_irq_walk(struct cw_vector *v, bool arm)
{
	struct cw_dev *cw = v->cw;
	unsigned int i, step = max(cw->vector_n - 1, 1u);
	struct cw_queue *q;
	bool found = false;

	if (READ_ONCE(v->queue_n) == 0)
		return false;
	for (i = v->index ? v->index - 1 : 0; i < 2 * cw->pair_n; i += step)
		if (cw_queue_interrupt(&cw->queue[i], arm))
			found = true;
	for (i = 2 * cw->pair_n; (q = cw_queue_next(cw, &i)); i++)
		if (q->vector == v->index && cw_queue_interrupt(q, arm))
			found = true;
	return found;
}

static irqreturn_t cw_irq_thread(int irq, void *data)
{
	struct cw_vector *v = data;
	bool found;

	/* cw_pause() waits for those that did not see this. */
	if (READ_ONCE(v->cw->access) != CW_ACCESS_YES)
		return IRQ_NONE;
	found = v->index == 0 && cw_irq_errors(v->cw);
	if (READ_ONCE(v->ring_on) ? cw_event_take(v) : cw_irq_walk(v, false))
		found = true;
	/* Ours, though its records were taken before: the kernel turns off what nobody wants again and again. */
	if (READ_ONCE(v->polled)) {
		WRITE_ONCE(v->polled, false);
		found = true;
	}
	return found ? IRQ_HANDLED : IRQ_NONE;
}

/* Of the pin, in interrupt context: a card that is gone does not interrupt either. */
static irqreturn_t cw_irq_pin(int irq, void *data)
{
	struct cw_vector *v = data;
	u32 intx;

	if (READ_ONCE(v->cw->access) != CW_ACCESS_YES)
		return IRQ_NONE;
	intx = cw_read(v->cw, CW_INTX);
	if (cw_all_ones(intx) || !(intx & CW_INTX_PENDING_MASK))
		return IRQ_NONE;
	/* Cleared before the thread looks: what comes later asserts the line again. */
	cw_write(v->cw, CW_INTX, CW_INTX_PENDING_MASK);
	/* The answer comes behind the message that ends the level: the line is not taken twice for one. */
	cw_read(v->cw, CW_INTX);
	return IRQ_WAKE_THREAD;
}

/* ---- vectors ---- */

static enum cw_irq_type cw_irq_type(const struct pci_dev *pdev)
{
	if (pdev->msix_enabled)
		return CW_IRQ_TYPE_MSIX;
	return pdev->msi_enabled ? CW_IRQ_TYPE_MSI : CW_IRQ_TYPE_INTX;
}

const char *cw_irq_type_name(const struct cw_dev *cw)
{
	switch (cw->irq_type) {
	case CW_IRQ_TYPE_MSIX:
		return "MSI-X";
	case CW_IRQ_TYPE_MSI:
		return "MSI";
	default:
		return "INTx";
	}
}

int cw_irq_init(struct cw_dev *cw, unsigned int limit)
{
	/* One for errors and one a queue are as many as are useful. */
	unsigned int want = min(1 + 2 * cw->pair_n, cw->card_vectors);
	unsigned int i;
	int n;

	if (limit)
		want = min(want, limit);
	n = pci_alloc_irq_vectors(cw->pdev, 1, want, PCI_IRQ_MSIX | PCI_IRQ_MSI | CW_IRQ_INTX);
	if (n < 0) {
		dev_err(&cw->pdev->dev, "no interrupt to be had: error %d\n", n);
		return n;
	}
	cw->vector = kcalloc(n, sizeof(*cw->vector), GFP_KERNEL);
	if (!cw->vector) {
		pci_free_irq_vectors(cw->pdev);
		return -ENOMEM;
	}
	cw->vector_n = n;
	cw->irq_type = cw_irq_type(cw->pdev);
	for (i = 0; i < cw->vector_n; i++) {
		cw->vector[i].cw = cw;
		cw->vector[i].index = i;
	}
	for (i = 0; i < 2 * cw->pair_n; i++)
		cw->vector[cw_irq_vector(cw, i)].queue_n++;
	cw_event_init(cw);
	return 0;
}

static int cw_irq_request_one(struct cw_vector *v)
{
	struct cw_dev *cw = v->cw;
	int irq = pci_irq_vector(cw->pdev, v->index);

	snprintf(v->name, sizeof(v->name), CW_NAME "%d-%u", cw->id, v->index);
	if (cw->irq_type == CW_IRQ_TYPE_INTX)
		return request_threaded_irq(irq, cw_irq_pin, cw_irq_thread, IRQF_SHARED, v->name, v);
	return request_threaded_irq(irq, NULL, cw_irq_thread, IRQF_ONESHOT, v->name, v);
}

int cw_irq_request(struct cw_dev *cw)
{
	struct cw_vector *v;
	int ret;

	for (; cw->vector_used < cw->vector_n; cw->vector_used++) {
		v = &cw->vector[cw->vector_used];
		ret = cw_irq_request_one(v);
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
	/* Nobody would answer for the line. */
	if (cw->irq_type == CW_IRQ_TYPE_INTX)
		pci_intx(cw->pdev, 0);
	while (cw->vector_used) {
		cw->vector_used--;
		free_irq(pci_irq_vector(cw->pdev, cw->vector_used), &cw->vector[cw->vector_used]);
	}
}

void cw_irq_mute(struct cw_dev *cw, bool mute)
{
	if (cw->irq_type == CW_IRQ_TYPE_INTX)
		pci_intx(cw->pdev, !mute);
}

void cw_irq_sync(struct cw_dev *cw)
{
	unsigned int i;

	for (i = 0; i < cw->vector_used; i++)
		synchronize_irq(pci_irq_vector(cw->pdev, i));
}

/* The same for those that may be at a queue of this vector. */
void cw_irq_sync_vector(struct cw_dev *cw, unsigned int vector)
{
	if (cw->vector_used)
		synchronize_irq(pci_irq_vector(cw->pdev, 0));
	if (vector && vector < cw->vector_used)
		synchronize_irq(pci_irq_vector(cw->pdev, vector));
}

void cw_irq_free(struct cw_dev *cw)
{
	cw_event_free(cw);
	kfree(cw->vector);
	pci_free_irq_vectors(cw->pdev);
	/* Without MSI or MSI-X the pin would speak again. */
	pci_intx(cw->pdev, 0);
}
