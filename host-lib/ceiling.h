/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a link, and the card's data path behind it, can carry at most: payload bytes of transfers of one size, with
 * all that they cost beside their data. Each transfer is one descriptor (read by requests of up to MRRS)
 * and one record (written together, up to MPS); so many as are in flight at once share two doorbell writes
 * and an interrupt. Completions are as long as they may be. Real transfers cost more, never less.
 */
#ifndef CW_CEILING_H
#define CW_CEILING_H

#include <stdint.h>

struct ceiling {
	unsigned gen, lanes;   /* of the link, generation 1 to 5; lanes 0: it is no limit */
	unsigned mps, mrrs;    /* bytes */
	unsigned data_bytes;   /* width of the card's data path */
	double clock_hz;       /* of the card */
	uint64_t size;         /* bytes of a transfer, from an address that fits */
	unsigned depth;        /* transfers in flight, each way */
	int h2c, c2h;          /* which way, or both at once */
};

/* Bytes a second, each way; 0: of a link that is not known. */
double ceiling_rate(const struct ceiling *c);

#endif
