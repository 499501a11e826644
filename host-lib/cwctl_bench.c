// SPDX-License-Identifier: BSD-2-Clause
/* cwctl bench: how fast transfers are, how long they take, and what the link could carry. */
#include "cwctl_bench.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "causeway-pci.h"
#include "causeway-sim.h"
#include "ceiling.h"
#include "cwctl.h"
#include "driver/cw_regs.h"

#define SIZE_MAX_N 32
#define SIZE_BYTES_MAX (1u << 30)
#define PACE_NS 20000000 /* for so long the card's clock is held against this machine's */

struct bench_options {
	uint64_t size[SIZE_MAX_N];
	unsigned size_n;
	bool h2c, c2h, both; /* a row each */
	uint64_t depth, count, at;
	double seconds;
	bool json;
};

/* ---- the target ---- */

/* A clock that does not keep pace with this machine's is a simulation's. */
static enum bench_clock pace(struct bench_target *t)
{
	struct timespec ts = { .tv_nsec = PACE_NS };
	uint64_t from, to;
	double start, ratio;

	t->registers = !ctl_cycles(t->dev, &from);
	if (!t->registers || !t->info.clock_hz)
		return BENCH_WALL;
	start = ctl_now();
	nanosleep(&ts, NULL);
	if (ctl_cycles(t->dev, &to))
		return BENCH_WALL;
	ratio = (double)(to - from) / t->info.clock_hz / (ctl_now() - start);
	return ratio > 0.9 && ratio < 1.1 ? BENCH_WALL : BENCH_CARD;
}

static void link_of(struct bench_target *t, const char *card)
{
	struct cw_pci_card p;
	uint32_t link;

	if (cw_pci_get(card, &p, NULL, 0) || !p.link_known || !t->registers || cw_reg_read(t->dev, CW_LINK, &link))
		return;
	t->gen = p.link_gen;
	t->lanes = p.link_lanes;
	t->mps = 128u << ((link & CW_LINK_MPS_MASK) >> CW_LINK_MPS_SHIFT);
	t->mrrs = 128u << ((link & CW_LINK_MRRS_MASK) >> CW_LINK_MRRS_SHIFT);
}

int bench_target(struct bench_target *t, struct cw_dev *dev, const char *card)
{
	struct cw_sim_stats s;

	*t = (struct bench_target){ .dev = dev };
	if (cw_get_info(dev, &t->info)) {
		fprintf(stderr, "cwctl: %s\n", cw_why(dev));
		return CTL_FAIL;
	}
	if (!t->info.abi) {
		fprintf(stderr, "cwctl: bench: without its driver the card does no DMA: load the module and use /dev/causeway0\n");
		return CTL_FAIL;
	}
	if (!cw_sim_get_stats(dev, &s)) {
		t->clock = BENCH_SIMULATED;
		t->registers = true;
		t->gen = s.generation;
		t->lanes = s.lanes;
		t->mps = s.mps;
		t->mrrs = s.mrrs;
		return 0;
	}
	t->clock = pace(t);
	link_of(t, card);
	return 0;
}

/* Bytes a second, each way; 0: not known. */
static double ceiling_of(const struct bench_target *t, const struct bench_point *p)
{
	struct ceiling c = {
		.gen = t->gen, .lanes = t->lanes, .mps = t->mps, .mrrs = t->mrrs, .data_bytes = t->info.data_bytes,
		.clock_hz = t->info.clock_hz, .size = p->size, .depth = p->depth,
		.h2c = p->way[CW_OP_WRITE], .c2h = p->way[CW_OP_READ],
	};

	return t->mps && t->gen ? ceiling_rate(&c) : 0;
}

/* ---- results ---- */

struct row {
	const struct bench_point *p;
	const struct bench_result *r;
	double rate, ceiling; /* bytes a second; both ways: of the slower one */
};

static const char *way_of(const struct bench_point *p)
{
	return p->way[0] && p->way[1] ? "both" : p->way[CW_OP_WRITE] ? "h2c" : "c2h";
}

