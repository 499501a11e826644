/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packets of stream points, one a descriptor, and the simulated card's logic that takes and makes them
 * (sim/device/stream_user.h): its checker for packets from the host, its generator, which is never idle and goes to
 * all queues in turn, a batch each as far as their buffers are on the card, for those to the host, and its loopback, queue 2i to queue 2i + 1, for both ways.
 */
#ifndef BENCH_PACKETS_H
#define BENCH_PACKETS_H

#include "rig.h"

/* One queue, number 0, gets nowhere: without credit (h2c); without buffers (c2h), where its packets are dropped, or
 * the queue would stall and the generator passes it over. HELD_POLITE: it passes over whoever has no room, none is held. */
enum packets_held { HELD_NONE, HELD_POLITE, HELD_DROP, HELD_STALL };

/* User word of a queue's packet; it says what the bytes are: its low byte, and one more each. */
uint64_t packets_word(const struct bench_point *p, unsigned queue_n, unsigned queue, uint32_t number);
void packets_bytes(uint64_t word, uint8_t *to, uint32_t len);
/* The card's logic begins. -errno. */
int packets_start(struct rig *r, const struct bench_point *p, unsigned queue_n, enum packets_held held);
/* What a record of a packet to the host says of its packet. */
uint64_t packets_info(const uint32_t dw[4]);
/* `last`: the word of the queue's packet before, or UINT64_MAX; packets may have been left out. */
bool packets_record_ok(uint64_t info, uint64_t word, uint64_t last, enum packets_held held);
/* When everything is quiet: the checker found every byte of at least so many packets right. -EIO, told by rig_fail(). */
int packets_judge(struct rig *r, const struct bench_point *p, uint64_t packets);

#endif
