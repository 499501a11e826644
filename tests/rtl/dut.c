/* SPDX-License-Identifier: BSD-2-Clause */
/* Block test interface on the generated glue: see dut.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dut.h"
#include "../../sim/device/glue.h"
#include "icarus.h"

#define HOOK_N 32
#define NAME_N 256 /* names remembered, a power of two */

/* Defined by the build for the model this test is linked with. */
extern const struct cw_glue *const dut_glue;

/* That model, or with CW_ICARUS=FILE.vvp the same ports in Icarus Verilog. */
static const struct cw_glue *glue(void)
{
	static const struct cw_glue *chosen;

	if (!chosen)
		chosen = getenv("CW_ICARUS") ? icarus_glue(dut_glue) : dut_glue;
	return chosen;
}

struct hook {
	void (*sample)(void *ctx);
	void (*drive)(void *ctx);
	void *ctx;
	const uint8_t *clk; /* whose cycles it sees */
};

struct dut {
	void *model;
	uint8_t *clk, *rst;
	uint64_t cycles;
	int errors_seen;
	bool wave;
	unsigned hook_n;
	struct hook hook[HOOK_N];
	void *storage[1024];
	int16_t seen[NAME_N]; /* port + 1, by hash of the name */
};

static uint64_t seed_of_run = 1;
static bool wave_taken;

static int find_port(const char *name)
{
	for (uint32_t i = 0; i < glue()->port_n; i++)
		if (strcmp(glue()->ports[i].name, name) == 0)
			return (int)i;
	return -1;
}

static unsigned hash(const char *s)
{
	unsigned h = 5381;

	while (*s)
		h = h * 33 + (unsigned char)*s++;
	return h % NAME_N;
}

static int port_index(struct dut *d, const char *name)
{
	unsigned h = hash(name);
	int i = d->seen[h] - 1;

	if (i >= 0 && strcmp(glue()->ports[i].name, name) == 0)
		return i;
	i = find_port(name);
	if (i < 0)
		fail_msg("%s has no port named '%s'", glue()->name, name);
	d->seen[h] = (int16_t)(i + 1);
	return i;
}

struct dut *dut_new(uint64_t seed)
{
	struct dut *d = calloc(1, sizeof(*d));
	const char *wave = getenv("CW_WAVE");
	int i;

	assert_non_null(d);
	assert_true(glue()->port_n <= sizeof(d->storage) / sizeof(d->storage[0]));
	d->model = glue()->create((uint32_t)(seed ^ (seed >> 32)));
	assert_non_null(d->model);
	for (uint32_t p = 0; p < glue()->port_n; p++) {
		d->storage[p] = glue()->port(d->model, p);
		if (glue()->ports[p].input)
			memset(d->storage[p], 0, glue()->ports[p].bytes);
	}
	i = find_port("clk");
	d->clk = i < 0 ? NULL : d->storage[i];
	i = find_port("rst");
	d->rst = i < 0 ? NULL : d->storage[i];
	if (wave && glue()->has_trace && !wave_taken) {
		wave_taken = d->wave = true;
		glue()->trace_open(d->model, wave);
	}
	glue()->eval(d->model);
	return d;
}

static void check_errors(struct dut *d)
{
	int n = glue()->errors(d->model);

	if (n == d->errors_seen)
		return;
	d->errors_seen = n;
	fail_msg("%s: an assertion in the Verilog failed in cycle %llu", glue()->name,
		 (unsigned long long)d->cycles);
}

void dut_free(struct dut *d)
{
	if (!d)
		return;
	if (d->wave)
		glue()->trace_close(d->model);
	glue()->destroy(d->model);
	free(d);
}

bool dut_has(struct dut *d, const char *port)
{
	(void)d;
	return find_port(port) >= 0;
}

unsigned dut_width(struct dut *d, const char *port)
{
	return glue()->ports[port_index(d, port)].width;
}

static uint8_t *input(struct dut *d, const char *port, unsigned bits)
{
	int i = port_index(d, port);

	if (!glue()->ports[i].input)
		fail_msg("%s.%s is an output", glue()->name, port);
	if (bits > glue()->ports[i].width)
		fail_msg("%s.%s has %u bits, %u given", glue()->name, port, glue()->ports[i].width, bits);
	return d->storage[i];
}

