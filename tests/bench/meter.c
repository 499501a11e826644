// SPDX-License-Identifier: BSD-2-Clause
#include "meter.h"

#include <string.h>

void meter_init(struct meter *m)
{
	memset(m, 0, sizeof(*m));
	m->read_cycles = UINT64_MAX;
}

static bool is_read(const uint32_t *hdr)
{
	return (hdr[0] >> 24 & 0xdf) == 0; /* section 2.2.1: MRd, 3 or 4 DW */
}

/* Bits 9:8 of a tag are in DW0: section 2.2.6.2 */
static uint32_t tag_of(uint32_t dw0, uint32_t low)
{
	return low | (dw0 >> 19 & 1) << 8 | (dw0 >> 23 & 1) << 9;
}

void meter_pcie(struct meter *m, uint64_t cycle, const struct cw_wires_out *out, const struct cw_wires_in *in)
{
	const uint32_t sent = CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP, seen = CW_I_RX_CPL_VALID | CW_I_RX_CPL_SOP;
	uint32_t tag;

	if ((out->flags & sent) == sent && in->flags & CW_I_TX_REQ_READY && is_read(out->req_hdr))
		m->asked[tag_of(out->req_hdr[0], out->req_hdr[1] >> 8 & 0xff)] = cycle;
	if ((in->flags & seen) != seen)
		return;
	tag = tag_of(in->cpl_hdr[0], in->cpl_hdr[2] >> 8 & 0xff);
	if (m->asked[tag] && cycle - m->asked[tag] < m->read_cycles)
		m->read_cycles = cycle - m->asked[tag];
	m->asked[tag] = 0;
}
