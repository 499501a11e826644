// SPDX-License-Identifier: BSD-2-Clause
/* UltraScale+ model, towards the shim: packets become beats on CQ and RC, with their sideband. */
#include <string.h>

#include "shim_usplus.h"

static void put_sop(const struct us_source *x, uint32_t *user, unsigned k, unsigned dw, const struct us_packet *p)
{
	us_set_bits(user, x->at.sop + k, 1, 1);
	if (x->at.sop_ptr)
		us_set_bits(user, x->at.sop_ptr + 2 * k, 2, dw / 4);
	if (x->at.last_be) {
		us_set_bits(user, x->at.first_be + 4 * k, 4, p->first_be);
		us_set_bits(user, x->at.last_be + 4 * k, 4, p->last_be);
	}
}

static void put_eop(const struct us_source *x, uint32_t *user, unsigned k, unsigned dw)
{
	if (x->at.eop_ptr) {
		us_set_bits(user, x->at.eop + k, 1, 1);
		us_set_bits(user, x->at.eop_ptr + 4 * k, 4, dw);
	} else if (x->at.eop) {
		us_set_bits(user, x->at.eop + 4 * k, 4, 1 | dw << 1); /* is_eof: {DW, valid} */
	}
}

/* The valid bytes of DW `k` of a packet: none of the descriptor, nor of what is between. */
static uint32_t valid_bytes(const struct us_packet *p, bool rc, uint32_t k)
{
	uint32_t lead = p->dw[0] & 3, count = p->dw[0] >> 16 & 0x1fff, at;

	if (k < p->from)
		return 0;
	if (!rc)
		return k == p->from ? p->first_be : k + 1 == p->n ? p->last_be : 0xf;
	at = 4 * (k - p->from); /* bytes before this DW */
	return (k == p->from ? 0xfu << lead : 0xfu) & 0xf & (lead + count >= at + 4 ? 0xf : ~(0xfu << (lead + count - at)));
}

/* byte_en. On RC, address-aligned, it tells the shim where a payload begins. */
static void put_bytes(const struct us_source *x, const struct us *s, uint32_t *user, unsigned dw)
{
	bool rc = x == &s->rc;
	unsigned byte_en = rc ? 0 : s->param.data_dw == 16 ? 16 : 8;

	us_set_bits(user, byte_en + 4 * dw, 4, valid_bytes(x->open, rc, x->done - 1));
}

/* One beat; user, data and keep are zero. */
static bool fill(struct us *s, struct us_source *x, uint32_t *user, uint32_t *data, uint32_t *keep, bool *last)
{
	unsigned at = 0, begun = 0, ended = 0;

	for (;;) {
		if (!x->open) {
			if (begun >= x->at.packets || at >= s->param.data_dw || (at && us_chance(s, s->param.throttle)))
				break;
			x->open = us_rx_next(s, x);
			if (!x->open)
				break;
			x->done = 0;
			put_sop(x, user, begun++, at, x->open);
		}
		while (x->done < x->open->n && at < s->param.data_dw) {
			data[at] = x->open->dw[x->done++];
			*keep |= 1u << at;
			put_bytes(x, s, user, at++);
		}
		if (x->done < x->open->n)
			break;
		put_eop(x, user, ended++, at - 1);
		us_rx_sent(s, x->open);
		x->open = NULL;
		at = (at + x->at.align - 1) / x->at.align * x->at.align;
	}
	*last = ended != 0;
	return *keep != 0;
}

static void parity(const struct us *s, const struct us_source *x, uint32_t *user, const uint32_t *data)
{
	for (unsigned i = 0; i < s->param.data_dw; i++)
		us_set_bits(user, x->at.parity + 4 * i, 4, us_odd_parity(data[i]));
}

static void show(struct us *s, struct us_source *x, uint32_t valid, uint32_t last_flag)
{
	uint32_t *user = x == &s->cq ? s->pins.cq_user : s->pins.rc_user;
	uint32_t *data = s->pins.data + (x == &s->cq ? 0 : s->param.data_dw), keep = 0;
	bool last;

	if (x->shown)
		return;
	s->pins.flags &= ~(valid | last_flag);
	if (s->cycle < x->gap_until)
		return;
	memset(user, 0, sizeof(s->pins.cq_user));
	memset(data, 0, 4u * s->param.data_dw);
	if (!fill(s, x, user, data, &keep, &last))
		return;
	parity(s, x, user, data);
	x->shown = s->moved = true;
	/* With straddle, tkeep is all ones and tlast 0: only the sideband says where packets are. */
	if (x->at.packets > 1) {
		keep = 0xffff;
		last = false;
	}
	s->pins.keep = x == &s->cq ? (s->pins.keep & 0xffff0000u) | keep : (s->pins.keep & 0xffff) | keep << 16;
	s->pins.flags |= valid | (last ? last_flag : 0);
}

void us_rx_show(struct us *s)
{
	show(s, &s->cq, US_I_CQ_VALID, US_I_CQ_LAST);
	show(s, &s->rc, US_I_RC_VALID, US_I_RC_LAST);
	s->pins.np_count = s->np_credit;
}

static void taken(struct us *s, struct us_source *x)
{
	x->shown = false;
	s->moved = true;
	/* What the shim had written before it took a read may not be passed by the read's completion. */
	while (x == &s->cq && s->cq_tag_n)
		s->barrier[s->cq_tags[--s->cq_tag_n]] = s->posted;
	if (us_chance(s, s->param.throttle))
		x->gap_until = s->cycle + cw_rng_range(&s->rng, 1, 8);
}

void us_rx_taken(struct us *s, const struct us_wires_out *out)
{
	if (s->pins.flags & US_I_CQ_VALID && out->flags & US_O_CQ_READY)
		taken(s, &s->cq);
	if (s->pins.flags & US_I_RC_VALID && out->flags & US_O_RC_READY)
		taken(s, &s->rc);
	if (US_O_NP_REQ(out->flags) > 1)
		us_broken(s, "np-req", "pcie_cq_np_req is 0 or 1; the rest is reserved");
	if (US_O_NP_REQ(out->flags) == 1 && s->np_credit++ == US_NP_MAX) {
		us_broken(s, "np-credit", "credit for more than 32 non-posted requests: the IP's count saturates");
		s->np_credit = US_NP_MAX;
	}
}
