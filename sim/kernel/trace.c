// SPDX-License-Identifier: BSD-2-Clause
/* Tracepoints: counted by name, and told to who asks. */
#include "internal.h"

static struct trace_count *count_of(struct shim *s, const char *name)
{
	struct trace_count *t;

	list_for_each_entry(t, &s->traces, node)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

void kshim_trace(const char *name, const char *fmt, ...)
{
	struct shim *s = kshim;
	struct trace_count *t = count_of(s, name);
	char text[256];
	va_list ap;
	size_t n;

	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			abort();
		t->name = name;
		list_add_tail(&t->node, &s->traces);
	}
	t->n++;
	if (!s->p.trace)
		return;
	va_start(ap, fmt);
	kshim_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = strlen(text);
	if (n && text[n - 1] == '\n')
		text[n - 1] = 0;
	s->p.trace(s->p.ctx, name, text);
}

unsigned shim_trace_count(struct shim *s, const char *name)
{
	struct trace_count *t = count_of(s, name);

	return t ? t->n : 0;
}

void kshim_trace_exit(struct shim *s)
{
	struct trace_count *t, *n;

	list_for_each_entry_safe(t, n, &s->traces, node)
		free(t);
}
