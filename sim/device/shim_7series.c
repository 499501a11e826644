// SPDX-License-Identifier: BSD-2-Clause
/*
 * Model of the user side of the Xilinx 7-series integrated block for PCI Express, from
 * AMD PG054 (v3.3): its tables of ports say what each pin means, "Designing with the Core"
 * how they move. Where each field is from: docs/vendor-shims.md. The streams themselves
 * are in axis_7series.h.
 *
 * What it does to the shim, from the run's seed: pauses on both streams, TLPs straddled,
 * requests held back by rx_np_ok while others pass, transmit buffers that run out
 * (tx_buf_av), cfg_interrupt_rdy and cfg_err_cpl_rdy that take their time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "axis_7series.h"
#include "shim_feed.h"
#include "shims.h"
#include "../link/rng.h"

#define BUFFERS 16      /* transmit buffers, PG054 tx_buf_av: up to 32, by payload size and performance level */
#define THROTTLE 10     /* percent, when the run does not say */
#define CPL_HDR 36      /* receive buffer, PG054 "Receiver Flow Control Credits Available" */
#define CPL_DATA 461
#define INFINITE_H 0x80 /* fc_*h and fc_*d when there is no limit */
#define INFINITE_D 0x800

enum { /* word 6 from the RTL: cw_sim_7series.sv */
	O_RX_READY = 1u << 0, O_NP_OK = 1u << 1, O_NP_REQ = 1u << 2, O_TX_VALID = 1u << 3, O_TX_LAST = 1u << 4,
	/* 8:5 s_axis_tx_tuser, 12:10 fc_sel */
	O_CFG_GNT = 1u << 9, O_PENDING = 1u << 13, O_INT = 1u << 14, O_INT_ASSERT = 1u << 15, /* 23:16 di */
	O_ERR_UR = 1u << 24, O_ERR_ABORT = 1u << 25, O_ERR_POSTED = 1u << 26, O_ERR_LOCKED = 1u << 27,
	O_ERR_POISONED = 1u << 28, O_ERR_UNEXPECT = 1u << 29, O_ERR_TIMEOUT = 1u << 30,
};

struct out7 {
	uint32_t common[6]; /* shims.h */
	uint32_t flags, keep, cpl_header[2], data[4];
};

enum { /* word 0 to the RTL */
	I_RESET = 1u << 0, I_LNK_UP = 1u << 1, I_RX_VALID = 1u << 2, I_RX_LAST = 1u << 3, I_TX_READY = 1u << 4,
	/* 10:5 tx_buf_av */
	I_INT_RDY = 1u << 11, I_MSI = 1u << 12, I_MSIX = 1u << 13, I_MSIX_MASK = 1u << 14, I_ERR_RDY = 1u << 15,
	/* 17:16 power state */
};

struct in7 {
	uint32_t flags, user, credit, keep_bdf, command, lcommand, data[4];
};

struct model {
	struct feed feed;
	struct cw_rng rng;
	unsigned width, throttle;
	struct s7_stream rx;
	struct s7_tlp tx;
	struct in7 in;         /* the pins */
	struct out7 old;       /* the RTL's, one cycle ago */
	bool np_ok, shown, stalled, moved;
	uint64_t cycle, rx_gap, tx_gap;
	unsigned int_wait, err_wait;
	int error;
	char why[256];
};

static void broken(struct model *m, const char *what)
{
	if (!*m->why)
		snprintf(m->why, sizeof(m->why), "7series at cycle %llu: %s", (unsigned long long)m->cycle, what);
}

static uint64_t gap(struct model *m)
{
	if (cw_rng_below(&m->rng, 100) >= m->throttle)
		return 0;
	return m->cycle + 1 + cw_rng_below(&m->rng, 8);
}

/* ---- receive stream ---- */

