// SPDX-License-Identifier: BSD-2-Clause
/* UltraScale+ model: the clock edge, the pins that are not streams. See shim_usplus.h. */
#include "shim_usplus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_MASK 1023u

void us_broken(struct us *s, const char *rule, const char *detail)
{
	if (!s->why[0])
		snprintf(s->why, sizeof(s->why), "usplus: %s at cycle %llu: %s", rule, (unsigned long long)s->cycle, detail);
}

/* Up to 32 bits anywhere. */
uint32_t us_bits(const uint32_t *words, unsigned lsb, unsigned width)
{
	uint64_t v = words[lsb / 32];

	if (lsb % 32 + width > 32)
		v |= (uint64_t)words[lsb / 32 + 1] << 32;
	return (uint32_t)(v >> lsb % 32 & ((1ull << width) - 1));
}

void us_set_bits(uint32_t *words, unsigned lsb, unsigned width, uint32_t value)
{
	uint64_t mask = ((1ull << width) - 1) << lsb % 32, v = (uint64_t)value << lsb % 32 & mask;

	words[lsb / 32] = (uint32_t)((words[lsb / 32] & ~mask) | v);
	if (mask >> 32)
		words[lsb / 32 + 1] = (uint32_t)((words[lsb / 32 + 1] & ~(mask >> 32)) | v >> 32);
}

uint32_t us_odd_parity(uint32_t dw)
{
	dw ^= dw >> 4;
	dw ^= dw >> 2;
	dw = ~(dw ^ dw >> 1) & 0x01010101u;
	return (dw | dw >> 7 | dw >> 14 | dw >> 21) & 0xf;
}

bool us_chance(struct us *s, unsigned percent)
{
	return percent && cw_rng_below(&s->rng, 100) < percent;
}

struct us_packet *us_packet_new(void)
{
	struct us_packet *p = malloc(sizeof(*p));

	if (p)
		memset(p, 0, offsetof(struct us_packet, dw));
	return p;
}

static void limit(struct cw_hip_param *p)
{
	p->cfg.tag10 = false; /* client tags have 8 bits */
}

static void limit_aligned(struct cw_hip_param *p)
{
	limit(p);
	p->cpl_buf_hdr = US_RC_UNSTRADDLED;
}

static void clear(struct us *s)
{
	us_rx_clear(s);
	us_tx_clear(s);
	s->errors = 0;
	s->msi = -1;
	s->int_pin = false;
	s->mgmt_wait = 0;
	s->mgmt_seen = ~0u;
	s->mgmt_at = 0;
	memset(&s->pins, 0, sizeof(s->pins));
	s->pins.flags = US_I_RST;
}

static int create(void **shim, const struct cw_shim_param *p, bool aligned)
{
	struct us *s;

	if (p->data_dw != 8 && (p->data_dw != 16 || aligned))
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->param = *p;
	s->aligned = aligned;
	cw_rng_seed(&s->rng, p->seed, CW_RNG_SHIM);
	us_rx_init(s);
	us_tx_init(s);
	clear(s);
	*shim = s;
	return 0;
}

static int create_dw(void **shim, const struct cw_shim_param *p)
{
	return create(shim, p, false);
}

static int create_aligned(void **shim, const struct cw_shim_param *p)
{
	return create(shim, p, true);
}

static void destroy(void *shim)
{
	if (shim)
		clear(shim);
	free(shim);
}

/* ---- from the shim ---- */

static void keep_id(struct us *s, const struct us_wires_out *out)
{
	if (!(out->sim[0] & CW_O_TX_REQ_VALID))
		return;
	if (s->id_in - s->id_out >= 64) {
		us_broken(s, "rq-stuck", "64 requests of the endpoint have not come out on RQ");
		return;
	}
	s->ids[s->id_in % 64].queue = out->sim[0] & CW_O_TX_REQ_ID_VALID ? (int)out->sim[4] : -1;
	s->ids[s->id_in++ % 64].number = out->sim[5];
}

static void msi_asked(struct us *s, const struct us_wires_out *out)
{
	if (!out->msi_int)
		return;
	if (out->msi_int & (out->msi_int - 1) || s->msi >= 0)
		us_broken(s, "msi-int", "more than one MSI vector at a time, or before the last one was answered");
	s->msi = __builtin_ctz(out->msi_int);
}

