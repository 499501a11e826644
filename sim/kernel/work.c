// SPDX-License-Identifier: BSD-2-Clause
/* Workqueues: each running item has a fibre of its own; an item never runs twice at once. */
#include "internal.h"

struct workqueue_struct {
	struct list_head node, pending;
	char name[24];
	unsigned int active, max_active;
	bool draining, dying;
	const struct kshim_site *site;
};

void kshim_init_work(struct work_struct *w, work_func_t fn, const struct kshim_site *site)
{
	memset(w, 0, sizeof(*w));
	w->func = fn;
	w->site = site;
	w->magic = KSHIM_WORK_MAGIC;
}

static void wq_kick(struct workqueue_struct *wq);

/* The item is not touched after its function: that may have freed it. */
static void work_main(void *arg)
{
	struct workqueue_struct *wq = arg;
	struct kshim_fibre *f = kshim->cur;
	struct work_struct *w = f->work;

	kshim->stats.works++;
	w->func(w);
	f->work = NULL;
	wq->active--;
	wq_kick(wq);
	kshim_wake_key(wq);
	kshim_wake_key(w);
}

/* The fibre that runs the item now. */
static struct kshim_fibre *work_runner(const struct work_struct *w)
{
	struct kshim_fibre *f;

	list_for_each_entry(f, &kshim->fibres, all)
		if (f->work == w && f->state != FIBRE_FREE && f->fn == work_main)
			return f;
	return NULL;
}

static void wq_kick(struct workqueue_struct *wq)
{
	struct work_struct *w, *next;

	list_for_each_entry_safe(w, next, &wq->pending, entry) {
		struct kshim_fibre *f;

		if (wq->active >= wq->max_active)
			return;
		if (work_runner(w))
			continue; /* wq_kick() at its end finds it again */
		list_del_init(&w->entry);
		w->pending = false;
		wq->active++;
		f = kshim_spawn(kshim, wq->name, work_main, wq);
		f->work = w;
	}
}

static bool work_check(struct work_struct *w)
{
	if (w->magic == KSHIM_WORK_MAGIC)
		return true;
	kshim_fail("work", NULL, "a work item is used that was not initialised");
	return false;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *w)
{
	kshim_point(COST_CALL);
	if (!work_check(w) || w->pending || w->disabled)
		return false;
	if (wq->dying) {
		kshim_fail("work", w->site, "queue_work() on %s, which is being destroyed; item", wq->name);
		return false;
	}
	w->pending = true;
	w->wq = wq;
	list_add_tail(&w->entry, &wq->pending);
	wq_kick(wq);
	return true;
}

/* ---- delayed work ---- */

static void dwork_timer(struct timer_list *t)
{
	struct delayed_work *d = container_of(t, struct delayed_work, timer);

	queue_work(d->wq, &d->work);
}

void kshim_init_dwork(struct delayed_work *d, work_func_t fn, const struct kshim_site *site)
{
	kshim_init_work(&d->work, fn, site);
	kshim_timer_setup(&d->timer, dwork_timer, 0, site);
	d->wq = NULL;
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *d, unsigned long delay)
{
	if (!work_check(&d->work) || d->work.pending || d->timer.pending || d->work.disabled)
		return false;
	if (!delay)
		return queue_work(wq, &d->work);
	d->wq = wq;
	d->work.wq = wq;
	mod_timer(&d->timer, jiffies + delay);
	return true;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *d, unsigned long delay)
{
	bool was = cancel_delayed_work(d);

	queue_delayed_work(wq, d, delay);
	return was;
}

/* ---- waiting and taking back ---- */

bool cancel_work(struct work_struct *w)
{
	kshim_point(COST_LOCK);
	if (!work_check(w) || !w->pending)
		return false;
	list_del_init(&w->entry);
	w->pending = false;
	kshim_wake_key(w);
	return true;
}

static void wait_runner(struct work_struct *w, const char *what)
{
	struct kshim_fibre *f;

	kshim_might_sleep(what, w->site);
	while ((f = work_runner(w))) {
		if (f == kshim->cur) {
			kshim_fail("work", w->site, "%s() from the work item itself waits for ever; item", what);
			return;
		}
		kshim_wait_key(w, what, w->site);
	}
}

bool cancel_work_sync(struct work_struct *w)
{
	bool was;

	/* As in the kernel, the item cannot queue itself again meanwhile. */
	w->disabled++;
	was = cancel_work(w);
	wait_runner(w, "cancel_work_sync");
	w->disabled--;
	return was;
}

bool disable_work_sync(struct work_struct *w)
{
	bool was = cancel_work_sync(w);

	w->disabled++;
	return was;
}

bool enable_work(struct workqueue_struct *wq, struct work_struct *w)
{
	(void)wq;
	return w->disabled && --w->disabled == 0;
}

bool cancel_delayed_work(struct delayed_work *d)
{
	bool was = timer_delete(&d->timer);

	return cancel_work(&d->work) || was;
}

