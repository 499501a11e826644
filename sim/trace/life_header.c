// SPDX-License-Identifier: BSD-2-Clause
/* Header words as the specification draws them, every field by name. */
#include "life_priv.h"

const char *life_kind(const struct cw_tlp_info *i)
{
	static const char *const name[] = {
		[CW_TLP_MRD] = "memory read request, MRd", [CW_TLP_MWR] = "memory write request, MWr",
		[CW_TLP_CFGRD] = "configuration read request, CfgRd",
		[CW_TLP_CFGWR] = "configuration write request, CfgWr",
		[CW_TLP_CPL] = "completion without data, Cpl", [CW_TLP_CPLD] = "completion with data, CplD",
		[CW_TLP_MSG] = "message, Msg", [CW_TLP_MSGD] = "message with data, MsgD",
		[CW_TLP_IORD] = "I/O read request, IORd", [CW_TLP_IOWR] = "I/O write request, IOWr",
		[CW_TLP_OTHER] = "other",
	};

	return name[i->kind];
}

/* Section 2.2.1 */
static void common(struct cw_text *t, const struct cw_tlp_info *i)
{
	cw_text_add(t, "Fmt %u (%u DW header, %s data), Type 0x%02x, TC %u, ", i->fmt, i->is_4dw ? 4 : 3,
		    i->has_data ? "with" : "no", i->type, i->tc);
	cw_text_add(t, "Attr: no snoop %u, relaxed ordering %u, ID-based ordering %u, ", !!(i->attr & CW_ATTR_NS),
		    !!(i->attr & CW_ATTR_RO), !!(i->attr & CW_ATTR_IDO));
	cw_text_add(t, "TH %u, TD %u, EP %u, AT %u, T9 %u, T8 %u, ", i->th, i->td, i->ep, i->at, i->tag >> 9 & 1,
		    i->tag >> 8 & 1);
	if (i->len_dw)
		cw_text_add(t, "Length %u DW", i->len_dw);
	else
		cw_text_add(t, "Length reserved");
}

static void id(struct cw_text *t, const char *name, uint16_t v)
{
	cw_text_add(t, "%s ID %02x:%02x.%x", name, v >> 8, v >> 3 & 0x1f, v & 7);
}

/* Section 2.2.9 */
static void completion(struct cw_text *t, const struct cw_tlp_info *i, unsigned dw)
{
	static const char *const status[8] = { "SC", "UR", "CRS", "reserved", "CA", "reserved", "reserved",
					       "reserved" };

	if (dw == 1) {
		id(t, "Completer", i->completer);
		cw_text_add(t, ", Status %u (%s), BCM %u, Byte Count %u", i->status, status[i->status & 7], i->bcm,
			    i->byte_count);
	} else if (dw == 2) {
		id(t, "Requester", i->requester);
		cw_text_add(t, ", Tag[7:0] 0x%02x, Lower Address 0x%02x", i->tag & 0xff, i->lower_addr);
	}
}

/* Sections 2.2.4.1, 2.2.7, 2.2.8 */
static void request(struct cw_text *t, const struct cw_tlp_info *i, unsigned dw)
{
	bool msg = i->kind == CW_TLP_MSG || i->kind == CW_TLP_MSGD;
	bool cfg = i->kind == CW_TLP_CFGRD || i->kind == CW_TLP_CFGWR;

	if (dw == 1) {
		id(t, "Requester", i->requester);
		cw_text_add(t, ", Tag[7:0] 0x%02x, ", i->tag & 0xff);
		if (msg)
			cw_text_add(t, "Message Code 0x%02x, Routing %u", i->msg_code, i->msg_routing);
		else
			cw_text_add(t, "Last DW BE 0x%x, First DW BE 0x%x", i->last_be, i->first_be);
	} else if (cfg) {
		id(t, "Target", i->completer);
		cw_text_add(t, ", Register 0x%03x", i->reg);
	} else if (!msg && dw == 2 && i->is_4dw) {
		cw_text_add(t, "Address[63:32]");
	} else if (!msg) {
		cw_text_add(t, "Address[31:2] (byte address 0x%llx), PH %u", (unsigned long long)i->addr, i->ph);
	}
}

void life_header_dw(struct cw_text *t, const struct cw_tlp *tlp, const struct cw_tlp_info *i, unsigned dw)
{
	cw_text_add(t, "%08x  ", tlp->dw[dw]);
	if (dw == 0)
		common(t, i);
	else if (i->fc == CW_FC_CPL)
		completion(t, i, dw);
	else
		request(t, i, dw);
}
