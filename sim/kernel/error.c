// SPDX-License-Identifier: BSD-2-Clause
/*
 * Resets and errors of the device under its driver, as drivers/pci/pci.c and pcie/err.c
 * lead through them. The device lock is held meanwhile, as it is by probe(), remove() and sleep.
 */
#include "internal.h"

/* False: by one who holds it, which would wait for itself. */
bool kshim_device_lock(struct shim *s)
{
	if (s->device_owner && s->device_owner == s->cur) {
		kshim_fail("pci", NULL, "the device lock is taken by one who holds it: in a callback of the driver");
		return false;
	}
	while (s->device_owner)
		kshim_wait_key(&s->device_owner, "device_lock()", NULL);
	s->device_owner = s->cur;
	return true;
}

void kshim_device_unlock(struct shim *s)
{
	s->device_owner = NULL;
	kshim_wake_key(&s->device_owner);
}

static const struct pci_error_handlers *handlers(struct shim *s)
{
	return s->bound ? s->drv->err_handler : NULL;
}

/* ---- a reset that somebody asked for ---- */

static int reset_locked(struct shim *s, struct pci_dev *p)
{
	const struct pci_error_handlers *h = handlers(s);
	int ret;

	if (h && h->reset_prepare)
		h->reset_prepare(p);
	pci_save_state(p);
	/* No transactions of its own while it is reset: as pci_dev_save_and_disable(). */
	pci_write_config_word(p, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
	ret = pcie_reset_flr(p, false);
	pci_restore_state(p);
	if (h && h->reset_done)
		h->reset_done(p);
	return ret;
}

int pci_reset_function(struct pci_dev *p)
{
	struct shim *s = kshim;
	int ret;

	if (!kshim_device_lock(s))
		return -EDEADLK;
	ret = pcie_reset_flr(p, true);
	if (!ret) {
		pm_runtime_get_sync(&p->dev); /* as the file in sysfs does */
		ret = reset_locked(s, p);
		pm_runtime_put_autosuspend(&p->dev);
	}
	kshim_device_unlock(s);
	return ret;
}

int pci_try_reset_function(struct pci_dev *p)
{
	return kshim->device_owner ? -EAGAIN : pci_reset_function(p);
}

/* ---- errors ---- */

/* Down for 2 ms, then up; requests to the device 100 ms later at the earliest (section 6.6.1). Nothing of its
 * configuration is left. The walk of capabilities tells the host model's checker where they are. */
static bool hot_reset(struct shim *s, struct pci_dev *p)
{
	unsigned int i;
	u32 id;

	if (s->host)
		kshim_link_set(s, CW_LINK_HOT_RESET);
	msleep(2);
	if (s->host)
		kshim_link_set(s, CW_LINK_UP);
	for (i = 0; s->host && i < 100 && !cw_host_link_is_up(s->host); i++)
		msleep(10);
	msleep(100);
	if (pci_read_config_dword(p, PCI_VENDOR_ID, &id) || id == U32_MAX)
		return false;
	pci_find_capability(p, 0xff);
	return true;
}

/* The driver may change between two of its callbacks: the lock is held for each alone. */
enum told { TOLD_DETECTED, TOLD_MMIO, TOLD_RESET, TOLD_RESUME };

static pci_ers_result_t call(const struct pci_error_handlers *h, enum told what, struct pci_dev *p,
			     pci_channel_state_t state)
{
	switch (what) {
	case TOLD_DETECTED:
		return h->error_detected ? h->error_detected(p, state) : PCI_ERS_RESULT_NO_AER_DRIVER;
	case TOLD_MMIO:
		return h->mmio_enabled ? h->mmio_enabled(p) : PCI_ERS_RESULT_RECOVERED;
	case TOLD_RESET:
		return h->slot_reset ? h->slot_reset(p) : PCI_ERS_RESULT_RECOVERED;
	default:
		if (h->resume)
			h->resume(p);
		return PCI_ERS_RESULT_RECOVERED;
	}
}

static pci_ers_result_t tell(struct shim *s, enum told what, pci_channel_state_t state)
{
	const struct pci_error_handlers *h;
	pci_ers_result_t res;

	kshim_device_lock(s);
	h = handlers(s);
	if (what == TOLD_DETECTED)
		s->pdev.error_state = state;
	else if (what == TOLD_RESUME)
		s->pdev.error_state = pci_channel_io_normal;
	if (h)
		res = call(h, what, &s->pdev, state);
	else
		res = what == TOLD_DETECTED ? PCI_ERS_RESULT_NO_AER_DRIVER : PCI_ERS_RESULT_RECOVERED;
	kshim_device_unlock(s);
	return res;
}

static pci_ers_result_t recover(struct shim *s, pci_channel_state_t state)
{
	pci_ers_result_t res = tell(s, TOLD_DETECTED, state);

	if (state == pci_channel_io_perm_failure || res == PCI_ERS_RESULT_NO_AER_DRIVER)
		return res;
	if (state == pci_channel_io_frozen) {
		s->cut = true;
		if (!hot_reset(s, &s->pdev)) {
			s->cut = false;
			return PCI_ERS_RESULT_DISCONNECT;
		}
		s->cut = false;
	}
	if (res == PCI_ERS_RESULT_CAN_RECOVER)
		res = tell(s, TOLD_MMIO, state);
	if (res == PCI_ERS_RESULT_NEED_RESET)
		res = tell(s, TOLD_RESET, state);
	if (res == PCI_ERS_RESULT_RECOVERED)
		tell(s, TOLD_RESUME, state);
	return res;
}

long kshim_pci_error(struct shim *s, pci_channel_state_t state)
{
	pci_ers_result_t res;

	pm_runtime_get_sync(&s->pdev.dev);
	res = recover(s, state);
	pm_runtime_put_autosuspend(&s->pdev.dev);
	return res == PCI_ERS_RESULT_NO_AER_DRIVER ? -ENOSYS : (long)res;
}
