// SPDX-License-Identifier: MIT
/*
 * The pagemap object: what a provider of device memory hands out, and the references that keep the
 * provider there for as long as anybody has one.
 *
 * The rest of the core is in files of its own: allocations in drm_pagemap_devmem.c, migration to them
 * in drm_pagemap_migrate.c, back in drm_pagemap_ram.c, caches of pagemaps in drm_pagemap_util.c.
 * C3.2 and the like number the promises of drm_pagemap.h.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_pagemap.h>
#include <drm/drm_pagemap_util.h>

/* ---- the provider, held ---------------------------------------------------------------------- */

/**
 * struct drm_pagemap_dev_hold - the references that keep a provider's code and device there
 * @link: in the list of those that are to be put
 * @drm: the provider, referenced
 * @module: its driver's module, referenced; NULL: built in
 */
struct drm_pagemap_dev_hold {
	struct llist_node link;
	struct drm_device *drm;
	struct module *module;
};

static LLIST_HEAD(dev_holds_to_put);

static void dev_holds_put(struct work_struct *work)
{
	struct drm_pagemap_dev_hold *hold, *next;

	llist_for_each_entry_safe(hold, next, llist_del_all(&dev_holds_to_put), link) {
		struct module *module = hold->module;

		/* The device's release may be code of the module. */
		drm_dev_put(hold->drm);
		module_put(module);
		kfree(hold);
		cond_resched();
	}
}

static DECLARE_WORK(dev_holds_work, dev_holds_put);

static struct drm_pagemap_dev_hold *dev_hold_create(struct drm_device *drm)
{
	struct module *module = drm->driver->fops ? drm->driver->fops->owner : NULL;
	struct drm_pagemap_dev_hold *hold;

	hold = kzalloc(sizeof(*hold), GFP_KERNEL);
	if (!hold)
		return ERR_PTR(-ENOMEM);
	if (!try_module_get(module)) {
		kfree(hold);
		return ERR_PTR(-ENODEV);
	}
	drm_dev_get(drm);
	hold->drm = drm;
	hold->module = module;
	return hold;
}

/* The last put of a device or a module sleeps, so it is left to a work item. Any context. */
static void dev_hold_put_later(struct drm_pagemap_dev_hold *hold)
{
	llist_add(&hold->link, &dev_holds_to_put);
	schedule_work(&dev_holds_work);
}

/* ---- the pagemap object ---------------------------------------------------------------------- */

/**
 * drm_pagemap_init() - make a pagemap out of memory that the caller has
 * @dpagemap: the object
 * @pagemap: the device memory behind it
 * @drm: the provider; it and its driver's module are referenced until the pagemap's release
 * @ops: the provider's callbacks
 *
 * The object starts with one reference, without a cache (C1.1).
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -ENODEV if the module is going away. After an error nothing is held, and the
 * object stays the caller's: it is neither put nor destroyed.
 */
int drm_pagemap_init(struct drm_pagemap *dpagemap, struct dev_pagemap *pagemap,
		     struct drm_device *drm, const struct drm_pagemap_ops *ops)
{
	struct drm_pagemap_dev_hold *hold = dev_hold_create(drm);

	if (IS_ERR(hold))
		return PTR_ERR(hold);

	dpagemap->ops = ops;
	dpagemap->drm = drm;
	dpagemap->pagemap = pagemap;
	dpagemap->dev_hold = hold;
	dpagemap->cache = NULL;
	INIT_LIST_HEAD(&dpagemap->shrink_link);
	kref_init(&dpagemap->ref);
	return 0;
}
EXPORT_SYMBOL_GPL(drm_pagemap_init);

/**
 * drm_pagemap_create() - allocate a pagemap and initialise it
 * @drm: the provider
 * @pagemap: the device memory behind it
 * @ops: the provider's callbacks
 *
 * Context: may sleep.
 * Return: the pagemap with one reference, or an error pointer as of drm_pagemap_init() (C1.2).
 */
struct drm_pagemap *drm_pagemap_create(struct drm_device *drm, struct dev_pagemap *pagemap,
				       const struct drm_pagemap_ops *ops)
{
	struct drm_pagemap *dpagemap = kzalloc(sizeof(*dpagemap), GFP_KERNEL);
	int err;

	if (!dpagemap)
		return ERR_PTR(-ENOMEM);
	err = drm_pagemap_init(dpagemap, pagemap, drm, ops);
	if (err) {
		kfree(dpagemap);
		return ERR_PTR(err);
	}
	return dpagemap;
}
EXPORT_SYMBOL_GPL(drm_pagemap_create);

