// SPDX-License-Identifier: BSD-2-Clause
/*
 * Builders of transaction layer packets. They build what they are told, legal
 * or not (fault injection needs both), but never past the payload array.
 */
#include <string.h>

#include "tlp.h"

enum { FMT_DATA = 2u << 29, FMT_4DW = 1u << 29 };

static uint32_t dw0(uint32_t fmt, uint32_t type, uint32_t tag, uint32_t attr, uint32_t len_dw)
{
	return fmt | type << 24 | (tag >> 9 & 1) << 23 | (tag >> 8 & 1) << 19 | (attr >> 2 & 1) << 18 |
	       (attr & 3) << 12 | (len_dw & 0x3ff);
}

static void header(struct cw_tlp *t, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	t->dw[0] = a;
	t->dw[1] = b;
	t->dw[2] = c;
	t->dw[3] = d;
	t->data_len = 0;
}

/* Header of a memory request; byte enables as section 2.2.5 has them. Returns its length in DWs. */
static uint32_t memory(struct cw_tlp *t, uint32_t fmt, uint16_t requester, uint16_t tag, uint64_t addr,
		       uint32_t len, uint8_t attr)
{
	uint32_t off = addr & 3, end = off + len, dws = (end + 3) / 4;
	uint32_t first = 0xfu << off & 0xf, last = 0xfu >> (3 & -end);

	if (dws <= 1) {
		first = len ? first & last : 0;
		last = 0;
		dws = 1;
	}
	if (dws > CW_TLP_PAYLOAD_MAX / 4)
		dws = CW_TLP_PAYLOAD_MAX / 4;
	/* Section 2.2.4.1: below 4 GiB the 3DW header is the only legal one. */
	if (addr >> 32)
		header(t, dw0(fmt | FMT_4DW, 0, tag, attr, dws), 0, (uint32_t)(addr >> 32), (uint32_t)addr & ~3u);
	else
		header(t, dw0(fmt, 0, tag, attr, dws), 0, (uint32_t)addr & ~3u, 0);
	t->dw[1] = (uint32_t)requester << 16 | (tag & 0xffu) << 8 | last << 4 | first;
	return dws;
}

void cw_tlp_mrd(struct cw_tlp *t, uint16_t requester, uint16_t tag, uint64_t addr, uint32_t len, uint8_t attr)
{
	memory(t, 0, requester, tag, addr, len, attr);
}

void cw_tlp_mwr(struct cw_tlp *t, uint16_t requester, uint64_t addr, const void *data, uint32_t len, uint8_t attr)
{
	uint32_t dws = memory(t, FMT_DATA, requester, 0, addr, len, attr), off = addr & 3;

	t->data_len = 4 * dws;
	if (len > t->data_len - off)
		len = t->data_len - off;
	/* Bytes that are not enabled are zero, so that equal writes give equal traces. */
	memset(t->data, 0, off);
	memset(t->data + t->data_len - 4 + (dws == 1 ? off : 0), 0, 4 - (dws == 1 ? off : 0));
	if (len)
		memcpy(t->data + off, data, len);
}

static void config(struct cw_tlp *t, uint32_t fmt, uint16_t requester, uint16_t tag, uint16_t target, uint16_t reg,
		   uint8_t be)
{
	header(t, dw0(fmt, 4, tag, 0, 1), (uint32_t)requester << 16 | (tag & 0xffu) << 8 | (be & 0xfu),
	       (uint32_t)target << 16 | (reg & 0xffcu), 0);
}

void cw_tlp_cfgrd(struct cw_tlp *t, uint16_t requester, uint16_t tag, uint16_t target, uint16_t reg)
{
	config(t, 0, requester, tag, target, reg, 0xf);
}

void cw_tlp_cfgwr(struct cw_tlp *t, uint16_t requester, uint16_t tag, uint16_t target, uint16_t reg,
		  uint32_t value, uint8_t be)
{
	config(t, FMT_DATA, requester, tag, target, reg, be);
	t->data_len = 4;
	for (int i = 0; i < 4; i++)
		t->data[i] = (uint8_t)(value >> 8 * i);
}

static void completion(struct cw_tlp *t, uint32_t word0, uint16_t completer, uint16_t requester, uint16_t tag,
		       uint8_t tc, uint8_t status, uint16_t byte_count, uint8_t lower_addr)
{
	header(t, word0 | (tc & 7u) << 20,
	       (uint32_t)completer << 16 | (status & 7u) << 13 | (byte_count & 0xfffu),
	       (uint32_t)requester << 16 | (tag & 0xffu) << 8 | (lower_addr & 0x7fu), 0);
}

void cw_tlp_cpl(struct cw_tlp *t, uint16_t completer, uint16_t requester, uint16_t tag, uint8_t tc,
		uint8_t attr, uint8_t status, uint16_t byte_count, uint8_t lower_addr)
{
	completion(t, dw0(0, 0x0a, tag, attr, 0), completer, requester, tag, tc, status, byte_count, lower_addr);
}

void cw_tlp_cpld(struct cw_tlp *t, uint16_t completer, uint16_t requester, uint16_t tag, uint8_t tc,
		 uint8_t attr, uint16_t byte_count, uint8_t lower_addr, const void *data, uint16_t len_dw)
{
	if (len_dw > CW_TLP_PAYLOAD_MAX / 4)
		len_dw = CW_TLP_PAYLOAD_MAX / 4;
	completion(t, dw0(FMT_DATA, 0x0a, tag, attr, len_dw), completer, requester, tag, tc, CW_CPL_SC,
		   byte_count, lower_addr);
	t->data_len = 4u * len_dw;
	memcpy(t->data, data, t->data_len);
}

void cw_tlp_msg(struct cw_tlp *t, uint16_t requester, uint8_t code, uint8_t routing)
{
	header(t, dw0(FMT_4DW, 0x10u | (routing & 7u), 0, 0, 0), (uint32_t)requester << 16 | code, 0, 0);
}
