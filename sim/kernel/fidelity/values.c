// SPDX-License-Identifier: BSD-2-Clause
/*
 * The macros, types, members and constants that the driver uses, as each kernel and the shim have
 * them. See check.h. Error numbers, ioctl numbers and what comes from the PCI specification are
 * seen outside; of the other flags it matters that none is another's bit, which equal values give.
 */
#include <linux/bitfield.h>
#include <linux/bvec.h>
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/pci.h>
#include <linux/poll.h>
#include <linux/rwsem.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "check.h"

struct thing {
	int before;
	struct list_head node;
};

/* ---- types ---- */
TYPE(bool, _Bool);
TYPE(u16, unsigned short);
TYPE(u32, unsigned int);
TYPE(u64, unsigned long long);
TYPE(__u8, unsigned char);
TYPE(__u16, unsigned short);
TYPE(__u32, unsigned int);
TYPE(__u64, unsigned long long);
TYPE(__le32, unsigned int);
TYPE(uint, unsigned int);
TYPE(size_t, unsigned long);
TYPE(ssize_t, long);
TYPE(loff_t, long long);
TYPE(fmode_t, unsigned int);
TYPE(__poll_t, unsigned int);
TYPE(poll_table, struct poll_table_struct);
TYPE(dma_addr_t, unsigned long long);
TYPE(irqreturn_t, __typeof__(IRQ_HANDLED + (irqreturn_t)0));
TYPE(wait_queue_head_t, struct wait_queue_head);
TYPE(dev_t, unsigned int);
TYPE(pci_channel_state_t, unsigned int);
TYPE(pci_ers_result_t, unsigned int);
HOLDS(atomic_t, sizeof(atomic_t) == sizeof(int));
HOLDS(atomic64_t, sizeof(atomic64_t) == sizeof(s64));
HOLDS(spinlock_t, sizeof(spinlock_t) > 0);
VALUE(true, 1);
VALUE(false, 0);
HOLDS(NULL, SAME(__typeof__(NULL), void *));
VALUE(SIZE_MAX, ~0ul);
VALUE(SZ_1K, 1 << 10);
VALUE(SZ_64K, 1 << 16);
VALUE(SZ_128K, 1 << 17);
VALUE(SZ_1M, 1 << 20);
VALUE(U32_MAX, ~0u);
VALUE(U64_MAX, ~0ull);

