// SPDX-License-Identifier: BSD-2-Clause
/* Interrupt vectors: MSI-X, MSI or INTx, programmed into the card as the kernel does it.
 * Section numbers are those of the PCIe Base Specification 6.0. */
#include "internal.h"

static u64 table_entry(struct shim *s, int vector)
{
	return s->hdev.bar[s->hdev.msix_table_bar].base + s->hdev.msix_table_offset + 16ull * (unsigned int)vector;
}

/* Vector control of a table entry, bit 0: mask (section 7.7.2.8). */
void kshim_msi_mask(struct shim *s, int vector, bool mask)
{
	u32 v = mask;

	if (!s->host || vector < 0 || s->irq_mode != IRQ_MODE_MSIX)
		return;
	kshim_mem_write(table_entry(s, vector) + 12, &v, 4);
	if (mask) /* as the kernel: nothing comes after the read is back */
		kshim_mem_read(table_entry(s, vector) + 12, 4, NULL);
}

static void msix_write(struct shim *s, int vector, bool mask)
{
	struct { uint64_t addr; u32 data, control; } e = { 0, 0, mask };

	cw_host_msi_message(s->host, vector, &e.addr, &e.data);
	kshim_mem_write(table_entry(s, vector), &e.addr, 8);
	kshim_mem_write(table_entry(s, vector) + 8, &e.data, 4);
	kshim_mem_write(table_entry(s, vector) + 12, &e.control, 4);
}

/* Message control: bit 15 enable, bit 14 function mask (section 7.7.2.2). */
static int msix_enable(struct shim *s, bool on)
{
	u16 reg = s->hdev.cap_msix, v;
	unsigned int i;

	if (!s->host)
		return 0;
	pci_read_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, &v);
	v &= (u16)~(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	if (!on)
		return pci_write_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, v);
	pci_write_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, v | PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	for (i = 0; i < s->line_n; i++)
		msix_write(s, (int)i, !s->line[i].site || s->line[i].depth);
	return pci_write_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, v | PCI_MSIX_FLAGS_ENABLE);
}

/* Message control, bit 0 enable, 6:4 log2 of the vectors, bit 7 64-bit capable (section 7.7.1.2). */
static int msi_enable(struct shim *s, bool on, unsigned int n)
{
	u16 reg = s->hdev.cap_msi, v;
	uint64_t addr;
	u32 data;

	if (!s->host)
		return 0;
	pci_read_config_word(&s->pdev, reg + PCI_MSI_FLAGS, &v);
	v &= (u16)~(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	if (!on)
		return pci_write_config_word(&s->pdev, reg + PCI_MSI_FLAGS, v);
	cw_host_msi_message(s->host, 0, &addr, &data);
	pci_write_config_dword(&s->pdev, reg + PCI_MSI_ADDRESS_LO, (u32)addr);
	if (v & PCI_MSI_FLAGS_64BIT)
		pci_write_config_dword(&s->pdev, reg + PCI_MSI_ADDRESS_HI, (u32)(addr >> 32));
	pci_write_config_word(&s->pdev, reg + (v & PCI_MSI_FLAGS_64BIT ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), (u16)data);
	v |= (u16)(order_base_2(n) << 4);
	return pci_write_config_word(&s->pdev, reg + PCI_MSI_FLAGS, v | PCI_MSI_FLAGS_ENABLE);
}

/* After a reset: what the driver had set up goes into the card again. */
void kshim_msi_restore(struct shim *s)
{
	if (s->irq_mode == IRQ_MODE_MSIX)
		msix_enable(s, true);
	else if (s->irq_mode == IRQ_MODE_MSI)
		msi_enable(s, true, s->line_n);
}

static int lines_new(struct shim *s, unsigned int n, int mode)
{
	unsigned int i;

	s->line = calloc(n, sizeof(*s->line));
	if (!s->line)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		s->line[i].s = s;
		s->line[i].vector = mode == IRQ_MODE_INTX ? -1 : (int)i;
	}
	s->line_n = n;
	s->irq_mode = mode;
	s->pdev.msix_enabled = mode == IRQ_MODE_MSIX;
	s->pdev.msi_enabled = mode == IRQ_MODE_MSI;
	return (int)n;
}

