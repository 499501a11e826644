// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Module, probe and remove.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"

static unsigned int queues;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "queues each way that serve /dev/causewayN, up to 1024, refused when the card has fewer; programs may own the rest; 0: 4, or on a small card half of its queues, one at least (default 0)");

static unsigned int entries = 256;
module_param(entries, uint, 0444);
MODULE_PARM_DESC(entries, "entries of each ring, a power of two, 2 to 65536, cut to what the card has (default 256)");

static unsigned int vectors;
module_param(vectors, uint, 0444);
MODULE_PARM_DESC(vectors, "interrupt vectors to use at most, up to 2048; 0: as many as are useful (default 0)");

static unsigned int timeout_ms = 10000;
module_param(timeout_ms, uint, 0444);
MODULE_PARM_DESC(timeout_ms, "milliseconds without progress after which a queue is reset and its transfers fail, 1 to 3600000 (default 10000)");

static unsigned int dma_bits;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "bits of the addresses that the card is given, 24 to 64, refused when it drives fewer; 0: all that it drives (default 0)");

int cw_param_check(const char *name, unsigned int value, unsigned int least, unsigned int most)
{
	if (value >= least && value <= most)
		return 0;
	pr_err(CW_NAME ": %s=%u: must be %u to %u\n", name, value, least, most);
	return -EINVAL;
}

static int cw_params_check(void)
{
	if (cw_param_check("queues", queues, 0, CW_QUEUE_N_MAX / 2) ||
	    cw_param_check("entries", entries, 2, 65536) ||
	    cw_param_check("vectors", vectors, 0, CW_VECTOR_N_MAX) ||
	    cw_moderation_params_check() ||
	    cw_config_params_check() ||
	    cw_poll_params_check() ||
	    cw_param_check("stream_bytes", cw_stream_bytes, CW_STREAM_BYTES_MIN, CW_STREAM_BYTES_MAX) ||
	    cw_param_check("timeout_ms", timeout_ms, 1, 3600000) ||
	    (dma_bits && cw_param_check("dma_bits", dma_bits, CW_DMA_BITS_MIN, 64)))
		return -EINVAL;
	if (!is_power_of_2(entries)) {
		pr_err(CW_NAME ": entries=%u: must be a power of two\n", entries);
		return -EINVAL;
	}
	if (!is_power_of_2(cw_stream_bytes)) {
		pr_err(CW_NAME ": stream_bytes=%u: must be a power of two\n", cw_stream_bytes);
		return -EINVAL;
	}
	return 0;
}

/* ---- probe, in its order ---- */

static int cw_map_bar(struct pci_dev *pdev, int bar, u64 least, void __iomem **va)
{
	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) || pci_resource_len(pdev, bar) < least) {
		dev_err(&pdev->dev, "BAR %d has %llu bytes, at least %llu are needed\n", bar,
			(u64)pci_resource_len(pdev, bar), least);
		return -ENODEV;
	}
	*va = pci_iomap(pdev, bar, 0);
	if (*va)
		return 0;
	dev_err(&pdev->dev, "BAR %d cannot be mapped\n", bar);
	return -ENOMEM;
}

static int cw_map_bars(struct cw_dev *cw)
{
	struct pci_dev *pdev = cw->pdev;
	int ret;

	ret = cw_map_bar(pdev, CW_BAR_REGS, CW_BAR0_BYTES, &cw->regs);
	if (ret)
		return ret;
	cw->regs_len = pci_resource_len(pdev, CW_BAR_REGS);
	ret = cw_map_bar(pdev, CW_BAR_DOORBELL, 2 << CW_DB_STRIDE_LOG2_MIN, &cw->doorbells);
	if (ret)
		pci_iounmap(pdev, cw->regs);
	return ret;
}

static void cw_unmap_bars(struct cw_dev *cw)
{
	pci_iounmap(cw->pdev, cw->doorbells);
	pci_iounmap(cw->pdev, cw->regs);
}

static int cw_identify(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	u32 id = cw_read(cw, CW_ID);

	if (id != CW_ID_MAGIC) {
		dev_err(dev, "not a Causeway card: ID register %#x\n", id);
		return -ENODEV;
	}
	cw->hw_version = cw_read(cw, CW_VERSION);
	if (FIELD_GET(CW_VERSION_MAJOR_MASK, cw->hw_version) != CW_VERSION_MAJOR) {
		dev_err(dev, "register interface version %u, this driver knows %u\n",
			(u32)FIELD_GET(CW_VERSION_MAJOR_MASK, cw->hw_version), CW_VERSION_MAJOR);
		return -ENODEV;
	}
	return 0;
}

