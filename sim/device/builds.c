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

/* The path of the library of a kind: at least one of queues and shim is given. Builds of another width than the one
 * that is linked in have it in their name; a shim's name says its own. */
static void library_path(char *path, size_t size, const char *folder, const struct cw_build_kind *k)
{
	char number[16] = "", other[16] = "";

	if (k->queues)
		snprintf(number, sizeof(number), "%s%u", k->shim ? "-" : "", k->queues);
	if (k->width && k->width != LINKED_WIDTH)
		snprintf(other, sizeof(other), "-w%u", k->width);
	snprintf(path, size, "%s/" PREFIX "%s%s%s%s.so", folder, k->shim ? cw_shim_name(k->shim) : "", number, other,
		 k->trace ? "-trace" : "");
}

static int no_shim(const struct cw_build_kind *k, char *why, size_t why_size)
{
	snprintf(why, why_size, "shim=%s: there is no such build%s; `make cards%s CARD_SHIMS=%s' adds it",
		 cw_shim_name(k->shim), k->trace ? " with waves" : "", k->trace ? "-trace" : "", cw_shim_name(k->shim));
	return -ENOENT;
}

int cw_build_open(struct cw_build *b, const struct cw_build_kind *k, char *why, size_t why_size)
{
	const struct cw_glue *(*entry)(void);
	struct cw_build_kind any = *k;
	char folder[PATH_MAX], path[PATH_MAX + 64];

	b->library = NULL;
	b->glue = k->trace ? &cw_glue_Vcwtrace : &cw_glue_Vcwfast;
	if ((!k->queues && !k->shim) || own_folder(folder))
		return k->shim ? no_shim(k, why, why_size) : 0;
	library_path(path, sizeof(path), folder, k);
	if (access(path, F_OK) && k->shim) {
		any.queues = 0;
		library_path(path, sizeof(path), folder, &any);
	}
	if (access(path, F_OK))
		return k->shim ? no_shim(k, why, why_size) : 0;
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
	char folder[PATH_MAX], path[PATH_MAX + 64];
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
