// SPDX-License-Identifier: BSD-2-Clause
/* Names of registers, fields and values, read from the register table. */
#include "names.h"

#include <linux/pci_regs.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver/cw_regs.h"

enum row_kind { ROW_REG, ROW_FIELD, ROW_GROUP, ROW_ENUM, ROW_COUNTER, ROW_CONST };

/* The table in its order: a group's registers follow it, a register's fields follow that. a and b: offset and
 * bytes of a register, msb and lsb of a field, a value, an index. */
static const struct row {
	enum row_kind kind;
	const char *name, *sub;
	uint32_t a, b;
} rows[] = {
#define CW_CONST(n, v, t)       { ROW_CONST, #n, NULL, 0, 0 },
#define CW_GROUP(n, t)          { ROW_GROUP, #n, NULL, 0, 0 },
#define CW_REG(n, o, acc, r, t) { ROW_REG, #n, NULL, o, 4 },
#define CW_REG64(n, o, acc, t)  { ROW_REG, #n, NULL, o, 8 },
#define CW_FIELD(r, n, m, l, t) { ROW_FIELD, #r, #n, m, l },
#define CW_ENUM(g, n, v, t)     { ROW_ENUM, #g, #n, v, 0 },
#define CW_COUNTER(n, i, t)     { ROW_COUNTER, #n, NULL, i, 0 },
#include "rtl/cw_table.h"
};

#define ROWS_END (rows + sizeof(rows) / sizeof(rows[0]))

/* Where an offset of BAR0 is: a group of the table, the offset in it, and of which queue or vector. */
struct place {
	const char *group; /* NULL: not in the table */
	const char *unit;  /* "queue", "vector" or NULL */
	uint32_t index, offset;
};

void cw_text_init(struct cw_text *t, char *buf, size_t size)
{
	*t = (struct cw_text){ .s = buf, .size = size };
	buf[0] = '\0';
}

void cw_text_add(struct cw_text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->s + t->len, t->size - t->len, format, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n < t->size - t->len ? (size_t)n : t->size - t->len - 1;
}

static struct place locate(uint32_t offset)
{
	static const struct {
		uint32_t base, stride, n;
		const char *group, *unit;
	} block[] = {
		{ CW_QUEUE_OFFSET, CW_QUEUE_STRIDE, CW_QUEUE_N_MAX, "QUEUE", "queue" },
		{ CW_EVENT_OFFSET, CW_EVENT_STRIDE, CW_VECTOR_N_MAX, "EVENT", "vector" },
		{ CW_MSIX_TABLE_OFFSET, PCI_MSIX_ENTRY_SIZE, CW_VECTOR_N_MAX, "MSIX", "vector" },
		{ CW_GLOBAL_OFFSET, CW_MSIX_TABLE_OFFSET, 1, "GLOBAL", NULL },
	};

	for (size_t i = 0; i < sizeof(block) / sizeof(block[0]); i++) {
		uint32_t in = offset - block[i].base;

		if (offset >= block[i].base && in / block[i].stride < block[i].n)
			return (struct place){ block[i].group, block[i].unit, in / block[i].stride,
					       in % block[i].stride };
	}
	return (struct place){ .offset = offset };
}

static const struct row *find(const struct place *p)
{
	const char *group = "";

	for (const struct row *r = rows; p->group && r < ROWS_END; r++) {
		if (r->kind == ROW_GROUP)
			group = r->name;
		else if (r->kind == ROW_REG && !strcmp(group, p->group) && p->offset >= r->a && p->offset - r->a < r->b)
			return r;
	}
	return NULL;
}

static bool name_counter(struct cw_text *t, uint32_t offset)
{
	for (const struct row *r = rows; r < ROWS_END; r++) {
		if (r->kind != ROW_COUNTER || (offset - CW_COUNTER_OFFSET) / 8 != r->a || offset < CW_COUNTER_OFFSET)
			continue;
		cw_text_add(t, "counter %s %s word", r->name, offset & 4 ? "high" : "low");
		return true;
	}
	return false;
}

static void name_other(struct cw_text *t, uint32_t offset)
{
	if (offset >= CW_USER_OFFSET && offset - CW_USER_OFFSET < CW_USER_BYTES)
		cw_text_add(t, "user register 0x%x", offset - CW_USER_OFFSET);
	else if (offset >= CW_MSIX_PBA_OFFSET && offset < CW_EVENT_OFFSET)
		cw_text_add(t, "MSI-X pending bits of vectors %u to %u", (offset - CW_MSIX_PBA_OFFSET) / 4 * 32,
			    (offset - CW_MSIX_PBA_OFFSET) / 4 * 32 + 31);
	else
		cw_text_add(t, "BAR0 + 0x%x, where no register is", offset);
}

void cw_name_reg(struct cw_text *t, uint32_t offset)
{
	struct place p = locate(offset);
	const struct row *r = find(&p);

	if (!r) {
		if (!name_counter(t, offset))
			name_other(t, offset);
		return;
	}
	cw_text_add(t, "%s", r->name);
	if (r->b == 8)
		cw_text_add(t, p.offset - r->a >= 4 ? " high word" : " low word");
	if (p.unit)
		cw_text_add(t, " of %s %u", p.unit, p.index);
}

const char *cw_name_enum(const char *group, uint32_t value)
{
	for (const struct row *r = rows; r < ROWS_END; r++)
		if (r->kind == ROW_ENUM && r->a == value && !strcmp(r->name, group))
			return r->sub;
	return "?";
}

/* The fields whose values the table names. */
static const char *field_enum(const struct row *f)
{
	if (!strcmp(f->name, "Q_STATUS"))
		return !strcmp(f->sub, "STATE") ? "QSTATE" : !strcmp(f->sub, "CAUSE") ? "STATUS" : NULL;
	return NULL;
}

static uint32_t field_value(const struct row *f, uint32_t value)
{
	uint32_t width = f->a - f->b + 1;

	return value >> f->b & (width == 32 ? UINT32_MAX : (1u << width) - 1);
}

static void add_fields(struct cw_text *t, const struct row *r, uint32_t value)
{
	const char *sep = " (";

	for (const struct row *f = r + 1; f < ROWS_END && f->kind == ROW_FIELD; f++) {
		uint32_t v = field_value(f, value);
		const char *group = field_enum(f);

		if (!v && !(group && f->b == 0))
			continue;
		cw_text_add(t, "%s%s ", sep, f->sub);
		if (group)
			cw_text_add(t, "%s", cw_name_enum(group, v));
		else
			cw_text_add(t, v > 9999 ? "0x%x" : "%u", v);
		sep = ", ";
	}
	if (sep[0] == ',')
		cw_text_add(t, ")");
}

void cw_name_reg_value(struct cw_text *t, uint32_t offset, uint32_t value)
{
	struct place p = locate(offset);
	const struct row *r = find(&p);

	cw_name_reg(t, offset);
	cw_text_add(t, value > 9 ? " = 0x%08x" : " = %u", value);
	if (r && r->b == 4)
		add_fields(t, r, value);
}

void cw_name_flags(struct cw_text *t, const char *reg, uint32_t value)
{
	const char *sep = "";

	for (const struct row *f = rows; f < ROWS_END; f++) {
		if (f->kind != ROW_FIELD || f->a != f->b || strcmp(f->name, reg) || !field_value(f, value))
			continue;
		cw_text_add(t, "%s%s", sep, f->sub);
		sep = " ";
	}
}
