// SPDX-License-Identifier: BSD-2-Clause
/* A plug-in that holds no simulator, of whatever version FAKE_PLUGIN_VERSION says (unset: no backend). */
#include "backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_card(const char *name, void **card, char *why, size_t why_size)
{
	*card = NULL;
	snprintf(why, why_size, "the fake was asked for %s", name);
	return strcmp(name, "sim:there") ? -ENOENT : 0;
}

static int close_card(void *card)
{
	(void)card;
	return 0;
}

CW_API const struct cw_backend *cw_sim_backend(void)
{
	static struct cw_backend backend = { .open = open_card, .close = close_card };
	const char *version = getenv("FAKE_PLUGIN_VERSION");

	if (version)
		backend.version = (unsigned)strtoul(version, NULL, 10);
	return version ? &backend : NULL;
}

CW_API int cw_sim_serve(const char *name, const char *options, char *why, size_t why_size)
{
	if (!strcmp(name, "silent"))
		return -EBUSY;
	snprintf(why, why_size, "served %s with %s", name, options);
	return strcmp(name, "good") ? -EINVAL : 0;
}
