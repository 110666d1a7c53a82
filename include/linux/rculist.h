/* SPDX-License-Identifier: MIT */
/*
 * Lists that are read under RCU while one writer at a time changes them: an entry is published with a
 * release, and one that was taken out keeps its way onwards until a grace period has passed.
 */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(list)   (*((struct list_head __rcu **)(&(list)->next)))
#define hlist_first_rcu(head) (*((struct hlist_node __rcu **)(&(head)->first)))
#define hlist_next_rcu(node)  (*((struct hlist_node __rcu **)(&(node)->next)))

static inline void __psim_list_add_rcu(struct list_head *entry, struct list_head *prev,
				       struct list_head *next)
{
	if (!__list_add_valid(entry, prev, next))
		return;
	entry->next = next;
	entry->prev = prev;
	rcu_assign_pointer(list_next_rcu(prev), entry);
	next->prev = entry;
}

static inline void list_add_rcu(struct list_head *entry, struct list_head *head)
{
	__psim_list_add_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *entry, struct list_head *head)
{
	__psim_list_add_rcu(entry, head->prev, head);
}

/* Readers may still be at @entry and go on from it. */
static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->prev = old->prev;
	rcu_assign_pointer(list_next_rcu(entry->prev), entry);
	entry->next->prev = entry;
	old->prev = LIST_POISON2;
}

#define list_entry_rcu(ptr, type, member) container_of(READ_ONCE(ptr), type, member)
#define list_first_or_null_rcu(head, type, member)                                             \
	({                                                                                     \
		struct list_head *__psim_head = (head);                                        \
		struct list_head *__psim_next = READ_ONCE(__psim_head->next);                  \
		likely(__psim_head != __psim_next) ? list_entry_rcu(__psim_next, type, member) \
						   : NULL;                                     \
	})
/* A condition of lockdep may follow, for readers that hold a lock instead. */
#define list_for_each_entry_rcu(pos, head, member, cond...)                                        \
	for (pos = list_entry_rcu((head)->next, typeof(*(pos)), member); &(pos)->member != (head); \
	     pos = list_entry_rcu((pos)->member.next, typeof(*(pos)), member))

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	WRITE_ONCE(node->pprev, &head->first);
	rcu_assign_pointer(hlist_first_rcu(head), node);
	if (first)
		WRITE_ONCE(first->pprev, &node->next);
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	__hlist_del(node);
	WRITE_ONCE(node->pprev, (struct hlist_node **)LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	WRITE_ONCE(node->pprev, (struct hlist_node **)NULL);
}

#define hlist_for_each_entry_rcu(pos, head, member, cond...)                                    \
	for (pos = hlist_entry_safe(rcu_dereference_raw(hlist_first_rcu(head)), typeof(*(pos)), \
				    member);                                                    \
	     pos; pos = hlist_entry_safe(rcu_dereference_raw(hlist_next_rcu(&(pos)->member)),   \
					 typeof(*(pos)), member))

#endif /* _LINUX_RCULIST_H */
