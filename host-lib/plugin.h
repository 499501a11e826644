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

/* plugin.c: the machine that a backend's card is */
struct shim *sim_shim(void *card);
int sim_fd(void *card); /* its device file */
/* The shim's errors in the library's terms. */
ssize_t sim_translate(ssize_t err);

/* plugin_queue.c: of struct cw_backend */
int sim_queue_open(void *card, struct cw_queue_setup *setup, void **queue);
int sim_queue_close(void *queue);
ssize_t sim_queue_transfer(void *queue, enum cw_op op, const struct iovec *v, int n, uint64_t card_addr);
int sim_queue_submit(void *queue, struct cw_io *io);
int sim_queue_wait(void *queue, struct cw_io **io, int timeout_ms);
int sim_queue_poll(void *queue, enum cw_op op, int timeout_ms);

#endif
