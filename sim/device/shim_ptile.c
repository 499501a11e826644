// SPDX-License-Identifier: BSD-2-Clause
/*
 * Model of the user side of Intel's P-Tile Avalon-ST IP for PCI Express, from UG-20225
 * (683059): 4.4.2 to 4.4.7 (streams, ready behaviour, flow control), 4.6 (interrupts), 4.7
 * (errors), 4.9 (power), 4.10 (configuration output). Where each field is from:
 * docs/vendor-shims.md. The streams themselves are in avst_ptile.h.
 *
 * What it does to the shim, from the run's seed: goes on for up to 27 cycles after
 * rx_st_ready has fallen, starts a TLP in either segment, takes tx_st_ready away, keeps to
 * rx_buffer_limit by the class of a TLP, and shows credits and configuration in turns.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avst_ptile.h"
#include "shim_feed.h"
#include "shims.h"
#include "../link/rng.h"

#define BUFFERS 32
#define THROTTLE 10     /* percent, when the run does not say */
#define RX_LATENCY 27   /* 4.4.3 */
#define TX_LATENCY 3    /* 4.4.6 */
#define CPL_HDR 1144    /* 4.4.4, table 54: receive buffer of the x16 core */
#define CPL_DATA 2888
#define TURNS 80        /* cycles in which everything that comes in turns has come */
#define UNITS_N 1024

enum { /* word 6 from the RTL: cw_sim_ptile.sv */
	O_RX_READY = 1u << 0, /* 2:1 rx_buffer_limit_tdm_idx, 14:3 rx_buffer_limit, 16:15 valid, 18:17 sop, 20:19 eop */
	O_ERR_VALID = 1u << 23, O_FLR_DONE = 1u << 24, O_INT = 1u << 25, O_PENDING = 1u << 26, O_BROKEN = 1u << 27,
};

struct outp {
	uint32_t common[6]; /* shims.h */
	uint32_t flags, info, err_hdr, hdr[8], data[16];
};

enum { /* word 0 to the RTL */
	I_UP = 3u << 0, /* reset_status_n, link_up; 3:2 valid, 5:4 sop, 7:6 eop, 13:8 bar_range */
	I_TX_READY = 1u << 14, /* 17:15 credit index, 22:18 tl_cfg_add, 26:23 pm_dstate */
	I_FLR = 1u << 27,
};

struct inp {
	uint32_t flags, turns; /* 15:0 tx_cdts_limit, 31:16 tl_cfg_ctl */
	uint32_t hdr[8], data[16];
};

struct model {
	struct feed feed;
	struct cw_rng rng;
	unsigned segs, throttle;
	struct pt_stream rx;
	struct pt_tlp tx;
	bool inside;
	struct inp in;
	uint32_t rx_ready, tx_ready;   /* bit n: n cycles ago */
	uint16_t room[3], shown[3];    /* rx_buffer_limit by class, TLPs shown */
	uint16_t np_given;
	uint16_t cfg[32], limit[7];
	uint16_t units[UNITS_N];       /* data credits of posted writes that have not left */
	uint32_t units_in, units_out, pd_left;
	unsigned settle;
	uint64_t cycle, rx_gap, tx_gap;
	uint64_t msi_addr;             /* 0: off */
	bool moved, intx;
	int error;
	char why[256];
};

static void broken(struct model *m, const char *what)
{
	if (!*m->why)
		snprintf(m->why, sizeof(m->why), "ptile at cycle %llu: %s", (unsigned long long)m->cycle, what);
}

static uint64_t gap(struct model *m)
{
	if (cw_rng_below(&m->rng, 100) >= m->throttle)
		return 0;
	return m->cycle + 1 + cw_rng_below(&m->rng, 8);
}

/* ---- receive ---- */

static bool has_room(const struct model *m, unsigned class)
{
	return ((m->room[class] - m->shown[class]) & 0xfff) - 1u < 0x7ff;
}

static bool next_rx(void *ctx, struct pt_tlp *p)
{
	struct model *m = ctx;
	const struct feed_tlp *head = m->feed.in.head;
	struct feed_tlp *t;

	/* What is next of the others has to have room, or nothing may pass it but itself. */
	if (head && !has_room(m, head->cpl ? 2 : 0))
		return false;
	t = feed_next(&m->feed, has_room(m, 1));
	if (!t)
		return false;
	m->shown[t->cpl ? 2 : t->posted ? 0 : 1]++;
	memcpy(p->hdr, t->hdr, sizeof(p->hdr));
	memcpy(p->data, t->data, 4 * t->len);
	p->len = t->len;
	p->bar = t->cpl || t->bar > 5 ? 0 : (unsigned)t->bar;
	free(t);
	return true;
}

