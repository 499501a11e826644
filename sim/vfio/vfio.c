// SPDX-License-Identifier: BSD-2-Clause
/* Life of the server, and time. */
#include "vfio.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

#define SLICE_PS 2000000ull /* 2 us: how far time goes before the client is heard again */
#define MESSAGES_A_TURN 64  /* handled before the card gets its turn */
#define CARD_WAIT_MS 1      /* for the card's process; the client waits as long at most */
#define REPORTS_MAX 200     /* lines of one client: a card that goes wild fills no disk */

void cw_vfio_param_default(struct cw_vfio_param *p)
{
	memset(p, 0, sizeof(*p));
	cw_host_param_default(&p->host);
	/* The guest sets Max_Payload_Size; this is only what our completions may have at most. */
	p->host.mps = 1;
	/* A root complex gives up on a request after up to 50 ms: PCIe Base 6.0, 2.8. */
	p->host.cpl_timeout_ps = 50000000000ull;
}

int vfio_fail(struct cw_vfio *v, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(v->why, sizeof(v->why), format, ap);
	va_end(ap);
	return err;
}

void vfio_report(struct cw_vfio *v, const char *format, ...)
{
	char line[512];
	va_list ap;

	if (!v->p.report || v->reports > REPORTS_MAX)
		return;
	if (v->reports++ == REPORTS_MAX) {
		v->p.report(v->p.ctx, "more like that is not shown for this client");
		return;
	}
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	v->p.report(v->p.ctx, line);
}

const char *cw_vfio_why(const struct cw_vfio *v)
{
	return v->why;
}

/* ---- the host model's calls ---- */

static void op_violation(void *ctx, const struct cw_violation *x)
{
	struct cw_vfio *v = ctx;

	vfio_report(v, "checker: %s (%s) at %llu ps, cycle %llu: %s", x->rule, x->section,
		    (unsigned long long)x->time_ps, (unsigned long long)x->cycle, x->text);
}

static void op_error_message(void *ctx, uint8_t code, uint16_t source)
{
	vfio_report(ctx, "the card (%02x:%02x.%x) sent error message 0x%02x", source >> 8, source >> 3 & 31, source & 7,
		    code);
}

static void op_link_state(void *ctx, enum cw_link_state s)
{
	if (s == CW_LINK_DOWN)
		vfio_report(ctx, "the link to the card is down: the guest reads all ones");
}

static uint64_t op_epoch(void *ctx)
{
	return guestmem_epoch(((struct cw_vfio *)ctx)->mem);
}

/* ---- life ---- */

/* Hot reset, and the card looked at again: the guest finds it as after power-up. */
int vfio_reset_card(struct cw_vfio *v)
{
	struct cw_host_dev d = { 0 };
	uint32_t control;
	int ret;

	v->open = false; /* an access that waits ends with the reset */
	ret = cw_host_reset(v->host, CW_LINK_HOT_RESET);
	if (!ret)
		ret = cw_host_probe(v->host, &d);
	/* The checker goes by what it has seen, and a guest may let the card work without a look at these. */
	if (!ret && d.cap_pcie)
		ret = cw_host_cfg_read32(v->host, (uint16_t)(d.cap_pcie + PCI_EXP_DEVCTL), &control);
	if (!ret && d.cap_pcie)
		ret = cw_host_cfg_read32(v->host, (uint16_t)(d.cap_pcie + PCI_EXP_DEVCTL2), &control);
	pciside_reset(v);
	memory_reset(v);
	if (ret)
		return vfio_fail(v, -ENODEV, "the card does not come back from a reset: %s", strerror(-ret));
	return 0;
}

