/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What surrounds cw_host_port in a block test: a host that sends requests and
 * checks every completion against the request it answers, card memory on AXI4,
 * user registers on AXI4-Lite, and the queue status of the engine. All of it
 * stalls at random by rig->stall percent.
 */
#ifndef HOST_PORT_RIG_H
#define HOST_PORT_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dut.h"
#include "stream.h"
#include "driver/cw_regs.h"

#define RIG_QUEUE_N 64
#define RIG_MEM_LEN (3u << 20)
#define RIG_USER_N 256
#define RIG_CFG_N 65536
#define RIG_BDF 0x0508
#define RIG_BAR0 0x1234500000ull /* 4DW headers */
#define RIG_BAR2 0x00c00000ull   /* 3DW headers */
#define RIG_BAR4 0x9876500000ull

enum { REQ_SOP, REQ_EOP, REQ_HDR, REQ_DATA, REQ_KEEP, REQ_BAR };
static const char *const rig_req_fields[] = { "rx_req_sop", "rx_req_eop", "rx_req_hdr", "rx_req_data",
					      "rx_req_keep", "rx_req_bar", NULL };
static const char *const rig_cpl_fields[] = { "tx_cpl_sop", "tx_cpl_eop", "tx_cpl_hdr", "tx_cpl_data",
					      "tx_cpl_keep", NULL };
static const char *const rig_kick_fields[] = { "kick_queue", "kick_producer", NULL };
static const char *const rig_msix_fields[] = { "msix_req_addr", "msix_req_data", NULL };
static const char *const rig_arm_fields[] = { "arm_queue", "arm_index", NULL };
static const char *const rig_entry_fields[] = { "entry_addr", "entry_data", NULL };
static const char *const rig_irq_fields[] = { "raise_vector", "raise_queue", "raise_error", "raise_completions", NULL };

struct rig_cfg {
	unsigned op, queue, reg;
	uint32_t data;
	uint64_t cycle;
};

struct rig_req {
	uint8_t fmt_type, first_be, last_be, tc, attr, bar;
	bool ep;
	uint16_t requester, tag, len_dw;
	uint64_t addr;
	const void *data;
};

struct rig_burst {
	bool open;
	uint64_t addr;
	unsigned left, wait;
};

struct rig {
	struct dut *d;
	struct stream *rx, *tx, *kick, *msix, *irq, *arm, *entry;
	struct dut_rng rng;
	unsigned stall, mps;
	uint16_t tag;
	uint64_t now;
	bool flr_was_done;
	unsigned err_ur, err_ca, err_poisoned;
	/* card memory */
	uint8_t *mem;
	uint64_t bad_lo, bad_hi; /* [lo, hi) answers with an error */
	struct rig_burst wr, rd;
	bool w_ended, w_bad, r_held;
	unsigned b_wait;
	/* user registers; word RIG_USER_N - 1 answers with an error */
	uint32_t user[RIG_USER_N];
	bool user_aw, user_w, user_r;
	uint32_t user_raddr;
	uint32_t user_addr, user_data, user_strb;
	/* engine */
	uint32_t fetched[RIG_QUEUE_N], retired[RIG_QUEUE_N], records[RIG_QUEUE_N];
	bool halted[RIG_QUEUE_N];
	uint8_t cause[RIG_QUEUE_N];
	bool fetch_answered, retire_answered;
	struct rig_cfg *cfg;
	unsigned cfg_n;
};

static inline bool rig_go(struct rig *r)
{
	return !dut_chance(&r->rng, r->stall);
}

/* ---- card memory: one burst each way at a time ---- */
static inline bool rig_bad(const struct rig *r, uint64_t addr)
{
	return addr + 32 > RIG_MEM_LEN || (addr < r->bad_hi && addr + 32 > r->bad_lo);
}

