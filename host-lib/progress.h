/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A progress bar for programs: one line on a terminal's standard error, nothing
 * elsewhere or when quiet.
 */
#ifndef CW_PROGRESS_H
#define CW_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct cw_progress {
	const char *what;
	uint64_t total;
	bool shown;      /* there is somebody to see it */
	int last;        /* per mille drawn last */
};

void cw_progress_start(struct cw_progress *p, const char *what, uint64_t total, bool quiet);
void cw_progress_at(struct cw_progress *p, uint64_t done);
/* Removes the line. */
void cw_progress_end(struct cw_progress *p);

#endif
