// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts, from the wire to the handlers. One that arrives is delivered after
 * the CPU's latency: on a CPU of its own, or nested on whoever passes a point
 * with interrupts on. Which, the seed says. A line's handlers never run twice at
 * once. What arrives on a vector meanwhile makes them run again; INTx is a level:
 * while it is up when they return, they are called again.
 */
#include "internal.h"

/* The kernel gives up a line when 99900 of 100000 calls were for nothing; here it takes fewer. */
#define NONE_WINDOW 1000
#define NONE_MAX 990
#define STORM_CALLS 100

struct irq_line *kshim_line(struct shim *s, unsigned int irq)
{
	unsigned int i = irq - IRQ_BASE;

	if (irq == IRQ_INTX)
		return &s->intx;
	return irq < IRQ_BASE || i >= s->line_n ? NULL : &s->line[i];
}

unsigned int kshim_line_irq(const struct irq_line *l)
{
	return l->vector < 0 ? IRQ_INTX : IRQ_BASE + (unsigned int)l->vector;
}

static const struct kshim_site *line_site(const struct irq_line *l)
{
	return l->action ? l->action->site : NULL;
}

/* ---- what nobody wants ---- */

static void line_note(struct irq_line *l, const struct irq_action *a, bool handled)
{
	l->calls++;
	l->none += !handled;
	if (l->calls < NONE_WINDOW)
		return;
	if (l->none > NONE_MAX)
		kshim_fail("irq-none", a ? a->site : line_site(l), "irq %u: nobody cared: %u of %u calls gave IRQ_NONE",
			   kshim_line_irq(l), l->none, l->calls);
	l->calls = l->none = 0;
}

/* The level is still up after a call. As the kernel, give the line up rather than call for ever. */
static void line_storm(struct irq_line *l, bool handled)
{
	l->up_calls++;
	l->up_none = handled ? 0 : l->up_none + 1;
	if (l->up_calls < STORM_CALLS || l->broken)
		return;
	kshim_fail("irq-storm", line_site(l), "irq %u: %s in %u calls, and the line stayed up: disabled",
		   kshim_line_irq(l), l->up_none >= STORM_CALLS ? "nobody cared" : "the handlers quietened nothing",
		   l->up_calls);
	l->broken = true;
}

/* ---- delivery ---- */

static void action_wake(struct irq_action *a)
{
	struct irq_line *l = a->line;

	if (a->flags & IRQF_ONESHOT && l->vector < 0 && !a->masks) {
		a->masks = true;
		l->oneshot++;
	}
	a->thread_run = true;
	kshim_wake_key(&a->thread_run);
}

/* One handler; what it says. */
static irqreturn_t action_handle(struct irq_action *a)
{
	irqreturn_t ret = a->fn ? a->fn((int)kshim_line_irq(a->line), a->dev) : IRQ_WAKE_THREAD;

	if (ret == IRQ_WAKE_THREAD && !a->thread)
		kshim_fail("irq", a->site, "irq %u: the handler asks for a thread that there is not",
			   kshim_line_irq(a->line));
	else if (ret == IRQ_WAKE_THREAD)
		action_wake(a);
	if (ret == IRQ_NONE && a != &a->line->s->neighbour)
		a->line->s->stats.irq_passed++;
	return ret;
}

/* All handlers of the line, in the order they came. */
static void line_handle(struct irq_line *l)
{
	bool handled = false, threads = false;
	struct irq_action *a;

	for (a = l->action; a; a = a->next) {
		irqreturn_t ret = action_handle(a);

		handled |= ret == IRQ_HANDLED;
		threads |= ret == IRQ_WAKE_THREAD;
	}
	l->s->stats.interrupts++;
	l->s->stats.irq_none += !handled && !threads;
	if (handled || !threads) /* else the thread will say */
		line_note(l, NULL, handled);
	if (l->level && !l->oneshot)
		line_storm(l, handled || threads);
}

static bool line_open(const struct irq_line *l)
{
	return l->action && !l->depth && !l->oneshot && !l->broken;
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
	while (l->pending && line_open(l)) {
		l->pending = false;
		line_handle(l);
	}
	if (f->held_n != held || f->preempt != preempt)
		kshim_fail("lock-held", line_site(l), "irq %u: the handler returned with another lock depth",
			   kshim_line_irq(l));
	f->hardirq--;
	f->irqs_off = off;
	l->running = false;
	l->runner = NULL;
	kshim_wake_key(l);
	kshim_line_go_on(l);
}

static bool line_ready(const struct irq_line *l)
{
	return l->pending && line_open(l) && !l->running && !l->event.armed;
}