static void cw_read_sizes(struct cw_dev *cw)
{
	u32 counts = cw_read(cw, CW_CAP_COUNTS), dma = cw_read(cw, CW_CAP_DMA);

	cw->card_queues = FIELD_GET(CW_CAP_COUNTS_QUEUES_MASK, counts);
	cw->card_vectors = FIELD_GET(CW_CAP_COUNTS_VECTORS_MASK, counts);
	cw->addr_bits = FIELD_GET(CW_CAP_DMA_ADDR_W_MASK, dma);
	cw->data_bytes = FIELD_GET(CW_CAP_DMA_DATA_BYTES_MASK, dma);
	cw->entries_log2_max = FIELD_GET(CW_CAP_DMA_ENTRIES_LOG2_MAX_MASK, dma);
	cw->features = cw_read(cw, CW_CAP_FEATURES);
	cw->clock_hz = cw_read(cw, CW_CLOCK_HZ);
	cw->db_stride_log2 = FIELD_GET(CW_DB_STRIDE_LOG2_MASK, cw_read(cw, CW_DB_STRIDE));
	/* A descriptor's card address ends where its bits do. */
	cw->card_bytes = min_t(u64, cw_read_pair(cw, CW_CARD_MEM_LO), BIT_ULL(CW_DESC_ADDR_W));
}

static bool cw_sizes_sane(const struct cw_dev *cw)
{
	return cw->card_queues >= 2 && cw->card_queues <= CW_QUEUE_N_MAX &&
	       cw->card_vectors >= 1 && cw->card_vectors <= CW_VECTOR_N_MAX &&
	       cw->addr_bits >= CW_DMA_BITS_MIN && cw->addr_bits <= 64 &&
	       cw->entries_log2_max >= 1 && cw->entries_log2_max <= 16 &&
	       cw->db_stride_log2 >= CW_DB_STRIDE_LOG2_MIN && cw->db_stride_log2 <= CW_DB_STRIDE_LOG2_MAX &&
	       cw->card_bytes > 0;
}

/* How many queues each way: asked for, or by default. */
static int cw_pairs(struct cw_dev *cw)
{
	if (queues > cw->card_queues / 2) {
		dev_err(&cw->pdev->dev, "queues=%u: the card has %u each way\n", queues, cw->card_queues / 2);
		return -EINVAL;
	}
	cw->pair_n = queues ? queues : clamp(cw->card_queues / 4, 1u, 4u);
	return 0;
}

static int cw_capabilities(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	int ret;

	cw_read_sizes(cw);
	if (!cw_sizes_sane(cw)) {
		dev_err(dev, "sizes that cannot be: %u queues, %u vectors, %u address bits, rings of 2^%u, doorbells of 2^%u, %llu bytes\n",
			cw->card_queues, cw->card_vectors, cw->addr_bits, cw->entries_log2_max,
			cw->db_stride_log2, cw->card_bytes);
		return -ENODEV;
	}
	ret = cw_pairs(cw);
	if (ret)
		return ret;
	cw->entries = min(entries, 1u << cw->entries_log2_max);
	/* So that two of the worst case are on a ring at once. */
	cw->chunk_pages = clamp(cw->entries / 2, 1u, CW_CHUNK_PAGES);
	cw->packet_pages = CW_PACKET_PAGES;
	cw->timeout = max(msecs_to_jiffies(timeout_ms), 1ul);
	if (pci_resource_len(cw->pdev, CW_BAR_DOORBELL) < (u64)2 * cw->pair_n << cw->db_stride_log2) {
		dev_err(dev, "BAR %u has no room for the doorbells of %u queues\n", CW_BAR_DOORBELL,
			2 * cw->pair_n);
		return -ENODEV;
	}
	ret = cw_config_init(cw);
	if (ret)
		return ret;
	return cw_moderation_init(cw);
}

static int cw_dma_init(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	int ret;

	if (dma_bits > cw->addr_bits) {
		dev_err(dev, "dma_bits=%u: the card drives %u address bits\n", dma_bits, cw->addr_bits);
		return -EINVAL;
	}
	cw->dma_bits = dma_bits ? dma_bits : cw->addr_bits;
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(cw->dma_bits));
	if (ret) {
		dev_err(dev, "no DMA with %u address bits: error %d\n", cw->dma_bits, ret);
		return ret;
	}
	/* Entries may be merged up to here; longer than a descriptor makes no sense. */
	dma_set_max_seg_size(dev, CW_DESC_PIECE);
	return 0;
}

