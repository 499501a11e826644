// SPDX-License-Identifier: BSD-2-Clause
/*
 * Comparing two TLP logs. A log holds what its end sent and received in the
 * order it did, and the two ends do so at different times; so both are put in
 * the order of transmission first. What one sender sent at one stamp keeps its order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

struct entry {
	uint64_t stamp, at; /* at: number in the file */
	uint32_t from;
	uint32_t dw[4], data_len;
	uint64_t data;      /* offset in the log's bytes */
};

struct side {
	struct entry *e;
	uint64_t n, cap;
	uint8_t *bytes;
	uint64_t used, size;
};

static int reserve(struct side *s, uint32_t bytes)
{
	void *p;

	if (s->n == s->cap) {
		p = realloc(s->e, (s->cap ? 2 * s->cap : 1024) * sizeof(*s->e));
		if (!p)
			return -ENOMEM;
		s->e = p;
		s->cap = s->cap ? 2 * s->cap : 1024;
	}
	if (s->size - s->used < bytes) {
		p = realloc(s->bytes, s->size ? 2 * s->size : 1 << 20);
		if (!p)
			return -ENOMEM;
		s->bytes = p;
		s->size = s->size ? 2 * s->size : 1 << 20;
	}
	return 0;
}

static int add(struct side *s, const struct cw_trace_record *rec)
{
	int ret = reserve(s, rec->tlp.data_len);
	struct entry *e;

	if (ret)
		return ret;
	e = &s->e[s->n];
	*e = (struct entry){ .stamp = rec->stamp, .at = s->n, .from = rec->from, .data_len = rec->tlp.data_len,
			     .data = s->used };
	memcpy(e->dw, rec->tlp.dw, sizeof(e->dw));
	if (rec->tlp.data_len)
		memcpy(s->bytes + s->used, rec->tlp.data, rec->tlp.data_len);
	s->used += rec->tlp.data_len;
	s->n++;
	return 0;
}

static int by_time(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;

	if (a->stamp != b->stamp)
		return a->stamp < b->stamp ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static int load(struct side *s, const char *path, char *text, size_t size)
{
	struct cw_trace_record *rec = malloc(sizeof(*rec));
	struct cw_trace *t;
	char why[128];
	int ret;

	if (!rec)
		return -ENOMEM;
	ret = cw_trace_open(&t, path, why, sizeof(why));
	if (ret) {
		snprintf(text, size, "%s: %s", path, why);
		free(rec);
		return ret;
	}
	while ((ret = cw_trace_next(t, rec)) > 0) {
		ret = add(s, rec);
		if (ret)
			break;
	}
	if (ret == -EPROTO)
		snprintf(text, size, "%s: %s", path, cw_trace_why(t));
	else if (ret)
		snprintf(text, size, "%s: out of memory", path);
	cw_trace_close(t);
	free(rec);
	if (!ret && s->n)
		qsort(s->e, s->n, sizeof(*s->e), by_time);
	return ret;
}

static void describe(const struct side *s, const struct entry *e, char *buf, size_t size)
{
	struct cw_tlp *t = malloc(sizeof(*t));
	int n;

	n = snprintf(buf, size, "%llu ps, %s, ", (unsigned long long)e->stamp, e->from ? "card" : "host");
	if (!t || n < 0 || (size_t)n >= size) {
		free(t);
		return;
	}
	memcpy(t->dw, e->dw, sizeof(t->dw));
	t->data_len = e->data_len;
	if (e->data_len)
		memcpy(t->data, s->bytes + e->data, e->data_len);
	cw_tlp_print(t, buf + n, size - (size_t)n);
	free(t);
}

/* What differs between two TLPs, in words, or NULL. */
static const char *difference(const struct side *a, const struct entry *x, const struct side *b,
			      const struct entry *y, char *buf, size_t size)
{
	const char *what = NULL;

	if (x->stamp != y->stamp)
		what = "the times differ";
	else if (x->from != y->from)
		what = "the senders differ";
	else if (memcmp(x->dw, y->dw, sizeof(x->dw)))
		what = "the headers differ";
	else if (x->data_len != y->data_len)
		what = "the payload lengths differ";
	if (what)
		return snprintf(buf, size, "%s", what) < 0 ? what : buf;
	for (uint32_t i = 0; i < x->data_len; i++) {
		uint8_t p = a->bytes[x->data + i], q = b->bytes[y->data + i];

		if (p != q) {
			snprintf(buf, size, "payload byte %u differs, %02x against %02x", i, p, q);
			return buf;
		}
	}
	return NULL;
}

static int compare(const struct side *a, const struct side *b, char *text, size_t size)
{
	uint64_t n = a->n < b->n ? a->n : b->n;
	char buf[96], x[256], y[256];

	for (uint64_t i = 0; i < n; i++) {
		const char *what = difference(a, &a->e[i], b, &b->e[i], buf, sizeof(buf));

		if (!what)
			continue;
		describe(a, &a->e[i], x, sizeof(x));
		describe(b, &b->e[i], y, sizeof(y));
		snprintf(text, size, "TLP %llu: %s\n  first:  %s\n  second: %s", (unsigned long long)i, what, x, y);
		return 1;
	}
	if (a->n == b->n) {
		snprintf(text, size, "the same, %llu TLPs", (unsigned long long)n);
		return 0;
	}
	describe(a->n > n ? a : b, a->n > n ? &a->e[n] : &b->e[n], x, sizeof(x));
	snprintf(text, size, "the %s ends after %llu TLPs; the %s goes on with\n  %s", a->n > n ? "second" : "first",
		 (unsigned long long)n, a->n > n ? "first" : "second", x);
	return 1;
}

int cw_trace_compare(const char *path_a, const char *path_b, char *text, size_t size)
{
	struct side a = { 0 }, b = { 0 };
	int ret;

	if (size)
		text[0] = 0;
	ret = load(&a, path_a, text, size);
	if (!ret)
		ret = load(&b, path_b, text, size);
	if (!ret)
		ret = compare(&a, &b, text, size);
	free(a.e);
	free(a.bytes);
	free(b.e);
	free(b.bytes);
	return ret;
}
