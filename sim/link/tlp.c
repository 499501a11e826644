// SPDX-License-Identifier: BSD-2-Clause
/*
 * Decoding of transaction layer packets, and the figures taken from a header:
 * class, span, credits, bytes on the link. Section numbers are those of the
 * PCIe Base Specification 6.0.
 */
#include <errno.h>
#include <string.h>

#include "tlp.h"

/* Types, table 2-3 of section 2.2.1 */
enum {
	TYPE_MEM = 0x00, TYPE_MEM_LOCKED = 0x01, TYPE_IO = 0x02, TYPE_CFG0 = 0x04, TYPE_CFG1 = 0x05,
	TYPE_CPL = 0x0a, TYPE_CPL_LOCKED = 0x0b, TYPE_FETCH_ADD = 0x0c, TYPE_CAS = 0x0e,
	TYPE_MSG = 0x10, TYPE_MSG_LAST = 0x17, TYPE_DMWR = 0x1b,
};

struct class {
	enum cw_tlp_kind kind;
	enum cw_fc_class fc;
};

static uint32_t bits(uint32_t w, unsigned high, unsigned low)
{
	return (w >> low) & ((1u << (high - low + 1)) - 1);
}

/* NULL, or why fmt and type are no TLP that can be decoded. Flow control classes: table 2-40, section 2.6.1. */
static const char *classify(uint32_t dw0, struct class *c)
{
	bool data = bits(dw0, 30, 30), dw4 = bits(dw0, 29, 29);
	uint32_t type = bits(dw0, 28, 24);

	*c = (struct class){ CW_TLP_OTHER, CW_FC_P };
	if (bits(dw0, 31, 31))
		return "fmt is a TLP prefix, which no one here supports (2.2.1)";
	if (type == TYPE_MEM)
		*c = data ? (struct class){ CW_TLP_MWR, CW_FC_P } : (struct class){ CW_TLP_MRD, CW_FC_NP };
	else if (type == TYPE_MEM_LOCKED && !data)
		c->fc = CW_FC_NP;
	else if (type == TYPE_IO && !dw4)
		*c = (struct class){ data ? CW_TLP_IOWR : CW_TLP_IORD, CW_FC_NP };
	else if ((type == TYPE_CFG0 || type == TYPE_CFG1) && !dw4)
		*c = (struct class){ data ? CW_TLP_CFGWR : CW_TLP_CFGRD, CW_FC_NP };
	else if (type == TYPE_CPL && !dw4)
		*c = (struct class){ data ? CW_TLP_CPLD : CW_TLP_CPL, CW_FC_CPL };
	else if (type == TYPE_CPL_LOCKED && !dw4)
		c->fc = CW_FC_CPL;
	else if (((type >= TYPE_FETCH_ADD && type <= TYPE_CAS) || type == TYPE_DMWR) && data)
		c->fc = CW_FC_NP;
	else if (type >= TYPE_MSG && type <= TYPE_MSG_LAST && dw4)
		*c = (struct class){ data ? CW_TLP_MSGD : CW_TLP_MSG, CW_FC_P };
	else
		return "reserved combination of fmt and type (2.2.1)";
	return NULL;
}

enum cw_fc_class cw_tlp_class(const struct cw_tlp *tlp)
{
	struct class c;

	classify(tlp->dw[0], &c);
	return c.fc;
}

/* DW0, the same in every TLP: section 2.2.1; T9 and T8: section 2.2.6.2. */
static void decode_common(uint32_t dw0, struct cw_tlp_info *info)
{
	info->fmt = bits(dw0, 31, 29);
	info->type = bits(dw0, 28, 24);
	info->tc = bits(dw0, 22, 20);
	info->attr = bits(dw0, 18, 18) << 2 | bits(dw0, 13, 12);
	info->th = bits(dw0, 16, 16);
	info->td = bits(dw0, 15, 15);
	info->ep = bits(dw0, 14, 14);
	info->at = bits(dw0, 11, 10);
	info->tag = bits(dw0, 23, 23) << 9 | bits(dw0, 19, 19) << 8;
	info->has_data = info->fmt & 2;
	info->is_4dw = info->fmt & 1;
	if ((info->kind == CW_TLP_CPL || info->kind == CW_TLP_MSG) && !info->has_data)
		info->len_dw = 0;
	else
		info->len_dw = bits(dw0, 9, 0) ? bits(dw0, 9, 0) : 1024;
}

