// SPDX-License-Identifier: BSD-2-Clause
/*
 * The card's side of the rendezvous.
 *
 * A thread answers whoever connects, so that a second host is refused with a
 * reason while the card's own thread simulates. It hands over at most one
 * host: the one cw_link_accept() takes. It shares with the other threads only
 * what `lock` guards.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rendezvous.h"

#define HELLO_MS 500 /* a client has this long to say hello */

struct cw_link_listener {
	int sock, stop;       /* listening socket; eventfd that ends the thread */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	unsigned refs;        /* the listener's user, and the link it gave out */
	int attached;         /* the current link's socket, -1 none; the link owns it */
	int waiting;          /* a host that said hello and waits for accept(), -1 none */
	struct cw_link_param param; /* of the waiting host */
};

static void put_listener(struct cw_link_listener *l)
{
	unsigned refs;

	pthread_mutex_lock(&l->lock);
	refs = --l->refs;
	pthread_mutex_unlock(&l->lock);
	if (refs)
		return;
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static bool hung_up(int sock)
{
	struct pollfd p = { .fd = sock, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0;
}

static void refuse(int sock, int err, const char *reason)
{
	struct cw_welcome w = { .magic = CW_HELLO_MAGIC, .version = CW_LINK_VERSION, .error = err };

	snprintf(w.reason, sizeof(w.reason), "%s", reason);
	cw_rdv_send_welcome(sock, &w, -1);
	close(sock);
}

/* Reads and checks a hello. NULL, or the reason to refuse with *err. */
static const char *hear_hello(int sock, struct cw_link_param *p, int *err, char *buf, size_t size)
{
	struct cw_hello h;
	const char *why;
	ssize_t n;

	*err = -EACCES;
	if (!cw_rdv_same_user(sock))
		return "the card belongs to another user";
	n = recv(sock, &h, sizeof(h), MSG_TRUNC);
	*err = -EPROTO;
	if (n < (ssize_t)(2 * sizeof(uint32_t)) || h.magic != CW_HELLO_MAGIC)
		return "that was no hello of a causeway host";
	if (h.version != CW_LINK_VERSION) {
		snprintf(buf, size, "the card speaks version %d of the link, the host version %u", CW_LINK_VERSION,
			 h.version);
		return buf;
	}
	if (n != sizeof(h)) {
		snprintf(buf, size, "a hello of %zd bytes instead of %zu", n, sizeof(h));
		return buf;
	}
	*p = (struct cw_link_param){ h.seed, h.latency_ps, h.generation, h.lanes, h.free_running != 0, h.ring_bytes };
	*err = cw_link_param_check(p, &why);
	return why;
}

static void serve(struct cw_link_listener *l, int sock)
{
	struct cw_link_param p;
	const char *why;
	char buf[96];
	int err;

	cw_rdv_limit(sock, HELLO_MS);
	why = hear_hello(sock, &p, &err, buf, sizeof(buf));
	if (why) {
		refuse(sock, err, why);
		return;
	}
	pthread_mutex_lock(&l->lock);
	if (l->waiting >= 0 && hung_up(l->waiting)) {
		close(l->waiting);
		l->waiting = -1;
	}
	/* A host that has hung up no longer holds the card, even if the card has not noticed yet. */
	if (l->waiting >= 0 || (l->attached >= 0 && !hung_up(l->attached))) {
		pthread_mutex_unlock(&l->lock);
		refuse(sock, -EBUSY, "another host is attached to the card");
		return;
	}
	l->waiting = sock;
	l->param = p;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
}

static void *listener_thread(void *arg)
{
	struct cw_link_listener *l = arg;
	struct pollfd p[2] = { { .fd = l->sock, .events = POLLIN }, { .fd = l->stop, .events = POLLIN } };

	for (;;) {
		int sock;

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			break;
		if (!p[0].revents)
			continue;
		sock = accept4(l->sock, NULL, NULL, SOCK_CLOEXEC);
		if (sock >= 0)
			serve(l, sock);
	}
	return NULL;
}

static int start_thread(struct cw_link_listener *l)
{
	sigset_t all, old;
	int ret;

	/* Signals belong to the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&l->thread, NULL, listener_thread, l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -ret;
}

static int open_socket(const char *name, int *sock, const char **why)
{
	struct sockaddr_un addr;
	socklen_t len;

	*why = "a card's name is 1 to 64 printable characters without '/'";
	if (cw_rdv_address(name, &addr, &len))
		return -EINVAL;
	*why = "no socket";
	*sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*sock < 0)
		return -errno;
	if (!bind(*sock, (struct sockaddr *)&addr, len) && !listen(*sock, 16))
		return 0;
	*why = errno == EADDRINUSE ? "a simulated card of that name is already running" : strerror(errno);
	close(*sock);
	return -errno;
}

static int init_listener(struct cw_link_listener *l)
{
	pthread_condattr_t attr;

	l->refs = 1;
	l->attached = l->waiting = -1;
	l->stop = eventfd(0, EFD_CLOEXEC);
	if (l->stop < 0)
		return -errno;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &attr);
	pthread_condattr_destroy(&attr);
	return 0;
}

int cw_link_listen(const char *name, struct cw_link_listener **listener, char *why, size_t why_size)
{
	struct cw_link_listener *l = calloc(1, sizeof(*l));
	const char *text = "out of memory";
	int ret = -ENOMEM;

	if (!l)
		goto err;
	ret = open_socket(name, &l->sock, &text);
	if (ret)
		goto err_free;
	text = "no event descriptor or thread";
	ret = init_listener(l);
	if (ret)
		goto err_sock;
	ret = start_thread(l);
	if (ret)
		goto err_stop;
	*listener = l;
	return 0;

err_stop:
	close(l->stop);
err_sock:
	close(l->sock);
err_free:
	free(l);
err:
	if (why && why_size)
		snprintf(why, why_size, "%s", text);
	return ret;
}

/* Takes the waiting host, with its parameters. */
static int take_waiting(struct cw_link_listener *l, int timeout_ms, struct cw_link_param *p, int *sock)
{
	struct timespec end;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout_ms / 1000;
	end.tv_nsec += timeout_ms % 1000 * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&l->lock);
	if (l->refs > 1)
		ret = EBUSY; /* the earlier link is still open here */
	while (l->waiting < 0 && !ret)
		ret = timeout_ms < 0 ? pthread_cond_wait(&l->changed, &l->lock) :
				       pthread_cond_timedwait(&l->changed, &l->lock, &end);
	if (l->waiting >= 0 && ret != EBUSY) {
		*sock = l->waiting;
		*p = l->param;
		l->waiting = -1;
		l->attached = *sock;
		ret = 0;
	}
	pthread_mutex_unlock(&l->lock);
	return -ret;
}

/* Before sock is closed: the thread must not look at a number that may become another file's. */
static void forget(struct cw_link_listener *l)
{
	pthread_mutex_lock(&l->lock);
	l->attached = -1;
	pthread_mutex_unlock(&l->lock);
}

static void detached(void *owner)
{
	struct cw_link_listener *l = owner;

	forget(l);
	put_listener(l);
}

/* Makes the link and tells the host. Consumes sock on failure. */
static int welcome(struct cw_link_listener *l, int sock, const struct cw_link_param *p, struct cw_link **card)
{
	struct cw_welcome w = { .magic = CW_HELLO_MAGIC, .version = CW_LINK_VERSION,
				.seg_bytes = cw_seg_bytes(p->ring_bytes) };
	void *seg;
	int fd, ret = cw_rdv_new_segment(w.seg_bytes, &fd, &seg);

	if (ret) {
		forget(l);
		refuse(sock, ret, "the card has no memory for the rings");
		return ret;
	}
	ret = cw_link_new(card, CW_SIDE_CARD, p, seg);
	if (ret) {
		forget(l);
		munmap(seg, w.seg_bytes);
		close(sock);
		close(fd);
		return ret;
	}
	(*card)->sock = sock;
	(*card)->pidfd = cw_rdv_pidfd(sock);
	(*card)->closing = detached;
	(*card)->owner = l;
	pthread_mutex_lock(&l->lock);
	l->refs++;
	pthread_mutex_unlock(&l->lock);
	ret = cw_rdv_send_welcome(sock, &w, fd);
	close(fd);
	if (ret)
		cw_link_close(*card);
	return ret;
}

int cw_link_accept(struct cw_link_listener *l, int timeout_ms, struct cw_link **card)
{
	struct cw_link_param p;
	int sock, ret;

	for (;;) {
		ret = take_waiting(l, timeout_ms, &p, &sock);
		if (ret)
			return ret;
		ret = welcome(l, sock, &p, card);
		if (ret != -ECONNRESET)
			break; /* else that host has gone meanwhile */
	}
	return ret;
}

void cw_link_listener_close(struct cw_link_listener *l)
{
	uint64_t one = 1;

	if (!l)
		return;
	if (write(l->stop, &one, sizeof(one)) == sizeof(one))
		pthread_join(l->thread, NULL);
	close(l->stop);
	close(l->sock);
	if (l->waiting >= 0)
		refuse(l->waiting, -ENOENT, "the card has ended");
	put_listener(l);
}
