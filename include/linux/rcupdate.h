/* SPDX-License-Identifier: MIT */
/*
 * RCU: readers that block nobody, and callbacks that run once every reader of now is gone.
 *
 * A reader may not sleep. Spinlocks hold off grace periods as well. Dereferences are scheduling
 * points, and one outside of a reader is a report (law 4).
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* Any context; they nest. */
void rcu_read_lock(void);
void rcu_read_unlock(void);
void rcu_read_lock_bh(void);
void rcu_read_unlock_bh(void);
void rcu_read_lock_sched(void);
void rcu_read_unlock_sched(void);
int rcu_read_lock_held(void);
int rcu_read_lock_bh_held(void);
int rcu_read_lock_sched_held(void);
int rcu_read_lock_any_held(void);

/* Any context: @func runs in softirq context after a grace period. */
void call_rcu(struct rcu_head *head, rcu_callback_t func);
#define call_rcu_hurry(head, func) call_rcu(head, func)
/* Process context; they sleep. Until every reader of now is gone; until every callback of now ran. */
void synchronize_rcu(void);
#define synchronize_rcu_expedited() synchronize_rcu()
void rcu_barrier(void);
#define synchronize_net() synchronize_rcu()

void __psim_kvfree_call_rcu(struct rcu_head *head, void *ptr);
void __psim_kvfree_rcu_mightsleep(void *ptr);
/* Free @ptr, from kmalloc or kvmalloc, after a grace period; @rhf names its struct rcu_head. */
#define kvfree_rcu(ptr, rhf)                                                          \
	do {                                                                          \
		typeof(ptr) __psim_ptr = (ptr);                                       \
		_Static_assert(offsetof(typeof(*(ptr)), rhf) < 4096,                  \
			       "the rcu_head lies within the first page");            \
		if (__psim_ptr)                                                       \
			__psim_kvfree_call_rcu(&__psim_ptr->rhf, (void *)__psim_ptr); \
	} while (0)
#define kfree_rcu(ptr, rhf)	   kvfree_rcu(ptr, rhf)
#define kfree_rcu_mightsleep(ptr)  __psim_kvfree_rcu_mightsleep((void *)(ptr))
#define kvfree_rcu_mightsleep(ptr) __psim_kvfree_rcu_mightsleep((void *)(ptr))

#define init_rcu_head(head) \
	do {                \
	} while (0)
#define destroy_rcu_head(head) \
	do {                   \
	} while (0)
#define init_rcu_head_on_stack(head) \
	do {                         \
	} while (0)
#define destroy_rcu_head_on_stack(head) \
	do {                            \
	} while (0)

/* ---- pointers ----------------------------------------------------------------------------------- */

#define __psim_point_rcu() __psim_point(__PSIM_POINT_RCU, __func__)
void __psim_rcu_suspicious(const char *what, const char *site);

#define RCU_LOCKDEP_WARN(condition, what)                        \
	do {                                                     \
		if (unlikely(condition))                         \
			__psim_rcu_suspicious((what), __func__); \
	} while (0)
#define RCU_INITIALIZER(value) (value)

#define __psim_rcu_load(p)                               \
	({                                               \
		__psim_point_rcu();                      \
		__atomic_load_n(&(p), __ATOMIC_ACQUIRE); \
	})
#define rcu_dereference_raw(p) __psim_rcu_load(p)
#define rcu_access_pointer(p)  __psim_rcu_load(p)
#define rcu_dereference_check(p, condition)                                      \
	({                                                                       \
		RCU_LOCKDEP_WARN(!((condition) || rcu_read_lock_held()),         \
				 "rcu_dereference(" #p ") outside of a reader"); \
		__psim_rcu_load(p);                                              \
	})
#define rcu_dereference(p)	 rcu_dereference_check(p, 0)
#define rcu_dereference_bh(p)	 rcu_dereference_check(p, rcu_read_lock_bh_held())
#define rcu_dereference_sched(p) rcu_dereference_check(p, rcu_read_lock_sched_held())
/* For whoever keeps the pointer from changing, by @condition. */
#define rcu_dereference_protected(p, condition)                                           \
	({                                                                                \
		RCU_LOCKDEP_WARN(!(condition),                                            \
				 "rcu_dereference_protected(" #p ") without protection"); \
		__atomic_load_n(&(p), __ATOMIC_RELAXED);                                  \
	})
#define rcu_pointer_handoff(p) (p)

/* The point comes after the value, as in WRITE_ONCE(). */
#define __psim_rcu_store(p, value, order)                    \
	do {                                                 \
		typeof(p) __psim_value = (value);            \
		__psim_point_rcu();                          \
		__atomic_store_n(&(p), __psim_value, order); \
	} while (0)
#define rcu_assign_pointer(p, value) __psim_rcu_store(p, value, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, value)   __psim_rcu_store(p, value, __ATOMIC_RELAXED)
#define rcu_replace_pointer(p, value, condition)                                \
	({                                                                      \
		typeof(p) __psim_old = rcu_dereference_protected(p, condition); \
		rcu_assign_pointer(p, value);                                   \
		__psim_old;                                                     \
	})
#define unrcu_pointer(p) (p)

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif /* _LINUX_RCUPDATE_H */
