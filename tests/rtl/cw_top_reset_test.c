// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_top_chain
/*
 * The whole endpoint with card memory on another clock: data arrives whole at any ratio of the clocks, and PCIe
 * reset (or a function-level reset) at any cycle of a transfer brings every register back to its reset value, and a
 * card that works.
 */
#include "chain_env.h"

#define WORD_MAX 512

enum how { PCIE_RESET, FUNCTION_RESET };

/* ---- every register ---- */

struct words {
	struct top_host *h;
	unsigned n;
	struct { const char *name; uint32_t off, want; unsigned tag; } word[WORD_MAX];
};

static void io_read(void *ctx, unsigned bar, uint64_t off, unsigned len, void *data)
{
	struct words *s = ctx;
	uint64_t v = host_read(s->h, (uint32_t)off);

	assert_int_equal(bar, 0);
	if (len == 8)
		v |= (uint64_t)host_read(s->h, (uint32_t)off + 4) << 32;
	memcpy(data, &v, len);
}

static void add_word(struct words *s, const char *name, uint32_t off, uint32_t want)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->word[i].off == off)
			return;
	assert_true(s->n < WORD_MAX);
	s->word[s->n].name = name;
	s->word[s->n].off = off;
	s->word[s->n++].want = want;
}

static void add_register(struct walk *w, const struct walk_row *reg, uint32_t off, bool high, uint32_t reset)
{
	(void)high;
	add_word(w->io.ctx, reg->name, off, reset);
}

/* What a card that was just reset shows: the table's values, and counters at zero (its reads of now are counted). */
static void know_reset_values(struct words *s, struct top_host *h)
{
	struct walk w = { .io = { .read = io_read, .ctx = s }, .rng = 1 };
	const uint32_t counts = host_read(h, CW_CAP_COUNTS), features = host_read(h, CW_CAP_FEATURES);

	*s = (struct words){ .h = h };
	w.build = (struct walk_build){
		.queues = counts & CW_CAP_COUNTS_QUEUES_MASK, .vectors = counts >> CW_CAP_COUNTS_VECTORS_SHIFT,
		.data_bytes = 32, .addr_bits = 64, .tags = 32, .features = features & ~CW_CAP_FEATURES_TAGS_MASK,
		.clock_hz = 250000000, .card_bytes = 65536, .link = host_read(h, CW_LINK),
	};
	assert_int_equal(counts, 2 << 16 | 2);
	walk_all(&w, add_register);
	for (unsigned i = 0; i < CW_COUNTER_N; i++)
		if (i != CW_COUNTER_RX_MRD)
			add_word(s, "a counter", CW_COUNTER_OFFSET + 8 * i, 0);
	for (unsigned v = 0; v < 2; v++)
		add_word(s, "pending bits", CW_MSIX_PBA_OFFSET + 4 * v, 0);
}

static void all_are_reset(struct words *s)
{
	unsigned asked = 0;

	for (unsigned i = 0; i < s->n; i++) {
		for (; asked < s->n && asked < i + LOOK_N; asked++)
			s->word[asked].tag = host_look(s->h, s->word[asked].off);
		walk_is(s->word[i].name, s->word[i].off, "after a reset", host_found(s->h, s->word[i].tag), s->word[i].want);
	}
}

/* ---- tests ---- */

static void data_arrives_at_any_ratio_of_the_clocks(void **state)
{
	static struct top_host h;

	(void)state;
	host_start(&h);
	for (unsigned r = 0; r < times(TWO_RATIO_N, TWO_RATIO_N); r++) {
		two_periods(&h.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		h.stall = 10 * (r % 4);
		wait_ready(&h);
		configure(&h);
		move_both_ways(&h, 12);
		two_steps(&h.c, 1000);
		assert_true(h.interrupts > 0);
		h.interrupts = 0;
		host_reset(&h, 10);
	}
	dut_free(h.d);
}

static void reset_the_function(struct top_host *h)
{
	while (h->req.head != h->req.tail)
		two_step(&h->c);
	dut_set(h->d, "fn_flr", 1);
	for (unsigned limit = 0; !dut_get(h->d, "flr_done"); limit++) {
		assert_true(limit < 100000);
		two_step(&h->c);
	}
	while (two_step(&h->c) != 0)
		;
	dut_set(h->d, "fn_flr", 0);
}

static void reset_at_many_cycles(enum how how, unsigned rounds)
{
	static struct top_host h;
	static struct words s;

	host_start(&h);
	wait_ready(&h);
	know_reset_values(&s, &h);
	all_are_reset(&s);
	for (unsigned i = 0; i < rounds; i++) {
		unsigned r = (unsigned)dut_below(&h.rng, TWO_RATIO_N - 2); /* those far apart take long */

		two_periods(&h.c, two_ratios[r].a, two_ratios[r].b, two_ratios[r].jitter);
		h.stall = dut_chance(&h.rng, 50) ? 30 : 0;
		begin_work(&h);
		while (h.req.head != h.req.tail && dut_chance(&h.rng, 99)) /* sometimes while it is set up */
			two_step(&h.c);
		two_steps(&h.c, (unsigned)(rounds < 3000 ? dut_below(&h.rng, 3000) : 3000 * i / rounds));
		if (how == FUNCTION_RESET)
			reset_the_function(&h);
		else
			host_reset(&h, (unsigned)dut_below(&h.rng, 12));
		h.stall = 0;
		wait_ready(&h);
		all_are_reset(&s);
		configure(&h);
		move_both_ways(&h, 3);
		host_reset(&h, 4);
		wait_ready(&h);
	}
	dut_free(h.d);
}

static void reset_at_any_cycle(void **state)
{
	(void)state;
	reset_at_many_cycles(PCIE_RESET, times(500, 6000));
}

static void function_reset_at_any_cycle(void **state)
{
	(void)state;
	reset_at_many_cycles(FUNCTION_RESET, times(150, 2000));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_arrives_at_any_ratio_of_the_clocks),
		cmocka_unit_test(reset_at_any_cycle),
		cmocka_unit_test(function_reset_at_any_cycle),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
