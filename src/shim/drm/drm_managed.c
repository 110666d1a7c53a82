// SPDX-License-Identifier: MIT
/* What goes with the last reference of a drm_device, latest first (S9.66). */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <drm/drm_device.h>
#include <drm/drm_managed.h>
#include "drm/devres.h"
#include "drm/managed.h"

static drmres_release_t release_of(const struct psim_devres *node)
{
	return (drmres_release_t)node->release;
}

static struct psim_devres *node_alloc(drmres_release_t release, size_t size, gfp_t gfp,
				      const char *site)
{
	struct psim_devres *node = NULL;

	if (size <= KMALLOC_MAX_SIZE - sizeof(*node))
		node = __psim_kmalloc(sizeof(*node) + size, gfp, site);
	if (!node)
		return NULL;
	node->release = (void (*)(void))release;
	node->size = size;
	return node;
}

static void add(struct drm_device *dev, struct psim_devres *node)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->managed.lock, flags);
	list_add_tail(&node->link, &dev->managed.resources);
	spin_unlock_irqrestore(&dev->managed.lock, flags);
}

void psim_drm_managed_release(struct drm_device *dev)
{
	struct psim_devres *node, *next;

	list_for_each_entry_safe_reverse(node, next, &dev->managed.resources, link)
	{
		list_del(&node->link);
		if (release_of(node))
			release_of(node)(dev, node->size ? *(void **)node->room : NULL);
		kfree(node);
	}
}

/* ---- actions: their room holds the data, if there is any ------------------------------------------- */

int __psim_drmm_add_action(struct drm_device *dev, drmres_release_t action, void *data,
			   const char *site)
{
	struct psim_devres *node = node_alloc(action, sizeof(data), GFP_KERNEL, site);

	if (!node)
		return -ENOMEM;
	*(void **)node->room = data;
	add(dev, node);
	return 0;
}
EXPORT_SYMBOL(__psim_drmm_add_action);

int __psim_drmm_add_action_or_reset(struct drm_device *dev, drmres_release_t action, void *data,
				    const char *site)
{
	int err = __psim_drmm_add_action(dev, action, data, site);

	if (err)
		action(dev, data);
	return err;
}
EXPORT_SYMBOL(__psim_drmm_add_action_or_reset);

/* Take out the latest node that is it. @action NULL: memory at @data. */
static struct psim_devres *take(struct drm_device *dev, drmres_release_t action, void *data)
{
	struct psim_devres *node, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dev->managed.lock, flags);
	list_for_each_entry_reverse(node, &dev->managed.resources, link) {
		if (release_of(node) == action &&
		    (action ? *(void **)node->room : (void *)node->room) == data) {
			found = node;
			list_del(&node->link);
			break;
		}
	}
	spin_unlock_irqrestore(&dev->managed.lock, flags);
	return found;
}

void drmm_release_action(struct drm_device *dev, drmres_release_t action, void *data)
{
	struct psim_devres *node = take(dev, action, data);

	if (WARN_ON(!node))
		return;
	action(dev, data);
	kfree(node);
}
EXPORT_SYMBOL(drmm_release_action);

void drmm_add_final_kfree(struct drm_device *dev, void *container)
{
	WARN_ON(dev->managed.final_kfree);
	dev->managed.final_kfree = container;
}

/* ---- memory --------------------------------------------------------------------------------------------- */

void *__psim_drmm_kmalloc(struct drm_device *dev, size_t size, gfp_t gfp, const char *site)
{
	struct psim_devres *node = node_alloc(NULL, size, gfp, site);

	if (!node)
		return NULL;
	add(dev, node);
	return node->room;
}
EXPORT_SYMBOL(__psim_drmm_kmalloc);

char *__psim_drmm_kstrdup(struct drm_device *dev, const char *s, gfp_t gfp, const char *site)
{
	char *copy;

	if (!s)
		return NULL;
	copy = __psim_drmm_kmalloc(dev, strlen(s) + 1, gfp, site);
	if (copy)
		strcpy(copy, s);
	return copy;
}
EXPORT_SYMBOL(__psim_drmm_kstrdup);

void drmm_kfree(struct drm_device *dev, void *data)
{
	struct psim_devres *node;

	if (!data)
		return;
	node = take(dev, NULL, data);
	if (!WARN_ON(!node))
		kfree(node);
}
EXPORT_SYMBOL(drmm_kfree);

void __drmm_mutex_release(struct drm_device *dev, void *res)
{
	mutex_destroy((struct mutex *)res);
}
EXPORT_SYMBOL(__drmm_mutex_release);
