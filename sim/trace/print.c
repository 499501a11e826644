// SPDX-License-Identifier: BSD-2-Clause
/* TLPs as text. */
#include "../link/link.h"
#include "trace.h"

#define PREVIEW 16

/* Simulated time in ns with its picoseconds. */
static void print_time(FILE *out, uint64_t ps)
{
	fprintf(out, "%12llu.%03llu ns", (unsigned long long)(ps / 1000), (unsigned long long)(ps % 1000));
}

static void print_bytes(FILE *out, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "%s%02x", i && i % 4 == 0 ? " " : "", p[i]);
}

static void print_line(FILE *out, const struct cw_trace_record *rec)
{
	char text[256];
	uint32_t n = rec->tlp.data_len;

	cw_tlp_print(&rec->tlp, text, sizeof(text));
	print_time(out, rec->stamp);
	fprintf(out, "  %s  %s", rec->from == CW_SIDE_HOST ? "host --> card" : "host <-- card", text);
	if (rec->queue >= 0)
		fprintf(out, " [queue %d number %u]", rec->queue, rec->number);
	if (n) {
		fprintf(out, " data=");
		print_bytes(out, rec->tlp.data, n < PREVIEW ? n : PREVIEW);
		if (n > PREVIEW)
			fprintf(out, " ...");
	}
	fputc('\n', out);
}

static void field(FILE *out, const char *name, unsigned long long value, const char *meaning)
{
	if (*meaning)
		fprintf(out, "        %-22s 0x%-10llx %s\n", name, value, meaning);
	else
		fprintf(out, "        %-22s 0x%llx\n", name, value);
}

static void field_id(FILE *out, const char *name, uint16_t id)
{
	char text[48];

	snprintf(text, sizeof(text), "bus %u, device %u, function %u", id / 256u, (id >> 3) & 0x1fu, id & 7u);
	field(out, name, id, text);
}

static const char *status_text(uint8_t s)
{
	switch (s) {
	case CW_CPL_SC: return "SC, successful completion";
	case CW_CPL_UR: return "UR, unsupported request";
	case CW_CPL_CRS: return "CRS, configuration request retry";
	case CW_CPL_CA: return "CA, completer abort";
	default: return "reserved";
	}
}

/* DW0: section 2.2.1 */
static void print_common(FILE *out, const struct cw_tlp_info *i)
{
	static const char *const fmt[] = { "3DW header, no data", "4DW header, no data", "3DW header, with data",
					   "4DW header, with data", "prefix", "prefix", "prefix", "prefix" };
	char text[64];

	field(out, "Fmt", i->fmt, fmt[i->fmt & 7]);
	field(out, "Type", i->type, "");
	field(out, "TC", i->tc, "traffic class");
	field(out, "Attr: relaxed ordering", !!(i->attr & CW_ATTR_RO), "");
	field(out, "Attr: no snoop", !!(i->attr & CW_ATTR_NS), "");
	field(out, "Attr: ID ordering", !!(i->attr & CW_ATTR_IDO), "");
	field(out, "TH", i->th, "processing hints present");
	field(out, "TD", i->td, "digest present");
	field(out, "EP", i->ep, i->ep ? "poisoned" : "not poisoned");
	field(out, "AT", i->at, "address type");
	snprintf(text, sizeof(text), "DWs, %u bytes%s", 4u * i->len_dw, i->len_dw ? "" : " (reserved)");
	field(out, "Length", i->len_dw, text);
}

static void print_memory(FILE *out, const struct cw_tlp_info *i)
{
	uint64_t first;
	uint32_t span = cw_tlp_span(i, &first);
	char text[64];

	field_id(out, "Requester ID", i->requester);
	field(out, "Tag", i->tag, "");
	field(out, "First DW BE", i->first_be, "byte enables");
	field(out, "Last DW BE", i->last_be, "byte enables");
	snprintf(text, sizeof(text), "bytes 0x%llx to 0x%llx (%u)", (unsigned long long)first,
		 (unsigned long long)(span ? first + span - 1 : first), span);
	field(out, "Address", i->addr, text);
	if (i->th)
		field(out, "PH", i->ph, "processing hint");
}

static void print_config(FILE *out, const struct cw_tlp_info *i)
{
	field_id(out, "Requester ID", i->requester);
	field(out, "Tag", i->tag, "");
	field(out, "First DW BE", i->first_be, "byte enables");
	field(out, "Last DW BE", i->last_be, "byte enables");
	field_id(out, "Target ID", i->completer);
	field(out, "Register", i->reg, "byte offset in configuration space");
}

/* Section 2.2.9 */
static void print_completion(FILE *out, const struct cw_tlp_info *i)
{
	char text[48];

	field_id(out, "Completer ID", i->completer);
	field(out, "Status", i->status, status_text(i->status));
	field(out, "BCM", i->bcm, "");
	snprintf(text, sizeof(text), "%u bytes to come, this one's counted", i->byte_count);
	field(out, "Byte Count", i->byte_count, text);
	field_id(out, "Requester ID", i->requester);
	field(out, "Tag", i->tag, "of the request it answers");
	field(out, "Lower Address", i->lower_addr, "of its first byte");
}

static void print_message(FILE *out, const struct cw_tlp_info *i)
{
	field_id(out, "Requester ID", i->requester);
	field(out, "Tag", i->tag, "");
	field(out, "Message Code", i->msg_code, "");
	field(out, "Routing", i->msg_routing, "");
}

static void print_header(FILE *out, const struct cw_tlp *t)
{
	struct cw_tlp_info i;
	const char *why, *rule, *section;

	if (cw_tlp_decode(t, &i, &why))
		fprintf(out, "        malformed: %s\n", why);
	rule = cw_tlp_check(&i, &section);
	if (rule)
		fprintf(out, "        breaks a rule: %s (%s)\n", rule, section);
	for (int n = 0; n < (i.is_4dw ? 4 : 3); n++)
		fprintf(out, "        header DW%d             %08x\n", n, t->dw[n]);
	print_common(out, &i);
	if (i.fc == CW_FC_CPL)
		print_completion(out, &i);
	else if (i.kind == CW_TLP_CFGRD || i.kind == CW_TLP_CFGWR)
		print_config(out, &i);
	else if (i.kind == CW_TLP_MSG || i.kind == CW_TLP_MSGD)
		print_message(out, &i);
	else
		print_memory(out, &i);
}

void cw_trace_print(FILE *out, const struct cw_trace_record *rec, enum cw_trace_form form)
{
	print_line(out, rec);
	if (form != CW_TRACE_VERBOSE)
		return;
	print_header(out, &rec->tlp);
	for (uint32_t i = 0; i < rec->tlp.data_len; i += 16) {
		fprintf(out, "        data +%-16u ", i);
		print_bytes(out, rec->tlp.data + i, rec->tlp.data_len - i < 16 ? rec->tlp.data_len - i : 16);
		fputc('\n', out);
	}
}
