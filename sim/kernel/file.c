// SPDX-License-Identifier: BSD-2-Clause
/* Open files and descriptors, as fs/open.c and fs/read_write.c have them. */
#include "internal.h"

static struct file *file_new(const struct file_operations *fops, int flags, const char *name,
			     const struct kshim_site *site)
{
	struct file *f = calloc(1, sizeof(*f));
	int acc = flags & O_ACCMODE;

	if (!f)
		return NULL;
	f->f_op = fops;
	f->f_flags = (unsigned int)flags;
	f->f_mode = FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (acc != O_WRONLY)
		f->f_mode |= FMODE_READ;
	if (acc != O_RDONLY)
		f->f_mode |= FMODE_WRITE;
	f->refs = 1;
	f->f_inode = &f->own_inode;
	f->site = site;
	strscpy(f->name, name, sizeof(f->name));
	list_add_tail(&f->node, &kshim->files);
	return f;
}

static void file_gone(struct file *f)
{
	list_del(&f->node);
	free(f);
}

struct file *get_file(struct file *f)
{
	f->refs++;
	return f;
}

void fput(struct file *f)
{
	struct module *owner = f->owner;
	struct device *dev;

	if (--f->refs > 0)
		return;
	if (f->f_op->release)
		f->f_op->release(f->f_inode, f);
	dev = f->dev;
	file_gone(f);
	put_device(dev);
	module_put(owner);
}

static void fput_main(void *arg)
{
	fput(arg);
	kshim->fput_n--;
	kshim_wake_key(&kshim->fput_n);
}

void kshim_fput_later(struct file *f)
{
	if (f->refs > 1) {
		f->refs--;
		return;
	}
	kshim->fput_n++;
	kshim_spawn(kshim, "delayed_fput", fput_main, f);
}

/* ---- descriptors ---- */

int get_unused_fd_flags(unsigned int flags)
{
	int fd;

	(void)flags;
	if (kshim_should_fail("get_unused_fd_flags"))
		return -EMFILE;
	for (fd = FD_BASE; fd < FD_MAX; fd++) {
		if (!kshim->fd_used[fd]) {
			kshim->fd_used[fd] = true;
			return fd;
		}
	}
	return -EMFILE;
}

void put_unused_fd(unsigned int fd)
{
	if (fd >= FD_MAX || !kshim->fd_used[fd] || kshim->fd[fd]) {
		kshim_fail("file", NULL, "put_unused_fd() of %u, which is not reserved", fd);
		return;
	}
	kshim->fd_used[fd] = false;
}

void fd_install(unsigned int fd, struct file *f)
{
	if (fd >= FD_MAX || !kshim->fd_used[fd] || kshim->fd[fd])
		kshim_fail("file", NULL, "fd_install() into %u, which is not reserved", fd);
	else
		kshim->fd[fd] = f;
}

struct file *fget(unsigned int fd)
{
	struct file *f = kshim_file(kshim, (int)fd);

	return f ? get_file(f) : NULL;
}

struct file *kshim_file(struct shim *s, int fd)
{
	return fd < 0 || fd >= FD_MAX ? NULL : s->fd[fd];
}

struct file *kshim_anon_file(const char *name, const struct file_operations *fops, void *priv, int flags,
			     const struct kshim_site *site)
{
	struct file *f;

	if (kshim_should_fail("anon_inode_getfile"))
		return ERR_PTR(-ENOMEM);
	if (fops->owner && !try_module_get(fops->owner))
		return ERR_PTR(-ENOENT);
	f = file_new(fops, flags, name, site);
	if (!f) {
		module_put(fops->owner);
		return ERR_PTR(-ENOMEM);
	}
	f->private_data = priv;
	f->owner = fops->owner;
	/* What has no path has no position either, unless the driver says so. */
	f->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return f;
}

int kshim_anon_fd(const char *name, const struct file_operations *fops, void *priv, int flags,
		  const struct kshim_site *site)
{
	int fd = get_unused_fd_flags((unsigned int)flags);
	struct file *f;

	if (fd < 0)
		return fd;
	f = kshim_anon_file(name, fops, priv, flags, site);
	if (IS_ERR(f)) {
		put_unused_fd((unsigned int)fd);
		return (int)PTR_ERR(f);
	}
	fd_install((unsigned int)fd, f);
	return fd;
}

/* ---- open and close ---- */

static int file_start(struct shim *s, struct cdev *c, dev_t devt, int flags, const char *path)
{
	struct file *f = file_new(c->ops, flags, path, c->site);
	struct device *dev = c->kobj_parent;
	int fd, ret = -ENOMEM;

	if (!f)
		goto err_module;
	f->owner = c->ops->owner;
	f->own_inode.i_cdev = c;
	f->own_inode.i_rdev = devt;
	/* An open file holds the cdev, and through it the device around it. */
	f->dev = get_device(dev);
	fd = get_unused_fd_flags(0);
	ret = fd;
	if (fd < 0)
		goto err_file;
	ret = f->f_op->open ? f->f_op->open(f->f_inode, f) : 0;
	if (!ret && (flags & O_DIRECT) && !(f->f_mode & FMODE_CAN_ODIRECT)) {
		if (f->f_op->release)
			f->f_op->release(f->f_inode, f);
		ret = -EINVAL;
	}
	if (ret)
		goto err_fd;
	fd_install((unsigned int)fd, f);
	return fd;

err_fd:
	s->fd_used[fd] = false;
err_file:
	put_device(f->dev);
	file_gone(f);
err_module:
	module_put(c->ops->owner);
	return ret;
}

