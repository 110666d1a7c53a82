/* SPDX-License-Identifier: MIT */
/*
 * Doubly linked lists: rings around a head (list_head), and chains from a head of one pointer
 * (hlist).
 *
 * As with CONFIG_LIST_HARDENED, a ring whose links do not agree, or an entry added or removed
 * twice, is a report, and the operation is left out.
 */
#ifndef _LINUX_LIST_H
#define _LINUX_LIST_H

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/poison.h>
#include <linux/types.h>

/* Reports what is wrong with the links; never returns true. */
bool __psim_list_corrupt(const char *operation);

/* Stores that a lockless reader may see: list_empty(), or compound_head() of a page whose lru this is. */
#define __psim_link(where, entry) __atomic_store_n(&(where), (entry), __ATOMIC_RELAXED)

/** LIST_HEAD_INIT() - the initialiser of an empty list */
#define LIST_HEAD_INIT(name)     \
	{                        \
		&(name), &(name) \
	}
/** LIST_HEAD() - an empty list */
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

/* Make @list an empty head, or an entry that is on no list. */
static inline void INIT_LIST_HEAD(struct list_head *list)
{
	__psim_link(list->next, list);
	__psim_link(list->prev, list);
}

static inline bool __list_add_valid(struct list_head *entry, struct list_head *prev,
				    struct list_head *next)
{
	if (likely(next->prev == prev && prev->next == next && entry != prev && entry != next))
		return true;
	return __psim_list_corrupt("list_add");
}

static inline bool __list_del_entry_valid(struct list_head *entry)
{
	struct list_head *prev = entry->prev, *next = entry->next;

	if (likely(next != LIST_POISON1 && prev != LIST_POISON2 && next && prev &&
		   prev->next == entry && next->prev == entry))
		return true;
	return __psim_list_corrupt("list_del");
}

/** __list_add() - put an entry between two that are neighbours */
static inline void __list_add(struct list_head *entry, struct list_head *prev,
			      struct list_head *next)
{
	if (!__list_add_valid(entry, prev, next))
		return;
	next->prev = entry;
	__psim_link(entry->next, next);
	entry->prev = prev;
	__psim_link(prev->next, entry);
}

/* Add @entry as the first of @head's. */
static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head, head->next);
}

/* Add @entry as the last of @head's. */
static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head->prev, head);
}

/** __list_del() - make two entries neighbours */
static inline void __list_del(struct list_head *prev, struct list_head *next)
{
	next->prev = prev;
	__psim_link(prev->next, next);
}

/** __list_del_entry() - unlink an entry, and leave its own links as they are */
static inline void __list_del_entry(struct list_head *entry)
{
	if (__list_del_entry_valid(entry))
		__list_del(entry->prev, entry->next);
}

/* Remove @entry; it must not be used as an entry until it is added or initialised again. */
static inline void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	__psim_link(entry->next, (struct list_head *)LIST_POISON1);
	entry->prev = LIST_POISON2;
}

/* Remove @entry; it is then on no list, and list_empty() of it is true. */
static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

/* @entry takes @old's place. @old may be an empty head: @entry then points to itself. */
static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->next->prev = entry;
	entry->prev = old->prev;
	entry->prev->next = entry;
}

/** list_replace_init() - put one entry in another's place, which is an empty list then */
static inline void list_replace_init(struct list_head *old, struct list_head *entry)
{
	list_replace(old, entry);
	INIT_LIST_HEAD(old);
}

/** list_swap() - exchange the places of two entries */
static inline void list_swap(struct list_head *a, struct list_head *b)
{
	struct list_head *before = b->prev;

	list_del(b);
	list_replace(a, b);
	if (before == a)
		before = b;
	list_add(a, before);
}

/** list_move() - from its list to the beginning of another */
static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add(entry, head);
}

/** list_move_tail() - from its list to the end of another */
static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add_tail(entry, head);
}

/* Move the run of entries @first to @last, of one list, to @head's end. */
static inline void list_bulk_move_tail(struct list_head *head, struct list_head *first,
				       struct list_head *last)
{
	first->prev->next = last->next;
	last->next->prev = first->prev;
	head->prev->next = first;
	first->prev = head->prev;
	last->next = head;
	head->prev = last;
}

