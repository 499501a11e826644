// SPDX-License-Identifier: BSD-2-Clause
/*
 * The scheduler: which fibre runs next, and when time moves.
 *
 * Each fibre models a CPU of its own. CPU time piles up as the fibre's debt and
 * is let pass at the next point once it is worth an event. Time moves only
 * when no fibre is ready, to the next event here or at the host model.
 */
#include "internal.h"

struct shim *kshim;

u64 kshim_now(const struct shim *s)
{
	return s->host ? cw_host_now(s->host) : s->clock_ps;
}

/* ---- events, by time and then by order of arming ---- */

void kshim_event_at(struct shim *s, struct kshim_event *e, u64 when, void (*fn)(struct kshim_event *))
{
	struct list_head *p;

	if (e->armed)
		list_del(&e->node);
	e->when = when;
	e->order = s->event_order++;
	e->fn = fn;
	e->armed = true;
	for (p = s->events.prev; p != &s->events; p = p->prev)
		if (list_entry(p, struct kshim_event, node)->when <= when)
			break;
	list_add(&e->node, p);
}

void kshim_event_cancel(struct kshim_event *e)
{
	if (!e->armed)
		return;
	e->armed = false;
	list_del(&e->node);
}

u64 kshim_event_next(const struct shim *s)
{
	return list_empty(&s->events) ? KSHIM_NEVER : list_first_entry(&s->events, struct kshim_event, node)->when;
}

static void events_due(struct shim *s)
{
	while (kshim_event_next(s) <= kshim_now(s)) {
		struct kshim_event *e = list_first_entry(&s->events, struct kshim_event, node);

		kshim_event_cancel(e);
		e->fn(e);
	}
}

/* ---- fibres ---- */

void kshim_ready(struct shim *s, struct kshim_fibre *f)
{
	if (s->ready_n == s->ready_cap) {
		unsigned int cap = s->ready_cap ? 2 * s->ready_cap : 64;
		void *p = realloc(s->ready, cap * sizeof(*s->ready));

		if (!p)
			abort();
		s->ready = p;
		s->ready_cap = cap;
	}
	f->state = FIBRE_READY;
	s->ready[s->ready_n++] = f;
}

static struct kshim_fibre *ready_pick(struct shim *s)
{
	unsigned int i = s->p.explore && s->ready_n > 1 ? (unsigned int)cw_rng_below(&s->sched, s->ready_n) : 0;
	struct kshim_fibre *f = s->ready[i];

	memmove(&s->ready[i], &s->ready[i + 1], (s->ready_n - i - 1) * sizeof(*s->ready));
	s->ready_n--;
	return f;
}

static void fibre_run(struct shim *s, struct kshim_fibre *f)
{
	f->state = FIBRE_RUN;
	s->stats.switches++;
	s->stats.hash = (s->stats.hash ^ f->id ^ kshim_now(s)) * 0x100000001b3ull;
	fibre_enter(s, f);
}

#if defined(__SANITIZE_ADDRESS__)
#define STACK_BYTES (512u << 10)
#else
#define STACK_BYTES (256u << 10)
#endif

struct kshim_fibre *kshim_spawn(struct shim *s, const char *name, void (*fn)(void *), void *arg)
{
	struct kshim_fibre *f, *found = NULL;

	list_for_each_entry(f, &s->fibres, all) {
		if (f->state == FIBRE_FREE && f != s->cur) {
			found = f;
			break;
		}
	}
	if (!found && fibre_new(s, &found, STACK_BYTES))
		abort();
	f = found;
	strscpy(f->name, name, sizeof(f->name));
	strscpy(f->task.comm, name, sizeof(f->task.comm));
	f->task.pid = f->task.tgid = s->next_pid++;
	f->task.mm = &s->mm;
	f->fn = fn;
	f->arg = arg;
	f->preempt = f->bh_off = f->hardirq = f->softirq = f->held_n = f->kmaps = 0;
	f->fresh = NULL;
	f->irqs_off = f->stop = f->killed = f->woken = f->delayed = false;
	f->debt = 0;
	f->busy_since = kshim_now(s);
	f->busy_points = 0;
	f->key = NULL;
	f->why = NULL;
	kshim_ready(s, f);
	return f;
}