static void rig_axi_write(struct rig *r)
{
	struct dut *d = r->d;

	if (dut_get(d, "axi_bvalid") && dut_get(d, "axi_bready"))
		r->w_ended = false;
	if (dut_get(d, "axi_awvalid") && dut_get(d, "axi_awready")) {
		r->wr = (struct rig_burst){ true, dut_get(d, "axi_awaddr"), (unsigned)dut_get(d, "axi_awlen") + 1, 0 };
		r->w_bad = false;
		if ((r->wr.addr & 4095) + 32 * r->wr.left > 4096 || r->wr.addr % 32)
			fail_msg("window burst at 0x%llx of %u beats", (unsigned long long)r->wr.addr, r->wr.left);
	}
	if (dut_get(d, "axi_wvalid") && dut_get(d, "axi_wready")) {
		uint32_t strb = (uint32_t)dut_get(d, "axi_wstrb");
		uint8_t bytes[32];

		dut_get_bytes(d, "axi_wdata", 0, bytes, 32);
		if (rig_bad(r, r->wr.addr))
			r->w_bad = true;
		else
			for (unsigned i = 0; i < 32; i++)
				if (strb >> i & 1)
					r->mem[r->wr.addr + i] = bytes[i];
		r->wr.addr += 32;
		r->wr.left--;
		if ((r->wr.left == 0) != !!dut_get(d, "axi_wlast"))
			fail_msg("axi_wlast with %u beats left", r->wr.left);
		if (r->wr.left == 0) {
			r->wr.open = false;
			r->w_ended = true;
			r->b_wait = (unsigned)dut_below(&r->rng, 1 + r->stall / 4);
		}
	}
}

static void rig_axi_read(struct rig *r)
{
	struct dut *d = r->d;

	r->r_held = dut_get(d, "axi_rvalid") && !dut_get(d, "axi_rready");
	if (dut_get(d, "axi_rvalid") && dut_get(d, "axi_rready")) {
		r->rd.addr += 32;
		if (--r->rd.left == 0)
			r->rd.open = false;
	}
	if (dut_get(d, "axi_arvalid") && dut_get(d, "axi_arready"))
		r->rd = (struct rig_burst){ true, dut_get(d, "axi_araddr"), (unsigned)dut_get(d, "axi_arlen") + 1, 0 };
}

static void rig_axi_drive(struct rig *r)
{
	struct dut *d = r->d;
	bool held = r->r_held;
	bool rvalid = r->rd.open && (held || rig_go(r));

	dut_set(d, "axi_awready", !r->wr.open && !r->w_ended && rig_go(r));
	dut_set(d, "axi_wready", r->wr.open && rig_go(r));
	if (r->b_wait)
		r->b_wait--;
	dut_set(d, "axi_bvalid", r->w_ended && !r->b_wait);
	dut_set(d, "axi_bresp", r->w_bad ? 3 : 0);
	dut_set(d, "axi_arready", !r->rd.open && rig_go(r));
	dut_set(d, "axi_rvalid", rvalid);
	if (rvalid) {
		bool bad = rig_bad(r, r->rd.addr);
		static const uint8_t none[32];

		dut_set_bytes(d, "axi_rdata", 0, bad ? none : r->mem + r->rd.addr, 32);
		dut_set(d, "axi_rresp", bad ? 3 : 0);
		dut_set(d, "axi_rlast", r->rd.left == 1);
	}
}

/* ---- user registers ---- */
static void rig_user_sample(struct rig *r)
{
	struct dut *d = r->d;

	if (dut_get(d, "user_bvalid") && dut_get(d, "user_bready"))
		r->user_aw = r->user_w = false;
	if (dut_get(d, "user_awvalid") && dut_get(d, "user_awready")) {
		r->user_aw = true;
		r->user_addr = (uint32_t)dut_get(d, "user_awaddr") / 4;
	}
	if (dut_get(d, "user_wvalid") && dut_get(d, "user_wready")) {
		r->user_w = true;
		r->user_data = (uint32_t)dut_get(d, "user_wdata");
		r->user_strb = (uint32_t)dut_get(d, "user_wstrb");
	}
	if (r->user_aw && r->user_w)
		for (unsigned i = 0; i < 4; i++)
			if (r->user_strb >> i & 1)
				((uint8_t *)&r->user[r->user_addr % RIG_USER_N])[i] = (uint8_t)(r->user_data >> 8 * i);
	if (dut_get(d, "user_arvalid") && dut_get(d, "user_arready")) {
		uint32_t i = (uint32_t)dut_get(d, "user_araddr") / 4 % RIG_USER_N;

		r->user_r = true;
		r->user_raddr = i;
	} else if (dut_get(d, "user_rvalid") && dut_get(d, "user_rready")) {
		r->user_r = false;
	}
}