static uint32_t control_flags(struct us *s, const struct cw_hip *h, const struct us_wires_out *out)
{
	uint32_t f = (out->sim[0] & CW_O_IDLE) | s->errors;

	s->errors = 0;
	if (us_rx_room(&s->cq, US_CQ_DEPTH) && s->np_queued < US_NP_MAX)
		f |= CW_O_RX_REQ_READY;
	if (us_rx_room(&s->rc, US_RC_DEPTH))
		f |= CW_O_RX_CPL_READY;
	if (out->flags & US_O_FLR_DONE)
		f |= CW_O_FLR_DONE;
	if (out->flags & US_O_POWER_ACK)
		f |= CW_O_POWER_ACK;
	/* The status bit follows cfg_interrupt_pending, the messages cfg_interrupt_int. */
	if (out->flags & (h->fn.intx_disable ? US_O_INT_PENDING : US_O_INT))
		f |= CW_O_INTX;
	if (s->msi >= 0)
		f |= CW_O_MSI_VALID | (uint32_t)s->msi << 19;
	return f;
}

static int from_shim(struct us *s, const struct cw_hip *h, const struct us_wires_out *out, const struct cw_wires_in *in,
		     struct cw_wires_out *o)
{
	int ret;

	us_rx_taken(s, out);
	keep_id(s, out);
	ret = us_tx_take(s, out);
	msi_asked(s, out);
	o->flags = control_flags(s, h, out);
	us_tx_offer(s, o);
	return ret ? ret : us_rx_take(s, in, o->flags);
}

/* ---- to the shim ---- */

static void sequence_pins(struct us *s, uint32_t sent)
{
	s->seq_due += sent;
	for (unsigned i = 0; i < 2 && s->seq_due; i++, s->seq_due--) {
		s->pins.flags |= (i ? US_I_SEQ1 : US_I_SEQ0) | (uint32_t)s->seqs[s->seq_out++ & SEQ_MASK] << (i ? 15 : 9);
		s->reported++;
		s->moved = true;
	}
}

static void msi_pins(struct us *s, uint32_t was_ready)
{
	if (s->msi < 0)
		return;
	s->moved = true;
	if (was_ready) {
		s->msi = -1;
		s->pins.flags |= US_I_MSI_SENT;
	}
}

static void interrupt_pins(struct us *s, const struct us_wires_out *out)
{
	bool pin = out->flags & US_O_INT;

	if (pin == s->int_pin)
		return;
	s->int_pin = pin;
	s->pins.flags |= US_I_INT_SENT;
	s->moved = true;
}

/* A read takes 2 to 5 cycles. */
static void mgmt_pins(struct us *s, struct cw_hip *h, const struct us_wires_out *out, bool was_done)
{
	if (!(out->flags & US_O_MGMT_READ) || was_done) {
		s->mgmt_wait = 0;
	} else if (!s->mgmt_wait) {
		s->mgmt_at = US_O_MGMT_ADDR(out->flags);
		s->mgmt_wait = (uint32_t)cw_rng_range(&s->rng, 1, 4);
	} else if (!--s->mgmt_wait) {
		if (s->mgmt_at != US_O_MGMT_ADDR(out->flags))
			us_broken(s, "cfg-mgmt", "the address changed before cfg_mgmt_read_write_done");
		s->pins.flags |= US_I_MGMT_DONE;
		s->mgmt_seen = s->pins.mgmt_data = cw_hip_cfg(h)->dw[s->mgmt_at];
	}
}

static uint32_t small(uint32_t v, uint32_t max)
{
	return v < max ? v : max;
}

