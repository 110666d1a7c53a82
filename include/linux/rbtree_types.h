/* SPDX-License-Identifier: MIT */
/* Nodes and roots of red-black trees. */
#ifndef _LINUX_RBTREE_TYPES_H
#define _LINUX_RBTREE_TYPES_H

#include <linux/types.h>

/**
 * struct rb_node - to be embedded in what the tree holds
 * @__rb_parent_color: the parent's address; bit 0: black. A node on no tree: its own address
 * @rb_right: larger ones
 * @rb_left: smaller ones
 */
struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __aligned(sizeof(long));

struct rb_root {
	struct rb_node *rb_node;
};

/* A root that knows its first node. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT          \
	(struct rb_root) \
	{                \
		NULL,    \
	}
#define RB_ROOT_CACHED          \
	(struct rb_root_cached) \
	{                       \
		{               \
			NULL,   \
		},              \
			NULL    \
	}

#endif /* _LINUX_RBTREE_TYPES_H */
