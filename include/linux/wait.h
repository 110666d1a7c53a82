/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: tasks that sleep until somebody says that a condition may have come true.
 *
 * The entries run under the queue's own spinlock with interrupts off, so they may be woken from any
 * context. Every wait_event*() looks at its condition once more after it was queued.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <linux/__psim_might.h>

struct wait_queue_entry;

typedef int (*wait_queue_func_t)(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
				 void *key);

#define WQ_FLAG_EXCLUSIVE 0x01
#define WQ_FLAG_WOKEN	  0x02
#define WQ_FLAG_CUSTOM	  0x04
#define WQ_FLAG_DONE	  0x08
#define WQ_FLAG_PRIORITY  0x10

/**
 * struct wait_queue_entry - one sleeper, or one callback
 * @flags: WQ_FLAG_*
 * @private: the task, for the usual functions
 * @func: called on a wake-up, under the queue's lock; > 0: woke somebody, < 0: stop here
 * @entry: link in the queue
 */
struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head entry;
};
typedef struct wait_queue_entry wait_queue_entry_t;

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                   \
	{                                                                                     \
		.lock = __SPIN_LOCK_INITIALIZER(name.lock), .head = LIST_HEAD_INIT(name.head) \
	}
/** DECLARE_WAIT_QUEUE_HEAD() - a queue in static storage, ready for use */
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define __WAITQUEUE_INITIALIZER(name, task)                      \
	{                                                        \
		.private = (task), .func = default_wake_function \
	}
/** DECLARE_WAITQUEUE() - an entry for a task, not queued */
#define DECLARE_WAITQUEUE(name, task) \
	struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, task)
/** DEFINE_WAIT_FUNC() - an entry for the running task, with a function of its own */
#define DEFINE_WAIT_FUNC(name, function)               \
	struct wait_queue_entry name = {               \
		.private = current,                    \
		.func = (function),                    \
		.entry = LIST_HEAD_INIT((name).entry), \
	}
/** DEFINE_WAIT() - an entry for the running task, which a wake-up takes off the queue */
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

/** __init_waitqueue_head() - what init_waitqueue_head() is made of */
void __init_waitqueue_head(struct wait_queue_head *wq_head, const char *name,
			   struct lock_class_key *key);
/** init_waitqueue_head() - make a queue ready; the place is its lock's class */
#define init_waitqueue_head(wq_head)                                \
	do {                                                        \
		static struct lock_class_key __key;                 \
		__init_waitqueue_head((wq_head), #wq_head, &__key); \
	} while (0)
#define __WAIT_QUEUE_HEAD_INIT_ONSTACK(name) \
	({                                   \
		init_waitqueue_head(&name);  \
		name;                        \
	})
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

/** init_waitqueue_entry() - an entry for a task, with the usual function */
static inline void init_waitqueue_entry(struct wait_queue_entry *wq_entry,
					struct task_struct *task);
/** init_waitqueue_func_entry() - an entry with a function instead of a task */
static inline void init_waitqueue_func_entry(struct wait_queue_entry *wq_entry,
					     wait_queue_func_t func)
{
	wq_entry->flags = 0;
	wq_entry->private = NULL;
	wq_entry->func = func;
}

/* Without the lock: only a hint, unless the caller orders it itself. */
static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return READ_ONCE(wq_head->head.next) != &wq_head->head;
}
static inline bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	smp_mb();
	return waitqueue_active(wq_head);
}

/** add_wait_queue() - put an entry first into the queue */
void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_priority(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
/** remove_wait_queue() - take an entry out of the queue */
void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
static inline void __add_wait_queue(struct wait_queue_head *wq_head,
				    struct wait_queue_entry *wq_entry)
{
	list_add(&wq_entry->entry, &wq_head->head);
}
static inline void __add_wait_queue_entry_tail(struct wait_queue_head *wq_head,
					       struct wait_queue_entry *wq_entry)
{
	list_add_tail(&wq_entry->entry, &wq_head->head);
}
static inline void __remove_wait_queue(struct wait_queue_head *wq_head,
				       struct wait_queue_entry *wq_entry)
{
	list_del(&wq_entry->entry);
}

/** default_wake_function() - wake the entry's task, if its state is in @mode */
int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
			  void *key);
/** autoremove_wake_function() - the same, and take the entry off the queue if that woke it */
int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync,
			     void *key);

static inline void init_waitqueue_entry(struct wait_queue_entry *wq_entry, struct task_struct *task)
{
	wq_entry->flags = 0;
	wq_entry->private = task;
	wq_entry->func = default_wake_function;
}

/**
 * __wake_up() - wake sleepers whose state is in @mode
 * @wq_head: the queue
 * @mode: TASK_NORMAL or TASK_INTERRUPTIBLE
 * @nr_exclusive: how many exclusive ones; 0: all; the others are always woken
 * @key: handed to the entries' functions
 *
 * Any context. Return: how many exclusive ones were woken.
 */
