// SPDX-License-Identifier: BSD-2-Clause
/*
 * Power management, errors on the link, debugfs and tracepoints under a small
 * driver of this file: it is called in the kernel's order, and each thing that it
 * does wrong is found by its check.
 */
#include "kernel_rig.h"

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/seq_file.h>

enum { NORMAL = 1, FROZEN = 2 };

static struct napper {
	struct shim *s;
	struct pci_dev *pdev;
	u8 *regs;
	struct dentry *dir;
	char told[64];                      /* a letter for each callback */
	int runtime_error;
	pci_ers_result_t verdict;
	const char *at;                     /* the callback in which `deed` is done */
	void (*deed)(struct napper *n);
	unsigned int keep_autosuspend, keep_count;
} napper;

static void told(const char *what)
{
	strcat(napper.told, what);
	if (napper.deed && napper.at && !strcmp(napper.at, what))
		napper.deed(&napper);
}

static int nap_probe(struct pci_dev *p, const struct pci_device_id *id __maybe_unused)
{
	struct napper *n = &napper;
	int ret = pci_enable_device(p);

	if (ret)
		return ret;
	n->pdev = p;
	n->regs = pci_iomap(p, 0, 0);
	if (!n->regs) {
		pci_disable_device(p);
		return -ENOMEM;
	}
	n->dir = debugfs_create_dir("napper", NULL);
	pm_runtime_set_autosuspend_delay(&p->dev, 100);
	pm_runtime_use_autosuspend(&p->dev);
	pm_runtime_mark_last_busy(&p->dev);
	pm_runtime_put_autosuspend(&p->dev);
	told("P");
	return 0;
}

static void nap_remove(struct pci_dev *p)
{
	struct napper *n = &napper;

	if (!n->keep_count)
		pm_runtime_get_noresume(&p->dev);
	if (!n->keep_autosuspend)
		pm_runtime_dont_use_autosuspend(&p->dev);
	told("R");
	debugfs_remove(n->dir);
	pci_iounmap(p, n->regs);
	pci_disable_device(p);
}

static int nap_suspend(struct device *d __maybe_unused) { told("s"); return 0; }
static int nap_resume(struct device *d __maybe_unused) { told("r"); return 0; }
static int nap_runtime_suspend(struct device *d __maybe_unused) { told("d"); return 0; }
static int nap_runtime_resume(struct device *d __maybe_unused) { told("u"); return napper.runtime_error; }
static const struct dev_pm_ops nap_pm = {
	SYSTEM_SLEEP_PM_OPS(nap_suspend, nap_resume)
	RUNTIME_PM_OPS(nap_runtime_suspend, nap_runtime_resume, NULL)
};

static pci_ers_result_t nap_detected(struct pci_dev *p __maybe_unused, pci_channel_state_t state)
{
	told(state == pci_channel_io_normal ? "n" : "f");
	return napper.verdict;
}
static pci_ers_result_t nap_mmio(struct pci_dev *p __maybe_unused) { told("m"); return PCI_ERS_RESULT_RECOVERED; }
static pci_ers_result_t nap_slot(struct pci_dev *p __maybe_unused) { told("t"); return PCI_ERS_RESULT_RECOVERED; }
static void nap_go_on(struct pci_dev *p __maybe_unused) { told("g"); }
static void nap_prepare(struct pci_dev *p __maybe_unused) { told("p"); }
static void nap_done(struct pci_dev *p __maybe_unused) { told("o"); }
static const struct pci_error_handlers nap_errors = {
	.error_detected = nap_detected, .mmio_enabled = nap_mmio, .slot_reset = nap_slot, .resume = nap_go_on,
	.reset_prepare = nap_prepare, .reset_done = nap_done,
};

static const struct pci_device_id nap_ids[] = { { PCI_DEVICE(0x1234, 0x0001) }, { 0 } };
static struct pci_driver nap_driver = {
	.name = "napper", .id_table = nap_ids, .probe = nap_probe, .remove = nap_remove, .err_handler = &nap_errors,
	.driver.pm = pm_ptr(&nap_pm),
};
module_pci_driver(nap_driver);

static void nap_machine(void)
{
	struct shim_param p;

	shim_param_default(&p);
	p.quiet = true;
	memset(&napper, 0, sizeof(napper));
	napper.verdict = PCI_ERS_RESULT_CAN_RECOVER;
	napper.s = machine_with(&p);
}

/* ---- the order of calls ---- */

static long uses(void *arg __maybe_unused)
{
	struct device *d = &napper.pdev->dev;
	int ret = pm_runtime_resume_and_get(d);

	pm_runtime_mark_last_busy(d);
	if (!ret)
		pm_runtime_put_autosuspend(d);
	return ret;
}

