// SPDX-License-Identifier: BSD-2-Clause
/* cwctl regs: the card's registers by name, from the register table itself. */
#include "cwctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "driver/cw_regs.h"

enum row_kind { ROW_REG, ROW_FIELD, ROW_GROUP, ROW_COUNTER, ROW_OTHER };

/* The table, in its order: a group's registers follow it, a register's fields follow it. */
static const struct row {
	enum row_kind kind;
	const char *name, *sub;
	uint32_t a, b;
} rows[] = {
#define CW_CONST(n, v, t)       { ROW_OTHER, NULL, NULL, 0, 0 },
#define CW_GROUP(n, t)          { ROW_GROUP, #n, NULL, 0, 0 },
#define CW_REG(n, o, acc, r, t) { ROW_REG, #n, NULL, o, 4 },
#define CW_REG64(n, o, acc, t)  { ROW_REG, #n, NULL, o, 8 },
#define CW_FIELD(r, n, m, l, t) { ROW_FIELD, #r, #n, m, l },
#define CW_ENUM(g, n, v, t)     { ROW_OTHER, NULL, NULL, 0, 0 },
#define CW_COUNTER(n, i, t)     { ROW_COUNTER, #n, NULL, i, 0 },
#include "rtl/cw_table.h"
};

#define ROW_N (sizeof(rows) / sizeof(rows[0]))

static bool is_group(const struct row *r, const char *name)
{
	return r->kind == ROW_GROUP && !strcmp(r->name, name);
}

static int fail(struct cw_dev *dev, const char *name)
{
	fprintf(stderr, "cwctl: %s: %s\n", name, cw_why(dev));
	return CTL_FAIL;
}

/* Prints a register at BAR0 offset `base` and, indented, its fields. */
static int print_reg(struct cw_dev *dev, const struct row *r, uint32_t base)
{
	uint32_t lo = 0, hi = 0;

	if (cw_reg_read(dev, base + r->a, &lo) || (r->b == 8 && cw_reg_read(dev, base + r->a + 4, &hi)))
		return fail(dev, r->name);
	if (r->b == 8)
		printf("%05x  %-18s 0x%08x%08x\n", base + r->a, r->name, hi, lo);
	else
		printf("%05x  %-18s 0x%08x\n", base + r->a, r->name, lo);
	for (const struct row *f = r + 1; f < rows + ROW_N && f->kind == ROW_FIELD; f++) {
		uint32_t width = f->a - f->b + 1;
		uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;

		printf("         %-16s %u\n", f->sub, lo >> f->b & mask);
	}
	return 0;
}

static int print_counter(struct cw_dev *dev, const struct row *r)
{
	uint64_t v;

	if (cw_counter_read(dev, r->a, &v))
		return fail(dev, r->name);
	printf("%05x  %-18s %" PRIu64 "\n", CW_COUNTER_OFFSET + 8 * r->a, r->name, v);
	return 0;
}

/* Global registers and counters; the per-queue ones only by name. */
static int print_all(struct cw_dev *dev)
{
	bool in_global = false;
	int status = 0;

	for (const struct row *r = rows; !status && r < rows + ROW_N; r++) {
		if (r->kind == ROW_GROUP)
			in_global = is_group(r, "GLOBAL");
		else if (r->kind == ROW_REG && in_global)
			status = print_reg(dev, r, CW_GLOBAL_OFFSET);
		else if (r->kind == ROW_COUNTER)
			status = print_counter(dev, r);
	}
	return status;
}

/* "Q_STATUS.3" is the register of queue 3. Returns CTL_USAGE with a message. */
static int split_queue(const char *arg, char *name, size_t size, uint64_t *queue, bool *has_queue)
{
	const char *dot = strchr(arg, '.');

	*has_queue = dot;
	*queue = 0;
	if ((size_t)snprintf(name, size, "%.*s", dot ? (int)(dot - arg) : (int)strlen(arg), arg) >= size)
		name[size - 1] = '\0';
	return dot ? ctl_number("queue", dot + 1, queue) : 0;
}

static int check_queue(struct cw_dev *dev, const char *arg, uint64_t queue)
{
	struct cw_info info;

	if (cw_get_info(dev, &info))
		return fail(dev, "info");
	if (queue >= info.queues) {
		fprintf(stderr, "cwctl: %s: there are queues 0 to %u\n", arg, info.queues - 1);
		return CTL_FAIL;
	}
	return 0;
}

/* Finds a register or counter by name, ignoring case; *group is the group it is in. */
static const struct row *find(const char *name, const char **group)
{
	*group = "";
	for (const struct row *r = rows; r < rows + ROW_N; r++) {
		if (r->kind == ROW_GROUP)
			*group = r->name;
		else if ((r->kind == ROW_REG || r->kind == ROW_COUNTER) && !strcasecmp(r->name, name))
			return r;
	}
	return NULL;
}

static int one_register(struct cw_dev *dev, const char *arg, const char *value)
{
	const char *group;
	const struct row *r;
	char name[64];
	uint64_t queue, v;
	uint32_t base;
	bool has_queue;
	int status = split_queue(arg, name, sizeof(name), &queue, &has_queue);

	if (status)
		return status;
	r = find(name, &group);
	if (r && r->kind == ROW_COUNTER && !has_queue && !value)
		return print_counter(dev, r);
	if (!r || r->kind != ROW_REG || (strcmp(group, "GLOBAL") && strcmp(group, "QUEUE"))) {
		fprintf(stderr, "cwctl: no register '%s' that can be %s; `cwctl regs' lists them\n", name,
			value ? "written" : "read");
		return CTL_FAIL;
	}
	if (has_queue != !strcmp(group, "QUEUE")) {
		fprintf(stderr, has_queue ? "cwctl: %s is no queue's register\n" :
					    "cwctl: %s: of which queue? NAME.QUEUE\n", name);
		return CTL_FAIL;
	}
	if (has_queue && check_queue(dev, arg, queue))
		return CTL_FAIL;
	base = has_queue ? CW_QUEUE_OFFSET + (uint32_t)queue * CW_QUEUE_STRIDE : CW_GLOBAL_OFFSET;
	if (value) {
		if (ctl_number("value", value, &v))
			return CTL_USAGE;
		if ((r->b == 4 && v > UINT32_MAX) || cw_reg_write(dev, base + r->a, (uint32_t)v) ||
		    (r->b == 8 && cw_reg_write(dev, base + r->a + 4, (uint32_t)(v >> 32)))) {
			fprintf(stderr, "cwctl: %s=%s: %s\n", arg, value, v > UINT32_MAX ? "32 bits" : cw_why(dev));
			return CTL_FAIL;
		}
	}
	return print_reg(dev, r, base);
}

int ctl_regs(const struct ctl *c)
{
	struct cw_dev *dev = ctl_open(c);
	int status = 0;

	if (!dev)
		return CTL_FAIL;
	if (!c->argc)
		status = print_all(dev);
	for (int i = 0; !status && i < c->argc; i++) {
		char *value = strchr(c->argv[i], '=');

		if (value)
			*value++ = '\0';
		status = one_register(dev, c->argv[i], value);
	}
	return ctl_close(dev, status);
}
