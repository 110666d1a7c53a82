/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a variable or a bit that has no wait queue of its own. Every such waiter sleeps on one queue
 * of the machine's and looks at its own condition whenever anybody wakes it.
 */
#ifndef _LINUX_WAIT_BIT_H
#define _LINUX_WAIT_BIT_H

#include <linux/bitops.h>
#include <linux/wait.h>

extern struct wait_queue_head __psim_var_queue;

/* The condition has changed: barrier, then this. Any context. */
void wake_up_var(void *var);
void wake_up_bit(unsigned long *word, int bit);

#define wait_var_event(var, condition) ((void)(var), wait_event(__psim_var_queue, condition))
#define wait_var_event_killable(var, condition) \
	((void)(var), wait_event_killable(__psim_var_queue, condition))
#define wait_var_event_interruptible(var, condition) \
	((void)(var), wait_event_interruptible(__psim_var_queue, condition))
#define wait_var_event_timeout(var, condition, timeout) \
	((void)(var), wait_event_timeout(__psim_var_queue, condition, timeout))

/* Until the bit is clear. @mode: a task state. Return: 0; a signal that @mode listens to: -EINTR. */
int wait_on_bit(unsigned long *word, int bit, unsigned int mode);
/* As that; -EAGAIN after @timeout jiffies. */
int wait_on_bit_timeout(unsigned long *word, int bit, unsigned int mode, unsigned long timeout);

static inline void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	clear_bit_unlock(bit, word);
	smp_mb__after_atomic();
	wake_up_bit(word, bit);
}

#endif /* _LINUX_WAIT_BIT_H */
