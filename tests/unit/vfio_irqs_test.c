// SPDX-License-Identifier: BSD-2-Clause
/* Which eventfd stands for which vector, when it is signalled, and descriptors that are none. */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/vfio/irqs.h"

#define MSI_N 4
#define MSIX_N 8
#define EVENTS (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)

struct bench {
	struct irqs q;
	int event[MSIX_N]; /* the client's own descriptors */
	const char *why;
};

static int setup(void **state)
{
	struct bench *b = test_calloc(1, sizeof(*b));

	irqs_init(&b->q, MSI_N, MSIX_N);
	for (unsigned i = 0; i < MSIX_N; i++)
		b->event[i] = eventfd(0, EFD_CLOEXEC);
	alarm(30); /* nothing here may wait */
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	alarm(0);
	irqs_release(&b->q);
	for (unsigned i = 0; i < MSIX_N; i++)
		close(b->event[i]);
	test_free(b);
	return 0;
}

static int set(struct bench *b, uint32_t flags, uint32_t index, uint32_t start, uint32_t count, int *fds, unsigned fd_n)
{
	const struct vfio_irq_set s = { sizeof(s), flags, index, start, count };

	b->why = NULL;
	return irqs_set(&b->q, &s, sizeof(s), fds, fd_n, &b->why);
}

/* Copies of event[first] and on, as they come over the socket; what was not kept is closed. */
static int give(struct bench *b, uint32_t index, uint32_t start, uint32_t count, unsigned first)
{
	int fds[MSIX_N], ret;

	for (unsigned i = 0; i < count; i++)
		fds[i] = dup(b->event[first + i]);
	ret = set(b, EVENTS, index, start, count, fds, count);
	for (unsigned i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return ret;
}

static unsigned count(struct bench *b, unsigned event)
{
	uint64_t n;

	fcntl(b->event[event], F_SETFL, O_NONBLOCK);
	return read(b->event[event], &n, sizeof(n)) == sizeof(n) ? (unsigned)n : 0;
}

static void each_vector_has_its_event(void **state)
{
	struct bench *b = *state;

	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 0, 4, 0), 0);
	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 4, 4, 4), 0);
	irqs_msix(&b->q, 0);
	irqs_msix(&b->q, 5);
	irqs_msix(&b->q, 5);
	irqs_msix(&b->q, MSIX_N);
	irqs_msix(&b->q, UINT32_MAX);
	irqs_msi(&b->q, 1);
	for (unsigned i = 0; i < MSIX_N; i++)
		assert_int_equal(count(b, i), i == 0 ? 1 : i == 5 ? 2 : 0);
	assert_int_equal(b->q.signalled, 3);
	/* another one takes its place */
	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 5, 1, 0), 0);
	irqs_msix(&b->q, 5);
	assert_int_equal(count(b, 5), 0);
	assert_int_equal(count(b, 0), 1);
	assert_int_equal(give(b, VFIO_PCI_MSI_IRQ_INDEX, 0, MSI_N, 2), 0);
	irqs_msi(&b->q, 1);
	irqs_msi(&b->q, MSI_N);
	assert_int_equal(count(b, 3), 1);
}

static void vectors_are_given_up(void **state)
{
	struct bench *b = *state;

	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 0, 8, 0), 0);
	assert_int_equal(set(b, EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, 2, 2, NULL, 0), 0);
	assert_true(b->q.msix_fd[1] >= 0 && b->q.msix_fd[2] < 0 && b->q.msix_fd[3] < 0 && b->q.msix_fd[4] >= 0);
	irqs_msix(&b->q, 2);
	assert_int_equal(set(b, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL,
			     0), 0);
	for (unsigned i = 0; i < MSIX_N; i++) {
		irqs_msix(&b->q, i);
		assert_true(b->q.msix_fd[i] < 0);
		assert_int_equal(count(b, i), 0);
	}
	assert_int_equal(b->q.signalled, 0);
}