/** list_is_head() - is it the list's head, and no entry? */
static inline int list_is_head(const struct list_head *list, const struct list_head *head)
{
	return list == head;
}

/** list_is_first() - is it the first entry? */
static inline int list_is_first(const struct list_head *list, const struct list_head *head)
{
	return list->prev == head;
}

/** list_is_last() - is it the last entry? */
static inline int list_is_last(const struct list_head *list, const struct list_head *head)
{
	return list->next == head;
}

/* May be asked without the list's lock. */
static inline int list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

/** list_del_init_careful() - unlink, for whoever asks list_empty_careful() without the lock */
static inline void list_del_init_careful(struct list_head *entry)
{
	__list_del_entry(entry);
	__psim_link(entry->prev, entry);
	__atomic_store_n(&entry->next, entry, __ATOMIC_RELEASE);
}

/** list_empty_careful() - is it empty, and not being changed just now? */
static inline int list_empty_careful(const struct list_head *head)
{
	struct list_head *next = __atomic_load_n(&head->next, __ATOMIC_ACQUIRE);

	return next == head && next == READ_ONCE(head->prev);
}

/** list_is_singular() - has it exactly one entry? */
static inline int list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

/* The first entry becomes the last. */
static inline void list_rotate_left(struct list_head *head)
{
	if (!list_empty(head))
		list_move_tail(head->next, head);
}

/** list_rotate_to_front() - the entry becomes the first, what was before it the last */
static inline void list_rotate_to_front(struct list_head *list, struct list_head *head)
{
	list_move_tail(head, list);
}

static inline void __list_splice(const struct list_head *list, struct list_head *prev,
				 struct list_head *next)
{
	struct list_head *first = list->next, *last = list->prev;

	first->prev = prev;
	__psim_link(prev->next, first);
	last->next = next;
	next->prev = last;
}

/* Entries of @list go to the front of @head's; @list itself is left as it was. */
static inline void list_splice(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head, head->next);
}

/**
 * list_splice_tail() - put all entries of a list at the end of another; the first one's head is stale
 */
static inline void list_splice_tail(struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head->prev, head);
}

/** list_splice_init() - put all entries of a list at the beginning of another; it is empty then */
static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

/** list_splice_tail_init() - put all entries of a list at the end of another; it is empty then */
static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

/* Entries of @head up to and with @entry become all of @list; @entry may be @head: none. */
static inline void list_cut_position(struct list_head *list, struct list_head *head,
				     struct list_head *entry)
{
	INIT_LIST_HEAD(list);
	if (entry == head || list_empty(head))
		return;
	list->next = head->next;
	list->next->prev = list;
	head->next = entry->next;
	head->next->prev = head;
	list->prev = entry;
	entry->next = list;
}

/* Entries of @head before @entry become all of @list. */
static inline void list_cut_before(struct list_head *list, struct list_head *head,
				   struct list_head *entry)
{
	list_cut_position(list, head, entry->prev);
}

/** list_count_nodes() - how many entries there are */
static inline size_t list_count_nodes(struct list_head *head)
{
	size_t n = 0;

	for (struct list_head *at = head->next; at != head; at = at->next)
		n++;
	return n;
}

/** list_entry() - the struct that a link lies in */
#define list_entry(ptr, type, member) container_of(ptr, type, member)
/** list_first_entry() - the first entry's struct; the list is not empty */
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
/** list_last_entry() - the last entry's struct; the list is not empty */
#define list_last_entry(ptr, type, member) list_entry((ptr)->prev, type, member)
/** list_first_entry_or_null() - the first entry's struct, or NULL */
#define list_first_entry_or_null(ptr, type, member)                                          \
	({                                                                                   \
		struct list_head *__psim_head = (ptr);                                       \
		struct list_head *__psim_first = READ_ONCE(__psim_head->next);               \
		__psim_first != __psim_head ? list_entry(__psim_first, type, member) : NULL; \
	})
/** list_last_entry_or_null() - the last entry's struct, or NULL */
#define list_last_entry_or_null(ptr, type, member)                                         \
	({                                                                                 \
		struct list_head *__psim_head = (ptr);                                     \
		struct list_head *__psim_last = READ_ONCE(__psim_head->prev);              \
		__psim_last != __psim_head ? list_entry(__psim_last, type, member) : NULL; \
	})
