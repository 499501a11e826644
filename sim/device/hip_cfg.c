// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hard-IP model: configuration requests, messages, unsupported requests, error
 * reports, and the writes that change what the function may send.
 *
 * Such a write (bus master off, D3hot, FLR) is completed only when everything
 * that was taken from the RTL before has left: after the completion the host
 * may rely on silence (sections 6.6.2 and 5.3.1.4.1).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hip_int.h"

/* The RTL obeys a changed pin with its next TLP; after this many cycles without a beat it has. */
#define SETTLE_CYCLES 16
/* An RTL that does not fall silent does not stop configuration for ever: 100 us at 250 MHz. */
#define BARRIER_CYCLES 25000

enum { /* messages a root port may send, table 2-22 and following of section 2.2.8 */
	MSG_UNLOCK = 0x00, MSG_PM_ACTIVE_STATE_NAK = 0x14, MSG_PME_TURN_OFF = 0x19, MSG_PME_TO_ACK = 0x1b,
	MSG_IGNORED_FIRST = 0x40, MSG_IGNORED_LAST = 0x48, MSG_SLOT_POWER = 0x50,
	MSG_VENDOR_0 = 0x7e, MSG_VENDOR_1 = 0x7f,
	ROUTE_TO_ROOT = 0, ROUTE_GATHER = 5,
};

int hip_cfg_log(struct cw_hip *h, enum cw_cfg_error e, const uint32_t *hdr, bool advisory)
{
	uint8_t code = cw_cfgspace_error(&h->cfg, e, hdr, advisory);
	struct cw_tlp t;

	if (!code || h->flr || h->fn.power)
		return 0;
	cw_tlp_msg(&t, h->cfg.bdf, code, ROUTE_TO_ROOT);
	return hip_tx_own(h, &t);
}

void hip_cfg_reset(struct cw_hip *h, enum cw_cfg_reset how)
{
	cw_cfgspace_reset(&h->cfg, how);
	cw_cfgspace_get_fn(&h->cfg, &h->fn);
	h->flr = h->flr_answered = h->power_ack = false;
	h->barrier = HIP_NO_BARRIER;
	free(h->barrier_tlp);
	h->barrier_tlp = NULL;
}

/* The completion of a request the IP answers itself: Byte Count and Lower Address as of section 2.3.1.1. */
static int complete(struct cw_hip *h, const struct hip_tlp *t, uint8_t status, const uint32_t *value)
{
	const struct cw_tlp_info *i = &t->info;
	uint16_t bytes = 4;
	uint64_t first = 0;
	struct cw_tlp c;

	if (i->kind == CW_TLP_MRD) {
		bytes = (uint16_t)cw_tlp_span(i, &first);
		if (!bytes)
			bytes = 1;
	}
	if (value)
		cw_tlp_cpld(&c, h->cfg.bdf, i->requester, i->tag, i->tc, i->attr, bytes, 0, value, 1);
	else
		cw_tlp_cpl(&c, h->cfg.bdf, i->requester, i->tag, i->tc, i->attr, status, bytes, first & 0x7f);
	if (i->kind == CW_TLP_OTHER && i->type == 1)
		c.dw[0] |= 1u << 24; /* locked read: CplLk, 6.5.3 */
	return hip_tx_own(h, &c);
}

int hip_cfg_unsupported(struct cw_hip *h, struct hip_tlp *t)
{
	bool posted = t->info.fc == CW_FC_P;
	int ret;

	h->stats.unsupported++;
	/* A non-posted one is told by its completion and logged as advisory (6.2.3.2.4.1). */
	ret = hip_cfg_log(h, CW_ERR_UR, t->dw, !posted);
	if (!ret && !posted)
		ret = complete(h, t, CW_CPL_UR, NULL);
	hip_rx_done(h, t);
	return ret;
}

int hip_cfg_message(struct cw_hip *h, struct hip_tlp *t)
{
	uint8_t code = t->info.msg_code;
	struct cw_tlp ack;
	int ret = 0;

	if (code == MSG_PME_TURN_OFF) {
		cw_tlp_msg(&ack, h->cfg.bdf, MSG_PME_TO_ACK, ROUTE_GATHER);
		ret = hip_tx_own(h, &ack);
	} else if (code != MSG_UNLOCK && code != MSG_PM_ACTIVE_STATE_NAK && code != MSG_SLOT_POWER &&
		   code != MSG_VENDOR_1 && (code < MSG_IGNORED_FIRST || code > MSG_IGNORED_LAST)) {
		return hip_cfg_unsupported(h, t); /* MSG_VENDOR_0 among them, 2.2.8.6 */
	}
	hip_rx_done(h, t);
	return ret;
}

static void begin_barrier(struct cw_hip *h, enum hip_barrier b, struct hip_tlp *t)
{
	h->barrier = b;
	h->barrier_start = h->cycle;
	h->barrier_tlp = t;
	h->power_ack = false;
}

