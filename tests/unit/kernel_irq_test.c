// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupt lines under a small driver of this file: what requesting them refuses,
 * a level that calls until it falls, a line shared with another device, threads
 * that mask their line; and what a driver can do wrong with them.
 */
#include "kernel_rig.h"

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/pci.h>

static struct dull {
	struct shim *s;
	struct pci_dev *pdev;
	unsigned int flags, vectors; /* asked for; got */
	unsigned int irqs, threads, before; /* calls; level already down in a thread */
	unsigned int lower_at;       /* the call that lowers the level */
	irqreturn_t says, thread_says;
	bool up;                     /* the card's level, as the driver may read it */
	long (*body)(struct dull *d);
	long line;                   /* of a WANT() that did not hold */
} dull;

static void card_intx(struct dull *d, bool level)
{
	d->up = level;
	shim_dummy_intx(d->s, level);
}

static irqreturn_t dull_irq(int irq __maybe_unused, void *data)
{
	struct dull *d = data;

	d->irqs++;
	if (!d->up)
		return d->says == IRQ_HANDLED && !d->lower_at ? IRQ_HANDLED : IRQ_NONE;
	if (d->lower_at && d->irqs >= d->lower_at)
		card_intx(d, false);
	return d->says;
}

static irqreturn_t dull_thread(int irq __maybe_unused, void *data)
{
	struct dull *d = data;

	d->threads++;
	msleep(1);
	d->before += !d->up;
	card_intx(d, false);
	return d->thread_says;
}

static int dull_probe(struct pci_dev *p, const struct pci_device_id *id __maybe_unused)
{
	struct dull *d = &dull;
	int ret = pci_enable_device(p);

	if (ret)
		return ret;
	d->pdev = p;
	ret = pci_alloc_irq_vectors(p, 1, 4, d->flags);
	if (ret < 0) {
		pci_disable_device(p);
		return ret;
	}
	d->vectors = (unsigned int)ret;
	d->line = d->body ? d->body(d) : 0;
	return 0;
}

static void dull_remove(struct pci_dev *p)
{
	pci_free_irq_vectors(p);
	pci_disable_device(p);
}

static const struct pci_device_id dull_ids[] = { { PCI_DEVICE(0x1234, 0x0001) }, { 0 } };
MODULE_DEVICE_TABLE(pci, dull_ids);

static struct pci_driver dull_driver = {
	.name = "dull", .id_table = dull_ids, .probe = dull_probe, .remove = dull_remove,
};
module_pci_driver(dull_driver);

struct setup {
	unsigned int flags;
	bool alone;    /* nobody shares the line */
	bool explore;
	uint64_t seed;
};

static void machine(const struct setup *w)
{
	struct shim_param p;

	shim_param_default(&p);
	p.quiet = true;
	p.neighbour = !w->alone;
	p.explore = w->explore;
	p.seed = w->seed ? w->seed : 1;
	memset(&dull, 0, sizeof(dull));
	dull.says = dull.thread_says = IRQ_HANDLED;
	dull.flags = w->flags;
	dull.s = machine_with(&p);
}

/* Loads the driver, whose probe runs the body; ends without a failed check that was not expected. */
static void life(long (*body)(struct dull *d), const char *name)
{
	unsigned int failed;

	dull.body = body;
	assert_int_equal(shim_module_load(dull.s, NULL), 0);
	if (!shim_bound(dull.s) || dull.line)
		shim_report(dull.s, stderr);
	assert_true(shim_bound(dull.s));
	failed = shim_free(dull.s);
	if (dull.line || failed)
		fail_msg("%s: line %ld, %u checks failed", name, dull.line, failed);
}

static int irq_of(struct dull *d)
{
	return pci_irq_vector(d->pdev, 0);
}

static int request(struct dull *d, irq_handler_t fn, irq_handler_t thread, unsigned long flags, void *dev)
{
	return request_threaded_irq((unsigned int)irq_of(d), fn, thread, flags, "dull", dev);
}

static void give_back(struct dull *d)
{
	free_irq((unsigned int)irq_of(d), d);
}

/* ---- what each type gives ---- */

static long intx_has_one_vector_and_the_device_s_number(struct dull *d)
{
	WANT(d->vectors == 1 && !d->pdev->msi_enabled && !d->pdev->msix_enabled);
	WANT(pci_irq_vector(d->pdev, 0) == (int)d->pdev->irq && pci_irq_vector(d->pdev, 1) == -EINVAL);
	return 0;
}

