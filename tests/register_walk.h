/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk over the register table: drives a card's registers from
 * rtl/cw_table.h and fails, with the register's name, where they are not as
 * the table says. One walk for the host port alone (tests/rtl), for whole cards
 * (tests/e2e), for `cwctl selftest` on real ones, and for whatever else gives it a
 * struct walk_io and a fail_msg().
 *
 * It expects a card that nobody else uses, after a reset, with MSI-X off. It writes
 * nothing that moves data (no queue runs while CONTROL.ENABLE is set) and puts back what
 * it found. Each function is a test of its own; walk_reset_values() is fit for
 * the end as well: nothing may have changed.
 */
#ifndef REGISTER_WALK_H
#define REGISTER_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"

#define WALK_ALL 0xffffffffu

/* Accesses of 1, 2, 4 or 8 bytes, aligned, as a CPU makes them. */
struct walk_io {
	void (*read)(void *ctx, unsigned bar, uint64_t off, unsigned len, void *data);
	void (*write)(void *ctx, unsigned bar, uint64_t off, unsigned len, const void *data);
	/* One word of BAR0 with any byte enables; NULL: only those that a CPU can make. */
	void (*write_be)(void *ctx, uint32_t off, unsigned be, uint32_t value);
	void *ctx;
};

/* What a build's parameters and the host decide: resets of P. */
struct walk_build {
	uint32_t queues, vectors;
	uint32_t data_bytes, addr_bits, tags, features, clock_hz; /* features: CAP_FEATURES without the tags */
	uint64_t card_bytes;
	uint32_t link; /* LINK */
};

struct walk {
	struct walk_io io;
	struct walk_build build;
	bool foreign_msix; /* the MSI-X table is not the card's to show: leave it out */
	uint32_t rng; /* not 0 */
};

enum walk_kind { WALK_CONST, WALK_GROUP, WALK_REG, WALK_REG64, WALK_FIELD, WALK_ENUM, WALK_COUNTER };

struct walk_row {
	enum walk_kind kind;
	const char *name, *access, *reset;
	uint32_t a, b;
};

static const struct walk_row walk_rows[] = {
#define CW_CONST(n, v, t) { WALK_CONST, #n, "", "", (uint32_t)(v), 0 },
#define CW_GROUP(n, t) { WALK_GROUP, #n, "", "", 0, 0 },
#define CW_REG(n, o, acc, rst, t) { WALK_REG, #n, #acc, #rst, o, 0 },
#define CW_REG64(n, o, acc, t) { WALK_REG64, #n, #acc, "0", o, 0 },
#define CW_FIELD(r, n, m, l, t) { WALK_FIELD, #r "." #n, "", "", m, l },
#define CW_ENUM(g, n, v, t) { WALK_ENUM, #g, "", "", v, 0 },
#define CW_COUNTER(n, i, t) { WALK_COUNTER, #n, "RO", "0", i, 0 },
#include "rtl/cw_table.h"
#undef CW_CONST
#undef CW_GROUP
#undef CW_REG
#undef CW_REG64
#undef CW_FIELD
#undef CW_ENUM
#undef CW_COUNTER
};

#define WALK_ROW_N (sizeof(walk_rows) / sizeof(walk_rows[0]))

/* What the table cannot say: bits of the low word that can be written where they are fewer than the fields'. */
static const struct {
	const char *name;
	uint32_t writable;
} walk_narrow[] = {
	{ "WINDOW_BASE", ~(CW_BAR4_BYTES - 1) }, { "Q_RING", ~63u }, { "Q_CPL", ~63u },
	{ "EVENT_BASE_LO", ~63u }, { "MSIX_ADDR_LO", ~3u }, { "CONTROL", CW_CONTROL_ENABLE_MASK },
	/* these have functions of their own below, or what is written to them is not what they hold */
	{ "DB_STRIDE", 0 }, { "CPL_TIMEOUT", 0 }, { "ERROR_QUEUE", 0 }, { "DEPTH", 0 }, { "Q_CTRL", 0 },
	{ "EVENT_CONSUMER", 0 },
};

