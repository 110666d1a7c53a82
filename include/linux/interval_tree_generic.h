/* SPDX-License-Identifier: MIT */
/* INTERVAL_TREE_DEFINE: the functions of an interval tree for a structure of the caller's. */
#ifndef _LINUX_INTERVAL_TREE_GENERIC_H
#define _LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree_augmented.h>

/**
 * INTERVAL_TREE_DEFINE() - define prefix_insert, _remove, _iter_first and _iter_next
 * @ITSTRUCT: the structure's type
 * @ITRB: its rb_node member
 * @ITTYPE: type of an interval's ends
 * @ITSUBTREE: its member for the largest last of its subtree
 * @ITSTART: function or macro: an object's first number
 * @ITLAST: an object's last number, included
 * @ITSTATIC: "static" or nothing
 * @ITPREFIX: before the functions' names
 */
#define INTERVAL_TREE_DEFINE(ITSTRUCT, ITRB, ITTYPE, ITSUBTREE, ITSTART, ITLAST, ITSTATIC,      \
			     ITPREFIX)                                                          \
	RB_DECLARE_CALLBACKS_MAX(static, ITPREFIX##_augment, ITSTRUCT, ITRB, ITTYPE, ITSUBTREE, \
				 ITLAST)                                                        \
	ITSTATIC void ITPREFIX##_insert(ITSTRUCT *node, struct rb_root_cached *root)            \
	{                                                                                       \
		struct rb_node **link = &root->rb_root.rb_node, *above = NULL;                  \
		ITTYPE start = ITSTART(node), last = ITLAST(node);                              \
		bool leftmost = true;                                                           \
                                                                                                \
		while (*link) {                                                                 \
			ITSTRUCT *parent = rb_entry(*link, ITSTRUCT, ITRB);                     \
                                                                                                \
			above = *link;                                                          \
			if (parent->ITSUBTREE < last)                                           \
				parent->ITSUBTREE = last;                                       \
			if (start < ITSTART(parent)) {                                          \
				link = &above->rb_left;                                         \
			} else {                                                                \
				link = &above->rb_right;                                        \
				leftmost = false;                                               \
			}                                                                       \
		}                                                                               \
		node->ITSUBTREE = last;                                                         \
		rb_link_node(&node->ITRB, above, link);                                         \
		rb_insert_augmented_cached(&node->ITRB, root, leftmost, &ITPREFIX##_augment);   \
	}                                                                                       \
                                                                                                \
	ITSTATIC void ITPREFIX##_remove(ITSTRUCT *node, struct rb_root_cached *root)            \
	{                                                                                       \
		rb_erase_augmented_cached(&node->ITRB, root, &ITPREFIX##_augment);              \
	}                                                                                       \
                                                                                                \
	/* The first in order, below @rb, that meets [start, last]. */                          \
	static inline ITSTRUCT *ITPREFIX##_subtree_search(struct rb_node *rb, ITTYPE start,     \
							  ITTYPE last)                          \
	{                                                                                       \
		while (rb) {                                                                    \
			ITSTRUCT *node = rb_entry(rb, ITSTRUCT, ITRB);                          \
			ITSTRUCT *left = rb_entry_safe(rb->rb_left, ITSTRUCT, ITRB);            \
                                                                                                \
			if (left && left->ITSUBTREE >= start) {                                 \
				rb = rb->rb_left; /* nothing to the right starts earlier */     \
				continue;                                                       \
			}                                                                       \
			if (ITSTART(node) > last)                                               \
				return NULL;                                                    \
			if (ITLAST(node) >= start)                                              \
				return node;                                                    \
			rb = rb->rb_right;                                                      \
		}                                                                               \
		return NULL;                                                                    \
	}                                                                                       \
                                                                                                \
	ITSTATIC ITSTRUCT *ITPREFIX##_iter_first(struct rb_root_cached *root, ITTYPE start,     \
						 ITTYPE last)                                   \
	{                                                                                       \
		struct rb_node *top = root->rb_root.rb_node;                                    \
                                                                                                \
		if (!top || rb_entry(top, ITSTRUCT, ITRB)->ITSUBTREE < start)                   \
			return NULL;                                                            \
		if (ITSTART(rb_entry(root->rb_leftmost, ITSTRUCT, ITRB)) > last)                \
			return NULL;                                                            \
		return ITPREFIX##_subtree_search(top, start, last);                             \
	}                                                                                       \
                                                                                                \
	ITSTATIC ITSTRUCT *ITPREFIX##_iter_next(ITSTRUCT *node, ITTYPE start, ITTYPE last)      \
	{                                                                                       \
		struct rb_node *rb = &node->ITRB, *from;                                        \
                                                                                                \
		for (;;) {                                                                      \
			ITSTRUCT *right = rb_entry_safe(rb->rb_right, ITSTRUCT, ITRB);          \
                                                                                                \
			if (right && right->ITSUBTREE >= start)                                 \
				return ITPREFIX##_subtree_search(&right->ITRB, start, last);    \
			do { /* up to the first that is entered from its left */                \
				from = rb;                                                      \
				rb = rb_parent(rb);                                             \
				if (!rb)                                                        \
					return NULL;                                            \
			} while (from == rb->rb_right);                                         \
			node = rb_entry(rb, ITSTRUCT, ITRB);                                    \
			if (ITSTART(node) > last)                                               \
				return NULL;                                                    \
			if (ITLAST(node) >= start)                                              \
				return node;                                                    \
		}                                                                               \
	}

#endif /* _LINUX_INTERVAL_TREE_GENERIC_H */
