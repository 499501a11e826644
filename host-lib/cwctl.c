// SPDX-License-Identifier: BSD-2-Clause
/* cwctl: look at a card, read and write its memory and registers, test it, start a simulated one. */
#include "cwctl.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "driver/cw_regs.h"

static const struct {
	const char *name;
	int (*run)(const struct ctl *c);
	int args_min, args_max;
} commands[] = {
	{ "info", ctl_info, 0, 0 },
	{ "read", ctl_read, 2, 3 },
	{ "write", ctl_write, 2, 2 },
	{ "regs", ctl_regs, 0, 64 },
	{ "card", ctl_card, 1, 2 },
	{ "list", ctl_list, 0, 0 },
	{ "selftest", ctl_selftest, 0, 0 },
	{ "stats", ctl_stats, 0, 64 },
	{ "bench", ctl_bench, 0, 64 },
};

static const char doc[] =
	"Looks at a Causeway card, reads and writes its memory and registers, measures it, or starts a simulated one.\n"
	"\n"
	"  info                  what the card and its driver are\n"
	"  read ADDR LEN [FILE]  card memory to FILE (or a hex dump)\n"
	"  write ADDR FILE       FILE into card memory\n"
	"  regs                  all registers, by name, with their fields, and the counters\n"
	"  regs NAME...          these registers; NAME=VALUE writes one first\n"
	"  card NAME [OPTIONS]   starts a simulated card for hosts that open sim:NAME, until Ctrl-C\n"
	"  list                  cards on the PCI bus, and which driver has each\n"
	"  selftest              every register, then card memory, past any driver; nothing of it is lost\n"
	"  stats [OPTION...]     counters by name, and queues; again and again with -i SECONDS; --json; stats --help\n"
	"  bench [OPTION...]     how fast it is, and how near to what the link can do; bench --help\n"
	"\v"
	"Cards: `sim' (RTL in this process, the default; the environment variable CAUSEWAY_CARD names another), "
	"`sim:NAME' (a card started by `cwctl card NAME'), `/dev/causeway0' (the kernel driver), "
	"`0000:03:00.0' (an address on the PCI bus: a card without a driver; `pci' is the first one).\n"
	"\n"
	"Options of cards on the PCI bus, after commas: force=1 looks at a card that a driver has, id=VVVV:DDDD is for a board "
	"with IDs of its own.\n"
	"\n"
	"Options of simulated cards follow the name, after commas (sim,seed=7,gen=4), or stand in the environment "
	"variable CAUSEWAY_SIM:\n"
	"  seed=N        the run's random choices (default 1): same seed, same run\n"
	"  gen=1..5 lanes=0|1|2|4|8|16   the link (default 3, 8); 0 lanes: no bandwidth limit\n"
	"  latency=NS    of the link, one way (default 150)\n"
	"  read-latency=NS read-jitter=NS   of host memory (default 400, 0)\n"
	"  mps=BYTES mrrs=BYTES   maximum payload and read request sizes (default 256, 512)\n"
	"  tag10=0|1     10-bit tags (default 1)    attributes=0|1   relaxed ordering and no-snoop allowed (default 1)\n"
	"  order=0|1     completions split and ordered at random (default 0)\n"
	"  irq=msix|msi|intx   the best kind of interrupt that the host grants (default msix)\n"
	"  vectors=N     interrupt vectors the host grants (default: all)\n"
	"  iommu=0|1     bus addresses through an IOMMU, or physical (default 1)\n"
	"  dma=direct|bounce|force|shadow   where the card finds host memory (default direct): bounced above its address\n"
	"                bits, always bounced (both without IOMMU), or a copy of everything\n"
	"  mem-top=GIB   physical memory ends there (2 to 128, default 65)\n"
	"  module=TEXT   module parameters of the driver, e.g. module=queues=2;entries=64\n"
	"  tlp=FILE      TLP log written by the host's end\n"
	"and for the card's end (sim, or the OPTIONS of `cwctl card'):\n"
	"  card-tlp=FILE TLP log written by the card's end\n"
	"  wave=FILE     waveform (FST) of the whole run or of the cycles wave-from=N to wave-to=N\n"
	"  idle-skip=0|1 jump over cycles in which the card is idle (default 1)\n"
	"  reorder=0|1   streams overtake each other and stall at random, as hard IPs do (default 0)\n"
	"  queues=N      another build of the card: `make cards' makes one of 2048 queues (default 64)\n"
	"  width=BITS    a build of the card with a data path of 128 or 512 bits, from `make cards' (default 256)\n"
	"  shim=NAME     a build of the card behind a vendor's shim: generic, usplus, 7series, ptile (default generic)\n"
	"  user=NAME     a build of the card with this user logic: plain, filter (default plain)\n";