static int look_at_card(struct cw_vfio *v)
{
	struct cw_host_dev *d = &v->pci.dev;
	uint32_t control = 0, devcap = 0, pmcsr = 0;
	int ret = cw_host_enumerate(v->host, d);

	if (!ret && d->cap_msi)
		ret = cw_host_cfg_read32(v->host, d->cap_msi, &control);
	if (!ret && d->cap_pcie)
		ret = cw_host_cfg_read32(v->host, (uint16_t)(d->cap_pcie + PCI_EXP_DEVCAP), &devcap);
	if (!ret && d->cap_pm)
		ret = cw_host_cfg_read32(v->host, (uint16_t)(d->cap_pm + PCI_PM_CTRL), &pmcsr);
	if (ret)
		return vfio_fail(v, ret, "no card answers: %s", strerror(-ret));
	control >>= 16;
	v->pci.msi_wide = control & 0x80;
	v->pci.flr = devcap & PCI_EXP_DEVCAP_FLR;
	v->pci.soft_reset = d->cap_pm && !(pmcsr & PCI_PM_CTRL_NO_SOFT_RESET);
	irqs_init(&v->irqs, d->cap_msi ? 1u << (control >> 1 & 7) : 0, d->cap_msix ? d->msix_n : 0);
	return vfio_reset_card(v);
}

int cw_vfio_new(struct cw_vfio **server, struct cw_link *link, const struct cw_vfio_param *p, char *why,
		size_t why_size)
{
	static const struct cw_host_ops ops = {
		.lookup = memory_lookup, .fetch = memory_fetch, .store = memory_store, .epoch = op_epoch,
		.interrupt = memory_interrupt, .violation = op_violation, .error_message = op_error_message,
		.link_state = op_link_state,
	};
	struct cw_vfio *v = calloc(1, sizeof(*v));
	int ret;

	snprintf(why, why_size, "out of memory, or parameters that cannot be");
	if (!v)
		return -ENOMEM;
	v->link = link;
	v->p = *p;
	if (v->p.host.mps > FETCH_MPS)
		v->p.host.mps = FETCH_MPS;
	v->ch.fd = -1;
	ret = guestmem_new(&v->mem);
	if (ret)
		goto err_free;
	ret = cw_host_new(&v->host, link, &v->p.host, &ops, v);
	if (ret)
		goto err_mem;
	ret = look_at_card(v);
	if (ret)
		goto err_host;
	*server = v;
	return 0;

err_host:
	snprintf(why, why_size, "%s", v->why);
	cw_host_free(v->host);
err_mem:
	guestmem_free(v->mem);
err_free:
	free(v);
	return ret;
}

static void detach(struct cw_vfio *v)
{
	channel_close(&v->ch);
	irqs_release(&v->irqs);
	guestmem_unmap_all(v->mem);
	memset(&v->remote, 0, sizeof(v->remote));
	v->attached = v->greeted = v->open = false;
}

int cw_vfio_attach(struct cw_vfio *v, int sock)
{
	int ret;

	if (v->attached)
		return -EBUSY;
	if (v->dead)
		return -ENODEV;
	v->reports = 0;
	ret = vfio_reset_card(v);
	if (ret) {
		v->dead = true;
		return ret;
	}
	channel_init(&v->ch, sock);
	v->attached = true;
	v->why[0] = '\0';
	return 0;
}