/* ---- members ---- */
FIELD(bio_vec, bv_page, struct page *);
FIELD(bio_vec, bv_len, unsigned int);
FIELD(bio_vec, bv_offset, unsigned int);
FIELD(cdev, owner, struct module *);
FIELD(device_attribute, attr, struct attribute);
TAKES(attribute_group, attrs, struct attribute **);
TAKES(class, dev_groups, const struct attribute_group **);
TAKES(device, class, struct class *); /* const from 6.4 on */
FIELD(device, devt, dev_t);
FIELD(device, parent, struct device *);
FIELD(device, release, void (*)(struct device *));
FIELD(file, f_flags, unsigned int);
FIELD(file, f_mode, fmode_t);
FIELD(file, private_data, void *);
FIELD(inode, i_cdev, struct cdev *);
FIELD(kiocb, ki_complete, void (*)(struct kiocb *, long));
FIELD(kiocb, ki_filp, struct file *);
FIELD(kiocb, ki_flags, int);
FIELD(kiocb, ki_pos, loff_t);
FIELD(kiocb, private, void *);
FIELD(pci_bus, number, unsigned char);
FIELD(pci_dev, bus, struct pci_bus *);
FIELD(pci_dev, dev, struct device);
FIELD(pci_dev, devfn, unsigned int);
TAKES(pci_dev, msi_enabled, bool);
TAKES(pci_dev, msix_enabled, bool);
FIELD(sg_table, nents, unsigned int);
FIELD(sg_table, sgl, struct scatterlist *);
/* Those that the driver's tables name. */
FIELD(class, name, const char *);
FIELD(file_operations, owner, struct module *);
FIELD(file_operations, open, int (*)(struct inode *, struct file *));
FIELD(file_operations, release, int (*)(struct inode *, struct file *));
FIELD(file_operations, poll, __poll_t (*)(struct file *, struct poll_table_struct *));
FIELD(file_operations, llseek, loff_t (*)(struct file *, loff_t, int));
FIELD(file_operations, read_iter, ssize_t (*)(struct kiocb *, struct iov_iter *));
FIELD(file_operations, write_iter, ssize_t (*)(struct kiocb *, struct iov_iter *));
FIELD(file_operations, iopoll, int (*)(struct kiocb *, struct io_comp_batch *, unsigned int));
FIELD(file_operations, unlocked_ioctl, long (*)(struct file *, unsigned int, unsigned long));
FIELD(file_operations, compat_ioctl, long (*)(struct file *, unsigned int, unsigned long));
FIELD(pci_driver, name, const char *);
FIELD(pci_driver, id_table, const struct pci_device_id *);
FIELD(pci_driver, probe, int (*)(struct pci_dev *, const struct pci_device_id *));
FIELD(pci_driver, remove, void (*)(struct pci_dev *));
FIELD(pci_driver, shutdown, void (*)(struct pci_dev *));
FIELD(pci_driver, err_handler, const struct pci_error_handlers *);
FIELD(pci_driver, driver.pm, const struct dev_pm_ops *);
FIELD(pci_error_handlers, error_detected, pci_ers_result_t (*)(struct pci_dev *, pci_channel_state_t));
FIELD(pci_error_handlers, mmio_enabled, pci_ers_result_t (*)(struct pci_dev *));
FIELD(pci_error_handlers, slot_reset, pci_ers_result_t (*)(struct pci_dev *));
FIELD(pci_error_handlers, resume, void (*)(struct pci_dev *));
FIELD(pci_error_handlers, reset_prepare, void (*)(struct pci_dev *));
FIELD(pci_error_handlers, reset_done, void (*)(struct pci_dev *));
FIELD(attribute_group, attrs, struct attribute **);
FIELD(device, groups, const struct attribute_group **);
FIELD(device_attribute, attr, struct attribute);
FIELD(seq_file, private, void *);

