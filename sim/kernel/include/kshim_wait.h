/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: tasks, wait queues, completions, time, timers, work.
 *
 * A waiter is on the queue before its condition is evaluated, so a wake-up
 * between the test and the sleep is never lost. Time is virtual: jiffies and
 * ktime follow the simulated link; nothing here reads a clock of this machine.
 */
#ifndef KSHIM_WAIT_H
#define KSHIM_WAIT_H
#pragma GCC system_header

#include "kshim_lock.h"

/* ---- time ---- */
#define HZ 250
#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
#define USEC_PER_SEC 1000000L
#define USEC_PER_MSEC 1000L
#define MSEC_PER_SEC 1000L
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)
#define INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))
unsigned long kshim_jiffies(void);
#define jiffies kshim_jiffies()
static inline u64 get_jiffies_64(void) { return kshim_jiffies(); }
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
static inline unsigned long msecs_to_jiffies(unsigned int m)
{
	return (int)m < 0 ? MAX_JIFFY_OFFSET : ((unsigned long)m * HZ + 999) / 1000;
}
static inline unsigned long usecs_to_jiffies(unsigned int u)
{
	return ((unsigned long)u * HZ + USEC_PER_SEC - 1) / USEC_PER_SEC;
}
static inline unsigned long nsecs_to_jiffies(u64 n) { return (unsigned long)(n / (NSEC_PER_SEC / HZ)); }
static inline unsigned int jiffies_to_msecs(unsigned long j) { return (unsigned int)(j * (1000 / HZ)); }
static inline unsigned int jiffies_to_usecs(unsigned long j) { return (unsigned int)(j * (1000000 / HZ)); }
static inline u64 jiffies_to_nsecs(unsigned long j) { return (u64)j * (NSEC_PER_SEC / HZ); }
#define round_jiffies(j) (j)
#define round_jiffies_relative(j) (j)
ktime_t ktime_get(void);
static inline u64 ktime_get_ns(void) { return (u64)ktime_get(); }
#define ktime_get_raw() ktime_get()
#define ktime_get_boottime() ktime_get()
#define ktime_get_real() ktime_get()
#define ktime_get_real_ns() ktime_get_ns()
#define ktime_get_boottime_ns() ktime_get_ns()
#define local_clock() ktime_get_ns()
#define ktime_add_us(k, u) ((ktime_t)(k) + (s64)(u) * 1000)
#define ktime_add_ms(k, m) ((ktime_t)(k) + (s64)(m) * 1000000)
#define ktime_add_ns(k, n) ((ktime_t)(k) + (s64)(n))
#define ktime_sub(a, b) ((a) - (b))
#define ktime_add(a, b) ((a) + (b))
#define ktime_compare(a, b) ((a) < (b) ? -1 : (a) > (b))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))
#define ktime_to_ns(k) (k)
#define ktime_to_us(k) ((k) / 1000)
#define ktime_to_ms(k) ((k) / 1000000)
#define ktime_us_delta(a, b) ktime_to_us((a) - (b))
#define ktime_ms_delta(a, b) ktime_to_ms((a) - (b))
#define ns_to_ktime(n) ((ktime_t)(n))
#define us_to_ktime(n) ((ktime_t)(n) * 1000)
#define ms_to_ktime(n) ((ktime_t)(n) * 1000000)

void udelay(unsigned long us);
void ndelay(unsigned long ns);
#define mdelay(n) udelay((n) * 1000UL)
void kshim_sleep_ns(u64 min_ns, u64 max_ns, const char *what, const struct kshim_site *site);
#define usleep_range(a, b) kshim_sleep_ns((u64)(a) * 1000, (u64)(b) * 1000, "usleep_range", KSHIM_SITE)
#define fsleep(us) kshim_sleep_ns((u64)(us) * 1000, (u64)(us) * 2000, "fsleep", KSHIM_SITE)
void kshim_msleep(unsigned int ms, const struct kshim_site *site);
#define msleep(ms) kshim_msleep(ms, KSHIM_SITE)
#define msleep_interruptible(ms) ({ msleep(ms); 0UL; })
#define ssleep(s) msleep((s) * 1000)

