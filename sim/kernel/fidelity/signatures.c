// SPDX-License-Identifier: BSD-2-Clause
/*
 * The functions that the driver calls, as each kernel and the shim declare them. See check.h.
 */
#include <linux/aio.h>
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bvec.h>
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-hi-lo.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
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

/* ---- atomics, lists, references, arithmetic ---- */
CALL(atomic_read, int, (const atomic_t *v));
CALL(atomic_read_acquire, int, (const atomic_t *v));
CALL(atomic_set, void, (atomic_t *v, int i));
CALL(atomic_inc, void, (atomic_t *v));
CALL(atomic_dec, void, (atomic_t *v));
CALL(atomic_inc_return, int, (atomic_t *v));
CALL(atomic_dec_and_test, bool, (atomic_t *v));
CALL(atomic64_read, s64, (const atomic64_t *v));
CALL(atomic64_inc, void, (atomic64_t *v));
CALL(atomic64_add, void, (s64 i, atomic64_t *v));
CALL(kref_init, void, (struct kref *k));
CALL(kref_get, void, (struct kref *k));
CALL(kref_put, int, (struct kref *k, void (*release)(struct kref *k)));
CALL(INIT_LIST_HEAD, void, (struct list_head *l));
CALL(list_add, void, (struct list_head *n, struct list_head *l));
CALL(list_add_tail, void, (struct list_head *n, struct list_head *l));
CALL(list_del, void, (struct list_head *n));
CALL(list_del_init, void, (struct list_head *n));
CALL(list_empty, int, (const struct list_head *l));
CALL(list_move_tail, void, (struct list_head *n, struct list_head *l));
CALL(list_splice_tail_init, void, (struct list_head *from, struct list_head *to));
CALL(is_power_of_2, bool, (unsigned long n));
MACRO(find_first_zero_bit, unsigned long, (const unsigned long *map, unsigned long n), (map, n));
CALL(ERR_PTR, void *, (long error));
CALL(PTR_ERR, long, (const void *p));
CALL(IS_ERR, bool, (const void *p));
CALL(memset, void *, (void *p, int c, size_t n));
CALL(snprintf, int, (char *buf, size_t size, const char *fmt, ...));

/* ---- memory ---- */
CALL(kfree, void, (const void *p));
MACRO(kzalloc, void *, (size_t size, gfp_t gfp), (size, gfp));
MACRO(kcalloc, void *, (size_t n, size_t size, gfp_t gfp), (n, size, gfp));
MACRO(kmalloc_array, void *, (size_t n, size_t size, gfp_t gfp), (n, size, gfp));
CALL(copy_to_user, unsigned long, (void __user *to, const void *from, unsigned long n));
CALL(copy_struct_from_user, int, (void *dst, size_t ksize, const void __user *src, size_t usize));
CALL(unpin_user_pages_dirty_lock, void, (struct page **pages, unsigned long n, bool dirty));
MACRO(alloc_page, struct page *, (gfp_t gfp), (gfp));
USE(__free_page, (struct page *p))
{
	__free_page(p);
}
MACRO(page_address, void *, (const struct page *p), (p));
NOTED(pin_user_pages_fast, int, (unsigned long start, int n, unsigned int flags, struct page **pages),
      (start, n, flags, pages));

/* ---- iterators and files ---- */
CALL(user_backed_iter, bool, (const struct iov_iter *i));
CALL(iter_is_ubuf, bool, (const struct iov_iter *i));
CALL(iter_is_iovec, bool, (const struct iov_iter *i));
CALL(iov_iter_is_bvec, bool, (const struct iov_iter *i));
CALL(iov_iter_rw, unsigned char, (const struct iov_iter *i));
CALL(iov_iter_count, size_t, (const struct iov_iter *i));
CALL(iov_iter_npages, int, (const struct iov_iter *i, int max));
CALL(iov_iter_truncate, void, (struct iov_iter *i, u64 n));
CALL(iov_iter_advance, void, (struct iov_iter *i, size_t n));
CALL(iov_iter_single_seg_count, size_t, (const struct iov_iter *i));
#ifdef ITER_ALLOW_P2PDMA /* as in compat.h */
NOTED(iov_iter_extract_pages, ssize_t,
      (struct iov_iter *i, struct page ***pages, size_t len, unsigned int n, iov_iter_extraction_t flags, size_t *offset),
      (i, pages, len, n, flags, offset));
#endif
CALL(iov_iter_bvec, void, (struct iov_iter *i, unsigned int way, const struct bio_vec *v, unsigned long n, size_t len));
CALL(copy_to_iter, size_t, (const void *from, size_t n, struct iov_iter *i));
CALL(copy_from_iter, size_t, (void *to, size_t n, struct iov_iter *i));
CALL(is_sync_kiocb, bool, (struct kiocb *k));
CALL(kiocb_set_cancel_fn, void, (struct kiocb *k, kiocb_cancel_fn *cancel));
NOTED(anon_inode_getfile, struct file *, (const char *name, const struct file_operations *ops, void *own, int flags),
      (name, ops, own, flags));
