/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: power management. Usage counts are exact: one put too many, or a
 * driver that leaves with another count than it found, is a failed check, as is any access to
 * registers while the device sleeps.
 */
#ifndef KSHIM_PM_H
#define KSHIM_PM_H

#include "kshim_types.h"
#pragma GCC system_header

struct device;
typedef struct { int event; } pm_message_t;
enum rpm_status { RPM_ACTIVE = 0, RPM_RESUMING, RPM_SUSPENDED, RPM_SUSPENDING };
struct dev_pm_info {
	int usage, delay_ms, runtime_error;
	enum rpm_status runtime_status;
	bool autosuspend;
	u64 last_busy;
};
struct dev_pm_ops {
	int (*prepare)(struct device *dev);
	void (*complete)(struct device *dev);
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
	int (*freeze)(struct device *dev);
	int (*thaw)(struct device *dev);
	int (*poweroff)(struct device *dev);
	int (*restore)(struct device *dev);
	int (*runtime_suspend)(struct device *dev);
	int (*runtime_resume)(struct device *dev);
	int (*runtime_idle)(struct device *dev);
};
#define SYSTEM_SLEEP_PM_OPS(s, r) .suspend = (s), .resume = (r), .freeze = (s), .thaw = (r), .poweroff = (s), .restore = (r),
#define RUNTIME_PM_OPS(s, r, i) .runtime_suspend = (s), .runtime_resume = (r), .runtime_idle = (i),
#define pm_ptr(p) (p)
#define pm_sleep_ptr(p) (p)

int kshim_pm_get(struct device *d, bool drop, const struct kshim_site *site);
#define pm_runtime_get_sync(d) kshim_pm_get(d, false, KSHIM_SITE)
#define pm_runtime_resume_and_get(d) kshim_pm_get(d, true, KSHIM_SITE)
void pm_runtime_get_noresume(struct device *d);
void pm_runtime_put_noidle(struct device *d);
int pm_runtime_put_autosuspend(struct device *d);
void pm_runtime_mark_last_busy(struct device *d);
void pm_runtime_set_autosuspend_delay(struct device *d, int ms);
void pm_runtime_use_autosuspend(struct device *d);
void pm_runtime_dont_use_autosuspend(struct device *d);
bool pm_runtime_active(struct device *d);
bool pm_runtime_status_suspended(struct device *d);

#endif
