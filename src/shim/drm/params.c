// SPDX-License-Identifier: MIT
/* Module parameters: text to values and back, by type; and setting one from outside. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <psim/module.h>
#include "drm/device.h"
#include "host/modules.h"
#include "sim/sim.h"

#define VALUE_BYTES 1024 /* the longest value, with its end */

/* ---- numbers ------------------------------------------------------------------------------------------------ */

#define NUMBER(name_, type, format, parse)                                     \
	int param_set_##name_(const char *val, const struct kernel_param *kp)  \
	{                                                                      \
		return parse(val, 0, (type *)kp->arg);                         \
	}                                                                      \
	EXPORT_SYMBOL(param_set_##name_);                                      \
	int param_get_##name_(char *buffer, const struct kernel_param *kp)     \
	{                                                                      \
		return scnprintf(buffer, PAGE_SIZE, format, *(type *)kp->arg); \
	}                                                                      \
	EXPORT_SYMBOL(param_get_##name_);                                      \
	const struct kernel_param_ops param_ops_##name_ = {                    \
		.set = param_set_##name_,                                      \
		.get = param_get_##name_,                                      \
	};                                                                     \
	EXPORT_SYMBOL(param_ops_##name_)

NUMBER(byte, unsigned char, "%hhu\n", kstrtou8);
NUMBER(short, short, "%hi\n", kstrtos16);
NUMBER(ushort, unsigned short, "%hu\n", kstrtou16);
NUMBER(int, int, "%i\n", kstrtoint);
NUMBER(uint, unsigned int, "%u\n", kstrtouint);
NUMBER(hexint, unsigned int, "%#08x\n", kstrtouint);
NUMBER(long, long, "%li\n", kstrtol);
NUMBER(ulong, unsigned long, "%lu\n", kstrtoul);
NUMBER(ullong, unsigned long long, "%llu\n", kstrtoull);

int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min,
			  unsigned int max)
{
	unsigned int value;
	int err;

	if (!val)
		return -EINVAL;
	err = kstrtouint(val, 0, &value);
	if (err)
		return err;
	if (value < min || value > max)
		return -EINVAL;
	*(unsigned int *)kp->arg = value;
	return 0;
}
EXPORT_SYMBOL(param_set_uint_minmax);

/* ---- truth ---------------------------------------------------------------------------------------------------- */

/* Without a value: true. */
int param_set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val ?: "1", kp->arg);
}
EXPORT_SYMBOL(param_set_bool);

int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}
EXPORT_SYMBOL(param_get_bool);

const struct kernel_param_ops param_ops_bool = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = param_set_bool,
	.get = param_get_bool,
};
EXPORT_SYMBOL(param_ops_bool);

int param_set_invbool(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val, &value);

	if (!err)
		*(bool *)kp->arg = !value;
	return err;
}
EXPORT_SYMBOL(param_set_invbool);

int param_get_invbool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%c\n", *(bool *)kp->arg ? 'N' : 'Y');
}
EXPORT_SYMBOL(param_get_invbool);

const struct kernel_param_ops param_ops_invbool = {
	.set = param_set_invbool,
	.get = param_get_invbool,
};
EXPORT_SYMBOL(param_ops_invbool);

/* ---- strings ---------------------------------------------------------------------------------------------------- */

/* A value that a charp points to; they stay until the machine stops. */
struct kept {
	struct kept *next;
	char text[];
};

static struct kept *kept_texts;
static DEFINE_MUTEX(params_lock);

/* Context: the lock. */
int param_set_charp(const char *val, const struct kernel_param *kp)
{
	size_t bytes = strlen(val) + 1;
	struct kept *kept;

	if (bytes > VALUE_BYTES)
		return -ENOSPC;
	kept = kmalloc(sizeof(*kept) + bytes, GFP_KERNEL);
	if (!kept)
		return -ENOMEM;
	memcpy(kept->text, val, bytes);
	kept->next = kept_texts;
	kept_texts = kept;
	*(char **)kp->arg = kept->text;
	return 0;
}
EXPORT_SYMBOL(param_set_charp);

