// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts, the driver's side: requesting, freeing, disabling, waiting for handlers, and their threads. What is
 * refused, and how, is what kernel/irq/manage.c does. */
#include "internal.h"

/* ---- threads ---- */

static void thread_main(void *arg)
{
	struct irq_action *a = arg;
	irqreturn_t ret;

	for (;;) {
		while (!a->thread_run && !a->thread_stop)
			kshim_wait_key(&a->thread_run, "irq thread", a->site);
		if (a->thread_stop)
			break;
		a->thread_run = false;
		a->thread_busy = true;
		ret = a->thread((int)kshim_line_irq(a->line), a->dev);
		/* It found work, and the next interrupt may be here already: only time tells that from a live-lock. */
		if (ret == IRQ_HANDLED)
			a->line->s->cur->busy_points = 0;
		kshim_check_exit(a->line->s, a->line->s->cur, a->name);
		a->thread_busy = false;
		kshim_action_done(a, ret);
		kshim_point(COST_CALL);
		kshim_wake_key(a->line);
	}
	a->thread_fibre = NULL;
	kshim_wake_key(a->line);
}

/* ---- requesting ---- */

/* The managed request: its handler may have been freed by hand. */
struct managed_irq { unsigned int irq; void *dev; };

static struct irq_action *action_of(struct irq_line *l, const void *dev)
{
	struct irq_action *a = l ? l->action : NULL;

	while (a && a->dev != dev)
		a = a->next;
	return a;
}

static void devm_irq(void *data)
{
	struct managed_irq *m = data;
	struct irq_action *a = action_of(kshim_line(kshim, m->irq), m->dev);

	if (a && a->managed)
		free_irq(m->irq, m->dev);
	free(m);
}

static void manage(struct device *managed, unsigned int irq, void *dev)
{
	struct managed_irq *m = malloc(sizeof(*m));

	if (!m)
		abort();
	*m = (struct managed_irq){ irq, dev };
	kshim_devres_add(managed, devm_irq, m);
}

/* Handlers on one line agree to share it, and on whether it stays masked until their threads are done. */
static bool line_agrees(struct shim *s, const struct irq_line *l, unsigned long flags, const char *name)
{
	const struct irq_action *old = l->action;
	char text[160];

	if (!old || ((old->flags & flags & IRQF_SHARED) && !((old->flags ^ flags) & IRQF_ONESHOT)))
		return true;
	scnprintf(text, sizeof(text), "genirq: Flags mismatch irq %u. %08lx (%s) vs. %08lx (%s)", kshim_line_irq(l), flags,
		  name, old->flags, old->name);
	kshim_log_text(s, 3, text);
	return false;
}

/* A thread alone leaves the level up, and the line must not be served before the thread was: that needs ONESHOT. */
static bool thread_is_safe(struct shim *s, const struct irq_line *l, irq_handler_t fn, unsigned long flags,
			   const char *name)
{
	char text[160];

	if (fn || flags & IRQF_ONESHOT || l->vector >= 0)
		return true;
	scnprintf(text, sizeof(text), "genirq: Threaded irq requested with handler=NULL and !ONESHOT for %s (irq %u)", name,
		  kshim_line_irq(l));
	kshim_log_text(s, 3, text);
	return false;
}

static void action_add(struct irq_line *l, struct irq_action *a)
{
	struct irq_action **at = &l->action;

	if (!l->action) {
		l->depth = a->flags & IRQF_NO_AUTOEN ? 1 : 0;
		l->pending = l->broken = false;
		l->calls = l->none = l->up_calls = l->up_none = 0;
	}
	while (*at)
		at = &(*at)->next;
	*at = a;
}

/* CONFIG_DEBUG_SHIRQ: a handler that shares its line may be called at any time, its device asking or not. What it
 * says is ignored. */
static void shared_call(struct irq_action *a)
{
	struct kshim_fibre *f = a->line->s->cur;
	bool off = f->irqs_off;

	f->hardirq++;
	f->irqs_off = true;
	a->fn((int)kshim_line_irq(a->line), a->dev);
	f->irqs_off = off;
	f->hardirq--;
}

