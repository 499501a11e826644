// SPDX-License-Identifier: BSD-2-Clause
#include "meter.h"

#include <string.h>

#include "../../driver/cw_regs.h"

void meter_init(struct meter *m, const struct meter_map *map, bool c2h)
{
	memset(m, 0, sizeof(*m));
	m->read_cycles = UINT64_MAX;
	m->map = *map;
	m->c2h = c2h;
}

void meter_free(struct meter *m)
{
	account_free(&m->account);
}

/* Section 2.2.1: bits 31:29 are Fmt, bit 29 a header of 4 DW, bit 30 data; Type 0 is a memory request. */
static bool is_memory(const uint32_t *hdr)
{
	return (hdr[0] >> 24 & 0x9f) == 0;
}

static bool has_data(const uint32_t *hdr)
{
	return hdr[0] >> 30 & 1;
}

static uint64_t addr_of(const uint32_t *hdr)
{
	return hdr[0] >> 29 & 1 ? (uint64_t)hdr[2] << 32 | hdr[3] : hdr[2];
}

/* Bits 9:8 of a tag are in DW0: section 2.2.6.2 */
static uint32_t tag_of(uint32_t dw0, uint32_t low)
{
	return low | (dw0 >> 19 & 1) << 8 | (dw0 >> 23 & 1) << 9;
}

static void note(struct meter *m, enum step s, uint64_t from, uint64_t to)
{
	uint64_t n = to - from;

	if (!from)
		return;
	if (!m->least[s] || n < m->least[s])
		m->least[s] = n;
	if (n > m->most[s])
		m->most[s] = n;
}

static void first_data(struct meter *m, uint64_t cycle)
{
	if (!m->data_seen)
		note(m, STEP_DATA, m->descriptor, cycle);
	m->data_seen = true;
}

static void read_sent(struct meter *m, uint64_t cycle, const uint32_t *hdr, uint64_t addr)
{
	m->asked[tag_of(hdr[0], hdr[1] >> 8 & 0xff)] = cycle;
	m->kind = addr >= m->map.rings && addr < m->map.rings_end ? SPENT_FETCH : SPENT_READ;
	if (m->kind == SPENT_FETCH)
		note(m, STEP_FETCH, m->doorbell, cycle);
	else
		first_data(m, cycle);
}

static void write_begins(struct meter *m, uint64_t cycle, uint64_t addr)
{
	m->inside_record = addr >= m->map.rings && addr < m->map.rings_end;
	m->inside_data = !m->inside_record && addr != m->map.msi;
	m->kind = m->inside_record ? SPENT_RECORD : m->inside_data ? SPENT_WRITE : SPENT_MESSAGE;
	if (m->inside_record) {
		note(m, STEP_RECORD, m->c2h ? m->data : m->answered, cycle);
		note(m, STEP_ALL, m->doorbell, cycle);
	} else if (m->inside_data) {
		first_data(m, cycle);
	} else {
		note(m, STEP_MESSAGE, m->record, cycle);
	}
}

static void request_beat(struct meter *m, uint64_t cycle, const struct cw_wires_out *out)
{
	uint64_t addr = addr_of(out->req_hdr);

	if (out->flags & CW_O_TX_REQ_SOP) {
		m->inside_record = m->inside_data = false;
		if (has_data(out->req_hdr))
			write_begins(m, cycle, addr);
		else if (is_memory(out->req_hdr))
			read_sent(m, cycle, out->req_hdr, addr);
	}
	if (m->counts)
		account_beat(&m->account, cycle, m->kind, (unsigned)__builtin_popcount(out->keep & 0xffff),
			     out->flags & CW_O_TX_REQ_SOP);
	if (m->inside_data)
		m->data = cycle;
	if (m->inside_record)
		m->record = cycle;
}

static void completion_beat(struct meter *m, uint64_t cycle, const struct cw_wires_in *in)
{
	uint32_t tag = tag_of(in->cpl_hdr[0], in->cpl_hdr[2] >> 8 & 0xff);

	if (!m->data_seen)
		m->descriptor = cycle;
	if (!(in->flags & CW_I_RX_CPL_SOP))
		return;
	if (m->asked[tag] && cycle - m->asked[tag] < m->read_cycles)
		m->read_cycles = cycle - m->asked[tag];
	m->asked[tag] = 0;
}

static void host_write(struct meter *m, uint64_t cycle, const struct cw_wires_in *in)
{
	uint64_t addr = addr_of(in->req_hdr);

	if (addr < m->map.doorbells || addr >= m->map.doorbells_end || (addr & 0xfff) != CW_DB_PRODUCER)
		return;
	m->doorbell = cycle;
	m->descriptor = m->answered = m->data = m->record = 0;
	m->data_seen = false;
}

void meter_pcie(struct meter *m, uint64_t cycle, const struct cw_wires_out *out, const struct cw_wires_in *in)
{
	if (out->flags & CW_O_TX_REQ_VALID && in->flags & CW_I_TX_REQ_READY)
		request_beat(m, cycle, out);
	if (in->flags & CW_I_RX_CPL_VALID && out->flags & CW_O_RX_CPL_READY)
		completion_beat(m, cycle, in);
	if (in->flags & CW_I_RX_REQ_VALID && in->flags & CW_I_RX_REQ_SOP && out->flags & CW_O_RX_REQ_READY)
		host_write(m, cycle, in);
}

void meter_axi(struct meter *m, uint64_t cycle, const struct cw_wires_axi_out *out, const struct cw_wires_axi_in *in)
{
	if (in->flags & CW_AI_BVALID && out->flags & CW_AO_BREADY)
		m->answered = cycle;
}