void psim_params_drain(void)
{
	while (kept_texts) {
		struct kept *kept = kept_texts;

		kept_texts = kept->next;
		kfree(kept);
	}
}

int param_get_charp(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", *(char **)kp->arg);
}
EXPORT_SYMBOL(param_get_charp);

const struct kernel_param_ops param_ops_charp = {
	.set = param_set_charp,
	.get = param_get_charp,
};
EXPORT_SYMBOL(param_ops_charp);

int param_set_copystring(const char *val, const struct kernel_param *kp)
{
	const struct kparam_string *to = kp->str;
	size_t n = strnlen(val, to->maxlen);

	if (n == to->maxlen)
		return -ENOSPC;
	memcpy(to->string, val, n + 1);
	return 0;
}
EXPORT_SYMBOL(param_set_copystring);

int param_get_string(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", kp->str->string);
}
EXPORT_SYMBOL(param_get_string);

const struct kernel_param_ops param_ops_string = {
	.set = param_set_copystring,
	.get = param_get_string,
};
EXPORT_SYMBOL(param_ops_string);

/* ---- arrays: values with commas between them -------------------------------------------------------------------- */

static struct kernel_param element(const struct kernel_param *kp, unsigned int i)
{
	return (struct kernel_param){
		.name = kp->name,
		.ops = kp->arr->ops,
		.arg = (char *)kp->arr->elem + (size_t)kp->arr->elemsize * i,
	};
}

static int array_set(const char *val, const struct kernel_param *kp)
{
	char *values = kstrdup(val, GFP_KERNEL), *rest = values;
	unsigned int n = 0;
	int err = values ? 0 : -ENOMEM;

	while (!err && rest) {
		char *value = strsep(&rest, ",");

		if (n == kp->arr->max) {
			err = -EINVAL;
		} else {
			struct kernel_param one = element(kp, n);

			err = one.ops->set(value, &one);
			n += !err;
		}
	}
	kfree(values);
	if (!err && kp->arr->num)
		*kp->arr->num = n;
	return err;
}

static int array_get(char *buffer, const struct kernel_param *kp)
{
	unsigned int n = kp->arr->num ? *kp->arr->num : kp->arr->max;
	int done = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct kernel_param one = element(kp, i);
		int got;

		if (i)
			buffer[done - 1] = ','; /* in place of a newline */
		got = one.ops->get(buffer + done, &one);
		if (got < 0)
			return got;
		done += got;
	}
	buffer[done] = 0;
	return done;
}

const struct kernel_param_ops param_array_ops = {.set = array_set, .get = array_get};
EXPORT_SYMBOL(param_array_ops);

/* ---- from outside ------------------------------------------------------------------------------------------------ */

static const struct kernel_param *find(const char *module, const char *name)
{
	const struct psim_module_param *p = psim_module_params();

	for (; p; p = p->next) {
		if (!strcmp(p->module, module) && !strcmp(p->param->name, name))
			return p->param;
	}
	return NULL;
}

int psim_module_param(const char *module, const char *parameter, const char *value)
{
	const struct kernel_param *param;
	int err;

	if (!psim_running())
		return psim_misuse(
			-ESRCH,
			"psim_module_param: no machine is running: call psim_start() first");
	param = module && parameter ? find(module, parameter) : NULL;
	if (!param)
		return psim_misuse(-ENOENT,
				   "psim_module_param: module \"%s\" has no parameter \"%s\"",
				   module ?: "", parameter ?: "");
	if (!value && !(param->ops->flags & KERNEL_PARAM_OPS_FL_NOARG))
		return -EINVAL;
	mutex_lock(&params_lock);
	err = param->ops->set(value, param);
	mutex_unlock(&params_lock);
	return err;
}