int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive, void *key);
/* As __wake_up() under the queue's lock, which the caller holds. */
void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive);
void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key);

#define wake_up(x)			__wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_nr(x, nr)		__wake_up(x, TASK_NORMAL, nr, NULL)
#define wake_up_all(x)			__wake_up(x, TASK_NORMAL, 0, NULL)
#define wake_up_sync(x)			__wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_locked(x)		__wake_up_locked((x), TASK_NORMAL, 1)
#define wake_up_all_locked(x)		__wake_up_locked((x), TASK_NORMAL, 0)
#define wake_up_interruptible(x)	__wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(x, nr) __wake_up(x, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(x)	__wake_up(x, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(x)	__wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)

/* Wake those who poll for any bit of @m. */
#define poll_to_key(m)			      ((void *)(unsigned long)(m))
#define key_to_poll(m)			      ((__poll_t)(unsigned long)(void *)(m))
#define wake_up_poll(x, m)		      __wake_up(x, TASK_NORMAL, 1, poll_to_key(m))
#define wake_up_interruptible_poll(x, m)      __wake_up(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m))
#define wake_up_interruptible_sync_poll(x, m) __wake_up(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m))
#define wake_up_locked_poll(x, m)	      __wake_up_locked_key((x), TASK_NORMAL, poll_to_key(m))

void init_wait_entry(struct wait_queue_entry *wq_entry, int flags);
/** init_wait() - as DEFINE_WAIT() of an entry that is there */
#define init_wait(wait)                                  \
	do {                                             \
		(wait)->private = current;               \
		(wait)->func = autoremove_wake_function; \
		INIT_LIST_HEAD(&(wait)->entry);          \
		(wait)->flags = 0;                       \
	} while (0)
void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			       int state);
/* Return: 0; -ERESTARTSYS if a signal that @state listens to is pending: it is not queued then. */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			   int state);
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

/* ---- wait_event ------------------------------------------------------------------------------------- */

/*
 * Sleep in @state until @condition; @sleep lets the CPU go. Value: @result, or a negative errno. An
 * entry that a signal ended is off the queue, so no wake-up is lost on it.
 */
#define ___wait_event(wq_head, condition, state, exclusive, result, sleep)                    \
	({                                                                                    \
		__label__ __psim_out;                                                         \
		struct wait_queue_entry __wq_entry;                                           \
		long __ret = (result);                                                        \
                                                                                              \
		init_wait_entry(&__wq_entry, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0);            \
		for (;;) {                                                                    \
			long __int = prepare_to_wait_event(&(wq_head), &__wq_entry, (state)); \
                                                                                              \
			if (condition)                                                        \
				break;                                                        \
			if (__int) {                                                          \
				__ret = __int;                                                \
				goto __psim_out;                                              \
			}                                                                     \
			sleep;                                                                \
		}                                                                             \
		finish_wait(&(wq_head), &__wq_entry);                                         \
__psim_out:                                                                                   \
		__ret;                                                                        \
	})

/* The condition, or that the time is over; keeps one jiffy when both are true. */
#define ___wait_cond_timeout(condition)    \
	({                                 \
		bool __cond = (condition); \
		if (__cond && !__ret)      \
			__ret = 1;         \
		__cond || !__ret;          \
	})

#define __psim_wait_forever(wq_head, condition, state, exclusive)                              \
	({                                                                                     \
		long __psim_result = 0;                                                        \
		might_sleep();                                                                 \
		if (!(condition))                                                              \
			__psim_result = ___wait_event(wq_head, condition, state, exclusive, 0, \
						      schedule());                             \
		__psim_result;                                                                 \
	})
/* Inside of ___wait_event() __ret is another one: it begins with what this one was given. */
#define __psim_wait_timeout(wq_head, condition, state, timeout)                                   \
	({                                                                                        \
		long __psim_timeout = (timeout);                                                  \
		long __ret = __psim_timeout;                                                      \
		might_sleep();                                                                    \
		if (!___wait_cond_timeout(condition))                                             \
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition), state, 0, \
					      __psim_timeout, __ret = schedule_timeout(__ret));   \
		__ret;                                                                            \
	})

/**
 * wait_event() - sleep, uninterruptibly, until the condition holds; it is looked at after each wake-up
 */
#define wait_event(wq_head, condition) \
	((void)__psim_wait_forever(wq_head, condition, TASK_UNINTERRUPTIBLE, 0))
/** io_wait_event() - as wait_event() */
#define io_wait_event(wq_head, condition) wait_event(wq_head, condition)
#define wait_event_idle(wq_head, condition) \
	((void)__psim_wait_forever(wq_head, condition, TASK_IDLE, 0))
/* Return: 0, or -ERESTARTSYS. */
#define wait_event_interruptible(wq_head, condition) \
	((int)__psim_wait_forever(wq_head, condition, TASK_INTERRUPTIBLE, 0))