/* Also what a crashed kernel left running. */
int cw_engine_reset(struct cw_dev *cw)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(CW_STOP_MS);
	u32 control;
	bool late;

	cw_write(cw, CW_CONTROL, CW_CONTROL_RESET_MASK);
	do {
		late = time_after(jiffies, deadline);
		control = cw_read(cw, CW_CONTROL);
		if (cw_all_ones(control))
			return -ENODEV;
		if (!(control & CW_CONTROL_RESET_MASK) && (cw_read(cw, CW_STATUS) & CW_STATUS_READY_MASK)) {
			cw_write(cw, CW_ERROR, ~0u);
			cw_write(cw, CW_ERROR_QUEUE, 0);
			cw_write(cw, CW_INTX, CW_INTX_PENDING_MASK);
			/* As it was when we looked: a reset of the function forgets it. */
			cw_write(cw, CW_DB_STRIDE, cw->db_stride_log2);
			return 0;
		}
		usleep_range(10, 50);
	} while (!late);
	dev_err(&cw->pdev->dev, "the card does not leave reset: CONTROL %#x\n", control);
	return -ETIMEDOUT;
}

static void cw_queues_free(struct cw_dev *cw, unsigned int n)
{
	while (n)
		cw_queue_free(&cw->queue[--n]);
	kfree(cw->queue);
}

static int cw_file_queue_init(struct cw_dev *cw, struct cw_queue *q, unsigned int index)
{
	q->entries = cw->entries;
	q->vector = cw_irq_vector(cw, index);
	q->config = cw_config(cw, cw->weight);
	q->moderation = cw->moderation;
	q->card_limit = cw->card_bytes;
	return cw_queue_init(cw, q, index, index >= cw->pair_n);
}

static int cw_queues_init(struct cw_dev *cw)
{
	unsigned int i;
	int ret;

	cw->queue = kcalloc(2 * cw->pair_n, sizeof(*cw->queue), GFP_KERNEL);
	if (!cw->queue)
		return -ENOMEM;
	for (i = 0; i < 2 * cw->pair_n; i++) {
		ret = cw_file_queue_init(cw, &cw->queue[i], i);
		if (ret) {
			cw_queues_free(cw, i);
			return ret;
		}
	}
	return 0;
}

int cw_engine_start(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;
	int ret;

	pci_set_master(cw->pdev);
	cw_event_start(cw);
	for (i = 0; (q = cw_queue_next(cw, &i)); i++) {
		ret = cw_queue_enable(q);
		if (ret)
			return ret;
	}
	cw_write(cw, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	return 0;
}

/* The card touches no memory afterwards, and every transfer has ended. */
static void cw_engine_stop(struct cw_dev *cw)
{
	struct cw_queue *q;
	unsigned int i;

	for (i = 0; (q = cw_queue_next(cw, &i)); i++)
		cw_queue_stop(q, -ENODEV);
	cw_event_stop(cw);
	if (cw_reachable(cw))
		cw_write(cw, CW_CONTROL, 0);
	pci_clear_master(cw->pdev);
}

/* What needs the card's sizes: vectors, rings, handlers; then it runs. */
static int cw_start(struct cw_dev *cw)
{
	unsigned int i;
	int ret;

	ret = cw_own_init(cw);
	if (ret)
		return ret;
	ret = cw_bounce_init(cw);
	if (ret)
		goto err_own;
	ret = cw_irq_init(cw, vectors);
	if (ret)
		goto err_bounce;
	ret = cw_queues_init(cw);
	if (ret)
		goto err_irq;
	cw->wq = alloc_workqueue(CW_NAME "%d", WQ_UNBOUND, 0, cw->id);
	if (!cw->wq) {
		ret = -ENOMEM;
		goto err_queues;
	}
	ret = cw_irq_request(cw);
	if (ret)
		goto err_wq;
	ret = cw_engine_start(cw);
	if (ret)
		goto err_stop;
	for (i = 0; i < 2 * cw->pair_n; i++)
		cw_queue_go(&cw->queue[i]);
	return 0;

err_stop:
	cw_irq_release(cw);
	cw_engine_stop(cw);
err_wq:
	destroy_workqueue(cw->wq);
err_queues:
	cw_queues_free(cw, 2 * cw->pair_n);
err_irq:
	cw_irq_free(cw);
err_bounce:
	cw_bounce_free(cw);
err_own:
	cw_own_exit(cw);
	return ret;
}

static void cw_stop(struct cw_dev *cw)
{
	cw_own_detach_all(cw);
	cw_irq_release(cw);
	cw_engine_stop(cw);
	destroy_workqueue(cw->wq);
	cw_queues_free(cw, 2 * cw->pair_n);
	cw_irq_free(cw);
	cw_bounce_free(cw);
	cw_own_exit(cw);
}

static int cw_attach(struct cw_dev *cw)
{
	struct pci_dev *pdev = cw->pdev;
	int ret;

	ret = pci_enable_device_mem(pdev);
	if (ret)
		return ret;
	/* A crashed kernel may have left it on, with transfers under way: none until the reset. */
	pci_clear_master(pdev);
	ret = pci_request_mem_regions(pdev, CW_NAME);
	if (ret)
		goto err_disable;
	ret = cw_map_bars(cw);
	if (ret)
		goto err_regions;
	return 0;

err_regions:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return ret;
}

static void cw_detach(struct cw_dev *cw)
{
	cw_unmap_bars(cw);
	pci_release_mem_regions(cw->pdev);
	pci_disable_device(cw->pdev);
}

static int cw_setup(struct cw_dev *cw)
{
	int ret;

	ret = cw_identify(cw);
	if (ret)
		return ret;
	ret = cw_capabilities(cw);
	if (ret)
		return ret;
	ret = cw_dma_init(cw);
	if (ret)
		return ret;
	return cw_engine_reset(cw);
}

/* What slot_reset() gives the card back: without bus mastering, which comes last. */
static int cw_save(struct cw_dev *cw)
{
	pci_save_state(cw->pdev);
	cw->saved = pci_store_saved_state(cw->pdev);
	return cw->saved ? 0 : -ENOMEM;
}

/* Files see -ENODEV from here on; one that was about to queue a chunk has done so. */
static void cw_dev_gone(struct cw_dev *cw)
{
	down_write(&cw->gate);
	WRITE_ONCE(cw->gone, true);
	up_write(&cw->gate);
	wake_up_all(&cw->back);
}

static struct cw_dev *cw_dev_new(struct pci_dev *pdev)
{
	struct cw_dev *cw = kzalloc(sizeof(*cw), GFP_KERNEL);

	if (!cw)
		return NULL;
	cw->pdev = pci_dev_get(pdev);
	init_rwsem(&cw->gate);
	init_waitqueue_head(&cw->back);
	init_rwsem(&cw->table);
	mutex_init(&cw->own_lock);
	mutex_init(&cw->power);
	mutex_init(&cw->latch);
	return cw;
}

static int cw_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct cw_dev *cw = cw_dev_new(pdev);
	int ret;

	if (!cw)
		return -ENOMEM;
	ret = cw_chrdev_prepare(cw, &pdev->dev);
	if (ret)
		return ret;
	ret = cw_attach(cw);
	if (ret)
		goto err_put;
	ret = cw_setup(cw);
	if (ret)
		goto err_detach;
	ret = cw_save(cw);
	if (ret)
		goto err_detach;
	ret = cw_start(cw);
	if (ret)
		goto err_detach;
	pci_set_drvdata(pdev, cw);
	ret = cw_chrdev_add(cw);
	if (ret)
		goto err_stop;
	cw_debugfs_add(cw);
	cw_pm_start(cw);
	dev_info(&pdev->dev, "%s: %llu bytes, %u queues each way of %u entries, interrupts by %s, vectors: %u\n",
		 dev_name(&cw->dev), cw->card_bytes, cw->pair_n, cw->entries,
		 cw_irq_type_name(cw), cw->vector_n);
	return 0;

err_stop:
	/* The device may have been open for a moment, even though adding it failed. */
	cw_dev_gone(cw);
	cw_stop(cw);
err_detach:
	cw_detach(cw);
err_put:
	put_device(&cw->dev);
	return ret;
}

