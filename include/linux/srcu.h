/* SPDX-License-Identifier: MIT */
/* SRCU: RCU whose readers may sleep, each struct srcu_struct a domain of its own. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct srcu_struct - one domain
 * @dep_map: name and class; readers are on the held-locks list
 * @__psim_word: guards the members
 * @__psim_side: which of the two reader counts new readers use
 * @__psim_readers: readers of each side
 * @__psim_grace: a grace period is going on
 * @__psim_waiting: tasks that wait for readers or for their turn
 */
struct srcu_struct {
	unsigned int __psim_word;
	unsigned int __psim_side;
	unsigned int __psim_readers[2];
	bool __psim_grace;
	struct __psim_waiter *__psim_first, *__psim_last;
	struct lockdep_map dep_map;
};

#define __SRCU_STRUCT_INIT(name_)            \
	{                                    \
		.dep_map = {.name = #name_ } \
	}
/** DEFINE_SRCU() - an SRCU domain, ready for use */
#define DEFINE_SRCU(name_) struct srcu_struct name_ = __SRCU_STRUCT_INIT(name_)
/** DEFINE_STATIC_SRCU() - the same, of the file's own */
#define DEFINE_STATIC_SRCU(name_) static struct srcu_struct name_ = __SRCU_STRUCT_INIT(name_)

int __init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key);
/* Return: 0. */
#define init_srcu_struct(ssp)                                 \
	({                                                    \
		static struct lock_class_key __srcu_key;      \
		__init_srcu_struct((ssp), #ssp, &__srcu_key); \
	})
/* Nobody reads any more, or it is a report and the domain leaks. */
void cleanup_srcu_struct(struct srcu_struct *ssp);

/* Any context. Return: to be given to srcu_read_unlock(). */
int __psim_srcu_read_lock(struct srcu_struct *ssp, const char *site);
void __psim_srcu_read_unlock(struct srcu_struct *ssp, int idx, const char *site);
#define srcu_read_lock(ssp) __psim_srcu_read_lock((ssp), __func__)
/** srcu_read_unlock() - the end of a reader; takes what srcu_read_lock() gave */
#define srcu_read_unlock(ssp, idx) __psim_srcu_read_unlock((ssp), (idx), __func__)
/** srcu_read_lock_held() - is the running task a reader of it? */
#define srcu_read_lock_held(ssp) lock_is_held(&(ssp)->dep_map)

/* Process context; sleeps until every reader of now is gone. */
void synchronize_srcu(struct srcu_struct *ssp);
#define synchronize_srcu_expedited(ssp) synchronize_srcu(ssp)

/**
 * srcu_dereference_check() - read a pointer that SRCU protects; a reader, or the condition, or a report
 */
#define srcu_dereference_check(p, ssp, condition)                                 \
	({                                                                        \
		RCU_LOCKDEP_WARN(!((condition) || srcu_read_lock_held(ssp)),      \
				 "srcu_dereference(" #p ") outside of a reader"); \
		__psim_rcu_load(p);                                               \
	})
/** srcu_dereference() - read a pointer that SRCU protects; a report unless a reader does */
#define srcu_dereference(p, ssp) srcu_dereference_check(p, ssp, 0)

DEFINE_LOCK_GUARD_1(srcu, struct srcu_struct, _T->idx = srcu_read_lock(_T->lock),
		    srcu_read_unlock(_T->lock, _T->idx), int idx)

#endif /* _LINUX_SRCU_H */
