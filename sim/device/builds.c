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

/* Builds of another width than the one that is linked in have it in their name. */
static void library_path(char *path, size_t size, const char *folder, unsigned queues, unsigned width, bool trace)
{
	char other[16] = "";

	if (width && width != LINKED_WIDTH)
		snprintf(other, sizeof(other), "-w%u", width);
	snprintf(path, size, "%s/" PREFIX "%u%s%s.so", folder, queues, other, trace ? "-trace" : "");
}

int cw_build_open(struct cw_build *b, unsigned queues, unsigned width, bool trace, char *why, size_t why_size)
{
	const struct cw_glue *(*entry)(void);
	char folder[PATH_MAX], path[PATH_MAX + 64];

	b->library = NULL;
	b->glue = trace ? &cw_glue_Vcwtrace : &cw_glue_Vcwfast;
	if (!queues || own_folder(folder))
		return 0;
	library_path(path, sizeof(path), folder, queues, width, trace);
	if (access(path, F_OK))
		return 0;
	b->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!b->library) {
		snprintf(why, why_size, "the card of %u queues: %s", queues, dlerror());
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

static bool is_there(const char *folder, unsigned queues, bool trace)
{
	char path[PATH_MAX + 64];

	library_path(path, sizeof(path), folder, queues, 0, trace);
	return !access(path, R_OK);
}

void cw_build_list(bool trace, char *text, size_t size)
{
	char folder[PATH_MAX];
	size_t at = 0;

	text[0] = '\0';
	if (own_folder(folder))
		return;
	for (unsigned queues = 2; queues <= CW_QUEUE_N_MAX && at < size; queues *= 2)
		if (is_there(folder, queues, trace))
			at += (size_t)snprintf(text + at, size - at, ", %u", queues);
}
