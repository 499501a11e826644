/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stream side of the simulated card's user logic: loopback, packet generator,
 * packet checker. 32-bit registers, offsets in the user window (CW_USER_OFFSET in
 * BAR0); 0x0000 to 0x003c stay plain scratch words, what is not named here answers
 * with an error. `make regs' prints these lines as sim/device/stream_user.vh for the RTL:
 * one define a line, a plain number each.
 *
 * An H2C packet goes back to the C2H queue that the loopback table names, with its
 * user word (one with an error mark comes back with TRUNC); without an entry it goes to
 * the checker. Every H2C queue has credit without limit unless its hold word says otherwise.
 *
 * Pattern: byte i of packet p of a run is (GEN_SEED + p + i) mod 256. The checker finds a
 * packet bad when a byte is not the one before plus 1 (mod 256); its first byte is free.
 */
#ifndef CW_STREAM_USER_H
#define CW_STREAM_USER_H

#define CW_SU_ID          0x1000 /* RO: CW_SU_MAGIC */
#define CW_SU_MAGIC       0x4d525453 /* the bytes 'STRM' */
#define CW_SU_CONTROL     0x1004 /* RW, 0 at reset; see CW_SU_CONTROL_... */
#define CW_SU_CONTROL_STOP_H2C 0x1 /* no H2C beat is taken */
#define CW_SU_CONTROL_STOP_C2H 0x2 /* no C2H beat is offered (one that is offered stays) */
#define CW_SU_THROTTLE    0x1008 /* RW: [7:0] of 256 H2C cycles not ready, [15:8] of 256 C2H beats held back a cycle */

/* ---- packet generator ---- */
#define CW_SU_GEN_CTRL    0x1100 /* write: CW_SU_GEN_START, _POLITE; write 0: stop after the packet at hand. Read: bit 31 busy */
#define CW_SU_GEN_START   0x1
#define CW_SU_GEN_POLITE  0x2 /* a packet whose queue has no room is not sent but counted in CW_SU_REFUSED */
#define CW_SU_GEN_WAIT    0x4 /* a packet whose queue has no room waits until it has */
#define CW_SU_GEN_BUSY    0x80000000
#define CW_SU_GEN_QUEUE   0x1104 /* RW [10:0]: C2H queue of the next run; this and the next seven only while not busy */
#define CW_SU_GEN_LEN     0x1108 /* RW [23:0]: bytes of the first packet; 0 is a packet */
#define CW_SU_GEN_STEP    0x110c /* RW [23:0]: added to the length after each packet, modulo 2^24 */
#define CW_SU_GEN_COUNT   0x1110 /* RW: packets of a run; read: packets left */
#define CW_SU_GEN_USER_LO 0x1114 /* RW: user word of the first packet; one more each packet */
#define CW_SU_GEN_USER_HI 0x1118 /* RW [3:0] */
#define CW_SU_GEN_SEED    0x111c /* RW [7:0]: first byte of the first packet; one more each packet */
#define CW_SU_GEN_QUEUES  0x1120 /* RW: packets of a run go to [10:0] further queues in turn, [23:16] further ones to each before the next */

/* ---- packet checker; a write to CW_SU_CHK_PACKETS clears all of it ---- */
#define CW_SU_CHK_PACKETS 0x1200 /* RO: packets taken */
#define CW_SU_CHK_BYTES   0x1204 /* RO: bytes taken */
#define CW_SU_CHK_BAD     0x1208 /* RO: packets off the pattern */
#define CW_SU_CHK_MARKED  0x120c /* RO: packets with the error mark */
#define CW_SU_CHK_LEN     0x1210 /* RO: bytes of the last packet */
#define CW_SU_CHK_USER_LO 0x1214 /* RO: its user word */
#define CW_SU_CHK_USER_HI 0x1218 /* RO */
#define CW_SU_CHK_QUEUE   0x121c /* RO: its queue */
#define CW_SU_CHK_FRAME   0x1220 /* RO: beats of all packets, looped back or not, that break the framing rules */
#define CW_SU_CHK_FIRST   0x1224 /* RO: packets whose first byte is not the low byte of their user word */

/* ---- room ---- */
#define CW_SU_REFUSED     0x1300 /* RO: generator packets refused because the queue had no room; any write clears */

/* ---- tables, 4 bytes a queue ---- */
#define CW_SU_LOOP        0x10000 /* RW, by H2C queue: [10:0] C2H queue, CW_SU_LOOP_VALID, CW_SU_LOOP_WAIT */
#define CW_SU_LOOP_VALID  0x80000000
#define CW_SU_LOOP_WAIT   0x40000000 /* a packet whose C2H queue has no room waits (and all H2C streams with it) */
#define CW_SU_HOLD        0x14000 /* RW, by H2C queue: bit 0: no credit (held); what has begun still comes */
#define CW_SU_ROOM        0x18000 /* RO, by C2H queue: buffers posted and not used, up to 255; brought up to date as buffers reach the card and leave it */

#endif