#define wait_event_interruptible_exclusive(wq_head, condition) \
	((int)__psim_wait_forever(wq_head, condition, TASK_INTERRUPTIBLE, 1))
#define wait_event_killable(wq_head, condition) \
	((int)__psim_wait_forever(wq_head, condition, TASK_KILLABLE, 0))
#define wait_event_killable_exclusive(wq_head, condition) \
	((int)__psim_wait_forever(wq_head, condition, TASK_KILLABLE, 1))
/* Return: 0: the time (jiffies) was over and the condition false; else what was left, at least 1. */
#define wait_event_timeout(wq_head, condition, timeout) \
	__psim_wait_timeout(wq_head, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_idle_timeout(wq_head, condition, timeout) \
	__psim_wait_timeout(wq_head, condition, TASK_IDLE, timeout)
/* As before, or -ERESTARTSYS. */
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	__psim_wait_timeout(wq_head, condition, TASK_INTERRUPTIBLE, timeout)
#define wait_event_killable_timeout(wq_head, condition, timeout) \
	__psim_wait_timeout(wq_head, condition, TASK_KILLABLE, timeout)

/* The condition is looked at under @lock, which is dropped while sleeping. */
#define wait_event_lock_irq(wq_head, condition, lock)                                       \
	do {                                                                                \
		if (!(condition))                                                           \
			(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, \
					    spin_unlock_irq(&(lock));                       \
					    schedule(); spin_lock_irq(&(lock)));            \
	} while (0)

/* As the others, with a command before and one behind each sleep. */
#define wait_event_cmd(wq_head, condition, cmd1, cmd2)                                            \
	do {                                                                                      \
		if (!(condition))                                                                 \
			(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, cmd1; \
					    schedule(); cmd2);                                    \
	} while (0)
#define wait_event_exclusive_cmd(wq_head, condition, cmd1, cmd2)                                  \
	do {                                                                                      \
		if (!(condition))                                                                 \
			(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 1, 0, cmd1; \
					    schedule(); cmd2);                                    \
	} while (0)
#define wait_event_idle_exclusive(wq_head, condition) \
	((void)__psim_wait_forever(wq_head, condition, TASK_IDLE, 1))
/* In a state of the caller's. Return: 0; -ERESTARTSYS if the state listens to signals. */
#define wait_event_state(wq_head, condition, state) \
	((int)__psim_wait_forever(wq_head, condition, state, 0))

/* Under the lock, as wait_event_lock_irq(): @cmd while it is dropped. Return, these: 0; -ERESTARTSYS. */
#define __psim_wait_locked(wq_head, condition, lock, cmd, state)                                 \
	((condition)                                                                             \
		 ? 0                                                                             \
		 : (int)___wait_event(wq_head, condition, state, 0, 0, spin_unlock_irq(&(lock)); \
				      cmd; schedule(); spin_lock_irq(&(lock))))
#define wait_event_lock_irq_cmd(wq_head, condition, lock, cmd) \
	((void)__psim_wait_locked(wq_head, condition, lock, cmd, TASK_UNINTERRUPTIBLE))
#define wait_event_interruptible_lock_irq_cmd(wq_head, condition, lock, cmd) \
	__psim_wait_locked(wq_head, condition, lock, cmd, TASK_INTERRUPTIBLE)
#define wait_event_interruptible_lock_irq(wq_head, condition, lock) \
	__psim_wait_locked(wq_head, condition, lock, (void)0, TASK_INTERRUPTIBLE)
/* Return: what was left of the time, at least 1; 0; -ERESTARTSYS. */
#define __psim_wait_locked_timeout(wq_head, condition, lock, timeout, state)                      \
	({                                                                                        \
		long __psim_timeout = (timeout);                                                  \
		long __ret = __psim_timeout;                                                      \
		if (!___wait_cond_timeout(condition))                                             \
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition), state, 0, \
					      __psim_timeout, spin_unlock_irq(&(lock));           \
					      __ret = schedule_timeout(__ret);                    \
					      spin_lock_irq(&(lock)));                            \
		__ret;                                                                            \
	})
#define wait_event_lock_irq_timeout(wq_head, condition, lock, timeout) \
	__psim_wait_locked_timeout(wq_head, condition, lock, timeout, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_lock_irq_timeout(wq_head, condition, lock, timeout) \
	__psim_wait_locked_timeout(wq_head, condition, lock, timeout, TASK_INTERRUPTIBLE)

/* ---- waits that a loop of one's own makes: a wake between the check and the sleep is not lost -------- */

/* For DEFINE_WAIT_FUNC(): wakes and remembers it. */
int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);
/* Sleep until woken since the last call, or @timeout jiffies. Return: what is left of them. */
long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout);

#endif /* _LINUX_WAIT_H */
