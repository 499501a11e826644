// SPDX-License-Identifier: BSD-2-Clause
/* A link between two processes: meeting, refusal, lock-step, death. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/link/rendezvous.h"

static const struct cw_link_param param = { .seed = 42, .latency_ps = 1000, .generation = 3, .lanes = 8,
					    .ring_bytes = 16384 };

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A name of this process's own, so that runs side by side do not meet; a new one with each listener. */
static char name_now[32];

static const char *card_name(void)
{
	return name_now;
}

static struct cw_link_listener *listen_ok(void)
{
	static unsigned serial;
	struct cw_link_listener *l;
	char why[128] = "";

	snprintf(name_now, sizeof(name_now), "test-%d-%u", (int)getpid(), serial++);
	if (cw_link_listen(card_name(), &l, why, sizeof(why)))
		fail_msg("listen: %s", why);
	usleep(20000); /* its thread has started: ASan does not keep a fork from finding a lock held */
	return l;
}

static int send_number(struct cw_link *l, uint64_t stamp, uint32_t n)
{
	struct cw_tlp t = { .dw = { n } };

	return cw_link_send_tlp(l, stamp, &t);
}

/* Takes the next message when the horizon allows, telling the peer before each wait. */
static int take(struct cw_link *l, uint64_t promise, struct cw_msg *m)
{
	while (cw_link_next(l) >= cw_link_horizon(l)) {
		int ret = cw_link_promise(l, promise);

		if (!ret)
			ret = cw_link_wait(l);
		if (ret)
			return ret;
	}
	return cw_link_recv(l, m);
}

/* A host process; it must end itself with _exit. */
static pid_t fork_host(int (*body)(struct cw_link *host))
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct cw_link *host;
		char why[128];
		int ret;

		prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphans when the test fails */
		ret = cw_link_attach(card_name(), &param, &host, why, sizeof(why));
		if (ret) {
			fprintf(stderr, "attach: %d %s\n", ret, why);
			_exit(99);
		}
		_exit(body(host));
	}
	assert_true(pid > 0);
	return pid;
}

static int exit_code(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define ROUNDS 50000u

static int host_ping(struct cw_link *host)
{
	static struct cw_msg m;
	uint64_t now = 0;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		if (send_number(host, now, i) || take(host, CW_TIME_NEVER, &m))
			return 1;
		if (m.tlp.dw[0] != i || m.arrival != now + 2000 + i % 7)
			return 2;
		now = m.arrival;
	}
	return 0;
}

static void a_hundred_thousand_messages_in_lock_step(void **state)
{
	static struct cw_msg m;
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	pid_t pid = fork_host(host_ping);

	(void)state;
	assert_int_equal(cw_link_accept(l, 10000, &card), 0);
	assert_true(cw_link_get_param(card)->seed == 42);
	assert_int_equal(cw_link_get_side(card), CW_SIDE_CARD);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		assert_int_equal(take(card, CW_TIME_NEVER, &m), 0);
		assert_int_equal(m.tlp.dw[0], i);
		assert_int_equal(send_number(card, m.arrival + i % 7, i), 0);
	}
	assert_int_equal(take(card, CW_TIME_NEVER, &m), -ENOTCONN);
	assert_int_equal(exit_code(pid), 0);
	cw_link_close(card);
	cw_link_listener_close(l);
}

/* The host reads slowly: the card's ring is full most of the time. */
static int host_slow(struct cw_link *host)
{
	static struct cw_msg m;

	for (uint32_t i = 0; i < 3000; i++) {
		int ret;

		while ((ret = cw_link_recv(host, &m)) == -EAGAIN)
			if (cw_link_wait(host))
				return 1;
		if (ret || m.tlp.dw[0] != i || m.tlp.data_len != i % 1025 * 4)
			return 2;
		for (uint32_t k = 0; k < m.tlp.data_len; k++)
			if (m.tlp.data[k] != (uint8_t)(i + k))
				return 3;
		if (i % 500 == 0)
			usleep(1000);
		cw_link_promise(host, 0);
	}
	return 0;
}

