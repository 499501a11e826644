// SPDX-License-Identifier: BSD-2-Clause
/*
 * One system call, again and again; the first time its first allocation in the kernel fails, then its second
 * one, and so on (/proc/PID/fail-nth), until it is through before the one that would fail:
 *
 *   failing bind ADDRESS           the driver is bound to the card, and unbound when that went well
 *   failing load FILE PARAMETERS   the module is loaded, and removed when that went well
 *   failing open|info              of the card, CAUSEWAY_CARD
 *   failing write|read BYTES       a call of so many bytes at the card's start; where a read says that bytes came,
 *                                  they are those that were written before
 *
 * FAIL_STEP=N: only each Nth of them. It may succeed all the same, or be short; an error must be ENOMEM, or EFAULT where
 * a copy to or from user space failed, or what FAIL_ALSO=ERRNO says. Prints how often it had which end.
 */
#include <errno.h>
#include <fcntl.h>
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
#define NTH_MAX 100000

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

int main(int argc, char **argv)
{
	unsigned int ends[4096] = { 0 }, shorter = 0, n, hits = 0, step = number("FAIL_STEP", 1);
	int also = (int)number("FAIL_ALSO", ENOMEM), error, hit = 1;
	ssize_t ret, full = -1;

	if (argc < 2 || !strchr("bloiwr", *argv[1]) || (strchr("bwr", *argv[1]) && argc != 3) ||
	    (*argv[1] == 'l' && argc != 4)) {
		fprintf(stderr, "failing bind ADDRESS | load FILE PARAMETERS | open | info | write BYTES | read BYTES\n");
		return 2;
	}
	what = argv[1];
	arg = strchr("bl", *what) ? argv[2] : getenv("CAUSEWAY_CARD");
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
	for (n = 1; hit && n < NTH_MAX; n += step) {
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