/* What the capability must hold, and what must be off, at each step (section 7.7.1). */
static long msi_is(struct dull *d, u16 flags, u32 masked, bool intx_off)
{
	u16 cap = d->pdev->msi_cap, control, data, command;
	u32 lo, mask;

	pci_read_config_word(d->pdev, cap + PCI_MSI_FLAGS, &control);
	WANT((control & (PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE)) == flags);
	pci_read_config_dword(d->pdev, cap + PCI_MSI_MASK_64, &mask);
	WANT(mask == masked);
	pci_read_config_word(d->pdev, PCI_COMMAND, &command);
	WANT(!(command & PCI_COMMAND_INTX_DISABLE) == !intx_off);
	pci_read_config_dword(d->pdev, cap + PCI_MSI_ADDRESS_LO, &lo);
	pci_read_config_word(d->pdev, cap + PCI_MSI_DATA_64, &data);
	WANT(lo == 0xfee00000 && !(data & 31));
	return 0;
}

static long msi_has_the_first_vector_s_number(struct dull *d)
{
	WANT(d->vectors == 4 && d->pdev->msi_enabled && !d->pdev->msix_enabled);
	WANT(pci_irq_vector(d->pdev, 0) == (int)d->pdev->irq && pci_irq_vector(d->pdev, 3) == (int)d->pdev->irq + 3);
	WANT(pci_irq_vector(d->pdev, 4) == -EINVAL);
	return 0;
}

static long msi_is_set_up_in_the_card(struct dull *d)
{
	WANT(!msi_is(d, PCI_MSI_FLAGS_ENABLE | 2 << 4, 0xf, true)); /* four vectors, all masked */
	WANT(!request(d, dull_irq, NULL, 0, d));
	WANT(!request_irq((unsigned int)pci_irq_vector(d->pdev, 2), dull_irq, 0, "dull", d));
	WANT(!msi_is(d, PCI_MSI_FLAGS_ENABLE | 2 << 4, 0xa, true));
	give_back(d);
	WANT(!msi_is(d, PCI_MSI_FLAGS_ENABLE | 2 << 4, 0xb, true));
	free_irq((unsigned int)pci_irq_vector(d->pdev, 2), d);
	pci_free_irq_vectors(d->pdev);
	WANT(!msi_is(d, 0, 0, false)); /* off, nothing masked, and INTx may speak again */
	WANT(d->pdev->irq == 16 && !d->pdev->msi_enabled);
	WANT(pci_alloc_irq_vectors(d->pdev, 1, 7, PCI_IRQ_MSI) == 4); /* a power of two */
	pci_free_irq_vectors(d->pdev);
	WANT(pci_alloc_irq_vectors(d->pdev, 5, 7, PCI_IRQ_MSI) == -ENOSPC);
	WANT(pci_alloc_irq_vectors(d->pdev, 1, 100, PCI_IRQ_MSI) == 8);
	WANT(!msi_is(d, PCI_MSI_FLAGS_ENABLE | 3 << 4, 0xff, true));
	return 0;
}

static long msix_leaves_the_device_s_number_alone(struct dull *d)
{
	unsigned int i;

	WANT(d->vectors == 4 && !d->pdev->msi_enabled && d->pdev->msix_enabled);
	for (i = 0; i < 4; i++)
		WANT(pci_irq_vector(d->pdev, i) > 0 && pci_irq_vector(d->pdev, i) != (int)d->pdev->irq);
	WANT(pci_irq_vector(d->pdev, 4) == -EINVAL);
	return 0;
}

static long intx_is_asked_for_alone(struct dull *d)
{
	u16 v;

	pci_free_irq_vectors(d->pdev);
	WANT(pci_alloc_irq_vectors(d->pdev, 2, 4, PCI_IRQ_INTX) == -ENOSPC);
	WANT(pci_alloc_irq_vectors(d->pdev, 1, 4, PCI_IRQ_MSIX) == 4);
	pci_read_config_word(d->pdev, PCI_COMMAND, &v);
	pci_free_irq_vectors(d->pdev);
	pci_intx(d->pdev, 0);
	WANT(pci_alloc_irq_vectors(d->pdev, 1, 4, PCI_IRQ_LEGACY) == 1);
	pci_read_config_word(d->pdev, PCI_COMMAND, &v);
	WANT(!(v & PCI_COMMAND_INTX_DISABLE));
	return 0;
}

