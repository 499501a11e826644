/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: PCI, register access, interrupts.
 *
 * __iomem pointers are cookies that fault when dereferenced. An access outside
 * the mapped part of a BAR, misaligned, after unmapping or with memory space
 * off is a failed check. Writes are posted; a read costs its round trip.
 */
#ifndef KSHIM_PCI_H
#define KSHIM_PCI_H

#include "kshim_device.h"
#include <linux/pci_regs.h>
#pragma GCC system_header

/* ---- registers ---- */
u64 kshim_mmio_read(const volatile void *addr, unsigned int len, const struct kshim_site *site);
void kshim_mmio_write(volatile void *addr, u64 v, unsigned int len, bool relaxed, const struct kshim_site *site);
void kshim_mmio_copy(volatile void *addr, const void *p, size_t n, bool write, const struct kshim_site *site);
#define KSHIM_MMIO_R(a, t) ((t)kshim_mmio_read(a, sizeof(t), KSHIM_SITE))
#define KSHIM_MMIO_W(v, a, t, r) kshim_mmio_write(a, (t)(v), sizeof(t), r, KSHIM_SITE)
#define readb(a) KSHIM_MMIO_R(a, u8)
#define readw(a) KSHIM_MMIO_R(a, u16)
#define readl(a) KSHIM_MMIO_R(a, u32)
#define readq(a) KSHIM_MMIO_R(a, u64)
#define readl_relaxed(a) readl(a)
#define readq_relaxed(a) readq(a)
#define __raw_readl(a) readl(a)
#define __raw_readq(a) readq(a)
#define writeb(v, a) KSHIM_MMIO_W(v, a, u8, false)
#define writew(v, a) KSHIM_MMIO_W(v, a, u16, false)
#define writel(v, a) KSHIM_MMIO_W(v, a, u32, false)
#define writeq(v, a) KSHIM_MMIO_W(v, a, u64, false)
#define writel_relaxed(v, a) KSHIM_MMIO_W(v, a, u32, true)
#define writeq_relaxed(v, a) KSHIM_MMIO_W(v, a, u64, true)
#define __raw_writel(v, a) writel_relaxed(v, a)
#define __raw_writeq(v, a) writeq_relaxed(v, a)
#define ioread8(a) readb(a)
#define ioread16(a) readw(a)
#define ioread32(a) readl(a)
#define ioread64(a) readq(a)
#define iowrite8(v, a) writeb(v, a)
#define iowrite16(v, a) writew(v, a)
#define iowrite32(v, a) writel(v, a)
#define iowrite64(v, a) writeq(v, a)
#define memcpy_fromio(d, a, n) kshim_mmio_copy((volatile void *)(a), d, n, false, KSHIM_SITE)
#define memcpy_toio(a, s, n) kshim_mmio_copy(a, s, n, true, KSHIM_SITE)
/* linux/io-64-nonatomic-{lo,hi}-*.h where the CPU has 64-bit accesses: the same as readq, writeq. */
static inline u64 hi_lo_readq(const volatile void *a) { u64 h = readl((const char *)a + 4); return readl(a) | h << 32; }
static inline u64 lo_hi_readq(const volatile void *a) { u64 l = readl(a); return l | (u64)readl((const char *)a + 4) << 32; }
static inline void lo_hi_writeq(u64 v, volatile void *a) { writel((u32)v, a); writel((u32)(v >> 32), (char *)a + 4); }
static inline void hi_lo_writeq(u64 v, volatile void *a) { writel((u32)(v >> 32), (char *)a + 4); writel((u32)v, a); }
#define mmiowb() barrier()
#define IOMEM_ERR_PTR(e) ERR_PTR(e)

/* ---- interrupts ---- */
typedef enum { IRQ_NONE = 0, IRQ_HANDLED = 1, IRQ_WAKE_THREAD = 2 } irqreturn_t;
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);
#define IRQF_SHARED 0x80ul
#define IRQF_ONESHOT 0x2000ul
#define IRQF_NO_AUTOEN 0x80000ul
#define IRQF_NO_THREAD 0x10000ul
#define IRQF_NOBALANCING 0x800ul
#define IRQF_TRIGGER_NONE 0ul
int kshim_request_irq(unsigned int irq, irq_handler_t fn, irq_handler_t thread, unsigned long flags,
		      const char *name, void *dev, struct device *managed, const struct kshim_site *site);