/* What the builds under test have. */
#define WALK_FEATURES (CW_CAP_FEATURES_EVENT_RING_MASK | CW_CAP_FEATURES_MOD_TIME_MASK | CW_CAP_FEATURES_WEIGHT_MASK)

/* ---- accesses ---- */

static inline uint32_t walk_rand(struct walk *w)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 17;
	w->rng ^= w->rng << 5;
	return w->rng;
}

static inline uint32_t walk_rd(struct walk *w, uint32_t off)
{
	uint32_t v;

	w->io.read(w->io.ctx, CW_BAR_REGS, off, 4, &v);
	return v;
}

static inline uint64_t walk_rd64(struct walk *w, uint32_t off)
{
	uint64_t v;

	w->io.read(w->io.ctx, CW_BAR_REGS, off, 8, &v);
	return v;
}

static inline void walk_wr(struct walk *w, uint32_t off, uint32_t v)
{
	w->io.write(w->io.ctx, CW_BAR_REGS, off, 4, &v);
}

/* Bytes of a word by their enables; false: this way of access cannot write just these. */
static inline bool walk_wr_be(struct walk *w, uint32_t off, unsigned be, uint32_t v)
{
	unsigned at = be ? (unsigned)__builtin_ctz(be) : 0, len = (unsigned)__builtin_popcount(be);

	if (w->io.write_be) {
		w->io.write_be(w->io.ctx, off, be, v);
		return true;
	}
	if ((len != 1 && len != 2 && len != 4) || at % len || be >> at != (1u << len) - 1)
		return false;
	w->io.write(w->io.ctx, CW_BAR_REGS, off + at, len, (const uint8_t *)&v + at);
	return true;
}

static inline void walk_is(const char *name, uint32_t off, const char *when, uint64_t got, uint64_t want)
{
	if (got != want)
		fail_msg("%s at 0x%x: 0x%llx %s, not 0x%llx", name, off, (unsigned long long)got, when,
			 (unsigned long long)want);
}

static inline uint32_t walk_queue(unsigned queue)
{
	return CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * queue;
}

/* ---- what the table says of a register ---- */

static inline uint32_t walk_field_mask(const struct walk_row *reg)
{
	size_t n = strlen(reg->name);
	uint32_t m = 0;

	for (const struct walk_row *f = reg + 1; f < walk_rows + WALK_ROW_N && f->kind == WALK_FIELD; f++)
		if (strncmp(f->name, reg->name, n) == 0)
			m |= (f->a - f->b == 31 ? WALK_ALL : (1u << (f->a - f->b + 1)) - 1) << f->b;
	return m ? m : WALK_ALL;
}

static inline uint32_t walk_writable(const struct walk_row *reg, bool high)
{
	if (strncmp(reg->access, "RW", 2) != 0)
		return 0;
	for (size_t i = 0; !high && i < sizeof(walk_narrow) / sizeof(walk_narrow[0]); i++)
		if (strcmp(reg->name, walk_narrow[i].name) == 0)
			return walk_narrow[i].writable;
	return walk_field_mask(reg);
}

static inline uint64_t walk_built(const struct walk_build *b, const char *name)
{
	const struct {
		const char *name;
		uint64_t value;
	} built[] = {
		{ "VERSION", CW_VERSION_MAJOR << CW_VERSION_MAJOR_SHIFT | CW_VERSION_MINOR },
		{ "CAP_COUNTS", b->vectors << CW_CAP_COUNTS_VECTORS_SHIFT | b->queues },
		{ "CAP_DMA", 32u << CW_CAP_DMA_FETCH_MAX_SHIFT | 16u << CW_CAP_DMA_ENTRIES_LOG2_MAX_SHIFT |
			     b->data_bytes << CW_CAP_DMA_DATA_BYTES_SHIFT | b->addr_bits },
		{ "CAP_FEATURES", b->tags << CW_CAP_FEATURES_TAGS_SHIFT | b->features },
		{ "CLOCK_HZ", b->clock_hz }, { "STATUS", CW_STATUS_READY_MASK | CW_STATUS_IDLE_MASK }, { "LINK", b->link },
		{ "CARD_MEM", b->card_bytes },
	};

	for (size_t i = 0; i < sizeof(built) / sizeof(built[0]); i++)
		if (strcmp(name, built[i].name) == 0)
			return built[i].value;
	fail_msg("%s: no value known for this build", name);
	return 0;
}