static void is_called_in_the_kernel_s_order(void **state __maybe_unused)
{
	nap_machine();
	assert_int_equal(shim_module_load(napper.s, NULL), 0);
	assert_int_equal(shim_sleep(napper.s), 0);
	assert_int_equal(shim_sleep(napper.s), -EBUSY);
	assert_int_equal(shim_wake(napper.s), 0);
	assert_int_equal(shim_wake(napper.s), -EINVAL);
	assert_int_equal(shim_pci_error(napper.s, NORMAL), PCI_ERS_RESULT_RECOVERED);
	assert_int_equal(shim_pci_error(napper.s, FROZEN), PCI_ERS_RESULT_RECOVERED);
	napper.verdict = PCI_ERS_RESULT_NEED_RESET;
	assert_int_equal(shim_pci_error(napper.s, NORMAL), PCI_ERS_RESULT_RECOVERED);
	napper.verdict = PCI_ERS_RESULT_DISCONNECT;
	assert_int_equal(shim_pci_error(napper.s, NORMAL), PCI_ERS_RESULT_DISCONNECT);
	assert_int_equal(shim_runtime_pm(napper.s, true), 0);
	assert_int_equal(shim_call(napper.s, uses, NULL), 0);
	assert_int_equal(shim_run(napper.s, 99000000), 0);
	assert_false(shim_suspended(napper.s));
	assert_int_equal(shim_run(napper.s, 20000000), 0);
	assert_true(shim_suspended(napper.s));
	assert_int_equal(shim_unbind(napper.s), 0);
	assert_string_equal(napper.told, "PsrnmgfmgntgnduR");
	assert_int_equal(shim_free(napper.s), 0);
}

/* Those who come later are told of an error that stays. */
static long uses_twice(void *arg __maybe_unused)
{
	long first = uses(NULL), second = uses(NULL);

	return second == -EINVAL ? first : 0;
}

/* An error of the callback is the caller's, and of all who come later. */
static void resume_that_fails_is_told(void **state __maybe_unused)
{
	nap_machine();
	assert_int_equal(shim_module_load(napper.s, NULL), 0);
	assert_int_equal(shim_runtime_pm(napper.s, true), 0);
	assert_int_equal(shim_run(napper.s, 200000000), 0);
	assert_true(shim_suspended(napper.s));
	napper.runtime_error = -EIO;
	assert_int_equal(shim_call(napper.s, uses_twice, NULL), -EIO);
	assert_int_equal(shim_free(napper.s), 0);
}

/* ---- texts ---- */

