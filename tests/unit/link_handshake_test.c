// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hostile peers on the socket, before there is a link: cards that answer nonsense, offer what is no segment or one
 * that could be taken away, hosts that say anything of any size with anything attached. Each is refused by name, and
 * costs no descriptor.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hostile.h"
#include "sim/link/rendezvous.h"

#define RING CW_RING_MIN
#define SEG cw_seg_bytes(RING)

static const struct cw_link_param param = { .seed = 42, .latency_ps = 1000, .generation = 3, .lanes = 8,
					    .ring_bytes = RING };
static char name[32];

static int count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void new_name(void)
{
	static unsigned serial;

	snprintf(name, sizeof(name), "shake-%d-%u", (int)getpid(), serial++);
}

/* ---- a card that is none ---- */

enum offer { NOTHING, GOOD, NO_SEALS, TOO_SMALL, TOO_LARGE, SHRINKING, READ_ONLY, A_PIPE, A_FILE, TWO, SEVERAL, NOISE };

struct fake {
	int listening;
	struct cw_welcome w;
	uint32_t bytes;      /* of the answer; 0: it hangs up */
	enum offer offer;
	uint64_t noise;
};

static int memory(uint64_t bytes, int seals)
{
	int fd = memfd_create("fake", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0 && !ftruncate(fd, (off_t)bytes));
	assert_true(!seals || !fcntl(fd, F_ADD_SEALS, seals));
	return fd;
}

static int noisy_memory(uint64_t noise)
{
	static uint8_t bytes[CW_SEG_CTL_BYTES + 2 * RING];
	struct cw_rng rng;
	int fd = memory(SEG, F_SEAL_SHRINK);

	cw_rng_seed(&rng, noise, CW_RNG_TEST);
	for (size_t i = noise % 3 ? sizeof(struct cw_ring_ctl) * 2 : 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)cw_rng_next(&rng);
	/* A head that could be, in front of noise. */
	if (noise % 3)
		memcpy(bytes + sizeof(struct cw_ring_ctl), &(uint64_t){ 24 + cw_rng_below(&rng, RING - 24) }, 8);
	assert_true(write(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	return fd;
}

static int make_offer(const struct fake *f, int fd[4])
{
	int p[2], n;

	switch (f->offer) {
	case NOTHING: return 0;
	case GOOD: fd[0] = memory(SEG, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL); return 1;
	case NO_SEALS: fd[0] = memory(SEG, 0); return 1;
	case TOO_SMALL: fd[0] = memory(SEG - 4096, F_SEAL_SHRINK); return 1;
	case TOO_LARGE: fd[0] = memory(SEG + 4096, F_SEAL_SHRINK); return 1;
	case SHRINKING: fd[0] = memory(SEG, F_SEAL_GROW); return 1;
	case READ_ONLY: fd[0] = memory(SEG, F_SEAL_SHRINK | F_SEAL_WRITE); return 1;
	case A_PIPE: assert_int_equal(pipe(p), 0); close(p[1]); fd[0] = p[0]; return 1;
	case A_FILE: fd[0] = open("/proc/self/exe", O_RDONLY); return 1;
	case NOISE: fd[0] = noisy_memory(f->noise); return 1;
	case TWO:
	case SEVERAL:
		n = f->offer == TWO ? 2 : 4;
		for (int i = 0; i < n; i++)
			fd[i] = memory(SEG, F_SEAL_SHRINK);
		return n;
	}
	return 0;
}

static void send_with(int sock, const void *bytes, size_t len, const int *fd, int n)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(253 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
		control.align = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
						  .cmsg_len = CMSG_LEN((size_t)n * sizeof(int)) };
		memcpy(CMSG_DATA(&control.align), fd, (size_t)n * sizeof(int));
	}
	sendmsg(sock, &msg, MSG_NOSIGNAL);
}

/* Answers one host. */
static void *fake_main(void *arg)
{
	struct fake *f = arg;
	uint8_t answer[4096] = { 0 };
	int fd[4], n, sock = accept(f->listening, NULL, NULL);
	struct cw_hello hello;

	if (recv(sock, &hello, sizeof(hello), 0) > 0 && f->bytes) {
		memcpy(answer, &f->w, sizeof(f->w));
		n = make_offer(f, fd);
		send_with(sock, answer, f->bytes, fd, n);
		while (n)
			close(fd[--n]);
	}
	/* Until the host has gone: what was sent with a hang-up behind it can be lost. */
	if (f->bytes)
		(void)!recv(sock, &hello, sizeof(hello), 0);
	close(sock);
	return NULL;
}

