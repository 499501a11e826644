// SPDX-License-Identifier: BSD-2-Clause
/* Card memory: sparse pages, and the AXI slave driven by a random master. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../sim/device/axi_mem.h"
#include "../../sim/link/rng.h"
#include "result.h"

#define WIDTH 32u
#define MIRROR (64u << 10)

struct master {
	struct cw_axi_mem *m;
	struct cw_wires_axi_out o;
	struct cw_wires_axi_in i;
	uint64_t cycle;
	struct cw_rng rng;
	uint8_t mirror[MIRROR];
};

static void start(struct master *b, bool harsh, uint64_t seed)
{
	struct cw_axi_param p;

	memset(b, 0, sizeof(*b));
	cw_axi_param_default(&p);
	p.seed = seed;
	if (harsh) {
		p.stall = 40;
		p.jitter = 30;
		p.shuffle = true;
	}
	assert_int_equal(cw_axi_mem_new(&b->m, &p), 0);
	cw_rng_seed(&b->rng, seed, CW_RNG_USER);
}

static void tick(struct master *b)
{
	assert_int_equal(cw_axi_cycle(b->m, b->cycle++, false, &b->o, &b->i), 0);
}

/* One burst of writes with random strobes; returns the response. */
static unsigned write_burst(struct master *b, uint64_t addr, unsigned beats, uint8_t id)
{
	unsigned done = 0;
	bool aw = false;

	b->o.awaddr[0] = (uint32_t)addr;
	b->o.awaddr[1] = (uint32_t)(addr >> 32);
	b->o.shape = 5 | 1 << 3 | 5 << 5 | 1 << 8;
	b->o.flags = CW_AO_AWVALID | (uint32_t)id << 6 | (beats - 1) << 14 | CW_AO_BREADY;
	for (unsigned n = 0; n < 2000; n++) {
		bool aw_take = !aw && b->i.flags & CW_AI_AWREADY, w_take;

		if (b->i.flags & CW_AI_BVALID) {
			unsigned resp = b->i.flags >> 8 & 3;

			assert_int_equal(b->i.flags >> 4 & 0xf, id);
			tick(b);
			b->o.flags = 0;
			return resp;
		}
		if (done < beats && !(b->o.flags & CW_AO_WVALID)) {
			b->o.flags |= CW_AO_WVALID | (done == beats - 1 ? CW_AO_WLAST : 0);
			for (unsigned k = 0; k < 8; k++)
				b->o.wdata[k] = (uint32_t)cw_rng_next(&b->rng);
			b->o.wstrb[0] = cw_rng_one_in(&b->rng, 3) ? (uint32_t)cw_rng_next(&b->rng) : 0xffffffff;
		}
		w_take = b->o.flags & CW_AO_WVALID && b->i.flags & CW_AI_WREADY;
		if (w_take && addr + WIDTH * (done + 1) <= MIRROR)
			for (unsigned k = 0; k < WIDTH; k++)
				if (b->o.wstrb[0] >> k & 1)
					b->mirror[addr + WIDTH * done + k] = ((uint8_t *)b->o.wdata)[k];
		tick(b);
		if (aw_take) {
			aw = true;
			b->o.flags &= ~CW_AO_AWVALID;
		}
		if (w_take) {
			done++;
			b->o.flags &= ~(CW_AO_WVALID | CW_AO_WLAST);
		}
	}
	fail_msg("no write response");
	return 0;
}