static void a_full_ring_makes_the_sender_wait(void **state)
{
	static struct cw_tlp t;
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	pid_t pid = fork_host(host_slow);

	(void)state;
	assert_int_equal(cw_link_accept(l, 10000, &card), 0);
	for (uint32_t i = 0; i < 3000; i++) {
		t.dw[0] = i;
		t.data_len = i % 1025 * 4;
		for (uint32_t k = 0; k < t.data_len; k++)
			t.data[k] = (uint8_t)(i + k);
		assert_int_equal(cw_link_send_tlp(card, i, &t), 0);
		cw_link_horizon(card);
	}
	assert_int_equal(exit_code(pid), 0);
	cw_link_close(card);
	cw_link_listener_close(l);
}

/* ---- death ---- */

static int host_asleep(struct cw_link *host)
{
	send_number(host, 0, 7);
	while (pause() < 0)
		;
	return 0;
}

/* The same, with a child that keeps the socket open after its death. */
static int host_with_child(struct cw_link *host)
{
	if (!fork()) {
		sleep(3);
		_exit(0);
	}
	return host_asleep(host);
}

static pid_t kill_later(pid_t victim, int ms)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		usleep((useconds_t)ms * 1000);
		kill(victim, SIGKILL);
		_exit(0);
	}
	return pid;
}

static void killed(int (*body)(struct cw_link *host), bool while_sending)
{
	static struct cw_msg m;
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	pid_t host = fork_host(body), killer;
	int64_t start;
	int ret = 0;

	assert_int_equal(cw_link_accept(l, 10000, &card), 0);
	while (cw_link_recv(card, &m) == -EAGAIN)
		assert_int_equal(cw_link_wait(card), 0);
	assert_int_equal(m.tlp.dw[0], 7);
	start = now_ms();
	killer = kill_later(host, 200);
	if (while_sending)
		while (!ret)
			ret = send_number(card, 0, 0);
	else
		ret = cw_link_wait(card);
	assert_int_equal(ret, -ENOTCONN);
	assert_in_range(now_ms() - start, 190, 900); /* 200 ms to the kill */
	assert_non_null(strstr(cw_link_why(card), "host end"));
	assert_int_equal(cw_link_wait(card), -ENOTCONN);
	assert_int_equal(send_number(card, 1, 1), -ENOTCONN);
	assert_int_equal(exit_code(host), 128 + SIGKILL);
	assert_int_equal(exit_code(killer), 0);
	cw_link_close(card);
	cw_link_listener_close(l);
}

static void a_killed_peer_is_noticed_by_a_waiting_end(void **state)
{
	(void)state;
	killed(host_asleep, false);
}

static void a_killed_peer_is_noticed_by_a_blocked_sender(void **state)
{
	(void)state;
	killed(host_asleep, true);
}

static void a_killed_peer_is_noticed_though_its_child_holds_the_socket(void **state)
{
	(void)state;
	killed(host_with_child, false);
}

static void both_ends_waiting_for_room_is_reported(void **state)
{
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	pid_t pid;
	int ret = 0;

	(void)state;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct cw_link *host;

		if (cw_link_attach(card_name(), &param, &host, NULL, 0))
			_exit(99);
		while (!ret)
			ret = send_number(host, 0, 0);
		_exit(ret == -ENOBUFS || ret == -ENOTCONN ? 0 : 1);
	}
	assert_int_equal(cw_link_accept(l, 10000, &card), 0);
	while (!ret)
		ret = send_number(card, 0, 0);
	assert_true(ret == -ENOBUFS || ret == -ENOTCONN);
	cw_link_close(card);
	assert_int_equal(exit_code(pid), 0);
	cw_link_listener_close(l);
}

/* ---- meeting ---- */

