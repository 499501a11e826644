// SPDX-License-Identifier: BSD-2-Clause
/* What a driver can do wrong with device objects, managed resources, descriptors, lists, threads: each is found. */
#include "kernel_rig.h"

#include <linux/delay.h>
#include <linux/file.h>
#include <linux/kthread.h>

static void release_nothing(struct device *d __maybe_unused) { }

static long initialises_a_device_twice(void *arg __maybe_unused)
{
	struct device *d = kzalloc(sizeof(*d), GFP_KERNEL);

	d->release = release_nothing;
	device_initialize(d);
	device_initialize(d);
	put_device(d);
	kfree(d);
	return 0;
}

static long has_no_release(void *arg __maybe_unused)
{
	struct device *d = kzalloc(sizeof(*d), GFP_KERNEL);

	device_initialize(d);
	put_device(d);
	kfree(d);
	return 0;
}

static long deletes_a_device_that_was_not_added(void *arg __maybe_unused)
{
	struct device *d = kzalloc(sizeof(*d), GFP_KERNEL);

	d->release = release_nothing;
	device_initialize(d);
	device_del(d);
	put_device(d);
	kfree(d);
	return 0;
}

static long frees_managed_what_is_not(void *arg __maybe_unused)
{
	struct device d = { .release = release_nothing };
	void *p = kmalloc(10, GFP_KERNEL);

	device_initialize(&d);
	devm_kfree(&d, p);
	kfree(p);
	put_device(&d);
	return 0;
}

static void nothing_to_do(void *data __maybe_unused) { }

static long removes_an_action_that_is_not_there(void *arg __maybe_unused)
{
	struct device d = { .release = release_nothing };

	device_initialize(&d);
	devm_remove_action(&d, nothing_to_do, NULL);
	put_device(&d);
	return 0;
}

static long puts_a_descriptor_it_has_not(void *arg __maybe_unused)
{
	put_unused_fd(17);
	return 0;
}

static long installs_into_what_is_not_reserved(void *arg __maybe_unused)
{
	fd_install(17, NULL);
	return 0;
}

static long deletes_an_entry_twice(void *arg __maybe_unused)
{
	LIST_HEAD(list);
	struct list_head e;

	list_add(&e, &list);
	list_del(&e);
	list_del(&e);
	return 0;
}

static long adds_an_entry_twice(void *arg __maybe_unused)
{
	LIST_HEAD(list);
	struct list_head e;

	list_add(&e, &list);
	list_add(&e, &list);
	return 0;
}

static long starts_a_list_behind_its_page(void *arg __maybe_unused)
{
	struct page *p = alloc_page(GFP_KERNEL);
	struct sg_table t;

	WANT(sg_alloc_table_from_pages(&t, &p, 1, PAGE_SIZE, 10, GFP_KERNEL) == -EINVAL);
	__free_page(p);
	return 0;
}

static long ends_with_interrupts_off(void *arg __maybe_unused)
{
	local_irq_disable();
	return 0;
}

static long ends_without_preemption(void *arg __maybe_unused)
{
	preempt_disable();
	return 0;
}

static int idles(void *data __maybe_unused)
{
	while (!kthread_should_stop())
		msleep(1);
	return 3;
}

static long stops_a_thread_twice(void *arg __maybe_unused)
{
	struct task_struct *t = kthread_run(idles, NULL, "idle");

	WANT(kthread_stop(t) == 3);
	WANT(kthread_stop(t) == -EINVAL);
	return 0;
}

static long has_a_bug(void *arg __maybe_unused)
{
	BUG_ON(1);
	return 0;
}

static void each_misuse_of_files_and_devices_is_found(void **state __maybe_unused)
{
	static const struct mistake m[] = {
		{ "initialises_a_device_twice", initialises_a_device_twice, "device", "initialized object", 0, 0 },
		{ "has_no_release", has_no_release, "device", "release() function", 0, 0 },
		{ "deletes_a_device_that_was_not_added", deletes_a_device_that_was_not_added, "device", "not registered", 0, 0 },
		{ "frees_managed_what_is_not", frees_managed_what_is_not, "devres", "devm_kfree", 0, 0 },
		{ "removes_an_action_that_is_not_there", removes_an_action_that_is_not_there, "devres", "not there", 0, 0 },
		{ "puts_a_descriptor_it_has_not", puts_a_descriptor_it_has_not, "file", "put_unused_fd", 0, 0 },
		{ "installs_into_what_is_not_reserved", installs_into_what_is_not_reserved, "file", "fd_install", 0, 0 },
		{ "deletes_an_entry_twice", deletes_an_entry_twice, "list", "list_del", 0, 0 },
		{ "adds_an_entry_twice", adds_an_entry_twice, "list", "list_add", 0, 0 },
		{ "starts_a_list_behind_its_page", starts_a_list_behind_its_page, "sg", "cannot be", 0, 0 },
		{ "ends_with_interrupts_off", ends_with_interrupts_off, "irqs-off", "interrupts off", 0, 0 },
		{ "ends_without_preemption", ends_without_preemption, "atomic-exit", "preemption off", 0, 0 },
		{ "stops_a_thread_twice", stops_a_thread_twice, "kthread", "no thread", 0, 0 },
		{ "has_a_bug", has_a_bug, "bug", "kernel BUG", -EDEADLK, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		found(&m[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misuse_of_files_and_devices_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