int kshim_file_open(struct shim *s, const char *path, int flags)
{
	dev_t devt = 0;
	struct cdev *c = kshim_cdev_find(s, path, &devt);

	if (!c)
		return -ENOENT;
	if (c->ops->owner && !try_module_get(c->ops->owner))
		return -ENXIO;
	return file_start(s, c, devt, flags, path);
}

int kshim_file_close(struct shim *s, int fd)
{
	struct file *f = kshim_file(s, fd);

	if (!f)
		return -EBADF;
	s->fd[fd] = NULL;
	s->fd_used[fd] = false;
	if (f->f_op->flush)
		f->f_op->flush(f, NULL);
	fput(f);
	return 0;
}

/* ---- read and write ---- */

static ssize_t iter_total(const struct iovec *v, int n)
{
	size_t total = 0;
	int i;

	for (i = 0; i < n; i++) {
		if ((ssize_t)v[i].iov_len < 0)
			return -EINVAL;
		if (!access_ok(v[i].iov_base, v[i].iov_len))
			return -EFAULT;
		total += min_t(size_t, v[i].iov_len, MAX_RW_COUNT - total);
	}
	return (ssize_t)total;
}

static ssize_t check_rw(struct file *f, off_t *pos, bool write)
{
	if (!(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (!(write ? f->f_op->write_iter != NULL || f->f_op->write != NULL
		    : f->f_op->read_iter != NULL || f->f_op->read != NULL))
		return -EINVAL;
	if (pos && *pos < 0)
		return -EINVAL;
	if (pos && !(f->f_mode & (write ? FMODE_PWRITE : FMODE_PREAD)))
		return -ESPIPE;
	return 0;
}

static ssize_t plain_rw(struct file *f, const struct iovec *v, int n, loff_t *pos, bool write)
{
	ssize_t done = 0, ret = 0;
	int i;

	for (i = 0; i < n; i++) {
		ret = write ? f->f_op->write(f, v[i].iov_base, v[i].iov_len, pos)
			    : f->f_op->read(f, v[i].iov_base, v[i].iov_len, pos);
		if (ret < 0)
			break;
		done += ret;
		if ((size_t)ret < v[i].iov_len)
			break;
	}
	return done ? done : ret;
}

static ssize_t iter_rw(struct file *f, const struct iovec *v, int n, size_t total, loff_t *pos, bool write, int rwf)
{
	struct kiocb k = { .ki_filp = f, .ki_pos = *pos, .ki_flags = (write ? IOCB_WRITE : 0) | rwf };
	struct iov_iter it;
	ssize_t ret;

	if (n == 1)
		iov_iter_ubuf(&it, write, v->iov_base, total);
	else
		iov_iter_init(&it, write, v, (unsigned long)n, total);
	ret = write ? f->f_op->write_iter(&k, &it) : f->f_op->read_iter(&k, &it);
	if (ret == -EIOCBQUEUED)
		kshim_fail("file", NULL, "-EIOCBQUEUED for a synchronous request");
	*pos = k.ki_pos;
	return ret;
}

/* pos NULL: at the file's own position. rwf: RWF_HIPRI or 0, which is the flag of the kiocb, too. */
ssize_t kshim_file_rw(struct shim *s, int fd, const struct iovec *v, int n, off_t *pos, bool write, int rwf)
{
	struct file *f = kshim_file(s, fd);
	loff_t at;
	ssize_t total, ret;

	if (!f)
		return -EBADF;
	ret = check_rw(f, pos, write);
	if (ret)
		return ret;
	if (n < 0 || n > UIO_MAXIOV)
		return -EINVAL;
	total = iter_total(v, n);
	if (total < 0)
		return total;
	get_file(f);
	at = pos ? *pos : f->f_mode & FMODE_STREAM ? 0 : f->f_pos;
	if (write ? f->f_op->write_iter != NULL : f->f_op->read_iter != NULL)
		ret = iter_rw(f, v, n, (size_t)total, &at, write, rwf);
	else
		ret = plain_rw(f, v, n, &at, write);
	if (!pos && ret >= 0)
		f->f_pos = at;
	fput(f);
	return ret;
}

/* ---- positions and modes ---- */

loff_t generic_file_llseek_size(struct file *f, loff_t off, int whence, loff_t maxsize, loff_t eof)
{
	switch (whence) {
	case SEEK_END:
		off += eof;
		break;
	case SEEK_CUR:
		off += f->f_pos;
		break;
	case SEEK_SET:
		break;
	default:
		return -EINVAL;
	}
	if (off < 0 || off > maxsize)
		return -EINVAL;
	f->f_pos = off;
	return off;
}

loff_t fixed_size_llseek(struct file *f, loff_t off, int whence, loff_t size)
{
	return generic_file_llseek_size(f, off, whence, size, size);
}

loff_t noop_llseek(struct file *f, loff_t off, int whence)
{
	(void)off;
	(void)whence;
	return f->f_pos;
}

loff_t default_llseek(struct file *f, loff_t off, int whence)
{
	return generic_file_llseek_size(f, off, whence, LLONG_MAX, f->f_inode->i_size);
}

int stream_open(struct inode *i, struct file *f)
{
	(void)i;
	f->f_mode = (f->f_mode & ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE)) | FMODE_STREAM;
	return 0;
}

int nonseekable_open(struct inode *i, struct file *f)
{
	(void)i;
	f->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return 0;
}

long compat_ptr_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	return f->f_op->unlocked_ioctl ? f->f_op->unlocked_ioctl(f, cmd, (u32)arg) : -ENOIOCTLCMD;
}
