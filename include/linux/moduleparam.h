/* SPDX-License-Identifier: MIT */
/* Module parameters: variables with their defaults; nobody sets them from outside yet. */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#include <linux/compiler.h>
#include <linux/stringify.h>

#define __psim_module_param(name, variable) __psim_module_param_(name, variable)
#define __psim_module_param_(name, variable) \
	static const volatile void *const __psim_param_##name __maybe_unused = &(variable)

#define module_param_named(name, variable, type, permissions) __psim_module_param(name, variable)
#define module_param(name, type, permissions)		      __psim_module_param(name, name)
#define module_param_named_unsafe(name, variable, type, permissions) \
	__psim_module_param(name, variable)
#define module_param_unsafe(name, type, permissions)	       __psim_module_param(name, name)
#define module_param_string(name, string, length, permissions) __psim_module_param(name, string)
#define MODULE_PARM_DESC(parameter, text)		       _Static_assert(sizeof(text) > 0, "a description")

#endif /* _LINUX_MODULEPARAM_H */