static void wake_event(struct kshim_event *e)
{
	struct kshim_fibre *f = container_of(e, struct kshim_fibre, wake);

	f->delayed = false;
	kshim_ready(kshim, f);
}

bool kshim_block(u64 deadline_ps, const char *why, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct kshim_fibre *f = s->cur;
	u64 at = deadline_ps;

	f->state = FIBRE_WAIT;
	f->woken = false;
	f->why = why;
	f->site = site;
	/* CPU time that is still owed passes before a time-out may be seen. */
	if (at != KSHIM_NEVER && at < kshim_now(s) + f->debt)
		at = kshim_now(s) + f->debt;
	f->debt = 0;
	if (at != KSHIM_NEVER)
		kshim_event_at(s, &f->wake, at, wake_event);
	fibre_leave(s);
	f->why = NULL;
	f->busy_since = kshim_now(s);
	f->busy_points = 0;
	return f->woken;
}

void kshim_unblock(struct kshim_fibre *f)
{
	if (f->state != FIBRE_WAIT || f->delayed)
		return;
	kshim_event_cancel(&f->wake);
	f->woken = true;
	kshim_ready(kshim, f);
}

bool kshim_wait_key_until(const void *key, u64 deadline_ps, const char *why, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct kshim_fibre *f = s->cur;
	bool woken;

	f->key = key;
	s->key_waiters++;
	woken = kshim_block(deadline_ps, why, site);
	s->key_waiters--;
	f->key = NULL;
	return woken;
}

void kshim_wait_key(const void *key, const char *why, const struct kshim_site *site)
{
	kshim_wait_key_until(key, KSHIM_NEVER, why, site);
}

void kshim_wake_key(const void *key)
{
	struct shim *s = kshim;
	struct kshim_fibre *f;

	if (!s->key_waiters)
		return;
	list_for_each_entry(f, &s->fibres, all)
		if (f->key == key)
			kshim_unblock(f);
}

/* ---- points and CPU time ---- */

static void busy_report(struct shim *s, struct kshim_fibre *f)
{
	kshim_fail("live-lock", NULL, "%s has been running for %llu ns and %u points without sleeping", f->name,
		   (kshim_now(s) - f->busy_since) / PS_PER_NS, f->busy_points);
	s->dead = -EDEADLK;
	f->state = FIBRE_WAIT;
	f->why = "live-lock";
	fibre_leave(s);
}

/* Lets the fibre's CPU time pass; others run meanwhile. */
void kshim_settle(void)
{
	struct shim *s = kshim;
	struct kshim_fibre *f = s->cur;

	if (!f->debt)
		return;
	f->state = FIBRE_WAIT;
	f->delayed = true;
	kshim_event_at(s, &f->wake, kshim_now(s) + f->debt, wake_event);
	f->debt = 0;
	fibre_leave(s);
}

void kshim_preempt(struct shim *s)
{
	if (!s->ready_n)
		return;
	kshim_ready(s, s->cur);
	fibre_leave(s);
}

bool kshim_early(struct shim *s)
{
	struct kshim_event *e;

	list_for_each_entry(e, &s->events, node) {
		if (e->fn == wake_event && container_of(e, struct kshim_fibre, wake)->delayed) {
			kshim_event_cancel(e);
			wake_event(e);
			return true;
		}
	}
	return false;
}

