// SPDX-License-Identifier: BSD-2-Clause
/* Devices, classes, attributes, managed resources. */
#include "internal.h"

const char *dev_driver_string(const struct device *d)
{
	if (d->driver && d->driver->name)
		return d->driver->name;
	return d->bus && d->bus->name ? d->bus->name : d->class && d->class->name ? d->class->name : "";
}

int dev_set_name(struct device *d, const char *fmt, ...)
{
	va_list ap;

	if (kshim_should_fail("dev_set_name"))
		return -ENOMEM;
	va_start(ap, fmt);
	kshim_vformat(d->name, sizeof(d->name), fmt, ap);
	va_end(ap);
	return 0;
}

void kshim_device_setup(struct device *d, const struct kshim_site *site)
{
	kref_init(&d->ref);
	INIT_LIST_HEAD(&d->devres);
	INIT_LIST_HEAD(&d->node);
	d->initialised = true;
	d->site = site;
}

void kshim_device_init(struct device *d, const struct kshim_site *site)
{
	if (d->initialised) {
		kshim_fail("device", site, "tried to init an initialized object");
		return;
	}
	kshim_device_setup(d, site);
	kshim_res_add(RES_DEVICE, d, sizeof(*d), false, site);
}

struct device *get_device(struct device *d)
{
	if (d)
		kref_get(&d->ref);
	return d;
}

static void device_release(struct kref *ref)
{
	struct device *d = container_of(ref, struct device, ref);

	if (d->added)
		kshim_fail("device", d->site, "the last reference of %s is gone while it is registered", dev_name(d));
	kshim_devres_release(d);
	kshim_res_del(RES_DEVICE, d);
	d->initialised = false;
	if (d->release)
		d->release(d);
	else if (d->type && d->type->release)
		d->type->release(d);
	else if (d->class && d->class->dev_release)
		d->class->dev_release(d);
	else
		kshim_fail("device", d->site, "device %s does not have a release() function, it is broken", dev_name(d));
}

void put_device(struct device *d)
{
	if (d)
		kref_put(&d->ref, device_release);
}

int device_add(struct device *d)
{
	struct device *other;

	kshim_might_sleep("device_add", d->site);
	if (kshim_should_fail("device_add"))
		return -ENOMEM;
	if (!d->initialised || !dev_name(d)[0]) {
		kshim_fail("device", d->site, "device_add() of a device without initialisation or name");
		return -EINVAL;
	}
	list_for_each_entry(other, &kshim->devices, node)
		if (!strcmp(dev_name(other), dev_name(d)) && other->class == d->class)
			return -EEXIST;
	get_device(d);
	get_device(d->parent);
	d->added = true;
	list_add_tail(&d->node, &kshim->devices);
	return 0;
}

void device_del(struct device *d)
{
	struct device *parent = d->parent;

	if (!d->added) {
		kshim_fail("device", d->site, "device_del() of %s, which is not registered", dev_name(d));
		return;
	}
	d->added = false;
	list_del_init(&d->node);
	put_device(d);
	put_device(parent); /* taken by device_add(): a device that was never added holds none */
}

void device_unregister(struct device *d)
{
	device_del(d);
	put_device(d);
}

/* ---- classes ---- */

int kshim_class_register(struct class *c, const struct kshim_site *site)
{
	struct class *other;

	if (kshim_should_fail("class_register"))
		return -ENOMEM;
	list_for_each_entry(other, &kshim->classes, node)
		if (!strcmp(other->name, c->name))
			return -EEXIST;
	c->registered = true;
	c->site = site;
	list_add_tail(&c->node, &kshim->classes);
	kshim_res_add(RES_CLASS, c, sizeof(*c), false, site);
	return 0;
}

struct class *kshim_class_create(const char *name, const struct kshim_site *site)
{
	struct class *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return ERR_PTR(-ENOMEM);
	c->name = name;
	ret = kshim_class_register(c, site);
	if (ret) {
		free(c);
		return ERR_PTR(ret);
	}
	return c;
}

void class_unregister(const struct class *cc)
{
	struct class *c = (struct class *)cc;
	struct device *d;

	list_for_each_entry(d, &kshim->devices, node)
		if (d->class == c)
			kshim_fail("device", d->site, "class %s is unregistered while %s is in it", c->name, dev_name(d));
	if (!kshim_res_del(RES_CLASS, c)) {
		kshim_fail("device", NULL, "class_unregister() of what is not registered");
		return;
	}
	list_del(&c->node);
	c->registered = false;
}

void class_destroy(const struct class *c)
{
	if (IS_ERR_OR_NULL(c))
		return;
	class_unregister(c);
	free((void *)c);
}

static void created_release(struct device *d)
{
	free(d);
}

