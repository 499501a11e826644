// SPDX-License-Identifier: BSD-2-Clause
/* Processes, locks, waiting, timers, work: what they promise. kernel_misuse_test.c breaks the promises. */
#include "kernel_rig.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/rwsem.h>

/* ---- exclusion ---- */

static struct {
	struct shim *s;
	spinlock_t spin;
	struct mutex mutex;
	struct rw_semaphore sem;
	struct completion done;
	struct wait_queue_head wq;
	int inside, most, readers, most_readers, count, order;
	bool flag;
} g;

static void reset(void)
{
	memset(&g, 0, sizeof(g));
	spin_lock_init(&g.spin);
	mutex_init(&g.mutex);
	init_rwsem(&g.sem);
	init_completion(&g.done);
	init_waitqueue_head(&g.wq);
}

static void enter(void)
{
	g.most = max(g.most, ++g.inside);
	udelay(3);
	g.count++;
	g.inside--;
}

static long contender(void *arg __maybe_unused)
{
	unsigned long flags;

	for (int i = 0; i < 20; i++) {
		mutex_lock(&g.mutex);
		enter();
		mutex_unlock(&g.mutex);
		spin_lock_irqsave(&g.spin, flags);
		enter();
		spin_unlock_irqrestore(&g.spin, flags);
		down_write(&g.sem);
		WANT(!g.readers);
		g.flag = true;
		enter();
		g.flag = false;
		up_write(&g.sem);
		down_read(&g.sem);
		WANT(!g.flag);
		g.most_readers = max(g.most_readers, ++g.readers);
		msleep(1);
		g.readers--;
		up_read(&g.sem);
	}
	return 0;
}

/* n processes run body; each must give 0. */
static struct shim *crowd(uint64_t seed, unsigned int n, long (*body)(void *))
{
	struct shim_task *t[8];
	struct shim_param p;
	struct shim *s;

	shim_param_default(&p);
	p.seed = seed;
	p.explore = true;
	s = machine_with(&p);
	reset();
	g.s = s;
	for (unsigned int i = 0; i < n; i++)
		t[i] = shim_spawn(s, "process", body, (void *)(uintptr_t)i);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(shim_join(s, t[i]), 0);
	return s;
}

static void locks_let_one_in_and_readers_share(void **state __maybe_unused)
{
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct shim *s = crowd(seed, 4, contender);

		assert_int_equal(g.count, 240);
		assert_true(g.most_readers > 1);
		assert_int_equal(shim_free(s), 0);
	}
}

static long counts_alone(void *arg __maybe_unused)
{
	for (int i = 0; i < 50; i++) {
		spin_lock(&g.spin);
		if (g.inside++)
			g.most = 99;
		ndelay(500);
		g.inside--;
		spin_unlock(&g.spin);
	}
	return 0;
}

static void a_spinlock_is_held_by_one(void **state __maybe_unused)
{
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct shim *s = crowd(seed, 4, counts_alone);

		assert_int_equal(g.most, 0);
		assert_int_equal(shim_free(s), 0);
	}
}

static long tries(void *arg __maybe_unused)
{
	WANT(mutex_trylock(&g.mutex) && mutex_is_locked(&g.mutex));
	WANT(!mutex_trylock(&g.mutex));
	mutex_unlock(&g.mutex);
	WANT(spin_trylock(&g.spin));
	WANT(!spin_trylock(&g.spin));
	spin_unlock(&g.spin);
	WANT(down_read_trylock(&g.sem) && down_read_trylock(&g.sem) && !down_write_trylock(&g.sem));
	up_read(&g.sem);
	up_read(&g.sem);
	WANT(down_write_trylock(&g.sem) && !down_read_trylock(&g.sem));
	up_write(&g.sem);
	WANT(!in_atomic() && !irqs_disabled() && in_task());
	spin_lock_irq(&g.spin);
	WANT(in_atomic() && irqs_disabled());
	spin_unlock_irq(&g.spin);
	WANT(!in_atomic() && !irqs_disabled());
	return 0;
}