static int attach_fake(struct fake *f, struct cw_link **host, char *why, size_t size, pthread_t *thread)
{
	struct sockaddr_un addr;
	socklen_t len;
	int ret;

	new_name();
	assert_int_equal(cw_rdv_address(name, &addr, &len), 0);
	f->listening = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(f->listening, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(listen(f->listening, 1), 0);
	assert_int_equal(pthread_create(thread, NULL, fake_main, f), 0);
	ret = cw_link_attach(name, &param, host, why, size);
	return ret;
}

static void fake_end(struct fake *f, pthread_t thread)
{
	pthread_join(thread, NULL);
	close(f->listening);
}

static void each_nonsense_of_a_card_is_named(void **state)
{
	static const struct {
		const char *what;
		uint32_t magic, version;
		int32_t error;
		uint32_t bytes;
		int64_t seg_more;
		enum offer offer;
		int ret;
		const char *says;
	} c[] = {
		{ "hangs up", CW_HELLO_MAGIC, 1, 0, 0, 0, NOTHING, -ENOTCONN, "ended or closed" },
		{ "no magic", 0x12345678, 1, 0, 128, 0, GOOD, -EPROTO, "no welcome" },
		{ "short", CW_HELLO_MAGIC, 1, 0, 127, 0, GOOD, -EPROTO, "no welcome" },
		{ "one byte", CW_HELLO_MAGIC, 1, 0, 1, 0, NOTHING, -EPROTO, "no welcome" },
		{ "long", CW_HELLO_MAGIC, 1, 0, 129, 0, GOOD, -EPROTO, "no welcome" },
		{ "very long", CW_HELLO_MAGIC, 1, 0, 4096, 0, GOOD, -EPROTO, "no welcome" },
		{ "an error above 0", CW_HELLO_MAGIC, 1, 5, 128, 0, NOTHING, -EPROTO, "no welcome" },
		{ "an error that is none", CW_HELLO_MAGIC, 1, -4096, 128, 0, NOTHING, -EPROTO, "no welcome" },
		{ "the least of errors", CW_HELLO_MAGIC, 1, INT32_MIN, 128, 0, NOTHING, -EPROTO, "no welcome" },
		{ "a refusal", CW_HELLO_MAGIC, 1, -EBUSY, 128, 0, NOTHING, -EBUSY, "?[2J" },
		{ "a refusal and a segment", CW_HELLO_MAGIC, 1, -EBUSY, 128, 0, GOOD, -EBUSY, "?[2J" },
		{ "version 2", CW_HELLO_MAGIC, 2, 0, 128, 0, GOOD, -EPROTO, "version" },
		{ "version 0", CW_HELLO_MAGIC, 0, 0, 128, 0, GOOD, -EPROTO, "version" },
		{ "less memory", CW_HELLO_MAGIC, 1, 0, 128, -4096, GOOD, -EPROTO, "size of the rings" },
		{ "more memory", CW_HELLO_MAGIC, 1, 0, 128, 4096, GOOD, -EPROTO, "size of the rings" },
		{ "endless memory", CW_HELLO_MAGIC, 1, 0, 128, INT64_MAX, GOOD, -EPROTO, "size of the rings" },
		{ "no segment", CW_HELLO_MAGIC, 1, 0, 128, 0, NOTHING, -EPROTO, "without a segment" },
		{ "two segments", CW_HELLO_MAGIC, 1, 0, 128, 0, TWO, -EPROTO, "without a segment, or with several" },
		{ "four segments", CW_HELLO_MAGIC, 1, 0, 128, 0, SEVERAL, -EPROTO, "or with several" },
		{ "not sealed", CW_HELLO_MAGIC, 1, 0, 128, 0, NO_SEALS, -EPROTO, "shrinking" },
		{ "could shrink", CW_HELLO_MAGIC, 1, 0, 128, 0, SHRINKING, -EPROTO, "shrinking" },
		{ "too small", CW_HELLO_MAGIC, 1, 0, 128, 0, TOO_SMALL, -EPROTO, "not the size" },
		{ "too large", CW_HELLO_MAGIC, 1, 0, 128, 0, TOO_LARGE, -EPROTO, "not the size" },
		{ "not to be written", CW_HELLO_MAGIC, 1, 0, 128, 0, READ_ONLY, -EPROTO, "cannot be mapped" },
		{ "a pipe", CW_HELLO_MAGIC, 1, 0, 128, 0, A_PIPE, -EPROTO, "not shared memory" },
		{ "a file", CW_HELLO_MAGIC, 1, 0, 128, 0, A_FILE, -EPROTO, "" },
	};
	int fds = count_fds();

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct fake f = { .w = { c[i].magic, c[i].version, c[i].error, 0, SEG + (uint64_t)c[i].seg_more, "" },
				  .bytes = c[i].bytes, .offer = c[i].offer };
		struct cw_link *host;
		char why[128] = "";
		pthread_t thread;
		int ret;

		memset(f.w.reason, 'x', sizeof(f.w.reason)); /* no end */
		memcpy(f.w.reason, "\033[2J", 4);
		ret = attach_fake(&f, &host, why, sizeof(why), &thread);
		if (!ret)
			cw_link_close(host);
		fake_end(&f, thread);
		if (ret != c[i].ret || !strstr(why, c[i].says) || !why[0])
			fail_msg("%s: %d '%s', expected %d '%s'", c[i].what, ret, why, c[i].ret, c[i].says);
		if (count_fds() != fds)
			fail_msg("%s: %d descriptors, %d before", c[i].what, count_fds(), fds);
	}
}

