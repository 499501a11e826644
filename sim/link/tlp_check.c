// SPDX-License-Identifier: BSD-2-Clause
/*
 * Field rules of transaction layer packets that need no knowledge of the
 * device. Section numbers are those of the PCIe Base Specification 6.0.
 */
#include "tlp.h"

struct broken {
	const char *rule, *section;
};

static bool contiguous(uint8_t be)
{
	uint32_t low = be & -(uint32_t)be;

	return ((be + low) & be) == 0;
}

/* Section 2.2.5. Holes are allowed in one DW, and in two when they start on 8 bytes. */
static struct broken byte_enables(const struct cw_tlp_info *i)
{
	if (i->len_dw == 1)
		return i->last_be ? (struct broken){ "last-be-one-dw", "2.2.5" } : (struct broken){ 0 };
	if (!i->first_be || !i->last_be)
		return (struct broken){ "be-zero", "2.2.5" };
	if (i->len_dw == 2 && !(i->addr & 4))
		return (struct broken){ 0 };
	if (!contiguous(i->first_be) || !(i->first_be & 8) || !contiguous(i->last_be) || !(i->last_be & 1))
		return (struct broken){ "be-hole", "2.2.5" };
	return (struct broken){ 0 };
}

static struct broken memory(const struct cw_tlp_info *i)
{
	if ((i->addr & 0xfff) + 4u * i->len_dw > 4096)
		return (struct broken){ "crosses-4k", "2.2.7" };
	if (i->is_4dw && !(i->addr >> 32))
		return (struct broken){ "4dw-below-4g", "2.2.4.1" };
	if (i->th)
		return (struct broken){ 0 }; /* byte enables or tag hold a steering tag, 2.2.7.1.1 */
	return byte_enables(i);
}

/* Sections 2.2.7.1.2 and 2.2.7.1.3: one DW, traffic class 0, no attributes, no address type. */
static struct broken io_or_config(const struct cw_tlp_info *i)
{
	if (i->len_dw != 1)
		return (struct broken){ "cfg-io-length", "2.2.7" };
	if (i->last_be)
		return (struct broken){ "last-be-one-dw", "2.2.5" };
	if (i->tc || i->attr || i->at || i->th)
		return (struct broken){ "cfg-io-fields", "2.2.7" };
	return (struct broken){ 0 };
}

static struct broken completion(const struct cw_tlp_info *i)
{
	if (i->status != CW_CPL_SC && i->status != CW_CPL_UR && i->status != CW_CPL_CRS && i->status != CW_CPL_CA)
		return (struct broken){ "cpl-status", "2.2.9" };
	if (i->bcm)
		return (struct broken){ "cpl-bcm", "2.2.9" }; /* only PCI-X completers set it */
	if (i->kind == CW_TLP_CPL)
		return (struct broken){ 0 };
	if (i->status != CW_CPL_SC)
		return (struct broken){ "cpl-data-status", "2.2.9" };
	/* The DWs from the lower address on hold at most the bytes that are still to come. */
	if (4u * i->len_dw > ((i->lower_addr & 3u) + i->byte_count + 3) / 4 * 4)
		return (struct broken){ "cpl-byte-count", "2.2.9" };
	return (struct broken){ 0 };
}

/* Sections 2.2.8.1 and 2.2.8.3: these codes have fixed routing and traffic class 0. */
static struct broken message(const struct cw_tlp_info *i)
{
	bool intx = i->msg_code >= CW_MSG_ASSERT_INTA && i->msg_code <= CW_MSG_DEASSERT_INTA + 3;
	bool err = i->msg_code == CW_MSG_ERR_COR || i->msg_code == CW_MSG_ERR_NONFATAL ||
		   i->msg_code == CW_MSG_ERR_FATAL;

	if (intx && i->msg_routing != 4)
		return (struct broken){ "msg-routing", "2.2.8.1" };
	if (err && i->msg_routing != 0)
		return (struct broken){ "msg-routing", "2.2.8.3" };
	if ((intx || err) && i->tc)
		return (struct broken){ "msg-tc", intx ? "2.2.8.1" : "2.2.8.3" };
	return (struct broken){ 0 };
}

const char *cw_tlp_check(const struct cw_tlp_info *info, const char **section)
{
	struct broken b = { 0 };

	switch (info->kind) {
	case CW_TLP_MRD:
	case CW_TLP_MWR:
		b = memory(info);
		break;
	case CW_TLP_IORD:
	case CW_TLP_IOWR:
	case CW_TLP_CFGRD:
	case CW_TLP_CFGWR:
		b = io_or_config(info);
		break;
	case CW_TLP_CPL:
	case CW_TLP_CPLD:
		b = completion(info);
		break;
	case CW_TLP_MSG:
	case CW_TLP_MSGD:
		b = message(info);
		break;
	case CW_TLP_OTHER:
		break;
	}
	if (section)
		*section = b.section;
	return b.rule;
}
