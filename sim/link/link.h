/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seam 1: one PCIe link, as two rings of messages in shared memory.
 *
 * The two ends are the host (root port) and the card. They are in one process
 * (cw_link_pair) or in two (cw_link_listen on the card's side, cw_link_attach on the host's);
 * the rings and the rules of time are the same. Everything that crosses is a
 * message: a TLP, a credit update, a link state or a promise.
 *
 * Time is picoseconds since attach. A message carries its transmit stamp,
 * which never decreases in one direction, and arrives at stamp + latency.
 *
 * Lock-step rule: an end may run strictly below cw_link_horizon(), which is
 * B + latency, where B is the peer's last stamp, or its last promise T cut to
 * (s + latency), s being the stamp of the first record sent here that the
 * promise does not count. Order of events at one instant: arrivals before
 * local events; among arrivals link state, credit, TLP; host before card. An
 * end that follows this gives the same trace in one process and in two.
 *
 * One thread per end. Errors are negative errno values; cw_link_why() has the
 * text. After -ENOTCONN (peer died or detached) only close is useful.
 */
#ifndef CW_LINK_H
#define CW_LINK_H

#include "tlp.h"

#define CW_LINK_VERSION 1       /* of the segment layout and the hello */
#define CW_TIME_NEVER UINT64_MAX
#define CW_CREDIT_INFINITE 0xffffffffu

enum cw_link_side { CW_SIDE_HOST, CW_SIDE_CARD };
enum cw_link_state { CW_LINK_PERST, CW_LINK_UP, CW_LINK_HOT_RESET, CW_LINK_DOWN };
enum cw_msg_kind { CW_MSG_LINK = 1, CW_MSG_CREDIT, CW_MSG_TLP, CW_MSG_PROMISE };

/* Set by the host and told to the card at attach: both ends model one link. */
struct cw_link_param {
	uint64_t seed;
	uint64_t latency_ps;     /* one way, at least 1 */
	uint8_t generation;      /* 1 to 5: 2.5, 5, 8, 16, 32 GT/s */
	uint8_t lanes;           /* 1, 2, 4, 8, 16; 0: bandwidth is not modelled */
	bool free_running;       /* no lock-step: a real kernel is in front */
	uint32_t ring_bytes;     /* each direction, a power of two; 0: 1 MiB */
};

/* Credits are running totals since link up, modulo 2^32, per class: how much
 * the peer may have sent in all. CW_CREDIT_INFINITE in the first update means
 * the class is not limited (section 2.6.1). */
struct cw_credit {
	uint32_t hdr[CW_FC_N];
	uint32_t data[CW_FC_N]; /* units of 16 bytes */
};

struct cw_msg {
	enum cw_msg_kind kind;
	uint64_t stamp;  /* transmit time, ps */
	uint64_t arrival;/* filled on receive */
	enum cw_link_state state;
	struct cw_credit credit;
	struct cw_tlp tlp;
};

struct cw_link;

/* Both ends in this process. Either end may be closed first. */
int cw_link_pair(const struct cw_link_param *param, struct cw_link **host, struct cw_link **card);
/* In one process: called by cw_link_wait() of this end to let the other run;
 * returns > 0 when it made progress, 0 when it could not, or -errno. */
void cw_link_set_peer(struct cw_link *end, int (*step)(void *ctx), void *ctx);

/* In two processes. The abstract socket is "causeway/" NAME. A listener has a
 * thread of its own that refuses whoever comes while a host is attached.
 * accept() waits for one host (timeout_ms -1: for ever): -ETIMEDOUT; -EBUSY while the earlier link is
 * not closed. listen(): -EADDRINUSE a card of that name runs. attach(): -ENOENT no such card,
 * -EBUSY another host is attached, -EPROTO other version or nonsense, -EACCES other user, -ETIMEDOUT the
 * card does not answer, -ENOTCONN it ended meanwhile. `why` (may be NULL) receives one line. */
struct cw_link_listener;
int cw_link_listen(const char *name, struct cw_link_listener **listener, char *why, size_t why_size);
int cw_link_accept(struct cw_link_listener *l, int timeout_ms, struct cw_link **card);
void cw_link_listener_close(struct cw_link_listener *l);
int cw_link_attach(const char *name, const struct cw_link_param *param, struct cw_link **host,
		   char *why, size_t why_size);
void cw_link_close(struct cw_link *l);

const struct cw_link_param *cw_link_get_param(const struct cw_link *l);
const char *cw_link_why(const struct cw_link *l);
enum cw_link_side cw_link_get_side(const struct cw_link *l);

/* Sends; msg->stamp must not be below an earlier one or, in lock-step, this end's
 * promise (-EINVAL). Waits for room; in one process lets the other end run; -ENOBUFS
 * when that cannot make room. Every TLP sent or received is
 * written to the end's TLP log, when it has one. */
int cw_link_send(struct cw_link *l, const struct cw_msg *msg);
int cw_link_send_tlp(struct cw_link *l, uint64_t stamp, const struct cw_tlp *tlp);
/* "Nothing from me before T unless you send." T is the caller's next event, arrivals that were not taken
 * left out; below an earlier promise it is raised to that. Cheap when it says nothing new. */
int cw_link_promise(struct cw_link *l, uint64_t t);
/* Nothing may be sent with a stamp below this: the last stamp, or the promise. It falls when an arrival is taken that
 * the promise did not count. */
uint64_t cw_link_own_bound(const struct cw_link *l);
/* This end acts on what arrives only at multiples of period_ps (a clock edge), 0: at once. Its promises then also
 * count and cover what has arrived and was not taken; without this, two ends dead-lock when the latency is
 * shorter than the period: each waits for the other to pass the time between the arrival and the edge. */
void cw_link_set_grid(struct cw_link *l, uint64_t period_ps);

/* Arrival time of the next message (promises are consumed inside), CW_TIME_NEVER if none is there. */
uint64_t cw_link_next(struct cw_link *l);
/* Takes it. -EAGAIN: none. -EPROTO: the peer wrote nonsense (cw_link_why); the link is then down. */
int cw_link_recv(struct cw_link *l, struct cw_msg *msg);
/* This end may process events strictly below this time. */
uint64_t cw_link_horizon(struct cw_link *l);
/* Lets the peer run, or waits for it; promise first, or it may wait for you. Returns 0 when something new
 * may be there, also when it was read over since the last cw_link_horizon(): ask that again. -ENOTCONN: it is gone;
 * -EDEADLK: one process, and neither end can move (the text says what each waits for). */
int cw_link_wait(struct cw_link *l);
/* The same with a limit in two processes: -ETIMEDOUT. -1: none. */
int cw_link_wait_for(struct cw_link *l, int timeout_ms);
/* The other end is closed, or its process has ended; what it sent before may still be there to be received. Waiting
 * notices by itself: this is for an end that has so much to do that it does not wait. */
bool cw_link_peer_gone(const struct cw_link *l);

/* The TLP log of this end; NULL ends it. Borrowed: the caller closes it. */
struct cw_log;
void cw_link_set_log(struct cw_link *l, struct cw_log *log);
/* Transfer id of the next TLP sent, for the log only (queue < 0: unknown). */
void cw_link_tag_next(struct cw_link *l, int queue, uint32_t number);

#endif
