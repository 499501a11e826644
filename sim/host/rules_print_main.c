// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints docs/checker.md from the checker's table and the tests that break it:
 *
 *   rules_print tests/unit/checker_*_test.c
 *
 * A test plants a violation in a row of its table, "{ CW_RULE_NAME, what, tweak,
 * act, ends }", or shows a rule by "assert_int_equal(alone, CW_RULE_NAME)" in a
 * function. A rule that no test plants is an error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

#define NAME_MAX_LEN 64
#define PLANT_MAX 8 /* of one rule */

static const char *const ids[CW_RULE_N] = {
#define RULE_ID(id, name, section, text) [CW_RULE_##id] = #id,
	CW_RULES(RULE_ID)
#undef RULE_ID
};

struct plants {
	unsigned n;
	const char *file[PLANT_MAX];
	char function[PLANT_MAX][NAME_MAX_LEN];
};

static enum cw_rule rule_of_id(const char *id)
{
	unsigned i;

	for (i = 0; i < CW_RULE_N; i++)
		if (!strcmp(ids[i], id))
			break;
	return i;
}

static int add(struct plants *all, const char *file, const char *id, const char *function)
{
	enum cw_rule rule = rule_of_id(id);
	struct plants *p = &all[rule];
	unsigned i;

	if (rule == CW_RULE_N || p->n == PLANT_MAX) {
		fprintf(stderr, "rules_print: %s: CW_RULE_%s: %s\n", file, id,
			rule == CW_RULE_N ? "no such rule" : "too many plants");
		return -EINVAL;
	}
	for (i = 0; i < p->n; i++)
		if (p->file[i] == file && !strcmp(p->function[i], function))
			return 0;
	p->file[p->n] = file;
	snprintf(p->function[p->n++], NAME_MAX_LEN, "%s", function);
	return 0;
}

/* What the tests plant: see above for the two forms. */
static int read_test(struct plants *all, const char *file)
{
	char line[512], id[NAME_MAX_LEN], name[NAME_MAX_LEN], inside[NAME_MAX_LEN] = "";
	FILE *f = fopen(file, "r");
	int err = 0;

	if (!f) {
		perror(file);
		return -errno;
	}
	while (!err && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "static void %63[a-z0-9_](", name) == 1)
			snprintf(inside, sizeof(inside), "%s", name);
		else if (sscanf(line, " { CW_RULE_%63[A-Z0-9_], \"%*[^\"]\", %*[a-zA-Z0-9_], %63[a-z0-9_],", id, name) == 2)
			err = add(all, file, id, name);
		else if (sscanf(line, " assert_int_equal(alone, CW_RULE_%63[A-Z0-9_])", id) == 1 && strcmp(id, "N"))
			err = add(all, file, id, inside);
	}
	fclose(f);
	return err;
}

static int print_rows(const struct plants *all, const char *title, unsigned from, unsigned to)
{
	unsigned i, k;

	printf("\n## %s\n\n| rule | section | what it demands | planted violations |\n|---|---|---|---|\n", title);
	for (i = from; i < to; i++) {
		const struct plants *p = &all[i];

		if (!p->n) {
			fprintf(stderr, "rules_print: no test plants a violation of %s\n", cw_rules[i].name);
			return -ENOENT;
		}
		printf("| `%s` | %s | %s | ", cw_rules[i].name, cw_rules[i].section, cw_rules[i].text);
		for (k = 0; k < p->n; k++)
			printf("%s`%s`", k ? ", " : "", p->function[k]);
		printf(" in [%s](../%s) |\n", strrchr(p->file[0], '/') + 1, p->file[0]);
	}
	return 0;
}

static void print_head(void)
{
	puts("# The checker's rules\n\n"
	     "Printed from `sim/host/rules.h` and the tests by `sim/host/rules_print_main.c` (`make rules-doc`); do not\n"
	     "edit.\n\n"
	     "The host model looks at every TLP of the card, in every run, and reports each broken rule by name. Sections\n"
	     "are those of the PCIe Base Specification 6.0. A report fails the run: in a test the machine's end returns\n"
	     "it, a program gets `-EIO` from `cw_close()`. A report is one line:\n\n"
	     "    checker: mwr-over-mps (2.2.2) at 15400000 ps, cycle 3850: payload of at most Max_Payload_Size:\n"
	     "        260 bytes, Max_Payload_Size 256: MWr32 addr=0x10000 len=260 tag=0x000 req=01:00.0 be=f/f\n\n"
	     "A test that breaks a rule on purpose announces it with `cw_host_expect(host, \"mwr-over-mps\", 1)`: that\n"
	     "many reports are then expected, and one that does not come is a failure too.\n\n"
	     "Each rule has planted violations, and a clean twin of each, which passes. The\n"
	     "violation must be reported once, by this name, with no other report.\n"
	     "[contributing.md](contributing.md) says how to add a rule.");
}

int main(int argc, char **argv)
{
	static struct plants all[CW_RULE_N];
	int i;

	for (i = 1; i < argc; i++)
		if (!strchr(argv[i], '/') || read_test(all, argv[i]))
			return 1;
	print_head();
	return print_rows(all, "Any TLP", 0, CW_RULE_KIND) ||
	       print_rows(all, "Requests of the card", CW_RULE_KIND, CW_RULE_CPL_UNEXPECTED) ||
	       print_rows(all, "Completions of the card", CW_RULE_CPL_UNEXPECTED, CW_RULE_N);
}
