// SPDX-License-Identifier: BSD-2-Clause
/* cwtrace: looks into TLP logs. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../link/link.h"
#include "life.h"
#include "trace.h"

struct options {
	bool verbose;
	uint64_t from_ps, to_ps, count;
	int queue; /* -1 all */
	struct cw_life_option life;
};

static void usage(FILE *out)
{
	fprintf(out,
		"cwtrace shows what crossed a simulated PCIe link, from a TLP log.\n"
		"\n"
		"  cwtrace print [options] LOG    every TLP, decoded\n"
		"  cwtrace compare LOG LOG        the first TLP in which two logs differ\n"
		"  cwtrace stat LOG               TLPs and bytes by kind and direction\n"
		"  cwtrace life [options] LOG     the life of one transfer: the last from host to card\n"
		"\n"
		"Options of print:\n"
		"  -v, --verbose     every header field by name, and the whole payload\n"
		"  -f, --from=NS     only from this time on (simulated nanoseconds)\n"
		"  -t, --to=NS       only up to this time\n"
		"  -n, --count=N     only the first N\n"
		"  -q, --queue=Q     only TLPs known to belong to this queue\n"
		"  -h, --help        this text\n"
		"\n"
		"Options of life:\n"
		"  -q, --queue=Q     a transfer of this queue\n"
		"  -N, --number=N    the one with this descriptor number\n"
		"  -a, --all         every TLP of the log, a line each, with its meaning\n"
		"  -s, --svg=FILE    and a sequence diagram, for a browser\n"
		"\n"
		"Exit status: 0; 1 when compared logs differ; 2 when something is wrong.\n");
}

static int read_error(const char *path, const char *why)
{
	fprintf(stderr, "cwtrace: %s: %s\n", path, why);
	return 2;
}

static int number(const char *text, uint64_t limit, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && text[0] != '-' && *value <= limit)
		return 0;
	fprintf(stderr, "cwtrace: '%s' is not a number that fits here\n", text);
	return -EINVAL;
}

static bool wanted(const struct options *o, const struct cw_trace_record *rec)
{
	return rec->stamp >= o->from_ps && rec->stamp <= o->to_ps && (o->queue < 0 || rec->queue == o->queue);
}

/* print and stat: walks over a log. */
static int walk(const char *path, const struct options *o, struct cw_trace_stat *stat)
{
	struct cw_trace_record rec;
	struct cw_trace *t;
	uint64_t shown = 0;
	char why[128];
	int ret = cw_trace_open(&t, path, why, sizeof(why));

	if (ret)
		return read_error(path, why);
	while (shown < o->count && (ret = cw_trace_next(t, &rec)) > 0) {
		if (!wanted(o, &rec))
			continue;
		shown++;
		if (stat)
			cw_trace_stat_add(stat, &rec);
		else
			cw_trace_print(stdout, &rec, o->verbose ? CW_TRACE_VERBOSE : CW_TRACE_LINE);
	}
	if (ret < 0)
		read_error(path, cw_trace_why(t));
	cw_trace_close(t);
	return ret < 0 ? 2 : 0;
}

static int do_stat(const char *path, const struct options *o)
{
	struct cw_trace_stat stat = { 0 };
	int ret = walk(path, o, &stat);

	if (!ret)
		cw_trace_stat_print(stdout, &stat);
	return ret;
}

static int do_compare(const char *a, const char *b)
{
	char text[1024];
	int ret = cw_trace_compare(a, b, text, sizeof(text));

	fprintf(ret < 0 ? stderr : stdout, "%s\n", text);
	return ret < 0 ? 2 : ret;
}

static int do_life(const char *path, struct options *o)
{
	char why[256];

	o->life.queue = o->queue;
	o->life.color = isatty(STDOUT_FILENO);
	return cw_life(stdout, path, &o->life, why, sizeof(why)) ? read_error(path, why) : 0;
}

/* 0: an option of life */
static int parse_life(int c, struct options *o)
{
	uint64_t v = 0;

	if (c == 'a') {
		o->life.all = true;
	} else if (c == 's') {
		o->life.svg = optarg;
	} else if (c == 'N' && !number(optarg, UINT32_MAX, &v)) {
		o->life.by_number = true;
		o->life.number = (uint32_t)v;
	} else {
		return -EINVAL;
	}
	return 0;
}

/* 0, 1 after --help, or -EINVAL. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longopts[] = {
		{ "verbose", no_argument, NULL, 'v' },   { "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },  { "count", required_argument, NULL, 'n' },
		{ "queue", required_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' },
		{ "number", required_argument, NULL, 'N' }, { "all", no_argument, NULL, 'a' },
		{ "svg", required_argument, NULL, 's' }, { 0 },
	};
	uint64_t v = 0;
	int c, ret = 0;

	while (!ret && (c = getopt_long(argc, argv, "vf:t:n:q:hN:as:", longopts, NULL)) >= 0) {
		if (c == 'v')
			o->verbose = true;
		else if (c == 'f' && !(ret = number(optarg, UINT64_MAX / 1000, &v)))
			o->from_ps = v * 1000;
		else if (c == 't' && !(ret = number(optarg, UINT64_MAX / 1000, &v)))
			o->to_ps = v * 1000;
		else if (c == 'n' && !(ret = number(optarg, UINT64_MAX, &v)))
			o->count = v;
		else if (c == 'q' && !(ret = number(optarg, 65535, &v)))
			o->queue = (int)v;
		else if (c == 'h')
			ret = 1;
		else if (strchr("Nas", c))
			ret = parse_life(c, o);
		else if (c == '?')
			ret = -EINVAL;
	}
	return ret;
}

int main(int argc, char **argv)
{
	struct options o = { .to_ps = UINT64_MAX, .count = UINT64_MAX, .queue = -1 };
	int ret = parse(argc, argv, &o), n = argc - optind;
	char **arg = argv + optind;

	if (ret == 1) {
		usage(stdout);
		return 0;
	}
	if (!ret && n == 2 && !strcmp(arg[0], "print"))
		return walk(arg[1], &o, NULL);
	if (!ret && n == 2 && !strcmp(arg[0], "stat"))
		return do_stat(arg[1], &o);
	if (!ret && n == 2 && !strcmp(arg[0], "life"))
		return do_life(arg[1], &o);
	if (!ret && n == 3 && !strcmp(arg[0], "compare"))
		return do_compare(arg[1], arg[2]);
	usage(stderr);
	return 2;
}
