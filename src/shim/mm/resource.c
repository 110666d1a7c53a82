// SPDX-License-Identifier: MIT
/*
 * Physical addresses and who owns them: RAM, and one level of regions that drivers asked for; the
 * search for free ones, from the top (S5.1, S5.46).
 */
#include <linux/align.h>
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "mm/page.h"
#include "sched/engine.h"

struct resource iomem_resource = {.name = "PCI mem", .flags = IORESOURCE_MEM, .end = ~0ull};

static struct resource ram = {.name = "System RAM",
			      .flags = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY};
static resource_size_t limit; /* first byte beyond the direct map */
static DEFINE_SPINLOCK(resource_lock);

/* ---- one level of regions, by address ------------------------------------------------------------- */

/* Return: what is in the way, or NULL and @new is in. */
static struct resource *link_resource(struct resource *parent, struct resource *new)
{
	struct resource **at = &parent->child;

	if (new->end < new->start || new->start < parent->start || new->end > parent->end)
		return parent;
	while (*at && (*at)->end < new->start)
		at = &(*at)->sibling;
	if (*at && (*at)->start <= new->end)
		return *at;
	new->parent = parent;
	new->sibling = *at;
	*at = new;
	return NULL;
}

static bool unlink_resource(struct resource *old)
{
	struct resource **at = old->parent ? &old->parent->child : NULL;

	while (at && *at && *at != old)
		at = &(*at)->sibling;
	if (!at || !*at)
		return false;
	*at = old->sibling;
	old->parent = old->sibling = NULL;
	return true;
}

int request_resource(struct resource *parent, struct resource *new)
{
	struct resource *conflict;

	spin_lock(&resource_lock);
	conflict = link_resource(parent, new);
	spin_unlock(&resource_lock);
	return conflict ? -EBUSY : 0;
}

int release_resource(struct resource *old)
{
	bool was_in;

	spin_lock(&resource_lock);
	was_in = unlink_resource(old);
	spin_unlock(&resource_lock);
	return was_in ? 0 : -EINVAL;
}

/* ---- regions of drivers ------------------------------------------------------------------------------ */

struct resource *__request_region(struct resource *parent, resource_size_t start, resource_size_t n,
				  const char *name, int flags)
{
	struct resource *res = kzalloc(sizeof(*res), GFP_KERNEL);

	if (!res)
		return NULL;
	res->start = start;
	res->end = start + n - 1;
	res->name = name;
	res->flags = IORESOURCE_MEM | IORESOURCE_BUSY | flags;
	if (!request_resource(parent, res))
		return res;
	kfree(res);
	return NULL;
}

static struct resource *find_region(struct resource *parent, resource_size_t start,
				    resource_size_t n)
{
	struct resource *at;

	spin_lock(&resource_lock);
	for (at = parent->child; at; at = at->sibling) {
		if (at->start == start && resource_size(at) == n && at != &ram)
			break;
	}
	spin_unlock(&resource_lock);
	return at;
}

void __release_region(struct resource *parent, resource_size_t start, resource_size_t n)
{
	struct resource *res = find_region(parent, start, n);

	if (WARN(!res, "nobody owns the region %#llx-%#llx", start, start + n - 1))
		return;
	release_resource(res);
	kfree(res);
}

/* ---- free regions for device memory --------------------------------------------------------------------- */

static bool link_highest(struct resource *base, struct resource *new, resource_size_t size)
{
	resource_size_t end = min(base->end, limit - 1) + 1;
	resource_size_t start = ALIGN_DOWN(end, PSIM_SECTION_BYTES);

	while (start >= size && start - size >= base->start) {
		new->start = start - size;
		new->end = start - 1;
		if (!link_resource(base, new))
			return true;
		start -= PSIM_SECTION_BYTES;
	}
	return false;
}

struct resource *__psim_request_free_mem_region(struct resource *base, unsigned long size,
						const char *name, const char *site)
{
	resource_size_t bytes = ALIGN((resource_size_t)size, PSIM_SECTION_BYTES);
	struct resource *res;
	bool found;

	if (psim_fails(PSIM_FAIL_REGION, site))
		return ERR_PTR(-ERANGE);
	if (WARN_ON_ONCE(!size))
		return ERR_PTR(-EINVAL);
	res = __psim_kmalloc(sizeof(*res), GFP_KERNEL | __GFP_ZERO, site);
	if (!res)
		return ERR_PTR(-ENOMEM);
	res->name = name;
	res->flags = IORESOURCE_MEM;
	res->desc = IORES_DESC_DEVICE_PRIVATE_MEMORY;
	spin_lock(&resource_lock);
	found = bytes >= size && link_highest(base, res, bytes);
	spin_unlock(&resource_lock);
	if (found)
		return res;
	kfree(res);
	return ERR_PTR(-ERANGE);
}

/* ---- bound to a device -------------------------------------------------------------------------------------- */

static void devm_release(void *res)
{
	release_resource(res);
	kfree(res);
}

static struct resource *devm_own(struct device *dev, struct resource *res)
{
	int err = devm_add_action_or_reset(dev, devm_release, res);

	return err ? ERR_PTR(err) : res;
}

struct resource *__psim_devm_request_free_mem_region(struct device *dev, struct resource *base,
						     unsigned long size, const char *site)
{
	struct resource *res = __psim_request_free_mem_region(base, size, dev_name(dev), site);

	return IS_ERR(res) ? res : devm_own(dev, res);
}

struct resource *devm_request_mem_region(struct device *dev, resource_size_t start,
					 resource_size_t n, const char *name)
{
	struct resource *res = request_mem_region(start, n, name);

	if (res)
		res = devm_own(dev, res);
	return IS_ERR(res) ? NULL : res;
}

void devm_release_mem_region(struct device *dev, resource_size_t start, resource_size_t n)
{
	struct resource *res = find_region(&iomem_resource, start, n);

	if (!WARN(!res, "nobody owns the region %#llx-%#llx", start, start + n - 1))
		devm_release_action(dev, devm_release, res);
}

/* ---- start ------------------------------------------------------------------------------------------------------ */

int psim_resource_start(unsigned long long ram_bytes, unsigned long long bytes)
{
	limit = bytes;
	ram.end = ram_bytes - 1;
	return link_resource(&iomem_resource, &ram) ? -EBUSY : 0;
}
