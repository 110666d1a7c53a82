/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees whose nodes carry a value over their subtree, kept right by callbacks while the
 * tree is rebalanced. Before an insertion the caller brings the values on the way down up to date.
 */
#ifndef _LINUX_RBTREE_AUGMENTED_H
#define _LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

/**
 * struct rb_augment_callbacks - how subtree values follow the tree
 * @propagate: compute the values of @node and its ancestors anew, up to but not @stop
 * @copy: @new gets @old's value
 * @rotate: @new takes @old's place above it: @new gets @old's value, @old's is computed anew
 */
struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *new);
	void (*rotate)(struct rb_node *old, struct rb_node *new);
};

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment);

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					      bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

/*
 * Callbacks named @rbname; @rbcompute(object, exit) sets the value; told to exit, it says if it was
 * right.
 */
#define RB_DECLARE_CALLBACKS(rbstatic, rbname, rbstruct, rbfield, rbaugmented, rbcompute) \
	static inline void rbname##_propagate(struct rb_node *node, struct rb_node *stop) \
	{                                                                                 \
		while (node != stop) {                                                    \
			if (rbcompute(rb_entry(node, rbstruct, rbfield), true))           \
				break;                                                    \
			node = rb_parent(node);                                           \
		}                                                                         \
	}                                                                                 \
	static inline void rbname##_copy(struct rb_node *old, struct rb_node *new)        \
	{                                                                                 \
		rb_entry(new, rbstruct, rbfield)->rbaugmented =                           \
			rb_entry(old, rbstruct, rbfield)->rbaugmented;                    \
	}                                                                                 \
	static void rbname##_rotate(struct rb_node *old, struct rb_node *new)             \
	{                                                                                 \
		rbname##_copy(old, new);                                                  \
		rbcompute(rb_entry(old, rbstruct, rbfield), false);                       \
	}                                                                                 \
	rbstatic const struct rb_augment_callbacks rbname = {                             \
		.propagate = rbname##_propagate,                                          \
		.copy = rbname##_copy,                                                    \
		.rotate = rbname##_rotate,                                                \
	};

/* Callbacks for the largest RBCOMPUTE(object) of each subtree. */
#define RB_DECLARE_CALLBACKS_MAX(rbstatic, rbname, rbstruct, rbfield, rbtype, rbaugmented,        \
				 rbcompute)                                                       \
	static inline bool rbname##_compute_max(rbstruct *object, bool exit)                      \
	{                                                                                         \
		rbtype max = rbcompute(object);                                                   \
		struct rb_node *child[] = {object->rbfield.rb_left, object->rbfield.rb_right};    \
		for (int i = 0; i < 2; i++) {                                                     \
			if (child[i] && rb_entry(child[i], rbstruct, rbfield)->rbaugmented > max) \
				max = rb_entry(child[i], rbstruct, rbfield)->rbaugmented;         \
		}                                                                                 \
		if (exit && object->rbaugmented == max)                                           \
			return true;                                                              \
		object->rbaugmented = max;                                                        \
		return false;                                                                     \
	}                                                                                         \
	RB_DECLARE_CALLBACKS(rbstatic, rbname, rbstruct, rbfield, rbaugmented, rbname##_compute_max)

#endif /* _LINUX_RBTREE_AUGMENTED_H */
