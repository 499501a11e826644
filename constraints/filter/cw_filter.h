/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of the example filter (cw_filter.v), 32 bits each, offsets in the user window (CW_USER_OFFSET in BAR0).
 * Whole words only; what is not named here answers with an error. Programs include this file; `make regs' prints its
 * lines as cw_filter.vh for the RTL: one define a line, a plain number each.
 *
 * A packet from the host goes back to it on the queue that its own queue's ROUTE word names, with its user word, its
 * length and its error mark, each byte changed as that word says. A queue without CW_FILTER_ROUTE_ON has no credit: its
 * packets wait on the card. All of a packet is treated as the registers said at its first beat. The words below are 0
 * after a reset of the link; a function-level reset leaves them.
 */
#ifndef CW_FILTER_H
#define CW_FILTER_H

#define CW_FILTER_ID         0x0000 /* RO: CW_FILTER_MAGIC */
#define CW_FILTER_MAGIC      0x544c4946 /* the bytes 'FILT' */
#define CW_FILTER_KEY        0x0004 /* RW: what CW_FILTER_ROUTE_XOR turns over: byte i of a packet with byte i mod 4 of KEY, lowest first */
#define CW_FILTER_DROP_MASK  0x0008 /* RW: with CW_FILTER_ROUTE_DROP, a packet is dropped when */
#define CW_FILTER_DROP_MATCH 0x000c /* RW: its user word's low 32 bits AND DROP_MASK are DROP_MATCH */
#define CW_FILTER_PACKETS    0x0010 /* RO: packets passed on, modulo 2^32; a write clears this and the next three */
#define CW_FILTER_BYTES      0x0014 /* RO: their bytes */
#define CW_FILTER_DROPS      0x0018 /* RO: packets dropped */
#define CW_FILTER_MARKED     0x001c /* RO: packets passed on with the error mark: not what the host sent */
#define CW_FILTER_QUEUES     0x0020 /* RO: words of the table below */

/* ---- table, a word an H2C queue ---- */
#define CW_FILTER_ROUTE       0x2000 /* RW: [10:0] C2H queue that its packets go to, and what follows */
#define CW_FILTER_ROUTE_QUEUE 0x7ff
#define CW_FILTER_ROUTE_MODE  0x30000 /* one of the next four */
#define CW_FILTER_ROUTE_KEEP  0x0 /* bytes as they are */
#define CW_FILTER_ROUTE_XOR   0x10000 /* XOR with KEY */
#define CW_FILTER_ROUTE_UPPER 0x20000 /* a to z become A to Z */
#define CW_FILTER_ROUTE_LOWER 0x30000 /* A to Z become a to z */
#define CW_FILTER_ROUTE_DROP  0x40000000 /* packets that DROP_MASK and DROP_MATCH choose are dropped */
#define CW_FILTER_ROUTE_ON    0x80000000 /* the queue has credit without limit */

#endif
