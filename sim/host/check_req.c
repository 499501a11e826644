// SPDX-License-Identifier: BSD-2-Clause
/* Rules of the card's requests, and the books of its outstanding reads. */
#include <stdio.h>
#include <string.h>

#include "checker_priv.h"

#define TELL(k, ...) snprintf((k)->text, sizeof((k)->text), __VA_ARGS__)

static bool is_msi(const struct cw_checker *c, const struct cw_tlp_info *i)
{
	return i->kind == CW_TLP_MWR && i->addr - c->p.msi_base < CW_MSI_BYTES;
}

static bool is_pme(uint8_t code)
{
	return code == 0x18 || code == 0x1b; /* PM_PME and PME_TO_Ack: section 2.2.8.2 */
}

/* Whether the card may request anything now. */
static enum cw_rule check_allowed(struct cw_checker *c, const struct cw_tlp_info *i, struct check *k)
{
	bool posted = i->fc == CW_FC_P, message = i->kind == CW_TLP_MSG || i->kind == CW_TLP_MSGD;
	const struct cw_cfg_state *s = posted ? cw_cfg_strict(&c->cfg) : cw_cfg_settled(&c->cfg, k->now);

	if (!s->awake && !(message && is_pme(i->msg_code)))
		return CW_RULE_IN_D3;
	if (message || s->bus_master)
		return CW_RULE_N;
	return c->cfg.flr ? CW_RULE_AFTER_FLR : CW_RULE_BUS_MASTER;
}

static enum cw_rule check_attr(struct cw_checker *c, const struct cw_tlp_info *i, struct check *k)
{
	const struct cw_cfg_state *s = cw_cfg_settled(&c->cfg, k->now);

	if (!i->attr)
		return CW_RULE_N;
	if (is_msi(c, i))
		return CW_RULE_ATTR_MSI;
	if (i->attr & CW_ATTR_RO && !s->ro)
		return CW_RULE_RO_OFF;
	if (i->attr & CW_ATTR_NS && !s->ns)
		return CW_RULE_NS_OFF;
	if (i->attr & CW_ATTR_IDO && !s->ido)
		return CW_RULE_IDO_OFF;
	if (i->kind == CW_TLP_MWR && c->p.is_record && c->p.is_record(c->p.ctx, i->addr))
		return CW_RULE_ATTR_RECORD;
	return CW_RULE_N;
}

static enum cw_rule check_msi(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i,
			      struct check *k)
{
	uint32_t data;

	if (i->len_dw != 1 || i->first_be != 0xf)
		return CW_RULE_MSI_SHAPE;
	if (!cw_cfg_strict(&c->cfg)->msi)
		return CW_RULE_MSI_OFF;
	memcpy(&data, tlp->data, sizeof(data));
	if (cw_cfg_msi_is(&c->cfg, i->addr, data))
		return CW_RULE_N;
	TELL(k, "address 0x%llx, data 0x%x", (unsigned long long)i->addr, data);
	return CW_RULE_MSI_VECTOR;
}

static enum cw_rule check_write(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i,
				struct check *k)
{
	const struct cw_cfg_state *s = cw_cfg_settled(&c->cfg, k->now);

	if (i->ep)
		return CW_RULE_MWR_POISON;
	if (4u * i->len_dw > 128u << s->mps) {
		TELL(k, "%u bytes, Max_Payload_Size %u", 4u * i->len_dw, 128u << s->mps);
		return CW_RULE_MWR_MPS;
	}
	if (!is_msi(c, i))
		return CW_RULE_N;
	return check_msi(c, tlp, i, k);
}

void checker_worst_room(const struct cw_checker *c, uint64_t start, uint64_t end, uint32_t *hdr, uint32_t *data)
{
	uint64_t rcb = c->p.rcb128 ? 128 : 64, at, next;

	*hdr = *data = 0;
	for (at = start; at < end; at = next) {
		next = (at / rcb + 1) * rcb;
		if (next > end)
			next = end;
		++*hdr;
		*data += (uint32_t)(next - at + 15) / 16;
	}
}

static enum cw_rule check_room(struct cw_checker *c, const struct cw_tlp_info *i, struct check *k)
{
	uint32_t hdr, data;

	if (!c->p.card_cpl_hdr && !c->p.card_cpl_data)
		return CW_RULE_N;
	checker_worst_room(c, i->addr, i->addr + 4u * i->len_dw, &hdr, &data);
	hdr += c->buf_hdr;
	data += c->buf_data;
	if ((!c->p.card_cpl_hdr || hdr <= c->p.card_cpl_hdr) && (!c->p.card_cpl_data || data <= c->p.card_cpl_data))
		return CW_RULE_N;
	TELL(k, "headers %u of %u, data %u of %u", hdr, c->p.card_cpl_hdr, data, c->p.card_cpl_data);
	return CW_RULE_CPL_BUFFER;
}

