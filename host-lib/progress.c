// SPDX-License-Identifier: BSD-2-Clause
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR 40

void cw_progress_start(struct cw_progress *p, const char *what, uint64_t total, bool quiet)
{
	p->what = what;
	p->total = total ? total : 1;
	p->shown = !quiet && isatty(STDERR_FILENO);
	p->last = -1;
	cw_progress_at(p, 0);
}

void cw_progress_at(struct cw_progress *p, uint64_t done)
{
	int mille = (int)(done * 1000 / p->total);
	char bar[BAR + 1];

	if (!p->shown || mille == p->last)
		return;
	p->last = mille;
	for (int i = 0; i < BAR; i++)
		bar[i] = i * 1000 < mille * BAR ? '#' : '.';
	bar[BAR] = '\0';
	fprintf(stderr, "\r%-14s [%s] %3d.%d %%", p->what, bar, mille / 10, mille % 10);
	fflush(stderr);
}

void cw_progress_end(struct cw_progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
}