static bool next_rx(void *ctx, struct s7_tlp *s)
{
	struct model *m = ctx;
	struct feed_tlp *t = feed_next(&m->feed, m->np_ok);
	unsigned n;

	if (!t)
		return false;
	n = t->hdr[0] >> 29 & 1 ? 4 : 3;
	memcpy(s->dw, t->hdr, 4 * n);
	for (unsigned i = 0; i < t->len; i++)
		s->dw[n + i] = s7_swap(t->data[i]);
	s->n = n + t->len;
	/* rx_bar_hit: both bits of a 64-bit BAR */
	s->hit = t->cpl || t->bar > 5 ? 0 : 3u << (t->bar & ~1);
	s->poisoned = t->hdr[0] >> 14 & 1;
	free(t);
	return true;
}

static void receive(struct model *m, const struct out7 *o)
{
	struct s7_beat b;

	if (m->in.flags & I_RX_VALID) {
		if (!(o->flags & O_RX_READY))
			return;
		m->in.flags &= ~(I_RX_VALID | I_RX_LAST);
		m->rx_gap = gap(m);
		m->moved = true;
	}
	if (m->cycle < m->rx_gap || !s7_rx_beat(&m->rx, m->width, &b))
		return;
	m->moved = true;
	m->in.flags |= I_RX_VALID | (b.last ? I_RX_LAST : 0);
	m->in.user = b.user;
	m->in.keep_bdf = (m->in.keep_bdf & 0xffff0000u) | (b.keep & 0xffff);
	memcpy(m->in.data, b.data, sizeof(m->in.data));
}

/* ---- transmit stream ---- */

static const char *tx_tlp(struct model *m)
{
	struct s7_tlp *t = &m->tx;
	unsigned n = t->dw[0] >> 29 & 1 ? 4 : 3, len = t->dw[0] & 0x3ff, has = t->dw[0] >> 30 & 1;
	uint32_t hdr[4] = { 0 };

	if (t->n < n || t->n != n + (has ? (len ? len : 1024) : 0))
		return "a TLP on s_axis_tx is not as long as its header says";
	memcpy(hdr, t->dw, 4 * n);
	for (unsigned i = n; i < t->n; i++)
		t->dw[i] = s7_swap(t->dw[i]);
	m->error = feed_send(&m->feed, hdr, t->dw + n, t->n - n);
	t->n = 0;
	return NULL;
}

static void transmit(struct model *m, const struct out7 *o)
{
	struct s7_beat b = { .keep = o->keep, .user = o->flags >> 5 & 0xf, .last = o->flags & O_TX_LAST };
	const char *wrong;

	if (m->stalled && (!(o->flags & O_TX_VALID) || ((o->flags ^ m->old.flags) & (O_TX_LAST | 0x1e0)) ||
			   o->keep != m->old.keep || memcmp(o->data, m->old.data, sizeof(o->data))))
		broken(m, "s_axis_tx changed while it waited for tready");
	m->stalled = o->flags & O_TX_VALID && !(m->in.flags & I_TX_READY);
	if (!(o->flags & O_TX_VALID) || m->stalled)
		return;
	memcpy(b.data, o->data, sizeof(b.data));
	wrong = s7_tx_beat(&m->tx, m->width, &b);
	if (!wrong && b.user & (S7_TX_SRC_DSC | S7_TX_STR | S7_TX_ECRC_GEN))
		wrong = "s_axis_tx_tuser asks for what the shim does not use";
	if (!wrong && b.last)
		wrong = tx_tlp(m);
	if (wrong)
		broken(m, wrong);
	m->tx_gap = gap(m);
	m->moved = true;
}

/* ---- beside the streams ---- */

static void interrupt(struct model *m, const struct out7 *o)
{
	bool msi = m->in.flags & I_MSI;
	bool asks = o->flags & O_INT;

	if (m->in.flags & I_INT_RDY) {
		m->in.flags &= ~I_INT_RDY;
		m->moved = true;
		if (!asks)
			return; /* MSI was turned off meanwhile */
		m->error = msi ? feed_msi(&m->feed, o->flags >> 16 & 0x1f) :
				 feed_intx(&m->feed, o->flags & O_INT_ASSERT);
		m->int_wait = 0;
		return;
	}
	if (!asks) {
		m->int_wait = 0;
		return;
	}
	m->moved = true;
	if (!m->int_wait)
		m->int_wait = 1 + (unsigned)cw_rng_below(&m->rng, 8);
	else if (--m->int_wait == 0)
		m->in.flags |= I_INT_RDY;
}