static double slower(const struct bench_result *r, const struct bench_point *p)
{
	if (p->way[0] && p->way[1])
		return (double)(r->bytes[0] < r->bytes[1] ? r->bytes[0] : r->bytes[1]);
	return (double)(r->bytes[0] + r->bytes[1]);
}

/* A figure above what can be is no figure. Where the card's time stands still now and then, there is none. */
static int judge(const struct bench_target *t, struct row *w)
{
	w->rate = w->r->seconds > 0 ? slower(w->r, w->p) / w->r->seconds : 0;
	w->ceiling = ceiling_of(t, w->p);
	if (w->ceiling <= 0 || w->rate <= w->ceiling || t->clock == BENCH_CARD)
		return 0;
	fprintf(stderr, "cwctl: bench: %.3f GB/s for transfers of %" PRIu64 " bytes is more than the link can carry (%.3f GB/s): not believed\n",
		w->rate / 1e9, w->p->size, w->ceiling / 1e9);
	return CTL_FAIL;
}

static void print_head(const struct bench_target *t, const char *card)
{
	static const char *const clocks[] = {
		[BENCH_SIMULATED] = "simulated: rates and latencies are of simulated time, CPU time is the simulator's",
		[BENCH_WALL] = "this machine's",
		[BENCH_CARD] = "the card's own cycles, as its clock does not keep pace: it is simulated",
	};

	printf("card    %s: %u bytes wide at %.1f MHz\n", card, t->info.data_bytes, t->info.clock_hz / 1e6);
	if (t->gen && t->lanes)
		printf("link    Gen%u x%u, MPS %u, MRRS %u\n", t->gen, t->lanes, t->mps, t->mrrs);
	else if (t->gen)
		printf("link    without a limit to its bandwidth, MPS %u, MRRS %u\n", t->mps, t->mrrs);
	else
		printf("link    not known%s: no ceiling\n", t->registers ? "" : " (only root may see it)");
	printf("clock   %s\n", clocks[t->clock]);
	if (t->clock == BENCH_CARD)
		printf("        latency and CPU time are this machine's, which waits for the simulation: they say nothing of a card\n");
	printf("%10s %-4s %5s %9s %11s %8s %8s %6s %9s %9s %9s %7s %7s\n", "bytes", "way", "depth", "transfers", "cycles",
	       t->clock == BENCH_CARD ? "B/cycle" : "GB/s", "ceiling", "share", "p50 us", "p99 us", "p99.9 us", "CPU s",
	       "all s/GB");
}

/* Seconds for each 10^9 bytes. */
static double a_gigabyte(const struct bench_result *r, double seconds)
{
	double bytes = (double)(r->bytes[0] + r->bytes[1]);

	return bytes > 0 ? seconds * 1e9 / bytes : 0;
}

static void print_row(const struct bench_target *t, const struct row *w)
{
	double unit = t->clock == BENCH_CARD ? t->info.clock_hz : 1e9;
	const struct bench_result *r = w->r;

	printf("%10" PRIu64 " %-4s %5u %9" PRIu64 " %11.0f %8.3f", w->p->size, way_of(w->p), w->p->depth,
	       r->transfers[0] + r->transfers[1], r->cycles, w->rate / unit);
	if (w->ceiling > 0)
		printf(" %8.3f", w->ceiling / unit);
	else
		printf(" %8s", "-");
	if (w->ceiling > 0 && w->rate <= w->ceiling)
		printf(" %5.1f%%", 100 * w->rate / w->ceiling);
	else
		printf(" %6s", "-");
	printf(" %9.2f %9.2f %9.2f %7.3f", (double)histogram_quantile(&r->latency, 0.5) / 1e3,
	       (double)histogram_quantile(&r->latency, 0.99) / 1e3, (double)histogram_quantile(&r->latency, 0.999) / 1e3,
	       a_gigabyte(r, r->cpu_s));
	/* What else this machine does while it simulates is nobody's. */
	if (t->clock == BENCH_SIMULATED)
		printf(" %7s\n", "-");
	else
		printf(" %7.3f\n", a_gigabyte(r, r->machine_s));
}