/* The card filled the rings before the host came. */
static void a_segment_full_of_noise_ends_the_link(void **state)
{
	static struct cw_msg m;
	int fds = count_fds(), ended = 0;

	(void)state;
	for (uint64_t i = 0; i < 60; i++) {
		struct fake f = { .w = { CW_HELLO_MAGIC, CW_LINK_VERSION, 0, 0, SEG, "" }, .bytes = sizeof(f.w),
				  .offer = NOISE, .noise = i };
		struct cw_link *host;
		pthread_t thread;
		int ret;

		assert_int_equal(attach_fake(&f, &host, NULL, 0, &thread), 0);
		while (!(ret = cw_link_recv(host, &m)))
			;
		if (ret == -EPROTO) {
			assert_non_null(strstr(cw_link_why(host), "the peer"));
			ended++;
		}
		cw_link_close(host);
		fake_end(&f, thread);
	}
	assert_true(ended > 50);
	assert_int_equal(count_fds(), fds);
}

/* ---- a host that is none ---- */

static int raw_connect(void)
{
	struct sockaddr_un addr;
	socklen_t len;
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(cw_rdv_address(name, &addr, &len), 0);
	assert_int_equal(connect(sock, (struct sockaddr *)&addr, len), 0);
	cw_rdv_limit(sock, 5000);
	return sock;
}

static struct cw_link_listener *listen_ok(void)
{
	struct cw_link_listener *l;

	new_name();
	assert_int_equal(cw_link_listen(name, &l, NULL, 0), 0);
	return l;
}

static const struct cw_hello good = { .magic = CW_HELLO_MAGIC, .version = CW_LINK_VERSION, .latency_ps = 1000,
				      .ring_bytes = RING, .generation = 3, .lanes = 8 };

/* Says hello as a host does, and takes the segment. */
static int raw_attach(struct cw_link_listener *l, struct cw_link **card, int *sock)
{
	struct cw_welcome w;
	int fd;

	*sock = raw_connect();
	send_with(*sock, &good, sizeof(good), NULL, 0);
	assert_int_equal(cw_link_accept(l, 5000, card), 0);
	assert_int_equal(cw_rdv_recv_welcome(*sock, &w, &fd), 0);
	assert_true(fd >= 0);
	return fd;
}