static void line_fibre(void *arg)
{
	struct irq_line *l = arg;

	l->spawned = false;
	if (line_ready(l))
		line_run(l);
	else
		kshim_wake_key(l);
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

	if (l->event.armed || l->running || !line_open(l))
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

/* The line may be served again, or has a handler now: what waits, or holds the level up, is delivered.  A level that
 * falls while the line is masked has never been. */
void kshim_line_go_on(struct irq_line *l)
{
	if (l->level && line_open(l))
		l->pending = true;
	if (l->pending)
		line_schedule(l);
}

/* Nobody is left on the line. */
void kshim_line_stop(struct irq_line *l)
{
	kshim_event_cancel(&l->event);
	nested_del(l->s, l);
}

/* ---- arrival ---- */

/* The INTx line of the machine: the card and a neighbour pull it. */
static void intx_pull(struct shim *s, bool *source, bool level)
{
	struct irq_line *l = &s->intx;

	if (*source && !level)
		l->up_calls = l->up_none = 0;
	*source = level;
	l->level = s->intx_card || s->intx_neighbour;
	/* What the CPU was told before the line fell is delivered all the same. */
	if (l->level)
		kshim_line_go_on(l);
}

void kshim_irq_arrive(struct shim *s, int vector, bool level)
{
	struct irq_line *l;

	if (s->gone)
		return;
	if (vector < 0) {
		intx_pull(s, &s->intx_card, level);
		return;
	}
	if ((unsigned int)vector >= s->line_n)
		return;
	l = &s->line[vector];
	l->pending = true;
	line_schedule(l);
}

/* ---- the neighbour: another device on the INTx line, with a driver that does all as it should ---- */

void shim_neighbour_irq(struct shim *s)
{
	if (s->p.neighbour)
		intx_pull(s, &s->intx_neighbour, true);
}

static irqreturn_t neighbour_irq(int irq, void *dev)
{
	struct shim *s = dev;

	(void)irq;
	if (!s->intx_neighbour)
		return IRQ_NONE;
	s->stats.neighbour_irqs++;
	intx_pull(s, &s->intx_neighbour, false);
	return IRQ_HANDLED;
}

/* ---- the machine ---- */

void kshim_irq_init(struct shim *s)
{
	static const struct kshim_site site = { "sim/kernel/irq.c", "neighbour", 0 };
	struct irq_action *a = &s->neighbour;

	s->intx.s = s;
	s->intx.vector = -1;
	s->pdev.irq = IRQ_INTX;
	if (!s->p.neighbour)
		return;
	*a = (struct irq_action){ .line = &s->intx, .fn = neighbour_irq, .flags = IRQF_SHARED, .dev = s, .site = &site };
	strscpy(a->name, "neighbour", sizeof(a->name));
	s->intx.action = a;
}

void kshim_irq_leaks(struct shim *s)
{
	struct irq_action *a;
	unsigned int i;

	for (a = s->intx.action; a; a = a->next)
		if (a != &s->neighbour)
			kshim_fail("C5", a->site, "remove(): irq %u (%s) was not freed, requested", IRQ_INTX, a->name);
	for (i = 0; i < s->line_n; i++)
		for (a = s->line[i].action; a; a = a->next)
			kshim_fail("C5", a->site, "remove(): irq %u (%s) was not freed, requested",
				   kshim_line_irq(&s->line[i]), a->name);
	if (s->irq_mode != IRQ_MODE_NONE)
		kshim_fail("C5", NULL, "remove(): the interrupt vectors were not freed");
}

static void line_exit(struct irq_line *l)
{
	struct irq_action *a;

	kshim_line_stop(l);
	while ((a = l->action)) {
		l->action = a->next;
		if (a != &l->s->neighbour)
			free(a);
	}
}

void kshim_vectors_exit(struct shim *s)
{
	unsigned int i;

	for (i = 0; i < s->line_n; i++)
		line_exit(&s->line[i]);
	free(s->line);
	s->line = NULL;
	s->line_n = 0;
}

void kshim_irq_exit(struct shim *s)
{
	kshim_vectors_exit(s);
	if (s->intx.s)
		line_exit(&s->intx);
}

/* A thread has run; the line that waited for it is served again. */
void kshim_action_done(struct irq_action *a, irqreturn_t ret)
{
	struct irq_line *l = a->line;

	line_note(l, a, ret != IRQ_NONE);
	if (!a->masks || a->thread_run)
		return;
	a->masks = false;
	if (!--l->oneshot)
		kshim_line_go_on(l);
}