CALL(file_inode, struct inode *, (const struct file *f));
CALL(stream_open, int, (struct inode *i, struct file *f));
CALL(get_unused_fd_flags, int, (unsigned int flags));
CALL(put_unused_fd, void, (unsigned int fd));
CALL(fd_install, void, (unsigned int fd, struct file *f));
CALL(fput, void, (struct file *f));
CALL(poll_wait, void, (struct file *f, wait_queue_head_t *q, poll_table *t));
CALL(fixed_size_llseek, loff_t, (struct file *f, loff_t offset, int whence, loff_t size));
CALL(compat_ptr_ioctl, long, (struct file *f, unsigned int cmd, unsigned long arg));
CALL(capable, bool, (int cap));

/* ---- devices ---- */
CALL(dev_name, const char *, (const struct device *d));
CALL(dev_set_name, int, (struct device *d, const char *fmt, ...));
NOTED(device_initialize, void, (struct device *d), (d));
CALL(get_device, struct device *, (struct device *d));
CALL(put_device, void, (struct device *d));
CALL(sysfs_emit, int, (char *buf, const char *format, ...));
MACRO(class_register, int, (struct class *c), (c));
NOTED(alloc_chrdev_region, int, (dev_t *dev, unsigned int first, unsigned int n, const char *name), (dev, first, n, name));
CALL(unregister_chrdev_region, void, (dev_t dev, unsigned int n));
CALL(cdev_init, void, (struct cdev *c, const struct file_operations *ops));
NOTED(cdev_device_add, int, (struct cdev *c, struct device *d), (c, d));
CALL(cdev_device_del, void, (struct cdev *c, struct device *d));
NOTED(ida_alloc_max, int, (struct ida *ida, unsigned int max, gfp_t gfp), (ida, max, gfp));
CALL(ida_free, void, (struct ida *ida, unsigned int id));
CALL(ida_destroy, void, (struct ida *ida));
/* It takes a constant class from 6.4 on. */
USE(class_unregister, (struct class *c))
{
	class_unregister(c);
}

/* ---- DMA ---- */
CALL(dma_set_mask_and_coherent, int, (struct device *d, u64 mask));
NOTED(dma_alloc_coherent, void *, (struct device *d, size_t size, dma_addr_t *a, gfp_t gfp), (d, size, a, gfp));
NOTED(dma_free_coherent, void, (struct device *d, size_t size, void *va, dma_addr_t a), (d, size, va, a));
NOTED(dma_map_sgtable, int, (struct device *d, struct sg_table *t, enum dma_data_direction dir, unsigned long attrs),
      (d, t, dir, attrs));
NOTED(dma_unmap_sgtable, void, (struct device *d, struct sg_table *t, enum dma_data_direction dir, unsigned long attrs),
      (d, t, dir, attrs));
NOTED(sg_alloc_table, int, (struct sg_table *t, unsigned int n, gfp_t gfp), (t, n, gfp));
CALL(sg_free_table, void, (struct sg_table *t));
CALL(sg_init_table, void, (struct scatterlist *s, unsigned int n));
CALL(dma_get_mask, u64, (struct device *d));
CALL(dma_addressing_limited, bool, (struct device *d));
CALL(dma_max_mapping_size, size_t, (struct device *d));
CALL(dma_get_merge_boundary, unsigned long, (struct device *d));
CALL(memcpy_from_page, void, (char *to, struct page *p, size_t offset, size_t len));
CALL(memcpy_to_page, void, (struct page *p, size_t offset, const char *from, size_t len));
CALL(sg_next, struct scatterlist *, (struct scatterlist *s));
CALL(sg_set_page, void, (struct scatterlist *s, struct page *p, unsigned int len, unsigned int offset));
MACRO(sg_dma_address, dma_addr_t, (struct scatterlist *s), (s));
MACRO(sg_dma_len, unsigned int, (struct scatterlist *s), (s));
/* What it returns went away in 6.12: the driver does not look. */
USE(dma_set_max_seg_size, (struct device *d, unsigned int size))
{
	dma_set_max_seg_size(d, size);
}

