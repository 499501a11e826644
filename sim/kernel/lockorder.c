// SPDX-License-Identifier: BSD-2-Clause
/*
 * The order in which locks are taken, by class, as lockdep sees it: taking B while
 * A is held is an edge from A to B, and a way back from B to A means that two CPUs
 * can wait for each other for ever, whether or not they did in this run. A class is all
 * locks initialised at one place. What was only tried for waits for nothing, so it ends no
 * edge; what an interrupt handler takes does not follow from what it interrupted.
 */
#include "internal.h"

static const void *class_of(const struct kshim_lock *l)
{
	if (l->class)
		return l->class;
	return l->name ? (const void *)l->name : l;
}

static const char *name_of(const struct kshim_lock *l)
{
	return l->name ? l->name : "?";
}

static struct lock_edge *edge_find(struct shim *s, const void *from, const void *to)
{
	unsigned int i;

	for (i = 0; i < s->edge_n; i++)
		if (s->edge[i].from == from && s->edge[i].to == to)
			return &s->edge[i];
	return NULL;
}

/* The first edge of a way from one class to another, or NULL. */
static struct lock_edge *way(struct shim *s, const void *from, const void *to)
{
	unsigned int i, j, n = 0;
	bool grown = true;

	/* Backwards: the classes that reach `to`, one step more in each round. */
	for (i = 0; i < s->edge_n; i++)
		s->edge[i].reaches = s->edge[i].to == to;
	while (grown && n++ <= s->edge_n) {
		grown = false;
		for (i = 0; i < s->edge_n; i++)
			for (j = 0; j < s->edge_n && !s->edge[i].reaches; j++)
				if (s->edge[j].reaches && s->edge[j].from == s->edge[i].to)
					grown = s->edge[i].reaches = true;
	}
	for (i = 0; i < s->edge_n; i++)
		if (s->edge[i].reaches && s->edge[i].from == from)
			return &s->edge[i];
	return NULL;
}

static void edge_add(struct shim *s, struct kshim_lock *held, struct kshim_lock *l, const struct kshim_site *site)
{
	struct lock_edge *e = way(s, class_of(l), class_of(held));

	if (e)
		kshim_fail("lock-order", site, "possible circular locking: %s is taken while %s is held (%s:%d), but %s is taken "
			   "while %s is held in %s (%s:%d); seen", name_of(l), name_of(held), held->site->func, held->site->line,
			   e->to_name, e->from_name, e->site->func, e->site->file, e->site->line);
	if (s->edge_n < LOCK_EDGES)
		s->edge[s->edge_n++] = (struct lock_edge){ class_of(held), class_of(l), name_of(held), name_of(l), site, false };
}

void kshim_lock_order(struct kshim_fibre *f, struct kshim_lock *l, const struct kshim_site *site)
{
	bool nested = l->nested;
	int i;

	l->nested = false;
	for (i = 0; i < f->held_n; i++) {
		struct kshim_lock *held = f->held[i];

		if (held == l || f->held_irq[i] != f->hardirq)
			continue;
		if (class_of(held) != class_of(l)) {
			if (!edge_find(kshim, class_of(held), class_of(l)))
				edge_add(kshim, held, l, site);
		} else if (!nested) {
			kshim_fail("lock-order", site, "possible recursive locking: %s is taken while another %s is held, taken in "
				   "%s (%s:%d)", name_of(l), name_of(held), held->site->func, held->site->file,
				   held->site->line);
		}
	}
}
