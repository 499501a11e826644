// SPDX-License-Identifier: BSD-2-Clause
/*
 * The classic example: one DMA read. 32 bytes 01 02 03 ... at bus address
 * 0x001FF000 go into card memory at 0x8000. The TLP log and the waveform of the
 * run are what the card options say; `cwtrace life LOG` tells the story.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "causeway-sim.h"

#define BYTES 32
#define BUS_ADDR 0x001FF000u
#define CARD_ADDR 0x8000u

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != 'c')
		return ARGP_ERR_UNKNOWN;
	*(const char **)state->input = arg;
	return 0;
}

/* Returns 0, or -errno after saying what went wrong. */
static int one_read(struct cw_dev *dev, unsigned char *page)
{
	unsigned char back[BYTES];
	ssize_t n;
	int err;

	for (int i = 0; i < BYTES; i++)
		page[i] = (unsigned char)(i + 1);
	err = cw_sim_place(dev, BUS_ADDR);
	if (!err) {
		n = cw_write(dev, page, BYTES, CARD_ADDR);
		err = n < 0 ? (int)n : 0;
	}
	if (err) {
		fprintf(stderr, "one_read: %s\n", cw_why(dev));
		return err;
	}
	n = cw_sim_peek(dev, CARD_ADDR, back, BYTES) ? 0 : BYTES;
	if (n != BYTES || memcmp(page, back, BYTES)) {
		fprintf(stderr, "one_read: card memory does not hold what was sent\n");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "card", 'c', "NAME", 0, "a simulated card, with its options (default sim)", 0 }, { 0 }
	};
	static const struct argp argp = {
		options, parse_option, NULL, "Moves 32 bytes from bus address 0x001FF000 into card memory at 0x8000.",
		NULL, NULL, NULL
	};
	const char *card = "sim";
	struct cw_dev *dev;
	unsigned char *page;
	char why[256];
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &card);
	page = aligned_alloc(4096, 4096);
	if (!page || cw_open(card, &dev, why, sizeof(why))) {
		fprintf(stderr, "one_read: %s\n", page ? why : "not enough memory");
		free(page);
		return 1;
	}
	err = one_read(dev, page);
	err |= cw_close(dev);
	free(page);
	return err != 0;
}
