/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The builds of the card there are: one is linked in, others are libraries
 * beside the object that holds this code (`make cards'). Their names say what they are:
 * libcauseway-card-<queues>.so; -w<bits>.so: of another width; -<shim>.so: behind a vendor's shim (shims.h);
 * -w<bits>-<queues>.so, -<shim>-<queues>.so: both. -trace at the end: able to write waves.
 */
#ifndef CW_BUILDS_H
#define CW_BUILDS_H

#include <stdbool.h>
#include <stddef.h>

#include "glue.h"

struct cw_build_kind {
	unsigned queues; /* 0: any */
	unsigned width;  /* bits of the data path; 0: that of the one that is linked in */
	unsigned shim;   /* enum cw_shim_id */
	bool trace;
};

struct cw_build {
	const struct cw_glue *glue;
	void *library; /* NULL: linked in */
};

/* The library of that kind where there is one, else what is linked in, which may have
 * another number of queues. -ELIBBAD: the library cannot be used, -ENOENT: no build has that width or shim; why
 * says so. */
int cw_build_open(struct cw_build *b, const struct cw_build_kind *k, char *why, size_t why_size);
void cw_build_close(struct cw_build *b);
/* The queues of the libraries there are (of that width and shim), as in ", 128, 2048"; "" for none. */
void cw_build_list(const struct cw_build_kind *k, char *text, size_t size);

#endif