static void trying_takes_only_what_is_free(void **state __maybe_unused)
{
	assert_int_equal(shim_free(crowd(1, 1, tries)), 0);
}

/* ---- waiting ---- */

/* What lockdep lets pass: trying against the order, one order from several places, nesting that is announced. */
static long in_order(void *arg __maybe_unused)
{
	static DEFINE_MUTEX(outer);
	static DEFINE_SPINLOCK(inner);
	spinlock_t two[2];

	for (int i = 0; i < 2; i++) {
		spin_lock_init(&two[i]);
		mutex_lock(&outer);
		spin_lock(&inner);
		spin_unlock(&inner);
		mutex_unlock(&outer);
	}
	mutex_lock(&outer);
	WANT(spin_trylock(&inner));
	mutex_unlock(&outer);
	spin_lock(&two[0]);
	spin_unlock(&two[0]);
	spin_unlock(&inner);
	spin_lock(&two[0]);
	WANT(spin_trylock(&inner));
	spin_lock_nested(&two[1], 1);
	spin_unlock(&two[1]);
	spin_unlock(&inner);
	spin_unlock(&two[0]);
	return 0;
}

static void locks_taken_in_order_are_not_told_of(void **state __maybe_unused)
{
	run(in_order);
}

static long waiter(void *arg)
{
	if (arg == NULL) { /* the one that wakes */
		msleep(20);
		g.flag = true;
		wake_up_all(&g.wq);
		msleep(20);
		complete(&g.done);
		msleep(20);
		WANT(g.count == 1);
		complete_all(&g.done);
		return 0;
	}
	wait_event(g.wq, g.flag);
	WANT(g.flag);
	wait_for_completion(&g.done);
	g.count++;
	return 0;
}

static void nobody_misses_a_wake_up(void **state __maybe_unused)
{
	for (uint64_t seed = 1; seed < 9; seed++) {
		struct shim *s = crowd(seed, 6, waiter);

		assert_int_equal(g.count, 5);
		assert_int_equal(shim_free(s), 0);
	}
}

static long exclusive(void *arg)
{
	if (arg) {
		wait_event_interruptible_exclusive(g.wq, g.flag);
		g.count++;
		g.flag = false;
		return 0;
	}
	for (int i = 1; i <= 3; i++) {
		msleep(20);
		g.flag = true;
		wake_up(&g.wq);
		msleep(20);
		WANT(g.count == i && !g.flag);
	}
	return 0;
}

static void one_exclusive_waiter_is_woken_at_a_time(void **state __maybe_unused)
{
	for (uint64_t seed = 1; seed < 4; seed++)
		assert_int_equal(shim_free(crowd(seed, 4, exclusive)), 0);
}

static long timeouts(void *arg __maybe_unused)
{
	unsigned long start = jiffies, left;
	ktime_t ns;

	WANT(wait_event_timeout(g.wq, false, 10) == 0);
	WANT(jiffies - start >= 10 && jiffies - start <= 12);
	WANT(wait_event_timeout(g.wq, true, 10) == 10 && wait_event_timeout(g.wq, true, 0) == 1);
	WANT(wait_for_completion_timeout(&g.done, 5) == 0);
	complete(&g.done);
	left = wait_for_completion_timeout(&g.done, 1000);
	WANT(left > 990 && left <= 1001);
	WANT(!try_wait_for_completion(&g.done)); /* it was used up */
	complete_all(&g.done);
	WANT(try_wait_for_completion(&g.done) && try_wait_for_completion(&g.done) && completion_done(&g.done));
	udelay(1700); /* into a tick: the sleep is that much longer, never shorter */
	ns = ktime_get();
	msleep(100);
	WANT(ktime_get() - ns >= 100 * NSEC_PER_MSEC && ktime_get() - ns <= 109 * NSEC_PER_MSEC);
	return 0;
}

