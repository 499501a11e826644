/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Surroundings of the write path's blocks: card memory behind an AXI4 read port,
 * a receiver of request TLPs that checks the rules of a memory write, and host
 * memory to write into. Card memory has no storage: a byte is a function of its
 * address. Section numbers are those of the PCIe Base Specification 6.0.
 */
#ifndef CW_WRITE_ENV_H
#define CW_WRITE_ENV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dut.h"
#include "stream.h"

#ifndef WORD_BYTES /* of the data path: a test of another width says its own */
#define WORD_BYTES 32u
#endif
#define HOST_BYTES (1u << 20)
#define HOST_HIGH 0x7300000000ull /* a window of host memory above 4 GiB */
#define HOST_LOW 0x20000000ull    /* and one below */
#define BURST_N 256u

/* ---- card memory ---- */

static inline uint8_t card_byte(uint64_t addr)
{
	uint64_t x = (addr + 0x1234567) * 0x9e3779b97f4a7c15ull;

	return (uint8_t)(x >> 40 ^ x >> 56);
}

struct card_burst {
	uint64_t addr, due; /* due: the cycle of its first beat at the earliest */
	unsigned left;
};

struct card_mem {
	struct dut *d;
	struct dut_rng rng;
	struct card_burst q[BURST_N];
	unsigned head, tail;
	unsigned latency, ar_stall, r_stall; /* cycles, percent, percent */
	uint64_t bad_lo, bad_hi;             /* words that overlap these bytes answer with an error */
	bool offering;
	uint64_t beats, bad_beats;
};

static inline bool card_word_bad(const struct card_mem *m, uint64_t word)
{
	return word < m->bad_hi && word + WORD_BYTES > m->bad_lo;
}

static inline void card_sample(void *ctx)
{
	struct card_mem *m = ctx;
	struct dut *d = m->d;

	if (m->offering && dut_get(d, "axi_rready")) {
		struct card_burst *b = &m->q[m->head % BURST_N];

		m->offering = false;
		m->beats++;
		m->bad_beats += card_word_bad(m, b->addr);
		b->addr += WORD_BYTES;
		if (!--b->left)
			m->head++;
	}
	if (dut_get(d, "axi_arvalid") && dut_get(d, "axi_arready")) {
		struct card_burst *b = &m->q[m->tail % BURST_N];

		assert_true(m->tail - m->head < BURST_N);
		b->addr = dut_get(d, "axi_araddr");
		b->left = (unsigned)dut_get(d, "axi_arlen") + 1;
		b->due = dut_now(d) + m->latency + (m->latency ? dut_below(&m->rng, m->latency) : 0);
		assert_int_equal(b->addr % WORD_BYTES, 0);
		/* A burst stays within 4 KiB (AXI4, A3.4.1). */
		assert_int_equal(b->addr >> 12, (b->addr + WORD_BYTES * b->left - 1) >> 12);
		m->tail++;
	}
}

static inline void card_drive(void *ctx)
{
	struct card_mem *m = ctx;
	struct dut *d = m->d;
	struct card_burst *b = &m->q[m->head % BURST_N];
	uint8_t bytes[WORD_BYTES];

	dut_set(d, "axi_arready", m->tail - m->head < BURST_N && !dut_chance(&m->rng, m->ar_stall));
	if (!m->offering && m->head != m->tail && b->due <= dut_now(d) && !dut_chance(&m->rng, m->r_stall)) {
		for (unsigned i = 0; i < WORD_BYTES; i++)
			bytes[i] = card_byte(b->addr + i);
		dut_set_bytes(d, "axi_rdata", 0, bytes, WORD_BYTES);
		/* SLVERR and DECERR (AXI4, A3.4.4) */
		dut_set(d, "axi_rresp", card_word_bad(m, b->addr) ? 2 + (b->addr / WORD_BYTES & 1) : 0);
		dut_set(d, "axi_rlast", b->left == 1);
		m->offering = true;
	}
	dut_set(d, "axi_rvalid", m->offering);
}

static inline void card_init(struct card_mem *m, struct dut *d, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	m->d = d;
	m->latency = 20;
	dut_rng_init(&m->rng, seed ^ 0xca4d);
	dut_hook(d, card_sample, card_drive, m);
}

/* ---- request TLPs ---- */

struct req_tlp {
	uint32_t dw[4];
	uint8_t data[4096 + WORD_BYTES];
	unsigned dws; /* of payload received */
	bool id_valid;
	unsigned queue;
	uint32_t num;
	uint64_t cycle; /* of the last beat */
	/* decoded */
	bool write, wide;
	uint64_t addr, first; /* of the first DW; of the first byte enabled */
	unsigned len, attr;   /* bytes from the first to the last enabled */
};