/* ---- PCI ---- */
MACRO(pci_register_driver, int, (struct pci_driver *d), (d));
CALL(pci_unregister_driver, void, (struct pci_driver *d));
CALL(pci_get_drvdata, void *, (struct pci_dev *p));
CALL(pci_set_drvdata, void, (struct pci_dev *p, void *data));
NOTED(pci_domain_nr, int, (struct pci_bus *b), (b));
CALL(pci_enable_device_mem, int, (struct pci_dev *p));
CALL(pci_disable_device, void, (struct pci_dev *p));
CALL(pci_set_master, void, (struct pci_dev *p));
CALL(pci_clear_master, void, (struct pci_dev *p));
CALL(pci_dev_get, struct pci_dev *, (struct pci_dev *p));
CALL(pci_dev_put, void, (struct pci_dev *p));
CALL(pci_save_state, int, (struct pci_dev *p));
CALL(pci_restore_state, void, (struct pci_dev *p));
CALL(pci_store_saved_state, struct pci_saved_state *, (struct pci_dev *p));
CALL(pci_load_saved_state, int, (struct pci_dev *p, struct pci_saved_state *state));
CALL(pci_wait_for_pending_transaction, int, (struct pci_dev *p));
CALL(synchronize_irq, void, (unsigned int irq));
CALL(pci_request_mem_regions, int, (struct pci_dev *p, const char *name));
CALL(pci_release_mem_regions, void, (struct pci_dev *p));
MACRO(pci_resource_flags, unsigned long, (struct pci_dev *p, int bar), (p, bar));
MACRO(pci_resource_len, resource_size_t, (struct pci_dev *p, int bar), (p, bar));
NOTED(pci_iomap, void __iomem *, (struct pci_dev *p, int bar, unsigned long max), (p, bar, max));
CALL(pci_iounmap, void, (struct pci_dev *p, void __iomem *va));
CALL(pci_alloc_irq_vectors, int, (struct pci_dev *p, unsigned int least, unsigned int most, unsigned int flags));
CALL(pci_free_irq_vectors, void, (struct pci_dev *p));
CALL(div_u64, u64, (u64 n, u32 d));
CALL(pci_intx, void, (struct pci_dev *p, int on));
CALL(pci_irq_vector, int, (struct pci_dev *p, unsigned int n));
NOTED(request_threaded_irq, int,
      (unsigned int irq, irq_handler_t fn, irq_handler_t thread, unsigned long flags, const char *name, void *dev),
      (irq, fn, thread, flags, name, dev));
CALL(free_irq, const void *, (unsigned int irq, void *dev));
NOTED(readl, unsigned int, (const volatile void __iomem *a), (a));
NOTED(writel, void, (unsigned int v, volatile void __iomem *a), (v, a));
NOTED(writeq, void, (u64 v, volatile void __iomem *a), (v, a));

/* ---- locks, time, work ---- */
NOTED(mutex_lock, void, (struct mutex *m), (m));
NOTED(mutex_unlock, void, (struct mutex *m), (m));
NOTED(down_read, void, (struct rw_semaphore *s), (s));
NOTED(down_read_killable, int, (struct rw_semaphore *s), (s));
NOTED(down_read_trylock, int, (struct rw_semaphore *s), (s));
NOTED(up_read, void, (struct rw_semaphore *s), (s));
NOTED(down_write, void, (struct rw_semaphore *s), (s));
NOTED(up_write, void, (struct rw_semaphore *s), (s));
NOTED(spin_lock, void, (spinlock_t *l), (l));
NOTED(spin_unlock, void, (spinlock_t *l), (l));
CALL(ktime_get_ns, u64, (void));
CALL(cpu_relax, void, (void));
CALL(need_resched, bool, (void));
CALL(msecs_to_jiffies, unsigned long, (const unsigned int ms));
NOTED(usleep_range, void, (unsigned long least, unsigned long most), (least, most));
#ifdef KSHIM_H
MACRO(alloc_workqueue, struct workqueue_struct *, (unsigned int flags, int active), ("%d", flags, active, 0));
#else
CALL(alloc_workqueue, struct workqueue_struct *, (const char *fmt, unsigned int flags, int active, ...));
#endif
CALL(destroy_workqueue, void, (struct workqueue_struct *wq));
CALL(queue_work, bool, (struct workqueue_struct *wq, struct work_struct *w));
CALL(queue_delayed_work, bool, (struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay));
CALL(cancel_work_sync, bool, (struct work_struct *w));
CALL(cancel_delayed_work_sync, bool, (struct delayed_work *w));
CALL(to_delayed_work, struct delayed_work *, (struct work_struct *w));

/* ---- power ---- */
NOTED(pm_runtime_get_sync, int, (struct device *d), (d));
NOTED(pm_runtime_resume_and_get, int, (struct device *d), (d));
CALL(pm_runtime_put_autosuspend, int, (struct device *d));
CALL(pm_runtime_mark_last_busy, void, (struct device *d));
CALL(pm_runtime_set_autosuspend_delay, void, (struct device *d, int ms));
CALL(pm_runtime_use_autosuspend, void, (struct device *d));
CALL(pm_runtime_dont_use_autosuspend, void, (struct device *d));
CALL(pm_runtime_active, bool, (struct device *d));
CALL(pm_runtime_status_suspended, bool, (struct device *d));
MACRO(pm_ptr, const struct dev_pm_ops *, (const struct dev_pm_ops *ops), (ops));

/* ---- for who looks ---- */
CALL(dev_get_drvdata, void *, (const struct device *d));
NOTED(debugfs_create_dir, struct dentry *, (const char *name, struct dentry *parent), (name, parent));
NOTED(debugfs_create_file, struct dentry *,
      (const char *name, umode_t mode, struct dentry *parent, void *data, const struct file_operations *ops),
      (name, mode, parent, data, ops));
CALL(debugfs_remove, void, (struct dentry *d));
CALL(seq_printf, void, (struct seq_file *m, const char *fmt, ...));
CALL(seq_puts, void, (struct seq_file *m, const char *text));