static void rig_user_drive(struct rig *r)
{
	dut_set(r->d, "user_awready", !r->user_aw && rig_go(r));
	dut_set(r->d, "user_wready", !r->user_w && rig_go(r));
	dut_set(r->d, "user_arready", !r->user_r && rig_go(r));
	dut_set(r->d, "user_rvalid", r->user_r);
	dut_set(r->d, "user_rdata", r->user[r->user_raddr]);
	dut_set(r->d, "user_rresp", r->user_raddr == RIG_USER_N - 1 ? 2 : 0);
	dut_set(r->d, "user_bvalid", r->user_aw && r->user_w);
	dut_set(r->d, "user_bresp", r->user_addr % RIG_USER_N == RIG_USER_N - 1 ? 2 : 0);
}

/* ---- engine: queue status and the configuration bus ---- */
static void rig_engine_sample(struct rig *r)
{
	struct dut *d = r->d;

	if (dut_get(d, "qcfg_valid")) {
		struct rig_cfg c = { (unsigned)dut_get(d, "qcfg_op"), (unsigned)dut_get(d, "qcfg_queue"),
				     (unsigned)dut_get(d, "qcfg_reg"), (uint32_t)dut_get(d, "qcfg_data"), dut_now(d) };

		if (r->cfg_n && c.cycle - r->cfg[r->cfg_n - 1].cycle < 4)
			fail_msg("qcfg strobes %llu cycles apart", (unsigned long long)(c.cycle - r->cfg[r->cfg_n - 1].cycle));
		assert_true(r->cfg_n < RIG_CFG_N);
		r->cfg[r->cfg_n++] = c;
	}
	if (!dut_get(d, "qst_valid"))
		r->fetch_answered = r->retire_answered = false;
	r->err_ur += dut_get(d, "err_ur") != 0;
	r->err_ca += dut_get(d, "err_ca") != 0;
	r->err_poisoned += dut_get(d, "err_poisoned") != 0;
	r->flr_was_done |= dut_get(d, "flr_done") != 0;
}

static void rig_engine_drive(struct rig *r)
{
	struct dut *d = r->d;
	bool asked = dut_get(d, "qst_valid");
	unsigned q = (unsigned)dut_get(d, "qst_queue") % RIG_QUEUE_N;
	bool fetch = asked && !r->fetch_answered && rig_go(r);
	bool retire = asked && !r->retire_answered && rig_go(r);

	dut_set(d, "qst_fetch_ack", fetch);
	dut_set(d, "qst_retire_ack", retire);
	/* Valid only with the ack. */
	dut_set(d, "qst_fetched", fetch ? r->fetched[q] : (uint32_t)dut_rand(&r->rng));
	dut_set(d, "qst_retired", retire ? r->retired[q] : (uint32_t)dut_rand(&r->rng));
	dut_set(d, "qst_records", retire ? r->records[q] : (uint32_t)dut_rand(&r->rng));
	dut_set(d, "qst_halted", retire && r->halted[q]);
	dut_set(d, "qst_cause", retire ? r->cause[q] : 31);
	r->fetch_answered |= fetch;
	r->retire_answered |= retire;
	dut_set(d, "now", ++r->now & 0xffffffffffffull);
}

static void rig_sample(void *ctx)
{
	struct rig *r = ctx;

	rig_axi_write(r);
	rig_axi_read(r);
	rig_user_sample(r);
	rig_engine_sample(r);
}

static void rig_drive(void *ctx)
{
	struct rig *r = ctx;

	rig_axi_drive(r);
	rig_user_drive(r);
	rig_engine_drive(r);
}

/* ---- set-up ---- */
static uint32_t rig_rd32(struct rig *r, uint32_t off);

static void rig_wait_ready(struct rig *r)
{
	for (unsigned i = 0; i < 5000; i++)
		if (rig_rd32(r, CW_STATUS) & CW_STATUS_READY_MASK)
			return;
	fail_msg("STATUS.READY stayed 0");
}

