// SPDX-License-Identifier: BSD-2-Clause
/* Context (interrupts, preemption) and locks, with the checks of DEBUG_SPINLOCK, DEBUG_MUTEXES,
 * DEBUG_ATOMIC_SLEEP and, per lock, the interrupt half of lockdep. */
#include "internal.h"

static struct kshim_fibre *cur(void)
{
	return kshim ? kshim->cur : NULL;
}

static const char *name_of(const struct kshim_lock *l)
{
	return l->name ? l->name : "?";
}

/* ---- context ---- */

unsigned long kshim_irq_save(void)
{
	struct kshim_fibre *f = cur();
	unsigned long was = f && f->irqs_off;

	if (f)
		f->irqs_off = true;
	return was;
}

void kshim_irq_restore(unsigned long flags)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	f->irqs_off = flags;
	kshim_point(COST_TOUCH);
}

void kshim_irq_enable(void)
{
	kshim_irq_restore(0);
}

bool irqs_disabled(void) { return cur() && cur()->irqs_off; }
bool in_hardirq(void) { return cur() && cur()->hardirq; }
bool in_interrupt(void) { return cur() && (cur()->hardirq || cur()->softirq || cur()->bh_off); }
bool in_task(void) { return !cur() || (!cur()->hardirq && !cur()->softirq); }

bool in_atomic(void)
{
	struct kshim_fibre *f = cur();

	return f && (f->preempt || f->hardirq || f->softirq || f->bh_off);
}

void preempt_disable(void)
{
	if (cur())
		cur()->preempt++;
}

void preempt_enable(void)
{
	if (cur() && cur()->preempt-- <= 0)
		kshim_fail("preempt", NULL, "preempt_enable() without preempt_disable()");
	kshim_point(COST_TOUCH);
}

void local_bh_disable(void)
{
	if (cur())
		cur()->bh_off++;
}

void local_bh_enable(void)
{
	if (cur())
		cur()->bh_off--;
	kshim_point(COST_TOUCH);
}

void kshim_might_sleep(const char *what, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	kshim_point(COST_TOUCH);
	if (!f || (!f->preempt && !f->bh_off && !f->hardirq && !f->softirq && !f->irqs_off))
		return;
	kshim_fail("atomic-sleep", site, "sleeping function %s called from invalid context: %s%s%s%s%s%s", what,
		   f->hardirq ? "in a hard interrupt " : "", f->softirq ? "in a soft interrupt " : "",
		   f->irqs_off ? "interrupts off " : "", f->bh_off ? "bottom halves off " : "",
		   f->held_n ? "holding " : f->preempt ? "preemption off " : "",
		   f->held_n ? name_of(f->held[f->held_n - 1]) : "");
}

/* ---- all locks ---- */

void kshim_lock_init(struct kshim_lock *l, enum kshim_lock_kind kind, const char *name, const void *class)
{
	memset(l, 0, sizeof(*l));
	l->class = class;
	l->magic = kind;
	l->name = name;
}

static void held_add(struct kshim_fibre *f, struct kshim_lock *l)
{
	f->fresh = NULL; /* acquired: loads from here on come after those before */
	if (f->held_n == FIBRE_HELD)
		return;
	f->held_irq[f->held_n] = f->hardirq;
	f->held[f->held_n++] = l;
}

static void held_del(struct kshim_fibre *f, const struct kshim_lock *l)
{
	int i;

	for (i = f->held_n - 1; i >= 0; i--) {
		if (f->held[i] != l)
			continue;
		memmove(&f->held[i], &f->held[i + 1], (size_t)(f->held_n - i - 1) * sizeof(f->held[0]));
		memmove(&f->held_irq[i], &f->held_irq[i + 1], (size_t)(f->held_n - i - 1) * sizeof(f->held_irq[0]));
		f->held_n--;
		return;
	}
}

static void check_magic(struct kshim_lock *l, enum kshim_lock_kind kind, const struct kshim_site *site)
{
	if (l->magic == (unsigned int)kind)
		return;
	kshim_fail("lock-uninit", site, "lock %s was not initialised", name_of(l));
	kshim_lock_init(l, kind, NULL, NULL);
}

bool kshim_lock_held(const struct kshim_lock *l)
{
	struct kshim_fibre *f = cur();
	int i;

	for (i = 0; f && i < f->held_n; i++)
		if (f->held[i] == l)
			return true;
	return !f;
}

void kshim_assert_held(const struct kshim_lock *l, const struct kshim_site *site)
{
	if (!kshim_lock_held(l))
		kshim_fail("lock-assert", site, "%s is not held here", name_of(l));
}

void kshim_lock_destroy(struct kshim_lock *l, const struct kshim_site *site)
{
	if (l->owner || l->readers)
		kshim_fail("lock-destroy", site, "%s is destroyed while held", name_of(l));
	l->magic = 0;
}

/* ---- spinlocks ---- */

/* A lock taken in a hard interrupt must never be taken with interrupts on: the handler could
 * come while it is held, on the same CPU, and wait for ever. */
static void check_irq_use(struct kshim_fibre *f, struct kshim_lock *l, const struct kshim_site *site)
{
	if (f->hardirq)
		l->in_irq = site;
	else if (!f->irqs_off)
		l->irqs_on = site;
	if (!l->in_irq || !l->irqs_on || l->told_irq)
		return;
	l->told_irq = true;
	kshim_fail("irq-unsafe", site, "%s is taken in an interrupt handler (%s:%d) and with interrupts on (%s:%d)",
		   name_of(l), l->in_irq->func, l->in_irq->line, l->irqs_on->func, l->irqs_on->line);
}

