// SPDX-License-Identifier: BSD-2-Clause
/*
 * How two processes meet. Nothing is left in the file system: the address is
 * abstract, the segment a memfd, and both go with their last process.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "rendezvous.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define ATTACH_MS 10000

int cw_rdv_address(const char *name, struct sockaddr_un *addr, socklen_t *len)
{
	size_t n = strlen(name);
	int used;

	if (n < 1 || n > 64)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
			return -EINVAL;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	/* A zero first byte makes it abstract; the length says where it ends. */
	used = snprintf(addr->sun_path + 1, sizeof(addr->sun_path) - 1, "causeway/%s", name);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)used);
	return 0;
}

static int peer_cred(int sock, struct ucred *cred)
{
	socklen_t len = sizeof(*cred);

	return getsockopt(sock, SOL_SOCKET, SO_PEERCRED, cred, &len);
}

bool cw_rdv_same_user(int sock)
{
	struct ucred cred;

	return !peer_cred(sock, &cred) && cred.uid == geteuid();
}

int cw_rdv_pidfd(int sock)
{
	struct ucred cred;

	/* Process 0: it lives in a namespace we do not see. */
	if (peer_cred(sock, &cred) || cred.pid <= 0 || cred.pid == getpid())
		return -1;
	return (int)syscall(SYS_pidfd_open, cred.pid, 0);
}

void cw_rdv_limit(int sock, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int))];
};

/* The one descriptor that came along, or -1. The padding has room for a second one: whatever came has to be closed. */
static int take_fd(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd[CMSG_SPACE(sizeof(int)) / sizeof(int)];
	size_t n;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len > msg->msg_controllen)
		return -1;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fd, CMSG_DATA(c), n * sizeof(int));
	if (n == 1)
		return fd[0];
	while (n)
		close(fd[--n]);
	return -1;
}

int cw_rdv_send_welcome(int sock, const struct cw_welcome *w, int fd)
{
	union control control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)w, sizeof(*w) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == sizeof(*w) ? 0 : -ECONNRESET;
}

int cw_rdv_recv_welcome(int sock, struct cw_welcome *w, int *fd)
{
	union control control = { 0 };
	struct iovec iov = { w, sizeof(*w) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			      .msg_controllen = sizeof(control.buf) };
	ssize_t n;

	*fd = -1;
	n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -ECONNRESET;
	*fd = take_fd(&msg);
	if (n == 0)
		return -ECONNRESET;
	if (n != sizeof(*w) || msg.msg_flags & MSG_TRUNC || w->magic != CW_HELLO_MAGIC || w->error > 0 ||
	    w->error < -4095)
		return -EPROTO;
	/* It will be shown to somebody. */
	w->reason[sizeof(w->reason) - 1] = 0;
	for (char *p = w->reason; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return 0;
}

static int map(int fd, uint64_t bytes, void **seg)
{
	*seg = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return *seg == MAP_FAILED ? -errno : 0;
}

int cw_rdv_new_segment(uint64_t bytes, int *fd, void **seg)
{
	int ret;

	*fd = memfd_create("causeway-link", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd < 0)
		return -errno;
	if (ftruncate(*fd, (off_t)bytes) || fcntl(*fd, F_ADD_SEALS, SEALS)) {
		ret = -errno;
		goto err_fd;
	}
	ret = map(*fd, bytes, seg);
	if (!ret)
		return 0;
err_fd:
	close(*fd);
	return ret;
}

int cw_rdv_map_segment(int fd, uint64_t bytes, void **seg, const char **why)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	*why = "the card's segment is not shared memory that can be sealed";
	if (seals < 0 || fstat(fd, &st))
		return -EPROTO;
	/* A segment that shrinks is a SIGBUS for whoever reads it. */
	*why = "the card's segment is not sealed against shrinking";
	if (!(seals & F_SEAL_SHRINK))
		return -EPROTO;
	*why = "the card's segment has not the size of the rings";
	if ((uint64_t)st.st_size != bytes)
		return -EPROTO;
	*why = "the card's segment cannot be mapped for reading and writing";
	return map(fd, bytes, seg) ? -EPROTO : 0;
}

