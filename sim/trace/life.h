/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of one DMA transfer, told from a TLP log: from the doorbell to the
 * interrupt, and the driver's answer.
 */
#ifndef CW_LIFE_H
#define CW_LIFE_H

#include "meaning.h"

struct cw_life_option {
	int queue;          /* -1: the last complete transfer from host to card, of any queue */
	bool by_number;     /* and with this descriptor number */
	uint32_t number;
	bool all;           /* instead: every TLP of the log, a line each, with its meaning */
	bool color;         /* escape sequences of a terminal */
	const char *svg;    /* and a sequence diagram into this file; NULL: none */
};

/* 0; -ENOENT: no such transfer in the log; other -errno: the log could not be read, or the diagram not be
 * written. why receives one line. */
int cw_life(FILE *out, const char *path, const struct cw_life_option *o, char *why, size_t why_size);

#endif
