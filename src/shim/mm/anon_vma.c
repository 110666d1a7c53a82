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
#include "mm/filemap.h"
#include "mm/mm_internal.h"
#include "sched/lockdep.h"
#include "sim/sim.h"

#define POOL_REST 64 /* dead ones that rest, before the oldest is used again */

static LIST_HEAD(pool);
static DEFINE_SPINLOCK(pool_lock);
static unsigned long resting;
static unsigned long alive;

/* ---- the structure --------------------------------------------------------------------------------- */

/* The one that has rested longest, or NULL: take a new one. */
static struct anon_vma *take_rested(void)
{
	struct anon_vma *anon_vma = NULL;

	spin_lock(&pool_lock);
	if (resting > POOL_REST) {
		anon_vma = list_first_entry(&pool, struct anon_vma, __psim_pool);
		list_del_init(&anon_vma->__psim_pool);
		resting--;
	}
	spin_unlock(&pool_lock);
	return anon_vma;
}

static struct anon_vma *anon_vma_alloc(void)
{
	struct anon_vma *anon_vma = kzalloc(sizeof(*anon_vma), GFP_KERNEL);

	if (!anon_vma)
		return NULL;
	init_rwsem(&anon_vma->rwsem);
	INIT_LIST_HEAD(&anon_vma->__psim_pool);
	anon_vma->rb_root = RB_ROOT_CACHED;
	anon_vma->root = anon_vma;
	return anon_vma;
}

/* @parent: NULL for a root. */
static struct anon_vma *anon_vma_new(struct anon_vma *parent)
{
	struct anon_vma *anon_vma = take_rested(), *old_root;

	if (!anon_vma)
		anon_vma = anon_vma_alloc();
	if (!anon_vma)
		return NULL;
	/* a late walker may still be in it, under the lock of the tree that it was part of */
	old_root = anon_vma->root;
	down_write(&old_root->rwsem);
	WRITE_ONCE(anon_vma->root, parent ? parent->root : anon_vma);
	up_write(&old_root->rwsem);
	if (parent)
		get_anon_vma(anon_vma->root);
	anon_vma->parent = parent ?: anon_vma;
	anon_vma->num_children = !parent;
	anon_vma->num_active_vmas = 0;
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
	struct anon_vma *root = anon_vma->root;

	if (!atomic_dec_and_test(&anon_vma->refcount))
		return;
	spin_lock(&pool_lock);
	alive--;
	resting++;
	list_add_tail(&anon_vma->__psim_pool, &pool);
	spin_unlock(&pool_lock);
	if (root != anon_vma)
		put_anon_vma(root);
}

/* ---- chains ----------------------------------------------------------------------------------------- */

static void chain_place(struct anon_vma_chain *avc)
{
	avc->rb.start = avc->vma->vm_pgoff;
	avc->rb.last = avc->vma->vm_pgoff + vma_pages(avc->vma) - 1;
	interval_tree_insert(&avc->rb, &avc->anon_vma->rb_root);
}

/* Context: anon_vma lock for writing. */
static void chain_link(struct anon_vma_chain *avc, struct vm_area_struct *vma,
		       struct anon_vma *anon_vma)
{
	avc->vma = vma;
	avc->anon_vma = anon_vma;
	list_add_tail(&avc->same_vma, &vma->anon_vma_chain);
	chain_place(avc);
}

/* Whether the two, one behind the other, could be one VMA but for what may be done with them. */
static bool nearly_one(const struct vm_area_struct *low, const struct vm_area_struct *high)
{
	return low->vm_end == high->vm_start && low->vm_file == high->vm_file &&
	       !((low->vm_flags ^ high->vm_flags) & ~(VM_ACCESS_FLAGS | VM_SOFTDIRTY)) &&
	       high->vm_pgoff == low->vm_pgoff + vma_pages(low);
}

/*
 * A neighbour's anon_vma, so that the two can be joined once they are alike; not one with a parent's
 * pages in reach. Context: page_table_lock.
 */