/* Section 2.2.9 */
static void decode_completion(const uint32_t *dw, struct cw_tlp_info *info)
{
	info->completer = bits(dw[1], 31, 16);
	info->status = bits(dw[1], 15, 13);
	info->bcm = bits(dw[1], 12, 12);
	info->byte_count = bits(dw[1], 11, 0) ? bits(dw[1], 11, 0) : 4096;
	info->requester = bits(dw[2], 31, 16);
	info->tag |= bits(dw[2], 15, 8);
	info->lower_addr = bits(dw[2], 6, 0);
}

/* Sections 2.2.4.1 (addresses), 2.2.7 (memory, I/O, configuration), 2.2.8 (messages) */
static void decode_request(const uint32_t *dw, struct cw_tlp_info *info)
{
	info->requester = bits(dw[1], 31, 16);
	info->tag |= bits(dw[1], 15, 8);
	if (info->kind == CW_TLP_MSG || info->kind == CW_TLP_MSGD) {
		info->msg_code = bits(dw[1], 7, 0);
		info->msg_routing = info->type & 7;
		return;
	}
	info->last_be = bits(dw[1], 7, 4);
	info->first_be = bits(dw[1], 3, 0);
	if (info->kind == CW_TLP_CFGRD || info->kind == CW_TLP_CFGWR) {
		info->completer = bits(dw[2], 31, 16);
		info->reg = bits(dw[2], 11, 2) << 2;
	} else if (info->is_4dw) {
		info->addr = (uint64_t)dw[2] << 32 | (dw[3] & ~3u);
		info->ph = dw[3] & 3;
	} else {
		info->addr = dw[2] & ~3u;
		info->ph = dw[2] & 3;
	}
}

/* Length field, TD and fmt against what came: sections 2.2.2 and 2.2.3 (a violation is a malformed TLP). */
static const char *check_size(const struct cw_tlp *tlp, const struct cw_tlp_info *info)
{
	uint32_t want = info->has_data ? 4u * info->len_dw : 0;

	if (!info->is_4dw && tlp->dw[3])
		return "3DW header with a fourth DW (2.2.1)";
	if (info->td && tlp->data_len == want)
		return "TD set without a digest (2.2.3)";
	if (info->td)
		want += CW_TLP_DIGEST_LEN;
	if (tlp->data_len == want)
		return NULL;
	return info->has_data ? "length field differs from the payload (2.2.2)" :
				"payload on a TLP whose fmt has none (2.2.2)";
}

int cw_tlp_decode(const struct cw_tlp *tlp, struct cw_tlp_info *info, const char **why)
{
	struct class c;
	const char *bad = classify(tlp->dw[0], &c);

	memset(info, 0, sizeof(*info));
	info->kind = c.kind;
	info->fc = c.fc;
	decode_common(tlp->dw[0], info);
	if (c.fc == CW_FC_CPL)
		decode_completion(tlp->dw, info);
	else
		decode_request(tlp->dw, info);
	if (!bad)
		bad = check_size(tlp, info);
	if (why)
		*why = bad;
	return bad ? -EINVAL : 0;
}

uint32_t cw_tlp_span(const struct cw_tlp_info *info, uint64_t *first)
{
	uint32_t start = info->first_be ? (uint32_t)__builtin_ctz(info->first_be) : 0;
	uint32_t last = info->len_dw > 1 ? info->last_be : info->first_be;
	uint32_t end = info->len_dw ? 4u * (info->len_dw - 1u) : 0;

	*first = info->addr + start;
	if (last)
		end += 32 - (uint32_t)__builtin_clz(last);
	return end > start ? end - start : 0;
}

void cw_tlp_copy(struct cw_tlp *to, const struct cw_tlp *from)
{
	uint32_t n = from->data_len < sizeof(from->data) ? from->data_len : sizeof(from->data);

	memcpy(to->dw, from->dw, sizeof(to->dw));
	to->data_len = n;
	memcpy(to->data, from->data, n);
}

void cw_tlp_set_ep(struct cw_tlp *t, bool ep)
{
	t->dw[0] = (t->dw[0] & ~(1u << 14)) | (uint32_t)ep << 14;
}

uint32_t cw_tlp_data_credits(const struct cw_tlp *t)
{
	uint32_t len = t->data_len;

	if (bits(t->dw[0], 15, 15) && len >= CW_TLP_DIGEST_LEN)
		len -= CW_TLP_DIGEST_LEN; /* the digest takes no credit */
	return (len + 15) / 16;
}

uint32_t cw_tlp_wire_bytes(const struct cw_tlp *t)
{
	return 4 + (bits(t->dw[0], 29, 29) ? 16 : 12) + t->data_len + 4; /* section 4.2.2.1 for the STP token */
}