static inline uint64_t walk_reset_value(const struct walk *w, const struct walk_row *reg)
{
	if (*reg->reset == 'P' || strcmp(reg->name, "CARD_MEM") == 0)
		return walk_built(&w->build, reg->name);
	return strtoul(reg->reset, NULL, 0);
}

/* ---- the groups, word by word ---- */

typedef void walk_fn(struct walk *w, const struct walk_row *reg, uint32_t off, bool high, uint32_t reset);

static inline void walk_each(struct walk *w, const char *group, uint32_t base, walk_fn *fn)
{
	bool in = false;

	for (const struct walk_row *p = walk_rows; p < walk_rows + WALK_ROW_N; p++) {
		if (p->kind == WALK_GROUP)
			in = strcmp(p->name, group) == 0;
		/* NOW moves */
		if (!in || (p->kind != WALK_REG && p->kind != WALK_REG64) || strcmp(p->name, "NOW") == 0)
			continue;
		fn(w, p, base + p->a, false, (uint32_t)walk_reset_value(w, p));
		if (p->kind == WALK_REG64)
			fn(w, p, base + p->a + 4, true, (uint32_t)(walk_reset_value(w, p) >> 32));
	}
}

/* All groups; of vectors and queues the first two, the last two and some between. */
static inline void walk_all(struct walk *w, walk_fn *fn)
{
	const unsigned q = w->build.queues, v = w->build.vectors;
	const unsigned queues[] = { 0, 1, q / 3, q / 2 - 1, q / 2, q - 2, q - 1 };
	const unsigned vectors[] = { 0, 1, v / 3, v / 2 - 1, v / 2, v - 2, v - 1 };

	walk_each(w, "GLOBAL", CW_GLOBAL_OFFSET, fn);
	for (unsigned i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		if (!w->foreign_msix)
			walk_each(w, "MSIX", CW_MSIX_TABLE_OFFSET + 16 * vectors[i], fn);
		walk_each(w, "EVENT", CW_EVENT_OFFSET + CW_EVENT_STRIDE * vectors[i], fn);
		walk_each(w, "QUEUE", walk_queue(queues[i]), fn);
	}
}

static inline void walk_word_reset(struct walk *w, const struct walk_row *reg, uint32_t off, bool high, uint32_t reset)
{
	(void)high;
	walk_is(reg->name, off, "after reset", walk_rd(w, off), reset);
}

static inline void walk_reset_values(struct walk *w)
{
	walk_all(w, walk_word_reset);
}

/* Reset value, then writes with every byte enable there is leave exactly what they should. */
static inline void walk_word(struct walk *w, const struct walk_row *reg, uint32_t off, bool high, uint32_t reset)
{
	uint32_t mask = walk_writable(reg, high), want = reset, got = walk_rd(w, off);
	bool fixed = strcmp(reg->access, "RO") != 0 && !mask; /* a function of its own: only values that change nothing */

	walk_is(reg->name, off, "after reset", got, reset);
	for (unsigned i = 0; i < 18; i++) {
		uint32_t v = i < 16 ? walk_rand(w) : i == 16 ? WALK_ALL : 0, keep = 0;
		unsigned be = i < 16 ? i : 15;

		if (strcmp(reg->name, "CONTROL") == 0)
			v &= ~CW_CONTROL_RESET_MASK;
		if (fixed)
			v = want;
		for (unsigned byte = 0; byte < 4; byte++)
			keep |= be >> byte & 1 ? 0xffu << 8 * byte : 0;
		if (!walk_wr_be(w, off, be, v))
			continue;
		want = (want & ~(keep & mask)) | (v & keep & mask);
		got = walk_rd(w, off);
		if (got != want)
			fail_msg("%s at 0x%x: 0x%x written with enables 0x%x gives 0x%x, not 0x%x", reg->name, off, v, be, got,
				 want);
	}
	walk_wr(w, off, reset);
	walk_is(reg->name, off, "after its reset value was written", walk_rd(w, off), reset);
}

