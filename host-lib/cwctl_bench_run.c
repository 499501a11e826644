// SPDX-License-Identifier: BSD-2-Clause
/*
 * One measurement: so many transfers in flight each way, each started again when it has ended, until one way
 * has made its count or the time is over. What is still in flight then is not counted. The clock runs from the
 * first submission to the last end that counts, so that the rate is never too good.
 */
#include "cwctl_bench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "causeway-sim.h"
#include "cwctl.h"

#define CHECKED_BYTES 65536u /* of one transfer each way, at most; whole pages */
#define PAGE 4096u

struct slot {
	struct cw_io io; /* first: what cw_wait() returns */
	uint64_t started_ns;
};

struct run {
	const struct bench_target *t;
	const struct bench_point *p;
	struct bench_result *r;
	struct slot *slots;
	unsigned slot_n;
	uint8_t *buf;
	size_t buf_len, step; /* of a slot, in memory and on the card */
	uint64_t first_ns, last_ns;
	unsigned in_flight;
	bool said; /* that something failed: one line is enough */
};

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* User and system time of this process. */
static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* All processors' time that was not idle: interrupt handlers, too. */
static double machine_seconds(void)
{
	unsigned long long t[8] = { 0 };
	FILE *f = fopen("/proc/stat", "re");
	char line[256], *at = line, *end;
	int n = 0;

	if (f) {
		if (fgets(line, sizeof(line), f) && !strncmp(line, "cpu ", 4))
			for (at += 4; n < 8; n++, at = end) {
				t[n] = strtoull(at, &end, 10);
				if (end == at)
					break;
			}
		fclose(f);
	}
	/* user, nice, system, (idle, waiting for I/O,) interrupts of both kinds, stolen */
	return n < 8 ? 0 : (double)(t[0] + t[1] + t[2] + t[5] + t[6]) / (double)sysconf(_SC_CLK_TCK);
}

static int fail(const struct run *run, const char *what)
{
	fprintf(stderr, "cwctl: bench: %s of %" PRIu64 " bytes: %s\n", what, run->p->size, cw_why(run->t->dev));
	return CTL_FAIL;
}

/* ---- slots ---- */