static enum cw_rule check_read(struct cw_checker *c, const struct cw_tlp_info *i, struct check *k)
{
	const struct cw_cfg_state *s = cw_cfg_settled(&c->cfg, k->now);
	unsigned tags = s->tag10 ? 1024 : s->ext_tag ? 256 : 32;

	if (4u * i->len_dw > 128u << s->mrrs) {
		TELL(k, "%u bytes, Max_Read_Request_Size %u", 4u * i->len_dw, 128u << s->mrrs);
		return CW_RULE_MRD_MRRS;
	}
	if (i->tag >= tags) {
		TELL(k, "tag 0x%x, %u tags are enabled", i->tag, tags);
		return CW_RULE_TAG_WIDTH;
	}
	if (c->read[i->tag].open) {
		TELL(k, "tag 0x%x still reads 0x%llx to 0x%llx", i->tag,
		     (unsigned long long)c->read[i->tag].start, (unsigned long long)c->read[i->tag].end);
		return CW_RULE_TAG_REUSE;
	}
	return check_room(c, i, k);
}

/* Codes of an endpoint: sections 2.2.8.1 to 2.2.8.3; its slot and LTR messages are not enabled here. */
static enum cw_rule check_message(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	bool intx = i->msg_code >= CW_MSG_ASSERT_INTA && i->msg_code <= CW_MSG_DEASSERT_INTA + 3;
	bool asserts = intx && i->msg_code < CW_MSG_DEASSERT_INTA;
	bool err = i->msg_code == CW_MSG_ERR_COR || i->msg_code == CW_MSG_ERR_NONFATAL ||
		   i->msg_code == CW_MSG_ERR_FATAL;

	if (!intx && !err && !is_pme(i->msg_code))
		return CW_RULE_MSG_CODE;
	if (i->attr)
		return CW_RULE_ATTR_MSG;
	/* PM_PME goes to the root complex (0), PME_TO_Ack is gathered (5). */
	if (i->kind == CW_TLP_MSGD || (is_pme(i->msg_code) && i->msg_routing != (i->msg_code == 0x18 ? 0 : 5)))
		return CW_RULE_MSG_ROUTING;
	if (tlp->dw[2] || tlp->dw[3])
		return CW_RULE_RESERVED;
	return asserts && !cw_cfg_strict(&c->cfg)->intx ? CW_RULE_INTX_OFF : CW_RULE_N;
}

enum cw_rule check_request(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i,
			   struct check *k)
{
	enum cw_rule rule = check_allowed(c, i, k);

	if (rule != CW_RULE_N)
		return rule;
	if (i->requester != c->cfg.captured) {
		TELL(k, "requester 0x%04x, captured 0x%04x", i->requester, c->cfg.captured);
		return CW_RULE_REQUESTER;
	}
	if (i->kind == CW_TLP_MSG || i->kind == CW_TLP_MSGD)
		return check_message(c, tlp, i);
	rule = check_attr(c, i, k);
	if (rule != CW_RULE_N)
		return rule;
	return i->kind == CW_TLP_MWR ? check_write(c, tlp, i, k) : check_read(c, i, k);
}

void checker_read_open(struct cw_checker *c, const struct cw_tlp_info *i)
{
	struct open_read *r = &c->read[i->tag];

	if (r->open) {
		c->buf_hdr -= r->hdr;
		c->buf_data -= r->data;
	}
	r->open = true;
	r->start = i->addr;
	r->end = i->addr + 4u * i->len_dw;
	checker_worst_room(c, r->start, r->end, &r->hdr, &r->data);
	c->buf_hdr += r->hdr;
	c->buf_data += r->data;
}

void checker_read_completed(struct cw_checker *c, const struct cw_tlp_info *i)
{
	struct open_read *r = &c->read[i->tag];

	if (!r->open)
		return;
	c->buf_hdr -= r->hdr;
	c->buf_data -= r->data;
	r->hdr = r->data = 0;
	r->start += 4u * i->len_dw;
	if (i->status != CW_CPL_SC || r->start >= r->end) {
		r->open = false;
		return;
	}
	checker_worst_room(c, r->start, r->end, &r->hdr, &r->data);
	c->buf_hdr += r->hdr;
	c->buf_data += r->data;
}