static void who_is_not_welcome_is_told_why(void **state)
{
	struct cw_link_listener *l = listen_ok(), *l2;
	struct cw_link *card, *host;
	char why[128];
	pid_t pid;

	(void)state;
	assert_int_equal(cw_link_listen(card_name(), &l2, why, sizeof(why)), -EADDRINUSE);
	assert_non_null(strstr(why, "already running"));
	assert_int_equal(cw_link_accept(l, 30, &card), -ETIMEDOUT);
	pid = fork_host(host_asleep);
	assert_int_equal(cw_link_accept(l, 10000, &card), 0);
	assert_int_equal(cw_link_attach(card_name(), &param, &host, why, sizeof(why)), -EBUSY);
	assert_non_null(strstr(why, "another host"));
	assert_int_equal(cw_link_attach("no-such-card", &param, &host, why, sizeof(why)), -ENOENT);
	assert_int_equal(cw_link_attach("", &param, &host, why, sizeof(why)), -EINVAL);
	assert_int_equal(cw_link_attach("a/b", &param, &host, why, sizeof(why)), -EINVAL);
	assert_int_equal(cw_link_listen("a b", &l2, why, sizeof(why)), -EINVAL);
	assert_int_equal(cw_link_accept(l, 0, &card), -EBUSY);
	kill(pid, SIGKILL);
	exit_code(pid);
	cw_link_close(card);
	cw_link_listener_close(l);
	/* Nothing is left behind. */
	assert_int_equal(cw_link_attach(card_name(), &param, &host, why, sizeof(why)), -ENOENT);
}

static int raw_connect(void)
{
	struct sockaddr_un addr;
	socklen_t len;
	int sock = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	assert_int_equal(cw_rdv_address(card_name(), &addr, &len), 0);
	assert_int_equal(connect(sock, (struct sockaddr *)&addr, len), 0);
	return sock;
}

static void expect_refusal(const void *hello, size_t len, int error, const char *reason)
{
	struct cw_welcome w;
	int fd, sock = raw_connect();

	assert_true(send(sock, hello, len, 0) == (ssize_t)len);
	assert_int_equal(cw_rdv_recv_welcome(sock, &w, &fd), 0);
	assert_int_equal(w.error, error);
	if (!strstr(w.reason, reason))
		fail_msg("'%s' does not say '%s'", w.reason, reason);
	assert_int_equal(fd, -1);
	close(sock);
}

static void another_version_and_nonsense_are_refused(void **state)
{
	struct cw_link_listener *l = listen_ok();
	struct cw_hello hello = { .magic = CW_HELLO_MAGIC, .version = CW_LINK_VERSION + 1, .latency_ps = 1000,
				  .ring_bytes = 16384, .generation = 3, .lanes = 8 };
	uint8_t noise[300];
	int silent;

	(void)state;
	memset(noise, 0x5a, sizeof(noise));
	expect_refusal(&hello, sizeof(hello), -EPROTO, "version 1 of the link, the host version 2");
	expect_refusal(&hello, 8, -EPROTO, "version");
	hello.version = CW_LINK_VERSION;
	expect_refusal(&hello, 8, -EPROTO, "8 bytes instead of 32");
	expect_refusal(noise, sizeof(noise), -EPROTO, "no hello");
	expect_refusal(noise, 1, -EPROTO, "no hello");
	hello.ring_bytes = 12345;
	expect_refusal(&hello, sizeof(hello), -EINVAL, "ring_bytes");
	hello.ring_bytes = 16384;
	hello.latency_ps = 0;
	expect_refusal(&hello, sizeof(hello), -EINVAL, "latency");
	/* One that says nothing does not keep the others out. */
	silent = raw_connect();
	expect_refusal(noise, sizeof(noise), -EPROTO, "no hello");
	close(silent);
	cw_link_listener_close(l);
}

static void another_user_is_refused(void **state)
{
	struct cw_link_listener *l;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip(); /* only root can become somebody else */
	l = listen_ok();
	fflush(NULL);
	pid = fork();
	if (!pid) {
		char why[128];
		struct cw_link *host;
		int ret;

		if (setuid(65534))
			_exit(1);
		ret = cw_link_attach(card_name(), &param, &host, why, sizeof(why));
		_exit(ret == -EACCES && strstr(why, "another user") ? 0 : 2);
	}
	assert_int_equal(exit_code(pid), 0);
	cw_link_listener_close(l);
}

static int host_once(struct cw_link *host)
{
	static struct cw_msg m;
	int ret = send_number(host, 0, 1) || take(host, CW_TIME_NEVER, &m);

	cw_link_close(host);
	return ret;
}