static inline void walk_access(struct walk *w)
{
	walk_all(w, walk_word);
}

/* Reads of every width give the word's bytes; a pair of words is written by 8 bytes at once. */
static inline void walk_word_widths(struct walk *w, const struct walk_row *reg, uint32_t off, bool high, uint32_t reset)
{
	uint32_t v = reset, got = 0;
	uint64_t pair;

	if (walk_writable(reg, high) == WALK_ALL) {
		v = walk_rand(w);
		walk_wr(w, off, v);
	}
	for (unsigned len = 1; len <= 2; len *= 2)
		for (unsigned at = 0; at < 4; at += len) {
			got = 0;
			w->io.read(w->io.ctx, CW_BAR_REGS, off + at, len, &got);
			walk_is(reg->name, off + at, len == 1 ? "read as a byte" : "read as two bytes", got,
				v >> 8 * at & ((1u << 8 * len) - 1));
		}
	if (off % 8 == 0)
		walk_is(reg->name, off, "is the low half of 8 bytes", (uint32_t)walk_rd64(w, off), v);
	else
		walk_is(reg->name, off, "is the high half of 8 bytes", walk_rd64(w, off - 4) >> 32, v);
	if (reg->kind == WALK_REG64 && high && walk_writable(reg, false)) {
		pair = (uint64_t)walk_rand(w) << 32 | walk_rand(w);
		w->io.write(w->io.ctx, CW_BAR_REGS, off - 4, 8, &pair);
		pair &= (uint64_t)walk_writable(reg, true) << 32 | walk_writable(reg, false);
		walk_is(reg->name, off - 4, "after an 8-byte write", walk_rd64(w, off - 4), pair);
		pair = 0;
		w->io.write(w->io.ctx, CW_BAR_REGS, off - 4, 8, &pair);
		walk_is(reg->name, off - 4, "after 8 bytes of zero", walk_rd64(w, off - 4), 0);
	} else if (v != reset) {
		walk_wr(w, off, reset);
	}
}

static inline void walk_widths(struct walk *w)
{
	walk_all(w, walk_word_widths);
}

/* ---- counters and time ---- */

/* Writes change nothing; both words and 8 bytes agree. The accesses themselves are counted too. */
static inline void walk_counters(struct walk *w)
{
	for (unsigned i = 0; i < CW_COUNTER_N; i++) {
		uint32_t off = CW_COUNTER_OFFSET + 8 * i;
		uint64_t before = walk_rd64(w, off), now;
		bool moves = i == CW_COUNTER_RX_MRD || i == CW_COUNTER_RX_MWR;

		walk_wr(w, off, WALK_ALL);
		walk_wr(w, off + 4, WALK_ALL);
		now = walk_rd(w, off);
		now |= (uint64_t)walk_rd(w, off + 4) << 32;
		/* between the first reading and this one: a read and two writes, or a bit more where others look too */
		if (moves ? now - before < 1 || now - before > 100 : now != before)
			fail_msg("counter %u at 0x%x: 0x%llx, then 0x%llx after writes to it", i, off,
				 (unsigned long long)before, (unsigned long long)now);
	}
}

