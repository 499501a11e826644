// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Module, probe and remove.
 */
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "causeway.h"
#include "cw_own.h"

static unsigned int vectors;
module_param(vectors, uint, 0444);
MODULE_PARM_DESC(vectors, "interrupt vectors to use at most, up to 2048; 0: as many as are useful (default 0)");

int cw_param_check(const char *name, unsigned int value, unsigned int least, unsigned int most)
{
	if (value >= least && value <= most)
		return 0;
	pr_err(CW_NAME ": %s=%u: must be %u to %u\n", name, value, least, most);
	return -EINVAL;
}

static int cw_params_check(void)
{
	if (cw_caps_params_check() ||
	    cw_param_check("vectors", vectors, 0, CW_VECTOR_N_MAX) ||
	    cw_moderation_params_check() ||
	    cw_config_params_check() ||
	    cw_poll_params_check() ||
	    cw_param_check("stream_bytes", cw_stream_bytes, CW_STREAM_BYTES_MIN, CW_STREAM_BYTES_MAX))
		return -EINVAL;
	if (!is_power_of_2(cw_stream_bytes)) {
		pr_err(CW_NAME ": stream_bytes=%u: must be a power of two\n", cw_stream_bytes);
		return -EINVAL;
	}
	return 0;
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
	ret = cw_bars_map(cw);
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
	cw_bars_unmap(cw);
	pci_release_mem_regions(cw->pdev);
	pci_disable_device(cw->pdev);
}

static int cw_setup(struct cw_dev *cw)
{
	int ret = cw_caps_init(cw);

	return ret ? ret : cw_engine_reset(cw);
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
