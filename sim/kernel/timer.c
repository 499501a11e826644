// SPDX-License-Identifier: BSD-2-Clause
/* Timers: each expiry is a soft interrupt on a fibre of its own. */
#include "internal.h"

#define TICK_PS (1000000000000ull / HZ)
#define TIMER_MAGIC 0x4b544d

void kshim_timer_setup(struct timer_list *t, void (*fn)(struct timer_list *), u32 flags,
		       const struct kshim_site *site)
{
	memset(t, 0, sizeof(*t));
	t->function = fn;
	t->flags = flags;
	t->site = site;
	t->magic = TIMER_MAGIC;
}

static bool timer_check(struct timer_list *t)
{
	if (t->magic == TIMER_MAGIC)
		return true;
	kshim_fail("timer", NULL, "a timer is used that was not initialised");
	return false;
}

static void timer_unlink(struct timer_list *t)
{
	list_del_init(&t->node);
	t->pending = false;
}

static void timer_main(void *arg)
{
	struct timer_list *t = arg;
	struct kshim_fibre *f = kshim->cur;

	f->softirq = 1;
	t->fibre = f;
	t->function(t);
	f->softirq = 0;
	/* The handler may have freed its timer: only a waiter says that it is still there. */
	kshim_wake_key(f);
}

static void timer_event(struct kshim_event *e);

static void timer_arm(struct shim *s)
{
	struct timer_list *t;

	if (list_empty(&s->timers)) {
		kshim_event_cancel(&s->timer_event);
		return;
	}
	t = list_first_entry(&s->timers, struct timer_list, node);
	kshim_event_at(s, &s->timer_event, max(t->when_ps, kshim_now(s)), timer_event);
}

static void timer_event(struct kshim_event *e)
{
	struct shim *s = container_of(e, struct shim, timer_event);

	while (!list_empty(&s->timers)) {
		struct timer_list *t = list_first_entry(&s->timers, struct timer_list, node);

		if (t->when_ps > kshim_now(s))
			break;
		timer_unlink(t);
		s->stats.timers++;
		t->fibre = kshim_spawn(s, "timer", timer_main, t);
	}
	timer_arm(s);
}

/* On the tick at which jiffies reaches `expires`, at the earliest the next one. */
static u64 timer_when(struct shim *s, unsigned long expires)
{
	u64 ticks = kshim_now(s) / TICK_PS;
	long left = (long)(expires - (INITIAL_JIFFIES + (unsigned long)ticks));

	return (ticks + (left > 0 ? (u64)left : 1)) * TICK_PS;
}

int mod_timer(struct timer_list *t, unsigned long expires)
{
	struct shim *s = kshim;
	int was = t->pending;
	struct list_head *p;

	kshim_point(COST_LOCK);
	if (!timer_check(t) || t->shut)
		return 0;
	if (was)
		timer_unlink(t);
	t->expires = expires;
	t->when_ps = timer_when(s, expires);
	for (p = s->timers.prev; p != &s->timers; p = p->prev)
		if (list_entry(p, struct timer_list, node)->when_ps <= t->when_ps)
			break;
	list_add(&t->node, p);
	t->pending = true;
	timer_arm(s);
	return was;
}

void add_timer(struct timer_list *t)
{
	if (t->pending)
		kshim_fail("timer", t->site, "add_timer() of a pending timer");
	mod_timer(t, t->expires);
}

/* The fibre that runs the handler now, NULL if none does. */
static struct kshim_fibre *timer_runner(const struct timer_list *t)
{
	struct kshim_fibre *f = t->fibre;

	return f && f->state != FIBRE_FREE && f->fn == timer_main && f->arg == t ? f : NULL;
}

int kshim_del_timer(struct timer_list *t, bool sync, bool shut, const struct kshim_site *site)
{
	struct kshim_fibre *f;
	int was = t->pending;

	kshim_point(COST_LOCK);
	if (!timer_check(t))
		return 0;
	if (was) {
		timer_unlink(t);
		timer_arm(kshim);
	}
	if (shut)
		t->shut = true;
	if (!sync)
		return was;
	if (kshim->cur && kshim->cur->hardirq)
		kshim_fail("timer", site, "timer_delete_sync() in a hard interrupt");
	while ((f = timer_runner(t))) {
		if (f == kshim->cur) {
			kshim_fail("timer", site, "timer_delete_sync() from the timer's own handler waits for ever");
			return was;
		}
		kshim_wait_key(f, "timer_delete_sync", site);
		if (t->pending) { /* the handler armed it again */
			timer_unlink(t);
			timer_arm(kshim);
		}
	}
	return was;
}

bool kshim_timers_in(const void *p, size_t n, const struct kshim_site **site)
{
	struct timer_list *t;

	list_for_each_entry(t, &kshim->timers, node) {
		if ((const char *)t >= (const char *)p && (const char *)t < (const char *)p + n) {
			*site = t->site;
			return true;
		}
	}
	return false;
}

void kshim_timer_leaks(struct shim *s)
{
	struct timer_list *t;

	list_for_each_entry(t, &s->timers, node)
		kshim_fail("C5", t->site, "module unload: a timer is still pending, set up");
	INIT_LIST_HEAD(&s->timers);
	kshim_event_cancel(&s->timer_event);
}
