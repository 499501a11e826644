// SPDX-License-Identifier: BSD-2-Clause
/* The PCI core: configuration space, enabling, saving, resetting, drivers. Sections: PCIe Base Specification 6.0. */
#include "internal.h"

/* ---- configuration space ---- */

int pci_read_config_dword(const struct pci_dev *p, int reg, u32 *v)
{
	(void)p;
	if (reg & 3 || reg < 0 || reg >= 4096) {
		*v = U32_MAX;
		return -EINVAL;
	}
	return kshim_cfg_read((u16)reg, v);
}

int pci_read_config_word(const struct pci_dev *p, int reg, u16 *v)
{
	u32 d;
	int ret = reg & 1 ? -EINVAL : pci_read_config_dword(p, reg & ~3, &d);

	*v = ret ? U16_MAX : (u16)(d >> (8 * (reg & 2)));
	return ret;
}

int pci_read_config_byte(const struct pci_dev *p, int reg, u8 *v)
{
	u32 d;
	int ret = pci_read_config_dword(p, reg & ~3, &d);

	*v = ret ? U8_MAX : (u8)(d >> (8 * (reg & 3)));
	return ret;
}

int pci_write_config_dword(const struct pci_dev *p, int reg, u32 v)
{
	(void)p;
	return reg & 3 ? -EINVAL : kshim_cfg_write((u16)reg, 4, v);
}

int pci_write_config_word(const struct pci_dev *p, int reg, u16 v)
{
	(void)p;
	return reg & 1 ? -EINVAL : kshim_cfg_write((u16)reg, 2, v);
}

int pci_write_config_byte(const struct pci_dev *p, int reg, u8 v)
{
	(void)p;
	return kshim_cfg_write((u16)reg, 1, v);
}

u8 pci_find_capability(struct pci_dev *p, int cap)
{
	u8 pos = 0, id, tries = 48;

	pci_read_config_byte(p, PCI_CAPABILITY_LIST, &pos);
	while (pos >= 0x40 && tries--) {
		pci_read_config_byte(p, pos, &id);
		if (id == cap)
			return pos;
		pci_read_config_byte(p, pos + 1, &pos);
		pos &= (u8)~3;
	}
	return 0;
}

u16 pci_find_ext_capability(struct pci_dev *p, int cap)
{
	int pos = 0x100, tries = 480;
	u32 h;

	while (pos >= 0x100 && tries--) {
		if (pci_read_config_dword(p, pos, &h) || !h || h == U32_MAX)
			return 0;
		if ((int)(h & 0xffff) == cap)
			return (u16)pos;
		pos = (int)(h >> 20) & 0xffc;
	}
	return 0;
}

u64 pci_get_dsn(struct pci_dev *p)
{
	(void)p;
	return kshim->hdev.serial;
}

int pcie_capability_read_word(struct pci_dev *p, int pos, u16 *v)
{
	return p->pcie_cap ? pci_read_config_word(p, p->pcie_cap + pos, v) : (*v = 0, 0);
}

int pcie_capability_read_dword(struct pci_dev *p, int pos, u32 *v)
{
	return p->pcie_cap ? pci_read_config_dword(p, p->pcie_cap + pos, v) : (*v = 0, 0);
}

int pcie_capability_write_word(struct pci_dev *p, int pos, u16 v)
{
	return p->pcie_cap ? pci_write_config_word(p, p->pcie_cap + pos, v) : 0;
}

int pcie_capability_clear_and_set_word(struct pci_dev *p, int pos, u16 clear, u16 set)
{
	u16 v;
	int ret = pcie_capability_read_word(p, pos, &v);

	return ret ? ret : pcie_capability_write_word(p, pos, (u16)((v & ~clear) | set));
}

/* Device Control, 7:5 maximum payload, 14:12 maximum read request: 128 << n (section 7.5.3.4). */
int pcie_get_mps(struct pci_dev *p)
{
	u16 v;

	pcie_capability_read_word(p, PCI_EXP_DEVCTL, &v);
	return 128 << ((v & PCI_EXP_DEVCTL_PAYLOAD) >> 5);
}

int pcie_get_readrq(struct pci_dev *p)
{
	u16 v;

	pcie_capability_read_word(p, PCI_EXP_DEVCTL, &v);
	return 128 << ((v & PCI_EXP_DEVCTL_READRQ) >> 12);
}