static void hosts_attach_one_after_another_and_time_restarts(void **state)
{
	static struct cw_msg m;
	struct cw_link_listener *l = listen_ok();
	pid_t pid[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct cw_link *card;
		int ret;

		/* The next host comes while the card has not yet noticed that the last one left. */
		if (!i)
			pid[0] = fork_host(host_once);
		assert_int_equal(cw_link_accept(l, 10000, &card), 0);
		assert_int_equal(take(card, CW_TIME_NEVER, &m), 0);
		assert_true(m.stamp == 0);
		assert_int_equal(send_number(card, m.arrival, 2), 0);
		assert_int_equal(cw_link_promise(card, CW_TIME_NEVER), 0);
		assert_int_equal(exit_code(pid[i]), 0);
		if (i < 19)
			pid[i + 1] = fork_host(host_once);
		while (!(ret = cw_link_wait(card)))
			assert_int_equal(cw_link_recv(card, &m), -EAGAIN); /* only promises */
		assert_int_equal(ret, -ENOTCONN);
		cw_link_close(card);
	}
	cw_link_listener_close(l);
}

static void a_host_that_left_before_accept_is_passed_over(void **state)
{
	struct cw_link_listener *l = listen_ok();
	struct cw_hello hello = { .magic = CW_HELLO_MAGIC, .version = CW_LINK_VERSION, .latency_ps = 1000,
				  .ring_bytes = 16384, .generation = 3, .lanes = 8 };
	struct cw_link *card;
	int sock = raw_connect();

	(void)state;
	assert_true(send(sock, &hello, sizeof(hello), 0) == sizeof(hello));
	usleep(50000); /* the listener hears it */
	close(sock);
	assert_int_equal(cw_link_accept(l, 50, &card), -ETIMEDOUT);
	cw_link_listener_close(l);
}

static void a_segment_that_could_shrink_is_refused(void **state)
{
	uint64_t bytes = cw_seg_bytes(16384);
	int fd = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING), good;
	const char *why;
	void *seg;

	(void)state;
	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	assert_int_equal(cw_rdv_map_segment(fd, bytes, &seg, &why), -EPROTO);
	assert_non_null(strstr(why, "shrinking"));
	close(fd);
	assert_int_equal(cw_rdv_new_segment(bytes, &good, &seg), 0);
	assert_int_not_equal(ftruncate(good, 4096), 0);
	munmap(seg, bytes);
	assert_int_equal(cw_rdv_map_segment(good, bytes * 2, &seg, &why), -EPROTO);
	assert_non_null(strstr(why, "size"));
	assert_int_equal(cw_rdv_map_segment(good, bytes, &seg, &why), 0);
	munmap(seg, bytes);
	close(good);
}

static void waiting_can_be_limited(void **state)
{
	static struct cw_msg m;
	struct cw_link_listener *l = listen_ok();
	struct cw_link *card;
	pid_t pid = fork_host(host_asleep);
	int64_t start;

	(void)state;
	assert_int_equal(cw_link_accept(l, 10000, &card), 0);
	while (cw_link_recv(card, &m) == -EAGAIN)
		assert_int_equal(cw_link_wait(card), 0);
	start = now_ms();
	assert_int_equal(cw_link_wait_for(card, 150), -ETIMEDOUT);
	assert_in_range(now_ms() - start, 140, 800);
	kill(pid, SIGKILL);
	exit_code(pid);
	cw_link_close(card);
	cw_link_listener_close(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_messages_in_lock_step),
		cmocka_unit_test(a_full_ring_makes_the_sender_wait),
		cmocka_unit_test(a_killed_peer_is_noticed_by_a_waiting_end),
		cmocka_unit_test(a_killed_peer_is_noticed_by_a_blocked_sender),
		cmocka_unit_test(a_killed_peer_is_noticed_though_its_child_holds_the_socket),
		cmocka_unit_test(both_ends_waiting_for_room_is_reported),
		cmocka_unit_test(who_is_not_welcome_is_told_why),
		cmocka_unit_test(another_version_and_nonsense_are_refused),
		cmocka_unit_test(another_user_is_refused),
		cmocka_unit_test(hosts_attach_one_after_another_and_time_restarts),
		cmocka_unit_test(a_host_that_left_before_accept_is_passed_over),
		cmocka_unit_test(a_segment_that_could_shrink_is_refused),
		cmocka_unit_test(waiting_can_be_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
