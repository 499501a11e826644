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

static const char *const users[CW_CARD_USER_N] = { "plain", "filter" };

const char *cw_card_user_name(unsigned id)
{
	return id < CW_CARD_USER_N ? users[id] : NULL;
}

int cw_card_user_find(const char *name)
{
	for (unsigned id = 0; id < CW_CARD_USER_N; id++)
		if (!strcmp(name, users[id]))
			return (int)id;
	return -EINVAL;
}

static bool is_wide(const struct cw_build_kind *k)
{
	return k->width && k->width != LINKED_WIDTH;
}

/* What a build is besides its number of queues: width, shim, user logic, as "w512", "usplus-filter"; "": none of them. */
static void base_name(char *name, size_t size, const struct cw_build_kind *k)
{
	char width[16] = "";

	if (is_wide(k))
		snprintf(width, sizeof(width), "w%u%s", k->width, k->shim || k->user ? "-" : "");
	snprintf(name, size, "%s%s%s%s", width, k->shim ? cw_shim_name(k->shim) : "", k->shim && k->user ? "-" : "",
		 k->user ? cw_card_user_name(k->user) : "");
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
	char asked[64] = "", number[16];
	const struct {
		const char *key, *value, *list;
	} part[] = {
		{ "shim", k->shim ? cw_shim_name(k->shim) : NULL, "SHIMS" },
		{ "width", is_wide(k) ? number : NULL, "WIDTHS" },
		{ "user", k->user ? cw_card_user_name(k->user) : NULL, "USERS" },
	};
	unsigned n = 0, last = 0;

	snprintf(number, sizeof(number), "%u", k->width);
	for (unsigned i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		size_t at = strlen(asked);

		if (!part[i].value)
			continue;
		snprintf(asked + at, sizeof(asked) - at, "%s%s=%s", n++ ? "," : "", part[i].key, part[i].value);
		last = i;
	}
	if (n == 1)
		snprintf(why, why_size, "%s: there is no such build%s; `make cards%s CARD_%s=%s' adds it", asked, waves, trace,
			 part[last].list, part[last].value);
	else if (n)
		snprintf(why, why_size, "%s: there is no such build%s", asked, waves);
	return n ? -ENOENT : 0;
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