static void receive(struct model *m, const struct outp *o)
{
	struct pt_seg seg[2];
	uint32_t f = 0;

	m->rx_ready = m->rx_ready << 1 | (o->flags & O_RX_READY);
	m->in.flags &= ~(0xfffu << 2);
	/* Any time within the latency will do: here the last possible, or at once. */
	if (!(m->rx_ready >> (m->cycle & 16 ? RX_LATENCY : 0) & 1) || m->cycle < m->rx_gap)
		return;
	if (!pt_rx_cycle(&m->rx, m->segs, seg))
		return;
	m->moved = true;
	for (unsigned i = 0; i < m->segs; i++) {
		f |= (uint32_t)seg[i].valid << (2 + i) | (uint32_t)seg[i].sop << (4 + i) |
		     (uint32_t)seg[i].eop << (6 + i) | seg[i].bar << (8 + 3 * i);
		memcpy(m->in.hdr + 4 * i, seg[i].hdr, sizeof(seg[i].hdr));
		memcpy(m->in.data + 8 * i, seg[i].data, sizeof(seg[i].data));
	}
	m->in.flags |= f;
	m->rx_gap = gap(m);
}

/* ---- transmit ---- */

static void sent(struct model *m)
{
	struct pt_tlp *t = &m->tx;
	bool posted = t->hdr[0] >> 30 & 1 && !(t->hdr[0] >> 24 & 0x1f);
	uint64_t addr = t->hdr[0] >> 29 & 1 ? (uint64_t)t->hdr[2] << 32 | t->hdr[3] : t->hdr[2];
	uint32_t ids = m->feed.id_in;
	bool own = posted && m->msi_addr && addr == m->msi_addr;

	if (posted)
		m->units[m->units_in++ % UNITS_N] = (uint16_t)((t->len + 3) / 4);
	else if ((t->hdr[0] >> 25 & 0xf) != 5)
		m->np_given++;
	/* MSI is the shim's: it takes none of the endpoint's numbers. */
	if (own)
		m->feed.id_in = m->feed.id_out;
	m->error = feed_send(&m->feed, t->hdr, t->data, t->len);
	m->feed.id_in = ids;
}

static void transmit(struct model *m, const struct outp *o)
{
	unsigned valid = o->flags >> 15 & 3, sop = o->flags >> 17 & 3, eop = o->flags >> 19 & 3;
	bool may;

	m->tx_ready = m->tx_ready << 1 | (m->in.flags & I_TX_READY ? 1 : 0);
	may = m->tx_ready >> TX_LATENCY & 1;
	if (valid && !may)
		broken(m, "tx_st_valid three cycles after tx_st_ready was low");
	if (!valid && may && m->inside)
		broken(m, "tx_st_valid fell inside a TLP while tx_st_ready was up");
	if ((sop | eop) & ~valid || valid == 2)
		broken(m, "tx_st_sop or tx_st_eop without valid, or a lone upper segment");
	for (unsigned i = 0; i < m->segs; i++) {
		struct pt_seg s = { .valid = valid >> i & 1, .sop = sop >> i & 1, .eop = eop >> i & 1 };
		const char *wrong;

		if (!s.valid)
			continue;
		memcpy(s.hdr, o->hdr + 4 * i, sizeof(s.hdr));
		memcpy(s.data, o->data + 8 * i, sizeof(s.data));
		wrong = pt_tx_seg(&m->tx, &m->inside, &s);
		if (wrong)
			broken(m, wrong);
		else if (s.eop)
			sent(m);
		m->moved = true;
	}
	if (valid)
		m->tx_gap = gap(m);
}

/* ---- beside the streams ---- */

