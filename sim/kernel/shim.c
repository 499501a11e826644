// SPDX-License-Identifier: BSD-2-Clause
/* A machine's life; the dummy card. */
#include "internal.h"

void shim_param_default(struct shim_param *p)
{
	memset(p, 0, sizeof(*p));
	p->seed = 1;
	p->iommu = true;
	p->neighbour = true;
	cw_host_param_default(&p->host);
}

static void lists_init(struct shim *s)
{
	int i;

	INIT_LIST_HEAD(&s->fibres);
	INIT_LIST_HEAD(&s->events);
	INIT_LIST_HEAD(&s->log);
	INIT_LIST_HEAD(&s->timers);
	INIT_LIST_HEAD(&s->wqs);
	INIT_LIST_HEAD(&s->devices);
	INIT_LIST_HEAD(&s->cdevs);
	INIT_LIST_HEAD(&s->classes);
	INIT_LIST_HEAD(&s->files);
	INIT_LIST_HEAD(&s->traces);
	for (i = 0; i < RES_N; i++)
		INIT_LIST_HEAD(&s->res[i]);
	s->aio_tail = &s->aio_done;
	INIT_LIST_HEAD(&s->aio_live);
}

/* What stands in for a card where there is none: 64 KiB of registers, 16 vectors of MSI-X, 8 of MSI. */
#define DUMMY_BAR (64u << 10)
static int dummy_init(struct shim *s)
{
	u16 msi = PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT | 3 << 1; /* log2 of 8 */

	s->dummy_bar = calloc(1, DUMMY_BAR);
	s->dummy_cfg = calloc(1, 4096);
	if (!s->dummy_bar || !s->dummy_cfg)
		return -ENOMEM;
	s->hdev = (struct cw_host_dev){ .vendor = 0x1234, .device = 0x0001, .bdf = 0x0100, .class_rev = 0x08800001,
		.bar[0] = { .base = 0xe0000000u, .size = DUMMY_BAR }, .cap_msi = 0x50, .cap_msix = 0x60, .msix_n = 16 };
	memcpy(s->dummy_cfg, &s->hdev.vendor, 2);
	memcpy(s->dummy_cfg + 2, &s->hdev.device, 2);
	s->dummy_cfg[s->hdev.cap_msi] = PCI_CAP_ID_MSI;
	memcpy(s->dummy_cfg + s->hdev.cap_msi + PCI_MSI_FLAGS, &msi, 2);
	return 0;
}

int shim_new(struct shim **shim, struct cw_link *host_end, const struct shim_param *p)
{
	struct shim *s;
	unsigned int ignored = 0;
	int ret;

	if (kshim)
		return -EBUSY;
	if (p->mem_top == 1 || p->mem_top > 128)
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->p = *p;
	s->fail_nth = p->fail_nth;
	s->link = host_end;
	s->next_major = 511;
	s->next_pid = 100;
	s->p.host.seed = p->host.seed ? p->host.seed : p->seed;
	cw_rng_seed(&s->sched, p->seed, CW_RNG_SCHED);
	cw_rng_seed(&s->alloc, p->seed, CW_RNG_ALLOC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->turn, NULL);
	lists_init(s);
	kshim_dma_init(s);
	kshim = s;
	ret = host_end ? 0 : dummy_init(s);
	if (!ret)
		ret = kshim_host_start(s);
	if (ret) {
		kshim_host_stop(s, &ignored);
		free(s->dummy_bar);
		free(s->dummy_cfg);
		kshim_dma_exit(s);
		free(s);
		kshim = NULL;
		return ret;
	}
	kshim_pci_init(s);
	kshim_pm_init(s);
	kshim_debugfs_init(s);
	kshim_irq_init(s);
	*shim = s;
	return 0;
}

/* The process ends: its files are closed, its module is removed. */
static long exit_main(void *arg)
{
	struct shim *s = kshim;
	int fd;

	(void)arg;
	kshim_aio_exit(s);
	for (fd = FD_BASE; fd < FD_MAX; fd++)
		if (s->fd[fd])
			kshim_file_close(s, fd);
	return 0;
}

