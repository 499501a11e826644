// SPDX-License-Identifier: BSD-2-Clause
/* insmod and rmmod. The only file that needs a driver to be linked in. */
#include "internal.h"

static long module_load(void *arg)
{
	struct shim *s = kshim;
	int ret;

	if (s->module)
		return -EEXIST;
	ret = kshim_params_parse(s, arg);
	if (ret)
		return ret;
	s->module = &__this_module;
	s->module->refs = 0;
	s->module->live = true;
	ret = kshim_module_init();
	if (!ret)
		return 0;
	s->module->live = false;
	s->module = NULL;
	kshim_leaks(s, true);
	return ret;
}

static long module_unload(void *arg)
{
	struct shim *s = kshim;

	(void)arg;
	if (!s->module)
		return -ENOENT;
	if (s->module->refs)
		return -EBUSY;
	s->module->live = false;
	kshim_module_exit();
	s->module = NULL;
	if (s->drv)
		kshim_fail("pci", NULL, "module unload: the PCI driver is still registered");
	s->drv = NULL;
	kshim_leaks(s, true);
	return 0;
}

int shim_module_load(struct shim *s, const char *params)
{
	s->unload = module_unload;
	return (int)shim_call(s, module_load, (void *)params);
}

int shim_module_unload(struct shim *s)
{
	return (int)shim_call(s, module_unload, NULL);
}
