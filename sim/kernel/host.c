// SPDX-License-Identifier: BSD-2-Clause
/*
 * The CPUs' way to the card. The host model runs in a fibre of its own, so
 * that it can stop in the middle of applying a write and let others look. While
 * it is stopped there, accesses to the card wait in a queue: the model is not
 * re-entered.
 */
#include "internal.h"

#define HOST_STACK (8u << 20)
#define GONE_PS 1000000ull /* what a read of a card that is gone costs */

static struct shim *host_shim(void *ctx)
{
	return ctx;
}

/* ---- what the host model calls ---- */

static void *op_lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why)
{
	return kshim_dma_lookup(host_shim(ctx), iova, len, dir == CW_DMA_FROM_DEVICE, chunk, why);
}

static void op_interrupt(void *ctx, int vector, bool level)
{
	kshim_irq_arrive(host_shim(ctx), vector, level);
}

/* Between two words of a write: whoever is ready may look, and now and then one that only computes. */
static void op_point(void *ctx)
{
	struct shim *s = ctx;

	if (!s->cur || s->cur != s->host_fibre)
		return;
	if (s->p.explore && !s->ready_n && cw_rng_one_in(&s->sched, 16))
		kshim_early(s);
	if (!s->ready_n || (s->p.explore && !cw_rng_one_in(&s->sched, 2)))
		return;
	s->host_mid = true;
	kshim_ready(s, s->cur);
	fibre_leave(s);
	s->host_mid = false;
}

static void op_link_state(void *ctx, enum cw_link_state state)
{
	struct shim *s = ctx;

	if (state == CW_LINK_DOWN)
		s->pdev.error_state = pci_channel_io_perm_failure;
}

static uint64_t op_epoch(void *ctx)
{
	return host_shim(ctx)->dma.epoch;
}

static bool op_is_record(void *ctx, uint64_t iova)
{
	return kshim_dma_is_record(ctx, iova);
}

/* ---- the fibre ---- */

/* One look: runs the model until something happened or the target is reached. */
static int host_look(struct shim *s)
{
	int ret = cw_host_run(s->host, s->host_target, s->host_target);

	if (ret == -EPROTO) {
		kshim_fail("link-broken", NULL, "%s", cw_link_why(s->link));
		return 0;
	}
	if (ret == -ENOTCONN) {
		kshim_log_text(s, 2, "the card's process is gone");
		s->pdev.error_state = pci_channel_io_perm_failure;
		return s->host_target == KSHIM_NEVER && s->link_lost ? -EDEADLK : (s->link_lost = true, 0);
	}
	if (ret)
		return ret < 0 ? ret : 0;
	ret = cw_link_wait(s->link);
	if (ret == -ENOTCONN)
		cw_host_lost(s->host);
	/* What the card broke is reported by the next look. */
	return ret == -ENOTCONN || ret == -EPROTO ? 0 : ret;
}

static void host_main(void *arg)
{
	struct shim *s = arg;

	for (;;) {
		s->host_ret = host_look(s);
		kshim_host_drain(s);
		s->cur->state = FIBRE_WAIT;
		fibre_leave(s);
	}
}

int kshim_host_advance(struct shim *s, u64 target)
{
	s->host_target = target;
	s->host_ret = 0;
	s->host_fibre->state = FIBRE_RUN;
	fibre_enter(s, s->host_fibre);
	return s->host_ret;
}

int kshim_host_start(struct shim *s)
{
	static const struct cw_host_ops ops = {
		.lookup = op_lookup, .interrupt = op_interrupt, .point = op_point, .link_state = op_link_state,
		.epoch = op_epoch, .is_record = op_is_record,
	};
	int ret;

	INIT_LIST_HEAD(&s->host_ops);
	if (!s->link)
		return 0;
	ret = cw_host_new(&s->host, s->link, &s->p.host, &ops, s);
	if (ret)
		return ret;
	ret = cw_host_enumerate(s->host, &s->hdev);
	if (ret)
		return ret;
	ret = fibre_new(s, &s->host_fibre, HOST_STACK);
	if (ret)
		return ret;
	s->host_fibre->fn = host_main;
	s->host_fibre->arg = s;
	s->host_fibre->state = FIBRE_WAIT;
	strscpy(s->host_fibre->name, "host", sizeof(s->host_fibre->name));
	return 0;
}

