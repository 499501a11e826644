// SPDX-License-Identifier: BSD-2-Clause
/* Locks, waiting, timers and work used wrongly: each mistake is found by its check and by no other. */
#include "kernel_rig.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>

static struct timer_list timer;
static struct work_struct work;

static void on_timer(struct timer_list *t __maybe_unused)
{
}

static long locks_twice(void *arg __maybe_unused)
{
	DEFINE_SPINLOCK(l);

	spin_lock(&l);
	spin_lock(&l);
	spin_unlock(&l);
	spin_unlock(&l);
	return 0;
}

static long locks_a_mutex_twice(void *arg __maybe_unused)
{
	DEFINE_MUTEX(m);

	mutex_lock(&m);
	mutex_lock(&m);
	mutex_unlock(&m);
	mutex_unlock(&m);
	return 0;
}

static long unlocks_what_is_free(void *arg __maybe_unused)
{
	DEFINE_MUTEX(m);

	mutex_unlock(&m);
	return 0;
}

static long unlocks_a_free_spinlock(void *arg __maybe_unused)
{
	DEFINE_SPINLOCK(l);

	spin_unlock(&l);
	return 0;
}

static long takes_a_mutex_in_atomic_context(void *arg __maybe_unused)
{
	DEFINE_MUTEX(m);

	preempt_disable();
	mutex_lock(&m);
	mutex_unlock(&m);
	preempt_enable();
	return 0;
}

static long sleeps_with_interrupts_off(void *arg __maybe_unused)
{
	unsigned long flags;

	local_irq_save(flags);
	might_sleep();
	local_irq_restore(flags);
	return 0;
}

static long uses_a_raw_lock(void *arg __maybe_unused)
{
	spinlock_t l;

	memset(&l, 0, sizeof(l));
	spin_lock(&l);
	spin_unlock(&l);
	return 0;
}

static long asserts_a_lock_it_has_not(void *arg __maybe_unused)
{
	DEFINE_MUTEX(m);

	lockdep_assert_held(&m);
	return 0;
}

static long destroys_a_held_mutex(void *arg __maybe_unused)
{
	struct mutex m;

	mutex_init(&m);
	mutex_lock(&m);
	mutex_destroy(&m);
	mutex_unlock(&m);
	return 0;
}

static long returns_with_a_lock(void *arg __maybe_unused)
{
	static DEFINE_MUTEX(m);

	mutex_lock(&m);
	return 0;
}

static long enables_what_was_not_disabled(void *arg __maybe_unused)
{
	preempt_enable();
	preempt_disable();
	return 0;
}

/* Nobody waits in any of these: the order is what is wrong. */
static long orders(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(a); /* released in any order */
	mutex_unlock(b);
	return 0;
}

static long orders_two_mutexes_both_ways(void *arg __maybe_unused)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	orders(&a, &b);
	return orders(&b, &a) + orders(&b, &a); /* told once */
}

static long orders_three_in_a_circle(void *arg __maybe_unused)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);
	struct rw_semaphore c;

	init_rwsem(&c);
	orders(&a, &b);
	mutex_lock(&b);
	down_read(&c);
	up_read(&c);
	mutex_unlock(&b);
	down_write(&c);
	mutex_lock(&a);
	mutex_unlock(&a);
	up_write(&c);
	return 0;
}

static long takes_two_of_a_kind(void *arg __maybe_unused)
{
	struct mutex m[2];

	for (int i = 0; i < 2; i++)
		mutex_init(&m[i]);
	mutex_lock(&m[0]);
	mutex_lock_nested(&m[1], 1); /* announced */
	mutex_unlock(&m[1]);
	mutex_unlock(&m[0]);
	return orders(&m[0], &m[1]);
}

static long waits_on_a_raw_queue(void *arg __maybe_unused)
{
	struct wait_queue_head q;

	memset(&q, 0, sizeof(q));
	wake_up(&q);
	return 0;
}

static long waits_for_ever(void *arg __maybe_unused)
{
	DECLARE_WAIT_QUEUE_HEAD(q);

	wait_event(q, false);
	return 0;
}

static long spins_for_ever(void *arg __maybe_unused)
{
	for (;;)
		cpu_relax();
	return 0;
}

static long uses_a_raw_timer(void *arg __maybe_unused)
{
	struct timer_list t;

	memset(&t, 0, sizeof(t));
	mod_timer(&t, jiffies + 1);
	return 0;
}

static long adds_a_pending_timer(void *arg __maybe_unused)
{
	timer_setup(&timer, on_timer, 0);
	mod_timer(&timer, jiffies + 3);
	add_timer(&timer);
	timer_delete_sync(&timer);
	return 0;
}

static void deletes_itself(struct timer_list *t)
{
	timer_delete_sync(t);
}

static long deletes_a_timer_from_itself(void *arg __maybe_unused)
{
	timer_setup(&timer, deletes_itself, 0);
	mod_timer(&timer, jiffies + 1);
	msleep(20);
	return 0;
}

