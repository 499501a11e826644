// SPDX-License-Identifier: BSD-2-Clause
/*
 * One system call, again and again; the first time its first allocation in the kernel fails, then its second
 * one, and so on (/proc/PID/fail-nth), until it is through before the one that would fail:
 *
 *   failing bind ADDRESS           the driver is bound to the card, and unbound when that went well: see below
 *   failing load FILE PARAMETERS   the module is loaded, and removed when that went well: see below
 *   failing open|info              of the card, CAUSEWAY_CARD
 *   failing write|read BYTES       a call of so many bytes at the card's start; where a read says that bytes came,
 *                                  they are those that were written before
 *
 * It may succeed all the same, or be short; an error must be ENOMEM, or EFAULT where a copy to or from user space
 * failed, or what FAIL_ALSO=ERRNO says. Prints how often it had which end.
 *
 * Loading and binding go through much of the kernel that does not take failing allocations (ACPI's interpreter uses what
 * it has freed; the tracer warns; what could not be entered in /proc warns when it is taken out). So these are tried
 * OWN_TRIES times, and each time one allocation fails that the module asked for itself, or at a few calls'
 * distance: the first for which a die falls so, with four kinds of die.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "driver/uapi/causeway.h"

#define DRIVER "/sys/bus/pci/drivers/causeway/"
#define DEBUGFS "/sys/kernel/debug/"
#define NTH_MAX 100000
/* Calls that are looked at, from the check in the allocator up; the allocator's own are about six. */
#define STACK_DEPTH 10
#define OWN_TRIES 100
/* Where x86-64 has its modules (Documentation/x86/x86_64/mm.rst); there is none but ours. */
#define MODULES_BEGIN 0xffffffffa0000000ul
#define MODULES_END 0xffffffffff000000ul

static const char *what, *arg, *parameters;
static int nth_fd, fd = -1;
static size_t bytes;
static uint8_t *buffer, *good;

static void die(const char *why)
{
	fprintf(stderr, "failing: %s: %s\n", why, strerror(errno));
	exit(1);
}

/* ---- /proc/self/fail-nth ---- */

static void arm(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	/* What is armed still may hit this one, too, once. */
	if (pwrite(nth_fd, text, (size_t)len, 0) != len && pwrite(nth_fd, text, (size_t)len, 0) != len)
		die("fail-nth");
}

/* Disarms. True when something has failed since arm(). */
static int was_hit(void)
{
	char text[16] = "1";
	ssize_t n = pread(nth_fd, text, sizeof(text) - 1, 0);
	long left = n > 0 ? strtol(text, NULL, 10) : 1; /* the reading itself failed: it was still armed */

	arm(0);
	return left == 0;
}

/* ---- the calls: at least 0, or -1 with errno ---- */

static int text_to(const char *path, const char *text)
{
	int f = open(path, O_WRONLY);
	ssize_t n = f < 0 ? -1 : write(f, text, strlen(text));

	if (f >= 0)
		close(f);
	return n < 0 ? -1 : 0;
}

static ssize_t call(void)
{
	struct cw_info info = { .size = sizeof(info) };

	switch (*what) {
	case 'b':
		return write(fd, arg, strlen(arg));
	case 'l':
		return syscall(SYS_finit_module, fd, parameters, 0);
	case 'o':
		return open(arg, O_RDWR);
	case 'i':
		return ioctl(fd, CW_IOC_INFO, &info);
	case 'w':
		return pwrite(fd, good, bytes, 0);
	default:
		return pread(fd, buffer, bytes, 0);
	}
}

static void before(void)
{
	if (*what == 'b')
		fd = open(DRIVER "bind", O_WRONLY);
	if (*what == 'l')
		fd = open(arg, O_RDONLY | O_CLOEXEC);
	if (*what == 'i' || *what == 'w' || *what == 'r')
		fd = open(arg, O_RDWR);
	if (fd < 0 && *what != 'o')
		die(arg);
	if (*what == 'r')
		memset(buffer, 0, bytes);
}

/* What went well is taken back. */
static void after(ssize_t ret)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
	if (ret < 0)
		return;
	if (*what == 'b' && text_to(DRIVER "unbind", arg))
		die("unbind");
	if (*what == 'l' && syscall(SYS_delete_module, "causeway", O_NONBLOCK))
		die("removing the module");
	if (*what == 'o')
		close((int)ret);
	if (*what == 'r' && memcmp(buffer, good, (size_t)ret)) {
		errno = EILSEQ;
		die("what was read");
	}
}

static uint8_t *memory(void)
{
	uint8_t *p = mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		die("memory");
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(i * 2654435761u >> 13);
	return p;
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *s = getenv(name);

	return s ? (unsigned int)strtoul(s, NULL, 0) : otherwise;
}

/* ---- what the module asks for itself fails ---- */

static const char *const faults[] = { "failslab", "fail_page_alloc" };

__attribute__((format(printf, 3, 4))) static void knob(const char *fault, const char *name, const char *fmt, ...)
{
	char path[128], text[32];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), DEBUGFS "%s/%s", fault, name);
	if (text_to(path, text))
		die(path);
}