void kshim_host_stop(struct shim *s, unsigned int *violations)
{
	struct host_op *op, *n;

	if (s->host)
		*violations += cw_host_free(s->host);
	s->host = NULL;
	list_for_each_entry_safe(op, n, &s->host_ops, node)
		free(op);
}

/* ---- accesses ---- */

static void op_run(struct shim *s, struct host_op *op)
{
	if (op->link)
		cw_host_link_set(s->host, op->state);
	else if (op->write)
		cw_host_write(s->host, op->addr, op->data, op->len);
	else if (op->cfg_write)
		cw_host_cfg_write(s->host, op->req);
	else
		cw_host_read(s->host, op->req);
}

void kshim_host_drain(struct shim *s)
{
	while (!list_empty(&s->host_ops)) {
		struct host_op *op = list_first_entry(&s->host_ops, struct host_op, node);

		list_del(&op->node);
		op_run(s, op);
		free(op);
	}
}

static void op_submit(struct shim *s, const struct host_op *op)
{
	struct host_op *copy;

	if (!s->host_mid && list_empty(&s->host_ops)) {
		op_run(s, (struct host_op *)op);
		return;
	}
	copy = malloc(sizeof(*copy));
	if (!copy)
		abort();
	*copy = *op;
	list_add_tail(&copy->node, &s->host_ops);
}

static void req_complete(struct cw_host_req *req)
{
	struct kshim_fibre *f = req->ctx;

	if (f)
		kshim_unblock(f);
}

/* A CPU that waits for the card stands still: it does not sleep, and serves no interrupt. */
static void stall(struct shim *s, u64 until, const char *what, const struct kshim_site *site)
{
	struct kshim_fibre *f = s->cur;
	u64 since = f->busy_since;
	unsigned int points = f->busy_points;

	kshim_block(until, what, site);
	f->busy_since = since;
	f->busy_points = points;
}

static void req_wait(struct shim *s, struct host_op *op, const char *what, const struct kshim_site *site)
{
	op->req->ctx = s->cur;
	op->req->complete = req_complete;
	op_submit(s, op);
	while (!op->req->done)
		stall(s, KSHIM_NEVER, what, site);
}

u64 kshim_mem_read(u64 addr, u32 len, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct cw_host_req req = { .space = CW_SPACE_MEM, .addr = addr, .len = len };
	struct host_op op = { .req = &req };
	u64 v = 0;

	if (s->gone) {
		stall(s, kshim_now(s) + GONE_PS, "register read", site);
		return U64_MAX;
	}
	req_wait(s, &op, "register read", site);
	if (req.status)
		return U64_MAX;
	memcpy(&v, req.data, min(len, 8u));
	return v;
}

void kshim_mem_write(u64 addr, const void *data, u32 len)
{
	struct host_op op = { .write = true, .addr = addr, .len = len };

	if (kshim->gone)
		return;
	memcpy(op.data, data, len);
	op_submit(kshim, &op);
}

int kshim_cfg_read(u16 reg, u32 *value)
{
	struct shim *s = kshim;
	struct cw_host_req req = { .space = CW_SPACE_CFG, .addr = reg & ~3u, .len = 4 };
	struct host_op op = { .req = &req };

	*value = U32_MAX;
	if (!s->host) {
		memcpy(value, s->dummy_cfg + (reg & 0xffc), 4);
		return 0;
	}
	if (s->gone)
		return -ENODEV;
	kshim_settle();
	req_wait(s, &op, "configuration read", NULL);
	if (req.status)
		return -EIO;
	memcpy(value, req.data, 4);
	return 0;
}

int kshim_cfg_write(u16 reg, u32 len, u32 value)
{
	struct shim *s = kshim;
	struct cw_host_req req = { .space = CW_SPACE_CFG, .addr = reg, .len = len };
	struct host_op op = { .req = &req, .cfg_write = true };

	if (!s->host) {
		memcpy(s->dummy_cfg + (reg & 0xfff), &value, len);
		return 0;
	}
	if (s->gone)
		return -ENODEV;
	memcpy(req.data, &value, len);
	kshim_settle();
	req_wait(s, &op, "configuration write", NULL);
	return req.status ? -EIO : 0;
}

void kshim_link_set(struct shim *s, enum cw_link_state state)
{
	struct host_op op = { .link = true, .state = state };

	kshim_settle();
	op_submit(s, &op);
}