/* To the end of a slice that was begun: see run(). */
static int finish_slice(struct cw_vfio *v)
{
	int ret;

	while (v->until) {
		ret = cw_host_run(v->host, v->until, v->until);
		if (ret > 0)
			v->until = 0;
		else if (!ret)
			ret = cw_link_wait(v->link);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The client is gone or thrown out: nothing of it stays, and the card does not go on with its work. */
static int end(struct cw_vfio *v, int err)
{
	char why[sizeof(v->why)];

	if (!v->why[0])
		vfio_fail(v, err, "%s", v->ch.why[0] ? v->ch.why : "the client left");
	memcpy(why, v->why, sizeof(why));
	/* An access that waits is the host model's until it is done: the reset ends it. */
	if (err != -ENODEV && (finish_slice(v) || vfio_reset_card(v)))
		err = -ENODEV;
	else
		memcpy(v->why, why, sizeof(why));
	v->dead |= err == -ENODEV;
	detach(v);
	return err;
}

unsigned cw_vfio_free(struct cw_vfio *v)
{
	unsigned n;

	if (v->attached)
		end(v, -ENOTCONN);
	n = cw_host_free(v->host);
	guestmem_free(v->mem);
	free(v);
	return n;
}

/* ---- time ---- */

/* Nothing is under way anywhere: only the client can change that. */
static bool silent(struct cw_vfio *v)
{
	return !v->open && cw_host_next(v->host) == CW_TIME_NEVER && cw_link_horizon(v->link) == CW_TIME_NEVER;
}

/* Time may not pass: the card waits for the guest's memory, and would give up. */
static bool holds(const struct cw_vfio *v)
{
	return v->remote.asked && !v->open;
}

/* How far to go: a slice, or when nothing is left here but a timer of the card, to that. */
static uint64_t target(struct cw_vfio *v)
{
	uint64_t until = cw_host_now(v->host) + SLICE_PS, horizon = cw_link_horizon(v->link);

	if (v->open || cw_host_next(v->host) != CW_TIME_NEVER || horizon == CW_TIME_NEVER || horizon <= until)
		return until;
	return horizon - 1;
}

/* One slice. 1: it is done, or something came; 0: the card has to run first, and until then nothing may be
 * sent: the card was promised silence. */
static int run(struct cw_vfio *v)
{
	int ret;

	if (!v->until)
		v->until = target(v);
	ret = cw_host_run(v->host, v->until, v->until);
	if (ret == -ENOTCONN)
		return vfio_fail(v, -ENODEV, "the card is gone");
	if (ret < 0)
		return vfio_fail(v, -ENODEV, "the link failed: %s", cw_link_why(v->link));
	if (ret)
		v->until = 0;
	if (v->remote.broken)
		return v->remote.broken;
	if (guestmem_torn(v->mem))
		return channel_fail(&v->ch, "the client took memory away that it had announced");
	if (v->open && v->req.done) {
		int r = region_done(v);

		return r ? r : ret;
	}
	return ret;
}

static int hear(struct cw_vfio *v)
{
	struct message m;
	int n, ret = 0;

	for (n = 0; n < MESSAGES_A_TURN && !v->open; n++) {
		ret = channel_recv(&v->ch, &m);
		if (ret <= 0)
			return ret ? ret : n;
		ret = dispatch(v, &m);
		if (ret)
			return ret;
	}
	return n;
}

static int wait_for_client(struct cw_vfio *v, int timeout_ms)
{
	struct pollfd p = { .fd = v->ch.fd, .events = POLLIN };

	poll(&p, 1, timeout_ms);
	/* The card may have died meanwhile: nothing else would tell. */
	if (cw_link_wait_for(v->link, 0) == -ENOTCONN) {
		cw_host_lost(v->host);
		return vfio_fail(v, -ENODEV, "the card is gone");
	}
	return 0;
}

/* The card's end has to move; in two processes the client is not kept waiting for that. */
static int wait_for_card(struct cw_vfio *v)
{
	int ret = cw_link_wait_for(v->link, CARD_WAIT_MS);

	if (ret == -ENOTCONN) {
		cw_host_lost(v->host);
		return vfio_fail(v, -ENODEV, "the card is gone");
	}
	if (ret && ret != -ETIMEDOUT)
		return vfio_fail(v, -ENODEV, "the link failed: %s", cw_link_why(v->link));
	return 0;
}

int cw_vfio_step(struct cw_vfio *v, int timeout_ms)
{
	int ret = 0;

	if (!v->attached)
		return -ENOTCONN;
	if (!v->until) {
		ret = hear(v);
		if (ret == 0 && (holds(v) || silent(v)))
			ret = wait_for_client(v, timeout_ms);
	}
	if (ret >= 0 && (v->until || !(holds(v) || silent(v)))) {
		ret = run(v);
		if (!ret)
			ret = wait_for_card(v);
	}
	return ret < 0 ? end(v, ret) : 0;
}

void cw_vfio_get_stats(const struct cw_vfio *v, struct cw_vfio_stats *s)
{
	*s = v->stats;
	s->interrupts = v->irqs.signalled;
	s->faults = cw_host_get_stats(v->host)->iommu_faults;
}