static const struct argp_option options[] = {
	{ "card", 'c', "CARD", 0, "the card to use", 0 },
	{ "quiet", 'q', NULL, 0, "no progress bar", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct ctl *c = state->input;

	switch (key) {
	case 'c':
		c->card = arg;
		return 0;
	case 'q':
		c->quiet = true;
		return 0;
	case ARGP_KEY_ARGS:
		c->argc = state->argc - state->next;
		c->argv = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which command?");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

struct cw_dev *ctl_open(const struct ctl *c)
{
	struct cw_dev *dev;
	char why[256];

	if (cw_open(c->card, &dev, why, sizeof(why))) {
		fprintf(stderr, "cwctl: %s\n", why);
		return NULL;
	}
	if (why[0])
		fprintf(stderr, "cwctl: %s\n", why);
	return dev;
}

int ctl_close(struct cw_dev *dev, int status)
{
	if (cw_close(dev)) {
		fprintf(stderr, "cwctl: the simulation's own checks failed (see above)\n");
		return CTL_FAIL;
	}
	return status;
}

int ctl_number(const char *what, const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno || end == text || *end || text[0] == '-') {
		fprintf(stderr, "cwctl: %s '%s' is not a number\n", what, text);
		return CTL_USAGE;
	}
	return 0;
}

int ctl_seconds(const char *text, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	return errno || end == text || *end || !(*value >= 0) ? CTL_USAGE : 0;
}

void ctl_parse(const struct argp *argp, const struct ctl *c, const char *name, void *input)
{
	char *argv[66] = { (char *)name };

	memcpy(argv + 1, c->argv, (size_t)c->argc * sizeof(*argv));
	argp_parse(argp, c->argc + 1, argv, 0, NULL, input);
}

void ctl_take_count(struct argp_state *state, const char *arg, const char *what, uint64_t *value)
{
	if (ctl_number("--count", arg, value) || !*value)
		argp_error(state, "--count %s: %s, at least 1", arg, what);
}

int ctl_take_rest(int key, const char *arg, struct argp_state *state, bool *json)
{
	if (key == 'j')
		*json = true;
	else if (key == ARGP_KEY_ARG)
		argp_error(state, "what is '%s'?", arg);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

double ctl_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int ctl_cycles(struct cw_dev *dev, uint64_t *cycles)
{
	uint32_t lo, hi;
	int err = cw_reg_read(dev, CW_NOW_LO, &lo);

	if (!err)
		err = cw_reg_read(dev, CW_NOW_HI, &hi);
	if (!err)
		*cycles = lo | (uint64_t)hi << 32;
	return err;
}

void ctl_json_string(const char *text)
{
	putchar('"');
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 32)
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	putchar('"');
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse_option, "COMMAND [ARGUMENT...]", doc, NULL, NULL, NULL };
	const char *card = getenv("CAUSEWAY_CARD");
	struct ctl c = { .card = card && *card ? card : "sim" };
	const char *name;
	int status;

	argp_err_exit_status = CTL_USAGE;
	/* In order: what follows the command is the command's. */
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &c);
	name = c.argv[0];
	c.argv++;
	c.argc--;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		if (c.argc < commands[i].args_min || c.argc > commands[i].args_max) {
			fprintf(stderr, "cwctl: %s takes %d to %d arguments, not %d; see cwctl --help\n", name,
				commands[i].args_min, commands[i].args_max, c.argc);
			return CTL_USAGE;
		}
		status = commands[i].run(&c);
		if (fflush(stdout) || ferror(stdout)) {
			fprintf(stderr, "cwctl: the output could not be written\n");
			return status ? status : CTL_FAIL;
		}
		return status;
	}
	fprintf(stderr, "cwctl: no command '%s'; see cwctl --help\n", name);
	return CTL_USAGE;
}
