// SPDX-License-Identifier: BSD-2-Clause
/* Messages over a socket: pieces, sizes, file descriptors, a client that does not read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/vfio/channel.h"

struct bench {
	struct channel c;
	int client;
};

static int setup(void **state)
{
	struct bench *b = test_calloc(1, sizeof(*b));
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	channel_init(&b->c, pair[0]);
	b->client = pair[1];
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	channel_close(&b->c);
	if (b->client >= 0)
		close(b->client);
	test_free(b);
	return 0;
}

/* With `fd_n` copies of one descriptor. */
static void give(struct bench *b, const void *data, size_t len, unsigned fd_n)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd_n) {
		struct cmsghdr *cm = &control.align;

		mh.msg_control = &control;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * fd_n);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * fd_n);
		for (unsigned i = 0; i < fd_n; i++)
			memcpy(CMSG_DATA(cm) + i * sizeof(int), &b->client, sizeof(int));
	}
	assert_int_equal(sendmsg(b->client, &mh, 0), len);
}

static struct vu_hdr header(uint16_t id, size_t body)
{
	return (struct vu_hdr){ .id = id, .command = 9, .size = (uint32_t)(sizeof(struct vu_hdr) + body) };
}

static void a_message_comes_whole(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(7, 4);
	struct message m;

	assert_int_equal(channel_recv(&b->c, &m), 0);
	give(b, &h, sizeof(h), 0);
	assert_int_equal(channel_recv(&b->c, &m), 0);
	give(b, "body", 4, 0);
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_int_equal(m.hdr.id, 7);
	assert_int_equal(m.len, 4);
	assert_memory_equal(m.body, "body", 4);
	assert_int_equal(m.fd_n, 0);
	assert_int_equal(channel_recv(&b->c, &m), 0);
}

static void messages_in_pieces_of_every_size(void **state)
{
	struct bench *b = *state;
	uint8_t text[3 * 50];
	struct message m;
	size_t sent, got;

	for (unsigned i = 0; i < 3; i++) {
		struct vu_hdr h = header((uint16_t)i, 50 - sizeof(h));

		memset(text + 50 * i, 'a' + (int)i, 50);
		memcpy(text + 50 * i, &h, sizeof(h));
	}
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		for (sent = 0, got = 0; sent < sizeof(text); sent += piece) {
			give(b, text + sent, sizeof(text) - sent < piece ? sizeof(text) - sent : piece, 0);
			while (channel_recv(&b->c, &m) == 1) {
				assert_int_equal(m.hdr.id, got);
				assert_int_equal(m.body[0], 'a' + (int)got);
				assert_int_equal(m.body[m.len - 1], 'a' + (int)got);
				got++;
			}
		}
		assert_int_equal(got, 3);
	}
}

static void sizes_that_cannot_be(void **state)
{
	static const uint32_t bad[] = { 0, 1, sizeof(struct vu_hdr) - 1, CHANNEL_MSG_MAX + 1, UINT32_MAX };
	struct message m;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bench *b = *state;
		struct vu_hdr h = header(3, 0);

		h.size = bad[i];
		give(b, &h, sizeof(h), 0);
		assert_int_equal(channel_recv(&b->c, &m), -EPROTO);
		assert_non_null(strstr(b->c.why, "are possible"));
		teardown(state);
		setup(state);
	}
}

static void the_largest_message(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(3, CHANNEL_MSG_MAX - sizeof(h));
	uint8_t *data = test_malloc(CHANNEL_MSG_MAX);
	struct message m;

	for (size_t i = 0; i < CHANNEL_MSG_MAX; i++)
		data[i] = (uint8_t)(i % 251);
	memcpy(data, &h, sizeof(h));
	give(b, data, CHANNEL_MSG_MAX, 0);
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_memory_equal(m.body, data + sizeof(h), m.len);
	test_free(data);
}

static unsigned open_fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void descriptors_are_closed_unless_kept(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 8);
	unsigned before = open_fds();
	struct message m;
	int kept;

	give(b, &h, sizeof(h), 2);
	assert_int_equal(channel_recv(&b->c, &m), 0);
	give(b, "01234567", 8, 1); /* those of a later piece belong to it, too */
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_int_equal(m.fd_n, 3);
	assert_int_equal(open_fds(), before + 3);
	assert_true(fcntl(m.fds[0], F_GETFD) & FD_CLOEXEC);
	kept = m.fds[1];
	m.fds[1] = -1;
	assert_int_equal(channel_recv(&b->c, &m), 0);
	assert_int_equal(open_fds(), before + 1);
	close(kept);
	/* and with the connection */
	give(b, &h, sizeof(h), 5);
	assert_int_equal(channel_recv(&b->c, &m), 0);
	channel_close(&b->c);
	assert_int_equal(open_fds(), before - 1);
}