struct host {
	struct dut *d;
	struct stream *tx;
	struct req_tlp t;
	bool mid;
	unsigned mps; /* bytes */
	uint16_t bdf;
	uint64_t beats, tlps, writes;
	uint8_t mem[2][HOST_BYTES];     /* HOST_HIGH, HOST_LOW */
	uint8_t written[2][HOST_BYTES]; /* times a byte was written */
};

/* NULL when the address is in neither window. */
static inline uint8_t *host_at(struct host *h, uint64_t addr, bool written)
{
	for (unsigned w = 0; w < 2; w++) {
		uint64_t base = w ? HOST_LOW : HOST_HIGH;

		if (addr >= base && addr < base + HOST_BYTES)
			return &(written ? h->written : h->mem)[w][addr - base];
	}
	return NULL;
}

static inline unsigned low_zeros(unsigned be)
{
	return be & 1 ? 0 : be & 2 ? 1 : be & 4 ? 2 : be & 8 ? 3 : 4;
}

static inline unsigned high_zeros(unsigned be)
{
	return be & 8 ? 0 : be & 4 ? 1 : be & 2 ? 2 : be & 1 ? 3 : 4;
}

static inline void tlp_decode(struct host *h, struct req_tlp *t)
{
	unsigned fmt = t->dw[0] >> 29, dws = t->dw[0] & 0x3ff ? t->dw[0] & 0x3ff : 1024;
	unsigned first = t->dw[1] & 15, last = t->dw[1] >> 4 & 15, lead, tail;

	t->write = fmt & 2;
	t->wide = fmt & 1;
	t->attr = t->dw[0] >> 12 & 3;
	assert_int_equal(t->dw[0] >> 24 & 31, 0);      /* memory (2.2.1.1) */
	assert_int_equal(t->dw[0] & 0x00ffcc00, 0);    /* TC 0, no TD, no EP, AT 0 */
	assert_int_equal(t->dw[1] >> 16, h->bdf);
	t->addr = t->wide ? (uint64_t)t->dw[2] << 32 | t->dw[3] : t->dw[2];
	assert_int_equal(t->addr & 3, 0);
	assert_int_equal(t->wide, t->addr >> 32 != 0); /* 2.2.4.1 */
	if (!t->wide)
		assert_int_equal(t->dw[3], 0);
	if (!t->write) {
		assert_int_equal(t->dws, 0);
		return;
	}
	assert_int_equal(t->dw[1] >> 8 & 0xff, 0);     /* tag of a posted request */
	assert_int_equal(t->dws, dws);
	assert_true(4 * dws <= h->mps);                /* 2.2.2 */
	/* byte enables (2.2.5): runs only, last 0 exactly for one DW */
	assert_true(first != 0);
	assert_int_equal(last == 0, dws == 1);
	lead = low_zeros(first);
	tail = high_zeros(dws == 1 ? first : last);
	assert_int_equal(first, (0xfu << lead & 0xf) & (dws == 1 ? 0xfu >> tail : 0xf));
	if (dws > 1)
		assert_int_equal(last, 0xfu >> tail);
	t->first = t->addr + lead;
	t->len = 4 * dws - lead - tail;
	/* neither 4 KiB (2.2.7) nor an MPS boundary is crossed */
	assert_int_equal(t->addr / h->mps, (t->addr + 4 * dws - 1) / h->mps);
	for (unsigned i = 0; i < lead; i++)
		assert_int_equal(t->data[i], 0);
	for (unsigned i = 4 * dws - tail; i < 4 * dws; i++)
		assert_int_equal(t->data[i], 0);
}

static inline void tlp_apply(struct host *h, const struct req_tlp *t)
{
	for (unsigned i = 0; i < t->len; i++) {
		uint8_t *p = host_at(h, t->first + i, false);

		if (!p)
			return;
		*p = t->data[t->first - t->addr + i];
		++*host_at(h, t->first + i, true);
	}
}

static const char *const tx_req_fields[] = {
	"tx_req_hdr", "tx_req_data", "tx_req_keep", "tx_req_eop", "tx_req_queue", "tx_req_num",
	"tx_req_sop", "tx_req_id_valid", NULL
};
static const char *const tx_fields[] = {
	"tx_hdr", "tx_data", "tx_keep", "tx_eop", "tx_queue", "tx_num", "tx_strb", NULL
};