static uint32_t events(struct model *m, const struct outp *o)
{
	uint32_t f = 0, info = o->flags & O_ERR_VALID ? o->info : 0, class = o->flags >> 1 & 3;

	if (class < 3)
		m->room[class] = o->flags >> 3 & 0xfff;
	f |= info >> 2 & 1 ? CW_O_ERR_CPL_UNEXPECTED : 0;
	f |= info >> 3 & 1 ? CW_O_ERR_CA : 0;
	f |= info >> 4 & 1 ? CW_O_ERR_CPL_TIMEOUT : 0;
	f |= info >> 5 & 1 ? CW_O_ERR_UR : 0;
	f |= info >> 6 & 1 ? CW_O_ERR_POISONED : 0;
	f |= o->flags & O_FLR_DONE ? CW_O_FLR_DONE : 0;
	f |= o->flags & O_PENDING ? CW_O_TRANS_PENDING : 0;
	if (m->intx != !!(o->flags & O_INT)) {
		m->intx = o->flags & O_INT;
		m->error = feed_intx(&m->feed, m->intx);
	}
	f |= feed_held(&m->feed) || m->inside ? 0 : CW_O_POWER_ACK;
	m->moved |= (f & (CW_O_ERRORS | CW_O_FLR_DONE)) != 0;
	return f;
}

/* Entries that changed are shown next: the guide promises no order. */
static void set(struct model *m, uint16_t *table, unsigned i, uint32_t value, unsigned *next)
{
	if (table[i] == (uint16_t)value)
		return;
	table[i] = (uint16_t)value;
	*next = i;
	m->settle = TURNS;
}

/* Table 74: what tl_cfg shows; MSI also tells which write is no request of the endpoint's. */
static unsigned configuration(struct model *m, const struct cw_wires_in *in, const struct cw_cfgspace *c)
{
	const uint32_t *msi = &c->dw[CW_CFG_MSI / 4];
	uint32_t fn = in->fn, mask = msi[4];
	unsigned next = m->cycle % 32;

	set(m, m->cfg, 13, msi[3], &next);
	set(m, m->cfg, 12, (fn & CW_F_MSIX_MASK ? 1u << 6 : 0) | (fn & CW_F_MSIX ? 1u << 5 : 0) | (msi[0] >> 20 & 7) << 2 |
	    1u << 1 | (fn & CW_F_MSI ? 1u : 0), &next);
	set(m, m->cfg, 11, mask >> 16, &next);
	set(m, m->cfg, 10, mask, &next);
	set(m, m->cfg, 9, msi[2] >> 16, &next);
	set(m, m->cfg, 8, msi[2], &next);
	set(m, m->cfg, 7, msi[1] >> 16, &next);
	set(m, m->cfg, 6, msi[1], &next);
	set(m, m->cfg, 2, fn & CW_F_RCB ? 1u << 14 : 0, &next);
	set(m, m->cfg, 1, (fn & CW_F_NS ? 1u << 14 : 0) | (fn & CW_F_RO ? 1u << 13 : 0) | (fn >> 3 & 0x1f) << 8 |
	    (fn >> 8 & 0xff), &next);
	set(m, m->cfg, 0, (fn & CW_F_MEM ? 1u << 15 : 0) | (fn & CW_F_BME ? 1u << 7 : 0) |
	    (fn & CW_F_EXT_TAG ? 1u << 6 : 0) | (fn >> 19 & 7) << 3 | (fn >> 16 & 7), &next);
	m->msi_addr = fn & CW_F_MSI ? (uint64_t)msi[2] << 32 | msi[1] : 0;
	return next;
}

/* Requests of a kind that the IP's model does not have yet. */
static uint16_t waiting(const struct model *m, bool posted)
{
	uint16_t n = 0;

	for (const struct feed_tlp *t = m->feed.req.head; t; t = t->next)
		n += t->posted == posted;
	return n;
}

/* 4.4.7: running totals, 0 for no limit. */
static unsigned credits(struct model *m, const struct cw_wires_in *in)
{
	uint32_t ph = in->power_fc >> 3 & 0xfff, nph = in->power_fc >> 15 & 0xfff, pd = in->fc_buf & 0xffff;
	unsigned next = m->cycle % 7;

	while (m->units_out != m->units_in && (int32_t)(m->feed.left - m->units_out) > 0)
		m->pd_left += m->units[m->units_out++ % UNITS_N];
	set(m, m->limit, 4, pd == 0xffff ? 0 : m->pd_left + pd, &next);
	set(m, m->limit, 1, nph == 0xfff ? 0 : (m->np_given - waiting(m, false) + nph) & 0xfff, &next);
	set(m, m->limit, 0, ph == 0xfff ? 0 : (m->feed.given - waiting(m, true) + ph) & 0xfff, &next);
	return next;
}

