// SPDX-License-Identifier: MIT
/*
 * anon_vmas: where anonymous folios find their VMAs.
 *
 * A folio points to its anon_vma without holding it, and may outlive all of its VMAs while a migration
 * of it is under way (S4.12). So a dead anon_vma's memory stays an anon_vma, in a pool that is emptied
 * when the machine stops: a late walk finds an empty tree, or VMAs that do not map its folio.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "mm/mm_internal.h"
#include "sim/sim.h"

static LIST_HEAD(pool);
static DEFINE_SPINLOCK(pool_lock);
static unsigned long alive;

/* ---- the structure --------------------------------------------------------------------------------- */

static struct anon_vma *anon_vma_reuse(void)
{
	struct anon_vma *anon_vma;

	spin_lock(&pool_lock);
	anon_vma = list_first_entry_or_null(&pool, struct anon_vma, __psim_pool);
	if (anon_vma)
		list_del_init(&anon_vma->__psim_pool);
	spin_unlock(&pool_lock);
	return anon_vma;
}

static struct anon_vma *anon_vma_alloc(void)
{
	struct anon_vma *anon_vma;

	/* the oldest first, so that a late walk rarely meets a new life; a new one is asked for anyway,
	 * so that whether the pool has one does not change which allocations there are
	 */
	anon_vma = kzalloc(sizeof(*anon_vma), GFP_KERNEL);
	if (!anon_vma)
		return NULL;
	init_rwsem(&anon_vma->rwsem);
	INIT_LIST_HEAD(&anon_vma->__psim_pool);
	anon_vma->rb_root = RB_ROOT_CACHED;
	anon_vma->root = anon_vma;
	anon_vma->parent = anon_vma;
	anon_vma->num_children = 1;
	anon_vma->__psim_id = psim_ordinal("anon_vma");
	atomic_set(&anon_vma->refcount, 1);
	spin_lock(&pool_lock);
	alive++;
	spin_unlock(&pool_lock);
	return anon_vma;
}

void get_anon_vma(struct anon_vma *anon_vma)
{
	atomic_inc(&anon_vma->refcount);
}

void put_anon_vma(struct anon_vma *anon_vma)
{
	if (!atomic_dec_and_test(&anon_vma->refcount))
		return;
	spin_lock(&pool_lock);
	alive--;
	list_add_tail(&anon_vma->__psim_pool, &pool);
	spin_unlock(&pool_lock);
}