/* One burst of reads into buf; returns the last response that was not OKAY. */
static unsigned read_burst(struct master *b, uint64_t addr, unsigned beats, uint8_t id, uint8_t *buf)
{
	unsigned got = 0, resp = 0;
	bool ar = false;

	b->o.araddr[0] = (uint32_t)addr;
	b->o.araddr[1] = (uint32_t)(addr >> 32);
	b->o.shape = 5 | 1 << 3 | 5 << 5 | 1 << 8;
	b->o.flags = CW_AO_ARVALID | (uint32_t)id << 10 | (beats - 1) << 22;
	for (unsigned n = 0; n < 2000; n++) {
		bool ar_take = !ar && b->i.flags & CW_AI_ARREADY, take;

		b->o.flags = (b->o.flags & ~CW_AO_RREADY) | (cw_rng_one_in(&b->rng, 3) ? 0 : CW_AO_RREADY);
		take = b->i.flags & CW_AI_RVALID && b->o.flags & CW_AO_RREADY;
		if (take) {
			memcpy(buf + WIDTH * got++, b->i.rdata, WIDTH);
			assert_int_equal(b->i.flags >> 11 & 0xf, id);
			assert_int_equal(!(b->i.flags & CW_AI_RLAST), got != beats);
			resp = b->i.flags >> 15 & 3 ? b->i.flags >> 15 & 3 : resp;
		}
		tick(b);
		if (ar_take) {
			ar = true;
			b->o.flags &= ~CW_AO_ARVALID;
		}
		if (got == beats) {
			b->o.flags = 0;
			return resp;
		}
	}
	fail_msg("no read data");
	return 0;
}

static void random_bursts_read_back_what_was_written(void **state)
{
	static uint8_t buf[128 * WIDTH];
	struct master b;

	(void)state;
	for (unsigned harsh = 0; harsh < 2; harsh++) {
		start(&b, harsh, 5);
		for (unsigned n = 0; n < 400; n++) {
			unsigned beats = (unsigned)cw_rng_range(&b.rng, 1, 32);
			uint64_t page = cw_rng_below(&b.rng, MIRROR / 4096) * 4096;
			uint64_t addr = page + WIDTH * cw_rng_below(&b.rng, 4096 / WIDTH - beats + 1);

			if (cw_rng_one_in(&b.rng, 2)) {
				assert_int_equal(write_burst(&b, addr, beats, n & 1), 0);
			} else {
				assert_int_equal(read_burst(&b, addr, beats, n & 1, buf), 0);
				assert_memory_equal(buf, b.mirror + addr, WIDTH * beats);
			}
		}
		assert_int_equal(cw_axi_violations(b.m), 0);
		for (unsigned n = 0; n < 20; n++)
			tick(&b);
		assert_true(cw_axi_quiet(b.m));
		cw_axi_mem_free(b.m);
	}
}

static void beyond_the_end_is_a_decode_error(void **state)
{
	uint8_t buf[WIDTH];
	struct master b;

	(void)state;
	start(&b, false, 1);
	assert_int_equal(write_burst(&b, 1ull << 32, 1, 0), 3);
	assert_int_equal(read_burst(&b, 1ull << 32, 1, 0, buf), 3);
	assert_int_equal(write_burst(&b, (1ull << 32) - WIDTH, 1, 0), 0);
	assert_int_equal(read_burst(&b, (1ull << 32) - WIDTH, 1, 0, buf), 0);
	cw_axi_mem_free(b.m);
}

static void injected_errors_hit_their_range_and_count(void **state)
{
	uint8_t buf[4 * WIDTH];
	struct master b;

	(void)state;
	start(&b, false, 1);
	assert_int_equal(cw_axi_inject(b.m, 0x1040, 32, true, 2, 1), 0);
	assert_int_equal(cw_axi_inject(b.m, 0x1040, 32, false, 3, 1), 0);
	assert_int_equal(write_burst(&b, 0x1000, 2, 0), 0);
	assert_int_equal(write_burst(&b, 0x1000, 4, 0), 2);
	assert_int_equal(write_burst(&b, 0x1000, 4, 0), 0);
	assert_int_equal(read_burst(&b, 0x1000, 4, 0, buf), 3);
	assert_int_equal(read_burst(&b, 0x1000, 4, 0, buf), 0);
	cw_axi_mem_free(b.m);
}

