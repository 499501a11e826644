// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts. One that arrives is delivered after the CPU's latency: on a CPU
 * of its own, or nested on whoever passes a point with interrupts on. Which,
 * the seed says. A line's handler never runs twice at once; what arrives meanwhile
 * makes it run again, as on an edge-triggered line.
 */
#include "internal.h"

struct irq_line *kshim_line(struct shim *s, unsigned int irq)
{
	unsigned int i = irq - IRQ_BASE;

	return irq < IRQ_BASE || i >= s->line_n ? NULL : &s->line[i];
}

static unsigned int line_irq(const struct irq_line *l)
{
	return IRQ_BASE + (unsigned int)(l - l->s->line);
}

/* ---- delivery ---- */

static void line_thread_wake(struct irq_line *l)
{
	l->thread_run = true;
	kshim_wake_key(&l->thread_run);
}

static void line_handle(struct irq_line *l)
{
	struct shim *s = l->s;
	irqreturn_t ret = l->fn ? l->fn((int)line_irq(l), l->dev) : IRQ_WAKE_THREAD;

	s->stats.interrupts++;
	if (ret == IRQ_NONE)
		s->stats.irq_none++;
	if (ret == IRQ_WAKE_THREAD && !l->thread)
		kshim_fail("irq", l->site, "irq %u: the handler asks for a thread that there is not", line_irq(l));
	else if (ret == IRQ_WAKE_THREAD)
		line_thread_wake(l);
}

static void line_run(struct irq_line *l)
{
	struct kshim_fibre *f = l->s->cur;
	bool off = f->irqs_off;
	int held = f->held_n, preempt = f->preempt;

	l->running = true;
	l->runner = f;
	f->hardirq++;
	f->irqs_off = true;
	while (l->pending && l->site && !l->depth) {
		l->pending = l->vector < 0 && l->level;
		line_handle(l);
	}
	if (f->held_n != held || f->preempt != preempt)
		kshim_fail("lock-held", l->site, "irq %u: the handler returned with another lock depth", line_irq(l));
	f->hardirq--;
	f->irqs_off = off;
	l->running = false;
	l->runner = NULL;
	kshim_wake_key(l);
}

static bool line_ready(const struct irq_line *l)
{
	return l->pending && l->site && !l->depth && !l->running && !l->event.armed;
}

static void line_fibre(void *arg)
{
	struct irq_line *l = arg;

	l->spawned = false;
	if (line_ready(l))
		line_run(l);
}

static void nested_del(struct shim *s, struct irq_line *l)
{
	unsigned int i;

	for (i = 0; i < s->nested_n; i++) {
		if (s->nested[i] != l)
			continue;
		s->nested[i] = s->nested[--s->nested_n];
		return;
	}
}

/* Its time has come, and no CPU took it: one of its own does. */
static void line_due(struct kshim_event *e)
{
	struct irq_line *l = container_of(e, struct irq_line, event);

	nested_del(l->s, l);
	if (!line_ready(l) || l->spawned)
		return;
	l->spawned = true;
	kshim_spawn(l->s, "irq", line_fibre, l);
}

/* At a point of a fibre with interrupts on. */
void kshim_irq_nested(struct shim *s)
{
	unsigned int i;

	for (i = 0; i < s->nested_n; i++) {
		struct irq_line *l = s->nested[i];

		if (l->due > kshim_now(s) + s->cur->debt)
			continue;
		nested_del(s, l);
		kshim_event_cancel(&l->event);
		if (line_ready(l))
			line_run(l);
		return;
	}
}

static void line_schedule(struct irq_line *l)
{
	struct shim *s = l->s;
	u64 at = kshim_now(s) + COST_IRQ;

	if (l->event.armed || l->running || !l->site || l->depth)
		return;
	if (s->p.explore)
		at += cw_rng_below(&s->sched, COST_IRQ);
	l->due = at;
	if (s->p.explore && s->nested_n < ARRAY_SIZE(s->nested) && cw_rng_one_in(&s->sched, 2)) {
		s->nested[s->nested_n++] = l;
		at += 2 * COST_IRQ;
	}
	kshim_event_at(s, &l->event, at, line_due);
}

void kshim_irq_arrive(struct shim *s, int vector, bool level)
{
	unsigned int i = vector < 0 ? 0 : (unsigned int)vector;
	struct irq_line *l;

	if (s->gone || i >= s->line_n || (vector < 0) != (s->irq_mode == IRQ_MODE_INTX))
		return;
	l = &s->line[i];
	if (vector < 0) {
		l->level = level;
		if (!level)
			return;
	}
	l->pending = true;
	line_schedule(l);
}

/* ---- threads ---- */

static void thread_main(void *arg)
{
	struct irq_line *l = arg;

	for (;;) {
		while (!l->thread_run && !l->thread_stop)
			kshim_wait_key(&l->thread_run, "irq thread", l->site);
		if (l->thread_stop)
			break;
		l->thread_run = false;
		l->thread_busy = true;
		/* It found work, and the next interrupt may be here already: only time tells that from a live-lock. */
		if (l->thread((int)line_irq(l), l->dev) == IRQ_HANDLED)
			l->s->cur->busy_points = 0;
		kshim_check_exit(l->s, l->s->cur, l->name);
		l->thread_busy = false;
		kshim_point(COST_CALL);
		kshim_wake_key(l);
	}
	l->thread_fibre = NULL;
	kshim_wake_key(l);
}

