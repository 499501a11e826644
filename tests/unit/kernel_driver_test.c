// SPDX-License-Identifier: BSD-2-Clause
/*
 * The machine's PCI core, interrupts and registers under a small driver of this
 * file for the machine's dummy card: it comes and goes without a trace, and each
 * thing that it forgets or does wrong is found by its check.
 */
#include "kernel_rig.h"

#include <linux/cdev.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/pci.h>

#define BAR_BYTES 0x10000

/* What remove() leaves behind, by choice. */
enum { FORGET_ENABLE = 1, FORGET_REGION = 2, FORGET_MAP = 4, FORGET_IRQ = 8, FORGET_COHERENT = 16 };

static struct small {
	struct shim *s;
	struct pci_dev *pdev;
	u8 *regs;
	void *ring;
	dma_addr_t ring_dma;
	unsigned int forget, irqs, in_irq;
	irqreturn_t (*handler)(struct small *d);
	irqreturn_t (*thread)(struct small *d);
	void (*deed)(struct small *d); /* at the end of probe() */
	spinlock_t lock;
} small;

static irqreturn_t small_irq(int irq __maybe_unused, void *data)
{
	struct small *d = data;

	d->irqs++;
	d->in_irq += in_hardirq();
	return d->handler ? d->handler(d) : IRQ_HANDLED;
}

static irqreturn_t small_thread(int irq __maybe_unused, void *data)
{
	struct small *d = data;

	return d->thread ? d->thread(d) : IRQ_HANDLED;
}

static int small_probe(struct pci_dev *p, const struct pci_device_id *id __maybe_unused)
{
	struct small *d = &small;
	int ret = pci_enable_device(p);

	if (ret)
		return ret;
	d->pdev = p;
	spin_lock_init(&d->lock);
	ret = pci_request_region(p, 0, "small");
	if (ret)
		goto err_disable;
	ret = -ENOMEM;
	d->regs = pci_iomap(p, 0, 0);
	if (!d->regs)
		goto err_region;
	pci_set_master(p);
	d->ring = dma_alloc_coherent(&p->dev, 4096, &d->ring_dma, GFP_KERNEL);
	if (!d->ring)
		goto err_unmap;
	ret = pci_alloc_irq_vectors(p, 1, 2, PCI_IRQ_ALL_TYPES);
	if (ret < 0)
		goto err_ring;
	ret = pci_request_irq(p, 0, small_irq, small_thread, d, "small");
	if (ret)
		goto err_vectors;
	if (d->deed)
		d->deed(d);
	return 0;

err_vectors:
	pci_free_irq_vectors(p);
err_ring:
	dma_free_coherent(&p->dev, 4096, d->ring, d->ring_dma);
err_unmap:
	pci_iounmap(p, d->regs);
err_region:
	pci_release_region(p, 0);
err_disable:
	pci_disable_device(p);
	return ret;
}

static void small_remove(struct pci_dev *p)
{
	struct small *d = &small;

	if (!(d->forget & FORGET_IRQ)) {
		pci_free_irq(p, 0, d);
		pci_free_irq_vectors(p);
	}
	if (!(d->forget & FORGET_COHERENT))
		dma_free_coherent(&p->dev, 4096, d->ring, d->ring_dma);
	if (!(d->forget & FORGET_MAP))
		pci_iounmap(p, d->regs);
	if (!(d->forget & FORGET_REGION))
		pci_release_region(p, 0);
	if (!(d->forget & FORGET_ENABLE))
		pci_disable_device(p);
}

static const struct pci_device_id small_ids[] = { { PCI_DEVICE(0x1234, 0x0001) }, { 0 } };
MODULE_DEVICE_TABLE(pci, small_ids);

static struct pci_driver small_driver = {
	.name = "small", .id_table = small_ids, .probe = small_probe, .remove = small_remove,
};
module_pci_driver(small_driver);

/* ---- a good life ---- */

static void small_machine(bool explore)
{
	struct shim_param p;

	shim_param_default(&p);
	p.quiet = true;
	p.explore = explore;
	memset(&small, 0, sizeof(small));
	small.s = machine_with(&p);
}

static void a_driver_comes_and_goes_without_a_trace(void **state __maybe_unused)
{
	struct shim_stats st;

	small_machine(true);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(shim_module_load(small.s, NULL), 0);
		assert_true(shim_bound(small.s));
		assert_int_equal(shim_module_load(small.s, NULL), -EEXIST);
		assert_int_equal(shim_unbind(small.s), 0);
		assert_int_equal(shim_unbind(small.s), -ENODEV);
		assert_int_equal(shim_bind(small.s), 0);
		assert_int_equal(shim_bind(small.s), -EBUSY);
		assert_int_equal(shim_module_unload(small.s), 0);
		assert_int_equal(shim_module_unload(small.s), -ENOENT);
	}
	shim_get_stats(small.s, &st);
	assert_int_equal(st.live_mappings, 0);
	assert_int_equal(st.allocations, 0);
	assert_int_equal(shim_free(small.s), 0);
}

