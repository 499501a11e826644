// SPDX-License-Identifier: BSD-2-Clause
/* Asynchronous requests: an asynchronous kiocb each, as fs/aio.c and io_uring make them. */
#include "internal.h"

static bool op_writes(enum shim_op op)
{
	return op == SHIM_PWRITE || op == SHIM_PWRITEV || op == SHIM_PWRITE_FIXED;
}

/* The last of them are kept a while, marked: a driver that completes one twice is told so. */
static void priv_free(struct shim *s, struct shim_aio_priv *p)
{
	unsigned int i;

	for (i = 0; i < p->page_n; i++) {
		p->pages[i]->card_wrote = false; /* registered to be written: whoever registers says so once */
		unpin_user_page(p->pages[i]);
	}
	free(p->pages);
	free(p->vec);
	free(p->iov);
	p->magic = 0;
	free(s->aio_over[s->aio_over_n]);
	s->aio_over[s->aio_over_n] = p;
	s->aio_over_n = (s->aio_over_n + 1) % AIO_OVER_N;
}

static void aio_finish(struct shim_aio *a, long result)
{
	struct shim *s = kshim;
	struct file *f = a->priv->iocb.ki_filp;

	if (a->done) {
		kshim_fail("aio", NULL, "a request is completed twice");
		return;
	}
	a->result = result;
	a->done = true;
	a->done_ns = kshim_now(s) / PS_PER_NS;
	a->next = NULL;
	*s->aio_tail = a;
	s->aio_tail = &a->next;
	s->aio_flight--;
	if (a->group)
		a->group->flight--;
	list_del(&a->priv->live);
	kshim_wake_key(&s->aio_done);
	/* Nothing of the request is touched after its file is given back: that may end the module. */
	priv_free(s, a->priv);
	a->priv = NULL;
	kshim_fput_later(f);
}

/* May come from any context. The iocb is the driver's until here. */
static void aio_complete(struct kiocb *k, long ret)
{
	struct shim_aio_priv *p = container_of(k, struct shim_aio_priv, iocb);

	if (p->magic != KSHIM_AIO_MAGIC) {
		kshim_fail("aio", NULL, "ki_complete() of an iocb that is not in flight");
		return;
	}
	aio_finish(p->aio, ret);
}

/* A registered buffer: its pages are pinned by the submitter's side, not by the driver. */
static int fixed_iter(struct shim_aio_priv *p, struct shim_aio *a, bool write)
{
	unsigned long start = (unsigned long)a->buf, off = offset_in_page(start);
	unsigned int n = (unsigned int)DIV_ROUND_UP(off + a->len, PAGE_SIZE), i;
	size_t left = a->len;
	int got;

	p->pages = calloc(n, sizeof(*p->pages));
	p->vec = calloc(n, sizeof(*p->vec));
	if (!p->pages || !p->vec)
		return -ENOMEM;
	got = kshim_pin(start, (int)n, write ? 0 : FOLL_WRITE, p->pages, KSHIM_SITE);
	p->page_n = got > 0 ? (unsigned int)got : 0;
	if (p->page_n < n)
		return -EFAULT;
	for (i = 0; i < n; i++) {
		unsigned int len = (unsigned int)min_t(size_t, left, PAGE_SIZE - off);

		p->vec[i] = (struct bio_vec){ p->pages[i], len, (unsigned int)off };
		left -= len;
		off = 0;
	}
	iov_iter_bvec(&p->iter, write, p->vec, n, a->len);
	return 0;
}

static int vector_iter(struct shim_aio_priv *p, struct shim_aio *a, bool write)
{
	size_t total = 0, i;

	if (a->len > UIO_MAXIOV)
		return -EINVAL;
	p->iov = calloc(max_t(size_t, a->len, 1), sizeof(*p->iov));
	if (!p->iov)
		return -ENOMEM;
	if (copy_from_user(p->iov, a->buf, a->len * sizeof(*p->iov)))
		return -EFAULT;
	for (i = 0; i < a->len; i++) {
		if ((ssize_t)p->iov[i].iov_len < 0)
			return -EINVAL;
		if (!access_ok(p->iov[i].iov_base, p->iov[i].iov_len))
			return -EFAULT;
		total += p->iov[i].iov_len;
	}
	iov_iter_init(&p->iter, write, p->iov, a->len, min_t(size_t, total, MAX_RW_COUNT));
	return 0;
}