/* The block answers for the user, PG054 "Error Conditions Reported by the User Application". */
static void answer(struct model *m, const struct out7 *o)
{
	uint64_t c = (uint64_t)o->cpl_header[1] << 32 | o->cpl_header[0];
	uint32_t status = o->flags & O_ERR_ABORT ? 4 : 1, bdf = m->in.keep_bdf >> 16;
	uint32_t hdr[4] = {
		0x0a000000u | (o->flags & O_ERR_LOCKED ? 1u << 24 : 0) | (uint32_t)(c >> 26 & 7) << 20 |
			(uint32_t)(c >> 24 & 3) << 12,
		bdf << 16 | status << 13 | (uint32_t)(c >> 29 & 0xfff),
		(uint32_t)(c >> 8 & 0xffff) << 16 | (uint32_t)(c & 0xff) << 8 | (uint32_t)(c >> 41 & 0x7f), 0,
	};

	if (!(m->in.flags & I_ERR_RDY))
		broken(m, "cfg_err_ur or cfg_err_cpl_abort while cfg_err_cpl_rdy was low");
	m->error = feed_send(&m->feed, hdr, NULL, 0);
	m->err_wait = 2 + (unsigned)cw_rng_below(&m->rng, 12);
}

static uint32_t events(struct model *m, const struct out7 *o)
{
	uint32_t f = 0;

	if (o->flags & (O_ERR_UR | O_ERR_ABORT) && !(o->flags & O_ERR_POSTED))
		answer(m, o);
	f |= o->flags & O_ERR_UR ? CW_O_ERR_UR : 0;
	f |= o->flags & O_ERR_ABORT ? CW_O_ERR_CA : 0;
	f |= o->flags & O_ERR_POISONED ? CW_O_ERR_POISONED : 0;
	f |= o->flags & O_ERR_UNEXPECT ? CW_O_ERR_CPL_UNEXPECTED : 0;
	f |= o->flags & O_ERR_TIMEOUT ? CW_O_ERR_CPL_TIMEOUT : 0;
	f |= o->flags & O_PENDING ? CW_O_TRANS_PENDING : 0;
	/* The block enters D3hot by itself; nothing of what it took may be left. */
	f |= feed_held(&m->feed) || m->tx.n ? 0 : CW_O_POWER_ACK;
	m->moved |= (f & CW_O_ERRORS) != 0;
	return f;
}

static uint32_t credit(uint32_t room, uint32_t used, uint32_t none, uint32_t limit)
{
	if (room >= none)
		return limit;
	room = room > used ? room - used : 0;
	return room < limit ? room : limit - 1;
}

static void configuration(struct model *m, const struct cw_wires_in *in)
{
	uint32_t fn = in->fn, held = m->feed.req.n;
	uint32_t buf = feed_held(&m->feed) < BUFFERS ? BUFFERS - feed_held(&m->feed) : 0;

	m->in.keep_bdf = (m->in.keep_bdf & 0xffff) | fn << 16;
	m->in.command = (fn & CW_F_MEM ? 2u : 0) | (fn & CW_F_BME ? 4u : 0); /* cfg_command, then cfg_dcommand */
	m->in.command |= ((fn & CW_F_RO ? 1u << 4 : 0) | (fn >> 16 & 7) << 5 | (fn & CW_F_EXT_TAG ? 1u << 8 : 0) |
			  (fn & CW_F_NS ? 1u << 11 : 0) | (fn >> 19 & 7) << 12) << 16;
	m->in.lcommand = fn & CW_F_RCB ? 1u << 3 : 0;
	/* fc_sel 100: transmit credits left, what is in the buffers taken away */
	m->in.credit = credit(in->power_fc >> 3 & 0xfff, held, 0xfff, INFINITE_H) |
		       credit(in->power_fc >> 15 & 0xfff, held, 0xfff, INFINITE_H) << 8 |
		       credit(in->fc_buf & 0xffff, 0, 0xffff, INFINITE_D) << 16;
	m->in.flags &= I_RX_VALID | I_RX_LAST | I_INT_RDY;
	m->in.flags |= (fn & CW_F_MSI ? I_MSI : 0) | (fn & CW_F_MSIX ? I_MSIX : 0) |
		       (fn & CW_F_MSIX_MASK ? I_MSIX_MASK : 0) | (in->power_fc & 3) << 16 | buf << 5 | I_LNK_UP;
	if (m->err_wait)
		m->err_wait--;
	else
		m->in.flags |= I_ERR_RDY;
	if (buf && m->cycle >= m->tx_gap)
		m->in.flags |= I_TX_READY;
}

