// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_top_chain
/*
 * The whole endpoint on a link that is short of credits: posted, non-posted or completion, headers or data, each starved
 * for long, and all of them at random, with reads and writes under way both ways. What does not need the credit goes on
 * meanwhile, posted requests above all (PCIe Base Specification 6.0 section 2.4.1: they must be able to pass
 * non-posted ones); and in the end everything has ended.
 *
 * Between card and host there is an IP: it takes TLPs ahead of the link into a queue for each class, few of them, keeps
 * the order that 2.4.1 asks for, and stops the stream of requests when either of its classes is full.
 */
#include <stdlib.h>

#include "top_host.h"

#define RING(q)	   (0x1000u + 0x1000 * (q))
#define RECORDS(q) (0x4000u + 0x1000 * (q))
#define MESSAGE	   0x9000u
#define SRC	   0x10000u
#define DST	   0x20000u
#define SLOT	   1024u
#define ENTRIES_LOG2 4
#define ENTRIES	   (1u << ENTRIES_LOG2)
#define WINDOW	   8u     /* descriptors of a queue at once: both queues' have an operation each */
#define DB_LOG2	   12
#define LANE_N	   64

enum { P, NP, CPL, CLASS_N };
enum { HDR, DATA };

struct item {
	uint64_t seq;
	struct drain tlp;
};

struct lane {
	struct item q[LANE_N];
	unsigned head, n, depth;   /* depth: of the IP's queue */
	unsigned credit[2];        /* headers; units of 16 bytes */
	bool starved[2];           /* none comes back */
	uint64_t left;             /* TLPs that have left the card */
};

static const unsigned limit[CLASS_N][2] = { { 6, 80 }, { 4, 4 }, { 3, 20 } };

static struct bench {
	struct top_host h;         /* first: link_out() gets it */
	struct lane lane[CLASS_N];
	uint64_t seq;
	bool hidden;               /* the card gets no credit information */
	unsigned given[2];         /* descriptors whose fetch has left the card */
	unsigned posted[2], done[2], len[ENTRIES], from[ENTRIES], card[ENTRIES], to[ENTRIES];
	bool check;                /* what came back is compared */
	unsigned looks;            /* register reads of the host that were answered */
	int look;                  /* the one under way; -1: none */
} bench;

/* ---- the IP ---- */

static unsigned class_of(const struct drain *t)
{
	switch (t->h[0] >> 24) {
	case 0x40:
		return P;
	case 0x00:
		return NP;
	default:
		return CPL;
	}
}

static void link_out(struct top_host *h, const struct drain *t)
{
	struct bench *b = (struct bench *)h;
	struct lane *l = &b->lane[class_of(t)];

	assert_true(l->n < LANE_N);
	l->q[(l->head + l->n++) % LANE_N] = (struct item){ .seq = b->seq++, .tlp = *t };
}

/* The oldest of its class leaves, when credit and order let it. */
static void leaves(struct bench *b, unsigned class)
{
	struct lane *l = &b->lane[class], *p = &b->lane[P];
	struct item *i = &l->q[l->head];
	unsigned units = (i->tlp.n + 3) / 4;

	if (!l->n || !l->credit[HDR] || l->credit[DATA] < units)
		return;
	if (class != P && p->n && p->q[p->head].seq < i->seq)
		return;
	l->credit[HDR]--;
	l->credit[DATA] -= units;
	l->head = (l->head + 1) % LANE_N;
	l->n--;
	l->left++;
	for (unsigned q = 0; q < 2; q++)
		if (class == NP && i->tlp.h[2] >= RING(q) && i->tlp.h[2] < RING(q) + 16 * ENTRIES)
			b->given[q] += (i->tlp.h[0] & 0x3ff) / 4;
	(class == CPL ? host_takes_answer : host_takes_request)(&b->h, &i->tlp);
}

