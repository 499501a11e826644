// SPDX-License-Identifier: BSD-2-Clause
/* Time as code sees it, sleeping, wait queues, completions, kernel threads. */
#include "internal.h"

#define TICK_PS (1000000000000ull / HZ)

/* ---- time ---- */

/* The fibre's own clock: what it still owes has passed for it. */
static u64 my_now(void)
{
	struct shim *s = kshim;

	return kshim_now(s) + (s->cur ? s->cur->debt : 0);
}

unsigned long kshim_jiffies(void)
{
	return INITIAL_JIFFIES + (unsigned long)(my_now() / TICK_PS);
}

ktime_t ktime_get(void)
{
	kshim_touch();
	return (ktime_t)(my_now() / PS_PER_NS);
}

void ndelay(unsigned long ns)
{
	kshim_point(ns * PS_PER_NS);
	if (kshim->cur)
		kshim_settle();
}

void udelay(unsigned long us)
{
	ndelay(us * 1000);
}

static void slept(struct kshim_fibre *f)
{
	f->busy_since = kshim_now(kshim);
	f->busy_points = 0;
}

void kshim_sleep_ns(u64 min_ns, u64 max_ns, const char *what, const struct kshim_site *site)
{
	struct shim *s = kshim;
	u64 ns = min_ns;

	kshim_might_sleep(what, site);
	if (s->p.explore && max_ns > min_ns)
		ns += cw_rng_below(&s->sched, max_ns - min_ns + 1);
	kshim_block(kshim_now(s) + max_t(u64, ns, 1) * PS_PER_NS, what, site);
	slept(s->cur);
}

/* Until the tick after `ticks` whole ticks, as schedule_timeout() ends on a tick. */
static u64 tick_after(u64 ticks)
{
	return (kshim_now(kshim) / TICK_PS + ticks + 1) * TICK_PS;
}

void kshim_msleep(unsigned int ms, const struct kshim_site *site)
{
	kshim_might_sleep("msleep", site);
	kshim_block(tick_after(msecs_to_jiffies(ms)), "msleep", site);
	slept(kshim->cur);
}

/* ---- tasks ---- */

struct task_struct *kshim_current(void)
{
	return kshim && kshim->cur ? &kshim->cur->task : NULL;
}

static struct kshim_fibre *fibre_of(struct task_struct *t)
{
	return container_of(t, struct kshim_fibre, task);
}

bool kshim_killed(const struct task_struct *t)
{
	return container_of(t, struct kshim_fibre, task)->killed;
}

void kshim_kill(struct kshim_fibre *f)
{
	f->killed = true;
	if (f->task.__state & KSHIM_KILLABLE) {
		f->task.__state = TASK_RUNNING;
		kshim_unblock(f);
	}
}

static bool sleep_until(u64 deadline, const char *what, const struct kshim_site *site)
{
	struct kshim_fibre *f = kshim->cur;
	bool woken;

	kshim_might_sleep(what, site);
	if (f->task.__state == TASK_RUNNING)
		return true;
	woken = kshim_block(deadline, what, site);
	f->task.__state = TASK_RUNNING;
	slept(f);
	return woken;
}

void schedule(void)
{
	if (kshim->cur->task.__state == TASK_RUNNING)
		yield();
	else
		sleep_until(KSHIM_NEVER, "schedule", NULL);
}

u64 kshim_wait_deadline(long timeout)
{
	return timeout == MAX_SCHEDULE_TIMEOUT ? KSHIM_NEVER : timeout <= 0 ? 0 : tick_after((u64)timeout);
}

/* Whole ticks left, at least 1. */
long kshim_wait_left(u64 deadline)
{
	u64 now = my_now();

	if (deadline == KSHIM_NEVER)
		return MAX_SCHEDULE_TIMEOUT;
	return deadline > now + TICK_PS ? (long)((deadline - now) / TICK_PS) : 1;
}

long schedule_timeout(long timeout)
{
	u64 deadline = kshim_wait_deadline(timeout);

	if (sleep_until(deadline, "schedule_timeout", NULL))
		return kshim_wait_left(deadline);
	return 0;
}