/* What cw_tx_req makes of a beat: bytes not sent are 0, the address is where its format has it. */
static inline void as_sent(struct host *h, const struct stream_beat *b)
{
	struct req_tlp *t = &h->t;
	uint64_t strb = stream_take_u64(h->tx, b, 6);

	for (unsigned i = 0; i < WORD_BYTES; i++)
		if (!(strb >> i & 1))
			t->data[4 * t->dws + i] = 0;
	if (!h->mid && !(t->dw[0] >> 29 & 1)) {
		assert_int_equal(t->dw[2], 0);
		t->dw[2] = t->dw[3];
		t->dw[3] = 0;
	}
}

/* One beat into the TLP at hand; true when it is complete. */
static inline bool host_beat(struct host *h, const struct stream_beat *b, bool top)
{
	struct req_tlp *t = &h->t;
	unsigned keep = (unsigned)stream_take_u64(h->tx, b, 2), n = 0;
	bool eop = stream_take_u64(h->tx, b, 3);

	if (top)
		assert_int_equal(stream_take_u64(h->tx, b, 6), !h->mid);
	if (!h->mid) {
		memset(t, 0, sizeof(*t));
		stream_take(h->tx, b, 0, t->dw, 16);
		t->queue = (unsigned)stream_take_u64(h->tx, b, 4);
		t->num = (uint32_t)stream_take_u64(h->tx, b, 5);
		t->id_valid = !top || stream_take_u64(h->tx, b, 7);
	}
	while (keep & 1u << n)
		n++;
	assert_int_equal(keep, (1u << n) - 1);
	assert_true(eop || n == WORD_BYTES / 4);
	assert_true(4 * (t->dws + n) <= 4096);
	stream_take(h->tx, b, 1, t->data + 4 * t->dws, WORD_BYTES);
	if (!top)
		as_sent(h, b);
	else
		for (unsigned i = 4 * n; i < WORD_BYTES; i++)
			assert_int_equal(t->data[4 * t->dws + i], 0);
	t->dws += n;
	t->cycle = b->cycle;
	h->mid = !eop;
	h->beats++;
	return eop;
}

/* Next complete TLP that has arrived, decoded, checked and applied; NULL when none. */
static inline const struct req_tlp *host_tlp(struct host *h)
{
	bool top = dut_has(h->d, "tx_req_sop");
	struct stream_beat b;

	while (stream_pop(h->tx, &b)) {
		if (!host_beat(h, &b, top))
			continue;
		tlp_decode(h, &h->t);
		tlp_apply(h, &h->t);
		h->tlps++;
		h->writes += h->t.write;
		return &h->t;
	}
	return NULL;
}

static inline struct host *host_new(struct dut *d, unsigned mps_code)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->d = d;
	h->mps = 128u << mps_code;
	h->bdf = dut_has(d, "fn_bdf") ? 0x2a08 : 0; /* else it is put in behind */
	h->tx = dut_has(d, "tx_req_sop") ? stream_sink(d, "tx_req", tx_req_fields)
					 : stream_sink(d, "tx", tx_fields);
	if (h->bdf)
		dut_set(d, "fn_bdf", h->bdf);
	dut_set(d, "fn_mps", mps_code);
	return h;
}

static inline void host_free(struct host *h)
{
	stream_free(h->tx);
	free(h);
}

/* ---- one card-to-host descriptor ---- */

struct move {
	uint64_t host, card;
	unsigned len, attr;
};

/* Bytes that arrive of a descriptor: all, or up to the TLP that has a bad word. */
static inline unsigned move_good(const struct host *h, const struct card_mem *m, const struct move *v)
{
	unsigned at = 0;

	while (at < v->len) {
		uint64_t a = v->host + at, c = v->card + at;
		unsigned n = h->mps - (unsigned)(a % h->mps);

		if (n > v->len - at)
			n = v->len - at;
		for (uint64_t w = c / WORD_BYTES * WORD_BYTES; w < c + n; w += WORD_BYTES)
			if (card_word_bad(m, w))
				return at;
		at += n;
	}
	return at;
}

/* The first `good` bytes are there once, the rest and 8 guard bytes on each side untouched. */
static inline void move_check(struct host *h, const struct move *v, unsigned good)
{
	for (unsigned i = 0; i < good; i++) {
		assert_int_equal(*host_at(h, v->host + i, true), 1);
		assert_int_equal(*host_at(h, v->host + i, false), card_byte(v->card + i));
	}
	for (unsigned i = good; i < v->len + 8; i++)
		assert_int_equal(*host_at(h, v->host + i, true), 0);
	for (unsigned i = 1; i <= 8; i++)
		assert_int_equal(*host_at(h, v->host - i, true), 0);
}

static inline void move_forget(struct host *h, const struct move *v)
{
	for (unsigned i = 0; i < v->len; i++)
		*host_at(h, v->host + i, true) = 0;
}

#endif