static void cw_remove(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);

	cw_pm_stop(cw);
	cw_dev_gone(cw);
	cw_debugfs_del(cw);
	cw_chrdev_del(cw);
	cw_stop(cw);
	cw_detach(cw);
	put_device(&cw->dev);
}

/* Another kernel may follow: the card must not write to what is that one's memory then. */
static void cw_shutdown(struct pci_dev *pdev)
{
	struct cw_dev *cw = pci_get_drvdata(pdev);

	cw_dev_gone(cw);
	cw_irq_release(cw);
	cw_engine_stop(cw);
}

static const struct pci_device_id cw_ids[] = {
	{ PCI_DEVICE(CW_PCI_VENDOR_ID, CW_PCI_DEVICE_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, cw_ids);

static struct pci_driver cw_driver = {
	.name = CW_NAME,
	.id_table = cw_ids,
	.probe = cw_probe,
	.remove = cw_remove,
	.shutdown = cw_shutdown,
	.err_handler = &cw_error_handlers,
	.driver.pm = pm_ptr(&cw_pm_ops),
};

static int __init cw_init(void)
{
	int ret;

	ret = cw_params_check();
	if (ret)
		return ret;
	ret = cw_chrdev_init();
	if (ret)
		return ret;
	cw_debugfs_init();
	ret = pci_register_driver(&cw_driver);
	if (ret) {
		cw_debugfs_exit();
		cw_chrdev_exit();
	}
	return ret;
}
module_init(cw_init);

static void __exit cw_exit(void)
{
	pci_unregister_driver(&cw_driver);
	cw_debugfs_exit();
	cw_chrdev_exit();
}
module_exit(cw_exit);

MODULE_DESCRIPTION("Causeway PCIe DMA endpoint");
MODULE_VERSION(CW_DRIVER_VERSION);
MODULE_LICENSE("Dual BSD/GPL");
