// SPDX-License-Identifier: BSD-2-Clause
/* What the card may reach of a client's memory: ranges, files, and files that shrink. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/link/rng.h"
#include "sim/vfio/guestmem.h"

#define PAGE 4096ull
#define BYTES (16 * PAGE)

struct bench {
	struct guestmem *g;
	int fd;
	uint8_t *view; /* the client's */
};

static int setup(void **state)
{
	struct bench *b = test_calloc(1, sizeof(*b));

	assert_int_equal(guestmem_new(&b->g), 0);
	b->fd = memfd_create("guest", MFD_CLOEXEC);
	assert_true(b->fd >= 0);
	assert_int_equal(ftruncate(b->fd, BYTES), 0);
	b->view = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
	assert_true(b->view != MAP_FAILED);
	for (unsigned i = 0; i < BYTES; i++)
		b->view[i] = (uint8_t)(i / PAGE * 16 + i % 13);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	guestmem_free(b->g);
	munmap(b->view, BYTES);
	close(b->fd);
	test_free(b);
	return 0;
}

static int map(struct bench *b, uint64_t iova, uint64_t size, uint64_t offset)
{
	return guestmem_map(b->g, iova, size, offset, true, true, b->fd);
}

/* What is at iova: its byte, -1 when it may not be used, -2 when it is remote. */
static int at(struct bench *b, uint64_t iova, uint32_t len, bool write, uint32_t *chunk)
{
	const char *why = NULL;
	bool remote = false;
	uint32_t n;
	const uint8_t *p = guestmem_lookup(b->g, iova, len, write, chunk ? chunk : &n, &remote, &why);

	if (!p) {
		assert_non_null(why);
		return -1;
	}
	return remote ? -2 : *p;
}

static int byte(struct bench *b, uint64_t iova)
{
	return at(b, iova, 1, false, NULL);
}

static void a_range_is_the_clients_memory(void **state)
{
	struct bench *b = *state;
	uint32_t n;

	assert_int_equal(map(b, 0x100000, 2 * PAGE, 3 * PAGE), 0);
	assert_int_equal(byte(b, 0x100000), b->view[3 * PAGE]);
	assert_int_equal(byte(b, 0x100000 + 2 * PAGE - 1), b->view[5 * PAGE - 1]);
	assert_int_equal(byte(b, 0xfffff), -1);
	assert_int_equal(byte(b, 0x100000 + 2 * PAGE), -1);
	/* one byte too many is no access at all */
	assert_int_equal(at(b, 0x100000 + 2 * PAGE - 4, 5, false, NULL), -1);
	assert_int_equal(at(b, 0x100000 + 2 * PAGE - 4, 4, false, &n), b->view[5 * PAGE - 4]);
	assert_int_equal(n, 4);
	assert_int_equal(at(b, 0x100000, 0, false, NULL), -1);
	assert_int_equal(at(b, 0x900000, 0, false, NULL), -1);
}

static void rights_are_kept(void **state)
{
	struct bench *b = *state;

	assert_int_equal(guestmem_map(b->g, 0, PAGE, 0, true, false, b->fd), 0);
	assert_int_equal(guestmem_map(b->g, PAGE, PAGE, 0, false, true, b->fd), 0);
	assert_true(at(b, 0, 4, false, NULL) >= 0);
	assert_int_equal(at(b, 0, 4, true, NULL), -1);
	assert_int_equal(at(b, PAGE, 4, false, NULL), -1);
	assert_true(at(b, PAGE, 4, true, NULL) >= 0);
	/* nor does a range lend its right to its neighbour */
	assert_int_equal(at(b, PAGE - 4, 8, false, NULL), -1);
	assert_int_equal(at(b, PAGE - 4, 8, true, NULL), -1);
	assert_int_equal(guestmem_map(b->g, 2 * PAGE, PAGE, 0, false, false, b->fd), -EINVAL);
}

static void a_file_that_cannot_be_written_is_no_writable_range(void **state)
{
	struct bench *b = *state;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", b->fd);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(guestmem_map(b->g, 0, PAGE, 0, true, true, fd), -EACCES);
	assert_int_equal(guestmem_map(b->g, 0, PAGE, 0, true, false, fd), 0);
	/* the same file again, now with the right: a mapping of its own */
	assert_int_equal(map(b, PAGE, PAGE, PAGE), 0);
	assert_int_equal(at(b, 0, 4, true, NULL), -1);
	assert_true(at(b, PAGE, 4, true, NULL) >= 0);
	close(fd);
}