/* ---- the host's side ---- */

static int say(int err, char *why, size_t size, const char *text)
{
	if (why && size)
		snprintf(why, size, "%s", text);
	return err;
}

static int connect_card(const char *name, int *sock, char *why, size_t size)
{
	struct sockaddr_un addr;
	socklen_t len;
	int err;

	if (cw_rdv_address(name, &addr, &len))
		return say(-EINVAL, why, size, "a card's name is 1 to 64 printable characters without '/'");
	*sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (*sock < 0)
		return say(-errno, why, size, "no socket");
	cw_rdv_limit(*sock, ATTACH_MS);
	if (!connect(*sock, (struct sockaddr *)&addr, len)) {
		if (cw_rdv_same_user(*sock))
			return 0;
		close(*sock);
		return say(-EACCES, why, size, "the card belongs to another user");
	}
	err = errno;
	close(*sock);
	if (err == EAGAIN)
		return say(-ETIMEDOUT, why, size, "the card does not accept connections");
	if (err != ECONNREFUSED)
		return say(-err, why, size, strerror(err));
	return say(-ENOENT, why, size, "no simulated card of that name is running");
}

/* Says hello, hears the answer. 0 with *fd, or -errno. */
static int greet(int sock, const struct cw_link_param *p, int *fd, char *why, size_t size)
{
	struct cw_hello hello = { CW_HELLO_MAGIC, CW_LINK_VERSION, p->seed, p->latency_ps, p->ring_bytes,
				  p->generation, p->lanes, p->free_running, 0 };
	struct cw_welcome w;
	int ret;

	/* A card that refuses without reading closes at once, but its answer can still be read. */
	if (send(sock, &hello, sizeof(hello), MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
		return say(-errno, why, size, "the card takes no hello");
	ret = cw_rdv_recv_welcome(sock, &w, fd);
	if (ret == -ETIMEDOUT)
		return say(ret, why, size, "the card does not answer");
	if (ret == -ECONNRESET)
		return say(-ENOTCONN, why, size, "the card ended or closed the connection before it answered");
	if (ret)
		return say(ret, why, size, "the card's answer is no welcome of a causeway card");
	if (w.error)
		return say(w.error, why, size, w.reason);
	if (w.version != CW_LINK_VERSION)
		return say(-EPROTO, why, size, "the card answered with another version of the link");
	if (w.seg_bytes != cw_seg_bytes(p->ring_bytes))
		return say(-EPROTO, why, size, "the card offers a segment that has not the size of the rings");
	if (*fd < 0)
		return say(-EPROTO, why, size, "the card's welcome came without a segment, or with several");
	return 0;
}

int cw_link_attach(const char *name, const struct cw_link_param *param, struct cw_link **host,
		   char *why, size_t why_size)
{
	struct cw_link_param p = *param;
	const char *bad;
	void *seg;
	int sock, fd = -1, ret = cw_link_param_check(&p, &bad);

	if (ret)
		return say(ret, why, why_size, bad);
	ret = connect_card(name, &sock, why, why_size);
	if (ret)
		return ret;
	ret = greet(sock, &p, &fd, why, why_size);
	if (ret)
		goto err_sock;
	ret = cw_rdv_map_segment(fd, cw_seg_bytes(p.ring_bytes), &seg, &bad);
	if (ret) {
		say(ret, why, why_size, bad);
		goto err_sock;
	}
	ret = cw_link_new(host, CW_SIDE_HOST, &p, seg);
	if (ret)
		goto err_map;
	close(fd); /* the mapping keeps it */
	(*host)->sock = sock;
	(*host)->pidfd = cw_rdv_pidfd(sock);
	return 0;

err_map:
	munmap(seg, cw_seg_bytes(p.ring_bytes));
err_sock:
	if (fd >= 0)
		close(fd);
	close(sock);
	return ret;
}