static void descriptors_go_to_their_own_message(void **state)
{
	struct bench *b = *state;
	struct vu_hdr one = header(1, 0), two = header(2, 0);
	struct message m;

	give(b, &one, sizeof(one), 0);
	give(b, &two, sizeof(two), 2);
	give(b, &one, sizeof(one), 0);
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_int_equal(m.fd_n, 0);
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_int_equal(m.hdr.id, 2);
	assert_int_equal(m.fd_n, 2);
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_int_equal(m.fd_n, 0);
}

static void as_many_descriptors_as_the_kernel_carries(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 0);
	struct message m;

	give(b, &h, sizeof(h), CHANNEL_FDS_MAX);
	assert_int_equal(channel_recv(&b->c, &m), 1);
	assert_int_equal(m.fd_n, CHANNEL_FDS_MAX);
}

static void too_many_descriptors_in_pieces(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 8);
	unsigned before = open_fds();
	struct message m;

	give(b, &h, sizeof(h), CHANNEL_FDS_MAX);
	assert_int_equal(channel_recv(&b->c, &m), 0);
	give(b, "0123", 4, 1);
	assert_int_equal(channel_recv(&b->c, &m), -EPROTO);
	assert_non_null(strstr(b->c.why, "file descriptors"));
	channel_close(&b->c);
	assert_int_equal(open_fds(), before - 1);
}

static void leaving_between_and_within_messages(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 8);
	struct message m;

	close(b->client);
	b->client = -1;
	assert_int_equal(channel_recv(&b->c, &m), -ENOTCONN);
	assert_int_equal(channel_send(&b->c, &h, NULL, 0, NULL, 0), -ENOTCONN);
	teardown(state);
	setup(state);
	b = *state;
	give(b, &h, sizeof(h), 0);
	close(b->client);
	b->client = -1;
	assert_int_equal(channel_recv(&b->c, &m), -EPROTO);
	assert_non_null(strstr(b->c.why, "in the middle"));
}

/* QEMU aborts when its connection is reset, and lives when it ends. */
static void what_was_not_read_resets_nobody(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 8);
	unsigned before = open_fds();
	struct message m;
	char last[64];

	assert_int_equal(channel_send(&b->c, &h, "answer", 6, NULL, 0), 0);
	give(b, &h, sizeof(h), 2);
	assert_int_equal(channel_recv(&b->c, &m), 0);
	give(b, "01234567", 8, 1);
	for (unsigned i = 0; i < 100; i++)
		give(b, &h, sizeof(h), 0);
	channel_close(&b->c);
	assert_int_equal(open_fds(), before - 1);
	assert_int_equal(recv(b->client, last, sizeof(last), 0), sizeof(h) + 6);
	assert_int_equal(recv(b->client, last, sizeof(last), 0), 0);
	assert_int_equal(send(b->client, "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void a_client_that_does_not_read(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 0);
	static uint8_t data[CHANNEL_DATA_MAX];
	int64_t start = now_ms();
	int ret = 0;

	b->c.send_ms = 100;
	for (unsigned i = 0; i < 1000 && !ret; i++)
		ret = channel_send(&b->c, &h, "a", 1, data, sizeof(data));
	assert_int_equal(ret, -EPROTO);
	assert_non_null(strstr(b->c.why, "does not read"));
	assert_in_range(now_ms() - start, 100, 5000);
}

/* One byte now and then is no reading either. */
static void a_client_that_reads_drop_by_drop(void **state)
{
	struct bench *b = *state;
	struct vu_hdr h = header(1, 0);
	static uint8_t data[CHANNEL_DATA_MAX];
	int64_t start = now_ms();
	int ret = 0, small = 4096;
	pid_t pid = fork();

	if (!pid) {
		close(b->c.fd);
		while (read(b->client, data, 512) > 0)
			usleep(20000);
		_exit(0);
	}
	close(b->client);
	b->client = -1;
	b->c.send_ms = 200;
	setsockopt(b->c.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	for (unsigned i = 0; i < 100 && !ret; i++)
		ret = channel_send(&b->c, &h, NULL, 0, data, sizeof(data));
	assert_int_equal(ret, -EPROTO);
	assert_in_range(now_ms() - start, 100, 5000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_message_comes_whole), T(messages_in_pieces_of_every_size), T(sizes_that_cannot_be),
		T(the_largest_message), T(descriptors_are_closed_unless_kept), T(descriptors_go_to_their_own_message),
		T(as_many_descriptors_as_the_kernel_carries), T(too_many_descriptors_in_pieces),
		T(leaving_between_and_within_messages), T(what_was_not_read_resets_nobody),
		T(a_client_that_does_not_read), T(a_client_that_reads_drop_by_drop),
	};

	return cmocka_run_group_tests_name("vfio_channel", tests, NULL, NULL);
}
