// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The card out of reach for a while: it is reset, it sleeps, an error cut it off.
 * First nobody is let to it any more, then the queues are emptied, then it is
 * stopped; afterwards it starts from its own reset, as in probe. What was on a ring
 * has failed with -EIO, since the card may have done a part of it. What waits for room
 * there waits on when the card is sure to come back; else it fails too, and calls are
 * refused. A card that was given up gets another chance here.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/pm_runtime.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

/* A reset or sleep waits for these; an interrupt handler that is told later finds nothing to do. */
static void cw_access_set(struct cw_dev *cw, enum cw_access access)
{
	down_write(&cw->gate);
	WRITE_ONCE(cw->access, access);
	up_write(&cw->gate);
	wake_up_all(&cw->back);
}

static int cw_access_error(struct cw_dev *cw)
{
	if (cw->gone)
		return -ENODEV;
	if (cw->access != CW_ACCESS_NO)
		return 0;
	return atomic_read(&cw->dead) ? -ENODEV : -EIO;
}

/* The gate, once the card is there. */
static int cw_access_wait(struct cw_dev *cw)
{
	int ret;

	for (;;) {
		if (down_read_killable(&cw->gate))
			return -EINTR;
		ret = cw_access_error(cw);
		if (ret == 0 && cw->access == CW_ACCESS_YES)
			return 0;
		up_read(&cw->gate);
		if (ret)
			return ret;
		if (wait_event_killable(cw->back, READ_ONCE(cw->access) != CW_ACCESS_LATER || READ_ONCE(cw->gone)))
			return -EINTR;
	}
}

int cw_card_get(struct cw_dev *cw)
{
	int ret;

	/* Before the gate: waking the card up takes it. */
	ret = cw_wake(cw);
	if (ret)
		return ret;
	ret = cw_access_wait(cw);
	if (ret)
		cw_unwake(cw);
	return ret;
}

void cw_card_put(struct cw_dev *cw)
{
	up_read(&cw->gate);
	cw_unwake(cw);
}

/* ---- away ---- */

static bool cw_loaded(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;

	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		if (READ_ONCE(q->load))
			return true;
	return false;
}

/* Gives what is under way the time that a queue may take to stop. */
void cw_drain(struct cw_dev *cw)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(CW_STOP_MS);

	while (cw_loaded(cw) && !atomic_read(&cw->dead) && !time_after(jiffies, deadline))
		usleep_range(500, 1000);
}

/* The card lets go of the queues. That it may not do so (false) is no reason to give it up: it loses
 * bus mastering next, and starts from a reset.
 */
static bool cw_pause_card(struct cw_dev *cw)
{
	struct cw_queue *q;
	bool quiet = true;
	unsigned int i;

	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		quiet = quiet && cw_queue_disable(q) == 0;
	cw_write(cw, CW_CONTROL, 0);
	return quiet;
}

void cw_pause(struct cw_dev *cw, enum cw_access access)
{
	bool ask = cw->access == CW_ACCESS_YES && access == CW_ACCESS_LATER;
	struct cw_queue *q;
	bool quiet = false;
	unsigned int i;

	cw_irq_mute(cw, true);
	cw_access_set(cw, access);
	/* Neither a handler nor work of a queue runs from here on. */
	cw_irq_sync(cw);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_hold(q);
	if (ask && !atomic_read(&cw->dead))
		quiet = cw_pause_card(cw);
	cw_event_stop(cw);
	/* The answer comes after the writes that the card had sent. Reads it may have out still. */
	pci_clear_master(cw->pdev);
	if (!quiet)
		pci_wait_for_pending_transaction(cw->pdev);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_clear(q, -EIO, access == CW_ACCESS_LATER);
}

/* ---- and back ---- */

/* The card has been reset, or is reset here, and answers. An error: it was given up. */
int cw_restart(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;
	int ret;

	/* Nobody but us is at the card: it cannot be given up meanwhile. */
	atomic_set(&cw->dead, 0);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_revive(q);
	ret = cw_engine_reset(cw);
	if (ret == 0)
		ret = cw_engine_start(cw);
	if (ret)
		cw_dev_dead(cw, ret);
	/* From here on interrupts are listened to; only then may there be some. */
	cw_access_set(cw, CW_ACCESS_YES);
	if (ret)
		return ret;
	cw_irq_mute(cw, false);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_go(q);
	return 0;
}
