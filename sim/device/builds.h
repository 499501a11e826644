/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The builds of the card there are: one is linked in, others are libraries
 * beside the object that holds this code, libcauseway-card-<queues>.so and, able
 * to write waves, libcauseway-card-<queues>-trace.so (`make cards').
 */
#ifndef CW_BUILDS_H
#define CW_BUILDS_H

#include <stdbool.h>
#include <stddef.h>

#include "glue.h"

struct cw_build {
	const struct cw_glue *glue;
	void *library; /* NULL: linked in */
};

/* The library of that many queues where there is one, else what is linked in, which may
 * have another number (queues 0: any). width: likewise, the bits of its data path.
 * -ELIBBAD: the library cannot be used, why says so. */
int cw_build_open(struct cw_build *b, unsigned queues, unsigned width, bool trace, char *why, size_t why_size);
void cw_build_close(struct cw_build *b);
/* The queues of the libraries there are, as in ", 128, 2048"; "" for none. */
void cw_build_list(bool trace, char *text, size_t size);

#endif
