// SPDX-License-Identifier: BSD-2-Clause
/* Module references and parameters. A parameter has its first value again at each load, as a fresh image has. */
#include "internal.h"

extern const struct kernel_param *const __start_kshim_params[] __attribute__((weak, visibility("hidden")));
extern const struct kernel_param *const __stop_kshim_params[] __attribute__((weak, visibility("hidden")));

bool try_module_get(struct module *m)
{
	if (!m)
		return true;
	if (!m->live)
		return false;
	m->refs++;
	return true;
}

void __module_get(struct module *m)
{
	if (m)
		m->refs++;
}

void module_put(struct module *m)
{
	if (m && m->refs-- <= 0)
		kshim_fail("module", NULL, "module_put() without a reference");
}

int kshim_param_set(const char *val, const struct kernel_param *kp)
{
	unsigned long u;
	int i, ret;

	if (!strcmp(kp->type, "bool"))
		return kstrtobool(val, kp->arg);
	if (!strcmp(kp->type, "charp")) {
		*(const char **)kp->arg = val;
		return 0;
	}
	if (!strcmp(kp->type, "int")) {
		ret = kstrtoint(val, 0, &i);
		if (!ret)
			*(int *)kp->arg = i;
		return ret;
	}
	ret = kstrtoul(val, 0, &u);
	if (!ret && kp->size < 8 && u >> (8 * kp->size))
		ret = -ERANGE;
	if (!ret)
		memcpy(kp->arg, &u, kp->size);
	return ret;
}

void kshim_params_reset(struct shim *s)
{
	const struct kernel_param *const *p;

	for (p = __start_kshim_params; p < __stop_kshim_params; p++) {
		if (!*(*p)->saved) {
			*(*p)->saved = malloc((*p)->size);
			if (!*(*p)->saved)
				abort();
			memcpy(*(*p)->saved, (*p)->arg, (*p)->size);
		}
		memcpy((*p)->arg, *(*p)->saved, (*p)->size);
	}
	free(s->params);
	s->params = NULL;
}

void kshim_params_forget(struct shim *s)
{
	const struct kernel_param *const *p;

	kshim_params_reset(s);
	for (p = __start_kshim_params; p < __stop_kshim_params; p++) {
		free(*(*p)->saved);
		*(*p)->saved = NULL;
	}
}

static int param_one(char *text)
{
	const struct kernel_param *const *p;
	char *val = strchr(text, '=');

	if (val)
		*val++ = 0;
	for (p = __start_kshim_params; p < __stop_kshim_params; p++)
		if (!strcmp((*p)->name, text))
			return (*p)->set(val ? val : "y", *p);
	return -ENOENT; /* the kernel warns only; a test should not be misspelt */
}

int kshim_params_parse(struct shim *s, const char *text)
{
	char *word, *save = NULL;
	int ret = 0;

	kshim_params_reset(s);
	if (!text || !*text)
		return 0;
	s->params = strdup(text);
	if (!s->params)
		return -ENOMEM;
	for (word = strtok_r(s->params, " ", &save); word && !ret; word = strtok_r(NULL, " ", &save))
		ret = param_one(word);
	return ret;
}