int pcie_set_readrq(struct pci_dev *p, int rq)
{
	if (rq < 128 || rq > 4096 || !is_power_of_2((unsigned long)rq))
		return -EINVAL;
	return pcie_capability_clear_and_set_word(p, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_READRQ,
						  (u16)((ilog2(rq) - 7) << 12));
}

void pcie_print_link_status(struct pci_dev *p)
{
	dev_info(&p->dev, "simulated PCIe link\n");
}

/* ---- enabling ---- */

static void command(struct pci_dev *p, u16 clear, u16 set)
{
	u16 v = 0;

	pci_read_config_word(p, PCI_COMMAND, &v);
	pci_write_config_word(p, PCI_COMMAND, (u16)((v & ~clear) | set));
}

int pci_enable_device(struct pci_dev *p)
{
	struct shim *s = kshim;

	kshim_might_sleep("pci_enable_device", NULL);
	if (kshim_should_fail("pci_enable_device"))
		return -ENODEV;
	kshim_res_add(RES_ENABLE, p, 0, true, NULL);
	if (s->enable_n++ == 0) {
		command(p, 0, PCI_COMMAND_MEMORY);
		p->is_enabled = 1;
	}
	return 0;
}

int pci_enable_device_mem(struct pci_dev *p)
{
	return pci_enable_device(p);
}

void pci_disable_device(struct pci_dev *p)
{
	struct shim *s = kshim;

	if (!s->enable_n) {
		kshim_fail("pci", NULL, "disabling already-disabled device");
		return;
	}
	kshim_res_del(RES_ENABLE, p);
	if (--s->enable_n)
		return;
	pci_clear_master(p);
	p->is_enabled = 0;
}

static void devm_disable(void *data)
{
	struct shim *s = kshim;

	if (s->irq_mode != IRQ_MODE_NONE)
		pci_free_irq_vectors(data);
	if (s->enable_n)
		pci_disable_device(data);
	s->managed_enable = false;
}

int pcim_enable_device(struct pci_dev *p)
{
	int ret = pci_enable_device(p);

	if (ret)
		return ret;
	kshim->managed_enable = true;
	kshim_devres_add(&p->dev, devm_disable, p);
	return 0;
}

int pci_is_enabled(struct pci_dev *p)
{
	return p->is_enabled;
}

void pci_set_master(struct pci_dev *p)
{
	command(p, 0, PCI_COMMAND_MASTER);
	p->is_busmaster = 1;
}

void pci_clear_master(struct pci_dev *p)
{
	u16 v = 0;

	/* What the register says counts: somebody before this driver may have set it. */
	pci_read_config_word(p, PCI_COMMAND, &v);
	if (v & PCI_COMMAND_MASTER)
		pci_write_config_word(p, PCI_COMMAND, (u16)(v & ~PCI_COMMAND_MASTER));
	p->is_busmaster = 0;
}

struct pci_dev *pci_dev_get(struct pci_dev *p)
{
	get_device(&p->dev);
	return p;
}

void pci_dev_put(struct pci_dev *p)
{
	put_device(&p->dev);
}

bool pci_dev_is_disconnected(const struct pci_dev *p)
{
	return p->error_state == pci_channel_io_perm_failure;
}

bool pci_device_is_present(struct pci_dev *p)
{
	u32 id;

	if (pci_dev_is_disconnected(p))
		return false;
	return !pci_read_config_dword(p, PCI_VENDOR_ID, &id) && id != U32_MAX;
}

int pci_set_power_state(struct pci_dev *p, pci_power_t state)
{
	u16 v;

	if (!p->pm_cap)
		return -EIO;
	pci_read_config_word(p, p->pm_cap + PCI_PM_CTRL, &v);
	pci_write_config_word(p, p->pm_cap + PCI_PM_CTRL, (u16)((v & ~PCI_PM_CTRL_STATE_MASK) | (u16)state));
	msleep(10); /* D3hot to D0 takes at most 10 ms (section 5.9.2) */
	p->current_state = state;
	return 0;
}

/* ---- saving and resetting ---- */