void kshim_point(u64 cost_ps)
{
	struct shim *s = kshim;
	struct kshim_fibre *f = s ? s->cur : NULL;

	if (!f || f == s->host_fibre)
		return;
	s->stats.points++;
	f->debt += cost_ps;
	if (++f->busy_points > BUSY_POINTS || kshim_now(s) - f->busy_since > BUSY_PS)
		busy_report(s, f);
	if (s->nested_n && !f->irqs_off && !f->hardirq)
		kshim_irq_nested(s);
	/* Now and then a CPU is slow: it serves something else. */
	if (s->p.explore && cw_rng_one_in(&s->sched, 64))
		f->debt += cw_rng_below(&s->sched, 3000000);
	if (f->debt >= QUANTUM)
		kshim_settle();
	else if (s->p.explore && s->ready_n && cw_rng_one_in(&s->sched, 4))
		kshim_preempt(s);
}

void kshim_touch(void)
{
	struct shim *s = kshim;

	if (!s || !s->cur || ++s->touches < 16)
		return;
	s->touches = 0;
	kshim_point(16 * COST_TOUCH);
}

void cpu_relax(void)
{
	kshim_point(COST_RELAX);
	if (kshim && kshim->cur)
		kshim_settle();
}

/* ---- the loop ---- */

static void deadlock_report(struct shim *s)
{
	struct kshim_fibre *f;
	char who[400] = "";
	size_t n = 0;

	list_for_each_entry(f, &s->fibres, all) {
		if (f->state != FIBRE_WAIT || f == s->host_fibre || n >= sizeof(who) - 1)
			continue;
		n += (size_t)scnprintf(who + n, sizeof(who) - n, "%s%s in %s", n ? "; " : "", f->name,
				       f->why ? f->why : "?");
		if (f->site && n < sizeof(who) - 1)
			n += (size_t)scnprintf(who + n, sizeof(who) - n, " (%s:%d)", f->site->func, f->site->line);
	}
	kshim_fail("deadlock", NULL, "nothing can run and nothing will happen: %s", who);
	s->dead = -EDEADLK;
}

static int advance(struct shim *s, u64 deadline)
{
	u64 target = min(kshim_event_next(s), deadline);
	int ret;

	if (s->p.max_time_ns && kshim_now(s) > s->p.max_time_ns * PS_PER_NS)
		return -ETIME;
	if (s->host) {
		ret = kshim_host_advance(s, target);
		if (ret != -EDEADLK)
			return ret;
	} else if (target != KSHIM_NEVER) {
		s->clock_ps = max(s->clock_ps, target);
		return 0;
	}
	deadlock_report(s);
	return s->dead;
}

/* Whether a new caller may act now. While the machine waits for the card it has promised to send nothing before its
 * next event: whoever came in the meantime would break that. */
static bool may_begin(struct shim *s)
{
	return !s->link || kshim_now(s) >= cw_link_own_bound(s->link);
}

int kshim_pump(struct shim *s, bool (*until)(void *arg), void *arg, u64 deadline_ps)
{
	int ret = 0;

	while (!until(arg)) {
		if (s->dead)
			return s->dead;
		events_due(s);
		if (s->ready_n)
			fibre_run(s, ready_pick(s));
		else if (kshim_now(s) >= deadline_ps)
			return -ETIME;
		else
			ret = advance(s, deadline_ps);
		if (ret)
			return ret;
		if (kshim_others_wait(s) && may_begin(s))
			return -EAGAIN; /* another thread waits for its turn */
	}
	return 0;
}

/* At the end of a call: nothing may be left held. */
void kshim_check_exit(struct shim *s, struct kshim_fibre *f, const char *where)
{
	int i;

	(void)s;
	for (i = 0; i < f->held_n; i++)
		kshim_fail("lock-held", f->held[i]->site, "%s ended holding %s", where,
			   f->held[i]->name ? f->held[i]->name : "a lock");
	f->held_n = 0;
	if (f->irqs_off)
		kshim_fail("irqs-off", NULL, "%s ended with interrupts off", where);
	else if (f->preempt > 0 && i == 0)
		kshim_fail("atomic-exit", NULL, "%s ended with preemption off", where);
	if (f->kmaps)
		kshim_fail("kmap", NULL, "%s ended with a page mapped by kmap_local_page()", where);
	f->irqs_off = false;
	f->preempt = f->bh_off = f->kmaps = 0;
}