static unsigned bits_of(uint64_t v)
{
	return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

void dut_set(struct dut *d, const char *port, uint64_t value)
{
	uint8_t *s = input(d, port, bits_of(value));
	unsigned bytes = glue()->ports[port_index(d, port)].bytes;

	/* Storage is little endian in words and the hosts we run on are too. */
	memset(s, 0, bytes);
	memcpy(s, &value, bytes < 8 ? bytes : 8);
}

uint64_t dut_get(struct dut *d, const char *port)
{
	int i = port_index(d, port);
	uint64_t v = 0;

	if (glue()->ports[i].width > 64)
		fail_msg("%s.%s is wider than 64 bits: use dut_get_words", glue()->name, port);
	memcpy(&v, d->storage[i], glue()->ports[i].bytes < 8 ? glue()->ports[i].bytes : 8);
	return v;
}

void dut_set_words(struct dut *d, const char *port, const uint32_t *words, unsigned n)
{
	unsigned top = n, bytes;
	uint8_t *s;

	while (top && words[top - 1] == 0)
		top--;
	s = input(d, port, top ? 32 * (top - 1) + bits_of(words[top - 1]) : 0);
	bytes = glue()->ports[port_index(d, port)].bytes;
	memset(s, 0, bytes);
	memcpy(s, words, 4 * top < bytes ? 4 * top : bytes);
}

void dut_get_words(struct dut *d, const char *port, uint32_t *words, unsigned n)
{
	int i = port_index(d, port);
	unsigned bytes = glue()->ports[i].bytes;

	memset(words, 0, 4 * n);
	memcpy(words, d->storage[i], bytes < 4 * n ? bytes : 4 * n);
}

void dut_set_bytes(struct dut *d, const char *port, unsigned offset, const void *bytes, unsigned n)
{
	uint8_t *s = input(d, port, 8 * (offset + n));

	memcpy(s + offset, bytes, n);
}

void dut_get_bytes(struct dut *d, const char *port, unsigned offset, void *bytes, unsigned n)
{
	int i = port_index(d, port);

	if (offset + n > glue()->ports[i].bytes)
		fail_msg("%s.%s: bytes %u..%u are beyond it", glue()->name, port, offset, offset + n);
	memcpy(bytes, (uint8_t *)d->storage[i] + offset, n);
}

void dut_set_bits(struct dut *d, const char *port, unsigned lsb, unsigned width, uint64_t value)
{
	uint8_t *s = input(d, port, lsb + width);

	if (bits_of(value) > width)
		fail_msg("%s.%s: 0x%llx does not fit %u bits", glue()->name, port,
			 (unsigned long long)value, width);
	for (unsigned i = 0; i < width; i++) {
		unsigned b = lsb + i;

		s[b / 8] = (uint8_t)((s[b / 8] & ~(1u << b % 8)) | ((value >> i & 1) << b % 8));
	}
}

uint64_t dut_get_bits(struct dut *d, const char *port, unsigned lsb, unsigned width)
{
	int p = port_index(d, port);
	const uint8_t *s = d->storage[p];
	uint64_t v = 0;

	if (lsb + width > glue()->ports[p].width)
		fail_msg("%s.%s: bits %u..%u are beyond it", glue()->name, port, lsb, lsb + width - 1);
	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)(s[(lsb + i) / 8] >> (lsb + i) % 8 & 1) << i;
	return v;
}

void dut_settle(struct dut *d)
{
	glue()->eval(d->model);
}

static void edge(struct dut *d)
{
	/* 4 ns a cycle, as the card's clock. */
	if (d->wave)
		glue()->trace_dump(d->model, d->cycles * 4000 + 1999);
	if (d->clk)
		*d->clk = 1;
	glue()->eval(d->model);
	if (d->wave)
		glue()->trace_dump(d->model, d->cycles * 4000 + 2000);
	d->cycles++;
	if (d->clk)
		*d->clk = 0;
}