int pci_save_state(struct pci_dev *p)
{
	int i;

	for (i = 0; i < 16; i++)
		pci_read_config_dword(p, 4 * i, &p->saved_config_space[i]);
	for (i = 0; p->pcie_cap && i < 3; i++)
		pcie_capability_read_word(p, (const int[]){ PCI_EXP_DEVCTL, PCI_EXP_LNKCTL, PCI_EXP_DEVCTL2 }[i],
					  &kshim->saved_exp[i]);
	p->state_saved = true;
	return 0;
}

/* As the kernel, from the end: BARs before the command register turns them on. Vectors are set up again. */
void pci_restore_state(struct pci_dev *p)
{
	int i;

	if (!p->state_saved)
		return;
	for (i = 0; p->pcie_cap && i < 3; i++)
		pcie_capability_write_word(p, (const int[]){ PCI_EXP_DEVCTL, PCI_EXP_LNKCTL, PCI_EXP_DEVCTL2 }[i],
					   kshim->saved_exp[i]);
	for (i = 15; i >= 4; i--)
		pci_write_config_dword(p, 4 * i, p->saved_config_space[i]);
	pci_write_config_dword(p, PCI_CACHE_LINE_SIZE, p->saved_config_space[3]);
	pci_write_config_word(p, PCI_COMMAND, (u16)p->saved_config_space[1]);
	kshim_msi_restore(kshim);
	p->state_saved = false;
}

/* Kept apart: others save and restore meanwhile. */
struct pci_saved_state {
	u32 config_space[16];
	u16 exp[3];
};

struct pci_saved_state *pci_store_saved_state(struct pci_dev *p)
{
	struct pci_saved_state *st = p->state_saved ? kmalloc(sizeof(*st), GFP_KERNEL) : NULL;

	if (!st)
		return NULL;
	memcpy(st->config_space, p->saved_config_space, sizeof(st->config_space));
	memcpy(st->exp, kshim->saved_exp, sizeof(st->exp));
	return st;
}

int pci_load_saved_state(struct pci_dev *p, struct pci_saved_state *st)
{
	p->state_saved = false;
	if (!st)
		return 0;
	memcpy(p->saved_config_space, st->config_space, sizeof(st->config_space));
	memcpy(kshim->saved_exp, st->exp, sizeof(st->exp));
	p->state_saved = true;
	return 0;
}

int pci_wait_for_pending_transaction(struct pci_dev *p)
{
	int i;
	u16 v;

	for (i = 0; i < 4; i++) {
		pcie_capability_read_word(p, PCI_EXP_DEVSTA, &v);
		if (!(v & PCI_EXP_DEVSTA_TRPND))
			return 1;
		msleep((1u << i) * 100 / 2);
	}
	return 0;
}