/* It goes up, cannot be written, and the high word stays that of the last low word read. */
static inline void walk_now(struct walk *w)
{
	uint64_t before = walk_rd64(w, CW_NOW_LO), after;

	walk_wr(w, CW_NOW_LO, 0);
	walk_wr(w, CW_NOW_HI, WALK_ALL);
	after = walk_rd64(w, CW_NOW_LO);
	if (after <= before || after - before > 1u << 30)
		fail_msg("NOW: 0x%llx, then 0x%llx", (unsigned long long)before, (unsigned long long)after);
	walk_is("NOW", CW_NOW_HI, "read twice", walk_rd(w, CW_NOW_HI), after >> 32);
}

/* ---- what is not there ---- */

static inline bool walk_covered(const char *group, uint32_t off)
{
	bool in = false;

	for (const struct walk_row *p = walk_rows; p < walk_rows + WALK_ROW_N; p++) {
		if (p->kind == WALK_GROUP)
			in = strcmp(p->name, group) == 0;
		if (in && (p->kind == WALK_REG || p->kind == WALK_REG64) &&
		    (off == p->a || (p->kind == WALK_REG64 && off == p->a + 4)))
			return true;
	}
	return false;
}

static inline void walk_hole(struct walk *w, uint32_t off)
{
	walk_is("hole", off, "before any write", walk_rd(w, off), 0);
	walk_wr(w, off, WALK_ALL);
	walk_is("hole", off, "after ones were written", walk_rd(w, off), 0);
}

static inline void walk_block_holes(struct walk *w, const char *group, uint32_t base, uint32_t bytes)
{
	for (uint32_t off = 0; off < bytes; off += 4)
		if (!walk_covered(group, off))
			walk_hole(w, base + off);
}

/* The ends of [from, to) and some words between. */
static inline void walk_gap(struct walk *w, uint32_t from, uint32_t to)
{
	if (from >= to)
		return;
	walk_hole(w, from);
	walk_hole(w, to - 4);
	for (unsigned i = 0; i < 10; i++)
		walk_hole(w, from + walk_rand(w) % (to - from) / 4 * 4);
}

/* Addresses of no register, vector or queue read as zero and ignore writes. Nothing else changes. */
static inline void walk_holes(struct walk *w)
{
	const uint32_t v = w->build.vectors, q = w->build.queues, pba_words = v > 32 ? (v + 31) / 32 : 2;

	for (uint32_t off = 0; off < CW_COUNTER_OFFSET; off += 4)
		if (!walk_covered("GLOBAL", off))
			walk_hole(w, CW_GLOBAL_OFFSET + off);
	walk_gap(w, CW_COUNTER_OFFSET + 8 * CW_COUNTER_N, 0x1000);
	walk_gap(w, 0x1000, CW_MSIX_TABLE_OFFSET);
	walk_gap(w, CW_MSIX_TABLE_OFFSET + 16 * v, CW_MSIX_PBA_OFFSET);
	for (uint32_t i = 0; i < pba_words; i++) /* there, and nothing is pending */
		walk_hole(w, CW_MSIX_PBA_OFFSET + 4 * i);
	walk_gap(w, CW_MSIX_PBA_OFFSET + 4 * pba_words, CW_EVENT_OFFSET);
	walk_block_holes(w, "EVENT", CW_EVENT_OFFSET, CW_EVENT_STRIDE);
	walk_block_holes(w, "EVENT", CW_EVENT_OFFSET + CW_EVENT_STRIDE * (v - 1), CW_EVENT_STRIDE);
	walk_gap(w, CW_EVENT_OFFSET + CW_EVENT_STRIDE * v, CW_USER_OFFSET);
	walk_block_holes(w, "QUEUE", walk_queue(0), CW_QUEUE_STRIDE);
	walk_block_holes(w, "QUEUE", walk_queue(q - 1), CW_QUEUE_STRIDE);
	walk_gap(w, walk_queue(q), walk_queue(CW_QUEUE_N_MAX));
	walk_gap(w, walk_queue(CW_QUEUE_N_MAX), CW_BAR0_BYTES);
	walk_reset_values(w);
}

