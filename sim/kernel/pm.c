// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sleep, as drivers/base/power and the PCI core have it: the device alone when nobody uses
 * it (runtime PM), and the whole machine. There is one device that can sleep.
 */
#include "internal.h"

#define FREEZE_PS (20000000000000ull) /* as long as the kernel tries to freeze processes */

static const struct dev_pm_ops *ops(struct shim *s)
{
	return s->bound ? s->drv->driver.pm : NULL;
}

/* ---- the device, down and up ---- */

static int device_down(struct shim *s, int (*callback)(struct device *))
{
	struct pci_dev *p = &s->pdev;
	int ret;

	p->state_saved = false;
	ret = callback ? callback(&p->dev) : 0;
	if (ret)
		return ret;
	if (!p->state_saved)
		pci_save_state(p);
	s->dozing = true;
	if (p->pm_cap)
		pci_set_power_state(p, PCI_D3hot);
	return 0;
}

static int device_up(struct shim *s, int (*callback)(struct device *))
{
	struct pci_dev *p = &s->pdev;

	if (p->pm_cap)
		pci_set_power_state(p, PCI_D0);
	s->dozing = false;
	pci_restore_state(p);
	return callback ? callback(&p->dev) : 0;
}

/* ---- runtime PM ---- */

static void idle_event(struct kshim_event *e);

static u64 idle_at(struct shim *s)
{
	struct dev_pm_info *pm = &s->pdev.dev.power;
	u64 at = pm->autosuspend && pm->delay_ms > 0 ? pm->last_busy + (u64)pm->delay_ms * 1000000 * PS_PER_NS : 0;

	return max(at, kshim_now(s));
}

static void idle_look(struct shim *s)
{
	struct dev_pm_info *pm = &s->pdev.dev.power;

	if (pm->usage || pm->runtime_status != RPM_ACTIVE || !ops(s) || !ops(s)->runtime_suspend || pm->runtime_error)
		return;
	if (!s->idle.armed)
		kshim_event_at(s, &s->idle, idle_at(s), idle_event);
}

static void set_status(struct shim *s, enum rpm_status status)
{
	s->pdev.dev.power.runtime_status = status;
	kshim_wake_key(&s->pdev.dev.power);
}

static void idle_main(void *arg)
{
	struct shim *s = arg;
	struct dev_pm_info *pm = &s->pdev.dev.power;
	int ret;

	if (pm->usage || pm->runtime_status != RPM_ACTIVE || !ops(s) || s->asleep)
		return;
	if (idle_at(s) > kshim_now(s)) {
		idle_look(s);
		return;
	}
	set_status(s, RPM_SUSPENDING);
	ret = device_down(s, ops(s)->runtime_suspend);
	if (ret && ret != -EAGAIN && ret != -EBUSY)
		pm->runtime_error = ret;
	set_status(s, ret ? RPM_ACTIVE : RPM_SUSPENDED);
}

static void idle_event(struct kshim_event *e)
{
	struct shim *s = container_of(e, struct shim, idle);

	kshim_spawn(s, "pm", idle_main, s);
}

static int resume(struct shim *s)
{
	struct dev_pm_info *pm = &s->pdev.dev.power;
	int ret;

	while (pm->runtime_status == RPM_SUSPENDING || pm->runtime_status == RPM_RESUMING)
		kshim_wait_key(pm, "runtime PM", NULL);
	if (pm->runtime_error)
		return -EINVAL;
	if (pm->runtime_status == RPM_ACTIVE)
		return 1;
	set_status(s, RPM_RESUMING);
	ret = device_up(s, ops(s) ? ops(s)->runtime_resume : NULL);
	pm->runtime_error = ret;
	set_status(s, ret ? RPM_SUSPENDED : RPM_ACTIVE);
	return ret;
}

int kshim_pm_get(struct device *d, bool drop, const struct kshim_site *site)
{
	int ret;

	kshim_might_sleep("pm_runtime_get_sync", site);
	d->power.usage++;
	ret = d->pci ? resume(kshim) : 0;
	if (ret >= 0)
		return drop ? 0 : ret;
	if (drop)
		d->power.usage--;
	return ret;
}

void pm_runtime_get_noresume(struct device *d)
{
	d->power.usage++;
}

void pm_runtime_put_noidle(struct device *d)
{
	if (d->power.usage <= 0)
		kshim_fail("pm", NULL, "Runtime PM usage count underflow!");
	else
		d->power.usage--;
}