static void spin_got(struct kshim_fibre *f, struct kshim_lock *l, const struct kshim_site *site)
{
	l->owner = f;
	l->site = site;
	f->preempt++;
	held_add(f, l);
}

static void context_enter(struct kshim_fibre *f, unsigned int how)
{
	if (how & KSHIM_IRQ)
		f->irqs_off = true;
	if (how & KSHIM_BH)
		f->bh_off++;
}

static void context_leave(struct kshim_fibre *f, unsigned int how)
{
	if (how & KSHIM_IRQ)
		f->irqs_off = false;
	if (how & KSHIM_BH)
		f->bh_off--;
}

void kshim_spin_lock(struct kshim_lock *l, unsigned int how, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	context_enter(f, how);
	check_magic(l, KSHIM_SPIN, site);
	check_irq_use(f, l, site);
	kshim_lock_order(f, l, site);
	kshim_point(COST_LOCK);
	if (l->owner == f) {
		kshim_fail("spin-recursion", site, "BUG: spinlock recursion on %s, taken at %s:%d", name_of(l),
			   l->site->func, l->site->line);
		f->preempt++;
		held_add(f, l);
		return;
	}
	while (l->owner)
		kshim_wait_key(l, "spin_lock", site);
	spin_got(f, l, site);
}

bool kshim_spin_trylock(struct kshim_lock *l, unsigned int how, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return true;
	check_magic(l, KSHIM_SPIN, site);
	kshim_point(COST_LOCK);
	if (l->owner)
		return false;
	context_enter(f, how);
	spin_got(f, l, site);
	return true;
}

void kshim_spin_unlock(struct kshim_lock *l, unsigned int how, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	if (l->owner != f) {
		kshim_fail("lock-owner", site, "BUG: spinlock %s is released by %s, %s", name_of(l), f->name,
			   l->owner ? "but another holds it" : "but nobody holds it");
		context_leave(f, how);
		return;
	}
	held_del(f, l);
	f->preempt--;
	if (!kshim_lock_held(l)) {
		l->owner = NULL;
		kshim_wake_key(l);
	}
	context_leave(f, how);
	kshim_point(COST_LOCK);
}

/* ---- mutexes and read-write semaphores ---- */

static bool sleep_lock_recursion(struct kshim_fibre *f, struct kshim_lock *l, const struct kshim_site *site)
{
	int i;

	for (i = 0; i < f->held_n && f->held[i] != l; i++)
		;
	if (i == f->held_n)
		return false;
	kshim_fail("mutex-recursion", site, "possible recursive locking: %s is held already, taken at %s:%d",
		   name_of(l), l->site->func, l->site->line);
	held_add(f, l);
	return true;
}

static void check_sleep_lock(struct kshim_lock *l, const struct kshim_site *site, const char *what)
{
	if (l->magic != KSHIM_RWSEM)
		check_magic(l, KSHIM_MUTEX, site);
	kshim_might_sleep(what, site);
	kshim_point(COST_LOCK);
}

void kshim_mutex_lock(struct kshim_lock *l, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	check_sleep_lock(l, site, l->magic == KSHIM_RWSEM ? "down_write" : "mutex_lock");
	if (sleep_lock_recursion(f, l, site))
		return;
	kshim_lock_order(f, l, site);
	l->writers++;
	while (l->owner || l->readers)
		kshim_wait_key(l, l->magic == KSHIM_RWSEM ? "down_write" : "mutex_lock", site);
	l->writers--;
	l->owner = f;
	l->site = site;
	held_add(f, l);
}

bool kshim_mutex_trylock(struct kshim_lock *l, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return true;
	if (f->hardirq || f->softirq)
		kshim_fail("atomic-sleep", site, "mutex_trylock() from an interrupt");
	kshim_point(COST_LOCK);
	if (l->owner || l->readers)
		return false;
	l->owner = f;
	l->site = site;
	held_add(f, l);
	return true;
}

void kshim_mutex_unlock(struct kshim_lock *l, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	if (l->owner != f) {
		kshim_fail("lock-owner", site, "%s is released by %s, %s", name_of(l), f->name,
			   l->owner ? "but another holds it" : "but nobody holds it");
		return;
	}
	if (f->hardirq || f->softirq)
		kshim_fail("atomic-sleep", site, "mutex_unlock() from an interrupt");
	held_del(f, l);
	if (!kshim_lock_held(l)) {
		l->owner = NULL;
		kshim_wake_key(l);
	}
	kshim_point(COST_LOCK);
}

void kshim_read_lock(struct kshim_lock *l, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	check_magic(l, KSHIM_RWSEM, site);
	check_sleep_lock(l, site, "down_read");
	if (sleep_lock_recursion(f, l, site))
		l->readers++;
	else {
		kshim_lock_order(f, l, site);
		while (l->owner || l->writers)
			kshim_wait_key(l, "down_read", site);
		l->readers++;
		l->site = site;
		held_add(f, l);
	}
}

bool kshim_read_trylock(struct kshim_lock *l, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return true;
	check_magic(l, KSHIM_RWSEM, site);
	kshim_point(COST_LOCK);
	if (l->owner || l->writers)
		return false;
	l->readers++;
	l->site = site;
	held_add(f, l);
	return true;
}

void kshim_read_unlock(struct kshim_lock *l, const struct kshim_site *site)
{
	struct kshim_fibre *f = cur();

	if (!f)
		return;
	if (!kshim_lock_held(l)) {
		kshim_fail("lock-owner", site, "up_read() of %s, which is not held", name_of(l));
		return;
	}
	held_del(f, l);
	if (--l->readers == 0)
		kshim_wake_key(l);
	kshim_point(COST_LOCK);
}