static struct rig *rig_new(unsigned stall)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->mem = calloc(1, RIG_MEM_LEN);
	r->cfg = calloc(RIG_CFG_N, sizeof(*r->cfg));
	assert_non_null(r->mem);
	assert_non_null(r->cfg);
	r->d = dut_new(dut_seed());
	dut_rng_init(&r->rng, dut_seed() + stall);
	for (unsigned i = 0; i < RIG_MEM_LEN; i++)
		r->mem[i] = (uint8_t)dut_rand(&r->rng);
	dut_set(r->d, "fn_bdf", RIG_BDF);
	dut_set(r->d, "fn_mem", 1);
	dut_set(r->d, "fn_bme", 1);
	dut_set(r->d, "engine_empty", 1);
	dut_reset(r->d, 3);
	r->rx = stream_source(r->d, "rx_req", rig_req_fields);
	r->tx = stream_sink(r->d, "tx_cpl", rig_cpl_fields);
	r->kick = stream_sink(r->d, "kick", rig_kick_fields);
	r->msix = stream_sink(r->d, "msix_req", rig_msix_fields);
	r->irq = stream_source(r->d, "raise", rig_irq_fields);
	r->arm = stream_sink(r->d, "arm", rig_arm_fields);
	r->entry = stream_sink(r->d, "entry", rig_entry_fields);
	dut_hook(r->d, rig_sample, rig_drive, r);
	r->stall = stall;
	stream_stall(r->rx, stall);
	stream_stall(r->tx, stall);
	stream_stall(r->kick, stall);
	stream_stall(r->msix, stall);
	stream_stall(r->arm, stall);
	stream_stall(r->entry, stall);
	rig_wait_ready(r);
	return r;
}

static void rig_free(struct rig *r)
{
	dut_free(r->d);
	stream_free(r->rx);
	stream_free(r->tx);
	stream_free(r->kick);
	stream_free(r->msix);
	stream_free(r->irq);
	stream_free(r->arm);
	stream_free(r->entry);
	free(r->mem);
	free(r->cfg);
	free(r);
}

static inline void rig_mps(struct rig *r, unsigned mps)
{
	r->mps = mps;
	dut_set(r->d, "fn_mps", mps);
}

/* ---- requests ---- */
static void rig_header(const struct rig_req *q, uint32_t dw[4])
{
	bool dw4 = q->fmt_type & 0x20;

	dw[0] = (uint32_t)q->fmt_type << 24 | (q->tag >> 9 & 1u) << 23 | (q->tc & 7u) << 20 | (q->tag >> 8 & 1u) << 19 |
		(q->attr >> 2 & 1u) << 18 | (uint32_t)q->ep << 14 | (q->attr & 3u) << 12 | (q->len_dw & 1023u);
	dw[1] = (uint32_t)q->requester << 16 | (q->tag & 255u) << 8 | (q->last_be & 15u) << 4 | (q->first_be & 15u);
	dw[2] = dw4 ? (uint32_t)(q->addr >> 32) : (uint32_t)q->addr;
	dw[3] = dw4 ? (uint32_t)q->addr : 0;
}

static void rig_send(struct rig *r, const struct rig_req *q)
{
	unsigned left = q->fmt_type & 0x40 ? q->len_dw : 0, done = 0;
	uint32_t dw[4];

	rig_header(q, dw);
	do {
		struct stream_beat b = { 0 };
		unsigned n = left > 8 ? 8 : left;

		stream_put_u64(r->rx, &b, REQ_SOP, done == 0);
		stream_put_u64(r->rx, &b, REQ_EOP, left == n);
		stream_put(r->rx, &b, REQ_HDR, dw, sizeof(dw));
		if (n)
			stream_put(r->rx, &b, REQ_DATA, (const uint8_t *)q->data + 4 * done, 4 * n);
		stream_put_u64(r->rx, &b, REQ_KEEP, (1u << n) - 1);
		stream_put_u64(r->rx, &b, REQ_BAR, q->bar);
		stream_push(r->rx, &b);
		done += n;
		left -= n;
	} while (left);
}

static inline uint64_t rig_bar_addr(unsigned bar, uint32_t off)
{
	return (bar == 0 ? RIG_BAR0 : bar == 2 ? RIG_BAR2 : RIG_BAR4) + off;
}