static void ip(void *ctx)
{
	struct bench *b = ctx;
	struct lane *p = &b->lane[P], *np = &b->lane[NP];
	unsigned first = (unsigned)dut_below(&b->h.rng, CLASS_N);

	for (unsigned c = 0; c < CLASS_N; c++)
		for (unsigned kind = 0; kind < 2; kind++) {
			unsigned *have = &b->lane[c].credit[kind], some = kind == HDR ? 1 : 16;

			if (!b->lane[c].starved[kind] && dut_chance(&b->h.rng, 40))
				*have = *have + some < limit[c][kind] ? *have + some : limit[c][kind];
		}
	for (unsigned i = 0; i < CLASS_N; i++)
		leaves(b, (first + i) % CLASS_N);
	dut_set(b->h.d, "fc_valid", !b->hidden);
	dut_set(b->h.d, "fc_ph", p->credit[HDR] > p->n ? p->credit[HDR] - p->n : 0);
	dut_set(b->h.d, "fc_pd", p->credit[DATA]);
	dut_set(b->h.d, "fc_nph", np->credit[HDR] > np->n ? np->credit[HDR] - np->n : 0);
	if (p->n >= p->depth || np->n >= np->depth)
		dut_set(b->h.d, "tx_req_ready", 0);
	if (b->lane[CPL].n >= b->lane[CPL].depth)
		dut_set(b->h.d, "tx_cpl_ready", 0);
}

static void starve(struct bench *b, unsigned class, unsigned kind, bool on)
{
	b->lane[class].starved[kind] = on;
	if (on)
		b->lane[class].credit[kind] = 0;
}

/* ---- the host's work ---- */

static void describe(struct bench *b, unsigned q)
{
	unsigned i = b->posted[q]++ % ENTRIES;
	const uint32_t dw[4] = { q ? b->to[i] : b->from[i], 0, b->len[i], b->card[i] };

	memcpy(b->h.mem + RING(q) + 16 * i, dw, 16);
}

/* The next record, when it has come: its data was there before it. */
static bool take_record(struct bench *b, unsigned q)
{
	unsigned i = b->done[q] % ENTRIES;
	uint32_t dw[4];

	memcpy(dw, b->h.mem + RECORDS(q) + 16 * i, 16);
	if (b->done[q] == b->posted[q] || dw[3] >> 31 != !(b->done[q] / ENTRIES & 1))
		return false;
	assert_int_equal(dw[0], b->done[q]);
	assert_int_equal(dw[1] & CW_RECORD_DW1_BYTES_MASK, b->len[i]);
	assert_int_equal(dw[3] >> 24 & 0x7f, CW_STATUS_OK);
	if (q && b->check) {
		assert_memory_equal(b->h.mem + b->to[i], b->h.mem + b->from[i], b->len[i]);
		memset(b->h.mem + b->to[i], 0xee, b->len[i]);
	}
	b->done[q]++;
	return true;
}

/* Some edges, with the rings kept full up to `to` descriptors, and a register read under way all the time. */
static void work(struct bench *b, unsigned edges, unsigned to)
{
	while (edges--) {
		two_step(&b->h.c);
		for (unsigned q = 0; q < 2; q++) {
			unsigned posted = b->posted[q];

			if (take_record(b, q))
				host_write(&b->h, 2, q << DB_LOG2 | CW_DB_CONSUMER, b->done[q]);
			while (b->posted[q] < to && b->posted[q] - b->done[q] < WINDOW)
				describe(b, q);
			if (b->posted[q] != posted)
				host_write(&b->h, 2, q << DB_LOG2 | CW_DB_PRODUCER, b->posted[q]);
		}
		if (b->look >= 0 && b->h.look[b->look].done) {
			assert_int_equal(host_found(&b->h, (unsigned)b->look), CW_ID_MAGIC);
			b->look = -1;
			b->looks++;
		}
		if (b->look < 0)
			b->look = (int)host_look(&b->h, CW_ID);
	}
}

static void finish(struct bench *b, unsigned to)
{
	for (unsigned i = 0; b->done[0] < to || b->done[1] < to; i++) {
		if (i > 4000)
			fail_msg("%u and %u descriptors of %u have ended: nothing moves any more", b->done[0], b->done[1], to);
		work(b, 100, to);
	}
}

