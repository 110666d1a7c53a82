/* SPDX-License-Identifier: MIT */
/*
 * Module parameters: variables that psim_module_param() sets, as a line of /etc/modprobe.d or a file in
 * /sys/module does.
 *
 * Modelled: the kernel's types, arrays, strings, functions of a module's own. Not modelled: reading them
 * from outside, dashes and quotes of a command line.
 */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/stringify.h>
#include <linux/types.h>

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "psim"
#endif

struct kernel_param;
struct module;

enum {
	KERNEL_PARAM_OPS_FL_NOARG = 1, /* set() accepts no value at all */
};

/**
 * struct kernel_param_ops - what a type of parameters does
 * @set: takes a value as text. Return: 0 or a negative errno
 * @get: writes the value to a page, with a newline. Return: its length or a negative errno
 * @free: lets go of what @set allocated; may be NULL
 */
struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

/* A string of fixed room. */
struct kparam_string {
	unsigned int maxlen;
	char *string;
};

/* An array of up to @max elements; @num: gets how many were given, or NULL. */
struct kparam_array {
	unsigned int max;
	unsigned int elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};

/**
 * struct kernel_param - one parameter
 * @name: of the parameter
 * @perm: of its file in /sys/module; not looked at
 * @arg: the variable
 */
struct kernel_param {
	const char *name;
	const struct kernel_param_ops *ops;
	const u16 perm;
	s8 level;
	u8 flags;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
};

void __psim_module_param_register(const char *module, const struct kernel_param *param);

#define __module_param_call(prefix, name_, ops_, arg_, perm_)                            \
	static const struct kernel_param __psim_param_##name_ = {                        \
		.name = #name_, .ops = (ops_), .perm = (perm_), .arg = (void *)(arg_)};  \
	__attribute__((__constructor__)) static void __psim_register_param_##name_(void) \
	{                                                                                \
		__psim_module_param_register(KBUILD_MODNAME, &__psim_param_##name_);     \
	}                                                                                \
	extern int __psim_param_semicolon

/* Functions of one's own. */
#define module_param_cb(name, ops, arg, perm)	     __module_param_call(, name, ops, arg, perm)
#define module_param_cb_unsafe(name, ops, arg, perm) __module_param_call(, name, ops, arg, perm)

/* A variable of its type: byte, short, ushort, int, uint, hexint, long, ulong, ullong, charp, bool, invbool. */
#define module_param_named(name, variable, type, perm) \
	__module_param_call(, name, &param_ops_##type, &(variable), perm)
#define module_param(name, type, perm) module_param_named(name, name, type, perm)
#define module_param_named_unsafe(name, variable, type, perm) \
	module_param_named(name, variable, type, perm)
#define module_param_unsafe(name, type, perm) module_param_named(name, name, type, perm)

#define module_param_string(name, string_, len, perm)                            \
	static const struct kparam_string __psim_string_##name = {len, string_}; \
	__module_param_call(, name, &param_ops_string, &__psim_string_##name, perm)

#define module_param_array_named(name, array, type, nump, perm)                                 \
	static const struct kparam_array __psim_array_##name = {.max = ARRAY_SIZE(array),       \
								.elemsize = sizeof((array)[0]), \
								.num = (nump),                  \
								.ops = &param_ops_##type,       \
								.elem = (array)};               \
	__module_param_call(, name, &param_array_ops, &__psim_array_##name, perm)
#define module_param_array(name, type, nump, perm) \
	module_param_array_named(name, name, type, nump, perm)

#define MODULE_PARM_DESC(parameter, text) _Static_assert(sizeof(text) > 0, "a description")
#define kernel_param_lock(module)	  ((void)(module))
#define kernel_param_unlock(module)	  ((void)(module))

#define __psim_param_type(type)                                               \
	extern const struct kernel_param_ops param_ops_##type;                \
	int param_set_##type(const char *val, const struct kernel_param *kp); \
	int param_get_##type(char *buffer, const struct kernel_param *kp)

__psim_param_type(byte);
__psim_param_type(short);
__psim_param_type(ushort);
__psim_param_type(int);
__psim_param_type(uint);
__psim_param_type(hexint);
__psim_param_type(long);
__psim_param_type(ulong);
__psim_param_type(ullong);
__psim_param_type(charp);
__psim_param_type(bool);
__psim_param_type(invbool);

extern const struct kernel_param_ops param_ops_string, param_array_ops;
/* Return: 0; -EINVAL outside of [min, max] or for what is no number. */
int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min,
			  unsigned int max);
int param_set_copystring(const char *val, const struct kernel_param *kp);
int param_get_string(char *buffer, const struct kernel_param *kp);

#endif /* _LINUX_MODULEPARAM_H */