#define request_irq(i, f, fl, n, d) kshim_request_irq(i, f, NULL, fl, n, d, NULL, KSHIM_SITE)
#define request_threaded_irq(i, f, t, fl, n, d) kshim_request_irq(i, f, t, fl, n, d, NULL, KSHIM_SITE)
#define devm_request_irq(dv, i, f, fl, n, d) kshim_request_irq(i, f, NULL, fl, n, d, dv, KSHIM_SITE)
#define devm_request_threaded_irq(dv, i, f, t, fl, n, d) kshim_request_irq(i, f, t, fl, n, d, dv, KSHIM_SITE)
const void *free_irq(unsigned int irq, void *dev);
void devm_free_irq(struct device *d, unsigned int irq, void *dev);
void synchronize_irq(unsigned int irq);
void synchronize_hardirq(unsigned int irq);
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
void enable_irq(unsigned int irq);
struct cpumask { unsigned long bits[1]; };
#define irq_set_affinity_hint(i, m) ((void)(i), (void)(m), 0)
#define irq_update_affinity_hint(i, m) ((void)(i), (void)(m), 0)

/* ---- PCI ---- */
#define PCI_ANY_ID (~0U)
#define PCI_D0 0
#define PCI_D3hot 3
#define PCI_STD_NUM_BARS 6
#define IORESOURCE_IO 0x100
#define IORESOURCE_MEM 0x200
#define IORESOURCE_PREFETCH 0x2000
#define IORESOURCE_MEM_64 0x100000
#define PCI_IRQ_INTX (1 << 0)
#define PCI_IRQ_LEGACY PCI_IRQ_INTX
#define PCI_IRQ_MSI (1 << 1)
#define PCI_IRQ_MSIX (1 << 2)
#define PCI_IRQ_AFFINITY (1 << 3)
#define PCI_IRQ_ALL_TYPES (PCI_IRQ_INTX | PCI_IRQ_MSI | PCI_IRQ_MSIX)
#define PCI_DEVFN(s, f) ((((s) & 0x1f) << 3) | ((f) & 7))
#define PCI_SLOT(d) (((d) >> 3) & 0x1f)
#define PCI_FUNC(d) ((d) & 7)
typedef unsigned int pci_channel_state_t;
enum { pci_channel_io_normal = 1, pci_channel_io_frozen = 2, pci_channel_io_perm_failure = 3 };
typedef unsigned int pci_ers_result_t;
enum { PCI_ERS_RESULT_NONE = 1, PCI_ERS_RESULT_CAN_RECOVER = 2, PCI_ERS_RESULT_NEED_RESET = 3,
	PCI_ERS_RESULT_DISCONNECT = 4, PCI_ERS_RESULT_RECOVERED = 5, PCI_ERS_RESULT_NO_AER_DRIVER = 6 };
typedef int pci_power_t;

struct resource { resource_size_t start, end; const char *name; unsigned long flags; };
#define resource_size(r) ((r)->end - (r)->start + 1)
struct pci_bus { unsigned char number; int domain; struct pci_dev *self; };
struct pci_dev {
	struct pci_bus *bus;
	unsigned int devfn;
	unsigned short vendor, device, subsystem_vendor, subsystem_device;
	unsigned int class;
	u8 revision;
	u8 pcie_cap, msi_cap, msix_cap, pm_cap;
	struct device dev;
	unsigned int irq;
	struct resource resource[PCI_STD_NUM_BARS];
	pci_channel_state_t error_state;
	pci_power_t current_state;
	u64 dma_mask;
	struct device_dma_parameters dma_parms;
	unsigned int is_enabled:1, is_busmaster:1, msi_enabled:1, msix_enabled:1, is_virtfn:1, is_physfn:1;
	u32 saved_config_space[16];
	bool state_saved;
};
struct pci_device_id {
	__u32 vendor, device, subvendor, subdevice, class, class_mask;
	unsigned long driver_data;
	__u32 override_only;
};
#define PCI_DEVICE(v, d) .vendor = (v), .device = (d), .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_DEVICE_SUB(v, d, sv, sd) .vendor = (v), .device = (d), .subvendor = (sv), .subdevice = (sd)
#define PCI_VDEVICE(v, d) .vendor = PCI_VENDOR_ID_##v, .device = (d), .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_DEVICE_DATA(v, d, data) PCI_VDEVICE(v, PCI_DEVICE_ID_##v##_##d), 0, 0, (unsigned long)(data)
#define PCI_DEVICE_CLASS(c, m) .class = (c), .class_mask = (m), .vendor = PCI_ANY_ID, .device = PCI_ANY_ID, \
	.subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_VENDOR_ID_XILINX 0x10ee