int kshim_request_irq(unsigned int irq, irq_handler_t fn, irq_handler_t thread, unsigned long flags,
		      const char *name, void *dev, struct device *managed, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct irq_line *l = kshim_line(s, irq);
	struct irq_action *a;

	kshim_might_sleep("request_irq", site);
	kshim_point(COST_CALL);
	if ((flags & IRQF_SHARED) && (!dev || flags & IRQF_NO_AUTOEN))
		return -EINVAL;
	if (!l || (!fn && !thread))
		return -EINVAL;
	if (!name)
		name = "?";
	if (!line_agrees(s, l, flags, name))
		return -EBUSY;
	if (!thread_is_safe(s, l, fn, flags, name))
		return -EINVAL;
	if (kshim_should_fail("request_irq"))
		return -ENOMEM;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = (struct irq_action){ .line = l, .fn = fn, .thread = thread, .flags = flags, .dev = dev, .site = site,
				  .managed = managed };
	strscpy(a->name, name, sizeof(a->name));
	if (thread)
		a->thread_fibre = kshim_spawn(s, a->name, thread_main, a);
	if (managed)
		manage(managed, irq, dev);
	action_add(l, a);
	if (!l->depth)
		kshim_msi_mask(s, l->vector, false);
	if ((flags & IRQF_SHARED) && l->vector < 0 && fn)
		shared_call(a);
	kshim_line_go_on(l);
	return 0;
}

/* ---- waiting for handlers ---- */

static bool line_busy(const struct irq_line *l, bool thread)
{
	const struct irq_action *a;

	if (l->running || l->spawned)
		return true;
	for (a = l->action; thread && a; a = a->next)
		if (a->thread && (a->thread_run || a->thread_busy))
			return true;
	return false;
}

static bool may_wait(struct irq_line *l, const struct kshim_fibre *thread, const char *what)
{
	const struct kshim_fibre *f = l->s->cur;

	if (l->runner != f && thread != f)
		return true;
	kshim_fail("irq", l->action ? l->action->site : NULL, "%s(%u) from its own handler waits for ever", what,
		   kshim_line_irq(l));
	return false;
}

static const struct kshim_fibre *own_thread(const struct irq_line *l)
{
	const struct irq_action *a = l->action;

	while (a && a->thread_fibre != l->s->cur)
		a = a->next;
	return a ? a->thread_fibre : NULL;
}

static void line_sync(struct irq_line *l, bool thread, const char *what)
{
	const struct kshim_site *site = l->action ? l->action->site : NULL;

	if (thread)
		kshim_might_sleep(what, site);
	if (!may_wait(l, thread ? own_thread(l) : NULL, what))
		return;
	while (line_busy(l, thread))
		kshim_wait_key_until(l, kshim_now(l->s) + COST_IRQ, what, site);
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
		kshim_fail("irq", l->action ? l->action->site : NULL, "Unbalanced enable for IRQ %u", irq);
		return;
	}
	if (--l->depth)
		return;
	kshim_msi_mask(l->s, l->vector, false);
	kshim_line_go_on(l);
}

/* ---- freeing ---- */

static void action_unlink(struct irq_line *l, struct irq_action *a)
{
	struct irq_action **at = &l->action;

	while (*at && *at != a)
		at = &(*at)->next;
	if (*at)
		*at = a->next;
	l->oneshot -= a->masks;
	a->masks = false;
}

static void thread_end(struct irq_line *l, struct irq_action *a)
{
	if (!a->thread_fibre)
		return;
	while (a->thread_run || a->thread_busy)
		kshim_wait_key_until(l, kshim_now(l->s) + COST_IRQ, "free_irq", a->site);
	a->thread_stop = true;
	kshim_wake_key(&a->thread_run);
	while (a->thread_fibre)
		kshim_wait_key(l, "free_irq", a->site);
}

const void *free_irq(unsigned int irq, void *dev)
{
	struct irq_line *l = kshim_line(kshim, irq);
	struct irq_action *a = action_of(l, dev);
	bool only;

	kshim_might_sleep("free_irq", a ? a->site : NULL);
	if (!a || a == &kshim->neighbour) {
		kshim_fail("irq", NULL, "Trying to free already-free IRQ %u", irq);
		return NULL;
	}
	if (!may_wait(l, a->thread_fibre, "free_irq"))
		return NULL;
	only = l->action == a && !a->next;
	if (only) {
		kshim_msi_mask(l->s, l->vector, true);
		l->depth++;
		kshim_line_stop(l);
	}
	line_sync(l, false, "free_irq");
	action_unlink(l, a);
	if (only && l->action) /* one that came meanwhile */
		l->depth--;
	if ((a->flags & IRQF_SHARED) && a->fn)
		shared_call(a);
	kshim_line_go_on(l);
	thread_end(l, a);
	strscpy(l->name, a->name, sizeof(l->name));
	free(a);
	return l->name;
}

void devm_free_irq(struct device *d, unsigned int irq, void *dev)
{
	(void)d; /* the managed entry finds the line free and does nothing */
	free_irq(irq, dev);
}
