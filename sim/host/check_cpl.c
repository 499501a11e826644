// SPDX-License-Identifier: BSD-2-Clause
/* Rules of the card's completions, and the books of the host's requests. */
#include <stdio.h>
#include <string.h>

#include "checker_priv.h"

#define TELL(k, ...) snprintf((k)->text, sizeof((k)->text), __VA_ARGS__)

/* An endpoint may cut its completions at 128 bytes only (section 2.3.1.1). */
#define CARD_BOUNDARY 128u

static uint32_t payload_bytes(const struct cw_tlp_info *i)
{
	return 4u * i->len_dw - (i->lower_addr & 3);
}

static enum cw_rule check_header(struct cw_checker *c, const struct open_req *r, const struct cw_tlp_info *i,
				 struct check *k)
{
	bool config = r->kind != CW_TLP_MRD;

	if (i->status == CW_CPL_CRS && !config)
		return CW_RULE_CPL_STATUS;
	if (i->tc != r->tc || i->attr != r->attr) {
		TELL(k, "class %u attributes %u, request had %u and %u", i->tc, i->attr, r->tc, r->attr);
		return CW_RULE_CPL_FIELDS;
	}
	/* Before the first configuration write there is no ID to use but zero: section 2.2.9. */
	if (i->completer != c->cfg.captured && !(config && i->completer == r->target)) {
		TELL(k, "completer 0x%04x", i->completer);
		return CW_RULE_COMPLETER;
	}
	if (i->status == CW_CPL_SC && i->has_data != (r->kind != CW_TLP_CFGWR))
		return CW_RULE_CPL_DATA;
	if (i->ep)
		return CW_RULE_CPL_POISON;
	return CW_RULE_N;
}

static enum cw_rule check_data(struct cw_checker *c, const struct open_req *r, const struct cw_tlp_info *i,
			       struct check *k)
{
	const struct cw_cfg_state *s = cw_cfg_settled(&c->cfg, k->now);
	uint8_t lower = r->kind == CW_TLP_MRD ? r->addr & 0x7f : 0;
	uint32_t n = payload_bytes(i);

	if (i->byte_count != r->left) {
		TELL(k, "byte count %u, %u remain", i->byte_count, r->left);
		return CW_RULE_CPL_BYTES;
	}
	if (i->status != CW_CPL_SC || r->kind == CW_TLP_CFGWR)
		return CW_RULE_N;
	if (i->lower_addr != lower) {
		TELL(k, "lower address 0x%02x, expected 0x%02x", i->lower_addr, lower);
		return CW_RULE_CPL_LOWER;
	}
	if (4u * i->len_dw > 128u << s->mps)
		return CW_RULE_CPL_MPS;
	if (n < r->left && (r->addr + n) % CARD_BOUNDARY)
		return CW_RULE_CPL_BOUNDARY;
	return CW_RULE_N;
}

enum cw_rule check_completion(struct cw_checker *c, const struct cw_tlp_info *i, struct check *k)
{
	struct open_req *r = &c->req[i->tag];
	enum cw_rule rule;

	if (i->requester == CW_HOST_BDF && r->state == OPEN_LOST) {
		r->state = OPEN_NONE;
		return CW_RULE_CPL_DOWN;
	}
	if (i->requester != CW_HOST_BDF || r->state != OPEN_WAITING) {
		TELL(k, "requester 0x%04x tag 0x%x", i->requester, i->tag);
		return CW_RULE_CPL_UNEXPECTED;
	}
	rule = check_header(c, r, i, k);
	if (rule == CW_RULE_N)
		rule = check_data(c, r, i, k);
	if (rule == CW_RULE_N && r->kind == CW_TLP_MRD && c->posted_n < r->posted) {
		TELL(k, "%llu of %llu posted TLPs have come", (unsigned long long)c->posted_n,
		     (unsigned long long)r->posted);
		return CW_RULE_CPL_PASSED;
	}
	return rule;
}

static uint32_t dword(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void checker_req_open(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	struct open_req *r = &c->req[i->tag];
	uint32_t span;

	*r = (struct open_req){ .state = OPEN_WAITING, .kind = i->kind, .tc = i->tc, .attr = i->attr,
				.be = i->first_be, .reg = i->reg, .target = i->completer, .left = 4 };
	if (i->kind == CW_TLP_CFGWR)
		r->value = dword(tlp->data);
	if (i->kind != CW_TLP_MRD)
		return;
	span = cw_tlp_span(i, &r->addr);
	r->left = span ? span : 1; /* a zero-length read counts one byte: section 2.3.1.1 */
}

void checker_req_completed(struct cw_checker *c, uint64_t now, const struct cw_tlp *tlp,
			   const struct cw_tlp_info *i, bool failed)
{
	struct open_req *r = &c->req[i->tag];
	uint32_t n = payload_bytes(i);

	if (i->requester != CW_HOST_BDF || r->state != OPEN_WAITING)
		return;
	if (!failed && r->kind == CW_TLP_MRD && i->status == CW_CPL_SC && i->has_data && n < r->left) {
		r->addr += n;
		r->left -= n;
		return;
	}
	r->state = failed ? OPEN_FAILED : OPEN_NONE;
	if (r->kind == CW_TLP_CFGWR)
		cw_cfg_write_done(&c->cfg, now, r->reg, r->value, r->be, i->status == CW_CPL_SC);
	else if (!failed && r->kind == CW_TLP_CFGRD && i->status == CW_CPL_SC && tlp->data_len >= 4)
		cw_cfg_read_done(&c->cfg, now, r->reg, dword(tlp->data));
}