/* ---- constants ---- */
VALUE(EPERM, 1);
VALUE(EINTR, 4);
VALUE(EIO, 5);
VALUE(E2BIG, 7);
VALUE(EAGAIN, 11);
VALUE(ENOMEM, 12);
VALUE(EACCES, 13);
VALUE(EFAULT, 14);
VALUE(EBUSY, 16);
VALUE(ENODEV, 19);
VALUE(EINVAL, 22);
VALUE(ENOTTY, 25);
VALUE(ENOSPC, 28);
VALUE(ERANGE, 34);
VALUE(EMSGSIZE, 90);
VALUE(EOPNOTSUPP, 95);
VALUE(ETIMEDOUT, 110);
VALUE(ECANCELED, 125);
VALUE(ERESTARTSYS, 512);
VALUE(EIOCBQUEUED, 529);
VALUE(CAP_SYS_ADMIN, 21);
VALUE(DMA_TO_DEVICE, 1);
VALUE(DMA_FROM_DEVICE, 2);
VALUE(DMA_ATTR_NO_WARN, 1ul << 8);
VALUE(IRQ_NONE, 0);
VALUE(IRQ_HANDLED, 1);
VALUE(IRQ_WAKE_THREAD, 2);
VALUE(IRQF_ONESHOT, 0x2000);
VALUE(IRQF_SHARED, 0x80);
#ifdef PCI_IRQ_INTX
VALUE(PCI_IRQ_INTX, 1 << 0);
#else
VALUE(PCI_IRQ_LEGACY, 1 << 0);
#endif
VALUE(PCI_IRQ_MSI, 1 << 1);
VALUE(PCI_IRQ_MSIX, 1 << 2);
VALUE(IORESOURCE_MEM, 0x200);
VALUE(FMODE_READ, 1);
VALUE(FMODE_WRITE, 2);
VALUE(FMODE_LSEEK, 4);
VALUE(FMODE_PREAD, 8);
VALUE(FMODE_PWRITE, 16);
VALUE(FMODE_NOWAIT, 1 << 27);
VALUE(FMODE_CAN_ODIRECT, 1 << 22);
VALUE(FOLL_WRITE, 1);
VALUE(READ, 0);
VALUE(WRITE, 1);
VALUE(O_RDONLY, 0);
VALUE(O_WRONLY, 1);
VALUE(O_NONBLOCK, 04000);
VALUE(O_CLOEXEC, 02000000);
VALUE(EPOLLIN, 1);
VALUE(EPOLLOUT, 4);
VALUE(EPOLLERR, 8);
VALUE(EPOLLHUP, 16);
VALUE(EPOLLRDNORM, 0x40);
VALUE(EPOLLWRNORM, 0x100);
VALUE(IOCB_HIPRI, 1);  /* == RWF_HIPRI */
VALUE(IOCB_NOWAIT, 8); /* == RWF_NOWAIT */
#ifdef IOCB_AIO_RW /* as in compat.h */
HOLDS(IOCB_AIO_RW, IOCB_AIO_RW != 0 && (IOCB_AIO_RW & IOCB_NOWAIT) == 0);
#endif
VALUE(WQ_UNBOUND, 1 << 1);
VALUE(PAGE_SHIFT, 12);
VALUE(PAGE_SIZE, 4096ul);
VALUE(PAGE_MASK, ~4095ul);
HOLDS(GFP_KERNEL, SAME(__typeof__(GFP_KERNEL), gfp_t) && (GFP_KERNEL & __GFP_DIRECT_RECLAIM) && !(GFP_KERNEL & __GFP_ZERO));
#ifdef ITER_ALLOW_P2PDMA /* as in compat.h */
HOLDS(ITER_ALLOW_P2PDMA, SAME(__typeof__(ITER_ALLOW_P2PDMA), iov_iter_extraction_t));
#endif

/* ---- macros that are expressions ---- */
VALUE(BIT(5), 32ul);
VALUE(BIT_ULL(35), 0x800000000ull);
VALUE(GENMASK_ULL(35, 4), 0xffffffff0ull);
VALUE(BITS_TO_LONGS(65), 2);
VALUE(DIV_ROUND_UP(9, 4), 3);
MACRO(DIV_ROUND_UP_ULL, unsigned long long, (u64 n, u32 d), (n, d));
VALUE(USEC_PER_SEC, 1000000);
VALUE(NSEC_PER_USEC, 1000);
VALUE(order_base_2(5), 3);
MACRO(DMA_BIT_MASK, u64, (unsigned int n), (n));
VALUE(DMA_BIT_MASK(40), 0xffffffffffull);
VALUE(MAJOR(0x00512345u), 5);
VALUE(MINOR(0x00512345u), 0x12345);
VALUE(MKDEV(5, 0x12345), 0x00512345);
VALUE(ilog2(4096), 12);
VALUE(lower_32_bits(0x1234567890ull), 0x34567890u);
VALUE(upper_32_bits(0x1234567890ull), 0x12u);
VALUE(offset_in_page(0x12345ul), 0x345);
VALUE(_IO(0xC9, 3), 0xC903);
MACRO(cpu_to_le32, __le32, (u32 v), (v));
MACRO(le32_to_cpu, u32, (__le32 v), (v));
MACRO(min, u64, (u64 a, u64 b), (a, b));
MACRO(max, unsigned long, (unsigned long a, unsigned long b), (a, b));
MACRO(clamp, u32, (u32 v, u32 lo, u32 hi), (v, lo, hi));
HOLDS(__GFP_NOWARN, SAME(__typeof__(__GFP_NOWARN), gfp_t) && __GFP_NOWARN);
HOLDS(jiffies, SAME(__typeof__(jiffies + 0), unsigned long));
HOLDS(THIS_MODULE, SAME(__typeof__(THIS_MODULE), struct module *));
HOLDS(static_assert, 1);
static_assert(sizeof(struct thing) > sizeof(int));

