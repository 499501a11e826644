/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The builds of the card there are: one is linked in, others are libraries
 * beside the object that holds this code (`make cards'). Their names say what they are:
 * libcauseway-card-<queues>.so; -w<bits>.so: of another width; -<shim>.so: behind a vendor's shim (shims.h);
 * -<user>.so: with other user logic than sim/device/cw_sim_stream.sv; -w<bits>-<queues>.so, -<shim>-<queues>.so:
 * both. -trace at the end: able to write waves.
 */
#ifndef CW_BUILDS_H
#define CW_BUILDS_H

#include <stdbool.h>
#include <stddef.h>

#include "glue.h"

/* User logic; the numbers are those of USER in cw_sim_top.sv. */
enum cw_card_user { CW_CARD_USER_PLAIN, CW_CARD_USER_FILTER, CW_CARD_USER_N };
/* Its name in options and libraries; the id of a name, or -EINVAL. */
const char *cw_card_user_name(unsigned id);
int cw_card_user_find(const char *name);

struct cw_build_kind {
	unsigned queues; /* 0: any */
	unsigned width;  /* bits of the data path; 0: that of the one that is linked in */
	unsigned shim;   /* enum cw_shim_id */
	unsigned user;   /* enum cw_card_user */
	bool trace;
};

struct cw_build {
	const struct cw_glue *glue;
	void *library; /* NULL: linked in */
};

/* The library of that kind where there is one, else what is linked in, which may have
 * another number of queues. -ELIBBAD: the library cannot be used, -ENOENT: no build has that width, shim or user logic; why
 * says so. */
int cw_build_open(struct cw_build *b, const struct cw_build_kind *k, char *why, size_t why_size);
void cw_build_close(struct cw_build *b);
/* The queues of the libraries there are (of that width, shim and user logic), as in ", 128, 2048"; "" for none. */
void cw_build_list(const struct cw_build_kind *k, char *text, size_t size);

#endif