static void the_client_tries_its_wiring(void **state)
{
	union { struct vfio_irq_set s; uint8_t more[sizeof(struct vfio_irq_set) + 4]; } with = {
		.s = { sizeof(with), VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 1, 4 },
	};
	struct bench *b = *state;

	with.more[sizeof(with.s)] = with.more[sizeof(with.s) + 3] = 1;
	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 0, 8, 0), 0);
	assert_int_equal(irqs_set(&b->q, &with.s, sizeof(with.s) + 4, NULL, 0, &b->why), 0);
	for (unsigned i = 0; i < MSIX_N; i++)
		assert_int_equal(count(b, i), i == 1 || i == 4);
	assert_int_equal(irqs_set(&b->q, &with.s, sizeof(with.s) + 3, NULL, 0, &b->why), -EINVAL);
	assert_non_null(strstr(b->why, "booleans"));
	assert_int_equal(set(b, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 6, 2, NULL,
			     0), 0);
	assert_int_equal(count(b, 6) + count(b, 7) + count(b, 5), 2);
}

/* ---- INTx ---- */

static int intx(struct bench *b, uint32_t action)
{
	return set(b, VFIO_IRQ_SET_DATA_NONE | action, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, NULL, 0);
}

static void intx_masks_itself(void **state)
{
	struct bench *b = *state;

	assert_int_equal(give(b, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, 0), 0);
	irqs_intx(&b->q, true);
	irqs_intx(&b->q, true);
	assert_int_equal(count(b, 0), 1);
	/* the level still holds: again */
	assert_int_equal(intx(b, VFIO_IRQ_SET_ACTION_UNMASK), 0);
	assert_int_equal(count(b, 0), 1);
	irqs_intx(&b->q, false);
	assert_int_equal(intx(b, VFIO_IRQ_SET_ACTION_UNMASK), 0);
	assert_int_equal(count(b, 0), 0);
	irqs_intx(&b->q, true);
	assert_int_equal(count(b, 0), 1);
}

static void intx_that_is_masked_waits(void **state)
{
	struct bench *b = *state;

	assert_int_equal(give(b, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, 0), 0);
	assert_int_equal(intx(b, VFIO_IRQ_SET_ACTION_MASK), 0);
	irqs_intx(&b->q, true);
	assert_int_equal(count(b, 0), 0);
	assert_int_equal(intx(b, VFIO_IRQ_SET_ACTION_UNMASK), 0);
	assert_int_equal(count(b, 0), 1);
}

static void intx_that_holds_is_told_to_a_new_event(void **state)
{
	struct bench *b = *state;

	irqs_intx(&b->q, true);
	assert_int_equal(give(b, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, 0), 0);
	assert_int_equal(count(b, 0), 1);
	irqs_release(&b->q);
	assert_int_equal(give(b, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, 1), 0);
	assert_int_equal(count(b, 1), 1);
}

/* ---- what is no eventfd, or waits ---- */

static void full_pipe(int fd[2])
{
	static const char zeros[4096];

	assert_int_equal(pipe(fd), 0);
	fcntl(fd[1], F_SETFL, O_NONBLOCK);
	while (write(fd[1], zeros, sizeof(zeros)) > 0)
		;
	fcntl(fd[1], F_SETFL, 0);
}

static void only_eventfds_are_taken(void **state)
{
	struct bench *b = *state;
	int pipes[2], sockets[2], fds[6];

	full_pipe(pipes);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	fds[0] = pipes[1];
	fds[1] = pipes[0];
	fds[2] = sockets[0];
	fds[3] = open("/dev/null", O_RDWR);
	fds[4] = open("/", O_PATH);
	fds[5] = 9999;
	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 0, 8, 0), 0);
	for (unsigned i = 0; i < 6; i++) {
		int two[] = { dup(b->event[0]), fds[i] };

		assert_int_equal(set(b, EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, 3, 2, two, 2), -EINVAL);
		assert_non_null(strstr(b->why, "no eventfd"));
		/* nothing was taken, nothing given up */
		assert_true(two[0] >= 0);
		close(two[0]);
		irqs_msix(&b->q, 3);
		assert_int_equal(count(b, 3), 1);
	}
	for (unsigned i = 0; i < 5; i++)
		close(fds[i]);
	close(sockets[1]);
}

static volatile sig_atomic_t woken;

static void wake(int sig)
{
	(void)sig;
	woken = 1;
}