static void a_wait_ends_at_its_time(void **state __maybe_unused)
{
	assert_int_equal(shim_free(crowd(3, 1, timeouts)), 0);
}

/* ---- timers and work ---- */

static struct timer_list timer;
static struct work_struct work[3];
static struct delayed_work later;
static struct workqueue_struct *wq;
static unsigned long fired_at;

static void on_timer(struct timer_list *t __maybe_unused)
{
	fired_at = jiffies;
	g.count++;
	g.flag = in_interrupt() && !in_task();
}

static long timers(void *arg __maybe_unused)
{
	unsigned long start = jiffies;

	timer_setup(&timer, on_timer, 0);
	WANT(mod_timer(&timer, start + 5) == 0 && timer_pending(&timer));
	WANT(mod_timer(&timer, start + 10) == 1);
	msleep(100);
	WANT(g.count == 1 && g.flag && fired_at == start + 10 && !timer_pending(&timer));
	mod_timer(&timer, jiffies + 5);
	WANT(timer_delete_sync(&timer) == 1 && timer_delete(&timer) == 0);
	mod_timer(&timer, jiffies - 5); /* in the past: at once */
	msleep(20);
	WANT(g.count == 2);
	WANT(timer_shutdown_sync(&timer) == 0);
	mod_timer(&timer, jiffies + 1); /* nothing any more */
	msleep(50);
	WANT(g.count == 2 && !timer_pending(&timer));
	return 0;
}

static void a_timer_fires_once_at_its_tick(void **state __maybe_unused)
{
	assert_int_equal(shim_free(crowd(1, 1, timers)), 0);
}

static void on_work(struct work_struct *w)
{
	g.most = max(g.most, ++g.inside);
	msleep(10);
	g.order = g.order * 10 + (int)(w - work);
	g.inside--;
	g.count++;
}

static void on_later(struct work_struct *w __maybe_unused)
{
	fired_at = jiffies;
	g.count++;
}

static long works(void *arg __maybe_unused)
{
	unsigned long start;

	wq = alloc_ordered_workqueue("test", 0);
	for (int i = 0; i < 3; i++)
		INIT_WORK(&work[i], on_work);
	for (int i = 0; i < 3; i++)
		WANT(queue_work(wq, &work[i]));
	WANT(!queue_work(wq, &work[2])); /* queued already */
	flush_workqueue(wq);
	WANT(g.count == 3 && g.order == 12 && g.most == 1);
	WANT(queue_work(wq, &work[0]) && queue_work(wq, &work[1]));
	WANT(cancel_work_sync(&work[1]) && !cancel_work_sync(&work[1]));
	WANT(flush_work(&work[0]) && g.count == 4);
	destroy_workqueue(wq);
	wq = alloc_workqueue("many", 0, 0);
	g.most = 0;
	for (int i = 0; i < 3; i++)
		queue_work(wq, &work[i]);
	flush_workqueue(wq);
	WANT(g.most == 3 && g.count == 7);
	INIT_DELAYED_WORK(&later, on_later);
	start = jiffies;
	WANT(queue_delayed_work(wq, &later, 8) && !queue_delayed_work(wq, &later, 1));
	WANT(delayed_work_pending(&later));
	msleep(100);
	WANT(g.count == 8 && fired_at - start >= 8 && fired_at - start <= 9);
	queue_delayed_work(wq, &later, 8);
	WANT(cancel_delayed_work_sync(&later));
	queue_delayed_work(wq, &later, 100);
	start = jiffies;
	WANT(flush_delayed_work(&later) && jiffies - start < 10 && g.count == 9);
	WANT(!disable_work_sync(&work[0]) && !queue_work(wq, &work[0]));
	WANT(enable_work(wq, &work[0]) && queue_work(wq, &work[0]));
	destroy_workqueue(wq);
	WANT(g.count == 10);
	return 0;
}