#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before_read, args...) ({	\
	u64 __ktmo = (timeout_us);								\
	unsigned long __kslp = (sleep_us);							\
	ktime_t __kend = ktime_add_us(ktime_get(), __ktmo);					\
	might_sleep_if(__kslp != 0);								\
	if ((sleep_before_read) && __kslp)							\
		usleep_range((__kslp >> 2) + 1, __kslp);					\
	for (;;) {										\
		(val) = op(args);								\
		if (cond)									\
			break;									\
		if (__ktmo && ktime_compare(ktime_get(), __kend) > 0) {				\
			(val) = op(args);							\
			break;									\
		}										\
		if (__kslp)									\
			usleep_range((__kslp >> 2) + 1, __kslp);				\
		cpu_relax();									\
	}											\
	(cond) ? 0 : -ETIMEDOUT; })
#define read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, before, args...) ({	\
	u64 __ktmo = (timeout_us);								\
	unsigned long __kdel = (delay_us);							\
	ktime_t __kend = ktime_add_us(ktime_get(), __ktmo);					\
	if ((before) && __kdel)									\
		udelay(__kdel);									\
	for (;;) {										\
		(val) = op(args);								\
		if (cond)									\
			break;									\
		if (__ktmo && ktime_compare(ktime_get(), __kend) > 0) {				\
			(val) = op(args);							\
			break;									\
		}										\
		if (__kdel)									\
			udelay(__kdel);								\
		cpu_relax();									\
	}											\
	(cond) ? 0 : -ETIMEDOUT; })
#define readx_poll_timeout(op, addr, val, cond, s, t) read_poll_timeout(op, val, cond, s, t, false, addr)
#define readx_poll_timeout_atomic(op, addr, val, cond, d, t) \
	read_poll_timeout_atomic(op, val, cond, d, t, false, addr)
#define readl_poll_timeout(addr, val, cond, s, t) readx_poll_timeout(readl, addr, val, cond, s, t)
#define readl_poll_timeout_atomic(addr, val, cond, d, t) \
	readx_poll_timeout_atomic(readl, addr, val, cond, d, t)
#define readq_poll_timeout(addr, val, cond, s, t) readx_poll_timeout(readq, addr, val, cond, s, t)

/* ---- tasks ---- */
#define TASK_COMM_LEN 16
#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_KILLABLE 0x102
#define TASK_IDLE 0x402
#define TASK_NORMAL 3
#define PF_EXITING 4
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
struct mm_struct { atomic_t users; unsigned long locked_vm, pinned; };
struct task_struct {
	char comm[TASK_COMM_LEN];
	int pid, tgid;
	unsigned int flags;
	unsigned int __state;
	struct mm_struct *mm;
};
struct task_struct *kshim_current(void);
#define current kshim_current()
#define task_pid_nr(t) ((t)->pid)
#define task_tgid_nr(t) ((t)->tgid)
#define set_current_state(s) (current->__state = (s))
#define __set_current_state(s) set_current_state(s)
/* The one signal there is: shim_kill(). */
bool kshim_killed(const struct task_struct *t);
#define KSHIM_KILLABLE 0x101u /* of TASK_INTERRUPTIBLE and TASK_KILLABLE */
#define signal_pending(t) kshim_killed(t)
#define fatal_signal_pending(t) kshim_killed(t)
#define signal_pending_state(s, t) (((s) & KSHIM_KILLABLE) && kshim_killed(t))
void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_uninterruptible(long timeout);
#define schedule_timeout_interruptible(t) schedule_timeout_uninterruptible(t)
void yield(void);
int wake_up_process(struct task_struct *t);
static inline bool need_resched(void) { return false; }

