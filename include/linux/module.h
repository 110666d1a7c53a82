/* SPDX-License-Identifier: MIT */
/*
 * Modules: everything is linked into one program, and all files that were compiled with the same
 * KBUILD_MODNAME are one module, with a reference count, an init and an exit function.
 *
 * A file compiled without KBUILD_MODNAME belongs to the module "psim". Modules are loaded by name
 * (psim/module.h); one that has no init function counts as loaded from the start.
 */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/stringify.h>
#include <linux/types.h>

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "psim"
#endif

#define MODULE_NAME_LEN (64 - sizeof(unsigned long))

enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
	MODULE_STATE_UNFORMED,
};

/**
 * struct module - one module
 * @state: MODULE_STATE_*
 * @name: its KBUILD_MODNAME
 * @refcnt: references, plus one while it may be referenced
 * @__psim_link: in the list of loaded modules
 * @__psim_loaded: its init function ran
 * @__psim_site: who took the latest reference
 * @__psim_noted, @__psim_next: in the list of modules that were ever referenced
 */
struct module {
	enum module_state state;
	char name[MODULE_NAME_LEN];
	atomic_t refcnt;
	struct list_head __psim_link;
	bool __psim_loaded;
	const char *__psim_site;
	bool __psim_noted;
	struct module *__psim_next;
};

/* One object for all files of the module: the name of its symbol has the module's name in it. */
extern struct module __psim_this_module __asm__("__psim_module." KBUILD_MODNAME);
#ifndef __PSIM_MODULE_ELSEWHERE /* many files of one module: one of them is enough */
__weak struct module __psim_this_module = {.name = KBUILD_MODNAME, .refcnt = {1}};
#endif

#undef THIS_MODULE
#define THIS_MODULE (&__psim_this_module)

void __psim_module_register(const char *name, struct module *module, int (*init)(void),
			    void (*exit)(void));

/* What runs when the module is loaded: 0, or a negative errno, which refuses the load. One a module. */
#define module_init(function)                                                    \
	__attribute__((__constructor__)) static void __psim_register_init(void)  \
	{                                                                        \
		int (*init)(void) = (function);                                  \
		__psim_module_register(KBUILD_MODNAME, THIS_MODULE, init, NULL); \
	}
/* What runs when it is unloaded: by psim_module_unload(), or when the machine stops. One a module. */
#define module_exit(function)                                                    \
	__attribute__((__constructor__)) static void __psim_register_exit(void)  \
	{                                                                        \
		void (*exit)(void) = (function);                                 \
		__psim_module_register(KBUILD_MODNAME, THIS_MODULE, NULL, exit); \
	}

/**
 * try_module_get() - take a reference, so that the module stays
 * @module: NULL: built in: nothing to take
 * Any context. Return: false, with nothing taken, if the module is going away (S9.65).
 */
bool try_module_get(struct module *module);
/* Take a reference on a module that the caller knows to be held. */
void __module_get(struct module *module);
/* Let go of one; NULL is allowed, one too many warns (S9.65). Any context. */
void module_put(struct module *module);
/* References held; -1 once the module is going away. */
int module_refcount(struct module *module);

bool __psim_try_module_get(struct module *module, const char *site);
void __psim_module_get(struct module *module, const char *site);
void __psim_module_put(struct module *module, const char *site);
#define try_module_get(module) __psim_try_module_get((module), __func__)
#define __module_get(module)   __psim_module_get((module), __func__)
#define module_put(module)     __psim_module_put((module), __func__)

static inline bool module_is_live(struct module *module)
{
	return module->state != MODULE_STATE_GOING;
}

static inline const char *module_name(struct module *module)
{
	return module ? module->name : "kernel";
}

#define __psim_module_text(text)	_Static_assert(sizeof(text) > 0, "a text")
#define MODULE_LICENSE(text)		__psim_module_text(text)
#define MODULE_AUTHOR(text)		__psim_module_text(text)
#define MODULE_DESCRIPTION(text)	__psim_module_text(text)
#define MODULE_VERSION(text)		__psim_module_text(text)
#define MODULE_ALIAS(text)		__psim_module_text(text)
#define MODULE_FIRMWARE(text)		__psim_module_text(text)
#define MODULE_SOFTDEP(text)		__psim_module_text(text)
#define MODULE_IMPORT_NS(ns)		__psim_module_text(ns)
#define MODULE_INFO(tag, text)		__psim_module_text(text)
#define MODULE_DEVICE_TABLE(type, name) extern typeof(name) name

#endif /* _LINUX_MODULE_H */