/* ---- macros with a body of their own ---- */
USE(container_of, (struct list_head *n))
{
	_Static_assert(SAME(__typeof__(container_of(n, struct thing, node)), struct thing *), "container_of");
}

USE(FIELD_GET, (u64 *out, u32 v))
{
	out[0] = FIELD_GET(0x0ff0u, v);
}

USE(FIELD_MAX, (u32 *out))
{
	*out = FIELD_MAX(0x0ff0u);
}

USE(FIELD_PREP, (u32 *out, bool v))
{
	*out = FIELD_PREP(0x0ff0u, v);
}

USE(max_t, (u32 a, unsigned long b))
{
	_Static_assert(SAME(__typeof__(max_t(u64, a, b)), u64), "max_t");
	(void)max_t(u64, a, b);
}
USE(__set_bit, (unsigned long *map))
{
	__set_bit(3, map);
}
USE(__clear_bit, (unsigned long *map))
{
	__clear_bit(3, map);
}
USE(min_t, (u32 a, unsigned long b))
{
	_Static_assert(SAME(__typeof__(min_t(u64, a, b)), u64), "min_t");
}

USE(clamp_t, (u32 a, unsigned long b))
{
	_Static_assert(SAME(__typeof__(clamp_t(int, a, 1, b)), int), "clamp_t");
}

USE(array_index_nospec, (u32 i, u32 n))
{
	_Static_assert(SAME(__typeof__(array_index_nospec(i, n)), u32), "array_index_nospec");
}

USE(LIST_HEAD, (void))
{
	LIST_HEAD(list);
	struct list_head *l = &list;

	(void)l;
}

USE(list_first_entry, (struct list_head *l))
{
	_Static_assert(SAME(__typeof__(list_first_entry(l, struct thing, node)), struct thing *), "list_first_entry");
}

USE(list_last_entry, (struct list_head *l))
{
	_Static_assert(SAME(__typeof__(list_last_entry(l, struct thing, node)), struct thing *), "list_last_entry");
	(void)list_last_entry(l, struct thing, node);
}
USE(list_first_entry_or_null, (struct list_head *l))
{
	_Static_assert(SAME(__typeof__(list_first_entry_or_null(l, struct thing, node)), struct thing *),
		       "list_first_entry_or_null");
}

static ssize_t thing_show(struct device *d, struct device_attribute *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", a->attr.name);
}

USE(__ATTR_RO, (struct device_attribute *a))
{
	*a = (struct device_attribute)__ATTR_RO(thing);
}

USE(list_for_each_entry, (struct list_head *l))
{
	struct thing *t;

	list_for_each_entry(t, l, node)
		t->before = 1;
}

USE(list_for_each_entry_safe, (struct list_head *l))
{
	struct thing *t, *next;

	list_for_each_entry_safe(t, next, l, node)
		list_del(&t->node);
}

USE(for_each_sgtable_sg, (struct sg_table *table))
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(table, sg, i)
		sg_set_page(sg, NULL, i, 0);
}

USE(READ_ONCE, (u64 *p))
{
	_Static_assert(SAME(__typeof__(READ_ONCE(*p)), u64), "READ_ONCE");
}

USE(WRITE_ONCE, (u64 *p))
{
	WRITE_ONCE(*p, 1);
}

USE(dma_rmb, (void))
{
	dma_rmb();
}

USE(dma_wmb, (void))
{
	dma_wmb();
}

USE(get_user, (u32 __user *p))
{
	u32 v;
	int ret = get_user(v, p);

	(void)ret, (void)v;
}