static void a_hello_of_another_size_is_refused(void **state)
{
	uint8_t hello[2 * sizeof(good)] = { 0 };
	struct cw_link_listener *l = listen_ok();
	struct cw_welcome w;
	int fd, sock;

	(void)state;
	memcpy(hello, &good, sizeof(good));
	for (size_t len = 1; len <= sizeof(hello); len++) {
		if (len == sizeof(good))
			continue;
		sock = raw_connect();
		send_with(sock, hello, len, NULL, 0);
		if (cw_rdv_recv_welcome(sock, &w, &fd) || w.error != -EPROTO ||
		    !strstr(w.reason, len < 8 ? "no hello" : "bytes instead of 32"))
			fail_msg("a hello of %zu bytes: '%s'", len, w.reason);
		close(sock);
	}
	cw_link_listener_close(l);
}

static void nonsense_of_hosts_is_refused_and_costs_nothing(void **state)
{
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	struct cw_rng rng;
	int many[253], sock, fds;

	(void)state;
	cw_rng_seed(&rng, 5, CW_RNG_TEST);
	for (int i = 0; i < 253; i++)
		many[i] = 2;
	fds = count_fds();
	for (int i = 0; i < 400; i++) {
		uint8_t hello[300];
		size_t len = i < 200 ? cw_rng_below(&rng, sizeof(hello)) : sizeof(good);
		struct cw_welcome w;
		int fd;

		for (size_t k = 0; k < sizeof(hello); k++)
			hello[k] = (uint8_t)cw_rng_next(&rng);
		memcpy(hello, &good, i % 4 == 0 ? 4 : i % 4 == 1 ? 8 : 0);
		if (i >= 200) { /* a good one with a bad number */
			struct cw_hello h = good;

			h.latency_ps = i % 3 == 0 ? cw_rng_next(&rng) | 1ull << 60 : good.latency_ps;
			h.generation = i % 3 == 1 ? 6 + (uint8_t)(i % 200) : 3;
			h.ring_bytes = i % 3 == 2 ? (uint32_t)cw_rng_next(&rng) | 1 : RING;
			memcpy(hello, &h, sizeof(h));
		}
		sock = raw_connect();
		send_with(sock, hello, len, many, i % 5 == 0 ? 253 : i % 5 == 1 ? 1 : 0);
		/* One of no bytes cannot be told from an end. */
		if (i % 7 && len) {
			assert_int_equal(cw_rdv_recv_welcome(sock, &w, &fd), 0);
			assert_true(w.error < 0 && w.reason[0] && fd == -1);
		}
		close(sock);
	}
	close(raw_attach(l, &card, &sock));
	cw_link_close(card);
	close(sock);
	assert_int_equal(count_fds(), fds);
	cw_link_listener_close(l);
}

/* What a host could do to the segment that it was given. */
static void the_segment_cannot_be_taken_away(void **state)
{
	static struct cw_msg m;
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	int sock, fd = raw_attach(l, &card, &sock);
	char path[64];

	(void)state;
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 4096), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(open(path, O_RDWR | O_TRUNC), -1);
	assert_int_equal(cw_link_recv(card, &m), -EAGAIN);
	/* Its pages can be dropped: they are zeros then. */
	assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)SEG), 0);
	assert_int_equal(cw_link_recv(card, &m), -EAGAIN);
	assert_int_equal(pwrite(fd, &(uint64_t){ 24 }, 8, 0), 8);
	assert_int_equal(cw_link_recv(card, &m), -EPROTO);
	assert_non_null(strstr(cw_link_why(card), "unknown kind 0"));
	cw_link_close(card);
	close(fd);
	close(sock);
	cw_link_listener_close(l);
}

static void barked(int sig)
{
	(void)sig;
	_exit(write(1, "# it does not end\n", 18) == 18 ? 2 : 3);
}

static int start_watchdog(void **state)
{
	(void)state;
	signal(SIGALRM, barked);
	alarm(100);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_nonsense_of_a_card_is_named),
		cmocka_unit_test(a_segment_full_of_noise_ends_the_link),
		cmocka_unit_test(a_hello_of_another_size_is_refused),
		cmocka_unit_test(nonsense_of_hosts_is_refused_and_costs_nothing),
		cmocka_unit_test(the_segment_cannot_be_taken_away),
	};

	return cmocka_run_group_tests(tests, start_watchdog, NULL);
}