int pm_runtime_put_autosuspend(struct device *d)
{
	pm_runtime_put_noidle(d);
	if (d->pci)
		idle_look(kshim);
	return 0;
}

void pm_runtime_mark_last_busy(struct device *d)
{
	d->power.last_busy = kshim_now(kshim);
}

void pm_runtime_set_autosuspend_delay(struct device *d, int ms)
{
	d->power.delay_ms = ms;
}

void pm_runtime_use_autosuspend(struct device *d)
{
	d->power.autosuspend = true;
}

void pm_runtime_dont_use_autosuspend(struct device *d)
{
	d->power.autosuspend = false;
}

bool pm_runtime_active(struct device *d)
{
	return d->power.runtime_status == RPM_ACTIVE;
}

bool pm_runtime_status_suspended(struct device *d)
{
	return d->power.runtime_status == RPM_SUSPENDED;
}

int kshim_pm_allow(struct shim *s, bool allow)
{
	struct dev_pm_info *pm = &s->pdev.dev.power;

	if (allow != s->forbidden)
		return 0;
	s->forbidden = !allow;
	if (allow) {
		pm->usage--;
		idle_look(s);
		return 0;
	}
	pm->usage++;
	return min(resume(s), 0);
}

bool shim_suspended(struct shim *s)
{
	return s->pdev.dev.power.runtime_status == RPM_SUSPENDED;
}

/* ---- a driver comes and goes ---- */

void kshim_pm_init(struct shim *s)
{
	s->forbidden = true;
	s->pdev.dev.power.usage = 1;
}

void kshim_pm_probe(struct shim *s)
{
	s->pdev.dev.power.runtime_error = 0;
	pm_runtime_get_sync(&s->pdev.dev);
}

void kshim_pm_probe_failed(struct shim *s)
{
	pm_runtime_put_noidle(&s->pdev.dev);
}

void kshim_pm_remove(struct shim *s)
{
	pm_runtime_get_sync(&s->pdev.dev);
}

void kshim_pm_removed(struct shim *s)
{
	pm_runtime_put_noidle(&s->pdev.dev);
	pm_runtime_put_noidle(&s->pdev.dev); /* that of probe(), which the driver has taken back */
	kshim_event_cancel(&s->idle);
	if (s->pdev.dev.power.autosuspend)
		kshim_fail("pm", NULL, "remove() without pm_runtime_dont_use_autosuspend()");
}

/* Asked when the module goes: calls that were under way at remove() have returned. */
void kshim_pm_leaks(struct shim *s)
{
	int n = s->pdev.dev.power.usage, want = (s->forbidden ? 1 : 0) + s->pm_found;

	if (n != want)
		kshim_fail("pm", NULL, "module unload: the device's usage count is %d, not %d", n, want);
	s->pdev.dev.power.usage = want;
}

void kshim_pm_exit(struct shim *s)
{
	kshim_event_cancel(&s->idle);
}

/* ---- the machine ---- */

void kshim_call_begin(struct shim *s)
{
	while (s->frozen)
		kshim_wait_key(&s->frozen, "the refrigerator", NULL);
	s->calls_n++;
}

void kshim_call_end(struct shim *s)
{
	if (--s->calls_n == 0)
		kshim_wake_key(&s->calls_n);
}

static void thaw(struct shim *s)
{
	s->frozen = false;
	kshim_wake_key(&s->frozen);
}

int kshim_system_sleep(struct shim *s)
{
	u64 deadline = kshim_now(s) + FREEZE_PS;
	int ret;

	if (s->frozen || s->asleep)
		return -EBUSY;
	s->frozen = true;
	while (s->calls_n)
		if (!kshim_wait_key_until(&s->calls_n, deadline, "freezing", NULL)) {
			thaw(s);
			return -EBUSY;
		}
	kshim_device_lock(s);
	pm_runtime_get_sync(&s->pdev.dev);
	ret = device_down(s, ops(s) ? ops(s)->suspend : NULL);
	s->asleep = !ret;
	if (ret)
		pm_runtime_put_autosuspend(&s->pdev.dev);
	kshim_device_unlock(s);
	if (ret)
		thaw(s);
	return ret;
}

int kshim_system_wake(struct shim *s)
{
	int ret;

	if (!s->asleep)
		return -EINVAL;
	kshim_device_lock(s);
	ret = device_up(s, ops(s) ? ops(s)->resume : NULL);
	s->asleep = false;
	pm_runtime_put_autosuspend(&s->pdev.dev);
	kshim_device_unlock(s);
	thaw(s);
	return ret;
}