/* An object a row, each on a line. */
static void json_row(const struct bench_target *t, const char *card, const struct row *w)
{
	static const char *const clocks[] = { "simulated", "wall", "card" };
	const struct bench_result *r = w->r;

	printf("{\"card\":");
	ctl_json_string(card);
	printf(",\"clock\":\"%s\",\"gen\":%u,\"lanes\":%u,\"mps\":%u,\"mrrs\":%u", clocks[t->clock], t->gen, t->lanes, t->mps, t->mrrs);
	printf(",\"size\":%" PRIu64 ",\"way\":\"%s\",\"depth\":%u", w->p->size, way_of(w->p), w->p->depth);
	printf(",\"transfers\":%" PRIu64 ",\"h2c_bytes\":%" PRIu64 ",\"c2h_bytes\":%" PRIu64, r->transfers[0] + r->transfers[1],
	       r->bytes[CW_OP_WRITE], r->bytes[CW_OP_READ]);
	printf(",\"cycles\":%.0f,\"seconds\":%.9f,\"bytes_per_s\":%.0f", r->cycles, r->seconds, w->rate);
	if (w->ceiling > 0)
		printf(",\"ceiling_bytes_per_s\":%.0f", w->ceiling);
	if (w->ceiling > 0 && w->rate <= w->ceiling)
		printf(",\"share\":%.4f", w->rate / w->ceiling);
	printf(",\"p50_ns\":%" PRIu64 ",\"p99_ns\":%" PRIu64 ",\"p999_ns\":%" PRIu64, histogram_quantile(&r->latency, 0.5),
	       histogram_quantile(&r->latency, 0.99), histogram_quantile(&r->latency, 0.999));
	printf(",\"cpu_s_per_gb\":%.6f", a_gigabyte(r, r->cpu_s));
	if (t->clock != BENCH_SIMULATED)
		printf(",\"machine_s_per_gb\":%.6f", a_gigabyte(r, r->machine_s));
	printf("}\n");
}

/* ---- the command ---- */

static int one_row(const struct bench_target *t, const struct ctl *c, const struct bench_options *o, uint64_t size, bool h2c,
		   bool c2h)
{
	struct bench_point p = { .size = size, .depth = (unsigned)o->depth, .count = o->count, .seconds = o->seconds, .at = o->at };
	struct bench_result *r = malloc(sizeof(*r));
	struct row w = { &p, r, 0, 0 };
	int status;

	p.way[CW_OP_WRITE] = h2c;
	p.way[CW_OP_READ] = c2h;
	/* By default: a second; of a simulation, enough to fill the pipeline some times over. */
	if (!p.count && p.seconds <= 0) {
		if (t->clock == BENCH_WALL)
			p.seconds = 1;
		else
			p.count = (uint64_t)p.depth * (t->clock == BENCH_CARD ? 2 : 8);
	}
	status = r ? bench_run(t, &p, r) : CTL_FAIL;
	if (!status)
		status = judge(t, &w);
	if (!status && o->json)
		json_row(t, c->card, &w);
	else if (!status)
		print_row(t, &w);
	fflush(stdout);
	free(r);
	return status;
}

static int rows(const struct bench_target *t, const struct ctl *c, const struct bench_options *o)
{
	int status = 0;

	if (!o->json)
		print_head(t, c->card);
	for (unsigned i = 0; i < o->size_n; i++) {
		if (!status && o->h2c)
			status = one_row(t, c, o, o->size[i], true, false);
		if (!status && o->c2h)
			status = one_row(t, c, o, o->size[i], false, true);
		if (!status && o->both)
			status = one_row(t, c, o, o->size[i], true, true);
	}
	return status;
}