USE(time_after, (unsigned long a, unsigned long b))
{
	bool after = time_after(a, b);

	(void)after;
}

USE(time_after_eq, (unsigned long a, unsigned long b))
{
	bool after = time_after_eq(a, b);

	(void)after;
}

USE(init_rwsem, (struct rw_semaphore *s))
{
	init_rwsem(s);
}

USE(mutex_init, (struct mutex *m))
{
	mutex_init(m);
}

USE(spin_lock_init, (spinlock_t *l))
{
	spin_lock_init(l);
}

USE(lockdep_assert_held, (spinlock_t *l))
{
	lockdep_assert_held(l);
}

USE(init_waitqueue_head, (wait_queue_head_t *q))
{
	init_waitqueue_head(q);
}

USE(wake_up, (wait_queue_head_t *q))
{
	wake_up(q);
}

USE(wait_event, (wait_queue_head_t *q, int *v))
{
	wait_event(*q, READ_ONCE(*v));
}

USE(wait_event_interruptible, (wait_queue_head_t *q, int *v))
{
	_Static_assert(SAME(__typeof__(wait_event_interruptible(*q, READ_ONCE(*v))), int), "wait_event_interruptible");
	(void)wait_event_interruptible(*q, READ_ONCE(*v));
}
USE(wait_event_killable, (wait_queue_head_t *q, int *v))
{
	_Static_assert(SAME(__typeof__(wait_event_killable(*q, READ_ONCE(*v))), int), "wait_event_killable");
}

USE(INIT_WORK, (struct work_struct *w, work_func_t fn))
{
	INIT_WORK(w, fn);
}

USE(INIT_DELAYED_WORK, (struct delayed_work *w, work_func_t fn))
{
	INIT_DELAYED_WORK(w, fn);
}

USE(dev_err, (struct device *d))
{
	dev_err(d, "%d\n", 1);
}

USE(dev_info, (struct device *d))
{
	dev_info(d, "%d\n", 1);
}

USE(dev_dbg, (struct device *d))
{
	dev_dbg(d, "%d\n", 1);
}

USE(dev_err_ratelimited, (struct device *d))
{
	dev_err_ratelimited(d, "%d\n", 1);
}

USE(dev_warn, (struct device *d))
{
	dev_warn(d, "%d\n", 1);
}

USE(dev_warn_ratelimited, (struct device *d))
{
	dev_warn_ratelimited(d, "%d\n", 1);
}

USE(pr_err, (void))
{
	pr_err("%d\n", 1);
}

/* ---- macros of file scope ---- */
static unsigned int parameter;
module_param(parameter, uint, 0444);
USE(module_param, (unsigned int *p))
{
	*p = parameter;
}

static unsigned int inner_name;
module_param_named(outer_name, inner_name, uint, 0444);
USE(module_param_named, (unsigned int *p))
{
	*p = inner_name;
}

static DEFINE_IDA(ida);
USE(DEFINE_IDA, (void))
{
	ida_destroy(&ida);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
USE(PCI_DEVICE, (const struct pci_device_id **id))
{
	_Static_assert(SAME(__typeof__(ids[0].vendor), u32), "pci_device_id: vendor");
	*id = ids;
}

/* ---- errors on the link ---- */
VALUE(pci_channel_io_normal, 1);
VALUE(pci_channel_io_frozen, 2);
VALUE(PCI_ERS_RESULT_CAN_RECOVER, 2);
VALUE(PCI_ERS_RESULT_NEED_RESET, 3);
VALUE(PCI_ERS_RESULT_DISCONNECT, 4);
VALUE(PCI_ERS_RESULT_RECOVERED, 5);

static int three[3] __attribute__((used));
HOLDS(ARRAY_SIZE, ARRAY_SIZE(three) == 3);
USE(list_for_each, (struct list_head *head))
{
	struct list_head *p;

	list_for_each(p, head)
		three[0]++;
}
USE(wake_up_all, (wait_queue_head_t *q))
{
	wake_up_all(q);
}