static void ranges_do_not_overlap(void **state)
{
	struct bench *b = *state;

	assert_int_equal(map(b, 4 * PAGE, 4 * PAGE, 0), 0);
	assert_int_equal(map(b, 4 * PAGE, 4 * PAGE, 0), -EEXIST);
	assert_int_equal(map(b, 7 * PAGE, 2 * PAGE, 0), -EEXIST);
	assert_int_equal(map(b, 3 * PAGE, 2 * PAGE, 0), -EEXIST);
	assert_int_equal(map(b, 5 * PAGE, PAGE, 0), -EEXIST);
	assert_int_equal(map(b, PAGE, 12 * PAGE, 0), -EEXIST);
	assert_int_equal(map(b, 8 * PAGE, PAGE, 0), 0);
	assert_int_equal(map(b, 3 * PAGE, PAGE, 0), 0);
	assert_int_equal(guestmem_ranges(b->g), 3);
}

static void nonsense_is_refused(void **state)
{
	struct bench *b = *state;
	int pipes[2];

	assert_int_equal(map(b, 0, 0, 0), -EINVAL);
	assert_int_equal(map(b, 1, PAGE, 0), -EINVAL);
	assert_int_equal(map(b, 0, PAGE + 1, 0), -EINVAL);
	assert_int_equal(map(b, 0, PAGE, 1), -EINVAL);
	assert_int_equal(map(b, 0, BYTES + PAGE, 0), -EINVAL);
	assert_int_equal(map(b, 0, PAGE, BYTES), -EINVAL);
	assert_int_equal(map(b, 0, PAGE, -PAGE), -EINVAL);
	assert_int_equal(map(b, 0, 2 * PAGE, -PAGE), -EINVAL);
	assert_int_equal(map(b, -PAGE, 2 * PAGE, 0), -EINVAL);
	assert_int_equal(map(b, PAGE, -PAGE, 0), -EINVAL); /* ends at 2^64, but not within the file */
	assert_int_equal(guestmem_map(b->g, 0, PAGE, 0, true, true, 9999), -EBADF);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(guestmem_map(b->g, 0, PAGE, 0, true, true, pipes[0]), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(guestmem_ranges(b->g), 0);
}

static void the_last_page_of_all_can_be_used(void **state)
{
	struct bench *b = *state;

	assert_int_equal(map(b, UINT64_MAX - 2 * PAGE + 1, 2 * PAGE, 2 * PAGE), 0);
	assert_int_equal(byte(b, UINT64_MAX), b->view[4 * PAGE - 1]);
	assert_int_equal(map(b, 0, PAGE, 0), 0);
	/* past the end it does not go on at 0 */
	assert_int_equal(at(b, UINT64_MAX - 3, 8, false, NULL), -1);
	assert_int_equal(map(b, UINT64_MAX - PAGE + 1, PAGE, 0), -EEXIST);
	assert_int_equal(guestmem_unmap(b->g, UINT64_MAX - 2 * PAGE + 1, 2 * PAGE), 0);
	assert_int_equal(byte(b, UINT64_MAX), -1);
	assert_int_equal(byte(b, 0), b->view[0]);
}

static void ranges_that_touch_are_crossed(void **state)
{
	struct bench *b = *state;
	uint32_t n;

	/* two ranges of one file, in the other order */
	assert_int_equal(map(b, 0, PAGE, PAGE), 0);
	assert_int_equal(map(b, PAGE, PAGE, 0), 0);
	assert_int_equal(at(b, PAGE - 4, 8, true, &n), b->view[2 * PAGE - 4]);
	assert_int_equal(n, 4);
	assert_int_equal(at(b, PAGE, 4, true, &n), b->view[0]);
	assert_int_equal(map(b, 3 * PAGE, PAGE, 0), 0);
	assert_int_equal(at(b, 2 * PAGE - 4, 8, true, &n), -1);
}

static void a_file_of_two_ranges_stays_until_the_last_has_gone(void **state)
{
	struct bench *b = *state;

	assert_int_equal(map(b, 0, PAGE, 0), 0);
	assert_int_equal(map(b, PAGE, PAGE, PAGE), 0);
	assert_int_equal(guestmem_unmap(b->g, 0, PAGE), 0);
	assert_int_equal(byte(b, 0), -1);
	assert_int_equal(byte(b, PAGE), b->view[PAGE]);
	assert_int_equal(guestmem_unmap(b->g, PAGE, PAGE), 0);
	assert_int_equal(byte(b, PAGE), -1);
}

static void unmapping_takes_whole_ranges(void **state)
{
	struct bench *b = *state;
	uint64_t epoch = guestmem_epoch(b->g);

	assert_int_equal(map(b, PAGE, 4 * PAGE, 0), 0);
	assert_int_equal(guestmem_unmap(b->g, 2 * PAGE, PAGE), -EINVAL);
	assert_int_equal(guestmem_unmap(b->g, 0, 2 * PAGE), -EINVAL);
	assert_int_equal(guestmem_unmap(b->g, 4 * PAGE, 4 * PAGE), -EINVAL);
	assert_int_equal(guestmem_unmap(b->g, PAGE, 0), -EINVAL);
	assert_int_equal(guestmem_unmap(b->g, PAGE, UINT64_MAX), -EINVAL);
	assert_true(byte(b, PAGE) >= 0);
	assert_int_equal(map(b, 8 * PAGE, PAGE, 0), 0);
	assert_int_equal(map(b, 12 * PAGE, PAGE, 0), 0);
	assert_int_equal(guestmem_unmap(b->g, 0, 10 * PAGE), 0);
	assert_int_equal(byte(b, PAGE), -1);
	assert_int_equal(byte(b, 8 * PAGE), -1);
	assert_true(byte(b, 12 * PAGE) >= 0);
	assert_true(guestmem_epoch(b->g) != epoch);
	epoch = guestmem_epoch(b->g);
	assert_int_equal(guestmem_unmap(b->g, 0x70000000, PAGE), 0); /* nothing is there */
	guestmem_unmap_all(b->g);
	assert_int_equal(guestmem_ranges(b->g), 0);
	assert_int_equal(byte(b, 12 * PAGE), -1);
	assert_true(guestmem_epoch(b->g) != epoch);
}

static void memory_without_a_file_is_remote(void **state)
{
	struct bench *b = *state;
	uint32_t n;

	assert_int_equal(guestmem_map(b->g, 0, PAGE, 0, true, false, -1), 0);
	assert_int_equal(map(b, PAGE, PAGE, 0), 0);
	assert_int_equal(at(b, PAGE - 4, 8, false, &n), -2);
	assert_int_equal(n, 4);
	assert_int_equal(at(b, 0, 4, true, NULL), -1);
}

static void many_ranges_come_and_go(void **state)
{
	struct bench *b = *state;
	enum { N = 512 };
	bool there[N] = { false };
	struct cw_rng rng;

	cw_rng_seed(&rng, 7, CW_RNG_TEST);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned page = (unsigned)cw_rng_below(&rng, N);
		int want = there[page] ? -EEXIST : 0;

		if (cw_rng_one_in(&rng, 2)) {
			assert_int_equal(map(b, page * PAGE, PAGE, page % 16 * PAGE), want);
			there[page] = true;
		} else {
			assert_int_equal(guestmem_unmap(b->g, page * PAGE, PAGE), 0);
			there[page] = false;
		}
		page = (unsigned)cw_rng_below(&rng, N);
		assert_int_equal(byte(b, page * PAGE), there[page] ? b->view[page % 16 * PAGE] : -1);
	}
}

