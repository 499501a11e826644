// SPDX-License-Identifier: BSD-2-Clause
/* cwctl stats: the card's counters, by the names of the register table, and its queues; once, or again and again. */
#include "cwctl.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "driver/cw_regs.h"

struct stats_options {
	double interval; /* seconds, 0: one look */
	uint64_t looks;  /* 0: without end */
	bool looks_given, json;
};

static const char *const counter_names[] = { CW_COUNTER_NAMES };
_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == CW_COUNTER_N, "names");

/* Registers of a queue that are running counts. */
static const struct queue_count {
	const char *name;
	uint32_t offset;
} queue_counts[] = {
	{ "producer", CW_Q_PRODUCER }, { "consumer", CW_Q_CONSUMER }, { "fetched", CW_Q_FETCHED },
	{ "retired", CW_Q_RETIRED },   { "records", CW_Q_RECORDS },
};

#define QUEUE_COUNT_N (sizeof(queue_counts) / sizeof(queue_counts[0]))

struct queue_look {
	uint32_t index, config, status;
	uint32_t count[QUEUE_COUNT_N];
};

struct look {
	double at;       /* seconds of this machine */
	uint64_t cycles; /* of the card; 0 where registers may not be read */
	uint64_t counter[CW_COUNTER_N];
	struct queue_look *queue;
	unsigned queue_n; /* those that are not disabled */
};

/* ---- looking ---- */

static int queue_reg(struct cw_dev *dev, uint32_t queue, uint32_t offset, uint32_t *value)
{
	return cw_reg_read(dev, CW_QUEUE_OFFSET + queue * CW_QUEUE_STRIDE + offset, value);
}

static int look_at_queue(struct cw_dev *dev, uint32_t index, struct look *l)
{
	struct queue_look q = { .index = index };
	int err = queue_reg(dev, index, CW_Q_STATUS, &q.status);

	if (err || (q.status & CW_Q_STATUS_STATE_MASK) == CW_QSTATE_DISABLED)
		return err;
	err = queue_reg(dev, index, CW_Q_CONFIG, &q.config);
	for (unsigned i = 0; !err && i < QUEUE_COUNT_N; i++)
		err = queue_reg(dev, index, queue_counts[i].offset, &q.count[i]);
	l->queue[l->queue_n++] = q;
	return err;
}

/* What only root may see is left out: -EPERM is no error. */
static int look_at_registers(struct cw_dev *dev, uint32_t queues, struct look *l)
{
	int err = ctl_cycles(dev, &l->cycles);

	if (err)
		return err == -EPERM ? 0 : err;
	for (uint32_t i = 0; !err && i < queues; i++)
		err = look_at_queue(dev, i, l);
	return err;
}

static int look_at(struct cw_dev *dev, uint32_t queues, struct look *l)
{
	int err = 0;

	l->queue_n = 0;
	l->cycles = 0;
	l->at = ctl_now();
	for (unsigned i = 0; !err && i < CW_COUNTER_N; i++)
		err = cw_counter_read(dev, i, &l->counter[i]);
	return err ? err : look_at_registers(dev, queues, l);
}

/* ---- showing ---- */

static const char *state_name(uint32_t status)
{
	static const struct {
		uint32_t value;
		const char *name;
	} states[] = {
		{ CW_QSTATE_DISABLED, "disabled" }, { CW_QSTATE_RUNNING, "running" }, { CW_QSTATE_QUIESCED, "quiesced" },
		{ CW_QSTATE_HALTED, "halted" },     { CW_QSTATE_DRAINING, "draining" },
	};

	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (states[i].value == (status & CW_Q_STATUS_STATE_MASK))
			return states[i].name;
	return "unknown";
}

static const char *way_name(const struct queue_look *q)
{
	return q->config & CW_Q_CONFIG_C2H_MASK ? "c2h" : "h2c";
}

static uint32_t weight_of(const struct queue_look *q)
{
	uint32_t weight = (q->config & CW_Q_CONFIG_WEIGHT_MASK) >> CW_Q_CONFIG_WEIGHT_SHIFT;

	return weight ? weight : 1;
}

/* The same queue in the look before; NULL: it was disabled, or its counts began anew. */
static const struct queue_look *earlier(const struct look *before, const struct queue_look *q)
{
	for (unsigned i = 0; before && i < before->queue_n; i++)
		if (before->queue[i].index == q->index)
			return &before->queue[i];
	return NULL;
}

static void print_queues(const struct look *l, const struct look *before)
{
	if (!l->queue_n)
		return;
	printf("%-6s %-4s %-9s %6s", "queue", "way", "state", "weight");
	for (unsigned i = 0; i < QUEUE_COUNT_N; i++)
		printf(" %10s", queue_counts[i].name);
	printf("%s\n", before ? "    +records" : "");
	for (const struct queue_look *q = l->queue; q < l->queue + l->queue_n; q++) {
		const struct queue_look *b = earlier(before, q);

		printf("%-6u %-4s %-9s %6u", q->index, way_name(q), state_name(q->status), weight_of(q));
		for (unsigned i = 0; i < QUEUE_COUNT_N; i++)
			printf(" %10u", q->count[i]);
		if (before)
			printf(" %11u", q->count[QUEUE_COUNT_N - 1] - (b ? b->count[QUEUE_COUNT_N - 1] : 0));
		printf("\n");
	}
}

/* By the card's clock where it was read: of a simulated card, that is the only one that counts. */
static double seconds_between(const struct look *l, const struct look *before, uint32_t clock_hz)
{
	if (l->cycles > before->cycles && clock_hz)
		return (double)(l->cycles - before->cycles) / clock_hz;
	return l->at - before->at;
}

