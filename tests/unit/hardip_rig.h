/* SPDX-License-Identifier: BSD-2-Clause */
/* The hard-IP model between a raw link and an RTL played by the test. */
#ifndef HARDIP_RIG_H
#define HARDIP_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/hardip.h"
#include "../../sim/link/txq.h"

#define BDF 0x0100
#define BAR0 0x80000000u
#define PERIOD 4000
#define DEVCTL (CW_CFG_PCIE + 8)

struct bench {
	struct cw_link *host, *card;
	struct cw_hip *hip;
	struct cw_wires_in in;
	struct cw_wires_out out;
	uint64_t cycle;
	struct cw_tlp got[256];      /* TLPs the host received */
	unsigned got_n;
	struct cw_credit returned;   /* last credit update */
	struct cw_msg msg;
	unsigned sent_n;             /* tx_sent_n so far */
	struct cw_tlp rx[64];        /* TLPs the RTL received, requests and completions */
	uint8_t rx_bar[64];
	uint64_t rx_cycle[64];
	unsigned rx_n;
	bool hold_rx;                /* the RTL does not take */
};

static inline void host_send(struct bench *b, const struct cw_tlp *t)
{
	assert_int_equal(cw_link_send_tlp(b->host, b->cycle * PERIOD, t), 0);
}

static inline void host_receive(struct bench *b)
{
	while (cw_link_recv(b->host, &b->msg) == 0) {
		if (b->msg.kind == CW_MSG_CREDIT)
			b->returned = b->msg.credit;
		if (b->msg.kind == CW_MSG_TLP)
			b->got[b->got_n++ % 256] = b->msg.tlp;
	}
}

/* Takes what the IP shows, one-beat TLPs and longer ones. */
static inline void rtl_take(struct bench *b, uint32_t valid, uint32_t sop, uint32_t eop, const uint32_t *hdr, const uint32_t *data,
		     uint32_t keep)
{
	struct cw_tlp *t = &b->rx[b->rx_n % 64];
	uint32_t n = 4u * (uint32_t)__builtin_popcount(keep);

	if (!(b->in.flags & valid))
		return;
	if (b->in.flags & sop) {
		memcpy(t->dw, hdr, sizeof(t->dw));
		t->data_len = 0;
		b->rx_bar[b->rx_n % 64] = b->in.flags >> 9 & 7;
	}
	memcpy(t->data + t->data_len, data, n);
	t->data_len += n;
	if (b->in.flags & eop) {
		b->rx_cycle[b->rx_n % 64] = b->cycle;
		b->rx_n++;
	}
}

static inline void cycle(struct bench *b)
{
	uint64_t time = b->cycle * PERIOD;

	b->out.flags &= ~(CW_O_RX_REQ_READY | CW_O_RX_CPL_READY);
	if (!b->hold_rx) {
		b->out.flags |= CW_O_RX_REQ_READY | CW_O_RX_CPL_READY;
		rtl_take(b, CW_I_RX_REQ_VALID, CW_I_RX_REQ_SOP, CW_I_RX_REQ_EOP, b->in.req_hdr, b->in.data + 8,
			 b->in.keep >> 16);
		rtl_take(b, CW_I_RX_CPL_VALID, CW_I_RX_CPL_SOP, CW_I_RX_CPL_EOP, b->in.cpl_hdr, b->in.data,
			 b->in.keep & 0xffff);
	}
	assert_int_equal(cw_hip_arrivals(b->hip, b->cycle, time), 0);
	assert_int_equal(cw_hip_cycle(b->hip, b->cycle, time, &b->out, &b->in), 0);
	assert_true(cw_hip_tx_run(b->hip, time) >= 0);
	b->sent_n += b->in.flags >> 13 & 0xf;
	b->cycle++;
	host_receive(b);
}

static inline void cycles(struct bench *b, unsigned n)
{
	while (n--)
		cycle(b);
}

static inline void host_credit(struct bench *b, uint32_t ph, uint32_t nph)
{
	b->msg = (struct cw_msg){ .kind = CW_MSG_CREDIT, .stamp = b->cycle * PERIOD };
	b->msg.credit = (struct cw_credit){ { ph, nph, CW_CREDIT_INFINITE }, { 16 * ph, nph, CW_CREDIT_INFINITE } };
	assert_int_equal(cw_link_send(b->host, &b->msg), 0);
}