/* ---- one of each for every vector and queue ---- */

static inline uint32_t walk_vector_word(unsigned i, bool event)
{
	return event ? CW_EVENT_OFFSET + CW_EVENT_STRIDE * i + CW_EVENT_BASE_HI :
		       CW_MSIX_TABLE_OFFSET + 16 * i + CW_MSIX_DATA;
}

static inline void walk_own_words(struct walk *w)
{
	const uint32_t v = w->build.vectors, q = w->build.queues;

	for (unsigned i = 0; i < q; i++)
		walk_wr(w, walk_queue(i) + CW_Q_MODERATION, 0x10000 + i);
	for (unsigned i = 0; i < v; i++) {
		if (!w->foreign_msix)
			walk_wr(w, walk_vector_word(i, false), 0x20000 + i);
		walk_wr(w, walk_vector_word(i, true), 0x30000 + i);
	}
	for (unsigned i = 0; i < q; i++) {
		walk_is("Q_MODERATION", walk_queue(i), "of its own", walk_rd(w, walk_queue(i) + CW_Q_MODERATION), 0x10000 + i);
		walk_wr(w, walk_queue(i) + CW_Q_MODERATION, 0);
	}
	for (unsigned i = 0; i < v; i++) {
		walk_is("EVENT_BASE_HI", walk_vector_word(i, true), "of its own", walk_rd(w, walk_vector_word(i, true)),
			0x30000 + i);
		walk_wr(w, walk_vector_word(i, true), 0);
		if (w->foreign_msix)
			continue;
		walk_is("MSIX_DATA", walk_vector_word(i, false), "of its own", walk_rd(w, walk_vector_word(i, false)), 0x20000 + i);
		walk_wr(w, walk_vector_word(i, false), 0);
	}
}

/* ---- registers that do not hold whatever is written ---- */

static inline void walk_allowed_values(struct walk *w)
{
	uint32_t stride_was = walk_rd(w, CW_DB_STRIDE), timeout_was = walk_rd(w, CW_CPL_TIMEOUT);

	for (unsigned v = 0; v < 64; v++) {
		uint32_t stride = walk_rd(w, CW_DB_STRIDE), time = walk_rd(w, CW_CPL_TIMEOUT), low = v % 32;

		walk_wr(w, CW_DB_STRIDE, v);
		if (low >= CW_DB_STRIDE_LOG2_MIN && low <= CW_DB_STRIDE_LOG2_MAX)
			stride = low;
		walk_is("DB_STRIDE", CW_DB_STRIDE, "after a write", walk_rd(w, CW_DB_STRIDE), stride);
		walk_wr(w, CW_CPL_TIMEOUT, v);
		if (v == 0 || (v >= 8 && v <= 40))
			time = v;
		walk_is("CPL_TIMEOUT", CW_CPL_TIMEOUT, "after a write", walk_rd(w, CW_CPL_TIMEOUT), time);
	}
	walk_wr(w, CW_DB_STRIDE, stride_was);
	walk_wr(w, CW_CPL_TIMEOUT, timeout_was);
}

static inline void walk_ring(struct walk *w, unsigned queue, uint32_t reg, unsigned len, uint64_t value)
{
	uint64_t page = (uint64_t)queue << walk_rd(w, CW_DB_STRIDE), got = WALK_ALL;

	w->io.write(w->io.ctx, CW_BAR_DOORBELL, page + reg, len, &value);
	w->io.read(w->io.ctx, CW_BAR_DOORBELL, page + reg, len, &got);
	walk_is(reg == CW_DB_PRODUCER ? "DB_PRODUCER" : "DB_CONSUMER", reg, "read from the doorbell page",
		len == 8 ? got : (uint32_t)got, 0);
}

