// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * /dev/causewayN. An open file keeps the cdev, the cdev keeps cw->dev, and the
 * last reference to that frees struct cw_dev: a file may outlive the card.
 */
#include <linux/idr.h>
#include <linux/slab.h>

#include "causeway.h"

#define CW_MINORS 64

static dev_t cw_devt;
static struct class cw_class = { .name = CW_NAME };
static DEFINE_IDA(cw_ida);

static int cw_open(struct inode *inode, struct file *file)
{
	struct cw_dev *cw = container_of(inode->i_cdev, struct cw_dev, cdev);

	file->private_data = cw;
	/* Nothing is cached, so O_DIRECT is what happens anyway. */
	file->f_mode |= FMODE_NOWAIT | FMODE_CAN_ODIRECT;
	return READ_ONCE(cw->gone) ? -ENODEV : 0;
}

static loff_t cw_llseek(struct file *file, loff_t offset, int whence)
{
	struct cw_dev *cw = file->private_data;

	return fixed_size_llseek(file, offset, whence, cw->card_bytes);
}

static ssize_t cw_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return cw_transfer(iocb->ki_filp->private_data, NULL, iocb, to, true);
}

static ssize_t cw_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return cw_transfer(iocb->ki_filp->private_data, NULL, iocb, from, false);
}

static const struct file_operations cw_fops = {
	.owner = THIS_MODULE,
	.open = cw_open,
	.llseek = cw_llseek,
	.read_iter = cw_read_iter,
	.write_iter = cw_write_iter,
	.iopoll = cw_iopoll,
	.unlocked_ioctl = cw_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static void cw_release(struct device *dev)
{
	struct cw_dev *cw = container_of(dev, struct cw_dev, dev);

	ida_free(&cw_ida, cw->id);
	pci_dev_put(cw->pdev);
	kfree(cw->saved);
	kfree(cw);
}

int cw_chrdev_prepare(struct cw_dev *cw, struct device *parent)
{
	int ret;

	cw->id = ida_alloc_max(&cw_ida, CW_MINORS - 1, GFP_KERNEL);
	if (cw->id < 0) {
		ret = cw->id;
		pci_dev_put(cw->pdev);
		kfree(cw);
		return ret;
	}
	device_initialize(&cw->dev);
	cw->dev.class = &cw_class;
	cw->dev.parent = parent;
	cw->dev.groups = cw_groups;
	cw->dev.devt = MKDEV(MAJOR(cw_devt), MINOR(cw_devt) + cw->id);
	cw->dev.release = cw_release;
	cdev_init(&cw->cdev, &cw_fops);
	cw->cdev.owner = THIS_MODULE;
	ret = dev_set_name(&cw->dev, CW_NAME "%d", cw->id);
	if (ret)
		put_device(&cw->dev);
	return ret;
}

int cw_chrdev_add(struct cw_dev *cw)
{
	return cdev_device_add(&cw->cdev, &cw->dev);
}

void cw_chrdev_del(struct cw_dev *cw)
{
	cdev_device_del(&cw->cdev, &cw->dev);
}

int cw_chrdev_init(void)
{
	int ret;

	ret = alloc_chrdev_region(&cw_devt, 0, CW_MINORS, CW_NAME);
	if (ret)
		return ret;
	ret = class_register(&cw_class);
	if (ret)
		unregister_chrdev_region(cw_devt, CW_MINORS);
	return ret;
}

void cw_chrdev_exit(void)
{
	class_unregister(&cw_class);
	unregister_chrdev_region(cw_devt, CW_MINORS);
	ida_destroy(&cw_ida);
}