static void state_pins(struct us *s, struct cw_hip *h, const struct cw_wires_in *in)
{
	static const uint8_t power[4] = { 1, 2, 2, 4 }; /* D0 active, D1, (D2), D3hot */
	uint32_t fn = in->fn, status = (fn & CW_F_MEM ? 2u : 0) | (fn & CW_F_BME ? 4u : 0) | (h->fn.intx_disable ? 8u : 0);
	uint32_t msi_vectors = cw_hip_cfg(h)->dw[CW_CFG_MSI / 4] >> 20 & 7;

	s->pins.cfg = (fn >> 8 & 0xff) | small(fn >> 16 & 7, 3) << 8 | (fn >> 19 & 7) << 10 | (fn & CW_F_RCB ? 1u << 13 : 0) |
		      status << 14 | (uint32_t)power[in->power_fc & 3] << 18 | msi_vectors << 21 |
		      small(in->power_fc >> 15 & 0xfff, 15) << 24;
	s->pins.flags |= (fn & CW_F_MSI ? US_I_MSI_EN : 0) | (fn & CW_F_MSIX ? US_I_MSIX_EN : 0) |
			 (fn & CW_F_MSIX_MASK ? US_I_MSIX_MASK : 0) | (in->power_fc & 4 ? US_I_FLR : 0) |
			 (h->barrier == HIP_BARRIER_POWER ? US_I_POWER : 0);
	/* A reset of the function ends its reads. */
	if (in->power_fc & 4)
		memset(s->split, 0, sizeof(s->split));
}

static int to_shim(struct us *s, struct cw_hip *h, const struct us_wires_out *out, const struct cw_wires_in *in,
		   uint32_t was_in)
{
	bool was_done = s->pins.flags & US_I_MGMT_DONE;
	int ret = 0;

	s->pins.flags &= US_I_CQ_VALID | US_I_CQ_LAST | US_I_RC_VALID | US_I_RC_LAST;
	if (in->flags & CW_I_CPL_LOST)
		ret = us_rx_lost(s, (uint16_t)(in->flags >> 18 & 0x3ff));
	state_pins(s, h, in);
	sequence_pins(s, in->flags >> 13 & 0xf);
	msi_pins(s, was_in & CW_I_MSI_READY);
	interrupt_pins(s, out);
	mgmt_pins(s, h, out, was_done);
	if (s->rq.n < US_TX_DEPTH && s->cycle >= s->rq.gap_until)
		s->pins.flags |= US_I_RQ_READY;
	if (s->cc.n < US_TX_DEPTH && s->cycle >= s->cc.gap_until)
		s->pins.flags |= US_I_CC_READY;
	us_rx_show(s);
	return ret;
}

static int cycle(void *shim, struct cw_hip *h, uint64_t n, uint64_t time, const uint32_t *from_rtl, struct cw_wires_in *in,
		 uint32_t *to_rtl)
{
	const struct us_wires_out *out = (const struct us_wires_out *)(const void *)from_rtl;
	uint32_t was_in = in->flags;
	struct cw_wires_out o = { .flags = out->sim[0] & CW_O_IDLE, .deadline = { out->sim[1], out->sim[2] } };
	struct us *s = shim;
	int ret = 0;

	s->cycle = n;
	s->moved = false;
	if (!(s->pins.flags & US_I_RST) && !(was_in & CW_I_RST))
		ret = from_shim(s, h, out, in, &o);
	if (!ret)
		ret = cw_hip_cycle(h, n, time, &o, in);
	if (!ret && !(was_in & CW_I_RST))
		us_tx_given(s, &o, was_in);
	s->mgmt_fresh = s->mgmt_seen == cw_hip_cfg(h)->dw[s->mgmt_at];
	if (in->flags & CW_I_RST)
		clear(s);
	else if (!ret)
		ret = to_shim(s, h, out, in, was_in);
	memcpy(to_rtl, &s->pins, 4 * (US_WIRES_FIXED + 2u * s->param.data_dw));
	return ret;
}

static bool quiet(const void *shim)
{
	const struct us *s = shim;

	if (s->pins.flags & US_I_RST)
		return true;
	return !s->moved && !s->cq.list.n && !s->rc.list.n && !s->cq.open && !s->rc.open && !s->cq.shown && !s->rc.shown &&
	       !s->rq.n && !s->cc.n && !s->rq.open && !s->cc.open && !s->seq_due && s->msi < 0 && s->mgmt_fresh;
}

static const char *why(const void *shim)
{
	const struct us *s = shim;

	return s->why[0] ? s->why : NULL;
}

const struct cw_shim_ops cw_shim_usplus = { limit, create_dw, destroy, cycle, quiet, why };
const struct cw_shim_ops cw_shim_usplusaa = { limit_aligned, create_aligned, destroy, cycle, quiet, why };