bool cancel_delayed_work_sync(struct delayed_work *d)
{
	bool was;

	d->work.disabled++;
	was = timer_delete_sync(&d->timer);
	was |= cancel_work(&d->work);
	wait_runner(&d->work, "cancel_delayed_work_sync");
	d->work.disabled--;
	return was;
}

bool flush_work(struct work_struct *w)
{
	bool waited = false;

	kshim_might_sleep("flush_work", w->site);
	while (w->pending || work_runner(w)) {
		if (work_runner(w) == kshim->cur) {
			wait_runner(w, "flush_work");
			break;
		}
		waited = true;
		kshim_wait_key(w, "flush_work", w->site);
	}
	return waited;
}

bool flush_delayed_work(struct delayed_work *d)
{
	if (timer_delete_sync(&d->timer))
		queue_work(d->wq, &d->work);
	return flush_work(&d->work);
}

void flush_workqueue(struct workqueue_struct *wq)
{
	kshim_might_sleep("flush_workqueue", wq->site);
	if (kshim->cur->fn == work_main && kshim->cur->arg == wq) {
		kshim_fail("work", wq->site, "flush_workqueue() from an item of the queue itself waits for ever");
		return;
	}
	while (wq->active || !list_empty(&wq->pending))
		kshim_wait_key(wq, "flush_workqueue", wq->site);
}

void drain_workqueue(struct workqueue_struct *wq)
{
	flush_workqueue(wq);
}

unsigned int work_busy(struct work_struct *w)
{
	return (w->pending ? 1u : 0) | (work_runner(w) ? 2u : 0);
}

/* ---- queues ---- */

struct workqueue_struct *kshim_alloc_workqueue(const struct kshim_site *site, unsigned int flags, int max_active,
					       const char *fmt, ...)
{
	struct workqueue_struct *wq;
	va_list ap;

	kshim_might_sleep("alloc_workqueue", site);
	if (kshim_should_fail("alloc_workqueue"))
		return NULL;
	wq = calloc(1, sizeof(*wq));
	if (!wq)
		return NULL;
	va_start(ap, fmt);
	kshim_vformat(wq->name, sizeof(wq->name), fmt, ap);
	va_end(ap);
	wq->max_active = flags & WQ_ORDERED ? 1 : max_active > 0 ? (unsigned int)max_active : WQ_MAX_ACTIVE;
	wq->site = site;
	INIT_LIST_HEAD(&wq->pending);
	list_add_tail(&wq->node, &kshim->wqs);
	kshim_res_add(RES_WQ, wq, sizeof(*wq), false, site);
	return wq;
}

static bool delayed_on(struct workqueue_struct *wq)
{
	struct timer_list *t;

	list_for_each_entry(t, &kshim->timers, node)
		if (t->function == dwork_timer && container_of(t, struct delayed_work, timer)->wq == wq)
			return true;
	return false;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	flush_workqueue(wq);
	if (delayed_on(wq))
		kshim_fail("work", wq->site, "%s is destroyed while a delayed item for it is pending; queue", wq->name);
	wq->dying = true;
	kshim_res_del(RES_WQ, wq);
	list_del(&wq->node);
	free(wq);
}

struct workqueue_struct *kshim_system_wq(void)
{
	struct shim *s = kshim;

	if (!s->events_wq) {
		s->events_wq = calloc(1, sizeof(*s->events_wq));
		if (!s->events_wq)
			abort();
		strscpy(s->events_wq->name, "events", sizeof(s->events_wq->name));
		s->events_wq->max_active = 256;
		INIT_LIST_HEAD(&s->events_wq->pending);
	}
	return s->events_wq;
}

bool kshim_work_in(const void *p, size_t n, const struct kshim_site **site)
{
	struct workqueue_struct *wq;
	struct work_struct *w;
	struct kshim_fibre *f;
	bool found = false;

	list_for_each_entry(wq, &kshim->wqs, node)
		list_for_each_entry(w, &wq->pending, entry)
			if ((const char *)w >= (const char *)p && (const char *)w < (const char *)p + n) {
				*site = w->site;
				found = true;
			}
	list_for_each_entry(f, &kshim->fibres, all)
		if (f != kshim->cur && f->work && f->state != FIBRE_FREE && (const char *)f->work >= (const char *)p &&
		    (const char *)f->work < (const char *)p + n) {
			*site = NULL;
			found = true;
		}
	return found;
}

void kshim_work_leaks(struct shim *s)
{
	struct work_struct *w;
	struct kshim_fibre *f;

	if (s->events_wq)
		list_for_each_entry(w, &s->events_wq->pending, entry)
			kshim_fail("C5", w->site, "module unload: a work item is still queued, set up");
	list_for_each_entry(f, &s->fibres, all)
		if (f->work && f->state != FIBRE_FREE && f->fn == work_main)
			kshim_fail("C5", NULL, "module unload: a work item still runs");
}

void kshim_work_exit(struct shim *s)
{
	struct workqueue_struct *wq, *n;

	list_for_each_entry_safe(wq, n, &s->wqs, node)
		free(wq);
	free(s->events_wq);
}
