// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target.h"

/* Completions split and ordered at random, late by a random time. */
#define UNRULY ",order=1,read-jitter=200"
#define START_MS 10000 /* how long a card's process may take to listen */

unsigned test_random(unsigned *state)
{
	/* xorshift32: small, and good enough to pick test cases */
	unsigned x = *state ? *state : 0x9e3779b9u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

void test_fill(unsigned char *buf, size_t len, unsigned seed)
{
	unsigned state = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++)
		buf[i] = (unsigned char)(test_random(&state) >> 8);
}

bool target_full(void)
{
	const char *all = getenv("TEST_ALL");

	return all && *all;
}

static unsigned seed_from_env(void)
{
	const char *s = getenv("SEED");

	return s ? (unsigned)strtoul(s, NULL, 0) : 1;
}

/* cwctl, in ../../bin of this program's folder. */
static void cwctl_path(char *path, size_t size)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		fail_msg("no /proc/self/exe");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	if ((size_t)snprintf(path, size, "%s/../../bin/cwctl", self) >= size)
		fail_msg("path too long");
}

static pid_t start_card(const char *name, const char *options)
{
	char path[PATH_MAX];
	pid_t pid;

	cwctl_path(path, sizeof(path));
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(path, path, "card", name, options, (char *)NULL);
	perror(path);
	_exit(127);
}

/* Opens sim:NAME, waiting until the process that serves it listens. */
static int open_when_ready(struct target *t, const char *name, char *why, size_t size)
{
	struct timespec tick = { 0, 10000000 };
	int err = -1;

	for (int ms = 0; ms < START_MS; ms += 10) {
		err = cw_open(name, &t->dev, why, size);
		if (err != -ENOENT || waitpid(t->card, NULL, WNOHANG) == t->card)
			break;
		nanosleep(&tick, NULL);
	}
	return err;
}

bool target_is_device(void)
{
	const char *target = getenv("TARGET");

	return target && (!strcmp(target, "vm") || !strcmp(target, "card"));
}

void target_open(struct target *t, const char *options)
{
	target_open_card(t, options, "");
}

bool target_has_tag10(void)
{
	const char *shim = getenv("SHIM");

	return !shim || !*shim;
}

static bool is_7series(void)
{
	const char *shim = getenv("SHIM");

	return shim && !strncmp(shim, "7series", 7);
}

bool target_has_flr(void)
{
	return !is_7series();
}

unsigned target_mrrs(unsigned mrrs)
{
	return is_7series() && mrrs > 512 ? 512 : mrrs;
}

/* What the environment asks for in place of the card that is linked in: the option, and its value; NULL: nothing. */
static const char *kind_of_card(const char **key)
{
	const char *value = getenv("SHIM");

	*key = "shim";
	if (!value || !*value) {
		*key = "width";
		value = getenv("WIDTH");
	}
	return value && *value ? value : NULL;
}

bool target_is_plain(void)
{
	const char *key;

	return !kind_of_card(&key);
}

unsigned target_width(void)
{
	const char *key, *value = kind_of_card(&key);

	if (value && !strcmp(key, "width"))
		return (unsigned)strtoul(value, NULL, 10);
	return value && strstr(value, "512") ? 512 : 256;
}

/* A card that is not the one that is linked in (behind a vendor's shim, of another width) is as restless as IPs are. */
static void add_kind(char *text, size_t size, const char *card_options)
{
	const char *key, *value = kind_of_card(&key);

	snprintf(text, size, "%s", card_options);
	if (value)
		snprintf(text, size, "%s=%s,reorder=1%s%s", key, value, *card_options ? "," : "", card_options);
}

void target_open_card(struct target *t, const char *options, const char *own_options)
{
	const char *target = getenv("TARGET");
	const char *irq = getenv("IRQ");
	char name[512], why[256] = "", card_options[256];
	int err;

	if (strstr(own_options, "queues=") && !target_is_plain() && !target_full())
		target_skip(NULL, "of other kinds (SHIM, WIDTH) cards of this size are for make test-all");
	add_kind(card_options, sizeof(card_options), own_options);

	memset(t, 0, sizeof(*t));
	if (!irq || !*irq)
		irq = "msix";
	t->seed = seed_from_env();
	if (!target || !strcmp(target, "sim")) {
		t->simulated = t->in_process = true;
		snprintf(name, sizeof(name), "sim,seed=%u" UNRULY ",irq=%s%s%s%s%s", t->seed, irq, *options ? "," : "", options,
			 *card_options ? "," : "", card_options);
		err = cw_open(name, &t->dev, why, sizeof(why));
	} else if (!strcmp(target, "shm")) {
		char card[64];

		t->simulated = true;
		snprintf(card, sizeof(card), "e2e-%d", getpid());
		t->card = start_card(card, card_options);
		snprintf(name, sizeof(name), "sim:%s,seed=%u" UNRULY ",irq=%s%s%s", card, t->seed, irq, *options ? "," : "",
			 options);
		err = open_when_ready(t, name, why, sizeof(why));
	} else if (target_is_device()) {
		snprintf(name, sizeof(name), "/dev/causeway0");
		err = cw_open(name, &t->dev, why, sizeof(why));
	} else if (!strcmp(target, "pci")) {
		t->no_driver = true;
		snprintf(name, sizeof(name), "pci");
		err = cw_open(name, &t->dev, why, sizeof(why));
	} else {
		fail_msg("TARGET=%s is none of sim, shm, vm, card, pci", target);
		return;
	}
	print_message("# %s\n", name);
	if (err)
		fail_msg("%s: %s", name, why);
}

void target_close(struct target *t)
{
	int err = cw_close(t->dev);

	t->dev = NULL;
	if (t->card > 0) {
		kill(t->card, SIGTERM);
		waitpid(t->card, NULL, 0);
		t->card = 0;
	}
	if (err)
		fail_msg("the simulation's own checks failed: see the messages above");
}

void target_skip(struct target *t, const char *why)
{
	if (t)
		target_close(t);
	print_message("# skipped: %s\n", why);
	skip();
}

int target_setup(void **state)
{
	static struct target t;

	target_open(&t, "");
	*state = &t;
	return 0;
}

int target_teardown(void **state)
{
	target_close(*state);
	return 0;
}
