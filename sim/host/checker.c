// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker_priv.h"

int cw_checker_new(struct cw_checker **c, const struct cw_checker_param *p)
{
	*c = calloc(1, sizeof(**c));
	if (!*c)
		return -ENOMEM;
	(*c)->p = *p;
	if (!p->msi_base)
		(*c)->p.msi_base = CW_MSI_BASE;
	cw_cfg_init(&(*c)->cfg, p->settle_ps);
	return 0;
}

void cw_checker_free(struct cw_checker *c)
{
	free(c);
}

void checker_report(struct cw_checker *c, enum cw_rule rule, const struct cw_tlp *tlp, uint64_t now,
		    const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->p.report(c->p.ctx, rule, tlp, now, text);
}

/* Rules of every TLP that came whole. DW0 bit 17 is reserved (section 2.2.1). */
static enum cw_rule check_common(const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	const char *name;

	if (tlp->dw[0] >> 17 & 1 || i->th || i->at || i->ph)
		return CW_RULE_RESERVED;
	if (i->fc == CW_FC_CPL && tlp->dw[2] >> 7 & 1)
		return CW_RULE_RESERVED;
	if (i->td)
		return CW_RULE_DIGEST;
	if (i->kind != CW_TLP_MRD && i->kind != CW_TLP_MWR && i->kind != CW_TLP_MSG && i->kind != CW_TLP_MSGD &&
	    i->kind != CW_TLP_CPL && i->kind != CW_TLP_CPLD)
		return CW_RULE_KIND;
	if (i->fc != CW_FC_CPL && i->tc)
		return CW_RULE_TC;
	name = cw_tlp_check(i, NULL);
	return name ? cw_rule_find(name) : CW_RULE_N;
}

static enum cw_rule check_up(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i,
			     struct check *k)
{
	enum cw_rule rule = check_common(tlp, i);

	if (rule != CW_RULE_N)
		return rule;
	return i->fc == CW_FC_CPL ? check_completion(c, i, k) : check_request(c, tlp, i, k);
}

/* What a broken rule means for the host: some only tell. */
static enum cw_verdict verdict(enum cw_rule rule)
{
	switch (rule) {
	case CW_RULE_N:
	case CW_RULE_TC:
	case CW_RULE_ADDR_4DW:
	case CW_RULE_REQUESTER:
	case CW_RULE_TAG_WIDTH:
	case CW_RULE_TAG_REUSE:
	case CW_RULE_RO_OFF:
	case CW_RULE_NS_OFF:
	case CW_RULE_IDO_OFF:
	case CW_RULE_ATTR_RECORD:
	case CW_RULE_ATTR_MSI:
	case CW_RULE_ATTR_MSG:
	case CW_RULE_MSI_OFF:
	case CW_RULE_MSI_VECTOR:
	case CW_RULE_INTX_OFF:
	case CW_RULE_CPL_BUFFER:
	case CW_RULE_CPL_FIELDS:
	case CW_RULE_COMPLETER:
	case CW_RULE_CPL_PASSED:
	case CW_RULE_CPL_BCM:
	case CW_RULE_CPL_BOUNDARY:
	case CW_RULE_CPL_MPS:
		return CW_TAKE;
	case CW_RULE_MALFORMED:
	case CW_RULE_CPL_UNEXPECTED:
	case CW_RULE_CPL_DOWN:
		return CW_DROP;
	default:
		return CW_REFUSE;
	}
}

enum cw_verdict cw_checker_up(struct cw_checker *c, uint64_t now, const struct cw_tlp *tlp,
			      const struct cw_tlp_info *info, int err, const char *why)
{
	struct check k = { .now = now };
	enum cw_verdict v;
	enum cw_rule rule;

	if (!c->up) {
		checker_report(c, CW_RULE_LINK_DOWN, tlp, now, "link is down");
		return CW_DROP;
	}
	if (err) {
		checker_report(c, CW_RULE_MALFORMED, tlp, now, "%s", why);
		return CW_DROP;
	}
	if (info->fc == CW_FC_CPL && info->requester == CW_HOST_BDF && c->req[info->tag].state == OPEN_FAILED)
		return CW_DROP;
	rule = check_up(c, tlp, info, &k);
	v = verdict(rule);
	if (rule != CW_RULE_N)
		checker_report(c, rule, tlp, now, "%s", k.text);
	if (info->fc == CW_FC_P)
		c->posted_n++;
	if (info->kind == CW_TLP_MRD)
		checker_read_open(c, info);
	if (info->fc == CW_FC_CPL && v != CW_DROP)
		checker_req_completed(c, now, tlp, info, v == CW_REFUSE);
	return v;
}

void cw_checker_down(struct cw_checker *c, uint64_t now, const struct cw_tlp *tlp, const struct cw_tlp_info *info)
{
	if (info->fc == CW_FC_CPL) {
		checker_read_completed(c, info);
	} else if (info->fc == CW_FC_NP) {
		checker_req_open(c, tlp, info);
		if (info->kind == CW_TLP_CFGWR) {
			const struct open_req *r = &c->req[info->tag];

			cw_cfg_write_sent(&c->cfg, now, info->completer, info->reg, r->value, info->first_be);
		}
	}
}

void cw_checker_link(struct cw_checker *c, bool up)
{
	unsigned i;

	c->up = up;
	c->posted_n = 0;
	c->buf_hdr = c->buf_data = 0;
	cw_cfg_reset(&c->cfg);
	memset(c->read, 0, sizeof(c->read));
	for (i = 0; i < CW_TLP_TAG_N; i++) {
		c->req[i].posted = 0;
		if (c->req[i].state == OPEN_WAITING)
			c->req[i].state = OPEN_LOST;
	}
}

void cw_checker_timeout(struct cw_checker *c, uint64_t now, uint16_t tag)
{
	struct open_req *r = &c->req[tag % CW_TLP_TAG_N];

	if (r->state != OPEN_WAITING)
		return;
	r->state = OPEN_NONE;
	if (r->kind == CW_TLP_CFGWR)
		cw_cfg_write_done(&c->cfg, now, r->reg, r->value, r->be, false);
	checker_report(c, CW_RULE_CPL_TIMEOUT, NULL, now, "tag 0x%x, address or register 0x%llx", tag,
		       (unsigned long long)(r->kind == CW_TLP_MRD ? r->addr : r->reg));
}

uint8_t cw_checker_mps(const struct cw_checker *c)
{
	return c->cfg.now.mps;
}

void cw_checker_tap_completion(struct cw_checker *c, uint16_t tag, uint64_t posted)
{
	c->req[tag % CW_TLP_TAG_N].posted = posted;
}

void cw_checker_end(struct cw_checker *c, uint64_t now)
{
	unsigned i;

	for (i = 0; i < CW_TLP_TAG_N; i++)
		if (c->req[i].state == OPEN_WAITING)
			checker_report(c, CW_RULE_CPL_MISSING, NULL, now, "tag 0x%x has %u bytes left", i, c->req[i].left);
}
