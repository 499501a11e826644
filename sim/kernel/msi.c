// SPDX-License-Identifier: BSD-2-Clause
/* Interrupt vectors: MSI-X, MSI or INTx, programmed into the card as the kernel does it.
 * Section numbers are those of the PCIe Base Specification 6.0. */
#include "internal.h"

static u64 table_entry(struct shim *s, int vector)
{
	return s->hdev.bar[s->hdev.msix_table_bar].base + s->hdev.msix_table_offset + 16ull * (unsigned int)vector;
}

/* Per-vector mask bits of MSI (section 7.7.1.7), where there are any; true if they are there. */
static bool msi_mask_reg(struct shim *s, u16 *reg)
{
	u16 v;

	if (pci_read_config_word(&s->pdev, s->hdev.cap_msi + PCI_MSI_FLAGS, &v))
		return false;
	*reg = (u16)(s->hdev.cap_msi + (v & PCI_MSI_FLAGS_64BIT ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32));
	return v & PCI_MSI_FLAGS_MASKBIT;
}

static void msi_mask_write(struct shim *s)
{
	u16 reg;

	if (msi_mask_reg(s, &reg))
		pci_write_config_dword(&s->pdev, reg, s->msi_masked);
}

/* Vector control of a table entry, bit 0: mask (section 7.7.2.8). */
static void msix_mask(struct shim *s, int vector, bool mask)
{
	u32 v = mask;

	kshim_mem_write(table_entry(s, vector) + 12, &v, 4);
	if (mask) /* as the kernel: nothing comes after the read is back */
		kshim_mem_read(table_entry(s, vector) + 12, 4, NULL);
}

void kshim_msi_mask(struct shim *s, int vector, bool mask)
{
	if (vector < 0)
		return;
	if (s->irq_mode == IRQ_MODE_MSIX && s->host) {
		msix_mask(s, vector, mask);
	} else if (s->irq_mode == IRQ_MODE_MSI) {
		s->msi_masked = mask ? s->msi_masked | BIT(vector) : s->msi_masked & ~BIT(vector);
		msi_mask_write(s);
	}
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
	if (!on) {
		pci_write_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, v);
		pci_intx(&s->pdev, 1);
		return 0;
	}
	pci_write_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, v | PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	pci_intx(&s->pdev, 0); /* as the kernel, although MSI-X alone silences INTx */
	for (i = 0; i < s->line_n; i++)
		msix_write(s, (int)i, !s->line[i].action || s->line[i].depth);
	return pci_write_config_word(&s->pdev, reg + PCI_MSIX_FLAGS, v | PCI_MSIX_FLAGS_ENABLE);
}

/* Message control, bit 0 enable, 6:4 log2 of the vectors, bit 7 64-bit capable (section 7.7.1.2). */
static void msi_message(struct shim *s, u16 control)
{
	u16 reg = s->hdev.cap_msi;
	uint64_t addr;
	u32 data;

	cw_host_msi_message(s->host, 0, &addr, &data);
	pci_write_config_dword(&s->pdev, reg + PCI_MSI_ADDRESS_LO, (u32)addr);
	if (control & PCI_MSI_FLAGS_64BIT)
		pci_write_config_dword(&s->pdev, reg + PCI_MSI_ADDRESS_HI, (u32)(addr >> 32));
	pci_write_config_word(&s->pdev, reg + (control & PCI_MSI_FLAGS_64BIT ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), (u16)data);
	pci_read_config_word(&s->pdev, reg + PCI_MSI_FLAGS, &control);
}

/* As the kernel: all is masked and set up while the capability is off; each vector is unmasked with its handler. */
static int msi_enable(struct shim *s, bool on, unsigned int n)
{
	u16 reg = s->hdev.cap_msi, v;

	pci_read_config_word(&s->pdev, reg + PCI_MSI_FLAGS, &v);
	v &= (u16)~(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	pci_write_config_word(&s->pdev, reg + PCI_MSI_FLAGS, v);
	if (!on) {
		pci_intx(&s->pdev, 1);
		s->msi_masked = 0;
		msi_mask_write(s);
		return 0;
	}
	msi_mask_write(s);
	v |= (u16)(order_base_2(n) << 4);
	pci_write_config_word(&s->pdev, reg + PCI_MSI_FLAGS, v);
	msi_message(s, v);
	pci_intx(&s->pdev, 0);
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
		s->line[i].vector = (int)i;
	}
	s->line_n = n;
	s->irq_mode = mode;
	s->msi_masked = n < 32 ? BIT(n) - 1 : U32_MAX;
	s->pdev.msix_enabled = mode == IRQ_MODE_MSIX;
	s->pdev.msi_enabled = mode == IRQ_MODE_MSI;
	if (mode == IRQ_MODE_MSI)
		s->pdev.irq = IRQ_BASE;
	return (int)n;
}

