/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated card: the Verilated cw_top between the hard-IP model and card
 * memory, clocked from the link.
 *
 * cw_card_step() is the card's end of the link: it gives clock edges up to the
 * link's horizon and is fit for cw_link_set_peer(host_end, cw_card_step, card).
 * An arrival is seen at the first edge not before it. With idle skip, edges at
 * which nothing can happen are not evaluated; the TLPs and their stamps are the
 * same with and without it.
 *
 * One thread a card. Several cards may live in one process.
 */
#ifndef CW_CARD_H
#define CW_CARD_H

#include "axi_mem.h"
#include "builds.h"
#include "hardip.h"
#include "shims.h"

struct cw_card;

struct cw_card_param {
	struct cw_hip_param hip;   /* cfg.queues, cfg.vectors and data_dw are set from the build */
	struct cw_axi_param axi;   /* data_dw, bytes and seed likewise (seed: the link's) */
	uint32_t period_ps;        /* of the card's clock */
	uint16_t queues;           /* of the build (builds.h); 0: the one that is linked in */
	uint8_t shim;              /* of the build: enum cw_shim_id */
	bool shim_steady;          /* its model pauses only as hip.throttle_rx says, not by itself */
	uint8_t user;              /* likewise: enum cw_card_user */
	uint16_t width;            /* of its data path in bits; 0: the same */
	bool trace;                /* the flavour that can write waves; slower */
	bool no_idle_skip;
	const char *wave;          /* FST file; needs trace; NULL: none at start */
	uint64_t wave_from, wave_to; /* window in cycles; 0, 0: all */
};
void cw_card_param_default(struct cw_card_param *p);

/* The link end stays the caller's and must outlive the card. Seeds come from the link. Everything
 * starts as after power-up: link down, memory zero (or what axi.store holds, which is then the card's), time
 * zero. -EINVAL: a wave without trace. -ENOENT: no such build. After a failure axi.store is still the caller's. */
int cw_card_new(struct cw_card **card, struct cw_link *link, const struct cw_card_param *p);
void cw_card_free(struct cw_card *c);
/* Is there the build that p asks for? Else -ENOENT (or what its library is wrong about), and which there are in why. */
int cw_card_check(const struct cw_card_param *p, char *why, size_t why_size);

/* Returns > 0 when it made progress, 0 when it can do nothing before the host does, -ENOTCONN when
 * the host is gone, -EIO when the RTL broke a rule (assertion, AXI, completion buffer): cw_card_why(). */
int cw_card_step(void *card);
const char *cw_card_why(const struct cw_card *c);

/* Free-running links only, after step returned 0: real time in ms until the card's own next event, -1
 * for none; and letting that event happen now (the wait timed out). */
int cw_card_wait_ms(const struct cw_card *c);
void cw_card_let_pass(struct cw_card *c);

/* Waves on (a file) or off (NULL) from the next edge on. -EINVAL: not the trace flavour. */
int cw_card_wave(struct cw_card *c, const char *path);

struct cw_card_stats {
	uint64_t cycles;     /* the card's clock now */
	uint64_t evaluated, skipped;
	uint64_t wall_ns;    /* spent in step */
};
struct cw_card_stats cw_card_get_stats(const struct cw_card *c);
const struct cw_hip_stats *cw_card_hip_stats(const struct cw_card *c);

/* Sees the pins at every clock edge that is evaluated, as the RTL does: what it drives and what is driven into it
 * before the edge. Either may be NULL. */
struct cw_card_tap {
	void (*pcie)(void *ctx, uint64_t cycle, const struct cw_wires_out *out, const struct cw_wires_in *in);
	void (*axi)(void *ctx, uint64_t cycle, const struct cw_wires_axi_out *out, const struct cw_wires_axi_in *in);
	void *ctx;
};
void cw_card_set_tap(struct cw_card *c, const struct cw_card_tap *tap);

/* Card memory from outside, no time passes: see axi_mem.h for peek, poke and error injection. */
struct cw_axi_mem *cw_card_memory(struct cw_card *c);
struct cw_cfgspace *cw_card_cfg(struct cw_card *c);

/* Runs a card for others: listens under NAME, serves one host after the other until SIGTERM or
 * SIGINT (0) or until `sessions` hosts have left (0: no limit). Log and wave paths get ".<session>" appended
 * unless sessions is 1; NULL: none. A session that fails is reported; the first error is returned at the end. */
struct cw_card_serve_param {
	struct cw_card_param card;
	const char *log;
	unsigned sessions;
	void (*report)(void *ctx, const char *line); /* attach, detach, errors; NULL: silent */
	void *ctx;
};
int cw_card_serve(const char *name, const struct cw_card_serve_param *p);

#endif
