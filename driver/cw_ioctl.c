// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Information, registers, counters. Each structure's size is read once and used
 * for both ways, whatever the caller's memory holds by then. The card is held
 * bound only for its own part, between cw_card_get() and cw_card_put(): a fault
 * in the caller's memory takes as long as the caller likes, and would keep
 * remove() and every transfer waiting.
 */
#include <linux/capability.h>
#include <linux/uaccess.h>

#include "causeway.h"
#include "cw_hw.h"
#include "cw_own.h"
#include "uapi/causeway.h"

static_assert(sizeof(struct cw_info) == CW_INFO_SIZE_V1);
static_assert(sizeof(struct cw_reg) == CW_REG_SIZE_V1);
static_assert(sizeof(struct cw_counter) == CW_COUNTER_SIZE_V1);

/* A card may be gone before remove() says so. The read also flushes a write before it. */
static int cw_card_answers(struct cw_dev *cw)
{
	return cw_all_ones(cw_read(cw, CW_ID)) ? -ENODEV : 0;
}

/* Copies the caller's structure in: its size, or -errno. */
static long cw_arg_get(void *arg, size_t arg_size, size_t first_size, void __user *user)
{
	u32 size;
	int ret;

	if (get_user(size, (u32 __user *)user))
		return -EFAULT;
	if (size < first_size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(arg, arg_size, user, size);
	if (ret)
		return ret;
	*(u32 *)arg = size;
	return size;
}

/* And out, as much of it as the caller knows. */
static long cw_arg_put(const void *arg, size_t arg_size, void __user *user, size_t size)
{
	return copy_to_user(user, arg, min(size, arg_size)) ? -EFAULT : 0;
}

static long cw_ioctl_info(struct cw_dev *cw, void __user *user)
{
	struct cw_info info;
	long size = cw_arg_get(&info, sizeof(info), CW_INFO_SIZE_V1, user);
	int ret;

	if (size < 0)
		return size;
	if (info.reserved)
		return -EINVAL;
	ret = cw_card_get(cw);
	if (ret)
		return ret;
	info = (struct cw_info) {
		.size = size,
		.abi = CW_ABI_VERSION,
		.hw_version = cw->hw_version,
		.features = cw->features,
		.queues = cw->card_queues,
		.vectors = cw->card_vectors,
		.file_queues = cw->pair_n,
		.irqs = cw->vector_n,
		.entries = cw->entries,
		.data_bytes = cw->data_bytes,
		.addr_bits = cw->addr_bits,
		.clock_hz = cw->clock_hz,
		.card_bytes = cw->card_bytes,
		.pci_domain = pci_domain_nr(cw->pdev->bus),
		.pci_bus = cw->pdev->bus->number,
		.pci_devfn = cw->pdev->devfn,
		.irq_type = cw->irq_type,
	};
	ret = cw_card_answers(cw);
	cw_card_put(cw);
	if (ret)
		return ret;
	return cw_arg_put(&info, sizeof(info), user, size);
}

static long cw_ioctl_reg(struct cw_dev *cw, void __user *user, bool write)
{
	struct cw_reg reg;
	long size;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	size = cw_arg_get(&reg, sizeof(reg), CW_REG_SIZE_V1, user);
	if (size < 0)
		return size;
	if (reg.flags || reg.offset % 4)
		return -EINVAL;
	if (reg.offset >= cw->regs_len)
		return -ERANGE;
	ret = cw_card_get(cw);
	if (ret)
		return ret;
	if (write)
		cw_write(cw, reg.offset, reg.value);
	else
		reg.value = cw_read(cw, reg.offset);
	ret = cw_card_answers(cw);
	cw_card_put(cw);
	if (ret)
		return ret;
	return write ? 0 : cw_arg_put(&reg, sizeof(reg), user, size);
}

static long cw_ioctl_counter(struct cw_dev *cw, void __user *user)
{
	struct cw_counter counter;
	long size = cw_arg_get(&counter, sizeof(counter), CW_COUNTER_SIZE_V1, user);
	int ret;

	if (size < 0)
		return size;
	if (counter.index >= CW_COUNTER_N)
		return -ERANGE;
	ret = cw_card_get(cw);
	if (ret)
		return ret;
	mutex_lock(&cw->latch);
	counter.value = cw_read_pair(cw, CW_COUNTER_OFFSET + 8 * counter.index);
	mutex_unlock(&cw->latch);
	cw_card_put(cw);
	/* No counter gets there: the card is gone. */
	if (counter.value == U64_MAX)
		return -ENODEV;
	return cw_arg_put(&counter, sizeof(counter), user, size);
}

static long cw_ioctl_own(struct file *file, void __user *user)
{
	struct cw_queue_setup setup;
	long size = cw_arg_get(&setup, sizeof(setup), CW_QUEUE_SETUP_SIZE_V1, user);

	if (size < 0)
		return size;
	return cw_ioctl_queue(file->private_data, file->f_mode, &setup, user, size);
}

long cw_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cw_dev *cw = file->private_data;
	void __user *user = (void __user *)arg;

	if (READ_ONCE(cw->gone))
		return -ENODEV;
	switch (cmd) {
	case CW_IOC_INFO:
		return cw_ioctl_info(cw, user);
	case CW_IOC_REG_READ:
		return cw_ioctl_reg(cw, user, false);
	case CW_IOC_REG_WRITE:
		return cw_ioctl_reg(cw, user, true);
	case CW_IOC_COUNTER:
		return cw_ioctl_counter(cw, user);
	case CW_IOC_QUEUE:
		return cw_ioctl_own(file, user);
	default:
		return -ENOTTY;
	}
}
