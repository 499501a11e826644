// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints the three views of rtl/cw_table.h:
 *
 *   cw_table_print vh   the Verilog header     (rtl/cw_regs.vh)
 *   cw_table_print h    the plain C header     (driver/cw_regs.h)
 *   cw_table_print md   the reference page     (docs/registers.md)
 *
 * A Verilog reader cannot tell a register from a constant by its name alone, so
 * all three use the same names: CW_<NAME> for registers (offsets) and constants,
 * CW_<REG>_<FIELD> with _MSB/_LSB (Verilog) or _MASK/_SHIFT (C) for fields, and
 * CW_<ENUM>_<VALUE> for values.
 */
#include <stdio.h>
#include <string.h>

enum kind { CONST, GROUP, REG, REG64, FIELD, ENUM, COUNTER };

struct row {
	enum kind kind;
	const char *name, *sub, *access, *reset, *text;
	unsigned long a, b;
};

static const struct row rows[] = {
#define CW_CONST(n, v, t)         { CONST, #n, NULL, NULL, NULL, t, v, 0 },
#define CW_GROUP(n, t)            { GROUP, #n, NULL, NULL, NULL, t, 0, 0 },
#define CW_REG(n, o, acc, r, t)   { REG, #n, NULL, #acc, #r, t, o, 0 },
#define CW_REG64(n, o, acc, t)    { REG64, #n, NULL, #acc, "0", t, o, 0 },
#define CW_FIELD(r, n, m, l, t)   { FIELD, #r, #n, NULL, NULL, t, m, l },
#define CW_ENUM(g, n, v, t)       { ENUM, #g, #n, NULL, NULL, t, v, 0 },
#define CW_COUNTER(n, i, t)       { COUNTER, #n, NULL, "RO", "0", t, i, 0 },
#include "cw_table.h"
};

#define ROW_N (sizeof(rows) / sizeof(rows[0]))

static void print_vh(void)
{
	puts("// SPDX-License-Identifier: BSD-2-Clause\n"
	     "// Printed from rtl/cw_table.h by cw_table_print: do not edit.\n"
	     "// Include inside a module; a module uses only some of these.\n"
	     "// verilator lint_off UNUSEDPARAM");
	for (const struct row *r = rows; r < rows + ROW_N; r++) {
		switch (r->kind) {
		case CONST:
		case REG:
			printf("localparam [31:0] CW_%s = 32'h%lx;\n", r->name, r->a);
			break;
		case REG64:
			printf("localparam [31:0] CW_%s_LO = 32'h%lx;\n", r->name, r->a);
			printf("localparam [31:0] CW_%s_HI = 32'h%lx;\n", r->name, r->a + 4);
			break;
		case FIELD:
			printf("localparam CW_%s_%s_MSB = %lu;\n", r->name, r->sub, r->a);
			printf("localparam CW_%s_%s_LSB = %lu;\n", r->name, r->sub, r->b);
			break;
		case ENUM:
			printf("localparam [7:0] CW_%s_%s = 8'd%lu;\n", r->name, r->sub, r->a);
			break;
		case COUNTER:
			printf("localparam CW_COUNTER_%s = %lu;\n", r->name, r->a);
			break;
		case GROUP:
			printf("// %s\n", r->text);
			break;
		}
	}
	puts("// verilator lint_on UNUSEDPARAM");
}

static void print_h(void)
{
	puts("/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */\n"
	     "/* Printed from rtl/cw_table.h by cw_table_print: do not edit. */\n"
	     "#ifndef CW_REGS_H\n#define CW_REGS_H\n");
	for (const struct row *r = rows; r < rows + ROW_N; r++) {
		switch (r->kind) {
		case CONST:
			printf("#define CW_%s 0x%lxu /* %s */\n", r->name, r->a, r->text);
			break;
		case REG:
			printf("#define CW_%s 0x%lxu /* %s: %s */\n", r->name, r->a, r->access, r->text);
			break;
		case REG64:
			printf("#define CW_%s_LO 0x%lxu /* %s: %s */\n", r->name, r->a, r->access, r->text);
			printf("#define CW_%s_HI 0x%lxu\n", r->name, r->a + 4);
			break;
		case FIELD: {
			unsigned long w = r->a - r->b + 1;
			unsigned long m = (w == 32 ? 0xffffffffUL : (1UL << w) - 1) << r->b;

			printf("#define  CW_%s_%s_SHIFT %lu /* %s */\n", r->name, r->sub, r->b, r->text);
			printf("#define  CW_%s_%s_MASK 0x%08lxu\n", r->name, r->sub, m);
			break;
		}
		case ENUM:
			printf("#define CW_%s_%s %lu /* %s */\n", r->name, r->sub, r->a, r->text);
			break;
		case COUNTER:
			printf("#define CW_COUNTER_%s %lu /* %s */\n", r->name, r->a, r->text);
			break;
		case GROUP:
			printf("\n/* %s */\n", r->text);
			break;
		}
	}
	printf("\n#define CW_COUNTER_NAMES");
	for (const struct row *r = rows; r < rows + ROW_N; r++)
		if (r->kind == COUNTER)
			printf(" \\\n\t[%lu] = \"%s\",", r->a, r->name);
	puts("\n\n#endif /* CW_REGS_H */");
}

/* The page keeps the table's order; every change of kind starts a new Markdown table. */
static void print_md(void)
{
	enum kind last = GROUP;

	puts("# Registers, descriptors, records\n\n"
	     "Printed from `rtl/cw_table.h` by `rtl/cw_table_print.c`; do not edit.\n"
	     "Access: RO read only, RW read and write, W1C a one clears the bit, RWQ writable\n"
	     "only while the queue is disabled, WO write only. A reset of P depends on the build.");
	for (const struct row *r = rows; r < rows + ROW_N; r++) {
		int in_regs = last == REG || last == REG64 || last == FIELD;

		switch (r->kind) {
		case GROUP:
			printf("\n## %s\n", r->text);
			break;
		case CONST:
			if (last != CONST)
				puts("\n| constant | value | meaning |\n|---|---|---|");
			printf("| CW_%s | 0x%lx | %s |\n", r->name, r->a, r->text);
			break;
		case REG:
		case REG64:
		case FIELD:
			if (!in_regs)
				puts("\n| offset | name | bits | access | reset | meaning |\n|---|---|---|---|---|---|");
			if (r->kind == FIELD)
				printf("| | &nbsp;&nbsp;%s | %lu:%lu | | | %s |\n", r->sub, r->a, r->b, r->text);
			else
				printf("| 0x%03lx | **CW_%s** | %s | %s | %s | %s |\n", r->a, r->name,
				       r->kind == REG ? "31:0" : "63:0", r->access, r->reset, r->text);
			break;
		case ENUM:
			if (last != ENUM)
				puts("\n| value | name | meaning |\n|---|---|---|");
			printf("| %lu | CW_%s_%s | %s |\n", r->a, r->name, r->sub, r->text);
			break;
		case COUNTER:
			if (last != COUNTER)
				puts("\n| index | counter | meaning |\n|---|---|---|");
			printf("| %lu | CW_COUNTER_%s | %s |\n", r->a, r->name, r->text);
			break;
		}
		last = r->kind;
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "vh"))
		print_vh();
	else if (argc == 2 && !strcmp(argv[1], "h"))
		print_h();
	else if (argc == 2 && !strcmp(argv[1], "md"))
		print_md();
	else
		return fprintf(stderr, "usage: cw_table_print vh|h|md\n"), 2;
	return 0;
}
