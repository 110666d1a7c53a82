/* SPDX-License-Identifier: MIT */
/*
 * Completions: wait until something is done (S9.10 to S9.14). Waiters are served in the order in which
 * they came.
 */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/types.h>
#include <linux/lockdep_types.h>

/**
 * struct completion - a count of what is done and who waits for it
 * @done: waits that may still succeed at once; UINT_MAX: all of them, for good
 * @__psim_word: guards the members
 * @__psim_first, @__psim_last: tasks that wait, in order
 * @__psim_name: what it was initialised as; NULL: it never was
 */
struct completion {
	unsigned int done;
	unsigned int __psim_word;
	struct __psim_waiter *__psim_first, *__psim_last;
	const char *__psim_name;
};

#define COMPLETION_INITIALIZER(work)            \
	{                                       \
		.done = 0, .__psim_name = #work \
	}
#define COMPLETION_INITIALIZER_ONSTACK(work) \
	(*({                                 \
		init_completion(&work);      \
		&work;                       \
	}))
#define COMPLETION_INITIALIZER_ONSTACK_MAP(work, map) COMPLETION_INITIALIZER_ONSTACK(work)
/** DECLARE_COMPLETION() - a completion that is not complete */
#define DECLARE_COMPLETION(work) struct completion work = COMPLETION_INITIALIZER(work)
/** DECLARE_COMPLETION_ONSTACK() - the same on the stack */
#define DECLARE_COMPLETION_ONSTACK(work) struct completion work = COMPLETION_INITIALIZER(work)

/** init_completion() - make a completion ready, not complete */
#define init_completion(x)	    __psim_init_completion((x), #x)
#define init_completion_map(x, map) __psim_init_completion((x), #x)
void __psim_init_completion(struct completion *x, const char *name);
/* Only forgets what was done; whoever waits goes on waiting (S9.14). */
void reinit_completion(struct completion *x);

/* Any context. One waiter goes on, or the next one will not wait. */
void complete(struct completion *x);
/* Any context. All waiters go on, and nobody waits any more until reinit_completion(). */
void complete_all(struct completion *x);

/*
 * Process context; these sleep. Timeouts in jiffies; what is left is returned, at least 1; 0: it was
 * over. Interruptible and killable ones return -ERESTARTSYS when a signal came first.
 */
void wait_for_completion(struct completion *x);
void wait_for_completion_io(struct completion *x);
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
int wait_for_completion_state(struct completion *x, unsigned int state);
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);

/* Any context. Return: whether one was done, which is taken (S9.13). */
bool try_wait_for_completion(struct completion *x);
/* Any context. Return: whether one is done; when true, complete() has let go of @x (S9.13). */
bool completion_done(struct completion *x);

#endif /* _LINUX_COMPLETION_H */