static void each_type_grants_what_it_has(void **state __maybe_unused)
{
	static const struct { unsigned int flags; long (*body)(struct dull *d); const char *name; } w[] = {
		{ PCI_IRQ_INTX, intx_has_one_vector_and_the_device_s_number, "INTx" },
		{ PCI_IRQ_INTX | PCI_IRQ_MSI, msi_has_the_first_vector_s_number, "MSI" },
		{ PCI_IRQ_MSI, msi_is_set_up_in_the_card, "MSI in the card" },
		{ PCI_IRQ_ALL_TYPES, msix_leaves_the_device_s_number_alone, "MSI-X" },
		{ PCI_IRQ_INTX, intx_is_asked_for_alone, "INTx alone" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		machine(&(struct setup){ .flags = w[i].flags });
		life(w[i].body, w[i].name);
	}
}

/* ---- what requesting refuses, as the kernel does ---- */

static long refused_on_a_shared_line(struct dull *d)
{
	WANT(request(d, dull_irq, NULL, 0, d) == -EBUSY);                           /* the neighbour shares, this does not */
	WANT(request(d, dull_irq, dull_thread, IRQF_SHARED | IRQF_ONESHOT, d) == -EBUSY); /* the neighbour does not mask */
	WANT(request(d, NULL, dull_thread, IRQF_SHARED | IRQF_ONESHOT, d) == -EBUSY);
	WANT(request(d, NULL, dull_thread, IRQF_SHARED, d) == -EINVAL);             /* a level, and nobody who masks it */
	WANT(request(d, dull_irq, NULL, IRQF_SHARED, NULL) == -EINVAL);             /* which of them is freed? */
	WANT(request(d, dull_irq, NULL, IRQF_SHARED | IRQF_NO_AUTOEN, d) == -EINVAL);
	WANT(request(d, NULL, NULL, IRQF_SHARED, d) == -EINVAL);
	WANT(request_irq(4000, dull_irq, IRQF_SHARED, "dull", d) == -EINVAL);
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	give_back(d);
	return 0;
}

static long refused_on_a_line_of_one_s_own(struct dull *d)
{
	WANT(!request(d, dull_irq, NULL, 0, d));
	WANT(request(d, dull_irq, NULL, IRQF_SHARED, &d->irqs) == -EBUSY); /* the first does not share */
	WANT(request(d, dull_irq, NULL, 0, &d->irqs) == -EBUSY);
	give_back(d);
	WANT(!request(d, NULL, dull_thread, IRQF_ONESHOT, d));
	give_back(d);
	WANT(request(d, NULL, dull_thread, 0, d) == -EINVAL);
	return 0;
}

static void requests_are_refused_as_the_kernel_does(void **state __maybe_unused)
{
	machine(&(struct setup){ .flags = PCI_IRQ_INTX });
	life(refused_on_a_shared_line, "shared");
	machine(&(struct setup){ .flags = PCI_IRQ_INTX, .alone = true });
	life(refused_on_a_line_of_one_s_own, "own");
}

/* ---- a level ---- */

static long called_until_it_falls(struct dull *d)
{
	d->lower_at = 7;
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	WANT(d->irqs == 1); /* a shared handler may be called at any time: it is, at once */
	d->irqs = 0;
	card_intx(d, true);
	msleep(1);
	WANT(d->irqs == 7 && !d->up);
	msleep(1);
	WANT(d->irqs == 7);
	d->irqs = 0;
	card_intx(d, true);
	card_intx(d, false); /* gone before anybody looked: the call comes all the same, and finds nothing */
	msleep(1);
	WANT(d->irqs == 1);
	give_back(d);
	WANT(d->irqs == 2);
	return 0;
}

/* Many interrupts that each take a few calls are no storm, and a handler that denies some is no liar. */
static long many_levels_are_no_storm(struct dull *d)
{
	d->lower_at = 3;
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	for (unsigned int i = 0; i < 150; i++) {
		d->irqs = 0;
		card_intx(d, true);
		usleep_range(100, 100);
		WANT(d->irqs == 3 && !d->up);
	}
	give_back(d);
	return 0;
}

static long denies_six_of_ten(struct dull *d)
{
	d->lower_at = 1; /* without a level: IRQ_NONE */
	WANT(!request(d, dull_irq, NULL, 0, d));
	for (unsigned int i = 0; i < 4000; i++) {
		d->up = i % 10 > 5;
		shim_dummy_irq(d->s, 0);
		usleep_range(10, 10);
	}
	WANT(d->irqs == 4000);
	give_back(d);
	return 0;
}

static long up_before_there_is_a_handler(struct dull *d)
{
	d->lower_at = 1;
	d->says = IRQ_HANDLED;
	card_intx(d, true);
	WANT(!request(d, dull_irq, NULL, 0, d)); /* not shared: nobody else is bothered, and none is called in vain */
	msleep(1);
	WANT(d->irqs == 1 && !d->up);
	disable_irq((unsigned int)irq_of(d));
	d->irqs = 0;
	card_intx(d, true);
	msleep(1);
	WANT(!d->irqs && d->up);
	enable_irq((unsigned int)irq_of(d));
	msleep(1);
	WANT(d->irqs == 1 && !d->up);
	give_back(d);
	return 0;
}

static long masked_until_its_thread_is_done(struct dull *d)
{
	WANT(!request(d, NULL, dull_thread, IRQF_ONESHOT, d));
	for (unsigned int i = 1; i <= 5; i++) {
		card_intx(d, true);
		msleep(10);
		WANT(d->threads == i && !d->up && !d->before);
	}
	give_back(d);
	return 0;
}

/* Freed while its thread has the line masked: whoever comes next finds it open. */
static long freed_while_masked(struct dull *d)
{
	for (unsigned int i = 1; i <= 3; i++) {
		WANT(!request(d, NULL, dull_thread, IRQF_ONESHOT, d));
		card_intx(d, true);
		usleep_range(100, 100);
		WANT(d->threads == i && d->up); /* the thread is at work */
		give_back(d);
		WANT(!d->up);
	}
	return 0;
}

static long the_neighbour_s_calls_are_not_ours(struct dull *d)
{
	struct shim_stats st;

	d->lower_at = 1;
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	d->irqs = 0;
	for (unsigned int i = 0; i < 2000; i++) { /* more than the window: handled by somebody each time */
		shim_neighbour_irq(d->s);
		usleep_range(10, 10);
	}
	shim_get_stats(d->s, &st);
	WANT(st.neighbour_irqs == 2000 && d->irqs >= 2000);
	card_intx(d, true);
	shim_neighbour_irq(d->s);
	usleep_range(10, 10);
	WANT(!d->up);
	give_back(d);
	return 0;
}

static long other_lines_do_not_hear_it(struct dull *d)
{
	WANT(!request(d, dull_irq, NULL, 0, d));
	shim_neighbour_irq(d->s);
	msleep(1);
	WANT(!d->irqs);
	shim_dummy_irq(d->s, 0);
	msleep(1);
	WANT(d->irqs == 1);
	give_back(d);
	return 0;
}

static void levels_behave(void **state __maybe_unused)
{
	static const struct { long (*body)(struct dull *d); const char *name; struct setup w; } w[] = {
		{ called_until_it_falls, "called_until_it_falls", { .flags = PCI_IRQ_INTX } },
		{ many_levels_are_no_storm, "many_levels_are_no_storm", { .flags = PCI_IRQ_INTX } },
		{ denies_six_of_ten, "denies_six_of_ten", { .flags = PCI_IRQ_MSIX } },
		{ up_before_there_is_a_handler, "up_before_there_is_a_handler", { .flags = PCI_IRQ_INTX, .alone = true } },
		{ masked_until_its_thread_is_done, "masked_until_its_thread_is_done",
		  { .flags = PCI_IRQ_INTX, .alone = true } },
		{ freed_while_masked, "freed_while_masked", { .flags = PCI_IRQ_INTX, .alone = true } },
		{ the_neighbour_s_calls_are_not_ours, "the_neighbour_s_calls_are_not_ours", { .flags = PCI_IRQ_INTX } },
		{ other_lines_do_not_hear_it, "other_lines_do_not_hear_it", { .flags = PCI_IRQ_MSIX } },
		{ other_lines_do_not_hear_it, "other_lines_do_not_hear_it", { .flags = PCI_IRQ_MSI } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		for (unsigned int seed = 0; seed < 4; seed++) {
			struct setup x = w[i].w;

			x.seed = seed;
			x.explore = seed > 0;
			machine(&x);
			life(w[i].body, w[i].name);
		}
	}
}

/* ---- what a driver does wrong ---- */

static long storms(struct dull *d, irqreturn_t says)
{
	d->says = says;
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	d->irqs = 0;
	card_intx(d, true);
	msleep(10);
	WANT(d->irqs == 100); /* given up */
	card_intx(d, false);
	give_back(d);
	return 0;
}

static long never_quietens_its_card(struct dull *d) { return storms(d, IRQ_HANDLED); }
static long denies_its_card_s_level(struct dull *d) { return storms(d, IRQ_NONE); }

static long leaves_the_level_to_the_neighbour(struct dull *d)
{
	d->lower_at = 1;
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	give_back(d);
	card_intx(d, true); /* the card was not stopped before its handler was taken away */
	msleep(10);
	card_intx(d, false);
	return 0;
}

static long says_none_to_everything(struct dull *d)
{
	d->says = IRQ_NONE;
	WANT(!request(d, dull_irq, NULL, 0, d));
	for (unsigned int i = 0; i < 1000; i++) {
		shim_dummy_irq(d->s, 0);
		usleep_range(10, 10);
	}
	WANT(d->irqs == 1000);
	give_back(d);
	return 0;
}

static long its_thread_says_none(struct dull *d)
{
	d->thread_says = IRQ_NONE;
	WANT(!request(d, NULL, dull_thread, IRQF_ONESHOT, d));
	for (unsigned int i = 0; i < 1000; i++) {
		shim_dummy_irq(d->s, 0);
		msleep(4);
	}
	WANT(d->threads == 1000);
	give_back(d);
	return 0;
}

static irqreturn_t frees_itself(int irq, void *data)
{
	free_irq((unsigned int)irq, data);
	return IRQ_HANDLED;
}

static long frees_from_its_thread(struct dull *d)
{
	WANT(!request(d, NULL, frees_itself, IRQF_ONESHOT, d));
	shim_dummy_irq(d->s, 0);
	msleep(10);
	give_back(d);
	return 0;
}

static long frees_the_neighbour_s(struct dull *d)
{
	free_irq((unsigned int)irq_of(d), d->s); /* the neighbour's own */
	return 0;
}

static long frees_vectors_under_a_handler(struct dull *d)
{
	WANT(!request(d, dull_irq, NULL, IRQF_SHARED, d));
	pci_free_irq_vectors(d->pdev);
	give_back(d);
	WANT(pci_alloc_irq_vectors(d->pdev, 1, 1, PCI_IRQ_INTX) == 1);
	return 0;
}

static void each_misuse_of_a_line_is_found(void **state __maybe_unused)
{
	static const struct {
		long (*body)(struct dull *d);
		const char *name, *check, *text;
		unsigned int flags;
	} m[] = {
		{ never_quietens_its_card, "never_quietens_its_card", "irq-storm", "quietened nothing", PCI_IRQ_INTX },
		{ denies_its_card_s_level, "denies_its_card_s_level", "irq-storm", "nobody cared", PCI_IRQ_INTX },
		{ leaves_the_level_to_the_neighbour, "leaves_the_level_to_the_neighbour", "irq-storm", "nobody cared",
		  PCI_IRQ_INTX },
		{ says_none_to_everything, "says_none_to_everything", "irq-none", "1000 of 1000", PCI_IRQ_MSIX },
		{ says_none_to_everything, "says_none_to_everything", "irq-none", "1000 of 1000", PCI_IRQ_MSI },
		{ its_thread_says_none, "its_thread_says_none", "irq-none", "1000 of 1000", PCI_IRQ_MSIX },
		{ frees_from_its_thread, "frees_from_its_thread", "irq", "waits for ever", PCI_IRQ_MSIX },
		{ frees_the_neighbour_s, "frees_the_neighbour_s", "irq", "already-free", PCI_IRQ_INTX },
		{ frees_vectors_under_a_handler, "frees_vectors_under_a_handler", "irq", "has a handler", PCI_IRQ_INTX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++) {
		char said[256];
		unsigned int failed;

		machine(&(struct setup){ .flags = m[i].flags });
		dull.body = m[i].body;
		planted = m[i].name;
		shim_expect(dull.s, m[i].check, 1);
		shim_module_load(dull.s, NULL);
		snprintf(said, sizeof(said), "%s", shim_last(dull.s));
		failed = shim_free(dull.s);
		planted = NULL;
		if (dull.line || failed || !strstr(said, m[i].text))
			fail_msg("%s: line %ld, %u others failed, said: %s", m[i].name, dull.line, failed, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_grants_what_it_has),
		cmocka_unit_test(requests_are_refused_as_the_kernel_does),
		cmocka_unit_test(levels_behave),
		cmocka_unit_test(each_misuse_of_a_line_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