static long leaves_a_timer(void *arg __maybe_unused)
{
	timer_setup(&timer, on_timer, 0);
	mod_timer(&timer, jiffies + 1000);
	return 0;
}

static void flushes_itself(struct work_struct *w)
{
	flush_work(w);
}

static long flushes_work_from_itself(void *arg __maybe_unused)
{
	INIT_WORK(&work, flushes_itself);
	schedule_work(&work);
	msleep(20);
	return 0;
}

static long queues_raw_work(void *arg __maybe_unused)
{
	struct work_struct w;

	memset(&w, 0, sizeof(w));
	schedule_work(&w);
	return 0;
}

static void sleeps_long(struct work_struct *w __maybe_unused)
{
	msleep(50);
}

static long frees_running_work(void *arg __maybe_unused)
{
	struct work_struct *w = kmalloc(sizeof(*w), GFP_KERNEL);

	INIT_WORK(w, sleeps_long);
	schedule_work(w);
	msleep(10);
	kfree(w);
	msleep(100);
	return 0;
}

static long leaves_a_workqueue(void *arg __maybe_unused)
{
	return alloc_workqueue("left", 0, 0) ? 0 : -1;
}

static long refcount_underflows(void *arg __maybe_unused)
{
	refcount_t r;

	refcount_set(&r, 1);
	if (!refcount_dec_and_test(&r))
		return -1;
	refcount_inc(&r); /* from zero: use after free */
	return 0;
}

static long warns(void *arg __maybe_unused)
{
	return WARN_ON(1) ? 0 : -1;
}

static void each_misuse_of_context_is_found(void **state __maybe_unused)
{
	static const struct mistake m[] = {
		{ "locks_twice", locks_twice, "spin-recursion", "recursion", 0, 0 },
		{ "locks_a_mutex_twice", locks_a_mutex_twice, "mutex-recursion", "recursive", 0, 0 },
		{ "unlocks_what_is_free", unlocks_what_is_free, "lock-owner", "nobody holds it", 0, 0 },
		{ "unlocks_a_free_spinlock", unlocks_a_free_spinlock, "lock-owner", "nobody holds it", 0, 0 },
		{ "takes_a_mutex_in_atomic_context", takes_a_mutex_in_atomic_context, "atomic-sleep", "mutex_lock", 0, 0 },
		{ "sleeps_with_interrupts_off", sleeps_with_interrupts_off, "atomic-sleep", "interrupts off", 0, 0 },
		{ "uses_a_raw_lock", uses_a_raw_lock, "lock-uninit", "not initialised", 0, 0 },
		{ "asserts_a_lock_it_has_not", asserts_a_lock_it_has_not, "lock-assert", "not held", 0, 0 },
		{ "destroys_a_held_mutex", destroys_a_held_mutex, "lock-destroy", "while held", 0, 0 },
		{ "returns_with_a_lock", returns_with_a_lock, "lock-held", "ended holding", 0, 0 },
		{ "enables_what_was_not_disabled", enables_what_was_not_disabled, "preempt", "without", 0, 0 },
		{ "orders_two_mutexes_both_ways", orders_two_mutexes_both_ways, "lock-order", "a is taken while b", 0, 0 },
		{ "orders_three_in_a_circle", orders_three_in_a_circle, "lock-order", "a is taken while &c is held", 0, 0 },
		{ "takes_two_of_a_kind", takes_two_of_a_kind, "lock-order", "recursive locking: &m[i]", 0, 0 },
		{ "waits_on_a_raw_queue", waits_on_a_raw_queue, "wait-uninit", "not initialised", 0, 0 },
		{ "waits_for_ever", waits_for_ever, "deadlock", "wait_event", -EDEADLK, 0 },
		{ "spins_for_ever", spins_for_ever, "live-lock", "without sleeping", -EDEADLK, 0 },
		{ "uses_a_raw_timer", uses_a_raw_timer, "timer", "not initialised", 0, 0 },
		{ "adds_a_pending_timer", adds_a_pending_timer, "timer", "pending timer", 0, 0 },
		{ "deletes_a_timer_from_itself", deletes_a_timer_from_itself, "timer", "waits for ever", 0, 0 },
		{ "leaves_a_timer", leaves_a_timer, "C5", "still pending", 0, 0 },
		{ "flushes_work_from_itself", flushes_work_from_itself, "work", "waits for ever", 0, 0 },
		{ "queues_raw_work", queues_raw_work, "work", "not initialised", 0, 0 },
		{ "frees_running_work", frees_running_work, "work", "queued or running", 0, 0 },
		{ "leaves_a_workqueue", leaves_a_workqueue, "C5", "workqueue", 0, 0 },
		{ "refcount_underflows", refcount_underflows, "refcount", "refcount_t", 0, 0 },
		{ "warns", warns, "warn", "WARNING", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		found(&m[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misuse_of_context_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