/* ---- the API ---- */

static void devm_irq(void *data)
{
	struct irq_line *l = data;

	if (l->site)
		free_irq(line_irq(l), l->dev);
}

int kshim_request_irq(unsigned int irq, irq_handler_t fn, irq_handler_t thread, unsigned long flags,
		      const char *name, void *dev, struct device *managed, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct irq_line *l = kshim_line(s, irq);

	kshim_might_sleep("request_irq", site);
	kshim_point(COST_CALL);
	if (!l || (!fn && !thread) || ((flags & IRQF_SHARED) && !dev))
		return -EINVAL;
	if (!fn && !(flags & IRQF_ONESHOT) && s->irq_mode == IRQ_MODE_INTX)
		return -EINVAL;
	if (l->site)
		return -EBUSY;
	if (kshim_should_fail("request_irq"))
		return -ENOMEM;
	strscpy(l->name, name ? name : "?", sizeof(l->name));
	l->fn = fn;
	l->thread = thread;
	l->flags = flags;
	l->dev = dev;
	l->site = site;
	l->depth = flags & IRQF_NO_AUTOEN ? 1 : 0;
	l->thread_run = l->thread_stop = l->pending = false;
	if (thread)
		l->thread_fibre = kshim_spawn(s, l->name, thread_main, l);
	if (managed)
		kshim_devres_add(managed, devm_irq, l);
	if (!l->depth)
		kshim_msi_mask(s, l->vector, false);
	/* A shared line may call at once: CONFIG_DEBUG_SHIRQ. MSI lines are not shared. */
	if ((flags & IRQF_SHARED) && s->irq_mode == IRQ_MODE_INTX && fn && !l->depth) {
		l->pending = true;
		line_run(l);
	}
	return 0;
}

static bool line_busy(const struct irq_line *l, bool thread)
{
	return l->running || l->spawned || (thread && l->thread && (l->thread_run || l->thread_busy));
}

static void line_sync(struct irq_line *l, bool thread, const char *what)
{
	struct kshim_fibre *f = l->s->cur;

	if (thread)
		kshim_might_sleep(what, l->site);
	if (l->runner == f || (thread && l->thread_fibre == f)) {
		kshim_fail("irq", l->site, "%s(%u) from its own handler waits for ever", what, line_irq(l));
		return;
	}
	while (line_busy(l, thread))
		kshim_wait_key_until(l, kshim_now(l->s) + COST_IRQ, what, l->site);
}

void synchronize_irq(unsigned int irq)
{
	struct irq_line *l = kshim_line(kshim, irq);

	if (l)
		line_sync(l, true, "synchronize_irq");
}

void synchronize_hardirq(unsigned int irq)
{
	struct irq_line *l = kshim_line(kshim, irq);

	if (l)
		line_sync(l, false, "synchronize_hardirq");
}

void disable_irq_nosync(unsigned int irq)
{
	struct irq_line *l = kshim_line(kshim, irq);

	if (l)
		l->depth++;
}

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

void enable_irq(unsigned int irq)
{
	struct irq_line *l = kshim_line(kshim, irq);

	if (!l)
		return;
	if (!l->depth) {
		kshim_fail("irq", l->site, "Unbalanced enable for IRQ %u", irq);
		return;
	}
	if (--l->depth)
		return;
	kshim_msi_mask(l->s, l->vector, false);
	if (l->pending)
		line_schedule(l);
}

const void *free_irq(unsigned int irq, void *dev)
{
	struct irq_line *l = kshim_line(kshim, irq);

	kshim_might_sleep("free_irq", l ? l->site : NULL);
	if (!l || !l->site || l->dev != dev) {
		kshim_fail("irq", NULL, "Trying to free already-free IRQ %u", irq);
		return NULL;
	}
	kshim_msi_mask(l->s, l->vector, true);
	l->depth++;
	kshim_event_cancel(&l->event);
	nested_del(l->s, l);
	line_sync(l, false, "free_irq");
	if ((l->flags & IRQF_SHARED) && l->fn)
		l->fn((int)irq, l->dev);
	if (l->thread_fibre && l->thread_fibre != kshim->cur) {
		while (l->thread_run || l->thread_busy)
			kshim_wait_key_until(l, kshim_now(l->s) + COST_IRQ, "free_irq", l->site);
		l->thread_stop = true;
		kshim_wake_key(&l->thread_run);
		while (l->thread_fibre)
			kshim_wait_key(l, "free_irq", l->site);
	}
	l->site = NULL;
	l->fn = l->thread = NULL;
	return l->name;
}

void devm_free_irq(struct device *d, unsigned int irq, void *dev)
{
	(void)d; /* the managed entry finds the line free and does nothing */
	free_irq(irq, dev);
}

void kshim_irq_leaks(struct shim *s)
{
	unsigned int i;

	for (i = 0; i < s->line_n; i++)
		if (s->line[i].site)
			kshim_fail("C5", s->line[i].site, "remove(): irq %u (%s) was not freed, requested",
				   line_irq(&s->line[i]), s->line[i].name);
	if (s->line_n)
		kshim_fail("C5", NULL, "remove(): the interrupt vectors were not freed");
}

void kshim_irq_exit(struct shim *s)
{
	unsigned int i;

	for (i = 0; i < s->line_n; i++)
		kshim_event_cancel(&s->line[i].event);
	free(s->line);
	s->line = NULL;
	s->line_n = s->nested_n = 0;
}