/* ---- wait queues ---- */
#define KSHIM_WQ_MAGIC 0x4b5751
#define WQ_FLAG_EXCLUSIVE 1
struct wait_queue_entry {
	unsigned int flags;
	struct kshim_fibre *fibre;
	struct list_head entry;
	bool queued;
};
typedef struct wait_queue_entry wait_queue_entry_t;
struct wait_queue_head {
	unsigned int magic;
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;
#define __WAIT_QUEUE_HEAD_INITIALIZER(n) { .magic = KSHIM_WQ_MAGIC,		\
	.lock = KSHIM_LOCK_INIT(KSHIM_SPIN, #n ".lock"), .head = LIST_HEAD_INIT((n).head) }
#define DECLARE_WAIT_QUEUE_HEAD(n) struct wait_queue_head n = __WAIT_QUEUE_HEAD_INITIALIZER(n)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(n) struct wait_queue_head n; init_waitqueue_head(&n)
void kshim_wq_init(struct wait_queue_head *q, const char *name);
#define init_waitqueue_head(q) kshim_wq_init(q, #q)
#define DEFINE_WAIT(n) struct wait_queue_entry n = { .flags = 0 }
#define init_wait(w) memset(w, 0, sizeof(*(w)))
void kshim_prepare(struct wait_queue_head *q, struct wait_queue_entry *w, unsigned int flags, int state);
#define prepare_to_wait(q, w, s) kshim_prepare(q, w, 0, s)
#define prepare_to_wait_exclusive(q, w, s) kshim_prepare(q, w, WQ_FLAG_EXCLUSIVE, s)
void finish_wait(struct wait_queue_head *q, struct wait_queue_entry *w);
void kshim_wake(struct wait_queue_head *q, unsigned int n);
#define wake_up(q) kshim_wake(q, 1)
#define wake_up_nr(q, n) kshim_wake(q, n)
#define wake_up_all(q) kshim_wake(q, 0)
#define wake_up_interruptible(q) kshim_wake(q, 1)
#define wake_up_interruptible_nr(q, n) kshim_wake(q, n)
#define wake_up_interruptible_all(q) kshim_wake(q, 0)
#define wake_up_interruptible_sync(q) kshim_wake(q, 1)
#define wake_up_locked(q) kshim_wake(q, 1)
#define wake_up_poll(q, m) kshim_wake(q, 1)
#define wake_up_interruptible_poll(q, m) kshim_wake(q, 1)
bool waitqueue_active(struct wait_queue_head *q);
bool wq_has_sleeper(struct wait_queue_head *q);
/* Sleeps until woken or *left jiffies are gone; false: time is up. */
bool kshim_wait_sleep(struct wait_queue_head *q, struct wait_queue_entry *w, u64 *deadline_ns,
		      const char *what, const struct kshim_site *site);
u64 kshim_wait_deadline(long timeout);
long kshim_wait_left(u64 deadline_ns);

/* The value of the kernel's ___wait_event(): 0 when time ran out and cond is false, -ERESTARTSYS
 * when the caller is killed and `state` lets it, else the jiffies left, at least 1. `pre` and `post`
 * surround the sleep (locks). */
#define kshim_wait_event(...) kshim_wait_event_in(TASK_UNINTERRUPTIBLE, __VA_ARGS__)
#define kshim_wait_event_in(state, wq, cond, timeout, fl, what, pre, post) ({	\
	struct wait_queue_entry __kwe = { .flags = 0 };				\
	struct wait_queue_head *__kq = &(wq);					\
	u64 __kdl = kshim_wait_deadline(timeout);				\
	long __kwret = 0;							\
	bool __kmore = true;							\
	for (;;) {								\
		kshim_prepare(__kq, &__kwe, fl, state);				\
		if (cond) {							\
			__kwret = kshim_wait_left(__kdl);			\
			break;							\
		}								\
		if (!__kmore)							\
			break;							\
		if (signal_pending_state(state, current)) {			\
			__kwret = -ERESTARTSYS;					\
			break;							\
		}								\
		pre;								\
		__kmore = kshim_wait_sleep(__kq, &__kwe, &__kdl, what, KSHIM_SITE);	\
		post;								\
	}									\
	finish_wait(__kq, &__kwe);						\
	__kwret; })
#define KSHIM_FOREVER MAX_SCHEDULE_TIMEOUT
#define wait_event(wq, cond) do { might_sleep();				\
	if (cond) break; (void)kshim_wait_event(wq, cond, KSHIM_FOREVER, 0, "wait_event", , ); } while (0)
/* 0 or -ERESTARTSYS. */
#define kshim_wait_forever(state, wq, cond, fl, what) ({ might_sleep();		\
	long __kfr = (cond) ? 0 : kshim_wait_event_in(state, wq, cond, KSHIM_FOREVER, fl, what, , );	\
	__kfr < 0 ? (int)__kfr : 0; })
#define wait_event_interruptible(wq, cond)					\
	kshim_wait_forever(TASK_INTERRUPTIBLE, wq, cond, 0, "wait_event_interruptible")
#define wait_event_killable(wq, cond) kshim_wait_forever(TASK_KILLABLE, wq, cond, 0, "wait_event_killable")
#define wait_event_freezable(wq, cond) wait_event_interruptible(wq, cond)
#define wait_event_interruptible_exclusive(wq, cond)				\
	kshim_wait_forever(TASK_INTERRUPTIBLE, wq, cond, WQ_FLAG_EXCLUSIVE, "wait_event_interruptible_exclusive")