#define PCI_VENDOR_ID_ALTERA 0x1172
struct pci_error_handlers {
	pci_ers_result_t (*error_detected)(struct pci_dev *dev, pci_channel_state_t error);
	pci_ers_result_t (*mmio_enabled)(struct pci_dev *dev);
	pci_ers_result_t (*slot_reset)(struct pci_dev *dev);
	void (*reset_prepare)(struct pci_dev *dev);
	void (*reset_done)(struct pci_dev *dev);
	void (*resume)(struct pci_dev *dev);
	void (*cor_error_detected)(struct pci_dev *dev);
};
struct pci_driver {
	const char *name;
	const struct pci_device_id *id_table;
	int (*probe)(struct pci_dev *dev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *dev);
	int (*suspend)(struct pci_dev *dev, pm_message_t state);
	int (*resume)(struct pci_dev *dev);
	void (*shutdown)(struct pci_dev *dev);
	int (*sriov_configure)(struct pci_dev *dev, int n);
	const struct pci_error_handlers *err_handler;
	const struct attribute_group **groups, **dev_groups;
	struct device_driver driver;
	bool driver_managed_dma;
};
#define to_pci_dev(d) container_of(d, struct pci_dev, dev)
#define dev_is_pci(d) ((d)->pci)
int kshim_pci_register(struct pci_driver *d, struct module *owner);
#define pci_register_driver(d) kshim_pci_register(d, THIS_MODULE)
void pci_unregister_driver(struct pci_driver *d);
#define module_pci_driver(d) module_driver(d, pci_register_driver, pci_unregister_driver)
static inline void *pci_get_drvdata(struct pci_dev *p) { return dev_get_drvdata(&p->dev); }
static inline void pci_set_drvdata(struct pci_dev *p, void *v) { dev_set_drvdata(&p->dev, v); }
static inline const char *pci_name(const struct pci_dev *p) { return dev_name(&p->dev); }
#define pci_domain_nr(b) ((b)->domain)
struct pci_dev *pci_dev_get(struct pci_dev *p);
void pci_dev_put(struct pci_dev *p);
int pci_enable_device(struct pci_dev *p);
int pci_enable_device_mem(struct pci_dev *p);
int pcim_enable_device(struct pci_dev *p);
void pci_disable_device(struct pci_dev *p);
int pci_is_enabled(struct pci_dev *p);
void pci_set_master(struct pci_dev *p);
void pci_clear_master(struct pci_dev *p);
#define pci_resource_start(p, b) ((p)->resource[b].start)
#define pci_resource_end(p, b) ((p)->resource[b].end)
#define pci_resource_flags(p, b) ((p)->resource[b].flags)
#define pci_resource_len(p, b) ((p)->resource[b].flags ? resource_size(&(p)->resource[b]) : 0)
#define pci_resource_n(p, b) (&(p)->resource[b])
int pci_request_region(struct pci_dev *p, int bar, const char *name);
void pci_release_region(struct pci_dev *p, int bar);
int pci_request_regions(struct pci_dev *p, const char *name);
void pci_release_regions(struct pci_dev *p);
int pci_request_mem_regions(struct pci_dev *p, const char *name);
void pci_release_mem_regions(struct pci_dev *p);
int pci_request_selected_regions(struct pci_dev *p, int bars, const char *name);
void pci_release_selected_regions(struct pci_dev *p, int bars);
int pci_select_bars(struct pci_dev *p, unsigned long flags);
void *kshim_iomap(struct pci_dev *p, int bar, unsigned long off, unsigned long max, bool managed,
		  const struct kshim_site *site);
#define pci_iomap(p, b, m) kshim_iomap(p, b, 0, m, false, KSHIM_SITE)
#define pci_iomap_range(p, b, o, m) kshim_iomap(p, b, o, m, false, KSHIM_SITE)
#define pci_iomap_wc(p, b, m) pci_iomap(p, b, m)
#define pci_ioremap_bar(p, b) pci_iomap(p, b, 0)
#define pcim_iomap(p, b, m) kshim_iomap(p, b, 0, m, true, KSHIM_SITE)
void pci_iounmap(struct pci_dev *p, void *addr);
void *kshim_ioremap(resource_size_t a, size_t n, const struct kshim_site *site);
#define ioremap(a, n) kshim_ioremap(a, n, KSHIM_SITE)
#define ioremap_wc(a, n) ioremap(a, n)
void iounmap(volatile void *addr);
int pcim_iomap_regions(struct pci_dev *p, int mask, const char *name);
void *const *pcim_iomap_table(struct pci_dev *p);
void *pcim_iomap_region(struct pci_dev *p, int bar, const char *name);

