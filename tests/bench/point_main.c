// SPDX-License-Identifier: BSD-2-Clause
/*
 * cwbench NAME=VALUE...: measures one point and prints its row. Names are those of the columns; what is
 * not named is as in the base point: 256 bits, unpaced, 64 queues, batch 32, 64 bytes, aligned, to the card.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../driver/cw_regs.h"
#include "traffic.h"

#define MOST_OPS (1ull << 32)
#define MOST_IDLE (1ull << 32) /* cycles */
#define MOST_WEIGHT (CW_Q_CONFIG_WEIGHT_MASK >> CW_Q_CONFIG_WEIGHT_SHIFT)

struct show {
	bool more, account;
};

static const char usage[] =
	"cwbench [-v] [ops=N] [wave=FILE] [tlp=FILE] NAME=VALUE...: measures one point, prints its row\n"
	"  shim=usplus|usplusaa|usplus512|7series|7series64|ptile|ptile256|ptile512 width=128|256|512 link=none|gen3x8|gen3x16 mode=mm|st dir=h2c|c2h|both size=N offset=N|page queues=N\n"
	"  batch=N latency=N split=64|128|256 outstanding=32|256|768\n"
	"  idle=CYCLES [idle-skip=0]: one descriptor at a time; prints width, dir, size and the cycles of each step:\n"
	"  doorbell to descriptor read, descriptor to data, data to record, record to message, doorbell to record\n"
	"  held=drop|stall: streams one way; one queue gets nowhere, the figure is that of the others; =polite: as stall, none held\n"
	"  weight=N: packets that a queue to the card has in one turn; 1\n"
	"  account=1: what the window's cycles on the stream of requests went to: window, the same each way, more one way,\n"
	"  more TLPs than at the limit, nothing; and by kind: data reads, data writes, descriptor reads, records, messages\n"
	"  columns: " POINT_COLUMNS ",bytes_per_cycle,limit,share; the shim before them\n";

/* NAME=N in its range: 1; 0: another word; negative with a reason otherwise. */
static int number(const char *word, const char *name, uint64_t least, uint64_t most, uint64_t *out, char *why, size_t why_size)
{
	size_t len = strlen(name);
	char *end;

	if (strncmp(word, name, len) || word[len] != '=')
		return 0;
	word += len + 1;
	errno = 0;
	*out = strtoull(word, &end, 0);
	if (*word >= '0' && *word <= '9' && !*end && !errno && *out >= least && *out <= most)
		return 1;
	snprintf(why, why_size, "%s is %llu to %llu, not %s", name, (unsigned long long)least, (unsigned long long)most, word);
	return -EINVAL;
}

/* A number that a run has beyond its point. */
static int run_number(struct traffic_param *tp, const char *word, char *why, size_t why_size)
{
	uint64_t weight;
	int ret = number(word, "ops", 1, MOST_OPS, &tp->ops, why, why_size);

	if (!ret)
		ret = number(word, "idle", 1, MOST_IDLE, &tp->idle, why, why_size);
	if (ret)
		return ret;
	ret = number(word, "weight", 1, MOST_WEIGHT, &weight, why, why_size);
	if (ret > 0)
		tp->weight = (uint32_t)weight;
	return ret;
}

/* 1: taken; 0: it may be one of the point; negative with a reason otherwise. */
static int option(struct traffic_param *tp, struct show *show, const char *word, char *why, size_t why_size)
{
	if (!strcmp(word, "-v"))
		show->more = true;
	else if (!strcmp(word, "account=1"))
		show->account = true;
	else if (!strncmp(word, "wave=", 5))
		tp->wave = word + 5;
	else if (!strncmp(word, "tlp=", 4))
		tp->tlp = word + 4;
	else if (!strcmp(word, "idle-skip=0"))
		tp->no_idle_skip = true;
	else if (!strcmp(word, "held=polite"))
		tp->held = HELD_POLITE;
	else if (!strcmp(word, "held=drop"))
		tp->held = HELD_DROP;
	else if (!strcmp(word, "held=stall"))
		tp->held = HELD_STALL;
	else if (!strncmp(word, "pretend=", 8))
		tp->pretend = strtod(word + 8, NULL);
	else
		return run_number(tp, word, why, why_size);
	return 1;
}

static void print_account(const char *name, const struct balance *b)
{
	printf("%s,%.0f,%.1f,%.1f,%.1f,%.1f", name, b->window, b->equal, b->surplus, b->more, b->empty);
	for (unsigned k = 0; k < SPENT_N; k++)
		printf(",%.1f", b->spent[k]);
	printf("\n");
}

/* The longest of each step. */
static void print_steps(const struct bench_point *p, const struct result *r, bool verbose)
{
	printf("%u,%s,%u", p->width, point_dir(p), p->size);
	for (unsigned s = 0; s < STEP_N; s++)
		printf(",%llu", (unsigned long long)r->step[s]);
	printf("\n");
	if (!verbose)
		return;
	fprintf(stderr, "least:");
	for (unsigned s = 0; s < STEP_N; s++)
		fprintf(stderr, " %llu", (unsigned long long)r->step_least[s]);
	fprintf(stderr, "; %llu of %llu cycles evaluated, %.0f kHz\n", (unsigned long long)r->evaluated,
		(unsigned long long)r->cycles, (double)r->cycles * 1e6 / (double)r->cpu_ns);
}

int main(int argc, char **argv)
{
	struct traffic_param tp = { 0 };
	struct bench_point p;
	struct result r;
	char why[400] = "", name[128];
	struct show show = { 0 };
	int ret = 0;

	point_base(&p);
	for (int i = 1; ret >= 0 && i < argc; i++) {
		ret = option(&tp, &show, argv[i], why, sizeof(why));
		if (!ret)
			ret = point_set(&p, argv[i], why, sizeof(why));
	}
	if (ret >= 0)
		ret = point_check(&p, why, sizeof(why));
	/* The meter reads the endpoint's pins, and behind a shim those are the vendor's. */
	if (!ret && p.shim && (tp.idle || show.account)) {
		snprintf(why, sizeof(why), "idle= and account= are for the card without a shim");
		ret = -1;
	}
	if (ret) {
		fprintf(stderr, "cwbench: %s\n%s", why, usage);
		return 2;
	}
	point_print(&p, name, sizeof(name));
	ret = traffic_run(&p, &tp, &r, why, sizeof(why));
	if (ret) {
		fprintf(stderr, "cwbench: %s: %s\n", name, why);
		return 1;
	}
	if (tp.idle) {
		print_steps(&p, &r, show.more);
		return 0;
	}
	if (show.account) {
		print_account(name, &r.balance);
		return 0;
	}
	printf("%s,%.4f,%.4f,%.4f\n", name, r.bytes_per_cycle, r.limit, r.share);
	if (show.more)
		fprintf(stderr, "window %.2f cycles, %llu and %llu descriptors; %llu cycles in all, %.0f kHz; completion buffer %u "
			"bytes; first beat after %u cycles; %llu interrupts for %llu batches\n",
			(double)r.window_ps / POINT_PERIOD_PS, (unsigned long long)r.ops[0], (unsigned long long)r.ops[1],
			(unsigned long long)r.cycles, (double)r.cycles * 1e6 / (double)r.cpu_ns, r.buffer, r.read_cycles,
			(unsigned long long)r.interrupts, (unsigned long long)r.batches);
	return 0;
}