static int make_iter(struct shim_aio_priv *p, struct shim_aio *a, bool write)
{
	switch (a->op) {
	case SHIM_PREAD:
	case SHIM_PWRITE:
		return import_ubuf(write, a->buf, a->len, &p->iter);
	case SHIM_PREADV:
	case SHIM_PWRITEV:
		return vector_iter(p, a, write);
	case SHIM_PREAD_FIXED:
	case SHIM_PWRITE_FIXED:
		return a->len ? fixed_iter(p, a, write) : import_ubuf(write, a->buf, 0, &p->iter);
	}
	return -EINVAL;
}

static int check(struct shim *s, struct shim_aio *a, struct file **file)
{
	bool write = op_writes(a->op);
	struct file *f = kshim_file(s, a->fd);

	if (!f || !(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if ((write ? f->f_op->write_iter : f->f_op->read_iter) == NULL || a->op > SHIM_PWRITE_FIXED || a->pos < 0)
		return -EINVAL;
	*file = f;
	return 0;
}

static int submit_one(struct shim *s, struct shim_aio *a)
{
	bool write = op_writes(a->op);
	struct shim_aio_priv *p;
	struct file *f;
	int ret = check(s, a, &f);
	ssize_t n;

	if (ret)
		return ret;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->aio = a;
	p->magic = KSHIM_AIO_MAGIC;
	p->iocb.ki_filp = get_file(f);
	p->iocb.ki_pos = a->pos;
	p->iocb.ki_complete = aio_complete;
	/* What io_uring polls for, nobody cancels. */
	p->iocb.ki_flags = (write ? IOCB_WRITE : 0) | (a->nowait ? IOCB_NOWAIT : 0) |
			   (a->iopoll ? IOCB_HIPRI | IOCB_DIRECT : IOCB_AIO_RW);
	list_add_tail(&p->live, &s->aio_live);
	a->priv = p;
	a->done = false;
	a->result = 0;
	a->submit_ns = kshim_now(s) / PS_PER_NS;
	s->aio_flight++;
	if (a->group)
		a->group->flight++;
	get_file(f); /* the submitter's own, also when the request is over before it is back */
	n = make_iter(p, a, write);
	if (!n && a->nowait && !(f->f_mode & FMODE_NOWAIT))
		n = -EOPNOTSUPP;
	/* As io_rw_init_file() has it. */
	if (!n && a->iopoll && (!(f->f_flags & O_DIRECT) || !f->f_op->iopoll))
		n = -EOPNOTSUPP;
	s->rw_n++;
	if (!n)
		n = write ? f->f_op->write_iter(&p->iocb, &p->iter) : f->f_op->read_iter(&p->iocb, &p->iter);
	s->rw_n--;
	/* Completed meanwhile or later by ki_complete(): a and p are not ours any more. */
	if (n != -EIOCBQUEUED)
		aio_finish(a, n);
	fput(f);
	return 0;
}

struct submission { struct shim_aio **aio; unsigned int n; };

static long submit_main(void *arg)
{
	struct submission *b = arg;
	unsigned int i;
	int ret = 0;

	kshim->stats.syscalls++;
	kshim_point(COST_SYSCALL);
	for (i = 0; i < b->n && !ret; i++) {
		ret = submit_one(kshim, b->aio[i]);
		if (ret)
			return i ? (long)i : ret;
	}
	return b->n;
}

int shim_submit(struct shim *s, struct shim_aio **aio, unsigned n)
{
	struct submission b = { aio, n };

	return (int)shim_call(s, submit_main, &b);
}

/* Nothing of the request is looked at when the driver was in it: it may have ended meanwhile. */
static long iopoll_main(void *arg)
{
	struct shim_aio *a = arg;
	int ret;

	kshim->stats.syscalls++;
	kshim_point(COST_SYSCALL);
	if (a->done)
		return 1;
	if (!a->iopoll || !a->priv)
		return -EINVAL;
	ret = a->priv->iocb.ki_filp->f_op->iopoll(&a->priv->iocb, NULL, 0);
	return ret < 0 ? ret : a->done;
}

int shim_iopoll(struct shim *s, struct shim_aio *a)
{
	return (int)shim_call(s, iopoll_main, a);
}

/* ---- waiting ---- */

struct wanted { struct shim *s; struct shim_aio *aio; struct shim_group *group; };

static bool is_there(struct wanted *w)
{
	struct shim_aio *a;

	if (w->aio)
		return w->aio->done;
	for (a = w->s->aio_done; a && w->group && a->group != w->group; a = a->next)
		;
	return a != NULL;
}

/* Also when nothing can come any more, since another thread has taken the last one. */
static bool is_over(void *arg)
{
	struct wanted *w = arg;

	return is_there(w) || !(w->group ? w->group->flight : w->s->aio_flight);
}

/* Takes it off the list of what is done. */
static struct shim_aio *reap(struct shim *s, struct shim_aio *a, struct shim_group *g)
{
	struct shim_aio **p;

	for (p = &s->aio_done; *p; p = &(*p)->next) {
		struct shim_aio *found = *p;

		if ((a && found != a) || (g && found->group != g))
			continue;
		*p = found->next;
		if (!found->next)
			s->aio_tail = p;
		return found;
	}
	return a; /* was taken before */
}

static int wait_in_fibre(struct shim *s, struct wanted *w, u64 deadline)
{
	while (!is_over(w))
		if (!kshim_wait_key_until(&s->aio_done, deadline, "io_getevents", NULL) && !is_over(w))
			return -ETIME;
	return 0;
}

static int wait_and_reap(struct shim *s, struct wanted *w, int64_t timeout_ns, struct shim_aio **out)
{
	u64 deadline = timeout_ns < 0 ? KSHIM_NEVER : kshim_now(s) + (u64)timeout_ns * PS_PER_NS;
	struct shim_aio *aio;
	int ret;

	ret = kshim_in_fibre(s) ? wait_in_fibre(s, w, deadline) : kshim_pump_turn(s, is_over, w, deadline);
	if (ret)
		return ret;
	if (!is_there(w))
		return -EINVAL;
	aio = reap(s, w->aio, w->group);
	if (out)
		*out = aio;
	return 0;
}

static int wait_turn(struct shim *s, struct wanted w, int64_t timeout_ns, struct shim_aio **out)
{
	int ret;

	if (kshim_in_fibre(s))
		return wait_and_reap(s, &w, timeout_ns, out);
	/* One turn for both: two threads must not reap the same request. */
	kshim_turn_take(s);
	ret = wait_and_reap(s, &w, timeout_ns, out);
	kshim_turn_give(s);
	return ret;
}

int shim_wait(struct shim *s, struct shim_aio *aio, int64_t timeout_ns, struct shim_aio **out)
{
	return wait_turn(s, (struct wanted){ s, aio, NULL }, timeout_ns, out);
}

int shim_wait_group(struct shim *s, struct shim_group *group, int64_t timeout_ns, struct shim_aio **out)
{
	return wait_turn(s, (struct wanted){ s, NULL, group }, timeout_ns, out);
}

/* ---- cancelling ---- */

void kiocb_set_cancel_fn(struct kiocb *k, kiocb_cancel_fn *cancel)
{
	struct shim_aio_priv *p = container_of(k, struct shim_aio_priv, iocb);

	if (!(k->ki_flags & IOCB_AIO_RW))
		kshim_fail("aio", NULL, "kiocb_set_cancel_fn() of an iocb that is not libaio's");
	else if (p->magic != KSHIM_AIO_MAGIC || p->cancel)
		kshim_fail("aio", NULL, "kiocb_set_cancel_fn() of an iocb that %s", p->cancel ? "has one" : "is not in flight");
	else
		p->cancel = cancel;
}

/* As the kernel calls it: with a spinlock held and interrupts off. */
static void cancel_one(struct shim_aio_priv *p)
{
	struct kshim_fibre *f = kshim->cur;
	kiocb_cancel_fn *cancel = p->cancel;
	bool off = f->irqs_off;

	p->cancel = NULL;
	f->preempt++;
	f->irqs_off = true;
	cancel(&p->iocb);
	f->irqs_off = off;
	f->preempt--;
}

static long cancel_main(void *arg)
{
	struct shim_aio *a = arg;

	kshim->stats.syscalls++;
	kshim_point(COST_SYSCALL);
	if (a->done || !a->priv->cancel)
		return -EINVAL;
	cancel_one(a->priv);
	return 0;
}

int shim_cancel(struct shim *s, struct shim_aio *a)
{
	return (int)shim_call(s, cancel_main, a);
}

void kshim_aio_exit(struct shim *s)
{
	struct shim_aio_priv *p, *next;
	unsigned int left = s->aio_flight;

	list_for_each_entry_safe(p, next, &s->aio_live, live) {
		if (p->cancel) {
			cancel_one(p);
			left--;
		}
	}
	while (s->aio_flight > left)
		kshim_wait_key(&s->aio_done, "exit_aio", NULL);
	while (s->fput_n)
		kshim_wait_key(&s->fput_n, "delayed_fput", NULL);
}
