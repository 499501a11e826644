/* SPDX-License-Identifier: BSD-2-Clause */
/* cwctl's commands: one function each, an exit status back. */
#ifndef CWCTL_H
#define CWCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "libcauseway.h"

struct argp;
struct argp_state;

struct ctl {
	const char *card;  /* --card */
	bool quiet;
	int argc;          /* the command's own arguments */
	char **argv;
};

/* Exit statuses: 0 done, 1 it failed, 2 the command line was wrong. */
#define CTL_FAIL 1
#define CTL_USAGE 2

int ctl_info(const struct ctl *c);
int ctl_read(const struct ctl *c);
int ctl_write(const struct ctl *c);
int ctl_regs(const struct ctl *c);
int ctl_card(const struct ctl *c);
int ctl_list(const struct ctl *c);
int ctl_selftest(const struct ctl *c);
int ctl_stats(const struct ctl *c);
int ctl_bench(const struct ctl *c);

/* What the PCI bus says of the card, where it is on one: BARs, link. */
void ctl_print_bus(const char *card);

/* Opens the card, or prints why not and returns NULL. */
struct cw_dev *ctl_open(const struct ctl *c);
/* Closes; prints and turns a failure of the simulation's checks into CTL_FAIL. */
int ctl_close(struct cw_dev *dev, int status);
/* A number in C notation, whole argument. */
int ctl_number(const char *what, const char *text, uint64_t *value);
/* Seconds, with a fraction if need be. 0 or CTL_USAGE, without a message. */
int ctl_seconds(const char *text, double *value);
/* The command's own options; ends the program when they are wrong. */
void ctl_parse(const struct argp *argp, const struct ctl *c, const char *name, void *input);
/* Options that several commands have. --count: how many of `what`; wrong: ends the program. */
void ctl_take_count(struct argp_state *state, const char *arg, const char *what, uint64_t *value);
/* --json, and arguments, which there are none of; returns what an argp parser does. */
int ctl_take_rest(int key, const char *arg, struct argp_state *state, bool *json);
/* Seconds of this machine. */
double ctl_now(void);
/* NOW, the card's cycles: 0 or -errno. */
int ctl_cycles(struct cw_dev *dev, uint64_t *cycles);
/* Quoted, for JSON. */
void ctl_json_string(const char *text);

#endif