/* Each call that can fail does so once; nothing stays behind whichever it is. */
static void probe_undoes_itself_wherever_it_fails(void **state __maybe_unused)
{
	int failures = 0;

	small_machine(false);
	for (unsigned int n = 1; n < 12; n++) {
		shim_fail_nth(small.s, n);
		if (!shim_module_load(small.s, NULL)) {
			failures += !shim_bound(small.s);
			shim_fail_nth(small.s, 0);
			assert_int_equal(shim_module_unload(small.s), 0);
		} else {
			failures++;
		}
	}
	assert_true(failures >= 6);
	assert_int_equal(shim_free(small.s), 0);
}

static void interrupts_reach_their_handler_once_each(void **state __maybe_unused)
{
	small_machine(true);
	assert_int_equal(shim_module_load(small.s, NULL), 0);
	for (unsigned int i = 1; i <= 20; i++) {
		shim_dummy_irq(small.s, 0);
		shim_run(small.s, 100000);
		assert_int_equal(small.irqs, i);
		assert_int_equal(small.in_irq, i);
	}
	disable_irq_nosync((unsigned int)pci_irq_vector(small.pdev, 0));
	shim_dummy_irq(small.s, 0);
	shim_run(small.s, 100000);
	assert_int_equal(small.irqs, 20);
	shim_unbind(small.s);
	assert_int_equal(small.irqs, 21); /* a handler that may share its line is called once more when it is freed */
	shim_dummy_irq(small.s, 0); /* nobody is there: nothing is called */
	shim_run(small.s, 100000);
	assert_int_equal(small.irqs, 21);
	assert_int_equal(shim_free(small.s), 0);
}

static u64 seen_offset, seen_value;

static void dummy_write(void *ctx __maybe_unused, uint64_t offset, uint64_t value)
{
	seen_offset = offset;
	seen_value = value;
}

static long registers(void *arg)
{
	u8 *r = small.regs, buf[16];

	writel(0x11223344, r + 0x20);
	WANT(seen_offset == 0x20 && seen_value == 0x11223344);
	WANT(readl(r + 0x20) == 0x11223344 && readw(r + 0x22) == 0x1122 && readb(r + 0x21) == 0x33);
	writeq(0x8877665544332211ull, r + 0x28);
	WANT(readq(r + 0x28) == 0x8877665544332211ull && readl(r + 0x2c) == 0x88776655);
	writeb(0xff, r + BAR_BYTES - 1);
	WANT(readb(r + BAR_BYTES - 1) == 0xff);
	memcpy_fromio(buf, r + 0x21, 7); /* in pieces that are each aligned */
	WANT(buf[0] == 0x33 && buf[2] == 0x11 && buf[6] == 0);
	shim_surprise(arg, true);
	WANT(readl(r + 0x20) == U32_MAX);
	writel(5, r + 0x20);
	shim_surprise(arg, false);
	WANT(readl(r + 0x20) == 0x11223344);
	return 0;
}

static void registers_are_read_and_written_in_any_width(void **state __maybe_unused)
{
	struct shim_param p;

	shim_param_default(&p);
	p.dummy_write = dummy_write;
	memset(&small, 0, sizeof(small));
	small.s = machine_with(&p);
	assert_int_equal(shim_module_load(small.s, NULL), 0);
	assert_int_equal(shim_call(small.s, registers, small.s), 0);
	assert_int_equal(shim_free(small.s), 0);
}

/* ---- what is forgotten ---- */