static int config_write(struct cw_hip *h, struct hip_tlp *t)
{
	uint32_t value = (uint32_t)t->data[3] << 24 | (uint32_t)t->data[2] << 16 | (uint32_t)t->data[1] << 8 | t->data[0];
	uint8_t old_power = h->fn.power;
	bool reset;
	unsigned ev;
	int v, ret = 0;

	h->cfg.bdf = t->info.completer;
	ev = cw_cfgspace_write(&h->cfg, t->info.reg, value, t->info.first_be);
	cw_cfgspace_get_fn(&h->cfg, &h->fn);
	reset = ev & CW_CFG_EV_FLR || (old_power && !h->fn.power && h->cfg.param.soft_reset);
	if (ev & CW_CFG_EV_MSI_MASK && !reset)
		while (!ret && (v = cw_cfgspace_msi_pending(&h->cfg)) >= 0)
			ret = hip_tx_msi(h, (unsigned)v);
	if (ret) {
		hip_rx_done(h, t);
		return ret;
	}
	if (reset) {
		h->flr = true;
		h->flr_answered = false;
		begin_barrier(h, HIP_BARRIER_FLR, t);
	} else if (ev & CW_CFG_EV_POWER && h->fn.power) {
		begin_barrier(h, HIP_BARRIER_POWER, t);
	} else if (ev & CW_CFG_EV_BME_OFF) {
		begin_barrier(h, HIP_BARRIER_QUIET, t);
	} else {
		ret = complete(h, t, CW_CPL_SC, NULL);
		hip_rx_done(h, t);
	}
	return ret;
}

int hip_cfg_request(struct cw_hip *h, struct hip_tlp *t)
{
	uint32_t value;
	int ret;

	/* Type 1 is not for an endpoint; there is one function (7.3.1, 7.3.3). */
	if ((t->info.type & 1) || (t->info.completer & 7))
		return hip_cfg_unsupported(h, t);
	if (t->info.kind == CW_TLP_CFGWR && t->info.ep) {
		ret = hip_cfg_log(h, CW_ERR_POISONED, t->dw, true);
		return ret ? ret : hip_cfg_unsupported(h, t);
	}
	if (t->info.kind == CW_TLP_CFGWR)
		return config_write(h, t);
	value = cw_cfgspace_read(&h->cfg, t->info.reg);
	ret = complete(h, t, CW_CPL_SC, &value);
	hip_rx_done(h, t);
	return ret;
}

/* Until FLR is done, configuration is told to try again (2.3.1); the rest finds no function (6.6.2). */
int hip_cfg_during_flr(struct cw_hip *h, struct hip_tlp *t)
{
	bool config = t->info.kind == CW_TLP_CFGRD || t->info.kind == CW_TLP_CFGWR;
	int ret = 0;

	h->moved = true;
	if (t->info.fc == CW_FC_NP)
		ret = complete(h, t, config ? CW_CPL_CRS : CW_CPL_UR, NULL);
	hip_rx_done(h, t);
	return ret;
}

static int end_barrier(struct cw_hip *h)
{
	struct hip_tlp *t = h->barrier_tlp;
	int ret = complete(h, t, CW_CPL_SC, NULL);

	h->barrier = HIP_NO_BARRIER;
	h->barrier_tlp = NULL;
	hip_rx_done(h, t);
	return ret;
}

static int barrier_cycle(struct cw_hip *h)
{
	uint64_t last = h->tx_req.last_beat > h->barrier_start ? h->tx_req.last_beat : h->barrier_start;
	bool silent = hip_tx_drained(h);

	silent &= h->cycle >= last + SETTLE_CYCLES;
	if (h->barrier == HIP_BARRIER_POWER)
		silent &= h->power_ack;
	if (!silent && (h->cycle < h->barrier_start + BARRIER_CYCLES || h->barrier == HIP_BARRIER_FLR))
		return 0;
	return end_barrier(h);
}

/* Error pulses of the RTL: the header is that of the request it was given last. */
static int errors(struct cw_hip *h, uint32_t flags)
{
	bool posted = h->last_req_posted;
	int ret = 0;

	if (flags & CW_O_ERR_UR)
		ret = hip_cfg_log(h, CW_ERR_UR, h->last_req_hdr, !posted);
	if (!ret && flags & CW_O_ERR_CA)
		ret = hip_cfg_log(h, CW_ERR_CA, h->last_req_hdr, !posted);
	if (!ret && flags & CW_O_ERR_POISONED)
		ret = hip_cfg_log(h, CW_ERR_POISONED, h->last_req_hdr, false);
	if (!ret && flags & CW_O_ERR_CPL_UNEXPECTED)
		ret = hip_cfg_log(h, CW_ERR_CPL_UNEXPECTED, NULL, true);
	if (!ret && flags & CW_O_ERR_CPL_TIMEOUT)
		ret = hip_cfg_log(h, CW_ERR_CPL_TIMEOUT, NULL, false);
	return ret;
}

int hip_cfg_cycle(struct cw_hip *h, const struct cw_wires_out *out)
{
	int ret = 0;

	cw_cfgspace_set_pending(&h->cfg, out->flags & CW_O_TRANS_PENDING);
	if (out->flags & CW_O_ERRORS)
		ret = errors(h, out->flags);
	/* The acknowledgement of D3hot counts once the RTL has seen the pin. */
	if (h->barrier == HIP_BARRIER_POWER && h->cycle > h->barrier_start + 1 && out->flags & CW_O_POWER_ACK)
		h->power_ack = true;
	if (h->flr && out->flags & CW_O_FLR_DONE)
		h->flr_answered = true;
	if (!ret && h->barrier)
		ret = barrier_cycle(h);
	if (!ret && h->flr && !h->barrier && h->flr_answered) {
		hip_cfg_reset(h, CW_CFG_RESET_FLR);
		h->moved = true;
	}
	return ret;
}
