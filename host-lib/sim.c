// SPDX-License-Identifier: BSD-2-Clause
/*
 * Loads the plug-in that serves simulated cards. It is looked for where
 * CAUSEWAY_SIM_PLUGIN says, next to this library, in ../lib beside it, then
 * wherever the dynamic loader looks.
 */
#include "backend.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLUGIN "libcauseway-sim.so"

/* The plug-in beside this library, or in the lib folder beside its folder. */
static int find_beside(char *path, size_t size)
{
	static const char *const places[] = { "/" PLUGIN, "/../lib/" PLUGIN };
	char real[PATH_MAX];
	Dl_info self;
	char *slash;

	if (!dladdr((void *)cw_sim_load, &self) || !self.dli_fname || !realpath(self.dli_fname, real))
		return -ENOENT;
	slash = strrchr(real, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if ((size_t)snprintf(path, size, "%s%s", real, places[i]) < size && !access(path, R_OK))
			return 0;
	}
	return -ENOENT;
}

int cw_sim_load(const struct cw_backend **backend, void **handle, char *why, size_t why_size)
{
	/* Not in a program with more rights than its caller: it names code to run. */
	const char *asked = secure_getenv("CAUSEWAY_SIM_PLUGIN");
	const struct cw_backend *(*entry)(void);
	char path[PATH_MAX + sizeof(PLUGIN)];

	if (asked && *asked)
		snprintf(path, sizeof(path), "%s", asked);
	else if (find_beside(path, sizeof(path)))
		snprintf(path, sizeof(path), "%s", PLUGIN);
	*handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!*handle) {
		snprintf(why, why_size, "simulated cards need the plug-in: %s", dlerror());
		return -ENOENT;
	}
	*(void **)&entry = dlsym(*handle, CW_SIM_ENTRY);
	*backend = entry ? entry() : NULL;
	if (!*backend || (*backend)->version != CW_LIB_VERSION) {
		snprintf(why, why_size, "%s is of version %u, this library of version %d", path,
			 *backend ? (*backend)->version : 0, CW_LIB_VERSION);
		dlclose(*handle);
		return -EPROTO;
	}
	return 0;
}

int cw_sim_serve_card(const char *name, const char *options, char *why, size_t why_size)
{
	int (*serve)(const char *name, const char *options, char *why, size_t why_size);
	const struct cw_backend *backend;
	char scratch[CW_WHY_SIZE];
	void *handle;
	int err;

	if (!why || !why_size) {
		why = scratch;
		why_size = sizeof(scratch);
	}
	why[0] = '\0';
	err = cw_sim_load(&backend, &handle, why, why_size);
	if (err)
		return err;
	*(void **)&serve = dlsym(handle, CW_SIM_SERVE);
	err = serve ? serve(name, options, why, why_size) : -ENOSYS;
	if (err && !why[0])
		snprintf(why, why_size, "card %s: %s", name, cw_strerror(err));
	dlclose(handle);
	return err;
}