static void rig_write(struct rig *r, unsigned bar, uint32_t off, unsigned first_be, unsigned last_be,
		      unsigned len_dw, const void *data)
{
	struct rig_req q = { .fmt_type = bar == 2 ? 0x40 : 0x60, .first_be = (uint8_t)first_be, .last_be = (uint8_t)last_be,
			     .bar = (uint8_t)bar, .requester = 0x0010, .len_dw = (uint16_t)len_dw,
			     .addr = rig_bar_addr(bar, off), .data = data };

	rig_send(r, &q);
}

static inline void rig_wr32(struct rig *r, uint32_t off, uint32_t v)
{
	rig_write(r, 0, off, 0xf, 0, 1, &v);
}

/* ---- completions ---- */
static unsigned rig_skip(unsigned be)
{
	return be ? (unsigned)__builtin_ctz(be) : 0;
}

/* Byte count of a read, from its byte enables (PCIe Base Specification 6.0, 2.3.1.1). */
static unsigned rig_byte_count(const struct rig_req *q)
{
	unsigned last = q->len_dw == 1 ? q->first_be : q->last_be;

	if (q->len_dw == 1 && q->first_be == 0)
		return 1;
	return 4u * q->len_dw - rig_skip(q->first_be) - ((unsigned)__builtin_clz(last) - 28);
}

static void rig_next_beat(struct rig *r, struct stream_beat *b)
{
	for (unsigned i = 0; !stream_pop(r->tx, b); i++) {
		if (i == 20000)
			fail_msg("no completion");
		dut_cycle(r->d);
	}
}

/* One completion TLP; *dw_n payload DWs are put at data. */
static void rig_cpl(struct rig *r, uint32_t hdr[4], uint8_t *data, unsigned *dw_n)
{
	struct stream_beat b;
	bool sop = true;

	*dw_n = 0;
	do {
		unsigned keep, n;
		uint32_t beat[8];

		rig_next_beat(r, &b);
		assert_int_equal(stream_take_u64(r->tx, &b, 0), sop);
		if (sop)
			stream_take(r->tx, &b, 2, hdr, 16);
		sop = false;
		keep = (unsigned)stream_take_u64(r->tx, &b, 4);
		n = (unsigned)__builtin_popcount(keep);
		assert_int_equal(keep, (1u << n) - 1);
		stream_take(r->tx, &b, 3, beat, sizeof(beat));
		memcpy(data + 4 * *dw_n, beat, 4 * n);
		for (unsigned i = n; i < 8; i++)
			assert_int_equal(beat[i], 0);
		*dw_n += n;
		assert_true(stream_take_u64(r->tx, &b, 1) || n == 8);
	} while (!stream_take_u64(r->tx, &b, 1));
}

static void rig_check_ids(const struct rig_req *q, const uint32_t hdr[4])
{
	uint32_t want[4];

	rig_header(q, want);
	assert_int_equal(hdr[1] >> 16, RIG_BDF);
	assert_int_equal(hdr[2] >> 16, q->requester);
	assert_int_equal(hdr[2] >> 8 & 0xff, q->tag & 0xff);
	/* tag bits 9 and 8, traffic class, attributes */
	assert_int_equal(hdr[0] & 0x00fc3000, want[0] & 0x00fc3000);
	assert_int_equal(hdr[0] & 0x0003cc00, 0);
	assert_int_equal(hdr[3], 0);
}