static int msi_count(struct shim *s)
{
	u16 v;

	if (!s->pdev.msi_cap || s->p.no_msi)
		return 0;
	if (!s->host)
		return 1;
	if (pci_read_config_word(&s->pdev, s->pdev.msi_cap + PCI_MSI_FLAGS, &v))
		return 0;
	return 1 << ((v & PCI_MSI_FLAGS_QMASK) >> 1);
}

static int msix_count(struct shim *s)
{
	int n = s->pdev.msix_cap && !s->p.no_msix ? s->hdev.msix_n : 0;

	return s->p.msix_limit ? min(n, (int)s->p.msix_limit) : n;
}

int pci_msix_vec_count(struct pci_dev *p)
{
	(void)p;
	return kshim->hdev.msix_n ? kshim->hdev.msix_n : -EINVAL;
}

int pci_msi_vec_count(struct pci_dev *p)
{
	int n = msi_count(kshim);

	(void)p;
	return n ? n : -EINVAL;
}

int pci_alloc_irq_vectors(struct pci_dev *p, unsigned int min_n, unsigned int max_n, unsigned int flags)
{
	struct shim *s = kshim;
	unsigned int n;

	kshim_might_sleep("pci_alloc_irq_vectors", NULL);
	if (s->line_n)
		kshim_fail("irq", NULL, "pci_alloc_irq_vectors() a second time");
	if (s->line_n || max_n < min_n || !p->is_enabled)
		return -EINVAL;
	if (kshim_should_fail("pci_alloc_irq_vectors"))
		return -ENOSPC;
	n = (unsigned int)min((int)min(max_n, 2048u), msix_count(s));
	if ((flags & PCI_IRQ_MSIX) && n && n >= min_n) {
		lines_new(s, n, IRQ_MODE_MSIX);
		msix_enable(s, true);
		return (int)n;
	}
	n = (unsigned int)min((int)min(max_n, 32u), msi_count(s));
	n = n ? (unsigned int)rounddown_pow_of_two(n) : 0;
	if ((flags & PCI_IRQ_MSI) && n && n >= min_n) {
		lines_new(s, n, IRQ_MODE_MSI);
		msi_enable(s, true, n);
		return (int)n;
	}
	if ((flags & PCI_IRQ_INTX) && min_n <= 1)
		return lines_new(s, 1, IRQ_MODE_INTX);
	return -ENOSPC;
}

void pci_free_irq_vectors(struct pci_dev *p)
{
	struct shim *s = kshim;
	unsigned int i;

	for (i = 0; i < s->line_n; i++)
		if (s->line[i].site)
			kshim_fail("irq", s->line[i].site, "pci_free_irq_vectors() while vector %u has a handler, requested",
				   i);
	if (s->irq_mode == IRQ_MODE_MSIX)
		msix_enable(s, false);
	else if (s->irq_mode == IRQ_MODE_MSI)
		msi_enable(s, false, 0);
	p->msi_enabled = p->msix_enabled = 0;
	s->irq_mode = IRQ_MODE_NONE;
	kshim_irq_exit(s);
}

int pci_irq_vector(struct pci_dev *p, unsigned int n)
{
	(void)p;
	return n < kshim->line_n ? (int)(IRQ_BASE + n) : -EINVAL;
}

int kshim_pci_request_irq(struct pci_dev *p, unsigned int n, irq_handler_t fn, irq_handler_t thread, void *dev,
			  const struct kshim_site *site, const char *fmt, ...)
{
	int irq = pci_irq_vector(p, n);
	char name[32];
	va_list ap;

	if (irq < 0)
		return irq;
	va_start(ap, fmt);
	kshim_vformat(name, sizeof(name), fmt, ap);
	va_end(ap);
	return kshim_request_irq((unsigned int)irq, fn, thread, IRQF_SHARED | (fn ? 0 : IRQF_ONESHOT), name, dev, NULL, site);
}

void pci_free_irq(struct pci_dev *p, unsigned int n, void *dev)
{
	free_irq((unsigned int)pci_irq_vector(p, n), dev);
}

void pci_intx(struct pci_dev *p, int on)
{
	u16 v;

	pci_read_config_word(p, PCI_COMMAND, &v);
	v = on ? v & (u16)~PCI_COMMAND_INTX_DISABLE : v | PCI_COMMAND_INTX_DISABLE;
	pci_write_config_word(p, PCI_COMMAND, v);
}