/* Enabling a queue zeroes its counts and its error; then it is as after a reset again. */
static inline void walk_queue_zero(struct walk *w, unsigned queue)
{
	uint32_t base = walk_queue(queue);

	walk_wr(w, base + CW_Q_CONFIG, 1u << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT);
	walk_wr(w, base + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	walk_is("Q_STATUS", base + CW_Q_STATUS, "when enabled", walk_rd(w, base + CW_Q_STATUS), CW_QSTATE_RUNNING);
	walk_wr(w, base + CW_Q_CTRL, 0);
	walk_is("Q_STATUS", base + CW_Q_STATUS, "when disabled", walk_rd(w, base + CW_Q_STATUS), CW_QSTATE_DISABLED);
	walk_wr(w, base + CW_Q_CONFIG, 0);
}

/* A doorbell of a queue that is off is an error: the bit holds until a one is written to it, not to others. */
/* Nobody has enabled MSI-X or MSI: what raised an interrupt is for the pin. */
static inline void walk_intx(struct walk *w, const char *when)
{
	walk_is("INTX", CW_INTX, when, walk_rd(w, CW_INTX), CW_INTX_PENDING_MASK);
	walk_wr(w, CW_INTX, ~CW_INTX_PENDING_MASK);
	walk_wr_be(w, CW_INTX, 0xe, WALK_ALL);
	walk_is("INTX", CW_INTX, "after ones beside its bit", walk_rd(w, CW_INTX), CW_INTX_PENDING_MASK);
	walk_wr_be(w, CW_INTX, 1, CW_INTX_PENDING_MASK);
	walk_is("INTX", CW_INTX, "after a one", walk_rd(w, CW_INTX), 0);
}

static inline void walk_errors(struct walk *w)
{
	const uint32_t bit = CW_ERROR_DOORBELL_MASK, valid = CW_ERROR_QUEUE_VALID_MASK, q = w->build.queues - 1;

	walk_ring(w, q, CW_DB_PRODUCER, 4, 1);
	walk_is("ERROR", CW_ERROR, "after a bad doorbell", walk_rd(w, CW_ERROR), bit);
	walk_is("ERROR_QUEUE", CW_ERROR_QUEUE, "after a bad doorbell", walk_rd(w, CW_ERROR_QUEUE), valid | q);
	walk_intx(w, "after a bad doorbell");
	walk_wr(w, CW_ERROR, 0);
	walk_wr(w, CW_ERROR, ~bit);
	walk_wr_be(w, CW_ERROR, 2, WALK_ALL);
	walk_wr_be(w, CW_ERROR, 0xc, WALK_ALL);
	walk_is("ERROR", CW_ERROR, "after ones beside its bit", walk_rd(w, CW_ERROR), bit);
	walk_ring(w, 0, CW_DB_CONSUMER, 4, 1);
	walk_is("ERROR_QUEUE", CW_ERROR_QUEUE, "after a second bad doorbell", walk_rd(w, CW_ERROR_QUEUE),
		CW_ERROR_QUEUE_OVERFLOW_MASK | valid | q);
	walk_intx(w, "after a second bad doorbell");
	walk_wr_be(w, CW_ERROR, 1, bit);
	walk_is("ERROR", CW_ERROR, "after a one", walk_rd(w, CW_ERROR), 0);
	walk_is("ERROR_QUEUE", CW_ERROR_QUEUE, "after ERROR was cleared", walk_rd(w, CW_ERROR_QUEUE),
		CW_ERROR_QUEUE_OVERFLOW_MASK | valid | q);
	walk_wr(w, CW_ERROR_QUEUE, WALK_ALL);
	walk_is("ERROR_QUEUE", CW_ERROR_QUEUE, "after a write", walk_rd(w, CW_ERROR_QUEUE), 0);
	walk_is("Q_STATUS", walk_queue(q) + CW_Q_STATUS, "after a bad doorbell", walk_rd(w, walk_queue(q) + CW_Q_STATUS),
		CW_Q_STATUS_DB_ERROR_MASK);
	walk_queue_zero(w, 0);
	walk_queue_zero(w, q);
}

static inline void walk_word_locked(struct walk *w, const struct walk_row *reg, uint32_t off, bool high, uint32_t reset)
{
	uint32_t was = walk_rd(w, off);

	(void)high;
	(void)reset;
	if (strcmp(reg->access, "RWQ") != 0)
		return;
	walk_wr(w, off, ~was);
	walk_is(reg->name, off, "after a write while its queue is enabled", walk_rd(w, off), was);
}

/* A queue with a legal configuration can be enabled, locks its RWQ registers while it is, and takes doorbells
 * that fit; one that is not legal cannot. With CONTROL.ENABLE 0 nothing is fetched. */
static inline void walk_queue_life(struct walk *w, unsigned queue)
{
	const uint32_t base = walk_queue(queue), config = 3u << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT;

	walk_is("CONTROL", CW_CONTROL, "before a queue is enabled", walk_rd(w, CW_CONTROL), 0);
	walk_wr(w, base + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK); /* rings of one entry there are not */
	walk_is("Q_CTRL", base, "after a write with an illegal Q_CONFIG", walk_rd(w, base + CW_Q_CTRL), 0);
	walk_wr(w, base + CW_Q_CONFIG, config);
	walk_wr(w, base + CW_Q_RING_LO, 0x1000);
	walk_wr(w, base + CW_Q_CTRL, WALK_ALL);
	walk_is("Q_CTRL", base, "enabled and quiesced", walk_rd(w, base + CW_Q_CTRL),
		CW_Q_CTRL_ENABLE_MASK | CW_Q_CTRL_QUIESCE_MASK);
	walk_is("Q_STATUS", base + CW_Q_STATUS, "when quiesced", walk_rd(w, base + CW_Q_STATUS), CW_QSTATE_QUIESCED);
	walk_wr_be(w, base + CW_Q_CTRL, 1, CW_Q_CTRL_ENABLE_MASK);
	walk_is("Q_STATUS", base + CW_Q_STATUS, "when enabled", walk_rd(w, base + CW_Q_STATUS), CW_QSTATE_RUNNING);
	walk_each(w, "QUEUE", base, walk_word_locked);
	walk_ring(w, queue, CW_DB_PRODUCER, 4, 5);
	walk_is("Q_PRODUCER", base + CW_Q_PRODUCER, "after a doorbell", walk_rd(w, base + CW_Q_PRODUCER), 5);
	walk_ring(w, queue, CW_DB_PRODUCER, 8, 8); /* consumer 0, producer 8: a full ring */
	walk_is("Q_PRODUCER", base + CW_Q_PRODUCER, "after an 8-byte doorbell", walk_rd(w, base + CW_Q_PRODUCER), 8);
	walk_is("Q_FETCHED", base + CW_Q_FETCHED, "with CONTROL.ENABLE 0", walk_rd(w, base + CW_Q_FETCHED), 0);
	walk_ring(w, queue, CW_DB_PRODUCER, 4, 9);
	walk_is("Q_STATUS", base + CW_Q_STATUS, "after a doorbell beyond the ring", walk_rd(w, base + CW_Q_STATUS),
		CW_Q_STATUS_DB_ERROR_MASK | CW_QSTATE_RUNNING);
	walk_wr(w, CW_ERROR, CW_ERROR_DOORBELL_MASK);
	walk_wr(w, CW_ERROR_QUEUE, 0);
	walk_intx(w, "after a doorbell beyond the ring");
	walk_wr(w, base + CW_Q_CTRL, 0);
	walk_is("Q_STATUS", base + CW_Q_STATUS, "when disabled",
		walk_rd(w, base + CW_Q_STATUS) & CW_Q_STATUS_STATE_MASK, CW_QSTATE_DISABLED);
	walk_wr(w, base + CW_Q_RING_LO, 0);
	walk_queue_zero(w, queue);
}

#endif
