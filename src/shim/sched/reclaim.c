// SPDX-License-Identifier: MIT
/*
 * "Inside memory reclaim" as a lock: what an allocation that may reclaim holds for a moment.
 *
 * Allocating inside of reclaim with flags that may reclaim again is a report at once; orders between
 * this lock and others are for the lock-order graph to come.
 */
#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/__psim_reclaim.h>
#include "sched/lockdep.h"
#include "sim/sim.h"

static struct lockdep_map fs_reclaim_map = {.name = "fs_reclaim"};

/*
 * "Inside an invalidation's callbacks" as a lock: reclaim may start one itself. Here because every
 * allocation looks at it (S0.12).
 */
extern struct lockdep_map __mmu_notifier_invalidate_range_start_map;
static struct lock_class_key start_key;
struct lockdep_map __mmu_notifier_invalidate_range_start_map =
	STATIC_LOCKDEP_MAP_INIT("mmu_notifier_invalidate_range_start", &start_key);

/* Reclaim that may enter file systems and drivers; with memalloc scopes counted in. */
static bool may_reclaim(gfp_t gfp_mask)
{
	if (!(gfp_mask & __GFP_DIRECT_RECLAIM) || (current->flags & PF_MEMALLOC))
		return false;
	return (gfp_mask & __GFP_FS) && !(current->flags & (PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO));
}

void fs_reclaim_acquire(gfp_t gfp_mask)
{
	struct __psim_held *held;

	if (!may_reclaim(gfp_mask))
		return;
	held = psim_held_find(&fs_reclaim_map);
	if (held)
		psim_report("law 4", "reclaim is entered inside of reclaim, which %s entered",
			    held->site);
	__psim_lock_map_acquire(&fs_reclaim_map, 0, 0, 0, __func__);
}

void fs_reclaim_release(gfp_t gfp_mask)
{
	if (may_reclaim(gfp_mask))
		__psim_lock_map_release(&fs_reclaim_map, __func__);
}

void __psim_might_alloc(gfp_t gfp_mask, const char *site)
{
	struct __psim_held *held;

	if (may_reclaim(gfp_mask)) {
		held = psim_held_find(&fs_reclaim_map);
		if (held)
			psim_report("law 4",
				    "%s allocates with reclaim inside of reclaim, entered by %s",
				    site, held->site);
	}
	if (!(gfp_mask & __GFP_DIRECT_RECLAIM))
		return;
	if (psim_held_find(&__mmu_notifier_invalidate_range_start_map))
		psim_report("S0.12",
			    "%s allocates with reclaim inside of an invalidation's callback", site);
	psim_sync_may_sleep(site);
}