/* Beats of one burst as the endpoint might get them wrong: bits of AxSIZE and AxBURST, the last beat. */
struct wrong {
	const char *rule, *name;
	uint64_t addr;
	unsigned beats, shape;
	bool write, early_last;
};

static void breaks_the_bus(struct master *b, const struct wrong *w)
{
	b->o.shape = w->shape;
	b->o.araddr[0] = b->o.awaddr[0] = (uint32_t)w->addr;
	b->o.flags = w->write ? CW_AO_AWVALID | (w->beats - 1) << 14 : CW_AO_ARVALID | (w->beats - 1) << 22;
	for (unsigned n = 0; n < 4; n++) {
		bool taken = b->i.flags & (w->write ? CW_AI_AWREADY : CW_AI_ARREADY);

		tick(b);
		if (taken)
			break;
	}
	b->o.flags = 0;
	if (!w->write)
		return;
	b->o.flags = CW_AO_WVALID | (w->early_last ? CW_AO_WLAST : 0);
	for (unsigned n = 0; n < 4 && !(b->i.flags & CW_AI_WREADY); n++)
		tick(b);
	tick(b);
}

static void broken_bus_rules_are_seen(void **state)
{
	const unsigned good = 5 | 1 << 3 | 5 << 5 | 1 << 8, wrap = 5 | 2 << 3 | 5 << 5 | 2 << 8;
	const unsigned narrow = 2 | 1 << 3 | 2 << 5 | 1 << 8;
	const struct wrong w[] = {
		{ "axi-crosses-4k", "read over 4 KiB", 4096 - WIDTH, 2, good, false, false },
		{ "axi-crosses-4k", "write over 4 KiB", 8192 - WIDTH, 2, good, true, false },
		{ "axi-burst-type", "wrapping read", 0x1000, 2, wrap, false, false },
		{ "axi-beat-width", "4 of 32 bytes", 0x1000, 1, narrow, false, false },
		{ "axi-last", "WLAST on the first of two beats", 0x1000, 2, good, true, true },
		{ "axi-last", "no WLAST on the only beat", 0x1000, 1, good, true, false },
	};
	struct master b;

	(void)state;
	for (unsigned i = 0; i < sizeof(w) / sizeof(w[0]); i++) {
		start(&b, false, 1);
		tick(&b);
		breaks_the_bus(&b, &w[i]);
		assert_int_equal(cw_axi_violations(b.m), 1);
		assert_ptr_equal(strstr(cw_axi_why(b.m), w[i].rule), cw_axi_why(b.m));
		result(w[i].rule, "broken_bus_rules_are_seen", w[i].name, cw_axi_why(b.m));
		cw_axi_mem_free(b.m);
	}
}

static void peek_and_poke_cross_pages_and_stop_at_the_end(void **state)
{
	uint8_t in[9000], out[9000];
	struct master b;

	(void)state;
	start(&b, false, 1);
	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 13 + i / 256);
	assert_int_equal(cw_axi_poke(b.m, 0xfffff123, in, 5), 0);
	assert_int_equal(cw_axi_poke(b.m, 0x12345678, in, sizeof(in)), 0);
	assert_int_equal(cw_axi_peek(b.m, 0x12345678, out, sizeof(out)), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(cw_axi_poke(b.m, (1ull << 32) - 4, in, 5), -EINVAL);
	assert_int_equal(cw_axi_peek(b.m, UINT64_MAX, out, 1), -EINVAL);
	assert_int_equal(cw_axi_peek(b.m, 0x40000000, out, 16), 0);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(out[i], 0);
	cw_axi_mem_free(b.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bursts_read_back_what_was_written),
		cmocka_unit_test(beyond_the_end_is_a_decode_error),
		cmocka_unit_test(injected_errors_hit_their_range_and_count),
		cmocka_unit_test(broken_bus_rules_are_seen),
		cmocka_unit_test(peek_and_poke_cross_pages_and_stop_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
