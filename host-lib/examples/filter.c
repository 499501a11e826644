// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program for user logic of one's own, the template to start from: each line of the standard input goes as a packet
 * through the example filter (constraints/filter) on a card and back to the standard output.
 *
 *	echo Hello | filter -m upper                   # sim,user=filter: the filter simulated
 *	filter -c /dev/causeway0 -m xor -k 0x20 <FILE
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constraints/filter/cw_filter.h"
#include "driver/cw_regs.h"
#include "libcauseway.h"

struct options {
	const char *card;
	uint32_t mode, key;
	bool odd_only;
};

struct filter {
	struct cw_dev *dev;
	struct cw_queue *out, *in;
	struct cw_queue_setup out_is, in_is;
	char *line, *back; /* in: as long as the longest packet */
	size_t line_room;
};

static const struct argp_option argp_options[] = {
	{ "card", 'c', "NAME", 0, "the card (default sim,user=filter)", 0 },
	{ "mode", 'm', "MODE", 0, "keep (default), xor, upper or lower", 0 },
	{ "key", 'k', "NUMBER", 0, "32 bits, for xor: byte i of a line with byte i mod 4, lowest first", 0 },
	{ "odd", 'o', NULL, 0, "only lines 1, 3, 5, ...: the card drops the others", 0 },
	{ 0 }
};

static int set_mode(struct options *o, const char *text)
{
	static const struct {
		const char *name;
		uint32_t mode;
	} modes[] = {
		{ "keep", CW_FILTER_ROUTE_KEEP }, { "xor", CW_FILTER_ROUTE_XOR }, { "upper", CW_FILTER_ROUTE_UPPER },
		{ "lower", CW_FILTER_ROUTE_LOWER },
	};

	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(text, modes[i].name)) {
			o->mode = modes[i].mode;
			return 0;
		}
	return -EINVAL;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned long v;
	char *end;

	switch (key) {
	case 'c':
		o->card = arg;
		return 0;
	case 'm':
		if (set_mode(o, arg))
			argp_error(state, "--mode %s: keep, xor, upper or lower", arg);
		return 0;
	case 'k':
		errno = 0;
		v = strtoul(arg, &end, 0);
		if (errno || end == arg || *end || v > UINT32_MAX)
			argp_error(state, "--key %s: a number of 32 bits", arg);
		o->key = (uint32_t)v;
		return 0;
	case 'o':
		o->odd_only = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int set(struct filter *f, uint32_t offset, uint32_t value)
{
	return cw_reg_write(f->dev, CW_USER_OFFSET + offset, value);
}

static int get(struct filter *f, uint32_t offset, uint32_t *value)
{
	return cw_reg_read(f->dev, CW_USER_OFFSET + offset, value);
}

static bool is_filter(struct filter *f)
{
	struct cw_info info;
	uint32_t id;

	return !cw_get_info(f->dev, &info) && info.features & CW_CAP_FEATURES_STREAM_MASK && !get(f, CW_FILTER_ID, &id) &&
	       id == CW_FILTER_MAGIC;
}

/* Two streams, and the filter between them. */
static int connect_streams(struct filter *f, const struct options *o)
{
	int err;

	f->out_is = (struct cw_queue_setup){ .mode = CW_QUEUE_ST, .dir = CW_QUEUE_H2C, .flags = CW_QUEUE_HDR,
					     .vector = CW_QUEUE_ANY_VECTOR };
	f->in_is = f->out_is;
	f->in_is.dir = CW_QUEUE_C2H;
	f->in_is.full = CW_QUEUE_STALL; /* rather wait than lose a line */
	err = cw_queue_open(f->dev, &f->out_is, &f->out);
	if (!err)
		err = cw_queue_open(f->dev, &f->in_is, &f->in);
	if (!err)
		err = set(f, CW_FILTER_KEY, o->key);
	if (!err)
		err = set(f, CW_FILTER_DROP_MASK, 1);
	if (!err)
		err = set(f, CW_FILTER_DROP_MATCH, 0);
	if (!err)
		err = set(f, CW_FILTER_PACKETS, 0);
	if (!err) /* last: from here on packets may move */
		err = set(f, CW_FILTER_ROUTE + 4 * f->out_is.queue, CW_FILTER_ROUTE_ON | o->mode | f->in_is.queue |
			  (o->odd_only ? CW_FILTER_ROUTE_DROP : 0));
	if (err)
		return err;
	f->back = malloc(f->in_is.packet_max);
	return f->back ? 0 : -ENOMEM;
}

/* Line by line; the user word is the number of the line. */
static int filter_lines(struct filter *f, const struct options *o)
{
	ssize_t len, n = 0;

	for (uint64_t number = 1; n >= 0 && (len = getline(&f->line, &f->line_room, stdin)) >= 0; number++) {
		bool newline = len && f->line[len - 1] == '\n';
		struct cw_pkt pkt;

		n = cw_packet_send(f->out, f->line, (size_t)len - newline, number);
		if (n < 0 || (o->odd_only && !(number & 1)))
			continue;
		n = cw_packet_receive(f->in, f->back, f->in_is.packet_max, &pkt);
		if (n >= 0 && (pkt.user != number || pkt.flags))
			n = -EIO;
		if (n >= 0 && (fwrite(f->back, 1, (size_t)n, stdout) != (size_t)n || (newline && putchar('\n') == EOF)))
			n = -EIO;
	}
	return n < 0 ? (int)n : 0;
}

static int tell(struct filter *f)
{
	uint32_t packets, bytes, drops;

	if (fflush(stdout) || get(f, CW_FILTER_PACKETS, &packets) || get(f, CW_FILTER_BYTES, &bytes) ||
	    get(f, CW_FILTER_DROPS, &drops))
		return -EIO;
	fprintf(stderr, "filter: %u packets of %u bytes came back, %u were dropped\n", packets, bytes, drops);
	return 0;
}

static int run(struct filter *f, const struct options *o)
{
	int err;

	if (!is_filter(f)) {
		fprintf(stderr, "filter: %s: its user logic is not the filter (a simulated one is sim,user=filter)\n", o->card);
		return -ENODEV;
	}
	err = connect_streams(f, o);
	if (!err)
		err = filter_lines(f, o);
	if (!err)
		err = tell(f);
	if (err)
		fprintf(stderr, "filter: %s: %s\n", o->card, *cw_why(f->dev) ? cw_why(f->dev) : cw_strerror(err));
	if (f->out)
		set(f, CW_FILTER_ROUTE + 4 * f->out_is.queue, 0);
	cw_queue_close(f->out);
	cw_queue_close(f->in);
	free(f->line);
	free(f->back);
	return err;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse_option, NULL, "Sends each line of the standard input through the filter on a card and back.",
		NULL, NULL, NULL
	};
	struct options o = { .card = "sim,user=filter" };
	struct filter f = { 0 };
	char why[256];
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (cw_open(o.card, &f.dev, why, sizeof(why))) {
		fprintf(stderr, "filter: %s\n", why);
		return 1;
	}
	err = run(&f, &o);
	err |= cw_close(f.dev);
	return err != 0;
}
