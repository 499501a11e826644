// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Busy polling: whoever waits for a request looks at the records itself, and is done as soon as they are there,
 * without an interrupt and a change of threads. Three ways to it:
 *
 *   poll_usecs         each read and write that waits looks for so long before it sleeps
 *   RWF_HIPRI          this one does, for CW_POLL_HIPRI_USECS at least
 *   IORING_SETUP_IOPOLL io_uring calls cw_iopoll() until its requests are done
 *
 * The interrupt handlers go on as ever, so that nothing is lost when the caller stops looking. Adaptive moderation
 * does not ask for an interrupt for such a request. Packets of streams, which may rest for ever, are not looked for.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "causeway.h"

#define CW_POLL_HIPRI_USECS 1000u

static unsigned int poll_usecs;
module_param(poll_usecs, uint, 0444);
MODULE_PARM_DESC(poll_usecs, "microseconds for which a read or write that waits looks for its end before it sleeps, up to 10000 (default 0)");

int cw_poll_params_check(void)
{
	return cw_param_check("poll_usecs", poll_usecs, 0, 10000);
}

void cw_poll_init(struct cw_request *req, const struct kiocb *iocb)
{
	if (!iocb || (req->q && cw_queue_streams(req->q)))
		return;
	req->poll_usecs = poll_usecs;
	if (iocb->ki_flags & IOCB_HIPRI)
		req->poll_usecs = max(poll_usecs, CW_POLL_HIPRI_USECS);
	req->polled = iocb->ki_flags & IOCB_HIPRI || (!req->iocb && poll_usecs);
}

/* Takes records: how many. */
static unsigned int cw_poll_queue(struct cw_queue *q)
{
	unsigned int n = cw_queue_poll(q, false);

	if (n)
		WRITE_ONCE(q->cw->vector[q->vector].polled, true);
	return n;
}

/* Of this queue, or of all that have work. The gate is held. */
static unsigned int cw_poll_queues(struct cw_dev *cw, struct cw_queue *only)
{
	unsigned int i, n = 0;

	if (only)
		return cw_poll_queue(only);
	for (i = 0; i < 2 * cw->pair_n; i++)
		if (READ_ONCE(cw->queue[i].load))
			n += cw_poll_queue(&cw->queue[i]);
	return n;
}

/* -EAGAIN: not now. */
static int cw_poll_card(struct cw_dev *cw, struct cw_queue *only)
{
	int ret = -EAGAIN;

	if (!down_read_trylock(&cw->gate))
		return ret;
	/* Else the queues may not be there, or not run. */
	if (!cw->gone && cw->access == CW_ACCESS_YES)
		ret = cw_poll_queues(cw, only);
	up_read(&cw->gate);
	return ret;
}

void cw_poll_wait(struct cw_request *req)
{
	u64 end = ktime_get_ns() + (u64)req->poll_usecs * NSEC_PER_USEC;

	while (atomic_read_acquire(&req->left)) {
		if (cw_poll_card(req->cw, req->poll_q) < 0 || need_resched() || ktime_get_ns() > end)
			return;
		cpu_relax();
	}
}

/* One look, for io_uring, which comes again: the number of records found. */
int cw_iopoll(struct kiocb *iocb, struct io_comp_batch *batch, unsigned int flags)
{
	int n = cw_poll_card(iocb->ki_filp->private_data, READ_ONCE(iocb->private));

	return max(n, 0);
}