static void configure(struct top_host *h)
{
	for (unsigned v = 0; v < 2; v++) {
		host_write(h, 0, CW_MSIX_TABLE_OFFSET + 16 * v, MESSAGE + 16 * v);
		host_write(h, 0, CW_MSIX_TABLE_OFFSET + 16 * v + CW_MSIX_DATA, 0xabcd0000 + v);
		host_write(h, 0, CW_MSIX_TABLE_OFFSET + 16 * v + CW_MSIX_CTRL, 0);
	}
	host_write(h, 0, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	for (unsigned q = 0; q < 2; q++) {
		uint32_t base = CW_QUEUE_OFFSET + q * CW_QUEUE_STRIDE;

		host_write(h, 0, base + CW_Q_CONFIG, (q ? CW_Q_CONFIG_C2H_MASK : 0) |
			   ENTRIES_LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | 1 << CW_Q_CONFIG_VECTOR_SHIFT);
		host_write(h, 0, base + CW_Q_MODERATION, 0);
		host_write(h, 0, base + CW_Q_RING_LO, RING(q));
		host_write(h, 0, base + CW_Q_CPL_LO, RECORDS(q));
		host_write(h, 0, base + CW_Q_CARD_LIMIT_LO, 65536);
		host_write(h, 0, base + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	}
}

/* A card with both queues at work, and what its card memory holds known. */
static struct bench *start(bool hidden)
{
	static const unsigned depth[CLASS_N] = { 6, 4, 4 };
	struct bench *b = &bench;

	memset(b, 0, sizeof(*b));
	host_start(&b->h);
	b->h.link_out = link_out;
	b->h.stall = 10;
	b->hidden = hidden;
	b->look = -1;
	for (unsigned c = 0; c < CLASS_N; c++)
		b->lane[c].depth = depth[c];
	if (hidden)
		b->lane[NP].depth = READ_N + 1; /* it has to take what it is not told to keep back */
	dut_clock(b->h.d, "clk");
	dut_hook(b->h.d, NULL, ip, b);
	for (unsigned i = 0; !(host_read(&b->h, CW_STATUS) & CW_STATUS_READY_MASK); i++)
		assert_true(i < 2000);
	configure(&b->h);
	for (unsigned i = 0; i < ENTRIES; i++) {
		b->len[i] = 1 + (uint32_t)dut_below(&b->h.rng, dut_chance(&b->h.rng, 30) ? 40 : 800);
		b->from[i] = SRC + SLOT * i + (uint32_t)dut_below(&b->h.rng, 70);
		b->card[i] = SLOT * i + (uint32_t)dut_below(&b->h.rng, 70);
		b->to[i] = DST + SLOT * i + (uint32_t)dut_below(&b->h.rng, 70);
	}
	for (unsigned k = 0; k < SLOT * ENTRIES; k++)
		b->h.mem[SRC + k] = (uint8_t)dut_rand(&b->h.rng);
	finish(b, ENTRIES);
	b->check = true; /* now all of it is on the card */
	return b;
}

static void end(struct bench *b)
{
	unsigned to = (b->posted[0] > b->posted[1] ? b->posted[0] : b->posted[1]) + ENTRIES, looks;

	for (unsigned c = 0; c < CLASS_N; c++)
		for (unsigned kind = 0; kind < 2; kind++)
			starve(b, c, kind, false);
	looks = b->looks;
	finish(b, to);
	work(b, 2000, to);
	assert_true(b->looks > looks);
	assert_true(b->h.interrupts >= 2);
	for (unsigned c = 0; c < CLASS_N; c++)
		assert_true(b->lane[c].n <= 1); /* the look under way */
	dut_free(b->h.d);
}

static unsigned shorter(unsigned n)
{
	return getenv("CW_ICARUS") ? n / 20 + 1 : n;
}

/*
 * No read leaves. Whatever is a write or an answer goes on until there is nothing more of it: card-to-host
 * descriptors that are on the card end, with their records and interrupts; the host's reads are answered. The host
 * gives no credit before that: who lets a read that is blocked hold up the writes never gets any.
 */
static void starved_of_reads(bool hidden)
{
	struct bench *b = start(hidden);
	unsigned moved = 0;

	for (unsigned round = 0; round < shorter(60); round++) {
		unsigned ended, looks, interrupts;

		work(b, (unsigned)dut_below(&b->h.rng, 1500), ~0u);
		starve(b, NP, HDR, true);
		ended = b->done[1];
		looks = b->looks;
		interrupts = b->h.interrupts;
		for (unsigned i = 0; b->done[1] != b->given[1] || b->looks < looks + 3; i++) {
			if (i > 100)
				fail_msg("round %u: of %u descriptors %u have ended, %u when reads were starved; %u reads of the host",
					 round, b->given[1], b->done[1], ended, b->looks - looks);
			work(b, 100, ~0u);
		}
		work(b, 200, ~0u); /* the last interrupt */
		assert_true(b->done[1] == ended || b->h.interrupts > interrupts);
		moved += b->done[1] - ended;
		starve(b, NP, HDR, false);
	}
	assert_true(moved > shorter(60));
	end(b);
}

static void posted_goes_on_when_reads_are_starved(void **state)
{
	(void)state;
	starved_of_reads(false);
}

static void posted_goes_on_without_credit_information(void **state)
{
	(void)state;
	starved_of_reads(true);
}

/*
 * No write leaves, so no answer to the host either, which would pass them. What the host writes is accepted all the
 * same (2.6.1), whatever waits on the card.
 */
static void writes_are_accepted_when_none_leaves(void **state)
{
	struct bench *b = start(false);

	(void)state;
	for (unsigned round = 0; round < shorter(30); round++) {
		uint64_t left;

		work(b, (unsigned)dut_below(&b->h.rng, 1500), ~0u);
		starve(b, P, round & 1, true);
		work(b, 2000, ~0u);
		left = b->lane[P].left;
		for (unsigned i = 0; i < 40; i++)
			host_write(&b->h, 0, CW_SCRATCH, i);
		for (unsigned i = 0; b->h.req.head != b->h.req.tail; i++) {
			if (i > 4000)
				fail_msg("round %u: %u requests of the host are not accepted", round,
					 b->h.req.tail - b->h.req.head);
			work(b, 1, b->posted[0]);
		}
		assert_true(b->lane[P].left == left);
		starve(b, P, round & 1, false);
	}
	end(b);
}

/* No answer to the host leaves: both directions go on at full pace, as do doorbells. */
static void transfers_go_on_when_answers_are_starved(void **state)
{
	struct bench *b = start(false);

	(void)state;
	for (unsigned round = 0; round < shorter(20); round++) {
		unsigned from[2] = { b->done[0], b->done[1] }, looks;

		starve(b, CPL, round & 1, true);
		work(b, 100, ~0u);
		looks = b->looks;
		for (unsigned i = 0; b->done[0] < from[0] + 40 || b->done[1] < from[1] + 40; i++) {
			if (i > 500)
				fail_msg("round %u: %u and %u descriptors, then nothing", round, b->done[0] - from[0],
					 b->done[1] - from[1]);
			work(b, 100, ~0u);
		}
		assert_int_equal(b->looks, looks);
		starve(b, CPL, round & 1, false);
		work(b, 500, ~0u);
	}
	end(b);
}

static void any_credits_are_missing_at_random(void **state)
{
	(void)state;
	for (unsigned hidden = 0; hidden < 2; hidden++) {
		struct bench *b = start(hidden);

		for (unsigned round = 0; round < shorter(120); round++) {
			for (unsigned c = 0; c < CLASS_N; c++)
				for (unsigned kind = 0; kind < 2; kind++)
					starve(b, c, kind, dut_chance(&b->h.rng, 30));
			b->h.stall = (unsigned)dut_below(&b->h.rng, 40);
			work(b, (unsigned)dut_below(&b->h.rng, dut_chance(&b->h.rng, 10) ? 8000 : 600), ~0u);
		}
		end(b);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posted_goes_on_when_reads_are_starved),
		cmocka_unit_test(posted_goes_on_without_credit_information),
		cmocka_unit_test(writes_are_accepted_when_none_leaves),
		cmocka_unit_test(transfers_go_on_when_answers_are_starved),
		cmocka_unit_test(any_credits_are_missing_at_random),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
