// SPDX-License-Identifier: BSD-2-Clause
/* Character devices: numbers, cdevs, and the names below /dev. */
#include "internal.h"

struct region { dev_t first; unsigned int n; };

/* Regions live in the resource book; the pointer is a copy of the numbers. */
static struct region *region_find(struct shim *s, dev_t first)
{
	struct kshim_res *r;

	list_for_each_entry(r, &s->res[RES_CHRDEV], node)
		if (((struct region *)r->ptr)->first == first)
			return (struct region *)r->ptr;
	return NULL;
}

int kshim_chrdev_region(dev_t *dev, unsigned int base, unsigned int n, const char *name, bool fixed,
			const struct kshim_site *site)
{
	struct region *r;

	(void)name;
	if (kshim_should_fail("alloc_chrdev_region"))
		return -ENOMEM;
	if (fixed && region_find(kshim, *dev))
		return -EBUSY;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	if (!fixed)
		*dev = MKDEV(kshim->next_major--, base);
	r->first = *dev;
	r->n = n;
	kshim_res_add(RES_CHRDEV, r, n, false, site);
	return 0;
}

void unregister_chrdev_region(dev_t dev, unsigned int n)
{
	struct region *r = region_find(kshim, dev);

	if (!r || r->n != n) {
		kshim_fail("chrdev", NULL, "unregister_chrdev_region() of %u numbers that were not registered so", n);
		return;
	}
	kshim_res_del(RES_CHRDEV, r);
	free(r);
}

void cdev_init(struct cdev *c, const struct file_operations *ops)
{
	memset(c, 0, sizeof(*c));
	INIT_LIST_HEAD(&c->node);
	c->ops = ops;
}

struct cdev *cdev_alloc(void)
{
	struct cdev *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	cdev_init(c, NULL);
	c->dynamic = true;
	return c;
}

int kshim_cdev_add(struct cdev *c, dev_t dev, unsigned int n, const struct kshim_site *site)
{
	if (kshim_should_fail("cdev_add"))
		return -ENOMEM;
	if (c->added || !c->ops)
		kshim_fail("chrdev", site, "cdev_add() of a cdev that is %s", c->added ? "there already" : "not initialised");
	c->dev = dev;
	c->count = n;
	c->added = true;
	c->site = site;
	get_device(c->kobj_parent);
	list_add_tail(&c->node, &kshim->cdevs);
	kshim_res_add(RES_CDEV, c, sizeof(*c), true, site);
	return 0;
}

void cdev_del(struct cdev *c)
{
	struct device *parent = c->kobj_parent;

	if (!c->added) {
		kshim_fail("chrdev", c->site, "cdev_del() of a cdev that was not added");
		return;
	}
	c->added = false;
	list_del_init(&c->node);
	kshim_res_del(RES_CDEV, c);
	if (c->dynamic)
		free(c);
	put_device(parent);
}

int kshim_cdev_device_add(struct cdev *c, struct device *d, const struct kshim_site *site)
{
	int ret;

	if (d->devt) {
		c->kobj_parent = d;
		ret = kshim_cdev_add(c, d->devt, 1, site);
		if (ret)
			return ret;
	}
	ret = device_add(d);
	if (ret && d->devt)
		cdev_del(c);
	return ret;
}

void cdev_device_del(struct cdev *c, struct device *d)
{
	device_del(d);
	if (d->devt)
		cdev_del(c);
}

int misc_register(struct miscdevice *m)
{
	struct device *d;
	int ret;

	cdev_init(&m->cdev, m->fops);
	ret = kshim_cdev_add(&m->cdev, MKDEV(10, 64 + kshim->next_major--), 1, NULL);
	if (ret)
		return ret;
	d = kshim_device_create(NULL, NULL, m->parent, m->cdev.dev, m, NULL, "%s", m->name);
	if (IS_ERR(d)) {
		cdev_del(&m->cdev);
		return (int)PTR_ERR(d);
	}
	m->this_device = d;
	return 0;
}

void misc_deregister(struct miscdevice *m)
{
	device_unregister(m->this_device);
	cdev_del(&m->cdev);
}

/* "/dev/NAME", where a registered device has that name and number. */
struct cdev *kshim_cdev_find(struct shim *s, const char *path, dev_t *devt)
{
	struct device *d;
	struct cdev *c;

	if (strncmp(path, "/dev/", 5))
		return NULL;
	list_for_each_entry(d, &s->devices, node) {
		if (!d->devt || strcmp(dev_name(d), path + 5))
			continue;
		list_for_each_entry(c, &s->cdevs, node)
			if (d->devt >= c->dev && d->devt < c->dev + c->count) {
				*devt = d->devt;
				return c;
			}
	}
	return NULL;
}