static void orderly_exit(struct shim *s)
{
	long ret = shim_call(s, exit_main, NULL);

	if (!ret && s->module) {
		ret = shim_call(s, s->unload, NULL);
		if (ret)
			kshim_fail("module", NULL, "at the end the module cannot be unloaded: %ld", ret);
	}
	if (!ret && s->drv)
		kshim_fail("pci", NULL, "at the end a PCI driver is still registered");
	if (!ret)
		kshim_leaks(s, true);
}

static void free_all(struct shim *s)
{
	struct kshim_fibre *f, *n;
	struct check_count *c;
	struct file *file, *next;
	struct vpn_entry *e;
	int i;

	list_for_each_entry_safe(file, next, &s->files, node)
		free(file);
	kshim_dma_exit(s);
	kshim_irq_exit(s);
	kshim_pm_exit(s);
	kshim_debugfs_exit(s);
	kshim_trace_exit(s);
	kshim_work_exit(s);
	kshim_res_free_all(s);
	for (i = 0; i < VPN_BUCKETS; i++)
		while ((e = s->vpn[i])) {
			s->vpn[i] = e->next;
			free(e->user);
			free(e);
		}
	list_for_each_entry_safe(f, n, &s->fibres, all)
		fibre_free(f);
	kshim_tasks_free(s);
	kshim_log_free(s);
	while ((c = s->checks)) {
		s->checks = c->next;
		free((char *)c->check);
		free(c);
	}
	for (i = 0; i < AIO_OVER_N; i++)
		free(s->aio_over[i]);
	free(s->ready);
	free(s->dummy_bar);
	free(s->dummy_cfg);
	kshim_params_forget(s);
}

unsigned shim_free(struct shim *s)
{
	unsigned int bad;

	if (!s)
		return 0;
	if (!s->dead)
		orderly_exit(s);
	bad = (unsigned int)s->stats.checks_failed + kshim_owed(s);
	kshim_host_stop(s, &bad);
	free_all(s);
	pthread_cond_destroy(&s->turn);
	pthread_mutex_destroy(&s->lock);
	kshim = NULL;
	free(s);
	return bad;
}

/* ---- small calls ---- */

bool shim_bound(struct shim *s)
{
	return s->bound;
}

void shim_surprise(struct shim *s, bool gone)
{
	if (gone) /* the port lets go of the line */
		kshim_irq_arrive(s, -1, false);
	s->gone = gone;
	s->pdev.error_state = gone ? pci_channel_io_perm_failure : pci_channel_io_normal;
}

void shim_fail_nth(struct shim *s, unsigned n)
{
	s->fail_nth = n;
}

void shim_get_stats(struct shim *s, struct shim_stats *st)
{
	*st = s->stats;
	st->now_ns = kshim_now(s) / PS_PER_NS;
}

uint64_t shim_now_ns(struct shim *s)
{
	return kshim_now(s) / PS_PER_NS;
}

struct cw_host *shim_host(struct shim *s)
{
	return s->host;
}

const struct cw_host_dev *shim_host_dev(struct shim *s)
{
	return &s->hdev;
}

void shim_dummy_irq(struct shim *s, int vector)
{
	kshim_irq_arrive(s, s->pdev.msi_enabled || s->pdev.msix_enabled ? vector : -1, true);
}

void shim_dummy_intx(struct shim *s, bool level)
{
	kshim_irq_arrive(s, -1, level);
}

int shim_dummy_dma(struct shim *s, uint64_t iova, void *buf, uint32_t len, bool write)
{
	const char *why;
	u32 done = 0, chunk = 0;

	while (done < len) {
		u8 *p = kshim_dma_lookup(s, iova + done, len - done, write, &chunk, &why);

		if (!p)
			return -EFAULT;
		if (write)
			memcpy(p, (u8 *)buf + done, chunk);
		else
			memcpy((u8 *)buf + done, p, chunk);
		done += chunk;
	}
	return 0;
}

int shim_dummy_write(struct shim *s, uint64_t iova, const uint32_t *words, unsigned int n, void (*between)(void))
{
	const char *why;
	u32 chunk = 0;
	u8 *p = kshim_dma_lookup(s, iova, 4 * n, true, &chunk, &why);
	unsigned int i;

	if (!p || chunk < 4 * n)
		return -EFAULT;
	for (i = 0; i < n; i++) {
		s->host_mid = i > 0;
		if (i)
			between();
		memcpy(p + 4 * i, &words[i], 4);
	}
	s->host_mid = false;
	return 0;
}
