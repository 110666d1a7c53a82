// SPDX-License-Identifier: MIT
/*
 * Shrinkers (S9.68): registered callbacks that are asked for memory in order of registration.
 *
 * DEVIATION: each one is asked for what is still wanted, not for a share by the LRU's pressure; one
 * node, no memory control groups.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <psim/shrink.h>
#include "drm/device.h"
#include "mm/page.h"
#include "sim/sim.h"

#define BATCH 128

static LIST_HEAD(shrinkers);
static DEFINE_SPINLOCK(shrinkers_lock);

struct shrinker *__psim_shrinker_alloc(unsigned int flags, const char *site, const char *fmt, ...)
{
	struct shrinker *shrinker =
		__psim_kmalloc(sizeof(*shrinker), GFP_KERNEL | __GFP_ZERO, site);
	va_list args;

	if (!shrinker)
		return NULL;
	va_start(args, fmt);
	shrinker->__psim_name = __psim_kvasprintf(site, GFP_KERNEL, fmt, args);
	va_end(args);
	if (!shrinker->__psim_name) {
		kfree(shrinker);
		return NULL;
	}
	shrinker->flags = flags;
	shrinker->seeks = DEFAULT_SEEKS;
	shrinker->__psim_site = site;
	INIT_LIST_HEAD(&shrinker->list);
	init_completion(&shrinker->done);
	return shrinker;
}
EXPORT_SYMBOL(__psim_shrinker_alloc);

void shrinker_register(struct shrinker *shrinker)
{
	if (WARN_ON(!shrinker->count_objects || !shrinker->scan_objects))
		return;
	/* One reference of the owner's; whoever asks takes another. */
	refcount_set(&shrinker->refcount, 1);
	shrinker->__psim_registered = true;
	spin_lock(&shrinkers_lock);
	list_add_tail(&shrinker->list, &shrinkers);
	spin_unlock(&shrinkers_lock);
}
EXPORT_SYMBOL(shrinker_register);

static void put(struct shrinker *shrinker)
{
	if (refcount_dec_and_test(&shrinker->refcount))
		complete(&shrinker->done);
}

void shrinker_free(struct shrinker *shrinker)
{
	if (!shrinker)
		return;
	might_sleep();
	if (shrinker->__psim_registered) {
		put(shrinker);
		wait_for_completion(&shrinker->done);
		spin_lock(&shrinkers_lock);
		list_del(&shrinker->list);
		spin_unlock(&shrinkers_lock);
	}
	kfree(shrinker->__psim_name);
	kfree(shrinker);
}
EXPORT_SYMBOL(shrinker_free);

/* The first one behind @previous that can be asked, with a reference; @previous's is dropped. */
static struct shrinker *next_shrinker(struct shrinker *previous)
{
	struct shrinker *s, *found = NULL;

	spin_lock(&shrinkers_lock);
	s = list_prepare_entry(previous, &shrinkers, list);
	list_for_each_entry_continue(s, &shrinkers, list) {
		if (refcount_inc_not_zero(&s->refcount)) {
			found = s;
			break;
		}
	}
	spin_unlock(&shrinkers_lock);
	if (previous)
		put(previous);
	return found;
}

static unsigned long ask(struct shrinker *shrinker, gfp_t gfp, unsigned long wanted)
{
	struct shrink_control sc = {.gfp_mask = gfp};
	unsigned long batch = shrinker->batch > 0 ? shrinker->batch : BATCH;
	unsigned long left, count, freed = 0;

	count = shrinker->count_objects(shrinker, &sc);
	if (!count || count == SHRINK_EMPTY)
		return 0;
	for (left = min(count, wanted); left; left -= min(left, sc.nr_scanned)) {
		unsigned long ret;

		sc.nr_to_scan = sc.nr_scanned = min(left, batch);
		ret = shrinker->scan_objects(shrinker, &sc);
		if (ret == SHRINK_STOP)
			break;
		freed += ret;
		/* A callback that says it looked at nothing gets nowhere. */
		if (!sc.nr_scanned)
			break;
	}
	return freed;
}

static unsigned long shrink(gfp_t gfp, unsigned long wanted)
{
	struct shrinker *shrinker = NULL;
	unsigned long freed = 0;

	while ((shrinker = next_shrinker(shrinker))) {
		if (freed < wanted)
			freed += ask(shrinker, gfp, wanted - freed);
	}
	return freed;
}

static bool reclaim(gfp_t gfp, unsigned int order)
{
	return shrink(gfp, 1ul << order) > 0;
}

long psim_shrink(unsigned long objects)
{
	if (!psim_running())
		return psim_misuse(-ESRCH,
				   "psim_shrink: no machine is running: call psim_start() first");
	return shrink(GFP_KERNEL, objects);
}

void psim_shrinker_start(void)
{
	if (!psim_page_reclaim)
		psim_page_reclaim = reclaim;
}

void psim_shrinker_leftovers(void)
{
	struct shrinker *shrinker;

	list_for_each_entry(shrinker, &shrinkers, list)
		psim_report("law 3", "shrinker %s, made by %s(), is left registered",
			    shrinker->__psim_name, shrinker->__psim_site);
}
