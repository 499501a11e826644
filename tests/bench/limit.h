/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a point cannot exceed: payload bytes over the busiest of the four TLP streams, in beats, of the
 * two directions of the link, in bytes at its rate, and behind a vendor's shim of that interface. Everything that a descriptor costs is
 * counted: its share of the descriptor read (one of up to MRRS), of the record writes (merged up to
 * MPS), of the doorbell, the consumer index and the MSI-X message of its batch, and its data. A stream's
 * packets also take the beats of their AXI4-Stream port.
 */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include "point.h"

enum stream { S_TX_REQ, S_RX_CPL, S_RX_REQ, S_TX_CPL, STREAM_N };

struct demand {
	uint64_t beats[STREAM_N];
	uint64_t granules[STREAM_N]; /* of the vendor's interface (iface.h); none without a shim */
	uint64_t cpl_hdr, cpl_data;  /* room that reads ask of the IP's completion buffer: headers, units of 16 bytes */
	uint64_t up, down; /* bytes on the link, framing and headers included */
	uint64_t payload;
	uint64_t packet_beats; /* were each descriptor a packet */
};

/* A batch or a full descriptor read, whichever is more, one way: DIR_H2C or DIR_C2H. */
void limit_demand(const struct bench_point *p, enum point_dir dir, struct demand *d);
/* Cycles that so many bytes each way take at least. */
double limit_cycles(const struct bench_point *p, double h2c_bytes, double c2h_bytes);
/* Bytes a cycle; DIR_BOTH: each way, when both move the same. */
double limit_of(const struct bench_point *p);
/* Cycles that the descriptors, records and messages of one batch may take at most: so much of the traffic of a
 * window may lie outside it, since descriptors are read ahead. Of streams, a batch of each queue: each has places of
 * its own for descriptors that were read (cw_st_park). */
double limit_edge(const struct bench_point *p);
/* The same of the requests out alone: in beats, or in bytes on the link; which of the two takes longer. */
double limit_requests(const struct bench_point *p, double h2c_bytes, double c2h_bytes, bool link);
bool limit_is_link(const struct bench_point *p, double h2c_bytes, double c2h_bytes);
/* On the link, of so many DWs of a request; sop: with its header. */
double limit_tlp_bytes(bool sop, unsigned dws);
/* Bytes a cycle of the link, each way; 0: not modelled. */
double limit_link(const struct bench_point *p);

#endif