static int long_show(struct seq_file *m, void *unused __maybe_unused)
{
	int i;

	for (i = 0; i < 3000; i++)
		seq_printf(m, "line %d of %s\n", i, (char *)m->private);
	seq_putc(m, 'x');
	seq_puts(m, "y\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(long);

static int failing_show(struct seq_file *m __maybe_unused, void *unused __maybe_unused)
{
	return -ENODEV;
}
DEFINE_SHOW_ATTRIBUTE(failing);

static void make_files(struct napper *n)
{
	static char text[] = "text";

	debugfs_create_file("long", 0400, n->dir, text, &long_fops);
	debugfs_create_file("failing", 0400, n->dir, NULL, &failing_fops);
	debugfs_create_file("secret", 0200, n->dir, NULL, &long_fops);
}

static void texts_are_read_whole(void **state __maybe_unused)
{
	static char text[200000];
	ssize_t n;

	nap_machine();
	napper.at = "P";
	napper.deed = make_files;
	assert_int_equal(shim_module_load(napper.s, NULL), 0);
	n = shim_debugfs_read(napper.s, "napper/long", text, sizeof(text));
	assert_int_equal(n, 10 * 15 + 90 * 16 + 900 * 17 + 2000 * 18 + 3);
	assert_memory_equal(text, "line 0 of text\nline 1", 21);
	assert_memory_equal(text + n - 4, "\nxy\n", 4);
	assert_int_equal(shim_debugfs_read(napper.s, "napper/long", text, 10), 10);
	assert_int_equal(shim_debugfs_read(napper.s, "napper/failing", text, 10), -ENODEV);
	assert_int_equal(shim_debugfs_read(napper.s, "napper/secret", text, 10), -EACCES);
	assert_int_equal(shim_debugfs_read(napper.s, "napper", text, 10), -EISDIR);
	assert_int_equal(shim_debugfs_read(napper.s, "napper/nothing", text, 10), -ENOENT);
	assert_int_equal(shim_free(napper.s), 0);
}

/* ---- mistakes: of the driver, in one of its callbacks, and what the bench does then ---- */

static void reads_a_register(struct napper *n)
{
	readl(n->regs);
}

static void read_later(struct work_struct *work __maybe_unused)
{
	reads_a_register(&napper);
}
static struct delayed_work later;

static void reads_a_register_soon(struct napper *n __maybe_unused)
{
	INIT_DELAYED_WORK(&later, read_later);
	schedule_delayed_work(&later, 1);
}

static void puts_too_often(struct napper *n)
{
	pm_runtime_put_noidle(&n->pdev->dev); /* that of power/control */
	pm_runtime_put_noidle(&n->pdev->dev);
	pm_runtime_get_noresume(&n->pdev->dev);
}

static void resets_its_device(struct napper *n)
{
	pci_try_reset_function(n->pdev);
	pci_reset_function(n->pdev);
}

static void makes_a_file_twice(struct napper *n)
{
	debugfs_create_file("twice", 0400, n->dir, NULL, &long_fops);
	debugfs_create_file("twice", 0400, n->dir, NULL, &long_fops);
}

static void makes_a_file_in_a_file(struct napper *n)
{
	struct dentry *f = debugfs_create_file("file", 0400, n->dir, NULL, &long_fops);

	debugfs_create_file("inside", 0400, f, NULL, &long_fops);
}

static void makes_a_file_for_everybody(struct napper *n)
{
	debugfs_create_file("open", 0444, n->dir, NULL, &long_fops);
}

static void makes_a_file_without_operations(struct napper *n)
{
	debugfs_create_file("idle", 0400, n->dir, NULL, NULL);
}

static void removes_a_folder_twice(struct napper *n)
{
	debugfs_remove(n->dir);
	debugfs_remove(n->dir);
	n->dir = NULL;
}

static void leaves_a_folder_behind(struct napper *n)
{
	n->dir = NULL;
}

static int half_show(struct seq_file *m, void *unused __maybe_unused)
{
	seq_puts(m, "half a line");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(half);

static void ends_in_mid_line(struct napper *n)
{
	debugfs_create_file("half", 0400, n->dir, NULL, &half_fops);
}

static void read_half(void)
{
	char text[100];

	shim_debugfs_read(napper.s, "napper/half", text, sizeof(text));
}

static long read_body(void *arg __maybe_unused)
{
	reads_a_register(&napper);
	return 0;
}

static void read_asleep(void)
{
	shim_runtime_pm(napper.s, true);
	shim_run(napper.s, 200000000);
	assert_true(shim_suspended(napper.s));
	shim_call(napper.s, read_body, NULL);
}

static void freeze_channel(void)
{
	shim_pci_error(napper.s, FROZEN);
	shim_run(napper.s, 100000000);
}

static void keep_autosuspend(void)
{
	napper.keep_autosuspend = 1;
}

static void keep_count(void)
{
	napper.keep_count = 1;
}

static void sleep_and_wake(void)
{
	shim_sleep(napper.s);
	shim_wake(napper.s);
}

static void each_mistake_is_found(void **state __maybe_unused)
{
	static const struct {
		const char *name, *at;
		void (*deed)(struct napper *n);
		void (*bench)(void);
		const char *check, *text; /* text: NULL when it is said at the end */
		unsigned int more;        /* than once */
	} m[] = {
		{ "reads_a_register_asleep", "", NULL, read_asleep, "pm", "while the device sleeps", 0 },
		{ "puts_too_often", "P", puts_too_often, NULL, "pm", "underflow", 0 },
		{ "leaves_autosuspend_on", "", NULL, keep_autosuspend, "pm", NULL, 0 },
		{ "leaves_with_another_count", "", NULL, keep_count, "pm", NULL, 0 },
		{ "reads_a_register_cut_off", "f", reads_a_register_soon, freeze_channel, "pci", "the reset", 0 },
		{ "resets_its_device_in_a_callback", "s", resets_its_device, sleep_and_wake, "pci", "device lock", 0 },
		{ "makes_a_file_twice", "P", makes_a_file_twice, NULL, "debugfs", "there already", 0 },
		{ "makes_a_file_in_a_file", "P", makes_a_file_in_a_file, NULL, "debugfs", "no folder", 0 },
		{ "makes_a_file_for_everybody", "P", makes_a_file_for_everybody, NULL, "debugfs", "everybody", 0 },
		{ "makes_a_file_without_operations", "P", makes_a_file_without_operations, NULL, "debugfs",
		  "no operations", 0 },
		{ "ends_in_mid_line", "P", ends_in_mid_line, read_half, "debugfs", "newline", 0 },
		{ "removes_a_folder_twice", "R", removes_a_folder_twice, NULL, "debugfs", NULL, 0 },
		{ "leaves_a_folder_behind", "R", leaves_a_folder_behind, NULL, "C5", NULL, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++) {
		unsigned int failed;

		nap_machine();
		napper.at = m[i].at;
		napper.deed = m[i].deed;
		planted = m[i].name;
		shim_expect(napper.s, m[i].check, 1 + m[i].more);
		shim_module_load(napper.s, NULL);
		if (m[i].bench)
			m[i].bench();
		if (m[i].text && !strstr(shim_last(napper.s), m[i].text))
			fail_msg("%s: %s", m[i].name, shim_last(napper.s));
		failed = shim_free(napper.s);
		planted = NULL;
		if (failed)
			fail_msg("%s: %u other failures", m[i].name, failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_called_in_the_kernel_s_order),
		cmocka_unit_test(resume_that_fails_is_told),
		cmocka_unit_test(texts_are_read_whole),
		cmocka_unit_test(each_mistake_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