/** list_next_entry() - the next entry's struct */
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
/** list_prev_entry() - the struct of the entry before */
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, typeof(*(pos)), member)
/** list_next_entry_circular() - the next entry's struct; behind the last comes the first */
#define list_next_entry_circular(pos, head, member)                                          \
	(list_is_last(&(pos)->member, head) ? list_first_entry(head, typeof(*(pos)), member) \
					    : list_next_entry(pos, member))
/** list_entry_is_head() - has a loop come round to the head? */
#define list_entry_is_head(pos, head, member) list_is_head(&(pos)->member, (head))

/* Walks. The _safe forms allow the entry at hand to be removed. */
#define list_for_each(pos, head)	  for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_prev(pos, head)	  for (pos = (head)->prev; pos != (head); pos = pos->prev)
#define list_for_each_continue(pos, head) for (pos = pos->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head) \
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_prev_safe(pos, n, head) \
	for (pos = (head)->prev, n = pos->prev; pos != (head); pos = n, n = pos->prev)

/** list_for_each_entry() - a loop over the structs of a list; the list stays as it is */
#define list_for_each_entry(pos, head, member)                   \
	for (pos = list_first_entry(head, typeof(*pos), member); \
	     !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))
/** list_for_each_entry_reverse() - the same from the end */
#define list_for_each_entry_reverse(pos, head, member)          \
	for (pos = list_last_entry(head, typeof(*pos), member); \
	     !list_entry_is_head(pos, head, member); pos = list_prev_entry(pos, member))
/** list_prepare_entry() - where list_for_each_entry_continue() may begin: an entry, or the head */
#define list_prepare_entry(pos, head, member) ((pos) ?: list_entry(head, typeof(*pos), member))
/** list_for_each_entry_continue() - goes on behind an entry */
#define list_for_each_entry_continue(pos, head, member)                                  \
	for (pos = list_next_entry(pos, member); !list_entry_is_head(pos, head, member); \
	     pos = list_next_entry(pos, member))
/** list_for_each_entry_continue_reverse() - goes on before an entry, towards the beginning */
#define list_for_each_entry_continue_reverse(pos, head, member)                          \
	for (pos = list_prev_entry(pos, member); !list_entry_is_head(pos, head, member); \
	     pos = list_prev_entry(pos, member))
/** list_for_each_entry_from() - goes on with an entry */
#define list_for_each_entry_from(pos, head, member) \
	for (; !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))
/** list_for_each_entry_from_reverse() - goes on with an entry, towards the beginning */
#define list_for_each_entry_from_reverse(pos, head, member) \
	for (; !list_entry_is_head(pos, head, member); pos = list_prev_entry(pos, member))
/** list_for_each_entry_safe() - a loop in which the entry may be removed */
#define list_for_each_entry_safe(pos, n, head, member)                                             \
	for (pos = list_first_entry(head, typeof(*pos), member), n = list_next_entry(pos, member); \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))
/** list_for_each_entry_safe_continue() - the same from behind an entry */
#define list_for_each_entry_safe_continue(pos, n, head, member)                    \
	for (pos = list_next_entry(pos, member), n = list_next_entry(pos, member); \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))
/** list_for_each_entry_safe_from() - the same from an entry on */
#define list_for_each_entry_safe_from(pos, n, head, member)                            \
	for (n = list_next_entry(pos, member); !list_entry_is_head(pos, head, member); \
	     pos = n, n = list_next_entry(n, member))
/** list_for_each_entry_safe_reverse() - the same from the end */
#define list_for_each_entry_safe_reverse(pos, n, head, member)                                    \
	for (pos = list_last_entry(head, typeof(*pos), member), n = list_prev_entry(pos, member); \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_prev_entry(n, member))
/** list_safe_reset_next() - look for the next entry again, in a safe loop that let the lock go */
#define list_safe_reset_next(pos, n, member) n = list_next_entry(pos, member)

/* ---- hlist: a head of one pointer; an entry knows the pointer that points to it ---- */

#define HLIST_HEAD_INIT       \
	{                     \
		.first = NULL \
	}
/** HLIST_HEAD() - an empty list whose head is one pointer */
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
/** INIT_HLIST_HEAD() - make it empty */
#define INIT_HLIST_HEAD(ptr) ((ptr)->first = NULL)

