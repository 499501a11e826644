/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel API shim: messages, devices, classes, character devices, attributes. */
#ifndef KSHIM_DEVICE_H
#define KSHIM_DEVICE_H

#include "kshim_fs.h"
#include "kshim_pm.h"
#pragma GCC system_header

/* ---- messages: to the shim's log; printed only when the shim was asked to ---- */
struct va_format { const char *fmt; va_list *va; };
int kshim_printk(const char *fmt, ...) __printf(1, 2);
void kshim_dev_printk(int level, const struct device *dev, const char *fmt, ...) __printf(3, 4);
int kshim_dev_err_probe(const struct device *dev, int err, const char *fmt, ...) __printf(3, 4);
bool kshim_warn(const struct kshim_site *site, const char *fmt, ...) __printf(2, 3);
void kshim_bug(const struct kshim_site *site) __attribute__((noreturn));
#define KERN_SOH "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_CONT ""
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define printk(fmt, args...) kshim_printk(fmt, ##args)
#define pr_err(fmt, args...) printk(KERN_ERR pr_fmt(fmt), ##args)
#define pr_crit(fmt, args...) printk(KERN_CRIT pr_fmt(fmt), ##args)
#define pr_warn(fmt, args...) printk(KERN_WARNING pr_fmt(fmt), ##args)
#define pr_notice(fmt, args...) printk(KERN_NOTICE pr_fmt(fmt), ##args)
#define pr_info(fmt, args...) printk(KERN_INFO pr_fmt(fmt), ##args)
#define pr_debug(fmt, args...) printk(KERN_DEBUG pr_fmt(fmt), ##args)
#define pr_err_ratelimited pr_err
#define pr_warn_ratelimited pr_warn
#define pr_err_once pr_err
#define pr_warn_once pr_warn
#define dev_fmt(fmt) fmt
#define dev_crit(d, fmt, args...) kshim_dev_printk(2, d, dev_fmt(fmt), ##args)
#define dev_err(d, fmt, args...) kshim_dev_printk(3, d, dev_fmt(fmt), ##args)
#define dev_warn(d, fmt, args...) kshim_dev_printk(4, d, dev_fmt(fmt), ##args)
#define dev_notice(d, fmt, args...) kshim_dev_printk(5, d, dev_fmt(fmt), ##args)
#define dev_info(d, fmt, args...) kshim_dev_printk(6, d, dev_fmt(fmt), ##args)
#define dev_dbg(d, fmt, args...) kshim_dev_printk(7, d, dev_fmt(fmt), ##args)
#define dev_err_ratelimited dev_err
#define dev_warn_ratelimited dev_warn
#define dev_info_ratelimited dev_info
#define dev_dbg_ratelimited dev_dbg
#define dev_err_once dev_err
#define dev_warn_once dev_warn
#define dev_info_once dev_info
#define dev_err_probe(d, e, fmt, args...) kshim_dev_err_probe(d, e, fmt, ##args)
#define pci_err(p, fmt, args...) dev_err(&(p)->dev, fmt, ##args)
#define pci_warn(p, fmt, args...) dev_warn(&(p)->dev, fmt, ##args)
#define pci_info(p, fmt, args...) dev_info(&(p)->dev, fmt, ##args)
#define pci_dbg(p, fmt, args...) dev_dbg(&(p)->dev, fmt, ##args)
#define WARN(c, fmt, args...) ({ bool __kwc = !!(c); if (__kwc) kshim_warn(KSHIM_SITE, fmt, ##args); __kwc; })
#define WARN_ON(c) WARN(c, "%s", #c)
#define WARN_ONCE WARN
#define WARN_ON_ONCE WARN_ON
#define dev_WARN(d, fmt, args...) WARN(1, fmt, ##args)
#define BUG() kshim_bug(KSHIM_SITE)
#define BUG_ON(c) do { if (c) BUG(); } while (0)
#define dump_stack() ((void)0)

/* ---- devices ---- */
struct attribute { const char *name; umode_t mode; };
struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *a, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *a, const char *buf, size_t n);
};
struct attribute_group {
	const char *name;
	umode_t (*is_visible)(void *kobj, struct attribute *a, int n);
	struct attribute **attrs;
};
#define __ATTR(n, m, sh, st) { .attr = { .name = #n, .mode = m }, .show = sh, .store = st }
#define __ATTR_RO(n) __ATTR(n, 0444, n##_show, NULL)
#define DEVICE_ATTR(n, m, sh, st) struct device_attribute dev_attr_##n = __ATTR(n, m, sh, st)
#define DEVICE_ATTR_RO(n) DEVICE_ATTR(n, 0444, n##_show, NULL)
#define DEVICE_ATTR_RW(n) DEVICE_ATTR(n, 0644, n##_show, n##_store)
#define DEVICE_ATTR_WO(n) DEVICE_ATTR(n, 0200, NULL, n##_store)
#define ATTRIBUTE_GROUPS(n)							\
	static const struct attribute_group n##_group = { .attrs = n##_attrs };	\
	static const struct attribute_group *n##_groups[] = { &n##_group, NULL }