static int make_slots(struct run *run)
{
	const struct bench_point *p = run->p;
	uint64_t card_bytes = run->t->info.card_bytes;
	unsigned n = 0;

	run->slot_n = p->depth * ((unsigned)p->way[0] + (unsigned)p->way[1]);
	run->step = (p->size + PAGE - 1) / PAGE * PAGE;
	if (p->at > card_bytes || run->slot_n > (card_bytes - p->at) / run->step) {
		fprintf(stderr, "cwctl: bench: %u transfers of %" PRIu64 " bytes do not fit into card memory from 0x%" PRIx64 " on\n",
			run->slot_n, p->size, p->at);
		return CTL_FAIL;
	}
	run->buf_len = run->slot_n * run->step;
	run->slots = calloc(run->slot_n, sizeof(*run->slots));
	run->buf = mmap(NULL, run->buf_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (!run->slots || run->buf == MAP_FAILED) {
		fprintf(stderr, "cwctl: bench: no memory for %u transfers of %" PRIu64 " bytes\n", run->slot_n, p->size);
		return CTL_FAIL;
	}
	for (size_t i = 0; i < run->buf_len; i++)
		run->buf[i] = (uint8_t)(i * 2654435761u >> 13);
	for (unsigned i = 0; i < p->depth; i++)
		for (int op = 0; op < 2; op++)
			if (p->way[op]) {
				run->slots[n].io = (struct cw_io){ .op = (enum cw_op)op, .buf = run->buf + n * run->step,
								   .len = p->size, .card_addr = p->at + n * run->step };
				n++;
			}
	return 0;
}

static void free_slots(struct run *run)
{
	free(run->slots);
	if (run->buf && run->buf != MAP_FAILED)
		munmap(run->buf, run->buf_len);
}

static struct slot *first_of(const struct run *run, enum cw_op op)
{
	for (unsigned i = 0; i < run->slot_n; i++)
		if (run->slots[i].io.op == op)
			return &run->slots[i];
	return NULL;
}

/* ---- the data of one transfer each way ---- */

static size_t checked(const struct run *run)
{
	return run->p->size < CHECKED_BYTES ? run->p->size : CHECKED_BYTES;
}

/* What a read must bring is on the card before, and not in its buffer. */
static int prepare_check(struct run *run)
{
	struct slot *s = first_of(run, CW_OP_READ);

	if (!s)
		return 0;
	if (cw_write(run->t->dev, s->io.buf, checked(run), s->io.card_addr) != (ssize_t)checked(run))
		return fail(run, "preparing a read");
	for (size_t i = 0; i < checked(run); i++)
		((uint8_t *)s->io.buf)[i] ^= 0xff;
	return 0;
}

static int check(struct run *run)
{
	struct slot *in = first_of(run, CW_OP_READ), *out = first_of(run, CW_OP_WRITE);
	size_t n = checked(run);
	/* Where it begins in a page decides what the driver pins: malloc() would make that differ from run to run. */
	uint8_t *back = aligned_alloc(PAGE, CHECKED_BYTES);
	bool same = true;

	if (!back)
		return fail(run, "checking");
	if (in)
		for (size_t i = 0; i < n; i++)
			same &= ((uint8_t *)in->io.buf)[i] == (uint8_t)((i + (size_t)((uint8_t *)in->io.buf - run->buf)) * 2654435761u >> 13);
	if (out && same)
		same = cw_read(run->t->dev, back, n, out->io.card_addr) == (ssize_t)n && !memcmp(back, out->io.buf, n);
	free(back);
	if (!same)
		fprintf(stderr, "cwctl: bench: the data of a transfer of %" PRIu64 " bytes came out wrong\n", run->p->size);
	return same ? 0 : CTL_FAIL;
}

/* ---- transfers ---- */

static int start(struct run *run, struct slot *s)
{
	s->started_ns = wall_ns();
	if (cw_submit(run->t->dev, &s->io))
		return fail(run, s->io.op == CW_OP_READ ? "a read" : "a write");
	run->in_flight++;
	return 0;
}

/* When it began and ended, by the target's clock as far as that tells single transfers. */
static void times_of(const struct run *run, const struct slot *s, uint64_t *began, uint64_t *ended)
{
	*began = s->started_ns;
	*ended = wall_ns();
	if (run->t->clock == BENCH_SIMULATED)
		cw_sim_io_times(run->t->dev, &s->io, began, ended);
}

/* Takes one that ended; it counts, or the others have run out. */
static int take(struct run *run, struct slot **s, bool counts)
{
	struct bench_result *r = run->r;
	uint64_t began, ended;
	struct cw_io *io;

	if (cw_wait(run->t->dev, &io, -1))
		return fail(run, "waiting for a transfer");
	run->in_flight--;
	*s = (struct slot *)io;
	if (io->result != (ssize_t)io->len) {
		if (run->said)
			return CTL_FAIL;
		run->said = true;
		fprintf(stderr, "cwctl: bench: a %s of %zu bytes at 0x%" PRIx64 ": %s\n", io->op == CW_OP_READ ? "read" : "write",
			io->len, io->card_addr, io->result < 0 ? cw_strerror((int)io->result) : "it was short");
		return CTL_FAIL;
	}
	if (!counts)
		return 0;
	times_of(run, *s, &began, &ended);
	if (!run->first_ns || began < run->first_ns)
		run->first_ns = began;
	if (ended > run->last_ns)
		run->last_ns = ended;
	histogram_add(&r->latency, ended - began);
	r->transfers[io->op]++;
	r->bytes[io->op] += io->len;
	return 0;
}

static bool is_over(const struct run *run, double end)
{
	const struct bench_result *r = run->r;

	if (run->p->seconds > 0)
		return run->t->clock == BENCH_SIMULATED ?
			       (double)(run->last_ns - run->first_ns) / 1e9 >= run->p->seconds :
			       ctl_now() >= end;
	return r->transfers[0] >= run->p->count || r->transfers[1] >= run->p->count;
}

static int measure(struct run *run)
{
	double end = ctl_now() + run->p->seconds;
	struct slot *s;
	int status = 0;

	for (unsigned i = 0; !status && i < run->slot_n; i++)
		status = start(run, &run->slots[i]);
	while (!status) {
		status = take(run, &s, true);
		if (status || is_over(run, end))
			break;
		status = start(run, s);
	}
	return status;
}

/* The buffers must outlive what is in flight. */
static int drain(struct run *run, int status)
{
	struct slot *s;

	while (run->in_flight) {
		unsigned before = run->in_flight;

		if (take(run, &s, false))
			status = CTL_FAIL;
		if (run->in_flight == before)
			break;
	}
	return status;
}

static int measure_with_clocks(struct run *run)
{
	struct bench_result *r = run->r;
	double cpu = cpu_seconds(), machine = machine_seconds();
	bool counted = run->t->clock != BENCH_SIMULATED && run->t->registers;
	uint64_t from = 0, to = 0;
	int status;

	counted = counted && !ctl_cycles(run->t->dev, &from);
	status = measure(run);
	counted = counted && !ctl_cycles(run->t->dev, &to);
	r->cpu_s = cpu_seconds() - cpu;
	r->machine_s = machine_seconds() - machine;
	status = drain(run, status);
	r->seconds = (double)(run->last_ns - run->first_ns) / 1e9;
	r->cycles = counted ? (double)(to - from) : 0;
	if (run->t->clock == BENCH_SIMULATED)
		r->cycles = r->seconds * run->t->info.clock_hz;
	if (run->t->clock == BENCH_CARD)
		r->seconds = r->cycles / run->t->info.clock_hz;
	return status;
}

int bench_run(const struct bench_target *t, const struct bench_point *p, struct bench_result *r)
{
	struct run run = { .t = t, .p = p, .r = r };
	int status;

	memset(r, 0, sizeof(*r));
	status = make_slots(&run);
	if (!status)
		status = prepare_check(&run);
	if (!status)
		status = measure_with_clocks(&run);
	if (!status)
		status = check(&run);
	free_slots(&run);
	return status;
}