static void work_runs_once_for_each_queueing_in_its_order(void **state __maybe_unused)
{
	for (uint64_t seed = 1; seed < 4; seed++)
		assert_int_equal(shim_free(crowd(seed, 1, works)), 0);
}

static int thread_main(void *data)
{
	while (!kthread_should_stop()) {
		(*(int *)data)++;
		msleep(10);
	}
	return 42;
}

static long threads(void *arg __maybe_unused)
{
	struct task_struct *t = kthread_run(thread_main, &g.count, "t%d", 1);

	WANT(!IS_ERR(t));
	msleep(100);
	WANT(kthread_stop(t) == 42 && g.count > 5);
	return 0;
}

static void a_thread_ends_when_told_to(void **state __maybe_unused)
{
	assert_int_equal(shim_free(crowd(1, 1, threads)), 0);
}

/* ---- SIGKILL ---- */

static long killed_in_each_wait(void *arg __maybe_unused)
{
	WANT(!fatal_signal_pending(current));
	WANT(wait_event_interruptible(g.wq, g.flag) == -ERESTARTSYS);
	/* From then on no wait that can be killed begins, but what is true is seen as true. */
	WANT(fatal_signal_pending(current) && signal_pending(current));
	WANT(wait_event_killable(g.wq, g.flag) == -ERESTARTSYS);
	WANT(wait_event_killable_timeout(g.wq, g.flag, HZ) == -ERESTARTSYS);
	WANT(wait_event_killable(g.wq, !g.flag) == 0);
	/* One that must not be killed is not. */
	WANT(wait_event_timeout(g.wq, g.flag, HZ / 10) == 0);
	g.count = 1;
	return 0;
}

static void a_killed_process_leaves_the_waits_that_allow_it(void **state __maybe_unused)
{
	struct shim_param p;
	struct shim_task *t;
	struct shim *s;

	shim_param_default(&p);
	s = machine_with(&p);
	reset();
	t = shim_spawn(s, "process", killed_in_each_wait, NULL);
	assert_int_equal(shim_run(s, 1000000), 0);
	assert_int_equal(g.count, 0);
	shim_kill(s, t);
	assert_int_equal(shim_run(s, 1000000), 0);
	assert_int_equal(g.count, 0); /* in the wait that does not end for it */
	assert_int_equal(shim_join(s, t), 0);
	assert_int_equal(g.count, 1);
	assert_int_equal(shim_free(s), 0);
}

static void the_same_seed_is_the_same_schedule(void **state __maybe_unused)
{
	struct shim_stats a, b, c;
	struct shim *s = crowd(11, 4, contender);

	shim_get_stats(s, &a);
	shim_free(s);
	s = crowd(11, 4, contender);
	shim_get_stats(s, &b);
	shim_free(s);
	s = crowd(12, 4, contender);
	shim_get_stats(s, &c);
	shim_free(s);
	assert_true(a.hash == b.hash && a.now_ns == b.now_ns && a.switches == b.switches);
	assert_true(a.hash != c.hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks_let_one_in_and_readers_share),
		cmocka_unit_test(a_spinlock_is_held_by_one),
		cmocka_unit_test(trying_takes_only_what_is_free),
		cmocka_unit_test(locks_taken_in_order_are_not_told_of),
		cmocka_unit_test(nobody_misses_a_wake_up),
		cmocka_unit_test(one_exclusive_waiter_is_woken_at_a_time),
		cmocka_unit_test(a_wait_ends_at_its_time),
		cmocka_unit_test(a_timer_fires_once_at_its_tick),
		cmocka_unit_test(work_runs_once_for_each_queueing_in_its_order),
		cmocka_unit_test(a_thread_ends_when_told_to),
		cmocka_unit_test(a_killed_process_leaves_the_waits_that_allow_it),
		cmocka_unit_test(the_same_seed_is_the_same_schedule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