static void what_remove_forgets_is_found(void **state __maybe_unused)
{
	static const struct {
		unsigned int forget, found; /* an interrupt is forgotten as a handler and as its vectors */
		const char *text, *name;
	} f[] = {
		{ FORGET_ENABLE, 1, "enabled device", "forgets_to_disable" },
		{ FORGET_REGION, 1, "BAR region", "forgets_a_region" },
		{ FORGET_MAP, 1, "BAR mapping", "forgets_a_BAR_mapping" },
		{ FORGET_IRQ, 2, "interrupt vectors were not freed", "forgets_an_interrupt" },
		{ FORGET_COHERENT, 1, "dma_alloc_coherent", "forgets_coherent_memory" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(f); i++) {
		small_machine(true);
		assert_int_equal(shim_module_load(small.s, NULL), 0);
		small.forget = f[i].forget;
		planted = f[i].name;
		shim_expect(small.s, "C5", f[i].found);
		shim_unbind(small.s);
		assert_int_equal(shim_check_count(small.s, "C5"), f[i].found);
		planted = NULL;
		assert_non_null(strstr(shim_last(small.s), f[i].text));
		/* It is found again at the end; that is not the subject here. */
		shim_expect(small.s, "C5", f[i].found);
		shim_free(small.s);
	}
}

/* ---- what is done wrong ---- */

static void reads_unaligned(struct small *d) { (void)readl(d->regs + 2); }
static void reads_past_the_end(struct small *d) { (void)readl(d->regs + BAR_BYTES); }
static void reads_nowhere(struct small *d __maybe_unused) { (void)readl((void *)16ul); }

static void reads_what_is_unmapped(struct small *d)
{
	u8 *regs = pci_iomap(d->pdev, 0, 0);

	pci_iounmap(d->pdev, regs);
	(void)readl(regs);
}

static void unmaps_registers_twice(struct small *d)
{
	u8 *regs = pci_iomap(d->pdev, 0, 0);

	pci_iounmap(d->pdev, regs);
	pci_iounmap(d->pdev, regs);
}

static void releases_a_region_twice(struct small *d)
{
	pci_release_region(d->pdev, 0);
	pci_release_region(d->pdev, 0);
	if (pci_request_region(d->pdev, 0, "again"))
		small.irqs = 999;
}

static void disables_too_often(struct small *d)
{
	pci_disable_device(d->pdev);
	pci_disable_device(d->pdev);
	if (pci_enable_device(d->pdev))
		small.irqs = 999;
}

static void maps_a_disabled_device(struct small *d)
{
	pci_disable_device(d->pdev);
	pci_iounmap(d->pdev, pci_iomap(d->pdev, 0, 0));
	if (pci_enable_device(d->pdev))
		small.irqs = 999;
}

static void allocates_vectors_twice(struct small *d) { pci_alloc_irq_vectors(d->pdev, 1, 1, PCI_IRQ_ALL_TYPES); }
static void frees_an_interrupt_it_has_not(struct small *d) { pci_free_irq(d->pdev, 1, d); }
static void frees_another_s_interrupt(struct small *d) { pci_free_irq(d->pdev, 0, d->ring); }
static void enables_too_often(struct small *d) { enable_irq((unsigned int)pci_irq_vector(d->pdev, 0)); }

static void fire(struct small *d)
{
	shim_dummy_irq(d->s, 0);
	msleep(5);
}

static irqreturn_t sleeping(struct small *d)
{
	d->handler = NULL;
	might_sleep();
	return IRQ_HANDLED;
}

static void sleeps_in_its_handler(struct small *d)
{
	d->handler = sleeping;
	fire(d);
}

static irqreturn_t keeping(struct small *d)
{
	spin_lock(&d->lock);
	d->handler = NULL;
	return IRQ_HANDLED;
}

static void keeps_a_lock_in_its_handler(struct small *d)
{
	d->handler = keeping;
	fire(d);
}

static irqreturn_t taking(struct small *d)
{
	spin_lock(&d->lock);
	spin_unlock(&d->lock);
	return IRQ_HANDLED;
}

static void takes_its_handler_s_lock_with_interrupts_on(struct small *d)
{
	d->handler = taking;
	fire(d);
	spin_lock(&d->lock);
	spin_unlock(&d->lock);
}

static irqreturn_t waiting(struct small *d)
{
	synchronize_hardirq((unsigned int)pci_irq_vector(d->pdev, 0));
	return IRQ_HANDLED;
}

static void waits_for_itself(struct small *d)
{
	d->handler = waiting;
	fire(d);
}

static void maps_for_writing_what_is_read(struct small *d)
{
	u32 word; /* the card reads what was given to it for writing */
	dma_addr_t a;
	void *p = kmalloc(64, GFP_KERNEL);

	a = dma_map_single(&d->pdev->dev, p, 64, DMA_FROM_DEVICE);
	if (dma_mapping_error(&d->pdev->dev, a) || !shim_dummy_dma(d->s, a, &word, 4, false))
		small.irqs = 999;
	dma_unmap_single(&d->pdev->dev, a, 64, DMA_FROM_DEVICE);
	kfree(p);
}

/* The card reads what the driver put into the ring before it rang. */
static void rings(struct small *d, bool relaxed)
{
	u32 word = 0, *ring = d->ring;

	*ring = 0x1234;
	if (relaxed)
		writel_relaxed(1, d->regs + 8);
	else
		writel(1, d->regs + 8);
	if (shim_dummy_dma(d->s, d->ring_dma, &word, 4, false) || word != (relaxed ? 0 : 0x1234))
		small.irqs = 999;
}

static void rings_without_a_barrier(struct small *d)
{
	rings(d, false);
	((u32 *)d->ring)[0] = 0;
	wmb();
	rings(d, true);
}

static void deletes_a_cdev_that_is_not_there(struct small *d __maybe_unused)
{
	static const struct file_operations ops;
	struct cdev c;

	cdev_init(&c, &ops);
	cdev_del(&c);
}

static void unregisters_other_numbers(struct small *d __maybe_unused)
{
	dev_t dev;

	if (alloc_chrdev_region(&dev, 0, 4, "small"))
		small.irqs = 999;
	unregister_chrdev_region(dev, 3);
	unregister_chrdev_region(dev, 4);
}

static void puts_a_module_it_has_not(struct small *d __maybe_unused) { module_put(THIS_MODULE); __module_get(THIS_MODULE); }

static void each_misuse_of_the_card_is_found(void **state __maybe_unused)
{
	static const struct {
		const char *name;
		void (*deed)(struct small *d);
		const char *check, *text;
		unsigned int more; /* than once */
	} m[] = {
		{ "reads_unaligned", reads_unaligned, "mmio", "not aligned", 0 },
		{ "reads_past_the_end", reads_past_the_end, "mmio", "outside the mapping", 0 },
		{ "reads_nowhere", reads_nowhere, "mmio", "no mapping of a BAR", 0 },
		{ "reads_what_is_unmapped", reads_what_is_unmapped, "mmio", "unmapped", 0 },
		{ "unmaps_registers_twice", unmaps_registers_twice, "mmio", "not mapped", 0 },
		{ "releases_a_region_twice", releases_a_region_twice, "pci", "not requested", 0 },
		{ "disables_too_often", disables_too_often, "pci", "already-disabled", 0 },
		{ "maps_a_disabled_device", maps_a_disabled_device, "pci", "not enabled", 0 },
		{ "allocates_vectors_twice", allocates_vectors_twice, "irq", "second time", 0 },
		{ "frees_an_interrupt_it_has_not", frees_an_interrupt_it_has_not, "irq", "already-free", 0 },
		{ "frees_another_s_interrupt", frees_another_s_interrupt, "irq", "already-free", 0 },
		{ "enables_too_often", enables_too_often, "irq", "Unbalanced enable", 0 },
		{ "sleeps_in_its_handler", sleeps_in_its_handler, "atomic-sleep", "hard interrupt", 0 },
		{ "keeps_a_lock_in_its_handler", keeps_a_lock_in_its_handler, "lock-held", "ended holding", 1 },
		{ "takes_its_handler_s_lock_with_interrupts_on", takes_its_handler_s_lock_with_interrupts_on,
		  "irq-unsafe", "with interrupts on", 0 },
		{ "waits_for_itself", waits_for_itself, "irq", "waits for ever", 0 },
		{ "maps_for_writing_what_is_read", maps_for_writing_what_is_read, "C9", "direction", 0 },
		{ "rings_without_a_barrier", rings_without_a_barrier, "dma-order", "writel() since", 0 },
		{ "deletes_a_cdev_that_is_not_there", deletes_a_cdev_that_is_not_there, "chrdev", "not added", 0 },
		{ "unregisters_other_numbers", unregisters_other_numbers, "chrdev", "3 numbers", 0 },
		{ "puts_a_module_it_has_not", puts_a_module_it_has_not, "module", "without a reference", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++) {
		unsigned int failed;

		small_machine(false);
		small.deed = m[i].deed;
		planted = m[i].name;
		shim_expect(small.s, m[i].check, 1 + m[i].more);
		shim_module_load(small.s, NULL);
		if (!strstr(shim_last(small.s), m[i].text) || small.irqs == 999)
			fail_msg("%s: %s", m[i].name, shim_last(small.s));
		failed = shim_free(small.s);
		planted = NULL;
		if (failed)
			fail_msg("%s: %u other failures", m[i].name, failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_comes_and_goes_without_a_trace),
		cmocka_unit_test(probe_undoes_itself_wherever_it_fails),
		cmocka_unit_test(interrupts_reach_their_handler_once_each),
		cmocka_unit_test(registers_are_read_and_written_in_any_width),
		cmocka_unit_test(what_remove_forgets_is_found),
		cmocka_unit_test(each_misuse_of_the_card_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
