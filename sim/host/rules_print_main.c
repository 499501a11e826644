// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints docs/checker.md from the tables of rules and what the planted violations
 * led to:
 *
 *   rules_print RESULTS
 *
 * RESULTS is what tests/unit wrote through tests/unit/result.h, a line a planted
 * violation: rule, test file, name, what it is, report. A rule without a line, a line
 * without a rule, and a report that lacks its rule, section, time or TLP are errors.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "../device/rules.h"

#define RESULT_MAX 256
#define LINE_MAX_LEN 1024

struct result {
	char line[LINE_MAX_LEN]; /* its fields are cut out of this */
	const char *rule, *file, *name, *what, *report;
	bool used;
};

struct row {
	const char *name, *section, *text;
};

static struct result results[RESULT_MAX];
static unsigned result_n;

static int read_results(const char *path)
{
	FILE *f = fopen(path, "r");
	struct result *r;
	char *p;

	if (!f) {
		perror(path);
		return -errno;
	}
	while (result_n < RESULT_MAX && fgets(results[result_n].line, LINE_MAX_LEN, f)) {
		r = &results[result_n++];
		p = r->line;
		p[strcspn(p, "\n")] = 0;
		r->rule = strsep(&p, "\t");
		r->file = strsep(&p, "\t");
		r->name = strsep(&p, "\t");
		r->what = strsep(&p, "\t");
		r->report = p;
		if (!r->report || !strchr(r->file, '/')) {
			fprintf(stderr, "rules_print: %s:%u: not a result\n", path, result_n);
			fclose(f);
			return -EINVAL;
		}
	}
	fclose(f);
	return result_n == RESULT_MAX ? -ENOSPC : 0;
}

/* What a report says beyond the row: from "at" on, without the rule's text. NULL: it is not a report of this rule. */
static const char *rest_of(const struct row *row, const char *report, char *buf, size_t size)
{
	char prefix[96];
	const char *at, *text;
	int n = snprintf(prefix, sizeof(prefix), "%s (%s) at ", row->name, row->section);

	if (strncmp(report, prefix, (size_t)n) || !strstr(report, "cycle "))
		return NULL;
	at = report + n;
	text = strstr(at, row->text);
	if (!text || text - at < 2)
		return NULL;
	snprintf(buf, size, "%.*s%s", (int)(text - at - 2), at, text + strlen(row->text));
	return buf;
}

static int print_result(const struct row *row, struct result *r, bool first)
{
	char buf[LINE_MAX_LEN];
	const char *said = rest_of(row, r->report, buf, sizeof(buf));

	r->used = true;
	/* What the IP drops is in AER, not in a report. */
	if (!said && !strncmp(row->name, "ip-", 3) && !strncmp(r->report, row->name, strlen(row->name)))
		said = r->report + strlen(row->name) + 2;
	if (!said) {
		fprintf(stderr, "rules_print: %s: planted as %s, %s; reported: %s\n", row->name, r->name, r->what, r->report);
		return -EINVAL;
	}
	if (first)
		printf("| `%s` | %s | %s ", row->name, row->section, row->text);
	else
		printf("| | | ");
	printf("| [`%s`](../%s): %s | `%s` |\n", r->name, r->file, r->what, said);
	return 0;
}

static int print_row(const struct row *row)
{
	unsigned i, n = 0;

	for (i = 0; i < result_n; i++) {
		if (strcmp(results[i].rule, row->name))
			continue;
		if (print_result(row, &results[i], !n++))
			return -EINVAL;
	}
	if (n)
		return 0;
	fprintf(stderr, "rules_print: no planted violation of %s was reported\n", row->name);
	return -ENOENT;
}

static void print_title(const char *title)
{
	printf("\n## %s\n\n| rule | section | what it demands | planted violation | reported at |\n|---|---|---|---|---|\n", title);
}

static int print_rules(const char *title, unsigned from, unsigned to)
{
	int err = 0;

	for (print_title(title); from < to && !err; from++)
		err = print_row(&(struct row){ cw_rules[from].name, cw_rules[from].section, cw_rules[from].text });
	return err;
}

static int print_card_rules(void)
{
	static const struct row row[] = {
#define ROW(id, name, section, text) { name, section, text },
		CW_CARD_RULES(ROW)
#undef ROW
	};
	int err = 0;
	unsigned i;

	print_title("Around the endpoint");
	for (i = 0; i < CW_CARD_RULE_N && !err; i++)
		err = print_row(&row[i]);
	if (!err)
		puts("\nThese are checked by the models of the hard IP and of the card's memory, in every run of the RTL. The\n"
		     "first six stop the run (`cw_card_why()` has the text), the last two are the IP's answer to what comes\n"
		     "over the link. `sim/device/cw_sim_stable.sv` asserts the handshake of the streams; that stops the run too.");
	return err;
}

static void print_head(void)
{
	puts("# The checker's rules\n\n"
	     "Printed by `sim/host/rules_print_main.c` (`make rules-doc`) from the tables of rules and from what the\n"
	     "planted violations led to in a run of the unit tests; do not edit.\n\n"
	     "The host model looks at every TLP of the card, in every run, and reports each broken rule by name. Sections\n"
	     "are those of the PCIe Base Specification 6.0. A report fails the run: in a test the machine's end returns\n"
	     "it, a program gets `-EIO` from `cw_close()`. A report is one line:\n\n"
	     "    checker: mwr-over-mps (2.2.2) at 15400000 ps, cycle 3850: payload of at most Max_Payload_Size:\n"
	     "        260 bytes, Max_Payload_Size 256: MWr32 addr=0x10000 len=260 tag=0x000 req=01:00.0 be=f/f\n\n"
	     "A test that breaks a rule on purpose announces it with `cw_host_expect(host, \"mwr-over-mps\", 1)`: that\n"
	     "many reports are then expected, and one that does not come is a failure too.\n\n"
	     "Each rule has planted violations, and a clean twin of each, which passes. The\n"
	     "violation must be reported once, by this name, with no other report. The last column is the report that\n"
	     "came out, without what the other columns say. [contributing.md](contributing.md) says how to add a rule.");
}

static int all_used(void)
{
	unsigned i;

	for (i = 0; i < result_n; i++)
		if (!results[i].used) {
			fprintf(stderr, "rules_print: %s planted %s, which is no rule\n", results[i].file, results[i].rule);
			return -EINVAL;
		}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: rules_print RESULTS\n");
		return 2;
	}
	if (read_results(argv[1]))
		return 1;
	print_head();
	return print_rules("Any TLP", 0, CW_RULE_KIND) ||
	       print_rules("Requests of the card", CW_RULE_KIND, CW_RULE_CPL_UNEXPECTED) ||
	       print_rules("Completions of the card", CW_RULE_CPL_UNEXPECTED, CW_RULE_N) ||
	       print_card_rules() || all_used();
}