static int msi_count(struct shim *s)
{
	u16 v;

	if (!s->pdev.msi_cap || s->p.no_msi)
		return 0;
	if (pci_read_config_word(&s->pdev, s->pdev.msi_cap + PCI_MSI_FLAGS, &v))
		return 0;
	return 1 << ((v & PCI_MSI_FLAGS_QMASK) >> 1);
}

/* What the machine grants of what the card has. */
static int granted(const struct shim *s, int n)
{
	return s->p.msix_limit ? min(n, (int)s->p.msix_limit) : n;
}

static int msix_count(struct shim *s)
{
	int n = s->pdev.msix_cap && !s->p.no_msix ? s->hdev.msix_n : 0;

	return granted(s, n);
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

/* A card is given a power of two of MSI vectors (section 7.7.1.2); the kernel would grant, and waste, the rest. */
static unsigned int msi_grant(struct shim *s, unsigned int max_n)
{
	unsigned int n = (unsigned int)min((int)min(max_n, 32u), granted(s, msi_count(s)));

	return n ? (unsigned int)rounddown_pow_of_two(n) : 0;
}

static int intx_grant(struct shim *s)
{
	s->irq_mode = IRQ_MODE_INTX;
	pci_intx(&s->pdev, 1);
	return 1;
}

int pci_alloc_irq_vectors(struct pci_dev *p, unsigned int min_n, unsigned int max_n, unsigned int flags)
{
	struct shim *s = kshim;
	unsigned int n;

	kshim_might_sleep("pci_alloc_irq_vectors", NULL);
	if (s->irq_mode != IRQ_MODE_NONE)
		kshim_fail("irq", NULL, "pci_alloc_irq_vectors() a second time");
	if (s->irq_mode != IRQ_MODE_NONE || max_n < min_n || !p->is_enabled)
		return -EINVAL;
	if (kshim_should_fail("pci_alloc_irq_vectors"))
		return -ENOSPC;
	n = (unsigned int)min((int)min(max_n, 2048u), msix_count(s));
	if ((flags & PCI_IRQ_MSIX) && n && n >= min_n) {
		lines_new(s, n, IRQ_MODE_MSIX);
		msix_enable(s, true);
		return (int)n;
	}
	n = msi_grant(s, max_n);
	if ((flags & PCI_IRQ_MSI) && n && n >= min_n) {
		lines_new(s, n, IRQ_MODE_MSI);
		msi_enable(s, true, n);
		return (int)n;
	}
	if ((flags & PCI_IRQ_INTX) && min_n == 1)
		return intx_grant(s);
	return -ENOSPC;
}

/* Handlers must be gone; the kernel does not forgive that of MSI lines, and here INTx is no better. */
static void handlers_left(const struct irq_line *l)
{
	const struct irq_action *a;

	for (a = l->action; a; a = a->next)
		if (a != &l->s->neighbour)
			kshim_fail("irq", a->site, "pci_free_irq_vectors() while irq %u has a handler, requested",
				   kshim_line_irq(l));
}

void pci_free_irq_vectors(struct pci_dev *p)
{
	struct shim *s = kshim;
	unsigned int i;

	for (i = 0; i < s->line_n; i++)
		handlers_left(&s->line[i]);
	if (s->irq_mode == IRQ_MODE_INTX)
		handlers_left(&s->intx);
	if (s->irq_mode == IRQ_MODE_MSIX)
		msix_enable(s, false);
	else if (s->irq_mode == IRQ_MODE_MSI)
		msi_enable(s, false, 0);
	p->msi_enabled = p->msix_enabled = 0;
	p->irq = IRQ_INTX;
	s->irq_mode = IRQ_MODE_NONE;
	kshim_vectors_exit(s);
}

int pci_irq_vector(struct pci_dev *p, unsigned int n)
{
	if (!p->msi_enabled && !p->msix_enabled)
		return n ? -EINVAL : (int)p->irq;
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
	u16 old, v;

	if (pci_read_config_word(p, PCI_COMMAND, &old))
		return;
	v = on ? old & (u16)~PCI_COMMAND_INTX_DISABLE : old | PCI_COMMAND_INTX_DISABLE;
	if (v != old)
		pci_write_config_word(p, PCI_COMMAND, v);
}
