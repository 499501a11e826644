// SPDX-License-Identifier: BSD-2-Clause
/* The book of what a driver took and has to give back, in order of taking. */
#include "internal.h"

static const char *const res_name[RES_N] = {
	[RES_MEM] = "memory block", [RES_CACHE] = "slab cache", [RES_WQ] = "workqueue", [RES_IRQ] = "interrupt handler",
	[RES_VECTORS] = "interrupt vectors", [RES_REGION] = "BAR region", [RES_IOMAP] = "BAR mapping",
	[RES_ENABLE] = "enabled device", [RES_CHRDEV] = "device number region", [RES_CDEV] = "character device",
	[RES_CLASS] = "class", [RES_DEVICE] = "device object", [RES_FILE] = "open file", [RES_POOL] = "DMA pool",
	[RES_ID] = "allocated id", [RES_XA] = "xarray entry", [RES_KTHREAD] = "kernel thread",
	[RES_DENTRY] = "debugfs entry",
};

void kshim_res_link(struct shim *s, struct kshim_res *r, enum res_kind kind, const void *ptr, size_t size,
		    const struct kshim_site *site)
{
	r->kind = kind;
	r->ptr = ptr;
	r->size = size;
	r->site = site;
	list_add_tail(&r->node, &s->res[kind]);
}

struct kshim_res *kshim_res_add(enum res_kind kind, const void *ptr, size_t size, bool of_device,
				const struct kshim_site *site)
{
	struct kshim_res *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->of_device = of_device;
	kshim_res_link(kshim, r, kind, ptr, size, site);
	return r;
}

/* The newest first: that is what is given back first. */
bool kshim_res_del(enum res_kind kind, const void *ptr)
{
	struct kshim_res *r;

	list_for_each_entry_reverse(r, &kshim->res[kind], node) {
		if (r->ptr != ptr)
			continue;
		list_del(&r->node);
		free(r);
		return true;
	}
	return false;
}

void kshim_leaks(struct shim *s, bool unload)
{
	struct kshim_res *r;
	int kind;

	for (kind = 0; kind < RES_N; kind++)
		list_for_each_entry(r, &s->res[kind], node)
			if (unload || r->of_device)
				kshim_fail("C5", r->site, "%s: %s of %zu bytes was not given back, taken",
					   unload ? "module unload" : "remove()", res_name[kind], r->size);
	kshim_dma_leaks(s);
	/* A read or write that has not returned may hold its caller's pages a moment longer, though they are mapped for
	 * the card no more. The module stays until it has returned, and is asked then. */
	if (unload || !s->rw_n)
		kshim_pages_leak(s);
	kshim_irq_leaks(s);
	if (!unload)
		return;
	kshim_pm_leaks(s);
	kshim_timer_leaks(s);
	kshim_work_leaks(s);
}

void kshim_res_free_all(struct shim *s)
{
	struct kshim_res *r, *n;
	int kind;

	list_for_each_entry_safe(r, n, &s->res[RES_MEM], node)
		kshim_block_free(container_of(r, struct kshim_block, res));
	for (kind = 0; kind < RES_N; kind++) {
		if (kind == RES_MEM)
			continue;
		list_for_each_entry_safe(r, n, &s->res[kind], node)
			free(r);
	}
}
