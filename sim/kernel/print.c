// SPDX-License-Identifier: BSD-2-Clause
/* printk(): the kernel's %p extensions, and the message log. */
#include "internal.h"

#include <ctype.h>

#undef snprintf

struct log_line { struct list_head node; int level; char text[]; };
#define LOG_MAX 2000

static const char *errno_name(long e)
{
	static const struct { int e; const char *name; } names[] = {
		{ EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { EINTR, "EINTR" }, { EIO, "EIO" }, { ENXIO, "ENXIO" },
		{ EAGAIN, "EAGAIN" }, { ENOMEM, "ENOMEM" }, { EACCES, "EACCES" }, { EFAULT, "EFAULT" },
		{ EBUSY, "EBUSY" }, { ENODEV, "ENODEV" }, { EINVAL, "EINVAL" }, { ENOSPC, "ENOSPC" },
		{ ERANGE, "ERANGE" }, { ETIMEDOUT, "ETIMEDOUT" }, { EOPNOTSUPP, "EOPNOTSUPP" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].e == -e)
			return names[i].name;
	return NULL;
}

static int format_errno(char *out, size_t size, const void *p)
{
	const char *name = IS_ERR(p) ? errno_name(PTR_ERR(p)) : NULL;

	return name ? snprintf(out, size, "-%s", name) : snprintf(out, size, "%ld", PTR_ERR(p));
}

static int format_hex(char *out, size_t size, const u8 *p, int n)
{
	int i, len = 0;

	for (i = 0; i < n && i < 64; i++)
		len += snprintf(out + len, (size_t)len < size ? size - (size_t)len : 0, "%s%02x", i ? " " : "", p[i]);
	return len;
}

static int format_fwnode(char *out, size_t size, const struct va_format *v)
{
	va_list ap;
	int n;

	va_copy(ap, *v->va);
	n = kshim_vformat(out, size, v->fmt, ap);
	va_end(ap);
	return n;
}

/* A pointer conversion; *skip is set to the extension's letters. */
static int format_pointer(char *out, size_t size, const char *ext, const void *p, int star, int *skip)
{
	*skip = 0;
	if (ext[0] == 'e') {
		*skip = 1;
		return format_errno(out, size, p);
	}
	if (ext[0] == 'a') {
		*skip = ext[1] == 'd' || ext[1] == 'p' ? 2 : 1;
		return snprintf(out, size, "0x%016llx", *(const u64 *)p);
	}
	if (ext[0] == 'h') {
		*skip = ext[1] && strchr("CDN", ext[1]) ? 2 : 1;
		return format_hex(out, size, p, star);
	}
	if (ext[0] == 'V') {
		*skip = 1;
		return format_fwnode(out, size, p);
	}
	if (ext[0] && strchr("KxsS", ext[0]))
		*skip = 1;
	/* Hashed in the kernel; here the value would differ from run to run. */
	return snprintf(out, size, p ? "(ptrval)" : "(null)");
}

/* One conversion that libc knows, with its flags, from the argument list. */
static int format_libc(char *out, size_t size, const char *spec, const char *end, va_list *ap)
{
	char one[32];
	size_t n = min_t(size_t, (size_t)(end - spec), sizeof(one) - 1);
	bool l = memchr(spec, 'l', n) || memchr(spec, 'z', n) || memchr(spec, 'j', n) || memchr(spec, 't', n);
	int star = 0;
	bool has_star = memchr(spec, '*', n) != NULL;

	memcpy(one, spec, n);
	one[n] = 0;
	if (has_star)
		star = va_arg(*ap, int);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#define EMIT(v) (has_star ? snprintf(out, size, one, star, v) : snprintf(out, size, one, v))
	switch (end[-1]) {
	case '%':
		return snprintf(out, size, "%%");
	case 's': {
		const char *s = va_arg(*ap, const char *);

		return EMIT(s ? s : "(null)");
	}
	case 'c':
		return EMIT(va_arg(*ap, int));
	default:
		return l ? EMIT(va_arg(*ap, long)) : EMIT(va_arg(*ap, int));
	}
#undef EMIT
#pragma GCC diagnostic pop
}

int kshim_vformat(char *buf, size_t size, const char *fmt, va_list orig)
{
	size_t len = 0;
	va_list ap;

	va_copy(ap, orig);
	while (*fmt) {
		char *out = len < size ? buf + len : NULL;
		size_t room = len < size ? size - len : 0;
		const char *end = fmt + 1;
		int skip = 0;

		if (*fmt != '%') {
			if (room > 1)
				*out = *fmt;
			len++;
			fmt++;
			continue;
		}
		while (*end && strchr("-+ #0123456789.*hlzjt", *end))
			end++;
		if (*end == 'p') {
			int star = memchr(fmt, '*', (size_t)(end - fmt)) ? va_arg(ap, int) : 16;

			if (isdigit((unsigned char)fmt[1]))
				star = (int)strtol(fmt + 1, NULL, 10);
			len += (size_t)format_pointer(out, room, end + 1, va_arg(ap, void *), star, &skip);
		} else if (*end) {
			len += (size_t)format_libc(out, room, fmt, end + 1, &ap);
		}
		fmt = *end ? end + 1 + skip : end;
	}
	va_end(ap);
	if (size)
		buf[min(len, size - 1)] = 0;
	return (int)len;
}

void kshim_log_text(struct shim *s, int level, const char *text)
{
	struct log_line *l = malloc(sizeof(*l) + strlen(text) + 1);

	if (!l)
		return;
	l->level = level;
	strcpy(l->text, text);
	list_add_tail(&l->node, &s->log);
	if (s->log_n++ >= LOG_MAX) {
		struct log_line *old = list_first_entry(&s->log, struct log_line, node);

		list_del(&old->node);
		free(old);
	}
	if (s->p.message)
		s->p.message(s->p.ctx, level, text);
}

void kshim_log_free(struct shim *s)
{
	struct log_line *l, *n;

	list_for_each_entry_safe(l, n, &s->log, node)
		free(l);
	INIT_LIST_HEAD(&s->log);
}

static void emit(int level, const char *prefix, const char *fmt, va_list ap)
{
	char text[600];
	int n = snprintf(text, sizeof(text), "%s", prefix);

	kshim_vformat(text + n, sizeof(text) - (size_t)n, fmt, ap);
	text[strcspn(text, "\n")] = 0;
	if (!kshim)
		return;
	kshim_log_text(kshim, level, text);
	kshim_point(COST_CALL);
}

int kshim_printk(const char *fmt, ...)
{
	int level = 6;
	va_list ap;

	if (fmt[0] == KERN_SOH[0] && fmt[1]) {
		level = fmt[1] - '0';
		fmt += 2;
	}
	va_start(ap, fmt);
	emit(level, "", fmt, ap);
	va_end(ap);
	return 0;
}

static void dev_prefix(char *buf, size_t size, const struct device *dev)
{
	if (dev)
		snprintf(buf, size, "%s %s: ", dev_driver_string(dev), dev_name(dev));
	else
		snprintf(buf, size, "(NULL device *): ");
}

void kshim_dev_printk(int level, const struct device *dev, const char *fmt, ...)
{
	char prefix[100];
	va_list ap;

	dev_prefix(prefix, sizeof(prefix), dev);
	va_start(ap, fmt);
	emit(level, prefix, fmt, ap);
	va_end(ap);
}

int kshim_dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	char prefix[160];
	size_t n;
	va_list ap;

	dev_prefix(prefix, sizeof(prefix), dev);
	n = strlen(prefix);
	snprintf(prefix + n, sizeof(prefix) - n, "error %d: ", err);
	va_start(ap, fmt);
	emit(err == -EPROBE_DEFER ? 7 : 3, prefix, fmt, ap);
	va_end(ap);
	return err;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = kshim_vformat(buf, size, fmt, ap);
	va_end(ap);
	return size == 0 ? 0 : n < (int)size ? n : (int)size - 1;
}

