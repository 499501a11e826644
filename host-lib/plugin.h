/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's own: options of a simulated card, parsed. */
#ifndef CW_PLUGIN_H
#define CW_PLUGIN_H

#include <limits.h>

#include "backend.h"
#include "sim/device/card.h"
#include "sim/kernel/shim.h"
#include "sim/link/link.h"

struct sim_options {
	char name[64];             /* of a card in another process; "" for one in this */
	struct cw_link_param link;
	struct shim_param shim;
	char module[256];          /* module parameters, separated by spaces */
	char tlp[PATH_MAX];        /* TLP log of the host's end, "" none */
	struct cw_card_param card;
	char card_tlp[PATH_MAX];   /* of the card's end */
	char wave[PATH_MAX];
	bool card_set;             /* an option for the card's end was given */
};

/* Defaults, then the environment's CAUSEWAY_SIM, then those after the name. -EINVAL names the bad one in why. */
int sim_options_parse(struct sim_options *o, const char *name, char *why, size_t why_size);
/* The same for `cwctl card`: options of the card's end only. */
int sim_options_parse_card(struct sim_options *o, const char *options, char *why, size_t why_size);

#endif