static void pins(struct model *m, const struct cw_wires_in *in, const struct cw_cfgspace *c)
{
	unsigned add = configuration(m, in, c), idx = credits(m, in);

	m->in.flags &= 0xfffu << 2;
	m->in.flags |= I_UP | idx << 15 | add << 18 | 1u << (23 + (in->power_fc & 3)) |
		       (in->power_fc & 4 ? I_FLR : 0);
	if (feed_held(&m->feed) < BUFFERS && m->cycle >= m->tx_gap)
		m->in.flags |= I_TX_READY;
	m->in.turns = m->limit[idx] | (uint32_t)m->cfg[add] << 16;
	if (m->settle)
		m->settle--;
}

static void reset(struct model *m)
{
	memset(&m->in, 0, sizeof(m->in));
	memset(m->cfg, 0, sizeof(m->cfg));
	memset(m->limit, 0, sizeof(m->limit));
	memset(m->room, 0, sizeof(m->room));
	memset(m->shown, 0, sizeof(m->shown));
	m->rx.busy = m->inside = m->intx = false;
	m->rx_ready = m->tx_ready = 0;
	m->np_given = 0;
	m->units_in = m->units_out = m->pd_left = 0;
	m->settle = TURNS;
	m->rx_gap = m->tx_gap = 0;
}

static int cycle(void *shim, struct cw_hip *h, uint64_t cycle, uint64_t time, const uint32_t *from_rtl,
		 struct cw_wires_in *in, uint32_t *to_rtl)
{
	struct model *m = shim;
	const struct outp *o = (const struct outp *)(const void *)from_rtl;
	uint32_t flags = 0;
	int ret;

	m->cycle = cycle;
	m->moved = false;
	if (m->in.flags & I_UP) {
		feed_note_id(&m->feed, (const struct cw_wires_out *)(const void *)from_rtl);
		transmit(m, o);
		flags = events(m, o);
		receive(m, o);
		if (o->flags & O_BROKEN)
			broken(m, "the shim says that the IP is broken");
	}
	ret = feed_cycle(&m->feed, h, cycle, time, flags, in);
	if (in->flags & CW_I_RST)
		reset(m);
	else
		pins(m, in, cw_hip_cfg(h));
	memcpy(to_rtl, &m->in, sizeof(m->in));
	return ret ? ret : m->error;
}

static bool quiet(const void *shim)
{
	const struct model *m = shim;

	return !m->moved && !m->settle && feed_quiet(&m->feed) && !m->rx.busy && !m->inside && m->cycle >= m->tx_gap &&
	       m->cycle >= m->rx_gap;
}

static const char *why(const void *shim)
{
	const struct model *m = shim;

	return *m->why ? m->why : NULL;
}

static void limit(struct cw_hip_param *p)
{
	p->cfg.tag10 = false; /* the shim does not use them */
	p->cpl_buf_hdr = CPL_HDR;
	p->cpl_buf_data = CPL_DATA;
	p->ip_timeout_cycles = 0;
	p->pass_unclaimed = false;
}

static int create(void **shim, const struct cw_shim_param *p, unsigned segs)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	feed_init(&m->feed, p->data_dw);
	cw_rng_seed(&m->rng, p->seed, CW_RNG_SHIM);
	m->segs = segs;
	m->throttle = p->throttle || p->steady ? p->throttle : THROTTLE;
	m->rx = (struct pt_stream){ .next = next_rx, .ctx = m };
	reset(m);
	*shim = m;
	return 0;
}

static int create_x16(void **shim, const struct cw_shim_param *p)
{
	return create(shim, p, 2);
}

static int create_x8(void **shim, const struct cw_shim_param *p)
{
	return create(shim, p, 1);
}

static void destroy(void *shim)
{
	struct model *m = shim;

	if (!m)
		return;
	feed_clear(&m->feed);
	free(m);
}

const struct cw_shim_ops cw_shim_ptile = {
	.limit = limit, .create = create_x16, .destroy = destroy, .cycle = cycle, .quiet = quiet, .why = why,
};
const struct cw_shim_ops cw_shim_ptile256 = {
	.limit = limit, .create = create_x8, .destroy = destroy, .cycle = cycle, .quiet = quiet, .why = why,
};
