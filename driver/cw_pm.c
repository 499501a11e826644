// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Sleep: of the system, and of the card alone when nobody uses it (runtime PM, which
 * power/control of the PCI device has to be set to "auto" for). Every request and every
 * look at the card holds it awake. Saving, power states and restoring are the PCI core's.
 */
#include <linux/pm_runtime.h>

#include "causeway.h"

#define CW_IDLE_MS 1000 /* awake for so long without use */

/* The PCI device outlives every file of ours: cw->pdev is a reference. */
int cw_wake(struct cw_dev *cw)
{
	if (READ_ONCE(cw->gone))
		return -ENODEV;
	return pm_runtime_resume_and_get(&cw->pdev->dev) < 0 ? -EIO : 0;
}

void cw_unwake(struct cw_dev *cw)
{
	pm_runtime_mark_last_busy(&cw->pdev->dev);
	pm_runtime_put_autosuspend(&cw->pdev->dev);
}

bool cw_awake(struct cw_dev *cw)
{
	return pm_runtime_active(&cw->pdev->dev);
}

/* The PCI core has counted a use for the time of probe; it is given back here, and taken again by remove(). */
void cw_pm_start(struct cw_dev *cw)
{
	pm_runtime_set_autosuspend_delay(&cw->pdev->dev, CW_IDLE_MS);
	pm_runtime_use_autosuspend(&cw->pdev->dev);
	pm_runtime_mark_last_busy(&cw->pdev->dev);
	pm_runtime_put_autosuspend(&cw->pdev->dev);
}

void cw_pm_stop(struct cw_dev *cw)
{
	pm_runtime_get_sync(&cw->pdev->dev);
	pm_runtime_dont_use_autosuspend(&cw->pdev->dev);
}

static int cw_sleep(struct device *dev)
{
	struct cw_dev *cw = dev_get_drvdata(dev);

	mutex_lock(&cw->power);
	if (cw->access == CW_ACCESS_YES) {
		cw_drain(cw);
		cw_pause(cw, CW_ACCESS_LATER);
	}
	mutex_unlock(&cw->power);
	return 0;
}

/* A card that does not come back is given up, which its users are told, and no error here: that would
 * keep the PCI core from ever trying again.
 */
static int cw_rise(struct device *dev)
{
	struct cw_dev *cw = dev_get_drvdata(dev);

	mutex_lock(&cw->power);
	if (cw->access == CW_ACCESS_LATER)
		cw_restart(cw);
	mutex_unlock(&cw->power);
	return 0;
}

const struct dev_pm_ops cw_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(cw_sleep, cw_rise)
	RUNTIME_PM_OPS(cw_sleep, cw_rise, NULL)
};
