// SPDX-License-Identifier: BSD-2-Clause
/*
 * The user's side: every call becomes a fibre, and the calling thread pumps
 * until it is done. Threads take turns in order of arrival.
 */
#include "internal.h"

/* ---- turns ---- */

void kshim_turn_take(struct shim *s)
{
	u64 mine;

	pthread_mutex_lock(&s->lock);
	mine = __atomic_fetch_add(&s->ticket, 1, __ATOMIC_RELAXED);
	while (s->serving != mine)
		pthread_cond_wait(&s->turn, &s->lock);
	pthread_mutex_unlock(&s->lock);
	__atomic_store_n(&s->owner, pthread_self(), __ATOMIC_RELAXED);
}

void kshim_turn_give(struct shim *s)
{
	__atomic_store_n(&s->owner, 0, __ATOMIC_RELAXED);
	pthread_mutex_lock(&s->lock);
	__atomic_store_n(&s->serving, s->serving + 1, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&s->turn);
	pthread_mutex_unlock(&s->lock);
}

/* Whether the caller is a fibre. Another thread may be running one meanwhile: cur alone does not tell. */
bool kshim_in_fibre(struct shim *s)
{
	return __atomic_load_n(&s->owner, __ATOMIC_RELAXED) == pthread_self() && s->cur;
}

bool kshim_others_wait(struct shim *s)
{
	return __atomic_load_n(&s->ticket, __ATOMIC_RELAXED) - __atomic_load_n(&s->serving, __ATOMIC_RELAXED) > 1;
}

/* Pumps until the condition holds, giving way to other threads. In a fibre: not allowed. */
int kshim_pump_turn(struct shim *s, bool (*until)(void *), void *arg, u64 deadline)
{
	int ret = kshim_pump(s, until, arg, deadline);

	while (ret == -EAGAIN) {
		kshim_turn_give(s);
		kshim_turn_take(s);
		ret = kshim_pump(s, until, arg, deadline);
	}
	return ret == -ENOTCONN ? -ENOLINK : ret;
}

/* ---- processes ---- */

struct shim_task {
	long (*fn)(void *arg);
	void *arg;
	long ret;
	bool done;
	struct kshim_fibre *fibre; /* while not done */
	struct shim_task *next_lost;
};

static void task_main(void *arg)
{
	struct shim_task *t = arg;

	t->ret = t->fn(t->arg);
	t->done = true;
	kshim_wake_key(t);
}

static bool task_done(void *arg)
{
	return ((struct shim_task *)arg)->done;
}

static struct shim_task *task_new(struct shim *s, const char *name, long (*fn)(void *), void *arg)
{
	struct shim_task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	t->fibre = kshim_spawn(s, name, task_main, t);
	return t;
}

/* The task is not freed when the machine stands still: its fibre still refers to it. */
static long task_end(struct shim *s, struct shim_task *t)
{
	long ret;

	if (kshim_in_fibre(s)) {
		while (!t->done)
			kshim_wait_key(t, "waitpid", NULL);
		ret = 0;
	} else {
		ret = kshim_pump_turn(s, task_done, t, KSHIM_NEVER);
	}
	if (ret) {
		t->next_lost = s->lost_tasks;
		s->lost_tasks = t;
		return ret;
	}
	ret = t->ret;
	free(t);
	return ret;
}

struct shim_task *shim_spawn(struct shim *s, const char *name, long (*fn)(void *), void *arg)
{
	struct shim_task *t;

	if (kshim_in_fibre(s))
		return task_new(s, name, fn, arg);
	kshim_turn_take(s);
	t = task_new(s, name, fn, arg);
	kshim_turn_give(s);
	return t;
}

long shim_join(struct shim *s, struct shim_task *t)
{
	long ret;

	if (kshim_in_fibre(s))
		return task_end(s, t);
	kshim_turn_take(s);
	ret = task_end(s, t);
	kshim_turn_give(s);
	return ret;
}

void shim_kill(struct shim *s, struct shim_task *t)
{
	bool outside = !kshim_in_fibre(s);

	if (outside)
		kshim_turn_take(s);
	if (!t->done)
		kshim_kill(t->fibre);
	if (outside)
		kshim_turn_give(s);
}