static inline void host_state(struct bench *b, enum cw_link_state s)
{
	b->msg = (struct cw_msg){ .kind = CW_MSG_LINK, .stamp = b->cycle * PERIOD, .state = s };
	assert_int_equal(cw_link_send(b->host, &b->msg), 0);
}

static inline void up(struct bench *b, const struct cw_hip_param *p)
{
	const struct cw_link_param lp = { .seed = 3, .latency_ps = 1, .generation = 3, .lanes = 0, .free_running = true };

	memset(b, 0, sizeof(*b));
	b->in.flags = CW_I_RST;
	assert_int_equal(cw_link_pair(&lp, &b->host, &b->card), 0);
	assert_int_equal(cw_hip_new(&b->hip, b->card, p), 0);
	cycles(b, 5);
	assert_true(b->in.flags & CW_I_RST);
	host_state(b, CW_LINK_UP);
	host_credit(b, 100, 100);
	cycles(b, 30);
	assert_false(b->in.flags & CW_I_RST);
}

static inline void up_default(struct bench *b)
{
	struct cw_hip_param p;

	cw_hip_param_default(&p);
	up(b, &p);
}

static inline void down(struct bench *b)
{
	cw_hip_free(b->hip);
	cw_link_close(b->host);
	cw_link_close(b->card);
}

/* The n-th TLP from the end that the host got, decoded. */
static inline struct cw_tlp_info last(struct bench *b, unsigned n)
{
	struct cw_tlp_info i;

	assert_true(b->got_n > n);
	assert_int_equal(cw_tlp_decode(&b->got[(b->got_n - 1 - n) % 256], &i, NULL), 0);
	return i;
}

static inline void cfg_write_start(struct bench *b, uint16_t reg, uint32_t value)
{
	struct cw_tlp t;

	cw_tlp_cfgwr(&t, 0, 1, BDF, reg, value, 0xf);
	host_send(b, &t);
}

static inline void cfg_write(struct bench *b, uint16_t reg, uint32_t value)
{
	unsigned n = b->got_n;

	cfg_write_start(b, reg, value);
	cycles(b, 60);
	assert_int_equal(b->got_n, n + 1);
	assert_int_equal(last(b, 0).status, CW_CPL_SC);
}

static inline uint32_t cfg_read(struct bench *b, uint16_t reg)
{
	struct cw_tlp t;
	uint32_t v;

	cw_tlp_cfgrd(&t, 0, 2, BDF, reg);
	host_send(b, &t);
	cycles(b, 4);
	assert_int_equal(last(b, 0).kind, CW_TLP_CPLD);
	memcpy(&v, b->got[(b->got_n - 1) % 256].data, 4);
	return v;
}

static inline void enable(struct bench *b)
{
	cfg_write(b, 0x10, BAR0);
	cfg_write(b, 4, 6);
}

/* The RTL sends one beat of a TLP on tx_req. */
static inline void rtl_write(struct bench *b, uint64_t addr)
{
	struct cw_tlp t;
	uint32_t v = (uint32_t)addr;

	cw_tlp_mwr(&t, BDF, addr, &v, 4, 0);
	for (unsigned n = 0; !(b->in.flags & CW_I_TX_REQ_READY); n++) {
		assert_true(n < 1000);
		cycle(b);
	}
	memcpy(b->out.req_hdr, t.dw, sizeof(t.dw));
	b->out.data[0] = v;
	b->out.keep = (b->out.keep & 0xffff0000u) | 1;
	b->out.flags |= CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP | CW_O_TX_REQ_EOP;
	cycle(b);
	b->out.flags &= ~(CW_O_TX_REQ_VALID | CW_O_TX_REQ_SOP | CW_O_TX_REQ_EOP);
}

static inline void rtl_completion(struct bench *b, uint16_t tag)
{
	struct cw_tlp t;
	uint32_t v = tag;

	cw_tlp_cpld(&t, BDF, 0, tag, 0, 0, 4, 0, &v, 1);
	memcpy(b->out.cpl_hdr, t.dw, sizeof(t.dw));
	b->out.data[8] = v;
	b->out.keep = (b->out.keep & 0xffff) | 1u << 16;
	b->out.flags |= CW_O_TX_CPL_VALID | CW_O_TX_CPL_SOP | CW_O_TX_CPL_EOP;
	cycle(b);
	b->out.flags &= ~(CW_O_TX_CPL_VALID | CW_O_TX_CPL_SOP | CW_O_TX_CPL_EOP);
}

#endif
