// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What the PCI core tells of: errors on the link, found by AER, and resets of the function
 * under us. The order of calls after an error: error_detected(), then mmio_enabled() when all drivers
 * there believe in their devices, or slot_reset() when one does not or the link was
 * reset; resume() last, if all went well. Nothing is told if it did not: so from an error
 * until resume() calls fail and nothing waits. reset_done() always follows reset_prepare().
 */
#include <linux/pm_runtime.h>

#include "causeway.h"
#include "cw_hw.h"

static pci_ers_result_t cw_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);
	pci_ers_result_t result = PCI_ERS_RESULT_NEED_RESET;

	mutex_lock(&cw->power);
	if (state == pci_channel_io_normal) {
		/* The link works. Transfers go on: those that met the error end with it by their records. */
		if (cw->access == CW_ACCESS_YES && !atomic_read(&cw->dead))
			result = PCI_ERS_RESULT_CAN_RECOVER;
	} else if (state == pci_channel_io_frozen) {
		dev_warn(&pdev->dev, "the link is cut off: transfers fail until it is reset\n");
		cw_pause(cw, CW_ACCESS_NO);
	} else {
		cw_dev_dead(cw, -ENODEV);
		cw_pause(cw, CW_ACCESS_NO);
		result = PCI_ERS_RESULT_DISCONNECT;
	}
	mutex_unlock(&cw->power);
	return result;
}

/* Registers may be read; the link was not reset. */
static pci_ers_result_t cw_mmio_enabled(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);
	pci_ers_result_t result = PCI_ERS_RESULT_NEED_RESET;

	mutex_lock(&cw->power);
	if (cw->access == CW_ACCESS_YES && !atomic_read(&cw->dead) && cw_read(cw, CW_ID) == CW_ID_MAGIC &&
	    cw_read(cw, CW_STATUS) & CW_STATUS_READY_MASK)
		result = PCI_ERS_RESULT_RECOVERED;
	mutex_unlock(&cw->power);
	return result;
}

static pci_ers_result_t cw_slot_reset(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);
	int ret;

	mutex_lock(&cw->power);
	/* Maybe another device there wanted the reset, and ours was still at work. */
	if (cw->access == CW_ACCESS_YES)
		cw_pause(cw, CW_ACCESS_NO);
	pci_load_saved_state(pdev, cw->saved);
	pci_restore_state(pdev);
	ret = cw_engine_reset(cw);
	mutex_unlock(&cw->power);
	return ret ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_RECOVERED;
}

static void cw_error_resume(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);

	mutex_lock(&cw->power);
	if (cw->access == CW_ACCESS_NO && cw_restart(cw) == 0)
		dev_info(&pdev->dev, "at work again after an error on the link\n");
	mutex_unlock(&cw->power);
}

static void cw_reset_prepare(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);

	mutex_lock(&cw->power);
	cw_pause(cw, CW_ACCESS_LATER);
	mutex_unlock(&cw->power);
}

static void cw_reset_done(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);

	mutex_lock(&cw->power);
	/* One that sleeps starts when it is woken. */
	if (!pm_runtime_status_suspended(&pdev->dev) && cw_restart(cw) == 0)
		dev_info(&pdev->dev, "at work again after a reset\n");
	mutex_unlock(&cw->power);
}

const struct pci_error_handlers cw_error_handlers = {
	.error_detected = cw_error_detected,
	.mmio_enabled = cw_mmio_enabled,
	.slot_reset = cw_slot_reset,
	.resume = cw_error_resume,
	.reset_prepare = cw_reset_prepare,
	.reset_done = cw_reset_done,
};
