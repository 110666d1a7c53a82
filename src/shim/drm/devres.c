// SPDX-License-Identifier: MIT
/*
 * Device-managed resources (S9.67, S5.48): each is a block with a release function on its device's
 * list; unbinding releases them, latest first.
 *
 * Not modelled: groups, per-CPU memory.
 */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "drm/devres.h"

static dr_release_t release_of(const struct psim_devres *node)
{
	return (dr_release_t)node->release;
}

void *__psim_devres_alloc(dr_release_t release, size_t size, gfp_t gfp, const char *site)
{
	struct psim_devres *node;

	if (size > KMALLOC_MAX_SIZE - sizeof(*node))
		return NULL;
	node = __psim_kmalloc(sizeof(*node) + size, gfp, site);
	if (!node)
		return NULL;
	INIT_LIST_HEAD(&node->link);
	node->release = (void (*)(void))release;
	node->size = size;
	memset(node->room, 0, size);
	return node->room;
}
EXPORT_SYMBOL(__psim_devres_alloc);

void devres_free(void *res)
{
	if (!res)
		return;
	WARN_ON(!list_empty(&psim_devres_of(res)->link));
	kfree(psim_devres_of(res));
}
EXPORT_SYMBOL(devres_free);

void devres_add(struct device *dev, void *res)
{
	struct psim_devres *node = psim_devres_of(res);
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	WARN_ON(!list_empty(&node->link));
	list_add_tail(&node->link, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
}
EXPORT_SYMBOL(devres_add);

/* Under the lock. */
static struct psim_devres *find(struct device *dev, dr_release_t release, dr_match_t match,
				void *match_data)
{
	struct psim_devres *node;

	list_for_each_entry_reverse(node, &dev->devres_head, link) {
		if (release_of(node) == release && (!match || match(dev, node->room, match_data)))
			return node;
	}
	return NULL;
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct psim_devres *node;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	node = find(dev, release, match, match_data);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return node ? node->room : NULL;
}
EXPORT_SYMBOL(devres_find);

void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct psim_devres *node;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	node = find(dev, release, match, match_data);
	if (node)
		list_del_init(&node->link);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return node ? node->room : NULL;
}
EXPORT_SYMBOL(devres_remove);

int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	if (!res)
		return -ENOENT;
	devres_free(res);
	return 0;
}
EXPORT_SYMBOL(devres_destroy);

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	if (!res)
		return -ENOENT;
	release(dev, res);
	devres_free(res);
	return 0;
}
EXPORT_SYMBOL(devres_release);

/* Taken off as a whole first: a release function no longer finds the others. */
int devres_release_all(struct device *dev)
{
	struct psim_devres *node, *next;
	unsigned long flags;
	LIST_HEAD(nodes);
	int n = 0;

	spin_lock_irqsave(&dev->devres_lock, flags);
	list_splice_init(&dev->devres_head, &nodes);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	list_for_each_entry_safe_reverse(node, next, &nodes, link)
	{
		release_of(node)(dev, node->room);
		kfree(node);
		n++;
	}
	return n;
}

/* ---- actions --------------------------------------------------------------------------------------- */

struct action {
	void (*fn)(void *data);
	void *data;
};

static void run_action(struct device *dev, void *res)
{
	struct action *action = res;

	action->fn(action->data);
}

static int match_action(struct device *dev, void *res, void *wanted)
{
	struct action *action = res, *other = wanted;

	return action->fn == other->fn && action->data == other->data;
}

int __psim_devm_add_action(struct device *dev, void (*fn)(void *), void *data, const char *site)
{
	struct action *action = __psim_devres_alloc(run_action, sizeof(*action), GFP_KERNEL, site);

	if (!action)
		return -ENOMEM;
	*action = (struct action){.fn = fn, .data = data};
	devres_add(dev, action);
	return 0;
}
EXPORT_SYMBOL(__psim_devm_add_action);

int devm_remove_action_nowarn(struct device *dev, void (*fn)(void *), void *data)
{
	struct action wanted = {.fn = fn, .data = data};

	return devres_destroy(dev, run_action, match_action, &wanted);
}
EXPORT_SYMBOL(devm_remove_action_nowarn);

void devm_remove_action(struct device *dev, void (*fn)(void *), void *data)
{
	WARN_ON(devm_remove_action_nowarn(dev, fn, data));
}
EXPORT_SYMBOL(devm_remove_action);

void devm_release_action(struct device *dev, void (*fn)(void *), void *data)
{
	struct action wanted = {.fn = fn, .data = data};

	WARN_ON(devres_release(dev, run_action, match_action, &wanted));
}
EXPORT_SYMBOL(devm_release_action);

bool devm_is_action_added(struct device *dev, void (*fn)(void *), void *data)
{
	struct action wanted = {.fn = fn, .data = data};

	return devres_find(dev, run_action, match_action, &wanted);
}
EXPORT_SYMBOL(devm_is_action_added);

/* ---- memory ------------------------------------------------------------------------------------------ */

static void release_memory(struct device *dev, void *res)
{
}

static int match_memory(struct device *dev, void *res, void *wanted)
{
	return res == wanted;
}

void *__psim_devm_kmalloc(struct device *dev, size_t size, gfp_t gfp, const char *site)
{
	struct psim_devres *node;

	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE - sizeof(*node))
		return NULL;
	node = __psim_kmalloc(sizeof(*node) + size, gfp, site);
	if (!node)
		return NULL;
	INIT_LIST_HEAD(&node->link);
	node->release = (void (*)(void))release_memory;
	node->size = size;
	devres_add(dev, node->room);
	return node->room;
}
EXPORT_SYMBOL(__psim_devm_kmalloc);

void *__psim_devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp,
			  const char *site)
{
	void *copy = __psim_devm_kmalloc(dev, len, gfp, site);

	if (copy && len)
		memcpy(copy, src, len);
	return copy;
}
EXPORT_SYMBOL(__psim_devm_kmemdup);

char *__psim_devm_kstrdup(struct device *dev, const char *s, gfp_t gfp, const char *site)
{
	return s ? __psim_devm_kmemdup(dev, s, strlen(s) + 1, gfp, site) : NULL;
}
EXPORT_SYMBOL(__psim_devm_kstrdup);

char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	text = __psim_devm_kmalloc(dev, n + 1, gfp, __func__);
	if (text)
		vsnprintf(text, n + 1, fmt, again);
	va_end(again);
	va_end(args);
	return text;
}
EXPORT_SYMBOL(devm_kasprintf);

void devm_kfree(struct device *dev, const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	WARN_ON(devres_destroy(dev, release_memory, match_memory, (void *)p));
}
EXPORT_SYMBOL(devm_kfree);
