// SPDX-License-Identifier: BSD-2-Clause
/* Failed checks: counted, compared with what a test expects, shown once each. */
#include "internal.h"

#define SHOWN_MAX 20

struct check_count *kshim_check(struct shim *s, const char *check)
{
	struct check_count *c;

	for (c = s->checks; c; c = c->next)
		if (!strcmp(c->check, check))
			return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->check = strdup(check);
	c->next = s->checks;
	s->checks = c;
	return c;
}

void kshim_fail(const char *check, const struct kshim_site *site, const char *fmt, ...)
{
	struct shim *s = kshim;
	struct check_count *c = kshim_check(s, check);
	char text[360], where[100] = "";
	va_list ap;
	bool expected = c->seen++ < c->expected;

	va_start(ap, fmt);
	kshim_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (site)
		scnprintf(where, sizeof(where), " in %s (%s:%d)", site->func, site->file, site->line);
	scnprintf(s->last, sizeof(s->last), "%s: %s%s", check, text, where);
	if (s->p.check)
		s->p.check(s->p.ctx, check, s->last);
	if (expected) {
		s->stats.checks_expected++;
		return;
	}
	s->stats.checks_failed++;
	if (!s->p.quiet && c->seen - c->expected <= SHOWN_MAX)
		fprintf(stderr, "shim: %s, at %llu ns, seed %llu, fibre %s\n", s->last,
			kshim_now(s) / PS_PER_NS, (unsigned long long)s->p.seed,
			s->cur ? s->cur->name : "none");
	kshim_log_text(s, 3, s->last);
}

unsigned int kshim_owed(struct shim *s)
{
	struct check_count *c;
	unsigned int n = 0;

	for (c = s->checks; c; c = c->next) {
		if (c->seen >= c->expected)
			continue;
		n += c->expected - c->seen;
		if (!s->p.quiet)
			fprintf(stderr, "shim: check %s was expected %u times and failed %u times, seed %llu\n",
				c->check, c->expected, c->seen, (unsigned long long)s->p.seed);
	}
	return n;
}

bool kshim_should_fail(const char *what)
{
	struct shim *s = kshim;

	s->stats.fail_calls++;
	if (!s->fail_nth || --s->fail_nth)
		return false;
	scnprintf(s->last, sizeof(s->last), "injected failure of %s", what);
	kshim_log_text(s, 7, s->last);
	return true;
}

void kshim_refcount_bad(const char *what)
{
	kshim_fail("refcount", NULL, "refcount_t: %s", what);
}

void kshim_list_bad(const char *what)
{
	kshim_fail("list", NULL, "%s", what);
}

bool kshim_warn(const struct kshim_site *site, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	kshim_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	kshim_fail("warn", site, "WARNING: %s", text);
	return true;
}

/* The kernel would stop here; so does the fibre, for ever. */
void kshim_bug(const struct kshim_site *site)
{
	kshim_fail("bug", site, "kernel BUG");
	kshim->dead = -EDEADLK;
	for (;;)
		kshim_block(KSHIM_NEVER, "BUG()", site);
}

/* ---- what the bench asks ---- */

void shim_expect(struct shim *s, const char *check, unsigned count)
{
	struct check_count *c = kshim_check(s, check);

	if (c->expected < c->seen)
		c->expected = c->seen;
	c->expected += count;
}

bool shim_failed(struct shim *s)
{
	return s->stats.checks_failed || (s->host && cw_host_failed(s->host));
}

unsigned shim_check_count(struct shim *s, const char *check)
{
	return kshim_check(s, check)->seen;
}

const char *shim_last(struct shim *s)
{
	return s->last;
}