/* Anew, after cmocka put its own handler of SIGBUS in place, which it does when a test begins. */
static void handle_sigbus(struct bench *b)
{
	guestmem_free(b->g);
	assert_int_equal(guestmem_new(&b->g), 0);
}

static void ranges_have_a_limit(void **state)
{
	struct bench *b = *state;

	for (uint64_t i = 0; i < GUESTMEM_RANGES_MAX; i++)
		assert_int_equal(guestmem_map(b->g, i * PAGE, PAGE, 0, true, true, -1), 0);
	assert_int_equal(guestmem_map(b->g, 0x7fffffff000, PAGE, 0, true, true, -1), -ENOSPC);
	assert_int_equal(guestmem_unmap(b->g, 5 * PAGE, PAGE), 0);
	assert_int_equal(guestmem_map(b->g, 0x7fffffff000, PAGE, 0, true, true, -1), 0);
}

static void files_have_a_limit(void **state)
{
	struct bench *b = *state;
	int fd[65];

	for (unsigned i = 0; i < 65; i++) {
		fd[i] = memfd_create("one of many", 0);
		assert_int_equal(ftruncate(fd[i], PAGE), 0);
		assert_int_equal(guestmem_map(b->g, i * PAGE, PAGE, 0, true, true, fd[i]), i < 64 ? 0 : -ENOSPC);
	}
	assert_int_equal(guestmem_unmap(b->g, 0, PAGE), 0);
	assert_int_equal(guestmem_map(b->g, 64 * PAGE, PAGE, 0, true, true, fd[64]), 0);
	for (unsigned i = 0; i < 65; i++)
		close(fd[i]);
}