int kshim_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = kshim_vformat(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = kshim_vformat(buf, PAGE_SIZE, fmt, ap);
	va_end(ap);
	return n;
}

/* ---- report ---- */

static void report_log(struct shim *s, FILE *f)
{
	struct log_line *l;

	list_for_each_entry(l, &s->log, node)
		fprintf(f, "  <%d> %s\n", l->level, l->text);
}

void shim_report(struct shim *s, FILE *f)
{
	struct check_count *c;
	struct shim_stats st;

	shim_get_stats(s, &st);
	fprintf(f, "shim: seed %llu, %llu ns, %llu checks failed, %llu expected\n",
		(unsigned long long)s->p.seed, (unsigned long long)st.now_ns,
		(unsigned long long)st.checks_failed, (unsigned long long)st.checks_expected);
	for (c = s->checks; c; c = c->next)
		if (c->seen || c->expected)
			fprintf(f, "  check %s: %u, expected %u\n", c->check, c->seen, c->expected);
	fprintf(f, "  %llu switches, %llu points, %llu register reads, %llu writes, %llu interrupts, %llu system calls\n",
		(unsigned long long)st.switches, (unsigned long long)st.points,
		(unsigned long long)st.mmio_reads, (unsigned long long)st.mmio_writes,
		(unsigned long long)st.interrupts, (unsigned long long)st.syscalls);
	fprintf(f, "  %llu mappings made, %llu live, %llu pages pinned, %llu device accesses refused\n",
		(unsigned long long)st.mappings, (unsigned long long)st.live_mappings,
		(unsigned long long)st.pinned_pages, (unsigned long long)st.faults);
	report_log(s, f);
}
