/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block tests: one Verilog module as the device under test, driven from C by
 * port name. Nothing here names a simulator.
 *
 * How to write one. tests/rtl/cw_foo_test.c tests the module cw_foo (found in
 * rtl/, then in tests/rtl/); `make build/tests/rtl/cw_foo_test` builds it and
 * build/tests/rtl/cw_foo_test [seed] runs it. It sees ASan and UBSan, assertions in
 * the Verilog count as failures. A comment in the first ten lines changes the
 * model:
 *
 *   // verilator: -GDATA_W=512 -GTAGS=32
 *   // verilator: top=cw_foo
 *
 * so a second width is a file cw_foo_w512_test.c of two lines: that comment and
 * an #include of the first test.
 *
 *	#include "dut.h"
 *	#include "stream.h"
 *
 *	static void word_comes_out_one_cycle_later(void **state)
 *	{
 *		struct dut *d = dut_new(dut_seed());
 *
 *		dut_reset(d, 4);
 *		dut_set(d, "in_data", 0x1234);
 *		dut_set(d, "in_valid", 1);
 *		dut_cycle(d);
 *		assert_int_equal(dut_get(d, "out_data"), 0x1234);
 *		dut_free(d);
 *	}
 *
 *	int main(int argc, char **argv)
 *	{
 *		const struct CMUnitTest tests[] = {
 *			cmocka_unit_test(word_comes_out_one_cycle_later),
 *		};
 *
 *		return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
 *	}
 *
 * One cycle: inputs set since the last cycle settle, every hook's `sample` sees
 * what the rising edge sees, the edge, then every hook's `drive` sets inputs for
 * the next cycle, and outputs settle again. Between cycles all outputs are valid
 * for the inputs last set by hooks; call dut_settle() after dut_set() to read
 * outputs that depend on an input combinationally.
 *
 * The clock is "clk", the reset "rst" (active high; absent is fine). Unknown
 * ports, values too wide and writes to outputs fail the test with a clear text.
 * CW_WAVE=file.fst in the environment writes a wave of the first model. CW_ICARUS=file.vvp
 * runs the same test on Icarus Verilog (icarus.h), CW_SKIP="word ..." leaves tests out by name.
 */
#ifndef CW_DUT_H
#define CW_DUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

struct dut;

/* All inputs are 0 and settled; no clock has been given. */
struct dut *dut_new(uint64_t seed);
/* Fails the test when an assertion in the Verilog failed. */
void dut_free(struct dut *d);

bool dut_has(struct dut *d, const char *port);
unsigned dut_width(struct dut *d, const char *port); /* bits */

void dut_set(struct dut *d, const char *port, uint64_t value);
uint64_t dut_get(struct dut *d, const char *port); /* up to 64 bits */
/* 32-bit words, lowest first; words beyond the port's width must be 0 (set) or are 0 (get). */
void dut_set_words(struct dut *d, const char *port, const uint32_t *words, unsigned n);
void dut_get_words(struct dut *d, const char *port, uint32_t *words, unsigned n);
/* Bytes, lowest first: n bytes at bit 8 * offset of a wide port. */
void dut_set_bytes(struct dut *d, const char *port, unsigned offset, const void *bytes, unsigned n);
void dut_get_bytes(struct dut *d, const char *port, unsigned offset, void *bytes, unsigned n);
/* A field of a wide port: width bits (1 to 64) from bit lsb. */
void dut_set_bits(struct dut *d, const char *port, unsigned lsb, unsigned width, uint64_t value);
uint64_t dut_get_bits(struct dut *d, const char *port, unsigned lsb, unsigned width);

void dut_settle(struct dut *d);
void dut_cycle(struct dut *d);
void dut_cycles(struct dut *d, unsigned n);
/* Clocks until the port is not 0; fails the test after `limit` cycles. Returns the cycles it took. */
unsigned dut_wait(struct dut *d, const char *port, unsigned limit);
/* A design with several clocks: from now on `port` is the one that cycles are given to, and hooks (streams are hooks)
 * that are registered see its cycles alone. two_clocks.h gives both in their order. */
void dut_clock(struct dut *d, const char *port);
/* rst high for n cycles, then low. Hooks do not run. */
void dut_reset(struct dut *d, unsigned n);
uint64_t dut_now(const struct dut *d); /* cycles since dut_new, reset included */

/* Called at every cycle in the order of registration; either may be NULL. The models of neighbours
 * (memories, streams) are hooks. Up to 32. */
void dut_hook(struct dut *d, void (*sample)(void *ctx), void (*drive)(void *ctx), void *ctx);
void dut_unhook(struct dut *d); /* all of them: inputs stay as they are */

/* The seed of this run: argument 1, else CW_SEED, else 1; printed by dut_main() first. */
uint64_t dut_seed(void);
int dut_main_n(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t n);
#define dut_main(argc, argv, tests, n) dut_main_n(argc, argv, __FILE__, tests, n)

/* A small generator for tests: xorshift, never 0 state. */
struct dut_rng {
	uint64_t s;
};
void dut_rng_init(struct dut_rng *r, uint64_t seed);
uint64_t dut_rand(struct dut_rng *r);
uint64_t dut_below(struct dut_rng *r, uint64_t n); /* 0 to n - 1 */
bool dut_chance(struct dut_rng *r, unsigned percent);

#endif