/* A function answers configuration requests within 100 ms of FLR (section 6.6.2), maybe with CRS first. */
int pcie_flr(struct pci_dev *p)
{
	u32 id, waited;

	if (!pci_wait_for_pending_transaction(p))
		dev_err(&p->dev, "timed out waiting for pending transaction; performing function level reset anyway\n");
	pcie_capability_set_word(p, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
	msleep(100);
	for (waited = 0; waited < 60000; waited += 20) {
		if (!pci_read_config_dword(p, PCI_COMMAND, &id) && id != U32_MAX)
			return 0;
		msleep(20);
	}
	return -ENOTTY;
}

int pcie_reset_flr(struct pci_dev *p, bool probe)
{
	u32 cap;

	pcie_capability_read_dword(p, PCI_EXP_DEVCAP, &cap);
	if (!(cap & PCI_EXP_DEVCAP_FLR))
		return -ENOTTY;
	return probe ? 0 : pcie_flr(p);
}

/* ---- drivers ---- */

static const struct pci_device_id *match(const struct pci_driver *d, const struct pci_dev *p)
{
	const struct pci_device_id *id;

	for (id = d->id_table; id && (id->vendor || id->subvendor || id->class_mask); id++)
		if ((id->vendor == PCI_ANY_ID || id->vendor == p->vendor) &&
		    (id->device == PCI_ANY_ID || id->device == p->device) &&
		    (id->subvendor == PCI_ANY_ID || id->subvendor == p->subsystem_vendor) &&
		    (id->subdevice == PCI_ANY_ID || id->subdevice == p->subsystem_device) &&
		    !((id->class ^ p->class) & id->class_mask))
			return id;
	return NULL;
}

static void unbound(struct shim *s)
{
	kshim_devres_release(&s->pdev.dev);
	kshim_leaks(s, false);
	s->bound = false;
	s->pdev.dev.driver = NULL;
	s->pdev.dev.driver_data = NULL;
	memset(s->iomap_table, 0, sizeof(s->iomap_table));
}

int kshim_pci_probe(struct shim *s)
{
	const struct pci_device_id *id = s->drv ? match(s->drv, &s->pdev) : NULL;
	int ret;

	if (!id)
		return -ENODEV;
	if (s->bound)
		return -EBUSY;
	kshim_device_lock(s);
	s->bound = true;
	s->drv->driver.name = s->drv->name;
	s->pdev.dev.driver = &s->drv->driver;
	kshim_pm_probe(s);
	ret = s->drv->probe(&s->pdev, id);
	if (ret) {
		dev_warn(&s->pdev.dev, "probe with driver %s failed with error %d\n", s->drv->name, ret);
		kshim_pm_probe_failed(s);
		unbound(s);
	}
	kshim_device_unlock(s);
	return ret;
}

int kshim_pci_remove(struct shim *s)
{
	kshim_device_lock(s);
	if (!s->bound) {
		kshim_device_unlock(s);
		return -ENODEV;
	}
	kshim_pm_remove(s);
	if (s->drv->remove)
		s->drv->remove(&s->pdev);
	kshim_pm_removed(s);
	unbound(s);
	kshim_device_unlock(s);
	return 0;
}

int kshim_pci_register(struct pci_driver *d, struct module *owner)
{
	struct shim *s = kshim;

	if (s->drv)
		return -EBUSY;
	if (kshim_should_fail("pci_register_driver"))
		return -ENOMEM;
	s->drv = d;
	s->drv_owner = owner;
	kshim_pci_probe(s); /* its failure is not the driver's registration's */
	return 0;
}

void pci_unregister_driver(struct pci_driver *d)
{
	struct shim *s = kshim;

	if (s->drv != d) {
		kshim_fail("pci", NULL, "pci_unregister_driver() of a driver that is not registered");
		return;
	}
	kshim_pci_remove(s);
	s->drv = NULL;
}

/* ---- the device ---- */

static void bar_init(struct pci_dev *p, int i, const struct cw_host_bar *b)
{
	if (!b->size)
		return;
	p->resource[i].start = b->base;
	p->resource[i].end = b->base + b->size - 1;
	p->resource[i].name = "BAR";
	p->resource[i].flags = IORESOURCE_MEM | (b->is_64 ? IORESOURCE_MEM_64 : 0) |
			       (b->prefetch ? IORESOURCE_PREFETCH : 0);
}

static void pdev_release(struct device *d)
{
	(void)d;
}

void kshim_pci_init(struct shim *s)
{
	struct pci_dev *p = &s->pdev;
	int i;

	p->bus = &s->bus;
	s->bus.number = (unsigned char)(s->hdev.bdf >> 8);
	p->devfn = s->hdev.bdf & 0xff;
	p->vendor = s->hdev.vendor;
	p->device = s->hdev.device;
	p->subsystem_vendor = s->hdev.subvendor;
	p->subsystem_device = s->hdev.subdevice;
	p->class = s->hdev.class_rev >> 8;
	p->revision = (u8)s->hdev.class_rev;
	p->pcie_cap = (u8)s->hdev.cap_pcie;
	p->msi_cap = (u8)s->hdev.cap_msi;
	p->msix_cap = (u8)s->hdev.cap_msix;
	p->pm_cap = (u8)s->hdev.cap_pm;
	p->error_state = pci_channel_io_normal;
	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		bar_init(p, i, &s->hdev.bar[i]);
	kshim_device_setup(&p->dev, NULL);
	p->dev.release = pdev_release;
	p->dev.pci = true;
	scnprintf(p->dev.name, sizeof(p->dev.name), "0000:%02x:%02x.%d", s->bus.number, PCI_SLOT(p->devfn),
		  PCI_FUNC(p->devfn));
	/* What the PCI core starts with: 32 bits, segments of 64 KiB that do not cross 4 GiB. */
	p->dma_mask = DMA_BIT_MASK(32);
	p->dev.dma_mask = &p->dma_mask;
	p->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	p->dev.dma_parms = &p->dma_parms;
	p->dma_parms.max_segment_size = SZ_64K;
	p->dma_parms.segment_boundary_mask = U32_MAX;
}
