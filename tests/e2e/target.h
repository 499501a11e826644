/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card an end-to-end test runs against, by the environment variable TARGET:
 *
 *   sim   RTL in this process (the default)
 *   shm   a simulated card in a process of its own, started and ended here
 *   vm    /dev/causeway0 in a guest;  card  /dev/causeway0 on a real machine
 *   pci   the first card on the PCI bus, without a driver: for tests of registers
 *
 * Tests print the seed they run with first; SEED sets it. IRQ (msix, msi, intx) is the kind of interrupt that the host of
 * a simulated card grants; SHIM and WIDTH ask for a simulated card behind a shim, or with a data path of so many bits.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#include "causeway-sim.h"

struct target {
	struct cw_dev *dev;
	pid_t card;     /* the card's process, for shm */
	bool simulated; /* sim or shm */
	bool in_process;/* sim: card memory can be reached behind the card's back */
	bool no_driver; /* pci */
	unsigned seed;
};

/* Opens it, with more options for simulated cards ("" for none). Fails the test with the reason. */
void target_open(struct target *t, const char *options);
/*
 * The same with options for the card's end as well: of `sim', or of `cwctl card' when that has a process of its own.
 * Skips where no such card is built: of another size and another kind, outside of make test-all.
 */
void target_open_card(struct target *t, const char *options, const char *card_options);
/* Closes it; fails the test when the simulation's own checks did. */
void target_close(struct target *t);
/* Closes it and ends the test as skipped. */
void target_skip(struct target *t, const char *why);
/* Neither SHIM nor WIDTH asks for another card than the one that is linked in. */
bool target_is_plain(void);
/* The card can have 10-bit tags: not behind every vendor's shim (SHIM). */
bool target_has_tag10(void);
/* The card has function-level reset: the 7-series block has not. */
bool target_has_flr(void);
/* Bits of the card's data path, as SHIM and WIDTH have it. */
unsigned target_width(void);
/* The largest read that the card makes when the host grants mrrs: a shim may keep it to less. */
unsigned target_mrrs(unsigned mrrs);
/* TARGET is a card behind the kernel driver: vm or card. */
bool target_is_device(void);
/* cmocka fixtures of a group: one card for all tests of a program; *state is a struct target. */
int target_setup(void **state);
int target_teardown(void **state);
/* Full matrices asked for (make test-all). */
bool target_full(void);

/* A generator of the test's own data and choices: same seed, same numbers. */
unsigned test_random(unsigned *state);
void test_fill(unsigned char *buf, size_t len, unsigned seed);

#endif
