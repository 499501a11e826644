// SPDX-License-Identifier: BSD-2-Clause
#include "irqs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The vectors of an index: where, and how many. */
static int *vectors(struct irqs *q, uint32_t index, uint32_t *n)
{
	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		*n = 1;
		return &q->intx_fd;
	case VFIO_PCI_MSI_IRQ_INDEX:
		*n = q->msi_n;
		return q->msi_fd;
	case VFIO_PCI_MSIX_IRQ_INDEX:
		*n = q->msix_n;
		return q->msix_fd;
	default: /* ERR and REQ exist and have none: signalling ERR would stop the machine */
		*n = 0;
		return NULL;
	}
}

static void close_all(int *fd, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}

void irqs_init(struct irqs *q, unsigned msi_n, unsigned msix_n)
{
	*q = (struct irqs){ .msi_n = msi_n > 32 ? 32 : msi_n,
			    .msix_n = msix_n > IRQS_VECTORS_MAX ? IRQS_VECTORS_MAX : msix_n, .intx_fd = -1 };
	for (unsigned i = 0; i < 32; i++)
		q->msi_fd[i] = -1;
	for (unsigned i = 0; i < IRQS_VECTORS_MAX; i++)
		q->msix_fd[i] = -1;
}

void irqs_release(struct irqs *q)
{
	close_all(&q->intx_fd, 1);
	close_all(q->msi_fd, 32);
	close_all(q->msix_fd, IRQS_VECTORS_MAX);
	q->intx_masked = false;
}

int irqs_info(const struct irqs *q, struct vfio_irq_info *info)
{
	uint32_t n;

	if (info->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	vectors((struct irqs *)(uintptr_t)q, info->index, &n);
	info->count = n;
	info->flags = n ? VFIO_IRQ_INFO_EVENTFD : 0;
	if (info->index == VFIO_PCI_INTX_IRQ_INDEX)
		info->flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	else if (n)
		info->flags |= VFIO_IRQ_INFO_NORESIZE;
	return 0;
}

/*
 * Never waits: a full counter means that the client was told often enough. The client has the same file and may
 * have made it one that waits, so poll is asked as well.
 */
static void signal_fd(struct irqs *q, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	const uint64_t one = 1;

	if (fd >= 0 && poll(&p, 1, 0) == 1 && p.revents & POLLOUT && write(fd, &one, sizeof(one)) == sizeof(one))
		q->signalled++;
}

static void intx_look(struct irqs *q)
{
	if (!q->intx_level || q->intx_masked || q->intx_fd < 0)
		return;
	q->intx_masked = true;
	signal_fd(q, q->intx_fd);
}

static int bad(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

/* An eventfd, and no other thing: what else can be written may wait for somebody. */
static bool is_eventfd(int fd)
{
	static const char want[] = "anon_inode:[eventfd]";
	char path[32], name[sizeof(want)];
	int flags = fcntl(fd, F_GETFL);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, name, sizeof(name)) == sizeof(want) - 1 && !memcmp(name, want, sizeof(want) - 1) &&
	       !fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Descriptors for [start, start + count), or none: the vectors are given up. */
static int set_fds(struct irqs *q, const struct vfio_irq_set *set, int *fd, int *fds, unsigned fd_n,
		   const char **why)
{
	if ((set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) != VFIO_IRQ_SET_ACTION_TRIGGER)
		return bad(why, "eventfds for masking are not served");
	if (fd_n && fd_n != set->count)
		return bad(why, "not as many file descriptors as vectors");
	for (unsigned i = 0; i < fd_n; i++)
		if (!is_eventfd(fds[i]))
			return bad(why, "a file descriptor that is no eventfd");
	close_all(fd + set->start, set->count);
	for (unsigned i = 0; i < fd_n; i++) {
		fd[set->start + i] = fds[i];
		fds[i] = -1;
	}
	if (set->index == VFIO_PCI_INTX_IRQ_INDEX) {
		q->intx_masked = false;
		intx_look(q);
	}
	return 0;
}

static void act(struct irqs *q, const struct vfio_irq_set *set, int *fd, uint32_t vector)
{
	bool intx = set->index == VFIO_PCI_INTX_IRQ_INDEX;

	switch (set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_TRIGGER: /* the client tries its own wiring */
		signal_fd(q, fd[vector]);
		break;
	case VFIO_IRQ_SET_ACTION_MASK:
		q->intx_masked |= intx;
		break;
	case VFIO_IRQ_SET_ACTION_UNMASK:
		q->intx_masked &= !intx;
		intx_look(q);
		break;
	}
}

static int check(const struct vfio_irq_set *set, uint32_t len, uint32_t n, const char **why)
{
	uint32_t data = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK, action = set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;

	if (set->index >= VFIO_PCI_NUM_IRQS)
		return bad(why, "no such interrupt index");
	if (set->start > n || set->count > n - set->start)
		return bad(why, "vectors beyond those of the card");
	if (set->flags & ~(VFIO_IRQ_SET_DATA_TYPE_MASK | VFIO_IRQ_SET_ACTION_TYPE_MASK) || !data || data & (data - 1) ||
	    !action || action & (action - 1))
		return bad(why, "flags name not one kind of data and one action");
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER && set->index != VFIO_PCI_INTX_IRQ_INDEX)
		return bad(why, "only INTx can be masked here");
	if (data == VFIO_IRQ_SET_DATA_BOOL && len - sizeof(*set) < set->count)
		return bad(why, "fewer booleans than vectors");
	return 0;
}

int irqs_set(struct irqs *q, const struct vfio_irq_set *set, uint32_t len, int *fds, unsigned fd_n, const char **why)
{
	uint32_t data = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK, n;
	int *fd = vectors(q, set->index, &n), ret = check(set, len, n, why);

	if (ret)
		return ret;
	if (data == VFIO_IRQ_SET_DATA_EVENTFD)
		return set->count ? set_fds(q, set, fd, fds, fd_n, why) : 0;
	if (fd_n)
		return bad(why, "file descriptors that the flags do not speak of");
	if (data == VFIO_IRQ_SET_DATA_NONE && !set->count && !set->start &&
	    set->flags & VFIO_IRQ_SET_ACTION_TRIGGER && fd) {
		close_all(fd, n);
		return 0;
	}
	for (uint32_t i = 0; i < set->count; i++)
		if (data == VFIO_IRQ_SET_DATA_NONE || set->data[i])
			act(q, set, fd, set->start + i);
	return 0;
}

void irqs_msi(struct irqs *q, unsigned vector)
{
	if (vector < q->msi_n)
		signal_fd(q, q->msi_fd[vector]);
}

void irqs_msix(struct irqs *q, unsigned vector)
{
	if (vector < q->msix_n)
		signal_fd(q, q->msix_fd[vector]);
}

void irqs_intx(struct irqs *q, bool level)
{
	q->intx_level = level;
	intx_look(q);
}