static void parse_sizes(struct bench_options *o, char *arg, struct argp_state *state)
{
	char *save = NULL;

	o->size_n = 0;
	for (char *word = strtok_r(arg, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (o->size_n == SIZE_MAX_N)
			argp_error(state, "--size: %d at most", SIZE_MAX_N);
		if (ctl_number("--size", word, &o->size[o->size_n]) || !o->size[o->size_n] || o->size[o->size_n] > SIZE_BYTES_MAX)
			argp_error(state, "--size %s: bytes, 1 to %u", word, SIZE_BYTES_MAX);
		o->size_n++;
	}
	if (!o->size_n)
		argp_error(state, "--size: which?");
}

static void parse_ways(struct bench_options *o, char *arg, struct argp_state *state)
{
	char *save = NULL;

	o->h2c = o->c2h = o->both = false;
	for (char *word = strtok_r(arg, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (!strcmp(word, "h2c"))
			o->h2c = true;
		else if (!strcmp(word, "c2h"))
			o->c2h = true;
		else if (!strcmp(word, "both"))
			o->both = true;
		else
			argp_error(state, "--way %s: h2c, c2h or both", word);
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct bench_options *o = state->input;

	switch (key) {
	case 's':
		parse_sizes(o, arg, state);
		return 0;
	case 'w':
		parse_ways(o, arg, state);
		return 0;
	case 'd':
		if (ctl_number("--depth", arg, &o->depth) || !o->depth || o->depth > CW_IO_MAX)
			argp_error(state, "--depth %s: transfers in flight, 1 to %d", arg, CW_IO_MAX);
		return 0;
	case 'n':
		ctl_take_count(state, arg, "transfers", &o->count);
		return 0;
	case 't':
		if (ctl_seconds(arg, &o->seconds) || o->seconds <= 0 || o->seconds > 86400)
			argp_error(state, "--time %s: seconds, up to 86400", arg);
		return 0;
	case 'a':
		if (ctl_number("--at", arg, &o->at))
			argp_error(state, "--at %s: a card address", arg);
		return 0;
	case ARGP_KEY_END:
		if (o->count && o->seconds > 0)
			argp_error(state, "--count or --time, not both");
		if (o->both && 2 * o->depth > CW_IO_MAX)
			argp_error(state, "--depth %" PRIu64 ": both ways at once, %d each at most", o->depth, CW_IO_MAX / 2);
		return 0;
	}
	return ctl_take_rest(key, arg, state, &o->json);
}

int ctl_bench(const struct ctl *c)
{
	static const struct argp_option options[] = {
		{ "size", 's', "BYTES[,...]", 0, "of a transfer, a row each (default 4096,65536)", 0 },
		{ "way", 'w', "WAY[,...]", 0, "h2c (to the card), c2h (from it), both at once (default h2c,c2h)", 0 },
		{ "depth", 'd', "N", 0, "transfers in flight, each way (default 32)", 0 },
		{ "count", 'n', "N", 0, "transfers a row", 0 },
		{ "time", 't', "SECONDS", 0, "a row lasts so long; simulated ones, on simulated cards (default 1; those do a few transfers)", 0 },
		{ "at", 'a', "ADDR", 0, "card memory from there on is overwritten (default 0)", 0 },
		{ "json", 'j', NULL, 0, "an object a row, each on a line", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		options, parse_option, NULL,
		"Measures transfers between memory and the card. OVERWRITES card memory, from --at on.\v"
		"Latency is from the submission of a transfer until its end, to 0.4 %. The ceiling is what link and data path can "
		"carry of such transfers at most, with descriptors, records, doorbells and interrupts. CPU s: of this process, for each 10^9 "
		"bytes; all: of the machine.",
		NULL, NULL, NULL
	};
	struct bench_options o = { .size = { 4096, 65536 }, .size_n = 2, .h2c = true, .c2h = true, .depth = 32 };
	struct bench_target t;
	struct cw_dev *dev;
	int status;

	ctl_parse(&argp, c, "cwctl bench", &o);
	dev = ctl_open(c);
	if (!dev)
		return CTL_FAIL;
	status = bench_target(&t, dev, c->card);
	if (!status)
		status = rows(&t, c, &o);
	return ctl_close(dev, status);
}