static void reset(struct model *m)
{
	memset(&m->in, 0, sizeof(m->in));
	m->in.flags = I_RESET;
	m->rx.busy = m->stalled = false;
	m->tx.n = 0;
	m->int_wait = m->err_wait = 0;
	m->rx_gap = m->tx_gap = 0;
}

static int cycle(void *shim, struct cw_hip *h, uint64_t cycle, uint64_t time, const uint32_t *from_rtl,
		 struct cw_wires_in *in, uint32_t *to_rtl)
{
	struct model *m = shim;
	const struct out7 *o = (const struct out7 *)(const void *)from_rtl;
	bool up = !(m->in.flags & I_RESET);
	uint32_t flags = 0;
	struct in7 before = m->in;
	int ret;

	m->cycle = cycle;
	m->moved = false;
	if (up) {
		feed_note_id(&m->feed, (const struct cw_wires_out *)(const void *)from_rtl);
		transmit(m, o);
		interrupt(m, o);
		flags = events(m, o);
		m->np_ok = o->flags & O_NP_OK;
		receive(m, o);
	}
	m->old = *o;
	ret = feed_cycle(&m->feed, h, cycle, time, flags, in);
	if (in->flags & CW_I_RST)
		reset(m);
	else
		configuration(m, in);
	m->moved |= memcmp(&before, &m->in, sizeof(before)) != 0;
	memcpy(to_rtl, &m->in, sizeof(m->in));
	return ret ? ret : m->error;
}

static bool quiet(const void *shim)
{
	const struct model *m = shim;

	return !m->moved && feed_quiet(&m->feed) && !m->rx.busy && !(m->in.flags & I_RX_VALID) && !m->int_wait &&
	       !m->err_wait && m->cycle >= m->tx_gap && m->cycle >= m->rx_gap && !m->tx.n;
}

static const char *why(const void *shim)
{
	const struct model *m = shim;

	return *m->why ? m->why : NULL;
}

static void limit(struct cw_hip_param *p)
{
	p->cfg.tag10 = false;
	p->cfg.no_flr = true;
	p->cfg.mps_max = p->cfg.mps_max > 3 ? 3 : p->cfg.mps_max; /* 1024 bytes */
	p->cpl_buf_hdr = CPL_HDR;
	p->cpl_buf_data = CPL_DATA;
	p->ip_timeout_cycles = 0;
	p->pass_unclaimed = false;
	p->cfg.soft_reset = false;
}

static int create(void **shim, const struct cw_shim_param *p, unsigned width)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	feed_init(&m->feed, p->data_dw);
	cw_rng_seed(&m->rng, p->seed, CW_RNG_SHIM);
	m->width = width;
	m->throttle = p->throttle || p->steady ? p->throttle : THROTTLE;
	m->rx = (struct s7_stream){ .straddle = true, .next = next_rx, .ctx = m };
	reset(m);
	*shim = m;
	return 0;
}

static int create_128(void **shim, const struct cw_shim_param *p)
{
	return create(shim, p, 128);
}

static int create_64(void **shim, const struct cw_shim_param *p)
{
	return create(shim, p, 64);
}

static void destroy(void *shim)
{
	struct model *m = shim;

	if (!m)
		return;
	feed_clear(&m->feed);
	free(m);
}

const struct cw_shim_ops cw_shim_7series = {
	.limit = limit, .create = create_128, .destroy = destroy, .cycle = cycle, .quiet = quiet, .why = why,
};
const struct cw_shim_ops cw_shim_7series64 = {
	.limit = limit, .create = create_64, .destroy = destroy, .cycle = cycle, .quiet = quiet, .why = why,
};