/** INIT_HLIST_NODE() - an entry that is in no list */
static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

/** hlist_unhashed() - is the entry in no list? */
static inline int hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

/** hlist_unhashed_lockless() - the same without the lock */
static inline int hlist_unhashed_lockless(const struct hlist_node *node)
{
	return !READ_ONCE(node->pprev);
}

/** hlist_empty() - has it no entry? */
static inline int hlist_empty(const struct hlist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline void __hlist_del(struct hlist_node *node)
{
	struct hlist_node *next = node->next;

	__psim_link(*node->pprev, next);
	if (next)
		__psim_link(next->pprev, node->pprev);
}

/** hlist_del() - unlink an entry; its links are poison */
static inline void hlist_del(struct hlist_node *node)
{
	__hlist_del(node);
	node->next = LIST_POISON1;
	node->pprev = LIST_POISON2;
}

/* Does nothing to an entry that is on no list. */
static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	INIT_HLIST_NODE(node);
}

/* Put @node where *@at points, before what is there. */
static inline void __psim_hlist_put(struct hlist_node *node, struct hlist_node **at)
{
	struct hlist_node *next = *at;

	__psim_link(node->next, next);
	__psim_link(node->pprev, at);
	if (next)
		__psim_link(next->pprev, &node->next);
	__psim_link(*at, node);
}

/** hlist_add_head() - put an entry first */
static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	__psim_hlist_put(node, &head->first);
}

/** hlist_add_before() - put an entry before another */
static inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next)
{
	__psim_hlist_put(node, next->pprev);
}

/** hlist_add_behind() - put an entry behind another */
static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *prev)
{
	__psim_hlist_put(node, &prev->next);
}

/* @node looks as if it were on a list, so that hlist_del() of it works. */
static inline void hlist_add_fake(struct hlist_node *node)
{
	node->pprev = &node->next;
}

/** hlist_fake() - is it a list of its own, made to look like one that is linked? */
static inline bool hlist_fake(struct hlist_node *node)
{
	return node->pprev == &node->next;
}

/* Whether @node is the only entry of @head. */
static inline bool hlist_is_singular_node(struct hlist_node *node, struct hlist_head *head)
{
	return head->first == node && !node->next;
}

/** hlist_move_list() - all entries go to another head; the old one is empty */
static inline void hlist_move_list(struct hlist_head *from, struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

/** hlist_entry() - the struct that a link lies in */
#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
/** hlist_entry_safe() - the same, or NULL for NULL */
#define hlist_entry_safe(ptr, type, member)                                  \
	({                                                                   \
		typeof(ptr) __psim_node = (ptr);                             \
		__psim_node ? hlist_entry(__psim_node, type, member) : NULL; \
	})
/** hlist_for_each() - a loop over the links of a list */
#define hlist_for_each(pos, head) for (pos = (head)->first; pos; pos = pos->next)
/** hlist_for_each_safe() - the same; the entry may be removed */
#define hlist_for_each_safe(pos, n, head)                \
	for (pos = (head)->first; pos && ({              \
					  n = pos->next; \
					  1;             \
				  });                    \
	     pos = n)
/** hlist_for_each_entry() - a loop over the structs of a list */
#define hlist_for_each_entry(pos, head, member)                                  \
	for (pos = hlist_entry_safe((head)->first, typeof(*(pos)), member); pos; \
	     pos = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member))
/** hlist_for_each_entry_continue() - goes on behind an entry */
#define hlist_for_each_entry_continue(pos, member)                                    \
	for (pos = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member); pos; \
	     pos = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member))
/** hlist_for_each_entry_from() - goes on with an entry */
#define hlist_for_each_entry_from(pos, member) \
	for (; pos; pos = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member))
/** hlist_for_each_entry_safe() - a loop in which the entry may be removed */
#define hlist_for_each_entry_safe(pos, n, head, member)                   \
	for (pos = hlist_entry_safe((head)->first, typeof(*pos), member); \
	     pos && ({                                                    \
		     n = pos->member.next;                                \
		     1;                                                   \
	     });                                                          \
	     pos = hlist_entry_safe(n, typeof(*pos), member))

#endif /* _LINUX_LIST_H */
