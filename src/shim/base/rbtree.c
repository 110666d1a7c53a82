// SPDX-License-Identifier: MIT
/*
 * Red-black trees: insertion, removal, and walking in order. Rebalancing is written once, for
 * either side and with or without subtree values; without, the callbacks' tests are gone after
 * inlining.
 *
 * A node's colour is bit 0 of its parent word, 1 is black; no child counts as black.
 */
#include <linux/export.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>

#define BLACK  1ul
#define COLOUR 3ul

typedef const struct rb_augment_callbacks *augment_t;

static __always_inline bool is_red(const struct rb_node *node)
{
	return node && !(node->__rb_parent_color & BLACK);
}

static __always_inline void set_black(struct rb_node *node)
{
	node->__rb_parent_color |= BLACK;
}

static __always_inline void set_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~BLACK;
}

static __always_inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & COLOUR);
}

/* The child pointer on one side. */
static __always_inline struct rb_node **child(struct rb_node *node, bool left)
{
	return left ? &node->rb_left : &node->rb_right;
}

/* @parent's, or the root's, pointer to @old leads to @new. */
static __always_inline void replace_child(struct rb_root *root, struct rb_node *parent,
					  struct rb_node *old, struct rb_node *new)
{
	if (parent)
		*child(parent, parent->rb_left == old) = new;
	else
		root->rb_node = new;
}

/* @top goes down to its @left side (or right); its other child comes up. Return: that child. */
static __always_inline struct rb_node *rotate(struct rb_root *root, struct rb_node *top, bool left,
					      augment_t augment)
{
	struct rb_node *up = *child(top, !left), *middle = *child(up, left);

	*child(top, !left) = middle;
	if (middle)
		set_parent(middle, top);
	set_parent(up, rb_parent(top));
	replace_child(root, rb_parent(top), top, up);
	*child(up, left) = top;
	set_parent(top, up);
	if (augment)
		augment->rotate(top, up);
	return up;
}

static __always_inline void insert(struct rb_node *node, struct rb_root *root, augment_t augment)
{
	struct rb_node *parent;

	while (is_red(parent = rb_parent(node))) {
		struct rb_node *above = rb_parent(parent); /* there: a red node is not the root */
		bool left = parent == above->rb_left;
		struct rb_node *uncle = *child(above, !left);

		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(above);
			node = above;
			continue;
		}
		if (node == *child(parent, !left))
			parent = rotate(root, parent, left, augment);
		set_black(parent);
		set_red(above);
		rotate(root, above, !left, augment);
		break;
	}
	set_black(root->rb_node);
}

/* The paths through @node, a child of @parent, have a black node less than the others. */
static __always_inline void mend(struct rb_node *node, struct rb_node *parent, struct rb_root *root,
				 augment_t augment)
{
	while (node != root->rb_node && !is_red(node)) {
		bool left = node == parent->rb_left;
		struct rb_node *sibling = *child(parent, !left);

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(root, parent, left, augment);
			sibling = *child(parent, !left);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			set_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (!is_red(*child(sibling, !left))) {
			set_black(*child(sibling, left));
			set_red(sibling);
			sibling = rotate(root, sibling, !left, augment);
		}
		if (is_red(parent))
			set_red(sibling);
		else
			set_black(sibling);
		set_black(parent);
		set_black(*child(sibling, !left));
		rotate(root, parent, left, augment);
		return;
	}
	if (node)
		set_black(node);
}

/* @node has at most one child, which takes its place. */
static __always_inline void erase_simple(struct rb_node *node, struct rb_root *root,
					 augment_t augment)
{
	struct rb_node *only = node->rb_left ?: node->rb_right, *parent = rb_parent(node);

	replace_child(root, parent, node, only);
	if (only)
		set_parent(only, parent);
	if (augment)
		augment->propagate(parent, NULL);
	if (!is_red(node))
		mend(only, parent, root, augment);
}

/* @node has two children: the next node in order, which has no left child, takes its place. */
static __always_inline void erase_inner(struct rb_node *node, struct rb_root *root,
					augment_t augment)
{
	struct rb_node *next = node->rb_right, *orphan, *parent;
	bool was_red;

	while (next->rb_left)
		next = next->rb_left;
	was_red = is_red(next);
	orphan = next->rb_right;
	parent = rb_parent(next);
	if (parent == node) {
		parent = next;
	} else {
		parent->rb_left = orphan;
		if (orphan)
			set_parent(orphan, parent);
		next->rb_right = node->rb_right;
		set_parent(next->rb_right, next);
	}
	if (augment) {
		augment->copy(node, next);
		augment->propagate(parent, next);
	}
	next->rb_left = node->rb_left;
	set_parent(next->rb_left, next);
	replace_child(root, rb_parent(node), node, next);
	next->__rb_parent_color = node->__rb_parent_color;
	if (augment)
		augment->propagate(next, NULL);
	if (!was_red)
		mend(orphan, parent, root, augment);
}

static __always_inline void erase(struct rb_node *node, struct rb_root *root, augment_t augment)
{
	if (node->rb_left && node->rb_right)
		erase_inner(node, root, augment);
	else
		erase_simple(node, root, augment);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	insert(node, root, NULL);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	erase(node, root, NULL);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root, augment_t augment)
{
	insert(node, root, augment);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root, augment_t augment)
{
	erase(node, root, augment);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (new->rb_left)
		set_parent(new->rb_left, new);
	if (new->rb_right)
		set_parent(new->rb_right, new);
	replace_child(root, rb_parent(victim), victim, new);
}

/* ---- walking ---- */

/* As far as it goes to one side of @node. */
static struct rb_node *outermost(struct rb_node *node, bool left)
{
	while (node && *child(node, left))
		node = *child(node, left);
	return node;
}

/* The next node in order, or with @left the one before. */
static struct rb_node *step(const struct rb_node *at, bool left)
{
	struct rb_node *node = (struct rb_node *)at, *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (*child(node, left))
		return outermost(*child(node, left), !left);
	while ((parent = rb_parent(node)) && node == *child(parent, left))
		node = parent;
	return parent;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return step(node, false);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return step(node, true);
}

/* The first leaf below @node, to the left wherever there is a left. */
static struct rb_node *first_leaf(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ?: node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return first_leaf(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent;

	if (!node)
		return NULL;
	parent = rb_parent(node);
	if (parent && node == parent->rb_left && parent->rb_right)
		return first_leaf(parent->rb_right);
	return parent;
}