struct device *kshim_device_create(const struct kshim_site *site, const struct class *c, struct device *parent,
				   dev_t devt, void *drvdata, const struct attribute_group **groups,
				   const char *fmt, ...)
{
	struct device *d = calloc(1, sizeof(*d));
	va_list ap;
	int ret;

	if (!d)
		return ERR_PTR(-ENOMEM);
	kshim_device_init(d, site);
	d->class = c;
	d->parent = parent;
	d->devt = devt;
	d->groups = groups;
	d->driver_data = drvdata;
	d->release = created_release;
	d->dynamic = true;
	va_start(ap, fmt);
	kshim_vformat(d->name, sizeof(d->name), fmt, ap);
	va_end(ap);
	ret = device_add(d);
	if (ret) {
		put_device(d);
		return ERR_PTR(ret);
	}
	return d;
}

void device_destroy(const struct class *c, dev_t devt)
{
	struct device *d;

	list_for_each_entry(d, &kshim->devices, node) {
		if (d->class == c && d->devt == devt) {
			device_unregister(d);
			return;
		}
	}
}

/* ---- attributes ---- */

int device_create_file(struct device *d, const struct device_attribute *a)
{
	(void)d;
	(void)a;
	return -ENOSYS; /* racy against user space: use attribute groups */
}

void device_remove_file(struct device *d, const struct device_attribute *a)
{
	(void)d;
	(void)a;
}

static struct device_attribute *attr_in(const struct attribute_group **groups, const char *name)
{
	struct attribute **a;

	for (; groups && *groups; groups++)
		for (a = (*groups)->attrs; a && *a; a++)
			if (!strcmp((*a)->name, name))
				return container_of(*a, struct device_attribute, attr);
	return NULL;
}

struct device_attribute *kshim_attr_find(struct shim *s, const char *name, struct device **dev)
{
	struct device_attribute *a;
	struct device *d;

	list_for_each_entry(d, &s->devices, node) {
		a = attr_in(d->groups, name);
		if (!a && d->class)
			a = attr_in(d->class->dev_groups, name);
		*dev = d;
		if (a)
			return a;
	}
	*dev = &s->pdev.dev;
	return s->bound && s->drv ? attr_in(s->drv->dev_groups ? s->drv->dev_groups : s->drv->driver.dev_groups, name) : NULL;
}

/* ---- managed resources: given back in reverse order ---- */

void kshim_devres_add(struct device *d, void (*fn)(void *data), void *data)
{
	struct devres *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->fn = fn;
	r->data = data;
	list_add_tail(&r->node, &d->devres);
}

void kshim_devres_release(struct device *d)
{
	while (!list_empty(&d->devres)) {
		struct devres *r = list_last_entry(&d->devres, struct devres, node);

		list_del(&r->node);
		r->fn(r->data);
		free(r);
	}
}

static void devm_free(void *p)
{
	kfree(p);
}

static bool devres_take(struct device *d, void (*fn)(void *), const void *data, bool run)
{
	struct devres *r;

	list_for_each_entry_reverse(r, &d->devres, node) {
		if (r->fn != fn || r->data != data)
			continue;
		list_del(&r->node);
		if (run)
			r->fn(r->data);
		free(r);
		return true;
	}
	return false;
}

void *kshim_devm_alloc(struct device *d, size_t n, gfp_t g, const struct kshim_site *site)
{
	void *p = kshim_alloc(n, g, KSHIM_KMALLOC, site);

	if (p)
		kshim_devres_add(d, devm_free, p);
	return p;
}

void devm_kfree(struct device *d, const void *p)
{
	if (p && !devres_take(d, devm_free, p, true))
		kshim_fail("devres", NULL, "devm_kfree() of what is not managed");
}

char *devm_kasprintf(struct device *d, gfp_t g, const char *fmt, ...)
{
	char buf[256];
	va_list ap;
	char *p;

	va_start(ap, fmt);
	kshim_vformat(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	p = kshim_devm_alloc(d, strlen(buf) + 1, g, NULL);
	return p ? strcpy(p, buf) : NULL;
}

int devm_add_action(struct device *d, void (*fn)(void *), void *data)
{
	if (kshim_should_fail("devm_add_action"))
		return -ENOMEM;
	kshim_devres_add(d, fn, data);
	return 0;
}

int devm_add_action_or_reset(struct device *d, void (*fn)(void *), void *data)
{
	int ret = devm_add_action(d, fn, data);

	if (ret)
		fn(data);
	return ret;
}

void devm_remove_action(struct device *d, void (*fn)(void *), void *data)
{
	if (!devres_take(d, fn, data, false))
		kshim_fail("devres", NULL, "devm_remove_action() of what is not there");
}

void devm_release_action(struct device *d, void (*fn)(void *), void *data)
{
	if (!devres_take(d, fn, data, true))
		kshim_fail("devres", NULL, "devm_release_action() of what is not there");
}