/* What is left of the one time that FAULT may fail: 0 when it has. */
static long times_left(const char *fault)
{
	char path[128], text[32] = "";
	int f;

	snprintf(path, sizeof(path), DEBUGFS "%s/times", fault);
	f = open(path, O_RDONLY);
	if (f < 0 || read(f, text, sizeof(text) - 1) <= 0)
		die(path);
	close(f);
	return strtol(text, NULL, 10);
}

/* A line of /proc/kallsyms is an address, a letter, a name, and perhaps a module. */
static unsigned long address_of(const char *function)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long at = 0;
	char line[512];

	if (!f)
		die("/proc/kallsyms");
	while (!at && fgets(line, sizeof(line), f)) {
		char *name = strchr(line, ' ');

		if (!name || strlen(name) < 3)
			continue;
		name += 3;
		name[strcspn(name, "\t\n")] = 0;
		if (!strcmp(name, function))
			at = strtoul(line, NULL, 16);
	}
	fclose(f);
	if (!at) {
		fprintf(stderr, "failing: /proc/kallsyms does not say where %s is\n", function);
		exit(1);
	}
	return at;
}

static int own_failures(int also)
{
	static const unsigned int percent[] = { 3, 6, 12, 30 };
	unsigned long proc = address_of("__proc_create");
	unsigned int failed = 0, survived = 0, nothing = 0;

	for (size_t i = 0; i < 2; i++) {
		knob(faults[i], "task-filter", "Y");
		knob(faults[i], "stacktrace-depth", "%d", STACK_DEPTH);
		knob(faults[i], "require-start", "%#lx", MODULES_BEGIN);
		knob(faults[i], "require-end", "%#lx", MODULES_END);
		knob(faults[i], "reject-start", "%#lx", proc);
		knob(faults[i], "reject-end", "%#lx", proc + 1024);
	}
	for (unsigned int t = 0; t < OWN_TRIES; t++) {
		ssize_t ret;
		int error, hit;

		for (size_t i = 0; i < 2; i++) {
			knob(faults[i], "times", "1");
			knob(faults[i], "probability", "%u", percent[t % 4]);
		}
		before();
		if (text_to("/proc/self/make-it-fail", "1"))
			die("make-it-fail");
		ret = call();
		error = ret < 0 ? errno : 0;
		if (text_to("/proc/self/make-it-fail", "0"))
			die("make-it-fail");
		hit = !times_left(faults[0]) || !times_left(faults[1]);
		for (size_t i = 0; i < 2; i++)
			knob(faults[i], "probability", "0");
		after(ret);
		if (error && (!hit || (error != ENOMEM && error != also))) {
			fprintf(stderr, "failing: %s: with %s failing: %s\n", what, hit ? "an allocation" : "nothing", strerror(error));
			return 1;
		}
		failed += error != 0;
		survived += hit && !error;
		nothing += !hit;
	}
	printf("# %s: %u times it failed, %u times it went well all the same, %u times nothing was hit\n", what, failed, survived,
	       nothing);
	return failed < OWN_TRIES / 10;
}

int main(int argc, char **argv)
{
	unsigned int ends[4096] = { 0 }, shorter = 0, n, hits = 0;
	int also = (int)number("FAIL_ALSO", ENOMEM), error, hit = 1;
	ssize_t ret, full = -1;

	if (argc < 2 || !strchr("bloiwr", *argv[1]) || (strchr("bwr", *argv[1]) && argc != 3) ||
	    (*argv[1] == 'l' && argc != 4)) {
		fprintf(stderr, "failing bind ADDRESS | load FILE PARAMETERS | open | info | write BYTES | read BYTES\n");
		return 2;
	}
	what = argv[1];
	arg = strchr("bl", *what) ? argv[2] : getenv("CAUSEWAY_CARD");
	if (!arg) {
		fprintf(stderr, "failing: CAUSEWAY_CARD is not set\n");
		return 2;
	}
	parameters = *what == 'l' ? argv[3] : "";
	bytes = strchr("wr", *what) ? strtoul(argv[2], NULL, 0) : 0;
	buffer = memory();
	good = memory();
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		die("/proc/self/fail-nth");
	/* Without a failure first: what it is when it is well. */
	before();
	full = call();
	if (full < 0)
		die(what);
	after(full);
	if (strchr("bl", *what))
		return own_failures(also);
	for (n = 1; hit && n < NTH_MAX; n++) {
		before();
		arm(n);
		ret = call();
		error = ret < 0 ? errno : 0;
		hit = was_hit();
		after(ret);
		hits += (unsigned int)hit;
		ends[error & 4095] += (unsigned int)hit;
		shorter += hit && ret >= 0 && ret < full && bytes;
		if (error && error != also && error != ENOMEM && error != EFAULT) {
			fprintf(stderr, "failing: %s: with allocation %u: %s\n", what, n, strerror(error));
			return 1;
		}
		if (!hit && error) {
			fprintf(stderr, "failing: %s: with nothing failing (%u): %s\n", what, n, strerror(error));
			return 1;
		}
	}
	printf("# %s: %u failures one by one:", what, hits);
	for (error = 1; error < 4096; error++)
		if (ends[error])
			printf(" %u times %s,", ends[error], strerror(error));
	printf(" %u times it went well all the same, %u of these short\n", ends[0], shorter);
	return !hits || hit;
}
