/* SPDX-License-Identifier: MIT */
/*
 * The walk of psim_rmap_walk() as code that its caller contains, together with what it does at each address:
 * a migration walks once for every page. Locks and scheduling points are the function's.
 */
#ifndef PSIM_MM_RMAP_WALK_H
#define PSIM_MM_RMAP_WALK_H

#include <linux/sched.h>
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "sched/engine.h"

#define PSIM_WALK_SITE "psim_rmap_walk"

/* The first chain whose VMA has a page of [first, last], or NULL. */
static inline struct interval_tree_node *psim_chain_first(struct anon_vma *anon_vma, pgoff_t first,
							  pgoff_t last)
{
	struct rb_node *top = anon_vma->rb_root.rb_root.rb_node;
	struct interval_tree_node *node = rb_entry_safe(top, struct interval_tree_node, rb);

	/* a single one, as nearly all have */
	if (likely(node && !top->rb_left && !top->rb_right))
		return node->start <= last && node->last >= first ? node : NULL;
	return interval_tree_iter_first(&anon_vma->rb_root, first, last);
}

static inline struct interval_tree_node *psim_chain_next(struct anon_vma *anon_vma,
							 struct interval_tree_node *node,
							 pgoff_t first, pgoff_t last)
{
	if (likely(anon_vma->rb_root.rb_root.rb_node == &node->rb && !node->rb.rb_right))
		return NULL;
	return interval_tree_iter_next(node, first, last);
}

static __always_inline int psim_rmap_walk_locked_by(struct folio *folio,
						    int (*fn)(struct folio *folio,
							      struct vm_area_struct *vma,
							      unsigned long address, void *arg),
						    void *arg)
{
	struct anon_vma *anon_vma = psim_anon_vma_of(folio);
	unsigned long nr = folio_nr_pages(folio);
	pgoff_t first = folio->index, last = first + nr - 1;
	struct interval_tree_node *node;
	int result = 0;

	for (node = psim_chain_first(anon_vma, first, last); node && !result;
	     node = psim_chain_next(anon_vma, node, first, last)) {
		struct anon_vma_chain *avc = container_of(node, struct anon_vma_chain, rb);

		result = fn(folio, avc->vma, vma_address(avc->vma, first, nr), arg);
	}
	return result;
}

/* The lock of the anon_vma's tree, shared; give it back by up_read(). Return: the root. */
static __always_inline struct anon_vma *psim_rmap_lock(struct anon_vma *anon_vma)
{
	struct anon_vma *root;

	/* a dead one may become part of another tree, until its root's lock is held */
	for (;;) {
		psim_point_at(PSIM_POINT_ONCE, PSIM_WALK_SITE);
		root = __atomic_load_n(&anon_vma->root, __ATOMIC_RELAXED);
		__psim_down_read(&root->rwsem, __PSIM_RWSEM_ANY, 0, PSIM_WALK_SITE);
		psim_point_at(PSIM_POINT_ONCE, PSIM_WALK_SITE);
		if (likely(root == __atomic_load_n(&anon_vma->root, __ATOMIC_RELAXED)))
			return root;
		__psim_up_read(&root->rwsem, false, PSIM_WALK_SITE);
	}
}

static __always_inline int psim_rmap_walk_by(struct folio *folio,
					     int (*fn)(struct folio *folio,
						       struct vm_area_struct *vma,
						       unsigned long address, void *arg),
					     void *arg)
{
	struct anon_vma *anon_vma = psim_anon_vma_of(folio), *root;
	int result;

	if (unlikely(!anon_vma))
		return psim_i_mmap_walk(folio, fn, arg);
	root = psim_rmap_lock(anon_vma);
	result = psim_rmap_walk_locked_by(folio, fn, arg);
	__psim_up_read(&root->rwsem, false, PSIM_WALK_SITE);
	return result;
}

#endif /* PSIM_MM_RMAP_WALK_H */
