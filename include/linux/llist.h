/* SPDX-License-Identifier: MIT */
/*
 * Lock-less lists of one link (S9.44): any number of tasks add, one takes all; newest first.
 *
 * Several may take all; llist_del_first() needs a lock among those who take.
 */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/types.h>

struct llist_head {
	struct llist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

#define LLIST_HEAD_INIT(name) \
	{                     \
		NULL          \
	}
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

/* @node points to itself: it is on no list. */
static inline void init_llist_node(struct llist_node *node)
{
	WRITE_ONCE(node->next, node);
}

/* Only for nodes that were initialised by init_llist_node(). */
static inline bool llist_on_list(const struct llist_node *node)
{
	return READ_ONCE(node->next) != node;
}

/* A look; what it says may be over before the caller knows. */
static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline struct llist_node *llist_next(struct llist_node *node)
{
	return READ_ONCE(node->next);
}

/**
 * llist_add_batch() - add a chain of nodes
 * @new_first: the chain's first
 * @new_last: its last
 * @head: the list
 * Context: any. Return: whether the list was empty before.
 */
static inline bool llist_add_batch(struct llist_node *new_first, struct llist_node *new_last,
				   struct llist_head *head)
{
	struct llist_node *first;

	__psim_point_atomic();
	first = __atomic_load_n(&head->first, __ATOMIC_RELAXED);
	do {
		__atomic_store_n(&new_last->next, first, __ATOMIC_RELAXED);
	} while (!__psim_compare_exchange(&head->first, &first, new_first, __ATOMIC_SEQ_CST,
					  __ATOMIC_RELAXED));
	return !first;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

/* Take the whole chain, atomically. Return: the newest node, or NULL. */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	__psim_point_atomic();
	return __psim_exchange(&head->first, NULL, __ATOMIC_SEQ_CST);
}

/* As the plain forms, for a list that nobody else can see now. */
static inline bool __llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *__llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

/* Take the newest node. Return: it, or NULL. */
struct llist_node *llist_del_first(struct llist_head *head);
/* Turn a chain that was taken round: oldest first. Return: its new first node. */
struct llist_node *llist_reverse_order(struct llist_node *head);

#define llist_entry(ptr, type, member) container_of(ptr, type, member)
/* Whether the node that @ptr, maybe computed from NULL, lies in is there. */
#define member_address_is_nonnull(ptr, member) \
	((uintptr_t)(ptr) + offsetof(typeof(*(ptr)), member) != 0)

/* Walks over a chain that was taken. */
#define llist_for_each(pos, node) for ((pos) = (node); pos; (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node) \
	for ((pos) = (node); (pos) && ((n) = (pos)->next, true); (pos) = (n))
#define llist_for_each_entry(pos, node, member)                   \
	for ((pos) = llist_entry((node), typeof(*(pos)), member); \
	     member_address_is_nonnull(pos, member);              \
	     (pos) = llist_entry((pos)->member.next, typeof(*(pos)), member))
#define llist_for_each_entry_safe(pos, n, node, member)                           \
	for ((pos) = llist_entry((node), typeof(*(pos)), member);                 \
	     member_address_is_nonnull(pos, member) &&                            \
	     ((n) = llist_entry((pos)->member.next, typeof(*(n)), member), true); \
	     (pos) = (n))

#endif /* _LINUX_LLIST_H */
