// SPDX-License-Identifier: BSD-2-Clause
#include "shims.h"
#include "shim_usplus.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

extern const struct cw_shim_ops cw_shim_7series, cw_shim_7series64, cw_shim_ptile, cw_shim_ptile256;

static const struct {
	const char *name;
	const struct cw_shim_ops *ops;
} shims[CW_SHIM_N] = {
	[CW_SHIM_GENERIC] = { "generic", NULL },
	[CW_SHIM_USPLUS] = { "usplus", &cw_shim_usplus },
	[CW_SHIM_7SERIES] = { "7series", &cw_shim_7series },
	[CW_SHIM_PTILE] = { "ptile", &cw_shim_ptile },
	[CW_SHIM_7SERIES64] = { "7series64", &cw_shim_7series64 },
	[CW_SHIM_PTILE256] = { "ptile256", &cw_shim_ptile256 },
	[CW_SHIM_USPLUS512] = { "usplus512", &cw_shim_usplus },
	[CW_SHIM_PTILE512] = { "ptile512", &cw_shim_ptile },
	[CW_SHIM_USPLUSAA] = { "usplusaa", &cw_shim_usplusaa },
};

const struct cw_shim_ops *cw_shim_ops(unsigned id)
{
	return id < CW_SHIM_N ? shims[id].ops : NULL;
}

const char *cw_shim_name(unsigned id)
{
	return id < CW_SHIM_N ? shims[id].name : NULL;
}

int cw_shim_find(const char *name)
{
	for (unsigned id = 0; id < CW_SHIM_N; id++)
		if (!strcmp(name, shims[id].name))
			return (int)id;
	return -EINVAL;
}