/**
 * drm_pagemap_reinit() - bring a released pagemap back to life
 * @dpagemap: a pagemap that was released and not destroyed, and to which nobody else has access
 *
 * Context: may sleep.
 * Return: 0 with one reference and the provider held again; -ENOMEM or -ENODEV: it stays released,
 * and may be destroyed (C1.6).
 */
int drm_pagemap_reinit(struct drm_pagemap *dpagemap)
{
	struct drm_pagemap_dev_hold *hold = dev_hold_create(dpagemap->drm);

	if (IS_ERR(hold))
		return PTR_ERR(hold);

	dpagemap->dev_hold = hold;
	/* Whoever finds the count at one may put it at once, and then needs the hold. */
	smp_wmb();
	kref_init(&dpagemap->ref);
	return 0;
}
EXPORT_SYMBOL_GPL(drm_pagemap_reinit);

/**
 * drm_pagemap_destroy() - free a pagemap that nobody holds
 * @dpagemap: a released pagemap
 * @is_atomic_or_reclaim: whether the caller may be in atomic context or in reclaim
 *
 * Context: any if @is_atomic_or_reclaim; else may sleep (C1.7).
 */
void drm_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	if (dpagemap->ops->destroy)
		dpagemap->ops->destroy(dpagemap, is_atomic_or_reclaim);
	else
		kfree(dpagemap);
}
EXPORT_SYMBOL_GPL(drm_pagemap_destroy);

static void drm_pagemap_release(struct kref *ref)
{
	struct drm_pagemap *dpagemap = container_of(ref, struct drm_pagemap, ref);
	struct drm_pagemap_dev_hold *hold = dpagemap->dev_hold;

	/* Once it is destroyed or on the shrinker's list the object is not ours any more. */
	dpagemap->dev_hold = NULL;
	drm_pagemap_shrinker_add(dpagemap);
	dev_hold_put_later(hold);
}

/**
 * drm_pagemap_put() - drop a reference
 * @dpagemap: the pagemap, or NULL
 *
 * The last put leaves the object to the shrinker if it has a cache, and else destroys it; provider and
 * module are let go of afterwards, by a work item (C1.3 to C1.5).
 *
 * Context: any, inside a notifier callback and under a spinlock too.
 */
void drm_pagemap_put(struct drm_pagemap *dpagemap)
{
	if (likely(dpagemap)) {
		drm_pagemap_shrinker_might_lock(dpagemap);
		kref_put(&dpagemap->ref, drm_pagemap_release);
	}
}
EXPORT_SYMBOL_GPL(drm_pagemap_put);

/**
 * drm_pagemap_populate_mm() - bring a range of a process into device memory
 * @dpagemap: the pagemap whose memory is wanted
 * @start: first address, page aligned
 * @end: first address behind the range
 * @mm: the address space, of which the caller keeps the structure alive
 * @timeslice_ms: milliseconds during which a CPU access does not bring pages back
 *
 * Context: takes the mmap lock for reading; may sleep.
 * Return: -EFAULT if @mm has no users; -EOPNOTSUPP if the provider does not offer it; else what
 * populate_mm returned (C6.1).
 */
int drm_pagemap_populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
			    struct mm_struct *mm, unsigned long timeslice_ms)
{
	int err;

	if (!dpagemap->ops->populate_mm)
		return -EOPNOTSUPP;
	if (!mmget_not_zero(mm))
		return -EFAULT;
	mmap_read_lock(mm);
	err = dpagemap->ops->populate_mm(dpagemap, start, end, mm, timeslice_ms);
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_populate_mm);

/* ---- the module ------------------------------------------------------------------------------ */

/* Providers that are still to be let go of need this code (C1.5). */
static void __exit drm_pagemap_exit(void)
{
	while (flush_work(&dev_holds_work))
		;
	WARN_ON(!llist_empty(&dev_holds_to_put));
}
module_exit(drm_pagemap_exit);

MODULE_DESCRIPTION("Pages of processes in device memory");
MODULE_LICENSE("Dual MIT/GPL");