struct bus_type { const char *name; };
struct device_driver {
	const char *name;
	struct module *owner;
	const struct attribute_group **groups, **dev_groups;
	const struct dev_pm_ops *pm;
	int probe_type;
};
#define PROBE_PREFER_ASYNCHRONOUS 1
struct kobject { const char *name; };
struct class {
	const char *name;
	char *(*devnode)(const struct device *dev, umode_t *mode);
	void (*dev_release)(struct device *dev);
	const struct attribute_group **dev_groups, **class_groups;
	bool registered;
	struct list_head node;
	const struct kshim_site *site;
};
struct device_type { const char *name; void (*release)(struct device *dev); };
struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	char name[48];
	struct device_driver *driver;
	const struct bus_type *bus;
	const struct device_type *type;
	const struct class *class;
	const struct attribute_group **groups;
	void *platform_data, *driver_data;
	dev_t devt;
	void (*release)(struct device *dev);
	u64 *dma_mask, coherent_dma_mask;
	struct device_dma_parameters *dma_parms;
	struct dev_pm_info power;
	/* the shim's own */
	struct kref ref;
	struct list_head node, devres;
	bool initialised, added, dynamic, pci;
	const struct kshim_site *site;
};
static inline const char *dev_name(const struct device *d) { return d->init_name ? d->init_name : d->name; }
static inline void *dev_get_drvdata(const struct device *d) { return d->driver_data; }
static inline void dev_set_drvdata(struct device *d, void *p) { d->driver_data = p; }
static inline int dev_to_node(struct device *d) { (void)d; return NUMA_NO_NODE; }
const char *dev_driver_string(const struct device *d);
int dev_set_name(struct device *d, const char *fmt, ...) __printf(2, 3);
void kshim_device_init(struct device *d, const struct kshim_site *site);
#define device_initialize(d) kshim_device_init(d, KSHIM_SITE)
int device_add(struct device *d);
#define device_register(d) ({ device_initialize(d); device_add(d); })
void device_del(struct device *d);
void device_unregister(struct device *d);
struct device *get_device(struct device *d);
void put_device(struct device *d);
#define kobj_to_dev(k) container_of(k, struct device, kobj)
int device_create_file(struct device *d, const struct device_attribute *a);
void device_remove_file(struct device *d, const struct device_attribute *a);
static inline void device_lock(struct device *d) { (void)d; }
static inline void device_unlock(struct device *d) { (void)d; }

int kshim_class_register(struct class *c, const struct kshim_site *site);
struct class *kshim_class_create(const char *name, const struct kshim_site *site);
#define class_create(n) kshim_class_create(n, KSHIM_SITE)
#define class_register(c) kshim_class_register((struct class *)(c), KSHIM_SITE)
void class_destroy(const struct class *c);
void class_unregister(const struct class *c);
struct device *kshim_device_create(const struct kshim_site *site, const struct class *c, struct device *parent,
	dev_t devt, void *drvdata, const struct attribute_group **groups, const char *fmt, ...) __printf(7, 8);
#define device_create(c, p, t, d, fmt, args...) kshim_device_create(KSHIM_SITE, c, p, t, d, NULL, fmt, ##args)
#define device_create_with_groups(c, p, t, d, g, fmt, args...) \
	kshim_device_create(KSHIM_SITE, c, p, t, d, g, fmt, ##args)
void device_destroy(const struct class *c, dev_t devt);

/* ---- managed resources ---- */
void *kshim_devm_alloc(struct device *d, size_t n, gfp_t g, const struct kshim_site *site);
#define devm_kmalloc(d, n, g) kshim_devm_alloc(d, n, g, KSHIM_SITE)
#define devm_kzalloc(d, n, g) devm_kmalloc(d, n, (g) | __GFP_ZERO)
#define devm_kcalloc(d, n, s, g) devm_kzalloc(d, size_mul(n, s), g)
#define devm_kmalloc_array(d, n, s, g) devm_kmalloc(d, size_mul(n, s), g)
void devm_kfree(struct device *d, const void *p);
char *devm_kasprintf(struct device *d, gfp_t g, const char *fmt, ...) __printf(3, 4);
int devm_add_action(struct device *d, void (*fn)(void *), void *data);
int devm_add_action_or_reset(struct device *d, void (*fn)(void *), void *data);
void devm_remove_action(struct device *d, void (*fn)(void *), void *data);
void devm_release_action(struct device *d, void (*fn)(void *), void *data);

/* ---- character devices ---- */
struct cdev {
	struct module *owner;
	const struct file_operations *ops;
	dev_t dev;
	unsigned int count;
	struct kobject kobj;
	struct device *kobj_parent;
	struct list_head node;
	bool added, dynamic;
	const struct kshim_site *site;
};
int kshim_chrdev_region(dev_t *dev, unsigned int base, unsigned int n, const char *name, bool fixed,
			const struct kshim_site *site);
#define alloc_chrdev_region(d, b, n, s) kshim_chrdev_region(d, b, n, s, false, KSHIM_SITE)
#define register_chrdev_region(d, n, s) ({ dev_t __kdv = (d); kshim_chrdev_region(&__kdv, 0, n, s, true, KSHIM_SITE); })
void unregister_chrdev_region(dev_t dev, unsigned int n);
void cdev_init(struct cdev *c, const struct file_operations *ops);
struct cdev *cdev_alloc(void);
int kshim_cdev_add(struct cdev *c, dev_t dev, unsigned int n, const struct kshim_site *site);
#define cdev_add(c, d, n) kshim_cdev_add(c, d, n, KSHIM_SITE)
void cdev_del(struct cdev *c);
static inline void cdev_set_parent(struct cdev *c, struct kobject *k)
{
	c->kobj_parent = k ? container_of(k, struct device, kobj) : NULL;
}
int kshim_cdev_device_add(struct cdev *c, struct device *d, const struct kshim_site *site);
#define cdev_device_add(c, d) kshim_cdev_device_add(c, d, KSHIM_SITE)
void cdev_device_del(struct cdev *c, struct device *d);
struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct device *parent, *this_device;
	umode_t mode;
	struct cdev cdev;
};
#define MISC_DYNAMIC_MINOR 255
int misc_register(struct miscdevice *m);
void misc_deregister(struct miscdevice *m);

#endif
