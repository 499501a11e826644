// SPDX-License-Identifier: BSD-2-Clause
#include "builds.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/cw_regs.h"
#include "shims.h"

#define PREFIX "libcauseway-card-"
#define LINKED_WIDTH 256 /* DATA_W of cw_sim_top */

extern const struct cw_glue cw_glue_Vcwfast, cw_glue_Vcwtrace;

/* Where this code was loaded from; for a program in bin/ the lib/ beside it. 0 or -ENOENT. */
static int own_folder(char *path)
{
	Dl_info self;
	char *slash;

	if (!dladdr((void *)own_folder, &self) || !self.dli_fname || !realpath(self.dli_fname, path))
		return -ENOENT;
	slash = strrchr(path, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	slash = strrchr(path, '/');
	if (slash && !strcmp(slash, "/bin"))
		memcpy(slash, "/lib", 5);
	return 0;
}

/* What a build is besides its number of queues: its width, then its shim, as "w512", "usplus"; "": neither. */
static void base_name(char *name, size_t size, const struct cw_build_kind *k)
{
	char width[16] = "";

	if (k->width && k->width != LINKED_WIDTH)
		snprintf(width, sizeof(width), "w%u%s", k->width, k->shim ? "-" : "");
	snprintf(name, size, "%s%s", width, k->shim ? cw_shim_name(k->shim) : "");
}

/* The path of the library of a kind that is not the one that is linked in. */
static void library_path(char *path, size_t size, const char *folder, const struct cw_build_kind *k)
{
	char base[64], number[16] = "";

	base_name(base, sizeof(base), k);
	if (k->queues)
		snprintf(number, sizeof(number), "%s%u", *base ? "-" : "", k->queues);
	snprintf(path, size, "%s/" PREFIX "%s%s%s.so", folder, base, number, k->trace ? "-trace" : "");
}

/* There is no such library: of another number of queues card.c finds out itself. */
static int no_build(const struct cw_build_kind *k, char *why, size_t why_size)
{
	const char *waves = k->trace ? " with waves" : "", *trace = k->trace ? "-trace" : "";
	const char *shim = k->shim ? cw_shim_name(k->shim) : "";
	bool wide = k->width && k->width != LINKED_WIDTH;

	if (k->shim && wide)
		snprintf(why, why_size, "shim=%s,width=%u: there is no such build%s", shim, k->width, waves);
	else if (k->shim)
		snprintf(why, why_size, "shim=%s: there is no such build%s; `make cards%s CARD_SHIMS=%s' adds it", shim,
			 waves, trace, shim);
	else if (wide)
		snprintf(why, why_size, "width=%u: there is no such build%s; `make cards%s CARD_WIDTHS=%u' adds it",
			 k->width, waves, trace, k->width);
	return k->shim || wide ? -ENOENT : 0;
}

int cw_build_open(struct cw_build *b, const struct cw_build_kind *k, char *why, size_t why_size)
{
	const struct cw_glue *(*entry)(void);
	struct cw_build_kind any = *k;
	char folder[PATH_MAX], path[PATH_MAX + 128], base[64];

	b->library = NULL;
	b->glue = k->trace ? &cw_glue_Vcwtrace : &cw_glue_Vcwfast;
	base_name(base, sizeof(base), k);
	if ((!k->queues && !*base) || own_folder(folder))
		return no_build(k, why, why_size);
	library_path(path, sizeof(path), folder, k);
	if (access(path, F_OK) && *base) {
		any.queues = 0;
		library_path(path, sizeof(path), folder, &any);
	}
	if (access(path, F_OK))
		return no_build(k, why, why_size);
	b->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!b->library) {
		snprintf(why, why_size, "%.200s: %s", strrchr(path, '/') + 1, dlerror());
		return -ELIBBAD;
	}
	*(void **)&entry = dlsym(b->library, CW_CARD_GLUE);
	if (!entry) {
		snprintf(why, why_size, "%.200s is no card", path);
		cw_build_close(b);
		return -ELIBBAD;
	}
	b->glue = entry();
	return 0;
}

void cw_build_close(struct cw_build *b)
{
	if (b->library)
		dlclose(b->library);
	b->library = NULL;
}

void cw_build_list(const struct cw_build_kind *k, char *text, size_t size)
{
	struct cw_build_kind one = *k;
	char folder[PATH_MAX], path[PATH_MAX + 128];
	size_t at = 0;

	text[0] = '\0';
	if (own_folder(folder))
		return;
	for (one.queues = 2; one.queues <= CW_QUEUE_N_MAX && at < size; one.queues *= 2) {
		library_path(path, sizeof(path), folder, &one);
		if (!access(path, R_OK))
			at += (size_t)snprintf(text + at, size - at, ", %u", one.queues);
	}
}