#define wait_event_killable_exclusive(wq, cond) wait_event_interruptible_exclusive(wq, cond)
#define kshim_wait_until(state, wq, cond, timeout) ({ might_sleep();		\
	long __kto = (timeout);							\
	(cond) ? (__kto ? __kto : 1) : kshim_wait_event_in(state, wq, cond, __kto, 0, "wait_event_timeout", , ); })
#define wait_event_timeout(wq, cond, timeout) kshim_wait_until(TASK_UNINTERRUPTIBLE, wq, cond, timeout)
#define wait_event_interruptible_timeout(wq, cond, timeout) kshim_wait_until(TASK_INTERRUPTIBLE, wq, cond, timeout)
#define wait_event_killable_timeout(wq, cond, timeout) kshim_wait_until(TASK_KILLABLE, wq, cond, timeout)
#define wait_event_lock_irq(wq, cond, lock) do {				\
	if (cond) break;							\
	(void)kshim_wait_event(wq, cond, KSHIM_FOREVER, 0, "wait_event_lock_irq",	\
		spin_unlock_irq(&(lock)), spin_lock_irq(&(lock))); } while (0)
#define wait_event_interruptible_lock_irq(wq, cond, lock) ({			\
	wait_event_lock_irq(wq, cond, lock); 0; })
#define wait_event_lock_irq_timeout(wq, cond, lock, timeout) ({ long __kto = (timeout);	\
	(cond) ? (__kto ? __kto : 1) : kshim_wait_event(wq, cond, __kto, 0,	\
		"wait_event_lock_irq_timeout", spin_unlock_irq(&(lock)), spin_lock_irq(&(lock))); })
#define wait_event_cmd(wq, cond, c1, c2) do { if (cond) break;			\
	(void)kshim_wait_event(wq, cond, KSHIM_FOREVER, 0, "wait_event_cmd", c1, c2); } while (0)

struct completion { unsigned int done; struct wait_queue_head wait; };
#define COMPLETION_INITIALIZER(n) { 0, __WAIT_QUEUE_HEAD_INITIALIZER((n).wait) }
#define DECLARE_COMPLETION(n) struct completion n = COMPLETION_INITIALIZER(n)
#define DECLARE_COMPLETION_ONSTACK(n) struct completion n; init_completion(&n)
static inline void init_completion(struct completion *c)
{
	c->done = 0;
	kshim_wq_init(&c->wait, "completion");
}
static inline void reinit_completion(struct completion *c) { c->done = 0; }
void complete(struct completion *c);
void complete_all(struct completion *c);
bool try_wait_for_completion(struct completion *c);
bool completion_done(struct completion *c);
long kshim_wait_completion(struct completion *c, long timeout, const char *what, const struct kshim_site *s);
#define wait_for_completion(c) ((void)kshim_wait_completion(c, KSHIM_FOREVER, "wait_for_completion", KSHIM_SITE))
#define wait_for_completion_interruptible(c) ({ wait_for_completion(c); 0; })
#define wait_for_completion_killable(c) ({ wait_for_completion(c); 0; })
#define wait_for_completion_timeout(c, t) \
	((unsigned long)kshim_wait_completion(c, (long)(t), "wait_for_completion_timeout", KSHIM_SITE))
#define wait_for_completion_interruptible_timeout(c, t) ((long)wait_for_completion_timeout(c, t))
#define wait_for_completion_killable_timeout(c, t) ((long)wait_for_completion_timeout(c, t))

/* ---- timers ---- */
struct timer_list {
	struct list_head node;      /* on the shim's list of initialised timers */
	void (*function)(struct timer_list *t);
	unsigned long expires;
	u32 flags;
	bool pending, running, shut;
	u64 when_ps, order;
	struct kshim_fibre *fibre;
	const struct kshim_site *site;
	unsigned int magic;
};
#define TIMER_DEFERRABLE 1
void kshim_timer_setup(struct timer_list *t, void (*fn)(struct timer_list *), u32 flags,
		       const struct kshim_site *site);
