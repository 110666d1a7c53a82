// SPDX-License-Identifier: MIT
/*
 * Modules: references (S9.65), loading and unloading. What is still loaded when the machine stops is
 * unloaded then, latest first; afterwards those that are there from the start and only have an exit
 * function.
 *
 * DEVIATION: a module that is loaded a second time in one machine finds its statics as it left them.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <psim/module.h>
#include "drm/device.h"
#include "host/modules.h"
#include "sched/engine.h"
#include "sim/sim.h"

#undef try_module_get
#undef __module_get
#undef module_put

/* Of all files of the shim. */
struct module __psim_this_module = {.name = KBUILD_MODNAME, .refcnt = {1}};

/* Modules whose init function ran, oldest first. */
static LIST_HEAD(loaded);
static DEFINE_MUTEX(loading);

/* ---- references ------------------------------------------------------------------------------------- */

/* Modules that were ever referenced, latest first. */
static struct module *referenced;
static struct psim_raw referenced_lock;

static void note(struct module *module, const char *site)
{
	__atomic_store_n(&module->__psim_site, site, __ATOMIC_RELAXED);
	if (likely(__atomic_load_n(&module->__psim_noted, __ATOMIC_RELAXED)))
		return;
	psim_raw_lock(&referenced_lock);
	if (!module->__psim_noted) {
		module->__psim_next = referenced;
		referenced = module;
		__atomic_store_n(&module->__psim_noted, true, __ATOMIC_RELAXED);
	}
	psim_raw_unlock(&referenced_lock);
}

bool __psim_try_module_get(struct module *module, const char *site)
{
	if (!module)
		return true;
	if (!module_is_live(module) || !atomic_inc_not_zero(&module->refcnt))
		return false;
	note(module, site);
	return true;
}
EXPORT_SYMBOL(__psim_try_module_get);

bool try_module_get(struct module *module)
{
	return __psim_try_module_get(module, __func__);
}

void __psim_module_get(struct module *module, const char *site)
{
	if (module && !WARN_ON(!atomic_inc_not_zero(&module->refcnt)))
		note(module, site);
}
EXPORT_SYMBOL(__psim_module_get);

void __module_get(struct module *module)
{
	__psim_module_get(module, __func__);
}

/* The module's own count, that it may be referenced at all, is nobody's to put. */
void __psim_module_put(struct module *module, const char *site)
{
	int old;

	if (!module)
		return;
	old = atomic_read(&module->refcnt);
	do {
		if (old <= module_is_live(module)) {
			WARN(1, "module %s: %s() puts a reference that nobody holds", module->name,
			     site);
			return;
		}
	} while (!atomic_try_cmpxchg(&module->refcnt, &old, old - 1));
}
EXPORT_SYMBOL(__psim_module_put);

void module_put(struct module *module)
{
	__psim_module_put(module, __func__);
}

int module_refcount(struct module *module)
{
	return atomic_read(&module->refcnt) - 1;
}
EXPORT_SYMBOL(module_refcount);

/* ---- loading ------------------------------------------------------------------------------------------ */

static const struct psim_module_entry *find(const char *name)
{
	const struct psim_module_entry *e = psim_module_first();

	while (e && strcmp(e->name, name))
		e = e->next;
	return e;
}

static int load(const struct psim_module_entry *e)
{
	struct module *module = e->module;
	int err;

	module->state = MODULE_STATE_COMING;
	atomic_set(&module->refcnt, 1);
	err = e->init();
	if (err) {
		module->state = MODULE_STATE_GOING;
		atomic_set(&module->refcnt, 0);
		return err < 0 ? err : -EINVAL;
	}
	module->state = MODULE_STATE_LIVE;
	module->__psim_loaded = true;
	list_add_tail(&module->__psim_link, &loaded);
	return 0;
}

int psim_module_load(const char *name)
{
	const struct psim_module_entry *e;
	int err;

	if (!psim_running())
		return psim_misuse(
			-ESRCH, "psim_module_load: no machine is running: call psim_start() first");
	e = name ? find(name) : NULL;
	if (!e)
		return psim_misuse(
			-ENOENT,
			"psim_module_load: no code linked here was compiled as module \"%s\"",
			name ?: "");
	mutex_lock(&loading);
	err = !e->init || e->module->__psim_loaded ? -EEXIST : load(e);
	mutex_unlock(&loading);
	return err;
}

static int unload(const struct psim_module_entry *e)
{
	struct module *module = e->module;

	if (!e->exit || atomic_cmpxchg(&module->refcnt, 1, 0) != 1)
		return -EBUSY;
	module->state = MODULE_STATE_GOING;
	e->exit();
	if (module->__psim_loaded)
		list_del(&module->__psim_link);
	module->__psim_loaded = false;
	return 0;
}

int psim_module_unload(const char *name)
{
	const struct psim_module_entry *e;
	int err;

	if (!psim_running())
		return psim_misuse(
			-ESRCH,
			"psim_module_unload: no machine is running: call psim_start() first");
	e = name ? find(name) : NULL;
	mutex_lock(&loading);
	err = !e || !e->module->__psim_loaded ? -ENOENT : unload(e);
	mutex_unlock(&loading);
	return err;
}

/* ---- a machine's end ------------------------------------------------------------------------------------ */

void psim_module_drain(void)
{
	const struct psim_module_entry *e;
	struct module *module, *next;

	/* Drivers of devices that nobody unplugged would wait for memory that is in use. */
	if (psim_bus_in_use())
		return;
	/* Work that is still queued may hold the last references. */
	flush_scheduled_work();
	list_for_each_entry_safe_reverse(module, next, &loaded, __psim_link)
		unload(find(module->name));
	for (e = psim_module_first(); e; e = e->next) {
		if (!e->init && e->exit && e->module->state == MODULE_STATE_LIVE)
			unload(e);
	}
	psim_params_drain();
}

void psim_module_leftovers(void)
{
	for (struct module *module = referenced; module; module = module->__psim_next) {
		if (module_refcount(module) > 0)
			psim_report("law 3",
				    "module %s is left with %d references, the latest from %s()",
				    module->name, module_refcount(module), module->__psim_site);
	}
}
