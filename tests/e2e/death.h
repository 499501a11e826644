/* SPDX-License-Identifier: BSD-2-Clause */
/* What the death test and the host program it starts (itself, with other arguments) say to each other. */
#ifndef DEATH_H
#define DEATH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum death_phase { PH_HANDSHAKE, PH_ENUMERATE, PH_PROBE, PH_TRANSFER, PH_REMOVE, PH_IDLE, PH_N };

/* Parent to host, each once and in this order. */
enum death_order { OR_RUN, OR_CHECK, OR_REOPEN, OR_QUIT };
/* Host to parent. */
enum death_state { ST_START, ST_OPENING, ST_OPEN, ST_BUSY, ST_DOWN, ST_CLOSED, ST_DONE, ST_FAILED };

enum { TH_MAIN, TH_BLOCK1, TH_BLOCK2, TH_AIO, TH_N };

/* A thread's call that has not returned: what a watchdog names. */
struct death_call {
	_Atomic uint64_t since; /* ms; 0: it is not in a call */
	char what[56];
};

/* In memory of both. */
struct death_shared {
	_Atomic int order, state;
	int fds;                /* descriptors of the host before it opened anything */
	_Atomic int opened;     /* the first cw_open() gave a card */
	_Atomic uint64_t moved; /* bytes that came back as they went */
	struct death_call call[TH_N];
	char error[240];        /* with ST_FAILED */
};

uint64_t death_now_ms(void);
/* The host program: opens NAME, keeps it busy as the phase asks, and goes on as it is told. Returns the exit status. */
int death_host(struct death_shared *sh, const char *name, enum death_phase phase, unsigned seed);

/* Of a process: how many it has; whether one of its first descriptors is a socket. */
int look_fds(pid_t pid);
int look_threads(pid_t pid);
bool look_socket(pid_t pid);
/* Where the link's memory is in it; 0: it has none. */
uint64_t look_segment(pid_t pid);
/* Bytes that the host has sent so far; 0: it has no link. */
uint64_t look_sent(pid_t pid);
/* Of `end` bytes sent: those before the host's first access to memory of the card, when enumeration is over. */
uint64_t look_enum_end(pid_t pid, uint64_t end);
/* A card of that name is there to be connected to. */
bool look_listens(const char *name);

#endif