/* A client may fill its eventfd and have writers wait: it is the same file. */
static void a_full_event_does_not_wait(void **state)
{
	const struct sigaction sa = { .sa_handler = wake };
	const uint64_t most = UINT64_MAX - 1;
	struct bench *b = *state;

	assert_int_equal(give(b, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, 0), 0);
	assert_int_equal(write(b->event[0], &most, sizeof(most)), sizeof(most));
	irqs_msix(&b->q, 0);
	assert_int_equal(fcntl(b->event[0], F_SETFL, 0), 0);
	sigaction(SIGALRM, &sa, NULL);
	alarm(2);
	irqs_msix(&b->q, 0);
	assert_false(woken);
	signal(SIGALRM, SIG_DFL);
	assert_int_equal(b->q.signalled, 0);
}

static void nonsense_is_refused(void **state)
{
	static const struct { uint32_t flags, index, start, count; const char *why; } bad[] = {
		{ EVENTS, VFIO_PCI_NUM_IRQS, 0, 1, "index" },
		{ EVENTS, UINT32_MAX, 0, 1, "index" },
		{ EVENTS, VFIO_PCI_ERR_IRQ_INDEX, 0, 1, "beyond" },
		{ EVENTS, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, "beyond" },
		{ EVENTS, VFIO_PCI_INTX_IRQ_INDEX, 0, 2, "beyond" },
		{ EVENTS, VFIO_PCI_MSI_IRQ_INDEX, 0, MSI_N + 1, "beyond" },
		{ EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, MSIX_N, 1, "beyond" },
		{ EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, MSIX_N + 1, 0, "beyond" },
		{ EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, 1, UINT32_MAX, "beyond" },
		{ EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, UINT32_MAX, 1, "beyond" },
		{ 0, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, "flags" },
		{ VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, "flags" },
		{ VFIO_IRQ_SET_DATA_EVENTFD, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, "flags" },
		{ EVENTS | VFIO_IRQ_SET_DATA_BOOL, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, "flags" },
		{ EVENTS | VFIO_IRQ_SET_ACTION_MASK, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, "flags" },
		{ EVENTS | 0x40, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, "flags" },
		{ VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, "INTx" },
		{ VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, "not served" },
	};
	struct bench *b = *state;
	int fds[2] = { b->event[0], b->event[1] };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(set(b, bad[i].flags, bad[i].index, bad[i].start, bad[i].count, NULL, 0), -EINVAL);
		if (!b->why || !strstr(b->why, bad[i].why))
			fail_msg("case %u: '%s'", i, b->why);
	}
	assert_int_equal(set(b, EVENTS, VFIO_PCI_MSIX_IRQ_INDEX, 0, 3, fds, 2), -EINVAL);
	assert_int_equal(set(b, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 0, 2, fds, 2),
			 -EINVAL);
	assert_int_equal(fds[0], b->event[0]);
}

static void what_there_is(void **state)
{
	struct bench *b = *state;
	struct vfio_irq_info info = { .index = VFIO_PCI_MSIX_IRQ_INDEX };

	assert_int_equal(irqs_info(&b->q, &info), 0);
	assert_int_equal(info.count, MSIX_N);
	assert_int_equal(info.flags, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE);
	info.index = VFIO_PCI_MSI_IRQ_INDEX;
	assert_int_equal(irqs_info(&b->q, &info), 0);
	assert_int_equal(info.count, MSI_N);
	info.index = VFIO_PCI_INTX_IRQ_INDEX;
	assert_int_equal(irqs_info(&b->q, &info), 0);
	assert_int_equal(info.count, 1);
	assert_int_equal(info.flags, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED);
	info.index = VFIO_PCI_ERR_IRQ_INDEX; /* would stop the machine */
	assert_int_equal(irqs_info(&b->q, &info), 0);
	assert_int_equal(info.count, 0);
	info.index = VFIO_PCI_NUM_IRQS;
	assert_int_equal(irqs_info(&b->q, &info), -EINVAL);
	irqs_init(&b->q, 128, 5000);
	assert_int_equal(b->q.msi_n, 32);
	assert_int_equal(b->q.msix_n, IRQS_VECTORS_MAX);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_vector_has_its_event), T(vectors_are_given_up), T(the_client_tries_its_wiring),
		T(intx_masks_itself), T(intx_that_is_masked_waits), T(intx_that_holds_is_told_to_a_new_event),
		T(only_eventfds_are_taken), T(a_full_event_does_not_wait), T(nonsense_is_refused), T(what_there_is),
	};

	return cmocka_run_group_tests_name("vfio_irqs", tests, NULL, NULL);
}