static void a_file_that_grew_is_mapped_again(void **state)
{
	struct bench *b = *state;

	assert_int_equal(map(b, 0, PAGE, 0), 0);
	assert_int_equal(ftruncate(b->fd, 2 * BYTES), 0);
	assert_int_equal(map(b, PAGE, PAGE, BYTES), 0);
	assert_int_equal(byte(b, PAGE), 0);
	assert_int_equal(byte(b, 0), b->view[0]);
}

static void a_file_that_shrinks_is_noticed(void **state)
{
	struct bench *b = *state;
	const char *why;
	uint32_t n;
	bool remote;
	volatile uint8_t *p;

	handle_sigbus(b);
	assert_int_equal(map(b, 0, BYTES, 0), 0);
	p = guestmem_lookup(b->g, 8 * PAGE, 4, true, &n, &remote, &why);
	assert_false(guestmem_torn(b->g));
	assert_int_equal(ftruncate(b->fd, PAGE), 0);
	assert_int_equal(p[0], 0); /* here the process would have ended */
	assert_true(guestmem_torn(b->g));
	p[1] = 1;
	guestmem_unmap_all(b->g);
	assert_false(guestmem_torn(b->g));
	assert_int_equal(ftruncate(b->fd, BYTES), 0);
	assert_int_equal(map(b, 0, BYTES, 0), 0);
	assert_int_equal(byte(b, 8 * PAGE + 1), 0); /* the stand-in is gone with its ranges */
}

/* Pages of 2 MiB cannot be replaced one by one. Not every machine has any to give. */
static void a_file_of_huge_pages_shrinks(void **state)
{
	struct bench *b = *state;
	int fd = memfd_create("huge", MFD_HUGETLB);
	const size_t size = 4u << 20;

	handle_sigbus(b);
	if (fd < 0 || ftruncate(fd, size) ||
	    guestmem_map(b->g, 0, size, 0, true, true, fd)) {
		if (fd >= 0)
			close(fd);
		skip();
	}
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(byte(b, size - 1), 0);
	assert_true(guestmem_torn(b->g));
	close(fd);
}

/* A SIGBUS that has nothing to do with a client ends the process as ever. */
static void a_strange_sigbus_stays_one(void **state)
{
	struct bench *b = *state;
	int fd = memfd_create("other", 0), status;
	volatile uint8_t *p;
	pid_t pid;

	assert_int_equal(ftruncate(fd, PAGE), 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(map(b, 0, BYTES, 0), 0);
	pid = fork();
	if (!pid) {
		struct sigaction sa = { .sa_handler = SIG_DFL };
		struct guestmem *g;

		/* as in a program without a sanitizer */
		guestmem_free(b->g);
		sigaction(SIGBUS, &sa, NULL);
		if (guestmem_new(&g))
			_exit(2);
		_exit(p[0]);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
	munmap((void *)(uintptr_t)p, PAGE);
	close(fd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_range_is_the_clients_memory), T(rights_are_kept),
		T(a_file_that_cannot_be_written_is_no_writable_range), T(ranges_do_not_overlap),
		T(nonsense_is_refused), T(the_last_page_of_all_can_be_used), T(ranges_that_touch_are_crossed),
		T(a_file_of_two_ranges_stays_until_the_last_has_gone), T(unmapping_takes_whole_ranges),
		T(memory_without_a_file_is_remote), T(many_ranges_come_and_go), T(ranges_have_a_limit),
		T(files_have_a_limit), T(a_file_that_grew_is_mapped_again), T(a_file_that_shrinks_is_noticed),
		T(a_file_of_huge_pages_shrinks), T(a_strange_sigbus_stays_one),
	};

	return cmocka_run_group_tests_name("vfio_guestmem", tests, NULL, NULL);
}
