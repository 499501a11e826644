// SPDX-License-Identifier: BSD-2-Clause
/*
 * Memory of a kind that one chooses, moved to or from the card by one call:
 *
 *   buffer huge|scattered write BYTES <FILE     FILE into the buffer, then to the card
 *   buffer huge|scattered read BYTES >FILE      from the card into the buffer, then to FILE
 *
 * `huge' is made of huge pages; of `scattered' no two neighbouring pages are neighbours in
 * memory, unless chance has it so. The card is CAUSEWAY_CARD, its memory used from 0 on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ul
#define STRIDE 7919ul /* prime: visits every page once, when their number is no multiple of it */

static int fail(const char *what)
{
	fprintf(stderr, "buffer: %s: %s\n", what, strerror(errno));
	return 1;
}

static uint8_t *buffer_new(const char *kind, size_t bytes)
{
	int huge = !strcmp(kind, "huge");
	size_t pages = bytes / PAGE;
	uint8_t *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | (huge ? MAP_HUGETLB : 0), -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (!huge && madvise(p, bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return NULL;
	/* Memory is given as it is touched. */
	for (size_t i = 0; i < pages; i++)
		p[i * STRIDE % pages * PAGE] = 1;
	return p;
}

/* All of it, from or to a file or pipe; 0 or -1 with errno. */
static int whole(int fd, uint8_t *p, size_t bytes, int out)
{
	while (bytes) {
		ssize_t n = out ? write(fd, p, bytes) : read(fd, p, bytes);

		if (n == 0)
			errno = ENODATA;
		if (n <= 0)
			return -1;
		p += n;
		bytes -= (size_t)n;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *card = getenv("CAUSEWAY_CARD");
	size_t bytes = argc == 4 ? strtoul(argv[3], NULL, 0) : 0;
	int out = argc == 4 && !strcmp(argv[2], "write");
	uint8_t *p;
	ssize_t n;
	int fd;

	if (!card || !bytes || bytes % PAGE || (!out && strcmp(argv[2], "read")) ||
	    (strcmp(argv[1], "huge") && strcmp(argv[1], "scattered"))) {
		fprintf(stderr, "buffer huge|scattered write|read BYTES, whole pages; the card in CAUSEWAY_CARD\n");
		return 2;
	}
	p = buffer_new(argv[1], bytes);
	if (!p)
		return fail("the buffer's memory");
	if (out && whole(0, p, bytes, 0))
		return fail("standard input");
	fd = open(card, O_RDWR);
	if (fd < 0)
		return fail(card);
	n = out ? pwrite(fd, p, bytes, 0) : pread(fd, p, bytes, 0);
	if (n < 0)
		return fail(card);
	if ((size_t)n != bytes) {
		fprintf(stderr, "buffer: %s: %zd of %zu bytes\n", card, n, bytes);
		return 1;
	}
	return !out && whole(1, p, bytes, 1) ? fail("standard output") : 0;
}
