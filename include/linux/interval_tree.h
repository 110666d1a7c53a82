/* SPDX-License-Identifier: MIT */
/* Trees of closed intervals [start, last] that answer which of them meet a given one. */
#ifndef _LINUX_INTERVAL_TREE_H
#define _LINUX_INTERVAL_TREE_H

#include <linux/rbtree.h>

/**
 * struct interval_tree_node - one interval
 * @rb: link
 * @start: its first number
 * @last: its last number, included
 * @__subtree_last: the largest @last of the subtree
 */
struct interval_tree_node {
	struct rb_node rb;
	unsigned long start;
	unsigned long last;
	unsigned long __subtree_last;
};

/** interval_tree_insert() - add an interval */
void interval_tree_insert(struct interval_tree_node *node, struct rb_root_cached *root);
/** interval_tree_remove() - take an interval out */
void interval_tree_remove(struct interval_tree_node *node, struct rb_root_cached *root);

/**
 * interval_tree_iter_first() - the first interval that meets [start, last]
 * @root: the tree
 * @start: first number asked for
 * @last: last number asked for, included
 * Return: of those that meet it, the one with the smallest start; NULL if there is none.
 */
struct interval_tree_node *interval_tree_iter_first(struct rb_root_cached *root,
						    unsigned long start, unsigned long last);
/* The next one behind @node, in ascending order of starts, or NULL. */
struct interval_tree_node *interval_tree_iter_next(struct interval_tree_node *node,
						   unsigned long start, unsigned long last);

#endif /* _LINUX_INTERVAL_TREE_H */