static void finish_cycle(struct dut *d)
{
	glue()->eval(d->model);
	if (d->wave)
		glue()->trace_dump(d->model, d->cycles * 4000);
	check_errors(d);
}

void dut_cycle(struct dut *d)
{
	glue()->eval(d->model);
	for (unsigned i = 0; i < d->hook_n; i++)
		if (d->hook[i].sample && d->hook[i].clk == d->clk)
			d->hook[i].sample(d->hook[i].ctx);
	edge(d);
	for (unsigned i = 0; i < d->hook_n; i++)
		if (d->hook[i].drive && d->hook[i].clk == d->clk)
			d->hook[i].drive(d->hook[i].ctx);
	finish_cycle(d);
}

void dut_clock(struct dut *d, const char *port)
{
	d->clk = input(d, port, 1);
}

void dut_cycles(struct dut *d, unsigned n)
{
	while (n--)
		dut_cycle(d);
}

unsigned dut_wait(struct dut *d, const char *port, unsigned limit)
{
	for (unsigned n = 0; n < limit; n++) {
		if (dut_get(d, port))
			return n;
		dut_cycle(d);
	}
	fail_msg("%s.%s stayed 0 for %u cycles", glue()->name, port, limit);
	return limit;
}

void dut_reset(struct dut *d, unsigned n)
{
	if (d->rst)
		*d->rst = 1;
	while (n--) {
		glue()->eval(d->model);
		edge(d);
		finish_cycle(d);
	}
	if (d->rst)
		*d->rst = 0;
	glue()->eval(d->model);
}

uint64_t dut_now(const struct dut *d)
{
	return d->cycles;
}

void dut_hook(struct dut *d, void (*sample)(void *ctx), void (*drive)(void *ctx), void *ctx)
{
	if (d->hook_n == HOOK_N)
		fail_msg("more than %d hooks", HOOK_N);
	d->hook[d->hook_n++] = (struct hook){ sample, drive, ctx, d->clk };
}

void dut_unhook(struct dut *d)
{
	d->hook_n = 0;
}

uint64_t dut_seed(void)
{
	return seed_of_run;
}

/* CW_SKIP: words; tests with one of them in their name are left out. */
static bool skipped(const char *name)
{
	const char *list = getenv("CW_SKIP");
	char words[256], *save, *w;

	snprintf(words, sizeof(words), "%s", list ? list : "");
	for (w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		if (strstr(name, w))
			return true;
	return false;
}

int dut_main_n(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t n)
{
	const char *s = argc > 1 ? argv[1] : getenv("CW_SEED");
	struct CMUnitTest chosen[64];
	size_t m = 0;

	assert_true(n <= sizeof(chosen) / sizeof(chosen[0]));
	for (size_t i = 0; i < n; i++)
		if (!skipped(tests[i].name))
			chosen[m++] = tests[i];
	if (m == 0) { /* nothing but those: all of them */
		memcpy(chosen, tests, n * sizeof(*tests));
		m = n;
	}
	if (s)
		seed_of_run = strtoull(s, NULL, 0);
	printf("%s seed %llu\n", name, (unsigned long long)seed_of_run);
	fflush(stdout);
	return _cmocka_run_group_tests(name, chosen, m, NULL, NULL) ? 1 : 0;
}

void dut_rng_init(struct dut_rng *r, uint64_t seed)
{
	/* splitmix64: neighbouring seeds give unrelated streams */
	seed += 0x9e3779b97f4a7c15u;
	seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
	seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebu;
	r->s = (seed ^ (seed >> 31)) | 1;
}

uint64_t dut_rand(struct dut_rng *r)
{
	r->s ^= r->s << 13;
	r->s ^= r->s >> 7;
	r->s ^= r->s << 17;
	return r->s * 0x2545f4914f6cdd1du;
}

uint64_t dut_below(struct dut_rng *r, uint64_t n)
{
	return n ? (dut_rand(r) >> 11) % n : 0;
}

bool dut_chance(struct dut_rng *r, unsigned percent)
{
	return dut_below(r, 100) < percent;
}
