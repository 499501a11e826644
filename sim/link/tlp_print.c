// SPDX-License-Identifier: BSD-2-Clause
/* One line of text from a TLP. */
#include <stdarg.h>
#include <stdio.h>

#include "tlp.h"

struct out {
	char *buf;
	size_t size;
	int len; /* what snprintf would have written */
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o, const char *format, ...)
{
	size_t at = (size_t)o->len < o->size ? (size_t)o->len : o->size;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(o->size ? o->buf + at : NULL, o->size - at, format, ap);
	va_end(ap);
	if (n > 0)
		o->len += n;
}

static const char *kind_name(const struct cw_tlp_info *i)
{
	static const char *const name[] = {
		[CW_TLP_MRD] = "MRd", [CW_TLP_MWR] = "MWr", [CW_TLP_CFGRD] = "CfgRd", [CW_TLP_CFGWR] = "CfgWr",
		[CW_TLP_CPL] = "Cpl", [CW_TLP_CPLD] = "CplD", [CW_TLP_MSG] = "Msg", [CW_TLP_MSGD] = "MsgD",
		[CW_TLP_IORD] = "IORd", [CW_TLP_IOWR] = "IOWr", [CW_TLP_OTHER] = "Other",
	};

	return name[i->kind];
}

static const char *status_name(uint8_t status)
{
	static const char *const name[8] = { "SC", "UR", "CRS", "res3", "CA", "res5", "res6", "res7" };

	return name[status & 7];
}

static const char *message_name(uint8_t code)
{
	switch (code) {
	case CW_MSG_ERR_COR: return "ERR_COR";
	case CW_MSG_ERR_NONFATAL: return "ERR_NONFATAL";
	case CW_MSG_ERR_FATAL: return "ERR_FATAL";
	case CW_MSG_ASSERT_INTA: return "Assert_INTA";
	case CW_MSG_DEASSERT_INTA: return "Deassert_INTA";
	default: return NULL;
	}
}

static void put_id(struct out *o, const char *name, uint16_t id)
{
	put(o, " %s=%02x:%02x.%x", name, id >> 8, id >> 3 & 0x1f, id & 7);
}

static void put_body(struct out *o, const struct cw_tlp_info *i)
{
	switch (i->kind) {
	case CW_TLP_MRD:
	case CW_TLP_MWR:
	case CW_TLP_IORD:
	case CW_TLP_IOWR:
		put(o, " addr=0x%llx len=%u tag=0x%03x", (unsigned long long)i->addr, 4u * i->len_dw, i->tag);
		put_id(o, "req", i->requester);
		put(o, " be=%x/%x", i->first_be, i->last_be);
		break;
	case CW_TLP_CFGRD:
	case CW_TLP_CFGWR:
		put(o, " reg=0x%03x tag=0x%03x", i->reg, i->tag);
		put_id(o, "target", i->completer);
		put_id(o, "req", i->requester);
		put(o, " be=%x", i->first_be);
		break;
	case CW_TLP_CPL:
	case CW_TLP_CPLD:
		put(o, " %s len=%u tag=0x%03x bc=%u la=0x%02x", status_name(i->status), 4u * i->len_dw, i->tag,
		    i->byte_count, i->lower_addr);
		put_id(o, "cpl", i->completer);
		put_id(o, "req", i->requester);
		break;
	case CW_TLP_MSG:
	case CW_TLP_MSGD:
		if (message_name(i->msg_code))
			put(o, " %s", message_name(i->msg_code));
		put(o, " code=0x%02x route=%u len=%u", i->msg_code, i->msg_routing, 4u * i->len_dw);
		put_id(o, "req", i->requester);
		break;
	case CW_TLP_OTHER:
		put(o, " fmt=%u type=0x%02x", i->fmt, i->type);
		break;
	}
}

static void put_flags(struct out *o, const struct cw_tlp_info *i)
{
	if (i->tc)
		put(o, " tc=%u", i->tc);
	if (i->attr)
		put(o, " attr=%s%s%s", i->attr & CW_ATTR_RO ? "R" : "", i->attr & CW_ATTR_NS ? "N" : "",
		    i->attr & CW_ATTR_IDO ? "I" : "");
	if (i->at)
		put(o, " at=%u", i->at);
	if (i->th)
		put(o, " th ph=%u", i->ph);
	if (i->td)
		put(o, " td");
	if (i->ep)
		put(o, " EP");
}

int cw_tlp_print(const struct cw_tlp *t, char *buf, size_t size)
{
	struct out o = { buf, size, 0 };
	struct cw_tlp_info i;
	const char *why;

	if (size)
		buf[0] = 0;
	cw_tlp_decode(t, &i, &why);
	put(&o, "%s", kind_name(&i));
	if (i.kind == CW_TLP_MRD || i.kind == CW_TLP_MWR)
		put(&o, "%s", i.is_4dw ? "64" : "32");
	if (i.kind == CW_TLP_CFGRD || i.kind == CW_TLP_CFGWR)
		put(&o, "%u", i.type & 1);
	put_body(&o, &i);
	put_flags(&o, &i);
	if (why)
		put(&o, " MALFORMED: %s", why);
	return o.len;
}