/* All completions of one request, checked; the status. data: len_dw DWs, or NULL. */
static unsigned rig_answer(struct rig *r, const struct rig_req *q, void *data)
{
	bool mem = (q->fmt_type & 0xde) == 0;
	unsigned bytes = mem ? rig_byte_count(q) : 4, left = q->len_dw, skip = mem ? rig_skip(q->first_be) : 0;
	uint32_t hdr[4], at = mem ? (uint32_t)q->addr & 4095 : 0;
	uint8_t part[4096 + 64], *to = data;
	unsigned dw_n;

	for (;;) {
		unsigned status;

		rig_cpl(r, hdr, part, &dw_n);
		rig_check_ids(q, hdr);
		status = hdr[1] >> 13 & 7;
		assert_int_equal(hdr[1] & 0xfff, bytes & 0xfff);
		assert_int_equal(hdr[1] & 0x1000, 0);
		assert_int_equal(hdr[2] & 0xff, (at & 0x7c) | skip);
		assert_int_equal(hdr[0] >> 24, (status ? 0x0au : 0x4au) | (q->fmt_type & 0x1f) % 2 * (mem ? 1 : 0));
		if (status) {
			assert_int_equal(dw_n, 0);
			assert_int_equal(hdr[0] & 1023, 0);
			return status;
		}
		assert_int_equal(hdr[0] & 1023, dw_n & 1023);
		assert_true(dw_n <= left && 4 * dw_n <= 128u << r->mps);
		if (to)
			memcpy(to, part, 4 * dw_n);
		to = to ? to + 4 * dw_n : NULL;
		left -= dw_n;
		at += 4 * dw_n;
		bytes -= 4 * dw_n - skip;
		skip = 0;
		if (!left)
			return 0;
		assert_int_equal(at % 128, 0);
	}
}

static unsigned rig_read(struct rig *r, unsigned bar, uint32_t off, unsigned first_be, unsigned last_be,
			 unsigned len_dw, void *data)
{
	struct rig_req q = { .fmt_type = bar == 2 ? 0x00 : 0x20, .first_be = (uint8_t)first_be, .last_be = (uint8_t)last_be,
			     .tc = (uint8_t)dut_below(&r->rng, 8), .attr = (uint8_t)dut_below(&r->rng, 8), .bar = (uint8_t)bar,
			     .requester = (uint16_t)dut_rand(&r->rng), .tag = r->tag++ & 1023, .len_dw = (uint16_t)len_dw,
			     .addr = rig_bar_addr(bar, off) };

	rig_send(r, &q);
	return rig_answer(r, &q, data);
}

static uint32_t rig_rd32(struct rig *r, uint32_t off)
{
	uint32_t v;

	assert_int_equal(rig_read(r, 0, off, 0xf, 0, 1, &v), 0);
	return v;
}

static inline uint64_t rig_counter(struct rig *r, unsigned index)
{
	uint64_t v;

	assert_int_equal(rig_read(r, 0, CW_COUNTER_OFFSET + 8 * index, 0xf, 0xf, 2, &v), 0);
	return v;
}

/* ---- queues ---- */
enum { OP_WRITE, OP_ENABLE, OP_DISABLE, OP_QUIESCE };

static inline uint32_t q_reg(unsigned queue, uint32_t reg)
{
	return CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * queue + reg;
}

static inline unsigned q_state(struct rig *r, unsigned queue)
{
	return rig_rd32(r, q_reg(queue, CW_Q_STATUS)) & CW_Q_STATUS_STATE_MASK;
}

static inline void q_enable(struct rig *r, unsigned queue, unsigned entries_log2)
{
	r->fetched[queue] = r->retired[queue] = r->records[queue] = 0;
	rig_wr32(r, q_reg(queue, CW_Q_CONFIG), entries_log2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
	rig_wr32(r, q_reg(queue, CW_Q_CTRL), CW_Q_CTRL_ENABLE_MASK);
	assert_int_equal(q_state(r, queue), CW_QSTATE_RUNNING);
}

static inline void ring(struct rig *r, unsigned queue, unsigned stride, const uint32_t *p, const uint32_t *c)
{
	uint32_t v[2] = { p ? *p : 0, c ? *c : 0 };

	rig_write(r, 2, (queue << stride) + (p ? 0 : 4), 15, p && c ? 15 : 0, p && c ? 2 : 1, p ? v : v + 1);
}

static inline void expect_kick(struct rig *r, unsigned queue, uint32_t producer)
{
	struct stream_beat b;

	rig_rd32(r, CW_ID);
	for (unsigned i = 0; i < 100 && !stream_depth(r->kick); i++)
		dut_cycle(r->d);
	assert_true(stream_pop(r->kick, &b));
	assert_int_equal(stream_take_u64(r->kick, &b, 0), queue);
	assert_int_equal(stream_take_u64(r->kick, &b, 1), producer);
	assert_int_equal(stream_depth(r->kick), 0);
}

#endif