#define timer_setup(t, fn, fl) kshim_timer_setup(t, fn, fl, KSHIM_SITE)
#define DEFINE_TIMER(n, fn) struct timer_list n = { .function = fn, .magic = 0x4b544d }
int mod_timer(struct timer_list *t, unsigned long expires);
void add_timer(struct timer_list *t);
int kshim_del_timer(struct timer_list *t, bool sync, bool shut, const struct kshim_site *site);
#define timer_delete(t) kshim_del_timer(t, false, false, KSHIM_SITE)
#define timer_delete_sync(t) kshim_del_timer(t, true, false, KSHIM_SITE)
#define timer_shutdown(t) kshim_del_timer(t, false, true, KSHIM_SITE)
#define timer_shutdown_sync(t) kshim_del_timer(t, true, true, KSHIM_SITE)
#define del_timer(t) timer_delete(t)
#define del_timer_sync(t) timer_delete_sync(t)
#define try_to_del_timer_sync(t) timer_delete(t)
static inline int timer_pending(const struct timer_list *t) { return t->pending; }
#define from_timer(var, cb, field) container_of(cb, __typeof__(*var), field)
#define timer_container_of(var, cb, field) container_of(cb, __typeof__(*var), field)

/* ---- work ---- */
struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
	struct list_head entry;       /* on its queue while pending */
	work_func_t func;
	struct workqueue_struct *wq;  /* last queued on */
	struct kshim_fibre *fibre;    /* running it now */
	const struct kshim_site *site;
	bool pending, again;
	unsigned int disabled;
	unsigned int magic;
};
struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
};
#define WQ_UNBOUND 2
#define WQ_FREEZABLE 4
#define WQ_MEM_RECLAIM 8
#define WQ_HIGHPRI 16
#define WQ_CPU_INTENSIVE 32
#define WQ_SYSFS 64
#define WQ_PERCPU 256
#define WQ_ORDERED 0x20000
#define WQ_MAX_ACTIVE 512
void kshim_init_work(struct work_struct *w, work_func_t fn, const struct kshim_site *site);
void kshim_init_dwork(struct delayed_work *w, work_func_t fn, const struct kshim_site *site);
#define INIT_WORK(w, fn) kshim_init_work(w, fn, KSHIM_SITE)
#define INIT_DELAYED_WORK(w, fn) kshim_init_dwork(w, fn, KSHIM_SITE)
#define INIT_WORK_ONSTACK(w, fn) INIT_WORK(w, fn)
#define destroy_work_on_stack(w) ((void)(w))
#define KSHIM_WORK_MAGIC 0x4b574b
#define DECLARE_WORK(n, f) struct work_struct n = { .func = (f), .magic = KSHIM_WORK_MAGIC }
struct workqueue_struct *kshim_alloc_workqueue(const struct kshim_site *site, unsigned int flags,
		int max_active, const char *fmt, ...) __printf(4, 5);
#define alloc_workqueue(fmt, flags, max, args...) kshim_alloc_workqueue(KSHIM_SITE, flags, max, fmt, ##args)
#define alloc_ordered_workqueue(fmt, flags, args...) \
	kshim_alloc_workqueue(KSHIM_SITE, (flags) | WQ_ORDERED | WQ_UNBOUND, 1, fmt, ##args)
#define create_singlethread_workqueue(n) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, n)
void destroy_workqueue(struct workqueue_struct *wq);
bool queue_work(struct workqueue_struct *wq, struct work_struct *w);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay);
struct workqueue_struct *kshim_system_wq(void);
#define system_wq kshim_system_wq()
#define system_unbound_wq kshim_system_wq()
#define system_long_wq kshim_system_wq()
#define system_highpri_wq kshim_system_wq()
#define schedule_work(w) queue_work(system_wq, w)
#define schedule_delayed_work(w, d) queue_delayed_work(system_wq, w, d)
void drain_workqueue(struct workqueue_struct *wq);
void flush_workqueue(struct workqueue_struct *wq);
bool flush_work(struct work_struct *w);
bool flush_delayed_work(struct delayed_work *w);
bool cancel_work(struct work_struct *w);
bool cancel_work_sync(struct work_struct *w);
bool cancel_delayed_work(struct delayed_work *w);
bool cancel_delayed_work_sync(struct delayed_work *w);
bool disable_work_sync(struct work_struct *w);
bool enable_work(struct workqueue_struct *wq, struct work_struct *w);
#define work_pending(w) ((w)->pending)
#define delayed_work_pending(w) ((w)->work.pending || (w)->timer.pending)
unsigned int work_busy(struct work_struct *w);
static inline struct delayed_work *to_delayed_work(struct work_struct *w)
{
	return container_of(w, struct delayed_work, work);
}

/* ---- kernel threads ---- */
struct task_struct *kshim_kthread(int (*fn)(void *), void *data, const char *fmt, ...) __printf(3, 4);
#define kthread_run(fn, data, fmt, args...) kshim_kthread(fn, data, fmt, ##args)
int kthread_stop(struct task_struct *t);
bool kthread_should_stop(void);

#endif
