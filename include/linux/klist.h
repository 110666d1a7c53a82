/* SPDX-License-Identifier: MIT */
/* Lists with a lock and counted entries: a walk holds the entry it stands at, and removal waits for nobody. */
#ifndef _LINUX_KLIST_H
#define _LINUX_KLIST_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct klist_node;

/**
 * struct klist - the list
 * @k_lock: guards it
 * @k_list: its entries
 * @get: called when an entry is added; may be NULL
 * @put: called when the last reference on an entry is gone; may be NULL
 */
struct klist {
	spinlock_t k_lock;
	struct list_head k_list;
	void (*get)(struct klist_node *node);
	void (*put)(struct klist_node *node);
};

struct klist_node {
	struct klist *n_klist; /* NULL: on no list */
	struct list_head n_node;
	struct kref n_ref;
	bool __psim_dead; /* removed; walks pass it by */
};

/* A walk; @i_cur is held. */
struct klist_iter {
	struct klist *i_klist;
	struct klist_node *i_cur;
};

#define KLIST_INIT(name, get_fn, put_fn)                                               \
	{                                                                              \
		.k_lock = __SPIN_LOCK_UNLOCKED((name).k_lock),                         \
		.k_list = LIST_HEAD_INIT((name).k_list), .get = get_fn, .put = put_fn, \
	}
#define DEFINE_KLIST(name, get_fn, put_fn) struct klist name = KLIST_INIT(name, get_fn, put_fn)

void klist_init(struct klist *k, void (*get)(struct klist_node *node),
		void (*put)(struct klist_node *node));
void klist_add_tail(struct klist_node *n, struct klist *k);
void klist_add_head(struct klist_node *n, struct klist *k);
void klist_add_behind(struct klist_node *n, struct klist_node *pos);
void klist_add_before(struct klist_node *n, struct klist_node *pos);
/* Drop the list's reference: the entry goes when no walk stands at it. Context: any. */
void klist_del(struct klist_node *n);
/* The same, and wait until it has gone. Context: may sleep. */
void klist_remove(struct klist_node *n);
/* Whether it is, or is about to leave, a list. */
int klist_node_attached(struct klist_node *n);

void klist_iter_init(struct klist *k, struct klist_iter *i);
/* Begin at @n, which klist_next() then steps over. */
void klist_iter_init_node(struct klist *k, struct klist_iter *i, struct klist_node *n);
/* Lets go of the entry that the walk stands at. */
void klist_iter_exit(struct klist_iter *i);
struct klist_node *klist_next(struct klist_iter *i);
struct klist_node *klist_prev(struct klist_iter *i);

#endif /* _LINUX_KLIST_H */