static void print_look(const struct look *l, const struct look *before, uint32_t clock_hz)
{
	double seconds = before ? seconds_between(l, before, clock_hz) : 0;

	if (!before)
		printf("%-15s %20s\n", "counter", "total");
	else
		printf("%-15s %20s %15s %15s   in %.6f s%s\n", "counter", "total", "difference", "a second", seconds,
		       l->cycles ? " of the card's clock" : "");
	for (unsigned i = 0; i < CW_COUNTER_N; i++) {
		printf("%-15s %20" PRIu64, counter_names[i], l->counter[i]);
		if (before)
			printf(" %15" PRIu64 " %15.0f", l->counter[i] - before->counter[i],
			       seconds > 0 ? (double)(l->counter[i] - before->counter[i]) / seconds : 0);
		printf("\n");
	}
	print_queues(l, before);
}

static void json_counters(const char *name, const struct look *l, const struct look *before)
{
	printf(",\"%s\":{", name);
	for (unsigned i = 0; i < CW_COUNTER_N; i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "", counter_names[i],
		       l->counter[i] - (before ? before->counter[i] : 0));
	printf("}");
}

/* One object a line. */
static void json_look(const char *card, const struct look *l, const struct look *before, uint32_t clock_hz)
{
	printf("{\"card\":");
	ctl_json_string(card);
	printf(",\"clock_hz\":%u,\"cycles\":%" PRIu64, clock_hz, l->cycles);
	json_counters("counters", l, NULL);
	if (before) {
		printf(",\"seconds\":%.9f", seconds_between(l, before, clock_hz));
		json_counters("differences", l, before);
	}
	printf(",\"queues\":[");
	for (const struct queue_look *q = l->queue; q < l->queue + l->queue_n; q++) {
		printf("%s{\"queue\":%u,\"way\":\"%s\",\"state\":\"%s\",\"weight\":%u", q == l->queue ? "" : ",", q->index,
		       way_name(q), state_name(q->status), weight_of(q));
		for (unsigned i = 0; i < QUEUE_COUNT_N; i++)
			printf(",\"%s\":%u", queue_counts[i].name, q->count[i]);
		printf("}");
	}
	printf("]}\n");
}

/* ---- the command ---- */

static void pause_for(double seconds)
{
	struct timespec ts = { .tv_sec = (time_t)seconds };

	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static int watch(struct cw_dev *dev, const struct ctl *c, const struct stats_options *o, const struct cw_info *info,
		 struct look looks[2])
{
	for (uint64_t n = 0; !o->looks || n < o->looks; n++) {
		struct look *l = &looks[n % 2], *before = n ? &looks[(n + 1) % 2] : NULL;

		if (n)
			pause_for(o->interval);
		if (look_at(dev, info->queues, l)) {
			fprintf(stderr, "cwctl: %s\n", cw_why(dev));
			return CTL_FAIL;
		}
		if (!n && !l->cycles && !c->quiet)
			fprintf(stderr, "cwctl: stats: only root may see the queues\n");
		if (o->json)
			json_look(c->card, l, before, info->clock_hz);
		else
			print_look(l, before, info->clock_hz);
		if (fflush(stdout))
			return CTL_FAIL;
	}
	return 0;
}

static int stats_of(struct cw_dev *dev, const struct ctl *c, const struct stats_options *o)
{
	struct look looks[2] = { 0 };
	struct cw_info info;
	int status = CTL_FAIL;

	if (cw_get_info(dev, &info)) {
		fprintf(stderr, "cwctl: %s\n", cw_why(dev));
		return CTL_FAIL;
	}
	if (o->interval > 0 && !strncmp(c->card, "sim", 3) && !c->quiet)
		fprintf(stderr, "cwctl: stats: a simulated card has one host: only what this command does is counted\n");
	looks[0].queue = calloc(info.queues + 1, sizeof(*looks[0].queue));
	looks[1].queue = calloc(info.queues + 1, sizeof(*looks[1].queue));
	if (looks[0].queue && looks[1].queue)
		status = watch(dev, c, o, &info, looks);
	else
		fprintf(stderr, "cwctl: no memory\n");
	free(looks[0].queue);
	free(looks[1].queue);
	return status;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct stats_options *o = state->input;

	switch (key) {
	case 'i':
		if (ctl_seconds(arg, &o->interval) || o->interval < 0.001 || o->interval > 86400)
			argp_error(state, "--interval %s: seconds, 0.001 to 86400", arg);
		return 0;
	case 'n':
		ctl_take_count(state, arg, "looks", &o->looks);
		o->looks_given = true;
		return 0;
	case ARGP_KEY_END:
		if (o->looks_given && o->interval <= 0)
			argp_error(state, "--count needs an --interval");
		if (o->interval <= 0)
			o->looks = 1;
		return 0;
	}
	return ctl_take_rest(key, arg, state, &o->json);
}

int ctl_stats(const struct ctl *c)
{
	static const struct argp_option options[] = {
		{ "interval", 'i', "SECONDS", 0, "look again and again, and show differences", 0 },
		{ "count", 'n', "N", 0, "so many looks (default: until Ctrl-C)", 0 },
		{ "json", 'j', NULL, 0, "an object a look, each on a line", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		options, parse_option, NULL, "The card's counters by name, and the queues that are in use.", NULL, NULL, NULL
	};
	struct stats_options o = { 0 };
	struct cw_dev *dev;

	ctl_parse(&argp, c, "cwctl stats", &o);
	dev = ctl_open(c);
	if (!dev)
		return CTL_FAIL;
	return ctl_close(dev, stats_of(dev, c, &o));
}
