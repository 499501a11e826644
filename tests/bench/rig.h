/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card and the host of a benchmark: the RTL card behind a link, the host model with its checker,
 * fixed to one root complex: completions a stated number of cycles after the request, in the order
 * of the requests, no back-pressure, everything above 4 GiB. What the card and the host say goes
 * through struct rig; whoever uses it has the memory.
 */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include "../../sim/device/card.h"
#include "../../sim/host/host.h"
#include "point.h"

struct rig {
	struct cw_link *host_end, *card_end;
	struct cw_card *card;
	struct cw_host *host;
	struct cw_host_dev dev;
	char why[256];
};

struct rig_param {
	const struct bench_point *point;
	struct cw_host_ops ops;
	struct cw_card_tap tap; /* of a card without a shim */
	void *ctx;         /* of ops and tap */
	const char *wave;  /* NULL: none */
	struct cw_log *log; /* of the TLPs, at the card's end; NULL: none */
	bool no_idle_skip;
};

/* Up to the point where queues can be configured: enumerated, MSI-X on, vectors set. -errno with rig->why. */
int rig_up(struct rig *r, const struct rig_param *p);
/* The card sends nothing new, and what was under way arrives: before memory goes. */
int rig_quiet(struct rig *r);
/* -EIO with why when the checker found broken rules. */
int rig_down(struct rig *r);

int rig_put32(struct rig *r, uint64_t reg, uint32_t value);
int rig_put64(struct rig *r, uint64_t reg, uint64_t value);
int rig_get32(struct rig *r, uint64_t reg, uint32_t *value);
int rig_doorbell(struct rig *r, unsigned queue, uint64_t reg, uint32_t value);
/* Runs to that time, or until something woke the CPU; CW_TIME_NEVER: only that. */
int rig_run(struct rig *r, uint64_t until);
/* Notes the text, with what link and card say, and returns err. */
int rig_fail(struct rig *r, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));

uint64_t rig_msi(void);
/* What the completion buffer of the card is taken to be, in bytes. */
unsigned rig_buffer(const struct bench_point *p);
/* The cycle in which the card gave the IP what arrives at the host at that time. */
uint64_t rig_sent(uint64_t time);
unsigned rig_vectors(const struct rig *r);

#endif