static struct anon_vma *neighbours(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = psim_vma_next(vma), *prev = psim_vma_prev(vma);

	if (next && nearly_one(vma, next) && next->anon_vma &&
	    list_is_singular(&next->anon_vma_chain))
		return next->anon_vma;
	if (prev && nearly_one(prev, vma) && prev->anon_vma &&
	    list_is_singular(&prev->anon_vma_chain))
		return prev->anon_vma;
	return NULL;
}

/* *@fresh: it has no VMA yet. Return: NULL without memory. */
static struct anon_vma *anon_vma_for(struct vm_area_struct *vma, bool *fresh)
{
	struct anon_vma *anon_vma;

	spin_lock(&vma->vm_mm->page_table_lock);
	anon_vma = neighbours(vma);
	spin_unlock(&vma->vm_mm->page_table_lock);
	*fresh = !anon_vma;
	return anon_vma ?: anon_vma_new(NULL);
}

int __anon_vma_prepare(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	struct anon_vma_chain *avc;
	struct anon_vma *anon_vma;
	bool fresh;

	mmap_assert_locked(mm);
	avc = kzalloc(sizeof(*avc), GFP_KERNEL);
	if (!avc)
		return -ENOMEM;
	anon_vma = anon_vma_for(vma, &fresh);
	if (!anon_vma) {
		kfree(avc);
		return -ENOMEM;
	}
	/* another fault of the VMA may have come first */
	anon_vma_lock_write(anon_vma);
	spin_lock(&mm->page_table_lock);
	if (!vma->anon_vma) {
		/* faults look without the lock, and then use it */
		smp_store_release(&vma->anon_vma, anon_vma);
		chain_link(avc, vma, anon_vma);
		anon_vma->num_active_vmas++;
		avc = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	anon_vma_unlock_write(anon_vma);
	if (avc) {
		if (fresh)
			put_anon_vma(anon_vma);
		kfree(avc);
	}
	return 0;
}

/* Give @to a chain to every anon_vma of @from. Return: 0, or -ENOMEM with none. */
static int clone_chains(struct vm_area_struct *to, struct vm_area_struct *from)
{
	struct anon_vma_chain *avc, *copy;

	list_for_each_entry(avc, &from->anon_vma_chain, same_vma) {
		copy = kzalloc(sizeof(*copy), GFP_KERNEL);
		if (!copy) {
			psim_anon_vma_unlink(to);
			return -ENOMEM;
		}
		anon_vma_lock_write(avc->anon_vma);
		chain_link(copy, to, avc->anon_vma);
		anon_vma_unlock_write(avc->anon_vma);
	}
	return 0;
}

int psim_anon_vma_clone(struct vm_area_struct *to, struct vm_area_struct *from)
{
	int err = clone_chains(to, from);

	if (err)
		return err;
	psim_i_mmap_link(to);
	if (!from->anon_vma)
		return 0;
	anon_vma_lock_write(from->anon_vma);
	to->anon_vma = from->anon_vma;
	to->anon_vma->num_active_vmas++;
	anon_vma_unlock_write(from->anon_vma);
	return 0;
}

/*
 * An ancestor's anon_vma that no VMA puts its new pages in any more, and that has one child at most, is
 * good enough: a tree does not grow with each generation of a line of children.
 */
static bool reuse_ancestor(struct vm_area_struct *child, struct anon_vma *root)
{
	struct anon_vma_chain *avc;

	down_write(&root->rwsem);
	list_for_each_entry(avc, &child->anon_vma_chain, same_vma) {
		struct anon_vma *anon_vma = avc->anon_vma;

		if (child->anon_vma || anon_vma->num_children > 1 || anon_vma->num_active_vmas)
			continue;
		child->anon_vma = anon_vma;
		anon_vma->num_active_vmas++;
	}
	up_write(&root->rwsem);
	return child->anon_vma;
}

int psim_anon_vma_fork(struct vm_area_struct *child, struct vm_area_struct *parent)
{
	struct anon_vma_chain *avc;
	struct anon_vma *anon_vma;

	child->anon_vma = NULL;
	if (!parent->anon_vma)
		return 0;
	if (clone_chains(child, parent))
		return -ENOMEM;
	if (reuse_ancestor(child, parent->anon_vma->root))
		return 0;
	avc = kzalloc(sizeof(*avc), GFP_KERNEL);
	anon_vma = avc ? anon_vma_new(parent->anon_vma) : NULL;
	if (!anon_vma) {
		kfree(avc);
		psim_anon_vma_unlink(child);
		return -ENOMEM;
	}
	anon_vma_lock_write(anon_vma);
	chain_link(avc, child, anon_vma);
	anon_vma->num_active_vmas++;
	anon_vma->parent->num_children++;
	child->anon_vma = anon_vma;
	anon_vma_unlock_write(anon_vma);
	return 0;
}

void psim_anon_vma_unlink(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc, *next;

	psim_i_mmap_unlink(vma);
	list_for_each_entry_safe(avc, next, &vma->anon_vma_chain, same_vma) {
		struct anon_vma *anon_vma = avc->anon_vma, *root = anon_vma->root;
		bool last;

		get_anon_vma(root);
		down_write(&root->rwsem);
		interval_tree_remove(&avc->rb, &anon_vma->rb_root);
		if (anon_vma == vma->anon_vma)
			anon_vma->num_active_vmas--;
		last = RB_EMPTY_ROOT(&anon_vma->rb_root.rb_root);
		if (last)
			anon_vma->parent->num_children--;
		up_write(&root->rwsem);
		list_del(&avc->same_vma);
		kfree(avc);
		if (last)
			put_anon_vma(anon_vma);
		put_anon_vma(root);
	}
	vma->anon_vma = NULL;
}

void psim_anon_vma_resize_begin(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc;

	psim_i_mmap_resize_begin(vma);
	if (!vma->anon_vma)
		return;
	/* all of a VMA's anon_vmas have one root, and so one lock */
	anon_vma_lock_write(vma->anon_vma);
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		interval_tree_remove(&avc->rb, &avc->anon_vma->rb_root);
}

void psim_anon_vma_resize_end(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc;

	if (vma->anon_vma) {
		list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
			chain_place(avc);
		anon_vma_unlock_write(vma->anon_vma);
	}
	psim_i_mmap_resize_end(vma);
}

/* ---- all of an address space --------------------------------------------------------------------------- */

/*
 * Each root once. The mmap lock, write-held, orders those who do this; so the lock checker need not know
 * of the locks, of which there can be more than it keeps for a task.
 */
int mm_take_all_locks(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	struct anon_vma_chain *avc;

	mmap_assert_write_locked(mm);
	for_each_vma(vmi, vma)
	{
		if (signal_pending(current)) {
			mm_drop_all_locks(mm);
			return -EINTR;
		}
		/* faults under VMA locks invalidate, too */
		vma_start_write(vma);
		list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
			struct anon_vma *root = avc->anon_vma->root;

			if (root->__psim_taken)
				continue;
			down_write_nest_lock(&root->rwsem, &mm->mmap_lock);
			psim_held_pop(&root->rwsem.dep_map, __func__);
			root->__psim_taken = true;
		}
	}
	return 0;
}

void mm_drop_all_locks(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	struct anon_vma_chain *avc;

	mmap_assert_write_locked(mm);
	for_each_vma(vmi, vma)
	{
		list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
			struct anon_vma *root = avc->anon_vma->root;

			if (!root->__psim_taken)
				continue;
			root->__psim_taken = false;
			psim_held_push(&root->rwsem.dep_map, 0, 0, false, __func__);
			up_write(&root->rwsem);
		}
	}
}

/* ---- the machine's end ------------------------------------------------------------------------------------- */

void psim_anon_vma_leftovers(void)
{
	struct anon_vma *anon_vma, *next;

	if (alive && list_empty(&psim_mm_list))
		psim_report("law 3", "%lu anon_vmas are left", alive);
	list_for_each_entry_safe(anon_vma, next, &pool, __psim_pool)
		kfree(anon_vma);
	INIT_LIST_HEAD(&pool);
	resting = 0;
}