long shim_call(struct shim *s, long (*fn)(void *arg), void *arg)
{
	struct shim_task *t;
	long ret;

	if (kshim_in_fibre(s))
		return fn(arg);
	kshim_turn_take(s);
	t = s->dead ? NULL : task_new(s, "process", fn, arg);
	ret = t ? task_end(s, t) : s->dead ? s->dead : -ENOMEM;
	kshim_turn_give(s);
	return ret;
}

void kshim_tasks_free(struct shim *s)
{
	struct shim_task *t;

	while ((t = s->lost_tasks)) {
		s->lost_tasks = t->next_lost;
		free(t);
	}
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

int shim_run(struct shim *s, uint64_t ns)
{
	int ret;

	if (kshim_in_fibre(s)) {
		kshim_sleep_ns(ns, ns, "shim_run", NULL);
		return 0;
	}
	kshim_turn_take(s);
	ret = kshim_pump_turn(s, never, NULL, kshim_now(s) + ns * PS_PER_NS);
	kshim_turn_give(s);
	return ret == -ETIME && (!s->p.max_time_ns || kshim_now(s) <= s->p.max_time_ns * PS_PER_NS) ? 0 : ret;
}

/* ---- system calls ---- */

enum call_op { CALL_OPEN, CALL_CLOSE, CALL_READ, CALL_WRITE, CALL_LSEEK, CALL_IOCTL, CALL_POLL, CALL_BIND,
	CALL_UNBIND, CALL_SHUTDOWN, CALL_RESET, CALL_ERROR, CALL_ATTR_READ, CALL_ATTR_WRITE, CALL_DEBUGFS, CALL_SLEEP,
	CALL_WAKE, CALL_PM_ALLOW };
struct call {
	enum call_op op;
	const char *path;
	int fd, n, flags;
	const struct iovec *v;
	off_t *pos, off;
	unsigned long cmd;
	void *arg;
	size_t size;
	int64_t timeout;
};

static long call_lseek(struct shim *s, const struct call *c)
{
	struct file *f = kshim_file(s, c->fd);

	if (!f)
		return -EBADF;
	if (!(f->f_mode & FMODE_LSEEK) || !f->f_op->llseek)
		return -ESPIPE;
	return f->f_op->llseek(f, c->off, c->flags);
}

static long call_ioctl(struct shim *s, const struct call *c)
{
	struct file *f = kshim_file(s, c->fd);
	long ret;

	if (!f)
		return -EBADF;
	if (!f->f_op->unlocked_ioctl)
		return -ENOTTY;
	get_file(f);
	ret = f->f_op->unlocked_ioctl(f, (unsigned int)c->cmd, (unsigned long)c->arg);
	fput(f);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

struct poll_table_struct {
	struct wait_queue_entry entry[8];
	struct wait_queue_head *queue[8];
	unsigned int n;
};

void poll_wait(struct file *f, struct wait_queue_head *q, poll_table *p)
{
	(void)f;
	if (!p || p->n == ARRAY_SIZE(p->entry))
		return;
	p->queue[p->n] = q;
	kshim_prepare(q, &p->entry[p->n++], 0, TASK_UNINTERRUPTIBLE);
}

static long call_poll(struct shim *s, const struct call *c)
{
	struct file *f = kshim_file(s, c->fd);
	u64 deadline = c->timeout < 0 ? KSHIM_NEVER : kshim_now(s) + (u64)c->timeout * PS_PER_NS;
	unsigned int ready, i;
	bool more = true;

	if (!f)
		return -EBADF;
	if (!f->f_op->poll)
		return (long)(c->cmd & (EPOLLIN | EPOLLOUT));
	for (;;) {
		struct poll_table_struct t = { .n = 0 };

		ready = f->f_op->poll(f, &t) & ((unsigned int)c->cmd | EPOLLERR | EPOLLHUP);
		if (!ready && more)
			more = kshim_wait_sleep(NULL, NULL, &deadline, "poll", NULL);
		else
			more = false;
		for (i = 0; i < t.n; i++)
			finish_wait(t.queue[i], &t.entry[i]);
		if (ready || !more)
			return ready;
	}
}

static long call_attr(struct shim *s, const struct call *c)
{
	struct device *dev;
	struct device_attribute *a = kshim_attr_find(s, c->path, &dev);
	char page[PAGE_SIZE] = "";
	ssize_t n;

	if (!a)
		return -ENOENT;
	if (c->op == CALL_ATTR_WRITE)
		return a->store ? a->store(dev, a, c->arg, strlen(c->arg)) : -EACCES;
	if (!a->show)
		return -EACCES;
	n = a->show(dev, a, page);
	if (n < 0)
		return n;
	n = min_t(ssize_t, n, (ssize_t)c->size);
	memcpy(c->arg, page, (size_t)n);
	return n;
}

static long call_do(struct shim *s, const struct call *c)
{
	long ret;

	switch (c->op) {
	case CALL_OPEN:
		return kshim_file_open(s, c->path, c->flags);
	case CALL_CLOSE:
		return kshim_file_close(s, c->fd);
	case CALL_READ:
	case CALL_WRITE:
		s->rw_n++;
		ret = kshim_file_rw(s, c->fd, c->v, c->n, c->pos, c->op == CALL_WRITE, c->flags);
		s->rw_n--;
		return ret;
	case CALL_LSEEK:
		return call_lseek(s, c);
	case CALL_IOCTL:
		return call_ioctl(s, c);
	case CALL_POLL:
		return call_poll(s, c);
	case CALL_BIND:
		return kshim_pci_probe(s);
	case CALL_UNBIND:
		return kshim_pci_remove(s);
	case CALL_SHUTDOWN:
		kshim_device_lock(s);
		if (s->bound && s->drv->shutdown) {
			pm_runtime_get_sync(&s->pdev.dev); /* the PCI core wakes it up, and it stays up */
			s->pm_found++;
			s->drv->shutdown(&s->pdev);
		}
		kshim_device_unlock(s);
		return 0;
	case CALL_RESET:
		return pci_reset_function(&s->pdev);
	case CALL_ERROR:
		return kshim_pci_error(s, (pci_channel_state_t)c->flags);
	case CALL_ATTR_READ:
	case CALL_ATTR_WRITE:
		return call_attr(s, c);
	case CALL_DEBUGFS:
		return kshim_debugfs_read(s, c->path, c->arg, c->size);
	case CALL_SLEEP:
		return kshim_system_sleep(s);
	case CALL_WAKE:
		return kshim_system_wake(s);
	case CALL_PM_ALLOW:
		return kshim_pm_allow(s, c->flags);
	}
	return -ENOSYS;
}

static long call_main(void *arg)
{
	struct call *c = arg;
	struct shim *s = kshim;
	long ret;

	s->stats.syscalls++;
	kshim_point(COST_SYSCALL);
	/* Who puts the machine to sleep, and wakes it, is not stopped by that. */
	if (c->op == CALL_SLEEP || c->op == CALL_WAKE)
		return call_do(s, c);
	kshim_call_begin(s);
	ret = call_do(s, c);
	kshim_call_end(s);
	return ret;
}

static long call(struct shim *s, struct call c)
{
	long ret = shim_call(s, call_main, &c);

	/* A signal without a handler: no program ever sees the kernel's own number. */
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

int shim_open(struct shim *s, const char *path, int flags)
{
	return (int)call(s, (struct call){ .op = CALL_OPEN, .path = path, .flags = flags });
}

int shim_close(struct shim *s, int fd)
{
	return (int)call(s, (struct call){ .op = CALL_CLOSE, .fd = fd });
}

static ssize_t rw(struct shim *s, int fd, const struct iovec *v, int n, off_t *pos, bool write)
{
	return call(s, (struct call){ .op = write ? CALL_WRITE : CALL_READ, .fd = fd, .v = v, .n = n, .pos = pos });
}

ssize_t shim_read(struct shim *s, int fd, void *buf, size_t len)
{
	return rw(s, fd, &(struct iovec){ buf, len }, 1, NULL, false);
}

ssize_t shim_write(struct shim *s, int fd, const void *buf, size_t len)
{
	return rw(s, fd, &(struct iovec){ (void *)buf, len }, 1, NULL, true);
}

ssize_t shim_readv(struct shim *s, int fd, const struct iovec *v, int n)
{
	return rw(s, fd, v, n, NULL, false);
}

ssize_t shim_writev(struct shim *s, int fd, const struct iovec *v, int n)
{
	return rw(s, fd, v, n, NULL, true);
}

ssize_t shim_pread(struct shim *s, int fd, void *buf, size_t len, off_t pos)
{
	return rw(s, fd, &(struct iovec){ buf, len }, 1, &pos, false);
}

ssize_t shim_pwrite(struct shim *s, int fd, const void *buf, size_t len, off_t pos)
{
	return rw(s, fd, &(struct iovec){ (void *)buf, len }, 1, &pos, true);
}

ssize_t shim_preadv(struct shim *s, int fd, const struct iovec *v, int n, off_t pos)
{
	return rw(s, fd, v, n, &pos, false);
}

ssize_t shim_pwritev(struct shim *s, int fd, const struct iovec *v, int n, off_t pos)
{
	return rw(s, fd, v, n, &pos, true);
}

static ssize_t rw2(struct shim *s, int fd, const struct iovec *v, int n, off_t *pos, bool write, int flags)
{
	if (flags & ~RWF_HIPRI)
		return -EOPNOTSUPP;
	return call(s, (struct call){ .op = write ? CALL_WRITE : CALL_READ, .fd = fd, .v = v, .n = n, .pos = pos,
				      .flags = flags });
}

ssize_t shim_preadv2(struct shim *s, int fd, const struct iovec *v, int n, off_t pos, int flags)
{
	return rw2(s, fd, v, n, &pos, false, flags);
}

ssize_t shim_pwritev2(struct shim *s, int fd, const struct iovec *v, int n, off_t pos, int flags)
{
	return rw2(s, fd, v, n, &pos, true, flags);
}

off_t shim_lseek(struct shim *s, int fd, off_t pos, int whence)
{
	return call(s, (struct call){ .op = CALL_LSEEK, .fd = fd, .off = pos, .flags = whence });
}

long shim_ioctl(struct shim *s, int fd, unsigned long cmd, void *arg)
{
	return call(s, (struct call){ .op = CALL_IOCTL, .fd = fd, .cmd = cmd, .arg = arg });
}

int shim_poll(struct shim *s, int fd, unsigned events, int64_t timeout_ns)
{
	return (int)call(s, (struct call){ .op = CALL_POLL, .fd = fd, .cmd = events, .timeout = timeout_ns });
}

int shim_bind(struct shim *s)
{
	return (int)call(s, (struct call){ .op = CALL_BIND });
}

int shim_unbind(struct shim *s)
{
	return (int)call(s, (struct call){ .op = CALL_UNBIND });
}

int shim_shutdown(struct shim *s)
{
	return (int)call(s, (struct call){ .op = CALL_SHUTDOWN });
}

int shim_reset(struct shim *s)
{
	return (int)call(s, (struct call){ .op = CALL_RESET });
}

int shim_pci_error(struct shim *s, int state)
{
	return (int)call(s, (struct call){ .op = CALL_ERROR, .flags = state });
}

int shim_sleep(struct shim *s)
{
	return (int)call(s, (struct call){ .op = CALL_SLEEP });
}

int shim_wake(struct shim *s)
{
	return (int)call(s, (struct call){ .op = CALL_WAKE });
}

int shim_runtime_pm(struct shim *s, bool allow)
{
	return (int)call(s, (struct call){ .op = CALL_PM_ALLOW, .flags = allow });
}

ssize_t shim_debugfs_read(struct shim *s, const char *path, char *buf, size_t size)
{
	return call(s, (struct call){ .op = CALL_DEBUGFS, .path = path, .arg = buf, .size = size });
}

ssize_t shim_attr_read(struct shim *s, const char *name, char *buf, size_t size)
{
	return call(s, (struct call){ .op = CALL_ATTR_READ, .path = name, .arg = buf, .size = size });
}

ssize_t shim_attr_write(struct shim *s, const char *name, const char *text)
{
	return call(s, (struct call){ .op = CALL_ATTR_WRITE, .path = name, .arg = (void *)text });
}

/* ---- for those who only look ---- */

void shim_hold(struct shim *s)
{
	kshim_turn_take(s);
}

void shim_release(struct shim *s)
{
	kshim_turn_give(s);
}