long schedule_timeout_uninterruptible(long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

void yield(void)
{
	kshim_might_sleep("yield", NULL);
	cpu_relax();
}

/* Runnable from now on, whether it sleeps already or was about to. */
int wake_up_process(struct task_struct *t)
{
	bool slept_on = t->__state != TASK_RUNNING;

	t->__state = TASK_RUNNING;
	if (slept_on)
		kshim_unblock(fibre_of(t));
	kshim_point(COST_LOCK);
	return slept_on;
}

/* ---- wait queues ---- */

void kshim_wq_init(struct wait_queue_head *q, const char *name)
{
	q->magic = KSHIM_WQ_MAGIC;
	kshim_lock_init(&q->lock.l, KSHIM_SPIN, name, NULL);
	INIT_LIST_HEAD(&q->head);
}

static void wq_check(struct wait_queue_head *q)
{
	if (q->magic == KSHIM_WQ_MAGIC)
		return;
	kshim_fail("wait-uninit", NULL, "a wait queue was not initialised");
	kshim_wq_init(q, "?");
}

void kshim_prepare(struct wait_queue_head *q, struct wait_queue_entry *w, unsigned int flags, int state)
{
	wq_check(q);
	w->fibre = kshim->cur;
	w->flags = flags;
	kshim->cur->task.__state = (unsigned int)state;
	if (!w->queued) {
		if (flags & WQ_FLAG_EXCLUSIVE)
			list_add_tail(&w->entry, &q->head);
		else
			list_add(&w->entry, &q->head);
		w->queued = true;
	}
	kshim_point(COST_LOCK);
}

void finish_wait(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	(void)q;
	kshim->cur->task.__state = TASK_RUNNING;
	if (w->queued)
		list_del_init(&w->entry);
	w->queued = false;
	kshim_point(COST_LOCK);
}

bool kshim_wait_sleep(struct wait_queue_head *q, struct wait_queue_entry *w, u64 *deadline, const char *what,
		      const struct kshim_site *site)
{
	(void)q;
	(void)w;
	kshim_point(COST_TOUCH);
	return sleep_until(*deadline, what, site);
}

/* n exclusive waiters, and every other one; n 0: all. Woken entries leave the queue. */
void kshim_wake(struct wait_queue_head *q, unsigned int n)
{
	struct wait_queue_entry *w, *next;

	wq_check(q);
	kshim_point(COST_LOCK);
	list_for_each_entry_safe(w, next, &q->head, entry) {
		bool exclusive = w->flags & WQ_FLAG_EXCLUSIVE;

		list_del_init(&w->entry);
		w->queued = false;
		w->fibre->task.__state = TASK_RUNNING;
		kshim_unblock(w->fibre);
		if (exclusive && n && --n == 0)
			break;
	}
	kshim_point(COST_LOCK);
}

bool waitqueue_active(struct wait_queue_head *q)
{
	kshim_touch();
	return !list_empty(&q->head);
}

bool wq_has_sleeper(struct wait_queue_head *q)
{
	return waitqueue_active(q);
}

/* ---- completions ---- */

void complete(struct completion *c)
{
	if (c->done != UINT_MAX)
		c->done++;
	kshim_wake(&c->wait, 1);
}

void complete_all(struct completion *c)
{
	c->done = UINT_MAX;
	kshim_wake(&c->wait, 0);
}

bool try_wait_for_completion(struct completion *c)
{
	kshim_point(COST_LOCK);
	if (!c->done)
		return false;
	if (c->done != UINT_MAX)
		c->done--;
	return true;
}

bool completion_done(struct completion *c)
{
	kshim_touch();
	return c->done;
}

long kshim_wait_completion(struct completion *c, long timeout, const char *what, const struct kshim_site *site)
{
	struct wait_queue_entry w = { .flags = 0 };
	u64 deadline = kshim_wait_deadline(timeout);
	bool more = true;
	long ret = 0;

	kshim_might_sleep(what, site);
	for (;;) {
		kshim_prepare(&c->wait, &w, WQ_FLAG_EXCLUSIVE, TASK_UNINTERRUPTIBLE);
		if (try_wait_for_completion(c)) {
			ret = kshim_wait_left(deadline);
			break;
		}
		if (!more)
			break;
		more = kshim_wait_sleep(&c->wait, &w, &deadline, what, site);
	}
	finish_wait(&c->wait, &w);
	return ret;
}

/* ---- kernel threads ---- */

struct kthread { int (*fn)(void *data); void *data; struct kshim_fibre *f; int ret; bool done; };

static void kthread_main(void *arg)
{
	struct kthread *k = arg;

	k->ret = k->fn(k->data);
	k->done = true;
	kshim_wake_key(k);
}

struct task_struct *kshim_kthread(int (*fn)(void *), void *data, const char *fmt, ...)
{
	struct kthread *k = calloc(1, sizeof(*k));
	char name[24];
	va_list ap;

	if (!k || kshim_should_fail("kthread_run")) {
		free(k);
		return ERR_PTR(-ENOMEM);
	}
	va_start(ap, fmt);
	kshim_vformat(name, sizeof(name), fmt, ap);
	va_end(ap);
	k->fn = fn;
	k->data = data;
	k->f = kshim_spawn(kshim, name, kthread_main, k);
	kshim_res_add(RES_KTHREAD, &k->f->task, 0, true, NULL);
	return &k->f->task;
}

bool kthread_should_stop(void)
{
	kshim_touch();
	return kshim->cur->stop;
}

int kthread_stop(struct task_struct *t)
{
	struct kthread *k = fibre_of(t)->arg;
	int ret;

	kshim_might_sleep("kthread_stop", NULL);
	if (!kshim_res_del(RES_KTHREAD, t)) {
		kshim_fail("kthread", NULL, "kthread_stop() of what is no thread");
		return -EINVAL;
	}
	k->f->stop = true;
	wake_up_process(t);
	while (!k->done)
		kshim_wait_key(k, "kthread_stop", NULL);
	ret = k->ret;
	free(k);
	return ret;
}
