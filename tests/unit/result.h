/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was planted and what was said, as a line of the file that CW_RESULTS names: rule or check, file,
 * planted mistake, what it is, report; divided by tabs. docs/checker.md and docs/shim-checks.md are printed
 * from these lines.
 */
#ifndef CW_RESULT_H
#define CW_RESULT_H

#include <stdio.h>
#include <stdlib.h>

static inline void result(const char *rule, const char *name, const char *what, const char *report)
{
	const char *path = getenv("CW_RESULTS");
	FILE *f = path ? fopen(path, "a") : NULL;

	if (!path)
		return;
	if (!f || fprintf(f, "%s\t%s\t%s\t%s\t%s\n", rule, __BASE_FILE__, name, what, report) < 0 || fclose(f))
		fail_msg("%s cannot be written", path);
}

#endif