int pci_alloc_irq_vectors(struct pci_dev *p, unsigned int min, unsigned int max, unsigned int flags);
int pci_irq_vector(struct pci_dev *p, unsigned int n);
void pci_free_irq_vectors(struct pci_dev *p);
int pci_msix_vec_count(struct pci_dev *p);
int pci_msi_vec_count(struct pci_dev *p);
#define pci_alloc_irq_vectors_affinity(p, mn, mx, f, a) pci_alloc_irq_vectors(p, mn, mx, f)
int kshim_pci_request_irq(struct pci_dev *p, unsigned int n, irq_handler_t fn, irq_handler_t thread, void *dev,
			  const struct kshim_site *site, const char *fmt, ...) __printf(7, 8);
#define pci_request_irq(p, n, f, t, d, fmt, args...) kshim_pci_request_irq(p, n, f, t, d, KSHIM_SITE, fmt, ##args)
void pci_free_irq(struct pci_dev *p, unsigned int n, void *dev);
void pci_intx(struct pci_dev *p, int on);

int pci_read_config_byte(const struct pci_dev *p, int reg, u8 *v);
int pci_read_config_word(const struct pci_dev *p, int reg, u16 *v);
int pci_read_config_dword(const struct pci_dev *p, int reg, u32 *v);
int pci_write_config_byte(const struct pci_dev *p, int reg, u8 v);
int pci_write_config_word(const struct pci_dev *p, int reg, u16 v);
int pci_write_config_dword(const struct pci_dev *p, int reg, u32 v);
u8 pci_find_capability(struct pci_dev *p, int cap);
u16 pci_find_ext_capability(struct pci_dev *p, int cap);
u64 pci_get_dsn(struct pci_dev *p);
static inline bool pci_is_pcie(struct pci_dev *p) { return p->pcie_cap != 0; }
static inline int pci_pcie_cap(struct pci_dev *p) { return p->pcie_cap; }
int pcie_capability_read_word(struct pci_dev *p, int pos, u16 *v);
int pcie_capability_read_dword(struct pci_dev *p, int pos, u32 *v);
int pcie_capability_write_word(struct pci_dev *p, int pos, u16 v);
int pcie_capability_clear_and_set_word(struct pci_dev *p, int pos, u16 clear, u16 set);
static inline int pcie_capability_set_word(struct pci_dev *p, int pos, u16 set)
{
	return pcie_capability_clear_and_set_word(p, pos, 0, set);
}
static inline int pcie_capability_clear_word(struct pci_dev *p, int pos, u16 clear)
{
	return pcie_capability_clear_and_set_word(p, pos, clear, 0);
}
int pcie_get_mps(struct pci_dev *p);
int pcie_get_readrq(struct pci_dev *p);
int pcie_set_readrq(struct pci_dev *p, int rq);
int pcie_flr(struct pci_dev *p);
int pcie_reset_flr(struct pci_dev *p, bool probe);
int pci_reset_function(struct pci_dev *p);
int pci_try_reset_function(struct pci_dev *p);
int pci_wait_for_pending_transaction(struct pci_dev *p);
void pcie_print_link_status(struct pci_dev *p);
int pci_save_state(struct pci_dev *p);
void pci_restore_state(struct pci_dev *p);
struct pci_saved_state;
struct pci_saved_state *pci_store_saved_state(struct pci_dev *p);
int pci_load_saved_state(struct pci_dev *p, struct pci_saved_state *state);
int pci_set_power_state(struct pci_dev *p, pci_power_t state);
bool pci_dev_is_disconnected(const struct pci_dev *p);
bool pci_device_is_present(struct pci_dev *p);
static inline bool pci_channel_offline(struct pci_dev *p) { return p->error_state != pci_channel_io_normal; }
#define PCI_POSSIBLE_ERROR(v) ((v) == (__typeof__(v))~0ULL)
#define PCI_SET_ERROR_RESPONSE(v) (*(v) = (__typeof__(*(v)))~0ULL)

#endif
