/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a vendor's interface carries at most, from the facts of its guide (docs/vendor-shims.md has the tables): where in
 * a beat a packet may begin, what stands before its payload, and how many completions the IP's buffer holds.
 */
#ifndef BENCH_IFACE_H
#define BENCH_IFACE_H

#include <stdbool.h>

struct iface_stream {
	unsigned granule; /* DWs: packets begin at multiples of it */
	unsigned a_beat;  /* granules */
	unsigned head;    /* DWs of header or descriptor in front of the payload; 0: beside it */
};

struct iface {
	unsigned width;   /* of the endpoint behind the shim, bits */
	struct iface_stream tx, cpl, req; /* requests out, completions in, requests in */
	bool shared;      /* completions and requests come in one stream */
	unsigned cpl_hdr, cpl_data; /* completion buffer: headers, units of 16 bytes */
};

/* By enum cw_shim_id; NULL: generic. */
const struct iface *iface_of(unsigned shim);

#endif
