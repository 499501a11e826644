// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The files of queues of one's own: made by an ioctl of the device file, anonymous, one way. Whoever has the
 * file has the queue; it may be passed on, and outlives the device file.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "causeway.h"
#include "cw_own.h"

static_assert(sizeof(struct cw_queue_setup) == CW_QUEUE_SETUP_SIZE_V1);
static_assert(sizeof(struct cw_pkt) == 16);

bool cw_own_nowait(const struct kiocb *iocb)
{
	if (iocb->ki_flags & IOCB_NOWAIT)
		return true;
	return iocb->ki_filp->f_flags & O_NONBLOCK;
}

static ssize_t cw_own_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct cw_own *own = iocb->ki_filp->private_data;

	if (!cw_queue_streams(&own->q))
		return cw_transfer(own->q.cw, &own->q, iocb, to, true);
	return cw_rx_read(own, iocb, to);
}

static ssize_t cw_own_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct cw_own *own = iocb->ki_filp->private_data;

	if (!cw_queue_streams(&own->q))
		return cw_transfer(own->q.cw, &own->q, iocb, from, false);
	return cw_packet_write(own, iocb, from);
}

static loff_t cw_own_llseek(struct file *file, loff_t offset, int whence)
{
	struct cw_own *own = file->private_data;

	return fixed_size_llseek(file, offset, whence, own->q.card_limit);
}

static __poll_t cw_own_poll(struct file *file, poll_table *wait)
{
	struct cw_own *own = file->private_data;
	struct cw_queue *q = &own->q;
	__poll_t mask = 0;

	poll_wait(file, &own->wait, wait);
	spin_lock(&q->lock);
	if (q->state == CW_Q_DEAD)
		mask = EPOLLERR | EPOLLHUP;
	if (q->lost)
		mask |= EPOLLERR;
	if (q->rx && q->rx->packets)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (!q->c2h && q->state == CW_Q_RUN && q->load + own->room <= q->entries)
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock(&q->lock);
	/* Card memory is always there to be read. */
	return q->c2h && !q->rx ? mask | EPOLLIN | EPOLLRDNORM : mask;
}

static int cw_own_release(struct inode *inode, struct file *file)
{
	struct cw_own *own = file->private_data;
	struct cw_dev *cw = own->q.cw;

	cw_own_detach(own);
	kfree(own);
	put_device(&cw->dev);
	return 0;
}

static const struct file_operations cw_own_fops = {
	.owner = THIS_MODULE,
	.llseek = cw_own_llseek,
	.read_iter = cw_own_read,
	.write_iter = cw_own_write,
	.poll = cw_own_poll,
	.release = cw_own_release,
};

static int cw_setup_check(const struct cw_queue_setup *s, fmode_t mode)
{
	bool to_us = s->mode == CW_QUEUE_ST && s->dir == CW_QUEUE_C2H;

	if (s->flags & ~(CW_QUEUE_HDR | CW_QUEUE_NONBLOCK | CW_QUEUE_CLOEXEC) || s->dir > CW_QUEUE_C2H ||
	    s->mode > CW_QUEUE_ST || s->full > CW_QUEUE_STALL || s->packet_max || s->queue)
		return -EINVAL;
	if (s->mode == CW_QUEUE_MM ? s->flags & CW_QUEUE_HDR : s->card_base || s->card_limit)
		return -EINVAL;
	if (!to_us && (s->full || s->buffer))
		return -EINVAL;
	if (s->buffer && (!is_power_of_2(s->buffer) || s->buffer < CW_STREAM_BYTES_MIN ||
			  s->buffer > CW_STREAM_BYTES_MAX))
		return -EINVAL;
	return mode & (s->dir == CW_QUEUE_C2H ? FMODE_READ : FMODE_WRITE) ? 0 : -EACCES;
}

/* With its queue; the last reference gives both back. */
static struct file *cw_own_open(struct cw_dev *cw, struct cw_queue_setup *s)
{
	int flags = s->dir == CW_QUEUE_C2H ? O_RDONLY : O_WRONLY;
	struct cw_own *own = kzalloc(sizeof(*own), GFP_KERNEL);
	struct file *file;
	int ret;

	if (!own)
		return ERR_PTR(-ENOMEM);
	ret = cw_card_get(cw);
	if (ret)
		goto err_free;
	ret = cw_own_attach(cw, own, s);
	cw_card_put(cw);
	if (ret)
		goto err_free;
	if (s->flags & CW_QUEUE_NONBLOCK)
		flags |= O_NONBLOCK;
	file = anon_inode_getfile("[" CW_NAME "-queue]", &cw_own_fops, own, flags);
	if (IS_ERR(file)) {
		cw_own_detach(own);
		kfree(own);
		return file;
	}
	get_device(&cw->dev);
	file->f_mode |= FMODE_NOWAIT;
	if (s->mode == CW_QUEUE_ST)
		stream_open(file_inode(file), file);
	else
		file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	return file;

err_free:
	kfree(own);
	return ERR_PTR(ret);
}

long cw_ioctl_queue(struct cw_dev *cw, fmode_t mode, struct cw_queue_setup *s, void __user *user, size_t size)
{
	struct file *file;
	int fd, ret;

	ret = cw_setup_check(s, mode);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(s->flags & CW_QUEUE_CLOEXEC ? O_CLOEXEC : 0);
	if (fd < 0)
		return fd;
	file = cw_own_open(cw, s);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto err_fd;
	}
	if (copy_to_user(user, s, min(size, sizeof(*s)))) {
		ret = -EFAULT;
		goto err_file;
	}
	fd_install(fd, file);
	return fd;

err_file:
	fput(file);
err_fd:
	put_unused_fd(fd);
	return ret;
}
